"""Cards that were drawn once are shown again only as long as they say the same."""

import sqlalchemy as sa

from bot.desk import speech
from bot.models import Contact, Ticket
from bot.models.base import table
from bot.store.db import Db
from tests.desk import seed
from tests.desk.conftest import Enter, Visitor


async def test_a_card_is_drawn_anew_for_whatever_changes_on_it(db: Db, enter: Enter) -> None:
    rina, asep = await enter("officer", "Rina"), await enter("officer", "Asep")
    case = await seed.case(db, "Euis Komariah", topic="jalan", urgency="normal", minutes=5)
    asep.client.session.cookie_jar.update_cookies({speech.COOKIE: "en"}, asep.client.make_url("/"))

    async def card(visitor: Visitor, path: str = "/desk") -> str:
        page = (await visitor.get(path))[1]
        return page.partition(f'<li id="k-{case.number}">')[2].partition("</li>")[0]

    first = await card(rina)
    assert "Euis Komariah" in first and "5 mnt" in first and first == await card(rina)
    assert "5 min" in await card(asep), "each language has its own"
    assert 'aria-current="true"' in await card(rina, f"/desk/tiket/{case.number}")
    for model, change, shown in (
        (Contact, {"name": "Euis K."}, "Euis K."),
        (Ticket, {"urgency": "high"}, "chip high"),
        (Ticket, {"details": "Sudah ditambal sebagian"}, "Sudah ditambal"),
        (Ticket, {"topic": "air"}, "Air"),
        (Ticket, {"language": "su"}, "Sunda"),
        (Ticket, {"account": "telegram:7"}, "Telegram"),
    ):
        async with db.unit() as unit:
            await unit.conn.execute(sa.update(table(model)).values(change))
        now = await card(rina)
        assert shown in now and shown not in first, change
        first = now
