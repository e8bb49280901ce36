"""Content is published, previewed, taken back, and carried in a zip; broken content changes nothing. J5, B12."""

import asyncio
import io
import shutil
import zipfile
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import content
from bot.cli import app
from bot.content import Content
from bot.errors import FlowError
from tests.journey.test_known import answers
from tests.told import english, refuses
from tests.world import ROOT, World, eventually

ASKED, BETTER = "Apa yang bisa saya bantu?", "Ada yang bisa saya bantu hari ini?"


def folders(tmp_path: Path) -> Content:
    for name in ("flows", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return Content(tmp_path / "flows", tmp_path / "locales")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


async def test_what_is_published_is_said_at_once(database_url: str, tmp_path: Path) -> None:
    own = folders(tmp_path)
    env = {
        "WARGI_DATABASE_URL": database_url, "WARGI_DATA_DIR": str(tmp_path), "WARGI_SECRET_KEY": "not a secret",
        "WARGI_FLOWS_DIR": str(own.flows), "WARGI_LOCALES_DIR": str(own.locales),
    }  # fmt: skip

    async def wargi(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner(env=env).invoke, app, ["flow", *words])

    more = {name: env[name] for name in ("WARGI_FLOWS_DIR", "WARGI_LOCALES_DIR")}
    async with World(database_url, tmp_path, more) as world:
        euis = world.citizen(1)
        assert ASKED in await answers(world, euis, "halo", "1")
        await world.server.published.keep_base()
        change(own.flows / "menu.yaml", ASKED, BETTER)
        shown = await wargi("preview")
        assert f"+ {BETTER}" in shown.output and "menu.utama.text (id)" in shown.output
        assert ASKED in await answers(world, euis, "ulang"), "a preview changes nothing"
        done = await wargi("publish", "--note", "lebih ramah")
        assert done.exit_code == 0 and "published" in done.output, done.output
        await eventually(lambda: _says(world, BETTER), 30, what="the new text in use")
        assert BETTER in await answers(world, euis, "ulang"), "who stands in the flow stays there"

        change(own.flows / "menu.yaml", "next: cek\n", "next: cekk\n")
        refused = await wargi("publish")
        assert refused.exit_code and isinstance(refused.exception, FlowError)
        assert "flows/menu.yaml:" in english(
            refused.exception
        ) and "`next: cekk` leads nowhere; write `cek`" in english(refused.exception)
        change(own.flows / "menu.yaml", "next: cekk\n", "next: cek\n")
        change(own.flows / "data" / "sla.yaml", "breach: raise", "breach: rais")
        refused = await wargi("publish")
        assert isinstance(refused.exception, FlowError) and "flows/data/sla.yaml:" in english(refused.exception)
        change(own.flows / "data" / "sla.yaml", "breach: rais}", "breach: raise}")
        assert BETTER in await answers(world, euis, "ulang")

        listed = await wargi("versions")
        assert "lebih ramah" in listed.output and "(started with)" in listed.output
        carried = tmp_path / "isi.zip"
        assert (await wargi("export", str(carried))).exit_code == 0
        assert "nothing changes" in (await wargi("import", str(carried), "--preview")).output
        back = await wargi("rollback")
        assert back.exit_code == 0, back.output
        await eventually(lambda: _says(world, ASKED), 30, what="what it was started with")
        await world.server.stop()
        await world.start()
        assert await _says(world, ASKED), "a restart says what was published last, not what lies in the folder"


async def _says(world: World, words: str) -> bool:
    return words in world.server.house.flows.nodes["menu/utama"].says["id"].text


def test_a_zip_is_the_same_for_the_same_content_and_says_what_changes(tmp_path: Path) -> None:
    own = Content(ROOT / "flows", ROOT / "locales")
    raw = content.pack(own)
    assert raw == content.pack(own)
    again = content.unpack(raw, tmp_path / "a")
    content.warm(again, own.flows)
    old, new = own.load(), again.load()
    assert (new.version, content.differences(old, new)) == (old.version, [])
    change(
        again.flows / "pengaduan.yaml",
        "next: kirim\n\n  kirim:",
        "next: sebelum\n\n  sebelum:\n    kind: say\n    text: Sebentar.\n    next: kirim\n\n  kirim:",
    )
    lines = content.differences(old, again.load())
    assert "+ langkah pengaduan/sebelum (say)" in lines
    assert any("langkah pengaduan/serupa" in line for line in lines)
    assert "+ step pengaduan/sebelum (say)" in content.differences(
        old, again.load(), partial(own.load().catalogues.gettext, "en")
    )


@pytest.mark.parametrize(
    ("name", "what"),
    [("etc/passwd.yaml", "does not belong here"), ("flows/../../x.yaml", "does not belong here"),
     ("/flows/x.yaml", "does not belong here"), ("flows/x.sh", "does not belong here"), ("", "is not a zip")],
)  # fmt: skip
def test_an_odd_zip_is_refused_and_writes_nothing_elsewhere(tmp_path: Path, name: str, what: str) -> None:
    odd = io.BytesIO(b"PK nothing")
    if name:
        with zipfile.ZipFile(odd, "w") as archive:
            archive.writestr(name, "x")
    home = tmp_path / "inside" / "deep"
    home.mkdir(parents=True)
    with refuses(what):
        content.unpack(odd.getvalue(), home)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
