"""Files that leave: read from the shelf, and put into a form as platforms take it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing

from bot import clock
from bot.errors import Fault, NotFound, SendError
from bot.message import File

Shelf = Callable[[str], AsyncGenerator[bytes, None]]
PATIENCE = 90.0
"""Seconds for one upload: the largest file over a slow line."""
_AT_ONCE = asyncio.Semaphore(3)
"""Whole files lie in memory: so many in this process."""


async def form(shelf: Shelf | None, fields: Mapping[str, str], name: str, file: File) -> tuple[str, bytes]:
    """Content type and body of a form with the file in it. Raises `SendError`."""
    if shelf is None:
        raise SendError(Fault("media", "this house keeps no files"))
    body = bytearray()
    mark = f"wargi-{clock.token()[:32]}"
    for key, value in fields.items():
        body += f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
    plain = "".join(
        each for each in file.name if each.isprintable() and each not in '"\\'
    )  # as it is: platforms show it
    body += f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{plain}"\r\n'.encode()
    body += f"Content-Type: {file.mime}\r\n\r\n".encode()
    try:
        async with aclosing(shelf(file.sha256)) as pieces:
            async for piece in pieces:
                body += piece
    except NotFound:
        raise SendError(Fault("media", "the file is not on the shelf any more")) from None
    except OSError as error:
        raise SendError(Fault("unreachable", f"the shelf does not answer ({type(error).__name__})", True)) from None
    body += f"\r\n--{mark}--\r\n".encode()
    return f"multipart/form-data; boundary={mark}", bytes(body)


def turn() -> asyncio.Semaphore:
    return _AT_ONCE
