"""Global words: they work at every step, in every language, and leave the conversation in a place the citizen knows."""

from bot.engine import meaning, walk
from bot.engine.effects import Link, Say
from bot.engine.nodes import STAY, AskText, Next, Node, Question, linger
from bot.engine.turn import Turn

PRIVACY = "pribadi"
"""The flow of the rights over one's own data."""


def obey(turn: Turn, node: Node, command: str) -> Next:
    """What a global word leads to; None where it is an answer after all (a greeting inside a report)."""
    if command in ("greeting", "thanks"):
        return polite(turn, node, command)
    turn.misses = 0
    if turn.lines and isinstance(node, AskText) and command in ("officer", "back"):
        node.settle(turn)  # half an answer is an answer: it goes along
    if command == "officer":
        return turn.flows.officer
    if command == "cancel":
        turn.say(Say(turn.text("cancelled")))
        turn.over = True
        return STAY
    if command == "menu":
        return home(turn)
    if command == "privacy":
        return privacy(turn)
    if command == "language":
        return aside(turn, node, turn.flows.language)
    if command == "back":
        return back(turn, node)
    if command == "link":
        turn.effects.append(Link())
    turn.say(node.bubble(turn))
    return wait_on(turn, node)


def meant(turn: Turn, node: Node) -> Next:
    """What a sentence at a question with choices asks for, where the model is sure: a global word said in other words, or at
    the main menu one of its choices. Inside a report a complaint is a part of it and leads nowhere."""
    if isinstance(node, AskText):
        return None
    intent = meaning.intent(turn, turn.said.text)
    if turn.said.quick and not (intent == meaning.REPORT and node.id == turn.flows.home):
        return None  # one line of several: only a whole complaint says enough by itself
    if intent in meaning.KEPT or (intent == meaning.REPORT and node.id == turn.flows.home):
        turn.keep(turn.piece())
    if node.id == turn.flows.home and isinstance(node, Question) and (key := meaning.choice(node, intent)):
        turn.fresh = intent == meaning.REPORT
        turn.misses = 0
        return node.press(turn, key)
    command = meaning.COMMANDS.get(intent)
    return obey(turn, node, command) if command else None


def polite(turn: Turn, node: Node, command: str) -> Next:
    """A greeting or thanks at a question with choices is answered and is no mistake; elsewhere it belongs to the answer."""
    if isinstance(node, AskText):
        return None
    turn.say(node.bubble(turn), turn.text("greeted_back" if command == "greeting" else "thanked"))
    return STAY


def home(turn: Turn) -> Next:
    turn.answers, turn.back, turn.fix, turn.resume, turn.lines = {}, [], "", "", []
    turn.frames, turn.sealed = [], set()
    walk.run(turn, turn.flows.home if turn.facts.language else turn.flows.start, recall=False)
    return STAY


def privacy(turn: Turn) -> Next:
    """What becomes of one's own data; in flows that have no such part an officer sees to it."""
    first = turn.flows.first.get(PRIVACY)
    if first is None:
        return turn.flows.officer
    turn.answers, turn.back, turn.fix, turn.resume, turn.lines, turn.frames = {}, [], "", "", [], []
    walk.run(turn, first, recall=False)
    return STAY


def aside(turn: Turn, node: Node, target: str) -> Next:
    """A question put in between; afterwards the present one is asked again."""
    if node.id not in (turn.flows.language, turn.flows.offer):
        turn.resume = node.id
    walk.run(turn, target)
    return STAY


def back(turn: Turn, node: Node) -> Next:
    """The question before this one; from a question put in between, the one it interrupted."""
    if turn.resume:
        target, turn.resume = turn.resume, ""
    elif turn.back:
        target = turn.back.pop()
    elif turn.frames:  # the first question of a part: on to the last one of what it is a part of
        turn.ascend(("",))
        target = turn.back.pop() if turn.back else turn.flows.home
    else:
        turn.say(node.bubble(turn), turn.text("first_question"))
        return STAY
    walk.run(turn, target if target in turn.flows.nodes else turn.flows.home, recall=False)
    return STAY


def wait_on(turn: Turn, node: Node) -> Next:
    return (linger(turn, node.gather) if isinstance(node, AskText) else None) or STAY
