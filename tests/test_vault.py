"""What is sealed: who can open it, who cannot, and where the key comes from."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from bot import vault
from bot.errors import ConfigError
from bot.vault import Sealed, Vault

OLD, NEW, OTHER = "rahasia yang lama", "rahasia yang baru", "rahasia orang lain"
NIK = "3273014508900001"


@given(st.text(), st.text())
def test_what_is_sealed_opens_again(text: str, purpose: str) -> None:
    box = Vault([OLD])
    sealed = box.seal(text, purpose)
    assert box.open(sealed, purpose) == Vault([OLD]).open(sealed, purpose) == text
    assert sealed.isascii() and "," not in sealed and box.seal(text, purpose) != sealed


def test_nothing_of_it_can_be_seen() -> None:
    box = Vault([OLD])
    assert (
        NIK not in box.seal(NIK, "nik")
        and NIK not in box.index(NIK, "nik")
        and OLD not in repr(box) + str(vars(box)["_keys"])
    )


def test_the_keys_are_hkdf() -> None:
    expected = HKDF(SHA256(), 32, b"wargi vault 1", b"seal:nik").derive(OLD.encode())
    assert Vault([OLD])._key("seal:nik", 0) == expected


def test_a_key_is_changed_without_a_dark_day() -> None:
    before, during, after = Vault([OLD]), Vault([NEW, OLD]), Vault([NEW])
    sealed = before.seal(NIK, "nik")
    assert during.open(sealed, "nik") == NIK and during.stale(sealed) and not before.stale(sealed)
    fresh = during.seal(during.open(sealed, "nik"), "nik")
    assert after.open(fresh, "nik") == NIK and not after.stale(fresh) and not during.stale(fresh)
    assert during.indexes(NIK, "nik") == (after.index(NIK, "nik"), before.index(NIK, "nik"))
    with pytest.raises(Sealed, match="older secret"):
        after.open(sealed, "nik")


@pytest.mark.parametrize("box", [Vault([OTHER]), Vault([NEW, OTHER])])
def test_the_wrong_secret(box: Vault) -> None:
    with pytest.raises(Sealed):
        box.open(Vault([OLD]).seal(NIK, "nik"), "nik")


def test_another_purpose_opens_nothing_and_finds_nothing() -> None:
    box = Vault([OLD])
    with pytest.raises(Sealed, match="purpose"):
        box.open(box.seal(NIK, "nik"), "phone")
    assert box.index(NIK, "nik") != box.index(NIK, "phone")
    assert box.index(NIK, "nik") == Vault([OLD]).index(NIK, "nik") != Vault([NEW]).index(NIK, "nik")


def test_every_changed_letter_is_noticed() -> None:
    box = Vault([OLD])
    sealed = box.seal(NIK, "nik")
    for at in range(len(sealed)):
        changed = sealed[:at] + ("A" if sealed[at] != "A" else "Q") + sealed[at + 1 :]
        with suppress(Sealed):  # the last letter carries bits that mean nothing
            assert box.open(changed, "nik") == NIK and at == len(sealed) - 1


@pytest.mark.parametrize(
    "sealed", ["", "1", "1..", "1.aabbccdd.", "2.aabbccdd.AAAA", "1.é.AAAA", "1.a.é", NIK, "1.a." + "A" * 99, "..."]
)
def test_what_was_never_sealed(sealed: str) -> None:
    with pytest.raises(Sealed) as error:
        Vault([OLD]).open(sealed, "nik")
    assert NIK not in str(error.value)


@pytest.mark.parametrize("secrets", [[], ["pendek"], [OLD, "pendek"], [" , "], ["", " "]])
def test_secrets_that_are_none(secrets: list[str]) -> None:
    with pytest.raises(ConfigError, match="WARGI_SECRET_KEY") as error:
        Vault(secrets)
    assert "pendek" not in str(error.value)


def test_sqlite_makes_its_key_once(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    sealed = vault.load("", folder).seal(NIK, "nik")
    assert vault.load("", folder).open(sealed, "nik") == NIK
    assert [path.name for path in folder.iterdir()] == ["secret_key"]
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600
    text = (folder / "secret_key").read_text().strip()
    assert Vault([text]).open(sealed, "nik") == NIK  # it can move into the setting
    (folder / "secret_key").write_text(f"{NEW},{text}\n")
    assert vault.load("", folder).open(sealed, "nik") == NIK


def test_a_setting_wins_and_makes_no_file(tmp_path: Path) -> None:
    assert vault.load(f"{NEW},{OLD}", tmp_path).open(Vault([OLD]).seal(NIK, "nik"), "nik") == NIK
    assert not list(tmp_path.iterdir())


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    sealed = vault.load("", tmp_path).seal(NIK, "nik")
    assert vault.load("", tmp_path).open(sealed, "nik") == NIK and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"pendek", bytes(range(128, 200)), b"\n"])
def test_a_damaged_key_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret_key").write_bytes(content)
    with pytest.raises(ConfigError, match="secret_key holds no secret"):
        vault.load("", tmp_path)
    assert (tmp_path / "secret_key").read_bytes() == content


def test_a_key_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(ConfigError, match=r"secret_key cannot be used \(Is a directory\)"):
        vault.load("", tmp_path)
    with pytest.raises(ConfigError, match="cannot be used"):
        vault.load("", Path("/proc/nowhere"))


def test_doctor_does_not_tell(tmp_path: Path) -> None:
    vault.load("", tmp_path)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WARGI_")}
    env = {
        "WARGI_DATA_DIR": str(tmp_path),
        "WARGI_DATABASE_URL": f"sqlite:///{tmp_path}/wargi.db",
        "WARGI_SECRET_KEY": f"{NEW},{OLD}",
    }
    command = [sys.executable, "-m", "bot", "doctor"]
    said = subprocess.run(
        command, cwd=Path(vault.__file__).parent.parent, env=clean | env, capture_output=True, text=True
    ).stdout
    assert "WARGI_SECRET_KEY" in said
    assert not any(secret in said for secret in (OLD, NEW, (tmp_path / "secret_key").read_text().strip()))
