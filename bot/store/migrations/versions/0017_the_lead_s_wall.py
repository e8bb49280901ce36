"""What the lead's wall counts, reviews, and the second factor

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import bot.models.types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backlog",
        sa.Column("at", bot.models.types.UtcDateTime(), autoincrement=False, nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_backlog")),
    )
    op.create_table(
        "day_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "name", "part", name=op.f("pk_day_count")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "review",
        sa.Column("id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("survey_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("opened_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.Column("settled_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", "part", name=op.f("pk_review")),
        sa.UniqueConstraint("survey_id", "part", name=op.f("uq_review_survey_id_part")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(
            "ix_review_open",
            ["id"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )

    op.create_table(
        "officer_factor",
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("secret", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("confirmed_at", bot.models.types.UtcDateTime(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("codes", bot.models.types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_officer_factor_officer_id_officer")),
        sa.PrimaryKeyConstraint("officer_id", name=op.f("pk_officer_factor")),
    )
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.add_column(sa.Column("split", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))

    _count_what_is_there()


def _count_what_is_there() -> None:
    """Ratings asked for so far get their split (agency and helper were not kept then: as the ticket has them now), and their days
    are counted."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    channel = "substr(t.account, 1, instr(t.account, ':') - 1)" if sqlite else "split_part(t.account, ':', 1)"
    helper = "CASE WHEN t.reason IN ('phone', 'visit') THEN 'human' ELSE 'bot_human' END"
    split = f"{channel} || '|' || t.language || '|' || t.agency || '|' || {helper}"
    op.execute(
        f"UPDATE survey SET split = (SELECT {split} FROM ticket t WHERE t.id = survey.ticket_id AND t.part = survey.part) "  # noqa: S608 - no input of anybody
        "WHERE EXISTS (SELECT 1 FROM ticket t WHERE t.id = survey.ticket_id AND t.part = survey.part)"
    )
    day = (
        "date(asked_at / 1000000 + 25200, 'unixepoch')"
        if sqlite
        else "CAST(asked_at AT TIME ZONE 'UTC' + INTERVAL '7 hours' AS date)"
    )
    name = "'survey|' || state || '|' || coalesce(CAST(score AS VARCHAR), '') || '|' || split"
    op.execute(
        f"INSERT INTO day_count (day, name, part, n) SELECT {day}, {name}, 0, count(*) FROM survey WHERE split <> '' GROUP BY 1, 2"  # noqa: S608
    )


def downgrade() -> None:
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.drop_column("split")

    op.drop_table("officer_factor")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_review_open", sqlite_where=sa.text("settled_at IS NULL"), postgresql_where=sa.text("settled_at IS NULL")
        )

    op.drop_table("review")
    op.drop_table("day_count")
    op.drop_table("backlog")
