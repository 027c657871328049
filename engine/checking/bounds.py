"""Tests and types that leave no choice: what always or never holds, and what is compared in two units."""

import operator
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from comity.engine.checking.judged import Judged
from comity.engine.language.condition import (
    Arithmetic,
    Constant,
    Expression,
    Extreme,
    FactValue,
    ParameterValue,
    Test,
    Total,
)
from comity.engine.language.diagnostic import Code, Diagnostic, Span, judgement
from comity.engine.language.model import Fact, Parameter, RuleSet, ValueType
from comity.engine.language.operators import TABLE, Operator
from comity.engine.language.places import named, places, terms
from comity.engine.language.quantity import same, span
from comity.engine.language.truth import Kleene, negate
from comity.engine.language.writing import written

_COMPARE: dict[Operator, Callable[[Any, Any], Kleene]] = {
    Operator.IS: same,
    Operator.IS_NOT: lambda a, b: negate(same(a, b)),
    Operator.AT_LEAST: operator.ge,
    Operator.MORE_THAN: operator.gt,
    Operator.AT_MOST: operator.le,
    Operator.LESS_THAN: operator.lt,
}
_SIZES = (ValueType.NUMBER, ValueType.MONTHS, ValueType.DAYS)


def threshold_out_of_range(judged: Judged) -> Iterator[Diagnostic]:
    """A test of a fact holds for every value that may be given for it, or for none."""
    rules = judged.rules
    for place in places(rules):
        for term, table in terms(rules, place.term, place.table):
            if not isinstance(term, Test):
                continue
            fact = named(rules, term.fact, table)
            if fact.derive is not None or fact.value_type not in _SIZES:
                continue
            came = {_settled(term.operator, fact, value, table) for value in _values(rules, term.bound)}
            if len(came) == 1 and None not in came:
                test = f"`{fact.name}` {in_words(fact, term.operator, term.bound)}"
                message = f"the test that {test} {'always' if True in came else 'never'} holds: {_kept(fact, table)}"
                hint = "correct what it is compared with, or what may be given"
                yield judgement(Code.THRESHOLD_OUT_OF_RANGE, place.name, term.at, message, hint)


def _values(rules: RuleSet, bound: Expression) -> set[Any]:
    """Return every value that a bound can have without anybody setting it; none if it is worked out from facts."""
    match bound:
        case Constant(value=value):
            return {value}
        case ParameterValue(name):
            sets = [reading.set[name] for reading in rules.readings.values() if name in reading.set]
            return {*(value for _, value in rules.parameters[name].values), *sets}
        case _:
            return set()


def _settled(test: Operator, fact: Fact, value: Any, table: Fact | None) -> Kleene:
    """Return how a test comes out for all that may be given."""
    if fact.type == "count" and value.__class__ is Fraction and test in (Operator.IS, Operator.IS_NOT):
        return test is Operator.IS_NOT
    return _COMPARE[test](span(lowest(fact, table), fact.high), value)


def lowest(fact: Fact, table: Fact | None) -> Any:
    """Return the lowest value that can be in use: before its `since`, a row has 0 in a history, whatever `min` says."""
    return min(fact.low, 0) if fact.history and table is not None and table.since is not None else fact.low


def _kept(fact: Fact, table: Fact | None) -> str:
    kept = written(fact, span(lowest(fact, table), fact.high))
    return f"its values are {'whole numbers, ' if fact.type == 'count' else ''}`{kept}`"


def in_words(fact: Fact, operator_: Operator, *bounds: Expression) -> str:
    """Return what a test says of a fact: its operator, and what it compares with, which is no expression."""
    return f"{TABLE[operator_].words} {' or '.join(_bound(fact, bound) for bound in bounds)}"


def _bound(fact: Fact, bound: Expression) -> str:
    match bound:
        case ParameterValue(name):
            return f"`{name}`"
        case Constant(type=kind, value=value, text=text):
            holds_texts = fact.value_type in (ValueType.TEXT, ValueType.CHOICE)
            return f"`{text if holds_texts else written(fact.but(value_type=ValueType(kind)), value)}`"
        case _:
            raise ValueError("a bound that is worked out has no value of its own")


def empty_domain(judged: Judged) -> Iterator[Diagnostic]:
    """A fact or a column can be given one value only, or values that are less than a step apart."""
    for fact in judged.rules.facts.values():
        for one, name in ((fact, fact.name), *((each, f"{fact.name}.{each.name}") for each in fact.columns.values())):
            said = _only(one)
            if said is not None:
                message = f"`{name}` {said}"
                hint = "widen what may be given, or leave it out"
                yield judgement(Code.EMPTY_DOMAIN, name, one.at, message, hint)


def _only(fact: Fact) -> str | None:
    if fact.value_type is ValueType.CHOICE:
        return f"has one option, `{fact.options[0]}`" if len(fact.options) == 1 else None
    if fact.low is None or fact.high - fact.low >= fact.step:
        return None
    if fact.low == fact.high:
        return f"can only be {written(fact, fact.low)}"
    return f"has `min` and `max` less than a step of {written(fact, fact.step)} apart"


def units_apart(judged: Judged) -> Iterator[Diagnostic]:
    """Figures are compared or combined that are declared in two units."""
    rules = judged.rules
    for place in places(rules):
        for term, table in terms(rules, place.term, place.table):
            match term:
                case Test(fact, bound=bound, at=at):
                    verb, parts = "compared", (FactValue(fact, at), bound)
                case Arithmetic("sum" | "difference" | "smallest" | "largest", parts):
                    verb = "combined"
                case _:
                    continue
            measured = [one for one in (_unit(rules, part, table) for part in parts) if one is not None]
            for other in measured[1:]:
                if other.unit.split() != measured[0].unit.split():
                    message = f"`{measured[0].name}` ({measured[0].unit}) is {verb} with `{other.name}` ({other.unit})"
                    hint = "bring both to one unit, or correct their `unit`"
                    yield judgement(Code.UNITS_APART, place.name, other.at, message, hint)


class _Unit(NamedTuple):
    """A figure by its name, the unit in which it is declared, and where it is mentioned."""

    name: str
    unit: str
    at: Span


def _unit(rules: RuleSet, expression: Expression, table: Fact | None) -> _Unit | None:
    """Return in what a figure is counted, as far as that is declared: a product or a quotient has a unit of its own."""
    match expression:
        case FactValue(name, at) | Extreme(fact=name, at=at):
            thing: Fact | Parameter = named(rules, name, table)
        case ParameterValue(name, at):
            thing = rules.parameters[name]
        case Total(name, rows, at=at):
            thing = rules.facts[rows].columns[name]
        case Arithmetic("sum" | "difference" | "smallest" | "largest", parts):
            return next((unit for unit in (_unit(rules, part, table) for part in parts) if unit is not None), None)
        case _:
            return None
    return _Unit(name, thing.unit, at) if thing.unit and thing.value_type is ValueType.NUMBER else None
