"""What a file is, by its first bytes and never by its name, and whether we keep such files at all. Pure but for reading it."""

import re
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO, Literal

from bot.record import record

Family = Literal["image", "video", "audio", "document"]
HEAD = 64 * 1024
MIB = 1024 * 1024

CAPS: dict[str, int] = {
    "image": 20 * MIB,
    "sticker": 2 * MIB,
    "voice": 32 * MIB,
    "audio": 32 * MIB,
    "video": 64 * MIB,
    "document": 100 * MIB,
}
"""The most we take of each kind: above what WhatsApp lets through (16 MB video, 100 MB document) and what Telegram gives to bots (20 MB)."""


@record
class Type:
    mime: str
    family: Family
    ext: str


class Refused(Exception):
    """Not kept; `why` is a word of `REFUSALS`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


REFUSALS = ("markup", "program", "archive", "unknown", "bomb", "too_big", "empty")

_JPEG, _PNG = Type("image/jpeg", "image", "jpg"), Type("image/png", "image", "png")
_GIF, _WEBP = Type("image/gif", "image", "gif"), Type("image/webp", "image", "webp")
_HEIC, _AVIF = Type("image/heic", "image", "heic"), Type("image/avif", "image", "avif")
_OGG, _MP3 = Type("audio/ogg", "audio", "ogg"), Type("audio/mpeg", "audio", "mp3")
_M4A, _AAC = Type("audio/mp4", "audio", "m4a"), Type("audio/aac", "audio", "aac")
_AMR, _WAV = Type("audio/amr", "audio", "amr"), Type("audio/wav", "audio", "wav")
_MP4, _3GP = Type("video/mp4", "video", "mp4"), Type("video/3gpp", "video", "3gp")
_MOV, _WEBM = Type("video/quicktime", "video", "mov"), Type("video/webm", "video", "webm")
_PDF = Type("application/pdf", "document", "pdf")
_DOC, _XLS = Type("application/msword", "document", "doc"), Type("application/vnd.ms-excel", "document", "xls")
_TXT, _CSV = Type("text/plain", "document", "txt"), Type("text/csv", "document", "csv")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OOXML = {
    "word/": Type(f"{_OFFICE}wordprocessingml.document", "document", "docx"),
    "xl/": Type(f"{_OFFICE}spreadsheetml.sheet", "document", "xlsx"),
    "ppt/": Type(f"{_OFFICE}presentationml.presentation", "document", "pptx"),
}
TYPES: dict[str, Type] = {
    each.mime: each
    for each in (
        _JPEG, _PNG, _GIF, _WEBP, _HEIC, _AVIF, _OGG, _MP3, _M4A, _AAC, _AMR, _WAV, _MP4, _3GP, _MOV, _WEBM, _PDF, _DOC,
        _XLS, _TXT, _CSV, *_OOXML.values(),
    )
}  # fmt: skip
"""All that is kept, by name."""

# (first bytes, what that is); a string is the reason why such a file is refused. The first that fits.
_SIGNATURES: tuple[tuple[bytes, Type | str], ...] = (
    (b"\xff\xd8\xff", _JPEG),
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"%PDF-", _PDF),
    (b"#!AMR-WB\n", _AMR),  # before `#!`, which begins scripts
    (b"#!AMR\n", _AMR),
    (b"ID3", _MP3),
    (b"#!", "program"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\xfe\xed\xfa", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"dex\n", "program"),
    (b"L\0\0\0\x01\x14\x02\0", "program"),  # Windows shortcut
    (b"<?php", "program"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\0", "archive"),
)
# The `ftyp` box of ISO media files, brand by brand.
_BRANDS: dict[bytes, Type] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc"), _HEIC),
    **dict.fromkeys((b"avif", b"avis"), _AVIF),
    **dict.fromkeys((b"M4A ", b"M4B "), _M4A),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"MSNV", b"dash", b"M4V "), _MP4),
    b"qt  ": _MOV,
}  # fmt: skip
_PROGRAM_PARTS = re.compile(
    r"AndroidManifest\.xml|classes\.dex|META-INF/MANIFEST\.MF|.*/vbaProject\.bin", re.IGNORECASE
)
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|object|embed|\?xml|xsl:|math)", re.IGNORECASE)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SCRIPT_NAME = re.compile(
    r"\.(?:js|mjs|vbs|vbe|wsf|hta|bat|cmd|com|ps1|sh|py|php\d?|pl|rb|lnk|url|reg|scr|jar|apk|html?|xhtml|svg|xml)\s*$",
    re.IGNORECASE,
)
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\"\\/:*?<>|%;]+")
_PARTS, _DIRECTORY = 10_000, MIB
"""More entries, or a longer table of contents, is no letter that somebody wrote."""


def recognise(path: Path, kind: str = "document", mime: str = "", name: str = "") -> Type:
    """What the file is. What was claimed (kind, mime, name) only chooses between readings that its bytes leave open. Raises `Refused`."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        if not head:
            raise Refused("empty")
        found = _by_signature(head) or _by_container(head, file) or _by_text(head, file, name)
    if isinstance(found, str):
        raise Refused(found)
    if found is None:
        raise Refused("unknown")
    if found in (_MP4, _3GP) and (kind in ("audio", "voice") or mime.startswith("audio/")):
        return _M4A  # the same box holds a song or a film; which of them only decides about the player
    return found


def _by_signature(head: bytes) -> Type | str | None:
    return next((what for start, what in _SIGNATURES if head.startswith(start)), None)


def _by_container(head: bytes, file: BinaryIO) -> Type | str | None:
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return _3GP if brand[:3] in (b"3gp", b"3g2") else _BRANDS.get(brand)
    if head[:4] == b"RIFF":
        return {b"WEBP": _WEBP, b"WAVE": _WAV}.get(head[8:12])
    if head[:4] == b"OggS":
        return _OGG if any(head[28:].startswith(codec) for codec in (b"OpusHead", b"\x01vorbis", b"Speex")) else None
    if head[:4] == b"\x1aE\xdf\xa3":
        return _WEBM if b"webm" in head[:64] else None
    if head[:4] == b"PK\x03\x04":
        return _zip(file)
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _ole(head, file)
    return _frames(head)


def _frames(head: bytes) -> Type | None:
    """MPEG audio without a tag in front: two frames' sync words would be surer, the layer bits are what everybody looks at."""
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return _AAC
    sound = head[1] & 0xE6 == 0xE2 and head[2] >> 4 not in (0, 15) and head[2] & 0x0C != 0x0C
    return _MP3 if sound else None


def _zip(file: BinaryIO) -> Type | str:
    """An office document by the parts in its table of contents. Nothing is unpacked, ever."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 66_000))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return "archive"
    entries, length = struct.unpack_from("<HI", tail, at + 10)
    if entries > _PARTS or length > _DIRECTORY:
        return "bomb"
    try:
        names = zipfile.ZipFile(file).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError, OSError):
        return "archive"
    if any(_PROGRAM_PARTS.fullmatch(one) for one in names):
        return "program"
    if "[Content_Types].xml" in names:
        for folder, what in _OOXML.items():
            if any(one.startswith(folder) for one in names):
                return what
    return "archive"


def _ole(head: bytes, file: BinaryIO) -> Type | str:
    """Old Word and Excel files say what they are in the names of their streams, which are UTF-16."""
    file.seek(0)
    body = file.read(8 * MIB)
    if "_VBA_PROJECT".encode("utf-16-le") in body:
        return "program"
    if "WordDocument".encode("utf-16-le") in body:
        return _DOC
    return _XLS if any(part.encode("utf-16-le") in body for part in ("Workbook", "Book\0")) else "unknown"


def _by_text(head: bytes, file: BinaryIO, name: str) -> Type | str | None:
    """Plain text has no signature: it is what is not binary, not markup and not named like a script."""
    text = head.removeprefix(b"\xef\xbb\xbf")
    if _CONTROLS.search(text):
        return "markup" if _MARKUP.search(text.replace(b"\0", b"")) else None
    if text.lstrip().startswith(b"<") or _MARKUP.search(text):
        return "markup"
    if _SCRIPT_NAME.search(name):
        return "program"
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        if len(text) - error.start > 3 or len(text) < HEAD - 3:  # not merely cut within a letter
            return None
    return _CSV if name.lower().endswith(".csv") else _TXT


def seconds_of(path: Path) -> int | None:
    """How long a voice note is: the last page of an Ogg file counts its samples (Opus: always 48 kHz). None for anything else."""
    with path.open("rb") as file:
        head = file.read(64)
        if head[:4] != b"OggS" or head[28:36] != b"OpusHead":
            return None
        file.seek(0, 2)
        file.seek(max(0, file.tell() - HEAD))
        tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 14:
        return None
    samples: int = struct.unpack_from("<q", tail, at + 6)[0]
    return round(samples / 48_000) if 0 < samples < 48_000 * 86_400 else None


def name_of(claimed: str, mime: str, fallback: str) -> str:
    """The sender's name for it without what could lead astray, and always with the ending that its bytes deserve."""
    end = TYPES[mime].ext if mime in TYPES else "bin"
    stem = " ".join(_ODD.sub(" ", claimed).split()).strip(". ")[:80]
    if stem.lower().endswith(f".{end}"):
        return stem
    return f"{stem or fallback}.{end}"
