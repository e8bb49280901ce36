"""The citizen's pages in a real browser, before the real server with the real flows."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from bot import clock
from bot.models import Address, Author, Conversation, Delivery, Message
from bot.models.base import table
from bot.store import talk
from bot.store.batch import message_row
from tests.e2e.stage import Stage, staged

pytestmark = pytest.mark.e2e
ADDRESS, CONVERSATION, MESSAGE = table(Address), table(Conversation), table(Message)
SIZES = [(1440, 900), (390, 844), (320, 640)]
PAYLOAD = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage_:
        yield stage_


def last(page: Page, author: str = "bot") -> Locator:
    return page.locator(f"#list li.{author}").last


async def begin(page: Page, stage: Stage) -> None:
    """Up to the main menu, in Indonesian."""
    await page.goto(stage.url + "/chat")
    await page.get_by_role("button", name="Mulai").click()
    await page.get_by_role("button", name="Bahasa Indonesia").click()
    await expect(page.get_by_role("button", name="Buat laporan")).to_be_enabled()


async def officer_says(stage: Stage, *bodies: str, author: Author = Author.OFFICER) -> None:
    """A delivered line in the only thread there is."""
    async with stage.server.db.unit() as unit:
        row = (await unit.conn.execute(sa.select(ADDRESS.c.account, ADDRESS.c.address))).one()
        found = (await talk.load(unit.conn, [(row.account, row.address)]))[(row.account, row.address)]
        rows = [message_row(found, author, clock.now(), body=body, delivery=Delivery.DELIVERED) for body in bodies]
        await unit.conn.execute(sa.insert(MESSAGE), rows)
        here = (CONVERSATION.c.id == found.conversation_id) & (CONVERSATION.c.part == found.part)
        await unit.conn.execute(sa.update(CONVERSATION).where(here).values(seq=found.seq))
        unit.hints.add(f"w:{row.address}")


async def said(stage: Stage) -> list[str]:
    """What citizens said, in order, as the database has it."""
    query = sa.select(MESSAGE.c.body).where(MESSAGE.c.author == Author.CITIZEN).order_by(MESSAGE.c.seq)
    async with stage.server.db.read() as conn:
        return list((await conn.execute(query)).scalars())


async def test_a_thread_is_live_answered_by_buttons_and_kept_over_a_reload(stage: Stage) -> None:
    page = await stage.page(390, 844)
    await begin(page, stage)
    await page.get_by_role("button", name="Buat laporan").click()
    await expect(last(page)).to_contain_text("tentang apa")
    assert await page.locator("#list button:enabled").count() == await last(page).locator("button").count() > 2
    await expect(page.locator("#out li")).to_have_count(0)
    await officer_says(stage, "Saya Petugas, ada yang bisa dibantu?")
    await expect(last(page, "officer")).to_contain_text("ada yang bisa dibantu", timeout=15_000)
    before = await page.locator("#list li .text").all_inner_texts()
    await page.fill("#text", "belum selesai menulis")
    await page.reload()
    assert await page.locator("#list li .text").all_inner_texts() == before
    await expect(page.locator("#text")).to_have_value("belum selesai menulis")
    assert await said(stage) == ["Halo", "Bahasa Indonesia", "Buat laporan"]
    assert not stage.problems


async def test_a_cut_line_loses_nothing_and_says_nothing_twice(stage: Stage) -> None:
    page = await stage.page(390, 844)
    await begin(page, stage)
    stage.line.cut()
    for words in ("satu", "dua"):
        await page.fill("#text", words)
        await page.get_by_role("button", name="Kirim").click()
    await expect(page.locator("#out li")).to_have_count(2)
    await expect(page.locator("#note")).to_contain_text("Belum terkirim")
    await expect(page.locator("#list button:enabled")).to_have_count(0)
    stage.line.mend()
    await expect(page.locator("#out li")).to_have_count(0, timeout=30_000)
    await expect(page.locator("#note")).to_be_empty()
    assert (await said(stage))[-2:] == ["satu", "dua"]


async def test_an_answer_that_is_lost_does_not_double_the_message(stage: Stage) -> None:
    page = await stage.page(390, 844)
    await begin(page, stage)
    lost: list[Any] = []

    async def lose(route: Any) -> None:
        if lost:
            await route.continue_()
            return
        lost.append(await route.fetch())
        await route.abort()

    await page.route("**/chat/send", lose)
    await page.fill("#text", "hanya sekali")
    await page.get_by_role("button", name="Kirim").click()
    await expect(last(page, "citizen")).to_contain_text("hanya sekali")
    await page.wait_for_timeout(500)
    await page.reload()
    await page.wait_for_timeout(500)
    assert lost and (await said(stage)).count("hanya sekali") == 1
    await expect(page.get_by_text("hanya sekali")).to_have_count(1)


async def test_unsent_words_survive_a_reload(stage: Stage) -> None:
    page = await stage.page(390, 844)
    await begin(page, stage)
    await page.route("**/chat/send", lambda route: route.abort())
    await page.fill("#text", "jangan hilang")
    await page.get_by_role("button", name="Kirim").click()
    await expect(page.locator("#note")).to_contain_text("Belum terkirim")
    await page.unroute("**/chat/send")
    await page.reload()
    await expect(last(page, "citizen")).to_contain_text("jangan hilang")
    assert (await said(stage)).count("jangan hilang") == 1


async def test_without_live_line_the_page_looks_by_itself(stage: Stage) -> None:
    page = await stage.page(390, 844)
    await page.route("**/chat/events", lambda route: route.abort())
    await begin(page, stage)
    await officer_says(stage, "Lewat jalan lain")
    await expect(last(page, "officer")).to_contain_text("Lewat jalan lain", timeout=8000)


async def test_works_without_javascript(stage: Stage) -> None:
    page = await stage.page(390, 844, java_script_enabled=False)
    await page.goto(stage.url + "/chat")
    await page.get_by_role("button", name="Mulai").click()
    await page.wait_for_url(re.compile(r"/chat#akhir"), timeout=8000)
    await page.get_by_role("button", name="Bahasa Indonesia").click()
    await page.wait_for_url(re.compile(r"/chat#akhir"), timeout=8000)
    await page.get_by_role("link", name="Muat ulang").click()
    await page.fill("#text", "1")
    await page.get_by_role("button", name="Kirim").click()
    await page.wait_for_url(re.compile(r"/chat#akhir"), timeout=8000)
    await expect(last(page)).to_contain_text("tentang apa")
    assert await said(stage) == ["Halo", "Bahasa Indonesia", "1"]


async def test_words_never_become_markup(stage: Stage) -> None:
    page = await stage.page(390, 844)
    await begin(page, stage)
    await page.fill("#text", PAYLOAD)
    await page.get_by_role("button", name="Kirim").click()
    await officer_says(stage, PAYLOAD)
    await expect(last(page, "officer").locator(".text")).to_have_text(PAYLOAD)
    await page.reload()
    await expect(last(page, "officer").locator(".text")).to_have_text(PAYLOAD)
    await expect(last(page, "citizen").locator(".text")).to_have_text(PAYLOAD)
    assert await page.evaluate("window.hacked") is None
    assert not stage.problems


async def test_keyboard_alone(stage: Stage) -> None:
    page = await stage.page()
    await begin(page, stage)
    await page.get_by_role("button", name="Buat laporan").focus()
    await page.keyboard.press("Enter")
    await expect(last(page)).to_contain_text("tentang apa")
    await page.focus("#text")
    await page.keyboard.type("jalan")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("rusak")
    await page.keyboard.press("Enter")
    await expect(last(page, "citizen").locator(".text")).to_have_text("jalan\nrusak", use_inner_text=True)
    await expect(page.locator("#text")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_fits_small_screens_and_passes_axe(stage: Stage, scheme: str) -> None:
    page = await stage.page(390, 844, scheme)
    await page.goto(stage.url + "/chat")
    await passes(page, "hello")
    await begin(page, stage)
    await page.get_by_role("button", name="Buat laporan").click()
    await officer_says(stage, "a" * 300, "http://contoh.example/" + "b" * 200)
    await expect(page.locator("#list li.officer")).to_have_count(2)
    await passes(page, "chat")
    for path in ("/lacak", "/lacak/7KQ2-M4XA"):
        await page.goto(stage.url + path)
        await passes(page, path)


async def passes(page: Page, where: str) -> None:
    """No sideways scroll at any size, targets large enough, no axe finding."""
    found = await Axe().run(page)
    assert not found.response["violations"], (where, found.generate_report())
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (where, width)
        small = await page.evaluate(
            "[...document.querySelectorAll('button:enabled, a.button, input:not([type=hidden]), textarea')]"
            ".filter((e) => e.getClientRects().length && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)"
        )
        assert not small, (where, width)
