"""`wargi locale extract|update|check`: what is to be translated, from flows and from code, and whether it has been.

A flow's text is found by its place (`menu.utama.text` as the context), so a changed sentence keeps its translation, marked
fuzzy, until somebody has looked. Babel writes the files; nothing here runs in the server.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.pofile import read_po, write_po
from typing_extensions import override

from bot.engine import register
from bot.engine.fill import names
from bot.engine.flow import Flows, load
from bot.i18n import COMPLETE, PLAIN, SOURCE, Catalogues
from bot.record import record
from bot.triage import emergency

PACKAGE = Path(__file__).parent
TEMPLATE = "messages.pot"
HEADER = "# Translations of Wargi. Flow texts carry their place (flow.step.field) as the context.\n#"
DESK = ("bot/desk/", "bot/cli", "bot/models/news")
"""Texts for officers and operators."""
DESK_LANGUAGES = ("en",)
"""The desk is Indonesian and English; the catalogues of other languages hold only what citizens read."""
ERRORS = {name: None for name in ("WargiError", "Conflict", "Stale", "Forbidden", "Unreachable", "Busy", "Sentence")}
"""What is refused is said by the page of the desk that shows it, in the language of the page. Whoever names such an error with a
literal has marked it; a `FlowError` is made of `Sentence`s. Of `NotFound` officers read the guard's words alone; the others speak to
whoever runs the server."""
INSIDE = ("timers.py", "pretend/plans.py")
"""What is raised here is caught by the machinery, and nobody reads it."""
REFUSED = "petugas"
"""Marks a text that only errors have: it is for officers, wherever it stands."""
MISSING = "not translated"
CHANGED = "the source changed: look at the translation and take `fuzzy` out"
LISTED = (MISSING, CHANGED)
"""In a language that nobody was promised these are no faults: the text falls back to Indonesian, and is listed."""
PLURALS = "nplurals=1; plural=0;"
"""Nouns of Indonesian and Sundanese do not change after a number; Babel's own tables say otherwise and are wrong."""


@record
class Problem:
    where: str
    """`locales/su/LC_MESSAGES/messages.po: menu.utama.text`."""
    what: str

    @override
    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def path_of(locales_dir: Path, language: str) -> Path:
    return locales_dir / language / "LC_MESSAGES" / "messages.po"


def extract(flows_dir: Path, locales_dir: Path, package: Path = PACKAGE) -> int:
    """Writes the template. Returns how many texts there are."""
    found = template(_flows(flows_dir, locales_dir), package, _labels(flows_dir))
    _write(locales_dir / TEMPLATE, found)
    return len(found)


def update(flows_dir: Path, locales_dir: Path, package: Path = PACKAGE) -> list[str]:
    """Writes the template and brings every .po up to date. Returns the files that changed."""
    found = template(_flows(flows_dir, locales_dir), package, _labels(flows_dir))
    changed = [_write(locales_dir / TEMPLATE, found)]
    for file in sorted(locales_dir.glob("*/LC_MESSAGES/messages.po")):
        changed.append(_write(file, _merged(found, _read(file), file.parent.parent.name)))
    return [str(file) for file in changed if file is not None]


def add(language: str, locales_dir: Path) -> Path:
    """A new language: an empty catalogue, which `update` fills with the texts to translate."""
    file = path_of(locales_dir, language)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, _empty(language))
    return file


def check(flows_dir: Path, locales_dir: Path, package: Path = PACKAGE, allow_fuzzy: bool = False) -> list[Problem]:
    """Nothing missing in the languages that citizens are promised, nothing to be looked at again there, the same placeholders on
    both sides, Sundanese in its register, the template up to date."""
    flows = _flows(flows_dir, locales_dir)
    found, problems = template(flows, package, _labels(flows_dir)), list[Problem]()
    if _bytes(found) != _content(locales_dir / TEMPLATE):
        problems.append(Problem(str(locales_dir / TEMPLATE), "texts have changed; run `wargi locale update`"))
    problems += _familiar(flows, locales_dir, found, allow_fuzzy)
    for file in sorted(locales_dir.glob("*/LC_MESSAGES/messages.po")):
        language, catalogue = file.parent.parent.name, _read(file)
        for name, what in _problems(_for(found, language), catalogue, allow_fuzzy):
            if language in COMPLETE or what not in LISTED:
                problems.append(Problem(f"{file}: {name}", what))
        if language == register.LANGUAGE:
            problems += [Problem(f"{file}: {name}", what) for name, what in _manners(flows, catalogue)]
    return problems


def polite_texts(flows_dir: Path, locales_dir: Path) -> list[str]:
    """Where the familiar register is chosen: the places of texts that are said politely for want of a familiar one."""
    flows = _flows(flows_dir, locales_dir)
    if flows.register.policy != register.LOMA:
        return []
    return [context for context in flows.written if context not in flows.catalogues.plain.get(register.LANGUAGE, {})]


def _familiar(flows: Flows, locales_dir: Path, found: Catalog, allow_fuzzy: bool) -> Iterator[Problem]:
    """The file is small and written by hand: each entry must be a text that there is, with its placeholders, and not coarse."""
    sources, loma = (
        {each.context: _source(each) for each in found if each.context},
        replace(flows.register, policy=register.LOMA),
    )
    for language, entries in flows.catalogues.plain.items():
        file = path_of(locales_dir, language).with_name(PLAIN)
        for context, entry in entries.items():
            if context not in sources:
                yield Problem(f"{file}: {context}", "there is no such text; take it out, or mend its msgctxt")
            elif entry.source != sources[context] and not allow_fuzzy:
                yield Problem(
                    f"{file}: {context}", "the source changed: look at the translation and copy the new msgid"
                )
            elif names(entry.text) != names(entry.source):
                yield Problem(
                    f"{file}: {context}",
                    f"placeholders differ: {_list(entry.source)} in Indonesian, {_list(entry.text)} here",
                )
            for fault in register.faults(loma, entry.text):
                yield Problem(f"{file}: {context}", _told(flows, fault))


def open_texts(flows_dir: Path, locales_dir: Path, package: Path = PACKAGE) -> dict[str, list[Problem]]:
    """language -> what falls back to Indonesian, or is to be looked at because its source changed."""
    found, listed = template(_flows(flows_dir, locales_dir), package, _labels(flows_dir)), dict[str, list[Problem]]()
    for file in sorted(locales_dir.glob("*/LC_MESSAGES/messages.po")):
        language = file.parent.parent.name
        rows = [Problem(name, what) for name, what in _problems(_for(found, language), _read(file), False)]
        listed[language] = [row for row in rows if row.what in LISTED]
    return listed


def template(flows: Flows, package: Path, labels: Mapping[str, tuple[str, int]]) -> Catalog:
    """Every text of the flows, the labels of emergency numbers, then every `_()` of the code and pages."""
    found = _empty()
    for item in flows.written.values():
        found.add(item.text, context=item.context, locations=[(item.file, item.line)])
    for label, place in labels.items():
        found.add(label, locations=[place])
    code: Any = ("**.py", _python)  # Babel takes functions, its types name strings alone
    for name, line, message, comments, context in sorted(
        extract_from_dir(
            package,
            [code, ("**.html", "jinja2")],
            keywords={**DEFAULT_KEYWORDS, "_": None},
            comment_tags=("i18n:",),
            strip_comment_tags=True,
        ),
        key=lambda row: (row[0], row[1]),
    ):
        found.add(message, context=context, locations=[(f"{package.name}/{name}", line)], auto_comments=comments)
    refused = extract_from_dir(package, [code], keywords=ERRORS)
    ours = {message.id for message in found if not _only_desk(message)}
    for name, line, message, _, _ in sorted(refused, key=lambda row: (row[0], row[1])):
        if name in INSIDE:
            continue
        comments = [REFUSED] if message not in ours else []
        found.add(message, locations=[(f"{package.name}/{name}", line)], auto_comments=comments)
    return found


def _python(file: IO[bytes], keywords: Mapping[str, Any], tags: Collection[str], options: Any) -> Iterator[Any]:
    """As Babel reads a file, which takes it ten milliseconds: most files mark nothing."""
    text = file.read()
    file.seek(0)
    return (
        extract_python(file, keywords, tags, options)
        if any(f"{word}(".encode() in text for word in keywords)
        else iter(())
    )


def _labels(flows_dir: Path) -> Mapping[str, tuple[str, int]]:
    """A folder without its own emergency numbers uses the shipped ones, which are translated where they are."""
    return emergency.texts(emergency.read(flows_dir)) if (flows_dir / "data" / "emergency.yaml").is_file() else {}


def _flows(flows_dir: Path, locales_dir: Path) -> Flows:
    return load(flows_dir, Catalogues.load(locales_dir))


def _for(found: Catalog, language: str) -> list[Message]:
    """What a language needs."""
    return [message for message in found if message.id and (language in DESK_LANGUAGES or not _only_desk(message))]


def _only_desk(message: Message) -> bool:
    if REFUSED in message.auto_comments:
        return True
    return bool(message.locations) and all(name.startswith(DESK) for name, _ in message.locations)


def _problems(wanted: list[Message], catalogue: Catalog, allow_fuzzy: bool) -> Iterator[tuple[str, str]]:
    if catalogue.plural_forms.rstrip(";") != PLURALS.rstrip(";"):
        yield "header", f"Plural-Forms is `{catalogue.plural_forms}`; write `{PLURALS}`"
    have = {_key(message): message for message in catalogue if message.id}
    for message in wanted:
        name = message.context or str(_source(message))
        found = have.get(_key(message))
        text = _text(found) if found else ""
        if not text:
            yield name, MISSING
            continue
        if found and not allow_fuzzy and (found.fuzzy or _source(found) != _source(message)):
            yield name, CHANGED
        if names(text) != names(_source(message)):
            yield name, f"placeholders differ: {_list(_source(message))} in Indonesian, {_list(text)} here"


def _manners(flows: Flows, catalogue: Catalog) -> Iterator[tuple[str, str]]:
    for message in catalogue:
        for fault in register.faults(flows.register, _text(message)) if message.id else ():
            yield message.context or str(_source(message)), _told(flows, fault)


def _told(flows: Flows, fault: register.Fault) -> str:
    """In English, as everything that this command says."""
    return "; ".join(each.said(partial(flows.catalogues.gettext, "en")) for each in fault)


def _merged(fresh: Catalog, old: Catalog, language: str) -> Catalog:
    merged = _empty(language)
    have = {_key(message): message for message in old if message.id}
    for message in _for(fresh, language):
        found = have.get(_key(message))
        flags = set(found.flags) if found else set()
        if found and _text(found) and _source(found) != _source(message):
            flags.add("fuzzy")
        merged.add(
            message.id, found.string if found and _text(found) else None, message.locations, flags,
            message.auto_comments, found.user_comments if found else (), context=message.context,
        )  # fmt: skip
    return merged


def _key(message: Message) -> str:
    """Texts with a context by their place alone; others by their source."""
    return message.context or f"\0{_source(message)}"


def _source(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _text(message: Message) -> str:
    return message.string if isinstance(message.string, str) else (message.string or ("",))[0]


def _list(text: str) -> str:
    return ", ".join(sorted(names(text))) or "none"


def _empty(language: str | None = None) -> Catalog:
    # No date, no author: a file must not change because it was written again.
    found = Catalog(locale=None, header_comment=HEADER, project="Wargi", charset="utf-8", fuzzy=False)
    found.mime_headers = [
        ("Language", language or SOURCE),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
        ("Plural-Forms", PLURALS),
    ]
    return found


def _bytes(catalogue: Catalog) -> bytes:
    out = BytesIO()
    for message in catalogue:
        message.locations = [(name, 1) for name in dict.fromkeys(name for name, _ in message.locations)]
    language = str(catalogue.locale_identifier or SOURCE)
    write_po(out, catalogue, width=100, include_lineno=False, omit_header=True, sort_output=False)
    header = f'{HEADER}\nmsgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    header += f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {PLURALS}\\n"\n\n'
    return header.encode() + out.getvalue()


def _content(path: Path) -> bytes:
    with suppress(OSError):
        return path.read_bytes()
    return b""


def _write(path: Path, catalogue: Catalog) -> Path | None:
    body = _bytes(catalogue)
    if _content(path) == body:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)
