"""What a manual is made of: sections of entries of blocks, whose words may lead to other entries."""

from typing import NamedTuple, TypeAlias

from comity.engine.report.diagram import Diagram

SECTIONS = {
    "how-to-read": "How to read this manual",
    "overview": "What rests on what",
    "contexts": "Contexts",
    "criteria": "Other criteria",
    "thresholds": "Thresholds",
    "readings": "Readings",
    "facts": "Facts",
    "exclusions": "What cannot be, and what is unlikely",
    "measures": "Measures",
    "purposes": "Purposes",
    "principles": "Principles",
    "forms": "Forms",
    "themes": "Themes",
    "precedents": "Precedents",
    "properties": "What the rule set claims of itself",
    "sources": "Sources",
}
DOES_NOT_MATTER = "–"  # a part in a row of a decision table
DISCLAIMER = "This is the manual of a rule set, for study and preparation; it is not legal advice."


class Piece(NamedTuple):
    """A piece of a line; `to` is the anchor that it leads to."""

    text: str
    to: str | None = None


Words: TypeAlias = tuple[Piece, ...]


class Item(NamedTuple):
    """One line of a nested list."""

    depth: int
    words: Words


class Text(NamedTuple):
    """A paragraph; a note stands back."""

    words: Words
    note: bool = False


class Listed(NamedTuple):
    """A nested list under a label."""

    label: str
    items: tuple[Item, ...]


class Pairs(NamedTuple):
    """Labels, each with what it says."""

    pairs: tuple[tuple[str, Words], ...]


class Quote(NamedTuple):
    """A citation: the passage where its wording matters, and its place."""

    quote: str | None
    place: Piece
    note: str | None


class Quotes(NamedTuple):
    """The citations of an entry."""

    quotes: tuple[Quote, ...]


class Row(NamedTuple):
    """A row of a table: its cells, each of which holds lines. The first is its head; the last fills what is left."""

    cells: tuple[tuple[Words, ...], ...]
    anchor: str | None = None


class Table(NamedTuple):
    """A table; in one that `decides`, the head of each row is an outcome."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    decides: bool = False


class Picture(NamedTuple):
    """A diagram, what it shows in a sentence, and the same as a list."""

    diagram: Diagram
    caption: str
    items: tuple[Item, ...]


Block: TypeAlias = Text | Listed | Pairs | Quotes | Table | Picture


class Entry(NamedTuple):
    """Something that has an anchor and a name: a context, a fact, a measure."""

    anchor: str
    title: str
    name: str
    tags: tuple[str, ...]
    blocks: tuple[Block, ...]
    entries: tuple["Entry", ...] = ()


class Section(NamedTuple):
    """A part of the manual, under its key in SECTIONS."""

    key: str
    blocks: tuple[Block, ...] = ()
    entries: tuple[Entry, ...] = ()


class Manual(NamedTuple):
    """The whole manual."""

    title: str
    about: tuple[tuple[str, str], ...]
    note: tuple[str, ...]
    sections: tuple[Section, ...]
    language: str
    disclaimer: str = DISCLAIMER
