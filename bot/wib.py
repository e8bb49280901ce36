"""West Java's time: what a day is wherever days are counted, and what is said where no other zone is asked for. Pure."""

from datetime import date, datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7), "WIB")
"""Without a change of clocks since 1964, so a fixed offset is exact for everything stored here."""


def day(at: datetime) -> date:
    return at.astimezone(WIB).date()
