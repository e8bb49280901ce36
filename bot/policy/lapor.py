"""The classes of SP4N-LAPOR! (PermenPANRB 62/2018), the national complaint service: what is not ours is forwarded there."""

CLASSES = {
    "pengaduan": "Pengaduan",
    "aspirasi": "Aspirasi",
    "permintaan_informasi": "Permintaan informasi",
    "wbs": "Pelaporan pelanggaran (WBS)",
}


def suggest(confidential: bool) -> str:
    """What is told in confidence about officials goes the way of whistle-blowers; everything else is a complaint until somebody says so."""
    return "wbs" if confidential else "pengaduan"
