"""K6: a photo or a voice note is kept as a reference; no address of ours or of the platform's leads to it."""

import json

from tests.world import World, eventually


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
