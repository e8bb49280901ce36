"""The desk in the officer's own language: chosen on their page, kept by their browser, Indonesian for everybody else."""

from pathlib import Path

import polib

from bot.desk import speech
from bot.i18n import Catalogues
from bot.models import Role
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
        await visitor.post("/desk/saya", bahasa_meja=chosen)
        status, text = await visitor.get("/desk/saya")
        assert status == 200
        assert expected in text, chosen
    await visitor.post("/desk/saya", bahasa_meja="en")
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
