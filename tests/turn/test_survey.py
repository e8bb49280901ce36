"""The question for a rating: what becomes of it is counted as it is, low scores are looked at, and every skip has its cause."""

from typing import Any

import sqlalchemy as sa

from bot import clock, wib
from bot.message import Inbound
from bot.models import DayCount, Owner, State
from bot.models.base import table
from bot.policy.measures import Days, days
from bot.store import cases, daily
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn import House, survey
from bot.turn.handoff import move
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import application

COUNT = table(DayCount)


async def at(db: Db, case: seed.Case, act: Any) -> Any:
    async with db.unit() as unit:
        batch = Batch(clock.now())
        thread, ticket = await cases.open_for(unit.conn, batch, case.ticket)
        result = act(batch, thread, ticket)
        await batch.flush(unit)
        return result


async def found(db: Db) -> Days:
    async with db.read() as conn:
        return days(await daily.since(conn, wib.day(clock.now())))


def asking(house: House, rounds: int = 0) -> Any:
    def act(batch: Batch, thread: Any, ticket: dict[str, Any]) -> None:
        if ticket["state"] == State.QUEUED:
            move(batch, ticket, State.ASSIGNED, "officer", 1)
        move(batch, ticket, State.RESOLVED, "officer", 1)
        survey.ask(batch, house, thread, ticket, rounds)

    return act


def saying(house: House, words: str) -> Any:
    return lambda batch, thread, _: survey.answer(batch, house, thread, Inbound("1", words, text=words))


async def test_what_becomes_of_the_question(db: Db) -> None:
    house = application(db)[keys.HOUSE]
    await seed.officer(db)
    low, silent, unclear, spoken = [
        await seed.case(db, name, account=account, language=language)
        for name, account, language in (("A", "whatsapp:1", "su"), ("B", "web:wargi", "id"), ("C", "web:wargi", "id"), ("D", "phone:desk", "id"))
    ]  # fmt: skip
    for case in (low, silent, unclear, spoken):
        await at(db, case, asking(house))
    total = (await found(db)).ratings
    assert (total.asked, total.open, total.n, total.skipped) == (3, 3, 0, 1)

    assert await at(db, low, saying(house, "1")) is True
    assert await at(db, unclear, saying(house, "lampu jalan mati lagi di depan rumah")) is False
    await at(db, silent, lambda batch, thread, ticket: survey.expire(batch, thread, batch.surveys[ticket["id"]]))
    day = await found(db)
    total = day.ratings
    assert (total.scores, total.silent, total.unclear, total.open, total.asked) == ({1: 1}, 1, 1, 0, 3)
    assert (
        day.by["channel"]["whatsapp"].n == 1
        and day.by["language"]["su"].scores == {1: 1}
        and day.by["helper"]["bot_human"].n == 1
    )
    assert day.causes == {"spoken": 1} and day.by["helper"].keys() == {"bot_human"}

    async with db.read() as conn:
        reviews = list(await conn.execute(sa.text("SELECT number, score, outcome FROM review")))
        reasons = list(await conn.execute(sa.text("SELECT why FROM ticket_event WHERE kind = 'unasked'")))
        scores = list(await conn.execute(sa.text("SELECT number FROM ticket WHERE score IS NOT NULL")))
        skipped = list(await conn.execute(sa.text("SELECT state FROM survey WHERE state = 'skipped'")))
    assert (
        reviews == [(low.number, 1, "")]
        and reasons == [("spoken",)]
        and scores == [(low.number,)]
        and len(skipped) == 1
    )

    # asked again for the next closing: another row, another count; an end without a solution names its cause
    await at(db, silent, lambda batch, _, ticket: move(batch, ticket, State.REOPENED, "officer", 1))
    await at(db, silent, lambda batch, thread, ticket: move(batch, ticket, State.ASSIGNED, "officer", 1))
    await at(db, silent, asking(house, 1))
    other = await seed.case(db, "E")
    await at(db, other, lambda batch, _, ticket: move(batch, ticket, State.REJECTED, "officer", 1, "bukan wewenang"))
    day = await found(db)
    assert day.ratings.open == 1 and day.ratings.asked == 4 and day.causes == {"spoken": 1, "rejected": 1}
    async with db.read() as conn:
        assert not list(
            await conn.execute(sa.select(COUNT.c.name).group_by(COUNT.c.name).having(sa.func.sum(COUNT.c.n) < 0))
        )


def test_a_talk_that_is_elsewhere_is_left_alone() -> None:
    class Talk:
        owner, ticket_id = Owner.OFFICER, b"x"

    assert survey.elsewhere(Talk(), {"id": b"y"}) and not survey.elsewhere(Talk(), {"id": b"x"})
