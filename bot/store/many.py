"""executemany without a dictionary walk a row: a Core statement is compiled once a dialect, rows become tuples.

Core itself spends more on preparing the parameters of a row than SQLite spends on writing it; the statements stay Core, so one
definition serves both databases.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from bot.store.kept import readers

Prepared = tuple[str, Callable[[Mapping[str, Any]], tuple[Any, ...]], list[tuple[int, Callable[[Any], Any]]]]


def insert_into(dialect: str, into: sa.Table) -> Any:
    """INSERT with ON CONFLICT; a dialect is imported only where it is used, because it takes a while."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(into)


class beside(FunctionElement[int]):
    """`beside(T.c.part).in_(parts)`: where ids are listed, too. PostgreSQL is told which parts to ask; SQLite, which has them all in one
    file, would look up each id in each part, 64 times 57 of them for a batch, and is kept from it by a `+`."""

    inherit_cache = True
    type = sa.SmallInteger()


@compiles(beside)
def _plain(element: Any, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses.clauses[0], **kw))


@compiles(beside, "sqlite")
def _no_index(element: Any, compiler: Any, **kw: Any) -> str:
    return f"+{compiler.process(element.clauses.clauses[0], **kw)}"


class Many:
    """One INSERT, UPDATE or DELETE for many rows; every row has all of its parameters."""

    def __init__(self, statement: sa.Executable, names: Sequence[str] = ()) -> None:
        self._statement = statement
        self._names = list(names) or None
        """Columns of an INSERT; other statements name their parameters themselves."""
        self._prepared: dict[str, Prepared] = {}

    async def __call__(self, conn: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
        await write(conn, [(self, rows)])

    def values(self, dialect: sa.Dialect, rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[tuple[Any, ...]]]:
        """The statement in the driver's own words, and its rows."""
        sql, pick, converters = self._prepared.get(dialect.name) or self._prepare(dialect)
        if not converters:
            return sql, [pick(row) for row in rows]
        values = []
        for row in rows:
            picked = list(pick(row))
            for place, convert in converters:
                if (value := picked[place]) is not None:  # as every second time is
                    picked[place] = convert(value)
            values.append(tuple(picked))
        return sql, values

    def _prepare(self, dialect: sa.Dialect) -> Prepared:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._names)  # type: ignore[attr-defined]
        order: list[str] = compiled.positiontup
        converters = []
        for place, name in enumerate(order):
            convert = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                converters.append((place, convert))
        pick = itemgetter(*order) if len(order) > 1 else lambda row: (row[order[0]],)
        prepared = self._prepared[dialect.name] = (str(compiled), pick, converters)
        return prepared


class ByIds:
    """A SELECT of the rows with these ids. Its IN is written once for each power of two and filled up with the last id: Core spends more
    on the parameters of an IN than a database on looking them up. On SQLite it crosses to the database's thread once."""

    def __init__(self, select: sa.Select[Any], id_: sa.Column[Any], given: Sequence[str] = ()) -> None:
        """`given`: names of parameters that stand in the SELECT, before the ids."""
        self._select, self._id, self._given = select, id_, given
        self._prepared: dict[tuple[str, int], str] = {}
        self._converters: list[tuple[int, Callable[[Any], Any]]] | None = None

    async def __call__(
        self, conn: AsyncConnection, ids: Sequence[bytes] | Sequence[str], *given: Any
    ) -> Sequence[Sequence[Any]]:
        """At least one id. Times and documents come as Python knows them on SQLite; of PostgreSQL's no document may be asked for."""
        size = 1 << (len(ids) - 1).bit_length()
        key = (conn.dialect.name, size)
        sql = self._prepared.get(key)
        if sql is None:
            query = self._select.where(self._id.in_([ids[0]] * size)).params(**dict.fromkeys(self._given, ""))
            compiled = query.compile(dialect=conn.dialect, compile_kwargs={"render_postcompile": True})
            sql = self._prepared[key] = str(compiled)
        filled = (*given, *ids, *[ids[-1]] * (size - len(ids)))
        if key[0] != "sqlite":
            return (await conn.exec_driver_sql(sql, filled)).all()
        driver: Any = (await conn.get_raw_connection()).driver_connection
        try:
            found: list[tuple[Any, ...]] = await driver._execute(lambda: driver._conn.execute(sql, filled).fetchall())
        except sqlite3.Error as error:
            raise _translated(error, [(sql, filled)]) from error
        return self._converted(conn.dialect, found)

    def _converted(self, dialect: sa.Dialect, rows: list[tuple[Any, ...]]) -> Sequence[Sequence[Any]]:
        if self._converters is None:
            self._converters = readers(self._select, dialect)
        if not self._converters:
            return rows
        converted = [list(row) for row in rows]
        for row in converted:
            for place, convert in self._converters:
                if (value := row[place]) is not None:
                    row[place] = convert(value)
        return converted


LONGEST = timedelta(days=1)
"""No pause before another try is longer."""


def overdue(when: sa.Column[Any], untried: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """What is to be tried at `at(now)`: also what nobody has tried yet, and what waits longer than anything does. A clock that was
    ahead for a while when a row was written keeps nothing back that long."""
    now, far = sa.bindparam("now", type_=when.type), sa.bindparam("far", type_=when.type)
    return when.is_not(None) & sa.or_(when <= now, when > far, untried)


def at(now: datetime) -> dict[str, datetime]:
    """Parameters of `overdue`."""
    return {"now": now, "far": now + LONGEST}


class Due:
    """A SELECT that a loop asks again and again, of its parts (None: of all). It is put together once: to build it took longer than
    to ask it, four times a second and loop."""

    def __init__(self, select: sa.Select[Any], part: sa.Column[Any]) -> None:
        self._all = select.limit(sa.bindparam("limit"))
        self._of_parts = self._all.where(part.in_(sa.bindparam("parts", expanding=True)))

    async def __call__(
        self, conn: AsyncConnection, parts: Sequence[int] | None, limit: int, **given: Any
    ) -> Sequence[sa.Row[Any]]:
        query, of = (self._all, {}) if parts is None else (self._of_parts, {"parts": list(parts)})
        found: Sequence[sa.Row[Any]] = (await conn.execute(query, {**given, **of, "limit": limit})).all()
        return found


Work = tuple[Many, Sequence[Mapping[str, Any]]]
"""A statement and its rows."""


def changed(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Parameters of an UPDATE by id and part."""
    return {"b_id": row["id"], "b_part": row["part"], **{name: row[name] for name in names}}


async def write(conn: AsyncConnection, work: Sequence[Work], commit: bool = False, alone: bool = False) -> bool:
    """Several statements, in order. On SQLite they cross to the database's thread together, with `commit` the commit too: a
    crossing costs more than a row. `alone`: only if no transaction is open there; False when one was, and nothing is written then."""
    statements = [many.values(conn.dialect, rows) for many, rows in work if rows]
    if conn.dialect.name != "sqlite":
        for sql, values in statements:
            await conn.exec_driver_sql(sql, values)
        return True
    driver: Any = (await conn.get_raw_connection()).driver_connection

    def run() -> bool:
        if alone and driver._conn.in_transaction:
            return False
        try:
            for sql, values in statements:
                driver._conn.executemany(sql, values)
            if commit:
                driver._conn.commit()
        except BaseException:
            if commit:
                driver._conn.rollback()
            raise
        return True

    try:
        return bool(await driver._execute(run))
    except sqlite3.Error as error:
        raise _translated(error, statements) from error


def _translated(error: sqlite3.Error, statements: Sequence[tuple[str, Any]]) -> Exception:
    """The same exceptions as through SQLAlchemy, which names them as the driver does, so that callers need not know."""
    kind: type[sa.exc.DBAPIError] = getattr(sa.exc, type(error).__name__, sa.exc.DBAPIError)
    return kind("; ".join(sql for sql, _ in statements)[:500], None, error)
