"""Why: what a run's memory says of each condition, and what a conclusion rests on.

Every explanation is read off the memory of the one run that gave the verdict; nothing is evaluated again.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, assert_never

from comity.engine.assessment.evaluate import Memory, Rows, Run, held
from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    Arithmetic,
    AtLeast,
    Conclusion,
    Condition,
    Constant,
    Count,
    Elapsed,
    Every,
    Expression,
    Extreme,
    FactValue,
    Not,
    ParameterValue,
    Some,
    Term,
    Test,
    Total,
)
from comity.engine.language.model import Fact, Given, ValueType
from comity.engine.language.operators import ELAPSED
from comity.engine.language.quantity import Range
from comity.engine.language.references import type_of
from comity.engine.language.truth import Kleene, Truth


class Trace(NamedTuple):
    """A condition or an expression, what it came to, and the same of its parts.

    The parts of a condition over a table are one for each row, in order, with `row` counting from 1; those of a total
    say what each row adds, with the row's `where` inside. What a conclusion or a derived fact rests on is not repeated
    at each mention: it has a trace of its own.
    """

    term: Term
    result: Any
    parts: tuple["Trace", ...] = ()
    row: int | None = None

    @property
    def truth(self) -> Truth:
        """How the condition came out."""
        return Truth.of(self.result)


class _Row(NamedTuple):
    """One row of a table in a run: where to look before the run's own memory."""

    table: Fact
    given: Mapping[str, Given]
    rows: Rows
    memory: Memory


def result(run: Run, term: Term, row: _Row | None = None) -> Any:
    """Return what a condition or an expression came to."""
    match term:
        case Constant(value=value):
            return value
        case ParameterValue(name):
            return run.program.parameter(name, run.as_of)
        case _:
            if row is not None and term in row.rows.slots:
                return row.memory[row.rows.slots[term]]
            return run.memory[run.program.slots[term]]


def trace(run: Run, term: Term, row: _Row | None = None, number: int | None = None) -> Trace:
    """Return the trace of a condition or an expression."""
    return Trace(term, result(run, term, row), tuple(_parts(run, term, row)), number)


def finding(run: Run, conclusion: str) -> Trace:
    """Return the trace of a conclusion's own condition, by its id."""
    return trace(run, run.program.conclusions[conclusion])


def derivation(run: Run, fact: str) -> Trace | None:
    """Return the trace of how a fact that no value was given for is derived; None if it is not."""
    declared = run.program.rules.facts[fact]
    if declared.derive is None or fact in run.facts or fact not in run.program.derived:
        return None
    return trace(run, held(declared, declared.derive))


def _parts(run: Run, term: Term, row: _Row | None) -> Iterator[Trace]:
    match term:
        case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts) | Arithmetic(parts=parts):
            for part in parts:
                yield trace(run, part, row)
        case Not(part) | Elapsed(since=part):
            yield trace(run, part, row)
        case Test(fact, operator, bound):
            yield trace(run, FactValue(fact), row)
            if operator in ELAPSED:
                unit = type_of(run.program.rules, bound, row.table if row else None)
                yield trace(run, Elapsed(FactValue(fact), "days" if unit is ValueType.DAYS else "months"), row)
            table = row.table.columns if row and fact in row.table.columns else run.program.rules.facts
            yield trace(run, held(table[fact], bound), row)
        case Some(where=where) | Every(where=where):
            for number, one in enumerate(_rows(run, term), 1):
                yield trace(run, where, one, number)
        case Count(where=where):
            if where is not None:
                for number, one in enumerate(_rows(run, term), 1):
                    yield trace(run, where, one, number)
        case Total(column, _, where):
            for number, one in enumerate(_rows(run, term), 1):
                counts = () if where is None else (trace(run, where, one),)
                value = one.memory[one.rows.value] if one.rows.value is not None else None
                yield Trace(FactValue(column), value, counts, number)
        case Conclusion() | Constant() | FactValue() | ParameterValue() | Extreme():
            return
        case _:
            assert_never(term)


def _rows(run: Run, term: Some | Every | Count | Total) -> list[_Row]:
    rows = run.program.rows[term]
    table = run.program.rules.facts[term.table]
    given = run.facts.get(term.table) or ()
    return [_Row(table, row, rows, memory) for row, memory in zip(given, run.memory[rows.slot] or (), strict=True)]


# --- what a conclusion rests on -----------------------------------------------------------------------------


class Grounds(NamedTuple):
    """What decided a conclusion, or keeps it open: the parts that came out as it did, all the way down to the facts.

    `open` are the facts, not derived, that an unknown conclusion waits for; it is empty for a settled one.
    """

    conclusions: dict[str, None]
    facts: dict[str, None]
    parameters: dict[str, None]
    derived: dict[str, None]
    open: dict[str, None]


def open_facts(run: Run, condition: Condition) -> tuple[str, ...]:
    """Return the facts, not derived, that an unknown condition waits for, by name."""
    return tuple(sorted(grounds(run, condition).open))


def grounds(run: Run, condition: Condition, known: Callable[[str], Grounds | None] | None = None) -> Grounds:
    """Return what a condition rests on. `known` says the same of a conclusion, where that was looked at already."""
    return _Search(run, known).from_(condition)


class _Search:
    """Walks from a condition down to the facts that decided it, each step once."""

    def __init__(self, run: Run, known: Callable[[str], Grounds | None] | None) -> None:
        self.run = run
        self.known = known
        self.found = Grounds({}, {}, {}, {}, {})
        self.waiting: list[tuple[Term, _Row | None, bool]] = []
        self.seen: set[tuple[Term, int, bool]] = set()

    def from_(self, condition: Condition) -> Grounds:
        self.add(condition, None, result(self.run, condition) is None)
        while self.waiting:
            term, row, is_open = self.waiting.pop()
            match term:
                case AllOf() | AnyOf() | Not() | AtLeast() | Conclusion() | Test() | Some() | Every():
                    self.condition(term, row, is_open)
                case _:
                    self.expression(term, row, is_open)
        return self.found

    def add(self, term: Term, row: _Row | None, is_open: bool) -> None:
        key = (term, id(row.memory) if row else 0, is_open)
        if key not in self.seen:
            self.seen.add(key)
            self.waiting.append((term, row, is_open))

    def condition(self, condition: Condition, row: _Row | None, is_open: bool) -> None:
        """Go on with what decided a condition. `is_open` says whether what it is part of waits for it."""
        truth: Kleene = result(self.run, condition, row)
        waits = is_open and truth is None
        match condition:
            case AllOf(parts):
                self.decisive(parts, row, None if truth is True else [truth], waits)
            case AnyOf(parts):
                self.decisive(parts, row, None if truth is False else [truth], waits)
            case Not(part):
                self.decisive((part,), row, None, waits)
            case AtLeast(k, parts):
                self.decisive(parts, row, [truth], waits)
                self.add(k, row, waits)
            case Conclusion(id=name):
                self.found.conclusions[name] = None
                if waits and self.known is not None and (below := self.known(name)) is not None:
                    for own, more in zip(self.found, below, strict=True):
                        own.update(more)
                    return
                self.add(self.run.program.conclusions[name], None, waits)
            case Test(fact, _, bound):
                self.add(FactValue(fact), row, waits)
                self.add(bound, row, waits)
            case Some(table, where):
                self.rows(condition, table, where, None if truth is False else [truth], waits)
            case Every(table, where):
                self.rows(condition, table, where, None if truth is True else [truth], waits)
            case _:
                assert_never(condition)

    def decisive(
        self, parts: tuple[Condition, ...], row: _Row | None, truths: list[Kleene] | None, is_open: bool
    ) -> None:
        """Go on with the parts that came out as one of `truths` (None: with all)."""
        for part in parts:
            came = result(self.run, part, row)
            if truths is None or came in truths:
                self.add(part, row, is_open and came is None)

    def rows(
        self, term: Some | Every, table: str, where: Condition, truths: list[Kleene] | None, is_open: bool
    ) -> None:
        self.table(term, table, is_open)
        for one in _rows(self.run, term):
            came = one.memory[one.rows.where]
            if truths is None or came in truths:
                self.add(where, one, is_open and came is None)

    def table(self, term: Some | Every | Count | Total, name: str, is_open: bool) -> None:
        self.found.facts[name] = None
        if is_open and self.run.memory[self.run.program.rows[term].slot] is None:
            self.found.open[name] = None

    def expression(self, expression: Expression, row: _Row | None, is_open: bool) -> None:
        match expression:
            case Constant():
                return
            case ParameterValue(name):
                self.found.parameters[name] = None
            case Arithmetic(parts=parts):
                for part in parts:
                    self.add(part, row, is_open)
            case Elapsed(since=since):
                self.add(since, row, is_open)
            case FactValue(name):
                self.fact(name, row, is_open)
            case Extreme(fact=name, over=over):
                self.add(over, row, is_open)
                self.fact(name, row, is_open and unsettled(result(self.run, expression, row)), history=True)
            case Count(table, where):
                self.table(expression, table, is_open)
                for one in _rows(self.run, expression):
                    if where is not None:
                        self.add(where, one, is_open and one.memory[one.rows.where] is None)
            case Total(column, table, where):
                self.table(expression, table, is_open)
                for one in _rows(self.run, expression):
                    if where is not None:
                        self.add(where, one, is_open and one.memory[one.rows.where] is None)
                    if one.memory[one.rows.where] is False:
                        continue  # a row that is out adds nothing, whatever it says
                    self.add(FactValue(column), one, is_open)
                    for name in expression.per:
                        self.add(FactValue(name), one, is_open)
            case _:
                assert_never(expression)

    def fact(self, name: str, row: _Row | None, is_open: bool, history: bool = False) -> None:
        """Note a fact; go on with what it is derived from, if it is."""
        waits = is_open and (history or unsettled(result(self.run, FactValue(name), row)))
        if row is not None and name in row.table.columns:
            self.found.facts[row.table.name] = None
            derive = row.table.columns[name].derive
            if derive is not None and name not in row.given:
                self.add(derive, row, waits)
            elif waits:
                self.found.open[row.table.name] = None
            return
        self.found.facts[name] = None
        derive = self.run.program.rules.facts[name].derive
        if derive is not None and name not in self.run.facts:
            self.found.derived[name] = None
            self.add(derive, None, waits)
        elif waits:
            self.found.open[name] = None


def unsettled(value: Any) -> bool:
    """Tell whether a value is less than fully known."""
    return value is None or value.__class__ is Range
