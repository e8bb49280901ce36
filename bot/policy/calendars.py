"""Reads flows/data/calendars.yaml; a broken file is refused with its line and the remedy."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.engine.forms import Form, Workshop, near
from bot.engine.read import Source, Tree
from bot.errors import FlowError, Problem, Sentence
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
            form.unknown("zone", zone.lower(), ["wib", "wita", "wit", LOCAL])
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
        what, remedy = Sentence("bukan daftar"), Sentence("tulis baris-baris yang diawali `-`")
        raise FlowError(Problem(source.name, whole.fields[key].line, key, what, remedy))
    return value


def _kinds(form: Form) -> tuple[str, ...]:
    kinds = form.words("holidays")
    for kind in kinds:
        if kind not in KINDS:
            what = Sentence("`{kind}` bukan jenis hari libur", kind=kind)
            form.fail(what, near(kind, KINDS), "holidays")
    return kinds


def _week(shop: Workshop, file: str, form: Form) -> tuple[tuple[Span, ...], ...]:
    days = form.sub("week")
    for word, tree in days.items():
        if word not in DAYS:
            what = Sentence("`{word}` bukan nama hari", word=word)
            raise FlowError(Problem(file, tree.line, form.name, what, near(word, DAYS)))
    line = Form(shop, file, "calendars", f"{form.name}.week", form.fields["week"])
    week = tuple(_spans(line, day) for day in DAYS)
    if not any(week):
        remedy = Sentence("tulis paling sedikit satu rentang, misalnya `senin: [08.00-16.00]`")
        form.fail(Sentence("tidak pernah buka"), remedy, "week")
    return week


def _spans(form: Form, day: str) -> tuple[Span, ...]:
    found: list[Span] = []
    for text in form.words(day):
        match = _SPAN.fullmatch(text.strip())
        hours = [int(number) for number in match.groups()] if match else [0, 0, 0, 0]
        since = timedelta(hours=hours[0], minutes=hours[1])
        until = timedelta(hours=hours[2], minutes=hours[3])
        if match is None or not since < until <= DAY:
            what = Sentence("`{text}` bukan rentang jam dalam satu hari", text=text)
            remedy = Sentence(
                "tulis 07.30-12.00; yang melewati tengah malam menjadi dua, 22.00-24.00 dan 00.00-06.00 hari berikutnya"
            )
            form.fail(what, remedy, day)
        if found and since < found[-1][1]:
            what = Sentence("`{text}` mulai sebelum rentang di depannya selesai", text=text)
            form.fail(what, Sentence("urutkan, jangan tumpang tindih"), day)
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
                what = Sentence("`{code}` bukan kode provinsi", code=code)
                form.fail(what, Sentence('tulis dua angka dalam tanda kutip, `"51"`'), zone)
            if code in found:
                what = Sentence("`{code}` ada di dua zona", code=code)
                form.fail(what, Sentence("sisakan satu"), zone)
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
            what = Sentence("`{key}: {raw}` bukan tanggal", key="date", raw=text)
            form.fail(what, Sentence("tulis tahun-bulan-tanggal, `date: 2026-08-17`"), "date")
        kind, regions = form.string("kind", KINDS[0]), form.words("regions")
        if kind not in KINDS:
            form.unknown("kind", kind, KINDS)
        if (kind == "daerah") != bool(regions):
            what = Sentence("hanya hari libur daerah punya `regions`, dan memerlukannya")
            form.fail(what, Sentence('tulis `kind: daerah, regions: ["32.09"]`'))
        for code in regions:
            if not _CODE.fullmatch(code):
                what = Sentence("`{code}` bukan kode wilayah", code=code)
                form.fail(what, Sentence('tulis `"32"` atau `"32.09"`'), "regions")
        if (key := (day, kind, regions)) in seen:
            what = Sentence("{text} ada dua kali", text=text)
            form.fail(what, Sentence("sisakan satu baris"), "date")
        seen.add(key)
        yield Holiday(day, form.string("name"), kind, regions)
        form.finish()
