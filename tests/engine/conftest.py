"""The shipped flows, loaded once."""

from pathlib import Path

import pytest

from bot.engine.flow import Flows, load
from bot.i18n import Catalogues

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def catalogues() -> Catalogues:
    return Catalogues.load(ROOT / "locales")


@pytest.fixture(scope="session")
def flows(catalogues: Catalogues) -> Flows:
    return load(ROOT / "flows", catalogues)
