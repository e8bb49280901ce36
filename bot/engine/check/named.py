"""Names of topics that flows use: a ticket with a topic that nobody knows goes to no agency, and a rule about one never holds."""

from collections.abc import Iterable, Iterator

from bot.engine.deciding import Branch, Check, Put
from bot.engine.flow import Flows
from bot.engine.forms import near
from bot.engine.nodes import Node, Question
from bot.engine.rules import Compare, Not, Rule, Several
from bot.errors import Problem, Sentence

TOPIC, SUBTOPIC = "topic", "subtopic"


def subtopics(flows: Flows) -> frozenset[str]:
    """Whatever a flow may save as one."""
    return frozenset(name for node in flows.nodes.values() for name in _saved(node, SUBTOPIC)) | flows.finer.keys()


def named(flows: Flows) -> Iterator[Problem]:
    known = {TOPIC: frozenset(flows.topics), SUBTOPIC: subtopics(flows)}
    for node in flows.nodes.values():
        for name in _saved(node, TOPIC):
            if name not in flows.topics:
                yield _unknown(node, TOPIC, name, flows.topics)
        for compare in _compares(node):
            for name in compare.values if compare.answer in known and compare.compare in _NAMES else ():
                if name not in known[compare.answer]:
                    yield _unknown(node, compare.answer, name, sorted(known[compare.answer]))


_NAMES = frozenset({"is", "is_not", "in", "not_in"})
"""Comparisons with names; the others compare with numbers, days or another answer."""


def _saved(node: Node, answer: str) -> Iterator[str]:
    """The values that a step itself gives to an answer."""
    if isinstance(node, Put) and answer in node.values:
        yield node.values[answer]
    if isinstance(node, Question) and node.save == answer:
        yield from (key for key, option in node.options.items() if option.saves and option.shown)


def _compares(node: Node) -> Iterator[Compare]:
    if isinstance(node, Branch):
        for rule, _ in node.cases.values():
            yield from _leaves(rule)
    elif isinstance(node, Check):
        for problem in node.problems.values():
            yield from _leaves(problem.when)


def _leaves(rule: Rule) -> Iterator[Compare]:
    if isinstance(rule, Compare):
        yield rule
    elif isinstance(rule, Not):
        yield from _leaves(rule.rule)
    elif isinstance(rule, Several):
        for each in rule.rules:
            yield from _leaves(each)


def _unknown(node: Node, what: str, name: str, known: Iterable[str]) -> Problem:
    told = Sentence("topik `{name}` tidak dikenal: flows/data/topics.yaml tidak memuat nama itu", name=name)
    if what == SUBTOPIC:
        told = Sentence("subtopik `{name}` tidak dikenal: tidak ada alur yang menyimpan nama itu", name=name)
    return Problem(node.file, node.line, node.id, told, near(name, known))
