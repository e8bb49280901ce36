"""Example files as operators write them, right and wrong, and the cache of what was learnt from them."""

from pathlib import Path

import pytest

from bot.triage.examples import Example, read
from bot.triage.trained import load_or_train
from tests.told import refuses

HEAD = "text\tlanguage\twording\tpair\n"
BROKEN = [
    ("", "pju.tsv:1: examples: the header is wrong"),
    ("teks\tbahasa\n", "pju.tsv:1: examples: the header is wrong"),
    (HEAD + "lampu mati\tid\tdirect\tp1\tlagi\n", "pju.tsv:2: examples: 5 columns"),
    (HEAD + "lampu mati\n\n\tid\n", "pju.tsv:4: examples: the text is empty"),
    (HEAD + "lampu mati\tindonesia\n", "pju.tsv:2: examples: language `indonesia`"),
    (HEAD + "lampu mati\tid\thalus\n", "pju.tsv:2: examples: wording `halus`"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "pju.tsv").write_text(text, "utf-8")
    with refuses(message):
        read(tmp_path)


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pju.tsv").write_bytes((HEAD + "lampu pareum, méh teu poék\n").encode("latin-1"))
    with refuses("not UTF-8"):
        read(tmp_path)


def test_an_empty_folder_says_what_belongs_there(tmp_path: Path) -> None:
    with refuses("one for each label"):
        read(tmp_path)


def test_cells_may_be_left_out_and_a_spreadsheet_may_have_saved_it(tmp_path: Path) -> None:
    (tmp_path / "jalan.tsv").write_bytes(b"\xef\xbb\xbf" + HEAD.encode() + b"bolong\r\n lubang \tid\tdirect\tp1\r\n")
    (tmp_path / "tanpa-label.tsv").write_text(HEAD + "halo\n", "utf-8")
    assert read(tmp_path) == [
        Example("bolong", "jalan", origin=f"{tmp_path.name}/jalan.tsv:2"),
        Example("lubang", "jalan", "id", "direct", f"{tmp_path.name}/jalan.tsv:3", "p1"),
        Example("halo", "", origin=f"{tmp_path.name}/tanpa-label.tsv:2"),
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "topics"
    path.mkdir()
    (path / "pju.tsv").write_text(HEAD + "lampu mati\nlampu padam\n", "utf-8")
    (path / "air.tsv").write_text(HEAD + "keran kering\nair mati\n", "utf-8")
    return path


def test_the_cache_is_used_renewed_and_mended(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "data"
    first = load_or_train(folder, {"air": ["sumur"]}, cache)
    (kept,) = cache.iterdir()
    assert load_or_train(folder, {"air": ["sumur"]}, None) == first
    written = kept.stat().st_mtime_ns
    assert load_or_train(folder, {"air": ["sumur"]}, cache) == first
    assert kept.stat().st_mtime_ns == written

    kept.write_bytes(b"not a model")
    assert load_or_train(folder, {"air": ["sumur"]}, cache) == first
    assert kept.read_bytes() == first.dump()

    (folder / "pju.tsv").write_text(HEAD + "lampu mati\npoek pisan\n", "utf-8")
    other = load_or_train(folder, {"air": ["sumur"]}, cache)
    assert other != first
    assert [path.read_bytes() for path in cache.iterdir()] == [other.dump()]


def test_seeds_are_part_of_what_a_model_is_made_from(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "data"
    assert load_or_train(folder, {"air": ["sumur"]}, cache) != load_or_train(folder, {"pju": ["tiang"]}, cache)


def test_a_folder_that_cannot_be_written_works_too(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands where the folder should be", "utf-8")
    assert load_or_train(folder, {}, tmp_path / "data").guess("lampu mati").label == "pju"
