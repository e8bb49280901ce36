"""One value of a YAML file by its path: read, and written anew so that remarks, order and everything else stay as people wrote them.

A path is a tuple of keys; in a list an item goes by what tells it from the others (`kind=first_answer&urgency=critical`), never by its
number, so that it stays the same one when somebody writes a line above it. `+` puts an item at the end.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.engine.read import Tree
from bot.errors import FlowError, Problem, Sentence

TELLS = ("date", "kind", "urgency", "topic", "subtopic", "class")
"""Keys that say which item of a list it is."""
MORE = "+"


def name(item: Tree) -> str:
    """Of an item of a list; '' for one that is no mapping."""
    fields = item.value if isinstance(item.value, dict) else {}
    return "&".join(f"{key}={fields[key].value}" for key in TELLS if key in fields)


def find(tree: Tree | None, path: Sequence[str]) -> Tree | None:
    for key in path:
        if tree is None:
            return None
        if isinstance(tree.value, dict):
            tree = tree.value.get(key)
        elif isinstance(tree.value, list):
            tree = next((item for item in tree.value if name(item) == key), None)
        else:
            return None
    return tree


def read(tree: Tree | None, path: Sequence[str]) -> str | None:
    """As people read it: a list of words with commas. None where nothing stands there."""
    found = find(tree, path)
    if found is None or isinstance(found.value, dict):
        return None
    if isinstance(found.value, str):
        return found.value.strip()
    return ", ".join(item.value for item in found.value if isinstance(item.value, str))


def put(raw: str, path: Sequence[str], words: str) -> str:
    """`words`: the value as it stands in YAML, on one line; '' takes the item of a list away. Raises `FlowError` where the path does
    not lead anywhere."""
    from ruamel.yaml import YAML

    node, place = YAML(typ="safe", pure=True).compose(raw), list(path)
    while place:
        key = place.pop(0)
        child = _child(node, key)
        if child is not None and not words and not place and node.id == "sequence":
            return _without(raw, child)
        if child is None:
            if place or not words or (node.id == "sequence" and key != MORE) or node.id == "scalar":
                raise _refused(path, Sentence("nilai itu sudah tidak ada"))
            return _more(raw, node, words) if node.id == "sequence" else _beside(raw, node, f"{key}: {words}")
        node = child
    if (
        node.id == "mapping"
        or (node.id == "sequence" and not node.flow_style)
        or getattr(node, "style", "") in ("|", ">")
    ):
        raise _refused(path, Sentence("bukan satu nilai"))
    return str(raw[: node.start_mark.index] + words + raw[node.end_mark.index :])


def _refused(path: Sequence[str], what: Sentence) -> FlowError:
    return FlowError(Problem("", 0, "/".join(path), what, Sentence("ubah di berkasnya")))


def _child(node: Any, key: str) -> Any:
    if node.id == "mapping":
        return next((value for word, value in node.value if word.value == key), None)
    if node.id == "sequence":
        return next((item for item in node.value if _name(item) == key), None)
    return None


def _name(item: Any) -> str:
    fields = dict(_plain(item))
    return "&".join(f"{key}={fields[key]}" for key in TELLS if key in fields)


def _plain(item: Any) -> Iterator[tuple[str, str]]:
    for word, value in item.value if item.id == "mapping" else ():
        yield word.value, str(value.value)


def _beside(raw: str, node: Any, line: str) -> str:
    """A new key: the last line of a whole file, else before the first one."""
    if node.flow_style:
        start = node.start_mark.index + 1
        return raw[:start] + line + (", " if node.value else "") + raw[start:]
    first = node.value[0][0].start_mark
    if first.column == 0:
        return raw.rstrip("\n") + f"\n{line}\n"
    return raw[: first.index] + f"{line}\n{' ' * first.column}" + raw[first.index :]


def _more(raw: str, node: Any, words: str) -> str:
    if node.flow_style:
        end = node.end_mark.index - 1
        return raw[:end] + (", " if node.value else "") + words + raw[end:]
    last = _end(node.value[-1])
    end = raw.find("\n", max(last - 1, 0))
    end = len(raw) if end < 0 else end
    return raw[:end] + f"\n{' ' * node.start_mark.column}- {words}" + raw[end:]


def _end(node: Any) -> int:
    """Behind its last word: the end that the parser gives for a block lies at whatever follows it."""
    while isinstance(node.value, list) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.index)


def _without(raw: str, item: Any) -> str:
    """The item's own lines; a list that is written in one line stays whole."""
    start = raw.rfind("\n", 0, item.start_mark.index) + 1
    end = raw.find("\n", max(_end(item) - 1, item.start_mark.index))
    if raw[start : item.start_mark.index].strip() != "-":
        raise _refused((), Sentence("butir ini sebaris dengan yang lain"))
    return raw[:start] + (raw[end + 1 :] if end >= 0 else "")
