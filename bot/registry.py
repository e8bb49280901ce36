"""Which channels exist: the one table of them. A new one is its file and its line here."""

from collections.abc import AsyncGenerator, Callable, Mapping

from bot import config
from bot.channels import messenger, sms, telegram, web, whatsapp
from bot.channels.kit import Adapter, Place
from bot.config import Config
from bot.message import Channel

ADAPTERS: dict[str, Adapter] = {
    each.name: each
    for each in (
        web.ADAPTER,
        whatsapp.ADAPTER,
        telegram.ADAPTER,
        messenger.MESSENGER,
        messenger.INSTAGRAM,
        sms.ADAPTER,
    )
}


def settings(env: Mapping[str, str] | None = None) -> Config:
    """The server's settings and those of every channel."""
    return config.load(env, ADAPTERS.values())


def channels(
    conf: Config, url: str, shelf: Callable[[str], AsyncGenerator[bytes, None]] | None = None
) -> dict[str, Channel]:
    """The channels that are switched on. What needs no settings is always there."""
    return {
        name: each.build(conf.groups.get(name, {}), Place(url, shelf))
        for name, each in ADAPTERS.items()
        if name in conf.groups or not each.settings
    }
