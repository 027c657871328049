"""`comity test`."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from comity.cli.common import complain, emit, format_option, output_option, rules_option, stop

if TYPE_CHECKING:
    from comity.engine.checking.cases import CaseResult
    from comity.engine.checking.collect import Collected
    from comity.engine.language.diagnostic import Diagnostic


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH...]")
@rules_option
@format_option("text", "json", "sarif", "junit", "github")
@output_option
def command(paths: tuple[str, ...], rules: str, format_: str, output: str | None) -> None:
    """Tell whether situations, cases and exercises come out as they expect, reasons included.

    A PATH is a situation, a file of cases (`*.cases.yaml`), a file of exercises, or a folder of these; a folder with a
    `rule-set.yaml` is a rule set with its own cases, other files are run under --rules. Without a PATH, what is built
    in is run. The exit code is 1 if an expectation fails, if a file cannot be used, or if there is nothing to test.

    \b
    comity test
    comity test my-rules/ my-situations/ --rules my-rules/
    comity test my-rules/ --format junit -o report.xml
    """
    from comity.cli.collecting import collect_paths
    from comity.engine.checking.cases import run_case
    from comity.engine.checking.collect import has_errors

    found = collect_paths(paths, rules)
    results = [
        run_case(each.rules, situation)
        for each in found
        for situation in each.situations
        if each.rules is not None and situation.expect
    ]
    results += [result for each in found for result in each.results if result.expectations]
    emit(_shown(format_, found, results), output)
    if has_errors(found) or not results or any(result.failed for result in results):
        stop(1)


def _shown(format_: str, found: "Sequence[Collected]", results: "Sequence[CaseResult]") -> str:
    """Return the report in the form that is asked for; what it has no place for goes to standard error."""
    from pathlib import Path

    from comity.engine.report.diagnostics import remarks, results_json

    diagnostics = [one for each in found for one in each.diagnostics]
    root = Path.cwd().as_posix()
    if format_ in ("text", "junit"):
        complain(diagnostics)
    if not results:
        diagnostics += _nothing(found)
    match format_:
        case "json":
            return results_json(results, diagnostics)
        case "sarif":
            from importlib.metadata import version

            from comity.engine.report.sarif import sarif

            return sarif(remarks(diagnostics, results), "test", version("comity"), root)
        case "junit":
            from comity.engine.report.junit import junit_of_results

            return junit_of_results(results, diagnostics, root)
        case "github":
            from comity.engine.report.github import annotations

            lines = [*annotations(remarks(diagnostics, results), root)]
        case _:
            lines = [f"{one.at}: {result.name}: {one}" for result in results for one in result.failures]
            lines += [str(one) for result in results for one in result.differing]
    return "\n".join([*lines, _last_line(found, results)]) + "\n"


def _nothing(found: "Sequence[Collected]") -> "list[Diagnostic]":
    """Return the complaint that nothing was tested, unless a complaint about a file says why."""
    from comity.engine.checking.collect import has_errors
    from comity.engine.language.diagnostic import Code, Diagnostic, Span
    from comity.engine.language.files import shown

    if has_errors(found):
        return []
    message = "there is nothing to test: no situation, case or exercise here says what it expects"
    return [Diagnostic(Span(shown(found[0].path), 1, 1), Code.NOTHING_TO_CHECK, message, "give it an `expect`")]


def _last_line(found: "Sequence[Collected]", results: "Sequence[CaseResult]") -> str:
    from comity.engine.checking.collect import has_errors
    from comity.engine.report.diagnostics import things
    from comity.engine.report.words import counted

    if not results:
        return "there is nothing to test"
    failed = sum(result.failed for result in results)
    verdict = (
        f"{counted(failed, 'case')} failed of {len(results)}" if failed else f"{counted(len(results), 'case')} passed"
    )
    line = f"{verdict} ({counted(sum(result.expectations for result in results), 'expectation')})"
    unusable = Counter(each.kind for each in found if has_errors([each]))
    return f"{line}; could not be used: {things(unusable)}" if unusable else line
