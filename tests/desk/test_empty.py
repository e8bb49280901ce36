"""A page on which there is nothing yet says what brings something there."""

from bot.models import Role
from tests.desk.conftest import Enter

EMPTY = {
    "/desk": "Kasus baru muncul di sini dengan sendirinya.",
    "/desk/pengungkapan": "setiap pembukaan tercatat di sini",
    "/desk/kejadian": "Umumkan satu bila banyak warga",
    "/desk/instruksi": "pemimpin regu membuatnya di halaman ini",
    "/desk/karantina": "ditahan dari panel fakta kasusnya",
    "/desk/triase": "setelah petugas menetapkan topik",
    "/desk/beban": "Tekan Mulai bertugas",
    "/desk/tenggat": "begitu sebuah kasus dibuka",
    "/desk/serah-terima": "ketika dinas seseorang berakhir",
}


async def test_what_to_do_next(db, enter: Enter) -> None:
    lead = await enter(Role.LEAD)
    for path, words in EMPTY.items():
        status, text = await lead.get(path)
        assert (status, words in text) == (200, True), path
