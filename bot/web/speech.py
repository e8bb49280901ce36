"""Which language a citizen's page speaks: the one they pressed, else the first that their browser asks for and we have."""

from collections.abc import Callable

from aiohttp import web

from bot.i18n import SOURCE
from bot.web.keys import HOUSE

COOKIE, ASKED = "wargi-bahasa", "bahasa"
YEAR = 365 * 24 * 3600
NAMES = {SOURCE: "Bahasa Indonesia", "su": "Basa Sunda", "en": "English"}
"""Each in its own words, as on the switch."""


def languages(request: web.Request) -> tuple[str, ...]:
    house = request.app.get(HOUSE)
    return tuple(name for name in (house.flows.languages if house else ()) if name in NAMES) or (SOURCE,)


def of(request: web.Request) -> str:
    have = languages(request)
    for chosen in (request.query.get(ASKED), request.cookies.get(COOKIE)):
        if chosen in have:
            return chosen
    return first(request.headers.get("Accept-Language", ""), have)


def first(header: str, have: tuple[str, ...]) -> str:
    """`su-ID,su;q=0.9,en;q=0.1`: the best of those that we have, Indonesian where none is asked for."""
    wanted: list[tuple[float, int, str]] = []
    for at, part in enumerate(header[:200].split(",")):
        name, _, quality = part.partition(";")
        code = name.strip().partition("-")[0].lower()
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            weight = 0.0
        if code in have and weight > 0:
            wanted.append((-weight, at, code))
    return min(wanted)[2] if wanted else SOURCE


def words(request: web.Request) -> Callable[[str], str]:
    house, language = request.app.get(HOUSE), of(request)
    if house is None:
        return str
    catalogues = house.flows.catalogues
    return lambda text: catalogues.gettext(language, text)


def remember(request: web.Request, response: web.StreamResponse) -> None:
    """What was pressed holds for a year. No secret: only which words the page uses."""
    if request.query.get(ASKED) in languages(request):
        response.set_cookie(COOKIE, of(request), path="/", httponly=True, samesite="Lax", max_age=YEAR)
