"""Numbers and dates as pairs of columns: the lowest and the highest that they can be, exact.

An end is a fraction of whole numbers, so that nothing is rounded: a decimal is so many of its last digit. It is null
where there is no bound. A figure is a `point` where both ends are one and the same column; where that is null, all is
possible that its declaration allows, from `floor` to `ceiling`.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from comity.engine.translation.relations import (
    FALSE,
    TRUE,
    UNKNOWN,
    ZERO,
    Call,
    Expr,
    Literal,
    both,
    call,
    case,
    compared,
    either,
    is_null,
    minus,
    negated,
    plus,
    settled,
    times,
)

MOST = 2**63 - 1  # what a column of whole numbers holds


class TooLargeError(Exception):
    """A figure could be beyond what a column holds."""


class Untranslatable(Exception):  # noqa: N818  # no mistake of the caller: the term has no form over columns
    """A term has no form over columns; the text says what it is."""


class End(NamedTuple):
    """`over` divided by `under`, which is more than 0.

    `most` and `below` are the most that the two are, whatever the sign.
    """

    over: Expr
    under: Expr = Literal(1)
    most: int = 0
    below: int = 1

    @property
    def open(self) -> bool:
        """Whether there is no bound, anywhere."""
        return self.over == UNKNOWN


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
    if end.open:
        return exactly(bound).low
    at = bound * end.below
    assert at.denominator == 1
    return End(
        case((is_null(end.over), Literal(at.numerator)), otherwise=end.over),
        end.under,
        max(end.most, abs(at.numerator)),
        end.below,
    )


OPEN = End(UNKNOWN)


def exactly(value: Fraction | int) -> Figure:
    """Return a number as a figure."""
    whole = Fraction(value)
    end = End(Literal(whole.numerator), Literal(whole.denominator), abs(whole.numerator), whole.denominator)
    return Figure(end, end, whole, whole)


def _bounded(most: int) -> int:
    if most > MOST:
        raise TooLargeError
    return most


def _same_parts(a: End, b: End) -> tuple[Expr, Expr, Expr, int]:
    """Return two ends as numerators over one denominator, and the most that either is."""
    if isinstance(a.under, Literal) and isinstance(b.under, Literal):
        common = lcm(_whole(a.under), _whole(b.under))
        by_a, by_b = common // _whole(a.under), common // _whole(b.under)
        most = _bounded(max(a.most * by_a, b.most * by_b))
        return times(a.over, Literal(by_a)), times(b.over, Literal(by_b)), Literal(common), most
    most = _bounded(max(a.most * b.below, b.most * a.below))
    return times(a.over, b.under), times(b.over, a.under), times(a.under, b.under), most


def _common(a: End, b: End) -> int:
    """Return the most that the denominator is over which two ends are brought."""
    if isinstance(a.under, Literal) and isinstance(b.under, Literal):
        return lcm(_whole(a.under), _whole(b.under))
    return _bounded(a.below * b.below)


def _whole(under: Literal) -> int:
    assert type(under.value) is int
    return under.value


def reaches(op: str, a: End, b: End) -> Expr:
    """Return how two ends compare; null where there is no bound."""
    if a.open or b.open:
        return UNKNOWN
    left, right, _, _ = _same_parts(a, b)
    return compared(op, left, right)


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
            true.append(reaches(op, _at(a.floor), b.low))
        if a.ceiling is not None and (b.ceiling is None or not _holds(op, a.ceiling, b.ceiling)):
            false.append(reaches(op, _at(a.ceiling), b.low))
    if not _known(b):
        if b.ceiling is not None and (a.ceiling is None or _holds(op, a.ceiling, b.ceiling)):
            true.append(reaches(op, a.low, _at(b.ceiling)))
        if b.floor is not None and (a.floor is None or not _holds(op, a.floor, b.floor)):
            false.append(reaches(op, a.low, _at(b.floor)))
    return both((either(true), *false))


def _known(figure: Figure) -> bool:
    return isinstance(figure.low.over, Literal) and figure.low.over.value is not None


def _at(bound: Fraction) -> End:
    return exactly(bound).low


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
                    found.append(reaches(">=", other.low, _at(one.floor)))
                if one.ceiling is not None and (other.ceiling is None or other.ceiling > one.ceiling):
                    found.append(reaches("<=", other.low, _at(one.ceiling)))
        if not all(one.floor is None or one.floor != one.ceiling or _known(one) for one in (a, b)):
            a, b = a.ranged(), b.ranged()
        else:
            return both(found)
    a, b = a.ranged(), b.ranged()
    equal = both((reaches("==", a.low, a.high), reaches("==", b.low, b.high), reaches("==", a.low, b.low)))
    return settled(equal, either((reaches("<", a.high, b.low), reaches(">", a.low, b.high))))


def _apart(a: Figure, b: Figure) -> bool:
    return a.ceiling is not None and b.floor is not None and a.ceiling < b.floor


def _added(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else a + b


def _less(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else a - b


def add(a: Figure, b: Figure) -> Figure:
    """Return the sum of two figures."""
    floor, ceiling = _added(a.floor, b.floor), _added(a.ceiling, b.ceiling)
    if (_fixed(a) and b.point) or (_fixed(b) and a.point):
        low = _sum(a.low, b.low, plus)
        return Figure(low, low, floor, ceiling)
    a, b = a.ranged(), b.ranged()
    return Figure(_sum(a.low, b.low, plus), _sum(a.high, b.high, plus), floor, ceiling)


def subtract(a: Figure, b: Figure) -> Figure:
    """Return the difference of two figures."""
    floor, ceiling = _less(a.floor, b.ceiling), _less(a.ceiling, b.floor)
    if (_fixed(a) and b.point) or (_fixed(b) and a.point):
        low = _sum(a.low, b.low, minus)
        return Figure(low, low, floor, ceiling)
    a, b = a.ranged(), b.ranged()
    return Figure(_sum(a.low, b.high, minus), _sum(a.high, b.low, minus), floor, ceiling)


def _fixed(figure: Figure) -> bool:
    """Return whether a figure is a constant."""
    return figure.point and isinstance(figure.low.over, Literal)


def _sum(a: End, b: End, joined: Callable[[Expr, Expr], Expr]) -> End:
    if a.open or b.open:
        return OPEN
    left, right, under, most = _same_parts(a, b)
    return End(joined(left, right), under, _bounded(2 * most), _common(a, b))


def multiply(a: Figure, b: Figure) -> Figure:
    """Return the product of two figures. Raises `Untranslatable` where neither is a constant and one may be below 0."""
    for one, other in ((a, b), (b, a)):
        if _known(one) and _fixed(one) and one.floor is not None:
            return _scaled(other, one.low, one.floor)
    if not (a.positive and b.positive):
        raise Untranslatable("a product of two figures that may be below 0")
    a, b = a.ranged(), b.ranged()
    assert a.floor is not None
    assert b.floor is not None
    ceiling = None if a.ceiling is None or b.ceiling is None else a.ceiling * b.ceiling
    high = _product(a.high, b.high)
    nothing = either((reaches("==", a.high, _ZERO), reaches("==", b.high, _ZERO)))
    high = End(case((nothing, ZERO), otherwise=high.over), high.under, max(high.most, 1), high.below)
    return Figure(_product(a.low, b.low), high, a.floor * b.floor, ceiling)


def _scaled(figure: Figure, factor: End, by: Fraction) -> Figure:
    """Return a figure times a constant."""
    if by == 0:
        return exactly(0)
    low, high = _product(factor, figure.low), _product(factor, figure.high)
    floor, ceiling = (None if bound is None else bound * by for bound in (figure.floor, figure.ceiling))
    return Figure(low, high, floor, ceiling) if by > 0 else Figure(high, low, ceiling, floor)


_ZERO = End(ZERO, Literal(1), 1)


def _product(a: End, b: End) -> End:
    if a.open or b.open:
        return OPEN
    return End(times(a.over, b.over), times(a.under, b.under), _bounded(a.most * b.most), _bounded(a.below * b.below))


def divide(a: Figure, b: Figure) -> Figure:
    """Return a quotient: anything at all where the divisor can be 0.

    Raises `Untranslatable` where the divisor may be below 0.
    """
    if not b.positive:
        raise Untranslatable("a quotient whose divisor may be below 0")
    quotient = None
    if a.point and b.point and a.floor == 0 == b.floor and a.ceiling is None and not _fixed(a):
        quotient = _quotient(a.low, b.low, reaches(">", b.low, _ZERO))
    a, b = a.ranged(), b.ranged()
    valid = reaches(">", b.low, _ZERO)
    if valid in (FALSE, UNKNOWN):
        return Figure(OPEN, OPEN)
    if a.point and b.point:
        end = _quotient(a.low, b.low, valid)
        return Figure(end, end)
    if a.positive:
        return Figure(_nearer(a.low, b.high, valid), _quotient(a.high, b.low, valid), quotient=quotient)
    low = _picked(reaches(">=", a.low, _ZERO), _nearer(a.low, b.high, valid), _quotient(a.low, b.low, valid))
    high = _picked(reaches(">=", a.high, _ZERO), _quotient(a.high, b.low, valid), _nearer(a.high, b.high, valid))
    return Figure(low, high)


def _quotient(a: End, b: End, valid: Expr) -> End:
    """Return `a` divided by `b`, where `valid` holds; else there is no bound."""
    if a.open or b.open:
        return OPEN
    over, under = times(a.over, b.under), times(a.under, b.over)
    return End(case((valid, over)), under, _bounded(a.most * b.below), _bounded(a.below * b.most))


def _nearer(a: End, b: End, valid: Expr) -> End:
    """Return `a` divided by `b`; where `b` has no bound, the quotient comes as near to 0 as it can."""
    if a.open:
        return OPEN
    if b.open:
        return End(case((both((valid, negated(is_null(a.over)))), ZERO)), Literal(1), 1)
    whole = _quotient(a, b, valid)
    far = both((valid, is_null(b.over), negated(is_null(a.over))))
    under = case((is_null(b.over), Literal(1)), otherwise=whole.under)
    return End(case((far, ZERO), otherwise=whole.over), under, whole.most, whole.below)


def _picked(condition: Expr, then: End, otherwise: End) -> End:
    """Return one end where a condition holds, and another elsewhere."""
    if isinstance(then.under, Literal) and isinstance(otherwise.under, Literal):
        left, right, whole, most = _same_parts(then, otherwise)
        return End(case((condition, left), otherwise=right), whole, most, _common(then, otherwise))
    under = case((condition, then.under), otherwise=otherwise.under)
    most, below = max(then.most, otherwise.most), max(then.below, otherwise.below)
    return End(case((condition, then.over), otherwise=otherwise.over), under, most, below)


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
    low = _picked(condition, then.low, otherwise.low)
    if then.point and otherwise.point:
        return Figure(low, low, floor, highest)
    return Figure(low, _picked(condition, then.high, otherwise.high), floor, highest)


def smallest(figures: Sequence[Figure]) -> Figure:
    """Return the smallest of figures, whichever that turns out to be."""
    return _extreme(figures, "least", "<=")


def largest(figures: Sequence[Figure]) -> Figure:
    """Return the largest of figures, whichever that turns out to be."""
    return _extreme(figures, "greatest", ">=")


def _extreme(figures: Sequence[Figure], function: str, op: str) -> Figure:
    found, *others = (figure.ranged() for figure in figures)
    least = function == "least"
    for figure in others:
        low = _more_extreme(found.low, figure.low, function, op, least)
        high = _more_extreme(found.high, figure.high, function, op, not least)
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


def _more_extreme(a: End, b: End, function: str, op: str, strict: bool) -> End:
    """Return the lower (or higher) of two ends. With `strict`, no bound of either is no bound of both."""
    if a.open or b.open:
        return OPEN if strict or (a.open and b.open) else b if a.open else a
    left, right, under, most = _same_parts(a, b)
    if not isinstance(under, Literal):
        if strict:
            takes = compared(op, left, right)
            picked = _picked(takes, a, b)
            return picked._replace(over=case((either((is_null(left), is_null(right))), UNKNOWN), otherwise=picked.over))
        return _picked(either((compared(op, left, right), is_null(right))), a, b)
    both_ = call(function, left, right)
    if strict:
        both_ = case((either((is_null(left), is_null(right))), UNKNOWN), otherwise=both_)
    return End(both_, under, most, _common(a, b))


def counted(sure: Expr, possible: Expr, most: int) -> Figure:
    """Return a count from what surely counts to what may count as well."""
    low = End(sure, Literal(1), most)
    high = low if possible == ZERO else End(plus(sure, possible), Literal(1), 2 * most)
    return Figure(low, high, Fraction(0), None)


def weigh(expr: Expr) -> int:
    """Return how many operations an expression has: what is large is better a column of its own."""
    return 1 + sum(map(weigh, expr.args)) if isinstance(expr, Call) else 0
