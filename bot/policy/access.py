"""Who may do what at the desk: one table, and whatever is not in it is denied."""

from enum import StrEnum

from bot.models.states import Role


class Verb(StrEnum):
    """What a route of the desk does. Every route names one."""

    ENTER = "enter"
    """Doors that stand open for whoever holds no session yet: sign-in, an invitation, style sheets."""
    SEE = "see"
    LEAVE = "leave"
    CLAIM = "claim"
    REPLY = "reply"
    TEMPLATE = "template"
    """Send an approved template."""
    NOTE = "note"
    RESOLVE = "resolve"
    HAND_BACK = "hand_back"
    URGENCY = "urgency"
    TOPIC = "topic"
    """Say what a case is about."""
    TEACH = "teach"
    """Approve what the machine learns from, see how well it guesses."""
    HOLD = "hold"
    """Put a sender who only disturbs in quarantine, and let them out."""
    ACKNOWLEDGE = "acknowledge"
    """Take an alarm up."""
    SELF = "self"
    """Begin and end one's own shift, say where one is reached."""
    DRILL = "drill"
    REVEAL = "reveal"
    """See the telephone and identity numbers of a case, for a reason that is kept."""
    AUDIT = "audit"
    """Read who has seen such numbers, and why."""
    MERGE = "merge"
    """Say that two contacts are one person, and take it back."""
    UNITE = "unite"
    """Say that two cases are about one thing, or are not, and take it back."""
    INCIDENT = "incident"
    """Declare what is known already, and end it."""
    EVIDENCE = "evidence"
    """Open a photo as it was sent, with the place and the camera that it names."""
    REPORT = "report"
    """Read the numbers of service, take the tickets away as a file."""
    TEMPLATES = "templates"
    """See what became of the templates at the platform."""
    PEOPLE = "people"
    """Invite officers, disable and enable them."""


EVERYBODY = frozenset(Role)

TABLE: dict[Verb, frozenset[Role]] = {
    Verb.ENTER: EVERYBODY,
    Verb.SEE: EVERYBODY,
    Verb.LEAVE: EVERYBODY,
    Verb.CLAIM: EVERYBODY,
    Verb.REPLY: EVERYBODY,
    Verb.TEMPLATE: EVERYBODY,
    Verb.NOTE: EVERYBODY,
    Verb.RESOLVE: EVERYBODY,
    Verb.HAND_BACK: EVERYBODY,
    Verb.URGENCY: EVERYBODY,
    Verb.TOPIC: EVERYBODY,
    Verb.TEACH: frozenset({Role.LEAD, Role.ADMIN}),
    Verb.HOLD: EVERYBODY,
    Verb.ACKNOWLEDGE: EVERYBODY,
    Verb.SELF: EVERYBODY,
    Verb.DRILL: frozenset({Role.LEAD, Role.ADMIN}),
    Verb.REVEAL: EVERYBODY,
    Verb.AUDIT: frozenset({Role.LEAD, Role.ADMIN}),
    Verb.MERGE: frozenset({Role.LEAD, Role.ADMIN}),
    Verb.UNITE: EVERYBODY,
    Verb.INCIDENT: frozenset({Role.LEAD, Role.ADMIN}),
    Verb.EVIDENCE: frozenset({Role.LEAD, Role.ADMIN}),
    Verb.REPORT: frozenset({Role.LEAD, Role.ADMIN}),
    Verb.TEMPLATES: frozenset({Role.LEAD, Role.ADMIN}),
    Verb.PEOPLE: frozenset({Role.ADMIN}),
}


def may(role: str | None, verb: Verb) -> bool:
    """True if `role` (None = nobody has signed in) may do it. An unknown role may do nothing but enter."""
    if verb is Verb.ENTER:
        return True
    return role in TABLE.get(verb, frozenset())
