"""The shipped flows, loaded once."""

from pathlib import Path

import pytest

from bot.engine.flow import Flows, load
from bot.engine.play import Listen
from bot.i18n import Catalogues
from bot.triage import room

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def catalogues() -> Catalogues:
    return Catalogues.load(ROOT / "locales")


@pytest.fixture(scope="session")
def flows(catalogues: Catalogues) -> Flows:
    return load(ROOT / "flows", catalogues)


@pytest.fixture(scope="session")
def triage(flows: Flows, tmp_path_factory: pytest.TempPathFactory) -> room.Triage:
    return room.learn(room.load(ROOT / "flows", flows), ROOT / "flows", flows, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def listen(triage: room.Triage) -> Listen:
    return triage.listen
