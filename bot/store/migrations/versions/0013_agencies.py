"""Agencies and the way of a ticket after the chat

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import bot.models.types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency_delivery",
        sa.Column("id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", bot.models.types.Bytes(), nullable=True),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("agency", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("via", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("target", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("link", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("next_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("sent_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("error", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", "part", name=op.f("pk_agency_delivery")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("agency_delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_agency_delivery_due",
            ["next_at", "id"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_agency_delivery_stuck",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'stuck'"),
            postgresql_where=sa.text("state = 'stuck'"),
        )
        batch_op.create_index("ix_agency_delivery_ticket", ["ticket_id", "part"], unique=False)

    op.create_table(
        "instruction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("deadline", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("created_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_instruction_officer_id_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction")),
    )
    with op.batch_alter_table("invite", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agency", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))

    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agency", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agency", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("dispatches", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("dispatched_at", bot.models.types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("returns", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("denials", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("back_to", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("answered_at", bot.models.types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("postponed_until", bot.models.types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("identity_open", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("parent_id", bot.models.types.Bytes(), nullable=True))
        batch_op.add_column(sa.Column("parent_part", sa.SmallInteger(), nullable=True))
        batch_op.add_column(sa.Column("instruction_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("external_class", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("external_agency", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("external_number", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("external_status", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False)
        )
        batch_op.create_index(
            "ix_ticket_agency",
            ["agency", "state", "id"],
            unique=False,
            sqlite_where=sa.text("agency <> ''"),
            postgresql_where=sa.text("agency <> ''"),
        )
        batch_op.create_index(
            "ix_ticket_instruction",
            ["instruction_id", "state"],
            unique=False,
            sqlite_where=sa.text("instruction_id IS NOT NULL"),
            postgresql_where=sa.text("instruction_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_ticket_parent",
            ["parent_id", "parent_part"],
            unique=False,
            sqlite_where=sa.text("parent_id IS NOT NULL"),
            postgresql_where=sa.text("parent_id IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_ticket_parent",
            sqlite_where=sa.text("parent_id IS NOT NULL"),
            postgresql_where=sa.text("parent_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_ticket_instruction",
            sqlite_where=sa.text("instruction_id IS NOT NULL"),
            postgresql_where=sa.text("instruction_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_ticket_agency", sqlite_where=sa.text("agency <> ''"), postgresql_where=sa.text("agency <> ''")
        )
        batch_op.drop_column("external_status")
        batch_op.drop_column("external_number")
        batch_op.drop_column("external_agency")
        batch_op.drop_column("external_class")
        batch_op.drop_column("instruction_id")
        batch_op.drop_column("parent_part")
        batch_op.drop_column("parent_id")
        batch_op.drop_column("identity_open")
        batch_op.drop_column("postponed_until")
        batch_op.drop_column("answered_at")
        batch_op.drop_column("back_to")
        batch_op.drop_column("denials")
        batch_op.drop_column("returns")
        batch_op.drop_column("dispatched_at")
        batch_op.drop_column("dispatches")
        batch_op.drop_column("agency")

    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.drop_column("agency")

    with op.batch_alter_table("invite", schema=None) as batch_op:
        batch_op.drop_column("agency")

    op.drop_table("instruction")
    with op.batch_alter_table("agency_delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_agency_delivery_ticket")
        batch_op.drop_index(
            "ix_agency_delivery_stuck",
            sqlite_where=sa.text("state = 'stuck'"),
            postgresql_where=sa.text("state = 'stuck'"),
        )
        batch_op.drop_index(
            "ix_agency_delivery_due",
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    op.drop_table("agency_delivery")
