"""The server under a clock that somebody moves: `python -m tests.faults.battery.skewed <file> run …`.

The file holds seconds, or `seconds rate since`: the clock gains `rate` in each second after the moment `since`. A second line is for
processes that only work, as machines have a clock each.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import clock
from bot.cli import main


def skew(file: Path, line: int) -> None:
    def now() -> datetime:
        real = datetime.now(UTC)
        try:
            told = file.read_text().splitlines()
            seconds, rate, since = (*map(float, told[min(line, len(told) - 1)].split()), 0.0, 0.0)[:3]
        except (OSError, ValueError, IndexError):
            return real
        return real + timedelta(seconds=seconds + rate * (real.timestamp() - since))

    clock._now = now


if __name__ == "__main__":
    skew(Path(sys.argv.pop(1)), int(sys.argv[-1] == "worker"))
    sys.exit(main())
