"""The desk on whatever an officer has: installed and without a line, with news while it is closed, with a tab that slept, enlarged four
times, in the colours that the system forces."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import Page, expect

from bot import push
from bot.models import PushDevice
from tests.desk import seed
from tests.e2e.stage import Stage
from tests.e2e.test_desk import CUT
from tests.world import eventually

pytestmark = pytest.mark.e2e
SOUNDS = """(() => { const Real = AudioContext; window.sounds = 0;
  window.AudioContext = class extends Real { constructor() { super(); window.sounds += 1; } }; })()"""
SERVICE = """PushManager.prototype.subscribe = async function () {
  const made = { endpoint: "https://fcm.googleapis.com/fcm/send/abc", keys: { p256dh: "%s", auth: "%s" } };
  const kept = { ...made, toJSON: () => made, unsubscribe: async () => { PushManager.prototype.getSubscription = async () => null; } };
  PushManager.prototype.getSubscription = async () => kept;
  return kept;
}"""
"""What a push service of the internet would answer; no test leaves this machine. All else is the browser's own."""


async def test_installed(stage: Stage, tmp_path: Path) -> None:
    """The worker keeps one page for when there is no line and shows news; sounds and news only for who asks."""
    db = stage.server.db
    page = await stage.page(service_workers="allow")
    await page.context.grant_permissions(["notifications"], origin=stage.url)
    await page.add_init_script(SOUNDS)
    await stage.first_officer(page)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await seed.case(db, "Euis Komariah")
    await expect(page.locator(".kartu")).to_have_count(1, timeout=20_000)
    assert await page.evaluate("sounds") == 0, "nobody has asked for it"
    await page.goto(f"{stage.url}/desk/saya")
    await page.check("input[name=suara]")
    assert await page.evaluate("sounds") == 1, "so that one knows it"
    await page.goto(f"{stage.url}/desk")
    await seed.case(db, "Asep Sunandar")
    await page.wait_for_function("() => sounds === 1")
    kept = await page.evaluate(
        "caches.keys().then(async ([name]) => (await (await caches.open(name)).keys()).map(each => new URL(each.url).pathname))"
    )
    assert "/desk/luring" in kept and len(kept) == 3, kept

    stage.line.cut()
    await page.goto(f"{stage.url}/desk")
    await expect(page.locator("h1")).to_have_text("Tidak tersambung")
    assert "Komariah" not in await page.content()
    stage.line.mend()
    await page.click("text=Coba lagi")
    await expect(page.locator(".kartu")).to_have_count(2)

    stage.server.house.push = push.make(tmp_path)
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    await page.goto(f"{stage.url}/desk/saya")
    await page.evaluate(
        "() => navigator.serviceWorker.ready.then(() => {" + SERVICE % (push.b64(point), push.b64(b"a" * 16)) + "})"
    )
    await page.check("input[name=dorong]")
    await expect(page.locator("#perangkat-kabar")).not_to_be_empty()
    await eventually(lambda: seed.count(db, PushDevice))
    told = await page.context.new_cdp_session(page)
    known: list[str] = []
    told.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda news: known.extend(each["registrationId"] for each in news["registrations"]),
    )
    await told.send("ServiceWorker.enable")
    await eventually(lambda: _some(known))
    news = {"what": "alarm", "path": "/desk/tiket/ABC", "lang": "id", "name": "Euis Komariah"}
    await told.send(
        "ServiceWorker.deliverPushMessage", {"origin": stage.url, "registrationId": known[0], "data": json.dumps(news)}
    )
    shown = "() => navigator.serviceWorker.ready.then(it => it.getNotifications()).then(all => all.map(each => [each.title, each.body, each.data]))"
    await eventually(lambda: page.evaluate(f"({shown})().then(all => all.length)"))  # a promise alone counts as true
    assert await page.evaluate(shown) == [
        ["Panggilan darurat", "Nyawa warga mungkin terancam. Buka sekarang.", "/desk/tiket/ABC"]
    ]
    await page.uncheck("input[name=dorong]")
    await eventually(lambda: _none(stage))


async def _some(found: list[str]) -> bool:
    return bool(found)


async def _none(stage: Stage) -> bool:
    return not await seed.count(stage.server.db, PushDevice)


async def test_enlarged_asleep_and_in_forced_colours(stage: Stage) -> None:
    """400 % of a window of 1280 × 1024 is 320 × 256: nothing sideways, and whatever one can do with a case can be done."""
    db = stage.server.db
    case = await seed.case(
        db, "Nama yang panjang sekali " + "x" * 40, (("citizen", "https://contoh.example/" + "a" * 90),)
    )
    page = await stage.page(320, 256, device_scale_factor=4)
    await stage.first_officer(page)
    await page.goto(stage.url + case.url)
    await page.click("#tombol-ambil")
    await page.wait_for_selector("#teks")
    await page.locator("#m1").scroll_into_view_if_needed()
    await page.screenshot(path=str(stage.folder / "zoom.png"))
    await fits(page, "a case")
    seen = """() => { const { top, bottom, height } = document.querySelector('#m1').getBoundingClientRect();
      return height > 20 && top < innerHeight && bottom > 0; }"""
    assert await page.evaluate(seen), "the words can be read"
    for target in ("#kirim", ".kirim-berkas summary", "#tombol-selesai", ".kembali"):
        await page.locator(target).click(trial=True)
    await page.click("[data-fakta]")
    for target in ("#u-high", "#topik", "#buka-nomor summary", ".fakta a[href$=serahkan]"):
        await page.locator(target).click(trial=True)
    await fits(page, "facts")
    await page.screenshot(path=str(stage.folder / "facts.png"))
    await page.click("[data-fakta]")
    await page.fill("#teks", "Baik, kami bantu")
    await page.click("#kirim")
    await expect(page.locator(".m.officer:not(.jalan) .isi")).to_have_text("Baik, kami bantu", timeout=20_000)
    await page.click("#tombol-selesai")
    await page.locator("dialog[open] .utama").click(trial=True)
    await fits(page, "a question")
    await page.keyboard.press("Escape")

    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.emulate_media(forced_colors="active", reduced_motion="reduce")
    await page.screenshot(path=str(stage.folder / "forced.png"))
    borders = """() => ['.m.citizen', '.m.officer', '#kirim'].map(each => getComputedStyle(document.querySelector(each)).borderTopStyle)"""
    assert all(style != "none" for style in await page.evaluate(borders)), (
        "without colours only borders tell one thing from another"
    )
    moving = """() => [...document.querySelectorAll('*')].filter(each => parseFloat(getComputedStyle(each).transitionDuration) > 0).length
      + document.getAnimations().length"""
    assert await page.evaluate(moving) == 0

    sleep = await page.context.new_cdp_session(page)
    await sleep.send("Page.setWebLifecycleState", {"state": "frozen"})
    await seed.says(db, case, "Ditulis selagi tab tidur")
    await seed.case(db, "Yang baru")
    await sleep.send("Page.setWebLifecycleState", {"state": "active"})
    await expect(page.locator(".m.citizen .isi").last).to_have_text("Ditulis selagi tab tidur", timeout=60_000)
    await expect(page.locator("#tab-antrean .hitung")).to_have_text("1", timeout=60_000)


async def fits(page: Page, where: str) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where}: wider than the window"
    assert not await page.evaluate(CUT), where
