"""Where a rule set writes conditions and derivations, and what stands in them."""

from collections.abc import Iterator
from typing import NamedTuple

from comity.engine.language.condition import Count, Every, Some, Term, Total, children
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
