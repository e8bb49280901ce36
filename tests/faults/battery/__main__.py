"""`make faults`: the battery, cell by cell. Prints its seed first; the folder of a server that something broke on is kept.

python -m tests.faults.battery [--only WORDS] [--seed N] [--jobs N] [--list] [--defects] [--results FILE [--rest]] [--to docs/faults.md]
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.battery import results
from tests.faults.battery.cells import Cell, Outcome, Yard, cells, learnt, rows
from tests.faults.battery.defects import FOLDER, memory


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", default="", help="cells whose name holds one of these words, with commas between")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument(
        "--jobs", type=int, default=1 + (os.cpu_count() or 1), help="rows at a time; who hangs or waits needs no core"
    )
    parser.add_argument("--patience", type=float, default=240.0, help="seconds for one cell")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--results", type=Path, help="where each outcome becomes a line: pieces of a run add up")
    parser.add_argument("--rest", action="store_true", help="only cells that did not pass yet, says --results")
    parser.add_argument("--to", type=Path, help="the document into which the table of --results is written")
    parser.add_argument("--surge", type=int, default=0, metavar="CITIZENS", help="so many write at once")
    parser.add_argument("--rate", default="1000", help="of the platform, sends a second, for --surge")
    parser.add_argument("--update", action="store_true", help="the version before the last migration beside this one")
    parser.add_argument("--before", default="", metavar="COMMIT", help="that version, for --update")
    parser.add_argument("--defects", action="store_true", help="plant known defects and see whether they are caught")
    asked = parser.parse_args()
    if (asked.rest or asked.to) and asked.results is None:
        parser.error("--rest and --to need --results")
    return asked


def _chosen(asked: argparse.Namespace) -> list[Cell]:
    words = [word.strip() for word in asked.only.split(",") if word.strip()]
    named = [cell for cell in cells() if not words or any(word in f"{cell[0].name} {cell[1]}" for word in words)]
    passed = results.passed(asked.results) if asked.rest else set()
    return [cell for cell in named if (cell[0].name, cell[1]) not in passed]


def _end_with(yard: Yard) -> None:
    """Asked to end, it takes down what it started."""
    task = asyncio.current_task()
    assert task is not None

    def end() -> None:
        yard.ending = True
        task.cancel()

    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, end)


async def _run(asked: argparse.Namespace, chosen: list[Cell], folder: Path) -> list[Outcome]:
    print(f"seed {asked.seed}, {len(chosen)} cells, {asked.jobs} at a time", flush=True)
    places = asyncio.Semaphore(asked.jobs)
    done: list[Outcome] = []

    def told(found: Outcome) -> None:
        done.append(found)
        verdict = "ok" if not found.wrong else f"BROKEN, see {found.folder}"
        print(
            f"{found.case.name:38} {found.engine:11}{found.seconds:6.1f} s  {found.deaths} deaths  "
            f"{found.doubled} twice  {verdict}"
        )
        for line in (*found.noted, *found.wrong):
            print(f"    {line}")
        sys.stdout.flush()
        if asked.results is not None:
            results.keep(asked.results, found)

    async with Yard(folder, asked.seed, asked.patience) as yard:
        _end_with(yard)

        async def one(row: list[Cell]) -> None:
            async with places:
                await yard.play(row, told)

        await asyncio.gather(*[one(row) for row in rows(chosen)])
    return done


def main() -> int:
    asked = _asked()
    if asked.defects:
        from tests.faults.battery.defects import main as plant

        return plant(asked.only, asked.results, asked.to)
    if asked.surge:
        from tests.faults.battery.surge import run

        return asyncio.run(run(asked.surge, asked.rate, asked.patience))
    if asked.update:
        from tests.faults.battery.update import run as update

        return asyncio.run(update(asked.before, asked.seed))
    chosen = _chosen(asked)
    if asked.list:
        print("\n".join(f"{case.name} on {engine}" for case, engine in chosen))
        return 0
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="wargi-faults-", dir=os.environ.get(FOLDER) or memory()))
    folder.chmod(0o755)
    learnt()
    try:
        done = asyncio.run(_run(asked, chosen, folder)) if chosen else []
    except asyncio.CancelledError:
        shutil.rmtree(folder, ignore_errors=True)
        return 1
    broken = [each for each in done if each.wrong]
    if not broken:
        shutil.rmtree(folder, ignore_errors=True)
    minutes = (time.monotonic() - began) / 60
    print(f"{len(done)} cells, {len(broken)} broken, {minutes:.1f} minutes, seed {asked.seed}")
    if asked.to is not None:
        results.write(asked.results, asked.to)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
