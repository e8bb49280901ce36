"""A pooler like PgBouncer in transaction mode: few connections to PostgreSQL, lent for one transaction each, never cleaned in between."""

import asyncio
import struct
from typing import Self
from urllib.parse import parse_qs, urlsplit

PLAIN = frozenset({"user", "database", "client_encoding", "application_name", "datestyle", "timezone"})
"""Parameters of a start that PgBouncer takes."""


Said = asyncio.Future[tuple[bytes, bytes]]


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readexactly(5)
    return head[:1], head + await reader.readexactly(struct.unpack("!I", head[1:])[0] - 4)


def _start(user: str, database: str) -> bytes:
    body = struct.pack("!I", 196608) + b"\0".join(s.encode() for s in ("user", user, "database", database)) + b"\0\0"
    return struct.pack("!I", len(body) + 4) + body


class Pooler:
    """`async with Pooler(url, 2) as pooler`: `pooler.url` leads through it. `lent` counts what was handed out, `refused` what was
    asked for at a start that a pooler does not take."""

    def __init__(self, url: str, size: int) -> None:
        self._to, self._size = urlsplit(url), size
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self._hello = b""
        self._tasks: set[asyncio.Task[None]] = set()
        self.lent, self.refused = 0, set[str]()

    async def __aenter__(self) -> Self:
        for _ in range(self._size):
            self._free.put_nowait(await self._connect())
        self._server = await asyncio.start_server(self._client, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"postgresql://{self._to.username}@127.0.0.1:{port}{self._to.path}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while not self._free.empty():
            self._free.get_nowait()[1].close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = parse_qs(self._to.query).get("host", [""])[0]
        port = self._to.port or 5432
        if folder:
            reader, writer = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        else:
            reader, writer = await asyncio.open_connection(self._to.hostname, port)
        writer.write(_start(self._to.username or "", self._to.path.lstrip("/")))
        hello = b""
        while True:
            kind, raw = await _message(reader)
            assert kind != b"E", raw
            if kind in (b"S", b"K"):
                hello += raw
            if kind == b"Z":
                self._hello = hello
                return reader, writer

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._greet(reader, writer)
            said = asyncio.ensure_future(_message(reader))
            while (await said)[0] != b"X":
                said = await self._transaction(reader, writer, said)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            body = await reader.readexactly(struct.unpack("!I", await reader.readexactly(4))[0] - 4)
            if body[:4] != struct.pack("!I", 80877103):  # asks for TLS
                break
            writer.write(b"N")
        words = body[4:].split(b"\0")
        self.refused |= {name.decode().lower() for name in words[:-1:2] if name} - PLAIN
        writer.write(b"R" + struct.pack("!II", 8, 0) + self._hello + b"Z" + struct.pack("!I", 5) + b"I")

    async def _transaction(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: Said) -> Said:
        """One connection, from this message until PostgreSQL says that it is idle and owes no answer. Returns what comes next."""
        server, out = await self._free.get()
        self.lent += 1
        waiting, answer = 0, asyncio.ensure_future(_message(server))
        try:
            while True:
                kind, raw = await said
                if kind == b"X":
                    raise ConnectionError("left in the middle of a transaction")
                waiting += kind in (b"Q", b"S", b"F")
                out.write(raw)
                said = asyncio.ensure_future(_message(reader))
                while not said.done():
                    await asyncio.wait({said, answer}, return_when=asyncio.FIRST_COMPLETED)
                    if not answer.done():
                        continue
                    kind, raw = answer.result()
                    writer.write(raw)
                    waiting -= kind == b"Z"
                    if kind == b"Z" and not waiting and raw[-1:] == b"I":
                        return said
                    answer = asyncio.ensure_future(_message(server))
        except BaseException:
            answer.cancel()
            said.cancel()
            out.close()  # as PgBouncer does: nobody else may have what is open there
            server, out = await self._connect()
            raise
        finally:
            self._free.put_nowait((server, out))
