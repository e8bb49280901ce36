"""`wargi chat` against the pages it talks to, and an answering machine instead of the bot."""

import asyncio
import contextlib
import io
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot import clock, terminal
from bot.config import Config
from bot.errors import ConfigError
from bot.hints import Hints
from bot.message import Item
from bot.models import Author, Delivery, Message
from bot.models.base import table
from bot.store import schema, talk, talk_rows
from bot.store.batch import message_row
from bot.store.db import Db
from bot.web import chat, keys
from bot.web.door import Door


class Machine(Door):
    """Answers each message with two bubbles, the second a moment later, as a turn would."""

    def __init__(self, db: Db, hints: Hints) -> None:
        self.db, self.hints = db, hints
        self.talks: dict[str, talk.Talk] = {}
        self.tasks: list[asyncio.Task[None]] = []

    async def put(self, items: list[Item]) -> None:
        for item in items:
            self.tasks.append(asyncio.create_task(self._answer(item)))

    async def _answer(self, item: Item) -> None:
        said, address = orjson.loads(item.raw), item.address or ""
        what = self.talks.get(address)
        async with self.db.unit() as unit:
            if what is None:
                what = self.talks[address] = talk.new(chat.ACCOUNT, address, clock.now())
                await talk_rows.INSERT_CONTACT(unit.conn, [talk_rows.contact_row(what, clock.now())])
                await talk_rows.INSERT_ADDRESS(unit.conn, [talk_rows.address_row(what)])
                await talk_rows.INSERT_CONVERSATION(unit.conn, [talk_rows.conversation_row(what, clock.now())])
            now = clock.now()
            await self._store(unit.conn, message_row(what, Author.CITIZEN, now, body=said["text"], key=said["id"]))
        for body, data in (
            (f"Anda menulis \x1b[31m{said['text']}", None),
            ("Lagi?\n\n1. Ya", {"choices": [["y", "Ya"]]}),
        ):
            await asyncio.sleep(0.15)
            async with self.db.unit() as unit:
                row = message_row(what, Author.BOT, now, body=body, data=data, delivery=Delivery.DELIVERED)
                await self._store(unit.conn, row)
            self.hints.publish([f"w:{address}"])

    async def _store(self, conn: Any, row: dict[str, Any]) -> None:
        await conn.execute(sa.insert(table(Message)), [row])


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[TestServer]:
    db, hints = Db(f"sqlite:///{tmp_path}/wargi.db", tmp_path), Hints()
    await db.open()
    await schema.prepare(db)
    app = web.Application()
    machine = Machine(db, hints)
    app[keys.CONFIG], app[keys.DB], app[keys.HINTS] = Config(data_dir=tmp_path), db, hints
    app[keys.DOOR] = machine
    chat.setup(app)
    server = TestServer(app)
    await server.start_server()
    yield server
    await asyncio.gather(*machine.tasks)
    await server.close()
    await db.close()


Pipe = Callable[[str], None]


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipe]:
    """Makes a text the standard input."""
    with contextlib.ExitStack() as files:

        def pipe_(text: str) -> None:
            read, write = os.pipe()
            os.write(write, text.encode())
            os.close(write)
            monkeypatch.setattr("sys.stdin", files.enter_context(os.fdopen(read, encoding="utf-8")))

        yield pipe_


async def run(server: TestServer, tmp_path: Path) -> None:
    await terminal.chat(Config(data_dir=tmp_path), str(server.make_url("/")))


async def test_each_piped_line_is_sent_and_its_answers_awaited(
    server: TestServer,
    tmp_path: Path,
    pipe: Pipe,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(terminal, "QUIET", 0.5)
    pipe("halo\n\n  jalan rusak")
    await run(server, tmp_path)
    assert capsys.readouterr().out.splitlines() == [
        "Wargi: Anda menulis [31mhalo",
        "Wargi: Lagi?",
        "  1. Ya",
        "Wargi: Anda menulis [31mjalan rusak",
        "Wargi: Lagi?",
        "  1. Ya",
    ]
    kept = tmp_path / "terminal-cookie.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600

    pipe("")
    await run(server, tmp_path)
    again = capsys.readouterr().out
    assert again.startswith("Anda: halo\nWargi: ") and "Anda: jalan rusak" in again, "the thread goes on"


async def test_a_broken_cookie_file_begins_a_new_thread(
    server: TestServer, tmp_path: Path, pipe: Pipe, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "terminal-cookie.json").write_text("[1, 2")
    pipe("")
    await run(server, tmp_path)
    assert capsys.readouterr().out == ""


async def test_a_cut_line_is_sent_again_with_the_same_key(server: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    keys_seen: list[str] = []
    real = aiohttp.ClientSession.post

    def flaky(self: Any, url: Any, **more: Any) -> Any:
        keys_seen.append(more["json"]["key"])
        if len(keys_seen) == 1:
            raise aiohttp.ClientConnectionError("cut")
        return real(self, url, **more)

    async def nap(seconds: float) -> None:
        return None

    async def one() -> AsyncIterator[str]:
        yield "halo"

    monkeypatch.setattr(aiohttp.ClientSession, "post", flaky)
    monkeypatch.setattr(terminal, "QUIET", 0.5)
    out = io.StringIO()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        visit = terminal.Visit(http, str(server.make_url("/")).rstrip("/"), out)
        await visit.open()
        await visit.talk(one(), patient=True)
    assert len(keys_seen) == 2 and len(set(keys_seen)) == 1
    assert "dicoba lagi" in out.getvalue() and out.getvalue().count("Anda menulis") == 1


async def test_says_what_to_do_when_nothing_answers(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{unused_port()}"
    assert not await terminal.answers(url)
    with pytest.raises(ConfigError, match="wargi run"):
        await terminal.chat(Config(data_dir=tmp_path), url)


async def test_knows_a_server_of_ours(server: TestServer, tmp_path: Path) -> None:
    assert await terminal.answers(str(server.make_url("/")))
    stranger = TestServer(web.Application())
    await stranger.start_server()
    assert not await terminal.answers(str(stranger.make_url("/")))
    with pytest.raises(ConfigError, match="wargi run"):
        await terminal.chat(Config(data_dir=tmp_path), str(stranger.make_url("/")))
    await stranger.close()
