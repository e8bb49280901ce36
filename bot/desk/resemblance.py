"""Cases that may be about the same thing, and who follows this one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import State
from bot.models.ref import Ref
from bot.policy import likeness
from bot.policy.likeness import RECENT
from bot.record import record
from bot.store import known
from bot.store.sight import Sight
from bot.turn import House
from bot.turn.known import report

MERGEABLE = frozenset({State.QUEUED, State.ASSIGNED})


@record
class Alike:
    number: str
    state: str
    opened_at: datetime
    place: str
    apart: str
    """`400 m`, where both shared a location; '' else."""
    followers: int


@record
class Likely:
    """What stands beside a case about others."""

    alike: Sequence[Alike] = ()
    followers: Sequence[Mapping[str, Any]] = ()
    into: str = ""
    """The number of the case that this one was merged into."""
    may_merge: bool = False


NOTHING = Likely()


async def load(
    conn: AsyncConnection, house: House, ticket: Mapping[str, Any], seen: Sequence[Any], sight: Sight
) -> Likely:
    """`seen`: the case's history, which says most of it without a query."""
    kinds = {step["kind"] for step in seen}
    followers = (
        [dict(row) for row in await known.following(conn, ticket["id"], sight)]
        if kinds & {"followed", "merged_in"}
        else []
    )
    said = await known.paired(conn, Ref(ticket["id"], ticket["part"])) if kinds & {"merged", "distinct"} else []
    into = next((after for kind, after in reversed(said) if kind == "merged"), "")
    alike: Sequence[Alike] = ()
    if ticket["state"] not in known.OVER:
        alike = await _alike(conn, house, ticket, {after for kind, after in said if kind == "distinct"}, sight)
    merged = ticket["state"] == State.MERGED
    return Likely(alike, followers, into if merged else "", State(ticket["state"]) in MERGEABLE and not followers)


async def _alike(
    conn: AsyncConnection, house: House, ticket: Mapping[str, Any], not_: set[str], sight: Sight
) -> list[Alike]:
    topic, places = house.flows.topics.get(ticket["topic"]), house.triage.senses.places
    if topic is None or topic.confidential or len(ticket["place_code"]) < 5 or places is None:
        return []
    near = places.within(ticket["place_code"][:8])
    rows = await known.near(conn, topic.slug, near, ticket["opened_at"] - RECENT, sight)
    others = {
        Ref(row["id"], row["part"]): row for row in rows if row["id"] != ticket["id"] and row["number"] not in not_
    }
    mine = report(Ref(ticket["id"], ticket["part"]), ticket)
    best = likeness.alike(mine, [report(ref, row) for ref, row in others.items()], both_ways=True)
    counts = await known.followers(conn, [Ref.parse(each.key).id for each in best])
    found = []
    for each in best:
        row = others[Ref.parse(each.key)]
        far = likeness.kilometres(mine.spot, each.spot) if mine.spot and each.spot else None
        apart = "" if far is None else f"{round(far * 1000, -1):.0f} m" if far < 1 else f"{far:.1f} km"
        shown = places.place(row["place_code"]).shown if row["place_code"] in places.codes else ""
        found.append(Alike(row["number"], row["state"], row["opened_at"], shown, apart, counts.get(row["id"], 0)))
    return found
