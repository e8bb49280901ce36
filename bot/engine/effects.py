"""What a step of a conversation asks the dialogue to do, in order, in its transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.message import Attachment, Choice, Location


@dataclass(frozen=True, slots=True)
class Say:
    """One bubble. `{name}` in `text` is filled by the dialogue from `values` and from what earlier effects made (`{number}`, `{link}`)."""

    text: str
    choices: tuple[Choice, ...] = ()
    menu: str = ""
    """Label of the button that opens a list (<= 20 characters), in the citizen's language."""
    notice: bool = False
    """Delivered even when a human has taken over meanwhile."""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remember:
    """A fact about the contact that outlives the session: `language`, or `notice` (the version of the data notice just shown)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """The flow's end: a ticket with the answers. Makes `{number}` and `{link}` for the bubbles after it. The bot keeps the conversation."""

    topic: str = ""
    subtopic: str = ""
    place: str = ""
    details: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HandOff:
    """To the officers' queue with what was gathered so far. `reason`: `asked`, `misunderstood`."""

    reason: str
    topic: str = ""
    subtopic: str = ""
    place: str = ""
    details: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is said yet: the citizen may be in the middle of several lines. Step again with `Said(kind="quiet")` after so many seconds of quiet."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Link:
    """A code with which another channel of this citizen can be linked; the dialogue makes and says it."""


@dataclass(frozen=True, slots=True)
class End:
    """The flow is over; the session is gone."""


Effect = Say | Remember | OpenTicket | HandOff | Wait | Link | End


@dataclass(frozen=True, slots=True)
class Said:
    """One turn's input to the engine."""

    text: str = ""
    choice: str = ""
    kind: str = "text"
    """An `Inbound.kind`, or `quiet`: the wait that a `Wait` effect asked for is over."""
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    quick: bool = False
    """Arrived within three seconds of the citizen's line before it: part of one burst."""
    album: bool = False
    """A picture that belongs to the picture right before it: what was asked meanwhile is not answered by it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the engine may know of the world."""

    language: str | None = None
    """The contact's language; None until chosen."""
    notice: str = ""
    """The version of the data notice this contact has seen."""
    name: str = ""
