"""What a step of a conversation asks the dialogue to do, in order, in its transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.message import Attachment, Choice, Location
from bot.record import record


@record
class Say:
    """One bubble. `{name}` in `text` is filled by the dialogue from `values` and from what earlier effects made (`{number}`, `{link}`)."""

    text: str
    choices: tuple[Choice, ...] = ()
    menu: str = ""
    """Label of the button that opens a list (<= 20 characters), in the citizen's language."""
    notice: bool = False
    """Delivered even when a human has taken over meanwhile."""
    values: Mapping[str, str] = field(default_factory=dict)
    ask: Literal["", "location", "contact"] = ""
    """A button that shares where the citizen is, or their own number, on platforms that have one; `text` asks in words."""
    link: tuple[str, str] | None = None
    """(label, https address) of a button that opens it; `text` holds the address, too."""


CHOSEN: Mapping[str, float] = {"su": 12.0, "id": -12.0}
"""`Facts.memory` after a citizen has chosen a language: it takes several clear messages to say otherwise."""


@record
class Remember:
    """A fact about the contact that outlives the session: `language`, or `notice` (the version of the data notice just shown)."""

    name: str
    value: str


@record
class OpenTicket:
    """The flow's end: a ticket with the answers. Makes `{number}` and `{link}` for the bubbles after it. The bot keeps the conversation."""

    topic: str = ""
    subtopic: str = ""
    place: str = ""
    details: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    sealed: tuple[str, ...] = ()
    """Names of answers that must not be stored readable."""


@record
class HandOff:
    """To the officers' queue with what was gathered so far. `reason`: `asked`, `misunderstood`."""

    reason: str
    topic: str = ""
    subtopic: str = ""
    place: str = ""
    details: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    sealed: tuple[str, ...] = ()


@record
class Wait:
    """Nothing is said yet: the citizen may be in the middle of several lines. Step again with `Said(kind="quiet")` after so many seconds of quiet."""

    seconds: float


@record
class Later:
    """The flow goes on by itself: step again with `Said(kind="time")` after so many seconds."""

    seconds: float
    event: str = ""
    """Or before, with `Said(kind="event", choice=…)`, when the citizen's report has come to this state (`changed`: to another one)."""


@record
class LookUp:
    """Where reports stand: the one with this number, or ('') all of this contact. Step again with `Said(kind="result")`."""

    number: str
    token: str


@record
class Call:
    """A request to another system, made after this turn is written. Step again with `Said(kind="result")`: `ok`, and `values`
    by the paths that `take` names."""

    method: str
    url: str
    host: str
    """Name of the allowed host, for its secret."""
    body: Mapping[str, object] | None
    take: Mapping[str, str]
    seconds: float
    token: str


@record
class Link:
    """A code with which another channel of this citizen can be linked; the dialogue makes and says it."""


@record
class End:
    """The flow is over; the session is gone."""


@record
class Count:
    """Something that is counted, and noted in the conversation for officers: `outside` (a place that is not ours)."""

    what: str
    about: str = ""


@record
class Follow:
    """Instead of a ticket of their own the citizen follows one that is open (its reference)."""

    ticket: str


Effect = Say | Remember | OpenTicket | HandOff | Wait | Later | LookUp | Call | Count | Follow | Link | End


@record
class Said:
    """One turn's input to the engine."""

    text: str = ""
    choice: str = ""
    kind: str = "text"
    """An `Inbound.kind`, or what no citizen said: `quiet` (a `Wait` is over), `time` (a `Later` is), `event` (what a `Later` named has
    happened: `choice`), `result` (of a `LookUp` or `Call`), `remind` and `expire` (nobody has written for long), `begin` (the flow
    named by `choice`)."""
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    quick: bool = False
    """Arrived within three seconds of the citizen's line before it: part of one burst."""
    album: bool = False
    """A picture that belongs to the picture right before it: what was asked meanwhile is not answered by it."""
    result: Mapping[str, object] = field(default_factory=dict)
    token: str = ""
    """Which question to others this answers; an answer to an older one is passed over."""


class Guess(Protocol):
    """What a message is about, as far as a model can say."""

    @property
    def label(self) -> str: ...
    @property
    def verdict(self) -> str:
        """`sure`, `ask` or `unsure`."""

    @property
    def ranked(self) -> tuple[tuple[str, float], ...]: ...


class Place(Protocol):
    """A region of ours."""

    @property
    def code(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def district(self) -> str: ...
    @property
    def regency(self) -> str: ...
    @property
    def shown(self) -> str: ...


class Named(Protocol):
    """The places that a text may mean."""

    @property
    def candidates(self) -> Sequence[Place]: ...
    @property
    def elsewhere(self) -> str:
        """The name of a place that is not ours; '' else."""

    @property
    def unique(self) -> Place | None: ...


class Places(Protocol):
    """The names of the regions that are served."""

    def find(self, text: str, asked: bool = False) -> Named: ...
    def near(self, latitude: float, longitude: float) -> Place | None: ...
    def narrow(self, candidates: Sequence[Any], answer: str) -> Named: ...
    def place(self, code: str) -> Place: ...


@record
class Known:
    """An open report that may be about the same thing."""

    key: str
    label: str
    """All that another citizen may know of it."""


@record
class Facts:
    """What the engine may know of the world."""

    language: str | None = None
    """The contact's language; None until chosen."""
    notice: str = ""
    """The version of the data notice this contact has seen."""
    name: str = ""
    now: datetime | None = None
    channel: str = ""
    """The platform."""
    memory: float = 0.0
    """The evidence of all messages so far for one language."""
    heard: str = ""
    """The language that this evidence has settled; '' while it has not."""
    guess: Callable[[str], Guess] | None = None
    """The topic of a text; None while the model is not loaded. Likewise the next two."""
    intent: Callable[[str], Guess] | None = None
    places: Places | None = None
    urgency: Callable[[str], str] | None = None
    """`critical`, `high` or ''."""
    numbers: Callable[[str, str], str] | None = None
    """The emergency numbers of a regency ('': the country's), one a line, in a language."""
    answer: Callable[[str], Mapping[str, str] | None] | None = None
    """The known answer to a citizen's question, by language; None where there is none."""
    known: tuple[Known, ...] = ()
    """Loaded only for who is about to send a report."""
