"""E5: what does not reach an agency is tried again, then stands on a list with its age and error, and leads hear of it daily."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import clock, courier, timers
from bot.courier import Courier, next_report, webhook_key
from bot.models import AgencyDelivery, Timer
from bot.models.base import table
from bot.models.ref import Ref
from bot.policy.directory import Agency, Contact, Directory
from bot.store import agencies, alarms
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn import House, Ways
from bot.turn.deliver import LASTS, deliver, number_in, opens, pass_for
from bot.vault import Vault
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import Enter, application

DELIVERY = table(AgencyDelivery)
MORNINGS = [
    ("2026-11-22T23:59+00:00", "2026-11-23T00:00+00:00"),
    ("2026-11-23T00:00+00:00", "2026-11-24T00:00+00:00"),
    ("2026-12-31T16:59+00:00", "2027-01-01T00:00+00:00"),
    ("2026-12-31T17:00+00:00", "2027-01-01T00:00+00:00"),
]


@pytest.mark.parametrize("now, then", MORNINGS)
def test_seven_in_the_morning(now: str, then: str) -> None:
    assert next_report(datetime.fromisoformat(now)).astimezone(UTC) == datetime.fromisoformat(then)


def house_with(db: Db, agency: Agency) -> House:
    house = application(db)[keys.HOUSE]
    house.triage = replace(house.triage, agencies=Directory({agency.slug: agency}))
    return house


async def put(db: Db, house: House, slug: str, kind: str = "dispatched") -> seed.Case:
    case = await seed.case(db)
    async with db.unit() as unit:
        batch = Batch(clock.now())
        ticket = {"id": case.ticket.id, "part": case.ticket.part, "number": case.number, "agency": slug, "denials": 1,
                  "topic": "jalan", "urgency": "normal", "dispatches": 1, "state": "dispatched"}  # fmt: skip
        deliver(batch, house, ticket, kind)
        await batch.flush(unit)
    return case


async def rows(db: Db) -> list[dict[str, Any]]:
    async with db.read() as conn:
        return [dict(row) for row in (await conn.execute(sa.select(DELIVERY).order_by(DELIVERY.c.id))).mappings()]


async def serve(answer: Callable[[web.Request], Awaitable[web.Response]]) -> TestServer:
    app = web.Application()
    app.router.add_post("/wargi", answer)
    server = TestServer(app)
    await server.start_server()
    return server


async def test_a_webhook_is_signed_and_tried_until_it_is_taken(db: Db) -> None:
    heard: list[tuple[bytes, str]] = []
    statuses = [500, 302, 200]

    async def answer(request: web.Request) -> web.Response:
        heard.append((await request.read(), request.headers["X-Wargi-Signature"]))
        return web.Response(status=statuses[len(heard) - 1], headers={"Location": "/elsewhere"})

    server = await serve(answer)
    try:
        house = house_with(db, Agency("hook", "Dinas Kait", channel="webhook", url=str(server.make_url("/wargi"))))
        case = await put(db, house, "hook")
        carrier = Courier(db, house, waits=(0, 0, 0))
        for _ in range(3):
            assert await carrier.send_due(None) == 1
        assert await carrier.send_due(None) == 0
    finally:
        await server.close()
    (row,) = await rows(db)
    assert (row["state"], row["attempts"], row["error"]) == ("sent", 3, "") and row["sent_at"] is not None
    bodies = [json.loads(body) for body, _ in heard]
    assert len({body["id"] for body in bodies}) == 1 and bodies[0]["ticket"] == case.number
    key = webhook_key(house, "hook").encode()
    assert all(sign == "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest() for body, sign in heard)
    assert key != webhook_key(house, "other").encode()


async def test_a_clock_that_was_ahead_keeps_nothing_back(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written, or tried, while the clock said that it was later leaves now, and not only then."""
    answers = [503, 200]

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=answers.pop(0))

    server = await serve(answer)
    house = house_with(db, Agency("hook", "Dinas Kait", channel="webhook", url=str(server.make_url("/wargi"))))
    now = clock.now()
    try:
        monkeypatch.setattr(clock, "_now", lambda: now + timedelta(hours=2))
        await put(db, house, "hook")
        monkeypatch.setattr(clock, "_now", lambda: now)
        assert await Courier(db, house).send_due(None) == 1
        assert await Courier(db, house).send_due(None) == 0, "tried again in a minute"
        async with db.unit() as unit:
            await unit.conn.execute(sa.update(DELIVERY).values(next_at=now + timedelta(days=30)))
        assert await Courier(db, house).send_due(None) == 1
    finally:
        await server.close()
    assert [(row["state"], row["attempts"]) for row in await rows(db)] == [("sent", 2)]


async def test_what_is_stuck_is_listed_mailed_daily_and_sent_again(
    db: Db, enter: Enter, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = (
        Contact("Meja", "meja@surat.example"),
        Contact("Sekretaris", "sekretaris@surat.example", escalation=True),
    )
    house = house_with(db, Agency("surat", "Dinas Surat", contacts=contacts, channel="mail"))
    case = await put(db, house, "surat")
    carrier = Courier(db, house, waits=(0,))
    await carrier.send_due(None)
    (row,) = await rows(db)
    async with db.read() as conn:
        assert row["state"] == "ready" and await agencies.oldest(conn) == row["created_at"]
        listed = [
            len(await agencies.stuck(conn, since=row["created_at"] + each))
            for each in (timedelta(0), timedelta(seconds=1))
        ]
    assert listed == [0, 1], "what is late is seen before it is given up"
    rina, late = await enter("lead", "Rina"), clock.now() + agencies.LATE * 2
    with monkeypatch.context() as later:
        later.setattr(clock, "_now", lambda: late)
        for language, words in (("id", "Surel belum disiapkan: isi"), ("en", "Mail is not set up yet: fill in")):
            await rina.post("/desk/akun/bahasa", bahasa=language)
            assert words in unescape((await rina.get("/desk/instansi/macet"))[1])
    house.ways = Ways(f"smtp://127.0.0.1:{unused_tcp_port}", "wargi@jabar.example")  # nobody listens there
    await carrier.send_due(None)
    (row,) = await rows(db)
    assert (row["state"], row["attempts"], row["target"]) == ("stuck", 2, "meja@surat.example") and row["error"]
    lead = await enter("lead", "Lena Pemimpin")
    assert lead.officer
    async with db.unit() as unit:
        await alarms.set_ways(unit.conn, lead.officer.id or 0, {"email": "lena@jabar.example"})
    _, page = await lead.get("/desk/instansi/macet")
    assert case.number in page and "meja@surat.example" in page and "2 kali dicoba" in page
    async with db.read() as conn:
        timer = (
            (await conn.execute(sa.select(table(Timer)).where(table(Timer).c.kind == courier.REPORT))).mappings().one()
        )
    assert timer["due_at"] == next_report(clock.now())
    async with db.unit() as unit:
        assert await timers.ring(unit, house, courier.REPORT, courier.LIST, timer["id"]) == "done"
    mail = (await rows(db))[-1]
    assert (mail["kind"], mail["target"], mail["state"]) == ("stuck", "lena@jabar.example", "ready")
    assert case.number in mail["text"] and "Dinas Surat" in mail["text"]
    async with db.read() as conn:
        again = (
            await conn.execute(sa.select(table(Timer).c.id).where(table(Timer).c.kind == courier.REPORT))
        ).scalar_one()
    assert again != timer["id"], "tomorrow again"
    ref = Ref(row["id"], row["part"])
    assert (await lead.post(f"/desk/instansi/macet/{ref}"))[0] == 303
    assert (await lead.post(f"/desk/instansi/macet/{ref}"))[0] == 409
    assert (await rows(db))[0]["state"] == "ready"
    async with db.unit() as unit:
        assert await timers.ring(unit, house, courier.REPORT, courier.LIST, again) == "done"
    async with db.read() as conn:
        assert not await agencies.stuck(conn)
        kinds = (await conn.execute(sa.select(table(Timer).c.kind))).scalars().all()
    assert courier.REPORT not in kinds, "nothing is stuck: nobody is woken"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_case_that_came_back_is_told_to_those_who_are_named_for_it(db: Db) -> None:
    contacts = (
        Contact("Meja", "meja@surat.example"),
        Contact("Sekretaris", "sekretaris@surat.example", escalation=True),
    )
    house = house_with(db, Agency("surat", "Dinas Surat", contacts=contacts, channel="mail"))
    await put(db, house, "surat", "not_yet")
    assert [row["target"] for row in await rows(db)] == ["meja@surat.example", "sekretaris@surat.example"]


def test_a_pass_opens_one_dispatch_of_one_ticket_for_a_while() -> None:
    house = type("House", (), {"vault": Vault(["a long enough secret"])})()
    ticket = {"number": "7KQ2-M4XA", "dispatches": 2, "agency": "dinsos", "state": "in_progress"}
    batch = Batch(clock.now())
    token = pass_for(house, ticket, batch)
    assert number_in(token) == "7KQ2-M4XA" and opens(house, token, ticket)
    for change in (
        {"agency": "dinkes"},
        {"agency": ""},
        {"dispatches": 3},
        {"number": "7KQ2-M4XB"},
        {"state": "resolved"},
    ):
        assert not opens(house, token, ticket | change), change
    for broken in ("", ".", "a.b.c.d", token[:-1], token + "0", token.replace(".2.", ".3."), token.upper()):
        assert not opens(house, broken, ticket | {"dispatches": 3 if ".3." in broken else 2}), broken
    other = type("House", (), {"vault": Vault(["another long enough secret"])})()
    assert not opens(other, token, ticket)
    undo = clock.freeze(clock.now() + timedelta(seconds=LASTS + 5))
    try:
        assert not opens(house, token, ticket)
    finally:
        undo()
