"""K6: officers see and hear what citizens sent; nobody else does, and nothing in it can run, lie about itself or tell the place."""

import hashlib
import io
import shutil
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from bot import clock
from bot.fetching.shelve import put_away
from bot.files.shelf import Local
from bot.models import Media, MediaState, Message
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.db import Db
from tests.desk import seed
from tests.desk.conftest import Enter, Visitor
from tests.files import samples

MESSAGE = table(Message)


async def attach(
    db: Db, case: seed.Case, body: bytes, kind: str = "image", name: str = "", seq: int = 1, **more: Any
) -> Ref:
    """A file of a message, as the fetcher would have left it."""
    conversation = case.conversation
    async with db.read() as conn:
        query = sa.select(MESSAGE.c.id).where(MESSAGE.c.conversation_id == conversation.id, MESSAGE.c.seq == seq)
        message = (await conn.execute(query)).scalar_one()
    ref, now = Ref(clock.new_id(), conversation.part), clock.now()
    row: dict[str, Any] = {
        "id": ref.id, "part": ref.part, "message_id": message, "conversation_id": conversation.id, "position": 0,
        "account": "whatsapp:100200300", "kind": kind, "ref": "1", "name": name, "next_at": now, "created_at": now,
    }  # fmt: skip
    if body:
        file = db.data_dir / "new"
        file.write_bytes(body)
        digest = hashlib.sha256(body).hexdigest()
        row |= await put_away(Local(db.data_dir / "media"), file, digest, kind=kind, mime="", name=name)
    async with db.unit() as unit:
        await unit.conn.execute(sa.insert(table(Media)), [row | more])
    return ref


async def photo(db: Db) -> seed.Case:
    return await seed.case(db, kinds={0: "image"})


async def fetch(visitor: Visitor, path: str, follow: bool = True, **headers: str) -> tuple[int, bytes, Any]:
    async with visitor.client.get(path, allow_redirects=follow, headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


async def test_a_photo_is_shown_without_where_it_was_taken(db: Db, enter: Enter) -> None:
    officer, case = await enter(), await seed.case(db, words=(("citizen", 'Jalan "rusak"'),), kinds={0: "image"})
    ref = await attach(db, case, samples.photo())
    _, text = await officer.get(case.url)
    assert f'src="{case.url}/berkas/{ref}?kecil" width="480" height="640"' in text
    assert "Foto dari warga: Jalan &#34;rusak&#34;." in text and "asli" not in text
    for path, size in ((f"{case.url}/berkas/{ref}", (600, 800)), (f"{case.url}/berkas/{ref}?kecil", (480, 640))):
        status, body, headers = await fetch(officer, path)
        assert status == 200 and headers["Content-Disposition"].startswith("inline")
        with Image.open(io.BytesIO(body)) as image:
            assert image.size == size and not image.getexif()
        assert samples.PLACE not in body


async def test_the_original_is_for_leads(db: Db, enter: Enter) -> None:
    case = await photo(db)
    ref = await attach(db, case, samples.photo())
    lead = await enter("lead", "Wahyu")
    assert "Unduh asli" in (await lead.get(case.url))[1]
    status, body, headers = await fetch(lead, f"{case.url}/asli/{ref}")
    assert status == 200 and body == samples.photo() and headers["Content-Disposition"].startswith("attachment")
    officer = await enter()
    assert (await fetch(officer, f"{case.url}/asli/{ref}"))[0] == 403


async def test_links_are_for_one_officer_one_file_and_five_minutes(
    db: Db, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, other, stranger = await enter(), await enter("admin", "Asep"), await enter(None)
    case, another = await photo(db), await photo(db)
    ref, second = await attach(db, case, samples.photo()), await attach(db, another, samples.PDF, "document")
    door = f"{case.url}/berkas/{ref}"
    status, _, headers = await fetch(officer, door, follow=False)
    link = headers["Location"]
    assert status == 303 and link.startswith(f"/desk/media/{ref}/utuh?sampai=")
    assert (await fetch(officer, link))[0] == 200
    for path in (door, link):
        assert (await fetch(stranger, path, follow=False))[0] == 303
        assert (await fetch(stranger, path, False, Accept="text/event-stream"))[0] == 401
    assert (await fetch(other, link))[0] == 404, "a link that was passed on"
    assert (await fetch(officer, f"{case.url}/berkas/{second}"))[0] == 404, "another case's file"
    assert (await fetch(officer, f"{case.url}/berkas/{'0' * 32}.7"))[0] == 404
    wrong = (link.replace("/utuh", "/asli"), link.replace("/utuh", "/kecil"), link[:-1] + "x", link.partition("?")[0])
    for path in (*wrong, link.replace(str(ref), str(second))):
        assert (await fetch(officer, path))[0] == 404, path
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=301))
    assert (await fetch(officer, link))[0] == 404, "over"


async def test_nothing_in_a_file_can_run(db: Db, enter: Enter) -> None:
    """Even if a page got past the fetcher, a browser would get it as text to keep, in a sandbox."""
    officer, case = await enter(), await seed.case(db, kinds={0: "document"})
    ref = await attach(db, case, samples.PDF, "document", 'a"><script>alert(1)</script>\u202efdp.exe')
    _, text = await officer.get(case.url)
    assert "<script>alert" not in text and f'href="{case.url}/berkas/{ref}" download' in text
    status, body, headers = await fetch(officer, f"{case.url}/berkas/{ref}")
    assert status == 200 and body == samples.PDF and headers["Content-Type"] == "application/pdf"
    said = headers["Content-Disposition"]
    assert said.startswith('attachment; filename="a script alert(1) script fdp.exe.pdf"') and "<" not in said
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in headers["Content-Security-Policy"] and "script" not in headers["Content-Security-Policy"]
    text_ref = await attach(db, case, b"Catatan biasa", "document", "../../etc/passwd", position=1)
    status, body, headers = await fetch(officer, f"{case.url}/berkas/{text_ref}")
    assert (
        headers["Content-Type"] == "text/plain; charset=utf-8"
        and 'filename="etc passwd.txt"' in headers["Content-Disposition"]
    )


RANGES = {
    "bytes=0-": (206, 0, None),
    "bytes=0-1": (206, 0, 2),
    "bytes=100-": (206, 100, None),
    "bytes=100-199": (206, 100, 200),
    "bytes=-10": (206, -10, None),
    "bytes=100-999999": (206, 100, None),
    "bytes=999999-": (416, 0, 0),
    "bytes=5-1": (416, 0, 0),
    "bytes=-0": (416, 0, 0),
    "bytes=0-1,4-5": (200, 0, None),
    "words": (200, 0, None),
}


async def test_a_voice_note_can_be_wound_on(db: Db, enter: Enter) -> None:
    officer, case, body = await enter(), await seed.case(db, kinds={0: "voice"}), samples.voice(72)
    ref = await attach(db, case, body, "voice")
    _, text = await officer.get(case.url)
    assert f'<audio controls preload="none" src="{case.url}/berkas/{ref}" aria-label="Pesan suara, 1.12">' in text
    for asked, (status, start, stop) in RANGES.items():
        found, given, headers = await fetch(officer, f"{case.url}/berkas/{ref}", Range=asked)
        assert (found, given) == (status, body[start:stop] if status != 416 else b""), asked
        if status == 206:
            first = start % len(body)
            assert headers["Content-Range"] == f"bytes {first}-{first + len(given) - 1}/{len(body)}", asked
    assert headers["Content-Type"] == "audio/ogg" and headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("state", "error", "words"),
    [
        ("pending", "", "Sedang diambil"),
        ("pending", "disk", "tempat penyimpanan penuh"),
        ("pending", "unreachable", "Sedang diambil"),
        ("expired", "expired", "Minta warga mengirim ulang"),
        ("refused", "markup", "Jenis berkas berbahaya"),
        ("refused", "too_big", "Terlalu besar"),
        ("failed", "transient", "Tidak berhasil diambil"),
    ],
)
async def test_a_file_that_is_not_here_leaves_a_placeholder_in_words(
    db: Db, enter: Enter, state: str, error: str, words: str
) -> None:
    officer, case = await enter(), await seed.case(db, words=(("citizen", "Ini fotonya"),), kinds={0: "image"})
    ref = await attach(db, case, b"", state=state, error=error)
    _, text = await officer.get(case.url)
    assert words in text and "Ini fotonya" in text and "<img" not in text
    assert (await fetch(officer, f"{case.url}/berkas/{ref}"))[0] == 404


async def test_a_photo_that_cannot_be_cleaned_is_only_evidence(db: Db, enter: Enter) -> None:
    case = await photo(db)
    ref = await attach(db, case, samples.film(b"heic"))
    officer, lead = await enter(), await enter("lead", "Wahyu")
    assert "tidak dapat ditampilkan" in (await officer.get(case.url))[1]
    assert (await fetch(officer, f"{case.url}/berkas/{ref}"))[0] == 404
    status, body, headers = await fetch(lead, f"{case.url}/asli/{ref}")
    assert (status, body) == (200, samples.film(b"heic")) and headers["Content-Disposition"].startswith("attachment")


async def test_a_shelf_that_lost_a_file_says_so(db: Db, enter: Enter) -> None:
    officer, case = await enter(), await photo(db)
    ref = await attach(db, case, samples.PDF, "document")
    shutil.rmtree(db.data_dir / "media")
    assert (await fetch(officer, f"{case.url}/berkas/{ref}"))[0] == 404


def test_every_state_has_words() -> None:
    from bot.desk.files import STATE

    assert set(STATE) == set(MediaState) - {MediaState.STORED}
