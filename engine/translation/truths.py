"""What formulas say of a condition, and of which situation they speak."""

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

from comity.engine.translation.formulas import Formula, conj, disj, neg

View: TypeAlias = Literal["complete", "partial"]
"""Which situation a translation speaks of: all that the space says, or only what is stated of it."""


class Truths(NamedTuple):
    """When a condition is met, and when it is not met."""

    met: Formula
    not_met: Formula

    def negated(self) -> "Truths":
        return Truths(self.not_met, self.met)


def pair(met: Formula, not_met: Formula, settled: bool = False) -> Truths:
    """Return a truth; one that is `settled` everywhere is not met exactly where it is not met."""
    return Truths(met, neg(met) if settled else not_met)


def all_of(parts: Iterable[Truths]) -> Truths:
    """Return that every part is met."""
    each = list(parts)
    met = conj(part.met for part in each)
    if all(part.not_met == neg(part.met) for part in each):
        return Truths(met, neg(met))
    return Truths(met, disj(part.not_met for part in each))


def any_of(parts: Iterable[Truths]) -> Truths:
    """Return that some part is met."""
    return all_of([part.negated() for part in parts]).negated()
