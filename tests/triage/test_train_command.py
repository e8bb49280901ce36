"""`wargi triage train` on small flows with a handful of examples."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.triage.topic import Model

ROOT = Path(__file__).resolve().parents[2]
HEAD = "text\tlanguage\twording\tpair\n"


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    flows = tmp_path / "flows"
    shutil.copytree(ROOT / "tests" / "bench" / "flows", flows, ignore=shutil.ignore_patterns("__pycache__"))
    for kind in ("topics", "intents"):
        (flows / "data" / "examples" / kind).mkdir(parents=True)
    monkeypatch.setenv("WARGI_FLOWS_DIR", str(flows))
    monkeypatch.setenv("WARGI_LOCALES_DIR", str(ROOT / "locales"))
    monkeypatch.setenv("WARGI_DATA_DIR", str(tmp_path / "data"))
    return flows / "data" / "examples"


def test_it_trains_measures_and_keeps(content: Path) -> None:
    (content / "topics" / "pju.tsv").write_text(
        HEAD + "".join(f"lampu mati di gang {n}\n" for n in "abcdefgh"), "utf-8"
    )
    (content / "topics" / "air.tsv").write_text(
        HEAD + "".join(f"keran kering di blok {n}\n" for n in "abcdefgh"), "utf-8"
    )
    (content / "intents" / "salam.tsv").write_text(HEAD + "halo\nhai\n", "utf-8")
    done = CliRunner().invoke(app, ["triage", "train"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert list(said) == ["topics", "intents"]
    assert said["topics"]["count"] == 16
    assert said["topics"]["accuracy"] > 0.9
    assert Model.load(Path(said["topics"]["kept"]).read_bytes()).guess("lampu gang").label == "pju"


def test_a_broken_file_is_named(content: Path) -> None:
    from bot.errors import FlowError

    (content / "topics" / "pju.tsv").write_text("teks\n", "utf-8")
    done = CliRunner().invoke(app, ["triage", "train"])
    assert isinstance(done.exception, FlowError)
    assert "topics/pju.tsv:1" in str(done.exception)
