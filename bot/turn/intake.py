"""One inbound item and all that it causes: find contact and conversation, store the words, hand the turn to the conversation's owner."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot import clock, failpoint
from bot.engine.effects import Say
from bot.engine.texts import score_of_choice, text
from bot.errors import Sentence, Unreadable
from bot.message import Inbound, Status
from bot.models import Author, Owner, Quarantine, State
from bot.store import alarms, boxes, cases, talk
from bot.store.batch import Batch, message_row
from bot.store.db import Unit
from bot.store.talk import Talk
from bot.turn import (
    House,
    acknowledge,
    acts,
    alarm,
    ask,
    dialogue,
    handoff,
    identity,
    known,
    linking,
    media,
    outside,
    pace,
    receipt,
    sealing,
    sla,
    survey,
    verify,
    waiting,
)  # fmt: skip
from bot.turn.say import line, say
from bot.turn.words import command

IDLE = timedelta(hours=24)
"""A conversation in which nothing is open and nobody wrote for so long is over: the next words begin a new one."""
ASKED = frozenset({State.WAITING_CITIZEN, State.DONE})
"""Tickets about which the citizen was asked something: the answer may take days, and is recognised all the same."""
BREATH = 8
"""Turns without a pause."""
UNREADABLE = "unreadable"
BACK = Sentence(
    "Ada pesan dari alamat lama yang tadinya ditinggalkan; balasan kembali ke sini. Pastikan orangnya sama."
)
"""For officers: a late message, or somebody else who has the number now."""


async def run(unit: Unit, house: House, rows: Sequence[boxes.Row]) -> list[boxes.Row]:
    """The turns of these inbox rows, in order: load, decide, flush. Returns those that pressed a button, whose platform wants
    to hear so after the commit. Raises whatever a turn raises; nothing is written then."""
    batch = house.batch()
    parked: list[tuple[bytes, int, str]] = []
    done: list[tuple[bytes, int]] = []
    turns: list[tuple[boxes.Row, Inbound]] = []
    statuses: list[tuple[boxes.Row, Status]] = []
    failpoint.here("turn.before_parse")
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
    work, waiting = await receipt.apply(unit, batch, statuses) if statuses else ([], set())
    settled = [each for each in done if each[0] not in waiting]
    failpoint.here("turn.before_flush")
    await batch.flush(unit, *work, boxes.done(settled), boxes.park(parked), last=True)
    failpoint.here("turn.flushed")
    unit.parked += parked
    return [row for row, inbound in turns if inbound.choice]


def _parse(house: House, row: boxes.Row) -> tuple[Inbound | Status | None, str]:
    """What the item says, and why it must be parked (''). An unreadable item of a known address still gets a polite answer."""
    if (heard := house.parsed.pop((row.account, row.kind, row.raw), None)) is not None:
        return heard, ""
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
    open_refs += [ref for row, inbound in turns if (ref := verify.pressed(inbound, row.part))]
    await cases.load(unit.conn, batch, open_refs + await cases.tickets_of(unit.conn, pressed))
    await alarms.load(unit.conn, batch, alarms.refs(list(talks.values())))
    await known.load(unit.conn, batch, house, list(talks.values()))
    await acts.load(unit.conn, batch, talks, turns)
    ours: list[tuple[Talk, boxes.Row, Inbound]] = []
    for row, inbound in turns:
        if (called := alarm.named(inbound.choice)) is not None:
            await acknowledge.by_button(unit, row, called)
            continue
        key = (row.account, row.address)
        thread = talks.get(key)
        if thread is None:
            thread = talks[key] = talk.new(row.account, row.address, batch.now)
        ours.append((thread, row, inbound))
    pairs = [(thread, inbound) for thread, _, inbound in ours]
    await identity.recognise(unit.conn, batch, pairs)
    codes = await linking.redeem(unit.conn, batch, house, pairs)
    for n, (thread, row, inbound) in enumerate(ours, 1):
        if n % BREATH == 0:  # many turns together: webhooks that knock meanwhile are heard, and stored
            await asyncio.sleep(0)
        with_bot = thread.owner in (Owner.BOT, Owner.SURVEY) and thread.quarantine != Quarantine.HELD
        receive(batch, house, thread, row, inbound, codes.get(id(inbound), ""))
        if with_bot and not inbound.silent:  # what waits for an officer is read when an officer answers
            unit.read.append((row.account, row.address or "", inbound.external_id))


def receive(batch: Batch, house: House, thread: Talk, row: boxes.Row, inbound: Inbound, code: str = "") -> None:
    """Stores the citizen's words and lets the owner answer. `code`: they were a code for linking, and this text answers it."""
    if inbound.kind in acts.NEWS:
        return acts.news(batch, thread, inbound)
    if not inbound.silent:
        _renew(batch, thread)
        if thread.send_to:  # whoever writes is answered where they write
            thread.send_to, thread.address_changed = "", True
            line(batch, thread, BACK)
    batch.touch(thread)
    if inbound.name and not thread.name:
        thread.name, thread.contact_changed = inbound.name[:200], True
    if inbound.phone and not thread.phone:
        thread.phone, thread.contact_changed = inbound.phone, True
    danger = house.triage.dangers.read(inbound.text) if inbound.text and row.urgent != 0 else None
    changed = bool(inbound.target) and acts.apply(batch, thread, inbound, row.received_at)
    private = thread.owner == Owner.BOT and sealing.asked(house.flows, thread)
    if not changed:
        message = _message(batch, thread, row, inbound)
        if private:
            sealing.conceal(message)
        batch.insert("message", message)
        batch.messages[(thread.conversation_id, inbound.external_id)] = message
        media.record(batch, row.account, message, inbound)
    if changed or inbound.silent:
        if danger is not None:  # a cry for help written into an older message
            alarm.hear(batch, house, thread, inbound, danger)
        return None
    thread.previous_inbound_at, thread.last_inbound_at = thread.last_inbound_at, row.received_at
    thread.updated_at = batch.now
    held = thread.quarantine == Quarantine.HELD
    if held and danger is not None and not alarm.is_cry(danger):
        danger = None
    if code and not held:
        linking.answer(batch, house, thread, code)
    elif not alarm.hear(batch, house, thread, inbound, danger) and not held:
        together = acts.continues(batch, thread, inbound, row.received_at)
        if danger is not None or private or not pace.waits(batch, house, thread, inbound, together):
            _route(batch, house, thread, inbound, row.received_at)
    outside.watch(batch, house, thread)
    batch.last[thread.conversation_id] = (inbound.kind, inbound.album)
    return None


def _message(batch: Batch, thread: Talk, row: boxes.Row, inbound: Inbound) -> dict[str, Any]:
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
    if inbound.cards:
        data["cards"] = [{"name": card.name, "phones": card.phones, "proof": card.proof} for card in inbound.cards]
    if inbound.reply_to and not inbound.choice:
        answered = batch.messages.get((thread.conversation_id, inbound.reply_to))
        data["reply"] = answered["seq"] if answered else 0  # 0: one that this conversation does not hold
    for name in ("forwarded", "target", "album", "details"):
        if value := getattr(inbound, name):
            data[name] = value
    return message_row(
        thread, Author.CITIZEN, row.received_at, body=inbound.text, kind=inbound.kind, data=data or None,
        external_id=inbound.external_id[:512], key=inbound.external_id if row.account.startswith("web:") else None,
    )  # fmt: skip


def _renew(batch: Batch, thread: Talk) -> None:
    """A new conversation after a long silence; tickets outlive the old one, and so does a question that is still open."""
    last = thread.last_inbound_at
    if thread.is_new or last is None or thread.owner != Owner.BOT or thread.session is not None:
        return
    if batch.now - last < IDLE:
        return
    thread.conversation_id, thread.new_conversation = clock.new_id(), True
    thread.epoch = thread.seq = 0
    thread.last_inbound_at = thread.pace = None
    ticket = batch.tickets.get(thread.ticket_id) if thread.ticket_id else None
    if ticket is None or ticket["state"] not in ASKED:
        thread.ticket_id = None


def _route(batch: Batch, house: House, thread: Talk, inbound: Inbound, at: datetime) -> None:
    """To the owner of the conversation, and to nobody else."""
    if verify.answered(batch, house, thread, inbound) or ask.answered(batch, house, thread, inbound):
        return
    if inbound.choice and score_of_choice(inbound.choice) and survey.answer(batch, house, thread, inbound):
        return
    if thread.owner == Owner.OFFICER:
        return sla.wrote(batch, thread)
    if thread.owner == Owner.QUEUE:
        word = command(house.flows, inbound.text)
        if word == "link":
            return linking.offer(batch, house, thread)
        if word not in ("menu", "cancel"):
            waiting.wrote(batch, house, thread, inbound)
            return
        handoff.leave_queue(batch, house, thread, cancel=word == "cancel")
        if word == "cancel":
            return
    if inbound.kind in acts.TOLD_ONCE:
        if not acts.told(batch, thread, inbound, at):
            say(batch, thread, Say(text(house.flows, inbound.kind, thread.language)))
        return
    if thread.owner == Owner.SURVEY and survey.answer(batch, house, thread, inbound):
        return
    failpoint.here("turn.before_step")
    heard = dialogue.said(thread, inbound, acts.continues(batch, thread, inbound, at))
    dialogue.respond(batch, house, thread, heard)
