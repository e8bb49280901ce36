"""Cases given out by themselves: in order, to who is there, within capacity; silence passes a case on; everybody sees their share."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot import clock
from bot.errors import Conflict
from bot.models import Assignment, Notice, Ticket, TicketEvent, Urgency
from bot.models.base import table
from bot.models.ref import Ref
from bot.rounds import look
from bot.store import cases, lines
from bot.store.batch import Batch
from bot.turn import House
from bot.turn.assign import assign
from bot.turn.claim import claim
from bot.turn.handback import hand_back
from bot.turn.handoff import move
from bot.turn.reply import reply
from bot.turn.urgency import set_urgency
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import Enter
from tests.desk.crew import age, of, on_duty, rows


@pytest.fixture
def house(app) -> House:
    """Without a trained model: nothing here guesses topics."""
    return app[keys.HOUSE]


HOLDERS = "SELECT number, officer_id FROM ticket WHERE officer_id IS NOT NULL"


async def held(db) -> dict[str, int]:
    return dict(await rows(db, HOLDERS))


async def test_given_out_to_who_is_there(db, enter: Enter, app, house) -> None:
    rina, asep = await enter("officer", "Rina"), await enter("officer", "Asep")
    old, sunda = await seed.case(db, minutes=90), await seed.case(db, language="su", minutes=2)
    danger = await seed.case(db, urgency="critical", minutes=1)
    assert await assign(db, house) == 0  # nobody is on duty
    await on_duty(db, rina.officer.id, away=True)
    assert await assign(db, house) == 0  # nobody is at the desk
    await on_duty(db, asep.officer.id, languages="id,su", topics="air")
    assert (await rina.post("/desk/hadir", pergi="tidak"))[0] == 303
    assert await assign(db, house) == 3
    got = await held(db)
    assert got[sunda.number] == asep.officer.id and got[danger.number] == rina.officer.id  # roads are not Asep's topic
    assert old.number in got and await assign(db, house) == 0
    assert await seed.count(db, TicketEvent, kind="moved", actor="clock") == 3
    status, text = await rina.get("/desk/alarm/panel")
    assert status == 200 and f"Kasus {danger.number} diberikan kepada Anda." in text
    async with db.unit() as unit:  # one of before words were made when they are read
        old_way = {"officer_id": rina.officer.id, "at": clock.now(), "text": "Kabar {lama}", "url": "/desk"}
        await unit.conn.execute(sa.insert(table(Notice)), [old_way])
    await rina.post("/desk/akun/bahasa", bahasa="en")
    english = (await rina.get("/desk/alarm/panel"))[1]
    assert f"Case {danger.number} was given to you." in english and "Kabar {lama}" in english
    upto = max(row[0] for row in await rows(db, "SELECT id FROM notice"))
    await rina.post("/desk/kabar", sampai=str(upto))
    assert "diberikan kepada Anda" not in (await rina.get("/desk/alarm/panel"))[1]
    # both see what each was given
    for visitor in (rina, asep):
        status, text = await visitor.get("/desk/beban")
        assert status == 200 and "Rina" in text and "Asep" in text and "<td>" in text
        assert "Berat</th>" not in text
    # who leaves the desk gets nothing more; who signs out neither
    await seed.case(db, minutes=1)
    await rina.post("/desk/hadir", pergi="ya")
    await asep.post("/desk/keluar")
    assert await assign(db, house) == 0


async def test_capacity_pull_and_the_same_officer_again(db, enter: Enter, app, house) -> None:
    rina, asep = await enter("officer", "Rina"), await enter("officer", "Asep")
    staff = house.triage.staff
    house.triage = replace(house.triage, staff=replace(staff, assignment=replace(staff.assignment, capacity=2)))
    await on_duty(db, rina.officer.id)
    first = await seed.case(db, minutes=50)
    for n in range(3):
        await seed.case(db, minutes=10 + n)
    assert await assign(db, house) == 2 and first.number in await held(db)
    danger = await seed.case(db, urgency="critical")
    assert await assign(db, house) == 1 and danger.number in await held(db)  # waits for no capacity
    # Asep comes, and takes the rest; a citizen whom Rina knows comes back to her as soon as she has room
    await on_duty(db, asep.officer.id)
    assert await assign(db, house) == 2
    known = (
        await rows(db, "SELECT t.number FROM ticket t WHERE officer_id = :o AND urgency = 'normal'", o=rina.officer.id)
    )[0][0]
    await again(db, house, known)
    async with db.read() as conn:
        row = (await lines.heads(conn))[0]
    assert row.number == known
    for number in [number for number, who in (await held(db)).items() if who == rina.officer.id]:
        await drop(db, house, number)
    assert await assign(db, house) >= 1 and (await held(db))[known] == rina.officer.id
    house.triage = replace(house.triage, staff=replace(staff, assignment=replace(staff.assignment, mode="pull")))
    await seed.case(db)
    assert await assign(db, house) == 0


async def again(db, house, number: str) -> None:
    """Its officer gives it back: it waits again."""
    id_, part, who = (await rows(db, "SELECT id, part, officer_id FROM ticket WHERE number = :n", n=number))[0]
    await hand_back(db, house, await of(db, who), Ref(bytes(id_), part))


async def drop(db, house, number: str) -> None:
    """The case is no longer anybody's business."""
    async with db.unit() as unit:
        ticket = table(Ticket)
        await unit.conn.execute(
            sa.update(ticket).where(ticket.c.number == number).values(state="closed", officer_id=None)
        )


async def test_silence_passes_a_case_on(db, enter: Enter, app, house) -> None:
    rina, asep, lead = await enter("officer", "Rina"), await enter("officer", "Asep"), await enter("lead", "Tati")
    await on_duty(db, rina.officer.id)
    quiet, answered = await seed.case(db, minutes=9), await seed.case(db, minutes=8)
    assert await assign(db, house) == 2
    await look(db, house)
    assert len(await held(db)) == 2  # not yet
    await age(db, Assignment, 16, "silent_at", "started_at")
    await age(db, TicketEvent, 16, "at")
    await reply(db, house, rina.officer, answered.conversation, "Kami periksa.", "kunci12345")
    await look(db, house)
    assert await held(db) == {answered.number: rina.officer.id}
    assert (await of(db, rina.officer.id)).away
    _, text = await rina.get("/desk/alarm/panel")
    assert f"Kasus {quiet.number} dialihkan karena belum ada tindakan dari Anda." in text
    assert f"Kasus {quiet.number} kembali ke antrean: Rina belum merespons" in (await lead.get("/desk/alarm/panel"))[1]
    owner = (await rows(db, "SELECT owner FROM conversation WHERE id = :c", c=quiet.conversation.id))[0][0]
    assert owner == "queue"  # the bot does not talk meanwhile
    await on_duty(db, asep.officer.id)
    said = "SELECT count(*) FROM message WHERE author = 'bot' AND conversation_id = :c"
    before = (await rows(db, said, c=quiet.conversation.id))[0][0]
    assert await assign(db, house) == 1 and (await held(db))[quiet.number] == asep.officer.id
    assert (await rows(db, said, c=quiet.conversation.id))[0][0] == before  # the citizen is told once who helps
    moves = [
        row[0]
        for row in await rows(
            db, "SELECT after FROM ticket_event WHERE kind = 'moved' AND ticket_id = :t ORDER BY id", t=quiet.ticket.id
        )
    ]
    assert moves == ["assigned", "queued", "assigned"]
    assert (await rina.post("/desk/hadir", pergi="tidak"))[0] == 303 and not (await of(db, rina.officer.id)).away


async def test_too_much_is_seen_by_a_lead(db, enter: Enter, app, house) -> None:
    rina, lead = await enter("officer", "Rina"), await enter("lead", "Tati")
    await on_duty(db, rina.officer.id)
    for _ in range(4):
        await seed.case(db, urgency="critical")
    assert await assign(db, house) == 4  # she is alone: limits make nobody wait
    assert (await of(db, rina.officer.id)).debrief_at is not None
    status, text = await lead.get("/desk/beban")
    assert status == 200 and "Ajak berbincang" in text and "Berat</th>" in text
    assert "Ajak berbincang" not in (await rina.get("/desk/beban"))[1]
    assert (await lead.post(f"/desk/beban/{rina.officer.id}/bicara"))[0] == 303
    assert (await of(db, rina.officer.id)).debrief_at is None
    assert (await rina.post("/desk/saya", hindari="ya", topik="jalan"))[0] == 303
    mine = await of(db, rina.officer.id)
    assert mine.opted_out and mine.topics == "jalan" and "checked" in (await rina.get("/desk/saya"))[1]


async def test_races_have_one_winner(db, enter: Enter, app, house) -> None:
    """Each pair of claim, assignment by the clock, the citizen's cancelling and a raised urgency, at the same case at the same time."""
    rina, asep = await enter("officer", "Rina"), await enter("officer", "Asep")
    await on_duty(db, asep.officer.id)

    async def by_hand(case: seed.Case) -> str:
        try:
            await claim(db, house, rina.officer, case.ticket)
        except Conflict as lost:
            return lost.who
        return "mine"

    async def by_clock(case: seed.Case) -> str:
        return "mine" if await assign(db, house) else ""

    async def cancel(case: seed.Case) -> str:
        async with db.unit() as unit:
            batch = Batch(clock.now())
            _, row = await cases.open_for(unit.conn, batch, case.ticket)
            try:
                move(batch, row, "cancelled", "citizen")
            except Conflict:
                return ""
            await batch.flush(unit)
        return "mine"

    async def escalate(case: seed.Case) -> str:
        """Wins over nobody and loses to nobody: whoever has the case then has it as critical."""
        with suppress(Conflict):
            await set_urgency(db, asep.officer, case.ticket, Urgency.CRITICAL)
            return "raised"
        return ""

    raised = ((by_hand, escalate), (by_clock, escalate), (cancel, escalate), (escalate, escalate))
    for pair in raised:
        for n in range(2):
            case = await seed.case(db)
            outcomes = await asyncio.gather(*(act(case) for act in (pair if n % 2 else pair[::-1])))
            now = (await rows(db, "SELECT state, officer_id, urgency FROM ticket WHERE id = :t", t=case.ticket.id))[0]
            kinds = [
                await seed.count(db, TicketEvent, ticket_id=case.ticket.id, kind=kind) for kind in ("moved", "urgency")
            ]
            assert kinds == [int(escalate not in pair[:1]), int("raised" in outcomes)], (pair, outcomes)
            assert ("mine" in outcomes) is (escalate is not pair[0])
            assert (now.urgency == "critical") is ("raised" in outcomes)
            if now.state == "queued":
                await claim(db, house, rina.officer, case.ticket)
            if now.state != "cancelled":
                await drop(db, house, case.number)
    for pair in ((by_hand, by_clock), (by_hand, cancel), (by_clock, cancel), (by_hand, by_hand), (by_clock, by_clock)):
        for n in range(3):
            case = await seed.case(db)
            outcomes = await asyncio.gather(*(act(case) for act in (pair if n % 2 else pair[::-1])))
            assert outcomes.count("mine") == 1 or pair == (by_hand, by_hand), (pair, outcomes)
            moved = await seed.count(db, TicketEvent, ticket_id=case.ticket.id, kind="moved")
            assert moved == 1, (pair, outcomes)
            state, holder = (await rows(db, "SELECT state, officer_id FROM ticket WHERE id = :t", t=case.ticket.id))[0]
            open_ = await seed.count(db, Assignment, ticket_id=case.ticket.id, ended_at=None)
            assert (open_, holder is not None) == ((1, True) if state == "assigned" else (0, False))
            if pair == (by_hand, by_clock) and holder == asep.officer.id:
                assert "Asep" in outcomes  # the loser is told who
            await drop(db, house, case.number)
