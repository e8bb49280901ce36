"""An answer that expires: its owner has a mail at seven in the morning, leads see it at the desk, and nobody hears of it twice a day."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import sqlalchemy as sa
from aiosmtpd.controller import Controller

from bot import clock, timers
from bot.courier import Courier
from bot.engine.knowledge import Knowledge
from bot.models import AgencyDelivery, Notice, Timer
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import notices
from bot.store.db import Db
from bot.turn import House, Ways, renewal
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import application

DAY = date(2027, 3, 20)
START = datetime.fromisoformat("2027-03-19T03:00:00+00:00")


class Mailbox:
    def __init__(self) -> None:
        self.got: list[tuple[list[str], str, str]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.got.append((envelope.rcpt_tos, str(mail["Subject"]), mail.get_content()))
        return "250 OK"


def known(house: House, **until: tuple[str, int]) -> None:
    """Only these answers are there: whose they are, and how many days after `DAY` they are said for the last time."""
    entries = house.flows.knowledge.entries
    made = {
        key: replace(entries[key], mail=mail, until=DAY + timedelta(days=days)) for key, (mail, days) in until.items()
    }
    house.flows = replace(house.flows, knowledge=Knowledge(made))


async def rows(db: Db, model: type[Any], **where: Any) -> list[Any]:
    target = table(model)
    query = sa.select(target).where(*(target.c[name] == value for name, value in where.items()))
    async with db.read() as conn:
        return list((await conn.execute(query)).all())


async def test_owners_and_leads_are_told_every_morning_until_it_is_renewed(db: Db, unused_tcp_port: int) -> None:
    house, now, mails = application(db)[keys.HOUSE], START, Mailbox()
    house.ways = Ways(f"smtp://127.0.0.1:{unused_tcp_port}", "wargi@jabar.example")
    ani = "ani@dinkes.example"
    known(house, gejala=(ani, -1), tes=(ani, 14), isolasi=(ani, 15), **{"jam-layanan": ("dedi", 0)})
    lead, dedi = await seed.officer(db, "Lena", "lead"), await seed.officer(db, "Dedi", "officer")
    server = Controller(mails, hostname="127.0.0.1", port=unused_tcp_port)
    undo = clock.freeze(lambda: now)
    server.start()

    async def morning() -> None:
        """The timer rings at its own time, and what it wrote leaves."""
        nonlocal now
        (timer,) = await rows(db, Timer, kind=renewal.RENEW)
        now = timer.due_at
        async with db.unit() as unit:
            assert await timers.ring(unit, house, timer.kind, Ref(timer.ref, timer.part), timer.id) == "done"
        await Courier(db, house, waits=()).send_due(None)

    try:
        await renewal.begin(db)
        await renewal.begin(db)
        await morning()
        assert now == datetime.fromisoformat("2027-03-20T00:00:00+00:00")
        ((to, subject, text),) = mails.got
        assert (to, subject) == ([ani], "2 jawaban bot perlu diperiksa")
        assert "gejala): tidak dikatakan lagi sejak 19-03-2027" in text and "tes): berlaku sampai 03-04-2027" in text
        assert "isolasi" not in text and "jam-layanan" not in text, "not due, and not theirs"
        (told,) = await rows(db, Notice, officer_id=lead.id)
        assert notices.words(told._mapping).startswith("3 jawaban bot") and told.next_at is None
        (told,) = await rows(db, Notice, officer_id=dedi.id)
        assert notices.words(told._mapping).startswith("1 jawaban bot") and told.next_at is not None, (
            "also where they are reached"
        )

        await renewal.begin(db)
        server.stop()
        await morning()
        await morning()
        assert len(mails.got) == 1
        (stuck,) = await rows(db, AgencyDelivery, state="stuck")
        assert stuck.target == ani, "one on the list of failures, not one for each day"
        assert len(await rows(db, Notice, officer_id=lead.id)) == 3

        known(house, gejala=(ani, 90))
        await morning()
        assert len(await rows(db, Notice)) == 3 + 3, "renewed: silence"
        known(house, gejala=(ani, 0))
        house.ways = Ways()
        await morning()
        assert len(await rows(db, AgencyDelivery)) == 2, "without a mail server only the desk is told"
        assert len(await rows(db, Notice, officer_id=lead.id)) == 4
    finally:
        undo()
