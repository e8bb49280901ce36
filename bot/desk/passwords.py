"""Passwords: what is accepted, and argon2id away from the event loop, two at a time at most."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import WargiError
from bot.i18n import N_

SHORTEST, LONGEST = 12, 200
WAITING_ROOM = 40
"""More sign-ins than this at once are told to come back: a flood must not eat the server's memory or time."""
_COMMON = Path(__file__).parent / "common_passwords.txt"


class Busy(WargiError):
    """Too many people sign in at this moment."""

    retryable = True


class Passwords:
    """Hashes and checks. 46 MiB a hash (OWASP's first choice for argon2id), so two at once cost 92 MiB for 0.1 s."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=47 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        return await self._run(self._hash, password)

    async def check(self, hashed: str | None, password: str) -> bool:
        """Takes equally long for a login that does not exist (`hashed` None)."""
        if self._nobody is None:
            self._nobody = await self._run(self._hash, "nobody has this password")
        right = await self._run(self._check, hashed or self._nobody, password)
        return right == "yes" and hashed is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[..., str], *words: str) -> str:
        if self._waiting >= WAITING_ROOM:
            raise Busy("Terlalu banyak orang masuk bersamaan. Coba lagi sebentar.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *words)
        finally:
            self._waiting -= 1

    def _hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def _check(self, hashed: str, password: str) -> str:
        try:
            self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return ""
        return "yes"


def refuse(password: str, *own: str) -> str | None:
    """Why this password cannot be taken, in words; None when it can. No rules about kinds of characters: length is what helps."""
    if len(password) < SHORTEST:
        return N_("Kata sandi terlalu pendek: pakai paling sedikit 12 huruf, misalnya empat kata.")
    if len(password) > LONGEST:
        return N_("Kata sandi terlalu panjang: paling banyak 200 huruf.")
    plain = password.casefold().replace(" ", "")
    easy = set(_COMMON.read_text("utf-8").split())
    stem = plain.rstrip("0123456789!.")
    if plain in easy or stem in easy or len(set(plain)) < 5:
        return N_("Kata sandi ini mudah ditebak: pilih yang lain, misalnya empat kata yang tidak berhubungan.")
    if any(len(word) > 3 and plain.replace(word.casefold().replace(" ", ""), "") == "" for word in own):
        return N_("Kata sandi tidak boleh sama dengan nama Anda.")
    return None
