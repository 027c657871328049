"""Where a rule set writes conditions and derivations, and what stands in them."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

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
    children,
)
from comity.engine.language.model import Fact, RuleSet


class Place(NamedTuple):
    """A place that holds a condition or a derivation.

    `name` is the id of a conclusion, or the name of a derived fact (`table.column` of a column); `reading` is the one
    that defines the conclusion anew, if it does. `table` is the table of the row, for a column.
    """

    name: str
    reading: str | None
    term: Term
    table: Fact | None = None


def places(rules: RuleSet) -> Iterator[Place]:
    """Yield every place of the rules. Properties and exclusions are none: no conclusion rests on them."""
    for criterion in rules.criteria.values():
        yield Place(criterion.id, None, criterion.when)
    for context in rules.contexts.values():
        yield Place(context.id, None, context.when)
    for measure in rules.measures.values():
        if measure.need is not None:
            yield Place(measure.id, None, measure.need)
    for form in rules.forms.values():
        yield Place(form.id, None, form.when)
    for principle in rules.principles.values():
        yield Place(principle.id, None, principle.breached_when)
    for fact in rules.facts.values():
        if fact.derive is not None:
            yield Place(fact.name, None, fact.derive)
        for column in fact.columns.values():
            if column.derive is not None:
                yield Place(f"{fact.name}.{column.name}", None, column.derive, fact)
    for reading in rules.readings.values():
        for name, condition in reading.define.items():
            yield Place(name, reading.id, condition)


def terms(rules: RuleSet, term: Term, table: Fact | None = None) -> Iterator[tuple[Term, Fact | None]]:
    """Yield `term` and every term inside it, each with the table of the row that it looks at."""
    yield term, table
    match term:
        case Some(table=name) | Every(table=name) | Count(table=name) | Total(table=name):
            table = rules.facts[name]
        case _:
            pass
    for child in children(term):
        yield from terms(rules, child, table)


def named(rules: RuleSet, name: str, table: Fact | None) -> Fact:
    """Return what `name` means in a row of `table`: its column of that name, or else the fact."""
    return table.columns[name] if table is not None and name in table.columns else rules.facts[name]


class Mention(NamedTuple):
    """What a term names. `table` is that of a column."""

    kind: Literal["criterion", "context", "measure", "parameter", "fact", "column"]
    name: str
    table: str | None = None


def mentions(rules: RuleSet, term: Term, table: Fact | None = None) -> Iterator[Mention]:
    """Yield everything that `term` names, in the order in which it is written; `table` is that of its row."""
    for one, here in terms(rules, term, table):
        match one:
            case Conclusion(kind, name):
                yield Mention(kind, name)
            case ParameterValue(name):
                yield Mention("parameter", name)
            case Test(fact=name) | FactValue(name) | Extreme(fact=name):
                if here is not None and name in here.columns:
                    yield Mention("column", name, here.name)
                else:
                    yield Mention("fact", name)
            case Some(table=name) | Every(table=name) | Count(table=name) | Total(table=name):
                yield Mention("fact", name)
                for column in (one.column, *one.per) if isinstance(one, Total) else ():
                    yield Mention("column", column, name)
            case _:
                pass


def needs(rules: RuleSet, term: Term, table: Fact | None = None) -> Iterator[Mention]:
    """Yield what `term` names, and behind a column with a history the date since when a single value has held."""
    for one in mentions(rules, term, table):
        yield one
        if one.table is not None:
            home = rules.facts[one.table]
            if home.columns[one.name].history and home.since is not None:
                yield Mention("column", home.since, home.name)
