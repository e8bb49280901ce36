"""J5: all content as one file, taken away and brought back; what would change is seen first."""

import io
import re
import shutil
import zipfile
from html import unescape
from pathlib import Path

import pytest
from aiohttp import FormData

from bot.content import Content
from bot.models import FlowVersion
from bot.published import Published
from tests.desk import seed
from tests.desk.conftest import ROOT, Enter, Visitor

TOPICS, MENU = "flows/data/topics.yaml", "flows/menu.yaml"


@pytest.fixture
def database_url(template_file: Path, tmp_path: Path) -> str:
    """SQLite alone: content is files."""
    shutil.copyfile(template_file, tmp_path / "wargi.db")
    return f"sqlite:///{tmp_path}/wargi.db"


async def upload(who: Visitor, raw: bytes, name: str = "isi.zip") -> tuple[int, str]:
    form = FormData(default_to_multipart=True)
    form.add_field("berkas", io.BytesIO(raw), filename=name, content_type="application/zip")
    url = f"/desk/isi/pratinjau?csrf={who.csrf_token()}"
    async with who.client.post(url, data=form, headers=who.origin, allow_redirects=False) as answer:
        return answer.status, unescape(await answer.text())


def zipped(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def field(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', text)
    assert found, name
    return found[1]


async def test_out_and_in_again(db, enter: Enter) -> None:
    lead, officer = await enter("lead", "Dadang"), await enter("officer", "Rina")
    assert (await officer.get("/desk/isi"))[0] == 403
    text = (await lead.get("/desk/isi"))[1]
    assert TOPICS in text and "Instansi" in text and "locales/su/LC_MESSAGES/messages.po" in text
    async with lead.client.get("/desk/isi/wargi-isi.zip") as answer:
        raw = await answer.read()
        assert answer.status == 200 and answer.headers["Content-Disposition"].startswith("attachment")
    status, text = await upload(lead, raw)
    assert status == 200 and "Tidak ada yang berbeda" in text

    # only the files that are brought change; broken ones change nothing and say where they are broken
    shifts = (ROOT / "flows/data/shifts.yaml").read_text("utf-8")
    for odd, what in (
        (b"no zip", "zip"), (zipped({"../x.yaml": "a"}), "tidak termasuk isi"), (zipped({MENU: "name: menu\nsteps: 7\n"}), "menu.yaml"),
        (zipped({"flows/data/shifts.yaml": shifts + "\nneeds: [\n"}), "shifts.yaml"), (zipped({"flows/x.exe": "a"}), "tidak termasuk isi"),
    ):  # fmt: skip
        status, text = await upload(lead, odd)
        assert status == 422 and what in text, what
    assert await seed.count(db, FlowVersion) == 0 and not list((db.data_dir / "publish").glob("*"))

    topics = (ROOT / TOPICS).read_text("utf-8")
    status, text = await upload(
        lead, zipped({TOPICS: topics.replace("label: Layanan kesehatan", "label: Layanan kesehatan warga", 1)})
    )
    assert status == 200 and "+        label: Layanan kesehatan warga" in text and "Topik" in text
    form = {"isi": field(text, "isi"), "versi": field(text, "versi")}
    assert (await lead.post("/desk/isi/terbitkan", isi="x", versi=form["versi"]))[0] == 409
    assert (await lead.post("/desk/isi/terbitkan", isi=form["isi"], versi="0" * 12))[0] == 409
    assert (await lead.post("/desk/isi/terbitkan", **form, catatan="nama topik"))[0] == 303
    assert await seed.count(db, FlowVersion) == 2  # what was said before can be gone back to
    flows = await Published(db, db.data_dir, Content(ROOT / "flows", ROOT / "locales")).first()
    assert flows and flows.topics["kesehatan"].label["id"] == "Layanan kesehatan warga"
    assert (await lead.post("/desk/isi/terbitkan", **form))[0] == 409  # the same look does not count twice
    assert "nama topik" in (await lead.get("/desk/alur"))[1]
