"""A value is written into a file and everything else of it stays; the file then says exactly that and nothing else."""

from pathlib import Path

import pytest

from bot import values
from bot.engine import read
from bot.engine.read import Tree
from tests.told import refuses

TEXT = """# pagi
mode: push  # cara
weights: {critical: 3, high: 2}
empty: {}
ways: []
week:
  # jam
  senin: [07.30-12.00, 12.30-16.00]  # siang
  jumat: ["08.00-11.00"]
norms:
  - {kind: a, minutes: 5}
  - {kind: a, urgency: critical, minutes: 1}  # satu
  # akhir
last: "x"
"""


@pytest.mark.parametrize(
    ("path", "words", "says", "lines"),
    [
        ("mode", "pull", "pull", "mode: pull  # cara"),
        ("weights/high", "4", "4", "weights: {critical: 3, high: 4}"),
        ("weights/normal", "1", "1", "weights: {normal: 1, critical: 3, high: 2}"),
        ("empty/x", "1", "1", "empty: {x: 1}"),
        ("ways", "[email, telegram]", "email, telegram", "ways: [email, telegram]"),
        ("week/senin", "[08.00-16.00]", "08.00-16.00", "  senin: [08.00-16.00]  # siang"),
        ("week/rabu", "[08.00-16.00]", "08.00-16.00", "  rabu: [08.00-16.00]\n  senin: ["),
        ("norms/kind=a/minutes", "7", "7", "  - {kind: a, minutes: 7}"),
        ("norms/kind=a&urgency=critical/minutes", "2", "2", "urgency: critical, minutes: 2}  # satu"),
        ("norms/kind=a/warn", "0.5", "0.5", "  - {warn: 0.5, kind: a, minutes: 5}"),
        ("last", '"y: z"', "y: z", 'last: "y: z"\n'),
        ("fresh", "9", "9", 'last: "x"\nfresh: 9\n'),
    ],
)
def test_a_value_is_put(path: str, words: str, says: str, lines: str) -> None:
    where = path.split("/")
    new = values.put(TEXT, where, words)
    assert lines in new and values.read(read.parse(new.encode(), "x.yaml"), where) == says
    old, now = (set(text.splitlines()) for text in (TEXT, new))
    assert len(old - now) <= 1, "at most the line itself is another one"


def test_items_come_and_go() -> None:
    more = values.put(TEXT, ["norms", "+"], "{kind: b, minutes: 3}")
    assert "# satu\n  - {kind: b, minutes: 3}\n  # akhir\nlast" in more
    assert values.put(more, ["norms", "kind=b"], "") == TEXT
    assert "[email]" in values.put(TEXT, ["ways", "+"], "email")
    tree = read.parse(more.encode(), "x.yaml")
    assert [values.name(item) for item in _rows(tree, "norms")] == ["kind=a", "kind=a&urgency=critical", "kind=b"]
    assert values.read(tree, ["norms", "kind=c"]) is None and values.read(tree, ["week"]) is None


@pytest.mark.parametrize("path", ["week", "norms", "norms/kind=z/minutes", "mode/x", "norms/kind=z", "week/senin/x"])
def test_a_path_that_leads_nowhere_is_said(path: str) -> None:
    with refuses("change it in the file"):
        values.put(TEXT, path.split("/"), "7")


def test_every_single_value_of_the_shipped_rules_can_be_written() -> None:
    for file in ("assignment", "sla", "calendars", "shifts", "load", "patience", "escalation", "routing", "programmes"):
        raw = (Path(__file__).parents[1] / "flows" / "data" / f"{file}.yaml").read_text("utf-8")
        before = read.parse(raw.encode(), file)
        for path in list(_values(before))[:20]:
            now = read.parse(values.put(raw, path, '"77"').encode(), file)
            assert values.read(now, path) == "77", (file, path)
            assert sum(values.read(now, each) != values.read(before, each) for each in _values(before)) <= 1


def _rows(tree: Tree, key: str) -> list[Tree]:
    found = values.find(tree, [key])
    assert found is not None and isinstance(found.value, list)
    return found.value


def _values(tree: Tree, path: tuple[str, ...] = ()):  # type: ignore[no-untyped-def]
    if isinstance(tree.value, dict):
        for key, child in tree.value.items():
            yield from _values(child, (*path, key))
    elif isinstance(tree.value, list) and any(isinstance(item.value, dict) for item in tree.value):
        for item in tree.value:
            yield from _values(item, (*path, values.name(item)))
    elif isinstance(tree.value, str) and "\n" not in tree.value and path[-1] not in values.TELLS:
        yield path


BLOCK = """holidays:
  - date: 2027-01-01
    name: Tahun Baru
  # dua
  - date: 2027-05-01
    name: Buruh
other: 1
"""


def test_items_of_several_lines_go_and_others_come_behind_them() -> None:
    less = values.put(BLOCK, ["holidays", "date=2027-01-01"], "")
    assert less == BLOCK.replace("  - date: 2027-01-01\n    name: Tahun Baru\n", "")
    more = values.put(BLOCK, ["holidays", "+"], "{date: 2027-12-25, name: Natal}")
    assert more == BLOCK.replace("    name: Buruh\n", "    name: Buruh\n  - {date: 2027-12-25, name: Natal}\n")
