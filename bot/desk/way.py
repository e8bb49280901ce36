"""What the panel of a case's way shows: the acts that its state allows this officer, and the agencies that suit it. Pure."""

from typing import Any

from bot.desk.cases import Case
from bot.desk.show import N_
from bot.desk.speech import tr
from bot.models import MOVES, STATE_NAME, TAKEABLE, State
from bot.policy import directory, lapor
from bot.policy.directory import Directory

CLASSES = lapor.CLASSES
BACK = N_("tetapi pernah mengembalikannya")
_REACHES = {
    "dispatch": State.DISPATCHED,
    "ask": State.WAITING_CITIZEN,
    "forward": State.FORWARDED,
    "reject": State.REJECTED,
    "merge": State.MERGED,
    "reopen": State.REOPENED,
}


def acts(case: Case) -> frozenset[str]:
    """What may be offered now; the verbs check once more under the lock."""
    state = State(case.ticket["state"])
    if state == State.ASSIGNED and not case.may_end:
        return frozenset()
    found = {name for name, after in _REACHES.items() if after in MOVES[state]}
    if state == State.MERGED:
        found.discard("reopen")  # parting it says more: its citizen no longer follows the other case
    if state == State.IN_PROGRESS:
        found.discard("ask")  # there it is the agency that asks
    found |= {"take_back"} if state in TAKEABLE else set()
    found |= {"not_yet", "resolve"} if state == State.DONE else set()
    found |= {"resolve", "news"} if state == State.FORWARDED else set()
    found |= {"go_on"} if state == State.WAITING_CITIZEN else set()
    found |= {"identity"} if case.ticket["agency"] and not case.ticket["identity_open"] and not case.over else set()
    return frozenset(found)


def suggestions(known: Directory, case: Case) -> list[tuple[str, str, str]]:
    """(slug, name, why), the best first."""
    ticket = case.ticket
    back = [step["why"] for step in case.history if step["after"] == State.RETURNED]
    refused = {slug for slug, each in known.agencies.items() if any(why.startswith(f"{each.name}: ") for why in back)}
    return [
        (one.agency.slug, one.agency.name, _why(one, one.agency.slug in refused))
        for one in directory.suggest(known, ticket["topic"], ticket["place_code"], refused)
    ]


def _why(one: directory.Suggestion, refused: bool) -> str:
    """In the language of the page."""
    words = {
        0: N_("menangani topik ini, untuk semua daerah"),
        2: N_("menangani topik ini, untuk seluruh provinsi"),
    }.get(len(one.area), N_("menangani topik ini, untuk wilayah {area}"))
    found = tr(words).format(area=one.area)
    return f"{found}, {tr(BACK)}" if refused else found


def others(known: Directory, case: Case) -> list[tuple[str, str]]:
    """The rest of the directory."""
    best = {slug for slug, _, _ in suggestions(known, case)}
    return sorted(
        ((slug, each.name) for slug, each in known.agencies.items() if slug not in best), key=lambda one: one[1]
    )


def class_of(flows: Any, case: Case) -> str:
    """The class at SP4N-LAPOR! that its topic suggests."""
    topic = flows.topics.get(case.ticket["topic"])
    return lapor.suggest(bool(topic and topic.confidential))


def needs_lead(known: Directory, case: Case) -> bool:
    return directory.needs_lead(known, case.ticket["returns"])


def name(state: str) -> str:
    return STATE_NAME[State(state)]
