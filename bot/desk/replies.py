"""Ready replies: beside the field where officers write, and the page where leads keep them. Nothing is ever sent by itself."""

from io import StringIO
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.web_request import FileField

from bot import clock, wib
from bot.desk import page, show, speech
from bot.desk.show import N_
from bot.errors import NotFound, WargiError
from bot.i18n import SOURCE
from bot.message import clean
from bot.models import Author
from bot.policy import replies as rules
from bot.policy.replies import Ready, fill, spoken
from bot.store import replies as store
from bot.turn.words import links
from bot.web import keys

if TYPE_CHECKING:
    from bot.desk.cases import Case

OWN, COMFORT, KNOWN = "balasan", "hibur", "info"
"""Where something ready comes from: the first word of its key."""
GROUPS = {OWN: N_("Balasan"), COMFORT: N_("Kalimat penghiburan")}
VARIABLES = {
    "nama": N_("nama warga"),
    "nomor": N_("nomor tiket"),
    "instansi": N_("instansi yang menangani"),
    "petugas": N_("nama Anda"),
    "tautan": N_("tautan pelacakan"),
}
OFFERED, SHOWN = 3, 20
"""Entries of knowledge beside a case; replies in the list under the field."""


async def beside(request: web.Request, case: "Case", draft: str) -> dict[str, Any]:
    """What the template needs beside the field: what can be chosen, what fits the citizen's last words, and what was chosen."""
    if not case.mine:
        return {"ready": {}, "suggested": [], "draft": draft, "chosen": "", "speaks": "", "other_languages": []}
    async with request.config_dict[keys.DB].read() as conn:
        every = _every(request, await store.every(conn))
    chosen, suggested = request.query.get("balasan", ""), _suggested(request, case)
    asked, theirs = request.query.get("bahasa", ""), str(case.ticket["language"])
    language = asked if asked in rules.LANGUAGES else theirs
    texts = {key: text for key, (_, text) in every.items()} | {f"{KNOWN}.{key}": row["texts"] for key, row in suggested}
    found = fill(spoken(texts[chosen], language), values(request, case)) if chosen in texts else ""
    groups = {
        name: [(key, title) for key, (title, _) in every.items() if key.partition(".")[0] == group]
        for group, name in GROUPS.items()
    }
    return {
        "ready": groups,
        "suggested": [(key, row, spoken(row["texts"], language)) for key, row in suggested],
        "speaks": language,
        "other_languages": [each for each in rules.LANGUAGES if each != language],
        "draft": draft or found,
        "chosen": chosen if found and not draft else "",
    }


def _every(request: web.Request, rows: list[Any]) -> dict[str, tuple[str, dict[str, str]]]:
    """Key -> title and texts; the comforting set among the others."""
    kind = request.config_dict[keys.HOUSE].flows.comfort
    own = {f"{OWN}.{row.slug}": (row.title, dict(row.texts)) for row in rows}
    language = speech.language()
    words = {
        f"{COMFORT}.{key}": (title.get(language, title[SOURCE]), dict(text)) for key, (title, text) in kind.items()
    }
    return own | words


def _suggested(request: web.Request, case: "Case") -> list[tuple[str, dict[str, Any]]]:
    """Entries that the citizen's last words ask for. What has expired is not among them: nobody vouches for it."""
    said = next((row["body"] for row in reversed(case.messages) if row["author"] == Author.CITIZEN and row["body"]), "")
    today = wib.day(case.now)
    found = request.config_dict[keys.HOUSE].flows.knowledge.find(said, today)
    language = speech.language()
    return [
        (
            entry.key,
            {"title": entry.title.get(language, entry.title[SOURCE]), "texts": dict(entry.answer), "source": entry.source,
             "owner": entry.owner, "until": entry.until},
        )
        for entry in (*([found.sure] if found.sure else []), *found.near)[:OFFERED]
    ]  # fmt: skip


def values(request: web.Request, case: "Case") -> dict[str, str]:
    """What the variables are for this case; '' for what is not known."""
    house, ticket = request.config_dict[keys.HOUSE], case.ticket
    say = links(house, ticket)
    agency = house.triage.agencies.name(ticket["agency"]) if ticket["agency"] else ""
    named = show.one_line(show.private(ticket["name"] or "", case), 60)
    return {"nama": named, "nomor": say["number"], "instansi": agency, "petugas": case.me.name, "tautan": say["link"]}


async def picker(request: web.Request) -> web.Response:
    """The list under the field while somebody types `/…` into it: a piece of a page, filled in for this case."""
    from bot.desk import cases  # the case asks this module what stands beside its field

    case = await cases.load(request)
    words = clean(request.query.get("q"), 60).casefold().split()
    async with request.config_dict[keys.DB].read() as conn:
        every, uses = _every(request, await store.every(conn)), await store.uses(conn)
    known, language = values(request, case), case.ticket["language"]
    rows = [
        (key, title, fill(spoken(texts, language), known))
        for key, (title, texts) in every.items()
        if all(word in f"{key} {title}".casefold() for word in words)
    ]
    rows.sort(key=lambda row: -uses.get(row[0], (0,))[0])
    return page.render(request, "reply_list.html", rows=rows[:SHOWN], language_=language)


async def count(request: web.Request, key: str) -> None:
    """Something ready was sent, changed or not."""
    house, (kind, _, name) = request.config_dict[keys.HOUSE], key.partition(".")
    async with request.config_dict[keys.DB].unit() as unit:
        own = {row.slug for row in await store.every(unit.conn)} if kind == OWN else set()
        if name in {OWN: own, COMFORT: house.flows.comfort, KNOWN: house.flows.knowledge.entries}.get(kind, ()):
            await store.used(unit.conn, key, clock.now())


# -- the page --------------------------------------------------------------------------------------


async def listed(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(
    request: web.Request, status: int = 200, problem: str = "", form: dict[str, str] | None = None
) -> web.Response:
    async with request.config_dict[keys.DB].read() as conn:
        rows, uses = await store.every(conn), await store.uses(conn)
    kind, language = request.config_dict[keys.HOUSE].flows.comfort, speech.language()
    comfort = [(key, title.get(language, title[SOURCE]), text) for key, (title, text) in kind.items()]
    edited = next((row for row in rows if row.slug == request.query.get("ubah")), None)
    form = form or {
        "slug": edited.slug if edited else "", "title": edited.title if edited else "",
        **{lang: edited.texts.get(lang, "") if edited else "" for lang in rules.LANGUAGES},
    }  # fmt: skip
    return page.render(
        request, "replies.html", status, rows=rows, uses=uses, comfort=comfort, form=form, edited=edited, problem=problem,
        variables=VARIABLES, limits=rules, now=clock.now(), done=request.query.get("kabar", "")[:80],
    )  # fmt: skip


async def save(request: web.Request) -> web.Response:
    """What was typed stays in the form when something is wrong with it."""
    posted = await request.post()
    form = {
        name: clean(posted.get(name), rules.TEXT + 1).replace("\r\n", "\n")
        for name in ("slug", "title", *rules.LANGUAGES)
    }
    try:
        ready = rules.checked(form["slug"], form["title"], {lang: form[lang] for lang in rules.LANGUAGES})
    except WargiError as error:
        return await _page(request, 422, speech.said(error), form)
    await _put(request, [ready])
    return page.see("/desk/balasan")


async def drop(request: web.Request) -> web.Response:
    async with request.config_dict[keys.DB].unit() as unit:
        if not await store.drop(unit.conn, request.match_info["name"]):
            raise NotFound("unknown reply")
    return page.see("/desk/balasan")


async def export(request: web.Request) -> web.Response:
    from ruamel.yaml import YAML

    async with request.config_dict[keys.DB].read() as conn:
        rows = [Ready(row.slug, row.title, dict(row.texts)) for row in await store.every(conn)]
    out, yaml = StringIO(), YAML()
    yaml.allow_unicode, yaml.width = True, 4096
    yaml.dump(rules.to_file(rows), out)
    headers = {"Content-Disposition": 'attachment; filename="balasan.yaml"'}
    return web.Response(text=out.getvalue(), content_type="application/yaml", charset="utf-8", headers=headers)


async def bring(request: web.Request) -> web.Response:
    """A file as `export` writes it: all of it or nothing. What is not in it stays as it is."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    file = (await request.post()).get("berkas")
    raw = file.file.read() if isinstance(file, FileField) else b""
    try:
        text = raw.decode("utf-8")
        found = rules.of_file(YAML(typ="safe", pure=True).load(text))
    except (UnicodeDecodeError, YAMLError, RecursionError):
        wrong = N_("Berkas ini tidak dapat dibaca. Simpan sebagai YAML (UTF-8), seperti yang diunduh dari sini.")
        return await _page(request, 422, speech.tr(wrong))
    except WargiError as error:
        return await _page(request, 422, speech.said(error))
    await _put(request, found)
    return page.see(f"/desk/balasan?kabar={len(found)}")


async def _put(request: web.Request, found: list[Ready]) -> None:
    async with request.config_dict[keys.DB].unit() as unit:
        rows = [(each.slug, each.title, dict(each.texts)) for each in found]
        await store.put(unit.conn, rows, page.signed_in(request).officer.id or 0, clock.now())
