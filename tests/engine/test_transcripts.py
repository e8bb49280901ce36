"""The transcripts are the tests: each is played, and what comes out must be what stands there."""

from pathlib import Path

import pytest

from bot.engine.flow import Flows
from bot.engine.play import Listen, coverage, play, play_file

FOLDER = Path(__file__).resolve().parents[1] / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_transcript(flows: Flows, listen: Listen, file: Path) -> None:
    played = play_file(flows, file, listen)
    assert not played.differs, f"{played.difference}\nOn purpose? Then: wargi flow play --rewrite {file}"


def test_every_step_and_choice_is_played(flows: Flows, listen: Listen) -> None:
    assert coverage(flows, [play(flows, file.read_text("utf-8"), listen=listen) for file in FILES]) == []


def test_every_transcript_has_its_twin() -> None:
    names = {file.stem.rpartition(".")[0] for file in FILES}
    assert {file.stem for file in FILES} == {f"{name}.{language}" for name in names for language in ("id", "su")}
