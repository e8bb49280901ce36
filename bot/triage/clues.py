"""The words around names of places, in both languages: what they say of the name, short forms, and what only looks like one."""

import re

VILLAGE, DISTRICT, REGENCY, CITY, ANY = "village", "district", "regency", "city", "any"
LEVELS = {13: VILLAGE, 8: DISTRICT, 5: REGENCY, 2: "province"}
"""Length of a code -> its level."""
HINTS = {
    VILLAGE: "desa ds dsa dsea deas deesa desaa dessa desanya kel keluarahan kelurahan kelurhan klurahan kalurahan kelurahaan kelrahan",
    DISTRICT: "kec kecamatan kacamatan kecmatan kecamtan kecamaten kecamatn kcamatan kecmatn kecamatannya kcmtn keccamatan kecematan",
    REGENCY: "kab kabupaten kabupten kabupaen kabupatn kabuapten kabpaten kabupatennya",
    CITY: "kota kodya kotamadya",
    ANY: "lembur provinsi prov propinsi tinggal domisili alamat alamatna alamatnya asal asli cicing matuh lokasi lokasina lokasinya posisi",
}
HINT = {word: level for level, words in HINTS.items() for word in words.split()}
CUE = frozenset(
    "di ka ke ti dari dr daerah wilayah arah alamat alamatna alamatnya sekitar dekat deket caket kawasan asal asli warga urang domisili "
    "lokasi lokasina lokasinya tinggal cicing matuh posisi bumi".split()
)
FROM = frozenset("ti dari dr asal asli".split())
"""Behind "saya" or "abdi" they say where one lives."""
STREET = frozenset(
    "jl jln jalan jalanan gg gang komplek kompleks perum perumahan kp kampung kmp dusun dsn cluster griya pt cv toko".split()
)
"""What follows is a street, a hamlet or a firm: it is often called after a place that lies elsewhere."""
LANDMARK = frozenset(
    "pasar alun alunalun terminal stasiun setasiun halte masjid mesjid musola mushola gereja pura vihara rs rsud rsia rsu puskesmas "
    "pustu posyandu klinik sd sdn smp smpn sma sman smk smkn mts man tk paud pesantren ponpes kampus polsek polres koramil kantor "
    "jembatan sasak simpang simpangan perempatan parapatan pertigaan bunderan bundaran situ setu waduk curug taman stadion gor mall "
    "mal plaza hotel pom spbu indomaret alfamart pabrik tol gerbang lapang lapangan makam tpu tugu monumen warung".split()
)
"""What follows is a spot. It is called after where it stands ("Stasiun Padalarang"), or after a plant or a day ("Pasar Kosambi"):
a small place of that name elsewhere is not meant."""
TITLE = frozenset(
    "pak pa bapak bpk bu ibu kang teh ceu neng mang ustad ustadz haji hj nama saudara sdr om tante dede bang".split()
)
FILL = frozenset(
    "saya sy kami kita kuring abdi urang teh mah na nya nu namina namanya bernama anu yaitu nyaeta raya".split()
)
"""Words that may stand between a hint and its name."""
SHORTS = {
    "bdg": "bandung", "bndg": "bandung", "tsm": "tasikmalaya", "tasik": "tasikmalaya", "smi": "sukabumi", "skbm": "sukabumi",
    "crb": "cirebon", "crbn": "cirebon", "cbn": "cirebon", "bks": "bekasi", "bksi": "bekasi", "bgr": "bogor", "krw": "karawang",
    "pwk": "purwakarta", "kng": "kuningan", "mjl": "majalengka", "mjlk": "majalengka", "cmh": "cimahi", "cmi": "cimahi",
    "gt": "garut", "grt": "garut", "smd": "sumedang", "smdg": "sumedang", "sbg": "subang", "imy": "indramayu", "cjr": "cianjur",
    "ckp": "cikampek", "dpk": "depok", "cms": "ciamis", "pnd": "pangandaran", "bjr": "banjar", "lbg": "lembang", "sby": "surabaya",
    "smg": "semarang", "jgj": "jogja", "plb": "palembang", "ckr": "cikarang",
}  # fmt: skip
"""Short forms -> name. Some are words of chat too ("sbg" = sebagai, "gt" = gitu): they need a cue or a neighbour."""
GLUED = ("kecamatan", "desa", "kota", "kec", "kab", "kel", "ds", "di", "ka", "ke", "ti")
"""Hints and cues that get stuck to the name behind them ("kecsoreang", "dicibiru")."""
GLUE = frozenset(prefix[:2] for prefix in GLUED)
SURE = frozenset("bdg bndg tasik sby smg crbn mjlk smdg bksi".split())
"""Short forms that are nothing else."""
PARTS = {
    "sel": "selatan", "utr": "utara", "tmr": "timur", "tim": "timur", "brt": "barat", "bar": "barat", "tgh": "tengah", "kdl": "kidul",
    "klr": "kaler", "gn": "gunung", "gng": "gunung", "bj": "bojong", "bjg": "bojong", "tj": "tanjung", "tjg": "tanjung", "krg": "karang",
}  # fmt: skip
"""Short forms inside a name of several words ("Cikarang Sel")."""
SHY_OUTSIDE = frozenset("malang tegal kediri kendal serang padang".split())
"""Cities outside that are words as well: a place after "di" or "dari"."""
MARKS = frozenset((*HINT, *CUE, *STREET, *LANDMARK, *SHORTS, *PARTS))
"""Words that change how the next one is read."""
NOT_NAMES = re.compile(r"(?:nya|kan|keun|kah|lah|ku|mu)$|^(?:meng|mem|ber|ter|peng|pem|di|nga)")
"""Forms of words that no misspelt name is sought in."""
CLITICS = re.compile(r"(?:nya|keun|kah)$")
"""The same behind a hint, where more is a name: "kec. Prakan"."""
NOUNS = re.compile(r"^(?:p[ae]|k[ae])[a-z]+an(?:na|a)?$")
"""Nouns made of other words, in both languages, lie close to many names: "pembayaran" to Pebayuran."""
