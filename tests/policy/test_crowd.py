"""A crowd: whose items are taken from a full batch, and when it counts as gone."""

from typing import NamedTuple

import pytest

from bot.policy.crowd import CALM, EACH, Crowd, shared


class Row(NamedTuple):
    account: str
    address: str | None
    n: int


def rows(said: str) -> list[Row]:
    """`a` is a citizen's message, `-` an item of nobody's, `A` somebody of the same name on another account."""
    return [
        Row("sms:1" if one.isupper() else "web:1", None if one == "-" else one.lower(), n) for n, one in enumerate(said)
    ]


def shown(found: list[Row]) -> str:
    return "".join((row.address or "-").upper() if row.account == "sms:1" else row.address or "-" for row in found)


@pytest.mark.parametrize(
    ("came", "mine", "beyond"),
    [
        ("abcabc", "abcabc", ""),
        ("aaaaaab", "aaaab", "aa"),
        ("aaaaAAAA", "aaaaAAAA", ""),  # the same name elsewhere is somebody else
        ("a------b", "a------b", ""),  # what belongs to nobody has no share
        ("aaaaabbbbbc", "aaaabbbbc", "ab"),
    ],
)
def test_everybody_has_a_share(came: str, mine: str, beyond: str) -> None:
    found = shared(rows(came))
    assert (shown(found[0]), shown(found[1])) == (mine, beyond)
    assert {address for _, address in found[2]} == set(beyond)
    for part in found[:2]:
        assert [row.n for row in part] == sorted(row.n for row in part)
    assert EACH == 4


def test_a_crowd_is_gone_a_while_after_the_last_full_batch() -> None:
    crowd = Crowd()
    assert not crowd.here(1000.0)
    crowd.came(1000.0)
    assert crowd.here(1000.0 + CALM - 0.1) and not crowd.here(1000.0 + CALM)
