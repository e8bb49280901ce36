"""Reads flows/data/shifts.yaml, assignment.yaml and load.yaml; a broken file is refused with its line and the remedy."""

import re
from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import time, timedelta

from bot.engine.forms import Form, Workshop, near
from bot.engine.read import Source, Tree
from bot.errors import Sentence
from bot.models import Urgency
from bot.policy.assignment import MODES, Rule
from bot.policy.load import Load
from bot.policy.rota import Kind, Rules
from bot.record import record

DAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
CLOCK = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)")
ZONES = {"WIB": 7 * 60, "WITA": 8 * 60, "WIT": 9 * 60}
DAY = 24 * 60


@record
class Staff:
    """How people are put to work."""

    rota: Rules = field(default_factory=Rules)
    assignment: Rule = field(default_factory=Rule)
    load: Load = field(default_factory=Load)


def read_rota(shop: Workshop, source: Source) -> Rules:
    whole = Form(shop, source.name, "shifts", "shifts", source.tree)
    zone = whole.string("zone", "WIB")
    if zone not in ZONES:
        whole.unknown("zone", zone, ZONES)
    kinds = tuple(_kind(shop, source.name, name, tree) for name, tree in whole.sub("kinds").items())
    found = Rules(
        kinds, ZONES[zone], timedelta(hours=whole.number("rest_hours", 11, 0, 24)),
        timedelta(hours=whole.number("week_hours", 40, 1, 168)), timedelta(hours=whole.number("gap_hours", 72, 1, 24 * 14)),
        timedelta(minutes=whole.number("handover_minutes", 30, 1, DAY)),
    )  # fmt: skip
    whole.finish()
    return found


def _kind(shop: Workshop, file: str, name: str, tree: Tree) -> Kind:
    form = Form(shop, file, "shifts", f"kinds.{name}", tree)
    start, end = _clock(form, "from"), _clock(form, "to")
    minutes = (end.hour * 60 + end.minute - start.hour * 60 - start.minute) % DAY or DAY
    days = form.words("days") or DAYS
    if strange := [day for day in days if day not in DAYS]:
        form.fail(Sentence("`{word}` bukan nama hari", word=strange[0]), near(strange[0], DAYS), "days")
    found = Kind(
        name, form.string("label"), start, timedelta(minutes=minutes), int(form.number("needs", 1, 0, 500)),
        frozenset(DAYS.index(day) for day in days), form.flag("leads"),
    )  # fmt: skip
    form.finish()
    return found


def _clock(form: Form, key: str) -> time:
    words = form.string(key)
    found = CLOCK.fullmatch(words)
    if found is None:
        what = Sentence("`{key}: {raw}` bukan jam", key=key, raw=words)
        form.fail(what, Sentence('tulis `{key}: "07.00"`', key=key), key)
    return time(int(found[1]), int(found[2]))


def read_assignment(shop: Workshop, source: Source) -> Rule:
    whole, usual = Form(shop, source.name, "assignment", "assignment", source.tree), Rule()
    mode = whole.string("mode", usual.mode)
    if mode not in MODES:
        whole.unknown("mode", mode, MODES)
    weights = _numbers(shop, source.name, whole, "weights", [*Urgency], 100)
    silent = _numbers(shop, source.name, whole, "silent_minutes", [*Urgency], DAY)
    found = Rule(
        mode, int(whole.number("capacity", usual.capacity, 1, 1000)), {**usual.weights, **_whole(weights)},
        _whole(_numbers(shop, source.name, whole, "channels", None, 1000)),
        {**usual.silent, **{name: timedelta(minutes=value) for name, value in silent.items()}},
        timedelta(seconds=whole.number("present_seconds", usual.present.total_seconds(), 30, 3600)),
        timedelta(minutes=whole.number("absent_minutes", usual.absent.total_seconds() / 60, 1, DAY)),
        timedelta(days=whole.number("return_days", usual.back.days, 0, 3650)),
        whole.number("spread_percent", usual.spread * 100, 0, 100) / 100,
    )  # fmt: skip
    whole.finish()
    return found


def read_load(shop: Workshop, source: Source) -> Load:
    whole, usual = Form(shop, source.name, "load", "load", source.tree), Load()
    urgency = _numbers(shop, source.name, whole, "urgency", [*Urgency], 100)
    topics = [topic.slug for group in shop.groups for topic in group.topics]
    found = Load(
        {**usual.urgency, **_whole(urgency)}, _whole(_numbers(shop, source.name, whole, "topics", topics or None, 100)),
        int(whole.number("heavy", usual.heavy, 1, 1000)), int(whole.number("in_a_row", usual.row, 1, 100)),
        int(whole.number("in_a_shift", usual.shift, 1, 1000)),
        timedelta(minutes=whole.number("cool_down_minutes", usual.cool_down.total_seconds() / 60, 0, DAY)),
        int(whole.number("debrief_from", usual.debrief, 1, 1000)),
    )  # fmt: skip
    whole.finish()
    return found


def _numbers(
    shop: Workshop, file: str, whole: Form, key: str, names: Sequence[str] | None, most: float
) -> dict[str, float]:
    """A mapping of numbers under a key; `names`: only these words may stand there."""
    if not whole.has(key) or whole.fields[key].value == {}:
        return {}
    words = whole.sub(key)
    form = Form(shop, file, whole.flow, key, Tree(whole.fields[key].line, words))
    if names is not None:
        for word in words:
            if word not in names:
                form.fail(Sentence("`{key}` tidak dikenal di sini", key=word), near(word, names), word)
    return {word: form.number(word, 1, 0, most) for word in words}


def _whole(numbers: dict[str, float]) -> dict[str, int]:
    return {name: int(value) for name, value in numbers.items()}


READERS: dict[str, Callable[[Workshop, Source], Rules | Rule | Load]] = {
    "shifts": read_rota, "assignment": read_assignment, "load": read_load,
}  # fmt: skip
