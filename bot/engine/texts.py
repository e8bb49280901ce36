"""What is said outside of flows: notices of the verbs, and the satisfaction survey. Pure, ready made at load."""

import re
import unicodedata

from bot.engine.effects import Say
from bot.engine.flow import SCORES, Flows
from bot.engine.match import choose, normalise
from bot.i18n import SOURCE
from bot.message import Choice

_STARS = frozenset("⭐★🌟*")
_OF_FIVE = re.compile(r"([1-5]) *(?:/|dari|ti|tina) *5")


def text(flows: Flows, name: str, language: str | None) -> str:
    """A named text of flows/texts.yaml. An unknown name is a bug of ours, so it raises KeyError."""
    found = flows.texts[name]
    return found.get(language or SOURCE) or found[SOURCE]


def survey_question(flows: Flows, language: str | None, token: str) -> Say:
    """The question 1-5; `token` ties the buttons to one survey, so that an old button cannot answer a new one."""
    lang = language if language in flows.languages else SOURCE
    survey = flows.survey
    choices = tuple(
        Choice(f"csat/{token}/{score}", choice.label)
        for score, choice in zip(SCORES, survey.choices[lang], strict=True)
    )
    return Say(survey.text[lang], choices, flows.texts["menu_button"][lang], notice=True)


def score_of_choice(choice: str) -> tuple[str, int] | None:
    """(token, score) of a pressed survey button, or None where the id is not one."""
    kind, _, rest = choice.partition("/")
    token, _, score = rest.rpartition("/")
    return (token, int(score)) if kind == "csat" and token and score in SCORES else None


def match_score(flows: Flows, said: str, language: str | None = None) -> int | None:
    """1-5 if the whole message is a score: digit, number word, stars, "4/5", a label or its synonym, in any language.

    "5 hari belum selesai" is no score. `language` is taken for symmetry; words of every language count, people mix them.
    """
    pressed = score_of_choice(said)
    if pressed:
        return pressed[1]
    letters = [letter for letter in said[:40] if not letter.isspace() and unicodedata.category(letter) != "Mn"]
    if letters and all(letter in _STARS for letter in letters):
        return len(letters) if len(letters) <= 5 else None
    of_five = _OF_FIVE.fullmatch(said.strip().lower())
    if of_five:
        return int(of_five[1])
    plain = (
        normalise(said)
        .removesuffix(" bintang")
        .removeprefix("bintang ")
        .removeprefix("nilai ")
        .removeprefix("peunteun ")
    )
    key = choose(flows.survey.table, plain)
    return int(key) if key else None
