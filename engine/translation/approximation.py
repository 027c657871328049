"""What stands for a condition or a number that the solver cannot take."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from comity.engine.language.condition import (
    Arithmetic,
    Conclusion,
    Condition,
    Count,
    Every,
    Expression,
    ParameterValue,
    Some,
    Term,
    Total,
    walk,
)
from comity.engine.language.model import Fact, Given, RuleSet
from comity.engine.language.quantity import Range
from comity.engine.language.references import names_in
from comity.engine.translation.formulas import FALSE, ZERO, compare, conj, neg, variable
from comity.engine.translation.intervals import End, Interval
from comity.engine.translation.space import RowCells, Space
from comity.engine.translation.truths import Truths, View

_NAME = re.compile(r"[a-z][0-9]+")


class Approximation:
    """Variables without meaning, for what the solver cannot take: what means the same has the same one.

    `free` holds those that are known, by what they stand for; `parameter` gives the value of a parameter.
    """

    def __init__(
        self,
        space: Space,
        rules: RuleSet,
        view: View,
        conclusions: Mapping[str, Condition],
        parameter: Callable[[str], Given],
        free: dict[Any, Any],
    ) -> None:
        self.space = space
        self.script = space.script
        self.rules = rules
        self.view = view
        self.conclusions = conclusions
        self.parameter = parameter
        self.free = free

    def truths(self, condition: Condition, row: RowCells | None, why: str) -> Truths:
        """Return a truth that may be anything; `why` says what is not translated."""
        self.script.approximate[why or "tables of any length"] = None
        meaning = self._meaning(condition, row)
        key = ("truth", self._signature(condition, row, meaning))
        if key not in self.free:
            met = self.script.declare("t", "Bool")
            not_met = neg(met)
            if self.view == "partial" or self.space.ranges or _can_lack_a_value(condition, meaning):
                not_met = self.script.declare("t", "Bool")
                self.script.domain.append(neg(conj([met, not_met])))
            self.free[key] = Truths(met, not_met)
        found: Truths = self.free[key]
        return found

    def number(
        self, expression: Expression, row: RowCells | None, why: str, sort: str, positive: bool = False
    ) -> Interval:
        """Return a number that may be anything; `why` says what is not translated."""
        self.script.approximate[why or "tables of any length"] = None
        meaning = self._meaning(expression, row)
        key = ("number", self._signature(expression, row, meaning))
        if key not in self.free:
            low = self.script.declare("n", sort)
            if positive:
                self.script.domain.append(compare(variable(low), ">=", ZERO))
            gone = self.script.declare("o", "Bool") if _can_lack_a_value(expression, meaning) else FALSE
            found = Interval(End(variable(low), gone), End(variable(low), gone), positive)
            if self.view == "partial" or self.space.ranges:
                high, open_low, open_high = (
                    self.script.declare("n", sort),
                    FALSE if positive else self.script.declare("o", "Bool"),
                    self.script.declare("o", "Bool"),
                )
                self.script.domain.append(compare(variable(low), "<=", variable(high)))
                found = Interval(End(variable(low), open_low), End(variable(high), open_high), positive)
            self.free[key] = found
        known: Interval = self.free[key]
        return known

    def stand_ins(self) -> Iterator[tuple[Term, str]]:
        """Yield the variables without meaning, each with the term that it stands for."""
        for (_, (term, *_)), found in self.free.items():
            if isinstance(found, Truths):
                texts = [found.met, found.not_met]
            else:
                ends = (found.low, found.high)
                texts = [text for end in ends for text in (end.open, *end.value.coefficients)]
            for name in dict.fromkeys(name for text in texts for name in _NAME.findall(text)):
                yield term, name

    def _meaning(self, term: Term, row: RowCells | None) -> dict[tuple[str, str], Any]:
        """Return all that the names in a term stand for, by name, and for a column by its table."""
        seen: dict[tuple[str, str], Any] = {}
        waiting: list[tuple[Term, Fact | None]] = [(term, None if row is None else self.rules.facts[row.table])]
        while waiting:
            one, table = waiting.pop()
            for inner in walk(one):
                if isinstance(inner, ParameterValue):
                    seen[inner.name, ""] = self.parameter(inner.name)
                if isinstance(inner, Conclusion) and (inner.id, "") not in seen:
                    seen[inner.id, ""] = self.conclusions[inner.id]
                    waiting.append((self.conclusions[inner.id], None))
            own = [
                self.rules.facts[inner.table] for inner in walk(one) if isinstance(inner, Some | Every | Count | Total)
            ]
            tables = [*own, *([table] if table else ())]
            named = [(None, self.rules.facts[name]) for name in names_in(one) if name in self.rules.facts]
            for home, fact in (*named, *((each, column) for each in tables for column in each.columns.values())):
                key = (fact.name, home.name if home else "")
                if fact.derive is not None and key not in seen:
                    seen[key] = fact.derive
                    waiting.append((fact.derive, home))
        return seen

    def _signature(self, term: Term, row: RowCells | None, meaning: Mapping[tuple[str, str], Any]) -> Any:
        """Return a key for what a term means: equal for the same value, whatever was asked for before it."""
        return (term, id(row), self.view, tuple(sorted((name, repr(value)) for name, value in meaning.items())))


def _can_lack_a_value(term: Term, meaning: Mapping[tuple[str, str], Any]) -> bool:
    """Tell whether a term may have no value although all facts are known: a divisor is 0, a parameter has not begun."""
    rests_on = [term, *meaning.values()]
    return any(
        isinstance(inner, Arithmetic) and inner.operation == "divide"
        for one in rests_on
        if isinstance(one, get_args(Term))
        for inner in walk(one)
    ) or any(one is None or one.__class__ is Range for one in meaning.values())
