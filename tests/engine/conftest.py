"""The shipped flows, loaded once."""

import shutil
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


@pytest.fixture(scope="session")
def kinds(catalogues: Catalogues, tmp_path_factory: pytest.TempPathFactory) -> Flows:
    """The shipped flows and those of `kinds/`."""
    folder = tmp_path_factory.mktemp("kinds") / "flows"
    shutil.copytree(ROOT / "flows", folder, ignore=shutil.ignore_patterns("examples"))
    for path in (Path(__file__).parent / "kinds").glob("*.yaml"):
        shutil.copy(path, folder)
    (folder / "data" / "hosts.yaml").write_text("hosts:\n  uji:\n    url: https://uji.example/v1\n", "utf-8")
    return load(folder, catalogues)
