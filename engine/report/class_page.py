"""A report on a class as one HTML page: figures, pictures, what was confused, and on demand the essays."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from comity.engine.report.class_chart import bar, histogram_chart
from comity.engine.report.class_text import shown, tables
from comity.engine.report.class_view import DISCLAIMER, ClassView, Count, TaskLine, by_trainee
from comity.engine.report.feedback import points
from comity.engine.report.frame import Frame, Section, framed
from comity.engine.report.marks_page import STYLE, essay
from comity.engine.report.markup import Html, cell, group, html_table, join, pairs, row_head, table_row, tag
from comity.engine.report.misconceptions import CAVEAT, MISUNDERSTANDINGS
from comity.engine.report.sheet import Sheet
from comity.engine.report.words import counted
from comity.engine.training.classes import Class

_STYLE = """\
@media screen and (min-width: 46rem) {
  .glance { display: grid; grid-template-columns: 18rem 1fr; column-gap: 2rem; align-items: end; }
}
.scores { margin: 1rem 0; }
.scores figcaption { margin-top: .3rem; color: var(--quiet); font-size: .85rem; }
table.tasks tbody th { font-weight: 400; }
table.tasks th:nth-child(2), table.counted th:last-child { width: 10rem; }
table.tasks th:nth-child(3), table.tasks th:nth-child(4) { width: 6.5rem; }
table.tasks th:nth-child(5) { width: 9rem; }
table.counted th { width: 9.5rem; }
table.counted th:first-child { width: auto; }
table.counted tbody th { font-weight: 400; }
table.people { font-variant-numeric: tabular-nums; }
table.people th, table.people td { padding-block: .3rem; }
table.people .full { font-weight: 600; color: var(--yes); }
table.people .none { color: var(--alarm); }
.essays > ul > li { padding-left: 1rem; text-indent: -1rem; }
"""


def class_page(
    reports: Sequence[tuple[Sheet, Class, ClassView]],
    *,
    essays: bool = False,
    believed: Sequence[tuple[str, str]] = (),
) -> str:
    """Return a report on how a class did some exercises as a whole HTML document; it ends with a line break.

    With `essays`, what each trainee wrote stands beside what it is read for. `believed` are misunderstandings that the
    answers may show, each with how many trainees it is.
    """
    sheet, _, first = reports[0]
    several = len(reports) > 1
    sections = [*_overview([view for _, _, view in reports])] if several else []
    for number, (one, class_, view) in enumerate(reports, 1):
        sections += _sections(view, f"-{number}" if several else "")
        if essays and (found := [*_essays(one, class_)]):
            key, title = (f"essays-{number}", f"{view.title}: essays") if several else ("essays", "Essays")
            sections.append(Section(key, title, join(found)))
    if believed:
        rows = [table_row(row_head(text), cell(times, label="Trainees")) for text, times in believed]
        table = html_table(MISUNDERSTANDINGS, ("The answers fit", "Trainees"), [group(*rows)], "counted")
        content = join((table, tag("p", CAVEAT, class_="note")))
        sections.append(Section("misunderstandings", MISUNDERSTANDINGS, content))
    title = f"{counted(len(reports), 'exercise')}" if several else first.title
    ids = ", ".join(view.id for _, _, view in reports)
    about = [pair for pair in sheet.about if not several or pair[0] == "Rule set"]
    frame = Frame("Class report", title, ids, about, DISCLAIMER, sheet.language, STYLE + _STYLE, "Exercise")
    return framed(frame, sections)


def _overview(views: Sequence[ClassView]) -> Iterator[Section]:
    heads = ("Trainee", *(f"{view.title} ({view.of})" for view in views))
    rows = [
        table_row(
            row_head(name, dir="auto"),
            *(
                cell("" if total is None else points(total), label=view.title)
                for view, total in zip(views, totals, strict=True)
            ),
        )
        for name, totals in by_trainee(views)
    ]
    yield Section("trainees", "Trainees", html_table("Scores in each exercise", heads, [group(*rows)], "people"))


def _sections(view: ClassView, suffix: str) -> Iterator[Section]:
    """Yield what there is to say of one exercise; of several, in one section each."""
    chart = tag(
        "figure",
        histogram_chart(view.bins, view.of) if view.bins else None,
        tag("figcaption", "Trainees by their score"),
        class_="scores",
    )
    parts = [
        ("summary", "Summary", tag("div", pairs(view.summary, "about"), chart if view.bins else None, class_="glance")),
        ("tasks", "Tasks", join((_tasks(view), tag("p", view.note, class_="note")))),
    ]
    counted_ = [*tables(view)]
    confused = [_counted(*one) for one in counted_ if one[2] is not view.missed]
    if confused:
        parts.append(("confused", "What was taken for what", join(confused)))
    missed = [_counted(*one) for one in counted_ if one[2] is view.missed]
    if missed:
        parts.append(("missed", "Missed by most", join(missed)))
    if not suffix:
        parts.append(("trainees", "Trainees", _people(view)))
        yield from (Section(*part) for part in parts)
    else:
        inner = (join((tag("h3", title), content)) for _, title, content in parts)
        yield Section(f"exercise{suffix}", view.title, join(inner))


def _tasks(view: ClassView) -> Html:
    heads = ("Task", "Mean score", "Full marks", "Not answered", "Discrimination")
    return html_table("Tasks", heads, [group(*map(_task, view.tasks))], "tasks")


def _task(one: TaskLine) -> Html:
    head = row_head(f"{one.number}. {one.prompt}")
    if one.mean is None:
        return table_row(head, cell("read by a person"), cell(), cell(str(one.open), label="Not answered"), cell())
    return table_row(
        head,
        cell(points(one.mean), bar(one.mean), label="Mean score"),
        cell(str(one.full), label="Full marks"),
        cell(str(one.open), label="Not answered"),
        cell(one.discrimination, label="Discrimination"),
    )


def _counted(title: str, heads: Sequence[str], counts: Sequence[Count]) -> Html:
    rows = []
    for one in counts:
        first, *others = one.words
        cells = (cell(text, label=head) for head, text in zip(heads[1:], others, strict=True))
        share = Fraction(one.times, one.of)
        rows.append(table_row(row_head(first), *cells, cell(shown(one), bar(share), label="Trainees")))
    table = html_table(title, (*heads, "Trainees"), [group(*rows)], "counted")
    return table if title == "Missed by most" else join((tag("h3", title), table))


def _people(view: ClassView) -> Html:
    heads = ("Trainee", "Score", *(f"Task {one.number}" for one in view.tasks))
    rows = [
        table_row(
            row_head(one.name, dir="auto"),
            cell(points(one.total), label="Score", class_="value"),
            *(
                cell("" if score is None else points(score), label=head, class_=_tone(score))
                for head, score in zip(heads[2:], one.scores, strict=True)
            ),
        )
        for one in view.people
    ]
    return html_table("Scores of each trainee", heads, [group(*rows)], "people")


def _tone(score: Fraction | None) -> str | None:
    return None if score is None else "full" if score == 1 else "none" if not score else None


def _essays(sheet: Sheet, one: Class) -> Iterator[Html]:
    for place, entry in enumerate(sheet.entries):
        if entry.choose == "words":
            written: list[tuple[str | None, str]] = [
                (marks.answers.trainee, marks.marks[place].words) for marks in one.marks
            ]
            yield tag("h3", entry.prompt)
            yield from essay(entry, written)
