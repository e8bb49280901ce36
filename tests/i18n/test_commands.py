"""Commands speak English to whoever runs a server; what is written in Indonesian is printed as it is where no catalogue can say it."""

import shutil
from pathlib import Path

import pytest

from bot import cli

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("flows", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name)
        monkeypatch.setenv(f"WARGI_{name.upper()}_DIR", str(tmp_path / name))
    monkeypatch.setenv("WARGI_DATA_DIR", str(tmp_path))
    return tmp_path


def says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    monkeypatch.setattr("sys.argv", ["wargi", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    out, err = capsys.readouterr()
    return out + err


def test_a_broken_flow(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "flows" / "uji.yaml").write_text("steps:\n  a:\n    kind: sya\n    text: Halo\n", "utf-8")
    assert says(monkeypatch, capsys, "flow", "check") == (
        "wargi: flows/uji.yaml:3: a: `kind: sya` is not known; write `say`.\n"
    )
    shutil.rmtree(folder / "locales" / "en")
    told = says(monkeypatch, capsys, "flow", "check")
    assert "mulai: `en` bukan bahasa yang punya katalog; pilih dari id, su.\n" in told


def test_a_broken_catalogue(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for language, told in (
        ("su", "not a line of a .po file; write msgid"),
        ("en", "bukan baris berkas .po; tulis msgid"),
    ):
        path = folder / "locales" / language / "LC_MESSAGES" / "messages.po"
        path.write_text("?\n" + (text := path.read_text("utf-8")), "utf-8")
        assert f'{path}:1: {told} "…" ' in says(monkeypatch, capsys, "flow", "check")
        path.write_text(text, "utf-8")


def test_a_poor_text_and_a_broken_rule(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "flows" / "uji.yaml").write_text(
        "steps:\n  a:\n    kind: say\n    text: Apa? Siapa?\n    next: menu\n", "utf-8"
    )
    rules = folder / "flows" / "data" / "routing.yaml"
    rules.write_text(rules.read_text("utf-8").replace("language_minutes: ", "language_minutes: x"), "utf-8")
    told = says(monkeypatch, capsys, "flow", "check")
    assert "flows/uji.yaml:2: uji/a: more than one question in one message (id); ask one thing at a time.\n" in told
    assert "flows/uji.yaml:2: uji/a: no step leads here; name it in a `next:`, or take it out.\n" in told
    assert "routing: `language_minutes` must be a number from 0 to 1440; write `language_minutes: 15`.\n" in told
