"""An outbox row on its way, and the line it stands in."""

from bisect import insort
from collections.abc import Mapping
from typing import Any

from bot.message import Choice, File, Outbound, Template
from bot.models import Delivery as State
from bot.models.ref import Ref


class Bubble:
    """One message of ours that the platform has not taken yet."""

    __slots__ = (
        "account", "address", "attempts", "checked", "conversation_id", "doubts", "due", "epoch", "flying", "fresh", "gone",
        "id", "moved", "outside", "part", "payload", "priority", "unwritten",
    )  # fmt: skip

    def __init__(self, row: Mapping[str, Any], fresh: bool = False) -> None:
        self.id: bytes = row["id"]
        self.part: int = row["part"]
        self.conversation_id: bytes = row["conversation_id"]
        self.account: str = row["account"]
        self.address: str = row["address"]
        self.payload: Mapping[str, Any] = row["payload"]
        self.priority: int = row["priority"]
        self.outside = bool(self.payload.get("outside"))
        """The window is closed: it leaves as its template."""
        self.epoch: int | None = row["epoch"]
        self.attempts: int = row["attempts"]
        self.doubts = 1 if row["state"] == State.UNKNOWN else 0
        """Sends whose outcome we do not know."""
        self.due = 0.0
        """Not before then (monotonic), whoever leaves before it."""
        self.fresh = fresh
        """Comes straight from a commit of this process and has not waited yet."""
        self.checked = 0.0
        """When its epoch was last compared (monotonic)."""
        self.flying = False
        """With a lane: from here on nothing may overtake it."""
        self.moved = ""
        """The platform says that its address has become this one."""
        self.unwritten = 0
        """Receipts of it that are not committed yet."""
        self.gone = False
        """Sent, suppressed, given up, or somebody else's now."""

    def __lt__(self, other: "Bubble") -> bool:
        return self.id < other.id

    @property
    def ref(self) -> Ref:
        """Its conversation."""
        return Ref(self.conversation_id, self.part)

    @property
    def channel(self) -> str:
        return self.account.partition(":")[0]

    @property
    def template(self) -> Template | None:
        """What says it outside the window, if anything does."""
        found = self.payload.get("template")
        return template_of(found) if found else None

    def outbound(self) -> Outbound:
        payload = self.payload
        return Outbound(
            ref=f"{self.id.hex()}.{self.part}",
            account=self.account,
            address=self.address,
            text=payload["text"],
            choices=tuple(Choice(*pair) for pair in payload.get("choices", ())),
            menu=payload.get("menu", ""),
            ask=payload.get("ask", ""),
            link=tuple(payload["link"]) if "link" in payload else None,
            reply_to=payload.get("reply_to", ""),
            template=self.template if self.outside else None,
            file=File(**payload["file"]) if "file" in payload and not self.outside else None,
            react=payload.get("react", ""),
            edit=payload.get("edit", ""),
        )


def template_of(found: Mapping[str, Any]) -> Template:
    buttons = tuple((kind, value) for kind, value in found.get("buttons", ()))
    return Template(found["name"], found["language"], tuple(found["body"]), found.get("header", ""), buttons)


class Chains:
    """One line for each address, in the order of ids: only its head may leave."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], list[Bubble]] = {}

    def add(self, bubble: Bubble) -> bool:
        """Into its place, but never before a head that has left already. True when it is the head now."""
        line = self._lines.setdefault((bubble.account, bubble.address), [])
        if not line or line[-1] < bubble:
            line.append(bubble)
        elif line[0].flying:
            insort(line, bubble, lo=1)
        else:
            insort(line, bubble)
        return line[0] is bubble

    def line(self, bubble: Bubble) -> list[Bubble]:
        """What waits for the bubble's address, its head first."""
        return self._lines[bubble.account, bubble.address]

    def is_head(self, bubble: Bubble) -> bool:
        line = self._lines.get((bubble.account, bubble.address))
        return line is not None and line[0] is bubble

    def move(self, bubble: Bubble, address: str) -> Bubble:
        """All that waits for this bubble's address stands in the line of another one, by age; returns that line's head."""
        line = self._lines.pop((bubble.account, bubble.address), [])
        there = self._lines.setdefault((bubble.account, address), [])
        first = 1 if there and there[0].flying else 0
        for each in line:
            each.address = address
        there[first:] = sorted([*there[first:], *line])
        return there[0]

    def remove(self, bubble: Bubble) -> Bubble | None:
        """Out of its line; returns the one that has become head by it."""
        key = (bubble.account, bubble.address)
        line = self._lines.get(key)
        if line is None or bubble not in line:
            return None
        head = line[0] is bubble
        line.remove(bubble)
        if not line:
            del self._lines[key]
            return None
        return line[0] if head else None
