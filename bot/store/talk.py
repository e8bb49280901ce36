"""One conversation with everything a turn needs of it, loaded for a whole batch with one SELECT a table; `talk_rows` writes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock
from bot.errors import NotFound
from bot.models import Address, Contact, Conversation, Owner, Quarantine
from bot.models.base import table
from bot.models.ref import Ref
from bot.store.many import ByIds, beside

ADDRESS, CONTACT, CONVERSATION = table(Address), table(Contact), table(Conversation)


@dataclass(slots=True)
class Talk:
    """A conversation, its address and its contact. Verbs change it; `Batch.flush` writes what changed."""

    part: int
    account: str
    address: str
    address_id: bytes
    contact_id: bytes
    contact_part: int
    conversation_id: bytes
    owner: str = Owner.BOT
    epoch: int = 0
    seq: int = 0
    officer_id: int | None = None
    ticket_id: bytes | None = None
    session: dict[str, object] | None = None
    alarm_id: bytes | None = None
    urgency: str = ""
    pace: dict[str, Any] | None = None
    """See `policy.patience`."""
    last_inbound_at: datetime | None = None
    updated_at: datetime | None = None
    name: str = ""
    phone: str = ""
    language: str | None = None
    notice: str = ""
    notice_at: datetime | None = None
    memory: float | None = 0.0
    """What their messages say about their language; see `triage.language`."""
    quarantine: str = Quarantine.NONE
    """Written by `store/quarantine.py` alone."""
    username: str = ""
    same_id: bytes | None = None
    same_part: int | None = None
    names: str = ""
    send_to: str = ""
    tries: int = 0
    tries_at: datetime | None = None
    is_new: bool = False
    """No row of it exists yet."""
    joined: bool = False
    """New, but its contact is known from another address."""
    person_id: bytes | None = None
    person_part: int = 0
    address_changed: bool = False
    new_conversation: bool = False
    contact_changed: bool = False
    epoch_rose: bool = False
    previous_inbound_at: datetime | None = field(default=None)
    """When the citizen wrote before the message of this turn: tells a burst from an answer."""

    def end_epoch(self) -> None:
        """What the bot has made so far and not yet sent is not delivered any more."""
        self.epoch += 1
        self.epoch_rose = True

    @property
    def ref(self) -> Ref:
        return Ref(self.conversation_id, self.part)

    @property
    def contact(self) -> Ref:
        """Whom this address belongs to, for good."""
        return Ref(self.contact_id, self.contact_part)

    @property
    def person(self) -> Ref:
        """The contact that name, language and the like belong to: another one where contacts were joined."""
        return Ref(self.person_id, self.person_part) if self.person_id else self.contact

    @property
    def channel(self) -> str:
        return self.account.partition(":")[0]


_THREAD = (
    sa.select(
        ADDRESS.c.part,
        ADDRESS.c.account,
        ADDRESS.c.address,
        ADDRESS.c.id,
        ADDRESS.c.contact_id,
        ADDRESS.c.contact_part,
        CONVERSATION.c.id,
        CONVERSATION.c.owner,
        CONVERSATION.c.epoch,
        CONVERSATION.c.seq,
        CONVERSATION.c.officer_id,
        CONVERSATION.c.ticket_id,
        CONVERSATION.c.session,
        CONVERSATION.c.alarm_id,
        CONVERSATION.c.urgency,
        CONVERSATION.c.pace,
        CONVERSATION.c.last_inbound_at,
        CONVERSATION.c.updated_at,
        CONTACT.c.name,
        CONTACT.c.phone,
        CONTACT.c.language,
        CONTACT.c.notice,
        CONTACT.c.notice_at,
        CONTACT.c.memory,
        CONTACT.c.quarantine,
        CONTACT.c.username,
        CONTACT.c.same_id,
        CONTACT.c.same_part,
        ADDRESS.c.names,
        ADDRESS.c.send_to,
        ADDRESS.c.tries,
        ADDRESS.c.tries_at,
    )
    .join_from(
        ADDRESS,
        CONVERSATION,
        sa.and_(CONVERSATION.c.id == ADDRESS.c.conversation_id, CONVERSATION.c.part == ADDRESS.c.part),
    )
    # nearly every contact lies in the part of its address; one from elsewhere is fetched apart (`_far_contacts`)
    .outerjoin(CONTACT, sa.and_(CONTACT.c.id == ADDRESS.c.contact_id, CONTACT.c.part == ADDRESS.c.part))
    .with_for_update(of=CONVERSATION)
)
_BY_ADDRESS = _THREAD.where(
    ADDRESS.c.account.in_(sa.bindparam("accounts", expanding=True)),
    ADDRESS.c.address.in_(sa.bindparam("addresses", expanding=True)),
    ADDRESS.c.part.in_(sa.bindparam("parts", expanding=True)),
).order_by(CONVERSATION.c.id)
_BY_ADDRESS_HERE = ByIds(_THREAD.where(ADDRESS.c.account == sa.bindparam("account")), ADDRESS.c.address, ["account"])
"""On SQLite, where nobody else locks rows and all parts lie in one file."""
_BY_ID = _THREAD.where(ADDRESS.c.id == sa.bindparam("id"), ADDRESS.c.part == sa.bindparam("part"))
_HELD = (
    sa.select(CONVERSATION.c.id)
    .join(ADDRESS, sa.and_(CONVERSATION.c.id == ADDRESS.c.conversation_id, CONVERSATION.c.part == ADDRESS.c.part))
    .where(
        ADDRESS.c.id.in_(sa.bindparam("ids", expanding=True)),
        beside(ADDRESS.c.part).in_(sa.bindparam("parts", expanding=True)),
    )
    .order_by(CONVERSATION.c.id)
    .with_for_update(of=CONVERSATION)
)
_CURRENT = sa.select(ADDRESS.c.conversation_id).where(
    ADDRESS.c.id == sa.bindparam("id"), ADDRESS.c.part == sa.bindparam("part")
)
_CONTACTS = sa.select(
    CONTACT.c.id, CONTACT.c.name, CONTACT.c.phone, CONTACT.c.language, CONTACT.c.notice, CONTACT.c.notice_at,
    CONTACT.c.memory,
    CONTACT.c.quarantine,
    CONTACT.c.username, CONTACT.c.same_id, CONTACT.c.same_part,
).where(
    CONTACT.c.id.in_(sa.bindparam("ids", expanding=True)), beside(CONTACT.c.part).in_(sa.bindparam("parts", expanding=True))
)  # fmt: skip
_HOPS = 8
"""So far the trail of joined contacts is followed. Joining always leads to the end of a trail, so it is one or two long."""


async def load(conn: AsyncConnection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Talk]:
    """The current conversations of these (account, address) pairs, locked until the transaction ends; unknown pairs are left out.
    Whoever needs several locks them in one order, the oldest first, or two would wait for each other."""
    wanted = dict.fromkeys(keys)
    found: list[Sequence[Any]] = []
    if conn.dialect.name == "sqlite":
        for account in dict.fromkeys(account for account, _ in wanted):
            found += await _BY_ADDRESS_HERE(conn, [address for at, address in wanted if at == account], account)
    elif wanted:
        parts = {clock.part_of(account.partition(":")[0], address) for account, address in wanted}
        accounts, addresses = (sorted(set(each)) for each in zip(*wanted, strict=True))
        found += await conn.execute(_BY_ADDRESS, {"accounts": accounts, "addresses": addresses, "parts": sorted(parts)})
    talks = {key: Talk(*row) for row in found if (key := (row[1], row[2])) in wanted}
    await _far_contacts(conn, list(talks.values()))
    return talks


async def of_conversation(conn: AsyncConnection, conversation: Ref) -> Talk:
    """The talk of the address that this conversation belongs to (its current conversation may be a later one). Raises `NotFound`."""
    found = await conn.execute(
        sa.select(CONVERSATION.c.address_id).where(
            CONVERSATION.c.id == conversation.id, CONVERSATION.c.part == conversation.part
        )
    )
    address_id = found.scalar()
    if address_id is None:
        raise NotFound("percakapan tidak ditemukan")
    return await of_address(conn, Ref(address_id, conversation.part))


async def epochs(conn: AsyncConnection, conversations: Sequence[tuple[bytes, int]]) -> dict[bytes, int]:
    """Of these conversations (id, part)."""
    query = sa.select(CONVERSATION.c.id, CONVERSATION.c.epoch).where(
        CONVERSATION.c.id.in_({id_ for id_, _ in conversations}),
        beside(CONVERSATION.c.part).in_(sorted({part for _, part in conversations})),
    )
    return {row[0]: row[1] for row in await conn.execute(query)}


async def names(conn: AsyncConnection, conversations: Sequence[Ref]) -> dict[bytes, str]:
    """What the platforms call the citizens of these conversations, as `Address.names`."""
    query = (
        sa.select(CONVERSATION.c.id, ADDRESS.c.names)
        .join(ADDRESS, sa.and_(ADDRESS.c.id == CONVERSATION.c.address_id, ADDRESS.c.part == CONVERSATION.c.part))
        .where(
            CONVERSATION.c.id.in_([ref.id for ref in conversations]),
            beside(CONVERSATION.c.part).in_(sorted({ref.part for ref in conversations})),
        )
    )
    return {row[0]: row[1] for row in await conn.execute(query)}


async def last_inbound_at(conn: AsyncConnection, conversation: Ref) -> datetime | None:
    """When the citizen of this conversation last wrote to this account, in it or in a later one."""
    now = CONVERSATION.alias("now_talk")
    query = (
        sa.select(now.c.last_inbound_at)
        .select_from(CONVERSATION)
        .join(ADDRESS, sa.and_(ADDRESS.c.id == CONVERSATION.c.address_id, ADDRESS.c.part == CONVERSATION.c.part))
        .join(now, sa.and_(now.c.id == ADDRESS.c.conversation_id, now.c.part == ADDRESS.c.part))
        .where(CONVERSATION.c.id == conversation.id, CONVERSATION.c.part == conversation.part)
    )
    found: datetime | None = (await conn.execute(query)).scalar()
    return found


async def of_address(conn: AsyncConnection, address: Ref) -> Talk:
    """The current talk of an address, locked. Raises `NotFound`."""
    named = {"id": address.id, "part": address.part}
    while True:
        row = (await conn.execute(_BY_ID, named)).first()
        if row is None:
            raise NotFound("percakapan tidak ditemukan")
        talk = Talk(*row)
        # while we waited for the lock, a turn may have begun a new conversation
        if (await conn.execute(_CURRENT, named)).scalar() == talk.conversation_id:
            break
    await _far_contacts(conn, [talk])
    return talk


async def hold(conn: AsyncConnection, addresses: Sequence[Ref]) -> None:
    """Locks the current conversations of these addresses, in the order in which `load` does."""
    named = {"ids": [ref.id for ref in addresses], "parts": sorted({ref.part for ref in addresses})}
    await conn.execute(_HELD, named)


async def _far_contacts(conn: AsyncConnection, talks: Sequence[Talk]) -> None:
    """Contacts that lie in another part than their address, or were joined to another."""
    await persons(conn, [talk for talk in talks if talk.contact_part != talk.part or talk.same_id is not None])


async def persons(conn: AsyncConnection, talks: Sequence[Talk]) -> None:
    """Reads the person of each talk anew, along the trail of what was joined."""
    wanted = {
        id(talk): (talk, Ref(talk.same_id, talk.same_part or 0) if talk.same_id else talk.contact) for talk in talks
    }
    for _ in range(_HOPS):
        if not wanted:
            return
        refs = {ref for _, ref in wanted.values()}
        named = {"ids": [ref.id for ref in refs], "parts": sorted({ref.part for ref in refs})}
        rows = {row[0]: row for row in await conn.execute(_CONTACTS, named)}
        further: dict[int, tuple[Talk, Ref]] = {}
        for talk, ref in wanted.values():
            row = rows.get(ref.id)
            if row is None:
                continue
            (
                _,
                talk.name,
                talk.phone,
                talk.language,
                talk.notice,
                talk.notice_at,
                talk.memory,
                talk.quarantine,
                talk.username,
                same,
                part,
            ) = row
            talk.person_id, talk.person_part = ref
            if ref == talk.contact:
                talk.same_id, talk.same_part = same, part
            if same is not None:
                further[id(talk)] = (talk, Ref(same, part))
        wanted = further


def new(account: str, address: str, now: datetime) -> Talk:
    """The talk of somebody who writes for the first time."""
    part = clock.part_of(account.partition(":")[0], address)
    return Talk(
        part=part,
        account=account,
        address=address,
        address_id=clock.new_id(),
        contact_id=clock.new_id(),
        contact_part=part,
        conversation_id=clock.new_id(),
        updated_at=now,
        is_new=True,
        new_conversation=True,
    )
