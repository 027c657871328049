"""A sweep as a page: a heat map of each conclusion, with the figures in its cells and in a table below it."""

from comity.engine.batch.sweep import Sweep
from comity.engine.batch.verdicts import words_of
from comity.engine.report.markup import (
    Html,
    cell,
    group,
    html_table,
    join,
    page_head,
    pairs,
    row_head,
    table_row,
    tag,
)
from comity.engine.report.style import STYLE
from comity.engine.report.sweep import NOTE, cell_text, grid, lead, row_names, source_line, title_of, value_words

_CELL, _TALL, _TOP = 84, 30, 34
_STYLE = """
.heat { overflow-x: auto; margin: 0 0 1rem; }
.heat svg { display: block; font: 13px var(--sans); }
.heat text { fill: var(--ink); font-variant-numeric: tabular-nums; }
.heat .quiet { fill: var(--quiet); }
.heat rect { fill: var(--link); stroke: var(--rule); }
.wide { overflow-x: auto; }
"""


def to_html(sweep: Sweep) -> str:
    """Return the sweep as a whole HTML document; it ends with a line break."""
    title = "Verdicts as parameters move"
    body = tag(
        "body",
        tag(
            "header",
            tag("p", "Sweep", class_="kicker"),
            tag("h1", title),
            pairs((("Rules", source_line(sweep)),), "about"),
        ),
        tag(
            "main",
            tag("p", lead(sweep, lambda name: f"\u201c{title_of(sweep.rules, name)}\u201d"), class_="lead"),
            *(_conclusion(sweep, name) for name in sweep.counts),
        ),
    )
    head = page_head(title, STYLE + _STYLE)
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang=sweep.rules.language)}"


def _conclusion(sweep: Sweep, name: str) -> Html:
    title, word = title_of(sweep.rules, name), words_of(sweep.rules, name)[True]
    told = f"{title}: situations in which it is {word}"
    several = any(one.unknown for one in sweep.counts[name])
    return tag(
        "section",
        tag("h2", title, id=name),
        tag("p", f"Situations in which it is {word}.", f" {NOTE}" if several else None),
        tag("div", _heat(sweep, name, told), class_="heat"),
        tag("div", _table(sweep, name, told), class_="wide"),
        aria_labelledby=name,
    )


def _directions(sweep: Sweep) -> tuple[str, str]:
    """Return what moves down the rows, and what across the columns, if anything does."""
    *down, last = [title_of(sweep.rules, axis.parameter) for axis in sweep.axes]
    return (", ".join(down), last) if down else (last, "")


def _heads(sweep: Sweep, name: str) -> list[str]:
    if len(sweep.axes) == 1:
        return [words_of(sweep.rules, name)[True]]
    return [value_words(sweep, sweep.axes[-1], at) for at in sweep.axes[-1].values]


def _heat(sweep: Sweep, name: str, told: str) -> Html:
    rows, names, heads = grid(sweep, name), row_names(sweep), _heads(sweep, name)
    left = 16 + 8 * max(map(len, names))
    most = max(1, *(one.met for row in rows for one in row))
    down, across = _directions(sweep)
    parts = [tag("title", told), tag("desc", f"Down: {down}." + (f" Across: {across}." if across else ""))]
    for x, head in enumerate(heads):
        middle = str(left + x * _CELL + _CELL // 2)
        parts.append(tag("text", head, x=middle, y=str(_TOP - 12), text_anchor="middle", class_="quiet"))
    for y, (row, label) in enumerate(zip(rows, names, strict=True)):
        top = _TOP + y * _TALL
        base = str(top + 20)
        parts.append(tag("text", label, x=str(left - 10), y=base, text_anchor="end", class_="quiet"))
        for x, one in enumerate(row):
            at = left + x * _CELL
            shade = f"{0.45 * one.met / most:.3f}"
            size = {"width": str(_CELL), "height": str(_TALL)}
            parts.append(tag("rect", x=str(at), y=str(top), fill_opacity=shade, **size))
            parts.append(tag("text", cell_text(one), x=str(at + _CELL // 2), y=base, text_anchor="middle"))
    width, height = left + len(heads) * _CELL + 2, _TOP + len(rows) * _TALL + 2
    return tag("svg", *parts, role="img", width=str(width), height=str(height), viewBox=f"0 0 {width} {height}")


def _table(sweep: Sweep, name: str, told: str) -> Html:
    down, across = _directions(sweep)
    across = f" \u2193, {across} \u2192" if across else ""
    heads = _heads(sweep, name)
    rows = [
        table_row(
            row_head(label),
            *(cell(cell_text(one), label=head) for one, head in zip(row, heads, strict=True)),
        )
        for label, row in zip(row_names(sweep), grid(sweep, name), strict=True)
    ]
    return join((html_table(told, (f"{down}{across}", *heads), [group(*rows)], "figures"),))
