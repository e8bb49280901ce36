"""Whom a note names: `@rina`, `@Rina Marlina`. Pure.

An at-sign inside a word (an e-mail address) names nobody. A first name that two colleagues share names neither of them: a note that
reached the wrong one would look as if it had reached the right one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from bot.record import record

_AT = re.compile(r"(?<![\w.+-])@(?=\w)")
_TOKEN = re.compile(r"[\w.-]*\w")


@record
class Named:
    """Who is meant, by id, in the order of the note; and what looked like a name and is none, or is that of several."""

    people: dict[int, str]
    unknown: list[str]


def named(words: str, people: Iterable[tuple[int, str, str]]) -> Named:
    """`people`: id, login and name of everybody who can be named."""
    handles: dict[str, set[int]] = defaultdict(set)
    names: dict[int, str] = {}
    for who, login, name in people:
        names[who] = name
        parts = name.casefold().split()
        for handle in (login.casefold(), *(" ".join(parts[: end + 1]) for end in range(len(parts)))):
            handles[handle].add(who)
    found = Named({}, [])
    for at in _AT.finditer(words):
        rest = words[at.end() : at.end() + 120].casefold()
        fitting = [each for each in handles if rest.startswith(each) and not _goes_on(rest, len(each))]
        meant = handles[max(fitting, key=len)] if fitting else set()
        if len(meant) == 1:
            who = next(iter(meant))
            found.people[who] = names[who]
        elif (token := _TOKEN.match(words, at.end())) and token.group() not in found.unknown:
            found.unknown.append(token.group())
    return found


def _goes_on(text: str, end: int) -> bool:
    """The word does not end here: `@rina` is not the beginning of `@rinaldi`, nor of `@rina.s`."""
    return bool(re.match(r"[.-]?\w", text[end:]))
