"""Blocks of a report as text for a terminal."""

import textwrap
from collections.abc import Iterable, Iterator

from comity.engine.report.blocks import Block, Code, Grid, Heading, Pairs, Paragraph, Tree
from comity.engine.report.text import STYLES, Lines
from comity.engine.report.words import STATUS, TRUTH

_KEYS = {word: key for words in (TRUTH, STATUS) for key, word in words.items()}
_WORD = 13  # how wide a word stands before its line
_LEAST = 26  # what each row of a table is about has so much room, if it needs it, or the row is told in lines


def to_text(blocks: Iterable[Block], width: int = 100, colour: bool = False) -> str:
    """Return a report in lines of at most `width` characters, in colour if wanted; it ends with a line break."""
    return "\n".join(line.rstrip() for line in _Text(width, colour).lines(blocks)) + "\n"


class _Text(Lines):
    def lines(self, blocks: Iterable[Block]) -> Iterator[str]:
        before: Block | None = None
        for block in blocks:
            if before is not None and not _close(before, block):
                yield ""
            yield from self.block(block)
            before = block

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Heading(text):
                for line in self.wrapped(text, 0, 2):
                    yield self.paint(line, "bold")
            case Paragraph(text):
                yield from self.wrapped(text, 0, 0)
            case Pairs(pairs):
                for label, text in pairs:
                    yield from self.wrapped(f"{label}: {text}", 0, 2)
            case Grid():
                yield from self.grid(block)
            case Tree():
                yield from self.tree(block)
            case Code(lines):
                yield from (f"  {line}" for line in lines)

    def grid(self, grid: Grid) -> Iterator[str]:
        """Yield a table; where its columns leave too little room, each row in lines, its columns by their words."""
        every = [grid.heads, *grid.rows]
        widths = [max(len(row[place]) for row in every) for place in range(1, len(grid.heads))]
        room = self.width - 2 - sum(width + 2 for width in widths)
        longest = max(len(row[0]) for row in every)
        if room < min(_LEAST, longest):
            yield from self.told(grid)
            return
        first = min(room, longest)
        for number, (head, *cells) in enumerate(every):
            lines = textwrap.wrap(head, first, subsequent_indent="  ", break_on_hyphens=False) or [""]
            padded = [self.padded(cell, width, plain=number == 0) for cell, width in zip(cells, widths, strict=True)]
            yield f"  {lines[0].ljust(first)}  {'  '.join(padded)}"
            yield from (f"  {line}" for line in lines[1:])

    def told(self, grid: Grid) -> Iterator[str]:
        for head, *cells in grid.rows:
            remark = f" ({cells.pop()})" if grid.remark else ""
            yield from self.wrapped(f"{head}{remark}", 2, 4)
            by_cell: dict[str, list[str]] = {}
            for name, cell in zip(grid.heads[1:], cells, strict=False):  # a remark has no name here
                by_cell.setdefault(cell.strip(), []).append(name.strip())
            for cell, names in by_cell.items():
                yield from self.wrapped(f"{self.padded(cell, 0)}: {', '.join(names)}", 4, 6)

    def tree(self, tree: Tree) -> Iterator[str]:
        """Yield lines: what a line without a word says of one with a word stands below its text."""
        indents: list[tuple[int, bool]] = []  # of the line last seen at each depth, and whether it has a word
        for line in tree.lines:
            del indents[line.depth :]
            above, worded = indents[-1] if indents else (0, False)
            indent = above + (_WORD if worded and line.word is None else 2)
            while len(indents) <= line.depth:
                indents.append((indent, line.word is not None))
            if line.word is None:
                yield from self.wrapped(line.text, indent, indent + 2)
            else:
                yield from self.wrapped(f"{self.padded(TRUTH[line.word], _WORD)}{line.text}", indent, indent + _WORD)

    def padded(self, text: str, width: int, plain: bool = False) -> str:
        """Return a text of some width, in its colour where it is a word that has one."""
        padded = text.ljust(width)
        return padded if plain or text not in _KEYS else self.paint(padded, STYLES.get(_KEYS[text], "dim"))


def _close(before: Block, block: Block) -> bool:
    """Tell whether a block follows the one before it without a blank line: one under its heading, or announced."""
    if isinstance(block, Heading):
        return False
    return isinstance(before, Heading) or (isinstance(before, Paragraph) and before.text.endswith(":"))
