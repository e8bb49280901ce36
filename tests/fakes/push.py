"""A push service as strict as real ones: it checks who sends, opens what came with the browser's own key, and can say no."""

import base64
import json
import os
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """Holds the two secrets that a browser makes when its user agrees."""

    def __init__(self, private: ec.EllipticCurvePrivateKey | None = None, auth: bytes | None = None) -> None:
        self.private = private or ec.generate_private_key(ec.SECP256R1())
        self.auth = auth or os.urandom(16)
        self.public = self.private.public_key().public_bytes(*POINT)

    def open(self, body: bytes) -> bytes:
        """RFC 8291 from the receiver's side."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        info = b"WebPush: info\0" + self.public + theirs
        secret = HKDF(hashes.SHA256(), 32, self.auth, info).derive(shared)
        key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain.endswith(b"\x02")
        return plain[:-1]


class FakePush:
    """`async with FakePush() as push`; one browser of it is at `push.endpoint`."""

    def __init__(self) -> None:
        self.browser = Browser()
        self.status = 201
        self.told: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    async def __aenter__(self) -> "FakePush":
        app = web.Application()
        app.router.add_post("/send/{name}", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._runner.cleanup()

    @property
    def endpoint(self) -> str:
        return f"{self.url}/send/satu"

    @property
    def form(self) -> dict[str, str]:
        """As the page posts it."""
        return {"endpoint": self.endpoint, "p256dh": b64(self.browser.public), "auth": b64(self.browser.auth)}

    async def _take(self, request: web.Request) -> web.Response:
        self._check(request)
        if self.status == 201:
            self.told.append(json.loads(self.browser.open(await request.read())))
            self.headers.append(dict(request.headers))
        return web.Response(status=self.status)

    def _check(self, request: web.Request) -> None:
        """RFC 8030 and 8292: refuses as real ones do."""
        assert request.headers["Content-Encoding"] == "aes128gcm"
        assert int(request.headers["TTL"]) >= 0
        scheme, _, rest = request.headers["Authorization"].partition(" ")
        given = dict(each.strip().split("=", 1) for each in rest.split(","))
        head, claims, signature = given["t"].split(".")
        raw = unb64(signature)
        whole = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(given["k"]))
        key.verify(whole, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        said = json.loads(unb64(claims))
        assert (scheme, json.loads(unb64(head))["alg"], said["aud"]) == ("vapid", "ES256", self.url)
        assert 0 < said["exp"] - datetime.now(UTC).timestamp() <= 86_400
        assert said["sub"].startswith(("mailto:", "https:"))
