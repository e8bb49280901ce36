"""The pages of shifts with something on them: the rota, a handover, the load, and news in the banner."""

from datetime import timedelta

import pytest

from bot import clock
from bot.models import Urgency
from bot.store import people
from bot.turn import handover, rota
from bot.turn.claim import claim
from tests.desk import seed
from tests.desk.crew import on_duty
from tests.e2e.stage import Stage
from tests.e2e.test_desk import accessible

pytestmark = pytest.mark.e2e


async def test_pages_of_a_shift(stage: Stage) -> None:
    page = await stage.page(320, 640, "dark")
    await stage.first_officer(page)
    db, house = stage.server.db, stage.server.house
    async with db.read() as conn:
        lead = (await people.officers(conn))[0]
    asep = await seed.officer(db, "Asep Suryana Wirahadikusumah")
    today = (clock.now() + timedelta(days=1)).date()
    await rota.make(db, house, lead, today, 1)
    await on_duty(db, asep.id or 0)
    for urgency in (Urgency.HIGH, Urgency.NORMAL):
        case = await seed.case(db, "Nama panjang " + "x" * 40, urgency=urgency)
        await claim(db, house, asep, case.ticket)
        await handover.write(db, asep, {case.number: "Tunggu foto " + "y" * 60})
    await handover.leave(db, house, asep.id or 0)
    await on_duty(db, lead.id or 0, debrief_at=clock.now())
    for path, words in (
        ("/desk/jadwal", "Kurang petugas"), ("/desk/serah-terima", "Terima serah terima"),
        ("/desk/beban", "Sudah berbincang"), ("/desk/saya", "Topik yang paling saya kuasai"),
    ):  # fmt: skip
        await page.goto(stage.url + path)
        assert words in await page.content(), path
        await accessible(page, path)
