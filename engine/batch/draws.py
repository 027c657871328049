"""How often each verdict comes out when what is not known is drawn: ranges and unknowns, with stated distributions."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import narwhals as nw
import polars as pl

from comity.engine.batch.chance import Distribution, row_seeds, uniform
from comity.engine.batch.frames import run
from comity.engine.batch.sweep import Counts
from comity.engine.language.diagnostic import Diagnostic
from comity.engine.language.model import Fact, RuleSet, ValueType
from comity.engine.language.quantity import ends
from comity.engine.translation.column_facts import bounds, scale
from comity.engine.translation.columns import Plan, Shape, plan

_ROWS = 2_000_000  # situations times draws that are in memory at once
_EPOCH = date(1970, 1, 1)
_PLAIN = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT)


class Draws(NamedTuple):
    """How often each conclusion came out, in all and by situation: `situations` has a row for each, and its counts.

    Its columns are `id` and, for each conclusion, `CONCLUSION_met`, `_not_met` and `_unknown`. `uniform` are facts that
    were drawn evenly from their ranges, because nothing else was said; `left` are those that stayed unknown.
    """

    rules: RuleSet
    reading: str | None
    draws: int
    seed: int
    counts: Mapping[str, Counts]
    situations: pl.DataFrame
    stated: Mapping[str, Distribution]
    uniform: tuple[str, ...]
    left: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


class NotStatedError(Exception):
    """Facts are unknown, and nothing says how they are distributed; `names` has them."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(self.names))


def draw(
    rules: RuleSet,
    sources: Mapping[str, nw.LazyFrame[Any]],
    shape: Shape,
    draws: int,
    seed: int,
    *,
    distributions: Mapping[str, Distribution],
    leave: Iterable[str] = (),
    reading: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    wanted: Iterable[str] | None = None,
) -> Draws:
    """Return how often each conclusion comes out over `draws` completions of each situation.

    A range is drawn evenly unless `distributions` says otherwise, and so is an unknown figure whose fact declares what
    is `plausible`. Each fact, row and entry is drawn by itself. Raises `NotStatedError` where an unknown has no
    distribution and is not one to `leave`.
    """
    made = plan(rules, shape, reading, overrides, wanted)
    frames = {name: frame.collect("polars").to_native() for name, frame in sources.items() if name in made.inputs}
    return _Drawing(rules, shape, made, frames, seed, distributions, frozenset(leave)).drawn(draws, reading, overrides)


class _Drawing:
    def __init__(
        self,
        rules: RuleSet,
        shape: Shape,
        made: Plan,
        frames: Mapping[str, pl.DataFrame],
        seed: int,
        distributions: Mapping[str, Distribution],
        leave: frozenset[str],
    ) -> None:
        self.rules = rules
        self.shape = shape
        self.made = made
        self.seed = seed
        self.stated = distributions
        self.leave = leave
        self.uniform: dict[str, None] = {}
        self.left: dict[str, None] = {}
        self.lacking: dict[str, None] = {}
        situations = frames["situations"].with_row_index("__n").with_columns(pl.col("__n").cast(pl.Int64))
        seeds = situations.select("id", "__n", __seed=row_seeds(situations["id"]))
        self.ids = situations["id"]
        self.frames = {"situations": situations.with_columns(seeds["__seed"])}
        for name, frame in frames.items():
            if name != "situations":
                self.frames[name] = self.numbered(frame, seeds)

    def numbered(self, frame: pl.DataFrame, seeds: pl.DataFrame) -> pl.DataFrame:
        """Return rows with a seed of their own: that of their situation, and their place in it."""
        keys = [key for key in ("row", "first") if key in frame.columns]
        order = pl.int_range(pl.len()).over("id") if not keys else pl.struct(keys).rank("ordinal").over("id")
        joined = frame.with_columns(__order=order.cast(pl.UInt64)).join(seeds, on="id", maintain_order="left")
        return joined.with_columns(__seed=pl.col("__seed") + pl.col("__order") * pl.lit(0xD1B54A32D192ED03, pl.UInt64))

    def drawn(self, draws: int, reading: str | None, overrides: Mapping[str, Any] | None) -> Draws:
        columns = {name: dict(self.columns(name)) for name in self.frames}
        if self.lacking:
            raise NotStatedError(self.lacking)
        shape = Shape(
            {
                name: self.mode(fact, name, self.shape.facts)
                for name, fact in self.rules.facts.items()
                if name in self.shape.facts
            },
            {
                table: {name: self.mode(self.rules.facts[table].columns[name], name, own) for name in own}
                for table, own in self.shape.tables.items()
            },
            self.shape.histories,
            self.shape.as_of,
        )
        made = plan(self.rules, shape, reading, overrides, self.made.columns)
        whole: pl.DataFrame | None = None
        step = max(1, _ROWS // max(1, self.ids.len()))
        for first in range(0, draws, step):
            numbers = pl.DataFrame({"__draw": pl.Series(range(first, min(first + step, draws)), dtype=pl.UInt64)})
            sources = {
                name: nw.from_native(self.completed(frame, numbers, columns[name], draws).lazy())
                for name, frame in self.frames.items()
            }
            truths = run(made.relation, sources).to_native()
            counted = (
                truths.with_columns(__n=pl.col("id") // draws)
                .group_by("__n")
                .agg(
                    *(
                        pl.col(column).sum().cast(pl.Int64).alias(f"{name}_met")
                        for name, column in made.columns.items()
                    ),
                    *(
                        (pl.col(column).not_()).sum().cast(pl.Int64).alias(f"{name}_not_met")
                        for name, column in made.columns.items()
                    ),
                )
                .collect(engine="streaming")
            )
            whole = counted if whole is None else pl.concat([whole, counted]).group_by("__n").sum()
        return self.told(whole, draws, reading, made)

    def mode(self, fact: Fact, name: str, shape: Mapping[str, str]) -> str:
        return shape[name] if fact.value_type in _PLAIN or fact.columns else "range"

    def told(self, whole: pl.DataFrame | None, draws: int, reading: str | None, made: Plan) -> Draws:
        assert whole is not None
        found = whole.sort("__n")
        shown = {"id": self.ids}
        counts = {}
        for name in made.columns:
            met, not_met = found[f"{name}_met"], found[f"{name}_not_met"]
            shown |= {f"{name}_met": met, f"{name}_not_met": not_met, f"{name}_unknown": draws - met - not_met}
            counts[name] = Counts(int(met.sum()), int(not_met.sum()), int((draws - met - not_met).sum()))
        situations = pl.DataFrame(shown)
        return Draws(
            self.rules,
            reading or self.rules.default_reading,
            draws,
            self.seed,
            counts,
            situations,
            self.stated,
            tuple(sorted(self.uniform)),
            tuple(sorted(self.left)),
            self.made.diagnostics,
        )

    def completed(
        self, frame: pl.DataFrame, numbers: pl.DataFrame, columns: Mapping[str, pl.Expr], draws: int
    ) -> pl.DataFrame:
        """Return a table once for each draw, with what is drawn in it."""
        each = frame.join(numbers, how="cross")
        own = pl.col("__n") * draws + pl.col("__draw").cast(pl.Int64)
        return each.with_columns(id=own, **columns).drop("__n", "__draw", "__seed", "__order", strict=False)

    # --- columns ---

    def columns(self, source: str) -> Iterator[tuple[str, pl.Expr]]:
        """Yield the columns of a table that are drawn, or brought into another form."""
        table, _, inner = source.partition(".")
        if source in self.shape.histories:
            fact = self.rules.facts[table].columns[inner] if inner else self.rules.facts[table]
            yield from self.figure(source, source, fact, pl.col("low"), pl.col("high"), ("low", "high"))
            return
        own = source == "situations"
        facts = self.rules.facts if own else self.rules.facts[source].columns
        shape = self.shape.facts if own else self.shape.tables[source]
        read = set(self.made.inputs[source])
        for name, mode in shape.items():
            fact, path = facts[name], name if own else f"{source}.{name}"
            if fact.columns:
                continue
            if fact.value_type in _PLAIN:
                if name in read and fact.derive is None:
                    yield from self.plain(source, path, fact)
                continue
            given = (pl.col(name),) * 2 if mode == "point" else (pl.col(f"{name}_low"), pl.col(f"{name}_high"))
            sides = (f"{name}_low", f"{name}_high")
            needed = name in read or sides[0] in read or sides[1] in read
            if needed and fact.derive is None:
                yield from self.figure(source, path, fact, *given, sides)
            elif needed:
                yield from self.derived(source, path, fact, given, sides)

    def chance(self, path: str) -> Any:
        def made(salt: str) -> pl.Expr:
            return uniform(self.seed, f"{path} {salt}", pl.col("__seed"), pl.col("__draw"))

        return made

    def plain(self, source: str, path: str, fact: Fact) -> Iterator[tuple[str, pl.Expr]]:
        """Yield a truth or choice that is drawn where it is unknown. A text is not."""
        column = pl.col(fact.name)
        if not self.any(source, column.is_null()):
            return
        stated = self.stated.get(path)
        if stated is None:
            (self.left if path in self.leave or fact.value_type is ValueType.TEXT else self.lacking)[path] = None
            return
        drawn = stated.truth if fact.value_type is ValueType.BOOLEAN else stated.option
        yield fact.name, pl.coalesce(column, drawn(self.chance(path)))

    def figure(
        self, source: str, path: str, fact: Fact, low: pl.Expr, high: pl.Expr, sides: tuple[str, str]
    ) -> Iterator[tuple[str, pl.Expr]]:
        """Yield both ends of a figure or date, where it is not known drawn from its range."""
        low, high = self.filled(fact, low, high)
        stated = self.stated.get(path)
        floor, ceiling = self.plausible(fact, stated)
        lowest, highest = low, high
        vague = low.is_null() | high.is_null()
        bounds_of = self.ends(fact)
        if None not in bounds_of:
            vague = vague | ((low == bounds_of[0]) & (high == bounds_of[1]))
        if floor is not None:
            lowest = pl.when(vague).then(pl.max_horizontal(low, pl.lit(floor))).otherwise(low)
        if ceiling is not None:
            highest = pl.when(vague).then(pl.min_horizontal(high, pl.lit(ceiling))).otherwise(high)
        highest = pl.when(highest < lowest).then(lowest).otherwise(highest)
        open_ = lowest.is_null() | highest.is_null()
        if source in self.shape.histories:
            open_ = open_ & (pl.col("first") < date.max)
        if (self.any(source, open_) and path not in self.shape.histories) or self.any(source, open_):
            (self.left if path in self.leave else self.lacking)[path] = None
        if not self.any(source, (lowest < highest).fill_null(False)):
            yield from zip(sides, map(self.back(fact), (low, high)), strict=True)
            return
        if stated is None:
            self.uniform[path] = None
        drawn = (stated or Distribution("uniform")).number(lowest, highest, self.chance(path), scale(fact))
        known = pl.when(~open_).then(drawn)
        ends_ = (pl.coalesce(known, low), pl.coalesce(known, high))
        yield from zip(sides, map(self.back(fact), ends_), strict=True)

    def derived(
        self, source: str, path: str, fact: Fact, given: tuple[pl.Expr, pl.Expr], sides: tuple[str, str]
    ) -> Iterator[tuple[str, pl.Expr]]:
        """Yield both ends of a figure that is derived where it is not given: drawn where both are known."""
        low, high = self.filled(fact, *given)
        ceiling = self.ends(fact)[1]
        whole = low.is_not_null() & high.is_not_null()
        if ceiling is not None:
            whole = whole & ~((low == self.ends(fact)[0]) & (high == ceiling))
        if self.any(source, whole & (low < high)):
            self.uniform.setdefault(path)
            stated = self.stated.get(path, Distribution("uniform"))
            drawn = pl.when(whole).then(stated.number(low, high, self.chance(path), scale(fact)))
            low, high = pl.coalesce(drawn, low), pl.coalesce(drawn, high)
        yield from zip(sides, map(self.back(fact), (low, high)), strict=True)

    def filled(self, fact: Fact, low: pl.Expr, high: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
        """Return the ends as whole numbers, with the bounds of the declaration; a day is a number of days."""
        if fact.value_type is ValueType.DATE:
            return low.cast(pl.Date).cast(pl.Int64), high.cast(pl.Date).cast(pl.Int64)
        floor, ceiling = self.ends(fact)
        return (low if floor is None else low.fill_null(floor)), (high if ceiling is None else high.fill_null(ceiling))

    def back(self, fact: Fact) -> Any:
        return (lambda one: one.cast(pl.Date)) if fact.value_type is ValueType.DATE else (lambda one: one)

    def ends(self, fact: Fact) -> tuple[int | None, int | None]:
        low, high = bounds(fact)
        by = scale(fact)
        return (None if low is None else int(low * by)), (None if high is None else int(high * by))

    def plausible(self, fact: Fact, stated: Distribution | None) -> tuple[int | None, int | None]:
        """Return the ends that stand for those of an unknown: of its distribution, or of what is plausible."""
        if stated is not None and stated.kind == "uniform" and stated.figures:
            low, high = stated.figures
            return int(low * scale(fact)), int(high * scale(fact))
        if fact.plausible is None:
            return None, None
        low, high = ends(fact.plausible)
        if isinstance(low, date):
            return (low - _EPOCH).days, (high - _EPOCH).days
        return int(low * scale(fact)), int(high * scale(fact))

    def any(self, source: str, one: pl.Expr) -> bool:
        """Return whether something holds in some row."""
        return bool(self.frames[source].lazy().select(one.any()).collect().item())
