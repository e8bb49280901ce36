"""What a turn costs in exact counts, which no busy machine changes: a change that asks the database more often is seen here."""

from pathlib import Path

from tests.bench.growth import grow


async def test_statements_and_bytes_of_a_turn(tmp_path: Path) -> None:
    """Of 64 turns in one transaction, four in five of them in a conversation that goes on. Raise a number only with a reason."""
    small, larger = await grow(tmp_path, [0, 1000])
    assert small.statements <= 12.5, "statements a transaction: one a table at most"
    assert larger.statements <= small.statements, "and no more of them when the tables are full"
    assert larger.written <= 5000, "bytes of the log a message row, those of an hour later included"
