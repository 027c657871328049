"""Blocks of a report as one HTML file: no script, nothing to fetch, readable on paper and by a screen reader."""

from collections.abc import Iterable

from comity.engine.report.blocks import Block, Code, Grid, Heading, Pairs, Paragraph, Tree
from comity.engine.report.markup import (
    TONES,
    Html,
    cell,
    group,
    html_table,
    mark,
    page_head,
    row_head,
    table_row,
    tag,
    tree,
)
from comity.engine.report.style import SHAPES, STYLE, running_heads
from comity.engine.report.view import DISCLAIMER, printable

_MORE = """\
dl.about > div { grid-template-columns: 12rem 1fr; }
.trace { margin-bottom: .8rem; }
pre { margin: 0 0 1rem; padding: .6rem .9rem; overflow-x: auto; background: var(--raised); font-size: .88rem; }
"""


def to_html(blocks: Iterable[Block], language: str) -> str:
    """Return a report as a whole HTML document; it ends with a line break. `language` is that of most of its words."""
    every = [*blocks]
    title = next((one.text for one in every if isinstance(one, Heading) and one.level == 1), "")
    heads = running_heads(printable(title), "", DISCLAIMER)
    body = tag("body", Html(SHAPES), tag("main", *map(_block, every)))
    page = tag("html", page_head(f"{title}: comparison", STYLE + _MORE + heads), body, lang=language)
    return f"<!DOCTYPE html>\n{page}"


def _block(block: Block) -> Html:
    match block:
        case Heading(text, level):
            return tag(f"h{level}", text, dir="auto")
        case Paragraph(text):
            return tag("p", text)
        case Pairs(pairs):
            return tag("dl", *(tag("div", tag("dt", label), tag("dd", text)) for label, text in pairs), class_="about")
        case Grid(caption, heads, rows, _):
            return html_table(caption, heads, [group(*(_row(heads, row) for row in rows))], "compared")
        case Tree(lines):
            return tree(lines)
        case Code(lines):
            return tag("pre", tag("code", "\n".join(lines)), tabindex="0")


def _row(heads: tuple[str, ...], row: tuple[str, ...]) -> Html:
    first, *cells = row
    return table_row(
        row_head(first),
        *(cell(mark(text) if text in TONES else text, label=head) for head, text in zip(heads[1:], cells, strict=True)),
    )
