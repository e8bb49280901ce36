"""A bubble as the chat page's template and script draw it."""

import re
from collections.abc import Mapping
from typing import Any

from bot import clock
from bot.files.kinds import TYPES
from bot.i18n import N_
from bot.models import Author, MediaState
from bot.models.ref import Ref
from bot.policy import moment, number
from bot.store.public import Bubble
from bot.web.give import name_of

_TICKET_LINK = re.compile(r"/lacak/([0-9A-Z]{4}-[0-9A-Z]{4})\b")
_WHO = {Author.CITIZEN: N_("Anda"), Author.BOT: "Wargi", Author.OFFICER: N_("Petugas")}
"""Who speaks; an officer's name stays inside."""


def shown(bubble: Bubble, tr: moment.Tr) -> dict[str, object]:
    """A bubble as template and script draw it. A link to our own ticket page becomes one, no other does."""
    ticket = _TICKET_LINK.search(bubble.text) if bubble.author != Author.CITIZEN else None
    named = (ticket and number.find(ticket[1])) or ""
    return {
        "seq": bubble.seq,
        "author": bubble.author,
        "text": _without_twin(bubble),
        "meta": f"{tr(_WHO[Author(bubble.author)])} · {moment.short(bubble.at, clock.now(), tr)}",
        "key": bubble.key,
        "choices": [list(pair) for pair in bubble.choices],
        "files": [_file(dict(row), tr) for row in bubble.files],
        "ticket": named,
        "look": tr(N_("Lihat tiket {number}")).format(number=named),
    }


def _file(row: Mapping[str, Any], tr: moment.Tr) -> dict[str, str]:
    """How the page shows what its visitor sent; the address wants the visitor's cookie."""
    family = TYPES[row["type"]].family if row["type"] in TYPES else row["kind"]
    kind = {"voice": "audio", "sticker": "image"}.get(family, family)
    if row["state"] not in (MediaState.PENDING, MediaState.STORED):
        kind = "gone"
    if kind == "image" and row["state"] == MediaState.STORED and not row["thumb"]:
        kind = "document"
    name = name_of(row["name"], row["type"], "berkas") if row["type"] else tr(N_("Berkas"))
    return {"url": f"/chat/berkas/{Ref(row['id'], row['part'])}", "kind": kind, "name": name}


def _without_twin(bubble: Bubble) -> str:
    """Every question ends with its answers as numbered lines, for who has no buttons. Here the buttons are those lines."""
    twin = "\n".join(f"{place}. {label}" for place, (_, label) in enumerate(bubble.choices, 1))
    return bubble.text.removesuffix(twin).rstrip() or bubble.text if twin else bubble.text


def question(bubbles: tuple[Bubble, ...]) -> int | None:
    """Which message's buttons still count: the last question, as long as nothing was said after it."""
    for bubble in reversed(bubbles):
        if bubble.author == Author.CITIZEN:
            return None
        if bubble.choices:
            return bubble.seq
    return None
