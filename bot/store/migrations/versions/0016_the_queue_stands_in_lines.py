"""The queue stands in lines

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WAITING = sa.text("state IN ('queued', 'reopened')")


def upgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("line", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))
    # what does not wait gets its line with its next event
    op.execute(
        "UPDATE ticket SET line = CASE WHEN topic = '' AND subtopic <> '' THEN '/' || subtopic ELSE topic END "
        "WHERE state IN ('queued', 'reopened')"
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_queue_language", sqlite_where=WAITING, postgresql_where=WAITING)
        batch_op.create_index(
            "ix_ticket_queue_line",
            ["language", "line", "urgency", "rank", "id"],
            unique=False,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index("ix_conversation_address", ["address_id", "part"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_address")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_queue_line", sqlite_where=WAITING, postgresql_where=WAITING)
        batch_op.create_index(
            "ix_ticket_queue_language",
            ["language", "rank", "id"],
            unique=False,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        )
        batch_op.drop_column("line")
