"""Typing errors, the same ones on every machine."""

from bot.triage.svm import Order

BESIDE = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuiopoasdfghjkllzxcvbn", strict=True))
"""A neighbour on the keyboard."""


def noise(text: str, seed: int, percent: int = 25) -> str:
    """So many of the words longer than two letters get one error: a letter lost, doubled, swapped, beside, or another vowel."""
    order = Order(seed)
    return " ".join(
        _slip(word, order) if len(word) > 2 and order.below(100) < percent else word for word in text.split()
    )


def _slip(word: str, order: Order) -> str:
    at = 1 + order.below(len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    return [
        before + after,
        before + letter + letter + after,
        before[:-1] + letter + before[-1] + after,
        before + BESIDE.get(letter.lower(), "x") + after,
        before + "aiueo"[order.below(5)] + after,
    ][order.below(5)]
