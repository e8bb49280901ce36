"""What leaves through WhatsApp: the body that Graph is given, and what it means when Graph refuses."""

from dataclasses import replace
from typing import Any

from bot.channels.http import GARBLED, name_of
from bot.channels.whatsapp_read import words_of
from bot.errors import Fault, SendError
from bot.message import Choice, Outbound, Pace, Receipt, Template

TEXT, BODY = 4096, 1024
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
ROWS, ROW_TITLE, ROW_ID = 10, 24, 200
MENU = "Pilih"
PAIR = Pace(rate=1 / 6, burst=45)
"""One message in six seconds to the same person; up to 45 at once are lent and must be waited for afterwards."""

# Graph error code -> what it means. The code decides, not the HTTP status: 131056 has been seen with 400 and 403.
_ERRORS: tuple[tuple[tuple[int, ...], Fault], ...] = (
    ((0, 3, 10, 190, *range(200, 300), 131005), Fault("auth", retryable=True, scope="account")),
    ((1,), Fault("transient", retryable=True, most=3)),  # also what Graph says to a request it does not understand
    ((2, 131000, 131016, 132069, 133004), Fault("transient", retryable=True)),
    ((4, 613, 80007, 80008, 130429, 133016), Fault("throttled", retryable=True, scope="account")),
    ((131057,), Fault("throttled", retryable=True, scope="account", wait=60.0)),
    ((131056,), Fault("throttled_pair", retryable=True, scope="address")),
    ((131048,), Fault("quality", retryable=True, scope="account", wait=300.0)),
    ((131049, 131050), Fault("marketing")),
    ((131047,), Fault("window_closed")),
    ((131026, 130403, 130472, 130497), Fault("undeliverable")),
    (
        (33, 100, 131008, 131009, 131021, 131030, 131051, 131062, 131063, 131064, 135000),
        Fault("payload"),
    ),
    ((131052, 131053), Fault("media")),
    (
        (368, 131031, 131037, 131042, 131045, 133005, 133006, 133008, 133009, 133010),
        Fault("account", retryable=True, scope="account"),
    ),
    (
        (132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068),
        Fault("template"),
    ),
)
ERRORS: dict[int, Fault] = {code: fault for codes, fault in _ERRORS for code in codes}

# Where no code could be read, the HTTP status is all there is. 504: a proxy gave up, Graph may still have taken it.
STATUSES: dict[int, Fault] = {
    401: ERRORS[190],
    403: ERRORS[190],
    200: GARBLED,
    429: ERRORS[130429],
    504: Fault("timeout", retryable=True, ambiguous=True),
}

_REFUSED = Fault("refused")


def payload(out: Outbound) -> dict[str, Any]:
    """What Graph is given. Buttons only where everything fits: their numbered twin is in the text already."""
    choices, text = out.choices, out.text
    data: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to" if out.address.isdigit() else "recipient": out.address,
        "biz_opaque_callback_data": out.ref,
    }
    if out.reply_to:
        data["context"] = {"message_id": out.reply_to}
    if out.template is not None:
        data["type"], data["template"] = "template", _template(out.template)
    elif choices and len(text) <= BODY and len(choices) <= BUTTONS and _fits(choices, BUTTON_TITLE, BUTTON_ID):
        buttons = [{"type": "reply", "reply": {"id": one.id, "title": one.label}} for one in choices]
        data["type"] = "interactive"
        data["interactive"] = {"type": "button", "body": {"text": text}, "action": {"buttons": buttons}}
    elif BUTTONS < len(choices) <= ROWS and len(text) <= BODY and _fits(choices, ROW_TITLE, ROW_ID):
        rows = [{"id": one.id, "title": one.label} for one in choices]
        action = {"button": (out.menu or MENU)[:BUTTON_TITLE], "sections": [{"rows": rows}]}
        data["type"] = "interactive"
        data["interactive"] = {"type": "list", "body": {"text": text}, "action": action}
    elif (asked := _asks(out)) is not None:
        data["type"], data["interactive"] = "interactive", asked
    elif 0 < len(text) <= TEXT:
        data["type"] = "text"
        data["text"] = {"body": text}
    else:
        raise SendError(Fault("payload", f"a text of {len(text)} characters; WhatsApp takes 1 to {TEXT}"))
    return data


def _asks(out: Outbound) -> dict[str, Any] | None:
    """One button that shares or opens something; None where there is none or the text is too long beside it."""
    if not 0 < len(out.text) <= BODY or out.choices:
        return None
    body = {"text": out.text}
    if out.ask == "location":
        return {"type": "location_request_message", "body": body, "action": {"name": "send_location"}}
    if out.ask == "contact":
        return {"type": "request_contact_info", "body": body, "action": {"name": "request_contact_info"}}
    if out.link and 0 < len(out.link[0]) <= BUTTON_TITLE and out.link[1].startswith("https://"):
        parameters = {"display_text": out.link[0], "url": out.link[1]}
        return {"type": "cta_url", "body": body, "action": {"name": "cta_url", "parameters": parameters}}
    return None


def _template(template: Template) -> dict[str, Any]:
    """Graph takes no line break, tab or run of blanks in a variable, and none that is empty."""
    node: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    if template.body:
        parameters = [{"type": "text", "text": " ".join(each.split()) or "-"} for each in template.body]
        node["components"] = [{"type": "body", "parameters": parameters}]
    return node


def _fits(choices: tuple[Choice, ...], title: int, id_: int) -> bool:
    """Titles and ids must be there, short enough and distinct, or Graph refuses the whole message."""
    if len({one.label for one in choices}) < len(choices) or len({one.id for one in choices}) < len(choices):
        return False
    return all(0 < len(one.label) <= title and 0 < len(one.id) <= id_ for one in choices)


def receipt(answer: dict[str, Any]) -> Receipt:
    messages = answer.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    wamid = first.get("id") if isinstance(first, dict) else None
    if not isinstance(wamid, str) or not wamid:
        raise SendError(GARBLED)
    return Receipt(name_of(wamid, b""))  # as its statuses will be named


def fault(status: int, error: Any, wait: float | None) -> Fault:
    code = error.get("code") if isinstance(error, dict) else None
    found = ERRORS.get(code) if type(code) is int else None
    if found is None:
        found = STATUSES.get(status) or (ERRORS[131000] if status >= 500 else _REFUSED)
    text = words_of(error) or found.text or f"HTTP {status}"
    return replace(found, text=text, wait=wait or found.wait)
