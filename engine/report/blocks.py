"""A report as a row of plain blocks, which text, Markdown and HTML each show in their own way."""

from typing import NamedTuple, TypeAlias

from comity.engine.report.view import Line


class Heading(NamedTuple):
    """A heading; 1 is the title of the whole."""

    text: str
    level: int = 2


class Paragraph(NamedTuple):
    """A sentence or a few."""

    text: str


class Pairs(NamedTuple):
    """Labels and what they say."""

    pairs: tuple[tuple[str, str], ...]


class Grid(NamedTuple):
    """A table: what each row is about, then a word or a number in each column; the last may be a `remark`."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remark: bool = False


class Tree(NamedTuple):
    """Lines, each below the last one before it that stands less deep."""

    lines: tuple[Line, ...]


class Code(NamedTuple):
    """Lines to copy as they are."""

    lines: tuple[str, ...]


Block: TypeAlias = Heading | Paragraph | Pairs | Grid | Tree | Code
