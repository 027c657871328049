"""What is known of numbers and dates, as intervals whose ends are terms of the solver."""

from datetime import date
from fractions import Fraction
from math import inf
from typing import NamedTuple, TypeAlias

from comity.engine.language.model import Given
from comity.engine.language.quantity import ends
from comity.engine.translation.formulas import FALSE, TRUE, ZERO, Formula, Sum, choose, compare, conj, disj, neg, number
from comity.engine.translation.space import Script, code


class End(NamedTuple):
    """An end of an interval; where `open` holds there is none, and `value` means nothing."""

    value: Sum
    open: Formula = FALSE


class Interval(NamedTuple):
    """All that a number or a date can be. `positive` tells whether it can be seen that none of it is below 0."""

    low: End
    high: End
    positive: bool = False

    @property
    def point(self) -> bool:
        """Whether it is one value, everywhere."""
        return self.low == self.high and self.low.open == FALSE


class Quotient(NamedTuple):
    """A quotient, kept as it is: it is compared by multiplying."""

    top: Interval
    bottom: Interval


class DaysSince(NamedTuple):
    """The days from a date to the as-of date: they are compared as dates."""

    since: Interval


Figure: TypeAlias = Interval | Quotient | DaysSince
Value: TypeAlias = list[tuple[Formula, Figure]]  # each where its formula holds; one does


def exactly(value: Fraction | int) -> Interval:
    """Return a number as an interval."""
    return Interval(End(number(value)), End(number(value)), value >= 0)


def interval_of(value: Given) -> Interval:
    """Return, as an interval, a value as an evaluation holds it."""
    low, high = ends(value)
    if isinstance(low, date):
        return Interval(End(number(code(low))), End(number(code(high))), True)
    if low == high:
        return exactly(low)
    return Interval(
        End(ZERO, TRUE) if low == -inf else End(number(low)),
        End(ZERO, TRUE) if high == inf else End(number(high)),
        low >= 0,
    )


def always(value: Figure) -> Value:
    """Return what is the same everywhere."""
    return [(TRUE, value)]


def reaches(low: End, high: End, strict: bool) -> Formula:
    """Return that a low end is at least (or more than) a high end; an open end reaches nothing."""
    return conj([neg(low.open), neg(high.open), compare(low.value, ">" if strict else ">=", high.value)])


def scale(interval: Interval, factor: Fraction | int) -> Interval:
    """Return an interval times a number."""
    if not factor:
        return exactly(0)
    low = End(interval.low.value.times(factor), interval.low.open)
    if interval.point:
        return Interval(low, low, interval.positive and factor > 0)
    high = End(interval.high.value.times(factor), interval.high.open)
    return Interval(low, high, interval.positive) if factor > 0 else Interval(high, low)


def either(script: Script, condition: Formula, then: Interval, otherwise: Interval) -> Interval:
    """Return `then` where `condition` holds, and `otherwise` elsewhere."""
    if condition == TRUE or then == otherwise:
        return then
    if condition == FALSE:
        return otherwise
    low = either_end(script, condition, then.low, otherwise.low)
    if then.point and otherwise.point:
        return Interval(low, low, then.positive and otherwise.positive)
    high = either_end(script, condition, then.high, otherwise.high)
    return Interval(low, high, then.positive and otherwise.positive)


def either_end(script: Script, condition: Formula, then: End, otherwise: End) -> End:
    """Return the end `then` where `condition` holds, and `otherwise` elsewhere."""
    open_ = choose(condition, then.open, otherwise.open)
    if otherwise.open == TRUE:
        return End(then.value, open_)
    if then.open == TRUE:
        return End(otherwise.value, open_)
    return End(script.either(condition, then.value, otherwise.value), script.named(open_))


def extreme(script: Script, which: str, values: list[Interval]) -> Interval:
    """Return the lowest or the highest of intervals."""
    first, *others = values
    for other in others:
        first = _smaller(script, first, other) if which == "lowest" else _larger(script, first, other)
    return first


def _smaller(script: Script, a: Interval, b: Interval) -> Interval:
    low = End(least(script, a.low.value, b.low.value), disj([a.low.open, b.low.open]))
    if a.point and b.point:
        return Interval(low, low, a.positive and b.positive)
    high = End(
        _where_closed(script, a.high, b.high, least(script, a.high.value, b.high.value)),
        conj([a.high.open, b.high.open]),
    )
    return Interval(low, high, a.positive and b.positive)


def _larger(script: Script, a: Interval, b: Interval) -> Interval:
    high = End(most(script, a.high.value, b.high.value), disj([a.high.open, b.high.open]))
    if a.point and b.point:
        return Interval(high, high, a.positive or b.positive)
    low = End(
        _where_closed(script, a.low, b.low, most(script, a.low.value, b.low.value)),
        conj([a.low.open, b.low.open]),
    )
    return Interval(low, high, a.positive or b.positive)


def _where_closed(script: Script, a: End, b: End, both: Sum) -> Sum:
    """Return the value of the one of two ends that is not open, or `both` where neither is."""
    return script.either(a.open, b.value, script.either(b.open, a.value, both))


def least(script: Script, a: Sum, b: Sum) -> Sum:
    """Return the smaller of two terms."""
    return script.either(compare(a, "<=", b), a, b)


def most(script: Script, a: Sum, b: Sum) -> Sum:
    """Return the larger of two terms."""
    return script.either(compare(a, ">=", b), a, b)
