"""Who works when and what is handed over

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import bot.models.types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rota_gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("starts_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("ends_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("told_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_gap")),
        sa.UniqueConstraint("kind", "starts_at", name=op.f("uq_rota_gap_kind_starts_at")),
    )
    with op.batch_alter_table("rota_gap", schema=None) as batch_op:
        batch_op.create_index("ix_rota_gap_end", ["ends_at"], unique=False)

    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("opened_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("due_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("settled_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_handover_officer_id_officer")),
        sa.ForeignKeyConstraint(["settled_by"], ["officer.id"], name=op.f("fk_handover_settled_by_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(
            "uq_handover_open",
            ["officer_id"],
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("url", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seen_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("next_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_notice_officer_id_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notice_due",
            ["next_at", "id"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )
        batch_op.create_index("ix_notice_officer", ["officer_id", "seen_at", "id"], unique=False)

    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("starts_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("ends_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("begun_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("created_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["officer.id"], name=op.f("fk_shift_changed_by_officer")),
        sa.ForeignKeyConstraint(["made_by"], ["officer.id"], name=op.f("fk_shift_made_by_officer")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_shift_officer_id_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.create_index("ix_shift_officer", ["officer_id", "starts_at"], unique=False)
        batch_op.create_index("ix_shift_time", ["starts_at", "id"], unique=False)

    op.create_table(
        "handover_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_handover_case_handover_id_handover")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_case")),
        sa.UniqueConstraint("handover_id", "ticket_id", name=op.f("uq_handover_case_handover_id_ticket_id")),
    )
    op.create_table(
        "swap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("asked_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("answered_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("seen_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_swap_officer_id_officer")),
        sa.ForeignKeyConstraint(["other_id"], ["shift.id"], name=op.f("fk_swap_other_id_shift")),
        sa.ForeignKeyConstraint(["seen_by"], ["officer.id"], name=op.f("fk_swap_seen_by_officer")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_swap_shift_id_shift")),
        sa.ForeignKeyConstraint(["to_id"], ["officer.id"], name=op.f("fk_swap_to_id_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap")),
    )
    with op.batch_alter_table("swap", schema=None) as batch_op:
        batch_op.create_index("ix_swap_state", ["state", "id"], unique=False)

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("weight", sa.SmallInteger(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("distress", sa.SmallInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("silent_at", bot.models.types.UtcDateTime(), nullable=True))
        batch_op.create_index("ix_assignment_officer", ["officer_id", "started_at"], unique=False)
        batch_op.create_index(
            "ix_assignment_silent",
            ["silent_at", "id"],
            unique=False,
            sqlite_where=sa.text("silent_at IS NOT NULL"),
            postgresql_where=sa.text("silent_at IS NOT NULL"),
        )
        batch_op.create_index("ix_assignment_ticket", ["ticket_id", "part"], unique=False)

    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("duty_since", bot.models.types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("present_at", bot.models.types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("away", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("opted_out", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("debrief_at", bot.models.types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("topics", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.drop_column("topics")
        batch_op.drop_column("debrief_at")
        batch_op.drop_column("opted_out")
        batch_op.drop_column("away")
        batch_op.drop_column("present_at")
        batch_op.drop_column("duty_since")

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_assignment_ticket")
        batch_op.drop_index(
            "ix_assignment_silent",
            sqlite_where=sa.text("silent_at IS NOT NULL"),
            postgresql_where=sa.text("silent_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_assignment_officer")
        batch_op.drop_column("silent_at")
        batch_op.drop_column("distress")
        batch_op.drop_column("weight")

    with op.batch_alter_table("swap", schema=None) as batch_op:
        batch_op.drop_index("ix_swap_state")

    op.drop_table("swap")
    op.drop_table("handover_case")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_index("ix_shift_time")
        batch_op.drop_index("ix_shift_officer")

    op.drop_table("shift")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_officer")
        batch_op.drop_index(
            "ix_notice_due",
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    op.drop_table("notice")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_handover_open",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )

    op.drop_table("handover")
    with op.batch_alter_table("rota_gap", schema=None) as batch_op:
        batch_op.drop_index("ix_rota_gap_end")

    op.drop_table("rota_gap")
