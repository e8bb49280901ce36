"""The numbers of service for machines: the same rows and definitions as the desk's, read with a key of a lead's.

A key is a pass: who, until when, and a seal that ends when that person's password, role or account does. No key is stored.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from bot import clock, numbers, wib
from bot.errors import WargiError
from bot.links import make_pass, read_pass, valid_pass
from bot.message import clean
from bot.policy.access import Verb, may
from bot.policy.measures import COLUMNS, spread
from bot.store import people
from bot.turn import House
from bot.web import keys

LASTS = 366 * 86_400
TIMES = tuple(column.name for column in COLUMNS if column.name.endswith("_at"))
_AMOUNTS = tuple(
    column.name for column in COLUMNS if column.name.startswith("hours") or column.name in ("reopened", "score")
)


def setup(app: web.Application) -> None:
    app.router.add_get("/api/v1/tickets", _keyed(tickets))
    app.router.add_get("/api/v1/numbers", _keyed(summary))
    app.router.add_get("/api/v1/openapi.json", openapi)


def make_key(house: House, officer: int, password_hash: str) -> str:
    return make_pass(_sealer(house), (str(officer),), (password_hash,), clock.now(), LASTS)


def _sealer(house: House) -> bytes:
    return house.vault.signing_key("api key")


async def _refused(request: web.Request) -> web.Response | None:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    shown = read_pass(given.strip(), 1) if kind.lower() == "bearer" else None
    if shown is not None and shown[0].isdigit() and len(shown[0]) < 10:
        async with request.app[keys.DB].read() as conn:
            found = await people.allowed(conn, int(shown[0]))
        if found is not None and valid_pass(_sealer(request.app[keys.HOUSE]), given.strip(), (found[1],), clock.now()):
            return None if may(found[0], Verb.REPORT) else _problem(403, "the account of this key may not read reports")
    return _problem(401, "send `Authorization: Bearer` with a key from /desk/angka", {"WWW-Authenticate": "Bearer"})


def _problem(status: int, what: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": what}, status=status, headers=headers)


def _keyed(handler: Callable[[web.Request, numbers.Period], Awaitable[web.StreamResponse]]) -> Handler:
    """Behind a key, and with the days that are asked for."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if (refused := await _refused(request)) is not None:
            return refused
        first, last = (clean(request.query.get(name), 10).strip() for name in ("from", "to"))
        try:
            when = numbers.period(first, last, wib.day(clock.now()))
        except WargiError as problem:
            return _problem(422, str(problem))
        return await handler(request, when)

    return answer


async def tickets(request: web.Request, when: numbers.Period) -> web.StreamResponse:
    """One row a ticket, sent while it is read."""
    csv = request.query.get("format") == "csv"
    answer = web.StreamResponse()
    answer.content_type, answer.charset = ("text/csv" if csv else "application/json"), "utf-8"
    await answer.prepare(request)
    async with request.app[keys.DB].read() as conn:
        parts = numbers.rows(conn, when) if csv else _json(numbers.lives(conn, when), when)
        async for part in parts:
            await answer.write(part.encode())
    await answer.write_eof()
    return answer


async def _json(lives: AsyncIterator[Any], when: numbers.Period) -> AsyncIterator[str]:
    yield f'{{"from":"{when.first}","to":"{when.last}","tickets":['
    first = True
    async for life in lives:
        row = {column.name: _value(column.value(life)) for column in COLUMNS}
        yield ("" if first else ",\n") + orjson.dumps(row).decode()
        first = False
    yield "]}"


def _value(value: Any) -> Any:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value


async def summary(request: web.Request, when: numbers.Period) -> web.Response:
    """The figures of the period. Tickets, cases and people are three numbers, and so are the three ways of being solved."""
    async with request.app[keys.DB].read() as conn:
        found = await numbers.numbers(conn, when)
    return web.json_response({
        "from": str(when.first), "to": str(when.last), "tickets": found.tickets, "cases": found.cases,
        "people": len(found.people), "solved": found.solved, "hours": _spread(found.whole),
        "hours_by_state": {state: _spread(hours) for state, hours in sorted(found.by_state.items())},
        "hours_by_agency": [
            {"agency": agency, "state": state, **(_spread(hours) or {})}
            for (agency, state), hours in sorted(found.by_agency.items())
        ],
        "clocks": {kind: {"met": met, "late": late} for kind, (met, late) in sorted(found.in_time.items())},
    })  # fmt: skip


def _spread(hours: list[float]) -> dict[str, float] | None:
    found = spread(hours)
    if found is None:
        return None
    return {"n": found.n, **{name: round(getattr(found, name), 3) for name in ("mean", "median", "p90")}}


async def openapi(request: web.Request) -> web.Response:
    return web.json_response(DESCRIPTION)


def _columns() -> dict[str, Any]:
    def kind(name: str) -> dict[str, Any]:
        if name in TIMES:
            return {"type": ["string", "null"], "format": "date-time"}
        return {"type": ["number", "null"]} if name in _AMOUNTS else {"type": "string"}

    return {column.name: kind(column.name) for column in COLUMNS}


_DAYS = [
    {"name": name, "in": "query", "schema": {"type": "string", "format": "date"}, "description": f"{what} day in West Java, included"}
    for name, what in (("from", "first"), ("to", "last"))
]  # fmt: skip
_ANSWERS = {
    "401": {"description": "no key, or one that has ended"},
    "403": {"description": "a key of somebody who may not read reports any more"},
    "422": {"description": "days that are none, or more than a year"},
}


def _path(summary_: str, parameters: list[dict[str, Any]], good: dict[str, Any]) -> dict[str, Any]:
    return {"get": {"summary": summary_, "parameters": parameters, "responses": {"200": good, **_ANSWERS}}}


_ROWS = {
    "type": "object",
    "properties": {"tickets": {"type": "array", "items": {"$ref": "#/components/schemas/Ticket"}}},
}
DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Wargi", "version": "1", "description": "Numbers of service. Times are UTC; hours are of the wall clock."},
    "security": [{"key": []}],
    "paths": {
        "/api/v1/tickets": _path(
            "One row a ticket that was opened in these days, with all its times; no name, words or number of a citizen",
            [*_DAYS, {"name": "format", "in": "query", "schema": {"enum": ["json", "csv"]}}],
            {"description": "the tickets", "content": {"application/json": {"schema": _ROWS}, "text/csv": {}}},
        ),
        "/api/v1/numbers": _path(
            "Tickets, cases and people; solved by the bot alone, by bot and officer, by officers alone; hours; clocks",
            _DAYS, {"description": "the figures", "content": {"application/json": {}}},
        ),
    },
    "components": {
        "schemas": {"Ticket": {"type": "object", "properties": _columns()}},
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
    },
}  # fmt: skip
