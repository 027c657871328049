"""Diagnostics and test results as JUnit XML, in the form that pytest gives it, without times and hosts.

A test case has at most one `failure` or `error`, as pytest has it: most readers pass over a second one. Its message is
the first complaint, its text all of them, each with its place.
"""

import re
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from comity.engine.checking.cases import CaseResult
from comity.engine.language.diagnostic import Diagnostic, is_error
from comity.engine.report.diagnostics import relative

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0, even escaped
_NO_TIME = "0.000"


def junit_of_check(files: Iterable[str], diagnostics: Iterable[Diagnostic], root: str) -> str:
    """Return a test case for each file, which fails if there is anything to say about the file."""
    found: dict[str, list[Diagnostic]] = {file: [] for file in files}
    for one in diagnostics:
        found.setdefault(one.at.file, []).append(one)
    suite = Element("testsuite", name="comity check")
    for file, complaints in sorted(found.items()):
        _add_file(suite, "comity.check", file, complaints, "failure", root)
    return junit_text(suite)


def junit_of_results(results: Iterable[CaseResult], diagnostics: Iterable[Diagnostic], root: str) -> str:
    """Return a test case for each situation or case, and one with an error for each file that cannot be used."""
    suite = Element("testsuite", name="comity test")
    add_unusable(suite, "comity.test", diagnostics, root)
    for result in results:
        case = add_case(suite, result.file, result.at.line, result.name, root)
        complaints = [(str(one), f"{one.at}: {one}") for one in result.failures]
        complaints += [(f"{one.code}: {one.message}", str(one)) for one in result.differing]
        add_complaints(case, "failure", complaints)
    return junit_text(suite)


def add_unusable(suite: Element, classname: str, diagnostics: Iterable[Diagnostic], root: str) -> None:
    """Add a test case with an error for each file that cannot be used, in the order in which they are complained of."""
    found: dict[str, list[Diagnostic]] = {}
    for one in diagnostics:
        if is_error(one):
            found.setdefault(one.at.file, []).append(one)
    for file, complaints in found.items():
        _add_file(suite, classname, file, complaints, "error", root)


def add_case(suite: Element, file: str, line: int, name: str, root: str) -> Element:
    """Add a test case for something that stands in a file, and return it."""
    path = relative(file, root) or file
    return _add(suite, path.strip("/").replace("/", "."), name, path, line)


def add_complaints(case: Element, kind: str, complaints: Sequence[tuple[str, str]]) -> None:
    """Give a test case a `failure` or an `error`, by its kind, for complaints as message and text; nothing for none."""
    if complaints:
        (message, _), *others = complaints
        more = f" (and {len(others)} more)" if others else ""
        told = SubElement(case, kind, message=_allowed(message + more))
        told.text = _allowed("\n".join(text for _, text in complaints))


def junit_text(suite: Element) -> str:
    """Return a document that holds one suite, counted."""
    counts = {
        "errors": len(suite.findall("testcase/error")),
        "failures": len(suite.findall("testcase/failure")),
        "skipped": 0,
        "tests": len(suite),
    }
    suite.attrib |= {name: str(number) for name, number in counts.items()} | {"time": _NO_TIME}
    suites = Element("testsuites", name=suite.get("name", ""))
    suites.append(suite)
    indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _add_file(
    suite: Element, classname: str, file: str, complaints: Sequence[Diagnostic], kind: str, root: str
) -> None:
    path = relative(file, root) or file
    case = _add(suite, classname, path, path, complaints[0].at.line if complaints else 1)
    add_complaints(case, kind, [(f"{one.code}: {one.message}", str(one)) for one in complaints])


def _add(suite: Element, classname: str, name: str, path: str, line: int) -> Element:
    attributes = {"classname": classname, "name": name, "file": path, "line": str(line), "time": _NO_TIME}
    return SubElement(suite, "testcase", {key: _allowed(text) for key, text in attributes.items()})


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub("", text)
