"""What is committed works anywhere: the locks name no registry and agree, and no text names one person's folders."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")

OWN = ["bot", "flows", "locales", "tests", "tools", "deploy", "docs", "requirements", ".ci", ".github"]
# In two pieces, or this file would name them.
PERSONAL = re.compile(r"(?<![\w.])(/ro" r"ot/\w|/ho" r"me/\w|/Use" r"rs/\w|/wo" r"rk/\w)|C:\\+Use" r"rs")


def pins(lock: Path) -> dict[str, str]:
    matches = (PIN.match(line) for line in lock.read_text().splitlines())
    return {match["name"]: match["version"] for match in matches if match}


def own_texts() -> Iterator[Path]:
    for path in [*ROOT.iterdir(), *(path for folder in OWN for path in (ROOT / folder).rglob("*"))]:
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in {".png", ".db", ".pyc", ".wav"}:
            yield path


def test_all_four_locks_are_there():
    assert [lock.stem for lock in LOCKS] == ["dev", "run", "server", "test"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_pins_and_hashes_and_nothing_else(lock):
    """So no registry, no local folder and no option of somebody's pip can be in it."""
    strange = [line for line in lock.read_text().splitlines() if not PIN.match(line) and not HASH.match(line)]
    assert strange == []
    assert {"hatchling", "editables"} <= pins(lock).keys(), "needed to install this folder itself"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_smaller_lock_is_part_of_the_development_lock(lock):
    assert pins(lock).items() <= pins(ROOT / "requirements" / "dev.txt").items()


def test_no_text_names_a_folder_of_one_machine():
    named = []
    for path in own_texts():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if PERSONAL.search(line):
                named.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert named == []
