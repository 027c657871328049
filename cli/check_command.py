"""`comity check`."""

from collections import Counter

import click

from comity.cli.common import emit, format_option, output_option, rules_option, stop


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH...]")
@rules_option
@format_option("text", "json")
@output_option
def command(paths: tuple[str, ...], rules: str, format_: str, output: str | None) -> None:
    """Report everything that is wrong with rule sets, situations and cases.

    A PATH is a file or a folder. A folder with a `rule-set.yaml` is a rule set, and the cases in it are checked with
    it; other files are situations or cases under --rules. Without a PATH, what is built in is checked. The exit code
    is 1 if anything is wrong, or if there is nothing to check.

    \b
    comity check
    comity check my-rules/
    comity check my-situation.yaml --rules my-rules/
    """
    from comity.cli.collecting import collect_paths
    from comity.engine.checking.collect import has_errors
    from comity.engine.report.diagnostics import counted, diagnostics_json, summary

    found = collect_paths(paths, rules)
    diagnostics = [one for each in found for one in each.diagnostics]
    checked = Counter(each.kind for each in found)
    if format_ == "json":
        emit(diagnostics_json(diagnostics, dict(sorted(checked.items()))), output)
    else:
        nouns = {"rule-set": "rule set", "cases": "file"}
        parts = [
            counted(number, nouns.get(kind, kind)) + (" of cases" if kind == "cases" else "")
            for kind, number in sorted(checked.items())
        ]
        lines = [*map(str, diagnostics), summary(diagnostics, ", ".join(parts) or "nothing")]
        emit("\n".join(lines) + "\n", output)
    if has_errors(found) or not found:
        stop(1)
