"""What the cells came to, kept line by line so that a run may be done in pieces, and written as the table of docs/faults.md."""

import json
import os
import platform
import re
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults.battery.cells import Outcome, cells
from tests.world import ROOT

BEGIN, END = "<!-- written by the battery: begin -->", "<!-- end -->"


def keep(path: Path, found: Outcome) -> None:
    _line(
        path,
        name=found.case.name,
        engine=found.engine,
        seconds=round(found.seconds, 1),
        deaths=found.deaths,
        doubled=found.doubled,
        wrong=found.wrong,
        noted=found.noted,
        seed=found.seed,
    )


def keep_defect(path: Path, name: str, by: str, caught: bool, said: str, seconds: float) -> None:
    _line(path, defect=name, by=by, caught=caught, said=said, seconds=round(seconds, 1))


def _line(path: Path, **what: Any) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    what |= {"at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit.stdout.strip()}
    with path.open("a", encoding="utf-8") as out:
        out.write(json.dumps(what) + "\n")


def _last(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """The newest outcome of each cell, and of each defect."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        one = json.loads(line)
        found["defect" if "defect" in one else one["engine"], one.get("defect") or one["name"]] = one
    return found


def passed(path: Path) -> set[tuple[str, str]]:
    """Name and engine."""
    return {(name, engine) for (engine, name), one in _last(path).items() if engine != "defect" and not one["wrong"]}


def write(path: Path, to: Path) -> None:
    """Between the two marks of the document; what people wrote around them stays."""
    text = to.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or END not in rest:
        sys.exit(f"{to} does not hold the lines {BEGIN} and {END}, between which the table goes")
    to.write_text(f"{before}{BEGIN}\n{table(_last(path))}\n{END}{after}", encoding="utf-8")


def table(last: dict[tuple[str, str], dict[str, Any]]) -> str:
    known = {(engine, case.name) for case, engine in cells()}
    done = {key: one for key, one in last.items() if key in known}
    defects = [one for key, one in last.items() if key[0] == "defect"]
    if not done and not defects:
        return "Not run yet."
    every = [*done.values(), *defects]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, {platform.system()} {platform.release()}"
    span = f"{min(one['at'] for one in every)} to {max(one['at'] for one in every)} UTC"
    good = sum(not one["wrong"] for one in done.values())
    lines = [
        f"{span}, {machine}, commits {', '.join(sorted({one['commit'] for one in every}))}. "
        "`python -m tests.faults.battery --results FILE --rest --to docs/faults.md`",
        "",
        f"**{good} of {len(known)} cells passed**, {len(done) - good} broken, {len(known) - len(done)} not run; "
        f"{sum(one['seconds'] for one in done.values()) / 60:.0f} minutes one after another, "
        f"{sum(one['deaths'] for one in done.values())} processes died; seeds {', '.join(_seeds(done.values()))}.",
        "",
        "| Row | Cells passed | Seconds a cell | Deaths | Ours that came twice |",
        "|---|---|---|---|---|",
    ]
    groups: dict[str, list[dict[str, Any] | None]] = defaultdict(list)
    for engine, name in sorted(known):
        row = name.partition(":")[2] if name.startswith("F02 ") else ""
        groups[f"F02 each place: {row}, {engine}" if row else f"{name}, {engine}"].append(done.get((engine, name)))
    for group, ones in sorted(groups.items()):
        ran = [one for one in ones if one is not None]
        well = sum(not one["wrong"] for one in ran)
        mean = f"{sum(one['seconds'] for one in ran) / len(ran):.0f}" if ran else "–"
        deaths, doubled = sum(one["deaths"] for one in ran), sum(one["doubled"] for one in ran)
        lines.append(f"| {group} | {well} of {len(ones)} | {mean} | {deaths} | {doubled} |")
    lines.append("")
    lines += [
        f"- measured: {one['name']}, {one['engine']}: {_plain(word)}"
        for one in done.values()
        for word in one.get("noted", ())
    ]
    broken = [one for one in done.values() if one["wrong"]]
    lines += [*[f"- broken: {one['name']} on {one['engine']}: {_plain(one['wrong'][0])}" for one in broken]]
    if defects:
        lines += ["", f"**{sum(one['caught'] for one in defects)} of {len(defects)} planted defects caught.**", ""]
        lines += ["| Planted defect | Caught | By | What it said |", "|---|---|---|---|"]
        lines += [
            f"| {one['defect']} | {'yes' if one['caught'] else 'NO'} | `{one['by']}` | {_plain(one['said'])} |"
            for one in defects
        ]
    return "\n".join(lines).strip()


def _seeds(ones: Any) -> list[str]:
    return sorted({str(one["seed"]) for one in ones}, key=int)


def _plain(text: str) -> str:
    return re.sub(r"[|`\n]", " ", text)[:160]
