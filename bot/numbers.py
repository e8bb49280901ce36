"""The numbers of service for a period, for the desk and for `wargi report`: the same rows through the same definitions."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from typing import IO

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import WargiError
from bot.files import parquet
from bot.policy.cells import cell
from bot.policy.measures import COLUMNS, Life, Numbers, Step, live
from bot.record import record
from bot.store import measures
from bot.wib import WIB

LONGEST = timedelta(days=366)


@record
class Period:
    """Days in West Java, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), WIB)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), WIB)


def period(first: str, last: str, today: date) -> Period:
    """From two dates; without them the last thirty days. Raises `WargiError` with what to write instead."""
    try:
        end = date.fromisoformat(last) if last else today
        start = date.fromisoformat(first) if first else end - timedelta(days=29)
    except ValueError:
        raise WargiError("tanggal ditulis tahun-bulan-hari, misalnya 2026-11-01") from None
    if start > end:
        raise WargiError("tanggal awal {first} sesudah tanggal akhir {last}; tukarlah keduanya", first=start, last=end)
    if end - start >= LONGEST:
        raise WargiError("paling panjang satu tahun sekali; pilih tanggal yang lebih dekat")
    return Period(start, end)


async def lives(conn: AsyncConnection, when: Period) -> AsyncIterator[Life]:
    async for raw in measures.tickets(conn, when.since, when.until):
        yield live(raw.ticket, [Step(*row) for row in raw.steps], raw.clocks)


async def numbers(conn: AsyncConnection, when: Period) -> Numbers:
    """Everything at once; what the bot solved alone are conversations, the rest are tickets."""
    found = Numbers()
    async for life in lives(conn, when):
        found.take(life)
    found.solved["bot"] += await measures.bot_only(conn, when.since, when.until)
    return found


async def rows(conn: AsyncConnection, when: Period) -> AsyncIterator[str]:
    """The export of tickets as CSV, line by line, its head first."""
    yield _line([column.name for column in COLUMNS])
    async for life in lives(conn, when):
        yield _line([cell(column.value(life)) for column in COLUMNS])


async def parquet_into(out: IO[bytes], conn: AsyncConnection, when: Period) -> None:
    """The same export with types. Raises `ConfigError` where pyarrow is missing."""
    table = parquet.Table(out, [(column.name, column.kind) for column in COLUMNS])
    async for life in lives(conn, when):
        table.row([column.value(life) for column in COLUMNS])
    table.close()


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
