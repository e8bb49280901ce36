"""The shape of the flows: every step can be reached, comes to an end, and no circle goes round without a question."""

from collections.abc import Iterator

from bot.engine.doing import Go
from bot.engine.flow import Flows
from bot.engine.forms import RETURN
from bot.engine.nodes import AskChoice, AskText, Node
from bot.engine.reports import Summary
from bot.errors import Problem, Sentence


def shape(flows: Flows) -> Iterator[Problem]:
    yield from _reach(flows)
    yield from _ends(flows)
    yield from _loops(flows)
    for node in flows.nodes.values():
        if isinstance(node, Go | AskText | AskChoice) and not node.exits():
            yield _at(node, Sentence("tidak menuju ke mana pun"), Sentence("tulis `next:`"))


def _reach(flows: Flows) -> Iterator[Problem]:
    """Steps that no conversation comes to."""
    todo = [flows.start, flows.home, flows.language, flows.offer, flows.officer]
    seen = set(todo)
    while todo:
        for target in flows.nodes[todo.pop()].exits() - {RETURN} - seen:
            seen.add(target)
            todo.append(target)
    for node in flows.nodes.values():
        if node.id not in seen:
            remedy = Sentence("sebut di sebuah `next:`, atau hapus")
            yield _at(node, Sentence("tidak ada langkah yang menuju ke sini"), remedy)


def _ends(flows: Flows) -> Iterator[Problem]:
    """Steps from which no ticket, officer or end can be reached (global words apart)."""
    good = {node.id for node in flows.nodes.values() if node.ends or isinstance(node, Summary)}
    grown = True
    while grown:
        more = {
            node.id
            for node in flows.nodes.values()
            if (node.exits() & good or RETURN in node.exits()) and node.id not in good
        }
        good |= more
        grown = bool(more)
    for node in flows.nodes.values():
        if node.id not in good:
            remedy = Sentence("arahkan ke tiket, petugas, atau `end`")
            yield _at(node, Sentence("tidak pernah berakhir"), remedy)


def _loops(flows: Flows) -> Iterator[Problem]:
    """Circles in which the citizen is never asked: only steps that do not ask count, whichever of their exits is taken."""
    silent = {
        node.id: {each for each in node.exits() if each in flows.nodes and not _stops(flows.nodes[each])}
        for node in flows.nodes.values()
        if not _stops(node)
    }
    for start, targets in silent.items():
        seen, todo = set[str](), set(targets)
        while todo:
            each = todo.pop()
            seen.add(each)
            todo |= silent.get(each, set()) - seen
        if start in seen:
            what = Sentence("berputar-putar tanpa pertanyaan")
            yield _at(flows.nodes[start], what, Sentence("ubah salah satu `next:`"))


def _at(node: Node, what: Sentence, remedy: Sentence) -> Problem:
    return Problem(node.file, node.line, node.id, what, remedy)


def _stops(node: Node) -> bool:
    """The conversation stands here: for the citizen, or for something else."""
    return node.asks or node.waits
