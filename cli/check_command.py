"""`comity check`."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.common import emit, format_option, output_option, rules_option, stop, write_atomically

if TYPE_CHECKING:
    from comity.engine.checking.collect import Collected
    from comity.engine.language.diagnostic import Diagnostic


def _codes(_ctx: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes that an option lists, in one mention or several."""
    codes = tuple(code for text in given for code in text.split(",") if code)
    if codes:
        from comity.engine.language.diagnostic import JUDGEMENTS, did_you_mean

        for code in codes:
            if code not in JUDGEMENTS:
                hint = did_you_mean(code, JUDGEMENTS) or f"one of: {', '.join(JUDGEMENTS)}"
                raise click.BadParameter(f"no check has the code `{code}`; {hint}")
    return codes


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH...]")
@rules_option
@click.option("--select", multiple=True, callback=_codes, metavar="CODE[,CODE]", help="Judge by these checks only.")
@click.option("--ignore", multiple=True, callback=_codes, metavar="CODE[,CODE]", help="Leave these checks out.")
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Pass over the warnings that this file lists.",
)
@click.option(
    "--write-baseline",
    "new_baseline",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    help="Write the warnings to this file, for --baseline, and do not report them.",
)
@click.option("--fix", is_flag=True, help="Take out what is too much, where that changes nothing.")
@format_option("text", "json", "sarif", "junit", "github")
@output_option
def command(
    paths: tuple[str, ...],
    rules: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    baseline: str | None,
    new_baseline: str | None,
    fix: bool,
    format_: str,
    output: str | None,
) -> None:
    """Report everything that is wrong with rule sets, situations, cases and exercises.

    A PATH is a file or a folder. A folder with a `rule-set.yaml` is a rule set, and the cases in it are checked with
    it; other files are situations, cases or exercises under --rules. Without a PATH, what is built in is checked. A
    rule set that can be used is also judged: what nothing needs, what lacks a source, what is never tested, and so on.
    The exit code is 1 if anything is reported, warnings included, or if there is nothing to check.

    With --fix, entries of `suppress` that accept nothing are taken out, and useless parts of conditions, if it is
    proved that no situation comes out otherwise. All else in the files stays, but for a comment that ends a line of
    which nothing is left. What was fixed is said on standard error, what is left is reported.

    \b
    comity check
    comity check my-rules/
    comity check my-situation.yaml --rules my-rules/
    comity check my-rules/ --ignore never-tested,no-basis
    comity check my-rules/ --write-baseline baseline.json
    comity check my-rules/ --baseline baseline.json
    comity check my-rules/ --fix
    """
    from comity.cli.collecting import collect_paths
    from comity.engine.checking.judge import complaints

    if fix and not paths:
        raise click.BadParameter("name a PATH: what is built in is not changed unasked", param_hint="--fix")
    while True:
        found = collect_paths(paths, rules)
        diagnostics = complaints(found, select, ignore)
        if baseline is not None:
            diagnostics = _passed_over(diagnostics, Path(baseline), found, select, ignore)
        if not fix or not _fixed(found, diagnostics):  # each time something goes, so that this ends
            break
    if new_baseline is not None:
        diagnostics = _set_aside(diagnostics, Path(new_baseline))
    emit(_shown(format_, found, diagnostics), output)
    if diagnostics or not found:
        stop(1)


def _passed_over(
    diagnostics: "list[Diagnostic]",
    baseline: Path,
    found: "Sequence[Collected]",
    select: tuple[str, ...],
    ignore: tuple[str, ...],
) -> "list[Diagnostic]":
    """Return what a baseline does not list, and what is wrong with the baseline."""
    from comity.engine.checking.baseline import read_baseline, without_baseline
    from comity.engine.language.diagnostic import JUDGEMENTS, Code
    from comity.engine.language.files import read_file
    from comity.engine.language.source import Document

    document = read_file(baseline)
    if not isinstance(document, Document):
        return [*document, *diagnostics]
    loaded = read_baseline(document, baseline.parent)
    if loaded.value is None:
        return [*loaded.diagnostics, *diagnostics]
    left_out = {*ignore, *(code for code in JUDGEMENTS if select and code not in select)}
    return without_baseline(diagnostics, loaded.value, _files(found), {*Code} - left_out)


def _fixed(found: "Sequence[Collected]", diagnostics: "Sequence[Diagnostic]") -> bool:
    """Fix what can be fixed, say so, and tell whether there was anything."""
    from comity.engine.checking.fix import fix, fixable

    wanted = fixable(diagnostics, [each.rules for each in found if each.kind == "rule-set" and each.rules is not None])
    named = {one.at.file for one in wanted}
    files = {file: path for file, path in _files(found).items() if file in named}
    changed, fixed = fix({file: path.read_bytes().decode() for file, path in files.items()}, wanted)
    for file, text in changed.items():
        write_atomically(files[file], text, "--fix")
    for one in fixed:
        click.echo(f"{one.at}: fixed[{one.code}]: {one.message}", err=True)
    return bool(fixed)


def _set_aside(diagnostics: "list[Diagnostic]", baseline: Path) -> "list[Diagnostic]":
    """Write the warnings to a baseline, and return what is left."""
    from comity.engine.checking.baseline import write_baseline
    from comity.engine.language.diagnostic import is_error

    write_atomically(baseline, write_baseline(diagnostics, baseline.parent), "--write-baseline")
    return [one for one in diagnostics if is_error(one)]


def _shown(format_: str, found: "Sequence[Collected]", diagnostics: "Sequence[Diagnostic]") -> str:
    """Return the report in the form that is asked for."""
    from comity.engine.report.diagnostics import diagnostics_json, remarks, summary, things

    checked, root = Counter(each.kind for each in found), Path.cwd().as_posix()
    match format_:
        case "json":
            return diagnostics_json(diagnostics, dict(sorted(checked.items())))
        case "sarif":
            from importlib.metadata import version

            from comity.engine.report.sarif import sarif

            return sarif(remarks(diagnostics), "check", version("comity"), root)
        case "junit":
            from comity.engine.report.junit import junit_of_check

            return junit_of_check(_files(found), diagnostics, root)
        case "github":
            from comity.engine.report.github import annotations

            lines = annotations(remarks(diagnostics), root)
        case _:
            lines = map(str, diagnostics)
    return "\n".join([*lines, summary(diagnostics, things(checked) or "nothing")]) + "\n"


def _files(found: "Sequence[Collected]") -> dict[str, Path]:
    """Return the files that were looked at, as diagnostics give them; cases of rules that cannot be used were not."""
    from comity.engine.language.files import shown, yaml_files

    looked = [each.path for each in found if each.kind not in ("rule-set", "folder")]
    for each in found:
        if each.kind == "rule-set":
            looked += [file for file in yaml_files(each.path) if not file.name.endswith(".cases.yaml")]
    return {shown(path): path for path in looked}
