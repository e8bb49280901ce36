"""Editors at the desk: a draft that is checked, published and taken back; what is broken changes nothing. B12, J5."""

import re
from datetime import timedelta
from html import unescape

from bot import clock
from bot.content import Content
from bot.models import Conversation, FlowEdit, FlowVersion, Message, Ticket
from bot.published import Published
from bot.store.batch import Batch
from bot.store.talk import Talk
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import ROOT, Enter, Visitor

TEXT, BETTER = "menu.utama.text", "Ada yang bisa saya bantu hari ini? Balas dengan angka, contoh: 1"


async def saves(who: Visitor, flow: str = "menu", **texts: str) -> tuple[int, str]:
    return await who.post(f"/desk/alur/{flow}", langkah="utama", **texts)


def version(text: str) -> str:
    found = re.search(r'name="versi" value="(\w{12})"', text)
    assert found
    return found[1]


async def test_an_editor_publishes_and_goes_back(db, app, enter: Enter) -> None:
    lead, other = await enter("lead", "Dadang"), await enter("admin", "Asep")
    text = (await lead.get("/desk/alur"))[1]
    assert "Menu utama" in text and "Belum ada yang diterbitkan" in text and "Tidak ada perubahan" in text
    text = (await lead.get("/desk/alur/menu"))[1]
    drawn = text[text.index("<svg xmlns") : text.index("</svg>\n", text.index("<svg xmlns"))]
    assert 'href="#utama"' in drawn and 'id="utama"' in text and "<style" not in text and "style=" not in text
    assert f'name="id:{TEXT}"' in text and f'name="su:{TEXT}"' in text and "Apa yang bisa saya bantu?" in drawn
    assert (await lead.get("/desk/alur/tidakada"))[0] == 404

    status, _ = await saves(
        lead, **{f"id:{TEXT}": BETTER.replace("? ", "?\r\n"), f"en:{TEXT}": "How may I help? For example: 1"}
    )
    assert status == 303 and await seed.count(db, FlowEdit) == 2
    status, _ = await saves(other, **{"id:menu.utama.choices.lapor": "Kirim laporan: baru # ya"})
    assert status == 303 and await seed.count(db, FlowEdit) == 3
    text = (await lead.get("/desk/alur"))[1]
    assert "+ Ada yang bisa saya bantu hari ini?" in text and "Kirim laporan: baru # ya" in text and "Asep" in text
    before = app[keys.HOUSE].flows.version
    assert (await lead.post("/desk/alur/terbitkan", versi=before))[0] == 409, "what was not seen is not published"
    assert (await lead.post("/desk/alur/terbitkan", versi=version(text), catatan="lebih ramah"))[0] == 303
    assert await seed.count(db, FlowEdit) == 0 and await seed.count(db, FlowVersion) == 2

    here = Published(db, db.data_dir, Content(ROOT / "flows", ROOT / "locales"))
    flows = await here.first()
    assert flows and flows.nodes["menu/utama"].says["id"].text.startswith("Ada yang bisa saya bantu hari ini?\nBalas")
    assert "1. Kirim laporan: baru # ya" in flows.nodes["menu/utama"].says["id"].text
    assert flows.nodes["menu/utama"].says["en"].text.startswith("How may I help?")
    stale = flows.catalogues.entry("su", "menu.utama.choices.lapor")
    assert stale and stale.fuzzy and stale.text, "a changed source keeps its translation, flagged"
    assert "\n# Percakapan dimulai di sini" in "\n" + (here.content.flows / "menu.yaml").read_text("utf-8")

    text = (await other.get("/desk/alur"))[1]
    assert "lebih ramah" in text and "Dadang" in text and "Segera berlaku" in text
    act = re.search(r'name="versi" value="(\d+)"', text)
    assert act and (await other.post("/desk/alur/kembali", versi=act[1]))[0] == 400, "not without a yes"
    assert (await other.post("/desk/alur/kembali", versi="99", yakin="ya"))[0] == 404
    assert (await other.post("/desk/alur/kembali", versi=act[1], yakin="ya"))[0] == 303
    text = (await other.get("/desk/alur"))[1]
    assert f"kembali ke {before}" in text and "Asep" in text and ">Berlaku<" in text
    back = await here.first()
    assert back and back.version == before


async def test_a_broken_edit_is_refused(db, app, enter: Enter) -> None:
    lead, officer = await enter("lead", "Dadang"), await enter()
    assert (await saves(officer, **{f"id:{TEXT}": BETTER}))[0] == 403
    cases = (
        ("id", TEXT, "Halo {nomor_hp}. Balas dengan angka.", "tidak diisi apa pun"),
        ("id", "menu.utama.choices.lapor", "Cek laporan", "dua pilihan bernama"),
        ("id", TEXT, " ", "teks kosong"),
    )
    for language, context, wrong, why in cases:
        status, text = await saves(lead, **{f"{language}:{context}": wrong})
        assert status == 422 and "Belum disimpan" in text, (context, wrong)
        form = text[text.index('<section class="langkah" id="utama"') :].partition("</section>")[0]
        assert why in form and re.search(r"flows/menu\.yaml:\d+</code>", form) and "Perbaikan" in form
        assert wrong.strip() in form, "what was written is not lost"
    assert await seed.count(db, FlowEdit) == 0 and await seed.count(db, FlowVersion) == 0
    assert (await saves(lead, **{"id:tanya.tak.ada": "x", "xx:menu.utama.text": "x", "id:status.x": "y"}))[0] == 303
    assert (await saves(lead, **{f"id:{TEXT}": BETTER}))[0] == 303 and await seed.count(db, FlowEdit) == 1
    assert (await lead.post("/desk/alur/buang"))[0] == 400
    assert (await lead.post("/desk/alur/buang", yakin="ya"))[0] == 303 and await seed.count(db, FlowEdit) == 0


async def test_texts_outside_of_flows_are_edited_too(db, enter: Enter) -> None:
    lead = await enter("lead", "Dadang")
    text = (await lead.get("/desk/alur"))[1]
    for name, title in (("texts", "Teks di luar alur"), ("topics", "Topik dan rinciannya"), ("knowledge", "Jawaban")):
        assert f'href="/desk/alur/{name}"' in text and title in text
    text = (await lead.get("/desk/alur/knowledge"))[1]
    assert (
        'name="su:knowledge.isolasi.answer"' in text
        and "flows/knowledge/covid.yaml" in text
        and "<svg xmlns" not in text
    )
    edits = (
        ("texts", "id:texts.missed", "Maaf, saya belum paham. Balas dengan angkanya."),
        ("topics", "id:topics.pju.label", "Lampu penerangan"),
        ("knowledge", "su:knowledge.isolasi.answer", "Mangga tetep di bumi."),
    )
    for page, place, words in edits:
        assert (await lead.post(f"/desk/alur/{page}", langkah="x", **{place: words}))[0] == 303
    text = (await lead.get("/desk/alur"))[1]
    assert await seed.count(db, FlowEdit) == 3 and all(f"+ {words}" in text for _, _, words in edits)
    wrong = {"id:texts.missed": "Maaf {nomor_hp}."}
    status, text = await lead.post("/desk/alur/texts/periksa", **wrong)
    assert status == 200 and "isian dalam kurung kurawal tidak sama (su)" in text and "<html" not in text
    assert (await lead.post("/desk/alur/texts", langkah="missed", **wrong))[0] == 422
    status, text = await lead.post("/desk/alur/texts/periksa", **{"id:texts.missed": "Maaf, tulis angkanya, ya."})
    assert status == 200 and "Tidak ada masalah" in text
    assert await seed.count(db, FlowEdit) == 3, "a look stores nothing"


async def chats(who: Visitor, flow: str, page: str, **more: str) -> str:
    """One more line of the rehearsal on this page, as its form sends it."""
    kept = re.findall(
        r'name="(csrf|isi|bahasa|baris)" value="([^"]*)"', page.partition('id="tulis"')[2].partition("</form>")[0]
    )
    form = [*((name, unescape(value)) for name, value in kept), *more.items()]
    url = f"/desk/alur/{flow}/coba"
    async with who.client.post(url, data=form, headers=who.origin, allow_redirects=False) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def test_a_rehearsal_plays_the_draft_and_stores_nothing(db, enter: Enter) -> None:
    lead = await enter("lead", "Dadang")
    await saves(lead, "pengaduan", **{"id:pengaduan.kirim.text": "Terima kasih, laporan {number} kami terima. {link}"})
    page = (await lead.get("/desk/alur/pengaduan/coba?bahasa=id"))[1]
    assert "style=" not in page and 'class="bot"' in page
    page = await chats(lead, "pengaduan", page, tekan="pengaduan/topik/jalan")
    for line in ("1", "Coblong", "jalan berlubang di depan rumah <b>", "tidak ada foto", "1"):
        assert "tiket dibuat" not in page
        page = await chats(lead, "pengaduan", page, tulis=line)
    assert "&lt;b&gt;" in page and "<b>" not in page.partition("</ol>")[0].partition("<ol")[2]
    assert "tiket dibuat" in page and "Terima kasih, laporan K7M2-9QXH kami terima." in page
    old = (await lead.get("/desk/alur/menu/coba?isi=berlaku"))[1]
    assert "Silakan pilih bahasa" in old and 'value="menu/mulai/su"' in old
    assert (
        "Sampurasun" in (told := await chats(lead, "menu", old, tekan="menu/mulai/su")) and ">Basa Sunda</bdi>" in told
    )
    assert "petugas (asked)" in await chats(lead, "menu", told, tulis="petugas")
    assert (await lead.post("/desk/alur/menu/coba", tulis="(lokasi di sana)"))[0] == 400
    assert await seed.count(db, Ticket) == await seed.count(db, Conversation) == await seed.count(db, Message) == 0


async def test_counts_stand_on_the_drawing_and_in_a_table(db, enter: Enter) -> None:
    lead, now = await enter("lead", "Dadang"), clock.now()
    topic = "pengaduan/topik"
    for at, part, n in (
        (now, 3, 5),
        (now, 3, 2),
        (now, 9, 4),
        (now - timedelta(days=6), 3, 1),
        (now - timedelta(days=7), 3, 50),
    ):
        async with db.unit() as unit:
            batch = Batch(at)
            for who in range(n):
                talk = Talk(part, "", "", bytes([part, who]), b"", part, b"")
                batch.walked(talk, topic, "reached")
                batch.walked(talk, topic, "gone" if who == 0 else "answered")
            await batch.flush(unit)
    text = (await lead.get("/desk/alur/pengaduan"))[1]
    assert "dicapai 9 · dijawab 7 · pergi 2</text>" in text, "people: five and four, those of part 3 more than once"
    assert re.search(r'href="#topik">topik</a></th><td>9</td><td>7</td><td>2</td>', text)
    row = (await lead.get("/desk/alur"))[1].partition("/desk/alur/pengaduan")[2].partition("</tr>")[0]
    assert re.findall(r"<td>(.*?)</td>", row)[2:] == ["12", "4"]
    assert "Belum ada warga yang lewat" in (await lead.get("/desk/alur/bansos"))[1]
