"""The two guarantees of the check symbol are proved over every place, symbol and swap, not sampled."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotFound
from bot.policy import number

parts = st.integers(0, 255)
chances = st.integers(0, 2**27 - 1)


def accepted(symbols: list[str]) -> bool:
    try:
        number.read("".join(symbols))
    except NotFound:
        return False
    return True


@given(parts, chances)
def test_reads_what_it_made(part: int, bits: int) -> None:
    made = number.make(part, bits)
    assert number.read(made) == (made, part)
    assert len(made) == 9 and made[4] == "-" and set(made) <= set(number.ALPHABET + "-")


@given(parts, chances)
def test_every_single_wrong_symbol_is_caught(part: int, bits: int) -> None:
    made = list(number.make(part, bits).replace("-", ""))
    for place, other in itertools.product(range(8), number.ALPHABET):
        if other != made[place]:
            assert not accepted([*made[:place], other, *made[place + 1 :]])


def test_every_swap_of_two_different_neighbours_is_caught() -> None:
    """The sum is linear, so what a pair does at a place it does in every number: these are all cases."""
    for place in range(7):
        for first, second in itertools.permutations(range(32), 2):
            values = [0] * 8
            values[place], values[place + 1] = first, second
            swapped = [0] * 8
            swapped[place], swapped[place + 1] = second, first
            assert number._sum(values) != number._sum(swapped)


def test_every_single_change_moves_the_sum_at_every_place() -> None:
    for place in range(8):
        sums = {number._sum([0] * place + [value] + [0] * (7 - place)) for value in range(32)}
        assert len(sums) == 32


@given(parts, chances)
def test_swaps_in_real_numbers_are_caught(part: int, bits: int) -> None:
    made = list(number.make(part, bits).replace("-", ""))
    for place in range(7):
        if made[place] != made[place + 1]:
            swapped = made.copy()
            swapped[place], swapped[place + 1] = made[place + 1], made[place]
            assert not accepted(swapped)


def test_numbers_never_change_their_meaning() -> None:
    """Citizens hold these on paper: if this test fails, the code is wrong, not the test."""
    known = {(0, 0): "QT2W-9AJH", (255, 2**27 - 1): KNOWN[0], (7, 123_456): KNOWN[1], (200, 99_999_999): KNOWN[2]}
    for (part, bits), text in known.items():
        assert number.make(part, bits) == text


KNOWN = ("5F6T-ZDBH", "PAW1-5HKD", "YV89-44KT")


def test_all_parts_and_chances_give_different_numbers() -> None:
    made = {number.make(part, bits) for part in range(256) for bits in range(40)}
    assert len(made) == 256 * 40


@pytest.mark.parametrize("place", range(7))
def test_a_part_does_not_show(place: int) -> None:
    """Neighbouring draws of one part spread over the symbols at every place."""
    symbols = [c for i, c in enumerate("0123-4567") if c != "-"]
    assert len(symbols) == 8
    seen = Counter(number.make(42, bits * 7919 % 2**27).replace("-", "")[place] for bits in range(3_200))
    assert len(seen) == 32 and max(seen.values()) < 170


@given(parts, chances, st.sampled_from(["lower", "spaces", "dashes", "letters", "wide"]))
def test_forgives_how_people_write(part: int, bits: int, way: str) -> None:
    made = number.make(part, bits)
    typed = {
        "lower": made.lower().replace("-", ""),
        "spaces": " " + " ".join(made.replace("-", "")) + "\n",
        "dashes": "–".join(made),
        "letters": made.replace("1", "l").replace("0", "o"),
        "wide": "".join(chr(ord(c) + 0xFEE0) if c != "-" else c for c in made),
    }[way]
    assert number.read(typed) == (made, part)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        made, part = number.read(text)
    except NotFound:
        return
    assert number.read(made) == (made, part)


@pytest.mark.parametrize("text", ["", "-", "7KQ2", "UUUU-UUUU", "0000-00000", "٠٠٠٠٠٠٠٠", "😀" * 8, "0" * 100_000])
def test_refuses_what_cannot_be_a_number(text: str) -> None:
    with pytest.raises(NotFound):
        number.read(text)


@pytest.mark.parametrize("bad", [(-1, 0), (256, 0), (0, -1), (0, 2**27)])
def test_refuses_to_make_nonsense(bad: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="range"):
        number.make(*bad)


MADE = number.make(7, 123_456)


@pytest.mark.parametrize(
    "sentence",
    [
        MADE,
        f"nomor saya {MADE}, tolong dicek",
        f"status {MADE.lower()}?",
        f"tiket {MADE.replace('-', '')}.",
        f"tiket {MADE.replace('-', ' ')} kumaha",
        f"({MADE.replace('-', ' – ')})",
        f"http://contoh.id/lacak/{MADE}",
        f"0812-3456-7890 nomor tiket: {MADE}",
        " ".join(MADE.replace("-", "")),
    ],
)
def test_finds_a_number_in_a_sentence(sentence: str) -> None:
    assert number.find(sentence) == MADE


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "jalan rusak di depan sekolah",
        "hp saya 0812-3456-7890",
        "NIK 3273011234567890",
        f"x{MADE}",
        f"{MADE}9",
        f"{MADE[:-1]}{'0' if MADE[-1] != '0' else '1'}",
    ],
)
def test_finds_none_where_there_is_none(sentence: str) -> None:
    assert number.find(sentence) is None


def test_doubled_words_are_no_numbers() -> None:
    """Doubled four-letter words have a number's form; of all those that pass the check, none may count."""
    passing = 0
    for letters in itertools.product("AEHKMNRST", repeat=4):
        word = "".join(letters)
        passing += accepted(list(word * 2))
        assert number.find(f"banyak {word.lower()}-{word.lower()} di sini") is None
    assert passing > 100


def test_spelling_names_every_symbol() -> None:
    assert set(number.SPOKEN) == set(number.ALPHABET)
    assert len(set(number.SPOKEN.values())) == 32
    assert number.spell("7KA0-Z1B2") == "tujuh, Kudus, Ambon, nol, Zamrud, satu, Bandung, dua"
