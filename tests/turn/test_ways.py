"""Every move of the table has a verb that makes it: who, when and why stand in one row, and the citizen hears of it once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock, i18n
from bot.channels.sms import Sms
from bot.channels.whatsapp import WhatsApp
from bot.errors import Conflict, NotFound, WargiError
from bot.message import Inbound
from bot.models import MOVES, TAKEABLE, Conversation, Officer, OutboxItem, State, Ticket
from bot.models.base import table
from bot.policy import templates
from bot.store import cases
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn import (
    House,
    agency,
    ask,
    claim,
    dispatch,
    forward,
    handback,
    handoff,
    merge,
    reject,
    reopen,
    resolve,
    survey,
    verify,
)  # fmt: skip
from bot.turn.agency import Actor
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import ROOT, application

S = State
SLUG = "dinsos"
THERE = Actor(SLUG)
WHY = "Alasan yang jelas"


class Stage:
    """One ticket that can be put into any state, and the house around it."""

    def __init__(self, db: Db, house: House, officer: Officer) -> None:
        self.db, self.house, self.officer = db, house, officer
        self.case: seed.Case
        self.other: seed.Case

    async def put(self, state: State) -> None:
        """As its own way would have left it."""
        held = state in (S.ASSIGNED, S.WAITING_CITIZEN)
        there = state in (S.DISPATCHED, S.IN_PROGRESS, S.POSTPONED, S.DONE, S.WAITING_CITIZEN)
        self.case = await seed.case(self.db, owner="officer" if held else "bot")
        ticket, talk = table(Ticket), table(Conversation)
        async with self.db.unit() as unit:
            await unit.conn.execute(
                sa.update(ticket).where(ticket.c.id == self.case.ticket.id).values(
                    state=state, officer_id=self.officer.id if held else None, agency=SLUG if there else "",
                    back_to=S.IN_PROGRESS if there else "", dispatches=1 if there else 0,
                )
            )  # fmt: skip
            await unit.conn.execute(
                sa.update(talk)
                .where(talk.c.id == self.case.conversation.id)
                .values(officer_id=self.officer.id if held else None)
            )

    async def batch(self, act: Callable[[Batch, Any, dict[str, Any]], None]) -> None:
        async with self.db.unit() as unit:
            batch = Batch(clock.now())
            thread, case = await cases.open_for(unit.conn, batch, self.case.ticket)
            act(batch, thread, case)
            await batch.flush(unit)

    async def rows(self, query: str) -> list[dict[str, Any]]:
        async with self.db.read() as conn:
            found = await conn.execute(sa.text(query).bindparams(id=self.case.ticket.id))
            return [dict(row) for row in found.mappings()]


Verb = Callable[[Stage], Awaitable[object]]


def by(verb: Any, *more: Any) -> Verb:
    return lambda s: verb(s.db, s.house, s.officer, s.case.ticket, *more)


def there(verb: Any, *more: Any) -> Verb:
    return lambda s: verb(s.db, s.house, THERE, s.case.ticket, *more)


def cancel(stage: Stage) -> Awaitable[None]:
    return stage.batch(lambda batch, thread, case: handoff.leave_queue(batch, stage.house, _about(thread, case), True))


def cancel_answer(stage: Stage) -> Awaitable[None]:
    def act(batch: Batch, thread: Any, case: dict[str, Any]) -> None:
        _about(thread, case).owner = "bot"
        assert ask.answered(batch, stage.house, thread, Inbound("1", "m1", text="batal"))

    return stage.batch(act)


async def part(stage: Stage) -> None:
    """As it was merged into the other one."""
    await stage.batch(lambda batch, _, case: batch.event(case, "merged", "officer", after=stage.other.number))
    await merge.part(stage.db, stage.house, stage.officer, stage.case.ticket)


def expire(stage: Stage) -> Awaitable[None]:
    row = {"id": clock.new_id(), "ticket_id": stage.case.ticket.id, "state": "asked", "answered_at": None, "score": None,
           "comment": "", "part": stage.case.ticket.part, "split": "", "asked_at": clock.now()}  # fmt: skip
    return stage.batch(lambda batch, thread, case: survey.expire(batch, thread, row))


def _about(thread: Any, case: dict[str, Any]) -> Any:
    thread.ticket_id = case["id"]
    return thread


take_back = by(claim.claim, TAKEABLE)
WAYS: dict[tuple[State, State], Verb] = {
    (S.QUEUED, S.ASSIGNED): by(claim.claim),
    (S.QUEUED, S.REJECTED): by(reject.reject, WHY),
    (S.QUEUED, S.MERGED): lambda s: merge.merge(s.db, s.house, s.officer, s.case.ticket, s.other.number),
    (S.QUEUED, S.CANCELLED): cancel,
    (S.ASSIGNED, S.QUEUED): by(handback.hand_back),
    (S.ASSIGNED, S.WAITING_CITIZEN): by(ask.ask, "Nomor rumahnya berapa?"),
    (S.ASSIGNED, S.DISPATCHED): by(dispatch.dispatch, SLUG, "Mohon ditinjau"),
    (S.ASSIGNED, S.FORWARDED): by(forward.forward, "pengaduan", "Kementerian PU", "12345", WHY),
    (S.ASSIGNED, S.RESOLVED): by(resolve.resolve),
    (S.ASSIGNED, S.REJECTED): by(reject.reject, WHY),
    (S.ASSIGNED, S.MERGED): lambda s: merge.merge(s.db, s.house, s.officer, s.case.ticket, s.other.number),
    (S.WAITING_CITIZEN, S.ASSIGNED): take_back,
    (S.WAITING_CITIZEN, S.DISPATCHED): by(dispatch.dispatch, SLUG),
    (S.WAITING_CITIZEN, S.IN_PROGRESS): by(ask.go_on, "Sudah dijawab lewat telepon"),
    (S.WAITING_CITIZEN, S.RESOLVED): by(resolve.resolve),
    (S.WAITING_CITIZEN, S.CANCELLED): cancel_answer,
    (S.DISPATCHED, S.IN_PROGRESS): there(agency.accept),
    (S.DISPATCHED, S.RETURNED): there(agency.not_ours, WHY),
    (S.DISPATCHED, S.ASSIGNED): take_back,
    (S.IN_PROGRESS, S.WAITING_CITIZEN): there(agency.need_information, "Nomor rumahnya berapa?"),
    (S.IN_PROGRESS, S.POSTPONED): lambda s: agency.put_off(
        s.db, s.house, THERE, s.case.ticket, clock.now() + timedelta(days=3), WHY
    ),
    (S.IN_PROGRESS, S.DONE): there(agency.done, "Sudah ditambal"),
    (S.IN_PROGRESS, S.RETURNED): there(agency.not_ours, WHY),
    (S.POSTPONED, S.IN_PROGRESS): there(agency.accept),
    (S.POSTPONED, S.RETURNED): there(agency.not_ours, WHY),
    (S.RETURNED, S.ASSIGNED): take_back,
    (S.RETURNED, S.DISPATCHED): by(dispatch.dispatch, SLUG),
    (S.RETURNED, S.FORWARDED): by(forward.forward, "aspirasi", "Kementerian PU"),
    (S.RETURNED, S.REJECTED): by(reject.reject, WHY),
    (S.DONE, S.RESOLVED): by(resolve.resolve),
    (S.DONE, S.IN_PROGRESS): by(verify.not_yet, WHY),
    (S.FORWARDED, S.RESOLVED): by(resolve.resolve),
    (S.FORWARDED, S.ASSIGNED): take_back,
    (S.RESOLVED, S.CLOSED): expire,
    (S.RESOLVED, S.REOPENED): by(reopen.reopen, WHY),
    (S.REOPENED, S.ASSIGNED): by(claim.claim),
    (S.REOPENED, S.DISPATCHED): by(dispatch.dispatch, SLUG),
    (S.CLOSED, S.REOPENED): by(reopen.reopen, WHY),
    (S.REJECTED, S.REOPENED): by(reopen.reopen, WHY),
    (S.MERGED, S.REOPENED): part,
    (S.CANCELLED, S.REOPENED): by(reopen.reopen, WHY),
}
SILENT = {(S.WAITING_CITIZEN, S.IN_PROGRESS), (S.RESOLVED, S.CLOSED)}
"""The citizen has just spoken, or has had the last word."""


@pytest.fixture
async def stage(db: Db) -> Stage:
    house = application(db)[keys.HOUSE]
    return Stage(db, house, await seed.officer(db))


def test_every_move_has_a_verb() -> None:
    assert set(WAYS) == {(before, after) for before, afters in MOVES.items() for after in afters}


async def test_long_words_leave_in_pieces_that_the_platform_takes(stage: Stage) -> None:
    channel = Sms("http://127.0.0.1:9", "wargi", "x", "62811000222", "rahasia", 1.0)
    stage.house.channels = {"sms": channel}
    sizes = channel.limits
    for verb in (by(reject.reject, "ᮞᮥᮔ᮪ᮓ " * 150), by(ask.ask, "ᮞᮥᮔ᮪ᮓ? " * 140)):
        stage.case = await seed.case(stage.db, account=channel.account, owner="officer")
        async with stage.db.unit() as unit:
            mine = sa.update(table(Ticket)).where(table(Ticket).c.id == stage.case.ticket.id)
            await unit.conn.execute(mine.values(state=S.ASSIGNED, officer_id=stage.officer.id))
        await verb(stage)
        async with stage.db.read() as conn:
            box = table(OutboxItem)
            found = sa.select(box.c.payload).where(box.c.conversation_id == stage.case.conversation.id)
            left = [row["text"] for row in (await conn.execute(found.order_by(box.c.id))).scalars()]
        assert len(left) > 1 and all(sizes.size(each) <= sizes.text for each in left)


async def test_after_a_day_of_silence_news_of_a_merged_case_is_a_template(stage: Stage) -> None:
    stage.house.channels = {"whatsapp": WhatsApp("100200300", "t", ("s",), "v")}
    stage.house.purposes = templates.load(ROOT / "flows", i18n.Catalogues.load(ROOT / "locales"))
    stage.other = await seed.case(stage.db, "Warga lain")
    for before, verb, said in ((S.QUEUED, WAYS[S.QUEUED, S.MERGED], "gabungkan"), (S.MERGED, part, "tersendiri")):
        await stage.put(before)
        async with stage.db.unit() as unit:
            talk = table(Conversation)
            await unit.conn.execute(sa.update(talk).values(last_inbound_at=clock.now() - timedelta(days=2)))
        await verb(stage)
        async with stage.db.read() as conn:
            box = table(OutboxItem)
            found = sa.select(box.c.payload).where(box.c.conversation_id == stage.case.conversation.id)
            [payload] = (await conn.execute(found)).scalars()
        assert payload["outside"] and payload["template"]["name"] == "kabar_laporan"
        assert stage.case.number in payload["text"] and said in payload["text"]


async def test_every_verb_moves_once_and_tells_once(stage: Stage) -> None:
    stage.other = await seed.case(stage.db, "Warga lain")
    for (before, after), verb in WAYS.items():
        await stage.put(before)
        await verb(stage)
        rows = await stage.rows("SELECT * FROM ticket_event WHERE ticket_id = :id AND kind = 'moved'")
        assert [(row["before"], row["after"]) for row in rows] == [(before, after)], (before, after)
        assert rows[0]["actor"] in ("citizen", "officer", "agency", "clock") and rows[0]["at"] is not None
        assert (rows[0]["officer_id"] == stage.officer.id) == (rows[0]["actor"] == "officer")
        query = "SELECT count(*) AS n FROM outbox JOIN ticket t ON t.conversation_id = outbox.conversation_id WHERE t.id = :id"
        told = (await stage.rows(query))[0]["n"]
        assert told == (0 if (before, after) in SILENT else 1), (before, after, told)
        ticket = (await stage.rows("SELECT * FROM ticket WHERE id = :id"))[0]
        assert ticket["state"] == after and (ticket["agency"] == SLUG) == (
            after in (S.DISPATCHED, S.IN_PROGRESS, S.POSTPONED, S.DONE)
            or (before, after)
            in {(S.IN_PROGRESS, S.WAITING_CITIZEN), (S.DONE, S.RESOLVED), (S.WAITING_CITIZEN, S.RESOLVED)}
        ), (before, after)


async def test_a_verb_in_the_wrong_place_changes_nothing(stage: Stage) -> None:
    stage.other = await seed.case(stage.db, "Warga lain")
    verbs = {
        verb: (before, after)
        for (before, after), verb in WAYS.items()
        if verb not in (cancel, cancel_answer, expire, part)
    }
    for state in (S.QUEUED, S.DISPATCHED, S.DONE, S.CLOSED):
        await stage.put(state)
        for verb, (before, after) in verbs.items():
            if after in MOVES[state] or (state == S.DISPATCHED and before == S.IN_PROGRESS):
                continue  # an agency that asks or reports has thereby accepted
            with pytest.raises((Conflict, NotFound)):
                await verb(stage)
        assert not await stage.rows("SELECT 1 FROM ticket_event WHERE ticket_id = :id AND kind = 'moved'")
        assert (await stage.rows("SELECT version FROM ticket WHERE id = :id"))[0]["version"] == 0
    await stage.put(S.IN_PROGRESS)
    for refused in (
        agency.done(stage.db, stage.house, THERE, stage.case.ticket, " "),
        agency.not_ours(stage.db, stage.house, THERE, stage.case.ticket, ""),
        agency.put_off(stage.db, stage.house, THERE, stage.case.ticket, clock.now() - timedelta(days=1), WHY),
    ):
        with pytest.raises(WargiError):
            await refused
    with pytest.raises(NotFound):  # another agency's ticket does not exist for it
        await agency.accept(stage.db, stage.house, Actor("dinkes"), stage.case.ticket)
    with pytest.raises(NotFound):  # and nobody's agency is no key to everything
        await agency.accept(stage.db, stage.house, Actor(""), stage.case.ticket)
