"""Figures of hand-made answers, counted by hand; files that are not in their form; the command itself where parts are not needed."""

import json
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from bot import measure
from bot.cli import main
from bot.errors import BadFile
from bot.triage import sheet
from bot.triage.evaluate import Guesses, Labels, Menus, Placed, Said, Times, Truth, Urgency

Found = namedtuple("Found", "level name district regency")  # the gazetteer's Place without its code

LABELS = [
    ([("id", "id"), ("su", "su"), ("su", "id"), ("mixed", "")], 0.5, 0.4444),  # F1: id 2/3, su 2/3, mixed 0
    ([("id", "id")], 1.0, 1.0),
    ([("id", "su"), ("su", "id")], 0.0, 0.0),
    ([("a", "a")] * 9 + [("b", "a")], 0.9, 0.4737),  # the rare label weighs as much as the common one
    ([], None, None),
]


@pytest.mark.parametrize(("pairs", "accuracy", "macro"), LABELS)
def test_labels(pairs: list[tuple[str, str]], accuracy: float | None, macro: float | None) -> None:
    score = Labels()
    for truth, said in pairs:
        score.add(truth, said)
    assert score.figures() == {"rows": len(pairs), "accuracy": accuracy, "macro_f1": macro}


def test_guesses() -> None:
    """Twenty sure and right ones, one wrong among them, keep 95 %; the next wrong one ends the coverage."""
    score = Guesses()
    for number in range(20):
        score.add("jalan", Said("jalan", 0.99 - number / 100, number < 10, ("jalan", "pju", "air")))
    score.add("air", Said("jalan", 0.985, True, ("jalan", "pju", "air")))
    score.add("air", Said("jalan", 0.1, False, ("jalan", "pju", "pungli", "air")))
    found = score.figures()
    assert found["rows"] == 22
    assert found["accuracy"] == 0.9091
    assert found["coverage_at_95"] == 0.9545
    assert found["top3"] == 0.9545, "what stands fourth is not offered"
    assert (found["alone"], found["alone_precision"]) == (0.5, 0.9091)


def test_equal_sureness_is_all_in_or_all_out() -> None:
    score = Guesses()
    for said in ("jalan", "jalan", "air"):
        score.add("jalan", Said(said, 0.5, False, (said,)))
    assert score.figures()["coverage_at_95"] == 0.0
    assert score.figures()["alone_precision"] is None


def test_urgency() -> None:
    score = Urgency()
    for truth, said in [
        ("critical", "critical"), ("critical", "critical"), ("critical", "high"), ("critical", "normal"),
        ("high", "high"), ("high", "critical"), ("normal", "normal"), ("normal", "normal"), ("normal", "high"),
        ("", "critical"), ("", "normal"), ("", "normal"), ("", "high"),
    ]:  # fmt: skip
        score.add(truth, said)
    found = score.figures()
    assert (found["rows"], found["accuracy"]) == (9, 0.5556)
    assert (found["critical_recall"], found["critical_seen"]) == (0.5, 0.75)
    assert found["critical_flagged"] == 0.2222, "two of nine that are not critical, unlabelled ones too"
    assert found["levels"]["high"] == {"recall": 0.5, "flagged": 0.2857}
    assert found["levels"]["normal"] == {"recall": 0.6667, "flagged": 0.1667}


NAMES = [
    ("Cibodas|Lembang|Kabupaten Bandung Barat", ("village", "Cibodas", "Lembang", "Kabupaten Bandung Barat"), True),
    ("cibodas|lembang|", ("village", "Cibodas", "Lembang", "Kabupaten Bandung Barat"), True),
    ("Cibodas||", ("village", "Cibodas", "Pacet", "Kabupaten Cianjur"), True),
    ("Cibodas|Lembang|", ("village", "Cibodas", "Pacet", "Kabupaten Cianjur"), False),
    ("Cibodas||Kab. Bandung", ("village", "Cibodas", "Kutawaringin", "Kabupaten Bandung"), True),
    ("Cibodas||Kota Bandung", ("village", "Cibodas", "Kutawaringin", "Kabupaten Bandung"), False),
    ("|Dayeuh Kolot|Bandung", ("district", "Dayeuhkolot", "Dayeuhkolot", "Kabupaten Bandung"), True),
    ("|Dayeuhkolot|Bandung", ("village", "Dayeuhkolot", "Dayeuhkolot", "Kabupaten Bandung"), False),
    ("||Bogor", ("regency", "Kota Bogor", "", "Kota Bogor"), True),
    ("||KOTA BOGOR", ("regency", "Kabupaten Bogor", "", "Kabupaten Bogor"), False),
    ("||Bandung", ("regency", "Kabupaten Bandung Barat", "", "Kabupaten Bandung Barat"), False),
    ("Kel. Kotabaru|Kec Cibeureum|Kota Tasikmalaya", ("village", "Kotabaru", "Cibeureum", "Kota Tasikmalaya"), True),
    ("|Kotabaru|Karawang", ("district", "Kotabaru", "Kotabaru", "Kabupaten Karawang"), True),
]


@pytest.mark.parametrize(("cell", "place", "same"), NAMES)
def test_a_true_place_names_what_was_found(cell: str, place: tuple[str, ...], same: bool) -> None:
    truth = Truth.parse(cell)
    assert truth is not None
    assert truth.names(Found(*place)) is same


def test_places() -> None:
    here = Found("district", "Lembang", "Lembang", "Kabupaten Bandung Barat")
    there = Found("district", "Pacet", "Pacet", "Kabupaten Cianjur")
    truth = Truth.parse("|Lembang|")
    score = Placed()
    for where, found in [(truth, [here]), (truth, [there, here]), (truth, [there]), (truth, []), (None, [here])]:
        score.add(where, found)
    score.add(None, [])
    score.add(None, ())
    assert score.figures() == {
        "rows": 4, "in_set": 0.5, "unique_right": 0.25, "rows_without": 3, "false_places": 0.3333,
    }  # fmt: skip


def test_menus() -> None:
    score = Menus()
    for expected, picked in [(1, 1), (2, 2), (3, 1), (1, 0), (0, 0), (0, 0), (0, 4)]:
        score.add(expected, picked)
    assert score.figures() == {
        "rows": 7, "accuracy": 0.5714, "accepted": 0.5, "wrong_choice": 0.25, "swallowed": 0.3333,
    }  # fmt: skip


def test_times_are_medians() -> None:
    times = Times()
    assert times.median() is None
    for micros in (5, 6, 7, 1_000_000, 4):
        times.add(micros / 1e6)
    assert times.median() == 6.0


# -- the table -------------------------------------------------------------------------------------

TABLES = [
    (b"text\ttopic\njalan rusak\tjalan\n", [(2, {"text": "jalan rusak", "topic": "jalan"})]),
    (b"\xef\xbb\xbftext\ttopic\r\njalan rusak\tjalan\r\n", [(2, {"text": "jalan rusak", "topic": "jalan"})]),
    (b'topic\ttext\n\tkata "siapa\njalan\t5" pipa "bocor"', [
        (2, {"topic": "", "text": 'kata "siapa'}), (3, {"topic": "jalan", "text": '5" pipa "bocor"'}),
    ]),
    (b"text\ttopic\n\n  \nhalo\n", [(4, {"text": "halo", "topic": ""})]),
    (b" Text \tPair\nh\xc3\xa9h\tx\n", [(2, {"text": "héh", "pair": "x"})]),
    (b"text\n", []),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "rows"), TABLES)
def test_a_table(raw: bytes, rows: list[sheet.Row]) -> None:
    assert list(sheet.read(raw.splitlines(keepends=True), "f.tsv", ("text",))) == rows


BAD = [
    (b"", "f.tsv:1: the file is empty"),
    (b"teks\ttopic\n", "f.tsv:1: no column text"),
    (b"text\ttopic\ttopic\n", "f.tsv:1: the column topic stands there twice"),
    (b"text\ttopic\na\tb\tc\n", "f.tsv:2: 3 cells under 2 columns"),
    (b"text\ttopic\nok\t\n\xff\xfe\t\n", "f.tsv:3: byte 1 is not UTF-8"),
    (b"text\n" + b"a" * sheet.LONGEST, "f.tsv:2: the line is longer"),
]


@pytest.mark.parametrize(("raw", "sentence"), BAD, ids=[sentence for _, sentence in BAD])
def test_a_bad_table_names_its_line(raw: bytes, sentence: str) -> None:
    with pytest.raises(BadFile, match=f"^{sentence}"):
        list(sheet.read(raw.splitlines(keepends=True), "f.tsv", ("text",)))


# -- the command -----------------------------------------------------------------------------------

REFUSED = [
    (b"text\nhalo\n", "f.tsv:1: nothing to score beside the text; add a column of language, topic"),
    (b"text\tpair\nhalo\tx\n", "f.tsv:1: nothing to score beside the text"),
    (b"text\ttopic\n", "f.tsv:2: no message under the header"),
    (b"topic\njalan\n", "f.tsv:1: no column text"),
]


def run(*words: str) -> int:
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as stopped:
        patch.setattr(sys, "argv", ["wargi", "triage", "eval", *words])
        main()
    return int(str(stopped.value.code))


@pytest.mark.parametrize(("raw", "sentence"), REFUSED, ids=[row[1] for row in REFUSED])
def test_a_bad_file_is_refused_with_its_line(
    raw: bytes, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "f.tsv"
    path.write_bytes(raw)
    assert run(str(path)) == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_a_missing_file_is_one_and_wrong_usage_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(tmp_path / "none.tsv")) == 1
    assert "none.tsv: No such file" in capsys.readouterr().err
    assert run(str(tmp_path)) == 1
    assert run() == 2
    assert run("--menus", "f.tsv") == 2


# -- messages and menus through hand-made parts -----------------------------------------------------

SAID: dict[str, measure.Read] = {
    "language": lambda text: "su" if "caah" in text else "id",
    "topic": lambda text: Said("banjir", 0.9, True, ("banjir", "air")),
    "urgency": lambda text: "critical" if "tolong" in text else "normal",
    "place": lambda text: [Found("district", "Pacet", "Pacet", "Kabupaten Cianjur")] if "Pacet" in text else [],
}
MESSAGES = [
    "urgency\ttext\tplace\twhose\tlanguage\ttopic",
    "critical\ttolong, caah di Pacet\t|Pacet|\tnini\tsu\tbanjir",
    "\ttolong cek tagihan\t\t\tid\tair",
    "high\tPacet itu nama adik saya\t\t\t\t",
]


def load(columns: list[str]) -> dict[str, measure.Read]:
    return {column: SAID[column] for column in columns}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_column_is_scored_where_its_cell_is_filled(end: str, tmp_path: Path) -> None:
    path = tmp_path / "f.tsv"
    path.write_bytes(("\ufeff" + end.join(MESSAGES)).encode())
    found = measure.messages(path, load)
    assert found["rows"] == 3
    assert (found["language"]["rows"], found["language"]["accuracy"]) == (2, 1.0)
    assert (found["topic"]["accuracy"], found["topic"]["top3"], found["topic"]["alone"]) == (0.5, 1.0, 1.0)
    assert (found["urgency"]["critical_recall"], found["urgency"]["critical_flagged"]) == (1.0, 0.5)
    assert (found["place"]["unique_right"], found["place"]["false_places"]) == (1.0, 0.5)
    assert set(found["us"]) == set(SAID)


CELLS = [
    ("urgency", "crtical", "f.tsv:2: urgency is `crtical`; write critical, high, normal, or nothing"),
    ("language", "jv", "f.tsv:2: language is `jv`"),
    ("place", "Lembang", "f.tsv:2: place is `Lembang`; write desa|kecamatan|kabupaten"),
    ("place", "||", "f.tsv:2: place is `||`"),
]


@pytest.mark.parametrize(("column", "cell", "sentence"), CELLS)
def test_a_misspelt_label_is_no_routine_message(column: str, cell: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "f.tsv"
    path.write_text(f"text\t{column}\nhalo\t{cell}\n", encoding="utf-8")
    with pytest.raises(BadFile) as refused:
        measure.messages(path, load)
    assert sentence in str(refused.value)


ANSWERS = [
    ("menu\ttyped\nA|B\ta\n", "f.tsv:1: no column expected"),
    ("menu\ttyped\texpected\n", "f.tsv:2: no answer under the header"),
    ("menu\ttyped\texpected\nA||B\ta\t1\n", "f.tsv:2: a label of the menu is empty"),
    ("menu\ttyped\texpected\nA|B\ta\t1\nA|B\ta\t3\n", "f.tsv:3: expected is `3`; write 0 (none) to 2"),
    ("menu\ttyped\texpected\nA|B\ta\t\n", "f.tsv:2: expected is ``"),
    ("menu\ttyped\texpected\nA|B\ta\t²\n", "f.tsv:2: expected is `²`"),
]


@pytest.mark.parametrize(("text", "sentence"), ANSWERS, ids=[row[1] for row in ANSWERS])
def test_a_bad_table_of_menus_names_its_line(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "f.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile) as refused:
        measure.menus(path, lambda labels, typed: 1)
    assert sentence in str(refused.value)


def test_menus_are_scored(tmp_path: Path) -> None:
    path = tmp_path / "f.tsv"
    path.write_text("menu\ttyped\texpected\nA | B\tB\t2\nA|B\tjalan rusak\t0\n", encoding="utf-8")
    found = measure.menus(path, lambda labels, typed: [*labels, typed].index(typed) + 1)
    assert (found["accepted"], found["swallowed"]) == (1.0, 1.0)


# -- with the real parts ---------------------------------------------------------------------------

TRIAGE = [
    "text\tlanguage\ttopic\tintent\turgency\tplace",
    "jalan di kampung kami rusak parah, lubangnya dalam\tid\tjalan\tlapor\tnormal\t",
    "tulungan aya nu tikerelep di walungan ayeuna pisan\tsu\t\t\tcritical\t",
    "hatur nuhun\t\t\tterima_kasih\t\t",
    "tebing runtuh di Kecamatan Lembang Kabupaten Bandung Barat\t\t\t\t\t|Lembang|Kabupaten Bandung Barat",
]


def test_one_line_of_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole command with all real parts: what is counted, not how well they do."""
    path = tmp_path / "f.tsv"
    path.write_text("\r\n".join(TRIAGE), encoding="utf-8-sig")
    assert run(str(path)) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert (said.out.count("\n"), said.err) == (1, "")
    assert found["rows"] == 4
    assert [found[column]["rows"] for column in ("language", "topic", "intent", "urgency", "place")] == [2, 1, 2, 2, 1]
    assert found["place"]["rows_without"] == 3
    assert set(found["us"]) == {"language", "topic", "intent", "urgency", "place"}


def test_one_line_of_menu_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "f.tsv"
    menu = "Buat laporan|Cek laporan|Bicara dengan petugas"
    path.write_text(f"menu\ttyped\texpected\n{menu}\tnomor 3\t3\n{menu}\tjalan rusak 2 bulan\t0\n", encoding="utf-8")
    assert run("--menu", str(path)) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["accepted"], found["swallowed"]) == (2, 1.0, 0.0)
