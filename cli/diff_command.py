"""`comity diff`."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from comity.cli.common import (
    complain,
    complete_rule_sets,
    emit,
    format_option,
    in_colour,
    output_option,
    parse_date,
    stop,
)

if TYPE_CHECKING:
    from comity.cli.revisions import Folder
    from comity.engine.checking.difference import Change, Comparison
    from comity.engine.language.model import RuleSet
    from comity.engine.language.source import Document

_CASES = ".cases.yaml"


@click.command("diff")
@click.argument("old", metavar="OLD", shell_complete=complete_rule_sets)
@click.argument("new", metavar="NEW", shell_complete=complete_rule_sets)
@click.option("--reading", metavar="ID", help="Compare under this reading.  [default: the default one of each]")
@click.option("--as-of", metavar="DATE", callback=parse_date, help="Ask on this day.  [default: see above]")
@click.option("--situations", multiple=True, metavar="PATH", help="Compare these situations and cases instead.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="STEPS",
    help="Steps of the solver for one question.  [default: 20000000]",
)
@format_option("text", "json", "markdown")
@output_option
@click.option("--exit-code", is_flag=True, help="Exit with 1 if anything differs or is not decided.")
def command(
    old: str,
    new: str,
    reading: str | None,
    as_of: date | None,
    situations: tuple[str, ...],
    limit: int | None,
    format_: str,
    output: str | None,
    exit_code: bool,
) -> None:
    """Report what a change of rules changes: with the smallest situation that shows it.

    OLD and NEW are rule sets: a folder, a built-in id, or a folder in a git revision, written REV:PATH. A revision
    alone means the folder of the other side. Each context and measure is met in the same complete situations as
    before, in more, in less, or in some that cannot be compared, on the last day of the year of the latest source, or
    with dated parameters on the first day of each interval. The cases of both sides, and the built-in situations of a
    built-in rule set, are compared as they stand; one without a date is taken on that of --as-of.

    \b
    comity diff main:rules/my-rules rules/my-rules
    comity diff HEAD rules/my-rules --format markdown
    comity diff HEAD~1 HEAD:rules/my-rules --exit-code
    """
    from comity.engine.checking.claims import Under
    from comity.engine.checking.difference import Comparison
    from comity.engine.checking.edits import edits
    from comity.engine.checking.flips import flips, told
    from comity.engine.report.difference import Difference, to_json, to_text
    from comity.engine.translation.solver import LIMIT

    before, after = _side(old, new), _side(new, old)
    if before.rules is None or after.rules is None:
        stop(1)
    for which, rules in (("OLD", before.rules), ("NEW", after.rules)):
        _check_reading(reading, which, rules)
    comparison = Comparison(Under(before.rules, reading), Under(after.rules, reading))
    stored = _named(situations) if situations else [*_built_in(after.rules), *after.cases, *before.cases]
    changes: list[Change] = []
    one = Difference(
        before.name,
        after.name,
        comparison.old,
        comparison.new,
        (),
        flips(told(stored, as_of), comparison.old, comparison.new),
        tuple(edits(before.rules, after.rules)),
    )
    try:
        for change in _changes(comparison, as_of, limit or LIMIT):
            changes.append(change)  # noqa: PERF402  # not `extend`: what is there when somebody interrupts is not lost
    except KeyboardInterrupt:
        if format_ == "text":
            rest = [comparison.unasked(name, "interrupted") for name in [*comparison.kinds][len(changes) :]]
            answered = f"interrupted: {len(changes)} of {len(comparison.kinds)} compared\n"
            emit(to_text(one._replace(changes=(*changes, *rest))) + answered, None)
        raise
    one = one._replace(changes=tuple(changes))
    if format_ == "markdown":
        from comity.engine.report.difference_markdown import to_markdown

        report = to_markdown(one)
    else:
        report = to_json(one) if format_ == "json" else to_text(one, in_colour(output))
    emit(report, output)
    if exit_code and one.differs:
        stop(1)


def _changes(comparison: "Comparison", as_of: date | None, limit: int) -> "Iterator[Change]":
    """Yield what became of each conclusion; on a terminal, standard error shows which is being looked at."""
    touched = {name: number for number, name in enumerate(comparison.touched, 1)}
    try:
        for name in comparison.kinds:
            if name in touched:
                _progress(f"comparing {touched[name]} of {len(touched)}: {name}")
            yield comparison.change(name, as_of, limit)
    finally:
        _progress("")


def _progress(text: str) -> None:
    """Show what is being done in the line of the terminal that the next one overwrites."""
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        click.echo(f"\r\x1b[K{text}", nl=False, err=True)


class _Side(NamedTuple):
    """One of the two rule sets, None if it cannot be used, with its cases and its name."""

    name: str
    rules: "RuleSet | None"
    cases: "Sequence[Document]"


def _side(name: str, other: str) -> _Side:
    """Return the rule set that `name` means, and print what is wrong with it; `other` is what the other side means."""
    from comity.cli.revisions import folder_at, folder_then, is_revision
    from comity.engine.builtin import find_rule_set, rule_set_ids
    from comity.engine.language.diagnostic import did_you_mean

    path, beside = find_rule_set(name), find_rule_set(other)
    if path.exists():
        return _on_disk(name, path)
    if ":" in name:
        return _in_git(folder_at(name))
    here = beside if beside.is_dir() else Path()
    for one in (name,) if beside.is_dir() or ":" in other else (name, other):
        if not is_revision(one, here):
            known = rule_set_ids()
            hint = did_you_mean(one, known) or f"built in: {', '.join(known)}"
            raise click.BadParameter(f"there is no rule set or revision `{one}`; {hint}")
    if beside.is_dir():
        return _in_git(folder_then(name, beside))
    if ":" in other:
        return _in_git(folder_at(f"{name}:{other.partition(':')[2]}"))
    raise click.BadParameter(f"`{name}` is a revision: say of which folder, like `{name}:rules/my-rules`")


def _on_disk(name: str, folder: Path) -> _Side:
    from comity.engine.language.diagnostic import is_error
    from comity.engine.language.files import yaml_files
    from comity.engine.language.load import load_rule_set

    loaded = load_rule_set(folder)
    complain(loaded.diagnostics)
    files = [] if any(map(is_error, loaded.diagnostics)) else yaml_files(folder)
    cases = [(file, Path(name) / file.relative_to(folder)) for file in files if file.name.endswith(_CASES)]
    return _Side(name, loaded.value, [*_read(cases)])


def _in_git(folder: "Folder") -> _Side:
    from comity.cli.revisions import documents_of
    from comity.engine.language.diagnostic import Code, Diagnostic, Span
    from comity.engine.language.load import build_rule_set
    from comity.engine.language.source import Document

    found = [*documents_of(folder)]
    documents = [one for one in found if isinstance(one, Document)]
    cases = [one for one in documents if one.file.endswith(_CASES)]
    complaints = [one for one in found if isinstance(one, Diagnostic)]
    if not found:
        message = f"`{folder.shown}` holds no rule set: there is no `*.yaml` file in it"
        at = Span(folder.shown, 1, 1)
        complaints.append(Diagnostic(at, Code.NOTHING_TO_CHECK, message, "give the folder of one rule set"))
    own = [one for one in complaints if not one.at.file.endswith(_CASES)]
    loaded = build_rule_set([one for one in documents if one not in cases], folder.shown, own)
    complain(loaded.diagnostics)
    complain(one for one in complaints if one not in own)
    return _Side(folder.shown, loaded.value, cases)


def _read(files: Iterable[tuple[Path, Path]]) -> "Iterator[Document]":
    """Yield the documents in some files, each under another name; print what is wrong with the others."""
    from comity.engine.language.files import read_bytes, shown
    from comity.engine.language.source import Document, read

    for path, name in files:
        data = read_bytes(path)
        document = read(data, shown(name)) if isinstance(data, bytes) else [data]
        if isinstance(document, Document):
            yield document
        else:
            complain(document)


def _check_reading(reading: str | None, which: str, rules: "RuleSet") -> None:
    from comity.engine.language.diagnostic import did_you_mean

    if reading is not None and reading not in rules.readings:
        hint = did_you_mean(reading, rules.readings) or f"readings: {', '.join(rules.readings) or 'none'}"
        raise click.BadParameter(f"{which} has no reading `{reading}`; {hint}", param_hint="--reading")


# --- what is compared as it stands ------------------------------------------------------------------------------------


def _built_in(rules: "RuleSet") -> "list[Document]":
    """Return the built-in situations, if they are made for a rule set of this id."""
    from comity.engine.builtin import rule_set_ids, situations_folder
    from comity.engine.language.files import yaml_files

    folder = situations_folder()
    files = yaml_files(folder) if rules.id in rule_set_ids() else []
    return [*_read((file, Path(folder.parent.name, folder.name) / file.relative_to(folder)) for file in files)]


def _named(paths: Iterable[str]) -> "list[Document]":
    """Return the situations and cases that --situations means: files, built-in ids, and all below a folder."""
    from comity.engine.builtin import find_situation
    from comity.engine.checking.flips import told
    from comity.engine.language.files import yaml_files

    files: list[Path] = []
    for name in paths:
        path = find_situation(name)
        if not path.exists():
            raise click.BadParameter(f"there is no situation, file or folder `{name}`", param_hint="--situations")
        files += yaml_files(path) if path.is_dir() else [path]
    every = [*dict.fromkeys(files)]
    documents = [*_read(zip(every, every, strict=True))]
    if len(documents) < len(every):
        stop(1)
    if not told(documents):
        raise click.BadParameter("there is no situation and no case in what is named", param_hint="--situations")
    return documents
