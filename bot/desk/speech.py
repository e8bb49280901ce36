"""Which language the desk speaks to this officer: chosen on their own page, kept by their browser, Indonesian until then.

The words of one page are translated where they are printed, so the language travels beside the request, not through every call.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar

from aiohttp import web

from bot.errors import WargiError
from bot.i18n import SOURCE, Catalogues

COOKIE = "wargi_desk_language"
YEAR = 365 * 24 * 3600
LANGUAGES = (SOURCE, "en")
"""Those whose catalogues hold the desk."""
_speaks: ContextVar[tuple[str, Callable[[str], str]]] = ContextVar("speaks", default=(SOURCE, str))


def of(request: web.Request) -> str:
    asked = request.cookies.get(COOKIE, SOURCE)
    return asked if asked in LANGUAGES else SOURCE


def speak(language: str, catalogues: Catalogues) -> None:
    """From here on, in this task."""
    _speaks.set((language, lambda text: catalogues.gettext(language, text)))


def language() -> str:
    return _speaks.get()[0]


def tr(text: str) -> str:
    """The text in the language of the page that is being made."""
    return _speaks.get()[1](text)


def said(error: WargiError) -> str:
    """Why something was refused, as a whole sentence in the language of the page: every page shows it like this."""
    return error.sentence(tr)


def label(names: Mapping[str, str]) -> str:
    """Of a topic or a group of them: the flows name them in every language."""
    return names.get(language(), names[SOURCE])


def remember(response: web.StreamResponse, chosen: str) -> None:
    """No secret: only which words the page uses."""
    if chosen in LANGUAGES:
        response.set_cookie(COOKIE, chosen, path="/desk", httponly=True, samesite="Lax", max_age=YEAR)
