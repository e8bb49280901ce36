"""Places at which a process can be made to die, fail or stand still, to prove that nothing is lost there. For `make faults` only.

    WARGI_FAILPOINT=send.after_http:kill        at the first time that this place is reached
    WARGI_FAILPOINT=turn.claimed:raise:3        at the third
    WARGI_FAILPOINT=receipt.committed:hang      the whole process stands still for ten seconds, as a machine that is too busy does

Unset, `here` is an empty function.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping

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
    name, action, *rest = [*told.split(":"), ""]
    if name not in POINTS or action not in ACTIONS:
        raise ValueError(
            f"{NAME}={told}: write <place>:<{'|'.join(ACTIONS)}>[:<which time>]; places: {' '.join(sorted(POINTS))}"
        )
    left = int(rest[0] or 1)

    def reached(place: str) -> None:
        nonlocal left
        if place != name:
            return
        left -= 1
        if left != 0:
            return
        os.write(2, f'{{"event":"failpoint","place":"{name}","action":"{action}"}}\n'.encode())
        if action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if action == "raise":
            raise Injected(name)
        time.sleep(HANG)

    return reached


here = armed(os.environ)
