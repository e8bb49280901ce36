"""What one step of a conversation says about the flow: which steps were come to, and whether the question before it was answered or
left. Counted a time each: who comes twice is counted twice. Pure."""

from collections.abc import Iterator, Mapping

from bot.engine.commands import PRIVACY
from bot.engine.flow import Flows
from bot.engine.forms import RETURN

REACHED, ANSWERED, GONE = "reached", "answered", "gone"
Walked = tuple[str, str]
"""`flow/step`, and what became of it there."""


def walked(
    flows: Flows, before: Mapping[str, object] | None, after: Mapping[str, object] | None, kind: str, seen: set[str]
) -> Iterator[Walked]:
    """`seen`: what `step` came to."""
    for id_ in seen:
        if id_ in flows.nodes:
            yield id_, REACHED
    here = _at(before)
    node = flows.nodes.get(here)
    if node is None or not node.asks:
        return
    if kind == "expire":
        yield here, GONE
        return
    if before is None or _stays(here, before, after, seen):
        return
    exits = node.exits()
    asked_away = {flows.officer, flows.home, flows.start, flows.first.get(PRIVACY, "")} & seen
    ended = after is None and not seen and bool(exits)  # "batal"
    left = not (exits & seen or RETURN in exits) and (asked_away or ended)
    yield here, GONE if left else ANSWERED


def _stays(here: str, before: Mapping[str, object], after: Mapping[str, object] | None, seen: set[str]) -> bool:
    """Asked again, interrupted by a question put in between, or gone back one: neither answered nor left."""
    if after is None:
        return False
    there, back, now_back = _at(after), before.get("back"), after.get("back")
    if there == here:
        return here not in seen
    if after.get("resume") == here or before.get("resume") == there:
        return True
    return isinstance(back, list) and isinstance(now_back, list) and there in back and len(now_back) < len(back)


def _at(session: Mapping[str, object] | None) -> str:
    return f"{session.get('flow')}/{session.get('node')}" if session else ""
