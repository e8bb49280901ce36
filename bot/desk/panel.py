"""What an officer can do with the message that the page's address names."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.files.kinds import MIB
from bot.turn.reply import EMOJI
from bot.web import keys

if TYPE_CHECKING:
    from bot.desk.cases import Case

MOST = 16 * MIB
"""Of a file: what WhatsApp takes of a sound or a film; one figure for every kind is one that people can keep in mind."""


def panel(request: web.Request, case: "Case") -> dict[str, Any]:
    """What can be done with the message that the address names: nothing where the platform, or who holds the case, does not let it."""
    asked = request.query.get("pesan", "")
    seq = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    found = next((each for each in case.messages if each["seq"] == seq), None)
    channel = request.config_dict[keys.HOUSE].channels.get(str(case.ticket["account"]).partition(":")[0])
    limits = channel.limits if channel else None
    mine = found is not None and found["author"] == "officer" and found["officer_id"] == case.me.id
    can = {
        "answer": found is not None and found["author"] == "citizen",
        "react": bool(found is not None and limits and limits.reacts and found["author"] == "citizen" and found["external_id"]),
        "edit": bool(found is not None and mine and limits and limits.edits and found["kind"] == "text" and found["external_id"]),
    }  # fmt: skip
    return {
        "panel": found if case.mine and any(can.values()) else None,
        "can": can,
        "edits": bool(limits and limits.edits),
        "emoji": EMOJI,
        "file_most": MOST // MIB,
    }
