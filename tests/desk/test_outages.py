"""What only a human can mend stands on every desk page until it is mended."""

from bot import clock
from bot.store import outages
from tests.desk.conftest import Enter


async def test_an_outage_is_a_line_on_every_page_until_it_ends(db, enter: Enter) -> None:
    officer = await enter()
    async with db.unit() as unit:
        await outages.begin(unit.conn, "channel whatsapp:1", "token <kedaluwarsa>", clock.now())
        await outages.begin(unit.conn, "channel whatsapp:1", "token <mati>", clock.now())
    for path in ("/desk", "/desk/alarm/panel"):
        assert "channel whatsapp:1: token &lt;mati&gt;" in (await officer.get(path))[1]
    async with db.unit() as unit:
        assert await outages.end(unit.conn, "channel whatsapp:1")
        assert not await outages.end(unit.conn, "channel whatsapp:1")
    assert "channel whatsapp:1" not in (await officer.get("/desk"))[1]
