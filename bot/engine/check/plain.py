"""Plain language, for who reads slowly and for who has the text read aloud: short sentences, one question a message, numbers that
are said in the text, no meaning in a symbol, no proof of identity demanded. The same rules for every language."""

import re
import unicodedata
from collections.abc import Iterator

from bot.engine.register import Fault
from bot.errors import Sentence

MAX_TEXT = 600
MAX_SENTENCE = 20
"""Words."""
_SENTENCE = re.compile(r"[.!?:]+(?:\s|$)|\n+")
_STARTS = "{(\"“'"
_CAPITALS = re.compile(r"\b[A-Z]{7,}\b")
_DRAWN = re.compile(r"[-=_*~.•·─━]{4,}|[│┃|].*[│┃|]")
_MARKUP = re.compile(r"(?<!\w)([*_~])\w[^*_~\n]*\w\1(?!\w)")
_EMERGENCY = re.compile(r"(?<![\d.,:-])1(?:1[02-9]|29)(?![\d.,:]\d|\d|-\d)")
_FIGURE = re.compile(r"^\d+[.)]\s", re.MULTILINE)


def in_(what: Sentence, language: str) -> Sentence:
    """The same, and in which language it was seen."""
    return Sentence("{what} ({language})", what=what, language=language)


def bubble(text: str) -> Iterator[Fault]:
    """A whole message, its numbered choices included."""
    if len(text) > MAX_TEXT:
        what = Sentence("{count} huruf termasuk pilihannya", count=len(text))
        yield what, Sentence("paling banyak {most}: pendekkan", most=MAX_TEXT)
    yield from plain(text)


def plain(text: str) -> Iterator[Fault]:
    """Read aloud by a screen reader, it must still be clear."""
    if text.count("?") > 1:
        what = Sentence("lebih dari satu pertanyaan dalam satu pesan")
        yield what, Sentence("tanyakan satu hal saja setiap kali")
    emoji = [letter for letter in text if is_emoji(letter)]
    if len(emoji) > 1:
        yield Sentence("{count} emoji", count=len(emoji)), Sentence("paling banyak satu, di akhir")
    for line in filter(None, map(str.strip, text.splitlines())):
        if not (line[0].isalnum() or line[0] in _STARTS):
            what = Sentence("satu baris diawali `{sign}`", sign=line[0])
            yield what, Sentence("awali dengan kata: simbol ikut dibacakan lebih dulu")
        if _DRAWN.search(line):
            what = Sentence("garis atau tabel dari simbol")
            yield what, Sentence("tulis dengan kata: simbol dibacakan satu per satu")
    if found := _EMERGENCY.search(text):
        what = Sentence("nomor darurat {number} di dalam teks", number=found[0])
        remedy = Sentence("nomor berbeda di tiap daerah: tulis `{field}` di langkah `kind: numbers`", field="{numbers}")
        yield what, remedy
    if found := _CAPITALS.search(text):
        what = Sentence("`{word}` dengan huruf besar semua", word=found[0])
        yield what, Sentence("tulis dengan huruf kecil: huruf besar dieja satu per satu")
    if found := _MARKUP.search(text):
        what = Sentence("`{word}` diberi tanda", word=found[0])
        yield what, Sentence("hapus tandanya: tidak semua kanal menebalkannya")
    for sentence in _SENTENCE.split(text):
        words = sentence.split()
        if len(words) > MAX_SENTENCE:
            start = " ".join(words[:5])
            what = Sentence("kalimat sepanjang {count} kata (“{start} …”)", count=len(words), start=start)
            yield what, Sentence("paling banyak {most}: jadikan dua kalimat", most=MAX_SENTENCE)


def numbered(text: str) -> Iterator[Fault]:
    """A list that was typed into a text by hand: its numbers would stand beside those that the system writes."""
    if _FIGURE.search(text):
        what = Sentence("daftar bernomor di dalam teks")
        yield what, Sentence("jadikan baris-barisnya `choices:`, atau hapus nomornya")


def is_emoji(letter: str) -> bool:
    return unicodedata.category(letter) in ("So", "Sk") and ord(letter) > 0x2000
