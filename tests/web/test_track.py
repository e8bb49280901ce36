"""The public page of a ticket, over HTTP, on both databases."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot import clock
from bot.config import Config
from bot.engine import flow
from bot.i18n import Catalogues
from bot.models import STATE_NAME, State, Ticket
from bot.models.base import table
from bot.policy import number
from bot.store.db import Db
from bot.triage import room
from bot.turn import House
from bot.vault import Vault
from bot.web import keys, track

Client = TestClient[web.Request, web.Application]
Open = Callable[..., Awaitable[Client]]
ROOT = Path(__file__).parents[2]
FLOWS = flow.load(ROOT / "flows", Catalogues.load(ROOT / "locales"))
OPENED = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
PRIVATE = {"place": "Gang Melati 7", "details": "tetangga saya", "answers": {"nama": "Euis Komariah"}}


@pytest.fixture
async def visit(db: Db, tmp_path: Path) -> AsyncIterator[Open]:
    opened: list[Client] = []

    async def visit_(**settings: Any) -> Client:
        app = web.Application()
        app[keys.CONFIG] = Config(data_dir=tmp_path, **settings)
        app[keys.DB] = db
        app[keys.HOUSE] = House(FLOWS, {}, room.load(ROOT / "flows", FLOWS), Vault([clock.token()]))
        track.setup(app)
        client: Client = TestClient(TestServer(app))
        await client.start_server()
        opened.append(client)
        return client

    yield visit_
    for client in opened:
        await client.close()


async def ticket(db: Db, **values: Any) -> str:
    part = 7
    name = number.make(part, clock.random_bits(27))
    row = {
        "id": clock.new_id(), "part": part, "number": name, "conversation_id": clock.new_id(),
        "address_id": clock.new_id(), "contact_id": clock.new_id(), "contact_part": part, "account": "web:1",
        "language": "id", "state": State.QUEUED, "urgency": "normal", "rank": 1, "topic": "jalan", "subtopic": "",
        "reason": "flow", "opened_at": OPENED, "updated_at": OPENED, "version": 0,
    }  # fmt: skip
    async with db.unit() as unit:
        await unit.conn.execute(sa.insert(table(Ticket)), [row | PRIVATE | values])
    return name


async def page(client: Client, path: str, **more: Any) -> tuple[int, str]:
    async with client.get(path, **more) as answer:
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        return answer.status, await answer.text()


async def test_shows_where_it_stands_and_nothing_of_the_person(visit: Open, db: Db) -> None:
    client = await visit()
    name = await ticket(db, state=State.RESOLVED, resolved_at=datetime(2026, 11, 21, 2, 5, tzinfo=UTC))
    status, text = await page(client, f"/lacak/{name}")
    assert status == 200
    topic = FLOWS.topics["jalan"].label["id"]
    for shown in (name, "Selesai, menunggu penilaian", topic, "21 November 2026, 00.30 WIB", "21 November 2026, 09.05"):
        assert shown in text
    for private in ("Melati", "tetangga", "Euis", "Komariah"):
        assert private not in text


async def test_every_state_has_words(visit: Open, db: Db) -> None:
    client = await visit()
    for state in State:
        status, text = await page(client, f"/lacak/{await ticket(db, state=state, topic='')}")
        assert status == 200 and f'<p class="state">{STATE_NAME[state]}</p>' in text
        assert track._MEANING[state] in text


async def test_reads_a_number_as_people_type_it(visit: Open, db: Db) -> None:
    client = await visit()
    name = await ticket(db)
    typed = name.lower().replace("-", " ").replace("1", "l").replace("0", "o")
    async with client.get("/lacak", params={"nomor": typed}, allow_redirects=False) as answer:
        assert answer.status == 303 and answer.headers["Location"] == f"/lacak/{name}"
    status, text = await page(client, "/lacak", params={"nomor": f" {typed} "})
    assert status == 200 and name in text
    assert (await page(client, f"/lacak/{typed}"))[0] == 200


async def test_slips_and_strangers_get_the_same_answer(visit: Open, db: Db) -> None:
    """Otherwise the answer would tell a guesser which numbers are worth a try."""
    client = await visit()
    name = await ticket(db)
    slip = name[:-1] + number.ALPHABET[(number.ALPHABET.index(name[-1]) + 1) % 32]
    nobody = number.make(8, 5)
    answers = []
    for wrong in (slip, nobody, "ABCD", "😀", "0" * 200):
        status, text = await page(client, f"/lacak/{wrong}")
        assert status == 404
        answers.append(text.replace(wrong[:40], "…"))
    assert len(set(answers)) == 1
    assert "I, L, O, dan U" in answers[0]


async def test_what_was_typed_is_never_markup(visit: Open) -> None:
    client = await visit()
    for path in ('/lacak?nomor="><script>alert(1)</script>', "/lacak/%22%3E%3Cscript%3Ealert(1)"):
        status, text = await page(client, path)
        assert status == 404 and "<script>" not in text


async def test_guessing_is_stopped_and_finding_is_not(visit: Open, db: Db) -> None:
    client = await visit(trusted_proxies="127.0.0.1")
    name = await ticket(db)
    guesser, citizen = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "198.51.100.1"}
    for _ in range(40):
        assert (await page(client, f"/lacak/{name}", headers=citizen))[0] == 200
    statuses = [(await page(client, f"/lacak/{number.make(9, n)}", headers=guesser))[0] for n in range(25)]
    assert statuses[:20] == [404] * 20 and 429 in statuses
    async with client.get(f"/lacak/{name}", headers=guesser) as answer:
        assert answer.status == 429 and int(answer.headers["Retry-After"]) > 0, "not even a hit tells a guesser"
    assert (await page(client, f"/lacak/{name}", headers=citizen))[0] == 200


async def test_the_form_is_there_and_hardened(visit: Open) -> None:
    client = await visit()
    async with client.get("/lacak") as answer:
        text = await answer.text()
        assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert '<label for="nomor">' in text and '<meta name="robots" content="noindex, nofollow">' in text


SPOKEN = [
    ({}, "id", "Petugas akan segera membacanya", "(3 jam yang lalu)", "21 November 2026, 00.30 WIB"),
    (
        {"Accept-Language": "su-ID,su;q=0.9,en;q=0.2"},
        "su",
        "Patugas badé énggal maos",
        "(3 jam kapengker)",
        "21 Nopémber 2026",
    ),
    ({"Accept-Language": "de,en-GB;q=0.8"}, "en", "An officer will read it soon", "(3 h ago)", "21 November 2026"),
    ({"Accept-Language": "de,fr;q=x"}, "id", "Petugas akan segera membacanya", "(3 jam yang lalu)", "Nomor tiket"),
]


async def test_the_page_speaks_the_readers_language_and_remembers_what_was_pressed(db: Db, visit: Open) -> None:
    name, client = await ticket(db), await visit()
    undo = clock.freeze(OPENED + timedelta(hours=3))
    try:
        for headers, language, *words in SPOKEN:
            status, text = await page(client, f"/lacak/{name}", headers=headers)
            assert status == 200 and f'<html lang="{language}">' in text, headers
            assert all(word in text for word in words), (language, words)
            assert 'hreflang="su"' in text and text.count('aria-current="true"') == 1
    finally:
        undo()
    assert '<html lang="su">' in (await page(client, f"/lacak/{name}?bahasa=su"))[1]
    text = (await page(client, "/lacak/XXXX", headers={"Accept-Language": "en"}))[1]
    assert '<html lang="su">' in text and "teu kapendak" in text, (
        "what was pressed goes before what the browser asks for"
    )
    assert '<html lang="su">' in (await page(client, "/lacak?bahasa=xx"))[1]
