"""A7: what the platform reports of our messages is on them at once, all of it is kept, and none of it is passed over."""

import json
import time
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot import clock
from bot.models import InboxItem, Timer
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import statuses
from tests.fakes.citizen import Citizen, envelope, post_signed
from tests.walkers import WALKERS, tell
from tests.world import World, eventually

INBOX = table(InboxItem)


async def report(world: World, citizen: Citizen, wamid: str, state: str, **more: Any) -> None:
    said = {"id": wamid, "status": state, "timestamp": str(int(time.time())), "recipient_user_id": citizen.user_id}
    body = envelope("100200300", statuses=[said | more])
    assert await post_signed(world.browser(), world.whatsapp_url, world.graph.secret, body) == 200


async def _is(world: World, query: str, value: object) -> bool:
    return bool(await world.one(query) == value)


async def _at_least(world: World, query: str, count: int) -> bool:
    return bool(await world.one(query) >= count)


async def test_history_and_money(world: World) -> None:
    """Six reports of each message in a mad order, the first before our own receipt: the tick only rises, all is kept."""
    world.graph.statuses, world.graph.duplicate_statuses = ("sent", "delivered", "read"), 2
    world.graph.shuffle_statuses = world.graph.status_before_answer = True
    number = await tell(WALKERS["whatsapp"](world))
    await eventually(lambda: _is(world, "SELECT count(*) FROM message WHERE author = 'bot' AND delivery <> 'read'", 0))
    sent = len(world.graph.accepted)
    await eventually(lambda: _is(world, "SELECT count(*) FROM inbox WHERE state <> 'done'", 0))
    await eventually(lambda: _at_least(world, "SELECT count(*) FROM message_status", 3 * sent))
    kept = await world.rows("SELECT state, category, billable FROM message_status")
    assert {row["state"] for row in kept} == {"sent", "delivered", "read"} and len(kept) >= 3 * sent
    assert {row["category"] for row in kept} == {"service"} and all(row["billable"] for row in kept)
    [ticket] = await world.rows("SELECT id, part FROM ticket WHERE number = :n", n=number)
    async with world.server.db.read() as conn:
        assert await statuses.billable(conn, Ref(bytes(ticket["id"]), ticket["part"])) == 1, "only since it was opened"


async def test_a_status_of_an_unknown_message_waits_for_it(world: World) -> None:
    euis = world.citizen()
    await euis.say(world.browser(), "halo")
    await world.graph.wait_for(euis.address)
    await eventually(lambda: _is(world, "SELECT count(*) FROM message WHERE delivery = 'accepted'", 1))
    await report(world, euis, "wamid.later", "delivered")
    await report(world, euis, "wamid.never", "read")
    await eventually(lambda: _is(world, "SELECT count(*) FROM inbox WHERE state = 'waiting'", 2), what="two wait")
    reasons = await world.rows("SELECT error FROM inbox WHERE state = 'waiting' ORDER BY external_id")
    assert "wamid.later" in reasons[0]["error"] and "dicocokkan lagi" in reasons[0]["error"]
    last = INBOX.c.external_id.like("wamid.never%")
    async with world.server.db.unit() as unit:  # the message becomes known; the other one has waited for a day
        await unit.conn.execute(sa.text("UPDATE message SET external_id = 'wamid.later' WHERE author = 'bot'"))
        await unit.conn.execute(sa.update(INBOX).where(last).values(attempts=6))
        await unit.conn.execute(sa.update(table(Timer)).values(due_at=clock.now() - timedelta(seconds=1)))
    await eventually(
        lambda: _is(world, "SELECT delivery FROM message WHERE author = 'bot'", "delivered"), what="matched"
    )
    await eventually(lambda: _is(world, "SELECT count(*) FROM inbox WHERE state <> 'done'", 0))
    [row] = await world.rows("SELECT error, raw FROM inbox WHERE external_id LIKE 'wamid.never%'")
    assert "tidak ditemukan selama sehari" in row["error"] and row["raw"]
    assert await world.one("SELECT count(*) FROM message_status") == 1


async def test_an_error_is_on_the_message_in_words(world: World) -> None:
    euis = world.citizen()
    await euis.say(world.browser(), "halo")
    [bubble] = await world.graph.wait_for(euis.address)
    error = {"code": 131047, "title": "Re-engagement message", "error_data": {"details": "More than 24 hours"}}
    await report(world, euis, bubble.wamid, "failed", biz_opaque_callback_data=bubble.ref, errors=[error])
    await eventually(lambda: _is(world, "SELECT delivery FROM message WHERE author = 'bot'", "failed"))
    assert "More than 24 hours (131047)" in await world.one("SELECT error FROM message WHERE author = 'bot'")
    assert await world.one("SELECT code FROM message_status") == 131047
    await report(world, euis, bubble.wamid, "delivered", biz_opaque_callback_data=bubble.ref)
    await eventually(lambda: _is(world, "SELECT delivery FROM message WHERE author = 'bot'", "delivered"))
    assert json.dumps(await world.one("SELECT error FROM message WHERE author = 'bot'")) == '""', "it came after all"
