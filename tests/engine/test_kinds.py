"""Every kind of step at work: small flows of our own beside the shipped ones, played as transcripts."""

import shutil
from pathlib import Path

import pytest

from bot.engine.flow import KINDS, Flows, load
from bot.engine.play import Listen, coverage, play, play_file
from bot.i18n import Catalogues

HERE = Path(__file__).parent / "kinds"
ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(HERE.glob("*.txt"))


@pytest.fixture(scope="session")
def kinds(catalogues: Catalogues, tmp_path_factory: pytest.TempPathFactory) -> Flows:
    """The shipped flows and those of `kinds/`."""
    folder = tmp_path_factory.mktemp("kinds") / "flows"
    shutil.copytree(ROOT / "flows", folder, ignore=shutil.ignore_patterns("examples"))
    for path in HERE.glob("*.yaml"):
        shutil.copy(path, folder)
    (folder / "data" / "hosts.yaml").write_text("hosts:\n  uji:\n    url: https://uji.example/v1\n", "utf-8")
    return load(folder, catalogues)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_transcript(kinds: Flows, listen: Listen, file: Path) -> None:
    played = play_file(kinds, file, listen)
    assert not played.differs, played.difference


def test_every_kind_has_a_step_that_is_played(kinds: Flows, flows: Flows, listen: Listen) -> None:
    played = [play(kinds, file.read_text("utf-8"), listen=listen) for file in FILES]
    missing = [name for name in coverage(kinds, played) if name.startswith("uji-")]
    assert missing == []
    own = {node.kind for node in kinds.nodes.values() if node.flow.startswith("uji-")}
    assert set(KINDS) - own - {node.kind for node in flows.nodes.values()} == set()
