"""The table of remains against the plain dictionary that it stands for."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.triage.remains import Remains

LEFT = st.text("abc", max_size=4)


@settings(max_examples=40)
@given(st.lists(st.sets(LEFT, max_size=6), max_size=30), st.sets(LEFT))
def test_it_finds_what_a_dictionary_finds(words: list[set[str]], asked: set[str]) -> None:
    assert Remains(words).of(asked) == {number for number, lefts in enumerate(words) if lefts & asked}


def test_one_remain_of_many_words() -> None:
    assert Remains([{"ab", "b"}] * 300).of({"b"}) == set(range(300))
    assert Remains([]).of({"b"}) == set()
