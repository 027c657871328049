"""Ranges of numbers, dates and durations, and exact arithmetic over them (docs/language.md, `ranges`).

A value that is known to the point is an `int`, a `Fraction` or a `date`; anything wider is a `Range`. Comparing
either with `>=`, `>`, `<=` or `<` gives True, False, or None where the range leaves it open, so that one expression
serves both. An unbounded end is an infinite float; no other float ever enters.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple, TypeAlias

from comity.engine.language.truth import Kleene

Number: TypeAlias = int | Fraction
Point: TypeAlias = int | Fraction | date
End: TypeAlias = Any  # a point, or an infinite float; numbers and dates never meet in one range


class Range(NamedTuple):
    """What is known of a number or a date: somewhere from `low` to `high`, both ends included.

    A range is wider than a point: build it with `span`, which gives the point where both ends agree.

    >>> Range(20_000, 30_000) >= 25_000, Range(20_000, 30_000) >= 20_000, Range(20_000, 30_000) >= 30_001
    (None, True, False)
    """

    low: End
    high: End

    def __ge__(self, other: Any) -> Kleene:  # type: ignore[override]  # three answers, where Python expects two
        low, high = other if other.__class__ is Range else (other, other)
        return True if self[0] >= high else False if self[1] < low else None

    def __gt__(self, other: Any) -> Kleene:  # type: ignore[override]  # as `__ge__`: three answers, not two
        low, high = other if other.__class__ is Range else (other, other)
        return True if self[0] > high else False if self[1] <= low else None

    def __le__(self, other: Any) -> Kleene:  # type: ignore[override]  # as `__ge__`: three answers, not two
        low, high = other if other.__class__ is Range else (other, other)
        return True if self[1] <= low else False if self[0] > high else None

    def __lt__(self, other: Any) -> Kleene:  # type: ignore[override]  # as `__ge__`: three answers, not two
        low, high = other if other.__class__ is Range else (other, other)
        return True if self[1] < low else False if self[0] >= high else None


Value: TypeAlias = int | Fraction | date | Range

WIDEST = Range(-inf, inf)
ANY_DATE = Range(date.min, date.max)


def ends(value: Any) -> tuple[End, End]:
    """Return the lowest and the highest that `value` can be."""
    return (value.low, value.high) if value.__class__ is Range else (value, value)


def span(low: End, high: End) -> Any:
    """Return all from `low` to `high`: the point itself where they are equal.

    >>> span(3, 3), span(3, 4)
    (3, Range(low=3, high=4))
    """
    return low if low == high else Range(low, high)


def hull(values: Iterable[Any]) -> Any:
    """Return the smallest range that holds every one of `values` (at least one)."""
    lows, highs = zip(*map(ends, values), strict=True)
    return span(min(lows), max(highs))


def same(a: Any, b: Any) -> Kleene:
    """Tell whether two numbers, dates or durations are equal; unknown while their ranges overlap."""
    if a.__class__ is Range or b.__class__ is Range:
        (a_low, a_high), (b_low, b_high) = ends(a), ends(b)
        return False if a_high < b_low or b_high < a_low else None
    return bool(a == b)


def exact(number: Number) -> Number:
    """Return `number` as an `int` where it is whole."""
    return number.numerator if number.denominator == 1 else number


def _exact(end: End) -> End:
    return exact(end) if end.__class__ is Fraction else end


def _plus(a: End, b: End) -> End:
    # An infinite end stays what it is, also beside figures beyond what a float can hold.
    return a if a.__class__ is float else b if b.__class__ is float else _exact(a + b)


def add(values: Iterable[Any]) -> Any:
    """Return the sum of numbers (or of durations of one unit); 0 of none."""
    low: End = 0
    high: End = 0
    for value in values:
        value_low, value_high = ends(value)
        low, high = _plus(low, value_low), _plus(high, value_high)
    return span(low, high)


def subtract(a: Any, b: Any) -> Any:
    """Return `a` less `b`."""
    (a_low, a_high), (b_low, b_high) = ends(a), ends(b)
    return span(_plus(a_low, -b_high), _plus(a_high, -b_low))


def multiply(a: Any, b: Any) -> Any:
    """Return the product of two numbers, or of a number and a duration."""
    if a.__class__ is int and b.__class__ is int:
        return a * b
    (a_low, a_high), (b_low, b_high) = ends(a), ends(b)
    if a_low >= 0 and b_low >= 0:
        return span(_times(a_low, b_low), _times(a_high, b_high))
    corners = [_times(one, other) for one in (a_low, a_high) for other in (b_low, b_high)]
    return span(min(corners), max(corners))


def _times(a: End, b: End) -> End:
    # An end stands for finite numbers: 0 times any of them is 0.
    if a == 0 or b == 0:
        return 0
    if a.__class__ is float or b.__class__ is float:
        return inf if (a > 0) == (b > 0) else -inf
    return _exact(a * b)


def divide(a: Any, b: Any) -> Any:
    """Return `a` divided by `b`, as an exact fraction; anything at all where `b` can be 0.

    >>> divide(1, 3), divide(6, 3), divide(1, Range(0, 2)) == WIDEST
    (Fraction(1, 3), 2, True)
    """
    if a.__class__ is int and b.__class__ is int and b:
        return Fraction(a, b) if a % b else a // b
    (a_low, a_high), (b_low, b_high) = ends(a), ends(b)
    if b_low <= 0 <= b_high:
        return WIDEST
    if a_low >= 0 and b_low > 0:
        return span(_over(a_low, b_high), _over(a_high, b_low))
    corners = [_over(one, other) for one in (a_low, a_high) for other in (b_low, b_high)]
    return span(min(corners), max(corners))


def _over(a: End, b: End) -> End:
    # An end stands for finite numbers: the larger the divisor, the nearer to 0.
    if b.__class__ is float:
        return 0
    if a.__class__ is float:
        return a if b > 0 else -a
    return exact(Fraction(a, b))


def smallest(values: Sequence[Any]) -> Any:
    """Return the smallest of `values`, whichever that turns out to be."""
    lows, highs = zip(*map(ends, values), strict=True)
    return span(min(lows), min(highs))


def largest(values: Sequence[Any]) -> Any:
    """Return the largest of `values`, whichever that turns out to be."""
    lows, highs = zip(*map(ends, values), strict=True)
    return span(max(lows), max(highs))


# --- time -----------------------------------------------------------------------------------------------------------

DAY = timedelta(days=1)


def completed_months(start: date, end: date) -> int:
    """Return the calendar months completed from `start` to `end`; negative where `end` comes first.

    >>> completed_months(date(2008, 6, 30), date(2013, 6, 30)), completed_months(date(2012, 2, 29), date(2013, 2, 28))
    (60, 11)
    """
    return 12 * (end.year - start.year) + (end.month - start.month) - (1 if end.day < start.day else 0)


def elapsed_months(since: Any, as_of: date) -> Any:
    """Return the calendar months completed from the date `since` to `as_of`."""
    low, high = ends(since)
    return span(completed_months(high, as_of), completed_months(low, as_of))


def elapsed_days(since: Any, as_of: date) -> Any:
    """Return the days from the date `since` to `as_of`."""
    low, high = ends(since)
    return span((as_of - high).days, (as_of - low).days)


def months_before(day: date, months: int) -> date:
    """Return the day `months` calendar months before `day`, clipped to its month's end and to year 1.

    >>> months_before(date(2013, 3, 31), 1)
    datetime.date(2013, 2, 28)
    """
    index = 12 * day.year + day.month - 1 - months
    year, month = divmod(index, 12)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


def days_before(day: date, days: int) -> date:
    """Return the day `days` days before `day`, clipped to year 1."""
    return day - timedelta(days=days) if days < day.toordinal() else date.min


def days_in_month(year: int, month: int) -> int:
    """Return how many days the month has."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
