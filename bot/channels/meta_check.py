"""How a number, a page or an Instagram account is, by Meta's own account, and how it is subscribed to our app."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import yarl

from bot.channels import meta
from bot.channels.http import dumps, loads, post
from bot.channels.kit import Asked, Finding
from bot.errors import Fault, SendError, Unreadable
from bot.message import clean

NUMBER = "display_phone_number,verified_name,quality_rating,status,webhook_configuration"
FIELDS = {
    "messenger": "messages,messaging_postbacks,message_reactions,message_edits,message_echoes,message_deliveries,message_reads",
    "instagram": "messages,messaging_postbacks,message_reactions,messaging_seen",
}
"""Without `message_echoes` a message whose fate is unknown goes out twice more easily; without the last ones no ticks."""


async def look_whatsapp(asked: Asked) -> list[Finding]:
    own = asked.own
    number, wrong = await _about(asked, "whatsapp", own["phone_number_id"], NUMBER)
    if wrong:
        return [wrong]
    shown = " ".join(clean(number.get(key), 64) for key in ("display_phone_number", "verified_name")).strip()
    found = [Finding("token", True, shown or own["phone_number_id"])]
    state, quality = clean(number.get("status"), 32), clean(number.get("quality_rating"), 32)
    if state:
        remedy = (
            "" if state == "CONNECTED" else "register the number in WhatsApp Manager, or lift its restriction there"
        )
        found.append(Finding("number", state == "CONNECTED", state.lower(), remedy))
    if quality in ("RED", "YELLOW"):
        found.append(
            Finding(
                "quality", quality != "RED", quality.lower(), "see WhatsApp Manager: people block or report the number"
            )
        )
    found += _calls(asked, number.get("webhook_configuration"))
    if not own["business_account_id"]:
        remedy = "set WARGI_WHATSAPP_BUSINESS_ACCOUNT_ID to have it looked at"
        return [*found, Finding("subscribed", None, "not known", remedy)]
    return [*found, await _subscribed(asked, "whatsapp", own["business_account_id"], "")]


def _calls(asked: Asked, configured: Any) -> list[Finding]:
    """Where Meta calls for this number; the most special address wins."""
    configured = configured if isinstance(configured, dict) else {}
    keys = ("phone_number", "whatsapp_business_account", "application")
    url = next((clean(configured[key], 512) for key in keys if configured.get(key)), "")
    if not url or not asked.webhook:
        return []
    remedy = "" if url == asked.webhook else f"set the callback URL of the app to {asked.webhook}"
    return [Finding("callback", url == asked.webhook, url, remedy)]


def look(name: str) -> Callable[[Asked], Awaitable[list[Finding]]]:
    """Of a page or an Instagram account."""

    async def looked(asked: Asked) -> list[Finding]:
        id_ = asked.own["account_id"]
        about, wrong = await _about(asked, name, id_, "name" if name == "messenger" else "username")
        if wrong:
            return [wrong]
        shown = clean(about.get("name") or about.get("username"), 64)
        return [Finding("token", True, shown or id_), await _subscribed(asked, name, id_, FIELDS[name])]

    return looked


def connect(name: str) -> Callable[[Asked], Awaitable[str]]:
    async def connected(asked: Asked) -> str:
        own = asked.own
        id_ = own["business_account_id"] if name == "whatsapp" else own["account_id"]
        if not id_:
            raise SendError(Fault("payload", "set WARGI_WHATSAPP_BUSINESS_ACCOUNT_ID first"))
        fields = {"subscribed_fields": FIELDS[name]} if name in FIELDS else {}
        await _graph(asked, f"{id_}/subscribed_apps", "POST", fields)
        return f"the app hears of {name} {id_} from now on; its callback URL, set in the app itself, must be {asked.webhook}"

    return connected


async def _about(asked: Asked, name: str, id_: str, fields: str) -> tuple[dict[str, Any], Finding | None]:
    try:
        return await _graph(asked, id_, "GET", {"fields": fields}), None
    except SendError as error:
        prefix = f"WARGI_{name.upper()}"
        remedy = {
            "auth": f"set {prefix}_ACCESS_TOKEN to a live token with permission for messages",
            "payload": f"check {prefix}_{'PHONE_NUMBER_ID' if name == 'whatsapp' else 'ACCOUNT_ID'}, and whose token it is",
        }.get(error.fault.name, f"try again; check {prefix}_API_URL and the firewall")
        return {}, Finding("token", False, str(error), remedy)


async def _subscribed(asked: Asked, name: str, id_: str, wanted: str) -> Finding:
    remedy = f"run `wargi channel connect {name}`"
    try:
        answer = await _graph(asked, f"{id_}/subscribed_apps", "GET", {})
    except SendError as error:
        return Finding("subscribed", False, str(error), remedy)
    apps = [app for app in answer.get("data") or () if isinstance(app, dict)]
    if not apps:
        return Finding("subscribed", False, "no app hears of this account", remedy)
    heard = {field for app in apps for field in app.get("subscribed_fields") or () if isinstance(field, str)}
    if wanted and (missing := [field for field in wanted.split(",") if field not in heard]):
        return Finding("subscribed", False, f"not heard of: {', '.join(missing)}", remedy)
    return Finding("subscribed", True, f"{len(apps)} app{'s' if len(apps) > 1 else ''}")


async def _graph(asked: Asked, path: str, method: str, query: Mapping[str, str]) -> dict[str, Any]:
    own = asked.own
    url = yarl.URL(f"{own['api_url'].rstrip('/')}/{own['api_version']}/{path}").with_query(query)
    headers = {"Authorization": f"Bearer {own['access_token']}", "Accept-Encoding": "identity"}
    http: aiohttp.ClientSession = asked.http
    status, body, _ = await post(http, url, headers, dumps({}) if method == "POST" else b"", method)
    try:
        answer = loads(body)
    except Unreadable:
        answer = None
    error = answer.get("error") if isinstance(answer, dict) else None
    if status == 200 and isinstance(answer, dict) and not error:
        return answer
    code = error.get("code") if isinstance(error, dict) else None
    name = (
        "auth"
        if status == 401 or code in (10, 190) or code in range(200, 300)
        else "payload"
        if code == 100
        else "refused"
    )
    raise SendError(Fault(name, meta.words(error) or f"HTTP {status}"))
