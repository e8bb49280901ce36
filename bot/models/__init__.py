"""Tables and state enums. Importing this module knows every table."""

from bot.models.alarms import Alarm, Page
from bot.models.base import metadata
from bot.models.boxes import InboxItem, Incident, OutboxItem, PartLease, Rate, Timer, Worker
from bot.models.cases import Assignment, Survey, Ticket, TicketEvent
from bot.models.people import Disclosure, Invite, Officer, OfficerSession, Throttle
from bot.models.states import (
    MOVES,
    OPEN_WITH_OFFICER,
    RANK,
    STATE_NAME,
    URGENCY_NAME,
    WAITING,
    AlarmState,
    Author,
    Delivery,
    Inbox,
    Owner,
    PageState,
    Role,
    State,
    SurveyState,
    Urgency,
)
from bot.models.talk import Address, Contact, Conversation, Message
from bot.models.templates import Template

__all__ = [
    "MOVES",
    "OPEN_WITH_OFFICER",
    "RANK",
    "STATE_NAME",
    "URGENCY_NAME",
    "WAITING",
    "Address",
    "Alarm",
    "AlarmState",
    "Assignment",
    "Author",
    "Contact",
    "Conversation",
    "Delivery",
    "Disclosure",
    "Inbox",
    "InboxItem",
    "Incident",
    "Invite",
    "Message",
    "Officer",
    "OfficerSession",
    "OutboxItem",
    "Owner",
    "Page",
    "PageState",
    "PartLease",
    "Rate",
    "Role",
    "State",
    "Survey",
    "SurveyState",
    "Template",
    "Throttle",
    "Ticket",
    "TicketEvent",
    "Timer",
    "Urgency",
    "Worker",
    "metadata",
]
