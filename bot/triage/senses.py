"""What takes a second to load: the models of topics and intents, and the names of places. They come while the server runs already.

Until then a sense is None, and whoever asks suggests nothing. What was trained is kept beside the flows, as their parsed
trees are, or with the data where that folder cannot be written.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from bot.triage.place import Gazetteer
from bot.triage.topic import Model
from bot.triage.trained import load_or_train

TOPICS, INTENTS = "topics", "intents"


@dataclass(slots=True)
class Senses:
    """Filled once, by `learn`; each field is set whole, so a reader in another thread sees all of it or none."""

    topics: Model | None = None
    intents: Model | None = None
    places: Gazetteer | None = None


def learn(senses: Senses, examples: Path, seeds: Mapping[str, Sequence[str]], kept: Path) -> None:
    """Fills the senses; meant for a thread of its own. Raises `FlowError` for a broken example file; the places are there by then."""
    senses.places = gazetteer()
    sown = tuple((slug, tuple(words)) for slug, words in seeds.items())
    senses.intents = _model(examples / INTENTS, (), kept)
    senses.topics = _model(examples / TOPICS, sown, kept)


def keeper(flows_dir: Path, data_dir: Path) -> Path:
    """The folder for trained models."""
    beside = flows_dir / "__pycache__"
    try:
        beside.mkdir(exist_ok=True)
    except OSError:
        return data_dir
    return beside if os.access(beside, os.W_OK) else data_dir


@cache
def gazetteer() -> Gazetteer:
    """The same names for every server of a process: they never change, and reading them takes a third of a second."""
    return Gazetteer.load()


def _model(folder: Path, seeds: tuple[tuple[str, tuple[str, ...]], ...], kept: Path) -> Model | None:
    files = sorted(folder.glob("*.tsv"))
    if not files:  # an operator's own flows without examples: nothing is guessed
        return None
    return _loaded(folder, tuple((file.name, file.stat().st_mtime_ns) for file in files), seeds, kept)


@lru_cache(maxsize=4)
def _loaded(
    folder: Path, _stamps: tuple[tuple[str, int], ...], seeds: tuple[tuple[str, tuple[str, ...]], ...], kept: Path
) -> Model:
    return load_or_train(folder, dict(seeds), kept)
