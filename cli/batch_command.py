"""`comity batch`."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.common import (
    check_reading,
    complain,
    load_rules,
    parse_date,
    parse_settings,
    reading_option,
    rules_option,
    settings_option,
    stop,
    write_atomically,
)
from comity.cli.tables import companions, place_of

if TYPE_CHECKING:
    from comity.engine.batch.downloads import Download
    from comity.engine.batch.files import Place
    from comity.engine.batch.job import Report
    from comity.engine.batch.prepare import Reject

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FORMATS = ("csv", "parquet", "jsonl")


# How Polars reads, unless whoever calls says otherwise: with these, in half the memory and hardly slower.
_SPARING = {"POLARS_ROW_GROUP_PREFETCH_SIZE": "2", "POLARS_IDEAL_MORSEL_SIZE": "30000"}


@click.command("batch")
@click.argument("situations", metavar="IN")
@click.option("-o", "--output", metavar="OUT", default="-", help="Where the verdicts go.  [default: standard output]")
@rules_option
@reading_option
@settings_option
@click.option(
    "--as-of",
    callback=parse_date,
    metavar="DATE",
    help="The as-of date (2013-01-31) of all situations, in place of a column `as_of`.",
)
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="NAME=FILE",
    help="The rows of a table, or the entries of a history (`refugees`, `populations.refugees`); may be repeated.",
)
@click.option(
    "--from",
    "kind",
    type=click.Choice(("unhcr", "unhcr-asylum")),
    help="IN is a download of UNHCR's: population statistics, or asylum applications.",
)
@click.option(
    "--income", type=_FILE, metavar="FILE", help="With --from unhcr: the World Bank's income groups of hosts."
)
@click.option("--decisions", type=_FILE, metavar="FILE", help="With --from unhcr-asylum: the asylum decisions.")
@click.option(
    "--footnotes", type=_FILE, metavar="FILE", help="With --from: UNHCR's footnotes, if IN is no zip that has them."
)
@click.option("--keep", multiple=True, metavar="COLUMN", help="Carry a column of IN along; may be repeated.")
@click.option(
    "--verdicts",
    type=click.Choice(("words", "booleans")),
    default="words",
    show_default=True,
    help="Words, or true, false and nothing for unknown.",
)
@click.option("--explain", is_flag=True, help="Add the criteria that decided each context.")
@click.option("--summary", is_flag=True, help="Print how often each verdict came out, on standard error.")
@click.option("--rejects", metavar="FILE", help="Write the rows that could not be used, with reasons (.csv or .jsonl).")
@click.option(
    "--engine",
    type=click.Choice(("polars", "duckdb", "spark")),
    default="polars",
    show_default=True,
    help="What does the work; the verdicts are the same. Spark writes a folder of Parquet.",
)
@click.option(
    "--master",
    metavar="URL",
    help="With --engine spark: where it runs (local[4], spark://host:7077).  [default: local[*]]",
)
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), help="The form of IN and OUT.  [default: by name; csv]"
)
@click.pass_context
def command(
    context: click.Context,
    situations: str,
    output: str,
    rules: str,
    reading: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    tables: tuple[str, ...],
    kind: str | None,
    income: Path | None,
    decisions: Path | None,
    footnotes: Path | None,
    keep: tuple[str, ...],
    verdicts: str,
    explain: bool,
    summary: bool,
    rejects: str | None,
    engine: str,
    master: str | None,
    format_: str | None,
) -> None:
    """Assess millions of situations: tables in, verdicts out.

    IN has a situation a row: `id`, `as_of` and facts, each column called as its fact; or `x_low` and `x_high` for the
    two ends of `x`. Text says what it would say in a situation file: 20000..30000, 2008-05, true, unknown; an empty
    cell says nothing. IN and OUT are CSV, Parquet or JSON Lines (`*.parquet` takes many files), a table of a DuckDB
    file (FILE::TABLE), or `-`. A row that cannot be used is left out and stops nothing; OUT is written whole or not at
    all. The exit code is 1 if rows were left out or conclusions have no form over columns.

    \b
    comity batch situations.csv -o verdicts.csv --rejects rejects.csv
    comity batch situations.parquet -o verdicts.parquet --table populations=populations.parquet --summary
    comity batch 'years/*.parquet' -o verdicts.parquet --as-of 2013-12-31 --explain
    comity batch figures.duckdb::situations -o figures.duckdb::verdicts
    comity batch situations.parquet -o verdicts.parquet --engine spark --master spark://host:7077
    comity batch --from unhcr population.csv.gz --income income-groups.csv -o verdicts.parquet --summary
    cat situations.csv | comity batch - --table populations.refugees=stocks.csv --table populations=rows.csv
    """
    from comity.engine.batch import MissingExtraError, need

    try:
        need("batch", "narwhals", "polars", "duckdb")
    except MissingExtraError as error:
        raise click.UsageError(str(error)) from error
    for name, value in _SPARING.items():
        os.environ.setdefault(name, value)
    from comity.engine.batch.job import Job
    from comity.engine.batch.spark_session import StartError
    from comity.engine.language.diagnostic import Refused

    target = place_of(output, format_, "-o")
    if engine == "spark":
        _check_spark(target, keep)
    elif master is not None:
        raise click.UsageError("--master goes with --engine spark")
    download = _download(kind, situations, income, decisions, footnotes, bool(tables or keep or as_of))
    if kind is not None and context.get_parameter_source("rules") is click.core.ParameterSource.DEFAULT:
        from comity.engine.batch.downloads import RULES

        rules = RULES[kind]
    rule_set = load_rules(rules)
    check_reading(reading, rule_set)
    job = Job(
        rules=rule_set,
        situations=place_of("-" if download else situations, format_, "IN"),
        companions=companions(tables),
        output=target,
        engine=engine,
        master=master,
        as_of=as_of,
        reading=reading,
        overrides=parse_settings(settings, rule_set),
        verdicts=verdicts,
        explain=explain,
        summary=summary,
        keep=keep,
        download=download,
    )
    taker = _Rejects(rejects)
    try:
        report = job.run(complain, taker.take, _bar() if sys.stderr.isatty() else None)
    except Refused as refused:
        complain(refused.diagnostics)
        stop(1)
    except StartError as error:
        raise click.BadParameter(f"Spark does not start: {error}", param_hint="--master") from error
    except OSError as error:
        raise click.BadParameter(f"`{output}` cannot be written: {error.strerror or error}", param_hint="-o") from error
    _tell(report, rejects, summary)
    if report.rejected or any(one.severity == "error" for one in report.diagnostics):
        stop(1)


def _check_spark(output: "Place", keep: tuple[str, ...]) -> None:
    """Make sure that Spark is there, and can write what it is to write and name what it is to keep."""
    from comity.engine.batch import MissingExtraError
    from comity.engine.batch.folders import check_place
    from comity.engine.batch.spark_session import need_spark

    try:
        need_spark()
    except MissingExtraError as error:
        raise click.UsageError(str(error)) from error
    if output.format != "parquet" or output.path == "-":
        raise click.BadParameter("Spark writes a folder of Parquet: end its name in .parquet", param_hint="-o")
    for name in keep:
        if "." in name or "`" in name:
            raise click.BadParameter(f"Spark cannot name `{name}`: rename the column", param_hint="--keep")
    try:
        check_place(Path(output.path))
    except OSError as error:
        raise click.BadParameter(f"`{output}` cannot be written: {error}", param_hint="-o") from error


def _download(
    kind: str | None, path: str, income: Path | None, decisions: Path | None, footnotes: Path | None, more: bool
) -> "Download | None":
    """Return the download that IN is, if it is one."""
    if kind is None:
        if income is not None or decisions is not None or footnotes is not None:
            raise click.UsageError("--income, --decisions and --footnotes go with --from")
        return None
    if more:
        raise click.UsageError("--table, --keep and --as-of do not go with --from")
    if (income is not None and kind != "unhcr") or (decisions is not None and kind != "unhcr-asylum"):
        raise click.UsageError("--income goes with --from unhcr, --decisions with --from unhcr-asylum")
    if not Path(path).is_file():
        raise click.BadParameter(f"there is no file `{path}`", param_hint="IN")
    from comity.engine.batch.downloads import Download

    return Download(kind, Path(path), income, decisions, footnotes)


class _Rejects:
    """Takes rejected rows, to a file if there is one."""

    def __init__(self, path: str | None) -> None:
        self.path = path
        self.format = "csv"
        if path is not None:
            place = place_of(path, None, "--rejects")
            if place.format not in ("csv", "jsonl") or path == "-":
                raise click.BadParameter(f"`{path}` is no file of CSV or JSON Lines", param_hint="--rejects")
            self.format = place.format

    def take(self, rejects: "Iterable[Reject]") -> Counter[str]:
        """Return how often each code was given."""
        from comity.engine.batch.files import whole_lines

        counted: Counter[str] = Counter()

        def each() -> "Iterable[Reject]":
            for one in rejects:
                counted[one.code] += 1
                yield one

        if self.path is None:
            for _ in each():
                pass
        else:
            write_atomically(Path(self.path), "".join(whole_lines(each(), self.format)), "--rejects")
        return counted


def _tell(report: "Report", rejects: str | None, summary: bool) -> None:
    left = report.read - report.assessed
    text = f"{report.assessed:,} {'situation' if report.assessed == 1 else 'situations'} assessed"
    if report.rejected:
        codes = ", ".join(f"{code} {number:,}" for code, number in sorted(report.rejected.items()))
        where = f"in {rejects}" if rejects else "give --rejects FILE to see them"
        text += f", {left:,} left out ({codes}; {where})"
    click.echo(text, err=True)
    if not summary:
        return
    width = max(map(len, report.counts), default=0)
    for name, words in report.counts.items():
        counts = ", ".join(f"{word} {number:,}" for word, number in words.items())
        click.echo(f"  {name:<{width}}  {counts}", err=True)


def _bar() -> Callable[[int, int], None]:
    """Return what draws how far the work is."""

    def seen(done: int, whole: int) -> None:
        part = done / whole if whole else 1
        bar = "#" * int(30 * part)
        end = "\n" if done >= whole else ""
        click.echo(f"\r[{bar:<30}] {done:,} of {whole:,}{end}", err=True, nl=False)

    return seen
