"""Coverage: what cases reach, by hand on a small rule set and by brute force on generated ones; and the command."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings

from comity.cli import main
from comity.engine.assessment.aggregates import at_least
from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS, Run, compile_rules
from comity.engine.assessment.explain import Trace, finding, result
from comity.engine.builtin import rule_set_ids
from comity.engine.checking.coverage import Goal, coverage, percent
from comity.engine.language.condition import AllOf, AnyOf, AtLeast, Count, Every, Some, Test, Total
from comity.engine.language.diagnostic import Span
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.language.mutants import quoted
from comity.engine.language.operators import ELAPSED, Operator
from comity.engine.language.quantity import Range
from comity.engine.language.situation import load_cases
from comity.engine.language.source import Document, read
from comity.engine.language.truth import Kleene, all_of, any_of
from tests.strategies import Case, cases, load

SLOW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def rule_set(text: str) -> RuleSet:
    document = read(f"rule_set: r\nversion: 1.0.0\ntitle: R\n{text}".encode(), "r.yaml")
    assert isinstance(document, Document)
    loaded = build_rule_set([document], "r")
    assert loaded.value is not None, loaded.diagnostics
    return loaded.value


def reached(rules: RuleSet, *facts: str, day: str = "2013-01-31", more: str = "") -> list[str]:
    """Return what cases with these facts do not reach."""
    return [goal.missing for goal in goals(rules, *facts, day=day, more=more) if not goal.reached]


def goals(rules: RuleSet, *facts: str, day: str = "2013-01-31", more: str = "") -> tuple[Goal, ...]:
    if not facts:
        return coverage(rules, ())
    expect = f"expect: {{{next(iter(rules.criteria))}: met}}"
    lines = [f"  - {{name: n{i}, as_of: {day}, facts: {one}, {expect}{more}}}\n" for i, one in enumerate(facts)]
    document = read(("cases:\n" + "".join(lines)).encode(), "r.cases.yaml")
    assert isinstance(document, Document)
    loaded = load_cases(document, rules)
    assert loaded.value is not None, loaded.diagnostics
    return coverage(rules, loaded.value)


def test_each_conclusion_comes_out_in_three_ways() -> None:
    rules = rule_set(
        "facts: {a: {type: boolean}}\n"
        "criteria: {c: {title: C, when: {fact: a, is: true}}}\n"
        "principles: {p: {title: P, breached_when: {fact: a, is: true}}}\n"
    )
    assert reached(rules) == [
        "criterion `c` never comes out met",
        "criterion `c` never comes out unknown",
        "criterion `c` never comes out not-met",
        "principle `p` never comes out in-conflict",
        "principle `p` never comes out undetermined",
        "principle `p` never comes out consistent",
    ]
    assert reached(rules, "{a: true}", "{a: false}") == [
        "criterion `c` never comes out unknown",
        "principle `p` never comes out undetermined",
    ]
    assert reached(rules, "{a: true}", "{a: false}", "{}") == []


BOOLEANS = "facts: {a: {type: boolean}, b: {type: boolean}, c: {type: boolean}}\n"


def branches(rules: RuleSet, *facts: str, more: str = "") -> list[str]:
    return [goal.missing for goal in goals(rules, *facts, more=more) if goal.kind == "branch" and goal.reached]


@pytest.mark.parametrize(
    ("join", "facts", "turns"),
    [
        ("all", "{a: true, b: true}", ["a is true` being met", "b is true` being met"]),
        ("all", "{a: false, b: true}", ["a is true` being not met"]),
        ("all", "{b: true}", ["a is true` being unknown"]),
        ("all", "{a: false, b: false}", []),
        ("all", "{a: false}", []),
        ("all", "{a: true}", ["b is true` being unknown"]),
        ("all", "{}", []),
        ("any", "{a: true, b: false}", ["a is true` being met"]),
        ("any", "{a: false, b: false}", ["a is true` being not met", "b is true` being not met"]),
        ("any", "{a: false}", ["b is true` being unknown"]),
        ("any", "{a: true, b: true}", []),
        ("any", "{a: true}", []),
    ],
)
def test_a_part_is_decisive_if_its_join_would_come_out_otherwise_with_it(
    join: str, facts: str, turns: list[str]
) -> None:
    rules = rule_set(
        f"{BOOLEANS}criteria: {{x: {{title: X, when: {{{join}: [{{fact: a, is: true}}, {{fact: b, is: true}}]}}}}}}\n"
    )
    assert branches(rules, facts) == [f"in `x`, nothing turns on `{one}" for one in turns]


THREE = "[{fact: a, is: true}, {fact: b, is: true}, {fact: c, is: true}]"


@pytest.mark.parametrize(
    ("facts", "turns"),
    [
        ("{a: true, b: true, c: false}", ["a is true` being met", "b is true` being met"]),
        ("{a: true, b: false, c: false}", ["b is true` being not met", "c is true` being not met"]),
        ("{a: true, c: false}", ["b is true` being unknown"]),
        ("{a: true, b: true, c: true}", []),
        ("{a: true}", []),
        ("{a: false, b: false, c: false}", []),
    ],
)
@pytest.mark.parametrize("number", ["2", "1.5", "{parameter: two}"])
def test_a_part_of_at_least_is_decisive_if_just_enough_others_are_met(
    number: str, facts: str, turns: list[str]
) -> None:
    parameters = "parameters: {two: {value: 2}}\n"
    when = f"{{at_least: {number}, of: {THREE}}}"
    rules = rule_set(f"{parameters}{BOOLEANS}criteria: {{x: {{title: X, when: {when}}}}}\n")
    assert branches(rules, facts) == [f"in `x`, nothing turns on `{one}" for one in turns]


def test_a_number_that_is_not_known_yet_decides_nothing() -> None:
    rules = rule_set(
        f"parameters: {{two: {{values: {{2020-01-01: 2}}}}}}\n{BOOLEANS}"
        f"criteria: {{x: {{title: X, when: {{at_least: {{parameter: two}}, of: {THREE}}}}}}}\n"
    )
    assert branches(rules, "{a: true, b: true, c: false}") == []


def test_parts_that_are_unknown_together_are_never_decisive_as_unknown() -> None:
    rules = rule_set(
        "facts: {colour: {type: choice, options: [red, green, blue]}}\n"
        "criteria: {x: {title: X, when: {fact: colour, in: [red, green]}}}\n"
    )
    assert reached(rules, "{colour: red}", "{colour: blue}", "{}") == [
        "in `x`, nothing turns on `colour is green` being met"
    ]


def boundaries(declared: str, condition: str, *facts: str, day: str = "2013-01-31") -> tuple[str, str]:
    """Return which sides of a threshold can be reached, and which are."""
    rules = rule_set(
        "parameters: {limit: {value: 5}, moving: {values: {2000-01-01: 5, 2010-01-01: 7}}, long: {value: 5 years}}\n"
        f"facts: {{{declared}}}\ncriteria: {{x: {{title: X, when: {condition}}}}}\n"
    )
    found = [goal for goal in goals(rules, *facts, day=day) if goal.kind == "boundary"]
    sides = {" below the ": "-", " lies at the ": "0", " above the ": "+"}
    names = [next(name for words, name in sides.items() if words in goal.missing) for goal in found]
    came = [name for name, goal in zip(names, found, strict=True) if goal.reached]
    return "".join(names), "".join(came)


@pytest.mark.parametrize(
    ("declared", "condition", "facts", "sides"),
    [
        ("n: {type: count}", "{fact: n, at_least: 5}", "{n: 4}", ("-0+", "-")),
        ("n: {type: count}", "{fact: n, at_least: 5}", "{n: 5}", ("-0+", "0")),
        ("n: {type: count}", "{fact: n, at_least: 5}", "{n: 6}", ("-0+", "+")),
        ("n: {type: count}", "{fact: n, at_least: 5}", "{n: 3}", ("-0+", "")),
        ("n: {type: count}", "{fact: n, at_least: 5}", "{n: 7}", ("-0+", "")),
        ("n: {type: count}", "{fact: n, at_least: 5}", "{n: 4..5}", ("-0+", "")),
        ("n: {type: count}", "{fact: n, is: 5}", "{n: 5}", ("", "")),
        ("n: {type: count}", "{fact: n, more_than: 0}", "{n: 0}", ("0+", "0")),
        ("n: {type: share}", "{fact: n, less_than: 1}", "{n: 1}", ("-0", "0")),
        ("n: {type: number, max: 4}", "{fact: n, at_most: 5}", "{n: 4}", ("-", "")),
        ("n: {type: number}", "{fact: n, at_most: 5}", "{n: 4.995}", ("-0+", "-")),
        ("n: {type: number}", "{fact: n, at_most: 5}", "{n: 4.98}", ("-0+", "")),
        ("n: {type: number, step: 2}", "{fact: n, at_most: 5}", "{n: 7}", ("-0+", "+")),
        ("n: {type: number}", "{fact: n, less_than: {parameter: limit}}", "{n: 5.01}", ("-0+", "+")),
        ("n: {type: number}", "{fact: n, less_than: {parameter: moving}}", "{n: 7}", ("-0+", "0")),
        ("n: {type: number}", "{fact: n, less_than: {parameter: moving}}", "{n: 5}", ("-0+", "")),
        ("n: {type: count}, m: {type: count}", "{fact: n, more_than: {fact: m}}", "{n: 8, m: 9}", ("-0+", "-")),
        ("n: {type: count}, m: {type: count}", "{fact: n, more_than: {fact: m}}", "{n: 8}", ("-0+", "")),
        ("d: {type: date}", "{fact: d, before: 2013-01-31}", "{d: 2013-02-01}", ("-0+", "+")),
        ("d: {type: date}", "{fact: d, after: 2013-01-31}", "{d: 2013-01-30}", ("-0+", "-")),
        ("d: {type: date}", "{fact: d, after: 2013-01-31}", "{d: 2013-01-29}", ("-0+", "")),
        ("d: {type: date}", "{fact: d, elapsed_at_least: 5 years}", "{d: 2008-01-31}", ("-0+", "0")),
        ("d: {type: date}", "{fact: d, elapsed_at_least: {parameter: long}}", "{d: 2008-02-01}", ("-0+", "-")),
        ("d: {type: date}", "{fact: d, elapsed_less_than: 3 days}", "{d: 2013-01-27}", ("-0+", "+")),
        ("l: {type: duration}", "{fact: l, at_least: 5 years}", "{l: 59 months}", ("-0+", "-")),
    ],
)
def test_a_boundary_is_at_a_threshold_or_within_one_step_of_it(
    declared: str, condition: str, facts: str, sides: tuple[str, str]
) -> None:
    assert boundaries(declared, condition, facts) == sides


def test_a_threshold_is_said_in_words_and_where_it_stands() -> None:
    rules = rule_set("facts: {n: {type: count}}\ncriteria: {x: {title: X, when: {fact: n, more_than: 5}}}\n")
    found = [goal for goal in goals(rules, "{n: 5}") if goal.kind == "boundary"]
    assert [(str(goal.at), goal.place, goal.reading, goal.missing, goal.reached) for goal in found] == [
        ("r.yaml:5:39", "x", None, f"in `x`, no value lies {where} the threshold of `n is more than 5`", where == "at")
        for where in ("within one step below", "at", "within one step above")
    ]


TABLE = """\
facts:
  n: {type: count}
  t: {type: table, columns: {x: {type: count}, y: {type: boolean}, z: {type: boolean, derive: DERIVE}}}
criteria: {c: {title: C, when: WHEN}}
"""


def in_rows(when: str, *rows: str, derive: str = "{fact: y, is: true}") -> list[str]:
    rules = rule_set(TABLE.replace("WHEN", when).replace("DERIVE", derive))
    found = goals(rules, *(f"{{n: 3, t: {one}}}" for one in rows))
    return [goal.missing for goal in found if goal.reached and goal.kind != "verdict"]


@pytest.mark.parametrize(
    "when",
    [
        "{some: t, where: WHERE}",
        "{every: t, where: WHERE}",
        "{fact: n, is: {count: t, where: WHERE}}",
        "{fact: n, is: {total: x, of: t, where: WHERE}}",
    ],
)
def test_in_a_table_every_row_counts(when: str) -> None:
    when = when.replace("WHERE", "{all: [{fact: x, at_least: {fact: n}}, {fact: y, is: true}]}")
    assert in_rows(when) == []
    assert in_rows(when, "[]", "unknown") == []
    assert in_rows(when, "[{x: 3, y: true}, {x: 2}]") == [
        "in `c`, nothing turns on `x is at least n` being met",
        "in `c`, nothing turns on `y is true` being met",
        "in `c`, no value lies within one step below the threshold of `x is at least n`",
        "in `c`, no value lies at the threshold of `x is at least n`",
    ]


def test_rows_inside_rows_count_where_there_is_a_row_around_them() -> None:
    rules = rule_set(
        "facts: {t: {type: table, columns: {x: {type: count}}}, u: {type: table, columns: {y: {type: count}}}}\n"
        "criteria: {c: {title: C, when: {every: t, where: {some: u, where: {fact: y, at_least: 5}}}}}\n"
    )
    at = "in `c`, no value lies at the threshold of `y is at least 5`"
    assert at in reached(rules, "{u: [{y: 5}]}", "{t: [], u: [{y: 5}]}")
    assert at not in reached(rules, "{t: [{}], u: [{y: 5}]}")


def test_a_parameter_that_a_reading_sets_moves_what_can_lie_near_it() -> None:
    rules = rule_set(
        "parameters: {p: {value: 0}}\nfacts: {n: {type: count}}\n"
        "criteria: {c: {title: C, when: {fact: n, at_least: {parameter: p}}}}\n"
        "readings: {one: {title: One, default: true}, two: {title: Two, set: {p: 1}}}\n"
    )
    below = "in `c`, no value lies within one step below the threshold of `n is at least p`"
    assert below in reached(rules, "{n: 0}")
    assert below not in reached(rules, "{n: 0}", more=", reading: two")


def test_a_column_that_is_derived_counts_where_it_is_not_given() -> None:
    derive = "{any: [{fact: y, is: true}, {fact: x, at_least: 5}]}"
    when = "{some: t, where: {fact: z, is: true}}"
    assert in_rows(when, "[{x: 5, y: false, z: true}]", derive=derive) == []
    assert in_rows(when, "[{x: 5, y: false, z: unknown}]", derive=derive) == [
        "in `t.z`, nothing turns on `x is at least 5` being met",
        "in `t.z`, no value lies at the threshold of `x is at least 5`",
    ]
    assert in_rows("{some: t, where: {fact: y, is: true}}", "[{x: 5, y: false}]", derive=derive) == []


def test_a_fact_that_is_derived_counts_where_it_is_not_given() -> None:
    rules = rule_set(
        "facts: {a: {type: boolean}, n: {type: count},"
        " f: {type: boolean, derive: {any: [{fact: a, is: true}, {fact: n, at_least: 5}]}}}\n"
        "criteria: {x: {title: X, when: {fact: f, is: true}}}\n"
    )
    assert branches(rules, "{a: false, n: 4, f: true}") == []
    assert branches(rules, "{a: false, n: 5}") == ["in `f`, nothing turns on `n is at least 5` being met"]


def test_a_reading_is_reached_by_the_cases_that_are_under_it() -> None:
    rules = rule_set(
        f"{BOOLEANS}criteria: {{x: {{title: X, when: {{all: {THREE}}}}}}}\n"
        f"readings: {{one: {{title: One, default: true}}, two: {{title: Two, define: {{x: {{any: {THREE}}}}}}}}}\n"
    )
    facts = "{a: true, b: true, c: false}"
    assert branches(rules, facts) == ["in `x`, nothing turns on `c is true` being not met"]
    assert branches(rules, facts, more=", reading: two") == []
    assert branches(rules, "{a: true, b: false, c: false}", more=", reading: two") == [
        "in `x` in the reading `two`, nothing turns on `a is true` being met"
    ]


# --- by brute force -------------------------------------------------------------------------------------------------


def turned(run: Run, trace: Trace) -> Iterator[tuple[Trace, str]]:
    """Yield the parts of a join that it follows, whatever they come to, with what they came to."""

    def whole(truths: Sequence[Kleene]) -> Kleene:
        match trace.term:
            case AllOf():
                return all_of(truths)
            case AnyOf():
                return any_of(truths)
            case AtLeast(k):
                return at_least(result(run, k), truths)
            case _:
                raise AssertionError

    truths: list[Kleene] = [part.result for part in trace.parts]
    others: tuple[Kleene, ...] = (True, False, None)
    for index, part in enumerate(trace.parts):
        if all(whole([*truths[:index], other, *truths[index + 1 :]]) is other for other in others):
            yield part, part.truth.value.replace("-", " ")


def side(rules: RuleSet, trace: Trace, table: str | None) -> str | None:
    """Return where a value lies of its threshold, if it is near."""
    test = trace.term
    assert isinstance(test, Test)
    value, limit = (part.result for part in trace.parts[-2:])
    if Range in (value.__class__, limit.__class__):
        return None
    columns = rules.facts[table].columns if table else {}
    fact = columns.get(test.fact) or rules.facts[test.fact]
    step: Any = 1 if test.operator in ELAPSED else fact.step or timedelta(days=1)
    if value == limit:
        return "at"
    near = value - step <= limit <= value + step
    return f"within one step {'above' if value > limit else 'below'}" if near else None


def told(run: Run, trace: Trace, where: str, table: str | None = None) -> Iterator[tuple[Span, str]]:
    """Yield what a trace reaches, as its goal says it."""
    term = trace.term
    if isinstance(term, AllOf | AnyOf | AtLeast):
        for part, came in turned(run, trace):
            yield part.term.at, f"in {where}, nothing turns on {quoted(part.term)} being {came}"
    if isinstance(term, Test) and term.operator not in (Operator.IS, Operator.IS_NOT):
        near = side(run.program.rules, trace, table)
        if near is not None:
            yield term.at, f"in {where}, no value lies {near} the threshold of {quoted(term)}"
    inner = term.table if isinstance(term, Some | Every | Count | Total) else table
    for part in trace.parts:
        yield from told(run, part, where, inner)


@SLOW
@given(cases())
def test_brute_force_agrees(case: Case) -> None:
    rules = case.world.load()
    found = [load(case.world, rules, facts) for facts in (case.given, case.refined)]
    found += [one.but(reading=reading) for one in found for reading in rules.readings]
    verdicts: set[str] = set()
    others: set[tuple[Span, str]] = set()
    for one in found:
        compiled = compile_rules(rules, one.reading)
        defined = rules.readings[compiled.reading].define if compiled.reading else {}
        run = compiled.start(one.all_facts, case.world.as_of)
        for name in compiled.conclusions:
            words = STATUSES if name in rules.measures else STANDINGS if name in rules.principles else VERDICTS
            verdicts.add(f"`{name}` never comes out {words[run.truth(name)]}")
            trace = finding(run, name)
            where = f"`{name}`" + (f" in the reading `{compiled.reading}`" if name in defined else "")
            if name not in rules.measures:
                others.update(told(run, trace, where))
            elif rules.measures[name].need is not None:
                others.update(told(run, trace.parts[1], where))
    places = {*compile_rules(rules).conclusions}
    reached = [goal for goal in coverage(rules, found) if goal.reached and goal.place in places]
    assert {goal.missing.partition(" ")[2] for goal in reached if goal.kind == "verdict"} == verdicts
    assert {(goal.at, goal.missing) for goal in reached if goal.kind != "verdict"} == others


# --- the command ----------------------------------------------------------------------------------------------------

FILES = {
    "rules/rule-set.yaml": "rule_set: small\nversion: 1.2.3\ntitle: Small\n",
    "rules/x.yaml": """\
facts: {a: {type: boolean}, n: {type: count}}
criteria: {x: {title: X, when: {any: [{fact: a, is: true}, {fact: n, more_than: 5}]}}}
""",
    "rules/x.cases.yaml": """\
cases:
  - {name: one, as_of: 2013-01-31, facts: {a: true, n: 5}, expect: {x: met}}
  - {name: two, as_of: 2013-01-31, facts: {a: false, n: 6}, expect: {x: met}}
""",
    "more/one.yaml": """\
situation: one
as_of: 2013-01-31
facts: {a: false, n: 4..8}
expect: {criteria: {x: unknown}}
""",
    "more/free.yaml": "{situation: free, as_of: 2013-01-31, facts: {a: false, n: 4}}\n",
}
MISSING = """\
rules/x.yaml:2:15: criterion `x` never comes out unknown
rules/x.yaml:2:15: criterion `x` never comes out not-met
rules/x.yaml:2:46: in `x`, nothing turns on `a is true` being unknown
rules/x.yaml:2:46: in `x`, nothing turns on `a is true` being not met
rules/x.yaml:2:67: in `x`, nothing turns on `n is more than 5` being unknown
rules/x.yaml:2:67: in `x`, nothing turns on `n is more than 5` being not met
rules/x.yaml:2:67: in `x`, no value lies within one step below the threshold of `n is more than 5`
"""
SHARES = """\
small, by 2 situations and cases:
  verdicts         1 of      3   33.3 %
  branches         2 of      6   33.3 %
  boundaries       2 of      3   66.6 %
  total            5 of     12   41.6 %
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder: a small rule set with its cases, and situations beside it."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["coverage", *arguments], catch_exceptions=False)


@pytest.mark.usefixtures("here")
def test_the_command_lists_what_is_not_reached() -> None:
    result = run("rules")
    assert (result.exit_code, result.stderr, result.stdout) == (0, "", MISSING + SHARES)


@pytest.mark.usefixtures("here")
def test_cases_and_situations_of_one_rule_set_count_together() -> None:
    result = run("rules", "more", "--rules", "rules")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "criterion `x` never comes out unknown" not in result.stdout
    assert result.stdout.splitlines()[-5:] == [
        "small, by 3 situations and cases:",
        "  verdicts         2 of      3   66.6 %",
        "  branches         3 of      6   50.0 %",
        "  boundaries       2 of      3   66.6 %",
        "  total            7 of     12   58.3 %",
    ]
    assert run("more", "rules/x.cases.yaml", "--rules", "rules").stdout == result.stdout


@pytest.mark.usefixtures("here")
def test_situations_under_another_rule_set_are_counted_apart() -> None:
    (Path("other")).mkdir()
    Path("other/rule-set.yaml").write_text(FILES["rules/rule-set.yaml"] + FILES["rules/x.yaml"], encoding="utf-8")
    result = json.loads(run("other", "more", "--rules", "rules", "--format", "json").stdout)
    assert [(one["cases"], one["total"]["reached"]) for one in result["rule_sets"]] == [(0, 0), (1, 2)]
    assert result["percent"] == 8.3


@pytest.mark.usefixtures("here")
def test_coverage_as_json() -> None:
    result = run("rules", "--format", "json", "-o", "report.json")
    assert (result.exit_code, result.output) == (0, "")
    document = json.loads(Path("report.json").read_text(encoding="utf-8"))
    (rule_set,) = document.pop("rule_sets")
    assert document == {"format": "comity-coverage/1", "percent": 41.6}
    missing = rule_set.pop("missing")
    assert rule_set == {
        "id": "small",
        "version": "1.2.3",
        "cases": 2,
        "verdicts": {"reached": 1, "of": 3, "percent": 33.3},
        "branches": {"reached": 2, "of": 6, "percent": 33.3},
        "boundaries": {"reached": 2, "of": 3, "percent": 66.6},
        "total": {"reached": 5, "of": 12, "percent": 41.6},
    }
    lines = [f"{one['file']}:{one['line']}:{one['column']}: {one['message']}\n" for one in missing]
    assert "".join(lines) == MISSING
    assert {(one["kind"], one["place"], one["reading"]) for one in missing} == {
        ("verdict", "x", None),
        ("branch", "x", None),
        ("boundary", "x", None),
    }


@pytest.mark.parametrize(
    ("limit", "code", "says"),
    [("41.6", 0, ""), ("41.7", 1, "41.6 % is reached, less than 41.7 %\n"), ("0", 0, "")],
)
@pytest.mark.usefixtures("here")
def test_a_gate(limit: str, code: int, says: str) -> None:
    result = run("rules", "--fail-under", limit)
    assert (result.exit_code, result.stderr, result.stdout) == (code, says, MISSING + SHARES)


@pytest.mark.parametrize("arguments", [("more/free.yaml", "--rules", "rules"), ("rules/../more/free.yaml",)])
@pytest.mark.usefixtures("here")
def test_nothing_to_run_is_a_failure(arguments: tuple[str, ...]) -> None:
    Path("more/free.yaml").write_text("{situation: free, as_of: 2013-01-31, facts: {}}\n", encoding="utf-8")
    result = run(*arguments)
    assert (result.exit_code, result.stderr, result.stdout) == (1, "there is nothing to run\n", "")


@pytest.mark.usefixtures("here")
def test_what_cannot_be_used_fails() -> None:
    Path("more/one.yaml").write_text("{situation: one, as_of: 2013-01-31, facts: {b: true}}\n", encoding="utf-8")
    result = run("rules", "more", "--rules", "rules")
    assert (result.exit_code, result.stdout) == (1, MISSING + SHARES)
    assert result.stderr == (
        "more/one.yaml:1:45: error[unknown-fact]: there is no fact `b`\n    hint: did you mean `a`?\n"
    )


def test_a_share_is_rounded_down() -> None:
    goal = Goal("verdict", "x", None, Span("x.yaml", 1, 1), "x", True)
    assert percent([goal] * 1999 + [goal._replace(reached=False)]) == 99.9
    assert percent([goal] * 2000) == 100.0


def test_what_is_built_in_is_run() -> None:
    result = run()
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    heads = [number for number, line in enumerate(lines) if line.endswith(" situations and cases:")]
    assert [lines[number].partition(",")[0] for number in heads] == [*rule_set_ids()]
    for number in heads:
        assert lines[number + 1].startswith("  verdicts ")
        assert lines[number + 1].endswith(" 100.0 %")
