"""The three files about people: what they say, and how a broken one is refused."""

from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from bot import i18n
from bot.engine import flow
from bot.policy.assignment import Rule
from bot.policy.staff import Staff
from bot.triage import room
from tests.told import english, refuses

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def flows() -> flow.Flows:
    return flow.load(ROOT / "flows", i18n.Catalogues.load(ROOT / "locales"))


def read(folder: Path, flows: flow.Flows, name: str, words: str) -> Staff:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / f"{name}.yaml").write_text(words + "\n", "utf-8")
    return room.staffing(folder, flows)


def test_what_is_shipped(flows: flow.Flows, tmp_path: Path) -> None:
    staff = room.staffing(ROOT / "flows", flows)
    night, call = staff.rota.kind("malam"), staff.rota.kind("siaga")
    assert night and night.night and night.start == time(23) and night.length == timedelta(hours=8)
    assert call and call.leads and not call.night and call.length == timedelta(hours=24)
    assert staff.assignment.mode == "push" and staff.assignment.weight("critical") == 3
    assert all(topic in flows.topics for topic in staff.load.topics)
    assert room.staffing(tmp_path, flows) == Staff(), "without files nothing is given out by itself"


def test_what_the_files_say(flows: flow.Flows, tmp_path: Path) -> None:
    found = read(
        tmp_path,
        flows,
        "assignment",
        "mode: pull\nweights: {critical: 5}\nchannels: {sms: 2}\nsilent_minutes: {high: 9}",
    )
    usual = Rule()
    assert found.assignment == replace(
        usual, weights={**usual.weights, "critical": 5}, channels={"sms": 2},
        silent={**usual.silent, "high": timedelta(minutes=9)},
    )  # fmt: skip
    assert read(tmp_path, flows, "load", "topics: {air: 2}\nin_a_row: 3").load.row == 3


@pytest.mark.parametrize(("name", "words", "complaint"), [
    ("shifts", "zone: GMT\nkinds: {a: {label: A, from: '7.00', to: '8.00'}}", "zone: GMT"),
    ("shifts", "rest_hours: 11", "kinds"),
    ("shifts", "kinds: {a: {label: A, from: pagi, to: '8.00'}}", "no time of day"),
    ("shifts", "kinds: {a: {label: A, from: '7.00', to: '8.00', days: [monday]}}", "no day"),
    ("shifts", "kinds: {a: {label: A, from: '7.00', to: '8.00', need: 2}}", "need"),
    ("assignment", "mode: shove", "mode: shove"),
    ("assignment", "weights: {kritis: 3}", "kritis"),
    ("assignment", "capacity: 0", "capacity"),
    ("load", "heavy: berat", "heavy"),
])  # fmt: skip
def test_a_broken_file_is_named(flows: flow.Flows, tmp_path: Path, name: str, words: str, complaint: str) -> None:
    with refuses(rf"{name}\.yaml:\d+") as found:
        read(tmp_path, flows, name, words)
    assert complaint in english(found.value)
