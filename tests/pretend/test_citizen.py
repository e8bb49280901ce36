"""What an invented citizen answers to what they hear."""

from collections import deque

import pytest

from bot.models import Author
from bot.pretend.citizen import Citizen, Heard, Line
from bot.pretend.stories import STORIES

BOT, OFFICER = Author.BOT, Author.OFFICER
TOPICS = (("pengaduan.topik/jalan", "Jalan"), ("pengaduan.topik/sosial", "Sosial"))


def citizen(**more: object) -> Citizen:
    made = Citizen(
        "A", "su", STORIES[0], "jalan", "Cikajang", "barolong", "sampurasun", deque(["muhun"]), score=4, comment="nuhun"
    )
    for name, value in more.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("heard", "more", "answer"),
    [
        (Heard(BOT, "?", (("menu.mulai/id", "Indonesia"), ("menu.mulai/su", "Sunda"))), {}, Line("Sunda", "menu.mulai/su")),
        (Heard(BOT, "?", TOPICS), {}, Line("Jalan", "pengaduan.topik/jalan")),
        (Heard(BOT, "?", (("x.y/satu", "Satu"), ("x.y/dua", "Dua"))), {}, Line("Satu", "x.y/satu")),
        (Heard(BOT, "Di mana?"), {}, Line("Cikajang")),
        (Heard(BOT, "Petugas akan menjawab."), {"number": "K7M2-9QXH"}, None),
        (Heard(BOT, "Sejak kapan?"), {"number": "K7M2-9QXH"}, Line("muhun")),
        (Heard(OFFICER, "Kami teruskan."), {"number": "K7M2-9QXH"}, Line("muhun")),
        (Heard(OFFICER, "Kami teruskan."), {"number": "K7M2-9QXH", "answers": deque()}, None),
        (Heard(OFFICER, "Halo?"), {"number": "K7M2-9QXH", "deaf": True}, None),
        (Heard(BOT, "Puas?", (("csat/ab/3", "Cukup"), ("csat/ab/4", "Puas"))), {}, Line("Puas", "csat/ab/4")),
        (Heard(BOT, "Puas?", (("csat/ab/4", "Puas"),)), {"score": 0}, None),
        (Heard(BOT, "Beres?", (("beres/a/0/yes", "Ya"), ("beres/a/0/no", "Belum"))), {"content": False}, Line("Belum", "beres/a/0/no")),
        (Heard(BOT, "Apa yang kurang?"), {"number": "K7M2-9QXH", "rated": True}, Line("nuhun")),
    ],
)  # fmt: skip
def test_react(heard: Heard, more: dict[str, object], answer: Line | None) -> None:
    assert citizen(**more).react([heard]) == answer


def test_nobody_talks_to_a_machine_for_ever() -> None:
    patient = citizen()
    assert sum(patient.react([Heard(BOT, "Maaf?")]) is not None for _ in range(50)) < 20
