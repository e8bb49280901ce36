"""The words of dates and times in both languages, as people write them: tables for `dates`."""

import re

_MONTHS = """
januari jan januwari|pebruari februari feb peb pebr febr februwari|maret mar mrt|april apr|mei mey|juni jun|juli jul
agustus ags agst agt agus agustusan|september sept sep septembar|oktober okt octo oktobar|november nopember nov nop|desember des december dsember
"""
MONTHS = {
    word: at for at, words in enumerate(_MONTHS.replace("\n", "|").strip("|").split("|"), 1) for word in words.split()
}
_WEEKDAYS = "senin senen isnen snn|selasa salasa selsa|rabu rebo rabo|kamis kemis|jumat jum'at jumaah juma'ah jumah jmt|sabtu saptu sbtu|minggu ahad"
WEEKDAYS = {word: at for at, words in enumerate(_WEEKDAYS.split("|")) for word in words.split()}
"""Monday is 0. "Minggu" is also a week: only after "hari" or before nothing else is it a Sunday; `WEEKDAY` leaves it out."""
_UNITS = "minute menit mnt|hour jam|day hari hr poe dinten|week minggu mgg pekan|month bulan bln sasih|year tahun thn taun warsih"
UNITS = {word: words.split()[0] for words in _UNITS.split("|") for word in words.split()[1:]}

_ONES = "satu dua tiga empat lima enam tujuh delapan sembilan"
_ONES_SU = "hiji dua tilu opat lima genep tujuh dalapan salapan"
_SIMPLE = {word: at for words in (_ONES, _ONES_SU) for at, word in enumerate(words.split(), 1)} | {
    "sapuluh": 10, "sepuluh": 10, "sebelas": 11, "sabelas": 11, "dualapan": 8, "opt": 4,
}  # fmt: skip
_ONE_TO_NINE = "|".join(sorted({*_ONES.split(), *_ONES_SU.split()}, key=len, reverse=True))
NUMBER = rf"(?:(?:{_ONE_TO_NINE})\s?(?:belas|welas)|(?:(?:{_ONE_TO_NINE})\s?puluh)(?:\s(?:{_ONE_TO_NINE}))?|(?:{'|'.join(_SIMPLE)}))"
COUNT = {"beberapa": 3, "sababaraha": 3}
"""A few: never exact enough for more than "some days ago"."""


def number(words: str) -> int:
    """`25`, `dua puluh lima`, `dua belas`, `sapuluh`: as `NUMBER` finds them."""
    if words.isdigit() or words in _SIMPLE:
        return int(words) if words.isdigit() else _SIMPLE[words]
    words = re.sub(r"(belas|welas|puluh)", r" \1 ", words)
    total = 0
    for word in words.split():
        if word in ("belas", "welas"):
            total += 10
        elif word == "puluh":
            total *= 10
        else:
            total += _SIMPLE[word]
    return total


def _any(words: object) -> str:
    return "|".join(sorted(words, key=len, reverse=True))  # type: ignore[call-overload]


MONTH = rf"(?:{_any(MONTHS)})"
WEEKDAY = rf"(?:{_any(set(WEEKDAYS) - {'minggu', 'ahad'})})"
UNIT = rf"(?:{_any(UNITS)})"
BEFORE = re.compile(
    r"(?:lalu|lalunya|kemarin|kemaren|kmrn|kmren|kamari|kmri|kaliwat|kalintang|kapengker|kapungkur|tukang|ka\s?tukang|silam|sebelumnya|tadi|tos\s+kapengker|ka\s?liwat)"
)
AFTER = re.compile(
    r"(?:\s*(?:depan|dpn|ke\s+depan|kedepan|mendatang|datang|nanti|payun|ka\s+payun|kapayun|hareup|ka\s+hareup|kahareup|lagi|lg|deui|engke|engkin|besok|isukan))"
)
SINCE = re.compile(
    r"(?:sejak|semenjak|dari|ti|saprak|kemarin|kemaren|kamari|lahir|medal|lahirna)\s+(?:tanggal\s+)?(?:hari\s+)?$"
)

RELATIVE: dict[str, tuple[int, bool]] = {
    **dict.fromkeys(
        "hari ini|hr ini|hri ini|hari ni|sekarang|skrg|skrang|skr|ayeuna|ayena|dinten ieu|poe ieu|ayeuna keneh|dinten ayeuna|"
        "tadi pagi|tadi siang|tadi sore|tadi subuh|tadi isuk|tadi isuk-isuk|tadi enjing|tadi enjing-enjing|tadi beurang|tadi sonten|"
        "pagi ini|siang ini|sore ini|malam ini|malem ini|subuh ini|nanti malam|nanti malem|nanti sore|nanti siang|ntar malam|ntar malem|"
        "ntar sore|engke peuting|engke sore|engke sonten|engke beurang|engkin sonten|engkin wengi|peuting ieu|wengi ieu|sonten ieu|"
        "enjing ieu|isuk ieu|beurang ieu".split("|"),
        (0, True),
    ),
    **dict.fromkeys("barusan|baru saja|baru aja|baru tadi|nembe|nembe pisan|tadi|bieu|tadi bieu".split("|"), (0, False)),
    **dict.fromkeys(
        "kemarin|kemaren|kmrn|kmren|kmarin|kemarn|kamari|kmari|sikamari|kamari sonten|kamari sore|kamari enjing|kamari isuk|kemarin sore|"
        "kemarin pagi|kemarin siang|kemaren sore|kemarin malam|kamari peuting|kamari wengi".split("|"),
        (-1, True),
    ),
    **dict.fromkeys("semalam|semalem|tadi malam|tadi malem|tadi peuting|tadi wengi|sapeuting|peuting tadi|malam tadi".split("|"), (-1, False)),
    **dict.fromkeys("mangkukna|kemarin lusa|kemarin dulu|kemaren dulu|kemarin dulunya|lusa kemarin|kamari mangkukna".split("|"), (-2, True)),
    **dict.fromkeys(
        "besok|bsk|bsok|esok|isukan|enjing|isuk|keesokan harinya|besok pagi|besok siang|besok sore|besok malam|isukan isuk|"
        "isukan sore|isukan peuting|enjing sonten|enjing enjing-enjing|enjing siang".split("|"),
        (1, True),
    ),
    **dict.fromkeys("lusa|pageto|pagetona|besok lusa|isuk pageto|isukan pageto|enjing pageto".split("|"), (2, True)),
    **dict.fromkeys("kamari ieu|kemarin ini|kemarin-kemarin|kamari-kamari|baru-baru ini|anyar-anyar ieu".split("|"), (-1, False)),
}  # fmt: skip
"""Days from today, and whether the word names one day."""

DAYPART: dict[str, tuple[int, int]] = {
    **dict.fromkeys("subuh|dini hari|janari|subuh-subuh".split("|"), (0, 6)),
    **dict.fromkeys("pagi|pagi-pagi|isuk-isuk|isuk|enjing|enjing-enjing|enjing2|pagi2|tadi pagi|tadi enjing|tadi isuk".split("|"), (0, 12)),
    **dict.fromkeys("siang|beurang|tengah hari|tengah poe|tadi siang|tadi beurang".split("|"), (10, 16)),
    **dict.fromkeys("sore|sonten|sore-sore|burit|tadi sore|tadi sonten".split("|"), (14, 20)),
    **dict.fromkeys("malam|malem|peuting|wengi|tengah malam|tengah peuting|tadi malam|tadi malem|tadi peuting|mlm".split("|"), (18, 29)),
    **dict.fromkeys("magrib|maghrib|isya".split("|"), (17, 21)),
}  # fmt: skip
"""From which hour to which; beyond 24 it is after midnight."""
