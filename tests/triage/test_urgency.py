"""Is a life in danger now? Rates over a corpus (urgency.tsv), clean and misspelt; and single rules as tables."""

import importlib.util
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.triage import urgency
from bot.triage.spelling import HEAD, TAIL, Words, squeeze, squeezed, tokens, vocabulary
from bot.triage.urgency import Dangers
from tests.told import english, refuses

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
ROWS = [line.split("\t") for line in (HERE / "urgency.tsv").read_text("utf-8").splitlines()[1:]]
NOISE = 0.25


def _misspell() -> Callable[[str, float, str], str]:
    spec = importlib.util.spec_from_file_location("typing_errors", HERE / "typing.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.misspell  # type: ignore[no-any-return]


misspell = _misspell()


def texts(group: str, half: int | None = None) -> list[str]:
    found = [text for text, _, name in ROWS if name == group]
    return found if half is None else found[half::2]


def share(dangers: Dangers, said: list[str], *levels: str) -> float:
    found = [dangers.read(text) for text in said]
    return sum(danger is not None and danger.level in levels for danger in found) / len(said)


def noisy(said: list[str]) -> list[str]:
    return [misspell(text, NOISE, str(seed)) for text in said for seed in range(4)]


RATES = [
    # group, half (the second half of the critical ones was not looked at while the phrases were written), levels, clean at least / at most, misspelt
    ("critical", 0, ("critical",), 0.98, 1.0, 0.95, 1.0),
    ("critical", 1, ("critical",), 0.97, 1.0, 0.93, 1.0),
    ("critical", None, ("critical", "high"), 0.99, 1.0, 0.97, 1.0),
    ("high", None, ("critical", "high"), 0.98, 1.0, 0.92, 1.0),
    ("hard", None, ("critical",), 0.0, 0.05, 0.0, 0.12),
    ("routine", None, ("critical",), 0.0, 0.01, 0.0, 0.02),
    ("talk", None, ("critical", "high"), 0.0, 0.005, 0.0, 0.01),
]


@pytest.mark.parametrize(("group", "half", "levels", "low", "high", "noisy_low", "noisy_high"), RATES)
def test_rates(
    dangers: Dangers, group: str, half: int | None, levels: tuple[str, ...],
    low: float, high: float, noisy_low: float, noisy_high: float,
) -> None:  # fmt: skip
    said = texts(group, half)
    assert low <= share(dangers, said, *levels) <= high
    assert noisy_low <= share(dangers, noisy(said), *levels) <= noisy_high


def test_the_corpus_is_large_enough() -> None:
    sizes = {group: len(texts(group)) for group in ("critical", "high", "hard", "routine", "talk")}
    assert sizes["critical"] >= 250 and sizes["high"] >= 150 and sizes["hard"] >= 250
    assert sizes["routine"] + sizes["talk"] >= 400


KINDS = [
    ("bapak saya sesak napas", "breathing", "critical"),
    ("ibu saya gak bangun-bangun", "medical", "critical"),
    ("rumah kebakaran tolong", "fire", "critical"),
    ("anak hanyut di sungai", "drowning", "critical"),
    ("kajebak caah di luhur kenteng", "disaster", "critical"),
    ("motor ditabrak truk korban tidak sadar parah", "accident", "critical"),
    ("suami saya bawa golok ngamuk", "violence", "critical"),
    ("hayang maot wae", "suicide", "critical"),
    ("anak saya hilang umur 4 tahun", "missing", "critical"),
    ("tiang listrik miring", "disaster", "high"),
    ("saya depresi", "suicide", "high"),
    ("tulung, bapa teu eling", "medical", "critical"),
    ("SESAKNAPAS", "breathing", "critical"),
    ("tolooong ibu piiingsan", "medical", "critical"),
    ("k3bakaran di pasar", "fire", "critical"),
    ("ibu ping san", "medical", "critical"),
    ("bapa téh teu sadar", "medical", "critical"),
]


@pytest.mark.parametrize(("said", "kind", "level"), KINDS)
def test_kind_and_level(dangers: Dangers, said: str, kind: str, level: str) -> None:
    danger = dangers.read(said)
    assert danger and (danger.kind, danger.level, danger.guarded) == (kind, level, False)
    assert danger.why and all(word in tokens(said) for word in danger.why)


GUARDED = [
    "film tentang tenggelam", "simulasi kebakaran besok", "cara mencegah stroke", "kebakaran tahun lalu",
    "syarat santunan kecelakaan", "rawan kecelakaan", "bisi aya nu tigebrus ka sumur", "tidak ada yang pingsan",
    "teu aya nu pingsan", "hp saya mau mati", "terjebak macet di rumah makan", "kapan pelatihan pingsan",
]  # fmt: skip


@pytest.mark.parametrize("said", GUARDED)
def test_a_cue_lowers_and_never_drops(dangers: Dangers, said: str) -> None:
    danger = dangers.read(said)
    assert danger is None or danger.level == "high"
    if danger and danger.guarded:
        assert danger.why


STAYS = [
    # The same cue does not lower what is happening now, or to whom.
    "kapan ambulans datang, bapak saya pingsan", "berapa lama lagi, ibu sesak napas sekarang",
    "saya takut, dia mau bunuh saya", "kalau begini saya mau bunuh diri saja", "sejak kemarin ibu saya tidak sadar",
]  # fmt: skip


@pytest.mark.parametrize("said", STAYS)
def test_a_cry_stays_critical(dangers: Dangers, said: str) -> None:
    danger = dangers.read(said)
    assert danger and danger.level == "critical"


@pytest.mark.parametrize(
    "said", ["", " ", "?!", "👍", "1", "ibu saya sudah sadar", "halo", "𝕋𝕖𝕤", "\x00\x00", "ä" * 50]
)
def test_nothing(dangers: Dangers, said: str) -> None:
    danger = dangers.read(said)
    assert danger is None or danger.level == "high"


@pytest.mark.parametrize("where", ["head", "tail"])
def test_a_very_long_message_is_read_at_both_ends(dangers: Dangers, where: str) -> None:
    long = "jalan rusak di kampung saya " * 2400
    said = f"anak saya tenggelam {long}" if where == "head" else f"{long} anak saya tenggelam"
    assert len(said) > 65_536
    assert len(" ".join(tokens(said))) <= HEAD + TAIL + 1
    danger = dangers.read(said)
    assert danger and danger.kind == "drowning"


@pytest.mark.parametrize("said", ["aqwzx" * 13_107, "tenggelam" * 7_000, "a" * 65_536, "0" * 65_536])
def test_a_single_endless_word_is_no_burden(dangers: Dangers, said: str) -> None:
    start = time.thread_time()
    dangers.read(said)
    assert time.thread_time() - start < 1.0


def test_reading_costs_little(dangers: Dangers) -> None:
    """The middle of many readings, so that a busy machine does not decide: far above what is measured (`≤ 0.3 ms`)."""
    said = noisy(texts("routine"))
    took = []
    for text in said:
        start = time.perf_counter()
        dangers.read(text)
        took.append(time.perf_counter() - start)
    assert sorted(took)[len(took) // 2] < 0.003


@pytest.mark.parametrize(
    ("written", "plain"), [("tolooong", "tolong"), ("k3bakaran", "kebakaran"), ("bangun2", "bangun"), ("40", "40")]
)
def test_one_way_of_writing(written: str, plain: str) -> None:
    assert squeeze(written) == plain
    assert squeezed([written, "", "ujung", "aa"]) == {plain, "", "ujung", "a"}


def test_words_of_many_lines() -> None:
    assert vocabulary("Jalan rusak,\nJALAN 2 café-na\n") == {"jalan", "rusak", "caf", "na"}


def test_what_only_misspelt_words_need_is_made_for_the_first_of_them() -> None:
    words = Words({"kebakaran": "kebakaran", "api": "api", "sawah": "sawah"}, ["apina", "sawan", "jalan"])
    assert words.everyday == {"sawan", "jalan"}
    assert words.look("kebakaran") == (("kebakaran", 0),)
    assert not {"index", "short"} & vars(words).keys()
    assert words.look("kebakran") == (("kebakaran", 1),)
    words.warm()
    assert {"index", "short"} <= vars(words).keys()


BROKEN = [
    ("dangers:\n", "dangers:\n  jokes:\n    critical: |\n      haha\n", "is not a kind of danger"),
    ("    critical: |\n", "    urgent: |\n", "is no level"),
    ("guards:\n", "guard:\n", "is not known here"),
    ("      sesak, napas sesak", "      @nobody sesak, napas sesak", "is no group"),
    ("      sesak, napas sesak", "      se$ak, napas sesak", "is no word"),
    ("      sesak, napas sesak", "      sesak banget, napas sesak", "one word without its fillers"),
    ("  kuat: kiat", "  kuat: gak kiat", "already"),
    ("  kuat: kiat", "  kuat kiat", "is no entry"),
]


@pytest.mark.parametrize(("old", "new", "what"), BROKEN)
def test_a_broken_file_names_its_line(tmp_path: Path, old: str, new: str, what: str) -> None:
    folder = tmp_path / "flows"
    shutil.copytree(ROOT / "flows", folder, ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "data" / "urgency.yaml"
    text = path.read_text("utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    path.write_text(changed, "utf-8")
    line = next(at for at, (a, b) in enumerate(zip(text.splitlines(), changed.splitlines(), strict=False), 1) if a != b)
    with refuses(what) as error:
        urgency.read(folder)
    named = int(english(error.value).split(":")[1])
    assert english(error.value).startswith("flows/data/urgency.yaml:") and abs(named - line) <= 1


@pytest.mark.parametrize(
    "said",
    [
        "tps deket sekolah penuh, bau na masuk kelas",
        "satu guru mengajar tiga kelas",
        "runtah di sisi jalan geus ngagunung",
        "harga tomat tidak bisa ditawar",
        "pagarnya sudah dicat, patungan warga",
        "Kampung Babakan, désa Cikajang",
        "Jalan di depan sekolah berlubang besar, sudah dua kali ada anak jatuh.",
        "desa cilaku kecamatan cilaku",
        "jaln di payuneun imah liang ageung pisan, tos dua urg labuh",
    ],
)
def test_everyday_words_are_no_misspelt_danger(dangers: Dangers, said: str) -> None:
    assert dangers.read(said) is None
