"""A given situation, written into a space of the solver: what tests compare the evaluator with."""

from collections.abc import Iterator, Mapping
from datetime import date
from math import inf
from typing import Any

from comity.engine.language.history import History
from comity.engine.language.model import Fact, ValueType
from comity.engine.language.quantity import ends
from comity.engine.translation.formulas import Formula, compare, neg, number, variable
from comity.engine.translation.space import ORDERED, Cell, Piece, RowCells, Space, code


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
    elif fact.value_type not in ORDERED:
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
    from comity.engine.language.quantity import span

    value = span(low, high)
    return None if value == fact.unknown else value


def _values(history: History, first: date, last: date, unknown: Any) -> Iterator[Any]:
    """Yield the value of every stretch of days from `first` to `last`."""
    from comity.engine.language.quantity import DAY

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
