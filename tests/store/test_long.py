"""A text longer than a bubble: several rows in order, the buttons under the last."""

from bot import clock
from bot.engine.effects import Say
from bot.message import Choice, Limits
from bot.store import boxes, talk
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn.say import say


async def test_a_long_text_becomes_bubbles_in_order(db: Db) -> None:
    words = " ".join(f"kata{n}" for n in range(1500))
    async with db.unit() as unit:
        batch, thread = Batch(clock.now()), talk.new("whatsapp:1", "628111", clock.now())
        say(batch, thread, Say(words, (Choice("a", "Ya"),), notice=True), priority=2)
        await batch.flush(unit)
    async with db.read() as conn:
        rows = await boxes.unsent(conn, None, b"", 10)
    assert " ".join(row["payload"]["text"] for row in rows) == words
    assert [len(row["payload"].get("choices", ())) for row in rows] == [0] * (len(rows) - 1) + [1]
    assert len(rows) > 2 and {row["priority"] for row in rows} == {2}


async def test_the_platforms_own_limit_and_the_buttons_that_share(db: Db) -> None:
    limits = {"instagram": Limits(20, size=lambda text: len(text.encode()))}
    async with db.unit() as unit:
        batch, thread = Batch(clock.now(), limits), talk.new("instagram:1", "178", clock.now())
        asks = Say("Wilujeng énjing. Di mana {what}?", ask="location", link=("Peta {what}", "https://x.example/{what}"))
        say(batch, thread, asks, {"what": "lubangna"})
        await batch.flush(unit)
    async with db.read() as conn:
        rows = await boxes.unsent(conn, None, b"", 10)
    assert [row["payload"]["text"] for row in rows] == ["Wilujeng énjing.", "Di mana lubangna?"]
    assert [(row["payload"].get("ask"), row["payload"].get("link")) for row in rows] == [
        (None, None),
        ("location", ["Peta lubangna", "https://x.example/lubangna"]),
    ]
