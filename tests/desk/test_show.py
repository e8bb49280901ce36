"""Words for times, numbers and states."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.desk import show
from bot.models import MOVES, Delivery, SurveyState, Urgency

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # ten in the morning in Bandung


@pytest.mark.parametrize(("phone", "shown"), [
    ("6281234567731", "0812••••7731"), ("+62 812-3456-7731", "0812••••7731"), ("081234567731", "0812••••7731"),
    ("0227301234", "0227••••34"), ("12345", "••••"), ("", ""), ("ID.1349", "••••"),
])  # fmt: skip
def test_masked(phone: str, shown: str) -> None:
    assert show.masked(phone) == shown


@pytest.mark.parametrize(("ago", "shown"), [
    (timedelta(seconds=5), "baru"), (timedelta(minutes=5), "5 mnt"), (timedelta(hours=2), "2 jam"),
    (timedelta(days=3), "3 hr"), (-timedelta(hours=1), "baru"),
])  # fmt: skip
def test_age(ago: timedelta, shown: str) -> None:
    assert show.age(NOW - ago, NOW) == shown


@pytest.mark.parametrize(("at", "shown"), [
    (NOW, "Hari ini 10.00"), (NOW - timedelta(hours=11), "Kemarin 23.00"),
    (datetime(2026, 11, 3, 2, 12, tzinfo=UTC), "Sel, 3 Nov 09.12"), (datetime(2025, 5, 3, 2, tzinfo=UTC), "3 Mei 2025 09.00"),
])  # fmt: skip
def test_moment(at: datetime, shown: str) -> None:
    assert show.moment(at, NOW) == shown


def test_everything_has_a_name() -> None:
    assert set(show.DELIVERY) | {"none"} == set(Delivery)
    assert set(show.STATE) == set(MOVES)
    assert set(show.URGENCY) == set(Urgency)
    assert {show.state_class(state) for state in MOVES} == {"wait", "run", "else", "over"}
    assert SurveyState.ASKED


def test_a_person_without_a_name_and_number() -> None:
    row = {"name": "", "phone": "", "address": "998877", "account": "telegram:1"}
    assert show.person(row) == "Warga"
    assert show.person(row | {"account": "whatsapp:1", "address": "6281234567731"}) == "Warga 0812••••7731"


def test_answers_leave_out_what_the_page_shows_already() -> None:
    ticket = {
        "topic": "jalan", "subtopic": "", "place": "Garut", "details": "Lubang",
        "answers": {"topic": "jalan", "place": "Garut", "details": "Lubang", "foto": "x", "sejak": " kemarin ",
                    "attachments": [{"kind": "image"}, {"kind": "image"}, {"kind": "voice"}], "lain": None, "dua": ["a", "b"]},
    }  # fmt: skip
    assert show.answers(ticket) == [("Sejak", "kemarin"), ("Lampiran", "2 Foto, 1 Pesan suara"), ("Dua", "a, b")]
