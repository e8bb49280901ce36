"""Alarms: silence and broken rules are measured on both databases, and the shipped rules speak of metrics that exist."""

import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from prometheus_client import generate_latest
from ruamel.yaml import YAML

from bot import clock
from bot.message import Item
from bot.metrics import Metrics
from bot.store import backup, boxes
from bot.store.db import Db
from bot.watch import Watch
from tests.world import ROOT, World

ALERTS = ROOT / "deploy" / "alerts.yaml"


async def test_silence_and_broken_rules_are_measured(db: Db, tmp_path: Path) -> None:
    metrics, now = Metrics(), clock.now()
    watch, hour = Watch(db, metrics, lambda: True), int(now.timestamp() / 3600)
    rows = []
    for week in (1, 2, 3):
        for n in range(30):
            for account in ("whatsapp:1", "telegram:2"):
                item = Item(account, "message", f"{week}-{n}", f"w{n}", b"{}", hour - 1 - week * 168)
                rows.append(boxes.inbox_row(item, now - timedelta(weeks=week)))
    rows.append(boxes.inbox_row(Item("whatsapp:1", "message", "now", "w1", b"{}", hour), now))
    await db.write([boxes.put(rows, db.dialect)])
    await watch.silence()
    found = {account: metrics.inbound_missed.labels(account)._value.get() for account in ("whatsapp:1", "telegram:2")}
    assert found == {"whatsapp:1": 0.0, "telegram:2": 30.0}
    await watch.rules()
    assert metrics.broken.labels("I1 unhandled")._value.get() == 10.0
    async with db.unit() as unit:
        await unit.conn.execute(sa.text("UPDATE inbox SET state = 'done'"))
    await watch.rules()
    assert metrics.broken.labels("I1 unhandled")._value.get() == 0.0
    watch.leave()
    said = generate_latest(metrics.registry).decode()
    assert "wargi_inbound_missed{" not in said and "wargi_invariants_checked_timestamp_seconds 0.0" in said, (
        "what another process looks after now is not said by two"
    )


def test_the_shipped_rules_speak_of_metrics_that_exist() -> None:
    said = YAML(typ="safe").load(ALERTS.read_text(encoding="utf-8"))
    rules: list[dict[str, Any]] = said["groups"][0]["rules"]
    known = set(re.findall(r"^# TYPE (wargi_\w+)", generate_latest(Metrics().registry).decode(), re.M))
    for rule in rules:
        named = set(re.findall(r"wargi_\w+", rule["expr"]))
        assert named <= known, (rule["alert"], named - known)
        assert rule["labels"]["severity"] in ("page", "ticket") and rule["annotations"]["remedy"]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    text = ALERTS.read_text(encoding="utf-8")
    assert all(f"({name})" in text for name in ("I1", "I5", "I6", "I10", "I11", "I18"))


async def test_a_running_server_shows_all_that_the_rules_ask_for(template_file: Path, tmp_path: Path) -> None:
    """Counters of which an increase is an alarm are there before anything has happened: the first of a new series is no increase."""
    shutil.copyfile(template_file, tmp_path / "wargi.db")
    more = {"WARGI_BACKUP_MINUTES": "10"}
    async with World(f"sqlite:///{tmp_path}/wargi.db", tmp_path, more) as world:
        first = world.server.watch
        await first.silence()
        await first.rules()

        async def scraped() -> str:
            async with world.browser().get(f"{world.url}/metrics") as answer:
                return await answer.text()

        said = await scraped()
        for rule in YAML(typ="safe").load(ALERTS.read_text(encoding="utf-8"))["groups"][0]["rules"]:
            for name, match in re.findall(r"(wargi_\w+)(?:\{([^}]*)\})?", rule["expr"]):
                assert re.search(rf"^# TYPE {name} ", said, re.M), (rule["alert"], name)
                if match:
                    assert re.search(rf"^{name}\{{.*{re.escape(match)}.*\}} 0.0$", said, re.M), (rule["alert"], match)
        assert "wargi_backup_age_seconds +Inf" in said and "wargi_backup_allowed_seconds 600.0" in said
        copy = Db(world.database_url, tmp_path)
        await backup.take(copy, tmp_path, tmp_path / "backups", lambda *_: None)
        age = re.search(r"^wargi_backup_age_seconds (\S+)$", await scraped(), re.M)
        assert age and 0 <= float(age[1]) < 600
        assert re.search(r'^wargi_invariant_broken\{rule="I1 parked"\} 0.0$', said, re.M)
