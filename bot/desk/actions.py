"""What an officer does to a case: each is one verb of the house, and then the case as it is now."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot import clock
from bot.desk import cases, composing, page, replies, speech
from bot.desk.cases import Case
from bot.errors import Conflict, Forbidden, NotFound, Stale, WargiError
from bot.models import Urgency
from bot.policy import view
from bot.policy.access import Verb, may
from bot.policy.view import View
from bot.turn.claim import claim
from bot.turn.handback import hand_back
from bot.turn.next import take_next as next_case
from bot.turn.reply import note, reply, send_template
from bot.turn.resolve import resolve
from bot.turn.topic import set_topic
from bot.turn.urgency import set_urgency
from bot.web import keys

KEY_LONGEST = 64


async def act(request: web.Request, verb: Callable[[Case], Awaitable[object]], draft: str = "") -> web.Response:
    """Does it, and shows the case: after a success as it is now, after a lost race with who was first."""
    case = await cases.load(request)
    try:
        done = await verb(case)
    except (Forbidden, NotFound):
        raise
    except WargiError as error:
        if error.retryable:
            raise
        status, words = 409 if isinstance(error, Conflict) else 422, speech.said(error)
        if _brief(request):
            return web.json_response({"problem": words, **_stale(error)}, status=status)
        return await cases.show(request, status, words, draft)
    if _brief(request):
        return web.json_response({"seq": done, "at": clock.milliseconds()})
    return await cases.show(request) if page.is_htmx(request) else page.see(case.url)


def _stale(error: WargiError) -> dict[str, object]:
    return {"stale": isinstance(error, Stale), "changed": [*error.changed] if isinstance(error, Stale) else []}


def _brief(request: web.Request) -> bool:
    """The page sends by itself, fetches what changed as always, and wants to know no more than what became of it."""
    return request.headers.get("Accept", "") == "application/json"


def seen_of(form: Mapping[str, object]) -> View | None:
    """What the page showed that the officer had before them."""
    return view.read(form.get("lihat"), form.get("ubahan"))


def seq_of(text: str) -> int:
    """The number of a message; 0 for none. Raises `NotFound` for anything else."""
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound("no such message")
    return int(text or 0)


def key_of(form: Mapping[str, object]) -> str:
    """The form's own key: sent twice, it does what it does once. Raises `WargiError`."""
    key = str(form.get("kunci", ""))
    if not 8 <= len(key) <= KEY_LONGEST or not key.isalnum():
        raise WargiError("Pesan ini tidak membawa kuncinya. Muat ulang halaman dan coba lagi.")
    return key


async def take(request: web.Request) -> web.Response:
    db, house = request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    return await act(request, lambda case: claim(db, house, case.me, case.ref))


async def take_next(request: web.Request) -> web.Response:
    """The next case that suits this officer, opened; or the queue with a word on why there is none."""
    db, house = request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    number = await next_case(db, house, page.signed_in(request).officer)
    return page.see(f"/desk/tiket/{number}" if number else "/desk?berikutnya=kosong")


async def write(request: web.Request) -> web.Response:
    """A reply to the citizen, or with `jenis=catatan` a note among officers. The same key again writes nothing new.
    `lihat`: the newest message that was on the page; `jawab`: the message that is answered."""
    form, db = await request.post(), request.config_dict[keys.DB]
    words, key, seen, answers = (
        str(form.get("teks", "")),
        key_of(form),
        seen_of(form),
        seq_of(str(form.get("jawab", ""))),
    )
    internal = form.get("jenis") == "catatan"
    if internal and not may(page.signed_in(request).officer.role, Verb.NOTE):
        raise Forbidden("Peran Anda tidak boleh menulis catatan.")
    house = request.config_dict[keys.HOUSE]

    async def verb(case: Case) -> object:
        if internal:
            done = await note(db, house, case.me, case.conversation, words, key, case.ticket["number"])
        else:
            done = await reply(db, house, case.me, case.conversation, words, key, answers=answers, seen=seen)
            if ready := str(form.get("balasan", "")):
                await replies.count(request, ready)
        await composing.sent(request, case.conversation)
        return done

    return await act(request, verb, draft=words)


async def template(request: web.Request) -> web.Response:
    """An approved template: what can be said when the window is closed."""
    form, db, house = await request.post(), request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    key, purpose, seen = key_of(form), str(form.get("templat", "")), seen_of(form)
    prefix = f"{purpose}."
    typed = {name.removeprefix(prefix): str(value) for name, value in form.items() if name.startswith(prefix)}
    return await act(
        request, lambda case: send_template(db, house, case.me, case.conversation, purpose, typed, key, seen)
    )


async def finish(request: web.Request) -> web.Response:
    db, house = request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    return await act(request, lambda case: resolve(db, house, case.me, case.ref))


async def give_back(request: web.Request) -> web.Response:
    db, house = request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    return await act(request, lambda case: hand_back(db, house, case.me, case.ref))


async def urgency(request: web.Request) -> web.Response:
    db = request.config_dict[keys.DB]
    try:
        wanted = Urgency(str((await request.post()).get("urgensi", "")))
    except ValueError:
        raise NotFound("unknown urgency") from None
    return await act(request, lambda case: set_urgency(db, case.me, case.ref, wanted))


async def topic(request: web.Request) -> web.Response:
    """The officer's word on what the case is about; the machine's guess stays beside it."""
    db, house = request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    wanted = str((await request.post()).get("topik", ""))
    if wanted not in house.flows.topics:
        raise WargiError("topik itu tidak ada; pilih dari daftar")
    return await act(request, lambda case: set_topic(db, house, case.me, case.ref, wanted))
