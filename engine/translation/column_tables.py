"""Tables over columns: the rows of each situation, and what they come to, by group."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from comity.engine.language.condition import Condition, Total
from comity.engine.translation import figures
from comity.engine.translation.column_frames import Groups, Scope
from comity.engine.translation.figures import MOST, End, Figure, Untranslatable
from comity.engine.translation.relations import (
    FALSE,
    TRUE,
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

MOST_ROWS = 10**6  # of a table, in one situation


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
    if not isinstance(value.low.under, Literal) or value.low.under != value.high.under:
        raise Untranslatable("a total of quotients")
    truth = TRUE if term.where is None else planner.truth(term.where, rows)
    possible = case((negated(truth), FALSE), otherwise=TRUE)
    surely = case((truth, TRUE), otherwise=FALSE)
    low, high = _share(value, surely, possible)
    no_low = one(both((possible, is_null(low)))) if not value.positive else ZERO
    no_high = one(both((possible, is_null(high))))
    low, high = (
        rows.frame.put(f"{term.column}_{side}_counted", case((negated(is_null(end)), end), otherwise=ZERO))
        for side, end in (("low", low), ("high", high))
    )
    most = max(value.low.most, value.high.most)
    if most * MOST_ROWS > MOST:
        raise figures.TooLargeError
    under = value.low.under
    given = _given(planner, term.table, scope)
    if not term.per:
        groups = _of_situation(planner, rows)
        found = [
            _number(groups, f"{term.column}_{name}", expr, scope)
            for name, expr in (("low", low), ("high", high), ("no_low", no_low), ("no_high", no_high))
        ]
        lowest = case((both((given, compared("==", found[2], ZERO))), found[0]))
        highest = case((both((given, compared("==", found[3], ZERO))), found[1]))
    else:
        if not value.positive:
            raise Untranslatable("the largest of sums that may be below 0")
        lowest, highest = _largest(planner, term, scope, rows, (surely, possible, low, high, no_high))
        lowest, highest = case((given, lowest), otherwise=ZERO), case((given, highest))
    if positive or value.positive:
        lowest = case((given, lowest), otherwise=ZERO if positive else UNKNOWN)
    floor = Fraction(0) if positive else None
    least, greatest = (End(bound, under, most * MOST_ROWS, value.low.below) for bound in (lowest, highest))
    return Figure(least, greatest, floor)


def _share(value: Figure, surely: Expr, possible: Expr) -> tuple[Expr, Expr]:
    """Return what a row adds to a sum, at the least and at the most: one that may be out adds nothing or its value."""
    low, high = value.low.over, value.high.over
    least = ZERO if value.positive else call("least", low, ZERO)
    most = high if value.positive else call("greatest", high, ZERO)
    if not value.positive:
        least = case((is_null(low), UNKNOWN), otherwise=least)
        most = case((is_null(high), UNKNOWN), otherwise=most)
    return (
        case((surely, low), (possible, least), otherwise=ZERO),
        case((surely, high), (possible, most), otherwise=ZERO),
    )


def _largest(
    planner: Planner, term: Total, scope: Scope, rows: Scope, shares: tuple[Expr, Expr, Expr, Expr, Expr]
) -> tuple[Expr, Expr]:
    """Return the least and the most that the largest sum can be, of values that are never below 0.

    A row whose group is unknown may belong to any, or stand alone: it counts for itself at the least, and with the
    largest group at the most.
    """
    surely, possible, low, high, no_high = shares
    keys = []
    adrift = []
    for name in term.per:
        key = planner.value(name, rows)
        if isinstance(key, Figure):
            key_column = rows.frame.put(
                f"{name}_key", case((compared("==", key.low.over, key.high.over), key.low.over))
            )
        else:
            key_column = key if isinstance(key, Column) else rows.frame.put(f"{name}_key", key)
        if not isinstance(key_column, Column):
            raise Untranslatable("a group whose key is the same in every row")
        keys.append(key_column.name)
        adrift.append(is_null(key_column))
    drifts = rows.frame.put("adrift", either(adrift))
    groups = _groups(planner, rows, tuple(keys))
    within = {
        "low": groups.add(f"{term.column}_low", "sum", case((surely, low), otherwise=ZERO)),
        "single": groups.add(f"{term.column}_single", "max", case((surely, low), otherwise=ZERO)),
        "high": groups.add(f"{term.column}_high", "sum", case((possible, high), otherwise=ZERO)),
        "open": groups.add(f"{term.column}_open", "sum", no_high),
        "adrift": groups.add("adrift", "max", one(drifts)),
    }
    again = planner.groups.setdefault(("again", groups.name), Groups(f"{groups.name}_of_situations", groups, ("id",)))
    alone = compared("==", Column(within["adrift"]), Literal(1))
    column = {name: Column(known) for name, known in within.items()}
    lowest = again.add(f"{term.column}_low", "max", case((alone, column["single"]), otherwise=column["low"]))
    known = again.add(f"{term.column}_known", "max", case((alone, ZERO), otherwise=column["high"]))
    loose = again.add(f"{term.column}_loose", "sum", case((alone, column["high"]), otherwise=ZERO))
    open_ = again.add(f"{term.column}_open", "sum", column["open"])
    read = [scope.frame.joined(again, name) for name in (lowest, known, loose, open_)]
    filled = [case((is_null(one_), ZERO), otherwise=one_) for one_ in read]
    return filled[0], case((compared("==", filled[3], ZERO), plus(filled[1], filled[2])))


def _rows(planner: Planner, table: str, rank: int) -> Scope:
    """Return the rows of a table, for what looks so deep through other rows."""
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


def _groups(planner: Planner, rows: Scope, keys: tuple[str, ...]) -> Groups:
    """Return what rows come to, by situation and by some of their columns."""
    name = rows.frame.name.replace("_rows", "", 1)
    return planner.groups.setdefault((name, *keys), Groups("_by_".join([name, *keys]), rows.frame, ("id", *keys)))


def _of_situation(planner: Planner, rows: Scope) -> Groups:
    """Return what rows come to, by situation."""
    return _groups(planner, rows, ())


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
        said = case((scope.frame.of_situation(table), TRUE), otherwise=FALSE)
    if table not in planner.shape.tables:
        return said
    groups = _of_situation(planner, _rows(planner, table, 0))
    return either((negated(is_null(scope.frame.joined(groups, groups.add("rows", "sum", Literal(1))))), said))
