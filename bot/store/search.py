"""The index in which officers look for cases: a row for each report, and one for each line that people wrote about it.

A table of its own, outside the models, because each database has a kind for it: FTS5 with SQLite, a tsvector under GIN with
PostgreSQL, both without extensions. The words are prepared by `bot.stems`, so both find the same. Rows are written with what they are
about, in the same transaction; the newest is found first, and whoever may not see a case does not find it: rights are part of the query.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import stems
from bot.models import Author, Owner
from bot.models.ref import Ref
from bot.record import record
from bot.store import desk
from bot.store.db import Db
from bot.store.desk import ADDRESS, CONTACT, MESSAGE, TICKET
from bot.store.many import Many
from bot.store.sight import Sight

_COLUMNS = {"words": sa.Text(), "ticket": TICKET.c.id.type, "part": sa.Integer(), "seq": sa.Integer()}
_LITE = sa.Table(
    "search", sa.MetaData(), sa.Column("rowid", sa.Integer), *(sa.Column(n, t) for n, t in _COLUMNS.items())
)
_FULL = sa.Table(
    "search", sa.MetaData(), sa.Column("id", sa.BigInteger), *(sa.Column(n, t) for n, t in _COLUMNS.items())
)
_INSERT_LITE = Many(sa.insert(_LITE), list(_COLUMNS))
_INSERT_FULL = Many(
    sa.insert(_FULL).values(
        words=sa.func.array_to_tsvector(sa.func.string_to_array(sa.bindparam("words", type_=sa.Text()), sa.literal_column("' '"))),
        ticket=sa.bindparam("ticket", type_=TICKET.c.id.type), part=sa.bindparam("part", type_=sa.Integer()),
        seq=sa.bindparam("seq", type_=sa.Integer()),
    )
)  # fmt: skip
HEARD = (Author.CITIZEN, Author.OFFICER, Author.NOTE)
LISTENS = frozenset({Owner.QUEUE, Owner.OFFICER})
"""Who owns a conversation while what its citizen writes is for people: what they press and type for the bot is in the report."""
STRIDE, STRIDES = 200, 8
"""Rows of the first stride; how many strides there are, each twice as long as the one before: 51,000 rows at the very most."""
WALK = 20_000
"""PostgreSQL: rows of the index that the first stride walks through; where they do not fill it, the words are rare."""
STEP = 500
"""Cases in one transaction of a rebuild."""


@record
class Hits:
    """Some cases, the newest line first, and the place to go on from (None = that was all)."""

    refs: list[Ref]
    after: int | None


Question = Sequence[Sequence[str]]
"""Every group must be met by one of its tokens; a token that ends in `*` stands for all that begin so."""


def work(conn: AsyncConnection, documents: Iterable[Mapping[str, Any]]) -> tuple[Many, list[dict[str, Any]]]:
    """Rows for `Batch.flush`: `words`, `ticket`, `part`, `seq` (0 = the report itself)."""
    rows = [dict(row) for row in documents if row["words"]]
    return (_INSERT_LITE if conn.dialect.name == "sqlite" else _INSERT_FULL), rows


def report(ticket: Mapping[str, Any], name: str, username: str, numbers: Iterable[str]) -> dict[str, Any]:
    """What a ticket is found by."""
    text = f"{ticket['details']} {ticket['place']}"
    words = stems.document(text, f"{name} {username}", numbers, ticket["place_code"], ticket.get("agency", ""))
    return {"words": words, "ticket": ticket["id"], "part": ticket["part"], "seq": 0}


def dispatched(ticket: Mapping[str, Any]) -> dict[str, Any]:
    """What an agency finds a ticket by, from now on: the report's own words and nothing of who wrote it."""
    return report(ticket, "", "", ())


def line(message: Mapping[str, Any], ticket: bytes, name: str) -> dict[str, Any]:
    """What a message is found by; a name and a word of the talk may be asked for together."""
    words = stems.document(message["body"])
    words = f"{words} {stems.document('', name)}".strip() if words else ""
    return {"words": words, "ticket": ticket, "part": message["part"], "seq": message["seq"]}


async def find(
    conn: AsyncConnection, question: Question, sight: Sight, after: int | None, where: Iterable[sa.ColumnElement[bool]] = ()
) -> Hits:  # fmt: skip
    """Cases whose report or one of whose lines meets the question. What matches is read from the newest on in growing strides, each
    looked at with the rights: a word that half of all cases use costs no more than a rare one, and a stride with nothing in it that
    one may see is followed by a larger one. Where all strides are spent, `after` says where to go on."""
    lite = conn.dialect.name == "sqlite"
    if sight.agency is not None:
        question = (*question, (stems.agency(sight.agency),))
    meets = _meets(conn, question)
    seen: dict[Ref, None] = {}
    last, stride, walks = after, STRIDE, not lite
    if walks and last is None:
        last = ((await conn.execute(sa.select(sa.func.max(_FULL.c.id)))).scalar() or 0) + 1
    for _ in range(STRIDES):
        floor = last - WALK * (stride // STRIDE) if walks and last is not None else 0
        some = (_lite_rows(meets, last) if lite else _full_rows(meets, last or 0, floor)).limit(stride).subquery("some")
        seen_by = (TICKET.c.id == some.c.ticket) & (TICKET.c.part == some.c.part) & sa.and_(sight.sees(), *where)
        query = sa.select(some.c.key, some.c.ticket, some.c.part, TICKET.c.id).select_from(
            some.outerjoin(TICKET, seen_by)
        )
        rows = (await conn.execute(query.order_by(some.c.key.desc()))).all()
        for row in rows:
            if row[3] is not None and (ref := Ref(row[1], row[2])) not in seen:
                if len(seen) == desk.PAGE:
                    return Hits([*seen], last)
                seen[ref] = None
            last = row[0]
        if len(rows) == stride:
            stride *= 2
        elif floor <= 0:
            return Hits([*seen], None)
        else:
            walks, last = False, floor
    return Hits([*seen], last)


def _lite_rows(meets: sa.ColumnElement[bool], last: int | None) -> sa.Select[Any]:
    key = _LITE.c.rowid
    older = [key < last] if last is not None else []
    return sa.select(key.label("key"), _LITE.c.ticket, _LITE.c.part).where(meets, *older).order_by(key.desc())


def _full_rows(meets: sa.ColumnElement[bool], last: int, floor: int) -> sa.Select[Any]:
    """PostgreSQL takes words that are seldom said together for words that are said independently, and would walk the whole table from
    the newest row to find what is not there (1.2 s for two million). So a walk has a floor, and what is below it is fetched through the
    index of words as a whole."""
    key = _FULL.c.id
    rows = sa.select(key.label("key"), _FULL.c.ticket, _FULL.c.part).where(meets, key < last)
    if floor > 0:
        return rows.where(key >= floor).order_by(key.desc())
    older = rows.cte("older").prefix_with("MATERIALIZED")
    return sa.select(older).order_by(older.c.key.desc())


def _meets(conn: AsyncConnection, question: Question) -> sa.ColumnElement[bool]:
    if conn.dialect.name == "sqlite":
        return sa.text("search MATCH :asked").bindparams(asked=" AND ".join(map(_lite, question)))  # type: ignore[return-value]
    asked = " & ".join("(" + " | ".join(map(_full, group)) + ")" for group in question)
    return sa.text("search.words @@ CAST(CAST(:asked AS text) AS tsquery)").bindparams(asked=asked)  # type: ignore[return-value]


def _lite(group: Sequence[str]) -> str:
    """Quoted: nothing that somebody types is an operator of the index."""
    each = (f'"{token[:-1]}" *' if token.endswith("*") else f'"{token}"' for token in group)
    return "(" + " OR ".join(each) + ")"


def _full(token: str) -> str:
    return f"'{token[:-1]}':*" if token.endswith("*") else f"'{token}'"


# -- making it anew --------------------------------------------------------------------------------


async def rebuild(db: Db, told: Any = lambda done, whole: None) -> int:
    """Every case of the database, from its own rows; new ones may come in meanwhile. How many rows the index got for them."""
    async with db.read() as conn:
        newest = (await conn.execute(sa.select(sa.func.max(TICKET.c.id)))).scalar()
        whole = (await conn.execute(sa.select(sa.func.count()).select_from(TICKET))).scalar_one()
    if newest is None:
        return 0
    async with db.unit(patient=True) as unit:
        await unit.conn.execute(
            sa.text("DELETE FROM search WHERE ticket <= :newest").bindparams(
                sa.bindparam("newest", newest, TICKET.c.id.type)
            )
        )
    done = made = 0
    place: tuple[bytes, int] | None = None
    while True:
        async with db.unit(patient=True) as unit:
            rows = await _tickets(unit.conn, place, newest)
            documents = [
                report(dict(row), row["name"] or "", row["username"] or "", (row["phone"] or "", row["address"] or ""))
                for row in rows
            ]
            documents += [line(each, each["ticket"], each["name"] or "") for each in await _lines(unit.conn, rows)]
            statement, values = work(unit.conn, documents)
            if values:
                await statement(unit.conn, values)
        made, done = made + len(values), done + len(rows)
        told(done, whole)
        if len(rows) < STEP:
            return made
        place = (rows[-1]["id"], rows[-1]["part"])


async def _tickets(conn: AsyncConnection, place: tuple[bytes, int] | None, newest: bytes) -> list[RowMapping]:
    query = (
        sa.select(
            TICKET.c.id, TICKET.c.part, TICKET.c.details, TICKET.c.place, TICKET.c.place_code, TICKET.c.agency, TICKET.c.conversation_id,
            TICKET.c.opened_at, CONTACT.c.name, CONTACT.c.username, CONTACT.c.phone, ADDRESS.c.address,
        )
        .select_from(
            TICKET.outerjoin(CONTACT, (CONTACT.c.id == TICKET.c.contact_id) & (CONTACT.c.part == TICKET.c.contact_part))
            .outerjoin(ADDRESS, (ADDRESS.c.id == TICKET.c.address_id) & (ADDRESS.c.part == TICKET.c.part))
        )
        .where(TICKET.c.id <= newest).order_by(TICKET.c.id, TICKET.c.part).limit(STEP)
    )  # fmt: skip
    if place is not None:
        query = query.where(
            sa.tuple_(TICKET.c.id, TICKET.c.part)
            > sa.tuple_(sa.literal(place[0], TICKET.c.id.type), sa.literal(place[1]))
        )
    return list((await conn.execute(query)).mappings())


async def _lines(conn: AsyncConnection, tickets: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """What people wrote after the report; a conversation with several reports counts for the last that stood open then."""
    by_talk: dict[tuple[bytes, int], list[RowMapping]] = {}
    for row in tickets:
        by_talk.setdefault((row["conversation_id"], row["part"]), []).append(row)
    if not by_talk:
        return []
    ids, parts = {talk for talk, _ in by_talk}, sorted({part for _, part in by_talk})
    query = sa.select(
        MESSAGE.c.conversation_id, MESSAGE.c.part, MESSAGE.c.seq, MESSAGE.c.author, MESSAGE.c.body, MESSAGE.c.at
    )
    query = query.where(MESSAGE.c.conversation_id.in_(ids), MESSAGE.c.part.in_(parts), MESSAGE.c.body != "")
    query = query.where(MESSAGE.c.author.in_([str(each) for each in HEARD]))
    found = []
    for row in (await conn.execute(query.order_by(MESSAGE.c.conversation_id, MESSAGE.c.seq))).mappings():
        open_ = [
            each for each in by_talk.get((row["conversation_id"], row["part"]), ()) if each["opened_at"] < row["at"]
        ]
        if open_:
            found.append({**row, "ticket": open_[-1]["id"], "name": open_[-1]["name"]})
    return found
