"""The left pane: who waits, what is mine, everything. The same query count whatever is in it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bot import clock
from bot.desk import alarms, page, seek
from bot.desk.keys import SHARED
from bot.desk.show import N_
from bot.errors import NotFound
from bot.message import clean
from bot.models.ref import Ref
from bot.record import record
from bot.store import desk
from bot.store.desk import Page
from bot.web import keys

TABS = {"antrean": N_("Antrean"), "milik": N_("Milik saya"), "semua": N_("Semua")}


@record
class List:
    """Everything the pane shows."""

    tab: str
    query: str
    page: Page
    waiting: int
    mine: int
    paged: bool
    none_next: bool = False
    group: str = ""
    """Only topics of this group wait in it."""
    """The officer asked for the next case and there was none for them."""

    def url(self, **other: str) -> str:
        """The address of this list with something changed."""
        values = {"daftar": self.tab, "cari": self.query, "kelompok": self.group, **other}
        return "/desk?" + urlencode({name: value for name, value in values.items() if value})

    @property
    def next_url(self) -> str:
        return self.url(setelah=f"{self.page.after[0]}_{self.page.after[1]}") if self.page.after else ""


async def load(request: web.Request) -> List:
    """The list that the address names: tab, search words, place to go on from."""
    tab, query = request.query.get("daftar", ""), " ".join(clean(request.query.get("cari"), 80).split())
    tab = "semua" if query else tab if tab in TABS else "antrean"
    after = _after(request.query.get("setelah", ""))
    officer_id = page.signed_in(request).officer.id or 0
    group = request.query.get("kelompok", "") if tab == "antrean" else ""
    flows = request.config_dict[keys.HOUSE].flows
    topics = next(([topic.slug for topic in each.topics] for each in flows.groups if each.slug == group), [])
    async with request.config_dict[keys.DB].read(often=True) as conn:
        waiting, mine = await desk.counts(conn, officer_id, flows.languages, _apart(request))
        if tab == "milik":
            found = await desk.held(conn, officer_id, after)
        elif tab == "semua" and not query:
            found = await desk.newest(conn, after, page.sight(request))
    if query:
        found = Page((await seek.look(request, query)).rows, None)
    elif tab == "antrean":
        found = await _waiting(request, after, topics)
    none_next = tab == "antrean" and request.query.get("berikutnya") == "kosong"
    return List(tab, query, found, waiting, mine, after is not None, none_next, group if topics else "")


async def _waiting(request: web.Request, after: tuple[int, Ref] | None, topics: Sequence[str]) -> Page:
    """What waits; its beginning is fetched by every desk at each piece of news, and is the same for whoever may see the same."""
    sight = page.sight(request)

    async def read() -> Page:
        async with request.config_dict[keys.DB].read(often=True) as conn:
            return await desk.waiting(conn, after, topics, sight)

    return await (read() if after else request.config_dict[SHARED].ask((*topics, sight.kind), read))


def _apart(request: web.Request) -> set[str]:
    """The lines of the queue that are not for who asks."""
    house, names = request.config_dict[keys.HOUSE], page.sight(request).leads
    return {house.triage.routing.line(topic, name) for name in names for topic in ("", *house.flows.topics)} | names


def _after(text: str) -> tuple[int, Ref] | None:
    rank, _, ref = text.partition("_")
    if not text:
        return None
    try:
        return int(rank), Ref.parse(ref)
    except ValueError:
        raise NotFound("unknown place") from None


def region_url(request: web.Request, shown: List) -> str:
    """Where the pane fetches itself again: the very place it shows."""
    return shown.url(setelah=request.query.get("setelah", ""))


async def desk_page(request: web.Request) -> web.Response:
    """The whole desk without an open case, or the list alone when the page asks for it."""
    shown = await load(request)
    context: dict[str, Any] = {"list": shown, "list_url": region_url(request, shown), "tabs": TABS, "now": clock.now()}
    if page.wants(request, "daftar"):
        return page.render(request, "list.html", **context, opened=_opened(request))
    return page.render(request, "desk.html", **context, **await alarms.waiting(request), opened="", case=None)


async def home(request: web.Request) -> web.Response:
    return page.see("/desk")


def _opened(request: web.Request) -> str:
    """The ticket that is open in the page that asks."""
    path = urlsplit(request.headers.get("HX-Current-URL", "")).path
    return path.removeprefix("/desk/tiket/") if path.startswith("/desk/tiket/") else ""
