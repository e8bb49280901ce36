"""Tables and state enums. Importing this module knows every table."""

from bot.models.base import metadata
from bot.models.boxes import InboxItem, OutboxItem, PartLease, Timer, Worker
from bot.models.cases import Assignment, Survey, Ticket, TicketEvent
from bot.models.media import Media, MediaHost, MediaState
from bot.models.people import Invite, Officer, OfficerSession, Throttle
from bot.models.states import (
    MOVES,
    RANK,
    STATE_NAME,
    URGENCY_NAME,
    WAITING,
    Author,
    Delivery,
    Inbox,
    Owner,
    Role,
    State,
    SurveyState,
    Urgency,
)
from bot.models.talk import Address, Contact, Conversation, Message

__all__ = [
    "MOVES",
    "RANK",
    "STATE_NAME",
    "URGENCY_NAME",
    "WAITING",
    "Address",
    "Assignment",
    "Author",
    "Contact",
    "Conversation",
    "Delivery",
    "Inbox",
    "InboxItem",
    "Invite",
    "Media",
    "MediaHost",
    "MediaState",
    "Message",
    "Officer",
    "OfficerSession",
    "OutboxItem",
    "Owner",
    "PartLease",
    "Role",
    "State",
    "Survey",
    "SurveyState",
    "Throttle",
    "Ticket",
    "TicketEvent",
    "Timer",
    "Urgency",
    "Worker",
    "metadata",
]
