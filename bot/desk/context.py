"""How templates call what they use and read what they show: straight."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context
from markupsafe import Markup
from sqlalchemy import RowMapping

from bot.i18n import Catalogues

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


_CALL = ["name", "lparen", "string", "rparen"]


class Fixed(Extension):
    """Calls with nothing but a fixed text, `_("Kirim")`, `icon("klip")`, are answered when a template is compiled: a page has four
    hundred of them, and Jinja makes one piece of what stands beside each other and never changes."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        tokens, done, at = list(stream), list[Token](), 0
        fixed: Mapping[str, Callable[[str], str]] = self.environment.fixed  # type: ignore[attr-defined]
        while at < len(tokens):
            first, call = tokens[at], tokens[at : at + 4]
            if first.value not in fixed or [each.type for each in call] != _CALL:
                done.append(first)
                at += 1
                continue
            value = fixed[first.value](call[2].value)
            alone = done[-1].type == "variable_begin" and tokens[at + 4].type == "variable_end"
            if not isinstance(value, Markup):
                done.append(Token(first.lineno, "string", value))
            elif alone:
                done[-1] = Token(first.lineno, "data", str(value))
                at += 1
            else:  # among other words it is worked out with them, when the page is made
                done.extend(call)
            at += 4
        return done


class Pages(Environment):
    """Jinja looks for an attribute first, and for a row's column only once that has failed; a page reads two thousand columns."""

    context_class = Straight
    fixed: Mapping[str, Callable[[str], str]] = {}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._spoken: dict[str, Pages] = {}
        self.cards: dict[tuple[object, ...], Markup] = {}
        """Cards that were drawn in this language (`cards.card`)."""

    def spoken(self, language: str, catalogues: Catalogues) -> "Pages":
        """The same templates, whose fixed words are those of one language."""
        if language not in self._spoken:
            found = self._spoken[language] = self.overlay(extensions=[Fixed])
            found.cards = {}
            found.fixed = {**self.fixed, "_": partial(catalogues.gettext, language)}
        return self._spoken[language]

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
