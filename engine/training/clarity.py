"""Whether figures say clearly on which side of a rule they are: no ties, and as far away as a level asks."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from comity.engine.language.condition import Condition, Test, walk
from comity.engine.language.history import History
from comity.engine.language.model import Given
from comity.engine.language.quantity import Range
from comity.engine.training.figures import ABOVE, BELOW
from comity.engine.training.setting import Setting

_FAR = (BELOW[1][1], ABOVE[1][0])


def is_clear(found: Setting, context: str, facts: Mapping[str, Given], level: int, strict: bool) -> bool:
    """Tell whether no figure is equal to another or to what it is compared with, and at level 1 none is near it.

    Where it is not to be `strict`, only figures that can have many values have to be so.
    """
    if not _distinct(found, facts):
        return False
    own = _tests(found, context)
    for name in found.rules.contexts:
        for test in _tests(found, name):
            measure = found.probe(test).measure(facts)
            if not strict and not found.many(found.inputs(test)):
                continue
            if measure.tie and not (measure.small and measure.ratio == 0):
                return False
            near = measure.ratio and _FAR[0] < measure.ratio < _FAR[1]
            if level == 1 and near and test in own:
                return False
    return True


@lru_cache(maxsize=1024)
def _tests(found: Setting, conclusion: str) -> tuple[Test, ...]:
    """Return the tests of figures that a conclusion rests on; those inside rows are not among them."""
    tests: dict[Test, None] = {}
    waiting: list[Condition] = [found.conclusions[conclusion]]
    below = found.cones.below(found.conclusions[conclusion])
    waiting += [found.conclusions[name] for name in below if name in found.conclusions]
    facts = (found.rules.facts[name] for name in below if name in found.rules.facts)
    waiting += [fact.derive for fact in facts if isinstance(fact.derive, Condition)]
    for condition in waiting:
        for term in walk(condition):
            if isinstance(term, Test) and term in found.program.slots:
                fact = found.rules.facts.get(term.fact)
                if fact is not None and fact.value_type.ordered:
                    tests[term] = None
    return tuple(tests)


def _distinct(found: Setting, facts: Mapping[str, Given]) -> bool:
    """Tell whether no two figures in one unit are equal: that would look like a riddle."""
    seen: set[Any] = set()
    for name, value in facts.items():
        for figure in _figures(found, name, value):
            if figure in seen:
                return False
            seen.add(figure)
    return True


def _figures(found: Setting, name: str, value: Given) -> Iterator[tuple[str | None, Any]]:
    """Yield the figures of a fact with their units."""
    fact = found.rules.facts[name]
    cells = [(fact, "", value)]
    if fact.columns:
        cells = [(fact.columns[one], name, cell) for row in value for one, cell in row.items()]
    for one, table, cell in cells:
        for figure in cell if isinstance(cell, Range) else (cell,):
            plain = isinstance(figure, int | Fraction) and not isinstance(figure, bool | History)
            if plain and figure and found.is_figure(one, table):
                yield one.unit, figure
