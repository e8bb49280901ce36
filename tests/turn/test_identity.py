"""Who writes: what joins an address to a known contact, what is flagged, and that nothing else ever makes two people one."""

import asyncio
import random
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import clock
from bot.message import Inbound, Item
from bot.models import Address, Alias, Contact, InboxItem, Twin
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import talk
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn import identity, learnt
from bot.web.door import Door

ACCOUNT = "whatsapp:1"
A, B, C = "ID.A1", "ID.B2", "ID.C3"
P, Q = "6281100000001", "6281100000002"
Names = tuple[tuple[str, str], ...]


def names(user: str = "", phone: str = "", parent: str = "", username: str = "") -> Names:
    given = {"user_id": user, "phone": phone, "parent": parent, "username": username}
    return tuple((kind, value) for kind, value in given.items() if value)


def said(user: str = "", phone: str = "", account: str = ACCOUNT, **more: str) -> tuple[str, Inbound]:
    return account, Inbound(user or phone, "x", aliases=names(user, phone, **more))


def moves(old: str, phone_before: str = "", kind: str = "id_changed", **now: str) -> tuple[str, Inbound]:
    before = tuple(filter(None, (old, phone_before)))
    return ACCOUNT, Inbound(old, "x", kind, silent=True, aliases=names(**now), moved_from=before)


async def hear(db: Db, *turns: tuple[str, Inbound]) -> None:
    """These turns in one transaction, as a worker runs them."""
    async with db.unit() as unit:
        batch = Batch(clock.now())
        talks = await talk.load(unit.conn, [(account, one.address) for account, one in turns])
        seen = []
        for account, one in turns:
            key = (account, one.address)
            talks.setdefault(key, talk.new(*key, batch.now))
            seen.append((talks[key], one))
        await identity.recognise(unit.conn, batch, seen)
        for thread, one in seen:
            if one.kind not in identity.MOVES or not thread.is_new:
                batch.touch(thread)
        await batch.flush(unit)


async def rows(db: Db, model: Any) -> list[Any]:
    async with db.read() as conn:
        return list((await conn.execute(sa.select(table(model)))).mappings())


async def people(db: Db) -> list[set[str]]:
    """The addresses, put together by their contact."""
    found: dict[bytes, set[str]] = {}
    for row in await rows(db, Address):
        found.setdefault(row["contact_id"], set()).add(row["address"])
    contacts = {row["id"]: row for row in await rows(db, Contact)}
    assert set(found) == set(contacts), "each contact has an address, and each address a contact"
    assert all(row["same_id"] is None for row in contacts.values())
    return sorted(found.values(), key=sorted)


TABLE: list[tuple[str, list[tuple[str, Inbound]], list[set[str]], int]] = [
    ("an id without a phone is a full contact", [said(A)], [{A}], 0),
    ("a phone that appears later is the same contact's", [said(A), said(A, P), said(phone=P)], [{A, P}], 0),
    ("the phone's address was there first", [said(phone=P), said(A, P)], [{A, P}], 0),
    ("a parent id joins portfolios", [said(A, parent="ID.ENT.X"), said(B, parent="ID.ENT.X")], [{A, B}], 0),
    ("two known ones collide", [said(A), said(phone=P), said(A, P)], [{P}, {A}], 2),
    ("a number that has passed to somebody else", [said(A, P), said(B, P)], [{A}, {B}], 2),
    ("a user name is no proof", [said(A, username="euis"), said(B, username="euis")], [{A}, {B}], 0),
    ("a new id after its event", [said(A, P), moves(A, user=B), said(B)], [{A, B}], 0),
    ("a new number after its event", [said(A, P), moves(A, P, "number_changed", user=B, phone=Q), said(B, Q)], [{A, B}], 0),
    ("the old number's next owner is a stranger", [said(A, P), moves(A, P, "number_changed", user=B, phone=Q), said(C, P)],
     [{A}, {C}], 0),
    ("the new id was somebody's already", [said(A), said(B), moves(A, user=B), said(B)], [{A}, {B}], 2),
    ("news about nobody", [moves(A, user=B)], [], 0),
    ("news about nobody, then the stranger", [moves(A, user=B), said(B)], [{B}], 0),
    ("a chat that got another number", [said(A), moves(A, user=B, kind="chat_moved"), said(B)], [{A, B}], 0),
    ("the same news twice", [said(A), moves(A, user=B), moves(A, user=B), said(B)], [{A, B}], 0),
    ("another number of ours", [said(A), said(A, account="whatsapp:2")], [{A}], 0),
    ("another platform's same number", [said(phone=P), said("77", P, account="telegram:9")], [{P}, {"77"}], 0),
]  # fmt: skip


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one batch"])
@pytest.mark.parametrize("what, turns, expected, twins", TABLE, ids=[row[0] for row in TABLE])
async def test_who_is_who(
    db: Db, what: str, turns: list[tuple[str, Inbound]], expected: list[set[str]], twins: int, together: bool
) -> None:
    for some in [turns] if together else [[turn] for turn in turns]:
        await hear(db, *some)
    assert await people(db) == sorted(expected, key=sorted)
    assert len(await rows(db, Twin)) == twins


async def test_a_moved_citizen_is_answered_at_the_new_address(db: Db) -> None:
    await hear(db, said(A, P))
    await hear(db, moves(A, P, "number_changed", user=B, phone=Q))
    [row] = await rows(db, Address)
    assert row["send_to"] == B
    [contact] = await rows(db, Contact)
    assert contact["phone"] == Q


async def test_nothing_is_sent_to_an_address_that_is_somebody_elses(db: Db) -> None:
    await hear(db, said(A), said(B))
    await hear(db, moves(A, user=B))
    assert {row["send_to"] for row in await rows(db, Address)} == {""}


async def test_what_answers_to_sends_tell(db: Db) -> None:
    """A name that is new joins who writes from it later; one that is somebody's already joins nobody, and is flagged."""
    await hear(db, said(phone=P), said(C))
    where = {row["address"]: Ref(row["conversation_id"], row["part"]) for row in await rows(db, Address)}
    await learnt.names(db, where[P], names(A, P))
    await hear(db, said(A))
    assert await people(db) == sorted([{A, P}, {C}], key=sorted) and await rows(db, Twin) == []
    heard = [(where[P], names(A, P)), (where[C], names(C)), (where[C], names(C, P)), (Ref(b"nobody", 7), names(A))]
    assert await learnt.unknown(db, heard) == [heard[2]], "what stands there already is not written again"
    await learnt.names(db, where[C], names(C, P))
    assert await people(db) == sorted([{A, P}, {C}], key=sorted)
    assert len(await rows(db, Twin)) == 2, "one row for each of the two"
    assert await learnt.moved(db, where[P], P, C) == "", "what is somebody else's gets nothing"
    assert {row["send_to"] for row in await rows(db, Address)} == {""}


async def test_known_names_cost_no_look_up(db: Db, statements: list[str]) -> None:
    statements.clear()
    await hear(db, said(A, P, username="euis"))
    # on SQLite nobody else claims names: they are written with all the rest, past SQLAlchemy's events
    assert len([each for each in statements if "alias" in each]) == (1 if db.is_sqlite else 3), (
        "a look-up, a claim and a look at who won, at the first message only"
    )
    statements.clear()
    await hear(db, said(A, P, username="euis"), said(A))
    assert not [each for each in statements if "alias" in each or "twin" in each], statements


async def test_a_batch_of_new_people_keeps_no_webhook_waiting(db: Db) -> None:
    """On SQLite a transaction that has written keeps every webhook's 200 until its end: nothing is written before the last turn."""
    account, one = said(A, P, username="euis")
    async with db.unit() as unit, asyncio.timeout(20):
        batch, thread = Batch(clock.now()), talk.new(account, one.address, clock.now())
        await identity.recognise(unit.conn, batch, [(thread, one)])
        await Door(db).put([Item(account, "message", "other.1", B, b"{}")])
        batch.touch(thread)
        await batch.flush(unit, last=True)
        await Door(db).put([Item(account, "message", "other.2", B, b"{}")])
    assert {(row["kind"], row["value"]) for row in await rows(db, Alias)} == {("user_id", A), ("phone", P)}
    assert await people(db) == [{A}]
    assert {row["external_id"] for row in await rows(db, InboxItem)} == {"other.1", "other.2"}


@pytest.fixture
def statements(db: Db) -> Any:
    """Every statement that reaches the database through SQLAlchemy."""
    heard: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        heard.append(statement)

    engines = [engine.sync_engine for engine in db._engines]
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield heard
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)


async def test_two_processes_hear_of_one_person_at_once(db: Db) -> None:
    """One knows the id and the number, the other only the number; neither sees the other's rows before its commit."""
    if db.is_sqlite:
        pytest.skip("SQLite has one writer")
    import asyncio

    for n in range(8):
        user, phone = f"ID.R{n}", f"62822000000{n}"
        await asyncio.gather(hear(db, said(user, phone)), hear(db, said(phone=phone)))
    assert await people(db) == sorted([{f"ID.R{n}", f"62822000000{n}"} for n in range(8)], key=sorted)
    assert await rows(db, Twin) == []


_round = count()
turn = st.one_of(
    st.tuples(st.just("says"), st.sampled_from(["", "1", "2", "3"]), st.sampled_from(["", "1", "2"]), st.sampled_from(["", "9"])),
    st.tuples(st.just("moves"), st.sampled_from(["1", "2", "3"]), st.sampled_from(["1", "2"]), st.sampled_from(["1", "2", "3"])),
)  # fmt: skip


def made(what: tuple[str, str, str, str], n: int) -> tuple[str, Inbound] | None:
    kind, one, two, three = what
    user, phone = one and f"ID.{n}x{one}", two and f"62899{n:06}{two}"
    if kind == "moves":
        return moves(user, kind=random.Random(n).choice(identity.MOVES), user=f"ID.{n}x{three}", phone=phone)
    return said(user, phone, parent=three and f"ID.ENT.{n}x{three}") if user or phone else None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(st.tuples(turn, st.booleans()), min_size=1, max_size=10))
async def test_known_people_are_never_made_one(db: Db, story: list[tuple[tuple[str, str, str, str], bool]]) -> None:
    """Whatever platforms say in whatever order: whom an address belongs to never changes, no name has two owners, nobody is joined."""
    n = next(_round)
    turns = [(one, cut) for what, cut in story if (one := made(what, n)) is not None]
    before: dict[str, bytes] = {}
    while turns:
        size = next((at for at, (_, cut) in enumerate(turns, 1) if cut), len(turns))
        await hear(db, *[one for one, _ in turns[:size]])
        turns = turns[size:]
        now = {row["address"]: row["contact_id"] for row in await rows(db, Address)}
        assert all(now[address] == contact for address, contact in before.items())
        before = now
    assert all(row["same_id"] is None for row in await rows(db, Contact))
    contacts = {row["id"] for row in await rows(db, Contact)}
    assert set(before.values()) == contacts and {row["contact_id"] for row in await rows(db, Alias)} <= contacts
