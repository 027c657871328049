"""A situation both as facts and as what holds of the variables of a space: what tests compare the evaluator with."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import inf
from typing import Any

from comity.engine.language.history import Entry, History
from comity.engine.language.model import Fact, ValueType
from comity.engine.language.quantity import DAY, ends, span
from comity.engine.translation.formulas import Formula, compare, neg, number, variable
from comity.engine.translation.space import Cell, Piece, RowCells, Space, code
from tests.strategies import NUMBERS, SHARES, WHOLE, Choose, days_near


def encoded(space: Space, facts: Mapping[str, Any]) -> Iterator[Formula]:
    """Yield what holds of the variables of a space in one situation.

    A space without ranges can hold it only if every value is a point, and every history fits the pieces.
    """
    for name, cell in space.facts.items():
        yield from _cell(space, cell, facts.get(name))
    for name, table in space.tables.items():
        given = facts.get(name)
        yield table.stated if given is not None else neg(table.stated)
        for row, present in zip((given or ()), table.rows, strict=False):
            yield present.present
            yield from _row(space, present, row)
        for absent in table.rows[len(given or ()) :]:
            yield neg(absent.present)


def _row(space: Space, cells: RowCells, row: Mapping[str, Any]) -> Iterator[Formula]:
    dated = any(cell.fact.value_type is ValueType.DATE for name, cell in cells.cells.items() if name == "since")
    for name, cell in cells.cells.items():
        yield from _cell(space, cell, row.get(name), dated)


def _cell(space: Space, cell: Cell, value: Any, dated: bool = False) -> Iterator[Formula]:
    if cell.fact.history:
        if cell.by_period != "false" and dated:  # else whether older values are stated says so
            yield cell.by_period if isinstance(value, History) else neg(cell.by_period)
        if isinstance(value, History):
            for piece, one in _by_piece(cell, value):
                yield from _piece(cell.fact, piece, one)
            return
        yield from _piece(cell.fact, cell.pieces[0], value)
        for piece in cell.pieces[1:]:
            yield neg(piece.stated)
        return
    yield from _piece(cell.fact, cell.pieces[0], value, space)


def _piece(fact: Fact, piece: Piece, value: Any, space: Space | None = None) -> Iterator[Formula]:
    if value is None:
        yield neg(piece.stated)
        return
    yield piece.stated
    if fact.value_type is ValueType.BOOLEAN:
        yield piece.value if value else neg(piece.value)
    elif not fact.value_type.ordered:
        assert space is not None
        yield compare(variable(piece.value), "=", number(space.word(value)))
    else:
        low, high = (code(end) if isinstance(end, date) else end for end in ends(value))
        yield compare(variable(piece.value), "=", number(low))
        if piece.high and high == inf:
            yield piece.open
        elif piece.high:
            yield neg(piece.open)
            yield compare(variable(piece.high), "=", number(high))
        else:
            assert low == high


def _by_piece(cell: Cell, history: History) -> Iterator[tuple[Piece, Any]]:
    """Yield, for the pieces of a cell, values whose lowest and highest are those of the history."""
    groups: list[list[Piece]] = []
    for piece in cell.pieces:  # two pieces that stand together are the two halves of one stretch
        if groups and len(groups[-1]) == 1 and groups[-1][0].twin:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    for group in groups:
        first, last = group[-1].first, group[0].last
        assert first is not None
        assert last is not None
        values = [*_values(history, first, last, cell.fact.unknown)]
        lows, highs = zip(*map(ends, values), strict=True)
        if len(group) == 1:
            assert len(values) == 1
            yield group[0], _told(cell.fact, min(lows), min(highs))
        else:
            yield group[0], _told(cell.fact, min(lows), min(highs))
            yield group[1], _told(cell.fact, max(lows), max(highs))


def _told(fact: Fact, low: Any, high: Any) -> Any:
    value = span(low, high)
    return None if value == fact.unknown else value


def _values(history: History, first: date, last: date, unknown: Any) -> Iterator[Any]:
    """Yield the value of every stretch of days from `first` to `last`."""
    day = first
    for entry in history.entries:
        if entry.last < day or entry.first > last:
            continue
        if entry.first > day:
            yield unknown
        yield entry.value
        if entry.last >= last:
            return
        day = entry.last + DAY
    yield unknown


# --- the other way round: a situation that a space can hold ---------------------------------------------------------


class Drawn:
    """A situation of points that a space can hold, picked at random: its `facts`, and its `formulas`.

    With `complete`, all is stated that is not derived, and every piece of every history.
    """

    def __init__(self, space: Space, choose: Choose, complete: bool) -> None:
        self.space = space
        self.choose = choose
        self.complete = complete
        self.facts: dict[str, Any] = {}
        self.formulas: list[Formula] = []
        for name, cell in space.facts.items():
            value = self.whole(cell) if cell.fact.history else self.piece(cell.fact, cell.pieces[0])
            if value is not None:
                self.facts[name] = value
        for name, table in space.tables.items():
            stated = complete or choose((True, True, False))
            count = choose(range(len(table.rows) + 1))
            self.formulas += [table.stated if stated else neg(table.stated)]
            self.formulas += [row.present if row.index < count else neg(row.present) for row in table.rows]
            rows = tuple(self.row(table.fact, row) for row in table.rows[:count])
            if stated:
                self.facts[name] = rows

    def row(self, table: Fact, row: RowCells) -> dict[str, Any]:
        found: dict[str, Any] = {}
        since = row.cells.get("since") if table.since else None
        if since is not None:
            found["since"] = self.piece(since.fact, since.pieces[0])
        for name, cell in row.cells.items():
            if not cell.fact.history:
                found.setdefault(name, None if cell is since else self.piece(cell.fact, cell.pieces[0]))
            elif since is None:
                found[name] = self.whole(cell)
            elif (found["since"] or self.space.as_of) <= self.space.as_of and self.choose((True, False)):
                found[name] = self.by_period(cell, found.get("since"))
            else:
                self.formulas.append(neg(cell.by_period))
                found[name] = self.piece(cell.fact, cell.pieces[0])
                self.formulas += [neg(piece.stated) for piece in cell.pieces[1:]]
        return {name: value for name, value in found.items() if value is not None}

    def whole(self, cell: Cell) -> Any:
        """Return values by period, or one value where no older one is stated."""
        values = [(piece, self.piece(cell.fact, piece)) for piece in cell.pieces]
        if any(value is not None for _, value in values[1:]):
            return self.history(values)
        return values[0][1]

    def by_period(self, cell: Cell, since: date | None) -> History:
        """Return values by period, none of them before `since`."""
        self.formulas.append(cell.by_period)
        values = []
        for piece in cell.pieces:
            assert piece.last is not None
            early = since is not None and piece.last < since
            values.append((piece, self.piece(cell.fact, piece, "unstated" if early else "")))
        return self.history(values)

    def history(self, values: list[tuple[Piece, Any]]) -> History:
        entries = []
        for piece, value in reversed(values):
            if value is not None:
                assert piece.first is not None
                assert piece.last is not None
                entries.append(Entry(piece.first, piece.last, value))
        return History(tuple(entries))

    def piece(self, fact: Fact, piece: Piece, how: str = "") -> Any:
        """Return what is stated of a piece; None for nothing."""
        needed = self.complete and fact.derive is None
        if how == "unstated" or not (needed or self.choose((True, True, False))):
            self.formulas.append(neg(piece.stated))
            return None
        value = self.choose(self.pool(fact))
        self.formulas += _piece(fact, piece, value, self.space)
        return value

    def pool(self, fact: Fact) -> Sequence[Any]:
        match fact.value_type:
            case ValueType.BOOLEAN:
                return (False, True)
            case ValueType.CHOICE:
                return fact.options
            case ValueType.TEXT:
                return (*self.space.words, "A")
            case ValueType.DATE:
                return days_near(self.space.as_of)
        numbers = NUMBERS if fact.type == "number" else SHARES if fact.type == "share" else WHOLE
        return [one for one in (*numbers, 12, 30) if fact.low <= one <= fact.high]
