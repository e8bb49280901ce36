"""Which steps a talk comes to, and what becomes of each question: a talk a row, with what it counts."""

import pytest

from bot.engine.effects import Facts, Said
from bot.engine.flow import Flows
from bot.engine.step import step
from bot.engine.walked import walked

KNOWN = Facts("id", "1")
REPORT = "pengaduan"
CASES: tuple[tuple[str, tuple[str, ...], dict[str, str]], ...] = (
    ("an answer", ("1",), {"pengaduan/topik": "reached answered"}),
    ("not understood: it is still open", ("xyzzy",), {"pengaduan/topik": "reached"}),
    ("asks for an officer", ("petugas",), {"pengaduan/topik": "reached gone", "menu/petugas": "reached"}),
    ("cancels", ("batal",), {"pengaduan/topik": "reached gone"}),
    ("goes to the menu", ("menu",), {"pengaduan/topik": "reached gone", "menu/utama": "reached"}),
    ("falls silent", ("(expire)",), {"pengaduan/topik": "reached gone"}),
    ("is reminded only", ("(remind)",), {"pengaduan/topik": "reached"}),
    ("changes the language in between", ("bahasa",), {"pengaduan/topik": "reached", "menu/bahasa": "reached"}),
)


def counted(flows: Flows, lines: tuple[str, ...]) -> dict[str, str]:
    session, found = None, dict[str, list[str]]()
    for said in (Said(kind="begin", choice=REPORT), *map(heard, lines)):
        seen, before = set[str](), session
        session, _ = step(flows, before, said, KNOWN, seen)
        for id_, what in walked(flows, before, session, said.kind, seen):
            found.setdefault(id_, []).append(what)
    return {id_: " ".join(what) for id_, what in found.items()}


def heard(line: str) -> Said:
    return Said(kind=line[1:-1]) if line.startswith("(") else Said(line)


@pytest.mark.parametrize(("lines", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_one_talk_counts(flows: Flows, lines: tuple[str, ...], wanted: dict[str, str]) -> None:
    found = counted(flows, lines)
    assert {id_: what for id_, what in found.items() if id_ in wanted} == wanted
    assert all("gone" not in what for id_, what in found.items() if id_ not in wanted), found


def test_going_back_is_neither_an_answer_nor_a_loss(flows: Flows) -> None:
    found = counted(flows, ("2", "0", "2"))
    assert found["pengaduan/topik"] == "reached answered reached answered" and "gone" not in " ".join(found.values())
