"""The search for the smallest sets of statements that turn a conclusion, and for how far its figures can be wrong."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from comity.engine.assessment.nearest import Nearest, Values, Way
from comity.engine.language.model import Given
from comity.engine.language.quantity import Range
from comity.engine.language.statements import Statement, changed, stated
from comity.engine.language.truth import Kleene
from comity.engine.translation.openings import Openings
from comity.engine.translation.solver import Unfinished

MOST_CHANGES = 4
MOST_SETS = 200

Extent: TypeAlias = Literal["all", "up-to", "none", "unfinished"]


class Found(NamedTuple):
    """The smallest sets of statements that turn a conclusion, and how many of them these are."""

    sets: tuple[Values, ...]
    extent: Extent


class Search(Nearest):
    """Finds all smallest sets, and the margins of figures."""

    # --- sets ---

    def sets(self, met: bool, ways: Mapping[Statement, Way] | None = None, apart: bool = False) -> Found:
        """Return all smallest sets of statements with which the conclusion is met, or not met, each with values.

        `ways` are the statements that may change, and how; all may if it is left out. With `apart`, sets are left out
        that can do it with estimates alone, known more closely.
        """
        found: list[Values] = []
        self.known.push()
        try:
            # Something has to change, as the evaluator says: what is not translated could make it look otherwise.
            some = self.z3.Or(*self.changed.values())
            self.known.add(self.solver.formulas[met], self.solver.formulas["possible"], some, *self._only(ways))
            extent = self._collect(found, met, ways or {}, apart)
        except Unfinished:
            extent = "unfinished"
        finally:
            self.known.pop()
        places = {one: place for place, one in enumerate(self.changed)}
        found.sort(key=lambda values: (len(values), [places[one] for one in values]))
        return Found(tuple(found), extent)

    def _only(self, ways: Mapping[Statement, Way] | None) -> Iterator[Any]:
        """Yield that statements change only as they may."""
        if ways is None:
            return
        for one, literal in self.changed.items():
            moved = self.space.moved[one]
            low, high = self.limits(moved, ways.get(one))
            if low > high:
                yield self.z3.Not(literal)
            elif moved.fact.value_type.ordered and (low, high) != (moved.bottom, moved.top):
                steps = self.z3.Int(moved.choice)
                yield self.z3.Or(self.z3.Not(literal), self.z3.And(steps >= low, steps <= high))

    def _collect(self, found: list[Values], met: bool, ways: Mapping[Statement, Way], apart: bool) -> Extent:
        literals = [*self.changed.values()]
        left_out = 0
        for size in range(1, min(MOST_CHANGES, len(literals)) + 1):
            few = self.z3.AtMost(*literals, size)
            while self.check(few):
                if len(found) + left_out == MOST_SETS:
                    return "unfinished"
                model = self.known.model()
                chosen = [one for one, literal in self.changed.items() if self.z3.is_true(model.eval(literal))]
                values = self._nearest(chosen, met, ways, apart)
                if values is None:
                    left_out += 1
                else:
                    found.append(values)
                self.known.add(self.z3.Not(self.z3.And([self.changed[one] for one in chosen])))
        if isinstance(self.space, Openings) and self.space.short:
            return "unfinished"
        larger = len(literals) > MOST_CHANGES and self.check()
        return "up-to" if larger else "all" if found else "none"

    def _nearest(
        self, chosen: Sequence[Statement], met: bool, ways: Mapping[Statement, Way], apart: bool
    ) -> Values | None:
        """Return the nearest values of some statements, one after the other; None for a set that is left out."""
        self.known.push()
        try:
            self.known.add(
                *(literal if one in chosen else self.z3.Not(literal) for one, literal in self.changed.items())
            )
            if apart and self._narrowing(chosen, met):
                return None
            values: dict[Statement, Given] = {}
            for one in chosen:
                moved = self.space.moved.get(one)
                values[one] = None if moved is None else self.decide(moved, ways.get(one, "any"))
            self.check()
            if not self.agrees(self.situation(values), met):
                raise Unfinished
        finally:
            self.known.pop()
        if isinstance(self.space, Openings):
            values |= dict.fromkeys(one for one in chosen if one in self.space.days)
        return values

    def _narrowing(self, chosen: Sequence[Statement], met: bool) -> bool:
        """Tell whether some statements, all of them estimates, only have to be known more closely."""
        if any(stated(self.run.facts, one).__class__ is not Range for one in chosen):
            return False
        all_moved = [self.space.moved[one] for one in chosen]
        inside = ((self.z3.Int(moved.choice), *moved.inside) for moved in all_moved)
        if not self.check(*(self.z3.And(steps >= low, steps <= high) for steps, low, high in inside)):
            return False
        values = {moved.statement: moved.value(self.value(self.z3.Int(moved.choice))) for moved in all_moved}
        if not self.agrees(self.situation(values), met):
            raise Unfinished
        return True

    # --- margins ---

    def margins(self, opposite: bool = False) -> Iterator[tuple[Statement, Given, Given]]:
        """Yield figures with the nearest values below and above at which the conclusion is no longer what it is.

        With `opposite`, at which it is the opposite. Raises `Unfinished` at the limit.
        """
        truth = self.run.truth(self.conclusion)
        turned = not truth if opposite else ("not", truth)
        if not self.changed:
            return
        self.known.push()
        try:
            self.known.add(self.solver.formulas[turned], self.z3.AtMost(*self.changed.values(), 1))
            for one, literal in self.changed.items():
                moved = self.space.moved[one]
                if not moved.fact.value_type.ordered or not self.check(literal):
                    continue
                sides = self.beside(moved, *moved.inside, "any", literal)
                below, above = (None if steps is None else moved.value(steps) for steps in sides)
                if below is not None or above is not None:
                    self._check_margin(one, {not truth} if opposite else {True, False, None} - {truth}, below, above)
                    yield one, below, above
        finally:
            self.known.pop()

    def _check_margin(self, one: Statement, turned: Collection[Kleene], *values: Given) -> None:
        """Raise `Unfinished` if the evaluator does not agree that a conclusion is turned by values."""
        for value in values:
            if value is not None:
                facts = changed(self.run.facts, one, value)
                if self.run.program.start(facts, self.run.as_of).truth(self.conclusion) not in turned:
                    raise Unfinished
