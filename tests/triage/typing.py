"""Typing errors as thumbs make them: a letter dropped, swapped, doubled, taken from the next key, a vowel for another, a space lost."""

import random

_KEYS = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl", "p": "o",
    "a": "qsz", "s": "awdx", "d": "sefc", "f": "drgv", "g": "fthb", "h": "gyjn", "j": "hukm", "k": "jil", "l": "ko",
    "z": "ax", "x": "zsc", "c": "xdv", "v": "cfb", "b": "vgn", "n": "bhm", "m": "nj",
}  # fmt: skip


def misspell(text: str, share: float, seed: str) -> str:
    """The text with about `share` of its words misspelt, always the same for one seed; some lose the space behind them."""
    chance = random.Random(f"{seed}/{text}")
    words = []
    for word in text.split():
        glue = " "
        if chance.random() < share:
            if chance.random() < 0.12:
                glue = ""
            else:
                word = _slip(word, chance)
        words.append(word + glue)
    return "".join(words).strip()


def _slip(word: str, chance: random.Random) -> str:
    if len(word) < 3:
        return word
    at = chance.randrange(1, len(word))
    letter, kind = word[at], chance.randrange(5)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[: at - 1] + letter + word[at - 1] + word[at + 1 :]
    if kind == 2:
        return word[:at] + letter + word[at:]
    if kind == 3:
        return word[:at] + chance.choice(_KEYS.get(letter, letter)) + word[at + 1 :]
    vowels = [place for place, found in enumerate(word) if found in "aeiou"]
    if not vowels:
        return word
    at = chance.choice(vowels)
    return word[:at] + chance.choice([vowel for vowel in "aeiou" if vowel != word[at]]) + word[at + 1 :]
