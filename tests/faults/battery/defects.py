"""Known defects, planted one at a time into a copy of the tree: each must be caught, or what catches it proves nothing.

python -m tests.faults.battery --defects [--only WORD]
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.battery import results
from tests.world import ROOT

COPIED = (
    "bot",
    "tests",
    "flows",
    "locales",
    "tools",
    "docs",
    "deploy",
    "pyproject.toml",
    "Makefile",
    "CONTRIBUTING.md",
)
FOLDER = "FAULTS_FOLDER"
"""Names where the folders of a run are kept instead; a planted defect's go with its tree."""
NAMED = re.compile(r" {4}(I\d+|F\d+\w?) |FAILED \S+ (?!.*Timeout)")
"""A line that says what is broken. That something took too long says nothing."""


@dataclass(frozen=True)
class Defect:
    name: str
    file: str
    before: str
    after: str
    by: str
    """What must catch it: a cell of the battery (`cell …`) or a test."""
    also: tuple[tuple[str, str, str], ...] = ()
    """More files, what stands there and what comes instead: a rule may be kept in several places."""

    def places(self) -> list[tuple[str, str, str]]:
        return [(self.file, self.before, self.after), *self.also]


DEFECTS = (
    Defect(
        "acknowledged before stored", "bot/web/webhooks.py", "            await door.put(items)\n",
        "            import asyncio\n            request.app['late'] = asyncio.ensure_future(door.put(items))\n",
        "cell inbox.before_commit:kill sqlite",
    ),
    Defect(
        "repetitions are known by a memory of a second", "bot/store/boxes.py", '"hour": item.hour,', '"hour": int(now.timestamp()) % 2**31,',
        "cell F03 repeats sqlite",
    ),
    Defect(
        "no fencing of parts", "bot/store/leases.py", "    if any(found.get(part)", "    if False and any(found.get(part)",
        "tests/faults/test_workers.py::test_rows_read_before_a_lease_changed_hands_are_not_handled",
    ),
    Defect(
        "the bot talks over an officer", "bot/delivery/late.py", "    if not asked:\n        return over\n", "    return set()\n",
        "tests/faults/test_platform.py::test_a_claim_during_a_pause_silences_the_bot",
    ),
    Defect(
        "a bubble that has left stays in the outbox", "bot/store/boxes.py", "(_GONE, final)", "(_GONE, [])",
        "cell timer.claimed:raise sqlite",
    ),
    Defect(
        "a poisonous turn stops its neighbours", "bot/worker.py", "            await self._apart(held, rows)\n", "            pass\n",
        "tests/journey/test_inbound.py::test_a_poison_turn_is_parked_and_the_others_are_handled",
    ),
    Defect(
        "200 though the spool is full too", "bot/web/door.py",
        '            return StoreDown("neither the database nor the spool can be written to")\n', "            return None\n",
        "tests/faults/test_database.py::test_the_disk_is_full",
    ),
    Defect(
        "the spool is thrown away, not brought in", "bot/web/door.py", "        for start in range(0, len(rows), MOST):\n",
        "        for start in range(0, 0, MOST):\n", "cell F08e/F09a foreign lock sqlite",
    ),
    Defect(
        "the spool forgets in which order words came", "bot/store/spool.py", 'row | {"id": bytes.fromhex(said["id"]), "urgent"', 'row | {"urgent"',
        "tests/store/test_spool.py::test_rows_come_back_as_they_were",
    ),
    Defect(
        "a torn record hides what stands behind it", "bot/store/spool.py", "        following = body.find(MAGIC, at + 1)\n",
        "        following = -1\n", "tests/store/test_spool.py::test_damage_costs_only_what_it_hit",
    ),
    Defect(
        "the spool is not flushed to its end", "bot/store/spool.py", "            self._take_back(handle)\n            raise\n",
        "            pass\n", "tests/store/test_spool.py::test_a_write_that_fails_leaves_nothing_behind",
    ),
    Defect(
        "a move of a case is missing in its history", "bot/store/batch.py", '        self.insert(\n            "ticket_event",\n',
        '        if kind != "moved": self.insert(\n            "ticket_event",\n', "cell status.apply:raise sqlite",
    ),
    Defect(
        "two officers speak in one conversation", "bot/turn/reply.py",
        "    if thread.owner == Owner.OFFICER and thread.officer_id == officer.id:\n", "    if thread.owner == Owner.OFFICER:\n",
        "tests/faults/test_model.py::test_only_who_holds_the_case_speaks",
    ),
    Defect(
        "a delivery falls back", "bot/turn/receipt.py", "RANK.get(after, 0) > RANK.get(before, 0)", "bool(RANK)",
        "tests/journey/test_statuses.py",
    ),
    Defect(
        "a human is called once and never again", "bot/turn/escalate.py",
        '    row["next_at"] = min(each for each in (following, row["answer_by"]) if each)\n', '    row["next_at"] = None\n',
        "tests/faults/test_paging.py::test_who_is_called_is_called_again_until_somebody_takes_it",
    ),
    Defect(
        "numbers stand in the log", "bot/logs.py", 'return _BEARER.sub("[rahasia]", _DIGITS.sub("[nomor]", text))', "return (text)",
        "tests/faults/test_logs.py",
    ),
    Defect(
        "a forged webhook is taken", "bot/web/webhooks.py", "            channel.verify(request.headers, body)\n", "            pass\n",
        "tests/journey/test_inbound.py::test_forged_webhooks_leave_no_row",
    ),
    Defect(
        "a database that is away is taken for a bad row", "bot/store/db.py", "        if isinstance(error, DBAPIError) and _is_ours(error):\n",
        "        if isinstance(error, DBAPIError):\n", "tests/faults/test_database.py::test_a_passing_database_error_parks_no_word",
    ),
    Defect(
        "what an earlier process left unsent is forgotten", "bot/delivery/backlog.py",
        "self._into_memory(await boxes.unsent(conn, parts, after, PAGE))\n", "pass\n", "cell turn.committed:kill sqlite",
    ),
    Defect(
        "a deadline's timer goes before its conversation is locked", "bot/turn/deadline.py",
        "    await cases.hold(unit.conn, subjects)\n", "",
        "tests/store/test_locks.py::test_deadlines_ring_while_an_officer_answers",
    ),
    Defect(
        "two officers take one case", "bot/turn/claim.py", '    if case["state"] not in where:\n', "    if False:\n",
        "tests/faults/test_model.py::test_everybody_wants_the_same_case",
        (
            ("bot/turn/claim.py", "    if thread.owner == Owner.OFFICER and thread.officer_id != officer.id:\n", "    if False:\n"),
            ("bot/policy/moves.py", "    if after not in MOVES[State(before)]:\n", "    if False:\n"),
        ),
    ),
    Defect(
        "who hands a case back goes on holding it", "bot/store/batch.py",
        '        self._ended.append({"b_ticket": ticket["id"], "b_part": ticket["part"], "b_at": self.now})\n', "        pass\n",
        "tests/faults/test_model.py::test_everybody_wants_the_same_case",
    ),
    Defect(
        "a timer rings again and again", "bot/timers.py", "    if not await boxes.drop_timer(unit.conn, Ref(timer, subject.part)):\n",
        "    if False:\n", "tests/faults/test_model.py::test_a_timer_rings_once",
    ),
    Defect(
        "danger stands in line with the others", "bot/web/door.py", '            row["urgent"] = self._hear(item)\n',
        '            row["urgent"] = None\n', "tests/web/test_door.py::test_danger_leaves_the_line",
    ),
    Defect(
        "two tickets have one number", "bot/turn/handoff.py", "number.make(talk.part, clock.random_bits(NUMBER_BITS))", "number.make(0, 7)",
        "cell status.apply:raise sqlite",
    ),
    Defect(
        "an edit is lost", "bot/turn/acts.py", '        message["body"], data["edited_at"] = words, at.isoformat()\n',
        '        data["edited_at"] = at.isoformat()\n', "tests/turn/test_acts.py",
    ),
    Defect(
        "a commit does not wait for the disk", "bot/store/db.py", '    "synchronous=FULL",', '    "synchronous=NORMAL",',
        "cell F09c power loss sqlite",
    ),
    Defect(
        "one citizen's limit stops everybody", "bot/channels/whatsapp_send.py", 'Fault("throttled_pair", retryable=True, scope="address")',
        'Fault("throttled_pair", retryable=True, scope="account", wait=60.0)',
        "tests/faults/test_platform.py::test_a_pair_limit_delays_only_that_citizen",
    ),
    Defect(
        "nobody sees that an agency could not be told", "bot/store/agencies.py", ".where(_DUE, DELIVERY.c.attempts > 0)\n",
        ".where(_DUE, DELIVERY.c.attempts > 99)\n", "cell F24 an agency is away for a day sqlite",
    ),
)  # fmt: skip


def memory() -> Path | None:
    """A disk that costs nothing, where there is one."""
    found = Path("/dev/shm")
    return found if found.is_dir() else None


def caught(defect: Defect, folder: Path) -> tuple[bool, str]:
    """Whether it is, and the last line of what was said."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("*.pyc"))
        elif source.exists():
            shutil.copy(source, folder / name)
    for file, before, after in defect.places():
        path = folder / file
        text = path.read_text(encoding="utf-8")
        if text.count(before) != 1:
            return False, f"{file} does not hold {before.strip()!r} once; plant it anew"
        path.write_text(text.replace(before, after), encoding="utf-8")
    if defect.by.startswith("cell "):
        name, engine = defect.by.removeprefix("cell ").rsplit(" ", 1)
        told = [
            "-m",
            "tests.faults.battery",
            "--only",
            f"{name} {engine}",
            "--seed",
            "1",
            "--jobs",
            "1",
            "--patience",
            "60",
        ]
    else:
        told = ["-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", "--timeout", "300", defect.by]
    env = {name: value for name, value in os.environ.items() if not name.startswith("WARGI_")}
    done = subprocess.run(
        [sys.executable, *told],
        cwd=folder,
        env=env | {"PYTHONPATH": str(folder), "COLUMNS": "400", FOLDER: str(folder)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    lines = done.stdout.splitlines()
    named = [line.strip() for line in lines if NAMED.match(line)]
    return done.returncode == 1 and bool(named), (
        named or [line.strip() for line in lines if line.strip()] or [done.stderr[-200:]]
    )[0 if named else -1]


def main(only: str = "", kept: Path | None = None, to: Path | None = None) -> int:
    words = [word.strip() for word in only.split(",")]
    chosen = [each for each in DEFECTS if any(word in each.name for word in words)]
    missed = 0
    for defect in chosen:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="wargi-defect-", dir=memory(), ignore_cleanup_errors=True) as folder:
            found, said = caught(defect, Path(folder))
        missed += not found
        took = time.monotonic() - began
        print(f"{'caught' if found else 'MISSED':8}{took:6.1f} s  {defect.name:52} {said[:150]}", flush=True)
        if kept is not None:
            results.keep_defect(kept, defect.name, defect.by, found, said, took)
    print(f"{len(chosen) - missed} of {len(chosen)} planted defects caught by the name of what they break")
    if kept is not None and to is not None:
        results.write(kept, to)
    return 1 if missed else 0
