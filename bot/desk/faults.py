"""What a platform's error means for an officer, and what they can do about it. One table a platform, by its own codes and words; an error
that is in none keeps the platform's words and code. Source: the platforms' error references. Pure."""

import re
from collections.abc import Iterable

from bot.desk.show import N_

_ACCESS = N_(
    "Platform menolak kunci akses layanan ini, jadi belum ada pesan yang terkirim. Beri tahu admin; pesan dicoba lagi setelah diperbaiki."
)
_LATER = N_("Platform sedang terganggu. Pesan dicoba lagi sendiri; kalau tetap gagal, kirim ulang sebentar lagi.")
_BUSY = N_("Terlalu banyak pesan dari nomor layanan ini sekaligus. Pesan dikirim sendiri begitu antreannya reda.")
_PAIR = N_(
    "Terlalu banyak pesan ke warga ini dalam waktu singkat. Tunggu sebentar, lalu gabungkan kabar Anda dalam satu pesan."
)
_QUALITY = N_(
    "Platform membatasi nomor layanan ini karena banyak pesannya dilaporkan atau diblokir. Beri tahu admin; balas hanya yang perlu."
)
_RESTRAINED = N_(
    "WhatsApp menahan pesan ini supaya warga tidak menerima terlalu banyak pesan. Coba lagi besok, atau telepon warga."
)
_UNWANTED = N_("Warga berhenti menerima pesan seperti ini. Jangan kirim lagi; tunggu warga menulis.")
_CLOSED = N_(
    "Sudah lebih dari 24 jam sejak warga terakhir menulis, jadi pesan biasa ditolak. Kirim salah satu templat, atau telepon warga."
)
_NOBODY = N_(
    "Nomor ini tidak dapat menerima pesan WhatsApp: tidak terdaftar, versinya lama, atau memblokir kita. Hubungi warga lewat kanal lain."
)
_BLOCKED = N_("Warga memblokir nomor atau bot layanan ini. Hubungi lewat kanal lain kalau perkaranya penting.")
_TRIAL = N_("WhatsApp tidak mengantar pesan ini karena uji coba dari Meta. Hubungi warga lewat kanal lain.")
_COUNTRY = N_("WhatsApp tidak mengantar pesan bisnis ke negara nomor ini. Hubungi warga lewat kanal lain.")
_OURS = N_(
    "Platform tidak menerima bentuk pesan ini; warga tidak menerimanya. Tulis ulang dengan kata sederhana, dan laporkan kepada admin."
)
_SELF = N_("Nomor tujuan sama dengan nomor layanan. Periksa nomor warga.")
_TESTERS = N_("Nomor layanan ini masih nomor uji dan hanya boleh menulis ke penguji. Beri tahu admin.")
_KIND = N_("WhatsApp tidak menerima jenis pesan ini. Kirim sebagai teks, foto atau PDF.")
_FETCHED = N_("Berkas dari warga tidak dapat diambil dari WhatsApp. Minta warga mengirim ulang.")
_UPLOAD = N_("Berkas tidak dapat diunggah ke platform. Perkecil atau simpan sebagai JPEG atau PDF, lalu kirim lagi.")
_ACCOUNT = N_(
    "Akun layanan di platform sedang dibatasi atau belum lengkap. Beri tahu admin; pesan dicoba lagi setelah dibereskan."
)
_PAYMENT = N_("Pembayaran akun WhatsApp bermasalah, jadi pesan tertahan. Beri tahu admin.")
_TEMPLATE = N_(
    "Templat ini tidak cocok dengan yang disetujui WhatsApp. Pilih templat lain, dan laporkan kepada pemimpin regu."
)
_TEMPLATE_OFF = N_("Templat ini dihentikan oleh WhatsApp. Pilih templat lain, dan laporkan kepada pemimpin regu.")
_TEMPLATE_LONG = N_("Isi templat terlalu panjang setelah diisi. Pendekkan isiannya, lalu kirim lagi.")
_UNBEGUN = N_(
    "Warga belum pernah menekan Mulai di bot ini, jadi kita tidak boleh menulis lebih dulu. Hubungi lewat kanal lain."
)
_WHATSAPP: tuple[tuple[Iterable[int], str], ...] = (
    ((0, 3, 10, 190, *range(200, 300), 131005), _ACCESS),
    ((1, 2, 131000, 131016, 132069, 133004), _LATER),
    ((4, 613, 80007, 80008, 130429, 133016, 131057), _BUSY),
    ((131056,), _PAIR),
    ((131048,), _QUALITY),
    ((131049,), _RESTRAINED),
    ((131050,), _UNWANTED),
    ((131047,), _CLOSED),
    ((131026,), _NOBODY),
    ((130403,), _BLOCKED),
    ((130472,), _TRIAL),
    ((130497,), _COUNTRY),
    ((33, 100, 131008, 131009, 131062, 131063, 131064, 135000), _OURS),
    ((131021,), _SELF),
    ((131030,), _TESTERS),
    ((131051, 131060), _KIND),
    ((131052,), _FETCHED),
    ((131053,), _UPLOAD),
    ((368, 131031, 131037, 131045, 133005, 133006, 133008, 133009, 133010), _ACCOUNT),
    ((131042,), _PAYMENT),
    ((132000, 132001, 132007, 132008, 132012, 132018, 132068), _TEMPLATE),
    ((132015, 132016), _TEMPLATE_OFF),
    ((132005,), _TEMPLATE_LONG),
)
WHATSAPP = {code: words for codes, words in _WHATSAPP for code in codes}
TELEGRAM = (
    ("bot was blocked", _BLOCKED),
    ("user is deactivated", N_("Akun Telegram warga ini sudah dihapus. Hubungi lewat kanal lain.")),
    ("can't initiate conversation", _UNBEGUN),
    ("kicked", N_("Bot dikeluarkan dari obrolan ini. Hubungi warga lewat kanal lain.")),
    ("forbidden", N_("Telegram tidak mengizinkan kita menulis ke obrolan ini. Hubungi warga lewat kanal lain.")),
    ("message thread not found", N_("Topik di grup ini sudah tidak ada atau ditutup. Beri tahu admin.")),
    ("topic_closed", N_("Topik di grup ini sudah tidak ada atau ditutup. Beri tahu admin.")),
    ("chat not found", N_("Obrolan Telegram ini sudah tidak ada. Hubungi warga lewat kanal lain.")),
    ("peer_id_invalid", N_("Obrolan Telegram ini sudah tidak ada. Hubungi warga lewat kanal lain.")),
    ("user not found", N_("Obrolan Telegram ini sudah tidak ada. Hubungi warga lewat kanal lain.")),
    ("deactivated", N_("Akun Telegram warga ini sudah dihapus. Hubungi lewat kanal lain.")),
    ("supergroup", N_("Grup ini sudah pindah alamat. Kirim ulang pesannya.")),
    ("too many requests", _BUSY),
    ("unauthorized", _ACCESS),
    ("conflict", N_("Ada server lain yang memakai bot yang sama. Beri tahu admin.")),
    ("entity too large", N_("Berkas terlalu besar untuk Telegram. Perkecil dulu, lalu kirim lagi.")),
    ("file is too big", N_("Berkas terlalu besar untuk Telegram. Perkecil dulu, lalu kirim lagi.")),
    ("wrong file", _UPLOAD),
    ("failed to get http url content", _UPLOAD),
    ("message is too long", N_("Pesan terlalu panjang untuk Telegram. Bagi menjadi beberapa pesan.")),
    ("message text is empty", N_("Pesannya kosong. Tulis dulu isinya.")),
    ("message can't be edited", N_("Pesan ini sudah tidak dapat diubah. Kirim ralat sebagai pesan baru.")),
    ("message to edit not found", N_("Pesan ini sudah dihapus, jadi tidak dapat diubah. Kirim ralat sebagai pesan baru.")),
    ("message to be replied not found", N_("Pesan yang Anda jawab sudah dihapus warga. Kirim sebagai pesan biasa.")),
    ("reaction_invalid", N_("Telegram tidak mengenal reaksi ini. Pilih yang lain, atau tulis balasan.")),
    ("internal server error", _LATER),
    ("bad gateway", _LATER),
    ("gateway timeout", _LATER),
    ("not found", _ACCESS),
    ("bad request", _OURS),
)  # fmt: skip
"""By words of the description; the first row that fits, so the special ones stand before the general ones."""
_CODE = re.compile(r"\((\d{1,7})\)$")


def meaning(account: str, error: str) -> str:
    """The error of a message that went out over this account (`whatsapp:…`), in words that help; '' for one that we cannot put better."""
    channel = account.partition(":")[0]
    if channel == "telegram":
        said = error.lower()
        return next((words for part, words in TELEGRAM if part in said), "")
    found = _CODE.search(error) if channel == "whatsapp" else None
    return WHATSAPP.get(int(found[1]), "") if found else ""
