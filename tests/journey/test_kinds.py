"""A5, A12: everything that can be said comes in, is shown, and is answered where an answer is due; nothing is dropped."""

import json
from typing import Any

from tests.fakes import said
from tests.fakes.citizen import post_signed
from tests.world import World, eventually


async def messages(world: World, author: str = "citizen") -> list[dict[str, Any]]:
    query = "SELECT seq, kind, body, data, external_id FROM message WHERE author = :a ORDER BY conversation_id, seq"
    rows = await world.rows(query, a=author)
    for row in rows:
        row["data"] = json.loads(row["data"]) if isinstance(row["data"], str) else row["data"] or {}
    return rows


async def handled(world: World) -> None:
    """Everything that came in has been worked on, and none of it was too odd."""

    async def done() -> bool:
        return await world.one("SELECT count(*) FROM inbox WHERE state = 'pending'") == 0

    await eventually(done, what="an empty inbox")
    assert await world.rows("SELECT error FROM inbox WHERE state = 'parked'") == []


async def test_every_kind_on_whatsapp(world: World) -> None:
    euis, http = world.citizen(), world.browser()
    sent = [
        euis.text("Jalan rusak"), euis.image("Lubang"), euis.message("video", {"id": "8"}), euis.voice(),
        euis.message("audio", {"id": "7"}), euis.document("surat.pdf"), euis.message("sticker", {"id": "9"}),
        euis.location(), euis.cards({"name": {"formatted_name": "Pak RT"}}), euis.button("menu/utama/lapor", "Lapor"),
        euis.row("menu/utama/lapor", "Lapor"), euis.form({"rt": "03"}), euis.form("{broken"),
        euis.message("order", {"catalog_id": "1"}), euis.unsupported(), euis.message("hologram", {"a": 1}),
        {**euis.image(), "image": {"caption": "hilang"}, "errors": [{"code": 131052, "title": "Download failed"}]},
    ]  # fmt: skip
    assert await post_signed(http, world.whatsapp_url, world.graph.secret, euis.body(*sent)) == 200
    await handled(world)
    rows = await messages(world)
    assert [row["kind"] for row in rows] == [
        "text", "image", "video", "voice", "audio", "document", "sticker", "location", "contact", "choice", "choice",
        "flow", "flow", "order", "unsupported", "unsupported", "lost",
    ]  # fmt: skip
    assert [row["data"]["choice"] for row in rows[9:13]] == ["menu/utama/lapor"] * 2 + ["flow/"] * 2
    assert [row["data"]["details"]["what"] for row in rows[14:]] == ["poll_creation", "hologram", "image"]
    texts = world.server.house.flows.texts
    bubbles = [row["body"] for row in await messages(world, "bot")]
    assert sum(texts["unsupported"]["id"] in body for body in bubbles) >= 1
    assert bubbles.count(texts["lost"]["id"]) == 1, "a file that WhatsApp lost is asked for again"


async def test_what_is_done_to_older_messages_on_whatsapp(world: World) -> None:
    euis, http = world.citizen(), world.browser()
    first = euis.text("Jalan Mawar berlubang")
    await euis.send(http, first)
    [greeting] = await world.graph.wait_for(euis.address)
    target = first["id"]
    acts = [
        euis.text("yang itu", context={"id": greeting.wamid, "from": "62"}),
        euis.text("dan ini", context={"id": "wamid.gone", "forwarded": True}),
        euis.text("viral", context={"frequently_forwarded": True}),
        euis.reaction("👍", to=greeting.wamid), euis.reaction("❤", to=target), euis.reaction("", to=target),
        euis.edit(target, "Jalan Melati berlubang"), euis.edit(target, "Jalan Melati rusak"), euis.revoke(target),
    ]  # fmt: skip
    await eventually(lambda: _external(world, greeting.wamid), what="our own receipt")
    assert await post_signed(http, world.whatsapp_url, world.graph.secret, euis.body(*acts)) == 200
    await handled(world)
    rows = await messages(world)
    assert [row["body"] for row in rows] == ["Jalan Melati rusak", "yang itu", "dan ini", "viral"], "no act is a bubble"
    data = rows[0]["data"]
    assert [each["text"] for each in data["edits"]] == ["Jalan Mawar berlubang", "Jalan Melati berlubang"]
    assert data["deleted"] and "reactions" not in data
    assert [row["data"].get("reply") for row in rows[1:]] == [2, 0, None]
    assert [row["data"].get("forwarded") for row in rows[1:]] == [None, 1, 2]
    [answer, *_] = await messages(world, "bot")
    assert answer["data"]["reactions"] == {"citizen": "👍"}
    before = len(world.graph.accepted)
    lost = [euis.edit("wamid.gone", "kata baru"), euis.revoke("wamid.gone"), euis.reaction("😡", to="wamid.gone")]
    assert await post_signed(http, world.whatsapp_url, world.graph.secret, euis.body(*lost)) == 200
    await handled(world)
    assert [(row["kind"], row["body"]) for row in (await messages(world))[4:]] == [
        ("edited", "kata baru"), ("deleted", ""), ("reaction", "😡"),
    ]  # fmt: skip
    assert len(world.graph.accepted) == before, "nobody is answered for that"


async def _external(world: World, name: str) -> bool:
    return await world.one("SELECT count(*) FROM message WHERE external_id = :n", n=name) == 1


async def test_a_changed_number_is_news_for_the_officer(world: World) -> None:
    euis, http = world.citizen(), world.browser()
    news = euis.new_number("628999000999", "ID.new2")
    assert await euis.send(http, news) == 200
    await handled(world)
    assert await world.one("SELECT count(*) FROM conversation") == 0, "nobody we know"
    await euis.say(http, "halo")
    await world.graph.wait_for(euis.address)
    again = euis.new_number("628999000999", "ID.new2")
    assert await euis.send(http, again) == 200
    await handled(world)
    [line] = await messages(world, "system")
    assert "berganti" in line["body"] and len(world.graph.accepted) == 1


async def test_every_kind_on_telegram(world: World) -> None:
    """A12, with what only Telegram has."""
    euis, http = world.person(), world.browser()
    first = euis.text("Jalan Mawar rusak")
    walk = said.walks(euis)
    sent = [
        first, euis.voice(), euis.location(), said.venue(euis), said.card(euis, "+628111000111"),
        said.card(euis, "+628222", own=False), said.sticker(euis), said.video_note(euis), said.animation(euis),
        said.poll(euis), said.dice(euis), said.story(euis), said.checklist(euis), said.pins(euis),
        said.answers(euis, first, "yang itu", "Mawar"), said.forwards(euis, "viral"), walk,
        said.edits(euis, walk, location={"latitude": -6.8, "longitude": 107.6, "live_period": 900}),
        said.edits(euis, walk, location={"latitude": -6.7, "longitude": 107.6, "live_period": 900}),
        said.edits(euis, first, text="Jalan Melati rusak"), said.reacts(euis, first, "👍"),
    ]  # fmt: skip
    for update in sent:
        assert await world.telegram.post(http, update) == 200
    await handled(world)
    rows = await messages(world)
    assert [row["kind"] for row in rows] == [
        "text", "voice", "location", "location", "contact", "contact", "sticker", "video", "video",
        "unsupported", "unsupported", "unsupported", "unsupported", "text", "text", "location",
    ]  # fmt: skip
    assert [row["data"]["details"]["what"] for row in rows[9:13]] == ["poll", "dice", "story", "checklist"]
    assert [row["data"]["cards"][0]["proof"] for row in rows[4:6]] == [True, False]
    assert await world.one("SELECT phone FROM contact") == "628111000111"
    assert rows[0]["body"] == "Jalan Melati rusak" and rows[0]["data"]["reactions"] == {"citizen": "👍"}
    assert [each["text"] for each in rows[0]["data"]["edits"]] == ["Jalan Mawar rusak"]
    assert rows[13]["data"]["reply"] == 1 and rows[13]["data"]["details"]["quote"] == "Mawar"
    walked = rows[15]["data"]
    assert walked["location"]["latitude"] == -6.7 and [e["location"]["latitude"] for e in walked["edits"]] == [-6.9]


async def test_blocked_and_back(world: World) -> None:
    euis, http = world.person(), world.browser()
    await world.telegram.post(http, euis.text("halo"))
    await world.telegram.wait_for(euis.id)
    for update in (euis.blocks(), said.unblocks(euis)):
        assert await world.telegram.post(http, update) == 200
    await handled(world)
    assert ["memblokir" in row["body"] for row in await messages(world, "system")] == [True, False]
    assert len(world.telegram.sent) == 1


async def test_buttons_and_forms_of_any_age(world: World) -> None:
    """An id is only a wish: it works where the conversation stands, and anywhere else it changes nothing."""
    euis, http = world.citizen(), world.browser()
    for words in ("halo", "1", "1"):
        before = len(world.graph.to(euis.address))
        await euis.say(http, words)
        await world.graph.wait_for(euis.address, before + 1)
    place = await world.one("SELECT session FROM conversation")
    topics = world.graph.to(euis.address)[-1].buttons
    old = ["menu/mulai/id", "pengaduan/ringkasan/send", "csat/00/5", "x", "/", topics[0][0] + "x", "tidak/ada/ini"]
    stale = [
        *map(lambda id_: euis.button(id_, "?"), old),
        euis.form({"flow_token": "pengaduan/kirim/send"}),
        euis.form([]),
    ]
    for message in stale:
        before = len(world.graph.to(euis.address))
        await euis.send(http, message)
        await world.graph.wait_for(euis.address, before + 1)
        assert await world.one("SELECT session FROM conversation") == place, message
    assert await world.one("SELECT count(*) FROM ticket") == 0
    before = len(world.graph.to(euis.address))
    await euis.send(http, euis.form({"flow_token": topics[0][0], "rt": "03"}))
    await world.graph.wait_for(euis.address, before + 1)
    assert await world.one("SELECT session FROM conversation") != place, "the right id is as good from a form"
