"""Diagnostics and test results as text and as JSON, and as the remarks that other programs read."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from comity.engine.checking.cases import CaseResult
from comity.engine.language.diagnostic import Diagnostic, Severity, Span
from comity.engine.report.json_text import json_text
from comity.engine.report.words import counted


class Remark(NamedTuple):
    """What a program that marks lines is told: a diagnostic, or an expectation that failed."""

    at: Span
    code: str
    message: str
    hint: str | None = None
    severity: Severity = Severity.ERROR
    subject: str | None = None

    @property
    def text(self) -> str:
        """The message, and in a second line the hint."""
        return self.message if self.hint is None else f"{self.message}\n{self.hint}"


def remarks(diagnostics: Iterable[Diagnostic], results: Iterable[CaseResult] = ()) -> Iterator[Remark]:
    """Yield a remark for each diagnostic, and for each expectation that failed."""
    for one in diagnostics:
        yield Remark(one.at, one.code.value, one.message, one.hint, one.severity, one.subject)
    for result in results:
        for failure in result.failures:
            message = f"{result.name}: {failure}"
            yield Remark(failure.at, "failed-expectation", message, subject=failure.expectation.id)
        yield from remarks(result.differing)


def absolute(file: str, root: str) -> str:
    """Return the path of `file`, which is given from the folder `root`, from the top down."""
    return posixpath.normpath(posixpath.join(root, file))


def relative(file: str, root: str) -> str | None:
    """Return the path of `file` from the folder `root` down, or None if it lies elsewhere.

    >>> relative("rules/../situations/one.yaml", "/home"), relative("../one.yaml", "/home")
    ('situations/one.yaml', None)
    """
    path, above = absolute(file, root), f"{root.rstrip('/')}/"
    if path == root:
        return "."
    return path.removeprefix(above) if path.startswith(above) else None


def summary(diagnostics: Sequence[Diagnostic], checked: str) -> str:
    """Return the last line of a check.

    >>> summary([], "1 rule set")
    'checked 1 rule set: nothing to complain about'
    """
    errors = sum(one.severity is Severity.ERROR for one in diagnostics)
    warnings = len(diagnostics) - errors
    if not diagnostics:
        return f"checked {checked}: nothing to complain about"
    found = [counted(number, noun) for number, noun in ((errors, "error"), (warnings, "warning")) if number]
    return f"checked {checked}: {' and '.join(found)}"


def things(kinds: Mapping[str, int]) -> str:
    """Return how many of each kind were collected.

    >>> things({"situation": 1, "cases": 2})
    '2 files of cases, 1 situation'
    """
    nouns = {"rule-set": "rule set", "cases": "file", "exercises": "file"}
    return ", ".join(
        counted(number, nouns.get(kind, kind)) + (f" of {kind}" if nouns.get(kind) == "file" else "")
        for kind, number in sorted(kinds.items())
    )


def diagnostics_json(diagnostics: Iterable[Diagnostic], checked: dict[str, int]) -> str:
    """Return the document `comity-check/1`."""
    return json_text({"format": "comity-check/1", "checked": checked, "diagnostics": listed(diagnostics)})


def results_json(results: Sequence[CaseResult], diagnostics: Iterable[Diagnostic]) -> str:
    """Return the document `comity-test/1`."""
    cases = [
        {
            "file": result.file,
            "line": result.at.line,
            "name": result.name,
            "expectations": result.expectations,
            "failures": [
                {"line": one.at.line, "column": one.at.column, "id": one.expectation.id, "message": str(one)}
                for one in result.failures
            ]
            + [
                {"line": one.at.line, "column": one.at.column, "id": one.subject, "message": one.message}
                for one in result.differing
            ],
        }
        for result in results
    ]
    failed = sum(result.failed for result in results)
    counts = {"passed": len(results) - failed, "failed": failed}
    return json_text({"format": "comity-test/1", **counts, "cases": cases, "diagnostics": listed(diagnostics)})


def listed(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """Return diagnostics as every document for programs lists them."""
    return [
        {
            **one.at._asdict(),
            "severity": one.severity.value,
            "code": one.code.value,
            "message": one.message,
            "hint": one.hint,
        }
        for one in diagnostics
    ]
