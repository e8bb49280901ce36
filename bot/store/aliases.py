"""Names by which platforms know people: looked up by value, claimed once, never taken away by a second claim."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.models import Address, Alias, Contact, Twin
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.many import Many, Work, beside, insert_into, write

ALIAS, TWIN, ADDRESS, CONTACT = table(Alias), table(Twin), table(Address), table(Contact)
_HOPS = 8


@cache
def _put(dialect: str, into: sa.Table) -> Many:
    """One row after the other: VALUES of many rows is another statement for each number of them, and Core compiles it every time."""
    return Many(insert_into(dialect, into).on_conflict_do_nothing(), into.c.keys())


class Key(NamedTuple):
    """A name that belongs to one contact at most."""

    channel: str
    kind: str
    value: str

    @property
    def part(self) -> int:
        return clock.part_of(f"{self.channel}/{self.kind}", self.value)


async def owners(conn: AsyncConnection, keys: Collection[Key]) -> dict[Key, Ref]:
    """The contacts that hold these names; names that nobody holds are left out."""
    query = sa.select(ALIAS.c.channel, ALIAS.c.kind, ALIAS.c.value, ALIAS.c.contact_id, ALIAS.c.contact_part).where(
        ALIAS.c.value.in_(sorted({key.value for key in keys})),
        beside(ALIAS.c.part).in_(sorted({key.part for key in keys})),
    )
    found = {Key(*row[:3]): Ref(*row[3:]) for row in await conn.execute(query)}
    return {key: found[key] for key in keys if key in found}


def work(conn: AsyncConnection, claims: Mapping[Key, Ref], now: datetime) -> Work:
    """These names belong to these contacts from now on.

    In one order everywhere: two processes that claim the same names wait for each other, never in a circle."""
    rows = [
        {"id": clock.new_id(), "part": key.part, **key._asdict(), "contact_id": contact.id, "contact_part": contact.part,
         "at": now}
        for key, contact in sorted(claims.items())
    ]  # fmt: skip
    return _put(conn.dialect.name, ALIAS), rows


async def claim(conn: AsyncConnection, claims: Mapping[Key, Ref], now: datetime) -> bool:
    """Where several processes claim names. False, and nothing claimed, when another one was faster with any."""
    put, rows = work(conn, claims, now)
    await write(conn, [(put, rows)])
    holds = await owners(conn, claims)
    if all(holds.get(key) == contact for key, contact in claims.items()):
        return True
    ours, parts = [row["id"] for row in rows], sorted({key.part for key in claims})
    await conn.execute(sa.delete(ALIAS).where(ALIAS.c.id.in_(ours), beside(ALIAS.c.part).in_(parts)))
    return False


async def release(conn: AsyncConnection, names: Iterable[tuple[Key, Ref]]) -> None:
    """These names were given up by these contacts."""
    for key, contact in sorted(names):
        await conn.execute(
            sa.delete(ALIAS).where(
                ALIAS.c.value == key.value, ALIAS.c.kind == key.kind, ALIAS.c.channel == key.channel,
                ALIAS.c.part == key.part, ALIAS.c.contact_id == contact.id,
            )
        )  # fmt: skip


async def flag(conn: AsyncConnection, pairs: Iterable[tuple[Ref, Ref, str]], now: datetime) -> None:
    """Perhaps one person: noted with both contacts, once."""
    rows = [
        {"id": clock.new_id(), "part": one.part, "contact_id": one.id, "other_id": other.id, "other_part": other.part,
         "why": why, "at": now}
        for one, other, why in sorted({each for a, b, why in pairs for each in ((a, b, why), (b, a, why))})
    ]  # fmt: skip
    await write(conn, [(_put(conn.dialect.name, TWIN), rows)])


async def roots(conn: AsyncConnection, contacts: Collection[Ref]) -> dict[Ref, Ref]:
    """Where the trail of joined contacts ends for each of these."""
    ends = {contact: contact for contact in contacts}
    for _ in range(_HOPS):
        named = set(ends.values())
        if not named:
            break
        query = sa.select(CONTACT.c.id, CONTACT.c.part, CONTACT.c.same_id, CONTACT.c.same_part).where(
            CONTACT.c.id.in_([ref.id for ref in named]),
            beside(CONTACT.c.part).in_(sorted({ref.part for ref in named})),
            CONTACT.c.same_id.is_not(None),
        )
        further = {Ref(*row[:2]): Ref(*row[2:]) for row in await conn.execute(query)}
        if not further:
            break
        ends = {contact: further.get(end, end) for contact, end in ends.items()}
    return ends


async def addresses(conn: AsyncConnection, contacts: Collection[Ref]) -> list[Any]:
    """Where these contacts write from: `id part account address names send_to contact_id contact_part conversation_id`."""
    query = sa.select(
        ADDRESS.c.id, ADDRESS.c.part, ADDRESS.c.account, ADDRESS.c.address, ADDRESS.c.names, ADDRESS.c.send_to,
        ADDRESS.c.contact_id, ADDRESS.c.contact_part, ADDRESS.c.conversation_id,
    ).where(ADDRESS.c.contact_id.in_([ref.id for ref in contacts])).order_by(ADDRESS.c.id)  # fmt: skip
    return list((await conn.execute(query)).all())
