"""Browsers in which officers want news

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import bot.models.types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("p256dh", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("auth", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_push_device_officer_id_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_device")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_device_endpoint")),
    )
    op.create_index(op.f("ix_push_device_officer_id"), "push_device", ["officer_id"])
    op.add_column("notice", sa.Column("quiet", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("officer", sa.Column("pushes", sa.SmallInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("officer", "pushes")
    op.drop_column("notice", "quiet")
    op.drop_index(op.f("ix_push_device_officer_id"), table_name="push_device")
    op.drop_table("push_device")
