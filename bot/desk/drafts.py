"""What the bot says, what it would say with the draft, and what one more change would make of it: loaded and checked as a publisher
would, in a thread, and kept while nothing changes."""

import asyncio
import hashlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import web

from bot import clock, content, published
from bot.content import Content, content_dir
from bot.desk.keys import DRAFTS, Look
from bot.edits import VALUE, Edit, lay
from bot.engine.flow import Flows
from bot.store import versions
from bot.store.boxes import Row
from bot.triage.urgency import Dangers
from bot.web import keys

KEPT = 4


async def running(request: web.Request) -> Look:
    """What was published last, or else what lies in the folder."""
    app = request.config_dict
    async with app[keys.DB].read() as conn:
        acts = await versions.acts(conn)
        act = next((row.id for row in acts if row.by != versions.STARTED), 0)
        name = f"{act} {'' if act else app[keys.HOUSE].flows.version}"
        row = await versions.act(conn, act) if act and name not in app[DRAFTS] else None
    own = folder(request)
    return await _kept(request, name, lambda: _look(_scratch(request), row.content if row else content.pack(own), own))


async def draft(request: web.Request, base: Look, edits: Sequence[Edit | Row]) -> Look:
    """The base with these texts. Raises `FlowError` where it could not be loaded."""
    if not edits:
        return base
    whole = "\0".join([base.flows.version, *(f"{each.context}\0{each.language}\0{each.text}" for each in edits)])
    dangers = request.config_dict[keys.HOUSE].triage.dangers
    own, changes = folder(request), [Edit(each.context, each.language, each.text) for each in edits]
    name = hashlib.sha256(whole.encode()).hexdigest()
    return await _kept(request, name, lambda: _look(_scratch(request), base.raw, own, changes, base, dangers))


async def _kept(request: web.Request, name: str, make: Callable[[], Look]) -> Look:
    kept = request.config_dict[DRAFTS]
    found = kept.pop(name) if name in kept else await asyncio.to_thread(make)
    kept[name] = found
    while len(kept) > KEPT:
        del kept[next(iter(kept))]
    return found


def folder(request: web.Request) -> Content:
    config = request.config_dict[keys.CONFIG]
    return Content(content_dir(config.flows_dir, "flows"), content_dir(config.locales_dir, "locales"))


def _scratch(request: web.Request) -> Path:
    return request.config_dict[keys.DB].data_dir / "publish" / f"draft-{clock.new_id().hex()}"


def _look(
    folder: Path,
    raw: bytes,
    like: Content,
    edits: Sequence[Edit] = (),
    base: Look | None = None,
    dangers: Dangers | None = None,
) -> Look:
    folder.mkdir(parents=True)
    try:
        found = content.unpack(raw, folder)
        content.warm(found, like.flows)
        if base is not None:
            lay(found, edits, base.flows.written)
            raw = content.pack(found)
        flows = found.load()
        if any(edit.context.startswith(VALUE) for edit in edits):
            published.rules(found, flows, dangers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    problems, pity = content.faults(flows)
    return Look(flows, raw, tuple(problems), tuple(pity))


async def checked(request: web.Request, raw: bytes) -> Flows:
    """As the command that publishes checks it. Raises `FlowError` with every fault."""
    data_dir = request.config_dict[keys.DB].data_dir
    return await asyncio.to_thread(published.checked, raw, data_dir, folder(request).flows)


async def publish(request: web.Request, raw: bytes, by: str, note: str, before: Look) -> None:
    """Checked, then said in every process. What was said until now is kept where nothing was published yet, to go back to."""
    db = request.config_dict[keys.DB]
    flows = await checked(request, raw)
    async with db.unit() as unit:
        if await versions.newest(unit.conn, any_=True) is None:
            await versions.add(unit.conn, before.flows.version, before.raw, versions.STARTED, "", clock.now())
    await published.publish(db, raw, flows, by, note)
