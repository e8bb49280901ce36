"""What leaves through WhatsApp: the body that Graph is given, and what it means when Graph refuses."""

from dataclasses import replace
from typing import Any

from bot.channels.http import GARBLED, name_of
from bot.channels.whatsapp_read import names_in_answer, words_of
from bot.errors import Fault, SendError
from bot.message import Choice, File, Outbound, Pace, Receipt, Template

TEXT, BODY, CAPTION = 4096, 1024, 1024
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


TYPES: dict[str, frozenset[str]] = {
    "image": frozenset({"image/jpeg", "image/png"}),
    "video": frozenset({"video/mp4", "video/3gpp"}),
    "audio": frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
}
"""What Meta shows or plays; any other file, and any that is too large for its kind, travels as a document."""
MIB = 1024 * 1024
MOST = {"image": 5 * MIB, "video": 16 * MIB, "audio": 16 * MIB, "document": 100 * MIB}


def kind_of(file: File) -> str:
    kind = "audio" if file.kind == "voice" else file.kind
    return kind if file.mime in TYPES.get(kind, ()) and file.size <= MOST[kind] else "document"


def caption(file: File) -> int | None:
    """Nothing may stand under a sound."""
    return 0 if kind_of(file) == "audio" else CAPTION


def payload(out: Outbound, media: str = "") -> dict[str, Any]:
    """What Graph is given. Buttons only where everything fits: their numbered twin is in the text already. `media`: the id that
    the file got when it was uploaded."""
    choices, text = out.choices, out.text
    data: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to" if out.address.isdigit() else "recipient": out.address,
        "biz_opaque_callback_data": out.ref,
    }
    if out.reply_to and not out.react:
        data["context"] = {"message_id": out.reply_to}
    if out.template is not None:
        data["type"], data["template"] = "template", _template(out.template)
    elif out.react:
        data["type"], data["reaction"] = "reaction", {"message_id": out.reply_to, "emoji": out.react}
    elif out.file is not None:
        data["type"], node = kind_of(out.file), _file(out, media)
        data[data["type"]] = node
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


def _file(out: Outbound, media: str) -> dict[str, Any]:
    """Graph knows no words under a sound, so none are sent with one: whoever queues it sends them first."""
    assert out.file is not None
    kind, node = kind_of(out.file), {"id": media}
    if len(out.text) > CAPTION or (out.text and kind == "audio"):
        raise SendError(Fault("payload", f"{len(out.text)} characters under a file of the kind {kind}"))
    if out.text:
        node["caption"] = out.text
    if kind == "document":
        node["filename"] = out.file.name
    return node


def _template(template: Template) -> dict[str, Any]:
    node: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    components: list[dict[str, Any]] = []
    if template.header:
        components.append({"type": "header", "parameters": [_text(template.header)]})
    if template.body:
        components.append({"type": "body", "parameters": [_text(each) for each in template.body]})
    for index, (kind, value) in enumerate(template.buttons):
        given = {"type": "payload", "payload": value} if kind == "quick_reply" else _text(value)
        components.append({"type": "button", "sub_type": kind, "index": str(index), "parameters": [given]})
    if components:
        node["components"] = components
    return node


def _text(value: str) -> dict[str, str]:
    """Graph takes no line break, tab or run of blanks in a variable, and none that is empty."""
    return {"type": "text", "text": " ".join(value.split()) or "-"}


def _fits(choices: tuple[Choice, ...], title: int, id_: int) -> bool:
    """Titles and ids must be there, short enough and distinct, or Graph refuses the whole message."""
    if len({one.label for one in choices}) < len(choices) or len({one.id for one in choices}) < len(choices):
        return False
    return all(0 < len(one.label) <= title and 0 < len(one.id) <= id_ for one in choices)


def receipt(answer: dict[str, Any], address: str = "") -> Receipt:
    messages = answer.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    wamid = first.get("id") if isinstance(first, dict) else None
    if not isinstance(wamid, str) or not wamid:
        raise SendError(GARBLED)
    return Receipt(name_of(wamid, b""), aliases=names_in_answer(answer, address))  # named as its statuses will be


def fault(status: int, error: Any, wait: float | None) -> Fault:
    code = error.get("code") if isinstance(error, dict) else None
    found = ERRORS.get(code) if type(code) is int else None
    if found is None:
        found = STATUSES.get(status) or (ERRORS[131000] if status >= 500 else _REFUSED)
    text = words_of(error) or found.text or f"HTTP {status}"
    return replace(found, text=text, wait=wait or found.wait)
