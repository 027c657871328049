"""What a seed wishes: choices and round figures, the same for the same seed everywhere."""

from collections.abc import Sequence
from functools import lru_cache
from math import exp, log
from random import Random
from typing import TypeVar

T = TypeVar("T")

ROUND_DAYS = (5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330, 365)
_ROUND_MONTHS = (1, 2, 3, 4, 6, 8, 9, 10, 12, 15, 18, 21)


class Wishes:
    """A source of chance that comes from a text alone.

    It rests on nothing but `Random.random`, which no version of Python changes for a seed.
    """

    def __init__(self, *of: object) -> None:
        self.share = Random("/".join(map(str, of))).random

    def chance(self, share: float) -> bool:
        """Return True in such a share of cases."""
        return self.share() < share

    def pick(self, options: Sequence[T]) -> T:
        """Return one of some options."""
        return options[int(self.share() * len(options))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Return the options in any order."""
        left = list(options)
        return [left.pop(int(self.share() * len(left))) for _ in options]

    def between(self, low: float, high: float) -> float:
        """Return a figure between two others above 0, each size as likely as any other."""
        return exp(log(low) + self.share() * (log(high) - log(low)))


@lru_cache(maxsize=256)
def two_digits(low: int, high: int) -> tuple[int, ...]:
    """Return the whole numbers from `low` to `high`, not below 0, of which no more than two digits are not 0.

    >>> two_digits(98, 130)
    (98, 99, 100, 110, 120, 130)
    """
    found = [number for number in range(100) if low <= number <= high]
    power = 10
    while 10 * power <= high:
        found += [number * power for number in range(10, 100) if low <= number * power <= high]
        power *= 10
    return tuple(found)


def round_months(low: int, high: int) -> tuple[int, ...]:
    """Return durations in months that people speak of.

    >>> round_months(10, 30)
    (10, 12, 15, 18, 21, 24, 30)
    """
    half_years = range(24, min(high, 2400) + 1, 6)
    return tuple(months for months in (*_ROUND_MONTHS, *half_years) if low <= months <= high)
