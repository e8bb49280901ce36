"""Who writes: an address is joined to a known contact by what its platform vouches for, once, at its first message.

Meta's user ids are unique for a person within a portfolio, a parent id joins linked portfolios, a phone number is known only sometimes
and passes from one person to the next. So ids come first, a phone joins only where no id speaks against it, and two contacts that are
both known already are never made one here: that is flagged, and a person decides (`turn/joining.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.message import Inbound
from bot.models.ref import Ref
from bot.record import record
from bot.store import aliases, talk
from bot.store.aliases import Key
from bot.store.batch import Batch
from bot.store.talk import Talk

KINDS = ("user_id", "parent", "phone")
"""Names that tell who somebody is, the surest first. A user name does not: it changes hands."""
MOVES = ("number_changed", "id_changed", "chat_moved")
KNOWN = "known"
"""Timer kind: somebody known writes from a new address; the officers of the open cases are told."""
_TRIES = 5


@record
class Seen:
    """One turn, as far as it tells who writes."""

    thread: Talk
    keys: Mapping[str, Key]
    """By kind, the surest first."""
    news: bool
    gone: tuple[Key, ...] = ()
    """A number that was given up: whoever gets it next is somebody else."""


@dataclass(slots=True)
class Plan:
    """What follows from the names of a batch of turns."""

    claims: dict[Key, Ref] = field(default_factory=dict)
    contacts: dict[bytes, Ref] = field(default_factory=dict)
    """Address -> the contact that it turns out to belong to."""
    twins: set[tuple[Ref, Ref, str]] = field(default_factory=set)
    released: list[tuple[Key, Ref]] = field(default_factory=list)


def tells(thread: Talk, inbound: Inbound) -> bool:
    """Something about the sender that we do not know yet. Nearly always not: nothing is looked up then."""
    return news(thread.names, inbound.aliases)


def news(names: str, aliases: Iterable[tuple[str, str]]) -> bool:
    """Something that does not stand in an address's names."""
    return any(f"\n{kind}={value}\n" not in names for kind, value in aliases)


async def recognise(conn: AsyncConnection, batch: Batch, turns: Iterable[tuple[Talk, Inbound]]) -> None:
    """Joins new addresses to known contacts, notes new names, flags what collides."""
    told = [(thread, inbound) for thread, inbound in turns if inbound.aliases and tells(thread, inbound)]
    if not told:
        return
    seen = [_seen(thread, inbound) for thread, inbound in told]
    wanted = {key for each in seen for key in (*each.keys.values(), *each.gone)}
    owners: dict[Key, Ref] = {}
    plan = Plan()
    for _ in range(_TRIES if wanted else 0):
        owners = await aliases.owners(conn, wanted)
        ids = await _user_ids(conn, seen, owners)
        ends = await aliases.roots(conn, set(owners.values()))
        plan = resolve(seen, owners, ids, ends)
        await aliases.release(conn, plan.released)
        if not plan.claims or await _claimed(conn, batch, plan):
            break
    else:
        if wanted:
            raise RuntimeError("names were claimed by others again and again")
    if plan.twins:
        await aliases.flag(conn, plan.twins, batch.now)
    await _apply(conn, batch, told, plan, {**owners, **plan.claims})


async def _claimed(conn: AsyncConnection, batch: Batch, plan: Plan) -> bool:
    """False when another process was faster. On SQLite there is none: the names go with the rest of the batch, because a transaction
    that has written keeps every webhook waiting until its last turn."""
    if conn.dialect.name != "sqlite":
        return await aliases.claim(conn, plan.claims, batch.now)
    batch.claims |= plan.claims
    return True


def _seen(thread: Talk, inbound: Inbound) -> Seen:
    given = dict(inbound.aliases)
    keys = {kind: Key(thread.channel, kind, given[kind]) for kind in KINDS if given.get(kind)}
    news = inbound.kind in MOVES
    lost = [name for name in inbound.moved_from if name not in given.values()] if news else []
    return Seen(thread, keys, news, tuple(Key(thread.channel, "phone", name) for name in lost))


async def _user_ids(conn: AsyncConnection, seen: Sequence[Seen], owners: Mapping[Key, Ref]) -> dict[Ref, set[str]]:
    """The user ids of contacts that a phone number leads to, where the sender has an id to compare: seldom anybody."""
    doubtful = {
        owners[each.keys["phone"]]
        for each in seen
        if each.thread.is_new and {"phone", "user_id"} <= each.keys.keys() and each.keys["phone"] in owners
    }
    ids: dict[Ref, set[str]] = {}
    for row in await aliases.addresses(conn, doubtful) if doubtful else ():
        ids.setdefault(Ref(row.contact_id, row.contact_part), set()).update(known(row.names, "user_id"))
    return ids


def known(names: str, kind: str) -> list[str]:
    """The values of one kind among an address's names."""
    return [line.partition("=")[2] for line in names.split("\n") if line.startswith(f"{kind}=")]


def resolve(
    seen: Sequence[Seen], owners: Mapping[Key, Ref], ids: Mapping[Ref, set[str]], ends: Mapping[Ref, Ref]
) -> Plan:
    """Pure: one turn after the other, each knowing what those before it have claimed."""
    plan, holds = Plan(), dict(owners)
    mine = {contact: set(values) for contact, values in ids.items()}
    fresh: set[bytes] = {each.thread.address_id for each in seen if each.thread.is_new}
    for each in seen:
        thread, strange = each.thread, each.thread.address_id in fresh
        found = {kind: holds[key] for kind, key in each.keys.items() if key in holds}
        contact = plan.contacts.get(thread.address_id, thread.contact)
        own = ends.get(thread.person, thread.person) if not strange else ends.get(contact, contact)
        if strange:
            fitting = [c for kind, c in found.items() if not _denied(kind, each, mine.get(c, set()))]
            if fitting:
                contact = plan.contacts[thread.address_id] = fitting[0]
                own = ends.get(contact, contact)
            elif each.news:
                continue  # about somebody who has never written to us
            fresh.discard(thread.address_id)
        for kind, other in found.items():
            if ends.get(other, other) != own:
                plan.twins.add((contact, other, kind))
        for key in each.gone:
            if holds.get(key) == contact:
                del holds[key]
                if plan.claims.pop(key, None) is None:
                    plan.released.append((key, contact))
        for key in each.keys.values():
            if key not in holds:
                holds[key] = plan.claims[key] = contact
        if (user := each.keys.get("user_id")) and not each.news:
            mine.setdefault(contact, set()).add(user.value)
    return plan


def _denied(kind: str, each: Seen, ids: set[str]) -> bool:
    """A phone number whose owner is known by another id: it may have passed to somebody else."""
    user = each.keys.get("user_id")
    return kind == "phone" and user is not None and bool(ids - {user.value})


async def _apply(
    conn: AsyncConnection, batch: Batch, told: Sequence[tuple[Talk, Inbound]], plan: Plan, holds: Mapping[Key, Ref]
) -> None:
    joined = [thread for thread, _ in told if thread.is_new and plan.contacts.get(thread.address_id)]
    for thread in joined:
        thread.contact_id, thread.contact_part = plan.contacts[thread.address_id]
        thread.joined = True
    if joined:
        await talk.persons(conn, joined)
    for thread, inbound in told:
        if inbound.kind in MOVES:
            _moved(thread, inbound, holds)
            continue
        _learn(thread, inbound)
        if thread.is_new and thread.joined:
            batch.timer(KNOWN, Ref(thread.address_id, thread.part), batch.now)


def _learn(thread: Talk, inbound: Inbound) -> None:
    """What stands here once is not looked up again. The newest value of each kind stays."""
    new = dict(inbound.aliases)
    kept = [line for line in thread.names.split("\n") if line and line.partition("=")[0] not in new]
    lines = [*kept, *(f"{kind}={' '.join(value.split())}" for kind, value in new.items())]
    thread.names, thread.address_changed = "\n" + "\n".join(lines) + "\n", True
    if (username := new.get("username", "")) and username != thread.username:
        thread.username, thread.contact_changed = username, True
    if (phone := new.get("phone", "")) and not thread.phone:
        thread.phone, thread.contact_changed = phone, True


def _moved(thread: Talk, inbound: Inbound, holds: Mapping[Key, Ref]) -> None:
    """The platform says that this address was given up for another one, unless that one is somebody else's already."""
    if thread.is_new:
        return
    now = dict(inbound.aliases)
    kind = next((kind for kind in ("user_id", "phone") if now.get(kind)), "")
    if not kind or holds.get(Key(thread.channel, kind, now[kind])) != thread.contact or now[kind] == thread.address:
        return
    if now[kind] == thread.send_to:
        return  # known already
    thread.send_to, thread.address_changed = now[kind], True
    if (phone := now.get("phone", "")) and phone != thread.phone:
        thread.phone, thread.contact_changed = phone, True
