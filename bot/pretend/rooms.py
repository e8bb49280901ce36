"""Where officers practise: a small server of its own for each, with its own database, whose citizens are invented.

What happens there cannot be counted, cannot call anybody and cannot reach a citizen, because it lies in no table of the real one.
"""

import asyncio
import dataclasses
import hashlib
import shutil
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from bot import clock, logs
from bot.config import Config
from bot.errors import Conflict
from bot.message import Channel
from bot.models import Officer
from bot.pretend.alive import Alive
from bot.pretend.channel import Pretend, harmless
from bot.store import people, schema
from bot.store.db import Db
from bot.turn import House

NAME = "latihan"
"""The platform of invented citizens."""
MOST = 8
"""Rooms of one process: each holds a server."""
LONGEST = timedelta(hours=2)
FIRST = 2
"""Citizens who write as soon as a room opens."""


class Inner(Protocol):
    """The server of a room, as far as this module goes."""

    db: Db
    house: House
    invent: Callable[[], Awaitable[None]]

    @property
    def url(self) -> str: ...
    async def stop(self) -> None: ...


Make = Callable[[Config, Mapping[str, Channel]], Awaitable[Inner]]


class Room:
    """One officer's practice."""

    def __init__(
        self, owner: str, folder: "TemporaryDirectory[str]", server: Inner, session: str, alive: Alive
    ) -> None:
        self.owner, self.session, self._folder, self._server, self._alive = owner, session, folder, server, alive
        self.until: datetime = clock.now() + LONGEST

    @property
    def url(self) -> str:
        return self._server.url

    async def close(self) -> None:
        await self._alive.stop()
        await self._server.stop()
        self._folder.cleanup()


class Rooms:
    """All rooms of this process, by the token that their officer's browser holds."""

    def __init__(self, config: Config, make: Make, hurry: float = 1.0) -> None:
        self._config, self._make, self.hurry = config, make, hurry
        self._rooms: dict[str, Room] = {}
        self._empty: TemporaryDirectory[str] | None = None
        self._opening = asyncio.Lock()

    def find(self, token: str, owner: str) -> Room | None:
        """The room of this token, for the session that opened it and nobody else."""
        room = self._rooms.get(token)
        return room if room is not None and room.owner == owner and room.until > clock.now() else None

    async def open(self, officer: Officer, owner: str, agent: str = "") -> str:
        """A new room; returns its token. Raises `Conflict` when all are taken."""
        async with self._opening:
            for token in [
                token for token, room in self._rooms.items() if room.until <= clock.now() or room.owner == owner
            ]:
                await self.end(token)
            if len(self._rooms) >= MOST:
                raise Conflict("semua ruang latihan sedang dipakai; coba lagi nanti")
            folder = TemporaryDirectory(prefix="wargi-latihan-")
            try:
                room = await self._open(officer, owner, agent, folder)
            except BaseException:
                folder.cleanup()
                raise
        token = clock.token()
        self._rooms[token] = room
        return token

    async def _open(self, officer: Officer, owner: str, agent: str, folder: "TemporaryDirectory[str]") -> Room:
        path = Path(folder.name)
        await asyncio.to_thread(shutil.copyfile, await self._template(), path / "wargi.db")
        config = dataclasses.replace(
            harmless(self._config), database_url=f"sqlite:///{path}/wargi.db", data_dir=path, host="127.0.0.1", port=0, port_asked=False,
            secret_key=clock.token(), media_url="", database_listen_url="",
        )  # fmt: skip
        channel = Pretend(NAME)
        server = await self._make(config, {NAME: channel})
        try:
            session = await _enter(server.db, officer, agent)
            alive = Alive(server.db, server.house.flows, {NAME: channel}, self.hurry)
            server.invent = lambda: _one_more(alive)
            for language in ("id", "su")[:FIRST]:
                await alive.begin(NAME, language)
        except BaseException:
            await server.stop()
            raise
        return Room(owner, folder, server, session, alive)

    async def _template(self) -> Path:
        """An empty database with the newest schema, made once a process, away from the event loop."""
        if self._empty is None:
            folder = TemporaryDirectory(prefix="wargi-latihan-")
            await asyncio.to_thread(lambda: asyncio.run(_migrate(Path(folder.name))))
            self._empty = folder
        return Path(self._empty.name) / "wargi.db"

    async def end(self, token: str) -> None:
        """Everything in it is gone."""
        if (room := self._rooms.pop(token, None)) is not None:
            try:
                await room.close()
            except Exception as error:
                logs.get("pretend").error("a practice room did not close well", error=logs.fault(error))

    async def stop(self) -> None:
        for token in list(self._rooms):
            await self.end(token)
        if self._empty is not None:
            with suppress(OSError):
                self._empty.cleanup()


async def _one_more(alive: Alive) -> None:
    await alive.begin(NAME)


async def _migrate(folder: Path) -> None:
    db = Db(f"sqlite:///{folder}/wargi.db", folder, lasting=False)
    await schema.ready(db)
    await db.close()


async def _enter(db: Db, officer: Officer, agent: str) -> str:
    """The same officer, in there; returns the token of their session."""
    now, token = clock.now(), clock.token()
    hashed = hashlib.sha256(token.encode()).hexdigest()
    async with db.unit() as unit:
        who = await people.add_officer(unit.conn, officer.name, officer.login, "!", officer.role, now)
        await people.open_session(unit.conn, who, hashed, clock.token(), agent[:200], now, now + LONGEST)
    return token
