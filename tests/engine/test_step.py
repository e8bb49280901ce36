"""The rules of a turn that a transcript cannot show: purity, odd input, sessions of an older version, effects in full."""

import copy
import time

import pytest

from bot.engine.effects import End, Facts, HandOff, OpenTicket, Remember, Said, Say, Wait
from bot.engine.flow import Flows
from bot.engine.play import Listen
from bot.engine.step import step
from bot.message import Attachment, Location

KNOWN = Facts("id", "1")
QUIET = Said(kind="quiet")


def walk(flows: Flows, *lines: str | Said, facts: Facts = KNOWN) -> tuple[dict[str, object] | None, list[object]]:
    session: dict[str, object] | None = None
    effects: list[object] = []
    for line in lines:
        said = Said(line) if isinstance(line, str) else line
        session, made = step(flows, session, said, facts)
        effects = list(made)
    return session, effects


def says(effects: list[object]) -> str:
    return "\n".join(effect.text for effect in effects if isinstance(effect, Say))


def test_the_session_given_is_not_changed(flows: Flows) -> None:
    session, _ = walk(
        flows, "halo", "1", "jalan rusak", "desa a", Said(attachments=(Attachment("voice", "v1"),), kind="voice")
    )
    before = copy.deepcopy(session)
    for said in (Said("lanjut lagi"), Said("petugas"), Said("0"), Said("menu"), QUIET, Said("batal"), Said("bahasa")):
        step(flows, session, said, KNOWN)
        assert session == before


def test_a_known_contact_is_not_asked_for_language_and_hears_the_notice_once(flows: Flows) -> None:
    _, effects = walk(flows, "halo", facts=Facts("su", ""))
    assert Remember("notice", flows.notice_version) in effects
    assert "NIK" in says(effects)
    _, effects = walk(flows, "halo", facts=Facts("su", flows.notice_version))
    assert "NIK" not in says(effects)
    assert "Aya nu tiasa dibantos" in says(effects)


def test_every_choice_has_a_button_and_a_number_in_the_text(flows: Flows) -> None:
    _, effects = walk(flows, "halo", "1")
    bubble = next(effect for effect in effects if isinstance(effect, Say))
    assert [choice.id for choice in bubble.choices][:2] == ["pengaduan/topik/sosial", "pengaduan/topik/jalan"]
    assert len(bubble.choices) == 6
    for number, choice in enumerate(bubble.choices, 1):
        assert f"\n{number}. {choice.label}" in bubble.text
    assert 0 < len(bubble.menu) <= 20


def test_a_ticket_has_all_that_was_given(flows: Flows) -> None:
    photo = Attachment("image", "media-1", "image/jpeg", "a.jpg")
    _, effects = walk(
        flows, "halo", "lapor", "jalan rusak",
        Said(kind="location", location=Location(-6.9, 107.6, "Alun-alun")),
        "berlubang", "dalam sekali", QUIET,
        Said("", kind="image", attachments=(photo,)), QUIET, "1",
    )  # fmt: skip
    ticket, bubble, end = effects
    assert isinstance(ticket, OpenTicket)
    assert (ticket.topic, ticket.place) == ("jalan", "Alun-alun (-6.900000, 107.600000)")
    assert ticket.details == "berlubang\ndalam sekali"
    assert ticket.answers["attachments"] == [{"kind": "image", "ref": "media-1", "mime": "image/jpeg", "name": "a.jpg"}]
    assert isinstance(bubble, Say)
    assert bubble.notice
    assert "{number}" in bubble.text
    assert "{link}" in bubble.text
    assert end == End()


def test_an_officer_gets_half_an_answer_too(flows: Flows) -> None:
    session, effects = walk(flows, "halo", "lapor", "jalan rusak", "desa a", "berlubang", "petugas")
    assert session is None
    assert isinstance(effects[0], HandOff)
    assert (effects[0].reason, effects[0].topic, effects[0].place, effects[0].details) == (
        "asked",
        "jalan",
        "desa a",
        "berlubang",
    )
    assert isinstance(effects[1], Say)
    assert effects[1].notice


def test_lines_are_gathered_until_it_is_quiet(flows: Flows) -> None:
    session, effects = walk(flows, "halo", "lapor", "jalan rusak", "desa a", "satu", "2 dua")
    assert effects == [Wait(2.0)]
    session, made = step(flows, session, QUIET, KNOWN)
    assert session is not None
    assert session["answers"] == {"topic": "jalan", "place": "desa a", "details": "satu\n2 dua"}
    again, made = step(flows, session, QUIET, KNOWN)
    assert (again, made) == (session, [])


@pytest.mark.parametrize("more", [Said(""), Said(" \n"), Said("👍")])
def test_an_empty_line_ends_no_waiting(flows: Flows, more: Said) -> None:
    """The turn must ask for the quiet again: one that does not would end it, and nobody would answer what was said before."""
    _, effects = walk(flows, "halo", "lapor", "jalan rusak", "desa a", "satu", more)
    assert any(isinstance(effect, Wait) for effect in effects)


@pytest.mark.parametrize("words", ["nomor ambulans", "nomer ambulan", "nomor polisi", "nomor damkar berapa"])
@pytest.mark.parametrize(
    "before", [("jalan rusak",), ("jalan rusak", "desa a"), ("jalan rusak", "desa a", "cerita", QUIET)]
)
def test_emergency_numbers_come_at_every_question(
    flows: Flows, listen: Listen, before: tuple[str | Said, ...], words: str
) -> None:
    """Also where words, a place or a picture are asked for; then the question again."""
    session, _ = walk(flows, "halo", "lapor", *before, facts=listen(KNOWN, ""))
    after, effects = step(flows, session, Said(words), listen(KNOWN, words))
    assert after is not None and session is not None
    assert after["node"] == session["node"]
    assert "119" in str([effect.values for effect in effects if isinstance(effect, Say)])


@pytest.mark.parametrize("words", ["telepon rumah saya rusak", "mobil polisi lewat tadi malam"])
def test_other_words_stay_the_answer(flows: Flows, listen: Listen, words: str) -> None:
    _, effects = walk(flows, "halo", "lapor", "jalan rusak", "desa a", words, facts=listen(KNOWN, words))
    assert effects == [Wait(2.0)]


def test_two_messages_are_the_most_for_first_words_that_ask_for_emergency_numbers(flows: Flows, listen: Listen) -> None:
    """Greeting, numbers and the question for the place would be three: the last two are one."""
    effects = walk(flows, "nomor ambulans", facts=listen(Facts("id"), ""))[1]
    spoken = [effect for effect in effects if isinstance(effect, Say)]
    assert len(spoken) == 2
    assert "119" in str(spoken[1].values)
    assert spoken[1].ask == "location"
    assert spoken[1].notice


def test_a_burst_at_a_menu_is_kept_and_not_answered(flows: Flows) -> None:
    session, effects = walk(flows, "halo", Said("lampu di gang mati", quick=True), Said("gelap", quick=True))
    assert effects == []
    assert session is not None
    assert session["extra"] == ["lampu di gang mati", "gelap"]
    assert session["misses"] == 0


def picture(ref: str, words: str = "", album: bool = True) -> Said:
    return Said(words, kind="image", attachments=(Attachment("image", ref),), album=album)


@pytest.mark.parametrize(
    ("before", "node", "spoken"),
    [((), "mulai", 1), (("1",), "topik", 1), (("1", "jalan rusak"), "cerita", 1),
     (("1", "jalan rusak", "desa a"), "cerita", 0), (("1", "jalan rusak", "desa a", "cerita", QUIET), "foto", 0)],
)  # fmt: skip
def test_pictures_of_one_album_are_one_answer(
    flows: Flows, before: tuple[str | Said, ...], node: str, spoken: int
) -> None:
    """`spoken`: where lines are gathered, the answer comes when it is quiet."""
    facts = KNOWN if before else Facts()
    session, _ = walk(flows, "halo", *before, facts=facts) if before else (None, [])
    session, effects = step(flows, session, picture("p0", album=False), facts)
    assert sum(isinstance(effect, Say) for effect in effects) == spoken
    for number in range(1, 5):
        session, effects = step(flows, session, picture(f"p{number}", "dan ini" if number == 4 else ""), facts)
        assert not [effect for effect in effects if isinstance(effect, Say)]
    assert session is not None and session["node"] == node
    assert [file["ref"] for file in session["answers"]["attachments"]] == ["p0", "p1", "p2", "p3", "p4"]  # type: ignore[index]
    assert "dan ini" in str(session), "words under a picture are kept"


def test_an_old_button_counts_as_no_mistake(flows: Flows) -> None:
    session, effects = walk(flows, "halo", "1", Said(choice="menu/utama/cek", kind="choice", text="Cek laporan"))
    assert session is not None
    assert session["misses"] == 0
    assert session["node"] == "topik"
    assert says(effects).startswith(flows.texts["stale"]["id"])


@pytest.mark.parametrize(
    "choice", ["pengaduan/topik/~jalan", "pengaduan/topik/", "/", "x", "pengaduan/topik/sosial/x", "a" * 9999]
)
def test_an_invented_button_is_refused(flows: Flows, choice: str) -> None:
    session, effects = walk(flows, "halo", "1", Said(choice=choice, kind="choice"))
    assert session is not None
    assert session["node"] == "topik"
    assert effects


def test_words_of_a_citizen_are_never_placeholders(flows: Flows) -> None:
    _, effects = walk(
        flows, "halo", "lapor", "jalan rusak", "{number} {{7*7}}", "{x.__class__} {answers}", QUIET, "tidak ada"
    )
    summary = next(effect for effect in effects if isinstance(effect, Say))
    assert summary.text.count("{") == 1
    assert "{number} {{7*7}}" in summary.values["answers"]


@pytest.mark.parametrize(
    "session",
    [
        {}, {"flow": "gone", "node": "gone"}, {"flow": "menu", "node": "sapa"}, {"flow": None, "node": 3},
        {"flow": "pengaduan", "node": "cerita", "answers": "x", "back": 7, "lines": [1], "extra": {}, "misses": "2"},
        {"flow": "pengaduan", "node": "ringkasan", "answers": {"attachments": "x", "topic": 5}, "fix": "no/where"},
        {"flow": "pengaduan", "node": "topik", "version": "older", "answers": {}, "back": ["no/where"], "resume": 1},
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "said", [Said("halo"), Said("0"), Said("1"), QUIET, Said(choice="x"), Said(kind="unsupported")]
)
def test_a_damaged_or_older_session_is_lived_with(flows: Flows, session: dict[str, object], said: Said) -> None:
    after, effects = step(flows, session, said, KNOWN)
    assert effects or said is QUIET
    assert after is None or f"{after['flow']}/{after['node']}" in flows.nodes or said is QUIET


def test_a_turn_is_fast(flows: Flows) -> None:
    """The budget is 40 µs; the limit leaves room for a busy machine."""
    session, _ = walk(flows, "halo", "1")
    best = 1.0
    for _ in range(20):
        began = time.perf_counter()
        for _ in range(100):
            step(flows, session, Said("2"), KNOWN)
        best = min(best, (time.perf_counter() - began) / 100)
    assert best < 200e-6


@pytest.mark.parametrize(
    ("words", "code", "name"),
    [
        ("desa cibiru wetan kecamatan cileunyi", "32.04.05.", "Desa Cibiru Wetan, Kec. Cileunyi, Kab. Bandung"),
        ("kec lembang", "32.17.", "Kec. Lembang, Kab. Bandung Barat"),
        ("dekat warung bu ijah", "", ""),
    ],
)
def test_a_place_is_kept_as_written_and_as_understood(
    flows: Flows, listen: Listen, words: str, code: str, name: str
) -> None:
    facts = listen(KNOWN, "")
    session, _ = walk(flows, "halo", "lapor", "lampu jalan", words, facts=facts)
    assert session is not None
    answers = session["answers"]
    assert isinstance(answers, dict)
    assert answers["place"] == words
    assert str(answers.get("place_code", "")).startswith(code)
    assert answers.get("place_name", "") == name


def test_a_button_of_another_offer_presses_nothing(flows: Flows, listen: Listen) -> None:
    facts = listen(KNOWN, "")
    session, effects = walk(flows, "halo", "di sekolah anak saya ada bau menyengat", facts=facts)
    assert session is not None
    assert [choice.label for choice in effects[-1].choices][-1] == "Bukan itu"  # type: ignore[attr-defined]
    after, effects = step(flows, session, Said(choice="pengaduan/topik.maksud/pajak", kind="choice"), facts)
    assert after is not None
    assert after["node"] == "topik.maksud"
    assert flows.texts["stale"]["id"] in says(list(effects))


def test_without_models_a_story_is_kept_and_the_menu_asked(flows: Flows) -> None:
    session, effects = walk(flows, "halo", "jalan di kampung kami rusak parah dan berlubang")
    assert session is not None
    assert (session["node"], session["extra"]) == ("utama", ["jalan di kampung kami rusak parah dan berlubang"])
    assert flows.texts["kept"]["id"] in says(effects)


def test_who_stands_in_a_step_that_is_gone_is_asked_the_one_before_it(flows: Flows) -> None:
    """A newer version without that step: answers stay, the words that came meanwhile are kept, nobody begins anew."""
    session, _ = walk(flows, "halo", "1", "jalan rusak", "desa a")
    assert session is not None and session["node"] == "cerita"
    session |= {"node": "sejak", "lines": ["tadi pagi"], "back": [*session["back"], "pengaduan/gone"]}  # type: ignore[misc]
    after, effects = step(flows, session, Said("sudah seminggu"), KNOWN)
    assert after is not None and after["node"] == "tempat"
    assert after["answers"] == {"topic": "jalan", "place": "desa a"}
    assert after["extra"] == ["tadi pagi", "sudah seminggu"]
    assert says(effects).startswith(flows.texts["moved"]["id"])
    assert step(flows, session, QUIET, KNOWN) == (session, [])
    gone, effects = step(flows, session, Said("petugas"), KNOWN)
    assert gone is None and any(isinstance(effect, HandOff) for effect in effects)


@pytest.mark.parametrize(
    ("before", "asked", "question"),
    [(("1",), "kenapa harus memilih?", True), (("1",), "punten, kumaha carana", True), ((), "apa", False),
     (("1",), "berapa lama ya", True), (("1",), "pokoknya tolong dibantu segera", False)],
)  # fmt: skip
def test_a_question_of_the_citizens_own_is_offered_to_an_officer(
    flows: Flows, before: tuple[str, ...], asked: str, question: bool
) -> None:
    """And ours is asked again; twice in a row brings a human, as every other miss does."""
    session, effects = walk(flows, "halo", *before, asked)
    assert session is not None and session["misses"] == 1
    assert says(effects).startswith(flows.texts["question_kept"]["id"]) == question
    assert (asked in session.get("extra", [])) == (question or len(asked.split()) > 2)  # type: ignore[operator]
    session, _ = step(flows, session, Said(asked), KNOWN)
    assert session is not None and session["node"] == "tawaran"
