"""What of a message counts, and what is masked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.triage.features import features, pieces, words

WORDS = [
    ("Jalan RUSAK parah!!!", "jalan rusak parah"),
    ("Sampah numpuk sampé 2 méter", "sampah numpuk sampe 0 meter"),
    ("tolooooong cepaaat", "tolong cepat"),
    ("NIK 3273010101900001, hp 0812-3456-7890", "nik 0 hp 0 0 0"),
    ("lihat https://contoh.id/a?b=jalan ya", "lihat ya"),
    ("kirim ke warga@contoh.id atau @admin", "kirim ke atau"),
    ("lampu mati di Desa Sukamaju Wetan", "lampu mati di desa"),
    ("kata Pak Budi airnya keruh", "kata pak airnya keruh"),
    ("desa kebanjiran semua", "desa kebanjiran semua"),
    ("kunaon\u200b cai\npareum", "kunaon cai pareum"),
    ("👍🙏", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_words(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("air", ["<air>", "<air", "air>"]),
        ("di", ["<di>"]),
        ("cai", ["<cai>", "<cai", "cai>"]),
        ("0", []),
    ],
)
def test_pieces(word: str, expected: list[str]) -> None:
    assert list(pieces(word)) == expected


def test_a_message_is_more_than_its_words() -> None:
    assert [each for each in features("kapan airnya, pak, 2 hari?") if " " in each] == [
        "^ kapan", "kapan airnya", "airnya pak", "? ?", "# 3",
    ]  # fmt: skip
    assert features("👍") == []


@given(st.text(max_size=200))
def test_any_text_has_each_feature_once(text: str) -> None:
    found = features(text)
    assert len(found) == len(set(found))
