"""Sums over the rows of a table: what each row adds, and over which denominator."""

from __future__ import annotations

from collections.abc import Iterable
from math import lcm, prod
from typing import TYPE_CHECKING, NamedTuple

from comity.engine.translation.column_facts import most_of
from comity.engine.translation.column_frames import Groups, Scope
from comity.engine.translation.ends import End, bounded, scaled
from comity.engine.translation.figures import Untranslatable
from comity.engine.translation.relations import ZERO, Call, Column, Expr, Literal, case, compared, wide

if TYPE_CHECKING:
    from comity.engine.translation.columns import Planner

MOST_DIVISOR = 40  # of a row, whose quotients are added up over what all numbers up to it divide
_ONE = Literal(1)


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

    It is made of constants and figures of the situation, and of what all small divisors divide. Raises `Untranslatable`
    where there is none.
    """
    found = _Denominators(rows, end)
    if not found.all_known:
        raise Untranslatable(f"{what} whose divisor is of each row, and may be more than {MOST_DIVISOR}")
    by = found.factor(end.under)
    if by == Literal(1):
        return end
    larger = scaled(end, by, found.most())
    below = bounded(prod(found.each.values()))
    return End(rows.frame.put(f"{name}_scaled", larger.over), found.product(found.each), larger.most, below)


class _Denominators:
    """What a denominator can be: constants and figures of the situation, `each` with the most that it is; and `small`
    ones of each row, for which a constant stands that all of them divide.
    """

    def __init__(self, rows: Scope, end: End) -> None:
        self.made = {name: expr for stage in rows.frame.stages for name, expr in stage.items()}
        self.rows = rows
        self.end = end
        self.each: dict[Expr, int] = {}
        self.small: dict[Expr, int] = {}
        self.all_known = self.look(end.under)
        self.divided = lcm(*range(1, max(self.small.values(), default=1) + 1)) if self.all_known else 1
        if self.small:
            self.each[Literal(self.divided)] = self.divided

    def look(self, under: Expr) -> bool:
        """Note what a denominator can be; return whether all that it can be is known."""
        match under:
            case Literal(int(value)):
                self.each[under] = value
                return True
            case _ if self.rows.frame.of_one_situation(under):
                self.each[under] = self.end.below
                return True
            case Column(name) if name in self.made:
                return self.look(self.made[name])
            case Call("case", args):
                return all(self.look(arg) for arg in (*args[1:-1:2], args[-1]))
        most = self.bound(under)
        self.small[under] = most
        return most <= MOST_DIVISOR

    def bound(self, under: Expr) -> int:
        """Return the most that a divisor of a row can be."""
        table = self.rows.table
        if isinstance(under, Column) and table is not None:
            fact = table.columns.get(under.name.removesuffix("_low").removesuffix("_high"))
            if fact is not None:
                return min(self.end.below, most_of(fact))
        return self.end.below

    def most(self) -> int:
        """Return the most that a factor can be."""
        return max(
            prod(self.each.values()) // (1 if one in self.small else self.each[one])
            for one in (*self.each, *self.small)
        )

    def factor(self, under: Expr) -> Expr:
        """Return by how much a numerator is larger over the product of all."""
        if under in self.each:
            return self.product([other for other in self.each if other != under])
        if under in self.small:
            numbers = range(1, self.small[under] + 1)
            by = case(*((compared("==", under, Literal(one)), Literal(self.divided // one)) for one in numbers))
            return self.product([other for other in self.each if other != Literal(self.divided)], by)
        if isinstance(under, Column):
            return self.factor(self.made[under.name])
        assert isinstance(under, Call)
        *branches, otherwise = under.args
        factors = [(one, self.factor(then)) for one, then in zip(branches[::2], branches[1::2], strict=True)]
        return case(*factors, otherwise=self.factor(otherwise))

    def product(self, those: Iterable[Expr], by: Expr = _ONE) -> Expr:
        """Return the product of some, of which one that is not more than 0 divides nothing."""
        found = End(by, most=self.divided)
        for one in those:
            alone = isinstance(one, Literal) or len(self.each) == 1
            more = one if alone else case((compared(">", one, ZERO), one), otherwise=Literal(1))
            found = scaled(found, more, self.each[one])
        return found.over


def groups_by(planner: Planner, rows: Scope, keys: tuple[str, ...]) -> Groups:
    """Return what rows come to, by situation and by some of their columns."""
    key = ("rows", rows.frame.name, *keys)
    if key not in planner.groups:
        name = rows.frame.name.replace("_rows", "", 1)
        planner.groups[key] = Groups("_by_".join([name, *keys]), rows.frame, ("id", *keys), planner.column_names)
    return planner.groups[key]
