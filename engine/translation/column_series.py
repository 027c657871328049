"""Histories by whole years that situations share, over columns: each figure is spread over the years that see it.

Otherwise each situation would need the whole history for itself. A window that ends with a year touches so many years,
and sees the figure of each: so years are counted, not days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.engine.language.model import ValueType
from comity.engine.translation import figures
from comity.engine.translation.column_facts import most_of
from comity.engine.translation.column_frames import Frame, Groups
from comity.engine.translation.ends import End
from comity.engine.translation.figures import Figure, Untranslatable
from comity.engine.translation.relations import (
    FALSE,
    TRUE,
    UNKNOWN,
    ZERO,
    Column,
    Expr,
    Literal,
    call,
    case,
    compared,
    either,
    is_null,
    minus,
    one,
    plus,
)

if TYPE_CHECKING:
    from comity.engine.translation.column_histories import Window
    from comity.engine.translation.columns import Series


def by_series(window: Window, series: Series) -> Figure:
    """Return the lowest or highest value in a window that ends with a situation's year, or its current one."""
    frame = window.scope.frame
    if frame.source != "situations":
        raise Untranslatable("figures by year, from within the rows of a table")
    number = _years(window)
    groups = _groups(window, number)
    low, high = _ends(groups, window.name, series)
    how = "max" if window.which == "highest" else "min"
    name = window.fact.name
    lows = frame.joined(groups, groups.add(f"{window.which}_{name}_low", how, low))
    highs: Expr = frame.joined(groups, groups.add(f"{window.which}_{name}_high", how, high))
    if series.histories[window.name] == "range" and window.which != "lowest":
        without = frame.joined(groups, groups.add(f"{name}_no_high", "sum", one(is_null(high))))
        highs = case((compared(">", without, ZERO), UNKNOWN), otherwise=highs)
    found = frame.joined(groups, groups.add("seen", "sum", Literal(1)))
    seen = frame.put("years_seen", case((is_null(found), ZERO), otherwise=found))
    least: Expr = lows
    most, told, whole = highs, compared(">", seen, ZERO), compared("==", seen, Literal(number))
    if series.absent is not None:
        covered = frame.put("years_covered", _covered(frame.raw("year"), number, series))
        lacking = compared("<", seen, covered)
        other = "greatest" if how == "max" else "least"
        least, most = (
            frame.put(f"{window.which}_{name}_{side}", _with(lacking, seen, other, end, series.absent))
            for side, end in (("low", lows), ("high", highs))
        )
        told, whole = either((told, lacking)), compared("==", covered, Literal(number))
    parts, limit = window.parts, max(most_of(window.fact), abs(series.absent or 0))
    ends = [End(end, Literal(parts), limit, parts) for end in (least, most)]
    value = Figure(ends[0], ends[1], window.low, window.high)
    unknown = window.unknown()
    some = window.joined([value, unknown]) if window.which != "current" else unknown
    in_part = figures.either_figure(case((told, TRUE), otherwise=FALSE), some, unknown)
    return figures.either_figure(case((whole, TRUE), otherwise=FALSE), value, in_part)


def _years(window: Window) -> int:
    """Return how many years a window touches that ends with one."""
    if not window.longer:
        return 1
    if isinstance(window.length, float):
        raise Untranslatable("a window of unknown length over figures by year")
    if window.unit is not ValueType.DAYS:
        return -(-window.length // 12)
    if window.length > 365:
        raise Untranslatable("a window of days over figures by year")
    return 1


def _groups(window: Window, number: int) -> Groups:
    """Return what the figures come to that a year sees, of so many years."""
    planner, key = window.planner, ("series", number)
    if key not in planner.groups:
        frame = planner.frame(f"years_{number}", "series")
        frame.spread = number
        planner.groups[key] = Groups(f"years_{number}_seen", frame, ("id",), planner.column_names)
    return planner.groups[key]


def _ends(groups: Groups, name: str, series: Series) -> tuple[Column, Column]:
    """Return the columns with the lowest and the highest that a figure can be."""
    assert isinstance(groups.rows, Frame)
    read = groups.rows.raw
    if series.histories[name] == "point":
        return read(name), read(name)
    return read(f"{name}_low"), read(f"{name}_high")


def _covered(year: Expr, number: int, series: Series) -> Expr:
    """Return how many years of the window lie within those that the series tell of."""
    first = call("greatest", minus(year, Literal(number - 1)), Literal(series.first))
    last = call("least", year, Literal(series.last))
    return call("greatest", plus(minus(last, first), Literal(1)), ZERO)


def _with(lacking: Expr, seen: Expr, other: str, end: Expr, absent: int) -> Expr:
    """Return an end that takes a year without a row into account, where there is one."""
    value = Literal(absent)
    some = call(other, end, value)
    if other == "greatest":  # of no bound and a value, it would be the value
        some = case((compared("==", seen, ZERO), value), (is_null(end), UNKNOWN), otherwise=some)
    return case((lacking, some), otherwise=end)
