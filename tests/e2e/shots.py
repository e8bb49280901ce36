"""Pictures of the desk from invented data: `python -m tests.e2e.shots [folder]`; with `--readme` renews docs/desk.png."""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page

from bot.message import Limits, Outbound, Receipt
from bot.models import Urgency
from bot.store.db import Db
from tests.desk import seed
from tests.desk.seed import Case
from tests.e2e.stage import Stage, staged
from tests.e2e.test_every_page import PAGES

THREAD = (
    ("citizen", "Sampurasun. Jalan di payuneun SDN Cikajang gorowong ageung, bahaya keur barudak."),
    (
        "bot",
        "Rampes. Hatur nuhun kana laporanana. Dupi lokasina di mana? Mangga kirim lokasi atanapi ketik ngaran désana.",
    ),
    ("citizen", "Désa Cikajang, Kacamatan Cikajang, Garut"),
    ("bot", "Laporan parantos ditampi. Petugas bakal ngabales di dieu."),
)


class Quiet:
    """A platform that takes everything and says so."""

    name, account, limits = "whatsapp", "whatsapp:100200300", Limits(4096)

    async def send(self, out: Outbound) -> Receipt:
        return Receipt(out.ref, "delivered")


async def fill(db: Db) -> Case:
    """A morning at the hotline."""
    await seed.case(db, "Asep Sunandar", (("citizen", "KTP saya sudah 3 bulan belum jadi, tolong dicek."),), minutes=7,
                    account="telegram:55", topic="kependudukan", details="KTP saya sudah 3 bulan belum jadi, tolong dicek")  # fmt: skip
    await seed.case(db, "", (("citizen", "PBB naik tidak wajar di Kecamatan Coblong"),), minutes=14, topic="pajak",
                    phone="6281277317731", details="PBB naik tidak wajar di Kecamatan Coblong", reason="asked")  # fmt: skip
    await seed.case(db, "Dede Rohmat", (("citizen", "Cai PDAM pareum ti kamari, iraha hurungna?"),), minutes=26,
                    language="su", topic="air_bersih", details="Cai PDAM pareum ti kamari, iraha hurungna?", phone="6285711112222")  # fmt: skip
    await seed.case(db, "Siti Nurhaliza", (("citizen", "Lampu jalan mati di gang kami"),), minutes=64, account="web:1",
                    topic="penerangan", details="Lampu jalan mati di gang kami, sudah seminggu gelap")  # fmt: skip
    await seed.case(db, "Yayah", (("citizen", "Banjir sudah setinggi dada"),), minutes=2, urgency=Urgency.CRITICAL,
                    topic="banjir", details="Banjir sudah setinggi dada, ada lansia di rumah", phone="6281399990001")  # fmt: skip
    await seed.case(db, "Ujang Hermawan", (("citizen", "Obat isoman belum datang"),), minutes=31, urgency=Urgency.HIGH,
                    topic="kesehatan", details="Paket obat isoman belum datang sejak Senin", phone="6281399990002")  # fmt: skip
    return await seed.case(
        db, "Euis Komariah", THREAD, minutes=3, language="su", topic="jalan", subtopic="berlubang", urgency=Urgency.HIGH,
        place="Désa Cikajang, Kacamatan Cikajang, Garut", details="Jalan di payuneun SDN Cikajang gorowong ageung",
        answers={"place": "Désa Cikajang, Kacamatan Cikajang, Garut", "photo": "1 foto"}, phone="6281234567731",
    )  # fmt: skip


async def answer(page: Page, stage: Stage, case: Case) -> None:
    """The officer takes the case and works on it."""
    await page.goto(stage.url + case.url)
    await page.click("#tombol-ambil")
    await page.fill("#teks", "Sudah ada 3 laporan serupa minggu ini dari desa yang sama.")
    await page.check("#jenis-catatan", force=True)
    await page.click("#kirim")
    await page.wait_for_selector(".m.note")
    await page.check("#jenis-balas", force=True)
    await page.fill(
        "#teks", "Wilujeng enjing Ibu Euis, laporan parantos ditampi sareng ditugaskeun ka Dinas Bina Marga."
    )
    await page.press("#teks", "Control+Enter")
    await page.wait_for_selector(".m.officer:not(.jalan)")  # not the one that is on its way
    await seed.says(stage.server.db, case, "Hatur nuhun, Téh. Iraha dibenerkeunana?")
    await page.wait_for_selector("text=Iraha dibenerkeunana")


async def take(folder: Path, readme: bool) -> None:
    with tempfile.TemporaryDirectory() as data:
        async with staged(Path(data)) as stage:
            stage.server.house.channels["whatsapp"] = Quiet()  # type: ignore[index]
            case = await fill(stage.server.db)
            page = await stage.page()
            await stage.first_officer(page)
            await answer(page, stage, case)
            if readme:
                await page.screenshot(path=folder / "desk.png")
                return
            state = await page.context.storage_state()
            for scheme in ("light", "dark"):
                for width, height in ((1440, 900), (390, 844), (320, 640)):
                    other = await stage.page(width, height, scheme, storage_state=state)
                    for name, path in {
                        "list": "/desk",
                        "lost": "/desk/undangan/x",
                        "case": case.url,
                        "all": "/desk?daftar=semua",
                        **{
                            path.removeprefix("/desk/").replace("/", "-"): path for path in PAGES if path.count("/") > 1
                        },
                    }.items():
                        await other.goto(stage.url + path)
                        await other.wait_for_timeout(300)
                        await other.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
                        if name == "case":
                            await other.evaluate("document.querySelector('[data-fakta]').click()")
                            await other.screenshot(path=folder / f"facts-{width}-{scheme}.png")
                            await other.evaluate("document.querySelector('#tombol-selesai').click()")
                            await other.screenshot(path=folder / f"question-{width}-{scheme}.png")
            print("\n".join(stage.problems) or "no complaints")


if __name__ == "__main__":
    where = Path(next((word for word in sys.argv[1:] if not word.startswith("-")), "docs"))
    where.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(where, "--readme" in sys.argv))
