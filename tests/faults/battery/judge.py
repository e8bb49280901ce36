"""What must be true afterwards: the ledger, the platforms' own record and the database are laid side by side. I1-I18 where they apply."""

import hashlib
from collections import Counter

from bot.store import invariants
from bot.store.db import Db
from bot.store.keys import mark
from tests.faults.battery.stage import Stage
from tests.faults.battery.story import Talker

LATE = ("I1 unhandled", "I6 unsent", "I10 late timer", "I11 unheard", "I1 spooled")
"""Rules about age: the story itself waits for these."""
CALLED = 120.0


async def judge(stage: Stage, talkers: list[Talker], doubles: int, parked: int = 0) -> list[str]:
    """Every violation as one line. `talkers`: of the story that has just ended; earlier ones of the same server are looked at again.
    `doubles`: messages of ours that may have arrived twice since it began, `parked`: items whose turn was made to fail."""
    wrong = await _inbound(stage, parked)
    wrong += await _rules(stage, parked)
    wrong += await _outbound(stage, doubles)
    wrong += await _effects(stage, talkers, parked)
    wrong += await _files(stage)
    wrong += _secrets(stage, talkers)
    return wrong + stage.wrong


async def _inbound(stage: Stage, parked: int) -> list[str]:
    promised = stage.ledger.promised()
    rows = await stage.rows("SELECT external_id, state, kind FROM inbox WHERE kind = 'message'")
    there = Counter(row["external_id"] for row in rows)
    known = {id_ for id_, *_ in stage.ledger.lines}
    short = await stage.rows("SELECT mark, account FROM seen WHERE account <> ''")  # where a clock has jumped an hour
    marks = {(row["account"], bytes(row["mark"])) for row in short}
    for account in {account for account, _ in marks}:
        item = {"account": account, "kind": "message"}
        there.update(id_ for id_ in known - there.keys() if (account, mark({**item, "external_id": id_})) in marks)
    wrong = [f"I2 invented: {id_}" for id_ in there if id_ not in known]
    wrong += [f"I3 twice in the inbox: {id_}" for id_, count in there.items() if count > 1]
    states = Counter(row["state"] for row in rows)
    if states["parked"] > parked or states["pending"]:
        wrong.append(f"I1 not handled: {dict(states)}")
    said = Counter(
        row["external_id"] for row in await stage.rows("SELECT external_id FROM message WHERE author = 'citizen'")
    )
    # a month ahead, by a clock that jumps, the short key is gone as well; the line stays at the desk
    wrong += [f"I1 lost after a 200: {id_}" for id_ in promised if id_ not in there and not said[id_]]
    wrong += [f"I4 a citizen's line {said[id_]} times at the desk: {id_}" for id_ in promised if said[id_] != 1]
    return wrong


async def _rules(stage: Stage, parked: int) -> list[str]:
    db = Db(stage.url, stage.data)
    await db.open_for_reading()
    try:
        found = await invariants.look(db)
    finally:
        await db.close()
    skip = (*LATE, "I1 parked") if parked else LATE
    return [f"{rule.name}: {rule.text}: {row}" for rule, rows in found for row in rows if rule.name not in skip]


async def _outbound(stage: Stage, doubles: int) -> list[str]:
    wrong = []
    if stage.graph.duplicates > doubles + stage.graph.ambiguous:
        wrong.append(f"I5 {stage.graph.duplicates} of ours arrived twice, {doubles + stage.graph.ambiguous} allowed")
    rows = await stage.rows("SELECT id, seq, delivery FROM message WHERE author <> 'citizen'")
    seqs = {bytes(row["id"]).hex(): row["seq"] for row in rows}
    first: dict[str, dict[str, int]] = {}
    for one in stage.graph.accepted:
        id_ = one.ref.partition(".")[0]
        if id_ not in seqs:
            wrong.append(f"I2 the platform got a message that the database does not hold: {one.text[:40]!r}")
        first.setdefault(one.address, {}).setdefault(id_, seqs.get(id_, 0))
    wrong += [
        f"I7 order of {who}: {[*got.values()]}" for who, got in first.items() if [*got.values()] != sorted(got.values())
    ]
    delivery = Counter(row["delivery"] for row in rows)
    wrong += [
        f"I6 {delivery[state]} messages ended as {state}"
        for state in ("failed", "ready", "retry", "unknown")
        if delivery[state]
    ]
    sent = sum(len(got) for got in first.values())
    taken = sum(delivery[state] for state in ("accepted", "sent", "delivered", "read"))
    if sent != taken:
        wrong.append(f"I6 {taken} messages are said to have left, {sent} arrived")
    return wrong


async def _effects(stage: Stage, talkers: list[Talker], parked: int) -> list[str]:
    wrong = []
    same = await stage.rows("SELECT number FROM ticket GROUP BY number HAVING count(*) > 1")
    wrong += [f"I4 one number for two tickets: {row['number']}" for row in same]
    same = await stage.rows("SELECT account, address FROM address GROUP BY account, address HAVING count(*) > 1")
    wrong += [f"I4 one citizen twice: {row['address']}" for row in same]
    tickets = await stage.rows(
        "SELECT t.number, t.state, t.score, a.address FROM ticket t JOIN address a ON a.id = t.address_id AND a.part = t.part"
    )
    for talker in talkers:
        mine = [row for row in tickets if row["address"] == talker.who.address]
        if len(mine) != 1 and not parked:
            wrong.append(f"I4 {len(mine)} tickets for one matter of {talker.who.address}")
    surveys = await stage.rows("SELECT ticket_id, count(*) AS n FROM survey GROUP BY ticket_id HAVING count(*) > 1")
    wrong += ["I4 asked twice for a rating" for _ in surveys]
    if not talkers:  # the story did not end: what it should have come to is not known
        return wrong
    addresses = {talker.who.address for talker in talkers}
    rated = sum(row["score"] == 5 for row in tickets if row["address"] in addresses)
    if rated != len(talkers) - 3:
        wrong.append(f"I4 {rated} ratings, {len(talkers) - 3} were given")
    alarms = [row for row in await stage.rows("SELECT number FROM alarm") if row["number"] not in stage.alarmed]
    if len(alarms) != 1:
        wrong.append(f"I4 {len(alarms)} alarms for one cry")
    cried = [at for _, address, _, _, at in stage.ledger.lines if address == talkers[1].who.address]
    called = [at for what, at, said in stage.hook.got if what == "alarm" and said["ticket"] not in stage.alarmed]
    if cried and (not called or min(called) - min(cried) > CALLED):
        wrong.append("I11 no human was called within two minutes")
    return wrong


async def _files(stage: Stage) -> list[str]:
    wrong = []
    for row in await stage.rows("SELECT state, sha256 FROM media"):
        if row["state"] != "stored":
            wrong.append(f"I18 a picture is {row['state']}")
            continue
        name = row["sha256"]
        path = stage.data / "media" / name[:2] / name[2:4] / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != name:
            wrong.append(f"I18 a file does not match its row: {path}")
    return wrong


def _secrets(stage: Stage, talkers: list[Talker]) -> list[str]:
    log = stage.log
    canaries = (
        [each.who.phone for each in talkers]
        + [each.who.name for each in talkers]
        + ["bibirnya biru", stage.graph.token]
    )
    return [f"I15 {word!r} stands in the log" for word in canaries if word in log]
