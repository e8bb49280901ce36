"""What may come in by a webhook, and what it gets: forged, doubled, batched, odd, poisonous."""

import asyncio
import json

import aiohttp
import pytest

from bot.errors import StoreDown
from bot.store import spool
from tests.fakes.citizen import Citizen, batch, encode, post_signed
from tests.world import World, eventually


async def post(world: World, body: bytes, **headers: str) -> tuple[int, str]:
    async with world.browser().post(world.whatsapp_url, data=body, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_forged_webhooks_leave_no_row(world: World) -> None:
    """A1."""
    body = world.citizen().body(world.citizen().text("halo"))
    answers = [
        await post(world, body),
        await post(world, body, **{"X-Hub-Signature-256": "sha256=" + "0" * 64}),
        await post(world, body, **{"X-Hub-Signature-256": "sha1=" + "0" * 40}),
    ]
    assert {status for status, _ in answers} == {401}
    assert len({text for _, text in answers}) == 1, "a constant body"
    update = world.person().text("halo")
    assert await world.telegram.post(world.browser(), update, secret="wrong") == 401
    assert await world.telegram.post(world.browser(), update, secret="") == 401
    assert await world.one("SELECT count(*) FROM inbox") == 0


async def test_challenge(world: World) -> None:
    for token, expected in (("verify-me", (200, "4711")), ("wrong", (403, "forbidden"))):
        query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "4711"}
        async with world.browser().get(world.whatsapp_url, params=query) as answer:
            assert (answer.status, await answer.text()) == expected


async def test_a_batch_is_taken_apart(world: World) -> None:
    """A2: 2 entries x 2 changes x 3 messages are 12 messages."""
    citizens = [world.citizen(n) for n in range(12)]
    body = batch(citizens, 2, 2, 3)
    assert await post_signed(world.browser(), world.whatsapp_url, world.graph.secret, body) == 200
    await eventually(lambda: _count(world, "message WHERE author = 'citizen'", 12), what="12 messages")


async def test_the_same_message_five_times_and_again_next_day(world: World) -> None:
    """A3, on both platforms: one message, one answer."""
    citizen, http = world.citizen(), world.browser()
    body = citizen.body(citizen.text("halo"))
    posts = [post_signed(http, world.whatsapp_url, world.graph.secret, body) for _ in range(5)]
    assert await asyncio.gather(*posts) == [200] * 5
    update = world.person().text("halo")
    assert await asyncio.gather(*[world.telegram.post(http, update) for _ in range(5)]) == [200] * 5
    await world.graph.wait_for(citizen.address)
    await world.telegram.wait_for(world.person().id)
    await _forget_a_day(world)
    assert await post_signed(http, world.whatsapp_url, world.graph.secret, body) == 200
    assert await world.telegram.post(http, update) == 200
    await asyncio.sleep(0.3)
    assert len(world.graph.accepted) == 1 and len(world.telegram.sent) == 1
    assert await world.one("SELECT count(*) FROM message WHERE author = 'citizen'") == 2


async def _forget_a_day(world: World) -> None:
    """A restart between: nothing may hang on memory."""
    port = world.server.port
    await world.server.stop()
    await world.start(port)


async def test_ticks_and_errors_of_the_platform(world: World) -> None:
    """A7: each state, never backwards, and Meta's words when it failed."""
    world.graph.statuses = ("sent", "delivered", "read")
    world.graph.shuffle_statuses = True
    world.graph.duplicate_statuses = 2
    citizen, http = world.citizen(), world.browser()
    await citizen.say(http, "halo")
    await eventually(lambda: _count(world, "message WHERE delivery = 'read'", 1), what="read")
    world.graph.statuses, world.graph.closed_by_status = (), True
    world.graph.closed.add(citizen.address)
    await citizen.say(http, "1")
    await eventually(lambda: _count(world, "message WHERE delivery = 'failed' AND error <> ''", 1), what="failed")


ODD: list[tuple[str, bytes]] = [
    ("not JSON", b"{nope"),
    ("not an object", b"[1, 2]"),
    ("no entry", b'{"object": "whatsapp_business_account"}'),
    ("deep", b'{"entry":' + b"[" * 5000 + b"]" * 5000 + b"}"),
    ("empty", b""),
    ("binary", bytes(range(256))),
]


@pytest.mark.parametrize("name, body", ODD, ids=[name for name, _ in ODD])
async def test_what_cannot_be_split_is_kept_and_parked(world: World, name: str, body: bytes) -> None:
    assert await post_signed(world.browser(), world.whatsapp_url, world.graph.secret, body) == 200
    rows = await world.rows("SELECT kind, state, error, raw, address FROM inbox")
    if name == "no entry" and not rows:
        return
    assert [row["state"] for row in rows] in (["parked"], ["done"])
    citizen = world.citizen()
    await citizen.say(world.browser(), "halo")
    await world.graph.wait_for(citizen.address)


def _nodes(citizen: Citizen) -> list[dict[str, object]]:
    """Odd messages of one citizen."""
    return [
        citizen.message("text", {"body": "nol\0di tengah"}),
        citizen.message("text", {"body": "x" * 65_536}),
        citizen.message("text", {"body": 5}),
        citizen.message("text", None),
        citizen.message("hologram", {"id": "1"}),
        citizen.message("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{"}}),
        citizen.message("interactive", "no object"),
        citizen.unsupported(),
        {**citizen.text("waktu aneh"), "timestamp": "besok"},
        {**citizen.text("waktu ms"), "timestamp": "1790000000000"},
        citizen.message("location", {"latitude": "utara", "longitude": []}),
        citizen.message("contacts", {"name": 1}),
    ]


async def test_odd_messages_are_stored_and_the_next_one_is_answered(world: World) -> None:
    """Each gets 200 and a row; the citizen gets an answer afterwards, whatever came before; neighbours are unharmed."""
    http, citizen, neighbour = world.browser(), world.citizen(1), world.citizen(2)
    odd = _nodes(citizen)
    value = json.loads(citizen.body(*odd))
    value["entry"].append(json.loads(neighbour.body(neighbour.text("halo")))["entry"][0])
    value["entry"].insert(0, {"changes": "none"})
    value["entry"].insert(0, 7)
    assert await post_signed(http, world.whatsapp_url, world.graph.secret, encode(value)) == 200
    await world.graph.wait_for(neighbour.address)
    await eventually(lambda: _count(world, "inbox WHERE state = 'pending'", 0), what="all handled")
    stored = await world.one("SELECT count(*) FROM inbox WHERE address = :a", a=citizen.address)
    assert stored == len(odd)
    before = len(world.graph.to(citizen.address))
    await citizen.say(http, "menu")
    await world.graph.wait_for(citizen.address, before + 1)


async def test_lone_surrogates_do_not_harm_their_neighbours(world: World) -> None:
    citizen, neighbour = world.citizen(1), world.citizen(2)
    body = citizen.body(citizen.text("SURROGATE")).replace(b"SURROGATE", b"tolong \\ud800 pak")
    first, second = json.loads(body), json.loads(neighbour.body(neighbour.text("halo")))
    first["entry"] += second["entry"]
    assert await post_signed(world.browser(), world.whatsapp_url, world.graph.secret, json.dumps(first).encode()) == 200
    await world.graph.wait_for(neighbour.address)
    await world.graph.wait_for(citizen.address)
    assert await world.one("SELECT body FROM message WHERE author = 'citizen' AND body LIKE 'tolong%'")


async def test_a_poison_turn_is_parked_and_the_others_are_handled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn that raises is taken out of its batch, parked with its reason; nobody else waits for it."""
    from bot.turn import dialogue, intake

    real = dialogue.respond

    def sometimes(batch: object, house: object, talk: object, heard: object) -> None:
        if heard.text == "racun":  # type: ignore[attr-defined]
            raise RuntimeError("poison")
        real(batch, house, talk, heard)  # type: ignore[arg-type]

    monkeypatch.setattr(intake.dialogue, "respond", sometimes)
    http, sick, well = world.browser(), world.citizen(1), world.citizen(2)
    bodies = [sick.body(sick.text("racun"), sick.text("halo")), well.body(well.text("halo"))]
    await asyncio.gather(*[post_signed(http, world.whatsapp_url, world.graph.secret, body) for body in bodies])
    await eventually(lambda: world.graph.to(well.address), what="an answer to the neighbour of a poisonous turn")
    await eventually(lambda: world.graph.to(sick.address), what="an answer to what is not poisonous")
    parked = await world.rows("SELECT state, error, raw FROM inbox WHERE state = 'parked'")
    assert len(parked) == 1 and "RuntimeError" in parked[0]["error"] and parked[0]["raw"]


async def test_database_down_and_no_room_to_spool_means_503(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(rows: object) -> None:
        raise StoreDown("gone")

    monkeypatch.setattr(world.server.door, "_write", down)
    monkeypatch.setattr(spool, "MOST", 0)
    citizen = world.citizen()
    assert await citizen.say(world.browser(), "halo") == 503
    monkeypatch.undo()
    async with aiohttp.ClientSession() as http:
        assert await citizen.again(http) == 200
    await world.graph.wait_for(citizen.address)


async def _count(world: World, where: str, n: int) -> bool:
    return bool(await world.one(f"SELECT count(*) FROM {where}") == n)


async def test_a_thousand_items_are_one_commit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The most that WhatsApp puts into one POST; a commit for each would take longer than Meta waits."""
    from bot.web import door

    commits = []
    real = world.server.door._write

    async def counted(rows: list[object]) -> None:
        commits.append(len(rows))
        await real(rows)  # type: ignore[arg-type]

    monkeypatch.setattr(world.server.door, "_write", counted)
    body = batch([world.citizen(n) for n in range(20)], 1, 10, 100)
    assert await post_signed(world.browser(), world.whatsapp_url, world.graph.secret, body) == 200
    assert commits == [1000] == [door.MOST]
