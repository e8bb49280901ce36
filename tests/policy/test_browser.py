"""Browsers as officers know them."""

import pytest

from bot.policy.browser import spoken

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (CHROME, "Chrome · Linux"),
        (f"{CHROME} Edg/156.0".replace("X11; Linux x86_64", "Windows NT 10.0; Win64; x64"), "Edge · Windows"),
        (CHROME.replace("X11; Linux x86_64", "Linux; Android 14; SM-A055F"), "Chrome · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Windows"),
        ("curl/8.1", "curl/8.1"),
        ("", ""),
    ],
)
def test_spoken(agent: str, said: str) -> None:
    assert spoken(agent) == said
