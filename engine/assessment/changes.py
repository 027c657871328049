"""What would have to change: all smallest sets of changed statements that turn a conclusion, and its margins."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import ceil, floor, inf
from string import ascii_uppercase
from typing import Any, Literal, NamedTuple

from comity.engine.assessment.evaluate import Run
from comity.engine.language.model import Given, ValueType
from comity.engine.language.quantity import Range, ends
from comity.engine.language.statements import Statement, changed, declaration, is_newest, stated, statements
from comity.engine.language.truth import Kleene
from comity.engine.translation.around import Changes, Moved, Way
from comity.engine.translation.extent import MOST_ROWS, rows_needed, windows
from comity.engine.translation.formulas import Formula, conj, neg
from comity.engine.translation.smt import Translation
from comity.engine.translation.solver import Solver
from comity.engine.translation.space import Script, day_of

LIMIT = 2_000_000  # steps for one question: no clock, so that a machine's speed decides nothing
MOST_CHANGES = 4
MOST_SETS = 200

Extent = Literal["all", "up-to", "none", "unfinished"]


class Change(NamedTuple):
    """A statement with another value. `before` is None where nothing was known."""

    statement: Statement
    before: Given
    after: Given


class Sets(NamedTuple):
    """All smallest sets of changes that have one effect: no part of a set has it.

    `extent` says what was found: `all` there are; all of `up-to` `MOST_CHANGES` changes; `none`, because there are
    none; or `unfinished`, because there were more than `MOST_SETS` or a limit was reached.
    """

    sets: tuple[tuple[Change, ...], ...]
    extent: Extent


class Target(NamedTuple):
    """What would make a conclusion met (`met`), or not met.

    `changes` give known facts another single value. `known` are what only needs to become known, or known more closely;
    of a settled conclusion there is none. The values there are examples.
    """

    met: bool
    changes: Sets
    known: Sets | None = None


class Margin(NamedTuple):
    """How far a figure can be wrong before a settled conclusion is no longer what it is.

    `below` and `above` are the nearest values at which it is not; None where there is none.
    """

    statement: Statement
    before: Given
    below: Given
    above: Given


class WhatIf(NamedTuple):
    """What would turn a conclusion: a context or measure, by its id.

    `margins` are those of a settled conclusion, of figures with any; None if a limit was reached.
    """

    conclusion: str
    truth: Kleene
    targets: tuple[Target, ...]
    margins: tuple[Margin, ...] | None


def what_if(run: Run, conclusion: str, limit: int = LIMIT) -> WhatIf:
    """Return what would turn a conclusion of a run. Every change is verified by the evaluator.

    A change gives a known fact another single value, in the direction that `changeable` allows; in a table or history,
    only the newest figure. Raises `KeyboardInterrupt` if the search was interrupted.
    """
    truth = run.truth(conclusion)
    outcomes = [True, False] if truth is None else [not truth]
    known = {}
    if truth is None:
        known = {met: _Search(run, conclusion, _openings(run), limit).sets(met) for met in outcomes}
    moves = _Search(run, conclusion, _moves(run), limit)
    targets = [Target(met, moves.sets(met, apart=truth is None), known.get(met)) for met in outcomes]
    return WhatIf(conclusion, truth, tuple(targets), None if truth is None else margins(run, conclusion, limit))


def margins(run: Run, conclusion: str, limit: int = LIMIT) -> tuple[Margin, ...] | None:
    """Return how far each figure that a settled conclusion rests on can be wrong; None if a limit was reached.

    One figure at a time; all others as they are. Every figure and date counts, whether or not it may be changed.
    """
    rules = run.program.rules
    figures: dict[Statement, Way] = {
        one: "any" for one in statements(rules, run.facts) if declaration(rules, one).value_type.ordered
    }
    return _Search(run, conclusion, figures, limit).margins()


def _moves(run: Run) -> dict[Statement, Way]:
    """Return the statements that may change, and how."""
    rules = run.program.rules
    found: dict[Statement, Way] = {}
    for one in statements(rules, run.facts):
        fact = declaration(rules, one)
        figure = fact.value_type is ValueType.NUMBER and is_newest(run.facts, one, run.as_of)
        if fact.changeable != "never" and (figure if one.row is not None or one.period is not None else True):
            found[one] = fact.changeable  # type: ignore[assignment]  # any, up or down
    return found


def _openings(run: Run) -> dict[Statement, Way]:
    """Return what may become known, or be known more closely."""
    rules = run.program.rules
    found: dict[Statement, Way] = {}
    for name, fact in rules.facts.items():
        given = run.facts.get(name)
        if given is None:
            if fact.derive is None:
                found[Statement(name)] = "known"
        elif fact.columns:
            for row, cells in enumerate(given):
                for column in fact.columns.values():
                    if column.name not in cells and column.derive is None:
                        found[Statement(name, row, column.name)] = "known"
    estimates = (one for one in statements(rules, run.facts) if stated(run.facts, one).__class__ is Range)
    return found | dict.fromkeys(estimates, "known")


class _Search:
    """The solver over the situations in which some statements are otherwise."""

    def __init__(self, run: Run, conclusion: str, ways: Mapping[Statement, Way], limit: int) -> None:
        self.run = run
        self.conclusion = conclusion
        program = run.program
        rules = program.rules
        script = Script()
        rows = min(MOST_ROWS, rows_needed([rules], [*program.conclusions.values()]))
        seen = windows(rules, program.reading, program.set, run.as_of)
        self.space = Changes(script, run.as_of, run.facts, seen, ways, rows)
        translation = Translation(self.space, rules, program.reading, program.set, "partial")
        truths = translation.conclusion(conclusion)
        excluded = [
            neg(formula)
            for one, formula in zip(rules.impossible, translation.impossible(), strict=True)
            if run.memory[program.slots[one.when]] is not True
        ]
        self.space.finish()
        formulas: dict[Any, Formula] = {
            True: truths.met,
            False: truths.not_met,
            ("not", True): neg(truths.met),
            ("not", False): neg(truths.not_met),
            "possible": conj(excluded),
        }
        self.solver = Solver(script, formulas, limit)
        self.z3 = self.solver.z3
        order = {one: place for place, one in enumerate(ways)}
        self.moved = sorted((moved for moved, _ in self.space.moved.values()), key=lambda one: order[one.statement])
        self.literals = {one.statement: self.z3.Bool(one.changed) for one in self.moved}
        self.literals |= {Statement(name): self.z3.Bool(formula) for name, formula in self.space.learned.items()}

    # --- sets ---

    def sets(self, met: bool, apart: bool = False) -> Sets:
        """Return all smallest sets of changes after which the conclusion is met, or not met.

        With `apart`, sets that only narrow what is known are left out.
        """
        goal = [self.solver.formulas[met], self.solver.formulas["possible"]]
        literals = [*self.literals.values()]
        found: list[tuple[Change, ...]] = []
        solver = self.solver.another()
        solver.add(*goal)
        for size in range(1, min(MOST_CHANGES, len(literals)) + 1):
            few = self.z3.PbLe([(one, 1) for one in literals], size)
            while answer := self.solver.check([few], solver):
                if len(found) == MOST_SETS:
                    return Sets(tuple(found), "unfinished")
                model = solver.model()
                chosen = [one for one, literal in self.literals.items() if self.z3.is_true(model.eval(literal))]
                if not chosen:  # the evaluator says otherwise of the situation as it is
                    return Sets(tuple(found), "unfinished")
                changes = self.nearest(chosen, goal)
                if changes is None or not self.confirmed(changes, met):
                    return Sets(tuple(found), "unfinished")
                solver.add(self.z3.Not(self.z3.And([self.literals[one] for one in chosen])))
                if not (apart and all(_narrows(one) for one in changes)):
                    found.append(changes)
            if answer is None:
                return Sets(tuple(found), "unfinished")
        more = self.solver.check([], solver)
        if more is None:
            return Sets(tuple(found), "unfinished")
        found.sort(key=lambda changes: (len(changes), [self.place(one.statement) for one in changes]))
        return Sets(tuple(found), "up-to" if more else "all" if found else "none")

    def place(self, statement: Statement) -> int:
        return [*self.literals].index(statement)

    def confirmed(self, changes: Iterable[Change], met: bool) -> bool:
        """Tell whether the evaluator agrees."""
        return self.truth(changes) is met

    def truth(self, changes: Iterable[Change]) -> Kleene:
        """Return how the conclusion comes out with some changes."""
        facts = dict(self.run.facts)
        for one in changes:
            facts = changed(facts, one.statement, one.after)
        return self.run.program.truths((self.conclusion,), facts, self.run.as_of)[0]

    # --- values ---

    def nearest(self, chosen: Sequence[Statement], goal: Sequence[Any]) -> tuple[Change, ...] | None:
        """Return the changes to some statements with the nearest values, one after the other; None at a limit."""
        decided = [*goal]
        decided += [literal if one in chosen else self.z3.Not(literal) for one, literal in self.literals.items()]
        values: dict[Statement, Given] = {}
        for moved in self.moved:
            if moved.statement in chosen:
                value = self.nearest_value(moved, decided)
                if value is None:
                    return None
                values[moved.statement] = value
        return tuple(
            Change(one, stated(self.run.facts, one), values.get(one)) for one in self.literals if one in chosen
        )

    def nearest_value(self, moved: Moved, decided: list[Any]) -> Given | None:
        """Return the nearest value that a statement can have, and decide for it; None at a limit.

        Of a truth it is the other one, of options the first that will do, of words one that the rules name before any
        other. Within an estimate, and of what nothing is known, the lowest is the nearest; of two as near, the lower.
        """
        variable = self.solver.variable(moved.name)
        match moved.fact.value_type:
            case ValueType.BOOLEAN:
                for value in (False, True):
                    if answer := self.solver.check([*decided, variable == value]):
                        decided.append(variable == value)
                        return value
                    if answer is None:
                        return None
                return None
            case ValueType.CHOICE | ValueType.TEXT:
                return self.nearest_word(moved, variable, decided)
            case _:
                return self.nearest_figure(moved, decided)

    def nearest_word(self, moved: Moved, variable: Any, decided: list[Any]) -> str | None:
        words = {number: word for word, number in self.space.words.items()}
        if moved.fact.options:
            numbers = [self.space.words[option] for option in moved.fact.options]
        else:
            other = next(letter for letter in _letters() if letter not in self.space.words)
            words[len(words)] = other
            numbers = [*words]
        for number in numbers:
            answer = self.solver.check([*decided, variable == number])
            if answer is None:
                return None
            if answer:
                decided.append(variable == number)
                return words[number]
        return None

    def nearest_figure(self, moved: Moved, decided: list[Any]) -> Given | None:
        grain = self.z3.Int(moved.grain)
        candidates = []
        low, high = (None, None) if moved.before is None else self.ends(moved)
        bottom, top = (self.steps(moved, end) for end in self.space.limits(moved.fact))
        inside = (bottom if low is None else low, top if high is None else high)
        try:
            if moved.before is None or inside[0] < inside[1]:
                found = self.least(grain, *inside, decided)
                if found is not None:
                    candidates.append((0, found))
            if not candidates and low is not None:
                found = self.least(-grain, -(low - 1), -bottom, decided)
                if found is not None:
                    candidates.append((self.distance(moved, -found), -found))
            if (not candidates or candidates[0][0]) and moved.before is not None and high is not None:
                found = self.least(grain, high + 1, top, decided)
                if found is not None:
                    candidates.append((self.distance(moved, found), found))
        except _Unfinished:
            return None
        assert candidates, "the set was found with some value"
        _, best = min(candidates)
        decided.append(grain == best)
        return self.decoded(moved, best)

    def ends(self, moved: Moved) -> tuple[int, int | None]:
        """Return the ends of what is stated in whole steps, the lower one rounded down and the upper one up."""
        low, high = (self.space.encoded(end) for end in ends(moved.before))
        first = ceil(low / moved.step)
        last = None if high == inf else floor(high / moved.step)
        return first, last

    def steps(self, moved: Moved, end: Any) -> int:
        return int(end // moved.step)

    def distance(self, moved: Moved, steps: int) -> Any:
        """Return how far a value lies outside what is stated."""
        low, high = ends(moved.before)
        value = self.decoded(moved, steps)
        apart = low - value if value < low else value - high
        return apart.days if moved.fact.value_type is ValueType.DATE else apart

    def decoded(self, moved: Moved, steps: int) -> Given:
        if moved.fact.value_type is ValueType.DATE:
            return day_of(steps)
        value = steps * moved.step
        return value.numerator if value.denominator == 1 else value

    def least(self, term: Any, low: int, high: int, decided: Iterable[Any]) -> int | None:
        """Return the least value from `low` to `high` that a whole number can have; None if it can have none."""
        if low > high:
            return None
        fixed = [*decided, term >= low, term <= high]
        if not self.possible(fixed):
            return None
        high = self.value(term)
        tried = low  # a bound is the likeliest answer
        while low < high:
            if self.possible([*fixed, term <= tried]):
                high = self.value(term)
            else:
                low = tried + 1
            tried = (low + high) // 2
        return high

    def possible(self, formulas: Iterable[Any]) -> bool:
        answer = self.solver.check(formulas)
        if answer is None:
            raise _Unfinished
        return answer

    def value(self, term: Any) -> int:
        """Return the value of a whole number in the last model."""
        return int(self.solver.solver.model().eval(term, model_completion=True).as_long())

    # --- margins ---

    def margins(self) -> tuple[Margin, ...] | None:
        """Return the nearest values of each figure at which the conclusion is no longer what it is."""
        truth = self.run.truth(self.conclusion)
        assert truth is not None
        found = []
        for moved in self.moved:
            others = [self.z3.Not(one) for name, one in self.literals.items() if name != moved.statement]
            decided = [self.solver.formulas["not", truth], self.literals[moved.statement], *others]
            low, high = self.ends(moved)
            bottom, top = (self.steps(moved, end) for end in self.space.limits(moved.fact))
            grain = self.z3.Int(moved.grain)
            try:
                below = self.least(-grain, -(low - 1), -bottom, decided)
                above = None if high is None else self.least(grain, high + 1, top, decided)
            except _Unfinished:
                return None
            if below is not None or above is not None:
                ends_ = (
                    None if below is None else self.decoded(moved, -below),
                    None if above is None else self.decoded(moved, above),
                )
                for end in ends_:
                    if end is not None and self.truth([Change(moved.statement, moved.before, end)]) is truth:
                        return None
                found.append(Margin(moved.statement, moved.before, *ends_))
        return tuple(found)


class _Unfinished(Exception):  # noqa: N818  # no mistake of the caller: the limit was reached
    pass


def _narrows(change: Change) -> bool:
    """Tell whether a change says no more than that an estimate is known more closely."""
    if change.before.__class__ is not Range:
        return False
    low, high = ends(change.before)
    return bool(low <= change.after <= high)


def _letters() -> Iterator[str]:
    for length in range(1, 10):
        yield from ("".join(letters) for letters in product(ascii_uppercase, repeat=length))
