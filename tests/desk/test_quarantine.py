"""Senders who only disturb: suggested, held, let out; stored but not answered; and words of danger that pass all the same."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock
from bot.channels.web import Web
from bot.models import Alarm, Contact, Conversation, Message, OutboxItem, QuarantineAct, Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import quarantine, talk
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn import House, intake
from bot.turn.quarantine import hold, lift
from tests.desk import seed
from tests.desk.conftest import Enter

ADVERT = "Mengirim iklan pinjaman berulang kali"


@pytest.fixture
def open_house(house: House) -> House:
    house.channels = {"web": Web()}
    return house


async def says(db: Db, house: House, words: str, address: str = "warga-1") -> None:
    """A citizen's message, as the worker handles it."""
    item = Web().item(address, clock.token(), words)
    row = SimpleNamespace(
        id=clock.new_id(), part=clock.part_of("web", address), account=item.account, kind=item.kind, address=address,
        external_id=item.external_id, raw=item.raw, received_at=clock.now(), urgent=None,
    )  # fmt: skip
    async with db.unit() as unit:
        await intake.run(unit, house, [row])  # type: ignore[list-item]


async def contact(db: Db) -> tuple[Ref, Any]:
    """The only citizen."""
    async with db.read() as conn:
        row = (await conn.execute(sa.select(table(Contact)))).mappings().one()
    return Ref(row["id"], row["part"]), row


async def counts(db: Db) -> list[int]:
    """Answers of ours, tickets, alarms."""
    return [await seed.count(db, OutboxItem), await seed.count(db, Ticket), await seed.count(db, Alarm)]


async def test_held_is_stored_and_not_answered_until_it_is_lifted(db, open_house: House) -> None:
    rina = await seed.officer(db)
    await says(db, open_house, "halo")
    who, _ = await contact(db)
    await hold(db, rina, who, ADVERT)
    before = await counts(db)
    for words in ("pinjaman murah klik sini", "petugas", "1", "menu"):
        await says(db, open_house, words)
    assert await counts(db) == before and before[0] > 0
    assert await seed.count(db, Message, author="citizen") == 5
    assert await seed.count(db, Conversation, owner="bot") == 1
    await lift(db, rina, who)
    await says(db, open_house, "menu")
    assert (await counts(db))[0] > before[0]


async def test_words_of_danger_always_pass(db, open_house: House) -> None:
    rina = await seed.officer(db)
    await says(db, open_house, "halo")
    who, _ = await contact(db)
    await hold(db, rina, who, ADVERT)
    answers, _, _ = await counts(db)
    await says(db, open_house, "tolong rumah saya kebakaran, anak saya masih di dalam")
    after = await counts(db)
    assert after[0] > answers and after[1:] == [1, 1]
    assert await seed.count(db, Ticket, urgency="critical", state="queued") == 1


async def test_a_suggestion_changes_nothing_for_the_citizen(db, open_house: House) -> None:
    await says(db, open_house, "halo")
    who, _ = await contact(db)
    async with db.unit() as unit:
        assert await quarantine.suggest_quarantine(unit.conn, who, ADVERT, clock.now())
        assert not await quarantine.suggest_quarantine(unit.conn, who, "lagi", clock.now())
    before = await counts(db)
    await says(db, open_house, "menu")
    assert (await counts(db))[0] > before[0]
    _, row = await contact(db)
    assert (row["quarantine"], row["quarantine_reason"], row["quarantine_by"]) == ("suggested", ADVERT, None)


async def test_a_turn_can_suggest_even_for_who_writes_for_the_first_time(db) -> None:
    async with db.unit() as unit:
        batch, thread = Batch(clock.now()), talk.new("web:1", "baru", clock.now())
        batch.touch(thread)
        batch.suspect(thread, ADVERT)
        await batch.flush(unit)
    assert (await contact(db))[1]["quarantine"] == "suggested"
    assert await seed.count(db, QuarantineAct, act="suggested", reason=ADVERT) == 1


async def test_a_humans_no_stands_against_the_machine(db) -> None:
    rina, _ = await seed.officer(db), await seed.case(db)
    who, _ = await contact(db)
    async with db.unit() as unit:
        assert await quarantine.suggest_quarantine(unit.conn, who, ADVERT, clock.now())
    await lift(db, rina, who)
    async with db.unit() as unit:
        assert not await quarantine.suggest_quarantine(unit.conn, who, ADVERT, clock.now())
        later = clock.now() + quarantine.TRUST
        assert await quarantine.suggest_quarantine(unit.conn, who, ADVERT, later)


async def test_held_from_the_case_and_let_out_by_anybody(db, enter: Enter) -> None:
    rina, asep, case = await enter(), await enter("officer", "Asep"), await seed.case(db, name="Euis 081234567731")
    who, _ = await contact(db)
    text = (await rina.get(case.url))[1]
    assert "Tahan pengirim ini" in text and f"/desk/karantina/{who}/tahan" in text
    status, _ = await rina.post(f"/desk/karantina/{who}/tahan", alasan=f"{ADVERT} dari 085711112222", nomor=case.number)
    assert status == 303
    text = (await rina.get(case.url))[1]
    assert "Pesannya disimpan" in text and "Rina Marlina menahan pengirim ini" in text and "085711112222" not in text
    status, text = await asep.get("/desk/karantina")
    assert status == 200 and "Ditahan" in text and ADVERT in text and case.number in text and "Jalan berlubang" in text
    assert "081234567731" not in text and "085711112222" not in text
    assert (await rina.post(f"/desk/karantina/{who}/tahan", alasan=ADVERT))[0] == 409
    assert (await asep.post(f"/desk/karantina/{who}/lepas"))[0] == 303
    assert (await asep.post(f"/desk/karantina/{who}/lepas"))[0] == 409
    text = (await asep.get("/desk/karantina"))[1]
    assert "Tidak ada pengirim" in text
    assert [await seed.count(db, QuarantineAct, act=act) for act in ("held", "lifted", "suggested")] == [1, 1, 0]
    assert await seed.count(db, QuarantineAct, officer_id=asep.officer.id, act="lifted") == 1
    assert "Dilepas" in text and "Asep" in text


async def test_a_suggestion_is_confirmed_with_the_machines_reason(db, enter: Enter) -> None:
    rina, case = await enter(), await seed.case(db)
    who, _ = await contact(db)
    async with db.unit() as unit:
        await quarantine.suggest_quarantine(unit.conn, who, ADVERT, clock.now())
    for path in (case.url, "/desk/karantina"):
        text = (await rina.get(path))[1]
        assert ADVERT in text and "Abaikan saran" in text and "Disarankan ditahan" in text
    assert (await rina.post(f"/desk/karantina/{who}/tahan"))[0] == 303
    _, row = await contact(db)
    assert (row["quarantine"], row["quarantine_reason"], row["quarantine_by"]) == ("held", ADVERT, rina.officer.id)


@pytest.mark.parametrize("reason", ["", "  ", "ok", "1234567890"])
async def test_no_reason_no_hold(db, enter: Enter, reason: str) -> None:
    rina, _ = await enter(), await seed.case(db)
    who, _ = await contact(db)
    assert (await rina.post(f"/desk/karantina/{who}/tahan", alasan=reason))[0] == 400
    assert (await contact(db))[1]["quarantine"] == "" and await seed.count(db, QuarantineAct) == 0


async def test_unknown_senders_and_odd_places(db, enter: Enter) -> None:
    rina = await enter()
    for ref in ("x", f"{'0' * 32}.0", f"{'0' * 32}.999"):
        assert (await rina.post(f"/desk/karantina/{ref}/tahan", alasan=ADVERT))[0] == 404
    for odd in ("x", "held", "held_zz", "_", "'; --"):
        status, _ = await rina.get(f"/desk/karantina?setelah={odd}")
        assert status in (200, 404)


async def test_a_long_list_page_by_page(db, enter: Enter) -> None:
    rina = await enter()
    for _ in range(quarantine.PAGE + 3):
        await seed.case(db)
    async with db.unit() as unit:
        rows = (await unit.conn.execute(sa.select(table(Contact).c.id, table(Contact).c.part))).all()
        for at, row in enumerate(rows):
            verb = quarantine.suggest_quarantine if at % 2 else quarantine.set_quarantine
            more = (ADVERT, clock.now()) if at % 2 else (rina.officer.id, ADVERT, clock.now())
            assert await verb(unit.conn, Ref(*row), *more)
    seen: list[str] = []
    path: str | None = "/desk/karantina"
    while path:
        text = (await rina.get(path))[1]
        seen += re.findall(r'action="/desk/karantina/([^"]+)/lepas"', text)
        found = re.search(r'href="(/desk/karantina\?setelah=[^"]+)"', text)
        path = found[1] if found else None
    assert len(seen) == len(set(seen)) == quarantine.PAGE + 3
