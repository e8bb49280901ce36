"""Role × route over the desk's real route table: a route without a row here fails."""

import pytest

from bot.desk import ROUTES
from bot.models import Role
from bot.policy.access import TABLE, Verb, may
from tests.desk import seed
from tests.desk.conftest import Enter, application

ALL, LEADS, ADMIN = {None, *Role}, {Role.LEAD, Role.ADMIN}, {Role.ADMIN}
STAFF, AGENCY = {Role.OFFICER, Role.LEAD, Role.ADMIN}, {Role.AGENCY}
EXPECTED: dict[tuple[str, str], set[Role | None]] = {
    ("GET", "/desk"): STAFF,
    ("GET", "/desk/"): STAFF,
    ("GET", "/desk/tiket/{number}"): STAFF,
    ("GET", "/desk/tiket/{number}/berkas/{ref}"): STAFF,
    ("GET", "/desk/tiket/{number}/asli/{ref}"): LEADS,
    ("GET", "/desk/media/{ref}/{form}"): STAFF,
    ("GET", "/desk/peristiwa"): STAFF,
    ("POST", "/desk/berikutnya"): STAFF,
    ("GET", "/desk/cari"): STAFF,
    ("GET", "/desk/daftar"): STAFF,
    ("POST", "/desk/daftar/tampilan"): STAFF,
    ("POST", "/desk/daftar/tampilan/{id}/hapus"): STAFF,
    ("POST", "/desk/massal"): STAFF,
    ("GET", "/desk/massal"): STAFF,
    ("GET", "/desk/massal/{id}"): STAFF,
    ("POST", "/desk/massal/{id}/batal"): STAFF,
    ("GET", "/desk/catat"): STAFF,
    ("POST", "/desk/catat"): STAFF,
    ("POST", "/desk/tiket/{number}/ambil"): STAFF,
    ("POST", "/desk/tiket/{number}/tulis"): STAFF,
    ("GET", "/desk/tiket/{number}/siapa"): STAFF,
    ("POST", "/desk/tiket/{number}/draf"): STAFF,
    ("GET", "/desk/rekan"): STAFF,
    ("POST", "/desk/tiket/{number}/kirim"): STAFF,
    ("POST", "/desk/tiket/{number}/pesan/{seq}/jawab"): STAFF,
    ("POST", "/desk/tiket/{number}/pesan/{seq}/reaksi"): STAFF,
    ("POST", "/desk/tiket/{number}/pesan/{seq}/ubah"): STAFF,
    ("POST", "/desk/tiket/{number}/templat"): STAFF,
    ("POST", "/desk/tiket/{number}/selesai"): STAFF,
    ("POST", "/desk/tiket/{number}/kembalikan"): STAFF,
    ("GET", "/desk/tiket/{number}/serahkan"): STAFF,
    ("POST", "/desk/tiket/{number}/serahkan"): STAFF,
    ("POST", "/desk/tiket/{number}/urgensi"): STAFF,
    ("POST", "/desk/tiket/{number}/topik"): STAFF,
    ("GET", "/desk/tiket/{number}/balasan"): STAFF,
    ("GET", "/desk/balasan"): STAFF,
    ("POST", "/desk/balasan"): LEADS,
    ("GET", "/desk/balasan/balasan.yaml"): LEADS,
    ("POST", "/desk/balasan/impor"): LEADS,
    ("POST", "/desk/balasan/{name}/hapus"): LEADS,
    ("GET", "/desk/alarm"): STAFF,
    ("GET", "/desk/alarm/panel"): STAFF,
    ("POST", "/desk/alarm/latihan"): LEADS,
    ("POST", "/desk/alarm/{ref}/terima"): STAFF,
    ("POST", "/desk/tugas"): STAFF,
    ("POST", "/desk/hadir"): STAFF,
    ("POST", "/desk/kabar"): STAFF,
    ("GET", "/desk/jadwal"): STAFF,
    ("POST", "/desk/jadwal/buat"): LEADS,
    ("POST", "/desk/jadwal/tambah"): LEADS,
    ("POST", "/desk/jadwal/{id}/hapus"): LEADS,
    ("POST", "/desk/jadwal/{id}/sakit"): STAFF,
    ("POST", "/desk/jadwal/{id}/tukar"): STAFF,
    ("POST", "/desk/jadwal/tukar/{id}"): STAFF,
    ("POST", "/desk/jadwal/tukar/{id}/lihat"): LEADS,
    ("GET", "/desk/serah-terima"): STAFF,
    ("POST", "/desk/serah-terima/catatan"): STAFF,
    ("POST", "/desk/serah-terima/{id}/terima"): STAFF,
    ("GET", "/desk/beban"): STAFF,
    ("POST", "/desk/beban/{id}/bicara"): LEADS,
    ("GET", "/desk/saya"): STAFF,
    ("POST", "/desk/saya"): STAFF,
    ("POST", "/desk/perangkat"): STAFF,
    ("POST", "/desk/perangkat/hapus"): STAFF,
    ("GET", "/desk/latihan"): STAFF,
    ("POST", "/desk/latihan"): STAFF,
    ("POST", "/desk/latihan/warga"): STAFF,
    ("POST", "/desk/latihan/selesai"): STAFF,
    ("POST", "/desk/tiket/{number}/tampilkan"): STAFF,
    ("POST", "/desk/tiket/{number}/gabungkan"): LEADS,
    ("POST", "/desk/tiket/{number}/pisahkan"): LEADS,
    ("GET", "/desk/pengungkapan"): {Role.LEAD, Role.ADMIN},
    ("GET", "/desk/karantina"): STAFF,
    ("POST", "/desk/karantina/{ref}/tahan"): STAFF,
    ("POST", "/desk/karantina/{ref}/lepas"): STAFF,
    ("POST", "/desk/tiket/{number}/satukan"): STAFF,
    ("POST", "/desk/tiket/{number}/pecah"): STAFF,
    ("POST", "/desk/tiket/{number}/bedakan"): STAFF,
    ("GET", "/desk/kejadian"): STAFF,
    ("POST", "/desk/kejadian"): LEADS,
    ("POST", "/desk/kejadian/{ref}/akhiri"): LEADS,
    ("GET", "/desk/triase"): LEADS,
    ("POST", "/desk/triase/putuskan"): LEADS,
    ("GET", "/desk/angka"): LEADS,
    ("GET", "/desk/angka/tiket.csv"): LEADS,
    ("GET", "/desk/angka/tiket.xlsx"): LEADS,
    ("GET", "/desk/angka/tiket.parquet"): LEADS,
    ("GET", "/desk/dinding"): LEADS,
    ("GET", "/desk/dinding/tabel.csv"): LEADS,
    ("GET", "/desk/dinding/tabel.xlsx"): LEADS,
    ("GET", "/desk/tinjauan"): LEADS,
    ("POST", "/desk/tinjauan/{ref}"): LEADS,
    ("POST", "/desk/angka/kunci"): LEADS,
    ("GET", "/desk/tenggat"): STAFF,
    ("POST", "/desk/tenggat/dibaca"): STAFF,
    ("GET", "/desk/alur"): LEADS,
    ("POST", "/desk/alur/terbitkan"): LEADS,
    ("POST", "/desk/alur/buang"): LEADS,
    ("POST", "/desk/alur/kembali"): LEADS,
    ("GET", "/desk/alur/{name}"): LEADS,
    ("POST", "/desk/alur/{name}"): LEADS,
    ("POST", "/desk/alur/{name}/periksa"): LEADS,
    ("GET", "/desk/alur/{name}/coba"): LEADS,
    ("POST", "/desk/alur/{name}/coba"): LEADS,
    ("GET", "/desk/isi"): LEADS,
    ("GET", "/desk/isi/wargi-isi.zip"): LEADS,
    ("POST", "/desk/isi/pratinjau"): LEADS,
    ("POST", "/desk/isi/terbitkan"): LEADS,
    ("GET", "/desk/templat"): LEADS,
    ("GET", "/desk/pengaturan"): LEADS,
    ("GET", "/desk/pengaturan/server"): LEADS,
    ("POST", "/desk/pengaturan/server"): LEADS,
    ("GET", "/desk/pengaturan/poster"): LEADS,
    ("GET", "/desk/pengaturan/{name}"): LEADS,
    ("POST", "/desk/pengaturan/{name}"): LEADS,
    ("POST", "/desk/pengaturan/{name}/periksa"): LEADS,
    ("POST", "/desk/pengaturan/jam/libur"): LEADS,
    ("GET", "/desk/petugas"): ADMIN,
    ("POST", "/desk/petugas/undang"): ADMIN,
    ("GET", "/desk/petugas/{id}"): ADMIN,
    ("POST", "/desk/petugas/{id}/data"): ADMIN,
    ("POST", "/desk/petugas/{id}/sandi"): ADMIN,
    ("POST", "/desk/petugas/{id}/buka"): ADMIN,
    ("POST", "/desk/petugas/{id}/aktif"): ADMIN,
    ("POST", "/desk/tiket/{number}/langkah/{langkah}"): STAFF,
    ("GET", "/desk/instansi"): STAFF,
    ("GET", "/desk/instansi/macet"): STAFF,
    ("POST", "/desk/instansi/macet/{ref}"): LEADS,
    ("GET", "/desk/instansi/lapor.csv"): LEADS,
    ("GET", "/desk/instruksi"): STAFF,
    ("POST", "/desk/instruksi"): LEADS,
    ("GET", "/desk/instruksi/{id}"): STAFF,
    ("POST", "/desk/instruksi/{id}"): LEADS,
    ("GET", "/desk/dinas"): AGENCY,
    ("GET", "/desk/dinas/tiket/{number}"): AGENCY,
    ("GET", "/desk/dinas/tiket/{number}/berkas/{ref}"): AGENCY,
    ("POST", "/desk/dinas/tiket/{number}/{act}"): AGENCY,
    ("POST", "/desk/petugas/{id}/keluarkan"): ADMIN,
    ("POST", "/desk/petugas/{id}/peran"): ADMIN,
    ("GET", "/desk/akun"): STAFF | AGENCY,
    ("POST", "/desk/akun/sesi"): STAFF | AGENCY,
    ("POST", "/desk/akun/bahasa"): STAFF | AGENCY,
    ("POST", "/desk/akun/sandi"): STAFF | AGENCY,
    ("POST", "/desk/akun/kunci"): STAFF | AGENCY,
    ("POST", "/desk/masuk/kode"): ALL,
    ("POST", "/desk/keluar"): STAFF | AGENCY,
    ("GET", "/desk/masuk"): ALL,
    ("POST", "/desk/masuk"): ALL,
    ("GET", "/desk/undangan/{token}"): ALL,
    ("POST", "/desk/undangan/{token}"): ALL,
    ("GET", "/desk/manifest.webmanifest"): ALL,
    ("GET", "/desk/sw.js"): ALL,
    ("GET", "/desk/luring"): ALL,
    ("GET", "/desk/static/{name}"): ALL,
}


async def test_every_route_has_a_row(db) -> None:
    app = application(db)
    real = {
        (route.method, route.resource.canonical)
        for resource in app.router.resources()
        for route in resource
        if route.method != "HEAD"
    }
    assert real == set(EXPECTED)


@pytest.mark.parametrize("role", [None, *Role])
async def test_matrix(db, enter: Enter, role: Role | None) -> None:
    """Who may not is turned away before anything is read; who may is not."""
    visitor = await enter(role)
    case = await seed.case(db)
    for (method, path), roles in EXPECTED.items():
        if path in ("/desk/peristiwa", "/desk/keluar") and role in roles:
            continue  # a stream has no end, signing out ends the rest of this test: they have tests of their own
        address = path.format(
            number=case.number,
            id="999",
            token="0" * 64,
            name="nothing.css",
            ref=case.ticket,
            form="utuh",
            langkah="tolak",
            act="terima",
            seq="1",
        )
        if method == "GET":
            status, text = await visitor.get(address)
        else:
            status, text = await visitor.post(address)
        refused = (status in (401, 403) and "salah" not in text) or (
            status == 303 and (role is None or (role == Role.AGENCY and path in ("/desk", "/desk/")))
        )
        assert refused == (role not in roles), (method, path, role, status)


async def test_an_unknown_role_may_nothing(db, enter: Enter) -> None:
    visitor = await enter("janitor")
    assert (await visitor.get("/desk"))[0] == 403


def test_the_table_names_every_verb() -> None:
    assert set(TABLE) == set(Verb)
    assert not may("", Verb.SEE) and not may(None, Verb.SEE) and may(None, Verb.ENTER)


def test_routes_are_named_once() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
