"""A citizen's message becomes a ticket, an officer answers, the citizen rates: on every channel, on both databases, by HTTP only."""

import pytest

from tests.walkers import WALKERS, Walker, survey_opening, tell
from tests.world import World, eventually


@pytest.mark.parametrize("channel", WALKERS)
async def test_from_the_first_word_to_the_rating(world: World, channel: str) -> None:
    walker: Walker = WALKERS[channel](world)
    number = await tell(walker)
    rina = await world.officer("Rina")
    page = await rina.get("/desk")
    assert number in page or "gorowong" in page
    await rina.get(f"/desk/tiket/{number}")
    status, _ = await rina.act(number, "ambil")
    assert status == 200
    await walker.last("Rina")
    status, page = await rina.say(number, "Wilujeng siang, laporan parantos ditampi DBMPR.", "kunci00001")
    assert status == 200 and "DBMPR" in page
    await walker.last("parantos ditampi DBMPR")
    await rina.say(number, "Sudah ada tiga laporan serupa.", "kunci00002", note=True)
    await walker.say("hatur nuhun pisan")
    await eventually(
        lambda: _has(world, "SELECT count(*) FROM message WHERE body = 'hatur nuhun pisan'"), what="the citizen's line"
    )
    assert "hatur nuhun pisan" in await rina.get(f"/desk/tiket/{number}")
    status, _ = await rina.act(number, "selesai")
    assert status == 200

    _, buttons = await walker.last(survey_opening(world))
    assert len(buttons) == 5 and all(len(id_.encode()) <= 64 for id_ in buttons)
    await walker.press(next(id_ for id_ in buttons if id_.endswith("/4")))
    await eventually(lambda: _is(world, "SELECT score FROM ticket", 4), what="the rating")
    if walker.buttons:
        await walker.press(next(id_ for id_ in buttons if id_.endswith("/1")))  # a second answer changes nothing
    await walker.say("Patugasna saé, hatur nuhun")
    await eventually(lambda: _is(world, "SELECT comment FROM survey", "Patugasna saé, hatur nuhun"), what="the comment")
    assert await world.one("SELECT score FROM ticket") == 4
    assert await world.one("SELECT state FROM ticket") == "closed"
    assert await world.one("SELECT count(*) FROM ticket") == 1
    page = await rina.get(f"/desk/tiket/{number}")
    assert "Patugasna saé" in page

    async with world.browser().get(f"{world.url}/lacak/{number}") as answer:
        public = await answer.text()
        assert answer.status == 200
    assert (
        "Selesai" in public
        and "kacamatan Cileunyi" not in public
        and "gorowong" not in public
        and "Warga 1" not in public
    )
    notes = [one for one in _outgoing(world) if "tiga laporan serupa" in one]
    assert notes == [], "a note left the desk"
    gaps = await world.rows("SELECT conversation_id, count(*) n, max(seq) top FROM message GROUP BY conversation_id")
    assert all(row["n"] == row["top"] for row in gaps), gaps


def _outgoing(world: World) -> list[str]:
    return (
        [one.text for one in world.graph.accepted]
        + [one.text for one in world.telegram.sent]
        + [one.text for other in world.others for one in other.sent]
    )


async def _has(world: World, query: str) -> bool:
    return bool(await world.one(query))


async def _is(world: World, query: str, value: object) -> bool:
    return bool(await world.one(query) == value)
