"""What would turn a conclusion, against all that the evaluator says of every change there is."""

import signal
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from math import inf, prod
from typing import Any, NamedTuple

import pytest
import z3
from hypothesis import assume, given, strategies as st

from comity.engine.assessment.changes import Change, Margin, Sets, Target, WhatIf, margins, what_if
from comity.engine.assessment.evaluate import Program, Run, compile_rules
from comity.engine.builtin import find_rule_set, find_situation, situation_ids
from comity.engine.language.diagnostic import accept
from comity.engine.language.history import Entry, History
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import Fact, Given, RuleSet, ValueType
from comity.engine.language.quantity import Range, ends
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, read
from comity.engine.language.statements import Statement, changed, declaration, is_newest, stated, statements
from comity.engine.language.truth import Kleene
from comity.engine.translation.extent import windows
from comity.engine.translation.smt import Translation
from comity.engine.translation.space import Script, Space
from tests import brute, strategies
from tests.brute import AS_OF, DAYS, FLAVOURS, Facts, Small, rules_of
from tests.strategies import Choose, Tree, World, drawing, load, picking, randoms, write

MOST = 6_000  # situations to walk through for one question


class Movable(Small):
    """Makes rule sets whose facts may change in every way that there is."""

    def of_kind(self, kind: str) -> dict[str, Tree]:
        fact = super().of_kind(kind)
        if kind == "count" and self.chance(4):
            fact |= {"max": 3, "step": 2}
        return {**fact, "changeable": self.choose(("any", "any", "any", "up", "down", "never"))}


class Case(NamedTuple):
    """A rule set, a situation, and the reading to take."""

    world: World
    rules: RuleSet
    facts: Facts
    reading: str | None

    def __repr__(self) -> str:
        return "\n".join([*map(write, self.world.documents), repr(self.facts), str(self.reading)])

    def run(self) -> Run:
        return compile_rules(self.rules, self.reading).start(self.facts, AS_OF)


def make(choose: Choose, flavours: Sequence[str] = FLAVOURS, known: int = 5) -> Case:
    """Return a case in which a fact is known so many times of six."""
    world = Movable(choose, choose(flavours)).world()
    rules = world.load()
    facts: Facts = {}
    for name, fact in rules.facts.items():
        if fact.derive is None or choose((False, False, True)):
            value = _given(choose, fact, known)
            if value is not None:
                facts[name] = value
    return Case(world, rules, facts, choose((None, *rules.readings)))


def _given(choose: Choose, fact: Fact, known: int) -> Given | None:
    if choose((*range(6),)) >= known:
        return None
    if fact.value_type is not ValueType.TABLE:
        return choose([*_off_grid(fact), *brute.statements(fact, ranges=choose((False, True)))])
    return tuple(_row(choose, fact) for _ in range(choose((1, 2, 0))))


def _off_grid(fact: Fact) -> list[Given]:
    """Return values between two steps."""
    if fact.value_type is not ValueType.NUMBER or fact.history or fact.step == 1:
        return []
    return [Fraction(1, 3), Range(Fraction(1, 3), Fraction(2, 3))] if fact.step < 1 else [1]


def _row(choose: Choose, table: Fact) -> Facts:
    since = table.since is not None
    row: Facts = {}
    for name, column in table.columns.items():
        if choose((True, True, True, False)) and (column.derive is None or choose((False, True))):
            told = brute.statements(column, choose((False, True)), since, DAYS[:2] if since else DAYS)
            row[name] = choose(told)
    if not brute.fits(row):
        del row["since"]
    return row


@st.composite
def cases(draw: st.DrawFn, flavours: Sequence[str] = FLAVOURS) -> Case:
    """Return cases in which much is known, or little."""
    choose = drawing(draw)
    return make(choose, flavours, choose((5, 3, 6)))


# --- what may be otherwise, and all that it may be -------------------------------------------------------------------


def points(fact: Fact) -> list[Any]:
    """Return the values that a fact can have, in its steps; of what has no end, some."""
    if fact.value_type is not ValueType.NUMBER:
        return [
            *brute.points(fact),
            *((1, 2, 3, 4, 5) if fact.value_type in (ValueType.MONTHS, ValueType.DAYS) else ()),
        ]
    high = 3 if fact.high == inf else fact.high
    first, last = -(-Fraction(fact.low) // fact.step), Fraction(high) // fact.step
    return [_plain(steps * fact.step) for steps in range(int(first), int(last) + 1)]


def _plain(value: Any) -> Any:
    return value.numerator if value.denominator == 1 else value


def moves(rules: RuleSet, facts: Facts, as_of: date = AS_OF) -> dict[Statement, list[Given]]:
    """Return the statements that may change, with all single values that they may get."""
    found: dict[Statement, list[Given]] = {}
    for one in statements(rules, facts):
        fact = declaration(rules, one)
        in_table = one.row is not None or one.period is not None
        if in_table and not (fact.value_type is ValueType.NUMBER and is_newest(facts, one, as_of)):
            continue
        found[one] = [value for value in points(fact) if may(fact, stated(facts, one), value)]
    return found


def may(fact: Fact, before: Given, after: Given) -> bool:
    """Tell whether a fact may change so."""
    if before == after:
        return False
    if fact.value_type is ValueType.BOOLEAN:
        return fact.changeable in ("any", "up" if after else "down")
    if not fact.value_type.ordered:
        return fact.changeable == "any"
    low, high = ends(before)
    return bool(
        fact.changeable == "any"
        or (fact.changeable == "up" and after >= low)
        or (fact.changeable == "down" and after <= high)
    )


def openings(rules: RuleSet, facts: Facts) -> dict[Statement, list[Given]]:
    """Return what may become known, with all that it may become."""
    found: dict[Statement, list[Given]] = {}
    for name, fact in rules.facts.items():
        if fact.value_type is not ValueType.TABLE:
            found |= _open(Statement(name), fact, facts.get(name))
        elif name not in facts:
            found[Statement(name)] = brute.completions(fact, None)
        else:
            for number, row in enumerate(facts[name]):
                for column in fact.columns.values():
                    at = Statement(name, number, column.name)
                    found |= _open(at, column, row.get(column.name), row if fact.since else None)
    return found


def _open(at: Statement, fact: Fact, value: Given, row: Facts | None = None) -> dict[Statement, list[Given]]:
    if value is None and fact.derive is not None:
        return {}
    inside = {at: _inside(fact, value)} if value is None or value.__class__ is Range else {}
    if row is not None and at.column == "since" and (value is None or ends(value)[0] <= AS_OF):
        inside = {at: [day for day in values if day <= AS_OF] for at, values in inside.items()}
    if not fact.history or (row is not None and value.__class__ is not History):
        return inside
    if value.__class__ is not History:
        today = _inside(fact, value)
        older = product(*([*points(fact), None] for _ in DAYS[1:]))
        return {at: [*today, *(History(_entries(DAYS, (now, *others))) for now, others in product(today, [*older]))]}
    found = {
        at._replace(period=number): _inside(fact, entry.value)
        for number, entry in enumerate(value.entries)
        if entry.value.__class__ is Range
    }
    told = {entry.first for entry in value.entries}
    gaps = [day for day in (DAYS if row is None else DAYS[:2]) if day not in told]
    if gaps:  # of values by period, only the days that are not told are given here
        values = product(*([*points(fact), None] for _ in gaps))
        found[at] = [History(_entries(gaps, each)) for each in values if {*each} != {None}]
    return found


def _inside(fact: Fact, value: Given) -> list[Given]:
    if value.__class__ is not Range:
        return points(fact) if value is None else [value]
    return [one for one in points(fact) if value.low <= one <= value.high]


def _entries(days: Iterable[date], values: Iterable[Given]) -> tuple[Entry, ...]:
    told = [*zip(days, values, strict=True)]
    return tuple(Entry(day, day, value) for day, value in reversed(told) if value is not None)


def apply(facts: Facts, values: Mapping[Statement, Given]) -> Facts:
    """Return the facts in which some statements are otherwise: periods first, so that their numbers stay."""
    for one in sorted(values, key=lambda at: at.period is None):
        before, after = stated(facts, one) if one.fact in facts else None, values[one]
        if before.__class__ is History and after.__class__ is History:
            after = History(tuple(sorted((*before.entries, *after.entries), key=lambda entry: entry.first)))
        facts = {**facts, one.fact: after} if one.row is None and one.period is None else changed(facts, one, after)
    return facts


# --- what the evaluator says of all of it ----------------------------------------------------------------------------


class Brute:
    """All smallest sets, by trying every value of every set of statements."""

    def __init__(self, case: Case, conclusion: str, met: bool, values: Mapping[Statement, Sequence[Given]]) -> None:
        self.case = case
        self.conclusion = conclusion
        self.met = met
        self.values = {one: [*each] for one, each in values.items() if each}
        run = case.run()
        self.program = run.program
        slots = (self.program.slots[one.when] for one in case.rules.impossible)
        self.excluded = [slot for slot in slots if run.memory[slot] is not True]

    def turns(self, values: Mapping[Statement, Given]) -> bool:
        """Tell whether a situation can be, and is what is wanted."""
        facts = apply(self.case.facts, values)
        if any(not brute.fits(row) for rows in facts.values() if rows.__class__ is tuple for row in rows):
            return False
        run = self.program.start(facts, AS_OF)
        return run.truth(self.conclusion) is self.met and not any(run.memory[slot] is True for slot in self.excluded)

    def ways(self, names: Sequence[Statement], fixed: Mapping[Statement, Given]) -> Iterator[dict[Statement, Given]]:
        """Yield the values of some statements, with others as they are fixed, that do it."""
        free = [name for name in names if name not in fixed]
        for each in product(*(self.values[name] for name in free)):
            values = {**fixed, **dict(zip(free, each, strict=True))}
            if self.turns(values):
                yield values

    def smallest(self, most: int) -> list[tuple[Statement, ...]]:
        """Return the smallest sets of at most so many statements."""
        found: list[tuple[Statement, ...]] = []
        for size in range(1, most + 1):
            for names in combinations(self.values, size):
                if not any({*one} <= {*names} for one in found) and next(self.ways(names, {}), None) is not None:
                    found.append(names)
        return found

    @property
    def cost(self) -> int:
        """How many situations there are to try."""
        return prod(1 + len(each) for each in self.values.values())


def nearness(fact: Fact, before: Given, after: Given) -> tuple[Any, ...]:
    """Return what sorts the values of a change, the nearest first."""
    match fact.value_type:
        case ValueType.BOOLEAN:
            return (after,)
        case ValueType.CHOICE:
            return (fact.options.index(after),)
        case ValueType.TEXT:
            return ()
    if before is None:
        low = high = AS_OF if fact.value_type is ValueType.DATE else max(fact.low, min(0, fact.high))
    else:
        low, high = ends(before)
    apart = low - after if after < low else after - high if after > high else None
    nothing = timedelta() if fact.value_type is ValueType.DATE else 0
    return (nothing if apart is None else apart, after)


def check(
    case: Case, conclusion: str, met: bool, values: Mapping[Statement, list[Given]], sets: Sets, apart: bool
) -> None:
    """Compare sets with all that can be tried."""
    rules, facts = case.rules, case.facts
    values = {one: [*each] for one, each in values.items()}
    for one in (one for each in sets.sets for one in each):
        assert one.statement in values, one
        if one.after is not None and one.after not in values[one.statement]:
            assert declaration(rules, one.statement).value_type in _ENDLESS, one
            values[one.statement].append(one.after)
    by_hand = Brute(case, conclusion, met, values)
    if by_hand.cost > MOST:
        return
    expected = by_hand.smallest(4)
    if apart:
        expected = [names for names in expected if not _narrowing(by_hand, names)]
    found = [tuple(one.statement for one in each) for each in sets.sets]
    assert [*map(sorted_, found)] == [*map(sorted_, found)]
    untold = [
        names
        for names in found
        if any(rules.facts[one.fact].value_type is ValueType.TABLE and one.row is None for one in names)
    ]
    missing = [
        names for names in expected if names not in found and not any({*one} < {*names} for one in untold)
    ]  # a table can have more rows than are tried
    assert not missing, (missing, sets)
    surplus = [names for names in found if names not in expected]
    assert not [names for names in surplus if names not in untold], (surplus, sets)
    assert found == sorted(found, key=lambda names: (len(names), [place(rules, one) for one in names]))
    smaller = [names for names in surplus if any({*one} < {*names} for one in expected)]
    assert not smaller, (smaller, sets)
    if not surplus:
        more = len(by_hand.values) > 4 and len(by_hand.smallest(len(by_hand.values))) > len(by_hand.smallest(4))
        assert sets.extent == ("up-to" if more else "all" if found else "none"), sets
    for each in sets.sets:
        fixed: dict[Statement, Given] = {}
        for one in each:
            assert one.before == (stated(facts, one.statement) if one.statement.fact in facts else None)
            if one.after is None:
                continue
            fact = declaration(rules, one.statement)
            names = [each_.statement for each_ in each]
            if any(change.after is None for change in each):
                continue
            ways = by_hand.ways(names, fixed)
            values_ = (way[one.statement] for way in ways)
            best = min(nearness(fact, one.before, value) for value in values_ if value.__class__ is not History)
            assert nearness(fact, one.before, one.after) == best, (one, best, sets)
            fixed[one.statement] = one.after
        if len(fixed) == len(each):
            assert by_hand.turns(fixed), each


_ENDLESS = (ValueType.TEXT, ValueType.DATE, ValueType.MONTHS, ValueType.DAYS)


def sorted_(names: tuple[Statement, ...]) -> list[str]:
    return sorted(map(repr, names))


def place(rules: RuleSet, one: Statement) -> tuple[int, ...]:
    column = -1 if one.column is None else [*rules.facts[one.fact].columns].index(one.column)
    return [*rules.facts].index(one.fact), _or(one.row), column, _or(one.period)


def _or(number: int | None) -> int:
    return -1 if number is None else number


def _narrowing(by_hand: Brute, names: Sequence[Statement]) -> bool:
    """Tell whether estimates alone can do it, known more closely."""
    before: dict[Statement, Any] = {name: stated(by_hand.case.facts, name) for name in names}
    if any(value.__class__ is not Range for value in before.values()):
        return False
    return any(
        all(before[name].low <= value <= before[name].high for name, value in way.items())
        for way in by_hand.ways(names, {})
    )


def check_all(case: Case, conclusion: str) -> WhatIf:
    """Compare all that is said of a conclusion with all that can be tried."""
    run = case.run()
    answer = what_if(run, conclusion)
    assert (answer.conclusion, answer.truth) == (conclusion, run.truth(conclusion))
    assert [target.met for target in answer.targets] == ([True, False] if answer.truth is None else [not answer.truth])
    for target in answer.targets:
        assert (target.known is None) is (answer.truth is not None)
        if target.changes.extent != "unfinished":
            check(case, conclusion, target.met, moves(case.rules, case.facts), target.changes, answer.truth is None)
        if target.known is not None and target.known.extent != "unfinished":
            check(case, conclusion, target.met, openings(case.rules, case.facts), target.known, False)
    if answer.margins is not None:
        check_margins(case, answer)
    if not _translated(case, conclusion):
        return answer
    assert answer.margins is not None or answer.truth is None
    for target in answer.targets:
        assert target.changes.extent != "unfinished"
        assert target.known is None or target.known.extent != "unfinished"
    return answer


def _translated(case: Case, conclusion: str) -> bool:
    """Tell whether the solver can take all that a conclusion rests on."""
    script = Script()
    seen = windows(case.rules, case.reading, None, AS_OF)
    translation = Translation(Space(script, AS_OF, 3, seen, ranges=True), case.rules, case.reading, view="partial")
    translation.conclusion(conclusion)
    translation.impossible()
    return not script.approximate


# --- margins ---------------------------------------------------------------------------------------------------------


def check_margins(case: Case, answer: WhatIf) -> None:
    """Step away from every figure and date, and see where the conclusion is no longer what it was."""
    margins = {one.statement: one for one in answer.margins or ()}
    assert [*margins] == [one for one in statements(case.rules, case.facts) if one in margins]
    for one in statements(case.rules, case.facts):
        fact, before = declaration(case.rules, one), stated(case.facts, one)
        if not fact.value_type.ordered:
            assert one not in margins
            continue
        margin = margins.get(one)
        assert margin is None or margin.before == before
        for away in (-1, 1):
            end = None if margin is None else margin.below if away < 0 else margin.above
            found = next((value for value in _stepping(fact, before, away) if _turned(case, answer, one, value)), None)
            if found is None and end is not None:  # it lies further away
                assert _turned(case, answer, one, end)
                assert end not in [*_stepping(fact, before, away)]
                assert fact.value_type is not ValueType.NUMBER
                assert (end - (ends(before)[0] if away < 0 else ends(before)[1])).__class__ is timedelta or (
                    end > 5 and away > 0
                )
            else:
                assert end == found, (one, end, found)
        assert margin is None or (margin.below, margin.above) != (None, None)


def _stepping(fact: Fact, before: Given, away: int) -> Iterator[Given]:
    """Yield the values in steps from what is stated, down or up; of what has no end, some."""
    low, high = ends(before)
    if fact.value_type is ValueType.DATE:
        yield from ((low if away < 0 else high) + timedelta(days=away * number) for number in range(1, 40))
        return
    least, most = fact.low, high + 5 * fact.step if fact.high == inf else fact.high
    first = -(-Fraction(least) // fact.step)
    number = -(-Fraction(low) // fact.step) - 1 if away < 0 else Fraction(high) // fact.step + 1 if high != inf else inf
    while first <= number and number != inf and number * fact.step <= most:
        yield _plain(number * fact.step)
        number += away


def _turned(case: Case, answer: WhatIf, one: Statement, value: Given) -> bool:
    """Tell whether a conclusion comes out otherwise where a figure is another that it can be."""
    facts = changed(case.facts, one, value)
    if one.row is not None and not brute.fits(facts[one.fact][one.row]):
        return False
    run = compile_rules(case.rules, case.reading).start(facts, AS_OF)
    return run.truth(answer.conclusion) is not answer.truth


# --- properties ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flavour", FLAVOURS)
@given(data=st.data())
def test_all_that_would_turn_a_conclusion_is_what_all_changes_show(flavour: str, data: st.DataObject) -> None:
    case = data.draw(cases((flavour,)))
    check_all(case, data.draw(st.sampled_from([*case.run().program.conclusions])))


@given(large=strategies.cases(wild=True), choose=randoms())
def test_of_large_rule_sets_no_part_of_a_set_turns_a_conclusion(large: strategies.Case, choose: Choose) -> None:
    rules = large.world.load()
    situation = load(large.world, rules, large.given)
    program_ = compile_rules(rules, choose((None, *rules.readings)))
    facts = situation.all_facts
    run = program_.start(facts, large.world.as_of)
    conclusion = choose([*program_.conclusions])
    answer = what_if(run, conclusion)

    def truth(facts: Mapping[str, Given]) -> Kleene:
        return program_.start(facts, large.world.as_of).truth(conclusion)

    for target in answer.targets:
        for sets, values in ((target.changes, moves(rules, facts, run.as_of)), (target.known, {})):
            for each in sets.sets if sets is not None else ():
                changes = {one.statement: one.after for one in each}
                if None in changes.values():
                    continue
                assert truth(apply(facts, changes)) is target.met
                for one in changes:
                    less = {at: value for at, value in changes.items() if at != one}
                    assert truth(apply(facts, less)) is not target.met
            if sets is not None and sets.extent != "unfinished" and not rules.impossible:
                alone = {each[0].statement for each in sets.sets if len(each) == 1}
                for one in values:
                    turned = any(truth(apply(facts, {one: value})) is target.met for value in values[one])
                    assert one in alone or not turned or answer.truth is None, one
    for margin in answer.margins or ():
        for end in (margin.below, margin.above):
            assert end is None or truth(changed(run.facts, margin.statement, end)) is not answer.truth


def test_little_is_left_unfinished_of_small_rule_sets() -> None:
    extents: Counter[str] = Counter()
    for seed in range(60):
        case = make(picking(seed))
        for conclusion in case.run().program.conclusions:
            for target in what_if(case.run(), conclusion).targets:
                extents.update(sets.extent for sets in (target.changes, target.known) if sets is not None)
    assert extents["unfinished"] < extents.total() / 20
    assert min(extents["all"], extents["none"]) > extents.total() / 10


@given(data=st.data(), seed=st.integers(1, 2**30))
def test_answers_do_not_depend_on_the_seeds_of_the_solver(data: st.DataObject, seed: int) -> None:
    case = data.draw(cases())
    conclusion = data.draw(st.sampled_from([*case.run().program.conclusions]))
    before = what_if(case.run(), conclusion)
    assume(all(sets is None or sets.extent != "unfinished" for target in before.targets for sets in target[1:]))
    for name in ("smt.random_seed", "sat.random_seed"):
        z3.set_param(name, seed)
    try:
        assert what_if(case.run(), conclusion) == before
    finally:
        z3.reset_params()


# --- examples --------------------------------------------------------------------------------------------------------

RULES = """
parameters: {place: {value: north, basis: editorial}}
facts:
  safe: {type: boolean, changeable: up}
  people: {type: count}
  beds: {type: count, changeable: up}
  tents: {type: count, step: 50}
  pace: {type: number, min: -5}
  part: {type: share, changeable: down}
  stay: {type: duration}
  day: {type: date}
  border: {type: choice, options: [shut, open, ajar]}
  origin: {type: text}
  refuge: {type: text}
  past: {type: count, changeable: never}
  reach: {type: count, history: true}
  groups:
    type: table
    columns:
      profile: {type: text}
      since: {type: date}
      number: {type: count, history: true}
      old: {type: boolean}
  lists: {type: table, columns: {length: {type: count, history: true}, width: {type: count}}}
  crowded: {type: boolean, derive: {fact: people, at_least: 100}}
impossible:
  - {when: {all: [{fact: safe, is: true}, {fact: border, is: shut}]}, note: nobody is safe before a shut border}
"""


def asked(condition: str, **facts: Any) -> WhatIf:
    """Return what would turn a condition."""
    rules = rules_of(f"{RULES}\ncriteria: {{c: {{title: C, when: {condition}}}}}")
    return what_if(compile_rules(rules).start(facts, AS_OF), "c")


def told(sets: Sets | None) -> list[dict[str, Any]]:
    """Return sets of changes, each by where it is and by what it becomes."""
    return [{where(one.statement): one.after for one in each} for each in sets.sets] if sets is not None else []


def where(one: Statement) -> str:
    return ".".join(str(part) for part in one if part is not None)


def on(day: date, value: Any, last: date | None = None) -> Entry:
    return Entry(day, last or day, value)


YESTERDAY, TODAY = DAYS[1], DAYS[0]


@pytest.mark.parametrize(
    ("condition", "facts", "changes"),
    [
        # the nearest value, on either side of what was known
        ("{fact: people, at_least: 5}", {"people": 3}, [{"people": 5}]),
        ("{fact: people, more_than: 4.5}", {"people": 3}, [{"people": 5}]),
        ("{fact: people, at_least: 5, less_than: 10}", {"people": 20}, [{"people": 9}]),
        ("{any: [{fact: people, at_most: 1}, {fact: people, at_least: 9}]}", {"people": 5}, [{"people": 1}]),
        ("{any: [{fact: people, at_most: 0}, {fact: people, at_least: 9}]}", {"people": 5}, [{"people": 9}]),
        ("{fact: people, at_least: 5, less_than: 10}", {"people": Range(20, 30)}, [{"people": 9}]),
        ("{fact: people, less_than: 10}", {"people": Range(20, inf)}, [{"people": 9}]),
        ("{fact: stay, at_least: 2 years}", {"stay": 5}, [{"stay": 24}]),
        ("{fact: day, elapsed_at_least: 1 month}", {"day": AS_OF}, [{"day": date(2013, 5, 30)}]),
        ("{fact: day, is: 2013-02-28}", {"day": AS_OF}, [{"day": date(2013, 2, 28)}]),
        # in steps
        ("{fact: tents, at_least: 120}", {"tents": 7}, [{"tents": 150}]),
        ("{fact: tents, less_than: 120}", {"tents": 120}, [{"tents": 100}]),
        ("{fact: pace, more_than: 1}", {"pace": Fraction(1, 3)}, [{"pace": Fraction(101, 100)}]),
        ("{fact: pace, less_than: 0}", {"pace": 1}, [{"pace": Fraction(-1, 100)}]),
        ("{fact: part, at_most: 0.5}", {"part": Fraction(1, 1)}, [{"part": Fraction(1, 2)}]),
        # the direction in which a fact may change, if at all
        ("{fact: part, at_least: 0.5}", {"part": 0}, []),
        ("{fact: beds, less_than: 5}", {"beds": 7}, []),
        ("{fact: beds, at_least: 5}", {"beds": 3}, [{"beds": 5}]),
        ("{fact: past, at_least: 5}", {"past": 3}, []),
        ("{fact: safe, is: false}", {"safe": True}, []),
        ("{fact: safe, is: true}", {"safe": False}, [{"safe": True}]),
        # words: options in order; what is named, then another
        ("{fact: border, is_not: shut}", {"border": "shut"}, [{"border": "open"}]),
        ("{fact: border, in: [ajar, open]}", {"border": "shut"}, [{"border": "open"}]),
        ("{fact: origin, is: {parameter: place}}", {"origin": "south"}, [{"origin": "north"}]),
        ("{fact: origin, is_not: {parameter: place}}", {"origin": "north"}, [{"origin": "A"}]),
        (
            "{all: [{fact: origin, is_not: A}, {fact: refuge, is_not: A}, {fact: origin, is_not: {fact: refuge}}]}",
            {"origin": "A", "refuge": "A"},
            [{"origin": "B", "refuge": "C"}],
        ),
        # several facts: the first comes as near as the others let it
        (
            "{fact: people, more_than: {sum: [{fact: tents}, 10]}}",
            {"people": 3, "tents": 0},
            [{"people": 11}],
        ),
        (
            "{all: [{fact: people, at_least: 5}, {fact: people, more_than: {fact: beds}}]}",
            {"people": 3, "beds": 8},
            [{"people": 9}],
        ),
        (
            "{at_least: 2, of: [{fact: people, at_least: 5}, {fact: stay, at_least: 1 year}, {fact: safe, is: true}]}",
            {"people": 3, "stay": 0, "safe": False},
            [{"safe": True, "people": 5}, {"safe": True, "stay": 12}, {"people": 5, "stay": 12}],
        ),
        # what is impossible is no way out, but with more that changes
        ("{fact: safe, is: true}", {"safe": False, "border": "shut"}, [{"safe": True, "border": "open"}]),
        # what follows is not changed, what is given instead is
        ("{fact: crowded, is: false}", {"people": 500}, [{"people": 99}]),
        ("{fact: crowded, is: false}", {"people": 500, "crowded": True}, [{"crowded": False}]),
        # the newest figure of a row or a history, and nothing else of it
        (
            "{all: [{fact: reach, at_least: 5}, {fact: people, at_least: {lowest: {fact: reach}, over: 2 days}}]}",
            {"reach": History((on(YESTERDAY, 9), on(TODAY, 4))), "people": 7},
            [{"reach.1": 5}],
        ),
        (
            "{fact: people, at_most: {lowest: {fact: reach}, over: 2 days}}",
            {"reach": History((on(YESTERDAY, 1), on(TODAY, 1))), "people": 7},
            [{"people": 1}],
        ),
        ("{fact: people, at_most: {lowest: {fact: reach}, over: 2 days}}", {"reach": 3, "people": 7}, [{"people": 0}]),
        ("{some: groups, where: {fact: old, is: true}}", {"groups": ({"old": False},)}, []),
        ("{every: groups, where: {fact: since, after: 2013-01-01}}", {"groups": ({"since": date(2012, 1, 1)},)}, []),
        (
            "{some: groups, where: {fact: number, at_least: 10}}",
            {"groups": ({"number": 5}, {"number": 7})},
            [{"groups.0.number": 10}, {"groups.1.number": 10}],
        ),
        (
            "{some: groups, where: {fact: number, at_least: 5, is: {lowest: {fact: number}, over: 1 year}}}",
            {"groups": ({"number": 3, "since": date(2012, 1, 1)}, {"number": 3, "since": date(2013, 1, 1)})},
            [{"groups.0.number": 5}],
        ),
    ],
)
def test_what_would_have_to_change(condition: str, facts: dict[str, Any], changes: list[dict[str, Any]]) -> None:
    answer = asked(condition, **facts)
    (target,) = answer.targets
    assert (told(target.changes), target.changes.extent) == (changes, "all" if changes else "none")


@pytest.mark.parametrize(
    ("condition", "facts", "met", "not_met"),
    [
        # the example is the nearest to 0 or to the as-of date, and the lowest of an estimate
        ("{fact: people, at_least: 5}", {}, [{"people": 5}], [{"people": 0}]),
        ("{fact: people, at_least: 5}", {"people": Range(2, 9)}, [{"people": 5}], [{"people": 2}]),
        ("{fact: people, at_least: 5}", {"people": Range(2, inf)}, [{"people": 5}], [{"people": 2}]),
        ("{fact: pace, less_than: 1}", {}, [{"pace": 0}], [{"pace": 1}]),
        ("{fact: pace, more_than: -1}", {"pace": Range(-3, 3)}, [{"pace": Fraction(-99, 100)}], [{"pace": -3}]),
        ("{fact: day, before: 2013-06-30}", {}, [{"day": date(2013, 6, 29)}], [{"day": AS_OF}]),
        ("{fact: safe, is: true}", {}, [{"safe": True}], [{"safe": False}]),
        ("{fact: border, is: shut}", {}, [{"border": "shut"}], [{"border": "open"}]),
        ("{fact: origin, is: {fact: refuge}}", {"origin": "x"}, [{"refuge": "x"}], [{"refuge": "A"}]),
        # what follows is not asked for
        ("{fact: crowded, is: true}", {}, [{"people": 100}], [{"people": 0}]),
        # a table, and the days of a history, have no example
        ("{some: lists, where: {fact: width, at_least: 1}}", {}, [{"lists": None}], [{"lists": None}]),
        (
            "{some: lists, where: {fact: width, at_least: 1}}",
            {"lists": ({"length": 1}, {"width": 0})},
            [{"lists.0.width": 1}],
            [{"lists.0.width": 0}],
        ),
        (
            "{fact: people, at_most: {lowest: {fact: reach}, over: 1 month}}",
            {"people": 5, "reach": 9},
            [{"reach": None}],
            [{"reach": None}],
        ),
        (
            "{fact: people, at_most: {lowest: {fact: reach}, over: 1 month}}",
            {"people": 5, "reach": History((on(date(2013, 6, 1), 9, date(2013, 6, 20)), on(TODAY, Range(7, 9))))},
            [{"reach": None}],
            [{"reach": None}],
        ),
        (
            "{some: groups, where: {fact: people, at_most: {lowest: {fact: number}, over: 1 month}}}",
            {"people": 5, "groups": ({"number": 9},)},
            [{"groups.0.since": date(2013, 5, 30)}],
            [{"groups.0.since": AS_OF}],
        ),
        (
            "{some: groups, where: {fact: people, at_most: {lowest: {fact: number}, over: 1 month}}}",
            {"people": 5, "groups": ({"since": date(2013, 1, 1)},)},
            [{"groups.0.number": 5}],
            [{"groups.0.number": 0}],
        ),
    ],
)
def test_what_would_have_to_become_known(
    condition: str, facts: dict[str, Any], met: list[dict[str, Any]], not_met: list[dict[str, Any]]
) -> None:
    answer = asked(condition, **facts)
    assert (answer.truth, answer.margins) == (None, None)
    assert [told(target.known) for target in answer.targets] == [met, not_met]
    assert [target.known.extent for target in answer.targets if target.known is not None] == ["all", "all"]


def test_the_days_of_a_history_can_become_known_as_different_values() -> None:
    condition = (
        "{all: [{fact: people, less_than: {highest: {fact: reach}, over: 1 month}},"
        " {fact: people, more_than: {lowest: {fact: reach}, over: 1 month}}]}"
    )
    met, _ = asked(condition, people=5, reach=5).targets
    assert (told(met.known), met.known and met.known.extent) == ([{"reach": None}], "all")


def test_no_day_before_the_date_of_its_row_can_become_known_by_period() -> None:
    condition = "{some: groups, where: {fact: people, at_most: {lowest: {fact: number}, over: 3 days}}}"
    row = {"since": YESTERDAY, "number": History((on(TODAY, 9),))}
    met, not_met = asked(condition, people=5, groups=(row,)).targets
    assert (told(met.known), told(not_met.known)) == ([], [{"groups.0.number": None}])


def test_what_is_impossible_may_bring_other_facts_with_it_and_those_others() -> None:
    rules = rules_of("""
facts: {a: {type: boolean}, b: {type: boolean}, c: {type: boolean}, d: {type: boolean}, e: {type: boolean}}
impossible:
  - {when: {all: [{fact: c, is: true}, {fact: d, is: false}]}, note: no c without d}
  - {when: {all: [{fact: a, is: true}, {fact: c, is: false}]}, note: no a without c}
  - {when: {all: [{fact: b, is: true}, {fact: e, is: false}]}, note: no b without e}
criteria: {c-1: {title: C, when: {fact: a, is: true}}}
""")
    run = compile_rules(rules).start(dict.fromkeys("abcde", False), AS_OF)
    (target,) = what_if(run, "c-1").targets
    assert (told(target.changes), target.changes.extent) == ([dict.fromkeys("acd", True)], "all")


def test_what_is_impossible_already_does_not_stand_in_the_way() -> None:
    (target,) = asked("{fact: people, at_least: 5}", safe=True, border="shut", people=3).targets
    assert (told(target.changes), target.changes.extent) == ([{"people": 5}], "all")


def test_what_is_only_known_more_closely_is_no_change() -> None:
    answer = asked("{all: [{fact: people, at_least: 5}, {fact: tents, at_least: 50}]}", people=Range(2, 9), tents=0)
    assert [told(target.changes) for target in answer.targets] == [[{"people": 5, "tents": 50}]]
    answer = asked("{fact: people, at_least: {fact: beds}}", people=Range(2, 9), beds=5)
    met, not_met = answer.targets
    assert (told(met.changes), told(met.known)) == ([], [{"people": 5}])
    assert (told(not_met.changes), told(not_met.known)) == ([{"beds": 10}], [{"people": 2}])
    answer = asked("{all: [{fact: people, at_least: 5}, {fact: tents, at_least: 50}]}", people=Range(2, 9), tents=60)
    assert [told(target.changes) for target in answer.targets] == [[], [{"tents": 0}]]


@pytest.mark.parametrize(
    ("condition", "facts", "margins"),
    [
        ("{fact: people, at_least: 5}", {"people": 7}, [("people", 4, None)]),
        ("{fact: people, at_least: 5, less_than: 10}", {"people": 7}, [("people", 4, 10)]),
        ("{fact: people, at_least: 5, less_than: 10}", {"people": Range(6, 8)}, [("people", 4, 10)]),
        ("{fact: people, at_least: 5}", {"people": Range(6, inf)}, [("people", 4, None)]),
        ("{not: {fact: people, at_least: 5, less_than: 10}}", {"people": 12}, [("people", 9, None)]),
        ("{fact: people, at_least: 0}", {"people": 12}, []),
        ("{fact: past, at_least: 5}", {"past": 7}, [("past", 4, None)]),
        ("{fact: tents, at_least: 120}", {"tents": 199}, [("tents", 100, None)]),
        ("{fact: pace, at_least: 0.005}", {"pace": Fraction(1, 3)}, [("pace", 0, None)]),
        ("{fact: day, elapsed_at_least: 1 year}", {"day": date(2012, 2, 29)}, [("day", None, date(2012, 7, 1))]),
        (
            "{fact: people, at_most: {lowest: {fact: reach}, over: 2 days}}",
            {"people": 5, "reach": History((on(YESTERDAY, 9), on(TODAY, Range(7, 8))))},
            [("people", None, 8), ("reach.0", 4, None), ("reach.1", 4, None)],
        ),
        (
            "{some: groups, where: {fact: people, at_most: {lowest: {fact: number}, over: 1 month}}}",
            {"people": 5, "groups": ({"number": 9, "since": date(2013, 1, 1)},)},
            [("people", None, 10), ("groups.0.since", None, date(2013, 5, 31)), ("groups.0.number", 4, None)],
        ),
    ],
)
def test_margins(condition: str, facts: dict[str, Any], margins: list[tuple[str, Any, Any]]) -> None:
    found = asked(condition, **facts).margins
    assert found is not None
    assert [(where(one.statement), one.below, one.above) for one in found] == margins


def test_a_date_of_a_row_does_not_come_after_its_values_by_period() -> None:
    history = History((on(YESTERDAY, 9), on(TODAY, 8)))
    (margin,) = (
        asked("{some: groups, where: {fact: since, before: 2013-07-03}}", groups=({"since": TODAY},)).margins or ()
    )
    assert (margin.below, margin.above) == (None, date(2013, 7, 3))
    row = {"since": YESTERDAY, "number": history}
    assert asked("{some: groups, where: {fact: since, before: 2013-07-03}}", groups=(row,)).margins == ()


# --- the course ------------------------------------------------------------------------------------------------------


@cache
def program() -> Program:
    return compile_rules(accept(load_rule_set(find_rule_set("oas-2013"))))


def course(situation: str) -> Run:
    """Return the run of a stored situation under the course's rules."""
    path = find_situation(situation)
    document = read(path.read_bytes(), path.name)
    assert isinstance(document, Document)
    loaded = load_situation(document, program().rules).value
    assert loaded is not None
    assert loaded.as_of is not None
    return program().start(loaded.all_facts, loaded.as_of)


REFUGEES = Statement("populations", 0, "refugees")
SINCE = Statement("populations", 0, "since")
NONE = Sets((), "none")


@pytest.mark.parametrize(
    ("situation", "conclusion", "expected"),
    [
        (
            "dadaab-2011",
            "protracted",
            WhatIf(
                "protracted",
                True,
                (Target(False, Sets(((Change(REFUGEES._replace(period=4), 517_666, 24_999),),), "all")),),
                tuple(
                    Margin(REFUGEES._replace(period=period), figure, 24_999, None)
                    for period, figure in enumerate((192_420, 259_121, 310_280, 351_773, 517_666))
                ),
            ),
        ),
        (
            "dadaab-2011",
            "mass-influx",
            WhatIf(
                "mass-influx",
                True,
                (Target(False, NONE),),
                (
                    Margin(Statement("arrivals"), Range(125_035, 164_000), 90_000, None),
                    Margin(Statement("reception_capacity"), 90_000, None, 125_035),
                ),
            ),
        ),
        (
            "straddling-estimate",
            "protracted",
            WhatIf(
                "protracted",
                None,
                (
                    Target(True, NONE, Sets(((Change(REFUGEES, Range(24_000, 26_000), 25_000),),), "all")),
                    Target(False, NONE, Sets(((Change(REFUGEES, Range(24_000, 26_000), 24_000),),), "all")),
                ),
                None,
            ),
        ),
        (
            "one-day-short",
            "protracted",
            WhatIf(
                "protracted",
                False,
                (Target(True, NONE),),
                (Margin(SINCE, date(2019, 7, 1), date(2019, 6, 30), None),),
            ),
        ),
        (
            "on-the-anniversary",
            "protracted",
            WhatIf(
                "protracted",
                True,
                (Target(False, Sets(((Change(REFUGEES, 25_000, 24_999),),), "all")),),
                (
                    Margin(REFUGEES, 25_000, 24_999, None),
                    Margin(SINCE, date(2019, 7, 1), None, date(2019, 7, 2)),
                ),
            ),
        ),
    ],
)
def test_the_course(situation: str, conclusion: str, expected: WhatIf) -> None:
    assert what_if(course(situation), conclusion) == expected


@pytest.mark.parametrize("situation", situation_ids())
def test_every_answer_about_a_stored_situation_is_finished(situation: str) -> None:
    run = course(situation)
    for conclusion in (*run.program.rules.contexts, "self-reliance"):
        answer = what_if(run, conclusion)
        assert (answer.margins is None) is (answer.truth is None)
        for target in answer.targets:
            assert target.changes.extent != "unfinished"
            assert target.known is None or target.known.extent != "unfinished"


# --- limits ----------------------------------------------------------------------------------------------------------


def many(k: int, of: int, kind: str, test: str) -> Run:
    """Return a run in which none of so many facts holds, of which so many have to."""
    facts = ", ".join(f"f{number}: {{type: {kind}}}" for number in range(of))
    tests = ", ".join(f"{{fact: f{number}, {test}}}" for number in range(of))
    rules = rules_of(f"facts: {{{facts}}}\ncriteria: {{c: {{title: C, when: {{at_least: {k}, of: [{tests}]}}}}}}")
    return compile_rules(rules).start({f"f{number}": kind != "boolean" and 0 for number in range(of)}, AS_OF)


@pytest.mark.parametrize(
    ("k", "of", "found", "extent"),
    [(1, 3, 3, "all"), (4, 9, 126, "all"), (4, 10, 200, "unfinished"), (5, 9, 0, "up-to"), (8, 16, 0, "up-to")],
)
def test_at_most_200_sets_of_at_most_four_changes(k: int, of: int, found: int, extent: str) -> None:
    (target,) = what_if(many(k, of, "boolean", "is: true"), "c").targets
    assert (len(target.changes.sets), target.changes.extent) == (found, extent)
    assert {len(changes) for changes in target.changes.sets} == ({k} if found else set())


def test_what_is_found_before_the_limit_is_told() -> None:
    run = many(3, 10, "count", "at_least: 5")
    answers = [what_if(run, "c", limit).targets[0].changes for limit in (1, 2_000_000)]
    assert [(len(sets.sets), sets.extent) for sets in answers] == [(0, "unfinished"), (120, "all")]
    assert margins(many(1, 1, "count", "at_least: {sum: [5, {product: [{fact: f0}, {fact: f0}]}]}"), "c", 1) is None


def test_a_table_with_more_rows_than_are_tried_leaves_the_search_unfinished() -> None:
    found = [
        what_if(compile_rules(rules_of(_COUNTED.format(least))).start({}, AS_OF), "c").targets[0].known
        for least in (11, 12, 20)
    ]
    assert [(told(sets), sets and sets.extent) for sets in found] == [
        ([{"groups": None}], "all"),
        ([{"groups": None}], "unfinished"),
        ([], "unfinished"),
    ]


_COUNTED = """
facts:
  groups: {{type: table, columns: {{old: {{type: boolean}}}}}}
  rows: {{type: count, derive: {{count: groups}}}}
criteria: {{c: {{title: C, when: {{fact: rows, at_least: {}}}}}}}
"""


def test_windows_that_are_not_translated_are_told_apart() -> None:
    rules = rules_of("""
facts:
  day: {type: date}
  groups: {type: table, columns: {since: {type: date, derive: {fact: day}}, number: {type: count, history: true}}}
criteria:
  c:
    title: C
    when: {some: groups, where: {fact: number, more_than: {lowest: {fact: number}, over: 1 year}}}
""")
    run = compile_rules(rules).start({"groups": ({"number": 1},)}, AS_OF)
    met, _ = what_if(run, "c").targets  # it would be met if the row began in the year
    assert met.known is not None
    assert (told(met.known), met.known.extent) != ([], "none")


def test_an_interrupt_ends_the_search() -> None:
    run = many(40, 80, "boolean", "is: true")
    timer = threading.Timer(0.3, lambda: signal.raise_signal(signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            what_if(run, "c", 1_000_000_000)
    finally:
        timer.cancel()
