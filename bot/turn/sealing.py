"""Answers that must not lie readable in the database: sealed where a turn ends, opened where the next one begins.

The engine names them (`sealed` of a session, of `OpenTicket` and `HandOff`). A sealed answer is `{"sealed": …, "masked": …}` wherever
it is stored. The message that brought it is stored masked for good: unlike other messages it is no account of what happened, and
the number itself is kept in the vault.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from bot.engine.flow import Flows
from bot.errors import WargiError
from bot.store.talk import Talk
from bot.triage.identity import mask
from bot.vault import Vault

PURPOSE = "answer"
SEALED, MASKED = "sealed", "masked"
PRIVATE = "private"
FEW = 8
_NUMBER = re.compile(r"[\dOoIlSB][\dOoIlSB .-]{6,}[\dOoIlSB]")
"""What may be a number that was mistyped; with `FEW` digits it is no word."""


def asked(flows: Flows, talk: Talk) -> bool:
    """The next answer is to be sealed."""
    session = talk.session or {}
    node = flows.nodes.get(f"{session.get('flow')}/{session.get('node')}")
    return node is not None and node.sealed


def hidden(text: str) -> str:
    """A text that was to be such an answer, without it: numbers as `mask` finds them, and what may be one that was misspelt."""
    return _NUMBER.sub(lambda found: "*" * len(found[0]) if _digits(found[0]) >= FEW else found[0], mask(text))


def conceal(message: dict[str, Any]) -> None:
    """The row of the message that answers: its number stays unreadable, in later edits too."""
    message["body"] = hidden(message["body"])
    message["data"] = {**(message["data"] or {}), PRIVATE: True}


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def seal(vault: Vault, answers: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """A copy in which these answers are unreadable. Those that are already stay as they are."""
    return {
        name: {SEALED: vault.seal(value, PURPOSE), MASKED: hidden(value)}
        if name in names and isinstance(value, str)
        else value
        for name, value in answers.items()
    }


def unseal(vault: Vault, answers: Mapping[str, Any]) -> dict[str, Any]:
    """A copy in which they are readable. One that no secret of ours opens any more is its masked self."""
    return {name: _open(vault, value) if is_sealed(value) else value for name, value in answers.items()}


def veil(answers: Mapping[str, Any]) -> dict[str, Any]:
    """A copy in which they are masked: for every reader who has given no reason."""
    return {name: value.get(MASKED, "") if is_sealed(value) else value for name, value in answers.items()}


def is_sealed(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get(SEALED), str)


def _open(vault: Vault, value: Mapping[str, Any]) -> str:
    try:
        return vault.open(value[SEALED], PURPOSE)
    except WargiError:
        return str(value.get(MASKED, ""))


def closed(vault: Vault, session: dict[str, Any] | None) -> dict[str, Any] | None:
    """A session as it is stored: its own answers, and those of the flows around."""
    names = session.get(SEALED) if session else None
    if not session or not isinstance(names, list) or not names:
        return session
    return _each(session, lambda answers: seal(vault, answers, names))


def opened(vault: Vault, session: dict[str, Any] | None) -> dict[str, Any] | None:
    """A session as the engine reads it."""
    if not session or not session.get(SEALED):
        return session
    return _each(session, lambda answers: unseal(vault, answers))


def _each(session: dict[str, Any], change: Any) -> dict[str, Any]:
    found = dict(session)
    if isinstance(found.get("answers"), dict):
        found["answers"] = change(found["answers"])
    if isinstance(found.get("frames"), list):
        found["frames"] = [
            {**frame, "answers": change(frame["answers"])} if isinstance(frame, dict) and isinstance(frame.get("answers"), dict) else frame
            for frame in found["frames"]
        ]  # fmt: skip
    return found
