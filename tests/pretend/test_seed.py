"""An invented month: as whole as a real one, and only ever in an empty database."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import clock
from bot.config import Config
from bot.errors import ConfigError
from bot.models import State
from bot.pretend import crew, people, seed
from bot.pretend.channel import harmless
from bot.store import invariants, tally
from bot.store.db import Db
from tests.desk import seed as desk_seed

ROOT = Path(__file__).parent.parent.parent
COUNTS = """SELECT state, count(*) FROM ticket GROUP BY state"""


async def test_a_day_of_it(db: Db, tmp_path: Path) -> None:
    """One case of every state, both languages, every invariant, and counts that are what they count. Then it is known as a demo."""
    config = Config(flows_dir=ROOT / "flows", locales_dir=ROOT / "locales", data_dir=tmp_path, secret_key="x" * 40)
    house, end, days = seed.house(config), clock.now(), list[int]()
    assert not await seed.is_demo(db)
    await crew.hire(db, end - seed.BEFORE - seed.DAY)
    with pytest.raises(ConfigError, match="broken off"):
        await seed.is_demo(db)
    reports = await seed.play(db, house, end, 1, 5, days.append)
    assert abs(clock.now() - end) < timedelta(hours=1)  # the clock is the world's again
    assert days == [1]
    async with db.read() as conn:
        states = {row[0]: row[1] for row in await conn.execute(sa.text(COUNTS))}
        assert set(states) == set(State)
        assert sum(states.values()) >= reports >= len(State)
        assert await tally.wrong(conn) == {}
        assert set((await conn.execute(sa.text("SELECT DISTINCT language FROM ticket"))).scalars()) == {"id", "su"}
        assert (await conn.execute(sa.text("SELECT count(*) FROM survey WHERE score IS NOT NULL"))).scalar()
        assert (await conn.execute(sa.text("SELECT count(*) FROM shift"))).scalar()
        assert not (await conn.execute(sa.text("SELECT count(*) FROM outbox"))).scalar()
    assert [(rule.name, rows) for rule, rows in await invariants.look(db) if rows] == []
    words = await crew.let_in(db)
    assert {role for _, role, _ in words} == {"officer", "lead", "admin", "agency"}
    assert len({word for *_, word in words}) == len(people.OFFICERS)
    assert await seed.is_demo(db)


async def test_a_database_in_use_is_left_alone(db: Db) -> None:
    await desk_seed.case(db)
    with pytest.raises(ConfigError, match="in use"):
        await seed.is_demo(db)


def test_nothing_can_leave() -> None:
    ours = Config(
        groups={"telegram": {"token": "t"}}, mail_url="smtp://x", alarm_webhook_url="https://x", mail_from="a@b"
    )
    safe = harmless(ours)
    assert (safe.groups, safe.mail_url, safe.alarm_webhook_url, safe.mail_from) == ({}, "", "", "")
