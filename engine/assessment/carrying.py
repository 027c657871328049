"""A situation told in the terms of one rule set, as another one takes it: what means the same there, and what is left.

A fact carries over if the other rule set declares one of the same name that is held in the same way (type, unit,
history), and admits the value; a column of a table likewise. Nothing is converted, and what is left is always named.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from comity.engine.language.history import History
from comity.engine.language.model import Fact, Given, RuleSet, Situation, ValueType
from comity.engine.language.quantity import ends

Why: TypeAlias = Literal["not-declared", "other-type", "other-unit", "not-possible", "since"]


class Left(NamedTuple):
    """What another rule set does not take of a situation, and why.

    `name` is that of a fact, a measure, or a column (`table.column`). A column is left `since` where its single value
    tells of the past by the date of its row, and that date is left.
    """

    what: Literal["fact", "column", "measure"]
    name: str
    why: Why


class Carried(NamedTuple):
    """A situation as a rule set takes it, and what it does not take, in the order in which that was declared."""

    situation: Situation
    left: tuple[Left, ...] = ()


def carried(situation: Situation, home: RuleSet, rules: RuleSet) -> Carried:
    """Return what `rules` take of a situation that is told in the terms of `home`."""
    if rules is home:
        return Carried(situation)
    left: dict[Left, None] = {}
    facts = _facts(situation.facts, home, rules, left)
    response = situation.response
    if response is not None:
        measures = tuple(name for name in response.measures if name in rules.measures)
        about = _facts(response.facts, home, rules, left)
        left |= dict.fromkeys(
            Left("measure", name, "not-declared") for name in response.measures if name not in measures
        )
        response = response.but(measures=measures, facts=about)
    asked = {name for name in situation.asked if name in rules.facts}
    left |= dict.fromkeys(Left("fact", name, "not-declared") for name in home.facts if name in situation.asked - asked)
    told = situation.but(
        facts=facts,
        asked=frozenset(asked),
        sources=_known(situation.sources, rules),
        kinds=_known(situation.kinds, rules),
        response=response,
        expect=(),
    )
    return Carried(told, tuple(left))


def unlike(one: Fact, other: Fact) -> Literal["other-type", "other-unit"] | None:
    """Return how two facts, or columns, of one name are held in different ways; None if they are not."""
    if (one.value_type, one.history) != (other.value_type, other.history):
        return "other-type"
    return "other-unit" if one.unit != other.unit else None


def _known(by_fact: Mapping[str, str], rules: RuleSet) -> dict[str, str]:
    return {name: text for name, text in by_fact.items() if name in rules.facts}


def _facts(given: Mapping[str, Given], home: RuleSet, rules: RuleSet, left: dict[Left, None]) -> dict[str, Given]:
    found: dict[str, Given] = {}
    for name in home.facts:
        if name not in given:
            continue
        why = _why(home.facts[name], rules.facts.get(name), given[name])
        if why is not None:
            left[Left("fact", name, why)] = None
        elif home.facts[name].value_type is ValueType.TABLE:
            found[name] = tuple(_row(row, home.facts[name], rules.facts[name], left) for row in given[name])
        else:
            found |= _knowledge(rules.facts[name], given[name])
    return found


def _knowledge(fact: Fact, value: Given) -> dict[str, Given]:
    """Return what a value says by the name of its fact: nothing, if the declaration says as much."""
    if isinstance(value, History):
        value = History(tuple(entry for entry in value.entries if entry.value != fact.unknown))
    return {} if value == fact.unknown else {fact.name: value}


def _why(fact: Fact, other: Fact | None, value: Given) -> Why | None:
    """Return why a value does not carry over from one declaration to another; None if it does."""
    if other is None:
        return "not-declared"
    return unlike(fact, other) or (None if all(_admits(other, one) for one in _values(value)) else "not-possible")


def _values(value: Given) -> Iterator[Any]:
    if isinstance(value, History):
        yield from (entry.value for entry in value.entries)
    else:
        yield value


def _admits(fact: Fact, value: Any) -> bool:
    """Tell whether a value, or all that a range holds, can be given of a fact of its type."""
    if fact.value_type is ValueType.CHOICE:
        return value is None or value in fact.option_set
    if fact.low is None:
        return True
    low, high = ends(value)
    whole = fact.type != "count" or all(end.denominator == 1 for end in (low, high) if end.__class__ is not float)
    return whole and bool(fact.low <= low and high <= fact.high)


def _row(row: Mapping[str, Given], table: Fact, other: Fact, left: dict[Left, None]) -> dict[str, Given]:
    """Return a row as another declaration of its table takes it: a row of which nothing is left is a row still."""
    whys = {
        name: _why(table.columns[name], other.columns.get(name), row[name]) for name in table.columns if name in row
    }
    since = table.since
    if since is not None and whys.get(since) is not None:
        for name, why in whys.items():
            if why is None and table.columns[name].history and not isinstance(row[name], History):
                whys[name] = "since"
    left |= {Left("column", f"{table.name}.{name}", why): None for name, why in whys.items() if why is not None}
    found: dict[str, Given] = {}
    for name, why in whys.items():
        if why is None:
            found |= _knowledge(other.columns[name], row[name])
    return found
