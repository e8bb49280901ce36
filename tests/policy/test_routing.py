"""Which languages an officer leaves to others, as a table."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import i18n
from bot.engine import flow
from bot.policy.routing import Reserved, Routing, reserved
from bot.triage import room
from tests.told import refuses

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.mark.parametrize(("mine", "others", "left"), [
    ("id", [], set()),
    ("id", ["id"], set()),
    ("id", ["id,su"], {"su"}),
    ("id", ["id", "su,en"], {"su", "en"}),
    ("id,su", ["id,su", "id,en"], {"en"}),
    ("su", ["id"], set()),
    ("", ["", " su , "], {"su"}),
])  # fmt: skip
def test_languages(mine: str, others: list[str], left: set[str]) -> None:
    assert reserved(Routing(timedelta(minutes=5)), mine, others, NOW) == Reserved(
        frozenset(left), NOW - timedelta(minutes=5)
    )


ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("words", "minutes"), [("language_minutes: 40", 40), ("language_minutes: 0", 0), ("{}", 15)])
def test_the_time_is_data(tmp_path: Path, words: str, minutes: int) -> None:
    assert _read(tmp_path, words) == Routing(timedelta(minutes=minutes))


@pytest.mark.parametrize(("urgency", "topic", "subtopic", "leads"), [
    ("normal", "informasi", "hapus_data", True),
    ("high", "informasi", "salinan_data", True),
    ("critical", "informasi", "hapus_data", False),
    ("normal", "informasi", "", False),
    ("normal", "", "", False),
])  # fmt: skip
def test_what_only_leads_take(urgency: str, topic: str, subtopic: str, leads: bool) -> None:
    flows = flow.load(ROOT / "flows", i18n.Catalogues.load(ROOT / "locales"))
    assert room.load(ROOT / "flows", flows).routing.for_leads(urgency, topic, subtopic) is leads


@pytest.mark.parametrize("words", ["language_minutes: soon", "language_minutes: -1", "language_minuets: 5"])
def test_a_broken_file_is_named(tmp_path: Path, words: str) -> None:
    with refuses(r"routing\.yaml:1"):
        _read(tmp_path, words)


def _read(folder: Path, words: str) -> Routing:
    (folder / "data").mkdir()
    (folder / "data" / "routing.yaml").write_text(words + "\n", "utf-8")
    return room.load(folder, flow.load(ROOT / "flows", i18n.Catalogues.load(ROOT / "locales"))).routing
