"""Steps that ask for a spot or a phone carry the wish for a button; joining bubbles keeps it, and nothing is hung below it."""

import pytest

from bot.engine.effects import Say
from bot.engine.flow import Flows
from bot.engine.turn import Turn
from tests.engine.test_step import walk


@pytest.mark.parametrize(
    ("kind", "ask"), [("ask-place", "location"), ("ask-location", "location"), ("ask-phone", "contact")]
)
def test_every_step_of_a_kind(kinds: Flows, kind: str, ask: str) -> None:
    found = [node for node in kinds.nodes.values() if node.kind == kind]
    assert found and {say.ask for node in found for say in node.says.values()} == {ask}


def test_the_last_bubble_of_a_turn_asks(flows: Flows) -> None:
    _, effects = walk(flows, "halo", "lapor", "jalan rusak")
    bubbles = [effect for effect in effects if isinstance(effect, Say)]
    assert [bubble.ask for bubble in bubbles] == [""] * (len(bubbles) - 1) + ["location"]


def test_what_asks_takes_words_above_and_none_below(flows: Flows) -> None:
    turn = Turn.__new__(Turn)
    turn.effects, turn.says = [], 0
    link = ("Buka", "https://x.example/1")
    for say in (Say("satu"), Say("dua", ask="location"), Say("tiga"), Say("empat", link=link)):
        turn.say(say)
    assert [(each.text, each.ask, each.link) for each in turn.effects] == [
        ("satu\n\ndua", "location", None),
        ("tiga\n\nempat", "", link),
    ]
