"""The chain of one address: first in, first out, whatever got lost between processes, and nothing leaves twice."""

import asyncio
from typing import Any

import sqlalchemy as sa

from bot import clock, failpoint
from bot.delivery import Delivery, backlog, late
from bot.delivery.bubble import Bubble
from bot.engine.effects import Say
from bot.errors import Fault, SendError, StoreDown
from bot.message import Limits, Outbound, Receipt
from bot.metrics import Metrics
from bot.store import boxes, talk
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn.say import say
from tests.world import eventually

KEY = ("fake:1", "warga")


class Fake:
    """A platform that only takes."""

    name, account = "fake", "fake:1"
    limits = Limits(text=4096)

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.moved: dict[str, str] = {}
        self.refused = 0

    async def send(self, out: Outbound) -> Receipt:
        if out.address in self.moved:
            self.refused += 1
            raise SendError(Fault("moved", retryable=True, wait=0.0, most=3, moved=self.moved[out.address]))
        self.sent.append(out.text)
        return Receipt(f"x{len(self.sent)}")


def built(db: Db) -> tuple[Delivery, Fake]:
    channel = Fake()
    return Delivery(db, {"fake": channel}, Metrics()), channel  # type: ignore[dict-item]


async def wrote(db: Db, words: str) -> list[dict[str, Any]]:
    """A notice to the citizen; its outbox rows, as they go round after the commit."""
    async with db.unit() as unit:
        found = await talk.load(unit.conn, [KEY])
        thread = found.get(KEY) or talk.new(*KEY, clock.now())
        batch = Batch(clock.now())
        say(batch, thread, Say(words, notice=True))
        await batch.flush(unit)
    return unit.outbox


async def test_a_lost_hint_does_not_let_a_later_message_overtake(db: Db) -> None:
    """The desk process wrote two replies; the hint of the first got lost. The second waits for it, or fetches it too."""
    sender, channel = built(db)
    await sender.hold(None)
    sender.start()
    await wrote(db, "pertama")
    later = await wrote(db, "kedua")
    sender.ask(row["part"] for row in later)
    await asyncio.sleep(0.2)
    sender.sweep()
    await eventually(lambda: len(channel.sent) == 2)
    await sender.stop(2)
    assert channel.sent == ["pertama", "kedua"]


async def test_what_was_committed_and_not_taken_is_not_overtaken(db: Db, monkeypatch: Any) -> None:
    """A bug of ours struck in the very moment between a commit and taking its bubbles; the officer's line comes after them."""
    sender, channel = built(db)
    db.after_commit.append(sender.committed)
    await sender.hold(None)

    def struck(place: str) -> None:
        if place == "outbox.taken":
            monkeypatch.undo()
            raise failpoint.Injected(place)

    monkeypatch.setattr(failpoint, "here", struck)
    await wrote(db, "pertama")
    await wrote(db, "kedua")
    sender.start()
    await eventually(lambda: len(channel.sent) == 2)
    await sender.stop(2)
    assert channel.sent == ["pertama", "kedua"]


async def test_what_was_left_goes_before_what_is_new(db: Db, monkeypatch: Any) -> None:
    """Parts were just taken over, their backlog is being read; a turn of the same citizen commits meanwhile."""
    sender, channel = built(db)
    await wrote(db, "dari proses sebelumnya")
    real, reading, go = boxes.unsent, asyncio.Event(), asyncio.Event()

    async def slow(*args: Any) -> Any:
        reading.set()
        await go.wait()
        return await real(*args)

    monkeypatch.setattr(backlog.boxes, "unsent", slow)
    db.after_commit.append(sender.committed)
    sender.start()
    holding = asyncio.create_task(sender.hold(None))
    await reading.wait()
    await wrote(db, "jawaban baru")
    await asyncio.sleep(0.2)
    go.set()
    await holding
    await eventually(lambda: len(channel.sent) == 2)
    await sender.stop(2)
    assert channel.sent == ["dari proses sebelumnya", "jawaban baru"]


async def test_leases_lost_and_found_with_receipts_unwritten_send_nothing_twice(db: Db, monkeypatch: Any) -> None:
    """The database was away for longer than a lease: what the platform has taken must be told before rows are read again."""
    sender, channel = built(db)
    real, down = db.write, [1] * 3

    async def sometimes(work: Any, hints: Any = ()) -> None:
        if down:
            down.pop()
            raise StoreDown("gone")
        await real(work, hints)

    monkeypatch.setattr(db, "write", sometimes)
    db.after_commit.append(sender.committed)
    everything = frozenset(range(clock.PARTS))
    await sender.hold(everything)
    sender.start()
    await wrote(db, "sekali saja")
    await eventually(lambda: len(down) < 3)
    await sender.hold(frozenset())
    await sender.hold(everything)
    await eventually(lambda: _left(db, 0), what="an empty outbox")
    await sender.stop(2)
    assert channel.sent == ["sekali saja"]


async def test_a_sweep_sends_nothing_twice(db: Db) -> None:
    """Sweeps and fetches run beside sending and receipts all the time."""
    sender, channel = built(db)
    db.after_commit.append(sender.committed)
    await sender.hold(None)
    sender.start()
    stop = asyncio.Event()

    async def sweep() -> None:
        while not stop.is_set():
            sender.sweep()
            await asyncio.sleep(0.001)

    sweeping = [asyncio.create_task(sweep()) for _ in range(2)]
    words = [f"nomor {n}" for n in range(60)]
    for each in words:
        rows = await wrote(db, each)
        sender.ask(row["part"] for row in rows)
    await eventually(lambda: _left(db, 0), what="an empty outbox")
    stop.set()
    await asyncio.gather(*sweeping)
    await sender.stop(2)
    assert channel.sent == words
    assert not sender._held and not sender._chains._lines and not sender._backlog._left, "nothing stays in memory"


async def _left(db: Db, count: int) -> bool:
    async with db.read() as conn:
        return len(await boxes.unsent(conn, None, b"", 10)) == count


async def test_what_waits_follows_a_chat_that_has_moved(db: Db) -> None:
    """Each leaves once, in order, those queued before the platform said so and those queued after; the citizen stays who they are."""
    sender, channel = built(db)
    channel.moved = {KEY[1]: "-1009"}
    await wrote(db, "satu")
    await wrote(db, "dua")
    db.after_commit.append(sender.committed)
    sender.start()
    await sender.hold(None)
    await eventually(lambda: len(channel.sent) == 2)
    [row] = await wrote(db, "tiga")
    assert row["address"] == "-1009"
    await eventually(lambda: len(channel.sent) == 3)
    channel.moved["-1009"] = "-1009"
    await wrote(db, "empat")

    async def settled() -> list[str]:
        async with db.read() as conn:
            left = (await conn.execute(sa.text("SELECT id FROM outbox"))).all()
            return (
                []
                if left
                else list((await conn.execute(sa.text("SELECT delivery FROM message ORDER BY seq"))).scalars())
            )

    await eventually(settled)
    states = await settled()
    await sender.stop(2)
    assert channel.sent == ["satu", "dua", "tiga"] and channel.refused == 1 + 3, (
        "a chat that becomes itself is given up"
    )
    assert states == ["accepted", "accepted", "none", "accepted", "failed"], "with one line for the officers"


async def test_those_who_waited_are_looked_at_together(db: Db, monkeypatch: Any) -> None:
    """Each just before it leaves, and with one statement for all that ask while another one runs. What fails, fails for each."""
    async with db.unit() as unit:
        batch, talks = Batch(clock.now()), [talk.new("fake:1", f"warga{n}", clock.now()) for n in range(12)]
        for n, thread in enumerate(talks):
            say(batch, thread, Say("Baik."))
            if n % 2:
                thread.end_epoch()
        await batch.flush(unit)
    bubbles = {row["conversation_id"]: Bubble(row) for row in unit.outbox}
    real, asked = talk.epochs, list[int]()

    async def counted(conn: Any, conversations: Any) -> Any:
        asked.append(len(conversations))
        if len(asked) == 3:
            raise StoreDown("gone")
        return await real(conn, conversations)

    monkeypatch.setattr(talk, "epochs", counted)
    looks = late.Looks(db, {})
    over = await asyncio.gather(*(looks.over(bubbles[each.conversation_id]) for each in talks))
    assert over == [n % 2 == 1 for n in range(12)]
    assert not await looks.over(bubbles[talks[0].conversation_id])
    failed = await asyncio.gather(*(looks.over(each) for each in bubbles.values()), return_exceptions=True)
    assert [type(each) for each in failed] == [StoreDown] * 12
    assert asked == [12, 1, 12]
