"""`wargi flow check`: what loading cannot refuse but people would feel. Every rule looks at every language.

Loading already refuses wrong words, targets that do not exist and missing texts. Here are the shape of the flows, the limits of the
platforms, plain language, the register of Sundanese, translations, and names that nobody knows.
"""

from collections.abc import Iterator
from itertools import chain

from bot.engine import register
from bot.engine.check import channel, plain
from bot.engine.check.named import named
from bot.engine.check.shape import shape
from bot.engine.doing import HandsOff, OpensTicket
from bot.engine.fill import SYSTEM, names
from bot.engine.flow import Flows
from bot.engine.forms import Option
from bot.engine.nodes import Node, Question
from bot.engine.reports import AskMedia
from bot.errors import Problem, Sentence
from bot.i18n import COMPLETE, SOURCE

FILLED = SYSTEM | frozenset("low high masked agency code place time later".split())
"""Placeholders that the system fills."""


def lint(flows: Flows) -> list[Problem]:
    found = [*_missing(flows), *shape(flows), *_registers(flows), *_survey(flows), *named(flows)]
    for node in flows.nodes.values():
        found += [Problem(node.file, node.line, node.id, *fault) for fault in _node(flows, node)]
    for name, bubbles in flows.texts.items():
        found += _texts(flows, f"texts.{name}", name, bubbles)
    return sorted(set(found), key=lambda problem: (problem.file, problem.line, str(problem.what)))


def _missing(flows: Flows) -> Iterator[Problem]:
    for language in flows.languages[1:]:
        for context, written in flows.written.items():
            entry, step = flows.catalogues.entry(language, context), context.partition(".")[2]
            if entry is None and language in COMPLETE:
                what = Sentence("belum diterjemahkan ({language})", language=language)
                remedy = Sentence("jalankan `wargi locale update`, lalu terjemahkan")
                yield Problem(written.file, written.line, step, what, remedy, pity=True)
            elif entry is not None and names(entry.text) != names(written.text):
                wanted = ", ".join(f"{{{name}}}" for name in sorted(names(written.text)))
                what = Sentence("isian dalam kurung kurawal tidak sama ({language})", language=language)
                remedy = Sentence("terjemahannya tanpa {…}")
                if wanted:
                    remedy = Sentence("terjemahannya perlu {wanted}", wanted=wanted)
                yield Problem(written.file, written.line, step, what, remedy)


def _registers(flows: Flows) -> Iterator[Problem]:
    """Sundanese that is coarse, plain among polite words, or polite about the wrong person; Indonesian of offices."""
    for context, written in flows.written.items():
        for what, remedy in register.difficult(flows.register, written.text):
            yield Problem(written.file, written.line, context.partition(".")[2], what, remedy)
        entry = flows.catalogues.entry(register.LANGUAGE, context)
        for what, remedy in register.faults(flows.register, entry.text) if entry else ():
            what = plain.in_(what, register.LANGUAGE)
            yield Problem(written.file, written.line, context.partition(".")[2], what, remedy)


def _texts(flows: Flows, context: str, name: str, bubbles: object) -> Iterator[Problem]:
    line = flows.written[context]
    for language, body in dict(bubbles).items():  # type: ignore[call-overload]
        for what, remedy in plain.plain(body):
            yield Problem(line.file, line.line, name, plain.in_(what, language), remedy)


def _survey(flows: Flows) -> Iterator[Problem]:
    yield from _texts(flows, "texts.survey.text", "survey", flows.survey.text)
    line, limit = flows.written["texts.survey.text"], channel.LIMITS["WhatsApp"].row
    for language, choices in flows.survey.choices.items():
        for choice in choices:
            if len(choice.label) > limit:
                what = plain.in_(Sentence("`{label}` terlalu panjang", label=choice.label), language)
                yield Problem(line.file, line.line, "survey", what, Sentence("pendekkan"))


def _node(flows: Flows, node: Node) -> Iterator[register.Fault]:
    options = _options(node)
    known = FILLED | {other.save for other in flows.nodes.values() if other.save}
    for language, say in node.says.items():
        for what, remedy in chain(plain.bubble(say.text), channel.says(say)):
            yield plain.in_(what, language), remedy
        for name in sorted(names(say.text) - known):
            what = Sentence("`{field}` tidak diisi apa pun", field=f"{{{name}}}")
            yield plain.in_(what, language), Sentence("yang dikenal ialah {known}", known=", ".join(sorted(known)))
        if not isinstance(node, OpensTicket | HandsOff) and names(say.text) & {"number", "link"}:
            what = Sentence("nomor tiket sebelum ada tiket")
            remedy = Sentence("katakan di langkah `open-ticket` atau `hand-off`")
            yield plain.in_(what, language), remedy
        if options:
            for what, remedy in plain.numbered(say.text.rpartition("\n\n1. ")[0]):
                yield plain.in_(what, language), remedy
        yield from channel.labels(options, language)
    yield from channel.keys(node.id, options)


def _options(node: Node) -> list[Option]:
    question = node.skip if isinstance(node, AskMedia) else node
    return [option for option in question.options.values() if option.shown] if isinstance(question, Question) else []


def untranslated(flows: Flows, language: str) -> list[str]:
    """Contexts that fall back to Indonesian."""
    if language == SOURCE:
        return []
    return [context for context in flows.written if flows.catalogues.entry(language, context) is None]
