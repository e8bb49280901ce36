"""Tables and state enums. Importing this module knows every table."""

from bot.models.alarms import Alarm, Page
from bot.models.base import metadata
from bot.models.boxes import InboxItem, Outage, OutboxItem, PartLease, Rate, Timer, Worker
from bot.models.cases import Assignment, Follow, Survey, Ticket, TicketEvent
from bot.models.identity import Alias, Joining, LinkCode, Twin
from bot.models.incidents import Incident
from bot.models.lessons import Correction, QuarantineAct
from bot.models.media import Media, MediaHost, MediaState
from bot.models.people import Disclosure, Invite, Officer, OfficerSession, Throttle
from bot.models.sla import SlaClock, SlaNotice, SlaPause, Tally, WaitTold
from bot.models.states import (
    MOVES,
    OPEN_WITH_OFFICER,
    RANK,
    STATE_NAME,
    URGENCY_NAME,
    WAITING,
    AlarmState,
    Author,
    CorrectionState,
    Delivery,
    Inbox,
    Owner,
    PageState,
    Quarantine,
    Role,
    State,
    SurveyState,
    Urgency,
)
from bot.models.talk import Address, Contact, Conversation, Message, MessageStatus
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
    "Alias",
    "Assignment",
    "Author",
    "Contact",
    "Conversation",
    "Correction",
    "CorrectionState",
    "Delivery",
    "Disclosure",
    "Follow",
    "Inbox",
    "InboxItem",
    "Incident",
    "Invite",
    "Joining",
    "LinkCode",
    "Media",
    "MediaHost",
    "MediaState",
    "Message",
    "MessageStatus",
    "Officer",
    "OfficerSession",
    "Outage",
    "OutboxItem",
    "Owner",
    "Page",
    "PageState",
    "PartLease",
    "Quarantine",
    "QuarantineAct",
    "Rate",
    "Role",
    "SlaClock",
    "SlaNotice",
    "SlaPause",
    "State",
    "Survey",
    "SurveyState",
    "Tally",
    "Template",
    "Throttle",
    "Ticket",
    "TicketEvent",
    "Timer",
    "Twin",
    "Urgency",
    "WaitTold",
    "Worker",
    "metadata",
]
