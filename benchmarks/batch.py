"""Whole tables: the course's rules over millions of situations, Parquet to Parquet, beside the same rules by hand.

Each contestant has a process of its own, so that its peak of memory is its own; what it takes is timed inside, after
the imports. All answers are compared.
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.generate import BOOLEANS, CHOICES, FIGURES, MISSING

CONTEXTS = ("mass_influx", "protracted", "irregular_secondary_movement", "trafficking_and_smuggling")
MEASURES = (
    *("emergency_assistance", "host_coordination", "international_consultation", "civilian_character"),
    *("processing_mechanisms", "humanitarian_transfer", "registration_documentation", "self_reliance"),
    *("development_support", "financial_institutions"),
)
AS_OF = "2013-01-31"
_PART = 122_880  # rows made at once, and of a group in the file


def write_situations(path: Path, rows: int, ranges: bool, seed: int) -> None:
    """Write situations of the course's rules: figures as points, or as ranges, a fifth of all unknown."""
    import pyarrow.parquet as pq

    writer: Any = None
    for start in range(0, rows, _PART):
        table = _situations(start, min(_PART, rows - start), ranges, Random(seed + start)).to_arrow()
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()


def _situations(start: int, number: int, ranges: bool, random: Random) -> Any:
    import polars as pl

    def even() -> pl.Expr:
        """Return numbers from 0 to 1, by row."""
        return (pl.col("id").hash(random.getrandbits(60)) % 2**53) / 2**53

    columns: dict[str, pl.Expr] = {name: pl.when(even() >= MISSING).then(even() < 0.5) for name in BOOLEANS}
    for name, (low, high) in FIGURES.items():
        value = (low + (high - low + 1) * even()).cast(pl.Int64)
        if not ranges:
            columns[name] = pl.when(even() >= MISSING).then(value)
            continue
        kind = even()
        wide = pl.when(kind < 2 * MISSING).then((5 * even()).cast(pl.Int64)).otherwise(0)
        columns[f"{name}_low"] = pl.when(kind < MISSING).then(0).otherwise(value - wide)
        columns[f"{name}_high"] = pl.when(kind >= MISSING).then(value + wide)
    for name, options in CHOICES.items():
        picked = (len(options) * even()).cast(pl.Int64).replace_strict(dict(enumerate(options)), return_dtype=pl.String)
        columns[name] = pl.when(even() >= MISSING).then(picked)
    return pl.select(pl.int_range(start, start + number).alias("id")).with_columns(**columns)


def write_populations(path: Path, situations: int, seed: int) -> int:
    """Write the refugee populations of situations, from none to five each, by their ids; and return how many."""
    import polars as pl
    import pyarrow.parquet as pq

    writer: Any = None
    rows = 0
    for start in range(0, situations, _PART):
        random = Random(seed + start)
        ids = pl.select(pl.int_range(start, min(start + _PART, situations)).alias("id"))
        often = (pl.col("id").hash(random.getrandbits(60)) % 6).cast(pl.Int64)
        one = ids.select(pl.col("id").repeat_by(often)).explode("id", empty_as_null=False).with_row_index("key")

        def even(random: Random = random) -> pl.Expr:
            return (pl.col("key").hash(random.getrandbits(60)) % 2**53) / 2**53

        days = pl.duration(days=(800 * even()).cast(pl.Int64))
        profiles = dict(enumerate(("Orsan", "Calmeran", "Marish")))
        table = one.select(
            "id",
            profile=pl.when(even() >= MISSING).then((3 * even()).cast(pl.Int64).replace_strict(profiles)),
            refugees=pl.when(even() >= MISSING).then((12_000 + 14_000 * even()).cast(pl.Int64)),
            since=pl.when(even() >= MISSING).then(
                pl.date(2007, 1, 1) + pl.duration(days=(800 * even()).cast(pl.Int64))
            ),
        ).to_arrow()
        rows += table.num_rows
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()
    return rows


# --- by hand --------------------------------------------------------------------------------------------------------


def polars_by_hand(source: str, target: str, ranges: bool) -> None:
    import polars as pl

    c = pl.col

    def settle(true: pl.Expr, false: pl.Expr) -> pl.Expr:
        return pl.when(true).then(True).when(false).then(False)

    def at_least(a: str, b: pl.Expr | int, c_: pl.Expr | int) -> pl.Expr:
        return settle(c(f"{a}_low") >= b, c(f"{a}_high") < c_)

    if ranges:

        def low(name: str) -> pl.Expr:
            return c(f"{name}_low")

        def high(name: str) -> pl.Expr:
            return c(f"{name}_high")

        arrivals, hosts, days = "arrivals", "host_population", "arrival_days"
        per_1000 = settle(low(arrivals) * 1000 >= high(hosts), high(arrivals) * 1000 < low(hosts))
        rapid = settle(low(arrivals) >= high(days) * 500, high(arrivals) < low(days) * 500)
        numbers = at_least(arrivals, 10_000, 10_000) | pl.when(low(hosts) > 0).then(per_1000)
        rapid = pl.when(low(days) > 0).then(rapid)
        capacity = settle(low(arrivals) > high("reception_capacity"), high(arrivals) <= low("reception_capacity"))
        claims, decisions = "asylum_claims_per_month", "asylum_decisions_per_month"
        overload = settle(low(claims) > high(decisions) * 2, high(claims) <= low(decisions) * 2)
        backlog = settle(low(claims) > high(decisions), high(claims) <= low(decisions))
        protracted = at_least("settled_refugees", 25_000, 25_000)
    else:
        numbers = (c("arrivals") >= 10_000) | pl.when(c("host_population") > 0).then(
            c("arrivals") * 1000 >= c("host_population")
        )
        rapid = pl.when(c("arrival_days") > 0).then(c("arrivals") >= c("arrival_days") * 500)
        capacity = c("arrivals") > c("reception_capacity")
        overload = c("asylum_claims_per_month") > c("asylum_decisions_per_month") * 2
        backlog = c("asylum_claims_per_month") > c("asylum_decisions_per_month")
        protracted = c("settled_refugees") >= 25_000
    four = ("numbers", "rapid", "capacity", "overwhelmed")
    met = sum((pl.when(c(one)).then(1).otherwise(0) for one in four), start=pl.lit(0))
    lacking = sum((pl.when(~c(one)).then(1).otherwise(0) for one in four), start=pl.lit(0))
    mass, prot, move, crime = (c(name) for name in CONTEXTS)
    stages: list[dict[str, pl.Expr]] = [
        {
            "numbers": numbers,
            "rapid": rapid,
            "capacity": capacity,
            "overwhelmed": c("individual_procedure_exists") & overload,
            "backlog": backlog,
            "protracted": protracted,
            "irregular_secondary_movement": c("found_host_country")
            & c("moved_to_third_country")
            & c("irregular_manner"),
            "trafficking": c("recruitment_or_transfer")
            & c("exploitation_purpose")
            & (c("coercion_or_deception") | c("child_victims")),
            "smuggling": c("illegal_entry_procured") & c("smuggler_profit"),
        },
        {
            "mass_influx": c("crosses_border") & settle(met >= 2, lacking > 2),
            "trafficking_and_smuggling": c("trafficking") | c("smuggling"),
        },
        {"refuge": mass | prot, "every": mass | prot | move | crime},
        {
            "emergency_assistance": c("refuge") & (mass | c("emergency_needs")),
            "host_coordination": c("every") & ~c("coordination_mechanism_exists"),
            "international_consultation": c("every"),
            "civilian_character": c("refuge") & c("armed_elements"),
            "processing_mechanisms": (mass | move | crime)
            & (c("overwhelmed") | ~c("individual_procedure_exists") | c("backlog") | move | crime),
            "humanitarian_transfer": c("every")
            & (mass | (c("border_policy") == "restricted") | (c("border_policy") == "closed") | c("particular_risk")),
            "registration_documentation": c("every"),
            "self_reliance": (mass | prot | move) & (prot | move | c("aid_dependence")),
            "development_support": c("refuge") & (prot | c("services_strained")),
            "financial_institutions": c("refuge")
            & (
                prot
                | (c("host_income_group") == "low")
                | (c("host_income_group") == "lower-middle")
                | (c("host_income_group") == "upper-middle")
            ),
        },
    ]
    frame = pl.scan_parquet(source)
    for stage in stages:
        frame = frame.with_columns(**stage)
    frame.select("id", *CONTEXTS, *MEASURES).sink_parquet(target)


def _sql(ranges: bool) -> str:
    def settle(true: str, false: str) -> str:
        return f"CASE WHEN {true} THEN TRUE WHEN {false} THEN FALSE END"

    if ranges:
        numbers = (
            f"({settle('arrivals_low >= 10000', 'arrivals_high < 10000')}) OR "
            "CASE WHEN host_population_low > 0 THEN "
            f"{settle('arrivals_low * 1000 >= host_population_high', 'arrivals_high * 1000 < host_population_low')} END"
        )
        rapid = (
            "CASE WHEN arrival_days_low > 0 THEN "
            f"{settle('arrivals_low >= arrival_days_high * 500', 'arrivals_high < arrival_days_low * 500')} END"
        )
        capacity = settle("arrivals_low > reception_capacity_high", "arrivals_high <= reception_capacity_low")
        claims, decisions = "asylum_claims_per_month", "asylum_decisions_per_month"
        overload = settle(f"{claims}_low > {decisions}_high * 2", f"{claims}_high <= {decisions}_low * 2")
        backlog = settle(f"{claims}_low > {decisions}_high", f"{claims}_high <= {decisions}_low")
        protracted = settle("settled_refugees_low >= 25000", "settled_refugees_high < 25000")
    else:
        numbers = "arrivals >= 10000 OR CASE WHEN host_population > 0 THEN arrivals * 1000 >= host_population END"
        rapid = "CASE WHEN arrival_days > 0 THEN arrivals >= arrival_days * 500 END"
        capacity = "arrivals > reception_capacity"
        overload = "asylum_claims_per_month > asylum_decisions_per_month * 2"
        backlog = "asylum_claims_per_month > asylum_decisions_per_month"
        protracted = "settled_refugees >= 25000"
    four = ("numbers", "rapid", "capacity", "overwhelmed")
    met = " + ".join(f"CASE WHEN {one} THEN 1 ELSE 0 END" for one in four)
    lacking = " + ".join(f"CASE WHEN NOT {one} THEN 1 ELSE 0 END" for one in four)
    return f"""
    WITH criteria AS (SELECT *, {numbers} AS numbers, {rapid} AS rapid, {capacity} AS capacity,
        individual_procedure_exists AND ({overload}) AS overwhelmed, {backlog} AS backlog, {protracted} AS protracted,
        found_host_country AND moved_to_third_country AND irregular_manner AS irregular_secondary_movement,
        recruitment_or_transfer AND exploitation_purpose AND (coercion_or_deception OR child_victims)
            OR illegal_entry_procured AND smuggler_profit AS trafficking_and_smuggling FROM situations),
    contexts AS (SELECT *, crosses_border AND {settle(f"{met} >= 2", f"{lacking} > 2")} AS mass_influx FROM criteria),
    grounds AS (SELECT *, mass_influx OR protracted AS refuge, mass_influx OR protracted OR
        irregular_secondary_movement OR trafficking_and_smuggling AS every_ FROM contexts)
    SELECT id, {", ".join(CONTEXTS)}, refuge AND (mass_influx OR emergency_needs) AS emergency_assistance,
        every_ AND NOT coordination_mechanism_exists AS host_coordination, every_ AS international_consultation,
        refuge AND armed_elements AS civilian_character,
        (mass_influx OR irregular_secondary_movement OR trafficking_and_smuggling) AND (overwhelmed OR
            NOT individual_procedure_exists OR backlog OR irregular_secondary_movement OR trafficking_and_smuggling)
            AS processing_mechanisms,
        every_ AND (mass_influx OR border_policy = 'restricted' OR border_policy = 'closed' OR particular_risk)
            AS humanitarian_transfer, every_ AS registration_documentation,
        (mass_influx OR protracted OR irregular_secondary_movement) AND (protracted OR irregular_secondary_movement OR
            aid_dependence) AS self_reliance,
        refuge AND (protracted OR services_strained) AS development_support,
        refuge AND (protracted OR host_income_group = 'low' OR host_income_group = 'lower-middle' OR
            host_income_group = 'upper-middle') AS financial_institutions FROM grounds"""


def duckdb_by_hand(source: str, target: str, ranges: bool) -> None:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"CREATE VIEW situations AS SELECT * FROM read_parquet('{source}')")
        connection.execute(f"COPY ({_sql(ranges)}) TO '{target}' (FORMAT parquet)")


# --- the contestants ------------------------------------------------------------------------------------------------


def _comity(engine: str, verdicts: str) -> Callable[[str, str, bool], None]:
    def run(source: str, target: str, ranges: bool) -> None:  # noqa: ARG001  # the columns tell
        from datetime import date

        from comity.engine import load_rules
        from comity.engine.batch.files import place
        from comity.engine.batch.job import Job

        job = Job(
            load_rules("oas-2013"),
            place(source),
            {},
            place(target),
            engine=engine,
            verdicts=verdicts,
            as_of=date.fromisoformat(AS_OF),
        )
        report = job.run(lambda _: None, _none)
        assert report.read == report.assessed

    return run


def _none(rows: Any) -> Any:
    from collections import Counter

    return Counter(one.code for one in rows)


CONTESTANTS: dict[str, Callable[[str, str, bool], None]] = {
    "Polars by hand": polars_by_hand,
    "comity batch": _comity("polars", "booleans"),
    "comity batch, verdicts in words": _comity("polars", "words"),
    "DuckDB SQL by hand": duckdb_by_hand,
    "comity batch --engine duckdb": _comity("duckdb", "booleans"),
}
_IMPORTS = "import duckdb, polars, narwhals, comity.engine.batch.job, comity.engine.language.load"


def batch(rows: int, rounds: int, seed: int = 1) -> list[str]:
    """Measure whole tables, and return the lines of a report."""
    lines = [", ".join(f"{name} {version(name)}" for name in ("polars", "narwhals", "duckdb")), ""]
    with tempfile.TemporaryDirectory() as name:
        for ranges in (False, True):
            source = Path(name) / f"{ranges}.parquet"
            write_situations(source, rows, ranges, seed)
            found: dict[str, list[tuple[float, float]]] = {one: [] for one in CONTESTANTS}
            for number in range(rounds):
                order = [*CONTESTANTS]
                for one in (*order[number % len(order) :], *order[: number % len(order)]):
                    found[one].append(_process(one, str(source), str(Path(name) / "out.parquet"), ranges))
                    if number == 0:
                        (Path(name) / "out.parquet").rename(Path(name) / f"{order.index(one)}.parquet")
            lines += [
                f"{rows:,} situations, {'ranges' if ranges else 'points'}, Parquet to Parquet:",
                "",
                "| | s, median | million rows/s | peak MB | times Polars by hand | times DuckDB by hand |",
                "| --- | ---: | ---: | ---: | ---: | ---: |",
            ]
            for one, taken in found.items():
                seconds, memory = median(time for time, _ in taken), max(peak for _, peak in taken)
                ratios = [
                    median(theirs / own for (own, _), (theirs, _) in zip(taken, found[other], strict=True))
                    for other in ("Polars by hand", "DuckDB SQL by hand")
                ]
                speeds = " | ".join(f"{ratio:.2f}" for ratio in ratios)
                lines.append(f"| {one} | {seconds:.2f} | {rows / seconds / 1e6:.1f} | {memory:.0f} | {speeds} |")
            lines += ["", f"Rows answered unlike Polars by hand: {_unlike(Path(name))}.", ""]
    return lines


def _unlike(folder: Path) -> str:
    import polars as pl

    base = pl.read_parquet(folder / "0.parquet").sort("id")
    told = []
    for number, name in enumerate(CONTESTANTS):
        if "words" in name:
            continue
        other = pl.read_parquet(folder / f"{number}.parquet").sort("id").select(base.columns)
        same = pl.all_horizontal(base[one].eq_missing(other[one]) for one in base.columns)
        told.append(f"{name} {base.height - int(pl.select(same.sum()).item())}")
    return ", ".join(told[1:])


def _process(name: str, source: str, target: str, ranges: bool) -> tuple[float, float]:
    code = f"{_IMPORTS}\nfrom benchmarks.batch import one\none({name!r}, {source!r}, {target!r}, {ranges})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, memory = json.loads(done.stdout)
    return seconds, memory


def one(name: str, source: str, target: str, ranges: bool) -> None:
    """Run a contestant once, and print its seconds and its peak of memory in MB."""
    start = perf_counter()
    CONTESTANTS[name](source, target, ranges)
    print(json.dumps([perf_counter() - start, _peak()]))


def _peak() -> float:
    """Return the peak of this process's memory in MB: its own alone, where Linux tells (a child inherits the other)."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
