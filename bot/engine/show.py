"""`wargi flow show NAME`: a flow as a tree that reads from top to bottom, for people. `bot/engine/draw.py` draws the same."""

from collections.abc import Iterator, Mapping

from bot.engine.flow import Flows
from bot.engine.forms import RETURN
from bot.engine.nodes import Node, Question
from bot.engine.reports import AskMedia
from bot.errors import NotFound
from bot.i18n import SOURCE

Way = tuple[str, str]
"""What leads on, and where to ('' = the flow is over)."""
NAMED = ("unknown", "shut", "fallback", "on_message", "after")
"""Fields of steps that name another way on."""


def steps(flows: Flows, name: str) -> list[Node]:
    if name not in flows.first:
        raise NotFound(f"There is no flow `{name}`; there are: {', '.join(flows.names)}.")
    return [node for node in flows.nodes.values() if node.flow == name]


def show(flows: Flows, name: str, language: str = SOURCE) -> str:
    """Each step with its text, its choices, and where they lead."""
    return "\n\n".join([name, *(_step(node, language) for node in steps(flows, name))]) + "\n"


def text(node: Node, language: str) -> str:
    """What it says, without the numbered twin of its choices."""
    if language not in node.says:
        return ""
    body = node.says[language].text
    return body.split("\n\n1. ")[0] if options(node) else body


def options(node: Node) -> Question | None:
    question = node.skip if isinstance(node, AskMedia) else node
    return question if isinstance(question, Question) and question.options else None


def ways(node: Node, language: str) -> Iterator[Way]:
    """Every way on, each once: choices by number, rules and cases by name, and what is left."""
    seen = set[str]()
    question = options(node)
    shown = [option for option in question.options.values() if option.shown] if question else []
    for number, option in enumerate(shown, 1):
        target = option.next or node.next
        seen.add(target)
        yield f"{number}. {option.label[language]}", target
    for option in question.options.values() if question else ():
        target = option.next or node.next
        if not option.shown and option.label and target not in seen:
            seen.add(target)
            yield f"by name: {option.label[language]}", target
    for field in ("problems", "cases"):
        rules: Mapping[str, object] = getattr(node, field, {})
        for key, rule in rules.items():
            target = str(rule[1] if isinstance(rule, tuple) else getattr(rule, "next", ""))
            seen.add(target)
            yield f"if {key}", target
    for field in NAMED:
        target = getattr(node, field, "")
        if isinstance(target, str) and target and target not in seen:
            seen.add(target)
            yield field, target
    left = node.exits() - seen or ({""} if not seen else set())
    for target in sorted(left, key=lambda target: (target != node.next, target)):
        yield "", target


def _step(node: Node, language: str) -> str:
    lines = [f"{node.name}  ({node.kind})", *(f"│ {line}".rstrip() for line in text(node, language).splitlines())]
    for label, target in ways(node, language):
        lines.append(f"├ {label} → {named(node, target)}" if label else f"└ {named(node, target)}")
    question = options(node)
    hidden = (
        [each.label[language] for each in question.options.values() if not each.shown and each.label]
        if question
        else []
    )
    if hidden:
        lines.append(f"├ or by name: {', '.join(hidden)}")
    return "\n".join(lines)


def named(node: Node, target: str) -> str:
    if target == RETURN:
        return "back to the question before"
    if not target:
        return "end"
    return target.removeprefix(f"{node.flow}/")
