"""UNHCR's tables of asylum applications and decisions as situations: a host country's claims and decisions of a year.

What is taken for what:

- All applications count as claims, and all decisions, at all stages and of all authorities, whatever the origin.
- Applications and decisions come as persons (`P`) or cases (`C`). The two are never added: each is a situation.
- The figures are those of a year; a month has a twelfth, the whole number below or above it.
- Where one of the tables has no row for a host country, year and unit, that side is unknown, and not 0.
- Where a government decided, or with UNHCR, there is an individual procedure; else it is not known whether there is.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import narwhals as nw
import polars as pl

from comity.engine.batch.unhcr_layouts import APPLICATIONS, DECISIONS, Cell, read
from comity.engine.translation.columns import Shape

_KEYS = ("host", "year", "unit")
_GOVERNMENT = ("G", "J")  # alone, or jointly with UNHCR
_SIDES = {"asylum_claims_per_month": "claims", "asylum_decisions_per_month": "decisions"}


class Asylum(NamedTuple):
    """One row for a host country, year and unit: `claims`, `decisions` or null, and whether a `government` decided."""

    rows: pl.DataFrame
    bad: Sequence[Cell]


def read_asylum(applications: Path | None, decisions: Path | None) -> Asylum:
    """Return claims and decisions from downloads of them. Raises `Refused`."""
    bad: list[Cell] = []
    sides = []
    for path, names, side in ((applications, APPLICATIONS, "claims"), (decisions, DECISIONS, "decisions")):
        if path is None:
            rows = pl.DataFrame(schema={"host": pl.String, "year": pl.Int64, "unit": pl.String, side: pl.Int64})
            rows = rows.with_columns(government=pl.lit(None, pl.Boolean))
        else:
            table = read(path, names, ["year", "host", "unit", "procedure", "number"], ["host", "unit", "number"])
            bad += table.bad
            rows = _counted(table.rows, side)
        sides.append(rows)
    claims, decided = sides
    joined = claims.drop("government").join(decided, on=_KEYS, how="full", coalesce=True)
    return Asylum(joined.sort(_KEYS), tuple(bad))


def _counted(rows: pl.DataFrame, side: str) -> pl.DataFrame:
    government = pl.col("procedure").is_in(_GOVERNMENT) if "procedure" in rows.columns else pl.lit(None, pl.Boolean)
    rows = rows.filter(pl.col("host").is_not_null(), pl.col("unit").is_in(["P", "C"]))
    return (
        rows.with_columns(pl.col("host").str.strip_chars(), government=government)
        .group_by(_KEYS)
        .agg(pl.col("number").sum().alias(side), pl.col("government").any())
    )


def prepare(asylum: Asylum) -> tuple[Shape, dict[str, nw.LazyFrame[pl.LazyFrame]], tuple[str, ...]]:
    """Return the situations, for facts of the rule set `oas-2013`: their shape, frames, and what says which each is."""
    months = []
    for fact, side in _SIDES.items():
        least = pl.col(side) // 12
        months += [least.alias(f"{fact}_low"), (least + (pl.col(side) % 12 > 0).cast(pl.Int64)).alias(f"{fact}_high")]
    situations = asylum.rows.select(
        pl.format("{}-{}-{}", "host", "year", "unit").alias("id"),
        pl.date(pl.col("year"), 12, 31).alias("as_of"),
        *_KEYS,
        *(end.fill_null(0) if number % 2 == 0 else end for number, end in enumerate(months)),
        pl.when(pl.col("government")).then(True).alias("individual_procedure_exists"),
    )
    facts = {**dict.fromkeys(_SIDES, "range"), "individual_procedure_exists": "point"}
    return Shape(facts), {"situations": nw.from_native(situations.lazy())}, _KEYS
