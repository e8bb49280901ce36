"""What fits where: the labels of a question against the limits of every platform, in every language."""

from collections.abc import Iterator, Sequence

from bot.engine.check.plain import in_
from bot.engine.effects import Say
from bot.engine.forms import Option
from bot.engine.match import normalise
from bot.engine.register import Fault
from bot.errors import Sentence
from bot.record import record

MAX_CHOICES = 6


@record
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
            what = Sentence("tombol daftar `{label}` terlalu panjang untuk {channel}", label=say.menu, channel=name)
            yield what, Sentence("paling banyak {most} huruf", most=limit.menu)
        if len(say.text) > limit.text:
            what = Sentence("{count} huruf terlalu banyak untuk {channel}", count=len(say.text), channel=name)
            yield what, Sentence("paling banyak {most}: pendekkan", most=limit.text)
        if limit.wire and len(say.text.encode()) > limit.wire:
            count = len(say.text.encode())
            what = Sentence("{count} byte terlalu banyak untuk {channel}", count=count, channel=name)
            yield what, Sentence("paling banyak {most}: pendekkan", most=limit.wire)


def labels(options: Sequence[Option], language: str) -> Iterator[Fault]:
    for name, limit in LIMITS.items():
        most = limit.button if len(options) <= limit.buttons else limit.row
        for short in (option.short[language] for option in options):
            if most and len(short) > most:
                what = Sentence("`{label}` panjangnya {count} huruf", label=short, count=len(short))
                remedy = Sentence(
                    "paling banyak {most} di sini pada {channel}: beri pilihan itu label `short:`",
                    most=most,
                    channel=name,
                )
                yield in_(what, language), remedy
    plain = [normalise(option.label[language]) for option in options]
    for label in sorted({label for label in plain if plain.count(label) > 1}):
        what = Sentence("dua pilihan bernama `{label}`", label=label)
        yield in_(what, language), Sentence("beri masing-masing label sendiri")


def keys(step: str, options: Sequence[Option]) -> Iterator[Fault]:
    if len(options) > MAX_CHOICES:
        what = Sentence("{count} pilihan", count=len(options))
        yield what, Sentence("paling banyak {most}: bagi pertanyaannya menjadi dua", most=MAX_CHOICES)
    for name, limit in LIMITS.items():
        for option in options:
            if limit.key and len(f"{step}/{option.key}".encode()) > limit.key:
                both = f"{step}/{option.key}"
                what = Sentence("nama {both} bersama-sama terlalu panjang untuk {channel}", both=both, channel=name)
                yield what, Sentence("pendekkan nama langkah atau nama pilihannya")
    owner: dict[str, str] = {}
    for option in options:
        for word in sorted({normalise(word) for word in (*option.words, *option.label.values())}):
            if owner.setdefault(word, option.key) != option.key:
                what = Sentence(
                    "`{word}` memilih `{first}` dan juga `{second}`", word=word, first=owner[word], second=option.key
                )
                yield what, Sentence("sisakan pada salah satunya")
