"""Files, reactions and edits on their way out: what the platform must receive of each, as its strict fake takes it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest

from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.errors import NotFound, SendError
from bot.message import Choice, File, Outbound, Template
from tests.channels.runner import REF, table
from tests.fakes.graph import Failure, FakeGraph
from tests.fakes.telegram import Failure as TelegramFailure
from tests.fakes.telegram import FakeTelegram, Person

BODY = b"%PDF-1.7 isi"
MIB = 2**20


async def shelf(sha256: str) -> AsyncGenerator[bytes, None]:
    if sha256 != "a" * 64:
        raise NotFound("no such file")
    yield BODY[:4]
    yield BODY[4:]


def file(kind: Any, mime: str, name: str = "surat balasan é.pdf", size: int = len(BODY)) -> File:
    return File(kind, "a" * 64, mime, name, size)


@dataclass(frozen=True)
class Case:
    label: str
    file: File
    whatsapp: tuple[str, str]
    """Kind, and the caption that arrives."""
    telegram: str
    text: str = "Ini suratnya"
    more: dict[str, Any] = field(default_factory=dict)


FILES = [
    Case("photo", file("image", "image/jpeg", "a.jpg"), ("image", "Ini suratnya"), "photo"),
    Case("photo without words", file("image", "image/png", "a.png"), ("image", ""), "photo", ""),
    Case("photo too large to be shown", file("image", "image/jpeg", "a.jpg", 6 * MIB), ("document", "Ini suratnya"), "photo"),
    Case("photo of a kind that Meta does not show", file("image", "image/webp", "a.webp"), ("document", "Ini suratnya"), "photo"),
    Case("letter", file("document", "application/pdf"), ("document", "Ini suratnya"), "document"),
    Case("film", file("video", "video/mp4", "a.mp4"), ("video", "Ini suratnya"), "video"),
    Case("film of a phone", file("video", "video/quicktime", "a.mov"), ("document", "Ini suratnya"), "document"),
    Case("voice", file("audio", "audio/ogg", "a.ogg"), ("audio", ""), "voice", ""),
    Case("song", file("audio", "audio/mpeg", "a.mp3"), ("audio", ""), "audio", ""),
    Case("sound of a kind that nobody plays", file("audio", "audio/wav", "a.wav"), ("document", "Ini"), "document", "Ini"),
]  # fmt: skip


@pytest.fixture
async def whatsapp(graph: FakeGraph, http: aiohttp.ClientSession) -> WhatsApp:
    one = WhatsApp("100200300", graph.token, (graph.secret,), "verify-me", graph.url, shelf=shelf)
    await one.start(http)
    return one


@pytest.fixture
async def telegram(fake: FakeTelegram, http: aiohttp.ClientSession) -> Telegram:
    one = Telegram(fake.token, fake.secret, fake.url, shelf=shelf)
    await one.start(http)
    return one


MARKS = {"keyboard", "inline_keyboard", "remove_keyboard"}
WA = Outbound(REF, "whatsapp:100200300", "628111000111", "")


@table(FILES)
async def test_whatsapp(whatsapp: WhatsApp, graph: FakeGraph, case: Case) -> None:
    out = replace(WA, text=case.text, file=case.file, reply_to="wamid.x")
    for _ in range(2):  # the second is not uploaded again
        await whatsapp.send(out)
    kind, words = case.whatsapp
    one = graph.accepted[0]
    node = one.payload[kind]
    assert one.payload["type"] == kind and one.text == words
    assert one.payload["context"] == {"message_id": "wamid.x"}
    assert [(mime, body) for _, mime, body in graph.uploads.values()] == [(case.file.mime, BODY)]
    assert node.get("filename") == (case.file.name if kind == "document" else None)
    room = whatsapp.limits.caption(case.file)
    assert room == (0 if kind == "audio" else 1024)


@table(FILES)
async def test_telegram(telegram: Telegram, fake: FakeTelegram, case: Case) -> None:
    person = Person(fake)
    out = Outbound(REF, telegram.account, str(person.id), case.text, file=case.file, reply_to=f"{person.id}:7")
    receipt = await telegram.send(out)
    [sent] = fake.to(person.id)
    assert (sent.field, sent.text, sent.payload[case.telegram]) == (case.telegram, case.text, BODY)
    assert sent.payload["reply_parameters"]["message_id"] == 7 and sent.payload["filename"] == case.file.name
    assert receipt.external_id == f"{person.id}:{sent.message_id}"


@pytest.mark.parametrize(
    ("failure", "name", "retryable"),
    [
        (Failure(400, 131053), "media", False),
        (Failure(401, 190), "auth", True),
        (Failure(504), "transient", True),
        (Failure(500), "transient", True),
        (Failure(200, body="odd"), "transient", True),
    ],
)
async def test_an_upload_that_fails_reached_nobody(
    whatsapp: WhatsApp, graph: FakeGraph, failure: Failure, name: str, retryable: bool
) -> None:
    graph.fail_uploads.append(failure)
    with pytest.raises(SendError) as caught:
        await whatsapp.send(replace(WA, file=FILES[0].file))
    fault = caught.value.fault
    assert (fault.name, fault.retryable, fault.ambiguous) == (name, retryable, False)
    await whatsapp.send(replace(WA, file=FILES[0].file))
    assert len(graph.accepted) == 1


async def test_a_file_that_is_gone_or_too_large(
    whatsapp: WhatsApp, telegram: Telegram, graph: FakeGraph, fake: FakeTelegram
) -> None:
    person = Person(fake)
    gone = File("image", "b" * 64, "image/jpeg", "a.jpg", 9)
    for channel, address in ((whatsapp, WA.address), (telegram, str(person.id))):
        with pytest.raises(SendError, match="media"):
            await channel.send(Outbound(REF, channel.account, address, "", file=gone))
        with pytest.raises(SendError, match="payload"):
            await channel.send(Outbound(REF, channel.account, address, "x" * 1025, file=FILES[0].file))
    fake.fail_next.append(TelegramFailure(413, "Request Entity Too Large"))
    with pytest.raises(SendError, match="media"):
        await telegram.send(Outbound(REF, telegram.account, str(person.id), "", file=FILES[0].file))
    assert not graph.accepted and not fake.sent


async def test_a_reaction(whatsapp: WhatsApp, telegram: Telegram, graph: FakeGraph, fake: FakeTelegram) -> None:
    await whatsapp.send(replace(WA, text="👍", react="👍", reply_to="wamid.x"))
    payload = graph.accepted[0].payload
    assert payload["reaction"] == {"message_id": "wamid.x", "emoji": "👍"} and "context" not in payload
    person = Person(fake)
    out = Outbound(REF, telegram.account, str(person.id), "🙏", react="🙏", reply_to=f"{person.id}:9")
    assert (await telegram.send(out)).external_id and fake.reactions == {(person.id, 9): ["🙏"]}
    with pytest.raises(SendError, match="REACTION_INVALID"):
        await telegram.send(replace(out, react="🏛"))


async def test_an_edit(telegram: Telegram, fake: FakeTelegram) -> None:
    person = Person(fake)
    out = Outbound(REF, telegram.account, str(person.id), "jam 9")
    first = (await telegram.send(out)).external_id
    for _ in range(2):  # the same words again are no failure
        assert (await telegram.send(replace(out, text="jam 10", edit=first))).external_id == first
    assert [one.text for one in fake.to(person.id)] == ["jam 10"]
    with pytest.raises(SendError, match="not found"):
        await telegram.send(replace(out, edit=f"{person.id}:1"))


async def test_a_keyboard_that_nobody_used_goes_with_the_next_words(telegram: Telegram, fake: FakeTelegram) -> None:
    person = Person(fake)
    out = Outbound(REF, telegram.account, str(person.id), "Di mana?")
    await telegram.send(replace(out, ask="location"))
    await telegram.send(replace(out, choices=(Choice("a", "Ya"),)))
    fake.fail_next.append(TelegramFailure(429, "Too Many Requests"))
    with pytest.raises(SendError):
        await telegram.send(out)
    await telegram.send(out)
    await telegram.send(out)
    marks = ["".join(one.payload.get("reply_markup", {}).keys() & MARKS) for one in fake.to(person.id)]
    assert marks == ["keyboard", "inline_keyboard", "remove_keyboard", ""]


async def test_a_template_with_all_its_parts(whatsapp: WhatsApp, graph: FakeGraph) -> None:
    buttons = (("quick_reply", "csat/1/5"), ("url", "JB-0042"))
    await whatsapp.send(replace(WA, template=Template("a_b", "id", ("satu",), "JB-0042", buttons)))
    assert graph.accepted[0].payload["template"]["components"] == [
        {"type": "header", "parameters": [{"type": "text", "text": "JB-0042"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "satu"}]},
        {"type": "button", "sub_type": "quick_reply", "index": "0",
         "parameters": [{"type": "payload", "payload": "csat/1/5"}]},
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "JB-0042"}]},
    ]  # fmt: skip


async def test_signs(whatsapp: WhatsApp, telegram: Telegram, graph: FakeGraph, fake: FakeTelegram) -> None:
    await whatsapp.attend("whatsapp:100200300", WA.address, "wamid.x", typing=True)
    await whatsapp.attend("whatsapp:100200300", WA.address, "wamid.y", typing=False)
    assert [(one["message_id"], "typing_indicator" in one) for one in graph.reads] == [
        ("wamid.x", True),
        ("wamid.y", False),
    ]
    person = Person(fake)
    await telegram.attend(telegram.account, str(person.id), f"{person.id}:7", typing=True)
    await telegram.attend(telegram.account, str(person.id), f"{person.id}:7", typing=False)
    assert [name for name, _ in fake.calls] == ["sendChatAction"]
    fake.down = True
    graph.token = "another"
    await telegram.attend(telegram.account, str(person.id), "", typing=True)
    await whatsapp.attend("whatsapp:100200300", WA.address, "wamid.x", typing=True)
