"""Tests that no value meets together."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from math import ceil, floor, inf
from typing import Any, NamedTuple

from comity.engine.checking.bounds import in_words, lowest
from comity.engine.checking.judged import Judged
from comity.engine.language.condition import AllOf, AnyOf, Condition, Constant, Expression, ParameterValue, Test
from comity.engine.language.diagnostic import Code, Diagnostic, Span, judgement
from comity.engine.language.model import Fact, RuleSet, ValueType
from comity.engine.language.operators import ELAPSED, Operator
from comity.engine.language.places import named, places, terms

_LOWER = {Operator.AT_LEAST: False, Operator.ELAPSED_AT_LEAST: False, Operator.MORE_THAN: True, Operator.AFTER: True}
_UPPER = {Operator.AT_MOST: False, Operator.LESS_THAN: True, Operator.ELAPSED_LESS_THAN: True, Operator.BEFORE: True}


class Limit(NamedTuple):
    """What one part of an `all` asks of a fact; `is` may be one of several values."""

    operator: Operator
    values: tuple[Any, ...]
    words: str
    at: Span


class Values(NamedTuple):
    """What a fact can be: one of `options`, or else from `low` to `high`, in whole steps of 1 or not."""

    options: frozenset[Any] | None = None
    low: Any = -inf
    high: Any = inf
    whole: bool = False


def contradictory_tests(judged: Judged) -> Iterator[Diagnostic]:
    """Tests of one fact that must hold together leave it no value."""
    rules = judged.rules
    for place in places(rules):
        inner: set[int] = set()
        for term, table in terms(rules, place.term, place.table):
            if not isinstance(term, AllOf) or id(term) in inner:
                continue
            for (name, unit), limits in _limits(rules, _joined(term, inner), table).items():
                values = Values(whole=True) if unit else _values(named(rules, name, table), table)
                apart = contradiction(values, limits)
                if apart:
                    words = [limit.words for limit in apart[:5]] + ["so on"] * (len(apart) > 5)
                    message = f"no value of `{name}` {' and '.join(words)}"
                    hint = "correct one of them, or join them by `any`"
                    yield judgement(Code.CONTRADICTORY_TESTS, place.name, apart[-1].at, message, hint)


def _joined(term: AllOf, inner: set[int]) -> Iterator[Condition]:
    """Yield the parts of an `all`, and of those among them that are `all` too, noting these in `inner`."""
    for part in term.parts:
        if isinstance(part, AllOf):
            inner.add(id(part))
            yield from _joined(part, inner)
        else:
            yield part


def _limits(
    rules: RuleSet, parts: Iterable[Condition], table: Fact | None
) -> dict[tuple[str, ValueType | None], list[Limit]]:
    """Return what is asked of each fact by constants: of itself, or of the time that has passed since, in a unit."""
    found: dict[tuple[str, ValueType | None], list[Limit]] = {}
    for part in parts:
        tests = [test for test in (part.parts if isinstance(part, AnyOf) else (part,)) if isinstance(test, Test)]
        if len(tests) < (len(part.parts) if isinstance(part, AnyOf) else 1):
            continue
        name, test = tests[0].fact, tests[0].operator
        if len(tests) > 1 and {(one.fact, one.operator) for one in tests} != {(name, Operator.IS)}:
            continue
        fact = named(rules, name, table)
        constants = [_constant(rules, fact, one.bound) for one in tests]
        known = [constant for constant in constants if constant is not None]
        if len(known) < len(constants):
            continue
        unit = known[0][0] if test in ELAPSED else None
        words = in_words(fact, test, *(one.bound for one in tests))
        found.setdefault((name, unit), []).append(Limit(test, tuple(value for _, value in known), words, tests[-1].at))
    return found


def _constant(rules: RuleSet, fact: Fact, bound: Expression) -> tuple[ValueType, Any] | None:
    """Return the type and the one value that a bound has on every day and in every reading, if it has one."""
    match bound:
        case Constant(type=kind, value=value, text=text):
            return ValueType(kind), text if fact.value_type in (ValueType.CHOICE, ValueType.TEXT) else value
        case ParameterValue(name) if not any(name in reading.set for reading in rules.readings.values()):
            parameter = rules.parameters[name]
            start, value = parameter.values[0]
            return (parameter.value_type, value) if start == date.min and len(parameter.values) == 1 else None
        case _:
            return None


def _values(fact: Fact, table: Fact | None) -> Values:
    """Return what a fact can be. What is derived keeps neither to the limits of its type nor to whole numbers."""
    match fact.value_type:
        case ValueType.BOOLEAN:
            return Values(frozenset({True, False}))
        case ValueType.CHOICE if fact.derive is None:
            return Values(fact.option_set)
        case ValueType.DATE:
            return Values(None, date.min.toordinal(), date.max.toordinal(), whole=True)
        case ValueType.NUMBER | ValueType.MONTHS | ValueType.DAYS if fact.derive is None:
            return Values(None, lowest(fact, table), fact.high, whole=fact.type in ("count", "duration"))
        case _:
            return Values()


def contradiction(values: Values, limits: Sequence[Limit]) -> tuple[Limit, ...]:
    """Return the first limits that each leave some of `values` and together none: two of them, if two are enough.

    >>> at = Span("a.yaml", 1, 1)
    >>> more, less = Limit(Operator.MORE_THAN, (5,), "", at), Limit(Operator.LESS_THAN, (6,), "", at)
    >>> contradiction(Values(whole=True), [more, less]) == (more, less), contradiction(Values(), [more, less])
    (True, ())
    """
    fitting = [limit for limit in limits if _leave(values, (limit,))]
    if _leave(values, fitting):
        return ()
    enough = bisect_left(range(len(fitting)), True, key=lambda number: not _leave(values, fitting[:number]))
    *before, last = fitting[:enough]
    return next(((one, last) for one in before if not _leave(values, (one, last))), (*before, last))


def _leave(values: Values, limits: Iterable[Limit]) -> bool:
    """Tell whether some value meets all of `limits`."""
    points, low, high, above, below = values.options, values.low, values.high, False, False
    out: set[Any] = set()
    for test, bounds, *_ in limits:
        numbers = [bound.toordinal() if isinstance(bound, date) else bound for bound in bounds]
        if test is Operator.IS:
            points = frozenset(numbers) if points is None else points & frozenset(numbers)
        elif test is Operator.IS_NOT:
            out.update(numbers)
        elif test in _LOWER and (numbers[0], _LOWER[test]) > (low, above):
            low, above = numbers[0], _LOWER[test]
        elif test in _UPPER and (-numbers[0], _UPPER[test]) > (-high, below):
            high, below = numbers[0], _UPPER[test]
    if points is not None:
        return any(point not in out and _between(point, low, high, above, below, values.whole) for point in points)
    if values.whole:
        first = low if low == -inf else floor(low) + 1 if above else ceil(low)
        last = high if high == inf else ceil(high) - 1 if below else floor(high)
        return bool(last - first + 1 > sum(first <= one <= last and one == int(one) for one in out))
    return bool(low < high or (low == high and not above and not below and low not in out))


def _between(point: Any, low: Any, high: Any, above: bool, below: bool, whole: bool) -> bool:
    if isinstance(point, bool | str):
        return True
    fits = (low < point if above else low <= point) and (point < high if below else point <= high)
    return fits and (not whole or point == int(point))
