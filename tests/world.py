"""A whole world on this machine: the real server, fake platforms, citizens, and officers at their desk. HTTP only."""

import asyncio
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp
import sqlalchemy as sa

from bot import registry
from bot.app import Server, bind
from tests.fakes.citizen import Citizen
from tests.fakes.graph import FakeGraph
from tests.fakes.messenger import FakeMessenger
from tests.fakes.sms import FakeGateway
from tests.fakes.telegram import FakeTelegram, Person

ROOT = Path(__file__).parent.parent
PASSWORD = "sampurasun wargi jabar"
NUMBER = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
TELEGRAM_SECRET = "telegram-secret"


def settings(
    database_url: str, data_dir: Path, graph: FakeGraph, telegram: FakeTelegram, **more: str
) -> dict[str, str]:
    """The environment of a server that talks to the fakes."""
    return {
        "WARGI_DATABASE_URL": database_url,
        "WARGI_DATA_DIR": str(data_dir),
        "WARGI_SECRET_KEY": "not a secret",
        "WARGI_FLOWS_DIR": str(ROOT / "flows"),
        "WARGI_LOCALES_DIR": str(ROOT / "locales"),
        "WARGI_WHATSAPP_APP_SECRET": graph.secret,
        "WARGI_WHATSAPP_VERIFY_TOKEN": "verify-me",
        "WARGI_WHATSAPP_ACCESS_TOKEN": graph.token,
        "WARGI_WHATSAPP_PHONE_NUMBER_ID": "100200300",
        "WARGI_WHATSAPP_API_URL": graph.url,
        "WARGI_TELEGRAM_TOKEN": telegram.token,
        "WARGI_TELEGRAM_SECRET_TOKEN": TELEGRAM_SECRET,
        "WARGI_TELEGRAM_API_URL": telegram.url,
        **more,
    }


@dataclass
class Desk:
    """An officer's browser, as far as HTTP goes."""

    http: aiohttp.ClientSession
    url: str
    name: str
    csrf: str = ""

    async def get(self, path: str) -> str:
        async with self.http.get(self.url + path) as answer:
            text = await answer.text()
            assert answer.status == 200, (path, answer.status, text[:300])
        if found := re.search(r'name="csrf" value="([^"]+)"', text):
            self.csrf = found[1]
        return text

    async def post(self, path: str, **form: str) -> tuple[int, str]:
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        data = {"csrf": self.csrf, **form}
        async with self.http.post(self.url + path, data=data, headers=headers, allow_redirects=True) as answer:
            return answer.status, await answer.text()

    async def act(self, number: str, verb: str, **form: str) -> tuple[int, str]:
        """One verb on a case, as its button does it."""
        await self.get(f"/desk/tiket/{number}")
        return await self.post(f"/desk/tiket/{number}/{verb}", **form)

    async def say(self, number: str, words: str, key: str, note: bool = False) -> tuple[int, str]:
        return await self.act(number, "tulis", teks=words, kunci=key, jenis="catatan" if note else "balasan")


@dataclass
class WebCitizen:
    """A visitor of /chat without a browser."""

    http: aiohttp.ClientSession
    url: str
    count: int = 0

    async def say(self, text: str = "", choice: str = "", key: str = "") -> int:
        self.count += 1
        key = key or f"kunci{id(self):x}{self.count:04}"
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
        form = {"text": text, "choice": choice, "key": key}
        async with self.http.post(f"{self.url}/chat/send", data=form, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def messages(self) -> list[dict[str, Any]]:
        async with self.http.get(f"{self.url}/chat/messages", params={"after": "0"}) as answer:
            assert answer.status == 200, await answer.text()
            found = await answer.json()
        return list(found["messages"] if isinstance(found, dict) else found)

    async def wait_for(self, word: str, seconds: float = 30.0) -> dict[str, Any]:
        """The newest message of the house that holds this word, in its text or on its numbered buttons."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            found[:] = [each for each in await self.messages() if each["author"] != "citizen" and word in spoken(each)]
            return bool(found)

        await eventually(there, seconds, f"{word!r} in the web chat")
        return found[-1]


def spoken(message: dict[str, Any]) -> str:
    """What the page shows: it draws the choices as numbered buttons instead of the text's own list."""
    lines = [f"{n}. {label}" for n, (_, label) in enumerate(message["choices"], 1)]
    return "\n".join([message["text"], *lines])


async def eventually(check: Any, seconds: float = 30.0, what: str = "") -> None:
    """Asks until it is true."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        result = check()
        if asyncio.iscoroutine(result):
            result = await result
        if result:
            return
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"did not happen in {seconds} s: {what or check}")
        await asyncio.sleep(0.03)


@dataclass
class World:
    """`async with World(database_url, folder) as world`."""

    database_url: str
    folder: Path
    more: dict[str, str] = field(default_factory=dict)
    graph: FakeGraph = field(default_factory=FakeGraph)
    telegram: FakeTelegram = field(default_factory=lambda: FakeTelegram(secret=TELEGRAM_SECRET))
    messenger: FakeMessenger = field(default_factory=FakeMessenger)
    instagram: FakeMessenger = field(default_factory=lambda: FakeMessenger("instagram", "17841400"))
    sms: FakeGateway = field(default_factory=FakeGateway)
    roles: tuple[str, ...] = ("gateway", "worker", "desk")
    sessions: list[aiohttp.ClientSession] = field(default_factory=list)
    server: Server = None  # type: ignore[assignment]

    async def __aenter__(self) -> Self:
        await self.graph.start()
        await self.telegram.start()
        for other in self.others:
            await other.start()
        await self.start()
        for other in self.others:
            other.webhook = f"{self.url}/webhooks/{self.name_of(other)}"
        self.graph.webhook = self.whatsapp_url
        self.telegram.webhook = f"{self.url}/webhooks/telegram"
        return self

    async def __aexit__(self, *exc: object) -> None:
        for session in self.sessions:
            await session.close()
        await self.server.stop()
        await self.telegram.stop()
        await self.graph.stop()
        for other in self.others:
            await other.stop()

    @property
    def others(self) -> tuple[FakeMessenger, FakeMessenger, FakeGateway]:
        """The platforms beside the two that most tests are about."""
        return self.messenger, self.instagram, self.sms

    def name_of(self, other: FakeMessenger | FakeGateway) -> str:
        return "sms" if other is self.sms else "instagram" if other is self.instagram else "messenger"

    def other_settings(self) -> dict[str, str]:
        env = {
            "WARGI_SMS_API_URL": self.sms.api,
            "WARGI_SMS_USERNAME": "wargi",
            "WARGI_SMS_PASSWORD": "sandi",
            "WARGI_SMS_SENDER": "08229000",
            "WARGI_SMS_SECRET": self.sms.secret,
        }
        for fake in (self.messenger, self.instagram):
            name = f"WARGI_{self.name_of(fake).upper()}"
            env |= {f"{name}_ACCOUNT_ID": fake.account, f"{name}_ACCESS_TOKEN": fake.token, f"{name}_API_URL": fake.url}
            env |= {f"{name}_APP_SECRET": fake.secret, f"{name}_VERIFY_TOKEN": "verify-me"}
        return env

    async def start(self, port: int = 0) -> None:
        """Starts the server (again)."""
        more = self.other_settings() | self.more
        env = settings(self.database_url, self.folder, self.graph, self.telegram, **more)
        self.server = Server(registry.settings(env), self.roles)
        await self.server.start(bind("127.0.0.1", port, asked=False))
        await eventually(self.server.learnt.is_set, 120, "the models are loaded")  # else tests would see either

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def whatsapp_url(self) -> str:
        return f"{self.url}/webhooks/whatsapp"

    def browser(self) -> aiohttp.ClientSession:
        session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.sessions.append(session)
        return session

    def citizen(self, n: int = 0) -> Citizen:
        """Somebody on WhatsApp."""
        return Citizen(
            phone=f"62811100{n:04}", user_id=f"ID.1349120865530274{n:04}", name=f"Warga {n}", url=self.whatsapp_url
        )

    def person(self, n: int = 0) -> Person:
        """Somebody on Telegram."""
        return Person(self.telegram, 3527065 + n)

    async def officer(self, name: str = "Rina", url: str = "") -> Desk:
        """The first officer comes by the one-time link; the others are invited the same way. `url`: of another desk than ours."""
        from bot.desk import first_link
        from bot.desk.officers import _invite
        from bot.models import Role

        db, conf = self.server.db, self.server.config
        path = await first_link(db, conf) or await _invite(db, Role.OFFICER)
        desk = Desk(self.browser(), url or self.url, name)
        await desk.get(path)
        status, text = await desk.post(path, nama=name, nama_masuk=name.lower(), sandi=PASSWORD)
        assert status == 200, text[:500]
        await desk.get("/desk")
        return desk

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        async with self.server.db.read() as conn:
            return [dict(row) for row in (await conn.execute(sa.text(query), values)).mappings()]

    async def one(self, query: str, **values: Any) -> Any:
        """The first column of the first row."""
        rows = await self.rows(query, **values)
        return next(iter(rows[0].values())) if rows else None
