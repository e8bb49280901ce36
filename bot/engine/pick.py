"""What somebody typed against a menu of plain labels: the matcher of the flows, without a flow around it."""

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from bot.engine.flow import words
from bot.engine.forms import Workshop
from bot.engine.match import Lexicon, Table, choose
from bot.engine.read import Source, parse
from bot.i18n import Catalogues


@cache
def lexicon(folder: Path | None = None) -> Lexicon:
    """The words of `flows/data/words.yaml`: the shipped ones, or those of another `flows` folder."""
    if folder is None:
        room = Path(__file__).parents[1]
        folder = next((found for found in (room.parent / "flows", room / "flows") if found.is_dir()), room / "flows")
    path = folder / "data" / "words.yaml"
    return words(Workshop(Catalogues()), Source(str(path), "", parse(path.read_bytes(), str(path))))


@lru_cache(maxsize=256)
def table(labels: tuple[str, ...]) -> Table:
    return Table.build(lexicon(), {str(number): ([label], ()) for number, label in enumerate(labels, 1)})


def pick(labels: Sequence[str], typed: str) -> int:
    """The number of the label that is meant, from 1; 0 where nothing was chosen."""
    found = choose(table(tuple(labels)), typed)
    return int(found) if found else 0
