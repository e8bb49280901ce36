"""Two officers, two windows, a line that breaks for long: nothing is said twice, lost, or said past each other."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.async_api import Page, Route, expect

from bot import clock
from bot.message import Approved, Limits
from bot.models import Conversation, Message, Unsent
from bot.models.base import table
from tests.desk import seed
from tests.e2e.shots import Quiet
from tests.e2e.stage import PASSWORD, Stage
from tests.e2e.test_desk import accessible, colleague
from tests.files import samples
from tests.world import eventually

pytestmark = pytest.mark.e2e
HERE = ".m.officer:not(.jalan) .isi"


async def holding(stage: Stage, case: seed.Case) -> Page:
    page = await stage.page()
    await stage.first_officer(page)
    await page.goto(stage.url + case.url)
    await page.click("#tombol-ambil")
    await page.wait_for_selector("#teks")
    return page


async def test_two_officers_see_each_other_and_the_news(stage: Stage) -> None:
    """F3, F7: who looks, who writes; what was written without knowing the newest words is stopped and shown with them."""
    db, case = stage.server.db, await seed.case(stage.server.db, "Euis")
    rina = await holding(stage, case)
    dadang = await colleague(stage)
    await dadang.goto(stage.url + case.url)
    await expect(rina.locator("#siapa")).to_contain_text("Dadang Kusnadi juga membuka kasus ini")
    await expect(dadang.locator("#siapa")).to_contain_text("Rina Marlina juga membuka")
    await rina.type("#teks", "Besok kami")
    await expect(dadang.locator("#siapa")).to_contain_text("Rina Marlina sedang menulis")
    await expect(rina.locator("#siapa")).not_to_contain_text("menulis")

    await rina.context.set_offline(True)
    await rina.type("#teks", " datang")
    await rina.press("#teks", "Control+Enter")
    await expect(rina.locator(".jalan .isi")).to_have_text("Besok kami datang")
    await expect(rina.locator("#teks")).to_have_value("")
    await seed.says(db, case, "Sudah diperbaiki tetangga")
    await rina.context.set_offline(False)
    await expect(rina.locator("#teks")).to_have_value("Besok kami datang", timeout=30_000)
    await expect(rina.locator("#status-kirim")).to_contain_text("Baca dulu, lalu kirim lagi")
    await expect(rina.locator(".m.citizen.baru .isi")).to_have_text("Sudah diperbaiki tetangga", timeout=20_000)
    await expect(rina.locator(".jalan")).to_have_count(0)
    assert await seed.count(db, Message, author="officer") == 0
    await rina.fill("#teks", "Syukurlah. Kami tutup laporannya")
    await expect(rina.locator(".baru")).to_have_count(0)
    await rina.press("#teks", "Control+Enter")
    await expect(dadang.locator(HERE)).to_have_text("Syukurlah. Kami tutup laporannya", timeout=20_000)

    await dadang.click(".catat-saja summary")
    await dadang.type("#teks-catatan", "@ri")
    await dadang.click(".rekan button")
    await dadang.type("#teks-catatan", "tolong periksa fotonya")
    await dadang.press("#teks-catatan", "Control+Enter")
    await expect(rina.locator(".m.note .isi")).to_have_text("@Rina Marlina tolong periksa fotonya", timeout=20_000)
    await expect(rina.locator("#alarm")).to_contain_text("Dadang Kusnadi menyebut Anda", timeout=20_000)
    await dadang.goto(stage.url + "/desk")
    await expect(rina.locator("#siapa")).not_to_contain_text("Dadang", timeout=30_000)


async def test_a_minute_without_a_line_and_another_server_afterwards(stage: Stage) -> None:
    """F2, F5: the lid is closed, the server starts anew meanwhile; three messages leave once and in order, the draft stays."""
    case = await seed.case(stage.server.db, "Euis")
    page = await stage.page()
    await page.clock.install()
    await stage.first_officer(page)
    await page.goto(stage.url + case.url)
    await page.click("#tombol-ambil")
    await page.wait_for_selector("#teks")
    await page.evaluate("window.same = true")
    stage.line.cut()
    await expect(page.locator("#sambungan")).to_have_text("Menyambung…", timeout=20_000)
    for words in ("Satu", "Dua", "Tiga"):
        await page.fill("#teks", words)
        await page.press("#teks", "Control+Enter")
    await page.type("#teks", "setengah kal")
    await expect(page.locator(".jalan .isi")).to_have_text(["Satu", "Dua", "Tiga"])
    await stage.restart()
    await seed.says(stage.server.db, case, "bot menyapa", "bot")
    await page.clock.fast_forward("01:00")
    stage.line.mend()
    await page.clock.fast_forward("00:10")
    await expect(page.locator(HERE)).to_have_text(["Satu", "Dua", "Tiga"], timeout=40_000)
    await expect(page.locator(".jalan")).to_have_count(0)
    await expect(page.locator("#pesan")).to_contain_text("bot menyapa")
    await expect(page.locator("#sambungan")).to_have_text("Terhubung", timeout=20_000)
    assert await page.input_value("#teks") == "setengah kal" and await page.evaluate("window.same")
    assert await seed.count(stage.server.db, Message, author="officer") == 3
    seqs = [int(seq) for seq in await page.locator("[data-seq]").evaluate_all("all => all.map(one => one.dataset.seq)")]
    assert seqs == list(range(1, seqs[-1] + 1))


async def test_two_windows_and_another_desk(stage: Stage) -> None:
    """F5, F7: what is begun in one place goes on in another; two windows that send the same line of messages send it once."""
    db, case = stage.server.db, await seed.case(stage.server.db, "Euis")
    one = await holding(stage, case)
    two = await one.context.new_page()
    await two.goto(stage.url + case.url)
    await two.wait_for_selector(".sambungan.ya")
    await one.context.set_offline(True)
    for words in ("Pertama", "Kedua"):
        await one.fill("#teks", words)
        await one.press("#teks", "Control+Enter")
    await expect(two.locator(".jalan .isi")).to_have_text(["Pertama", "Kedua"])  # both windows know of them now
    await one.context.set_offline(False)
    for window in (one, two):
        await expect(window.locator(HERE)).to_have_text(["Pertama", "Kedua"], timeout=40_000)
        await expect(window.locator(".jalan")).to_have_count(0)
    assert await seed.count(db, Message, author="officer") == 2

    await one.type("#teks", "Dimulai di kantor")
    await eventually(lambda: seed.count(db, Unsent, text="Dimulai di kantor"))
    home = await stage.page(390, 844)
    await home.goto(stage.url + case.url)
    await home.fill("#nama_masuk", "rina")
    await home.fill("#sandi", PASSWORD)
    await home.keyboard.press("Enter")
    await expect(home.locator("#teks")).to_have_value("Dimulai di kantor")
    await home.press("#teks", "Control+Enter")
    await expect(home.locator(HERE).last).to_have_text("Dimulai di kantor", timeout=20_000)
    await eventually(lambda: _none(stage))
    await one.close()
    again = await two.context.new_page()  # the window that was closed had it in its own memory, the server no longer
    await again.goto(stage.url + case.url)
    await expect(again.locator(HERE).last).to_have_text("Dimulai di kantor")
    await expect(again.locator("#teks")).to_have_value("")


class Told(Quiet):
    """A platform with a window of a day, and templates."""

    limits, lists_templates = Limits(4096, window=timedelta(hours=24)), False

    async def templates(self) -> list[Approved]:
        return []

    def is_template_news(self, raw: bytes) -> bool:
        return False


async def test_files_and_templates_leave_once_and_edits_are_read_first(stage: Stage) -> None:
    """F5: what could not leave is sent once, after a reload, too. F3: other words for what was read stop the answer to it."""
    db, message = stage.server.db, table(Message)
    case = await seed.case(db, "Euis")
    page = await holding(stage, case)
    await page.click(".kirim-berkas summary")
    await page.set_input_files("#berkas", {"name": "jalan.jpg", "mimeType": "image/jpeg", "buffer": samples.photo()})
    await page.fill("#teks-berkas", "Foto dari lapangan")
    stage.line.cut()
    await page.click(".kirim-berkas button")
    await expect(page.locator(".jalan .isi")).to_contain_text("jalan.jpg")
    await expect(page.locator(".jalan .meta")).to_contain_text("Belum terkirim", timeout=20_000)
    stage.line.mend()
    await page.reload()  # the file lies in the browser
    await expect(page.locator(".m.officer:not(.jalan) .berkas img")).to_have_count(1, timeout=40_000)
    await expect(page.locator(".jalan")).to_have_count(0)
    assert await seed.count(db, Message, author="officer") == 2, (
        "the words and, for a platform without files, where it lies"
    )
    await page.click(".kirim-berkas summary")
    await page.set_input_files("#berkas", {"name": "a.html", "mimeType": "text/html", "buffer": samples.HTML})
    await page.click(".kirim-berkas button")
    await expect(page.get_by_text("Jenis berkas ini tidak dapat dikirim")).to_be_visible(timeout=20_000)
    assert await page.evaluate("document.querySelector('#berkas').files[0].name") == "a.html", "it is in the form again"
    await page.click(".kirim-berkas summary")

    await page.fill("#teks", "Lubangnya besok ditutup")
    await page.context.set_offline(True)
    await page.press("#teks", "Control+Enter")
    edit = {
        "edited_at": "2026-11-22T03:00:00+00:00",
        "edits": [{"at": "2026-11-22T03:00:00+00:00", "text": "Jalan berlubang"}],
    }
    async with db.unit() as unit:
        mine = (message.c.conversation_id == case.conversation.id, message.c.seq == 1)
        await unit.conn.execute(sa.update(message).where(*mine).values(body="Jembatannya putus", data=edit))
        unit.changed(case.conversation)
    await page.context.set_offline(False)
    await expect(page.locator("#teks")).to_have_value("Lubangnya besok ditutup", timeout=40_000)
    await expect(page.locator(".m.citizen.baru .isi")).to_have_text("Jembatannya putus", timeout=20_000)
    assert await seed.count(db, Message, author="officer") == 2

    stage.server.house.channels["whatsapp"] = Told()  # type: ignore[index]
    async with db.unit() as unit:
        talk = table(Conversation)
        await unit.conn.execute(sa.update(talk).values(last_inbound_at=clock.now() - timedelta(days=2)))
    await page.reload()
    form = page.locator("#templat form").first
    for field in await form.locator("input:not([type=hidden])").all():
        await field.fill("hari ini")
    await form.locator("button").dblclick()
    await expect(page.locator(HERE)).to_have_count(1 + 1, timeout=20_000)
    assert await seed.count(db, Message, author="officer") == 3


async def _none(stage: Stage) -> bool:
    return not await seed.count(stage.server.db, Unsent)


async def test_everybody_can_answer_and_hand_over(stage: Stage) -> None:
    """An answer to one message, a note, a case given away: axe and width on each, and the words arrive where they belong."""
    db = stage.server.db
    case = await seed.case(db, "Euis", tuple(("citizen", f"baris {i}") for i in range(1, 331)))
    page = await stage.page(320, 640, "dark")
    await stage.first_officer(page)
    await page.goto(stage.url + case.url + "?dari=5")
    await accessible(page, "far back")
    await page.click("text=Ke pesan terbaru")
    await page.click(".catat-saja summary")
    await page.fill("#teks-catatan", "@rin")
    await accessible(page, "note")
    await page.fill("#teks-catatan", "")
    await page.click("#tombol-ambil")
    await page.wait_for_selector("#teks")
    await page.fill("#teks", "Kata pertama")
    await page.click("#m330 a:has-text('Jawab')")
    await expect(page.locator("#menjawab")).to_contain_text("baris 330")
    await expect(page.locator("#teks")).to_have_value("Kata pertama")
    await accessible(page, "answering")
    await page.press("#teks", "Control+Enter")
    await expect(page.locator(".m.officer:not(.jalan)")).to_contain_text("Membalas: baris 330", timeout=20_000)
    await expect(page.locator("#menjawab")).to_have_count(0)
    await page.goto(stage.url + case.url + "/serahkan")
    await accessible(page, "hand over")
    await page.fill("#catatan", "Tunggu foto dari warga")
    await page.click("main button.utama")
    await expect(page.locator(".serah")).to_contain_text("Tunggu foto dari warga")
    await accessible(page, "handed over")


@pytest.mark.parametrize(("then", "shown"), [(None, "yang terbaru"), ("Control+Enter", "")])
async def test_a_page_read_before_the_last_save_does_not_bring_older_words(
    stage: Stage, then: str | None, shown: str
) -> None:
    """The page is read, then the words are stored or sent, then the page is shown: what this window knows is newer."""
    case = await seed.case(stage.server.db, "Euis")
    page = await stage.page()
    await stage.first_officer(page)
    await page.goto(stage.url + case.url)
    await page.click("#tombol-ambil")
    await page.type("#teks", "yang lama")
    await eventually(lambda: seed.count(stage.server.db, Unsent, text="yang lama"))
    was_read, was_stored = asyncio.Event(), asyncio.Event()

    async def read(route: Route) -> None:
        answer = await route.fetch()
        was_read.set()
        await was_stored.wait()
        await route.fulfill(response=answer)

    async def store(route: Route) -> None:
        await was_read.wait()
        await route.continue_()

    await page.route(stage.url + case.url, read)
    await page.route("**/draf", store)
    await page.route("**/tulis", store)
    await page.fill("#teks", "yang terbaru")
    page.on("requestfinished", lambda request: was_stored.set() if request.method == "POST" else None)
    if then:
        await page.press("#teks", then)
    await page.reload()
    await expect(page.locator("#teks")).to_have_value(shown)
