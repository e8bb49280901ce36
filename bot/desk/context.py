"""How templates call what they use and read what they show: straight."""

from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from jinja2 import Environment
from jinja2.runtime import Context
from sqlalchemy import RowMapping

PLAIN = frozenset({FunctionType, BuiltinFunctionType, MethodType})
ROWS = frozenset({dict, RowMapping})
METHODS = frozenset({*dir(dict), *dir(RowMapping)})
"""No row's column may take a method's name away: a column of that name is read as `row["items"]`."""


class Straight(Context):
    """Jinja asks each callable three questions before every call, a thousand times a page. A function that wants nothing of its
    template's is called at once."""

    def call(self, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(obj) not in PLAIN or hasattr(obj, "jinja_pass_arg"):
            return super().call(obj, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return obj(*args, **kwargs)


class Pages(Environment):
    """Jinja looks for an attribute first, and for a row's column only once that has failed; a page reads two thousand columns."""

    context_class = Straight

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) in ROWS and attribute not in METHODS:
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)
