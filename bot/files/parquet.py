"""Rows as Parquet: columns with types, read as they are by whatever counts millions of them.

pyarrow is an extra of its own (`pip install "wargi[parquet]"`): it is larger than everything else together, and most never need it.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import IO, Any

from bot.errors import ConfigError

TYPE = "application/vnd.apache.parquet"
GROUP = 10_000
"""Rows that are written together, and held in memory until then."""
TYPES = {str: "string", int: "int64", float: "float64"}


def at_hand() -> bool:
    return find_spec("pyarrow") is not None


class Table:
    """One table, written row by row. Times are UTC, to the microsecond. Raises `ConfigError` without pyarrow."""

    def __init__(self, out: IO[bytes], columns: Sequence[tuple[str, type]]) -> None:
        if not at_hand():
            raise ConfigError("Parquet needs pyarrow: install wargi with its extra [parquet], or take the CSV")
        self._arrow = import_module("pyarrow")
        kinds = [
            (name, self._arrow.timestamp("us", tz="UTC") if kind is datetime else TYPES[kind]) for name, kind in columns
        ]
        self._schema = self._arrow.schema(kinds)
        self._writer = import_module("pyarrow.parquet").ParquetWriter(out, self._schema)
        self._rows: list[Sequence[Any]] = []

    def row(self, values: Sequence[Any]) -> None:
        self._rows.append(values)
        if len(self._rows) == GROUP:
            self._write()

    def close(self) -> None:
        """The file's table of contents stands at its end."""
        self._write()
        self._writer.close()

    def _write(self) -> None:
        columns = zip(*self._rows, strict=True) if self._rows else [()] * len(self._schema)
        arrays = [self._arrow.array(each, kind.type) for each, kind in zip(columns, self._schema, strict=True)]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []
