"""The vendored browser files are the ones VENDOR.json names, licence beside them, and nothing else lies there."""

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "bot" / "desk" / "static" / "vendor"
LISTED = json.loads((VENDOR / "VENDOR.json").read_text())


def test_files_have_the_listed_checksums():
    found = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in LISTED}
    assert found == {name: entry["sha256"] for name, entry in LISTED.items()}


def test_each_file_has_its_licence():
    for name, entry in LISTED.items():
        assert entry["licence"], name
        assert (VENDOR / entry["licence_file"]).stat().st_size > 200, name


def test_nothing_is_there_that_is_not_listed():
    licences = {entry["licence_file"] for entry in LISTED.values()}
    assert {path.name for path in VENDOR.iterdir()} == set(LISTED) | licences | {"VENDOR.json"}
