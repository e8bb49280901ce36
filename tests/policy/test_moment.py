"""Days and times as they are read, in Indonesian and Sundanese."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine.calendar import spelt
from bot.i18n import Catalogues
from bot.policy import moment
from bot.policy.moment import Tr

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)  # noon in West Java
CATALOGUES = Catalogues.load(Path(__file__).parents[2] / "locales")


def tr(language: str) -> Tr:
    return lambda text: CATALOGUES.gettext(language, text)


AGO = [
    (timedelta(seconds=-30), "baru saja", "nembé pisan"),
    (timedelta(seconds=59), "baru saja", "nembé pisan"),
    (timedelta(minutes=59), "59 menit yang lalu", "59 menit kapengker"),
    (timedelta(hours=3), "3 jam yang lalu", "3 jam kapengker"),
    (timedelta(hours=13), "kemarin", "kamari"),
    (timedelta(days=2), "2 hari yang lalu", "2 dinten kapengker"),
    (timedelta(days=6), "6 hari yang lalu", "6 dinten kapengker"),
    (timedelta(days=7), "14 November 2026", "14 Nopémber 2026"),
]


@pytest.mark.parametrize(("passed", "indonesian", "sundanese"), AGO)
def test_how_long_ago(passed: timedelta, indonesian: str, sundanese: str) -> None:
    assert moment.ago(NOW - passed, NOW) == indonesian
    assert moment.ago(NOW - passed, NOW, tr("su")) == sundanese


def test_shortly_after_midnight_an_hour_ago_is_not_yesterday() -> None:
    night = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    assert moment.ago(night - timedelta(hours=1), night) == "1 jam yang lalu"


AHEAD = [(0, "hari ini", "dinten ieu"), (1, "besok", "énjing"), (2, "lusa", "pageto"), (3, "3 hari lagi", "3 dinten deui"),
         (8, "29 November 2026", "29 Nopémber 2026"), (-1, "20 November 2026", "20 Nopémber 2026")]  # fmt: skip


@pytest.mark.parametrize(("days", "indonesian", "sundanese"), AHEAD)
def test_how_far_off(days: int, indonesian: str, sundanese: str) -> None:
    assert moment.ahead(NOW + timedelta(days=days), NOW) == indonesian
    assert moment.ahead(NOW + timedelta(days=days), NOW, tr("su")) == sundanese


@pytest.mark.parametrize(("zone", "shown"), [(7, "12.00 WIB"), (8, "13.00 WITA"), (9, "14.00 WIT")])
def test_zones_have_names(zone: int, shown: str) -> None:
    assert moment.full(NOW, zone=zone) == f"21 November 2026, {shown}"


def test_today_needs_no_day() -> None:
    assert moment.short(NOW - timedelta(hours=2), NOW) == "10.00"
    assert moment.short(NOW - timedelta(hours=13), NOW, tr("su")) == "20 Nop 23.00"


def test_the_engine_and_the_pages_call_months_the_same() -> None:
    for month in range(1, 13):
        for language in ("id", "su", "en"):
            day = datetime(2026, month, 5, tzinfo=UTC)
            assert spelt(f"{day:%Y-%m-%d}", language) == moment.day(day, tr(language))
