"""The machine's guess of a topic, and the officer's word on it."""

from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock
from bot.engine.effects import OpenTicket
from bot.models import Correction, Ticket, TicketEvent
from bot.models.base import table
from bot.store import talk
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn import House, handoff
from tests.desk import seed
from tests.desk.conftest import Enter

ROADS = "Jalan di depan pasar berlubang besar, aspalnya mengelupas"
GUESS = {
    "ranked": [["jalan", 0.92], ["pju", 0.05], ["air", 0.03]],
    "sure": 0.92,
    "verdict": "ask",
    "why": ["berlubang", "aspal"],
}


async def opened(db: Db, house: House, details: str) -> dict[str, Any]:
    """A ticket as the turn of a citizen opens it, read back from the database."""
    async with db.unit() as unit:
        batch, thread = Batch(clock.now()), talk.new("web:1", f"w{clock.random_bits(40)}", clock.now())
        batch.touch(thread)
        made = handoff.open_ticket(batch, house, thread, OpenTicket(topic="", details=details), "flow")
        await batch.flush(unit)
    return await stored(db, made["number"])


async def stored(db: Db, number: str) -> dict[str, Any]:
    async with db.read() as conn:
        query = sa.select(table(Ticket)).where(table(Ticket).c.number == number)
        return dict((await conn.execute(query)).mappings().one())


async def corrections(db: Db) -> list[Any]:
    async with db.read() as conn:
        return list((await conn.execute(sa.select(table(Correction)).order_by(table(Correction).c.id))).mappings())


async def test_a_ticket_is_opened_with_a_guess_and_its_reason(db, house: House) -> None:
    guess = (await opened(db, house, ROADS))["guess"]
    assert guess["ranked"][0][0] == "jalan" and 0 < guess["sure"] <= 1 and "berlubang" in guess["why"]
    assert [label for label, _ in guess["ranked"]] == list(dict.fromkeys(label for label, _ in guess["ranked"]))


@pytest.mark.parametrize("details", ["", "  ", "xyzzy"])
async def test_nothing_to_guess_from_is_no_guess(db, house: House, details: str) -> None:
    assert (await opened(db, house, details))["guess"] is None


async def test_without_a_model_nothing_is_suggested(db, app, enter: Enter) -> None:
    from bot.web import keys

    ticket = await opened(db, app[keys.HOUSE], ROADS)
    assert ticket["guess"] is None
    text = (await (await enter()).get(f"/desk/tiket/{ticket['number']}"))[1]
    assert "Saran mesin" not in text and 'id="topik"' in text


async def test_no_number_of_a_citizen_is_kept_as_a_reason(db, house: House) -> None:
    guess = (await opened(db, house, f"{ROADS} 3273014508900001 hubungi 081234567731"))["guess"]
    assert not any(piece in str(guess) for piece in ("3273014508900001", "081234567731"))


async def test_the_suggestion_is_shown_as_one(db, enter: Enter) -> None:
    officer, case = await enter(), await seed.case(db, topic="", guess=GUESS)
    text = (await officer.get(case.url))[1]
    assert "Saran mesin" in text and "Jalan dan jembatan" in text and "92 %" in text and "berlubang, aspal" in text
    assert text.count("<optgroup") == 6 and 'value="jalan"' in text.partition("Terima saran")[0]


async def test_the_officers_choice_wins_is_history_and_a_correction(db, enter: Enter) -> None:
    officer = await enter()
    case = await seed.case(db, topic="jalan", guess=GUESS, details="Lampu mati, NIK saya 3273014508900001")
    assert (await officer.post(f"{case.url}/topik", topik="pju"))[0] == 303
    assert (await stored(db, case.number))["topic"] == "pju"
    assert (await stored(db, case.number))["guess"] == GUESS
    who = officer.officer.id
    assert await seed.count(db, TicketEvent, kind="topic", before="jalan", after="pju", officer_id=who) == 1
    (row,) = await corrections(db)
    assert (row["guessed"], round(row["sure"], 2), row["chosen"], row["state"]) == ("jalan", 0.92, "pju", "pending")
    assert (
        row["officer_id"] == who
        and row["number"] == case.number
        and row["text"] == "Lampu mati, NIK saya 3273********0001"
    )
    text = (await officer.get(case.url))[1]
    assert "Petugas memilih lain" in text and "Topik ditetapkan" in text and "terima-saran" not in text


async def test_accepting_is_a_choice_too_and_only_once(db, enter: Enter) -> None:
    officer, case = await enter(), await seed.case(db, topic="jalan", guess=GUESS)
    assert "Benar, sesuai saran" in (await officer.get(case.url))[1]
    for _ in range(3):
        status, text = await officer.post(f"{case.url}/topik", htmx=True, topik="jalan")
        assert status == 200 and "Sama dengan pilihan petugas" in text
    assert await seed.count(db, TicketEvent, kind="topic") == 1 and len(await corrections(db)) == 1


async def test_only_the_last_word_of_a_ticket_waits_for_a_lead(db, enter: Enter) -> None:
    officer, case = await enter(), await seed.case(db, topic="jalan", guess=GUESS)
    for topic in ("pju", "air", "sampah"):
        await officer.post(f"{case.url}/topik", topik=topic)
    assert [row["chosen"] for row in await corrections(db)] == ["sampah"]
    assert await seed.count(db, TicketEvent, kind="topic") == 3


async def test_what_is_confidential_is_nobodys_lesson(db, house: House, enter: Enter) -> None:
    secret = next(slug for slug, topic in house.flows.topics.items() if topic.confidential)
    officer, case = await enter(), await seed.case(db, topic="jalan", guess=GUESS)
    await officer.post(f"{case.url}/topik", topik="pju")
    await officer.post(f"{case.url}/topik", topik=secret)
    assert (await stored(db, case.number))["topic"] == secret and await corrections(db) == []


async def test_a_choice_without_a_guess_teaches_and_without_words_does_not(db, enter: Enter) -> None:
    officer, told, silent = await enter(), await seed.case(db, topic=""), await seed.case(db, topic="", details=" ")
    for case in (told, silent):
        assert (await officer.post(f"{case.url}/topik", topik="pju"))[0] == 303
    assert [(row["number"], row["guessed"]) for row in await corrections(db)] == [(told.number, "")]


@pytest.mark.parametrize("topic", ["", "nonsense", "<script>"])
async def test_an_unknown_topic_changes_nothing(db, enter: Enter, topic: str) -> None:
    officer, case = await enter(), await seed.case(db)
    assert (await officer.post(f"{case.url}/topik", topik=topic))[0] == 400
    assert (await stored(db, case.number))["topic"] == "jalan" and await corrections(db) == []
