"""Sums over the rows of a table: what each row adds, and over which denominator."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, NamedTuple

from comity.engine.translation.column_frames import Groups, Scope
from comity.engine.translation.ends import End, scaled
from comity.engine.translation.figures import Untranslatable
from comity.engine.translation.relations import Expr, Literal, case, compared, wide

if TYPE_CHECKING:
    from comity.engine.translation.columns import Planner

MOST_DIVISOR = 40  # of a row, whose quotients are added up over what all numbers up to it divide


class Shares(NamedTuple):
    """What a row adds to a sum: whether it surely does and whether it may, and how much at the least and the most.

    The two are 0 where there is no bound; `no_low` and `no_high` are 1 there. Sums can be so large as to be wide.
    """

    surely: Expr
    possible: Expr
    low: Expr
    high: Expr
    no_low: Expr
    no_high: Expr
    wide_low: bool
    wide_high: bool


def summed(expr: Expr, is_wide: bool) -> Expr:
    """Return what is added up, as its sum has to be."""
    return wide(expr) if is_wide else expr


def over_one(rows: Scope, end: End, name: str, what: str) -> End:
    """Return an end over a denominator that all rows of a situation have.

    That is a constant, a figure of the situation, or what a small divisor of each row divides. Raises `Untranslatable`
    where there is none.
    """
    if isinstance(end.under, Literal) or rows.frame.of_one_situation(end.under):
        return end
    if end.below <= MOST_DIVISOR:
        common = lcm(*range(1, end.below + 1))
        by = case(*((compared("==", end.under, Literal(n)), Literal(common // n)) for n in range(1, end.below + 1)))
        found = scaled(End(end.over, Literal(1), end.most), by, common)
        return found._replace(over=rows.frame.put(f"{name}_scaled", found.over), under=Literal(common), below=common)
    raise Untranslatable(f"{what} whose divisor is of each row, and may be more than {MOST_DIVISOR}")


def groups_by(planner: Planner, rows: Scope, keys: tuple[str, ...]) -> Groups:
    """Return what rows come to, by situation and by some of their columns."""
    key = ("rows", rows.frame.name, *keys)
    if key not in planner.groups:
        name = rows.frame.name.replace("_rows", "", 1)
        planner.groups[key] = Groups("_by_".join([name, *keys]), rows.frame, ("id", *keys), planner.column_names)
    return planner.groups[key]
