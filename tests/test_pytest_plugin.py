"""The pytest plugin in real runs of pytest: what it collects, what it says, and what it leaves alone."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import comity.engine.checking.collect  # noqa: F401  # a run in this process forgets what it imported; PyYAML cannot be imported twice
from comity.cli import main
from comity.engine.builtin import rules_folder, situations_folder

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[1]

RULES = """\
rule_set: tiny
version: 0.1.0
title: A tiny rule set
parameters: {enough: {value: 10, unit: people}}
facts: {people: {type: count, unit: people}}
criteria:
  many: {title: Many people, when: {fact: people, at_least: {parameter: enough}}}
"""
CONTEXT = "context: crowd\ntitle: Crowd\nwhen: {criterion: many}\n"
CASES = """\
cases:
  - {name: ten is enough, as_of: 2013-01-31, facts: {people: 10}, expect: {crowd: met}}
  - {name: nine is not, as_of: 2013-01-31, facts: {people: 9}, expect: {crowd: not-met}}
  - name: eight, which should not be enough
    as_of: 2013-01-31
    facts: {people: 8}
    expect:
      crowd: met
      many: unknown
"""
GOOD = """\
cases:
  - {name: nobody knows, as_of: 2013-01-31, facts: {}, expect: {many: unknown}}
"""
SITUATION = """\
situation: market-day
as_of: 2013-01-31
facts: {people: 40}
expect: {contexts: {crowd: met}, because: {crowd: [many]}}
"""
OTHERS = {
    "values.yaml": "a: !tag [1, 2\n<<: *b\n",
    "play.yaml": "situation: at the door\nexpect: an answer\n",
    "notes.yaml": "situation: none\nfacts: none\n",
    "shop.cases.yaml": "cases:\n  - {name: blue, price: 3}\n",
    "bytes.yaml": "\0\1\2",
    "nested.yaml": "it:\n  situation: x\n  facts: {}\n  expect: {}\n",
    "story.yml": SITUATION,
    "story.txt": SITUATION,
}
INI = "[pytest]\nfilterwarnings = error\n"


@pytest.fixture(autouse=True)
def _fast(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001  # it resets what is set here
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")  # which each run in this process imports anew
    # An editable install leaves a list of sources here, from which pytest takes `engine` and `cli` to be top-level.
    monkeypatch.setattr(sys, "path", [path for path in sys.path if Path(path).resolve() != ROOT])


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return a project with a rule set, its cases, one of which fails, and a situation beside it."""
    _write(pytester, {"pytest.ini": f"{INI}comity_rules = tiny\n", "tiny/crowd.cases.yaml": CASES})
    _write(pytester, {"tiny/rule-set.yaml": RULES, "tiny/crowd.yaml": CONTEXT, "tiny/deep/good.cases.yaml": GOOD})
    _write(pytester, {"market.yaml": SITUATION})
    return pytester


def _write(pytester: pytest.Pytester, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _items(pytester: pytest.Pytester, *arguments: str) -> list[str]:
    lines = pytester.runpytest("--collect-only", "-q", *arguments).outlines
    return lines[: lines.index("")]


def _part(result: pytest.RunResult, title: str) -> list[str]:
    """Return what stands below a headline in the output, up to the next headline of the kind, without its rulers."""
    starts = [i for i, line in enumerate(result.outlines) if line.startswith("==")]
    first = next(i for i in starts if f" {title} " in result.outlines[i])
    last = next(i for i in starts if i > first)
    return [re.sub(r"^_+ | _+$", "", line) for line in result.outlines[first + 1 : last]]


ALL = [
    "market.yaml::market-day",
    "tiny/crowd.cases.yaml::ten is enough",
    "tiny/crowd.cases.yaml::nine is not",
    "tiny/crowd.cases.yaml::eight, which should not be enough",
    "tiny/deep/good.cases.yaml::nobody knows",
]
WRONG = [
    "eight, which should not be enough",
    "tiny/crowd.cases.yaml:8:14: context `crowd` came out not-met, expected met",
    "tiny/crowd.cases.yaml:9:13: criterion `many` came out not-met, expected unknown",
]
SUMMARY = [
    "FAILED tiny/crowd.cases.yaml::eight, which should not be enough - context `crowd` came out not-met, expected met"
]


def test_each_case_and_each_situation_with_expectations_is_an_item(project: pytest.Pytester) -> None:
    assert _items(project) == ALL
    assert _items(project, "tiny/deep") == ALL[4:]
    assert _items(project, "tiny/crowd.cases.yaml::nine is not") == ALL[2:3]


def test_a_failure_shows_what_failed_and_where_and_nothing_else(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    result = project.runpytest()
    result.assert_outcomes(passed=4, failed=1)
    assert _part(result, "FAILURES") == WRONG
    assert _part(result, "short test summary info") == SUMMARY
    assert (
        "tiny/crowd.cases.yaml:8: context `crowd` came out not-met, expected met"
        in project.runpytest("--tb=line").outlines
    )


def test_an_item_says_where_it_stands(project: pytest.Pytester) -> None:
    items, _ = project.inline_genitems()
    assert [item.location for item in items] == [
        ("market.yaml", 0, "market-day"),
        ("tiny/crowd.cases.yaml", 1, "ten is enough"),
        ("tiny/crowd.cases.yaml", 2, "nine is not"),
        ("tiny/crowd.cases.yaml", 3, "eight, which should not be enough"),
        ("tiny/deep/good.cases.yaml", 1, "nobody knows"),
    ]


def test_k_chooses_by_the_words_of_a_name(project: pytest.Pytester) -> None:
    result = project.runpytest("-k", "enough and not eight")
    result.assert_outcomes(passed=1, deselected=4)


def test_lf_runs_again_what_failed(project: pytest.Pytester) -> None:
    project.runpytest().assert_outcomes(passed=4, failed=1)
    project.runpytest("--lf").assert_outcomes(failed=1)
    path = project.path / "tiny/crowd.cases.yaml"
    path.write_text(CASES.replace("crowd: met\n", "crowd: not-met\n").replace(": unknown", ": not-met"))
    project.runpytest("--lf").assert_outcomes(passed=1)
    project.runpytest("--lf").assert_outcomes(passed=5)


def test_xdist_spreads_the_cases_over_processes(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("-n", "2")
    result.assert_outcomes(passed=4, failed=1)
    name, worker, *said = _part(result, "FAILURES")
    assert ([name, *said], worker.startswith("[gw")) == (WRONG, True)


def _comity_test(*arguments: str) -> Any:
    return json.loads(CliRunner().invoke(main, ["test", "--format", "json", *arguments]).output)


def test_the_answers_are_those_of_comity_test(project: pytest.Pytester) -> None:
    told = _comity_test("--rules", "tiny", "tiny", "market.yaml")
    failures = [
        f"{one['file']}:{why['line']}:{why['column']}: {why['message']}"
        for one in told["cases"]
        for why in one["failures"]
    ]
    assert (told["passed"], told["failed"]) == (4, 1)
    assert failures == _part(project.runpytest(), "FAILURES")[1:]
    assert sorted(ALL) == sorted(f"{one['file']}::{one['name']}" for one in told["cases"])


def test_what_is_built_in_passes_as_it_does_in_comity_test(pytester: pytest.Pytester) -> None:
    _write(pytester, {"pytest.ini": INI})
    paths = [str(rules_folder()), str(situations_folder())]  # exercises are not collected: `comity test` has them
    result = pytester.runpytest("--rootdir=.", "-c", "pytest.ini", *paths)
    assert result.parseoutcomes() == {"passed": _comity_test(*paths)["passed"]}


def test_a_file_that_does_not_load_is_an_error_with_its_diagnostics(project: pytest.Pytester) -> None:
    _write(project, {"tiny/bad.cases.yaml": "cases:\n  - {name: a, as_of: 2013, facts: {poeple: 1}, expect: {}}\n"})
    _write(project, {"tiny/torn.cases.yaml": "cases: [\n", "market.yaml": SITUATION.replace("40", "many")})
    result = project.runpytest("--continue-on-collection-errors")
    result.assert_outcomes(passed=3, failed=1, errors=3)
    assert _part(result, "ERRORS") == [
        "ERROR collecting market.yaml",
        "market.yaml:3:17: error[not-a-number]: `people` must be a number, not the text `many`",
        "    hint: write plain digits, like 25000 or 2.5, or a range, like 20000..30000",
        "ERROR collecting tiny/bad.cases.yaml",
        "tiny/bad.cases.yaml:2:22: error[not-a-date]: `as_of` of the case must be a full date, not the number 2013",
        "    hint: write it like 2013-01-31",
        "tiny/bad.cases.yaml:2:36: error[unknown-fact]: there is no fact `poeple`",
        "    hint: did you mean `people`?",
        "tiny/bad.cases.yaml:2:56: error[empty-value]: `expect` is empty",
        "    hint: name what must come out, like {protracted: met}",
        "ERROR collecting tiny/torn.cases.yaml",
        "tiny/torn.cases.yaml:2:1: error[not-yaml]: this is not well-formed YAML: a value is missing here",
        "    hint: fill it in, and quote a text that begins with `,`, `]` or `}`",
    ]


def test_a_rule_set_that_does_not_load_is_explained_once(project: pytest.Pytester) -> None:
    _write(project, {"tiny/crowd.yaml": CONTEXT.replace("many", "mayn")})
    result = project.runpytest()
    result.assert_outcomes(errors=3)
    assert _part(result, "ERRORS") == [
        "ERROR collecting market.yaml",
        "tiny/crowd.yaml:3:19: error[unknown-conclusion]: there is no criterion `mayn`",
        "    hint: did you mean `many`?",
        "ERROR collecting tiny/crowd.cases.yaml",
        "`tiny` cannot be used: `market.yaml` shows why",
        "ERROR collecting tiny/deep/good.cases.yaml",
        "`tiny` cannot be used: `market.yaml` shows why",
    ]


def test_cases_are_under_the_nearest_rule_set_above_them(project: pytest.Pytester) -> None:
    twice = RULES.replace("value: 10", "value: 9").replace("tiny", "other")
    cases = (
        CASES.replace("nine is not", "nine is").replace("not-met", "met").replace("met\n      many: unknown", "not-met")
    )
    _write(project, {"other/rule-set.yaml": twice, "other/crowd.yaml": CONTEXT, "other/a/b/crowd.cases.yaml": cases})
    project.runpytest("other").assert_outcomes(passed=3)


def test_the_rule_set_of_other_files_is_an_option(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    few = RULES.replace("value: 10", "value: 100")
    _write(project, {"few/rule-set.yaml": few, "few/crowd.yaml": CONTEXT, "there/market.yaml": SITUATION})
    project.runpytest("there").assert_outcomes(passed=1)
    project.runpytest("there", "--comity-rules", "few").assert_outcomes(failed=1)
    project.runpytest("there", "--comity-rules", str(project.path / "few")).assert_outcomes(failed=1)
    monkeypatch.chdir(project.path / "there")
    project.runpytest("market.yaml", "--comity-rules", "../few").assert_outcomes(failed=1)
    project.runpytest("market.yaml").assert_outcomes(passed=1)


def test_a_rule_set_that_is_not_there_is_named(project: pytest.Pytester) -> None:
    result = project.runpytest("market.yaml", "--comity-rules", "tinny")
    assert _part(result, "ERRORS") == [
        "ERROR collecting market.yaml",
        "there is no rule set `tinny`; `comity_rules` is a folder or one of: "
        "excom-100-109, oas-2013, unhcr-global-trends",
    ]


def test_without_an_option_it_is_the_built_in_rule_set(pytester: pytest.Pytester) -> None:
    text = (situations_folder() / "dadaab-2011.yaml").read_text(encoding="utf-8")
    _write(pytester, {"dadaab.yaml": f"\ufeff{text}"})
    assert _items(pytester) == ["dadaab.yaml::dadaab-2011"]
    pytester.runpytest().assert_outcomes(passed=1)


def test_a_name_can_hold_anything(project: pytest.Pytester) -> None:
    name = "a [1] :: b\\n  ünï/code"
    _write(project, {"tiny/deep/good.cases.yaml": GOOD.replace("nobody knows", f'"{name}"')})
    (only,) = _items(project, "tiny/deep")
    assert only == "tiny/deep/good.cases.yaml::a (1) : b ünï/code"
    project.runpytest(only).assert_outcomes(passed=1)


def test_rule_sets_are_loaded_once(project: pytest.Pytester) -> None:
    project.makeconftest(
        """
        from comity.engine.language import load

        loaded, real = [], load.load_rule_set

        def counting(path):
            loaded.append(str(path))
            return real(path)

        load.load_rule_set = counting

        def pytest_unconfigure():
            print("loaded:", *loaded)
        """
    )
    project.runpytest_subprocess().stdout.fnmatch_lines(["loaded: tiny"])


def test_files_of_others_are_left_alone(pytester: pytest.Pytester) -> None:
    _write(pytester, {**OTHERS, "pytest.ini": INI, "test_it.py": "def test_it(): pass\n"})
    (pytester.path / "dangling.yaml").symlink_to("nowhere.yaml")
    assert _items(pytester) == ["test_it.py::test_it"]
    pytester.runpytest().assert_outcomes(passed=1)


def test_without_files_of_ours_nothing_of_the_engine_is_imported(pytester: pytest.Pytester) -> None:
    _write(pytester, OTHERS)
    pytester.makeconftest(
        "import sys\ndef pytest_unconfigure():\n    print('ours:', *sorted(n for n in sys.modules if 'comity' in n))\n"
    )
    result = pytester.runpytest_subprocess()
    assert "ours: pytest_comity" in result.outlines
    assert result.ret is pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_file_named_on_the_command_line_is_meant(pytester: pytest.Pytester) -> None:
    _write(pytester, OTHERS)
    result = pytester.runpytest("shop.cases.yaml")
    assert _part(result, "ERRORS") == [
        "ERROR collecting shop.cases.yaml",
        "shop.cases.yaml:2:5: error[missing-key]: a case lacks `as_of`, `facts`, `expect`",
        "    hint: add them",
        "shop.cases.yaml:2:18: error[unknown-key]: a case has the unknown key `price`",
        "    hint: one of: name, as_of, facts, response, reading, set, expect, note",
    ]


def test_an_empty_folder_has_no_tests(pytester: pytest.Pytester) -> None:
    assert pytester.runpytest().ret is pytest.ExitCode.NO_TESTS_COLLECTED


def test_it_can_be_switched_off(project: pytest.Pytester) -> None:
    (project.path / "pytest.ini").unlink()
    assert project.runpytest("-p", "no:comity").ret is pytest.ExitCode.NO_TESTS_COLLECTED


def test_help_names_both_options(pytester: pytest.Pytester) -> None:
    text = re.sub(r"\s+", " ", pytester.runpytest("--help").stdout.str())
    what = "rule set of the situations and cases that stand in no rule set's folder: a built-in id or a folder"
    assert f"comity: --comity-rules=ID|PATH the {what} " in text
    assert f"comity_rules (string): The {what}, from where this file is. " in text


def test_a_link_leads_to_the_same_folder(project: pytest.Pytester) -> None:
    (project.path / "again").symlink_to(Path("tiny"), target_is_directory=True)
    project.runpytest("again/deep").assert_outcomes(passed=1)


def test_the_page_shows_what_is_printed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs/editors.md").read_text(encoding="utf-8")
    command, *shown = page.partition("```text\n")[2].partition("\n```")[0].splitlines()
    assert CliRunner().invoke(main, ["new", "my-rules"]).exit_code == 0
    cases = pytester.path / "my-rules/shelter-shortage.cases.yaml"
    text = cases.read_text(encoding="utf-8")
    cases.write_text(text.replace("expect: {many-people: unknown, too-few-places: met", "expect: {many-people: met"))
    monkeypatch.setenv("COLUMNS", "80")
    lines = pytester.runpytest(*command.removeprefix("$ pytest ").split()).outlines
    start = lines.index(shown[0])
    assert lines[start : start + len(shown)] == shown
