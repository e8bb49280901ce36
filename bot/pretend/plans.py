"""What officers and agencies do with an invented report: verbs of `turn/`, one after another, with the waits of real life."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import RowMapping

from bot import clock
from bot.errors import WargiError
from bot.models import Author, Officer, Role, State
from bot.models.ref import Ref
from bot.policy import directory
from bot.pretend import stories
from bot.pretend.citizen import Line
from bot.pretend.stage import Stage, Thread
from bot.store import alarms, duty, people, pretend
from bot.turn import agency, ask, dispatch, forward, merge, reject, reopen, reply, resolve
from bot.turn.claim import claim
from bot.turn.escalate import escalate
from bot.turn.handback import hand_back

NOBODY = timedelta(minutes=20)
"""After so long somebody looks again whether there is an officer."""
TRIES, FEW = 40, 3
TAKEN = frozenset({State.QUEUED, State.REOPENED, State.RETURNED})
REPLIES, NOTES = 10, 12
"""Of a hundred cases so many get a note, or are written to twice."""


@dataclass(slots=True)
class Case:
    """One report on its way."""

    thread: Thread
    ref: Ref
    tries: int = 0
    urgent: bool = False


Step = Callable[[Stage, Case], Awaitable[None]]


async def _row(stage: Stage, case: Case) -> RowMapping:
    return await pretend.ticket(stage.conn, case.ref)


async def _holder(stage: Stage, case: Case) -> Officer:
    """Whoever has the case, or has to do with it: somebody on duty. Raises `WargiError` when nobody is there."""
    row = await _row(stage, case)
    if row["officer_id"] and (found := await duty.officer(stage.conn, row["officer_id"])):
        return found
    there = await duty.on_duty(stage.conn, clock.now())
    if not there and case.urgent:
        there = [each for each in await people.officers(stage.conn) if each.active and each.role != Role.AGENCY]
    able = [each for each in there if row["language"] in each.languages.split(",")] or there
    if not able:
        raise WargiError("nobody is on duty")
    return stage.chance.choice(able)


async def take(stage: Stage, case: Case) -> None:
    """Nights have one officer and some have none: whoever waits is taken when somebody is there."""
    row = await _row(stage, case)
    if row["state"] not in TAKEN:
        return
    await claim(stage.db, stage.house, await _holder(stage, case), case.ref, TAKEN)


async def say(stage: Stage, case: Case, table: Mapping[str, tuple[str, ...]] = stories.OFFICER_SAYS) -> None:
    row = await _row(stage, case)
    words = stage.chance.choice(table[row["language"] if row["language"] in table else "id"])
    officer, talk = await _holder(stage, case), Ref(row["conversation_id"], case.ref.part)
    key = f"contoh-{case.ref}-{clock.random_bits(40)}"
    if stage.chance.randrange(100) < NOTES:
        await reply.note(stage.db, stage.house, officer, talk, stage.chance.choice(stories.NOTES), f"{key}-n")
    stage.author = Author.OFFICER
    try:
        await reply.reply(stage.db, stage.house, officer, talk, words, key)
    finally:
        stage.author = Author.BOT


async def close(stage: Stage, case: Case) -> None:
    await say(stage, case, stories.OFFICER_ENDS)


async def end(stage: Stage, case: Case) -> None:
    await resolve.resolve(stage.db, stage.house, await _holder(stage, case), case.ref)


def _agency(stage: Stage, topic: str) -> str:
    """The first of the directory that takes this topic."""
    known: directory.Directory = stage.house.triage.agencies
    able = [slug for slug, each in known.agencies.items() if topic in each.topics]
    return able[0] if able else next(iter(known.agencies))


async def send_on(stage: Stage, case: Case) -> None:
    row = await _row(stage, case)
    await dispatch.dispatch(stage.db, stage.house, await _holder(stage, case), case.ref, _agency(stage, row["topic"]))


async def _actor(stage: Stage, case: Case) -> agency.Actor:
    return agency.Actor((await _row(stage, case))["agency"])


async def accept(stage: Stage, case: Case) -> None:
    await agency.accept(stage.db, stage.house, await _actor(stage, case), case.ref)


async def inquire(stage: Stage, case: Case) -> None:
    question = stage.chance.choice(stories.QUESTIONS)
    await agency.need_information(stage.db, stage.house, await _actor(stage, case), case.ref, question)


async def not_ours(stage: Stage, case: Case) -> None:
    await agency.not_ours(
        stage.db, stage.house, await _actor(stage, case), case.ref, stage.chance.choice(stories.REASONS)
    )


async def put_off(stage: Stage, case: Case) -> None:
    until = clock.now() + timedelta(days=stage.chance.randint(3, 6))
    await agency.put_off(
        stage.db, stage.house, await _actor(stage, case), case.ref, until, "Menunggu bahan dari gudang."
    )


async def done(stage: Stage, case: Case) -> None:
    if (await _row(stage, case))["state"] in (State.DISPATCHED, State.IN_PROGRESS):
        await agency.done(stage.db, stage.house, await _actor(stage, case), case.ref, case.thread.citizen.story.note)


async def inquire_self(stage: Stage, case: Case) -> None:
    await ask.ask(
        stage.db, stage.house, await _holder(stage, case), case.ref, stage.chance.choice(stories.QUESTIONS)
    )  # fmt: skip


async def pass_over(stage: Stage, case: Case) -> None:
    """To SP4N-LAPOR!"""
    external = f"contoh{stage.chance.randint(1000, 9999)}"
    officer = await _holder(stage, case)
    await forward.forward(stage.db, stage.house, officer, case.ref, "pengaduan", "Pemerintah Kabupaten", external)


async def refuse(stage: Stage, case: Case) -> None:
    await reject.reject(
        stage.db, stage.house, await _holder(stage, case), case.ref, stage.chance.choice(stories.REFUSED)
    )


async def again(stage: Stage, case: Case) -> None:
    await reopen.reopen(stage.db, stage.house, await _holder(stage, case), case.ref, "Warga menelepon: belum beres.")


async def called(stage: Stage, case: Case) -> None:
    """After some days WhatsApp takes no free text any more: the officer has telephoned, and says so to colleagues."""
    row, key = await _row(stage, case), f"contoh-{case.ref}-{clock.random_bits(40)}"
    officer, talk = await _holder(stage, case), Ref(row["conversation_id"], case.ref.part)
    await reply.note(stage.db, stage.house, officer, talk, stage.chance.choice(stories.NOTES), key)


async def back(stage: Stage, case: Case) -> None:
    await hand_back(stage.db, stage.house, await _holder(stage, case), case.ref)


async def unite(stage: Stage, case: Case) -> None:
    """With the newest other open case about the same topic."""
    row = await _row(stage, case)
    other = await pretend.joinable(stage.conn, case.ref, row["topic"])
    if not other:
        raise WargiError("nothing to join it to")
    await merge.merge(stage.db, stage.house, await _holder(stage, case), case.ref, other)


async def wants_human(stage: Stage, case: Case) -> None:
    await stage.say(case.thread, Line("petugas"))


async def gives_up(stage: Stage, case: Case) -> None:
    await stage.say(case.thread, Line("bolay" if case.thread.citizen.language == "su" else "batal"))


async def call(stage: Stage, case: Case) -> None:
    """The alarm's due steps, as the critical lane takes them."""
    for ref in await alarms.due(stage.conn, None, clock.now(), 8):
        async with stage.db.unit() as unit:
            await escalate(unit, stage.house, ref)


SOON, MINUTES, HOURS, DAYS = (40, 240), (300, 1500), (3600, 4 * 3600), (20 * 3600, 60 * 3600)
Plan = Sequence[tuple[tuple[int, int], Step]]
"""Seconds to wait, at least and at most, and what is done then."""
_HELP: Plan = ((MINUTES, take), (SOON, say))
_SENT: Plan = (*_HELP, (SOON, send_on))
_WORKED: Plan = (*_SENT, (HOURS, accept))
PLANS: Mapping[str, tuple[int, Plan]] = {
    # how often, and what
    "answered": (30, (*_HELP, (MINUTES, close), (SOON, end))),
    "worked": (26, (*_WORKED, (DAYS, done))),
    "inquired": (8, (*_WORKED, (HOURS, inquire), (DAYS, done))),
    "asked": (8, (*_HELP, (SOON, inquire_self), (HOURS, close), (SOON, end))),
    "put off": (4, (*_WORKED, (HOURS, put_off), (DAYS, done), (DAYS, done), (DAYS, done))),
    "returned": (4, (*_SENT, (HOURS, not_ours), (MINUTES, take), (SOON, pass_over))),
    "forwarded": (3, (*_HELP, (SOON, pass_over))),
    "refused": (3, (*_HELP, (SOON, refuse))),
    "united": (4, ((MINUTES, unite),)),
    "cancelled": (3, ((SOON, wants_human), (SOON, gives_up))),
    "reopened": (4, (*_HELP, (SOON, close), (SOON, end), (DAYS, again), (MINUTES, take), (SOON, called), (SOON, end))),
    "handed back": (3, ((SOON, wants_human), (MINUTES, take), (SOON, say), (MINUTES, back), (HOURS, take), (SOON, close), (SOON, end))),
}  # fmt: skip
CRY: Plan = (((1, 2), call), ((15, 70), take), ((5, 20), say), (MINUTES, close), (SOON, end))
"""Somebody may be in danger: taken up within two minutes."""

LEFT: Mapping[State, Plan] = {
    State.QUEUED: (),
    State.ASSIGNED: _HELP,
    State.WAITING_CITIZEN: (*_HELP, (SOON, inquire_self)),
    State.DISPATCHED: _SENT,
    State.IN_PROGRESS: _WORKED,
    State.POSTPONED: (*_WORKED, (SOON, put_off)),
    State.RETURNED: (*_SENT, (SOON, not_ours)),
    State.DONE: (*_WORKED, (SOON, done)),
    State.FORWARDED: (*_HELP, (SOON, pass_over)),
    State.RESOLVED: (*_HELP, (SOON, close), (SOON, end)),
    State.REOPENED: (*_HELP, (SOON, close), (SOON, end), (MINUTES, again)),
    State.CLOSED: (*_HELP, (SOON, close), (SOON, end)),
    State.REJECTED: (*_HELP, (SOON, refuse)),
    State.MERGED: ((MINUTES, unite),),
    State.CANCELLED: ((SOON, wants_human), (SOON, gives_up)),
}
"""Plans that leave a case in each state at the end, so that a newcomer finds one of every kind."""


def go(stage: Stage, case: Case, plan: Plan) -> None:
    """Schedules the first step; each step that could be taken schedules the next."""
    if not plan:
        return
    (low, high), step = plan[0]

    async def act() -> None:
        try:
            await step(stage, case)
        except WargiError:
            case.tries += 1
            most = FEW if step is unite else TRIES
            if step in (take, say, called, close, end, unite) and case.tries < most:  # nobody is there yet
                stage.later(stage.at + NOBODY, act)
            elif step is unite:  # it is the only one of its kind, so it is answered like any other
                go(stage, case, PLANS["answered"][1])
            return
        go(stage, case, plan[1:])

    stage.later(stage.at + stage.within(low, high), act)
