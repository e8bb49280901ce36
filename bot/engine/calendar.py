"""Days as people read them: `2026-11-05` is "5 November 2026"."""

import re
from collections.abc import Mapping
from datetime import date

_MONTHS: Mapping[str, tuple[str, ...]] = {
    language: tuple(names.split())
    for language, names in {
        "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
        "su": "Januari Pébruari Maret April Méi Juni Juli Agustus Séptémber Oktober Nopémber Désémber",
        "en": "January February March April May June July August September October November December",
    }.items()
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def spelt(text: str, lang: str) -> str:
    """A day in words; any other text as it is."""
    if not _DAY.fullmatch(text):
        return text
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {_MONTHS.get(lang, _MONTHS['id'])[day.month - 1]} {day.year}"
