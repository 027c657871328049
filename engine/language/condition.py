"""The condition and expression tree: a closed set of shapes (docs/language.md, `conditions`).

Trees are compared by what they say, not by where they stand. Walk one with `match`, ending in `assert_never`.
"""

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias, assert_never

from comity.engine.language.diagnostic import NOWHERE, Span
from comity.engine.language.operators import Operator
from comity.engine.language.record import Record


class AllOf(Record):
    """Every part is met."""

    parts: tuple["Condition", ...]
    at: Span = NOWHERE


class AnyOf(Record):
    """At least one part is met."""

    parts: tuple["Condition", ...]
    at: Span = NOWHERE


class Not(Record):
    """The part is not met."""

    part: "Condition"
    at: Span = NOWHERE


class AtLeast(Record):
    """At least `k` of the parts are met; `k` is a literal or a parameter."""

    k: "Expression"
    parts: tuple["Condition", ...]
    at: Span = NOWHERE


class Conclusion(Record):
    """Another conclusion: a criterion, context or measure, by its id."""

    kind: Literal["criterion", "context", "measure"]
    id: str
    at: Span = NOWHERE


class Test(Record):
    """One test of one fact (or, inside a `where`, of a column of the row)."""

    fact: str
    operator: Operator
    bound: "Expression"
    at: Span = NOWHERE

    __test__ = False  # not one of pytest's


class Some(Record):
    """At least one row of the table meets `where`; not met over no rows."""

    table: str
    where: "Condition"
    at: Span = NOWHERE


class Every(Record):
    """Every row of the table meets `where`; met over no rows."""

    table: str
    where: "Condition"
    at: Span = NOWHERE


Condition: TypeAlias = AllOf | AnyOf | Not | AtLeast | Conclusion | Test | Some | Every


class Constant(Record):
    """A literal: one point. `type` is what it reads as; `text` is how it is written, for facts that hold texts."""

    type: str
    value: Any
    text: str | None = None  # None unless it may also stand for a text
    at: Span = NOWHERE


class FactValue(Record):
    """The value of a fact, or inside a `where` of a column of the row."""

    name: str
    at: Span = NOWHERE


class ParameterValue(Record):
    """The value of a parameter on the as-of date."""

    name: str
    at: Span = NOWHERE


class Arithmetic(Record):
    """A sum, product, difference, quotient, or the smallest or largest of several values."""

    operation: Literal["sum", "product", "difference", "divide", "smallest", "largest"]
    parts: tuple["Expression", ...]
    at: Span = NOWHERE


class Elapsed(Record):
    """The time from a date to the as-of date, in completed calendar months or in days."""

    since: "Expression"
    unit: Literal["months", "days"]
    at: Span = NOWHERE


class Extreme(Record):
    """The lowest or highest value of a history in the window `over` that ends on the as-of date."""

    which: Literal["lowest", "highest"]
    fact: str
    over: "Expression"
    at: Span = NOWHERE


class Count(Record):
    """How many rows of the table meet `where` (all, without one)."""

    table: str
    where: Condition | None
    at: Span = NOWHERE


class Total(Record):
    """The sum of a column over the rows that meet `where`; with `per`, the largest of the sums by group."""

    column: str
    table: str
    where: Condition | None
    per: tuple[str, ...]
    at: Span = NOWHERE


Expression: TypeAlias = Constant | FactValue | ParameterValue | Arithmetic | Elapsed | Extreme | Count | Total
Term: TypeAlias = Condition | Expression


def children(term: Term) -> tuple[Term, ...]:
    """Return the terms directly inside `term`, in the order in which they are written."""
    match term:
        case AllOf(parts) | AnyOf(parts) | Arithmetic(_, parts):
            return parts
        case Not(part):
            return (part,)
        case AtLeast(k, parts):
            return (k, *parts)
        case Test(bound=bound):
            return (bound,)
        case Some(where=where) | Every(where=where):
            return (where,)
        case Elapsed(since=since):
            return (since,)
        case Extreme(over=over):
            return (over,)
        case Count(where=where) | Total(where=where):
            return () if where is None else (where,)
        case Conclusion() | Constant() | FactValue() | ParameterValue():
            return ()
        case _:
            assert_never(term)


def walk(term: Term) -> Iterator[Term]:
    """Yield `term` and every term inside it."""
    yield term
    for child in children(term):
        yield from walk(child)
