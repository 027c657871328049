"""Ends of what a number can be: fractions of whole numbers, exact, and proved to fit the columns that hold them.

What could be beyond 64 bits is worked out in a wide column, of 38 digits; what could be beyond that is refused.
"""

from collections.abc import Callable
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from comity.engine.translation.relations import (
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
    times,
    wide,
)

MOST = 2**63 - 1  # what a column of whole numbers holds
WIDEST = 10**38 - 1  # what a wide one holds on every engine


class TooLargeError(Exception):
    """A figure could be beyond what a column holds."""


class End(NamedTuple):
    """`over` divided by `under`, which is more than 0 wherever `over` is not null.

    `most` and `below` are the most that the two are, whatever the sign; one that is beyond 64 bits is wide.
    """

    over: Expr
    under: Expr = Literal(1)
    most: int = 0
    below: int = 1

    @property
    def open(self) -> bool:
        """Whether there is no bound, anywhere."""
        return self.over == UNKNOWN


OPEN = End(UNKNOWN)
NOUGHT = End(ZERO)


def constant(value: Fraction | int) -> End:
    """Return a number as an end."""
    whole = Fraction(value)
    most = bounded(abs(whole.numerator))
    return End(Literal(whole.numerator), Literal(whole.denominator), most, bounded(whole.denominator))


def bounded(most: int) -> int:
    """Return a bound that a wide column holds; raises `TooLargeError` if none does."""
    if most > WIDEST:
        raise TooLargeError
    return most


def _by(a: Expr, most_a: int, b: Expr, most_b: int) -> Expr:
    """Return a product of whole numbers; wide, where it has to be."""
    if bounded(most_a * most_b) > MOST >= max(most_a, most_b):
        a, b = (a, wide(b)) if isinstance(a, Literal) else (wide(a), b)
    return times(a, b)


def scaled(a: End, by: Expr, most: int) -> End:
    """Return an end with its numerator so many times as large."""
    return End(_by(a.over, a.most, by, most), a.under, a.most * most, a.below)


def same_parts(a: End, b: End) -> tuple[Expr, int, Expr, int, Expr, int]:
    """Return two ends as numerators over one denominator: each of the three with the most that it is."""
    if a.under == b.under:
        return a.over, a.most, b.over, b.most, a.under, max(a.below, b.below)
    if isinstance(a.under, Literal) and isinstance(b.under, Literal):
        common = lcm(whole(a.under), whole(b.under))
        by_a, by_b = common // whole(a.under), common // whole(b.under)
        left, right = _by(a.over, a.most, Literal(by_a), by_a), _by(b.over, b.most, Literal(by_b), by_b)
        return left, a.most * by_a, right, b.most * by_b, Literal(common), bounded(common)
    left, right = _by(a.over, a.most, b.under, b.below), _by(b.over, b.most, a.under, a.below)
    under = _by(a.under, a.below, b.under, b.below)
    return left, a.most * b.below, right, b.most * a.below, under, a.below * b.below


def whole(under: Literal) -> int:
    """Return a denominator that is a constant."""
    assert type(under.value) is int
    return under.value


def reaches(op: str, a: End, b: End) -> Expr:
    """Return how two ends compare; null where there is no bound."""
    if a.open or b.open:
        return UNKNOWN
    if a.under == b.under:
        return compared(op, a.over, b.over)
    if isinstance(a.under, Literal) and isinstance(b.under, Literal):
        left, _, right, *_ = same_parts(a, b)
        return compared(op, left, right)
    return compared(op, _by(a.over, a.most, b.under, b.below), _by(b.over, b.most, a.under, a.below))


def joined(a: End, b: End, how: Callable[[Expr, Expr], Expr]) -> End:
    """Return the sum or difference of two ends."""
    if a.open or b.open:
        return OPEN
    left, most_left, right, most_right, under, below = same_parts(a, b)
    most = bounded(most_left + most_right)
    if most > MOST >= max(most_left, most_right):
        left, right = (left, wide(right)) if isinstance(left, Literal) else (wide(left), right)
    return End(how(left, right), under, most, below)


def turned(a: End) -> End:
    """Return an end of the opposite sign."""
    return a._replace(over=minus(ZERO, a.over))


def product(a: End, b: End) -> End:
    """Return the product of two ends; there is no bound where either has none."""
    if a.open or b.open:
        return OPEN
    over, under = _by(a.over, a.most, b.over, b.most), _by(a.under, a.below, b.under, b.below)
    return End(over, under, a.most * b.most, a.below * b.below)


def limit(a: End, b: End) -> End:
    """Return the product of two ends of which one may have no bound: 0 where the other is 0."""
    nothing = either([sign for sign in (reaches("==", a, NOUGHT), reaches("==", b, NOUGHT)) if sign != UNKNOWN])
    found = product(a, b)
    under = found.under if isinstance(found.under, Literal) else case((nothing, Literal(1)), otherwise=found.under)
    return found._replace(over=case((nothing, ZERO), otherwise=found.over), under=under)


def quotient(a: End, b: End, valid: Expr) -> End:
    """Return `a` divided by `b`, where `valid` holds; else there is no bound."""
    if a.open or b.open or valid == Literal(False):
        return OPEN
    if a.under == b.under:
        a, b = a._replace(under=Literal(1), below=1), b._replace(under=Literal(1), below=1)
    elif isinstance(a.under, Literal) and isinstance(b.under, Literal):
        common = gcd(whole(a.under), whole(b.under))
        under_a, under_b = whole(a.under) // common, whole(b.under) // common
        a = a._replace(under=Literal(under_a), below=under_a)
        b = b._replace(under=Literal(under_b), below=under_b)
    over, under = _by(a.over, a.most, b.under, b.below), _by(a.under, a.below, b.over, b.most)
    return End(case((valid, over)), under, a.most * b.below, a.below * b.most)


def nearer(a: End, b: End, valid: Expr) -> End:
    """Return `a` divided by `b`; where `b` has no bound, the quotient comes as near to 0 as it can."""
    if a.open:
        return OPEN
    if b.open:
        return End(case((both((valid, negated(is_null(a.over)))), ZERO)))
    found = quotient(a, b, valid)
    far = both((valid, is_null(b.over), negated(is_null(a.over))))
    under = case((is_null(b.over), Literal(1)), otherwise=found.under)
    return End(case((far, ZERO), otherwise=found.over), under, found.most, found.below)


def picked(condition: Expr, then: End, otherwise: End) -> End:
    """Return one end where a condition holds, and another elsewhere."""
    if condition == Literal(True) or then == otherwise:
        return then
    if condition in (Literal(False), UNKNOWN):
        return otherwise
    if isinstance(then.under, Literal) and isinstance(otherwise.under, Literal):
        left, most_left, right, most_right, under, below = same_parts(then, otherwise)
        return End(case((condition, left), otherwise=right), under, max(most_left, most_right), below)
    under = case((condition, then.under), otherwise=otherwise.under)
    most, below = max(then.most, otherwise.most), max(then.below, otherwise.below)
    return End(case((condition, then.over), otherwise=otherwise.over), under, most, below)


def more_extreme(a: End, b: End, function: str, strict: bool) -> End:
    """Return the `least` or `greatest` of two ends. With `strict`, no bound of either is no bound of both."""
    if a.open or b.open:
        return OPEN if strict or (a.open and b.open) else b if a.open else a
    op = "<=" if function == "least" else ">="
    left, most_left, right, most_right, under, below = same_parts(a, b)
    if a.under != b.under and not isinstance(under, Literal):
        if strict:
            found = picked(compared(op, left, right), a, b)
            return found._replace(over=case((either((is_null(left), is_null(right))), UNKNOWN), otherwise=found.over))
        return picked(either((compared(op, left, right), is_null(b.over))), a, b)
    found_: Expr = call(function, left, right)
    if strict:
        found_ = case((either((is_null(left), is_null(right))), UNKNOWN), otherwise=found_)
    return End(found_, under, max(most_left, most_right), below)


def weigh(expr: Expr) -> int:
    """Return how many operations an expression has: what is large is better a column of its own."""
    return 1 + sum(map(weigh, expr.args)) if isinstance(expr, Call) else 0
