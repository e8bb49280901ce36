"""What an event of Messenger or Instagram says: words, a tap, files, a reaction, a status."""

import re
from datetime import UTC, datetime
from typing import Any, get_args

from bot import clock
from bot.channels.http import name_of, seconds
from bot.errors import Unreadable
from bot.message import Attachment, Inbound, Location, Status, clean

_ID = re.compile(r"[0-9]{1,32}")
_STATES = frozenset(get_args(Status.__annotations__["state"]))
_LONGEST_CHOICE = 256
_LONGEST_URL = 4096
MAX_FILES = 30

# Attachment types that are files. People can only record audio in these apps, not choose it: it is a voice note.
_FILES = {"image": "image", "video": "video", "audio": "voice", "file": "document"}


def id_of(value: object) -> str | None:
    """A page's, account's or person's id: digits, as text or as a number."""
    if type(value) is int:
        value = str(value) if 0 < value < 10**32 else ""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def read_event(event: dict[str, Any], raw: bytes) -> Inbound:
    sender = id_of(_node(event, "sender").get("id"))
    if sender is None:
        raise Unreadable("a message from nobody: the sender has no id")
    at = seconds(event.get("timestamp"))
    if (tap := _node(event, "postback")) or "postback" in event:
        named, said = tap, _choice(tap.get("payload"), tap.get("title"))
    elif "reaction" in event:
        named, said = {}, _reaction(_node(event, "reaction"))
    elif "message_edit" in event:
        edit = _node(event, "message_edit")
        named = {}
        said = {
            "kind": "edited",
            "silent": True,
            "text": clean(edit.get("text")),
            "target": clean(edit.get("mid"), 512),
        }
    else:
        named = _node(event, "message")
        said = _message(named) | {"reply_to": clean(_node(named, "reply_to").get("mid"), 512)}
        if said.get("kind") == "deleted":
            named = {}
    return Inbound(
        address=sender,
        external_id=name_of(named.get("mid"), raw),
        sent_at=datetime.fromtimestamp(at, UTC) if at else None,
        **said,
    )


def _node(value: object, key: str) -> dict[str, Any]:
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _choice(payload: object, title: object) -> dict[str, Any]:
    choice, text = clean(payload, _LONGEST_CHOICE), clean(title)
    return {"kind": "choice", "choice": choice, "text": text} if choice or text else {"kind": "unsupported"}


def _reaction(node: dict[str, Any]) -> dict[str, Any]:
    """Without its emoji it was taken back."""
    text = clean(node.get("emoji") or node.get("reaction"), 64) if node.get("action") != "unreact" else ""
    return {"kind": "reaction", "silent": True, "text": text, "emoji": text, "target": clean(node.get("mid"), 512)}


def _message(message: dict[str, Any]) -> dict[str, Any]:
    if message.get("is_deleted"):
        return {"kind": "deleted", "silent": True, "target": clean(message.get("mid"), 512)}
    text = clean(message.get("text"))
    quick = _node(message, "quick_reply")
    if clean(quick.get("payload")):
        return _choice(quick["payload"], text)
    listed = message.get("attachments")
    parts = [one for one in listed if isinstance(one, dict)][:MAX_FILES] if isinstance(listed, list) else []
    files = tuple(file for part in parts if (file := _file(part)))
    if files:
        return {"kind": files[0].kind, "text": text, "attachments": files}
    for part in parts:
        if place := _location(part):
            return {"kind": "location", "text": text, "location": place}
    if text and not message.get("is_unsupported"):  # a link's preview (`fallback`) comes beside the words that hold it
        return {"kind": "text", "text": text}
    return {"kind": "unsupported", "text": text}


def _file(part: dict[str, Any]) -> Attachment | None:
    kind: Any = _FILES.get(part["type"]) if isinstance(part.get("type"), str) else None
    payload = _node(part, "payload")
    url = payload.get("url")
    if kind is None or not isinstance(url, str) or not url.startswith("https://") or len(url) > _LONGEST_URL:
        return None
    return Attachment("sticker" if payload.get("sticker_id") else kind, clean(url), name=clean(part.get("name"), 256))


def _location(part: dict[str, Any]) -> Location | None:
    point = _node(_node(part, "payload"), "coordinates")
    latitude: Any = point.get("lat")
    longitude: Any = point.get("long")
    if not (type(latitude) in (int, float) and type(longitude) in (int, float)):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Location(float(latitude), float(longitude), clean(part.get("title"), 256))


def read_status(status: dict[str, Any]) -> Status | None:
    mid, at = status.get("mid"), seconds(status.get("at"))
    state: Any = status.get("state")
    until = seconds(status.get("until"))
    if not isinstance(state, str) or state not in _STATES or not (until or (isinstance(mid, str) and mid)):
        raise Unreadable("a status that names no message or no state")
    return Status(
        external_id=name_of(mid, b"") if mid else "",
        state=state,  # type: ignore[arg-type]
        at=datetime.fromtimestamp(at, UTC) if at else clock.now(),
        address=id_of(status.get("address")) or "",
        ref=clean(status.get("ref"), 512),
        until=datetime.fromtimestamp(until, UTC) if until else None,
    )
