"""The smallest situation of which something holds: what a lawyer is shown instead of a formula.

Smallest means: the fewest stated facts; then the later-declared ones left out; then, of tables, the fewest rows, the
fewest histories by period, and the fewest cells, the later ones left out; then the lowest values in declared order,
false before true, options in order, and of dates the nearest to the as-of date, earlier ones first. So there is just
one, whatever the solver and its version.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple

from comity.engine.language.history import Entry, History
from comity.engine.language.model import Fact, Given, ValueType
from comity.engine.language.quantity import span
from comity.engine.translation.days import is_day
from comity.engine.translation.formulas import FALSE, Formula, compare, conj, disj, number, variable
from comity.engine.translation.solver import Solver, Unfinished
from comity.engine.translation.space import Cell, Piece, Space, TableCells, Twin, code, day_of

_FINER = (1, 10, 100, 1000)  # a value is a whole number of steps; failing that, of tenths, hundredths or thousandths


def days_exist(space: Space, twin: Twin | None = None) -> Formula:
    """Return that every date is a day of the calendar; to be called once the space is complete."""
    return conj(is_day(space.script, name) for fact, name in _values(space, twin) if fact.value_type is ValueType.DATE)


def exactness(space: Space, twin: Twin | None = None) -> list[Formula]:
    """Return, for each fineness of values, that every value can stand in a situation: dates exist, numbers are steps.

    To be called once the space is complete, before the script is read.
    """
    script = space.script
    steps: list[tuple[Fact, str, str]] = []
    lengths: list[Formula] = []
    for fact, name in _values(space, twin):
        if fact.value_type is ValueType.MONTHS:  # written in six digits, as months or as years
            years = compare(script.term(f"(mod {name} 12)", "Int"), "=", number(0))
            lengths.append(disj([compare(variable(name), "<=", number(999_999)), years]))
        elif fact.value_type is not ValueType.DATE and script.sorts[name] == "Real":
            steps.append((fact, name, script.declare("g", "Int")))
    dates = days_exist(space, twin)
    return [
        conj([dates, *lengths, *(_on_grid(fact, name, whole, finer) for fact, name, whole in steps)])
        for finer in (_FINER if steps else _FINER[:1])
    ]


def _values(space: Space, twin: Twin | None) -> Iterator[tuple[Fact, str]]:
    """Yield the variables that values have, each with its fact."""
    cells = [*_cells(space), *(twin.own.values() if twin is not None else ())]
    for cell in cells:
        for piece in cell.pieces:
            for name in dict.fromkeys([piece.value, piece.high or piece.value]):
                yield cell.fact, name


def _on_grid(fact: Fact, name: str, whole: str, finer: int) -> Formula:
    return compare(variable(name), "=", variable(whole).times(Fraction(fact.step or Fraction(1, 100)) / finer))


def _cells(space: Space) -> Iterator[Cell]:
    yield from space.facts.values()
    for table in space.tables.values():
        for row in table.rows:
            yield from row.cells.values()


class Witness(NamedTuple):
    """A situation by its facts; with `changed`, a second one in which one of them has another value."""

    facts: Mapping[str, Given]
    as_of: date
    changed: Mapping[str, Given] | None = None


def smallest(
    solver: Solver,
    space: Space,
    goals: Iterable[Any],
    fineness: Iterable[Any],
    order: Iterable[str],
    twin: Twin | None = None,
    outline: Iterable[Any] = (),
    any_size: bool = False,
) -> Witness | None:
    """Return the smallest situation of a space in which the formulas `goals` hold; None if there is none.

    `fineness` names the formulas of `exactness`, `order` the facts as they are declared. With `twin`, a space that
    shares all but one fact's values, the witness is a pair. `outline` are formulas that the goals imply, and that are
    easier: what they exclude is not tried. With `any_size`, it is just some situation. Raises `Unfinished` if the limit
    was reached.
    """
    solver.solver.push()
    try:
        for goal in goals:
            solver.solver.add(solver.formulas[goal])
        if not _sure(solver.check([])):
            return None
        for fine in fineness:
            if _sure(solver.possible(fine)):
                solver.solver.add(solver.formulas[fine])
                search = _Search(solver, space, [*order], twin, [solver.formulas[one] for one in outline])
                return search.any() if any_size else search.run()
        raise Unfinished
    finally:
        solver.solver.pop()


def _sure(answer: bool | None) -> bool:
    if answer is None:
        raise Unfinished
    return answer


class _Search:
    """Makes a situation smaller, one decision after the other, each kept."""

    def __init__(self, solver: Solver, space: Space, order: list[str], twin: Twin | None, outline: list[Any]) -> None:
        self.solver = solver
        self.outline = solver.another()
        self.outline.add(*outline)
        self.space = space
        self.twin = twin
        z3 = solver.z3
        self.z3 = z3
        places = {name: index for index, name in enumerate(order)}
        named: dict[str, Cell | TableCells] = {**space.facts, **space.tables}
        self.facts = dict(sorted(named.items(), key=lambda item: places.get(item[0], len(places))))
        self.model: Any = None  # of all that has been decided so far

    def possible(self, *formulas: Any) -> bool:
        """Tell whether `formulas` can hold with all that has been decided; if so, that is the model from now on."""
        answer = self.solver.check(formulas)
        if answer is None:
            raise Unfinished
        if answer:
            self.model = self.solver.solver.model()
        return answer

    def decide(self, formula: Any) -> None:
        """Let a formula hold: one that the model shows, or whose opposite is impossible."""
        self.solver.solver.add(formula)

    def any(self) -> Witness:
        """Return some situation, as it comes."""
        self.possible()
        kept = {name for name, one in self.facts.items() if self.holds(self.formula_of(one))}
        return self.witness(kept)

    def run(self) -> Witness:
        kept = self.stated_facts()
        for name in self.facts:
            one = self.facts[name]
            if name in kept:
                self.table(one) if isinstance(one, TableCells) else self.history(one)
        for name in self.facts:
            if name in kept:
                for cell in self.cells(name):
                    self.values(cell)
        return self.witness(kept)

    def witness(self, kept: set[str]) -> Witness:
        """Return the situation that the model shows, of the facts in `kept`."""
        facts = self.decoded(kept, lambda cell: cell)
        return Witness(facts, self.space.as_of, None if self.twin is None else self.decoded(kept, self.twin.of))

    def stated_facts(self) -> set[str]:
        """Decide which facts are stated: the fewest, and of as many the later-declared ones left out.

        With some facts left out nothing may be possible: then one of a few of them, the core that the solver finds,
        has to be stated. So the best set that meets all cores is tried, until one is possible.
        """
        stated = {name: self.z3.Bool(f"stated {name}") for name in self.facts}
        for name, one in self.facts.items():
            self.decide(stated[name] == self.formula_of(one))
            self.outline.add(stated[name] == self.formula_of(one))
        choice = _Choice(self.z3, [*self.facts])
        while True:
            kept = choice.best()
            absent = {name: self.z3.Not(stated[name]) for name in self.facts if name not in kept}
            left = absent
            while core := self.core(self.outline, left) or self.core(self.solver.solver, left):
                choice.one_of(core)
                left = {name: formula for name, formula in left.items() if name not in core}  # what else is missing?
            if left is absent:
                self.model = self.solver.solver.model()
                for name in self.facts:
                    self.decide(absent.get(name, stated[name]))
                return kept

    def core(self, solver: Any, absent: Mapping[str, Any]) -> list[str] | None:
        """Return some facts whose absence makes the goal impossible, none needlessly; None if it is possible."""
        core = self.reason(solver, absent)
        for name in core or ():
            assert core is not None
            if name in core:
                core = self.reason(solver, {one: absent[one] for one in core if one != name}) or core
        return core

    def reason(self, solver: Any, absent: Mapping[str, Any]) -> list[str] | None:
        answer = self.solver.check(absent.values(), solver)
        if answer is None:
            raise Unfinished
        if answer:
            return None
        core = {one.get_id() for one in solver.unsat_core()}
        assert core, "what all facts together make possible, some of them do"
        return [name for name, formula in absent.items() if formula.get_id() in core]

    # --- what is stated ---

    def formula_of(self, one: Cell | TableCells) -> Any:
        if isinstance(one, TableCells):
            return self.solver.variable(one.stated)
        return self.z3.Or(*(self.solver.variable(piece.stated) for piece in one.pieces))

    def holds(self, formula: Any) -> bool:
        """Tell whether a formula holds in the last model."""
        return bool(self.z3.is_true(self.model.eval(formula, model_completion=True)))

    def without(self, formula: Any) -> bool:
        """Leave something out if that can be, else keep it; tell whether it was left out."""
        possible = self.possible(self.z3.Not(formula))
        self.decide(self.z3.Not(formula) if possible else formula)
        return possible

    def fewest(self, formulas: list[Any]) -> None:
        """Let as few of `formulas` hold as can."""
        if not formulas:
            return
        for count in range(len(formulas) + 1):
            bound = self.z3.PbLe([(formula, 1) for formula in formulas], count)
            if self.possible(bound):
                self.decide(bound)
                return

    def table(self, table: TableCells) -> None:
        self.fewest([self.solver.variable(row.present) for row in table.rows])
        rows = [row for row in table.rows if self.holds(self.solver.variable(row.present))]
        cells = [cell for row in rows for cell in self.in_order(table.fact, row.cells)]
        by_period = [self.solver.variable(cell.by_period) for cell in cells if cell.by_period != FALSE]
        self.fewest(by_period)
        for one in reversed(by_period):
            self.without(one)
        pieces = [self.solver.variable(piece.stated) for cell in cells for piece in cell.pieces]
        self.fewest(pieces)
        for one in reversed(pieces):
            self.without(one)

    def in_order(self, table: Fact, cells: Mapping[str, Cell]) -> list[Cell]:
        return [cells[name] for name in table.columns if name in cells]

    def history(self, cell: Cell) -> None:
        pieces = [self.solver.variable(piece.stated) for piece in cell.pieces]
        if len(pieces) > 1:
            self.fewest(pieces)
            for one in reversed(pieces):
                self.without(one)

    # --- values ---

    def cells(self, name: str) -> list[Cell]:
        one = self.facts[name]
        if isinstance(one, Cell):
            return [one]
        rows = [row for row in one.rows if self.holds(self.solver.variable(row.present))]
        return [cell for row in rows for cell in self.in_order(one.fact, row.cells)]

    def values(self, cell: Cell) -> None:
        """Give every stated value of a cell, and of its twin, the lowest that can be."""
        other = cell if self.twin is None else self.twin.of(cell)
        for index, piece in enumerate(cell.pieces):
            if self.holds(self.solver.variable(piece.stated)):
                self.value(cell.fact, piece)
                if other is not cell:
                    self.value(other.fact, other.pieces[index])

    def value(self, fact: Fact, piece: Piece) -> None:
        variable_ = self.solver.variable(piece.value)
        match fact.value_type:
            case ValueType.BOOLEAN:
                self.without(variable_)
            case ValueType.CHOICE:
                for option in fact.options:
                    if self.fixed(variable_ == self.space.word(option)):
                        return
            case ValueType.TEXT:
                self.lowest(variable_, 0)
            case ValueType.DATE:
                today = code(self.space.as_of)
                if self.possible(variable_ <= today):
                    self.decide(variable_ <= today)
                    self.lowest(-variable_, -today)
                else:
                    self.lowest(variable_, today)
            case _:
                low, _ = self.space.limits(fact)
                self.lowest(variable_, low)
        if piece.high:
            if piece.open != FALSE:
                self.without(self.solver.variable(piece.open))
            if piece.open == FALSE or not self.holds(self.solver.variable(piece.open)):
                self.lowest(self.solver.variable(piece.high), None)

    def fixed(self, formula: Any) -> bool:
        """Decide for a formula if it can hold; tell whether it can."""
        possible = self.possible(formula)
        if possible:
            self.decide(formula)
        return possible

    def lowest(self, term: Any, low: Fraction | int | None) -> None:
        """Give a term the lowest value that it can have; nothing below `low` can be."""
        z3 = self.z3
        if low is not None and self.fixed(term == _numeral(z3, low)):
            return
        high = self.current(term)
        while low is None:  # go down by ever larger leaps, to a value that is impossible
            leap = high - max(Fraction(1), abs(high))
            if self.possible(term <= _numeral(z3, leap)):
                high = self.current(term)
            else:
                low = leap
        while self.possible(term < _numeral(z3, high), term > _numeral(z3, low)):  # the answer lies above `low`
            high = self.current(term)
            middle = (low + high) / Fraction(2)
            if self.possible(term <= _numeral(z3, middle)):
                high = self.current(term)
            else:
                low = middle
        self.decide(term == _numeral(z3, high))

    def current(self, term: Any) -> Fraction:
        value = self.model.eval(term, model_completion=True)
        return Fraction(value.as_long()) if self.z3.is_int_value(value) else Fraction(value.as_fraction())

    # --- back to facts ---

    def decoded(self, kept: set[str], of: Callable[[Cell], Cell]) -> dict[str, Given]:
        """Return the stated facts; `of` says which cells to read."""
        facts: dict[str, Given] = {}
        for name, table in self.facts.items():
            if name not in kept:
                continue
            if isinstance(table, TableCells):
                rows = [row for row in table.rows if self.holds(self.solver.variable(row.present))]
                facts[name] = tuple(
                    {
                        column: value
                        for column in table.fact.columns
                        if column in row.cells and (value := self.given(of(row.cells[column]))) is not None
                    }
                    for row in rows
                )
            else:
                value = self.given(of(table))
                if value is not None:
                    facts[name] = value
        return facts

    def given(self, cell: Cell) -> Given:
        """Return what a cell states; None for nothing."""
        stated = [piece for piece in cell.pieces if self.holds(self.solver.variable(piece.stated))]
        if not cell.fact.history:
            return self.read(cell.fact, stated[0]) if stated else None
        by_period = cell.by_period != FALSE and self.holds(self.solver.variable(cell.by_period))
        if cell.by_period == FALSE:
            by_period = any(piece is not cell.pieces[0] for piece in stated)
        if not by_period:
            return self.read(cell.fact, cell.pieces[0]) if cell.pieces[0] in stated else None
        entries = [
            Entry(piece.first, piece.last, self.read(cell.fact, piece))
            for piece in reversed(cell.pieces)
            if piece in stated and piece.first is not None and piece.last is not None
        ]
        return History(tuple(entry for entry in entries if entry.value is not None))

    def read(self, fact: Fact, piece: Piece) -> Given:

        def value(name: str) -> Any:
            return self.model.eval(self.solver.variable(name), model_completion=True)

        if fact.value_type is ValueType.BOOLEAN:
            return bool(self.z3.is_true(value(piece.value)))
        low = self.solver.plain(value(piece.value))
        if fact.value_type in (ValueType.CHOICE, ValueType.TEXT):
            return self.word(low)
        high: Any = low
        if piece.high:
            unbounded = piece.open != FALSE and self.z3.is_true(value(piece.open))
            high = inf if unbounded else self.solver.plain(value(piece.high))
        if fact.value_type is ValueType.DATE:
            return span(day_of(low), day_of(high))
        found = span(low, high)
        return None if found == fact.unknown else found

    def word(self, index: int) -> str:
        """Return the text of a number: one that the rules name, or else one that they do not."""
        words = {number: text for text, number in self.space.words.items()}
        if index in words:
            return words[index]
        others = (letter for letter in _names() if letter not in self.space.words)
        beyond = index - len(words)
        return next(name for place, name in enumerate(others) if place == beyond)


class _Choice:
    """Chooses facts: the fewest that have one of each set that was named, the later-declared ones left out.

    Sets that have nothing to do with each other are chosen from apart.
    """

    def __init__(self, z3: Any, names: Sequence[str]) -> None:
        self.z3 = z3
        self.places = {name: place for place, name in enumerate(names)}
        # What is in sets that hang together, and these sets.
        self.together: list[tuple[frozenset[str], frozenset[frozenset[str]]]] = []
        self.chosen: dict[frozenset[frozenset[str]], frozenset[str]] = {}

    def one_of(self, names: Iterable[str]) -> None:
        """Demand that one of `names` is chosen."""
        every = named = frozenset(names)
        sets = frozenset((named,))
        apart = []
        for group in self.together:
            if named.isdisjoint(group[0]):
                apart.append(group)
            else:
                every, sets = every | group[0], sets | group[1]
        self.together = [*apart, (every, sets)]

    def best(self) -> set[str]:
        """Return the best choice."""
        kept: set[str] = set()
        for every, sets in self.together:
            if sets not in self.chosen:
                self.chosen[sets] = frozenset(self.of(every, sets))
            kept |= self.chosen[sets]
        return kept

    def of(self, every: Iterable[str], sets: Iterable[frozenset[str]]) -> Iterator[str]:
        """Yield the best choice from sets that hang together."""
        names = sorted(every, key=self.places.__getitem__)
        variables = {name: self.z3.Bool(f"chosen {name}") for name in names}
        solver = self.z3.SimpleSolver()
        solver.add(*(self.z3.Or(*(variables[name] for name in sorted(one))) for one in sets))
        size = 1
        while solver.check(few := self.z3.PbLe([(one, 1) for one in variables.values()], size)) != self.z3.sat:
            size += 1
        model = solver.model()
        solver.add(few)
        for name in reversed(names):
            one = variables[name]
            if self.z3.is_true(model.eval(one)):  # else the model shows that it can do without
                if solver.check(self.z3.Not(one)) != self.z3.sat:
                    yield name
                    continue
                model = solver.model()
            solver.add(self.z3.Not(one))


def _names() -> Iterator[str]:
    for length in range(1, 10):
        for index in range(26**length):
            name, rest = "", index
            for _ in range(length):
                rest, letter = divmod(rest, 26)
                name = chr(65 + letter) + name
            yield name


def _numeral(z3: Any, value: Any) -> Any:
    fraction = Fraction(value)
    if fraction.denominator == 1:
        return z3.IntVal(fraction.numerator)
    return z3.Q(fraction.numerator, fraction.denominator)
