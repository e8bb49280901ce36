"""Broken flow files are refused with file, line, step and remedy; the linter finds what loads but would be felt."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.engine import read
from bot.engine.check import lint
from bot.engine.flow import Flows, load
from bot.engine.show import show
from bot.errors import NotFound
from bot.i18n import Catalogues
from tests.told import english, refuses

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "flows", tmp_path / "flows")  # with the kept trees: only what a test changes is parsed
    return tmp_path / "flows"


def steps(body: str) -> str:
    return "steps:\n" + "".join(f"  {line}\n" for line in body.splitlines())


ASK = "a:\n  kind: ask-choice\n  text: Apa?\n  next: b\n  choices:\n"
END = "b:\n  kind: end\n  text: Selesai.\n"

BROKEN = [
    ("", "uji.yaml:1: file: is empty", "write `steps:`"),
    ("steps: [", "file: not YAML", "check colons"),
    (
        "steps:\n  a:\n    kind: say\n  a:\n    kind: end",
        "uji.yaml:4: file: `a` stands here twice (first in line 2)",
        "keep one",
    ),
    ("steps:\n  a: &x 1", "uji.yaml:2: file: anchors", "write the text out"),
    ("stepz:\n  a: 1", "`steps` is missing", "write `steps:`"),
    ("steps:\n  Besar:\n    kind: end", "uji.yaml:2: flow: `Besar` cannot be a key", "use small letters"),
    (steps("a: teks"), "uji.yaml:2: a: is not a mapping", "write `kind: …`"),
    (steps("a:\n  text: x"), "uji.yaml:2: a: `kind` is missing", "write `kind: …`"),
    (steps("a:\n  kind: sai\n  text: x"), "uji.yaml:3: a: `kind: sai` is not known", "write `say`"),
    (
        steps("a:\n  kind: say\n  text: x\n  next: bb\n" + END),
        "uji.yaml:5: a: `next: bb` leads nowhere",
        "write `b`",
    ),
    (
        steps("a:\n  kind: end\n  text: x\n  nxt: b\n" + END),
        "uji.yaml:5: a: `nxt` is not known here",
        "known are: kind, text",
    ),
    (steps("a:\n  kind: end"), "uji.yaml:2: a: `text` is missing", "write `text: …`"),
    (steps("a:\n  kind: end\n  text: [x]"), "uji.yaml:4: a: `text` must be text", "write `text: |`"),
    (
        steps("a:\n  kind: ask-text\n  text: x\n  next: b\n  gather: lama\n" + END),
        "`gather` must be a number from 0 to 30",
        "write",
    ),
    (steps(ASK + "    x: [1]\n" + END), "uji.yaml:7: a.choices.x: is not a mapping", "write"),
    (
        steps("a:\n  kind: ask-choice\n  text: x\n  choices:\n    y: Ya\n" + END),
        "choice `y` leads nowhere",
        "write `next:`",
    ),
    (
        steps("a:\n  kind: ask-choice\n  text: x\n  next: b\n  recall: mungkin\n  choices:\n    y: Ya\n" + END),
        "must be yes or no",
        "yes",
    ),
    (
        steps("a:\n  kind: language\n  text: x\n  next: b\n  choices:\n    fr: Prancis\n" + END),
        "`fr` is not a language",
        "id, en, su",
    ),
    (
        steps("a:\n  kind: ask-media\n  text: x\n  next: b\n  choices:\n    lain: Lain\n" + END),
        "is only `skip`",
        "skip: Lewati",
    ),
]


ON = "  text: x\n  next: b\n"
BROKEN += [
    (steps("a:\n  kind: ask-number\n  min: 9\n  max: 3\n" + ON + END), "`min` is more than `max`", "change one"),
    (steps("a:\n  kind: ask-date\n  past: yes\n  future: yes\n" + ON + END), "a day is past or future", "leave one"),
    (steps("a:\n  kind: ask-yes-no\n  text: x\n  yes: b\n" + END), "the answer `tidak` leads nowhere", "write `no: …`"),
    (steps("a:\n  kind: wait\n  for: 2h\n  until: '08:00'\n" + ON + END), "a wait ends once", "one of the two"),
    (steps("a:\n  kind: wait\n  for: lama\n" + ON + END), "`for: lama` is no time", "write `for: 30m`"),
    (steps("a:\n  kind: wait\n  until: '25:00'\n" + ON + END), "is no time of day", '"08:00"'),
    (steps("a:\n  kind: wait\n  for: 2h\n  event: resolvd\n" + ON + END), "is no state of a report", "`resolved`"),
    (
        steps("a:\n  kind: wait\n  for: 2h\n  late: b\n" + ON + END),
        "`late` needs something to wait for",
        "`event: resolved`",
    ),
    (steps("a:\n  kind: wait\n  for: 2h\n  event: changed\n" + ON + END), "`late` is missing", "late"),
    (
        steps("a:\n  kind: call\n  host: jauh\n  path: /x\n  fallback: b\n  next: b\n" + END),
        "is not in flows/data/hosts.yaml",
        "known are",
    ),
    (
        steps("a:\n  kind: look-up\n  text: x\n  found: y\n  none: z\n  next: b\n" + END),
        "does not say what was found",
        "{reports}",
    ),
    (steps("a:\n  kind: triage\n  read: [mood]\n  next: b\n" + END), "`read: mood` is not known", "topic"),
    (steps(ASK.replace("next: b", "next: b\n  voice: z") + "    y: Ya\n" + END), "`voice: z` is no choice", "y"),
    (
        steps("a:\n  kind: check\n  next: b\n  rules:\n    r:\n      when: {answer: x}\n      next: b\n" + END),
        "compares once",
        "write one of",
    ),
    ("sleep: {expire: 2h}\n" + steps(END), "an end before 24 hours needs a warning", "write `remind:`"),
    ("sleep: {remind: 5h, expire: 3h}\n" + steps(END), "the reminder comes after the end", "shorter"),
]


@pytest.mark.parametrize(("body", "what", "remedy"), BROKEN)
def test_a_broken_file_is_refused(folder: Path, catalogues: Catalogues, body: str, what: str, remedy: str) -> None:
    (folder / "uji.yaml").write_text(body, "utf-8")
    with refuses() as caught:
        load(folder, catalogues)
    assert what in english(caught.value)
    assert remedy in english(caught.value)
    assert english(caught.value).startswith("flows/uji.yaml:")


def test_the_steps_the_engine_needs_cannot_be_taken_out(folder: Path, catalogues: Catalogues) -> None:
    menu = folder / "menu.yaml"
    menu.write_text(menu.read_text("utf-8").replace("  tawaran:", "  tawar:"), "utf-8")
    with refuses("tawaran: is missing"):
        load(folder, catalogues)


LONG = "kata " * 25
FELT = [
    (ASK + "".join(f"    k{n}: Pilihan {n}\n" for n in range(7)) + END, "7 choices"),
    (ASK + "    y: Pilihan yang terlalu panjang sekali\n    z: Lain\n" + END, "characters (id)"),
    (ASK + "    y: Sama\n    z: sama!\n" + END, "two choices are called `sama`"),
    (ASK + "    y:\n      label: Satu\n      words: [dua]\n    z: Dua\n" + END, "would choose both"),
    ("a:\n  kind: say\n  text: Apa? Siapa?\n  next: b\n" + END, "more than one question"),
    ("a:\n  kind: say\n  text: 😀 Halo\n  next: b\n" + END, "a line begins with `😀`"),
    ("a:\n  kind: say\n  text: Halo 😀 ya 😀\n  next: b\n" + END, "2 emoji"),
    (f"a:\n  kind: say\n  text: {LONG}\n  next: b\n" + END, "a sentence of 25 words"),
    (f"a:\n  kind: say\n  text: {'Halo. ' * 120}\n  next: b\n" + END, "characters with its choices"),
    ("a:\n  kind: say\n  text: Hai {umur}\n  next: b\n" + END, "`{umur}` is filled by nothing"),
    ("a:\n  kind: say\n  text: Nomor {number}\n  next: b\n" + END, "before there is a ticket"),
    (
        "a:\n  kind: say\n  text: Hai\n  next: c\nc:\n  kind: say\n  text: Hai\n  next: a\n" + END,
        "goes in a circle without a question",
    ),
    ("a:\n  kind: ask-text\n  text: Apa?\n  next: a\n" + END, "never comes to an end"),
    (END, "no step leads here"),
    (END, "no translation (su)"),
]


@pytest.mark.parametrize(("body", "what"), FELT)
def test_the_linter_finds(folder: Path, catalogues: Catalogues, body: str, what: str) -> None:
    (folder / "uji.yaml").write_text(steps(body), "utf-8")
    found = [english(problem) for problem in lint(load(folder, catalogues)) if problem.file == "flows/uji.yaml"]
    assert any(what in problem for problem in found), found
    assert all(problem.startswith("flows/uji.yaml:") and problem.endswith(".") for problem in found)


def test_the_shipped_flows_are_clean(flows: Flows) -> None:
    assert [english(problem) for problem in lint(flows)] == []


def test_the_version_follows_the_content(folder: Path, catalogues: Catalogues, flows: Flows) -> None:
    assert load(folder, catalogues).version == flows.version
    text = (folder / "pengaduan.yaml").read_text("utf-8")
    (folder / "pengaduan.yaml").write_text(text.replace("tentang apa?", "soal apa?"), "utf-8")
    assert load(folder, catalogues).version != flows.version
    (folder / "pengaduan.yaml").write_text(text, "utf-8")
    assert load(folder, catalogues).version == flows.version
    rules = folder / "data" / "assignment.yaml"
    rules.write_text(rules.read_text("utf-8").replace("capacity: 12", "capacity: 10"), "utf-8")
    assert (other := load(folder, catalogues).version) != flows.version, "a rule is content, too"
    entry = replace(catalogues.entry("su", "menu.utama.text"), text="Aya naon?")  # type: ignore[type-var]
    spoken = {**catalogues.flows, "su": {**catalogues.flows["su"], "menu.utama.text": entry}}
    assert load(folder, replace(catalogues, flows=MappingProxyType(spoken))).version not in (other, flows.version)


def test_trees_are_kept_and_a_damaged_or_forbidden_cache_does_no_harm(
    folder: Path, catalogues: Catalogues, flows: Flows, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(folder, catalogues)
    cache = next((folder / "__pycache__").iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(read, "parse", lambda raw, name: pytest.fail("read again though nothing had changed"))
        assert load(folder, catalogues).version == flows.version
    for damage in ("", "[]", "7", '{"x": 1}', cache.read_text("utf-8").replace("[", "{", 3)):
        cache.write_text(damage, "utf-8")
        assert load(folder, catalogues).version == flows.version
    shutil.rmtree(cache.parent)
    cache.parent.write_text("a file where the folder would be", "utf-8")
    assert load(folder, catalogues).version == flows.version


def test_a_flow_can_be_read(flows: Flows) -> None:
    for name in flows.names:
        for language in flows.languages:
            assert name in show(flows, name, language)
    assert "1. Kirim laporan → serupa" in show(flows, "pengaduan")
    with pytest.raises(NotFound, match="there are: banjir, bansos, "):
        show(flows, "tidak-ada")


def test_topics_are_data(flows: Flows) -> None:
    assert len(flows.topics) == 21
    assert flows.topics["jalan"].agency == "Dinas Bina Marga dan Penataan Ruang"
    assert flows.topics["kekerasan"].confidential
    assert all(1 <= len(group.topics) <= 6 for group in flows.groups)
    assert all(20 <= len(topic.seeds) == len(set(topic.seeds)) for topic in flows.topics.values())
