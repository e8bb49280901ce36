"""A trained model, kept beside the data under the hash of everything it was made from: a server start need not train."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path

from bot.triage import bayes, calibrate, features, pack, svm, topic
from bot.triage.examples import Example, read

RECIPE = (
    *(pack.FORMAT, features.SIZES, topic.SEED_COST, topic.OWN_COST, topic.BALANCE, topic.FOLDS),
    *(topic.SETTLE, bayes.SMOOTH, bayes.SHARE),
    *(svm.BIAS, svm.PASSES, svm.NEAR, svm.SCALE),
    *(
        calibrate.PROMISE,
        calibrate.HARD_PROMISE,
        calibrate.FLOOR,
        calibrate.CEILING,
        calibrate.ENOUGH,
        calibrate.NOTHING,
    ),
)
"""What else decides how a model comes out."""


def load_or_train(
    folder: Path, seeds: Mapping[str, Sequence[str]], cache_dir: Path | None, extra: Sequence[Example] = ()
) -> topic.Model:
    """From the cache if nothing changed; a broken cache is trained anew, and a folder that cannot be written works too.

    Without a cache folder it is trained. `extra` is what officers have approved. Raises `FlowError` for a broken example file.
    """
    examples = [*read(folder), *extra]
    if cache_dir is None:
        return topic.train(examples, seeds)
    path = cache_path(examples, seeds, folder.name, cache_dir)
    with suppress(OSError, ValueError):
        return topic.Model.load(path.read_bytes())
    model = topic.train(examples, seeds)
    keep(model, path)
    return model


def cache_path(examples: Sequence[Example], seeds: Mapping[str, Sequence[str]], name: str, cache_dir: Path) -> Path:
    sown = sorted((label, list(many)) for label, many in seeds.items())
    made_of = json.dumps([RECIPE, [astuple(example) for example in examples], sown])
    return cache_dir / f"triage-{name}-{hashlib.sha256(made_of.encode()).hexdigest()[:32]}.bin"


def keep(model: topic.Model, path: Path) -> bool:
    """Written aside and moved into its place, so nobody reads half a model; older ones of this name go. False if it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(model.dump())
        draft.replace(path)
    except OSError:
        return False
    for old in path.parent.glob(f"{path.name.rpartition('-')[0]}-*.bin"):
        if old != path:
            with suppress(OSError):
                old.unlink()
    return True
