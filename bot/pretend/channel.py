"""A platform that is none: what leaves there reaches invented citizens only."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta

from typing_extensions import override

from bot.channels.web import Web
from bot.config import Config
from bot.message import Limits, Outbound, Receipt

DEMO = "contoh"
"""The account of every pretended platform: `whatsapp:contoh`."""
WINDOW = timedelta(hours=24)


class Pretend(Web):
    """Named like a real platform where a demo wants to look like one. Nothing leaves this process."""

    def __init__(self, name: str, window: timedelta | None = None) -> None:
        super().__init__()
        self.name, self.account = name, f"{name}:{DEMO}"
        self.limits = Limits(4096, quotes=True, window=window)
        self.heard: Callable[[Outbound], None] = lambda out: None
        """Told of each bubble."""

    @override
    async def send(self, out: Outbound) -> Receipt:
        self.heard(out)
        return Receipt(f"contoh.{out.ref}", "delivered")


def platforms() -> dict[str, Pretend]:
    """Those that a demo has beside the web chat."""
    return {"whatsapp": Pretend("whatsapp", WINDOW), "telegram": Pretend("telegram")}


def harmless(config: Config) -> Config:
    """Without anything that could reach somebody outside: no platform, no mail, no call."""
    return dataclasses.replace(
        config, groups={}, mail_url="", mail_from="", alarm_webhook_url="", alarm_webhook_secret="", whatsapp_alarm_template=""
    )  # fmt: skip
