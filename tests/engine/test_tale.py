"""Sentences that stand where something else was asked for: a story is no place, a question no answer, an insult no wish."""

from datetime import UTC, datetime

import pytest

from bot.engine import tale
from bot.engine.effects import Facts, Said, Say
from bot.engine.flow import Flows
from bot.engine.match import normalise
from bot.engine.play import Listen
from bot.engine.step import step
from bot.engine.turn import Turn

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
AT_PLACE = {"flow": "pengaduan", "node": "tempat", "answers": {"topic": "pju"}}
AT_STORY = {"flow": "pengaduan", "node": "cerita", "answers": {"topic": "pju", "place": "gang mawar"}}
AT_HOME = {"flow": "menu", "node": "utama", "answers": {}}

STORIES = [
    "sampah menumpuk tidak diangkut dua minggu, bau sekali",
    "jalannya rusak parah dan belum pernah diperbaiki",
    "air ledeng tidak mengalir sejak kemarin pagi",
    "bantuan saya belum cair padahal sudah terdaftar",
    "runtah numpuk teu acan diangkut",
    "caah terus unggal hujan, barang baseuh kabéh",
]
PLACES = [
    "depan puskesmas yang ada tempat sampah besar",
    "di jalan yang sudah berlubang dekat sekolah",
    "gang mawar rt 3 rw 5",
    "lampu merah simpang lima",
    "halte bus sekolah",
    "sepanjang jalan desa yang belum diaspal",
    "caket warung nu tos tutup",
    "rumah saya",
    "",
]


@pytest.mark.parametrize(("text", "story"), [(text, True) for text in STORIES] + [(text, False) for text in PLACES])
def test_what_tells_and_what_says_where(flows: Flows, listen: Listen, text: str, story: bool) -> None:
    turn = Turn(flows, AT_PLACE, Said(text), listen(Facts("id"), text))
    assert tale.is_story(turn, normalise(text)) is story


def test_a_story_at_the_place_is_kept_and_the_place_asked_once_more(flows: Flows, listen: Listen) -> None:
    session, effects = step(flows, dict(AT_PLACE), Said(STORIES[0]), listen(Facts("id"), STORIES[0]))
    assert session is not None
    assert (session["node"], session["extra"]) == ("tempat", [STORIES[0]])
    assert isinstance(effects[-1], Say)
    assert effects[-1].ask == "location"
    after, _ = step(flows, session, Said(STORIES[1]), listen(Facts("id"), STORIES[1]))
    assert after is not None
    assert after["node"] != "tempat"  # nobody is held up
    assert STORIES[1] in str(after["answers"])


ASKED = [
    (AT_STORY, "berapa lama isolasi mandiri?", "demam"),
    (AT_PLACE, "apakah melapor di sini bayar?", "gratis"),
    (AT_STORY, "nomor ambulans berapa ya?", "119"),
    (AT_HOME, "nomor pemadam kebakaran berapa sih kak", "119"),
    (AT_STORY, "kenapa lampu di gang kami belum juga diperbaiki?", ""),
    (AT_STORY, "kenapa bansos saya belum cair sampai sekarang?", ""),
    (AT_STORY, "jalan rusak sejak banjir, kapan diperbaiki", ""),
    (AT_STORY, "telepon rumah", ""),
    (AT_PLACE, "depan kantor polisi", ""),
]


@pytest.mark.parametrize(("session", "text", "says"), ASKED)
def test_a_question_in_a_free_answer(
    flows: Flows, listen: Listen, session: dict[str, object], text: str, says: str
) -> None:
    facts = listen(Facts("id", notice=flows.notice_version, now=NOON), text)
    after, effects = step(flows, dict(session), Said(text), facts)
    heard = " ".join(
        f"{effect.text} {effect.values.get('numbers', '')}" for effect in effects if isinstance(effect, Say)
    )
    assert after is not None
    assert says in heard
    if says and session is not AT_HOME:
        assert (after["node"], after["answers"], after["extra"]) == (session["node"], session["answers"], [text])
    elif not says:  # it is the answer, or a part of it that waits for more
        assert text in str(after.get("lines")) + str(after["answers"])


def test_numbers_come_before_anything_is_asked(flows: Flows, listen: Listen) -> None:
    session, effects = step(flows, None, Said("nomor damkar"), listen(Facts(), "nomor damkar"))
    numbers, language = [effect for effect in effects if isinstance(effect, Say)]
    assert "119" in numbers.values["numbers"]
    assert language.choices
    assert session is not None
    assert (session["node"], session.get("extra")) == ("mulai", None)


RUDE = ["goblok kalian", "dasar mesin bego", "payah semua", "belegug siah", "sontoloyo", "kalian tuli ya", "bacot"]


@pytest.mark.parametrize("text", RUDE)
def test_who_is_angry_is_asked_nothing_strange(flows: Flows, listen: Listen, text: str) -> None:
    session, _ = step(flows, dict(AT_HOME), Said(text), listen(Facts("id"), text))
    assert session is not None
    assert session["node"] == "utama"
