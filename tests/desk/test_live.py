"""Hints over the stream: told after the commit, names only, and gone with the session."""

import asyncio
from contextlib import asynccontextmanager

from tests.desk import seed
from tests.desk.conftest import Enter

STREAM = {"Accept": "text/event-stream"}


@asynccontextmanager
async def listening(visitor, path: str = "/desk/peristiwa"):
    """Yields `heard(seconds)`: the events that came."""
    async with visitor.client.get(path, headers=STREAM) as answer:
        assert answer.status == 200 and answer.headers["X-Accel-Buffering"] == "no"

        async def next_event(seconds: float = 3.0) -> str:
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


async def test_stream_ends_with_the_session(db, enter: Enter) -> None:
    admin, officer = await enter("admin", "Bu Lilis"), await enter("officer", "Dadang")
    async with listening(officer) as heard:
        await admin.post(f"/desk/petugas/{officer.officer.id}/aktif", aktif="tidak")
        assert await heard(1.0) == "keluar"
        assert await heard() == ""


async def test_signing_out_ends_the_stream(enter: Enter) -> None:
    officer = await enter()
    async with listening(officer) as heard:
        await officer.post("/desk/keluar")
        assert await heard(1.0) == "keluar"


async def test_no_stream_for_strangers_and_unknown_cases(enter: Enter) -> None:
    assert (await (await enter(None)).get("/desk/peristiwa", **STREAM))[0] == 401
    assert (await (await enter()).get("/desk/peristiwa?tiket=AAAA-AAAA", **STREAM))[0] == 404


async def test_a_stopping_server_hangs_up(db, enter: Enter) -> None:
    officer = await enter()
    async with listening(officer) as heard:
        app = officer.client.server.app
        await app.shutdown()
        assert await heard(2.0) == ""
