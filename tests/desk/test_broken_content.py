"""What is wrong with a draft, a value or a file is told in the language of the officer's page: what, and what to write instead."""

import io
import shutil
import zipfile
from html import unescape
from pathlib import Path

import pytest
from aiohttp import FormData

from bot.models import FlowEdit
from tests.desk import seed
from tests.desk.conftest import Enter, Visitor
from tests.desk.test_refused import said, speak

PO = "locales/su/LC_MESSAGES/messages.po"
LEADS, DAYS = "@data/routing.yaml/leads", "@data/sla.yaml/norms/kind=verify/days"
CASES = (
    ("/desk/alur/menu", {"id:menu.utama.text": "Halo {nomor_hp}. Balas dengan angka."},
     "`{nomor_hp}` tidak diisi apa pun (id)", "yang dikenal ialah", "`{nomor_hp}` is filled by nothing (id)", "known are"),
    ("/desk/alur/menu", {"id:menu.utama.choices.lapor": "Cek laporan"},
     "dua pilihan bernama `cek laporan` (id)", "beri masing-masing label sendiri", "two choices are called `cek laporan` (id)",
     "give each its own label"),
    ("/desk/alur/menu", {"id:menu.utama.text": " "}, "teks kosong", "tulis yang dikatakan bot", "empty text", "write what the bot says"),
    ("/desk/alur/menu/periksa", {"su:menu.utama.text": "Halo {nami}."},
     "isian dalam kurung kurawal tidak sama (su)", "terjemahannya tanpa {…}", "placeholders differ (su)", "the translation needs no {…}"),
    ("/desk/pengaturan/antrean", {LEADS: "hapus_dat"},
     "`hapus_dat` bukan topik dan bukan subtopik", "tulis `hapus_data`", "`hapus_dat` is neither a topic nor a sub-topic",
     "write `hapus_data`"),
    ("/desk/pengaturan/antrean/periksa", {LEADS: "hapus_dat"},
     "`hapus_dat` bukan topik dan bukan subtopik", "tulis `hapus_data`", "`hapus_dat` is neither a topic nor a sub-topic",
     "write `hapus_data`"),
    ("/desk/pengaturan/tenggat/periksa", {DAYS: "nol"}, "Tulis angka dari 0.1 sampai", "", "Write a number from 0.1 to", ""),
)  # fmt: skip


@pytest.fixture
def database_url(template_file: Path, tmp_path: Path) -> str:
    """SQLite alone: content is files."""
    shutil.copyfile(template_file, tmp_path / "wargi.db")
    return f"sqlite:///{tmp_path}/wargi.db"


async def test_a_draft_in_both_languages(db, enter: Enter) -> None:
    lead = await enter("lead", "Dadang")
    for path, form, what, remedy, other, cure in CASES:
        for language, shown, hidden, word in (
            ("id", (what, remedy), (other, cure), "Perbaikan:"),
            ("en", (other, cure), (what, remedy), "Remedy:"),
        ):
            status, page = await said(lead, path, {"langkah": "utama", **form}, language)
            assert status == (200 if path.endswith("periksa") else 422), (path, form)
            assert all(words in page for words in shown), (path, language, page[page.find("gagal soal") :][:600])
            assert not any(words and words in page for words in hidden), (path, language)
            assert (word in page) == bool(remedy), (path, language)
    assert await seed.count(db, FlowEdit) == 0


async def bring(who: Visitor, files: dict[str, str], language: str) -> str:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    speak(who, language)
    form = FormData(default_to_multipart=True)
    form.add_field("berkas", io.BytesIO(out.getvalue()), filename="isi.zip", content_type="application/zip")
    url = f"/desk/isi/pratinjau?csrf={who.csrf_token()}"
    async with who.client.post(url, data=form, headers=who.origin, allow_redirects=False) as answer:
        assert answer.status == 422
        return unescape(await answer.text())


async def test_a_file_in_both_languages(enter: Enter) -> None:
    lead = await enter("lead", "Dadang")
    step = "steps:\n  a:\n    kind: say\n    text: Halo\n    next: a\n"
    for files, told, other in (
        ({"flows/x.exe": "a"}, "zip:1: file: `flows/x.exe` tidak termasuk isi; buat dengan `wargi flow export`.",
         "zip:1: file: `flows/x.exe` does not belong here; make it with `wargi flow export`."),
        ({"flows/uji.yaml": "steps: 7\n"}, "flows/uji.yaml:1: flow: `steps` harus berisi baris-baris `kata: teks`;",
         "flows/uji.yaml:1: flow: `steps` must have lines of `word: text`;"),
        ({PO: "?\n"}, f"{PO}:1: bukan baris berkas .po; tulis msgid", f"{PO}:1: not a line of a .po file; write msgid"),
        ({"flows/uji.yaml": step}, "flows/uji.yaml:2: uji/a: berputar-putar tanpa pertanyaan; ubah salah satu `next:`.",
         "flows/uji.yaml:2: uji/a: goes in a circle without a question; change a `next:`."),
    ):  # fmt: skip
        assert told in (page := await bring(lead, files, "id")) and other not in page
        assert other in (page := await bring(lead, files, "en")) and told not in page
