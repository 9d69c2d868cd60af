"""Picture of the code: rooms as boxes, imports as arrows, drawn from the sources into docs/images/architecture.svg.

`make docs` writes it; a house test fails when the picture and the code differ. An arrow that a longer way says too is
left out, so that the picture can be read; nothing else is chosen by hand.
"""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tests.house.rooms import inner_rooms, layers, purpose, room_imports, without_shortcuts
from tests.house.tree import ROOT

PICTURE = ROOT / "docs" / "images" / "architecture.svg"

_WIDTH, _LINE, _GAP, _LEVEL, _MARGIN = 214, 14, 22, 44, 16  # pixels: a box, a line of text, between boxes, between layers
_LETTERS = 32  # characters of a line in a box
_SWEEPS = 12
_COLOURS = {"flows": "#e8eefc", "tasks": "#eaf5ea", "schemas": "#fdf3df", "config": "#fbe9ec"}
_HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">
<title>Rooms of motcua and what they import</title>
<style>
text {{ font: 11px sans-serif; fill: #222 }} .name {{ font-weight: bold; font-size: 13px }}
rect {{ stroke: #555; rx: 5 }} path {{ fill: none; stroke: #555; stroke-width: 1.2 }}
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
<path d="M0 0 8 4 0 8z" style="fill: #555; stroke: none"/></marker></defs>
<rect width="{width}" height="{height}" style="fill: #fff; stroke: none"/>
"""


class _Box(NamedTuple):
    """A room, or (without lines) a place where an arrow passes a layer.

    Attributes:
        name: of the room; of a passing arrow both its ends.
        lines: of text, below the name.
    """

    name: str
    lines: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return _WIDTH if self.lines else 0

    @property
    def height(self) -> int:
        return 26 + _LINE * len(self.lines)


def picture() -> str:
    """Return the picture as SVG, ending in a newline; the same code gives the same text."""
    drawn = without_shortcuts(room_imports())
    rows, ways = _routed([list(row) for row in layers(room_imports())], drawn)
    rows = _ordered(rows, ways)
    left = _placed(rows, ways)
    boxes = {name: _box(name) for row in rows for name in row}
    spans: dict[str, tuple[int, int]] = {}
    at = _MARGIN
    for row in rows:
        tallest = max(boxes[name].height for name in row)
        spans |= {name: _span(boxes[name], at, tallest) for name in row}
        at += tallest + _LEVEL
    width = max(left[name] + boxes[name].width for name in left) + _MARGIN
    parts = [_HEAD.format(width=width, height=at - _LEVEL + _MARGIN)]
    parts += [_arrow([(left[name], spans[name], boxes[name].width) for name in way]) for way in ways]
    parts += [_drawn(box, left[name], spans[name][0]) for name, box in boxes.items() if box.lines]
    return "".join(parts) + "</svg>\n"


def _span(box: _Box, top: int, tallest: int) -> tuple[int, int]:
    """Return upper and lower edge: a box stands in the middle of its layer, an arrow passes all of it."""
    if not box.lines:
        return top, top + tallest
    upper = top + (tallest - box.height) // 2
    return upper, upper + box.height


def write(path: Path = PICTURE) -> Path:
    """Write the picture and return where it is."""
    path.write_text(picture(), encoding="utf-8")
    return path


def _box(name: str) -> _Box:
    if ">" in name:
        return _Box(name)
    inner = inner_rooms(name)
    said = textwrap.wrap(purpose(name), _LETTERS) + (textwrap.wrap(" · ".join(inner), _LETTERS) if inner else [])
    return _Box(name, tuple(said))


def _routed(rows: list[list[str]], drawn: Mapping[str, set[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """Give each arrow that passes a layer a place there; return the layers and the way of each arrow."""
    level = {name: place for place, row in enumerate(rows) for name in row}
    ways = []
    for name in sorted(drawn):
        for other in sorted(drawn[name]):
            passed = [f"{name}>{other}>{place}" for place in range(level[name] + 1, level[other])]
            for step, place in zip(passed, range(level[name] + 1, level[other]), strict=True):
                rows[place].append(step)
            ways.append([name, *passed, other])
    return rows, ways


def _neighbours(ways: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for way in ways:
        for one, other in pairwise(way):
            found[one].append(other)
            found[other].append(one)
    return found


def _ordered(rows: list[list[str]], ways: Sequence[Sequence[str]]) -> list[list[str]]:
    """Order each layer by the middle of what it is joined with, down and up in turn, so that few arrows cross."""
    near = _neighbours(ways)
    for sweep in range(_SWEEPS):
        place = {name: (number + 0.5) / len(row) for row in rows for number, name in enumerate(row)}
        for row in rows if sweep % 2 else rows[::-1]:
            middle = {name: sum(place[other] for other in near[name]) / len(near[name]) for name in row if near[name]}
            row.sort(key=lambda name: (middle.get(name, place[name]), name))
            place |= {name: (number + 0.5) / len(row) for number, name in enumerate(row)}
    return rows


def _placed(rows: Sequence[Sequence[str]], ways: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return the left edge of each box: near the middle of what it is joined with, beside each other without touching."""
    near, boxes = _neighbours(ways), {name: _box(name) for row in rows for name in row}
    centre: dict[str, float] = {}
    for row in rows:
        at = -sum(boxes[name].width + _GAP for name in row) / 2
        for name in row:
            centre[name] = at + boxes[name].width / 2
            at += boxes[name].width + _GAP
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 else rows[::-1]:
            wish = {name: sum(centre[other] for other in near[name]) / len(near[name]) for name in row if near[name]}
            _apart(row, {name: wish.get(name, centre[name]) for name in row}, boxes, centre)
    least = min(centre[name] - boxes[name].width / 2 for name in centre)
    return {name: round(centre[name] - boxes[name].width / 2 - least) + _MARGIN for name in centre}


def _apart(row: Sequence[str], wish: Mapping[str, float], boxes: Mapping[str, _Box], centre: dict[str, float]) -> None:
    """Set the centres of a layer as wished, and push apart to the right, then half of it back, what would touch."""
    pushed, edge = {}, float("-inf")
    for name in row:
        half = boxes[name].width / 2
        pushed[name] = max(wish[name], edge + half)
        edge = pushed[name] + half + _GAP
    back = sum(pushed[name] - wish[name] for name in row) / len(row)
    centre |= {name: pushed[name] - back for name in row}


def _arrow(way: Sequence[tuple[int, tuple[int, int], int]]) -> str:
    """Draw an arrow along left edge, upper and lower edge and width of each box on its way."""
    (left, (top, bottom), width), (other, (target_top, _), target_width) = way[0], way[-1]
    if target_top <= bottom:  # side by side, in a circle
        from_x, to_x = (left + width, other) if left < other else (left, other + target_width)
        y = max(top, target_top) + (12 if left < other else 22)
        return f'<path d="M{from_x} {y} H{to_x}" marker-end="url(#tip)"/>\n'
    at_x, at_y = left + width // 2, bottom
    curve = f"M{at_x} {at_y}"
    for x, (upper, lower), wide in ((x + wide // 2, span, wide) for x, span, wide in way[1:]):
        middle = (at_y + upper) // 2
        curve += f" C{at_x} {middle} {x} {middle} {x} {upper}"
        at_x, at_y = x, upper if wide else lower
        curve += "" if wide else f" V{lower}"
    return f'<path d="{curve}" marker-end="url(#tip)"/>\n'


def _drawn(box: _Box, left: int, top: int) -> str:
    colour = _COLOURS[box.name.split("/")[0]]
    name = {"tasks": "tasks/*.py: the steps", "flows": "flows/*.py: the flows"}.get(box.name, box.name)
    lines = [f'<rect x="{left}" y="{top}" width="{box.width}" height="{box.height}" style="fill: {colour}"/>']
    lines.append(f'<text class="name" x="{left + 8}" y="{top + 17}">{escape(name)}</text>')
    lines += [
        f'<text x="{left + 8}" y="{top + 17 + _LINE * number}">{escape(line)}</text>'
        for number, line in enumerate(box.lines, 1)
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write()
