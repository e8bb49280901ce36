"""Long texts become several bubbles, and no word, link or emoji is cut while it fits one."""

import pytest

from bot.policy.split import parts

LINK = "https://jabarprov.example/lacak/" + "a" * 30


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("", 10, [""]),
        ("pendek", 10, ["pendek"]),
        ("satu dua tiga", 8, ["satu dua", "tiga"]),
        ("satu dua tiga", 9, ["satu dua", "tiga"]),
        ("alinea satu\n\nalinea dua dan tiga", 20, ["alinea satu", "alinea dua dan tiga"]),
        ("Kalimat satu. Kalimat dua panjang", 22, ["Kalimat satu.", "Kalimat dua panjang"]),
        (f"lihat {LINK} ya", len(LINK) + 2, ["lihat", LINK, "ya"]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
        ("😀😀😀😀", 5, ["😀😀", "😀😀"]),
    ],
)
def test_parts(text: str, most: int, expected: list[str]) -> None:
    assert parts(text, most) == expected


def test_nothing_is_lost_and_everything_fits() -> None:
    text = " ".join(f"kata{n}{'😀' * (n % 3)}{'.' if n % 7 == 0 else ''}" for n in range(3000))
    found = parts(text)
    assert " ".join(found) == text
    assert len(found) > 4 and all(len(each.encode("utf-16-le")) // 2 <= 4096 for each in found)
