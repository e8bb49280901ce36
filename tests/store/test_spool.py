"""The spool: what is on disk comes back as it was, whatever a crash or a bad disk did to its end or its middle."""

import errno
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.message import Item
from bot.store import boxes, spool
from bot.store.spool import Spool, pack, records

AT = datetime(2026, 11, 22, 3, 4, 5, 678901, UTC)
ITEMS = st.builds(
    Item,
    account=st.sampled_from(["whatsapp:100200300", "web:1"]),
    kind=st.sampled_from(["message", "status", "raw"]),
    external_id=st.text(st.characters(codec=None), max_size=20),  # halves of characters among them
    address=st.none() | st.text(max_size=10),
    raw=st.binary(max_size=200),
    hour=st.integers(0, 2**31),
    part=st.none() | st.integers(0, 255),
)


def rows(*items: Item) -> list[dict[str, Any]]:
    return [boxes.inbox_row(each, AT) | {"urgent": n % 2 or None} for n, each in enumerate(items)]


def three() -> list[list[dict[str, Any]]]:
    return [rows(Item("web:1", "message", f"kunci-{n}", f"warga{n}", b"halo" * n)) for n in range(3)]


@settings(max_examples=40, deadline=None, database=None)
@given(st.lists(ITEMS, min_size=1, max_size=5))
def test_rows_come_back_as_they_were(items: list[Item]) -> None:
    there = rows(*items)
    assert list(records(pack(there) + pack(there))) == [there, there]


@settings(max_examples=60, deadline=None, database=None)
@given(st.data())
def test_damage_costs_only_what_it_hit(data: st.DataObject) -> None:
    """Cut off anywhere, or one byte turned: the other records are read, and not one byte goes without a word."""
    groups = three()
    packed = [pack(group) for group in groups]
    body = b"".join(packed)
    cut = data.draw(st.integers(0, len(body)), "cut")
    whole = [group for n, group in enumerate(groups) if sum(map(len, packed[: n + 1])) <= cut]
    found = list(records(body[:cut]))
    assert [each for each in found if not isinstance(each, bytes)] == whole
    at = data.draw(st.integers(0, len(body) - 1), "byte")
    turned = body[:at] + bytes([body[at] ^ data.draw(st.integers(1, 255), "by")]) + body[at + 1 :]
    hit = next(n for n in range(3) if at < sum(map(len, packed[: n + 1])))
    found = list(records(turned))
    assert [each for each in found if not isinstance(each, bytes)] == [g for n, g in enumerate(groups) if n != hit]
    assert sum(len(each) for each in found if isinstance(each, bytes)) == len(packed[hit])


def test_one_writes_another_reads_and_nobody_reads_too_early(tmp_path: Path) -> None:
    ours, others = Spool(tmp_path), Spool(tmp_path)
    ours.open()
    first, second, third = three()
    ours.append(first)
    assert others.take() is None, "somebody writes into it"
    ours.append(second)
    ours.seal()
    ours.append(third)
    taken = others.take()
    assert taken is not None and taken.records == [first, second]
    assert ours.take() is None, "one brings it in"
    taken.leave()
    taken = others.take()
    assert taken is not None
    others.drop(taken, [b"odd"])
    kept = spool.look(ours.folder)
    assert (kept.files, kept.size, kept.damaged) == (1, len(pack(third)), 1)
    ours.seal()
    taken = ours.take()
    assert taken is not None and taken.records == [third]
    ours.drop(taken)
    assert spool.look(ours.folder) == spool.Kept(damaged=1)


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed flush nobody knows what is on disk: 503, and the next record goes into a new file."""
    ours = Spool(tmp_path)
    ours.open()
    first, second, third = three()
    ours.append(first)

    def broken(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as bad:
        bad.setattr(os, "fsync", broken)
        with pytest.raises(OSError, match="Input/output"):
            ours.append(second)
    ours.append(third)
    ours.seal()
    found = []
    while (taken := ours.take()) is not None:
        found += taken.records
        ours.drop(taken)
    assert found == [first, third]


def test_a_folder_that_cannot_be_written_refuses_to_start(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file where the folder should be")
    with pytest.raises(ConfigError, match="WARGI_DATA_DIR"):
        Spool(tmp_path).open()


WRITER = """
import os, resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from bot import failpoint
from bot.message import Item
from bot.store import boxes, spool
folder, limit = Path(sys.argv[1]), int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
groups = [[boxes.inbox_row(Item("web:1", "message", f"kunci-{n}", "warga", b"halo" * n), datetime.now(UTC))] for n in range(3)]
for place in ("spool.before_write", "spool.written", "spool.synced", "full"):
    if os.fork() == 0:
        if place == "full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        else:
            failpoint.here = failpoint.armed({failpoint.NAME: place + ":kill:2"})
        mine = spool.Spool(folder / place)
        mine.open()
        for group in groups:
            try:
                mine.append(group)
                print(place, "kept", flush=True)
            except OSError as error:
                print(place, error.errno, flush=True)
        os._exit(0)
    os.wait()
"""


def left_in(folder: Path) -> list[str]:
    reader, found = Spool(folder), []
    while (taken := reader.take()) is not None:
        found += [each[0]["external_id"] for each in taken.records if not isinstance(each, bytes)]
        reader.drop(taken)
    return found


def test_a_process_that_dies_or_has_no_room_while_it_writes(tmp_path: Path) -> None:
    """What it had promised is there; what it had not may be there, and nothing is in the way of the rest."""
    room = 2 * len(pack(three()[1])) + 40
    env = {**os.environ, "PYTHONPATH": os.getcwd()}
    told = [sys.executable, "-c", WRITER, str(tmp_path), str(room)]
    done = subprocess.run(told, env=env, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert done.stderr.count('"event":"failpoint"') == 3, done.stderr
    for place in ("spool.before_write", "spool.written", "spool.synced"):
        assert lines.count(f"{place} kept") == 1
        assert left_in(tmp_path / place) in (["kunci-0"], ["kunci-0", "kunci-1"])
    assert [line for line in lines if line.startswith("full")] == ["full kept", "full kept", f"full {errno.EFBIG}"]
    assert left_in(tmp_path / "full") == ["kunci-0", "kunci-1"]
