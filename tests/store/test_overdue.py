"""What loops try again and again, under a clock that was ahead when it was written."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.models import Alarm, MediaState, Notice, Officer, Page, SlaNotice
from bot.models.agencies import AgencyDelivery
from bot.models.base import table
from bot.models.flows import Errand
from bot.models.media import Media
from bot.models.types import Bytes, Json, UtcDateTime
from bot.store import agencies, alarms, errands, media, notices, sla
from bot.store.db import Db

ONE = b"1".rjust(16, b"0")
Ask = Callable[[AsyncConnection, datetime], Awaitable[Any]]
LOOPS: dict[str, tuple[type, dict[str, Any], Ask]] = {
    "a call": (Page, {"alarm_id": ONE}, lambda conn, now: alarms.calls_due(conn, None, now, 9)),
    "a deadline's call": (SlaNotice, {}, lambda conn, now: sla.calls_due(conn, None, now, 9)),
    "news": (Notice, {"officer_id": 1}, lambda conn, now: notices.due(conn, now, 9)),
    "what an agency hears": (AgencyDelivery, {}, lambda conn, now: agencies.due(conn, None, now, 9)),
    "another system": (Errand, {"result": None}, lambda conn, now: errands.due(conn, None, now, 9)),
    "a file": (Media, {"state": MediaState.PENDING}, lambda conn, now: media.due(conn, None, now, 9)),
}
EMPTY: tuple[tuple[type, Any], ...] = ((Bytes, ONE), (Json, {}), (sa.Boolean, False), (sa.Numeric, 0), (sa.Integer, 0))


def row(model: type, **values: Any) -> sa.Insert:
    """A row with something in every column that needs it."""
    into = table(model)
    made: dict[str, Any] = {}
    for column in into.columns:
        if isinstance(column.type, UtcDateTime):
            made[column.name] = None if column.nullable else clock.now()
        elif column.name == "id" and column.autoincrement is True:
            continue
        else:
            made[column.name] = next((empty for type_, empty in EMPTY if isinstance(column.type, type_)), "")
    return sa.insert(into).values(made | values)


@pytest.mark.parametrize(
    ("hours", "attempts", "found"), [(0, 0, 1), (2, 0, 1), (2, 1, 0), (30, 1, 1), (-2, 1, 1)],
    ids=["now", "untried, two hours ahead", "another try in two hours", "longer than anything waits", "overdue"],
)  # fmt: skip
@pytest.mark.parametrize("what", LOOPS)
async def test_a_clock_that_was_ahead_keeps_nothing_back(
    db: Db, what: str, hours: int, attempts: int, found: int
) -> None:
    (model, values, due), now = LOOPS[what], clock.now()
    when = "due_at" if model is Errand else "next_at"
    error = {"error": "network" if attempts else ""} if "error" in table(model).columns else {}
    async with db.unit() as unit:
        await unit.conn.execute(row(Officer, id=1, name="Rina", login="rina"))
        await unit.conn.execute(row(Alarm, id=ONE))
        await unit.conn.execute(
            row(model, **values, **error, attempts=attempts, **{when: now + timedelta(hours=hours)})
        )
    async with db.read() as conn:
        rows = await due(conn, now)
    assert len(rows[0] if what == "a file" else rows) == found
