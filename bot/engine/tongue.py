"""Which language the bot answers in: chosen, or told by how the citizen writes. One word takes it back."""

from bot.engine.effects import Say
from bot.engine.nodes import AskText, Node, Question
from bot.engine.turn import Turn

WORDS = 3
"""A greeting of fewer words says nothing about a language, whichever it is in."""


def take(turn: Turn, language: str) -> None:
    turn.lang = language
    turn.remember("language", language)


def greeted(turn: Turn) -> bool:
    """Whether the first words have answered the question for the language."""
    heard = turn.facts.heard
    if turn.facts.language or heard not in turn.flows.languages or len(turn.said.text.split()) < WORDS:
        return False
    take(turn, heard)
    turn.say(Say(turn.text("language_heard")))
    return True


def follow(turn: Turn) -> None:
    """A citizen who has gone on in the other language for a while is answered in it. Not while they tell: at the next question."""
    facts = turn.facts
    if turn.said.kind in ("quiet", "choice") or not facts.language or isinstance(turn.node, AskText):
        return
    if facts.heard in turn.flows.languages and facts.heard != turn.lang and len(turn.said.text.split()) >= WORDS:
        take(turn, facts.heard)
        turn.switched = True
        turn.say(Say(turn.text("language_heard")))


def named(turn: Turn, node: Node | None, plain: str) -> bool:
    """ "sunda" or "indonesia", and nothing else: the other language, at once. Inside a free answer only right after a switch."""
    ask = turn.flows.nodes[turn.flows.language]
    if not isinstance(ask, Question) or " " in plain or (isinstance(node, AskText) and not turn.was_switched):
        return False
    key = ask.table.exact.get(plain)
    if key is None or len(plain) < 4 or plain in turn.flows.lexicon.commands:
        return False
    take(turn, key)
    return True
