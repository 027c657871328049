"""Expressions over columns as SQL, exact in every dialect: DuckDB, PostgreSQL and Spark."""

from collections.abc import Container, Mapping
from datetime import date
from functools import reduce
from typing import Any

from sqlglot import exp

from comity.engine.translation.relations import Call, Column, Expr, Literal

_BETWEEN: Mapping[str, Any] = {
    "==": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
}
COMPARED = ("==", "!=", "<", "<=", ">", ">=")
_INTEGER = 2**31 - 1  # what an INTEGER holds, which a small literal is


class Terms:
    """Writes expressions in one dialect.

    `identifier` quotes a name where it has to be; `narrow` are the columns that hold an INTEGER, with the most that
    they can be: all others with whole numbers are BIGINT.
    """

    def __init__(self, dialect: str, reserved: Container[str]) -> None:
        self.dialect = dialect
        self.reserved = reserved
        self.narrow: dict[str, int] = {}

    @property
    def wide(self) -> str:
        """The type of whole numbers beyond 64 bits."""
        return {"duckdb": "hugeint", "postgres": "numeric"}.get(self.dialect, "decimal(38, 0)")

    def identifier(self, name: str) -> exp.Identifier:
        return exp.to_identifier(name, quoted=name in self.reserved)

    def column(self, name: str, of: str | None = None) -> exp.Column:
        return exp.Column(this=self.identifier(name), table=None if of is None else self.identifier(of))

    def term(self, expr: Expr) -> exp.Expression:
        """Return an expression of SQL."""
        match expr:
            case Column(name):
                return self.column(name)
            case Literal(value):
                return _literal(value)
            case Call(op, args):
                return self.call(op, args)

    def call(self, op: str, args: tuple[Expr, ...]) -> exp.Expression:
        if op in _BETWEEN:
            return self.between(op, *args)
        if op == "case":
            return self.case(args)
        if op == "months_before":
            return _date(self.earlier(*args))
        parts = [self.term(arg) for arg in args]
        match op:
            case "and" | "or":
                joined = exp.And if op == "and" else exp.Or
                return reduce(lambda a, b: joined(this=a, expression=b), [_inner(part, joined) for part in parts])
            case "not":
                if isinstance(args[0], Call) and args[0].op == "is_null":
                    return exp.Is(this=_wrapped(self.term(args[0].args[0])), expression=exp.Not(this=exp.Null()))
                return exp.Not(this=_wrapped(parts[0]))
            case "is_null":
                return exp.Is(this=_wrapped(parts[0]), expression=exp.Null())
            case "is_true":
                return exp.Is(this=_wrapped(parts[0]), expression=exp.true())
            case "one":
                return exp.Case().when(parts[0], exp.Literal.number(1)).else_(exp.Literal.number(0))
            case "wide":
                return exp.cast(parts[0], self.wide)
            case "coalesce":
                return exp.Coalesce(this=parts[0], expressions=parts[1:])
            case "least" | "greatest":
                kind = exp.Least if op == "least" else exp.Greatest
                return kind(this=parts[0], expressions=parts[1:], ignore_nulls=True)
            case "add_days":
                return self.later(parts[0], args[1])
            case "days":
                if self.dialect == "spark":
                    return exp.Anonymous(this="DATEDIFF", expressions=[parts[1], parts[0]])
                return exp.Sub(this=parts[1], expression=_inner(parts[0], None))
            case "months":
                return _months(*parts)
        raise AssertionError(op)

    def between(self, op: str, a: Expr, b: Expr) -> exp.Expression:
        if op in COMPARED:
            compared: exp.Expression = _BETWEEN[op](this=self.side(a), expression=self.side(b))
            return compared
        left, right = self.term(a), self.term(b)
        if self.most(Call(op, (a, b))) > _INTEGER and max(self.most(a), self.most(b)) <= _INTEGER:
            left = exp.cast(left, "bigint")
        kept = exp.Mul if op == "*" else exp.Add
        left = left if isinstance(left, exp.Add | exp.Sub | exp.Mul) and kept is exp.Add else _inner(left, kept)
        right = (
            right if isinstance(right, exp.Mul) and kept is exp.Add else _inner(right, exp.Mul if op == "*" else None)
        )
        found: exp.Expression = _BETWEEN[op](this=left, expression=right)
        return found

    def side(self, expr: Expr) -> exp.Expression:
        """Return a side of a comparison."""
        match expr:
            case Call("months_before", (day, months)):
                return self.earlier(day, months)
        return _wrapped(self.term(expr))

    def case(self, args: tuple[Expr, ...]) -> exp.Expression:
        *branches, otherwise = args
        found = exp.Case()
        for one, then in zip(branches[::2], branches[1::2], strict=True):
            found = found.when(self.term(one), self.term(then), copy=False)
        return found if otherwise == Literal(None) else found.else_(self.term(otherwise), copy=False)

    def earlier(self, day: Expr, months: Expr) -> exp.Expression:
        """Return a date so many months before: in DuckDB and PostgreSQL a timestamp, which compares as the date."""
        assert isinstance(months, Literal)
        assert isinstance(months.value, int)
        number, unit = (months.value // 12, "YEAR") if months.value % 12 == 0 else (months.value, "MONTH")
        interval = exp.Interval(this=exp.Literal.string(str(number)), unit=exp.var(unit))
        return exp.Sub(this=_wrapped(self.term(day)), expression=interval)

    def later(self, day: exp.Expression, days: Expr) -> exp.Expression:
        assert isinstance(days, Literal)
        assert isinstance(days.value, int)
        if self.dialect == "spark":
            return exp.Anonymous(this="DATE_ADD", expressions=[day, exp.Literal.number(days.value)])
        kind = exp.Add if days.value >= 0 else exp.Sub
        return kind(this=_wrapped(day), expression=exp.Literal.number(abs(days.value)))

    def most(self, expr: Expr) -> int:
        """Return the most that a whole number can be, whatever its sign, if it is an INTEGER; of a BIGINT, 2^63."""
        match expr:
            case Literal(None):
                return 0
            case Literal(value) if type(value) is int:
                return abs(value)
            case Column(name):
                return self.narrow.get(name, 2**63)
            case Call("one"):
                return 1
            case Call("days" | "months"):
                return 2**63 if expr.op == "months" else 366 * 10_000
            case Call("case", args):
                return max(self.most(arg) for arg in (*args[1:-1:2], args[-1]))
            case Call("coalesce" | "least" | "greatest", args):
                return max(map(self.most, args))
            case Call("+" | "-", args):
                return min(2**63, sum(map(self.most, args)))
            case Call("*", (a, b)):
                return min(2**63, self.most(a) * self.most(b))
        return 2**63


def _literal(value: bool | int | str | date | None) -> exp.Expression:
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, int):
        return exp.Literal.number(value)
    if isinstance(value, str):
        return exp.Literal.string(value)
    return exp.var(f"DATE '{value.isoformat()}'")


def _date(term: exp.Expression) -> exp.Expression:
    return exp.cast(term, "date")


def _months(since: exp.Expression, until: exp.Expression) -> exp.Expression:
    """Return the months completed from a date to another: one less where the day of the month is not reached."""

    def part(unit: str, day: exp.Expression) -> exp.Expression:
        return exp.Extract(this=exp.var(unit), expression=day.copy())

    def gap(unit: str) -> exp.Expression:
        return exp.paren(exp.Sub(this=part(unit, until), expression=part(unit, since)), copy=False)

    months = exp.Add(this=exp.Mul(this=exp.Literal.number(12), expression=gap("YEAR")), expression=gap("MONTH"))
    short = exp.LT(this=part("DAY", until), expression=part("DAY", since))
    less = exp.Case().when(short, exp.Literal.number(1)).else_(exp.Literal.number(0))
    return exp.cast(exp.Sub(this=months, expression=less), "bigint")


def _wrapped(term: exp.Expression) -> exp.Expression:
    return exp.paren(term, copy=False) if isinstance(term, exp.Binary | exp.Unary) and not _closed(term) else term


def _closed(term: exp.Expression) -> bool:
    """Return whether a term needs no parentheses beside a comparison."""
    return isinstance(term, exp.Add | exp.Sub | exp.Mul | exp.Paren | exp.Neg)


def _inner(term: exp.Expression, kind: type[exp.Expression] | None) -> exp.Expression:
    """Return a term beside others joined in one way, in parentheses where it is joined in another."""
    same = kind is not None and isinstance(term, kind)
    if same or not isinstance(term, exp.Connector | exp.Add | exp.Sub | exp.Mul):
        return term
    return exp.paren(term, copy=False)
