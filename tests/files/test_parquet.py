"""What is written as Parquet is read again with its types, in several groups, and empty."""

import io
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as arrow
import pytest

from bot.files import parquet

COLUMNS = [("number", str), ("at", datetime), ("hours", float), ("score", int)]
BEGAN = datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC)


def row(n: int) -> list[object]:
    return [f"K{n}", BEGAN + timedelta(seconds=n) if n % 2 else None, n / 8, n % 6 or None]


@pytest.mark.parametrize("size", [0, 1, parquet.GROUP, 2 * parquet.GROUP + 1])
def test_as_it_was(size: int) -> None:
    out = io.BytesIO()
    table = parquet.Table(out, COLUMNS)
    for n in range(size):
        table.row(row(n))
    table.close()
    found = arrow.read_table(io.BytesIO(out.getvalue()))
    assert [str(field.type) for field in found.schema] == ["string", "timestamp[us, tz=UTC]", "double", "int64"]
    assert found.num_rows == size
    assert [[*each.values()] for each in found.to_pylist()[-3:]] == [row(n) for n in range(size)][-3:]
