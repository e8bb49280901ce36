"""Links that end."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from yarl import URL

from bot import config
from bot.errors import ConfigError
from bot.links import LASTS, sign, valid

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


def test_the_key_is_the_setting_or_a_file_of_our_own(tmp_path: Path) -> None:
    assert config.key(config.Config(secret_key="rahasia")) == b"rahasia"
    own = config.Config(data_dir=tmp_path / "new")
    first = config.key(own)
    assert len(first) == 64 and config.key(own) == first
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600
    (tmp_path / "new" / "secret.key").write_text("")
    with pytest.raises(ConfigError):
        config.key(own)
