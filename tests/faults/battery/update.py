"""F19: the version before the last migration and the present one on one PostgreSQL, while citizens write: nothing stops, nothing is lost.

    python -m tests.faults.battery --update [--before COMMIT]

Two machines updated one after the other, as docs/operations.md says: the new version's `wargi db upgrade` first, killed twice on its way, while
only the old version serves; then a new worker beside the old one, a new gateway, a new desk, each time the old one stops afterwards.
The judge is outside: what each citizen was promised and got, and the rules of `wargi db check` at the end.
"""

import asyncio
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

import aiohttp

from bot import registry
from bot.desk import first_link
from bot.store import schema
from bot.store.db import Db
from tests.bench.load import Load
from tests.bench.server import Server
from tests.faults.battery.stage import PASSWORD
from tests.postgres import Cluster
from tests.world import ROOT, Desk

RATE, GAP, STEP = 30.0, 0.5, 3.0
VERSIONS = "bot/store/migrations/versions"


def _git(*words: str) -> bytes:
    git = shutil.which("git") or "git"
    return subprocess.run([git, "-C", ROOT, *words], check=True, capture_output=True).stdout


def before() -> str:
    """The commit before the one that brought the last migration."""
    last = max((ROOT / VERSIONS).glob("[0-9]*.py"))
    found = _git("log", "--first-parent", "--diff-filter=A", "--format=%H", "-1", "-m", "--", f"{VERSIONS}/{last.name}")
    if not found:
        raise SystemExit(f"{last.name} is in no commit yet; name the version to come from with --before")
    return found.decode().strip() + "^"


def laid_out(commit: str, folder: Path) -> str:
    """That version's files; returns its schema."""
    with tarfile.open(fileobj=BytesIO(_git("archive", commit))) as files:
        files.extractall(folder, filter="data")
    return max(path.name for path in (folder / VERSIONS).glob("[0-9]*.py"))[:4]


class Machine(Server):
    """One role of one version as a process of its own."""

    def __init__(self, tree: Path, load: Load, folder: Path, url: str, roles: str) -> None:
        flows = {"WARGI_FLOWS_DIR": str(tree / "tests/bench/flows"), "WARGI_LOCALES_DIR": str(tree / "locales")}
        super().__init__("product", load.api, folder, url, roles, **flows)
        self.env["PYTHONPATH"], self.tree = str(tree), tree


async def run(commit: str, seed: int) -> int:
    chance = random.Random(seed)
    commit = commit or before()
    with tempfile.TemporaryDirectory(prefix="wargi-update-") as made, Cluster() as cluster:
        old_tree, data, url = Path(made) / "old", Path(made) / "data", cluster.create_database()
        old = laid_out(commit, old_tree)
        new = schema.revisions()[-1]
        print(
            f"seed {seed}: from {_git('log', '-1', '--format=%h %s', commit).decode().strip()!r}, schema {old}, to {new}"
        )
        if old == new:
            print("    nothing was migrated between them: only two versions side by side are tried")
        async with Load(tries=40) as load:
            return await _update(load, chance, old_tree, data, url)


async def _update(load: Load, chance: random.Random, tree: Path, data: Path, url: str) -> int:
    old, new, wrong = {}, {}, list[str]()
    for role in ("gateway", "worker", "desk"):
        old[role] = Machine(tree, load, data, url, role)
        await old[role].start(load.http)
    load.url = old["gateway"].url
    going = True
    driving = asyncio.create_task(_drive(load, lambda: going))
    try:
        await asyncio.sleep(STEP)
        wrong += await _migrated(chance, data, url, load)
        desk = await _officer(load, data, url, old["desk"])
        await asyncio.sleep(STEP)
        for role in ("worker", "gateway", "desk"):
            new[role] = Machine(ROOT, load, data, url, role)
            await new[role].start(load.http)
            if role == "gateway":
                load.url = new[role].url
            await asyncio.sleep(STEP)  # both at once
            await asyncio.to_thread(old[role].stop)
            await asyncio.sleep(STEP)
        desk.url = f"http://127.0.0.1:{new['desk'].port}"
        page = await desk.get("/desk")
        wrong += ["the officer's session is not known to the new version"] * ("Antrean" not in page)
        await desk.http.close()
    finally:
        going = False
        await asyncio.gather(driving, return_exceptions=True)
        lost = await load.drained(60)
        for each in (*old.values(), *new.values()):
            each.kill()
    print(
        f"{load.acked} messages taken, {load.replies} answered; refused {load.refused}, lost {lost}, twice {load.doubled}, wrong {load.wrong}"
    )
    if not load.replies:
        wrong.append("nobody was answered")
    wrong += [
        f"{count} {name}"
        for name, count in (("lost", lost), ("refused", load.refused), ("twice", load.doubled), ("wrong", load.wrong))
        if count
    ]
    checked = await _bot(ROOT, data, url, load, "db", "check")
    print(checked[1].strip().splitlines()[-1])
    wrong += [f"`wargi db check` says: {checked[1][-600:]}"] * (checked[0] != 0)
    for line in wrong:
        print(f"    {line}")
    return 1 if wrong else 0


async def _drive(load: Load, going: object) -> None:
    while going():  # type: ignore[operator]
        await load.open_loop(lambda at: RATE, 1.0, GAP)


async def _bot(tree: Path, data: Path, url: str, load: Load, *words: str, kill: float = 0.0) -> tuple[int, str]:
    """A command of that version; `kill`: seconds after which it is killed."""
    env = Machine(tree, load, data, url, "").env
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, env=env, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(kill or 120):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return -9, "killed"
    return process.returncode or 0, said.decode()


async def _migrated(chance: random.Random, data: Path, url: str, load: Load) -> list[str]:
    """Killed on its way twice: it is one transaction, so the next try begins anew."""
    for _ in range(2):
        await _bot(ROOT, data, url, load, "db", "upgrade", kill=chance.uniform(0.5, 3.0))
    status, said = await _bot(ROOT, data, url, load, "db", "upgrade")
    print(f"migrated beside the old version: {said.strip()}")
    return [f"the migration failed: {said[-600:]}"] * (status != 0)


async def _officer(load: Load, data: Path, url: str, desk: Machine) -> Desk:
    """Signs in at the old version's desk, on the new schema."""
    db = Db(url, data)
    await db.open()
    env = {name: value for name, value in desk.env.items() if name.startswith("WARGI_")}
    path = await first_link(db, registry.settings(env)) or ""
    await db.close()
    http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    rina = Desk(http, f"http://127.0.0.1:{desk.port}", "Rina")
    page = await rina.get(path)
    assert re.search("csrf", page), page[:300]
    status, text = await rina.post(path, nama="Rina", nama_masuk="rina", sandi=PASSWORD)
    assert status == 200, text[:300]
    await rina.get("/desk")
    return rina
