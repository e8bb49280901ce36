"""Who may do what at the desk: one table, and whatever is not in it is denied."""

from enum import StrEnum

from bot.models.states import LEADS, STAFF, Role


class Verb(StrEnum):
    """What a route of the desk does. Every route names one."""

    ENTER = "enter"
    """Doors that stand open for whoever holds no session yet: sign-in, an invitation, style sheets."""
    SEE = "see"
    LEAVE = "leave"
    ACCOUNT = "account"
    """One's own sessions, password and second factor."""
    ENTER_CASE = "enter_case"
    """Write down what a citizen says on the telephone or at the counter."""
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
    SHIFT = "shift"
    """See the rota and the load, report sick, exchange shifts, hand over."""
    ROTA = "rota"
    """Make and mend the rota, look after colleagues."""
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
    WALL = "wall"
    """See at a glance what waits and who works."""
    REVIEW = "review"
    """Look at cases whose citizens were not satisfied."""
    TEMPLATES = "templates"
    """See what became of the templates at the platform."""
    PEOPLE = "people"
    """Invite officers, disable and enable them."""
    DISPATCH = "dispatch"
    """Send a case on its way: to an agency, to SP4N-LAPOR!, into another case; ask its citizen; end and reopen it."""
    AGENCIES = "agencies"
    """See what lies with agencies, and what did not reach them."""
    RESEND = "resend"
    """Have tried again what did not reach an agency."""
    INSTRUCT = "instruct"
    """Group tickets under one instruction."""
    FLOWS = "flows"
    """Change what the bot says: texts, choices, versions."""
    SETTINGS = "settings"
    """See how the server is set and which channels live; change the rules of the service."""
    BULK = "bulk"
    """Act on many cases at once; what may be done to each, its own verb decides."""
    REPLIES = "replies"
    """Write the ready replies that everybody uses."""
    WORK = "work"
    """Work for an agency: see its own tickets, and act on them."""


EVERYBODY = STAFF
"""Who works for the hotline; people of an agency have verbs of their own."""

TABLE: dict[Verb, frozenset[Role]] = {
    Verb.ENTER: EVERYBODY,
    Verb.SEE: EVERYBODY,
    Verb.LEAVE: frozenset(Role),
    Verb.ACCOUNT: frozenset(Role),
    Verb.ENTER_CASE: EVERYBODY,
    Verb.CLAIM: EVERYBODY,
    Verb.REPLY: EVERYBODY,
    Verb.TEMPLATE: EVERYBODY,
    Verb.NOTE: EVERYBODY,
    Verb.RESOLVE: EVERYBODY,
    Verb.HAND_BACK: EVERYBODY,
    Verb.URGENCY: EVERYBODY,
    Verb.TOPIC: EVERYBODY,
    Verb.TEACH: LEADS,
    Verb.HOLD: EVERYBODY,
    Verb.ACKNOWLEDGE: EVERYBODY,
    Verb.SELF: EVERYBODY,
    Verb.SHIFT: EVERYBODY,
    Verb.ROTA: LEADS,
    Verb.DRILL: LEADS,
    Verb.REVEAL: EVERYBODY,
    Verb.AUDIT: LEADS,
    Verb.MERGE: LEADS,
    Verb.UNITE: EVERYBODY,
    Verb.INCIDENT: LEADS,
    Verb.EVIDENCE: LEADS,
    Verb.TEMPLATES: LEADS,
    Verb.REPORT: LEADS,
    Verb.WALL: LEADS,
    Verb.REVIEW: LEADS,
    Verb.PEOPLE: frozenset({Role.ADMIN}),
    Verb.DISPATCH: EVERYBODY,
    Verb.AGENCIES: EVERYBODY,
    Verb.RESEND: LEADS,
    Verb.INSTRUCT: LEADS,
    Verb.FLOWS: LEADS,
    Verb.SETTINGS: LEADS,
    Verb.BULK: EVERYBODY,
    Verb.REPLIES: LEADS,
    Verb.WORK: frozenset({Role.AGENCY}),
}


def may(role: str | None, verb: Verb) -> bool:
    """True if `role` (None = nobody has signed in) may do it. An unknown role may do nothing but enter."""
    if verb is Verb.ENTER:
        return True
    return role in TABLE.get(verb, frozenset())
