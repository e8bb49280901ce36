"""Reads flows/data/calendars.yaml; a broken file is refused with its line and the remedy."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.engine.forms import Form, Workshop, near
from bot.engine.read import Source, Tree
from bot.errors import FlowError
from bot.policy.calendar import DAY, KINDS, ZERO, ZONES, Calendar, Calendars, Holiday, Span, average

DAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
LOCAL = "setempat"
_SPAN = re.compile(r"([01]?\d|2[0-4])[.:]([0-5]\d) ?[-–] ?([01]?\d|2[0-4])[.:]([0-5]\d)")
_CODE = re.compile(r"\d{2}(\.\d{2})?")
ALWAYS: tuple[tuple[Span, ...], ...] = (((ZERO, DAY),),) * 7
STANDARD = Calendars(
    {"terus": Calendar("terus", ZONES["WIB"], ALWAYS)}, {"terus": ()}, frozenset(), (), {}
)  # fmt: skip
"""Without the file: everything is open at all times."""


def read(shop: Workshop, source: Source) -> Calendars:
    whole = Form(shop, source.name, "calendars", "calendars", source.tree)
    base, observes, local = dict[str, Calendar](), dict[str, tuple[str, ...]](), set[str]()
    for name, tree in whole.sub("calendars").items():
        form = Form(shop, source.name, "calendars", f"calendars.{name}", tree)
        zone = form.string("zone", "wib").upper()
        if zone == LOCAL.upper():
            local.add(name)
        elif zone not in ZONES:
            form.fail(f"`zone: {zone.lower()}` is not known", near(zone.lower(), ["wib", "wita", "wit", LOCAL]), "zone")
        observes[name] = _kinds(form)
        week = ALWAYS if form.flag("always") else _week(shop, source.name, form)
        hours = form.number("day_hours", average(week) / timedelta(hours=1), 0.25, 24)
        base[name] = Calendar(name, ZONES.get(zone, ZONES["WIB"]), week, {}, timedelta(hours=hours))
        form.finish()
    zones = _zones(whole)
    holidays = tuple(_holidays(shop, source, whole))
    whole.finish()
    return Calendars(base, observes, frozenset(local), holidays, zones)


def rows(source: Source, whole: Form, key: str) -> list[Tree]:
    """The lines of a list; none where the key is not written."""
    if not whole.has(key):
        return []
    value = whole.fields[key].value
    if not isinstance(value, list):
        raise FlowError(f"{source.name}:{whole.fields[key].line}: {key}: is no list; write lines that begin with `-`.")
    return value


def _kinds(form: Form) -> tuple[str, ...]:
    kinds = form.words("holidays")
    for kind in kinds:
        if kind not in KINDS:
            form.fail(f"`{kind}` is no kind of holiday", near(kind, KINDS), "holidays")
    return kinds


def _week(shop: Workshop, file: str, form: Form) -> tuple[tuple[Span, ...], ...]:
    days = form.sub("week")
    for word, tree in days.items():
        if word not in DAYS:
            raise FlowError(f"{file}:{tree.line}: {form.name}: `{word}` is no day; {near(word, DAYS)}.")
    line = Form(shop, file, "calendars", f"{form.name}.week", form.fields["week"])
    week = tuple(_spans(line, day) for day in DAYS)
    if not any(week):
        form.fail("is never open", "write at least one span, for example `senin: [08.00-16.00]`", "week")
    return week


def _spans(form: Form, day: str) -> tuple[Span, ...]:
    found: list[Span] = []
    for text in form.words(day):
        match = _SPAN.fullmatch(text.strip())
        hours = [int(number) for number in match.groups()] if match else [0, 0, 0, 0]
        since = timedelta(hours=hours[0], minutes=hours[1])
        until = timedelta(hours=hours[2], minutes=hours[3])
        if match is None or not since < until <= DAY:
            form.fail(
                f"`{text}` is no span of a day", "write 07.30-12.00; what passes midnight is two spans, 22.00-24.00 "
                "and 00.00-06.00 of the next day", day,
            )  # fmt: skip
        if found and since < found[-1][1]:
            form.fail(f"`{text}` begins before the span in front of it ends", "put them in order, without overlap", day)
        found.append((since, until))
    return tuple(found)


def _zones(whole: Form) -> dict[str, timedelta]:
    found = dict[str, timedelta]()
    if not whole.has("zones"):
        return found
    form = Form(whole.shop, whole.file, "calendars", "zones", whole.fields["zones"])
    for zone in ("wib", "wita", "wit"):
        for code in form.words(zone):
            if not _CODE.fullmatch(code) or len(code) != 2:
                form.fail(f"`{code}` is no code of a province", 'write two digits in quotes, `"51"`', zone)
            if code in found:
                form.fail(f"`{code}` stands in two zones", "keep one", zone)
            found[code] = ZONES[zone.upper()]
    form.finish()
    return found


def _holidays(shop: Workshop, source: Source, whole: Form) -> Iterator[Holiday]:
    seen = set[tuple[date, str, tuple[str, ...]]]()
    for tree in rows(source, whole, "holidays"):
        form = Form(shop, source.name, "calendars", "holidays", tree)
        text = form.string("date")
        try:
            day = date.fromisoformat(text)
        except ValueError:
            form.fail(f"`date: {text}` is no day", "write year-month-day, `date: 2026-08-17`", "date")
        kind, regions = form.string("kind", KINDS[0]), form.words("regions")
        if kind not in KINDS:
            form.fail(f"`kind: {kind}` is not known", near(kind, KINDS), "kind")
        if (kind == "daerah") != bool(regions):
            form.fail("only a local day has regions, and it needs them", 'write `kind: daerah, regions: ["32.09"]`')
        for code in regions:
            if not _CODE.fullmatch(code):
                form.fail(f"`{code}` is no code of a region", 'write `"32"` or `"32.09"`', "regions")
        if (key := (day, kind, regions)) in seen:
            form.fail(f"{text} stands here twice", "keep one line", "date")
        seen.add(key)
        yield Holiday(day, form.string("name"), kind, regions)
        form.finish()
