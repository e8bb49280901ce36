"""Labelled messages as a table: UTF-8, tabs between cells, the first line names the columns. Read line by line, for files of any size.

A quote is a letter like any other: citizens write 5" and "harga mati", and a CSV reader would swallow the lines between two of them.
"""

from collections.abc import Iterable, Iterator, Mapping

from bot.errors import BadFile

LONGEST = 1 << 20
"""Bytes of one line. A message has 4,096 letters at most; more is no table of messages."""

Row = tuple[int, Mapping[str, str]]
"""Line number, and the cells by column."""


def read(lines: Iterable[bytes], name: str, needs: tuple[str, ...]) -> Iterator[Row]:
    """The rows under the header. Empty lines are passed over; missing cells at the end of a line are empty."""
    columns: tuple[str, ...] = ()
    for number, raw in enumerate(lines, 1):
        line = _text(raw, name, number)
        if not columns:
            columns = _columns(line, name, needs)
        elif line.strip():
            yield number, _cells(line, columns, name, number)
    if not columns:
        raise BadFile(f"{name}:1: the file is empty; write the columns first: {' '.join(needs)}")


def _text(raw: bytes, name: str, number: int) -> str:
    if len(raw) >= LONGEST:
        raise BadFile(f"{name}:{number}: the line is longer than {LONGEST:,} bytes; write one message a line")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadFile(f"{name}:{number}: byte {error.start + 1} is not UTF-8; save the file as UTF-8") from None
    return (text.removeprefix("\ufeff") if number == 1 else text).rstrip("\r\n")


def _columns(line: str, name: str, needs: tuple[str, ...]) -> tuple[str, ...]:
    columns = tuple(cell.strip().lower() for cell in line.split("\t"))
    if missing := [column for column in needs if column not in columns]:
        raise BadFile(
            f"{name}:1: no column {' and no column '.join(missing)}; the first line names the columns, with tabs"
        )
    if twice := [column for column in columns if column and columns.count(column) > 1]:
        raise BadFile(f"{name}:1: the column {twice[0]} stands there twice; keep one")
    return columns


def _cells(line: str, columns: tuple[str, ...], name: str, number: int) -> dict[str, str]:
    cells = line.split("\t")
    if len(cells) > len(columns):
        raise BadFile(f"{name}:{number}: {len(cells)} cells under {len(columns)} columns; a message must not hold tabs")
    cells += [""] * (len(columns) - len(cells))
    return {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
