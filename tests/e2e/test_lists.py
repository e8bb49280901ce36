"""Ready words by `/`, and many cases at once, as officers do it in a browser."""

import pytest
from playwright.async_api import expect

from bot import clock
from bot.store import replies
from tests.desk import seed
from tests.e2e.stage import Stage
from tests.e2e.test_desk import accessible

pytestmark = pytest.mark.e2e


async def test_a_slash_brings_ready_words_and_nothing_is_sent(stage: Stage) -> None:
    case = await seed.case(stage.server.db, "Euis Komariah")
    page = await stage.page()
    await stage.first_officer(page)
    async with stage.server.db.unit() as unit:
        texts = {"id": "Halo {nama}, mohon foto untuk {nomor}."}
        await replies.put(unit.conn, [("minta-foto", "Minta foto", texts)], 1, clock.now())
    await page.goto(stage.url + case.url)
    await page.click("#tombol-ambil")
    await page.wait_for_selector(".sambungan.ya")
    await page.locator("#teks").focus()
    await page.keyboard.type("/foto")
    await expect(page.locator("#balasan-daftar button")).to_have_count(1)
    await accessible(page, "the list of ready words")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#teks")).to_have_value(f"Halo Euis Komariah, mohon foto untuk {case.number}.")
    await expect(page.locator("#teks")).to_be_focused()
    await expect(page.locator(".m.officer")).to_have_count(0)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#pesan ol:not(.tunda) .m.officer")).to_have_count(1, timeout=20_000)
    await page.goto(stage.url + "/desk/balasan")
    await expect(page.locator("text=Dipakai 1×")).to_have_count(1)


async def test_many_at_once_and_back(stage: Stage) -> None:
    """What comes in while cases are chosen is told and moves nothing."""
    for n in range(3):
        await seed.case(stage.server.db, f"Warga {n}")
    page = await stage.page()
    await stage.first_officer(page)
    await page.goto(stage.url + "/desk/daftar")
    await page.check("#pilih-semua input")
    await expect(page.locator("#pilih-semua span")).to_have_text("3 dipilih")
    await seed.case(stage.server.db, "Baru datang")
    await expect(page.locator("#kabar-daftar a")).to_have_count(1, timeout=30_000)
    await expect(page.locator("#baris li")).to_have_count(3)
    await page.check("input[name=tindakan][value=topik]")
    await page.select_option("#nilai-topik", "pju")
    await page.click("#massal .utama")
    await expect(page.locator(".chip.run")).to_have_count(3)
    await accessible(page, "what became of many")
    await page.click("form .utama")
    await expect(page.locator("text=Dibatalkan 3")).to_have_count(1)
    await page.goto(stage.url + "/desk/daftar?topik=jalan")
    await expect(page.locator("#baris li")).to_have_count(4)
