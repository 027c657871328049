"""What a report on a class says, in words and figures, for text and pages alike."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from comity.engine.report.feedback import points
from comity.engine.report.sheet import Entry, Sheet
from comity.engine.training.classes import FEWEST, Class, Taken, histogram, mean, middle
from comity.engine.training.items import Item

_FIRST = 12  # of what is counted, before the rest is left out
_WELL, _LITTLE = 0.3, 0.1  # what a discrimination is called; usual in test theory
DISCLAIMER = "Marks follow from a rule set, for study; essays are read by a person. This is not legal advice."


class TaskLine(NamedTuple):
    """One task: its mean score, how many have full marks, did not answer, and how well it tells trainees apart."""

    number: int
    prompt: str
    mean: Fraction | None
    full: int
    open: int
    discrimination: str


class Count(NamedTuple):
    """Something that is counted, in the words of each column, and how many of how many it is."""

    words: tuple[str, ...]
    times: int
    of: int


class Person(NamedTuple):
    """A trainee: the total, and the score of each task; none of an essay."""

    name: str
    total: Fraction
    scores: tuple[Fraction | None, ...]


class ClassView(NamedTuple):
    """A report on how a class did one exercise."""

    title: str
    id: str
    of: int  # the highest total
    summary: tuple[tuple[str, str], ...]
    bins: tuple[int, ...]
    tasks: tuple[TaskLine, ...]
    note: str  # on the discrimination
    contexts: tuple[Count, ...]  # of a context, what was answered, and what is right
    swapped: tuple[Count, ...]  # a context that was taken for another
    others: tuple[Count, ...]  # of other things
    missed: tuple[Count, ...]
    people: tuple[Person, ...]


def class_view(sheet: Sheet, one: Class) -> ClassView:
    """Return the report on a class."""
    entries = {entry.id: entry for entry in sheet.entries}
    numbers = {entry.id: number for number, entry in enumerate(sheet.entries, 1)}
    size = len(one.marks)
    contexts = [taken for taken in one.taken if taken.item.task.kind == "contexts"]
    others = [taken for taken in one.taken if taken.item.task.kind != "contexts"]
    tasks = tuple(
        TaskLine(
            numbers[figures.item.task.id],
            entries[figures.item.task.id].prompt,
            figures.mean,
            figures.full,
            figures.open,
            "" if figures.mean is None else _discrimination(figures.discrimination),
        )
        for figures in one.tasks
    )
    return ClassView(
        sheet.title,
        sheet.id,
        one.of,
        tuple(_summary(one)),
        histogram(total / one.of for total in one.totals) if one.of else (),
        tasks,
        _note(size),
        tuple(_taken(entries, taken) for taken in contexts[:_FIRST]),
        tuple(
            Count((_row(entries, each.item, each.taken), _row(entries, each.item, each.right)), each.times, size)
            for each in one.swapped[:_FIRST]
        ),
        tuple(_taken(entries, taken) for taken in others[:_FIRST]),
        tuple(
            Count(
                (_option(entries[each.item.task.id], each.option), f"Task {numbers[each.item.task.id]}"),
                each.times,
                size,
            )
            for each in one.missed[:_FIRST]
        ),
        tuple(
            Person(marks.answers.trainee, marks.total, tuple(mark.score for mark in marks.marks)) for marks in one.marks
        ),
    )


def _summary(one: Class) -> list[tuple[str, str]]:
    totals = one.totals
    found = [("Trainees", str(len(totals)))]
    if one.of:
        spread = f"{points(min(totals))} to {points(max(totals))}"
        found += [("Points", f"{one.of} at most"), ("Mean", points(mean(totals))), ("Median", points(middle(totals)))]
        found += [("Lowest to highest", spread)]
    return found


def _note(size: int) -> str:
    told = (
        "Mean: of the scores, from 0 (hard) to 1 (easy). Discrimination: how a task's score goes along with the sum of "
        "the other tasks' (Pearson's r, from -1 to 1)"
    )
    if size < FEWEST:
        return f"{told}; below {FEWEST} trainees there is none."
    return f"{told}; a task near 0 or below tells nobody apart, or has a catch."


def _discrimination(r: float | None) -> str:
    if r is None:
        return "none"
    word = "separates well" if r >= _WELL else "separates a little" if r >= _LITTLE else "look at it"
    return f"{r:.2f}, {word}".replace("-0.00", "0.00").replace("-", "−")


def _taken(entries: "dict[str, Entry]", taken: Taken) -> Count:
    entry = entries[taken.item.task.id]
    said = (_option_text(entry, f"{taken.row}={answer}") for answer in (taken.answered, taken.right))
    return Count((_row(entries, taken.item, taken.row), *said), taken.times, taken.of)


def _row(entries: "dict[str, Entry]", item: Item, row: str) -> str:
    return next(one.text for one in entries[item.task.id].rows if one.id == row)


def _option_text(entry: Entry, option: str) -> str:
    return next(one.text for one in entry.every_choice if one.id == option)


def _option(entry: Entry, option: str) -> str:
    """Return a right option in words, under what it is about."""
    for row in entry.rows:
        for choice in row.choices:
            if choice.id == option:
                return f"{row.text}: {choice.text}"
    return _option_text(entry, option)


def by_trainee(views: Sequence[ClassView]) -> list[tuple[str, tuple[Fraction | None, ...]]]:
    """Return the totals of each trainee in each of several exercises; None where one was not handed in."""
    totals = [{one.name: one.total for one in view.people} for view in views]
    names = sorted({name for each in totals for name in each}, key=lambda name: (name.casefold(), name))
    return [(name, tuple(each.get(name) for each in totals)) for name in names]
