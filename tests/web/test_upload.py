"""Files in the web chat: stored before they are acknowledged, once, by the rules of what is typed, and shown to their sender only."""

import io
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.fetching import shelve
from bot.web import upload
from tests.files import samples
from tests.world import WebCitizen, World, eventually

KEY = "kunci-unggah-0001"


def form(body: bytes = b"", name: str = "foto.jpg", key: str = KEY, text: str = "") -> aiohttp.FormData:
    """As upload.js sends it."""
    data = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    data.add_field("key", key)
    data.add_field("text", text)
    if body:
        data.add_field("file", body, filename=name, content_type="image/jpeg")
    return data


async def send(citizen: WebCitizen, data: Any, accept: str = "application/json", **headers: str) -> tuple[int, str]:
    headers = {"Accept": accept, "Sec-Fetch-Site": "same-origin"} | headers
    async with citizen.http.post(
        f"{citizen.url}/chat/upload", data=data, headers=headers, allow_redirects=False
    ) as answer:
        return answer.status, await answer.text()


@pytest.fixture
async def citizen(world: World) -> WebCitizen:
    visitor = WebCitizen(world.browser(), world.url)
    await visitor.http.get(f"{world.url}/chat")
    return visitor


async def sent(citizen: WebCitizen) -> list[dict[str, Any]]:
    return [each for each in await citizen.messages() if each["author"] == "citizen"]


async def get(http: aiohttp.ClientSession, url: str, **headers: str) -> tuple[int, bytes, Any]:
    async with http.get(url, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.read(), answer.headers


async def test_a_photo_is_one_message_and_its_senders_alone(world: World, citizen: WebCitizen) -> None:
    for _ in range(2):  # the line was cut before the first answer came
        assert (await send(citizen, form(samples.photo(), text="Jalan rusak")))[0] == 202
    await eventually(lambda: sent(citizen), what="the message")
    (message,) = await sent(citizen)
    (file,) = message["files"]
    assert (message["text"], file["kind"], message["key"]) == ("Jalan rusak", "image", KEY)
    status, body, headers = await get(citizen.http, f"{world.url}{file['url']}?kecil")  # waits for it
    assert status == 200 and headers["Content-Type"] == "image/webp" and "sandbox" in headers["Content-Security-Policy"]
    with Image.open(io.BytesIO(body)) as image:
        assert image.size == (480, 640) and not image.getexif()
    status, body, headers = await get(citizen.http, world.url + file["url"])
    assert (status, headers["Content-Type"]) == (200, "image/jpeg") and samples.PLACE not in body
    other = WebCitizen(world.browser(), world.url)
    await other.http.get(f"{world.url}/chat")
    await other.say("halo")
    for http in (other.http, world.browser()):
        assert (await get(http, world.url + file["url"]))[0] == 404
    _, page, _ = await get(citizen.http, f"{world.url}/chat")
    assert f'<img src="{file["url"]}?kecil" alt="Foto yang Anda kirim"' in page.decode()
    rows = await world.rows("SELECT state, attempts FROM media")
    assert [(row["state"], row["attempts"]) for row in rows] == [("stored", 0)]


async def test_voice_and_documents_too(world: World, citizen: WebCitizen) -> None:
    assert (await send(citizen, form(samples.voice(), "rekaman.ogg", "k" * 16)))[0] == 202
    assert (await send(citizen, form(samples.PDF, "../surat\u202e.exe", "l" * 16)))[0] == 202
    await eventually(lambda: _stored(world, 2), what="both files")
    voice, document = (message["files"][0] for message in await sent(citizen))
    assert (voice["kind"], document["kind"], document["name"]) == ("audio", "document", "surat .exe.pdf")
    status, body, headers = await get(citizen.http, world.url + voice["url"], Range="bytes=4-9")
    assert (status, body) == (206, samples.voice()[4:10])
    status, body, headers = await get(citizen.http, world.url + document["url"])
    assert body == samples.PDF and headers["Content-Disposition"].startswith("attachment")


async def _stored(world: World, n: int) -> bool:
    return bool(await world.one("SELECT count(*) FROM media WHERE state = 'stored'") == n)


async def test_a_browser_without_scripts_sends_the_form(world: World, citizen: WebCitizen) -> None:
    """It sends the input that was not used too, empty."""
    data = aiohttp.FormData(default_to_multipart=True)
    data.add_field("key", KEY)
    data.add_field("file", b"", filename="", content_type="application/octet-stream")
    data.add_field("file", samples.photo(), filename="a.jpg", content_type="image/jpeg")
    status, _ = await send(citizen, data, accept="text/html")
    assert status == 303
    await eventually(lambda: _stored(world, 1), what="the file")
    status, text = await send(citizen, form(samples.HTML), accept="text/html")
    assert status == 415 and "<html" in text and "Jenis berkas ini" in text


async def test_what_is_refused_says_why(world: World, citizen: WebCitizen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "UPLOAD", 20_000)
    monkeypatch.setattr(upload, "FIELD", 10_000)
    cases: dict[str, tuple[Any, dict[str, str], int, str]] = {
        "html": (form(samples.HTML), {}, 415, "Jenis berkas"),
        "program": (form(b"MZ" + bytes(99)), {}, 415, "Jenis berkas"),
        "too big": (form(b"\xff\xd8\xff" + bytes(30_000)), {}, 413, "terlalu besar"),
        "far too big": (form(b"\xff\xd8\xff" + bytes(90_000)), {}, 413, "terlalu besar"),
        "no file": (form(), {}, 400, "Pilih dulu"),
        "no form": (b"x", {}, 400, "tidak dapat dibaca"),
        "half a form": (b"--x\r\nContent-D", {"Content-Type": "multipart/form-data; boundary=x"}, 400, ""),
        "long words": (form(samples.PDF, text="x" * 4001), {}, 413, "terlalu panjang"),
        "another site": (form(samples.PDF), {"Sec-Fetch-Site": "cross-site"}, 403, "halaman ini"),
    }
    for name, (data, headers, status, words) in cases.items():
        found, text = await send(citizen, data, **headers)
        assert (found, words in text) == (status, True), (name, found, text)
    assert await sent(citizen) == [] and await world.rows("SELECT id FROM media") == []
    assert not [path for path in (world.folder / "media").rglob("*") if path.is_file()]


async def test_a_full_disk_promises_nothing(world: World, citizen: WebCitizen, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(shelve, "RESERVE", 2**62)
        status, text = await send(citizen, form(samples.photo()))
        assert status == 503 and "belum tersimpan" in text
    assert await sent(citizen) == []
    assert (await send(citizen, form(samples.photo())))[0] == 202


async def test_a_new_cookie_each_time_is_still_the_same_network(world: World) -> None:
    found = []
    for n in range(70):
        cookie = {"Cookie": f"wargi-chat={n:064x}"}
        found.append((await send(WebCitizen(world.browser(), world.url), form(samples.HTML), **cookie))[0])
    assert found[:60] == [415] * 60 and found[-1] == 429


async def test_a_flood_of_files_is_slowed_down(world: World, citizen: WebCitizen) -> None:
    found = [(await send(citizen, form(samples.PDF, key=f"{n:016}")))[0] for n in range(12)]
    assert found[:10] == [202] * 10 and found[-1] == 429
