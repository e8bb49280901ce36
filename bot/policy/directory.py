"""The agencies: who they are, what and where they look after, how they are reached (flows/data/agencies.yaml). Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.engine.forms import Form, Workshop, near
from bot.engine.read import Source, Tree
from bot.errors import FlowError
from bot.models import Urgency
from bot.policy.hours import Week, week

CHANNELS = ("login", "mail", "webhook")
_CODE = re.compile(r"\d\d(\.\d\d)?")


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody on duty there."""

    name: str
    email: str = ""
    phone: str = ""
    escalation: bool = False
    """Hears of a case only when something has gone wrong with it: it came back as not done, or lives hang on it and nobody is at
    the duty desk."""
    telegram: str = ""
    """Where a chat message with the signed link reaches them; likewise the next."""
    whatsapp: str = ""


@dataclass(frozen=True, slots=True)
class Agency:
    slug: str
    name: str
    topics: frozenset[str] = frozenset()
    areas: tuple[str, ...] = ()
    """Codes of regencies, or of a whole province; none = everywhere."""
    hours: Week = ()
    """Its clock runs in them; () = as the norms' calendars say."""
    contacts: tuple[Contact, ...] = ()
    channel: str = "login"
    url: str = ""
    """Where its webhook listens."""


@dataclass(frozen=True, slots=True)
class Directory:
    agencies: Mapping[str, Agency] = field(default_factory=dict)
    bounces: int = 2
    """After so many returns only a lead sends a case on: somebody must decide whose it is."""

    @property
    def hours(self) -> dict[str, Week]:
        """By name, as the history knows them."""
        return {each.name: each.hours for each in self.agencies.values() if each.hours}

    def name(self, slug: str) -> str:
        """What people call it; an agency that is gone from the file keeps at least its slug."""
        return self.agencies[slug].name if slug in self.agencies else slug


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An agency that suits a ticket, and why."""

    agency: Agency
    topic: bool
    area: str
    """The code that matched: a regency, a province, or '' where the agency is for everywhere."""


def suggest(directory: Directory, topic: str, place_code: str, refused: Collection[str] = ()) -> list[Suggestion]:
    """Agencies for this topic at this place, the most local first; one that has said "not ours" comes last.
    Without a known place only those for everywhere or the whole province are sure, so they come first."""
    found = []
    for each in directory.agencies.values():
        if not topic or topic not in each.topics:
            continue
        area = _area(each, place_code)
        if area is not None:
            found.append(Suggestion(each, True, area))
    return sorted(found, key=lambda one: (one.agency.slug in refused, -len(one.area), one.agency.slug))


def _area(agency: Agency, code: str) -> str | None:
    """The longest of its areas that holds the place; None = not theirs."""
    if not agency.areas:
        return ""
    if not code:
        return next((area for area in agency.areas if len(area) == 2), None)
    holds = [area for area in agency.areas if code == area or code.startswith(f"{area}.")]
    return max(holds, key=len, default=None)


def needs_lead(directory: Directory, returns: int) -> bool:
    return returns >= directory.bounces


URGENT = ("dispatched", "not_yet")
"""What cannot wait for somebody to look at a list, if lives hang on it."""


def reached(agency: Agency, kind: str, urgency: str, is_open: bool) -> list[tuple[str, str]]:
    """(way, target) of everybody there who hears of it. Those who work at the desk see it in their list; a critical case calls them,
    too, and when they are closed those above them."""
    calls = urgency == Urgency.CRITICAL and kind in URGENT
    found = [("webhook", agency.url)] if agency.channel == "webhook" else []
    for contact in agency.contacts:
        duty = agency.channel == "mail" or calls
        above = kind == "not_yet" or (calls and not is_open)
        if above if contact.escalation else duty:
            ways = (("mail", contact.email), ("telegram", contact.telegram), ("whatsapp", contact.whatsapp))
            found += [(via, target) for via, target in ways if target]
    return found


# -- the file --------------------------------------------------------------------------------------


def read(
    shop: Workshop,
    source: Source,
    topics: Mapping[str, str],
    regencies: Collection[str],
    places: Mapping[str, str] = MappingProxyType({}),
) -> Directory:
    """`topics`: topic -> name of its agency as topics.yaml has it; `places`: topic -> its file and line there. Raises `FlowError`
    for anything that names what is not there."""
    whole = Form(shop, source.name, "agencies", "agencies", source.tree)
    bounces = int(whole.number("bounces", 2, 1, 20))
    found = {
        slug: _agency(shop, source.name, slug, tree, topics, regencies) for slug, tree in whole.sub("agencies").items()
    }
    names = [each.name for each in found.values()]
    if twice := next((name for name in names if names.count(name) > 1), None):
        whole.fail(f"two agencies are named `{twice}`", "give each its own name", "agencies")
    for topic, name in topics.items():
        if name and name not in names:
            if topic in places:
                raise FlowError(
                    f"{places[topic]}: {topic}: the agency `{name}` is not in agencies.yaml; {near(name, names)}."
                )
            whole.fail(f"topics.yaml gives `{topic}` to `{name}`, which is not here", near(name, names), "agencies")
        if name and not any(each.name == name and topic in each.topics for each in found.values()):
            whole.fail(
                f"topics.yaml gives `{topic}` to `{name}`, which does not list it",
                "add it to its `topics`",
                "agencies",
            )
    whole.finish()
    return Directory(found, bounces)


def agree(directory: Directory, names: Collection[str], file: str) -> None:
    """escalation.yaml calls agencies by name. Raises `FlowError`."""
    known = [each.name for each in directory.agencies.values()]
    for name in names:
        if known and name not in known:
            raise FlowError(f"{file}:1: agencies: `{name}` is not in agencies.yaml; {near(name, known)}.")


def _agency(
    shop: Workshop, file: str, slug: str, tree: Tree, topics: Collection[str], regencies: Collection[str]
) -> Agency:
    form = Form(shop, file, "agencies", slug, tree)
    name, mine, areas = form.string("name"), form.words("topics"), form.words("areas")
    for topic in mine:
        if topic not in topics:
            form.fail(f"the topic `{topic}` is not known", near(topic, topics), "topics")
    for code in areas:
        if not _CODE.fullmatch(code):
            form.fail(f"`{code}` is no code of a regency or province", 'write it like `"32.73"`', "areas")
        if regencies and code not in regencies and code not in {each[:2] for each in regencies}:
            form.fail(f"the area `{code}` is not known", near(code, regencies), "areas")
    if ":" in name:
        form.fail(f"`{name}` has a colon, which ends an agency's name in the history", "leave it out", "name")
    try:
        open_at = week(form.words("hours"))
    except ValueError as problem:
        wrong, _, remedy = str(problem).partition("; ")
        form.fail(wrong, remedy, "hours")
    channel, url = form.string("channel", "login"), form.string("url", "")
    if channel not in CHANNELS:
        form.fail(f"`channel: {channel}` is not known", near(channel, CHANNELS), "channel")
    if (channel == "webhook") != bool(url):
        form.fail(
            "a webhook has an address, other channels have none", "write both `channel: webhook` and `url: https://…`"
        )
    if url and not url.startswith(("https://", "http://")):
        form.fail(f"`{url}` is no web address", "begin it with https://", "url")
    contacts = _contacts(shop, file, slug, form)
    if channel == "mail" and not any(
        (each.email or each.telegram or each.whatsapp) and not each.escalation for each in contacts
    ):
        form.fail("nobody has an `email` here", "write one under `contacts`, or `channel: login`", "contacts")
    form.finish()
    return Agency(slug, name, frozenset(mine), areas, open_at, contacts, channel, url)


def _contacts(shop: Workshop, file: str, slug: str, form: Form) -> tuple[Contact, ...]:
    if not form.has("contacts"):
        return ()
    rows = form.fields["contacts"].value
    if not isinstance(rows, list):
        form.fail("`contacts` is no list", "write lines that begin with `-`", "contacts")
    found = []
    for tree in rows:
        one = Form(shop, file, "agencies", f"{slug}.contacts", tree)
        name, email, phone = one.string("name"), one.string("email", ""), one.string("phone", "")
        if email and "@" not in email[1:-1]:
            one.fail(f"`{email}` is no mail address", "write it like `nama@dinas.example`", "email")
        chats = [one.string(way, "") for way in ("telegram", "whatsapp")]
        for way, chat in zip(("telegram", "whatsapp"), chats, strict=True):
            if chat and not chat.lstrip("-").isdigit():
                one.fail(f"`{chat}` is no {way} number", f'write digits in quotes, `{way}: "6281…"`', way)
        found.append(Contact(name, email, phone, one.flag("escalation"), *chats))
        one.finish()
    return tuple(found)
