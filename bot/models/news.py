"""What officers are told, by kind. A notice keeps kind and values; the words are made when it is read, in the reader's language."""

from bot.i18n import N_

NEWS = {
    "given": N_("Kasus {number} diberikan kepada Anda."),
    "handed": N_("{name} menyerahkan kasus {number} kepada Anda."),
    "named": N_("{name} menyebut Anda dalam catatan kasus {number}."),
    "named_apart": N_("{name} menyebut Anda dalam catatan."),
    "passed_on": N_("Kasus {number} dialihkan karena belum ada tindakan dari Anda."),
    "passed_on_away": N_(
        "Kasus {number} dialihkan karena belum ada tindakan dari Anda. Anda ditandai sedang tidak di meja; tekan Saya kembali "
        "bila sudah siap."
    ),
    "unheld": N_("Kasus {number} kembali ke antrean: {name} belum merespons dan tidak ada petugas lain di meja."),
    "heavy": N_("{name} menangani banyak kasus berat dalam dinas ini. Ajak berbincang."),
    "sheet": N_("{name} selesai bertugas dan meninggalkan {count} kasus. Terima serah terimanya."),
    "sheet_taken": N_("Serah terima {whose}: {taken} kasus diterima {name}, {back} kasus kembali ke antrean."),
    "sheet_left": N_("Serah terima {whose}: tidak ada yang menerima; {back} kasus kembali ke antrean."),
    "shift_new": N_("Dinas baru untuk Anda: {shift}, {when}."),
    "shift_sick": N_("{name} sakit: {shift}, {when}. Cari pengganti."),
    "shift_gone": N_("Dinas Anda dicoret dari jadwal: {shift}, {when}."),
    "swap_asked": N_("{name} minta tukar dinas: {shift}, {when}."),
    "swap_off": N_("{name} tidak jadi bertukar dinas."),
    "swap_agreed": N_("{name} setuju bertukar dinas."),
    "swap_look": N_("Ada tukar dinas yang perlu Anda lihat."),
    "gaps": N_("Jadwal kurang petugas: {gaps}."),
    "gaps_more": N_("Jadwal kurang petugas: {gaps}, dan {more} lagi."),
    "expiring": N_("{count} jawaban bot lewat masa berlakunya atau segera lewat: {titles}."),
    "expiring_more": N_("{count} jawaban bot lewat masa berlakunya atau segera lewat: {titles}, dan {more} lagi."),
}
