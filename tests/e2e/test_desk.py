"""The desk in a real browser: the journeys of an officer, with a mouse, with keys only, with a bad line."""

import asyncio
import os
import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, expect

from bot.desk import officers
from bot.models import Message, Role, Urgency
from tests.desk import seed
from tests.e2e.stage import Stage

pytestmark = pytest.mark.e2e
CUTS = [0.1, 4.0, *map(float, os.environ.get("E2E_CUTS", "").split())]
"""Seconds without a line; `E2E_CUTS="15 60" make e2e` tries longer ones as well."""
CUT = """[...document.querySelectorAll('main :is(a, button, input, select, textarea)')].filter(each => {
  const box = each.getBoundingClientRect(); return box.width > 4 && box.left < 0;
}).map(each => each.outerHTML.slice(0, 80))"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def accessible(page: Page, where: str) -> None:
    """axe finds nothing, nothing sticks out sideways, and nothing to press is cut off at the left, where no scroll reaches."""
    found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, f"{where}: {found.generate_report()}"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where}: wider than the window"
    cut = await page.evaluate(CUT)
    assert not cut, f"{where}: cut off at the left: {cut}"


async def in_a_row(page: Page, *keys: str) -> None:
    """As fingers press them: the second does not wait until the page has heard the first."""
    await asyncio.gather(*map(page.keyboard.press, keys))


async def colleague(stage: Stage, name: str = "Dadang Kusnadi", login: str = "dadang") -> Page:
    page = await stage.page()
    await stage.invited(page, await officers._invite(stage.server.db, Role.OFFICER), name, login)
    return page


async def test_from_first_link_to_resolved(stage: Stage) -> None:
    case = await seed.case(stage.server.db, "Euis Komariah")
    page = await stage.page()
    await stage.first_officer(page)
    await expect(page).to_have_title(re.compile(r"^\(1\) "))
    await page.click(f"#k-{case.number} a")
    await expect(page.locator("#judul-kasus")).to_be_focused()
    assert page.url.endswith(case.number)
    await page.click("#tombol-ambil")
    await expect(page.locator("#teks")).to_be_focused()
    await expect(page).to_have_title(re.compile(r"^Euis"))
    await page.fill("#teks", "Selamat pagi")
    await page.click("#kirim")
    await expect(page.locator(".m.officer .isi")).to_have_text("Selamat pagi")
    await expect(page.locator("#teks")).to_have_value("")
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await page.keyboard.type("Sudah dicek")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".m.note .isi")).to_have_text("Sudah dicek")
    await page.click("#u-high")
    await expect(page.locator("#u-high")).to_have_attribute("aria-pressed", "true")
    await page.click("#tombol-selesai")
    await page.click("dialog[open] .utama")
    await expect(page.locator(".kepala .chip")).to_have_text("Selesai, menunggu penilaian")
    await expect(page.locator("#tulis")).to_have_count(0)


async def test_keys_only(stage: Stage) -> None:
    """Sign in, take, answer, note, resolve without touching a mouse; single keys can be switched off."""
    await seed.case(stage.server.db, "Satu", minutes=9)
    second = await seed.case(stage.server.db, "Dua", minutes=5)
    page = await stage.page()
    await stage.first_officer(page)
    await page.context.clear_cookies()
    await page.goto(stage.url + second.url)
    await expect(page.locator("#nama_masuk")).to_be_focused()
    await page.keyboard.type("rina")
    await page.keyboard.press("Tab")
    await page.keyboard.type("empat kata acak biru")
    await page.keyboard.press("Enter")
    await expect(page.locator("#judul-kasus")).to_have_text("Dua")
    await page.goto(stage.url + "/desk")
    await page.wait_for_selector(".sambungan.ya")
    for key in ("j", "j", "k", "j", "Enter"):
        await page.keyboard.press(key)
    await expect(page.locator("#judul-kasus")).to_have_text("Dua")
    await page.keyboard.press("a")
    await expect(page.locator("#teks")).to_be_focused()
    await page.keyboard.type("Halo, saya bantu. j k r n a e")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".m.officer")).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await page.keyboard.type("catatan")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".m.note")).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.keyboard.press("e")
    await page.keyboard.press("Enter")
    await expect(page.locator("#tulis")).to_have_count(0)
    await in_a_row(page, "g", "s")
    await expect(page.locator("#tab-semua")).to_have_attribute("aria-current", "true")
    await page.keyboard.press("?")
    await page.keyboard.press("Space")  # the first thing in the sheet is the switch
    await page.keyboard.press("Escape")
    await in_a_row(page, "g", "q")
    await page.wait_for_timeout(300)
    await expect(page.locator("#tab-semua")).to_have_attribute("aria-current", "true")


async def test_next_message_waits_for_the_answer_of_the_first(stage: Stage) -> None:
    """The first is on the page before its own answer is (the stream is quicker): what is sent meanwhile follows it."""
    case = await seed.case(stage.server.db, "Satu")
    page = await stage.page()
    await stage.first_officer(page)
    await page.goto(stage.url + case.url)
    await page.click("#tombol-ambil")
    answered = asyncio.Event()

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await answered.wait()
        await route.fulfill(response=answer)

    await page.route("**/tulis", answer_late, times=1)
    await page.fill("#teks", "Selamat pagi")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".m.officer")).to_have_count(1)
    await page.check("[name=jenis][value=catatan]", force=True)
    await page.fill("#teks", "sudah dicek")
    await page.keyboard.press("Control+Enter")
    await page.keyboard.press("Escape")
    answered.set()
    await expect(page.locator(".m.note .isi")).to_have_text("sudah dicek")
    await expect(page.locator(".m.officer")).to_have_count(1)
    await expect(page.locator("#teks")).to_have_value("")
    await expect(page.locator("#teks")).not_to_be_focused()  # Escape was the officer's last word


async def test_late_refresh_does_not_take_the_page_back(stage: Stage) -> None:
    """A refresh of the list that was on its way when the officer went to another tab, or of a case that is left."""
    one, two = await seed.case(stage.server.db, "Satu", minutes=9), await seed.case(stage.server.db, "Dua")
    page = await stage.page()
    await stage.first_officer(page)
    await page.goto(stage.url + one.url)
    await page.wait_for_selector(".sambungan.ya")
    held, go = asyncio.Queue[str](), asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        held.put_nowait(route.request.url)
        await go.wait()
        await route.fulfill(response=answer)

    old_list, old_case = re.compile(r"/desk(\?daftar=antrean)?$"), re.compile(rf"{one.number}\?dari=")
    await page.wait_for_timeout(600)  # the throttle of the refreshes that the connection brought
    for old in (old_list, old_case):
        await page.route(old, late, times=1)
    await page.evaluate("htmx.trigger(document.body, 'antrean'), htmx.trigger(document.body, 'kasus')")
    for _ in (old_list, old_case):
        await asyncio.wait_for(held.get(), 5)
    await page.click("#tab-semua")
    await expect(page.locator("#tab-semua")).to_have_attribute("aria-current", "true")
    await page.click(f"#k-{two.number} a")
    await expect(page.locator("#judul-kasus")).to_have_text("Dua")
    async with page.expect_response(
        re.compile("daftar=semua")
    ):  # what the dropped refresh was about is fetched at once
        go.set()
    await page.wait_for_timeout(300)
    await expect(page.locator("#tab-semua")).to_have_attribute("aria-current", "true")
    await expect(page.locator("#judul-kasus")).to_have_text("Dua")


async def test_loser_is_told_who(stage: Stage) -> None:
    """F4: two officers, one case, at once."""
    case = await seed.case(stage.server.db, "Euis")
    one = await stage.page()
    await stage.first_officer(one)
    two = await colleague(stage)
    for page in (one, two):
        await page.goto(stage.url + case.url)
    await asyncio.gather(*(page.evaluate("document.querySelector('#tombol-ambil').click()") for page in (one, two)))
    await expect(one.locator("#tombol-ambil")).to_have_count(0)
    await expect(two.locator("#tombol-ambil")).to_have_count(0)
    won = [page for page in (one, two) if await page.locator("#teks").count()]
    assert len(won) == 1
    lost = two if won[0] is one else one
    winner = "Rina Marlina" if won[0] is one else "Dadang Kusnadi"
    await expect(lost.locator(".bawah")).to_contain_text(winner)


async def test_send_again_delivers_once(stage: Stage) -> None:
    """F5: the answer to the first send is lost on the way; the page sends again by itself with the same key."""
    case = await seed.case(stage.server.db, "Euis")
    page = await stage.page()
    await stage.first_officer(page)
    await page.goto(stage.url + case.url)
    await page.click("#tombol-ambil")
    await page.wait_for_selector("#teks")
    lost = []

    async def lose_the_answer(route: Route) -> None:
        if lost:
            return await route.continue_()
        lost.append(await route.fetch())
        await route.abort("connectionreset")

    await page.route("**/tulis", lose_the_answer)
    await page.fill("#teks", "Kami cek dulu")
    await page.press("#teks", "Control+Enter")
    await expect(page.locator(".m.officer:not(.jalan)")).to_have_count(1, timeout=15_000)
    await page.wait_for_timeout(500)
    assert len(lost) == 1 and await seed.count(stage.server.db, Message, author="officer") == 1
    await expect(page.locator(".m.officer")).to_have_count(1)


@pytest.mark.parametrize("seconds", CUTS)
async def test_line_cut(stage: Stage, seconds: float) -> None:
    """F2: what came while the line was down is there afterwards, in order, and the draft as well, without a reload."""
    case = await seed.case(stage.server.db, "Euis")
    page = await stage.page()
    await stage.first_officer(page)
    await page.goto(stage.url + case.url)
    await page.click("#tombol-ambil")
    await page.wait_for_selector("#teks")
    await page.evaluate("window.same = true")
    await page.fill("#teks", "setengah kalim")
    stage.line.cut()
    if seconds > 1:
        await expect(page.locator("#sambungan")).to_have_text("Menyambung…")
    for i in range(5):
        await seed.says(stage.server.db, case, f"sementara {i}")
    await seed.case(stage.server.db, "Orang baru")
    await asyncio.sleep(seconds)
    stage.line.mend()
    await expect(page.locator("#pesan")).to_contain_text("sementara 4", timeout=20_000)
    await expect(page.locator("#daftar")).to_contain_text("Orang baru")
    texts = [
        int(seq) for seq in await page.locator("[data-seq]").evaluate_all("all => all.map(one => one.dataset.seq)")
    ]
    assert texts == list(range(1, texts[-1] + 1))
    assert await page.input_value("#teks") == "setengah kalim" and await page.evaluate("window.same")
    await expect(page.locator("#sambungan")).to_have_text("Terhubung")


async def test_sent_while_the_line_is_down(stage: Stage) -> None:
    case = await seed.case(stage.server.db, "Euis")
    page = await stage.page()
    await stage.first_officer(page)
    await page.goto(stage.url + case.url)
    await page.click("#tombol-ambil")
    await page.fill("#teks", "Ditulis tanpa sinyal")
    stage.line.cut()
    await page.press("#teks", "Control+Enter")
    await expect(page.locator("#status-kirim")).to_contain_text("Dikirim lagi begitu tersambung")
    stage.line.mend()
    await expect(page.locator(".m.officer.jalan .isi")).to_have_text("Ditulis tanpa sinyal")  # shown as what it is
    await expect(page.locator(".m.officer:not(.jalan) .isi")).to_have_text("Ditulis tanpa sinyal", timeout=20_000)
    await expect(page.locator(".jalan")).to_have_count(0)
    assert await seed.count(stage.server.db, Message, author="officer") == 1


async def test_server_restart(stage: Stage) -> None:
    case = await seed.case(stage.server.db, "Euis")
    page = await stage.page()
    await stage.first_officer(page)
    await page.goto(stage.url + case.url)
    await page.wait_for_selector(".sambungan.ya")
    await stage.restart()
    await seed.says(stage.server.db, case, "sesudah mulai ulang")
    await expect(page.locator("#pesan")).to_contain_text("sesudah mulai ulang", timeout=20_000)


async def test_typing_survives_live_updates_and_reload(stage: Stage) -> None:
    """Focus, selection, draft and place stay while messages come in."""
    case = await seed.case(stage.server.db, "Euis", tuple(("citizen", f"baris {i}") for i in range(40)))
    page = await stage.page()
    await stage.first_officer(page)
    await page.goto(stage.url + case.url)
    await page.click("#tombol-ambil")
    await page.wait_for_selector("#teks")
    await expect(page.locator("#pesan")).to_contain_text("mengambil kasus")
    for _ in range(20):  # the claim's own news may still be coming in and lead to the end once more
        await page.evaluate("document.querySelector('#pesan').scrollTop = 100")
        await page.wait_for_timeout(400)
        if await page.evaluate("document.querySelector('#pesan').scrollTop") == 100:
            break
    for i in range(6):
        await page.type("#teks", f"kata{i} ", delay=15)
        await seed.says(stage.server.db, case, f"masuk {i}")
    await expect(page.locator("#pesan")).to_contain_text("masuk 5")
    await expect(page.locator("#teks")).to_be_focused()
    assert await page.input_value("#teks") == "kata0 kata1 kata2 kata3 kata4 kata5 "
    assert await page.evaluate("document.querySelector('#pesan').scrollTop") < 400
    await page.reload()
    await expect(page.locator("#teks")).to_have_value("kata0 kata1 kata2 kata3 kata4 kata5 ")


async def test_other_officers_see_a_claim_live(stage: Stage) -> None:
    case = await seed.case(stage.server.db, "Euis")
    one = await stage.page()
    await stage.first_officer(one)
    two = await colleague(stage)
    await two.goto(stage.url + case.url)
    await two.wait_for_selector(".sambungan.ya")
    await one.goto(stage.url + case.url)
    await one.click("#tombol-ambil")
    await expect(two.locator(".bawah")).to_contain_text("Ditangani Rina Marlina")
    await expect(two.locator("#daftar")).to_contain_text("Tidak ada yang menunggu")


async def test_scripts_in_words_do_not_run(stage: Stage) -> None:
    evil = '<img src=x onerror="window.bad=1"><script>window.bad=1</script>'
    case = await seed.case(stage.server.db, evil, (("citizen", evil), ("note", evil), ("system", evil)), details=evil, place=evil,
                           answers={evil: evil}, topic=evil)  # fmt: skip
    page = await stage.page()
    await stage.first_officer(page, evil)
    await page.goto(stage.url + case.url)
    await page.click("#tombol-ambil")
    await page.fill("#teks", evil)
    await page.press("#teks", "Control+Enter")
    await expect(page.locator(".m.officer .isi")).to_have_text(evil)
    await page.goto(stage.url + "/desk/petugas")
    assert await page.evaluate("window.bad") is None


async def test_everybody_can_use_it(stage: Stage) -> None:
    """axe and width on each page and state."""
    db = stage.server.db
    page = await stage.page(390, 844, "light")
    await page.goto(stage.url + "/desk/masuk")
    await accessible(page, "sign in")
    await page.goto(stage.url + await officers._invite(db, Role.ADMIN))
    await accessible(page, "invitation")
    await page.goto(stage.url + "/desk/undangan/x")
    await accessible(page, "not found")
    await stage.first_officer(page)
    await accessible(page, "empty queue")
    case = await seed.case(
        db, "Nama yang panjang sekali tanpa akhir " + "x" * 40,
        (("citizen", "https://contoh.example/" + "a" * 200), ("bot", "Baik"), ("bot", "Gagal"), ("system", "Rina mengambil kasus")),
        answers={"photo": "1"}, errors={2: ("failed", "Message undeliverable (131026)")}, urgency=Urgency.CRITICAL,
    )  # fmt: skip
    await seed.case(db, "Kedua", urgency=Urgency.HIGH, account="telegram:1")
    for name, path in {"queue": "/desk", "mine": "/desk?daftar=milik", "all": "/desk?daftar=semua", "nothing found": "/desk?cari=zzz",
                       "people": "/desk/petugas", "unclaimed": case.url}.items():  # fmt: skip
        await page.goto(stage.url + path)
        await accessible(page, name)
    await page.click("#tombol-ambil")
    await page.wait_for_selector("#teks")
    await page.check("#jenis-catatan", force=True)
    await accessible(page, "note")
    await page.fill("#teks", "Baik, kami bantu")
    await page.click("#kirim")
    await page.wait_for_selector(".m.note")
    await page.click("[data-fakta]")
    await accessible(page, "facts")
    await page.click("[data-fakta]")
    await page.click("#tombol-selesai")
    await accessible(page, "question")
    await page.click("dialog[open] .utama")
    await expect(page.locator("#tulis")).to_have_count(0)
    await accessible(page, "resolved")
    await page.keyboard.press("?")
    await accessible(page, "keys")


async def test_a_case_on_paper(stage: Stage) -> None:
    """What was said and the facts, numbers masked; nothing that can only be pressed. A phone's window is no limit for it."""
    words = [("citizen", "Nomor saya 081234567890, jalan rusak"), ("bot", "Baik")]
    case = await seed.case(stage.server.db, "Euis Komariah", words=words)
    page = await stage.page(320, 640)
    await stage.first_officer(page)
    await page.goto(stage.url + case.url)
    await page.emulate_media(media="print")
    await expect(page.locator(".m.citizen .isi")).to_be_visible()
    await expect(page.locator("#judul-kasus")).to_be_visible()
    for hidden in (".menu", "#daftar", "#tombol-ambil", "form"):
        assert not await page.locator(f"{hidden}:visible").count(), hidden
    assert "081234567890" not in await page.locator("body").inner_text()
    hidden = "[...document.querySelectorAll('#kasus, #pesan')].some(each => each.scrollHeight > each.clientHeight + 1)"
    assert not await page.evaluate(hidden), "cut off by a scroll bar that paper does not have"


async def tab_to(page: Page, target: str) -> None:
    """By the Tab key alone."""
    for _ in range(120):
        if await page.evaluate("target => document.activeElement.matches(target)", target):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached by Tab")


async def test_keys_only_set_the_topic_and_dispatch(stage: Stage) -> None:
    case = await seed.case(stage.server.db, "Satu", topic="jalan")
    page = await stage.page()
    await stage.first_officer(page)
    await page.goto(stage.url + case.url)
    await page.wait_for_selector(".sambungan.ya")
    await page.keyboard.press("a")
    await expect(page.locator("#teks")).to_be_focused()
    await tab_to(page, "#topik")
    await page.keyboard.type("Lampu")
    await tab_to(page, "form:has(#topik) button")
    await page.keyboard.press("Enter")
    await expect(page.locator('#topik option[value="pju"][selected]')).to_have_count(1)  # as the server says it
    await tab_to(page, "form:has(#instansi) button")
    await page.keyboard.press("Enter")
    await expect(page.locator(".kepala .chip")).to_have_text("Diteruskan ke instansi")
