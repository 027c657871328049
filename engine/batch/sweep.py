"""How verdicts respond when parameters are moved over a grid: all settings in one pass over the situations."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import narwhals as nw
import polars as pl

from comity.engine.batch.frames import run
from comity.engine.batch.sweep_plan import Swept, decoded, sweep_plan
from comity.engine.language.diagnostic import Diagnostic
from comity.engine.language.model import RuleSet
from comity.engine.translation.columns import Shape
from comity.engine.translation.relations import Expr, Relation, Scan


class Axis(NamedTuple):
    """A parameter, and the values that it takes in turn."""

    parameter: str
    values: tuple[Any, ...]


class Counts(NamedTuple):
    """In how many situations a conclusion is met, not met, and unknown."""

    met: int
    not_met: int
    unknown: int


class Sweep(NamedTuple):
    """What came out under each setting: counts of each conclusion, setting by setting, the last axis fastest."""

    rules: RuleSet
    reading: str | None
    overrides: Mapping[str, Any]
    axes: tuple[Axis, ...]
    counts: Mapping[str, tuple[Counts, ...]]
    situations: int
    groups: int  # of situations that no setting tells apart
    diagnostics: tuple[Diagnostic, ...]

    def settings(self) -> list[tuple[Any, ...]]:
        """Return the values of the axes, setting by setting."""
        return [*product(*(axis.values for axis in self.axes))]


def sweep(
    rules: RuleSet,
    sources: Mapping[str, nw.LazyFrame[Any]],
    shape: Shape,
    axes: Sequence[Axis],
    wanted: Iterable[str],
    reading: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Sweep:
    """Return the counts of conclusions under every setting of some parameters.

    `sources` are situations, and what belongs to them, as a plan reads them. The axis that is first should be the one
    that is dearest to move: a window's length, before a threshold.
    """
    reading = reading or rules.default_reading
    names = [axis.parameter for axis in axes]
    own = dict(overrides or {})
    settings = [{**own, **dict(zip(names, one, strict=True))} for one in product(*(axis.values for axis in axes))]
    made = sweep_plan(rules, shape, reading, settings, wanted)
    groups = _groups(made, sources)
    counts = _counts(made, groups)
    return Sweep(rules, reading, own, tuple(axes), counts, int(groups["rows"].sum()), groups.height, made.diagnostics)


def _groups(made: Swept, sources: Mapping[str, nw.LazyFrame[Any]]) -> pl.DataFrame:
    """Return the groups, with their digits in columns."""
    frame = run(made.relation, sources)
    lazy = frame.implementation.is_polars()
    found = frame.to_native().collect(engine="streaming") if lazy else frame.collect("polars").to_native()
    columns: dict[str, list[Any]] = {digit.name: [] for digits in made.keys.values() for digit in digits}
    schema: dict[str, Any] = {
        digit.name: pl.Boolean if digit.cuts is None else pl.Int64 for digits in made.keys.values() for digit in digits
    }
    for row in found.iter_rows(named=True):
        for key, digits in made.keys.items():
            for name, value in decoded(row[key], digits):
                columns[name].append(value)
    return pl.DataFrame({**columns, "rows": found["rows"].to_list()}, {**schema, "rows": pl.Int64})


def _counts(made: Swept, groups: pl.DataFrame) -> dict[str, tuple[Counts, ...]]:
    distinct: dict[Expr, str] = {}
    for truths in made.truths.values():
        for truth in truths:
            distinct.setdefault(truth, f"__truth_{len(distinct)}")
    if not distinct:
        return {}
    columns = {name: truth for truth, name in distinct.items()}
    judged = Relation("groups", Scan("groups"), tuple(groups.columns), (), (columns,), None, ("rows", *columns))
    truths = run(judged, {"groups": nw.from_native(groups.lazy())}).to_native()
    rows = pl.col("rows")
    sums = truths.select(
        *(rows.filter(pl.col(name)).sum().alias(f"{name} met") for name in columns),
        *(rows.filter(pl.col(name).is_null()).sum().alias(f"{name} unknown") for name in columns),
        rows.sum().alias("all"),
    ).collect()
    found = sums.row(0, named=True)

    def counts(truth: Expr) -> Counts:
        met, unknown = found[f"{distinct[truth]} met"], found[f"{distinct[truth]} unknown"]
        return Counts(met, found["all"] - met - unknown, unknown)

    return {name: tuple(map(counts, truths)) for name, truths in made.truths.items()}
