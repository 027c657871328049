"""Histories over columns: the value of a day, and the lowest and highest of a window, from entries by period.

An entry has the day that it begins (`first`) and the day that it ends (`last`), both included, and a value.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from comity.engine.language.condition import Expression
from comity.engine.language.history import first_day
from comity.engine.language.model import Fact, ValueType
from comity.engine.language.quantity import ends
from comity.engine.translation import column_clashes, figures
from comity.engine.translation.column_facts import LONG, bounds, most_of, scale
from comity.engine.translation.column_frames import Groups, Scope
from comity.engine.translation.column_series import by_series
from comity.engine.translation.ends import OPEN, End, constant
from comity.engine.translation.figures import Figure
from comity.engine.translation.relations import (
    FALSE,
    TRUE,
    UNKNOWN,
    ZERO,
    Column,
    Expr,
    Literal,
    both,
    call,
    case,
    compared,
    either,
    is_null,
    negated,
    one,
    plus,
)

if TYPE_CHECKING:
    from comity.engine.translation.columns import Planner


def window(planner: Planner, scope: Scope, which: str, fact: Fact, over: Expression | None, unit: ValueType) -> Figure:
    """Return the `lowest` or `highest` value in a window that ends on the as-of date, or the `current` one.

    A length that depends on the as-of date is one of a few: there is a window for each.
    """
    if over is None:
        return _between(planner, scope, which, fact, 0, 0, unit)
    found: Figure | None = None
    for start, value in planner.by_date(over, scope):
        short, long = ends(value)
        later = _between(planner, scope, which, fact, short, long, unit)
        found = later if found is None else figures.either_figure(start, later, found)
    assert found is not None
    return found


def _between(
    planner: Planner, scope: Scope, which: str, fact: Fact, short: int, long: int | float, unit: ValueType
) -> Figure:
    """Return what a window comes to that is at least `short` and at most `long`."""
    shortest = _of_length(planner, scope, which, fact, short, unit)
    if short == long:
        return shortest
    longest = _of_length(planner, scope, which, fact, long, unit)
    low, high = (longest, shortest) if which == "lowest" else (shortest, longest)
    low, high = low.ranged(), high.ranged()
    return Figure(low.low, high.high, low.floor, high.ceiling)


def _of_length(planner: Planner, scope: Scope, which: str, fact: Fact, length: int | float, unit: ValueType) -> Figure:
    """Return what a window of so many months or days comes to; of any number of them, where there is no bound."""
    key = ("window", which, fact.name, length, unit)
    if key not in scope.done:
        found = Window(planner, scope, which, fact, length, unit).figure()
        scope.done[key] = scope.frame.put_figure(f"{which}_{fact.name}", found)
    kept: Figure = scope.done[key]
    return kept


class Window:
    """One window over one history."""

    def __init__(
        self, planner: Planner, scope: Scope, which: str, fact: Fact, length: int | float, unit: ValueType
    ) -> None:
        self.planner = planner
        self.scope = scope
        self.which = which
        self.fact = fact
        self.length = length
        self.unit = unit
        self.name = fact.name if scope.table is None else f"{scope.table.name}.{fact.name}"
        low, high = bounds(fact)
        self.parts = scale(fact)
        if scope.table is not None and scope.table.since is not None:
            low, high = (
                (None if low is None else min(low, Fraction(0))),
                (None if high is None else max(high, Fraction(0))),
            )
        self.low, self.high = low, high

    def figure(self) -> Figure:
        series = self.planner.shape.series
        if series is not None and self.name in series.histories:
            return by_series(self, series)
        single = self.single()
        if self.name not in self.planner.shape.histories:
            return single
        there, periods = self.by_period()
        return figures.either_figure(there, periods, single)

    def unknown(self) -> Figure:
        ends = (OPEN if bound is None else constant(bound) for bound in (self.low, self.high))
        low, high = ends
        return Figure(low, high, self.low, self.high)

    def first(self, day: Expr) -> Expr:
        """Return the first day of the window."""
        if self.which == "current" or (self.length <= 1 and self.unit is ValueType.DAYS) or not self.length:
            return day
        if isinstance(day, Literal) and isinstance(day.value, date):
            return Literal(first_day(self.length, "days" if self.unit is ValueType.DAYS else "months", day.value))
        if self.length > 10 * LONG[self.unit]:
            return Literal(date.min)
        assert isinstance(self.length, int)
        before = self.planner.before(day, self.length, self.unit)
        first = call("add_days", before, Literal(1))
        return call("greatest", first, Literal(date.min)) if self.length > LONG[self.unit] else first

    @property
    def longer(self) -> bool:
        """Whether the window has more days than the as-of date."""
        return self.which != "current" and (self.length > 1 or (self.length == 1 and self.unit is not ValueType.DAYS))

    # --- one value ---

    def single(self) -> Figure:
        """Return what a single value says: it holds on the as-of date, and since the row's `since` if there is one."""
        planner, scope = self.planner, self.scope
        value = planner.given(self.fact, scope)
        assert isinstance(value, Figure)
        value = value.ranged()
        since_name = scope.table.since if scope.table is not None else None
        whole = self.joined([value, self.unknown()]) if self.longer else value
        if since_name is None:
            return whole
        assert scope.table is not None
        column = scope.table.columns[since_name]
        since = planner.value(since_name, scope)
        assert isinstance(since, Figure)
        if column.derive is None and planner.shape.tables.get(scope.table.name, {}).get(since_name) is None:
            return whole
        day = planner.as_of(scope)
        earliest, latest = since.low.over, since.high.over
        told = TRUE if column.derive is not None else either((negated(is_null(earliest)), negated(is_null(latest))))
        begun = value
        if self.longer:
            first = self.first(day)
            zero = figures.exactly(0)
            # The days up to the earliest: 0. Those between the earliest and the latest: 0 or the value.
            reaches_back = either((is_null(earliest), compared("<=", first, earliest)))
            reaches_back = case((is_null(earliest), FALSE), otherwise=compared("<=", first, earliest))
            next_day = call("add_days", earliest, Literal(1))
            later = case((compared(">", first, next_day), first), otherwise=next_day)
            later = case((is_null(earliest), first), otherwise=later)
            before_day = (
                call("add_days", day, Literal(-1))
                if not isinstance(day, Literal)
                else planner.before(day, 1, ValueType.DAYS)
            )
            doubtful = both(
                (
                    case((is_null(earliest), TRUE), otherwise=compared("<", earliest, before_day)),
                    case((is_null(latest), TRUE), otherwise=compared("<=", later, latest)),
                )
            )
            maybe = self.hull(zero, value)
            begun = figures.either_figure(
                case((reaches_back, TRUE), otherwise=FALSE), self.joined([begun, zero]), begun
            )
            begun = figures.either_figure(case((doubtful, TRUE), otherwise=FALSE), self.joined([begun, maybe]), begun)
        future = case((compared(">", earliest, day), TRUE), otherwise=FALSE)
        begun = figures.either_figure(future, figures.exactly(0), begun)
        return figures.either_figure(told, begun, whole)

    def joined(self, values: list[Figure]) -> Figure:
        return figures.smallest(values) if self.which == "lowest" else figures.largest(values)

    def hull(self, one_: Figure, other: Figure) -> Figure:
        low, high = figures.smallest([one_, other]), figures.largest([one_, other])
        return Figure(low.low, high.high, low.floor, high.ceiling)

    # --- values by period ---

    def by_period(self) -> tuple[Expr, Figure]:
        """Return whether there are entries, and what they say."""
        planner, scope = self.planner, self.scope
        keys = ("id",) if scope.table is None else ("id", "row")
        column_clashes.look_at_source(self.name)
        if self.name not in planner.entries:
            planner.entries[self.name] = Scope(planner.frame(f"{self.name.replace('.', '_')}_entries", self.name))
        entries = planner.entries[self.name]
        frame = entries.frame
        for name in keys:
            if name != "id":
                frame.raw(name)
        groups = planner.groups.setdefault(
            ("entries", self.name), Groups(f"{frame.name}_groups", frame, keys, planner.column_names)
        )
        day = planner.as_of(entries)
        first = frame.put("window_first", self.first(day))
        begins, ends = frame.raw("first"), frame.raw("last")
        seen = frame.put("seen", both((compared("<=", begins, day), compared(">=", ends, first))))
        start = case((compared(">", begins, first), begins), otherwise=first)
        end = case((compared("<", ends, day), ends), otherwise=day)
        days = frame.put("days_seen", case((seen, plus(call("days", start, end), Literal(1))), otherwise=ZERO))
        low, high = frame.raw("low"), frame.raw("high")
        least = self.which in ("lowest", "current")
        name = f"{self.which}_{self.length}_{self.unit.value}"
        lows = groups.add(f"{name}_low", "min" if least else "max", case((seen, low)))
        highs = groups.add(f"{name}_high", "min" if self.which == "lowest" else "max", case((seen, high)))
        no_low = groups.add(f"{name}_no_low", "sum", one(both((seen, is_null(low)))))
        no_high = groups.add(f"{name}_no_high", "sum", one(both((seen, is_null(high)))))
        covered = groups.add(f"{name}_days", "sum", days)
        number = groups.add("entries", "sum", Literal(1))
        read = {key: scope.frame.joined(groups, key) for key in (lows, highs, no_low, no_high, covered, number)}
        own_day = planner.as_of(scope)
        own_first = self.first(own_day)
        if isinstance(own_day, Literal) and isinstance(own_first, Literal):
            assert isinstance(own_day.value, date)
            assert isinstance(own_first.value, date)
            window_days: Expr = Literal((own_day.value - own_first.value).days + 1)
        else:
            window_days = plus(call("days", own_first, own_day), Literal(1))
        whole = compared("==", read[covered], window_days)
        most = most_of(self.fact)
        parts = Literal(self.parts)
        none_low, none_high = compared(">", read[no_low], ZERO), compared(">", read[no_high], ZERO)
        seen_any = compared(">", read[covered], ZERO)
        lowest = End(self.end(read[lows], none_low, self.which == "highest"), parts, most, self.parts)
        highest = End(self.end(read[highs], none_high, self.which == "lowest"), parts, most, self.parts)
        told = Figure(lowest, highest, self.low, self.high)
        unknown = self.unknown()
        some = self.joined([told, unknown]) if self.which != "current" else unknown
        with_gap = figures.either_figure(case((seen_any, TRUE), otherwise=FALSE), some, unknown)
        found = figures.either_figure(case((whole, TRUE), otherwise=FALSE), told, with_gap)
        return negated(is_null(read[number])), found

    def end(self, value: Column, none: Expr, skips: bool) -> Expr:
        """Return the end over entries; where one has no bound, there is none, unless the others' bounds do."""
        if skips:
            return value
        return case((none, UNKNOWN), otherwise=value)
