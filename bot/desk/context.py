"""How templates call what they use: straight."""

from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from jinja2.runtime import Context

PLAIN = frozenset({FunctionType, BuiltinFunctionType, MethodType})


class Straight(Context):
    """Jinja asks each callable three questions before every call, a thousand times a page. A function that wants nothing of its
    template's is called at once."""

    def call(self, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(obj) not in PLAIN or hasattr(obj, "jinja_pass_arg"):
            return super().call(obj, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return obj(*args, **kwargs)
