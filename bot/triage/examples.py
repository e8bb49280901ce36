"""Examples that operators edit: one .tsv a label, `flows/data/examples/topics/jalan.tsv`, its name is the label."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import FlowError
from bot.triage.svm import Order

COLUMNS = ("text", "language", "wording", "pair")
LANGUAGES = ("id", "su", "mixed", "other")
WORDINGS = ("direct", "indirect")
NOTHING = "tanpa-label"
"""The file of messages that have no label at all ("halo", "ok siap", "sudah saya kirim tadi"): what not to guess from."""


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    label: str
    """'' for a message that has none."""
    language: str = ""
    wording: str = ""
    """`direct` names the matter by its usual words, `indirect` tells of it."""
    origin: str = ""
    """The file and line it stands in, or who approved it."""
    pair: str = ""
    """Shared by utterances that say the same, in two languages: never one to learn and the other to be examined on."""


def read(folder: Path) -> list[Example]:
    """All .tsv files of a folder, by name. Raises `FlowError` naming file, line and remedy."""
    files = sorted(folder.glob("*.tsv"))
    if not files:
        raise FlowError(f"{folder}:1: examples: no .tsv file is here; write one for each label, named like it.")
    return [example for file in files for example in _file(file)]


def _file(file: Path) -> Iterator[Example]:
    name = f"{file.parent.name}/{file.name}"
    label = "" if file.stem == NOTHING else file.stem
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FlowError(f"{name}:1: examples: is not UTF-8 text; save it as UTF-8.") from error
    except OSError as error:
        raise FlowError(f"{name}:1: examples: cannot be read ({error.strerror}); check its permissions.") from error
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise FlowError(f"{name}:1: examples: the header is wrong; write `{'<TAB>'.join(COLUMNS)}` as the first line.")
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) > len(COLUMNS):
            raise FlowError(
                f"{name}:{number}: examples: {len(cells)} columns; write {len(COLUMNS)}, one tab between two."
            )
        text, language, wording, pair = (cell.strip() for cell in cells + [""] * (len(COLUMNS) - len(cells)))
        if not text:
            raise FlowError(f"{name}:{number}: examples: the text is empty; write it, or take the line out.")
        if language and language not in LANGUAGES:
            raise FlowError(f"{name}:{number}: examples: language `{language}`; write one of {', '.join(LANGUAGES)}.")
        if wording and wording not in WORDINGS:
            raise FlowError(f"{name}:{number}: examples: wording `{wording}`; write one of {', '.join(WORDINGS)}.")
        yield Example(text, label, language, wording, f"{name}:{number}", pair)


def fold_of(examples: Sequence[Example], folds: int) -> list[int]:
    """The fold of each example: each label spread evenly, pairs together, the same on every machine."""
    groups: dict[tuple[str, str], list[int]] = {}
    for at, example in enumerate(examples):
        groups.setdefault((example.label, f"pair {example.pair}" if example.pair else f"line {at}"), []).append(at)
    keys = sorted(groups)
    mixed = list(range(len(keys)))
    Order(7).shuffle(mixed)
    found, given = [0] * len(examples), dict[str, int]()
    for number in mixed:
        key = keys[number]
        turn = given[key[0]] = given.get(key[0], -1) + 1
        for at in groups[key]:
            found[at] = turn % folds
    return found
