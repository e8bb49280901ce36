"""Numbers as people answer with them; a sentence that only holds one is no number."""

import pytest

from bot.engine.figure import read, written

READ = [
    ("3", 3), ("3 orang", 3), ("ada 3", 3), ("kira-kira 12 kg", 12), ("1.500", 1500), ("Rp 1.500.000", 1_500_000), ("2,5", 2.5),
    ("2.5", 2.5), ("1,5 juta", 1_500_000), ("500rb", 500_000), ("500 ribu", 500_000), ("tiga", 3), ("dua puluh lima", 25),
    ("sebelas", 11), ("tujuh belas", 17), ("seratus dua puluh", 120), ("dua ratus lima puluh ribu", 250_000), ("sejuta dua ratus ribu", 1_200_000),
    ("tilu", 3), ("dalapan", 8), ("salawe", 25), ("saratus", 100), ("genep welas", 16), ("tidak ada", 0), ("teu aya", 0), ("nol", 0), ("0", 0),
    ("nomor 7", 7), ("opat urang", 4), ("12 tahun", 12), ("3 orang, tiga", 3),
    ("", None), ("banyak", None), ("3 atau 4", None), ("3 3", None), ("dua ratus puluh", None),
    ("belas", None), ("2 dua belas", None), ("jalan rusak sejak 3 bulan", None),
    ("RT 03 RW 04", None),
    ("0812 3456 7890", None), ("12/5", None), ("satu dua", None) , ("anak saya 3 sakit semua pak", None), ("besok", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), READ)
def test_what_is_a_number(text: str, value: float | None) -> None:
    assert read(text) == value


def test_it_is_stored_as_it_is_read_again() -> None:
    assert [written(value) for value in (3.0, 2.5, 0.0)] == ["3", "2.5", "0"]
    assert read("3 karung", frozenset({"karung"})) == 3
