"""Situations under several rule sets and readings, side by side: what comes out the same, and what does not."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations
from types import MappingProxyType
from typing import Any, NamedTuple

from comity.engine.assessment.assess import Assessment, assess, program
from comity.engine.assessment.carrying import Left, carried
from comity.engine.assessment.evaluate import VERDICTS
from comity.engine.language.model import RuleSet, Situation

_NONE: Mapping[str, Any] = MappingProxyType({})


class Column(NamedTuple):
    """A rule set under one reading (None: its default one) and one set of parameters, by the name it goes by."""

    name: str
    rules: RuleSet
    reading: str | None = None
    set: Mapping[str, Any] = _NONE


class Side(NamedTuple):
    """How a situation comes out in one column: `words` has that of every context and measure by its id.

    `left` is what the column's rule set does not take of the situation.
    """

    column: Column
    situation: Situation
    left: tuple[Left, ...]
    words: Mapping[str, str]


class Comparison(NamedTuple):
    """One situation in all columns, in their order. `assessments`, one for each side, are there if they were asked for.

    `home` is the rule set in the terms of which the situation is told.
    """

    situation: Situation
    home: RuleSet
    as_of: date
    sides: tuple[Side, ...]
    assessments: tuple[Assessment, ...] = ()

    def words(self, name: str) -> tuple[str | None, ...]:
        """Return how a context or measure comes out in each column; None where the rule set does not have it."""
        return tuple(side.words.get(name) for side in self.sides)

    def differs(self, name: str) -> bool:
        """Tell whether a context or measure comes out otherwise in some column than in another that has it."""
        return len({word for word in self.words(name) if word is not None}) > 1

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of all columns."""
        return shared(side.column for side in self.sides)

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures of all columns."""
        return tuple(dict.fromkeys(name for side in self.sides for name in side.column.rules.measures))

    @property
    def differing_contexts(self) -> tuple[str, ...]:
        """The contexts that come out otherwise in some column."""
        return tuple(filter(self.differs, self.contexts))

    @property
    def differing_measures(self) -> tuple[str, ...]:
        """The measures that come out otherwise in some column."""
        return tuple(filter(self.differs, self.measures))


class Agreement(NamedTuple):
    """How many verdicts are the `same` in two columns, given by their places, `of` so many that both give.

    `opposed` are met in one and not met in the other; of all the rest, one column alone cannot tell.
    """

    one: int
    other: int
    same: int
    opposed: int
    of: int


def shared(columns: Iterable[Column]) -> tuple[str, ...]:
    """Return the contexts of some columns: those of the first, then what each later one adds."""
    return tuple(dict.fromkeys(name for column in columns for name in column.rules.contexts))


def compare(columns: Sequence[Column], situation: Situation, home: RuleSet, as_of: date | None = None) -> Comparison:
    """Return how a situation, told in the terms of `home`, comes out in each column.

    `as_of` moves the as-of date. A reading or parameter that the situation names is not looked at. Raises `ValueError`
    if neither the situation nor `as_of` gives a date.
    """
    day = as_of or situation.as_of
    if day is None:
        raise ValueError("the situation has no as-of date, and none was given")
    alone = situation.but(reading=None, set={})
    taken = {id(rules): carried(alone, home, rules) for rules in (column.rules for column in columns)}
    sides = []
    for column in columns:
        told, left = taken[id(column.rules)]
        compiled = program(column.rules, column.reading, column.set)
        sides.append(Side(column, told, left, compiled.outcome(told.all_facts, day)))
    return Comparison(situation, home, day, tuple(sides))


def in_full(one: Comparison) -> Comparison:
    """Return a comparison with the assessment of each side."""
    assessments = (
        assess(
            side.column.rules,
            side.situation,
            as_of=one.as_of,
            reading=side.column.reading,
            overrides=side.column.set,
        )
        for side in one.sides
    )
    return one._replace(assessments=tuple(assessments))


def agreements(comparisons: Sequence[Comparison]) -> list[Agreement]:
    """Return how far every two columns agree on the verdicts of some situations."""
    columns = range(len(comparisons[0].sides)) if comparisons else range(0)
    found = []
    for one, other in combinations(columns, 2):
        pairs = [(words[one], words[other]) for each in comparisons for words in map(each.words, each.contexts)]
        both = [{first, second} for first, second in pairs if first is not None and second is not None]
        same, opposed = sum(len(words) == 1 for words in both), both.count({VERDICTS[True], VERDICTS[False]})
        found.append(Agreement(one, other, same, opposed, len(both)))
    return found


def tally(comparisons: Iterable[Comparison], name: str) -> list[Counter[str]]:
    """Return, for each column, how often a context comes out in each way; nothing where the rule set has none."""
    words = zip(*(one.words(name) for one in comparisons), strict=True)
    return [Counter(word for word in column if word is not None) for column in words]
