"""Requests to other systems: each is made once for one errand."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot import errands
from bot.metrics import Metrics
from bot.store import errands as store


class Db:
    """Nothing is read: the rows come from the test."""

    def read(self) -> "Db":
        return self

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *_: object) -> None: ...


async def test_an_errand_that_ends_while_others_are_looked_for_is_not_run_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was read before its end was written still looks due afterwards."""
    worker = errands.Errands(Db(), None, Metrics(), lambda: None)  # type: ignore[arg-type]
    row, ran = SimpleNamespace(id=b"1"), list[bytes]()

    async def run(row: Any) -> None:
        ran.append(row.id)

    async def due(*_: Any) -> Any:
        for task in list(worker._flying.values()):
            await task
        return [row]

    monkeypatch.setattr(worker, "_run", run)
    monkeypatch.setattr(store, "due", due)
    await worker._begin()
    await worker._begin()
    assert not worker._flying and ran == [b"1"]
    await worker._begin()
    await due()
    assert ran == [b"1", b"1"], "it is due again as it was"
