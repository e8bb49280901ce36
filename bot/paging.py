"""Calls leave here: to one person over one way, tried again for a few minutes, each outcome written down."""

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from urllib.parse import unquote, urlsplit

import aiohttp
import orjson

from bot import clock, failpoint, logs, pushing
from bot.errors import SendError
from bot.message import Choice, Outbound, Template
from bot.metrics import Metrics
from bot.models import PageState
from bot.models.ref import Ref
from bot.store import alarms, boxes, sla
from bot.store.db import Db
from bot.turn import House, Ways

TIMEOUT = 10.0
WAITS = (2, 5, 10, 20, 40, 80)
"""Seconds before each next try; meanwhile the escalation goes on over other ways and to other persons."""
MOST = 64

TEXT = {
    False: "DARURAT {number}: {kind}. {why}Buka: {link}",
    True: "[LATIHAN] Ini latihan panggilan darurat, tidak ada warga dalam bahaya. Tekan tombol terima. {link}",
}
"""What an officer reads on a phone. No name and no words of the citizen: it travels over other people's servers."""
TAKE = "Saya terima"
TAKEN = "Terima kasih. Panggilan darurat {number} Anda terima. Buka: {link}"
LATE = "Panggilan darurat {number} sudah diterima {name}. Anda tidak perlu berbuat apa-apa."
DEADLINE = {
    "warn": "TENGGAT {number} hampir lewat. Buka: {link}",
    "breach": "TENGGAT {number} sudah lewat. Buka: {link}",
}
CALM = "Panggilan darurat {number} sudah berakhir. Anda tidak perlu berbuat apa-apa."


class Pager:
    def __init__(self, db: Db, house: House, metrics: Metrics) -> None:
        self._db, self._house, self._metrics = db, house, metrics
        self._log = logs.get("paging")
        self._leaving: dict[bytes, asyncio.Task[None]] = {}
        """Calls on their way: one that hangs holds up no other."""

    async def begin_due(self, parts: Sequence[int] | None) -> int:
        """Begins all calls that are due and not on their way yet; returns how many."""
        if parts == []:
            return 0
        # one that comes to an end while we read still looks due: asked afterwards it would ring twice
        leaving = set(self._leaving)
        async with self._db.read() as conn:
            due = await alarms.calls_due(conn, parts, clock.now(), MOST + len(self._leaving))
            warnings = await sla.calls_due(conn, parts, clock.now(), MOST + len(self._leaving))
        calls = [each for each in due if each.id not in leaving]
        for each in calls:
            self._leaving[each.id] = task = asyncio.create_task(self._call(each))
            task.add_done_callback(partial(self._left, each.id))
        late = [each for each in warnings if each.id not in leaving]
        for each in late:
            self._leaving[each.id] = task = asyncio.create_task(self._warn(each))
            task.add_done_callback(partial(self._left, each.id))
        return len(calls) + len(late)

    async def _warn(self, call: boxes.Row) -> None:
        """A deadline is near or over: the same ways and the same patience, and nothing to press."""
        link = f"{self._house.public_url}/desk/tiket/{call.number}"
        text, error = DEADLINE[call.what].format(number=call.number, link=link), ""
        try:
            async with asyncio.timeout(TIMEOUT):
                if call.via == "email":
                    await mail(self._house.ways, call.target, text)
                else:
                    await self._messenger(call, text, take=False)
        except Exception as problem:
            error = str(problem) if isinstance(problem, SendError) else logs.fault(problem)
            self._log.warning("deadline not told", via=call.via, error=error)
        attempts = call.attempts + 1
        wait = WAITS[attempts - 1] if error and attempts <= len(WAITS) else None
        state = PageState.SENT if not error else PageState.READY if wait else PageState.FAILED
        again = clock.now() + timedelta(seconds=wait) if wait else None
        async with self._db.unit() as unit:
            await sla.settle_call(unit.conn, Ref(call.id, call.part), state, attempts, again, error)

    def _left(self, call: bytes, task: asyncio.Task[None]) -> None:
        del self._leaving[call]
        if not task.cancelled() and (problem := task.exception()) is not None:  # it is due again as it was
            self._log.warning("call not written down", error=logs.fault(problem))

    async def settled(self) -> None:
        """All that are on their way have come to an end."""
        while self._leaving:
            await asyncio.wait(list(self._leaving.values()))

    def stop(self) -> None:
        for task in self._leaving.values():
            task.cancel()

    async def _call(self, call: boxes.Row) -> None:
        error = ""
        try:
            failpoint.here("page.before_send")
            async with asyncio.timeout(TIMEOUT):
                await self._send(call)
            failpoint.here("page.after_send")
        except Exception as problem:
            error = str(problem) if isinstance(problem, SendError) else logs.fault(problem)
            self._log.warning("call failed", via=call.via, error=error)
        attempts, now = call.attempts + 1, clock.now()
        wait = WAITS[attempts - 1] if error and attempts <= len(WAITS) else None
        state = PageState.SENT if not error else PageState.READY if wait else PageState.FAILED
        self._metrics.calls.labels(call.via, state).inc()
        async with self._db.unit() as unit:
            again = now + timedelta(seconds=wait) if wait else None
            await alarms.settle_call(unit.conn, Ref(call.id, call.part), state, attempts, now, again, error)
            unit.hints.add("alarm")

    async def _send(self, call: boxes.Row) -> None:
        link = f"{self._house.public_url}/desk" + (f"/tiket/{call.number}" if call.number else "/alarm")
        if call.step < 0:
            mine = call.acknowledged_by == call.officer_id
            told = TAKEN if mine else LATE if call.taker else CALM
            await self._messenger(call, told.format(number=call.number, link=link, name=call.taker), take=False)
            return
        why = "Tidak ada petugas bertugas. " if call.nobody else ""
        text = TEXT[call.drill].format(number=call.number, kind=call.kind, why=why, link=link)
        match call.via:
            case "telegram" | "whatsapp":
                await self._messenger(call, text)
            case "email":
                await mail(self._house.ways, call.target, text)
            case "webhook":
                await self._webhook(call, text, link)
            case "push":
                path = f"/desk/tiket/{call.number}" if call.number else "/desk/alarm"
                if problem := await pushing.tell(self._db, self._house, call.officer_id, pushing.ALARM, path):
                    raise ConnectionError(problem)

    async def _messenger(self, call: boxes.Row, text: str, take: bool = True) -> None:
        channel = self._house.channels[call.via]
        choices = (Choice(f"terima/{Ref(call.alarm_id, call.part)}", TAKE),) if take else ()
        template = Template(self._house.ways.template, "id", (text,)) if self._house.ways.template else None
        out = Outbound(str(Ref(call.id, call.part)), channel.account, call.target, text, choices)
        out = replace(out, template=template) if take and call.via == "whatsapp" else out
        try:
            await channel.send(out)
        except SendError as error:
            if not (now := error.fault.moved):
                raise
            async with self._db.unit() as unit:
                await alarms.way_moved(unit.conn, call.via, call.target, now)
            await channel.send(replace(out, address=now))

    async def _webhook(self, call: boxes.Row, text: str, link: str) -> None:
        """JSON, signed like the platforms sign: `X-Wargi-Signature: sha256=` and the HMAC of the raw bytes."""
        body = orjson.dumps(
            {
                "event": "alarm", "id": call.alarm_id.hex(), "ticket": call.number, "kind": call.kind, "drill": call.drill,
                "nobody_on_duty": call.nobody, "raised_at": call.raised_at.isoformat(), "step": call.step,
                "text": text, "link": link,
            }
        )  # fmt: skip
        secret = self._house.ways.webhook_secret.encode()
        headers = {"Content-Type": "application/json"}
        if secret:
            headers["X-Wargi-Signature"] = "sha256=" + hmac.digest(secret, body, "sha256").hex()
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as http,
            http.post(call.target, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            if answer.status >= 300:
                raise ConnectionError(f"HTTP {answer.status}")


async def mail(ways: Ways, to: str, text: str) -> None:
    """One plain mail. Raises what the server or the line says."""
    import aiosmtplib  # only when there is something to send: it takes 30 ms to import

    server = urlsplit(ways.mail_url)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = ways.mail_from, to, text.partition(". ")[0][:120]
    message.set_content(text)
    await aiosmtplib.send(
        message, hostname=server.hostname, port=server.port, timeout=TIMEOUT, use_tls=server.scheme == "smtps",
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
    )  # fmt: skip
