"""`wargi chat`: the citizen of the web chat, in a terminal. It speaks to the running server as a browser would.

The cookie is kept under the data directory, so the thread goes on where it was left. Lines may come from a pipe: each
is sent, its answers are waited for, and the end of the input waits for the last ones.
"""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TextIO

import aiohttp
import orjson
from yarl import URL

from bot import clock
from bot.config import Config
from bot.errors import ConfigError, Unreadable

QUIET = 1.0
"""Seconds without a further bubble after which an answer counts as whole."""
LONGEST = 15.0
"""Seconds to wait for any answer at all: where an officer answers, there may be none for now."""
LOOK = 5.0

_WHO = {"bot": "Wargi", "officer": "Petugas", "citizen": "Anda"}


async def answers(url: str) -> bool:
    """Does a server of ours run there?"""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as http,
            http.get(f"{url.rstrip('/')}/chat/messages") as response,
        ):
            return response.status == 200 and "messages" in await response.json()
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return False


async def chat(config: Config, url: str | None) -> None:
    """Talks until the input ends. Raises `ConfigError` when no server answers."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    base = URL((url or f"http://{host}:{config.port}").rstrip("/"))
    cookies = config.data_dir / "terminal-cookie.json"
    # the cookie is `Secure` where the public address is https, though we may come by the back door
    jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=base.origin())
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=20)) as http:
        visit = Visit(http, str(base).rstrip("/"), sys.stdout)
        _recall(jar, cookies, base)
        try:
            await visit.open()
        except (aiohttp.ClientError, TimeoutError, Unreadable, ValueError) as error:
            raise ConfigError(
                f"nothing answers at {base}/chat ({type(error).__name__}); start the server first with `wargi run`"
            ) from None
        _keep(jar, cookies, base)
        keyboard = sys.stdin.isatty()
        if keyboard:
            print("Ketik pesan, lalu tekan Enter. Selesai: Ctrl+D.", flush=True)
        await visit.talk(_lines(sys.stdin.fileno()), patient=not keyboard)


class Visit:
    """One open thread."""

    def __init__(self, http: aiohttp.ClientSession, base: str, out: TextIO) -> None:
        self._http, self._base, self._out = http, base, out
        self._cursor = ""
        self._shown: set[int] = set()
        self._mine: set[str] = set()
        self._hint, self._answer = asyncio.Event(), asyncio.Event()

    async def open(self) -> None:
        async with self._http.get(f"{self._base}/chat") as response:
            if response.status != 200:
                raise Unreadable(f"/chat answered {response.status}")
        await self._look()

    async def talk(self, lines: AsyncIterator[str], *, patient: bool) -> None:
        """Sends each line. `patient`: waits for its answers before the next, as a script wants."""
        helpers = [asyncio.create_task(self._listen()), asyncio.create_task(self._watch())]
        try:
            async for line in lines:
                if text := line.strip():
                    await self._say(text, patient)
        finally:
            for task in helpers:
                task.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _say(self, text: str, patient: bool) -> None:
        """The key stays the same however often the line is cut, so it is said once."""
        said = {"text": text, "choice": "", "key": clock.token()[:32]}
        self._mine.add(said["key"])
        self._answer.clear()
        while True:
            wait = await self._post(said)
            if not wait:
                break
            await asyncio.sleep(wait)
        quiet = LONGEST
        while patient:
            try:
                await asyncio.wait_for(self._answer.wait(), quiet)
            except TimeoutError:
                return
            self._answer.clear()
            quiet = QUIET

    async def _post(self, said: dict[str, str]) -> float:
        """0 when it was taken or refused for good, else the seconds until the next try."""
        try:
            async with self._http.post(f"{self._base}/chat/send", json=said, headers={"Origin": self._base}) as answer:
                if answer.status in (429, 503):
                    return float(answer.headers.get("Retry-After", "5"))
                if answer.status >= 400:
                    self._print("!", (await answer.json())["error"])
                return 0
        except (aiohttp.ClientError, TimeoutError):
            self._print("!", "sambungan terputus, dicoba lagi …")
            return 2

    async def _look(self) -> None:
        """Shows what is new."""
        try:
            async with self._http.get(f"{self._base}/chat/messages", params={"after": self._cursor}) as answer:
                if answer.status != 200:
                    return
                news = await answer.json()
        except (aiohttp.ClientError, TimeoutError):
            return
        if news["fresh"]:
            self._shown.clear()
        self._cursor = news["cursor"]
        for message in news["messages"]:
            if message["seq"] not in self._shown:
                self._shown.add(message["seq"])
                self._show(message)

    def _show(self, message: dict[str, Any]) -> None:
        if message["key"] in self._mine:
            return  # stands there already, as it was typed
        choices = [f"{place}. {label}" for place, (_, label) in enumerate(message["choices"], 1)]
        self._print(_WHO[message["author"]], "\n".join([message["text"], *choices]))
        if message["author"] != "citizen":
            self._answer.set()

    def _print(self, who: str, text: str) -> None:
        first, *more = _plain(text).split("\n")
        print(f"{who}: {first}", *(f"  {line}" for line in more), sep="\n", file=self._out, flush=True)

    async def _listen(self) -> None:
        """The server's hints. Without them `_watch` looks by itself now and then."""
        limits = aiohttp.ClientTimeout(total=None, sock_read=60)
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self._http.get(f"{self._base}/chat/events", timeout=limits) as stream:
                    async for line in stream.content:
                        if line.startswith(b"data:"):
                            self._hint.set()
            await asyncio.sleep(3)

    async def _watch(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hint.wait(), LOOK)
            self._hint.clear()
            await self._look()


def _plain(text: str) -> str:
    """No control characters: words from elsewhere must not drive the terminal."""
    return "".join(c for c in text if c == "\n" or c.isprintable())


async def _lines(source: int) -> AsyncIterator[str]:
    """Lines from a keyboard, a pipe or a file. A thread reads, since a file cannot be awaited; a daemon on the bare
    descriptor, since a thread that waits inside `sys.stdin` would keep the process from ending."""
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[str | None]()

    def put(line: bytes | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(queue.put_nowait, None if line is None else line.decode("utf-8", "replace"))

    def pump() -> None:
        rest = b""
        with contextlib.suppress(OSError):
            while data := os.read(source, 65_536):
                *whole, rest = (rest + data).split(b"\n")
                for line in whole:
                    put(line)
        put(rest)
        put(None)

    threading.Thread(target=pump, daemon=True, name="stdin").start()
    while (line := await queue.get()) is not None:
        yield line


def _recall(jar: aiohttp.CookieJar, path: Path, base: URL) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        kept = orjson.loads(path.read_bytes()).get(base.host, {})
        jar.update_cookies({str(name): str(value) for name, value in kept.items()}, base)


def _keep(jar: aiohttp.CookieJar, path: Path, base: URL) -> None:
    """Whoever has the cookie has the thread, so only its owner may read the file. By host, not port: `wargi chat` may
    bring its own server, on any port."""
    cookies = {cookie.key: cookie.value for cookie in jar}
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(orjson.dumps({base.host: cookies}))
