"""A SELECT that every page asks: put together and compiled once, and asked of the driver itself.

SQLAlchemy looks a compiled statement up, expands its lists, carries it through a greenlet and wraps its rows each time; for a small
question that takes longer than the database's answer, and a page of the desk asks fifteen of them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

POOLED = "pooled"
"""Option of an engine behind a pooler that hands out PostgreSQL's connections by the transaction: what a driver prepares of itself may
be on another one when it is run."""
Rows = list[dict[str, Any]]


def readers(select: Any, dialect: sa.Dialect) -> list[tuple[int, Callable[[Any], Any]]]:
    """The columns that a driver gives otherwise than Python knows them (times and documents on SQLite), each with what reads it."""
    found = (
        (place, column.type.dialect_impl(dialect).result_processor(dialect, None))
        for place, column in enumerate(select.selected_columns)
    )
    return [(place, read) for place, read in found if read]


class Kept:
    """What is given stands in it as `bindparam`s; a list in it is always the same. Its columns have different names."""

    def __init__(self, select: Any) -> None:
        self._select = select
        self._prepared: dict[str, _Prepared] = {}

    async def __call__(self, conn: AsyncConnection, **given: Any) -> Rows:
        """Its rows, as Python knows their values. Raises what SQLAlchemy raises."""
        dialect = conn.dialect
        found = self._prepared.get(dialect.name) or self._prepare(dialect)
        values = found.values(given)
        for listener in conn.sync_connection.dispatch.before_cursor_execute:  # type: ignore[union-attr]
            listener(conn.sync_connection, None, found.sql, tuple(values), None, False)
        try:
            return found.rows(await self._ask(conn, found.sql, values))
        except TimeoutError:
            raise
        except Exception:
            # SQLAlchemy asks once more: it knows what each error means, and which connections are of no use any more
            return [dict(row) for row in (await conn.execute(self._select, given)).mappings()]

    async def _ask(self, conn: AsyncConnection, sql: str, values: list[Any]) -> Sequence[Sequence[Any]]:
        driver: Any = (await conn.get_raw_connection()).driver_connection
        if conn.dialect.name == "sqlite":
            rows: Sequence[Any] = await driver._execute(lambda: driver._conn.execute(sql, values).fetchall())
        elif conn.sync_connection.get_execution_options().get(POOLED):  # type: ignore[union-attr]
            rows = (await conn.exec_driver_sql(sql, tuple(values))).all()
        else:
            rows = await driver.fetch(sql, *values)
        return rows

    def _prepare(self, dialect: sa.Dialect) -> "_Prepared":
        prepared = self._prepared[dialect.name] = _Prepared(self._select, dialect)
        return prepared


class _Prepared:
    """A statement in one driver's words."""

    def __init__(self, select: Any, dialect: sa.Dialect) -> None:
        compiled: Any = select.compile(dialect=dialect)
        given = {name for name, bind in compiled.binds.items() if not bind.unique}  # literals are named by nobody
        state = compiled.construct_expanded_state(dict.fromkeys(given))
        self.sql = state.statement
        self._places: list[tuple[str, Any]] = []
        """The name of what is given there and how it is written, or '' and what always stands there."""
        for name in state.positiontup:
            bind = compiled.binds.get(name)  # a list's own values have none
            write = (
                bind.type.dialect_impl(dialect).bind_processor(dialect)
                if bind is not None
                else state.processors.get(name)
            )
            if name in given:
                self._places.append((name, write))
            else:
                always = state.parameters[name]
                self._places.append(("", write(always) if write else always))
        columns = list(select.selected_columns)
        self._names = [column.name for column in columns]
        if len(set(self._names)) < len(columns):
            raise ValueError(f"two columns of one name: {self._names}")
        self._readers = [(self._names[place], read) for place, read in readers(select, dialect)]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        return [
            fixed if not name else given[name] if fixed is None else fixed(given[name]) for name, fixed in self._places
        ]

    def rows(self, found: Sequence[Sequence[Any]]) -> Rows:
        rows = [dict(zip(self._names, each, strict=True)) for each in found]
        for name, read in self._readers:
            for row in rows:
                if (value := row[name]) is not None:
                    row[name] = read(value)
        return rows
