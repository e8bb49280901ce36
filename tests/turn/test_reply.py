"""How an officer's words and file become bubbles, by what the channel takes. No database: the batch is looked at."""

from typing import Any

import pytest

from bot import clock
from bot.engine import flow
from bot.engine.flow import Flows
from bot.i18n import Catalogues
from bot.message import File, Limits
from bot.models import Officer
from bot.store import talk
from bot.store.batch import Batch
from bot.turn import House
from bot.turn.reply import Kept, _speak
from bot.vault import Vault
from tests.world import ROOT

ROW = {"sha256": "a" * 64, "type": "application/pdf", "size": 9, "state": "stored", "error": ""}
LETTER = Kept("surat.pdf", ROW)
PHOTO = Kept("foto.png", {**ROW, "type": "image/png", "clean": "b" * 64, "clean_type": "image/jpeg", "thumb": "c" * 64})


def no_words(file: File) -> int:
    return 0


def some(file: File) -> int:
    return 12


@pytest.fixture(scope="module")
def flows() -> Flows:
    return flow.load(ROOT / "flows", Catalogues.load(ROOT / "locales"))


@pytest.mark.parametrize(
    ("limits", "words", "kept", "bubbles"),
    [
        ({}, "satu dua", None, [("satu dua", "")]),
        ({"text": 5}, "satu dua", None, [("satu", ""), ("dua", "")]),
        ({"caption": some}, "satu dua", LETTER, [("satu dua", "document")]),
        ({"caption": some}, "", LETTER, [("", "document")]),
        ({"caption": some}, "satu dua tiga", LETTER, [("satu dua tiga", ""), ("", "document")]),
        ({"caption": no_words}, "satu", LETTER, [("satu", ""), ("", "document")]),
        ({"caption": some, "text": 5}, "satu dua", LETTER, [("satu", ""), ("dua", ""), ("", "document")]),
        ({"caption": some}, "foto", PHOTO, [("foto", "image")]),
        ({}, "foto", PHOTO, [("foto", ""), ("LINK", "")]),
    ],
)
def test_bubbles(flows: Flows, limits: dict[str, Any], words: str, kept: Kept | None, bubbles: list[Any]) -> None:
    channel = type("Fake", (), {"limits": Limits(**{"text": 100, **limits})})()
    house = House(flows, {"fake": channel}, None, Vault(["x" * 20]), public_url="https://w.example")  # type: ignore[arg-type]
    batch, thread = Batch(clock.now(), house.limits), talk.new("fake:1", "7", clock.now())
    officer = Officer(id=1, name="Rina", login="r", password_hash="-", role="officer", created_at=clock.now())
    _speak(batch, house, thread, officer, words, "kunci", {"reply": 3}, {"reply_to": "x"}, kept)
    rows, sent = batch._inserts["message"], [row["payload"] for row in batch._inserts["outbox"]]
    shown = [
        ("LINK" if "https://w.example/berkas/" in one["text"] else one["text"], one.get("file", {}).get("kind", ""))
        for one in sent
    ]
    assert shown == bubbles
    assert [row["key"] for row in rows] == [None] * (len(rows) - 1) + ["kunci"], "the form's key is the last bubble's"
    assert [one.get("reply_to") for one in sent] == ["x"] + [None] * (len(sent) - 1), "only the first answers"
    assert [row["data"] for row in rows] == [{"reply": 3}] + [None] * (len(rows) - 1)
    files = batch._inserts["media"]
    assert len(files) == (kept is not None) and all(file["message_id"] == rows[-1]["id"] for file in files)
    for one in sent:
        if kept is PHOTO and "file" in one:
            assert (one["file"]["sha256"], one["file"]["name"]) == ("b" * 64, "foto.png.jpg"), "the copy leaves"
