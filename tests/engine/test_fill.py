import pytest

from bot.engine.fill import fill, names

ROWS = [
    ("Nomor {number}", {"number": "K7"}, "Nomor K7"),
    ("{{7*7}}", {"7*7": "49"}, "{{7*7}}"),
    ("{x.__class__}", {"x": "y"}, "{x.__class__}"),
    ("{x[0]} {x!r} {x:>9}", {"x": "y"}, "{x[0]} {x!r} {x:>9}"),
    ("{a}", {"a": "{b}", "b": "!"}, "{b}"),
    ("{unknown}", {}, "{unknown}"),
    ("{0} {} {A}", {"0": "x", "": "y", "A": "z"}, "{0} {} {A}"),
    ("%s %(x)s ${x}", {"x": "y"}, "%s %(x)s $y"),
    ("", {"a": "b"}, ""),
]


@pytest.mark.parametrize(("text", "values", "filled"), ROWS)
def test_fill(text: str, values: dict[str, str], filled: str) -> None:
    assert fill(text, values) == filled


def test_names() -> None:
    assert names("{a} {b_c} {{7}} {x.y} {a}") == {"a", "b_c"}
