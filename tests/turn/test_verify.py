"""What citizens write when they are asked whether it is done: yes, not yet, or something else. Silence and doubt are never a yes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import i18n
from bot.engine import flow
from bot.store.talk import Talk
from bot.triage import room
from bot.turn import House, findings
from bot.turn.tell import next_word
from bot.turn.verify import meant
from bot.vault import Vault

ROOT = Path(__file__).parents[2]

SAID = [
    ("sudah", "yes"), ("Sudah beres", "yes"), ("ya", "yes"), ("Ya, sudah pak", "yes"), ("beres", "yes"), ("parantos", "yes"),
    ("atos réngsé", "yes"), ("Parantos, hatur nuhun", "yes"), ("1", "yes"), ("udah makasih ya", "yes"),
    ("belum", "no"), ("Belum pak, masih bolong", "no"), ("blm", "no"), ("teu acan", "no"), ("Teu acan bérés", "no"),
    ("acan", "no"), ("ya belum", "no"), ("2", "no"), ("tidak", "no"), ("belum ada yang datang ke sini sama sekali", "no"),
    ("tidak tahu", ""), ("2 hari lagi", ""), ("sudah tapi masih bocor", ""), ("masih gelap", ""), ("", ""), ("halo", ""),
    ("sudah saya bilang berkali-kali kepada petugas di kantor", ""), ("menu", ""), ("terima kasih", ""), ("lampu mati lagi", ""),
]  # fmt: skip


@pytest.mark.parametrize("words, means", SAID)
def test_is_it_done(words: str, means: str) -> None:
    assert meant(words) == means


def test_a_report_that_is_looked_up_names_the_agency_that_has_it() -> None:
    flows = flow.load(ROOT / "flows", i18n.Catalogues.load(ROOT / "locales"))
    house = House(flows, {}, room.load(ROOT / "flows", flows), Vault(["a long enough secret"]))
    talk = Talk(1, "web:wargi", "a", b"a", b"c", 1, b"v", language="id")
    row: dict[str, Any] = {"number": "7KQ2-M4XA", "topic": "jalan", "state": "in_progress", "agency": "dpu_bandung",
                           "updated_at": datetime(2026, 11, 22, 3, tzinfo=UTC)}  # fmt: skip
    line = findings.line(house, talk, row)
    assert "7KQ2-M4XA" in line and "Ditindaklanjuti instansi" in line and "Dinas PU Kota Bandung" in line
    assert "Dinas" not in findings.line(house, talk, {**row, "state": "resolved"})


def test_only_the_next_word_answers_in_the_middle_of_a_form() -> None:
    asked = datetime(2026, 11, 22, 3, tzinfo=UTC)
    ticket: dict[str, Any] = {"updated_at": asked}
    talk = Talk(1, "web:wargi", "a", b"a", b"c", 1, b"v")
    assert next_word(talk, ticket)
    talk.session = {"flow": "pengaduan", "node": "tempat"}
    for before, answers in ((None, True), (asked - timedelta(hours=1), True), (asked + timedelta(minutes=1), False)):
        talk.previous_inbound_at = before
        assert next_word(talk, ticket) == answers
    talk.session = None
    assert next_word(talk, ticket)
