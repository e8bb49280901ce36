"""What a citizen types, and which choice it means. None: it means no choice, and must never be taken for one."""

import pytest

from bot.engine.flow import Flows
from bot.engine.match import choose, normalise

MENU = [
    ("1", "lapor"), ("1.", "lapor"), (" 1 ", "lapor"), ("(1)", "lapor"), ("nomor 1", "lapor"), ("no 3", "petugas"),
    ("No. 3", "petugas"), ("pilih 3", "petugas"), ("pilihan 2", "cek"), ("satu", "lapor"), ("hiji", "lapor"),
    ("tilu", "petugas"), ("one", "lapor"), ("Tiga", "petugas"), ("opat", "bahasa"), ("1️⃣", "lapor"), ("3️⃣", "petugas"),
    ("٢", "cek"), ("۳", "petugas"), ("２", "cek"), ("yang nomor 2 aja pak", "cek"), ("nu kahiji", "lapor"),
    ("menu 2", "cek"), ("angka 4", "bahasa"), ("empt", "bahasa"),
    ("Buat laporan", "lapor"), ("buat lapran", "lapor"), ("BUAT LAPORAN!!", "lapor"), ("bikin laporan dong", "lapor"),
    ("mau lapor", "lapor"), ("abdi hoyong ngalapor", "lapor"), ("ngadamel laporan", "lapor"), ("ngadmel laporan", "lapor"),
    ("cek lapran", "cek"), ("status", "cek"), ("mariksa laporan", "cek"), ("bicara dgn petugas", "petugas"),
    ("bicara dengan ptugas", "petugas"), ("nyarios ka patugas", "petugas"), ("gentos basa", "bahasa"),
    ("ganti bahsa", "bahasa"), ("gntos basa", "bahasa"),
    ("7", None), ("0", None), ("99", None), ("1 2", None), ("1 atau 2", None), ("", None), ("???", None), ("👍", None),
    ("3 bulan", None), ("jalan rusak sejak 3 bulan lalu", None), ("sudah 2 kali lapor ke desa", None),
    ("saya mau lapor petugas kasar", None), ("laporan saya yang kemarin belum dijawab petugas", None),
    ("bahasa indonesia nilainya 1", None), ("jalan di depan rumah rusak", None), ("1 keluarga belum dapat bansos", None),
    ("naha laporan kuring can diwaler wae", None), ("petugasnya tidak sopan", None), ("ti tanggal 2", None),
    ("1x24 jam", None), ("rt 1 rw 2", None), ("a" * 5000, None), ("satu " * 3000, None),
]  # fmt: skip

TOPIC = [
    ("jalan dan angkutan", "jalan"), ("jln dan angktan", "jalan"), ("2", "jalan"), ("jalan sareng angkutan", "jalan"),
    ("jalan rusak", "~jalan"), ("jalan ruksak", "~jalan"), ("jembatan", "~jalan"), ("lampu jaln", "~pju"),
    ("banjir", "~banjir"), ("bnjir", "~banjir"), ("caah", "~banjir"), ("sampah", "~sampah"), ("runtah", "~sampah"),
    ("ktp", "~adminduk"), ("minyak goreng", "~pangan"), ("miyak goreng", "~pangan"), ("pungli", "~pungli"),
    ("jalan di kampung saya rusak parah dan belum diperbaiki", None), ("banjir sampai atap rumah tolong", None),
    ("lampu merah di perempatan mati bikin macet", None), ("anak saya tidak diterima di sekolah", None),
]  # fmt: skip

OFFER = [
    ("ya", "ya"), ("iya", "ya"), ("muhun", "ya"), ("enya", "ya"), ("heueuh", "ya"), ("sumuhun", "ya"), ("ok", "ya"),
    ("boleh", "ya"), ("ya dong", "ya"), ("1", "ya"), ("tidak", "tidak"), ("gak", "tidak"), ("henteu", "tidak"),
    ("moal", "tidak"), ("nggak usah", "tidak"), ("tidak tahu harus bagaimana", None),
]  # fmt: skip


@pytest.mark.parametrize(("said", "key"), MENU)
def test_the_menu(flows: Flows, said: str, key: str | None) -> None:
    assert choose(flows.nodes["menu/utama"].table, said) == key


@pytest.mark.parametrize(("said", "key"), TOPIC)
def test_the_topic(flows: Flows, said: str, key: str | None) -> None:
    assert choose(flows.nodes["pengaduan/topik"].table, said) == key


@pytest.mark.parametrize(("said", "key"), OFFER)
def test_yes_and_no(flows: Flows, said: str, key: str | None) -> None:
    assert choose(flows.nodes["menu/tawaran"].table, said) == key


COMMANDS = [
    ("menu", "menu"), ("Menu!", "menu"), ("ménu", "menu"), ("mau ke menu", "menu"), ("ka menu", "menu"), ("menuu", "menu"),
    ("batal", "cancel"), ("btal", "cancel"), ("bolay", "cancel"), ("teu cios", "cancel"), ("gak jadi", "cancel"),
    ("ulang", "repeat"), ("ulng", "repeat"), ("tolong diulang", "repeat"), ("bahasa", "language"), ("basa", "language"),
    ("bahsa", "language"), ("petugas", "officer"), ("petgas", "officer"), ("patugas", "officer"), ("manusia", "officer"),
    ("mau bicara dengan petugas", "officer"), ("operator", "officer"), ("CS", "officer"), ("admin", "officer"),
    ("hoyong nyarios sareng patugas", "officer"), ("0", "back"), ("kembali", "back"), ("wangsul", "back"),
    ("halo", "greeting"), ("halo min", "greeting"), ("sampurasun", "greeting"), ("hatur nuhun", "thanks"),
    ("saya mau lapor petugas kasar", None), ("batas desa", None), ("petugas kebersihan", None), ("menunggu", None),
    ("bisa", None), ("masa", None), ("basah", None), ("menukar uang", None), ("admin desa minta uang", None),
    ("10", None), ("ulang tahun desa", None), ("bahasa tubuh petugas", None),
]  # fmt: skip


@pytest.mark.parametrize(("said", "command"), COMMANDS)
def test_global_words(flows: Flows, said: str, command: str | None) -> None:
    plain = normalise(said)
    assert (flows.lexicon.command(plain) or flows.lexicon.command_like(plain)) == command


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("Saé  pisan!", "sae pisan"),
        ("3️⃣", "3"),
        ("a\u200db", "ab"),
        ("\u202eabc", "abc"),
        ("Désa/Kelurahan", "desa kelurahan"),
        ("⭐", ""),
    ],
)
def test_normalise(said: str, plain: str) -> None:
    assert normalise(said) == plain
