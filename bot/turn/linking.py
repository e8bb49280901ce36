"""A citizen links two channels: a code that is given in one and typed in the other. Nobody is ever linked without one.

Eight characters, four letters and four digits, so that a keyboard changes its page once; no vowels (no words) and no 0 or 1 (no years).
That is 29 bits: a code lives for a quarter of an hour, works once, and an address may ask or guess five times an hour.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.engine.effects import Say
from bot.engine.texts import text
from bot.errors import NotFound, Sentence
from bot.message import Inbound
from bot.models import LinkCode
from bot.models.base import table
from bot.models.ref import Ref
from bot.policy import number
from bot.store import talk
from bot.store.batch import Batch
from bot.store.db import Unit
from bot.store.talk import Talk
from bot.turn import House, joining
from bot.turn.say import line, say

CODE = table(LinkCode)
LETTERS, DIGITS = "BCDFGHJKMNPQRSTVWXYZ", "23456789"
LIFE, MOST, WINDOW = timedelta(minutes=15), 5, timedelta(hours=1)
LINKED = "linked"
"""Timer kind: the channel where the code was asked for is told that it has been used."""
_TYPED = re.compile(rf"\W*([{LETTERS}]{{4}})[\s\-.]*([{DIGITS}]{{4}})\W*", re.IGNORECASE)
_PURPOSE = "link"

Turns = Sequence[tuple[Talk, Inbound]]


def typed(words: str) -> str:
    """The code that a whole message consists of; '' for everything else, ticket numbers included."""
    if not 8 <= len(words) <= 24 or (found := _TYPED.fullmatch(words)) is None:
        return ""
    code = (found[1] + found[2]).upper()
    return "" if _is_number(code) else code


def _is_number(code: str) -> bool:
    try:
        number.read(code)
    except NotFound:
        return False
    return True


def _made() -> str:
    """From the house's chance; never one that could be a ticket's number."""
    while True:
        bits = clock.random_bits(64)
        code = ""
        for alphabet in (LETTERS,) * 4 + (DIGITS,) * 4:
            bits, at = divmod(bits, len(alphabet))
            code += alphabet[at]
        if not _is_number(code):
            return code


def _part(hashed: str) -> int:
    return clock.part_of(_PURPOSE, hashed)


def offer(batch: Batch, house: House, thread: Talk) -> None:
    """A new code for this address, shown once; only its keyed hash is kept."""
    if not _may_try(batch, thread):
        return say(batch, thread, Say(text(house.flows, "link_wait", thread.language), notice=True))
    code = _made()
    hashed = house.vault.index(code, _PURPOSE)
    batch.insert("link_code", {
        "id": clock.new_id(), "part": _part(hashed), "hash": hashed, "address_id": thread.address_id,
        "address_part": thread.part, "contact_id": thread.contact_id, "contact_part": thread.contact_part,
        "expires_at": batch.now + LIFE, "used_at": None,
    })  # fmt: skip
    shown = f"{code[:4]}-{code[4:]}"
    return say(batch, thread, Say(text(house.flows, "link_code", thread.language), notice=True, values={"code": shown}))


def _may_try(batch: Batch, thread: Talk) -> bool:
    """Counts one try; False when there were too many within the hour."""
    if thread.tries_at is None or batch.now - thread.tries_at >= WINDOW:
        thread.tries, thread.tries_at = 0, batch.now
    if thread.tries >= MOST:
        return False
    thread.tries, thread.address_changed = thread.tries + 1, True
    return True


async def redeem(conn: AsyncConnection, batch: Batch, house: House, turns: Turns) -> dict[int, str]:
    """Works the codes out that these turns consist of; which text answers them, by the identity of the `Inbound`."""
    answers: dict[int, str] = {}
    used: set[bytes] = set()
    for thread, inbound in turns:
        code = typed(inbound.text) if inbound.text and inbound.kind == "text" else ""
        if not code:
            continue
        if not _may_try(batch, thread):
            answers[id(inbound)] = "link_wait"
            continue
        row = await _find(conn, house, code)
        answers[id(inbound)] = _wrong(row, batch, used) or await _link(conn, batch, thread, row, used)
    return answers


async def _find(conn: AsyncConnection, house: House, code: str) -> Any:
    """Locked: of two who type it at once one is first."""
    hashes = house.vault.indexes(code, _PURPOSE)
    query = sa.select(CODE).where(CODE.c.hash.in_(hashes), CODE.c.part.in_(sorted({_part(one) for one in hashes})))
    return (await conn.execute(query.with_for_update())).first()


def _wrong(row: Any, batch: Batch, used: set[bytes]) -> str:
    if row is None:
        return "link_unknown"
    if row.used_at is not None or row.id in used:
        return "link_used"
    return "link_expired" if batch.now >= row.expires_at else ""


async def _link(conn: AsyncConnection, batch: Batch, thread: Talk, row: Any, used: set[bytes]) -> str:
    theirs = Ref(row.contact_id, row.contact_part)
    mine = thread.contact
    joined = (
        None if row.address_id == thread.address_id else await joining.join(conn, mine, theirs, joining.CODE, batch.now)
    )
    if joined is None:
        return "link_same"
    used.add(row.id)
    await conn.execute(sa.update(CODE).where(CODE.c.id == row.id, CODE.c.part == row.part).values(used_at=batch.now))
    if joined[0] == mine:  # a new contact has no row yet: it is inserted with its pointer
        thread.same_id, thread.same_part = joined[1]
    await talk.persons(conn, [thread])
    batch.timer(LINKED, Ref(row.address_id, row.address_part), batch.now)
    return "link_done"


def answer(batch: Batch, house: House, thread: Talk, name: str) -> None:
    """Kindly, whatever became of it; the conversation stays where it was."""
    say(batch, thread, Say(text(house.flows, name, thread.language), notice=True))
    if name == "link_done":
        line(batch, thread, Sentence("Warga menghubungkan kanal ini dengan kanalnya yang lain, memakai kode"))


async def told(unit: Unit, batch: Batch, house: House, address: Ref) -> None:
    """The other side hears of it, so that nobody is linked unawares."""
    thread = await talk.of_address(unit.conn, address)
    say(batch, thread, Say(text(house.flows, "link_told", thread.language), notice=True))
    line(batch, thread, Sentence("Warga menghubungkan kanal lain dengan kontak ini, memakai kode"))
