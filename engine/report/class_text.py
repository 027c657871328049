"""A report on a class as text."""

from collections.abc import Iterable, Iterator, Sequence

from comity.engine.report.blocks import Block, Grid, Heading, Pairs, Paragraph
from comity.engine.report.blocks_text import to_text
from comity.engine.report.class_view import DISCLAIMER, ClassView, Count, by_trainee
from comity.engine.report.feedback import points
from comity.engine.report.view import printable


def class_text(
    views: Sequence[ClassView], *, width: int = 100, colour: bool = False, more: Iterable[Block] = ()
) -> str:
    """Return a report on how a class did some exercises, and `more` that is said of it."""
    blocks: list[Block] = [block for view in views for block in _blocks(view, alone=len(views) == 1)]
    if len(views) > 1:
        rows = tuple(
            (_name(name), *("" if total is None else points(total) for total in totals))
            for name, totals in by_trainee(views)
        )
        blocks += [Heading("Trainees"), Grid("Trainees", ("Trainee", *(view.id for view in views)), rows)]
    return to_text([*blocks, *more, Paragraph(DISCLAIMER)], width, colour)


def _blocks(view: ClassView, alone: bool) -> Iterator[Block]:
    yield Heading(f"{view.title} ({view.id})", 1)
    yield Pairs(view.summary)
    yield Heading("Tasks")
    heads: tuple[str, ...] = ("Task", "Mean", "Full marks", "Not answered", "Discrimination")
    rows = tuple(
        (
            f"{one.number}. {one.prompt}",
            "" if one.mean is None else points(one.mean),
            "" if one.mean is None else str(one.full),
            str(one.open),
            one.discrimination,
        )
        for one in view.tasks
    )
    yield Grid("Tasks", heads, rows)
    yield Paragraph(view.note)
    for title, heads, counts in tables(view):
        yield Heading(title)
        yield Grid(title, (*heads, "Trainees"), tuple((*one.words, shown(one)) for one in counts))
    if alone:
        yield Heading("Trainees")
        heads = ("Trainee", "Score", *(str(one.number) for one in view.tasks))
        people = (
            (_name(one.name), points(one.total), *("" if score is None else points(score) for score in one.scores))
            for one in view.people
        )
        yield Grid("Trainees", heads, tuple(people))


def tables(view: ClassView) -> Iterator[tuple[str, tuple[str, ...], tuple[Count, ...]]]:
    """Yield the tables of what is counted, each with its title and the heads of its words; none that is empty."""
    every = (
        ("Contexts taken wrongly", ("Context", "Answered", "Right"), view.contexts),
        ("One context for another", ("Taken", "For"), view.swapped),
        ("Other answers taken wrongly", ("About", "Answered", "Right"), view.others),
        ("Missed by most", ("Right answer", "Task"), view.missed),
    )
    return (one for one in every if one[2])


def shown(one: Count) -> str:
    """Return how many of how many."""
    return f"{one.times} of {one.of}"


def _name(name: str) -> str:
    return " ".join(printable(name).split())
