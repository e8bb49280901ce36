"""Tables and state enums. Importing this module knows every table."""

from bot.models.alarms import Alarm, Page
from bot.models.base import metadata
from bot.models.boxes import InboxItem, OutboxItem, PartLease, Timer, Worker
from bot.models.cases import Assignment, Follow, Survey, Ticket, TicketEvent
from bot.models.identity import Alias, Joining, LinkCode, Twin
from bot.models.lessons import Correction, QuarantineAct
from bot.models.media import Media, MediaHost, MediaState
from bot.models.people import Disclosure, Invite, Officer, OfficerSession, Throttle
from bot.models.sla import SlaClock, SlaNotice, SlaPause, Tally, WaitTold
from bot.models.states import (
    MOVES,
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

__all__ = [
    "MOVES",
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
    "OutboxItem",
    "Owner",
    "Page",
    "PageState",
    "PartLease",
    "Quarantine",
    "QuarantineAct",
    "Role",
    "SlaClock",
    "SlaNotice",
    "SlaPause",
    "State",
    "Survey",
    "SurveyState",
    "Tally",
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
