"""What a rule set declares and no rule needs."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from comity.engine.checking.citations import cited
from comity.engine.checking.judged import Judged
from comity.engine.language.condition import (
    Conclusion,
    Count,
    Every,
    Extreme,
    FactValue,
    ParameterValue,
    Some,
    Term,
    Test,
    Total,
    walk,
)
from comity.engine.language.diagnostic import Code, Diagnostic, judgement
from comity.engine.language.model import Fact, RuleSet
from comity.engine.language.places import places, terms

_LEAVE = "use it, or leave it out"


def unused_fact(judged: Judged) -> Iterator[Diagnostic]:
    """A fact is declared that no rule asks for."""
    used = _used(judged.rules).facts
    for fact in judged.rules.facts.values():
        if fact.name not in used:
            yield judgement(Code.UNUSED_FACT, fact.name, fact.at, f"no rule asks for the fact `{fact.name}`", _LEAVE)


def unused_column(judged: Judged) -> Iterator[Diagnostic]:
    """A column is declared that no rule asks for, of a table that one asks for."""
    used = _used(judged.rules)
    for fact in judged.rules.facts.values():
        for column in fact.columns.values() if fact.name in used.facts else ():
            name = f"{fact.name}.{column.name}"
            if name not in used.columns:
                message = f"no rule asks for the column `{column.name}` of `{fact.name}`"
                yield judgement(Code.UNUSED_COLUMN, name, column.at, message, _LEAVE)


def unused_parameter(judged: Judged) -> Iterator[Diagnostic]:
    """A parameter is declared that no rule compares with."""
    rules = judged.rules
    exclusions = (*rules.impossible, *rules.implausible)
    used = _used(rules).parameters | parameters_in(exclusion.when for exclusion in exclusions)
    used |= {name for reading in rules.readings.values() for name in reading.set}
    for parameter in rules.parameters.values():
        if parameter.name not in used:
            message = f"no rule compares with the parameter `{parameter.name}`"
            yield judgement(Code.UNUSED_PARAMETER, parameter.name, parameter.at, message, _LEAVE)


def unused_source(judged: Judged) -> Iterator[Diagnostic]:
    """A source is listed that nothing cites."""
    used = {citation.source for thing in cited(judged.rules) for citation in thing.cited.sources}
    for source in judged.rules.sources.values():
        if source.id not in used:
            message = f"nothing cites the source `{source.id}`"
            yield judgement(Code.UNUSED_SOURCE, source.id, source.at, message, "cite it, or leave it out")


def unused_criterion(judged: Judged) -> Iterator[Diagnostic]:
    """A criterion stands with no context, and no condition names it."""
    used = _used(judged.rules).conclusions
    for criterion in judged.rules.criteria.values():
        if criterion.context is None and criterion.id not in used:
            message = f"the criterion `{criterion.id}` stands with no context, and no condition names it"
            yield judgement(Code.UNUSED_CRITERION, criterion.id, criterion.at, message, _LEAVE)


class _Used(NamedTuple):
    """The names that rules use: columns as `table.column`."""

    facts: set[str]
    columns: set[str]
    parameters: set[str]
    conclusions: set[str]


def _used(rules: RuleSet) -> _Used:
    """Return what is named in a condition or derivation, or given by a precedent, which is compared by its facts."""
    used = _Used(set(), set(), set(), set())
    for place in places(rules):
        for term, table in terms(rules, place.term, place.table):
            _note(rules, term, table, used)
    for precedent in rules.precedents.values():
        for name, value in precedent.facts.items():
            used.facts.add(name)
            if isinstance(value, tuple) and rules.facts[name].columns:
                used.columns.update(f"{name}.{column}" for row in value for column in row)
    return used


def _note(rules: RuleSet, term: Term, table: Fact | None, used: _Used) -> None:
    match term:
        case Conclusion(id=name):
            used.conclusions.add(name)
        case ParameterValue(name):
            used.parameters.add(name)
        case Test(fact=name) | FactValue(name) | Extreme(fact=name):
            if table is not None and name in table.columns:
                _note_column(table, name, used)
            else:
                used.facts.add(name)
        case Some(table=name) | Every(table=name) | Count(table=name) | Total(table=name):
            used.facts.add(name)
            for column in (term.column, *term.per) if isinstance(term, Total) else ():
                _note_column(rules.facts[name], column, used)
        case _:
            pass


def _note_column(table: Fact, name: str, used: _Used) -> None:
    """Note a column: one with a history says nothing without the date from which its values have held."""
    used.columns.add(f"{table.name}.{name}")
    if table.columns[name].history and table.since is not None:
        used.columns.add(f"{table.name}.{table.since}")


def parameters_in(terms: Iterable[Term]) -> set[str]:
    """Return the parameters that conditions or derivations name."""
    return {inner.name for term in terms for inner in walk(term) if isinstance(inner, ParameterValue)}
