"""What officers teach

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import bot.models.types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("guessed", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sure", sa.Float(), nullable=False),
        sa.Column("chosen", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["officer.id"], name=op.f("fk_correction_decided_by_officer")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_correction_officer_id_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index("ix_correction_state", ["state", "id"], unique=False)
        batch_op.create_index("ix_correction_ticket", ["ticket_id"], unique=False)

    op.create_table(
        "quarantine_act",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("contact_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("contact_part", sa.SmallInteger(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("act", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_quarantine_act_officer_id_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_act")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("quarantine", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("quarantine_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("quarantine_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("quarantine_at", bot.models.types.UtcDateTime(), nullable=True))
        batch_op.create_index(
            "ix_contact_quarantine",
            ["quarantine", "id"],
            unique=False,
            sqlite_where=sa.text("quarantine <> ''"),
            postgresql_where=sa.text("quarantine <> ''"),
        )

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guess", bot.models.types.Json(), nullable=True))

    with op.batch_alter_table("ticket_event", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ticket_event_topic",
            ["id"],
            unique=False,
            sqlite_where=sa.text("kind = 'topic'"),
            postgresql_where=sa.text("kind = 'topic'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("ticket_event", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_event_topic")

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_column("guess")

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_contact_quarantine",
            sqlite_where=sa.text("quarantine <> ''"),
            postgresql_where=sa.text("quarantine <> ''"),
        )
        batch_op.drop_column("quarantine_at")
        batch_op.drop_column("quarantine_by")
        batch_op.drop_column("quarantine_reason")
        batch_op.drop_column("quarantine")

    op.drop_table("quarantine_act")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index("ix_correction_ticket")
        batch_op.drop_index("ix_correction_state")

    op.drop_table("correction")
