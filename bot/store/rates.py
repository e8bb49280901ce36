"""Rates that all processes share (PostgreSQL): a row an account, one statement a grant, by the database's clock."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

# `used_until` is the moment up to which sends are used up; what lies between it and now may be sent, a second's worth at most.
# The CASE of a new row and of an old one are the same sum; `granted` says what this very statement gave.
_TAKE = sa.text(
    """
    INSERT INTO rate (account, used_until, granted)
    VALUES (:account, clock_timestamp() - make_interval(secs => :most - :first / :rate), :first)
    ON CONFLICT (account) DO UPDATE SET (used_until, granted) = (
        SELECT base + make_interval(secs => given / :rate), given FROM (
            SELECT base, least(:wanted, floor(extract(epoch FROM at - base) * :rate + 0.000001))::integer AS given FROM (
                SELECT at, greatest(rate.used_until, at - make_interval(secs => :most)) AS base
                FROM (SELECT clock_timestamp() AS at) AS clock
            ) AS filled
        ) AS grant_
    )
    RETURNING granted, extract(epoch FROM used_until - clock_timestamp()) + 1 / :rate
    """
).bindparams(
    sa.bindparam("rate", type_=sa.Double),
    sa.bindparam("most", type_=sa.Double),
    sa.bindparam("wanted", type_=sa.Integer),
    sa.bindparam("first", type_=sa.Integer),
)


async def take(conn: AsyncConnection, account: str, rate: float, wanted: int) -> tuple[int, float]:
    """(granted, seconds until there is one more)."""
    most = max(1.0, 1 / rate)
    values = {
        "account": account,
        "rate": rate,
        "most": most,
        "wanted": wanted,
        "first": min(wanted, max(1, int(most * rate))),
    }
    granted, wait = (await conn.execute(_TAKE, values)).one()
    return int(granted), max(0.0, float(wait))
