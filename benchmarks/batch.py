"""Whole tables: the course's rules over millions of situations, Parquet to Parquet, beside the same rules by hand.

Each contestant has a process of its own, so that its peak of memory is its own; what it takes is timed inside, after
the imports. All answers are compared.
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import by_hand
from benchmarks.generate import BOOLEANS, CHOICES, FIGURES, MISSING

AS_OF = "2013-01-31"
POPULATIONS = "populations.parquet"
_PART = 122_880  # rows made at once, and of a group in the file


def write_situations(path: Path, rules: str, rows: int, ranges: bool, seed: int) -> None:
    """Write situations of a rule set: figures as points, or as ranges, a fifth of all unknown."""
    import pyarrow.parquet as pq

    writer: Any = None
    for start in range(0, rows, _PART):
        make = _trends if rules == TRENDS else _course
        table = make(start, min(_PART, rows - start), ranges, Random(seed + start)).to_arrow()
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()


def _course(start: int, number: int, ranges: bool, random: Random) -> Any:
    import polars as pl

    columns: dict[str, pl.Expr] = {name: _known(random, _even(random) < 0.5) for name in BOOLEANS}
    for name, (low, high) in FIGURES.items():
        columns |= _figure(name, low, high, ranges, random)
    columns |= {name: _choice(options, random) for name, options in CHOICES.items()}
    return pl.select(pl.int_range(start, start + number).alias("id")).with_columns(**columns)


def _trends(start: int, number: int, ranges: bool, random: Random) -> Any:
    import polars as pl

    year = 2008 + (17 * _even(random)).cast(pl.Int64)
    columns = {"as_of": pl.date(year, 12, 31), "host_income_group": _choice(CHOICES["host_income_group"], random)}
    for name in ("refugees_throughout", "people_throughout"):
        columns |= _figure(name, 24_990, 25_010, ranges, random)
    return pl.select(pl.int_range(start, start + number).alias("id")).with_columns(**columns)


def _even(random: Random) -> Any:
    """Return numbers from 0 to 1, by id."""
    import polars as pl

    return (pl.col("id").hash(random.getrandbits(60)) % 2**53) / 2**53


def _known(random: Random, value: Any) -> Any:
    import polars as pl

    return pl.when(_even(random) >= MISSING).then(value)


def _figure(name: str, low: int, high: int, ranges: bool, random: Random) -> dict[str, Any]:
    import polars as pl

    value = (low + (high - low + 1) * _even(random)).cast(pl.Int64)
    if not ranges:
        return {name: _known(random, value)}
    kind = _even(random)
    wide = pl.when(kind < 2 * MISSING).then((5 * _even(random)).cast(pl.Int64)).otherwise(0)
    lowest = pl.when(kind < MISSING).then(0).otherwise(value - wide)
    return {f"{name}_low": lowest, f"{name}_high": pl.when(kind >= MISSING).then(value + wide)}


def _choice(options: Sequence[str], random: Random) -> Any:
    import polars as pl

    picked = (len(options) * _even(random)).cast(pl.Int64)
    return _known(random, picked.replace_strict(dict(enumerate(options)), return_dtype=pl.String))


def write_populations(path: Path, situations: int, seed: int) -> int:
    """Write the refugee populations of situations, from none to five each, by their ids; and return how many."""
    import polars as pl
    import pyarrow.parquet as pq

    writer: Any = None
    rows = 0
    for start in range(0, situations, _PART):
        random = Random(seed + start)
        ids = pl.select(pl.int_range(start, min(start + _PART, situations)).alias("number"))
        often = (pl.col("number").hash(random.getrandbits(60)) % 6).cast(pl.Int64)
        each = ids.select(pl.col("number").repeat_by(often)).explode("number", empty_as_null=False)
        days = pl.duration(days=(800 * _even(random)).cast(pl.Int64))
        table = (
            each.with_row_index("id")  # what chance goes by
            .select(
                "number",
                profile=_choice(("Orsan", "Calmeran", "Marish"), random),
                refugees=_known(random, (12_000 + 14_000 * _even(random)).cast(pl.Int64)),
                since=_known(random, pl.date(2007, 1, 1) + days),
            )
            .rename({"number": "id"})
            .to_arrow()
        )
        rows += table.num_rows
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()
    return rows


# --- the contestants ------------------------------------------------------------------------------------------------


Run = Callable[[str, str, bool], None]
TRENDS = "unhcr-global-trends"


def _comity(rules: str, *options: str, table: bool = False) -> Run:
    day = () if rules == TRENDS else ("--as-of", AS_OF)

    def run(source: str, target: str, ranges: bool) -> None:  # noqa: ARG001  # rules by hand ask; here the names of columns tell
        from comity.cli import main

        tables = ("--table", f"populations={Path(source).with_name(POPULATIONS)}") if table else ()
        arguments = ["batch", source, "-o", target, "--rules", rules, *day, *options, *tables]
        main(arguments, standalone_mode=False)

    return run


def _contestants(rules: str, polars: Run, duckdb: Run) -> dict[str, Run]:
    return {
        "Polars by hand": polars,
        "comity batch": _comity(rules, "--verdicts", "booleans"),
        "comity batch, verdicts in words": _comity(rules),
        "DuckDB SQL by hand": duckdb,
        "comity batch --engine duckdb": _comity(rules, "--verdicts", "booleans", "--engine", "duckdb"),
    }


CONTESTANTS = {
    "oas-2013": _contestants("oas-2013", by_hand.polars_course, by_hand.duckdb_course),
    TRENDS: _contestants(TRENDS, by_hand.polars_trends, by_hand.duckdb_trends),
}
WITH_TABLE = "comity batch --table"
SWEEPS = {"comity sweep, one setting": "10000..10000:100", "comity sweep, 100 settings": "5000..14900:100"}
_IMPORTS = (
    "import duckdb, polars, narwhals, comity.cli.batch_command, comity.engine.batch.job, comity.engine.language.load"
)


def batch(rows: int, rounds: int, seed: int = 1) -> list[str]:
    """Measure whole tables, and return the lines of a report."""
    lines = [", ".join(f"{name} {version(name)}" for name in ("polars", "narwhals", "duckdb")), ""]
    for rules in CONTESTANTS:
        for ranges in (False, True):
            with tempfile.TemporaryDirectory() as name:
                source = Path(name) / "in.parquet"
                write_situations(source, rules, rows, ranges, seed)
                lines += _compared(rules, source, rows, ranges, rounds)
                if rules != TRENDS and not ranges:
                    lines += [*_with_table(source, rows, seed), *_swept(source, rounds)]
    return lines


def _compared(rules: str, source: Path, rows: int, ranges: bool, rounds: int) -> list[str]:
    order, target = [*CONTESTANTS[rules]], source.with_name("out.parquet")
    found: dict[str, list[tuple[float, float]]] = {one: [] for one in order}
    for number in range(rounds):
        for one in (*order[number % len(order) :], *order[: number % len(order)]):
            found[one].append(_process(one, rules, source, target, ranges))
            if number == 0:
                target.rename(source.with_name(f"{order.index(one)}.parquet"))
    lines = [
        f"{rules}, {rows:,} situations, {'ranges' if ranges else 'points'}, Parquet to Parquet:",
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
    return [*lines, "", f"Rows answered unlike Polars by hand: {_unlike(source.parent, order)}.", ""]


def _with_table(source: Path, rows: int, seed: int) -> list[str]:
    populations = write_populations(source.with_name(POPULATIONS), rows, seed)
    seconds, memory = _process(WITH_TABLE, "oas-2013", source, source.with_name("out.parquet"), False)
    text = f"The same with {populations:,} refugee populations in a table, in ranges of ids: {seconds:.1f} s"
    return [f"{text}, peak {memory:.0f} MB.", ""]


def _swept(source: Path, rounds: int) -> list[str]:
    taken = [
        [_process(one, "oas-2013", source, source.with_name("out.json"), False)[0] for one in SWEEPS]
        for _ in range(rounds)
    ]
    ratio = median(many / one for one, many in taken)
    text = f"A sweep of 100 settings takes {ratio:.1f} times as long as one of one setting"
    return [f"{text}: {median(many for _, many in taken):.1f} s.", ""]


def _unlike(folder: Path, order: list[str]) -> str:
    import polars as pl

    base = pl.read_parquet(folder / "0.parquet").sort("id")
    told = []
    for number, name in enumerate(order):
        if "words" in name:
            continue
        other = pl.read_parquet(folder / f"{number}.parquet").sort("id").select(base.columns)
        same = pl.all_horizontal(base[one].eq_missing(other[one]) for one in base.columns)
        told.append(f"{name} {base.height - int(pl.select(same.sum()).item())}")
    return ", ".join(told[1:])


def _process(name: str, rules: str, source: Path, target: Path, ranges: bool) -> tuple[float, float]:
    arguments = (name, rules, str(source), str(target), ranges)
    code = f"{_IMPORTS}\nfrom benchmarks.batch import one\none{arguments!r}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory


def one(name: str, rules: str, source: str, target: str, ranges: bool) -> None:
    """Run a contestant once, and print its seconds and its peak of memory in MB."""
    others = {WITH_TABLE: _comity(rules, "--verdicts", "booleans", table=True)}
    others |= {sweep: partial(_sweep, over) for sweep, over in SWEEPS.items()}
    run = {**CONTESTANTS[rules], **others}[name]
    start = perf_counter()
    run(source, target, ranges)
    print(json.dumps([perf_counter() - start, _peak()]))


def _sweep(over: str, source: str, target: str, ranges: bool) -> None:  # noqa: ARG001  # rules by hand ask; here the names of columns tell
    from comity.cli import main

    options = ("--as-of", AS_OF, "--over", f"considerable_arrivals={over}", "--format", "json", "-o", target)
    main(["sweep", source, *options], standalone_mode=False)


def _peak() -> float:
    """Return the peak of this process's memory in MB: its own alone, where Linux tells (a child inherits the other)."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
