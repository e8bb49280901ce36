"""What the WhatsApp Cloud API refuses of a message, with its own codes."""

from typing import Any, NoReturn

TYPES = {
    "text", "interactive", "image", "video", "audio", "document", "sticker",
    "location", "contacts", "reaction", "template",
}  # fmt: skip
INTERACTIVE = {"button", "list", "cta_url", "location_request_message", "request_contact_info", "flow"}


class Refused(Exception):
    def __init__(
        self, code: int, message: str, details: str = "", status: int = 400, subcode: int | None = None
    ) -> None:
        self.status = status
        self.error: dict[str, Any] = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code}
        if subcode is not None:
            self.error["error_subcode"] = subcode
        if details:
            self.error["error_data"] = {"messaging_product": "whatsapp", "details": details}
        self.error["fbtrace_id"] = "AbCdEfGh"


def check(data: dict[str, Any]) -> None:
    """Raises `Refused` for what the real API refuses."""
    if data.get("messaging_product") != "whatsapp":
        raise Refused(100, "The parameter messaging_product is required.")
    if not data.get("to") and not data.get("recipient"):
        raise Refused(100, "The parameter to is required.")
    kind = data.get("type", "text")
    if kind not in TYPES:
        raise Refused(100, f'Param type must be one of {sorted(TYPES)} - got "{kind}".')
    data["type"] = kind
    if not isinstance(data.get(kind), dict | list):
        raise Refused(131008, "Required parameter is missing", f"Parameter '{kind}' is mandatory")
    if len(str(data.get("biz_opaque_callback_data", ""))) > 512:
        raise Refused(100, "Param biz_opaque_callback_data must be at most 512 characters long.")
    if kind == "text":
        _length("text['body']", data["text"].get("body"), 4096, 100)
    if "context" in data and not str((data["context"] or {}).get("message_id", "")).startswith("wamid."):
        _invalid("context['message_id'] is not a message")
    if kind == "template":
        _template(data["template"])
    if kind == "interactive":
        _interactive(data["interactive"])


def _template(node: dict[str, Any]) -> None:
    language = node.get("language")
    if not node.get("name") or not isinstance(language, dict) or not language.get("code"):
        raise Refused(131008, "Required parameter is missing", "Parameters 'name' and 'language' are mandatory")
    for component in node.get("components", ()):
        for one in component.get("parameters", ()):
            text = one.get("text", "-")
            if not text.strip() or "\n" in text or "\t" in text or "     " in text:
                raise Refused(132018, "Template parameter format", "Param text cannot have new-line/tab/>4 spaces")


FIXED = {"location_request_message": "send_location", "request_contact_info": "request_contact_info"}


def _interactive(node: dict[str, Any]) -> None:
    if node.get("type") not in INTERACTIVE:
        raise Refused(100, f"Param interactive['type'] must be one of {sorted(INTERACTIVE)}.")
    body = node.get("body")
    _length("body text", body.get("text") if isinstance(body, dict) else None, 1024)
    action = node.get("action")
    if not isinstance(action, dict):
        raise Refused(131008, "Required parameter is missing", "Parameter 'action' is mandatory")
    if node["type"] == "button":
        _buttons(action.get("buttons"))
    if node["type"] in FIXED and action.get("name") != FIXED[node["type"]]:
        _invalid(f"Action name must be {FIXED[node['type']]}")
    if node["type"] == "cta_url":
        parameters = action.get("parameters") or {}
        _length("display_text", parameters.get("display_text"), 20)
        if action.get("name") != "cta_url" or not str(parameters.get("url", "")).startswith(("https://", "http://")):
            _invalid("cta_url needs an url")
    if node["type"] == "list":
        _length("Button label", action.get("button"), 20)
        _sections(action.get("sections"))


def _buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        _invalid("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    if any(one.get("type") != "reply" or not isinstance(one.get("reply"), dict) for one in buttons):
        _invalid("Button type must be reply")
    replies = [one["reply"] for one in buttons]
    for reply in replies:
        _length("Button title", reply.get("title"), 20)
        _length("Button id", reply.get("id"), 256)
    if len({reply["title"] for reply in replies}) < len(replies) or len({reply["id"] for reply in replies}) < len(
        replies
    ):
        _invalid("Duplicated button titles or ids")


def _sections(sections: Any) -> None:
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        _invalid("Invalid sections count. Min allowed: 1, Max allowed: 10")
    rows = [row for section in sections for row in section.get("rows", ())]
    if not 1 <= len(rows) <= 10:
        _invalid("Total row count exceed max allowed count: 10")
    for section in sections:
        if len(sections) > 1 or "title" in section:
            _length("Section title", section.get("title"), 24)
    for row in rows:
        _length("Row title", row.get("title"), 24)
        _length("Row id", row.get("id"), 200)
        if "description" in row:
            _length("Row description", row["description"], 72)
    if len({row["id"] for row in rows}) < len(rows):
        _invalid("Duplicated row ids")


def _length(what: str, value: object, most: int, code: int = 131009) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise Refused(code, "Parameter value is not valid", f"{what} length invalid. Min length: 1, Max length: {most}")


def _invalid(details: str) -> NoReturn:
    raise Refused(131009, "Parameter value is not valid", details)
