"""Conditions over answers and facts: each comparison, what nobody can compare yet, and how a wrong one is refused."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.engine.effects import Facts
from bot.engine.forms import Form, Workshop
from bot.engine.read import parse
from bot.engine.rules import read
from bot.i18n import Catalogues
from tests.told import english, refuses

FACTS = Facts("su", name="Euis", now=datetime(2026, 11, 20, 18, tzinfo=UTC), channel="sms")
"""Saturday, one in the morning in West Java."""
ANSWERS: dict[str, object] = {
    "umur": "17", "berat": "2.5", "dokter": "tidak", "mulai": "2026-11-11", "alamat": "Jalan A", "ktp": "jalan a", "suara": "[pesan suara]",
    "kosong": "", "files": [{"kind": "image"}],
}  # fmt: skip

HOLDS = [
    ("{answer: umur, below: 17}", False), ("{answer: umur, below: 18}", True), ("{answer: umur, at_least: 17}", True),
    ("{answer: umur, above: 17}", False), ("{answer: umur, at_most: 17}", True), ("{answer: berat, above: 2.4}", True),
    ("{answer: dokter, is: Tidak}", True), ("{answer: dokter, is_not: ya}", True), ("{answer: dokter, in: [ya, tidak]}", True),
    ("{answer: dokter, not_in: [ya]}", True), ("{answer: dokter, is: tida}", False),
    ("{answer: alamat, same_as: ktp}", True), ("{answer: alamat, same_as: tak_ada}", False),
    ("{answer: mulai, days_ago_above: 9}", True), ("{answer: mulai, days_ago_above: 10}", False), ("{answer: mulai, days_ago_below: 11}", True),
    ("{answer: kosong, known: no}", True), ("{answer: umur, known: yes}", True), ("{answer: suara, known: yes}", True),
    # what nobody can compare yet turns nobody away
    ("{answer: suara, below: 17}", False), ("{answer: suara, is_not: ya}", False), ("{answer: tak_ada, is_not: ya}", False),
    ("{answer: dokter, above: 3}", False), ("{answer: dokter, days_ago_above: 1}", False),
    ("{fact: language, is: su}", True), ("{fact: channel, in: [sms, web]}", True), ("{fact: hour, is: 1}", True),
    ("{fact: weekday, at_least: 6}", True), ("{fact: today, is: 2026-11-21}", True), ("{fact: name, known: yes}", True),
    ("{any: [{answer: umur, is: 3}, {answer: dokter, is: tidak}]}", True),
    ("{all: [{answer: umur, is: 17}, {not: {answer: dokter, is: ya}}]}", True),
    ("{all: [{any: [{answer: umur, is: 3}]}, {answer: dokter, is: tidak}]}", False),
]  # fmt: skip


def form(condition: str) -> Form:
    return Form(
        Workshop(Catalogues()), "flows/uji.yaml", "uji", "a", parse(f"when: {condition}".encode(), "flows/uji.yaml")
    )


@pytest.mark.parametrize(("condition", "holds"), HOLDS)
def test_a_condition(condition: str, holds: bool) -> None:
    rule = read(form(condition), "when")
    assert rule.holds(ANSWERS, FACTS) is holds
    assert rule.holds({}, Facts()) in (True, False)


WRONG = [
    ("umur", "is not a mapping", "write"), ("{answer: umur}", "a condition compares once", "write one of is"),
    ("{answer: umur, is: 3, above: 2}", "a condition compares once", "write one of"),
    ("{answer: umur, below: tua}", "`below` needs a number", "write `below: 17`"),
    ("{answer: umur, bellow: 17}", "a condition compares once", "below"), ("{fact: jam, is: 3}", "`fact: jam` is not known", "hour"),
    ("{answer: umur, known: ya}", "`known` must be yes or no", "known: yes"), ("{any: []}", "must be a list", "-"),
    ("{answer: umur, is: 3, or: 4}", "`or` is not known here", "known are"), ("{is: 3}", "`answer` is missing", "write"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "what", "remedy"), WRONG)
def test_a_wrong_condition_is_refused(condition: str, what: str, remedy: str) -> None:
    with refuses() as caught:
        read(form(condition), "when")
    assert what in english(caught.value) and remedy in english(caught.value)
    assert english(caught.value).startswith("flows/uji.yaml:1: a")


def test_nothing_in_a_condition_is_evaluated() -> None:
    source = (Path(__file__).resolve().parents[2] / "bot" / "engine" / "rules.py").read_text("utf-8")
    assert "eval(" not in source and "jinja" not in source.lower()
    rule = read(form("{answer: umur, is: '__import__(\"os\")'}"), "when")
    assert not rule.holds({"umur": "1"}, FACTS)
