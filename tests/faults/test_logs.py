"""Canaries in names, texts, numbers and secrets: none of them sings in any log, whatever goes wrong."""

import io
import logging
from typing import Any

import pytest
import sqlalchemy as sa

from bot import logs
from bot.store.db import Db
from tests.fakes.citizen import post_signed
from tests.fakes.graph import Failure
from tests.world import World, eventually

TEXT, NAME, NIK = "kenari-teks-rumah-nomor-tujuh", "Kenari Nama Panjang", "3273014505900001"
OFFICER, NOTE = "kenari-balasan-petugas", "kenari-catatan-dalam"


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> Any:
    """All that would go to standard error, at level debug."""
    stream = io.StringIO()
    before, level = logging.root.handlers[:], logging.root.level
    monkeypatch.setattr("sys.stderr", stream)
    logs.setup("debug")
    logging.root.setLevel(logging.DEBUG)  # libraries too: stricter than the real thing
    for noisy in ("asyncio", "aiosqlite"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    yield stream
    logging.root.handlers[:] = before
    logging.root.setLevel(level)


def silent(world: World, said: str) -> None:
    citizen = world.citizen(7)
    canaries = (TEXT, NAME, NIK, OFFICER, NOTE, citizen.phone, citizen.address, world.graph.secret, world.graph.token)
    for canary in (*canaries, world.telegram.token, "telegram-secret", "verify-me", "sampurasun wargi jabar"):
        at = said.find(canary)
        assert at < 0, f"{canary!r} in: …{said[max(0, at - 200) : at + 100]}…"


async def talked(world: World) -> Any:
    citizen, http = world.citizen(7), world.browser()
    citizen.name = NAME
    for count, words in enumerate(("halo", "1", "petugas"), 1):
        await citizen.say(http, words)
        await world.graph.wait_for(citizen.address, count)
    return citizen


async def test_a_whole_story_with_refusals(world: World, out: io.StringIO) -> None:
    citizen, http = await talked(world), world.browser()
    rina = await world.officer()
    number = str(await world.one("SELECT number FROM ticket"))
    await citizen.say(http, f"{TEXT} NIK {NIK}")
    assert (await rina.act(number, "ambil"))[0] == 200
    world.graph.fail_next.extend([Failure(401, 190), Failure(400, 131026, details=TEXT), Failure(500, None, body=TEXT)])
    await rina.say(number, OFFICER, "kuncikenari1")
    await rina.say(number, NOTE, "kuncikenari2", note=True)
    await rina.act(number, "selesai")
    await citizen.say(http, TEXT)
    body = citizen.body(citizen.text(TEXT))
    assert await post_signed(http, world.whatsapp_url, "forged", body) == 401
    assert await post_signed(http, world.whatsapp_url, world.graph.secret, b"{" + TEXT.encode()) == 200
    assert await world.telegram.post(http, world.person().text(TEXT)) == 200
    await eventually(lambda: _none(world, "SELECT count(*) FROM inbox WHERE state = 'pending'"))
    await eventually(lambda: not world.graph.fail_next)
    silent(world, out.getvalue())


async def test_a_turn_that_raises_with_the_words_in_its_error(
    world: World, out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`int("teks")`, a KeyError, an asyncpg DataError: the errors of a bug quote what they choked on."""
    from bot.turn import intake

    citizen = await talked(world)
    await citizen.say(world.browser(), "menu")
    await eventually(lambda: _none(world, "SELECT count(*) FROM inbox WHERE state = 'pending'"))

    def choke(batch: object, house: object, talk: object, heard: Any) -> None:
        int(heard.text)

    monkeypatch.setattr(intake.dialogue, "respond", choke)
    await citizen.say(world.browser(), TEXT)
    await eventually(lambda: "item parked" in out.getvalue())
    silent(world, out.getvalue())


async def test_a_statement_that_fails_at_the_desk(world: World, out: io.StringIO) -> None:
    """SQLAlchemy quotes the parameters of a failed statement; a traceback in the log would hold the words."""
    await talked(world)
    rina = await world.officer()
    number = str(await world.one("SELECT number FROM ticket"))
    assert (await rina.act(number, "ambil"))[0] == 200
    async with world.server.db.unit() as unit:
        if world.server.db.is_sqlite:
            change = (
                "CREATE TRIGGER refuse BEFORE INSERT ON message WHEN NEW.author = 'officer' "
                "BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
        else:
            change = "ALTER TABLE message ADD CONSTRAINT refuse CHECK (author <> 'officer')"
        await unit.conn.execute(sa.text(change))
    status, page = await rina.say(number, OFFICER, "kuncikenari3")
    assert status >= 500
    assert OFFICER not in page or "<textarea" in page
    await eventually(lambda: out.getvalue())
    silent(world, out.getvalue())


async def test_an_error_is_its_kind_and_its_place(out: io.StringIO) -> None:
    """Also where a library logs it with its traceback, or asyncio with the whole error in its second line."""
    try:
        try:
            int(TEXT)
        except ValueError as error:
            raise KeyError(TEXT) from error
    except KeyError as error:
        logging.getLogger("aiohttp.server").exception("Error handling request")
        logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: %r", error, exc_info=error)
        logs.get("x").error("batch failed", error=logs.fault(error))
    assert TEXT not in out.getvalue()
    assert out.getvalue().count("ValueError at") == 3 and "test_logs.py:" in out.getvalue()


async def test_a_database_error_is_its_code_and_our_line(db: Db) -> None:
    with pytest.raises(sa.exc.IntegrityError) as caught:
        async with db.unit() as unit:
            for _ in range(2):
                await unit.conn.execute(sa.text("INSERT INTO alembic_version VALUES (:x)"), {"x": TEXT[:30]})
    code = "SQLITE_CONSTRAINT_PRIMARYKEY" if db.is_sqlite else "23505"
    assert logs.fault(caught.value).startswith(f"IntegrityError {code} at ")
    assert TEXT[:30] not in str(caught.value).partition("DETAIL")[0], "parameters are not for errors"


async def test_odd_characters_in_an_error_do_not_break_the_log(out: io.StringIO) -> None:
    logs.get("x").error("aneh", error="setengah \ud800 huruf")
    assert '"aneh"' in out.getvalue() and "Logging error" not in out.getvalue()


async def _none(world: World, query: str) -> bool:
    return bool(await world.one(query) == 0)


def test_numbers_are_masked_however_people_write_them() -> None:
    for number in ("081234567890", "+6281234567890", "6281234567890", "0812-3456-7890", "+62 812 3456 7890", NIK,
                   "3273 0145 0590 0001", "3273.0145.0590.0001", "(022) 7301234", "\u202a+62 812\u20113456\u20117890\u202c",
                   "81234567890", "327301450590OOO1"):  # fmt: skip
        assert number not in logs.mask(f"warga {number} menelepon"), number


def test_a_number_that_is_a_number_is_masked_too(out: io.StringIO) -> None:
    logs.get("x").info(
        "angka", nik=3273014505900001, phone_=6281234567890, count=42, seconds=1.5, well=True, many=[6281234567890]
    )
    line = out.getvalue()
    assert (
        "3273014505900001" not in line
        and "6281234567890" not in line
        and '"count":42' in line
        and '"well":true' in line
    )
