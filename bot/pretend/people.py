"""Names and places that an invented citizen may have. No person is meant; the places exist, so that they are understood."""

NAMES = (
    "Asep Contoh", "Euis Contoh", "Dadang Misalna", "Neneng Misalna", "Ujang Rekaan", "Iis Rekaan", "Cecep Contoh",
    "Yeti Misalna", "Agus Rekaan", "Rini Contoh", "Budi Misalna", "Sari Rekaan", "Wawan Contoh", "Tati Misalna",
    "Deden Rekaan", "Lilis Contoh", "Yayan Misalna", "Siti Rekaan", "Entin Contoh", "Rahmat Misalna", "Dewi Rekaan",
    "Jajang Contoh", "Mimin Misalna", "Hendra Rekaan", "Nunung Contoh", "Opik Misalna", "Ratna Rekaan", "Usep Contoh",
    "Wiwin Misalna", "Yudi Rekaan", "Ani Contoh", "Maman Misalna", "Eneng Rekaan", "Iwan Contoh", "Popon Misalna",
)  # fmt: skip
"""Second names that say "example" or "made up": nobody can be taken for a real person."""

PLACES = (
    "Kecamatan Cikajang, Garut", "Kecamatan Cibiru, Kota Bandung", "Kecamatan Cileunyi, Kabupaten Bandung",
    "Kecamatan Singaparna, Tasikmalaya", "Kecamatan Kuningan, Kuningan", "Kecamatan Majalaya, Kabupaten Bandung",
    "Kecamatan Coblong, Kota Bandung", "Kecamatan Cimanggis, Depok", "Kecamatan Palabuhanratu, Sukabumi",
    "Kecamatan Tambun Selatan, Bekasi", "Kecamatan Kadipaten, Majalengka", "Kecamatan Cisarua, Bogor",
    "Kecamatan Pangandaran, Pangandaran", "Kecamatan Kalijati, Subang", "Kecamatan Cugenang, Cianjur",
    "Kecamatan Rengasdengklok, Karawang", "Kecamatan Jatinangor, Sumedang", "Kecamatan Tarogong Kidul, Garut",
    "Kecamatan Indihiang, Kota Tasikmalaya", "Kecamatan Kesambi, Kota Cirebon", "Kecamatan Lohbener, Indramayu",
)  # fmt: skip

OFFICERS = (
    # login, name, role, languages
    ("demo-admin", "Nani Contoh", "admin", "id,su"),
    ("demo-pemimpin", "Tedi Contoh", "lead", "id,su"),
    ("demo-rina", "Rina Contoh", "officer", "id,su"),
    ("demo-andi", "Andi Contoh", "officer", "id"),
    ("demo-euis", "Euis Contoh", "officer", "id,su"),
    ("demo-fajar", "Fajar Contoh", "officer", "id"),
    ("demo-gina", "Gina Contoh", "officer", "id,su"),
    ("demo-hadi", "Hadi Contoh", "officer", "id,su"),
    ("demo-irma", "Irma Contoh", "officer", "id"),
    ("demo-dinas", "Loket Contoh", "agency", "id"),
)
AGENCY = "dbmpr"
"""Whose tickets the demo's officer with the role `agency` sees."""
