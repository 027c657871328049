"""A timeline as a part of an HTML report, and as a page of its own."""

from collections.abc import Iterator

from comity.engine.assessment.timeline import Timeline
from comity.engine.report.frame import Frame, Section, framed
from comity.engine.report.markup import (
    Html,
    cell,
    group,
    html_table,
    join,
    mark,
    row_head,
    table_row,
    tag,
)
from comity.engine.report.timeline_chart import chart
from comity.engine.report.timeline_view import (
    HOLDING,
    Day,
    FigureTable,
    Phase,
    TimelineView,
    timeline_view,
)
from comity.engine.report.words import counted, day


def timeline_section(timeline: Timeline) -> Html:
    """Return the timeline as the content of a section, below its heading: in a sentence, a picture and tables."""
    return _section(timeline, timeline_view(timeline))


def to_html(timeline: Timeline) -> str:
    """Return the timeline as a whole HTML document; it ends with a line break."""
    one = timeline_view(timeline)
    frame = Frame("Over time", one.title, one.id, one.about, one.disclaimer, one.language)
    return framed(frame, [Section("over-time", "Verdicts over time", _section(timeline, one))])


def _section(timeline: Timeline, one: TimelineView) -> Html:
    return join(
        (
            tag("p", one.lead, class_="lead"),
            tag("div", chart(timeline), class_="chart"),
            *(tag("p", note, class_="note") for note in one.notes),
            _verdicts(one),
            *(_phase(phase) for phase in one.phases),
            *(_figure(table) for table in one.figures),
        )
    )


def _verdicts(one: TimelineView) -> Html:
    held = any(context.if_held for context in one.contexts)
    heads = ("Context", "Verdict", *((HOLDING,) if held else ()))
    rows = [
        table_row(
            row_head(context.title),
            cell(context.told),
            *((cell(context.if_held, label=HOLDING if context.if_held else None),) if held else ()),
        )
        for context in one.contexts
    ]
    return html_table("Verdicts over time", heads, [group(*rows)], "spans")


def _phase(phase: Phase) -> Html:
    note = join((" ", tag("span", phase.note, class_="tag"))) if phase.note else None
    groups = [group(*_turns(when)) for when in phase.days]
    return join(
        (
            tag("h3", tag("span", phase.title), note),
            html_table(phase.title, ("Date", "What turns", "Because"), groups, "turns"),
        )
    )


def _turns(when: Day) -> Iterator[Html]:
    rows = len(when.turnings) + len(when.measures)
    head: tuple[Html, ...] = (row_head(day(when.date), rowspan=str(rows)),)
    for turning in when.turnings:
        title = tag("p", turning.title, class_="value")
        words = tag("p", mark(turning.after), tag("span", f" before: {turning.before}", class_="note"))
        yield table_row(*head, cell(title, words), cell(*(tag("p", text) for text in turning.because)))
        head = ()
    for word, titles in when.measures:
        yield table_row(*head, cell(tag("p", "Measures"), tag("p", mark(word))), cell(titles))
        head = ()


def _figure(table: FigureTable) -> Html:
    rows = [
        table_row(
            row_head(first), *(cell(text, label=head) for head, text in zip(table.heads[1:], others, strict=True))
        )
        for first, *others in table.rows
    ]
    more = tag("p", f"and {counted(table.more, 'more row')}", class_="note") if table.more else None
    return tag(
        "details",
        tag("summary", f"The figure in a table: {table.title}" + (f" ({table.against})" if table.against else "")),
        html_table(table.title, table.heads, [group(*rows)], "steps"),
        more,
    )
