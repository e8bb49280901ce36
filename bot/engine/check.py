"""`wargi flow check`: what loading cannot refuse but people would feel. Every rule looks at every language.

Loading already refuses wrong words, targets that do not exist and missing texts; here are reach, ends, loops, lengths of
the platforms, and the plain-language rules: short sentences, one question a message, no meaning in a symbol.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from typing_extensions import override

from bot.engine.effects import Say
from bot.engine.fill import names
from bot.engine.flow import Flows
from bot.engine.forms import RETURN, Option
from bot.engine.match import normalise
from bot.engine.nodes import AskChoice, AskText, Finish, Go, HandsOff, Node, OpensTicket, Question
from bot.engine.reports import AskMedia, Summary
from bot.i18n import SOURCE

MAX_TEXT = 600
MAX_CHOICES = 6
MAX_SENTENCE = 20
"""Words."""
ROW, BUTTON, BUTTONS = 24, 20, 3
"""WhatsApp: a list row, a button, and up to how many choices are buttons."""
MAX_ID = 64
"""Bytes: Telegram's callback data."""
FILLED = frozenset(
    "number link track officer answers numbers topic_name elsewhere redirect place_name date state followers place time later".split()
)
"""Placeholders that the system fills."""
_SENTENCE = re.compile(r"[.!?:]+(?:\s|$)|\n+")


@dataclass(frozen=True, slots=True)
class Problem:
    file: str
    line: int
    step: str
    what: str
    remedy: str

    @override
    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.step}: {self.what}; {self.remedy}."


def lint(flows: Flows) -> list[Problem]:
    found = [*_missing(flows), *_reach(flows), *_ends(flows), *_loops(flows)]
    for node in flows.nodes.values():
        for what, remedy in _node(flows, node):
            found.append(Problem(node.file, node.line, node.id, what, remedy))
    for name in (*flows.texts, "survey"):
        bubbles = flows.survey.text if name == "survey" else flows.texts[name]
        line = flows.written[f"texts.{name}" if name != "survey" else "texts.survey.text"]
        for language, body in bubbles.items():
            for what, remedy in _plain(body):
                found.append(Problem(line.file, line.line, name, f"{what} ({language})", remedy))
    for language, choices in flows.survey.choices.items():
        for choice in choices:
            if len(choice.label) > ROW:
                found.append(
                    Problem(line.file, line.line, "survey", f"`{choice.label}` is too long ({language})", "shorten it")
                )
    return sorted(found, key=lambda problem: (problem.file, problem.line, problem.what))


def _missing(flows: Flows) -> Iterator[Problem]:
    for language in flows.languages[1:]:
        for context, written in flows.written.items():
            entry = flows.catalogues.entry(language, context)
            step = context.partition(".")[2]
            if entry is None:
                yield Problem(
                    written.file,
                    written.line,
                    step,
                    f"no translation ({language})",
                    "run `wargi locale update`, translate",
                )
            elif names(entry.text) != names(written.text):
                wanted = ", ".join(f"{{{name}}}" for name in sorted(names(written.text))) or "no {…}"
                yield Problem(
                    written.file,
                    written.line,
                    step,
                    f"placeholders differ ({language})",
                    f"the translation needs {wanted}",
                )


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
            yield Problem(node.file, node.line, node.id, "no step leads here", "name it in a `next:`, or take it out")


def _ends(flows: Flows) -> Iterator[Problem]:
    """Steps from which no ticket, officer or end can be reached (global words apart)."""
    good = {node.id for node in flows.nodes.values() if isinstance(node, Finish | OpensTicket | HandsOff | Summary)}
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
            yield Problem(
                node.file, node.line, node.id, "never comes to an end", "lead it to a ticket, an officer or an `end`"
            )


def _loops(flows: Flows) -> Iterator[Problem]:
    """Circles in which the citizen is never asked."""
    for start in flows.nodes.values():
        node: Node | None = start
        for _ in range(len(flows.nodes) + 1):
            if node is None or node.asks:
                break
            node = flows.nodes.get(node.next)
            if node is start:
                yield Problem(
                    start.file, start.line, start.id, "goes in a circle without a question", "change a `next:`"
                )
                break


def _node(flows: Flows, node: Node) -> Iterator[tuple[str, str]]:
    options = _options(node)
    known = FILLED | {other.save for other in flows.nodes.values() if other.save}
    for language, say in node.says.items():
        for what, remedy in _bubble(say):
            yield f"{what} ({language})", remedy
        for name in names(say.text) - known:
            yield f"`{{{name}}}` is filled by nothing ({language})", f"known are {', '.join(sorted(known))}"
        if not isinstance(node, OpensTicket | HandsOff) and names(say.text) & {"number", "link"}:
            yield (
                f"a ticket's number before there is a ticket ({language})",
                "say it in an `open-ticket` or `hand-off` step",
            )
        yield from _labels(options, language)
    if isinstance(node, Go | AskText | AskChoice) and not node.exits():
        yield "leads nowhere", "write `next:`"
    if len(options) > MAX_CHOICES:
        yield f"{len(options)} choices", f"at most {MAX_CHOICES}: divide the question in two"
    for option in options:
        if len(f"{node.id}/{option.key}".encode()) > MAX_ID:
            yield f"the names {node.id}/{option.key} are too long together", "shorten the step's or the choice's name"
    yield from _twice(options)


def _options(node: Node) -> list[Option]:
    question = node.skip if isinstance(node, AskMedia) else node
    return [option for option in question.options.values() if option.shown] if isinstance(question, Question) else []


def _labels(options: list[Option], language: str) -> Iterator[tuple[str, str]]:
    limit = BUTTON if len(options) <= BUTTONS else ROW
    for option in options:
        short = option.short[language]
        if len(short) > limit:
            yield (
                f"`{short}` has {len(short)} characters ({language})",
                f"at most {limit} here: give the choice a `short:` label",
            )
    labels = [normalise(option.label[language]) for option in options]
    for label in {label for label in labels if labels.count(label) > 1}:
        yield f"two choices are called `{label}` ({language})", "give each its own label"


def _twice(options: list[Option]) -> Iterator[tuple[str, str]]:
    owner: dict[str, str] = {}
    for option in options:
        for word in {normalise(word) for word in (*option.words, *option.label.values())}:
            if owner.setdefault(word, option.key) != option.key:
                yield f"`{word}` would choose both `{owner[word]}` and `{option.key}`", "leave it to one of them"


def _bubble(say: Say) -> Iterator[tuple[str, str]]:
    if len(say.text) > MAX_TEXT:
        yield f"{len(say.text)} characters with its choices", f"at most {MAX_TEXT}: shorten it"
    if len(say.menu) > BUTTON:
        yield f"the list button `{say.menu}` is too long", f"at most {BUTTON} characters"
    yield from _plain(say.text)


def _plain(text: str) -> Iterator[tuple[str, str]]:
    """Read aloud by a screen reader, it must still be clear."""
    if text.count("?") > 1:
        yield "more than one question in one message", "ask one thing at a time"
    emoji = [letter for letter in text if is_emoji(letter)]
    if len(emoji) > 1:
        yield f"{len(emoji)} emoji", "at most one, at the end"
    for line in filter(None, map(str.strip, text.splitlines())):
        if not (line[0].isalnum() or line[0] in "{(\"“'"):
            yield f"a line begins with `{line[0]}`", "begin with a word: symbols are read aloud first"
    for sentence in _SENTENCE.split(text):
        words = sentence.split()
        if len(words) > MAX_SENTENCE:
            yield f"a sentence of {len(words)} words (“{' '.join(words[:5])} …”)", f"at most {MAX_SENTENCE}: make two"


def is_emoji(letter: str) -> bool:
    return unicodedata.category(letter) in ("So", "Sk") and ord(letter) > 0x2000


def untranslated(flows: Flows, language: str) -> list[str]:
    """Contexts that fall back to Indonesian."""
    if language == SOURCE:
        return []
    return [context for context in flows.written if flows.catalogues.entry(language, context) is None]
