"""Values that nobody changes: mypy holds that, not Python. Its own guard, which `frozen=True` asks of every field at run time, makes the making
ten times as dear (3 % of all that a message cost), and for each class six functions are compiled at every start, an eighth of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def record(kind: type[T]) -> type[T]: ...


@overload
def record(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(kind: type[T] | None = None, *, kw_only: bool = False) -> type[T] | Callable[[type[T]], type[T]]:
    """A dataclass with slots that compares and hashes by its fields. Of its functions only `__init__` is compiled for it."""
    if kind is None:
        return lambda each: _made(each, kw_only)
    return _made(kind, kw_only)


def _made(kind: type[T], kw_only: bool) -> type[T]:
    if not kind.__doc__:  # `dataclass` would write a signature there, which takes as long as all the rest
        kind.__doc__ = kind.__name__
    made: Any = dataclass(slots=True, repr=False, eq=False, kw_only=kw_only)(kind)
    compared = [each.name for each in fields(made) if each.compare]
    values: Callable[[Any], Any] = attrgetter(*compared) if compared else lambda self: ()

    def equal(self: Any, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is made else NotImplemented

    def hashed(self: Any) -> int:
        return hash(values(self))

    for name, function in (("__eq__", equal), ("__hash__", hashed), ("__repr__", _repr)):
        if name not in kind.__dict__ or (name == "__hash__" and kind.__dict__[name] is None):
            setattr(made, name, function)
    return made  # type: ignore[no-any-return]


def _repr(self: Any) -> str:
    said = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({said})"
