"""The manual of a rule set as one HTML file: no script, nothing to fetch, made for paper as much as for a screen."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from comity.engine.report.diagram import LINE, PAD, WIDTH, Diagram, draw
from comity.engine.report.manual_parts import (
    DOES_NOT_MATTER,
    SECTIONS,
    Block,
    Entry,
    Item,
    Listed,
    Manual,
    Pairs,
    Picture,
    Piece,
    Quote,
    Quotes,
    Row,
    Section,
    Table,
    Text,
    Words,
)
from comity.engine.report.markup import (
    Html,
    cell,
    group,
    html_table,
    join,
    mark,
    page_head,
    row_head,
    table_row,
    tag,
    tree,
)
from comity.engine.report.style import SHAPES, STYLE, running_heads
from comity.engine.report.view import SOURCE, Line, printable

MANUAL_STYLE = """\
nav.contents ul ul { display: block; margin: .2rem 0 .4rem 1rem; }
.contents > ul { display: block; columns: 18rem; }
.contents > ul > li { break-inside: avoid; }
.preface { margin-top: 1rem; }
.entry { margin-top: 2.2rem; padding-top: .25rem; border-top: 1px solid var(--rule); }
h2 + .entry { margin-top: 0; border-top: 0; }
.entry .entry { margin-top: 1.4rem; margin-left: clamp(0rem, 2vw, 1.5rem); }
.tags { margin: -.3rem 0 .6rem; display: flex; flex-wrap: wrap; align-items: center; gap: .3rem; }
.pairs > div { display: grid; grid-template-columns: 9.5rem 1fr; column-gap: 1rem; padding: .12rem 0; }
.pairs dd { max-width: 48rem; font-size: .94rem; }
.any { color: var(--quiet); }
.pairs .trace { font-size: 1em; }
.pairs .trace > ul > li:first-child { margin-top: 0; }
.rows:not(.decides) td { min-width: 7rem; }
.rows tbody th { min-width: 11rem; }
.rows th p { margin: 0; }
.rows th p + p { font-weight: 400; font-size: .85rem; }
.pairs .passages { margin: 0; font-size: 1em; }
.decides .mark { white-space: nowrap; }
.rows td p { margin: 0 0 .2rem; }
[aria-labelledby="sources"] td:nth-child(2) { width: 42%; }
figure { margin: 1rem 0; container-type: inline-size; }
.drawing { display: block; max-width: 100%; height: auto; }
.drawing text { font: 12px var(--sans); fill: var(--ink); }
.drawing .stage { fill: var(--quiet); font-weight: 600; }
.drawing rect { fill: var(--raised); stroke: var(--strong); }
.drawing .context rect { stroke: var(--ink); stroke-width: 2; }
.drawing path { fill: none; stroke: var(--strong); stroke-width: 1.2; }
@media screen and (max-width: 46rem) {
  .pairs > div { display: block; }
  td.any { display: none; }
}
@media print {
  nav.contents { display: block; }
  .drawing { max-width: 100%; max-height: 205mm; }
  figure details { display: none; }
  .entry { margin-top: 1rem; }
  .entry h3, .entry h4 { margin-top: .5rem; }
  .entry, figure, .pairs > div { break-inside: avoid-page; }
  .tags { break-after: avoid; }
}
"""


# Where a drawing would shrink below three quarters of its size, there is the list alone.
_INSTEAD = """\
@media screen {{ @container (max-width: {most}px) {{
  .wide-{width} {{ display: none; }}
  .wide-{width} + details {{ border: 0; }}
  .wide-{width} + details::details-content {{ content-visibility: visible; display: block; block-size: auto; }}
}} }}
"""


def to_page(manual: Manual) -> str:
    """Return a manual as a whole HTML document; it ends with a line break."""
    return f"<!DOCTYPE html>\n{tag('html', _head(manual), _body(manual), lang=manual.language)}"


def _head(manual: Manual) -> Html:
    heads = running_heads(printable(manual.title), f"version {dict(manual.about)['Version']}", manual.disclaimer)
    widths = sorted({draw(picture.diagram).width for section in manual.sections for picture in _pictures(section)})
    instead = "".join(_INSTEAD.format(width=width, most=width * 3 // 4) for width in widths)
    return page_head(f"{manual.title}: manual", STYLE + MANUAL_STYLE + instead + heads)


def _pictures(one: Section | Entry) -> Iterator[Picture]:
    yield from (block for block in one.blocks if isinstance(block, Picture))
    for entry in one.entries:
        yield from _pictures(entry)


def _body(manual: Manual) -> Html:
    return tag(
        "body",
        tag("a", "Skip to the manual", class_="skip", href=f"#{manual.sections[0].key}"),
        Html(SHAPES),
        tag(
            "header",
            tag("p", "Manual of a rule set", class_="kicker"),
            tag("h1", manual.title, dir="auto"),
            _labelled(manual.about),
            *(tag("p", text, class_="preface") for text in manual.note),
        ),
        tag("nav", tag("ul", *map(_link, manual.sections)), aria_label="Contents", class_="contents"),
        tag("main", *map(_section, manual.sections)),
        tag("footer", tag("p", manual.disclaimer)),
    )


# --- sections and entries ---


def _link(section: Section) -> Html:
    own = tag("a", SECTIONS[section.key], href=f"#{section.key}")
    if section.key not in ("contexts", "measures"):
        return tag("li", own)
    inner = (tag("li", tag("a", entry.title, href=f"#{entry.anchor}")) for entry in section.entries)
    return tag("li", own, tag("ul", *inner))


def _section(section: Section) -> Html:
    return tag(
        "section",
        tag("h2", SECTIONS[section.key], id=section.key),
        *_blocks(section.blocks),
        *(_entry(entry, 3) for entry in section.entries),
        aria_labelledby=section.key,
    )


def _entry(entry: Entry, level: int) -> Html:
    tags = (
        *([tag("code", entry.name)] if entry.name else []),
        *(tag("span", text, class_="tag") for text in entry.tags),
    )
    return tag(
        "article",
        tag(f"h{level}", entry.title, id=entry.anchor),
        tag("p", join(part for one in tags for part in (one, " ")), class_="tags"),
        *_blocks(entry.blocks),
        *(_entry(inner, level + 1) for inner in entry.entries),
        class_="entry",
        aria_labelledby=entry.anchor,
    )


def _blocks(blocks: Sequence[Block]) -> Iterator[Html]:
    """Yield blocks; those that have labels, one after the other, are one list."""
    lines: list[tuple[str, Html]] = []
    for block in blocks:
        match block:
            case Listed(label, items):
                lines.append((label, _list(items)))
            case Quotes(quotes):
                lines.append((SOURCE, tag("ul", *(tag("li", _quote(quote)) for quote in quotes), class_="passages")))
            case Pairs(pairs):
                lines += [(label, _words(words)) for label, words in pairs]
            case _:
                yield _labelled(lines)
                lines = []
                yield _block(block)
    yield _labelled(lines)


def _block(block: Text | Table | Picture) -> Html:
    match block:
        case Text(words, note):
            return tag("p", _words(words), class_="note" if note else None)
        case Table():
            return _grid(block)
        case Picture(diagram, caption, items):
            return tag(
                "figure",
                tag("figcaption", caption, class_="note"),
                _drawing(diagram, caption),
                tag("details", tag("summary", "The same as a list"), _list(items)),
            )
        case _:
            assert_never(block)


# --- pieces ---


def _words(words: Words) -> Html:
    return join(tag("a", piece.text, href=f"#{piece.to}") if piece.to else piece.text for piece in words)


def _list(items: Sequence[Item]) -> Html:
    return tree(Line(_words(item.words), depth=item.depth) for item in items)


def _labelled(lines: Sequence[tuple[str, str]]) -> Html:
    parts = (tag("div", tag("dt", label), tag("dd", text)) for label, text in lines)
    return tag("dl", *parts, class_="pairs") if lines else Html()


def _quote(quote: Quote) -> Html:
    said = join((tag("q", quote.quote), " ")) if quote.quote else None
    note = join((" ", tag("span", f"({quote.note})", class_="note"))) if quote.note else None
    return join((said, tag("cite", _words((quote.place,))), note))


def _grid(table: Table) -> Html:
    rows = (_grid_row(row, table) for row in table.rows)
    return html_table(table.caption, table.heads, [group(*rows)], "rows decides" if table.decides else "rows")


def _grid_row(row: Row, table: Table) -> Html:
    first, *others = row.cells
    anchor = {"id": row.anchor} if row.anchor else {}
    head = row_head(mark(first[0][0].text) if table.decides else _cell_lines(first), **anchor)
    cells = [_grid_cell(lines, label) for lines, label in zip(others, table.heads[1:], strict=False)]
    left = len(table.heads) - len(row.cells)
    if left:
        cells[-1] = cell(_cell_lines(others[-1]), colspan=str(left + 1))
    return table_row(head, *cells)


def _grid_cell(lines: Sequence[Words], label: str) -> Html:
    passed_over = lines == ((Piece(DOES_NOT_MATTER),),)
    return cell(_cell_lines(lines), label=label, class_="any" if passed_over else None) if lines else cell()


def _cell_lines(lines: Sequence[Words]) -> Html:
    return _words(lines[0]) if len(lines) == 1 else join(tag("p", _words(words)) for words in lines)


def _drawing(diagram: Diagram, caption: str) -> Html:
    """Return a diagram as a picture, which the list beside it says in words."""
    drawn = draw(diagram)
    paths = (tag("path", d=_curve(points)) for points in drawn.paths)
    heads = (tag("text", head, class_="stage", x=str(x), y=str(LINE - 2)) for x, head in drawn.heads)
    boxes = (
        tag(
            "g",
            tag(
                "rect", x=str(box.x), y=str(box.y), width=str(WIDTH), height=str(box.height), rx=_CORNERS[box.node.kind]
            ),
            *(
                tag("text", line, x=str(box.x + PAD), y=str(box.y + PAD + LINE * number - 4))
                for number, line in enumerate(box.lines, 1)
            ),
            class_=box.node.kind,
        )
        for box in drawn.boxes
    )
    return tag(
        "svg",
        tag("title", diagram.title),
        tag("desc", caption),
        *paths,
        *heads,
        *boxes,
        role="img",
        class_=f"drawing wide-{drawn.width}",
        viewBox=f"0 0 {drawn.width} {drawn.height}",
        width=str(drawn.width),
        height=str(drawn.height),
    )


_CORNERS = {"fact": "8", "criterion": "0", "context": "0", "measure": "14"}


def _curve(points: Sequence[tuple[int, int]]) -> str:
    """Return a line: level where it passes a column, bent between two."""
    (x, y), *others = points
    steps = [f"M{x} {y}"]
    for left, right in zip(others[::2], [*others[1::2], None], strict=True):
        middle = (x + left[0]) // 2
        steps.append(f"C{middle} {y} {middle} {left[1]} {left[0]} {left[1]}")
        if right is not None:
            steps.append(f"H{right[0]}")
            x, y = right
    return "".join(steps)
