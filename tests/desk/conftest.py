"""The desk as officers meet it: HTTP, a real database, the real flows."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot import clock, desk, i18n
from bot.config import Config
from bot.desk import sessions
from bot.engine import flow
from bot.files.shelf import Local
from bot.hints import Hints
from bot.models import Officer
from bot.store import people
from bot.store.db import Db
from bot.triage import room
from bot.triage.topic import Model, read, train
from bot.turn import House
from bot.vault import Vault
from bot.web import keys
from tests.desk import seed

ROOT = Path(__file__).parents[2]
HTMX = {"HX-Request": "true", "HX-Target": "section#kasus"}


class Visitor:
    """One browser: keeps its cookie, says where its requests come from, and knows its form token."""

    def __init__(self, client: TestClient[Any, Any], officer: Officer | None, csrf: str) -> None:
        self.client, self.officer, self.csrf = client, officer, csrf
        self.origin = {"Origin": f"http://{client.host}:{client.port}"}

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with self.client.get(path, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    def csrf_token(self) -> str:
        """As the next page would carry it."""
        return sessions.csrf_mask(self.csrf)

    async def post(self, path: str, *, htmx: bool = False, csrf: str | None = None, **form: str) -> tuple[int, str]:
        token = sessions.csrf_mask(self.csrf) if csrf is None and self.csrf else csrf or ""
        headers = self.origin | (HTMX if htmx else {})
        async with self.client.post(
            path, data={"csrf": token, **form}, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text()


def application(db: Db, public_url: str = "") -> web.Application:
    catalogues = i18n.Catalogues.load(ROOT / "locales")
    flows = flow.load(ROOT / "flows", catalogues)
    app = web.Application()
    app[keys.CONFIG], app[keys.DB], app[keys.HINTS] = Config(public_url=public_url), db, Hints()
    app[keys.CATALOGUES] = catalogues
    app[keys.HOUSE] = House(
        flows, {}, room.load(ROOT / "flows", flows), Vault([clock.token()]), public_url="http://127.0.0.1"
    )
    app[keys.SHELF], app[keys.LINK_KEY] = Local(db.data_dir / "media"), b"not a secret"
    db.after_commit.append(app[keys.HINTS].committed)
    desk.setup(app)
    return app


Enter = Callable[..., Awaitable[Visitor]]


@pytest.fixture
def app(db: Db) -> web.Application:
    return application(db)


@pytest.fixture(scope="session")
def topics() -> Model:
    """A small model, really trained: roads, street lights, water."""
    examples = read(ROOT / "flows" / "data" / "examples" / "topics")
    return train([example for example in examples if example.label in ("", "jalan", "pju", "air")], {})


@pytest.fixture
def house(app: web.Application, topics: Model) -> House:
    """What the desk's verbs use, with that model loaded."""
    found = app[keys.HOUSE]
    found.triage.senses.topics = topics
    return found


@pytest.fixture
async def enter(db: Db, app: web.Application, aiohttp_client: Any) -> Enter:
    """`await enter("officer", "Rina Marlina")`: a browser with a live session; `await enter(None)`: a stranger's."""
    first = await aiohttp_client(app)

    async def come(role: str | None = "officer", name: str = "Rina Marlina") -> Visitor:
        client = TestClient(first.server)  # its own cookies
        aiohttp_client_closes.append(client)
        if role is None:
            return Visitor(client, None, "")
        officer = await seed.officer(db, name, role)
        token, csrf, now = clock.token(), clock.token(), clock.now()
        async with db.unit() as unit:
            await people.open_session(
                unit.conn, officer.id or 0, sessions.hashed(token), csrf, "", now, now + sessions.IDLE
            )
        client.session.cookie_jar.update_cookies({"wargi": token}, first.make_url("/"))
        return Visitor(client, officer, csrf)

    aiohttp_client_closes: list[TestClient[Any, Any]] = []
    yield come  # type: ignore[misc]
    for client in aiohttp_client_closes:
        await client.session.close()
