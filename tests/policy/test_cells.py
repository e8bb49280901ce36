"""No cell of a file is a formula."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.policy.cells import cell

T = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.mark.parametrize(("value", "written"), [
    ("=HYPERLINK(1)", "'=HYPERLINK(1)"), ("+62", "'+62"), ("-3", "'-3"), ("@a", "'@a"), ("\tx", "'\tx"), ("jalan", "jalan"),
    (" =1+1", "' =1+1"), ('"=1+1', '\'"=1+1'), ("＝1+1", "'＝1+1"), ("\u00a0@x", "'\u00a0@x"), ("a=b", "a=b"), ("|calc", "'|calc"),
    (-3, "-3"), (0.5, "0.5"), (None, ""), (T, "2026-11-23T02:00:00Z"), ("", ""),
])  # fmt: skip
def test_no_cell_is_a_formula(value: Any, written: str) -> None:
    assert cell(value) == written
