"""Words as they are looked for. Tables: which words meet, which do not, and what never gets into the index."""

import pytest

from bot import stems
from bot.triage import seek

MEET = [
    ("berlubang", "lubang"), ("perpanjangan", "panjang"), ("kerusakan", "rusak"), ("memperbaiki", "perbaikan"), ("diperbaiki", "baik"),
    ("pelayanan", "layanan"), ("mengirim", "kirim"), ("pengiriman", "kirim"), ("menulis", "tulisan"), ("menyapu", "sapu"),
    ("memotong", "potongan"), ("sekolahnya", "sekolah"), ("dibuang", "membuang"), ("kebanjiran", "banjir"), ("laporannya", "melapor"),
    ("jalan2", "jalan"), ("bantuanku", "bantu"),
    ("ngalaporkeun", "laporan"), ("padamna", "padam"), ("kabanjiran", "banjir"), ("ngirimkeun", "kirim"), ("pangladén", "laden"),
    ("diropéa", "diropea"), ("jalanna", "jalan"), ("caina", "cai"),
]  # fmt: skip
"""What is written in a report, and the word that somebody looks for."""
APART = [
    ("jalan", "jual"),
    ("lampu", "lampung"),
    ("air", "akhir"),
    ("sapi", "sepi"),
    ("banjir", "bangun"),
    ("pasar", "besar"),
]
ALIKE = [
    ("gorowong", "gorowongg"), ("lubang", "lobang"), ("wangunan", "bangunan"), ("solokan", "slokan"), ("parah", "farah"),
    ("Cihampelas", "cihampelass"), ("ijazah", "ijasah"), ("khusus", "kusus"), ("lubang", "lubnag"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "sought"), MEET)
def test_words_meet_without_their_affixes(written: str, sought: str) -> None:
    kept, asked = stems.document(written).split(), seek.read(sought)
    assert meets(asked.strict, kept), (kept, asked)


@pytest.mark.parametrize(("written", "sought"), APART)
def test_words_that_mean_something_else_stay_apart(written: str, sought: str) -> None:
    assert not meets(seek.read(sought).strict, stems.document(written).split())


@pytest.mark.parametrize(("written", "sought"), ALIKE)
def test_a_slip_is_forgiven_by_the_patient_question(written: str, sought: str) -> None:
    kept = stems.document(written).split()
    assert meets(seek.read(sought).loose or seek.read(sought).strict, kept), (kept, seek.read(sought).loose)


NUMBERS = [
    "081234567731",
    "0812-3456-7731",
    "+62 812 3456 7731",
    "3205171212900001",
    "3205 1712 1290 0001",
    "(022) 2501234",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_no_number_of_a_person_gets_into_the_index_as_words(number: str) -> None:
    kept = stems.document(f"hubungi {number} segera RT 05")
    assert not any(piece in kept.split() for piece in number.replace("-", " ").split())
    assert "05" in kept.split() and "segera" in kept.split()


def test_a_telephone_number_is_one_token_in_all_its_spellings_and_only_a_hash() -> None:
    kept = stems.document("", "", ["6281234567731"])
    for spelt in ("081234567731", "0812-3456-7731", "+62 812 3456 7731"):
        asked = seek.read(spelt)
        assert asked.by_number and asked.strict == ((kept,),)
    assert "7731" not in kept
    assert not seek.read("081234567731", names=False), "an agency has no way to ask for a number"


def test_an_area_is_met_by_every_area_around_it() -> None:
    kept = stems.document("lampu padam", area="32.05.17.2001").split()
    for code, named in (("32.05.17", "cikajang"), ("32.05", "garut")):
        asked = seek.read(f"lampu {named}", lambda text, code=code, named=named: ([code], frozenset({named})))  # type: ignore[misc]
        assert meets(asked.strict, kept)
    assert not meets(seek.read("lampu garut").strict, kept)


def test_a_question_is_never_an_operator() -> None:
    for odd in ('" OR 1', "a* NEAR b", "'; DROP TABLE search; --", "words : x", "(((", "n_ t_ 100%", "\x00 \ud800 🙂"):
        for group in seek.read(odd).strict:
            assert all(token.removesuffix("*").replace("_", "").isalnum() for token in group), (odd, group)


def meets(question: tuple[tuple[str, ...], ...], kept: list[str]) -> bool:
    """As both databases answer."""

    def one(token: str) -> bool:
        return any(each.startswith(token[:-1]) for each in kept) if token.endswith("*") else token in kept

    return bool(question) and all(any(map(one, group)) for group in question)
