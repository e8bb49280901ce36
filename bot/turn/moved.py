"""Somebody known writes from a new address: the officers of the open cases are told, here and there."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Sentence
from bot.models import OVER, Ticket
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import aliases, talk
from bot.store.batch import Batch
from bot.store.db import Unit
from bot.turn.identity import known
from bot.turn.say import line

TICKET = table(Ticket)
MOST = 20
"""Cases and addresses of one person that are named; nobody reads more."""


async def met(unit: Unit, batch: Batch, address: Ref) -> None:
    """Runs by a timer of its own and not in the turn: the old conversations lie in other parts, and locks are taken one talk at a time.
    Replies follow where the platform's ids show that the old address is dead: each person has one id at a time."""
    thread = await talk.of_address(unit.conn, address)
    ids = set(known(thread.names, "user_id"))
    there: list[str] = []
    for row in (await aliases.addresses(unit.conn, [thread.contact]))[:MOST]:
        if row.id == thread.address_id or row.account.partition(":")[0] != thread.channel:
            continue
        numbers = await open_cases(unit.conn, Ref(row.id, row.part))
        if not numbers:
            continue
        old = await talk.of_address(unit.conn, Ref(row.id, row.part))
        before = set(known(old.names, "user_id"))
        if ids and before and not ids & before and old.account == thread.account and not old.send_to:
            old.send_to, old.address_changed = thread.address, True
        where = shown(thread.address)
        if old.send_to == thread.address:
            told = Sentence(
                "Warga yang sama sekarang menulis dari {where}. Balasan di sini dikirim ke sana.", where=where
            )
        else:
            told = Sentence("Warga yang sama sekarang menulis dari {where}.", where=where)
        line(batch, old, told)
        there += numbers
    if there:
        line(
            batch,
            thread,
            Sentence(
                "Warga ini sudah dikenal dari alamat lain. Kasusnya yang masih terbuka: {numbers}.",
                numbers=", ".join(there),
            ),
        )


def shown(address: str) -> Sentence:
    """For officers. A number is masked by the page that shows it; an id means nothing to a person."""
    return Sentence("nomor {number}", number=address) if address.isdigit() else Sentence("akun barunya")


async def open_cases(conn: AsyncConnection, address: Ref) -> list[str]:
    """Numbers of what is not over yet."""
    query = sa.select(TICKET.c.number).where(
        TICKET.c.address_id == address.id, TICKET.c.part == address.part, TICKET.c.state.not_in(OVER)
    )
    return list((await conn.execute(query.order_by(TICKET.c.id).limit(MOST))).scalars())
