"""Exercises at `comity check`, `test`, `list` and `schema`."""

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from comity.engine.builtin import exercise_ids
from tests.tiny import RULES

RIGHT = """\
exercise: right
title: Fifteen people
level: 1
situation: {situation: fifteen, as_of: 2013-01-31, facts: {people: 15}}
tasks:
  - {kind: contexts, expect: {crowd: met}}
  - {kind: criteria, about: crowd, expect: {many: met}}
"""
WRONG = """\
exercises:
  - exercise: wrong
    title: Nine people
    level: 1
    situation: {situation: nine, as_of: 2013-01-31, facts: {people: 9}}
    tasks:
      - {kind: contexts, expect: {crowd: met}}
  - exercise: no-answer
    title: No answer
    level: 1
    situation: {situation: nine, as_of: 2013-01-31, facts: {people: 9}}
    tasks:
      - {kind: next}
"""
DIFFERS = "wrong.yaml:7:9: error[key-differs]: `contexts` expects `met` for `crowd`; by the rules it is `not-met`\n"
CORRECT = "    hint: correct the expectation, or the exercise\n"
NO_NEXT = (
    "wrong.yaml:13:9: error[unanswerable-task]: `next` asks for the next question, and none is open\n"
    "    hint: tell fewer facts, or ask something else\n"
)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="comity")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with a tiny rule set and exercises of it."""
    monkeypatch.chdir(tmp_path)
    for name, text in {**{f"tiny/{name}": text for name, text in RULES.items()}, "right.yaml": RIGHT}.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    Path("wrong.yaml").write_text(WRONG, encoding="utf-8")


def test_check_says_what_is_wrong_with_exercises() -> None:
    result = run("check", "right.yaml", "--rules", "tiny")
    assert (result.exit_code, result.output) == (0, "checked 1 file of exercises: nothing to complain about\n")
    result = run("check", "wrong.yaml", "right.yaml", "--rules", "tiny")
    assert result.exit_code == 1
    assert result.output == f"{NO_NEXT}{DIFFERS}{CORRECT}checked 2 files of exercises: 2 errors\n"


def test_test_counts_exercises_with_expected_keys() -> None:
    result = run("test", "right.yaml", "--rules", "tiny")
    assert (result.exit_code, result.output) == (0, "1 case passed (2 expectations)\n")
    result = run("test", "wrong.yaml", "right.yaml", "--rules", "tiny")
    assert result.exit_code == 1
    assert result.stderr == NO_NEXT
    assert result.stdout == (
        f"{DIFFERS}{CORRECT}1 case failed of 2 (3 expectations); could not be used: 1 file of exercises\n"
    )


def test_exercises_are_found_in_folders_and_by_id() -> None:
    Path("bank").mkdir()
    Path("right.yaml").rename("bank/right.yaml")
    assert run("test", "bank", "--rules", "tiny").stdout == "1 case passed (2 expectations)\n"
    assert run("check", "three-camps").stdout == "checked 1 file of exercises: nothing to complain about\n"


def test_exercises_of_rules_that_cannot_be_used_are_passed_over() -> None:
    Path("tiny/crowd.yaml").write_text("context: crowd\n", encoding="utf-8")
    result = run("check", "right.yaml", "--rules", "tiny")
    assert result.exit_code == 1
    assert "exercises" not in result.stdout


def test_json() -> None:
    check = json.loads(run("check", "wrong.yaml", "--rules", "tiny", "--format", "json").stdout)
    assert check["checked"] == {"exercises": 1}
    assert [one["code"] for one in check["diagnostics"]] == ["unanswerable-task", "key-differs"]
    tested = json.loads(run("test", "wrong.yaml", "right.yaml", "--rules", "tiny", "--format", "json").stdout)
    assert (tested["passed"], tested["failed"]) == (1, 1)
    assert tested["cases"][0]["name"] == "wrong"
    assert tested["cases"][0]["failures"] == [
        {
            "line": 7,
            "column": 9,
            "id": "contexts",
            "message": "`contexts` expects `met` for `crowd`; by the rules it is `not-met`",
        }
    ]


def test_formats_for_other_programs() -> None:
    log = json.loads(run("test", "wrong.yaml", "--rules", "tiny", "--format", "sarif").stdout)
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["unanswerable-task", "key-differs"]
    lines = run("test", "wrong.yaml", "--rules", "tiny", "--format", "github").stdout.splitlines()
    assert [line.partition(",title=")[0] for line in lines[:2]] == [
        "::error file=wrong.yaml,line=13,col=9",
        "::error file=wrong.yaml,line=7,col=9",
    ]
    suite = fromstring(run("test", "wrong.yaml", "right.yaml", "--rules", "tiny", "--format", "junit").stdout)
    cases = {one.get("name"): [part.get("message") for part in one] for one in suite.iter("testcase")}
    assert cases == {
        "wrong.yaml": ["unanswerable-task: `next` asks for the next question, and none is open"],
        "wrong": ["key-differs: `contexts` expects `met` for `crowd`; by the rules it is `not-met`"],
        "right": [],
    }


def test_list_shows_exercises_by_level() -> None:
    result = run("list", "exercises")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "Exercises, with their level"
    assert lines[1] == "  arrivals-in-calmera              1  Forty thousand people in twenty days"
    assert len(lines) == len(exercise_ids()) + 1
    listed = json.loads(run("list", "exercises", "--format", "json").output)["exercises"]
    assert [one["level"] for one in listed] == sorted(one["level"] for one in listed)
    assert {one["id"] for one in listed} == {*exercise_ids()}
    assert "Exercises, with their level" in run("list").output.splitlines()


def test_schemas_validate_exercises_and_answers() -> None:
    result = run("schema", "exercise", "--rules", "tiny", "--validate", "right.yaml")
    assert (result.exit_code, result.output) == (0, "validated 1 against the schema of exercise: valid\n")
    Path("answers.yaml").write_text(
        "exercise: right\ntrainee: Ana\nanswers: {contexts: {crowd: met}, next: people, list: [people], why: So.}\n",
        encoding="utf-8",
    )
    assert run("schema", "answers", "--validate", "answers.yaml").exit_code == 0
    Path("answers.yaml").write_text("exercise: right\nanswers: {contexts: [1]}\nname: Ana\n", encoding="utf-8")
    result = run("schema", "answers", "--validate", "answers.yaml")
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 3
