"""What leads have approved becomes part of the topic model, in every process, without a restart."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot import logs
from bot.engine.flow import Flows
from bot.errors import WargiError
from bot.hints import Hints
from bot.store import corrections
from bot.store.db import Db
from bot.triage.examples import LANGUAGES, Example
from bot.triage.topic import Model
from bot.triage.trained import load_or_train
from bot.turn import House

HINT = "lessons"
"""Said when corrections were approved."""
EVERY = 60.0
"""Seconds between looks when no hint came: one count over an index."""


async def approved(db: Db, flows: Flows) -> list[Example]:
    """As examples. A topic that is gone from the flows teaches nothing."""
    async with db.read() as conn:
        rows = await corrections.approved(conn)
    return [
        Example(row["text"], row["chosen"], row["language"] if row["language"] in LANGUAGES else "", origin="officer")
        for row in rows
        if row["chosen"] in flows.topics
    ]


class Lessons:
    """Keeps one process's model in step with what is approved. Nothing approved: the model stays as it was loaded."""

    def __init__(self, db: Db, house: House, hints: Hints, folder: Path, cache_dir: Path | None) -> None:
        self._db, self._house, self._hints, self._folder, self._cache = db, house, hints, folder, cache_dir
        self._learnt = (0, 0)
        self._model: Model | None = None

    def begin_anew(self, folder: Path) -> None:
        """Content was published: the model that was trained on the one before gives way, and what is approved is learnt onto this."""
        self._folder, self._learnt, self._model = folder, (0, 0), None

    async def work(self) -> None:
        """For ever. What fails is tried again."""
        log = logs.get("lessons")
        with self._hints.subscribe(HINT) as ear:
            while True:
                try:
                    if await self.check():
                        log.info("topics learnt from officers", approved=self._learnt[0])
                except WargiError as error:
                    log.warning("lessons wait", error=logs.fault(error))
                except Exception as error:
                    log.error("lessons", error=logs.fault(error))
                await ear.next(EVERY)

    async def check(self) -> bool:
        """True when a model was trained. One that somebody else has put in its place meanwhile (content was published) gives way."""
        async with self._db.read() as conn:
            mark = await corrections.approved_mark(conn)
        if mark == self._learnt:
            self._use(self._model)
            return False
        extra, flows = await approved(self._db, self._house.flows), self._house.flows
        self._model = await asyncio.to_thread(self._train, flows, extra)
        self._learnt = mark
        self._use(self._model)
        return True

    def _train(self, flows: Flows, extra: Sequence[Example]) -> Model:
        seeds = {topic.slug: (*topic.seeds, *topic.words) for topic in flows.topics.values()}
        return load_or_train(self._folder, seeds, self._cache, extra)

    def _use(self, model: Model | None) -> None:
        if model is not None:
            self._house.triage.senses.topics = model
