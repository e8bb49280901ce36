"""What the door does with what it has heard."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.channels.web import Web
from bot.store import boxes
from bot.store.db import Db, Unit
from bot.web.door import ENOUGH, Door


async def test_danger_leaves_the_line(tmp_path: Path, template_file: Path) -> None:
    """The critical lane finds one cry behind fifty who wait, and all that this citizen has said, in order; nobody else's words."""
    db = Db(f"sqlite:///{tmp_path}/wargi.db", tmp_path)
    shutil.copyfile(template_file, tmp_path / "wargi.db")
    await db.open()
    try:
        door, web = Door(db), Web()
        cry = web.item("euis", "kunci-tolong", "tolong")
        door.ear = lambda item: 1 if item.external_id == cry.external_id else None
        await door.put([web.item(f"warga{n}", f"kunci{n:06}", "halo") for n in range(50)])
        await door.put([web.item("euis", "kunci-halo", "halo"), cry])
        assert await _addresses(db) == ["euis", "euis"]
        door.ear = _deaf
        await door.put([web.item("asep", "kunci-asep", "halo")])
        assert await _addresses(db) == ["euis", "euis"], (
            "who cannot be heard is stored all the same, in the ordinary line"
        )
        async with db.read() as conn:
            assert len(await boxes.pending(conn, None, 100)) == 53
    finally:
        await db.close()


@pytest.mark.parametrize(("crowded", "late", "commits"), [(False, 2, 3), (True, 2, 2), (True, ENOUGH, 2)])
async def test_a_crowd_shares_commits(db: Db, crowded: bool, late: int, commits: int) -> None:
    """Calm, each webhook is stored as soon as the one before it; in a crowd those that come a moment later go along."""
    door, web, seen = Door(db), Web(), list[Unit]()
    door.crowded = lambda: crowded
    db.after_commit.append(seen.append)
    await door.put([web.item("euis", "kunci-satu", "halo")])
    puts = [asyncio.create_task(door.put([web.item("asep", "kunci-dua", "halo")]))]
    for _ in range(3):
        await asyncio.sleep(0)
    puts += [asyncio.create_task(door.put([web.item(f"warga{n}", f"kunci{n:06}", "halo")])) for n in range(late)]
    await asyncio.gather(*puts)
    assert len(seen) == commits
    async with db.read() as conn:
        assert len(await boxes.pending(conn, None, 100)) == 2 + late


async def _addresses(db: Db) -> Sequence[str]:
    async with db.read() as conn:
        return [row.address for row in await boxes.urgent(conn, None, 10)]


def _deaf(_: object) -> int | None:
    raise RuntimeError("as content that fails")
