"""`comity prove` as its users meet it: what it says of each answer, in every form, and when it fails.

That the answers are right is for the tests of the solver; here it is what is printed. What is printed of a refutation
is run: a case that is pasted comes out as it says. After a wanted change of the properties of the built-in rule set,
regenerate what is printed of them and read the difference:

    COMITY_REGENERATE=1 python -m pytest tests/test_prove_command.py -k golden
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft7Validator
from junitparser import Error, Failure, JUnitXml

from comity.cli import main
from comity.engine.assessment.assess import assess
from comity.engine.builtin import rule_set_ids, rules_folder
from comity.engine.checking import proofs
from comity.engine.checking.cases import run_case
from comity.engine.checking.proofs import prove
from comity.engine.checking.refutations import scenes
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import Basis, Property, RuleSet, Situation
from comity.engine.language.situation import load_cases
from comity.engine.language.source import Document, read
from comity.engine.report.proofs import Shown, proofs_text
from tests.brute import Claims, claims

ROOT = Path(__file__).parent
GOLDEN = ROOT / "golden" / "prove"
BUILT_IN = {name: accept(load_rule_set(rules_folder() / name)) for name in rule_set_ids()}
OAS = BUILT_IN["oas-2013"]
SARIF = Draft7Validator(json.loads((ROOT / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8")))

HEAD = "rule_set: r\nversion: 1.0.0\ntitle: A small rule set\n"
RULES = """\
facts:
  people: {type: count, unit: people, title: People}
  beds: {type: count, unit: people, title: Beds}
  tents: {type: boolean, title: Tents}
parameters:
  enough: {value: 5, unit: people}
criteria:
  many: {title: Many people, when: {fact: people, at_least: {parameter: enough}}}
  few-beds: {title: Too few beds, when: {fact: people, more_than: {fact: beds}}}
  sheltered: {title: Sheltered, when: {any: [{not: {criterion: few-beds}}, {fact: tents, is: true}]}}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test begin in an empty folder."""
    monkeypatch.chdir(tmp_path)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["prove", *arguments], prog_name="comity")


def _write(folder: str, text: str, head: str = HEAD) -> None:
    Path(folder).mkdir(exist_ok=True)
    (Path(folder) / "rule-set.yaml").write_text(head + text, encoding="utf-8")


def _proved(claim: str, *arguments: str, rules: str = RULES) -> tuple[int, list[str]]:
    """Return the exit code and the lines about one property, `x`, of a rule set in the folder `r`."""
    _write("r", f"{rules}properties:\n  x: {{title: The claim, {claim}}}\n")
    result = _run("r", *arguments)
    assert result.stderr == ""
    first, *lines = result.stdout.splitlines()
    assert first == "r 1.0.0: A small rule set"
    return result.exit_code, lines


def _pasted(rules: RuleSet, lines: list[str]) -> tuple[Situation, ...]:
    document = read("\n".join(["cases:", *lines, ""]).encode(), "pasted.yaml")
    assert isinstance(document, Document), lines
    return accept(load_cases(document, rules))


# --- the built-in rule sets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILT_IN)
def test_golden_report_of_each_built_in_rule_set(name: str) -> None:
    result, golden = _run(name), GOLDEN / f"{name}.txt"
    assert (result.exit_code, result.stderr) == (0, "")
    if os.environ.get("COMITY_REGENERATE"):
        golden.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == golden.read_text(encoding="utf-8")
    assert _run("--rules", name).stdout == result.stdout


def test_without_a_path_all_that_is_built_in_is_proved() -> None:
    reports = [(GOLDEN / f"{name}.txt").read_text(encoding="utf-8").splitlines() for name in BUILT_IN]
    count = sum(len(rules.properties) for rules in BUILT_IN.values())
    result = _run()
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        *(line for report in reports for line in report[:-1]),
        f"{count} properties: {count} proved",
    ]


@pytest.mark.parametrize("name", ["excom-100-109", "oas-2013"])
def test_a_built_in_rule_set_states_enough_and_says_who_says_so(name: str) -> None:
    properties = [*BUILT_IN[name].properties.values()]
    assert len(properties) >= 12
    assert {one.kind for one in properties} == {*Property.__annotations__["kind"].__args__}
    assert [one.id for one in properties if not one.sources or one.basis is None] == []
    assert [one.id for one in properties if one.basis is Basis.EDITORIAL and one.note is None] == []


@pytest.mark.parametrize(
    ("facts", "notes"),
    [
        ("{populations: [{refugees: 4, settled: 5}]}", [1, 2]),
        ("{populations: [{refugees: 5, settled: 5}]}", []),
        ("{settled_refugees: 5, refugees_same_profile: 4}", [2]),
        ("{settled_refugees: 5, refugees_same_profile: 5}", []),
        ("{settled_refugees: 5, refugees_same_profile: 4..}", []),
        ("{settled_refugees: 5, populations: [{refugees: 3, settled: 2}, {refugees: 2, settled: 2}]}", [3]),
        ("{settled_refugees: 5, populations: [{refugees: 3, settled: 3}, {refugees: 2, settled: 2}]}", []),
        ("{settled_refugees: 5}", []),
    ],
)
def test_what_cannot_be_gets_a_note(facts: str, notes: list[int]) -> None:
    text = f"cases: [{{name: a, as_of: 2013-01-31, facts: {facts}, expect: {{long-exile: met}}}}]\n"
    document = read(text.encode(), "cases.yaml")
    assert isinstance(document, Document)
    (case,) = accept(load_cases(document, OAS))
    told = [note.values["text"] for note in assess(OAS, case).notes if note.code == "impossible"]
    assert told == [OAS.impossible[index].note for index in notes]


# --- what a proof says ----------------------------------------------------------------------------------------------

COMPLETE = "in every complete situation"
MANY = "stays_met: {criterion: many}, rises: people"


@pytest.mark.parametrize(
    ("claim", "covered"),
    [
        ("implies: [{fact: people, at_least: 6}, {criterion: many}]", COMPLETE),
        ("excludes: [{fact: people, at_most: 4}, {criterion: many}]", COMPLETE),
        ("equals: [{not: {fact: people, at_most: 4}}, {criterion: many}]", COMPLETE),
        ("guarantees: [{fact: people, at_least: 5}, {criterion: many}]", "in every situation, complete or not"),
        (MANY, COMPLETE),
        ("stays_met: {criterion: sheltered}, rises: beds", COMPLETE),
    ],
)
def test_a_proof_says_of_which_situations_it_speaks(claim: str, covered: str) -> None:
    lines = ["proved     x: The claim", f"           {covered}, as of 31 December 2000", "1 property: 1 proved"]
    assert _proved(claim) == (0, lines)


TABLE = """\
facts:
  groups: {type: table, title: Groups, columns: {n: {type: count, title: Number}, k: {type: count}}}
  all_people: {type: count, derive: {total: n, of: groups}}
criteria:
  many: {title: Many, when: {fact: all_people, at_least: 5}}
  large: {title: Large, when: {some: groups, where: {fact: n, at_least: 5}}}
"""


AMONG_ROWS = "implies: [{criterion: large}, {some: groups, where: {fact: n, at_least: 4}}]"


@pytest.mark.parametrize(
    ("claim", "rows"),
    [
        ("stays_met: {criterion: many}, rises: groups.n", "any number of"),
        ("implies: [{criterion: many}, {fact: all_people, at_least: 4}]", "any number of"),
        (AMONG_ROWS, "up to 3"),
    ],
)
def test_a_proof_says_for_how_many_rows_it_holds(claim: str, rows: str) -> None:
    covered = f"           {COMPLETE}, in tables of {rows} rows, as of 31 December 2000"
    assert _proved(claim, rules=TABLE) == (0, ["proved     x: The claim", covered, "1 property: 1 proved"])


def test_a_proof_names_what_it_leaves_out_and_nothing_else() -> None:
    rules = f"""{RULES}impossible:
  - {{when: {{all: [{{fact: tents, is: true}}, {{fact: beds, at_least: 5}}]}}, note: Tents have no beds.}}
  - {{when: {{fact: people, at_least: 1000}}, note: Nobody has ever seen so many.}}
"""
    claim = "excludes: [{fact: beds, at_least: 5}, {fact: tents, is: true}]"
    assert _proved(claim, rules=rules) == (
        0,
        [
            "proved     x: The claim",
            f"           {COMPLETE}, as of 31 December 2000",
            "           leaving out what is impossible: Tents have no beds.",
            "1 property: 1 proved",
        ],
    )


READINGS = f"""{RULES}readings:
  usual: {{title: As usual, default: true}}
  strict: {{title: Stricter, set: {{enough: 10}}}}
"""


def test_a_proof_says_under_which_reading_it_holds() -> None:
    covered = f"           {COMPLETE}, under the reading `strict`, as of 31 December 2000"
    claim = "implies: [{criterion: many}, {fact: people, at_least: 10}], reading: strict"
    assert _proved(claim, rules=READINGS) == (0, ["proved     x: The claim", covered, "1 property: 1 proved"])


DATED = RULES.replace(
    "{value: 5, unit: people}", "{values: {2004-01-01: 5, 2010-07-01: 8, 2012-01-01: 6}, unit: people}"
)


def test_with_dated_parameters_there_is_an_answer_for_each_date() -> None:
    covered = f"           {COMPLETE}, as of 1 January 2004, 1 July 2010 and 1 January 2012"
    claim = "implies: [{criterion: many}, {fact: people, at_least: 5}]"
    assert _proved(claim, rules=DATED) == (0, ["proved     x: The claim", covered, "1 property: 1 proved"])
    assert _proved(claim, "--as-of", "2011-03-01", rules=DATED)[1][1] == f"           {COMPLETE}, as of 1 March 2011"


def test_a_proof_of_nothing_says_so_and_fails() -> None:
    claim = "implies: [{all: [{fact: people, less_than: 5}, {criterion: many}]}, {fact: tents, is: true}]"
    assert _proved(claim) == (
        1,
        [
            "vacuous    x: The claim",
            "           r/rule-set.yaml:15:6",
            "           it says nothing, since this is never met: People is less than 5 people and Many people",
            f"           {COMPLETE}, as of 31 December 2000",
            "1 property: 1 vacuous",
        ],
    )


def test_a_title_is_told_in_one_line() -> None:
    _write("r", f'{RULES}properties: {{x: {{title: "The\\n\\nclaim", {MANY}}}}}\n')
    assert _run("r").stdout.splitlines()[1:3] == [
        "proved     x: The claim",
        f"           {COMPLETE}, as of 31 December 2000",
    ]


# --- what a refutation shows ----------------------------------------------------------------------------------------


def _refuted(*lines: str) -> tuple[int, list[str]]:
    """Return what is said of a refuted property: these lines below its place, indented, and the cases."""
    inner = [line if line.startswith(("  - ", "    ")) else f"           {line}" for line in lines]
    return 1, ["refuted    x: The claim", *inner, "1 property: 1 refuted"]


def test_a_situation_that_refutes_is_told_in_words_and_as_a_case() -> None:
    assert _proved("implies: [{criterion: many}, {criterion: few-beds}]") == _refuted(
        "r/rule-set.yaml:15:6",
        "in this situation, as of 31 December 2000:",
        "  People: 5 people",
        "  Beds: 5 people",
        "met: Many people",
        "not met: Too few beds",
        "as a case, which expects what comes out now:",
        "  - name: x",
        "    as_of: 2000-12-31",
        "    facts:",
        "      people: 5",
        "      beds: 5",
        "    expect: {many: met, few-beds: not-met}",
    )


def test_what_a_partial_situation_leaves_open_refutes_a_guarantee() -> None:
    assert _proved(
        "guarantees: [{criterion: many}, {any: [{fact: tents, is: true}, {fact: tents, is: false}]}]"
    ) == _refuted(
        "r/rule-set.yaml:15:6",
        "in this situation, as of 31 December 2000:",
        "  People: 5 people",
        "met: Many people",
        "cannot tell: Tents is yes or Tents is no",
        "as a case, which expects what comes out now:",
        "  - name: x",
        "    as_of: 2000-12-31",
        "    facts:",
        "      people: 5",
        "    expect: {many: met}",
    )


def test_without_a_conclusion_there_is_no_case() -> None:
    assert _proved("excludes: [{fact: tents, is: true}, {fact: beds, at_least: 3}]") == _refuted(
        "r/rule-set.yaml:15:6",
        "in this situation, as of 31 December 2000:",
        "  Beds: 3 people",
        "  Tents: yes",
        "met: Tents is yes",
        "met: Beds is at least 3 people",
    )


def test_what_moves_is_told_as_a_pair() -> None:
    assert _proved("stays_met: {criterion: few-beds}, rises: beds") == _refuted(
        "r/rule-set.yaml:15:6",
        "in this situation, as of 31 December 2000:",
        "  People: 1 people",
        "  Beds: 0 people",
        "met: Too few beds",
        "with this instead:",
        "  Beds: 1 people",
        "not met: Too few beds",
        "as cases, which expect what comes out now:",
        "  - name: x, before",
        "    as_of: 2000-12-31",
        "    facts:",
        "      people: 1",
        "      beds: 0",
        "    expect: {few-beds: met}",
        "  - name: x, after",
        "    as_of: 2000-12-31",
        "    facts:",
        "      people: 1",
        "      beds: 1",
        "    expect: {few-beds: not-met}",
    )


def test_a_column_that_moves_is_told_by_its_row() -> None:
    code, lines = _proved("stays_met: {not: {criterion: large}}, rises: groups.n", rules=TABLE)
    assert (code, lines[2:10]) == (
        1,
        [
            "           in this situation, as of 31 December 2000:",
            "             Groups, row 1: Number: 0",
            "           met: not (Large)",
            "           with this instead:",
            "             Groups, row 1: Number: 5",
            "           not met: not (Large)",
            "           as cases, which expect what comes out now:",
            "  - name: x, before",
        ],
    )


def test_readings_that_differ_are_told_by_what_differs() -> None:
    assert _proved("readings: [usual, strict], differ_only_in: [few-beds]", rules=READINGS) == _refuted(
        "r/rule-set.yaml:18:6",
        "in this situation, as of 31 December 2000:",
        "  People: 5 people",
        "met under the reading `usual`: Many people",
        "not met under the reading `strict`: Many people",
        "as cases, which expect what comes out now:",
        "  - name: x, usual",
        "    as_of: 2000-12-31",
        "    reading: usual",
        "    facts:",
        "      people: 5",
        "    expect: {many: met}",
        "  - name: x, strict",
        "    as_of: 2000-12-31",
        "    reading: strict",
        "    facts:",
        "      people: 5",
        "    expect: {many: not-met}",
    )
    assert _proved("readings: [usual, strict], differ_only_in: [many]", rules=READINGS)[0] == 0


def test_a_refutation_under_a_reading_names_it() -> None:
    code, lines = _proved("excludes: [{criterion: many}, {fact: tents, is: true}], reading: strict", rules=READINGS)
    assert (code, lines[3:7]) == (
        1,
        [
            "             People: 10 people",
            "             Tents: yes",
            "           met under the reading `strict`: Many people",
            "           met under the reading `strict`: Tents is yes",
        ],
    )
    assert "    reading: strict" in lines


def test_of_several_days_the_first_refutation_is_told_in_full() -> None:
    claim = "implies: [{fact: people, at_least: 6}, {criterion: many}]"
    code, lines = _proved(claim, rules=DATED.replace("2012-01-01: 6", "2012-01-01: 9"))
    assert (code, lines) == _refuted(
        "r/rule-set.yaml:15:6",
        "in this situation, as of 1 July 2010:",
        "  People: 6 people",
        "met: People is at least 6 people",
        "not met: Many people",
        "refuted too as of 1 January 2012",
        "proved as of 1 January 2004",
        "as a case, which expects what comes out now:",
        "  - name: x",
        "    as_of: 2010-07-01",
        "    facts:",
        "      people: 6",
        "    expect: {many: not-met}",
    )


def test_nothing_at_all_may_have_to_be_stated() -> None:
    code, lines = _proved("implies: [{every: groups, where: {fact: n, at_least: 5}}, {criterion: large}]", rules=TABLE)
    assert (code, lines[2:6]) == (
        1,
        [
            "           in this situation, as of 31 December 2000:",
            "             Groups: no rows",
            "           met: in every row of Groups: Number is at least 5",
            "           not met: Large",
        ],
    )
    code, lines = _proved("excludes: [{fact: people, at_least: 0}, {fact: people, at_least: 0}]")
    assert (code, lines[2:4]) == (
        1,
        [
            "           in a situation of which nothing is stated, as of 31 December 2000:",
            "           met: People is at least 0 people",
        ],
    )


# --- what is not decided --------------------------------------------------------------------------------------------


def test_what_is_not_decided_says_why() -> None:
    import z3

    code, lines = _proved("implies: [{criterion: many}, {criterion: few-beds}]", "--limit", "1")
    why = f"the limit of 1 steps was reached (z3 {z3.get_version_string()})"
    assert (code, lines) == (
        1,
        [
            "undecided  x: The claim",
            "           r/rule-set.yaml:15:6",
            f"           undecided as of 31 December 2000: {why}",
            "1 property: 1 undecided",
        ],
    )


def test_where_nothing_is_possible_nothing_is_proved() -> None:
    rules = f"{RULES}impossible: [{{when: {{fact: people, at_least: 0}}, note: Nobody.}}]\n"
    why = "no situation is possible: what is `impossible` leaves none"
    assert _proved("implies: [{criterion: many}, {fact: people, at_least: 5}]", rules=rules) == (
        1,
        [
            "undecided  x: The claim",
            "           r/rule-set.yaml:16:6",
            f"           undecided as of 31 December 2000: {why}",
            "1 property: 1 undecided",
        ],
    )


# --- which rule sets, and when it fails -----------------------------------------------------------------------------

PROPERTIES = """\
properties:
  more: {title: More people, stays_met: {criterion: many}, rises: people}
  as-many: {title: As many, guarantees: [{criterion: many}, {fact: people, at_least: 5}]}
"""


def test_several_rule_sets_and_some_of_their_properties() -> None:
    _write("a", RULES + PROPERTIES, HEAD.replace("rule_set: r", "rule_set: a"))
    _write("b", RULES, HEAD.replace("rule_set: r", "rule_set: b"))
    result = _run(".")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "a 1.0.0: A small rule set",
        "proved     more: More people",
        f"           {COMPLETE}, as of 31 December 2000",
        "proved     as-many: As many",
        "           in every situation, complete or not, as of 31 December 2000",
        "b 1.0.0: it states no properties",
        "2 properties: 2 proved",
    ]
    result = _run(".", "--only", "as-many")
    assert (result.exit_code, result.stdout.splitlines()[1]) == (0, "proved     as-many: As many")
    assert result.stdout.splitlines()[-1] == "1 property: 1 proved"
    assert _run("--rules", "a").stdout.splitlines()[-1] == "2 properties: 2 proved"


def test_nothing_to_prove_is_a_failure() -> None:
    _write("b", RULES)
    result = _run("b")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == "r 1.0.0: it states no properties\nthere is nothing to prove\n"
    Path("empty").mkdir()
    result = _run("empty")
    assert (result.exit_code, result.stdout) == (1, "there is nothing to prove; could not be used: 1 folder\n")
    assert (
        result.stderr == "empty:1:1: error[nothing-to-check]: there is nothing to check in `empty`: no `*.yaml` file\n"
    )
    result = _run("b", "--format", "github")
    told = "there is nothing to prove: no rule set here states a property%0Astate one under `properties`"
    assert (result.exit_code, result.stdout) == (
        1,
        f"::error file=b,line=1,col=1,title=nothing-to-check::{told}\nthere is nothing to prove\n",
    )


def test_a_rule_set_that_cannot_be_used_is_a_failure() -> None:
    _write("a", RULES + PROPERTIES)
    _write("b", RULES.replace("criterion: few-beds", "criterion: few-bed") + PROPERTIES)
    result = _run("a", "b")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "2 properties: 2 proved; could not be used: 1 rule set"
    assert result.stderr == (
        "b/rule-set.yaml:13:64: error[unknown-conclusion]: there is no criterion `few-bed`\n"
        "    hint: did you mean `few-beds`?\n"
    )
    result = _run("b")
    assert (result.exit_code, result.stdout) == (1, "there is nothing to prove; could not be used: 1 rule set\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "Invalid value for PATH: there is no file or folder `nowhere`"),
        (
            ["--rules", "oas-2103"],
            "Invalid value for --rules: there is no rule set `oas-2103`; did you mean `oas-2013`?",
        ),
        (["a", "--only", "mroe"], "Invalid value for --only: there is no property `mroe`; did you mean `more`?"),
        (["a", "--only", "z"], "Invalid value for --only: there is no property `z`; properties: more, as-many"),
        (["b", "--only", "z"], "Invalid value for --only: there is no property `z`; properties: none"),
        (["a", "--as-of", "2013"], "Invalid value for '--as-of': `2013` is not a date: write it like 2013-01-31"),
        (["a", "--limit", "0"], "Invalid value for '--limit': 0 is not in the range x>=1."),
    ],
)
def test_wrong_use(arguments: list[str], message: str) -> None:
    _write("a", RULES + PROPERTIES)
    _write("b", RULES)
    result = _run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == f"Error: {message}"


def test_the_limit_that_the_help_names_is_the_limit() -> None:
    from comity.engine.translation.solver import LIMIT

    assert f"[default: {LIMIT}]" in " ".join(_run("--help").output.split())


# --- for programs ---------------------------------------------------------------------------------------------------

MIXED = f"""{DATED}properties:
  more: {{title: More people, stays_met: {{criterion: many}}, rises: people}}
  bed: {{title: Beds, stays_met: {{criterion: few-beds}}, rises: beds}}
  nobody:
    title: Nobody
    excludes: [{{all: [{{fact: people, less_than: 5}}, {{criterion: many}}]}}, {{fact: tents, is: true}}]
"""


def test_json() -> None:
    _write("r", MIXED)
    result = _run("r", "--format", "json")
    assert (result.exit_code, result.stderr) == (1, "")
    document = json.loads(result.stdout)
    assert result.stdout == json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    days = ("2004-01-01", "2010-07-01", "2012-01-01")
    proved: dict[str, Any] = {"rows": None, "leaving_out": [], "why": None, "situations": [], "cases": None}

    def situation(beds: str, came: str) -> dict[str, Any]:
        return {
            "reading": None,
            "facts": {"people": "1", "beds": beds},
            "came": [{"of": "Too few beds", "as": came}],
            "expect": {"few-beds": came},
        }

    def cases(day: str) -> str:
        return "".join(
            f"  - name: bed, {name}\n    as_of: {day}\n    facts:\n      people: 1\n      beds: {beds}\n"
            f"    expect: {{few-beds: {came}}}\n"
            for name, beds, came in (("before", 0, "met"), ("after", 1, "not-met"))
        )

    def stated(name: str, title: str, kind: str, at: tuple[int, int], result: str, answers: Any) -> dict[str, Any]:
        place = {"file": "r/rule-set.yaml", "line": at[0], "column": at[1]}
        head = {"id": name, "title": title, "kind": kind, "reading": None, **place}
        return {**head, "result": result, "vacuous": name == "nobody", "answers": answers}

    assert document == {
        "format": "comity-prove/1",
        "proved": 1,
        "vacuous": 1,
        "refuted": 1,
        "undecided": 0,
        "rule_sets": [
            {
                "id": "r",
                "version": "1.0.0",
                "properties": [
                    stated(
                        *("more", "More people", "stays-met", (15, 9), "proved"),
                        [{"as_of": day, "result": "proved", **proved} for day in days],
                    ),
                    stated(
                        *("bed", "Beds", "stays-met", (16, 8), "refuted"),
                        [
                            {
                                "as_of": day,
                                "result": "refuted",
                                **proved,
                                "situations": [situation("0", "met"), situation("1", "not-met")],
                                "cases": cases(day),
                            }
                            for day in days
                        ],
                    ),
                    stated(
                        *("nobody", "Nobody", "excludes", (18, 5), "proved"),
                        [{"as_of": day, "result": "proved", **proved} for day in days],
                    ),
                ],
            }
        ],
        "diagnostics": [],
    }


def test_json_says_of_which_tables_it_speaks_and_what_is_wrong() -> None:
    _write("r", f"{TABLE}properties:\n  x: {{title: X, {AMONG_ROWS}}}\n")
    _write("s", TABLE)
    (Path("s") / "other.yaml").write_text("facts: {}\n", encoding="utf-8")
    document = json.loads(_run("r", "s", "--format", "json").stdout)
    assert [one["rows"] for one in document["rule_sets"][0]["properties"][0]["answers"]] == [3]
    assert [(one["file"], one["code"]) for one in document["diagnostics"]] == [("s/other.yaml", "empty-value")]


WORDS = {
    "bed": "the property `bed` does not hold: Beds",
    "nobody": "the property `nobody` says nothing: Nobody",
}
PAIR = [
    "in this situation, as of 1 January 2004:",
    "  People: 1 people",
    "  Beds: 0 people",
    "met: Too few beds",
    "with this instead:",
    "  Beds: 1 people",
    "not met: Too few beds",
    "refuted too as of 1 July 2010 and 1 January 2012",
]
NOTHING = [
    "it says nothing, since this is never met: People is less than 5 people and Many people",
    f"{COMPLETE}, as of 1 January 2004, 1 July 2010 and 1 January 2012",
]


def test_github() -> None:
    _write("r", MIXED)
    result = _run("r", "--format", "github")
    assert (result.exit_code, result.stderr) == (1, "")
    place = "::error file=r/rule-set.yaml,line="
    assert result.stdout.splitlines() == [
        f"{place}16,col=8,title=refuted-property::{'%0A'.join([WORDS['bed'], *PAIR])}",
        f"{place}18,col=5,title=vacuous-property::{'%0A'.join([WORDS['nobody'], *NOTHING])}",
        "3 properties: 1 proved, 1 vacuous, 1 refuted",
    ]
    (line, _) = _run("r", "--format", "github", "--only", "nobody", "--limit", "1").stdout.splitlines()
    assert line.startswith(f"{place}18,col=5,title=undecided-property::the property `nobody` is not decided: Nobody%0A")


def test_sarif() -> None:
    _write("r", MIXED)
    result = _run("r", "--format", "sarif")
    assert (result.exit_code, result.stderr) == (1, "")
    log = json.loads(result.stdout)
    assert [error.message for error in SARIF.iter_errors(log)] == []
    (run,) = log["runs"]
    assert run["automationDetails"] == {"id": "comity-prove/"}
    assert run["tool"]["driver"]["version"] == version("comity")
    assert [one["id"] for one in run["tool"]["driver"]["rules"]] == ["refuted-property", "vacuous-property"]
    assert [one["message"]["text"] for one in run["results"]] == [
        "\n".join([WORDS["bed"], *PAIR]),
        "\n".join([WORDS["nobody"], *NOTHING]),
    ]


def test_sarif_has_nothing_to_say_of_what_is_proved() -> None:
    _write("r", RULES + PROPERTIES)
    result = _run("r", "--format", "sarif")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["runs"][0]["results"] == []


def test_junit() -> None:
    _write("r", MIXED)
    _write("s", RULES.replace("criterion: few-beds", "criterion: few-bed"))
    result = _run("r", "s", "--format", "junit")
    assert result.exit_code == 1
    (suite,) = JUnitXml.fromstring(result.stdout.encode())
    assert (suite.name, suite.tests, suite.failures, suite.errors) == ("comity prove", 4, 2, 1)
    broken, *told = suite
    assert (broken.classname, broken.name, type(broken.result[0])) == ("comity.prove", "s/rule-set.yaml", Error)
    assert {(one.classname, one.name) for one in told} == {
        ("r.rule-set.yaml", name) for name in ("more", "bed", "nobody")
    }
    found = {one.name: [(type(fault), fault.message, fault.text) for fault in one.result] for one in told}
    _, lines = _proved("stays_met: {criterion: few-beds}, rises: beds", "--as-of", "2004-01-01", rules=DATED)
    cases = [line.replace("name: x", "name: bed") for line in lines[lines.index("  - name: x, before") : -1]]
    assert found == {
        "more": [],
        "bed": [(Failure, WORDS["bed"], "\n".join([f"r/rule-set.yaml:16:8: {WORDS['bed']}", *PAIR, *cases]))],
        "nobody": [(Failure, WORDS["nobody"], "\n".join([f"r/rule-set.yaml:18:5: {WORDS['nobody']}", *NOTHING]))],
    }


def test_a_report_goes_to_a_file() -> None:
    _write("r", MIXED)
    result = _run("r", "--format", "junit", "-o", "report.xml")
    assert (result.exit_code, result.output) == (1, "")
    assert Path("report.xml").read_text(encoding="utf-8") == _run("r", "--format", "junit").stdout


# --- long work ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", [[], ["-o", "report.txt"]])
def test_what_is_proved_is_not_lost_when_somebody_interrupts(
    monkeypatch: pytest.MonkeyPatch, output: list[str]
) -> None:
    def interrupted(rules: RuleSet, property_: Property, as_of: date | None, limit: int) -> Any:
        if property_.id == "as-many":
            raise KeyboardInterrupt
        return prove(rules, property_, as_of, limit)

    monkeypatch.setattr(proofs, "prove", interrupted)
    _write("a", RULES + PROPERTIES)
    result = _run("a", *output)
    assert (result.exit_code, result.stderr) == (130, "")
    assert result.stdout.splitlines() == [
        "r 1.0.0: A small rule set",
        "proved     more: More people",
        f"           {COMPLETE}, as of 31 December 2000",
        "interrupted: 1 of 2 answered",
    ]
    assert not Path("report.txt").exists()
    result = _run("a", "--format", "json")
    assert (result.exit_code, result.output) == (130, "")


CUBES = "".join(
    f"  {name}: {{type: count}}\n"
    f"  {name}3: {{type: number, derive: {{product: [{{fact: {name}}}, {{fact: {name}}}, {{fact: {name}}}]}}}}\n"
    for name in "abc"
)
HARD = f"""\
facts:
{CUBES}criteria:
  sum:
    title: Sum
    when:
      all:
        - {{fact: a3, is: {{sum: [{{fact: b3}}, {{fact: c3}}]}}}}
        - {{fact: b, at_least: 1}}
        - {{fact: c, at_least: 1}}
properties:
  easy: {{title: Easy, implies: [{{fact: a, at_least: 2}}, {{fact: a, at_least: 1}}]}}
  hard: {{title: Hard, excludes: [{{criterion: sum}}, {{fact: a, at_most: 1000}}]}}
"""


class _Terminal:
    """A process with a terminal for its standard error."""

    def __init__(self, *arguments: str, term: str = "xterm") -> None:
        pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
        self.ours, self.theirs = pty.openpty()
        self.told = ""
        command = [sys.executable, "-m", "comity.cli", "prove", *arguments]
        env = {**os.environ, "TERM": term}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.theirs, env=env, encoding="utf-8")

    def wait_for(self, text: str) -> None:
        """Read what the terminal shows until it ends with `text`."""
        while not self.told.endswith(text):
            assert select.select([self.ours], [], [], 60)[0], self.told
            self.told += os.read(self.ours, 4096).decode()

    def finish(self) -> tuple[int, str, str]:
        """Return the exit code, the standard output, and what the terminal showed."""
        stdout, _ = self.process.communicate(timeout=60)
        os.write(self.theirs, b".")
        self.wait_for(".")
        os.close(self.theirs)
        os.close(self.ours)
        return self.process.returncode, stdout, self.told


PROVING = "\r\x1b[Kproving 1 of 2: {}\r\x1b[Kproving 2 of 2: {}"


def test_a_terminal_shows_what_is_being_proved() -> None:
    _write("a", RULES + PROPERTIES)
    report = _run("a").stdout
    assert _Terminal("a").finish() == (0, report, f"{PROVING.format('more', 'as-many')}\r\x1b[K.")
    assert _Terminal("a", term="dumb").finish() == (0, report, ".")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal for one process")
def test_ctrl_c_stops_a_search() -> None:
    """The sum of two cubes is no cube, which no solver finds out by trying."""
    _write("r", HARD)
    terminal = _Terminal("r", "--limit", str(10**9))
    terminal.wait_for(PROVING.format("easy", "hard"))
    time.sleep(1)  # so that the search has begun
    terminal.process.send_signal(signal.SIGINT)
    code, stdout, told = terminal.finish()
    assert (code, told) == (130, f"{PROVING.format('easy', 'hard')}\r\x1b[K.")
    assert stdout.splitlines()[1:] == [
        "proved     easy: Easy",
        f"           {COMPLETE}, as of 31 December 2000",
        "interrupted: 1 of 2 answered",
    ]


# --- any refutation -------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(claims())
def test_what_is_printed_of_a_refutation_is_true(claims_: Claims) -> None:
    """Every case that is printed comes out as it says, and what is printed of the verdicts is what refutes."""
    rules = claims_.rules
    for property_ in rules.properties.values():
        proof = prove(rules, property_)
        shown = Shown(rules, proof, scenes(rules, proof))
        lines = [*proofs_text([rules], [shown])]
        cases = [line for line in lines[1:] if line.startswith(("  - ", "    ")) and not line.startswith(" " * 11)]
        for case in _pasted(rules, cases) if cases else ():
            assert run_case(rules, case).failures == (), lines
        came = [[word for _, word in one.came] for several in shown.scenes for one in several]
        for words in came if property_.kind in ("implies", "excludes", "guarantees") else ():
            assert words[0] in ("met", "called-for")
            assert (words[1] in ("met", "called-for")) is (property_.kind == "excludes")
        for several in shown.scenes:
            if property_.kind in ("stays-met", "readings") and several:
                one, other = ([*zip(*scene.came, strict=True)][1] for scene in several)
                assert one
                assert all(word != end for word, end in zip(one, other, strict=True))
