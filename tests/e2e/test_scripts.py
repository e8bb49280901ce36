"""Scripts in what people write: through every field that holds words, on every page, in a real browser under the real policy, none runs."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.async_api import Dialog, Page, expect
from sqlmodel import SQLModel

from bot import clock
from bot.models import Alarm, Incident, Message, Reply, Ticket, Unsent, View
from bot.models.base import table
from tests.desk import seed
from tests.desk.test_sight import hidden
from tests.e2e.stage import Stage
from tests.e2e.test_device import _some
from tests.e2e.test_every_page import PAGES
from tests.world import eventually

pytestmark = pytest.mark.e2e
RUN = "window.pwned=1;alert(1)"
EVIL = (
    f"""Asep "'><img src=x onerror="{RUN}"><svg onload="{RUN}"></textarea></title></bdi></script><script>{RUN}</script>"""
    f"""<a href="javascript:{RUN}" hx-on:click="{RUN}" hx-get="/evil" hx-trigger="load">x</a><details open ontoggle="{RUN}">{{{{7*7}}}}"""
)
WORDS = {
    "name", "username", "body", "details", "place", "note", "words", "title", "text", "text_su", "error", "why", "reason", "comment",
    "quarantine_reason", "target", "agent", "external_agency", "external_number", "external_status", "topic", "subtopic", "agency", "before",
    "after", "via", "outcome_words", "link", "mime", "phone", "telegram", "whatsapp", "email",
}  # fmt: skip
"""Columns that hold what somebody has written, or what a platform has said, in any table; and codes that a page looks up and shows as they
are where it does not know them."""
KEPT = {
    "officer": {"telegram", "whatsapp", "email", "agency"},
    "ticket_event": {"before", "after"},
    "agency_delivery": {"agency"},
}
SEEN = """document.addEventListener("securitypolicyviolation", (event) => {
  (window.violated ||= []).push(event.blockedURI + event.violatedDirective);
})"""


async def poison(stage: Stage, case: seed.Case, officer: int) -> None:
    """Every word in the database is a script now."""
    now = clock.now()
    ours = {"officer_id": officer, "at": now}
    async with stage.server.db.unit() as unit:
        put: Any = lambda model, **row: unit.conn.execute(sa.insert(table(model)).values(row))  # noqa: E731
        await put(Reply, slug="a", title="a", texts={"id": EVIL, "su": EVIL}, **ours)
        await put(View, name="a", shared=True, query="status=semua", **ours)
        await put(
            Unsent, conversation_id=case.conversation.id, part=case.conversation.part, kind="catatan", text="a", **ours
        )
        await put(Incident, id=clock.new_id(), part=0, title="a", places=[EVIL], text="a", valid_until=now + timedelta(days=1),
                  declared_at=now, declared_by=officer)  # fmt: skip
        for each in SQLModel.metadata.sorted_tables:
            columns = [
                column.name for column in each.c
                if column.name in WORDS - KEPT.get(each.name, set()) and isinstance(column.type, sa.String) and not column.primary_key
                and not column.foreign_keys and not isinstance(column.type, sa.Enum)
            ]  # fmt: skip
            if columns and each.name not in ("flow_version", "walk", "tally"):
                await unit.conn.execute(sa.update(each).values(dict.fromkeys(columns, EVIL)))
        data = {"attachments": [{"name": EVIL}], "details": {"quote": EVIL, "flow": {EVIL: EVIL}, "what": EVIL}, "named": [EVIL],
                "unknown": [EVIL],
                "location": {"latitude": -6.9, "longitude": 107.6, "name": EVIL}, "edits": [{"at": now.isoformat(), "text": EVIL}],
                "cards": [{"name": EVIL, "phones": [EVIL]}], "reactions": {"citizen": EVIL}, "reply": 1,
                "template": EVIL, "template_language": EVIL}  # fmt: skip
        await unit.conn.execute(sa.update(table(Message)).values(data=data))
        await unit.conn.execute(sa.update(table(Ticket)).values(answers={EVIL: EVIL, "attachments": [{"name": EVIL}]}))
        await unit.conn.execute(sa.update(table(Alarm)).values(state="paging", next_at=now + timedelta(hours=1)))


async def harmless(page: Page, where: str) -> None:
    await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert await page.evaluate("[window.pwned, window.violated]") == [None, None], where


async def test_no_script_of_anybodys_runs(stage: Stage) -> None:
    db, page = stage.server.db, await stage.page()
    dialogs: list[str] = []

    async def noted(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        await dialog.dismiss()

    page.on("dialog", noted)
    await page.set_content(EVIL)  # without us it runs
    await eventually(lambda: _some(dialogs))
    await page.goto("about:blank")
    dialogs.clear()
    page.on("request", lambda request: dialogs.append(request.url) if request.url.endswith(("/evil", "/x")) else None)
    await page.add_init_script(SEEN)
    await stage.first_officer(page, EVIL[:200])
    me = (await seed.officer(db, "Dedi Supriadi")).id or 0
    case, _, instruction = await hidden(db, me)
    mine = await seed.case(
        db,
        "Euis",
        (("citizen", "a"), ("bot", "b"), ("officer", "c"), ("note", "d"), ("system", "e")),
        errors={2: ("failed", "f")},
    )
    await page.goto(stage.url + mine.url)
    await page.click("#tombol-ambil")
    await page.wait_for_selector("#teks")
    await poison(stage, mine, 1)
    visited = [*PAGES, "/desk?daftar=semua", "/desk?daftar=milik", "/desk?cari=asep", "/desk/cari?q=asep", "/desk/daftar?status=semua", case.url,
               f"{mine.url}/serahkan", f"/desk/instruksi/{instruction}", "/desk/alur/jalan", "/desk/undangan/tidak-ada", mine.url]  # fmt: skip
    shown = 0
    for path in visited:
        answer = await page.goto(stage.url + path)
        assert answer is not None and answer.status < 500, path
        await harmless(page, path)
        shown += "onerror" in await page.locator("body").inner_text()
    assert shown > 12, f"the words stood on {shown} pages only"
    await page.reload()
    await page.check("#jenis-catatan", force=True)
    await page.fill("#teks", "")
    await page.type("#teks", "@Ase")
    await expect(page.locator(".rekan button").first).to_be_visible()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".m.note:not(.jalan) .isi").last).to_have_text("@Ase", timeout=20_000)
    await harmless(page, "names that are offered, and a message on its way")
    assert not dialogs, dialogs
