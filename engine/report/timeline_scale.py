"""The scales of a chart of a timeline: round steps for figures, months and years for time."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple

from comity.engine.assessment.timeline import Series, Step
from comity.engine.language.quantity import Range
from comity.engine.report.words import day

_DAY = timedelta(days=1)
_HUGE = 10**15  # figures beyond are not drawn
_MOST_STEPS = 400  # that can be told apart


class Scale(NamedTuple):
    """What a plot shows: from the lowest to the highest level, in round steps."""

    levels: tuple[Any, ...]


def scale_of(told: Series, held: Series | None) -> Scale | None:
    """Return a scale from 0 that holds all levels; None where they are too large to be drawn."""
    steps = [*told.figure, *told.bound, *(held.figure if held else ())]
    levels = [0]
    for step in steps:
        values = (step.value.low, step.value.high) if isinstance(step.value, Range) else (step.value,)
        levels += [value for value in values if abs(value) != inf]
    low, high = min(levels), max(levels)
    if high - low > _HUGE:
        return None
    step_ = round_step((high - low) or 1)
    first, last = low // step_, -(-high // step_)
    if last - first < 2:
        last = first + 2
    return Scale(tuple(_whole(step_ * level) for level in range(int(first), int(last) + 1)))


def round_step(size: Any) -> Any:
    """Return a round number that goes into `size` at most four times, a hundredth at the least.

    >>> round_step(173_600), round_step(9), round_step(1)
    (50000, 5, Fraction(1, 2))
    """
    step = Fraction(1, 100)
    while True:
        for factor in (1, 2, 5):
            if step * factor * 4 >= size:
                return _whole(step * factor)
        step *= 10


def _whole(number: Any) -> Any:
    return int(number) if number == int(number) else number


def thinned(steps: Sequence[Step]) -> Sequence[Step]:
    """Return no more steps than can be told apart, each as it begins."""
    if len(steps) <= _MOST_STEPS:
        return steps
    kept = steps[:: -(-len(steps) // _MOST_STEPS)]
    lasts = [*(step.first - _DAY for step in kept[1:]), steps[-1].last]
    return [step._replace(last=last) for step, last in zip(kept, lasts, strict=True)]


class Tick(NamedTuple):
    """A day with its label on the axis of time; `wide` if there is no room for it on a narrow screen."""

    day: date
    label: str
    wide: bool


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STEPS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000, 24000)  # months
_MOST_WIDE, _MOST_NARROW = 9, 5


def ticks(first: date, last: date) -> list[Tick]:
    """Return some firsts of months or years between two days, so many that their labels have room."""
    low, high = 12 * first.year + first.month - (first.day == 1), 12 * last.year + last.month - 1
    for step in _STEPS:
        months = [month for month in range(-(-low // step) * step, high + 1, step) if month >= 12]
        if len(months) <= _MOST_WIDE:
            break
    every = next(
        times for times in (1, 2, 4, 5, 10) if len([m for m in months if m % (step * times) == 0]) <= _MOST_NARROW
    )
    if len(months) < 2:
        return [Tick(one, day(one), False) for one in dict.fromkeys((first, last))]
    return [
        Tick(
            date(month // 12, month % 12 + 1, 1),
            str(month // 12) if step >= 12 else f"{_MONTHS[month % 12]} {month // 12}",
            month % (step * every) != 0,
        )
        for month in months
    ]
