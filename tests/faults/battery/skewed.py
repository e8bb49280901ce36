"""The server under a clock that somebody moves: `python -m tests.faults.battery.skewed <file> run …`; the file holds seconds."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import clock
from bot.cli import main


def skew(file: Path) -> None:
    def now() -> datetime:
        try:
            moved = float(file.read_text())
        except (OSError, ValueError):
            moved = 0.0
        return datetime.now(UTC) + timedelta(seconds=moved)

    clock._now = now


if __name__ == "__main__":
    skew(Path(sys.argv.pop(1)))
    sys.exit(main())
