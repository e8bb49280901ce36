"""Who leaves first, how fast, and who is told when nothing leaves: over both databases."""

import asyncio
import time
from typing import Any

import pytest

from bot import clock
from bot.delivery import Delivery, rate
from bot.delivery.rate import Paces
from bot.engine.effects import Say
from bot.errors import Fault, SendError
from bot.message import Limits, Outbound, Pace, Receipt
from bot.metrics import Metrics
from bot.store import outages, talk
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn.say import say
from tests.world import eventually

ACCOUNT = "fake:1"


class Fake:
    """A platform that takes what it is given, until it is told not to."""

    name, account = "fake", ACCOUNT

    def __init__(self, **limits: Any) -> None:
        self.limits = Limits(4096, **limits)
        self.sent: list[tuple[str, str]] = []
        self.tries = 0
        self.fault: Fault | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, out: Outbound) -> Receipt:
        await self.gate.wait()
        self.tries += 1
        if self.fault:
            raise SendError(self.fault)
        self.sent.append((out.address, out.text))
        return Receipt(f"x{len(self.sent)}")


async def wrote(db: Db, *lines: tuple[str, str, int]) -> None:
    """Notices (address, text, priority), in one commit."""
    keys = {(ACCOUNT, address) for address, _, _ in lines}
    async with db.unit() as unit:
        batch = Batch(clock.now())
        found = await talk.load(unit.conn, keys)
        for key in keys - set(found):
            found[key] = talk.new(*key, clock.now())
        for address, words, priority in lines:
            say(batch, found[ACCOUNT, address], Say(words, notice=True), priority=priority)
        await batch.flush(unit)


def going(db: Db, channel: Fake) -> Delivery:
    sender = Delivery(db, {"fake": channel}, Metrics())  # type: ignore[dict-item]
    db.after_commit.append(sender.committed)
    return sender


async def test_danger_leaves_before_answers_and_answers_before_bulk(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the rate holds all back. Within one address nothing overtakes."""
    channel, go = Fake(rate=1000.0), asyncio.Event()
    real = rate.of_account

    def held(*args: Any) -> rate.Take:
        inner = real(*args)
        assert inner is not None

        async def take(wanted: int) -> tuple[int, float]:
            await go.wait()
            return await inner(wanted)

        return take

    monkeypatch.setattr("bot.delivery.of_account", held)
    sender = going(db, channel)
    await sender.hold(None)
    sender.start()
    await wrote(db, ("a", "kabar", 2), ("b", "kabar", 2), ("c", "jawaban", 1), ("d", "satu", 1), ("d", "bahaya", 0))
    await wrote(db, ("e", "bahaya", 0))
    await eventually(lambda: len(sender._senders) == 1 and len(next(iter(sender._senders.values()))._waiting) == 5)
    go.set()
    await eventually(lambda: len(channel.sent) == 6)
    await sender.stop(2)
    order = [words for _, words in channel.sent]
    assert channel.sent[:2] == [("d", "satu"), ("e", "bahaya")], "what stands before danger is in its way"
    assert ("d", "bahaya") in channel.sent
    assert order.index("jawaban") < order.index("kabar")


async def test_while_a_crowd_waits_notices_leave_now_and_then_and_answers_at_once(db: Db) -> None:
    channel, crowd = Fake(), [True]
    sender = going(db, channel)
    sender.crowded = lambda: crowd[0]
    await sender.hold(None)
    sender.start()
    await wrote(db, *[(f"n{n}", "kabar", 2) for n in range(40)])
    await eventually(lambda: len(channel.sent) >= 1, what="one notice, so that none waits for ever")
    await wrote(db, *[(f"a{n}", "jawaban", 1) for n in range(40)])
    await eventually(lambda: [words for _, words in channel.sent].count("jawaban") == 40, what="all answers")
    assert [words for _, words in channel.sent].count("kabar") < 40, "a notice a second"
    crowd[0] = False
    await eventually(lambda: len(channel.sent) == 80, what="all notices, once it is calm")
    await sender.stop(2)


async def test_who_is_answered_in_a_crowd_hears_it_though_a_notice_stood_first(db: Db) -> None:
    """Nothing overtakes within an address: so the notice there leaves as soon as an answer has come behind it."""
    channel = Fake()
    sender = going(db, channel)
    sender.crowded = lambda: True
    await sender.hold(None)
    sender.start()
    await wrote(db, *[(f"n{n}", "kabar", 2) for n in range(300)], ("x", "kabar", 2))
    await eventually(lambda: len(channel.sent) >= 1, what="one notice")
    await wrote(db, ("x", "jawaban", 1))
    await eventually(lambda: ("x", "jawaban") in channel.sent, what="the answer, five minutes before its turn")
    assert channel.sent.index(("x", "kabar")) < channel.sent.index(("x", "jawaban")) and len(channel.sent) < 300
    await sender.stop(2)


async def test_ten_thousand_replies_drain_at_the_allowed_rate(db: Db) -> None:
    """>= 95 % of the rate, each contact's lines in order. The figure of a loaded machine is printed, not asserted."""
    allowed, people, lines = 2000.0, 500, 20
    channel = Fake(rate=allowed)
    await wrote(db, *[(f"w{n % people}", f"{n // people:02}", 1) for n in range(people * lines)])
    sender = going(db, channel)
    sender.start()
    begun = time.monotonic()
    await sender.hold(None)
    await eventually(lambda: len(channel.sent) == people * lines, 60)
    took = time.monotonic() - begun
    await sender.stop(5)
    by_address: dict[str, list[str]] = {}
    for address, words in channel.sent:
        by_address.setdefault(address, []).append(words)
    assert all(words == sorted(words) and len(words) == lines for words in by_address.values())
    assert people * lines <= allowed * (took + 1.5), "never faster than allowed: one second's worth is lent"
    lent = allowed  # a second's worth, once
    print(f"{db.dialect}: {(people * lines - lent) / took:.0f}/s of {allowed:.0f}/s")


async def test_two_processes_share_one_rate(db: Db) -> None:
    """The sum of what both are granted is what the account may send; on SQLite there is one process."""
    one = rate.of_account(db, ACCOUNT, 100.0)
    two = one if db.is_sqlite else rate.of_account(db, ACCOUNT, 100.0)
    assert one and two and rate.of_account(db, ACCOUNT, 0.0) is None
    begun, got = time.monotonic(), [0, 0]

    async def greedy(n: int, take: rate.Take) -> None:
        while time.monotonic() - begun < 0.6:
            granted, wait = await take(1000)
            got[n] += granted
            await asyncio.sleep(0.005 if granted else wait)

    await asyncio.gather(greedy(0, one), greedy(1, two))
    took = time.monotonic() - begun
    assert 100 <= sum(got) <= 100 * (took + 1) + 1
    assert min(got) > 0


@pytest.mark.parametrize(
    ("address", "taken", "wait"), [("628111", 3, 6.0), ("-100200", 2, 3.0)], ids=["person", "group"]
)
def test_an_address_gets_its_burst_then_waits(
    monkeypatch: pytest.MonkeyPatch, address: str, taken: int, wait: float
) -> None:
    now = 1000.0
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    paces, limits = Paces(), Limits(4096, pair=Pace(1 / 6, 3), group=Pace(1 / 3, 2))
    assert [paces.take(limits, ACCOUNT, address) for _ in range(taken)] == [0.0] * taken
    assert paces.take(limits, ACCOUNT, address) == pytest.approx(wait)
    assert paces.take(limits, ACCOUNT, address + "9") == 0.0, "nobody else waits"
    now += wait
    assert paces.take(limits, ACCOUNT, address) == 0.0
    assert paces.take(Limits(4096), ACCOUNT, address) == 0.0, "no limit"


async def test_a_dead_token_is_probed_by_one_send_and_told(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    """The breaker: one try at a time, an outage for humans while it lasts, every message kept and in order."""
    monkeypatch.setattr("bot.delivery.sender.LONGEST_PAUSE", 0.1)
    channel = Fake()
    channel.fault = Fault("auth", "token kedaluwarsa", retryable=True, scope="account")
    sender = going(db, channel)
    await sender.hold(None)
    sender.start()
    await wrote(db, *[(f"w{n}", "halo", 1) for n in range(30)])
    await eventually(lambda: _outages(db, ["token kedaluwarsa"]), what="the outage")
    first = channel.tries
    await eventually(lambda: channel.tries > first + 2, what="probes")
    assert channel.tries < 30 + 40 and not channel.sent
    channel.fault = None
    await eventually(lambda: len(channel.sent) == 30)
    await eventually(lambda: _outages(db, []), what="its end")
    assert {words for _, words in channel.sent} == {"halo"}
    await sender.stop(2)


async def _outages(db: Db, words: list[str]) -> bool:
    async with db.read() as conn:
        return [each["text"] for each in await outages.open_ones(conn)] == words
