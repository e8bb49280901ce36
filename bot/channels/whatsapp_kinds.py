"""What each kind of WhatsApp message holds: one reader a kind. A reader returns the fields of an `Inbound`, or None where the node
is not what Meta documents; then the message is kept as `unsupported`."""

import re
from collections.abc import Callable
from typing import Any

from bot.channels.http import dumps, loads, name_of
from bot.errors import Unreadable
from bot.message import Attachment, Card, Location, clean

Said = dict[str, Any]

PHONE = re.compile(r"\+?([0-9]{5,20})")
BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[0-9A-Za-z]{1,128}")
_LONGEST_CHOICE = 256
_MOST = 30
"""Cards, answers or ordered things that are kept of one message."""
NO_TOKEN = "flow/"
"""The id of a form that brings none: like every id it is checked against the session, where it can mean nothing."""


def address_of(*candidates: object) -> str | None:
    """The first that has the shape of a user id or a phone number: an id may sit in a phone's field."""
    for value in candidates:
        if type(value) is int:
            value = str(value)
        if isinstance(value, str):
            if BSUID.fullmatch(value):
                return value
            if phone := PHONE.fullmatch(value):
                return phone[1]
    return None


def node_of(value: object, key: str) -> dict[str, Any]:
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def text_of(node: object, key: str, limit: int = 65_536) -> str:
    return clean(node.get(key), limit) if isinstance(node, dict) else ""


def id_of(node: object, key: str) -> str:
    """A message id as it is stored; '' where there is none."""
    value = node.get(key) if isinstance(node, dict) else None
    return name_of(value, b"") if isinstance(value, str) and value else ""


def rows_of(value: object) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)][:_MOST] if isinstance(value, list) else []


def brief(node: object, *keys: str) -> dict[str, str]:
    """These fields (or all) as short texts, empty ones left out: details are for reading, not for keeping whatever came."""
    if not isinstance(node, dict):
        return {}
    found = ((clean(key, 64), _words(node.get(key))) for key in (keys or list(node)[:_MOST]))
    return {key: words for key, words in found if words}


def _words(value: object) -> str:
    if value is None or isinstance(value, str):
        return clean(value, 500)
    if isinstance(value, int | float):
        return str(value)[:64]
    return clean(dumps(value)[:2000].decode("utf-8", "replace"), 500)


# -- what a citizen says ---------------------------------------------------------------------------


def _text(kind: str, node: Any) -> Said | None:
    body = node.get("body") if isinstance(node, dict) else None
    return {"kind": "text", "text": clean(body)} if isinstance(body, str) else None


def _interactive(kind: str, node: Any) -> Said | None:
    if text_of(node, "type") == "call_permission_reply":  # about calls, which we do not make
        return {"kind": ""}
    if isinstance(node, dict) and isinstance(node.get("nfm_reply"), dict):
        return _form(node["nfm_reply"])
    reply = node_of(node, "button_reply") or node_of(node, "list_reply")
    choice = text_of(reply, "id", _LONGEST_CHOICE)
    return {"kind": "choice", "choice": choice, "text": text_of(reply, "title")} if choice else None


def _form(reply: dict[str, Any]) -> Said:
    """A Flow's answers: JSON in a string, which may be broken, no object, or without the token that says where it belongs."""
    sent = reply.get("response_json")
    try:
        answers = loads(sent.encode("utf-8", "replace")) if isinstance(sent, str) else sent
    except Unreadable:
        answers = None
    if not isinstance(answers, dict):
        return {"kind": "flow", "choice": NO_TOKEN, "details": {"flow": {"?": _words(sent)} if sent else {}}}
    token = text_of(answers, "flow_token", _LONGEST_CHOICE)
    told = brief({key: answer for key, answer in answers.items() if key != "flow_token"})
    return {"kind": "flow", "choice": token or NO_TOKEN, "details": {"flow": told}}


def _button(kind: str, node: Any) -> Said | None:
    """A template's quick reply. Without a payload of its own Meta repeats the button's words, which are words then."""
    text, payload = text_of(node, "text"), text_of(node, "payload", _LONGEST_CHOICE)
    if payload and payload != text:
        return {"kind": "choice", "choice": payload, "text": text}
    return {"kind": "text", "text": text} if text else None


def _media(kind: str, node: Any) -> Said | None:
    ref, said = text_of(node, "id", 256), text_of(node, "caption")
    if not ref:  # WhatsApp could not fetch it itself (131052): ask again, keep what was written under it
        return {"kind": "lost", "text": said, "details": {"what": kind}}
    if kind == "audio" and node.get("voice") is True:
        kind = "voice"
    file = Attachment(kind, ref, text_of(node, "mime_type", 128), text_of(node, "filename", 256))  # type: ignore[arg-type]
    return {"kind": kind, "text": said, "attachments": (file,)}


def _location(kind: str, node: Any) -> Said | None:
    latitude, longitude = (node.get("latitude"), node.get("longitude")) if isinstance(node, dict) else (None, None)
    if not (isinstance(latitude, int | float) and isinstance(longitude, int | float)):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    name = ", ".join(part for part in (text_of(node, "name", 256), text_of(node, "address", 512)) if part)
    return {"kind": "location", "location": Location(float(latitude), float(longitude), name)}


def _contacts(kind: str, node: Any) -> Said | None:
    found = [(_card(row), row) for row in rows_of(node)]
    if not found:
        return None
    lines = [" ".join(filter(None, (card.name, *card.phones))) for card, _ in found]
    said: Said = {
        "kind": "contact",
        "text": clean("\n".join(filter(None, lines))),
        "cards": tuple(card for card, _ in found),
    }
    proven = [phone for card, row in found if card.proof for phone in rows_of(row.get("phones"))]
    number = next(filter(None, (_number(phone) for phone in proven)), "")
    return said | ({"aliases": (("phone", number),)} if number else {})


def _card(row: dict[str, Any]) -> Card:
    name = node_of(row, "name")
    called = text_of(name, "formatted_name", 256) or text_of(name, "first_name", 256)
    phones = tuple(filter(None, (text_of(one, "phone", 64) for one in rows_of(row.get("phones")))))
    return Card(called, phones, row.get("origin") == "contact_request")


def _number(phone: dict[str, Any]) -> str:
    """As WhatsApp writes numbers: with the country's code, without a plus."""
    for value in (phone.get("wa_id"), phone.get("phone")):
        digits = re.sub(r"[\s().-]", "", value) if isinstance(value, str) and len(value) <= 64 else ""
        if found := PHONE.fullmatch(digits):
            return "62" + found[1][1:] if found[1].startswith("0") else found[1]
    return ""


def _order(kind: str, node: Any) -> Said | None:
    if not isinstance(node, dict):
        return None
    items = [brief(row, "product_retailer_id", "quantity", "item_price", "currency") for row in rows_of(node.get("product_items"))]  # fmt: skip
    details = {"order": {**brief(node, "catalog_id"), "items": items}}
    return {"kind": "order", "text": text_of(node, "text"), "details": details}


# -- what a citizen does to an older message -------------------------------------------------------


def _reaction(kind: str, node: Any) -> Said | None:
    emoji = text_of(node, "emoji", 64)  # '' or absent: taken back
    return {"kind": "reaction", "silent": True, "target": id_of(node, "message_id"), "emoji": emoji, "text": emoji}


def _edit(kind: str, node: Any) -> Said | None:
    inner = node_of(node, "message")
    inside = text_of(inner, "type", 64)
    read = INBOUND.get(inside) if inside not in ("edit", "revoke", "reaction", "system") else None
    said = (read(inside, inner.get(inside)) if read else None) or {}
    done = {"kind": "edited", "silent": True, "target": id_of(node, "original_message_id")}
    return {**done, "text": said.get("text", ""), "location": said.get("location")}


def _revoke(kind: str, node: Any) -> Said | None:
    return {"kind": "deleted", "silent": True, "target": id_of(node, "original_message_id")}


# -- what WhatsApp says itself ---------------------------------------------------------------------


def _system(kind: str, node: Any) -> Said | None:
    """News about the citizen. A change names what they were called before, and what they are called now."""
    what = text_of(node, "type", 64)
    if what in ("user_changed_number", "customer_changed_number"):
        phone = next((p[1] for p in map(_is_phone, (node.get("wa_id"), node.get("new_wa_id"))) if p), "")
        return {"kind": "number_changed", "silent": True, **_moved(node, phone)}
    if what == "user_changed_user_id":
        return {"kind": "id_changed", "silent": True, **_moved(node, "")}
    if what == "customer_identity_changed":
        return {"kind": "identity_changed", "silent": True, "aliases": ()}
    return {"kind": "system", "silent": True, "details": {"what": what}} if isinstance(node, dict) else None


def _moved(node: dict[str, Any], phone: str) -> Said:
    now = (("phone", phone), ("user_id", _bsuid(node.get("user_id"))), ("parent", _bsuid(node.get("parent_user_id"))))
    before = (_bsuid(node.get("previous_user_id")), _bsuid(node.get("previous_parent_user_id")))
    return {"aliases": tuple(pair for pair in now if pair[1]), "moved_from": tuple(filter(None, before))}


def _is_phone(value: object) -> re.Match[str] | None:
    return PHONE.fullmatch(str(value)) if isinstance(value, str | int) else None


def _bsuid(value: object) -> str:
    return value if isinstance(value, str) and BSUID.fullmatch(value) else ""


def _unsupported(kind: str, node: Any) -> Said | None:
    """A poll, a pin, an event …: the node says what it was, where Meta tells at all."""
    return {"kind": "unsupported", "details": {"what": text_of(node, "type", 64) or kind}}


def _nothing(kind: str, node: Any) -> Said | None:
    """The chat was opened for the first time; the citizen has said nothing yet."""
    return {"kind": ""}


Reader = Callable[[str, Any], Said | None]

INBOUND: dict[str, Reader] = {
    "text": _text,
    "image": _media,
    "video": _media,
    "audio": _media,
    "voice": _media,  # how voice notes were called before 2021
    "document": _media,
    "sticker": _media,
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
    "unsupported": _unsupported,
    "unknown": _unsupported,
    "request_welcome": _nothing,
}
