"""YAML text with an entry set, and all else as it stands, to the character."""

from collections.abc import Collection, Sequence
from typing import Any

from yaml.nodes import MappingNode

from comity.engine.language.editing import REST, Strange, Text, after_gap, extents_of, in_flow, line_start, parse, said
from comity.engine.language.source import compose


def with_entry(text: str, path: Sequence[str], value: str | Sequence[str], after: Collection[str] = ()) -> str | None:
    r"""Return `text` with the `value`, YAML in one line, for the entry at `path`.

    A value that is there gives way, with the comments inside it; every other comment, blank line and line end stays.
    A new entry comes last in its mapping, or behind the last of the keys `after`; mappings on the way that are missing
    are made. Of a list, `value` has the items: each gets a line of its own where the mapping is not in brackets.

    Returns None if the engine would not read `text`, if what is on the way is no mapping, or if all else would not say
    what it said.

    >>> with_entry("facts:\n  a: 1  # why\n", ["facts", "b"], "2..3")
    'facts:\n  a: 1  # why\n  b: 2..3\n'
    >>> with_entry("facts: {a: 1}\n", ["facts", "a"], ["{x: 1}", "{x: 2}"])
    'facts: {a: [{x: 1}, {x: 2}]}\n'
    """
    whole = parse(text)
    wanted = compose(value if isinstance(value, str) else f"[{', '.join(value)}]")
    if whole is None or wanted is None:
        return None
    try:
        changed = _Entry(whole, value, "\r\n" if "\r\n" in text else "\n", after).set(tuple(path))
    except Strange:
        return None
    after_all = parse(whole.mark + changed)
    expected = _set(said(whole.root), tuple(path), said(wanted))
    return whole.mark + changed if after_all and said(after_all.root) == expected else None


def _set(tree: Any, path: tuple[str, ...], value: Any) -> Any:
    """Return what a document says with the `value` at `path`."""
    if not path:
        return value
    key, inner = tree.get(path[0], ((path[0], ""), {}))
    return {**tree, path[0]: (key, _set(inner, path[1:], value))}


class _Entry:
    """An entry that gets its value."""

    def __init__(self, whole: Text, value: str | Sequence[str], end_of_line: str, after: Collection[str]) -> None:
        self.text, self.root = whole.text, whole.root
        self.value, self.end_of_line, self.after = value, end_of_line, after

    def set(self, path: tuple[str, ...]) -> str:
        """Return the text with the value at `path`."""
        node, indent = self.root, -2  # of the key that the mapping `node` is the value of
        block = True  # whether that key stands on a line of its own
        for depth, key in enumerate(path):
            if not isinstance(node, MappingNode):
                raise Strange
            number = next((at for at, (head, _) in enumerate(node.value) if head.value == key), None)
            opened = in_flow(self.text, node)
            if number is None:
                return self.added(node, path[depth:], indent if block else None)
            head, inner = node.value[number]
            if depth + 1 == len(path):
                start, end = after_gap(self.text, head.end_mark.index), extents_of(self.text, node)[number][1]
                column = None if opened else head.start_mark.column
                return f"{self.text[: start + 1]}{self.written(column)}{self.text[end:]}"
            block, indent, node = not opened, head.start_mark.column, inner
        raise Strange

    def added(self, node: MappingNode, path: Sequence[str], indent: int | None) -> str:
        """Return the text with a new entry in `node`; `indent` is that of its own key, None if that is in brackets."""
        text = self.text
        if not in_flow(text, node):
            extents = extents_of(text, node)
            heads = [head.value for head, _ in node.value]
            behind = max((at for at, head in enumerate(heads) if head in self.after), default=len(heads) - 1)
            rest = REST.match(text, extents[behind][1])
            if rest is None:
                raise Strange
            column = node.value[0][0].start_mark.column
            entry = self.entry(path, column)
            return f"{text[: rest.end(1)]}{self.end_of_line}{' ' * column}{entry}{text[rest.end(1) :]}"
        if node.value:
            end = extents_of(text, node)[-1][1]
            return f"{text[:end]}, {self.entry(path, None)}{text[end:]}"
        start, end = node.start_mark.index, node.end_mark.index
        if indent is None or not text[line_start(text, start) : start].strip():
            return f"{text[: start + 1]}{self.entry(path, None)}{text[start + 1 :]}"
        column = indent + 2
        return f"{text[:start].rstrip(' ')}{self.end_of_line}{' ' * column}{self.entry(path, column)}{text[end:]}"

    def entry(self, path: Sequence[str], column: int | None) -> str:
        """Return the entry for what of `path` is not there; mappings inside it are in brackets."""
        if len(path) == 1:
            return f"{path[0]}:{self.written(column)}"
        inner = self.entry(path[1:], None)
        return f"{path[0]}: {{{inner}}}"

    def written(self, column: int | None) -> str:
        """Return the value as it stands behind the colon of a key at `column`, None if the key is in brackets."""
        if isinstance(self.value, str):
            return f" {self.value}"
        if column is None or not self.value:
            return f" [{', '.join(self.value)}]"
        return "".join(f"{self.end_of_line}{' ' * column}  - {item}" for item in self.value)
