"""The officers of a demo: one of every role, with passwords that are shown once."""

from datetime import datetime

from bot.clock import token
from bot.desk.passwords import Passwords
from bot.pretend import people as invented
from bot.store import people, pretend
from bot.store.db import Db

NOT_YET = "!"
"""No password is hashed to this: nobody gets in before the demo is whole."""


def password() -> str:
    """Sixteen hexadecimal digits by fours: 64 bits, easy to type."""
    drawn = token()
    return "-".join(drawn[at : at + 4] for at in range(0, 16, 4))


async def hire(db: Db, at: datetime) -> None:
    """They have been here since then. Nobody can sign in as one of them yet."""
    async with db.unit() as unit:
        for login, name, role, languages in invented.OFFICERS:
            agency = invented.AGENCY if role == "agency" else ""
            await people.add_officer(unit.conn, name, login, "!", role, at, agency)
            await pretend.set_officer(unit.conn, login, languages=languages)


async def let_in(db: Db) -> list[tuple[str, str, str]]:
    """New passwords for all of them: login, role, password. Only their hashes are kept, and older ones end."""
    passwords, made = Passwords(), []
    try:
        for login, _, role, _ in invented.OFFICERS:
            word = password()
            hashed = await passwords.hash(word)
            async with db.unit() as unit:
                await pretend.set_officer(unit.conn, login, password_hash=hashed)
            made.append((login, role, word))
    finally:
        passwords.close()
    return made
