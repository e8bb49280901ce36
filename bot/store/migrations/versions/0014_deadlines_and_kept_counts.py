"""Deadlines and kept counts

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import bot.models.types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sla_clock",
        sa.Column("id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("party", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("calendar", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=False),
        sa.Column("urgency", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("topic", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("started_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("due_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("warn_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("paused_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("paused_for", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("stopped_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("warned_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("breached_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", "part", name=op.f("pk_sla_clock")),
        sa.UniqueConstraint("ticket_id", "kind", "round", "part", name=op.f("uq_sla_clock_ticket_id_kind_round_part")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("sla_clock", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sla_clock_due",
            ["due_at", "id", "part"],
            unique=False,
            sqlite_where=sa.text("stopped_at IS NULL AND due_at IS NOT NULL"),
            postgresql_where=sa.text("stopped_at IS NULL AND due_at IS NOT NULL"),
        )

    op.create_table(
        "sla_notice",
        sa.Column("id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("due_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("via", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("target", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("error", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seen_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", "part", name=op.f("pk_sla_notice")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("sla_notice", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sla_notice_due",
            ["next_at", "id"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_sla_notice_mine",
            ["officer_id", "id"],
            unique=False,
            sqlite_where=sa.text("seen_at IS NULL"),
            postgresql_where=sa.text("seen_at IS NULL"),
        )
        batch_op.create_index("ix_sla_notice_ticket", ["ticket_id", "part"], unique=False)

    op.create_table(
        "sla_pause",
        sa.Column("id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("clock_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("ball", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("until", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("why", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", "part", name=op.f("pk_sla_pause")),
        sa.UniqueConstraint("clock_id", "n", "part", name=op.f("uq_sla_pause_clock_id_n_part")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "part", name=op.f("pk_tally")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wait_told",
        sa.Column("id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("klass", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("told_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", "part", name=op.f("pk_wait_told")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ticket_queue_language",
            ["language", "rank", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'reopened')"),
            postgresql_where=sa.text("state IN ('queued', 'reopened')"),
        )
        batch_op.create_index(
            "ix_ticket_queue_topic",
            ["topic", "rank", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'reopened')"),
            postgresql_where=sa.text("state IN ('queued', 'reopened')"),
        )

    # what is there already is counted once, here; from now on every change counts itself
    op.execute("INSERT INTO tally (name, part, n) SELECT state, part, count(*) FROM ticket GROUP BY state, part")


def downgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_ticket_queue_topic",
            sqlite_where=sa.text("state IN ('queued', 'reopened')"),
            postgresql_where=sa.text("state IN ('queued', 'reopened')"),
        )
        batch_op.drop_index(
            "ix_ticket_queue_language",
            sqlite_where=sa.text("state IN ('queued', 'reopened')"),
            postgresql_where=sa.text("state IN ('queued', 'reopened')"),
        )

    op.drop_table("wait_told")
    op.drop_table("tally")
    op.drop_table("sla_pause")
    with op.batch_alter_table("sla_notice", schema=None) as batch_op:
        batch_op.drop_index("ix_sla_notice_ticket")
        batch_op.drop_index(
            "ix_sla_notice_mine", sqlite_where=sa.text("seen_at IS NULL"), postgresql_where=sa.text("seen_at IS NULL")
        )
        batch_op.drop_index(
            "ix_sla_notice_due",
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    op.drop_table("sla_notice")
    with op.batch_alter_table("sla_clock", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_sla_clock_due",
            sqlite_where=sa.text("stopped_at IS NULL AND due_at IS NOT NULL"),
            postgresql_where=sa.text("stopped_at IS NULL AND due_at IS NOT NULL"),
        )

    op.drop_table("sla_clock")
