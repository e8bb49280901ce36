"""Hints over the stream: told after the commit, names only, and gone with the session."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.desk import live
from bot.hints import Hints
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import Enter

STREAM = {"Accept": "text/event-stream"}


@asynccontextmanager
async def listening(visitor, path: str = "/desk/peristiwa"):
    """Yields `heard(seconds)`: the events that came."""
    async with visitor.client.get(path, headers=STREAM) as answer:
        assert answer.status == 200 and answer.headers["X-Accel-Buffering"] == "no"

        async def next_event(seconds: float = 30.0) -> str:
            async with asyncio.timeout(seconds):
                while line := await answer.content.readline():
                    if line.startswith(b"event: "):
                        return line[7:].decode().strip()
            return ""

        assert await next_event() == "halo"
        yield next_event


async def test_hints_of_queue_and_case(db, enter: Enter) -> None:
    officer = await enter()
    case, other = await seed.case(db), await seed.case(db)
    async with listening(officer, f"/desk/peristiwa?tiket={case.number}") as heard:
        await seed.case(db)
        assert await heard() == "antrean"
        await seed.says(db, other, "bukan ini")
        await seed.says(db, case, "ini")
        assert await heard() == "kasus"


async def test_a_queue_in_motion_is_looked_at_with_rests(db, enter: Enter, monkeypatch) -> None:
    """Fifty changes are one look, and the last of them is never missed."""
    monkeypatch.setattr(live, "LOOKS", 1)
    officer = await enter()
    case = await seed.case(db)
    async with listening(officer, f"/desk/peristiwa?tiket={case.number}") as heard:
        hints = officer.client.server.app[keys.HINTS]
        hints.publish(["queue"])
        assert await heard() == "antrean"
        for _ in range(50):
            hints.publish(["queue"])
        await seed.says(db, case, "ini")
        assert sorted([await heard(), await heard()]) == ["antrean", "kasus"]


async def test_stream_ends_with_the_session(db, enter: Enter) -> None:
    admin, officer = await enter("admin", "Bu Lilis"), await enter("officer", "Dadang")
    async with listening(officer) as heard:
        await admin.post(f"/desk/petugas/{officer.officer.id}/aktif", aktif="tidak")
        assert await heard() == "keluar"
        assert await heard() == ""


async def test_signing_out_ends_the_stream(enter: Enter) -> None:
    officer = await enter()
    async with listening(officer) as heard:
        await officer.post("/desk/keluar")
        assert await heard() == "keluar"


async def test_no_stream_for_strangers_and_unknown_cases(enter: Enter) -> None:
    assert (await (await enter(None)).get("/desk/peristiwa", **STREAM))[0] == 401
    assert (await (await enter()).get("/desk/peristiwa?tiket=AAAA-AAAA", **STREAM))[0] == 404


async def test_a_stopping_server_hangs_up(db, enter: Enter) -> None:
    officer = await enter()
    async with listening(officer) as heard:
        app = officer.client.server.app
        await app.shutdown()
        assert await heard() == ""


def test_rests_wake_nobody_and_forget_nothing() -> None:
    hints = Hints()
    with hints.subscribe("c:1") as ear, hints.paced("queue", ear) as pace:
        hints.publish(["queue"])
        assert ear.queue.get_nowait() == "queue" and not pace.ended(0.0)
        pace.rest(5.0)
        hints.publish(["queue", "queue", "c:1"])
        assert [ear.queue.get_nowait(), ear.queue.empty()] == ["c:1", True]
        assert not pace.ended(4.9) and pace.ended(5.0) and not pace.ended(5.1)
        pace.rest(10.0)
        assert not pace.ended(10.0)  # nothing has changed
        hints.publish(["queue"])
        assert ear.queue.get_nowait() == "queue"
        pace.rest(15.0)
    assert hints.listeners("queue") == 0


@pytest.mark.parametrize(("pages", "least", "most"), [(1, 0.06, 0.14), (20, 1.3, 2.7), (200, 13, 27), (5000, 15, 30)])
def test_pages_that_were_told_together_come_back_one_by_one(pages: int, least: float, most: float) -> None:
    found = [live.rest(pages) for _ in range(50)]
    assert least <= min(found) < max(found) <= most and len(set(found)) == 50
