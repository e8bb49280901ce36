"""One inbound item and all that it causes: find contact and conversation, store the words, hand the turn to the conversation's owner."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot import clock
from bot.engine.effects import Say
from bot.engine.texts import score_of_choice, text
from bot.errors import Unreadable
from bot.message import Inbound, Status
from bot.models import Author, Owner
from bot.store import alarms, boxes, cases, talk
from bot.store.batch import Batch, message_row
from bot.store.db import Unit
from bot.store.talk import Talk
from bot.turn import House, acknowledge, alarm, dialogue, handoff, outside, receipt, survey
from bot.turn.say import say
from bot.turn.words import command

IDLE = timedelta(hours=24)
"""A conversation in which nothing is open and nobody wrote for so long is over: the next words begin a new one."""
UNREADABLE = "unreadable"


async def run(unit: Unit, house: House, rows: Sequence[boxes.Row]) -> list[boxes.Row]:
    """The turns of these inbox rows, in order: load, decide, flush. Returns those that pressed a button, whose platform wants
    to hear so after the commit. Raises whatever a turn raises; nothing is written then."""
    batch = Batch(clock.now())
    parked: list[tuple[bytes, int, str]] = []
    done: list[tuple[bytes, int]] = []
    turns: list[tuple[boxes.Row, Inbound]] = []
    statuses: list[tuple[boxes.Row, Status]] = []
    for row in rows:
        what, reason = _parse(house, row)
        if reason:
            parked.append((row.id, row.part, reason))
        else:
            done.append((row.id, row.part))
        if isinstance(what, Inbound):
            turns.append((row, what))
        elif isinstance(what, Status):
            statuses.append((row, what))
    await _turns(unit, house, batch, turns)
    if statuses:
        await receipt.apply(unit, statuses)
    await batch.flush(unit, boxes.done(done), boxes.park(parked))
    unit.parked += parked
    return [row for row, inbound in turns if inbound.choice]


def _parse(house: House, row: boxes.Row) -> tuple[Inbound | Status | None, str]:
    """What the item says, and why it must be parked (''). An unreadable item of a known address still gets a polite answer."""
    channel = house.channels.get(row.account.partition(":")[0])
    if channel is None:
        return None, f"kanal {row.account} tidak aktif; hidupkan kembali lalu proses ulang"
    try:
        return channel.parse(row.kind, row.raw), ""
    except Unreadable as error:
        answer = None
        if row.address and row.kind == "message":
            answer = Inbound(address=row.address, external_id=row.external_id, kind=UNREADABLE)
        return answer, str(error)


async def _turns(unit: Unit, house: House, batch: Batch, turns: Sequence[tuple[boxes.Row, Inbound]]) -> None:
    if not turns:
        return
    talks = await talk.load(unit.conn, {(row.account, row.address) for row, _ in turns})
    open_refs = [ref for each in talks.values() if (ref := handoff.ticket_ref(each))]
    pressed = [ref for row, inbound in turns if (ref := survey.pressed(inbound, row.part))]
    await cases.load(unit.conn, batch, open_refs + await cases.tickets_of(unit.conn, pressed))
    await alarms.load(unit.conn, batch, alarms.refs(list(talks.values())))
    for row, inbound in turns:
        if (called := alarm.named(inbound.choice)) is not None:
            await acknowledge.by_button(unit, row, called)
            continue
        key = (row.account, row.address)
        thread = talks.get(key)
        if thread is None:
            thread = talks[key] = talk.new(row.account, row.address, batch.now)
        receive(batch, house, thread, row, inbound)


def receive(batch: Batch, house: House, thread: Talk, row: boxes.Row, inbound: Inbound) -> None:
    """Stores the citizen's words and lets the owner answer."""
    _renew(batch, thread)
    batch.touch(thread)
    if inbound.name and not thread.name:
        thread.name, thread.contact_changed = inbound.name[:200], True
    if inbound.phone and not thread.phone:
        thread.phone, thread.contact_changed = inbound.phone, True
    batch.insert("message", _message(thread, row, inbound))
    if inbound.silent:
        return
    thread.previous_inbound_at, thread.last_inbound_at = thread.last_inbound_at, row.received_at
    thread.updated_at = batch.now
    danger = house.triage.dangers.read(inbound.text) if inbound.text and row.urgent != 0 else None
    if not alarm.hear(batch, house, thread, inbound, danger):
        _route(batch, house, thread, inbound)
    outside.watch(batch, house, thread)


def _message(thread: Talk, row: boxes.Row, inbound: Inbound) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if inbound.choice:
        data["choice"] = inbound.choice
    if inbound.attachments:
        # a reference for fetching later; never a public address
        data["attachments"] = [
            {"kind": each.kind, "ref": each.ref, "mime": each.mime, "name": each.name, "size": each.size}
            for each in inbound.attachments
        ]
    if inbound.location:
        place = inbound.location
        data["location"] = {"latitude": place.latitude, "longitude": place.longitude, "name": place.name}
    return message_row(
        thread, Author.CITIZEN, row.received_at, body=inbound.text, kind=inbound.kind, data=data or None,
        external_id=inbound.external_id[:512], key=inbound.external_id if row.account.startswith("web:") else None,
    )  # fmt: skip


def _renew(batch: Batch, thread: Talk) -> None:
    """A new conversation after a long silence; tickets outlive the old one."""
    last = thread.last_inbound_at
    if thread.is_new or last is None or thread.owner != Owner.BOT or thread.session is not None:
        return
    if batch.now - last < IDLE:
        return
    thread.conversation_id, thread.new_conversation = clock.new_id(), True
    thread.epoch = thread.seq = 0
    thread.ticket_id = thread.last_inbound_at = None


def _route(batch: Batch, house: House, thread: Talk, inbound: Inbound) -> None:
    """To the owner of the conversation, and to nobody else."""
    if inbound.choice and score_of_choice(inbound.choice) and survey.answer(batch, house, thread, inbound):
        return
    if thread.owner == Owner.OFFICER:
        return
    if thread.owner == Owner.QUEUE:
        word = command(house.flows, inbound.text)
        if word not in ("menu", "cancel"):
            return
        handoff.leave_queue(batch, house, thread, cancel=word == "cancel")
        if word == "cancel":
            return
    if inbound.kind in (UNREADABLE, "unsupported"):
        say(batch, thread, Say(text(house.flows, inbound.kind, thread.language)))
        return
    if thread.owner == Owner.SURVEY and survey.answer(batch, house, thread, inbound):
        return
    dialogue.respond(batch, house, thread, dialogue.said(thread, inbound))
