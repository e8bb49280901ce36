"""Examples that operators edit: one .tsv a label, `flows/data/examples/topics/jalan.tsv`, its name is the label."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bot.errors import FlowError, Problem, Sentence
from bot.record import record
from bot.triage.svm import Order

COLUMNS = ("text", "language", "wording", "pair")
LANGUAGES = ("id", "su", "mixed", "other")
WORDINGS = ("direct", "indirect")
NOTHING = "tanpa-label"
"""The file of messages that have no label at all ("halo", "ok siap", "sudah saya kirim tadi"): what not to guess from."""


@record
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
        what = Sentence("tidak ada berkas .tsv di sini")
        remedy = Sentence("tulis satu untuk tiap label, dengan nama labelnya")
        raise _broken(str(folder), 1, what, remedy)
    return [example for file in files for example in _file(file)]


def _file(file: Path) -> Iterator[Example]:
    name = f"{file.parent.name}/{file.name}"
    label = "" if file.stem == NOTHING else file.stem
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise _broken(name, 1, Sentence("bukan teks UTF-8"), Sentence("simpan sebagai UTF-8")) from error
    except OSError as error:
        what = Sentence("tidak terbaca ({why})", why=error.strerror)
        raise _broken(name, 1, what, Sentence("periksa izin berkasnya")) from error
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        remedy = Sentence("tulis `{columns}` sebagai baris pertama", columns="<TAB>".join(COLUMNS))
        raise _broken(name, 1, Sentence("baris judulnya salah"), remedy)
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) > len(COLUMNS):
            what = Sentence("{count} kolom", count=len(cells))
            remedy = Sentence("tulis {count}, dengan satu tab di antaranya", count=len(COLUMNS))
            raise _broken(name, number, what, remedy)
        text, language, wording, pair = (cell.strip() for cell in cells + [""] * (len(COLUMNS) - len(cells)))
        if not text:
            remedy = Sentence("tulis teksnya, atau hapus barisnya")
            raise _broken(name, number, Sentence("teksnya kosong"), remedy)
        if language and language not in LANGUAGES:
            what = Sentence("bahasa `{language}`", language=language)
            raise _broken(name, number, what, _one_of(LANGUAGES))
        if wording and wording not in WORDINGS:
            what = Sentence("cara menulis `{wording}`", wording=wording)
            raise _broken(name, number, what, _one_of(WORDINGS))
        yield Example(text, label, language, wording, f"{name}:{number}", pair)


def _one_of(known: Iterable[str]) -> Sentence:
    return Sentence("tulis salah satu dari {known}", known=", ".join(known))


def _broken(name: str, line: int, what: Sentence, remedy: Sentence) -> FlowError:
    return FlowError(Problem(name, line, "examples", what, remedy))


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
