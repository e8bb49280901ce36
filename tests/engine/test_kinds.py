"""Every kind of step at work: small flows of our own beside the shipped ones, played as transcripts."""

from pathlib import Path

import pytest

from bot.engine.flow import KINDS, Flows
from bot.engine.play import Listen, coverage, play, play_file

HERE = Path(__file__).parent / "kinds"
FILES = sorted(HERE.glob("*.txt"))


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
