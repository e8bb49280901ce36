"""Secrets of systems that flows ask: named in a file, kept in the environment, shown to nobody else."""

import shutil
from pathlib import Path

import pytest

from bot.config import load as load_config
from bot.engine.flow import Flows, load
from bot.engine.outside import Secret
from bot.errors import ConfigError
from bot.i18n import Catalogues
from tests.told import english, refuses

ROOT = Path(__file__).resolve().parents[2]


def hosts(folder: Path, catalogues: Catalogues, rest: str) -> Flows:
    shutil.copytree(ROOT / "flows", folder / "flows", ignore=shutil.ignore_patterns("examples"))
    body = f"hosts:\n  uji:\n    url: https://uji.example\n{rest}"
    (folder / "flows" / "data" / "hosts.yaml").write_text(body, "utf-8")
    return load(folder / "flows", catalogues)


def test_a_secret_is_named_and_goes_into_a_header(tmp_path: Path, catalogues: Catalogues) -> None:
    flows = hosts(tmp_path, catalogues, "    secret: dinsos\n    header: X-Api-Key\n")
    assert flows.secrets == {"uji": Secret("dinsos", "X-Api-Key")}
    assert flows.secrets["uji"].shown({"dinsos": "abc"}) == {"X-Api-Key": "abc"}
    assert Secret("dinsos", "").shown({"dinsos": "abc"}) == {"Authorization": "Bearer abc"}
    with pytest.raises(ConfigError, match="WARGI_HOST_SECRET_DINSOS is not set"):
        flows.secrets["uji"].shown({"lain": "abc"})


@pytest.mark.parametrize(
    ("rest", "what"),
    [
        ("    secret: eyJhbGciOi.rahasia\n", "the secret itself must not stand here"),
        ("    secret: uji\n    header: 'X: y'\n", "is no header"),
    ],
)
def test_what_is_no_name_is_refused(tmp_path: Path, catalogues: Catalogues, rest: str, what: str) -> None:
    with refuses(r"flows/data/hosts\.yaml:\d+: uji: ") as caught:
        hosts(tmp_path, catalogues, rest)
    assert what in english(caught.value)
    assert "eyJ" not in english(caught.value)


def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "kunci").write_text("dari berkas\n", "utf-8")
    found = load_config(
        {"WARGI_HOST_SECRET_UJI": "abc", "WARGI_HOST_SECRET_DINSOS_FILE": str(tmp_path / "kunci"), "WARGI_HOST": "::1"}
    )
    assert found.host_secrets == {"uji": "abc", "dinsos": "dari berkas"}
    assert found.host == "::1"
    assert "abc" not in repr(found)
    with pytest.raises(ConfigError, match="WARGI_HOST_SECRET_UJI is empty"):
        load_config({"WARGI_HOST_SECRET_UJI": " "})
    with pytest.raises(ConfigError, match="is not a setting"):
        load_config({"WARGI_HOST_SECRET_": "x"})
