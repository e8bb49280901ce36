"""Who asks, and how often."""

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from bot import clock, config
from bot.errors import ConfigError
from bot.web.guard import Buckets, Proxies

CASES = [
    # trusted, peer, X-Forwarded-For lines, who asks
    ("", "203.0.113.9", [], "203.0.113.9"),
    ("", "203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
    ("10.0.0.0/8", "203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
    ("10.0.0.0/8", "10.1.1.1", ["198.51.100.1"], "198.51.100.1"),
    ("10.0.0.0/8", "10.1.1.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
    ("10.0.0.0/8", "10.1.1.1", ["1.2.3.4", "198.51.100.1, 10.2.2.2"], "198.51.100.1"),
    ("10.0.0.0/8", "10.1.1.1", ["junk"], "10.1.1.1"),
    ("10.0.0.0/8", "10.1.1.1", [], "10.1.1.1"),
    ("127.0.0.1, ::1", "::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
    ("10.0.0.0/8", "::ffff:10.1.1.1", ["198.51.100.1"], "198.51.100.1"),
    ("10.0.0.0/8", "", ["198.51.100.1"], "unknown"),
]


@pytest.mark.parametrize(("trusted", "peer", "forwarded", "expected"), CASES)
def test_only_trusted_proxies_may_say_who_asks(trusted: str, peer: str, forwarded: list[str], expected: str) -> None:
    headers = CIMultiDict[str]()
    for value in forwarded:
        headers.add("X-Forwarded-For", value)
    request = make_mocked_request("GET", "/lacak", headers=headers).clone(remote=peer)
    assert Proxies(trusted).client(request) == expected


def test_a_wrong_proxy_setting_refuses_to_start() -> None:
    with pytest.raises(ConfigError, match="WARGI_TRUSTED_PROXIES"):
        config.load({"WARGI_TRUSTED_PROXIES": "my-proxy"})


def test_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    buckets = Buckets(3, 0.5, most=2)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 2]
    assert buckets.wait("a") == 2 and buckets.wait("b") == 0
    now += 1
    assert buckets.take("a") == 1
    now += 1
    assert buckets.take("a") == 0 and buckets.take("a") == 2
    buckets.take("b")
    buckets.take("c")
    assert buckets.take("a") == 0, "the longest silent is forgotten, so memory has a bound"
