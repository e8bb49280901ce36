"""SMS through an HTTP gateway that speaks as Kannel does: a message or a report comes as a query, one leaves as a query.

The gateway cuts and joins the segments and knows the operators; here it is only told in which alphabet a text is."""

import hashlib
import re
import unicodedata
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import aiohttp
import yarl

from bot import clock
from bot.channels.http import GARBLED, REFUSED, dumps, loads, name_of, post, same, seconds
from bot.channels.kit import Adapter, Asked, Finding
from bot.config import Setting
from bot.errors import ConfigError, Fault, FetchError, SendError, Unauthorised, Unreadable
from bot.message import Hook, Inbound, Item, Limits, Outbound, Receipt, Status, clean

SEGMENTS = 10
"""Most operators join no more; and nobody reads a longer one."""
TEXT, WIDE = 153 * SEGMENTS, 67 * SEGMENTS
"""Units that fit: seven-bit characters, or sixteen-bit ones where the alphabet does not do."""
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("^{}\\[~]|€\f")
"""Two units each (3GPP TS 23.038, 6.2.1.1)."""
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "‑": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "•": "-", "·": "-", "×": "x",
     "→": "->", "\u00a0": " ", "\t": " ", "`": "'"}
)  # fmt: skip

# Kannel's answers to a send, by HTTP status.
ERRORS: dict[int, Fault] = {
    400: Fault("payload"),
    401: Fault("auth", retryable=True, scope="account"),
    403: Fault("auth", retryable=True, scope="account"),
    404: Fault("account", retryable=True, scope="account"),
    429: Fault("throttled", retryable=True, scope="account", wait=1.0),
    504: Fault("timeout", retryable=True, ambiguous=True),
}
_TRANSIENT = Fault("transient", retryable=True)
_TAKEN = re.compile(r"\s*(?:[03]:|Sent)", re.IGNORECASE)

# The kinds of a delivery report. 4 (queued) and 66 (nobody knows) say nothing that is not known already.
REPORTS = {1: "delivered", 2: "failed", 8: "sent", 16: "failed", 34: "failed"}
MASK = 1 | 2 | 8 | 16

_REF = re.compile(r"[0-9a-f]{32}\.([0-9]{1,3})")
_SECRET = re.compile(r"[A-Za-z0-9_-]+")
# As a gateway names it, or as Python does.
_CHARSETS = {"utf-8", "utf8", "iso-8859-1", "windows-1252", "utf-16be", "utf16-be", "ucs-2"}
_UTF16 = {"utf-16be", "utf16-be", "ucs-2"}


class Sms:
    """One number at one gateway."""

    name = "sms"
    # Gateways report by GET; some forward what came in as a form.
    hooks: tuple[Hook, ...] = (Hook("GET", query=True), Hook("POST", query=True))

    def __init__(
        self, api_url: str, username: str, password: str, sender: str, secret: str, rate: float, url: str = ""
    ) -> None:
        if not _SECRET.fullmatch(secret):  # it stands in the address of a report, where % is the gateway's own sign
            raise ConfigError("sms: WARGI_SMS_SECRET takes letters, digits, _ and - only")
        number = number_of(sender) or sender
        self.account = f"sms:{number}"
        self.limits = Limits(TEXT, rate, confirms=True, size=size)
        self._api, self._secret = api_url, secret
        self._own = {"username": username, "password": password, "charset": "UTF-8", "dlr-mask": str(MASK)}
        self._report_url = f"{url}/webhooks/sms"
        self._http: aiohttp.ClientSession | None = None

    # -- in ----------------------------------------------------------------------------------------

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        try:
            given = [value for name, value in _pairs(body) if name == "secret"]
        except Unreadable:
            given = []
        if len(given) != 1:
            raise Unauthorised(REFUSED)
        same((self._secret.encode(),), given[0])

    def challenge(self, query: Mapping[str, str]) -> str:
        raise Unauthorised(REFUSED)

    def split(self, body: bytes) -> list[Item]:
        """One request is one item; the secret is not kept."""
        said = {name: value for name, value in _pairs(body) if name != "secret"}
        said["text"] = _decoded(said.get("text", ""), said.get("charset", ""))
        raw = dumps(said)
        hour = seconds(said.get("time", "")) // 3600
        address = number_of(said.get("from", ""))
        if "dlr" in said:
            ours = _REF.fullmatch(said.get("ref", ""))
            part = int(ours[1]) if ours and int(ours[1]) < clock.PARTS else None
            if part is None:
                return [Item(self.account, "event", hashlib.sha256(raw).hexdigest(), None, raw)]
            return [Item(self.account, "status", name_of(f"{said['ref']}|{said['dlr']}", raw), None, raw, 0, part)]
        # Without an id of the gateway's, a repetition is what says the same within one minute.
        unnamed = raw + b"%d" % (int(clock.now().timestamp()) // 60 if not said.get("time") else 0)
        external_id = name_of(said.get("id"), unnamed)
        to = number_of(said.get("to", ""))
        account = f"sms:{to}" if to else self.account
        # Operators' own news come from names; nobody could answer them.
        return [Item(account, "message" if address else "event", external_id, address, raw, hour)]

    def parse(self, kind: str, raw: bytes) -> Inbound | Status | None:
        if kind == "event":
            return None
        said = loads(raw)
        if not isinstance(said, dict):
            raise Unreadable("an SMS that is not a form")
        at = seconds(said.get("time"))
        if kind == "status":
            return _status(said, at)
        address = number_of(clean(said.get("from"), 64))
        if address is None:
            raise Unreadable("an SMS from nobody: no phone number")
        text = clean(said.get("text")).strip()
        return Inbound(
            address=address,
            external_id=name_of(said.get("id"), raw),
            kind="text" if text else "unsupported",
            text=text,
            phone=address,
            sent_at=datetime.fromtimestamp(at, UTC) if at else None,
        )

    async def acknowledge(self, kind: str, raw: bytes) -> None:
        """Nothing: there are no buttons."""

    async def attend(self, account: str, address: str, external_id: str, typing: bool) -> None:
        """Nothing: nobody sees whether an SMS was read."""

    async def fetch(self, account: str, ref: str) -> AsyncGenerator[bytes, None]:
        raise FetchError(Fault("expired", "an SMS holds no files"))
        yield b""  # type: ignore[unreachable]  # makes this a generator

    # -- out ---------------------------------------------------------------------------------------

    async def start(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def send(self, out: Outbound) -> Receipt:
        assert self._http is not None, "start() comes first"
        coding, text = fit(out.text)
        if not text or not out.address.isdigit():
            raise SendError(Fault("payload", "an empty text, or an address that is no phone number"))
        report = f"{self._report_url}?secret={self._secret}&ref={out.ref}&dlr=%d&answer=%A"
        sent = {"from": out.account.partition(":")[2], "to": f"+{out.address}", "text": text, "coding": str(coding)}
        query = urlencode({**self._own, **sent, "dlr-url": report}, quote_via=quote)
        url = yarl.URL(f"{self._api}?{query}", encoded=True)
        status, body, wait = await post(self._http, url, {"Accept-Encoding": "identity"}, b"", "GET")
        answer = clean(body.decode("utf-8", "replace"), 200).strip()
        if status in (200, 202) and (status == 202 or _TAKEN.match(answer)):
            return Receipt(out.ref)  # gateways give no id, or each another; their reports carry our reference
        fault = ERRORS.get(status) or (GARBLED if status == 200 else _TRANSIENT if status >= 500 else Fault("refused"))
        words = fault.text or answer or f"HTTP {status}"
        raise SendError(Fault(fault.name, words, fault.retryable, fault.ambiguous, wait or fault.wait, fault.scope))


def number_of(value: str) -> str | None:
    """A phone number without its plus, Indonesian ones with their 62; None for short codes that are words."""
    digits = re.sub(r"[\s().-]", "", value).removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 20):
        return None
    if digits.startswith("00"):
        return digits[2:]
    return f"62{digits[1:]}" if digits.startswith("0") else digits


def _pairs(body: bytes) -> list[tuple[str, str]]:
    """The fields of a query or form. Values keep their bytes, one a character: only `charset` says what they are."""
    try:
        found = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=64, encoding="latin-1")
    except ValueError:
        raise Unreadable("a form of too many fields") from None
    return [(name, value if name == "text" else _decoded(value, "")) for name, value in found]


def _decoded(text: str, charset: str) -> str:
    raw = text.encode("latin-1", "replace")
    charset = charset.strip().lower()
    if charset in _UTF16:
        return clean(raw.decode("utf-16-be", "replace"))
    if charset in _CHARSETS and not charset.startswith("utf"):
        return clean(raw.decode(charset, "replace"))
    try:
        return clean(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return clean(raw.decode("windows-1252", "replace"))


def _status(said: dict[str, Any], at: int) -> Status | None:
    ref, kind = clean(said.get("ref"), 64), clean(said.get("dlr"), 8)
    if not _REF.fullmatch(ref) or not kind.isascii() or not kind.isdigit():
        raise Unreadable("a report that names no message or no kind")
    state: Any = REPORTS.get(int(kind))
    if state is None:
        return None
    when = datetime.fromtimestamp(at, UTC) if at else clock.now()
    error = clean(said.get("answer"), 300) or f"dlr {kind}" if state == "failed" else ""
    return Status(external_id=ref, state=state, at=when, ref=ref, error=error)


# -- alphabets -------------------------------------------------------------------------------------


def fit(text: str) -> tuple[int, str]:
    """Kannel's `coding` (0 seven-bit, 2 sixteen-bit) and the text as it fits. A dash for a bullet costs nobody anything, but
    one sixteen-bit character more than halves what a segment holds. Raises `SendError` for what is too long all the same."""
    text = "".join(map(_plain, text.translate(_PLAIN)))
    length = sum(1 + (one in _ESCAPED) for one in text)
    if all(one in _GSM or one in _ESCAPED for one in text):
        if length > TEXT:
            raise SendError(Fault("payload", f"a text of {length} characters; an SMS takes {TEXT}"))
        return 0, text
    if (wide := len(text.encode("utf-16-be")) // 2) > WIDE:
        raise SendError(
            Fault("payload", f"a text of {wide} characters outside the short alphabet; an SMS takes {WIDE}")
        )
    return 2, text


def size(text: str) -> int:
    """Against `TEXT`. A text of the wide alphabet fills the same segments with fewer characters."""
    text = "".join(map(_plain, text.translate(_PLAIN)))
    if all(one in _GSM or one in _ESCAPED for one in text):
        return sum(1 + (one in _ESCAPED) for one in text)
    return -(-(len(text.encode("utf-16-be")) // 2) * TEXT // WIDE)


def _plain(one: str) -> str:
    """The letter below an accent that the alphabet does not have; pictures go, words of other scripts stay."""
    if one in _GSM or one in _ESCAPED:
        return one
    base = unicodedata.normalize("NFKD", one)[0]
    if base in _GSM:
        return base
    return "" if unicodedata.category(one) in ("So", "Sk", "Cf", "Mn", "Cs") else one


async def look(asked: Asked) -> list[Finding]:
    """A send to nobody: a gateway looks at the password first, and only then misses the number."""
    own = asked.own
    url = yarl.URL(own["api_url"]).with_query({"username": own["username"], "password": own["password"]})
    try:
        status, body, _ = await post(asked.http, url, {"Accept-Encoding": "identity"}, b"", "GET")
    except SendError as error:
        return [Finding("gateway", False, str(error), "is the gateway running? check WARGI_SMS_API_URL")]
    words = clean(body.decode("utf-8", "replace"), 200).strip() or f"HTTP {status}"
    if status in (401, 403):
        return [Finding("gateway", False, words, "check WARGI_SMS_USERNAME and WARGI_SMS_PASSWORD")]
    if status != 400:
        return [
            Finding(
                "gateway", False, f"HTTP {status}: {words}", "check WARGI_SMS_API_URL: it ends with /cgi-bin/sendsms"
            )
        ]
    return [Finding("gateway", True, "knows us")]


ADAPTER = Adapter(
    "sms",
    "SMS",
    (
        Setting("api_url", needed=True),
        Setting("username", needed=True),
        Setting("password", secret=True, needed=True),
        Setting("sender", needed=True),
        Setting("secret", secret=True, needed=True),
        Setting("rate", 5.0),
    ),
    build=lambda own, place: Sms(**own, url=place.url),
    look=look,
    by_phone=True,
)
