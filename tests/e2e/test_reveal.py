"""Masked numbers in a real browser: with keys, with a page that changes meanwhile, without scripts, on a phone."""

import pytest
from playwright.async_api import expect

from tests.desk import seed
from tests.e2e.stage import Stage
from tests.e2e.test_desk import accessible

pytestmark = pytest.mark.e2e
NIK = "3273014508900001"


async def test_with_keys_while_the_citizen_writes_on(stage: Stage) -> None:
    case = await seed.case(stage.server.db, "Euis", (("citizen", f"NIK abdi {NIK}"),))
    page = await stage.page()
    await stage.first_officer(page)
    await page.goto(f"{stage.url}{case.url}")
    await expect(page.locator("#m1 .isi")).to_have_text("NIK abdi 3273********0001")
    await page.locator("#buka-nomor summary").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator("#alasan")).to_be_focused()
    await page.keyboard.type("Mencocokkan data")
    await seed.says(stage.server.db, case, "Halo?")
    await expect(page.locator("#m2")).to_be_visible()
    await expect(page.locator("#alasan")).to_have_value("Mencocokkan data")
    await expect(page.locator("#alasan")).to_be_focused()
    await accessible(page, "asking for a reason")
    await page.keyboard.press("Enter")
    await expect(page.locator("#m1 .isi")).to_have_text(f"NIK abdi {NIK}")
    await accessible(page, "numbers shown")
    await page.goto(f"{stage.url}/desk/pengungkapan")
    await expect(page.locator(".orang")).to_contain_text("Mencocokkan data")
    await accessible(page, "who has looked")


async def test_without_scripts_on_a_phone(stage: Stage) -> None:
    case = await seed.case(stage.server.db, "Euis", (("citizen", f"NIK abdi {NIK}"),))
    page = await stage.page(width=360, height=740)
    await stage.first_officer(page)
    await page.goto(f"{stage.url}{case.url}")
    await page.click(".tombol-fakta")
    await page.click("#buka-nomor summary")
    await accessible(page, "asking on a phone")
    state = await page.context.storage_state()
    plain = await stage.page(java_script_enabled=False, storage_state=state)
    await plain.goto(f"{stage.url}{case.url}")
    await plain.click("#buka-nomor summary")
    await plain.fill("#alasan", "Menelepon warga")
    await plain.click("#buka-nomor button")
    await expect(plain.locator("#m1 .isi")).to_have_text(f"NIK abdi {NIK}")
