"""What a citizen in the queue is told, when, and how they leave it without losing their place."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock, timers
from bot.engine.effects import HandOff
from bot.message import Inbound
from bot.models import Assignment, Conversation, Message, Officer, Ticket, TicketEvent, Timer
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import cases, talk
from bot.store.batch import Batch
from bot.turn import handoff, waiting
from bot.turn.claim import claim
from tests.desk import seed
from tests.turn.test_deadline import Time, read, time

assert time  # a fixture


async def meets(time: Time, address: str, language: str = "id") -> Ref:
    """Somebody asks for an officer; the conversation."""
    async with time.db.unit() as unit:
        thread = talk.new("whatsapp:1", address, clock.now())
        thread.language = language
        batch = Batch(clock.now())
        handoff.hand_off(batch, time.house, thread, HandOff(reason="asked"))
        batch.touch(thread)
        await batch.flush(unit)
    await ring(time)
    return thread.ref


async def ring(time: Time) -> None:
    """Every waiting notice that is due within some seconds."""
    time.now += timedelta(seconds=3)
    timer = table(Timer)
    async with time.db.read() as conn:
        query = sa.select(timer).where(timer.c.kind.in_([waiting.WAIT, waiting.ASKED]), timer.c.due_at <= time.now)
        rows = (await conn.execute(query)).all()
    for row in rows:
        async with time.db.unit() as unit:
            assert await timers.ring(unit, time.house, row.kind, Ref(row.ref, row.part), row.id) == "done"


async def writes(time: Time, conversation: Ref, words: str, choice: str = "") -> None:
    async with time.db.unit() as unit:
        batch, thread = Batch(clock.now()), await talk.of_conversation(unit.conn, conversation)
        if ref := handoff.ticket_ref(thread):
            await cases.load(unit.conn, batch, [ref])
        waiting.wrote(batch, time.house, thread, Inbound("a", "x", text=words, choice=choice))
        await batch.flush(unit)
    await ring(time)


async def heard(time: Time, conversation: Ref) -> list[str]:
    return [row.body for row in await read(time.db, Message, conversation_id=conversation.id, author="bot")]


async def pace(time: Time, count: int, minutes: float) -> None:
    """So many cases were taken in the last minutes, and somebody is on shift."""
    rows: list[dict[str, Any]] = []
    end = time.now
    for n in range(count):
        time.now = end - timedelta(minutes=minutes) + n * timedelta(seconds=1)
        rows.append({"id": clock.new_id(), "part": 1, "ticket_id": b"%d" % n, "officer_id": 1, "started_at": time.now})
    time.now = end
    async with time.db.unit() as unit:
        await unit.conn.execute(sa.insert(table(Assignment)), rows)
        on = sa.update(table(Officer)).values(duty_until=end + timedelta(hours=5))
        await unit.conn.execute(on)


async def test_place_and_wait_are_told_and_only_a_change_is_told_again(time: Time) -> None:
    rina = await seed.officer(time.db)
    first = await meets(time, "a")
    assert await heard(time, first) == [
        "Anda nomor 1 di antrean. Berapa lamanya belum bisa kami perkirakan.\n\n"
        "Kalau tidak ingin menunggu, tulis: Hubungi saya nanti."
    ]  # nobody is on shift: nothing is promised
    await writes(time, first, "jalannya di depan masjid")
    assert len(await heard(time, first)) == 1

    await pace(time, 20, 20)  # one a minute
    second = await meets(time, "b", "su")
    assert (await heard(time, second))[0].startswith("Bapa/Ibu nomer 2 dina antrian.")
    await writes(time, first, "halo?")
    assert (await heard(time, first))[1:] == [
        "Anda nomor 1 di antrean. Perkiraan kami, petugas menjawab dalam beberapa menit."
    ]
    await writes(time, first, "masih di sini")
    assert len(await heard(time, first)) == 2
    await writes(time, first, "kira-kira berapa lama lagi ya?")
    assert len(await heard(time, first)) == 3  # who asks is answered

    # an officer takes it: the line that was about to be told is not told any more
    async with time.db.unit() as unit:
        batch, thread = Batch(clock.now()), await talk.of_conversation(unit.conn, second)
        waiting.wrote(batch, time.house, thread, Inbound("a", "x", text="iraha diwaler?"))
        await batch.flush(unit)
    (ticket,) = await read(time.db, Ticket, conversation_id=second.id)
    await claim(time.db, time.house, rina, Ref(ticket.id, ticket.part))
    before = await heard(time, second)
    await ring(time)
    assert await heard(time, second) == before


async def test_called_back_later_without_losing_the_place(time: Time) -> None:
    """By the button or in words, in either language; at night the words are kinder."""
    await seed.officer(time.db)
    time.now += timedelta(hours=14)  # 23.00 WIB
    first, second = await meets(time, "a"), await meets(time, "b", "su")
    assert "tidur dulu" in (await heard(time, first))[0]
    await writes(time, first, "", choice=waiting.LATER)
    await writes(time, second, "Engké waé")
    for conversation, words in ((first, "Nomor antrean Anda tetap."), (second, "Nomer antrianana tetep.")):
        assert words in (await heard(time, conversation))[-1]
        (row,) = await read(time.db, Conversation, id=conversation.id)
        (ticket,) = await read(time.db, Ticket, conversation_id=conversation.id)
        assert (row.owner, ticket.state) == ("bot", "queued")
        assert len(await read(time.db, TicketEvent, ticket_id=ticket.id, kind="callback")) == 1


@pytest.mark.parametrize("urgency", ["critical"])
async def test_who_is_in_danger_is_not_told_to_wait(time: Time, urgency: str) -> None:
    async with time.db.unit() as unit:
        thread = talk.new("whatsapp:1", "c", clock.now())
        batch, thread.urgency = Batch(clock.now()), urgency
        handoff.hand_off(batch, time.house, thread, HandOff(reason="asked"))
        batch.touch(thread)
        await batch.flush(unit)
    await ring(time)
    assert await heard(time, thread.ref) == []
