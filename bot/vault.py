"""Keeps identity numbers unreadable in the database: sealed under a key that stands elsewhere, and findable by an index.

AES-256-GCM; each purpose ("nik", …) has keys of its own, drawn from the secret by HKDF, so a value that was sealed for one purpose opens
for no other. `WARGI_SECRET_KEY` may hold several secrets, separated by commas: the first seals, all open. That is how a key is
changed without a day on which nothing can be read.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable
from pathlib import Path

from bot import clock
from bot.errors import ConfigError, WargiError

SHORTEST = 12
"""Characters. Catches a slip of the finger; a good secret is longer (docs/operations.md)."""
FILE = "secret_key"
"""Inside the data directory, where SQLite needs no setting."""
_SALT = b"wargi vault 1"


class Sealed(WargiError):
    """A sealed value that none of the secrets opens, or that somebody has changed."""


class Vault:
    def __init__(self, secrets: Iterable[str]) -> None:
        """Newest secret first. Raises `ConfigError`, which never shows a secret."""
        self._secrets = [secret.encode() for each in secrets if (secret := each.strip())]
        if not self._secrets:
            raise ConfigError("WARGI_SECRET_KEY holds no secret; write one, or remove the setting on SQLite")
        if any(len(secret) < SHORTEST for secret in self._secrets):
            raise ConfigError(
                f"WARGI_SECRET_KEY is too short: each secret in it needs {SHORTEST} characters at least; "
                "make one with python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        self._keys: dict[tuple[str, int], bytes] = {}

    def __repr__(self) -> str:
        return f"Vault({len(self._secrets)} secrets)"

    def seal(self, text: str, purpose: str) -> str:
        """`text`, readable with these secrets and for this purpose only. Twice the same text gives two different results."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # not paid by servers that seal nothing

        nonce = clock.random_bits(96).to_bytes(12, "big")
        body = AESGCM(self._key(f"seal:{purpose}", 0)).encrypt(nonce, text.encode(), self._about(purpose, 0))
        return f"1.{self._name(0)}.{base64.urlsafe_b64encode(nonce + body).decode().rstrip('=')}"

    def open(self, sealed: str, purpose: str) -> str:
        """The opposite. Raises `Sealed`."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        version, name, body = [*sealed.split(".", 2), "", ""][:3]
        try:
            raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raw = b""
        if version != "1" or len(raw) < 28:
            raise Sealed("a sealed value is damaged; restore it from a backup")
        for at in range(len(self._secrets)):
            if self._name(at) == name:
                try:
                    found = AESGCM(self._key(f"seal:{purpose}", at)).decrypt(
                        raw[:12], raw[12:], self._about(purpose, at)
                    )
                except InvalidTag:
                    raise Sealed(
                        "a sealed value was changed, or belongs to another purpose; restore it from a backup"
                    ) from None
                return found.decode()
        raise Sealed("a sealed value needs an older secret; add it to WARGI_SECRET_KEY, after a comma")

    def stale(self, sealed: str) -> bool:
        """True if another secret than the first has sealed it: seal it anew, and that secret can go one day."""
        return not sealed.startswith(f"1.{self._name(0)}.")

    def index(self, value: str, purpose: str) -> str:
        """The same for the same value, and tells nothing else: to look for an equal one without opening any."""
        return self._index(value, purpose, 0)

    def indexes(self, value: str, purpose: str) -> tuple[str, ...]:
        """Under every secret, newest first: while secrets change, rows of both kinds are looked for."""
        return tuple(self._index(value, purpose, at) for at in range(len(self._secrets)))

    def signing_key(self, purpose: str) -> bytes:
        """A key for one kind of short-lived signature, of the newest secret."""
        return self._key(f"sign {purpose}", 0)

    def _index(self, value: str, purpose: str, at: int) -> str:
        return hmac.new(self._key(f"index:{purpose}", at), value.encode(), hashlib.sha256).hexdigest()

    def _about(self, purpose: str, at: int) -> bytes:
        return f"1.{self._name(at)}.{purpose}".encode()

    def _name(self, at: int) -> str:
        """Names a secret without telling it."""
        return self._key("name", at)[:4].hex()

    def _key(self, use: str, at: int) -> bytes:
        """HKDF (RFC 5869) with one block of output. The secret is a key, not a password: no slow hash is needed for it."""
        if (use, at) not in self._keys:
            first = hmac.new(_SALT, self._secrets[at], hashlib.sha256).digest()
            self._keys[use, at] = hmac.new(first, use.encode() + b"\x01", hashlib.sha256).digest()
        return self._keys[use, at]


def _put(draft: Path, path: Path) -> None:
    """Unlike a rename, a link never replaces a key that another process has made meanwhile."""
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        os.replace(draft, path)


def load(secret_key: str, data_dir: Path) -> Vault:
    """The vault of these settings; without a secret, the one in the data directory, made at the first start. Raises `ConfigError`."""
    if secret_key:
        return Vault(secret_key.split(","))
    path = data_dir / FILE
    try:
        return Vault(_read_or_make(path).split(","))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be used ({error.strerror}): it is the key to the identity numbers in the database; "
            "let this user read it, or set WARGI_SECRET_KEY to what it holds"
        ) from None
    except (ConfigError, UnicodeDecodeError):
        raise ConfigError(
            f"{path} holds no secret of {SHORTEST} characters or more: restore it from a backup; "
            "if nothing has been sealed yet, remove it, and the next start makes a new one"
        ) from None


def _read_or_make(path: Path) -> str:
    """Whole or not at all: a crash in between must not leave half a key that later values are sealed with."""
    if path.exists():
        return path.read_text(encoding="utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{FILE}.{clock.process_name()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(clock.token() + "\n")
            file.flush()
            os.fsync(file.fileno())
        _put(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path.read_text(encoding="utf-8")
