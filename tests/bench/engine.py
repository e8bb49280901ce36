"""One step of a conversation in a flow of 500 steps, and what it takes to load and lint fifty flows.

    python -m tests.bench.engine

Prints one JSON line, in seconds and microseconds of this process's own CPU time, so that neighbours do not count: `step_p50_us`,
`step_p99_us`, `step_max_us` (budget: p99 of 1,000), `load_s` with kept trees, `load_first_s` without, `lint_s` (budget: 2 s for loading and
linting).
"""

import itertools
import json
import shutil
import tempfile
import time
from pathlib import Path

from bot.engine.check import lint
from bot.engine.effects import Facts, Said, Wait
from bot.engine.flow import Flows, load
from bot.engine.play import PLAYED_AT
from bot.engine.step import step
from bot.i18n import Catalogues
from tests.world import ROOT

STEPS, FLOWS, TURNS = 500, 50, 20_000
KINDS = (
    "kind: ask-text\n    text: Ceritakan bagian {n}.\n    next: {next}",
    "kind: ask-number\n    min: 1\n    max: 99\n    text: Berapa orang di bagian {n}?\n    next: {next}",
    "kind: ask-yes-no\n    text: Apakah bagian {n} sudah benar?\n    next: {next}",
    "kind: ask-date\n    text: Sejak kapan bagian {n}?\n    next: {next}",
    "kind: ask-choice\n    text: Pilih untuk bagian {n}.\n    choices:\n      baik: Keadaan baik\n      rusak: Rusak ringan\n"
    "      parah: Rusak berat\n    next: {next}",
)
SAID = ("jalan di depan rumah kami berlubang", "tiga orang", "sudah", "3 hari yang lalu", "rusak berat")


def flow(steps: int) -> str:
    """Questions of every kind, one after the other; each tenth passes a rule on the way."""
    lines = ["title: Ukur", "steps:"]
    for n in range(steps):
        following = f"s{n + 1}" if n + 1 < steps else "akhir"
        if n % 10 == 9:
            body = f"kind: branch\n    cases:\n      a:\n        when: {{answer: s1, above: 50}}\n        next: {following}\n    next: {following}"
        else:
            body = KINDS[n % len(KINDS)].format(n=n, next=following)
        lines.append(f"  s{n}:\n    {body}")
    lines.append("  akhir:\n    kind: end\n    text: Selesai.")
    return "\n".join(lines) + "\n"


def timed(flows: Flows) -> list[float]:
    """Microseconds of each step of a walk through the long flow, again and again."""
    facts, took = Facts("id", flows.notice_version, now=PLAYED_AT), list[float]()
    session: dict[str, object] | None = None
    for turn in itertools.count():
        if len(took) >= TURNS:
            return took
        node = flows.nodes.get(f"{(session or {}).get('flow')}/{(session or {}).get('node')}")
        said = Said(kind="begin", choice="ukur") if node is None else Said(SAID[int(node.name[1:]) % len(SAID)])
        if turn % 97 == 0 and node is not None:
            said = Said("apa maksudnya ini ya pak")
        began = time.thread_time_ns()
        session, effects = step(flows, session, said, facts)
        took.append((time.thread_time_ns() - began) / 1000)
        if any(isinstance(effect, Wait) for effect in effects):
            session, _ = step(flows, session, Said(kind="quiet"), facts)
    return took


def main() -> None:
    catalogues = Catalogues.load(ROOT / "locales")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "flows"
        shutil.copytree(ROOT / "flows", folder, ignore=shutil.ignore_patterns("examples", "__pycache__"))
        (folder / "ukur.yaml").write_text(flow(STEPS), "utf-8")
        flows = load(folder, catalogues)
        took = sorted(timed(flows))
        (folder / "ukur.yaml").unlink()
        for n in range(FLOWS - len(list(folder.glob("*.yaml")))):
            (folder / f"layanan{n}.yaml").write_text(flow(20), "utf-8")
        began = time.process_time()
        load(folder, catalogues)
        first, began = time.process_time() - began, time.process_time()
        many = load(folder, catalogues)
        loaded, began = time.process_time() - began, time.process_time()
        problems = lint(many)
        linted = time.process_time() - began
    print(json.dumps({
        "steps": STEPS, "turns": len(took), "step_p50_us": round(took[len(took) // 2], 1),
        "step_p99_us": round(took[int(len(took) * 0.99)], 1), "step_max_us": round(took[-1], 1),
        "flows": len(many.names), "load_first_s": round(first, 2), "load_s": round(loaded, 2), "lint_s": round(linted, 2),
        "problems": len(problems),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
