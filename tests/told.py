"""What the linter and the readers of flows and rules say, as the command line says it: in English, by the shipped catalogue."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import pytest

from bot.errors import FlowError, Problem, Sentence
from bot.i18n import Catalogues


@cache
def _tr() -> Callable[[str], str]:
    return partial(Catalogues.load(Path(__file__).parents[1] / "locales").gettext, "en")


def english(told: Sentence | Problem | FlowError) -> str:
    return (told.told if isinstance(told, FlowError) else told).said(_tr())


@contextmanager
def refuses(match: str = "") -> Iterator[pytest.ExceptionInfo[FlowError]]:
    """As `pytest.raises`, for what is said in English."""
    with pytest.raises(FlowError) as caught:
        yield caught
    assert re.search(match, english(caught.value)), english(caught.value)
