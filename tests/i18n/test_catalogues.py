"""The shipped catalogues, and the small reader of .po files against two others."""

from pathlib import Path

import polib
import pytest
from babel.messages.pofile import read_po as babel_read_po

from bot import locales
from bot.errors import FlowError
from bot.i18n import Catalogues, Entry, read_po

ROOT = Path(__file__).resolve().parents[2]
SU = ROOT / "locales" / "su" / "LC_MESSAGES" / "messages.po"


def test_we_read_what_others_read() -> None:
    ours = {(entry.context, entry.source): entry.text for entry in read_po(SU) if entry.source}
    others = [entry for entry in polib.pofile(str(SU)) if not entry.obsolete]
    assert ours == {
        (entry.msgctxt or "", entry.msgid): entry.msgstr or entry.msgstr_plural.get(0, "") for entry in others
    }
    with SU.open("rb") as file:
        catalogue = babel_read_po(file)
    assert len(ours) == len([message for message in catalogue if message.id])


def test_sundanese_is_complete() -> None:
    po = polib.pofile(str(SU))
    assert po.percent_translated() == 100
    assert not po.fuzzy_entries()
    assert po.metadata["Plural-Forms"] == "nplurals=1; plural=0;"
    assert locales.check(ROOT / "flows", ROOT / "locales") == []


def test_sundanese_is_printed_without_coarse_words() -> None:
    coarse = {"sia", "aing", "maneh", "manéh", "modar", "kuring", "dewek", "silaing", "nyaneh", "goblog"}
    for entry in polib.pofile(str(SU)):
        assert not coarse & set(entry.msgstr.lower().replace(".", " ").split()), entry.msgstr


SAMPLE = r"""
msgid ""
msgstr "Language: su\n"

#: flows/menu.yaml
#, fuzzy
#| msgid "Lama"
msgctxt "menu.a.text"
msgid "Satu\n"
"dua \"tiga\""
msgstr "Hiji\n"
"dua \\ \"tilu\""
msgid "Simpan"
msgstr "Simpen"

msgid "{n} berkas"
msgid_plural "{n} berkas"
msgstr[0] "{n} koropak"

msgid "Kosong"
msgstr ""

#~ msgid "Usang"
#~ msgstr "Heubeul"
"""


def test_the_format(tmp_path: Path) -> None:
    file = tmp_path / "su" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(SAMPLE, "utf-8")
    catalogues = Catalogues.load(tmp_path)
    assert catalogues.languages == ("id", "su")
    assert catalogues.entry("su", "menu.a.text") == Entry(
        "menu.a.text", 'Satu\ndua "tiga"', 'Hiji\ndua \\ "tilu"', True
    )
    assert catalogues.gettext("su", "Simpan") == "Simpen"
    assert catalogues.gettext("su", "{n} berkas") == "{n} koropak"
    assert catalogues.gettext("su", "Kosong") == "Kosong"
    assert catalogues.gettext("su", "Usang") == "Usang"
    assert catalogues.gettext("en", "Simpan") == "Simpan"
    assert catalogues.flow_text("su", "menu.b.text", "Apa?") == "Apa?"
    assert catalogues.flow_text("su", "menu.a.text", "Sumber yang sudah diubah") == 'Hiji\ndua \\ "tilu"'


@pytest.mark.parametrize("broken", ['msgid "a', "kata", '"a"', "msgid a"])
def test_a_broken_file_names_its_line(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "su" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(f"\n{broken}\n", "utf-8")
    with pytest.raises(FlowError, match=r"messages\.po:2: "):
        Catalogues.load(tmp_path)
