"""Who is answered later and suggested to humans, and above all who is not. Tables of what people write, with seconds between."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot import i18n
from bot.engine.forms import Workshop
from bot.engine.read import read_all
from bot.policy import patience
from bot.policy.patience import CALM, SLOW, SLOWER, WHY, Pace, Rules
from tests.told import refuses

ROOT = Path(__file__).parents[2]
RULES = patience.read(
    Workshop(i18n.Catalogues.load(ROOT / "locales")),
    read_all([ROOT / "flows" / "data" / "patience.yaml"], ROOT / "flows", "patience")[0],
)
Line = tuple[str, float]


def run(lines: Sequence[Line], *, album: bool = False) -> tuple[list[int], list[str]]:
    """The level after each line, and all suspicions. A line is its text and the seconds since the one before."""
    pace: Pace | None = None
    levels, suspicions = [], []
    for at, (text, gap) in enumerate(lines):
        kind = patience.empty(RULES, text)
        before = timedelta(seconds=gap) if at else None
        pace, verdict = patience.hear(RULES, pace, text, kind, before, album and at > 0)
        levels.append(verdict.level)
        suspicions += [verdict.suspicion] if verdict.suspicion else []
    return levels, suspicions


FORM: list[Line] = [
    ("halo", 0),
    ("1", 4),
    ("lapor", 3),
    ("jalan di depan rumah rusak parah", 12),
    ("desa sukamaju", 5),
    ("1", 2),
    ("lewati", 2),
    ("ya", 2),
]
STORY = "abcdefghijklmnop"
INSULTS = ("anjing", "dasar goblok", "BANGSAT KALIAN SEMUA", "aaanjiiing", "g0blok lu", "tolol", "sia belegug")
STORM = [
    "TOLONG DONG INI GIMANA",
    "SUDAH TIGA BULAN LAPOR",
    "ANJING",
    "ga ada yang dateng satu pun",
    "capek saya",
    "KAPAN DIPERBAIKI",
]


@pytest.mark.parametrize(
    ("name", "lines", "album"),
    [
        ("a form, answered with quick thumbs", FORM, False),
        ("three reports in a row", FORM * 3, False),
        ("capital letters, and one curse", [(text, 5.0) for text in STORM], False),
        ("six lines in three seconds", [(text, 0.5) for text in STORM], False),
        ("an album of ten pictures", [("", 0.1)] * 10, True),
        ("five albums of ten in two minutes", ([("", 0.1)] * 10 + [("ini fotonya", 25)]) * 5, True),
        ("a story in twenty lines", [(f"lalu {w} begini", 2) for w in "aku kamu dia kita".split()] + [(f"baris {w}", 2) for w in STORY], False),
        ("the same question three times a day", [("kapan laporan saya dikerjakan", 4 * 3600)] * 3, False),
        ("lost in the menu: one word again and again", [("menu", 6)] * 20, False),
        ("numbers only", [("1", 4)] * 25, False),
        ("polite and often", [("hatur nuhun pisan", 30), ("muhun", 3), ("mangga", 3)] * 3, False),
        ("laughs", [("wkwkwk", 5), ("hehe", 5), ("haha iya", 5)] * 3, False),
    ],
)  # fmt: skip
def test_who_is_never_suspected_nor_made_to_wait(name: str, lines: list[Line], album: bool) -> None:
    levels, suspicions = run(lines, album=album)
    assert set(levels) == {CALM} and not suspicions, name


AD = "Promo pinjaman cepat langsung cair tanpa jaminan, hubungi admin kami https://dana-kilat.xyz/{n} sekarang"


@pytest.mark.parametrize(
    ("name", "lines", "why"),
    [
        ("a flood", [(f"p{n}", 1) for n in range(90)], patience.FLOOD),
        ("the same text", [("tolong balas pesan saya sekarang juga", 20)] * 10, patience.REPEAT),
        ("nearly the same text", [(f"tolong BALASSS pesan saya sekarang juga ke {n}!!", 20) for n in range(10)], patience.REPEAT),
        ("one word changed", [(f"kirim uang ke rekening atas nama {name} hari ini segera", 20) for name in "abcdefghij"], patience.REPEAT),
        ("insults", [(text, 20) for text in INSULTS], patience.RUDE),
        ("jokes", [(text, 60) for text in ("prank", "cuma bercanda", "heureuy wae", "kamu jomblo", "i love you", "iseng doang hehe")], patience.JOKE),
        ("adverts", [(AD.format(n=n), 600) for n in range(4)], patience.ADVERT),
    ],
)  # fmt: skip
def test_who_is_suspected_once_after_having_been_slowed(name: str, lines: list[Line], why: str) -> None:
    levels, suspicions = run(lines)
    assert suspicions == [WHY[why]], name
    assert levels[0] == CALM and levels[-1] == SLOWER and SLOW in levels and levels == sorted(levels)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("anjing", "rude"),
        ("Anjiiiing loooo", "rude"),
        ("dasar 4njing sia mah", "rude"),
        ("kalian ga punya otak", "rude"),
        ("anjing jalan rusak lagi", ""),
        ("ada anjing gila di kampung", ""),
        ("babi hutan masuk sawah", ""),
        ("pejabatnya korup semua bangsat", ""),
        ("goblok, air PDAM mati tiga hari!", ""),
        ("prank wkwkwk", "joke"),
        ("haha", ""),
        ("saya kena prank penipuan", ""),
        ("gabut nih min", "joke"),
        (AD, "advert"),
        ("slot gacor maxwin daftar sekarang bit.ly", ""),
        ("slot gacor maxwin wa 0812 3456 7890", "advert"),
        ("ada penipuan pinjaman cepat lewat https://contoh.xyz, tolong diblokir", ""),
        ("", ""),
        ("12345", ""),
    ],
)
def test_what_a_text_is_nothing_else_than(text: str, kind: str) -> None:
    assert patience.empty(RULES, text) == kind


def test_quiet_forgives_and_so_does_a_report() -> None:
    pace, _ = patience.hear(RULES, {"count": {"rude": 6}, "heat": 30.0}, "anjing", "rude", timedelta(seconds=1))
    assert patience.level(RULES, pace) == SLOWER
    later, verdict = patience.hear(RULES, pace, "halo", "", RULES.forget)
    assert verdict.level == CALM and "count" not in later
    opened, verdict = patience.opened(RULES, pace)
    assert opened["count"] == {"reports": 1} and verdict.before == SLOWER
    assert patience.hear(RULES, opened, "menu", "", timedelta(minutes=5))[1].level == CALM


def test_reports_without_end_are_suspected_too() -> None:
    pace: Pace | None = None
    found = []
    for _ in range(RULES.suspect["reports"] + 3):
        pace, verdict = patience.opened(RULES, pace)
        found += [verdict.suspicion] if verdict.suspicion else []
    assert found == [WHY["reports"]]


def test_who_stops_is_answered_at_once_again() -> None:
    pace: Pace | None = None
    for _ in range(45):
        pace, verdict = patience.hear(RULES, pace, "p", "", timedelta(seconds=0.2))
    assert verdict.level == SLOW
    assert patience.hear(RULES, pace, "halo", "", timedelta(minutes=RULES.minutes))[1].level == CALM


def test_a_clock_that_was_set_back_makes_nobody_hasty() -> None:
    assert patience.hear(RULES, {"heat": 2.0}, "halo", "", timedelta(hours=-2))[1].level == CALM


def test_what_does_not_count_is_switched_off() -> None:
    rules = Rules(suspect={**patience.STANDARD, "rude": 0})
    pace: Pace | None = None
    for _ in range(20):
        pace, verdict = patience.hear(rules, pace, "anjing", "rude", timedelta(minutes=1))
    assert verdict.level == CALM


def test_whatever_lies_in_the_row_is_read() -> None:
    for odd in ({"heat": "x"}, {"echo": 3}, {"count": []}, {"since": None}, {}):
        assert patience.hear(RULES, odd, "satu dua tiga", "", None)[1].level == CALM


@pytest.mark.parametrize(
    ("line", "hint"), [("messages: banyak", "messages"), ("suspect:\n  floods: 3", "flood"), ("rude: anjing", "list")]
)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, line: str, hint: str) -> None:
    (tmp_path / "patience.yaml").write_text(line + "\n")
    with refuses(hint):
        patience.read(
            Workshop(i18n.Catalogues.load(ROOT / "locales")), read_all([tmp_path / "patience.yaml"], tmp_path, "p")[0]
        )
