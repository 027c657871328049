"""Situations side by side: words are an assessment's, what is left is named, every witness differs.

Small rule sets come in pairs: the second has other conditions, other parameters, or declares facts otherwise.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import islice
from typing import Any, NamedTuple

import pytest
from hypothesis import event, given, strategies as st

from comity.engine.assessment.assess import assess
from comity.engine.assessment.carrying import Carried, Left, carried
from comity.engine.assessment.comparison import Agreement, Column, agreements, compare, in_full, tally
from comity.engine.checking.claims import Under
from comity.engine.checking.parting import partings, rephrased
from comity.engine.language.history import History
from comity.engine.language.model import Response, RuleSet, Situation, ValueType
from comity.engine.report.rephrasing import rephrasings
from tests.brute import AS_OF, FLAVOURS, Facts, Small, domain, reread, rules_of
from tests.strategies import Case, Choose, Scope, Tree, World, cases, drawing, load, write
from tests.test_difference import LIMIT, Pair, judge, pair


def _situation(facts: Mapping[str, Any], **more: Any) -> Situation:
    return Situation(id="one", title=None, as_of=AS_OF, facts=facts, **more)


def _with_context(choose: Choose) -> Pair:
    """Return a pair of rule sets that have a context in common."""
    one = pair(choose)
    first, second = (deepcopy(world.documents) for world in one.worlds)
    criterion = next(iter(one.worlds[0].section("criteria")))
    context = {"context": "common", "title": "Common", "when": {"criterion": criterion}}
    worlds = (World((*first, context), AS_OF), World((*second, context), AS_OF))
    return Pair(worlds, worlds[0].load(), worlds[1].load())


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    return _with_context(drawing(draw))


def _columns(one: Pair) -> list[Column]:
    return [
        Column(f"{name} {reading}", rules, reading)
        for name, rules in (("old", one.old), ("new", one.new))
        for reading in (*rules.readings, *([] if rules.readings else [None]))
    ]


def _told(one: Pair) -> Iterator[Facts]:
    within = domain(one.old, most=50_000)
    return iter(()) if within is None else islice(within.situations(), 0, None, 211)


# --- side by side ---------------------------------------------------------------------------------------------------


@given(pairs())
def test_words_are_those_of_an_assessment_under_each_column(one: Pair) -> None:
    columns = _columns(one)
    for facts in _told(one):
        situation = _situation(facts)
        both = compare(columns, situation, one.old)
        for side, assessment in zip(both.sides, in_full(both).assessments, strict=True):
            column = side.column
            own = assess(column.rules, carried(situation, one.old, column.rules).situation, reading=column.reading)
            assert assessment.run.facts == own.run.facts
            for each in (assessment, own):
                verdicts = {verdict.context: verdict.truth.value for verdict in each.contexts}
                assert side.words == {**verdicts, **{one.measure: one.status for one in each.measures}}


@given(pairs())
def test_the_order_of_the_columns_does_not_matter(one: Pair) -> None:
    columns = _columns(one)
    there = [compare(columns, _situation(facts), one.old) for facts in _told(one)]
    back = [compare(columns[::-1], _situation(facts), one.old) for facts in _told(one)]
    for first, second in zip(there, back, strict=True):
        assert {*first.contexts} == {*second.contexts}
        for name in (*first.contexts, *first.measures):
            assert first.words(name) == second.words(name)[::-1]
            assert first.differs(name) == second.differs(name)
    last = len(columns) - 1
    turned = [pair._replace(one=last - pair.other, other=last - pair.one) for pair in agreements(back)]
    assert sorted(turned) == sorted(agreements(there))
    for name in there[0].contexts if there else ():
        assert tally(there, name) == tally(back, name)[::-1]


def _small(rest: str, when: str = "{fact: n, at_least: 1}") -> RuleSet:
    return rules_of(f"{rest}criteria: {{c: {{title: C, when: {when}}}}}\n")


def test_columns_without_a_context_are_left_out_of_the_count() -> None:
    """One context that both have, one that only the first has, one that only the second has."""
    worlds = [
        World(
            (
                {
                    "rule_set": name,
                    "version": "1.0.0",
                    "title": name,
                    "facts": {"n": {"type": "count"}},
                },
                *(
                    {"context": context, "title": context, "when": {"fact": "n", "at_least": least}}
                    for context, least in contexts.items()
                ),
            ),
            AS_OF,
        )
        for name, contexts in (("one", {"a": 1, "b": 2}), ("two", {"a": 3, "c": 4}))
    ]
    one, two = (world.load() for world in worlds)
    columns = [Column("one", one), Column("two", two)]
    told = [compare(columns, _situation(facts), one) for facts in ({"n": 2}, {"n": 0}, {"n": 9}, {})]
    assert [{name: each.words(name) for name in each.contexts} for each in told] == [
        {"a": ("met", "not-met"), "b": ("met", None), "c": (None, "not-met")},
        {"a": ("not-met", "not-met"), "b": ("not-met", None), "c": (None, "not-met")},
        {"a": ("met", "met"), "b": ("met", None), "c": (None, "met")},
        {"a": ("unknown", "unknown"), "b": ("unknown", None), "c": (None, "unknown")},
    ]
    assert [each.differing_contexts for each in told] == [("a",), (), (), ()]
    assert agreements(told) == [Agreement(0, 1, same=3, opposed=1, of=4)]
    assert tally(told, "b") == [{"met": 2, "not-met": 1, "unknown": 1}, {}]
    assert agreements([]) == []


def test_a_situation_without_a_date_needs_one() -> None:
    rules = _small("facts: {n: {type: count}}\n")
    undated = _situation({}).but(as_of=None)
    assert compare([Column("one", rules)], undated, rules, AS_OF).as_of == AS_OF
    with pytest.raises(ValueError, match="the situation has no as-of date, and none was given"):
        compare([Column("one", rules)], undated, rules)


# --- what carries over ----------------------------------------------------------------------------------------------


class Other(NamedTuple):
    """A rule set with a situation, and another that declares some of its facts otherwise."""

    case: Case
    changed: dict[str, Tree]

    @property
    def home(self) -> RuleSet:
        return World(({**HEAD, "facts": _given(self.case.world.facts)},), self.case.world.as_of).load()

    @property
    def rules(self) -> RuleSet:
        return World(({**HEAD, "facts": self.changed},), self.case.world.as_of).load()

    def __repr__(self) -> str:
        return "\n".join([write(_given(self.case.world.facts)), write(self.changed), write(self.case.given)])


HEAD = {"rule_set": "generated", "version": "1.0.0", "title": "Generated"}


def _given(facts: Mapping[str, Tree]) -> dict[str, Tree]:
    """Return facts as they are declared, none of them derived."""
    bare = {name: {key: each for key, each in fact.items() if key != "derive"} for name, fact in facts.items()}
    return {name: {**one, "columns": _given(one["columns"])} if "columns" in one else one for name, one in bare.items()}


@st.composite
def others(draw: st.DrawFn) -> Other:
    case = draw(cases())
    return Other(case, _otherwise(drawing(draw), _given(case.world.facts)))


def _otherwise(choose: Choose, facts: dict[str, Tree]) -> dict[str, Tree]:
    """Return facts, or columns, some of them declared otherwise or not at all; never none of them."""
    found: dict[str, Tree] = {}
    for name, fact in facts.items():
        way = choose(("alike", "alike", "alike", "gone", "type", "unit", "history", "max", "options"))
        if way == "gone" and len(facts) > 1:
            continue
        other = dict(fact)
        kind = fact["type"]
        if kind == "table":
            other["columns"] = _otherwise(choose, fact["columns"])
        elif way == "type":
            other = {"type": choose(("boolean", "count", "number", "text", "date"))}
        elif way == "unit" and kind in ("count", "number", "share"):
            other["unit"] = "people"
        elif way == "history" and kind in ("count", "number", "share"):
            other["history"] = not fact.get("history", False)
        elif way == "max" and kind in ("count", "number"):
            other["max"] = max(1, fact.get("min", 0))
        elif way == "options" and kind == "choice":
            other["options"] = [*fact["options"][1:], "another"]
        found[name] = other
    return found or {**facts}


@given(others())
def test_what_carries_over_can_be_said_there_and_what_does_not_is_named(one: Other) -> None:
    home, rules = one.home, one.rules
    situation = load(
        World(({**HEAD, "facts": _given(one.case.world.facts)},), one.case.world.as_of), home, one.case.given
    )
    told = carried(situation, home, rules)
    day = one.case.world.as_of
    assert reread(rules, told.situation.all_facts, day) == told.situation.all_facts
    left = {each.name for each in told.left}
    assert len(left) == len(told.left)
    for name, value in situation.all_facts.items():
        there = told.situation.all_facts.get(name)
        event(next((each.why for each in told.left if each.name.startswith(name)), "carried"))
        if home.facts[name].value_type is not ValueType.TABLE:
            _all_or_named(rules.facts.get(name), value, there, name in left)
        elif name in left:
            assert there is None
        else:
            assert there is not None
            assert len(there) == len(value)
            for row, other in zip(value, there, strict=True):
                for column, cell in row.items():
                    declared = rules.facts[name].columns.get(column)
                    _all_or_named(declared, cell, other.get(column), f"{name}.{column}" in left)
    assert {*told.situation.all_facts} <= {*situation.all_facts}


def _all_or_named(fact: Any, value: Any, there: Any, named: bool) -> None:
    """Assert that a value is there, or said to be left, or known there to everybody."""
    if there is None:
        assert named or (fact is not None and (value == fact.unknown or isinstance(value, History)))
    elif not isinstance(value, History):
        assert there == value


@given(cases())
def test_everything_carries_over_between_rule_sets_that_declare_alike(case: Case) -> None:
    one, other = case.world.load(), case.world.load()
    situation = load(case.world, one, case.given)
    told = carried(situation, one, other)
    assert told == Carried(situation)
    columns = [Column("one", one), Column("other", other)]
    both = compare(columns, situation, one)
    assert (both.differing_contexts, both.differing_measures) == ((), ())


FACTS = """\
facts:
  people: {type: count, unit: people, title: People}
  share: {type: number, title: Share}
  policy: {type: choice, options: [open, closed, shut]}
  stay: {type: duration}
  gone: {type: boolean}
  asked: {type: boolean}
  sent: {type: boolean, about: response}
  groups:
    type: table
    columns:
      name: {type: text}
      size: {type: count, history: true}
      since: {type: date}
  rows: {type: table, columns: {x: {type: count}}}
"""
OTHERWISE = """\
facts:
  people: {type: count, unit: households}
  share: {type: share}
  policy: {type: choice, options: [open, closed]}
  stay: {type: duration, unit: days}
  sent: {type: boolean, about: response}
  groups:
    type: table
    columns:
      size: {type: count, history: true}
  rows: {type: number}
"""


def test_what_is_left_is_named_with_the_reason() -> None:
    home, rules = rules_of(FACTS), rules_of(OTHERWISE)
    facts = {
        "people": 5,
        "share": 2,
        "policy": "shut",
        "stay": 7,
        "gone": True,
        "groups": ({"name": "A", "size": 5, "since": AS_OF}, {"size": 6}, {"name": "B"}),
        "rows": ({"x": 1},),
    }
    situation = _situation(
        facts,
        asked=frozenset({"asked"}),
        sources={"gone": "a report", "policy": "a law"},
        kinds={"gone": "documented"},
        response=Response(title="Plan", measures=("help",), facts={"sent": True}),
    )
    told = carried(situation, home, rules)
    assert told.left == (
        Left("fact", "people", "other-unit"),
        Left("fact", "share", "not-possible"),
        Left("fact", "policy", "not-possible"),
        Left("fact", "stay", "other-type"),
        Left("fact", "gone", "not-declared"),
        Left("column", "groups.name", "not-declared"),
        Left("column", "groups.size", "since"),
        Left("column", "groups.since", "not-declared"),
        Left("fact", "rows", "other-type"),
        Left("measure", "help", "not-declared"),
        Left("fact", "asked", "not-declared"),
    )
    assert told.situation == _situation(
        {"groups": ({}, {"size": 6}, {})},
        sources={"policy": "a law"},
        response=Response(title="Plan", measures=(), facts={"sent": True}),
    )


# --- where they part ------------------------------------------------------------------------------------------------


@st.composite
def reread_pairs(draw: st.DrawFn) -> tuple[RuleSet, World]:
    """Return a small rule set with two readings, which define its one context otherwise."""
    choose = drawing(draw)
    maker = Small(choose, choose(FLAVOURS))
    documents = deepcopy(maker.world().documents)
    scope = Scope(
        facts={name: one for name, one in maker.scope.facts.items() if "derive" not in one},
        parameters=maker.scope.parameters,
    )
    context = {"context": "common", "title": "Common", "when": maker.condition(2, scope)}
    documents[0]["readings"] = {
        "usual": {"title": "Usual", "default": True},
        "strict": {"title": "Strict", "define": {"common": maker.condition(2, scope)}},
    }
    world = World((*documents, context), AS_OF)
    return world.load(), world


def _judge(rules: Pair, first: Under, second: Under) -> None:
    for change in partings(first, second, AS_OF, LIMIT):
        for shown in filter(None, (change.only_old, change.only_new, change.missing)):
            words = []
            for one in (first, second):
                assert reread(one.rules, shown.facts) == shown.facts
                done = assess(one.rules, _situation(shown.facts), reading=one.reading)
                assert not any(note.code == "impossible" for note in done.notes)
                words.append(next(each.truth.value for each in done.contexts if each.context == change.id))
            assert words == [shown.old, shown.new]
            assert shown.old != shown.new
        assert change.only_old is None or (change.only_old.old, change.only_old.new) == ("met", "not-met")
        assert change.only_new is None or (change.only_new.old, change.only_new.new) == ("not-met", "met")
        event(judge(rules, change.id, change))


@given(pairs())
def test_what_sets_rule_sets_apart_is_what_all_situations_show(one: Pair) -> None:
    _judge(one, Under(one.old), Under(one.new))


@given(reread_pairs())
def test_what_sets_readings_apart_is_what_all_situations_show(one: tuple[RuleSet, World]) -> None:
    rules, world = one
    strict = {name: reading.but(default=name == "strict") for name, reading in rules.readings.items()}
    both = Pair((world, world), rules, rules.but(readings=strict))  # as if each reading was a rule set of its own
    _judge(both, Under(rules, "usual"), Under(rules, "strict"))


_TURNED = {"more": "less", "less": "more"}


@given(reread_pairs())
def test_readings_part_alike_the_other_way_round(one: tuple[RuleSet, World]) -> None:
    rules, _ = one
    first, second = Under(rules, "usual"), Under(rules, "strict")
    for there, back in zip(partings(first, second, AS_OF, LIMIT), partings(second, first, AS_OF, LIMIT), strict=True):
        assert back.change == _TURNED.get(there.change, there.change)
        turned = [
            shown and shown._replace(old=shown.new, new=shown.old)
            for shown in (there.only_new, there.only_old, there.missing)
        ]
        assert [back.only_old, back.only_new, back.missing] == turned


@given(reread_pairs())
def test_what_is_said_otherwise_is_said_of_a_context_that_may_differ(one: tuple[RuleSet, World]) -> None:
    rules, _ = one
    usual, strict = Under(rules, "usual"), Under(rules, "strict")
    columns = [Column("usual", rules, "usual"), Column("strict", rules, "strict")]
    for change in partings(usual, strict, AS_OF, LIMIT):
        said = rephrased([usual, strict], change.id)
        assert said == rephrased([strict, usual], change.id)
        assert said or not change.differs
        assert bool(said) or not [*rephrasings(columns, change.id)]
