"""Several assessors of one situation: what is merged, what differs, and whether it matters.

Enumeration stands here for what the engine finds by trying out: every combination of what the assessors say, each as a
situation of its own.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import combinations, product
from math import inf, prod
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, strategies as st

from comity.engine.assessment import splits
from comity.engine.assessment.assess import assess, program
from comity.engine.assessment.assessors import Merger, merge
from comity.engine.assessment.merging import How, Joined, Part, join
from comity.engine.language.diagnostic import accept
from comity.engine.language.history import Entry, History
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import Fact, RuleSet, Situation
from comity.engine.language.quantity import Range
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, read
from comity.engine.language.truth import Kleene
from comity.engine.language.writing import situation_lines
from tests.brute import rules_of
from tests.strategies import (
    DAYS_OF_ASSESSMENT,
    UNKNOWN,
    Choose,
    Giver,
    Maker,
    Tree,
    World,
    drawing,
    fits_since,
    load,
    value_type,
    write,
)


class Group(NamedTuple):
    """A rule set, and what several assessors give of one situation."""

    world: World
    given: tuple[dict[str, Tree], ...]

    def __repr__(self) -> str:
        return "\n".join([*map(write, self.world.documents), f"as of {self.world.as_of}", *map(write, self.given)])

    def situations(self, rules: RuleSet) -> dict[str, Situation]:
        return {f"a{number}": load(self.world, rules, one) for number, one in enumerate(self.given)}

    def merger(self) -> Merger:
        rules = self.world.load()
        return merge(rules, self.situations(rules))


@st.composite
def groups(draw: st.DrawFn, size: int = 3, gaps: bool = True) -> Group:
    """Return two or three assessors who say much the same; without `gaps`, each gives every fact that another gives."""
    choose = drawing(draw)
    as_of = choose(DAYS_OF_ASSESSMENT)
    world = Maker(choose, as_of, size).world()
    giver = Giver(choose, as_of)
    first = giver.situation(world)
    others = [_other(choose, giver, world, first, gaps) for _ in range(choose((1, 2)))]
    return Group(world, (first, *others))


def _other(choose: Choose, giver: Giver, world: World, first: Mapping[str, Tree], gaps: bool) -> dict[str, Tree]:
    """Return what another says: of each fact mostly the same, else something else or nothing."""
    found: dict[str, Tree] = {}
    for name, fact in world.facts.items():
        how = choose(("same", "same", "other", *(("nothing",) if gaps else ())))
        if name in first:
            if how == "same":
                found[name] = _figures(choose, giver, fact, first[name])
            elif how == "other":
                found[name] = giver.value(fact) if gaps else _figures(choose, giver, fact, first[name])
        elif gaps and how == "other":
            found[name] = giver.value(fact)
    return found


def _figures(choose: Choose, giver: Giver, fact: Tree, value: Tree) -> Tree:
    """Return a value as it is or another one, a table or a history with other figures in it."""
    if isinstance(value, list):
        return [_row(choose, giver, fact, row) for row in value]
    if isinstance(value, dict):
        return {period: _figures(choose, giver, fact, one) for period, one in value.items()}
    ordered = value_type(fact) not in ("text", "choice") and "history" not in fact
    if value is not UNKNOWN and ordered and choose((False, True)):
        return giver.quantity(fact)
    return value


def _row(choose: Choose, giver: Giver, table: Tree, row: dict[str, Tree]) -> dict[str, Tree]:
    other = {name: _figures(choose, giver, table["columns"][name], cell) for name, cell in row.items()}
    return other if fits_since(table, other) else row


class _Judgements(Maker):
    """Makes rule sets over yes and no alone, where differences bear on each other."""

    def given_fact(self, column: bool) -> dict[str, Tree]:  # noqa: ARG002  # called as for every fact
        return {"type": "boolean"}

    def table(self) -> None:
        self.criterion()


@st.composite
def judges(draw: st.DrawFn) -> Group:
    """Return two or three assessors who say yes, no or nothing, each for themselves."""
    choose = drawing(draw)
    world = _Judgements(choose, DAYS_OF_ASSESSMENT[0]).world()
    names = [name for name, fact in world.facts.items() if "derive" not in fact]
    said: list[dict[str, Tree]] = []
    for _ in range(choose((2, 3))):
        given = {name: choose((True, False, UNKNOWN)) for name in names}
        said.append({name: value for name, value in given.items() if value is not UNKNOWN})
    return Group(world, tuple(said))


# --- what is merged -------------------------------------------------------------------------------------------------


@given(group=groups())
def test_what_is_settled_from_the_merged_facts_is_nobodys_opposite(group: Group) -> None:
    for one in group.merger().outcomes:
        assert one.merged is None or {*one.own} <= {one.merged, None}, one


@given(group=groups(gaps=False))
def test_where_nobody_leaves_anything_out_what_is_settled_is_everybodys_verdict(group: Group) -> None:
    merger = group.merger()
    told = [one.given for one in merger.accounts] + [part.given for one in merger.accounts for part in one.joined.parts]
    assume(all(value is not None for values in told for value in values))
    for one in merger.outcomes:
        assert one.merged is None or {*one.own} == {one.merged}, one


@given(group=groups())
def test_the_order_of_the_files_makes_no_difference(group: Group) -> None:
    rules = group.world.load()
    situations = group.situations(rules)
    one, other = merge(rules, situations), merge(rules, dict(reversed(situations.items())))
    assert other.situation.all_facts == one.situation.all_facts
    assert other.situation.asked == one.situation.asked
    assert [_unordered(each) for each in other.accounts] == [_unordered(each) for each in one.accounts]
    for mine, theirs in zip(one.outcomes, other.outcomes, strict=True):
        assert (theirs.id, theirs.own[::-1], theirs.merged, theirs.comes_from) == mine[:1] + mine[2:]


def _unordered(account: Any) -> tuple[Any, ...]:
    """Return what an account says whoever comes first."""
    parts = [(*part[:4], part.how, part.merged) for part in account.joined.parts]
    matters = account.turns and (account.turns.matters, [*account.turns.alone], account.turns.with_others)
    return account.fact, account.judgement, account.joined[:3], parts, matters, account.stands_in


@given(group=groups())
def test_who_says_the_same_agrees_on_everything(group: Group) -> None:
    rules = group.world.load()
    situation = group.situations(rules)["a0"]
    merger = merge(rules, {"ana": situation, "ben": situation, "chi": situation})
    assert merger.situation.all_facts == situation.all_facts
    assert {one.joined.how for one in merger.accounts} <= {How.AGREED}
    assert {one.turns for one in merger.accounts} <= {None}
    assert [one.merged for one in merger.outcomes] == [one.own[0] for one in merger.outcomes]
    assert [one for one in merger.outcomes if one.split or one.comes_from != ()] == []
    assert merger.criteria == ()


@given(group=groups())
def test_everybodys_verdicts_are_those_of_their_own_file(group: Group) -> None:
    rules = group.world.load()
    situations = group.situations(rules)
    merger = merge(rules, situations)
    runs = [assess(rules, one).run for one in situations.values()]
    assert [one.name for one in merger.assessors] == [*situations]
    assert [one.id for one in merger.outcomes] == [*rules.contexts, *rules.measures, *rules.forms, *rules.principles]
    for one in merger.outcomes:
        assert one.own == tuple(run.truth(one.id) for run in runs)
    split = [name for name in rules.criteria if len({run.truth(name) for run in runs}) > 1]
    assert [(one.id, one.own) for one in merger.criteria] == [
        (name, tuple(run.truth(name) for run in runs)) for name in split
    ]


def reload(rules: RuleSet, situation: Situation) -> Situation:
    document = read("\n".join(situation_lines(rules, situation)).encode(), "merged.yaml")
    assert isinstance(document, Document), document
    loaded = load_situation(document, rules)
    assert loaded.value is not None, loaded.diagnostics
    return loaded.value


@given(group=groups())
def test_the_merged_situation_is_a_file_that_comes_out_the_same(group: Group) -> None:
    merger = group.merger()
    again = reload(merger.rules, merger.situation)
    assert again.all_facts == merger.situation.all_facts
    assert again.as_of == merger.as_of
    run = assess(merger.rules, again).run
    assert [run.truth(one.id) for one in merger.outcomes] == [
        merger.assessment.run.truth(one.id) for one in merger.outcomes
    ]
    if not any(one.stands_in for one in merger.accounts):
        assert [run.truth(one.id) for one in merger.outcomes] == [one.merged for one in merger.outcomes]


# --- whether it matters, by enumeration -----------------------------------------------------------------------------


class Brute:
    """Every combination of what the assessors say, each as the facts of a situation."""

    def __init__(self, merger: Merger) -> None:
        self.merger = merger
        self.compiled = program(merger.rules)
        self.positions = {one.fact: [value for value, _ in one.told] for one in merger.accounts if len(one.told) > 1}
        self.places = range(len(merger.assessors))
        self.open = [one.fact for one in merger.accounts if one.stands_in and one.fact in self.positions]
        self.small = prod(map(len, self.positions.values())) <= 200 and len(self.positions) <= 5

    def truths(self, taken: Mapping[str, Any]) -> dict[str, Kleene]:
        facts = {**self.merger.situation.all_facts, **taken}
        run = self.compiled.start({name: one for name, one in facts.items() if one is not None}, self.merger.as_of)
        return {one.id: run.truth(one.id) for one in self.merger.outcomes}

    def every(self, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        for values in product(*(self.positions[name] for name in names)):
            yield dict(zip(names, values, strict=True))

    def turned(self, fact: str) -> set[str]:
        """Return what a fact turns in some combination."""
        found = set()
        for others in self.every([name for name in self.positions if name != fact]):
            under = [self.truths({**others, fact: value}) for value in self.positions[fact]]
            found |= {name for name in under[0] if len({one[name] for one in under}) > 1}
        return found

    def together(self, taken: Mapping[str, Any]) -> dict[str, Kleene]:
        """Return how all comes out of the merged facts, open where that hangs on what they cannot hold open."""
        free = [name for name in self.open if name not in taken]
        under = [self.truths({**taken, **others}) for others in self.every(free)]
        return {name: under[0][name] if len({one[name] for one in under}) == 1 else None for name in under[0]}

    def alone(self, fact: str) -> dict[str, tuple[Kleene, ...]]:
        under = [self.together({fact: value}) for value in self.positions[fact]]
        found = {name: tuple(one[name] for one in under) for name in under[0]}
        return {name: truths for name, truths in found.items() if len({*truths}) > 1}

    def comes_from(self, name: str) -> set[frozenset[str]]:
        """Return the smallest sets of facts whose alignment, whichever it is, makes all agree on a conclusion."""
        own = [{one.fact: one.given[place] for one in self.merger.accounts} for place in self.places]
        found: set[frozenset[str]] = set()
        for size in range(len(self.positions) + 1):
            for some in map(frozenset, combinations(self.positions, size)):
                if any(one <= some for one in found):
                    continue
                if all(
                    len({self.truths({**each, **same})[name] for each in own}) == 1 for same in self.every(sorted(some))
                ):
                    found.add(some)
        return found


@given(group=groups(size=2) | judges())
def test_what_a_difference_turns_is_what_enumeration_finds(group: Group) -> None:
    merger = group.merger()
    brute = Brute(merger)
    assume(brute.positions and brute.small)
    assert {one.id: one.merged for one in merger.outcomes} == brute.together({})
    for one in merger.accounts:
        if one.turns is None:
            assert one.fact not in brute.positions
            continue
        alone = brute.alone(one.fact)
        assert dict(one.turns.alone) == alone
        assert {*one.turns.with_others} == brute.turned(one.fact) - {*alone}
        assert one.turns.untried == ()
        assert one.turns.matters is bool(alone or brute.turned(one.fact))


@given(group=groups())
def test_what_is_tried_for_an_assessor_is_what_that_assessor_says(group: Group) -> None:
    merger = group.merger()
    brute = Brute(merger)
    for place in brute.places:
        own = {one.fact: value for one in merger.accounts for value, places in one.told if place in places}
        assert brute.truths(own) == {one.id: one.own[place] for one in merger.outcomes}


@given(group=groups(size=2) | judges())
def test_a_split_comes_from_the_smallest_sets_that_enumeration_finds(group: Group) -> None:
    merger = group.merger()
    brute = Brute(merger)
    split = [one for one in merger.outcomes if one.split]
    assume(split and brute.small)
    for one in split:
        assert one.comes_from is not None
        assert len({*one.comes_from}) == len(one.comes_from)
        assert {frozenset(some) for some in one.comes_from} == brute.comes_from(one.id)


@contextmanager
def _limit(combinations: int) -> Iterator[None]:
    before, splits.LIMIT = splits.LIMIT, combinations
    try:
        yield
    finally:
        splits.LIMIT = before


@given(group=groups(size=2) | judges(), limit=st.integers(1, 4))
def test_beyond_the_limit_what_is_said_is_still_true(group: Group, limit: int) -> None:
    with _limit(limit):
        merger = group.merger()
    brute = Brute(merger)
    assume(brute.positions and brute.small)
    for one in merger.outcomes:
        assert one.merged is None or {*one.own} <= {one.merged, None}
        assert one.comes_from is None or not one.split or {*map(frozenset, one.comes_from)} == brute.comes_from(one.id)
    for account in merger.accounts:
        if account.turns is None:
            continue
        turned = brute.turned(account.fact)
        assert {*account.turns.with_others} <= turned
        assert turned <= {*account.turns.alone, *account.turns.with_others, *account.turns.untried}


# --- one value ------------------------------------------------------------------------------------------------------

VALUES = """
facts:
  said: {type: text}
  is_so: {type: boolean}
  people: {type: count}
  pace: {type: number, derive: {fact: people}}
  day: {type: date}
  reach: {type: count, history: true}
  groups:
    type: table
    columns:
      profile: {type: text}
      since: {type: date}
      number: {type: count, history: true}
      size: {type: count, derive: {fact: number}}
"""
DAY = date(2013, 6, 30)
LATER = date(2013, 7, 1)


@pytest.fixture(scope="module")
def facts() -> Mapping[str, Fact]:
    return rules_of(VALUES).facts


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _years(**values: Any) -> History:
    return History(tuple(Entry(*_year(int(year[1:])), value) for year, value in values.items()))


def _group(**cells: Any) -> dict[str, Any]:
    return {"profile": "A", **cells}


@pytest.mark.parametrize(
    ("name", "given_", "joined"),
    [
        ("people", (5, 5), Joined(How.AGREED, 5)),
        ("people", (5, None, 5), Joined(How.SOME, 5)),
        ("people", (5, 9), Joined(How.APART, Range(5, 9))),
        ("people", (5, None, 9), Joined(How.APART, Range(5, 9))),
        ("people", (Range(1, 5), 5), Joined(How.OVERLAPPING, Range(1, 5), 5)),
        ("people", (Range(1, 6), Range(4, 9), Range(2, inf)), Joined(How.OVERLAPPING, Range(1, inf), Range(4, 6))),
        ("people", (Range(0, 5), Range(4, inf)), Joined(How.OVERLAPPING, None, Range(4, 5))),
        ("day", (DAY, LATER), Joined(How.APART, Range(DAY, LATER))),
        ("is_so", (True, False), Joined(How.CONTESTED, None)),
        ("said", ("a", "b", None), Joined(How.CONTESTED, None)),
        (
            "reach",
            (_years(y2011=5, y2012=7), _years(y2011=5, y2012=9)),
            Joined(
                How.APART,
                _years(y2011=5, y2012=Range(7, 9)),
                None,
                (Part(None, None, *_year(2012), (7, 9), How.APART, Range(7, 9)),),
            ),
        ),
        (
            "reach",
            (_years(y2011=5), None, _years(y2011=5, y2012=9)),
            Joined(
                How.SOME,
                _years(y2011=5, y2012=9),
                None,
                (Part(None, None, *_year(2012), (None, None, 9), How.SOME, 9),),
            ),
        ),
        (
            "reach",
            (7, History((Entry(DAY, date.max, 9),))),
            Joined(
                How.APART,
                History((Entry(DAY, DAY, Range(7, 9)), Entry(LATER, date.max, 9))),
                None,
                (
                    Part(None, None, DAY, DAY, (7, 9), How.APART, Range(7, 9)),
                    Part(None, None, LATER, date.max, (None, 9), How.SOME, 9),
                ),
            ),
        ),
        ("groups", ((), ({"profile": "A"},)), Joined(How.CONTESTED, None)),
        ("groups", ((_group(),), ({"profile": "B"},)), Joined(How.CONTESTED, None)),
        ("groups", ((_group(number=1),), ({"number": 1},)), Joined(How.CONTESTED, None)),
        (
            "groups",
            (({"profile": "B"}, _group(number=1)), (_group(number=1), {"profile": "B"})),
            Joined(How.AGREED, (_group(number=1), {"profile": "B"})),
        ),
        (
            "groups",
            (({"profile": "B"}, _group(number=1)), ({"profile": "B"}, _group(number=4))),
            Joined(
                How.APART,
                ({"profile": "B"}, _group(number=Range(1, 4))),
                None,
                (Part(2, "number", None, None, (1, 4), How.APART, Range(1, 4)),),
            ),
        ),
        (
            "groups",
            ((_group(number=_years(y2011=1)),), (_group(number=_years(y2011=4)),)),
            Joined(
                How.APART,
                (_group(number=_years(y2011=Range(1, 4))),),
                None,
                (Part(1, "number", *_year(2011), (1, 4), How.APART, Range(1, 4)),),
            ),
        ),
        (
            "groups",
            ((_group(since=date(2008, 1, 1)),), (_group(),)),
            Joined(
                How.SOME,
                (_group(since=date(2008, 1, 1)),),
                None,
                (Part(1, "since", None, None, (date(2008, 1, 1), None), How.SOME, date(2008, 1, 1)),),
            ),
        ),
        # what a `since` says hangs on the side of the as-of date on which it lies
        ("groups", ((_group(since=date(2008, 1, 1)),), (_group(since=LATER),)), Joined(How.CONTESTED, None)),
        ("groups", ((_group(),), (_group(since=LATER),)), Joined(How.CONTESTED, None)),
        # no document may say both of these at once
        (
            "groups",
            ((_group(since=date(2012, 1, 1)),), (_group(number=_years(y2011=1)),)),
            Joined(How.CONTESTED, None),
        ),
        # a derived figure stands where none is given
        ("groups", ((_group(size=1),), (_group(),)), Joined(How.CONTESTED, None)),
        ("groups", ((_group(size=Range(0, 2)),), (_group(size=Range(1, inf)),)), Joined(How.CONTESTED, None)),
    ],
)
def test_what_several_accounts_come_to(
    facts: Mapping[str, Fact], name: str, given_: tuple[Any, ...], joined: Joined
) -> None:
    assert join(facts[name], given_, DAY) == joined
    mirrored = join(facts[name], given_[::-1], DAY)
    assert (mirrored.how, mirrored.merged, mirrored.common) == joined[:3]


# --- what is written beside the facts -------------------------------------------------------------------------------

RULES = """
rule_set: crowds
version: 1.0.0
title: Crowds
facts:
  rush: {type: boolean, kind: judgement, derive: {fact: people, at_least: 10}}
  people: {type: count}
  noted: {type: text}
  safe: {type: boolean, about: response, kind: judgement}
principles:
  safety: {title: Safety, breached_when: {fact: safe, is: false}}
measures:
  aid: {title: Aid, for: {crowd: {basis: editorial}}}
  shelter: {title: Shelter, for: {crowd: {basis: editorial}}}
"""
CROWD = """
context: crowd
title: Crowd
when: {criterion: rushed}
criteria:
  rushed: {title: Rushed, when: {fact: rush, is: true}}
"""


@pytest.fixture(scope="module")
def crowds() -> RuleSet:
    found = [read(text.encode(), name) for name, text in (("rule-set.yaml", RULES), ("crowd.yaml", CROWD))]
    return accept(build_rule_set([one for one in found if isinstance(one, Document)], "crowds"))


def _told(rules: RuleSet, text: str) -> Situation:
    document = read(f"situation: square\nas_of: 2013-06-30\n{text}".encode(), "square.yaml")
    assert isinstance(document, Document)
    return accept(load_situation(document, rules))


def _merged(rules: RuleSet, **texts: str) -> Merger:
    return merge(rules, {name: _told(rules, text) for name, text in texts.items()})


def test_a_contested_judgement_is_held_open_whatever_its_indicator_says(crowds: RuleSet) -> None:
    merger = _merged(crowds, ana="facts: {people: 20, rush: true}", ben="facts: {people: 20, rush: false}")
    crowd, aid, *_ = merger.outcomes
    assert crowd[2:] == ((True, False), None, (("rush",),))
    assert aid[2:] == ((True, False), None, (("rush",),))
    assert merger.situation.all_facts == {"people": 20}
    assert merger.situation.asked == {"rush"}
    assert merger.assessment.run.truth("crowd") is True  # the file cannot say so: its indicator stands in


def test_a_judgement_is_held_open_where_somebody_leaves_it_to_an_indicator_that_says_otherwise(crowds: RuleSet) -> None:
    merger = _merged(crowds, ana="facts: {people: 20}", ben="facts: {people: 20, rush: false}")
    rush, people = merger.accounts
    assert (rush.joined.how, rush.joined.merged, rush.stands_in) == (How.SOME, False, True)
    assert (people.joined.how, people.turns) == (How.AGREED, None)
    crowd = merger.outcomes[0]
    assert crowd[2:] == ((True, False), None, (("rush",),))
    assert merger.situation.all_facts == {"people": 20, "rush": False}


def test_a_figure_that_somebody_left_out_is_taken(crowds: RuleSet) -> None:
    merger = _merged(crowds, ana="facts: {people: 20}", ben="facts: {people: unknown}")
    crowd = merger.outcomes[0]
    assert crowd[2:] == ((True, None), True, (("people",),))
    assert merger.accounts[0].asked == (False, True)
    assert merger.accounts[0].turns is not None
    assert merger.accounts[0].turns.alone["crowd"] == (True, None)


def test_a_history_of_which_one_knows_more_is_a_difference() -> None:
    """Found: an assessor whose history had a gap was taken to have said what another said of it."""
    rules = rules_of("""
facts: {people: {type: count, history: true}}
forms: {big: {title: Big, when: {fact: people, at_least: 5}}}
""")
    merger = merge(
        rules,
        {
            "ana": _told(rules, "facts: {people: {2012: 9, 2013: 9}}"),
            "ben": _told(rules, "facts: {people: {2012: 9}}"),
        },
    )
    (people,) = merger.accounts
    assert (people.joined.how, len(people.told)) == (How.SOME, 2)
    assert merger.outcomes[0][2:] == ((True, None), True, (("people",),))


JUDGED = """
facts: {a: {type: boolean}, b: {type: boolean}, c: {type: boolean}}
forms:
  alike: {title: A, when: {at_least: 1, of: [{all: [*a, *b]}, {all: [{not: *a}, {not: *b}]}]}}
  either: {title: E, when: {any: [*a, {all: [{not: *a}, *c]}]}}
  beyond: {title: B, when: {any: [*a, {all: [*b, {not: *c}]}]}}
"""
for _name in "abc":
    JUDGED = JUDGED.replace(f"*{_name}", f"{{fact: {_name}, is: true}}")


def test_differences_can_matter_only_together() -> None:
    rules = rules_of(JUDGED)
    merger = merge(
        rules, {"ana": _told(rules, "facts: {a: true, b: true}"), "ben": _told(rules, "facts: {a: false, b: false}")}
    )
    a, b = merger.accounts
    assert a.turns is not None
    assert b.turns is not None
    assert ([*a.turns.alone], a.turns.with_others, a.turns.matters) == (["either", "beyond"], ("alike",), True)
    assert ([*b.turns.alone], b.turns.with_others, b.turns.matters) == ([], ("alike", "beyond"), True)
    alike, either, _ = merger.outcomes
    assert alike[2:] == ((True, True), None, ())
    assert either[2:] == ((True, None), None, (("a",),))


def test_a_split_comes_from_no_more_than_it_takes() -> None:
    rules = rules_of(JUDGED)
    both = {"ana": _told(rules, "facts: {a: true, c: true}"), "ben": _told(rules, "facts: {a: false, c: false}")}
    assert merge(rules, both).outcomes[1][2:] == ((True, False), None, (("a", "c"),))
    both = {
        "ana": _told(rules, "facts: {a: true, b: true, c: true}"),
        "ben": _told(rules, "facts: {a: false, b: false, c: false}"),
    }
    assert merge(rules, both).outcomes[2][2:] == ((True, False), None, (("a",),))


def test_a_derived_column_rests_on_facts() -> None:
    rules = rules_of("""
facts:
  factor: {type: count}
  groups:
    type: table
    columns:
      number: {type: count}
      whole: {type: number, derive: {product: [{fact: number}, {fact: factor}]}}
forms: {big: {title: Big, when: {some: groups, where: {fact: whole, at_least: 10}}}}
""")
    groups_ = "groups: [{number: 5}]"
    both = {
        "ana": _told(rules, f"facts: {{factor: 1, {groups_}}}"),
        "ben": _told(rules, f"facts: {{factor: 3, {groups_}}}"),
    }
    merger = merge(rules, both)
    assert merger.outcomes[0][2:] == ((False, True), None, (("factor",),))
    assert [one.turns and one.turns.matters for one in merger.accounts] == [True, None]


def test_figures_that_differ_without_any_consequence_do_not_matter(crowds: RuleSet) -> None:
    merger = _merged(crowds, ana="facts: {people: 20}", ben="facts: {people: 12..15, noted: x}")
    people, noted = merger.accounts
    assert (people.joined.merged, people.turns and people.turns.matters) == (Range(12, 20), False)
    assert (noted.joined.how, noted.turns and noted.turns.matters) == (How.SOME, False)


ANA = """
title: The square
narrative: |
  People came.

  More came.
facts: {people: 20, noted: "unknown"}
sources: {people: A count, noted: A note}
kinds: {people: judgement}
response: {title: Tents, measures: [shelter], facts: {safe: true}}
expect: {contexts: {crowd: met}}
"""
BEN = """
hypothetical: true
narrative: Nobody knows.
facts: {people: 30, rush: unknown}
sources: {people: An estimate}
kinds: {people: documented, noted: documented}
response: {measures: [aid, shelter], facts: {safe: false}}
"""
MERGED = """\
situation: square
title: "The square"
as_of: 2013-06-30
hypothetical: true
narrative: |-
  ana, chi: People came.

  More came.

  ben: Nobody knows.
facts:
  rush: unknown
  people: 20..30
  noted: "unknown"
sources:
  people: "ana, chi: A count; ben: An estimate"
  noted: "A note"
kinds:
  people: judgement
response:
  title: "Tents"
  measures: [shelter, aid]
  facts:
    safe: unknown
"""


def test_what_people_wrote_is_kept_under_their_names(crowds: RuleSet) -> None:
    merger = _merged(crowds, ana=ANA, ben=BEN, chi=ANA, dee="facts: {people: unknown}")
    assert "\n".join(situation_lines(crowds, merger.situation)) + "\n" == MERGED
    assert merger.planned == {"aid": (False, True, False, None), "shelter": (True, True, True, None)}
    assert [(one.fact, one.judgement) for one in merger.accounts] == [
        ("people", True),
        ("noted", False),
        ("safe", True),
    ]
    safety = merger.outcomes[-1]
    assert (safety.id, safety.word(safety.merged), safety.comes_from) == ("safety", "undetermined", (("safe",),))
    assert [safety.word(truth) for truth in safety.own] == ["consistent", "in-conflict", "consistent", "undetermined"]


def test_a_narrative_is_written_as_it_stood(crowds: RuleSet) -> None:
    lines = situation_lines(crowds, _told(crowds, ANA))
    assert lines[3:7] == ["narrative: |", "  People came.", "", "  More came."]
    assert reload(crowds, _told(crowds, ANA)).narrative == "People came.\n\nMore came.\n"


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]) | st.sampled_from("\n\t #|>:-")))
def test_whatever_people_wrote_is_read_again(crowds: RuleSet, text: str) -> None:
    quoted = json.dumps(text)
    written = f"facts: {{}}\ntitle: {quoted}\nnarrative: {quoted}\nsources: {{people: {quoted}}}"
    document = read(f"situation: s\nas_of: 2013-06-30\n{written}".encode(), "s.yaml")
    loaded = load_situation(document, crowds).value if isinstance(document, Document) else None
    assume(loaded is not None and loaded.narrative == text)
    assert loaded is not None
    again = reload(crowds, loaded)
    assert (again.title, again.narrative, again.sources) == (loaded.title, loaded.narrative, loaded.sources)


def test_the_days_must_agree(crowds: RuleSet) -> None:
    one = _told(crowds, "facts: {people: 20}")
    both = {"ana": one, "ben": one.but(as_of=date(2014, 1, 1))}
    with pytest.raises(ValueError, match=r"^the accounts have no as-of date in common, and none was given$"):
        merge(crowds, both)
    assert merge(crowds, both, as_of=date(2014, 1, 1)).as_of == date(2014, 1, 1)


def test_a_reading_and_parameters_are_those_of_every_assessment() -> None:
    rules = rules_of("""
parameters: {enough: {value: 10}}
readings: {plain: {title: Plain, default: true}, strict: {title: Strict, set: {enough: 40}}}
facts: {people: {type: count}}
forms: {big: {title: Big, when: {fact: people, at_least: {parameter: enough}}}}
""")
    both = {"ana": _told(rules, "facts: {people: 20}"), "ben": _told(rules, "facts: {people: 30}")}
    assert merge(rules, both).outcomes[0][2:] == ((True, True), True, ())
    assert merge(rules, both, reading="strict").outcomes[0][2:] == ((False, False), False, ())
    assert merge(rules, both, overrides={"enough": 25}).outcomes[0][2:] == ((False, True), None, (("people",),))
