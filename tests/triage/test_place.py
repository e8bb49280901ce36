"""Places in messages, form by form; texts without any place; questions, answers and shared locations."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError, NotFound
from bot.triage.anchors import ANCHORS
from bot.triage.place import Gazetteer, Place, Places

ORDINARY = [line for line in Path(__file__).with_name("ordinary.txt").read_text("utf-8").splitlines() if line]


@pytest.fixture(scope="module")
def west() -> Gazetteer:
    return Gazetteer.load()


def shown(places: Places) -> list[str]:
    return [place.shown for place in places.candidates]


BANDUNG = ["Kab. Bandung", "Kota Bandung"]
ONE = [
    # official, abbreviated, Sundanese
    ("desa Cikaso kec Kramatmulya kab Kuningan", "Desa Cikaso, Kec. Kramatmulya, Kab. Kuningan"),
    ("Ds. Cikaso, Kec. Kramatmulya, Kab. Kuningan, Jawa Barat 45553", "Desa Cikaso, Kec. Kramatmulya, Kab. Kuningan"),
    ("ds.cibodas kec.lembang", "Desa Cibodas, Kec. Lembang, Kab. Bandung Barat"),
    ("désa Cikaso kacamatan Kramatmulya kabupatén Kuningan", "Desa Cikaso, Kec. Kramatmulya, Kab. Kuningan"),
    ("kp. Babakan rt 2 rw 5 ds Cikaso kec Kramatmulya kng", "Desa Cikaso, Kec. Kramatmulya, Kab. Kuningan"),
    ("kel. Antapani Kidul, Bandung", "Kel. Antapani Kidul, Kec. Antapani, Kota Bandung"),
    ("banjir di cibodas lembang pak", "Desa Cibodas, Kec. Lembang, Kab. Bandung Barat"),
    ("kec. Soreang", "Kec. Soreang, Kab. Bandung"),
    ("di kecamatan dayeuh kolot", "Kec. Dayeuhkolot, Kab. Bandung"),
    ("kec ciawi kab tasik", "Kec. Ciawi, Kab. Tasikmalaya"),
    ("bekasi timur", "Kec. Bekasi Timur, Kota Bekasi"),
    ("kecamatan garut kota", "Kec. Garut Kota, Kab. Garut"),
    ("cikarang sel. bekasi", "Kec. Cikarang Selatan, Kab. Bekasi"),
    # twins, and the word that tells them apart, before or behind
    ("kota bandung", "Kota Bandung"),
    ("kab. bandung", "Kab. Bandung"),
    ("Bandung kota", "Kota Bandung"),
    ("bogor kab.", "Kab. Bogor"),
    ("kabupaten bandung barat", "Kab. Bandung Barat"),
    ("bdg barat", "Kab. Bandung Barat"),
    ("kbb", "Kab. Bandung Barat"),
    ("kota garut", "Kab. Garut"),
    ("kota banjar", "Kota Banjar"),
    # lost spaces and slips
    ("kecsoreang", "Kec. Soreang, Kab. Bandung"),
    ("dicibiru banjir", "Kec. Cibiru, Kota Bandung"),
    ("desa cikas kec kramatmuya kab kuninga", "Desa Cikaso, Kec. Kramatmulya, Kab. Kuningan"),
    ("kecmatan soreng", "Kec. Soreang, Kab. Bandung"),
    ("bandng kota", "Kota Bandung"),
    ("kec cibeunying kidull kota bandung", "Kec. Cibeunying Kidul, Kota Bandung"),
    ("desa girimekar kec cibinong", "Kel. Cirimekar, Kec. Cibinong, Kab. Bogor"),
    # a street and a place of another province do not carry the day
    ("jalan Cibaduyut rusak", "Kel. Cibaduyut, Kec. Bojongloa Kidul, Kota Bandung"),
    ("ktp medan, tinggal di kota cimahi", "Kota Cimahi"),
    # words of daily talk need a hint
    ("desa Tengah kecamatan Cibinong", "Kel. Tengah, Kec. Cibinong, Kab. Bogor"),
    ("desa Cinta, Karangtengah, Garut", "Desa Cinta, Kec. Karangtengah, Kab. Garut"),
    ("warga jabar", "Jawa Barat"),
]


@pytest.mark.parametrize(("text", "expected"), ONE)
def test_one_place(west: Gazetteer, text: str, expected: str) -> None:
    found = west.find(text)
    assert found.unique is not None
    assert (found.unique.shown, found.elsewhere) == (expected, "")


SHORT = {
    "bdg": "Bandung", "tsm": "Tasikmalaya", "tasik": "Tasikmalaya", "smi": "Sukabumi", "crb": "Cirebon", "bks": "Bekasi", "krw": "Karawang",
    "pwk": "Purwakarta", "kng": "Kuningan", "mjl": "Majalengka", "cmh": "Cimahi", "gt": "Garut", "smd": "Sumedang", "sbg": "Subang",
    "imy": "Indramayu", "cjr": "Cianjur", "bgr": "Bogor", "cms": "Ciamis", "dermayu": "Indramayu", "kerawang": "Karawang",
}  # fmt: skip


@pytest.mark.parametrize(("short", "name"), SHORT.items())
def test_short_forms_are_regencies(west: Gazetteer, short: str, name: str) -> None:
    found = west.find(f"angkot ti {short} teu aya")
    assert {place.regency.partition(" ")[2] for place in found.candidates} == {name}


SEVERAL = [
    ("Bandung", BANDUNG),
    ("macet di bdg", BANDUNG),
    ("Jl. Surabaya, Bandung", BANDUNG),
    ("lembur kuring di Cikaso", ["Desa Cikaso, Kec. Banjaranyar, Kab. Ciamis", "Desa Cikaso, Kec. Kramatmulya, Kab. Kuningan"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SEVERAL)
def test_several_places(west: Gazetteer, text: str, expected: list[str]) -> None:
    found = west.find(text)
    assert (shown(found), found.unique, found.elsewhere) == (expected, None, "")


ELSEWHERE = [
    ("saya di Surabaya", "Surabaya"),
    ("banjir di semarang jawa tengah", "Semarang"),
    ("jalan rusak di kota malang", "Malang"),
    ("abdi di jakarta ayeuna", "Jakarta"),
    ("kerja di taiwan", "Taiwan"),
    ("desa Sukamaju, Surabaya", "Surabaya"),
    ("Banjar Kalimantan Selatan", "Kalimantan Selatan"),
    ("serang banten", "Serang"),
    ("tangerang selatan", "Tangerang Selatan"),
    ("sby", "Surabaya"),
    ("malang nian nasib saya", ""),
    ("Jl. Surabaya no 5 Bandung", ""),
    ("saya mau ke jakarta dari bekasi", ""),
    ("desa Surabaya kec Limbangan garut", ""),
    ("di banjar", ""),
    ("macet di badung", ""),
]


@pytest.mark.parametrize(("text", "name"), ELSEWHERE)
def test_elsewhere(west: Gazetteer, text: str, name: str) -> None:
    found = west.find(text)
    assert found.elsewhere == name
    assert not (name and found.candidates)


@pytest.mark.parametrize(
    "text",
    [
        "gt aja min",
        "sbg warga saya kecewa",
        "di tengah jalan",
        "daftar ke tetangga",
        "gang kenanga 3",
        "desa saya",
        "",
        "🙏",
        "12345",
        ",,,",
    ],
)
def test_no_place(west: Gazetteer, text: str) -> None:
    assert west.find(text) == Places()


def test_ordinary_texts_name_no_place(west: Gazetteer) -> None:
    assert len(ORDINARY) >= 300
    taken = [text for text in ORDINARY if west.find(text).candidates or west.find(text).elsewhere]
    assert len(taken) <= 0.03 * len(ORDINARY), taken


def test_words_are_the_names(west: Gazetteer) -> None:
    found = west.find("banjir di desa Cikaso, Kuningan, bukan di Surabaya")
    assert found.words == {"cikaso", "kuningan", "surabaya"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pasar kosambi", []),
        ("dekat pasar kosambi", []),
        ("puskesmas garuda", []),
        ("pasar kosambi bandung", BANDUNG),
        ("alun-alun garut", ["Kab. Garut"]),
        ("terminal cicaheum", ["Kel. Cicaheum, Kec. Kiaracondong, Kota Bandung"]),
        ("rsud soreang", ["Kec. Soreang, Kab. Bandung", "Desa Soreang, Kec. Soreang, Kab. Bandung"]),
        ("kantor kecamatan cileunyi", ["Kec. Cileunyi, Kab. Bandung"]),
        ("kantor desa mekarsari kecamatan cimaung", ["Desa Mekarsari, Kec. Cimaung, Kab. Bandung"]),
        ("pasar, desa kosambi", ["Desa Kosambi, Kec. Cipunagara, Kab. Subang"]),
        ("situ", ["Kel. Situ, Kec. Sumedang Utara, Kab. Sumedang", "Desa Situ, Kec. Pondoksalam, Kab. Purwakarta"]),
        ("sd negeri 2, lembang", ["Kec. Lembang, Kab. Bandung Barat", "Desa Lembang, Kec. Lembang, Kab. Bandung Barat",
                                  "Desa Lembang, Kec. Leles, Kab. Garut"]),
    ],
)  # fmt: skip
def test_a_landmark_is_no_village_of_that_name(west: Gazetteer, text: str, expected: list[str]) -> None:
    assert shown(west.find(text, asked=True)) == expected


def test_asked_reads_the_answer_as_a_name(west: Gazetteer) -> None:
    assert west.find("rahayu").candidates == ()
    assert {place.name for place in west.find("rahayu", asked=True).candidates} == {"Rahayu"}
    assert "Kel. Cibaduyut, Kec. Bojongloa Kidul, Kota Bandung" in shown(west.find("cibadyut", asked=True))
    assert west.find("teu terang", asked=True).candidates == ()


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(max_size=80)
    | st.lists(
        st.sampled_from("kec desa kota Bandung cibodas di bdg , kab x sel gn lembur raya 5".split()), max_size=9
    ).map(" ".join)
)
def test_nothing_raises(west: Gazetteer, text: str) -> None:
    for asked in (False, True):
        found = west.find(text, asked)
        assert len(found.candidates) <= 50
        if found.candidates:
            level, names = west.question(found.candidates)
            assert level in ("district", "regency")
            assert len(set(names)) == len(names)
            west.narrow(found.candidates, text)


NARROW = [
    ("desa Mekarsari", "garut", "Garut"),
    ("desa Mekarsari", "kab. garut atuh", "Garut"),
    ("desa Mekarsari", "Kabupaten Grut", "Garut"),
]


@pytest.mark.parametrize(("text", "answer", "regency"), NARROW)
def test_an_answer_narrows(west: Gazetteer, text: str, answer: str, regency: str) -> None:
    before = west.find(text).candidates
    after = west.narrow(before, answer).candidates
    assert {place.regency for place in after} == {f"Kabupaten {regency}"}
    assert len(before) == 44
    assert 1 < len(after) < 44


def test_questions_lead_to_one_place(west: Gazetteer) -> None:
    found = west.find("desa Mekarsari").candidates
    level, names = west.question(found)
    assert (level, len(names) > 10) == ("regency", True)
    found = west.narrow(found, str(names.index("Kabupaten Garut") + 1)).candidates
    level, names = west.question(found)
    assert (level, names) == ("district", tuple(place.district for place in found))
    for answer in (names[1], f"kec {names[1].lower()}", "2", "2."):
        unique = west.narrow(found, answer).unique
        assert unique is not None
        assert (unique.district, unique.name) == (names[1], "Mekarsari")


def test_an_answer_tells_the_twins_apart(west: Gazetteer) -> None:
    twins = west.find("bandung").candidates
    assert west.question(twins) == ("regency", ("Kabupaten Bandung", "Kota Bandung"))
    for answer, expected in (
        ("kota", "Kota Bandung"),
        ("kab", "Kab. Bandung"),
        ("2", "Kota Bandung"),
        ("Kota Bandung", "Kota Bandung"),
    ):
        assert shown(west.narrow(twins, answer)) == [expected]


def test_an_answer_may_name_another_place_or_none(west: Gazetteer) -> None:
    twins = west.find("bandung").candidates
    assert shown(west.narrow(twins, "kec. Jatinangor")) == ["Kec. Jatinangor, Kab. Sumedang"]
    assert west.narrow(twins, "di Surabaya").elsewhere == "Surabaya"
    assert west.narrow(twins, "teu terang").candidates == twins
    assert west.narrow(twins, "9").candidates == twins


NEAR = [
    (-6.9147, 107.6098, "Kota Bandung"),
    (-6.5950, 106.8060, "Kota Bogor"),
    (-7.0300, 107.5200, "Kab. Bandung"),
    (-7.2150, 107.9050, "Kab. Garut"),
    (-6.3270, 108.3220, "Kab. Indramayu"),
    (-7.6900, 108.6500, "Kab. Pangandaran"),
    (-6.1754, 106.8272, None),  # Jakarta
    (-7.2575, 112.7521, None),  # Surabaya
    (-9.5, 106.0, None),  # at sea
    (0.0, 0.0, None),
]


@pytest.mark.parametrize(("latitude", "longitude", "expected"), NEAR)
def test_near(west: Gazetteer, latitude: float, longitude: float, expected: str | None) -> None:
    place = west.near(latitude, longitude)
    assert (place and place.shown) == expected


def test_every_regency_has_towns_and_knows_them(west: Gazetteer) -> None:
    assert {code for code in west.codes if len(code) == 5} == ANCHORS.keys() - {""}
    for code, towns in ANCHORS.items():
        for town in towns:
            place = west.near(*town)
            assert (place.code if place else "") == code


def test_the_whole_province_is_there(west: Gazetteer) -> None:
    counts = {size: sum(len(code) == size for code in west.codes) for size in (5, 8, 13)}
    assert counts == {5: 27, 8: 627, 13: 5957}
    assert west.regency_of("32.73.07.1004") == Place("32.73", "regency", "Kota Bandung", "", "Kota Bandung")
    assert {place.level for place in map(west.place, west.codes)} == {"village", "district", "regency", "province"}
    with pytest.raises(NotFound, match=r"99\.99"):
        west.regency_of("99.99.01")


def test_another_province_is_a_matter_of_its_code() -> None:
    central = Gazetteer.load(provinces=("33",))
    found = central.find("banjir di kec Ungaran Barat kab semarang")
    assert shown(found) == ["Kec. Ungaran Barat, Kab. Semarang"]
    assert central.find("saya di kota cirebon jawa barat").elsewhere == "Cirebon"
    assert central.find("warga jateng").unique is not None
    assert central.near(-6.9147, 107.6098) is None
    with pytest.raises(ConfigError, match="'3x'"):
        Gazetteer.load(provinces=("3x",))
