"""What a rule set declares and no rule needs."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from comity.engine.checking.citations import cited
from comity.engine.checking.judged import Judged
from comity.engine.language.condition import ParameterValue, Term, walk
from comity.engine.language.diagnostic import Code, Diagnostic, judgement
from comity.engine.language.model import RuleSet
from comity.engine.language.places import needs, places

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
        for one in needs(rules, place.term, place.table):
            match one.kind:
                case "column":
                    used.columns.add(f"{one.table}.{one.name}")
                case "fact":
                    used.facts.add(one.name)
                case "parameter":
                    used.parameters.add(one.name)
                case "criterion" | "context" | "measure":
                    used.conclusions.add(one.name)
    for precedent in rules.precedents.values():
        for name, value in precedent.facts.items():
            used.facts.add(name)
            if isinstance(value, tuple) and rules.facts[name].columns:
                used.columns.update(f"{name}.{column}" for row in value for column in row)
    return used


def parameters_in(terms: Iterable[Term]) -> set[str]:
    """Return the parameters that conditions or derivations name."""
    return {inner.name for term in terms for inner in walk(term) if isinstance(inner, ParameterValue)}
