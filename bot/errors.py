"""The one exception tree. An error carries what the caller must decide (`retryable`) and what a person may read: `str(error)` in the
source language, for logs, and `error.sentence(tr)` in the language of a page; commands say it in English (`cli.english`)."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from typing_extensions import override

from bot.record import record

_NAME = re.compile(r"\{([a-z_]+\d*)\}")


class Sentence:
    """A sentence for officers: stored and logged as it stands here, translated by the page that shows it. Its text is a literal, so that
    the catalogues have it (`locales.ERRORS`); what changes from case to case stands in it as `{name}` and comes along as a value: a
    name or number, another of these, an error, or several of them."""

    __slots__ = ("source", "values")

    def __init__(self, source: str = "", /, **values: Any) -> None:
        self.source, self.values = source, values

    def said(self, tr: Callable[[str], str] = str) -> str:
        """Translated before the values are put in. Values are not searched again: a name may hold braces."""
        known = {name: _said(value, tr) for name, value in self.values.items()}
        return _NAME.sub(lambda found: known.get(found[1], found[0]), tr(self.source))

    @override
    def __str__(self) -> str:
        return self.said()

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sentence) and (self.source, self.values) == (other.source, other.values)

    @override
    def __hash__(self) -> int:
        return hash((self.source, *map(str, self.values.values())))

    def packed(self) -> dict[str, Any]:
        """To be stored, and said later to whoever reads it then."""
        return {"source": self.source, "values": {name: _packed(value) for name, value in self.values.items()}}


class WargiError(Exception):
    """Base of everything this system raises on purpose; its text names the thing and the remedy and shows no personal data. It is a
    `Sentence`, so it is a literal with values."""

    retryable = False

    def __init__(self, source: str = "", /, **values: Any) -> None:
        self.told = Sentence(source, **values)
        super().__init__(str(self.told))

    def sentence(self, tr: Callable[[str], str] = str) -> str:
        """As every page shows it: a capital first, a full stop last."""
        words = self.told.said(tr)
        return words[:1].upper() + words[1:].rstrip(".") + "." if words else ""


def _said(value: Any, tr: Callable[[str], str]) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(_said(each, tr) for each in value)
    value = value.told if isinstance(value, WargiError) else value
    return value.said(tr) if isinstance(value, Sentence) else str(value)


def _packed(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_packed(each) for each in value]
    value = value.told if isinstance(value, WargiError) else value
    if isinstance(value, Sentence):
        return value.packed()
    return value if isinstance(value, int) else str(value)


def unpacked(found: Mapping[str, Any]) -> Sentence:
    """What `packed` has made. Raises `ValueError` for anything else."""
    try:
        source, values = found["source"], found["values"]
        return Sentence(str(source), **{name: _unpacked(each) for name, each in values.items()})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no sentence") from error


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpacked(each) for each in value]
    return unpacked(value) if isinstance(value, dict) else value


def keep(error: WargiError) -> str:
    """Where only a text can be stored."""
    return json.dumps(error.told.packed(), ensure_ascii=False)


def kept(stored: str) -> WargiError:
    """What `keep` has stored; any other text is taken as it stands."""
    try:
        found = unpacked(json.loads(stored))
    except ValueError:
        return WargiError(stored)
    source = found.source
    return WargiError(source, **found.values)


class ConfigError(WargiError):
    """A setting is missing, half set or wrong: the process refuses to start with this one sentence."""


class Unauthorised(WargiError):
    """A webhook without the right signature or secret: 401, nothing stored."""


class Unreadable(WargiError):
    """A stored item whose content cannot be understood: parked with this reason, never raised before the 200."""


class NotFound(WargiError):
    """The thing named does not exist, or the asker may not know that it does."""


class Unreachable(WargiError):
    """What should go out has no way to go, or nobody answered there; people read it on a list of what is stuck."""


class Forbidden(WargiError):
    """This role may not do that."""


class Conflict(WargiError):
    """Somebody else was first, or the case moved on; `who` names the winner where there is one, and fills `{who}`."""

    def __init__(self, source: str = "", /, who: str = "", **values: Any) -> None:
        super().__init__(source, who=who, **values)
        self.who = who


class Stale(Conflict):
    """Somebody has said something that the asker had not seen yet: nothing was done, so that they can read it first. `changed`: the
    numbers of older messages that say something else by now."""

    def __init__(self, source: str = "", /, who: str = "", changed: Sequence[int] = (), **values: Any) -> None:
        super().__init__(source, who, **values)
        self.changed = changed


class StoreDown(WargiError):
    """The database does not answer: what citizens say goes to the spool, or is answered 503 so that the platform sends again."""

    retryable = True


class Unstorable(StoreDown):
    """The database answers but takes these rows in no form: waiting will not help."""


@record
class Problem:
    """What is wrong in flows and rules: where, what, and what to write instead. Its sentences are put together when somebody reads
    them, each reader in their language."""

    file: str
    """'' where no file is to blame."""
    line: int
    """0: the file as a whole."""
    step: str
    what: Sentence
    remedy: Sentence = Sentence()
    pity: bool = False
    """It forbids nothing: what is said falls back to Indonesian."""

    @property
    def told(self) -> Sentence:
        """`file:line: step: what is wrong; what to write instead.`"""
        place = (f"{self.file}:{self.line}" if self.line else self.file, self.step)
        form = "{place}{what}; {remedy}." if self.remedy.source else "{place}{what}."
        where = "".join(f"{part}: " for part in place if part)
        return Sentence(form, place=where, what=self.what, remedy=self.remedy)

    def said(self, tr: Callable[[str], str] = str) -> str:
        return self.told.said(tr)

    @override
    def __str__(self) -> str:
        return self.said()


class Misread(ValueError):
    """A part of a line cannot be read; whoever knows where it stands makes a `Problem` of it."""

    def __init__(self, what: Sentence, remedy: Sentence) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what, self.remedy = what, remedy


class FlowError(WargiError):
    """A file of flows or rules is broken, with everything that is wrong about it: one line each."""

    def __init__(self, *problems: Problem) -> None:
        lines = {f"line{number}": each.told for number, each in enumerate(problems)}
        super().__init__("\n".join(f"{{{name}}}" for name in lines), **lines)
        self.problems = problems

    @override
    def sentence(self, tr: Callable[[str], str] = str) -> str:
        """It begins with the name of a file, which stays as it is written."""
        return self.told.said(tr)


class BadFile(WargiError):
    """A file that somebody handed to a command is not in its form: `file:line: what is wrong; what to write instead`."""


@record
class Fault:
    """What a failed send means. The error decides about retry, never the channel (courier's lesson)."""

    name: str
    """Stable short name for metrics: `throttled`, `window_closed`, `blocked`, `timeout` …"""
    text: str = ""
    """The platform's own words, shown to the officer on the message."""
    retryable: bool = False
    ambiguous: bool = False
    """The request may have been accepted: the row becomes `unknown` and is reconciled."""
    wait: float | None = None
    """Seconds the platform asked us to wait."""
    scope: str = "message"
    """Who else must wait: `message`, `address` (this pair) or `account` (the whole number)."""
    most: int = 0
    """So many tries at most where the refusal may be our own fault after all; 0 = as many as any."""
    moved: str = ""
    """The platform names the address that this one has become: from now on it is sent there."""


class SendError(WargiError):
    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.name}: {fault.text}" if fault.text else fault.name)
        self.fault = fault
        self.retryable = fault.retryable


class FetchError(WargiError):
    """A file could not be fetched. `expired` and `too_big` are the names that end it; others say whether to try again."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.name}: {fault.text}" if fault.text else fault.name)
        self.fault = fault
        self.retryable = fault.retryable
