"""Small files of every kind, made here; the photo carries where it was taken."""

import io
import struct
import zipfile
import zlib

from PIL import Image

PLACE = b"Cikajang, Garut"


def photo(size: tuple[int, int] = (800, 600), turned: int = 6, kind: str = "JPEG") -> bytes:
    """A photo with GPS, a comment and an author; `turned` is its EXIF orientation. Its upper left corner is red."""
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = turned, PLACE.decode()
    exif.get_ifd(0x8825).update({1: "S", 2: (7.0, 21.0, 0.0), 3: "E", 4: (107.0, 48.0, 0.0)})
    out = io.BytesIO()
    more = {"comment": PLACE} if kind == "JPEG" else {}
    image.save(out, kind, exif=exif.tobytes(), **more)
    return out.getvalue()


def plain(kind: str, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (32, 24)).save(out, kind)
    return out.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """A PNG that says it is 30,000 x 30,000; a few dozen bytes."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    check = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header + check + b"\0\0\0\0IEND\xaeB`\x82"


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def voice(seconds: float = 3.0, size: int = 400) -> bytes:
    """The first and last page of an Ogg file with Opus in it; no sound."""

    def page(kind: int, granule: int, body: bytes) -> bytes:
        return b"OggS\0" + bytes([kind]) + struct.pack("<qIII", granule, 1, 0, 0) + bytes([1, len(body) % 256]) + body

    head = b"OpusHead\x01\x01" + struct.pack("<HIhB", 0, 48_000, 0, 0)
    return page(2, 0, head) + page(4, round(seconds * 48_000), b"\x55" * (size % 256))


def film(brand: bytes) -> bytes:
    return struct.pack(">I", 24) + b"ftyp" + brand + b"\0\0\0\0" + brand + b"isom" + b"\0" * 64


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + stream.encode("utf-16-le") + b"\0" * 100


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
HTML = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
