"""When numbers and dates compare, over all that they can be."""

from datetime import date
from math import ceil
from typing import Any

from comity.engine.translation.arithmetic import times
from comity.engine.translation.formulas import FALSE, TRUE, ZERO, Formula, choose, compare, conj, disj, neg, number
from comity.engine.translation.intervals import DaysSince, End, Figure, Interval, Quotient, exactly, reaches
from comity.engine.translation.space import Script, code
from comity.engine.translation.truths import Truths, pair


def compared(script: Script, as_of: date, a: Figure, symbol: str, b: Figure) -> Truths | None:
    """Return how two values compare as `symbol` says (==, >=, >, <=, <); None if that is not translated."""
    if symbol in ("<=", "<"):
        return compared(script, as_of, b, ">=" if symbol == "<=" else ">", a)
    if symbol == "==":
        return _equal(script, as_of, a, b)
    strict = symbol == ">"
    if isinstance(a, Interval) and isinstance(b, Interval):
        met = reaches(a.low, b.high, strict)
        return pair(met, reaches(b.low, a.high, not strict), a.point and b.point)
    if isinstance(a, DaysSince) or isinstance(b, DaysSince):
        return _compared_days(as_of, a, b, strict)
    return _compared_quotients(script, a, b, strict)


def _equal(script: Script, as_of: date, a: Figure, b: Figure) -> Truths | None:
    over, under = compared(script, as_of, a, ">=", b), compared(script, as_of, b, ">=", a)
    if over is None or under is None:
        return None
    apart = disj([over.not_met, under.not_met])
    if isinstance(a, Interval) and isinstance(b, Interval):
        both = [reaches(a.low, a.high, False), reaches(b.low, b.high, False)]
        return pair(conj([over.met, under.met, *both]), apart, a.point and b.point)
    return pair(conj([over.met, under.met]), apart)


def _compared_days(as_of: date, a: Figure, b: Figure, strict: bool) -> Truths | None:
    """Compare days since a date with a number of days that is known: one day decides."""
    if isinstance(a, DaysSince) and isinstance(b, Interval) and b.point and not b.low.value.coefficients:
        days = b.low.value.constant
        least = ceil(days) if not strict or days != int(days) else int(days) + 1  # so many days, or more
        return _at_least_days(as_of, a.since, least)
    if isinstance(b, DaysSince) and isinstance(a, Interval) and a.point and not a.low.value.coefficients:
        days = a.low.value.constant
        # a >= days since: not so many days or more as lie above a
        least = int(days // 1) + 1 if not strict else ceil(days)
        return _at_least_days(as_of, b.since, least).negated()
    return None


def _at_least_days(as_of: date, since: Interval, days: int) -> Truths:
    ordinal = as_of.toordinal() - days
    if ordinal > date.max.toordinal():
        return Truths(TRUE, FALSE)
    if ordinal < 1:
        return Truths(FALSE, TRUE)
    day = End(number(code(date.fromordinal(ordinal))))
    met = reaches(day, since.high, False)
    return pair(met, reaches(since.low, day, True), since.point)


def _compared_quotients(script: Script, a: Any, b: Any, strict: bool) -> Truths | None:
    """Compare a quotient with a number, or with another quotient, by multiplying with the divisors."""
    tops = [one.top if isinstance(one, Quotient) else one for one in (a, b)]
    bottoms = [one.bottom if isinstance(one, Quotient) else exactly(1) for one in (a, b)]
    if not all(one.positive for one in (*tops, *bottoms)):
        return None
    # a/c >= b/d at the worst: lowest a over highest c against highest b over lowest d.
    defined = conj(compare(one.low.value, ">", ZERO) for one in bottoms)
    met = conj([defined, _crossed(script, tops[0].low, bottoms[0].high, tops[1].high, bottoms[1].low, strict)])
    not_met = _crossed(script, tops[1].low, bottoms[1].high, tops[0].high, bottoms[0].low, not strict)
    return Truths(met, conj([defined, not_met]))


def _crossed(script: Script, top: End, bottom: End, other_top: End, other_bottom: End, strict: bool) -> Formula:
    """Return that `top/bottom`, a low end, is at least (or more than) `other_top/other_bottom`, a high end.

    An open divisor makes the low end 0; an open dividend makes the high end infinite.
    """
    left = times(script, top.value, other_bottom.value)
    right = times(script, other_top.value, bottom.value)
    symbol = ">" if strict else ">="
    plain = compare(left, symbol, right)
    at_zero = compare(ZERO, symbol, other_top.value)
    return conj([neg(other_top.open), choose(bottom.open, at_zero, plain)])
