"""Takes out of YAML text what a diagnostic says is too much, and leaves all else as it stands, to the character."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from comity.engine.checking.claims import Under, days, decide, looks_at_the_day
from comity.engine.checking.mutants import Mutant, mutants, mutated
from comity.engine.checking.proofs import partial_difference
from comity.engine.checking.reach import Reach
from comity.engine.language.diagnostic import Code, Diagnostic
from comity.engine.language.grammar import CONDITION_KEYS, EXPRESSION_KEYS
from comity.engine.language.model import RuleSet
from comity.engine.language.operators import Operator
from comity.engine.language.source import Document, compose, read

Steps: TypeAlias = tuple[str | int, ...]
Start: TypeAlias = tuple[int, int]  # line and column, from 1
Extent: TypeAlias = tuple[int, int]  # from the first character to before the last


class _Text(NamedTuple):
    """A document and its nodes. `mark` is the byte order mark before it, or nothing."""

    mark: str
    text: str
    root: Node


class _Place(NamedTuple):
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
    whole = _parse(text)
    place = whole and next((one for one in _places(whole.root) if _start(one.head) == (line, column)), None)
    less = _remove(whole, place) if whole and place else None
    return less.mark + less.text if less else None


def fixable(diagnostics: Iterable[Diagnostic], rules: Iterable[RuleSet]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics that `fix` can settle so that nothing comes out otherwise, where that is proved.

    `rules` are the rule sets that they are about.
    """
    asked = {(one.subject, one.at) for one in diagnostics if one.code == Code.USELESS_PART}
    drops = [(one, mutant) for one in rules if asked for mutant in mutants(one, drops=True)]
    found = [(one, mutant) for one, mutant in drops if (mutant.place, mutant.at) in asked]
    needed = {(mutant.place, mutant.at) for one, mutant in found if not _needless(one, mutant)}
    safe = {(mutant.place, mutant.at) for _, mutant in found} - needed
    return tuple(
        one
        for one in diagnostics
        if one.code in _FIXES and (one.code != Code.USELESS_PART or (one.subject, one.at) in safe)
    )


def _needless(rules: RuleSet, mutant: Mutant) -> bool:
    """Tell whether it is proved that no situation comes out otherwise without a part, partial ones included.

    That is on any day, with tables of any number of rows, what the rule set says is impossible included, and under
    every reading that uses the condition.
    """
    place, every = mutant.place, rules.but(impossible=())
    own = [reading.id for reading in rules.readings.values() if place not in reading.define]
    readings: list[str | None] = [*own] or [None]
    for reading in readings if mutant.reading is None else [mutant.reading]:
        part = Reach(Under(every, reading)).part([place])
        if looks_at_the_day(part, reading):  # then each would need a proof of its own
            return False
        question = partial_difference(Under(part, reading), Under(mutated(part, mutant), reading), place)
        answer = decide(question, days([part])[-1], any_size=True)
        if answer.result != "proved" or answer.rows is not None:
            return False
    return True


def fix(texts: Mapping[str, str], diagnostics: Iterable[Diagnostic]) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """Return the texts that change, by file, and the diagnostics that this settles.

    `texts` are the files that the diagnostics are about, each with its own line ends. Of the useless parts of one
    condition, only the last goes: each may be useless only beside the others. So check and fix again, until nothing
    is fixed any more.
    """
    found: dict[str, list[Diagnostic]] = {}
    for one in diagnostics:
        if one.code in _FIXES and one.at.file in texts:
            found.setdefault(one.at.file, []).append(one)
    changed: dict[str, str] = {}
    fixed: list[Diagnostic] = []
    for file, complaints in sorted(found.items()):
        whole = _parse(texts[file])
        less, settled = _less(whole, complaints) if whole else (None, [])
        if less and settled:
            changed[file] = less.mark + less.text
            fixed += settled
    return changed, tuple(fixed)


def _less(whole: _Text, complaints: Iterable[Diagnostic]) -> tuple[_Text, list[Diagnostic]]:
    """Return a document without what it can do without, and the diagnostics that this settles, by their places."""
    ordered = sorted(complaints, key=lambda one: one.at)
    left = {(one.at.line, one.at.column): one.code for one in ordered}
    settled: dict[Start, str] = {}
    conditions: set[Steps] = set()
    while left:  # from the end: what stands before a change is where it was
        at, code = max(left.items())
        place = _FIXES[code](whole.root, [other for other in left if left[other] == code])
        condition = _condition(place.path) if place and code == Code.USELESS_PART else None
        less = _remove(whole, place) if place and condition not in conditions else None
        start = at
        if place and less:
            whole, start = less, _start(place.head)
            settled |= {other: code for other in left if other >= start and left[other] == code}
            conditions |= {condition} if condition is not None else set()
        left = {other: left[other] for other in left if other < start}
    return whole, [one for one in ordered if settled.get((one.at.line, one.at.column)) == one.code]


# --- which item a diagnostic is about ------------------------------------------------------------------------------


def _suppression(root: Node, places: Sequence[Start]) -> _Place | None:
    """Return the entry of `suppress` that holds the last of `places`, or the section if each entry holds one."""
    section = last = None
    held = 0
    for place in _places(root):
        if place.path == ("suppress",):
            section = place
        elif section and place.parent is section.value:
            start, end = _start(place.head), _start(place.value, end=True)
            held += any(start <= one < end for one in places)
            last = place if start <= places[-1] < end else last
    return section if last and held == len(last.parent.value) else last


def _part(root: Node, places: Sequence[Start]) -> _Place | None:
    """Return the item of an `all`, `any` or `of` whose condition says that it stands at the last of `places`."""
    at = places[-1]
    for place in _places(root):
        if isinstance(place.path[-1], int) and place.path[-2:-1] in (("all",), ("any",), ("of",)):
            if _start(place.head) == at:
                return place
            entries = dict(_entries(place.value))
            name = next((key for key in ("fact", "criterion", "context", "measure") if key in entries), None)
            if name and _start(entries[name]) == at:
                several = len(entries) > 2 or len(getattr(entries.get("in"), "value", ())) > 1
                return None if several else place  # tests of one fact all stand there: which is meant is not said
    return None


# What to take out for the complaints of one code that stand at some places, in their order: for the last, if no more.
_FIXES: dict[str, Callable[[Node, Sequence[Start]], _Place | None]] = {
    Code.UNUSED_SUPPRESSION: _suppression,
    Code.USELESS_PART: _part,
}

_INNER = frozenset((*CONDITION_KEYS, *EXPRESSION_KEYS, *Operator, "in", "of", "where"))


def _condition(path: Steps) -> Steps:
    """Return the path of the written condition, as of a `when`, that holds what is at `path`."""
    while path and (isinstance(path[-1], int) or path[-1] in _INNER):
        path = path[:-1]
    return path


# --- nodes ---------------------------------------------------------------------------------------------------------


def _parse(text: str) -> _Text | None:
    """Return a document with its nodes, if the engine would read it: so, one without anchors, aliases and tags."""
    if not isinstance(read(text.encode(), ""), Document):
        return None
    bare = text.removeprefix("\ufeff")
    root = compose(bare)
    return _Text(text[: len(text) - len(bare)], bare, root) if root else None


def _start(node: Node, end: bool = False) -> Start:
    mark = node.end_mark if end else node.start_mark
    return mark.line + 1, mark.column + 1


def _entries(node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node, MappingNode):
        yield from ((key.value, value) for key, value in node.value)


def _places(node: Node, path: Steps = ()) -> Iterator[_Place]:
    """Yield the items and entries below `node`, the outer before the inner."""
    if isinstance(node, CollectionNode):
        for index, one in enumerate(node.value):
            head, value = one if isinstance(node, MappingNode) else (one, one)
            here = (*path, head.value if isinstance(node, MappingNode) else index)
            yield _Place(node, index, head, value, here)
            yield from _places(value, here)


def _said(node: Node, without: Node | None = None) -> Any:
    """Return what `node` says, quotation marks included, but for the item or entry with the head `without`."""
    if isinstance(node, MappingNode):
        return {key.value: (_said(key), _said(value, without)) for key, value in node.value if key is not without}
    if isinstance(node, SequenceNode):
        return [_said(item, without) for item in node.value if item is not without]
    assert isinstance(node, ScalarNode)
    return node.value, node.style or ""


# --- text ----------------------------------------------------------------------------------------------------------


class _Strange(Exception):  # noqa: N818  # it ends a walk over YAML that is not as expected, and is always caught
    """The text is written in a way that is not taken apart here."""


_GAP = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
_REST = re.compile(r"([ \t]*(?:#[^\r\n]*)?)(?:\r\n?|\n|\Z)")  # of a line that nothing more stands on
_DASHES = re.compile(r" *(?:-[ \t]+)+")


def _remove(whole: _Text, place: _Place) -> _Text | None:
    """Return the document without an item or entry, None unless all else then says what it said."""
    text, parent = whole.text, place.parent
    if len(parent.value) == 1:
        return None
    try:
        extents = _extents(text, parent)
        cuts = (_flow_cuts if _opens(text, parent) else _block_cuts)(text, extents, place.number)
    except _Strange:
        return None
    for start, end in reversed(cuts):
        text = text[:start] + text[end:]
    less = _parse(whole.mark + text)
    return less if less and _said(less.root) == _said(whole.root, place.head) else None


def _opens(text: str, node: Node) -> bool:
    return text[node.start_mark.index] in "[{"


def _extents(text: str, node: CollectionNode) -> list[Extent]:
    """Return where each item (its dash included) or entry begins and ends, without what follows it."""
    opened = _opens(text, node)
    at = node.start_mark.index + opened
    extents: list[Extent] = []
    for one in node.value:
        if opened and extents:
            at = _gap(text, at) + 1  # the comma
        start = _gap(text, at)
        if isinstance(node, MappingNode):
            head, value = one
            at = head.end_mark.index
            colon = _gap(text, at)
            at = colon + 1 if text.startswith(":", colon) else at
        elif opened:
            head = value = one
        else:
            head, value = None, one
            at = start + 1  # behind the dash
        if head and head.start_mark.index != start:  # there is a `?` before the key
            raise _Strange
        at = _end(text, value, at)
        extents.append((start, at))
    return extents


def _end(text: str, node: Node, before: int) -> int:
    """Return where a value ends: for an empty one `before`, where that ends which it is the value of."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, CollectionNode):
        return end if _opens(text, node) else _extents(text, node)[-1][1]
    assert isinstance(node, ScalarNode)
    if node.style in ("|", ">"):
        kept = re.compile("[|>][1-9]?[+]").match(text, start)
        lines = text[start:end]
        return start + len(re.sub(r"(?:\r\n?|\n)\Z", "", lines) if kept else lines.rstrip())
    return end if start < end else before


def _gap(text: str, at: int) -> int:
    """Return where the next thing stands that is neither space nor comment."""
    gap = _GAP.match(text, at)
    assert gap
    return gap.end()


def _line(text: str, at: int) -> int:
    """Return where the line begins that `at` is on."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _lines(text: str, start: int, end: int) -> Extent | None:
    """Return the lines from `start` to `end` as a whole, if nothing else but a comment at their end stands on them."""
    first, rest = _line(text, start), _REST.match(text, end)
    return (first, rest.end()) if rest and not text[first:start].strip() else None


def _block_cuts(text: str, extents: list[Extent], index: int) -> list[Extent]:
    start, end = extents[index]
    if lines := _lines(text, start, end):
        return [lines]
    head, rest = text[_line(text, start) : start], _REST.match(text, end)
    if not rest or index or not _DASHES.fullmatch(head):
        raise _Strange
    following = extents[1][0]
    if not text[rest.end() : following].strip(" "):  # the next one takes its place behind the dash
        return [(start, following)]
    return [(start - len(head) + len(head.rstrip()), rest.end(1))]


def _flow_cuts(text: str, extents: list[Extent], index: int) -> list[Extent]:
    start, end = extents[index]
    comma = _gap(text, end)
    if text[comma] == "," and _line(text, comma) <= end:
        end = comma + 1
        if lines := _lines(text, start, end):
            return [lines]
        line = _line(text, start)
        return [(line + len(text[line:start].rstrip()), end) if _REST.match(text, end) else (start, _gap(text, end))]
    if index == 0:
        raise _Strange
    comma = _gap(text, extents[index - 1][1])
    alone = not text[comma + 1 : start].strip()
    if alone and (lines := _lines(text, comma, end)):
        return [lines]
    lines = _lines(text, start, end)
    return [(comma, end)] if alone and not lines else [(comma, comma + 1), lines or (start, end)]
