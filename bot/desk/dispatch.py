"""A case on its way after the chat: what an officer sends where, asks, ends or opens again. Each is one verb of the house."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.desk import actions
from bot.desk.cases import Case
from bot.errors import NotFound, Sentence
from bot.models import TAKEABLE
from bot.store.db import Db
from bot.turn import House, ask, dispatch, forward, merge, reject, reopen, verify
from bot.turn.claim import claim
from bot.turn.tell import reason_of
from bot.web import keys

Words = Callable[[str], str]
Verb = Callable[[Db, House, Case, Words], Awaitable[None]]


async def _dispatch(db: Db, house: House, case: Case, word: Words) -> None:
    await dispatch.dispatch(
        db, house, case.me, case.ref, word("instansi"), word("catatan"), word("topik"), word("tempat")
    )  # fmt: skip


async def _take_back(db: Db, house: House, case: Case, word: Words) -> None:
    await claim(db, house, case.me, case.ref, TAKEABLE)


async def _identity(db: Db, house: House, case: Case, word: Words) -> None:
    await dispatch.open_identity(db, case.me, case.ref, reason_of(word("alasan"), Sentence("alasan")))


async def _ask(db: Db, house: House, case: Case, word: Words) -> None:
    await ask.ask(db, house, case.me, case.ref, word("pertanyaan"))


async def _go_on(db: Db, house: House, case: Case, word: Words) -> None:
    await ask.go_on(db, house, case.me, case.ref, word("jawaban"))


async def _not_yet(db: Db, house: House, case: Case, word: Words) -> None:
    await verify.not_yet(db, house, case.me, case.ref, word("alasan"))


async def _reject(db: Db, house: House, case: Case, word: Words) -> None:
    await reject.reject(db, house, case.me, case.ref, word("alasan"))


async def _reopen(db: Db, house: House, case: Case, word: Words) -> None:
    await reopen.reopen(db, house, case.me, case.ref, word("alasan"))


async def _merge(db: Db, house: House, case: Case, word: Words) -> None:
    await merge.merge(db, house, case.me, case.ref, word("nomor"))


async def _forward(db: Db, house: House, case: Case, word: Words) -> None:
    await forward.forward(
        db, house, case.me, case.ref, word("kelas"), word("instansi"), word("nomor"), word("alasan")
    )  # fmt: skip


async def _news(db: Db, house: House, case: Case, word: Words) -> None:
    await forward.news(db, house, case.me, case.ref, word("nomor"), word("kabar"))


VERBS: dict[str, Verb] = {
    "teruskan": _dispatch,
    "tarik": _take_back,
    "buka-identitas": _identity,
    "tanya": _ask,
    "terjawab": _go_on,
    "belum-beres": _not_yet,
    "tolak": _reject,
    "buka-lagi": _reopen,
    "gabung": _merge,
    "alihkan": _forward,
    "kabar-lapor": _news,
}


async def act(request: web.Request) -> web.Response:
    """The verb that the form's address ends with. Raises `NotFound` for one that there is not."""
    verb = VERBS.get(request.match_info["langkah"])
    if verb is None:
        raise NotFound("unknown step")
    form, db, house = await request.post(), request.config_dict[keys.DB], request.config_dict[keys.HOUSE]
    return await actions.act(request, lambda case: verb(db, house, case, lambda name: str(form.get(name, ""))))
