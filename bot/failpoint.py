"""Places at which a process can be made to die, fail or stand still, to prove that nothing is lost there. For `make faults` only.

    WARGI_FAILPOINT=send.after_http:kill        at the first time that this place is reached
    WARGI_FAILPOINT=turn.claimed:raise:3        at the third
    WARGI_FAILPOINT=receipt.committed:hang      the whole process stands still for ten seconds, as a machine that is too busy does
    WARGI_FAILPOINT=@/tmp/told                  that file says it, whenever it is there; of several processes the first takes it away

Unset, `here` is an empty function.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

NAME = "WARGI_FAILPOINT"
HANG = 10.0
ACTIONS = ("kill", "raise", "hang")
POINTS = frozenset(
    "webhook.verified inbox.before_commit inbox.committed spool.before_write spool.written spool.synced spool.replayed "
    "turn.claimed turn.before_parse turn.before_step turn.before_flush turn.flushed turn.committed "
    "ticket.insert handoff.insert alarm.insert survey.insert outbox.insert outbox.taken "
    "send.before_http send.after_http receipt.before_commit receipt.committed status.apply media.before_rename media.stored "
    "claim.before_commit claim.committed reply.before_commit dispatch.before_http dispatch.after_http "
    "timer.claimed timer.before_commit deadline.before_commit page.before_send page.after_send lease.shared".split()
)


class Injected(RuntimeError):
    """Raised by a place that was told to fail."""


def _nothing(name: str) -> None:
    """No place is armed."""


def armed(env: Mapping[str, str]) -> Callable[[str], None]:
    """What `here` does under this environment. Raises `ValueError` for a place or an action that does not exist."""
    told = env.get(NAME, "")
    if not told:
        return _nothing
    if told.startswith("@"):
        return _from_file(Path(told[1:]))
    name, action, left = _understood(told)

    def reached(place: str) -> None:
        nonlocal left
        if place != name:
            return
        left -= 1
        if left == 0:
            _strike(name, action)

    return reached


def _from_file(path: Path) -> Callable[[str], None]:
    """So that one server serves many cells of the battery: a place is armed while it runs, always for its next time."""

    def reached(place: str) -> None:
        with suppress(FileNotFoundError):
            name, action, _ = _understood(path.read_text())
            if place == name:
                path.rename(f"{path}.struck")
                _strike(name, action)

    return reached


def _understood(told: str) -> tuple[str, str, int]:
    name, action, *rest = [*told.strip().split(":"), ""]
    if name not in POINTS or action not in ACTIONS:
        raise ValueError(
            f"{NAME}={told}: write <place>:<{'|'.join(ACTIONS)}>[:<which time>]; places: {' '.join(sorted(POINTS))}"
        )
    return name, action, int(rest[0] or 1)


def _strike(name: str, action: str) -> None:
    os.write(2, f'{{"event":"failpoint","place":"{name}","action":"{action}"}}\n'.encode())
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "raise":
        raise Injected(name)
    time.sleep(HANG)


here = armed(os.environ)
