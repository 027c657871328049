"""Protracted situations by year as one HTML file: no script, nothing to fetch."""

from collections.abc import Iterator, Sequence

from comity.engine.batch.protracted_years import Statistics
from comity.engine.report.markup import Html, cell, group, html_table, page_head, pairs, row_head, table_row, tag
from comity.engine.report.statistics_chart import chart
from comity.engine.report.statistics_text import about, lead, list_table, notes, nothing, table, title, went
from comity.engine.report.style import STYLE, running_heads
from comity.engine.report.view import DISCLAIMER

_MORE = """\
.by-year td, .by-year th:not(:first-child) { text-align: right; font-variant-numeric: tabular-nums lining-nums; }
.by-year th { white-space: nowrap; }
.list td:nth-child(3) { font-variant-numeric: tabular-nums lining-nums; }
"""


def to_html(one: Statistics, listed: bool = False) -> str:
    """Return the page; it ends with a line break. With `listed` it has the list of the last year."""
    name = title(one, listed)
    heads = running_heads(name, f"Reading {one.reading}", DISCLAIMER)
    body = tag("body", tag("header", tag("h1", name), pairs(about(one), "about")), tag("main", *_content(one, listed)))
    page = tag("html", page_head(name, STYLE + _MORE + heads), body, lang=one.rules.language)
    return f"<!DOCTYPE html>\n{page}"


def _content(one: Statistics, listed: bool) -> Iterator[Html]:
    if not one.years:
        yield tag("p", nothing(one))
        return
    last = one.years[-1]
    yield tag("p", lead(last), class_="lead")
    if listed:
        yield _table("The list", *list_table(one, last), "list")
        left = went(one, last)
        if left is not None:
            yield tag("p", left)
    else:
        yield tag("div", chart(one), class_="chart")
        yield _table("Protracted situations by year", *table(one), "by-year")
    yield from (tag("p", note, class_="note") for note in notes(one, listed))


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], class_: str) -> Html:
    return html_table(caption, heads, [group(*(_row(heads, row) for row in rows))], class_)


def _row(heads: Sequence[str], row: Sequence[str]) -> Html:
    first, *cells = row
    return table_row(row_head(first), *(cell(text, label=head) for head, text in zip(heads[1:], cells, strict=True)))
