"""The JSON Schema for editors: made from the forms, shipped as made, true of what ships, and a typing error is underlined."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.engine.flow import KINDS, Flows
from bot.engine.schema import written

FLOWS = Path(__file__).resolve().parents[2] / "flows"
TYPES = {"string": str, "object": dict, "array": list, "number": (int, float), "boolean": bool}


def faults(value: Any, rule: dict[str, Any], root: dict[str, Any], where: str = "") -> list[str]:
    """The part of JSON Schema that ours uses."""
    if "$ref" in rule:
        return faults(value, root["$defs"][rule["$ref"].rpartition("/")[2]], root, where)
    found = []
    types = [rule["type"]] if isinstance(rule.get("type"), str) else rule.get("type", [])
    if types and not any(isinstance(value, TYPES[name]) for name in types):
        return [f"{where}: {value!r} is no {types}"]
    if ("enum" in rule and value not in rule["enum"]) or ("const" in rule and value != rule["const"]):
        found.append(f"{where}: {value!r}")
    if "pattern" in rule and not re.search(rule["pattern"], str(value)):
        found.append(f"{where}: {value!r} is not {rule['pattern']}")
    if "oneOf" in rule and sum(not faults(value, each, root) for each in rule["oneOf"]) != 1:
        found.append(f"{where}: none of {len(rule['oneOf'])}")
    for each in rule.get("allOf", ()):
        if not faults(value, each["if"], root):
            found += faults(value, each["then"], root, where)
    if not isinstance(value, dict):
        return found
    found += [f"{where}.{key} is missing" for key in rule.get("required", ()) if key not in value]
    for key, inner in value.items():
        own, more = rule.get("properties", {}).get(key), rule.get("additionalProperties", True)
        if own is None and more is False:
            found.append(f"{where}.{key} is not known")
        elif own is not None or isinstance(more, dict):
            found += faults(inner, own if own is not None else more, root, f"{where}.{key}")
    return found


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    return json.loads((FLOWS / "flow.schema.json").read_text("utf-8"))


def test_what_ships_is_what_the_forms_say(flows: Flows) -> None:
    assert (FLOWS / "flow.schema.json").read_text("utf-8") == written(flows), (
        "wargi flow schema > flows/flow.schema.json"
    )


def test_every_shipped_flow_is_true_to_it(shipped: dict[str, Any], flows: Flows) -> None:
    assert set(KINDS) | {"step"} == set(shipped["$defs"])
    for name in flows.names:
        tree = YAML(typ="safe", pure=True).load((FLOWS / f"{name}.yaml").read_text("utf-8"))
        assert faults(tree, shipped, shipped, name) == []


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ({"kind": "say", "text": "x", "nxt": "b"}, ".nxt is not known"),
        ({"kind": "say", "text": "x"}, ".next is missing"),
        ({"kind": "sai", "text": "x"}, "'sai'"),
        ({"kind": "ask-media", "text": "x", "next": "b", "choices": {"lain": "Lain"}}, ".skip is missing"),
        ({"kind": "ask-choice", "text": "x", "choices": {"Besar": {"labl": "x"}}}, "none of 2"),
        ({"kind": "wait", "for": "besok", "next": "b"}, "is not "),
    ],
)
def test_an_error_is_found(shipped: dict[str, Any], step: dict[str, Any], what: str) -> None:
    found = faults({"steps": {"a": step}}, shipped, shipped)
    assert any(what in each for each in found), found
