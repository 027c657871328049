"""`comity prove`."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from comity.cli.common import (
    complain,
    emit,
    find_rules,
    format_option,
    output_option,
    parse_date,
    rules_option,
    stop,
)

if TYPE_CHECKING:
    from comity.engine.checking.collect import Collected
    from comity.engine.language.diagnostic import Diagnostic
    from comity.engine.language.model import Property, RuleSet
    from comity.engine.report.proofs import Shown


@click.command("prove")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH...]")
@rules_option
@click.option("--only", multiple=True, metavar="ID", help="Prove this property only; may be repeated.")
@click.option("--as-of", callback=parse_date, metavar="DATE", help="Prove it as of this day, like 2013-01-31.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="STEPS",
    help="Steps of the solver for one question.  [default: 20000000]",
)
@format_option("text", "json", "sarif", "junit", "github")
@output_option
def command(
    paths: tuple[str, ...],
    rules: str,
    only: tuple[str, ...],
    as_of: date | None,
    limit: int | None,
    format_: str,
    output: str | None,
) -> None:
    """Prove the properties that rule sets state about themselves, or show a situation in which one does not hold.

    A PATH is a rule set: its folder, one above it, or a built-in id. Without a PATH, what is built in is looked at, or
    what --rules names. Each property is proved, refuted or, where the limit was reached, undecided. A proof speaks of
    every complete situation, or of every situation where it says so, on the day that it names: that of --as-of, else
    each day from which a dated parameter has another value, else the end of the year of the latest source. The exit
    code is 1 if a property is not proved, or only because what it starts from is never met, if a rule set cannot be
    used, or if there is nothing to prove.

    \b
    comity prove
    comity prove my-rules/
    comity prove my-rules/ --only more-people --as-of 2013-01-31
    comity prove my-rules/ --format junit -o report.xml
    """
    from comity.cli.collecting import collect_paths
    from comity.engine.builtin import rules_folder
    from comity.engine.checking.collect import has_errors

    named = click.get_current_context().get_parameter_source("rules") is not ParameterSource.DEFAULT
    given = paths or (str(find_rules(rules) if named else rules_folder()),)
    found = [one for one in collect_paths(given, rules) if one.kind not in ("situation", "cases")]
    rule_sets = [one.rules for one in found if one.kind == "rule-set" and one.rules is not None]
    wanted = _wanted(rule_sets, only)
    shown: list[Shown] = []
    try:
        for one in _proved(wanted, as_of, limit):
            shown.append(one)  # noqa: PERF402  # not `extend`: what is there when somebody interrupts is not lost
    except KeyboardInterrupt:
        if format_ == "text":
            emit(_text(rule_sets, shown, f"interrupted: {len(shown)} of {len(wanted)} answered"), None)
        raise
    emit(_report(format_, given[0], found, rule_sets, shown), output)
    if has_errors(found) or not shown or any(one.word != "proved" for one in shown):
        stop(1)


def _wanted(rule_sets: "Sequence[RuleSet]", only: tuple[str, ...]) -> "list[tuple[RuleSet, Property]]":
    """Return the properties to prove, each with its rule set."""
    wanted = [(rules, one) for rules in rule_sets for one in rules.properties.values()]
    known = list(dict.fromkeys(one.id for _, one in wanted))
    for name in only:
        if rule_sets and name not in known:
            from comity.engine.language.diagnostic import did_you_mean

            hint = did_you_mean(name, known) or f"properties: {', '.join(known) or 'none'}"
            raise click.BadParameter(f"there is no property `{name}`; {hint}", param_hint="--only")
    return [(rules, one) for rules, one in wanted if not only or one.id in only]


def _proved(wanted: "Sequence[tuple[RuleSet, Property]]", as_of: date | None, limit: int | None) -> "Iterator[Shown]":
    """Yield what becomes of each property; on a terminal, standard error shows which is being looked at."""
    from comity.engine.checking.proofs import prove
    from comity.engine.checking.refutations import scenes
    from comity.engine.report.proofs import Shown
    from comity.engine.translation.solver import LIMIT

    try:
        for number, (rules, property_) in enumerate(wanted, 1):
            _progress(f"proving {number} of {len(wanted)}: {property_.id}")
            proof = prove(rules, property_, as_of, LIMIT if limit is None else limit)
            yield Shown(rules, proof, scenes(rules, proof))
    finally:
        _progress("")


def _progress(text: str) -> None:
    """Show what is being done in the line of the terminal that the next one overwrites."""
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        click.echo(f"\r\x1b[K{text}", nl=False, err=True)


def _report(
    format_: str,
    path: str,
    found: "Sequence[Collected]",
    rule_sets: "Sequence[RuleSet]",
    shown: "Sequence[Shown]",
) -> str:
    """Return the report in the form that is asked for; what it has no place for goes to standard error."""
    from comity.engine.report.diagnostics import remarks
    from comity.engine.report.proofs import junit_of_proofs, proof_remarks, proofs_json

    diagnostics = [one for each in found for one in each.diagnostics]
    root = Path.cwd().as_posix()
    if format_ in ("text", "junit"):
        complain(diagnostics)
    if not shown:
        diagnostics += _nothing(path, found)
    match format_:
        case "json":
            return proofs_json(rule_sets, shown, diagnostics)
        case "sarif":
            from importlib.metadata import version

            from comity.engine.report.sarif import sarif

            return sarif([*remarks(diagnostics), *proof_remarks(shown)], "prove", version("comity"), root)
        case "junit":
            return junit_of_proofs(shown, diagnostics, root)
        case "github":
            from comity.engine.report.github import annotations

            lines = annotations([*remarks(diagnostics), *proof_remarks(shown)], root)
            return "\n".join([*lines, _last_line(found, shown)]) + "\n"
        case _:
            return _text(rule_sets, shown, _last_line(found, shown))


def _nothing(path: str, found: "Sequence[Collected]") -> "list[Diagnostic]":
    """Return the complaint that nothing was proved, unless a complaint about a file says why."""
    from comity.engine.checking.collect import has_errors
    from comity.engine.language.diagnostic import Code, Diagnostic, Span
    from comity.engine.language.files import shown

    if has_errors(found):
        return []
    message = "there is nothing to prove: no rule set here states a property"
    return [Diagnostic(Span(shown(Path(path)), 1, 1), Code.NOTHING_TO_CHECK, message, "state one under `properties`")]


def _text(rule_sets: "Sequence[RuleSet]", shown: "Sequence[Shown]", last: str) -> str:
    from comity.engine.report.proofs import proofs_text

    return "\n".join([*proofs_text(rule_sets, shown), last]) + "\n"


def _last_line(found: "Sequence[Collected]", shown: "Sequence[Shown]") -> str:
    from comity.engine.checking.collect import has_errors
    from comity.engine.report.diagnostics import things
    from comity.engine.report.proofs import counts

    line = counts(shown) if shown else "there is nothing to prove"
    unusable = Counter(each.kind for each in found if has_errors([each]))
    return f"{line}; could not be used: {things(unusable)}" if unusable else line
