"""`wargi flow schema`: a JSON Schema for editors, so that a wrong field is underlined while it is typed.

It is not written by hand: each kind of step is built once with a form that answers whatever is asked and takes note of it.
What a schema cannot say (targets that exist, lengths, translations) `wargi flow check` says.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from typing_extensions import override

from bot.engine.flow import KINDS, Flows
from bot.engine.forms import KEY, Form, Option, Text, Workshop
from bot.engine.read import Tree
from bot.i18n import Catalogues

URL = "https://json-schema.org/draft/2020-12/schema"
TEXT: Mapping[str, Any] = {"type": "string", "minLength": 1}
NUMBER: Mapping[str, Any] = {"type": ["number", "string"]}
FLAG: Mapping[str, Any] = {"enum": ["yes", "no", True, False]}
WORDS: Mapping[str, Any] = {"type": "array", "items": {"type": ["string", "number", "boolean"]}}
TARGET: Mapping[str, Any] = {
    "type": "string",
    "description": "a step of this flow, another flow, `flow/step`, or `return`",
}
LINES: Mapping[str, Any] = {"type": "object", "propertyNames": {"pattern": f"^{KEY.pattern}$"}}
CHOICE: Mapping[str, Any] = {
    "oneOf": [
        TEXT,
        {
            "type": "object", "required": ["label"], "additionalProperties": False,
            "properties": {"label": TEXT, "short": TEXT, "words": WORDS, "next": TARGET, "hidden": FLAG},
        },
    ]
}  # fmt: skip
ABSENT = {
    "wait": {"until"},
    "ask-date": {"future"},
    "look-up": {"mine"},
    "ask-choice": {"voice"},
    "ask-yes-no": {"voice"},
}
"""Fields that exclude another one: taken note of, but not there."""
NAMES = {
    "ask-media": ("skip",),
    "summary": ("send", "fix", "cancel"),
    "ask-known": ("lain",),
    "ask-subtopic": ("lain",),
    "ask-place": ("lain", "tetap", "selesai"),
}
"""Kinds whose choices have names that the code knows; all others take any."""
SAMPLE: Mapping[str, Any] = {
    "text": "{numbers}", "found": "{reports}", "path": "/", "timeout": "5", "for": "1h", "until": "08:00", "event": "changed", "read": ["topic"],
    "show": {"probe": "-"}, "rules": {"a": {"when": {"answer": "a", "is": "b"}, "text": "-", "next": "probe"}},
    "cases": {"a": {"when": {"answer": "a", "is": "b"}, "next": "probe"}}, "min": "1", "max": "2", "gather": "1",
}  # fmt: skip
"""What stands where a build looks closely."""


class Probe(Form):
    """A form on which everything stands that is asked for, and which takes note of it."""

    def __init__(self, flows: Flows, kind: str) -> None:
        shop = Workshop(Catalogues(), flows.lexicon, {"probe": ("probe",)}, groups=flows.groups)
        shop.menu, shop.texts = {"id": "-"}, {name: {"id": "-"} for name in flows.texts}
        shop.hosts, shop.programmes = {"-": "https://example"}, {"-": None}  # type: ignore[dict-item]
        super().__init__(shop, "flows/probe.yaml", "probe", "probe", _tree({"kind": kind}))
        self.kind = kind
        self.seen: dict[str, Mapping[str, Any]] = {"kind": {"const": kind}}
        self.needed = {"kind"}
        self.optional = set[str]()

    def note(self, key: str, what: Mapping[str, Any], needed: bool) -> None:
        self.seen[key] = what
        if needed and key not in self.optional:
            self.needed.add(key)

    @override
    def has(self, key: str) -> bool:
        self.seen.setdefault(key, {})
        if key not in self.needed:
            self.optional.add(key)
        return key not in ABSENT.get(self.kind, ())

    @override
    def string(self, key: str, default: str | None = None) -> str:
        self.note(key, TEXT, default is None)
        return str(SAMPLE.get(key, "-")) if self.has(key) else default or ""

    @override
    def number(self, key: str, default: float, low: float, high: float) -> float:
        self.note(key, {**NUMBER, "minimum": low, "maximum": high}, needed=False)
        return float(SAMPLE.get(key, low))

    @override
    def duration(self, key: str, default: str | None = None) -> timedelta:
        self.note(key, {**TEXT, "pattern": r"^\d{1,4} ?(m|menit|h|jam|d|hari)$"}, default is None)
        return timedelta(hours=1)

    @override
    def clock(self, key: str) -> str:
        self.note(key, {**TEXT, "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}, needed=True)
        return "08:00"

    @override
    def flag(self, key: str) -> bool:
        self.note(key, FLAG, needed=False)
        return key not in ABSENT.get(self.kind, ())

    @override
    def words(self, key: str) -> tuple[str, ...]:
        self.note(key, WORDS, needed=False)
        return tuple(SAMPLE.get(key, ["-"]))

    @override
    def text(self, key: str, default: str | None = None) -> Text:
        return {"id": self.string(key, default)}

    @override
    def same(self, key: str) -> Text:
        return self.text(key)

    @override
    def target(self, key: str = "next", default: str | None = None) -> str:
        self.note(key, TARGET, default is None)
        return "probe/probe"

    @override
    def sub(self, key: str) -> dict[str, Tree]:
        self.note(key, LINES, needed=True)
        value = _tree(SAMPLE.get(key, {"probe": "-"})).value
        return value if isinstance(value, dict) else {}

    @override
    def options(self, key: str = "choices", translate: bool = True) -> tuple[Option, ...]:
        names = NAMES.get(self.kind)
        rows = (
            {"properties": dict.fromkeys(names, CHOICE), "required": list(names), "additionalProperties": False}
            if names
            else {}
        )
        self.note(key, {**LINES, "additionalProperties": CHOICE, **rows}, needed=True)
        label = {"id": "-"}
        return tuple(Option(name, label, label, (), "probe/probe") for name in names or ("id",))


def _tree(value: object) -> Tree:
    if isinstance(value, Mapping):
        return Tree(1, {str(key): _tree(each) for key, each in value.items()})
    return Tree(1, [_tree(each) for each in value] if isinstance(value, list) else str(value))


def shape(flows: Flows, kind: str) -> dict[str, Any]:
    """The fields of one kind of step."""
    probe = Probe(flows, kind)
    KINDS[kind].build(probe)  # type: ignore[attr-defined]
    return {
        "type": "object", "properties": dict(sorted(probe.seen.items())), "required": sorted(probe.needed),
        "additionalProperties": False, "description": " ".join((KINDS[kind].__doc__ or "").split()),
    }  # fmt: skip


def schema(flows: Flows) -> dict[str, Any]:
    kinds = {kind: shape(flows, kind) for kind in sorted(KINDS)}
    return {
        "$schema": URL, "title": "A flow of Wargi", "type": "object", "required": ["steps"], "additionalProperties": False,
        "properties": {
            "title": TEXT,
            "sleep": {"type": "object", "properties": {"remind": TEXT, "expire": TEXT}, "additionalProperties": False},
            "steps": {**LINES, "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/step"}},
        },
        "$defs": {
            "step": {
                "type": "object", "required": ["kind"], "properties": {"kind": {"enum": list(kinds)}},
                "allOf": [
                    {"if": {"properties": {"kind": {"const": kind}}}, "then": {"$ref": f"#/$defs/{kind}"}} for kind in kinds
                ],
            },
            **kinds,
        },
    }  # fmt: skip


def written(flows: Flows) -> str:
    return json.dumps(schema(flows), indent=1, ensure_ascii=False) + "\n"
