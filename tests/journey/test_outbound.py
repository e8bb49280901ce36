"""What an officer sends besides plain words: files on every channel, an answer to one message, a sign under it, other words for it."""

import io
import re

import aiohttp
import pytest
from PIL import Image

from tests.files import samples
from tests.walkers import WALKERS, Walker
from tests.world import Desk, World, eventually


async def case_of(world: World, rina: Desk, walker: Walker) -> str:
    """This citizen talks with this officer; the ticket's number."""
    before = await numbers(world)
    for words, answer in (("halo", "bahasa"), ("1", "Apa yang"), ("petugas", "petugas")):
        await walker.say(words)
        await walker.last(answer)

    async def opened() -> bool:
        return len(await numbers(world)) > len(before)

    await eventually(opened, what="a ticket")
    [number] = await numbers(world) - before
    assert (await rina.act(number, "ambil"))[0] == 200
    await walker.last("Rina")
    return number


async def numbers(world: World) -> set[str]:
    return {str(row["number"]) for row in await world.rows("SELECT number FROM ticket")}


async def give(rina: Desk, number: str, body: bytes, name: str, mime: str, words: str, key: str) -> tuple[int, str]:
    await rina.get(f"/desk/tiket/{number}")
    form = aiohttp.FormData({"csrf": rina.csrf, "kunci": key, "teks": words}, quote_fields=False)
    form.add_field("berkas", io.BytesIO(body), filename=name, content_type=mime)
    headers = {"Origin": rina.url, "Sec-Fetch-Site": "same-origin"}
    async with rina.http.post(f"{rina.url}/desk/tiket/{number}/kirim", data=form, headers=headers) as answer:
        return answer.status, await answer.text()


def clean(body: bytes) -> bool:
    with Image.open(io.BytesIO(body)) as image:
        return not image.getexif() and samples.PLACE not in body


async def test_a_file_reaches_every_channel(world: World) -> None:
    rina, photo = await world.officer(), samples.photo()
    walkers = {name: WALKERS[name](world) for name in ("whatsapp", "telegram", "web", "sms")}
    for name, walker in walkers.items():
        number = await case_of(world, rina, walker)
        for _ in range(2):  # the form sent twice is one message
            status, text = await give(
                rina, number, photo, "lokasi kantor.jpg", "image/png", "Ini fotonya", f"kunci1234567{name}"
            )
            assert status == 200, text
        assert "Foto dari petugas: Ini fotonya" in text or name == "sms"
    person = walkers["telegram"].person.id  # type: ignore[attr-defined]
    await eventually(lambda: world.telegram.to(person)[-1].field == "photo", what="a photo on Telegram")
    sent = world.telegram.to(person)[-1]
    assert (
        sent.text == "Ini fotonya" and clean(sent.payload["photo"]) and sent.payload["filename"] == "lokasi kantor.jpg"
    )
    address = walkers["whatsapp"].citizen.address  # type: ignore[attr-defined]
    await eventually(lambda: world.graph.to(address)[-1].payload["type"] == "image", what="a photo on WhatsApp")
    assert world.graph.to(address)[-1].text == "Ini fotonya"
    assert [mime for _, mime, body in world.graph.uploads.values() if clean(body)] == ["image/jpeg"]
    shown = await walkers["web"].visitor.wait_for("Ini fotonya")  # type: ignore[attr-defined]
    async with walkers["web"].visitor.http.get(world.url + shown["files"][0]["url"]) as answer:  # type: ignore[attr-defined]
        assert answer.status == 200 and clean(await answer.read())
    words, _ = await walkers["sms"].last("/berkas/")
    await walkers["sms"].last("Ini fotonya")
    [link] = re.findall(r"https?://\S+", words)
    async with world.browser().get(link) as answer:
        assert (
            answer.status == 200
            and clean(await answer.read())
            and "sandbox" in answer.headers["Content-Security-Policy"]
        )
    async with world.browser().get(link.replace("tanda=", "tanda=0")) as answer:
        assert answer.status == 404
    assert await world.one("SELECT count(*) FROM media") == 4
    status, text = await give(rina, number, b"MZ\x90\0", "x.pdf", "application/pdf", "", "kunci12345678909")
    assert status == 422 and "tidak dapat dikirim" in text
    status, text = await give(
        rina, number, b"\0" * (16 * 2**20 + 1), "x.pdf", "application/pdf", "Ini surat", "kunci12345678910"
    )
    assert status == 422 and "paling besar 16 MB" in text and "Ini surat</textarea>" in text


async def test_what_is_done_to_one_message(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.worker.LONG", -1.0)  # everybody has waited long
    rina = await world.officer()
    first, second = WALKERS["telegram"](world), WALKERS["whatsapp"](world)
    address, person = second.citizen.address, first.person.id  # type: ignore[attr-defined]
    number = await case_of(world, rina, second)
    await eventually(
        lambda: len({one["message_id"] for one in world.graph.reads}) == 3, what="marks of having been read"
    )
    await second.say("Kapan kantornya buka?")
    await second.say("Senin?")
    assert any("typing_indicator" in one for one in world.graph.reads), "an answer was on its way"
    asked = await _said(world, number, "Kapan kantornya buka?")
    page = await rina.get(f"/desk/tiket/{number}?pesan={asked['seq']}")
    assert "Menjawab" in page and "Beri reaksi" in page and "Ubah pesan" not in page
    assert len({one["message_id"] for one in world.graph.reads}) == 3, "opening a case tells nobody that it was read"
    path = f"pesan/{asked['seq']}"
    assert (await rina.act(number, f"{path}/jawab", teks="Pukul 8", kunci="kunci12345678901"))[0] == 200
    sent = (await world.graph.wait_for(address, 5))[-1]
    assert sent.text == "Pukul 8" and sent.payload["context"] == {"message_id": asked["external_id"]}
    await eventually(
        lambda: len({one["message_id"] for one in world.graph.reads}) == 4, what="read, for it was answered"
    )
    for _ in range(2):
        assert (await rina.act(number, f"{path}/reaksi", reaksi="🙏", kunci="kunci22345678901"))[0] == 200
    sent = (await world.graph.wait_for(address, 6))[-1]
    assert sent.payload["reaction"] == {"message_id": asked["external_id"], "emoji": "🙏"}
    assert (await rina.act(number, f"{path}/reaksi", reaksi="x", kunci="kunci32345678901"))[0] == 422
    assert (await rina.act(number, f"{path}/ubah", teks="x"))[0] == 409, "WhatsApp has no edits"
    assert (await rina.act(number, "pesan/999/jawab", teks="x", kunci="kunci42345678901"))[0] == 404

    number = await case_of(world, rina, first)
    await eventually(lambda: "sendChatAction" in dict(world.telegram.calls), what="typing on Telegram")
    assert (await rina.say(number, "Besok jam 9", "kunci52345678901"))[0] == 200
    await first.last("Besok jam 9")

    async def left() -> bool:
        return bool(await world.one("SELECT count(*) FROM outbox") == 0)

    await eventually(left, what="an empty outbox")
    mine = await _said(world, number, "Besok jam 9")
    page = await rina.get(f"/desk/tiket/{number}?pesan={mine['seq']}")
    assert "Ubah pesan" in page
    assert (await rina.act(number, f"pesan/{mine['seq']}/ubah", teks="Besok jam 10"))[0] == 200
    await eventually(lambda: world.telegram.to(person)[-1].text == "Besok jam 10", what="new words on Telegram")
    page = await rina.get(f"/desk/tiket/{number}")
    assert "Besok jam 10" in page and "sebelumnya" in page and "Besok jam 9" in page
    other = await world.officer("Budi")
    assert (await other.act(number, f"pesan/{mine['seq']}/ubah", teks="x"))[0] == 409


async def _said(world: World, number: str, words: str) -> dict[str, object]:
    """The message of these words in this case."""
    query = (
        "SELECT m.seq, m.body, m.external_id FROM message m JOIN ticket t ON t.conversation_id = m.conversation_id "
        "WHERE t.number = :number AND m.body = :words"
    )
    found: list[dict[str, object]] = []

    async def there() -> bool:
        found[:] = await world.rows(query, number=number, words=words)
        return bool(found)

    await eventually(there, what=words)
    return found[0]
