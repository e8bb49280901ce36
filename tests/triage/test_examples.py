"""What triage learns from: whole, varied, without contradiction, without anybody's data, and without what it is measured with."""

import re
from collections import Counter
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process

from bot.engine.match import normalise
from bot.triage import sheet

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "flows" / "data" / "examples"
BLIND = Path(__file__).with_name("blind.tsv")
FILES = sorted(EXAMPLES.glob("*/*.tsv"))
NOTHING = "tanpa-label"
"""Messages about nothing: what no label may take."""
LABELLED = [path for path in FILES if path.stem != NOTHING]
KINDS = {"topics": 60, "intents": 45}
INTENTS = {
    "lapor", "tanya", "status", "petugas", "ubah", "batal", "menu", "bahasa", "salam", "terima_kasih", "hapus_data", "darurat",
}  # fmt: skip
SHARES = {"id": 0.25, "su": 0.25, "mixed": 0.08}
PRIVATE = re.compile(r"\d{13,}|(?:\d[ .-]?){15,}|(?:\+?62|0)8\d[ -]?\d{3,}[ -]?\d{3,}|[\w.]+@\w+\.\w+")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open("rb") as lines:
        return [dict(cells) for _, cells in sheet.read(lines, path.name, ("text",))]


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", LABELLED, ids=name)
def test_a_file_is_whole_and_varied(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("text\tlanguage\twording\tpair\n")
    found = rows(path)
    assert len(found) >= KINDS[path.parent.name]
    assert all(normalise(row["text"]) for row in found)
    assert {row["language"] for row in found} <= {"id", "su", "mixed"}
    assert {row["wording"] for row in found} <= {"direct", "indirect"}
    languages = Counter(row["language"] for row in found)
    assert all(languages[code] >= share * len(found) for code, share in SHARES.items()), languages
    assert 0.4 <= sum(row["wording"] == "indirect" for row in found) / len(found) <= 0.7
    pairs = Counter(row["pair"] for row in found if row["pair"])
    assert all(count > 1 for count in pairs.values()), "a pair has two sides"


def test_every_intent_has_a_file_and_every_file_a_topic() -> None:
    topics = (ROOT / "flows" / "data" / "topics.yaml").read_text(encoding="utf-8")
    slugs = set(re.findall(r"^ {6}(\w+):$", topics, re.MULTILINE))
    assert {path.stem for path in LABELLED if path.parent.name == "intents"} == INTENTS
    assert {path.stem for path in LABELLED if path.parent.name == "topics"} == slugs


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_teaches_twice(kind: str) -> None:
    texts = Counter(normalise(row["text"]) for path in FILES if path.parent.name == kind for row in rows(path))
    assert [text for text, count in texts.items() if count > 1] == []


@pytest.mark.parametrize("path", [*FILES, BLIND], ids=name)
def test_nobodys_data(path: Path) -> None:
    assert [row["text"] for row in rows(path) if PRIVATE.search(row["text"])] == []


def test_the_blind_set_is_blind() -> None:
    """Nothing that is learned from is a line of the blind set, nor one with a letter changed. Greetings are what they are."""
    taught = [normalise(row["text"]) for path in FILES for row in rows(path)]
    taught = [text for text in taught if len(text) > 14]
    near = [
        (text, *found[:2])
        for row in rows(BLIND)
        if len(text := normalise(row["text"])) > 14
        and (found := process.extractOne(text, taught, scorer=fuzz.ratio, score_cutoff=90))
    ]
    assert near == []


def test_the_blind_set_is_broad() -> None:
    found = rows(BLIND)
    topics = Counter(row["topic"] for row in found)
    intents = Counter(row["intent"] for row in found)
    assert len(topics) == 22
    assert min(topics.values()) >= 12
    assert topics[""] >= 40
    assert set(intents) - {""} == INTENTS
    assert sum(row["urgency"] == "critical" for row in found) >= 60
    assert sum(bool(row["place"]) for row in found) >= 60
    assert {row["language"] for row in found} == {"id", "su", "mixed", "other"}
    assert all(row["place"].count("|") == 2 for row in found if row["place"])
    texts = Counter(normalise(row["text"]) for row in found)
    assert [text for text, count in texts.items() if count > 1] == []
