"""`comity sql`."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

import click

from comity.cli.common import (
    check_reading,
    complain,
    complete_rule_sets,
    emit,
    load_rules,
    output_option,
    parse_date,
    parse_settings,
    reading_option,
    settings_option,
    stop,
)

if TYPE_CHECKING:
    from comity.engine.language.model import RuleSet
    from comity.engine.translation.columns import Shape


@click.command("sql")
@click.argument("rules", metavar="[RULES]", default="oas-2013", shell_complete=complete_rule_sets)
@click.option(
    "--dialect",
    type=click.Choice(["duckdb", "spark", "postgres"]),
    default="duckdb",
    show_default=True,
    help="Whose SQL.",
)
@reading_option
@settings_option
@click.option(
    "--as-of",
    callback=parse_date,
    metavar="DATE",
    help="One date for all (2013-01-31).  [default: the column as_of of each situation]",
)
@click.option(
    "--only",
    multiple=True,
    metavar="ID",
    help="This context, measure, criterion, form or principle only; may be repeated.  [default: contexts, measures]",
)
@click.option(
    "--range",
    "ranges",
    multiple=True,
    metavar="NAME",
    help="This figure or date is in two columns, NAME_low and NAME_high; `all` for all; may be repeated.",
)
@click.option(
    "--history",
    "histories",
    multiple=True,
    metavar="NAME",
    help="The periods of this history (FACT or TABLE.COLUMN) are a table; `all` for all; may be repeated.",
)
@click.option(
    "--given",
    multiple=True,
    metavar="NAME",
    help="This derived fact has a column, which goes before what is derived; or, of a table, there is one that is true"
    " where it is given though it has no rows; `all` for all; may be repeated.",
)
@click.option(
    "--without", multiple=True, metavar="NAME", help="There is no column or table of this name; may be repeated."
)
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="NAME=TABLE",
    help="Where `situations`, a table or a history is, as schema.table; may be repeated.",
)
@output_option
def command(
    rules: str,
    dialect: str,
    reading: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    only: tuple[str, ...],
    ranges: tuple[str, ...],
    histories: tuple[str, ...],
    given: tuple[str, ...],
    without: tuple[str, ...],
    tables: tuple[str, ...],
    output: str | None,
) -> None:
    """Print a rule set as one SQL query over tables of situations, to read and to run in a warehouse.

    A verdict is TRUE (met), FALSE (not met) or NULL (unknown). The query says in its head which columns of which tables
    it reads, and what each of its stages is. It needs the extra `sql`.

    \b
    comity sql oas-2013 --dialect postgres
    comity sql oas-2013 --only protracted --history populations.refugees --range all
    comity sql my-rules --as-of 2026-01-01 --table situations=reporting.situations -o verdicts.sql
    """
    from comity.engine.batch import MissingExtraError, need
    from comity.engine.translation.columns import plan

    rule_set = load_rules(rules)
    check_reading(reading, rule_set)
    overrides = parse_settings(settings, rule_set)
    _among("--only", only, rule_set.conditions(reading or rule_set.default_reading))
    shape = _shape(rule_set, as_of, ranges, histories, given, without)
    places = _places(tables, rule_set, shape)
    try:
        need("sql", "sqlglot")
    except MissingExtraError as error:
        raise click.UsageError(str(error)) from error
    from comity.engine.batch.sql import to_sql

    made = plan(rule_set, shape, reading, overrides, only or None)
    if made.diagnostics:
        complain(made.diagnostics)
        stop(1)
    emit(to_sql(rule_set, shape, made, dialect, reading=reading, settings=overrides, tables=places), output)


def _shape(
    rules: "RuleSet",
    as_of: date | None,
    ranges: Iterable[str],
    histories: Iterable[str],
    given: Iterable[str],
    without: Iterable[str],
) -> "Shape":
    """Return which columns there are: all that is not derived, as points, unless options say otherwise."""
    from comity.engine.translation.columns import Shape

    paths = {name: fact for name, fact in rules.facts.items() if not fact.columns}
    tables = {name: fact for name, fact in rules.facts.items() if fact.columns}
    paths |= {f"{name}.{column.name}": column for name, table in tables.items() for column in table.columns.values()}
    ranged = _chosen("--range", ranges, [path for path, fact in paths.items() if fact.value_type.ordered])
    kept = _chosen("--history", histories, [path for path, fact in paths.items() if fact.history])
    told = _chosen("--given", given, [*(path for path, fact in paths.items() if fact.derive is not None), *tables])
    absent = set(_among("--without", without, [*paths, *tables]))
    modes = {
        path: "range" if path in ranged else "point"
        for path, fact in paths.items()
        if (fact.derive is None or path in told) and path not in absent
    }
    facts = {path: mode for path, mode in modes.items() if "." not in path}
    return Shape(
        {**facts, **dict.fromkeys((name for name in tables if name in told), "point")},
        {
            name: {path.partition(".")[2]: mode for path, mode in modes.items() if path.startswith(f"{name}.")}
            for name in tables
            if name not in absent
        },
        frozenset(path for path in kept if path not in absent),
        as_of,
    )


def _chosen(option: str, names: Iterable[str], known: Iterable[str]) -> set[str]:
    known = list(known)
    return set(known) if "all" in names else set(_among(option, names, known))


def _among(option: str, names: Iterable[str], known: Iterable[str]) -> Iterable[str]:
    """Return names, or complain about one that is not known."""
    from comity.engine.language.diagnostic import did_you_mean

    known = list(known)
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"there are: {', '.join(known) or 'none'}"
            raise click.BadParameter(f"`{name}` is not among them; {hint}", param_hint=option)
    return names


def _places(tables: Iterable[str], rules: "RuleSet", shape: "Shape") -> dict[str, str]:
    """Return where tables are, by their names."""
    import re

    places = {}
    known = ["situations", *(name for name, fact in rules.facts.items() if fact.columns), *sorted(shape.histories)]
    for one in tables:
        name, equals, place = one.partition("=")
        if not equals or not re.fullmatch(r"\w+(\.\w+){0,2}", place):
            raise click.BadParameter(f"`{one}` is not NAME=TABLE", param_hint="--table")
        _among("--table", [name], known)
        places[name] = place
    return places
