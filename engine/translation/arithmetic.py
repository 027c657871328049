"""Arithmetic over intervals: what stays linear, and products and quotients where they can be told."""

from datetime import date
from fractions import Fraction
from typing import Any

from comity.engine.translation.formulas import FALSE, TRUE, ZERO, Sum, compare, conj, disj, neg, number
from comity.engine.translation.intervals import End, Interval, Quotient, extreme, scale
from comity.engine.translation.space import Script, code


def combine(script: Script, operation: str, parts: list[Any]) -> Interval | Quotient | None:
    """Return what an operation makes of its parts; None if that is not translated."""
    if operation == "product" and sum(isinstance(part, Quotient) for part in parts) == 1:
        return _scaled(parts)
    if not all(isinstance(part, Interval) for part in parts):
        return None
    first: Interval = parts[0]
    others: list[Interval] = parts[1:]
    match operation:
        case "sum":
            for other in others:
                first = _added(first, other)
            return first
        case "difference":
            return _added(first, scale(others[0], -1))
        case "product":
            for other in others:
                product = _multiplied(script, first, other)
                if product is None:
                    return None
                first = product
            return first
        case "divide":
            return _divided(first, others[0])
        case "smallest":
            return extreme(script, "lowest", parts)
        case _:
            return extreme(script, "highest", parts)


def _scaled(parts: list[Any]) -> Quotient | None:
    """Return a quotient times known numbers above 0."""
    quotient = next(part for part in parts if isinstance(part, Quotient))
    top = quotient.top
    for part in parts:
        if part is quotient:
            continue
        if not (isinstance(part, Interval) and part.point and not part.low.value.coefficients):
            return None
        if part.low.value.constant <= 0:
            return None
        top = scale(top, part.low.value.constant)
    return Quotient(top, quotient.bottom)


def _added(a: Interval, b: Interval) -> Interval:
    low = End(a.low.value + b.low.value, disj([a.low.open, b.low.open]))
    if a.point and b.point:
        return Interval(low, low, a.positive and b.positive)
    return Interval(low, End(a.high.value + b.high.value, disj([a.high.open, b.high.open])), a.positive and b.positive)


def _multiplied(script: Script, a: Interval, b: Interval) -> Interval | None:
    for one, other in ((a, b), (b, a)):
        if one.point and not one.low.value.coefficients:
            return scale(other, one.low.value.constant)
    if a.point and b.point:
        low = End(times(script, a.low.value, b.low.value))
        return Interval(low, low, a.positive and b.positive)
    if not (a.positive and b.positive):
        return None
    # Open ends stand for finite numbers: 0 times any of them is 0.
    open_ = disj(
        conj([one.high.open, disj([other.high.open, compare(other.high.value, ">", ZERO)])])
        for one, other in ((a, b), (b, a))
    )
    high = times(script, a.high.value, b.high.value)
    zero = disj(conj([neg(one.high.open), compare(one.high.value, "=", ZERO)]) for one in (a, b))
    high = script.either(zero, ZERO, high)
    low_end = End(times(script, a.low.value, b.low.value), FALSE)
    return Interval(low_end, End(high, script.named(open_)), True)


def _divided(a: Interval, b: Interval) -> Interval | Quotient | None:
    if b.point and not b.low.value.coefficients:
        divisor = b.low.value.constant
        if not divisor:
            return Interval(End(ZERO, TRUE), End(ZERO, TRUE))
        return scale(a, 1 / Fraction(divisor))
    return Quotient(a, b) if a.positive and b.positive else None


def times(script: Script, a: Sum, b: Sum) -> Sum:
    """Return a product of terms: where neither is a number, as a variable."""
    for one, other in ((a, b), (b, a)):
        if not one.coefficients:
            return other.times(one.constant)
    return script.term(f"(* {a.text()} {b.text()})", script.sort(a, b))


def completed_months(script: Script, since: Sum, day: date) -> Sum:
    """Return the months completed from the day that `since` is the code of."""
    apart = number(code(day)) - since
    if not apart.coefficients:
        return number(apart.constant // 32)
    return script.term(f"(div {apart.text()} 32)", "Int")
