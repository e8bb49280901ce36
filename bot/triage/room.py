"""What a message is: danger, language, topic, place, identity. Pure: lists and models are read once, at the start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.engine.flow import Flows
from bot.engine.forms import Form, Workshop
from bot.engine.match import Table
from bot.engine.read import read_all
from bot.message import Location
from bot.policy import plan
from bot.policy.escalation import AGENCY, DUTY, LEAD, NEXT, Plan, Step
from bot.policy.routing import Routing
from bot.triage import emergency, urgency
from bot.triage.emergency import Emergencies, Number
from bot.triage.topic import Guess, Model
from bot.triage.urgency import Dangers

STANDARD = Plan((Step(0, DUTY), Step(20, NEXT), Step(40, LEAD), Step(70, AGENCY)), 60, 120)
"""Without flows/data/escalation.yaml."""
LEAVE = Routing()
"""Without flows/data/routing.yaml."""


@dataclass(frozen=True, slots=True)
class Triage:
    """Everything that reads messages. `places` and `topics` come a moment after the start; until then nothing is suggested."""

    dangers: Dangers
    emergencies: Emergencies
    yes_no: Table
    """Answers to "is it happening now?"."""
    plan: Plan = STANDARD
    routing: Routing = LEAVE
    topics: Model | None = None

    def guess(self, text: str) -> Guess | None:
        """What a report is about; None while no model is loaded, and for one without words."""
        return self.topics.guess(text) if self.topics is not None and text.strip() else None

    def numbers(self, region: str, kind: str) -> tuple[Number, ...]:
        """The emergency numbers of a regency for a kind of danger; the country's where the region is not known."""
        return self.emergencies.numbers(region, kind)

    def regency(self, texts: Sequence[str], location: Location | None) -> str:
        """The code of the regency that is named first; '' where none is."""
        return ""


def load(flows_dir: Path, flows: Flows) -> Triage:
    """Raises `FlowError` for a broken file."""
    path = _folder(flows_dir, "escalation") / "data" / "escalation.yaml"
    found = STANDARD
    if path.is_file():
        found = plan.read(Workshop(flows.catalogues), read_all([path], path.parents[1], "escalation")[0])
    dangers = urgency.read(_folder(flows_dir, "urgency"))
    emergencies = emergency.read(_folder(flows_dir, "emergency"))
    return Triage(dangers, emergencies, _yes_no(flows), found, _routing(flows_dir, flows))


def _routing(flows_dir: Path, flows: Flows) -> Routing:
    path = _folder(flows_dir, "routing") / "data" / "routing.yaml"
    if not path.is_file():
        return LEAVE
    source = read_all([path], path.parents[1], "routing")[0]
    form = Form(Workshop(flows.catalogues), source.name, "routing", "routing", source.tree)
    found = Routing(timedelta(minutes=form.number("language_minutes", 15, 0, 24 * 60)))
    form.finish()
    return found


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
