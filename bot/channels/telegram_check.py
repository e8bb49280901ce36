"""How a Telegram bot is, by its own account, and how it learns where our webhook is."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot import clock
from bot.channels.http import dumps, loads, post
from bot.channels.kit import Asked, Finding
from bot.channels.telegram import fault_of
from bot.errors import Fault, SendError, Unreadable
from bot.message import clean

UPDATES = ("message", "edited_message", "callback_query", "message_reaction")
"""What is asked for by name: Telegram leaves reactions out unless they are named."""
PENDING = 100
"""So many waiting updates are more than the pause between two deliveries."""
RECENT = timedelta(hours=1)
CONNECT = "run `wargi channel connect telegram`"


async def look(asked: Asked) -> list[Finding]:
    try:
        me = await _call(asked, "getMe")
    except SendError as error:
        remedy = "set WARGI_TELEGRAM_TOKEN to the token that @BotFather shows" if error.fault.name == "auth" else ""
        return [
            Finding("token", False, str(error), remedy or "try again; check WARGI_TELEGRAM_API_URL and the firewall")
        ]
    found = [Finding("token", True, f"@{clean(me.get('username'), 64)}")]
    info = await _call(asked, "getWebhookInfo")
    url, pending = clean(info.get("url"), 512), info.get("pending_update_count")
    if not url:
        found.append(Finding("subscribed", False, "no webhook is registered", CONNECT))
    elif asked.webhook and url != asked.webhook:
        found.append(Finding("subscribed", False, f"registered is {url}", CONNECT))
    else:
        found.append(Finding("subscribed", True, url))
    kinds = info.get("allowed_updates")
    missing = sorted(set(UPDATES) - set(kinds)) if isinstance(kinds, list) else sorted(set(UPDATES[3:]))
    if url and missing:
        found.append(Finding("updates", False, f"not asked for: {', '.join(missing)}", CONNECT))
    count = pending if type(pending) is int else 0
    remedy = "is wargi running, and is its address reachable?"
    found.append(Finding("pending", count < PENDING, str(count), remedy if count >= PENDING else ""))
    return [*found, _last_error(info)]


def _last_error(info: dict[str, Any]) -> Finding:
    words, at = clean(info.get("last_error_message"), 300), info.get("last_error_date")
    if not words or type(at) is not int or not 0 < at < 10**11:
        return Finding("last error", True, words or "none")
    when = datetime.fromtimestamp(at, UTC)
    recent = clock.now() - when < RECENT
    remedy = (
        f"the secret differs: {CONNECT}" if "401" in words else "look at the address, its certificate and the proxy"
    )
    return Finding("last error", not recent, f"{when:%Y-%m-%d %H:%M} UTC: {words}", remedy if recent else "")


async def connect(asked: Asked) -> str:
    more = {"url": asked.webhook, "secret_token": asked.own["secret_token"], "allowed_updates": list(UPDATES)}
    await _call(asked, "setWebhook", **more)
    return f"Telegram sends updates to {asked.webhook} from now on"


async def _call(asked: Asked, method: str, **parameters: Any) -> dict[str, Any]:
    url = f"{asked.own['api_url'].rstrip('/')}/bot{asked.own['token']}/{method}"
    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
    status, body, _ = await post(asked.http, url, headers, dumps(parameters))
    try:
        answer = loads(body)
    except Unreadable:
        answer = None
    if status != 200 or not isinstance(answer, dict) or answer.get("ok") is not True:
        fault = fault_of(status, body)
        raise SendError(Fault(fault.name, fault.text, fault.retryable))
    result = answer.get("result")
    return result if isinstance(result, dict) else {}
