"""Several assessors as one HTML file: no script, nothing to fetch, readable on paper and by a screen reader."""

from collections.abc import Iterable, Iterator

from comity.engine.assessment.assessors import Merger
from comity.engine.report.frame import Frame, Section, framed
from comity.engine.report.markup import (
    Html,
    cell,
    group,
    html_table,
    join,
    mark,
    pairs,
    row_head,
    table_row,
    tag,
)
from comity.engine.report.merge_view import (
    MERGED,
    ORIGINS,
    ORIGINS_NOTE,
    SECTIONS,
    WORDS,
    FactView,
    MergeView,
    Origin,
    RowView,
    merge_view,
    set_words,
    turn_words,
)

# Words of a matrix stay whole however many assessors share the page; criteria stand back behind their context.
_MATRIX = """\
.matrix td { overflow-wrap: normal; }
.matrix tbody th.depth-1 { font-weight: 400; }
.origins tbody th { width: 46%; font-weight: 400; }
dd p { margin: 0; }
"""


def to_html(merger: Merger) -> str:
    """Return the report on several assessors as a whole HTML document; it ends with a line break."""
    one = merge_view(merger)
    frame = Frame("Several assessors", one.title, one.id, one.facts, one.disclaimer, one.language, _MATRIX)
    return framed(frame, [Section(*section) for section in _sections(one)])


def _sections(one: MergeView) -> Iterator[tuple[str, str, Html]]:
    """Yield the sections that have something to say, each with its key and title."""
    yield "summary", "Summary", _summary(one)
    if one.origins:
        yield "origins", ORIGINS, _origins(one.origins)
    for key, title in SECTIONS.items():
        accounts = one.section(key)
        if accounts and key == "agreed":
            yield key, title, pairs(((account.title, account.merged) for account in accounts), "key")
        elif accounts:
            yield key, title, join(map(_account, accounts))
    if one.planned:
        yield "response", "Response", pairs(one.planned, "key")
    if one.notes:
        yield "notes", "Notes", tag("ul", *(tag("li", note) for note in one.notes))


def _summary(one: MergeView) -> Html:
    table = html_table(
        "Verdicts", ("Conclusion", *one.names, MERGED), [group(*(_row(row, one) for row in one.rows))], "matrix"
    )
    same = ((label, "; ".join(titles)) for label, titles in one.same)
    return join((*(tag("p", text) for text in one.summary), table, pairs(same, "remarks")))


def _row(row: RowView, one: MergeView) -> Html:
    heads = (*one.names, MERGED)
    cells = (cell(mark(WORDS[word]), label=head) for head, word in zip(heads, row.words, strict=True))
    return table_row(_head(row), *cells)


def _head(row: RowView) -> Html:
    return row_head(row.title, class_="depth-1") if row.kind == "criterion" else row_head(row.title)


def _origins(origins: Iterable[Origin]) -> Html:
    rows = []
    for origin in origins:
        sets = [f"{'or ' if place else ''}{set_words(some)}" for place, some in enumerate(origin.sets or ())]
        told = sets or ["not searched: too many combinations"]
        rows.append(
            table_row(row_head(*(tag("p", title) for title in origin.splits)), cell(*(tag("p", text) for text in told)))
        )
    return join(
        (
            tag("p", ORIGINS_NOTE),
            html_table(ORIGINS, ("Split", "Comes from"), [group(*rows)], "origins"),
        )
    )


def _account(one: FactView) -> Html:
    said = [(", ".join(each.who), join(tag("p", line, dir="auto") for line in each.lines)) for each in one.said]
    merged = [] if one.parts else [(MERGED, one.merged)]
    common = [("in common", one.common)] if one.common else []
    turns = [("turns", turn_words(turn)) for turn in one.turns]
    others = [("together with others", "; ".join(one.with_others))] if one.with_others else []
    untried = [("not decided for", "; ".join(one.untried))] if one.untried else []
    marks = (part for text in one.marks for part in (" ", tag("span", text, class_="tag")))
    return tag(
        "article",
        tag("h3", tag("span", one.title), *marks),
        pairs((*said, *one.parts, *merged, *common, *turns, *others, *untried), "remarks"),
    )
