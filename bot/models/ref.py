"""The name of a hot row outside the database: id and part together, so that a look-up never asks all parts."""

from typing import NamedTuple, Self

from bot.errors import NotFound


class Ref(NamedTuple):
    id: bytes
    part: int

    def __str__(self) -> str:
        return f"{self.id.hex()}.{self.part}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The opposite of `str(ref)`. Raises `NotFound` for anything else, as an unknown row would."""
        name, _, part = text.partition(".")
        try:
            ref = cls(bytes.fromhex(name), int(part))
        except ValueError:
            raise NotFound("unknown reference") from None
        if len(ref.id) != 16 or not 0 <= ref.part < 256:
            raise NotFound("unknown reference")
        return ref
