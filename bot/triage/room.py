"""What a message is: danger, language, topic, place, identity. Pure: lists and models are read once, at the start."""

from collections.abc import Sequence
from dataclasses import field, replace
from datetime import timedelta
from pathlib import Path

from bot.engine.check.named import subtopics
from bot.engine.effects import Facts
from bot.engine.flow import Flows
from bot.engine.forms import Form, Workshop, near
from bot.engine.match import Table
from bot.engine.read import read_all
from bot.errors import Sentence
from bot.message import Location
from bot.policy import calendars, directory, norms, patience, plan, staff
from bot.policy.directory import Directory
from bot.policy.escalation import AGENCY, DUTY, LEAD, NEXT, Plan, Step
from bot.policy.norms import Norms
from bot.policy.patience import Rules
from bot.policy.routing import Routing
from bot.policy.staff import Staff
from bot.record import record
from bot.triage import emergency, language, senses, urgency
from bot.triage.emergency import Emergencies, Number
from bot.triage.senses import Senses
from bot.triage.topic import Guess
from bot.triage.urgency import Dangers

STANDARD = Plan((Step(0, DUTY), Step(20, NEXT), Step(40, LEAD), Step(70, AGENCY)), 60, 120)
"""Without flows/data/escalation.yaml."""
LEAVE = Routing()
"""Without flows/data/routing.yaml."""


@record
class Triage:
    """Everything that reads messages. The senses come a moment after the start; until then nothing is suggested."""

    dangers: Dangers
    emergencies: Emergencies
    yes_no: Table
    """Answers to "is it happening now?"."""
    plan: Plan = STANDARD
    senses: Senses = field(default_factory=Senses)
    routing: Routing = LEAVE
    norms: Norms = field(default_factory=Norms)
    """How long each step of a ticket may take."""
    staff: Staff = field(default_factory=Staff)
    """How people are put to work: it lies here because its data is published and replaced with the rest."""
    agencies: Directory = field(default_factory=Directory)
    patience: Rules = field(default_factory=Rules)

    def guess(self, text: str) -> Guess | None:
        """What a report is about; None while no model is loaded, and for one without words."""
        return self.senses.topics.guess(text) if self.senses.topics is not None and text.strip() else None

    def numbers(self, region: str, kind: str) -> tuple[Number, ...]:
        """The emergency numbers of a regency for a kind of danger; the country's where the region is not known."""
        return self.emergencies.numbers(region, kind)

    def regency(self, texts: Sequence[str], location: Location | None) -> str:
        """The code of the regency that is named first; '' where none is, or where the names leave it open."""
        places = self.senses.places
        if places is None:
            return ""
        if location is not None and (near := places.near(location.latitude, location.longitude)):
            return near.code[:5]
        for text in filter(None, texts):
            codes = {place.code[:5] for place in places.find(text).candidates if place.level != "province"}
            if len(codes) == 1:
                return codes.pop()
        return ""

    def listen(self, facts: Facts, text: str) -> Facts:
        """What the engine may know besides: the language so far with this message, and whom to ask about topics and places."""
        found = self.senses
        memory = facts.memory
        if text:
            names = found.places.find(text).words if found.places else frozenset[str]()
            memory = language.remember(memory, language.lean(text, names | frozenset(facts.name.lower().split())))
        return Facts(  # written out: `replace` takes as long as all the rest of this, and every message passes here
            facts.language,
            facts.notice,
            facts.name,
            facts.now,
            facts.channel,
            memory,
            language.settled(memory),
            found.topics.guess if found.topics else None,
            found.intents.guess if found.intents else None,
            found.places,
            self.urgency,
            self.listed,
            facts.answer,
            facts.known,
        )

    def urgency(self, text: str) -> str:
        """`critical`, `high`, or '' where nothing speaks of harm."""
        danger = self.dangers.read(text)
        return danger.level if danger is not None else ""

    def listed(self, region: str, language: str) -> str:
        """The emergency numbers of a regency, one a line, as they are said in a bubble."""
        return "\n".join(f"{number.digits} – {number.label}" for number in self.numbers(region, ""))


def learn(triage: Triage, flows_dir: Path, flows: Flows, data_dir: Path) -> Triage:
    """Loads what takes time, in whatever thread this is called. Raises `FlowError` for a broken file of examples."""
    triage.dangers.warm()  # first: every message is listened to
    seeds = {topic.slug: (*topic.seeds, *topic.words) for topic in flows.topics.values()}
    senses.learn(triage.senses, flows_dir / "data" / "examples", seeds, senses.keeper(flows_dir, data_dir))
    return triage


def load(flows_dir: Path, flows: Flows, dangers: Dangers | None = None) -> Triage:
    """Raises `FlowError` for a broken file. `dangers`: those of the same words, read before; it is what takes time here."""
    path = _folder(flows_dir, "escalation") / "data" / "escalation.yaml"
    found = STANDARD
    if path.is_file():
        found = plan.read(Workshop(flows.catalogues), read_all([path], path.parents[1], "escalation")[0])
    dangers = dangers or urgency.read(_folder(flows_dir, "urgency"))
    emergencies = emergency.read(_folder(flows_dir, "emergency"))
    agencies = _agencies(flows_dir, flows, tuple(emergencies.regions))
    directory.agree(agencies, [name for name, _ in found.agencies], str(path))
    return Triage(
        dangers,
        emergencies,
        _yes_no(flows),
        found,
        routing=_routing(flows_dir, flows),
        staff=staffing(flows_dir, flows),
        agencies=agencies,
        patience=_patience(flows_dir, flows),
        norms=replace(_norms(flows_dir, flows), hours=agencies.hours),
    )


def _agencies(flows_dir: Path, flows: Flows, regencies: Sequence[str]) -> Directory:
    """A folder without the file has no agencies: those of another region, with other topics, would be wrong ones."""
    path = flows_dir / "data" / "agencies.yaml"
    if not path.is_file():
        return Directory()
    source = read_all([path], flows_dir, "agencies")[0]
    topics = {slug: topic.agency for slug, topic in flows.topics.items()}
    written = {slug: flows.written.get(f"topics.{slug}.label") for slug in topics}
    places = {slug: each for slug, each in written.items() if each}
    return directory.read(Workshop(flows.catalogues), source, topics, regencies, places)


def _routing(flows_dir: Path, flows: Flows) -> Routing:
    path = _folder(flows_dir, "routing") / "data" / "routing.yaml"
    if not path.is_file():
        return LEAVE
    source = read_all([path], path.parents[1], "routing")[0]
    form = Form(Workshop(flows.catalogues), source.name, "routing", "routing", source.tree)
    wait = timedelta(minutes=form.number("language_minutes", 15, 0, 24 * 60))
    leads, known = form.words("leads"), [*flows.topics, *subtopics(flows)]
    for name in leads if path.parents[1] == flows_dir else ():
        if name not in known:
            what = Sentence("`{name}` bukan topik dan bukan subtopik", name=name)
            form.fail(what, near(name, known), "leads")
    found = Routing(wait, frozenset(leads))
    form.finish()
    return found


def _norms(flows_dir: Path, flows: Flows) -> Norms:
    """An operator's own folder may lack these, too: then the shipped norms and calendars hold."""
    own = _folder(flows_dir, "sla")
    paths = [_folder(flows_dir, name) / "data" / f"{name}.yaml" for name in ("calendars", "sla")]
    if not all(path.is_file() for path in paths):
        return Norms()
    days, rules = (read_all([path], path.parents[1], path.stem)[0] for path in paths)
    shop = Workshop(flows.catalogues)
    topics, finer = (frozenset(flows.topics), subtopics(flows)) if own == flows_dir else (frozenset[str](), None)
    return norms.read(shop, rules, calendars.read(shop, days), topics, finer)


def staffing(flows_dir: Path, flows: Flows) -> Staff:
    """Each of the three files may be missing: then the standard counts, and nothing is given out by itself."""
    found = {}
    for name, reader in staff.READERS.items():
        path = flows_dir / "data" / f"{name}.yaml"
        if path.is_file():
            found[name] = reader(
                Workshop(flows.catalogues, groups=flows.groups), read_all([path], path.parents[1], name)[0]
            )
    return Staff(**{{"shifts": "rota"}.get(name, name): value for name, value in found.items()})  # type: ignore[arg-type]


def _patience(flows_dir: Path, flows: Flows) -> Rules:
    path = _folder(flows_dir, "patience") / "data" / "patience.yaml"
    if not path.is_file():
        return Rules()
    return patience.read(Workshop(flows.catalogues), read_all([path], path.parents[1], "patience")[0])


def _folder(flows_dir: Path, name: str) -> Path:
    """An operator's own folder of flows hears danger too, even if it has no lists of its own: then the shipped ones count."""
    if (flows_dir / "data" / f"{name}.yaml").is_file():
        return flows_dir
    package = Path(__file__).parents[1]
    return next((each for each in (package.parent / "flows", package / "flows") if each.is_dir()), flows_dir)


def _yes_no(flows: Flows) -> Table:
    """Whatever may be typed for the two answers, in every language."""
    words = {"yes": "ya", "no": "tidak"}
    labels = {key: ([*flows.texts[f"critical_choice_{key}"].values()], (word,)) for key, word in words.items()}
    return Table.build(flows.lexicon, labels, parts=False)
