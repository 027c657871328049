"""How large a number the rules can make: a bound on its digits, found before anything is evaluated.

Arithmetic is exact, so a chain of products doubles the digits with every step. A rule set whose numbers nobody could
compute or print is refused as a whole, and evaluation stays exact and quick for every other.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple, assert_never

from comity.engine.language.condition import (
    Arithmetic,
    Constant,
    Count,
    Elapsed,
    Expression,
    Extreme,
    FactValue,
    ParameterValue,
    Term,
    Total,
    walk,
)
from comity.engine.language.diagnostic import Code, Diagnostic
from comity.engine.language.model import Fact, RuleSet, ValueType
from comity.engine.language.source import MAX_DIGITS, spaced

MAX_SIZE = 4_000  # digits above or below the line; a decimal that is written has at most MAX_DIGITS


class Size(NamedTuple):
    """How many digits a fraction has at most, above the line and below it; whole numbers have none below."""

    above: int
    below: int = 0


GIVEN = Size(MAX_DIGITS, MAX_DIGITS)
WHOLE = Size(MAX_DIGITS)


def too_large(
    rules: RuleSet,
    derived: Iterable[tuple[Fact, Fact | None]],
    terms: Iterable[tuple[Arithmetic, Fact | None]],
) -> Iterator[Diagnostic]:
    """Yield a complaint about arithmetic that can make a number of more than `MAX_SIZE` digits.

    `derived` are the derived facts and columns, each after what it needs; `terms` are all sums, products and so on.
    Each comes with the table of its row, if any. What rests on a number that is too large is not complained about.
    """
    sizes = _Sizes(rules)
    for fact, table in derived:
        sizes.derive(fact, table)
    for term, table in terms:
        sizes.of(term, table)
    yield from sizes.found


class _Sizes:
    """The sizes of expressions; None once there has been a complaint."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.derived: dict[tuple[str | None, str], Size | None] = {}  # by the table of a column, if any, and the name
        self.quotients: set[tuple[str | None, str]] = set()  # those of them that rest on a division
        self.done: dict[tuple[Arithmetic, str | None], Size | None] = {}
        self.found: list[Diagnostic] = []

    def derive(self, fact: Fact, table: Fact | None) -> None:
        """Find the size of a derived fact or column, which may also be given."""
        if isinstance(fact.derive, Expression) and fact.value_type is not ValueType.DATE:
            key = (table.name if table else None, fact.name)
            size = self.of(fact.derive, table)
            self.derived[key] = size and _largest([size, _given(fact)])
            if any(self.divides(term, table) for term in walk(fact.derive)):
                self.quotients.add(key)

    def divides(self, term: Term, table: Fact | None) -> bool:
        """Tell whether a term divides, or names what rests on a division."""
        if isinstance(term, FactValue):
            inside = table is not None and term.name in table.columns
            return (table.name if table is not None and inside else None, term.name) in self.quotients
        return isinstance(term, Arithmetic) and term.operation == "divide"

    def of(self, expression: Expression, table: Fact | None) -> Size | None:
        """Return the size of an expression."""
        match expression:
            case Constant(value=value):
                return _written(value)
            case FactValue(name) | Extreme(fact=name):
                own = table if table is not None and name in table.columns else None
                fact = own.columns[name] if own else self.rules.facts[name]
                return self.derived.get((own.name if own else None, name), _given(fact))
            case ParameterValue():
                return GIVEN
            case Elapsed() | Count():
                return WHOLE
            case Total(column=name, table=rows):
                size = self.derived.get((rows, name), _given(self.rules.facts[rows].columns[name]))
                if size and (rows, name) in self.quotients:  # the denominators of many rows: enough for a few to meet
                    return Size(size.above + MAX_SIZE // 4, MAX_SIZE // 4)
                return size and Size(size.above + MAX_DIGITS, size.below)
            case Arithmetic():
                key = (expression, table.name if table else None)
                if key not in self.done:
                    self.done[key] = self.arithmetic(expression, table)
                return self.done[key]
            case _:
                assert_never(expression)

    def arithmetic(self, term: Arithmetic, table: Fact | None) -> Size | None:
        parts = [self.of(part, table) for part in term.parts]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        size = _combined(term.operation, known)
        if max(size) <= MAX_SIZE:
            return size
        message = f"`{term.operation}` can make a number of more than {spaced(MAX_SIZE)} digits"
        self.found.append(Diagnostic(term.at, Code.TOO_MANY_DIGITS, message, "calculate with fewer numbers"))
        return None


def _combined(operation: str, parts: list[Size]) -> Size:
    match operation:
        case "product":
            return Size(sum(part.above for part in parts), sum(part.below for part in parts))
        case "divide":
            one, other = parts
            return Size(one.above + other.below, one.below + other.above)
        case "sum" | "difference":
            below = sum(part.below for part in parts)
            return Size(max(part.above + below - part.below for part in parts) + len(str(len(parts))), below)
        case _:
            return _largest(parts)


def _largest(parts: list[Size]) -> Size:
    return Size(max(part.above for part in parts), max(part.below for part in parts))


def _written(value: Any) -> Size:
    if value.__class__ is Fraction:
        return Size(len(str(abs(value.numerator))), len(str(value.denominator)))
    return Size(len(str(abs(value)))) if value.__class__ is int else WHOLE


def _given(fact: Fact) -> Size:
    return GIVEN if fact.type in ("number", "share") else WHOLE
