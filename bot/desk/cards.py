"""A card of a list as it is drawn: the same for whoever sees it until something on it changes, and thirty of them stand beside every case."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot import clock
from bot.desk import deadlines, show
from bot.desk.context import Pages

KEPT = 2048
"""Of one language, some two kilobytes each."""
COLUMNS = (
    "number", "name", "phone", "address", "account", "opened_at", "urgency", "details", "last_body", "last_author", "last_kind",
    "officer_id", "officer", "language", "state", "score",
)  # fmt: skip
"""What of a row is on its card, as it is; its topic and its times are there in words."""


def card(pages: Pages, topic: str, row: Mapping[str, Any], tab: str, opened: bool) -> Markup:
    """`topic`: as it is called. `opened`: its case stands beside it."""
    now, due = clock.now(), row["next_due"]
    words = {
        "tab": tab,
        "opened": opened,
        "topic": topic,
        "age": show.age(row["opened_at"], now),
        "due": deadlines.short(due, now) if due else "",
        "due_at": show.iso(due) if due else "",
        "late": bool(due and due <= now),
        "moment": show.moment(row["opened_at"], now),
    }
    key = (*words.values(), *[row[name] for name in COLUMNS])
    drawn = pages.cards.get(key)
    if drawn is None:
        if len(pages.cards) >= KEPT:
            pages.cards.clear()
        drawn = pages.cards[key] = Markup(pages.get_template("card.html").render(words, row=row))  # noqa: S704
    return drawn
