"""Writing in company: a send on a stale view is stopped, drafts are kept, colleagues see who is here, notes reach whom they name."""

import html
import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot import clock
from bot.desk import marks
from bot.models import Message, Notice, OutboxItem, Unsent, Watching
from bot.models.base import table
from tests.desk import seed
from tests.desk.conftest import HTMX, Enter, Visitor
from tests.desk.test_live import STREAM

BRIEF = {"Accept": "application/json"}


async def send(visitor: Visitor, case: seed.Case, words: str, key: str, **form: str) -> tuple[int, dict[str, object]]:
    """As the page's own script sends."""
    data = {"csrf": visitor.csrf_token(), "teks": words, "kunci": key * 8, **form}
    async with visitor.client.post(f"{case.url}/tulis", data=data, headers=visitor.origin | HTMX | BRIEF) as answer:
        return answer.status, json.loads(await answer.text())


async def test_what_was_written_on_a_stale_view_does_not_leave(db, enter: Enter) -> None:
    """F3, F5."""
    rina, dadang, case = await enter(), await enter("officer", "Dadang Kusnadi"), await seed.case(db)
    await rina.post(f"{case.url}/ambil")
    _, page = await rina.get(case.url)
    read = re.search(r'name="lihat" value="(\d+)"', page)[1]
    await seed.says(db, case, "bot menyapa", "bot")
    assert (await send(rina, case, "Sebentar", "a", lihat=read))[0] == 200  # what the bot says is no news
    await send(rina, case, "ingat: periksa", "b", jenis="catatan")
    assert (await send(rina, case, "masih saya periksa", "c", lihat=read))[0] == 200  # nor are one's own words
    left = await seed.count(db, OutboxItem)

    latest = await seed.says(db, case, "Sudah selesai, terima kasih!")
    status, answer = await send(rina, case, "Besok kami datang", "d", lihat=read)
    assert status == 409 and answer["stale"] is True and "warga menulis" in str(answer["problem"]).lower()
    status, page = await rina.post(f"{case.url}/tulis", teks="Besok kami datang", kunci="d" * 8, lihat=read)
    assert status == 409 and "Sudah selesai, terima kasih!" in page and ">Besok kami datang</textarea>" in page
    assert f'name="lihat" value="{latest}"' in page and await seed.count(db, OutboxItem) == left
    status, answer = await send(rina, case, "Besok kami datang", "d", lihat=str(latest))
    assert status == 200 and await seed.count(db, OutboxItem) == left + 1
    again = await send(rina, case, "Besok kami datang", "d", lihat=read)  # its answer was lost: it has left already
    assert again == (200, {**answer, "at": again[1]["at"]}) and await seed.count(db, OutboxItem) == left + 1

    assert (await send(dadang, case, "jangan janji hari", "e", jenis="catatan", lihat="1"))[0] == 200  # notes always
    status, answer = await send(rina, case, "Kami datang Senin", "f", lihat=str(latest + 1))
    assert status == 409 and str(answer["problem"]).startswith("Dadang Kusnadi menulis")

    _, page = await rina.get(case.url)
    seen = {name: re.search(f'name="{name}" value="([^"]*)"', page)[1] for name in ("lihat", "ubahan")}
    message = table(Message)
    async with db.unit() as unit:  # the citizen takes back what they had said first, and says something else
        edit = {
            "edited_at": "2026-11-22T03:00:00+00:00",
            "edits": [{"at": "2026-11-22T03:00:00+00:00", "text": "Jalan berlubang"}],
        }
        where = (message.c.conversation_id == case.conversation.id, message.c.seq == 1)
        await unit.conn.execute(
            sa.update(message).where(*where).values(body="Bukan jalan, jembatannya putus", data=edit)
        )
    status, answer = await send(rina, case, "Lubangnya besok ditutup", "g", **seen)
    assert status == 409 and answer["stale"] is True and answer["changed"] == [1]
    assert "warga mengubah" in str(answer["problem"]).lower()
    _, page = await rina.get(case.url)
    now = seen | {"ubahan": re.search('name="ubahan" value="([^"]*)"', page)[1]}
    assert (await send(rina, case, "Jembatannya segera diperiksa", "g", **now))[0] == 200
    assert (await send(rina, case, "Terima kasih", "h", lihat=now["lihat"]))[0] == 200, (
        "a page of before the update says nothing"
    )


async def test_drafts_are_kept_and_shown_as_writing(db, enter: Enter) -> None:
    """F7, F3: the words are mine alone; that somebody writes is for everybody who looks."""
    rina, dadang, case = await enter(), await enter("officer", "Dadang <i>K</i>"), await seed.case(db)
    await rina.post(f"{case.url}/ambil")
    assert (await rina.post(f"{case.url}/draf", teks="Baik, <b>kami", jenis="catatan"))[0] == 200
    _, mine = await rina.get(case.url)
    assert ">Baik, &lt;b&gt;kami</textarea>" in mine and 'data-jenis="catatan"' in mine
    _, theirs = await dadang.get(case.url)
    assert "kami</textarea>" not in theirs and "sedang menulis" in theirs and "Rina Marlina</bdi>" in theirs
    async with dadang.client.get(f"/desk/peristiwa?tiket={case.number}", headers=STREAM) as stream:
        await stream.content.readline()
        _, line = await rina.get(f"{case.url}/siapa")
        assert "Dadang &lt;i&gt;K&lt;/i&gt;</bdi> juga membuka" in line and "Rina" not in line
    async with db.unit() as unit:  # as if the page had been closed, and the typing were long ago
        await unit.conn.execute(sa.update(table(Unsent)).values(at=clock.now() - timedelta(minutes=1)))
        await unit.conn.execute(sa.update(table(Watching)).values(seen_at=clock.now() - timedelta(minutes=1)))
    assert "juga membuka" not in (await rina.get(f"{case.url}/siapa"))[1]
    assert "sedang menulis" not in (await dadang.get(f"{case.url}/siapa"))[1]
    await send(rina, case, "Baik, kami", "a")
    assert await seed.count(db, Unsent) == 0 and "sedang menulis" not in (await dadang.get(case.url))[1]
    await rina.post(f"{case.url}/draf", teks="x", jenis="aneh")
    await rina.post(f"{case.url}/draf", teks="   ", jenis="balas")
    assert await seed.count(db, Unsent) == 0


async def test_a_note_reaches_whom_it_names(db, enter: Enter) -> None:
    """F7: any officer may write one, holder or not; told once, by name, and never somebody of an agency."""
    rina, dadang, case = await enter(), await enter("officer", "Dadang Kusnadi"), await seed.case(db)
    await enter("agency", "Dinas PU")
    assert "Tulis catatan internal" in (await rina.get(case.url))[1]
    for _ in range(2):
        await send(rina, case, "@dadang Kusnadi mohon dicek, @rina ingat, @dinas @budi", "a", jenis="catatan")
    assert await seed.count(db, Notice) == 1
    _, page = await dadang.get("/desk")
    assert "Rina Marlina menyebut Anda dalam catatan kasus" in page and f'href="{case.url}#m2"' in page
    _, page = await dadang.get(case.url)
    assert "<b>Diberi tahu</b>: <bdi>Dadang Kusnadi, Rina Marlina</bdi>" in page
    assert "tidak diberi tahu</b>: <bdi>@dinas, @budi</bdi>" in page and await seed.count(db, OutboxItem) == 0
    for begun, names in {
        "d": ["Dadang Kusnadi"],
        "KUS": ["Dadang Kusnadi"],
        "rina m": ["Rina Marlina"],
        "xx": [],
    }.items():
        assert [each["name"] for each in json.loads((await rina.get(f"/desk/rekan?awal={begun}"))[1])] == names


async def test_a_note_tells_nobody_of_a_case_that_is_closed_to_them(db, enter: Enter) -> None:
    """A confidential case in Rina's hands: the lead is told, Dadang could not open it and is not; the note says so."""
    rina, dadang, lead = await enter(), await enter("officer", "Dadang Kusnadi"), await enter("lead", "Lilis Suryani")
    case = await seed.case(db, topic="kekerasan")
    await rina.post(f"{case.url}/ambil")
    assert (await dadang.get(case.url))[0] == 404
    await send(rina, case, "@dadang dan @lilis mohon dibaca", "a", jenis="catatan")
    assert await seed.count(db, Notice, officer_id=dadang.officer.id) == 0
    assert await seed.count(db, Notice, officer_id=lead.officer.id) == 1
    _, page = await rina.get(case.url)
    assert "tidak diberi tahu</b>: <bdi>Dadang Kusnadi</bdi>" in page
    assert "<b>Diberi tahu</b>: <bdi>Lilis Suryani</bdi>" in page


async def test_a_case_is_given_to_a_colleague_with_a_note(db, enter: Enter) -> None:
    """F7: the note stands above the talk until the next one has answered; the citizen hears nothing."""
    rina, dadang, case = await enter(), await enter("officer", "Dadang Kusnadi"), await seed.case(db)
    give = f"{case.url}/serahkan"
    await rina.post(f"{case.url}/ambil")
    left, to = await seed.count(db, OutboxItem), str(dadang.officer.id)
    assert "Dadang Kusnadi" in (await rina.get(give))[1]
    status, page = await rina.post(give, ke=to, catatan="  ")
    assert status == 422 and "Tulis catatan untuk rekan" in page and f'value="{to}" selected' in page
    assert (await dadang.post(give, ke="", catatan="saya ambil saja"))[0] == 409
    assert (await rina.post(give, ke="x", catatan="x"))[0] == 404
    status, page = await rina.post(give, ke="99999", catatan="sudah saya telepon")
    assert status == 422 and "Rekan ini tidak aktif; pilih rekan lain." in page and "sudah saya telepon" in page
    assert (await rina.post(give, ke=str(rina.officer.id), catatan="x"))[0] == 409
    assert await seed.count(db, Message, author="note") == 0
    assert (await rina.post(give, ke=to, catatan="Tinggal menunggu <foto>"))[0] == 303
    assert await seed.count(db, Notice, officer_id=dadang.officer.id) == 1
    _, page = await dadang.get(case.url)
    assert 'id="tulis"' in page and "Rina Marlina menyerahkan kasus" in page
    assert "Catatan serah terima</b>" in page and "Tinggal menunggu &lt;foto&gt;" in page
    assert 'id="tulis"' not in (await rina.get(case.url))[1] and await seed.count(db, OutboxItem) == left
    await send(dadang, case, "Saya lanjutkan", "a")
    assert "Catatan serah terima</b>" not in (await dadang.get(case.url))[1]
    assert (await dadang.post(give, ke="", catatan=""))[0] == 303
    assert "tombol-ambil" in (await rina.get(case.url))[1]
    assert (await rina.post(give, ke=to, catatan="x"))[0] == 409


async def test_what_is_far_back_is_a_window_of_its_own(db, enter: Enter) -> None:
    officer = await enter()
    case = await seed.case(db, "Panjang", tuple(("citizen", f"pesan {i}") for i in range(1, 421)))

    async def shown(path: str) -> tuple[int, int, str]:
        _, page = await officer.get(path, **HTMX)
        seqs = [int(seq) for seq in re.findall(r'data-seq="(\d+)"', page)]
        assert seqs == list(range(seqs[0], seqs[-1] + 1))
        return seqs[0], seqs[-1], html.unescape(page)

    first, last, page = await shown(f"{case.url}?dari=10")
    assert (first, last) == (10, 109) and f"{case.url}?dari=110" in page and "Ke pesan terbaru" in page
    assert 'class="tulis"' not in page  # who answers has the newest before them
    first, last, page = await shown(f"{case.url}?dari=121")
    assert (first, last) == (121, 420) and "Ke pesan terbaru" not in page
    assert f'hx-get="{case.url}?dari=220"' in page  # fetched again it shows less of the past, never less of the present


@pytest.mark.parametrize(
    ("location", "point", "name"),
    [
        ({"latitude": -6.9, "longitude": 107.6, "name": "Gedung <Sate>"}, "-6.900000, 107.600000", "Gedung <Sate>"),
        ({"latitude": "-7.25", "longitude": 108}, "-7.250000, 108.000000", ""),
        ({"latitude": "javascript:alert(1)", "longitude": 1}, None, None),
        ({"latitude": 1}, None, None),
        (None, None, None),
    ],
)
def test_place(location: object, point: str | None, name: str | None) -> None:
    found = marks.place({"data": {"location": location}})
    assert (found and found.point) == point and (found and found.name) == name
    if found and point:
        latitude, longitude = point.split(", ")
        assert found.url == (
            f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
        )
