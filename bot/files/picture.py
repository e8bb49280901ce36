"""Copies of a photo that may be shown: turned upright, without a trace of where and with what it was taken."""

import warnings
from pathlib import Path

from bot.files.kinds import Refused
from bot.record import record

MOST_PIXELS = 40_000_000
"""A phone's best camera; four bytes a pixel, one picture at a time."""
SIDE = 640
READABLE = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP", "image/avif": "AVIF"}


@record
class Copies:
    """`width` and `height` are the thumbnail's, so that a page can keep its place free."""

    type: str
    width: int
    height: int


def copies(source: Path, mime: str, clean: Path, thumb: Path) -> Copies | None:
    """Writes the clean copy and the thumbnail; None for what cannot be opened (HEIC, broken files). Raises `Refused` for a bomb.
    Slow: for a thread. Nothing of the original's metadata can come along, for only its pixels are copied."""
    if mime not in READABLE:
        return None
    from PIL import Image, ImageOps, UnidentifiedImageError  # 60 ms, and only who gets photos needs it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound is lower
            opened = Image.open(source, formats=[READABLE[mime]])
        with opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refused("bomb")
            upright = ImageOps.exif_transpose(opened)
            see_through = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
            plain = upright.convert("RGBA" if see_through else "RGB")
    except Image.DecompressionBombError:
        raise Refused("bomb") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, OverflowError):
        return None
    plain.info = {}  # comment, ICC and XMP would be written again from here
    kind = "image/webp" if see_through else "image/jpeg"
    plain.save(clean, "WEBP" if see_through else "JPEG", quality=88)
    plain.thumbnail((SIDE, SIDE))
    plain.save(thumb, "WEBP", quality=75)
    return Copies(kind, plain.width, plain.height)
