"""A province's database in bulk: so many waiting cases, ten messages each, as the bot would have left them.

Case number n was opened n minutes ago, and the database grows backwards in time: what is a month old is the same at every size, as
it is in a service that has run for two years instead of two months. Written past SQLAlchemy, for ten million rows must be there before
lunch; the columns come from the models all the same.
"""

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import sqlalchemy as sa

from bot import clock, stems
from bot.models import (
    Address,
    Assignment,
    Contact,
    Conversation,
    Message,
    Officer,
    OfficerSession,
    SlaClock,
    Tally,
    Ticket,
    TicketEvent,
)  # fmt: skip
from bot.models.base import metadata, table
from bot.models.types import UtcDateTime
from bot.policy import number, rank
from bot.store.db import Db

SINCE = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
STEP = timedelta(minutes=1)
GROUP = "sosial"
TOPICS, RARE, FEW = ("kesehatan", "bansos", "jalan", "sampah"), "isoman", 60
"""Topics of the cases; one of which there are so many, however many cases wait."""
SHORT, LONG, ONE_IN = 7, 60, 20
"""Messages of a conversation, of a long one, and how many there are of the long ones: 9.65 each."""
HELD = 5
"""Cases in the hands of each officer."""
CHUNK = 20_000
WHAT = ["Jalan berlubang dalam di depan sekolah", "Obat di puskesmas habis sejak kemarin", "Bantuan sosial belum cair", "Sampah menumpuk di pasar",
        "Lampu jalan padam", "Antrean berobat terlalu lama", "Warga miskin belum didata", "Saluran air tersumbat sampah"]  # fmt: skip
WHERE = [
    "dekat balai desa",
    "di samping masjid",
    "depan kantor kecamatan",
    "di tikungan pasar",
    "belakang terminal",
    "dekat jembatan",
]
NAMES = "Asep Euis Dadang Neneng Ujang Iis Cecep Lilis Yayat Tati Encep Nani Agus Rina Deden Siti".split()
LAST = "Komariah Sutisna Hidayat Suryana Maryati Kurnia Rohaeti Permana Nurhayati Gunawan".split()
SAID = [
    "Selamat datang di layanan ini.",
    "Halo, saya mau lapor.",
    "Silakan ceritakan apa yang terjadi.",
    "Terima kasih, laporan Anda kami catat.",
]
RARE_WORD = "leuwigajahkidul"
DEFAULTS: dict[str, dict[str, Any]] = {}


def micros(at: datetime) -> int:
    return (at - SINCE) // timedelta(microseconds=1)


def id_of(at: datetime, n: int, what: int) -> bytes:
    """As `clock.new_id` makes them: time first."""
    return (micros(at) // 1000 << 80 | n << 16 | what).to_bytes(16, "big")


def row_of(model: Any, **values: Any) -> tuple[Any, ...]:
    """In the order of the table's columns, with what the model has for the others."""
    name = model.__tablename__
    if name not in DEFAULTS:
        DEFAULTS[name] = {
            each.name: each.default.arg if each.default is not None and each.default.is_scalar else "" if not each.nullable else None
            for each in table(model).c
        }  # fmt: skip
    return tuple((DEFAULTS[name] | values).values())


def case(now: datetime, n: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every row of case number n."""
    opened, part = now - STEP * n, n % 256
    contact, address, talk, ticket = (id_of(opened, n, what) for what in range(1, 5))
    topic = RARE if n % 16 == 3 and n < FEW * 16 else TOPICS[n % 4]
    urgency = "high" if n % 9 == 0 else "normal"
    language, at = "su" if n % 5 == 0 else "id", micros(opened)
    name, phone = f"{NAMES[n * 7 % 16]} {LAST[n * 3 // 16 % 10]}", f"628{n:010}"
    details = f"{WHAT[n % 8]} {WHERE[n % 6]}" + (f" {RARE_WORD}" if n == 777 else "")
    code = f"32.{n % 27 + 1:02}.{n % 30 + 1:02}.2001"
    last, who = LONG if n % ONE_IN == 0 else SHORT, {"contact_id": contact, "contact_part": part}
    yield (
        "contact",
        row_of(Contact, id=contact, part=part, name=name, phone=phone, language=language, memory=0.0, created_at=at),
    )
    yield (
        "address",
        row_of(
            Address,
            id=address,
            part=part,
            account="whatsapp:1000",
            address=f"ID.{n:012}",
            **who,
            conversation_id=talk,
            tries=0,
        ),
    )
    yield "conversation", row_of(
        Conversation, id=talk, part=part, address_id=address, **who, owner="queue", epoch=0, seq=last, ticket_id=ticket,
        last_inbound_at=at, updated_at=at, created_at=at - 600_000_000,
    )  # fmt: skip
    yield "ticket", row_of(
        Ticket, id=ticket, part=part, number=shown(n), conversation_id=talk, address_id=address, **who, account="whatsapp:1000",
        language=language, state="queued", urgency=urgency, rank=rank.rank(opened, urgency), topic=topic, line=topic, place="Kecamatan Cikajang",
        place_code=code, details=details, reason="flow", opened_at=at, updated_at=at, version=0, dispatches=0, returns=0, denials=0,
        identity_open=False,
    )  # fmt: skip
    yield (
        "ticket_event",
        row_of(
            TicketEvent,
            id=id_of(opened, n, 5),
            part=part,
            ticket_id=ticket,
            at=at,
            kind="opened",
            actor="citizen",
            after="queued",
            why="flow",
        ),
    )
    yield "sla_clock", row_of(
        SlaClock, id=id_of(opened, n, 6), part=part, ticket_id=ticket, kind="first_answer", round=1, party="ours", calendar="kantor", budget=3600,
        urgency=urgency, topic=topic, started_at=at, due_at=at + 3_600_000_000, warn_at=at + 2_400_000_000, warned_at=at, breached_at=at, used=0,
    )  # fmt: skip
    for seq in range(1, last + 1):
        author, body = ("citizen" if seq % 2 else "bot"), details if seq == last else SAID[seq % 4]
        yield "message", (
            id_of(opened, n, 16 + seq), part, talk, seq, author, None, "text", body, None, at - (last - seq) * 1_000_000, None,
            "none" if seq % 2 else "read", "", None,
        )  # fmt: skip
    yield "search", (found_by(details, name, code, phone), ticket, part, 0)
    yield "search", (found_by(details, name, "", ""), ticket, part, last)


def shown(n: int) -> str:
    """The number of case n."""
    return number.make(n % 256, n)


PREPARED: dict[tuple[str, str, str], str] = {}


def found_by(details: str, name: str, code: str, phone: str) -> str:
    """As the product prepares it, each text once."""
    key = (details, name, code)
    if key not in PREPARED:
        PREPARED[key] = stems.document(details, name, (), code)
    return f"{PREPARED[key]} {stems.number(phone)}".strip() if phone else PREPARED[key]


def columns() -> dict[str, list[str]]:
    models = (Contact, Address, Conversation, Ticket, TicketEvent, SlaClock, Message)
    found = {table(each).name: [column.name for column in table(each).c] for each in models}
    return found | {"search": ["words", "ticket", "part", "seq"]}


def chunks(now: datetime, first: int, last: int) -> Iterator[dict[str, list[tuple[Any, ...]]]]:
    """The oldest first: ids rise, as they do in life."""
    for end in range(last, first, -CHUNK):
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in columns()}
        for n in range(end - 1, max(first, end - CHUNK) - 1, -1):
            for name, row in case(now, n):
                rows[name].append(row)
        yield rows


def timed(name: str, rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """PostgreSQL has a type for times."""
    spots = [n for n, column in enumerate(metadata.tables[name].c) if isinstance(column.type, UtcDateTime)]
    for row in rows:
        values = list(row)
        for n in spots:
            if values[n] is not None:
                values[n] = SINCE + timedelta(microseconds=values[n])
        yield tuple(values)


async def fill(url: str, now: datetime, first: int, last: int, told: Any = lambda done: None) -> None:
    """Cases `first` … `last` into a migrated database that nobody else writes to."""
    counts = [
        (name, part, len(range(first + (part - first) % 256, last, 256))) for name in ("queued",) for part in range(256)
    ]
    if url.startswith("sqlite"):
        await asyncio.to_thread(_fill_sqlite, url.partition("///")[2], now, first, last, counts, told)
        return
    conn = await asyncpg.connect(url)
    try:
        await conn.execute("DROP INDEX ix_search_words")
        await conn.execute("CREATE TEMP TABLE words (words text, ticket bytea, part int, seq int)")
        for rows in chunks(now, first, last):
            documents = rows.pop("search")
            for name, there in rows.items():
                await conn.copy_records_to_table(name, records=timed(name, there), columns=columns()[name])
            await conn.copy_records_to_table("words", records=documents)
            await conn.execute(
                "INSERT INTO search (words, ticket, part, seq) SELECT array_to_tsvector(string_to_array(words, ' ')), ticket, part, seq FROM words"
            )
            await conn.execute("TRUNCATE words")
            told(len(rows["ticket"]))
        await conn.executemany(f"{_TALLY} ON CONFLICT (name, part) DO UPDATE SET n = tally.n + excluded.n", counts)
        await conn.execute("CREATE INDEX ix_search_words ON search USING gin (words)", timeout=3600)
        await conn.execute("VACUUM ANALYZE", timeout=3600)
    finally:
        await conn.close()


_TALLY = f"INSERT INTO {table(Tally).name} (name, part, n) VALUES ($1, $2, $3)"


def _fill_sqlite(
    path: str, now: datetime, first: int, last: int, counts: Iterable[tuple[str, int, int]], told: Any
) -> None:
    conn = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
        conn.execute(f"PRAGMA {pragma}")
    for rows in chunks(now, first, last):
        conn.execute("BEGIN")
        for name, there in rows.items():
            marks = ", ".join("?" * len(columns()[name]))
            conn.executemany(f"INSERT INTO {name} ({', '.join(columns()[name])}) VALUES ({marks})", there)
        conn.execute("COMMIT")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        told(len(rows["ticket"]))
    conn.execute("BEGIN")
    conn.executemany(
        f"{_TALLY.replace('$1', '?').replace('$2', '?').replace('$3', '?')} ON CONFLICT (name, part) DO UPDATE SET n = n + excluded.n",
        counts,
    )
    conn.execute("COMMIT")
    conn.close()


async def staff(db: Db, now: datetime, many: int) -> list[tuple[int, str]]:
    """Officers on duty with a session each (id, cookie); the first leads. Cases 1, 2, … are in their hands, HELD each."""
    from bot.desk.sessions import hashed

    made, officer, ticket = [], table(Officer), table(Ticket)
    async with db.unit() as unit:
        for n in range(many):
            row = {  # away, else the server gives them cases meanwhile
                "name": f"Petugas {n}", "login": f"petugas{n}", "password_hash": "-", "role": "lead" if n == 0 else "officer",
                "created_at": now, "duty_since": now, "duty_until": now + timedelta(hours=12), "present_at": now, "away": True,
            }  # fmt: skip
            who = (await unit.conn.execute(sa.insert(officer).values(row).returning(officer.c.id))).scalar_one()
            token = clock.token()
            session = {
                "token_hash": hashed(token), "officer_id": who, "csrf": clock.token(), "created_at": now, "seen_at": now,
                "expires_at": now + timedelta(hours=12), "agent": "bench",
            }  # fmt: skip
            await unit.conn.execute(sa.insert(table(OfficerSession)).values(session))
            made.append((who, token))
        for n in range(1, min(many, 20) * HELD + 1):
            await _hold(unit.conn, ticket, n, made[n % min(many, 20)][0], now)
    return made


async def _hold(conn: Any, ticket: sa.Table, n: int, who: int, now: datetime) -> None:
    mine = (ticket.c.number == shown(n)) & (ticket.c.part == n % 256)
    values = {"state": "assigned", "officer_id": who, "first_answer_at": now}
    id_, talk = (
        await conn.execute(
            sa.update(ticket).where(mine).values(values).returning(ticket.c.id, ticket.c.conversation_id)
        )
    ).one()
    conversation, tally = table(Conversation), table(Tally)
    holder = {"owner": "officer", "officer_id": who}
    await conn.execute(
        sa.update(conversation).where(conversation.c.id == talk, conversation.c.part == n % 256).values(holder)
    )
    given = {"id": clock.new_id(), "part": n % 256, "ticket_id": id_, "officer_id": who, "started_at": now}
    await conn.execute(sa.insert(table(Assignment)).values(given))
    await conn.execute(
        sa.update(tally).where(tally.c.name == "queued", tally.c.part == n % 256).values(n=tally.c.n - 1)
    )
    await conn.execute(sa.insert(tally).values(name="assigned", part=n % 256, n=1))
