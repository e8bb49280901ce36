"""Values that are made anew for each message: nobody changes them, and mypy holds that. Python's own guard, which `frozen=True` asks of
every field at run time, made the making ten times as dear: 3 % of all that a message costs."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def record(kind: type[T]) -> type[T]:
    """A dataclass with slots that compares and hashes by its fields."""
    return dataclass(slots=True, unsafe_hash=True)(kind)
