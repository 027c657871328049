"""What is known of a value, or of a history over a window, in one view of a space."""

from datetime import date
from math import inf

from comity.engine.language.condition import Constant, Expression, Extreme, FactValue
from comity.engine.language.model import Fact, RuleSet, ValueType
from comity.engine.language.quantity import DAY, ends
from comity.engine.translation.approximation import Approximation
from comity.engine.translation.formulas import FALSE, TRUE, ZERO, Formula, compare, conj, disj, neg, number
from comity.engine.translation.intervals import End, Interval, either, either_end, exactly, extreme
from comity.engine.translation.space import Cell, Piece, RowCells, Space, code
from comity.engine.translation.truths import View


class Cells:
    """What one view tells of the values of a space."""

    def __init__(self, space: Space, rules: RuleSet, view: View, approximation: Approximation) -> None:
        self.space = space
        self.script = space.script
        self.rules = rules
        self.view = view
        self.approximation = approximation

    def stated(self, fact: Fact, piece: Piece) -> Formula:
        """Return whether a value is known: all that is not derived is, in a complete situation."""
        return TRUE if self.view == "complete" and fact.derive is None else piece.stated

    def given(self, fact: Fact, piece: Piece) -> Interval:
        """Return the value that is stated."""
        low = End(piece.low)
        high = low if piece.point else End(piece.top, piece.open)
        return Interval(low, high, fact.value_type is ValueType.DATE or (fact.low is not None and fact.low >= 0))

    def piece(self, fact: Fact, piece: Piece, stated: Formula | None = None) -> Interval:
        """Return what is known of a value that may be stated."""
        stated = self.stated(fact, piece) if stated is None else stated
        given = self.given(fact, piece)
        if stated == TRUE:
            return given
        low, high = ends(fact.unknown)
        positive = given.positive
        if fact.value_type is ValueType.DATE:
            low, high = code(low), code(high)
        bottom = End(ZERO, TRUE) if low == -inf else End(number(low))
        top = End(ZERO, TRUE) if high == inf else End(number(high))
        return either(self.script, stated, given, Interval(bottom, top, positive))

    def history(self, which: str, fact: Fact, first: date, row: RowCells | None) -> Interval:
        """Return the current, lowest or highest value of a history in the window that begins on `first`."""
        cell = self.space.cell(fact, row)
        pieces = [piece for piece in cell.pieces if piece.first is not None and piece.first >= first]
        choice = "highest" if which == "highest" else "lowest"
        by_period = extreme(self.script, choice, [self.piece(fact, piece) for piece in pieces])
        if row is None:
            return by_period
        table = self.rules.facts[row.table]
        if table.since is None:
            return by_period
        single = self._single(choice, fact, cell, first, row, table.columns["since"])
        return either(self.script, cell.by_period, by_period, single)

    def _single(self, which: str, fact: Fact, cell: Cell, first: date, row: RowCells, since: Fact) -> Interval:
        """Return the same of one value, which has held since a date."""
        value = self.piece(fact, cell.pieces[0])
        if since.derive is not None or not value.positive:
            term: Expression = FactValue(fact.name)
            if first < self.space.as_of:  # a window has its own lowest and highest
                length = Constant(type="days", value=(self.space.as_of - first).days)
                term = Extreme("lowest" if which == "lowest" else "highest", fact.name, length)
            return self.approximation.number(term, row, f"`since` of `{row.table}`", "Real")
        piece = self.space.cell(since, row).pieces[0]
        absent = FALSE if self.view == "complete" else neg(piece.stated)
        earliest, latest = piece.low, piece.top
        as_of, start = self.space.as_of, number(code(first))
        later = compare(earliest, ">", number(code(as_of)))
        if first < as_of:
            dated = neg(absent)
            before = conj([dated, compare(earliest, ">=", start)])  # in the window there was nobody before that day
            maybe = FALSE
            if not piece.point and as_of > date.min + DAY:
                maybe = conj(
                    [
                        dated,
                        compare(earliest, "<=", number(code(as_of - 2 * DAY))),
                        compare(latest, ">=", start),
                        compare(earliest, "<", latest),
                    ]
                )
            nothing, untold = exactly(0), self.piece(fact, cell.pieces[0], FALSE)
            low, high = value.low, value.high
            if which == "lowest":
                low = either_end(self.script, absent, untold.low, low)
                low = either_end(self.script, disj([before, maybe]), nothing.low, low)
                high = either_end(self.script, before, nothing.low, high)
            else:
                high = either_end(self.script, absent, untold.high, high)
            value = Interval(low, high, True)
        return either(self.script, conj([neg(absent), later]), exactly(0), value)
