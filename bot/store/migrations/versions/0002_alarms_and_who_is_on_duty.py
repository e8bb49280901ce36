"""Alarms and who is on duty

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import bot.models.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", bot.models.types.Bytes(), nullable=True),
        sa.Column("ticket_id", bot.models.types.Bytes(), nullable=True),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("agency", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("confirmed", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("raised_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("answer_by", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("acknowledged_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.Column("acknowledged_via", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("round_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("next_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("nobody", sa.Boolean(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", "part", name=op.f("pk_alarm")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alarm_due",
            ["next_at", "id"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )
        batch_op.create_index("ix_alarm_ticket", ["ticket_id", "part"], unique=False)

    op.create_table(
        "page",
        sa.Column("id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("alarm_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("via", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("target", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("sent_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("error", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", "part", name=op.f("pk_page")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.create_index("ix_page_alarm", ["alarm_id", "part"], unique=False)
        batch_op.create_index(
            "ix_page_due",
            ["next_at", "id"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("alarm_id", bot.models.types.Bytes(), nullable=True))
        batch_op.add_column(sa.Column("urgency", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))

    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("urgent", sa.SmallInteger(), nullable=True))
        batch_op.create_index(
            "ix_inbox_urgent",
            ["id", "part"],
            unique=False,
            sqlite_where=sa.text("state = 'pending' AND urgent = 1"),
            postgresql_where=sa.text("state = 'pending' AND urgent = 1"),
        )

    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("duty_until", bot.models.types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("paged_at", bot.models.types.UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("languages", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="id")
        )
        batch_op.add_column(
            sa.Column("telegram", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("whatsapp", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("priority", sa.SmallInteger(), nullable=False, server_default="1"))


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("priority")

    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.drop_column("email")
        batch_op.drop_column("whatsapp")
        batch_op.drop_column("telegram")
        batch_op.drop_column("languages")
        batch_op.drop_column("paged_at")
        batch_op.drop_column("duty_until")

    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_inbox_urgent",
            sqlite_where=sa.text("state = 'pending' AND urgent = 1"),
            postgresql_where=sa.text("state = 'pending' AND urgent = 1"),
        )
        batch_op.drop_column("urgent")

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_column("urgency")
        batch_op.drop_column("alarm_id")

    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_page_due", sqlite_where=sa.text("next_at IS NOT NULL"), postgresql_where=sa.text("next_at IS NOT NULL")
        )
        batch_op.drop_index("ix_page_alarm")

    op.drop_table("page")
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.drop_index("ix_alarm_ticket")
        batch_op.drop_index(
            "ix_alarm_due", sqlite_where=sa.text("next_at IS NOT NULL"), postgresql_where=sa.text("next_at IS NOT NULL")
        )

    op.drop_table("alarm")
