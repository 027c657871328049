"""The situations in which some of what is open is known."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from math import inf
from typing import Any

from comity.engine.language.history import Entry, History
from comity.engine.language.model import Fact, Given, ValueType
from comity.engine.language.quantity import DAY, ends
from comity.engine.language.statements import Statement, stated
from comity.engine.translation.extent import MOST_ROWS
from comity.engine.translation.formulas import TRUE, Formula, compare, conj, neg, number
from comity.engine.translation.otherwise import Otherwise
from comity.engine.translation.space import Piece, RowCells, Script, Space, TableCells, Windows, code, day_of


class Openings(Otherwise):
    """The situations in which some of what is open is known, or an estimate known to the point.

    A history can become known on every day of which nothing is stated, but not where its row can have a date of its own
    and it is no history by period. A table becomes known with rows of which everything is known: as many as `rows`
    returns, or else it falls `short`.
    """

    def __init__(
        self, script: Script, as_of: date, facts: Mapping[str, Given], windows: Windows, rows: Callable[[], int]
    ) -> None:
        super().__init__(script, as_of, facts, windows)
        self.rows = rows
        self.short = False
        self.learned: dict[str, TableCells] = {}
        self.days: dict[Statement, list[tuple[Fact, Piece]]] = {}  # of histories, those of which nothing is stated
        self.told: dict[str, str] = {}  # for days that may be left out, by the variable of their value, whether not

    def untold_table(self, fact: Fact) -> TableCells:
        needed = self.rows()
        self.row_count = min(MOST_ROWS, needed)
        self.short = self.short or needed > MOST_ROWS
        table = self.learned[fact.name] = Space.table(self, fact)
        self.changed[Statement(fact.name)] = table.stated
        return table

    def table(self, fact: Fact) -> TableCells:
        return self.tables.get(fact.name) or super().table(fact)

    def piece(self, fact: Fact, at: Statement, value: Given) -> Piece:
        known = self.stated_piece(fact, value)
        if known.point and (known.stated == TRUE or fact.derive is not None):
            return known
        if at.fact in self.learned:
            return self.learn(fact, self.learned[at.fact].stated)
        low, high = (None, None) if value is None else (self.encoded(end) for end in ends(value))
        since = at.row is not None and at.column == self.tables[at.fact].fact.since
        if since and (low is None or low <= code(self.as_of)):  # that a row begins later has to be stated
            high = min(one for one in (high, self.latest_start(at), code(self.as_of)) if one is not None)
        return self.move(at, fact, value, low, None if high == inf else high)

    def learn(self, fact: Fact, known: Formula) -> Piece:
        """Return the piece of a value that is anything where `known` holds."""
        found = self.free(fact, known)
        self.script.domain += self.within_type(fact, found.value)
        return found

    def gap(self, fact: Fact, at: Statement, first: date, last: date) -> Iterator[Piece]:
        table = None if at.row is None else self.tables[at.fact].fact
        dated = table is not None and table.since is not None
        if dated and at.fact not in self.learned and stated(self.given, at).__class__ is not History:
            yield self.stated_piece(fact, None)._replace(first=first, last=last)
            return
        # Two pieces, so that the lowest and the highest of the days can differ. To know all of them may be impossible.
        middle = last - timedelta(days=(last - first).days // 2)
        for start, end in [(middle, last), *([(first, middle - DAY)] if first < middle else [])]:
            known = self.learned[at.fact].stated if at.fact in self.learned else self.is_changed(at)
            told = self.script.declare("s", "Bool") if dated or at.fact not in self.learned else ""
            piece = self.learn(fact, conj([known, told or TRUE]))._replace(first=start, last=end)
            if told:
                self.told[piece.value] = told
            if at.fact not in self.learned:
                self.days.setdefault(at, []).append((fact, piece))
            yield piece

    def by_period(self, row: RowCells, value: Given) -> Formula:
        if row.table in self.learned and self.tables[row.table].fact.since is not None:
            return self.script.declare("p", "Bool")
        return super().by_period(row, value)

    def finish(self) -> None:
        """Write down that no value by period lies before the date of its row."""
        for table in self.learned.values():
            for row in table.rows:
                self.script.domain += self._since(row)
        for at, pieces in [*self.days.items()]:
            if at.row is None or self.tables[at.fact].fact.since is None:
                continue
            table = self.tables[at.fact]
            since = self.cell(table.fact.columns["since"], table.rows[at.row]).pieces[0]
            for _, piece in pieces:
                assert piece.last is not None
                later = compare(since.low, ">", number(code(piece.last)))
                self.script.domain.append(neg(conj([since.stated, piece.stated, later])))

    # --- what becomes known, as the solver has it ---

    def example(self, at: Statement, read: Callable[[str], Any]) -> Given:
        """Return what becomes known of a table, or of the days of a history of which nothing is stated.

        `read` returns the value of a variable.
        """
        if at.row is None and at.fact in self.learned:
            rows = (row for row in self.learned[at.fact].rows if read(row.present))
            return tuple(dict(self._cells(row, read)) for row in rows)
        return self._history(self.days.get(at, ()), read)

    def _cells(self, row: RowCells, read: Callable[[str], Any]) -> Iterator[tuple[str, Given]]:
        dated = self.tables[row.table].fact.since is not None
        for name, cell in row.cells.items():
            if cell.fact.derive is not None:
                continue
            if cell.fact.history and (not dated or read(cell.by_period)):
                yield name, self._history([(cell.fact, piece) for piece in cell.pieces], read)
            elif (value := self._read(cell.fact, cell.pieces[0], read)) is not None:
                yield name, value

    def _history(self, pieces: Iterable[tuple[Fact, Piece]], read: Callable[[str], Any]) -> History:
        entries = []
        for fact, piece in pieces:
            assert piece.first is not None
            assert piece.last is not None
            told = piece.value not in self.told or read(self.told[piece.value])
            if told and (value := self._read(fact, piece, read)) is not None:
                entries.append(Entry(piece.first, piece.last, value))
        return History(tuple(sorted(entries, key=lambda one: one.first)))

    def _read(self, fact: Fact, piece: Piece, read: Callable[[str], Any]) -> Given | None:
        """Return a value; None for an irrational one, which no situation can give."""
        value = read(piece.value)
        if fact.value_type in (ValueType.CHOICE, ValueType.TEXT):
            return self.text(value)
        return day_of(value) if fact.value_type is ValueType.DATE else value
