"""`make faults`: the battery, cell by cell. Prints its seed first; a folder of a cell that failed is kept.

python -m tests.faults.battery [--only WORD] [--seed N] [--jobs N] [--list] [--defects]
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.battery.cells import Outcome, Yard, cells

MEMORY = Path("/dev/shm")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", default="", help="cells whose name holds one of these words, with commas between")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--jobs", type=int, default=max(2, os.cpu_count() or 2))
    parser.add_argument("--patience", type=float, default=240.0, help="seconds for one cell")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--surge", type=int, default=0, metavar="CITIZENS", help="so many write at once")
    parser.add_argument("--rate", default="1000", help="of the platform, sends a second, for --surge")
    parser.add_argument("--update", action="store_true", help="the version before the last migration beside this one")
    parser.add_argument("--before", default="", metavar="COMMIT", help="that version, for --update")
    parser.add_argument("--defects", action="store_true", help="plant known defects and see whether they are caught")
    return parser.parse_args()


async def _run(asked: argparse.Namespace, folder: Path) -> list[Outcome]:
    words = [word.strip() for word in asked.only.split(",") if word.strip()]
    chosen = [
        (case, engine)
        for case, engine in cells()
        if not words or any(word in f"{case.name} {engine}" for word in words)
    ]
    if asked.list:
        print("\n".join(f"{case.name} on {engine}" for case, engine in chosen))
        return []
    print(f"seed {asked.seed}, {len(chosen)} cells, {asked.jobs} at a time", flush=True)
    places = asyncio.Semaphore(asked.jobs)
    done: list[Outcome] = []
    async with Yard(folder, asked.seed, asked.patience) as yard:

        async def one(case: object, engine: str) -> None:
            async with places:
                found = await yard.run(case, engine)  # type: ignore[arg-type]
            done.append(found)
            verdict = "ok" if not found.wrong else f"BROKEN, see {found.folder}"
            print(
                f"{found.case.name:38} {engine:11}{found.seconds:6.1f} s  {found.deaths} deaths  {found.doubled} twice  {verdict}"
            )
            for line in found.wrong:
                print(f"    {line}")
            sys.stdout.flush()

        await asyncio.gather(*[one(case, engine) for case, engine in chosen])
    return done


def main() -> int:
    asked = _asked()
    if asked.defects:
        from tests.faults.battery.defects import main as plant

        return plant(asked.only)
    if asked.surge:
        from tests.faults.battery.surge import run

        return asyncio.run(run(asked.surge, asked.rate, asked.patience))
    if asked.update:
        from tests.faults.battery.update import run as update

        return asyncio.run(update(asked.before, asked.seed))
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="wargi-faults-", dir=MEMORY if MEMORY.is_dir() else None))
    folder.chmod(0o755)
    done = asyncio.run(_run(asked, folder))
    broken = [each for each in done if each.wrong]
    if done:
        print(
            f"{len(done)} cells, {len(broken)} broken, {(time.monotonic() - began) / 60:.1f} minutes, seed {asked.seed}"
        )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
