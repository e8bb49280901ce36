"""P9: a slow disk. Every flush takes 2 or 10 milliseconds longer, and 512 citizens write at once; the server, and the floor beside it.

    python -m tests.bench.slow [--seconds 5] [--rounds 3]

A library that is loaded before the system's own sleeps in `fsync` and `fdatasync`. It is compiled here, which needs a C compiler (`cc`).
"""

import argparse
import asyncio
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.load import share
from tests.bench.server import middle, round_

CITIZENS = 512
SLOWER = (2, 10)
"""Milliseconds more a flush."""
SOURCE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>
static int slow(const char *name, int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    usleep(1000 * atoi(getenv("SLOWER")));
    return real(file);
}
int fsync(int file) { return slow("fsync", file); }
int fdatasync(int file) { return slow("fdatasync", file); }
"""


def compiled(folder: Path) -> Path:
    """Raises `CalledProcessError` or `FileNotFoundError` where nothing can be compiled."""
    source, library = folder / "slow.c", folder / "slow.so"
    source.write_text(SOURCE)
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)
    return library


@contextmanager
def slowed(library: Path, slower: int) -> Iterator[None]:
    """Whatever starts in it has a slow disk."""
    if slower:
        os.environ |= {"LD_PRELOAD": str(library), "SLOWER": str(slower)}
    try:
        yield
    finally:
        os.environ.pop("LD_PRELOAD", None)


async def main(seconds: float, rounds: int) -> int:
    """Rounds in turn, so that a busy minute of the machine falls on all of them."""
    rates: dict[tuple[str, int], list[float]] = {}
    acks: dict[int, list[float]] = {slower: [] for slower in (0, *SLOWER)}
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        library = compiled(Path(folder))
        for _ in range(rounds):
            for what in ("floor", "product"):
                for slower in (0, *SLOWER):
                    with slowed(library, slower):
                        found = await round_(what, lambda load: load.closed(CITIZENS, seconds))
                    rates.setdefault((what, slower), []).append(found.rate)
                    if what == "product":
                        acks[slower] += found.acks
                        bad += found.load.lost + found.load.doubled + found.load.wrong
    for slower in SLOWER:
        part = {what: middle(rates[what, slower]) / middle(rates[what, 0]) for what in ("product", "floor")}
        print(f"+{slower} ms a flush: {middle(rates['product', slower]):.0f} of {middle(rates['product', 0]):.0f} messages a second, "
              f"{part['product']:.2f} of normal (floor {part['floor']:.2f}); the 200: p99 {share(acks[slower], 0.99):.0f} ms")  # fmt: skip
    print(f"lost, doubled, wrong: {bad}")
    return int(bool(bad))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    raise SystemExit(asyncio.run(main(asked.seconds, asked.rounds)))
