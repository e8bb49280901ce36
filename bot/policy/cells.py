"""Cells of a file for a spreadsheet: nothing that a citizen wrote is ever a formula. Pure."""

from datetime import datetime
from typing import Any

FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")
"""What a spreadsheet would run: a cell that begins so, be it behind spaces or quotes, is written with an apostrophe in front."""


def cell(value: Any) -> str:
    """A value as a cell that no spreadsheet takes for a formula. Times are UTC."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.lstrip(" \u00a0\"'").startswith(FORMULA) else text
