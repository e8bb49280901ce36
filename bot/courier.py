"""Carries mails and calls to agencies: tried again for hours, then they stand on a list, and leads hear of that list once a day."""

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import aiohttp
import orjson

from bot import clock, failpoint, logs
from bot.errors import Unreachable, keep, kept
from bot.models import DeliveryState
from bot.models.ref import Ref
from bot.paging import mail
from bot.store import agencies
from bot.store.batch import Batch
from bot.store.db import Db, Unit
from bot.telling import message
from bot.turn import House
from bot.turn.deliver import row as delivery_row
from bot.wib import WIB

TIMEOUT = 15.0
WAITS = (60, 300, 900, 3600, 3 * 3600)
"""Seconds before each next try. After the last one a human looks: what has failed for five hours is seldom cured by waiting."""
MOST = 32
REPORT = "stuck"
"""Timer kind: the daily mail about what did not arrive. Its subject is the list itself."""
LIST = Ref(bytes(16), 0)
AT = time(7, tzinfo=WIB)
"""Seven in the morning in Bandung, before offices open."""


class Courier:
    def __init__(self, db: Db, house: House, waits: Sequence[float] = WAITS) -> None:
        self._db, self._house, self._waits = db, house, waits
        self._log = logs.get("courier")

    async def send_due(self, parts: Sequence[int] | None) -> int:
        """All that is due, side by side; returns how much there was."""
        if parts == []:
            return 0
        async with self._db.read() as conn:
            found = await agencies.due(conn, parts, clock.now(), MOST)
        await asyncio.gather(*(self._carry(dict(each)) for each in found))
        return len(found)

    async def _carry(self, what: Mapping[str, Any]) -> None:
        error = ""
        try:
            failpoint.here("dispatch.before_http")
            async with asyncio.timeout(TIMEOUT):
                await (self._call(what) if what["via"] == "webhook" else self._write(what))
        except TimeoutError:
            error = keep(Unreachable("tidak menjawab"))
        except Unreachable as problem:
            error = keep(problem)
        except Exception as problem:
            error = str(problem) if isinstance(problem, ConnectionError) else logs.fault(problem)
        if error:
            self._log.warning("delivery failed", agency=what["agency"], via=what["via"], error=str(kept(error)))
        failpoint.here("dispatch.after_http")
        attempts, now = what["attempts"] + 1, clock.now()
        wait = self._waits[attempts - 1] if error and attempts <= len(self._waits) else None
        state = DeliveryState.SENT if not error else DeliveryState.READY if wait is not None else DeliveryState.STUCK
        async with self._db.unit() as unit:
            again = None if wait is None else now + timedelta(seconds=wait)
            ours = await agencies.settle(unit.conn, Ref(what["id"], what["part"]), state, attempts, now, again, error)
            if ours and state == DeliveryState.STUCK and what["kind"] != REPORT:
                batch = Batch(now)
                batch.timer(REPORT, LIST, next_report(now))
                await batch.flush(unit)

    async def _write(self, what: Mapping[str, Any]) -> None:
        words = "\n\n".join(filter(None, (what["text"], what["link"])))
        if what["via"] != "mail":
            if what["via"] not in self._house.channels:
                raise Unreachable("kanal {channel} tidak aktif", channel=what["via"])
            await message(self._house, what["via"], what["target"], words)
            return
        if not self._house.ways.mail_url:
            raise Unreachable("surel belum disiapkan: isi WARGI_MAIL_URL dan WARGI_MAIL_FROM")
        await mail(self._house.ways, what["target"], words)

    async def _call(self, what: Mapping[str, Any]) -> None:
        """Signed as our alarms are: `X-Wargi-Signature: sha256=` and the HMAC of the raw bytes, with a key for each agency.
        The id stays the same over all tries, so whoever has taken it once can pass over the next."""
        body = orjson.dumps(
            {
                "event": what["kind"], "id": what["id"].hex(), "ticket": what["number"], "agency": what["agency"],
                "text": what["text"], "link": what["link"], "at": what["created_at"].isoformat(),
            }
        )  # fmt: skip
        key = webhook_key(self._house, what["agency"]).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Wargi-Signature": "sha256=" + hmac.digest(key, body, "sha256").hex(),
        }
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as http,
            http.post(what["target"], data=body, headers=headers, allow_redirects=False) as answer,
        ):
            if answer.status >= 300:
                raise ConnectionError(f"HTTP {answer.status}")


def webhook_key(house: House, agency: str) -> str:
    """What the agency is given to check our signature; the same as long as the house's secret is."""
    return house.vault.signing_key(f"agency webhook {agency}").hex()


def next_report(now: datetime) -> datetime:
    """The next seven o'clock."""
    today = datetime.combine(now.astimezone(AT.tzinfo).date(), AT)
    return today if today > now else today + timedelta(days=1)


async def report(unit: Unit, batch: Batch, house: House, subject: Ref) -> None:
    """Rings once a day while something is stuck: one mail to each lead, and the next ring."""
    found = await agencies.stuck(unit.conn)
    if not found:
        return
    lines = [
        f"- {each['number'] or each['target']} · {house.triage.agencies.name(each['agency']) or each['kind']} · {each['via']} · sejak "
        f"{each['created_at'].astimezone(AT.tzinfo):%d-%m-%Y %H.%M} · {kept(each['error'])}"
        for each in found
    ]
    words = f"{len(found)} kiriman ke instansi macet. Daftarnya:\n" + "\n".join(lines)
    for target in await agencies.lead_mails(unit.conn):
        link = f"{house.public_url}/desk/instansi/macet"
        batch.insert("agency_delivery", delivery_row(batch, "mail", target, words, REPORT, link, part=subject.part))
    batch.timer(REPORT, subject, next_report(batch.now))
