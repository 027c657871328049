"""Blocks of a report as Markdown: CommonMark, with the tables of GitHub."""

from collections.abc import Iterable, Iterator, Sequence

from comity.engine.report.blocks import Block, Code, Grid, Heading, Pairs, Paragraph, Tree
from comity.engine.report.difference_markdown import fenced
from comity.engine.report.markdown import plain
from comity.engine.report.words import STATUS, TRUTH

_WORDS = {*TRUTH.values(), *STATUS.values()}


def to_markdown(blocks: Iterable[Block]) -> str:
    """Return a report as Markdown; it ends with a line break."""
    return "\n\n".join("\n".join(lines) for lines in map(_lines, blocks)) + "\n"


def _lines(block: Block) -> list[str]:
    match block:
        case Heading(text, level):
            return [f"{'#' * level} {plain(text)}"]
        case Paragraph(text):
            return [plain(text)]
        case Pairs(pairs):
            return [f"- **{plain(label)}:** {plain(text)}" for label, text in pairs]
        case Grid(heads=heads, rows=rows):
            cells = ([plain(row[0]), *map(_cell, row[1:])] for row in rows)
            return [_row([*map(plain, heads)]), _row(["---"] * len(heads)), *map(_row, cells)]
        case Tree():
            return [*_tree(block)]
        case Code(lines):
            return fenced([*lines])


def _tree(tree: Tree) -> Iterator[str]:
    for line in tree.lines:
        word = f"**{TRUTH[line.word]}** " if line.word else ""
        yield f"{'  ' * line.depth}- {word}{plain(line.text)}"


def _cell(text: str) -> str:
    return f"**{plain(text)}**" if text in _WORDS else plain(text)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
