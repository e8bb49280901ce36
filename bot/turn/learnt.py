"""What the answer to a send tells about whom it went to. Joined and flagged by the same rules as what citizens' own messages tell
(`turn/identity.py`): two contacts that are both known are never made one here."""

from collections.abc import Sequence

from bot import clock
from bot.message import Inbound
from bot.models.ref import Ref
from bot.store import boxes, talk
from bot.store.batch import Batch
from bot.store.db import Db
from bot.turn import acts, identity

Aliases = tuple[tuple[str, str], ...]
TAKEN = "alamat baru yang disebut platform sudah milik kontak lain; pastikan dulu siapa orangnya"


async def unknown(db: Db, heard: Sequence[tuple[Ref, Aliases]]) -> list[tuple[Ref, Aliases]]:
    """Those of them that tell something: nearly always nothing, because the citizen's own message has told it before."""
    async with db.read() as conn:
        kept = await talk.names(conn, [conversation for conversation, _ in heard])
    return [each for each in heard if each[0].id in kept and identity.news(kept[each[0].id], each[1])]


async def names(db: Db, conversation: Ref, given: Aliases) -> None:
    """Other names of this conversation's citizen."""
    async with db.unit() as unit:
        thread, batch = await talk.of_conversation(unit.conn, conversation), Batch(clock.now())
        told = Inbound(thread.address, "", "system", silent=True, aliases=given)
        await identity.recognise(unit.conn, batch, [(thread, told)])
        if thread.address_changed or thread.contact_changed:
            batch.touch(thread)
        await batch.flush(unit)


async def moved(db: Db, conversation: Ref, old: str, new: str) -> str:
    """The address `old` has become `new`: it is noted once, with all that waits to leave. Where this citizen is reached now; '' when
    the new address is somebody else's."""
    async with db.unit() as unit:
        thread, batch = await talk.of_conversation(unit.conn, conversation), Batch(clock.now())
        if (thread.send_to or thread.address) == old:
            told = Inbound(old, "", "chat_moved", silent=True, aliases=(("user_id", new),), moved_from=(old,))
            await identity.recognise(unit.conn, batch, [(thread, told)])
            if ours := thread.send_to == new:
                acts.news(batch, thread, told)
            await batch.flush(unit)
            if not ours:
                return ""
        now = thread.send_to or thread.address
        await boxes.readdress(unit.conn, thread.account, thread.part, old, now)
    return now
