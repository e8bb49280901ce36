"""The form for a report by telephone or at the counter."""

from aiohttp import web

from bot import clock
from bot.desk import page, speech
from bot.desk.actions import key_of
from bot.errors import WargiError
from bot.message import clean
from bot.turn.enter import Spoken, enter
from bot.web import keys

FIELDS = {"cara": 10, "nama": 200, "telepon": 40, "bahasa": 8, "topik": 24, "urgensi": 12, "tempat": 300}
STORY = 4000
"""Letters, as in a message."""


async def form(request: web.Request) -> web.Response:
    return _page(request)


def _page(
    request: web.Request, status: int = 200, problem: str = "", typed: dict[str, str] | None = None
) -> web.Response:
    flows = request.config_dict[keys.HOUSE].flows
    typed = typed or {**dict.fromkeys(FIELDS, ""), "cara": "phone", "urgensi": "normal", "bahasa": "id", "cerita": ""}
    topics = [(topic.slug, speech.label(topic.label)) for topic in flows.topics.values()]
    return page.render(
        request, "enter.html", status, typed=typed, topics=topics, languages=flows.languages, problem=problem,
        limits=FIELDS | {"cerita": STORY}, key=clock.token()[:32],
    )  # fmt: skip


async def write(request: web.Request) -> web.Response:
    """Then the new case; what was typed stays in the form when something is missing."""
    posted = await request.post()
    typed = {name: clean(posted.get(name), limit) for name, limit in FIELDS.items()}
    typed["cerita"] = clean(posted.get("cerita"), STORY)
    what = Spoken(
        typed["cara"], typed["nama"], typed["telepon"], typed["bahasa"], typed["topik"], typed["tempat"], typed["cerita"],
        typed["urgensi"],
    )  # fmt: skip
    house, db = request.config_dict[keys.HOUSE], request.config_dict[keys.DB]
    try:
        number = await enter(db, house, page.signed_in(request).officer, what, key_of(posted))
    except WargiError as error:
        if error.retryable:
            raise
        return _page(request, 422, speech.said(error), typed)
    return page.see(f"/desk/tiket/{number}")
