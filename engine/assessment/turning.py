"""What turned a verdict from one day to the next: the elements, figures and dates that differ between two runs.

Both runs are over the same facts, so their traces have one shape and are read side by side.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from comity.engine.assessment.evaluate import Run
from comity.engine.assessment.explain import Trace, derivation, finding, grounds
from comity.engine.assessment.moments import Moment, rests_on
from comity.engine.language.condition import (
    Conclusion,
    Count,
    Elapsed,
    Every,
    Extreme,
    FactValue,
    ParameterValue,
    Some,
    Term,
    Total,
)
from comity.engine.language.model import Fact, ValueType
from comity.engine.language.places import needs
from comity.engine.language.quantity import ends
from comity.engine.language.truth import Truth


class Element(NamedTuple):
    """A criterion, context or measure that a conclusion rests on, and that turned with it."""

    id: str
    before: Truth
    after: Truth


class Shift(NamedTuple):
    """A figure that is another from one day to the next; with `table`, a column of the `row` counted from 1."""

    fact: str
    table: str | None
    row: int | None
    before: Any
    after: Any


class Cause(NamedTuple):
    """What turned a conclusion: elements and figures from above to below, and the dates that were reached."""

    elements: tuple[Element, ...] = ()
    figures: tuple[Shift, ...] = ()
    moments: tuple[Moment, ...] = ()


def cause(before: Run, after: Run, conclusion: str, reached: tuple[Moment, ...]) -> Cause:
    """Return what turned a conclusion between two runs; `reached` are the moments of the later day."""
    found = _Differences(before, after, conclusion)
    found.walk(finding(before, conclusion), finding(after, conclusion), None)
    moments = (*found.elapsed, *(one for one in reached if _concerns(found, one)))
    if not found.figures and not moments:
        moments = (*(found.earliest or found.ahead),)
    return Cause(tuple(found.elements), tuple(found.figures), tuple(dict.fromkeys(moments)))


def _concerns(found: "_Differences", moment: Moment) -> bool:
    return (moment.fact, moment.table, moment.row) in found.below or (moment.fact, moment.table, None) in found.below


class _Differences:
    def __init__(self, before: Run, after: Run, conclusion: str) -> None:
        self.before = before
        self.after = after
        self.rules = after.program.rules
        conditions = after.program.conclusions
        self.grounds = {name for run in (before, after) for name in grounds(run, conditions[conclusion]).conclusions}
        self.elements: dict[Element, None] = {}
        self.figures: dict[Shift, None] = {}
        self.elapsed: dict[Moment, None] = {}
        self.earliest: dict[Moment, None] = {}  # the time since the first day there is: nothing bounds a date there
        self.ahead: dict[Moment, None] = {}  # the time to the end of a range: a negative one
        self.below: set[tuple[str, str | None, int | None]] = set()  # what moved, or went into what moved

    def walk(self, old: Trace, new: Trace, row: tuple[Fact, int] | None) -> None:
        """Note what differs in two traces of one term; `row` is the table and the row that it looks at."""
        if old.result == new.result:
            return
        term = new.term
        if isinstance(term, Conclusion):
            self.conclusion(term.id, old, new)
        elif isinstance(term, FactValue):
            self.fact(term.name, old, new, row)
        elif isinstance(term, Extreme | ParameterValue):
            self.note(term, row)
        elif isinstance(term, Elapsed):
            self.counted(term, old, new, row)
        elif isinstance(term, Some | Every | Count | Total):
            self.rows(term, old, new)
        for one, other in zip(old.parts, new.parts, strict=True):
            if other.row is None:
                self.walk(one, other, row)

    def conclusion(self, name: str, old: Trace, new: Trace) -> None:
        element = Element(name, old.truth, new.truth)
        if name in self.grounds and element not in self.elements:
            self.elements[element] = None
            self.walk(finding(self.before, name), finding(self.after, name), None)

    def fact(self, name: str, old: Trace, new: Trace, row: tuple[Fact, int] | None) -> None:
        if row is not None and name in row[0].columns:
            self.figures[Shift(name, row[0].name, row[1], old.result, new.result)] = None
            self.note(FactValue(name), row)
            return
        shift = Shift(name, None, None, old.result, new.result)
        if shift in self.figures:
            return
        self.figures[shift] = None
        one, other = derivation(self.before, name), derivation(self.after, name)
        if one is None or other is None:
            self.note(FactValue(name), None)
        else:
            self.walk(one, other, None)

    def counted(self, term: Elapsed, old: Trace, new: Trace, row: tuple[Fact, int] | None) -> None:
        """Note the time since a date, or since each end of its range, where it has counted on.

        An end that lies ahead, or that nobody gave, turns a verdict only where nothing else does.
        """
        name = term.since.name if isinstance(term.since, FactValue) else ""
        here = row if row is not None and name in row[0].columns else None
        unit = ValueType(term.unit)
        earliest, latest = ends(new.parts[0].result)
        for since, one, other in zip((latest, earliest), ends(old.result), ends(new.result), strict=True):
            if one != other:
                table, number = (here[0].name, here[1]) if here else (None, None)
                noted = self.elapsed
                if earliest < latest and since == date.min:
                    noted = self.earliest
                elif earliest < latest and other < 0:
                    noted = self.ahead
                noted[Moment("elapsed", name, table, number, since, other, unit)] = None
        self.note(term, row)

    def rows(self, term: Some | Every | Count | Total, old: Trace, new: Trace) -> None:
        table = self.rules.facts[term.table]
        moved = False
        for one, other in zip(old.parts, new.parts, strict=True):
            if other.row is None or (one.result, *(part.result for part in one.parts)) == (
                other.result,
                *(part.result for part in other.parts),
            ):
                continue
            moved = True
            row = (table, other.row)
            self.walk(one, other, row)
            for left, right in zip(one.parts, other.parts, strict=True):
                self.walk(left, right, row)
        if not moved:  # the keys of the rows, which no trace shows
            self.note(term, None)

    def note(self, term: Term, row: tuple[Fact, int] | None) -> None:
        """Note a term that moved, with all that goes into it: the trace says no more of it."""
        self.below.update(_below(self.after, term, row))


def _below(run: Run, term: Term, row: tuple[Fact, int] | None) -> Iterator[tuple[str, str | None, int | None]]:
    """Yield the facts, columns and parameters that go into a term, in the row that it looks at."""
    for inner, table in rests_on(run.program, [(term, row[0] if row else None)]):
        for one in needs(run.program.rules, inner, table):
            if one.kind in ("fact", "column", "parameter"):
                yield one.name, one.table, row[1] if row and one.table == row[0].name else None
