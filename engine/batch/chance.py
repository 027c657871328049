"""Numbers that look random and are not: the same seed, fact, row and draw always give the same number.

Nothing hangs on the order of rows, or on how many there are, so that a situation is drawn alike in every table.
"""

import math
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import polars as pl

_TRIES = 8  # of a lognormal distribution that is to lie in a range; what is outside after that is put at its end


def row_seeds(ids: pl.Series) -> pl.Series:
    """Return a whole number for each id, which no other is likely to have."""
    if ids.dtype.is_integer():
        return ids.cast(pl.Int64).reinterpret(signed=False)
    return pl.Series(ids.name, [_hashed(str(one)) for one in ids.to_list()], pl.UInt64)


def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def uniform(seed: int, what: str, row: pl.Expr, draw: pl.Expr) -> pl.Expr:
    """Return numbers from 0 up to, and without, 1."""
    key = pl.lit(_hashed(f"{seed} {what}"), pl.UInt64)
    mixed = _mixed(_mixed(row ^ key) + draw * pl.lit(0x9E3779B97F4A7C15, pl.UInt64))
    return (mixed // pl.lit(2**11, pl.UInt64)).cast(pl.Float64) * 2.0**-53


def _mixed(value: pl.Expr) -> pl.Expr:
    """Return whole numbers well stirred, one for one (the end of SplitMix64, whose products wrap)."""
    value = (value ^ (value // pl.lit(2**30, pl.UInt64))) * pl.lit(0xBF58476D1CE4E5B9, pl.UInt64)
    value = (value ^ (value // pl.lit(2**27, pl.UInt64))) * pl.lit(0x94D049BB133111EB, pl.UInt64)
    return value ^ (value // pl.lit(2**31, pl.UInt64))


Chance = Callable[[str], pl.Expr]  # a number from 0 to 1, another for each text


class Distribution(NamedTuple):
    """How an unknown is distributed: `kind`, and its figures in order; of a choice, the weight of each option."""

    kind: str
    figures: tuple[float, ...] = ()
    weights: Mapping[str, float] = {}

    def number(self, low: pl.Expr, high: pl.Expr, chance: Chance, scale: int) -> pl.Expr:
        """Return whole numbers from `low` to `high`, both included. Figures of the distribution count in `scale`."""
        low_, high_ = low.cast(pl.Float64), high.cast(pl.Float64)
        match self.kind:
            case "triangular":
                mode = pl.lit(self.figures[0] * scale).clip(low_, high_)
                u, span = chance(""), high_ - low_
                rise = (u * span * (mode - low_)).sqrt()
                fall = ((1 - u) * span * (high_ - mode)).sqrt()
                found = pl.when(u * span < mode - low_).then(low_ + rise).otherwise(high_ - fall)
            case "lognormal":
                found = self._lognormal(low_, high_, chance, scale)
            case _:
                found = low_ + (chance("") * (high_ - low_ + 1)).floor()
        return found.round().cast(pl.Int64).clip(low, high)

    def _lognormal(self, low: pl.Expr, high: pl.Expr, chance: Chance, scale: int) -> pl.Expr:
        median, sigma = self.figures
        tries = []
        for number in range(_TRIES):
            radius = (-2 * (1 - chance(f"radius {number}")).log()).sqrt()
            tries.append((radius * (2 * math.pi * chance(f"angle {number}")).cos() * sigma).exp() * median * scale)
        inside = [pl.when((one >= low) & (one <= high)).then(one) for one in tries]
        return pl.coalesce(*inside, tries[-1].clip(low, high))

    def truth(self, chance: Chance) -> pl.Expr:
        """Return truths."""
        return chance("") < self.figures[0]

    def option(self, chance: Chance) -> pl.Expr:
        """Return options of a choice."""
        u, whole, passed = chance(""), sum(self.weights.values()), 0.0
        *others, last = self.weights
        found: Any = pl
        for name in others:
            passed += self.weights[name]
            found = found.when(u < passed / whole).then(pl.lit(name))
        return found.otherwise(pl.lit(last)) if others else pl.lit(last)


def distribution(text: str) -> Distribution:
    """Return the distribution that a text means, as in `triangular(5000)`. Raises `ValueError` with what is wrong."""
    kind, paren, rest = text.partition("(")
    inner = rest.removesuffix(")")
    parts = [part.strip() for part in inner.split(",") if part.strip()]
    if paren and not rest.endswith(")"):
        raise ValueError(f"`{text}` is not closed: write it like uniform(100, 2000)")
    if kind == "choice":
        try:
            weights = {name.strip(): float(weight) for name, _, weight in (part.partition(":") for part in parts)}
        except ValueError:
            weights = {}
        if not weights or min(weights.values()) < 0 or not 0 < sum(weights.values()) < math.inf:
            raise ValueError(f"`{text}` is no choice: write it like choice(open: 0.5, closed: 0.5)")
        return Distribution(kind, (), weights)
    wanted = {"uniform": (0, 2), "triangular": (1,), "lognormal": (2,), "chance": (1,)}.get(kind)
    if wanted is None:
        raise ValueError(f"`{text}` is no distribution: uniform, triangular, lognormal, chance, choice")
    try:
        figures = tuple(map(float, parts))
    except ValueError:
        figures = (math.nan,)
    good = len(figures) in wanted and all(map(math.isfinite, figures))
    good = good and not (kind == "uniform" and len(figures) == 2 and figures[0] > figures[1])
    good = good and not (kind == "lognormal" and (figures[0] <= 0 or figures[1] <= 0))
    if not good or (kind == "chance" and not 0 <= figures[0] <= 1):
        raise ValueError(f"`{text}` does not have the figures of {_WRITTEN[kind]}")
    return Distribution(kind, figures)


_WRITTEN = {
    "uniform": "`uniform`, or `uniform(lowest, highest)`",
    "triangular": "`triangular(most likely)`",
    "lognormal": "`lognormal(median, sigma)`, both above 0",
    "chance": "`chance(p)`, from 0 to 1",
}
