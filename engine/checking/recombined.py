"""Situations put together from those that were tried: where one has these facts and another those.

What rests on different facts comes out in a situation put together as it did in those that its facts come from. So much
that no situation tried shows is known without asking the solver.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import reduce
from operator import and_, or_

from comity.engine.checking.masks import Masks, reaching
from comity.engine.language.condition import AllOf, AnyOf, AtLeast, Condition, Constant, Not
from comity.engine.language.references import names_in

_MOST = 4096  # combinations to look at for one question


class Recombined:
    """All that the situations of `masks` can be put together to; only those that are possible are used."""

    def __init__(self, masks: Masks) -> None:
        self.masks = masks
        self._last: tuple[tuple[Condition, ...], tuple[dict[Condition, int], int] | None] = ((), None)
        self._facts: dict[Condition, Collection[str]] = {}  # that leaves rest on
        names = [name for exclusion in masks.program.rules.impossible for name in names_in(exclusion.when)]
        self.bound = self.facts(names)  # together: to put them together anew could give what is impossible

    def facts(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(self.masks.reached(names)) & self.masks.program.rules.facts.keys()

    def tell_apart(self, one: Condition, other: Condition) -> bool:
        """Tell whether two conditions come out differently in some complete situation that is put together."""
        leaves = tuple(dict.fromkeys((*_leaves(one), *_leaves(other))))
        if leaves != self._last[0]:  # the changes of one condition come one after the other
            self._last = leaves, self.columns(leaves)
        found = self._last[1]
        if found is None:
            return False
        columns, size = found
        everywhere = (1 << size) - 1
        a, b = _met(one, columns, everywhere), _met(other, columns, everywhere)
        return a is not None and b is not None and a != b

    def columns(self, leaves: Iterable[Condition]) -> tuple[dict[Condition, int], int] | None:
        """Return in which combinations each leaf is met, and how many there are; None if there are none, or many."""
        columns: dict[Condition, int] = {}
        size = 1
        for group in self.groups(leaves):
            rows = [*self.rows(group)]
            before, size = size, size * len(rows)
            if not 0 < size <= _MOST:
                return None
            columns = {leaf: _repeated(column, before, len(rows)) for leaf, column in columns.items()}
            for index, leaf in enumerate(group):
                columns[leaf] = sum(((1 << before) - 1) << before * row for row, bits in enumerate(rows) if bits[index])
        return columns, size

    def groups(self, leaves: Iterable[Condition]) -> list[list[Condition]]:
        """Return leaves in groups, so that two groups rest on no fact in common."""
        groups: list[tuple[set[str], list[Condition]]] = []
        for leaf in leaves:
            if leaf not in self._facts:
                self._facts[leaf] = self.facts(names_in(leaf))
            facts = {"" if name in self.bound else name for name in self._facts[leaf]}
            together = [leaf]
            apart = []
            for group in groups:
                if facts.isdisjoint(group[0]):
                    apart.append(group)
                else:
                    facts |= group[0]
                    together += group[1]
            groups = [*apart, (facts, together)]
        return [group for _, group in groups]

    def rows(self, leaves: list[Condition]) -> Iterator[tuple[bool, ...]]:
        """Yield the combinations in which leaves came out, where each was settled."""
        waiting: list[tuple[int, tuple[bool, ...]]] = [(self.masks.possible, ())]
        while waiting:
            where, bits = waiting.pop()
            if len(bits) == len(leaves):
                yield bits
                continue
            met, not_met = self.masks.of(leaves[len(bits)])
            waiting += [
                (some, (*bits, truth)) for some, truth in ((where & met, True), (where & not_met, False)) if some
            ]


def _leaves(condition: Condition) -> Iterator[Condition]:
    match condition:
        case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part):
            yield from _leaves(part)
        case _:
            yield condition


def _met(condition: Condition, columns: dict[Condition, int], everywhere: int) -> int | None:
    """Return where a condition is met, by where its leaves are; None if that cannot be told."""
    match condition:
        case Not(part):
            found = _met(part, columns, everywhere)
            return None if found is None else everywhere ^ found
        case AllOf(parts):
            known = _all_met(parts, columns, everywhere)
            return None if known is None else reduce(and_, known, everywhere)
        case AnyOf(parts):
            known = _all_met(parts, columns, everywhere)
            return None if known is None else reduce(or_, known, 0)
        case AtLeast(Constant(value=number), parts):
            known = _all_met(parts, columns, everywhere)
            return None if known is None else reaching(number, known, everywhere)
        case AtLeast():
            return None
        case _:
            return columns[condition]


def _all_met(parts: Iterable[Condition], columns: dict[Condition, int], everywhere: int) -> list[int] | None:
    found = [_met(part, columns, everywhere) for part in parts]
    known = [mask for mask in found if mask is not None]
    return known if len(known) == len(found) else None


def _repeated(column: int, size: int, times: int) -> int:
    return sum(column << size * index for index in range(times))
