"""YAML text with something taken out, and all else as it stands, to the character."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from comity.engine.language.source import Document, compose, read

Steps: TypeAlias = tuple[str | int, ...]
Start: TypeAlias = tuple[int, int]  # line and column, from 1
Extent: TypeAlias = tuple[int, int]  # from the first character to before the last


class Text(NamedTuple):
    """A document and its nodes. `mark` is the byte order mark before it, or nothing."""

    mark: str
    text: str
    root: Node


class Place(NamedTuple):
    """An item of a list, or an entry of a mapping with its key as `head`; for an item, `head` and `value` are one."""

    parent: CollectionNode
    number: int
    head: Node
    value: Node
    path: Steps


def without_item(text: str, line: int, column: int) -> str | None:
    """Return `text` without the list item that starts at `line` and `column`, or the entry whose key does.

    The lines go that hold nothing else, with the comment at their end; where other items share a line, only the item
    goes, with its comma. Every other comment, blank line and line end stays. Where an item starts with its first key,
    the item is meant.

    Returns None if nothing starts there, if it is all that its list or mapping holds, if the engine would not read
    `text`, or if what is left would then say something else than before.

    >>> without_item("serves:  [a, b]  # why", 1, 11)
    'serves:  [b]  # why'
    """
    whole = parse(text)
    place = whole and next((one for one in places_in(whole.root) if start_of(one.head) == (line, column)), None)
    less = removed(whole, place) if whole and place else None
    return less.mark + less.text if less else None


# --- nodes -----------------------------------------------------------------------------------------------------------


def parse(text: str) -> Text | None:
    """Return a document with its nodes, if the engine would read it: so, one without anchors, aliases and tags."""
    if not isinstance(read(text.encode(), ""), Document):
        return None
    bare = text.removeprefix("\ufeff")
    root = compose(bare)
    return Text(text[: len(text) - len(bare)], bare, root) if root else None


def start_of(node: Node, end: bool = False) -> Start:
    """Return where a node begins, or with `end` where it ends."""
    mark = node.end_mark if end else node.start_mark
    return mark.line + 1, mark.column + 1


def entries_of(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the entries of a mapping by key; nothing of any other node."""
    if isinstance(node, MappingNode):
        yield from ((key.value, value) for key, value in node.value)


def places_in(node: Node, path: Steps = ()) -> Iterator[Place]:
    """Yield the items and entries below `node`, the outer before the inner."""
    if isinstance(node, CollectionNode):
        for index, one in enumerate(node.value):
            head, value = one if isinstance(node, MappingNode) else (one, one)
            here = (*path, head.value if isinstance(node, MappingNode) else index)
            yield Place(node, index, head, value, here)
            yield from places_in(value, here)


def said(node: Node, without: Node | None = None) -> Any:
    """Return what `node` says, quotation marks included, but for the item or entry with the head `without`."""
    if isinstance(node, MappingNode):
        return {key.value: (said(key), said(value, without)) for key, value in node.value if key is not without}
    if isinstance(node, SequenceNode):
        return [said(item, without) for item in node.value if item is not without]
    assert isinstance(node, ScalarNode)
    return node.value, node.style or ""


# --- text ------------------------------------------------------------------------------------------------------------


class Strange(Exception):  # noqa: N818  # it ends a walk over YAML that is not as expected, and is always caught
    """The text is written in a way that is not taken apart here."""


_GAP = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
REST = re.compile(r"([ \t]*(?:#[^\r\n]*)?)(?:\r\n?|\n|\Z)")  # of a line that nothing more stands on
_DASHES = re.compile(r" *(?:-[ \t]+)+")


def removed(whole: Text, place: Place) -> Text | None:
    """Return the document without an item or entry, None unless all else then says what it said."""
    text, parent = whole.text, place.parent
    if len(parent.value) == 1:
        return None
    try:
        found = extents_of(text, parent)
        cuts = (_flow_cuts if in_flow(text, parent) else _block_cuts)(text, found, place.number)
    except Strange:
        return None
    for start, end in reversed(cuts):
        text = text[:start] + text[end:]
    less = parse(whole.mark + text)
    return less if less and said(less.root) == said(whole.root, place.head) else None


def in_flow(text: str, node: Node) -> bool:
    """Tell whether a list or mapping is written in brackets."""
    return text[node.start_mark.index] in "[{"


def extents_of(text: str, node: CollectionNode) -> list[Extent]:
    """Return where each item (its dash included) or entry begins and ends, without what follows it."""
    opened = in_flow(text, node)
    at = node.start_mark.index + opened
    extents: list[Extent] = []
    for one in node.value:
        if opened and extents:
            at = after_gap(text, at) + 1  # the comma
        start = after_gap(text, at)
        if isinstance(node, MappingNode):
            head, value = one
            at = head.end_mark.index
            colon = after_gap(text, at)
            at = colon + 1 if text.startswith(":", colon) else at
        elif opened:
            head = value = one
        else:
            head, value = None, one
            at = start + 1  # behind the dash
        if head and head.start_mark.index != start:  # there is a `?` before the key
            raise Strange
        at = _end(text, value, at)
        extents.append((start, at))
    return extents


def _end(text: str, node: Node, before: int) -> int:
    """Return where a value ends: for an empty one `before`, where that ends which it is the value of."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, CollectionNode):
        return end if in_flow(text, node) else extents_of(text, node)[-1][1]
    assert isinstance(node, ScalarNode)
    if node.style in ("|", ">"):
        kept = re.compile("[|>][1-9]?[+]").match(text, start)
        lines = text[start:end]
        return start + len(re.sub(r"(?:\r\n?|\n)\Z", "", lines) if kept else lines.rstrip())
    return end if start < end else before


def after_gap(text: str, at: int) -> int:
    """Return where the next thing stands that is neither space nor comment."""
    gap = _GAP.match(text, at)
    assert gap
    return gap.end()


def line_start(text: str, at: int) -> int:
    """Return where the line begins that `at` is on."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _lines(text: str, start: int, end: int) -> Extent | None:
    """Return the lines from `start` to `end` as a whole, if nothing else but a comment at their end stands on them."""
    first, rest = line_start(text, start), REST.match(text, end)
    return (first, rest.end()) if rest and not text[first:start].strip() else None


def _block_cuts(text: str, extents: list[Extent], index: int) -> list[Extent]:
    start, end = extents[index]
    if lines := _lines(text, start, end):
        return [lines]
    head, rest = text[line_start(text, start) : start], REST.match(text, end)
    if not rest or index or not _DASHES.fullmatch(head):
        raise Strange
    following = extents[1][0]
    if not text[rest.end() : following].strip(" "):  # the next one takes its place behind the dash
        return [(start, following)]
    return [(start - len(head) + len(head.rstrip()), rest.end(1))]


def _flow_cuts(text: str, extents: list[Extent], index: int) -> list[Extent]:
    start, end = extents[index]
    comma = after_gap(text, end)
    if text[comma] == "," and line_start(text, comma) <= end:
        end = comma + 1
        if lines := _lines(text, start, end):
            return [lines]
        line = line_start(text, start)
        return [
            (line + len(text[line:start].rstrip()), end) if REST.match(text, end) else (start, after_gap(text, end))
        ]
    if index == 0:
        raise Strange
    comma = after_gap(text, extents[index - 1][1])
    alone = not text[comma + 1 : start].strip()
    if alone and (lines := _lines(text, comma, end)):
        return [lines]
    lines = _lines(text, start, end)
    return [(comma, end)] if alone and not lines else [(comma, comma + 1), lines or (start, end)]
