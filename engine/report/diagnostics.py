"""Diagnostics and test results as text and as JSON."""

import json
from collections.abc import Sequence
from typing import Any

from comity.engine.checking.cases import CaseResult
from comity.engine.language.diagnostic import Diagnostic, Severity


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


def counted(number: int, noun: str) -> str:
    """Return a number of things.

    >>> counted(1, "case"), counted(2, "case")
    ('1 case', '2 cases')
    """
    return f"{number} {noun}" + ("" if number == 1 else "s")


def diagnostics_json(diagnostics: Sequence[Diagnostic], checked: dict[str, int]) -> str:
    """Return the document `comity-check/1`."""
    found = [
        {
            "file": one.at.file,
            "line": one.at.line,
            "column": one.at.column,
            "severity": one.severity.value,
            "code": one.code.value,
            "message": one.message,
            "hint": one.hint,
        }
        for one in diagnostics
    ]
    return _text({"format": "comity-check/1", "checked": checked, "diagnostics": found})


def results_json(results: Sequence[CaseResult]) -> str:
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
            ],
        }
        for result in results
    ]
    failed = sum(bool(result.failures) for result in results)
    return _text({"format": "comity-test/1", "passed": len(results) - failed, "failed": failed, "cases": cases})


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
