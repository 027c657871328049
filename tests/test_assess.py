"""What an assessment says, on rule sets small enough to read, and on the built-in one."""

import itertools
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from math import inf
from typing import Any

import pytest

from comity.engine.assessment.aggregates import at_least, count, largest_total, total
from comity.engine.assessment.assess import (
    Assessment,
    Finding,
    Judgement,
    Note,
    Recommendation,
    assess,
    program,
)
from comity.engine.assessment.evaluate import compile_rules
from comity.engine.assessment.explain import Trace, open_facts, unsettled
from comity.engine.assessment.precedents import Similarity
from comity.engine.assessment.questions import Answer, Question
from comity.engine.assessment.response import ResponseCheck
from comity.engine.builtin import rules_folder, situations_folder
from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    Arithmetic,
    AtLeast,
    Conclusion,
    Constant,
    Count,
    Elapsed,
    Every,
    Extreme,
    FactValue,
    Not,
    ParameterValue,
    Some,
    Test,
    Total,
)
from comity.engine.language.diagnostic import accept
from comity.engine.language.files import read_file
from comity.engine.language.load import build_rule_set, load_rule_set
from comity.engine.language.model import RuleSet, Situation, ValueType
from comity.engine.language.operators import Operator
from comity.engine.language.quantity import WIDEST, Range, ends, span
from comity.engine.language.situation import load_cases, load_situation
from comity.engine.language.source import Document, read
from comity.engine.language.truth import Truth
from comity.engine.report.document import written

MET, NOT_MET, UNKNOWN = Truth.MET, Truth.NOT_MET, Truth.UNKNOWN


# --- building what a test needs -----------------------------------------------------------------------------


def _document(text: str, name: str) -> Document:
    document = read(text.encode(), name)
    assert isinstance(document, Document), "\n".join(map(str, document))
    return document


@cache
def _rules(text: str, **contexts: str) -> RuleSet:
    """Return the rule set of `text`, with a context for each of `contexts`: its `when`, or its body in whole."""
    documents = [_document(f"rule_set: tiny\nversion: 1.0.0\ntitle: Tiny\n{text}", "rules.yaml")]
    for name, when in contexts.items():
        id_ = name.replace("_", "-")
        body = when if when.startswith("title") else f"title: The context {id_}\nwhen: {when}"
        documents.append(_document(f"context: {id_}\n{body}\n", f"{id_}.yaml"))
    return accept(build_rule_set(documents, "tiny"))


def _situation(rules: RuleSet, facts: str, more: str = "", as_of: str = "as_of: 2013-06-30") -> Situation:
    text = f"situation: one\n{as_of}\nfacts: {facts}\n{more}"
    return accept(load_situation(_document(text, "one.yaml"), rules))


def _assess(rules: RuleSet, facts: str, more: str = "", **options: Any) -> Assessment:
    return assess(rules, _situation(rules, facts, more), **options)


def _is(fact: str, value: bool) -> Test:
    return Test(fact, Operator.IS, Constant(ValueType.BOOLEAN, value))


def _number(value: int) -> Constant:
    return Constant(ValueType.NUMBER, value)


FOUR = """
facts:
  a: {type: boolean, ask: "A?"}
  b: {type: boolean, ask: "B?"}
  c: {type: boolean, title: The fact c}
  d: {type: boolean}
criteria:
  outside: {title: Outside every context, when: {fact: d, is: true}}
"""
TWO_OF_THREE = """\
title: Two of three
when: {at_least: 2, of: [{criterion: one-a}, {criterion: one-b}, {criterion: one-c}]}
criteria:
  one-a: {title: A, when: {fact: a, is: true}}
  one-b: {title: B, when: {fact: b, is: true}}
  one-c: {title: C, when: {fact: c, is: true}}
  beside: {title: D, when: {fact: d, is: true}}
"""


def _two_of_three() -> RuleSet:
    return _rules(FOUR, two=TWO_OF_THREE)


# --- verdicts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "truth", "because", "waits"),
    [
        ("{a: true, b: true}", MET, ("one-a", "one-b"), ()),
        ("{a: true, b: true, c: false}", MET, ("one-a", "one-b"), ()),
        ("{a: true, b: true, c: true}", MET, ("one-a", "one-b", "one-c"), ()),
        ("{a: false, c: false}", NOT_MET, ("one-a", "one-c"), ()),
        ("{a: false, b: true, c: false, d: true}", NOT_MET, ("one-a", "one-c"), ()),
        ("{a: true}", UNKNOWN, ("one-b", "one-c"), ("b", "c")),
        ("{c: false, d: true}", UNKNOWN, ("one-a", "one-b"), ("a", "b")),
        ("{}", UNKNOWN, ("one-a", "one-b", "one-c"), ("a", "b", "c")),
    ],
)
def test_a_verdict_rests_on_what_decided_it_or_keeps_it_open(
    facts: str, truth: Truth, because: tuple[str, ...], waits: tuple[str, ...]
) -> None:
    (verdict,) = _assess(_two_of_three(), facts).contexts
    assert (verdict.context, verdict.truth) == ("two", truth)
    assert verdict.because == because
    assert verdict.open_facts == waits
    assert [finding.id for finding in verdict.findings] == ["one-a", "one-b", "one-c", "beside"]


def test_findings_say_how_each_criterion_came_out() -> None:
    (verdict,) = _assess(_two_of_three(), "{a: true, b: false}").contexts
    words = {finding.id: finding.truth for finding in verdict.findings}
    assert words == {"one-a": MET, "one-b": NOT_MET, "one-c": UNKNOWN, "beside": UNKNOWN}
    a = Trace(_is("a", True), True, (Trace(FactValue("a"), True), Trace(_is("a", True).bound, True)))
    assert verdict.findings[0] == Finding("one-a", a)


def test_criteria_of_other_contexts_stand_after_its_own() -> None:
    rules = _rules(
        FOUR,
        first="title: First\nwhen: {criterion: own}\ncriteria: {own: {title: Own, when: {fact: a, is: true}}}",
        second="title: Second\nwhen: {all: [{criterion: outside}, {criterion: own}]}\n"
        "criteria: {late: {title: Late, when: {fact: b, is: true}}}",
        third="{context: first}",
    )
    second, third = _assess(rules, "{a: true, b: true, d: true}").contexts[1:]
    assert [finding.id for finding in second.findings] == ["late", "outside", "own"]
    assert second.because == ("outside", "own")
    assert (third.truth, third.findings, third.because) == (MET, (), ())


def test_contexts_come_in_the_order_of_the_rule_set() -> None:
    rules = _rules(FOUR + "contexts: [y, x]", x="{fact: a, is: true}", y="{fact: b, is: true}")
    assert [verdict.context for verdict in _assess(rules, "{}").contexts] == ["y", "x"]


# --- open facts ---------------------------------------------------------------------------------------------

DEEP = """
parameters:
  years: {value: 2 years}
  later: {values: {2020-01-01: 5}}
facts:
  few: {type: count}
  many: {type: count}
  start: {type: date}
  word: {type: text}
  flag: {type: boolean}
  over_time: {type: count, history: true}
  quotient: {type: number, derive: {divide: [{fact: many}, {fact: few}]}}
  twice: {type: number, derive: {product: [{fact: quotient}, 2]}}
  months_ago: {type: duration, derive: {elapsed: {fact: start}}}
  enough: {type: boolean, derive: {fact: twice, at_least: 10}}
  rows:
    type: table
    columns:
      size: {type: count, history: true}
      since: {type: date}
      group: {type: text}
      good: {type: boolean}
      steady: {type: count, derive: {lowest: {fact: size}, over: {parameter: years}}}
  other: {type: table, columns: {width: {type: count}}}
  largest_group: {type: count, derive: {total: steady, of: rows, per: [group], take: largest}}
  good_size: {type: count, derive: {total: size, of: rows, where: {fact: good, is: true}}}
  how_many: {type: count, derive: {count: rows}}
  how_many_good: {type: count, derive: {count: rows, where: {fact: good, is: true}}}
"""
HISTORY = "{2010: 5, 2011: 5, 2012: 5, 2013: 5}"


@pytest.mark.parametrize(
    ("when", "facts", "truth", "waits"),
    [
        # figures and ranges
        ("{fact: few, at_least: 5}", "{few: 4..6}", UNKNOWN, ("few",)),
        ("{fact: few, at_least: {fact: many}}", "{few: 4..6, many: 5}", UNKNOWN, ("few",)),
        ("{fact: few, at_least: {fact: many}}", "{few: 5}", UNKNOWN, ("many",)),
        ("{fact: few, at_least: {fact: many}}", "{}", UNKNOWN, ("few", "many")),
        ("{fact: few, at_least: {fact: many}}", "{few: 4..6, many: 7}", NOT_MET, ()),
        ("{fact: few, at_least: {smallest: [{fact: many}, 3]}}", "{few: 3}", MET, ()),
        ("{fact: word, is: Somali}", "{}", UNKNOWN, ("word",)),
        ("{fact: start, elapsed_at_least: 2 years}", "{start: 2011}", UNKNOWN, ("start",)),
        ("{fact: start, elapsed_at_least: 90 days}", "{}", UNKNOWN, ("start",)),
        # derived facts: down the chain to what is not derived
        ("{fact: twice, at_least: 10}", "{}", UNKNOWN, ("few", "many")),
        ("{fact: twice, at_least: 10}", "{many: 10}", UNKNOWN, ("few",)),
        ("{fact: twice, at_least: 10}", "{many: 8..12, few: 2}", UNKNOWN, ("many",)),
        ("{fact: enough, is: true}", "{many: 10}", UNKNOWN, ("few",)),
        ("{fact: months_ago, at_least: 2 years}", "{}", UNKNOWN, ("start",)),
        # a derived fact that was given, as a point or as a range
        ("{fact: twice, at_least: 10}", "{quotient: 5}", MET, ()),
        ("{fact: twice, at_least: 10}", "{quotient: 4..6}", UNKNOWN, ("quotient",)),
        ("{fact: twice, at_least: 10}", "{twice: 9..11, many: 10}", UNKNOWN, ("twice",)),
        ("{fact: twice, at_least: 10}", "{quotient: unknown, many: 10}", UNKNOWN, ("few",)),
        # what the open part does not need is not asked for
        ("{all: [{fact: flag, is: true}, {fact: few, at_least: 5}]}", "{few: 5}", UNKNOWN, ("flag",)),
        ("{any: [{fact: flag, is: true}, {fact: few, at_least: 5}]}", "{few: 4}", UNKNOWN, ("flag",)),
        ("{not: {any: [{fact: flag, is: true}, {fact: few, at_least: 5}]}}", "{}", UNKNOWN, ("few", "flag")),
        ("{any: [{fact: flag, is: true}, {not: {fact: flag, is: true}}]}", "{}", UNKNOWN, ("flag",)),
        # histories
        ("{fact: over_time, at_least: 5}", "{}", UNKNOWN, ("over_time",)),
        ("{fact: over_time, at_least: 5}", "{over_time: {2012: 5}}", UNKNOWN, ("over_time",)),
        (
            "{fact: few, less_than: {lowest: {fact: over_time}, over: 1 year}}",
            "{few: 1}",
            UNKNOWN,
            ("over_time",),
        ),
        (
            "{fact: few, less_than: {lowest: {fact: over_time}, over: {parameter: years}}}",
            f"{{few: 1, over_time: {HISTORY}}}",
            MET,
            (),
        ),
        (
            "{fact: few, less_than: {highest: {fact: over_time}, over: 1 year}}",
            "{few: 1..9, over_time: {2012: 5, 2013: 5}}",
            UNKNOWN,
            ("few",),
        ),
        # tables: the table as a whole is what is asked for
        ("{some: rows, where: {fact: good, is: true}}", "{}", UNKNOWN, ("rows",)),
        ("{every: rows, where: {fact: good, is: true}}", "{}", UNKNOWN, ("rows",)),
        ("{some: rows, where: {fact: good, is: true}}", "{rows: [{}, {good: false}]}", UNKNOWN, ("rows",)),
        ("{some: rows, where: {fact: good, is: true}}", "{rows: [{}, {good: true}]}", MET, ()),
        ("{every: rows, where: {fact: good, is: true}}", "{rows: [{}, {good: false}]}", NOT_MET, ()),
        ("{every: rows, where: {fact: good, is: true}}", "{rows: []}", MET, ()),
        ("{fact: largest_group, at_least: 10}", "{}", UNKNOWN, ("rows",)),
        (
            "{fact: largest_group, at_least: 10}",
            f"{{rows: [{{group: A, size: {HISTORY}}}, {{group: B, size: {{2013: 20}}}}]}}",
            UNKNOWN,
            ("rows",),
        ),
        (
            "{fact: largest_group, at_least: 10}",
            f"{{rows: [{{group: A, size: {HISTORY}}}, {{size: {HISTORY}}}]}}",
            UNKNOWN,
            ("rows",),
        ),
        ("{fact: largest_group, at_least: 10}", "{rows: [{group: A, steady: 9..11}]}", UNKNOWN, ("rows",)),
        ("{fact: largest_group, at_least: 10}", "{largest_group: 9..11}", UNKNOWN, ("largest_group",)),
        ("{fact: largest_group, at_least: 10}", "{rows: [{group: A, size: 20, since: 2010-01-01}]}", MET, ()),
        ("{fact: good_size, at_least: 10}", "{rows: [{size: 20}]}", UNKNOWN, ("rows",)),
        ("{fact: good_size, at_least: 10}", "{rows: [{good: true}]}", UNKNOWN, ("rows",)),
        ("{fact: good_size, at_least: 10}", "{rows: [{good: false}]}", NOT_MET, ()),
        ("{fact: how_many, at_least: 1}", "{}", UNKNOWN, ("rows",)),
        ("{fact: how_many_good, at_least: 1}", "{rows: [{}]}", UNKNOWN, ("rows",)),
        ("{fact: how_many_good, at_least: 1}", "{rows: [{}, {good: true}]}", MET, ()),
        # rows that look outside their table
        (
            "{some: rows, where: {fact: size, at_least: {fact: few}}}",
            "{rows: [{size: 5}]}",
            UNKNOWN,
            ("few",),
        ),
        (
            "{some: rows, where: {fact: size, at_least: {fact: few}}}",
            "{few: 5, rows: [{}]}",
            UNKNOWN,
            ("rows",),
        ),
        ("{some: rows, where: {fact: flag, is: true}}", "{rows: [{}]}", UNKNOWN, ("flag",)),
        ("{some: rows, where: {not: {fact: flag, is: true}}}", "{flag: false, rows: [{}]}", MET, ()),
        ("{every: rows, where: {fact: enough, is: true}}", "{rows: [{}]}", UNKNOWN, ("few", "many")),
        ("{some: rows, where: {criterion: is-few}}", "{rows: [{}]}", UNKNOWN, ("few",)),
        ("{some: rows, where: {criterion: is-few}}", "{rows: [{}], few: 1}", MET, ()),
        ("{some: rows, where: {fact: group, is: {fact: word}}}", "{rows: [{group: A}]}", UNKNOWN, ("word",)),
        (
            "{some: rows, where: {fact: size, at_least: {highest: {fact: over_time}, over: 1 year}}}",
            "{rows: [{size: 5}]}",
            UNKNOWN,
            ("over_time",),
        ),
        (
            "{some: rows, where: {some: other, where: {fact: width, at_least: {fact: few}}}}",
            "{rows: [{}], other: [{width: 5}]}",
            UNKNOWN,
            ("few",),
        ),
        (
            "{some: rows, where: {fact: size, at_least: {count: other}}}",
            "{rows: [{size: 5}]}",
            UNKNOWN,
            ("other",),
        ),
        # settled is settled: nothing is asked for although the table is missing
        ("{fact: how_many, at_least: 0}", "{}", MET, ()),
        ("{fact: largest_group, at_least: 0}", "{rows: [{size: 5}]}", MET, ()),
        ("{fact: good_size, at_least: 0}", "{}", MET, ()),
    ],
)
def test_what_an_unknown_verdict_waits_for(when: str, facts: str, truth: Truth, waits: tuple[str, ...]) -> None:
    criterion = "criteria: {is-few: {title: Few, when: {fact: few, less_than: 5}}}"
    rules = _rules(DEEP + criterion, asked=when)
    found = _assess(rules, facts)
    (verdict,) = found.contexts
    assert (verdict.truth, verdict.open_facts) == (truth, waits)
    assert open_facts(found.run, found.run.program.conclusions["asked"]) == tuple(sorted(waits))
    matters = "not: {fact: flag" not in when  # a fact or its opposite: whatever it is, the answer is the same
    asked = sorted(((one.fact, one.settles) for one in found.questions), key=lambda one: [*rules.facts].index(one[0]))
    assert asked == [(name, ("asked",)) for name in waits if matters]


@pytest.mark.parametrize(
    ("when", "facts"),
    [
        ("{fact: quotient, at_least: 1}", "{many: 7, few: 0}"),
        ("{fact: few, at_least: {parameter: later}}", "{few: 7}"),
        ("{at_least: {parameter: later}, of: [{fact: flag, is: true}]}", "{flag: true}"),
    ],
    ids=["a divisor of 0", "a parameter before its first date", "a number needed before its first date"],
)
def test_what_no_fact_can_settle_asks_for_none(when: str, facts: str) -> None:
    """The facts are all there: the divisor is 0, or the parameter has not begun."""
    (verdict,) = _assess(_rules(DEEP, asked=when), facts).contexts
    assert (verdict.truth, verdict.open_facts) == (UNKNOWN, ())


def test_unsettled() -> None:
    assert [unsettled(value) for value in (None, Range(1, 2), 0, False, "", date(2013, 1, 1))] == [
        True,
        True,
    ] + [False] * 4


# --- judgements ---------------------------------------------------------------------------------------------

JUDGED = """
parameters:
  ours: {value: 100, basis: editorial, note: ours}
  theirs: {value: 50, basis: course, source: {cite: text}}
  needed: {value: 2, basis: editorial, note: ours}
sources: {text: {title: A text}}
facts:
  people: {type: count}
  rows: {type: table, columns: {size: {type: count}}}
  grave: {type: boolean, kind: judgement}
  urgent: {type: boolean, kind: judgement, derive: {fact: people, at_least: {parameter: ours}}, basis: editorial}
  large: {type: boolean, kind: judgement, derive: {fact: people, at_least: {parameter: theirs}}}
  plain: {type: boolean}
"""


def _judged(when: str, facts: str, more: str = "") -> tuple[Truth, tuple[Judgement, ...], tuple[str, ...]]:
    (verdict,) = _assess(_rules(JUDGED, asked=when), facts, more).contexts
    return verdict.truth, verdict.judgements, verdict.editorial


ANY = "{any: [{fact: grave, is: true}, {fact: urgent, is: true}, {fact: plain, is: true}]}"
BOTH = "{all: [{fact: grave, is: true}, {fact: urgent, is: true}]}"
K_OF = (
    "{at_least: {parameter: needed}, of: [{fact: grave, is: true}, {fact: urgent, is: true}, {fact: large, is: true}]}"
)


def test_a_verdict_survives_a_reversal_that_another_ground_makes_up_for() -> None:
    assert _judged(ANY, "{grave: true, plain: true}") == (MET, (Judgement("grave", True, True),), ())
    assert _judged(ANY, "{grave: true}") == (MET, (Judgement("grave", True, False),), ())


def test_each_judgement_is_reversed_alone() -> None:
    both = (Judgement("grave", True, True), Judgement("urgent", True, True))
    assert _judged(ANY, "{urgent: true, grave: true}") == (MET, both, ())
    neither = (Judgement("grave", True, False), Judgement("urgent", True, False))
    assert _judged(BOTH, "{urgent: true, grave: true}") == (MET, neither, ())
    assert _judged(BOTH, "{urgent: false, grave: false}") == (
        NOT_MET,
        (Judgement("grave", False, True), Judgement("urgent", False, True)),
        (),
    )


def test_a_reversal_that_leaves_the_verdict_open_does_not_let_it_survive() -> None:
    assert _judged(BOTH, "{grave: false}") == (NOT_MET, (Judgement("grave", False, False),), ())


def test_a_judgement_that_did_not_decide_is_not_listed() -> None:
    assert _judged(ANY, "{grave: false, plain: true}") == (MET, (), ())
    assert _judged(BOTH, "{grave: true}") == (UNKNOWN, (), ("ours", "urgent"))


def test_a_judgement_reaches_the_verdict_through_a_criterion_and_a_derived_fact() -> None:
    text = JUDGED + "  second_hand: {type: boolean, derive: {fact: grave, is: true}}\n"
    text += "criteria: {heard: {title: Heard, when: {fact: second_hand, is: true}}}"
    (verdict,) = _assess(_rules(text, asked="{criterion: heard}"), "{grave: true}").contexts
    assert verdict.judgements == (Judgement("grave", True, False),)


def test_a_situation_may_say_what_kind_a_fact_is() -> None:
    known = "kinds: {grave: documented, plain: judgement}"
    assert _judged(ANY, "{grave: true, plain: true}", known) == (MET, (Judgement("plain", True, True),), ())


def test_a_figure_that_somebody_judged_has_no_opposite() -> None:
    when = "{all: [{fact: people, at_least: 10}, {some: rows, where: {fact: size, at_least: 1}}]}"
    truth, judgements, _ = _judged(
        when, "{people: 20, rows: [{size: 3}]}", "kinds: {people: judgement, rows: judgement}"
    )
    assert truth is MET
    assert judgements == (Judgement("people", 20, None), Judgement("rows", ({"size": 3},), None))


# --- what is ours -------------------------------------------------------------------------------------------


def test_an_indicator_that_stands_in_is_editorial_and_so_is_its_number() -> None:
    assert _judged("{fact: urgent, is: true}", "{people: 100}") == (MET, (), ("ours", "urgent"))
    assert _judged("{fact: urgent, is: true}", "{people: 99}") == (NOT_MET, (), ("ours", "urgent"))


def test_a_number_of_the_course_is_not_ours_but_the_indicator_is() -> None:
    assert _judged("{fact: large, is: true}", "{people: 100}") == (MET, (), ("large",))


def test_once_somebody_judges_the_indicator_is_out() -> None:
    assert _judged("{fact: urgent, is: true}", "{people: 100, urgent: true}") == (
        MET,
        (Judgement("urgent", True, False),),
        (),
    )


def test_only_what_decided_counts_as_ours_and_how_many_are_needed_always_does() -> None:
    assert _judged(ANY, "{people: 10, plain: true}") == (MET, (), ())
    assert _judged(K_OF, "{people: 60, grave: true}") == (
        MET,
        (Judgement("grave", True, False),),
        ("needed", "large"),
    )
    assert _judged(K_OF, "{people: 40, grave: true}") == (NOT_MET, (), ("ours", "needed", "urgent", "large"))


def test_numbers_deep_in_an_expression_count_as_ours() -> None:
    text = JUDGED + (
        "  start: {type: date}\n"
        "  long: {type: boolean, derive: {fact: start, elapsed_at_least: {parameter: a_while}}}\n"
        "  all_of_it: {type: number, derive: {sum: [{fact: people}, {parameter: margin}]}}\n"
        "  lasting: {type: count, history: true}\n"
    )
    text = text.replace(
        "  needed:",
        "  a_while: {value: 2 years, basis: editorial, note: ours}\n"
        "  margin: {value: 1, basis: editorial, note: ours}\n"
        "  needed:",
    )
    rules = _rules(
        text,
        one="{fact: long, is: true}",
        two="{fact: all_of_it, at_least: {parameter: theirs}}",
        three="{fact: people, less_than: {lowest: {fact: lasting}, over: {parameter: a_while}}}",
    )
    found = _assess(rules, "{start: 2010-01-01, people: 49, lasting: {2010: 60, 2011: 60, 2012: 60, 2013: 60}}")
    assert [(verdict.truth, verdict.editorial) for verdict in found.contexts] == [
        (MET, ("a_while",)),
        (MET, ("margin",)),
        (MET, ("a_while",)),
    ]


# --- readings and parameters --------------------------------------------------------------------------------

READ = """
parameters:
  limit: {value: 10}
  dated: {values: {2010-01-01: 10, 2013-01-01: 20}}
facts:
  people: {type: count}
  flag: {type: boolean}
readings:
  as-written: {title: As written, default: true}
  strict: {title: Strict, set: {limit: 20}}
  wide: {title: Wide, define: {over: {any: [{criterion: enough}, {fact: flag, is: true}]}}}
  narrow: {title: Narrow, set: {limit: 30}, define: {enough: {fact: people, more_than: {parameter: limit}}}}
criteria: {enough: {title: Enough, when: {fact: people, at_least: {parameter: limit}}}}
"""


def _read(facts: str, **options: Any) -> Assessment:
    return _assess(_rules(READ, over="{criterion: enough}", beside="{fact: flag, is: true}"), facts, **options)


def test_readings_under_which_a_verdict_would_differ() -> None:
    found = _read("{people: 15, flag: true}")
    over, beside = found.contexts
    assert found.reading == "as-written"
    assert (over.truth, over.readings) == (MET, {"strict": NOT_MET, "narrow": NOT_MET})
    assert (beside.truth, beside.readings) == (MET, {})


def test_another_reading_is_compared_with_the_default_one() -> None:
    found = _read("{people: 5}", reading="wide")
    assert found.reading == "wide"
    assert found.contexts[0].truth is UNKNOWN
    assert found.contexts[0].readings == {"as-written": NOT_MET, "strict": NOT_MET, "narrow": NOT_MET}
    assert found.contexts[0].because == ()
    assert [finding.id for finding in found.contexts[0].findings] == ["enough"]
    assert found.contexts[0].open_facts == ("flag",)


def test_without_readings_there_is_nothing_to_compare() -> None:
    found = _assess(_two_of_three(), "{}")
    assert (found.reading, found.contexts[0].readings) == (None, {})


def test_what_the_caller_sets_goes_before_what_a_reading_sets() -> None:
    found = _read("{people: 15}", overrides={"limit": 15})
    assert found.set == {"limit": 15}
    assert (found.contexts[0].truth, found.contexts[0].readings) == (MET, {"narrow": NOT_MET})
    assert _read("{people: 15}", reading="strict").contexts[0].truth is NOT_MET
    assert _read("{people: 15}", reading="strict", overrides={"limit": 15}).contexts[0].truth is MET


def test_a_case_may_name_its_reading_and_parameters() -> None:
    rules = _rules(READ, over="{criterion: enough}", beside="{fact: flag, is: true}")
    text = """
    cases:
      - name: one
        as_of: 2013-06-30
        facts: {people: 15}
        reading: strict
        set: {limit: 12}
        expect: {over: met}
    """
    (case,) = accept(load_cases(_document(text, "one.cases.yaml"), rules))
    found = assess(rules, case)
    assert (found.reading, found.set, found.contexts[0].truth) == ("strict", {"limit": 12}, MET)
    moved = assess(rules, case, reading="as-written", overrides={"limit": 16})
    assert (moved.reading, moved.set, moved.contexts[0].truth) == ("as-written", {"limit": 16}, NOT_MET)


@pytest.mark.parametrize(
    ("as_of", "truth"),
    [("2009-12-31", UNKNOWN), ("2010-01-01", MET), ("2012-12-31", MET), ("2013-01-01", NOT_MET)],
)
def test_a_dated_parameter_is_the_latest_that_has_begun(as_of: str, truth: Truth) -> None:
    rules = _rules(READ, recent="{fact: people, at_least: {parameter: dated}}", over="{criterion: enough}")
    found = _assess(rules, "{people: 15}", as_of=date.fromisoformat(as_of))
    assert found.contexts[0].truth is truth
    traced = {"2009-12-31": WIDEST, "2013-01-01": 20}.get(as_of, 10)
    assert found.contexts[0].trace.parts[1] == Trace(ParameterValue("dated"), traced)


# --- notes --------------------------------------------------------------------------------------------------

NOTED = """
parameters: {limit: {value: 10}, span: {value: 2 years}}
facts:
  people: {type: count}
  worst: {type: date}
  grave: {type: boolean, kind: judgement, derive: {fact: people, at_least: {parameter: limit}}}
  ratio: {type: number, derive: {divide: [{fact: people}, 2]}}
  first: {type: date, derive: {fact: worst}}
  size: {type: choice, options: [small, big]}
  copy: {type: choice, options: [small, big], derive: {fact: size}}
  lasting: {type: count, history: true}
  rows: {type: table, columns: {size_of: {type: count, history: true}, name: {type: text}}}
impossible:
  - {when: {all: [{fact: grave, is: true}, {fact: people, is: 0}]}, note: Nobody is grave.}
  - {when: {fact: people, more_than: 1000}, note: There are not that many.}
"""


def _notes(facts: str, more: str = "", **options: Any) -> tuple[Note, ...]:
    return _assess(_rules(NOTED, asked="{fact: grave, is: true}"), facts, more, **options).notes


def test_there_is_nothing_to_note_of_an_ordinary_situation() -> None:
    assert _notes("{people: 20, rows: [], lasting: {2013: 5}}") == ()


def test_notes_come_in_a_fixed_order() -> None:
    found = _notes(
        "{people: 0, grave: true, ratio: 3..4, lasting: {2011: 5}}",
        overrides={"span": 36, "limit": 5},
        as_of=date(2012, 6, 30),
    )
    assert found == (
        Note("parameter-set", "span", {"value": 36, "instead": 24}),
        Note("parameter-set", "limit", {"value": 5, "instead": 10}),
        Note("as-of-moved", "as_of", {"value": date(2012, 6, 30), "instead": date(2013, 6, 30)}),
        Note("departs-from-indicator", "grave", {"given": True, "derived": False}),
        Note("departs-from-indicator", "ratio", {"given": Range(3, 4), "derived": 0}),
        Note("impossible", "", {"text": "Nobody is grave."}),
        Note("figures-end", "lasting", {"end": date(2011, 12, 31), "from": date(2012, 1, 1)}),
    )


@pytest.mark.parametrize(
    ("facts", "departures"),
    [
        ("{people: 20, grave: true}", []),
        ("{people: 20, grave: false}", ["grave"]),
        ("{grave: false}", []),
        ("{people: 20..40, ratio: 20..30}", []),
        ("{people: 20..40, ratio: 21}", ["ratio"]),  # half of 20 to 40 is 10 to 20
        ("{people: 20..40, ratio: 9}", ["ratio"]),
        ("{people: 3, ratio: 1.5}", []),
        ("{worst: 2010, first: 2010-06}", []),
        ("{worst: 2010, first: 2011}", ["first"]),
        ("{first: 2011}", []),
        ("{size: big, copy: big}", []),
        ("{size: big, copy: small}", ["copy"]),
        ("{copy: small}", []),
    ],
)
def test_a_given_value_departs_if_it_shares_nothing_with_the_derived_one(facts: str, departures: list[str]) -> None:
    assert [note.about for note in _notes(facts) if note.code == "departs-from-indicator"] == departures


@pytest.mark.parametrize(
    ("facts", "texts"),
    [
        ("{people: 1001}", ["There are not that many."]),
        ("{people: 900..1100}", []),
        ("{}", []),
        ("{people: 1000}", []),
    ],
)
def test_only_what_surely_meets_an_exclusion_is_impossible(facts: str, texts: list[str]) -> None:
    assert [note.values["text"] for note in _notes(facts) if note.code == "impossible"] == texts


@pytest.mark.parametrize(
    ("facts", "notes"),
    [
        ("{lasting: 5}", []),
        ("{lasting: {2012: 5, 2013-05: 5}}", [("lasting", date(2013, 5, 31))]),
        ("{lasting: {2013-06: 5}}", []),
        ("{lasting: {2014: 5}}", []),
        ("{rows: [{size_of: {2010: 5}}, {size_of: {2011: 5}, name: A}]}", [("rows", date(2011, 12, 31))]),
        ("{rows: [{size_of: {2010: 5}}, {size_of: {2013: 5}}]}", []),
        ("{rows: [{size_of: 5}, {name: A}]}", []),
    ],
)
def test_figures_that_end_before_the_day(facts: str, notes: list[tuple[str, date]]) -> None:
    found = [(note.about, note.values["end"]) for note in _notes(facts) if note.code == "figures-end"]
    assert found == notes


def test_the_day_is_noted_only_if_it_was_moved() -> None:
    assert _notes("{}", as_of=date(2013, 6, 30)) == ()
    rules = _rules(NOTED, asked="{fact: grave, is: true}")
    undated = accept(load_situation(_document("situation: one\nfacts: {}", "one.yaml"), rules, date(2013, 6, 30)))
    assert assess(rules, undated, as_of=date(2013, 6, 30)).notes == ()


# --- measures and responses ---------------------------------------------------------------------------------

MEASURED = """
facts:
  a: {type: boolean}
  b: {type: boolean}
  need: {type: boolean}
  shifts: {type: boolean, about: response}
purposes: {relief: {title: Relief}, peace: {title: Peace}}
measures:
  always: {title: Always, for: {one: {}, two: {}}, serves: [relief, peace]}
  needed: {title: Needed, for: {one: {}, two: {}}, need: {fact: need, is: true}}
  chained: {title: Chained, for: {two: {}}, need: {measure: needed}}
forms: {regional: {title: Regional, when: {context: one}}}
principles: {no-shift: {title: No shifting, breached_when: {fact: shifts, is: true}}}
"""


def _measured(facts: str, more: str = "") -> Assessment:
    return _assess(_rules(MEASURED, one="{fact: a, is: true}", two="{fact: b, is: true}"), facts, more)


@pytest.mark.parametrize(
    ("facts", "always", "needed", "chained"),
    [
        (
            "{a: true, b: true, need: true}",
            ("called-for", ("one", "two"), ()),
            ("called-for", ("one", "two"), ()),
            ("called-for", ("two",), ()),
        ),
        (
            "{a: true}",
            ("called-for", ("one",), ()),
            ("conditional", ("one",), ("need",)),
            ("conditional", ("two",), ("b", "need")),
        ),
        (
            "{a: true, need: true}",
            ("called-for", ("one",), ()),
            ("called-for", ("one",), ()),
            ("conditional", ("two",), ("b",)),
        ),
        (
            "{need: true}",
            ("conditional", ("one", "two"), ("a", "b")),
            ("conditional", ("one", "two"), ("a", "b")),
            ("conditional", ("two",), ("a", "b")),
        ),
        (
            "{a: false, need: false}",
            ("conditional", ("two",), ("b",)),
            ("not-called-for", (), ()),
            ("not-called-for", (), ()),
        ),
        (
            "{a: false, b: false}",
            ("not-called-for", (), ()),
            ("not-called-for", (), ()),
            ("not-called-for", (), ()),
        ),
    ],
)
def test_a_measure_is_called_for_by_any_of_its_contexts_and_the_need(
    facts: str,
    always: tuple[str, tuple[str, ...], tuple[str, ...]],
    needed: tuple[str, tuple[str, ...], tuple[str, ...]],
    chained: tuple[str, tuple[str, ...], tuple[str, ...]],
) -> None:
    found = [(one.status, one.because, one.waits_for) for one in _measured(facts).measures]
    assert found == [always, needed, chained]


def test_a_recommendation_says_what_it_serves_and_why() -> None:
    one, two = Conclusion("context", "one"), Conclusion("context", "two")
    assert _measured("{a: true}").measures[0] == Recommendation(
        measure="always",
        status="called-for",
        because=("one",),
        serves=("relief", "peace"),
        waits_for=(),
        trace=Trace(AnyOf((one, two)), True, (Trace(one, True), Trace(two, None))),
    )


def test_forms_and_principles() -> None:
    shifting = "response: {facts: {shifts: true}}"
    found = _measured("{a: false}", shifting)
    trace = Trace(Conclusion("context", "one"), False)
    assert found.forms == (Finding("regional", trace),)
    assert found.forms[0].truth is NOT_MET
    (principle,) = found.principles
    assert (principle.id, principle.truth, found.standing(principle)) == ("no-shift", MET, "in-conflict")
    for more, standing in (
        ("response: {facts: {shifts: false}}", "consistent"),
        ("response: {measures: [always]}", "undetermined"),
        ("", "undetermined"),
    ):
        found = _measured("{}", more)
        assert found.standing(found.principles[0]) == standing


@pytest.mark.parametrize(
    ("facts", "planned", "check"),
    [
        ("{a: true, need: true}", "[always]", ResponseCheck(("always",), ("needed",), (), ())),
        ("{a: true}", "[chained, needed]", ResponseCheck((), ("always",), ("needed", "chained"), ())),
        ("{a: false, b: false}", "[needed, always]", ResponseCheck((), (), (), ("always", "needed"))),
        ("{a: true, b: false}", "[chained, always]", ResponseCheck(("always",), (), (), ("chained",))),
        ("{a: true, need: true}", "[]", ResponseCheck((), ("always", "needed"), (), ())),
    ],
)
def test_a_response_beside_what_is_called_for(facts: str, planned: str, check: ResponseCheck) -> None:
    found = _measured(facts, f"response: {{measures: {planned}}}").response
    assert found is not None
    assert found[:4] == check[:4]


def test_without_a_response_there_is_no_check() -> None:
    assert _measured("{a: true}").response is None


# --- questions ----------------------------------------------------------------------------------------------


def test_the_fact_that_settles_most_is_asked_first() -> None:
    rules = _rules(
        FOUR,
        x="{all: [{fact: a, is: true}, {fact: c, is: true}]}",
        y="{any: [{fact: c, is: true}, {fact: b, is: true}]}",
        z="{fact: d, is: true}",
    )

    def told(yes: tuple[tuple[str, str], ...], no: tuple[tuple[str, str], ...]) -> tuple[Answer, ...]:
        return Answer(True, yes), Answer(False, no)

    assert _assess(rules, "{}").questions == (
        Question("c", "The fact c", ("x", "y"), answers=told((("y", "met"),), (("x", "not-met"),))),
        Question("d", "d", ("z",), answers=told((("z", "met"),), (("z", "not-met"),))),
        Question("a", "A?", ("x",), answers=told((), (("x", "not-met"),))),
        Question("b", "B?", ("y",), answers=told((("y", "met"),), ())),
    )
    assert _assess(rules, "{c: true, d: true}").questions == (
        Question("a", "A?", ("x",), answers=told((("x", "met"),), (("x", "not-met"),))),
    )
    assert _assess(rules, "{a: false, b: true, d: true}").questions == ()


# --- precedents ---------------------------------------------------------------------------------------------

PRECEDENTS = """
parameters: {limit: {value: 10}}
facts:
  a: {type: boolean}
  b: {type: boolean}
  people: {type: count}
  since: {type: date}
  policy: {type: choice, options: [open, closed]}
  profile: {type: text}
  grave: {type: boolean, derive: {fact: people, at_least: {parameter: limit}}}
  lasting: {type: count, history: true}
  rows: {type: table, columns: {size: {type: count}}}
precedents:
  old: {title: Old, years: 1989, region: R, type: framework, contexts: [one], outcome: O,
        facts: {people: 5..20, since: 2010, policy: open, profile: A, grave: true}}
  both: {title: Both, years: 1990.., region: R, type: framework, contexts: [one, two], outcome: O, facts: {people: 7}}
  two-only: {title: Two, years: 1991..1992, region: R, type: framework, contexts: [two], outcome: O}
  talk: {title: Talk, years: 1993, region: R, type: forum, contexts: [one, two], outcome: O, facts: {people: 7}}
  met: {title: Met, years: 1994, region: R, type: meeting, contexts: [one], outcome: O}
  plan: {title: Plan, years: 1995, region: R, type: planned, contexts: [one], outcome: O}
  series: {title: Series, years: 1996, region: R, type: framework, contexts: [two], outcome: O,
           facts: {lasting: {1996: 7}, rows: [{size: 7}]}}
"""


def _compared(facts: str) -> tuple[Similarity, ...]:
    return _assess(_rules(PRECEDENTS, one="{fact: a, is: true}", two="{fact: b, is: true}"), facts).precedents


def test_precedents_share_differ_or_are_not_known_to_do_either() -> None:
    facts = "{a: true, b: true, people: 20, since: 2010-05, policy: closed, profile: B}"
    assert _compared(facts) == (
        Similarity("old", True, ("one", "people", "since", "grave"), ("policy", "profile"), ()),
        Similarity("both", True, ("one", "two"), ("people",), ()),
        Similarity("two-only", True, ("two",), (), ()),
        Similarity("series", True, ("two",), (), ("lasting", "rows")),
        Similarity("talk", False, ("one", "two"), (), ()),
        Similarity("met", False, ("one",), (), ()),
        Similarity("plan", False, ("one",), (), ()),
    )


def test_precedents_of_a_situation_of_which_nothing_is_known() -> None:
    assert _compared("{}") == (
        Similarity("old", True, (), (), ("one", "people", "since", "policy", "profile", "grave")),
        Similarity("both", True, (), (), ("one", "two", "people")),
        Similarity("two-only", True, (), (), ("two",)),
        Similarity("series", True, (), (), ("two", "lasting", "rows")),
        Similarity("talk", False, (), (), ("one", "two")),
        Similarity("met", False, (), (), ("one",)),
        Similarity("plan", False, (), (), ("one",)),
    )


def test_a_precedent_that_answers_nothing_of_the_situation_is_left_out() -> None:
    assert [one.precedent for one in _compared("{a: false, b: true}")] == [
        "both",
        "two-only",
        "series",
        "talk",
    ]
    assert _compared("{a: false, b: false}") == ()


@pytest.mark.parametrize(
    ("people", "where"),
    [
        ("5..20", "shared"),
        ("6", "shared"),
        ("4", "differing"),
        ("21..30", "differing"),
        ("4..6", "unknown"),
        ("20..", "unknown"),
    ],
)
def test_a_range_is_shared_if_it_lies_within_the_precedents(people: str, where: str) -> None:
    (old,) = (one for one in _compared(f"{{a: true, people: {people}}}") if one.precedent == "old")
    assert "people" in getattr(old, where)


def test_figures_over_time_and_rows_are_not_compared() -> None:
    for facts in ("lasting: 7", "lasting: {1996: 7}", "rows: [{size: 7}]"):
        (series,) = (one for one in _compared(f"{{b: true, {facts}}}") if one.precedent == "series")
        assert series == Similarity("series", True, ("two",), (), ("lasting", "rows"))


# --- traces -------------------------------------------------------------------------------------------------


def _trace(when: str, facts: str) -> Trace:
    rules = _rules(DEEP, asked=when)
    return _assess(rules, facts).contexts[0].trace


def test_the_trace_of_what_joins_conditions() -> None:
    flag, few = _is("flag", True), Test("few", Operator.AT_LEAST, _number(5))
    flag_trace = Trace(flag, False, (Trace(FactValue("flag"), False), Trace(flag.bound, True)))
    few_trace = Trace(few, None, (Trace(FactValue("few"), Range(4, 6)), Trace(_number(5), 5)))
    when = (
        "{any: [{fact: flag, is: true}, {not: {fact: few, at_least: 5}}, {at_least: 1, of: [{fact: flag, is: true}]}]}"
    )
    assert _trace(when, "{flag: false, few: 4..6}") == Trace(
        AnyOf((flag, Not(few), AtLeast(_number(1), (flag,)))),
        None,
        (
            flag_trace,
            Trace(Not(few), None, (few_trace,)),
            Trace(AtLeast(_number(1), (flag,)), False, (flag_trace,)),
        ),
    )


def test_the_trace_of_two_bounds_is_that_of_two_tests() -> None:
    low, high = Test("few", Operator.AT_LEAST, _number(5)), Test("few", Operator.LESS_THAN, _number(10))
    figure = Trace(FactValue("few"), 7)
    assert _trace("{fact: few, at_least: 5, less_than: 10}", "{few: 7}") == Trace(
        AllOf((low, high)),
        True,
        (
            Trace(low, True, (figure, Trace(_number(5), 5))),
            Trace(high, True, (figure, Trace(_number(10), 10))),
        ),
    )


@pytest.mark.parametrize(
    ("text", "unit", "bound", "elapsed"),
    [
        ("2 years", "months", Constant(ValueType.MONTHS, 24, "2 years"), 29),
        ("90 days", "days", Constant(ValueType.DAYS, 90, "90 days"), 902),
    ],
)
def test_the_trace_of_a_date_shows_the_time_since(text: str, unit: Any, bound: Constant, elapsed: int) -> None:
    since = FactValue("start")
    assert _trace(f"{{fact: start, elapsed_at_least: {text}}}", "{start: 2011-01-10}") == Trace(
        Test("start", Operator.ELAPSED_AT_LEAST, bound),
        True,
        (
            Trace(since, date(2011, 1, 10)),
            Trace(Elapsed(since, unit), elapsed, (Trace(since, date(2011, 1, 10)),)),
            Trace(bound, bound.value),
        ),
    )


def test_the_trace_of_an_expression_shows_its_figures() -> None:
    bound = Arithmetic("divide", (FactValue("many"), _number(3)))
    assert _trace("{fact: few, at_least: {divide: [{fact: many}, 3]}}", "{few: 3, many: 10}") == Trace(
        Test("few", Operator.AT_LEAST, bound),
        False,
        (
            Trace(FactValue("few"), 3),
            Trace(bound, Fraction(10, 3), (Trace(FactValue("many"), 10), Trace(_number(3), 3))),
        ),
    )


def test_the_trace_over_a_table_has_a_part_for_each_row() -> None:
    where = _is("good", True)
    facts = "{rows: [{good: true}, {}, {good: false}]}"

    def rows(number: int, truth: bool | None) -> Trace:
        return Trace(where, truth, (Trace(FactValue("good"), truth), Trace(where.bound, True)), number)

    parts = (rows(1, True), rows(2, None), rows(3, False))
    assert _trace("{some: rows, where: {fact: good, is: true}}", facts) == Trace(Some("rows", where), True, parts)
    assert _trace("{every: rows, where: {fact: good, is: true}}", facts) == Trace(Every("rows", where), False, parts)
    assert _trace("{some: rows, where: {fact: good, is: true}}", "{}") == Trace(Some("rows", where), None)
    assert _trace("{some: rows, where: {fact: good, is: true}}", "{rows: []}") == Trace(Some("rows", where), False)


def test_the_trace_of_a_row_reaches_outside_its_table() -> None:
    where = AllOf((_is("flag", True), Conclusion("context", "inner")))
    rules = _rules(
        DEEP,
        asked="{some: rows, where: {all: [{fact: flag, is: true}, {context: inner}]}}",
        inner="{fact: few, at_least: 1}",
    )
    flag = Trace(_is("flag", True), True, (Trace(FactValue("flag"), True), Trace(_is("flag", True).bound, True)))
    assert _assess(rules, "{rows: [{}], flag: true, few: 0}").contexts[0].trace == Trace(
        Some("rows", where),
        False,
        (Trace(where, False, (flag, Trace(Conclusion("context", "inner"), False)), 1),),
    )


def test_the_trace_of_a_derived_fact_is_its_own() -> None:
    rules = _rules(DEEP, asked="{fact: largest_group, at_least: 5}")
    found = _assess(rules, f"{{rows: [{{group: A, size: {HISTORY}}}, {{group: B}}]}}")
    figure = Trace(FactValue("largest_group"), Range(5, inf))
    assert found.contexts[0].trace == Trace(
        Test("largest_group", Operator.AT_LEAST, _number(5)), True, (figure, Trace(_number(5), 5))
    )
    assert found.derivation("largest_group") == Trace(
        Total("steady", "rows", None, ("group",)),
        Range(5, inf),
        (Trace(FactValue("steady"), 5, (), 1), Trace(FactValue("steady"), Range(0, inf), (), 2)),
    )


def test_the_trace_of_counts_and_totals_shows_what_each_row_adds() -> None:
    good = _is("good", True)
    found = _assess(_rules(DEEP, asked="{fact: flag, is: true}"), "{rows: [{good: true, size: 4}, {size: 3}]}")

    def where(truth: bool | None, number: int | None) -> Trace:
        return Trace(good, truth, (Trace(FactValue("good"), truth), Trace(good.bound, True)), number)

    assert found.derivation("how_many") == Trace(Count("rows", None), 2)
    assert found.derivation("how_many_good") == Trace(
        Count("rows", good), Range(1, 2), (where(True, 1), where(None, 2))
    )
    assert found.derivation("good_size") == Trace(
        Total("size", "rows", good, ()),
        Range(4, 7),
        (
            Trace(FactValue("size"), 4, (where(True, None),), 1),
            Trace(FactValue("size"), 3, (where(None, None),), 2),
        ),
    )


def test_the_trace_of_a_history() -> None:
    over = ParameterValue("years")
    lowest = Extreme("lowest", "over_time", over)
    when = "{fact: few, at_least: {lowest: {fact: over_time}, over: {parameter: years}}}"
    assert _trace(when, f"{{few: 5, over_time: {HISTORY}}}").parts == (
        Trace(FactValue("few"), 5),
        Trace(lowest, 5),
    )


def test_only_what_is_derived_and_in_use_has_a_derivation() -> None:
    found = _assess(_rules(DEEP, asked="{fact: enough, is: true}"), "{twice: 4, many: 6, few: 2}")
    assert found.derivation("few") is None
    assert found.derivation("twice") is None
    assert found.derivation("quotient") == Trace(
        Arithmetic("divide", (FactValue("many"), FactValue("few"))),
        3,
        (Trace(FactValue("many"), 6), Trace(FactValue("few"), 2)),
    )
    assert found.derivation("rows") is None


# --- runs and programs --------------------------------------------------------------------------------------


def test_a_program_is_compiled_once_for_each_reading_and_set_of_parameters() -> None:
    rules = _rules(READ, over="{criterion: enough}", beside="{fact: flag, is: true}")
    assert program(rules) is program(rules, "as-written", {})
    assert program(rules, "strict", {"limit": 3}) is program(rules, "strict", {"limit": 3})
    assert program(rules, "strict") is not program(rules)


def test_the_outcome_alone() -> None:
    rules = _rules(MEASURED, one="{fact: a, is: true}", two="{fact: b, is: true}")
    assert program(rules).outcome({"a": True}, date(2013, 6, 30)) == {
        "one": "met",
        "two": "unknown",
        "always": "called-for",
        "needed": "conditional",
        "chained": "conditional",
    }


def test_the_value_in_use_of_a_fact() -> None:
    rules = _rules(
        DEEP + "  unused: {type: share}\n  date_unused: {type: date}\n  text_unused: {type: text}\n",
        asked="{fact: twice, at_least: 1}",
    )
    run = _assess(rules, "{many: 6, few: 2, word: A, text_unused: B}").run
    names = ("many", "quotient", "twice", "word", "start", "unused", "text_unused", "rows", "flag")
    assert [run.value(name) for name in names] == [
        *(6, 3, 6, "A", Range(date.min, date.max)),
        *(Range(0, 1), "B", None, None),
    ]


def test_the_day_must_be_given_somewhere() -> None:
    rules = _two_of_three()
    undated = accept(load_situation(_document("situation: one\nfacts: {}", "one.yaml"), rules, date(2013, 6, 30)))
    with pytest.raises(ValueError, match=r"^the situation has no as-of date, and none was given$"):
        assess(rules, undated)


def test_the_day_can_be_moved_and_nothing_else_moves() -> None:
    rules = _rules(DEEP, asked="{fact: start, elapsed_at_least: 2 years}")
    facts = "{start: 2 years ago}"
    assert _assess(rules, facts).contexts[0].truth is MET
    assert _assess(rules, facts, as_of=date(2013, 6, 29)).contexts[0].truth is NOT_MET
    assert _assess(rules, facts, as_of=date(2099, 1, 1)).contexts[0].truth is MET


def test_the_same_question_has_the_same_answer() -> None:
    rules = _rules(PRECEDENTS, one="{fact: a, is: true}", two="{fact: b, is: true}")
    situation = _situation(rules, "{a: true, people: 4..6}")
    first, second = assess(rules, situation), assess(rules, situation)
    assert first == second
    reverse = Situation(id="one", title=None, as_of=situation.as_of, facts=dict(reversed([*situation.facts.items()])))
    assert assess(rules, reverse)[5:13] == first[5:13]


def test_truths_and_sums_where_something_is_unknown() -> None:
    truths = (True, None, False)
    assert [at_least(k, truths) for k in (0, 1, 2, 3)] == [True, True, None, False]
    assert at_least(Range(1, 3), truths) is None
    assert [count(truths), count((True, False)), count(())] == [Range(1, 2), 1, 0]
    assert total([(True, 5), (None, 3), (False, 100), (True, Range(-2, 1))]) == Range(3, 9)
    assert total([(None, -3), (True, 1)]) == Range(-2, 1)
    assert total([]) == 0


@pytest.mark.parametrize(
    ("when", "facts", "truth"),
    [
        ("{fact: few, is: 5}", "{few: 5}", MET),
        ("{fact: few, is: 5}", "{few: 4..6}", UNKNOWN),
        ("{fact: few, is_not: 5}", "{few: 5}", NOT_MET),
        ("{fact: few, is_not: 5}", "{few: 4..6}", UNKNOWN),
        ("{fact: few, is_not: 5}", "{few: 6..7}", MET),
        ("{fact: start, is: 2011-01-01}", "{start: 2011-01-01}", MET),
        ("{fact: start, is_not: 2011-01-01}", "{start: 2011}", UNKNOWN),
        ("{fact: word, in: [A, B]}", "{word: B}", MET),
        ("{fact: word, in: [A, B]}", "{word: C}", NOT_MET),
    ],
)
def test_sameness(when: str, facts: str, truth: Truth) -> None:
    (verdict,) = _assess(_rules(DEEP, asked=when), facts).contexts
    assert verdict.truth is truth


def test_a_row_that_does_not_count_waits_for_nothing() -> None:
    columns = "{good: {type: boolean}, size: {type: number, derive: {sum: [{fact: few}, 1]}}, own: {type: number}}"
    rules = _rules(
        f"facts: {{few: {{type: number}}, rows: {{type: table, columns: {columns}}}}}",
        one="{some: rows, where: {fact: own, at_least: {total: size, of: rows, where: {fact: good, is: true}}}}",
    )
    facts = "{{rows: [{{good: {}, own: 5}}, {{good: true, size: 2, own: 1..3}}]}}"
    assert _assess(rules, facts.format("false")).contexts[0].truth is MET
    out = _assess(rules, facts.format("false").replace("own: 5", "own: 1")).contexts[0]
    assert (out.truth, out.open_facts) == (UNKNOWN, ("rows",))
    counts = _assess(rules, facts.format("true")).contexts[0]
    assert (counts.truth, counts.open_facts) == (UNKNOWN, ("few", "rows"))


def test_one_table_in_several_conditions() -> None:
    inner = "{some: other, where: {fact: width, at_least: 2}}"
    rules = _rules(
        DEEP,
        one=inner,
        two=f"{{some: rows, where: {{all: [{{fact: good, is: true}}, {inner}]}}}}",
        three="{fact: few, at_least: {count: other}}",
        four="{all: [{fact: few, at_least: {count: other}}, {fact: many, at_least: {parameter: later}}]}",
        five="{fact: few, at_least: {parameter: later}}",
        six="{some: other, where: {fact: width, at_least: {parameter: later}}}",
    )
    found = _assess(rules, "{rows: [{good: true}], other: [{width: 2}], few: 1}", as_of=date(2021, 1, 1))
    assert [(verdict.truth, verdict.open_facts) for verdict in found.contexts] == [
        (MET, ()),
        (MET, ()),
        (MET, ()),
        (UNKNOWN, ("many",)),
        (NOT_MET, ()),
        (NOT_MET, ()),
    ]


def test_a_row_may_derive_the_date_from_which_its_values_hold() -> None:
    rules = _rules(
        """
facts:
  begin: {type: date}
  rows:
    type: table
    columns:
      size: {type: count, history: true}
      camp: {type: count, history: true}
      since: {type: date, derive: {fact: begin}}
""",
        both="{some: rows, where: {fact: size, at_least: {lowest: {fact: camp}, over: 2 years}}}",
        one="{some: rows, where: {fact: camp, at_least: 1}}",
    )
    found = _assess(rules, "{begin: 2012-01-01, rows: [{size: 0, camp: 5}]}")
    assert [(verdict.truth, verdict.open_facts) for verdict in found.contexts] == [(MET, ()), (MET, ())]
    later = _assess(rules, "{begin: 2011-01-01, rows: [{size: 0, camp: 5}]}")
    assert [verdict.truth for verdict in later.contexts] == [NOT_MET, MET]
    unknown = _assess(rules, "{rows: [{size: 0, camp: 5}]}")
    assert unknown.contexts[0].truth is UNKNOWN


def test_two_histories_of_a_row_share_its_date() -> None:
    columns = "{size: {type: count, history: true}, camp: {type: count, history: true}, since: {type: date}}"
    when = "{some: rows, where: {fact: size, at_least: {highest: {fact: camp}, over: 2 years}}}"
    rules = _rules(f"facts: {{rows: {{type: table, columns: {columns}}}}}", one=when)
    row = "{{rows: [{{size: 5, camp: 5, since: {}}}]}}"
    truths = [_assess(rules, row.format(since)).contexts[0].truth for since in ("2013-01-01", "2014-01-01")]
    assert truths == [MET, MET]
    assert _assess(rules, "{rows: [{size: 5, camp: 6, since: 2013-01-01}]}").contexts[0].truth is NOT_MET


def test_conditions_without_parts_are_what_logic_says_of_them() -> None:
    """No file can say so, but a rule set may be put together by a program."""
    rules = _rules(DEEP, none="{fact: flag, is: true}", every="{fact: flag, is: true}")
    bare = {"none": AnyOf(()), "every": AllOf(())}
    built = rules.but(contexts={name: context.but(when=bare[name]) for name, context in rules.contexts.items()})
    assert program(built).outcome({}, date(2013, 6, 30)) == {"none": "not-met", "every": "met"}


def test_a_long_chain_of_derived_facts() -> None:
    chain = "".join(f"  x{n}: {{type: number, derive: {{sum: [{{fact: x{n - 1}}}, 1]}}}}\n" for n in range(1, 41))
    rules = _rules(f"facts:\n  x0: {{type: number}}\n{chain}", last="{fact: x40, at_least: 41}")
    assert [program(rules).outcome({"x0": x}, date(2013, 6, 30)) for x in (0, 1)] == [
        {"last": "not-met"},
        {"last": "met"},
    ]
    assert _assess(rules, "{}").contexts[0].open_facts == ("x0",)


_KEYS = ("x", "y", None)
_VALUES = (0, 2, Range(1, 3), -2, Range(-1, 1))


def _every_total(rows: Sequence[tuple[bool | None, Any, tuple[str | None]]]) -> tuple[int, int]:
    """Return the least and the most that the largest group can come to, by trying everything."""
    keys = sorted({key for _, _, (key,) in rows if key is not None})
    found = set()
    counts = itertools.product(*([one] if one is not None else [True, False] for one, _, _ in rows))
    values = [[*range(ends(value)[0], ends(value)[1] + 1)] for _, value, _ in rows]
    groups = [[key] if key else [*keys, *(f"own {n}" for n in range(len(rows)))] for _, _, (key,) in rows]
    for included in counts:
        for chosen in itertools.product(*values):
            for grouped in itertools.product(*groups):
                sums: dict[str, int] = {}
                for counted, value, group in zip(included, chosen, grouped, strict=True):
                    if counted:
                        sums[group] = sums.get(group, 0) + value
                found.add(max(sums.values(), default=0))
    return min(found), max(found)


def test_the_largest_group_spans_all_that_is_possible() -> None:
    """Every answer lies in the range; where no value is negative, the range holds nothing else."""
    one = [*itertools.product((True, None, False), _VALUES, ((key,) for key in _KEYS))]
    pairs = [(row, other) for row in one for other in one[::4]]
    triples = [(row, other, one[(3 * n) % len(one)]) for n, (row, other) in enumerate(pairs[::5])]
    for rows in [(), *((row,) for row in one), *pairs, *triples]:
        least, most = _every_total(rows)
        low, high = ends(largest_total(rows))
        assert low <= least <= most <= high, rows
        if all(ends(value)[0] >= 0 for _, value, _ in rows):
            assert (low, high) == (least, most), rows


def test_a_range_in_the_key_of_a_group_may_be_any_group() -> None:
    rows = [(True, 5, (Range(1, 2),)), (True, 4, (1,)), (True, 3, (2,))]
    assert largest_total(rows) == Range(5, 9)
    assert span(5, 5) == largest_total(rows[:1])


def test_compiling_for_a_reading_takes_its_parameters() -> None:
    rules = _rules(READ, over="{criterion: enough}", beside="{fact: flag, is: true}")
    assert compile_rules(rules, "strict").set == {"limit": 20}
    assert compile_rules(rules, "strict", {"limit": 3}).set == {"limit": 3}
    assert compile_rules(rules).set == {}


# --- the built-in rule set ----------------------------------------------------------------------------------


@cache
def _course() -> RuleSet:
    return accept(load_rule_set(rules_folder() / "oas-2013"))


@cache
def _built_in(name: str) -> Situation:
    document = read_file(situations_folder() / f"{name}.yaml")
    assert isinstance(document, Document)
    return accept(load_situation(document, _course()))


def test_dadaab_2011() -> None:
    found = assess(_course(), _built_in("dadaab-2011"))
    mass_influx, protracted, movement, crime = found.contexts
    assert (mass_influx.truth, mass_influx.because) == (
        MET,
        ("international-border", "considerable-numbers", "inadequate-capacity"),
    )
    assert mass_influx.editorial == (
        "characteristics_needed",
        "considerable_arrivals",
        "numbers_considerable",
        "capacity_inadequate",
    )
    assert (mass_influx.open_facts, mass_influx.judgements) == ((), ())
    assert mass_influx.readings == {"all": NOT_MET}
    assert (protracted.truth, protracted.because) == (MET, ("settled-population",))
    assert (protracted.editorial, protracted.readings) == ((), {})
    assert [finding.id for finding in protracted.findings] == [
        "settled-population",
        "same-profile-scale",
        "long-exile",
    ]
    assert movement.open_facts == ("found_host_country", "moved_to_third_country", "irregular_manner")
    assert crime.open_facts == (
        "recruitment_or_transfer",
        "exploitation_purpose",
        "coercion_or_deception",
        "child_victims",
        "illegal_entry_procured",
        "smuggler_profit",
    )
    assert found.response is not None
    assert found.response[:4] == (
        ("emergency-assistance", "registration-documentation"),
        (
            "international-consultation",
            "humanitarian-transfer",
            "self-reliance",
            "development-support",
            "financial-institutions",
        ),
        (),
        (),
    )
    assert {one.id: found.standing(one) for one in found.principles} == {
        "burden-shifting": "undetermined",
        "obligations-upheld": "undetermined",
        "customary-law": "consistent",
    }
    assert found.notes == ()
    # Whoever moved on had found a host country, which leaves nothing to ask of that.
    assert {question.fact for question in found.questions if question.settles} == {
        *(name for name in movement.open_facts if name != "found_host_country"),
        *crime.open_facts,
    }
    assert next(one for one in found.precedents if one.precedent == "former-yugoslavia-1992") == Similarity(
        "former-yugoslavia-1992",
        True,
        (
            "mass-influx",
            "international-border",
            "considerable-numbers",
            "inadequate-capacity",
            "crosses_border",
            "affected_states",
            "numbers_considerable",
            "capacity_inadequate",
            "emergency_needs",
        ),
        (),
        (),
    )


def test_the_summer_of_2011_judged_by_itself() -> None:
    """A judgement against the indicator carries the stricter reading closer, and is noted."""
    situation = _built_in("dadaab-2011")
    judged = Situation(id="judged", title=None, as_of=situation.as_of, facts={**situation.facts, "arrival_rapid": True})
    found = assess(_course(), judged)
    mass_influx = found.contexts[0]
    assert mass_influx.because == (
        "international-border",
        "considerable-numbers",
        "rapid-arrival",
        "inadequate-capacity",
    )
    assert mass_influx.judgements == (Judgement("arrival_rapid", True, True),)
    assert mass_influx.readings == {"all": UNKNOWN}
    assert found.notes == (Note("departs-from-indicator", "arrival_rapid", {"given": True, "derived": False}),)


def test_waiting_for_a_census() -> None:
    found = assess(_course(), _built_in("straddling-estimate"))
    protracted = found.contexts[1]
    assert (protracted.truth, protracted.open_facts) == (UNKNOWN, ("populations",))
    assert [question.settles for question in found.questions] == [("protracted",)]
    waiting = {one.measure: one.waits_for for one in found.measures if one.status == "conditional"}
    assert set(waiting.values()) == {("populations",)}


# --- what a reading of ours changes, and figures beyond reading -----------------------------------------------------


def test_a_course_parameter_that_an_editorial_reading_sets_is_editorial() -> None:
    text = """
        rule_set: a
        version: 1.0.0
        title: A
        parameters: {floor: {value: 5, basis: course}}
        readings:
          ours: {title: Ours, basis: editorial, default: true, set: {floor: 6}}
          theirs: {title: Theirs, basis: course}
        facts: {n: {type: count}, m: {type: count, derive: {product: [{fact: n}, {fact: n}]}}}
        criteria: {enough: {title: Enough, when: {fact: m, at_least: {parameter: floor}}}}
        """
    rules = accept(build_rule_set([_document(text, "rules.yaml"), _document(CONTEXT, "c.yaml")], "a"))
    situation = Situation(id="s", title=None, as_of=date(2013, 1, 31), facts={"n": 3})
    ours = assess(rules, situation)
    assert [verdict.editorial for verdict in ours.contexts] == [("floor",)]
    assert [verdict.editorial for verdict in assess(rules, situation, reading="theirs").contexts] == [()]
    changed = assess(rules, situation, overrides={"floor": 7})
    assert changed.notes == (Note("parameter-set", "floor", {"value": 7, "instead": 6}),)


CONTEXT = "context: c\ntitle: C\nwhen: {criterion: enough}\n"


def test_a_figure_of_five_thousand_digits_is_written_in_round_figures() -> None:
    assert written(10**5000, ValueType.NUMBER) == "about 1.0 × 10^5000"
    assert (
        written(Range(Fraction(1, 10**5000), 10**5000), ValueType.NUMBER) == "about 1.0 × 10^-5000..about 1.0 × 10^5000"
    )
    assert written(10**15, ValueType.NUMBER) == 10**15


def test_a_precedent_is_compared_by_the_criteria_that_its_facts_settle() -> None:
    text = """
        rule_set: a
        version: 1.0.0
        title: A
        facts: {n: {type: count}, m: {type: boolean}, o: {type: boolean}}
        precedents:
          before:
            {title: Before, years: 1989, region: R, type: framework, contexts: [c], outcome: O, facts: {n: 7, m: true}}
          said: {title: Said, years: 1990, region: R, type: meeting, contexts: [c], outcome: O, facts: {n: 7, m: true}}
        """
    context = """
        context: c
        title: C
        when: {criterion: many}
        criteria:
          many: {title: Many, when: {fact: n, at_least: 5}}
          marked: {title: Marked, when: {fact: m, is: true}}
          open: {title: Open, when: {fact: o, is: true}}
        """
    rules = accept(build_rule_set([_document(text, "rules.yaml"), _document(context, "c.yaml")], "a"))
    situation = Situation(id="s", title=None, as_of=date(2013, 1, 31), facts={"n": 6, "m": False})
    assert assess(rules, situation).precedents == (
        Similarity("before", True, ("c", "many"), ("marked", "n", "m"), ()),
        Similarity("said", False, ("c",), (), ()),
    )
    situation = Situation(id="s", title=None, as_of=date(2013, 1, 31), facts={"n": 6})
    assert assess(rules, situation).precedents[0] == Similarity("before", True, ("c", "many"), ("n",), ("marked", "m"))


def test_a_product_of_one_number_has_a_trace() -> None:
    text = (
        b"rule_set: a\nversion: 1.0.0\ntitle: T\nfacts: {n: {type: count}}\n"
        b"forms: {f: {title: F, when: {fact: n, at_least: {product: [5]}}}}\n"
    )
    document = read(text, "rules.yaml")
    assert isinstance(document, Document)
    rules = accept(build_rule_set([document], "a"))
    (form,) = assess(rules, Situation(id="s", title=None, as_of=date(2013, 1, 31), facts={"n": 5})).forms
    assert [part.result for part in form.trace.parts] == [5, 5]
