"""What officers are told away from the desk: the first of their ways that works, tried again for a while."""

from dataclasses import replace
from datetime import timedelta

from bot import clock, logs, pushing
from bot.message import Outbound, Template
from bot.models.ref import Ref
from bot.paging import mail
from bot.store import notices
from bot.store.boxes import Row
from bot.store.db import Db
from bot.turn import House

WAITS = (15, 60, 300)
"""Seconds before each next try: nobody's life hangs on these."""
MOST = 32
LEASE = timedelta(minutes=2)


async def send_due(db: Db, house: House) -> int:
    """Everything that should leave now; returns how much that was."""
    async with db.read() as conn:
        rows = await notices.due(conn, clock.now(), MOST)
    for row in rows:
        now = clock.now()
        async with db.unit() as unit:
            if not await notices.take(unit.conn, row.id, now, now + LEASE):
                continue
        error = await _reach(db, house, row)
        wait = WAITS[row.attempts] if error and row.attempts < len(WAITS) else None
        again = clock.now() + timedelta(seconds=wait) if wait else None
        async with db.unit() as unit:
            await notices.settle(unit.conn, row.id, again, error)
    return len(rows)


async def _reach(db: Db, house: House, row: Row) -> str:
    """'' when one way worked or there is none (the desk shows it anyway), else the last way's error. Browsers are told beside it:
    nobody knows whether somebody looks at them."""
    text, error = f"{notices.words(dict(row._mapping))} {house.public_url}{row.url}", ""
    if row.pushes:
        what = pushing.CASE if row.url.startswith("/desk/tiket/") else pushing.NEWS
        error = await pushing.tell(db, house, row.officer_id, what, row.url)
    if row.quiet:
        return error
    for via in ("telegram", "whatsapp", "email"):
        target = getattr(row, via)
        if not target or (via not in house.channels and not (via == "email" and house.ways.mail_url)):
            continue
        try:
            if via == "email":
                await mail(house.ways, target, text)
            else:
                await message(house, via, target, text)
            return ""
        except Exception as problem:
            error = logs.fault(problem)
            logs.get("telling").warning("officer not reached", via=via, error=error)
    return error


async def message(house: House, via: str, target: str, text: str) -> None:
    """Straight to one chat, in the template where one is set: whoever is told so may not have written for days."""
    channel = house.channels[via]
    out = Outbound(str(Ref(clock.new_id(), 0)), channel.account, target, text)
    if via == "whatsapp" and house.ways.template:
        out = replace(out, template=Template(house.ways.template, "id", (text,)))
    await channel.send(out)
