"""`wargi flow show NAME --svg`: a flow as a drawing. Steps stand in layers by how far they are from the first; each is a box with
its text and its ways on, so the drawing can be read without following a line, and a screen reader gets the same as `show` prints.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from bot.engine.flow import Flows
from bot.engine.forms import RETURN
from bot.engine.nodes import Node
from bot.engine.show import named, show, steps, text, ways
from bot.i18n import SOURCE

WIDTH, LINE, PAD, GAP, FLOOR = 260, 18, 10, 30, 60
LETTERS, LINES = 36, 3
SWEEPS = 4
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#111}.n{font-weight:700}.k{fill:#444}rect{fill:#fff;stroke:#333;stroke-width:1.5}"
    ".q rect{fill:#e8f1ff}.e rect{fill:#e7f6e7}.x rect{fill:#f4f4f4;stroke-dasharray:5 4}path{fill:none;stroke:#555;stroke-width:1.5}"
    ".a{fill:#555;stroke:none}.b{stroke-dasharray:6 4;stroke:#8a3b00}svg{background:#fff}"
)


@dataclass(slots=True)
class Box:
    """A step, or a stub for where the flow leaves."""

    id: str
    lines: list[str]
    look: str
    layer: int = 0
    x: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> float:
        return len(self.lines) * LINE + 2 * PAD


def draw(flows: Flows, name: str, language: str = SOURCE, notes: Mapping[str, str] | None = None) -> str:
    """The drawing as one SVG file. `notes`: what is written under a step; with them it is for a page, whose style sheet colours it
    and whose `#step` each box leads to."""
    nodes = steps(flows, name)
    edges = {node.id: list(dict.fromkeys(target for _, target in ways(node, language) if target)) for node in nodes}
    boxes = {node.id: _box(node, language, (notes or {}).get(node.id, "")) for node in nodes}
    for target in (target for targets in edges.values() for target in targets):
        if target not in boxes:
            words = "kembali" if target == RETURN else target
            boxes[target] = Box(target, [words], "x")
    _layers(boxes, edges, flows.first[name])
    rows = _order(boxes, edges)
    return _svg(name, show(flows, name, language), rows, boxes, edges, notes is not None)


def _box(node: Node, language: str, note: str) -> Box:
    said = [line for row in text(node, language).splitlines() for line in wrap(row, LETTERS)]
    lines = [node.name, f"({node.kind})", *said[:LINES]]
    if len(said) > LINES:
        lines[-1] += " …"
    for label, target in ways(node, language):
        if label:
            lines += wrap(f"{label} → {named(node, target)}", LETTERS, subsequent_indent="  ")
    lines += [note] if note else []
    return Box(node.id, lines, "q" if node.asks else "e" if not node.exits() else "n0")


def _layers(boxes: Mapping[str, Box], edges: Mapping[str, Sequence[str]], first: str) -> None:
    """How many steps from the first, by the shortest way; what nobody leads to stands at the top too."""
    far, todo = {first: 0}, [first]
    for each in (*todo, *boxes):
        queue = [each] if each not in far or each == first else []
        far.setdefault(each, 0)
        while queue:
            here = queue.pop(0)
            for target in edges.get(here, ()):
                if target not in far:
                    far[target] = far[here] + 1
                    queue.append(target)
    for key, box in boxes.items():
        box.layer = far[key]


def _order(boxes: Mapping[str, Box], edges: Mapping[str, Sequence[str]]) -> list[list[Box]]:
    """Rows in which a step stands near those that lead to it."""
    rows: list[list[Box]] = [[] for _ in range(max(box.layer for box in boxes.values()) + 1)]
    for box in boxes.values():
        rows[box.layer].append(box)
    before: dict[str, list[str]] = {key: [] for key in boxes}
    for start, targets in edges.items():
        for target in targets:
            before[target].append(start)
    for _ in range(SWEEPS):
        place = {box.id: index for row in rows for index, box in enumerate(row)}
        for row in rows[1:]:
            row.sort(key=lambda box: sum(map(place.__getitem__, before[box.id])) / max(len(before[box.id]), 1))
    y = float(FLOOR)
    for row in rows:
        for index, box in enumerate(row):
            box.x, box.y = GAP + index * (WIDTH + GAP), y
        y += max((box.height for box in row), default=0) + FLOOR
    return rows


def _svg(
    name: str,
    told: str,
    rows: Sequence[Sequence[Box]],
    boxes: Mapping[str, Box],
    edges: Mapping[str, Sequence[str]],
    paged: bool,
) -> str:
    """On a page no style stands in the drawing, and what it tells stands beside it, where it can be read in parts."""
    width = max(len(row) for row in rows) * (WIDTH + GAP) + GAP * 2
    height = max(box.y + box.height for box in boxes.values()) + FLOOR
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:g}" viewBox="0 0 {width} {height:g}" '
        + ('role="group" aria-labelledby="t">' if paged else 'role="img" aria-labelledby="t d">'),
        f'<title id="t">Flow {escape(name)}</title>',
        "" if paged else f'<desc id="d">{escape(told)}</desc>\n<style>{STYLE}</style>',
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z" class="a"/></marker></defs>',
        f'<text x="{GAP}" y="{FLOOR - 25}" class="n">{escape(name)}</text>',
        *(_edge(boxes[start], boxes[target]) for start, targets in edges.items() for target in targets),
        *(_drawn(box, name if paged else "") for box in boxes.values()),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _edge(start: Box, end: Box) -> str:
    """Down to the next layers; what goes back or sideways runs beside the boxes, in dashes."""
    if end.layer > start.layer:
        x, y, to, down = start.x + WIDTH / 2, start.y + start.height, end.x + WIDTH / 2, end.y - 2
        middle = (y + down) / 2
        way = f"M{x:g} {y:g}C{x:g} {middle:g} {to:g} {middle:g} {to:g} {down:g}"
        return f'<path d="{way}" marker-end="url(#a)"/>'
    x, y, to, up = start.x + WIDTH, start.y + start.height / 2, end.x + WIDTH + 2, end.y + end.height / 2
    out = max(x, to) + GAP
    return f'<path class="b" d="M{x:g} {y:g}C{out:g} {y:g} {out:g} {up:g} {to:g} {up:g}" marker-end="url(#a)"/>'


def _drawn(box: Box, page: str) -> str:
    lines = "".join(
        f'<text x="{box.x + PAD:g}" y="{box.y + PAD + (index + 0.8) * LINE:g}"{_class(index)}>{escape(line)}</text>'
        for index, line in enumerate(box.lines)
    )
    drawn = (
        f'<g class="{box.look}"><title>{escape(box.id)}</title>'
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{WIDTH}" height="{box.height:g}" rx="6"/>{lines}</g>'
    )
    flow, _, step = box.id.partition("/")
    if not page or not step:
        return drawn
    where = "" if flow == page else f"/desk/alur/{flow}"
    return f'<a href="{where}#{escape(step.partition(".")[0])}">{drawn}</a>'


def _class(index: int) -> str:
    return (' class="n"', ' class="k"')[index] if index < 2 else ""
