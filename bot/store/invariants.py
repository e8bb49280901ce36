"""What must always be true of the data, as one question to the database each: `wargi doctor --invariants`, `wargi db check`.

Each rule's query gives the rows that break it. They only read, and walk whole tables: for a quiet minute, not for every scrape.
"""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.models import Alarm, Delivery, Inbox, InboxItem, Message, MessageStatus, OutboxItem, Timer
from bot.models.base import table
from bot.models.states import RANK, AlarmState
from bot.record import record
from bot.store import spool
from bot.store.db import Db

SHOWN = 10
"""Rows of a broken rule that are shown."""
INBOX, OUTBOX, TIMER, ALARM = table(InboxItem), table(OutboxItem), table(Timer), table(Alarm)
MESSAGE, STATUS = table(Message), table(MessageStatus)


@record
class Rule:
    name: str
    text: str
    remedy: str
    sql: str | sa.Select[tuple[object, ...]]
    late: timedelta = timedelta()
    """How old a row must be to break it: younger ones are simply not done yet (`:late` in the query)."""


RULES = (
    Rule(
        "I1 unhandled", "what a citizen wrote is taken up within a minute", "is a worker running? look at its log",
        sa.select(INBOX.c.account, INBOX.c.kind, INBOX.c.received_at).where(
            INBOX.c.state == Inbox.PENDING, INBOX.c.received_at < sa.bindparam("late")
        ), timedelta(minutes=1),
    ),
    Rule(
        "I1 parked", "nothing is put aside for good", "read `error` in the table inbox; set its state to 'pending' once mended",
        sa.select(INBOX.c.account, INBOX.c.kind, INBOX.c.received_at, INBOX.c.error).where(INBOX.c.state == Inbox.PARKED),
    ),
    Rule(
        "I3 twice", "one row for each thing that a platform sent", "the unique key of inbox is gone: restore it",
        "SELECT hour, account, kind, external_id, part, count(*) FROM inbox "
        "GROUP BY hour, account, kind, external_id, part HAVING count(*) > 1",
    ),
    Rule(
        "I6 unsent", "every bubble leaves, fails in sight of an officer, or is suppressed, within ten minutes",
        "is the platform up? `wargi channel check`",
        sa.select(OUTBOX.c.account, OUTBOX.c.state, OUTBOX.c.attempts, MESSAGE.c.at)
        .join(MESSAGE, sa.and_(MESSAGE.c.id == OUTBOX.c.id, MESSAGE.c.part == OUTBOX.c.part))
        .where(MESSAGE.c.at < sa.bindparam("late")), timedelta(minutes=10),
    ),
    Rule(
        "I6 dangling", "a message that is to leave has its bubble in the outbox", "the message is not going to leave: write again",
        sa.select(MESSAGE.c.conversation_id, MESSAGE.c.seq, MESSAGE.c.delivery).where(
            MESSAGE.c.delivery.in_([Delivery.READY, Delivery.RETRY]),
            ~sa.exists().where(OUTBOX.c.id == MESSAGE.c.id, OUTBOX.c.part == MESSAGE.c.part),
        ),
    ),
    Rule(
        "I7 gaps", "a conversation's messages are numbered without gaps", "a message was lost or written beside the rules",
        "SELECT c.id, c.seq, count(m.seq), max(m.seq) FROM conversation c "
        "LEFT JOIN message m ON m.conversation_id = c.id AND m.part = c.part "
        "GROUP BY c.id, c.part, c.seq HAVING count(m.seq) <> c.seq OR coalesce(max(m.seq), 0) <> c.seq",
    ),
    Rule(
        "I9 one owner", "one officer at a time holds a ticket", "end the older assignment",
        "SELECT a.ticket_id, a.officer_id, b.officer_id FROM assignment a JOIN assignment b "
        "ON b.ticket_id = a.ticket_id AND b.part = a.part AND b.id > a.id "
        "WHERE b.started_at < coalesce(a.ended_at, b.started_at)",
    ),
    Rule(
        "I10 somewhere", "a live ticket is with the queue or with a named officer", "take it or hand it back at the desk",
        "SELECT number, state, officer_id FROM ticket WHERE (state = 'assigned' AND officer_id IS NULL) "
        # who asked the citizen keeps the case until the answer is there
        "OR (officer_id IS NOT NULL AND state NOT IN ('assigned', 'waiting_citizen'))",
    ),
    Rule(
        "I10 held", "a ticket that is with an officer has an open assignment, and no other has one", "hand it back and take it again",
        "SELECT t.number, t.state, t.officer_id, a.officer_id FROM ticket t "
        "LEFT JOIN assignment a ON a.ticket_id = t.id AND a.part = t.part AND a.ended_at IS NULL "
        "WHERE t.state = 'assigned' AND (a.officer_id IS NULL OR a.officer_id <> t.officer_id)",
    ),
    Rule(
        "I10 late timer", "what is to happen later happens", "is a worker running? look at its log",
        sa.select(TIMER.c.kind, TIMER.c.due_at).where(TIMER.c.due_at < sa.bindparam("late")), timedelta(minutes=5),
    ),
    Rule(
        "I10 history", "the last move in a ticket's history is its state", "somebody wrote into the database by hand",
        "SELECT t.number, t.state, e.after FROM ticket t JOIN ticket_event e ON e.ticket_id = t.id AND e.part = t.part "
        "WHERE e.kind IN ('opened', 'moved') AND e.after <> t.state AND NOT EXISTS (SELECT 1 FROM ticket_event l "
        "WHERE l.ticket_id = t.id AND l.part = t.part AND l.kind IN ('opened', 'moved') AND l.id > e.id)",
    ),
    Rule(
        "I11 unheard", "a human takes up every danger within three minutes", "call somebody now; look at /desk/alarm",
        sa.select(ALARM.c.number, ALARM.c.kind, ALARM.c.raised_at).where(
            ALARM.c.state == AlarmState.PAGING, ALARM.c.raised_at < sa.bindparam("late")
        ), timedelta(minutes=3),
    ),
    Rule(
        "I14 statuses", "a message's delivery never falls back behind what its platform has said", "look at its message_status rows",
        sa.select(MESSAGE.c.conversation_id, MESSAGE.c.seq, MESSAGE.c.delivery, STATUS.c.state)
        .join(STATUS, sa.and_(STATUS.c.message_id == MESSAGE.c.id, STATUS.c.part == MESSAGE.c.part))
        .where(
            sa.case(RANK, value=STATUS.c.state, else_=-1) > sa.case(RANK, value=MESSAGE.c.delivery, else_=99),
            MESSAGE.c.delivery != Delivery.SUPPRESSED,
        ),
    ),
    Rule(
        "references", "an address, a conversation and a ticket name persons and talks that are there", "restore what is missing",
        "SELECT a.account, a.address FROM address a "
        "LEFT JOIN contact c ON c.id = a.contact_id AND c.part = a.contact_part "
        "LEFT JOIN conversation v ON v.id = a.conversation_id AND v.part = a.part "
        "WHERE c.id IS NULL OR v.id IS NULL UNION ALL "
        "SELECT t.account, t.number FROM ticket t LEFT JOIN address a ON a.id = t.address_id AND a.part = t.part "
        "WHERE a.id IS NULL",
    ),
    Rule(
        "survey", "a score exists only if the citizen gave it", "take it out: it was written beside the rules",
        "SELECT number, score FROM ticket t WHERE score IS NOT NULL AND NOT EXISTS (SELECT 1 FROM survey s "
        "WHERE s.ticket_id = t.id AND s.part = t.part AND s.state = 'answered' AND s.score = t.score)",
    ),
)  # fmt: skip


async def look(db: Db) -> list[tuple[Rule, list[str]]]:
    """Every rule with the first rows that break it, as text. Raises `StoreDown`."""
    async with db.read() as conn:
        found = []
        if db.is_sqlite:
            whole = [str(row[0]) for row in await conn.execute(sa.text("PRAGMA quick_check"))]
            found.append((WHOLE, [row for row in whole if row != "ok"]))
        found += await look_in(conn)
    return found + look_on_disk(db.data_dir)


def look_on_disk(data_dir: Path) -> list[tuple[Rule, list[str]]]:
    """What waits beside the database."""
    kept = spool.look(data_dir / spool.FOLDER)
    late = kept.since is not None and kept.since < clock.now() - SPOOLED.late
    waits = [f"{kept.files} files, {kept.size} bytes since {kept.since}"] if late else []
    return [(SPOOLED, waits), (UNREAD, [f"{kept.damaged} files in {data_dir / spool.FOLDER}"] if kept.damaged else [])]


async def look_in(conn: AsyncConnection) -> list[tuple[Rule, list[str]]]:
    found = []
    for rule in RULES:
        query = sa.text(rule.sql) if isinstance(rule.sql, str) else rule.sql.limit(SHOWN)
        values = {"late": clock.now() - rule.late} if rule.late else {}
        rows = (await conn.execute(query, values)).fetchmany(SHOWN)
        found.append((rule, [", ".join(_shown(value) for value in row) for row in rows]))
    return found


WHOLE = Rule("file", "the database file is whole", "restore the newest copy: `wargi db restore`", "PRAGMA quick_check")
SPOOLED = Rule(
    "I1 spooled", "what was said while the database was down comes in when it is back", "is a gateway running with this data directory?",
    "", timedelta(minutes=5),
)  # fmt: skip
UNREAD = Rule(
    "I1 damaged",
    "nothing of the spool is unreadable",
    "look into the `.damaged` files; delete them once nothing in them is missed",
    "",
)


def _shown(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
