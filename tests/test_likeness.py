"""Cases beside a situation: what they share, which are on point, what sets them apart, and what came out otherwise."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import example, given, strategies as st

from comity.engine.assessment.assess import Assessment, assess
from comity.engine.assessment.likeness import Comparison, Likeness
from comity.engine.builtin import situation_ids
from comity.engine.language.condition import Conclusion, Condition, Count, Every, Some, Term, Total, children
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet, Situation, ValueType
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, read
from comity.engine.language.truth import Truth
from tests.hostile import situation as built_in
from tests.strategies import DAYS_OF_ASSESSMENT, Choose, Giver, Maker, load, picking, randoms

# --- any rule set, any situations -----------------------------------------------------------------------------------


class Shelf(NamedTuple):
    """A rule set, and situations under it with ids of their own."""

    rules: RuleSet
    situations: tuple[Situation, ...]


def _shelf(choose: Choose, size: int = 6) -> Shelf:
    as_of = choose(DAYS_OF_ASSESSMENT)
    world = Maker(choose, as_of, 3).world()
    rules = world.load()
    giver = Giver(choose, as_of)
    return Shelf(
        rules, tuple(load(world, rules, giver.situation(world)).but(id=f"s{number}") for number in range(size))
    )


SHELVES = randoms().map(_shelf)


def _beside(shelf: Shelf, number: int = 0) -> Assessment:
    return assess(shelf.rules, shelf.situations[number], cases=shelf.situations)


def _verdicts(rules: RuleSet, situation: Situation) -> dict[str, Truth]:
    return {verdict.context: verdict.truth for verdict in assess(rules, situation).contexts}


def _groups(one: Assessment) -> list[tuple[str, Sequence[Likeness]]]:
    return [(found.context, group) for found in one.comparisons for group in (found.precedents, found.situations)]


def _differing(one: Likeness) -> tuple[str, ...]:
    return (*one.theirs, *one.ours, *one.otherwise)


@given(SHELVES)
def test_every_settled_case_that_shares_something_is_there_and_no_other(shelf: Shelf) -> None:
    one = _beside(shelf)
    by_case = {case.id: _verdicts(shelf.rules, case) for case in shelf.situations}
    for found in one.comparisons:
        for likeness in found.situations:
            assert likeness.case != "s0"
            assert likeness.shared
            assert likeness.verdict is by_case[likeness.case][found.context]
            assert likeness.verdict is not Truth.UNKNOWN


@given(SHELVES)
def test_an_element_stands_in_one_place_and_its_context_nowhere(shelf: Shelf) -> None:
    one = _beside(shelf)
    for context, group in _groups(one):
        for likeness in group:
            names = (*likeness.shared, *_differing(likeness))
            assert len({*names}) == len(names)
            assert not {*likeness.shared} & {*likeness.unknown}
            assert context not in (*names, *likeness.unknown)
            assert {*likeness.cuts} <= {*_differing(likeness)}
            assert {*likeness.neither} <= {*likeness.shared}
            order = [*shelf.rules.contexts, *shelf.rules.criteria, *shelf.rules.facts]
            for part in (likeness.shared, likeness.theirs, likeness.ours, likeness.unknown, likeness.cuts):
                assert all(order.index(a) < order.index(b) for a, b in pairwise(part))


@given(SHELVES)
def test_what_a_criterion_shares_is_how_it_came_out(shelf: Shelf) -> None:
    one = _beside(shelf)
    truths = {case.id: assess(shelf.rules, case).run for case in shelf.situations}
    for found in one.comparisons:
        for likeness in found.situations:
            theirs = truths[likeness.case]
            for name in shelf.rules.criteria:
                ours, other = one.run.truth(name), theirs.truth(name)
                assert (name in likeness.shared) <= (ours is other is not None)
                assert (name in likeness.neither) is (name in likeness.shared and ours is False)
                assert (name in likeness.theirs) <= (ours is False and other is True)
                assert (name in likeness.ours) <= (ours is True and other is False)
                assert (name in likeness.unknown) <= ((ours is None) is not (other is None))
                assert name not in likeness.otherwise


@given(SHELVES)
def test_who_is_said_to_have_a_truth_has_it(shelf: Shelf) -> None:
    one = _beside(shelf)
    runs = {case.id: assess(shelf.rules, case).run for case in shelf.situations}
    truths = [name for name, fact in shelf.rules.facts.items() if fact.value_type is ValueType.BOOLEAN]
    for found in one.comparisons:
        for likeness in found.situations:
            for name in truths:
                ours, other = one.run.value(name), runs[likeness.case].value(name)
                assert (name in likeness.neither) is (name in likeness.shared and ours is other is False)
                assert (name in likeness.theirs) <= (ours is False and other is True)
                assert (name in likeness.ours) <= (ours is True and other is False)


@given(SHELVES)
def test_those_on_point_are_the_top_of_the_lattice(shelf: Shelf) -> None:
    one = _beside(shelf)
    for _, group in _groups(one):
        on_point = [frozenset(case.shared) for case in group if case.on_point]
        assert not any(a < b for a in on_point for b in on_point)
        for case in group:
            more = [other for other in group if {*case.shared} < {*other.shared}]
            assert case.on_point is (bool(case.shared) and not more)
            assert not more or any(other.on_point for other in more)
        assert [(not case.on_point, not case.closest) for case in group] == sorted(
            (not case.on_point, not case.closest) for case in group
        )


@given(SHELVES)
def test_a_counter_example_shares_as_much_as_the_closest_and_came_out_otherwise(shelf: Shelf) -> None:
    one = _beside(shelf)
    verdicts = {verdict.context: verdict.truth for verdict in one.contexts}
    for context, group in _groups(one):
        own = verdicts[context]
        alike = [case for case in group if case.verdict is own and case.shared]
        for case in group:
            better = [other for other in alike if {*case.shared} < {*other.shared}]
            assert case.closest is (case in alike and not better)
        closest = [case for case in group if case.closest]
        for case in group:
            as_much = not closest or any({*near.shared} <= {*case.shared} for near in closest)
            opposite = own is not Truth.UNKNOWN and case.verdict is not own
            assert case.counter is (opposite and case.on_point and as_much)


@given(SHELVES)
def test_a_case_like_the_situation_is_on_point_and_shares_everything(shelf: Shelf) -> None:
    own = shelf.situations[0]
    one = assess(shelf.rules, own, cases=(*shelf.situations, own.but(id="twin")))
    for found in one.comparisons:
        for twin in (case for case in found.situations if case.case == "twin"):
            assert twin.on_point
            assert twin.closest
            assert (*_differing(twin), *twin.unknown, *twin.cuts) == ()
            assert all({*case.shared} <= {*twin.shared} for case in found.situations)
            if not _over_rows(shelf.rules, found.context):
                assert {*twin.shared} >= {name for name in _criteria(one, found) if one.run.truth(name) is not None}


def _criteria(one: Assessment, found: Comparison) -> list[str]:
    verdict = next(verdict for verdict in one.contexts if verdict.context == found.context)
    return [finding.id for finding in verdict.findings]


@given(SHELVES)
@example(_shelf(picking(1355658)))  # both have a truth that is held against another, which one of them has
def test_what_two_share_and_where_they_differ_is_the_same_from_either_side(shelf: Shelf) -> None:
    here, there = (_of(_beside(shelf, number), f"s{1 - number}") for number in (0, 1))
    for context in here.keys() & there.keys():
        a, b = here[context], there[context]
        assert (a.shared, a.neither, a.theirs, a.ours, a.otherwise, a.unknown) == (
            b.shared,
            b.neither,
            b.ours,
            b.theirs,
            b.otherwise,
            b.unknown,
        )
        # Of two that came out the same, what cuts on the way from one to the other helps on the way back; of two that
        # came out otherwise, what cuts on one way cuts on the other.
        if a.verdict is not b.verdict:
            assert a.cuts == b.cuts


def _of(one: Assessment, case: str) -> Mapping[str, Likeness]:
    return {found.context: each for found in one.comparisons for each in found.situations if each.case == case}


@given(SHELVES)
def test_what_nothing_sets_apart_comes_out_the_same(shelf: Shelf) -> None:
    """A fortiori: where no difference cuts and none is unknown, the situation comes out as the case did."""
    one = _beside(shelf)
    verdicts = {verdict.context: verdict.truth for verdict in one.contexts}
    for found in one.comparisons:
        if not _over_rows(shelf.rules, found.context):
            for case in found.situations:
                assert case.cuts or case.unknown or verdicts[found.context] is case.verdict


def _over_rows(rules: RuleSet, context: str) -> bool:
    """Tell whether a context looks at the rows of a table itself, or through a measure: those are no elements."""
    conditions = rules.conditions(rules.default_reading)
    waiting: list[Term] = [conditions[context]]
    while waiting:
        term = waiting.pop()
        if isinstance(term, Some | Every | Count | Total):
            return True
        waiting += children(term)
        if isinstance(term, Conclusion) and term.kind == "measure":
            waiting.append(conditions[term.id])
        named = rules.facts.get(getattr(term, "fact", ""))
        if named is not None and isinstance(named.derive, Condition):
            waiting.append(named.derive)
    return False


@given(SHELVES, st.randoms(use_true_random=False))
def test_the_order_of_the_cases_changes_nothing_but_their_order(shelf: Shelf, random: object) -> None:
    cases = list(shelf.situations)
    random.shuffle(cases)  # type: ignore[attr-defined]  # a random.Random
    one, other = _beside(shelf), assess(shelf.rules, shelf.situations[0], cases=cases)
    assert [context for context, _ in _groups(one)] == [context for context, _ in _groups(other)]
    for (_, group), (_, shuffled) in zip(_groups(one), _groups(other), strict=True):
        assert sorted(group) == sorted(shuffled)


@given(SHELVES)
def test_stored_situations_leave_the_rest_of_an_assessment_alone(shelf: Shelf) -> None:
    one, alone = _beside(shelf), assess(shelf.rules, shelf.situations[0])
    assert one._replace(comparisons=(), cases={}) == alone._replace(comparisons=(), cases={})
    precedents = {found.context: (found.precedents, found.cited) for found in one.comparisons}
    for found in alone.comparisons:
        assert precedents[found.context] == (found.precedents, found.cited)
        assert found.situations == ()


# --- a rule set to read ---------------------------------------------------------------------------------------------

RULES = """\
rule_set: cases
version: 1.0.0
title: Cases
facts:
  many: {type: boolean, title: Many, derive: {fact: people, at_least: 10}}
  people: {type: count, title: People}
  fast: {type: boolean, title: Fast}
  room: {type: boolean, title: Room}
  policy: {type: choice, options: [open, restricted, closed], title: Policy}
criteria: {}
"""

CROWD = """\
context: crowd
title: Crowd
when: {at_least: 2, of: [{criterion: numbers}, {criterion: pace}, {criterion: no-room}, {fact: policy, in: [open]}]}
criteria:
  numbers: {title: Numbers, when: {fact: many, is: true}}
  pace: {title: Pace, when: {fact: fast, is: true}}
  no-room: {title: No room, when: {not: {fact: room, is: true}}}
  beside: {title: Beside, when: {fact: people, at_least: 100}}
"""
MEASURES = """\
purposes: {relief: {title: Relief}}
measures:
  aid: {title: Aid, serves: [relief], for: {crowd: {}}}
  talks: {title: Talks, serves: [relief], for: {crowd: {}}, need: {fact: room, is: true}}
precedents:
  plan: {title: Plan, years: 1990, region: R, type: framework, contexts: [crowd], outcome: O, facts: {fast: true},
         measures: [talks, aid]}
  bare: {title: Bare, years: 1991, region: R, type: framework, contexts: [crowd], outcome: O}
  talk: {title: Talk, years: 1992, region: R, type: meeting, contexts: [crowd], outcome: O, facts: {fast: true}}
"""


@cache
def _rules() -> RuleSet:
    texts = (RULES.replace("criteria: {}\n", ""), CROWD, MEASURES)
    documents = [read(text.encode(), f"{number}.yaml") for number, text in enumerate(texts)]
    assert all(isinstance(one, Document) for one in documents), documents
    return accept(build_rule_set([one for one in documents if isinstance(one, Document)], "cases"))


def _situation(name: str, facts: str, more: str = "") -> Situation:
    document = read(f"situation: {name}\nas_of: 2013-01-31\nfacts: {{{facts}}}\n{more}".encode(), name)
    assert isinstance(document, Document), document
    return accept(load_situation(document, _rules()))


def _crowd(facts: str, *cases: Situation) -> Comparison:
    (found,) = assess(_rules(), _situation("own", facts), cases=cases).comparisons
    assert found.context == "crowd"
    return found


def test_the_case_has_it_or_the_situation_has_it() -> None:
    case = _situation("case", "people: 12, fast: true, room: false, policy: open")
    (found,) = _crowd("people: 9, fast: true, room: false, policy: closed", case).situations
    assert found == Likeness(
        case="case",
        verdict=Truth.MET,
        shared=("pace", "no-room", "beside", "fast", "room"),
        neither=("beside", "room"),
        theirs=("numbers", "many", "people", "policy"),
        ours=(),
        otherwise=(),
        cuts=("numbers", "many", "people", "policy"),
        unknown=(),
        answers=(),
        others=(),
        on_point=True,
        closest=True,
    )


def test_what_makes_the_situation_the_stronger_case_does_not_cut() -> None:
    case = _situation("case", "people: 12, fast: true, room: true")
    (found,) = _crowd("people: 200, fast: true, room: false", case).situations
    assert (found.theirs, found.ours, found.otherwise) == (("room",), ("no-room", "beside", "people"), ())
    assert found.cuts == ()


def test_a_figure_is_shared_on_one_side_of_every_threshold() -> None:
    case = _situation("case", "people: 12, fast: true")
    (same,) = _crowd("people: 99, fast: true", case).situations
    assert "people" in same.shared
    (other,) = _crowd("people: 100, fast: true", case).situations
    assert "people" in other.ours
    (open_,) = _crowd("people: 99..100, fast: true", case).situations
    assert "people" in open_.unknown


def test_below_a_judgement_that_is_given_there_is_no_element() -> None:
    case = _situation("case", "many: true, fast: true, people: 5")
    (found,) = _crowd("people: 12, fast: true", case).situations
    assert found.shared == ("numbers", "pace", "beside", "many", "people", "fast")  # neither has a hundred people
    assert (found.theirs, found.ours, found.otherwise, found.unknown) == ((), (), (), ())


def test_a_counter_example() -> None:
    """Both share the same with the situation; one came out otherwise, and a third shares more than either."""
    met = _situation("met", "people: 12, fast: true, room: true, policy: closed")
    not_met = _situation("not-met", "people: 12, fast: false, room: true, policy: closed")
    own = "people: 12, fast: true, room: true, policy: closed"
    found = {one.case: one for one in _crowd(own, met, not_met).situations}
    assert (found["met"].on_point, found["met"].counter) == (True, False)
    assert (found["not-met"].on_point, found["not-met"].counter) == (False, False)
    (alone,) = _crowd(own, not_met).situations
    assert (alone.on_point, alone.closest, alone.counter, alone.cuts) == (True, False, True, ("pace", "fast"))


def test_a_counter_example_shares_all_that_the_closest_shares_and_more() -> None:
    near = _situation("near", "people: 12, fast: true, room: true, policy: closed")
    far = _situation("far", "people: 5, fast: true, room: false, policy: restricted")
    found = {
        one.case: one for one in _crowd("people: 2, fast: true, room: false, policy: closed", far, near).situations
    }
    assert {name: (one.on_point, one.closest, one.counter) for name, one in found.items()} == {
        "far": (True, True, False),
        "near": (False, False, False),
    }


def test_what_came_out_otherwise_may_share_more_than_the_closest() -> None:
    near = _situation("near", "people: 12, room: false, policy: open")
    trump = _situation("trump", "people: 12, fast: false, room: true, policy: closed")
    found = {
        one.case: one for one in _crowd("people: 12, fast: true, room: true, policy: closed", near, trump).situations
    }
    assert {*found["near"].shared} < {*found["trump"].shared}
    assert {name: (one.verdict.value, one.on_point, one.closest, one.counter) for name, one in found.items()} == {
        "trump": ("not-met", True, False, True),
        "near": ("met", False, True, False),
    }


def test_an_open_verdict_has_no_counter_example() -> None:
    cases = (
        _situation("met", "people: 12, fast: true"),
        _situation("not-met", "people: 2, fast: true, room: true, policy: closed"),
    )
    found = _crowd("fast: true", *cases)
    assert [(one.case, one.verdict.value, one.on_point, one.closest, one.counter) for one in found.situations] == [
        ("met", "met", True, False, False),
        ("not-met", "not-met", True, False, False),
    ]


def test_a_case_that_is_open_or_shares_nothing_does_not_speak() -> None:
    cases = (
        _situation("open", "fast: true"),
        _situation("nothing", "people: 2, fast: false, room: true, policy: closed"),
    )
    found = _crowd("fast: true", *cases)
    assert found.situations == ()


def test_precedents_are_compared_and_meetings_are_cited() -> None:
    found = _crowd("people: 12, fast: true, room: true")
    assert [(one.case, one.shared, one.on_point, one.closest) for one in found.precedents] == [
        ("plan", ("pace", "fast"), True, True),
        ("bare", (), False, False),
    ]
    assert (found.precedents[0].answers, found.precedents[0].others) == (("talks", "aid"), ())
    assert found.cited == ("talk",)


def test_measures_that_the_situation_does_not_call_for() -> None:
    case = _situation("case", "people: 12, fast: true", "response: {measures: [talks, aid]}")
    found = _crowd("people: 12, fast: true, room: false", case)
    assert [(one.answers, one.others) for one in (found.precedents[0], found.situations[0])] == [
        (("aid",), ("talks",))
    ] * 2


def test_what_is_recorded_of_a_precedent_goes_before_what_its_facts_say() -> None:
    """A precedent is known to have answered the context, whatever the few facts of it add up to."""
    found = _crowd("people: 2, fast: false, room: true, policy: closed")
    assert [(one.case, one.verdict) for one in found.precedents] == [("plan", Truth.MET), ("bare", Truth.MET)]
    assert found.cited == ()  # the context is not met: nothing is to be talked about


TURNED = """\
rule_set: turned
version: 1.0.0
title: Turned
facts:
  few: {type: boolean, title: Few, derive: {fact: people, less_than: 10}}
  people: {type: count, title: People}
  agreed: {type: boolean, title: Agreed}
  dry: {type: boolean, title: Dry}
  same: {type: boolean, title: Same, derive: {fact: people, at_least: 50}}
precedents:
  old: {title: Old, years: 1990, region: R, type: framework, contexts: [crowd, calm], outcome: O}
"""
CALM = "context: calm\ntitle: Calm\nwhen: {fact: agreed, is: true}\n"


@cache
def _turned() -> RuleSet:
    crowd = (
        "context: crowd\ntitle: Crowd\nwhen: {any: [{fact: few, is: false}, {context: calm}, {fact: dry, is: true}]}\n"
    )
    match = "context: match\ntitle: Match\nwhen: {any: [{fact: same, is: {fact: agreed}}, {fact: dry, is: true}]}\n"
    documents = [read(text.encode(), f"{number}.yaml") for number, text in enumerate((TURNED, CALM, crowd, match))]
    return accept(build_rule_set([one for one in documents if isinstance(one, Document)], "turned"))


def _bare(name: str, **facts: object) -> Situation:
    return Situation(id=name, title=None, as_of=date(2013, 1, 31), facts={"dry": False, **facts})


def test_a_fact_that_is_tested_to_be_false_pulls_the_other_way() -> None:
    """That there are fewer than ten keeps a crowd away: the larger case is set apart by it."""
    one = assess(_turned(), _bare("own", people=5, agreed=True), cases=[_bare("case", people=20, agreed=False)])
    (found,) = (each.situations[0] for each in one.comparisons if each.context == "crowd")
    assert (found.theirs, found.ours, found.cuts) == ((), ("calm", "few", "people", "agreed"), ("few", "people"))


def test_a_fact_that_is_held_against_another_may_pull_either_way() -> None:
    one = assess(_turned(), _bare("own", people=5, agreed=True), cases=[_bare("case", people=60, agreed=True)])
    (found,) = (each.situations[0] for each in one.comparisons if each.context == "match")
    assert (found.theirs, found.cuts) == (("people", "same"), ("people", "same"))
    one = assess(_turned(), _bare("own", people=60, agreed=False), cases=[_bare("case", people=5, agreed=False)])
    (found,) = (each.situations[0] for each in one.comparisons if each.context == "match")
    assert (found.ours, found.cuts) == (("people", "same"), ("people", "same"))


def test_a_fact_that_is_held_against_another_may_differ_where_both_have_it() -> None:
    """That both have fifty people is no difference; that one of them agreed as well is, and neither can be said."""
    for own, case in ((True, False), (False, True)):
        one = assess(_turned(), _bare("own", people=60, agreed=own), cases=[_bare("case", people=60, agreed=case)])
        (found,) = (each.situations[0] for each in one.comparisons if each.context == "match")
        assert (found.shared, found.theirs, found.ours) == (("people", "dry"), (), ())
        assert (found.otherwise, found.cuts) == (("same",), ("same",))


def test_what_is_shared_as_it_is_held_against_another_is_in_neither_only_where_neither_has_it() -> None:
    """The situation has neither truth and the case has both: each has what it is held against."""
    few, many = (_bare(name, same=name == "many", agreed=name == "many") for name in ("few", "many"))
    for own, case in ((few, many), (many, few)):
        (found,) = (each for each in assess(_turned(), own, cases=[case]).comparisons if each.context == "match")
        assert (found.situations[0].shared, found.situations[0].neither) == (("dry", "same"), ("dry",))
    (found,) = (each for each in assess(_turned(), few, cases=[few.but(id="x")]).comparisons if each.context == "match")
    assert found.situations[0].neither == ("dry", "same")


def test_a_context_that_another_rests_on_is_met_where_a_precedent_is_recorded_for_it() -> None:
    one = assess(_turned(), _bare("own", people=5, agreed=True))
    (found,) = (each.precedents[0] for each in one.comparisons if each.context == "crowd")
    assert (found.case, found.shared, found.neither) == ("old", ("calm",), ())


def test_a_long_chain_of_criteria_is_followed_to_its_end() -> None:
    chain = "".join(f"  c{n}: {{title: C, when: {{criterion: c{n + 1}}}}}\n" for n in range(3000))
    text = f"rule_set: long\nversion: 1.0.0\ntitle: Long\nfacts: {{f: {{type: boolean}}}}\ncriteria:\n{chain}"
    texts = (text + "  c3000: {title: C, when: {fact: f, is: true}}\n", "context: c\ntitle: C\nwhen: {criterion: c0}\n")
    documents = [read(text.encode(), f"{number}.yaml") for number, text in enumerate(texts)]
    rules = accept(build_rule_set([one for one in documents if isinstance(one, Document)], "long"))
    own = Situation(id="own", title=None, as_of=date(2013, 1, 31), facts={"f": True})
    ((found,),) = (one.situations for one in assess(rules, own, cases=[own.but(id="twin")]).comparisons)
    assert len(found.shared) == 3002


def test_the_situation_is_no_case_of_its_own() -> None:
    own = _situation("own", "people: 12, fast: true")
    assert assess(_rules(), own, cases=[own]).comparisons[0].situations == ()


# --- the built-in situations ----------------------------------------------------------------------------------------


def test_one_year_end_short_of_five() -> None:
    """Cases that share scale and duration came out otherwise, and that they have both together sets them apart."""
    one = built_in("syrians-turkey-2015")
    found = next(each for each in one.comparisons if each.context == "protracted")
    met = {case.case: case for case in found.situations if case.verdict is Truth.MET}
    assert len(met) == 8
    for case in met.values():
        assert case.shared == ("same-profile-scale", "long-exile", "refugees_same_profile")
        assert case.cuts == case.theirs == ("settled-population", "settled_refugees")
        assert (case.on_point, case.counter) == (True, False)
    closest = [case for case in found.situations if case.closest]
    assert {case.shared[:2] for case in closest} == {
        ("settled-population", "same-profile-scale"),
        ("settled-population", "long-exile"),
    }
    assert all(case.verdict is Truth.NOT_MET for case in closest)


@pytest.mark.parametrize("name", situation_ids())
def test_every_stored_situation_comes_out_as_what_nothing_sets_apart(name: str) -> None:
    one = built_in(name)
    verdicts = {verdict.context: verdict.truth for verdict in one.contexts}
    for found in one.comparisons:
        for case in found.situations:
            assert case.cuts or case.unknown or case.verdict is verdicts[found.context]
