"""Days and times in the words of whoever reads them: names of months and zones, and how long ago or how far off something is.

Babel knows Sundanese months but says "+3 h" for a time that has passed, and "GMT+07:00" for our zones; so these words are our own, from
the catalogue like everything else that is said. Nouns do not change after a number in Indonesian or Sundanese.
"""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from bot.i18n import N_

Tr = Callable[[str], str]
"""A source text in the reader's language."""
MONTHS = (
    N_("Januari"), N_("Februari"), N_("Maret"), N_("April"), N_("Mei"), N_("Juni"), N_("Juli"), N_("Agustus"), N_("September"),
    N_("Oktober"), N_("November"), N_("Desember"),
)  # fmt: skip
ZONES = {7: N_("WIB"), 8: N_("WITA"), 9: N_("WIT")}
"""Hours east of Greenwich -> what people call it."""
HERE = 7
NOW, YESTERDAY, TODAY, TOMORROW, AFTER = N_("baru saja"), N_("kemarin"), N_("hari ini"), N_("besok"), N_("lusa")
MINUTES_AGO, HOURS_AGO, DAYS_AGO = (
    N_("{count} menit yang lalu"),
    N_("{count} jam yang lalu"),
    N_("{count} hari yang lalu"),
)
DAYS_AHEAD = N_("{count} hari lagi")
WEEK = 7


def source(text: str) -> str:
    """In Indonesian."""
    return text


def local(at: datetime, zone: int = HERE) -> datetime:
    return at.astimezone(timezone(timedelta(hours=zone)))


def day(at: datetime, tr: Tr = source, zone: int = HERE) -> str:
    """21 November 2026"""
    here = local(at, zone)
    return f"{here.day} {tr(MONTHS[here.month - 1])} {here.year}"


def full(at: datetime, tr: Tr = source, zone: int = HERE) -> str:
    """21 November 2026, 09.12 WIB"""
    return f"{day(at, tr, zone)}, {local(at, zone):%H.%M} {tr(ZONES[zone])}"


def short(at: datetime, now: datetime, tr: Tr = source, zone: int = HERE) -> str:
    """09.12 today, else 21 Nov 09.12"""
    here = local(at, zone)
    if here.date() == local(now, zone).date():
        return f"{here:%H.%M}"
    return f"{here.day} {tr(MONTHS[here.month - 1])[:3]} {here:%H.%M}"


def ago(at: datetime, now: datetime, tr: Tr = source, zone: int = HERE) -> str:
    """How long ago; from a week on, and for what lies ahead by mistake of a clock, the day itself or "just now"."""
    passed = now - at
    days = (local(now, zone).date() - local(at, zone).date()).days
    if passed < timedelta(minutes=1):
        return tr(NOW)
    if passed < timedelta(hours=1):
        return tr(MINUTES_AGO).format(count=int(passed.total_seconds() // 60))
    if days == 0 or passed < timedelta(hours=6):
        return tr(HOURS_AGO).format(count=int(passed.total_seconds() // 3600))
    if days == 1:
        return tr(YESTERDAY)
    return tr(DAYS_AGO).format(count=days) if days < WEEK else day(at, tr, zone)


def ahead(at: datetime, now: datetime, tr: Tr = source, zone: int = HERE) -> str:
    """How far off a day is; the day itself where it is no day ahead, or more than a week."""
    days = (local(at, zone).date() - local(now, zone).date()).days
    if 0 <= days <= 2:
        return tr((TODAY, TOMORROW, AFTER)[days])
    return tr(DAYS_AHEAD).format(count=days) if 0 < days <= WEEK else day(at, tr, zone)
