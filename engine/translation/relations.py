"""Expressions over columns, and the relations made of them: what a rule set becomes over whole tables.

Nothing here knows an engine: `engine/batch` turns relations into data frames or SQL. A truth is a nullable boolean,
joined as Kleene's three values are; a comparison with null is null; in `case`, null counts as false.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeAlias


class Column(NamedTuple):
    """A column of the relation."""

    name: str


class Literal(NamedTuple):
    """A constant: a truth, whole number, text or date, or None. 1 is not true."""

    value: bool | int | str | date | None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and type(self.value) is type(other.value) and self.value == other.value

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


class Call(NamedTuple):
    """An operation on expressions.

    `and`, `or`, `not` over truths; `==`, `!=`, `<`, `<=`, `>`, `>=`; `+`, `-`, `*` over whole numbers; `quotient` of
    whole numbers not below 0, without the rest; `wide` (a whole number of up to 38 digits, as all that is worked out
    from it); `is_null`; `case` (condition, then, ..., otherwise); `least` and `greatest`, which pass over nulls; `one`
    (1 of what is true, else 0); `months_before` (a date, by so many calendar months, clipped to the month's end),
    `add_days`; `months` and `days` completed from a date to another.
    """

    op: str
    args: tuple["Expr", ...]


Expr: TypeAlias = Column | Literal | Call

TRUE, FALSE, UNKNOWN, ZERO = Literal(True), Literal(False), Literal(None), Literal(0)


class Scan(NamedTuple):
    """Rows as they are given: `situations`, or those of a table or a history, by its name."""

    name: str


class Join(NamedTuple):
    """Another relation, of whose rows at most one fits by `keys`: its columns, or null."""

    relation: "Relation"
    keys: tuple[str, ...]


class Group(NamedTuple):
    """One row for each value of `keys`: sums, or the least or greatest, passing over nulls; 0 for a sum of nothing."""

    keys: tuple[str, ...]
    aggregates: Mapping[str, tuple[str, Expr]]  # sum, min, max


class Relation(NamedTuple):
    """Rows with columns added stage by stage, each stage from the columns before it; grouped at the end, if so.

    `keeps` are the columns that it has in the end, where that is not all of them. With `spread`, each row stands, first
    of all, once under each of so many ids from its own on.
    """

    name: str
    source: "Scan | Relation"
    columns: tuple[str, ...]  # those taken of the source
    joins: tuple[Join, ...] = ()
    stages: tuple[Mapping[str, Expr], ...] = ()
    group: Group | None = None
    keeps: tuple[str, ...] | None = None
    spread: int = 0


def call(op: str, *args: Expr) -> Expr:
    """Return an operation on expressions."""
    return Call(op, args)


def both(parts: Iterable[Expr]) -> Expr:
    """Return that all of `parts` hold."""
    return _joined("and", parts, TRUE, FALSE)


def either(parts: Iterable[Expr]) -> Expr:
    """Return that one of `parts` holds."""
    return _joined("or", parts, FALSE, TRUE)


def _joined(op: str, parts: Iterable[Expr], idle: Expr, decisive: Expr) -> Expr:
    kept: dict[Expr, None] = {}
    for part in parts:
        inner = part.args if isinstance(part, Call) and part.op == op else (part,)
        kept |= dict.fromkeys(one for one in inner if one != idle)
    if decisive in kept:
        return decisive
    if len(kept) < 2:
        return next(iter(kept), idle)
    return Call(op, tuple(kept))


_TURNED = {"==": "!=", "<": ">=", ">": "<="}
_TURNED |= {other: one for one, other in _TURNED.items()}


def negated(truth: Expr) -> Expr:
    """Return the opposite of a truth; of what is unknown, unknown."""
    match truth:
        case Literal(None):
            return truth
        case Literal(value):
            return Literal(not value)
        case Call("not", (inner,)):
            return inner
        case Call(op, args) if op in _TURNED:
            return Call(_TURNED[op], args)
    return Call("not", (truth,))


_FOLDED: Mapping[str, Any] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def compared(op: str, a: Expr, b: Expr) -> Expr:
    """Return a comparison; null where either side is."""
    if isinstance(a, Literal) and isinstance(b, Literal):
        return UNKNOWN if a.value is None or b.value is None else Literal(_FOLDED[op](a.value, b.value))
    if UNKNOWN in (a, b):
        return UNKNOWN
    return Call(op, (a, b))


def plus(a: Expr, b: Expr) -> Expr:
    """Return a sum of whole numbers."""
    if UNKNOWN in (a, b):
        return UNKNOWN
    if isinstance(a, Literal) and isinstance(b, Literal) and isinstance(a.value, int) and isinstance(b.value, int):
        return Literal(a.value + b.value)
    return b if a == ZERO else a if b == ZERO else Call("+", (a, b))


def minus(a: Expr, b: Expr) -> Expr:
    """Return a difference of whole numbers."""
    if UNKNOWN in (a, b):
        return UNKNOWN
    if isinstance(a, Literal) and isinstance(b, Literal) and isinstance(a.value, int) and isinstance(b.value, int):
        return Literal(a.value - b.value)
    return a if b == ZERO else Call("-", (a, b))


def times(a: Expr, b: Expr) -> Expr:
    """Return a product of whole numbers; null where either is."""
    if UNKNOWN in (a, b):
        return UNKNOWN
    if isinstance(a, Literal) and isinstance(b, Literal) and isinstance(a.value, int) and isinstance(b.value, int):
        return Literal(a.value * b.value)
    return b if a == Literal(1) else a if b == Literal(1) else Call("*", (a, b))


def wide(one: Expr) -> Expr:
    """Return a whole number as a wide one, so that what is worked out with it may be beyond 64 bits."""
    return one if isinstance(one, Call) and one.op == "wide" else Call("wide", (one,))


def is_null(one: Expr) -> Expr:
    """Return whether something is null."""
    return Literal(one.value is None) if isinstance(one, Literal) else Call("is_null", (one,))


def case(*branches: tuple[Expr, Expr], otherwise: Expr = UNKNOWN) -> Expr:
    """Return the first of the branches whose condition holds; a condition that is null does not."""
    kept: list[Expr] = []
    for condition, then in branches:
        if condition in (FALSE, UNKNOWN):
            continue
        if condition == TRUE:
            otherwise = then
            break
        kept += (condition, then)
    if not kept or all(then == otherwise for then in kept[1::2]):
        return otherwise
    return Call("case", (*kept, otherwise))


def settled(true: Expr, false: Expr) -> Expr:
    """Return the truth of which it is known when it holds, and when not; else it is unknown."""
    if false == negated(true):
        return true
    return case((true, TRUE), (false, FALSE))


def one(truth: Expr) -> Expr:
    """Return 1 where a truth holds, and 0 where it does not or is unknown."""
    return Literal(int(truth.value is True)) if isinstance(truth, Literal) else Call("one", (truth,))


def total(parts: Iterable[Expr]) -> Expr:
    """Return the sum of whole numbers."""
    found: Expr = ZERO
    for part in parts:
        found = plus(found, part)
    return found


def columns_in(expr: Expr) -> Iterator[str]:
    """Yield the columns that an expression mentions."""
    match expr:
        case Column(name):
            yield name
        case Call(_, args):
            for arg in args:
                yield from columns_in(arg)
