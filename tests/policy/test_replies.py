"""Ready replies: what may stand in one, how it is filled, and that a file survives the way out and in."""

import pytest

from bot.errors import WargiError
from bot.policy.replies import Ready, checked, fill, of_file, spoken, to_file

GOOD = {"id": "Halo {nama}, tiket {nomor}.", "su": "Sampurasun {nama}."}
WRONG = [
    ("Minta Foto", "Judul", GOOD, "nama pendek"), ("", "Judul", GOOD, "nama pendek"), ("../x", "Judul", GOOD, "nama pendek"),
    ("foto", " ", GOOD, "judulnya kosong"), ("foto", "x" * 81, GOOD, "judulnya kosong"),
    ("foto", "Foto", {"su": "Sampurasun"}, "bahasa Indonesianya kosong"), ("foto", "Foto", {"id": " ", "su": "x"}, "kosong"),
    ("foto", "Foto", {"id": "Halo {name}"}, "{name} tidak dikenal"), ("foto", "Foto", {"id": "x", "fr": "y"}, "bahasa fr"),
    ("foto", "Foto", {"id": "x" * 3001}, "paling banyak 3000"),
]  # fmt: skip
FILES = [
    (None, "bukan daftar balasan"), ([], "bukan daftar balasan"), ({"replies": {}}, "bukan daftar balasan"),
    ({"replies": {"foto": "x"}}, "isinya harus"), ({"replies": {"foto": {"title": "F", "id": "x", "en": "y"}}}, "isinya harus"),
    ({"replies": {"foto": {"title": "F", "id": ["x"]}}}, "harus berupa teks"), ({"replies": {"foto": {"id": "x"}}}, "judulnya kosong"),
    ({"replies": {f"a{n}": {"title": "F", "id": "x"} for n in range(501)}}, "paling banyak 500"),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "title", "texts", "said"), WRONG)
def test_what_is_wrong_is_named(slug: str, title: str, texts: dict[str, str], said: str) -> None:
    with pytest.raises(WargiError, match=said):
        checked(slug, title, texts)


@pytest.mark.parametrize(("tree", "said"), FILES)
def test_a_broken_file_is_refused_whole(tree: object, said: str) -> None:
    with pytest.raises(WargiError, match=said):
        of_file(tree)


def test_a_file_comes_back_as_it_went() -> None:
    rows = [
        checked("minta-foto", " Minta  foto ", GOOD),
        checked("terima", "Terima kasih", {"id": "Terima kasih: {petugas}", "su": ""}),
    ]
    assert rows[0].title == "Minta foto" and "su" not in rows[1].texts
    assert of_file(to_file(rows)) == rows


def test_what_is_not_known_stays_for_the_officer_to_write() -> None:
    ready = Ready("x", "X", GOOD | {"id": "Halo {nama}, {instansi} {bukan}. {}"})
    assert fill(spoken(ready.texts, "en"), {"nama": "Euis", "instansi": ""}) == "Halo Euis, [instansi] [bukan]. []"
    assert fill(spoken(ready.texts, "su"), {"nama": "{nomor}"}) == "Sampurasun {nomor}."
