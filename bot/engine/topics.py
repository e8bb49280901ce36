"""Topics of reports, in groups: flows/data/topics.yaml. Slugs are stable names in tickets and exports; the rest is data."""

from dataclasses import dataclass

from bot.engine.forms import Form, Text, Workshop
from bot.engine.read import Source, Tree

FLOW = "topics"
"""The first word of their translation contexts."""


@dataclass(frozen=True, slots=True)
class Topic:
    slug: str
    label: Text
    agency: str
    """Who looks after it unless the region says otherwise; '' where an officer decides."""
    words: tuple[str, ...] = ()
    confidential: bool = False
    seeds: tuple[str, ...] = ()
    """Words and phrases that are typical of it in free text; they help to guess a topic and choose nothing in a menu."""


@dataclass(frozen=True, slots=True)
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
                form.fail(f"the topic `{name}` is in two groups", "keep it in one", "topics")
            seen.add(name)
            topics.append(_topic(shop, source.name, name, child))
        groups.append(Group(slug, form.text("label"), form.words("words"), tuple(topics)))
        form.finish()
    whole.finish()
    return tuple(groups)


def _topic(shop: Workshop, file: str, name: str, tree: Tree) -> Topic:
    form = Form(shop, file, FLOW, name, tree)
    label, agency, words = form.text("label"), form.string("agency", ""), form.words("words")
    found = Topic(name, label, agency, words, form.flag("confidential"), form.words("seeds"))
    form.finish()
    return found
