"""`comity compare`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.cli.common import (
    complain,
    complete_rule_sets,
    complete_situations,
    emit,
    find_rules,
    format_option,
    in_colour,
    load_rules,
    output_option,
    parse_date,
    parse_settings,
    read_document,
    stop,
    width,
)

if TYPE_CHECKING:
    from comity.engine.assessment.comparison import Column, Comparison
    from comity.engine.language.diagnostic import Diagnostic
    from comity.engine.language.model import RuleSet, Situation
    from comity.engine.report.comparison import SideBySide
    from comity.engine.report.partings import Parting


@click.command("compare")
@click.argument("situations", nargs=-1, metavar="[SITUATION]...", shell_complete=complete_situations)
@click.option(
    "--rules",
    "named",
    multiple=True,
    metavar="ID|PATH[@READING]",
    shell_complete=complete_rule_sets,
    help="A column: a rule set, under a reading; may be repeated.  [default: oas-2013]",
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter wherever there is one.")
@click.option("--as-of", callback=parse_date, metavar="DATE", help="Move the as-of date; nothing else moves with it.")
@click.option("--explain", is_flag=True, help="Of many situations, tell each that differs in full.")
@click.option("--witness", is_flag=True, help="Also find the smallest situations in which two columns differ.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="STEPS",
    help="Steps of the solver for one question of --witness.  [default: 20000000]",
)
@format_option("text", "json", "markdown", "html")
@click.option("--fail-on-difference", is_flag=True, help="Exit with 1 if anything differs or is not decided.")
@output_option
def command(
    situations: tuple[str, ...],
    named: tuple[str, ...],
    settings: tuple[str, ...],
    as_of: date | None,
    explain: bool,
    witness: bool,
    limit: int | None,
    format_: str,
    fail_on_difference: bool,
    output: str | None,
) -> None:
    """Compare rule sets and readings: how situations come out in each, where they differ, and why.

    One --rules gives a column for each of its readings; several give one column each, under the reading named or the
    default one. One situation is told in full; of several, or of all that are built in if none is named, it is told how
    far the columns agree and which situations differ. A situation is read in the terms of the first rule set that
    declares its facts; what another one does not take of it is listed.

    With --witness, each context of two columns is proved to come out alike in every situation, or the smallest
    situations are shown in which it does not.

    \b
    comity compare dadaab-2011
    comity compare --rules oas-2013 --rules excom-100-109
    comity compare my.yaml --rules oas-2013@all --rules drafts/stricter@some-or-all
    comity compare --witness --format html -o readings.html
    """
    from comity.engine.assessment.comparison import in_full
    from comity.engine.report.comparison import SideBySide

    columns = _columns(named or ("oas-2013",), settings)
    compared = _compared(situations, columns, as_of)
    if len(compared) == 1:
        compared = [in_full(compared[0])]
    elif explain:
        compared = [in_full(one) if one.differing_contexts or one.differing_measures else one for one in compared]
    partings = tuple(_parting(*pair, as_of, limit) for pair in combinations(columns, 2)) if witness else ()
    found = SideBySide(tuple(columns), tuple(compared), partings)
    emit(_render(found, format_, output), output)
    if fail_on_difference and found.differs:
        stop(1)


def _render(found: "SideBySide", format_: str, output: str | None) -> str:
    from comity.engine.report.comparison import blocks

    if format_ == "json":
        from comity.engine.report.comparison_document import to_json

        return to_json(found)
    if format_ == "markdown":
        from comity.engine.report.blocks_markdown import to_markdown

        return to_markdown(blocks(found))
    if format_ == "html":
        from comity.engine.report.blocks_page import to_html

        return to_html(blocks(found), found.columns[0].rules.language)
    from comity.engine.report.blocks_text import to_text

    return to_text(blocks(found), width(), in_colour(output))


def _parting(one: "Column", other: "Column", as_of: date | None, limit: int | None) -> "Parting":
    from comity.engine.checking.claims import Under, days, looks_at_the_day
    from comity.engine.checking.parting import partings
    from comity.engine.report.partings import Parting
    from comity.engine.translation.solver import LIMIT

    first, second = (Under(column.rules, column.reading, column.set) for column in (one, other))
    moves = any(looks_at_the_day(column.rules, column.reading) for column in (one, other))
    asked = days([one.rules, other.rules], as_of) if moves else ()
    return Parting(one, other, tuple(partings(first, second, as_of, limit or LIMIT)), asked)


# --- columns --------------------------------------------------------------------------------------------------------


def _columns(named: Sequence[str], settings: Sequence[str]) -> "list[Column]":
    """Return the columns that --rules gives, each by a name of its own."""
    from comity.engine.assessment.comparison import Column

    loaded: dict[Path, RuleSet] = {}
    wanted: list[tuple[str, RuleSet, str | None]] = []
    for text in named:
        name, reading = _split(text)
        path = find_rules(name).resolve()
        if path not in loaded:
            loaded[path] = load_rules(name)
        rules = loaded[path]
        _check_reading(reading, name, rules)
        wanted.append((text, rules, reading or rules.default_reading))
    if len(named) == 1 and "@" not in named[0]:
        ((_, rules, _),) = wanted
        wanted = [(reading, rules, reading) for reading in rules.readings]
    if len(wanted) < 2:
        raise click.BadParameter(
            f"`{named[0]}` alone is one column: name a second rule set or reading", param_hint="--rules"
        )
    for place, (text, rules, reading) in enumerate(wanted):
        if any(one is rules and reading == other for _, one, other in wanted[:place]):
            raise click.BadParameter(f"`{text}` is there twice", param_hint="--rules")
    return [
        Column(name, rules, reading, _settings(settings, rules, [one for _, one, _ in wanted]))
        for name, (_, rules, reading) in zip(_names(wanted), wanted, strict=True)
    ]


def _split(text: str) -> tuple[str, str | None]:
    """Return the rule set and the reading that a column names."""
    from comity.engine.builtin import find_rule_set

    name, at, reading = text.rpartition("@")
    return (name, reading) if at and not find_rule_set(text).exists() else (text, None)


def _names(wanted: "Sequence[tuple[str, RuleSet, str | None]]") -> list[str]:
    """Return how columns are called: by their readings or rule sets where that tells them apart, or as typed."""
    every = [rules for _, rules, _ in wanted]
    if all(rules is every[0] for rules in every):
        return [reading or "" for _, _, reading in wanted]
    short = [f"{rules.id}@{reading}" if every.count(rules) > 1 else rules.id for _, rules, reading in wanted]
    return short if len(set(short)) == len(short) else [text for text, _, _ in wanted]


def _check_reading(reading: str | None, name: str, rules: "RuleSet") -> None:
    from comity.engine.language.diagnostic import did_you_mean

    if reading is not None and reading not in rules.readings:
        hint = did_you_mean(reading, rules.readings) or f"readings: {', '.join(rules.readings) or 'none'}"
        raise click.BadParameter(f"`{name}` has no reading `{reading}`; {hint}", param_hint="--rules")


def _settings(settings: Sequence[str], rules: "RuleSet", every: "Sequence[RuleSet]") -> Mapping[str, Any]:
    """Return the parameters that --set gives one rule set; a name that none of them has is a mistake."""

    def known(one: "RuleSet", setting: str) -> bool:
        return setting.partition("=")[0] in one.parameters

    return parse_settings(
        [one for one in settings if known(rules, one) or not any(known(each, one) for each in every)], rules
    )


# --- situations -----------------------------------------------------------------------------------------------------


def _compared(named: Sequence[str], columns: "Sequence[Column]", as_of: date | None) -> "list[Comparison]":
    """Return each situation in all columns; print what is wrong with those that no rule set can read, and exit."""
    from comity.engine.assessment.comparison import compare
    from comity.engine.builtin import situation_ids

    homes = _Homes(columns)
    read = [homes.read(name, as_of) for name in dict.fromkeys(named or situation_ids())]
    found = [compare(columns, one[0], one[1], as_of) for one in read if one is not None]
    if len(found) < len(read):
        stop(1)
    return found


class _Homes:
    """The rule sets in the terms of which a situation may be told: those compared, then those built in."""

    def __init__(self, columns: "Sequence[Column]") -> None:
        self.compared = [*{id(column.rules): column.rules for column in columns}.values()]
        self.others: list[RuleSet] | None = None

    def __iter__(self) -> "Iterator[RuleSet]":
        from comity.engine.builtin import find_rule_set, rule_set_ids
        from comity.engine.language.load import load_rule_set

        yield from self.compared
        if self.others is None:
            loaded = (load_rule_set(find_rule_set(name)).value for name in rule_set_ids())
            self.others = [rules for rules in loaded if rules is not None]
        yield from self.others

    def read(self, name: str, as_of: date | None) -> "tuple[Situation, RuleSet] | None":
        """Return a situation and the rule set that it is told for; print what is wrong if there is none."""
        from comity.engine.language.situation import load_situation

        document = read_document(name)
        if document is None:
            return None
        failed: list[tuple[Diagnostic, ...]] = []
        for rules in self:
            loaded = load_situation(document, rules, as_of)
            if loaded.value is not None:
                complain(loaded.diagnostics)
                return loaded.value, rules
            failed.append(tuple(loaded.diagnostics))
        fewest = min(failed, key=len)
        complain(fewest)
        return None
