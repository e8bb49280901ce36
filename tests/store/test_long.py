"""A text longer than a bubble: several rows in order, the buttons under the last."""

from bot import clock
from bot.engine.effects import Say
from bot.message import Choice
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
