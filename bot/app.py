"""The composition root: builds one server from its settings. Nothing is global."""

import asyncio
import errno
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import aiohttp
from aiohttp import web

from bot import clock, i18n, logs, push, registry, vault
from bot.approved import HINT, Templates
from bot.config import Config
from bot.content import Content, content_dir
from bot.delivery import Delivery
from bot.engine import flow
from bot.errors import ConfigError, WargiError
from bot.fetching import Fetcher
from bot.files.shelf import Shelf, shelf
from bot.hints import EVERYTHING, Hints
from bot.lessons import Lessons
from bot.message import Channel
from bot.metrics import Metrics
from bot.policy import templates
from bot.pretend.rooms import Rooms
from bot.published import Published
from bot.rounds import Rounds
from bot.store import leases, schema
from bot.store.db import Db
from bot.store.listen import listen
from bot.store.spool import Spool
from bot.triage import room
from bot.turn import House, Ways, alarm
from bot.watch import Watch
from bot.web import agency, api, chat, handed, health, keys, track, upload, webhooks
from bot.web.door import Door
from bot.worker import Worker

STOP_SECONDS = 6.0
"""For turns and sends in flight; with the rest of the stop under ten seconds."""
NEXT_PORTS = 20
EXAMPLES = Path("data") / "examples" / "topics"


class Server:
    """One process: `gateway` (webhooks, chat), `worker` (turns, sends, timers), `desk`, or all three."""

    def __init__(
        self, config: Config, roles: Iterable[str] = ("gateway", "worker", "desk"), kinds: Mapping[str, Channel] | None = None,
        like: House | None = None,
    ) -> None:  # fmt: skip
        """`kinds`: channels instead of those that the settings switch on, where nothing may leave the house. `like`: this is a room
        for practice beside another server, with the same content."""
        self.config, self._kinds, self._like = config, kinds, like
        self.invent: Callable[[], Awaitable[None]] = _nobody
        """In a room for practice: one more citizen."""
        self.roles = frozenset(roles)
        self.metrics = Metrics()
        self.hints = Hints()
        self.db = Db(config.database_url, config.data_dir, config.pooled)
        self.spool = Spool(config.data_dir)
        self.door = Door(self.db, self.spool)
        self.db.after_commit.append(self.metrics.committed)
        self.house: House
        self.shelf: Shelf
        self.port = 0
        self.migrated = False
        self.learnt = threading.Event()
        """Set when topics, intents and places are loaded, or cannot be."""
        self._worker: Worker | None = None
        self._delivery: Delivery | None = None
        self._fetcher: Fetcher | None = None
        self._rounds: Rounds | None = None
        self._listener: asyncio.Task[None] | None = None
        self._templates: Templates | None = None
        self._loops: list[asyncio.Task[None]] = []
        self.published: Published
        self.watch: Watch
        self.rooms: Rooms
        self._runner: web.AppRunner | None = None
        self._http: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        everywhere = self.config.host in ("0.0.0.0", "::")
        return self.config.public_url or f"http://{'localhost' if everywhere else self.config.host}:{self.port}"

    async def start(self, sock: socket.socket) -> None:
        """Serves on `sock`. Raises `ConfigError` or `FlowError` with one clear sentence."""
        self.port = sock.getsockname()[1]
        shipped = Content(content_dir(self.config.flows_dir, "flows"), content_dir(self.config.locales_dir, "locales"))
        catalogues = self._like.flows.catalogues if self._like else i18n.Catalogues.load(shipped.locales)
        flows = self._like.flows if self._like else flow.load(shipped.flows, catalogues)
        await self._open()
        self.spool.open()
        self.published = Published(self.db, self.config.data_dir, shipped)
        flows = await self.published.first() or flows
        folder = self.published.content.flows
        self.shelf = shelf(self.config.media_url, self.config.data_dir)
        kinds = dict(self._kinds or registry.channels(self.config, self.url, self.shelf.read))
        sorter = self._like.triage if self._like else self.published.triage or room.load(folder, flows)
        self.house = House(
            flows, kinds, sorter, vault.load(self.config.secret_key, self.config.data_dir), self._ways(),
            self.config.survey_hours, self.url, templates.load(folder, flows.catalogues),
            remind_hours=self.config.window_reminder_hours, secrets=self.config.host_secrets,
        )  # fmt: skip
        self.house.push = push.load(self.config.data_dir, push.contact(self.config.public_url, self.config.mail_from))
        self.door.ear = partial(alarm.heard, self.house)
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=512), cookie_jar=aiohttp.DummyCookieJar()
        )
        for channel in kinds.values():
            await channel.start(self._http)
        self._templates = Templates(self.db, self.house, self.metrics, sync="worker" in self.roles)
        app = self._app(catalogues)
        life: tuple[int, int] | None = None
        if "worker" in self.roles:
            name = f"{socket.gethostname()}:{self.port}:{clock.process_name()}"
            life = (leases.LIVES, leases.life(name))
            self._delivery = Delivery(self.db, kinds, self.metrics)
            self._worker = Worker(self.db, self.house, self._delivery, self.metrics, name)
            scratch = self.config.data_dir / "media" / "tmp"
            self._fetcher = Fetcher(self.db, self.house, self.shelf, self.metrics, scratch, self._worker)
            self._worker.news, self.door.crowded = self._templates.news, self._worker.crowded
            self.db.after_commit.append(self._delivery.committed)
            self._rounds = Rounds(self.db, self.house, self._looks_after_all)
        if self.db.is_sqlite:
            self.db.after_commit.append(lambda unit: self._heard(unit.hints))
        else:
            dsn = self.config.database_listen_url or self.config.database_url
            self._listener = asyncio.create_task(listen(dsn, self._heard, life))
        self._loops.append(asyncio.create_task(self.door.work()))
        if self._like is None:
            lessons = Lessons(self.db, self.house, self.hints, folder / EXAMPLES, self.config.data_dir)
            renewing = self.published.work(self.house, self.hints, lambda new: lessons.begin_anew(new.flows / EXAMPLES))
            self._loops += [asyncio.create_task(loop) for loop in (lessons.work(), self._templates.run(), renewing)]
        if self._worker is not None:
            self.watch = Watch(self.db, self.metrics, self._looks_after_all)
            self._loops.append(asyncio.create_task(self.watch.work()))
            await self._worker.start()
        if self._fetcher is not None:
            self._fetcher.start()
        if self._rounds is not None:
            self._rounds.start()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0, handler_cancellation=False)
        await self._runner.setup()
        await web.SockSite(self._runner, sock, backlog=1024).start()
        if self._like is not None:
            return self.learnt.set()
        # A daemon: a stop need not wait for a model that is being trained.
        return threading.Thread(target=self._learn, name="learn", daemon=True).start()

    def _looks_after_all(self) -> bool:
        """One process at a time does what is done for all officers together: the one that holds part 0."""
        held = self._worker.held() if self._worker is not None else {}
        return held is None or 0 in held

    def _learn(self) -> None:
        """What takes seconds to load comes while messages are answered already."""
        try:
            folder, triage = self.published.content.flows, self.house.triage
            room.learn(triage, folder, self.house.flows, self.config.data_dir)
        except (WargiError, OSError) as error:
            logs.get("app").error("topics are not guessed", error=logs.fault(error))
        finally:
            self.learnt.set()

    def _ways(self) -> Ways:
        config = self.config
        return Ways(
            config.mail_url, config.mail_from, config.alarm_webhook_url, config.alarm_webhook_secret,
            config.whatsapp_alarm_template,
        )  # fmt: skip

    async def _open(self) -> None:
        self.migrated = await schema.ready(self.db)

    def _app(self, catalogues: i18n.Catalogues) -> web.Application:
        app = web.Application(client_max_size=webhooks.LIMIT)
        app[keys.ROLES] = self.roles
        app[keys.CONFIG], app[keys.DB], app[keys.HINTS] = self.config, self.db, self.hints
        app[keys.HOUSE], app[keys.CATALOGUES] = self.house, catalogues
        app[keys.SHELF], app[keys.LINK_KEY] = self.shelf, self.house.vault.signing_key("links")
        app[keys.DOOR], app[keys.METRICS] = self.door, self.metrics
        health.setup(app)
        if "gateway" in self.roles:
            for channel in self.house.channels.values():
                webhooks.setup(app, channel)
            upload.setup(app, chat.setup(app))
            handed.setup(app)
            track.setup(app)
            agency.setup(app)
        if "desk" in self.roles:
            from bot import desk

            desk.setup(app)
            api.setup(app)
            self._practise(app)
        return app

    def _practise(self, app: web.Application) -> None:
        """Rooms where officers practise; in such a room, the way to call another citizen."""
        from bot.desk.keys import INVENT, PRACTICE

        if self._like is not None:
            app[INVENT] = self._invent
            return
        self.rooms = app[PRACTICE] = Rooms(self.config, self._room)
        app.on_cleanup.append(lambda _: self.rooms.stop())

    async def _invent(self) -> None:
        await self.invent()

    async def _room(self, config: Config, kinds: Mapping[str, Channel]) -> "Server":
        server = Server(config, ("worker", "desk"), kinds, like=self.house)
        await server.start(bind("127.0.0.1", 0, asked=False))
        return server

    def _heard(self, topics: set[str]) -> None:
        """Hints of a commit, ours or (PostgreSQL) anybody's."""
        self.hints.publish(topics)
        if self._templates is not None and HINT in topics:
            self._templates.look()
        if self._worker is None or self._delivery is None:
            return
        if self._fetcher is not None and ("media" in topics or EVERYTHING in topics):
            self._fetcher.wake()
        if "inbox" in topics or EVERYTHING in topics:
            self._worker.wake()
        if "errand" in topics or EVERYTHING in topics:
            self._worker.errands.wake()
        if self._rounds is not None and ("queue" in topics or EVERYTHING in topics):
            self._rounds.wake()
        if "urgent" in topics or EVERYTHING in topics:
            self._worker.lane.wake()
        if not self.db.is_sqlite:
            self._delivery.ask(int(topic[2:]) for topic in topics if topic.startswith("o:"))

    async def stop(self) -> None:
        """Orderly: no new requests, the turn ends, sends in flight end, everything closes. At most ten seconds."""
        log = logs.get("app")
        served = self._runner is not None  # a start that was refused has said its sentence already
        if served:
            log.info("stopping")
        self.hints.publish({EVERYTHING})
        if self._runner is not None:
            await self._runner.cleanup()
        if self._fetcher is not None:
            await self._fetcher.stop()
        if self._rounds is not None:
            await self._rounds.stop()
        if self._worker is not None:
            await self._worker.stop(STOP_SECONDS)
        loops = [*self._loops, *([self._listener] if self._listener is not None else [])]
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await self.door.stop()
        if served:
            await self.house.courtesies.stop()
        if self._http is not None:
            await self._http.close()
        await self.db.close()
        if served:
            log.info("stopped")


async def _nobody() -> None:
    """Outside of practice nobody is invented."""


def bind(host: str, port: int, asked: bool) -> socket.socket:
    """A listening socket; when the default port is taken, the next free one. Raises `ConfigError` for a port that was asked for."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + (1 if asked or port == 0 else NEXT_PORTS)):
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, candidate))
        except OSError as error:
            sock.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise ConfigError(f"cannot listen on {host}: {error.strerror}; check WARGI_HOST") from None
            continue
        sock.setblocking(False)
        return sock
    raise ConfigError(f"port {port} is taken; stop what uses it, or set WARGI_PORT to another one")
