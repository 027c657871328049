"""`comity mutate` as its users meet it: what it prints and writes, and when it fails."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from comity.engine.checking import mutation
from comity.engine.checking.equivalence import compare

RULES = """\
rule_set: r
version: 1.0.0
title: R
"""
SMALL = """\
facts:
  a: {type: boolean, title: A}
  n: {type: count, max: 3, title: N}
criteria:
  c: {title: C, when: {all: [{fact: a, is: true}, {fact: n, at_least: 2}]}}
"""
CASE = """\
  - name: met
    as_of: 2013-06-30
    facts: {a: true, n: 3}
    expect: {c: met}
"""
MISSING = """\
  - name: "notices c: all becomes any"
    as_of: 2000-12-31
    facts:
      a: false
      n: 2
    expect: {c: not-met}
  - name: "notices c: without n is at least 2"
    as_of: 2000-12-31
    facts:
      a: true
      n: 0
    expect: {c: not-met}
  - name: "notices c: n: at least 2 becomes more than 2"
    as_of: 2000-12-31
    facts:
      a: true
      n: 2
    expect: {c: met}
  - name: "notices c: n: at least 2 becomes at least 1"
    as_of: 2000-12-31
    facts:
      a: true
      n: 1
    expect: {c: not-met}
"""
CASES = ["  - name" + one for one in MISSING.split("  - name")[1:]]  # with their line ends
SURVIVORS = (
    ("8:23", "join", "`all` becomes `any`"),
    ("8:37", "drop", "without `a is true`"),
    ("8:58", "drop", "without `n is at least 2`"),
    ("8:58", "bound", "`n`: `at least 2` becomes `more than 2`"),
    ("8:71", "threshold-up", "`n`: `at least 2` becomes `at least 3`"),
    ("8:71", "threshold-down", "`n`: `at least 2` becomes `at least 1`"),
)
TOGETHER = ((0, 1), (2,), (3, 4), (5,))  # the survivors that each missing case would kill
SUMMARY = """\
r 1.0.0: 9 mutants, 3 killed by 1 case, 6 unnoticed, 0 the same in every situation, 0 undecided
unnoticed only where facts are missing or estimated: 0
mutation score: 33.3 % of 9 mutants that say something else
"""
LINES = [f"r/rule-set.yaml:{at}: c: {change}: no case notices\n" for at, _, change in SURVIVORS]
TEXT = (
    "".join(
        "".join(LINES[one] for one in some) + f"    the missing case:\n{case}\n"
        for some, case in zip(TOGETHER, CASES, strict=True)
    )
    + SUMMARY
)
DONE = """\
r 1.0.0: 9 mutants, 9 killed by 5 cases, 0 unnoticed, 0 the same in every situation, 0 undecided
unnoticed only where facts are missing or estimated: 0
mutation score: 100 % of 9 mutants that say something else
"""
PARTLY = """\
r/rule-set.yaml:8:37: c: without `a is true`: no case notices
r/rule-set.yaml:8:37: c: `a`: `is true` becomes `is not true`: no case notices
    the missing case:
  - name: "notices c: without a is true"
    as_of: 2000-12-31
    facts:
      a: false
      n: 0
    expect: {c: not-met}

r/rule-set.yaml:8:58: c: without `a is false`: no case notices
r/rule-set.yaml:8:58: c: `a`: `is false` becomes `is not false`: no case notices
    the missing case:
  - name: "notices c: without a is false"
    as_of: 2000-12-31
    facts:
      a: true
      n: 0
    expect: {c: not-met}

r/rule-set.yaml:8:80: c: without `n is 0`: no case notices where facts are missing or estimated
    the missing case:
  - name: "notices c: without n is 0"
    as_of: 2000-12-31
    facts:
      n: 1
    expect: {c: not-met}

r/rule-set.yaml:8:80: c: `n`: `is 0` becomes `is not 0`: no case notices where facts are missing or estimated
r/rule-set.yaml:8:87: c: `n`: `is 0` becomes `is 1`: no case notices where facts are missing or estimated
    the missing case:
  - name: "notices c: n: is 0 becomes is not 0"
    as_of: 2000-12-31
    facts:
      n: 0
    expect: {c: unknown}

r/rule-set.yaml:8:87: c: `n`: `is 0` becomes `is -1`: no case notices where facts are missing or estimated
    the missing case:
  - name: "notices c: n: is 0 becomes is -1"
    as_of: 2000-12-31
    facts: {}
    expect: {c: unknown}

r 1.0.0: 10 mutants, 2 killed by 1 case, 4 unnoticed, 0 the same in every situation, 0 undecided
unnoticed only where facts are missing or estimated: 4
mutation score: 20 % of 10 mutants that say something else
"""
USAGE = "Usage: comity mutate [OPTIONS] [PATH...]\nTry 'comity mutate --help' for help.\n\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test begin in a folder with a small rule set, `r`, and one case."""
    monkeypatch.chdir(tmp_path)
    _write("rule-set.yaml", RULES + SMALL)
    _write("readings.cases.yaml", "cases:\n" + CASE)


def _write(name: str, text: str) -> None:
    Path("r").mkdir(exist_ok=True)
    Path("r", name).write_text(text, encoding="utf-8")


def _read(name: str = "readings.cases.yaml") -> str:
    return Path("r", name).read_bytes().decode()


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["mutate", "r", *arguments], prog_name="comity")


def _said(result: Result) -> tuple[int, str, str]:
    return result.exit_code, result.stdout, result.stderr


def test_text() -> None:
    assert _said(_run()) == (1, TEXT, "")
    assert _read() == "cases:\n" + CASE


def test_json() -> None:
    result = _run("--format", "json")
    document = {
        "format": "comity-mutate/1",
        "rule_sets": [
            {
                "rule_set": {"id": "r", "version": "1.0.0"},
                "cases": 1,
                "mutants": 9,
                "killed": 3,
                "equivalent": 0,
                "score": 33.3,
                "survivors": [
                    {
                        "file": "r/rule-set.yaml",
                        "line": int(at.partition(":")[0]),
                        "column": int(at.partition(":")[2]),
                        "place": "c",
                        "reading": None,
                        "kind": kind,
                        "change": change,
                        "result": "differs",
                        "why": None,
                    }
                    for at, kind, change in SURVIVORS
                ],
                "missing": [
                    {"kills": [SURVIVORS[one][2] for one in some], "case": case.rstrip("\n")}
                    for some, case in zip(TOGETHER, CASES, strict=True)
                ],
            }
        ],
    }
    assert _said(result) == (1, json.dumps(document, indent=2) + "\n", "")


def test_output_goes_to_a_file() -> None:
    assert _said(_run("-o", "out.txt")) == (1, "", "")
    assert Path("out.txt").read_text(encoding="utf-8") == TEXT


def test_no_more_cases_than_wanted_are_worked_out() -> None:
    assert _said(_run("--cases", "0")) == (1, "".join(LINES) + SUMMARY, "")
    first = f"{LINES[0]}{LINES[1]}    the missing case:\n{CASES[0]}\n"
    assert _said(_run("--cases", "1")) == (1, first + "".join(LINES[2:]) + SUMMARY, "")


def test_the_day_of_the_missing_cases() -> None:
    assert _said(_run("--as-of", "2013-06-30")) == (1, TEXT.replace("2000-12-31", "2013-06-30"), "")


def test_what_is_the_same_in_every_situation_does_not_count() -> None:
    _write("rule-set.yaml", RULES + SMALL.replace("{fact: n, at_least: 2}", "{fact: a, is: true}"))
    summary = (
        "r 1.0.0: 5 mutants, 3 killed by 1 case, 0 unnoticed, 2 the same in every situation, 0 undecided\n"
        "unnoticed only where facts are missing or estimated: 0\n"
        "mutation score: 100 % of 3 mutants that say something else\n"
    )
    assert _said(_run("--write")) == (0, summary, "")


def test_what_differs_only_where_facts_are_missing() -> None:
    _write("rule-set.yaml", RULES + SMALL.replace("{fact: n, at_least: 2}", "{fact: a, is: false}, {fact: n, is: 0}"))
    _write("readings.cases.yaml", "cases:\n" + CASE.replace("c: met", "c: not-met"))
    assert _said(_run()) == (1, PARTLY, "")


# --- writing --------------------------------------------------------------------------------------------------------


def test_written_cases_leave_nothing_unnoticed() -> None:
    assert _said(_run("--write")) == (1, TEXT, "r/readings.cases.yaml: added 4\n")
    assert _read() == "cases:\n" + CASE + MISSING
    assert _said(_run("--write")) == (0, DONE, "")
    assert _read() == "cases:\n" + CASE + MISSING


def test_comments_and_indentation_are_kept() -> None:
    plain = CASE.replace("\n  ", "\n").removeprefix("  ").removesuffix("\n")
    before = "# kept\ncases:  # these\n\n" + plain + "  # at the end, without a line end"
    _write("readings.cases.yaml", before)
    assert _said(_run("--write")) == (1, TEXT, "r/readings.cases.yaml: added 4\n")
    assert _read() == before + "\n" + MISSING.replace("\n  ", "\n").removeprefix("  ")
    assert _run().exit_code == 0


def test_line_ends_are_kept() -> None:
    file = Path("r", "readings.cases.yaml")
    file.write_bytes(("cases:\n" + CASE).replace("\n", "\r\n").encode())
    assert _said(_run("--write")) == (1, TEXT, "r/readings.cases.yaml: added 4\n")
    assert file.read_bytes() == ("cases:\n" + CASE + MISSING).replace("\n", "\r\n").encode()


def test_a_file_is_made_where_there_is_none() -> None:
    _write("other.cases.yaml", "cases:\n" + CASE)
    Path("r", "readings.cases.yaml").unlink()
    assert _said(_run("--write")) == (1, TEXT, "r/readings.cases.yaml: added 4\n")
    assert _read() == "cases:\n" + MISSING
    assert _read("other.cases.yaml") == "cases:\n" + CASE


def test_cases_stand_beside_the_file_that_they_are_about() -> None:
    facts, criteria = SMALL.split("criteria:\n")
    _write("rule-set.yaml", RULES + facts)
    _write("part.yaml", "criteria:\n" + criteria)
    result = _run("--write")
    assert (result.exit_code, result.stderr) == (1, "r/part.cases.yaml: added 4\n")
    assert _read("part.cases.yaml") == "cases:\n" + MISSING
    assert _read() == "cases:\n" + CASE
    assert _run().stdout == DONE


@pytest.mark.parametrize(
    "before",
    [
        "cases: [{name: met, as_of: 2013-06-30, facts: {a: true, n: 3}, expect: {c: met}}]\n",
        "cases:\n  [\n    {name: met, as_of: 2013-06-30, facts: {a: true, n: 3}, expect: {c: met}}\n  ]\n",
    ],
)
def test_nothing_is_added_to_a_list_in_brackets(before: str) -> None:
    _write("readings.cases.yaml", before)
    why = "r/readings.cases.yaml: its cases are not a plain list, so none was added\n"
    assert _said(_run("--write")) == (1, TEXT, why)
    assert _read() == before


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    file = tmp_path / "r" / "readings.cases.yaml"
    why = f"Error: Invalid value for --write: `{file}` cannot be written: No space left on device\n"
    assert _said(_run("--write")) == (2, TEXT, USAGE + why)
    assert _read() == "cases:\n" + CASE
    assert sorted(path.name for path in file.parent.iterdir()) == ["readings.cases.yaml", "rule-set.yaml"]


def test_what_is_built_in_is_not_written_to() -> None:
    result = CliRunner().invoke(main, ["mutate", "--write"], prog_name="comity")
    why = "Error: Invalid value for --write: name a PATH: what is built in is not changed unasked\n"
    assert _said(result) == (2, "", USAGE + why)


def test_a_rule_set_that_no_path_names_is_not_written_to() -> None:
    Path("s.cases.yaml").write_text("cases:\n" + CASE, encoding="utf-8")
    Path("r", "readings.cases.yaml").unlink()
    result = CliRunner().invoke(main, ["mutate", "s.cases.yaml", "--rules", "r", "--write"], prog_name="comity")
    assert _said(result) == (1, TEXT, "r: no PATH names this rule set, so no case was added\n")
    assert [*Path("r").iterdir()] == [Path("r", "rule-set.yaml")]


@pytest.mark.parametrize("asked", range(2, 5))
def test_an_interrupt_loses_nothing(asked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [asked]

    def interrupted(*arguments: Any, **named: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        return compare(*arguments, **named)

    monkeypatch.setattr(mutation, "compare", interrupted)
    result = _run()
    done, unsettled = TOGETHER[: asked - 1], [one for some in TOGETHER[asked - 1 :] for one in some]
    why = "no case notices, and whether it matters is undecided: the search was interrupted\n"
    text = (
        "".join(
            "".join(LINES[one] for one in some) + f"    the missing case:\n{case}\n"
            for some, case in zip(done, CASES, strict=False)
        )
        + "".join(LINES[one].replace("no case notices\n", why) for one in unsettled)
        + SUMMARY.replace("6 unnoticed", f"{6 - len(unsettled)} unnoticed").replace(
            "0 undecided", f"{len(unsettled)} undecided"
        )
        + "interrupted: 1 of 1 rule set looked at\n"
    )
    assert _said(result) == (130, text, "")


# --- what cannot be changed -----------------------------------------------------------------------------------------


def test_every_case_has_to_pass_first() -> None:
    before = "cases:\n" + CASE.replace("c: met", "c: not-met")
    _write("readings.cases.yaml", before)
    why = "r/readings.cases.yaml:5:17: met: criterion `c` came out met, expected not-met\n"
    assert _said(_run("--write")) == (1, "", why + "nothing was changed: every case has to pass first\n")
    assert _read() == before


def test_nothing_to_change() -> None:
    Path("r", "readings.cases.yaml").unlink()
    _write("rule-set.yaml", RULES)
    summary = (
        "r 1.0.0: 0 mutants, 0 killed by 0 cases, 0 unnoticed, 0 the same in every situation, 0 undecided\n"
        "unnoticed only where facts are missing or estimated: 0\n"
        "mutation score: 100 % of 0 mutants that say something else\n"
    )
    assert _said(_run()) == (1, summary, "there is nothing to change\n")


def test_what_is_given_up_is_undecided() -> None:
    _write("rule-set.yaml", RULES + SMALL.replace("{fact: n, at_least: 2}", "{fact: a, is: true}"))
    result = _run("--limit", "1")
    lines = result.stdout.splitlines()
    assert (result.exit_code, result.stderr, len(lines)) == (1, "", 5)
    why = "no case notices, and whether it matters is undecided: the limit of 1 steps was reached"
    changes = ("8:23: c: `all` becomes `any`", "8:37: c: without `a is true`")
    for line, change in zip(lines[:2], changes, strict=True):
        head, _, version = line.partition(" (z3 ")
        assert head == f"r/rule-set.yaml:{change}: {why}"
        assert version.endswith(")")
    assert lines[2:] == [
        "r 1.0.0: 5 mutants, 3 killed by 1 case, 0 unnoticed, 0 the same in every situation, 2 undecided",
        "unnoticed only where facts are missing or estimated: 0",
        "mutation score: 60 % of 5 mutants that say something else",
    ]


def test_what_a_situation_shows_is_not_given_up() -> None:
    result = _run("--limit", "1")
    assert result.exit_code == 1
    assert result.stdout.endswith("\n" + SUMMARY)


def test_there_is_no_such_folder() -> None:
    result = CliRunner().invoke(main, ["mutate", "nowhere"], prog_name="comity")
    why = "Error: Invalid value for PATH: there is no file or folder `nowhere`\n"
    assert _said(result) == (2, "", USAGE + why)
