"""`comity test`."""

import click

from comity.cli.common import complain, emit, format_option, output_option, rules_option, stop


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH...]")
@rules_option
@format_option("text", "json")
@output_option
def command(paths: tuple[str, ...], rules: str, format_: str, output: str | None) -> None:
    """Tell whether situations and cases come out as they expect, reasons included.

    A PATH is a situation, a file of cases (`*.cases.yaml`), or a folder of either; a folder with a `rule-set.yaml` is
    a rule set with its own cases, other files are run under --rules. Without a PATH, what is built in is run. The exit
    code is 1 if an expectation fails, if a file cannot be used, or if there is nothing to test.

    \b
    comity test
    comity test my-rules/ my-situations/ --rules my-rules/
    """
    from comity.cli.collecting import collect_paths
    from comity.engine.checking.cases import run_case
    from comity.engine.checking.collect import has_errors
    from comity.engine.report.diagnostics import counted, results_json

    found = collect_paths(paths, rules)
    complain(one for each in found for one in each.diagnostics)
    results = [
        run_case(each.rules, situation)
        for each in found
        for situation in each.situations
        if each.rules is not None and situation.expect
    ]
    failed = [result for result in results if result.failures]
    if format_ == "json":
        emit(results_json(results), output)
    else:
        lines = [f"{failure.at}: {result.name}: {failure}" for result in failed for failure in result.failures]
        expectations = sum(result.expectations for result in results)
        verdict = (
            f"{counted(len(failed), 'case')} failed of {len(results)}"
            if failed
            else f"{counted(len(results), 'case')} passed"
        )
        lines.append(f"{verdict} ({counted(expectations, 'expectation')})" if results else "there is nothing to test")
        emit("\n".join(lines) + "\n", output)
    if failed or not results or has_errors(found):
        stop(1)
