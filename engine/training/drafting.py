"""Drafts of situations: what a story is to show is aimed at, and the evaluator says what it comes to.

A draft decides which conditions are to be met, down to single tests; truths and options follow from that, and figures
are found for the rest. All that is guesswork: what a draft shows, the evaluator says in the end.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

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
from comity.engine.language.model import Fact, ValueType
from comity.engine.language.operators import Operator
from comity.engine.training.figures import Figures, Goal, Stuck
from comity.engine.training.names import Cast
from comity.engine.training.setting import Setting
from comity.engine.training.wishes import Wishes

_DEEPEST = 60


class Draft(Figures):
    """One draft. `facts` is what it states, `wanted` which conclusions it aims at."""

    def __init__(
        self, setting: Setting, wishes: Wishes, cast: Cast, level: int, estimate: bool = False, strict: bool = True
    ) -> None:
        super().__init__(setting, wishes, cast, level, estimate, strict)
        self.wanted: dict[str, bool] = {}
        self.depth = 0

    def bring(self, condition: Condition, met: bool) -> None:
        """Aim at a condition, and state figures for it. Raises `Stuck` if that leads nowhere."""
        self.steer(condition, met)
        self.solve()

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


def has_figures(setting: Setting, condition: Condition) -> bool:
    """Tell whether a condition rests on figures that a story could estimate."""
    return any(
        fact.type == "count" or any(column.type == "count" for column in fact.columns.values())
        for fact in (setting.rules.facts[name] for name in setting.inputs(condition))
    )
