"""`comity statistics`."""

from pathlib import Path
from typing import Any

import click

from comity.cli.common import (
    check_reading,
    complain,
    emit,
    format_option,
    in_colour,
    load_rules,
    output_option,
    parse_settings,
    settings_option,
    stop,
    width,
)


@click.group("statistics")
def command() -> None:
    """Counts of situations in published statistics.

    \b
    comity statistics protracted population.csv.gz --income income-groups.csv
    comity statistics protracted population.csv --reading sentence --years 1995..2016
    """


def parse_years(_ctx: click.Context, parameter: click.Parameter, text: str | None) -> range | None:
    """Return the years that an option gives: one, or a first and a last."""
    if text is None:
        return None
    first, dots, last = text.partition("..")
    several = parameter.name == "years"
    if not all(len(one) == 4 and one.isascii() and one.isdigit() for one in (first, last if dots else first)) or (
        bool(dots) is not several
    ):
        raise click.BadParameter(f"`{text}` is {'not years: write 1995..2016' if several else 'no year: write 2016'}")
    years = range(int(first), int(last if dots else first) + 1)
    if not years:
        raise click.BadParameter(f"{last} is before {first}")
    return years


@command.command("protracted")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reading", metavar="ID", help="`published` or `sentence`.  [default: published]")
@click.option(
    "--income",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The World Bank's income groups, with columns iso3, data_year, income_group; `published` needs it.",
)
@settings_option
@click.option("--year", callback=parse_years, metavar="Y", help="This year alone.")
@click.option("--years", callback=parse_years, metavar="A..B", help="These years.  [default: all that can be told]")
@click.option("--list", "listed", is_flag=True, help="The list of situations in the last of the years.")
@format_option("text", "csv", "markdown", "json", "svg", "html")
@output_option
def protracted(
    file: Path,
    reading: str | None,
    income: Path | None,
    settings: tuple[str, ...],
    year: range | None,
    years: range | None,
    listed: bool,
    format_: str,
    output: str | None,
) -> None:
    """Count protracted refugee situations by year, as UNHCR's Global Trends do.

    FILE is a download of UNHCR's population statistics: from the website, the API or the R package, CSV, packed with
    gzip or not, or the zip of the website. A year can be told if the four before it are in the file too.

    \b
    comity statistics protracted population.csv.gz --income income-groups.csv
    comity statistics protracted population.csv.gz --income income-groups.csv --year 2015 --list
    comity statistics protracted population.csv --reading sentence --format csv -o counts.csv
    comity statistics protracted population.csv --income income-groups.csv --format svg -o chart.svg
    """
    if year is not None and years is not None:
        raise click.UsageError("give --year or --years, not both")
    from comity.engine.batch import MissingExtraError, need

    try:
        need("batch", "narwhals", "polars")
    except MissingExtraError as error:
        raise click.UsageError(str(error)) from error
    from comity.engine.batch.income_groups import read_groups
    from comity.engine.batch.protracted_years import RULES, protracted as count
    from comity.engine.batch.unhcr import read_population
    from comity.engine.language.diagnostic import Refused

    rules = load_rules(RULES)
    check_reading(reading, rules)
    if income is None and (reading or rules.default_reading) == "published":
        raise click.UsageError(
            "the reading `published` asks for the income groups of host countries: "
            "give --income FILE, or --reading sentence"
        )
    overrides = parse_settings(settings, rules)
    try:
        population = read_population(file)
        groups = read_groups(income) if income is not None else None
    except Refused as refused:
        complain(refused.diagnostics)
        stop(1)
    complain(cell.diagnostic(file) for cell in population.bad)
    found = count(population, rules, reading, groups, overrides, year or years)
    emit(_written(found, format_, listed, output), output)
    if not found.years or population.bad:
        stop(1)


def _written(found: Any, format_: str, listed: bool, output: str | None) -> str:
    from comity.engine.report import statistics_text as statistics

    match format_:
        case "text":
            return statistics.to_text(found, listed, width(), in_colour(output))
        case "csv":
            return statistics.to_csv(found, listed)
        case "markdown":
            return statistics.to_markdown(found, listed)
        case "json":
            return statistics.to_json(found, listed)
        case "html":
            from comity.engine.report.statistics_page import to_html

            return to_html(found, listed)
    from comity.engine.report.statistics_chart import to_svg

    return to_svg(found)
