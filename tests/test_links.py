"""Links that end."""

from datetime import UTC, datetime, timedelta

import pytest
from yarl import URL

from bot.links import LASTS, sign, valid
from bot.vault import Vault

NOW = datetime(2026, 11, 22, 9, 12, tzinfo=UTC)


def test_a_link_holds_for_its_path_its_key_and_its_time() -> None:
    query = URL(sign(b"k", "/desk/media/1", NOW)).query
    assert valid(b"k", "/desk/media/1", query, NOW)
    assert valid(b"k", "/desk/media/1", query, NOW + timedelta(seconds=LASTS))
    assert not valid(b"k", "/desk/media/1", query, NOW + timedelta(seconds=LASTS + 1))
    assert not valid(b"k", "/desk/media/2", query, NOW) and not valid(b"other", "/desk/media/1", query, NOW)
    later = {**query, "sampai": str(int(query["sampai"]) + 1)}
    assert not valid(b"k", "/desk/media/1", later, NOW)


@pytest.mark.parametrize(
    "query", [{}, {"sampai": "x", "tanda": ""}, {"sampai": "٣", "tanda": "é"}, {"sampai": "9" * 11}]
)
def test_odd_ones_are_not_valid(query: dict[str, str]) -> None:
    assert not valid(b"k", "/a", query, NOW)


def test_the_key_is_one_of_the_vaults_own() -> None:
    """Another secret or another purpose is another key, and the key tells nothing of the secret."""
    key = Vault(["a secret of ours"]).signing_key("links")
    assert key == Vault(["a secret of ours", "an older one"]).signing_key("links") and len(key) == 32
    assert key not in (Vault(["another secret"]).signing_key("links"), Vault(["a secret of ours"]).signing_key("x"))
