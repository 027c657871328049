"""Paths to what is in them: rule sets, situations and cases, each loaded and held with its diagnostics."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from comity.engine.checking.cases import CaseResult
from comity.engine.language.diagnostic import Code, Diagnostic, Span, did_you_mean, is_error
from comity.engine.language.files import entries, read_file, unreadable
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.situation import load_cases, load_situation
from comity.engine.language.source import Document, Mapping as Node_


class Collected(NamedTuple):
    """One file or folder that was loaded: a rule set, or situations and cases with the rules that they are under.

    `kind` is rule-set, situation or cases, or that of another reader. `results` are those of what was tested as it was
    read.
    """

    path: Path
    kind: str
    rules: RuleSet | None
    situations: tuple[Situation, ...]
    diagnostics: tuple[Diagnostic, ...]
    results: tuple[CaseResult, ...] = ()


ReadOther = Callable[[Path, Document, RuleSet], Collected]
"""Reads a file of a kind that this wing does not know."""


def collect(
    paths: Iterable[Path], rules: RuleSet | None, others: Mapping[str, ReadOther] | None = None
) -> Iterator[Collected]:
    """Yield everything that is found at `paths`, rule sets before what is assessed under them.

    A folder with a `rule-set.yaml` is a rule set, and the cases below it are its own. Every other file is a situation
    or cases under `rules` (None where those could not be loaded: such files are then passed over), or of another kind,
    by a key that it has: `others` are the readers of those.
    """
    for path in paths:
        if path.is_dir():
            yield from _folder(path, rules, others or {})
        else:
            yield from _file(path, rules, others or {})


def _folder(folder: Path, rules: RuleSet | None, others: Mapping[str, ReadOther]) -> Iterator[Collected]:
    found = entries(folder)
    files = [one for one in found if isinstance(one, Path)]
    homes = [file.parent for file in files if file.name == "rule-set.yaml"]
    for home in homes:
        loaded = load_rule_set(home)
        yield Collected(home, "rule-set", loaded.value, (), loaded.diagnostics)
        for file in files:
            if file.is_relative_to(home) and file.name.endswith(".cases.yaml"):
                yield from _file(file, loaded.value, {})
    for file in files:
        if not _within(file, homes):
            yield from _file(file, rules, others)
    complaints = [one for one in found if isinstance(one, Diagnostic) and not _within(Path(one.at.file), homes)]
    if not found:
        message = f"there is nothing to check in `{folder}`: no `*.yaml` file"
        complaints.append(Diagnostic(Span(str(folder), 1, 1), Code.NOTHING_TO_CHECK, message))
    if complaints:
        yield Collected(folder, "folder", None, (), tuple(complaints))


def _within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _file(file: Path, rules: RuleSet | None, others: Mapping[str, ReadOther]) -> Iterator[Collected]:
    if not file.exists():
        yield Collected(file, "file", None, (), (unreadable(str(file), "does not exist"),))
        return
    document = read_file(file)
    if not isinstance(document, Document):
        yield Collected(file, "file", rules, (), tuple(document))
        return
    keys = document.root.entries if isinstance(document.root, Node_) else {}
    other = next((reader for key, reader in others.items() if key in keys), None)
    if other is not None:
        if rules is not None:
            yield other(file, document, rules)
    elif "cases" in keys:
        if rules is not None:
            cases = load_cases(document, rules)
            yield Collected(file, "cases", rules, cases.value or (), cases.diagnostics)
    elif "situation" in keys:
        if rules is not None:
            situation = load_situation(document, rules)
            yield Collected(
                file, "situation", rules, (situation.value,) if situation.value else (), situation.diagnostics
            )
    else:
        first = next(iter(document.root.keys), "") if isinstance(document.root, Node_) else ""
        begins = "a situation begins with `situation`, cases with `cases`"
        begins += ", an exercise with `exercise`" if "exercise" in others else ""
        hint = did_you_mean(first, ("situation", "cases", *others)) or f"{begins}; check a rule set by its folder"
        message = f"this is neither a situation nor cases{' nor exercises' if 'exercise' in others else ''}"
        at = document.at(document.root)
        yield Collected(
            file,
            "file",
            rules,
            (),
            (Diagnostic(at, Code.UNKNOWN_KIND_OF_FILE, message, hint),),
        )


def has_errors(collected: Iterable[Collected]) -> bool:
    """Tell whether anything that was collected cannot be used."""
    return any(is_error(one) for each in collected for one in each.diagnostics)
