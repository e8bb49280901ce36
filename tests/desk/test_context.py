"""Templates whose fixed words are known when they are compiled: they say the same, and nothing of it becomes markup."""

from types import MappingProxyType

import jinja2
import pytest
from markupsafe import Markup

from bot.desk import show
from bot.desk.context import Pages
from bot.i18n import Catalogues

WORDS = {"Kirim": "Send", "Ubah": 'Change <b> & "go"', "Ya {n}": "Yes {n}"}
TEMPLATES = {
    "words": '{{ _("Kirim") }}|{{ _("Ubah") }}|<i title="{{ _(\'Ubah\') }}">|{{ _("lain") }}',
    "among others": '{{ _("Kirim") if yes else _("Ubah") }}|{{ _("Ubah") ~ word }}|{{ _("Ya {n}").format(n=word) }}|{{ _("Ubah")|visible }}',
    "one that is not fixed": "{{ _(name) }}|{{ _(names.get('x', 'Kirim')) }}",
    "drawings": '{{ icon("klip") }}|{{ icon(word) }}|{{ icon("klip") if yes }}|{{ icon("a") ~ word }}|<use href="{{ static(\'a.svg\') }}#x"/>',
    "not a call of ours": '{{ word.upper("x") if no else "_" }}|_("Kirim")|{# _("Kirim") #}|{{ "_" }}',
    "a macro that is given one": '{% macro m(icon) %}{{ icon("klip") }}{% endmacro %}{{ m(icon) }}{% set x %}{{ _("Ubah") }}{% endset %}{{ x }}',
}  # fmt: skip


def icon(name: str) -> Markup:
    return Markup('<svg id="{}"/>').format(name)


def pages() -> Pages:
    made = Pages(loader=jinja2.DictLoader(TEMPLATES), autoescape=True, finalize=show.finalize)
    made.globals |= {"icon": icon, "static": "/static/{}".format, "_": lambda text: WORDS.get(text, text)}
    made.filters["visible"] = show.visible
    made.fixed = {"icon": icon, "static": "/static/{}".format}
    return made


@pytest.mark.parametrize("name", TEMPLATES)
def test_fixed_words_are_the_same_as_those_that_are_looked_up(name: str) -> None:
    plain, catalogues = pages(), Catalogues(words=MappingProxyType({"en": WORDS}))
    given = {"yes": True, "no": False, "word": "<x>", "name": "Ubah", "names": {}}
    wanted = plain.get_template(name).render(given)
    spoken = plain.spoken("en", catalogues)
    assert spoken.get_template(name).render(given) == wanted and "<b>" not in wanted
    assert plain.spoken("en", catalogues) is spoken


def test_a_page_looks_nothing_up_that_is_fixed() -> None:
    spoken = pages().spoken("en", Catalogues(words=MappingProxyType({"en": WORDS})))
    spoken.globals = {"icon": None, "static": None, "_": None}
    template = spoken.from_string('<p>{{ _("Kirim") }} {{ icon("klip") }} {{ static("a") }}</p>')
    assert template.render() == '<p>Send <svg id="klip"/> /static/a</p>'
