"""Whether documents of any origin follow a published schema: a second opinion, for what is not read by the loader."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsonschema import Draft7Validator

from comity.engine.language.diagnostic import Span
from comity.engine.language.literals import plain
from comity.engine.language.source import Document, Mapping as MappingNode, Node, Sequence


def violations(document: Document, schema: Mapping[str, Any]) -> Iterator[tuple[Span, str]]:
    """Yield, in the order of the document, where it departs from `schema` and how, in the words of jsonschema."""
    errors = Draft7Validator(schema).iter_errors(plain(document.root.json()))
    found = {(document.at(_node(document.root, error.absolute_path)), _line(error.message)) for error in errors}
    yield from sorted(found)


def _node(root: Node, path: Iterable[str | int]) -> Node:
    """Return the node that a path of keys and positions leads to, or the last one on the way that there is."""
    node = root
    for step in path:
        if isinstance(node, MappingNode) and step in node.entries:
            node = node.entries[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
    return node


def _line(message: str) -> str:
    text = " ".join(message.split())
    return text if len(text) <= 300 else f"{text[:299]}…"
