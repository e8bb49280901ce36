"""Style sheets, scripts and icons: read once, packed once when first asked for, named by their content so that browsers may keep them for a year."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markupsafe import Markup

STATIC = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    type: str
    plain: bytes

    @cached_property
    def packed(self) -> bytes:
        """At the first request for it: a start need not wait for all of them."""
        return gzip.compress(self.plain, 9, mtime=0)


class Assets:
    """All files of `static/` by their public name, `desk.1a2b3c4d.css`."""

    def __init__(self, folder: Path = STATIC) -> None:
        self.files: dict[str, Asset] = {}
        self._public: dict[str, str] = {}
        self._icons: dict[str, Markup] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix in TYPES:
                plain = path.read_bytes()
                name = path.relative_to(folder).as_posix()
                public = f"{name.removesuffix(path.suffix)}.{hashlib.sha256(plain).hexdigest()[:10]}{path.suffix}"
                self.files[public] = Asset(TYPES[path.suffix], plain)
                self._public[name] = public

    def icon(self, name: str) -> Markup:
        """One drawing of icons.svg; its words stand beside it. Made once: a page has more than a hundred."""
        if name not in self._icons:
            self._icons[name] = Markup('<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>').format(
                self.url("icons.svg"), name
            )
        return self._icons[name]

    def url(self, name: str) -> str:
        """The address of a file in templates; a name that does not exist is a bug and raises `KeyError`."""
        return f"/desk/static/{self._public[name]}"
