"""The agencies: who they are, what and where they look after, how they are reached (flows/data/agencies.yaml). Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import field
from types import MappingProxyType

from bot.engine.forms import Form, Workshop, Written, near
from bot.engine.read import Source, Tree
from bot.errors import FlowError, Misread, Problem, Sentence
from bot.models import Urgency
from bot.policy.hours import Week, week
from bot.record import record

CHANNELS = ("login", "mail", "webhook")
_CODE = re.compile(r"\d\d(\.\d\d)?")


@record
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


@record
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


@record
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


@record
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
    places: Mapping[str, Written] = MappingProxyType({}),
) -> Directory:
    """`topics`: topic -> name of its agency as topics.yaml has it; `places`: topic -> its text there. Raises `FlowError`
    for anything that names what is not there."""
    whole = Form(shop, source.name, "agencies", "agencies", source.tree)
    bounces = int(whole.number("bounces", 2, 1, 20))
    found = {
        slug: _agency(shop, source.name, slug, tree, topics, regencies) for slug, tree in whole.sub("agencies").items()
    }
    names = [each.name for each in found.values()]
    if twice := next((name for name in names if names.count(name) > 1), None):
        what = Sentence("dua instansi bernama `{name}`", name=twice)
        whole.fail(what, Sentence("beri masing-masing nama sendiri"), "agencies")
    for topic, name in topics.items():
        if name and name not in names:
            if topic in places:
                place = places[topic]
                what = Sentence("instansi `{name}` tidak ada di agencies.yaml", name=name)
                raise FlowError(Problem(place.file, place.line, topic, what, near(name, names)))
            what = Sentence(
                "topics.yaml menyerahkan `{topic}` kepada `{name}`, yang tidak ada di sini", topic=topic, name=name
            )
            whole.fail(what, near(name, names), "agencies")
        if name and not any(each.name == name and topic in each.topics for each in found.values()):
            what = Sentence(
                "topics.yaml menyerahkan `{topic}` kepada `{name}`, yang tidak mencantumkannya", topic=topic, name=name
            )
            whole.fail(what, Sentence("tambahkan ke `topics`-nya"), "agencies")
    whole.finish()
    return Directory(found, bounces)


def agree(directory: Directory, names: Collection[str], file: str) -> None:
    """escalation.yaml calls agencies by name. Raises `FlowError`."""
    known = [each.name for each in directory.agencies.values()]
    for name in names:
        if known and name not in known:
            what = Sentence("`{name}` tidak ada di agencies.yaml", name=name)
            raise FlowError(Problem(file, 1, "agencies", what, near(name, known)))


def _agency(
    shop: Workshop, file: str, slug: str, tree: Tree, topics: Collection[str], regencies: Collection[str]
) -> Agency:
    form = Form(shop, file, "agencies", slug, tree)
    name, mine, areas = form.string("name"), form.words("topics"), form.words("areas")
    for topic in mine:
        if topic not in topics:
            what = Sentence("topik `{topic}` tidak dikenal", topic=topic)
            form.fail(what, near(topic, topics), "topics")
    for code in areas:
        if not _CODE.fullmatch(code):
            what = Sentence("`{code}` bukan kode kabupaten, kota, atau provinsi", code=code)
            form.fail(what, Sentence('tulis seperti `"32.73"`'), "areas")
        if regencies and code not in regencies and code not in {each[:2] for each in regencies}:
            what = Sentence("wilayah `{code}` tidak dikenal", code=code)
            form.fail(what, near(code, regencies), "areas")
    if ":" in name:
        what = Sentence("`{name}` memuat titik dua, yang mengakhiri nama instansi di riwayat", name=name)
        form.fail(what, Sentence("tulis tanpa titik dua"), "name")
    try:
        open_at = week(form.words("hours"))
    except Misread as problem:
        form.fail(problem.what, problem.remedy, "hours")
    channel, url = form.string("channel", "login"), form.string("url", "")
    if channel not in CHANNELS:
        form.unknown("channel", channel, CHANNELS)
    if (channel == "webhook") != bool(url):
        what = Sentence("webhook punya alamat, kanal lain tidak")
        form.fail(what, Sentence("tulis `channel: webhook` dan `url: https://…` bersama"))
    if url and not url.startswith(("https://", "http://")):
        what = Sentence("`{url}` bukan alamat web", url=url)
        form.fail(what, Sentence("awali dengan https://"), "url")
    contacts = _contacts(shop, file, slug, form)
    if channel == "mail" and not any(
        (each.email or each.telegram or each.whatsapp) and not each.escalation for each in contacts
    ):
        what = Sentence("tidak ada yang punya `email` di sini")
        remedy = Sentence("tulis satu di bawah `contacts`, atau `channel: login`")
        form.fail(what, remedy, "contacts")
    form.finish()
    return Agency(slug, name, frozenset(mine), areas, open_at, contacts, channel, url)


def _contacts(shop: Workshop, file: str, slug: str, form: Form) -> tuple[Contact, ...]:
    if not form.has("contacts"):
        return ()
    rows = form.fields["contacts"].value
    if not isinstance(rows, list):
        what = Sentence("`contacts` bukan daftar")
        form.fail(what, Sentence("tulis baris-baris yang diawali `-`"), "contacts")
    found = []
    for tree in rows:
        one = Form(shop, file, "agencies", f"{slug}.contacts", tree)
        name, email, phone = one.string("name"), one.string("email", ""), one.string("phone", "")
        if email and "@" not in email[1:-1]:
            what = Sentence("`{email}` bukan alamat email", email=email)
            one.fail(what, Sentence("tulis seperti `nama@dinas.example`"), "email")
        chats = [one.string(way, "") for way in ("telegram", "whatsapp")]
        for way, chat in zip(("telegram", "whatsapp"), chats, strict=True):
            if chat and not chat.lstrip("-").isdigit():
                what = Sentence("`{chat}` bukan nomor {way}", chat=chat, way=way)
                one.fail(what, Sentence('tulis angka dalam tanda kutip, `{way}: "6281…"`', way=way), way)
        found.append(Contact(name, email, phone, one.flag("escalation"), *chats))
        one.finish()
    return tuple(found)
