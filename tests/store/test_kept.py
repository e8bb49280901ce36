"""Questions that are asked of the driver itself: the same answers as SQLAlchemy's, and the same errors."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock
from bot.errors import StoreDown
from bot.models import Message, Ticket
from bot.models.base import table
from bot.store import alarms, composing, desk, known, notices, people, persons, sla
from bot.store.db import Db
from bot.store.kept import Kept
from bot.store.sight import VIEWER, Sight
from tests.desk import seed

TICKET, MESSAGE = table(Ticket), table(Message)
MINE = Sight(1, None, frozenset({"kekerasan"}), frozenset({"hapus_data"}))
NOW = clock.now()
EMPTY = {"held", "hidden", "clocks", "warnings", "session"}
"""Nobody holds the case, and nothing runs."""


async def first(db: Db) -> dict[str, Any]:
    """A case with a suggestion, an answer that failed, a colleague who looks on, news and a call for help."""
    who = (await seed.officer(db)).id or 0
    case = await seed.case(
        db,
        words=(("citizen", "Jalan berlubang"), ("bot", "Baik."), ("officer", "Kami catat.")),
        guess={"ranked": [["jalan", 0.9]], "sure": 0.9},
        answers={"details": "Di depan sekolah"},
        errors={3: ("failed", "131047")},
    )
    async with db.unit() as unit:
        await unit.conn.execute(sa.update(TICKET).values(place_code="32.04"))
        await composing.watch(unit.conn, case.conversation, who, "page", NOW)
        await notices.tell(unit, [who], "assigned", "/desk", NOW, call=True)
    async with db.read() as conn:
        return dict((await conn.execute(sa.select(TICKET))).mappings().one())


async def test_the_answers_are_sqlalchemys(db: Db) -> None:
    """Every statement that is kept: times, documents, truth values and lists, for somebody who may not see everything."""
    ticket = await first(db)
    here = {"in_part": ticket["part"]}
    talk = {"talk": ticket["conversation_id"], **here}
    me = {VIEWER: 1}
    codes = {"code_0": "32.05", "code_1": "32.04"}
    questions: dict[str, tuple[Kept, dict[str, Any]]] = {
        "queue": (desk._queue((), False, MINE.kind), me),
        "of topics": (desk._queue(("jalan", "pju"), False, MINE.kind), me),
        "held": (desk._held(False), {"officer": 1}),
        "newest": (desk._newest(False, MINE.kind), me),
        "counts": (desk._counts(("id", "su"), ("jalan",)), {"officer": 1}),
        "case": (desk._case(MINE.kind), {"number": ticket["number"], **here, **me}),
        "hidden": (desk._hidden(MINE.kind), {**talk, **me}),
        "messages": (desk._MESSAGES, {**talk, "since": 1, "until": 9}),
        "history": (desk._HISTORY, {"ticket": ticket["id"], **here}),
        "clocks": (sla._CLOCKS, {"ticket": ticket["id"], **here}),
        "warnings": (sla._notices(5), {"officer": 1}),
        "company": (
            composing._COMPANY,
            {
                "talk": talk["talk"],
                "talk_part": ticket["part"],
                "viewer": 1,
                "fresh": NOW - timedelta(1),
                "lately": NOW,
            },
        ),
        "session": (people._SESSION, {"hash": "x", "at": NOW}),
        "calls": (alarms._calling(20), {"at": NOW}),
        "news": (notices._UNSEEN, {"officer": 1}),
        "person": (
            persons._all(MINE.kind),
            {"contact": ticket["contact_id"], "contact_part": ticket["contact_part"], **me},
        ),
        "near": (
            known._near(MINE.kind, 2),
            {**codes, "about": ticket["topic"], "since": NOW - timedelta(days=99), **me},
        ),
    }
    found = {}
    async with db.read(often=True) as conn:
        for name, (kept, given) in questions.items():
            wanted = [dict(row) for row in (await conn.execute(kept._select, given)).mappings()]
            assert await kept(conn, **given) == wanted, name
            found[name] = len(wanted)
    assert {name for name, count in found.items() if not count} == EMPTY


async def test_what_goes_wrong_is_said_as_sqlalchemy_says_it(db: Db) -> None:
    ticket = await first(db)
    history = {"ticket": ticket["id"], "in_part": ticket["part"]}
    async with db.read() as conn:
        with pytest.raises(KeyError, match="viewer"):
            await desk._queue((), False, MINE.kind)(conn)  # never what was put in for a kind of viewer
        with pytest.raises(ValueError, match="two columns"):
            await Kept(sa.select(TICKET.c.id, MESSAGE.c.id))(conn)
        with pytest.raises(sa.exc.DBAPIError, match="nowhere"):
            await Kept(sa.select(sa.column("id")).select_from(sa.table("nowhere")))(conn)
    if db.is_sqlite:
        return
    with pytest.raises(StoreDown):
        async with db.read() as conn:
            pid = (await conn.execute(sa.text("SELECT pg_backend_pid()"))).scalar_one()
            async with db.unit() as unit:
                await unit.conn.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            await desk._HISTORY(conn, **history)
    async with db.read() as conn:  # and the next one has a connection that lives
        assert [row["kind"] for row in await desk._HISTORY(conn, **history)] == ["opened"]


async def test_whoever_listens_to_statements_hears_these(db: Db) -> None:
    heard: list[str] = []
    async with db.read() as conn:
        sa.event.listen(conn.sync_connection, "before_cursor_execute", lambda *given: heard.append(given[2]))
        await people._SESSION(conn, hash="x", at=clock.now())
    assert len(heard) == 1 and "officer_session" in heard[0]
