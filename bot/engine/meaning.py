"""What a sentence asks for, where no choice and no global word was recognised: the intent, if the model is sure of it.

A complaint is never taken for anything else: where the topics are sure, what the citizen says is a report, unless a human,
the state of a report or the deletion of data is what it asks for; those keep the words.
"""

from collections.abc import Mapping

from bot.engine.nodes import Node, Question
from bot.engine.turn import Turn

REPORT, NUMBERS, FORGET = "lapor", "darurat", "hapus_data"
COMMANDS: Mapping[str, str] = {
    "petugas": "officer", "batal": "cancel", "menu": "menu", "bahasa": "language", "terima_kasih": "thanks",
    "salam": "greeting", FORGET: "privacy",
}  # fmt: skip
"""Intent -> the global word that it stands for. Nothing is deleted by a guess: who wants that is asked first."""
CHOICES: Mapping[str, str] = {
    REPORT: "lapor", "status": "status", "petugas": "petugas", "bahasa": "ganti bahasa", NUMBERS: "nomor penting",
}  # fmt: skip
"""Intent -> a word that presses a choice of the main menu."""
KEPT = frozenset({"petugas", FORGET})
"""The words go along: the officer reads them."""
FIRM = frozenset({"petugas", FORGET, "status", NUMBERS})
"""These stand even beside a topic: "sampai mana laporan jalan rusak saya" is no new report."""
CERTAIN = 0.9
"""Who is only angry must not be asked whether their data shall be deleted: that, and numbers instead of a form, need more than `sure`."""
WORDS = 5
"""From so many words on, what has a topic is a complaint."""
SHORT = 8
"""A longer message does not leave a report, thank or greet and nothing else."""


def intent(turn: Turn, text: str) -> str:
    """An intent's name; '' where nothing is sure."""
    count = len(text.split())
    found = turn.intent(text) if count else None
    if found is None:
        return ""
    sure = found.label if found.verdict == "sure" else ""
    if sure in (FORGET, NUMBERS) and found.ranked[0][1] < CERTAIN:
        sure = ""
    if sure in FIRM or sure == REPORT:
        return sure
    polite = sure in COMMANDS and count <= SHORT
    topic = turn.topic(text) if count >= WORDS else None
    if topic is not None and (topic.verdict == "sure" or (topic.verdict == "ask" and not polite)):
        return REPORT
    return sure if polite else ""


def choice(home: Question, intent: str) -> str | None:
    """The choice of the main menu for an intent."""
    word = CHOICES.get(intent)
    return home.table.find(word) if word else None


def opening(turn: Turn, home: Node) -> str | None:
    """What was said before the main menu was shown, as one of its choices."""
    found = intent(turn, turn.told())
    key = choice(home, found) if isinstance(home, Question) else None
    if key and found == REPORT:
        turn.fresh = turn.said.text.strip() == turn.extra[-1]
    if key and found == NUMBERS:  # answered, so there is nothing to keep
        turn.extra, turn.note = turn.extra[:-1], ""
    return key if key in getattr(home, "options", {}) else None
