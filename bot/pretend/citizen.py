"""One invented citizen: reads what the bot and officers say, and says something back. Pure: time and chance come from outside.

It answers the questions that flows really ask, so it follows when flows change: choices it knows are pressed, of others the first,
and what wants words gets the next of its own.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.models import Author
from bot.policy import number
from bot.pretend.stories import Story
from bot.record import record

LIKED = ("skip", "send", "lain", "lapor")
"""Ends of choices' names that lead on: no photo, send, not the same report, make a report."""
PATIENT = 14
"""Answers to the bot before they give up."""
YES = frozenset({"yes", "ya"})


@record
class Heard:
    """One bubble."""

    author: str
    text: str
    choices: Sequence[tuple[str, str]] = ()


@record
class Line:
    """What is said: words, or a pressed choice with its label."""

    text: str
    choice: str = ""


@dataclass(slots=True)
class Citizen:
    """Who they are, and what they still have to say."""

    name: str
    language: str
    story: Story
    group: str
    """The group of topics that the story's topic stands in."""
    place: str
    words: str
    opening: str
    answers: deque[str]
    """To officers and agencies."""
    score: int = 0
    """0: they will not rate."""
    comment: str = ""
    content: bool = True
    """Says yes when asked whether it is done."""
    deaf: bool = False
    """Reads nothing any more once their report is there."""
    number: str = ""
    """Of their report, once the bot has named it."""
    said: int = 0
    rated: bool = False
    free: deque[str] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.free.extend((self.place, self.words))

    def react(self, heard: Sequence[Heard]) -> Line | None:
        """The next thing they say, or None: they wait."""
        for each in heard:
            self.number = self.number or (number.find(each.text) or "" if each.author == Author.BOT else "")
        last = next(
            (each for each in reversed(heard) if each.choices), heard[-1]
        )  # a question, though news came after it
        if self.deaf and self.number:
            return None
        if last.choices:
            return self._choose(last)
        if last.author == Author.OFFICER or (self.number and "?" in last.text and not self.rated):
            return Line(self.answers.popleft()) if self.answers else None
        if self.rated:
            words, self.comment = self.comment, ""
            return Line(words) if words else None
        if self.number or self.said >= PATIENT:
            return None
        self.said += 1
        return Line(self.free.popleft() if self.free else self.words)

    def _choose(self, heard: Heard) -> Line | None:
        kind, rest = heard.choices[0][0].partition("/")[::2]
        if kind == "csat":
            return self._rate(heard)
        if kind == "beres":
            wanted = "yes" if self.content else "no"
            return next((Line(label, id_) for id_, label in heard.choices if id_.endswith(f"/{wanted}")), None)
        if self.number and not rest:  # an offer beside a notice: they have what they came for
            return None
        if self.said >= PATIENT:
            return None
        self.said += 1
        ends = {id_.rpartition("/")[2]: Line(label, id_) for id_, label in heard.choices}
        for end in (self.language, self.story.topic, self.group, *LIKED, *YES):
            if end in ends:
                return ends[end]
        id_, label = heard.choices[0]
        return Line(label, id_)

    def _rate(self, heard: Heard) -> Line | None:
        if not self.score or self.rated:
            return None
        self.rated = True
        return next((Line(label, id_) for id_, label in heard.choices if id_.endswith(f"/{self.score}")), None)
