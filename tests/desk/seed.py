"""Invented citizens and cases for the tests of the desk: rows as the bot would have left them."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot import clock
from bot.models import Address, Contact, Conversation, Message, Officer, Ticket, TicketEvent, Urgency
from bot.models.base import table
from bot.models.ref import Ref
from bot.policy import number, rank
from bot.store import people, search, tally
from bot.store.db import Db

ROWS = {"contact": Contact, "address": Address, "conversation": Conversation, "message": Message, "ticket": Ticket,
        "ticket_event": TicketEvent}  # fmt: skip


async def officer(db: Db, name: str = "Rina Marlina", role: str = "officer", password_hash: str = "-") -> Officer:
    login = name.split()[0].lower()
    async with db.unit() as unit:
        id_ = await people.add_officer(unit.conn, name, login, password_hash, role, clock.now())
    return Officer(id=id_, name=name, login=login, password_hash="-", role=role, created_at=clock.now())


class Case:
    """What `case` made."""

    def __init__(self, number_: str, ticket: Ref, conversation: Ref) -> None:
        self.number, self.ticket, self.conversation = number_, ticket, conversation
        self.url = f"/desk/tiket/{number_}"


async def case(
    db: Db, name: str = "Euis Komariah", words: tuple[tuple[str, str], ...] = (("citizen", "Jalan berlubang"),), *,
    account: str = "whatsapp:100200300", phone: str = "6281234567731", language: str = "id", topic: str = "jalan",
    subtopic: str = "", place: str = "Kecamatan Cikajang", details: str = "Jalan berlubang di depan sekolah",
    answers: dict[str, Any] | None = None, urgency: str = Urgency.NORMAL, minutes: float = 5, reason: str = "flow",
    guess: dict[str, Any] | None = None, owner: str = "queue", errors: dict[int, tuple[str, str]] | None = None, kinds: dict[int, str] | None = None,
) -> Case:  # fmt: skip
    """A ticket in the queue, opened `minutes` ago, with these messages (author, text)."""
    opened = clock.now() - timedelta(minutes=minutes)
    address = f"ID.{clock.random_bits(60)}"
    part = clock.part_of(account.partition(":")[0], address)
    ids = {what: clock.new_id() for what in ("contact", "address", "conversation", "ticket")}
    shown = number.make(part, clock.random_bits(27))
    at = [opened - timedelta(minutes=len(words) - i) for i in range(len(words))]
    rows: dict[str, list[dict[str, Any]]] = {
        "contact": [_contact(ids, part, name, phone if not account.startswith("web") else "", language, opened)],
        "address": [{"id": ids["address"], "part": part, "account": account, "address": address,
                     "contact_id": ids["contact"], "contact_part": part, "conversation_id": ids["conversation"]}],
        "conversation": [{"id": ids["conversation"], "part": part, "address_id": ids["address"],
                          "contact_id": ids["contact"], "contact_part": part, "owner": owner, "epoch": 0,
                          "seq": len(words), "ticket_id": ids["ticket"], "updated_at": opened, "created_at": opened}],
        "message": [message(ids["conversation"], part, i + 1, author, text, at[i], (errors or {}).get(i), (kinds or {}).get(i, "text"))
                    for i, (author, text) in enumerate(words)],
        "ticket": [{"id": ids["ticket"], "part": part, "number": shown, "conversation_id": ids["conversation"],
                    "address_id": ids["address"], "contact_id": ids["contact"], "contact_part": part,
                    "account": account, "language": language, "state": "queued", "urgency": urgency,
                    "rank": rank.rank(opened, urgency), "topic": topic, "subtopic": subtopic, "place": place,
                    "details": details, "answers": answers, "guess": guess, "reason": reason, "opened_at": opened,
                    "updated_at": opened, "version": 0}],
        "ticket_event": [{"id": clock.new_id(), "part": part, "ticket_id": ids["ticket"], "at": opened,
                          "kind": "opened", "actor": "citizen", "before": "", "after": "queued", "why": reason}],
    }  # fmt: skip
    async with db.unit() as unit:
        for what, many in rows.items():
            if many:
                await unit.conn.execute(sa.insert(table(ROWS[what])), many)
        found_by = search.report({"place_code": "", **rows["ticket"][0]}, name, "", (phone,))
        lines = [search.line(row, ids["ticket"], name) for row in rows["message"] if row["author"] in search.HEARD]
        index, documents = search.work(unit.conn, [found_by, *lines])
        await index(unit.conn, documents)
        counts, insert = tally.work(unit.conn, {("queued", part): 1})
        await counts(unit.conn, insert)
        unit.queue_changed()
    return Case(shown, Ref(ids["ticket"], part), Ref(ids["conversation"], part))


def _contact(ids: dict[str, bytes], part: int, name: str, phone: str, language: str, at: datetime) -> dict[str, Any]:
    return {"id": ids["contact"], "part": part, "name": name, "phone": phone, "language": language, "notice": "",
            "created_at": at}  # fmt: skip


def message(conversation: bytes, part: int, seq: int, author: str, text: str, at: datetime,
            outcome: tuple[str, str] | None = None, kind: str = "text") -> dict[str, Any]:  # fmt: skip
    delivery, error = outcome or ("read" if author in ("bot", "officer") else "none", "")
    return {"id": clock.new_id(), "part": part, "conversation_id": conversation, "seq": seq, "author": author,
            "kind": kind, "body": text, "at": at, "delivery": delivery, "error": error}  # fmt: skip


async def says(db: Db, case_: Case, text: str, author: str = "citizen") -> int:
    """One more message in a conversation; returns its seq."""
    talk = table(Conversation)
    async with db.unit() as unit:
        found = await unit.conn.execute(
            sa.update(talk)
            .where(talk.c.id == case_.conversation.id, talk.c.part == case_.conversation.part)
            .values(seq=talk.c.seq + 1)
            .returning(talk.c.seq)
        )
        seq = int(found.scalar_one())
        row = message(case_.conversation.id, case_.conversation.part, seq, author, text, clock.now())
        await unit.conn.execute(sa.insert(table(Message)), [row])
        unit.changed(case_.conversation)
    return seq


async def count(db: Db, model: type[Any], **where: Any) -> int:
    target = table(model)
    query = (
        sa.select(sa.func.count())
        .select_from(target)
        .where(*(target.c[name] == value for name, value in where.items()))
    )
    async with db.read() as conn:
        return int((await conn.execute(query)).scalar_one())
