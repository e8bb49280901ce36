"""Copies other people's browser files into the desk, so that no page ever fetches anything from another host.

    python tools/vendor.py          fetch, check and copy everything in FILES

To take a new version: change it below, run this, read the difference, and put the new checksum in when it stops you.
Needs npm, which only who runs this needs: the copies and VENDOR.json are committed, and a test compares the two.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "bot" / "desk" / "static" / "vendor"


@dataclass(frozen=True)
class File:
    package: str
    version: str
    path: str  # inside the package
    sha256: str
    licence: str

    @property
    def name(self) -> str:
        return Path(self.path).name

    @property
    def licence_name(self) -> str:
        return f"LICENSE.{self.package.rpartition('/')[2]}.txt"


FILES = [
    File(
        package="htmx.org",
        version="4.0.1",
        path="dist/htmx.min.js",
        sha256="a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
        licence="0BSD",
    ),
    File(
        package="uplot",
        version="1.6.32",
        path="dist/uPlot.iife.min.js",
        sha256="19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
        licence="MIT",
    ),
    File(
        package="uplot",
        version="1.6.32",
        path="dist/uPlot.min.css",
        sha256="df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
        licence="MIT",
    ),
]


def members(file: File) -> tuple[bytes, bytes]:
    """Downloads the package with npm's own settings; returns the file and the licence. Runs nothing of the package."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", f"{file.package}@{file.version}", "--ignore-scripts", "--silent"]
        packed = subprocess.run([*command, "--pack-destination", folder], check=True, capture_output=True, text=True)
        with tarfile.open(Path(folder, packed.stdout.strip())) as tar:
            return read(tar, file.path), read(tar, "LICENSE")


def read(tar: tarfile.TarFile, path: str) -> bytes:
    member = tar.extractfile(f"package/{path}")
    assert member, f"{path} is not a file"
    return member.read()


def copy(file: File) -> None:
    content, licence = members(file)
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        sys.exit(f"{file.package}@{file.version} {file.path}: expected sha256 {file.sha256}, found {found}")
    (VENDOR / file.name).write_bytes(content)
    (VENDOR / file.licence_name).write_bytes(licence)


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        print(f"{file.package}@{file.version} {file.path}")
        copy(file)
    listing = {file.name: asdict(file) | {"licence_file": file.licence_name} for file in FILES}
    (VENDOR / "VENDOR.json").write_text(json.dumps(listing, indent=2) + "\n")


if __name__ == "__main__":
    main()
