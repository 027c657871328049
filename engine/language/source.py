"""Text to plain data, within limits, remembering where each value stands.

Every document that enters comes through `read`: rule sets, situations, cases, standard input. The parser's events are
looked at one by one, and the tree is built only from those that are within the limits, so that a hostile file costs no
more than a file of the largest size allowed.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.nodes import Node as Composed

from comity.engine.language.diagnostic import Code, Diagnostic, Span

# The limits, as docs/language.md states them.
MAX_BYTES = 2_000_000
MAX_DEPTH = 40
MAX_VALUES = 100_000
MAX_DIGITS = 15

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where PyYAML was built with it: six times faster


class Scalar:
    """A single value: its text, and whether it stands there plain (unquoted)."""

    __slots__ = ("column", "line", "plain", "text")

    def __init__(self, text: str, plain: bool, line: int, column: int) -> None:
        self.text = text
        self.plain = plain
        self.line = line
        self.column = column

    def json(self) -> Any:
        """Return the JSON value: a plain scalar may be a number, true, false or null, and is text otherwise.

        A number with a decimal point comes as an exact `Fraction`.
        """
        if not self.plain:
            return self.text
        if self.text in _WORDS:
            return _WORDS[self.text]
        if NUMBER.fullmatch(self.text) and digits(self.text) <= MAX_DIGITS:
            return number(self.text)
        return self.text


class Sequence:
    """A list of values."""

    __slots__ = ("column", "items", "line")

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column
        self.items: list[Node] = []

    def json(self) -> Any:
        """Return the list as JSON values."""
        return [item.json() for item in self.items]


class Mapping:
    """Values by key. Every key is a `Scalar`, so that a complaint about a key can point at it."""

    __slots__ = ("column", "entries", "keys", "line")

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Scalar] = {}

    def json(self) -> Any:
        """Return the mapping as JSON values."""
        return {key: value.json() for key, value in self.entries.items()}


Node: TypeAlias = Scalar | Sequence | Mapping

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def number(text: str) -> int | Fraction:
    """Return the number that `text` (a plain decimal) is, exactly."""
    if "." not in text:
        return int(text)
    value = Fraction(text)
    return value.numerator if value.denominator == 1 else value


def digits(text: str) -> int:
    """Return how many digits `text` has."""
    return len(text) - text.count(".") - text.count("-")


class Document(NamedTuple):
    """A file's tree of values."""

    file: str
    root: Node
    values: int = 0  # how many there are

    def at(self, node: Node) -> Span:
        """Return where `node` stands."""
        return Span(self.file, node.line, node.column)


# What no rule set needs and a reader cannot see: bidirectional controls, zero-width characters and their kind.
_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]"
)
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def read(data: bytes, file: str) -> Document | list[Diagnostic]:
    """Return the tree of the YAML (or JSON) document `data`, or everything that is wrong with its form.

    `file` is the name that diagnostics give. Never raises for any `data`.
    """
    text = decoded(data, file)
    if isinstance(text, Diagnostic):
        return [text]
    found = sorted(_characters(text, file), key=lambda one: one.at)
    if found:
        return found
    try:
        return _Builder(file).build(text)
    except _Stop as stop:
        return stop.diagnostics


def decoded(data: bytes, file: str) -> str | Diagnostic:
    """Return the text of a file, without its byte order mark, or why there is none."""
    if len(data) > MAX_BYTES:
        return too_large(file)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return _utf16(file)
        start = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        message = f"byte {error.start + 1} of the file is not UTF-8"
        return Diagnostic(place(file, start, len(start)), Code.NOT_UTF8, message, "save the file as UTF-8")
    if len(text) < 3 * text.count("\0") < 2 * len(text):  # without its mark, every other byte is mostly 0
        return _utf16(file)
    return text.removeprefix("\ufeff")


def allowed(text: str) -> str:
    r"""Return `text` without the characters that no document may hold, its line breaks as line feeds.

    >>> allowed("a\r\nb\x00c\u200b")
    'a\nbc'
    """
    return _HIDDEN.sub("", _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def compose(text: str) -> Composed | None:
    """Return PyYAML's nodes of a text that `read` takes: they know where each value begins and ends."""
    return yaml.compose(text, Loader=_Loader)


def too_large(file: str) -> Diagnostic:
    """Return the complaint about a file that is larger than `MAX_BYTES`."""
    message = f"the file is larger than {spaced(MAX_BYTES)} bytes"
    return Diagnostic(Span(file, 1, 1), Code.FILE_TOO_LARGE, message, "split it, or leave out what no rule needs")


def _utf16(file: str) -> Diagnostic:
    message = "the file looks like UTF-16, not UTF-8"
    return Diagnostic(Span(file, 1, 1), Code.NOT_UTF8, message, "save the file as UTF-8")


def spaced(count: int) -> str:
    """Return a count with its thousands set apart."""
    return f"{count:,}".replace(",", " ")


def place(file: str, text: str, index: int) -> Span:
    """Return the place of the character at `index`. Lines end as YAML has it: in LF, CR or both."""
    breaks = text.count("\n", 0, index) + text.count("\r", 0, index) - text.count("\r\n", 0, index)
    start = max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1
    return Span(file, breaks + 1, index - start + 1)


_SHOWN = 20  # complaints of one kind in one file


def _characters(text: str, file: str) -> Iterator[Diagnostic]:
    for pattern, code, what, hint in (
        (_CONTROL, Code.CONTROL_CHARACTER, "the control character", "remove it"),
        (_HIDDEN, Code.HIDDEN_CHARACTER, "the invisible character", "remove it: it can make a text read as another"),
    ):
        for count, match in enumerate(pattern.finditer(text)):
            if count == _SHOWN:
                break
            message = f"{what} U+{ord(match[0]):04X} is not allowed"
            yield Diagnostic(place(file, text, match.start()), code, message, hint)


class _Stop(Exception):  # noqa: N818  # a jump, not an error
    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics = diagnostics


THOUSANDS = re.compile(r"[0-9]{3}", re.ASCII)  # what a key is that was meant as the rest of 25,000
COMMA_HINT = "write a number without commas, like 25000: within `{ }` a comma ends the value"
_NO_KEY = Scalar("", False, 1, 1)  # stands in for a key that is none, which has been complained about


class _Builder:
    """Builds one document's tree from the parser's events, complaining as it goes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values = 0
        self.found: list[Diagnostic] = []

    def complain(self, mark: Any, code: Code, message: str, hint: str | None = None) -> None:
        self.found.append(Diagnostic(Span(self.file, mark.line + 1, mark.column + 1), code, message, hint))

    def build(self, text: str) -> Document:
        root: Node | None = None
        try:
            for node in self._documents(text):
                root = root or node
        except yaml.MarkedYAMLError as error:
            complaint = _not_yaml(self.file, text, error)
            last = self.found[-1] if self.found else complaint
            if last.at.line != complaint.at.line or last.code not in (Code.ALIAS, Code.ANCHOR, Code.TAG):
                self.found.append(complaint)  # not where a text that begins with `*`, `&` or `!` goes on
        except (yaml.YAMLError, ValueError, OverflowError):  # PyYAML's own parser: an escape or a number out of bounds
            message = "this is not well-formed YAML: an escape or a directive names what cannot be"
            self.found.append(Diagnostic(Span(self.file, 1, 1), Code.NOT_YAML, message))
        if self.found:
            raise _Stop(sorted(self.found, key=lambda one: one.at))
        if root is None:
            message = "the file holds nothing but spaces or comments"
            raise _Stop(
                [Diagnostic(Span(self.file, 1, 1), Code.EMPTY_DOCUMENT, message, "write its content, or remove it")]
            )
        return Document(self.file, root, self.values)

    def _documents(self, text: str) -> Iterator[Node]:
        """Yield the root of the document; complain about a second one and stop."""
        stack: list[Sequence | Mapping] = []
        key: Scalar | None = None  # the key that waits for its value, in the innermost mapping
        keys: list[Scalar | None] = []  # the same of the mappings around it
        documents = 0
        event: Any
        for event in yaml.parse(text, Loader=_Loader):
            kind = event.__class__
            node: Node
            if kind is ScalarEvent:
                mark = event.start_mark
                node = Scalar(event.value, not event.style, mark.line + 1, mark.column + 1)
                if event.style == '"':
                    self._escapes(event)
            elif kind is MappingStartEvent:
                mark = event.start_mark
                node = Mapping(mark.line + 1, mark.column + 1)
            elif kind is SequenceStartEvent:
                mark = event.start_mark
                node = Sequence(mark.line + 1, mark.column + 1)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                stack.pop()
                key = keys.pop()
                continue
            elif kind is AliasEvent:
                self.complain(
                    event.start_mark,
                    Code.ALIAS,
                    f"the alias `*{_short(event.anchor)}` is not allowed",
                    "write the value out, or quote a text that begins with `*`",
                )
                node = Scalar(event.anchor, False, event.start_mark.line + 1, event.start_mark.column + 1)
            elif kind is DocumentStartEvent:
                documents += 1
                if documents == 2:
                    self.complain(
                        event.start_mark,
                        Code.SEVERAL_DOCUMENTS,
                        "a second document begins here",
                        "put it in a file of its own",
                    )
                    return
                if event.tags:
                    self.complain(
                        event.start_mark, Code.TAG, "the directive `%TAG` is not allowed", "leave the line out"
                    )
                continue
            else:
                continue
            self.values += 1
            if kind is not AliasEvent:
                if event.anchor is not None:
                    self.complain(
                        event.start_mark,
                        Code.ANCHOR,
                        f"the anchor `&{_short(event.anchor)}` is not allowed",
                        "leave it out, or quote a text that begins with `&`",
                    )
                if event.tag is not None:
                    self.complain(
                        event.start_mark,
                        Code.TAG,
                        f"the tag `{_tag(event.tag)}` is not allowed",
                        "leave it out, or quote a text that begins with `!`",
                    )
            if self.values > MAX_VALUES:
                self.complain(
                    event.start_mark,
                    Code.TOO_MANY_VALUES,
                    f"the file holds more than {spaced(MAX_VALUES)} values",
                    "split it",
                )
                return
            if not stack:
                yield node
            elif stack[-1].__class__ is Sequence:
                stack[-1].items.append(node)
            elif key is None:
                key = self._key(node, event, stack[-1], _NO_KEY in keys)
            else:
                mapping = stack[-1]
                assert mapping.__class__ is Mapping
                if key.text not in mapping.entries:  # a repeated key has been complained about
                    mapping.entries[key.text] = node
                key = None
            if kind is MappingStartEvent or kind is SequenceStartEvent:
                if len(stack) == MAX_DEPTH:
                    self.complain(
                        event.start_mark,
                        Code.TOO_DEEP,
                        f"values are nested more than {MAX_DEPTH} deep",
                        "a rule this deep is better said in named criteria",
                    )
                    return
                stack.append(node)  # type: ignore[arg-type]  # a mapping or a sequence
                keys.append(key)
                key = None
            if len(self.found) >= _SHOWN * 5:
                return

    def _key(self, node: Node, event: Any, mapping: Any, within_key: bool) -> Scalar:
        if not isinstance(node, Scalar):
            if not within_key:
                message = f"a key must be a name, not a {'list' if isinstance(node, Sequence) else 'mapping'}"
                self.complain(event.start_mark, Code.KEY_NOT_TEXT, message, "quote a text that begins with `[` or `{`")
            return _NO_KEY
        if not node.text and node.plain:
            self.complain(event.start_mark, Code.KEY_NOT_TEXT, "there is no key before the `:`", "write `key: value`")
        elif node.text == "<<" and node.plain:
            self.complain(
                event.start_mark,
                Code.MERGE_KEY,
                "the merge key `<<` is not allowed",
                "write the values out where they are meant",
            )
        elif not node.text.isascii() and (space := _SPACE.search(node.text)):
            shown = f"U+{ord(space[0]):04X}"
            message = f"the key `{_short(node.text)}` holds the space {shown}, which only looks like a plain one"
            self.complain(event.start_mark, Code.HIDDEN_CHARACTER, message, "replace it by a plain space, or remove it")
        if node.text in mapping.keys:
            first = mapping.keys[node.text].line
            hint = COMMA_HINT if node.plain and THOUSANDS.fullmatch(node.text) else "keep one of them"
            self.complain(
                event.start_mark,
                Code.DUPLICATE_KEY,
                f"the key `{_short(node.text)}` stands twice; first in line {first}",
                hint,
            )
        else:
            mapping.keys[node.text] = node
        return node

    def _escapes(self, event: Any) -> None:
        """Complain about characters that an escape smuggles in."""
        for pattern, code in ((_CONTROL, Code.CONTROL_CHARACTER), (_HIDDEN, Code.HIDDEN_CHARACTER)):
            match = pattern.search(event.value)
            if match:
                self.complain(
                    event.start_mark,
                    code,
                    f"the text holds the character U+{ord(match[0]):04X}, which is not allowed",
                    "remove it",
                )


def _short(text: str) -> str:
    """Return `text` in one short line that shows what it is."""
    line = "".join(char if char.isprintable() else " " for char in text[:41])
    return line if len(line) <= 40 else line[:39] + "…"


def _tag(tag: str) -> str:
    return _short(tag.replace("tag:yaml.org,2002:", "!!", 1))


# --- what a parser says, in a reader's words ------------------------------------------------------------------------


class _Problem(NamedTuple):
    """What libyaml and PyYAML's own parser say of one mistake, each in its words, and what to say instead."""

    pattern: str
    words: str  # {line} is where the list, mapping or text began that is broken
    hint: str | None
    opening: bool = False  # the place that has to change is where it began


_INDENT = "check the indentation, and whether every quotation mark and bracket is closed"
_PROBLEMS = tuple(
    (re.compile(problem.pattern), problem)
    for problem in (
        _Problem("mapping values are not allowed", "a `:` stands where no value can begin", "quote a text that holds `: `; otherwise check the indentation"),
        _Problem("could not find expected ':'", "a key has no `:` after it", "write `key: value`, with a space after the `:`", opening=True),
        _Problem("unexpected end of stream|unexpected document", "a text that begins with a quotation mark is never closed", "close it with the same mark", opening=True),
        _Problem("expected ',' or '\\]'", "the list that begins in line {line} lacks a `,` or its `]`", "close it, and quote a text that holds `,`, `[`, `]` or `: `"),
        _Problem("expected ',' or '}'", "the mapping that begins in line {line} lacks a `,` or its `}}`", "close it, and quote a text that holds `,`, `{`, `}` or `: `"),
        _Problem("expected '-' indicator|block collection", "this does not fit into the list that begins in line {line}", _INDENT),
        _Problem("expected key|block mapping", "this does not fit into the mapping that begins in line {line}", _INDENT),
        _Problem("cannot start any token|tab character", "no value can begin with `{char}`", "quote the text"),
        _Problem("escape character", "`\\` begins an escape that does not exist", "put the text in single quotes, or write `\\\\` for a backslash"),
        _Problem("hexa?decimal|escape code|escaped octet|UTF-8|utf-8", "an escape in the text names no character", "put the text in single quotes, or correct the escape"),
        _Problem("<document start>", "this stands after the end of the document", _INDENT),
        _Problem("sequence entries are not allowed", "a `-` stands where no list can begin", "begin the list on a line of its own, or quote a text that begins with `- `"),
        _Problem("node content", "a value is missing here", "fill it in, and quote a text that begins with `,`, `]` or `}`"),
        _Problem("alphabetic or numeric", "no value can begin with `{char}`", "quote the text", opening=True),
        _Problem("comment or (a )?line break|chomping", "a text that begins with `|` or `>` starts on the next line", "begin a new line, or quote a text that begins with `|` or `>`"),
        _Problem("directive|incompatible YAML|version number|digit or '\\.'", "a line that begins with `%` is not understood", "leave it out, or quote the text"),
        _Problem("tag", "no value can begin with `!`", "quote the text", opening=True),
    )
)  # fmt: skip


def _not_yaml(file: str, text: str, error: yaml.MarkedYAMLError) -> Diagnostic:
    """Return the complaint about what the parser could not read."""
    said = f"{error.problem} {error.context}"
    problem = next((one for pattern, one in _PROBLEMS if pattern.search(said)), None)
    mark: Any = error.problem_mark or error.context_mark
    began: Any = error.context_mark or mark
    if problem is None:
        words, hint = " ".join(str(error.problem).split()), None
    else:
        mark = began if problem.opening else mark
        char = text[mark.index : mark.index + 1]
        words, hint = problem.words.format(line=began.line + 1, char=char), problem.hint
        if char == "\t" and "char" in problem.words:
            words, hint = "a tab cannot indent", "indent with spaces"
    end = place(file, text, len(text))  # libyaml puts the end of a text without a last line end on a line of its own
    at = min(Span(file, mark.line + 1, mark.column + 1), end)
    return Diagnostic(at, Code.NOT_YAML, f"this is not well-formed YAML: {words}", hint)
