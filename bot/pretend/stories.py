"""What invented citizens report and say, in Indonesian and Sundanese. Written for this purpose; nobody's message."""

from collections.abc import Mapping, Sequence

from bot.record import record


@record
class Story:
    """One matter: what is reported, and how an agency would answer."""

    topic: str
    id: Sequence[str]
    su: Sequence[str]
    note: str = "Sudah diperiksa di lapangan dan dibereskan."
    """An agency's "done"."""
    weight: int = 2
    """How often it comes."""

    def told(self, language: str) -> Sequence[str]:
        return self.su if language == "su" else self.id


STORIES = (
    Story(
        "jalan",
        ("Jalan di depan SD berlubang sejak dua bulan, pelek motor saya sampai penyok",
         "Jembatan kayu ke kebun sudah lapuk, papannya lepas tiga",
         "Aspal baru sebulan sudah mengelupas, batunya kena kaca mobil"),
        ("Jalan payuneun sakola paranbarolong ti kapungkur",
         "Sasak ka dusun tos reyod, upami hujan teu tiasa dilangkungan"),
        "Lubang ditambal, jalan dibuka lagi.", 5,
    ),
    Story(
        "pju",
        ("Lampu jalan mati dari pertigaan sampai masjid, sudah seminggu gelap", "Tiang lampu jalan miring setelah hujan angin"),
        ("Lampu jalan pareum ti saptu kamari, wengi poék pisan",),
        "Tiga lampu diganti.", 4,
    ),
    Story(
        "sampah",
        ("Sampah di TPS tidak diangkut sudah sepuluh hari, baunya sampai ke rumah", "Tiap sore ada yang membakar sampah plastik di belakang rumah"),
        ("Runtah di pengkolan teu diangkut tos lami, bau sareng seueur laleur",),
        "Sampah diangkut dan jadwal truk ditambah.", 4,
    ),
    Story(
        "air",
        ("Air PDAM mati dua hari, keluarnya cuma malam dan keruh", "Pipa bocor di pinggir jalan, airnya terbuang terus"),
        ("Cai PDAM teu ngocor ti kamari, upami ngocor ogé kiruh",),
        "Pipa diperbaiki, air mengalir lagi.", 3,
    ),
    Story(
        "bansos",
        ("Ibu saya lansia belum menerima bantuan sejak awal tahun, tetangga sudah", "Nama saya dicoret dari data padahal masih menganggur"),
        ("Pun biang tos sepuh teu acan nampi bantosan, padahal parantos didata",),
        "Data diperbarui, bantuan masuk tahap berikutnya.", 4,
    ),
    Story(
        "adminduk",
        ("KTP anak saya sudah enam bulan belum jadi, bolak-balik disuruh menunggu", "Akta kelahiran salah satu huruf, mau dibetulkan lewat mana"),
        ("KTP pun anak teu acan réngsé ti sasih kapungkur, kumaha carana?",),
        "KTP sudah dicetak, silakan diambil.", 3,
    ),
    Story(
        "kesehatan",
        ("Puskesmas tutup jam sepuluh padahal antrean masih panjang", "Obat hipertensi kosong tiga minggu di puskesmas"),
        ("Antrian di puskesmas lami pisan, loketna ngan hiji",),
        "Loket ditambah satu dan stok obat dipenuhi.", 3,
    ),
    Story(
        "pendidikan",
        ("Atap ruang kelas bocor, anak-anak belajar di teras", "Diminta bayar seragam mahal di sekolah negeri, apakah wajib?"),
        ("Hateup sakola bocor, upami hujan barudak teu tiasa diajar",),
        "Sekolah ditegur dan pungutan dihentikan.", 2,
    ),
    Story(
        "transportasi",
        ("Angkot ngetem di tengah pertigaan, macet tiap pagi", "Parkir liar menutup trotoar depan pasar"),
        ("Angkot sok ngetém di tengah jalan, macét unggal énjing",),
        "Petugas ditempatkan setiap pagi.", 2,
    ),
    Story(
        "pangan",
        ("Gas tiga kilo langka, di pangkalan selalu habis", "Harga beras di pasar naik terus minggu ini"),
        ("Gas melon hésé dipilarian, di warung tos béak",),
        "Pasokan ditambah, pangkalan diawasi.", 2,
    ),
    Story(
        "pungli",
        ("Diminta uang seratus ribu untuk surat pengantar, tanpa kuitansi",),
        ("Ngadamel surat disuhunkeun artos, teu aya kuitansina",),
        "Petugas yang bersangkutan diperiksa.", 1,
    ),
    Story(
        "ketenagakerjaan",
        ("Upah dua bulan belum dibayar, pabrik bilang menunggu pesanan",),
        ("Gajih tos dua sasih teu acan dibayar ku pabrik",),
        "Mediasi dijadwalkan, upah dibayar bertahap.", 1,
    ),
    Story(
        "pertanian",
        ("Pupuk bersubsidi belum datang padahal sudah masa tanam",),
        ("Pupuk subsidi teu acan dugi, parantos kedah tandur",),
        "Pupuk dikirim ke kelompok tani.", 1,
    ),
    Story(
        "ketertiban",
        ("Warung di ujung jalan menyetel musik keras sampai lewat tengah malam",),
        ("Aya nu nyetél musik tarik dugi ka tengah wengi, teu tiasa saré",),
        "Pemilik warung ditegur.", 1,
    ),
)  # fmt: skip

CRIES: Mapping[str, tuple[str, ...]] = {
    "id": (
        "tolong, ada kebakaran di rumah tetangga, api sudah besar",
        "rumah kami kebanjiran, ada nenek terjebak di dalam",
    ),
    "su": ("tulung, aya kahuruan di bumi tatangga", "imah kakeueum caah, aya nini-nini kajebak di lebet"),
}
"""Somebody may be in danger: what calls an officer at once."""

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "id": ("Iya Bu, masih begitu sampai sekarang.", "Baik, saya tunggu kabarnya.", "Patokannya dekat masjid, Pak.", "Terima kasih sudah dibalas."),
    "su": ("Muhun, dugi ka ayeuna masih kitu.", "Mangga, diantos wartosna.", "Caket masjid, Pa.", "Hatur nuhun parantos diwaler."),
}  # fmt: skip
"""What they write back to an officer, or to a question of an agency."""

COMMENTS: Mapping[str, tuple[str, ...]] = {
    "id": ("Cepat dan ramah.", "Terima kasih, sudah beres.", "Lama menunggu, tapi dijawab.", "Semoga tidak terulang."),
    "su": ("Hatur nuhun, gancang diwalerna.", "Saé, mung rada lami ngantosan.", "Tos réngsé, nuhun."),
}

OPENINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("Assalamualaikum", "selamat pagi", "halo min", "mau lapor"),
    "su": ("sampurasun", "assalamualaikum", "punten, badé ngalapor"),
}

OFFICER_SAYS: Mapping[str, tuple[str, ...]] = {
    "id": ("Terima kasih laporannya. Apakah keadaannya masih sama hari ini?", "Baik, saya bantu. Boleh sebutkan patokan terdekatnya?",
           "Laporan Bapa/Ibu sedang saya teruskan ke dinas terkait."),
    "su": ("Hatur nuhun laporanana. Naha kaayaanana masih sami dinten ieu?", "Mangga, ku abdi dibantos. Dupi patokan nu pangcaketna naon?",
           "Laporanana nuju diteraskeun ka dinas nu patali."),
}  # fmt: skip
OFFICER_ENDS: Mapping[str, tuple[str, ...]] = {
    "id": ("Sudah kami sampaikan dan ditindaklanjuti. Ada lagi yang bisa dibantu?", "Terima kasih sudah menunggu. Laporannya kami tutup, ya."),
    "su": ("Parantos ditepikeun sareng ditindaklanjutan. Aya deui nu tiasa dibantos?", "Hatur nuhun parantos ngantosan. Laporanana ditutup nya."),
}  # fmt: skip
QUESTIONS = ("Boleh tahu RT dan RW-nya?", "Sejak kapan kejadiannya?", "Apakah ada nomor rumah atau patokan?")
REASONS = ("Ini wewenang pemerintah kabupaten.", "Lokasinya di jalan desa, bukan jalan provinsi.")
REFUSED = (
    "Laporan ini berisi iklan, bukan aduan.",
    "Hal ini sedang diperiksa pengadilan, jadi tidak dapat kami proses.",
)
NOTES = ("Sudah ditelepon, warga menunggu kabar dinas.", "Mirip laporan minggu lalu, cek sebelum diteruskan.")
