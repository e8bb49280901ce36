"""What the system does. A verb checks, writes into the batch, and lets the unit announce it after the commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.engine.flow import Flows
from bot.message import Channel
from bot.vault import Vault


@dataclass(slots=True)
class House:
    """What every verb may use besides its batch. `flows` is replaced as a whole when content is published."""

    flows: Flows
    channels: Mapping[str, Channel]
    """By platform name."""
    vault: Vault = field(kw_only=True)
    """Seals identity numbers before they are stored."""
    survey_hours: float = 72.0
    public_url: str = ""
