"""What somebody may see of all cases: conditions that stand inside each query, so that no list, count or page can forget them."""

from dataclasses import replace

import sqlalchemy as sa

from bot.models import WAITING, Alarm, Ticket, Urgency
from bot.models.base import table
from bot.record import record

TICKET, _CALLED = table(Ticket), table(Alarm).alias("called")
VIEWER = "viewer"
"""The name that the officer's number has in these conditions: a statement that is made once is asked with it for each viewer."""
_NOBODY_YET = [str(state) for state in WAITING]


@record
class Sight:
    """What somebody may find, open and count."""

    officer_id: int = 0
    agency: str | None = None
    """Only what lies with this agency, and only by the report's own words."""
    confided: frozenset[str] = frozenset()
    """Topics that they see only while the case waits for somebody, is in their own hands, or called them by an alarm: whoever has
    answered a call for help must be able to help."""
    leads: frozenset[str] = frozenset()
    """Topics and sub-topics that they do not see unless it is a matter of danger (see `policy.routing`)."""

    @property
    def kind(self) -> "Sight":
        """What is the same for all viewers of its kind: whoever keeps a statement keeps it under this, and asks it with their number."""
        return replace(self, officer_id=0)

    def where(self, ticket: sa.FromClause = TICKET) -> list[sa.ColumnElement[bool]]:
        """Conditions on the table `ticket`, or on an alias of it; none for whoever sees everything."""
        if self.agency is not None:
            return [ticket.c.agency == self.agency, ticket.c.agency != ""]
        found: list[sa.ColumnElement[bool]] = []
        if self.confided:
            me = sa.bindparam(VIEWER, self.officer_id, sa.Integer)
            waits, mine = ticket.c.state.in_(_NOBODY_YET), ticket.c.officer_id == me
            called = (_CALLED.c.ticket_id == ticket.c.id) & (_CALLED.c.part == ticket.c.part)
            answered = sa.exists().where(called, _CALLED.c.acknowledged_by == me).correlate(ticket)
            found.append(sa.or_(ticket.c.topic.not_in(sorted(self.confided)), mine, waits, answered))
        if self.leads:
            names = sorted(self.leads)
            free = sa.and_(ticket.c.topic.not_in(names), ticket.c.subtopic.not_in(names))
            found.append(sa.or_(free, ticket.c.urgency == Urgency.CRITICAL))
        return found

    def sees(self, ticket: sa.FromClause = TICKET) -> sa.ColumnElement[bool]:
        """The same as one condition, for a join. A join finds no row for what is hidden, as for what does not exist."""
        return sa.and_(sa.true(), *self.where(ticket))

    def hides(self, ticket: sa.FromClause = TICKET) -> sa.ColumnElement[bool]:
        """True for a ticket that they must not see; never null, which `NOT` would pass on."""
        return sa.case((self.sees(ticket), 0), else_=1) == 1


ALL = Sight()
"""Leads, and the system's own work."""
