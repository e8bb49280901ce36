"""What is for leads only (flows/data/routing.yaml): nobody else takes it, or makes something else of it."""

from typing import Any

from bot.errors import Conflict
from bot.models import Officer
from bot.models.states import LEADS
from bot.turn import House


def only_leads(house: House, case: dict[str, Any], officer: Officer) -> None:
    """Raises `Conflict` for what is none of an officer's business, such as a citizen's wish to have their data erased."""
    meant = house.triage.routing.for_leads(case["urgency"], case["topic"], case["subtopic"])
    if meant and officer.role not in LEADS:
        raise Conflict("kasus ini hanya untuk pemimpin regu")
