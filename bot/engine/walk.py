"""Walking a flow: from an answered question to wherever the flow stops next."""

from bot.engine import inquiry, meaning, tongue
from bot.engine.forms import RETURN
from bot.engine.match import normalise
from bot.engine.nodes import AskText, Next, Node, Question
from bot.engine.turn import MAX_BACK, Turn

MAX_HOPS = 50
"""Steps in one turn. The linter refuses loops without a question; this is for flows that nobody linted."""


def move(turn: Turn, target: Next) -> None:
    """From the answered question to wherever the flow stops next."""
    node = turn.node
    if not target or node is None:
        return
    turn.misses = 0
    if not turn.voice and not isinstance(node, AskText):
        turn.unmark(node)
    if target == RETURN:
        target, turn.resume = turn.resume or turn.flows.home, ""
    elif node.id == turn.flows.offer and target == turn.flows.officer:
        turn.reason = "misunderstood"
    elif turn.fix and target != turn.flows.officer:
        target = redirect(turn, node, target)
    if node.asks and node.id not in (turn.flows.offer, turn.flows.language) and target != turn.flows.officer:
        turn.back = [*turn.back[1 - MAX_BACK :], node.id]
    run(turn, target)


def redirect(turn: Turn, node: Node, target: str) -> str:
    """One answer is being corrected: after the last step of its part the summary comes back."""
    following = turn.flows.nodes[target]
    summary = turn.flows.nodes[turn.fix]
    if following.flow == node.flow and node.part in (following.part, summary.part):
        return target
    if following.asks and following.save and following.save not in turn.answers and following.flow == node.flow:
        return target  # the new answer raises a question that nobody has asked yet
    # Rules that stand before the summary are looked at again, too: the new answer may mend or break them.
    gates = (each for each in turn.flows.nodes.values() if each.kind == "check" and each.next == turn.fix)
    return next((each.id for each in gates), turn.fix)


def run(turn: Turn, target: Next, recall: bool = True) -> None:
    """Enters steps until one waits for the citizen."""
    for _ in range(MAX_HOPS):
        if not target:
            return
        if target == RETURN:
            target, turn.resume = turn.resume or turn.flows.home, ""
        node = turn.node = turn.flows.nodes[target]
        turn.pending = ""
        if target == turn.flows.start and tongue.greeted(turn):
            target = node.next
            continue
        found = recalled(turn, node) if recall else None
        if not found:
            turn.seen.add(node.id)
        target = found or node.enter(turn)
    turn.node, turn.over = turn.flows.nodes[turn.flows.officer], False
    turn.node.enter(turn)


def recalled(turn: Turn, node: Node) -> Next:
    """A line written before this question may have answered it already. Numbers do not count: no list had been seen."""
    if not getattr(node, "recall", False):
        return None
    if isinstance(node, AskText):
        found = None if turn.fix else node.recalled(turn)
        if found:
            turn.back = [*turn.back[1 - MAX_BACK :], node.id]
        return found
    if not isinstance(node, Question):
        return None
    for line in turn.extra:
        plain = normalise(line)
        if turn.flows.lexicon.number(plain) is not None:
            continue
        key = node.table.find(plain) or node.table.guess(plain)
        if key is not None:
            turn.extra.remove(line)
            turn.back = [*turn.back[1 - MAX_BACK :], node.id]
            return node.press(turn, key)
    if node.id == turn.flows.home and inquiry.opening(turn):
        return None
    if node.id == turn.flows.home and turn.extra and (key := meaning.opening(turn, node)):
        turn.back = [*turn.back[1 - MAX_BACK :], node.id]
        return node.press(turn, key)
    return None
