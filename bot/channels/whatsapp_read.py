"""What a WhatsApp item says: its sender by shape, each message type by one reader, a status, an error in words."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, get_args

from bot import clock
from bot.channels.http import name_of, seconds
from bot.errors import Unreadable
from bot.message import Attachment, Inbound, Location, Status, clean

_PHONE = re.compile(r"\+?([0-9]{5,20})")
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[0-9A-Za-z]{1,128}")
_STATES = frozenset(get_args(Status.__annotations__["state"]))
_LONGEST_CHOICE = 256


def address_of(*candidates: object) -> str | None:
    """The first that has the shape of a user id or a phone number: an id may sit in a phone's field."""
    for value in candidates:
        if type(value) is int:
            value = str(value)
        if isinstance(value, str):
            if _BSUID.fullmatch(value):
                return value
            if phone := _PHONE.fullmatch(value):
                return phone[1]
    return None


# Stored, never answered: WhatsApp's own news, and what a citizen did to an older message.
_SILENT = {
    "reaction": "reaction",
    "edit": "edited",
    "revoke": "deleted",
    "system": "system",
    "request_welcome": "welcome",
}


def read_message(message: dict[str, Any], contact: Any, raw: bytes) -> Inbound:
    sender = address_of(message.get("from_user_id"), message.get("from"))
    if sender is None:
        raise Unreadable("a WhatsApp message from nobody: neither a user id nor a phone number")
    person = contact if isinstance(contact, dict) else {}
    phone = next((p[1] for p in map(_phone, (message.get("from"), person.get("wa_id"))) if p), "")
    at = seconds(message.get("timestamp"))
    kind = message.get("type")
    kind = kind if isinstance(kind, str) else ""
    node = message.get(kind)
    said: dict[str, Any] = {"kind": "unsupported"}
    if kind in _SILENT:
        said = {"kind": _SILENT[kind], "silent": True, "text": _text(node, "emoji") if kind == "reaction" else ""}
    elif (read := _READERS.get(kind)) is not None and isinstance(node, dict | list):
        said = read(kind, node) or said
    return Inbound(
        address=sender,
        external_id=name_of(message.get("id"), raw),
        name=clean(_node(person, "profile").get("name"), 256).strip(),
        phone=phone,
        sent_at=datetime.fromtimestamp(at, UTC) if at else None,
        **said,
    )


def _phone(value: object) -> re.Match[str] | None:
    return _PHONE.fullmatch(str(value)) if isinstance(value, str | int) else None


def _node(value: object, key: str) -> dict[str, Any]:
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _text(node: object, key: str, limit: int = 65_536) -> str:
    return clean(node.get(key), limit) if isinstance(node, dict) else ""


def _read_text(kind: str, node: Any) -> dict[str, Any] | None:
    body = node.get("body") if isinstance(node, dict) else None
    return {"kind": "text", "text": clean(body)} if isinstance(body, str) else None


def _read_interactive(kind: str, node: Any) -> dict[str, Any] | None:
    reply = _node(node, "button_reply") or _node(node, "list_reply")
    choice = _text(reply, "id", _LONGEST_CHOICE)
    return {"kind": "choice", "choice": choice, "text": _text(reply, "title")} if choice else None


def _read_button(kind: str, node: Any) -> dict[str, Any] | None:
    text, payload = _text(node, "text"), _text(node, "payload", _LONGEST_CHOICE)
    return {"kind": "choice", "choice": payload, "text": text} if text or payload else None


def _read_media(kind: str, node: Any) -> dict[str, Any] | None:
    ref, said = _text(node, "id", 256), _text(node, "caption")
    if not ref:  # WhatsApp could not fetch it itself (131052): ask again, keep what was written under it
        return {"kind": "unsupported", "text": said}
    if kind == "audio" and node.get("voice") is True:
        kind = "voice"
    file = Attachment(kind, ref, _text(node, "mime_type", 128), _text(node, "filename", 256))  # type: ignore[arg-type]
    return {"kind": kind, "text": said, "attachments": (file,)}


def _read_location(kind: str, node: Any) -> dict[str, Any] | None:
    latitude, longitude = (node.get("latitude"), node.get("longitude")) if isinstance(node, dict) else (None, None)
    if not (isinstance(latitude, int | float) and isinstance(longitude, int | float)):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    name = ", ".join(part for part in (_text(node, "name", 256), _text(node, "address", 512)) if part)
    return {"kind": "location", "location": Location(float(latitude), float(longitude), name)}


def _read_contacts(kind: str, node: Any) -> dict[str, Any] | None:
    cards = [card for card in node if isinstance(card, dict)] if isinstance(node, list) else []
    lines = []
    for card in cards:
        phones = card.get("phones")
        numbers = [_text(one, "phone", 64) for one in phones] if isinstance(phones, list) else []
        lines.append(" ".join(word for word in (_text(_node(card, "name"), "formatted_name", 256), *numbers) if word))
    return {"kind": "contact", "text": clean("\n".join(line for line in lines if line))} if cards else None


_READERS: dict[str, Callable[[str, Any], dict[str, Any] | None]] = {
    "text": _read_text,
    "interactive": _read_interactive,
    "button": _read_button,
    "location": _read_location,
    "contacts": _read_contacts,
    **dict.fromkeys(("image", "video", "audio", "voice", "document", "sticker"), _read_media),
}


def read_status(status: dict[str, Any]) -> Status | None:
    wamid, state = status.get("id"), status.get("status")
    if not isinstance(wamid, str) or not wamid or not isinstance(state, str):
        raise Unreadable("a WhatsApp status that names no message or no state")
    if state not in _STATES:  # `deleted` of old versions, or something newer than this
        return None
    at = seconds(status.get("timestamp"))
    errors = status.get("errors")
    return Status(
        external_id=name_of(wamid, b""),
        state=state,  # type: ignore[arg-type]
        at=datetime.fromtimestamp(at, UTC) if at else clock.now(),
        address=address_of(status.get("recipient_user_id"), status.get("recipient_id")) or "",
        ref=_text(status, "biz_opaque_callback_data", 512),
        error=words_of(errors[0]) if isinstance(errors, list) and errors else "",
    )


def words_of(error: object) -> str:
    """An error for a person: what it is called, the details, the code to search for."""
    title = re.sub(r"^\(#\d+\) ", "", _text(error, "title", 200) or _text(error, "message", 200))
    details = _text(_node(error, "error_data"), "details", 300)
    code = error.get("code") if isinstance(error, dict) else None
    said = ": ".join(part for part in (title, details if details != title else "") if part)
    return f"{said} ({code})" if type(code) is int else said
