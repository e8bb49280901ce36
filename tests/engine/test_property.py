"""Any sequence of inputs ends in a question, a ticket, a human or an end; never an exception, never an unexplained silence."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.engine.effects import Call, End, Facts, HandOff, Later, Link, LookUp, Remember, Said, Say, Wait
from bot.engine.flow import Flows
from bot.engine.play import PLAYED_AT, Listen
from bot.engine.step import step
from bot.message import Attachment, Location

WORDS = (
    "halo 0 1 2 3 4 5 6 menu batal ulang bahasa petugas ya tidak lapor jalan banjir pungli kirim ubah lewati hubungkan hatur_nuhun "
    "petgas bahsa jln_rusak jalan_di_depan_rumah_saya_rusak ??? 1️⃣ ٢ {number} {{7*7}} \ud800 \0 ⭐"
).split()
STORIES = (
    "jalan di kampung kami rusak parah dan berlubang",
    "di sekolah anak saya ada bau menyengat",
    "saya tidak jadi lapor deh",
    "abdi hoyong ngobrol langsung sareng jalmi",
    "jalan di lembur abdi ruksak parah, aspalna bolong ageung",
    "laporan saya sudah sampai mana",
    "tolong hapus semua data saya",
    "desa Mekarsari",
    "kecamatan Cileunyi",
    "di Surabaya",
    "Mekarsari",
    "tidak tahu",
    "sunda",
    "indonesia",
    "tetap lapor",
)
TEXTS = st.one_of(
    st.sampled_from([word.replace("_", " ") for word in WORDS]),
    st.sampled_from(STORIES),
    st.text(max_size=40),
    st.text("a 1", max_size=400),
)
FILES = st.lists(
    st.builds(
        Attachment,
        st.sampled_from(["image", "video", "audio", "voice", "document", "sticker"]),  # type: ignore[arg-type]
        st.text(max_size=5),
    ),
    max_size=2,
).map(tuple)


def inputs(flows: Flows) -> st.SearchStrategy[Said]:
    ids = [choice.id for node in flows.nodes.values() for say in node.says.values() for choice in say.choices]
    return st.one_of(
        TEXTS.map(Said),
        st.builds(
            Said,
            TEXTS,
            quick=st.booleans(),
            album=st.booleans(),
            attachments=FILES,
            kind=st.sampled_from(["text", "image", "voice", "contact"]),
        ),
        st.builds(Said, choice=st.sampled_from(ids) | st.text(max_size=9), kind=st.just("choice")),
        st.just(Said(kind="quiet")),
        st.builds(
            Said, location=st.builds(Location, st.floats(), st.floats(), st.text(max_size=9)), kind=st.just("location")
        ),
        st.just(Said(kind="unsupported")),
        st.builds(Said, kind=st.sampled_from(["remind", "expire", "time"])),
        st.builds(Said, choice=st.sampled_from(["resolved", "changed", "dispatched", ""]), kind=st.just("event")),
        st.builds(Said, choice=st.sampled_from(sorted(flows.first)), kind=st.just("begin")),
        st.builds(
            Said,
            kind=st.just("result"),
            token=st.just("now") | st.text(max_size=3),
            result=st.fixed_dictionaries(
                {"ok": st.booleans(), "values": st.dictionaries(st.sampled_from(["status", "x"]), TEXTS, max_size=2)}
            )
            | st.builds(lambda words: {"reports": words}, TEXTS),
        ),
    )


OWN = ("quiet", "time", "event", "result", "remind", "expire")
"""Turns that no citizen began: they may find that nothing waits for them any more."""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), language=st.sampled_from([None, "id", "su", "xx"]))
def test_a_conversation_is_never_stuck(kinds: Flows, listen: Listen, data: st.DataObject, language: str | None) -> None:
    """Over the shipped flows, and those that hold one of every kind of step."""
    flows = kinds
    session: dict[str, object] | None = None
    facts = Facts(language, now=PLAYED_AT if data.draw(st.booleans()) else None)
    reads = data.draw(st.booleans())  # with triage, and before it is loaded
    for said in data.draw(st.lists(inputs(flows), max_size=25)):
        before = session
        if said.token == "now":
            said = replace(said, token=str((session or {}).get("pending") or ""))
        facts = listen(facts, said.text) if reads else facts
        session, effects = step(flows, session, said, facts)
        for effect in effects:
            if isinstance(effect, Remember):
                facts = replace(facts, **{effect.name: effect.value})
        spoken = [effect for effect in effects if isinstance(effect, Say)]
        assert len(spoken) <= 2
        assert (session is None) == any(isinstance(effect, End) for effect in effects) or said.kind in OWN
        if not spoken and not any(isinstance(effect, Wait | Link | LookUp | Call | Later) for effect in effects):
            kept = (before or {}).get("extra", []) != (session or {}).get("extra", [])
            assert said.kind in OWN or (said.quick and kept) or said.album or _full(session)
        if session is not None:
            node = flows.nodes[f"{session['flow']}/{session['node']}"]
            assert node.asks or node.waits
            assert set(session) <= {
                "flow",
                "node",
                "version",
                "answers",
                "misses",
                "back",
                "lines",
                "extra",
                "fix",
                "resume",
                "guessed",
                "offered",
                "held",
                "fresh",
                "switched",
                "frames",
                "pending",
                "sealed",
            }
            assert len(session["back"]) <= 20  # type: ignore[arg-type]


def _full(session: dict[str, object] | None) -> bool:
    return len((session or {}).get("extra", [])) >= 200  # type: ignore[arg-type]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.sampled_from(["lapor", "1", "2", "0", "ulang", "bahasa", "apa maksudnya itu ya"]), max_size=12)
)
def test_an_officer_is_one_word_away(flows: Flows, steps: list[str]) -> None:
    session: dict[str, object] | None = None
    for line in steps:
        session, _ = step(flows, session, Said(line), Facts("su", "1"))
    session, effects = step(flows, session, Said("patugas"), Facts("su", "1"))
    assert session is None
    assert any(isinstance(effect, HandOff) for effect in effects)
