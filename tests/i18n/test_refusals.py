"""What is refused can be said in the language of a page: every such sentence is a literal that the catalogues have, with values beside it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot import locales
from bot.engine.fill import names
from bot.errors import Conflict, Sentence, Stale, WargiError, keep, kept

BOT = Path(__file__).parents[2] / "bot"
SAID = locales.ERRORS.keys()
UNSEEN = frozenset(
    "ConfigError Unauthorised Unreadable NotFound StoreDown Unstorable BadFile SendError FetchError Sealed Gone Refused LeaseLost".split()
)
"""For whoever runs the server, platforms and browsers; pages answer `NotFound` and `StoreDown` with words of their own."""
MADE_OF = {"FlowError": (0,), "Problem": (3, 4), "Misread": (0, 1), "fail": (0, 1), "_fail": (0, 1)}
"""What is wrong in flows and rules, and where in the call its sentences stand: what, and the remedy."""
KNOWN = SAID | UNSEEN | MADE_OF.keys()


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    files = ((path.relative_to(BOT).as_posix(), path.read_text("utf-8")) for path in sorted(BOT.rglob("*.py")))
    ours = (each for each in files if each[0] not in ("errors.py", *locales.INSIDE))
    return tuple((name, ast.parse(text)) for name, text in ours if any(word in text for word in KNOWN))


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def faults(name: str, tree: ast.Module) -> Iterator[str]:
    marked = {
        name_of(each.targets[0]): "".join(arg.value for arg in each.value.args if isinstance(arg, ast.Constant))
        for each in ast.walk(tree)
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call) and name_of(each.value.func) == "N_"
    }
    for node in ast.walk(tree):
        where = f"bot/{name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.ClassDef):
            bases = {name_of(base) for base in node.bases}
            if bases & KNOWN and node.name not in KNOWN:
                yield f"{where}: {node.name} is a new kind of refusal; name it in locales.ERRORS if a page may show it"
        if isinstance(node, ast.Call) and name_of(node.func) in MADE_OF and list(raw(node)):
            yield f"{where}: {name_of(node.func)} takes a Sentence, so that it can be said in two languages"
        if not isinstance(node, ast.Call) or name_of(node.func) not in SAID:
            continue
        first = node.args[0] if node.args else None
        if name_of(node.func) == "Sentence" and isinstance(first, ast.Subscript):
            continue  # a name out of a table whose texts are marked
        text = first.value if isinstance(first, ast.Constant) else marked.get(name_of(first)) if first else None
        if not isinstance(text, str):
            yield f"{where}: write the sentence as a literal, and what changes in it as `{{name}}` with a value"
            continue
        given = {each.arg for each in node.keywords} | ({"who"} if node.args[1:] else set())
        if None not in given and (missing := names(text) - given):
            yield f"{where}: nothing fills {sorted(missing)}"


def raw(call: ast.Call) -> Iterator[ast.expr]:
    """What stands as plain text where a sentence belongs."""
    given = [call.args[place] for place in MADE_OF[name_of(call.func)] if place < len(call.args)]
    given += [each.value for each in call.keywords if each.arg in ("what", "remedy")]
    for each in given:
        if isinstance(each, ast.JoinedStr | ast.BinOp) or (
            isinstance(each, ast.Constant) and isinstance(each.value, str)
        ):
            yield each


def told_raw(tree: ast.Module) -> Iterator[int]:
    """Lines of a page that show an error as it is in the source language."""
    for handler in (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.type is not None):
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if not {name_of(each) for each in types} & (SAID | {"FlowError"}):
            continue
        for node in (each for line in handler.body for each in ast.walk(line)):
            shown = node.args[:1] if isinstance(node, ast.Call) and name_of(node.func) == "str" else []
            shown += [node.value] if isinstance(node, ast.FormattedValue) else []
            if any(name_of(each) == handler.name for each in shown):
                yield node.lineno


def test_every_refusal_is_a_literal_with_values() -> None:
    found = [fault for name, tree in trees() for fault in faults(name, tree)]
    assert not found, "\n".join(found)


def test_pages_say_errors_through_one_function() -> None:
    found = [f"bot/{name}:{line}" for name, tree in trees() if name.startswith("desk/") for line in told_raw(tree)]
    assert not found, "use speech.said(error)"


@pytest.mark.parametrize(("source", "told"), [
    ('raise Conflict(f"kasus ini ditangani {who}", who)', "literal"),
    ('raise WargiError("terlalu " + what)', "literal"),
    ("raise Forbidden(WORDS)", "literal"),
    ('raise Conflict("kasus ini ditangani {who}")', "fills ['who']"),
    ("class Lost(Conflict): ...", "new kind"),
    ('raise Conflict("kasus ini ditangani {who}", who)', ""),
    ('WORDS = N_("Tidak boleh.")\nraise Forbidden(WORDS)', ""),
    ('raise WargiError("paling banyak {most}", most=3)', ""),
    ('raise FlowError(f"{file}:1: kosong; isi.")', "takes a Sentence"),
    ('raise FlowError(Problem(file, 1, "file", f"{key} kosong", Sentence("isi")))', "takes a Sentence"),
    ('raise FlowError(Problem(file, 1, "file", Sentence("kosong"), remedy="isi"))', "takes a Sentence"),
    ('form.fail("`" + key + "` kosong", near(key, known), key)', "takes a Sentence"),
    ('form.fail(Sentence(f"`{key}` kosong"), near(key, known), key)', "literal"),
    ('form.fail(Sentence("`{key}` kosong"), near(key, known), key)', "fills ['key']"),
    ('form.fail(Sentence("`{key}` kosong", key=key), near(key, known), key)', ""),
    ("class Odd(FlowError): ...", "new kind"),
])  # fmt: skip
def test_what_the_walk_sees(source: str, told: str) -> None:
    found = list(faults("x.py", ast.parse(source)))
    assert (len(found) == 1 and told in found[0]) if told else not found


ENGLISH = {
    "kasus ini ditangani {who}": "{who} is handling this case",
    "{what} belum diisi": "{what}: nothing written",
    "alasan": "reason",
    "tidak ada yang cocok: {left}": "nothing fits: {left}",
    "{number} sudah selesai": "{number} is over",
}


@pytest.mark.parametrize(("error", "source", "english"), [
    (Conflict("kasus ini ditangani {who}", "Rina"), "Kasus ini ditangani Rina.", "Rina is handling this case."),
    (WargiError("{what} belum diisi", what=Sentence("alasan")), "Alasan belum diisi.", "Reason: nothing written."),
    (WargiError("{what} belum diisi", what="alasan"), "Alasan belum diisi.", "Alasan: nothing written."),
    (WargiError("tidak ada yang cocok: {left}", left=[WargiError("{number} sudah selesai", number=each) for each in (1, 2)]),
     "Tidak ada yang cocok: 1 sudah selesai; 2 sudah selesai.", "Nothing fits: 1 is over; 2 is over."),
    (WargiError("Sudah tertutup."), "Sudah tertutup.", "Sudah tertutup."),
    (Conflict("kasus ini ditangani {who}", "{left} %s"), "Kasus ini ditangani {left} %s.", "{left} %s is handling this case."),
    (WargiError("{odd} tidak dikenal"), "{odd} tidak dikenal.", "{odd} tidak dikenal."),
    (WargiError(), "", ""),
])  # fmt: skip
def test_said_in_the_language_of_the_page(error: WargiError, source: str, english: str) -> None:
    def tr(text: str) -> str:
        return ENGLISH.get(text, text)

    assert (error.sentence(), error.sentence(tr)) == (source, english)
    again = kept(keep(error))
    assert (again.sentence(), again.sentence(tr), str(again)) == (source, english, str(error))


def test_what_pages_and_programs_need_beside_the_words() -> None:
    stale = Stale("{who} menulis sesuatu yang baru", "Rina", changed=(3, 4))
    assert (str(stale), stale.who, stale.changed) == ("Rina menulis sesuatu yang baru", "Rina", (3, 4))
    for stored in ("kasus ini sudah di antrean", "[1]", '{"source": 1}', '"x"', ""):  # as older versions kept it
        assert str(kept(stored)) == stored
