"""Web Push: one short message to one browser, sealed so that only that browser can read it.

RFC 8291 (message encryption, `aes128gcm` of RFC 8188), RFC 8292 (VAPID: who sends). A push service is somebody else's server: it
sees that something was sent, and to which browser, never what.
"""

import base64
import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import orjson

from bot import clock
from bot.errors import ConfigError, WargiError
from bot.record import record

FILE = "push.key"
SERVICES = ("googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com")
"""Of the browsers that there are. Anything else is refused: an address that a browser names must not make us knock at our own doors."""
RECORD = 4096
LASTS = timedelta(hours=12)
"""Of a signature; RFC 8292 allows a day."""
TIMEOUT = 10.0
GONE = frozenset({404, 410})


class Gone(WargiError):
    """This browser does not want any more."""


class Refused(WargiError):
    """The push service did not take it; it may later."""

    retryable = True


@record
class Device:
    """A browser of an officer, as it has named itself."""

    endpoint: str
    p256dh: str
    auth: str


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Raises `ValueError`."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sealed(device: Device, message: bytes) -> bytes:
    """RFC 8291, section 3.4: one record of `aes128gcm`. Raises `ValueError` for keys that are none."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    def derive(length: int, salt: bytes, info: bytes, secret: bytes) -> bytes:
        return HKDF(hashes.SHA256(), length, salt, info).derive(secret)

    theirs_raw, salt = unb64(device.p256dh), os.urandom(16)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs_raw)
    ours = ec.generate_private_key(ec.SECP256R1())
    point = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    ours_raw = ours.public_key().public_bytes(*point)
    shared = ours.exchange(ec.ECDH(), theirs)
    secret = derive(32, unb64(device.auth), b"WebPush: info\0" + theirs_raw + ours_raw, shared)
    key = derive(16, salt, b"Content-Encoding: aes128gcm\0", secret)
    nonce = derive(12, salt, b"Content-Encoding: nonce\0", secret)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(ours_raw)]) + ours_raw
    return head + AESGCM(key).encrypt(nonce, message + b"\x02", None)


class Push:
    """Our side of it: the key that says who we are."""

    def __init__(self, pem: bytes, contact: str, plain: bool = False) -> None:
        """`contact`: whom a push service may write to. `plain`: http is good enough, for tests. Raises `ConfigError`."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        try:
            key = serialization.load_pem_private_key(pem, None)
        except ValueError:
            key = None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ConfigError(f"{FILE} in the data directory is no key; remove it and run `wargi push keys`")
        self._key, self._contact, self.plain = key, contact, plain
        self.public = b64(
            key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        )

    def takes(self, device: Device) -> bool:
        """Whether we would ever send there."""
        address = urlsplit(device.endpoint)
        host = address.hostname or ""
        ours = address.scheme == "https" and any(host == each or host.endswith(f".{each}") for each in SERVICES)
        try:
            whole = len(unb64(device.p256dh)) == 65 and len(unb64(device.auth)) == 16
        except ValueError:
            return False
        return whole and (ours or self.plain) and len(device.endpoint) < 1000

    async def send(self, device: Device, message: dict[str, str], urgent: bool = False) -> None:
        """Raises `Gone`, `Refused`."""
        headers = {
            "Authorization": f"vapid t={self._signed(device.endpoint)}, k={self.public}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": "300" if urgent else "3600",
            "Urgency": "high" if urgent else "normal",
        }
        body = sealed(device, orjson.dumps(message))
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as http,
                http.post(device.endpoint, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status in GONE:
                    raise Gone("peramban ini tidak lagi menerima pemberitahuan")
                if answer.status >= 300:
                    raise Refused(f"HTTP {answer.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refused(type(error).__name__) from None

    def _signed(self, endpoint: str) -> str:
        """A JWT with ES256, RFC 8292 section 2."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, utils

        address = urlsplit(endpoint)
        until = int((clock.now() + LASTS).timestamp())
        claims = {"aud": f"{address.scheme}://{address.netloc}", "exp": until, "sub": self._contact}
        text = b64(orjson.dumps({"typ": "JWT", "alg": "ES256"})) + "." + b64(orjson.dumps(claims))
        r, s = utils.decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def load(data_dir: Path, contact: str) -> Push | None:
    """None as long as nobody has made a key: then no browser is asked. Raises `ConfigError`."""
    path = data_dir / FILE
    try:
        return Push(path.read_bytes(), contact) if path.exists() else None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); let this user read it, or remove it") from None


def make(data_dir: Path) -> Push:
    """The key of this data directory, made if there is none. A new one would end what every browser has agreed to."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    path = data_dir / FILE
    if not path.exists():
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        data_dir.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    found = load(data_dir, "")
    assert found is not None
    return found


def contact(public_url: str, mail_from: str) -> str:
    """Whom a push service may write to when we do harm."""
    return public_url if public_url.startswith("https://") else f"mailto:{mail_from or 'admin@localhost'}"
