"""extract, update, check: a changed source keeps its translation, flagged; nothing is lost, nothing is missed."""

import shutil
from pathlib import Path

import pytest

from bot import locales
from bot.engine.flow import Flows, load
from bot.i18n import Catalogues
from bot.triage import emergency

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("flows", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "bot").mkdir()
    update(tmp_path)
    return tmp_path


def flows_of(folder: Path) -> Flows:
    return load(folder / "flows", Catalogues.load(folder / "locales"))


def update(folder: Path) -> list[str]:
    return locales.update(folder / "flows", folder / "locales", folder / "bot")


def check(folder: Path, allow_fuzzy: bool = False) -> list[str]:
    return [
        str(problem) for problem in locales.check(folder / "flows", folder / "locales", folder / "bot", allow_fuzzy)
    ]


def change(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_nothing_to_do(folder: Path) -> None:
    assert update(folder) == []
    assert check(folder) == []


def test_a_mended_sentence_keeps_its_translation(folder: Path) -> None:
    change(folder, "flows/menu.yaml", "Apa yang bisa saya bantu?", "Ada yang bisa saya bantu?")
    say = flows_of(folder).nodes["menu/utama"].says["su"].text
    assert say.startswith("Aya nu tiasa dibantos?")
    assert any("messages.pot: texts have changed" in problem for problem in check(folder))
    update(folder)
    assert flows_of(folder).nodes["menu/utama"].says["su"].text == say
    assert [problem for problem in check(folder) if "menu.utama.text" in problem and "fuzzy" in problem]
    assert check(folder, allow_fuzzy=True) == []


def test_a_new_text_is_missed_and_falls_back(folder: Path) -> None:
    change(folder, "flows/menu.yaml", "      bahasa:\n        label: Ganti bahasa", "      baru:\n        label: Baru")
    update(folder)
    assert [problem for problem in check(folder) if "menu.utama.choices.baru: not translated" in problem]
    assert "4. Baru" in flows_of(folder).nodes["menu/utama"].says["su"].text


def test_a_lost_placeholder_is_found(folder: Path) -> None:
    change(folder, "locales/su/LC_MESSAGES/messages.po", "Nomer laporan Bapa/Ibu: {number}", "Nomer laporan: {nomor}")
    assert [problem for problem in check(folder) if "pengaduan.kirim.text: placeholders differ" in problem]


def test_code_and_pages_are_read_and_the_desk_need_not_be_sundanese(folder: Path) -> None:
    for name in ("web", "desk"):
        (folder / "bot" / name).mkdir()
    (folder / "bot" / "web" / "page.html").write_text("<p>{{ _('Lacak laporan') }}</p>", "utf-8")
    (folder / "bot" / "desk" / "page.py").write_text("_('Antrean')\n", "utf-8")
    update(folder)
    found = check(folder)
    assert [problem for problem in found if "Lacak laporan: not translated" in problem]
    assert not [problem for problem in found if "Antrean" in problem]
    assert '#: bot/desk/page.py\nmsgid "Antrean"' in (folder / "locales" / "messages.pot").read_text("utf-8")


def test_a_wrong_plural_header_is_found(folder: Path) -> None:
    change(folder, "locales/su/LC_MESSAGES/messages.po", "nplurals=1; plural=0;", "nplurals=2; plural=(n != 1);")
    assert [problem for problem in check(folder) if "Plural-Forms" in problem]


def test_a_language_is_one_file(folder: Path) -> None:
    labels = emergency.texts(emergency.read(folder / "flows"))
    count = len(flows_of(folder).written) + len(labels)
    assert locales.extract(folder / "flows", folder / "locales", folder / "bot") == count
    locales.add("jv", folder / "locales")
    update(folder)
    assert flows_of(folder).languages == ("id", "en", "jv", "su")
    assert flows_of(folder).nodes["menu/utama"].says["jv"].text.startswith("Apa yang bisa")
    assert 'msgctxt "menu.utama.text"' in (folder / "locales" / "jv" / "LC_MESSAGES" / "messages.po").read_text("utf-8")


def test_a_language_that_nobody_was_promised_is_listed_and_a_promised_one_must_be_whole(folder: Path) -> None:
    (folder / "bot" / "desk").mkdir()
    (folder / "bot" / "desk" / "page.py").write_text("_('Kalimat meja yang baru')\n", "utf-8")
    change(folder, "flows/menu.yaml", "Apa yang bisa saya bantu?", "Ada yang bisa saya bantu?")
    update(folder)
    found = check(folder)
    assert [problem for problem in found if "su/LC_MESSAGES" in problem and "the source changed" in problem]
    assert not [problem for problem in found if "en/LC_MESSAGES" in problem]
    listed = locales.open_texts(folder / "flows", folder / "locales", folder / "bot")
    assert {str(row) for row in listed["en"]} >= {
        "menu.utama.text: the source changed: look at the translation and take `fuzzy` out",
        "Kalimat meja yang baru: not translated",
    }
    assert flows_of(folder).nodes["menu/utama"].says["en"].text.startswith("What can I do for you?")


def test_a_translation_in_the_wrong_register_is_found(folder: Path) -> None:
    change(folder, "locales/su/LC_MESSAGES/messages.po", "Sampurasun, abdi Wargi.", "Sampurasun, kuring Wargi.")
    assert [problem for problem in check(folder) if "menu.sapa.text: `kuring`" in problem and "`abdi`" in problem]
