"""Flows that ask others and wait; citizens who only speak, who fall asleep, and whose turn fails."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web

from bot import clock
from bot.engine.effects import Facts
from bot.models import Conversation, Ticket, Timer
from bot.models.base import table
from bot.triage.room import Triage
from bot.turn import dialogue
from tests.fakes.citizen import Citizen
from tests.fakes.serve import Server
from tests.journey.test_known import answers
from tests.walkers import WALKERS
from tests.world import NUMBER, ROOT, World, eventually

NIK, AGENCY = "3273010101900001", "dbmpr"


async def due(world: World, kind: str) -> None:
    """The time has come for every timer of this kind."""
    timers = table(Timer)
    async with world.server.db.unit() as unit:
        await unit.conn.execute(sa.update(timers).where(timers.c.kind == kind).values(due_at=clock.now()))


async def silent(world: World, since: timedelta) -> None:
    """Nobody has written for so long."""
    async with world.server.db.unit() as unit:
        at: datetime = clock.now() - since
        await unit.conn.execute(sa.update(table(Conversation)).values(last_inbound_at=at))
    await due(world, "asleep")


def shown(world: World, citizen: Citizen, word: str) -> bool:
    return any(word in one.text for one in world.graph.to(citizen.address))


class Other(Server):
    """Another system: answers, or leads elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str, Any]] = []
        self.shown: set[str] = set()
        self.broken = False

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.route("*", "/{tail:.*}", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self.shown.add(request.headers.get("Authorization", ""))
        self.asked.append((request.method, request.path_qs, json.loads(raw) if raw else None))
        if self.broken:
            return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"})
        return web.json_response({"data": {"status": "layak", "items": [{"jumlah": 2}]}})


async def test_a_flow_asks_others_and_goes_on(database_url: str, tmp_path: Path) -> None:
    other = Other()
    url = await other.start()
    folder = tmp_path / "flows"
    shutil.copytree(ROOT / "flows", folder)
    shutil.copy(ROOT / "tests" / "engine" / "kinds" / "uji-luar.yaml", folder)
    (folder / "data" / "hosts.yaml").write_text(f"hosts:\n  uji:\n    url: {url}/v1\n    secret: uji\n", "utf-8")
    shutil.copy(ROOT / "tests" / "engine" / "kinds" / "uji-tunggu.yaml", folder)
    menu = (folder / "menu.yaml").read_text("utf-8")
    menu = menu.replace("next: cek\n", "next: uji-luar\n").replace("next: layanan\n", "next: uji-tunggu\n")
    (folder / "menu.yaml").write_text(menu, "utf-8")
    env = {"WARGI_FLOWS_DIR": str(folder), "WARGI_HOST_SECRET_UJI": "sangat-rahasia"}
    async with World(database_url, tmp_path, env) as world:
        euis, asep = world.citizen(1), world.citizen(2)
        number = NUMBER.search(await answers(world, euis, "halo", "1", "petugas"))
        assert number
        # Somebody else learns where the report of this number stands, and nothing of its words.
        await answers(world, asep, "halo", "1", "2", f"nomornya {number[0].lower()}")
        await eventually(lambda: shown(world, asep, f"{number[0]}, -: Menunggu petugas."), what="the report")
        await eventually(lambda: shown(world, asep, "Tulis NIK"), what="the next question")
        await world.citizen(2).say(world.browser(), NIK)
        await eventually(lambda: shown(world, asep, "Status bantuan: layak."), what="the other system's answer")
        assert other.asked == [("GET", f"/v1/bantuan/{NIK}?bahasa=", None)]
        assert await world.one("SELECT count(*) FROM errand") == 0
        async with world.server.db.unit() as unit:
            await unit.conn.execute(sa.update(table(Ticket)).values(state="dispatched", agency=AGENCY))
        # One's own reports; then the other system leads elsewhere, and the flow waits for two hours.
        other.broken = True
        await answers(world, euis, "menu", "2", "laporan saya")
        await eventually(lambda: shown(world, euis, f"kami temukan:\n{number[0]}"), what="one's own report")
        assert shown(world, euis, f"Ditangani oleh {world.server.house.triage.agencies.name(AGENCY)}.")
        await eventually(lambda: shown(world, euis, "Tulis NIK"), what="the question")
        await euis.say(world.browser(), NIK)
        await eventually(lambda: shown(world, euis, "belum bisa dibuka"), what="the fallback")
        assert len(other.asked) == 3, "asked once more, and led nowhere"
        other.broken = False
        await due(world, "later")
        await eventually(lambda: len(other.asked) == 4, what="the report to the other system")
        assert other.asked[3] == ("POST", "/v1/lapor", {"nik": NIK})
        await eventually(lambda: _waits(world), what="the next wait")
        kept = str(await world.rows("SELECT request FROM errand"))
        assert NIK not in kept and "rahasia" not in kept
        assert other.shown == {"Bearer sangat-rahasia"}
        world.server.house.secrets = {}  # taken away: nobody is asked without it, and the flow goes its other way
        before = len(other.asked)
        await answers(world, euis, "menu", "2", "laporan saya")
        await euis.say(world.browser(), NIK)
        await eventually(lambda: _count(world, euis, "belum bisa dibuka") == 2, what="the fallback")
        assert len(other.asked) == before
        await waits_for_a_report(world)
    await other.stop()


async def waits_for_a_report(world: World) -> None:
    """A flow that waits for its report goes on when an officer has resolved it, after the survey."""
    yayat = world.citizen(3)
    await answers(world, yayat, "halo", "1", "6")
    for words in ("Nomor laporan", "Saya kabari kalau sudah selesai."):
        await eventually(lambda words=words: shown(world, yayat, words), what=words)
    number = NUMBER.search(" ".join(one.text for one in world.graph.to(yayat.address)))
    rina = await world.officer("Rina")
    assert number
    for act in ("ambil", "selesai"):
        assert (await rina.act(number[0], act))[0] == 200
    await eventually(lambda: shown(world, yayat, "Sangat puas"), what="the survey")
    await answers(world, yayat, "5", "tidak")
    await eventually(lambda: _back(world, number[0]), what="the bot has the conversation again")
    await due(world, "happened")
    await eventually(lambda: shown(world, yayat, "Laporan Anda sudah selesai."), what="the end of the flow")


async def _back(world: World, number: str) -> bool:
    query = "SELECT owner FROM conversation WHERE id = (SELECT conversation_id FROM ticket WHERE number = :number)"
    return bool(await world.one(query, number=number) == "bot")


def _count(world: World, citizen: Citizen, word: str) -> int:
    return sum(word in one.text for one in world.graph.to(citizen.address))


async def _waits(world: World) -> bool:
    return bool(await world.one("SELECT count(*) FROM timer WHERE kind = 'later'"))


async def test_who_only_speaks_comes_to_a_ticket(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "BURST", timedelta(0))  # nobody records a voice note in a tenth of a second
    citizen, http = world.citizen(1), world.browser()
    said = 0
    for wanted in (
        "pilih bahasa",
        "bantu?",
        "tentang apa?",
        "tempatnya?",
        "kejadiannya",
        "fotonya",
        "Sudah benar?",
        "Nomor",
    ):
        said += 1
        await citizen.send(http, citizen.voice(file=f"400400440{said}"))
        await eventually(lambda word=wanted: shown(world, citizen, word), what=wanted)
    ticket = (await world.rows("SELECT number, answers FROM ticket"))[0]
    kept = ticket["answers"] if isinstance(ticket["answers"], dict) else json.loads(ticket["answers"])
    assert kept["to_hear"] == ["topic", "place", "details"]
    assert len(kept["attachments"]) == said
    rina = await world.officer("Rina")
    page = await rina.get(f"/desk/tiket/{ticket['number']}")
    assert "Jawaban suara, perlu didengar" in page and "Topik, Tempat, Isi laporan" in page


class Failing(Triage):
    """Triage as it is when something in it is broken."""

    def listen(self, facts: Facts, text: str) -> Facts:
        if "gagalkan" in text:
            raise RuntimeError("broken on purpose")
        return Triage.listen(self, facts, text)


async def test_sleepers_are_reminded_and_a_failed_turn_comes_to_officers(world: World) -> None:
    euis, asep = WALKERS["messenger"](world), world.citizen(2)
    heard = world.messenger.to
    for line, word in (("halo", "pilih bahasa"), ("1", "bantu?"), ("1", "tentang apa?"), ("jalan rusak", "tempatnya?")):
        await euis.say(line)
        await euis.last(word)
    person = euis.person.id  # type: ignore[attr-defined]
    await answers(world, asep, "halo", "1")
    assert await world.one("SELECT count(*) FROM timer WHERE kind = 'asleep'") == 1, "the menu waits for nobody"
    await silent(world, timedelta(hours=2))
    await eventually(lambda: _later(world), what="the timer has looked at the clock and waits on")
    assert not any("belum selesai" in one.text for one in heard(person))
    await silent(world, timedelta(hours=4))
    await euis.last("Percakapan kita belum selesai")
    assert not shown(world, asep, "belum selesai")
    before = len(heard(person))
    await silent(world, timedelta(hours=25))
    await eventually(lambda: _expired(world), what="the end")
    assert len(heard(person)) == before, "after a day the platform takes no free text"
    await euis.say("halo")
    await euis.last("saya tutup dulu")

    kept = world.server.house.triage
    world.server.house.triage = Failing(**{name: getattr(kept, name) for name in kept.__dataclass_fields__})
    text = await answers(world, asep, "tolong gagalkan percakapan ini")
    number = NUMBER.search(text)
    assert number and "ada gangguan" in text
    row = (await world.rows("SELECT reason, details FROM ticket"))[0]
    assert row["reason"] == "fault" and "gagalkan" in row["details"]
    assert await world.one("SELECT count(*) FROM inbox WHERE state = 'parked'") == 1
    assert await world.one("SELECT count(*) FROM message WHERE body LIKE '%gagalkan%' AND author = 'citizen'") == 1
    rina = await world.officer("Rina")
    assert number[0] in await rina.get("/desk")


async def _later(world: World) -> bool:
    return bool(await world.one("SELECT count(*) FROM timer WHERE kind = 'asleep' AND due_at > :now", now=_now(world)))


def _now(world: World) -> Any:
    now = clock.now() + timedelta(minutes=30)
    return now if world.database_url.startswith("postgresql") else int(now.timestamp() * 1_000_000)


async def _expired(world: World) -> bool:
    rows = await world.rows("SELECT session FROM conversation")
    return any("expired" in str(row["session"]) for row in rows)
