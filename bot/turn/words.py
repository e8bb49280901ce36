"""Global words where the engine is not asked, in the queue and at the survey; and what bubbles say about a ticket."""

from collections.abc import Mapping
from typing import Any

from bot.engine.flow import Flows
from bot.engine.match import normalise
from bot.turn import House

NOTHING = frozenset(
    {"tidak", "tidak ada", "tidak perlu", "lewati", "lewat", "skip", "henteu", "teu aya", "teu kedah", "no", "cukup"}
)


def command(flows: Flows, text: str) -> str | None:
    """`menu`, `cancel`, `repeat`, `language`, `officer`, `back` … when the whole message is that word."""
    plain = normalise(text) if text else ""
    if not plain:
        return None
    return flows.lexicon.command(plain) or flows.lexicon.command_like(plain)


def declines(text: str) -> bool:
    """'No comment', in so many words."""
    return normalise(text) in NOTHING


def links(house: House, ticket: Mapping[str, Any]) -> dict[str, str]:
    """What bubbles may say about a ticket."""
    shown = str(ticket["number"])
    return {"number": shown, "link": f"{house.public_url}/lacak/{shown}"}
