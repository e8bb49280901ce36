"""every status a platform sent is kept

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

import bot.models.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_status",
        sa.Column("id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("received_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", "part", name=op.f("pk_message_status")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("message_status", schema=None) as batch_op:
        batch_op.create_index("ix_message_status_message", ["message_id", "part"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("message_status", schema=None) as batch_op:
        batch_op.drop_index("ix_message_status_message")

    op.drop_table("message_status")
