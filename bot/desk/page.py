"""Renders: a whole page, or the one region that a live page asked for."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from aiohttp import web
from yarl import URL

from bot import clock
from bot.desk import cards, sessions, show, speech
from bot.desk.keys import INVENT, SIGNED_IN, TEMPLATES
from bot.errors import WargiError
from bot.policy.access import Verb, may
from bot.store.people import SignedIn
from bot.store.sight import Sight
from bot.turn import sight as turn_sight
from bot.web import keys


def is_htmx(request: web.Request) -> bool:
    return request.headers.get("HX-Request") == "true"


def wants(request: web.Request, region: str) -> bool:
    """True if the page asks for this region only (`section#kasus`), not for itself."""
    return is_htmx(request) and request.headers.get("HX-Target", "").endswith(f"#{region}")


async def together(*rooms: Awaitable[Any]) -> list[Any]:
    """What several rooms answer that need nothing of each other. Raises the first one's error once none of them is reading any more."""
    answers = await asyncio.gather(*rooms, return_exceptions=True)
    for each in answers:
        if isinstance(each, BaseException):
            raise each
    return answers


def signed_in(request: web.Request) -> SignedIn:
    """Who asks; the guard has made sure that there is somebody."""
    return request[SIGNED_IN]


def sight(request: web.Request) -> Sight:
    """What who asks may see of all cases: stands in every query that finds one."""
    return turn_sight.sight(request.config_dict[keys.HOUSE], signed_in(request).officer)


def render(request: web.Request, template: str, status: int = 200, **context: Any) -> web.Response:
    signed = request.get(SIGNED_IN)
    catalogues = request.config_dict[keys.CATALOGUES]
    speech.speak(speech.of(request), catalogues)
    context |= {
        "language": speech.language(),
        "me": signed.officer if signed else None,
        "now_": clock.now(),
        "practising": request.config_dict.get(INVENT) is not None,
        "csrf": sessions.csrf_mask(signed.csrf) if signed else "",
        "topic": lambda code: _topic(request, code),
        "named_topic": speech.label,
        "flows": request.config_dict[keys.HOUSE].flows,
        "groups": request.config_dict[keys.HOUSE].flows.groups,
        "agencies": request.config_dict[keys.HOUSE].triage.agencies,
        "may": lambda verb: may(signed.officer.role if signed else None, Verb(verb)),
    }
    pages = request.config_dict[TEMPLATES].spoken(speech.language(), catalogues)
    context["card"] = lambda row, tab, opened: cards.card(pages, _topic(request, row["topic"]), row, tab, opened)
    text = pages.get_template(template).render(context)
    response = web.Response(text=text, status=status, content_type="text/html")
    response.enable_compression()
    return response


def _topic(request: web.Request, code: str) -> str:
    """The label of a topic or sub-topic as the flows have it now; one that is gone from them is at least read as words."""
    flows = request.config_dict[keys.HOUSE].flows
    found = flows.topics.get(code) or flows.finer.get(code)
    return speech.label(found.label) if found else show.topic(code)


def problem(request: web.Request, status: int, title: str, why: str | WargiError) -> web.Response:
    """A page, or for a live region one line that the page shows as a notice."""
    speech.speak(speech.of(request), request.config_dict[keys.CATALOGUES])
    text = speech.said(why) if isinstance(why, WargiError) else speech.tr(why)
    if is_htmx(request):
        return web.Response(status=status, text=text)
    return render(request, "problem.html", status, title=title, text=text, back=_back(request))


def _back(request: web.Request) -> str:
    """The desk's page whose form was refused; '' where the browser does not say."""
    try:
        came = URL(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    ours = came.authority == request.host and came.path.startswith("/desk/") and came.path != request.path
    return came.raw_path_qs if ours and request.method == "POST" else ""


def see(path: str) -> web.Response:
    """After a form: the browser gets the page anew, and a reload does not send the form again."""
    return web.Response(status=303, headers={"Location": path})
