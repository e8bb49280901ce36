"""Which language a message is in. The sentences are our own: what citizens of West Java write, in every dress."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.triage import language as room
from bot.triage.language import BOUND, LIMIT, Lean, language, lean, remember, settled, words

INDONESIAN = (
    "jalan di depan rumah saya rusak parah; lampu jalan mati sejak minggu lalu; sampah belum diangkut dari kemarin; "
    "bagaimana cara membuat KTP yang hilang?; bantuan sosial saya belum cair; mohon dibantu ya pak; kapan air mengalir lagi; "
    "petugasnya tidak ramah; anak saya tidak diterima di sekolah; saya mau bicara dengan petugas; rumah kami kebanjiran; "
    "tolong segera diperbaiki; sudah tiga bulan tidak ada perubahan; kenapa laporan saya ditolak; berapa biaya balik nama; "
    "obatnya habis terus; siapa yang bertanggung jawab; jembatannya hampir roboh; warga resah karena banyak maling; "
    "gaji kami belum dibayar; terima kasih atas bantuannya; ada pohon tumbang menutup jalan; kami minta segera ditangani; "
    "datanya salah semua; saya tinggal di desa sebelah; mereka minta uang; tidak jadi; sudah selesai; belum ada kabar; "
    "orang itu memukuli istrinya; kambing saya mati mendadak; harga cabai melonjak; pupuknya susah didapat; siang tadi longsor"
).split("; ")
SUNDANESE = (
    "jalan payuneun bumi abdi ruksak parna; lampu jalan pareum ti minggu kamari; runtah can diangkut ti kamari; "
    "kumaha carana ngadamel KTP nu ical?; bantosan sosial abdi teu acan cair; nyuhunkeun dibantos nya pa; iraha cai ngocor deui; "
    "patugasna teu someah; budak kuring teu ditarima di sakola; abdi hoyong nyarios sareng patugas; imah urang sadaya kabanjiran; "
    "punten enggal dibenerkeun; geus tilu bulan teu aya parobahan; naha laporan kuring ditolak; sabaraha waragad balik ngaran; "
    "ubarna beak wae; saha nu tanggung jawab; sasakna rek rubuh; warga hariwang lantaran loba maling; "
    "gajih urang can dibayar; hatur nuhun kana bantosanana; aya tangkal rubuh nutupan jalan; abdi nyuhunkeun geura ditanganan; "
    "datana salah kabeh; abdi linggih di desa gigireun; maranehna menta duit; teu cios; parantos rengse; teu acan aya wartos; "
    "jalma eta neunggeulan pamajikanana; embe kuring paeh ngadadak; harga cabe naek pisan; pupukna hese meunangna; tadi beurang urug; "
    "barudak arulin di sisi walungan; imahna caralik di luhur; motorna leungit peuting tadi; abdi teh bade naros; kuring mah satuju; "
    "punten pisan kang abdi teu terang; naon syaratna; hayang nyaho jadwalna; cik atuh gancang; euweuh sora; ti iraha kitu"
).split("; ")
MIXED = (
    "saya mau lapor jalan di lembur abdi ruksak teu acan diperbaiki; abdi hoyong tanya kenapa bantuannya belum cair ka abdi; "
    "tolong dong ieu lampu mati geus lila tidak ada yang benerin; saya sudah lapor tapi can aya waleran ti patugas; "
    "kenapa sih naha laporan abdi tidak dibalas wae teh; aku udah nunggu ti isuk tapi teu aya petugas yang datang"
).split("; ")
OTHER = (
    "please help me, the road in front of my house is broken; where can I get the form for my child; "
    "the water has been dirty for two days and nobody came; dalane rusak kabeh ora ana sing ndandani; "
    "kula badhe nyuwun pirsa pripun carane ndamel KTP; bocahe lara wis telung dina durung waras; "
    "مرحبا كيف حالك; 你好,我需要帮助; Пожалуйста, помогите мне"
).split("; ")
NOTHING = (
    "",
    "   ",
    "12345",
    "3",
    "ok",
    "😀👍",
    "!!!",
    "08123456789",
    "Cibaduyut",
    "kec. Soreang",
    "RT 03 RW 05",
    "16.30",
    "@wargi",
    "https://a.id/x",
)
DATA = Path(str(room.__file__)).parent / "data"
SLANG = (Path(__file__).parent / "slang.txt").read_text("utf-8").splitlines()


def test_indonesian() -> None:
    assert [text for text in INDONESIAN if language(text) != "id"] == []


def test_sundanese() -> None:
    assert [text for text in SUNDANESE if language(text) != "su"] == []


def test_mixed_texts_are_never_taken_for_pure_indonesian_or_another_language() -> None:
    found = [language(text) for text in MIXED]
    assert found.count("mixed") >= 4, found
    assert not {"other", ""} & set(found)


def test_other_languages() -> None:
    assert [(text, language(text)) for text in OTHER if language(text) != "other"] == []


@pytest.mark.parametrize("text", NOTHING)
def test_no_evidence_is_said_to_be_none(text: str) -> None:
    assert language(text) == ""


def test_slang_and_place_names_are_not_sundanese() -> None:
    assert len(SLANG) > 300
    found = [language(text) for text in SLANG]
    assert found.count("su") <= 0.006 * len(SLANG)
    assert found.count("mixed") <= 0.01 * len(SLANG)
    assert not [text for text in SLANG if settled(remember(0.0, lean(text))) == "su"]


def test_forms_that_only_sundanese_makes() -> None:
    """Suffixes, prefixes and the plural infix, on words that no list has."""
    for word in ("dikomputerkeun", "hotelna", "pangmotretkeun", "baleuneurna", "garedena", "ngainpokeun"):
        assert lean(word).su > 1, word
    for word in ("mengomputerkan", "hotelnya", "pemotretannya", "keuangan", "seumuran", "memfotokopi"):
        assert lean(word).su <= 0, word


def test_accents_capitals_and_stretched_letters_change_nothing() -> None:
    assert language("ABDI HOYONG NAROS") == language("Abdi hoyong naros") == language("abdi hoyoooong naros") == "su"
    assert lean("énggal dibénérkeun").su == lean("enggal dibenerkeun").su > 0


def test_names_are_no_evidence() -> None:
    assert lean("dina tina", frozenset({"dina", "tina"})) == Lean(0.0, 0, 0, False)
    assert lean("laporan bu Kedah, rumahnya rusak", frozenset({"kedah"})).sure_su == 0


def test_a_conversation_settles_and_may_turn() -> None:
    memory = 0.0
    for text in ("punten abdi bade naros", "KTP abdi ical", "kumaha ngurusna"):
        memory = remember(memory, lean(text))
    assert settled(memory) == "su"
    for text in ("ok", "12", "Soreang", "bansos"):
        memory = remember(memory, lean(text))
    assert settled(memory) == "su", "what says nothing changes nothing"
    for text in ("maaf saya tidak bisa bahasa sunda", "saya mau tanya yang tadi"):
        memory = remember(memory, lean(text))
    assert settled(memory) == "id"


def test_hints_alone_do_not_switch() -> None:
    memory = 0.0
    for _ in range(20):
        memory = remember(memory, lean("hayu kang rada mah"))
    assert settled(memory) != "su"


def test_short_messages_add_up() -> None:
    """Three messages of three words each, for every run of three of our own sentences."""
    for texts, want in ((INDONESIAN, "id"), (SUNDANESE, "su")):
        short = [" ".join(text.split()[:3]) for text in texts]
        wrong = 0
        for i in range(len(short)):
            memory = 0.0
            for j in range(3):
                memory = remember(memory, lean(short[(i + 7 * j) % len(short)]))
            wrong += settled(memory) != want
        assert wrong <= 1, want


@given(st.text(), st.floats(-LIMIT, LIMIT))
def test_any_text_has_a_bounded_answer(text: str, memory: float) -> None:
    found = lean(text)
    assert -BOUND <= found.su <= BOUND
    assert min(found.sure_su, found.sure_id) >= 0
    assert language(text) in ("id", "su", "mixed", "other", "")
    assert -LIMIT <= remember(memory, found) <= LIMIT


@given(st.lists(st.sampled_from([*words()]), max_size=30))
def test_listed_words_in_any_order_have_a_bounded_answer(found: list[str]) -> None:
    text = " ".join(found)
    assert -BOUND <= lean(text).su <= BOUND
    assert lean(text) == lean(text.upper())


def test_a_very_long_text_is_read_from_its_beginning() -> None:
    assert language("abdi hoyong naros " * 600) == "su"
    assert language("a" * 10_000) == ""
    assert language("abdi hoyong naros. " + "saya mau tanya. " * 600) != "su"
    assert lean("kumahanaonsahaiseureut" * 500).sure_su == 0


def test_the_lists_are_small() -> None:
    assert sum((DATA / f"{name}.txt").stat().st_size for name in ("su", "id", "both", "other")) <= 150 * 1024
