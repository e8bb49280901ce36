"""What a process loads before it serves: a library that is seldom wanted is imported where it is wanted, or every start pays for it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SELDOM = {
    "PIL": "copies of pictures", "aiosmtplib": "mails", "alembic": "migrations", "cryptography": "sealed words", "lokal": "all of Indonesia",
    "obstore": "the shelf in S3", "pyarrow": "tables as Parquet", "ruamel.yaml": "flows that have changed",
    "telegram": "one of the channels", "asyncpg": "PostgreSQL",
    "sqlalchemy.dialects.postgresql": "PostgreSQL",
}  # fmt: skip
"""Module -> what it is for."""
WHOLE = {"aiohttp", "bot.desk", "bot.pretend", "jinja2", "sqlalchemy", "typer"}
"""What `wargi --help` and the like do without."""


def loaded(code: str, among: set[str]) -> set[str]:
    command = [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return among & set(said.split())


@pytest.mark.parametrize(
    ("code", "among"),
    [("import bot.app, bot.desk", set(SELDOM)), ("import bot.cli", {*SELDOM, *WHOLE} - {"typer"})],
    ids=["server", "command"],
)
def test_what_is_seldom_wanted_is_not_loaded(code: str, among: set[str]) -> None:
    assert loaded(code, among) == set()
