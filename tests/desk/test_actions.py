"""Claim, write, resolve, hand back, urgency: through HTTP, with races and repeats."""

import asyncio
import re

import pytest

from bot.models import Message, OutboxItem, Survey, TicketEvent
from tests.desk import seed
from tests.desk.conftest import Enter

KEY = "0123456789abcdef0123456789abcdef"


async def test_one_wins_and_the_loser_is_told_who(db, enter: Enter) -> None:
    """F4."""
    people = [await enter("officer", name) for name in ("Rina Marlina", "Dadang Kusnadi", "Tati Sumiati")]
    case = await seed.case(db)
    answers = await asyncio.gather(*(each.post(f"{case.url}/ambil", htmx=True) for each in people))
    won = [i for i, (status, _) in enumerate(answers) if status == 200]
    assert len(won) == 1
    winner = people[won[0]].officer.name
    for i, (status, text) in enumerate(answers):
        if i not in won:
            assert status == 409 and f"diambil {winner}" in text and "tombol-ambil" not in text
    assert await seed.count(db, TicketEvent, kind="moved", after="assigned") == 1


async def test_send_with_the_same_key_sends_once(db, enter: Enter) -> None:
    """F5: also when the two arrive together."""
    officer, case = await enter(), await seed.case(db)
    await officer.post(f"{case.url}/ambil")
    before = await seed.count(db, OutboxItem)
    tries = await asyncio.gather(
        *(officer.post(f"{case.url}/tulis", htmx=True, teks="Halo", kunci=KEY) for _ in range(5))
    )
    assert [status for status, _ in tries] == [200] * 5
    assert await seed.count(db, Message, author="officer") == 1
    assert await seed.count(db, OutboxItem) == before + 1
    assert len(re.findall('class="m officer"', tries[-1][1])) == 1


@pytest.mark.parametrize(
    "form",
    [
        {"teks": "x", "kunci": ""},
        {"teks": "x", "kunci": "short"},
        {"teks": "x", "kunci": "a'; --" * 4},
        {"teks": "x", "kunci": "a" * 100},
    ],
)
async def test_a_message_needs_a_key(db, enter: Enter, form: dict[str, str]) -> None:
    officer, case = await enter(), await seed.case(db)
    await officer.post(f"{case.url}/ambil")
    assert (await officer.post(f"{case.url}/tulis", **form))[0] == 400
    assert await seed.count(db, Message, author="officer") == 0


async def test_empty_and_too_long_words(db, enter: Enter) -> None:
    officer, case = await enter(), await seed.case(db)
    await officer.post(f"{case.url}/ambil")
    for words in ("", "   ", "x" * 5000):
        status, text = await officer.post(f"{case.url}/tulis", htmx=True, teks=words, kunci=KEY)
        assert status == 422 and ("kosong" in text or "terlalu panjang" in text)


async def test_a_note_never_leaves(db, enter: Enter) -> None:
    officer, case = await enter(), await seed.case(db)
    await officer.post(f"{case.url}/ambil")
    before = await seed.count(db, OutboxItem)
    status, text = await officer.post(f"{case.url}/tulis", htmx=True, teks="hanya kita", kunci=KEY, jenis="catatan")
    assert status == 200 and 'class="m note"' in text
    assert await seed.count(db, OutboxItem) == before


async def test_only_the_holder_writes_to_the_citizen(db, enter: Enter) -> None:
    rina, dadang, case = await enter("officer", "Rina"), await enter("officer", "Dadang"), await seed.case(db)
    assert (await dadang.post(f"{case.url}/tulis", htmx=True, teks="halo", kunci=KEY))[0] == 409
    await rina.post(f"{case.url}/ambil")
    status, text = await dadang.post(f"{case.url}/tulis", htmx=True, teks="halo", kunci=KEY)
    assert status == 409 and "Rina memegang percakapan ini" in text
    for verb in ("selesai", "kembalikan"):
        status, text = await dadang.post(f"{case.url}/{verb}", htmx=True)
        assert status == 409 and "ditangani Rina" in text
    assert await seed.count(db, Message, author="officer") == 0
    assert "Ditangani <b><bdi>Rina</bdi></b>" in (await dadang.get(case.url))[1]


async def test_resolve_asks_for_a_rating_once(db, enter: Enter) -> None:
    officer, case = await enter(), await seed.case(db)
    await officer.post(f"{case.url}/ambil")
    assert (await officer.post(f"{case.url}/selesai"))[0] == 303
    assert (await officer.post(f"{case.url}/selesai"))[0] == 409
    assert await seed.count(db, Survey, state="asked") == 1
    _, text = await officer.get(case.url)
    assert "Sudah ditanyakan, belum dijawab" in text and "menunggu penilaian" in text and 'id="tulis"' not in text


async def test_rating_and_comment_are_shown(db, enter: Enter) -> None:
    import sqlalchemy as sa

    from bot.models import Ticket
    from bot.models.base import table

    officer, case = await enter(), await seed.case(db)
    await officer.post(f"{case.url}/ambil")
    await officer.post(f"{case.url}/selesai")
    async with db.unit() as unit:
        await unit.conn.execute(
            sa.update(table(Survey)).values(state="answered", score=4, comment="Cepat <b>sekali</b>")
        )
        await unit.conn.execute(sa.update(table(Ticket)).values(score=4, state="closed"))
    _, text = await officer.get(case.url)
    assert "★★★★☆" in text and "Cepat &lt;b&gt;sekali" in text
    assert "4/5" in (await officer.get("/desk?daftar=semua"))[1]


async def test_hand_back(db, enter: Enter) -> None:
    officer, case = await enter(), await seed.case(db)
    await officer.post(f"{case.url}/ambil")
    assert (await officer.post(f"{case.url}/kembalikan"))[0] == 303
    _, text = await officer.get(case.url)
    assert "tombol-ambil" in text and "mengembalikan percakapan ke bot" in text
    assert (await officer.post(f"{case.url}/ambil"))[0] == 303  # and again


async def test_urgency_moves_the_case_up(db, enter: Enter) -> None:
    officer = await enter()
    old, new = await seed.case(db, "Lama", minutes=90), await seed.case(db, "Baru", minutes=1)
    assert (await officer.post(f"{new.url}/urgensi", urgensi="critical"))[0] == 303
    _, text = await officer.get("/desk")
    assert re.findall(r'id="k-([0-9A-Z-]+)"', text) == [new.number, old.number] and "Kritis" in text
    assert "Biasa → Kritis" in (await officer.get(new.url))[1]
    assert (await officer.post(f"{new.url}/urgensi", urgensi="now!!"))[0] == 404


async def test_without_scripts_the_forms_still_work(db, enter: Enter) -> None:
    """Everything on the page is a plain form too: the key that the server printed sends once."""
    officer, case = await enter(), await seed.case(db)
    await officer.post(f"{case.url}/ambil")
    _, text = await officer.get(case.url)
    key, csrf = re.search(r'name="kunci" value="([^"]+)"', text)[1], re.search(r'name="csrf" value="([^"]+)"', text)[1]
    for _ in range(2):
        assert (await officer.post(f"{case.url}/tulis", csrf=csrf, teks="Halo", kunci=key, jenis="balas"))[0] == 303
    assert await seed.count(db, Message, author="officer") == 1
