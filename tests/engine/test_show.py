"""A flow as a tree and as a drawing: nothing is left out, nothing lies on top of anything, and it can be read without seeing it."""

from xml.etree import ElementTree

import pytest

from bot.engine.draw import draw
from bot.engine.flow import Flows
from bot.engine.show import show, steps, ways
from bot.errors import NotFound

SVG = "{http://www.w3.org/2000/svg}"


def test_the_tree_names_every_step_and_where_it_leads(flows: Flows) -> None:
    for name in flows.names:
        for language in flows.languages:
            told = show(flows, name, language)
            for node in steps(flows, name):
                assert f"\n\n{node.name}  ({node.kind})" in told
                assert {target for _, target in ways(node, language)} >= node.exits()
    with pytest.raises(NotFound, match="there are: "):
        show(flows, "tidak-ada")


def test_the_drawing(flows: Flows) -> None:
    for name in flows.names:
        root = ElementTree.fromstring(draw(flows, name))
        assert root.get("role") == "img"
        assert root.findtext(f"{SVG}title") == f"Flow {name}"
        assert root.findtext(f"{SVG}desc") == show(flows, name)
        boxes = {
            group.findtext(f"{SVG}title"): [
                float(group.find(f"{SVG}rect").get(side)) for side in ("x", "y", "width", "height")
            ]  # type: ignore[union-attr,arg-type]
            for group in root.findall(f"{SVG}g")
        }
        exits = {target for node in steps(flows, name) for _, target in ways(node, "id") if target}
        assert set(boxes) == {node.id for node in steps(flows, name)} | exits
        spots = list(boxes.values())
        for index, (x, y, width, height) in enumerate(spots):
            assert all(
                x + width <= left or left + wide <= x or y + height <= top or top + high <= y
                for left, top, wide, high in spots[index + 1 :]
            ), name
        lines = root.findall(f"{SVG}path")
        ways_on = {(node.id, target) for node in steps(flows, name) for _, target in ways(node, "id") if target}
        assert len(lines) == len(ways_on)
