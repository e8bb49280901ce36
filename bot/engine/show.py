"""`wargi flow show NAME`: a flow as a tree that reads from top to bottom, for people."""

from bot.engine.flow import Flows
from bot.engine.forms import RETURN
from bot.engine.nodes import Node, Question
from bot.engine.reports import AskMedia
from bot.errors import NotFound
from bot.i18n import SOURCE


def show(flows: Flows, name: str, language: str = SOURCE) -> str:
    """Each step with its text, its choices, and where they lead."""
    if name not in flows.first:
        raise NotFound(f"There is no flow `{name}`; there are: {', '.join(flows.names)}.")
    steps = [node for node in flows.nodes.values() if node.flow == name]
    return "\n\n".join([name, *(_step(node, language) for node in steps)]) + "\n"


def _step(node: Node, language: str) -> str:
    lines = [f"{node.name}  ({node.kind})"]
    question = node.skip if isinstance(node, AskMedia) else node
    options = list(question.options.values()) if isinstance(question, Question) else []
    if language in node.says:
        body = node.says[language].text.split("\n\n1. ")[0] if options else node.says[language].text
        lines += [f"│ {line}".rstrip() for line in body.splitlines()]
    shown = [option for option in options if option.shown]
    for number, option in enumerate(shown, 1):
        lines.append(f"├ {number}. {option.label[language]} → {_target(node, option.next or node.next)}")
    hidden = [option.label[language] for option in options if not option.shown and option.label]
    if hidden:
        lines.append(f"├ or by name: {', '.join(hidden)}")
    if node.next and not shown:
        lines.append(f"└ {_target(node, node.next)}")
    return "\n".join(lines)


def _target(node: Node, target: str) -> str:
    if target == RETURN:
        return "back to the question before"
    if not target:
        return "end"
    return target.removeprefix(f"{node.flow}/")
