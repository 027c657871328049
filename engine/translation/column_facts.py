"""What the columns of facts hold: whole numbers of some part, within bounds: nothing is rounded, and nothing wraps."""

from datetime import date
from fractions import Fraction
from math import inf

from comity.engine.language.model import Fact, ValueType

MILLIONTHS = 1_000_000
MOST = 10**11  # what a count may be, unless its declaration says less
MOST_DECIMAL = 10**9
EARLIEST = date(1000, 1, 1)  # as-of date: from no earlier day do durations of a thousand years lead out of the calendar
LONG = {ValueType.MONTHS: 12_000, ValueType.DAYS: 365_000}  # further back, there may be no day of the calendar


def bounds(fact: Fact) -> tuple[Fraction | None, Fraction | None]:
    """Return what a declared figure is never below and above."""
    if fact.value_type is ValueType.DATE or fact.low is None:
        return None, None
    low = None if fact.low == -inf else Fraction(fact.low)
    high = None if fact.high == inf else Fraction(fact.high)
    return low, high


def scale(fact: Fact) -> int:
    """Return in how many parts of 1 the column of a fact counts."""
    return MILLIONTHS if fact.type in ("number", "share") else 1


def most_of(fact: Fact) -> int:
    """Return the most that the column of a figure holds, whatever its sign."""
    if fact.value_type is ValueType.DATE:
        return 0
    parts = scale(fact)
    low, high = bounds(fact)
    if low is not None and high is not None:
        return max(int(max(abs(low), abs(high)) * parts), parts)
    return MOST_DECIMAL * parts if parts > 1 else MOST
