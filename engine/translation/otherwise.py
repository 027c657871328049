"""The situations in which single statements of a given one are otherwise, or some of what is open is known."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import islice, product
from math import ceil, floor, inf
from string import ascii_uppercase
from typing import Any, NamedTuple

from comity.engine.language.history import History
from comity.engine.language.model import Fact, Given, ValueType
from comity.engine.language.quantity import ends, exact
from comity.engine.language.statements import Statement
from comity.engine.translation.around import Around
from comity.engine.translation.days import is_day
from comity.engine.translation.formulas import (
    FALSE,
    TRUE,
    ZERO,
    Formula,
    Sum,
    compare,
    disj,
    neg,
    number,
    variable,
)
from comity.engine.translation.space import Piece, Script, TableCells, Windows, code, day_of


class Moved(NamedTuple):
    """A statement that may be otherwise, and the variables that say whether and how.

    `choice` is the other value: of words its number; of figures how many `step`s it is, from `bottom` to `top`. A truth
    that was known has none: it can only be the other one.
    """

    statement: Statement
    fact: Fact
    before: Given
    changed: str
    choice: str = ""
    step: Fraction | int = 1
    bottom: int = 0
    top: int = 0

    @property
    def inside(self) -> tuple[int, int]:
        """The first and the last number of steps within what was known; between two steps, the last comes first."""
        if self.before is None:
            return self.bottom, self.top
        low, high = (code(end) if isinstance(end, date) else end for end in ends(self.before))
        return ceil(low / self.step), self.top if high == inf else floor(high / self.step)

    def value(self, steps: int) -> Any:
        """Return the figure or date that is so many steps."""
        return day_of(steps) if self.fact.value_type is ValueType.DATE else exact(steps * self.step)


class Otherwise(Around):
    """Situations around a given one, and the statements that may be otherwise in them. Translate in the partial view.

    `changed` are the variables that say which are.
    """

    def __init__(self, script: Script, as_of: date, facts: Mapping[str, Given], windows: Windows) -> None:
        super().__init__(script, as_of, facts, windows)
        self.changed: dict[Statement, str] = {}
        self.moved: dict[Statement, Moved] = {}
        self.pieces: dict[Statement, Piece] = {}

    def finish(self) -> None:
        """Do nothing: what holds of a value is written down with it."""

    def is_changed(self, at: Statement) -> str:
        """Return the variable that says whether a statement is otherwise."""
        if at not in self.changed:
            self.changed[at] = self.script.declare("c", "Bool")
        return self.changed[at]

    def move(self, at: Statement, fact: Fact, before: Given, low: Any = None, high: Any = None) -> Piece:
        """Return the piece of a statement that may be otherwise: a figure from `low` to `high`, if so limited."""
        if at not in self.pieces:
            make = self._figure if fact.value_type.ordered else self._truth_or_word
            self.pieces[at] = make(at, fact, before, low, high)
        return self.pieces[at]

    def _truth_or_word(self, at: Statement, fact: Fact, before: Given, *_: Any) -> Piece:
        options = [self.word(option) for option in fact.options]
        now = None if before is None else self.encoded(before)
        if [*options] == [now]:
            return self.stated_piece(fact, before)  # there is no other
        changed = self.is_changed(at)
        known = TRUE if before is not None else changed
        if fact.value_type is ValueType.BOOLEAN:
            choice = "" if before is not None else self.script.declare("x", "Bool")
            self.moved[at] = Moved(at, fact, before, changed, choice)
            return Piece(choice or (neg(changed) if before else changed), known, ends=(ZERO, ZERO))
        choice = self.script.declare("x", "Int")
        self.moved[at] = Moved(at, fact, before, changed, choice)
        word = variable(choice)
        other = disj(compare(word, "=", number(one)) for one in options if one != now)
        self.script.domain.append(other if options else compare(word, ">=", ZERO))
        if now is None:
            return Piece(FALSE, known, ends=(word, word))
        if not options:
            self.script.domain.append(neg(compare(word, "=", number(now))))
        word = self.script.either(changed, word, number(now))
        return Piece(FALSE, known, ends=(word, word))

    def _figure(self, at: Statement, fact: Fact, before: Given, low: Any, high: Any) -> Piece:
        dated = fact.value_type is ValueType.DATE
        step = 1 if dated else fact.step
        ends_ = self.limits(fact)
        bottom = ceil(max([ends_[0], *([] if low is None else [low])]) / Fraction(step))
        top = floor(min([ends_[1], *([] if high is None else [high])]) / Fraction(step))
        now = None if before is None else tuple(self.encoded(end) for end in ends(before))
        point = now is not None and now[0] == now[1]
        if bottom > top or (point and now == (bottom * step, top * step)):
            return self.stated_piece(fact, before)  # there is no other
        changed, choice = self.is_changed(at), self.script.declare("g", "Int")
        self.moved[at] = Moved(at, fact, before, changed, choice, step, bottom, top)
        steps = variable(choice)
        self.script.domain += [compare(steps, ">=", number(bottom)), compare(steps, "<=", number(top))]
        if dated:
            self.script.domain.append(is_day(self.script, choice))
        if now is None:
            return Piece(FALSE, changed, ends=(steps.times(step), steps.times(step)))
        first = self.either_steps(changed, steps, step, now[0])
        if point:
            self.script.domain.append(neg(compare(steps.times(step), "=", number(now[0]))))
            return Piece(FALSE, TRUE, ends=(first, first))
        if now[1] == inf:
            return Piece(FALSE, TRUE, open=neg(changed), ends=(first, steps.times(step)))
        return Piece(FALSE, TRUE, ends=(first, self.either_steps(changed, steps, step, now[1])))

    def latest_start(self, at: Statement) -> int | None:
        """Return the last day on which a row can have begun of which values by period are stated; None for all else."""
        if at.row is None or at.column != "since":
            return None
        values = self.given[at.fact][at.row].values()
        lasts = [code(one.entries[0].last) for one in values if one.__class__ is History and one.entries]
        return min(lasts, default=None)

    def text(self, number: int) -> str:
        """Return the option or text that has a number: one of those that are named, or another."""
        named = [*self.words]
        if number < len(named):
            return named[number]
        others = (other for other in _letters() if other not in self.words)
        return next(islice(others, number - len(named), None))

    def either_steps(self, changed: Formula, steps: Sum, step: Any, value: Any) -> Sum:
        """Return so many steps where `changed` holds, and `value` elsewhere: in whole numbers, which are easier."""
        now = Fraction(value) / step
        finer = now.denominator
        return self.script.either(changed, steps.times(finer), number(now.numerator)).times(Fraction(step) / finer)


class Changes(Otherwise):
    """The situations in which some statements have another single value; what is open stays open."""

    def __init__(
        self, script: Script, as_of: date, facts: Mapping[str, Given], windows: Windows, movable: frozenset[Statement]
    ) -> None:
        super().__init__(script, as_of, facts, windows)
        self.movable = movable

    def untold_table(self, fact: Fact) -> TableCells:
        return TableCells(fact, FALSE, ())

    def piece(self, fact: Fact, at: Statement, value: Given) -> Piece:
        if value is None or at not in self.movable:
            return self.stated_piece(fact, value)
        return self.move(at, fact, value, high=self.latest_start(at))


def _letters() -> Iterator[str]:
    for length in range(1, 10):
        yield from ("".join(letters) for letters in product(ascii_uppercase, repeat=length))
