"""A diagram of what rests on what, from left to right: laid out for drawing, and as text that is drawn (Mermaid)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from itertools import pairwise
from textwrap import wrap
from typing import NamedTuple
from unicodedata import east_asian_width

from comity.engine.report.view import printable

STAGES = {"fact": "Facts", "criterion": "Criteria", "context": "Contexts", "measure": "Measures"}
MOST_NODES = 60
MOST_EDGES = 240


class Node(NamedTuple):
    """A box: its anchor, its kind, and what stands in it."""

    id: str
    kind: str  # one of STAGES
    title: str


class Diagram(NamedTuple):
    """Boxes in the order in which they are declared, and lines from each to those that rest on it, without a circle."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]

    @property
    def readable(self) -> bool:
        """Whether it is small enough to be drawn."""
        return len(self.nodes) <= MOST_NODES and len(self.edges) <= MOST_EDGES


# --- as text ---


def to_mermaid(diagram: Diagram) -> list[str]:
    """Return the lines of a Mermaid flow chart."""
    numbers = {node.id: f"n{number}" for number, node in enumerate(diagram.nodes)}
    shapes = {"fact": "({})", "criterion": "[{}]", "context": "[[{}]]", "measure": "([{}])"}
    boxes = (f"  {numbers[node.id]}{shapes[node.kind].format(_label(node.title))}" for node in diagram.nodes)
    return ["flowchart LR", *boxes, *(f"  {numbers[one]} --> {numbers[other]}" for one, other in diagram.edges)]


def _label(text: str) -> str:
    """Return a text as a label, with everything that could mean more by its number.

    >>> _label('R&D, "first-hand": 1. 2.5')
    '"R#38;D, #34;first-hand#34;#58; 1#46; 2.5"'
    """
    line = " ".join(printable(text).split())
    return f'"{_MEANT.sub(lambda match: f"#{ord(match[0])};", line)}"'


_MEANT = re.compile(r"(?!(?<=\w)[.-](?=\w))(?:[^\w ,]|_)")

# --- as a drawing ---

WIDTH = 156  # of a box; the other lengths are in the same units, about a pixel each
LINE = 15
PAD = 7
_GAP = 46  # between columns, for the lines
_SPACE = 10  # between boxes
_TOP = 24  # for the heads of the columns
_LETTERS = 21  # that fit in a line of a box
_LINES = 4


class Box(NamedTuple):
    """A node in its place, with the lines of its text."""

    node: Node
    x: int
    y: int
    height: int
    lines: tuple[str, ...]


class Drawing(NamedTuple):
    """Where everything stands: boxes, lines through their points, and the heads of the columns."""

    width: int
    height: int
    heads: tuple[tuple[int, str], ...]
    boxes: tuple[Box, ...]
    paths: tuple[tuple[tuple[int, int], ...], ...]


def draw(diagram: Diagram) -> Drawing:
    """Return the drawing: in columns, each as near as may be to what it rests on.

    A line that passes a column passes between its boxes.
    """
    texts = {node.id: _lines(node.title) for node in diagram.nodes}
    depths = _depths(diagram)
    columns: list[list[str]] = [[] for _ in range(max(depths.values(), default=-1) + 1)]
    for node in diagram.nodes:
        columns[depths[node.id]].append(node.id)
    chains = [_chain(one, other, depths, columns) for one, other in diagram.edges]
    before, after = _neighbours(chains), _neighbours([chain[::-1] for chain in chains])
    for _ in range(4):
        _sort(columns, before)
        _sort(columns[::-1], after)
    heights = {name: LINE * len(lines) + 2 * PAD for name, lines in texts.items()}
    room = max((sum(heights.get(name, 0) + _SPACE for name in column) for column in columns), default=0)
    middles: dict[str, float] = {}
    for order, neighbours in ((columns, {}), (columns, before), (columns[::-1], after), (columns, before)):
        for column in order:
            _place(column, heights, room, middles, neighbours)
    lefts = {name: index * (WIDTH + _GAP) + 1 for index, column in enumerate(columns) for name in column}
    levels = {name: _TOP + round(middle) for name, middle in middles.items()}
    boxes = tuple(
        Box(node, lefts[node.id], levels[node.id] - heights[node.id] // 2, heights[node.id], texts[node.id])
        for node in diagram.nodes
    )
    return Drawing(
        width=max(len(columns) * (WIDTH + _GAP) - _GAP + 2, 0),
        height=_TOP + room,
        heads=tuple(_heads(diagram, columns, lefts)),
        boxes=boxes,
        paths=tuple(_path(chain, lefts, levels) for chain in chains),
    )


def _lines(title: str) -> tuple[str, ...]:
    text = printable(title)
    wide = any(east_asian_width(letter) in "WF" for letter in text)
    return tuple(wrap(text, _LETTERS // 2 if wide else _LETTERS, max_lines=_LINES, placeholder="…")) or ("",)


def _depths(diagram: Diagram) -> dict[str, int]:
    """Return the column of each node: the kinds one after the other, and each node after all that it rests on.

    Among those of its kind a node stands as far to the right as may be, next to what rests on it.
    """
    before: dict[str, list[str]] = {node.id: [] for node in diagram.nodes}
    for one, other in diagram.edges:
        before[other].append(one)
    kinds = {node.id: node.kind for node in diagram.nodes}
    order = tuple(TopologicalSorter(before).static_order())
    above = dict.fromkeys(order, 0)  # how many of its kind rest on a node, one on the other
    for name in reversed(order):
        for one in before[name]:
            if kinds[one] == kinds[name]:
                above[one] = max(above[one], above[name] + 1)
    last = {}
    columns = 0
    for kind in STAGES:
        columns += max((above[name] + 1 for name in order if kinds[name] == kind), default=0)
        last[kind] = columns - 1
    depths: dict[str, int] = {}
    for name in order:
        depths[name] = max(last[kinds[name]] - above[name], *(depths[one] + 1 for one in before[name]), 0)
    used = sorted(set(depths.values()))
    return {name: used.index(depth) for name, depth in depths.items()}


def _chain(one: str, other: str, depths: Mapping[str, int], columns: Sequence[list[str]]) -> tuple[str, ...]:
    """Return the names that a line passes, with one of its own in each column between, which takes its place there."""
    between = []
    for depth in range(depths[one] + 1, depths[other]):
        between.append(f"{one} {other} {depth}")
        columns[depth].append(between[-1])
    return one, *between, other


def _neighbours(chains: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """Return what stands before each name."""
    found: dict[str, list[str]] = {}
    for chain in chains:
        for one, other in pairwise(chain):
            found.setdefault(other, []).append(one)
    return found


def _sort(columns: Sequence[list[str]], neighbours: Mapping[str, Sequence[str]]) -> None:
    """Order each column after the first by where the neighbours stand, so that few lines cross."""
    places: dict[str, float] = {}
    for column in columns:
        own = {name: (index + 0.5) / len(column) for index, name in enumerate(column)}
        wanted = {name: _mean([places[one] for one in neighbours.get(name, ())], own[name]) for name in column}
        column.sort(key=wanted.__getitem__)
        places |= {name: (index + 0.5) / len(column) for index, name in enumerate(column)}


def _place(
    column: Sequence[str],
    heights: Mapping[str, int],
    room: int,
    middles: dict[str, float],
    neighbours: Mapping[str, Sequence[str]],
) -> None:
    """Place a column in its order and within its room, each name as near as may be to the middle of its neighbours."""
    halves = [(heights.get(name, 0) + _SPACE) / 2 for name in column]
    wanted = [
        _mean([middles[one] for one in neighbours.get(name, ())], middles.get(name, room * (index + 0.5) / len(column)))
        for index, name in enumerate(column)
    ]
    places = _downwards(wanted, halves, -room)
    shift = _mean([one - other for one, other in zip(wanted, places, strict=True)], 0)
    places = _downwards([place + shift for place in places], halves, 0)
    upwards = _downwards([room - place for place in reversed(places)], halves[::-1], 0)
    middles |= zip(column, [room - place for place in reversed(upwards)], strict=True)


def _downwards(wanted: Sequence[float], halves: Sequence[float], top: float) -> list[float]:
    """Return places from `top` on that keep the order, each where it is wanted or as little below as may be."""
    places: list[float] = []
    for place, half in zip(wanted, halves, strict=True):
        places.append(max(place, top + half))
        top = places[-1] + half
    return places


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _path(chain: Sequence[str], lefts: Mapping[str, int], levels: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    """Return the points of a line: where it leaves or enters a column."""
    ends = [((lefts[name], levels[name]), (lefts[name] + WIDTH, levels[name])) for name in chain]
    return tuple(point for pair in ends for point in pair)[1:-1]


def _heads(diagram: Diagram, columns: Sequence[Sequence[str]], lefts: Mapping[str, int]) -> Iterable[tuple[int, str]]:
    """Yield what stands over the columns: the last of a kind has its name; one like the column before has no head."""
    kinds = {node.id: node.kind for node in diagram.nodes}
    last = {kinds[name]: column for column in columns for name in column if name in kinds}
    before = ""
    for column in columns:
        shown = {kinds[name] for name in column if name in kinds}
        named = [
            words if last[kind] is column else f"{words} behind {words.lower()}"
            for kind, words in STAGES.items()
            if kind in shown
        ]
        head = " and ".join(named)
        if head != before:
            yield lefts[column[0]], head
        before = head
