"""Tables over columns: the rows of each situation, and what they come to, by group."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from comity.engine.language.condition import Condition, Total
from comity.engine.translation import column_clashes, column_largest
from comity.engine.translation.column_frames import Groups, Scope
from comity.engine.translation.column_sums import Shares, groups_by, over_one, summed
from comity.engine.translation.ends import MOST, End, bounded
from comity.engine.translation.figures import Figure
from comity.engine.translation.relations import (
    FALSE,
    TRUE,
    UNKNOWN,
    ZERO,
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

MOST_ROWS = 10**6  # of a table, in one situation
_TIMES = 3  # as often can a row be part of the largest sum


def some(planner: Planner, table: str, where: Condition, scope: Scope) -> Expr:
    """Return whether a row meets a condition; unknown of a table that is not given."""
    if table not in planner.shape.tables:
        return case((_given(planner, table, scope), FALSE))
    rows = _rows(planner, table, planner.rank(where, planner.rules.facts[table]))
    truth = _counts(planner, rows, where)
    groups = _of_situation(planner, rows)
    met = _number(groups, "met", one(truth), scope)
    open_ = _number(groups, "open", _open(truth), scope)
    found = case((compared(">", met, ZERO), TRUE), (compared(">", open_, ZERO), UNKNOWN), otherwise=FALSE)
    return case((_given(planner, table, scope), found))


def count(planner: Planner, table: str, where: Condition | None, scope: Scope) -> Figure:
    """Return how many rows meet a condition."""
    if table not in planner.shape.tables:
        return _nothing(planner, table, scope)
    rows = _rows(planner, table, 0 if where is None else planner.rank(where, planner.rules.facts[table]))
    truth = TRUE if where is None else _counts(planner, rows, where)
    groups = _of_situation(planner, rows)
    given = _given(planner, table, scope)
    met = _number(groups, "met", one(truth), scope)
    open_ = ZERO if where is None else _number(groups, "open", _open(truth), scope)
    low = End(case((given, met), otherwise=ZERO), Literal(1), MOST_ROWS)
    return Figure(low, End(case((given, plus(met, open_))), Literal(1), 2 * MOST_ROWS), Fraction(0))


def total(planner: Planner, term: Total, scope: Scope) -> Figure:
    """Return the sum of a column over the rows that count, or the largest of the sums by group."""
    table = planner.rules.facts[term.table]
    column = table.columns[term.column]
    positive = column.derive is None and column.low >= 0
    if term.table not in planner.shape.tables:
        return _nothing(planner, term.table, scope, positive)
    rows = _rows(planner, term.table, planner.rank(term, None) - 1)
    value = planner.value(term.column, rows)
    assert isinstance(value, Figure)
    value = value.ranged()
    sides = (("low", value.low), ("high", value.high))
    parts = [over_one(rows, end, f"{term.column}_{side}", "a total of quotients") for side, end in sides]
    most = [bounded(_TIMES * end.most * MOST_ROWS) for end in parts]
    truth = TRUE if term.where is None else planner.truth(term.where, rows)
    possible = case((negated(truth), FALSE), otherwise=TRUE)
    surely = case((truth, TRUE), otherwise=FALSE)
    low, high = _share(parts[0].over, parts[1].over, value.positive, surely, possible)
    no_low = one(both((possible, is_null(low)))) if not value.positive else ZERO
    no_high = one(both((possible, is_null(high))))
    low, high = (
        rows.frame.put(f"{term.column}_{side}_counted", case((negated(is_null(end)), end), otherwise=ZERO))
        for side, end in (("low", low), ("high", high))
    )
    shares = Shares(surely, possible, low, high, no_low, no_high, *(one_ > MOST for one_ in most))
    given = _given(planner, term.table, scope)
    groups = _of_situation(planner, rows)
    if not term.per:
        found = [
            _number(groups, f"{term.column}_{name}", expr, scope)
            for name, expr in (
                ("low", summed(low, shares.wide_low)),
                ("high", summed(high, shares.wide_high)),
                ("no_low", no_low),
                ("no_high", no_high),
            )
        ]
        lowest = case((both((given, compared("==", found[2], ZERO))), found[0]))
        highest = case((both((given, compared("==", found[3], ZERO))), found[1]))
    elif value.positive:
        lowest, highest = column_largest.largest(planner, term, scope, rows, shares)
        lowest, highest = case((given, lowest), otherwise=ZERO), case((given, highest))
    else:
        ends = (parts[0].over, parts[1].over)
        lowest, highest = column_largest.largest_of_any(planner, term, scope, rows, shares, ends)
        lowest, highest = case((given, lowest)), case((given, highest))
    if positive or value.positive:
        lowest = case((given, lowest), otherwise=ZERO if positive else UNKNOWN)
    floor = Fraction(0) if positive else None
    unders = [_under(groups, term.column, end.under, scope) for end in parts]
    least, greatest = (
        End(bound, under, bound_most, end.below)
        for bound, under, bound_most, end in zip((lowest, highest), unders, most, parts, strict=True)
    )
    return Figure(least, greatest, floor)


def _share(low: Expr, high: Expr, positive: bool, surely: Expr, possible: Expr) -> tuple[Expr, Expr]:
    """Return what a row adds to a sum, at the least and at the most: one that may be out adds nothing or its value."""
    least = ZERO if positive else call("least", low, ZERO)
    most = high if positive else call("greatest", high, ZERO)
    if not positive:
        least = case((is_null(low), UNKNOWN), otherwise=least)
        most = case((is_null(high), UNKNOWN), otherwise=most)
    return (
        case((surely, low), (possible, least), otherwise=ZERO),
        case((surely, high), (possible, most), otherwise=ZERO),
    )


def _under(groups: Groups, name: str, under: Expr, scope: Scope) -> Expr:
    """Return the denominator of a sum, which all rows of a situation have."""
    if isinstance(under, Literal):
        return under
    column = scope.frame.joined(groups, groups.add(f"{name}_under", "max", under))
    return case((compared(">", column, ZERO), column), otherwise=Literal(1))


def _rows(planner: Planner, table: str, rank: int) -> Scope:
    """Return the rows of a table, for what looks so deep through other rows."""
    column_clashes.look_at_source(table)
    if (table, rank) not in planner.rows:
        frame = planner.frame(f"{table}_rows_{rank}" if rank else f"{table}_rows", table)
        planner.rows[table, rank] = Scope(frame, planner.rules.facts[table])
    return planner.rows[table, rank]


def _counts(planner: Planner, rows: Scope, where: Condition) -> Expr:
    """Return whether each row meets a condition, as a column of the rows."""
    key = ("counts", where)
    if key not in rows.done:
        rows.done[key] = rows.frame.put("counts", planner.truth(where, rows))
    found: Expr = rows.done[key]
    return found


def _open(truth: Expr) -> Expr:
    return Literal(int(truth == UNKNOWN)) if isinstance(truth, Literal) else one(is_null(truth))


def _of_situation(planner: Planner, rows: Scope) -> Groups:
    """Return what rows come to, by situation."""
    return groups_by(planner, rows, ())


def _number(groups: Groups, name: str, expr: Expr, scope: Scope) -> Expr:
    """Return a sum over the rows of a situation; 0 where there are none."""
    if expr == ZERO:
        return ZERO
    column = scope.frame.joined(groups, groups.add(name, "sum", expr))
    return case((is_null(column), ZERO), otherwise=column)


def _nothing(planner: Planner, table: str, scope: Scope, positive: bool = True) -> Figure:
    """Return the count or total of a table without rows: 0 where it is given."""
    given = _given(planner, table, scope)
    low = case((given, ZERO), otherwise=ZERO if positive else UNKNOWN)
    return Figure(End(low, Literal(1), 1), End(case((given, ZERO)), Literal(1), 1), Fraction(0) if positive else None)


def _given(planner: Planner, table: str, scope: Scope) -> Expr:
    """Return whether the table of a situation is given: the column of its name says so, or rows of it do."""
    said: Expr = FALSE
    if planner.shape.facts.get(table) is not None:
        column_clashes.look(table, planner.shape.facts, {}, None)
        said = case((scope.frame.of_situation(table), TRUE), otherwise=FALSE)
    if table not in planner.shape.tables:
        return said
    groups = _of_situation(planner, _rows(planner, table, 0))
    return either((negated(is_null(scope.frame.joined(groups, groups.add("rows", "sum", Literal(1))))), said))
