"""Relations as data frames, on whichever engine holds them: Polars, DuckDB or Spark, by way of Narwhals."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import reduce
from operator import add, and_, ge, gt, le, lt, mul, ne, or_, sub
from typing import Any

import narwhals as nw

from comity.engine.batch.plainer import plainer
from comity.engine.translation.ends import MOST
from comity.engine.translation.relations import Call, Column, Expr, Join, Literal, Relation, Scan, columns_in

Frame = nw.LazyFrame[Any]

_BETWEEN: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a == b,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "+": add,
    "-": sub,
    "*": mul,
}
_EPOCH = 12 * 10_000  # months, more than any difference, so that a quotient is never below 0


YEARS = "years"  # the source with the whole numbers from 0 on in `offset`, over which rows are spread


def run(relation: Relation, sources: Mapping[str, Frame]) -> Frame:
    """Return the rows of a relation, from those of its sources; nothing is worked out yet."""
    return _Runner(sources).frame(relation)


class _Runner:
    def __init__(self, sources: Mapping[str, Frame]) -> None:
        self.sources = sources
        spark = any(one.implementation.is_pyspark() for one in sources.values())
        self.wide: Any = nw.Decimal(38, 0) if spark else nw.Int128()

    def frame(self, relation: Relation) -> Frame:
        source = relation.source
        found = self.sources[source.name] if isinstance(source, Scan) else self.frame(source)
        found = found.select(*relation.columns)
        if relation.spread:
            years = self.sources[YEARS].filter(nw.col("offset") < relation.spread)
            found = found.join(years, how="cross")
            found = found.with_columns(id=nw.col("id") + nw.col("offset"))
        for join in relation.joins:
            found = self.join(found, join, relation.keeps is not None)
        for stage in relation.stages:
            if stage:
                short = (lambda expr: expr) if found.implementation.is_polars() else plainer
                found = found.with_columns(**{name: self.expression(short(expr)) for name, expr in stage.items()})
        if relation.group is not None:
            aggregates = relation.group.aggregates
            constant = {
                name: self.expression(expr) for name, (_, expr) in aggregates.items() if not any(columns_in(expr))
            }
            found = found.with_columns(**constant) if constant else found  # no engine adds up what is no column
            found = found.group_by(*relation.group.keys).agg(
                **{
                    name: self.aggregate(how, expr, Column(name) if name in constant else expr)
                    for name, (how, expr) in aggregates.items()
                }
            )
        return found if relation.keeps is None else found.select(*relation.keeps)

    def join(self, frame: Frame, join: Join, ordered: bool) -> Frame:
        if ordered and frame.implementation.is_polars():  # which otherwise gives rows in any order
            other = nw.to_native(self.frame(join.relation))
            native = nw.to_native(frame).join(other, on=list(join.keys), how="left", maintain_order="left")
            found: Frame = nw.from_native(native)
            return found
        return frame.join(self.frame(join.relation), on=list(join.keys), how="left")

    def aggregate(self, how: str, expr: Expr, column: Expr) -> nw.Expr:
        found = self.expression(column)
        if how == "sum":
            kind = self.wide if isinstance(expr, Call) and expr.op == "wide" else nw.Int64
            return found.cast(kind).sum().cast(kind)
        return found.min() if how == "min" else found.max()

    def expression(self, expr: Expr) -> nw.Expr:
        """Return an expression over columns."""
        match expr:
            case Column(name):
                return nw.col(name)
            case Literal(None):
                return nw.lit(None, nw.Boolean)
            case Literal(value):
                return nw.lit(value, self.whole(value)) if type(value) is int else nw.lit(value)
            case Call("case", args):
                return self.case(args)
            case Call(op, args):
                return self.call(op, args)

    def whole(self, value: int) -> Any:
        """Return the type of a whole number."""
        return nw.Int64 if abs(value) <= MOST else self.wide

    def call(self, op: str, args: tuple[Expr, ...]) -> nw.Expr:
        parts = [self.expression(arg) for arg in args]
        match op:
            case "and":
                return reduce(and_, parts)
            case "or":
                return reduce(or_, parts)
            case "not":
                return ~parts[0]
            case "is_null":
                return parts[0].is_null()
            case "is_true":
                return nw.when(parts[0]).then(True).otherwise(False)
            case "coalesce":
                return nw.coalesce(*parts)
            case "one":
                return nw.when(parts[0]).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64))
            case "least":
                return nw.min_horizontal(*parts)
            case "greatest":
                return nw.max_horizontal(*parts)
            case "wide":
                return parts[0].cast(self.wide)
            case "quotient":
                return parts[0] // parts[1]
            case "months_before":
                return _moved(parts[0], args[1], "mo")
            case "add_days":
                return _moved(parts[0], args[1], "d", 1)
            case "months":
                between = code(parts[1]) - code(parts[0]) + nw.lit(32 * _EPOCH, nw.Int64)
                return between // 32 - nw.lit(_EPOCH, nw.Int64)
            case "days":
                return day_number(parts[1]) - day_number(parts[0])
        return _BETWEEN[op](*parts)  # type: ignore[no-any-return]  # operators of expressions give expressions

    def case(self, args: tuple[Expr, ...]) -> nw.Expr:
        *branches, otherwise = args
        kind = self.kind(args)
        found = self.typed(otherwise, kind)
        for condition, then in reversed([*zip(branches[::2], branches[1::2], strict=True)]):
            found = nw.when(self.expression(condition)).then(self.typed(then, kind)).otherwise(found)
        return found

    def kind(self, args: tuple[Expr, ...]) -> Any:
        """Return the type of what a case comes to, as far as its constants tell."""
        for then in (*args[1::2], args[-1]):
            match then:
                case Literal(int(value)) if type(value) is int:
                    return self.whole(value)
                case Literal(value) if value is not None:
                    return {bool: nw.Boolean, str: nw.String, date: nw.Date}[type(value)]
        return None

    def typed(self, expr: Expr, kind: Any) -> nw.Expr:
        if expr == Literal(None):
            return nw.lit(None, kind) if kind is not None else nw.lit(None)
        return self.expression(expr)


def _moved(day: nw.Expr, by: Expr, unit: str, sign: int = -1) -> nw.Expr:
    assert isinstance(by, Literal)
    assert isinstance(by.value, int)
    return day.dt.offset_by(f"{sign * by.value}{unit}").cast(nw.Date)


def code(day: nw.Expr) -> nw.Expr:
    """Return a date as a whole number, of which 32 are a month, so that completed months are a quotient."""
    year, month, of_month = (part.cast(nw.Int64) for part in (day.dt.year(), day.dt.month(), day.dt.day()))
    return (year * 12 + month - 1) * 32 + of_month


def day_number(day: nw.Expr) -> nw.Expr:
    """Return a date as the number of a day; only differences mean anything."""
    year, month, of_month = (part.cast(nw.Int64) for part in (day.dt.year(), day.dt.month(), day.dt.day()))
    moved = year * 12 + month - 3  # from March on, so that a leap day is the last of its year
    y, m = moved // 12, moved % 12
    return y * 365 + y // 4 - y // 100 + y // 400 + (m * 153 + 2) // 5 + of_month
