"""Templates as Meta has them: read in pages, at its news and every hour; what was rejected or re-priced is seen and never offered."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.citizen import post_signed
from tests.fakes.graph import Failure
from tests.world import World, eventually

NAMES = ("kabar_laporan", "mohon_balas", "nilai_layanan", "laporan_menunggu")


def template(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"1{len(name)}", "name": name, "language": "id", "status": "APPROVED", "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Laporan {{1}}"}], "quality_score": {"score": "GREEN"}, **more,
    }  # fmt: skip


@pytest.fixture
async def stocked(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    world = World(database_url, tmp_path, {"WARGI_WHATSAPP_BUSINESS_ACCOUNT_ID": "900100"})
    world.graph.templates = [template(each) for each in NAMES] + [template("lain", language="en_US")]
    async with world:
        await eventually(lambda: _count(world, 5), what="the first read")
        yield world


async def told(world: World, field: str) -> None:
    """Meta's news about a template."""
    change = {"field": field, "value": {"message_template_name": "kabar_laporan", "event": "PAUSED"}}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "900100", "time": 1, "changes": [change]}]}
    status = await post_signed(world.browser(), world.whatsapp_url, world.graph.secret, json.dumps(body).encode())
    assert status in (200, None)


@pytest.mark.parametrize(
    ("field", "change", "shown"),
    [
        ("message_template_status_update", {"status": "PAUSED"}, "PAUSED"),
        ("message_template_status_update", {"status": "REJECTED", "rejected_reason": "ABUSIVE"}, "ABUSIVE"),
        ("template_category_update", {"category": "MARKETING"}, "diubah platform dari UTILITY"),
    ],
)
async def test_news_is_read_at_once_and_takes_the_template_away(
    stocked: World, field: str, change: dict[str, str], shown: str
) -> None:
    world = stocked
    admin = await world.officer()
    assert world.server.house.unusable == frozenset()
    page = await admin.get("/desk/templat")
    assert all(name in page for name in NAMES) and page.count("tidak ditawarkan") == 1
    world.graph.templates[0] |= change
    await told(world, field)
    await eventually(lambda: world.server.house.unusable == {"kabar_laporan"}, what="the news")
    page = await admin.get("/desk/templat")
    assert shown in page and page.count("tidak ditawarkan") == 2


async def test_what_cannot_be_read_is_an_outage_and_leaves_what_was_known(stocked: World) -> None:
    world = stocked
    admin = await world.officer()
    world.graph.fail_next.append(Failure(401, 190))
    await told(world, "message_template_quality_update")
    await eventually(lambda: _outages(world, 1), what="the outage")
    page = await admin.get("/desk/templat")
    assert "Templat tidak dapat dibaca dari platform" in page and "kabar_laporan" in page
    assert "templates whatsapp:100200300" in await admin.get("/desk")
    await told(world, "message_template_status_update")
    world.server._templates.news()  # type: ignore[union-attr]
    await eventually(lambda: _outages(world, 0), what="its end")
    assert await _count(world, 5)


async def _count(world: World, count: int) -> bool:
    return bool(await world.one("SELECT count(*) FROM template") == count)


async def _outages(world: World, count: int) -> bool:
    return bool(await world.one("SELECT count(*) FROM outage") == count)
