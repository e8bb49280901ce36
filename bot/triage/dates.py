"""Dates and times in everyday Indonesian and Sundanese: "lusa", "tgl 5 desember", "dinten ieu", "jam 3 sore", "tabuh satengah dalapan".

Day first, always. What was not said is taken from `now`, and then the result is not `exact`: whoever needs a birthday or a
deadline asks again, instead of believing a year that nobody named.
"""

import calendar
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from bot.record import record
from bot.triage.datewords import (
    AFTER,
    BEFORE,
    COUNT,
    DAYPART,
    MONTH,
    MONTHS,
    NUMBER,
    RELATIVE,
    SINCE,
    UNIT,
    UNITS,
    WEEKDAY,
    WEEKDAYS,
    number,
)

OLDEST = 1900
LONGEST = 4000


@record
class When:
    date: date | None
    time: time | None
    exact: bool
    """Day, month and year (or a word such as "kemarin") and which half of the day were said, none supplied by us."""
    text: str
    """The words that said it."""


Read = tuple[date | None, bool]
Rule = tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Read]]
_ACCENTS = str.maketrans("éèêëÉÈÊË’", "eeeeEEEE'")  # one letter for one, so that places in the text stay right


def when(text: str, now: datetime) -> When | None:
    """The first date and the first time in a text, `now` being local (WIB); None when it names neither."""
    text = " ".join(text.split())[:LONGEST]  # runs of blanks would be tried in every way that the rules allow
    plain = text.translate(_ACCENTS).lower()
    if len(plain) != len(text):  # a letter that is two in lower case would shift every place
        plain = text = "".join(
            letter.lower() if len(letter.lower()) == 1 else letter for letter in text.translate(_ACCENTS)
        )
    hour = _time(plain)
    # "tabuh 7 enjing" is seven in the morning; only what is left may say that it is tomorrow's
    day = _date(plain if hour is None else _blank(plain, *hour[2]), now)
    if day is None and hour is None:
        return None
    spans = sorted(span for span in (day and day[1], hour and hour[2]) if span)
    words = " ".join(text[start:end].strip() for start, end in _merged(spans))
    found, sure = day[0] if day else (None, True)
    return When(found, hour[0] if hour else None, sure and (hour[1] if hour else True), words)


def _blank(text: str, start: int, end: int) -> str:
    tadi = text.find("tadi", start, end)
    end = tadi if tadi >= 0 else end  # "jam 2 tadi malam" names a day as well
    return text[:start] + "\0" * (end - start) + text[end:]


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    if len(spans) == 2 and spans[1][0] - spans[0][1] <= 1:
        return [(spans[0][0], max(spans[0][1], spans[1][1]))]
    return spans


# -- dates -----------------------------------------------------------------------------------------


def _date(text: str, now: datetime) -> tuple[Read, tuple[int, int]] | None:
    """The reading of the first rule that finds a real day; rules stand from the most telling to the least."""
    for pattern, read in RULES:
        for found in pattern.finditer(text):
            day, exact = read(found, now)
            if day is not None:
                return (day, exact), found.span()
    return None


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if OLDEST <= year <= 2200 else None
    except ValueError:
        return None


def _full_year(text: str, now: datetime) -> int:
    """Of two digits: not more than a year ahead ("5/1/27" in November 2026), else the century before."""
    year = int(text)
    if len(text) > 2:
        return year
    return 2000 + year if 2000 + year <= now.year + 1 else 1900 + year


def _numeric(found: re.Match[str], now: datetime) -> Read:
    return _make(_full_year(found["y"], now), int(found["m"]), int(found["d"])), True


def _named(found: re.Match[str], now: datetime) -> Read:
    """`17 agustus 1990`, `tgl 5 desember`, `5 desember nanti`."""
    day, month = number(found["d"]), MONTHS[found["m"]]
    if found["y"]:
        return _make(_full_year(found["y"], now), month, day), True
    return _nearest([_make(now.year + shift, month, day) for shift in (-1, 0, 1)], found, now), False


def _day_of_month(found: re.Match[str], now: datetime) -> Read:
    """`tgl 5`: of the month that is nearest, or of the one that was named beside it."""
    day, today = number(found["d"]), now.date()
    if found["way"]:
        month = _months(today.replace(day=1), _way(found["way"]))
        return _make(month.year, month.month, day), True
    months = [_months(today.replace(day=1), shift) for shift in (-2, -1, 0, 1, 2)]
    return _nearest([_make(each.year, each.month, day) for each in months], found, now), False


def _short(found: re.Match[str], now: datetime) -> Read:
    """`tgl 5/12`."""
    day, month = int(found["d"]), int(found["m"])
    return _nearest([_make(now.year + shift, month, day) for shift in (-1, 0, 1)], found, now), False


def _nearest(days: list[date | None], found: re.Match[str], now: datetime) -> date | None:
    """Nearest to today; after "sejak" it lies behind us, before "nanti" ahead."""
    today, before = now.date(), found.string[max(0, found.start() - 14) : found.start()]
    real = [day for day in days if day]
    if SINCE.search(before):
        real = [day for day in real if day <= today] or real
    elif AFTER.match(found.string[found.end() : found.end() + 16]):
        real = [day for day in real if day >= today] or real
    return min(real, key=lambda day: abs(day - today), default=None)


def _relative(found: re.Match[str], now: datetime) -> Read:
    shift, exact = RELATIVE[re.sub(r"\s+", " ", found[0])]
    return _shift(now.date(), shift), exact


def _count(found: re.Match[str], now: datetime) -> Read:
    """`2 minggu yang lalu`, `tilu poe kamari`, `seminggu lagi`, `sudah tiga hari`. Only days, and with their direction, are meant to the day."""
    amount = 1 if found["one"] else COUNT.get(found["n"]) or number(found["n"])
    unit = UNITS[found["unit1"] or found["unit"]]
    exact = bool(found["way"]) and unit == "day" and found["n"] not in COUNT
    return _add(now, unit, amount * _way(found["way"] or "lalu")), exact


def _way(word: str) -> int:
    """-1 for `kamari`, 0 for `ini`, 1 for `depan`."""
    return 0 if word in ("ini", "ieu") else -1 if BEFORE.fullmatch(word) else 1


def _add(now: datetime, unit: str, amount: int) -> date | None:
    if abs(amount) > 5000:
        return None
    if unit in ("month", "year"):
        months = amount * (12 if unit == "year" else 1)
        return _months(now.date(), months) if abs(months) <= 1800 else None
    steps = {"minute": timedelta(minutes=amount), "hour": timedelta(hours=amount), "day": timedelta(days=amount)}
    found = (now + (steps.get(unit) or timedelta(weeks=amount))).date()
    return found if OLDEST <= found.year <= 2200 else None


def _months(day: date, amount: int) -> date:
    """So many months on; the 31st becomes the month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + amount, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _shift(today: date, days: int) -> date:
    return today + timedelta(days=days)


def _span(found: re.Match[str], now: datetime) -> Read:
    """`minggu kamari`, `bulan depan`, `taun kamari`: some day of it."""
    return _add(now, UNITS[found["unit"]], _way(found["way"])), False


def _weekday(found: re.Match[str], now: datetime) -> Read:
    """`Senin depan`: the next one after today; `Senin kemarin`: the last one before; `Senin` alone: the next, or today."""
    today, wanted = now.date(), WEEKDAYS[found["w"]]
    ahead = (wanted - today.weekday()) % 7
    if not found["way"]:
        if SINCE.search(found.string[max(0, found.start() - 14) : found.start()]):
            ahead = ahead - 7 if ahead else 0
        return _shift(today, ahead), False
    if found["way"] in ("ini", "ieu"):
        return _shift(today, ahead), False
    return _shift(today, ahead or 7) if _way(found["way"]) > 0 else _shift(today, ahead - 7), True


def _part_of_month(found: re.Match[str], now: datetime) -> Read:
    """`awal bulan`, `akhir bulan depan`, `pertengahan Agustus 2020`: about then."""
    said, first = found.groupdict(), now.date().replace(day=1)
    month = _month_only(found, now)[0] if "m" in said else _months(first, _way(said["way"] or "ini"))
    if month is None:
        return None, False
    last = calendar.monthrange(month.year, month.month)[1]
    part = found["part"]
    return month.replace(day=15 if "tengah" in part else last if part in ("akhir", "ahir", "tungtung") else 1), False


def _month_only(found: re.Match[str], now: datetime) -> Read:
    """`Agustus 2020`, `bulan Agustus`: its first day stands for it."""
    if found["y"]:
        return _make(_full_year(found["y"], now), MONTHS[found["m"]], 1), False
    return _nearest([_make(now.year + shift, MONTHS[found["m"]], 1) for shift in (-1, 0, 1)], found, now), False


_W = r"(?<!\w)"
_E = r"(?!\w)"
_DAY = rf"(?P<d>\d{{1,2}}|{NUMBER})"
_TGL = r"(?:tanggal|tangal|tgl|tggl|tg|kaping|ping|titimangsa)\.?\s*"
_YEAR = r"(?:[\s,./-]*(?:tahun|taun|thn|th)?\.?\s*'?(?P<y>(?:19|20)\d\d|(?<=')\d\d|\d\d(?=\s*(?:[,;)]|$))))?"
_WAY = (
    r"(?:yang|nu|yg|anu)?\s*(?:akan\s+|bade\s+|bakal\s+)?(?P<way>" + BEFORE.pattern + "|" + AFTER.pattern + "|ini|ieu)"
)
_ONLY_WAY = r"(?:yang|nu|yg|anu)?\s*(?:akan\s+|bade\s+|bakal\s+)?(?P<way>" + BEFORE.pattern + "|" + AFTER.pattern + ")"
_PART_OF = rf"{_W}(?P<part>awal|mimiti|pertengahan|tengah|tengahan|akhir|ahir|tungtung)\s+"
_RELATIVE = "|".join(word.replace(" ", r"\s+") for word in sorted(RELATIVE, key=len, reverse=True))
_NO_DIGIT = r"(?<![\d./-])"

RULES: tuple[Rule, ...] = tuple((re.compile(pattern), read) for pattern, read in (
    (r"(?<!\d)(?<!\d[\s.])(?<!\w)(?P<d>\d{1,2})\s(?P<m>\d{1,2})\s(?P<y>(?:19|20)\d\d)(?!\s?[\d./-])(?!\w)", _numeric),
    (rf"{_NO_DIGIT}(?<!\w)(?P<d>\d{{1,2}})\s?(?P<s>[-/.])\s?(?P<m>\d{{1,2}})\s?(?P=s)\s?(?P<y>(?:19|20)\d\d|\d\d)(?![\d/-]|\.\d)", _numeric),
    (rf"{_NO_DIGIT}(?<!\w)(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?![\d/-])", _numeric),
    (rf"{_NO_DIGIT}(?<!\w)(?P<d>0[1-9]|[12]\d|3[01])(?P<m>0[1-9]|1[0-2])(?P<y>(?:19|20)\d\d)(?![\d/-]|\.\d|\w)", _numeric),
    (rf"{_W}(?:{_TGL})?{_DAY}[\s.-]*(?:bulan\s+|sasih\s+)?(?P<m>{MONTH})\.?{_YEAR}{_E}", _named),
    (rf"{_W}{_TGL}(?P<d>\d{{1,2}})\s?[/-]\s?(?P<m>\d{{1,2}})(?![\d/-])", _short),
    (rf"{_PART_OF}(?:(?:bulan|bln|sasih)\s+)?(?P<m>{MONTH}){_YEAR}{_E}", _part_of_month),
    (rf"{_PART_OF}(?:bulan|bln|sasih)(?:\s+{_WAY})?{_E}", _part_of_month),
    (rf"{_W}{_TGL}{_DAY}(?:\s*(?:bulan|bln|sasih)\s+{_WAY})?{_E}(?!\s*[/.:-]?\d|[\s-]+{MONTH}{_E})", _day_of_month),
    (rf"{_W}(?:(?P<one>se|sa)(?P<unit1>{UNIT})|(?P<n>\d{{1,4}}|{NUMBER}|beberapa|sababaraha)\s*-?(?P<unit>{UNIT})(?:an)?)\s+{_ONLY_WAY}{_E}", _count),
    (rf"{_W}(?:sejak|selama|sudah|udah|udh|sdh|dah|geus|tos|parantos|atos|ti|hampir|meh|saprak)\s+(?:ada\s+|aya\s+|hampir\s+|meh\s+)?"
     rf"(?:(?P<one>se|sa)(?P<unit1>{UNIT})|(?P<n>\d{{1,4}}|{NUMBER}|beberapa|sababaraha)\s*-?(?P<unit>{UNIT})(?:an)?)(?P<way>){_E}", _count),
    (rf"{_W}(?:hari\s+|dinten\s+|poe\s+|malam\s+|malem\s+|peuting\s+)?(?P<w>{WEEKDAY})\s+(?:minggu\s+)?{_WAY}{_E}", _weekday),
    (rf"{_W}(?:hari|hr|dinten|poe|malam|malem)\s+(?P<w>{WEEKDAY}|minggu|ahad){_E}\s*(?:{_WAY}{_E})?", _weekday),
    (rf"{_W}(?P<unit>minggu|mgg|bulan|bln|sasih|tahun|thn|taun)\s+{_WAY}{_E}", _span),
    (rf"{_W}(?:{_RELATIVE}){_E}(?!-\w)", _relative),
    (rf"{_W}(?P<w>{WEEKDAY})(?P<way>){_E}", _weekday),
    (rf"{_W}(?:(?:bulan|bln|sasih)\s+)?(?P<m>{MONTH})[\s,]*(?:tahun|taun|thn)?\s*(?P<y>(?:19|20)\d\d){_E}", _month_only),
    (rf"{_W}(?:bulan|bln|sasih)\s+(?P<m>{MONTH})(?P<y>){_E}", _month_only),
))  # fmt: skip


# -- times -----------------------------------------------------------------------------------------

_CLOCK = re.compile(
    rf"{_W}(?:jam|pukul|pkl|jm|tabuh|wanci\s+jam)\.?\s*(?P<half>setengah|satengah|stengah)?\s*(?P<h>\d{{1,2}}|{NUMBER})(?![\d])"
    rf"(?:\s?[.:]\s?(?P<min>[0-5]\d)(?!\d))?(?:\s+(?P<off>kurang|lewat|lebih|leuwih|langkung|liwat)\s+(?P<by>\d{{1,2}}|seperempat|saparapat|{NUMBER})"
    rf"(?:\s+(?:menit|mnt))?)?(?:-?an)?{_E}(?:\s*wib{_E})?(?!\s*(?:lagi|deui|yang\s+lalu|lalu|kaliwat|kapengker){_E})"
)
_DIGITAL = re.compile(
    r"(?<![\d.:/-])(?P<h>[01]?\d|2[0-3])(?P<s>[.:])(?P<min>[0-5]\d)(?![\d.:])(?P<wib>\s*(?:wib|wita|wit)\b)?"
)
_PARTS = "|".join(sorted(DAYPART, key=len, reverse=True))
_AFTER_CLOCK = re.compile(rf"[\s,]*(?:an\s+)?(?:wib\s+)?(?P<part>{_PARTS}){_E}")
_BEFORE_CLOCK = re.compile(rf"{_W}(?P<part>{_PARTS})[\s,]*(?:sekitar|kira-kira|kinten-kinten|jam)?\s*$")
_MIDNIGHT = re.compile(rf"{_W}tengah\s+(?P<what>malam|malem|peuting|wengi|hari|poe|dinten){_E}")


def _time(text: str) -> tuple[time, bool, tuple[int, int]] | None:
    """The first time of day; not exact when it may be morning or evening."""
    for found in _CLOCK.finditer(text):
        hour, minute = number(found["h"]), int(found["min"] or 0)
        if hour > 24 or (found["half"] and not 1 <= hour <= 12):
            continue
        total = hour * 60 + minute - (30 if found["half"] else 0)
        if found["off"]:
            by = 15 if found["by"] in ("seperempat", "saparapat") else number(found["by"])
            total += -by if found["off"] == "kurang" else by
        part, end = _part(text, found)
        return (*_of_day(total, part, found["h"]), (found.start(), end))
    for found in _DIGITAL.finditer(text):
        if found["s"] == ":" or found["wib"]:
            return time(int(found["h"]), int(found["min"])), True, found.span()
    if found_night := _MIDNIGHT.search(text):
        return time(12 if found_night["what"] in ("hari", "poe", "dinten") else 0), True, found_night.span()
    return None


def _part(text: str, clock: re.Match[str]) -> tuple[str, int]:
    """The part of the day that stands beside a time, after it or before, and where the whole ends."""
    if after := _AFTER_CLOCK.match(text, clock.end()):
        return after["part"], after.end()
    before = _BEFORE_CLOCK.search(text, 0, clock.start())
    return (before["part"], clock.end()) if before else ("", clock.end())


def _of_day(total: int, part: str, hour: str) -> tuple[time, bool]:
    """`3 sore` is 15.00, `12 malam` midnight. Without such a word, only what is past noon or has a leading zero is sure."""
    if part and total < 13 * 60:
        first, last = DAYPART[part]
        for minutes in (total, total + 720, total - 720):
            if any(first * 60 <= each < last * 60 for each in (minutes, minutes + 1440)) and 0 <= minutes < 1440:
                return time(*divmod(minutes, 60)), True
    return time(*divmod(total % 1440, 60)), total >= 13 * 60 or hour.startswith("0")
