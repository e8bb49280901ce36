"""The schema: what the migrations make is what the models say, and it can be spread over machines by its part (docs/scale.md)."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

import bot.store
from bot.models import metadata
from bot.models.base import Hot, spell_out
from bot.store import schema
from bot.store.db import Db
from bot.store.many import Many

HOT = sorted({each.__tablename__ for each in Hot.__subclasses__()})


async def test_migrations_make_what_the_models_say(db: Db) -> None:
    def differences(connection: sa.Connection) -> list[Any]:
        spell_out(connection.dialect.name)
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        opts = {"compare_type": True, "include_name": schema.ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=opts), metadata))

    async with db.unit() as unit:
        assert await unit.conn.run_sync(differences) == []
    if db.is_sqlite:  # Alembic does not compare conditions, and PostgreSQL keeps them in words of its own
        written = {
            index.name: index.info["where"] for each in metadata.tables.values() for index in each.indexes if index.info
        }
        async with db.read() as conn:
            made = (await conn.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE sql LIKE '% WHERE %'"))).all()
        assert {name: sql.partition(" WHERE ")[2] for name, sql in made} == written


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"])
def test_a_condition_of_an_index_reaches_the_schema_that_is_written(dialect: Any) -> None:
    spell_out(dialect.name)
    index = next(each for each in metadata.tables["alarm"].indexes if each.name == "ix_alarm_due")
    assert str(sa.schema.CreateIndex(index).compile(dialect=dialect)).endswith("WHERE next_at IS NOT NULL")


async def test_the_newest_schema_needs_nothing(db: Db) -> None:
    assert await schema.prepare(db) is False
    assert await schema.version(db) == schema.revisions()[-1]


@pytest.mark.parametrize("name", HOT)
def test_every_key_of_a_hot_table_contains_its_part(name: str) -> None:
    """Only then can the table be spread over several machines by its part."""
    table = metadata.tables[name]
    assert {"id", "part"} == {column.name for column in table.primary_key}
    unique = [each for each in table.constraints if isinstance(each, sa.UniqueConstraint)]
    unique_indexes = [index for index in table.indexes if index.unique]
    for each in (*unique, *unique_indexes):
        assert "part" in {column.name for column in each.columns}, each.name
    assert not table.foreign_key_constraints


def taken_away(source: str) -> list[str]:
    """What an older process, which goes on with the newer schema while machines are updated one after the other, would stumble over.
    An index may go: it is slower then, not wrong."""
    upgrade = next(each for each in ast.parse(source).body if getattr(each, "name", "") == "upgrade")
    calls = [each for each in ast.walk(upgrade) if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)]
    made = {_text(call.args) for call in calls if _name(call) == "create_table"}
    skipped = {
        id(inner)
        for block in ast.walk(upgrade)
        if isinstance(block, ast.With) and isinstance(head := block.items[0].context_expr, ast.Call) and _text(head.args) in made
        for inner in ast.walk(block)
    }  # fmt: skip
    found = []
    for call in calls:
        name, said = _name(call), {each.arg: each.value for each in call.keywords}
        if id(call) in skipped or (name.startswith("create_") and _text(call.args[1:]) in made):
            continue
        if name.startswith(("drop_", "rename_", "alter_")) and name != "drop_index":
            found.append(name)
        if name in (
            "create_unique_constraint",
            "create_check_constraint",
            "create_foreign_key",
            "create_exclude_constraint",
        ):
            found.append(name)
        if name == "create_index" and _is(said.get("unique"), True):
            found.append("create_index unique")
        if name == "add_column":
            for column in (each for each in ast.walk(call) if isinstance(each, ast.Call) and _name(each) == "Column"):
                own = {each.arg: each.value for each in column.keywords}
                if _is(own.get("nullable"), False) and "server_default" not in own:
                    found.append("add_column without a default")
    words = " ".join(
        each.value for each in ast.walk(upgrade) if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )
    return found + re.findall(r"\bDROP (?!INDEX)\w+|\bRENAME\b|\bSET NOT NULL\b", words)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _text(args: Sequence[ast.expr]) -> str:
    return str(args[0].value) if args and isinstance(args[0], ast.Constant) else ""


def _is(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def contracts(source: str) -> str:
    """`CONTRACT = "0031"`: what goes has not been needed by any code since the release with that schema, which is an older one."""
    found = re.search(r'^CONTRACT = "(\d{4})"$', source, re.M)
    return found[1] if found else ""


def test_migrations_only_add() -> None:
    known = schema.revisions()
    for path in sorted((schema.MIGRATIONS / "versions").glob("[0-9]*.py")):
        source = path.read_text("utf-8")
        if since := contracts(source):
            assert since in known and known.index(since) < known.index(path.name[:4]) - 1, (
                f"{path.name}: one release must lie between"
            )
        else:
            assert taken_away(source) == [], (
                f"{path.name}: older processes still run; CONTRACT names the release that no longer needs it"
            )
    assert len(known) >= 15


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ('op.add_column("ticket", sa.Column("a", sa.Text(), nullable=True))', []),
        ('op.add_column("ticket", sa.Column("a", sa.Text(), nullable=False, server_default=""))', []),
        ('op.add_column("ticket", sa.Column("a", sa.Text(), nullable=False))', ["add_column without a default"]),
        ('op.drop_column("ticket", "a")', ["drop_column"]),
        ('op.drop_index("ix_ticket")', []),
        ('op.rename_table("ticket", "case")', ["rename_table"]),
        ('op.create_index("ix", "ticket", ["a"], unique=True)', ["create_index unique"]),
        ('op.create_index("ix", "ticket", ["a"], unique=False)', []),
        ('op.create_table("new", sa.Column("a", sa.Text(), nullable=False))\n    op.create_index("ix", "new", ["a"], unique=True)', []),
        ('with op.batch_alter_table("ticket") as batch:\n        batch.alter_column("a", nullable=False)', ["alter_column"]),
        ('with op.batch_alter_table("ticket") as batch:\n        batch.create_unique_constraint("u", ["a"])', ["create_unique_constraint"]),
        ('op.create_table("new")\n    with op.batch_alter_table("new") as batch:\n        batch.create_index("u", ["a"], unique=True)', []),
        ('op.execute("ALTER TABLE ticket DROP COLUMN a")', ["DROP COLUMN"]),
        ('op.execute("DROP INDEX ix_ticket")', []),
        ('op.execute("ALTER TABLE ticket ALTER COLUMN a SET NOT NULL")', ["SET NOT NULL"]),
    ],
)  # fmt: skip
def test_what_an_older_process_would_stumble_over(lines: str, found: list[str]) -> None:
    source = f"def upgrade() -> None:\n    {lines}\n\n\ndef downgrade() -> None:\n    op.drop_table('a')\n"
    assert taken_away(source) == found
    assert contracts(source) == "" and contracts(f'CONTRACT = "0031"\n{source}') == "0031"


COUNTED = {"flow_count", "tally", "day_count", "unsent", "watching", "seen"}
"""A row for each part and thing that is counted, conversation and officer, or thing that came: spread like the hot ones."""
EVERYWHERE = {
    "flow_edit", "flow_version", "invite", "media_host", "officer", "outage", "part_lease", "rate", "rota_gap", "template", "throttle",
    "worker", "correction", "disclosure", "handover", "instruction", "notice", "officer_session", "quarantine_act", "shift",
    "handover_case", "push_device", "swap", "backlog", "bulk", "bulk_case", "officer_factor", "reply", "reply_use", "saved_view",
}  # fmt: skip
"""They grow with officers, content and days, not with messages: whole on one machine, or copied to each."""


def test_every_table_has_its_place_among_many_machines() -> None:
    """A new table is hot, or stands in one of the two lists because somebody has thought about it."""
    assert set(metadata.tables) == {*HOT, *COUNTED, *EVERYWHERE}
    kinds = {str(metadata.tables[name].c.part.type) for name in (*HOT, *COUNTED)}
    assert kinds == {"SMALLINT"}, "rows of one part lie together only where the part has one type"
    assert all("part" in metadata.tables[name].primary_key.columns for name in COUNTED)


def _changes() -> Iterator[tuple[str, sa.Update | sa.Delete]]:
    """Prepared changes of hot tables."""
    for each in pkgutil.iter_modules(bot.store.__path__):
        if each.name == "migrations":
            continue
        for name, value in vars(importlib.import_module(f"bot.store.{each.name}")).items():
            for one in value.values() if isinstance(value, dict) else [value]:
                statement = one._statement if isinstance(one, Many) else one
                if isinstance(statement, sa.Update | sa.Delete) and statement.table.name in HOT:  # type: ignore[attr-defined]
                    yield f"{each.name}.{name}", statement


def test_a_claim_and_every_change_on_the_way_of_a_message_names_its_part() -> None:
    """Where the part is named, one machine is asked."""
    found = dict(_changes())
    assert len(found) >= 12, "the way of a message has at least these"
    for name, statement in found.items():
        assert statement.whereclause is not None, name
        columns = {each.name for each in sa.sql.visitors.iterate(statement.whereclause) if isinstance(each, sa.Column)}
        assert "part" in columns, name


async def test_nothing_runs_inside_the_database(db: Db) -> None:
    """Triggers and functions do not go along when tables are spread, and nobody finds them in the code."""
    inside = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL SELECT proname FROM pg_proc "
        "WHERE pronamespace = current_schema()::regnamespace",
    }
    async with db.read() as conn:
        assert (await conn.execute(sa.text(inside[db.dialect]))).all() == []
        if not db.is_sqlite:  # an id that one machine hands out would be asked for by all
            serial = "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND (is_identity = 'YES' "
            rows = await conn.execute(sa.text(serial + "OR column_default LIKE 'nextval%')"))
            assert {row[0] for row in rows}.isdisjoint(HOT)
