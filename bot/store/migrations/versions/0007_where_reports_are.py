"""Where reports are and who follows them

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

import bot.models.types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow",
        sa.Column("id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("ticket_part", sa.SmallInteger(), nullable=False),
        sa.Column("address_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("conversation_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("told_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", "part", name=op.f("pk_follow")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index("ix_follow_ticket", ["ticket_id"], unique=False)

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("memory", sa.Float(), nullable=False, server_default="0"))

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place_code", sa.String(), nullable=False, server_default=""))
        batch_op.create_index("ix_ticket_place", ["place_code", "topic", "opened_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_place")
        batch_op.drop_column("place_code")

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("memory")

    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.drop_index("ix_follow_ticket")

    op.drop_table("follow")
