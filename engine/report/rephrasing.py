"""What the columns of a comparison say otherwise of one context: definitions, parameters, facts."""

from collections.abc import Iterator, Sequence

from comity.engine.assessment.comparison import Column
from comity.engine.checking.claims import Under
from comity.engine.checking.parting import rephrased
from comity.engine.checking.reach import Node
from comity.engine.language.model import Fact, RuleSet
from comity.engine.language.quantity import Range
from comity.engine.language.references import type_words
from comity.engine.report.manual_words import Clauses
from comity.engine.report.view import Line
from comity.engine.report.words import Phrases, of_parameter, value

_LINE = 90  # a definition that is longer is told as a list


def rephrasings(columns: Sequence[Column], context: str) -> Iterator[Line]:
    """Yield what a context rests on that the columns say otherwise: what it is, then what each column says.

    In a list, what no other column's list has is marked, unless all of it is.
    """
    for node in rephrased([Under(column.rules, column.reading, column.set) for column in columns], context):
        said: dict[str, list[Column]] = {}
        for column, text in zip(columns, _said(columns, node), strict=True):
            if text is not None:
                said.setdefault(text, []).append(column)
        if len(said) > 1:
            yield Line(f"{_head(columns, node)}:")
            listed = node[0] == "conclusion" and max(map(len, said)) > _LINE
            lists = [_listed(some[0], node[1]) if listed else [] for some in said.values()]
            for (text, some), lines in zip(said.items(), lists, strict=True):
                names = " and ".join(column.name for column in some)
                yield Line(f"{names}:" if listed else f"{names}: {text}", None, 1)
                others = {line.text for each in lists if each is not lines for line in each}
                alone = others.isdisjoint(line.text for line in lines)
                yield from (line if alone or line.text in others else _only(line) for line in lines)


def _head(columns: Sequence[Column], node: Node) -> str:
    rules = next(column.rules for column in columns if _there(column.rules, node))
    phrases = Phrases(rules)
    match node:
        case ("conclusion", name):
            return phrases.conclusion(name)
        case ("parameter", name):
            return rules.parameters[name].title or name
        case ("fact", name):
            return phrases.fact(name)
        case (_, table, name):
            return f"{phrases.fact(table)}, {phrases.inside(rules.facts[table]).fact(name)}"
    raise AssertionError(node)


def _there(rules: RuleSet, node: Node) -> bool:
    match node:
        case ("conclusion", name):
            return name in rules.conditions(None)
        case ("parameter", name):
            return name in rules.parameters
        case ("fact", name):
            return name in rules.facts
        case (_, table, name):
            return table in rules.facts and name in rules.facts[table].columns
    raise AssertionError(node)


def _said(columns: Sequence[Column], node: Node) -> list[str | None]:
    """Return what each column says of something; None where it does not have it."""
    told = [list(_parts(column, node)) if _there(column.rules, node) else None for column in columns]
    there = [parts for parts in told if parts is not None]
    kept = [index for index, some in enumerate(zip(*there, strict=True)) if len(set(some)) > 1]
    return [None if parts is None else "; ".join(parts[index] for index in kept) for parts in told]


def _parts(column: Column, node: Node) -> Iterator[str]:
    """Yield what a column says of something, part by part: as many parts in every column."""
    rules = column.rules
    reading = column.reading or rules.default_reading
    clauses = Clauses(rules, reading)
    match node:
        case ("conclusion", name):
            yield clauses.whole(rules.conditions(reading)[name])
        case ("parameter", name):
            parameter = rules.parameters[name]
            yield of_parameter(parameter, column.set[name]) if name in column.set else clauses.parameter(parameter)
        case ("fact", name):
            yield from _fact(clauses, rules.facts[name])
        case (_, table, name):
            yield from _fact(clauses.inside(rules.facts[table]), rules.facts[table].columns[name])


def _listed(column: Column, name: str) -> list[Line]:
    """Return a conclusion's definition as a list."""
    reading = column.reading or column.rules.default_reading
    items = Clauses(column.rules, reading).items(column.rules.conditions(reading)[name])
    return [Line("".join(piece.text for piece in item.words), None, item.depth + 2) for item in items]


def _only(line: Line) -> Line:
    return line._replace(text=f"{line.text} [only here]")


def _fact(clauses: Clauses, fact: Fact) -> Iterator[str]:
    yield "given, never derived" if fact.derive is None else clauses.whole(fact.derive)
    yield type_words(fact.value_type) + (" over time" if fact.history else "")
    yield "whole" if fact.type == "count" else "with decimals"
    yield f"one of {', '.join(fact.options)}" if fact.options else "any option"
    yield "any value" if fact.low is None else value(Range(fact.low, fact.high), fact.value_type, fact)
    yield "with a date of its rows" if fact.since else "without a date of its rows"
