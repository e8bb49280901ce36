"""What the bot says, for its editors: flows as drawings and forms, a draft that is checked at each change, versions and back."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from markupsafe import Markup

from bot import clock, content, wib
from bot.desk import drafts, page, rules, sheets
from bot.desk.keys import Look
from bot.desk.show import N_
from bot.desk.speech import said, tr
from bot.edits import VALUE, Edit
from bot.engine import draw, show
from bot.engine.flow import Flows
from bot.errors import Conflict, FlowError, NotFound, Problem, Sentence, WargiError
from bot.i18n import SOURCE
from bot.message import clean
from bot.store import versions, walks
from bot.store.boxes import Row
from bot.web import keys

LONGEST = 4000
DAYS = 7
"""So many days, today among them, are counted together."""
WORDS = (N_("dicapai"), N_("dijawab"), N_("pergi"))
FIELD = {
    "text": N_("Teks"),
    "choices": N_("Pilihan"),
    "which": N_("Pertanyaan pembetulan"),
    "show": N_("Baris ringkasan"),
    "title": N_("Judul"),
    "label": N_("Nama"),
    "answer": N_("Jawaban"),
}


# -- pages -----------------------------------------------------------------------------------------


async def listed(request: web.Request) -> web.Response:
    now, edits = await drafts.running(request), await _edits(request)
    new, refused = await drafted(request, now, edits)
    async with request.config_dict[keys.DB].read() as conn:
        acts = await versions.acts(conn)
    found, flows = await _walks(request), new.flows
    rows = [
        {
            "name": name, "title": sheets.title(flows, name), "steps": len(show.steps(flows, name)),
            "walks": _total(flows, name, found),
            "problems": [each for each in (*new.problems, *new.pity) if each.file in sheets.files(flows, name)],
        }
        for name in flows.names if sheets.is_flow(flows, name)
    ]  # fmt: skip
    others = [
        {
            "name": name, "title": sheets.title(flows, name), "texts": count,
            "problems": [each for each in (*new.problems, *new.pity) if each.file in sheets.files(flows, name)],
        }
        for name, count in sheets.sheets(flows).items()
    ]  # fmt: skip
    used = request.config_dict[keys.HOUSE].flows.version
    known = {context for context in flows.written}
    values = await asyncio.to_thread(lambda: rules.differences(rules.trees(now.raw), rules.trees(new.raw)))
    return page.render(
        request, "flows.html", rows=rows, others=others, acts=acts, edits=edits, used=used, now=clock.now(), refused=refused,
        differences=[*content.differences(now.flows, new.flows, tr), *values], version=new.flows.version, problems=new.problems,
        lost=[each for each in edits if each.context not in known and not each.context.startswith(VALUE)],
    )  # fmt: skip


async def one(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(
    request: web.Request, given: Mapping[tuple[str, str], str] | None = None, faults: Sequence[Problem] = ()
) -> web.Response:
    """`given`: what an editor wrote that was refused, with what is wrong about it."""
    name = request.match_info["name"]
    now, edits = await drafts.running(request), await _edits(request)
    new, refused = await drafted(request, now, edits)
    whole = sheets.is_flow(new.flows, name)
    if not whole and name not in sheets.sheets(new.flows):
        raise NotFound(f"no flow {name}")
    found = [*faults, *(each for each in (*new.problems, *new.pity) if each not in faults)]
    here = sheets.files(new.flows, name)
    steps, others = sheets.steps(now.flows, new.flows, name, given or {}, [each for each in found if each.file in here])
    others += [each for each in faults if each.file not in here]
    walked = await _people(request, name) if whole else {}
    nodes = [node for node in show.steps(new.flows, name) if node.id in walked] if whole else []
    notes = {node.id: _note(walked[node.id]) for node in nodes}
    return page.render(
        request, "flow.html", 422 if faults else 200, name=name, title=sheets.title(new.flows, name), steps=steps, others=others,
        faults=faults, refused=refused, languages=new.flows.languages, field=FIELD, whole=whole,
        drawing=Markup(draw.draw(new.flows, name, SOURCE, notes) if whole else ""),  # noqa: S704 - escaped where it is drawn
        tree=show.show(new.flows, name) if whole else "", written=sheets.yaml(new, name),
        walked=[(node, walked[node.id]) for node in nodes],
        differences=content.differences(now.flows, new.flows, tr), version=new.flows.version,
    )  # fmt: skip


# -- what editors do -------------------------------------------------------------------------------


@dataclass(slots=True)
class Tried:
    """What an editor wrote, laid over the draft: texts that differ from it, the draft that would become of it, what forbids that."""

    given: dict[tuple[str, str], str]
    changed: dict[tuple[str, str], str]
    merged: dict[tuple[str, str], str]
    faults: list[Problem]
    pity: list[Problem]


async def _try(request: web.Request) -> Tried:
    name, form = request.match_info["name"], await request.post()
    now, edits = await drafts.running(request), await _edits(request)
    before, _ = await drafted(request, now, edits)
    given = dict[tuple[str, str], str]()
    for key, raw in form.items():
        language, _, context = key.partition(":")
        if context.partition(".")[0] == name and context in before.flows.written and language in before.flows.languages:
            given[context, language] = clean(raw, LONGEST).replace("\r\n", "\n").replace("\r", "\n").strip()
    changed = {key: text for key, text in given.items() if text != sheets.says_of(before.flows, *key)}
    merged = {(each.context, each.language): each.text for each in edits} | changed
    merged = {
        key: text
        for key, text in merged.items()
        if key[0] not in now.flows.written or text != sheets.says_of(now.flows, *key)
    }
    pity = list[Problem]()
    try:
        after = await drafts.draft(request, now, [Edit(*key, text) for key, text in sorted(merged.items())])
        known = {(each.step, each.what) for each in (*before.problems, *before.pity)}
        faults = [each for each in after.problems if (each.step, each.what) not in known]
        pity = [each for each in after.pity if (each.step, each.what) not in known]
    except FlowError as error:
        faults = list(error.problems)
    empty = [key for key, text in changed.items() if key[1] == SOURCE and not text]
    return Tried(given, changed, merged, [_empty(before.flows, context) for context, _ in empty] or faults, pity)


async def look_at(request: web.Request) -> web.Response:
    """What would be wrong with a form as it stands, while somebody still writes in it. Nothing is stored."""
    tried = await _try(request)
    return page.render(request, "flow_looked.html", found=[*tried.faults, *tried.pity], changed=bool(tried.changed))


async def save(request: web.Request) -> web.Response:
    """Into the draft, unless that could not be published: then it is shown again with what is wrong, and nothing changes."""
    name, form, tried = request.match_info["name"], await request.post(), await _try(request)
    if tried.faults:
        return await _page(request, tried.given, tried.faults)
    async with request.config_dict[keys.DB].unit() as unit:
        for place in tried.changed:
            await versions.edit(unit.conn, *place, tried.merged.get(place), who(request), clock.now())
    step = clean(form.get("langkah"), 60)
    return page.see(f"/desk/alur/{name}#{step}" if re.fullmatch(r"[a-z0-9_-]+", step) else f"/desk/alur/{name}")


async def publish(request: web.Request) -> web.Response:
    """The draft as it was seen, through the same door as `wargi flow publish`."""
    form, now, edits = await request.post(), await drafts.running(request), await _edits(request)
    new = await drafts.draft(request, now, edits)
    if not edits or form.get("versi") != new.flows.version:
        raise Conflict("Draf sudah berubah sejak halaman ini dibuka. Lihat perubahannya, lalu terbitkan lagi.")
    await _say(request, new.raw, clean(form.get("catatan"), 300).strip(), now)
    async with request.config_dict[keys.DB].unit() as unit:
        await versions.forget(unit.conn, edits)
    return page.see("/desk/pengaturan" if form.get("ke") == "pengaturan" else "/desk/alur")


async def discard(request: web.Request) -> web.Response:
    form, edits = await request.post(), await _edits(request)
    if form.get("yakin") != "ya":
        raise WargiError("Centang dulu bahwa Anda yakin, lalu tekan tombolnya lagi.")
    async with request.config_dict[keys.DB].unit() as unit:
        await versions.forget(unit.conn, edits)
    return page.see("/desk/alur")


async def go_back(request: web.Request) -> web.Response:
    """What an older version said is checked and published as a new act, so that it can be taken back, too."""
    form = await request.post()
    act = str(form.get("versi", ""))
    if form.get("yakin") != "ya":
        raise WargiError("Centang dulu bahwa Anda yakin, lalu tekan tombolnya lagi.")
    async with request.config_dict[keys.DB].read() as conn:
        row = await versions.act(conn, int(act)) if act.isascii() and act.isdigit() and len(act) < 16 else None
    if row is None:
        raise NotFound("no such version")
    await _say(request, row.content, f"kembali ke {row.version}", await drafts.running(request))
    return page.see("/desk/alur")


async def _say(request: web.Request, raw: bytes, note: str, before: Look) -> None:
    await drafts.publish(request, raw, who(request), note, before)


# -- what they share -------------------------------------------------------------------------------


async def _edits(request: web.Request) -> list[Row]:
    async with request.config_dict[keys.DB].read() as conn:
        return await versions.edits(conn)


async def drafted(request: web.Request, now: Look, edits: Sequence[Row]) -> tuple[Look, str]:
    """The draft; where content that came from elsewhere meanwhile does not go with it, what is said now, and why."""
    try:
        return await drafts.draft(request, now, edits), ""
    except FlowError as error:
        return now, said(error)


async def _walks(request: web.Request) -> dict[str, Row]:
    """`flow/step` -> how often it was reached, answered, left in the last days."""
    async with request.config_dict[keys.DB].read() as conn:
        rows = await walks.since(conn, wib.day(clock.now()) - timedelta(days=DAYS - 1))
    return {f"{row.flow}/{row.node}": row for row in rows}


async def _people(request: web.Request, name: str) -> dict[str, dict[str, int]]:
    """`flow/step` -> how many people reached, answered, left it in the last days."""
    async with request.config_dict[keys.DB].read() as conn:
        found = await walks.people(conn, name, wib.day(clock.now()) - timedelta(days=DAYS - 1))
    return {f"{name}/{node}": counts for node, counts in found.items()}


def _note(row: Mapping[str, int]) -> str:
    return f"{tr('dicapai')} {row['reached']} · {tr('dijawab')} {row['answered']} · {tr('pergi')} {row['gone']}"


def _total(flows: Flows, name: str, found: Mapping[str, Row]) -> tuple[int, int]:
    """How often the flow was begun, and how often it was left at one of its questions."""
    rows = [found[node.id] for node in show.steps(flows, name) if node.id in found]
    first = found.get(flows.first[name])
    return first.reached if first else 0, sum(row.gone for row in rows)


def who(request: web.Request) -> str:
    officer = page.signed_in(request).officer
    return f"{officer.name} ({officer.login})"


def _empty(flows: Flows, context: str) -> Problem:
    written = flows.written[context]
    what, remedy = Sentence("teks kosong"), Sentence("tulis yang dikatakan bot di sini")
    return Problem(written.file, written.line, context.partition(".")[2], what, remedy)
