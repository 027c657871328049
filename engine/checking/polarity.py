"""Which way a fact moves a condition: what is proved so holds for tables of any number of rows, without a solver."""

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
    Extreme,
    FactValue,
    Not,
    ParameterValue,
    Some,
    Term,
    Test,
    Total,
)
from comity.engine.language.model import Fact, RuleSet
from comity.engine.language.operators import ELAPSED, Operator
from comity.engine.language.places import named

_UP = frozenset({1})
_DOWN = frozenset({-1})
_BOTH = frozenset({1, -1})
_NONE: frozenset[int] = frozenset()

_SIGNS = {
    Operator.AT_LEAST: 1,
    Operator.MORE_THAN: 1,
    Operator.AFTER: 1,
    Operator.AT_MOST: -1,
    Operator.LESS_THAN: -1,
    Operator.BEFORE: -1,
    # The later a date, the less time lies behind it.
    Operator.ELAPSED_AT_LEAST: -1,
    Operator.ELAPSED_LESS_THAN: 1,
}


def polarity(
    rules: RuleSet, reading: str | None, condition: Condition, fact: str, column: str | None
) -> frozenset[int]:
    """Return the ways in which a rising fact (or column of a table) can move a condition.

    1: it can only come to be met; -1: it can only cease to be; both where it may do either; none where it is not
    mentioned. Never too few ways, sometimes too many.
    """
    return _Walk(rules, reading, fact, column).condition(condition, None)


def _turned(signs: frozenset[int]) -> frozenset[int]:
    return frozenset(-sign for sign in signs)


class _Walk:
    def __init__(self, rules: RuleSet, reading: str | None, fact: str, column: str | None) -> None:
        self.rules = rules
        self.conclusions = rules.conditions(reading or rules.default_reading)
        self.fact, self.column = fact, column
        self.known: dict[tuple[Term, str], frozenset[int]] = {}

    def condition(self, condition: Condition, table: Fact | None) -> frozenset[int]:
        key = (condition, table.name if table else "")
        if key not in self.known:
            self.known[key] = self._condition(condition, table)
        return self.known[key]

    def _condition(self, condition: Condition, table: Fact | None) -> frozenset[int]:
        match condition:
            case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
                return _NONE.union(*(self.condition(part, table) for part in parts))
            case Not(part):
                return _turned(self.condition(part, table))
            case Conclusion(id=name):
                return self.condition(self.conclusions[name], None)
            case Some(name, where) | Every(name, where):
                return self.condition(where, self.rules.facts[name])
            case Test(name, operator, bound):
                left, right = self.value(FactValue(name), table), self.value(bound, table)
                sign = _SIGNS.get(operator)
                if sign is None:
                    return self.boolean(condition, left, right)
                by_date = operator in ELAPSED  # compared is the time since the date, which the bound has to reach
                opposite = right if by_date else _turned(right)
                return (left | opposite) if sign > 0 else _turned(left | opposite)
            case _:
                raise AssertionError(condition)

    def boolean(self, test: Test, left: frozenset[int], right: frozenset[int]) -> frozenset[int]:
        """Return the same for `is` and `is_not`: of a truth it is known which way; of all else it may be either."""
        if not left and not right:
            return _NONE
        if isinstance(test.bound, Constant) and test.bound.type == "boolean":
            return left if test.bound.value is (test.operator is Operator.IS) else _turned(left)
        return _BOTH

    def value(self, term: Term, table: Fact | None) -> frozenset[int]:
        """Return the ways in which a value can move."""
        match term:
            case Constant() | ParameterValue():
                return _NONE
            case FactValue(name):
                return self.named(name, table)
            case Arithmetic(operation, parts):
                each = [self.value(part, table) for part in parts]
                if operation in ("sum", "smallest", "largest"):
                    return _NONE.union(*each)
                if operation == "difference":
                    return each[0] | _turned(each[1])
                if not all(self.positive(part, table) for part in parts):
                    return _BOTH if any(each) else _NONE
                return _NONE.union(*each) if operation == "product" else each[0] | _turned(each[1])
            case Elapsed(since):
                return _turned(self.value(since, table))
            case Extreme(fact=name, over=over):
                return self.named(name, table) | (_BOTH if self.value(over, table) else _NONE)
            case Count(name, where):
                return _NONE if where is None else self.condition(where, self.rules.facts[name])
            case Total(column, name, where, per):
                inner = self.rules.facts[name]
                moved = self.named(column, inner)
                if where is not None:
                    counts = self.condition(where, inner)
                    moved |= counts if self.positive(FactValue(column), inner) or not counts else _BOTH
                return moved | (_BOTH if any(self.named(one, inner) for one in per) else _NONE)
            case AllOf() | AnyOf() | Not() | AtLeast() | Conclusion() | Test() | Some() | Every():
                return self.condition(term, table)
            case _:
                raise AssertionError(term)

    def named(self, name: str, table: Fact | None) -> frozenset[int]:
        if table is not None and name in table.columns:
            one, home = table.columns[name], table
            moved = _UP if (self.fact, self.column) == (table.name, name) else _NONE
            # A single value has held since a date, and was 0 before: a later date lowers the past.
            since = home.since
            if one.history and since is not None and (later := self.named(since, home)):
                moved |= _turned(later) if one.low is not None and one.low >= 0 else _BOTH
        else:
            one, home = self.rules.facts[name], None
            moved = _UP if (self.fact, self.column) == (name, None) else _NONE
        if one.derive is None:
            return moved
        return moved | self.value(one.derive, home)

    def positive(self, term: Term, table: Fact | None) -> bool:
        """Tell whether it can be seen that a value is never below 0."""
        match term:
            case Constant(value=value):
                return not isinstance(value, str) and value >= 0
            case ParameterValue(name):
                readings = [reading.set[name] for reading in self.rules.readings.values() if name in reading.set]
                values = [value for _, value in self.rules.parameters[name].values]
                return all(value >= 0 for value in (*values, *readings))
            case FactValue(name) | Extreme(fact=name):
                one = named(self.rules, name, table)
                given = one.low is not None and one.low >= 0
                return given and (one.derive is None or self.positive(one.derive, table))
            case Arithmetic(operation, parts):
                return operation != "difference" and all(self.positive(part, table) for part in parts)
            case Count():
                return True
            case Total(column, name):
                return self.positive(FactValue(column), self.rules.facts[name])
            case _:
                return False
