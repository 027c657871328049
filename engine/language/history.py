"""What is known of a number over time (docs/language.md, `histories`).

A history is one value (it holds on the as-of date) or values by period. Either is read the same way: as the pieces
of a window of days, each piece the range of what the value may have been on those days.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Any

from comity.engine.language.quantity import (
    DAY,
    days_before,
    ends,
    hull,
    largest,
    months_before,
    smallest,
    span,
)
from comity.engine.language.record import Record


class Entry(Record):
    """A value from `first` to `last`, both included; `last` is the last day of all if the entry is open."""

    first: date
    last: date
    value: Any


class History(Record):
    """Values by period, in the order of time, without overlaps. A day in no entry is unknown."""

    entries: tuple[Entry, ...]


def stretches(value: Any, firsts: Collection[date], as_of: date) -> Iterator[tuple[date, date, int | None]]:
    """Yield the stretches of days of which windows see a whole each, the newest first: that of the as-of date alone.

    `value` is what is given, or None; `firsts` are the first days of windows. Each stretch comes with the number of the
    entry that speaks of it, if one does.
    """
    entries: tuple[Entry, ...] = value.entries if value.__class__ is History else ()
    bounds = {as_of, *(first for first in firsts if first < as_of)}
    turns = {entry.first for entry in entries} | {entry.last + DAY for entry in entries if entry.last < as_of}
    bounds |= {day for day in turns if min(bounds) < day <= as_of}
    last = as_of
    for first in sorted(bounds, reverse=True):
        yield first, last, next((index for index, one in enumerate(entries) if one.first <= first <= one.last), None)
        last = first - DAY if first > date.min else first


def current(history: Any, since: Any, as_of: date, unknown: Any) -> Any:
    """Return the value on the as-of date.

    `since` is the date (or range) from which one value has held, or None; `unknown` is all that the value can be.
    """
    return extreme(hull, history, since, as_of, as_of, unknown)


def lowest(history: Any, since: Any, over: Any, unit: str, as_of: date, unknown: Any) -> Any:
    """Return the lowest value in the window of `over` months or days that ends on the as-of date."""
    short, long = ends(over)
    shortest = extreme(smallest, history, since, first_day(short, unit, as_of), as_of, unknown)
    if short == long:
        return shortest
    longest = extreme(smallest, history, since, first_day(long, unit, as_of), as_of, unknown)
    return span(ends(longest)[0], ends(shortest)[1])


def highest(history: Any, since: Any, over: Any, unit: str, as_of: date, unknown: Any) -> Any:
    """Return the highest value in the window of `over` months or days that ends on the as-of date."""
    short, long = ends(over)
    shortest = extreme(largest, history, since, first_day(short, unit, as_of), as_of, unknown)
    if short == long:
        return shortest
    longest = extreme(largest, history, since, first_day(long, unit, as_of), as_of, unknown)
    return span(ends(shortest)[0], ends(longest)[1])


def extreme(
    choose: Callable[[list[Any]], Any], history: Any, since: Any, first: date, as_of: date, unknown: Any
) -> Any:
    """Return what `choose` makes of the pieces of the days from `first` to `as_of`."""
    if history.__class__ is History:
        return choose(list(_by_period(history, first, as_of, unknown)))
    return choose(list(_single(history, since, first, as_of, unknown)))


def first_day(over: Any, unit: str, as_of: date) -> date:
    """Return the first day of a window; a window always holds the as-of date."""
    months = 12 * as_of.year + as_of.month - 1
    if over > (months - 12 if unit == "months" else as_of.toordinal() - 1):
        return date.min  # it reaches back beyond the first day of all
    before = months_before(as_of, over) if unit == "months" else days_before(as_of, over)
    return before + DAY if before < as_of else as_of


def _by_period(history: History, first: date, as_of: date, unknown: Any) -> Iterator[Any]:
    expected = first  # the first day of the window that no piece has covered yet
    for entry in history.entries:
        if entry.last < first or entry.first > as_of:
            continue
        if entry.first > expected:
            yield unknown
        yield entry.value
        if entry.last >= as_of:
            return
        expected = entry.last + DAY
    yield unknown


def _single(value: Any, since: Any, first: date, as_of: date, unknown: Any) -> Iterator[Any]:
    if since is None:
        yield value
        if first < as_of:
            yield unknown
        return
    earliest, latest = ends(since)
    if earliest > as_of:
        yield 0
        return
    yield value
    if first < as_of:
        if first <= earliest:
            yield 0
        if earliest < as_of - DAY and max(first, earliest + DAY) <= latest:
            yield hull([0, value])
