"""`comity coverage`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from comity.cli.common import complain, emit, find_rules, format_option, output_option, rules_option, stop

if TYPE_CHECKING:
    from comity.engine.checking.collect import Collected
    from comity.engine.checking.coverage import Goal
    from comity.engine.language.model import RuleSet, Situation

_KINDS = {"verdict": "verdicts", "branch": "branches", "boundary": "boundaries"}


@click.command("coverage")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH...]")
@rules_option
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 if less than this is reached in all.",
)
@format_option("text", "json")
@output_option
def command(paths: tuple[str, ...], rules: str, fail_under: float | None, format_: str, output: str | None) -> None:
    """Report what situations and cases with expectations do not reach of their rules.

    That is: a verdict that never comes out, a part of a condition on which nothing turns, a threshold with no value
    at it or within one step of it. A PATH is read as by `comity test`; without one, what is built in is run. The exit
    code is 1 if less than --fail-under is reached, if a file cannot be used, or if there is nothing to run.

    \b
    comity coverage
    comity coverage my-rules/ --fail-under 90
    comity coverage my-rules/ my-situations/ --rules my-rules/ --format json
    """
    from comity.cli.collecting import collect_paths
    from comity.engine.checking.collect import has_errors
    from comity.engine.checking.coverage import coverage, percent

    found = collect_paths(paths, rules)
    complain(one for each in found for one in each.diagnostics)
    run = by_rules(found, rules)
    goals = {one: coverage(one, situations) for one, situations in run.items()}
    every = [goal for some in goals.values() for goal in some]
    total = percent(every)
    counts = {one: len(situations) for one, situations in run.items()}
    emit(_document(goals, counts, total) if format_ == "json" else _text(goals, counts), output)
    if not any(counts.values()):
        click.echo("there is nothing to run", err=True)
        stop(1)
    if fail_under is not None and sum(goal.reached for goal in every) * 100 < fail_under * len(every):
        click.echo(f"{total:g} % is reached, less than {fail_under:g} %", err=True)
        stop(1)
    if has_errors(found):
        stop(1)


def by_rules(found: "Sequence[Collected]", rules: str) -> "dict[RuleSet, list[Situation]]":
    """Return the situations with expectations by the rule set that they are under; `rules` is what --rules says.

    What was loaded both as a rule set of its own and for other files is one rule set.
    """
    folders = {each.path.resolve(): each.rules for each in found if each.kind == "rule-set" and each.rules is not None}
    gathered: dict[RuleSet, list[Situation]] = {one: [] for one in folders.values()}
    for each in found:
        situations = [one for one in each.situations if one.expect]
        if each.rules is not None and situations:
            known = each.rules if each.rules in gathered else folders.get(find_rules(rules).resolve(), each.rules)
            gathered.setdefault(known, []).extend(situations)
    return gathered


def _text(goals: "Mapping[RuleSet, Sequence[Goal]]", cases: "Mapping[RuleSet, int]") -> str:
    lines = []
    for rules, some in goals.items():
        lines += [f"{goal.at}: {goal.missing}" for goal in some if not goal.reached]
        lines.append(f"{rules.id}, by {cases[rules]} situations and cases:")
        lines += [f"  {name:<10}  {_share(part)}" for name, part in _parts(some).items()]
    return "".join(f"{line}\n" for line in lines)


def _parts(goals: "Sequence[Goal]") -> "dict[str, Sequence[Goal]]":
    """Return the goals of each kind, and all of them."""
    kinds: dict[str, Sequence[Goal]] = {
        name: [goal for goal in goals if goal.kind == kind] for kind, name in _KINDS.items()
    }
    return {**kinds, "total": goals}


def _share(goals: "Sequence[Goal]") -> str:
    from comity.engine.checking.coverage import percent

    reached = sum(goal.reached for goal in goals)
    return f"{reached:>6} of {len(goals):>6}  {percent(goals):>5.1f} %"


def _document(goals: "Mapping[RuleSet, Sequence[Goal]]", cases: "Mapping[RuleSet, int]", total: float) -> str:
    """Return the document `comity-coverage/1`."""
    from comity.engine.checking.coverage import percent
    from comity.engine.report.json_text import json_text

    rule_sets: list[dict[str, Any]] = []
    for rules, some in goals.items():
        shares = {
            name: {"reached": sum(goal.reached for goal in part), "of": len(part), "percent": percent(part)}
            for name, part in _parts(some).items()
        }
        missing = [
            {
                **goal.at._asdict(),
                "kind": goal.kind,
                "place": goal.place,
                "reading": goal.reading,
                "message": goal.missing,
            }
            for goal in some
            if not goal.reached
        ]
        rule_sets.append(
            {"id": rules.id, "version": rules.version, "cases": cases[rules], **shares, "missing": missing}
        )
    document = {"format": "comity-coverage/1", "percent": total, "rule_sets": rule_sets}
    return json_text(document)
