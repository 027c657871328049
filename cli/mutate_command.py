"""`comity mutate`."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.cli.common import (
    complain,
    emit,
    format_option,
    output_option,
    parse_date,
    rules_option,
    stop,
    write_atomically,
)

if TYPE_CHECKING:
    from comity.engine.checking.mutation import Mutation, Survivor
    from comity.engine.language.model import RuleSet, Situation


@click.command("mutate")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH...]")
@rules_option
@click.option(
    "--as-of",
    callback=parse_date,
    metavar="DATE",
    help="The day of the missing cases.  [default: the days of `comity prove`]",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="STEPS",
    help="Steps of the solver for one question.  [default: 20000000]",
)
@click.option(
    "--cases",
    "most",
    type=click.IntRange(0),
    metavar="NUMBER",
    default=100,
    show_default=True,
    help="Work out so many missing cases, and no more.",
)
@click.option("--write", is_flag=True, help="Add the missing cases to the rule set's files of cases.")
@format_option("text", "json")
@output_option
def command(
    paths: tuple[str, ...],
    rules: str,
    as_of: date | None,
    limit: int | None,
    most: int,
    write: bool,
    format_: str,
    output: str | None,
) -> None:
    """Change the rules in one place at a time, and report what no case notices.

    A change that no case notices is a case that is missing: it is printed, ready to paste. What is proved to be the
    same in every situation does not count. A PATH is read as by `comity test`; without one, what is built in is
    changed. The rules themselves stay as they are. The exit code is 1 if a change goes unnoticed, if a case fails or a
    file cannot be used, or if there is nothing to change.

    With --write, the missing cases are added to rule sets that a PATH names: at the end of the file of cases beside
    the file that they are about. They expect what the rules say now, so read them before you keep them.

    \b
    comity mutate
    comity mutate my-rules/
    comity mutate my-rules/ my-situations/ --rules my-rules/ --write
    """
    from comity.cli.collecting import collect_paths
    from comity.cli.coverage_command import by_rules
    from comity.engine.checking.cases import run_case
    from comity.engine.checking.collect import has_errors
    from comity.engine.checking.mutation import Interrupted, mutate
    from comity.engine.report.words import counted
    from comity.engine.translation.solver import LIMIT

    if write and not paths:
        raise click.BadParameter("name a PATH: what is built in is not changed unasked", param_hint="--write")
    found = collect_paths(paths, rules)
    complain(one for each in found for one in each.diagnostics)
    run = by_rules(found, rules)
    failing = [(one, case) for one, cases in run.items() for case in cases if run_case(one, case).failures]
    if failing or has_errors(found):
        for one, case in failing:
            for failure in run_case(one, case).failures:
                click.echo(f"{failure.at}: {case.id}: {failure}", err=True)
        if failing:
            click.echo("nothing was changed: every case has to pass first", err=True)
        stop(1)
    counts = {one: len(cases) for one, cases in run.items()}
    done: dict[RuleSet, Mutation] = {}
    try:
        for one, cases in run.items():
            done[one] = mutate(one, cases, as_of, limit or LIMIT, most, _progress if sys.stderr.isatty() else None)
    except Interrupted as interrupted:  # what is there is not lost
        done[one] = interrupted.so_far
        if format_ == "text":
            emit(_text(done, counts) + f"interrupted: {len(done)} of {counted(len(run), 'rule set')} looked at\n", None)
        raise
    emit(_document(done, counts) if format_ == "json" else _text(done, counts), output)
    if write:
        homes = {each.rules: each.path for each in found if each.kind == "rule-set" and each.rules is not None}
        for one, mutation in done.items():
            if one in homes:
                _write(one, mutation, homes[one])
            elif mutation.missing:
                click.echo(f"{one.id}: no PATH names this rule set, so no case was added", err=True)
    if not any(mutation.mutants for mutation in done.values()):
        click.echo("there is nothing to change", err=True)
        stop(1)
    if any(mutation.killed < mutation.relevant for mutation in done.values()):
        stop(1)


def _progress(done: int, of: int) -> None:
    end = "\n" if done + 1 == of else ""
    click.echo(f"\rlooking at survivor {done + 1} of {of}{end}", err=True, nl=False)


def _text(done: "dict[RuleSet, Mutation]", counts: "dict[RuleSet, int]") -> str:
    from comity.engine.report.words import counted

    lines: list[str] = []
    for rules, mutation in done.items():
        for case, survivors in mutation.missing:
            lines += [_line(survivor) for survivor in survivors]
            lines += ["    the missing case:", *_case(rules, case, survivors), ""]
        told = {one.mutant for _, survivors in mutation.missing for one in survivors}
        others = [one for one in mutation.survivors if one.mutant not in told and one.comparison.result != "equivalent"]
        lines += [_line(survivor) for survivor in others]
        equivalent, partly = len(mutation.of("equivalent")), len(mutation.of("partly"))
        lines += [
            f"{rules.id} {rules.version}: {counted(mutation.mutants, 'mutant')}, {mutation.killed} killed by "
            f"{counted(counts[rules], 'case')}, {len(mutation.of('differs'))} unnoticed, "
            f"{equivalent} the same in every situation, {len(mutation.of('undecided'))} undecided",
            f"unnoticed only where facts are missing or estimated: {partly}",
            f"mutation score: {mutation.score:g} % of {counted(mutation.relevant, 'mutant')} that say something else",
        ]
    return "\n".join(lines) + "\n" if lines else "there is nothing to change\n"


def _line(survivor: "Survivor") -> str:
    mutant, comparison = survivor.mutant, survivor.comparison
    where = f"{mutant.at}: {mutant.place}" + (f" (reading {mutant.reading})" if mutant.reading else "")
    if comparison.result == "undecided":
        return (
            f"{where}: {mutant.change}: no case notices, and whether it matters is undecided: {comparison.answer.why}"
        )
    only = " where facts are missing or estimated" if comparison.result == "partly" else ""
    return f"{where}: {mutant.change}: no case notices{only}"


def _name(survivors: "Sequence[Survivor]") -> str:
    """Return a name for a missing case: what it notices."""
    mutant = survivors[0].mutant
    return f"notices {mutant.place}: {mutant.change.replace('`', '')}"


def _case(rules: "RuleSet", case: "Situation", survivors: "Sequence[Survivor]") -> list[str]:
    from comity.engine.report.witnesses import case_lines

    assert case.as_of is not None
    expect = {one.id: one.word for one in case.expect}
    return case_lines(rules, case.facts, case.as_of, _name(survivors), expect, case.reading)


def _write(rules: "RuleSet", mutation: "Mutation", home: Path) -> None:
    """Add the missing cases to the files beside what they are about, and say so."""
    added: dict[Path, list[str]] = {}
    for case, survivors in mutation.missing:
        at = Path(survivors[0].mutant.at.file)
        file = at.with_name(f"{at.stem}.cases.yaml") if at.name != "rule-set.yaml" else home / "readings.cases.yaml"
        added.setdefault(file, []).extend(_case(rules, case, survivors))
    for file, lines in added.items():
        before = file.read_bytes().decode("utf-8") if file.exists() else "cases:\n"
        text = _appended(before, lines)
        if text is None:
            click.echo(f"{file}: its cases are not a plain list, so none was added", err=True)
            continue
        write_atomically(file, text, "--write")
        click.echo(f"{file}: added {sum(line.startswith('  - name:') for line in lines)}", err=True)


def _appended(text: str, lines: list[str]) -> str | None:
    """Return the text of a file of cases with more of them at its end; None if that cannot be done line by line."""
    from comity.engine.language.source import Document, Mapping, Sequence as Items, read

    document = read(text.encode(), "")
    if not isinstance(document, Document) or not isinstance(document.root, Mapping):
        return text + "\n".join(lines) + "\n" if text == "cases:\n" else None
    items = document.root.entries.get("cases")
    if [*document.root.keys] != ["cases"] or not isinstance(items, Items) or not items.items:
        return text + "\n".join(lines) + "\n" if text == "cases:\n" else None
    indent = items.items[0].column - 3  # where the dash stands
    if indent < 0 or text.splitlines()[items.items[0].line - 1][indent : indent + 1] != "-":
        return None
    shifted = [" " * indent + line[2:] for line in lines]
    end = "\r\n" if "\r\n" in text else "\n"
    after = text if text.endswith("\n") else text + end
    return after + end.join(shifted) + end


def _document(done: "dict[RuleSet, Mutation]", counts: "dict[RuleSet, int]") -> str:
    from comity.engine.report.json_text import json_text

    def survivor(one: "Survivor") -> dict[str, Any]:
        return {
            **one.mutant.at._asdict(),
            "place": one.mutant.place,
            "reading": one.mutant.reading,
            "kind": one.mutant.kind,
            "change": one.mutant.change,
            "result": one.comparison.result,
            "why": one.comparison.answer.why,
        }

    sets = [
        {
            "rule_set": {"id": rules.id, "version": rules.version},
            "cases": counts[rules],
            "mutants": mutation.mutants,
            "killed": mutation.killed,
            "equivalent": len(mutation.of("equivalent")),
            "score": mutation.score,
            "survivors": [survivor(one) for one in mutation.survivors],
            "missing": [
                {"kills": [one.mutant.change for one in survivors], "case": "\n".join(_case(rules, case, survivors))}
                for case, survivors in mutation.missing
            ],
        }
        for rules, mutation in done.items()
    ]
    return json_text({"format": "comity-mutate/1", "rule_sets": sets})
