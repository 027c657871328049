"""Protracted situations by year: how many, in how many host countries, how many people, and which came and went."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

import polars as pl

from comity.engine.batch.frames import run
from comity.engine.batch.unhcr import Population, prepare
from comity.engine.language.model import RuleSet
from comity.engine.translation.columns import plan

RULES = "unhcr-global-trends"
CONTEXT = "protracted"
_COUNTED = "counted_people"
WITH_OTHERS = "refugees and others"  # what the parameter says where others count too


class Listed(NamedTuple):
    """A situation in the list of a year: its codes, its people, and since which year it has been protracted."""

    origin: str
    host: str
    people: int
    since: int


class Pair(NamedTuple):
    """The people of one origin in one host country, by their codes."""

    origin: str
    host: str


class Year(NamedTuple):
    """The counts at the end of a year; `total` is all people, whether in a protracted situation or not.

    `open` are situations of which it cannot be told; they are in none of the counts. `entered` and `left` are None
    where the year before cannot be told as a whole.
    """

    year: int
    situations: int
    hosts: int
    people: int
    total: int
    with_others: bool
    open: tuple[Pair, ...]
    entered: tuple[Pair, ...] | None
    left: tuple[Pair, ...] | None

    @property
    def share(self) -> Fraction | None:
        """The part of all people who are in a protracted situation."""
        return Fraction(self.people, self.total) if self.total else None


class Statistics(NamedTuple):
    """Counts by year under one reading, and the list of each year."""

    rules: RuleSet
    reading: str
    settings: Mapping[str, Any]
    years: tuple[Year, ...]
    lists: Mapping[int, tuple[Listed, ...]]
    names: Mapping[str, str]
    covered: range  # years of which the file has all five year-ends


def protracted(
    population: Population,
    rules: RuleSet,
    reading: str | None = None,
    income: pl.DataFrame | None = None,
    settings: Mapping[str, Any] | None = None,
    years: range | None = None,
) -> Statistics:
    """Return the counts of years: of all that the file covers with what came before them, unless `years` says which.

    `income` has the groups of host countries, as `income_groups.read_groups` returns them.
    """
    reading = reading or rules.default_reading
    assert reading is not None
    overrides = settings or {}
    prepared = prepare(population, income)
    made = plan(rules, prepared.shape, reading, overrides, [CONTEXT])
    assert not made.diagnostics, made.diagnostics
    verdicts = run(made.relation, prepared.sources).to_native().collect()
    verdict = pl.col(made.columns[CONTEXT])
    notable = verdicts.filter(verdict.is_null() | verdict)
    # The id of a situation tells its series and its year, so that the stocks of the few that are looked at are all
    # that has to be found.
    keyed = population.rows.with_columns(prepared.key)
    found = keyed.join(notable, on="id", how="inner", maintain_order="left")
    said = {**rules.readings[reading].set, **overrides}
    within = {year: _with_others(rules, said, year) for year in range(population.first, population.last + 1)}
    met: dict[int, dict[Pair, int]] = {year: {} for year in within}
    left_open: dict[int, list[Pair]] = {year: [] for year in within}
    columns = ("origin", "host", "year", "refugees", "others", made.columns[CONTEXT])
    for origin, host, year, refugees, others, truth in found.select(columns).iter_rows():
        pair = Pair(origin, host)
        if truth:
            met[year][pair] = (refugees or 0) + (others if within[year] else 0)
        else:
            left_open[year].append(pair)
    totals = {
        year: (refugees, others)
        for year, refugees, others in population.rows.group_by("year")
        .agg(pl.col("refugees").sum(), pl.col("others").fill_null(0).sum())
        .iter_rows()
    }
    lists = dict(_lists(met))
    covered = population.years
    told = []
    for year in years if years is not None else covered:
        if year not in met:
            continue
        now, before = met[year], met.get(year - 1)
        refugees, others = totals.get(year, (0, 0))
        comparable = before is not None and year - 1 in covered
        told.append(
            Year(
                year,
                len(now),
                len({pair.host for pair in now}),
                sum(now.values()),
                refugees + (others if within[year] else 0),
                within[year],
                tuple(sorted(left_open[year])),
                tuple(sorted(now.keys() - before.keys())) if comparable and before is not None else None,
                tuple(sorted(before.keys() - now.keys())) if comparable and before is not None else None,
            )
        )
    chosen = {one.year: lists[one.year] for one in told}
    return Statistics(rules, reading, overrides, tuple(told), chosen, population.names, covered)


def _lists(met: Mapping[int, Mapping[Pair, int]]) -> Iterator[tuple[int, tuple[Listed, ...]]]:
    """Yield the list of each year, those with the most people first."""
    since: dict[Pair, int] = {}
    for year, pairs in sorted(met.items()):
        since = {pair: since.get(pair, year) for pair in pairs}
        listed = [Listed(*pair, people, since[pair]) for pair, people in pairs.items()]
        yield year, tuple(sorted(listed, key=lambda one: (-one.people, one.origin, one.host)))


def _with_others(rules: RuleSet, said: Mapping[str, Any], year: int) -> bool:
    """Return whether other people in need of international protection count at the end of a year."""
    value = said[_COUNTED] if _COUNTED in said else rules.parameters[_COUNTED].on(date(year, 12, 31))
    return bool(value == WITH_OTHERS)


def named(names: Mapping[str, str], code: str) -> str:
    """Return what a code stands for, or the code."""
    return names.get(code, code)


def pairs_named(names: Mapping[str, str], pairs: Sequence[Pair]) -> list[str]:
    """Return pairs in words."""
    return [f"{named(names, one.origin)} in {named(names, one.host)}" for one in pairs]
