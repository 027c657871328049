"""What `check` and `test` print for other programs: SARIF, JUnit XML and annotations, each read by its readers' rules.

The help of SARIF rules is the first paragraph of each section of docs/diagnostics.md, kept in
`engine/report/meanings.py`. After a change of the page, write that module anew:

    COMITY_REGENERATE=1 python -m pytest tests/test_outputs.py -k meanings
"""

import json
import os
import re
import textwrap
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings, strategies as st
from jsonschema import Draft7Validator
from junitparser import Error, Failure, JUnitXml

from comity.cli import main
from comity.engine.checking.cases import CaseResult, Failure as Failed
from comity.engine.language.diagnostic import NOWHERE, Code, Diagnostic, Severity, Span
from comity.engine.language.model import Expectation
from comity.engine.report.diagnostics import Remark, absolute, remarks
from comity.engine.report.github import annotations
from comity.engine.report.junit import junit_of_check, junit_of_results
from comity.engine.report.meanings import MEANINGS
from comity.engine.report.sarif import sarif
from tests.tiny import BROKEN, ONE, RULES, WRONG

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "diagnostics.md"
SCHEMA = json.loads((ROOT / "tests" / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
_SARIF = Draft7Validator(SCHEMA)
HOME = "/home/rules"


def validate(log: Any) -> None:
    """Check a log against the official schema, and what the schema cannot say: that each result's rule is its own."""
    assert [error.message for error in _SARIF.iter_errors(log)] == []
    for run in log["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert [rules[one["ruleIndex"]] for one in run["results"]] == [one["ruleId"] for one in run["results"]]
        assert sorted({*rules}) == rules == sorted({one["ruleId"] for one in run["results"]})


# --- the help of rules ------------------------------------------------------------------------------------------------


def _meanings() -> dict[str, str]:
    """Return the first paragraph of every section of the page."""
    sections = re.findall(r"^### `([a-z0-9-]+)`\n\n(.*?)\n\n", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    return {code: " ".join(text.split()) for code, text in sections}


def _source(table: dict[str, str]) -> str:
    """Return the module that holds `table`, formatted as ruff formats it."""
    lines = [
        '"""What each diagnostic means, in the words of docs/diagnostics.md, which no wheel holds."""',
        "",
        "MEANINGS = {",
    ]
    for code, text in table.items():
        line = f"    {_quoted(code)}: {_quoted(text)},"
        if len(line) <= 120:
            lines.append(line)
        else:
            parts = textwrap.wrap(text, 108, break_on_hyphens=False, break_long_words=False)
            parts = [*(f"{part} " for part in parts[:-1]), parts[-1]]
            lines += [f"    {_quoted(code)}: (", *(f"        {_quoted(part)}" for part in parts), "    ),"]
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return repr(text) if '"' in text else f'"{text}"'


def test_the_meanings_of_the_codes_are_those_of_the_page() -> None:
    module, source = ROOT / "engine" / "report" / "meanings.py", _source(_meanings())
    if os.environ.get("COMITY_REGENERATE"):
        module.write_text(source, encoding="utf-8")
    assert module.read_text(encoding="utf-8") == source


# --- any remark -------------------------------------------------------------------------------------------------------

# A document holds no surrogates; a path, as diagnostics show it, holds printable characters only.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NAMES = st.text(
    st.characters(exclude_categories=["C", "Z"]) | st.sampled_from("/. %:,'\"#?&{}"), min_size=1, max_size=20
)
FILES = NAMES | st.builds("{}/{}".format, st.just(HOME), NAMES) | st.sampled_from(["..", "../a b.yaml", ".", "a:b"])
SPANS = st.builds(Span, FILES, st.integers(1, 10**6), st.integers(1, 10**4))
DIAGNOSTICS = st.builds(
    Diagnostic,
    SPANS,
    st.sampled_from([*map(Code, MEANINGS)]),
    TEXTS,
    st.none() | TEXTS,
    st.sampled_from(Severity),
    st.none() | TEXTS,
)
EXPECTATIONS = st.builds(
    Expectation, kind=st.just("context"), id=TEXTS, word=st.just("met"), because=st.none(), at=SPANS
)
RESULTS = st.builds(
    CaseResult,
    NAMES,
    TEXTS,
    SPANS,
    st.integers(1, 9),
    st.lists(st.builds(Failed, EXPECTATIONS, st.just("not-met")), max_size=3).map(tuple),
    st.lists(DIAGNOSTICS, max_size=2).map(tuple),
)
MANY = settings(max_examples=200, deadline=None)


def _log(found: Sequence[Remark]) -> Any:
    log = json.loads(sarif(found, "check", "1.2.3", HOME))
    validate(log)
    return log["runs"][0]


def _path(artifact: dict[str, str]) -> str:
    """Return the path that a location means, as a reader of URIs finds it."""
    uri = artifact["uri"]
    assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", uri.removeprefix("file://"))
    if "uriBaseId" in artifact:
        assert not uri.startswith(("/", "file:"))
        return absolute(unquote(uri, errors="strict"), HOME)
    assert uri.startswith("file:///")
    return unquote(uri.removeprefix("file://"), errors="strict")


@MANY
@given(st.lists(DIAGNOSTICS, max_size=5), st.lists(RESULTS, max_size=3))
def test_any_remark_comes_through_in_sarif(diagnostics: list[Diagnostic], results: list[CaseResult]) -> None:
    found = [*remarks(diagnostics, results)]
    told = [
        (
            one["ruleId"],
            one["level"],
            one["message"]["text"].replace("{{", "{").replace("}}", "}"),
            _path(one["locations"][0]["physicalLocation"]["artifactLocation"]),
            *one["locations"][0]["physicalLocation"]["region"].values(),
        )
        for one in _log(found)["results"]
    ]
    assert told == [
        (one.code, one.severity, one.text, absolute(one.at.file, HOME), one.at.line, one.at.column) for one in found
    ]


@MANY
@given(st.lists(DIAGNOSTICS, max_size=6), st.integers(0, 100), st.data())
def test_a_remark_that_moves_keeps_its_fingerprint(found: list[Diagnostic], by: int, data: st.DataObject) -> None:
    found += data.draw(st.lists(st.sampled_from(found), max_size=2)) if found else []
    moved = [one._replace(at=Span(one.at.file, one.at.line + by, one.at.column + by)) for one in found]
    before, after = (
        [one["partialFingerprints"]["remark/v1"] for one in _log([*remarks(each)])["results"]]
        for each in (found, moved)
    )
    assert before == after
    assert len({*before}) == len(before), "each is its own, however alike two remarks are"


def test_fingerprints_tell_remarks_apart() -> None:
    base = Remark(Span("a.yaml", 1, 1), "unknown-fact", "there is no fact `a`; the first is in line 3", subject="x")
    others = [
        base._replace(at=Span("b.yaml", 1, 1)),
        base._replace(code="unknown-table"),
        base._replace(message="there is no fact `b`; the first is in line 3"),
        base._replace(subject="y"),
    ]
    alike = [base._replace(message="there is no fact `a`; the first is in line 7"), base._replace(hint="look again")]
    results = _log([base, *others, *alike])["results"]
    prints = [one["partialFingerprints"]["remark/v1"].partition(":") for one in results]
    assert Counter(digest for digest, _, _ in prints) == Counter({prints[0][0]: 3} | {one[0]: 1 for one in prints[1:5]})
    assert [number for _, _, number in prints] == ["1", "1", "1", "1", "1", "2", "3"]


def test_the_fingerprint_is_the_same_on_every_machine() -> None:
    """It is kept by others: a change of how it is made would turn every old finding into a new one."""
    remark = Remark(Span("tiny/a b.yaml", 4, 3), "unknown-fact", "there is no fact `poeple`", subject="x")
    (result,) = _log([remark])["results"]
    assert result["partialFingerprints"] == {"remark/v1": "bc201eb3cb599030:1"}


def _reported() -> list[Diagnostic]:
    """Return every diagnostic in the exact reports of `tests/diagnostics/`, and one of every code beside."""
    line = r"^(.*?):(\d+):(\d+): (error|warning)\[([a-z0-9-]+)\]: (.*)(?:\n    hint: (.*))?$"
    found = [
        Diagnostic(Span(file, int(row), int(column)), Code(code), message, hint or None, Severity(severity))
        for path in sorted((ROOT / "tests" / "diagnostics").rglob("*.expected.txt"))
        for file, row, column, severity, code, message, hint in re.findall(line, path.read_text("utf-8"), re.M)
    ]
    return found + [Diagnostic(Span("a.yaml", 1, 1), code, "a message") for code in Code]


def test_every_code_in_sarif() -> None:
    run = _log([*remarks(_reported())])
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {code.value for code in Code}
    assert len(run["results"]) > 4 * len(Code)


def test_a_remark_about_no_place() -> None:
    remark = Remark(NOWHERE, "unknown-fact", "x")
    (result,) = _log([remark])["results"]
    assert "locations" not in result
    assert [*annotations([remark], HOME)] == ["::error title=unknown-fact::x"]


def _unescaped(text: str, also: str = "") -> str:
    """Return what a runner makes of an escaped text."""
    names = {"%0D": "\r", "%0A": "\n", **({"%3A": ":", "%2C": ","} if also else {}), "%25": "%"}
    for escape, character in names.items():
        text = text.replace(escape, character)
    return text


@MANY
@given(st.lists(DIAGNOSTICS, max_size=5), st.lists(RESULTS, max_size=3))
def test_any_remark_comes_through_as_an_annotation(diagnostics: list[Diagnostic], results: list[CaseResult]) -> None:
    found = [*remarks(diagnostics, results)]
    lines = [*annotations(found, HOME)]
    assert "".join(lines).count("\n") + "".join(lines).count("\r") == 0
    told = []
    for line in lines:
        head, _, message = line.removeprefix("::").partition("::")
        level, _, properties = head.partition(" ")
        named = {
            name: _unescaped(text, ":,") for name, _, text in (one.partition("=") for one in properties.split(","))
        }
        told.append((level, named, _unescaped(message)))
    assert [(level, absolute(named.pop("file"), HOME), named, message) for level, named, message in told] == [
        (
            one.severity,
            absolute(one.at.file, HOME),
            {"line": str(one.at.line), "col": str(one.at.column), "title": one.code},
            one.text,
        )
        for one in found
    ]


def _kept(text: str) -> str:
    """Return what of a text XML 1.0 can hold (section 2.2), told character by character."""

    def allowed(point: int) -> bool:
        return point in (0x9, 0xA, 0xD) or 0x20 <= point <= 0xD7FF or 0xE000 <= point <= 0xFFFD or point >= 0x10000

    return "".join(one for one in text if allowed(ord(one)))


def _lines(text: str) -> list[str]:
    """Return the lines of a text as XML gives them back: with one kind of line end."""
    return _kept(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")


@MANY
@given(st.lists(DIAGNOSTICS, max_size=5), st.lists(FILES, max_size=3))
def test_any_diagnostic_comes_through_in_junit(diagnostics: list[Diagnostic], files: list[str]) -> None:
    text = junit_of_check(files, diagnostics, HOME)
    (suite,) = JUnitXml.fromstring(text.encode())
    wrong = {one.at.file for one in diagnostics}
    assert (suite.tests, suite.failures, suite.errors) == (len(wrong | {*files}), len(wrong), 0)
    told = [line for case in suite for failure in case.result for line in _lines(failure.text)]
    by_file = ["\n".join(str(one) for one in diagnostics if one.at.file == file) for file in sorted(wrong)]
    assert told == [line for text in by_file for line in _lines(text)]
    assert ElementTree.fromstring(text).tag == "testsuites"


@MANY
@given(st.lists(RESULTS, max_size=4), st.lists(DIAGNOSTICS, max_size=3))
def test_any_result_comes_through_in_junit(results: list[CaseResult], diagnostics: list[Diagnostic]) -> None:
    (suite,) = JUnitXml.fromstring(junit_of_results(results, diagnostics, HOME).encode())
    unusable = {one.at.file for one in diagnostics if one.severity is Severity.ERROR}
    failed = [result for result in results if result.failures or result.differing]
    counts = (suite.tests, suite.failures, suite.errors, suite.time)
    assert counts == (len(results) + len(unusable), len(failed), len(unusable), 0)
    cases = [case for case in suite if not any(isinstance(told, Error) for told in case.result)]
    assert [case.name for case in cases] == [_kept(result.name) for result in results]
    told = [line for case in cases for failure in case.result for line in _lines(failure.text)]
    texts = ([*(f"{why.at}: {why}" for why in one.failures), *map(str, one.differing)] for one in failed)
    by_case = ["\n".join(text) for text in texts]
    assert told == [line for text in by_case for line in _lines(text)]


# --- end to end -------------------------------------------------------------------------------------------------------

FREE = "situation: free\nas_of: 2013-01-31\nfacts: {people: 15}\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, which is the current one, that holds the rule set `tiny` and situations."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny").mkdir()
    for name, text in RULES.items():
        (tmp_path / "tiny" / name).write_text(text, encoding="utf-8")
    for name, text in {"one": ONE, "free": FREE, "wrong": WRONG, "broken": BROKEN}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--rules", "tiny"], prog_name="comity")


@pytest.mark.usefixtures("here")
def test_sarif_of_check() -> None:
    result = _run("check", "tiny", "broken.yaml", "--format", "sarif")
    assert (result.exit_code, result.stderr) == (1, "")
    log = json.loads(result.stdout)
    validate(log)
    (run,) = log["runs"]
    assert run["tool"]["driver"]["version"] == version("comity")
    assert run["automationDetails"] == {"id": "comity-check/"}
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["tool"]["driver"]["rules"][1] == {
        "id": "unknown-fact",
        "shortDescription": {"text": MEANINGS["unknown-fact"].partition(". ")[0] + "."},
        "fullDescription": {"text": MEANINGS["unknown-fact"]},
        "help": {"text": MEANINGS["unknown-fact"], "markdown": MEANINGS["unknown-fact"]},
        "defaultConfiguration": {"level": "error"},
    }
    artifact = {"uri": "broken.yaml", "uriBaseId": "%SRCROOT%"}
    prints = [one.pop("partialFingerprints") for one in run["results"]]
    assert len({*map(str, prints)}) == 2
    assert run["results"] == [
        {
            "ruleId": "unknown-fact",
            "ruleIndex": 1,
            "level": "error",
            "message": {"text": "there is no fact `poeple`\ndid you mean `people`?"},
            "locations": [
                {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": 4, "startColumn": 3}}}
            ],
        },
        {
            "ruleId": "not-a-number",
            "ruleIndex": 0,
            "level": "error",
            "message": {"text": "`people` must be a number, not the text `25,000`\nwrite 25000"},
            "locations": [
                {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": 5, "startColumn": 11}}}
            ],
        },
    ]


@pytest.mark.usefixtures("here")
def test_sarif_of_test() -> None:
    result = _run("test", "wrong.yaml", "broken.yaml", "--format", "sarif")
    assert (result.exit_code, result.stderr) == (1, "")
    log = json.loads(result.stdout)
    validate(log)
    assert log["runs"][0]["automationDetails"] == {"id": "comity-test/"}
    found = [(one["ruleId"], one["message"]["text"].splitlines()[0]) for one in log["runs"][0]["results"]]
    assert found == [
        ("unknown-fact", "there is no fact `poeple`"),
        ("not-a-number", "`people` must be a number, not the text `25,000`"),
        ("failed-expectation", "wrong: context `crowd` came out not-met, expected met"),
    ]


@pytest.mark.parametrize("command", ["check", "test"])
@pytest.mark.usefixtures("here")
def test_sarif_of_what_is_right_has_no_result(command: str) -> None:
    result = _run(command, "tiny", "one.yaml", "--format", "sarif")
    assert (result.exit_code, result.stderr) == (0, "")
    log = json.loads(result.stdout)
    validate(log)
    assert (log["runs"][0]["results"], log["runs"][0]["tool"]["driver"]["rules"]) == ([], [])


def test_a_column_counts_characters(here: Path) -> None:
    """Beyond ASCII and beyond the basic plane, the column is that of the value in the text as Python holds it."""
    text = "situation: one\nas_of: 2013-01-31\nfacts: {people: 15}\nsources: {people: é😀, poeple: x, 😀é: y}\n"
    (here / "odd.yaml").write_text(text, encoding="utf-8")
    log = json.loads(_run("check", "odd.yaml", "--format", "sarif").stdout)
    regions = [one["locations"][0]["physicalLocation"]["region"] for one in log["runs"][0]["results"]]
    pointed = [text.splitlines()[at["startLine"] - 1][at["startColumn"] - 1 :] for at in regions]
    assert pointed == ["poeple: x, 😀é: y}", "😀é: y}"]


@pytest.mark.usefixtures("here")
def test_junit_of_check() -> None:
    result = _run("check", "tiny", "one.yaml", "broken.yaml", "--format", "junit")
    assert (result.exit_code, result.stderr) == (1, "")
    clean = "".join(
        f'    <testcase classname="comity.check" name="{name}" file="{name}" line="1" time="0.000" />\n'
        for name in ("one.yaml", "tiny/crowd.cases.yaml", "tiny/crowd.yaml", "tiny/rule-set.yaml")
    )
    assert result.stdout == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<testsuites name="comity check">\n'
        '  <testsuite name="comity check" errors="0" failures="1" skipped="0" tests="5" time="0.000">\n'
        '    <testcase classname="comity.check" name="broken.yaml" file="broken.yaml" line="4" time="0.000">\n'
        '      <failure message="unknown-fact: there is no fact `poeple` (and 1 more)">'
        "broken.yaml:4:3: error[unknown-fact]: there is no fact `poeple`\n"
        "    hint: did you mean `people`?\n"
        "broken.yaml:5:11: error[not-a-number]: `people` must be a number, not the text `25,000`\n"
        "    hint: write 25000</failure>\n"
        "    </testcase>\n"
        f"{clean}"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def test_junit_does_not_pass_what_was_not_looked_at(here: Path) -> None:
    """The cases of a rule set that cannot be used are not read, so they are not right either."""
    (here / "tiny" / "crowd.yaml").write_text("context: crowd\n", encoding="utf-8")
    (suite,) = JUnitXml.fromstring(_run("check", "tiny", "--format", "junit").stdout.encode())
    cases = {case.name: [type(told) for told in case.result] for case in suite}
    assert cases == {"tiny/crowd.yaml": [Failure], "tiny/rule-set.yaml": []}


@pytest.mark.usefixtures("here")
def test_junit_of_test() -> None:
    result = _run("test", "tiny", "wrong.yaml", "broken.yaml", "--format", "junit")
    assert (result.exit_code, result.stderr) == (1, _run("test", "broken.yaml").stderr)
    (suite,) = JUnitXml.fromstring(result.stdout.encode())
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (5, 1, 1, 0)
    cases = [(case.classname, case.name, [*map(type, case.result)]) for case in suite]
    assert cases == [
        ("comity.test", "broken.yaml", [Error]),
        ("tiny.crowd.cases.yaml", "ten, at least", []),
        ("tiny.crowd.cases.yaml", "nine", []),
        ("tiny.crowd.cases.yaml", "nobody counted", []),
        ("wrong.yaml", "wrong", [Failure]),
    ]
    failure = list(suite)[-1].result[0]
    assert failure.message == "context `crowd` came out not-met, expected met"
    assert failure.text == f"wrong.yaml:5:21: {failure.message}"


@pytest.mark.usefixtures("here")
def test_annotations_of_check() -> None:
    result = _run("check", "tiny", "broken.yaml", "--format", "github")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == (
        "::error file=broken.yaml,line=4,col=3,title=unknown-fact::there is no fact `poeple`%0Adid you mean `people`?\n"
        "::error file=broken.yaml,line=5,col=11,title=not-a-number::"
        "`people` must be a number, not the text `25,000`%0Awrite 25000\n"
        "checked 1 file of cases, 1 rule set, 1 situation: 2 errors\n"
    )


@pytest.mark.usefixtures("here")
def test_annotations_of_test() -> None:
    result = _run("test", "wrong.yaml", "one.yaml", "broken.yaml", "--format", "github")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == (
        "::error file=broken.yaml,line=4,col=3,title=unknown-fact::there is no fact `poeple`%0Adid you mean `people`?\n"
        "::error file=broken.yaml,line=5,col=11,title=not-a-number::"
        "`people` must be a number, not the text `25,000`%0Awrite 25000\n"
        "::error file=wrong.yaml,line=5,col=21,title=failed-expectation::"
        "wrong: context `crowd` came out not-met, expected met\n"
        "1 case failed of 2 (3 expectations); could not be used: 1 situation\n"
    )


def test_paths_are_given_from_the_current_folder(here: Path) -> None:
    """However a path was written: an annotation lands only on the path that the repository knows."""
    for path in ("broken.yaml", "./broken.yaml", "tiny/../broken.yaml", str(here / "broken.yaml")):
        assert _run("check", path, "--format", "github").stdout.startswith("::error file=broken.yaml,line=4,")
        (first, _) = json.loads(_run("check", path, "--format", "sarif").stdout)["runs"][0]["results"]
        assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "broken.yaml"
        assert 'name="broken.yaml" file="broken.yaml"' in _run("check", path, "--format", "junit").stdout


def test_a_file_elsewhere_is_given_in_full(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here / "tiny")
    result = CliRunner().invoke(main, ["check", "../broken.yaml", "--rules", ".", "--format", "sarif"])
    (first, _) = json.loads(result.stdout)["runs"][0]["results"]
    location = first["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": (here / "broken.yaml").as_uri()}


def _told(format_: str, stdout: str) -> bool:
    """Tell whether a report names the code `nothing-to-check`, where its readers look for what failed."""
    match format_:
        case "json":
            return [one["code"] for one in json.loads(stdout)["diagnostics"]] == ["nothing-to-check"]
        case "sarif":
            return [one["ruleId"] for one in json.loads(stdout)["runs"][0]["results"]] == ["nothing-to-check"]
        case "junit":
            (suite,) = JUnitXml.fromstring(stdout.encode())
            messages = [told.message for case in suite for told in case.result]
            return [one.partition(":")[0] for one in messages] == ["nothing-to-check"]
        case "github":
            return [*re.findall(r"^::error .*title=(.*?)::", stdout, re.M)] == ["nothing-to-check"]
        case _:
            return "error[nothing-to-check]: " in stdout or stdout == "there is nothing to test\n"


@pytest.mark.parametrize("format_", ["text", "json", "sarif", "junit", "github"])
@pytest.mark.parametrize(("command", "path"), [("check", "empty"), ("test", "empty"), ("test", "free.yaml")])
def test_nothing_to_check_is_a_failure(here: Path, command: str, path: str, format_: str) -> None:
    (here / "empty").mkdir()
    result = _run(command, path, "--format", format_)
    assert result.exit_code == 1
    assert _told(format_, result.stdout), result.stdout


@pytest.mark.usefixtures("here")
def test_the_last_line_names_what_could_not_be_used() -> None:
    expected = {
        ("one.yaml",): "1 case passed (1 expectation)",
        ("one.yaml", "broken.yaml"): "1 case passed (1 expectation); could not be used: 1 situation",
        ("one.yaml", "wrong.yaml", "broken.yaml"): (
            "1 case failed of 2 (3 expectations); could not be used: 1 situation"
        ),
        ("broken.yaml",): "there is nothing to test",
    }
    assert {paths: _run("test", *paths).stdout.splitlines()[-1] for paths in expected} == expected


@pytest.mark.parametrize("format_", ["sarif", "junit", "github"])
@pytest.mark.parametrize("command", ["check", "test"])
@pytest.mark.usefixtures("here")
def test_a_report_can_go_to_a_file(command: str, format_: str) -> None:
    arguments = (command, "wrong.yaml", "broken.yaml", "--format", format_)
    printed, written = _run(*arguments), _run(*arguments, "-o", "report")
    assert (written.exit_code, written.stdout) == (printed.exit_code, "")
    assert Path("report").read_text(encoding="utf-8") == printed.stdout
