"""What is for leads only: a citizen's wish about their own data is given to a lead, and has three days."""

from datetime import timedelta

import sqlalchemy as sa

from bot import clock
from bot.engine.effects import OpenTicket
from bot.models import SlaClock, Ticket
from bot.models.base import table
from bot.store import talk
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn import House, handoff
from bot.turn.assign import assign
from bot.web import keys
from tests.desk.conftest import Enter
from tests.desk.crew import on_duty, rows
from tests.desk.test_next import takes


async def asked(db: Db, house: House, subtopic: str) -> str:
    """As the flow opens it."""
    async with db.unit() as unit:
        key = ("whatsapp:1", subtopic)
        thread = (await talk.load(unit.conn, [key])).get(key) or talk.new(*key, clock.now())
        batch = Batch(clock.now())
        what = OpenTicket(topic="informasi", subtopic=subtopic, details="Warga meminta sesuatu tentang datanya")
        ticket = handoff.open_ticket(batch, house, thread, what, "flow")
        batch.touch(thread)
        await batch.flush(unit)
    return str(ticket["number"])


async def test_a_wish_about_ones_data_goes_to_a_lead_within_three_days(db: Db, enter: Enter, app) -> None:
    house, rina, lena = app[keys.HOUSE], await enter("officer", "Rina"), await enter("lead", "Lena")
    erase, copy = await asked(db, house, "hapus_data"), await asked(db, house, "salinan_data")
    plain = await asked(db, house, "")
    assert rina.officer and lena.officer
    await on_duty(db, rina.officer.id or 0)
    assert await assign(db, house) == 1
    held = "SELECT number, officer_id FROM ticket WHERE officer_id IS NOT NULL"
    assert await rows(db, held) == [(plain, rina.officer.id)]
    assert await takes(rina) == ""
    status, page = await rina.post(f"/desk/tiket/{erase}/ambil")
    assert status == 404 and "dirahasiakan" in page
    status, page = await rina.post(f"/desk/tiket/{erase}/topik", topik="jalan")
    assert status == 404, "nor may it be made into something else"
    assert await takes(lena) == erase
    await on_duty(db, lena.officer.id or 0)
    assert await assign(db, house) == 1
    assert dict(await rows(db, held)) == {plain: rina.officer.id, erase: lena.officer.id, copy: lena.officer.id}

    ticket, found = table(Ticket), table(SlaClock)
    async with db.read() as conn:
        case = (await conn.execute(sa.select(ticket).where(ticket.c.number == copy))).one()
        clocks = (await conn.execute(sa.select(found).where(found.c.ticket_id == case.id))).all()
    due = {row.kind: row.due_at - row.started_at for row in clocks}
    assert due["first_answer"] == due["solution"] == timedelta(hours=72), "day and night, holidays too"
