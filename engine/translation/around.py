"""The situations around a given one, as variables of the solver: what it states needs none."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from math import inf
from typing import Any

from comity.engine.language.history import History, stretches
from comity.engine.language.model import Fact, Given, ValueType
from comity.engine.language.quantity import DAY, ends
from comity.engine.language.statements import Statement
from comity.engine.translation.days import is_day
from comity.engine.translation.formulas import FALSE, TRUE, ZERO, Formula, compare, conj, disj, neg, number, variable
from comity.engine.translation.space import Cell, Piece, RowCells, Script, Space, TableCells, Windows, code


class Around(Space):
    """Situations on one day that have to do with one situation, over the facts that are asked for.

    Histories are cut where what is stated of them changes, and where a window begins.
    """

    def __init__(
        self, script: Script, as_of: date, facts: Mapping[str, Given], windows: Windows, rows: int = 0
    ) -> None:
        super().__init__(script, as_of, rows, windows)
        self.given = facts

    def table(self, fact: Fact) -> TableCells:
        known = self.tables.get(fact.name)
        if known is None:
            given = self.given.get(fact.name)
            if given is None:
                return self.untold_table(fact)
            rows = tuple(RowCells(fact.name, index, TRUE) for index in range(len(given)))
            known = self.tables[fact.name] = TableCells(fact, TRUE, rows)
        return known

    def has_rows(self, table: str) -> bool:
        return table in self.given

    def untold_table(self, fact: Fact) -> TableCells:
        """Return a table of which the situation says nothing."""
        raise NotImplementedError

    def cell(self, fact: Fact, row: RowCells | None) -> Cell:
        cells = self.facts if row is None else row.cells
        if fact.name not in cells:
            cells[fact.name] = self._cell(fact, row)
        return cells[fact.name]

    def _cell(self, fact: Fact, row: RowCells | None) -> Cell:
        if row is None:
            at, value = Statement(fact.name), self.given.get(fact.name)
        else:
            at, value = Statement(row.table, row.index, fact.name), self.in_row(row, fact.name)
        if not fact.history:
            return Cell(fact, (self.piece(fact, at, value),), FALSE)
        pieces = tuple(self._stretches(fact, at, value, row))
        return Cell(fact, pieces, FALSE if row is None else self.by_period(row, value))

    def in_row(self, row: RowCells, column: str) -> Given | None:
        """Return what the situation says in a row; None where it says nothing."""
        rows = self.given.get(row.table)
        return None if rows is None else rows[row.index].get(column)

    def _stretches(self, fact: Fact, at: Statement, value: Given, row: RowCells | None) -> Iterator[Piece]:
        firsts = self.windows.get((row.table if row else "", fact.name), ())
        for first, last, period in stretches(value, firsts, self.as_of):
            if period is not None:
                yield from self.stretch(fact, at._replace(period=period), value.entries[period].value, first, last)
            elif first == self.as_of and value.__class__ is not History:
                yield from self.stretch(fact, at, value, first, last)
            else:
                yield from self.gap(fact, at, first, last)

    def gap(self, fact: Fact, at: Statement, first: date, last: date) -> Iterator[Piece]:
        """Yield the pieces of some days of which nothing is stated."""
        yield from self.stretch(fact, at, None, first, last)

    def stretch(self, fact: Fact, at: Statement, value: Given, first: date, last: date) -> Iterator[Piece]:
        """Yield the pieces of some days on which the same is stated."""
        yield self.piece(fact, at, value)._replace(first=first, last=last)

    def piece(self, fact: Fact, at: Statement, value: Given) -> Piece:
        """Return what holds of a value of which `value` is stated, or None."""
        raise NotImplementedError

    def by_period(self, row: RowCells, value: Given) -> Formula:  # noqa: ARG002  # others look at the row
        """Return whether the figures of a row come by period."""
        return TRUE if value.__class__ is History else FALSE

    def stated_piece(self, fact: Fact, value: Given) -> Piece:
        """Return the piece of what is stated, or of nothing."""
        if value is None or value == fact.unknown:
            return Piece(FALSE, FALSE, ends=(ZERO, ZERO))
        if fact.value_type is ValueType.BOOLEAN:
            return Piece(TRUE if value else FALSE, TRUE, ends=(ZERO, ZERO))
        low, high = (self.encoded(end) for end in ends(value))
        if high == inf:
            return Piece(FALSE, TRUE, open=TRUE, ends=(number(low), ZERO))
        return Piece(FALSE, TRUE, ends=(number(low), number(high)))

    def encoded(self, value: Any) -> Any:
        """Return a single value as the number that formulas hold."""
        if isinstance(value, date):
            return code(value)
        return self.word(value) if isinstance(value, str) else value

    def free(self, fact: Fact, stated: Formula) -> Piece:
        """Return the piece of a value that a variable stands for."""
        sorts = {ValueType.BOOLEAN: "Bool", ValueType.NUMBER: "Int" if fact.type == "count" else "Real"}
        return Piece(self.script.declare("x", sorts.get(fact.value_type, "Int")), stated)

    def within_type(self, fact: Fact, name: str) -> Iterator[Formula]:
        """Yield what holds of every value that can be given of a fact."""
        value = variable(name)
        match fact.value_type:
            case ValueType.BOOLEAN | ValueType.TABLE:
                return
            case ValueType.TEXT:
                yield compare(value, ">=", number(0))
            case ValueType.CHOICE:
                yield disj(compare(value, "=", number(self.word(option))) for option in fact.options)
            case _:
                low, high = self.limits(fact)
                yield compare(value, ">=", number(low))
                yield compare(value, "<=", number(high))
                if fact.value_type is ValueType.DATE:
                    yield is_day(self.script, name)

    def within(self, fact: Fact, name: str, value: Given) -> Formula:
        """Return that a variable lies within what is stated."""
        if not fact.value_type.ordered:
            return TRUE
        low, high = (self.encoded(end) for end in ends(value))
        top = TRUE if high == inf else compare(variable(name), "<=", number(high))
        return conj([compare(variable(name), ">=", number(low)), top])


class Completions(Around):
    """The complete situations that a situation can turn out to be. Translate them in the complete view.

    `variables` are what stands for each fact that is open, a table being one fact.
    """

    def __init__(self, script: Script, as_of: date, facts: Mapping[str, Given], windows: Windows, rows: int) -> None:
        super().__init__(script, as_of, facts, windows, rows)
        self.variables: dict[str, list[str]] = {}
        self.values: list[tuple[Fact, str, Given]] = []

    def untold_table(self, fact: Fact) -> TableCells:
        table = Space.table(self, fact)
        self.variables.setdefault(fact.name, []).extend(row.present for row in table.rows)
        return table

    def table(self, fact: Fact) -> TableCells:
        return self.tables.get(fact.name) or super().table(fact)

    def stretch(self, fact: Fact, at: Statement, value: Given, first: date, last: date) -> Iterator[Piece]:
        pieces = [*super().stretch(fact, at, value, first, last)]
        if first < last and pieces[0].ends is None:  # two, so that the lowest and the highest of the days can differ
            middle = last - timedelta(days=(last - first).days // 2)
            yield self.piece(fact, at, value)._replace(first=middle, last=last)
            pieces = [pieces[0]._replace(last=middle - DAY)]
        yield from pieces

    def piece(self, fact: Fact, at: Statement, value: Given) -> Piece:
        stated = self.stated_piece(fact, value)
        if (stated.stated == TRUE and stated.point) or (stated.stated == FALSE and fact.derive is not None):
            return stated
        found = self.free(fact, TRUE)
        self.variables.setdefault(at.fact, []).append(found.value)
        self.values.append((fact, found.value, value))
        return found

    def by_period(self, row: RowCells, value: Given) -> Formula:
        table = self.tables[row.table].fact
        if value.__class__ is History or table.since is None:
            return super().by_period(row, value)
        if value is not None and self.in_row(row, table.since) is not None:
            return FALSE
        name = self.script.declare("p", "Bool")
        self.variables.setdefault(row.table, []).append(name)
        return name

    def finish(self) -> None:
        """Write down what holds of every value."""
        for fact, name, value in self.values:
            self.script.domain += self.within_type(fact, name)
            if value is not None:
                self.script.domain.append(self.within(fact, name, value))
        self.values = []
        for table in self.tables.values():
            if table.fact.since is not None and table.fact.columns[table.fact.since].derive is None:
                for row in table.rows:
                    self._begins(row)

    def _begins(self, row: RowCells) -> None:
        """Write down when a row can have begun, where that is open."""
        since = row.cells.get("since")
        if since is None or since.pieces[0].ends is not None:
            return
        day = since.pieces[0].low
        told = self.in_row(row, "since")
        if told is None or ends(told)[0] <= self.as_of:
            # Who began on a day that is not told, or that may lie past the as-of date, had begun by then.
            self.script.domain.append(compare(day, "<=", number(code(self.as_of))))
        for name, cell in row.cells.items():
            history = self.in_row(row, name)
            if history.__class__ is History and history.entries:
                self.script.domain.append(compare(day, "<=", number(code(history.entries[0].last))))
            elif cell.by_period != FALSE:
                last = cell.pieces[-1].last
                assert last is not None
                self.script.domain.append(disj([neg(cell.by_period), compare(day, "<=", number(code(last)))]))
