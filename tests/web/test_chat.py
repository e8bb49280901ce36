"""The citizen's web chat over HTTP, on both databases, with the real door."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot import clock
from bot.config import Config
from bot.errors import StoreDown
from bot.hints import Hints
from bot.models import Author, Delivery, InboxItem, Message
from bot.models.base import table
from bot.store import talk, talk_rows
from bot.store.batch import message_row
from bot.store.db import Db
from bot.store.talk import Talk
from bot.web import chat, keys
from bot.web.door import Door

Client = TestClient[web.Request, web.Application]
Open = Callable[..., Awaitable[Client]]
INBOX, MESSAGE = table(InboxItem), table(Message)
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def visit(db: Db, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens a browser: each call is another citizen at another server of the same database."""
    opened: list[Client] = []

    async def visit_(**settings: Any) -> Client:
        app = web.Application()
        app[keys.CONFIG] = Config(data_dir=tmp_path, **settings)
        app[keys.DB], app[keys.HINTS], app[keys.DOOR] = db, Hints(), Door(db)
        chat.setup(app)
        client: Client = TestClient(TestServer(app))
        await client.start_server()
        opened.append(client)
        return client

    yield visit_
    for client in opened:
        await client.close()


def address_of(client: Client) -> str:
    token = client.session.cookie_jar.filter_cookies(client.make_url("/chat"))["wargi-chat"].value
    return hashlib.sha256(token.encode()).hexdigest()[:32]


async def say(client: Client, text: str = "halo", key: str = "a" * 16, **more: str) -> tuple[int, dict[str, Any]]:
    async with client.post("/chat/send", json={"text": text, "key": key, **more}, headers=OURS) as answer:
        return answer.status, await answer.json()


async def inbox(db: Db) -> list[Any]:
    async with db.read() as conn:
        return list((await conn.execute(sa.select(INBOX))).mappings())


async def write(db: Db, what: Talk, *rows: dict[str, Any]) -> None:
    async with db.unit() as unit:
        if what.is_new:
            await talk_rows.INSERT_CONTACT(unit.conn, [talk_rows.contact_row(what, clock.now())])
            await talk_rows.INSERT_ADDRESS(unit.conn, [talk_rows.address_row(what)])
            what.is_new = False
        if what.new_conversation:
            await talk_rows.INSERT_CONVERSATION(unit.conn, [talk_rows.conversation_row(what, clock.now())])
            what.new_conversation = False
        if rows:
            await unit.conn.execute(sa.insert(MESSAGE), list(rows))


def line(what: Talk, author: Author, body: str, delivery: Delivery = Delivery.DELIVERED, **more: Any) -> dict[str, Any]:
    row = message_row(what, author, clock.now(), body=body, delivery=delivery)
    return row | more


def question(what: Talk, body: str, *labels: str) -> dict[str, Any]:
    data = {"choices": [[f"c{place}", label] for place, label in enumerate(labels, 1)]}
    twin = "\n".join(f"{place}. {label}" for place, label in enumerate(labels, 1))
    return line(what, Author.BOT, f"{body}\n\n{twin}", data=data)


async def messages(client: Client, after: str = "") -> dict[str, Any]:
    async with client.get("/chat/messages", params={"after": after}) as answer:
        assert answer.status == 200
        found: dict[str, Any] = await answer.json()
        return found


def texts(news: dict[str, Any]) -> list[str]:
    return [message["text"] for message in news["messages"]]


async def thread(db: Db, client: Client) -> Talk:
    async with client.get("/chat") as answer:
        assert answer.status == 200
    return talk.new(chat.ACCOUNT, address_of(client), clock.now())


# -- the visitor ---------------------------------------------------------------------------------------


async def test_a_visitor_is_a_cookie_that_scripts_and_the_database_never_see(visit: Open, db: Db) -> None:
    client = await visit()
    async with client.get("/chat") as answer:
        cookie = answer.headers["Set-Cookie"]
        text = await answer.text()
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Secure" not in cookie
    token = cookie.split("=")[1].split(";")[0]
    assert len(token) == 64 and token not in text
    assert (await say(client))[0] == 202
    (row,) = await inbox(db)
    assert row["address"] == address_of(client) and row["part"] == clock.part_of("web", row["address"])
    assert token not in str(dict(row))


async def test_behind_https_the_cookie_cannot_be_planted(visit: Open) -> None:
    client = await visit(public_url="https://warga.example")
    async with client.get("/chat") as answer:
        cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-wargi-chat=") and "Secure" in cookie and "Domain" not in cookie


async def test_page_is_hardened(visit: Open) -> None:
    client = await visit()
    for path in ("/chat", "/chat/messages", "/chat/static/chat.js"):
        async with client.get(path) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    async with client.get("/chat") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        text = await answer.text()
    assert '<html lang="id">' in text and "style=" not in text and "onclick" not in text
    async with client.get("/chat/static/..%2ftemplates%2fchat.html") as answer:
        assert answer.status == 404


def test_a_cheap_phone_loads_little() -> None:
    files = Path(chat.__file__).parent / "static"
    assert (files / "chat.js").stat().st_size <= 5 * 1024
    assert (files / "upload.js").stat().st_size <= 3 * 1024
    assert (files / "public.css").stat().st_size <= 6 * 1024


# -- saying ----------------------------------------------------------------------------------------------


async def test_the_same_key_twice_is_one_message(visit: Open, db: Db) -> None:
    client = await visit()
    await thread(db, client)
    answers = await asyncio.gather(*(say(client, "jalan rusak", "key-0001") for _ in range(5)))
    assert {status for status, _ in answers} == {202}
    assert (await say(client, "jalan rusak", "key-0002"))[0] == 202
    assert sorted(row["external_id"] for row in await inbox(db)) == ["key-0001", "key-0002"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://warga.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 202),
        ({"Origin": "https://warga.example"}, 202),
    ],
)
async def test_only_our_page_may_send(visit: Open, db: Db, headers: dict[str, str], status: int) -> None:
    client = await visit(public_url="https://warga.example")
    async with client.post("/chat/send", json={"text": "x"}, headers=headers) as answer:
        assert answer.status == status
    assert len(await inbox(db)) == (status == 202)


async def test_our_own_host_is_our_page_too(visit: Open) -> None:
    client = await visit()
    async with client.post("/chat/send", json={"text": "x"}, headers={"Origin": str(client.make_url("/"))}) as answer:
        assert answer.status == 202


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b"{}", 400),
        (b'{"text":"  \\n "}', 400),
        (b'{"text":5}', 400),
        (b'{"text":["a"],"choice":{}}', 400),
        (b'{"text":"' + b"a" * 4000 + b'"}', 202),
        (b'{"text":"' + b"a" * 4001 + b'"}', 413),
        (b'{"text":"' + b"a" * 100_000 + b'"}', 413),
        (b'{"text":"a\\u0000b","key":"../../etc"}', 202),
        (b'{"text":"","choice":"c1","key":17}', 202),
        (b"[" * 50_000, 400),
    ],
)
async def test_odd_bodies_get_a_sentence(visit: Open, db: Db, body: bytes, status: int) -> None:
    client = await visit()
    headers = OURS | {"Content-Type": "application/json"}
    async with client.post("/chat/send", data=body, headers=headers) as answer:
        assert answer.status == status
        assert (await answer.json()).keys() == ({"key"} if status == 202 else {"error"})
    assert len(await inbox(db)) == (status == 202)


async def test_a_flood_is_slowed_and_others_are_not(visit: Open, db: Db) -> None:
    client = await visit()
    await thread(db, client)
    answers = [await say(client, f"pesan {n}", f"key-{n:04}") for n in range(22)]
    assert [status for status, _ in answers].count(202) in (20, 21)
    async with client.post("/chat/send", json={"text": "x"}, headers=OURS) as answer:
        assert answer.status in (202, 429)
        if answer.status == 429:
            assert int(answer.headers["Retry-After"]) >= 1
    client.session.cookie_jar.clear()
    await thread(db, client)
    assert (await say(client))[0] == 202


async def test_a_database_that_is_down_loses_no_words(visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await visit()

    async def down(*args: object) -> None:
        raise StoreDown("database does not answer")

    monkeypatch.setattr(Door, "put", down)
    async with client.post("/chat/send", json={"text": "x"}, headers=OURS) as answer:
        assert answer.status == 503 and int(answer.headers["Retry-After"]) > 0
    form = {"text": "jalan <rusak>", "key": "key-0001"}
    async with client.post("/chat/send", data=form, headers=OURS) as answer:
        text = await answer.text()
        assert answer.status == 503
    assert "jalan &lt;rusak&gt;" in text and 'value="key-0001"' in text


# -- reading ---------------------------------------------------------------------------------------------


async def test_only_what_reached_the_citizen_is_shown(visit: Open, db: Db) -> None:
    client = await visit()
    what = await thread(db, client)
    rows = [
        line(what, Author.CITIZEN, "halo", Delivery.NONE, key="key-0001"),
        line(what, Author.BOT, "selamat datang"),
        line(what, Author.NOTE, "rahasia: catatan", Delivery.NONE),
        line(what, Author.SYSTEM, "rahasia: Rina mengambil kasus", Delivery.NONE),
        line(what, Author.BOT, "rahasia: ditahan", Delivery.SUPPRESSED),
        line(what, Author.BOT, "rahasia: gagal", Delivery.FAILED),
        line(what, Author.OFFICER, "saya bantu", officer_id=7),
    ]
    await write(db, what, *rows)
    news = await messages(client)
    assert texts(news) == ["halo", "selamat datang", "saya bantu"]
    assert [message["key"] for message in news["messages"]] == ["key-0001", "", ""]
    assert [message["meta"].split(" ")[0] for message in news["messages"]] == ["Anda", "Wargi", "Petugas"]
    async with client.get("/chat") as answer:
        text = await answer.text()
    assert "saya bantu" in text and "rahasia" not in text
    client.session.cookie_jar.clear()
    await thread(db, client)
    assert texts(await messages(client)) == []


async def test_a_message_still_on_its_way_is_not_passed_by(visit: Open, db: Db) -> None:
    """The citizen writes while an answer is being sent: the answer comes later, with a smaller number."""
    client = await visit()
    what = await thread(db, client)
    coming = line(what, Author.BOT, "jawaban", Delivery.READY)
    await write(db, what, coming, line(what, Author.CITIZEN, "masih ada?", Delivery.NONE))
    first = await messages(client)
    assert texts(first) == ["masih ada?"]
    async with db.unit() as unit:
        here = (MESSAGE.c.id == coming["id"]) & (MESSAGE.c.part == coming["part"])
        await unit.conn.execute(sa.update(MESSAGE).where(here).values(delivery=Delivery.DELIVERED))
    second = await messages(client, first["cursor"])
    assert "jawaban" in texts(second) and not second["fresh"]
    assert texts(await messages(client, second["cursor"])) == []


async def test_a_new_conversation_starts_afresh(visit: Open, db: Db) -> None:
    client = await visit()
    what = await thread(db, client)
    await write(db, what, line(what, Author.BOT, "satu"), line(what, Author.BOT, "dua"))
    old = await messages(client)
    what.conversation_id, what.seq, what.new_conversation = clock.new_id(), 0, True
    await write(db, what, line(what, Author.BOT, "tiga"))
    async with db.unit() as unit:
        moved = talk_rows.address_row(what) | {"b_id": what.address_id, "b_part": what.part}
        await talk_rows.UPDATE_ADDRESS(unit.conn, [moved])
    new = await messages(client, old["cursor"])
    assert new["fresh"] and texts(new) == ["tiga"]


@pytest.mark.parametrize("after", ["x", "1", ".", "0" * 32 + ".999999999999", "0" * 32 + ".-1", "'; DROP", "%00"])
async def test_odd_cursors_show_the_thread_from_its_start(visit: Open, db: Db, after: str) -> None:
    client = await visit()
    what = await thread(db, client)
    await write(db, what, line(what, Author.BOT, "satu"))
    assert texts(await messages(client, after)) == ["satu"]


async def test_only_the_last_question_can_be_answered(visit: Open, db: Db) -> None:
    client = await visit()
    what = await thread(db, client)
    await write(
        db,
        what,
        question(what, "Bahasa apa?", "Indonesia", "Sunda"),
        line(what, Author.CITIZEN, "Sunda", Delivery.NONE),
        question(what, "Soal apa?", "Jalan", "Banjir"),
        line(what, Author.BOT, "Tulis 0 untuk kembali."),
    )
    async with client.get("/chat") as answer:
        text = await answer.text()
    assert text.count(" disabled>") == 2 and '<button name="choice" value="c2">Banjir</button>' in text
    news = await messages(client)
    assert texts(news)[2] == "Soal apa?", "the numbered lines are the buttons here"
    await write(db, what, line(what, Author.CITIZEN, "jalan", Delivery.NONE))
    async with client.get("/chat") as answer:
        assert (await answer.text()).count(" disabled>") == 4


async def test_works_without_javascript(visit: Open, db: Db) -> None:
    client = await visit()
    what = await thread(db, client)
    await write(db, what, question(what, "Soal apa?", "Jalan", "Banjir"))
    form = {"key": "key-0001", "choice": "c2"}
    async with client.post("/chat/send", data=form, headers=OURS, allow_redirects=False) as answer:
        assert answer.status == 303 and answer.headers["Location"].startswith("/chat?")
        again = answer.headers["Location"]
    (row,) = await inbox(db)
    assert b'"text":"Banjir","choice":"c2"' in row["raw"]
    async with client.get(again) as answer:
        assert '<meta http-equiv="refresh"' in await answer.text()
    async with client.get("/chat") as answer:
        text = await answer.text()
        assert "refresh" not in text and "Muat ulang" in text


XSS = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</textarea><svg onload=alert(1)>", "{{ 7*7 }}"]


@pytest.mark.parametrize("payload", XSS)
async def test_words_never_become_markup(visit: Open, db: Db, payload: str) -> None:
    client = await visit()
    what = await thread(db, client)
    own = question(what, payload, payload)
    await write(db, what, line(what, Author.CITIZEN, payload, Delivery.NONE), line(what, Author.OFFICER, payload), own)
    async with client.get("/chat") as answer:
        text = await answer.text()
    assert payload not in text or payload.startswith("{{")
    assert "<script>" not in text and "<img" not in text and "<svg" not in text and ">49<" not in text


async def test_only_our_ticket_page_becomes_a_link(visit: Open, db: Db) -> None:
    client = await visit()
    what = await thread(db, client)
    body = "Nomor PAW1-5HKD. Cek di http://127.0.0.1:8080/lacak/PAW1-5HKD atau javascript:alert(1) http://evil.example"
    await write(db, what, line(what, Author.BOT, body), line(what, Author.CITIZEN, body, Delivery.NONE))
    async with client.get("/chat") as answer:
        text = await answer.text()
    assert text.count('href="/lacak/PAW1-5HKD"') == 1 and 'href="http' not in text and 'href="java' not in text


# -- live ------------------------------------------------------------------------------------------------


async def test_a_hint_says_look_again_and_nothing_else(visit: Open, db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "PING", 0.2)
    client = await visit()
    async with client.get("/chat/events") as answer:
        assert answer.status == 204, "without a visitor there is nothing to hear"
    await thread(db, client)
    async with client.get("/chat/events") as answer:
        assert answer.content_type == "text/event-stream" and answer.headers["X-Accel-Buffering"] == "no"
        assert await answer.content.readline() == b"retry: 3000\n"
        await answer.content.readline()
        assert client.app is not None
        client.app[keys.HINTS].publish([f"w:{address_of(client)}"])
        assert await answer.content.readline() == b"data: 1\n"
        await answer.content.readline()
        assert await answer.content.readline() == b"data: 0\n", "a ping while nothing happens"


async def test_too_many_live_lines_are_refused_and_a_stop_ends_them(visit: Open, db: Db) -> None:
    client = await visit()
    await thread(db, client)
    lines = [await client.get("/chat/events") for _ in range(chat.STREAMS)]
    assert {one.status for one in lines} == {200}
    async with client.get("/chat/events") as answer:
        assert answer.status == 429
    async with asyncio.timeout(5):
        await client.server.close()
