"""Lists of cases by what they are, under names that officers keep; from them, acts on many at once."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from aiohttp import web

from bot import clock
from bot.desk import page, seek, show, speech
from bot.desk.show import N_
from bot.errors import NotFound, WargiError
from bot.message import clean
from bot.models import LEADS, OVER, WAITING, WITH_AGENCY, Officer, Role, State, Urgency
from bot.models.ref import Ref
from bot.policy.bulk import KINDS, MOST
from bot.record import record
from bot.store import desk, people
from bot.store import views as store
from bot.store.desk import TICKET
from bot.store.sight import Sight
from bot.turn import House
from bot.web import keys

OPEN = [state for state in State if state not in OVER]
STATUS: dict[str, tuple[str, list[State]]] = {
    "terbuka": (N_("Belum selesai"), OPEN),
    "menunggu": (N_("Menunggu petugas"), [state for state in State if state in WAITING]),
    "ditangani": (N_("Ditangani petugas"), [State.ASSIGNED]),
    "warga": (N_("Menunggu jawaban warga"), [State.WAITING_CITIZEN]),
    "instansi": (N_("Di instansi"), [state for state in State if state in WITH_AGENCY]),
    "kembali": (N_("Bukan wewenang"), [State.RETURNED]),
    "selesai": (N_("Sudah selesai"), [state for state in State if state in OVER]),
    "semua": (N_("Semua"), []),
}
FIELDS = ("status", "topik", "urgensi", "bahasa", "kanal", "petugas", "instansi", "tempat")
HOLDER = {"saya": N_("Saya"), "tanpa": N_("Tanpa petugas")}
SIZES = (50, MOST)
VIEWS, NAME = 30, 60
TELL = N_("Anda sudah menyimpan banyak tampilan; hapus dulu yang tidak dipakai.")


@record
class Asked:
    """The filter that an address names; what it does not know is no filter."""

    values: dict[str, str]
    size: int
    after: Ref | None

    def url(self, **more: object) -> str:
        size = {"banyak": self.size} if self.size != SIZES[0] else {}
        return "/desk/daftar?" + urlencode({**self.values, **size, **more})


def read(query: dict[str, str]) -> Asked:
    values = {name: " ".join(clean(query.get(name), 60).split()) for name in FIELDS}
    values["status"] = values["status"] if values["status"] in STATUS else "terbuka"
    after = query.get("setelah", "")
    size = MOST if query.get("banyak") == str(MOST) else SIZES[0]
    return Asked({name: value for name, value in values.items() if value}, size, Ref.parse(after) if after else None)


def conditions(house: House, me: Officer, sight: Sight, asked: Asked) -> list[sa.ColumnElement[bool]]:
    """The filter and this officer's rights, to stand in one query."""
    value = asked.values.get
    found = list(sight.where())
    plain = {
        "topik": TICKET.c.topic,
        "urgensi": TICKET.c.urgency,
        "bahasa": TICKET.c.language,
        "instansi": TICKET.c.agency,
    }
    found += [column == value(name) for name, column in plain.items() if value(name)]
    if channel := value("kanal"):
        found.append(TICKET.c.account.startswith(f"{channel}:", autoescape=True))
    if value("petugas"):
        who = holder(me, asked)
        found.append(TICKET.c.officer_id.is_(None) if who is None else TICKET.c.officer_id == who)
    if place := value("tempat"):
        found.append(sa.or_(sa.false(), *(TICKET.c.place_code.startswith(code) for code in seek.areas(house, place))))
    return found


def holder(me: Officer, asked: Asked) -> int | None:
    """Whose cases are asked for; None for everybody's or nobody's, 0 for what names no officer."""
    text = asked.values.get("petugas", "tanpa")
    if text == "tanpa":
        return None
    return (me.id or 0) if text == "saya" else int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


async def list_page(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(request: web.Request, status: int = 200, problem: str = "") -> web.Response:
    house, me = request.config_dict[keys.HOUSE], page.signed_in(request).officer
    asked = read(dict(request.query))
    where = conditions(house, me, page.sight(request), asked)
    states = [str(state) for state in STATUS[asked.values["status"]][1]]
    async with request.config_dict[keys.DB].read() as conn:
        find = store.find if holder(me, asked) is None else store.among
        refs, more = await find(conn, states, where, asked.after, asked.size)
        rows = await desk.listed(conn, refs) if refs else []
        views = await store.kept(conn, me.id or 0)
        staff = [each for each in await people.officers(conn) if each.active and each.role != Role.AGENCY]
    return page.render(
        request, "browse.html", status, problem=problem, asked=asked, v={name: asked.values.get(name, "") for name in FIELDS},
        rows=rows, more=asked.url(setelah=more) if more else "", statuses=STATUS, holders=HOLDER, staff=staff, views=views,
        kinds=KINDS, most=MOST, now=clock.now(), urgencies=list(Urgency), lead=me.role in LEADS, sizes=SIZES,
        all_agencies=sorted(house.triage.agencies.agencies), **_choices(house),
    )  # fmt: skip


def _choices(house: House) -> dict[str, Any]:
    topics = [(each.slug, speech.label(each.label)) for each in house.flows.topics.values()]
    return {"topics": topics, "languages": show.LANGUAGE, "channels": show.CHANNEL}


async def keep(request: web.Request) -> web.Response:
    """The filter that is shown, under a name. Only leads give one to everybody."""
    form, me = await request.post(), page.signed_in(request).officer
    name = " ".join(clean(form.get("nama"), NAME).split())
    if not name:
        raise WargiError("Tulis dulu nama tampilannya.")
    asked = read(dict(parse_qsl(str(form.get("saringan", ""))[:2000])))
    shared = form.get("bersama") == "ya" and me.role in LEADS
    async with request.config_dict[keys.DB].unit() as unit:
        if not await store.keep(unit.conn, me.id or 0, name, urlencode(asked.values), shared, clock.now(), VIEWS):
            raise WargiError(TELL)
    return page.see(asked.url())


async def drop(request: web.Request) -> web.Response:
    me, text = page.signed_in(request).officer, request.match_info["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound("unknown view")
    async with request.config_dict[keys.DB].unit() as unit:
        if not await store.drop(unit.conn, int(text), me.id or 0, me.role in LEADS):
            raise NotFound("unknown view")
    return page.see("/desk/daftar")
