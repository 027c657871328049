"""A class: what the marks of many say of the tasks, of what is taken for what, and of what is missed most.

Discrimination is the corrected item-total correlation: how a task's score goes along, over all who handed the exercise
in, with the sum of the scores of its other marked tasks, by Pearson's r from -1 to 1. Below `FEWEST` trainees there is
none, for by chance it could be anything; nor where all score alike.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import sqrt
from statistics import median
from typing import NamedTuple, TypeVar

from comity.engine.training.items import Item
from comity.engine.training.marking import Mark, Marks

FEWEST = 10  # trainees, for a discrimination
BINS = 10


class TaskFigures(NamedTuple):
    """What a class made of one task. `mean` is the difficulty: the mean score, near 1 if it was easy; None of an essay.

    `full` is how many scored 1, `open` how many did not answer.
    """

    item: Item
    mean: Fraction | None
    full: int
    open: int
    discrimination: float | None


class Taken(NamedTuple):
    """One answer to a row of a grid that was wrong: how many gave it, of those who answered the row at all."""

    item: Item
    row: str
    answered: str
    right: str
    times: int
    of: int


class Swapped(NamedTuple):
    """Of contexts, one that was taken for another: how many let it apply wrongly, and not the other, which does."""

    item: Item
    taken: str
    right: str
    times: int


class Missed(NamedTuple):
    """A right option, and how many did not choose it."""

    item: Item
    option: str
    times: int


Counted = TypeVar("Counted", Taken, Swapped, Missed)


class Class(NamedTuple):
    """How a class did one exercise. What is counted is in descending order, then in that of the exercise."""

    items: tuple[Item, ...]
    marks: tuple[Marks, ...]  # by the names of the trainees
    tasks: tuple[TaskFigures, ...]
    taken: tuple[Taken, ...]
    swapped: tuple[Swapped, ...]
    missed: tuple[Missed, ...]

    @property
    def totals(self) -> tuple[Fraction, ...]:
        """The total of each trainee."""
        return tuple(one.total for one in self.marks)

    @property
    def of(self) -> int:
        """The highest total that there can be: how many tasks are marked."""
        return sum(1 for item in self.items if item.choose != "words")


def class_of(items: Sequence[Item], marks: Iterable[Marks]) -> Class:
    """Return how a class did an exercise, from the marks of at least one trainee."""
    every = tuple(sorted(marks, key=lambda one: (one.answers.trainee.casefold(), one.answers.trainee)))
    columns = [[one.marks[place] for one in every] for place in range(len(items))]
    return Class(
        tuple(items),
        every,
        tuple(_figures(item, column, every) for item, column in zip(items, columns, strict=True)),
        tuple(_by_count(one for item, column in zip(items, columns, strict=True) for one in _taken(item, column))),
        tuple(_by_count(one for item, column in zip(items, columns, strict=True) for one in _swapped(item, column))),
        tuple(_by_count(one for item, column in zip(items, columns, strict=True) for one in _missed(item, column))),
    )


def mean(values: Sequence[Fraction]) -> Fraction:
    """Return the mean of some values."""
    return sum(values, Fraction(0)) / len(values)


def middle(values: Sequence[Fraction]) -> Fraction:
    """Return the median of some values."""
    return Fraction(median(values))


def histogram(shares: Iterable[Fraction]) -> tuple[int, ...]:
    """Return how many of some shares are in each tenth; a whole one counts to the last.

    >>> histogram([Fraction(0), Fraction(1, 10), Fraction(1)])
    (1, 1, 0, 0, 0, 0, 0, 0, 0, 1)
    """
    counts = Counter(min(int(share * BINS), BINS - 1) for share in shares)
    return tuple(counts[place] for place in range(BINS))


def correlation(one: Sequence[Fraction], other: Sequence[Fraction]) -> float | None:
    """Return Pearson's r of two rows of figures; None where the figures of either are all alike."""
    first, second = mean(one), mean(other)
    along = sum(((x - first) * (y - second) for x, y in zip(one, other, strict=True)), Fraction(0))
    spread = sum((x - first) ** 2 for x in one) * sum((y - second) ** 2 for y in other)
    return float(along) / sqrt(spread) if spread else None


def _figures(item: Item, column: Sequence[Mark], every: Sequence[Marks]) -> TaskFigures:
    open_ = sum(1 for one in column if not one.answered)
    scores = [one.score for one in column if one.score is not None]
    if not scores:
        return TaskFigures(item, None, 0, open_, None)
    rest = [one.total - score for one, score in zip(every, scores, strict=True)]
    r = correlation(scores, rest) if len(scores) >= FEWEST else None
    return TaskFigures(item, mean(scores), scores.count(Fraction(1)), open_, r)


def _taken(item: Item, column: Sequence[Mark]) -> Iterable[Taken]:
    counts = Counter(one for mark in column for one in (*mark.right, *mark.wrong))
    for row in item.rows:
        options = item.of_row(row)
        right = next(option.answer or "" for option in options if option.right)
        of = sum(counts[option.id] for option in options)
        for option in options:
            if not option.right and counts[option.id]:
                yield Taken(item, row, option.answer or "", right, counts[option.id], of)


def _swapped(item: Item, column: Sequence[Mark]) -> Iterable[Swapped]:
    if item.task.kind != "contexts":
        return
    applies = [option for option in item.options if option.answer == "met"]
    about = {option.id: option.about for option in item.options}
    counts: Counter[tuple[str, str]] = Counter()
    for mark in column:
        astray = {about[one] for one in mark.wrong}
        counts.update(
            (taken.about, right.about)
            for taken in applies
            if taken.id in mark.wrong
            for right in applies
            if right.right and right.about in astray
        )
    for taken in applies:
        for right in applies:
            if counts[taken.about, right.about]:
                yield Swapped(item, taken.about, right.about, counts[taken.about, right.about])


def _missed(item: Item, column: Sequence[Mark]) -> Iterable[Missed]:
    counts = Counter(one for mark in column for one in mark.missed)
    return (Missed(item, one, counts[one]) for one in item.right if counts[one])


def _by_count(found: Iterable[Counted]) -> list[Counted]:
    return sorted(found, key=lambda one: -one.times)
