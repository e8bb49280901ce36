"""What the system does. A verb checks, writes into the batch, and lets the unit announce it after the commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot import clock
from bot.engine.flow import Flows
from bot.message import Channel, Inbound, Limits
from bot.policy.templates import Purpose
from bot.push import Push
from bot.record import record
from bot.store.batch import Batch
from bot.triage.room import Triage
from bot.turn.courtesy import Courtesies
from bot.vault import Vault


@record
class Ways:
    """How people outside the desk are called; '' = that way is off."""

    mail_url: str = ""
    """`smtp://user:password@host:25`, or `smtps://…:465`."""
    mail_from: str = ""
    webhook_url: str = ""
    webhook_secret: str = ""
    template: str = ""
    """Name of an approved WhatsApp template with one variable; without it WhatsApp reaches only who wrote within 24 hours."""


@dataclass(slots=True)
class House:
    """What every verb may use besides its batch. `flows` and `triage` are replaced as a whole when content is published."""

    flows: Flows
    channels: Mapping[str, Channel]
    """By platform name."""
    triage: Triage
    vault: Vault
    """Seals identity numbers before they are stored."""
    ways: Ways = field(default_factory=Ways)
    survey_hours: float = 72.0
    public_url: str = ""
    purposes: Mapping[str, Purpose] = field(default_factory=dict)
    """What approved templates say, by what for."""
    unusable: frozenset[str] = frozenset()
    """Names of templates that the platform does not let us send, as far as we know."""
    courtesies: Courtesies = field(default_factory=Courtesies)
    parsed: dict[tuple[str, str, bytes], Inbound] = field(default_factory=dict)
    """What the door has parsed a moment before its turn (`alarm.heard`)."""
    remind_hours: float = 0.0
    """So long after a citizen's last message they are asked to reply while they can still be answered; 0 = never."""
    push: Push | None = None
    """News in officers' browsers; None while there is no key for it."""

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What systems that flows ask want to be shown, by name."""

    def batch(self) -> Batch:
        """For a verb that may speak."""
        return Batch(clock.now(), self.limits)

    @property
    def limits(self) -> Mapping[str, Limits]:
        return {name: channel.limits for name, channel in self.channels.items()}
