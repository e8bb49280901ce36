"""Records behave as frozen dataclasses do, but for what is compiled at every start and asked of every field."""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.record import record


@record
class One:
    a: int
    b: str = ""
    cache: list[int] = field(default_factory=list, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Same:
    a: int
    b: str = ""
    cache: list[int] = field(default_factory=list, repr=False, compare=False)


@record(kw_only=True)
class Two(One):
    c: tuple[int, ...] = ()


@record
class Nothing: ...


@record
class Odd:
    """Writes its own."""

    a: Mapping[str, int]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Odd)

    def __repr__(self) -> str:
        return "odd"


VALUES = st.tuples(st.integers(0, 2), st.sampled_from(["", "a"]), st.lists(st.integers(0, 1), max_size=1))


@given(VALUES, VALUES)
def test_it_compares_and_hashes_as_a_dataclass_does(x: Any, y: Any) -> None:
    assert (One(*x) == One(*y)) == (Same(*x) == Same(*y))
    assert (hash(One(*x)) == hash(One(*y))) == (hash(Same(*x)) == hash(Same(*y)))
    assert repr(One(*x)) == repr(Same(*x)).replace("Same", "One")


def test_another_class_is_another_value() -> None:
    assert One(1) != Same(1)
    assert One(1) != Two(1)
    assert Two(1, c=(2,)) != Two(1)
    assert Nothing() == Nothing() and hash(Nothing()) == hash(Nothing())


def test_what_a_class_writes_itself_stays() -> None:
    assert Odd({}) == Odd({"a": 1}) and repr(Odd({})) == "odd"
    with pytest.raises(TypeError, match="unhashable"):
        hash(Odd({}))


def test_it_is_a_dataclass_with_slots() -> None:
    assert [each.name for each in fields(Two)] == ["a", "b", "cache", "c"]
    assert replace(Two(1, c=(2,)), b="x") == Two(1, "x", c=(2,))
    assert pickle.loads(pickle.dumps(One(1, "b"))) == One(1, "b")
    with pytest.raises(AttributeError):
        One(1).d = 1  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        Two(1, "", [], (2,))  # type: ignore[misc]
