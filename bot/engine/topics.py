"""Topics of reports, in groups: flows/data/topics.yaml. Slugs are stable names in tickets and exports; the rest is data."""

from bot.engine.forms import Form, Text, Workshop
from bot.engine.match import normalise
from bot.engine.read import Source, Tree
from bot.errors import Sentence
from bot.record import record

MOST = 6
FLOW = "topics"
"""The first word of their translation contexts."""


@record
class Finer:
    """A sub-topic."""

    slug: str
    label: Text
    words: tuple[str, ...] = ()
    """They name it in a story as well as at the question."""
    heard: tuple[str, ...] = ()
    """The same as they are compared, with the label in all languages."""


@record
class Topic:
    slug: str
    label: Text
    agency: str
    """Who looks after it unless the region says otherwise; '' where an officer decides."""
    words: tuple[str, ...] = ()
    confidential: bool = False
    seeds: tuple[str, ...] = ()
    """Words and phrases that are typical of it in free text; they help to guess a topic and choose nothing in a menu."""
    audited: bool = False
    """It speaks of somebody's health: who opens a case of it is written down."""
    finer: tuple[Finer, ...] = ()
    """What it divides into, where officers must know that."""


@record
class Group:
    slug: str
    label: Text
    words: tuple[str, ...]
    topics: tuple[Topic, ...]


def build(shop: Workshop, source: Source) -> tuple[Group, ...]:
    whole = Form(shop, source.name, FLOW, "topics", source.tree)
    groups, seen = [], set[str]()
    for slug, tree in whole.sub("groups").items():
        form = Form(shop, source.name, FLOW, f"group.{slug}", tree)
        topics = []
        for name, child in form.sub("topics").items():
            if name in seen:
                what = Sentence("topik `{name}` ada di dua kelompok", name=name)
                form.fail(what, Sentence("sisakan di satu kelompok"), "topics")
            seen.add(name)
            topics.append(_topic(shop, source.name, name, child))
        groups.append(Group(slug, form.text("label"), form.words("words"), tuple(topics)))
        form.finish()
    whole.finish()
    return tuple(groups)


def _topic(shop: Workshop, file: str, name: str, tree: Tree) -> Topic:
    form = Form(shop, file, FLOW, name, tree)
    label, agency, words = form.text("label"), form.string("agency", ""), form.words("words")
    flags = form.flag("confidential"), form.words("seeds"), form.flag("audited")
    found = Topic(name, label, agency, words, *flags, _finer(form))
    form.finish()
    return found


def _finer(form: Form) -> tuple[Finer, ...]:
    options = form.options("finer") if form.has("finer") else ()
    if len(options) > MOST:
        what = Sentence("`finer` berisi {count} baris", count=len(options))
        remedy = Sentence("sisakan paling banyak {most}: tidak ada yang membaca daftar lebih panjang", most=MOST)
        form.fail(what, remedy, "finer")
    return tuple(
        Finer(
            each.key,
            each.label,
            each.words,
            tuple({normalise(word): None for word in (*each.words, *each.label.values())}),
        )
        for each in options
    )
