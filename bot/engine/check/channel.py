"""What fits where: the labels of a question against the limits of every platform, in every language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.engine.check.plain import Fault
from bot.engine.effects import Say
from bot.engine.forms import Option
from bot.engine.match import normalise

MAX_CHOICES = 6


@dataclass(frozen=True, slots=True)
class Limit:
    """Characters, but `key` and `wire` are bytes. 0: no limit, or the channel falls back to the numbered text by itself."""

    text: int
    button: int = 0
    """A label, where there are at most `buttons` choices …"""
    row: int = 0
    """… and where there are more."""
    menu: int = 0
    """The button that opens the list."""
    key: int = 0
    wire: int = 0
    buttons: int = 3


LIMITS = {
    "WhatsApp": Limit(text=1024, button=20, row=24, menu=20, key=200),
    "Telegram": Limit(text=4096, key=64),
    "Messenger": Limit(text=2000, key=1000),
    "Instagram": Limit(text=1000, wire=1000, key=1000),
    "SMS": Limit(text=918),
}
"""What the platforms' own documentation says; a text is at most 600 anyway, so a filled placeholder still fits."""


def says(say: Say) -> Iterator[Fault]:
    for name, limit in LIMITS.items():
        if limit.menu and len(say.menu) > limit.menu:
            yield f"the list button `{say.menu}` is too long for {name}", f"at most {limit.menu} characters"
        if len(say.text) > limit.text:
            yield f"{len(say.text)} characters are too many for {name}", f"at most {limit.text}: shorten it"
        if limit.wire and len(say.text.encode()) > limit.wire:
            yield f"{len(say.text.encode())} bytes are too many for {name}", f"at most {limit.wire}: shorten it"


def labels(options: Sequence[Option], language: str) -> Iterator[Fault]:
    for name, limit in LIMITS.items():
        most = limit.button if len(options) <= limit.buttons else limit.row
        for short in (option.short[language] for option in options):
            if most and len(short) > most:
                yield (
                    f"`{short}` has {len(short)} characters ({language})",
                    f"at most {most} here on {name}: give the choice a `short:` label",
                )
    plain = [normalise(option.label[language]) for option in options]
    for label in sorted({label for label in plain if plain.count(label) > 1}):
        yield f"two choices are called `{label}` ({language})", "give each its own label"


def keys(step: str, options: Sequence[Option]) -> Iterator[Fault]:
    if len(options) > MAX_CHOICES:
        yield f"{len(options)} choices", f"at most {MAX_CHOICES}: divide the question in two"
    for name, limit in LIMITS.items():
        for option in options:
            if limit.key and len(f"{step}/{option.key}".encode()) > limit.key:
                yield (
                    f"the names {step}/{option.key} are too long together for {name}",
                    "shorten the step's or the choice's name",
                )
    owner: dict[str, str] = {}
    for option in options:
        for word in sorted({normalise(word) for word in (*option.words, *option.label.values())}):
            if owner.setdefault(word, option.key) != option.key:
                yield f"`{word}` would choose both `{owner[word]}` and `{option.key}`", "leave it to one of them"
