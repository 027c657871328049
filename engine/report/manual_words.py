"""Conditions and expressions of a rule set in full, as its manual prints them: with thresholds, and with links."""

from collections.abc import Iterator
from datetime import date
from typing import assert_never

from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    Arithmetic,
    AtLeast,
    Conclusion,
    Condition,
    Constant,
    Count,
    Elapsed,
    Every,
    Expression,
    Extreme,
    FactValue,
    Not,
    ParameterValue,
    Some,
    Term,
    Test,
    Total,
    children,
    walk,
)
from comity.engine.language.model import Fact, Parameter, RuleSet
from comity.engine.report.manual_parts import Item, Piece
from comity.engine.report.manual_uses import anchor_of
from comity.engine.report.words import Phrases, day, of_parameter


class Clauses(Phrases):
    """Puts the conditions of one rule set into words as they stand under a reading, with nothing left out."""

    def __init__(self, rules: RuleSet, reading: str | None, table: Fact | None = None) -> None:
        super().__init__(rules, table)
        self.reading = reading

    def inside(self, table: Fact | None) -> "Clauses":
        return Clauses(self.rules, self.reading, table)

    def anchor(self, name: str) -> str:
        """Return the anchor of a fact or column."""
        return anchor_of(name, self.table)

    def values(self, parameter: Parameter) -> list[str]:
        """Return the values of a parameter, each with the day from which it holds if it has one."""
        changed = self.rules.readings[self.reading].set if self.reading else {}
        if parameter.name in changed:
            return [of_parameter(parameter, changed[parameter.name])]
        return [
            of_parameter(parameter, held) + ("" if since == date.min else f" from {day(since)}")
            for since, held in parameter.values
        ]

    def parameter(self, parameter: Parameter) -> str:
        """Return the value of a parameter, or all its values, in one line."""
        return ", ".join(self.values(parameter))

    def expression(self, expression: Expression) -> str:
        match expression:
            case ParameterValue(name):
                return f"{self.parameter(self.rules.parameters[name])} ({name})"
            case _:
                return super().expression(expression)

    def items(self, term: Term, depth: int = 0) -> Iterator[Item]:
        """Yield a condition or an expression as a nested list."""
        match term:
            case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
                yield Item(depth, (Piece(self.condition(term)),))
                for part in parts:
                    yield from self.items(part, depth + 1)
            case Not(part):
                yield Item(depth, (Piece(self.condition(term)),))
                yield from self.items(part, depth + 1)
            case Some(table, where) | Every(table, where):
                yield Item(depth, (Piece(self.condition(term)),))
                yield from self.inside(self.rules.facts[table]).items(where, depth + 1)
            case Conclusion(kind, name):
                yield Item(depth, (Piece(f"{kind}: "), Piece(self.conclusion(name), f"{kind}-{name}")))
            case Test(fact, _, bound):
                rest = self.condition(term).removeprefix(self.fact(fact))
                yield Item(depth, (Piece(self.fact(fact), self.anchor(fact)), Piece(rest)))
                yield from self._rows(bound, depth + 1)
            case Constant() | FactValue() | ParameterValue() | Arithmetic() | Elapsed() | Extreme() | Count() | Total():
                yield Item(depth, (Piece(self.expression(term)),))
                yield from self._rows(term, depth + 1)
            case _:
                assert_never(term)

    def _rows(self, term: Term, depth: int) -> Iterator[Item]:
        """Yield which rows each count and total in an expression takes."""
        if isinstance(term, Count | Total):
            if term.where is not None:
                yield Item(depth, (Piece(f"of {self.fact(term.table)}, the rows that meet:"),))
                yield from self.inside(self.rules.facts[term.table]).items(term.where, depth + 1)
            return
        for part in children(term):
            yield from self._rows(part, depth)

    def whole(self, term: Term) -> str:
        """Return a condition or an expression in one line, and which rows each count and total in it takes."""
        text = self.inline(term) if isinstance(term, Condition) else self.expression(term)
        rows = [
            f"of {self.fact(one.table)}, the rows where {self.inside(self.rules.facts[one.table]).inline(one.where)}"
            for one in walk(term)
            if isinstance(one, Count | Total) and one.where is not None
        ]
        return "; ".join([text, *dict.fromkeys(rows)])

    def inline(self, condition: Condition) -> str:
        """Return a condition in one line, whole."""
        match condition:
            case AllOf(parts):
                return " and ".join(map(self._inline_part, parts))
            case AnyOf(parts):
                return " or ".join(map(self._inline_part, parts))
            case AtLeast(parts=parts):
                return f"{self.condition(condition).removesuffix(':')} ({'; '.join(map(self.inline, parts))})"
            case Not(part):
                return f"not ({self.inline(part)})"
            case Some(table, where) | Every(table, where):
                return f"{self.condition(condition)} {self.inside(self.rules.facts[table]).inline(where)}"
            case Conclusion(id=name):
                return self.conclusion(name)
            case Test():
                return self.condition(condition)
            case _:
                assert_never(condition)

    def _inline_part(self, condition: Condition) -> str:
        text = self.inline(condition)
        return f"({text})" if isinstance(condition, AllOf | AnyOf | Some | Every) else text
