"""`comity sweep`."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from comity.cli.common import (
    as_of_option,
    check_reading,
    complain,
    emit,
    format_option,
    load_rules,
    output_option,
    parse_settings,
    reading_option,
    rules_option,
    settings_option,
    stop,
)
from comity.cli.tables import companions, place_of

if TYPE_CHECKING:
    from comity.engine.batch.chance import Distribution
    from comity.engine.batch.prepare import Ready
    from comity.engine.batch.sweep import Axis
    from comity.engine.language.model import RuleSet


@click.command("sweep")
@click.argument("situations", metavar="IN")
@click.option(
    "--over",
    multiple=True,
    metavar="NAME=LOW..HIGH:STEP",
    help="Move a parameter: 5000..50000:5000, 1y..10y:1y, or a list of values; may be repeated.",
)
@click.option("--draws", type=click.IntRange(1, 1_000_000), metavar="N", help="Draw what is not known, so many times.")
@click.option("--seed", type=int, default=1, show_default=True, help="The seed of the draws.")
@click.option(
    "--distribution",
    "distributions",
    multiple=True,
    metavar="FACT=KIND",
    help="How a fact (TABLE.COLUMN of rows) is drawn: uniform(100, 2000), triangular(800), lognormal(800, 0.5),"
    " chance(0.3), choice(open: 0.6, closed: 0.4); may be repeated.",
)
@click.option("--leave", multiple=True, metavar="FACT", help="Leave this fact unknown where it is; may be repeated.")
@click.option(
    "--only", multiple=True, metavar="ID", help="This conclusion only; may be repeated.  [default: contexts concerned]"
)
@rules_option
@reading_option
@settings_option
@as_of_option
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="NAME=FILE",
    help="The rows of a table, or the entries of a history; may be repeated.",
)
@format_option("text", "csv", "json", "html")
@output_option
def command(
    situations: str,
    over: tuple[str, ...],
    draws: int | None,
    seed: int,
    distributions: tuple[str, ...],
    leave: tuple[str, ...],
    only: tuple[str, ...],
    rules: str,
    reading: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    tables: tuple[str, ...],
    format_: str,
    output: str | None,
) -> None:
    """Show how verdicts respond: as parameters move, or as what is not known is drawn.

    With --over, parameters move over a grid, in one pass over the situations: how many meet each context under each
    setting. With --draws, ranges and unknowns are completed by chance, and the same seed gives the same draws: how
    often each verdict comes out. A range is drawn evenly, and an unknown figure from what its fact declares as
    plausible; of any other unknown --distribution has to say how, or --leave that it stays unknown. IN is what `comity
    batch` takes.

    \b
    comity sweep situations.parquet --over considerable_arrivals=5000..50000:5000
    comity sweep situations.csv --table populations=populations.csv \\
        --over protracted_population=5000..50000:5000 --over protracted_duration=1y..10y:1y --format html -o sweep.html
    comity sweep situations.csv --draws 1000 --seed 7 --only mass-influx --distribution 'arrivals=lognormal(8000, 0.5)'
    """
    from comity.engine.batch import MissingExtraError, need

    try:
        need("batch", "narwhals", "polars", "duckdb")
    except MissingExtraError as error:
        raise click.UsageError(str(error)) from error
    from comity.engine.language.diagnostic import Refused

    rule_set = load_rules(rules)
    check_reading(reading, rule_set)
    overrides = parse_settings(settings, rule_set)
    if bool(over) is (draws is not None):
        raise click.UsageError("give --over, to move parameters, or --draws, to draw what is not known")
    _known("--only", only, rule_set.conditions(reading or rule_set.default_reading))
    axes = _axes(over, rule_set)
    stated = _distributions(distributions, rule_set)
    _known("--leave", [name for name in leave if name != "all"], _paths(rule_set))
    with TemporaryDirectory(prefix="comity-") as folder:
        try:
            ready = _ready(rule_set, situations, tables, as_of, Path(folder))
            if axes:
                text = _swept(rule_set, ready, axes, only, reading, overrides, format_)
            else:
                assert draws is not None
                left = _paths(rule_set) if "all" in leave else leave
                text = _drawn(rule_set, ready, draws, seed, stated, left, only, reading, overrides, format_)
        except Refused as refused:
            complain(refused.diagnostics)
            stop(1)
    emit(text, output)


def _ready(rules: "RuleSet", situations: str, tables: tuple[str, ...], as_of: date | None, folder: Path) -> "Ready":
    """Return the situations, and what belongs to them; say how many are left out."""
    from comity.engine.batch.files import Files, alike
    from comity.engine.batch.job import names, read_names
    from comity.engine.batch.prepare import prepare

    files = Files("polars", folder, names(rules), read_names(rules))
    given = companions(tables)
    source, *others = files.open_all(place_of(situations, None, "IN"), *given.values())
    beside = {name: alike(one, source) for name, one in zip(given, others, strict=True)}
    ready = prepare(rules, source, beside, as_of)
    complain(ready.diagnostics)
    left = {(one.table, one.row, one.id) for one in ready.rejects()}
    if left:
        rows = "row" if len(left) == 1 else "rows"
        click.echo(f"{len(left):,} {rows} left out: `comity batch --rejects FILE` says which, and why", err=True)
    return ready


def _swept(
    rules: "RuleSet",
    ready: "Ready",
    axes: "list[Axis]",
    only: tuple[str, ...],
    reading: str | None,
    overrides: Mapping[str, Any],
    format_: str,
) -> str:
    from comity.engine.batch.sweep import sweep
    from comity.engine.batch.sweep_plan import dependent

    moved = [axis.parameter for axis in axes]
    concerned = dependent(rules, reading or rules.default_reading, moved)
    wanted = only or tuple(name for name in rules.contexts if name in concerned)
    if not wanted:
        hint = f"; --only takes one of: {', '.join(concerned)}" if concerned else ""
        raise click.BadParameter(f"no context looks at {' or '.join(moved)}{hint}", param_hint="--over")
    found = sweep(rules, ready.sources, ready.shape, axes, wanted, reading, overrides)
    complain(found.diagnostics)
    if not found.counts:
        stop(1)
    if format_ == "html":
        from comity.engine.report.sweep_page import to_html

        return to_html(found)
    from comity.engine.report import sweep as report

    return {"text": report.to_text, "csv": report.to_csv, "json": report.to_json}[format_](found)


def _drawn(
    rules: "RuleSet",
    ready: "Ready",
    draws: int,
    seed: int,
    stated: "dict[str, Distribution]",
    leave: Iterable[str],
    only: tuple[str, ...],
    reading: str | None,
    overrides: Mapping[str, Any],
    format_: str,
) -> str:
    from comity.engine.batch.draws import NotStatedError, draw

    try:
        found = draw(
            rules,
            ready.sources,
            ready.shape,
            draws,
            seed,
            distributions=stated,
            leave=leave,
            reading=reading,
            overrides=overrides,
            wanted=only or tuple(rules.contexts),
        )
    except NotStatedError as error:
        names = ", ".join(f"`{name}`" for name in error.names)
        raise click.UsageError(
            f"unknown in some situations, and not said how to draw: {names}; "
            "give --distribution FACT=KIND, or --leave FACT (`all`) to leave it unknown"
        ) from error
    complain(found.diagnostics)
    if not found.counts:
        stop(1)
    if format_ == "html":
        from comity.engine.report.draws_page import to_html

        return to_html(found)
    from comity.engine.report import draws as report

    return {"text": report.to_text, "csv": report.to_csv, "json": report.to_json}[format_](found)


def _axes(over: tuple[str, ...], rules: "RuleSet") -> "list[Axis]":
    from math import prod

    from comity.engine.batch.grid import MOST, axis

    found: list[Axis] = []
    for one in over:
        name, equals, text = one.partition("=")
        if not equals:
            raise click.BadParameter(f"`{one}` is not NAME=LOW..HIGH:STEP", param_hint="--over")
        _known("--over", [name], rules.parameters)
        if name in [axis.parameter for axis in found]:
            raise click.BadParameter(f"`{name}` is given twice", param_hint="--over")
        try:
            found.append(axis(rules.parameters[name], text))
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--over") from error
    if prod(len(axis.values) for axis in found) > MOST:
        raise click.BadParameter(f"up to {MOST:,} settings are tried", param_hint="--over")
    return found


def _distributions(texts: tuple[str, ...], rules: "RuleSet") -> "dict[str, Distribution]":
    from comity.engine.batch.chance import distribution

    found = {}
    for one in texts:
        name, equals, text = one.partition("=")
        if not equals:
            raise click.BadParameter(f"`{one}` is not FACT=KIND", param_hint="--distribution")
        _known("--distribution", [name], _paths(rules))
        try:
            found[name] = distribution(text)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--distribution") from error
        _fits(name, found[name], rules)
    return found


def _fits(path: str, found: "Distribution", rules: "RuleSet") -> None:
    """Complain about a distribution that is not one for a fact."""
    table, _, column = path.partition(".")
    fact = rules.facts[table].columns[column] if column else rules.facts[table]
    wanted = {"boolean": ("chance",), "choice": ("choice",), "text": ()}.get(
        fact.type, ("uniform", "triangular", "lognormal") if fact.type != "date" else ("uniform",)
    )
    if found.kind not in wanted:
        told = " or ".join(wanted) or "no distribution"
        raise click.BadParameter(f"`{path}` is a {fact.type}, which takes {told}", param_hint="--distribution")
    if fact.type == "date" and found.figures:
        raise click.BadParameter(f"`{path}` is a date, drawn from its own range", param_hint="--distribution")
    strange = [one for one in found.weights if one not in (fact.options or ())]
    if strange:
        raise click.BadParameter(f"`{strange[0]}` is no option of `{path}`", param_hint="--distribution")


def _paths(rules: "RuleSet") -> list[str]:
    """Return the facts, and the columns of tables."""
    found = [name for name, fact in rules.facts.items() if not fact.columns]
    return found + [f"{name}.{column}" for name, fact in rules.facts.items() for column in fact.columns]


def _known(option: str, names: Iterable[str], known: Iterable[str]) -> None:
    from comity.engine.language.diagnostic import did_you_mean

    known = list(known)
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"there are: {', '.join(known)}"
            raise click.BadParameter(f"there is no `{name}`; {hint}", param_hint=option)
