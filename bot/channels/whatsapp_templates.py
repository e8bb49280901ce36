"""The templates of a WhatsApp Business account: `GET /{WABA}/message_templates`, page by page."""

from typing import Any

import aiohttp

from bot.channels.http import GARBLED, get, loads
from bot.errors import Fault, SendError, Unreadable
from bot.message import Approved, clean

FIELDS = "name,language,status,category,components,quality_score,rejected_reason"
PAGE, MOST_PAGES = 100, 100
"""Meta allows 6,000 templates an account; a cursor that never ends must not keep us for ever."""
NEWS = (b"message_template_status_update", b"template_category_update", b"message_template_quality_update")


async def fetch(http: aiohttp.ClientSession, url: str, headers: dict[str, str], fault: Any) -> list[Approved]:
    """`fault` names what a refusal means. Raises `SendError`."""
    found: list[Approved] = []
    after: object = ""
    for _ in range(MOST_PAGES):
        query = {"fields": FIELDS, "limit": str(PAGE), **({"after": str(after)} if after else {})}
        status, body = await get(http, url, headers, query)
        try:
            answer = loads(body)
        except Unreadable:
            answer = None
        answer = answer if isinstance(answer, dict) else {}
        if status != 200 or "error" in answer:
            raise SendError(fault(status, answer.get("error"), None))
        if not isinstance(answer.get("data"), list):
            raise SendError(GARBLED)
        found += [one for each in answer["data"] if (one := _read(each))]
        paging = answer.get("paging")
        cursors = paging.get("cursors") if isinstance(paging, dict) and paging.get("next") else None
        after = cursors.get("after") if isinstance(cursors, dict) else ""
        if not isinstance(after, str) or not after:
            return found
    raise SendError(Fault("garbled", f"the list of templates does not end after {MOST_PAGES} pages"))


def _read(each: Any) -> Approved | None:
    """None for an entry that names no template: one odd entry does not hide the others."""
    if not isinstance(each, dict):
        return None
    name, language = clean(each.get("name"), 512), clean(each.get("language"), 16)
    quality, components = each.get("quality_score"), each.get("components")
    reason = clean(each.get("rejected_reason"), 300)
    if not name or not language:
        return None
    return Approved(
        name, language, clean(each.get("status"), 40) or "UNKNOWN", clean(each.get("category"), 40),
        tuple(components) if isinstance(components, list) else (),
        clean(quality.get("score"), 20) if isinstance(quality, dict) else "", "" if reason == "NONE" else reason,
    )  # fmt: skip
