"""Drafts of situations: what a story is to show is aimed at, and the evaluator says what each value comes to.

A draft decides which conditions are to be met, down to single tests; truths and options follow from that. For figures,
the seed wishes; one that nothing else rests on yet is then moved until the test comes out as it should, by as much as
the level asks. All that is guesswork: what a draft shows, the evaluator says in the end.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from comity.engine.assessment.explain import result
from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    AtLeast,
    Conclusion,
    Condition,
    Every,
    Not,
    Some,
    Test,
)
from comity.engine.language.model import Fact, Given, ValueType
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
_DEEPEST = 60
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


class Draft:
    """One draft. `facts` is what it states."""

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
        self.wanted: dict[str, bool] = {}
        self.goals: list[Goal] = []
        self.moved: dict[Goal, str] = {}  # by which fact each goal was reached
        self.excluded = False  # whether what was tried last is implausible
        self.depth = 0

    # --- what is to be met ---

    def steer(self, condition: Condition, met: bool, near: bool = False) -> None:
        """Aim at a condition that is met, or at one that is not."""
        match condition:
            case AllOf(parts) | AnyOf(parts):
                if isinstance(condition, AllOf) is met:
                    for part in parts:
                        self.steer(part, met, near)
                else:
                    self.first(
                        [partial(self.one_part, parts, one, met, near) for one in self.choices(parts, met, near)]
                    )
            case AtLeast(k, parts):
                self.some(parts, self.count(k, len(parts), met), near)
            case Not(part):
                self.steer(part, not met, near)
            case Conclusion(id=name):
                if self.wanted.setdefault(name, met) is not met:
                    raise Stuck
                self.below(self.setting.conclusions[name], met, near)
            case Test() | Some() | Every():
                self.test(condition, met, near)

    def below(self, condition: Condition, met: bool, near: bool) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Stuck
        self.steer(condition, met, near)
        self.depth -= 1

    def one_part(self, parts: Sequence[Condition], chosen: Condition, met: bool, near: bool) -> None:
        """Let one part decide all."""
        self.steer(chosen, met, near)
        if near and not met:  # all but one: that is what makes it near
            for part in parts:
                if part is not chosen and self.truth(part) is None:
                    self.steer(part, True)

    def first(self, ways: Iterable[Callable[[], None]]) -> None:
        """Go the first way that leads on. Raises `Stuck` if none does."""
        for way in ways:
            kept = (dict(self.facts), dict(self.wanted), list(self.goals), dict(self.moved), self.depth)
            try:
                way()
            except Stuck:
                self.facts, self.wanted, self.goals, self.moved, self.depth = kept
            else:
                return
        raise Stuck

    def choices(self, parts: Sequence[Condition], met: bool, near: bool) -> list[Condition]:
        """Return the parts that can decide all: one that does so already, else those still open, in any order."""
        truths = [self.truth(part) for part in parts]
        for part, truth in zip(parts, truths, strict=True):
            if truth is met:
                return [part]
        open_ = self.wishes.shuffled([part for part, truth in zip(parts, truths, strict=True) if truth is None])
        if near and self.estimate:
            return [part for part in open_ if has_figures(self.setting, part)] or open_
        if self.wishes.chance(0.6):  # the more there is to weigh, the better
            open_.sort(key=lambda part: not isinstance(part, AtLeast))
        return open_

    def truth(self, condition: Condition) -> bool | None:
        """Return what was decided of a condition, as far as it is a conclusion or a truth that was chosen."""
        match condition:
            case Conclusion(id=name):
                return self.wanted.get(name)
            case Not(part):
                truth = self.truth(part)
                return None if truth is None else not truth
            case Test(name) if name in self.facts:
                return self.setting.probe(condition).measure(self.facts).truth
        return None

    def count(self, k: Any, parts: int, met: bool) -> int:
        """Return how many parts are to be met."""
        needed = result(self.setting.nothing, k)
        if not isinstance(needed, int):
            raise Stuck
        if met:
            return min(parts, needed + (1 if needed < parts and self.wishes.chance(0.3) else 0))
        return max(0, needed - 1 - int(self.wishes.share() * needed))

    def some(self, parts: Sequence[Condition], count: int, near: bool) -> None:
        """Aim at so many met parts; what was decided before stays."""
        decided = {part: truth for part in parts if (truth := self.truth(part)) is not None}
        left = count - sum(decided.values())
        open_ = self.wishes.shuffled([part for part in parts if part not in decided])
        if not 0 <= left <= len(open_):
            raise Stuck
        for place, part in enumerate(open_):
            self.steer(part, place < left, near)

    def pivot(self, condition: Condition, element: str) -> None:
        """Aim at a condition that waits for one element alone, and at that element not being met."""
        match condition:
            case Conclusion(id=name) if name == element:
                self.wanted[element] = False
                self.below(self.setting.conclusions[element], False, True)
            case Conclusion(id=name):
                self.wanted[name] = False
                self.depth += 1
                if self.depth > _DEEPEST:
                    raise Stuck
                self.pivot(self.setting.conclusions[name], element)
                self.depth -= 1
            case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
                through = [part for part in parts if self.mentions(part, element)]
                if not through:
                    raise Stuck
                chosen = self.wishes.pick(through)
                others = [part for part in parts if part is not chosen]
                self.pivot(chosen, element)
                if isinstance(condition, AtLeast):
                    needed = result(self.setting.nothing, condition.k)
                    if not isinstance(needed, int):
                        raise Stuck
                    self.some(others, needed - 1, False)
                    return
                for part in others:
                    self.steer(part, isinstance(condition, AllOf))
            case _:
                raise Stuck

    def mentions(self, condition: Condition, element: str) -> bool:
        """Tell whether a condition rests on a conclusion."""
        return element in self.setting.cones.below(condition)

    def test(self, test: Test | Some | Every, met: bool, near: bool) -> None:
        fact = self.setting.rules.facts[test.fact] if isinstance(test, Test) else None
        if isinstance(test, Test) and fact is not None and not fact.value_type.ordered:
            if isinstance(fact.derive, Condition) and fact.name not in self.facts:
                wanted = self.polarity(test, met)
                self.below(fact.derive, wanted, near)
                return
            if fact.derive is None and fact.value_type is not ValueType.TABLE:
                self.settle(fact, test, met)
                return
        self.goals.append(Goal(test, met, near))

    def polarity(self, test: Test, met: bool) -> bool:
        """Return which truth of a boolean makes a test of it come out so."""
        bound = result(self.setting.nothing, test.bound)
        if not isinstance(bound, bool):
            raise Stuck
        return met is ((test.operator is Operator.IS) is bound)

    def settle(self, fact: Fact, test: Test, met: bool) -> None:
        """State a truth, option or text with which a test comes out as it should."""
        values = (self.facts[fact.name],) if fact.name in self.facts else self.setting.values(fact)
        for value in self.wishes.shuffled(values):
            found = self.setting.probe(test).measure({**self.facts, fact.name: value})
            if found.truth is met and not found.excluded:
                self.facts[fact.name] = value
                return
        raise Stuck

    # --- which figures ---

    def bring(self, condition: Condition, met: bool) -> None:
        """Aim at a condition, and state figures for it. Raises `Stuck` if that leads nowhere."""
        self.steer(condition, met)
        self.solve()

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


def has_figures(setting: Setting, condition: Condition) -> bool:
    """Tell whether a condition rests on figures that a story could estimate."""
    return any(
        fact.type == "count" or any(column.type == "count" for column in fact.columns.values())
        for fact in (setting.rules.facts[name] for name in setting.inputs(condition))
    )
