"""The situations around that of a run, as the solver has them, and the nearest values that statements have there."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypeAlias

from comity.engine.assessment.evaluate import Run
from comity.engine.language.condition import Condition
from comity.engine.language.history import Entry, History
from comity.engine.language.model import Given, ValueType
from comity.engine.language.quantity import Range, ends
from comity.engine.language.statements import Statement, changed, stated
from comity.engine.translation.extent import reached
from comity.engine.translation.formulas import Formula, conj, neg
from comity.engine.translation.openings import Openings
from comity.engine.translation.otherwise import Moved, Otherwise
from comity.engine.translation.smt import Translation
from comity.engine.translation.solver import Solver, Unfinished
from comity.engine.translation.space import code

Way: TypeAlias = Literal["any", "up", "down"]
Values: TypeAlias = Mapping[Statement, Given]
"""Statements with what each becomes, in declared order: None for a table or for days of a history."""


class Nearest:
    """The solver over the situations of a space, as far as a conclusion rests on them, with all that is decided."""

    def __init__(self, run: Run, conclusion: str, space: Otherwise, limit: int) -> None:
        self.run = run
        self.conclusion = conclusion
        self.space = space
        program = run.program
        translation = Translation(
            space, program.rules, program.reading, program.set, "partial", conclusions=program.conclusions
        )
        truths = translation.conclusion(conclusion)
        self.exclusions, named = self._exclusions()
        excluded = [translation.condition(one).met for one in self.exclusions]
        if space.script.approximate:
            self._ask_for(named)
        space.finish()
        formulas: dict[Any, Formula] = {
            True: truths.met,
            False: truths.not_met,
            ("not", True): neg(truths.met),
            ("not", False): neg(truths.not_met),
            "possible": conj(neg(one) for one in excluded),
        }
        self.solver = Solver(space.script, formulas, limit)
        self.z3 = self.solver.z3
        self.known = self.solver.solver  # the solver with all that has been decided
        self.changed = {one: self.z3.Bool(space.changed[one]) for one in self._in_order()}

    def _exclusions(self) -> tuple[list[Condition], set[str]]:
        """Return what must not become so: each exclusion that has to do with the conclusion, and does not hold yet.

        And the facts that it and they rest on.
        """
        program = self.run.program
        _, named = reached(program.rules, program.conclusions, program.conclusions[self.conclusion])
        others = [
            (one.when, reached(program.rules, program.conclusions, one.when)[1])
            for one in program.rules.impossible
            if self.run.memory[program.slots[one.when]] is not True
        ]
        found: list[Condition] = []
        while near := [one for one in others if one[1] & named]:
            others = [one for one in others if not one[1] & named]
            for condition, names in near:
                found.append(condition)
                named |= names
        return found, named

    def _ask_for(self, names: Iterable[str]) -> None:
        """Let facts have their variables, also where what is not translated rests on them."""
        for fact in (self.run.program.rules.facts[name] for name in names):
            if fact.columns:
                for row in self.space.table(fact).rows:
                    for column in fact.columns.values():
                        self.space.cell(column, row)
            else:
                self.space.cell(fact, None)

    def _in_order(self) -> list[Statement]:
        """Return what may be otherwise, in declared order."""
        facts = self.run.program.rules.facts
        places = {name: place for place, name in enumerate(facts)}

        def place(one: Statement) -> tuple[int, ...]:
            column = -1 if one.column is None else [*facts[one.fact].columns].index(one.column)
            return (
                places[one.fact],
                -1 if one.row is None else one.row,
                column,
                -1 if one.period is None else one.period,
            )

        return sorted(self.space.changed, key=place)

    def check(self, *assumptions: Any) -> bool:
        """Tell whether formulas can hold with all that has been decided. Raises `Unfinished` at the limit."""
        answer = self.solver.check(assumptions)
        if answer is None:
            raise Unfinished
        return answer

    def value(self, term: Any) -> int:
        """Return the value of a whole number in the last model."""
        return int(self.known.model().eval(term, model_completion=True).as_long())

    def limits(self, moved: Moved, way: Way | None) -> tuple[int, int]:
        """Return the lowest and the highest that a statement can become, in steps; none if the first is the higher."""
        if way is None:
            return 1, 0
        if moved.fact.value_type.ordered:
            first, last = moved.inside
            return first if way == "up" else moved.bottom, last if way == "down" else moved.top
        possible = way == "any" or (moved.fact.value_type is ValueType.BOOLEAN and moved.before is (way == "down"))
        return 0, 0 if possible else -1

    # --- values ---

    def decide(self, moved: Moved, way: Way) -> Given:
        """Return the nearest value that a statement can have, and decide for it.

        Of a truth it is the other one, of options the first that will do, of words one that is named before any other,
        of figures the lower one of two as near. Within an estimate the lowest is the nearest; where nothing was known,
        the nearest to 0 or to the as-of date.
        """
        match moved.fact.value_type:
            case ValueType.BOOLEAN:
                if not moved.choice:
                    return not moved.before
                value = self.z3.Bool(moved.choice)
                return bool(self._first([self.z3.Not(value), value]))
            case ValueType.CHOICE | ValueType.TEXT:
                word = self.z3.Int(moved.choice)
                options = [self.space.word(option) for option in moved.fact.options]
                numbers = options or [*range(len(self.space.words) + len(self.changed))]
                return self.space.text(numbers[self._first([word == number for number in numbers])])
            case _:
                steps = self._nearest_steps(moved, way)
                self.known.add(self.z3.Int(moved.choice) == steps)
                return moved.value(steps)

    def _first(self, formulas: Sequence[Any]) -> int:
        """Return which of some formulas is the first that can hold, and decide for it."""
        for place, formula in enumerate(formulas):
            if self.check(formula):
                self.known.add(formula)
                return place
        raise Unfinished  # none that a situation can say

    def _nearest_steps(self, moved: Moved, way: Way) -> int:
        low, high = moved.inside
        if moved.before is None:
            today = code(self.run.as_of) if moved.fact.value_type is ValueType.DATE else 0
            low = high = min(max(today, moved.bottom), moved.top)
        inside = None
        if moved.before is None or moved.before.__class__ is Range:
            inside = self._least(self.z3.Int(moved.choice), low, high)
        if inside is not None:
            return inside
        below, above = self.beside(moved, low, high, way)
        if below is None or above is None:
            found = above if below is None else below
            if found is None:
                raise Unfinished
            return found
        lowest, highest = (moved.value(low), moved.value(high)) if moved.before is None else ends(moved.before)
        return below if _apart(moved.value(below), lowest) <= _apart(moved.value(above), highest) else above

    def beside(self, moved: Moved, low: int, high: int, way: Way, *assumptions: Any) -> tuple[int | None, int | None]:
        """Return the nearest numbers of steps below `low` and above `high` that a statement can have."""
        steps = self.z3.Int(moved.choice)
        bottom, top = self.limits(moved, way)
        below = self._least(-steps, -(low - 1), -bottom, *assumptions)
        return None if below is None else -below, self._least(steps, high + 1, top, *assumptions)

    def _least(self, term: Any, low: int, high: int, *assumptions: Any) -> int | None:
        """Return the least value from `low` to `high` that a whole number can have; None if it can have none."""
        if low > high or not self.check(*assumptions, term >= low, term <= high):
            return None
        high = self.value(term)
        tried = high - 1  # what the solver finds is likely to be an end
        while low < high:
            if self.check(*assumptions, term >= low, term <= tried):
                high = self.value(term)
            else:
                low = tried + 1
            tried = (low + high) // 2
        return high

    # --- the evaluator ---

    def agrees(self, facts: Mapping[str, Given], met: bool) -> bool:
        """Tell whether the evaluator agrees."""
        run = self.run.program.start(facts, self.run.as_of)
        slots = self.run.program.slots
        return run.truth(self.conclusion) is met and not any(run.memory[slots[one]] is True for one in self.exclusions)

    def situation(self, values: Values) -> Mapping[str, Given]:
        """Return a situation as the last model has it, in which some statements are otherwise."""
        facts = self.run.facts
        for one, value in values.items():
            if value is not None:
                facts = changed(facts, one, value)
        if isinstance(self.space, Openings):
            model = self.known.model()
            for one in values:
                if one.row is None and one.fact in self.space.learned:
                    facts = {**facts, one.fact: self.space.example(one, lambda name: self._read(model, name))}
                elif one in self.space.days:
                    days = self.space.example(one, lambda name: self._read(model, name))
                    facts = changed(facts, one, self._with(stated(facts, one), days))
        return facts

    def _read(self, model: Any, name: str) -> Any:
        value = model.eval(self.solver.variable(name), model_completion=True)
        return bool(self.z3.is_true(value)) if self.z3.is_bool(value) else self.solver.plain(value)

    def _with(self, before: Given, days: History) -> History:
        """Return a history with more days than are stated of it."""
        if before.__class__ is not History:
            today = self.run.as_of
            before = History(() if before is None else (Entry(today, today, before),))
        return History(tuple(sorted((*before.entries, *days.entries), key=lambda one: one.first)))


def _apart(value: Any, other: Any) -> Any:
    return abs((value - other).days) if isinstance(value, date) else abs(value - other)
