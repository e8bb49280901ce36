"""What a batch writes of its talks: new contacts, addresses and conversations, and what has changed of known ones."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.models import Quarantine
from bot.store.many import Many, Work, changed
from bot.store.talk import ADDRESS, CONTACT, CONVERSATION, Talk

_CONTACT_COLUMNS = ("name", "phone", "language", "notice", "notice_at", "memory", "username")
_ADDRESS_COLUMNS = ("conversation_id", "names", "send_to", "tries", "tries_at")
INSERT_CONTACT = Many(sa.insert(CONTACT), CONTACT.c.keys())
INSERT_ADDRESS = Many(sa.insert(ADDRESS), ADDRESS.c.keys())
INSERT_CONVERSATION = Many(sa.insert(CONVERSATION), CONVERSATION.c.keys())
_UPDATE_CONTACT = Many(
    sa.update(CONTACT)
    .where(CONTACT.c.id == sa.bindparam("b_id"), CONTACT.c.part == sa.bindparam("b_part"))
    .values({name: sa.bindparam(name) for name in _CONTACT_COLUMNS})
)
UPDATE_ADDRESS = Many(
    sa.update(ADDRESS)
    .where(ADDRESS.c.id == sa.bindparam("b_id"), ADDRESS.c.part == sa.bindparam("b_part"))
    .values({name: sa.bindparam(name) for name in _ADDRESS_COLUMNS})
)
_STATE_COLUMNS = (
    "owner", "epoch", "seq", "officer_id", "ticket_id", "session", "alarm_id", "urgency", "pace", "last_inbound_at",
    "updated_at",
)  # fmt: skip
_UPDATE_CONVERSATION = Many(
    sa.update(CONVERSATION)
    .where(CONVERSATION.c.id == sa.bindparam("b_id"), CONVERSATION.c.part == sa.bindparam("b_part"))
    .values({name: sa.bindparam(name) for name in _STATE_COLUMNS})
)


def work(talks: Collection[Talk], now: datetime) -> list[Work]:
    new = [each for each in talks if each.is_new]
    begun = [each for each in talks if each.new_conversation]
    told = [
        each
        for each in talks
        if each.contact_changed and not (each.is_new and each.person == each.contact and not each.joined)
    ]
    # several addresses share a contact, also with another process: all write contacts in one order
    told.sort(key=lambda each: each.person)
    moved = [each for each in talks if not each.is_new and (each.new_conversation or each.address_changed)]
    return [
        (INSERT_CONTACT, [contact_row(each, now) for each in new if not each.joined]),
        (INSERT_ADDRESS, [address_row(each) for each in new]),
        (INSERT_CONVERSATION, [conversation_row(each, now) for each in begun]),
        (UPDATE_ADDRESS, [changed(address_row(each), _ADDRESS_COLUMNS) for each in moved]),
        (_UPDATE_CONVERSATION, [_going(each) for each in talks if not each.new_conversation]),
        (_UPDATE_CONTACT, [_contact_change(each, now) for each in told]),
    ]


def _going(talk: Talk) -> dict[str, Any]:
    return {"b_id": talk.conversation_id, "b_part": talk.part, **_state_row(talk)}


def _contact_change(talk: Talk, now: datetime) -> dict[str, Any]:
    row = changed(contact_row(talk, now), _CONTACT_COLUMNS)
    return row | {"b_id": talk.person.id, "b_part": talk.person.part}


def contact_row(talk: Talk, now: datetime) -> dict[str, Any]:
    return {
        "id": talk.contact_id,
        "part": talk.contact_part,
        "name": talk.name,
        "phone": talk.phone,
        "language": talk.language,
        "notice": talk.notice,
        "notice_at": talk.notice_at,
        "memory": talk.memory or 0.0,
        "username": talk.username,
        "same_id": talk.same_id,
        "same_part": talk.same_part,
        "quarantine": Quarantine.NONE,
        "quarantine_reason": "",
        "quarantine_by": None,
        "quarantine_at": None,
        "created_at": now,
    }


def address_row(talk: Talk) -> dict[str, Any]:
    return {
        "id": talk.address_id,
        "part": talk.part,
        "account": talk.account,
        "address": talk.address,
        "contact_id": talk.contact_id,
        "contact_part": talk.contact_part,
        "conversation_id": talk.conversation_id,
        "names": talk.names,
        "send_to": talk.send_to,
        "tries": talk.tries,
        "tries_at": talk.tries_at,
    }


def conversation_row(talk: Talk, now: datetime) -> dict[str, Any]:
    return {
        "id": talk.conversation_id,
        "part": talk.part,
        "address_id": talk.address_id,
        "contact_id": talk.contact_id,
        "contact_part": talk.contact_part,
        "created_at": now,
        **_state_row(talk),
    }


def _state_row(talk: Talk) -> dict[str, Any]:
    return {
        "owner": talk.owner,
        "epoch": talk.epoch,
        "seq": talk.seq,
        "officer_id": talk.officer_id,
        "ticket_id": talk.ticket_id,
        "session": talk.session,
        "alarm_id": talk.alarm_id,
        "urgency": talk.urgency,
        "pace": talk.pace,
        "last_inbound_at": talk.last_inbound_at,
        "updated_at": talk.updated_at,
    }
