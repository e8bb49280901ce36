"""`wargi triage eval`: lets each part of triage read every message of a labelled file, times it, and counts what was right."""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import clock
from bot.errors import BadFile
from bot.triage import evaluate, sheet

if TYPE_CHECKING:
    from rich.progress import Progress

LONG = 1 << 16
"""Bytes from which a file takes long enough for a progress bar."""

Seeds = Mapping[str, Sequence[str]]
Read = Callable[[str], Any]
"""What one part of triage says about a text."""
Load = Callable[[list[str]], Mapping[str, Read]]
"""The parts that answer for these columns."""


def messages(path: Path, load: Load) -> evaluate.Figures:
    """The figures of every column that the file has. An empty cell is not scored."""
    rows, scores = 0, dict[str, Any]()
    parts: Mapping[str, Read] = {}
    times: dict[str, evaluate.Times] = defaultdict(evaluate.Times)
    with _lines(path) as lines:
        for number, cells in sheet.read(lines, path.name, ("text",)):
            if not rows:
                parts = load(_asked(cells, path.name))
                scores = {column: SCORES[column]() for column in parts}
            rows += 1
            if not cells["text"]:
                raise BadFile(f"{path.name}:{number}: the text is empty; write the message or drop the line")
            for column, read in parts.items():
                truth = _truth(column, cells[column], f"{path.name}:{number}")
                if not truth and column not in NEGATIVES:
                    continue
                begun = clock.monotonic()
                said = read(cells["text"])
                times[column].add(clock.monotonic() - begun)
                scores[column].add(truth, said)
    if not rows:
        raise BadFile(f"{path.name}:2: no message under the header; write one a line")
    figures = {column: score.figures() for column, score in scores.items()}
    return {"rows": rows} | figures | {"us": evaluate.medians(times)}


def menus(path: Path, pick: Callable[[Sequence[str], str], int]) -> evaluate.Figures:
    """How typed answers to menus are understood."""
    score, times = evaluate.Menus(), evaluate.Times()
    with _lines(path) as lines:
        for number, cells in sheet.read(lines, path.name, ("menu", "typed", "expected")):
            labels = [label.strip() for label in cells["menu"].split("|")]
            if not all(labels):
                raise BadFile(f"{path.name}:{number}: a label of the menu is empty; join labels by one |")
            expected = cells["expected"]
            if not (expected.isascii() and expected.isdecimal()) or int(expected) > len(labels):
                raise BadFile(f"{path.name}:{number}: expected is `{expected[:40]}`; write 0 (none) to {len(labels)}")
            begun = clock.monotonic()
            picked = pick(labels, cells["typed"])
            times.add(clock.monotonic() - begun)
            score.add(int(expected), picked)
    figures = score.figures()
    if not figures["rows"]:
        raise BadFile(f"{path.name}:2: no answer under the header; write one a line")
    return figures | {"us": times.median()}


SCORES: Mapping[str, Callable[[], Any]] = {
    "language": evaluate.Labels,
    "topic": evaluate.Guesses,
    "intent": evaluate.Guesses,
    "urgency": evaluate.Urgency,
    "place": evaluate.Placed,
}
NEGATIVES = frozenset(("urgency", "place"))
"""Columns where an empty cell says something: not critical, no place."""
CLOSED = {"language": evaluate.LANGUAGES, "urgency": evaluate.URGENCIES}
"""Columns whose labels the program knows. A misspelt `crtical` must not pass as a routine message."""


def _asked(cells: Mapping[str, str], name: str) -> list[str]:
    if asked := [column for column in SCORES if column in cells]:
        return asked
    raise BadFile(f"{name}:1: nothing to score beside the text; add a column of {', '.join(SCORES)}")


def _truth(column: str, cell: str, where: str) -> Any:
    if column == "place":
        truth = evaluate.Truth.parse(cell) if cell else None
        if cell and truth is None:
            raise BadFile(f"{where}: place is `{cell[:80]}`; write desa|kecamatan|kabupaten, parts may be empty")
        return truth
    label = cell.lower()
    if label and (known := CLOSED.get(column)) and label not in known:
        raise BadFile(f"{where}: {column} is `{cell[:40]}`; write {', '.join(known)}, or nothing")
    return label


# -- the parts of triage ---------------------------------------------------------------------------


def parts(columns: list[str], flows_dir: Path, seeds: Seeds) -> dict[str, Read]:
    """Only what the file asks for is loaded: a table of places trains no model."""
    makers: dict[str, Callable[[], Read]] = {
        "language": _language,
        "topic": lambda: _guesser(flows_dir / "data" / "examples" / "topics", seeds),
        "intent": lambda: _guesser(flows_dir / "data" / "examples" / "intents", {}),
        "urgency": lambda: _urgency(flows_dir),
        "place": _place,
    }
    return {column: makers[column]() for column in columns}


def _language() -> Read:
    from bot.triage.language import language

    return language


def _guesser(folder: Path, seeds: Seeds) -> Read:
    """Trained anew, so that the figures are those of the files as they are now and of nothing remembered."""
    from bot.triage.trained import load_or_train

    model = load_or_train(folder, seeds, None)

    def read(text: str) -> evaluate.Said:
        guess = model.guess(text)
        top = tuple(label for label, _ in guess.ranked)
        best = guess.label or (top[0] if top else "")  # what it would not say alone still has a first place
        return evaluate.Said(best, guess.sure, guess.verdict == "sure", top)

    return read


def _urgency(flows_dir: Path) -> Read:
    from bot.triage import urgency

    dangers = urgency.read(flows_dir)

    def read(text: str) -> str:
        danger = dangers.read(text)
        return danger.level if danger else "normal"

    return read


def _place() -> Read:
    from bot.triage.place import Gazetteer

    gazetteer = Gazetteer.load()
    return lambda text: gazetteer.find(text).candidates


# -- the file --------------------------------------------------------------------------------------


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[bytes]]:
    """The lines of a file, with a bar that fills as they are taken, when a person watches and the file is long."""
    try:
        size = path.stat().st_size
        file = path.open("rb")
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}; name a readable file") from None
    with file, _bar(size) as bar:
        yield _counted(iter(lambda: file.readline(sheet.LONGEST), b""), bar, size)


@contextmanager
def _bar(size: int) -> "Iterator[Progress | None]":
    if size < LONG or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield bar


def _counted(lines: Iterator[bytes], bar: "Progress | None", size: int) -> Iterator[bytes]:
    if bar is None:
        yield from lines
        return
    task = bar.add_task("reading", total=size)
    for line in lines:
        yield line
        bar.advance(task, len(line))
