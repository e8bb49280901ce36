"""What the desk refuses is said in the language of the officer's page, with names and numbers filled in."""

import re
from datetime import timedelta
from html import unescape

from bot import clock
from bot.desk import speech
from bot.policy import number
from bot.policy.bulk import MOST
from bot.store.db import Db
from tests.desk import seed
from tests.desk.conftest import HTMX, Enter, Visitor
from tests.desk.crew import rows

GET: dict[str, str | list[str]] = {}
GONE = "00000000"
ENTERED = {"kunci": "b" * 12, "cara": "phone", "topik": "jalan", "bahasa": "id", "urgensi": "normal", "cerita": "apa"}
READY = {"slug": "minta-foto", "title": "Minta foto", "su": ""}


def speak(visitor: Visitor, language: str) -> None:
    visitor.client.session.cookie_jar.update_cookies({speech.COOKIE: language}, visitor.client.make_url("/desk"))


async def said(visitor: Visitor, path: str, form: dict[str, str | list[str]], language: str) -> tuple[int, str]:
    speak(visitor, language)
    answer = await visitor.post(path, **form) if form is not GET else await visitor.get(path)  # type: ignore[arg-type]
    return answer[0], unescape(answer[1])


async def test_each_in_both_languages(db: Db, enter: Enter) -> None:
    rina, dadang, lead = await enter(), await enter("officer", "Dadang Kusnadi"), await enter("lead", "Tati")
    agency = await enter("agency", "Sari")
    hers, over = await seed.case(db), await seed.case(db)
    assert (await rina.post(f"{hers.url}/ambil"))[0] == (await lead.post(f"{over.url}/ambil"))[0] == 303
    assert (await lead.post(f"{over.url}/selesai"))[0] == 303
    day = (clock.now() + timedelta(days=9)).date()
    day -= timedelta(days=day.weekday())
    for who, kind in ((rina, "siang"), (dadang, "malam")):
        form = {"petugas": str(who.officer.id), "tanggal": str(day), "dinas": kind}
        assert (await lead.post("/desk/jadwal/tambah", **form))[0] == 303
    shift = (await rows(db, f"SELECT id FROM shift WHERE officer_id = {rina.officer.id}"))[0][0]
    many = [number.make(0, n) for n in range(MOST + 1)]
    step, key = f"{hers.url}/langkah", {"kunci": "a" * 12}
    table = (
        (dadang, f"{hers.url}/ambil", {}, 409,
         "Kasus ini sudah diambil Rina Marlina.", "Rina Marlina has already taken this case."),
        (dadang, f"{hers.url}/tulis", {"teks": "Halo", **key}, 409,
         "Rina Marlina memegang percakapan ini.", "Rina Marlina holds this conversation."),
        (dadang, f"{hers.url}/selesai", {}, 409, "Kasus ini ditangani Rina Marlina.", "Rina Marlina is handling this case."),
        (rina, f"{hers.url}/tulis", {"teks": " ", **key}, 422,
         "Pesan kosong; tulis dulu isinya.", "The message is empty; write something first."),
        (rina, f"{step}/teruskan", {"instansi": ""}, 422, "Instansi belum dipilih.", "No agency has been chosen."),
        (rina, f"{step}/tolak", {"alasan": ""}, 422, "Alasan untuk warga belum diisi.", "Reason for the citizen: nothing has been written yet."),
        (rina, f"{step}/gabung", {"nomor": GONE}, 422,
         f"Nomor {GONE} tidak dikenal; periksa lagi nomornya.", f"The number {GONE} is not known; check it again."),
        (lead, f"{over.url}/selesai", {}, 409,
         "Tiket berstatus “Selesai, menunggu penilaian”, tidak bisa menjadi “Selesai, menunggu penilaian”.",
         "A ticket with the status “Done, waiting for the rating” cannot become “Done, waiting for the rating”."),
        (rina, f"{hers.url}/serahkan", {"ke": str(dadang.officer.id), "catatan": ""}, 422,
         "Tulis catatan untuk rekan: apa yang", "Write a note for your colleague: what"),
        (rina, "/desk/catat", ENTERED, 422,
         "Tulis ceritanya, paling sedikit satu kalimat.", "Write down the story, one sentence at least."),
        (lead, "/desk/massal", {"tindakan": "antrean", "nomor": many}, 400,
         f"{MOST + 1} kasus sekaligus terlalu banyak; paling banyak {MOST}.", f"{MOST + 1} cases at once are too many; at most {MOST}."),
        (rina, f"/desk/jadwal/{shift}/tukar", {"dengan": f"o{dadang.officer.id}"}, 409,
         "Dinas ini tidak dapat ditukar: istirahat di antara dua dinas kurang dari 11 jam.",
         "This shift cannot be exchanged: the rest between two shifts is less than 11 hours."),
        (lead, "/desk/jadwal/tambah", {"petugas": str(rina.officer.id), "tanggal": str(day), "dinas": "siang"}, 409,
         "Rina Marlina: bertumpuk dengan dinas lain.", "Rina Marlina: it overlaps another shift."),
        (lead, "/desk/kejadian", {"judul": ""}, 422,
         "Tulis judul dan keterangan untuk warga, misalnya:", "Write a title and a text for citizens, for example:"),
        (lead, "/desk/instruksi", {"judul": "Cek", "tenggat": "2999-01-01", "nomor": f"{GONE}, ABC"}, 422,
         f"Tidak ada laporan yang cocok: {GONE} tidak dikenal; ABC tidak dikenal.", f"No report fits: {GONE} is not known; ABC is not known."),
        (lead, "/desk/balasan", {**READY, "id": "Halo {who}, {slug}"}, 422,
         '"minta-foto" (id): {who} tidak dikenal; yang ada {nama},', '"minta-foto" (id): {who} is not known; there are {nama},'),
        (agency, f"{hers.url}/ambil", {}, 403, "Peran Anda tidak boleh melakukan ini.", "Your role may not do this."),
        (rina, f"/desk/tiket/{GONE}", GET, 404, "hubungi pemimpin regu", "ask the team lead"),
    )  # fmt: skip
    for who, path, form, status, indonesian, english in table:
        for language, words, other in (("en", english, indonesian), ("id", indonesian, english)):
            found, page = await said(who, path, form, language)
            shown = re.findall(r'role="alert">(.*?)<|aria-labelledby="judul">(.*?)</section>', page, re.DOTALL)
            assert (found, words in page, other in page) == (status, True, False), (path, language, shown)


async def test_what_is_not_a_page_and_what_was_stored(db: Db, enter: Enter) -> None:
    """A live region gets one line, the page's own script its JSON; what became of many cases is kept, and said to whoever looks."""
    rina, dadang, case = await enter(), await enter("officer", "Dadang Kusnadi"), await seed.case(db)
    form = {
        "tindakan": "petugas",
        "nilai-petugas": str(dadang.officer.id),
        "nomor": case.number,
        "csrf": rina.csrf_token(),
    }
    async with rina.client.post("/desk/massal", data=form, headers=rina.origin, allow_redirects=False) as answer:
        url = answer.headers["Location"]
    assert (await dadang.post(f"{case.url}/ambil"))[0] == 303
    for language, taken, why, role in (
        ("en", "Dadang Kusnadi has already taken this case.", "Only leads give a case from the queue to somebody else.",
         "Your role may not do this."),
        ("id", "Kasus ini sudah diambil Dadang Kusnadi.", "Hanya pemimpin regu yang memberi kasus dari antrean kepada orang lain.",
         "Peran Anda tidak boleh melakukan ini."),
    ):  # fmt: skip
        speak(rina, language)
        brief = rina.origin | HTMX | {"Accept": "application/json"}
        form = {"csrf": rina.csrf_token()}
        async with rina.client.post(f"{case.url}/ambil", data=form, headers=brief) as answer:
            assert (answer.status, (await answer.json())["problem"]) == (409, taken)
        assert (await rina.post("/desk/kejadian", htmx=True)) == (403, role)
        assert why in unescape((await rina.get(url))[1])
