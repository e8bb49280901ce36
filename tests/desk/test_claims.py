"""Many at the same cases: over two pools of connections, and against an alarm that calls its next person."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock
from bot.errors import Conflict
from bot.models import Alarm, AlarmState, Assignment, Conversation, Officer, TicketEvent
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.db import Db
from bot.turn import House
from bot.turn.alarm import alarm_row
from bot.turn.assign import assign
from bot.turn.claim import claim
from bot.turn.escalate import escalate
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import application
from tests.desk.crew import on_duty, rows


async def tried(db: Db, house: House, officer: Officer, case: seed.Case) -> str:
    """'mine', or the name of who has it."""
    try:
        await claim(db, house, officer, case.ticket)
    except Conflict as lost:
        return lost.who
    return "mine"


@pytest.mark.postgres
async def test_everybody_wants_everything(cluster: Any, template: str, tmp_path) -> None:
    """As two processes: ten officers, each with the connections of one of two pools, want the same ten cases; the clock too."""
    url = cluster.create_database(template=template)
    pools = [Db(url, tmp_path), Db(url, tmp_path)]
    for each in pools:
        await each.open()
    first = pools[0]
    house = application(first)[keys.HOUSE]
    officers = [await seed.officer(first, f"petugas{n} Uji") for n in range(10)]
    names = {each.name for each in officers} | {"jaga Uji"}
    await on_duty(first, (await seed.officer(first, "jaga Uji")).id or 0)
    cases = [await seed.case(first) for _ in range(10)]

    async def all_of(n: int) -> list[str]:
        return [await tried(pools[n % 2], house, officers[n], cases[(n + k) % 10]) for k in range(10)]

    *outcomes, given, more = await asyncio.gather(
        *map(all_of, range(10)), assign(pools[0], house), assign(pools[1], house)
    )
    flat = [each for some in outcomes for each in some]
    assert flat.count("mine") + given + more == 10
    assert set(flat) <= names | {"mine"}  # every loser is told who
    assert await seed.count(first, TicketEvent, kind="moved") == 10
    assert await seed.count(first, Assignment, ended_at=None) == 10
    assert (await rows(first, "SELECT max(n) FROM (SELECT count(*) AS n FROM outbox GROUP BY conversation_id) AS d"))[
        0
    ][0] == 1
    for each in pools:
        await each.close()
    cluster.drop_database(url)


async def danger(db: Db) -> tuple[seed.Case, Ref]:
    """A critical case whose alarm calls its next person now."""
    case = await seed.case(db, urgency="critical")
    row = alarm_row(clock.now(), case.ticket.part, kind="medical", state=AlarmState.PAGING, conversation_id=case.conversation.id,
                    ticket_id=case.ticket.id, number=case.number)  # fmt: skip
    talk = table(Conversation)
    async with db.unit() as unit:
        await unit.conn.execute(sa.insert(table(Alarm)), [row])
        await unit.conn.execute(sa.update(talk).where(talk.c.id == case.conversation.id).values(alarm_id=row["id"]))
    return case, Ref(row["id"], case.ticket.part)


async def test_an_alarm_calls_while_the_case_is_taken(db: Db) -> None:
    house = application(db)[keys.HOUSE]
    rina, asep = [await seed.officer(db, name) for name in ("Rina", "Asep")]
    await on_duty(db, asep.id or 0)

    async def calls(ref: Ref) -> str:
        async with db.unit() as unit:
            await escalate(unit, house, ref)
        return ""

    for n in range(4):
        case, ref = await danger(db)
        acts = [tried(db, house, rina, case), calls(ref)]
        assert sorted(await asyncio.gather(*(acts if n % 2 else acts[::-1]))) == ["", "mine"]
        state, by = (await rows(db, "SELECT state, acknowledged_by FROM alarm WHERE id = :i", i=ref.id))[0]
        assert (state, by) == ("acknowledged", rina.id)  # by hand: somebody has it
        assert not await rows(db, "SELECT id FROM page WHERE next_at IS NOT NULL AND alarm_id = :i", i=ref.id)
        assert await seed.count(db, TicketEvent, ticket_id=case.ticket.id, kind="moved") == 1
    case, ref = await danger(db)
    _, given = await asyncio.gather(calls(ref), assign(db, house))
    assert given == 1 and await seed.count(db, TicketEvent, ticket_id=case.ticket.id, kind="moved") == 1
    # given out is not taken up: it calls until a human says so
    assert (await rows(db, "SELECT state FROM alarm WHERE id = :i", i=ref.id))[0][0] == "paging"
