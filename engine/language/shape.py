"""Reads the shape of a document: mappings with known keys, lists, names, texts; complains and goes on."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping as MappingType
from itertools import islice
from typing import TypeVar
from unicodedata import normalize

from comity.engine.language.diagnostic import Code, Diagnostic, Severity, Span, Suggestions, clip, did_you_mean, one_of
from comity.engine.language.source import COMMA_HINT, NUMBER, THOUSANDS, Document, Mapping, Node, Scalar, Sequence

T = TypeVar("T")

ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", re.ASCII)
MAX_NAME = 60
FILL = "fill it in; what is not needed can be left out"


class Reader:
    """Reads one document's nodes. What cannot be read comes back as None, and has been complained about."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.found: list[Diagnostic] = []
        self.near = Suggestions().near

    def at(self, node: Node) -> Span:
        """Return where `node` stands."""
        return Span(self.document.file, node.line, node.column)

    def error(self, node: Node, code: Code, message: str, hint: str | None = None) -> None:
        """Complain that the document cannot be used because of `node`."""
        self.found.append(Diagnostic(self.at(node), code, message, hint))

    def warn(self, node: Node, code: Code, message: str, hint: str | None = None) -> None:
        """Complain about `node` without refusing the document."""
        self.found.append(Diagnostic(self.at(node), code, message, hint, Severity.WARNING))

    def mapping(self, node: Node, what: str, hint: str | None = None) -> Mapping | None:
        """Return `node` if it is a mapping."""
        if isinstance(node, Mapping):
            return node
        if _is_empty(node):
            self.error(node, Code.EMPTY_VALUE, f"{what} is empty", hint or FILL)
        else:
            self.error(node, Code.WRONG_SHAPE, f"{what} must be a mapping (`key: value`), not {shape(node)}", hint)
        return None

    def fields(
        self,
        node: Node,
        what: str,
        known: Collection[str],
        required: Collection[str] = (),
        hints: MappingType[str, str] = {},
    ) -> Mapping | None:
        """Return `node` if it is a mapping; complain about keys that are not known and about required ones missing.

        `hints` say what to do about some keys that are not known here.
        """
        mapping = self.mapping(node, what)
        if mapping is None:
            return None
        for key in mapping.keys.values():
            if key.text not in known:
                hint = hints.get(key.text) or comma_hint(mapping, key) or self.near(key.text, known) or one_of(known)
                self.error(key, Code.UNKNOWN_KEY, f"{what} has the unknown key `{clip(key.text)}`", hint)
        self.require(mapping, what, required, known)
        return mapping

    def require(self, mapping: Mapping, what: str, required: Collection[str], known: Collection[str]) -> None:
        """Complain about keys that are missing, unless one is there that is near: that is the one mistake."""
        lacking = [f"`{name}`" for name in required if lacks(mapping, name, known)]
        if lacking:
            hint = f"add `{lacking[0][1:-1]}: ...`" if len(lacking) == 1 else "add them"
            self.error(mapping, Code.MISSING_KEY, f"{what} lacks {', '.join(lacking)}", hint)

    def sequence(self, node: Node, what: str) -> list[Node]:
        """Return the items of `node` if it is a list."""
        if isinstance(node, Sequence):
            return node.items
        if _is_empty(node):
            self.error(node, Code.EMPTY_VALUE, f"{what} is empty", FILL)
        else:
            hint = f"write [{clip(node.text)}]" if isinstance(node, Scalar) else "begin each item with `- `"
            self.error(node, Code.WRONG_SHAPE, f"{what} must be a list, not {shape(node)}", hint)
        return []

    def text(self, node: Node, what: str) -> str | None:
        """Return the text of `node`: any scalar that YAML (of JSON's types) does not read as something else."""
        if not isinstance(node, Scalar):
            hint = "quote a text that begins with `[`, `{` or `- `, or that holds `: `"
            self.error(node, Code.WRONG_SHAPE, f"{what} must be a text, not {shape(node)}", hint)
            return None
        value = node.json()
        if isinstance(value, str) and value.strip() and not (node.plain and NUMBER.fullmatch(value)):
            return value
        if value is None or (isinstance(value, str) and not value.strip()):
            self.error(node, Code.EMPTY_VALUE, f"{what} is empty", FILL)
        else:
            self.error(
                node,
                Code.NOT_TEXT,
                f"{what} must be a text, not {shape(node)}",
                f'write "{clip(node.text)}", with quotes',
            )
        return None

    def flag(self, node: Node, what: str) -> bool | None:
        """Return the truth value of `node`: plain `true` or `false`."""
        if isinstance(node, Scalar) and isinstance(value := node.json(), bool):
            return value
        self.error(node, Code.NOT_A_BOOLEAN, f"{what} must be true or false, not {shape(node)}", boolean_hint(node))
        return None

    def word(self, node: Node, what: str, words: Collection[str]) -> str | None:
        """Return the text of `node` if it is one of `words`."""
        if isinstance(node, Scalar) and node.text in words:
            return node.text
        if isinstance(node, Scalar):
            hint = self.near(node.text, words) or one_of(words)
            code = Code.EMPTY_VALUE if _is_empty(node) else Code.UNKNOWN_WORD
            message = f"{what} is empty" if _is_empty(node) else f"{what} cannot be `{clip(node.text)}`"
            self.error(node, code, message, hint)
        else:
            self.error(node, Code.WRONG_SHAPE, f"{what} must be one word, not {shape(node)}", one_of(words))
        return None

    def identifier(self, node: Scalar, what: str, pattern: re.Pattern[str] = ID) -> str | None:
        """Return the text of `node` if it is a name: kebab-case for ids, snake_case for facts and parameters."""
        if pattern.fullmatch(node.text) and len(node.text) <= MAX_NAME:
            return node.text
        if _is_empty(node):
            self.error(node, Code.EMPTY_VALUE, f"the name of {what} is empty", FILL)
            return None
        style = "lower-case words joined by hyphens" if pattern is ID else "lower-case words joined by underscores"
        hint = f"write {style}, up to {MAX_NAME} characters"
        ascii_ = normalize("NFKD", node.text[:500].casefold()).encode("ascii", "ignore").decode()
        better = re.sub("[^a-z0-9]+", "-" if pattern is ID else "_", ascii_).strip("-_")
        if pattern.fullmatch(better) and len(better) <= MAX_NAME:
            hint = f"write {style}, like `{better}`"
        self.error(node, Code.BAD_NAME, f"`{clip(node.text)}` cannot name {what}", hint)
        return None

    def name(self, node: Node, what: str, pattern: re.Pattern[str] = ID) -> str | None:
        """Return the name that `node` is, where a value refers to something by its name."""
        if isinstance(node, Scalar) and node.plain and node.text in ("true", "false", "null"):
            self.error(
                node, Code.NOT_TEXT, f"plain `{node.text}` cannot name {what}", f'write "{node.text}", with quotes'
            )
            return None
        if isinstance(node, Scalar):
            return self.identifier(node, what, pattern)
        self.error(
            node, Code.WRONG_SHAPE, f"{what} must be given by its name, not {shape(node)}", "write the name alone"
        )
        return None

    def names(self, node: Node, what: str, pattern: re.Pattern[str] = ID) -> tuple[str, ...]:
        """Return the names in a list."""
        read = (self.name(item, what, pattern) for item in self.sequence(node, f"the list of {what}s"))
        return tuple(name for name in read if name is not None)

    def named(
        self, node: Node, section: str, what: str, pattern: re.Pattern[str] = ID
    ) -> Iterator[tuple[str, Scalar, Node]]:
        """Yield name, key and value of each entry of a mapping by name."""
        for key, value in self._entries(node, section):
            name = self.identifier(key, what, pattern)
            if name is not None and value is not None:
                yield name, key, value

    def by_text(self, node: Node, section: str, what: str) -> Iterator[tuple[str, Scalar, Node]]:
        """Yield text, key and value of each entry of a mapping whose keys are any texts."""
        for key, value in self._entries(node, section):
            if not key.text.strip():
                self.error(key, Code.EMPTY_VALUE, f"the name of {what} is empty", FILL)
            elif value is not None:
                yield key.text, key, value

    def _entries(self, node: Node, section: str) -> Iterator[tuple[Scalar, Node | None]]:
        """Yield key and value of each entry of a section, which is not empty."""
        mapping = self.mapping(node, section)
        if mapping is None:
            return
        if not mapping.entries:
            self.error(mapping, Code.EMPTY_VALUE, f"{section} is empty", FILL)
        for text, key in mapping.keys.items():
            yield key, mapping.entries.get(text)

    def optional(self, mapping: Mapping, key: str, read: Callable[[Node, str], T | None], what: str) -> T | None:
        """Return what `read` makes of the value of `key`, or None without one."""
        node = mapping.entries.get(key)
        return None if node is None else read(node, f"`{key}` of {what}")


def lacks(mapping: Mapping, name: str, known: Collection[str]) -> bool:
    """Tell whether the key `name` is missing, and none is there that is near it and not `known`."""
    strange = (key for key in islice(mapping.keys, 100) if key not in known)
    return name not in mapping.entries and not any(did_you_mean(key, (name,)) for key in strange)


def shape(node: Node) -> str:
    """Return what `node` is, in a reader's words.

    >>> shape(Scalar("yes", True, 1, 1)), shape(Scalar("25000", False, 1, 1))
    ('the text `yes`', 'the text `25000` in quotes')
    """
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    value = node.json()
    if value is None:
        return "an empty value"
    if isinstance(value, bool):
        return f"`{node.text}`"
    if isinstance(value, str):
        return f"the text `{clip(node.text)}`" + ("" if node.plain else " in quotes")
    return f"the number {clip(node.text)}"


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.json() is None


_TRUE = ("yes", "y", "on", "si", "sí", "oui", "sim", "true", "1")
_FALSE = ("no", "n", "off", "non", "não", "false", "0")


def boolean_hint(node: Node) -> str:
    """Return what to write instead of `node` where true or false is expected."""
    if isinstance(node, Scalar):
        if node.text.lower() in _TRUE:
            return "write true"
        if node.text.lower() in _FALSE:
            return "write false"
    return "write true or false"


def comma_hint(mapping: Mapping, key: Scalar) -> str | None:
    """Return what to write if `key` is the rest of a number like 25,000."""
    value = mapping.entries.get(key.text)
    return COMMA_HINT if THOUSANDS.fullmatch(key.text) and value is not None and _is_empty(value) else None
