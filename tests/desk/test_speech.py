"""The desk in the officer's own language: chosen on their page, kept by their browser, Indonesian for everybody else."""

import ast
from datetime import timedelta
from html import unescape
from pathlib import Path

import polib

from bot import clock
from bot.desk import deadlines, numbers, speech
from bot.desk.reasons import REASON
from bot.i18n import Catalogues
from bot.models import Role
from tests.desk import seed
from tests.desk.conftest import Enter

ROOT = Path(__file__).resolve().parents[2]


async def test_an_officer_chooses_english_and_goes_back(db, enter: Enter) -> None:
    visitor = await enter(Role.OFFICER)
    _, text = await visitor.get("/desk/saya")
    assert '<html lang="id">' in text
    assert "Bahasa yang saya tulis" in text
    for chosen, expected in (
        ("en", "Languages that I write"),
        ("xx", "Languages that I write"),
        ("id", "Bahasa yang saya tulis"),
    ):
        await visitor.post("/desk/akun/bahasa", bahasa=chosen)
        status, text = await visitor.get("/desk/saya")
        assert status == 200
        assert expected in text, chosen
    await visitor.post("/desk/akun/bahasa", bahasa="en")
    _, text = await visitor.get("/desk")
    assert '<html lang="en">' in text
    assert "Nobody is waiting" in text


def test_english_has_every_text_that_was_translated_once(tmp_path: Path) -> None:
    """What is added later falls back to Indonesian; what is there has the same placeholders and is no empty copy."""
    po = polib.pofile(str(ROOT / "locales" / "en" / "LC_MESSAGES" / "messages.po"))
    done = po.translated_entries()
    assert len(done) > 400
    catalogues = Catalogues.load(ROOT / "locales")
    speech.speak("en", catalogues)
    assert speech.tr("Antrean") == "Queue"
    assert speech.tr("Kalimat yang belum ada") == "Kalimat yang belum ada"
    speech.speak("id", catalogues)
    assert speech.tr("Antrean") == "Antrean"


async def test_what_the_machine_has_written_about_a_case_is_read_in_english(db, enter: Enter) -> None:
    rina, case = await enter(), await seed.case(db, account="phone:loket")
    await seed.says(db, case, "Baris dari versi lama", "system")
    for act in ("ambil", "kembalikan"):
        assert (await rina.post(f"{case.url}/{act}"))[0] == 303
    for chosen, words in (
        (
            "en",
            (
                "Given back to the bot",
                "Telephone or counter",
                "Roads and bridges",
                "Rina Marlina took case",
                "gave the conversation back",
            ),
        ),
        (
            "id",
            (
                "Dikembalikan ke bot",
                "Telepon atau loket",
                "Jalan dan jembatan",
                "Rina Marlina mengambil kasus",
                "mengembalikan percakapan",
            ),
        ),
    ):
        await rina.post("/desk/akun/bahasa", bahasa=chosen)
        text = unescape((await rina.get(case.url))[1])
        assert [each for each in (*words, "Baris dari versi lama") if each not in text] == []
        assert words[2] in unescape((await rina.get("/desk/catat"))[1])


def test_what_a_clock_says() -> None:
    catalogues, now = Catalogues.load(ROOT / "locales"), clock.now()
    due = now + timedelta(days=2, hours=3, minutes=4)
    row = {"outcome": "", "due_at": due, "paused_at": None, "warned_at": None, "budget": 0, "used": 0}
    for chosen, expected in (
        ("en", ("2 d 3 h left", "due in 2 d 3 h", "2 d 3 h late", "less than 1 min", "58.7 h")),
        ("id", ("tinggal 2 hr 3 jam", "tenggat 2 hr 3 jam", "lewat 2 hr 3 jam", "kurang dari 1 mnt", "58,7 jam")),
    ):
        speech.speak(chosen, catalogues)
        found = (
            deadlines.left(row, now)[0], deadlines.short(due, now), deadlines.short(now, due), deadlines.span(now - now),
            numbers.hours(58.71),
        )  # fmt: skip
        assert found == expected


def test_every_reason_that_the_machine_writes_is_known_to_the_page() -> None:
    """Each `why="…"` in `bot/turn`."""
    written = set[str]()
    for path in (ROOT / "bot" / "turn").glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
            written |= {
                each.value.value for each in node.keywords if each.arg == "why" and isinstance(each.value, ast.Constant)
            }
    assert written and not {each for each in written if isinstance(each, str)} - REASON.keys()
