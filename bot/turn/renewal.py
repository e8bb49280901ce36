"""Answers of the bot that expire: whoever owns them hears of it every morning until somebody has renewed them, and so do the leads."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from bot import clock
from bot.courier import LIST, next_report
from bot.engine.knowledge import AHEAD_DAYS, Entry
from bot.models.ref import Ref
from bot.store import agencies, boxes, duty, notices
from bot.store.batch import Batch
from bot.store.db import Db, Unit
from bot.turn import House
from bot.turn.deliver import row as delivery_row
from bot.wib import WIB

RENEW = "renew"
"""Timer kind, and the kind of the mails. There is one for the whole house, in part 0."""
DESK = "/desk"
NAMED = 3
"""Titles in a notice; the mail lists all."""


async def begin(db: Db) -> None:
    """Sees to it that the timer is there: at the first start, and when a table was emptied."""
    async with db.read() as conn:
        if await boxes.has_timer(conn, RENEW, LIST):
            return
    async with db.unit() as unit:
        batch = Batch(clock.now())
        batch.timer(RENEW, LIST, next_report(batch.now))
        await batch.flush(unit)


async def tell(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """Rings once a day. Looks at what is published now, so whatever was renewed since yesterday is silent."""
    today, owners = batch.now.astimezone(WIB).date(), defaultdict[str, list[Entry]](list)
    expiring = house.flows.knowledge.expiring(today, AHEAD_DAYS)
    for entry in expiring:
        owners[entry.mail].append(entry)
    for whom, entries in sorted(owners.items()):
        await _owner(unit, batch, house, whom, entries, today)
    if expiring:
        await _tell(unit, await duty.leads(unit.conn), expiring, batch.now, call=False)
    batch.timer(RENEW, subject, next_report(batch.now))


async def _owner(unit: Unit, batch: Batch, house: House, whom: str, entries: Sequence[Entry], today: date) -> None:
    """A mail address, the login of somebody at the desk, or a role. Leads are told in any case."""
    logins = await duty.named(unit.conn, whom)
    if logins:
        await _tell(unit, logins, entries, batch.now, call=True)
    # Without a mail server nothing would leave, and a wrong address need not be on the list of failures once for every day.
    elif "@" in whom and house.ways.mail_url and whom not in await agencies.unsent(unit.conn, RENEW):
        batch.insert("agency_delivery", delivery_row(batch, "mail", whom, _long(entries, today), RENEW, part=LIST.part))


async def _tell(unit: Unit, whom: Sequence[int], entries: Sequence[Entry], now: datetime, call: bool) -> None:
    more = len(entries) - NAMED
    titles = ", ".join(entry.title["id"] for entry in entries[:NAMED])
    kind = "expiring_more" if more > 0 else "expiring"
    await notices.tell(unit, whom, kind, DESK, now, call=call, count=len(entries), titles=titles, more=more)


def _long(entries: Sequence[Entry], today: date) -> str:
    lines = [
        f"- {entry.title['id']} ({entry.file}, {entry.key}): "
        + ("tidak dikatakan lagi sejak" if entry.until < today else "berlaku sampai")
        + f" {entry.until:%d-%m-%Y}. Sumber: {entry.source}"
        for entry in entries
    ]
    what = f"{len(entries)} jawaban bot perlu diperiksa. Anda tercatat sebagai penanggung jawabnya."
    how = "Periksa apakah jawabannya masih benar, lalu tulis `checked` dan `until` yang baru di berkasnya."
    return "\n".join((what, "", *lines, "", how))
