"""Sends news to all browsers of an officer; those that are gone are forgotten."""

from bot import logs
from bot.errors import WargiError
from bot.push import Device, Gone
from bot.store import push
from bot.store.db import Db
from bot.turn import House

CASE, ALARM, NEWS = "kasus", "alarm", "kabar"
"""What a browser is told. It says the rest itself: no name, no words, no topic travels over other people's servers."""


async def tell(db: Db, house: House, officer_id: int, what: str, path: str) -> str:
    """'' when at least one browser was told, or there is none; else why not."""
    if house.push is None:
        return ""
    async with db.read() as conn:
        devices = await push.of_officer(conn, officer_id)
    error, told = "", False
    for row in devices:
        device, note = Device(row.endpoint, row.p256dh, row.auth), {"what": what, "path": path, "lang": row.language}
        try:
            await house.push.send(device, note, urgent=what == ALARM)
            told = True
        except Gone:
            async with db.unit() as unit:
                await push.drop(unit.conn, row.endpoint)
        except (WargiError, ValueError) as problem:
            error = str(problem)
            logs.get("push").warning("browser not told", error=error)
    return "" if told else error
