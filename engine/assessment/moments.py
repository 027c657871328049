"""The days on which anything can change while the as-of date moves and all else is held still.

The as-of date reaches a verdict through four things alone: the period of a history that it lies in, the window of a
history that it ends, the time elapsed since a date, and the value of a parameter that is dated. Each is constant but
for days that follow from the dates given and from the durations that the rules name; those days are found here, with
why. Where a duration cannot be read off the rules (time elapsed that goes into arithmetic, or is compared with another
fact), every day on which that time counts on is one: the first of each month completed, or every day.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from math import inf
from typing import Any, NamedTuple

from comity.engine.assessment.evaluate import Program
from comity.engine.language.condition import (
    Arithmetic,
    Constant,
    Elapsed,
    Expression,
    Extreme,
    FactValue,
    ParameterValue,
    Term,
    Test,
)
from comity.engine.language.history import History, first_day
from comity.engine.language.model import Fact, Given, Row, ValueType
from comity.engine.language.operators import ELAPSED
from comity.engine.language.places import named, needs, terms
from comity.engine.language.quantity import ANY_DATE, DAY, completed_months, ends
from comity.engine.language.references import type_of


class Moment(NamedTuple):
    """Why something can change on a day: what the as-of date, or the window that it ends, comes to there.

    `kind` says what: `begins` and `ends`, a period of a history and its last day; `date`, a date given; `elapsed`, so
    much time after a date; `window`, a window that now begins with the day `date`; `parameter`, a new value. `fact` is
    a fact, a parameter, or with a table a column of the `row` that is counted from 1.
    """

    kind: str
    fact: str
    table: str | None
    row: int | None
    date: date
    duration: Any = None
    unit: ValueType | None = None


Moments = Mapping[date, tuple[Moment, ...]]
MOST_DAYS = 50_000  # that can be looked at one by one: some 130 years of days, and far longer where few days matter


class TooManyDaysError(ValueError):
    """More days would have to be looked at than `MOST_DAYS`."""


def moments(program: Program, facts: Mapping[str, Given], first: date, last: date) -> Moments:
    """Return the days after `first`, up to `last`, on which a verdict can turn, in order, each with why.

    From each of them to the day before the next nothing changes. Where it is the time since a date that counts on, no
    moment says so, for the trace does. Raises `TooManyDaysError` if they are too many to look at.
    """
    found = _Moments(program, facts, first, last)
    found.search()
    return {day: tuple(dict.fromkeys(found.days[day])) for day in sorted(found.days)}


def rests_on(program: Program, whole: Iterable[tuple[Term, Fact | None]]) -> Iterator[tuple[Term, Fact | None]]:
    """Yield terms, each with the table of its rows, and every condition and derivation that they rest on, once."""
    waiting = [*whole]
    seen: set[tuple[str, str | None]] = set()
    for term, table in waiting:
        yield term, table
        for one in needs(program.rules, term, table):
            if (one.name, one.table) in seen:
                continue
            seen.add((one.name, one.table))
            home = None if one.table is None else program.rules.facts[one.table]
            below: Term | None = program.conclusions.get(one.name) if home is None else home.columns[one.name].derive
            if one.kind == "fact":
                below = program.rules.facts[one.name].derive
            if below is not None:
                waiting.append((below, home))


class _Place(NamedTuple):
    """A row of a table, or the situation itself: where names have their values."""

    table: Fact | None
    row: Row
    number: int | None

    def has(self, name: str) -> bool:
        return self.table is not None and name in self.table.columns


class _Moments:
    def __init__(self, program: Program, facts: Mapping[str, Given], first: date, last: date) -> None:
        self.program = program
        self.rules = program.rules
        self.facts = facts
        self.first = first
        self.last = last
        self.days: dict[date, list[Moment]] = {}
        self.windows: dict[tuple[str | None, str], list[tuple[Any, ValueType]]] = {}

    def search(self) -> None:
        for parameter in self.rules.parameters.values():
            if parameter.name not in self.program.set:
                for start, _ in parameter.values:
                    self.add(start, Moment("parameter", parameter.name, None, None, start))
        for term, table in self.every_term():
            if isinstance(term, Extreme):
                home = table.name if table is not None and term.fact in table.columns else None
                unit = type_of(self.rules, term.over, table)
                lengths = self.still(term.over)
                assert lengths is not None, "a window is as long as a literal or a parameter says"
                self.windows.setdefault((home, term.fact), []).extend((length, unit) for length in lengths)
            elif isinstance(term, Elapsed) or (isinstance(term, Test) and term.operator in ELAPSED):
                for place in self.places(table):
                    self.elapsed(term, place)
        for fact in self.rules.facts.values():
            for place in self.places(fact if fact.columns else None):
                for one in fact.columns.values() if fact.columns else (fact,):
                    if one.history:
                        self.history(one, place)

    def every_term(self) -> Iterator[tuple[Term, Fact | None]]:
        verdicts: list[tuple[Term, Fact | None]] = [
            (self.program.conclusions[name], None) for name in (*self.rules.contexts, *self.rules.measures)
        ]
        for whole, table in rests_on(self.program, verdicts):
            yield from terms(self.rules, whole, table)

    def places(self, table: Fact | None) -> Iterator[_Place]:
        """Yield where a term over `table` looks: each of its rows, or the situation."""
        if table is None:
            yield _Place(None, self.facts, None)
        else:
            for number, row in enumerate(self.facts.get(table.name) or (), 1):
                yield _Place(table, row, number)

    # --- noting days ---

    def add(self, day: date, moment: Moment | None) -> None:
        if self.first < day <= self.last:
            if len(self.days) >= MOST_DAYS:
                raise TooManyDaysError(
                    f"the days from {self.first} to {self.last} on which something can change are too many"
                )
            self.days.setdefault(day, []).extend(() if moment is None else (moment,))

    def when(self, reached: Callable[[date], bool], moment: Moment | None) -> None:
        """Note the first day on which `reached` holds; it holds from some day on, or never."""
        low, high = self.first.toordinal(), self.last.toordinal() + 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if reached(date.fromordinal(middle)) else (middle + 1, high)
        if low <= self.last.toordinal():
            self.add(date.fromordinal(low), moment)

    # --- histories ---

    def history(self, fact: Fact, place: _Place) -> None:
        """Note the days on which a value by period, or one that has held since a date, or a window of them, changes."""
        table = place.table.name if place.table else None
        windows = list(dict.fromkeys(self.windows.get((table, fact.name), ())))
        value = place.row.get(fact.name)
        since = place.table.since if place.table else None
        self.add(date.min + DAY, None)  # from here on a window can be longer than a day
        if isinstance(value, History):
            for entry in value.entries:
                self.add(entry.first, Moment("begins", fact.name, table, place.number, entry.first))
                if entry.last < date.max:
                    self.add(entry.last + DAY, Moment("ends", fact.name, table, place.number, entry.last))
                for day in (entry.first, entry.last):
                    for length, unit in windows:
                        self.window("window", fact.name, place, day, length, unit, 0 if day == entry.first else 1)
        elif since is not None:
            for day in sorted(self.dates(FactValue(since), place)):
                moment = Moment("date", since, table, place.number, day)
                self.add(day, moment)
                for length, unit in windows:
                    self.window("elapsed", since, place, day, length, unit, 1)

    def window(
        self, kind: str, name: str, place: _Place, day: date, length: Any, unit: ValueType, further: int
    ) -> None:
        """Note when a window begins with `day`, or that many days `further`."""
        if day.toordinal() + further > date.max.toordinal():
            return
        begins = date.fromordinal(day.toordinal() + further)
        about = day if kind == "elapsed" else begins
        moment = Moment(kind, name, place.table.name if place.table else None, place.number, about, length, unit)
        self.when(lambda as_of: first_day(length, unit.value, as_of) >= begins, moment)

    # --- time elapsed ---

    def elapsed(self, term: Test | Elapsed, place: _Place) -> None:
        if isinstance(term, Elapsed):
            since, months, lengths = term.since, term.unit == "months", None
        else:
            since, lengths = FactValue(term.fact), self.still(term.bound)
            months = type_of(self.rules, term.bound, place.table) is ValueType.MONTHS
        for day in sorted(self.dates(since, place)):
            if lengths is not None:
                for length in lengths:
                    self.when(_elapsed(day, length, months), None)
            elif months:
                for number in range(completed_months(day, self.first), completed_months(day, self.last) + 1):
                    self.when(_elapsed(day, number, months), None)
            else:
                for ordinal in range(self.first.toordinal(), self.last.toordinal() + 1):
                    self.add(date.fromordinal(ordinal), None)
                return

    def still(self, expression: Expression) -> tuple[Any, ...] | None:
        """Return the ends of all that a literal or a parameter can be; None for anything else."""
        match expression:
            case Constant(value=value):
                return (value,)
            case ParameterValue(name):
                declared = self.rules.parameters[name]
                values = [one for _, one in declared.values]
                if name in self.program.set:
                    values = [self.program.set[name]]
                elif declared.values[0][0] > date.min:
                    values.append(declared.unknown)
                return tuple(dict.fromkeys(end for value in values for end in ends(value) if end != inf))
            case _:
                return None

    def dates(self, expression: Expression, place: _Place) -> set[date]:
        """Return the ends of all that an expression that is a date can be, whatever the day."""
        match expression:
            case Constant(value=value):
                return {value}
            case ParameterValue():
                return {end for end in self.still(expression) or () if isinstance(end, date)}
            case Arithmetic(parts=parts):
                return {end for part in parts for end in self.dates(part, place)}
            case FactValue(name):
                home = place if place.has(name) else _Place(None, self.facts, None)
                given = home.row.get(name)
                if given is not None:
                    return {*ends(given)}
                derive = named(self.rules, name, home.table).derive
                return {*ANY_DATE} if derive is None else self.dates(derive, home)  # type: ignore[arg-type]  # of a date, no condition
            case _:
                raise AssertionError(f"no date is {expression}")


def _elapsed(since: date, length: Any, months: bool) -> Callable[[date], bool]:
    """Return the test of whether so much time has elapsed since a date."""
    if months:
        return lambda day: completed_months(since, day) >= length
    return lambda day: (day - since).days >= length
