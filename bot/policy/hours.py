"""The hours of an agency, as its line in flows/data/agencies.yaml has them: `sen-kam 07.30-16.00`. Pure."""

import itertools
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.errors import Misread, Sentence
from bot.policy.calendar import DAY, ZONES, Calendar, Span, opens

Week = tuple[tuple[Span, ...], ...]
DAYS = ("sen", "sel", "rab", "kam", "jum", "sab", "min")
EVERY = "setiap hari"
_DAY = "|".join(DAYS)
_LINE = re.compile(rf"(?:{EVERY}|({_DAY})(?:-({_DAY}))?) (\d\d)\.(\d\d)-(\d\d)\.(\d\d)")
_LAST = DAY - timedelta(minutes=1)
"""Who writes 23.59 means midnight."""


def week(lines: Sequence[str]) -> Week:
    """Monday first; () for no lines. Raises `Misread`."""
    if not lines:
        return ()
    days: list[list[Span]] = [[] for _ in DAYS]
    for line in lines:
        first, last, span = _read(line)
        for n in range((last - first) % 7 + 1):  # `sab-sen` passes the end of the week
            days[(first + n) % 7].append(span)
    for spans in days:
        spans.sort()
        if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(spans)):
            what = Sentence("rentang {lines} tumpang tindih", lines=", ".join(lines))
            raise Misread(what, Sentence("tulis tiap jam dalam sehari satu kali"))
    return tuple(tuple(spans) for spans in days)


def _read(line: str) -> tuple[int, int, Span]:
    found = _LINE.fullmatch(line)
    if found is None:
        what = Sentence("`{line}` bukan jam buka", line=line)
        raise Misread(what, Sentence("tulis seperti `sen-jum 07.30-16.00`"))
    hours = [int(word) for word in found.groups()[2:]]
    since = timedelta(hours=hours[0], minutes=hours[1])
    until = timedelta(hours=hours[2], minutes=hours[3])
    until = DAY if until == _LAST else until
    if not since < until <= DAY or max(hours[1], hours[3]) > 59:
        what = Sentence("`{text}` bukan rentang jam dalam satu hari", text=line)
        remedy = Sentence("yang melewati tengah malam menjadi dua, `sen 22.00-24.00` dan `sel 00.00-06.00`")
        raise Misread(what, remedy)
    if found[1] is None:
        return 0, 6, (since, until)
    return DAYS.index(found[1]), DAYS.index(found[2] or found[1]), (since, until)


def grouped(hours: Week) -> list[tuple[int, int, tuple[Span, ...]]]:
    """The way back: first day, last day and their spans, for neighbours that open alike; days that are closed are left out."""
    alike = [
        (spans, [day for day, _ in days])
        for spans, days in itertools.groupby(enumerate(hours), key=lambda each: each[1])
    ]
    return [(days[0], days[-1], spans) for spans, days in alike if spans]


def is_open(hours: Week, at: datetime, zone: timedelta = ZONES["WIB"]) -> bool:
    """An agency that has not said its hours counts as open. Holidays close it for its clock, not for who is called."""
    return not hours or opens(Calendar("", zone, hours), at) == at


def never_closes(hours: Week) -> bool:
    """Open on every day of the week, so on holidays, too."""
    return bool(hours) and all(hours)
