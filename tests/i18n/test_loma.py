"""The familiar register of Sundanese: a small file beside the catalogue, and everything that is not in it stays polite."""

import shutil
from pathlib import Path

import pytest

from bot import locales
from bot.engine.flow import Flows, load
from bot.i18n import Catalogues

ROOT = Path(__file__).resolve().parents[2]
FILE = Path("locales/su/LC_MESSAGES/loma.po")


def tree(tmp_path: Path, policy: str) -> Path:
    """A folder of our own with this policy."""
    shutil.copytree(ROOT / "flows", tmp_path / "flows", ignore=shutil.ignore_patterns("examples"))
    shutil.copytree(ROOT / "locales", tmp_path / "locales")
    file = tmp_path / "flows/data/register.yaml"
    file.write_text(file.read_text("utf-8").replace("policy: lemes", f"policy: {policy}"), "utf-8")
    return tmp_path


def flows(folder: Path) -> Flows:
    return load(folder / "flows", Catalogues.load(folder / "locales"))


def test_the_policy_chooses_and_what_is_missing_stays_polite(tmp_path: Path) -> None:
    loma, lemes = flows(tree(tmp_path, "loma")), flows(ROOT)
    story, known = "pengaduan/cerita", loma.catalogues.plain["su"]
    assert (
        loma.nodes[story].says["su"].text == known["pengaduan.cerita.text"].text != lemes.nodes[story].says["su"].text
    )
    assert loma.texts["thanked"]["su"] == known["texts.thanked"].text
    assert loma.texts["missed"]["su"] == lemes.texts["missed"]["su"], "not in the small file"
    for language in ("id", "en"):
        assert loma.nodes[story].says[language] == lemes.nodes[story].says[language]
    polite = locales.polite_texts(tmp_path / "flows", tmp_path / "locales")
    assert "texts.missed" in polite and not set(polite) & set(known)
    assert locales.polite_texts(ROOT / "flows", ROOT / "locales") == []
    assert locales.check(tmp_path / "flows", tmp_path / "locales") == []


BROKEN = [
    ("{number}", "{nomer}", "pengaduan.kirim.text: placeholders differ"),
    ('"menu.sapa.text"', '"menu.sapa.teks"', "menu.sapa.teks: there is no such text"),
    ("Sarua nuhun", "Sarua nuhun, sia", "texts.thanked: `sia` is coarse"),
    ("Sama-sama. Kalau", "Sama sama. Kalau", "texts.thanked: the source changed"),
]


def test_a_broken_entry_is_named(tmp_path: Path) -> None:
    folder = tree(tmp_path, "lemes")
    text = (ROOT / FILE).read_text("utf-8")
    for right, wrong, _ in BROKEN:
        assert right in text
        last = text.rindex(right) if right == "{number}" else text.index(right)
        text = text[:last] + wrong + text[last + len(right) :]
    (folder / FILE).write_text(text, "utf-8")
    found = [str(each) for each in locales.check(folder / "flows", folder / "locales")]
    for _, _, what in BROKEN:
        assert any("loma.po: " + what in each for each in found), (what, found)


@pytest.mark.parametrize("language", ["id", "xx"])
def test_a_language_without_such_a_file_is_as_it_was(language: str) -> None:
    catalogues = Catalogues.load(ROOT / "locales")
    assert catalogues.familiar(language).flows.get(language) == catalogues.flows.get(language)
