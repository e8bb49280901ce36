"""Whom a note names."""

import pytest

from bot.policy.mention import named

PEOPLE = [
    (1, "rina", "Rina Marlina"),
    (2, "dadang", "Dadang Kusnadi"),
    (3, "asep.s", "Asep Sunandar"),
    (4, "asep.k", "Asep Kurnia"),
    (5, "lilis@dinas.example", "Lilis"),
]


@pytest.mark.parametrize(
    ("words", "people", "unknown"),
    [
        ("@rina tolong dicek", [1], []),
        ("tolong @Rina Marlina, dan @DADANG.", [1, 2], []),
        ("@Dadang Kusnadi dan @dadang lagi", [2], []),
        ("(@rina)\n@dadang: siap", [1, 2], []),
        ("kirim ke rina@dinas.example saja", [], []),
        ("@Asep bisa?", [], ["Asep"]),
        ("@asep.s bisa? @Asep Kurnia juga", [3, 4], []),
        ("@lilis@dinas.example mohon dilihat", [5], []),
        ("@Lilis, mohon", [5], []),
        ("@rinaldi dan @rina.baru", [], ["rinaldi", "rina.baru"]),
        ("@budi @budi", [], ["budi"]),
        ("@ rina, a @", [], []),
        ("", [], []),
    ],
)
def test_named(words: str, people: list[int], unknown: list[str]) -> None:
    found = named(words, PEOPLE)
    assert (list(found.people), found.unknown) == (people, unknown)
