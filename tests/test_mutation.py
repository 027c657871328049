"""What `mutate` says of a mutant is what walking through all situations shows, and the cases it finds are missing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import pytest
from hypothesis import Phase, event, given, settings

from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS
from comity.engine.checking.cases import run_case
from comity.engine.checking.equivalence import Comparison, compare
from comity.engine.checking.mutation import Mutation, Survivor, mutate
from comity.engine.checking.witness import Witness
from comity.engine.language.diagnostic import NOWHERE
from comity.engine.language.model import Expectation, Given, RuleSet, Situation
from comity.engine.language.mutants import Mutant, mutants, mutated
from tests.brute import AS_OF, Facts, completed, domain, evaluator, finite, refutes, size
from tests.strategies import picking
from tests.test_logic import Few, complete, few, make, rule_set

FEW = settings(max_examples=15, phases=[Phase.generate])  # each comparison takes its time
MOST = 6  # mutants of one rule set that are compared
NAMES = {"measures": "measure", "principles": "principle", "criteria": "criterion", "contexts": "context"}
WORDS = {"measure": STATUSES, "principle": STANDINGS}


# --- comparisons ----------------------------------------------------------------------------------------------------


class Both:
    """A rule set and a mutant of it, as the evaluator sees them."""

    def __init__(self, rules: RuleSet, mutant: Mutant, comparison: Comparison) -> None:
        self.rules = rules
        changed = mutated(rules, mutant)
        reading, names = comparison.reading, comparison.names
        self.sides = [
            evaluator(one, reading, [one.conditions(reading or one.default_reading)[name] for name in names])
            for one in (rules, changed)
        ]

    def differ(self, facts: Facts) -> bool:
        """Tell whether something is settled in two ways."""
        one, other = (side(facts).of for side in self.sides)
        return any(refutes("equals", a, b) for a, b in zip(one, other, strict=True))

    def unlike(self, facts: Facts) -> bool:
        one, other = (side(facts).of for side in self.sides)
        return one != other

    def excluded(self, facts: Mapping[str, Given]) -> bool:
        return self.sides[0](facts).impossible

    def allowed(self, facts: Mapping[str, Given]) -> bool:
        """Tell whether a situation can be completed without anything that is impossible."""
        return any(not self.excluded(one) for one in completed(self.rules, facts))

    def smallest(self, situations: Iterator[Facts]) -> Witness:
        """Return the smallest situation in which something is settled in two ways."""
        found = [Witness(facts, AS_OF) for facts in situations if self.differ(facts)]
        return next(one for one in sorted(found, key=lambda one: size(self.rules, one)) if self.allowed(one.facts))


def walkable(rules: RuleSet) -> bool:
    """Tell whether all that can be stated is walked through: a mutant may look further back than a history goes."""
    every = [one for fact in rules.facts.values() for one in (fact, *fact.columns.values())]
    return finite(rules.facts) and not any(one.history for one in every)


def held(rules: RuleSet, mutant: Mutant) -> str:
    """Hold a comparison to all situations; return what it says."""
    comparison = compare(rules, mutant, AS_OF)
    result, answer = comparison.result, comparison.answer
    both = Both(rules, mutant, comparison)
    whole = complete(rules)
    if whole is not None and result in ("partly", "equivalent"):
        assert [facts for facts in whole if both.differ(facts) and not both.excluded(facts)] == []
    if result in ("differs", "partly"):
        assert answer.witness is not None
        facts = {**answer.witness.facts}
        assert both.differ(facts) if result == "differs" else both.unlike(facts)
        assert not walkable(rules) or both.allowed(facts)
    if result == "equivalent" and (within := domain(rules, ranges=True)) is not None:
        assert [facts for facts in within.situations() if both.unlike(facts) and both.allowed(facts)] == []
    if result == "differs" and walkable(rules) and not any(fact.columns for fact in rules.facts.values()):
        within = domain(rules)
        if within is not None:
            assert answer.witness == both.smallest(within.situations())
    if result == "undecided":
        assert answer.why is not None
        assert answer.why.startswith(("the solver has no form for ", "no situation is possible"))
    return result


def some_of(rules: RuleSet) -> list[Mutant]:
    every = [*mutants(rules)]
    return [*islice(every, 0, None, -(-len(every) // MOST) or 1)]


@FEW
@given(few())
def test_comparisons_are_what_all_situations_show(one: Few) -> None:
    for mutant in some_of(one.rules):
        event(held(one.rules, mutant))


def test_each_comparison_is_met_in_small_rule_sets() -> None:
    found = Counter(
        held(rules, mutant) for seed in range(15) for rules in [make(picking(seed)).rules] for mutant in some_of(rules)
    )
    assert min(found[result] for result in ("differs", "partly", "equivalent")) > 1
    assert found["undecided"] * 4 < found.total()


# --- the cases that are missing -------------------------------------------------------------------------------------


def case(rules: RuleSet, facts: Facts) -> Situation:
    """Return a case that expects what the rules say of everything."""
    run = program(rules, None).start(facts, AS_OF)
    expect = tuple(
        Expectation(kind=kind, id=name, word=WORDS.get(kind, VERDICTS)[run.truth(name)], at=NOWHERE)
        for section, kind in NAMES.items()
        for name in getattr(rules, section)
    )
    return Situation(id="", title=None, as_of=AS_OF, facts=facts, expect=expect, reading=None)


def stated(rules: RuleSet) -> list[Situation]:
    """Return two cases, of situations far from each other."""
    whole = [*(complete(rules) or ())]
    return [case(rules, facts) for facts in whole[:: -(-len(whole) // 2) or 1]]


def hold(rules: RuleSet, cases: Sequence[Situation]) -> Mutation:
    """Hold the score and the missing cases to what each mutant makes of each case."""
    found = mutate(rules, cases, AS_OF)
    every = [*mutants(rules)]
    left = [one for one in every if not any(run_case(mutated(rules, one), each).failures for each in cases)]
    assert [one.mutant for one in found.survivors] == left
    assert (found.mutants, found.killed) == (len(every), len(every) - len(left))
    for each, some in found.missing:
        assert run_case(rules, each).failures == ()
        assert [one.mutant.change for one in some if not run_case(mutated(rules, one.mutant), each).failures] == []
    noticed = [one for _, some in found.missing for one in some]
    assert sorted(map(found.survivors.index, noticed)) == [
        index for index, one in enumerate(found.survivors) if one.comparison.result in ("differs", "partly")
    ]
    assert [one.found for one in found.survivors if one.found is not None] == [
        one.found for one in found.survivors if one.found in [each for each, _ in found.missing]
    ]
    return found


@settings(FEW, max_examples=6, derandomize=True)  # the time that it takes varies much
@given(few())
def test_the_missing_cases_leave_nothing_but_what_is_the_same(one: Few) -> None:
    cases = stated(one.rules)
    found = hold(one.rules, cases)
    after = mutate(one.rules, [*cases, *(each for each, _ in found.missing)], AS_OF)
    left = [*found.of("equivalent"), *found.of("undecided")]
    # What is undecided can be noticed by another's case.
    assert {one.mutant for one in after.survivors} <= {one.mutant for one in left}
    assert [one.mutant for one in after.of("equivalent")] == [one.mutant for one in found.of("equivalent")]
    assert after.missing == ()


@settings(FEW, max_examples=6, derandomize=True)
@given(few())
def test_how_many_cases_are_looked_for_changes_no_answer(one: Few) -> None:
    whole = mutate(one.rules, (), AS_OF)
    results = [(each.mutant, each.comparison.result) for each in whole.survivors]
    for most in (0, 1):
        some = mutate(one.rules, (), AS_OF, most=most)
        for each, (mutant, result) in zip(some.survivors, results, strict=True):
            assert each.mutant == mutant
            assert each.comparison.result == result
        assert len(some.missing) == min(most, len(whole.missing))


# --- one rule set, by hand ------------------------------------------------------------------------------------------

RULES = """\
rule_set: r
version: 1.0.0
title: R
facts:
  a: {type: boolean}
  n: {type: count, max: 3}
criteria:
  c: {title: C, when: {all: [{fact: a, is: true}, {fact: n, at_least: 2}]}}
  d: {title: D, when: {fact: n, at_least: 3}}
"""


def summary(found: Mutation) -> list[tuple[dict[str, object], list[str]]]:
    return [(dict(each.facts), [one.mutant.change for one in some]) for each, some in found.missing]


def test_the_missing_cases_of_a_small_rule_set() -> None:
    rules = rule_set(RULES)
    found = mutate(rules, [case(rules, {"a": True, "n": 3})], AS_OF)
    assert summary(found) == [
        ({"a": False, "n": 2}, ["`all` becomes `any`", "without `a is true`"]),
        ({"a": True, "n": 0}, ["without `n is at least 2`"]),
        ({"a": True, "n": 2}, ["`n`: `at least 2` becomes `more than 2`", "`n`: `at least 2` becomes `at least 3`"]),
        ({"a": True, "n": 1}, ["`n`: `at least 2` becomes `at least 1`"]),
        ({"n": 2}, ["`n`: `at least 3` becomes `at least 2`"]),
    ]
    assert [one.comparison.result for one in found.survivors] == ["differs"] * 7


def test_progress_counts_what_is_settled() -> None:
    told: list[tuple[int, int]] = []
    found = mutate(rule_set(RULES), (), AS_OF, progress=lambda *each: told.append(each))
    assert told == sorted(set(told))
    assert told[0] == (0, len(found.survivors))
    assert {of for _, of in told} == {len(found.survivors)}


def test_where_the_solver_gives_up_it_is_undecided() -> None:
    rules = rule_set(RULES)
    mutant = next(mutants(rules))
    comparison = compare(rules, mutant, AS_OF, 1)
    assert (comparison.result, comparison.answer.witness) == ("undecided", None)
    assert (comparison.answer.why or "").startswith("the limit of 1 steps was reached (z3 ")


@pytest.mark.parametrize(
    ("mutants_", "killed", "equivalent", "relevant", "score"),
    [(0, 0, 0, 0, 100.0), (3, 2, 0, 3, 66.6), (3, 2, 1, 2, 100.0), (2, 0, 2, 0, 100.0), (3, 0, 1, 2, 0.0)],
)
def test_the_score_leaves_out_what_is_the_same(
    mutants_: int, killed: int, equivalent: int, relevant: int, score: float
) -> None:
    rules = rule_set(RULES)
    mutant = next(mutants(rules))
    same = compare(rules, mutant, AS_OF)._replace(result="equivalent")
    open_ = same._replace(result="undecided")
    some = [Survivor(mutant, same, None)] * equivalent
    some += [Survivor(mutant, open_, None)] * (mutants_ - killed - equivalent)
    found = Mutation(mutants_, killed, tuple(some))
    assert (found.relevant, found.score) == (relevant, score)


# --- what went wrong once -------------------------------------------------------------------------------------------

UNMENTIONED = """\
rule_set: r
version: 1.0.0
title: R
facts:
  a: {type: boolean}
  b: {type: boolean, derive: {fact: a, is: true}}
criteria:
  c: {title: C, when: {fact: a, is: true}}
"""
COLUMN = """\
rule_set: r
version: 1.0.0
title: R
facts:
  t: {type: table, columns: {v: {type: boolean}, w: {type: boolean, derive: {fact: v, is: true}}}}
criteria:
  c: {title: C, when: {some: t, where: {fact: v, is: true}}}
"""
FORMLESS = """\
rule_set: r
version: 1.0.0
title: R
facts: {n: {type: count, max: 1}}
criteria:
  c:
    title: C
    when:
      {fact: n, at_least: {divide: [{difference: [{divide: [1 month, {fact: n}]}, 1 month]}, 1 month]}}
"""
NEVER = """\
rule_set: r
version: 1.0.0
title: R
facts:
  a: {type: boolean}
  n: {type: count, max: 3}
criteria:
  c: {title: C, when: {all: [{fact: a, is: true}, {fact: a, is: false}, {fact: n, at_least: 2}]}}
"""
EXCLUDED = """\
rule_set: r
version: 1.0.0
title: R
facts: {n: {type: count, max: 3}}
criteria:
  c: {title: C, when: {fact: n, at_least: 2}}
impossible:
  - {when: {criterion: c}, note: it cannot be}
"""
BARE = """\
rule_set: r
version: 1.0.0
title: R
facts:
  f: {type: boolean}
  t: {type: table, columns: {v: {type: count, max: 1}}}
criteria:
  c: {title: C, when: {some: t, where: {fact: f, is: true}}}
"""


def test_what_no_conclusion_mentions_is_the_same() -> None:
    found = mutate(rule_set(UNMENTIONED), (), AS_OF)
    assert [one.mutant.place for one in found.of("equivalent")] == ["b"]


def test_a_column_that_no_conclusion_mentions_is_the_same() -> None:
    found = mutate(rule_set(COLUMN), (), AS_OF)
    assert {one.mutant.place for one in found.of("equivalent")} == {"t.w"}


def test_what_a_situation_that_was_tried_shows_is_not_undecided() -> None:
    rules = rule_set(FORMLESS)
    results = [[one.comparison.result for one in mutate(rules, (), AS_OF, most=most).survivors] for most in (0, 100)]
    assert results[0] == results[1]


@pytest.mark.parametrize("test", ["at_most: 1.5", "at_most: 3"])
def test_no_value_is_tried_that_cannot_be_given(test: str) -> None:
    """Found: half a person, and one more than there can be, told mutants apart that nothing else does."""
    rules = rule_set(EXCLUDED.partition("impossible")[0].replace("at_least: 2", test))
    found = mutate(rules, (), AS_OF, most=0)
    results = [(one.mutant, one.comparison.result) for one in found.survivors]
    assert results == [(one, compare(rules, one, AS_OF).result) for one in mutants(rules)]


def test_what_only_a_mutant_says_is_impossible_is_told_apart() -> None:
    """Found: the same in all complete situations, although a case of one of them notices the mutant."""
    rules = rule_set(EXCLUDED)
    lower = next(one for one in mutants(rules) if one.kind == "threshold-down")
    (found,) = (one for one in mutate(rules, (), AS_OF, most=0).survivors if one.mutant == lower)
    assert found.comparison.result == compare(rules, lower, AS_OF).result == "differs"


def test_no_missing_case_is_there_twice() -> None:
    rules = rule_set(NEVER)
    found = [str(sorted(each.facts.items())) for each, _ in mutate(rules, (), AS_OF).missing]
    assert found == [*dict.fromkeys(found)]


def test_a_table_has_rows_if_none_of_its_columns_is_mentioned() -> None:
    rules = rule_set(BARE)
    negated = [*mutants(rules)][-1]
    assert negated.change == "`f`: `is true` becomes `is not true`"
    assert compare(rules, negated, AS_OF).result == "differs"
