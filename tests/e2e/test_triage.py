"""Taking the next case, the machine's suggestion, quarantine and lessons in a real browser: with keys, on a narrow phone."""

import pytest
from playwright.async_api import expect

from bot import clock
from bot.models.ref import Ref
from bot.store import quarantine
from tests.desk import seed
from tests.e2e.stage import Stage
from tests.e2e.test_desk import accessible

pytestmark = pytest.mark.e2e
GUESS = {"ranked": [["jalan", 0.92], ["pju", 0.05]], "sure": 0.92, "verdict": "sure", "why": ["berlubang", "aspal"]}


async def test_the_machines_help(stage: Stage) -> None:
    db = stage.server.db
    sunda = await seed.case(db, "Euis", language="su", topic="pju", guess=GUESS, minutes=9)
    pest = await seed.case(db, "Pengganggu " + "x" * 60, words=(("citizen", "iklan " + "y" * 150),), minutes=3)
    async with db.unit() as unit:
        found = (await unit.conn.exec_driver_sql("SELECT id, part FROM contact WHERE name LIKE 'Pengganggu%'")).one()
        await quarantine.suggest_quarantine(unit.conn, Ref(*found), "Iklan berulang " + "z" * 80, clock.now())
    page = await stage.page(320, 640, "dark")
    await stage.first_officer(page)
    await expect(page.locator(f"#k-{sunda.number} .bahasa")).to_have_text("Basa Sunda")
    await accessible(page, "queue")
    await page.keyboard.press("b")
    await page.wait_for_url(f"**{sunda.url}")
    await page.click("[data-fakta]")
    await expect(page.locator(".saran")).to_contain_text("92 %")
    await accessible(page, "suggestion")
    await page.select_option("#topik", "air")
    await page.click(".topik button")
    await expect(page.locator(".saran")).to_contain_text("Petugas memilih lain")
    await page.click("#tahan-pengirim summary")
    await accessible(page, "hold")
    for path, words in (("/desk/triase", "Setujui yang dipilih"), ("/desk/karantina", "Abaikan saran")):
        await page.goto(stage.url + path)
        await expect(page.locator("main")).to_contain_text(words)
        await accessible(page, path)
    await page.click("text=Abaikan saran")
    await expect(page.locator("main")).to_contain_text("Saran diabaikan")
    await page.goto(stage.url + pest.url)
    await accessible(page, "a case of somebody let out")
