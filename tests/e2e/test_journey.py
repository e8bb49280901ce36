"""The main line with a real browser at the desk: citizen on each channel, officer in Chromium."""

import pytest
from playwright.async_api import expect

from bot import desk
from tests.e2e.stage import PASSWORD, browser
from tests.walkers import WALKERS, Walker, survey_opening, tell
from tests.world import World, eventually

pytestmark = pytest.mark.e2e


STORIES = [("sqlite", channel) for channel in ("whatsapp", "web")]
"""Every channel on both databases is in tests/journey/test_main_line.py; here it is the officer's browser that counts."""


@pytest.mark.parametrize(
    ("database_url", "channel"),
    [*STORIES, pytest.param("postgresql", "web", marks=pytest.mark.postgres)],
    indirect=["database_url"],
)
async def test_citizen_officer_rating(world: World, channel: str) -> None:
    walker: Walker = WALKERS[channel](world)
    number = await tell(walker)
    async with browser() as chromium:
        page = await chromium.new_page()
        path = await desk.first_link(world.server.db, world.server.config)
        await page.goto(f"{world.url}{path}")
        await page.fill("#nama", "Rina Marlina")
        await page.fill("#nama_masuk", "rina")
        await page.fill("#sandi", PASSWORD)
        await page.click("button.utama")
        await page.click(f"#k-{number} a")
        await page.click("#tombol-ambil")
        await page.fill("#teks", "Wilujeng siang, laporan parantos ditampi.")
        await page.click("#kirim")
        await walker.last("parantos ditampi")
        await walker.say("Hatur nuhun, Ibu Rina")
        # live: nobody reloads
        await expect(page.locator(".m.citizen .isi").last).to_have_text("Hatur nuhun, Ibu Rina")
        await page.click("#tombol-selesai")
        await page.click("dialog[open] .utama")
        _, buttons = await walker.last(survey_opening(world))
        await walker.press(buttons[3])
        await eventually(lambda: _score(world), what="the rating")
        await expect(page.locator("body")).to_contain_text("4 dari 5")


async def _score(world: World) -> bool:
    return bool(await world.one("SELECT score FROM ticket") == 4)
