"""The rules of the service at the desk: seen with their meaning, changed into the draft that the bot's texts go through, too.

Nothing counts before it is published; what the readers of the rules refuse is never stored. See `bot.published`.
"""

import asyncio
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from aiohttp import web

from bot import clock, content
from bot.desk import drafts, flows, page, rules, speech
from bot.desk.keys import RULED, Look
from bot.desk.knob_table import CALENDARS, GROUPS, Group, Trees
from bot.desk.knobs import Knob, written
from bot.desk.show import N_
from bot.desk.speech import tr
from bot.edits import VALUE, Edit
from bot.errors import FlowError, NotFound, Problem, WargiError
from bot.message import clean
from bot.policy.calendar import KINDS
from bot.store import versions
from bot.store.boxes import Row
from bot.values import MORE
from bot.web import keys

Edits = dict[tuple[str, str], str]
LONGEST = 300
SHIPPED = 0
"""Number of no act: under it the rules are kept that came with the server."""
REGIONAL = "kind=daerah"
"""Days of one region: two of the same date have the same name here, so they are changed in the file."""
ACTS = 12
"""So many acts of publishing are looked through for who changed which value."""
SEEN = "dulu:"
"""Begins the name of a hidden field: what stood in the visible one when the page was made."""
HOLIDAYS = f"{VALUE}{CALENDARS}/holidays/"


@dataclass(slots=True)
class Now:
    """What counts, and what would count with the draft."""

    running: Look
    new: Look
    edits: Sequence[Row]
    refused: str
    old_rules: Trees
    new_rules: Trees

    @property
    def draft(self) -> Edits:
        return {(each.context, each.language): each.text for each in self.edits}


@dataclass(slots=True)
class Tried:
    given: dict[str, str] = field(default_factory=dict)
    """What was typed."""
    wrong: dict[str, WargiError] = field(default_factory=dict)
    """What is wrong with it, beside its field."""
    draft: Edits = field(default_factory=dict)
    changed: set[tuple[str, str]] = field(default_factory=set)
    faults: list[Problem] = field(default_factory=list)
    """What the reader of the file says."""
    called: dict[str, str] = field(default_factory=dict)
    """What people call the values of the form."""


async def _now(request: web.Request) -> Now:
    running = await drafts.running(request)
    async with request.config_dict[keys.DB].read() as conn:
        edits = await versions.edits(conn)
    new, refused = await flows.drafted(request, running, edits)
    old_rules, new_rules = await asyncio.to_thread(lambda: (rules.trees(running.raw), rules.trees(new.raw)))
    return Now(running, new, edits, refused, old_rules, new_rules)


async def _shipped(request: web.Request) -> dict[str, rules.Said]:
    """What came with the server. It changes with the server only, so it is read once."""
    kept = request.config_dict[RULED]
    if SHIPPED not in kept:
        kept[SHIPPED] = await asyncio.to_thread(lambda: rules.trees(content.pack(drafts.folder(request))))
    return rules.said(kept[SHIPPED])


def _group(request: web.Request) -> Group:
    found = next((each for each in GROUPS if each.slug == request.match_info["name"]), None)
    if found is None:
        raise NotFound("no such group")
    return found


# -- pages -----------------------------------------------------------------------------------------


async def overview(request: web.Request) -> web.Response:
    now, shipped = await _now(request), await _shipped(request)
    old, new = rules.said(now.old_rules), rules.said(now.new_rules)
    rows = []
    for group in GROUPS:
        mine = [each for each in old.values() if each.group is group]
        own = sum(each.knob.context in shipped and shipped[each.knob.context].value != each.value for each in mine)
        waits = sum(each.knob.context in new and new[each.knob.context].value != each.value for each in mine)
        rows.append((group, len(mine), own, waits))
    return page.render(
        request, "settings.html", rows=rows, history=await _history(request), differences=_differences(now), refused=now.refused,
        version=now.new.flows.version, problems=now.new.problems, now=clock.now(),
    )  # fmt: skip


async def one(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(request: web.Request, tried: Tried | None = None, problem: str = "") -> web.Response:
    group, now, tried = _group(request), await _now(request), tried or Tried()
    shipped = await _shipped(request)
    old, new = rules.said(now.old_rules), rules.said(now.new_rules)
    parts: dict[str, list[dict[str, object]]] = {}
    for context, each in new.items():
        if each.group is group:
            parts.setdefault(each.knob.of, []).append({
                "knob": each.knob, "name": context, "value": tried.given.get(context, each.value), "now": old.get(context),
                "shipped": shipped.get(context), "draft": context not in old or old[context].value != each.value,
                "wrong": speech.said(tried.wrong[context]) if context in tried.wrong else "", "seen": each.value,
            })  # fmt: skip
    bad = bool(tried.wrong or tried.faults or problem)
    return page.render(
        request, "settings_group.html", 422 if bad else 200, group=group, parts=parts, faults=tried.faults, problem=problem, bad=bad,
        days=_days(now) if group.slug == "jam" else [], kinds=rules.HOLIDAY, differences=_differences(now), refused=now.refused,
        version=now.new.flows.version, today=clock.now().date(), files=[f"flows/{file}" for file in group.files],
    )  # fmt: skip


def _days(now: Now) -> list[tuple[str, str, str, bool]]:
    """Name, day, what it is called and whether the draft brings it: those of the last year, and all to come."""
    since, old = clock.now().date().replace(month=1, day=1).isoformat(), rules.holidays(now.old_rules)
    found = [
        (name, rules.day_of(name), called, name not in old) for name, called in rules.holidays(now.new_rules).items()
    ]
    return sorted((row for row in found if row[1] >= since), key=lambda row: row[1])


def _differences(now: Now) -> list[str]:
    texts = content.differences(now.running.flows, now.new.flows, tr)
    found = list(rules.differences(now.old_rules, now.new_rules))
    return found + [line for line in texts if not found or line != content.BESIDE.said(tr)]


async def _history(request: web.Request) -> list[tuple[Row, list[str]]]:
    """Each act of publishing that changed a value, the newest first, with what it changed. An act never changes, so its rules are
    read once."""
    kept, db = request.config_dict[RULED], request.config_dict[keys.DB]
    async with db.read() as conn:
        acts = await versions.acts(conn, ACTS + 1)
        new = [whole for row in acts if row.id not in kept and (whole := await versions.act(conn, row.id)) is not None]
    for whole in new:
        kept[whole.id] = await asyncio.to_thread(rules.trees, whole.content)
    # from here on nothing is awaited: another page may have dropped what is old to it
    mine = {row.id: kept[row.id] for row in acts if row.id in kept}
    for gone in kept.keys() - mine.keys() - {SHIPPED}:
        del kept[gone]
    pairs = [(row, before) for row, before in itertools.pairwise(acts) if row.id in mine and before.id in mine]
    found = [(row, list(rules.differences(mine[before.id], mine[row.id]))) for row, before in pairs]
    return [(row, lines) for row, lines in found if lines]


# -- what editors do -------------------------------------------------------------------------------


async def _try(request: web.Request) -> Tried:
    group, form, now = _group(request), await request.post(), await _now(request)
    old, new, tried = rules.said(now.old_rules), rules.said(now.new_rules), Tried(draft=now.draft)
    for context, each in new.items():
        if each.group is not group or context not in form:
            continue
        typed = ", ".join(filter(None, (clean(value, LONGEST) for value in form.getall(context))))
        tried.called[context] = each.called
        if typed == form.get(f"{SEEN}{context}"):
            continue  # left alone on this page: a colleague may have changed it since
        try:
            put = written(each.knob, typed)
        except WargiError as error:
            if typed != each.value:  # what somebody wrote into the file is theirs
                tried.given[context], tried.wrong[context] = typed, error
            continue
        if put == _written(each.knob, each.value):
            continue
        tried.given[context] = typed
        tried.changed.add((context, ""))
        if context in old and put == _written(each.knob, old[context].value):
            tried.draft.pop((context, ""), None)
        else:
            tried.draft[context, ""] = put
    if tried.changed and not tried.wrong:
        await _lint(request, now, tried)
    return tried


def _written(knob: Knob, value: str) -> str:
    try:
        return written(knob, value)
    except WargiError:
        return value


async def _lint(request: web.Request, now: Now, tried: Tried) -> None:
    try:
        after = await drafts.draft(
            request, now.running, [Edit(*key, text) for key, text in sorted(tried.draft.items())]
        )
        known = {(each.step, each.what) for each in (*now.new.problems, *now.running.problems)}
        tried.faults = [each for each in after.problems if (each.step, each.what) not in known]
    except FlowError as error:
        tried.faults = list(error.problems)


async def look_at(request: web.Request) -> web.Response:
    """What would be wrong with the form as it stands. Nothing is stored."""
    tried = await _try(request)
    found = [Problem("", 0, tried.called[context], error.told) for context, error in tried.wrong.items()]
    return page.render(request, "flow_looked.html", found=[*found, *tried.faults], changed=bool(tried.changed))


async def save(request: web.Request) -> web.Response:
    tried = await _try(request)
    if tried.wrong or tried.faults:
        return await _page(request, tried)
    await _keep(request, tried)
    return page.see(f"/desk/pengaturan/{_group(request).slug}#draf")


async def _keep(request: web.Request, tried: Tried) -> None:
    async with request.config_dict[keys.DB].unit() as unit:
        for key in tried.changed:
            await versions.edit(unit.conn, *key, tried.draft.get(key), flows.who(request), clock.now())


async def holiday(request: web.Request) -> web.Response:
    """One day more, or one that is none (`hapus`, by its name)."""
    form, now = await request.post(), await _now(request)
    tried, gone = Tried(draft=now.draft), clean(form.get("hapus"), 100)
    request.match_info["name"] = "jam"
    if gone:
        if gone not in rules.holidays(now.new_rules) or gone.endswith(REGIONAL):
            raise NotFound("no such day")
        key = (HOLIDAYS + MORE, gone)
        if tried.draft.pop(key, None) is None:
            key = (HOLIDAYS + gone, "")
            tried.draft[key] = ""
    else:
        day, called, kind = (" ".join(clean(form.get(name), 80).split()) for name in ("hari", "nama", "jenis"))
        try:
            on = date.fromisoformat(day).isoformat()
        except ValueError:
            return await _page(request, problem=tr(N_("Tulis tanggal seperti 2027-01-31.")))
        if not called or kind not in KINDS or kind == "daerah":
            return await _page(request, problem=tr(N_("Tulis nama hari liburnya, dan pilih jenisnya.")))
        key = (HOLIDAYS + MORE, f"date={on}&kind={kind}")
        tried.draft[key] = f"{{date: {on}, name: {json.dumps(called, ensure_ascii=False)}, kind: {kind}}}"
    tried.changed.add(key)
    await _lint(request, now, tried)
    if tried.faults:
        return await _page(request, tried)
    await _keep(request, tried)
    return page.see("/desk/pengaturan/jam#draf")
