"""Rule sets whose arithmetic is deep, and figures at the very ends of what columns hold: where sums could wrap."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple

from comity.engine.language.model import RuleSet
from comity.engine.language.quantity import span
from tests.strategies import Choose
from tests.tabled import Told

DAY = date(2013, 1, 31)


class Kind(NamedTuple):
    """A declaration, its ends (as a column holds them), and its smallest step."""

    declared: str
    low: int
    high: int
    step: Fraction = Fraction(1)
    bounded: bool = True


_MILLIONTH = Fraction(1, 1_000_000)
KINDS = {
    "a": Kind("{type: count}", 0, 10**11, bounded=False),
    "b": Kind("{type: count}", 0, 10**11, bounded=False),
    "x": Kind("{type: number, min: -1000000000}", -(10**9), 10**9, _MILLIONTH, bounded=False),
    "y": Kind("{type: number, min: -1000000000}", -(10**9), 10**9, _MILLIONTH, bounded=False),
    "d": Kind("{type: count, max: 20}", 0, 20),
    "u": Kind("{type: number, min: -7, max: 7}", -7, 7, _MILLIONTH),
}
_LITERALS = ("0", "1", "-1", "2", "1000", "-3", "1000000000", "0.5", "0.000001")
_OPERATIONS = ("sum", "difference", "product", "product", "divide", "divide", "smallest", "largest")
_TESTS = ("at_least", "more_than", "less_than", "is")


class Extremes:
    """Makes rule sets with one criterion, `asked`, over a fact `s` that is worked out; and situations of them."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose

    def facts(self) -> tuple[str, str]:
        """Return the facts that a rule set declares, and the condition of its criterion."""
        columns = [f"c{name}: {kind.declared}" for name, kind in KINDS.items()]
        own = [*KINDS, *(f"c{name}" for name in KINDS)]
        columns += [
            f"q: {{type: number, derive: {self.term(1, own)}}}",
            f"k: {{type: number, derive: {self.term(0, own)}}}",
        ]
        declared = [f"{name}: {kind.declared}" for name, kind in KINDS.items()]
        declared.append(f"t: {{type: table, columns: {{{', '.join(columns)}}}}}")
        summed = self.choose((True, False))
        derive = self.total() if summed else self.term(2, [*KINDS])
        declared.append(f"s: {{type: number, derive: {derive}}}")
        against = self.term(self.choose((0, 1) if summed else (0, 1, 2)), [*KINDS])
        return ", ".join(declared), f"{{fact: s, {self.choose(_TESTS)}: {against}}}"

    def total(self) -> str:
        where = self.choose(("", ", where: {fact: cd, at_least: 5}"))
        per = self.choose(("", ", per: [cd], take: largest", ", per: [cd, k], take: largest"))
        return f"{{total: {self.choose(('ca', 'cx', 'cu', 'q', 'q'))}, of: t{where}{per}}}"

    def term(self, depth: int, names: list[str]) -> str:
        if not depth or self.choose((False, False, False, True)):
            return self.choose(_LITERALS) if self.choose((False, False, True)) else f"{{fact: {self.choose(names)}}}"
        parts = [self.term(depth - 1, names) for _ in range(2)]
        return f"{{{self.choose(_OPERATIONS)}: [{', '.join(parts)}]}}"

    def situations(self, number: int) -> list[Told]:
        return [(dict(self.situation()), DAY) for _ in range(number)]

    def situation(self) -> Iterator[tuple[str, Any]]:
        yield from self.values("")
        if self.choose((True, True, True, False)):
            yield "t", tuple(dict(self.values("c")) for _ in range(self.choose((2, 0, 1, 3, 5))))

    def values(self, prefix: str) -> Iterator[tuple[str, Any]]:
        for name, kind in KINDS.items():
            if self.choose((True, True, True, False)):
                yield f"{prefix}{name}", self.value(kind)

    def value(self, kind: Kind) -> Any:
        low, high = kind.low, kind.high
        points: list[int | Fraction] = [
            low,
            high,
            low + kind.step,
            high - kind.step,
            0,
            kind.step,
            high // 2,
            max(Fraction(low), -kind.step),
        ]
        one = self.choose(points)
        if self.choose((True, True, False)):
            return one
        other = self.choose([*points, None])
        if other is not None:
            return span(min(one, other), max(one, other))
        return span(low, one) if self.choose((True, False)) else span(one, high if kind.bounded else inf)


def extreme(choose: Choose, situations: int, make: Any) -> tuple[RuleSet, list[Told]]:
    """Return a rule set, made of its facts and its condition, with situations."""
    made = Extremes(choose)
    return make(*made.facts()), made.situations(situations)
