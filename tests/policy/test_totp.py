"""Codes of the telephone: the RFC's own vectors, a code once, clocks that are a little off."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy import totp

RFC = b"12345678901234567890"


@pytest.mark.parametrize(("seconds", "code"), [
    (59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"), (2000000000, "69279037"),
    (20000000000, "65353130"),
])  # fmt: skip
def test_the_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    assert totp.code(RFC, seconds // totp.STEP, 8) == code
    assert totp.right(RFC, f" {code[2:5]} {code[5:]} ", seconds, 0) == seconds // totp.STEP


@pytest.mark.parametrize(("off", "last", "taken"), [
    (0, 0, True), (-30, 0, True), (30, 0, True), (-60, 0, False), (60, 0, False), (0, 100, False), (30, 100, True), (-30, 99, False),
])  # fmt: skip
def test_a_code_opens_once_and_around_now(off: int, last: int, taken: bool) -> None:
    now = 100 * totp.STEP + 7
    assert (totp.right(RFC, totp.code(RFC, (now + off) // totp.STEP), now, last) is not None) == taken


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６", "0" * 40, "\udcff"])
def test_what_is_no_code(typed: str) -> None:
    assert totp.right(RFC, typed, 59, 0) is None


@given(st.integers(0, 2**50 - 1))
@settings(max_examples=50)
def test_recovery_codes_are_known_however_they_are_typed(bits: int) -> None:
    code = totp.spare(bits)
    assert len(code) == 11 and not set(code) & set("iloLO1")
    assert totp.hashed(code) == totp.hashed(f" {code.upper().replace('-', ' ')} ")
    assert totp.hashed(code) != totp.hashed(totp.spare(bits ^ 1))


def test_what_a_telephone_is_told() -> None:
    assert totp.shown(RFC).replace(" ", "") == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.address(RFC, "rina a@b").startswith("otpauth://totp/Wargi:rina%20a%40b?secret=GEZD")
