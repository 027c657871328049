"""The parts that what is known of a fact falls into: within each, every test of it comes out the same."""

from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Any

from comity.engine.assessment.completions import Completer
from comity.engine.assessment.evaluate import Run
from comity.engine.language.model import Fact, Given, ValueType
from comity.engine.language.quantity import DAY, Range, ends, span


def cells(run: Run, completer: Completer, name: str, whole: bool = False) -> tuple[Given, ...]:
    """Return the parts, in order: truths, options, or ranges between the values that rules compare the fact with.

    There are none for tables, texts and histories. With `whole`, the parts leave nothing out, and there are none for
    numbers that need not be whole.
    """
    fact = run.program.rules.facts[name]
    given = run.facts.get(name)
    if fact.columns or fact.history or (given is not None and given.__class__ is not Range):
        return ()
    match fact.value_type:
        case ValueType.BOOLEAN:
            return (True, False)
        case ValueType.CHOICE:
            return fact.options
        case ValueType.TEXT:
            return ()
        case _:
            low, high = ends(fact.unknown if given is None else given)
            step = 1 if fact.type in ("count", "duration") else fact.grain
            if whole and fact.type in ("number", "share"):
                return ()
            firsts = [low, *(turn for turn in _turns(completer, fact, step) if low < turn <= high)]
            lasts = [*(first - step for first in firsts[1:]), high]
            return tuple(span(first, last) for first, last in zip(firsts, lasts, strict=True))


def _turns(completer: Completer, fact: Fact, step: Any) -> list[Any]:
    """Return the values from which on a test of a fact may come out otherwise."""
    noted = completer.pools.get(("", fact.name), ())
    if fact.value_type is ValueType.DATE:
        days = {day for day in noted if isinstance(day, date)}
        return sorted(days | {day + DAY for day in days if day != date.max})
    numbers = {value for value in noted if isinstance(value, int | Fraction) and not isinstance(value, bool)}
    if step == 1:
        return sorted({ceil(value) for value in numbers} | {floor(value) + 1 for value in numbers})
    return sorted(numbers | {value + step for value in numbers})
