"""Different people are told from those who come again, from bits alone."""

import pytest

from bot.store import sketch


def masks(count: int, parts: int, times: int = 1) -> list[int]:
    found = [0] * parts
    for n in range(count):
        for _ in range(times):
            found[n % parts] |= sketch.bit(f"orang {n}".encode())
    return found


@pytest.mark.parametrize(
    ("count", "parts", "off"), [(0, 256, 0), (1, 256, 0), (7, 256, 0), (300, 256, 6), (10_000, 256, 300), (60, 1, 15)]
)
def test_people(count: int, parts: int, off: int) -> None:
    found = sketch.people(masks(count, parts))
    assert abs(found - count) <= off
    assert sketch.people(masks(count, parts, times=3)) == found, "who comes again is counted once"
    assert all(0 <= mask < 1 << 63 for mask in masks(count, parts)), "a signed integer of eight bytes holds it"


def test_a_full_mask_still_says_something() -> None:
    assert 250 < sketch.people([(1 << sketch.BITS) - 1]) < 350
