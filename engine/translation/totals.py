"""Counts and totals over rows, each of which may be there, and may be of those that are counted."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from comity.engine.translation.formulas import TRUE, ZERO, Formula, Sum, compare, conj, disj, neg, number
from comity.engine.translation.intervals import End, Interval, least, most
from comity.engine.translation.space import RowCells, Script
from comity.engine.translation.truths import Truths

Rows: TypeAlias = Sequence[tuple[RowCells, Truths, Interval]]  # each with whether it is counted, and with its value
Group: TypeAlias = tuple[Formula, tuple[Any, ...]]  # whether it is known, and what tells it apart


def counted(script: Script, rows: Iterable[tuple[RowCells, Truths]]) -> Interval:
    """Return how many rows there are of those that are counted."""
    low = high = ZERO
    for row, truths in rows:
        low += script.either(conj([row.present, truths.met]), number(1), ZERO)
        high += script.either(conj([row.present, neg(truths.not_met)]), number(1), ZERO)
    return Interval(End(low), End(high), True)


def summed(script: Script, rows: Rows) -> Interval:
    """Return the sum of the values of the rows that are counted."""
    low = high = ZERO
    open_low, open_high = [], []
    for row, truths, one in rows:
        counts, may = conj([row.present, truths.met]), conj([row.present, neg(truths.not_met)])
        under = ZERO if one.positive else least(script, ZERO, one.low.value)
        over = one.high.value if one.positive else most(script, ZERO, one.high.value)
        low += script.either(counts, one.low.value, script.either(may, under, ZERO))
        high += script.either(counts, one.high.value, script.either(may, over, ZERO))
        open_low.append(conj([may, one.low.open]))
        open_high.append(conj([may, one.high.open]))
    return Interval(End(low, disj(open_low)), End(high, disj(open_high)), all(one.positive for *_, one in rows))


def largest_sum(script: Script, rows: Rows, groups: Sequence[Group], points: bool) -> Interval:
    """Return the largest of the sums by group, where no value is below 0: as `aggregates.largest_total` has it.

    `groups` are those of `rows`; with `points`, every value is one value, and so is the sum.
    """
    low, high = ZERO, ZERO
    open_high: list[Formula] = []
    counts = [conj([row.present, truths.met]) for row, truths, _ in rows]
    may = [conj([row.present, neg(truths.not_met)]) for row, truths, _ in rows]
    adrift_high = ZERO
    for (known, _), one, (*_, value) in zip(groups, may, rows, strict=True):
        adrift = conj([one, neg(known)])
        adrift_high += script.either(adrift, value.high.value, ZERO)
        open_high.append(conj([one, value.high.open]))
    for index, (known, key) in enumerate(groups):
        floor = ceiling = ZERO
        for other, (also_known, other_key) in enumerate(groups):
            together = TRUE if other == index else conj([also_known, _equal_keys(key, other_key)])
            value = rows[other][2]
            floor += script.either(conj([counts[other], together]), value.low.value, ZERO)
            ceiling += script.either(conj([may[other], together]), value.high.value, ZERO)
        alone = rows[index][2].low.value
        floor = script.either(known, floor, alone)
        low = most(script, low, script.either(counts[index], floor, ZERO))
        ceiling = script.either(conj([may[index], known]), ceiling + adrift_high, ZERO)
        high = most(script, high, ceiling)
    high = most(script, high, adrift_high)
    if points:
        return Interval(End(low), End(low), True)
    return Interval(End(low), End(high, disj(open_high)), True)


def _equal_keys(a: Sequence[Any], b: Sequence[Any]) -> Formula:
    return conj(
        compare(one, "=", other) if isinstance(one, Sum) else disj([conj([one, other]), conj([neg(one), neg(other)])])
        for one, other in zip(a, b, strict=True)
    )
