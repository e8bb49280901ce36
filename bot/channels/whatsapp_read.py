"""What a WhatsApp item says: who sent it and what belongs to every message, a status, an error in words. What stands in each kind
of message is in `whatsapp_kinds`."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, get_args

from bot import clock
from bot.channels.http import LONGEST_ID, name_of, seconds
from bot.channels.whatsapp_kinds import BSUID, INBOUND, PHONE, Said, address_of, brief, id_of, node_of, text_of
from bot.errors import Unreadable
from bot.message import Inbound, Status, clean

_STATES = frozenset(get_args(Status.__annotations__["state"]))


def sender_of(message: dict[str, Any]) -> str | None:
    """Whose conversation a message belongs to. News about a change belongs to the name that we know: the one before."""
    if message.get("type") == "system":
        news = node_of(message, "system")
        before = address_of(news.get("previous_user_id"), message.get("from_user_id"), message.get("from"))
        return before or address_of(news.get("user_id"), news.get("wa_id"))
    return address_of(message.get("from_user_id"), message.get("from"))


def read_message(message: dict[str, Any], contact: Any, raw: bytes) -> Inbound | None:
    sender = sender_of(message)
    if sender is None:
        raise Unreadable("a WhatsApp message from nobody: neither a user id nor a phone number")
    said = _said(message)
    if not said["kind"]:
        return None
    person = contact if isinstance(contact, dict) else {}
    at = seconds(message.get("timestamp"))
    known = {} if said["kind"].endswith("_changed") else _aliases(message, person)
    aliases = {**known, **dict(said.pop("aliases", ()))}
    moved = said.pop("moved_from", ())
    if said["kind"] == "number_changed" and (old := _phone(message.get("from"))) and old != aliases.get("phone"):
        moved = (old, *moved)
    return Inbound(
        address=sender,
        external_id=name_of(message.get("id"), raw),
        name=clean(node_of(person, "profile").get("name"), 256).strip(),
        phone="" if moved else aliases.get("phone", ""),
        sent_at=datetime.fromtimestamp(at, UTC) if at else None,
        aliases=tuple(aliases.items()),
        moved_from=moved,
        **_around(message),
        **said,
    )


def _said(message: dict[str, Any]) -> Said:
    kind = message.get("type")
    kind = clean(kind, 64) if isinstance(kind, str) else ""
    read = INBOUND.get(kind)
    said = read(kind, message.get(kind)) if read else None
    if said is None:
        said = {"kind": "unsupported", "details": {"what": kind}}
    details = {**_origin(message), **said.get("details", {})}
    if said["kind"] in ("unsupported", "lost") and (why := words_of(_first(message.get("errors")))):
        details["error"] = why
    return said | ({"details": details} if details else {})


def _origin(message: dict[str, Any]) -> dict[str, object]:
    """Where the citizen came from: an advertisement, or a thing in the catalogue."""
    if "referral" not in message and "context" not in message:  # nearly all of them
        return {}
    referral = brief(message.get("referral"), "source_type", "source_url", "source_id", "headline", "body", "ctwa_clid")
    product = brief(node_of(message.get("context"), "referred_product"), "catalog_id", "product_retailer_id")
    return {key: it for key, it in (("referral", referral), ("product", product)) if it}


def _around(message: dict[str, Any]) -> Said:
    """What `context` says beside the node: an answer to something, something passed on."""
    context = message.get("context")
    if not isinstance(context, dict):
        return {}
    forwarded = 2 if context.get("frequently_forwarded") is True else 1 if context.get("forwarded") is True else 0
    return {"reply_to": id_of(context, "id"), "forwarded": forwarded}


def _aliases(message: dict[str, Any], person: dict[str, Any]) -> dict[str, str]:
    """Every name that Meta gives the sender, by its shape: a user id may sit in the phone's field."""
    here = (message.get("from_user_id"), person.get("user_id"), message.get("from"), person.get("wa_id"))
    above = (message.get("from_parent_user_id"), person.get("parent_user_id"))
    names = {
        "phone": next(filter(None, map(_phone, (message.get("from"), person.get("wa_id")))), ""),
        "user_id": _id(*here),
        "parent": _id(*above),
        "username": text_of(node_of(person, "profile"), "username", 64) or text_of(person, "username", 64),
    }
    return {kind: name for kind, name in names.items() if name}


def names_in_answer(answer: dict[str, Any], address: str) -> tuple[tuple[str, str], ...]:
    """What the answer to a send calls whom it went to, beside the name that we used: `wa_id` need not be the number that was dialled,
    and who was written to by number may be shown with a user id."""
    person = _first(answer.get("contacts"))
    if not isinstance(person, dict):
        return ()
    here = (person.get("user_id"), person.get("wa_id"))
    names = (("phone", next(filter(None, map(_phone, reversed(here))), "")), ("user_id", _id(*here)))
    return tuple((kind, name) for kind, name in names if name and name != address)


def _id(*values: object) -> str:
    return next(
        (value for value in values if isinstance(value, str) and len(value) <= LONGEST_ID and _is_id(value)), ""
    )


def _phone(value: object) -> str:
    given = str(value) if isinstance(value, str | int) else ""
    return _number(given) if len(given) <= LONGEST_ID else ""


@lru_cache(maxsize=4096)
def _is_id(value: str) -> bool:
    """Asked three times a message, of the same few names as long as a conversation lasts."""
    return bool(BSUID.fullmatch(value))


@lru_cache(maxsize=4096)
def _number(value: str) -> str:
    found = PHONE.fullmatch(value)
    return found[1] if found else ""


def _first(rows: object) -> object:
    return rows[0] if isinstance(rows, list) and rows else None


# -- statuses --------------------------------------------------------------------------------------


def read_status(status: dict[str, Any]) -> Status | None:
    wamid, state = status.get("id"), status.get("status")
    if not isinstance(wamid, str) or not wamid or not isinstance(state, str):
        raise Unreadable("a WhatsApp status that names no message or no state")
    if state not in _STATES:  # `deleted` of old versions, or something newer than this
        return None
    at = seconds(status.get("timestamp"))
    error, pricing = _first(status.get("errors")), node_of(status, "pricing")
    code = error.get("code") if isinstance(error, dict) else 0
    billable = pricing.get("billable")
    return Status(
        external_id=name_of(wamid, b""),
        state=state,  # type: ignore[arg-type]
        at=datetime.fromtimestamp(at, UTC) if at else clock.now(),
        address=address_of(status.get("recipient_user_id"), status.get("recipient_id")) or "",
        ref=text_of(status, "biz_opaque_callback_data", 512),
        error=words_of(error) if error else "",
        code=code if type(code) is int and abs(code) < 2**31 else 0,
        category=text_of(pricing, "category", 64),
        # `billable` is on its way out; its successor names the three ways of not being billed
        billable=billable if isinstance(billable, bool) else pricing.get("type") == "regular",
    )


def words_of(error: object) -> str:
    """An error for a person: what it is called, the details, the code to search for."""
    title = re.sub(r"^\(#\d+\) ", "", text_of(error, "title", 200) or text_of(error, "message", 200))
    details = text_of(node_of(error, "error_data"), "details", 300)
    code = error.get("code") if isinstance(error, dict) else None
    said = ": ".join(part for part in (title, details if details != title else "") if part)
    return f"{said} ({code})" if type(code) is int else said
