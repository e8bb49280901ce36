"""The one exception tree. An error carries what the caller must decide (`retryable`) and what a person may read (`str(error)`)."""

from collections.abc import Sequence
from dataclasses import dataclass


class WargiError(Exception):
    """Base of everything this system raises on purpose; its text names the thing and the remedy and shows no personal data."""

    retryable = False


class ConfigError(WargiError):
    """A setting is missing, half set or wrong: the process refuses to start with this one sentence."""


class Unauthorised(WargiError):
    """A webhook without the right signature or secret: 401, nothing stored."""


class Unreadable(WargiError):
    """A stored item whose content cannot be understood: parked with this reason, never raised before the 200."""


class NotFound(WargiError):
    """The thing named does not exist, or the asker may not know that it does."""


class Forbidden(WargiError):
    """This role may not do that."""


class Conflict(WargiError):
    """Somebody else was first, or the case moved on; `who` names the winner where there is one."""

    def __init__(self, text: str, who: str = "") -> None:
        super().__init__(text)
        self.who = who


class Stale(Conflict):
    """Somebody has said something that the asker had not seen yet: nothing was done, so that they can read it first. `changed`: the
    numbers of older messages that say something else by now."""

    def __init__(self, text: str, who: str = "", changed: Sequence[int] = ()) -> None:
        super().__init__(text, who)
        self.changed = changed


class StoreDown(WargiError):
    """The database does not answer: what citizens say goes to the spool, or is answered 503 so that the platform sends again."""

    retryable = True


class Unstorable(StoreDown):
    """The database answers but takes these rows in no form: waiting will not help."""


class FlowError(WargiError):
    """A flow file is broken. Text form: `file:line: node: what is wrong; what to write instead`."""


class BadFile(WargiError):
    """A file that somebody handed to a command is not in its form: `file:line: what is wrong; what to write instead`."""


@dataclass(frozen=True, slots=True)
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
