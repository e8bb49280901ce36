"""One case: the conversation, the facts, and what this officer may do now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.desk import alarms, lists, looked, page, replies, resemblance
from bot.desk.panel import panel
from bot.desk.resemblance import Likely
from bot.errors import NotFound
from bot.message import templated
from bot.models import OVER, WAITING, Author, Officer, Owner, Role, State
from bot.models.ref import Ref
from bot.policy import number, view, window
from bot.policy.story import stretch
from bot.record import record
from bot.store import composing, desk, media, persons, sla
from bot.store.composing import Company
from bot.store.persons import Person
from bot.store.sight import Sight
from bot.turn import sealing
from bot.web import keys

WINDOW = 50
SHOWN = timedelta(minutes=15)
"""So long an officer who gave a reason sees the numbers of a case: one call or one comparison, not a whole shift."""
WORDS = frozenset({"text", "choice"})
MOST = 300
"""More messages than this are not shown at once: what is further back is a window of its own, with ways to both sides."""


@record
class Case:
    """Everything the middle and right panes show."""

    ticket: Mapping[str, Any]
    messages: list[Any]
    history: list[Any]
    span: tuple[int, int]
    """The first and the last message that this officer may read."""
    since: int
    until: int
    """The last message that is shown; the newest one, unless somebody looks far back."""
    me: Officer
    now: datetime
    files: dict[int, list[Any]]
    """What came along with messages, by their `seq`."""
    person: Person
    clocks: list[Any]
    """Its deadlines, ours and the agency's."""
    likely: Likely
    company: Company
    """Who else is here, and what I had begun to write."""
    read_at: int
    """Milliseconds, before the first question: what was stored after it may not be on this page."""
    key: str
    """A new client key: the next message of a page without scripts is sent once, even if the form is sent twice."""

    @property
    def ref(self) -> Ref:
        return Ref(self.ticket["id"], self.ticket["part"])

    @property
    def conversation(self) -> Ref:
        return Ref(self.ticket["conversation_id"], self.ticket["part"])

    @property
    def contact(self) -> Ref:
        return Ref(self.ticket["contact_id"], self.ticket["contact_part"])

    @property
    def waits(self) -> bool:
        return self.ticket["state"] in WAITING

    @property
    def mine(self) -> bool:
        """I hold the case and the conversation: only then can I write to the citizen."""
        talks = self.ticket["owner"] == Owner.OFFICER and self.ticket["talk_officer"] == self.me.id
        return bool(self.ticket["state"] == State.ASSIGNED and self.ticket["officer_id"] == self.me.id and talks)

    @property
    def may_end(self) -> bool:
        """Resolve or hand back: the holder, or whoever leads."""
        holder = self.ticket["officer_id"] == self.me.id or self.me.role != Role.OFFICER
        return holder and self.ticket["state"] == State.ASSIGNED

    @property
    def topic_said(self) -> bool:
        """An officer has said what the case is about."""
        return any(step["kind"] == "topic" for step in self.history)

    @property
    def over(self) -> bool:
        return self.ticket["state"] in OVER

    @property
    def url(self) -> str:
        return f"/desk/tiket/{self.ticket['number']}"

    @property
    def revealed_until(self) -> datetime | None:
        """Until when this officer sees the numbers; None when they are masked."""
        asked: datetime | None = self.ticket["disclosed_at"]
        return asked + SHOWN if asked and self.now < asked + SHOWN else None

    @property
    def revealed(self) -> bool:
        return self.revealed_until is not None

    @property
    def last(self) -> int:
        return self.span[1]

    @property
    def changes(self) -> str:
        """Which of the citizen's words had been changed when the page was made: a send that was written before a later change is stopped."""
        return view.shown(self.since, [each for each in self.messages if each["author"] == Author.CITIZEN])

    @property
    def live(self) -> bool:
        """It ends with the newest message, and new ones join it."""
        return self.until >= self.last

    @property
    def self_url(self) -> str:
        """Where the region fetches itself again. A page that has grown for long lets go of its oldest messages, not of its newest."""
        grown = self.live and self.last - self.since >= MOST - WINDOW
        return f"{self.url}?dari={self.last - MOST + 2 * WINDOW if grown else self.since}"

    @property
    def older_url(self) -> str:
        first = self.span[0]
        return f"{self.url}?dari={max(first, self.since - WINDOW)}" if self.since > first else ""

    @property
    def newer_url(self) -> str:
        return "" if self.live else f"{self.url}?dari={self.until + 1}"

    @property
    def handed_over(self) -> Any:
        """The note that came with the case, until its holder has answered the citizen: what one should know before."""
        for message in reversed(self.messages):
            if message["author"] == Author.OFFICER and message["officer_id"] == self.ticket["officer_id"]:
                return None
            if message["author"] == Author.NOTE and (message["data"] or {}).get("handover"):
                return message
        return None


async def load(request: web.Request) -> Case:
    """The case that the address names. Raises `NotFound` for what is not a number and what is nobody's number alike."""
    shown, part = number.read(request.match_info["number"])
    signed, sight, read_at = page.signed_in(request), page.sight(request), clock.milliseconds()
    async with request.config_dict[keys.DB].read(often=True) as conn:
        ticket = await desk.case(conn, shown, part, sight)
        if ticket is None:
            raise NotFound("unknown ticket number")
        span = await _span(conn, dict(ticket), sight, signed.officer)
        since, until = _range(request.query.get("dari", ""), *span)
        messages = await desk.messages(conn, Ref(ticket["conversation_id"], part), since, until)
        files: dict[int, list[Any]] = {}
        if any(message["kind"] not in WORDS for message in messages):  # most talks are nothing but words
            files = dict(await media.of_messages(conn, Ref(ticket["conversation_id"], part), since, until))
        history = await desk.history(conn, Ref(ticket["id"], part))
        clocks = await sla.clocks(conn, Ref(ticket["id"], part))
        person = await persons.load(conn, Ref(ticket["contact_id"], ticket["contact_part"]), sight)
        others = await resemblance.load(conn, request.config_dict[keys.HOUSE], dict(ticket), history, sight)
        who = signed.officer.id or 0
        company = await composing.company(conn, Ref(ticket["conversation_id"], part), who, clock.now())
    at = clock.now()
    asked = ticket["disclosed_at"]
    vault = request.config_dict[keys.HOUSE].vault
    stored = ticket["answers"] or {}
    answers = sealing.unseal(vault, stored) if asked and at < asked + SHOWN else sealing.veil(stored)
    return Case(
        {**ticket, "answers": answers},
        messages,
        history,
        span,
        since,
        until,
        signed.officer,
        at,
        files,
        person,
        clocks,
        others,
        company,
        read_at,
        clock.token()[:32],
    )


async def _span(conn: AsyncConnection, ticket: Mapping[str, Any], sight: Sight, me: Officer) -> tuple[int, int]:
    """The first and the last message of the chat that whoever may see this case may read. To whoever talks with the citizen now, every
    new word is said."""
    talk = Ref(ticket["conversation_id"], ticket["part"])
    last = ticket["seq"] or 0
    if not ticket["shut"]:
        return 1, last
    others = await desk.hidden(conn, talk, sight)
    talks = ticket["owner"] == Owner.OFFICER and ticket["talk_officer"] == me.id
    since, until = stretch(desk.story(ticket), others)
    first, end = await desk.between(conn, talk, since, None if talks else until)
    return first, end


def _range(text: str, first: int, last: int) -> tuple[int, int]:
    """The first and the last message to show: from the one asked for to the newest, or two windows of what is far back."""
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else last - WINDOW + 1
    since = max(first, min(asked, last))
    return since, last if last - since < MOST else since + 2 * WINDOW - 1


def _window(request: web.Request, case: Case) -> dict[str, Any]:
    """Until when free words reach the citizen, and what can be sent instead."""
    house = request.config_dict[keys.HOUSE]
    channel = house.channels.get(str(case.ticket["account"]).partition(":")[0])
    until = window.closes_at(channel.limits.window if channel else None, case.ticket["last_inbound_at"])
    closed = until is not None and case.now >= until
    usable = {key: each for key, each in house.purposes.items() if each.name not in house.unusable}
    return {
        "window_until": until,
        "window_closed": closed,
        "templated": templated(channel) is not None,
        "purposes": usable if closed and templated(channel) else {},
    }


async def case_page(request: web.Request) -> web.Response:
    return await show(request)


async def show(request: web.Request, status: int = 200, notice: str = "", draft: str = "") -> web.Response:
    """The whole desk with this case, or the case alone when the page asks for it. `draft`: words that could not be sent."""
    more: dict[str, Any] = {}
    if page.wants(request, "kasus"):
        case = await _look(request)
    else:  # three rooms that need nothing of each other
        case, shown, more = await page.together(_look(request), lists.load(request), alarms.waiting(request))
        more |= {"list": shown, "list_url": lists.region_url(request, shown), "tabs": lists.TABS}
    context = {
        "case": case,
        "now": clock.now(),
        "notice": notice,
        "opened": case.ticket["number"],
        "draft": draft,
        **_window(request, case),
        **panel(request, case),
        **await replies.beside(request, case, draft),
    }
    return page.render(request, "desk.html" if more else "case.html", status, **context, **more)


async def _look(request: web.Request) -> Case:
    """The case; that somebody has looked is written down before it is shown, where it is about what is sensitive."""
    case = await load(request)
    if looked.sensitive(request.config_dict[keys.HOUSE], case.ticket["topic"]):
        await looked.look(request, "sensitive", case.ticket["number"])
    return case
