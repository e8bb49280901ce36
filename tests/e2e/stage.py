"""A whole server with a browser before it, and a line between them that can be cut."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot import app, desk
from bot.config import Config

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-dev-shm-usage",
]
PASSWORD = "empat kata acak biru"
expect.set_options(timeout=30_000)  # what a busy machine may need; whoever sees it at once waits no longer


class Line:
    """A TCP proxy: `cut()` drops every connection and refuses new ones, `mend()` lets them through again."""

    def __init__(self) -> None:
        self.up = True
        self.port = 0
        self.target = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self, target: int) -> None:
        self.target = target
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.up:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        self._writers -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        with suppress(OSError):
            writer.close()

    def cut(self) -> None:
        self.up = False
        for writer in list(self._writers):
            writer.transport.abort()

    def mend(self) -> None:
        self.up = True

    async def stop(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()


class Stage:
    """Everything a test needs: the server (which can be restarted on its port), the line, the browser."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.folder, self.browser = folder, browser
        self.server: app.Server
        self.line = Line()
        self.contexts: list[BrowserContext] = []
        self.problems: list[str] = []

    async def start(self, port: int = 0) -> None:
        config = Config(
            database_url=f"sqlite:///{self.folder}/wargi.db", data_dir=self.folder, secret_key="x" * 40, port=port
        )
        self.server = app.Server(config)
        await self.server.start(app.bind("127.0.0.1", port, True))

    async def restart(self) -> None:
        port = self.server.port
        await self.server.stop()
        await self.start(port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.line.port}"

    async def page(self, width: int = 1440, height: int = 900, scheme: str = "light", **more: object) -> Page:
        """A fresh browser window; whatever it complains about is kept in `problems`."""
        more.setdefault("service_workers", "block")  # a page that a worker answers for is one more thing to wait for
        context = await self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale="id-ID", **more
        )
        context.set_default_timeout(30_000)
        self.contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.on("console", self._console)
        return page

    def _console(self, message: object) -> None:
        text = str(getattr(message, "text", ""))
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.problems.append(text)

    async def first_officer(self, page: Page, name: str = "Rina Marlina", login: str = "rina") -> None:
        """Through the link that the server prints at its first start."""
        path = await desk.first_link(self.server.db, self.server.config)
        assert path
        await self.invited(page, path, name, login)

    async def invited(self, page: Page, path: str, name: str, login: str) -> None:
        await page.goto(self.url + path)
        await page.fill("#nama", name)
        await page.fill("#nama_masuk", login)
        await page.fill("#sandi", PASSWORD)
        await page.click("button.utama")
        await page.wait_for_selector(".sambungan.ya")

    async def stop(self) -> None:
        for context in self.contexts:
            await context.close()
        await self.line.stop()
        await self.server.stop()


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    if not CHROMIUM:
        (pytest.fail if os.environ.get("REQUIRE_ALL_TESTS") else pytest.skip)("no chromium: apt-get install chromium")
    async with async_playwright() as play:
        running = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        await running.close()


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    async with browser() as running:
        stage = Stage(folder, running)
        await stage.start()
        await stage.line.start(stage.server.port)
        try:
            yield stage
        finally:
            await stage.stop()
