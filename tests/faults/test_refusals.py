"""What is set wrong is said in one sentence, before anything is served: exit status 1, no traceback."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.test_kill import free_port
from tests.world import ROOT


def run(folder: Path, seconds: float = 20, **env: str) -> tuple[int, str]:
    """`wargi run` until it refuses; its status and what it said on standard error."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WARGI_")}
    port = env.pop("WARGI_PORT", str(free_port()))
    env = {"WARGI_DATA_DIR": str(folder), "WARGI_DATABASE_URL": f"sqlite:///{folder}/wargi.db", **env}
    env |= {"WARGI_PORT": port, "WARGI_FLOWS_DIR": env.get("WARGI_FLOWS_DIR", str(ROOT / "flows"))}
    env |= {"WARGI_LOCALES_DIR": str(ROOT / "locales")}
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(command, env=clean | env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        try:
            _, err = server.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=60)
            return -1, "it serves"
    return server.returncode, err.decode()


def refuses(answer: tuple[int, str], *words: str) -> None:
    status, said = answer
    assert status == 1, answer
    assert "Traceback" not in said, said
    sentences = [line for line in said.splitlines() if line.startswith("wargi: ")]
    assert len(sentences) == 1, said
    for word in words:
        assert word in sentences[0], said


WHATSAPP = {
    "WARGI_WHATSAPP_APP_SECRET": "rahasia-1",
    "WARGI_WHATSAPP_VERIFY_TOKEN": "rahasia-2",
    "WARGI_WHATSAPP_ACCESS_TOKEN": "rahasia-3",
    "WARGI_WHATSAPP_PHONE_NUMBER_ID": "100200300",
}
TABLE: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "unknown name": ({"WARGI_DATABSE_URL": "x"}, ("WARGI_DATABSE_URL",)),
    "empty secret": (WHATSAPP | {"WARGI_WHATSAPP_APP_SECRET": ""}, ("WARGI_WHATSAPP_APP_SECRET", "empty")),
    "blank secret": ({"WARGI_SECRET_KEY": "  "}, ("WARGI_SECRET_KEY", "empty")),
    "only commas": (WHATSAPP | {"WARGI_WHATSAPP_APP_SECRET": ", ,"}, ("app secret",)),
    "half WhatsApp": ({k: v for k, v in WHATSAPP.items() if "VERIFY" not in k}, ("WARGI_WHATSAPP_VERIFY_TOKEN",)),
    "half Telegram": ({"WARGI_TELEGRAM_TOKEN": "1:x"}, ("WARGI_TELEGRAM_SECRET_TOKEN",)),
    "odd Telegram": ({"WARGI_TELEGRAM_TOKEN": "x", "WARGI_TELEGRAM_SECRET_TOKEN": "y"}, ("telegram",)),
    "missing file": ({"WARGI_TELEGRAM_TOKEN_FILE": "/nowhere/token"}, ("/nowhere/token",)),
    "no number": ({"WARGI_PORT": "delapan"}, ("WARGI_PORT",)),
    "port out of range": ({"WARGI_PORT": "70000"}, ("WARGI_PORT",)),
    "negative rate": (WHATSAPP | {"WARGI_WHATSAPP_RATE": "-1"}, ("WARGI_WHATSAPP_RATE",)),
    "rate not a number": (WHATSAPP | {"WARGI_WHATSAPP_RATE": "nan"}, ("WARGI_WHATSAPP_RATE",)),
    "endless survey": ({"WARGI_SURVEY_HOURS": "inf"}, ("WARGI_SURVEY_HOURS",)),
    "rate below nothing": (WHATSAPP | {"WARGI_TELEGRAM_RATE": "-inf"}, ("WARGI_TELEGRAM_RATE",)),
    "survey for ever": ({"WARGI_SURVEY_HOURS": "1e9"}, ("WARGI_SURVEY_HOURS",)),
    "libpq's parameter": (
        {"WARGI_DATABASE_URL": "postgresql://wargi:sandi@127.0.0.1:1/x?sslmode=require", "WARGI_SECRET_KEY": "x"},
        ("WARGI_DATABASE_URL", "?"),
    ),
    "no such level": ({"WARGI_LOG_LEVEL": "keras"}, ("WARGI_LOG_LEVEL",)),
    "other database": ({"WARGI_DATABASE_URL": "mysql://x/y"}, ("WARGI_DATABASE_URL",)),
    "odd database address": (
        {"WARGI_DATABASE_URL": "postgresql://wargi:sandi@host:pintu/db", "WARGI_SECRET_KEY": "x"},
        ("WARGI_DATABASE_URL",),
    ),
    "no file named": ({"WARGI_DATABASE_URL": "sqlite:///"}, ("WARGI_DATABASE_URL",)),
    "folder that cannot be made": ({"WARGI_DATABASE_URL": "sqlite:////proc/tidak/ada.db"}, ("/proc/tidak",)),
    "no secret key on PostgreSQL": ({"WARGI_DATABASE_URL": "postgresql://wargi@127.0.0.1:1/x"}, ("WARGI_SECRET_KEY",)),
    "short secret key": ({"WARGI_SECRET_KEY": "sandi"}, ("WARGI_SECRET_KEY", "short")),
    "nobody listens": (
        {"WARGI_DATABASE_URL": "postgresql://wargi@127.0.0.1:1/x", "WARGI_SECRET_KEY": "x"},
        ("WARGI_DATABASE_URL",),
    ),
    "no such host address": ({"WARGI_HOST": "203.0.113.7"}, ("WARGI_HOST",)),
    "no flows": ({"WARGI_FLOWS_DIR": "/nowhere"}, ("/nowhere",)),
}


@pytest.mark.parametrize("case", TABLE)
def test_it_refuses_in_one_sentence(case: str, tmp_path: Path) -> None:
    env, words = TABLE[case]
    answer = run(tmp_path, **env)
    refuses(answer, *words)
    for secret in ("rahasia-1", "rahasia-2", "rahasia-3", "sandi"):
        assert secret not in answer[1]


def test_a_newer_database(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "wargi.db") as file:
        file.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        file.execute("INSERT INTO alembic_version VALUES ('9999')")
    file.close()
    refuses(run(tmp_path), "9999")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "wargi.db").write_bytes(b"ini surat, bukan basis data\n" * 200)
    refuses(run(tmp_path), "wargi.db")


def test_a_secret_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "kunci").write_bytes(bytes(range(128, 256)))
    refuses(run(tmp_path, WARGI_SECRET_KEY_FILE=str(tmp_path / "kunci")), "WARGI_SECRET_KEY_FILE")


def test_a_second_server_on_one_file(tmp_path: Path) -> None:
    (tmp_path / "wargi.db.lock").touch()
    import fcntl

    with (tmp_path / "wargi.db.lock").open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        refuses(run(tmp_path), "wargi.db", "in use")


def test_a_port_that_was_asked_for_is_taken(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refuses(run(tmp_path, WARGI_PORT=str(taken.getsockname()[1])), "WARGI_PORT")


def test_a_broken_flow_names_its_line(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(ROOT / "flows", flows)
    menu = flows / "menu.yaml"
    menu.write_text(menu.read_text().replace("kind:", "kind: [", 1))
    refuses(run(tmp_path, WARGI_FLOWS_DIR=str(flows)), "menu.yaml:")


@pytest.mark.postgres
@pytest.mark.parametrize("wrong", ["database", "too many"])
def test_a_postgres_that_says_no(wrong: str, cluster: Any, tmp_path: Path) -> None:
    url = cluster.create_database()
    if wrong == "database":
        url = url.replace("wargi_test", "tidak_ada")
    else:
        cluster.execute(f'ALTER DATABASE "{url.split("/")[3].partition("?")[0]}" CONNECTION LIMIT 0')
        cluster.execute("DO $$ BEGIN CREATE ROLE biasa LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        url = url.replace("wargi@", "biasa@")
    refuses(run(tmp_path, WARGI_DATABASE_URL=url, WARGI_SECRET_KEY="x"), "WARGI_DATABASE_URL")
