"""Figures for a story: what the seed wishes, moved until tests come out as they should, by as much as a level asks.

What a value comes to, the evaluator says. A figure is moved only while nothing else rests on it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from comity.engine.language.condition import Condition, Test
from comity.engine.language.model import Fact, Given
from comity.engine.language.operators import Operator
from comity.engine.training.names import Cast
from comity.engine.training.rows import Tables, yearly
from comity.engine.training.setting import Measure, Setting
from comity.engine.training.wishes import Wishes

Band = tuple[float, float]

# How far a figure is from what it is compared with, as a share of that: below it and above it, by level.
BELOW: Mapping[int, Band] = {1: (0.1, 0.4), 2: (0.4, 0.7), 3: (0.7, 0.98)}
ABOVE: Mapping[int, Band] = {1: (2.5, 10), 2: (1.3, 2.5), 3: (1.02, 1.3)}
ESTIMATE_BELOW: Mapping[int, Band] = {1: (0.5, 0.75), 2: (0.75, 0.9), 3: (0.9, 0.98)}
ESTIMATE_ABOVE: Mapping[int, Band] = {1: (1.4, 2.2), 2: (1.1, 1.4), 3: (1.02, 1.1)}
_ANY_BELOW: Band = (0.0, 0.98)
_ANY_ABOVE: Band = (1.02, 1e9)
_UPWARD = (Operator.AT_LEAST, Operator.MORE_THAN, Operator.AFTER, Operator.ELAPSED_AT_LEAST)
_LUCK = 10  # values that are tried at random where a figure does not follow its input
_ENOUGH = 3  # values, one after the other, that are implausible with all else
_SHAPES = 4  # tables that are tried for a test


class Goal(NamedTuple):
    """A test that is to be met, or not; a `near` one is the point of the exercise, and its distance matters."""

    test: Condition
    met: bool
    near: bool


class Stuck(Exception):  # noqa: N818  # a draft that leads nowhere is no error
    """What a draft aims at cannot be reached from here."""


class Figures:
    """States the facts of one draft, `facts`, so that tests of figures, the `goals`, come out as they should."""

    def __init__(
        self, setting: Setting, wishes: Wishes, cast: Cast, level: int, estimate: bool = False, strict: bool = True
    ) -> None:
        self.setting = setting
        self.wishes = wishes
        self.cast = cast
        self.level = level
        self.estimate = estimate
        self.strict = strict  # else what cannot be as far from a bound as the level asks may be where it can
        self.facts: dict[str, Given] = {}
        self.goals: list[Goal] = []
        self.moved: dict[Goal, str] = {}  # by which fact each goal was reached
        self.excluded = False  # whether what was tried last is implausible

    def solve(self) -> None:
        """State figures with which every test comes out as it should. Raises `Stuck` if some do not."""
        for goal in sorted(self.goals, key=lambda goal: not goal.near):  # what matters most comes first
            self.reach(goal)
        self.goals = []

    def reach(self, goal: Goal) -> None:
        """State figures with which one test comes out as it should."""
        names = self.setting.inputs(goal.test)
        open_ = [name for name in names if name not in self.facts]
        if not open_:
            if not self.fits(goal, _ANY_BELOW if self.is_below(goal) else _ANY_ABOVE):
                raise Stuck
            return
        for name in open_:
            self.wish(name, goal)
        for band in self.bands(goal, open_):
            for name in self.wishes.shuffled(open_):
                if self.adjust(name, goal, band):
                    self.moved[goal] = name
                    return
        raise Stuck

    def is_below(self, goal: Goal) -> bool:
        """Tell whether a figure is to stay below what it is compared with."""
        test = goal.test
        return goal.met is not (isinstance(test, Test) and test.operator in _UPWARD)

    def bands(self, goal: Goal, open_: Sequence[str] = ()) -> list[Band]:
        """Return how far from what it is compared with a figure may be: as the level asks, or anywhere if need be.

        There is need where it does not matter, and where the facts that are `open_` have but a few values.
        """
        estimated = self.estimate and goal.near
        if self.is_below(goal):
            own, any_ = (ESTIMATE_BELOW if estimated else BELOW)[self.level], _ANY_BELOW
        else:
            own, any_ = (ESTIMATE_ABOVE if estimated else ABOVE)[self.level], _ANY_ABOVE
        loose = not goal.near and self.level > 1
        return [own, any_] if loose or not (self.strict or self.setting.many(open_)) else [own]

    def wish(self, name: str, goal: Goal) -> None:
        """State a value of a fact, as the seed wishes."""
        variants = self.variants(self.setting.rules.facts[name])
        for _ in range(_LUCK):
            self.facts[name] = variants(self.wishes.share())
            if not self.setting.probe(goal.test).excluded(self.facts):
                return

    def variants(self, fact: Fact) -> Callable[[float], Given]:
        """Return the values of a fact, from the least (0) to the most (1)."""
        if fact.columns:
            tables = self.tables(fact)
            shape, count = tables.shape(self.level, self.estimate), len(tables.sizes)
            return lambda share: tables.filled(shape, min(int(share * count), count - 1))
        values = self.setting.values(fact)
        if not values:
            values = (self.cast.people,)
        at = self.places(fact)
        return lambda share: at(min(int(share * len(values)), len(values) - 1))

    def tables(self, fact: Fact) -> Tables:
        """Return what makes the rows of a table."""
        return Tables(self.setting, fact, self.wishes, self.cast, self.strict)

    def places(self, fact: Fact) -> Callable[[int], Given]:
        """Return what gives a value of a fact by its place among all; with a history, it is the least of some years."""
        values = self.setting.values(fact)
        return yearly(self.setting, values, self.wishes) if fact.history else values.__getitem__

    def adjust(self, name: str, goal: Goal, band: Band) -> bool:
        """Change one stated fact until a test comes out as it should; tell whether it does."""
        fact = self.setting.rules.facts[name]
        before = self.facts[name]
        if fact.columns:
            if self.adjust_table(fact, goal, band):
                return True
        else:
            values = self.setting.values(fact)
            if self.search(name, goal, band, len(values), self.places(fact)):
                return True
        self.facts[name] = before
        return False

    def adjust_table(self, fact: Fact, goal: Goal, band: Band) -> bool:
        """Try some tables; where it does not matter why a test is not met, rows of any size will do, or none."""
        tables = self.tables(fact)
        below = self.is_below(goal) and not self.estimate
        for _ in range(_SHAPES if goal.near else 1):
            if below and fact.since is not None and self.wishes.chance(0.4):
                if self.too_short(tables, fact, goal):
                    return True
                continue
            shape = tables.shape(self.level, self.estimate)
            if self.search(fact.name, goal, band, len(tables.sizes), partial(tables.filled, shape)):
                return True
        if goal.near or not below:
            return False
        self.facts[fact.name] = ()
        return self.fits(goal, band)

    def too_short(self, tables: Tables, fact: Fact, goal: Goal) -> bool:
        """State rows that have not lasted for as long as a test asks; if that is the point, all else is as it asks."""
        as_if = goal._replace(met=not goal.met)
        shape = tables.shape(self.level, True)
        if not goal.near:
            self.facts[fact.name] = tables.filled(shape, int(self.wishes.share() * len(tables.sizes)))
        elif not self.search(fact.name, as_if, self.bands(as_if)[0], len(tables.sizes), partial(tables.filled, shape)):
            return False
        since = tables.since(BELOW[self.level] if goal.near else (0.1, 0.9))
        self.facts[fact.name] = tuple({**row, fact.since: since} for row in self.facts[fact.name])
        found = self.measure(goal)
        return found.truth is goal.met and not found.excluded

    def search(self, name: str, goal: Goal, band: Band, count: int, value: Callable[[int], Given]) -> bool:
        """State one of `count` values, in order, with which a test comes out as it should; tell whether one does."""

        def ratio(at: int) -> Any:
            self.facts[name] = value(at)
            return self.measure(goal).ratio

        excluded = 0
        for at in self.promising(band, count, ratio):
            self.facts[name] = value(at)
            if self.fits(goal, band):
                return True
            excluded = excluded + 1 if self.excluded else 0
            if excluded == _ENOUGH:
                return False
        return False

    def promising(self, band: Band, count: int, ratio: Callable[[int], Any]) -> Iterator[int]:
        """Yield places of values worth trying: around where the figure should be, then some at random."""
        if count <= 12:
            yield from self.wishes.shuffled(range(count))
            return
        least, most = ratio(1), ratio(count - 1)  # the first may be 0, of which much cannot be told
        if least is not None and most is not None and least != most:
            target = self.wishes.between(max(band[0], 1e-3), min(band[1], 1e4))
            low, high = 1, count - 1
            while low < high:
                middle = (low + high) // 2
                found = ratio(middle)
                if found is None or (found < target) is (most > least):
                    low = middle + 1
                else:
                    high = middle
            yield from (at for at in (low, low - 1, low + 1, low - 2, low + 2) if 0 <= at < count)
        yield from (int(self.wishes.share() * count) for _ in range(_LUCK))
        yield from (0, count - 1)

    def measure(self, goal: Goal) -> Measure:
        """Return how a test comes out."""
        return self.setting.probe(goal.test).measure(self.facts)

    def fits(self, goal: Goal, band: Band) -> bool:
        """Tell whether a test comes out as it should, as far from its bound as it should be, and all is plausible."""
        found = self.measure(goal)
        self.excluded = found.excluded
        if found.excluded or found.truth is not goal.met or (found.tie and self.strict):
            return False
        if found.ratio is None or (found.ratio == 0 and (found.small or not goal.near)):
            return True
        return band[0] <= found.ratio <= band[1]
