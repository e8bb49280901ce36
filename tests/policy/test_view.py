"""What a page showed, compared with what is there now."""

import pytest

from bot.policy import view
from bot.policy.view import View


@pytest.mark.parametrize(
    ("until", "changes", "found"),
    [
        ("12", "5:7-ab12.9-0000", View(12, 5, "7-ab12.9-0000")),
        ("12", "5:", View(12, 5, "")),
        ("12", None, View(12)),
        ("12", "x:7-ab12", View(12)),
        ("", "5:", None),
        (None, None, None),
        ("-1", "", None),
        ("1e3", "", None),
        ("٣", "", None),
        ("99999999999", "", None),
    ],
)
def test_read(until: object, changes: object, found: View | None) -> None:
    assert view.read(until, changes) == found


def row(seq: int, **data: str) -> dict[str, object]:
    return {"seq": seq, "data": data or None}


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        ([row(1), row(2)], [row(1), row(2)], []),
        ([row(1), row(2)], [row(1), row(2, edited_at="10:00")], [2]),
        ([row(2, edited_at="10:00")], [row(2, edited_at="10:00")], []),
        ([row(2, edited_at="10:00")], [row(1, deleted="10:02"), row(2, edited_at="10:01")], [1, 2]),
        ([row(2, edited_at="10:00")], [row(2, edited_at="10:00", deleted="10:05")], [2]),
        ([row(1)], [row(1, reactions="👍")], []),  # a sign is no other words
    ],
)
def test_differ(before: list[dict[str, object]], now: list[dict[str, object]], changed: list[int]) -> None:
    assert view.differ(view.changes(before), view.changes(now)) == changed
    assert view.read("9", view.shown(1, before)) == View(9, 1, view.changes(before))


def test_a_forged_list_of_changes_costs_nothing() -> None:
    found = view.read("9", "1:" + "7-ab12." * 100_000)
    assert found is not None and len(found.changes) < view.LONGEST
    assert view.differ("rubbish..--", "3-1f2e") == [3]
