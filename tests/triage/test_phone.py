"""Telephone numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.triage.phone import phone

TABLE = [
    ("081234567890", "+6281234567890"), ("0812-3456-7890", "+6281234567890"), ("0812 3456 7890", "+6281234567890"),
    ("+62 812-3456-7890", "+6281234567890"), ("6281234567890", "+6281234567890"), ("006281234567890", "+6281234567890"),
    ("+62 (0)812-3456-7890", "+6281234567890"), ("81234567890", "+6281234567890"), ("0812.3456.789", "+628123456789"),
    ("08123456789", "+628123456789"), ("0895341234567", "+62895341234567"), ("  0857 1111 2222 ", "+6285711112222"),
    ("wa: 0812 3456 7890", "+6281234567890"), ("０８１２３４５６７８９０", "+6281234567890"),
    ("022-7301234", "+62227301234"), ("(022) 7301234", "+62227301234"), ("0265 331234", "+62265331234"),
    ("+62 251 8321234", "+622518321234"), ("021-88312345", "+622188312345"),
    ("119", None), ("112", None), ("110", None), ("08l2345678", None), ("0812345O789", None), ("+60123456789", None),
    ("0812345", None), ("0812345678901234", None), ("0712345678", None), ("0802345678", None), ("3273014508900001", None),
    ("081234567890x", None), ("", None), ("halo", None), ("7301234", None), ("+1 202 555 0100", None), ("1500123", None),
    ("0222", None), ("022-0301234", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), TABLE)
def test_a_number(text: str, number: str | None) -> None:
    assert phone(text) == number


@given(
    st.from_regex(r"8[1-9]\d{7,10}", fullmatch=True, alphabet="0123456789"),
    st.sampled_from(["0", "62", "+62 ", "", "0062"]),
)
def test_every_mobile_in_every_dress(rest: str, prefix: str) -> None:
    assert phone(prefix + rest) == phone(f"{prefix}{rest[:3]}-{rest[3:7]} {rest[7:]}") == f"+62{rest}"


@given(st.text())
def test_it_never_raises(text: str) -> None:
    found = phone(text)
    assert found is None or (found.startswith("+62") and phone(found) == found)
