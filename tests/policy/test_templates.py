"""flows/data/templates.yaml: what it may say, and what is refused with its line."""

from pathlib import Path

import pytest

from bot import i18n
from bot.policy import templates
from tests.told import refuses
from tests.world import ROOT

CATALOGUES = i18n.Catalogues.load(ROOT / "locales")


def test_the_shipped_file_names_every_purpose() -> None:
    assert set(templates.load(ROOT / "flows", CATALOGUES)) == set(templates.PURPOSES)


def test_variables_go_in_order_and_never_break_a_line() -> None:
    one = templates.load(ROOT / "flows", CATALOGUES)["ticket_update"]
    values = {"kabar": "Lampu\n\tsudah     nyala", "number": "AB12-CD34"}
    assert one.fill(values).body == ("AB12-CD34", "Lampu sudah nyala")
    assert "AB12-CD34: Lampu sudah nyala." in one.say(values)
    assert one.typed == ("kabar",)
    assert one.fill({}).body == ("-", "-")
    assert len(one.fill({"kabar": "x" * 5000}).body[1]) == templates.LONGEST


def test_a_header_and_the_end_of_a_buttons_address(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    text = 'templates:\n  survey:\n    name: a\n    text: "b {x}"\n    header: "{number}"\n    link: "lacak/{number}"\n'
    (tmp_path / "data" / "templates.yaml").write_text(text)
    one = templates.load(tmp_path, CATALOGUES)["survey"]
    filled = one.fill({"number": "AB12-CD34", "x": "y"})
    assert (filled.header, filled.body, filled.buttons) == ("AB12-CD34", ("y",), (("url", "lacak/AB12-CD34"),))
    assert one.typed == ("x",)


def test_quick_replies_stand_for_answers_where_they_are_as_many() -> None:
    survey = templates.load(ROOT / "flows", CATALOGUES)["survey"]
    ids = [f"csat/x/{score}" for score in range(1, 6)]
    assert survey.fill({}, ids).buttons == tuple(("quick_reply", each) for each in ids)
    for others in ((), ids[:4]):
        assert survey.fill({}, others).buttons == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("templates:\n  kabar:\n    name: a\n    text: b\n", "kabar"),
        ("templates:\n  survey:\n    name: Besar Sekali\n    text: b\n", "Besar Sekali"),
        ("templates:\n  survey:\n    name: a\n", "text"),
        ("templates:\n  survey:\n    name: a\n    text: b\n    warna: c\n", "warna"),
        ("templates:\n  survey:\n    name: a\n    text: b\n    answers: 11\n", "answers"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "templates.yaml").write_text(text)
    with refuses(said):
        templates.load(tmp_path, CATALOGUES)


def test_no_file_no_templates(tmp_path: Path) -> None:
    assert templates.load(tmp_path, CATALOGUES) == {}
