"""A6, K6: what citizens send along is fetched after the 200, heals by itself, and is never lost, doubled or public."""

import asyncio
import hashlib
import json
from typing import Any

import pytest
from aiohttp import web

import bot.fetching
from bot.fetching import shelve
from bot.files import kinds
from bot.models.ref import Ref
from tests.fakes.serve import Server
from tests.files import samples
from tests.world import World, eventually

FILES = "SELECT * FROM media ORDER BY created_at, id"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same waits, twenty times shorter."""
    monkeypatch.setattr(bot.fetching, "BASE", 0.05)
    monkeypatch.setattr(bot.fetching, "POLL", 0.05)


async def states(world: World, *expected: str) -> list[dict[str, Any]]:
    """Waits until the files stand so, in order of arrival."""
    rows: list[dict[str, Any]] = []

    async def there() -> bool:
        rows[:] = await world.rows(FILES)
        return [row["state"] for row in rows] == list(expected)

    try:
        await eventually(there)
    except AssertionError:
        raise AssertionError([(row["state"], row["error"], row["attempts"]) for row in rows]) from None
    return rows


def shelved(world: World, sha256: str) -> bytes:
    return (world.folder / "media" / sha256[:2] / sha256[2:4] / sha256).read_bytes()


def asked(world: World, address: str, word: str) -> int:
    return sum(word in each.text for each in world.graph.to(address))


async def test_media_are_references_and_have_no_address(world: World) -> None:
    citizen, http = world.citizen(), world.browser()
    image = citizen.image("Jalan rusak di depan pasar")
    image["image"]["url"] = "https://lookaside.invalid/secret?token=abc"
    await citizen.send(http, image)
    await citizen.send(http, citizen.voice())
    await eventually(lambda: _count(world, 2), what="both messages")
    rows = await world.rows("SELECT kind, body, data FROM message WHERE author = 'citizen' ORDER BY seq")
    stored = [row["data"] if isinstance(row["data"], dict) else json.loads(row["data"]) for row in rows]
    assert [row["kind"] for row in rows] == ["image", "voice"]
    assert rows[0]["body"] == "Jalan rusak di depan pasar"
    assert all(each["attachments"][0]["ref"] for each in stored)
    assert "lookaside" not in json.dumps(stored) and "http" not in json.dumps(stored)
    await world.graph.wait_for(citizen.address)
    for reference in (each["attachments"][0]["ref"] for each in stored):
        for path in (f"/media/{reference}", f"/data/{reference}", f"/chat/{reference}", f"/desk/static/{reference}"):
            async with http.get(world.url + path, allow_redirects=False) as answer:
                assert answer.status in (303, 401, 404), path


async def _count(world: World, n: int) -> bool:
    return bool(await world.one("SELECT count(*) FROM message WHERE author = 'citizen'") == n)


# -- it arrives ------------------------------------------------------------------------------------


async def test_a_server_error_heals_by_itself(world: World) -> None:
    """The media host answers 503 twice: the words are there at once, the photo as soon as it can be had."""
    citizen, http = world.citizen(), world.browser()
    world.graph.media.fail_next.extend((503, 503))
    await citizen.send(http, citizen.image("Lampu padam"))
    row = (await states(world, "stored"))[0]
    assert world.graph.media.given == [503, 503, 200] and row["attempts"] == 2
    body = samples.photo()
    assert row["sha256"] == hashlib.sha256(body).hexdigest() and shelved(world, row["sha256"]) == body
    assert row["type"] == "image/jpeg" and row["size"] == len(body) and (row["width"], row["height"]) == (480, 640)
    for copy in ("clean", "thumb"):
        assert samples.PLACE not in shelved(world, row[copy]), "what officers see knows no place"
    assert not list((world.folder / "media" / "tmp").iterdir())
    assert asked(world, citizen.address, "kirim ulang") == 0


async def test_who_looks_at_the_case_sees_it_come(world: World) -> None:
    """The page is told when the file is there, and then shows it."""
    citizen, http = world.citizen(), world.browser()
    await citizen.say(http, "petugas")
    await eventually(lambda: world.one("SELECT number FROM ticket"), what="a ticket")
    number, desk = str(await world.one("SELECT number FROM ticket")), await world.officer()
    world.graph.media.fail_next.extend([503] * 200)
    await citizen.send(http, citizen.image("Lampu padam"))
    await eventually(lambda: _has(world, "error", "transient"), what="a first try")
    assert "Sedang diambil" in await desk.get(f"/desk/tiket/{number}")
    row = (await world.rows(FILES))[0]
    with world.server.hints.subscribe(f"c:{Ref(row['conversation_id'], row['part'])}") as ear:
        world.graph.media.fail_next.clear()
        assert await ear.next(20)
    assert f"/desk/tiket/{number}/berkas/{Ref(row['id'], row['part'])}?kecil" in await desk.get(f"/desk/tiket/{number}")


async def test_telegram_brings_photo_voice_and_document(world: World) -> None:
    person, http = world.person(), world.browser()
    world.telegram.files["surat"] = samples.PDF
    world.telegram.file_fail.extend((500, 404))  # a path that is over is asked for anew
    for update in (person.photo("Jembatan"), person.voice(), person.document("surat")):
        assert await world.telegram.post(http, update) == 200
    rows = await states(world, "stored", "stored", "stored")
    assert [row["type"] for row in rows] == ["image/jpeg", "audio/ogg", "application/pdf"]
    assert rows[1]["seconds"] == 3 and shelved(world, rows[2]["sha256"]) == samples.PDF
    assert rows[2]["name"] == "surat.pdf"


async def test_five_photos_of_one_burst(world: World) -> None:
    citizen, http = world.citizen(), world.browser()
    ids = [world.graph.media.put(samples.photo((40 + n, 30))) for n in range(5)]
    await asyncio.gather(*(citizen.send(http, citizen.image(file=id_)) for id_ in ids))
    rows = await states(world, *["stored"] * 5)
    assert len({row["sha256"] for row in rows}) == 5 and {row["ref"] for row in rows} == set(ids)
    await eventually(lambda: _count(world, 5), what="five messages")


async def test_the_same_webhook_again_is_the_same_file(world: World) -> None:
    citizen, http = world.citizen(), world.browser()
    await citizen.send(http, citizen.image())
    await citizen.again(http)
    await states(world, "stored")
    await citizen.again(http)
    await citizen.say(http, "Halo")
    await eventually(lambda: _count(world, 2), what="the next message")
    assert len(await states(world, "stored")) == 1
    assert len(world.graph.media.asked) == 1


async def test_a_restart_goes_on_where_it_was(world: World) -> None:
    """Also with what was half on the disk, and with what was learnt about the server."""
    citizen, http = world.citizen(), world.browser()
    world.graph.media.drip = 0.05
    await citizen.send(http, citizen.voice())
    tmp = world.folder / "media" / "tmp"
    await eventually(lambda: tmp.is_dir() and list(tmp.iterdir()), what="a fetch that runs")
    port = world.server.port
    await world.server.stop()
    assert not list(tmp.iterdir())
    world.graph.media.drip = 0
    await world.start(port)
    row = (await states(world, "stored"))[0]
    assert shelved(world, row["sha256"]) == samples.voice() and row["seconds"] == 3


async def test_an_address_that_is_over_is_asked_for_anew(world: World) -> None:
    citizen, http = world.citizen(), world.browser()
    world.graph.media.fail_next.append(404)
    await citizen.send(http, citizen.image())
    row = (await states(world, "stored"))[0]
    assert row["attempts"] == 0 and len(world.graph.media.asked) == 2 == 1 + len(set(world.graph.media.asked))


async def test_a_cut_line_is_no_file(world: World) -> None:
    citizen, http = world.citizen(), world.browser()
    world.graph.media.cut = 50
    await citizen.send(http, citizen.voice())
    row = (await states(world, "stored"))[0]
    assert row["attempts"] == 1 and shelved(world, row["sha256"]) == samples.voice()


async def test_a_full_disk_keeps_it_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.fetching, "DISK_WAIT", bot.fetching.timedelta(seconds=0.1))
    citizen, http = world.citizen(), world.browser()
    with monkeypatch.context() as full:
        full.setattr(shelve, "RESERVE", 2**62)
        await citizen.send(http, citizen.image())
        await eventually(lambda: _has(world, "error", "disk"), what="the disk's error")
        row = (await states(world, "pending"))[0]
        assert row["attempts"] == 0 and await world.rows("SELECT * FROM media_host WHERE errors > 0") == []
    await states(world, "stored")


async def _ended(world: World, ref: str, error: str) -> bool:
    return any((row["ref"], row["error"]) == (ref, error) for row in await world.rows(FILES))


async def _has(world: World, column: str, value: str) -> bool:
    return any(row[column] == value for row in await world.rows(FILES))


# -- it cannot be had --------------------------------------------------------------------------------


@pytest.mark.parametrize("gone", [404, 410])
async def test_an_expired_burst_is_asked_for_once(world: World, gone: int) -> None:
    citizen, http = world.citizen(), world.browser()
    world.graph.media.gone = gone
    for _ in range(3):
        await citizen.send(http, citizen.image("Jalan rusak"))
    rows = await states(world, "expired", "expired", "expired")
    await eventually(lambda: asked(world, citizen.address, "kirim ulang fotonya") == 1, what="the request")
    assert sum(row["asked_at"] is not None for row in rows) == 1
    bodies = await world.rows("SELECT body FROM message WHERE author = 'citizen'")
    assert [row["body"] for row in bodies] == ["Jalan rusak"] * 3
    world.graph.media.gone = 0
    await citizen.send(http, citizen.image())
    await states(world, "expired", "expired", "expired", "stored")
    assert asked(world, citizen.address, "kirim ulang fotonya") == 1


async def test_an_id_that_meta_does_not_know_has_expired(world: World) -> None:
    citizen, http = world.citizen(), world.browser()
    await citizen.send(http, citizen.voice(file="1111111"))
    await states(world, "expired")
    await eventually(lambda: asked(world, citizen.address, "pesan suara") == 1, what="the request")


async def test_telegram_says_so_in_words(world: World) -> None:
    person, http = world.person(), world.browser()
    world.telegram.files["besar"] = bytes(20 * 1024 * 1024 + 1)
    await world.telegram.post(http, person.document("besar"))
    await world.telegram.post(http, world.person(1).document("tidak-ada"))
    await eventually(lambda: _ended(world, "besar", "too_big"), what="too big")
    await eventually(lambda: _ended(world, "tidak-ada", "expired"), what="unknown")
    await eventually(lambda: any("terlalu besar" in one.text for one in world.telegram.to(person.id)), what="why")


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "html as a photo": (samples.HTML, "markup", "jenis berkas"),
    "svg": (samples.SVG, "markup", "jenis berkas"),
    "program": (b"MZ\x90\0" + bytes(200), "program", "jenis berkas"),
    "apk": (samples.zipped("AndroidManifest.xml", "classes.dex"), "program", "jenis berkas"),
    "bomb": (samples.bomb(), "bomb", "fotonya"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_dangerous_files_are_not_kept(world: World, name: str) -> None:
    body, why, words = REFUSED[name]
    citizen, http = world.citizen(), world.browser()
    await citizen.send(http, citizen.image("Ini fotonya", file=world.graph.media.put(body)))
    row = (await states(world, "refused"))[0]
    assert row["error"] == why and not row["sha256"]
    assert not [path for path in (world.folder / "media").rglob("*") if path.is_file()]
    await eventually(lambda: asked(world, citizen.address, words) == 1, what="the request")


async def test_what_is_too_big_is_cut_off_whatever_it_claims(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.CAPS, "image", 1000)
    citizen, http = world.citizen(), world.browser()
    await citizen.send(http, citizen.image())
    row = (await states(world, "refused"))[0]
    assert row["error"] == "too_big"
    await eventually(lambda: asked(world, citizen.address, "terlalu besar") == 1, what="the request")


async def test_a_drip_is_given_up_and_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.fetching, "patience_of", lambda kind: 0.2)
    world.graph.media.drip = 0.05
    citizen, http = world.citizen(), world.browser()
    await citizen.send(http, citizen.voice())
    await eventually(lambda: _has(world, "error", "slow"), what="given up")
    world.graph.media.drip = 0
    monkeypatch.undo()
    await states(world, "stored")


class Elsewhere(Server):
    """A host that is not on our list; it would like to see a token."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def routes(self) -> list[web.AbstractRouteDef]:
        async def take(request: web.Request) -> web.Response:
            self.asked.append(request.headers.get("Authorization", ""))
            return web.Response(body=samples.photo())

        return [web.get("/{tail:.*}", take)]


@pytest.mark.parametrize("lead", ["elsewhere", "redirect"])
async def test_the_token_is_shown_to_nobody_else(world: World, lead: str) -> None:
    async with Elsewhere() as other:
        setattr(world.graph.media, lead, other.url)
        citizen, http = world.citizen(), world.browser()
        await citizen.send(http, citizen.image())
        row = (await states(world, "failed"))[0]
        assert row["error"] in ("host", "refused") and not other.asked


async def test_a_server_that_only_fails_is_asked_less_than_twenty_times_an_hour(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was learnt survives a restart, and holds for every file of the account."""
    monkeypatch.setattr(bot.fetching, "LONGEST", 0.1)  # so that the hour's bound is what stops it
    world.graph.media.fail_next.extend([500] * 200)
    citizen, http = world.citizen(), world.browser()
    for _ in range(6):
        await citizen.send(http, citizen.image())
    await eventually(lambda: _errors(world, bot.fetching.MOST_ERRORS), 30, what="the hour's errors")
    port = world.server.port
    await world.server.stop()
    await world.start(port)
    await citizen.say(http, "Halo")
    await eventually(lambda: asked(world, citizen.address, "1.") > 0, what="the bot goes on")
    assert len(world.graph.media.given) <= 19
    assert len(await states(world, *["pending"] * 6)) == 6
    async with http.get(f"{world.url}/metrics") as answer:
        assert "wargi_media_pending 6.0" in await answer.text()


async def _errors(world: World, n: int) -> bool:
    return int(await world.one("SELECT max(errors) FROM media_host") or 0) >= n


async def test_who_talks_to_an_officer_is_not_asked_by_the_bot(world: World) -> None:
    citizen, http = world.citizen(), world.browser()
    await citizen.say(http, "petugas")
    await eventually(lambda: world.one("SELECT number FROM ticket"), what="a ticket")
    desk = await world.officer()
    await desk.act(str(await world.one("SELECT number FROM ticket")), "ambil")
    await citizen.send(http, citizen.image(file="404"))
    await states(world, "expired")
    assert (await world.rows(FILES))[0]["asked_at"] is None and asked(world, citizen.address, "kirim ulang") == 0
