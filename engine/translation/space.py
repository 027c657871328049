"""The situations that a question is about, as variables of the solver.

A fact is a variable for its value and one for whether it is stated; a history is one such pair for every piece of the
windows that rules ask about; a table is a number of rows, the present ones first. Of the same variables there are two
views: the *complete* situation, in which all is stated, and the *partial* one, in which only what is stated is known.
So a partial situation comes with a completion. With `ranges`, every figure is a range of its own instead.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import inf
from types import MappingProxyType
from typing import NamedTuple

from comity.engine.language.model import Fact, ValueType
from comity.engine.language.quantity import DAY, ends
from comity.engine.translation.formulas import (
    FALSE,
    TRUE,
    Formula,
    Sum,
    compare,
    conj,
    disj,
    neg,
    number,
    variable,
)

_NONE: Mapping[tuple[str, str], set[date]] = MappingProxyType({})

# What a situation can say at all (docs/language.md, `limits`).
_LARGEST = 10**15 - 1
_LONGEST = {ValueType.MONTHS: 12 * 999_999, ValueType.DAYS: 999_999}


def code(day: date) -> int:
    """Return a day as the number that formulas hold: in order, and with completed months linear.

    `(code(b) - code(a)) // 32` is the number of months completed from `a` to `b`.

    >>> (code(date(2013, 6, 30)) - code(date(2008, 6, 30))) // 32
    60
    """
    return 32 * (12 * day.year + day.month - 1) + day.day


def day_of(number: int) -> date:
    """Return the day that has a code. Raises `ValueError` if there is none."""
    index, day = divmod(number, 32)
    return date(index // 12, index % 12 + 1, day)


class Script:
    """What the solver is to read: declarations, definitions, and what holds of every situation, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.sorts: dict[str, str] = {}
        self.domain: list[Formula] = []
        self.names: dict[tuple[str, str], str] = {}  # of definitions, by sort and text
        self.approximate: dict[str, None] = {}  # why a model may be no situation

    def declare(self, prefix: str, sort: str) -> str:
        """Return a new variable."""
        name = f"{prefix}{len(self.sorts)}"
        self.sorts[name] = sort
        self.lines.append(f"(declare-const {name} {sort})")
        return name

    def named(self, formula: Formula) -> Formula:
        """Return a short name for a long formula."""
        return formula if len(formula) < 40 else self._definition("Bool", formula)

    def term(self, text: str, sort: str) -> Sum:
        """Return a term that SMT-LIB writes as `text`, as a variable."""
        return variable(self._definition(sort, text))

    def _definition(self, sort: str, text: str) -> str:
        name = self.names.get((sort, text))
        if name is None:
            name = f"d{len(self.names)}"
            self.names[sort, text] = name
            self.sorts[name] = sort
            self.lines.append(f"(define-fun {name} () {sort} {text})")
        return name

    def sort(self, *terms: Sum) -> str:
        """Return the sort of a term that may be any of `terms`."""
        for term in terms:
            if Fraction(term.constant).denominator != 1:
                return "Real"
            for name, coefficient in term.coefficients.items():
                if self.sorts[name] == "Real" or Fraction(coefficient).denominator != 1:
                    return "Real"
        return "Int"

    def either(self, condition: Formula, then: Sum, otherwise: Sum) -> Sum:
        """Return `then` where `condition` holds, and `otherwise` elsewhere."""
        if condition == TRUE or then == otherwise:
            return then
        if condition == FALSE:
            return otherwise
        return self.term(f"(ite {condition} {then.text()} {otherwise.text()})", self.sort(then, otherwise))


class Piece(NamedTuple):
    """The value of a fact, or of a history over some days: its variable, and whether it is stated.

    With ranges, `high` is the upper end, and `open` says that there is none. What has no variable of its own has both
    `ends` as terms instead; a truth then is the formula `value`.
    """

    value: str
    stated: str
    first: date | None = None  # the days of a history: from the first
    last: date | None = None
    high: str = ""
    open: Formula = FALSE
    twin: bool = False  # whether the piece that follows is the other half of one stretch of days
    ends: tuple[Sum, Sum] | None = None

    @property
    def low(self) -> Sum:
        """The value, or its lower end."""
        return variable(self.value) if self.ends is None else self.ends[0]

    @property
    def top(self) -> Sum:
        """The value, or its upper end; it means nothing where `open` holds."""
        return variable(self.high or self.value) if self.ends is None else self.ends[1]

    @property
    def point(self) -> bool:
        """Whether it is one value."""
        return not self.high if self.ends is None else self.ends[0] == self.ends[1] and self.open == FALSE


class Cell:
    """A fact, or a column in a row, in a space."""

    def __init__(self, fact: Fact, pieces: tuple[Piece, ...], by_period: Formula) -> None:
        self.facts = {id(fact): fact}  # every declaration of it: two rule sets may differ
        self.fact = fact
        self.pieces = pieces
        self.by_period = by_period  # whether a history in a row that can have `since` is given by period

    @property
    def stated(self) -> Formula:
        """Whether anything is stated."""
        return disj(piece.stated for piece in self.pieces)


class RowCells:
    """One row of a table in a space."""

    def __init__(self, table: str, index: int, present: Formula) -> None:
        self.table = table
        self.index = index
        self.present = present
        self.cells: dict[str, Cell] = {}


class TableCells:
    """A table in a space: whether it is stated, and its rows, the present ones first."""

    def __init__(self, fact: Fact, stated: str, rows: tuple[RowCells, ...]) -> None:
        self.fact = fact
        self.stated = stated
        self.rows = rows


Windows = Mapping[tuple[str, str], set[date]]  # first days of windows, by table ("" for none) and name


class Space:
    """All situations on one day, over the facts that are asked for: those that rules reach."""

    def __init__(
        self, script: Script, as_of: date, rows: int = 3, windows: Windows = _NONE, ranges: bool = False
    ) -> None:
        self.script = script
        self.as_of = as_of
        self.ranges = ranges
        self.row_count = rows
        self.windows = windows
        self.facts: dict[str, Cell] = {}
        self.tables: dict[str, TableCells] = {}
        self.words: dict[str, int] = {}  # options and texts that rules name, each with its number
        self.finished: set[int] = set()

    def cell(self, fact: Fact, row: RowCells | None) -> Cell:
        """Return the variables of a fact, or of a column in a row."""
        cells = self.facts if row is None else row.cells
        known = cells.get(fact.name)
        if known is None or known.fact.value_type is not fact.value_type or known.fact.history is not fact.history:
            if known is not None:
                self.script.approximate[f"`{fact.name}` is declared in two ways"] = None
            known = Cell(fact, self._pieces(fact, row), FALSE)
            if row is not None and fact.history:
                known.by_period = self.script.declare("p", "Bool")
            cells[fact.name] = known
        known.facts.setdefault(id(fact), fact)
        return known

    def table(self, fact: Fact) -> TableCells:
        """Return the variables of a table."""
        known = self.tables.get(fact.name)
        if known is None:
            stated = self.script.declare("s", "Bool")
            present = [self.script.declare("r", "Bool") for _ in range(self.row_count)]
            for one, after in pairwise(present):
                self.script.domain.append(disj([neg(after), one]))
            rows = tuple(RowCells(fact.name, index, one) for index, one in enumerate(present))
            known = self.tables[fact.name] = TableCells(fact, stated, rows)
        return known

    def has_rows(self, table: str) -> bool:  # noqa: ARG002  # here none is given
        """Tell whether the rows of a table are given."""
        return False

    def word(self, text: str) -> int:
        """Return the number of an option or a text."""
        return self.words.setdefault(text, len(self.words))

    def _pieces(self, fact: Fact, row: RowCells | None) -> tuple[Piece, ...]:
        if not fact.history:
            return (self._piece(fact),)
        firsts = {first for first in self.windows.get((row.table if row else "", fact.name), ()) if first < self.as_of}
        pieces = [self._piece(fact, self.as_of, self.as_of)]
        last = self.as_of - DAY
        for first in sorted(firsts, reverse=True):
            if last > first:  # two, so that the lowest and the highest of the days can differ
                middle = last - timedelta(days=(last - first).days // 2)
                pieces += [self._piece(fact, middle, last)._replace(twin=True), self._piece(fact, first, middle - DAY)]
            else:
                pieces.append(self._piece(fact, first, last))
            last = first - DAY
        return tuple(pieces)

    def _piece(self, fact: Fact, first: date | None = None, last: date | None = None) -> Piece:
        sorts = {ValueType.BOOLEAN: "Bool", ValueType.NUMBER: "Int" if fact.type == "count" else "Real"}
        sort = sorts.get(fact.value_type, "Int")
        value, stated = self.script.declare("x", sort), self.script.declare("s", "Bool")
        if not self.ranges or not fact.value_type.ordered:
            return Piece(value, stated, first, last)
        high = self.script.declare("h", sort)
        open_ = FALSE
        if fact.value_type is not ValueType.DATE and fact.high == inf:
            open_ = self.script.declare("o", "Bool")
        self.script.domain.append(compare(variable(value), "<=", variable(high)))
        return Piece(value, stated, first, last, high, open_)

    # --- what holds of every situation ---

    def finish(self) -> None:
        """Write down, once, what holds of the value of every fact that was asked for."""
        for cells in (self.facts, *(row.cells for table in self.tables.values() for row in table.rows)):
            for cell in cells.values():
                if id(cell) not in self.finished:
                    self.finished.add(id(cell))
                    for piece in cell.pieces:
                        self.script.domain += self._values(cell.facts.values(), piece)
        for table in self.tables.values():
            for row in table.rows:
                self.script.domain += self._since(row)

    def _values(self, facts: Iterable[Fact], piece: Piece) -> Iterable[Formula]:
        """Yield what holds of a value that may be given under each of `facts`."""
        for fact in facts:
            match fact.value_type:
                case ValueType.BOOLEAN | ValueType.TABLE:
                    continue
                case ValueType.TEXT:
                    yield compare(piece.low, ">=", number(0))
                case ValueType.CHOICE:
                    yield disj(compare(piece.low, "=", number(self.word(option))) for option in fact.options)
                case _:
                    low, high = self.limits(fact)
                    yield neg(conj([piece.stated, self._anything(fact, piece)]))
                    yield compare(piece.low, ">=", number(low))
                    yield compare(piece.top, "<=", number(high))
                    if fact.value_type is ValueType.DATE:
                        for end in dict.fromkeys([piece.value, piece.high or piece.value]):
                            day = self.script.term(f"(mod {end} 32)", "Int")
                            yield conj([compare(day, ">=", number(1)), compare(day, "<=", number(31))])

    def _later(self, since: Cell) -> Formula:
        """Return that a row may begin after the as-of date: that it does has to be said."""
        return since.pieces[0].stated

    def _anything(self, fact: Fact, piece: Piece) -> Formula:
        """Return that a value is as wide as its type: whoever states that states nothing."""
        low, high = (code(end) if isinstance(end, date) else end for end in ends(fact.unknown))
        if -low == inf or (high == inf and not piece.high):
            return FALSE
        top = piece.open if high == inf else compare(piece.top, "=", number(high))
        return conj([compare(piece.low, "=", number(low)), top])

    def limits(self, fact: Fact) -> tuple[Fraction | int, Fraction | int]:
        """Return the lowest and the highest value of an ordered fact that a situation can give."""
        if fact.value_type is ValueType.DATE:
            return code(date.min), code(date.max)
        most = _LONGEST.get(fact.value_type, _LARGEST)
        low = -most if fact.low is None or fact.low == -inf else fact.low
        return low, most if fact.high is None or fact.high == inf else fact.high

    def of(self, cell: Cell) -> Cell:
        """Return the cell of this space that stands in the place of a cell of the one that it shares rows with."""
        return cell

    def _since(self, row: RowCells) -> Iterable[Formula]:
        """Yield that no value by period lies before the row's `since`; without one, that older values are by period."""
        since = row.cells.get("since")
        if since is None or since.fact.value_type is not ValueType.DATE:
            for cell in row.cells.values():
                if cell.by_period != FALSE:
                    older = disj(piece.stated for piece in cell.pieces[1:])
                    yield conj([disj([neg(cell.by_period), older]), disj([cell.by_period, neg(older)])])
            return
        # Who has a `since` that is not told, or that reaches past the as-of date, began on that date or before.
        began = compare(self.of(since).pieces[0].low, "<=", number(code(self.as_of)))
        yield disj([self._later(since), began])
        since = self.of(since)
        for cell in row.cells.values():
            if cell.by_period == FALSE:
                continue
            yield disj([neg(cell.by_period), began])  # all its periods lie before the row begins
            for piece in cell.pieces:
                assert piece.last is not None
                later = compare(since.pieces[0].low, ">", number(code(piece.last)))
                yield neg(conj([since.pieces[0].stated, cell.by_period, piece.stated, later]))


class Twin(Space):
    """The situations of another space in which one fact, or one column of a table, has another value.

    What is stated is the same in both; so is every other value.
    """

    def __init__(self, base: Space, name: str, column: str | None) -> None:
        super().__init__(base.script, base.as_of, base.row_count, base.windows, base.ranges)
        self.base = base
        self.changed = ("", name) if column is None else (name, column)
        self.facts = base.facts
        self.tables = base.tables
        self.words = base.words
        self.own: dict[int, Cell] = {}  # by the identity of the cell that each stands beside

    def table(self, fact: Fact) -> TableCells:
        return self.base.table(fact)

    def cell(self, fact: Fact, row: RowCells | None) -> Cell:
        known = self.base.cell(fact, row)
        return self.beside(known) if self.changed == (row.table if row else "", fact.name) else known

    def beside(self, cell: Cell) -> Cell:
        """Return the cell that has another value in the place of `cell`."""
        if id(cell) not in self.own:
            pieces = tuple(
                piece._replace(value=self.script.declare("x", self.script.sorts[piece.value])) for piece in cell.pieces
            )
            self.own[id(cell)] = Cell(cell.fact, pieces, cell.by_period)
        return self.own[id(cell)]

    def of(self, cell: Cell) -> Cell:
        return self.own.get(id(cell), cell)

    def moved(self, rises: bool) -> list[Formula]:
        """Return that every value that differs is at least (or at most) what it was."""
        before = [*self.facts.values(), *(cell for table in self.tables.values() for cell in _in_rows(table))]
        symbol = ">=" if rises else "<="
        return [
            compare(variable(other.value), symbol, variable(piece.value))
            for cell in before
            if id(cell) in self.own
            for piece, other in zip(cell.pieces, self.own[id(cell)].pieces, strict=True)
        ]

    def finish(self) -> None:
        """Write down what holds of the values that differ."""
        for cell in self.own.values():
            for piece in cell.pieces:
                self.script.domain += self._values(cell.facts.values(), piece)
        for table in self.tables.values():
            for row in table.rows:
                self.script.domain += self._since(row)


class Inside(Space):
    """The complete situations within those of another space, which has ranges."""

    def __init__(self, base: Space) -> None:
        super().__init__(base.script, base.as_of, base.row_count, base.windows)
        self.base = base
        self.tables = base.tables
        self.words = base.words
        self.own: dict[int, tuple[Cell, Cell]] = {}

    def table(self, fact: Fact) -> TableCells:
        return self.base.table(fact)

    def cell(self, fact: Fact, row: RowCells | None) -> Cell:
        return self.of(self.base.cell(fact, row))

    def of(self, cell: Cell) -> Cell:
        if id(cell) not in self.own:
            pieces = tuple(
                piece._replace(value=self.script.declare("x", self.script.sorts[piece.value]), high="", open=FALSE)
                for piece in cell.pieces
            )
            self.own[id(cell)] = cell, Cell(cell.fact, pieces, cell.by_period)
        return self.own[id(cell)][1]

    def _later(self, since: Cell) -> Formula:
        after = compare(variable(since.pieces[0].value), ">", number(code(self.as_of)))
        return conj([since.pieces[0].stated, after])

    def finish(self) -> None:
        """Write down what holds of the values, and that they lie within what is stated."""
        for outer, inner in self.own.values():
            for piece, point in zip(outer.pieces, inner.pieces, strict=True):
                self.script.domain += self._values(outer.facts.values(), point)
                value, low = variable(point.value), variable(piece.value)
                if outer.fact.value_type is ValueType.BOOLEAN:
                    within = disj([conj([point.value, piece.value]), conj([neg(point.value), neg(piece.value)])])
                elif not piece.high:
                    within = compare(value, "=", low)
                else:
                    below = disj([piece.open, compare(value, "<=", variable(piece.high))])
                    within = conj([compare(value, ">=", low), below])
                self.script.domain.append(disj([neg(piece.stated), within]))
        for table in self.tables.values():
            for row in table.rows:
                self.script.domain += self._since(row)


def _in_rows(table: TableCells) -> Iterable[Cell]:
    return (cell for row in table.rows for cell in row.cells.values())
