"""Dates and times as people write them. It is Sunday, 22 November 2026, ten in the morning in Bandung."""

from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.triage.dates import when
from bot.triage.datewords import DAYPART, MONTHS, RELATIVE, UNITS, WEEKDAYS, number

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=timezone(timedelta(hours=7)))
TABLE = """
lusa | 2026-11-24
tgl 5 | 2026-12-05 ~
tgl 5 desember | 2026-12-05 ~
dinten ieu | 2026-11-22
mangkukna | 2026-11-20
kamari | 2026-11-21
enjing | 2026-11-23
isukan | 2026-11-23
pageto | 2026-11-24
pagéto | 2026-11-24
jam 3 sore | 15:00
tabuh 3 sonten | 15:00
jam setengah 8 malem | 19:30
tabuh satengah dalapan peuting | 19:30
2 minggu yang lalu | 2026-11-08 ~
dua hari lalu | 2026-11-20
3 poe kamari | 2026-11-19
tilu poe kamari | 2026-11-19
minggu kamari | 2026-11-15 ~
hari minggu kamari | 2026-11-15
Senin depan | 2026-11-23
Saptu payun | 2026-11-28
17081990 | 1990-08-17
17/8/90 | 1990-08-17
17 agst 1990 | 1990-08-17
17 Pébruari | 2027-02-17 ~
17 Pébruari 2020 | 2020-02-17
nopember | none
5 nopember 2025 | 2025-11-05
awal bulan | 2026-11-01 ~
akhir bulan depan | 2026-12-31 ~
pertengahan Agustus 2020 | 2020-08-15 ~
awal bulan ini | 2026-11-01 ~
Agustus 2020 | 2020-08-01 ~
bulan Agustus | 2026-08-01 ~
besok jam 7 pagi | 2026-11-23 07:00
kemarin malam jam 11 | 2026-11-21 23:00
tadi malam jam 12 | 2026-11-21 00:00 ~
semalam | 2026-11-21 ~
jam 12 malam | 00:00
jam 12 siang | 12:00
jam setengah satu malam | 00:30
jam 7 kurang 15 pagi | 06:45
pukul 15.30 | 15:30
pukul 08.00 WIB | 08:00
15:30 | 15:30
15.30 wib | 15:30
harga 15.30 | none
jam 3 | 03:00 ~
3 jam yang lalu | 2026-11-22 ~
sudah 3 hari | 2026-11-19 ~
geus tilu poe cai pareum | 2026-11-19 ~
tos dua minggu | 2026-11-08 ~
seminggu lagi | 2026-11-29 ~
sabulan kapengker | 2026-10-22 ~
tahun lalu | 2025-11-22 ~
taun kamari | 2025-11-22 ~
dua puluh lima desember 2025 | 2025-12-25
tanggal dua puluh lima | 2026-11-25 ~
tgl 31 feb | none
31/02/2026 | none
tgl 5/12 | 2026-12-05 ~
sejak tgl 25 | 2026-10-25 ~
12.500 | none
1.234.567 | none
jalan rusak parah | none
rp 17.000 | none
0812-3456-7890 | none
22-11-2026 jam 08.15 | 2026-11-22 08:15
2026-11-20 | 2026-11-20
Senin | 2026-11-23 ~
sejak senin | 2026-11-16 ~
jumat kemarin | 2026-11-20
poe jumaah kamari | 2026-11-20
hari kamis lalu | 2026-11-19
tengah malam | 00:00
jam 19.00 | 19:00
jam 24 | 00:00
jam 25 | none
lahir 5 mei 85 | 1985-05-05
5 mei '85 | 1985-05-05
5-mei-1985 | 1985-05-05
senin 23 nopember 2026 | 2026-11-23
nanti sore | 2026-11-22
bulan depan | 2026-12-22 ~
sataun kaliwat | 2025-11-22 ~
beberapa hari lalu | 2026-11-19 ~
tadi | 2026-11-22 ~
sababaraha poe kamari | 2026-11-19 ~
jam 8 malam kemarin | 2026-11-21 20:00
kamari sonten tabuh 4 | 2026-11-21 16:00
kamari peuting jam 11 | 2026-11-21 23:00
malam minggu | 2026-11-22 ~
malam jumat kemarin | 2026-11-20
jam 5 subuh | 05:00
jam 10an pagi | 10:00
jam 1 siang | 13:00
jam 12 | 12:00 ~
jam 9 lewat 20 pagi | 09:20
jam 7 leuwih saparapat peuting | 19:15
tabuh genep enjing | 06:00
tabuh dalapan enjing-enjing dinten ieu | 2026-11-22 08:00
dinten ieu tabuh 09.30 | 2026-11-22 09:30
senin depan jam 8 pagi | 2026-11-23 08:00
pageto jam 10 | 2026-11-24 10:00 ~
enjing tabuh 7 enjing | 2026-11-23 07:00
tgl 1 bulan depan | 2026-12-01
tanggal 10 sasih payun | 2026-12-10
tgl 3 bulan ini | 2026-11-03
kaping 17 agustus | 2026-08-17 ~
17 agustus 1945 | 1945-08-17
17-8-1990 | 1990-08-17
17.08.1990 | 1990-08-17
17 08 1990 | 1990-08-17
1/1/00 | 2000-01-01
5/1/27 | 2027-01-05
29/2/2024 | 2024-02-29
29/2/2023 | none
00/12/2020 | none
3 Desember nanti | 2026-12-03 ~
dua minggu lagi | 2026-12-06 ~
3 hari ke depan | 2026-11-25
5 dinten deui | 2026-11-27
opat belas poe kapengker | 2026-11-08
dua belas hari yang lalu | 2026-11-10
sapuluh poe katukang | 2026-11-12
tilu sasih kapengker | 2026-08-22 ~
lima taun kaliwat | 2021-11-22 ~
setahun yang lalu | 2025-11-22 ~
sejam yang lalu | 2026-11-22 ~
10 menit yang lalu | 2026-11-22 ~
kemarin dulu | 2026-11-20
kemarin lusa | 2026-11-20
besok lusa | 2026-11-24
hari sabtu | 2026-11-28 ~
hari minggu | 2026-11-22 ~
hari minggu depan | 2026-11-29
rabu ini | 2026-11-25 ~
Rebo kamari | 2026-11-18
Senén payun | 2026-11-23
Kemis nu bakal datang | 2026-11-26
jum'at depan | 2026-11-27
saptu kamari | 2026-11-21
tahun depan | 2027-11-22 ~
bulan lalu | 2026-10-22 ~
bln kmrn | 2026-10-22 ~
sasih kamari | 2026-10-22 ~
minggu ini | 2026-11-22 ~
minggu depan | 2026-11-29 ~
mgg dpn | 2026-11-29 ~
akhir bulan | 2026-11-30 ~
akhir bulan lalu | 2026-10-31 ~
awal sasih payun | 2026-12-01 ~
tungtung bulan | 2026-11-30 ~
awal desember | 2026-12-01 ~
pertengahan Januari 2025 | 2025-01-15 ~
Nopember 2025 | 2025-11-01 ~
bulan Juli | 2026-07-01 ~
desember tahun 2024 | 2024-12-01 ~
lahir 12 Agustus 1987 di Garut | 1987-08-12
tgl lahir 01-02-2000 | 2000-02-01
lahir 01022000 | 2000-02-01
tos tilu dinten caina pareum | 2026-11-19 ~
udah seminggu lampu mati | 2026-11-15 ~
geus sabulan jalan ruksak | 2026-10-22 ~
sejak 2 bulan lalu | 2026-09-22 ~
dari tanggal 28 | 2026-10-28 ~
mulai tgl 1 desember | 2026-12-01 ~
semalem jam 2 | 2026-11-21 02:00 ~
tadi pagi jam 6 | 2026-11-22 06:00
tadi siang | 2026-11-22
tadi enjing tabuh 5 | 2026-11-22 05:00
barusan | 2026-11-22 ~
skrg | 2026-11-22
hr ini | 2026-11-22
kmrn | 2026-11-21
bsk jam 9 | 2026-11-23 09:00 ~
ayeuna | 2026-11-22
poe ieu | 2026-11-22
isuk | 2026-11-23
enjing-enjing | 2026-11-23
tengah hari | 12:00
pukul 7.15 malam | 19:15
pkl 14 | 14:00
jam 00.15 | 00:15
jam tujuh malam | 19:00
jam dua belas malam | 00:00
jam setengah lima sore | 16:30
jam 8 kurang seperempat pagi | 07:45
jam 6.30 | 06:30 ~
21.45 | none
21:45 | 21:45
9:05 | 09:05
umur 3 bulan | none
buka 24 jam | none
harga 3 ribu | none
5 orang | none
rw 05 rt 03 | none
rt 03/05 | none
no 12/3 | none
jl. raya 17 | none
satu dua tiga | none
bu mei | none
mei | none
pak agus | none
minggu | none
mangkuk | none
tahun 1990 | none
2025 | none
32/13/2020 | none
4 x 5 | none
puskesmas 24 jam | none
jam tangan hilang | none
sore | none
hujan tiap hari | none
air mati tiap sore | none
kejadian tadi malam sekitar jam 9 | 2026-11-21 21:00 ~
caina pareum ti kamari | 2026-11-21
listrik padam sejak hari rabu | 2026-11-18 ~
mobil plat D 1234 AB | none
bantuan bulan Oktober belum cair | 2026-10-01 ~
bansos sasih Séptémber teu acan | 2026-09-01 ~
saya daftar 12-10-2026 di kelurahan | 2026-10-12
abdi ngadaptar tanggal 3 Nopémber 2026 | 2026-11-03
sampah tos sapuluh dinten teu diangkut | 2026-11-12 ~
janjian dinten Salasa tabuh 10 enjing | 2026-11-24 10:00 ~
rapat kamis depan pukul 13.00 wib | 2026-11-26 13:00
pertemuan 25 Nov 2026, 09:00 | 2026-11-25 09:00
abdi lahir 7 Méi 1992 | 1992-05-07
KTP saya jadi tgl 30 nov | 2026-11-30 ~
surat tertanggal 4 Jan 2026 | 2026-01-04
sudah hampir 2 bulan | 2026-09-22 ~
dua puluh satu hari yang lalu | 2026-11-01
jam 2 siang tadi | 2026-11-22 14:00 ~
besok sore jam 4 | 2026-11-23 16:00
lusa jam setengah tujuh pagi | 2026-11-24 06:30
pageto tabuh satengah genep sonten | 2026-11-24 17:30
Rp 25.000 per 3 hari | none
nomor 08123456789 aktif jam 8-16 | 08:00 ~
"""
"""Text | date, time, and `~` where something was taken from today."""
CASES = [line.split(" | ") for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_when(text: str, expected: str) -> None:
    found = when(text, NOW)
    if found is None:
        assert expected == "none"
        return
    parts = [found.date and found.date.isoformat(), found.time and f"{found.time:%H:%M}", None if found.exact else "~"]
    assert " ".join(filter(None, parts)) == expected


def test_the_words_that_said_it() -> None:
    found = when("Wargi, caina pareum ti Kamari sonten, tulung", NOW)
    assert found is not None and (found.text, found.date) == ("Kamari sonten", date(2026, 11, 21))
    found = when("Pébruari 2025 kajadianana", NOW)
    assert found is not None and found.text == "Pébruari 2025"


def test_a_year_is_never_made_up_as_if_it_were_said() -> None:
    for text in ("17 agustus", "tgl 17", "tgl 17/8", "bulan agustus", "senin"):
        found = when(text, NOW)
        assert found is not None and not found.exact, text


@pytest.mark.parametrize(("words", "value"), [
    ("5", 5), ("25", 25), ("sebelas", 11), ("sabelas", 11), ("sepuluh", 10), ("dua belas", 12), ("duabelas", 12),
    ("dua puluh", 20), ("dua puluh lima", 25), ("tilu puluh hiji", 31), ("genep belas", 16), ("salapan", 9),
])  # fmt: skip
def test_numbers_in_words(words: str, value: int) -> None:
    assert number(words) == value


DAYS = st.dates(date(1930, 1, 1), date(2027, 12, 31))
FORMS = ["{d}-{m}-{y}", "{d:02}/{m:02}/{y}", "{d}.{m}.{y}", "{d:02}{m:02}{y}", "{d} {name} {y}", "tgl {d} {name} {y}", "{d} {m} {y}",
         "tanggal {d}-{name}-{y} nya", "abdi lahir {d} {name} taun {y}", "{y}-{m:02}-{d:02}"]  # fmt: skip


@given(DAYS, st.sampled_from(FORMS), st.sampled_from(sorted(MONTHS)), st.booleans())
def test_a_written_date_is_read_back(day: date, form: str, name: str, loud: bool) -> None:
    names = [word for word, month in MONTHS.items() if month == day.month]
    text = form.format(d=day.day, m=day.month, y=day.year, name=names[len(name) % len(names)])
    found = when(text.upper() if loud else text, NOW)
    assert found is not None and (found.date, found.exact) == (day, True), text


@given(st.times())
def test_a_written_time_is_read_back(at: time) -> None:
    for text in (f"jam {at:%H.%M}", f"{at:%H:%M}", f"pukul {at:%H:%M} WIB", f"tabuh {at:%H.%M}"):
        found = when(text, NOW)
        assert found is not None and found.time == at.replace(second=0, microsecond=0), text


@given(st.integers(1, 4000), st.sampled_from(["hari lalu", "poe kamari", "dinten kapengker", "hari yang lalu"]))
def test_days_ago(days: int, words: str) -> None:
    found = when(f"{days} {words}", NOW)
    assert found is not None and found.date == NOW.date() - timedelta(days=days)


WORDS = sorted({*MONTHS, *WEEKDAYS, *UNITS, *DAYPART, *" ".join(RELATIVE).split(), "jam", "tgl", "tanggal", "yang", "lalu", "depan",
                "dua", "tilu", "setengah", "awal", "akhir", "5", "31", "2026", "/", "-", ".", "17081990", "nu", "kamari", "99999", "'"})  # fmt: skip


@given(
    st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join) | st.text(),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
)
def test_it_never_raises(text: str, moment: datetime) -> None:
    found = when(text, moment.replace(tzinfo=NOW.tzinfo))
    assert found is None or found.date or found.time


@pytest.mark.parametrize(
    "text", ["jam" + " " * 4000 + "x", "minggu yang" + " " * 4000, "tgl 5 " * 700, "3 " * 2000, "jam " * 1000]
)
@pytest.mark.timeout(20)
def test_long_nonsense_does_not_hold_the_line(text: str) -> None:
    """Each took seconds with patterns that can be read in many ways; now milliseconds."""
    when(text, NOW)


PLAIN = """jalan di depan rumah saya rusak parah dan belum diperbaiki mohon bantuannya air pdam tidak mengalir ke kampung kami bantuan sosial
cai teu ngocor ka bumi abdi hatur nuhun parantos dibantosan kumaha carana ngadamel kartu kulawarga lampu di gang padam petugas
sampah menumpuk bau puskesmas antre obat habis sekolah anak guru bapak ibu pak lurah kecamatan desa mangkuk mei""".split()


@given(st.lists(st.sampled_from(PLAIN), max_size=12).map(" ".join))
def test_no_date_without_its_words(text: str) -> None:
    assert when(text, NOW) is None
