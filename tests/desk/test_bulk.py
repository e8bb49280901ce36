"""One act on many cases: by the verbs that do it to one, each that is refused named, and taken back while it can be."""

import re
from typing import Any

import sqlalchemy as sa

from bot import clock
from bot.models import Bulk, Message, Ticket
from bot.models.base import table
from bot.policy.bulk import WAIT
from bot.store import tally
from bot.store.db import Db
from bot.turn import bulk
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import Enter, Visitor

TICKET = table(Ticket)


async def acts(who: Visitor, verb: str, value: Any, *cases: seed.Case) -> str:
    """The address of what became of it."""
    form = [("csrf", who.csrf_token()), ("tindakan", verb), (f"nilai-{verb}", str(value))]
    form += [("nomor", case.number) for case in cases]
    async with who.client.post("/desk/massal", data=form, headers=who.origin, allow_redirects=False) as answer:
        assert answer.status in (303, 400), await answer.text()
        return answer.headers.get("Location", "")


async def rows(db: Db, *cases: seed.Case) -> list[Any]:
    async with db.read() as conn:
        assert await tally.wrong(conn) == {}
        found = {row.number: row for row in await conn.execute(sa.select(TICKET))}
    return [found[case.number] for case in cases]


async def a_minute_later(db: Db) -> None:
    async with db.unit() as unit:
        await unit.conn.execute(sa.update(table(Bulk)).values(due_at=clock.now() - WAIT))


async def outcomes(who: Visitor, url: str) -> dict[str, str]:
    _, text = await who.get(url)
    found = re.findall(r'class="nomor">([0-9A-Z-]+)</a>(.*?)</li>', text, re.DOTALL)
    return {number: " ".join(re.sub("<[^>]+>", " ", rest).split()) for number, rest in found}


async def test_what_stays_in_the_house_is_done_at_once_and_undone(db: Db, enter: Enter) -> None:
    lead, rina, asep = await enter("lead", "Dedi Supriadi"), await enter(), await enter("officer", "Asep Sunandar")
    first, second, third = [await seed.case(db, f"Warga {n}") for n in range(3)]
    assert (await rina.post(f"{second.url}/ambil"))[0] == 303
    mine, hers = asep.officer.id, rina.officer.id

    url = await acts(rina, "petugas", mine, first, second)
    assert (await outcomes(rina, url))[second.number] == "Berhasil"
    assert "Hanya pemimpin regu" in (await outcomes(rina, url))[first.number]
    assert [row.officer_id for row in await rows(db, first, second)] == [None, mine]
    assert (await asep.get(url))[0] == 404, "of one officer's acts another hears nothing"
    assert (await rina.post(f"{url}/batal"))[0] == 303
    assert [row.officer_id for row in await rows(db, first, second)] == [None, hers]

    url = await acts(lead, "petugas", mine, first, second, third)
    assert [row.officer_id for row in await rows(db, first, second, third)] == [mine] * 3
    assert (await asep.post(f"{third.url}/urgensi", urgensi="high"))[0] == 303
    assert (await lead.post(f"{url}/batal"))[0] == 303
    assert [(row.state, row.officer_id) for row in await rows(db, first, second, third)] == [
        ("queued", None), ("assigned", hers), ("assigned", mine),
    ]  # fmt: skip
    assert "Sudah dikerjakan lagi" in (await outcomes(lead, url))[third.number]
    assert (await lead.post(f"{url}/batal"))[0] == 409

    url = await acts(lead, "antrean", "", first, second)
    assert [row.state for row in await rows(db, first, second)] == ["queued", "queued"]
    assert (
        "tidak" in (await outcomes(lead, url))[first.number] or "antrean" in (await outcomes(lead, url))[first.number]
    )
    url = await acts(lead, "topik", "pju", first, third)
    assert [row.topic for row in await rows(db, first, third)] == ["pju", "pju"]
    await lead.post(f"{url}/batal")
    assert [row.topic for row in await rows(db, first, third)] == ["jalan", "jalan"]
    for verb, value, who in (
        ("topik", "ngarang", first),
        ("petugas", "9999", first),
        ("hapus", "", first),
        ("urgensi", "", first),
    ):
        assert await acts(lead, verb, value, who) == ""
    assert await acts(lead, "antrean", "") == ""
    _, text = await lead.get("/desk/massal")
    assert text.count("/desk/massal/") == 3


async def test_what_leaves_the_house_waits_a_minute_and_can_be_called_off(db: Db, enter: Enter, app: Any) -> None:
    lead, rina = await enter("lead", "Dedi Supriadi"), await enter()
    first, second, waiting = [await seed.case(db, f"Warga {n}") for n in range(3)]
    for case in (first, second):
        assert (await rina.post(f"{case.url}/ambil"))[0] == 303
    house = app[keys.HOUSE]
    said = await seed.count(db, Message)
    url = await acts(lead, "selesai", "", first, second)
    await bulk.due(db, house)
    assert [row.state for row in await rows(db, first, second)] == ["assigned", "assigned"]
    assert (await lead.post(f"{url}/batal"))[0] == 303
    await a_minute_later(db)
    await bulk.due(db, house)
    assert [row.state for row in await rows(db, first, second)] == ["assigned", "assigned"]
    assert await seed.count(db, Message) == said, "nobody has heard of it"
    url = await acts(lead, "selesai", "", first, second, waiting)
    await a_minute_later(db)
    for _ in range(2):  # once, however often somebody looks
        await bulk.due(db, house)
    assert [row.state for row in await rows(db, first, second, waiting)] == ["resolved", "resolved", "queued"]
    assert await seed.count(db, Message, author="bot", conversation_id=first.conversation.id) == 2, (
        "claimed, and asked how it was"
    )
    found = await outcomes(lead, url)
    assert found[first.number] == "Berhasil" and found[waiting.number].endswith("Ditolak")
    assert (await lead.post(f"{url}/batal"))[0] == 409
