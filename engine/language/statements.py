"""The single things that a situation states: the value of a fact, of a cell of a table, of a period of a history."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from comity.engine.language.history import Entry, History
from comity.engine.language.model import Fact, Given, RuleSet


class Statement(NamedTuple):
    """One thing that a situation states, or could: the fact, and within it the row, column and period, from 0."""

    fact: str
    row: int | None = None
    column: str | None = None
    period: int | None = None


def declaration(rules: RuleSet, statement: Statement) -> Fact:
    """Return the declaration of the fact or column that a statement is about."""
    fact = rules.facts[statement.fact]
    return fact if statement.column is None else fact.columns[statement.column]


def stated(facts: Mapping[str, Given], statement: Statement) -> Given | None:
    """Return what a situation says there; None where it says nothing."""
    value = facts.get(statement.fact)
    if statement.row is not None and value is not None:
        value = value[statement.row].get(statement.column)
    if statement.period is not None and value is not None:
        return value.entries[statement.period].value
    return value


def changed(facts: Mapping[str, Given], statement: Statement, value: Given) -> dict[str, Given]:
    """Return the facts with another value in the place of one statement, or in an empty one."""
    fact, row, column, period = statement
    if row is None:
        return {**facts, fact: value if period is None else _in_period(facts[fact], period, value)}
    assert column is not None
    rows = [*facts[fact]]
    rows[row] = {
        **rows[row],
        column: value if period is None else _in_period(rows[row][column], period, value),
    }
    return {**facts, fact: tuple(rows)}


def _in_period(history: History, period: int, value: Given) -> History:
    entries = [*history.entries]
    entries[period] = Entry(entries[period].first, entries[period].last, value)
    return History(tuple(entries))


def statements(rules: RuleSet, facts: Mapping[str, Given]) -> Iterator[Statement]:
    """Yield every single statement of a situation, in the order in which facts, rows, columns and periods stand."""
    for name, fact in rules.facts.items():
        if name not in facts:
            continue
        if not fact.columns:
            yield from _of(Statement(name), facts[name])
            continue
        for number, row in enumerate(facts[name]):
            for column in fact.columns:
                if column in row:
                    yield from _of(Statement(name, number, column), row[column])


def _of(statement: Statement, value: Given) -> Iterator[Statement]:
    if value.__class__ is not History:
        yield statement
        return
    for number in range(len(value.entries)):
        yield statement._replace(period=number)


def is_newest(facts: Mapping[str, Given], statement: Statement, as_of: date) -> bool:
    """Tell whether nothing newer is stated of the same fact or cell, up to the as-of date."""
    if statement.period is None:
        return True
    entries = stated(facts, statement._replace(period=None)).entries  # type: ignore[union-attr]  # a period is of a history
    seen = [number for number, entry in enumerate(entries) if entry.first <= as_of]
    return bool(seen) and statement.period == seen[-1]
