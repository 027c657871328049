"""What a space has to hold for a question: windows of histories, and rows of tables."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Any, TypeAlias

from comity.engine.language.condition import (
    Arithmetic,
    Condition,
    Constant,
    Count,
    Every,
    Expression,
    Extreme,
    ParameterValue,
    Some,
    Term,
    Test,
    Total,
    walk,
)
from comity.engine.language.history import first_day
from comity.engine.language.model import RuleSet
from comity.engine.language.references import names_in, type_of

Windows: TypeAlias = dict[tuple[str, str], set[date]]


def windows(
    rules: RuleSet, reading: str | None, overrides: Mapping[str, Any] | None, as_of: date, more: Iterable[Term] = ()
) -> Windows:
    """Return the first days of the windows that rules ask about, by table ("" for none) and name."""
    changed = tuple(sorted((overrides or {}).items()))
    found = {
        key: {*firsts} for key, firsts in _windows(rules, reading or rules.default_reading, changed, as_of).items()
    }
    _note_windows(rules, reading or rules.default_reading, changed, as_of, more, found)
    return found


@lru_cache(maxsize=32)  # every question about a rule set asks
def _windows(rules: RuleSet, reading: str | None, changed: tuple[tuple[str, Any], ...], as_of: date) -> Windows:
    columns = [column for fact in rules.facts.values() for column in fact.columns.values()]
    derived = [fact.derive for fact in (*rules.facts.values(), *columns) if fact.derive is not None]
    conditions = (*rules.conditions(reading).values(), *(one.when for one in rules.impossible))
    found: Windows = {}
    _note_windows(rules, reading, changed, as_of, (*conditions, *derived), found)
    return found


def _note_windows(
    rules: RuleSet,
    reading: str | None,
    changed: tuple[tuple[str, Any], ...],
    as_of: date,
    terms: Iterable[Term],
    found: Windows,
) -> None:
    settings = {**(rules.readings[reading].set if reading else {}), **dict(changed)}
    for inner in (one for term in terms for one in walk(term)):
        if isinstance(inner, Extreme):
            home = next((fact.name for fact in rules.facts.values() if inner.fact in fact.columns), "")
            unit = type_of(rules, inner.over, None).value
            for length in _lengths(rules, inner.over, settings, as_of):
                found.setdefault((home, inner.fact), set()).add(first_day(length, unit, as_of))


def _lengths(rules: RuleSet, over: Expression, changed: Mapping[str, Any], as_of: date) -> set[int]:
    """Return how long a window may be: as it is said, or where a mutant moves it, one step to either side."""
    moved = isinstance(over, Arithmetic)
    while isinstance(over, Arithmetic):
        over = over.parts[0]
    value: Any = None
    if isinstance(over, Constant):
        value = over.value
    elif isinstance(over, ParameterValue):
        value = changed[over.name] if over.name in changed else rules.parameters[over.name].on(as_of)
    if not isinstance(value, int):
        return set()
    return {max(0, value - 1), value, value + 1} if moved else {value}


def reached(rules: RuleSet, conclusions: Mapping[str, Condition], term: Term) -> tuple[list[Term], set[str]]:
    """Return all that a term rests on: itself, the conclusions and derivations behind it; and the facts they name."""
    found: list[Term] = [term]
    seen: set[str] = set()
    for one in found:  # it grows
        for name in names_in(one):
            if name in seen:
                continue
            seen.add(name)
            if name in conclusions:
                found.append(conclusions[name])
            elif name in rules.facts:
                fact = rules.facts[name]
                found += [each.derive for each in (fact, *fact.columns.values()) if each.derive is not None]
    return found, seen & rules.facts.keys()


MOST_ROWS = 12  # that are written as formulas: what needs more is not decided


def rows_needed(rules: Iterable[RuleSet], terms: Iterable[Term]) -> int:
    """Return how many rows of a table a question needs, at the least 3; it may be more than `MOST_ROWS`.

    One for each mention of rows that have to exist, and as many as a count is compared with.
    """
    mentions = 0
    most = 0
    counts: set[str] = set()
    derived = [fact for one in rules for fact in one.facts.values() if fact.derive is not None]
    derivations: list[Term] = [fact.derive for fact in derived if fact.derive is not None]
    every = [*terms, *derivations]
    for term in every:
        for inner in walk(term):
            if isinstance(inner, Some | Every) or (isinstance(inner, Total) and inner.per):
                mentions += 1
    for fact in derived:
        if fact.derive is not None and any(isinstance(inner, Count) for inner in walk(fact.derive)):
            counts.add(fact.name)
    for term in every:
        for inner in walk(term):
            if isinstance(inner, Test) and (inner.fact in counts or isinstance(inner.bound, Count)):
                most = max(most, *(_whole(bound, rules) for bound in walk(inner.bound)), 0)
    return max(3, min(mentions, 4), most + 1 if most else 0)


def _whole(term: Term, rules: Iterable[RuleSet]) -> int:
    if isinstance(term, Constant) and isinstance(term.value, int | Fraction):
        return ceil(term.value)
    if isinstance(term, ParameterValue):
        values = [
            value for one in rules if term.name in one.parameters for _, value in one.parameters[term.name].values
        ]
        return max((ceil(value) for value in values if isinstance(value, int | Fraction)), default=0)
    return 0
