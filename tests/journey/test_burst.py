"""B7: people write several short lines. They are handled in order, answered once where that is apt, and nobody is told to wait."""

import asyncio

from tests.fakes.citizen import post_signed
from tests.world import World, eventually

LINES = ("Jalan di depan pasar", "rusak parah", "sudah sebulan", "kemarin ada yang jatuh", "tolong pak", "cepat ya")


async def test_six_lines_make_one_answer_and_one_story(world: World) -> None:
    citizen, http = world.citizen(), world.browser()
    for words in ("halo", "1", "1", "2", "1", "Desa Cibiru Wetan"):
        before = len(world.graph.to(citizen.address))
        await citizen.say(http, words)
        await eventually(lambda n=before: len(world.graph.to(citizen.address)) > n, what=words)
    before = len(world.graph.to(citizen.address))
    for line in LINES:
        await citizen.say(http, line)
        await asyncio.sleep(0.1)
    await eventually(lambda: len(world.graph.to(citizen.address)) > before, what="the one answer")
    await asyncio.sleep(0.5)
    assert len(world.graph.to(citizen.address)) == before + 1
    await citizen.say(http, "tidak ada")
    await eventually(lambda: "cepat ya" in world.graph.to(citizen.address)[-1].text, what="the summary")
    summary = world.graph.to(citizen.address)[-1].text
    assert [summary.index(line) for line in LINES] == sorted(summary.index(line) for line in LINES)


async def test_lines_before_the_first_answer_are_kept_in_order(world: World) -> None:
    """All six in one webhook, to a citizen nobody knows yet: one conversation, gapless, and not six menus."""
    citizen = world.citizen()
    body = citizen.body(*[citizen.text(line) for line in ("assalamualaikum", *LINES[1:])])
    assert await post_signed(world.browser(), world.whatsapp_url, world.graph.secret, body) == 200
    await world.graph.wait_for(citizen.address)
    await eventually(lambda: _stored(world), what="six lines")
    await asyncio.sleep(0.3)
    rows = await world.rows("SELECT body, seq FROM message WHERE author = 'citizen' ORDER BY seq")
    assert [row["body"] for row in rows] == ["assalamualaikum", *LINES[1:]]
    assert len(world.graph.to(citizen.address)) <= 2
    assert await world.one("SELECT count(*) FROM conversation") == 1
    assert not any("tunggu" in one.text.lower() for one in world.graph.accepted)


async def _stored(world: World) -> bool:
    return bool(await world.one("SELECT count(*) FROM message WHERE author = 'citizen'") == 6)
