"""The largest of the sums by group, over columns: as `assessment/aggregates.py` has it.

A row whose group is unknown is adrift: it may belong to any group, or stand alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.engine.language.condition import Total
from comity.engine.translation.column_frames import Groups, Scope
from comity.engine.translation.column_sums import Shares, groups_by, over_one, summed
from comity.engine.translation.ends import End, reaches, same_parts
from comity.engine.translation.figures import Figure
from comity.engine.translation.relations import (
    UNKNOWN,
    ZERO,
    Column,
    Expr,
    Literal,
    both,
    call,
    case,
    compared,
    either,
    is_null,
    negated,
    one,
    plus,
)

if TYPE_CHECKING:
    from comity.engine.translation.columns import Planner


def _keys(planner: Planner, term: Total, rows: Scope) -> tuple[tuple[str, ...], Expr]:
    """Return the columns that tell groups apart, and where one of them is unknown. A constant tells nothing apart."""
    keys: dict[str, None] = {}
    adrift = []
    for name in term.per:
        key = planner.value(name, rows)
        if isinstance(key, Figure):
            key = key.ranged() if key.floor is not None and key.floor == key.ceiling else key
            sides = (("low", key.low), ("high", key.high))
            low, high = (over_one(rows, end, f"{name}_{side}", "groups by a quotient") for side, end in sides)
            key = case((reaches("==", low, high), _numerator(low, high)))
        column = rows.frame.put(f"{name}_key", key)
        if isinstance(column, Column):
            keys[column.name] = None
        adrift.append(is_null(column))
    return tuple(keys), rows.frame.put("adrift", either(adrift))


def _numerator(low: End, high: End) -> Expr:
    """Return what tells apart figures that are points."""
    left, *_ = same_parts(low, high)
    return left


def largest(planner: Planner, term: Total, scope: Scope, rows: Scope, shares: Shares) -> tuple[Expr, Expr]:
    """Return the least and the most that the largest sum can be, of values that are never below 0.

    A row whose group is unknown may belong to any, or stand alone: it counts for itself at the least, and with the
    largest group at the most.
    """
    keys, adrift = _keys(planner, term, rows)
    groups = groups_by(planner, rows, keys)
    name = term.column
    low, high = case((shares.surely, shares.low), otherwise=ZERO), case((shares.possible, shares.high), otherwise=ZERO)
    within = {
        "low": groups.add(f"{name}_low", "sum", summed(low, shares.wide_low)),
        "single": groups.add(f"{name}_single", "max", low),
        "high": groups.add(f"{name}_high", "sum", summed(high, shares.wide_high)),
        "open": groups.add(f"{name}_open", "sum", shares.no_high),
        "adrift": groups.add("adrift", "max", one(adrift)),
    }
    again = _again(planner, groups)
    alone = compared("==", Column(within["adrift"]), Literal(1))
    column = {name: Column(known) for name, known in within.items()}
    loose = case((alone, column["high"]), otherwise=ZERO)
    added = [
        again.add(f"{name}_low", "max", case((alone, column["single"]), otherwise=column["low"])),
        again.add(f"{name}_known", "max", case((alone, ZERO), otherwise=column["high"])),
        again.add(f"{name}_loose", "sum", summed(loose, shares.wide_high)),
        again.add(f"{name}_open", "sum", column["open"]),
    ]
    lowest, known, more, open_ = (_or_nothing(scope.frame.joined(again, one_)) for one_ in added)
    return lowest, case((compared("==", open_, ZERO), plus(known, more)))


def largest_of_any(
    planner: Planner, term: Total, scope: Scope, rows: Scope, shares: Shares, ends: tuple[Expr, Expr]
) -> tuple[Expr, Expr]:
    """Return the least and the most that the largest sum can be, of values that may be below 0.

    At the least, rows adrift lower every group, and one of them that surely counts may be the largest beside a group
    that is below 0. At the most, rows adrift and rows that may be out raise a group, unless all of it is below 0.
    """
    keys, adrift = _keys(planner, term, rows)
    groups = groups_by(planner, rows, keys)
    again = _again(planner, groups)
    name = term.column

    def of_group(what: str, how: str, expr: Expr, is_wide: bool = False) -> Expr:
        return Column(groups.add(f"{name}_{what}", how, summed(expr, is_wide)))

    def of_situation(what: str, how: str, expr: Expr, is_wide: bool = False) -> Expr:
        return scope.frame.joined(again, again.add(f"{name}_{what}", how, summed(expr, is_wide)))

    loose = compared("==", of_group("adrift", "max", one(adrift)), Literal(1))
    sure = compared("==", of_group("sure", "max", one(shares.surely)), Literal(1))
    there = compared("==", of_group("there", "max", one(shares.possible)), Literal(1))
    certain = _or_nothing(of_situation("certain", "max", case((both((sure, negated(loose))), Literal(1)))))
    alone = _or_nothing(of_situation("alone", "max", case((both((sure, loose)), Literal(1)))))

    low = of_group("least", "sum", shares.low, shares.wide_low)
    no_low = of_group("no_low", "sum", shares.no_low)
    lowering = of_group("lowering", "sum", _optional(shares, ends[0], "least"), shares.wide_low)
    single = of_situation(
        "single", "max", case((loose, of_group("single", "max", case((shares.surely, ends[0]))))), False
    )
    lowered = _or_nothing(of_situation("lowered", "sum", case((loose, lowering), otherwise=ZERO), shares.wide_low))
    bottomless = _or_nothing(of_situation("no_lowered", "sum", case((loose, no_low), otherwise=ZERO)))
    known_low = case((both((negated(loose), compared("==", no_low, ZERO))), low))
    largest_low = of_situation("largest_low", "max", case((sure, known_low)))
    floor = call("least", of_situation("floor", "min", case((there, known_low))), ZERO)
    no_floor = _or_nothing(of_situation("no_floor", "sum", case((loose, ZERO), otherwise=no_low)))
    below = case((compared("==", no_floor, ZERO), plus(floor, lowered)))
    beside = case((compared("==", alone, Literal(1)), plus(below, call("greatest", single, ZERO))))
    settled = either((compared("==", certain, Literal(1)), compared("==", alone, Literal(1))))
    lowest = case((settled, call("greatest", plus(largest_low, lowered), beside)), otherwise=below)
    lowest = case((compared("==", bottomless, ZERO), lowest))

    high = of_group("most", "sum", shares.high, shares.wide_high)
    best = of_group("best", "max", case((shares.possible, ends[1])))
    raising = of_group("raising", "sum", _optional(shares, ends[1], "greatest"), shares.wide_high)
    no_high = of_situation("no_high", "sum", of_group("no_high", "sum", shares.no_high))
    raised = _or_nothing(of_situation("raised", "sum", case((loose, raising), otherwise=ZERO), shares.wide_high))
    largest_high = of_situation("largest_high", "max", case((both((sure, negated(loose))), high)))
    maybe = both((there, negated(sure), negated(loose)))
    unsure = of_situation("unsure", "max", case((both((maybe, compared("<=", best, ZERO))), best), (maybe, high)))
    adrift_best = of_situation("adrift_best", "max", case((loose, best)))
    others = case(
        (compared(">", adrift_best, ZERO), plus(call("greatest", unsure, ZERO), raised)),
        otherwise=call("greatest", unsure, adrift_best),
    )
    highest = call("greatest", plus(largest_high, raised), others, case((settled, UNKNOWN), otherwise=ZERO))
    return lowest, case((compared("==", _or_nothing(no_high), ZERO), highest))


def _optional(shares: Shares, end: Expr, function: str) -> Expr:
    """Return what a row adds to a sum that it may be left out of; 0 where there is no bound."""
    return case((both((shares.possible, negated(is_null(end)))), call(function, end, ZERO)), otherwise=ZERO)


def _or_nothing(column: Expr) -> Expr:
    return case((is_null(column), ZERO), otherwise=column)


def _again(planner: Planner, groups: Groups) -> Groups:
    """Return what groups come to, by situation."""
    key = ("again", groups)
    if key not in planner.groups:
        planner.groups[key] = Groups(f"{groups.name}_of_situations", groups, ("id",), planner.column_names)
    return planner.groups[key]
