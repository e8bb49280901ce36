"""Why something happened to a case: what the machine writes into its history, in words for the page."""

from bot.i18n import N_

REASON = {
    "flow": N_("Warga menyelesaikan laporan"),
    "asked": N_("Warga meminta petugas"),
    "misunderstood": N_("Bot dua kali tidak memahami"),
    "fault": N_("Gangguan sistem saat bot menjawab"),
    "danger": N_("Kata-kata warga menunjukkan bahaya"),
    "phone": N_("Dicatat petugas: warga menelepon"),
    "visit": N_("Dicatat petugas: warga datang ke loket"),
    "rejected": N_("Ditolak"),
    "merged": N_("Digabung ke kasus lain"),
    "cancelled": N_("Dibatalkan warga"),
    "spoken": N_("Disampaikan lewat telepon atau di loket"),
    "warga menyatakan belum beres": N_("Warga menyatakan belum beres"),
    "tanggal penundaan tiba": N_("Tanggal penundaan tiba"),
    "dikembalikan ke bot": N_("Dikembalikan ke bot"),
    "dibatalkan": N_("Dibatalkan"),
    "tenggat lewat": N_("Tenggat lewat"),
    "lewat telepon": N_("Lewat telepon"),
    "di loket": N_("Di loket"),
    "dinas petugas selesai": N_("Dinas petugas selesai"),
    "petugas belum merespons": N_("Petugas belum merespons"),
    "dipindahkan petugas": N_("Dipindahkan petugas"),
}
"""Anything else somebody has typed."""
