"""Numbers and dates as pairs of columns: the lowest and the highest that they can be, exact.

An end is null where there is no bound. A figure is a `point` where both ends are one and the same column; where that is
null, all is possible that its declaration allows, from `floor` to `ceiling`.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple

from comity.engine.language import quantity
from comity.engine.translation.ends import (
    NOUGHT,
    End,
    constant,
    joined,
    limit,
    more_extreme,
    nearer,
    picked,
    product,
    quotient,
    reaches,
    turned,
)
from comity.engine.translation.relations import (
    FALSE,
    TRUE,
    UNKNOWN,
    Expr,
    Literal,
    both,
    either,
    is_null,
    minus,
    negated,
    plus,
    settled,
)


class Untranslatable(Exception):  # noqa: N818  # no mistake of the caller: the term has no form over columns
    """A term has no form over columns; the text says what it is."""


class Figure(NamedTuple):
    """All that a number, duration or date can be. `floor` and `ceiling` are what it is never below and above.

    `quotient` is what a quotient of points comes to; where it is null, the quotient may be 0, and has no bound above.
    """

    low: End
    high: End
    floor: Fraction | None = None
    ceiling: Fraction | None = None
    quotient: End | None = None

    @property
    def point(self) -> bool:
        """Whether it is one value, or unknown."""
        return self.low == self.high

    @property
    def positive(self) -> bool:
        """Whether it is never below 0."""
        return self.floor is not None and self.floor >= 0

    def ranged(self) -> "Figure":
        """Return the same with both ends, where an unknown has the bounds of its declaration."""
        if not self.point or _known(self):
            return self
        return self._replace(low=_filled(self.low, self.floor), high=_filled(self.high, self.ceiling))


def _filled(end: End, bound: Fraction | None) -> End:
    """Return an end, and where there is none, a bound."""
    if bound is None:
        return end
    return constant(bound) if end.open else picked(is_null(end.over), constant(bound), end)


def exactly(value: Fraction | int) -> Figure:
    """Return a number as a figure."""
    end = constant(value)
    return Figure(end, end, Fraction(value), Fraction(value))


_TURNED = {">=": "<", ">": "<=", "<=": ">", "<": ">="}


def compare(op: str, a: Figure, b: Figure) -> Expr:
    """Return the truth of a comparison: true or false where all that the figures can be agree, else unknown."""
    if op[0] == "<":
        return compare(op.replace("<", ">"), b, a)
    if a.point and b.point:
        return _between_points(op, a, b)
    if a.quotient is not None and _fixed(b) and b.floor is not None and b.floor > 0:
        return reaches(op, a.quotient, b.low)
    if b.quotient is not None and _fixed(a) and a.floor is not None and a.floor > 0:
        return reaches(op, a.low, b.quotient)
    a, b = a.ranged(), b.ranged()
    return settled(reaches(op, a.low, b.high), reaches(_TURNED[op], a.high, b.low))


def _between_points(op: str, a: Figure, b: Figure) -> Expr:
    """Return whether `a` is at least `b`, or more: also where one is unknown, if the bounds of it decide."""
    if a.floor is not None and b.ceiling is not None and _holds(op, a.floor, b.ceiling):
        return TRUE
    if a.ceiling is not None and b.floor is not None and not _holds(op, a.ceiling, b.floor):
        return FALSE
    true, false = [reaches(op, a.low, b.low)], []
    if not _known(a):
        if a.floor is not None and (b.floor is None or _holds(op, a.floor, b.floor)):
            true.append(reaches(op, constant(a.floor), b.low))
        if a.ceiling is not None and (b.ceiling is None or not _holds(op, a.ceiling, b.ceiling)):
            false.append(reaches(op, constant(a.ceiling), b.low))
    if not _known(b):
        if b.ceiling is not None and (a.ceiling is None or _holds(op, a.ceiling, b.ceiling)):
            true.append(reaches(op, a.low, constant(b.ceiling)))
        if b.floor is not None and (a.floor is None or not _holds(op, a.floor, b.floor)):
            false.append(reaches(op, a.low, constant(b.floor)))
    return both((either(true), *false))


def _known(figure: Figure) -> bool:
    return isinstance(figure.low.over, Literal) and figure.low.over.value is not None


def _holds(op: str, a: Fraction, b: Fraction) -> bool:
    return a >= b if op == ">=" else a > b


def same(a: Figure, b: Figure) -> Expr:
    """Return whether two figures are equal: unknown while they overlap and are not both points."""
    if _apart(a, b) or _apart(b, a):
        return FALSE
    if a.point and b.point:
        found = [reaches("==", a.low, b.low)]
        for one, other in ((a, b), (b, a)):
            if not _known(one):
                if one.floor is not None and (other.floor is None or other.floor < one.floor):
                    found.append(reaches(">=", other.low, constant(one.floor)))
                if one.ceiling is not None and (other.ceiling is None or other.ceiling > one.ceiling):
                    found.append(reaches("<=", other.low, constant(one.ceiling)))
        if not all(one.floor is None or one.floor != one.ceiling or _known(one) for one in (a, b)):
            a, b = a.ranged(), b.ranged()
        else:
            return both(found)
    a, b = a.ranged(), b.ranged()
    equal = both((reaches("==", a.low, a.high), reaches("==", b.low, b.high), reaches("==", a.low, b.low)))
    return settled(equal, either((reaches("<", a.high, b.low), reaches(">", a.low, b.high))))


def _apart(a: Figure, b: Figure) -> bool:
    return a.ceiling is not None and b.floor is not None and a.ceiling < b.floor


def _extent(figure: Figure) -> Any:
    return quantity.span(
        -inf if figure.floor is None else figure.floor, inf if figure.ceiling is None else figure.ceiling
    )


def _within(low: End, high: End, extent: Any) -> Figure:
    """Return the figure with these ends, which is never outside of an extent."""
    floor, ceiling = (None if abs(end) == inf else Fraction(end) for end in quantity.ends(extent))
    return Figure(low, high, floor, ceiling)


def add(a: Figure, b: Figure) -> Figure:
    """Return the sum of two figures."""
    extent = quantity.add([_extent(a), _extent(b)])
    if (_fixed(a) and b.point) or (_fixed(b) and a.point):
        low = joined(a.low, b.low, plus)
        return _within(low, low, extent)
    a, b = a.ranged(), b.ranged()
    return _within(joined(a.low, b.low, plus), joined(a.high, b.high, plus), extent)


def subtract(a: Figure, b: Figure) -> Figure:
    """Return the difference of two figures."""
    extent = quantity.subtract(_extent(a), _extent(b))
    if (_fixed(a) and b.point) or (_fixed(b) and a.point):
        low = joined(a.low, b.low, minus)
        return _within(low, low, extent)
    a, b = a.ranged(), b.ranged()
    return _within(joined(a.low, b.high, minus), joined(a.high, b.low, minus), extent)


def _fixed(figure: Figure) -> bool:
    """Return whether a figure is a constant."""
    return figure.point and isinstance(figure.low.over, Literal)


def _turned(figure: Figure) -> Figure:
    """Return a figure of the opposite sign."""
    floor, ceiling = (None if bound is None else -bound for bound in (figure.ceiling, figure.floor))
    low = turned(figure.high)
    return Figure(low, low if figure.point else turned(figure.low), floor, ceiling)


def multiply(a: Figure, b: Figure) -> Figure:
    """Return the product of two figures."""
    for one, other in ((a, b), (b, a)):
        if _known(one) and _fixed(one) and one.floor is not None:
            return _scaled(other, one.low, one.floor)
    extent = quantity.multiply(_extent(a), _extent(b))
    a, b = a.ranged(), b.ranged()
    if a.positive and b.positive:
        return _within(product(a.low, b.low), limit(a.high, b.high), extent)
    if a.point and b.point:
        low = limit(a.low, b.low)
        return _within(low, low, extent)
    return _within(_least_product(a, b), turned(_least_product(_turned(a), b)), extent)


def _scaled(figure: Figure, factor: End, by: Fraction) -> Figure:
    """Return a figure times a constant."""
    if by == 0:
        return exactly(0)
    low, high = product(factor, figure.low), product(factor, figure.high)
    extent = quantity.multiply(_extent(figure), by)
    return _within(low, high, extent) if by > 0 else _within(high, low, extent)


def _least_product(a: Figure, b: Figure) -> End:
    """Return the least product of two ranges: that of an end of `a` with the end of `b` that makes it least.

    Without a bound, it is a number beyond all others: the product then has no bound either, unless a factor is 0; or
    it is beyond all others on the other side, and the other product is the least.
    """
    first = limit(a.low, picked(_not_negative(a), b.low, b.high))
    last = limit(a.high, picked(_negative(a), b.high, b.low))
    without_low = both((is_null(a.low.over), _negative(b))) if a.floor is None else FALSE
    without_high = both((is_null(a.high.over), _more_than_nought(b))) if a.ceiling is None else FALSE
    return picked(without_low, last, picked(without_high, first, more_extreme(first, last, "least", True)))


def _not_negative(figure: Figure) -> Expr:
    """Return where a figure is surely not below 0."""
    return TRUE if figure.positive else reaches(">=", figure.low, NOUGHT)


def _more_than_nought(figure: Figure) -> Expr:
    return TRUE if figure.floor is not None and figure.floor > 0 else reaches(">", figure.low, NOUGHT)


def _negative(figure: Figure) -> Expr:
    return FALSE if figure.positive else reaches("<", figure.high, NOUGHT)


def divide(a: Figure, b: Figure) -> Figure:
    """Return a quotient: anything at all where the divisor can be 0."""
    extent = quantity.divide(_extent(a), _extent(b))
    known = None
    if a.point and b.point and a.floor == 0 == b.floor and a.ceiling is None and not _fixed(a):
        known = quotient(a.low, b.low, reaches(">", b.low, NOUGHT))
    a, b = a.ranged(), b.ranged()
    if b.positive:
        return _divided(a, b, extent)._replace(quotient=known)
    if b.ceiling is not None and b.ceiling <= 0:
        return _divided(_turned(a), _turned(b), extent)
    above = reaches(">", b.low, NOUGHT)
    over, under = _divided(a, b, extent), _divided(_turned(a), _turned(b), extent)
    low = picked(above, over.low, under.low)
    return over._replace(low=low, high=low if over.point else picked(above, over.high, under.high))


def _divided(a: Figure, b: Figure, extent: Any) -> Figure:
    """Return a quotient by a divisor that is more than 0; where it is not, anything."""
    valid = reaches(">", b.low, NOUGHT)
    if a.point and b.point:
        end = quotient(a.low, b.low, valid)
        return _within(end, end, extent)
    low, high = nearer(a.low, b.high, valid), quotient(a.high, b.low, valid)
    if not a.positive:
        low = picked(reaches(">=", a.low, NOUGHT), low, quotient(a.low, b.low, valid))
        high = picked(reaches(">=", a.high, NOUGHT), high, nearer(a.high, b.high, valid))
    return _within(low, high, extent)


def either_figure(condition: Expr, then: Figure, otherwise: Figure) -> Figure:
    """Return one figure where a condition holds, and another elsewhere, both ends from the same."""
    if condition == TRUE:
        return then
    if condition in (FALSE, UNKNOWN):
        return otherwise
    if otherwise.low.open and otherwise.high.open and then.point and condition == negated(is_null(then.low.over)):
        return Figure(then.low, then.low)
    floor = None if then.floor is None or otherwise.floor is None else min(then.floor, otherwise.floor)
    highest = None if then.ceiling is None or otherwise.ceiling is None else max(then.ceiling, otherwise.ceiling)
    then, otherwise = then.ranged(), otherwise.ranged()
    low = picked(condition, then.low, otherwise.low)
    if then.point and otherwise.point:
        return Figure(low, low, floor, highest)
    return Figure(low, picked(condition, then.high, otherwise.high), floor, highest)


def smallest(figures: Sequence[Figure]) -> Figure:
    """Return the smallest of figures, whichever that turns out to be."""
    return _extreme(figures, "least")


def largest(figures: Sequence[Figure]) -> Figure:
    """Return the largest of figures, whichever that turns out to be."""
    return _extreme(figures, "greatest")


def _extreme(figures: Sequence[Figure], function: str) -> Figure:
    found, *others = (figure.ranged() for figure in figures)
    least = function == "least"
    for figure in others:
        low = more_extreme(found.low, figure.low, function, least)
        high = more_extreme(found.high, figure.high, function, not least)
        floors, ceilings = (found.floor, figure.floor), (found.ceiling, figure.ceiling)
        found = Figure(
            low, high, _bound(min if least else max, floors, least), _bound(min if least else max, ceilings, not least)
        )
    return found


def _bound(
    choose: Callable[[Fraction, Fraction], Fraction], bounds: tuple[Fraction | None, ...], strict: bool
) -> Fraction | None:
    """Return the lower (or higher) of two bounds. With `strict`, none of either is none of both."""
    known = [bound for bound in bounds if bound is not None]
    if len(known) == 2:
        return choose(*known)
    return None if strict or not known else known[0]
