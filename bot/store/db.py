"""Connections and transactions. SQLite: one connection does every commit, readers are read-only. PostgreSQL: a pool."""

import asyncio
import fcntl
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.errors import ConfigError, StoreDown
from bot.models.ref import Ref
from bot.store import sqlite
from bot.store.kept import POOLED
from bot.store.many import Work, write

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a 200 promises that the words survive a power cut
    "busy_timeout=5000",
    "foreign_keys=ON",
    "cache_size=-65536",
    "wal_autocheckpoint=4000",
)
READING = {"isolation_level": "AUTOCOMMIT"}
"""On PostgreSQL each statement that only reads is a transaction of its own, as on SQLite: two ways to the server less a page."""
READ_PRAGMAS = ("busy_timeout=5000", "cache_size=-16384", "query_only=ON")
PATIENCE = 10.0
"""Seconds for one statement on PostgreSQL: a server that has vanished from the network never says so."""
IDLE = "8s"
"""So long a transaction may stand open with nothing asked. A machine that is put to sleep in the middle of a turn would hold its rows, and
with them the citizens of its parts, until it wakes; less than PATIENCE, so that whoever waits for them still gets them."""
_UNPREPARED: dict[str, Any] = {
    "server_settings": {"application_name": "wargi"},  # a pooler refuses others
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": str,  # no name: the next transaction may be on another connection, and may meet another's names
}
"""Nothing of ours may outlive a transaction on a connection that is somebody else's a moment later."""
KEEPALIVE = ((socket.TCP_KEEPIDLE, 30), (socket.TCP_KEEPINTVL, 10), (socket.TCP_KEEPCNT, 3))
OURS = ("21", "22", "23", "42", "54")
"""SQLSTATE classes of rows and statements that fail however often they are tried."""


@contextmanager
def _answering() -> Iterator[None]:
    """The one place that tells a row's or a statement's own fault (left as it is) from the database's, which passes: `StoreDown`.

    A database that starts, stops, is full or locked, or picks us as a deadlock's victim says nothing about what we wrote.
    """
    try:
        yield
    except (DBAPIError, sa.exc.TimeoutError, OSError) as error:
        if isinstance(error, DBAPIError) and _is_ours(error):
            raise
        raise StoreDown(f"database does not answer: {type(error).__name__}") from error


def _is_ours(error: DBAPIError) -> bool:
    if isinstance(error, IntegrityError | DataError | ProgrammingError):
        return True
    state, sqlite = (getattr(error.orig, name, None) or "" for name in ("sqlstate", "sqlite_errorname"))
    return state[:2] in OURS or sqlite == "SQLITE_ERROR"  # which is: no such table, no such column, bad syntax


class Unit:
    """One transaction: its connection, and what must be told to others once it has committed."""

    def __init__(self, conn: AsyncConnection) -> None:
        self.conn = conn
        self.hints: set[str] = set()
        self.outbox: list[dict[str, Any]] = []
        """Rows of bubbles that this transaction made; delivery takes them from here, without reading them again."""
        self.afterwards: list[Callable[[], None]] = []
        self.epochs: dict[bytes, int] = {}
        """Conversations whose epoch has risen: what the bot made before is not delivered any more."""
        self.parked: list[tuple[bytes, int, str]] = []
        """Inbox items put aside, with the reason."""
        self.read: list[tuple[str, str, str]] = []
        """Account, address and external id of messages that the bot has answered: their senders may see that they were read."""
        self.last: list[Work] = []
        """Written with the commit, in one crossing to SQLite's thread: between the two others would wait for a loop that is busy."""
        self.counted: list[str] = []
        """What `/metrics` counts of it."""
        self.confirmed: list[bytes] = []
        """Outbox ids that a status has shown to have arrived."""

    def then(self, what: Callable[[], None]) -> None:
        """To be done once it has committed, and only then."""
        self.afterwards.append(what)

    def changed(self, conversation: Ref) -> None:
        """Whoever looks at this conversation fetches it again."""
        self.hints.add(f"c:{conversation}")

    def queue_changed(self) -> None:
        self.hints.add("queue")


class Db:
    """The database of one process. `after_commit` listeners hear of every committed `Unit`, in the event loop."""

    def __init__(self, url: str, data_dir: Path, pooled: bool = False, lasting: bool = True) -> None:
        """`pooled`: between us and PostgreSQL something hands out its connections by the transaction (PgBouncer). `lasting`:
        False for what may be lost in a power cut, and is written faster. Raises `ConfigError` for an odd address."""
        self._pooled = pooled
        try:
            self.url = make_url(url)
        except (ArgumentError, ValueError):  # without its text, which may quote a piece of the password
            raise ConfigError(
                "WARGI_DATABASE_URL is no address of a database; write postgresql://user:password@host:5432/name, "
                "odd characters of the password as %40 and the like"
            ) from None
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.data_dir, self._lasting = data_dir, lasting
        self.after_commit: list[Callable[[Unit], None]] = []
        self._lock = asyncio.Lock()
        self._writer: AsyncConnection | None = None
        self._lock_file: int | None = None
        self._write: AsyncEngine
        self._read: AsyncEngine
        self._often: AsyncEngine
        self._engines: set[AsyncEngine] = set()

    @property
    def dialect(self) -> str:
        return self.url.get_backend_name()

    @property
    def sqlite_path(self) -> Path:
        return Path(self.url.database or "").absolute()

    async def open(self) -> None:
        """Connects. Raises `ConfigError` for a file that cannot be made or that another server has, and `StoreDown`."""
        if self.is_sqlite:
            self._make_file()
            pragmas = PRAGMAS if self._lasting else (*PRAGMAS, "synchronous=OFF")
            self._write = _sqlite_engine(str(self.sqlite_path), pragmas, "IMMEDIATE", NullPool)
            with _answering():
                self._writer = await self._write.connect()
            self._read = self._often = self._reader()
            self._engines = {self._write, self._read}
        else:
            self._write = _postgres_engine(self.url, self._pooled, lasting=self._lasting)
            self._read = self._write.execution_options(**READING)
            self._often = _postgres_engine(self.url, self._pooled, often=True).execution_options(**READING)
            self._engines = {self._write, self._often}
            try:
                async with self.read() as conn:
                    await conn.execute(sa.text("SELECT 1"))
            except (TypeError, ValueError):
                raise ConfigError(
                    "WARGI_DATABASE_URL has something after its `?` that the driver does not know; "
                    "TLS, for example, is ?ssl=require"
                ) from None

    async def open_for_reading(self) -> None:
        """Beside a running server: commands that only look."""
        self._write = self._reader() if self.is_sqlite else _postgres_engine(self.url, self._pooled)
        self._read = self._often = self._write if self.is_sqlite else self._write.execution_options(**READING)
        self._engines = {self._write}

    def _reader(self) -> AsyncEngine:
        uri = f"file:{quote(str(self.sqlite_path))}?mode=ro&uri=true"
        return _sqlite_engine(uri, READ_PRAGMAS, None, None)

    def _make_file(self) -> None:
        try:
            self.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
            self._take_file()
            os.close(os.open(self.sqlite_path, os.O_RDWR | os.O_CREAT, 0o600))  # citizens' words: not for every user
        except OSError as error:
            raise ConfigError(
                f"{self.sqlite_path} cannot be opened ({error.strerror}); "
                "set WARGI_DATABASE_URL to a file in a folder that this user may write to"
            ) from None

    def _take_file(self) -> None:
        """Some SQLite versions before 3.51.3 can corrupt a WAL file with two writers, so a second server is refused."""
        path = f"{self.sqlite_path}.lock"
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise ConfigError(
                f"{self.sqlite_path} is in use by another wargi process; stop that one first, "
                "or set WARGI_DATABASE_URL to another file or to PostgreSQL"
            ) from None
        self._lock_file = handle

    async def close(self) -> None:
        if self._writer is not None:
            await self._read.dispose()  # the writer goes last: whoever goes last folds the log back into the file
            await self._writer.close()
        for engine in self._engines:
            await engine.dispose()
        if self._lock_file is not None:
            os.close(self._lock_file)

    @asynccontextmanager
    async def read(self, often: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection for reading. `often`: of what every page asks by keys, so that PostgreSQL may keep its plans. Raises
        `StoreDown`."""
        with _answering():
            async with (self._often if often else self._read).connect() as conn:
                yield conn

    @asynccontextmanager
    async def unit(self, patient: bool = False) -> AsyncIterator[Unit]:
        """One write transaction, committed at the end of the block, rolled back by any exception. `patient`: its statements may take
        as long as they need. Raises `StoreDown`."""
        with _answering():
            if self._writer is not None:
                async with self._lock, self._writer.begin():
                    unit = Unit(self._writer)
                    yield unit
                    if unit.last:
                        await write(unit.conn, unit.last, commit=True)
            else:
                engine = _postgres_engine(self.url, self._pooled, None) if patient else self._write
                try:
                    async with engine.begin() as conn:
                        unit = Unit(conn)
                        yield unit
                        if unit.last:
                            await write(unit.conn, unit.last)
                        await _notify(unit)
                finally:
                    if patient:
                        await engine.dispose()
        for act in unit.afterwards:
            act()
        for listener in self.after_commit:
            listener(unit)

    async def write(self, work: Sequence[Work], hints: Iterable[str] = (), between: bool = False) -> None:
        """A transaction that only writes, in one crossing to SQLite's thread, its commit included. Raises `StoreDown`. `between`: also
        while a unit is still reading and deciding, for rows that change no decision: whoever waits for them waits for no turn."""
        if self._writer is None:
            async with self.unit() as unit:
                unit.hints.update(hints)
                await write(unit.conn, work)
            return
        unit = Unit(self._writer)
        unit.hints.update(hints)
        with _answering():
            free = between and not self._writer.invalidated
            if not (free and await write(self._writer, work, commit=True, alone=True)):
                async with self._lock:
                    await write(self._writer, work, commit=True)
        for listener in self.after_commit:
            listener(unit)


async def _notify(unit: Unit) -> None:
    """Hints travel with the commit: NOTIFY carries names only (8,000 bytes at most a payload)."""
    topics = sorted(unit.hints)
    topics += sorted({f"o:{row['part']}" for row in unit.outbox})
    for start in range(0, len(topics), 150):
        payload = " ".join(topics[start : start + 150])
        await unit.conn.execute(sa.text("SELECT pg_notify('wargi', :payload)"), {"payload": payload})


def _sqlite_engine(
    path: str, pragmas: tuple[str, ...], isolation: str | None, pool: type[sa.Pool] | None
) -> AsyncEngine:
    """`isolation` IMMEDIATE: the driver begins a transaction with the first change, which is safe because this process has one
    writer; None: every statement reads for itself."""
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        hide_parameters=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"async_creator_fn": sqlite.connect},
        **({"poolclass": pool} if pool else {"pool_size": 4, "max_overflow": 4}),
    )

    @sa.event.listens_for(engine.sync_engine, "connect")
    def connected(raw: Any, record: Any) -> None:
        raw.isolation_level = isolation
        cursor = raw.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _session(pooled: bool, patience: float | None, often: bool) -> dict[str, Any]:
    if pooled:
        return _UNPREPARED
    # A plan made while the tables are empty would scan them for ever, so each is made anew, and must be made fast: a list of cases
    # joins nine tables, in the order that is written, and weighing all orders took longer than the reading. In less than 16 MB the index
    # of words forgets which of a page's rows it meant, and two common words together read a sixth of the table.
    # Only what is asked all day keeps its plan: planning is half of its price, and a moment's bad plan, until the first ANALYZE, no harm.
    planning = {"plan_cache_mode": "auto" if often else "force_custom_plan", "join_collapse_limit": "4"}
    settings = {**planning, "work_mem": "16MB", "application_name": "wargi"}
    return {
        "server_settings": settings if patience is None else {**settings, "idle_in_transaction_session_timeout": IDLE}
    }


def _postgres_engine(
    url: sa.URL, pooled: bool, patience: float | None = PATIENCE, lasting: bool = True, often: bool = False
) -> AsyncEngine:
    if find_spec("asyncpg") is None:
        raise ConfigError("PostgreSQL needs the driver asyncpg: install wargi with its extra [postgres]")
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        hide_parameters=True,
        execution_options={POOLED: pooled},
        pool_size=4 if often else 8,  # of both together twenty at most; docs/scale.md tells what a server must hold
        max_overflow=2 if often else 6,
        pool_timeout=10,
        connect_args={"timeout": 10, "command_timeout": patience, **_session(pooled, patience, often)},
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )

    @sa.event.listens_for(engine.sync_engine, "connect")
    def connected(raw: Any, record: Any) -> None:
        line = raw.driver_connection._transport.get_extra_info("socket")  # asyncpg has no setting for it
        if line.family in (socket.AF_INET, socket.AF_INET6):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in KEEPALIVE:
                line.setsockopt(socket.IPPROTO_TCP, option, value)

    if not lasting:

        @sa.event.listens_for(engine.sync_engine, "begin")
        def hurried(conn: sa.Connection) -> None:
            conn.exec_driver_sql(
                "SET LOCAL synchronous_commit = off"
            )  # of this transaction only, so a pooler may stand between

    return engine
