"""Who else is in a conversation just now, and what this officer has begun to write there: one query for a page."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Officer, Unsent, Watching
from bot.models.base import table
from bot.models.ref import Ref
from bot.record import record
from bot.store.kept import Kept
from bot.store.many import insert_into

WATCHING, UNSENT, OFFICER = table(Watching), table(Unsent), table(Officer)
FRESH = timedelta(seconds=50)
"""A page renews its row every twenty seconds; one that has missed two is gone."""
TYPING = timedelta(seconds=8)
"""A page saves what is being written every few seconds as long as it is."""
KEPT = timedelta(days=30)
"""Words that were begun and never sent speak of a citizen: they do not lie about for ever."""


_TALK, _PART = (
    sa.bindparam("talk", type_=WATCHING.c.conversation_id.type),
    sa.bindparam("talk_part", type_=sa.SmallInteger),
)
_MINE, _NONE = UNSENT.c.officer_id == sa.bindparam("viewer", type_=sa.Integer), sa.literal("")
_COMPANY = Kept(
    sa.union_all(
    sa.select(
        WATCHING.c.officer_id, OFFICER.c.name, sa.literal(False).label("writes"), _NONE.label("kind"), _NONE.label("text"),
    )
    .join(OFFICER, OFFICER.c.id == WATCHING.c.officer_id)
    .where(WATCHING.c.conversation_id == _TALK, WATCHING.c.part == _PART)
    .where(WATCHING.c.seen_at > sa.bindparam("fresh", type_=WATCHING.c.seen_at.type)),
    sa.select(
        UNSENT.c.officer_id, OFFICER.c.name, sa.literal(True), UNSENT.c.kind, sa.case((_MINE, UNSENT.c.text), else_=_NONE),
    )
    .join(OFFICER, OFFICER.c.id == UNSENT.c.officer_id)
    .where(UNSENT.c.conversation_id == _TALK, UNSENT.c.part == _PART)
    .where(_MINE | (UNSENT.c.at > sa.bindparam("lately", type_=UNSENT.c.at.type))),
))  # fmt: skip


@record
class Company:
    """The others who look at a conversation, those of them who write, and what I had begun."""

    watching: Sequence[str] = ()
    typing: Sequence[str] = ()
    kind: str = "balas"
    text: str = ""

    @property
    def others(self) -> bool:
        return bool(self.watching or self.typing)


def topic(conversation: Ref) -> str:
    """The hint that somebody came, left or writes."""
    return f"who:{conversation}"


async def company(conn: AsyncConnection, conversation: Ref, viewer: int, now: datetime) -> Company:
    names: dict[bool, dict[int, str]] = {False: {}, True: {}}
    kind, text = "balas", ""
    values = {"talk": conversation.id, "talk_part": conversation.part, "viewer": viewer}
    for row in await _COMPANY(conn, **values, fresh=now - FRESH, lately=now - TYPING):
        if row["officer_id"] != viewer:
            names[row["writes"]][row["officer_id"]] = row["name"]
        elif row["writes"]:
            kind, text = row["kind"], row["text"]
    typing = names[True]
    return Company([name for who, name in names[False].items() if who not in typing], [*typing.values()], kind, text)


async def watch(conn: AsyncConnection, conversation: Ref, officer_id: int, page: str, now: datetime) -> None:
    row = {"conversation_id": conversation.id, "part": conversation.part, "officer_id": officer_id, "page": page}
    statement = insert_into(conn.dialect.name, WATCHING).values(**row, seen_at=now)
    await conn.execute(statement.on_conflict_do_update(index_elements=list(row), set_={"seen_at": now}))


async def leave(conn: AsyncConnection, page: str, now: datetime) -> None:
    """This page is closed; rows of pages whose process died go with it."""
    await conn.execute(sa.delete(WATCHING).where((WATCHING.c.page == page) | (WATCHING.c.seen_at < now - 4 * FRESH)))


async def save(conn: AsyncConnection, conversation: Ref, officer_id: int, kind: str, text: str, now: datetime) -> None:
    """The words as they stand in the field; none: nothing is being written any more."""
    if not text.strip():
        return await drop(conn, conversation, officer_id)
    row = {"conversation_id": conversation.id, "part": conversation.part, "officer_id": officer_id}
    values = {"kind": kind, "text": text, "at": now}
    statement = insert_into(conn.dialect.name, UNSENT).values(**row, **values)
    await conn.execute(statement.on_conflict_do_update(index_elements=list(row), set_=values))


async def drop(conn: AsyncConnection, conversation: Ref, officer_id: int) -> None:
    mine = (UNSENT.c.conversation_id == conversation.id) & (UNSENT.c.part == conversation.part)
    await conn.execute(sa.delete(UNSENT).where(mine, UNSENT.c.officer_id == officer_id))


async def forget(conn: AsyncConnection, officer_id: int, now: datetime) -> None:
    """Old drafts of this officer."""
    await conn.execute(sa.delete(UNSENT).where(UNSENT.c.officer_id == officer_id, UNSENT.c.at < now - KEPT))
