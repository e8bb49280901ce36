"""Deadlines and numbers at the desk: what a case shows, who is warned, and one export for page and command."""

import asyncio
import csv
import html
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pyarrow
import pyarrow.parquet as arrow
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from typer.testing import CliRunner

from bot import cli, clock, numbers, wib
from bot.desk import numbers as desk_numbers
from bot.files import parquet
from bot.models import Officer, Role, SlaClock, SlaNotice, Ticket
from bot.models.base import table
from bot.turn.claim import claim
from bot.turn.reply import reply
from bot.turn.resolve import resolve
from bot.web import api, keys
from tests.desk import seed
from tests.desk.conftest import Enter
from tests.turn.test_deadline import Time, opened, read, time

assert time  # a fixture


async def test_the_desk_shows_what_is_due_and_what_was(db, app, enter: Enter, time: Time, tmp_path) -> None:
    lia = await enter(Role.LEAD, "Lia Amalia")
    rina = await seed.officer(db, "Rina Marlina")
    ticket = await opened(time)
    (row,) = await read(db, Ticket, id=ticket.id)
    assert "tenggat 5 mnt" in (await lia.get("/desk"))[1]
    case = (await lia.get(f"/desk/tiket/{row.number}"))[1]
    assert "Jawaban pertama" in case and "tinggal 5 mnt" in case
    await time.go(7)
    text = (await lia.get("/desk"))[1]
    assert "lewat 2 mnt" in text and "2 peringatan tenggat untuk Anda" in " ".join(text.split())
    status, text = await lia.get("/desk/tenggat")
    assert status == 200 and "sudah lewat" in text and row.number in text and "Jam kita" in text
    assert (await lia.post("/desk/tenggat/dibaca"))[0] == 303
    assert all(each.seen_at for each in await read(db, SlaNotice))
    assert "peringatan tenggat untuk Anda" not in (await lia.get("/desk"))[1]
    assert "Tidak ada tenggat yang berjalan" in (await lia.get("/desk/tenggat?milik=ya"))[1]
    assert (await lia.get("/desk/tenggat?setelah=kapan_x"))[0] == 404

    # a citizen's odd words reach no spreadsheet as a formula, and page, file and command say the same
    async with db.unit() as unit:
        await unit.conn.execute(sa.update(table(Ticket)).values(subtopic="=1+1"))
    await claim(db, time.house, rina, ticket)
    (row,) = await read(db, Ticket, id=ticket.id)
    await reply(db, time.house, rina, type(ticket)(row.conversation_id, ticket.part), "Siap.", "kunciangka1")
    time.now += timedelta(hours=2)
    await resolve(db, time.house, rina, ticket)
    await time.go(0)
    day = wib.day(clock.now())
    status, text = await lia.get(f"/desk/angka?dari={day}&sampai={day}")
    plain = " ".join(text.split())
    assert status == 200 and "Dari laporan sampai selesai</th><td>1</td><td>2,1 jam</td>" in plain
    assert "0 % dari 1" in plain  # the first answer came late
    status, text = await lia.get(f"/desk/angka/tiket.csv?dari={day}&sampai={day}")
    (found,) = csv.DictReader(io.StringIO(text))
    assert status == 200 and found["number"] == row.number and found["subtopic"] == "'=1+1"
    assert (found["clock_first_answer"], found["clock_solution"], found["solved_by"]) == ("late", "met", "bot_human")
    assert found["hours"] == "2.117" and found["resolved_at"] == "2026-11-23T04:07:00Z"
    assert (await lia.get("/desk/angka?dari=besok"))[0] == 422 or "tahun-bulan-hari" in (
        await lia.get("/desk/angka?dari=besok")
    )[1]
    async with db.read() as conn:
        lines = [line async for line in numbers.rows(conn, numbers.Period(day, day))]
        other = day - timedelta(days=1)
        assert len([line async for line in numbers.rows(conn, numbers.Period(other, other))]) == 1
    assert "".join(lines).splitlines() == text.splitlines()
    assert {each.outcome for each in await read(db, SlaClock)} == {"late", "met"}

    async with lia.client.get(f"/desk/angka/tiket.parquet?dari={day}&sampai={day}") as answer:
        assert (answer.status, answer.content_type) == (200, parquet.TYPE)
        whole = arrow.read_table(pyarrow.BufferReader(await answer.read()))
    (typed,) = whole.to_pylist()
    assert (typed["number"], typed["hours"], typed["resolved_at"]) == (
        row.number,
        2.117,
        datetime(2026, 11, 23, 4, 7, tzinfo=UTC),
    )
    assert (typed["subtopic"], typed["reopened"], typed["dispatched_at"]) == ("=1+1", 0, None), (
        "no spreadsheet reads this"
    )
    assert list(typed) == list(found)
    env = {
        "WARGI_DATABASE_URL": db.url.render_as_string(hide_password=False),
        "WARGI_DATA_DIR": str(tmp_path),
        "WARGI_SECRET_KEY": "x" * 40,
    }
    asked = ["report", "tickets", "--from", str(day), "--to", str(day)]
    into = [*asked, "--parquet", str(tmp_path / "t.parquet")]
    assert (await asyncio.to_thread(CliRunner(env=env).invoke, cli.app, into)).exit_code == 0
    assert arrow.read_table(tmp_path / "t.parquet").to_pylist() == [typed]
    said = await asyncio.to_thread(CliRunner(env=env).invoke, cli.app, asked)
    assert said.output.splitlines() == text.splitlines()

    # programs get the same rows with a key of a lead's, until that lead's password, role or account ends it
    status, page = await lia.post("/desk/angka/kunci")
    secret = html.unescape(re.search(r'readonly value="([^"]+)"', page)[1])  # type: ignore[index]
    days = f"from={day}&to={day}"

    site = web.Application()
    site[keys.DB], site[keys.HOUSE] = db, app[keys.HOUSE]
    api.setup(site)
    http = TestClient(TestServer(site))

    async def ask(path: str, given: str = secret) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {given}"} if given else {}
        async with http.get(f"/api/v1/{path}", headers=headers) as answer:
            return answer.status, await answer.text()

    await http.start_server()
    (one,) = json.loads((await ask(f"tickets?{days}"))[1])["tickets"]
    described = json.loads((await ask("openapi.json", ""))[1])["components"]["schemas"]["Ticket"]["properties"]
    assert list(one) == list(described) == list(found)
    assert (one["number"], one["hours"], one["resolved_at"], one["dispatched_at"]) == (
        row.number,
        2.117,
        found["resolved_at"],
        None,
    )
    assert (await ask(f"tickets?{days}&format=csv"))[1].splitlines() == text.splitlines()
    figures = json.loads((await ask(f"numbers?{days}"))[1])
    assert (figures["tickets"], figures["cases"], figures["people"], figures["solved"]["bot_human"]) == (1, 1, 1, 1)
    assert figures["hours"]["median"] == 2.117 and figures["clocks"]["first_answer"] == {"met": 0, "late": 1}
    assert (await ask("tickets?from=besok"))[0] == (await ask(f"numbers?from={day}&to=2020-01-01"))[0] == 422
    broken = secret[:-1] + ("0" if secret[-1] != "0" else "1")
    for bad in ("", "x", broken, secret.replace(".", ".9", 1), "1.2.3", "é.1.2"):
        assert (await ask(f"tickets?{days}", bad))[0] == 401, bad
    who = sa.update(table(Officer)).where(table(Officer).c.id == lia.officer.id)
    for change, status in (({"role": "officer"}, 403), ({"role": "lead"}, 200), ({"active": False}, 401),
                           ({"active": True, "password_hash": "new"}, 401)):  # fmt: skip
        async with db.unit() as unit:
            await unit.conn.execute(who.values(**change))
        assert (await ask(f"numbers?{days}"))[0] == status, change
    await http.close()


async def test_numbers_of_many_tickets_are_good_for_a_while(db, enter: Enter, monkeypatch) -> None:
    """What takes seconds is not reckoned anew for each who looks, and says when it was made."""
    monkeypatch.setattr(desk_numbers, "MANY", 2)
    lia = await enter(Role.LEAD, "Lia Amalia")

    async def seen() -> str:
        return " ".join((await lia.get("/desk/angka"))[1].split())

    await seed.case(db)
    assert "<dt>Tiket</dt><dd>1</dd>" in await seen()
    await seed.case(db)
    assert "<dt>Tiket</dt><dd>2</dd>" in await seen()  # one was not many
    await seed.case(db)
    assert "<dt>Tiket</dt><dd>2</dd>" in (text := await seen()) and "Dihitung pukul" in text
    monkeypatch.setattr(desk_numbers, "FRESH", timedelta(0))
    assert "<dt>Tiket</dt><dd>3</dd>" in await seen()
