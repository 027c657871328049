"""UNHCR's whole file of population statistics to yearly counts, against Polars that only reads it."""

import os
import platform
from pathlib import Path

import polars as pl

from benchmarks.measure import in_turns, table
from comity.engine.batch.income_groups import read_groups
from comity.engine.batch.protracted_years import protracted
from comity.engine.batch.unhcr import read_population
from comity.engine.builtin import find_rule_set
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import load_rule_set

BUDGET = 5.0  # times what Polars needs to read all columns into memory
FOLDER = Path(os.environ.get("COMITY_SHARED", Path(__file__).parent.parent.parent / "shared")) / "data" / "unhcr"


def unhcr(rounds: int) -> list[str]:
    """Measure from the packed CSV to counts of each year, under both readings."""
    file = FOLDER / "population.csv.gz"
    if not file.exists():
        return [f"No UNHCR statistics: there is no {file} (COMITY_SHARED says where the data are)."]
    groups = FOLDER / "worldbank-income-groups.csv"
    rules = accept(load_rule_set(find_rule_set("unhcr-global-trends")))
    base = "Polars reads all columns into memory"

    def counts(reading: str) -> None:
        income = read_groups(groups) if reading == "published" else None
        assert protracted(read_population(file, names=False), rules, reading, income).years

    work = {  # `oip` is empty for most rows: its type is named, so that Polars reads the file once
        base: (lambda: pl.read_csv(file, schema_overrides={"oip": pl.Int64}), 1),
        "file to yearly counts, reading published": (lambda: counts("published"), 1),
        "file to yearly counts, reading sentence": (lambda: counts("sentence"), 1),
    }
    timings = in_turns(work, rounds)
    told = []
    for name in [one for one in work if one != base]:
        _, ratio, _ = timings[name].ratios(timings[base])
        told.append(f"{name}: {ratio:.2f} of {BUDGET:g}{'' if ratio <= BUDGET else ', which is too much'}.")
    rows = pl.read_csv(file, columns=["year"]).height
    size = f"{rows:,} rows of UNHCR's statistics, CSV packed with gzip; Polars {pl.__version__}, {platform.machine()}."
    return [size, "", *table(timings, base, "ms", 1e3), "", *told]
