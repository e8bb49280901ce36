"""citizens' files

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

import bot.models.types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("conversation_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("clean", sa.String(), nullable=False),
        sa.Column("clean_type", sa.String(), nullable=False),
        sa.Column("thumb", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("asked_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("created_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("fetched_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", "part", name=op.f("pk_media")),
        sa.UniqueConstraint("message_id", "position", "part", name=op.f("uq_media_message_id_position_part")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.create_index("ix_media_conversation", ["conversation_id", "part"], unique=False)
        batch_op.create_index(
            "ix_media_pending",
            ["next_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "media_host",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("hour_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_media_host")),
    )


def downgrade() -> None:
    op.drop_table("media_host")
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_media_pending", sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'")
        )
        batch_op.drop_index("ix_media_conversation")

    op.drop_table("media")
