"""flows/data/templates.yaml: what it may say, and what is refused with its line."""

from pathlib import Path

import pytest

from bot import i18n
from bot.errors import FlowError
from bot.policy import templates
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("templates:\n  kabar:\n    name: a\n    text: b\n", "kabar"),
        ("templates:\n  survey:\n    name: Besar Sekali\n    text: b\n", "Besar Sekali"),
        ("templates:\n  survey:\n    name: a\n", "text"),
        ("templates:\n  survey:\n    name: a\n    text: b\n    warna: c\n", "warna"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "templates.yaml").write_text(text)
    with pytest.raises(FlowError, match=said):
        templates.load(tmp_path, CATALOGUES)


def test_no_file_no_templates(tmp_path: Path) -> None:
    assert templates.load(tmp_path, CATALOGUES) == {}
