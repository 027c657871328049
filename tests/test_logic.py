"""What `check` finds by logic is what walking through all complete situations finds, and nothing of that is missing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Literal, NamedTuple

import pytest
from hypothesis import event, given, strategies as st

from comity.engine.checking import logic
from comity.engine.checking.judge import judge
from comity.engine.checking.judged import Judged
from comity.engine.checking.proofs import prove
from comity.engine.checking.witness import Witness
from comity.engine.language.condition import Conclusion, Condition, Not, walk
from comity.engine.language.diagnostic import Code, Diagnostic, accept
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import Fact, Property, RuleSet, ValueType
from comity.engine.language.mutants import Mutant, changed_condition, mutants
from comity.engine.language.source import Document, read
from comity.engine.language.truth import Kleene
from tests.brute import AS_OF, FLAVOURS, Claim, Facts, Small, completions, evaluator, points
from tests.strategies import Choose, World, drawing, picking, write

CODES = (Code.NOTHING_POSSIBLE, Code.NEVER_MET, Code.ALWAYS_MET, Code.SAME_CONDITION, Code.USELESS_PART)
MOST = 3_000  # complete situations to walk through


class OnTheDay(Small):
    """Makes small rule sets that are judged on `AS_OF`, with forms and principles too."""

    def parameters(self) -> None:
        self.main["parameters"] = {"p": {"values": {str(AS_OF): self.literal("number")}, "basis": "editorial"}}
        self.scope.parameters["p"] = "number"

    def world(self) -> World:
        super().world()
        for one in (self.form, self.principle):
            if self.chance(4):
                one()
        readings = self.main.get("readings")
        if readings and self.chance(2):
            del readings["as-written"]["default"]
            readings["other"]["default"] = True
        return World((self.main, *self.contexts), self.as_of)


class Few(NamedTuple):
    """A small rule set, loaded."""

    world: World
    rules: RuleSet

    def __repr__(self) -> str:
        return "\n".join(map(write, self.world.documents))


def make(choose: Choose, flavours: Sequence[str] = FLAVOURS) -> Few:
    world = OnTheDay(choose, choose(flavours)).world()
    return Few(world, world.load())


@st.composite
def few(draw: st.DrawFn) -> Few:
    return make(drawing(draw))


# --- all complete situations ----------------------------------------------------------------------------------------


def complete(rules: RuleSet) -> Iterator[Facts] | None:
    """Return all complete situations, in as many rows as can be walked through; None if they are too many."""
    plain = {name: stated(fact) for name, fact in rules.facts.items() if fact.value_type is not ValueType.TABLE}
    rows = {name: whole_rows(fact) for name, fact in rules.facts.items() if fact.value_type is ValueType.TABLE}
    others = prod(map(len, plain.values()))
    for most in (3, 2, 1):
        if others * prod(sum(len(each) ** size for size in range(most + 1)) for each in rows.values()) <= MOST:
            filled = {
                name: [table for size in range(most + 1) for table in product(each, repeat=size)]
                for name, each in rows.items()
            }
            options = {**plain, **filled}
            return (
                {name: value for name, value in zip(options, values, strict=True) if value is not None}
                for values in product(*options.values())
            )
    return None


def stated(fact: Fact) -> Sequence[object]:
    return completions(fact, None) if fact.derive is None else [None, *points(fact)]


def whole_rows(table: Fact) -> list[Facts]:
    derived = {name: [None, *points(column)] for name, column in table.columns.items() if column.derive is not None}
    given_ = (
        {name: value for name, value in zip(derived, values, strict=True) if value is not None}
        for values in product(*derived.values())
    )
    return [row for one in given_ for (row,) in completions(table, (one,))]


# --- what they show -------------------------------------------------------------------------------------------------


class Found(NamedTuple):
    """A finding: its code and what it is about; the other conclusion, or the mutant that drops the part."""

    code: Code
    subject: str
    other: str = ""


class Question(NamedTuple):
    """What a finding claims, as a property: that two conditions exclude or equal each other."""

    found: Found
    kind: Literal["excludes", "equals"]
    conditions: tuple[Condition, Condition]


def questions(rules: RuleSet) -> list[Question]:
    """Return all that could be found of conclusions."""
    own = rules.conditions(rules.default_reading)
    named = {name: one for name, one in own.items() if not isinstance(one, Conclusion)}
    asked = [Question(Found(Code.NEVER_MET, name), "excludes", (one, one)) for name, one in named.items()]
    for name, one in named.items():
        if name not in rules.measures:
            asked.append(Question(Found(Code.ALWAYS_MET, name), "excludes", (Not(one), Not(one))))
    comparable = [name for name in (*rules.criteria, *rules.contexts) if name in named]
    asked += [
        Question(Found(Code.SAME_CONDITION, name, other), "equals", (named[name], named[other]))
        for index, name in enumerate(comparable)
        for other in comparable[:index]
    ]
    for number, mutant in drops(rules).items():
        conditions = (own[mutant.place], changed_condition(rules, mutant))
        asked.append(Question(Found(Code.USELESS_PART, mutant.place, str(number)), "equals", conditions))
    return asked


def drops(rules: RuleSet) -> dict[int, Mutant]:
    """Return the mutants without one part of the condition of a conclusion as the default reading has it."""
    reading = rules.default_reading
    defined = rules.readings[reading].define if reading else {}
    own = rules.conditions(reading)
    return {
        number: mutant
        for number, mutant in enumerate(mutants(rules))
        if mutant.kind == "drop" and mutant.place in own
        if mutant.reading == (reading if mutant.place in defined else None)
    }


def refutes(kind: str, a: Kleene, b: Kleene) -> bool:
    return (a is True and b is True) if kind == "excludes" else (None not in (a, b) and a is not b)


def shown(rules: RuleSet, situations: Iterator[Facts], asked: Sequence[Question]) -> tuple[bool, set[Found]]:
    """Return whether any situation is possible, and all that none of them refutes."""
    conditions = [*dict.fromkeys(one for question in asked for one in question.conditions)]
    truths = evaluator(rules, None, conditions)
    pairs = [tuple(conditions.index(one) for one in question.conditions) for question in asked]
    left = set(range(len(asked)))
    possible = False
    for facts in situations:
        impossible, of = truths(facts)
        if not impossible:
            possible = True
            left -= {n for n in left if refutes(asked[n].kind, *(of[index] for index in pairs[n]))}
    return possible, {asked[number].found for number in left}


def reported(rules: RuleSet, all_: set[Found]) -> set[Found]:
    """Return what `check` says where all this is so: not the same thing twice, and one part of a condition."""
    constant = {one.subject for one in all_ if one.code in (Code.NEVER_MET, Code.ALWAYS_MET)}
    said = {one for one in all_ if one.code in (Code.NEVER_MET, Code.ALWAYS_MET)}
    order = [*rules.criteria, *rules.contexts]
    dropped = drops(rules)
    same: dict[str, Found] = {}
    useless: dict[str, list[Found]] = {}
    for one in all_:
        if one.subject in constant:
            continue
        if one.code is Code.SAME_CONDITION and one.other not in constant:
            first = same.get(one.subject, one)
            same[one.subject] = min(one, first, key=lambda found: order.index(found.other))
        if one.code is Code.USELESS_PART:
            useless.setdefault(one.subject, []).append(one)
    for parts in useless.values():
        said.add(min(parts, key=lambda one: (sum(1 for _ in walk(dropped[int(one.other)].after)), -int(one.other))))
    return {*said, *same.values()}


def findings(rules: RuleSet) -> tuple[Diagnostic, ...]:
    """Return what is found on `AS_OF` alone, which all complete situations are of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logic, "_days", lambda *_: (AS_OF,))
        return judge(Judged(rules, ()), select=CODES)


def found_in(rules: RuleSet, said: Sequence[Diagnostic]) -> set[Found]:
    """Return what diagnostics say: they must say it in these words."""
    kinds = {**dict.fromkeys(rules.criteria, "criterion"), **dict.fromkeys(rules.contexts, "context")}
    kinds |= {**dict.fromkeys(rules.forms, "form"), **dict.fromkeys(rules.principles, "principle")}
    kinds |= dict.fromkeys(rules.measures, "measure")
    words: dict[tuple[Code, str, str], Found] = {}
    for name, kind in kinds.items():
        verb = "calls for" if kind == "measure" else "meets"
        words[Code.NEVER_MET, name, f"no situation {verb} the {kind} `{name}`"] = Found(Code.NEVER_MET, name)
        words[Code.ALWAYS_MET, name, f"every situation meets the {kind} `{name}`"] = Found(Code.ALWAYS_MET, name)
        for other in kinds:
            message = f"the {kind} `{name}` says the same as the {kinds[other]} `{other}`"
            words[Code.SAME_CONDITION, name, message] = Found(Code.SAME_CONDITION, name, other)
    parts: dict[tuple[str, str, str], list[int]] = {}
    for number, mutant in drops(rules).items():
        message = f"`{mutant.place}` comes out the same {mutant.change}"
        parts.setdefault((mutant.place, message, str(mutant.at)), []).append(number)
    found: set[Found] = set()
    for one in said:
        message = one.message.partition(", in tables of up to ")[0]
        assert one.subject is not None
        if one.code is Code.USELESS_PART:
            (number,) = parts[one.subject, message, str(one.at)]
            found.add(Found(one.code, one.subject, str(number)))
        else:
            found.add(words[one.code, one.subject, message])
    assert len(found) == len(said)
    return found


def hold(rules: RuleSet) -> Counter[str]:
    """Hold what `check` finds to all complete situations; return what was found, and how far it was held."""
    said = findings(rules)
    situations = complete(rules)
    if situations is None:
        return Counter(["too large"])
    asked = questions(rules)
    possible, never_refuted = shown(rules, situations, asked)
    if [one.code for one in said] == [Code.NOTHING_POSSIBLE]:
        assert not possible
        return Counter([Code.NOTHING_POSSIBLE])
    found = found_in(rules, said)
    assert found <= never_refuted
    open_ = {
        question.found
        for question in asked
        if question.found in never_refuted and question.found not in found and not proved(rules, question)
    }
    assert found == reported(rules, never_refuted - open_)
    return Counter([*(one.code for one in found), *("held" for _ in asked), *("open" for _ in open_)])


def proved(rules: RuleSet, question: Question) -> bool:
    """Tell whether a finding is proved: if not, a situation that was not walked through refutes it, or who knows."""
    property_ = Property(id="x", title="X", kind=question.kind, conditions=question.conditions)
    (answer,) = prove(rules, property_, AS_OF).answers
    if answer.result == "refuted":
        assert answer.witness is not None
        claim = Claim(rules, property_)
        assert claim.refuted(answer.witness.facts)
        assert claim.allowed(answer.witness.facts)
    elif answer.result == "undecided":
        assert answer.why is not None
        assert answer.why.startswith("the solver has no form for ") or answer.why.startswith("no situation is possible")
    return answer.result == "proved"


@given(few())
def test_what_is_found_is_what_all_complete_situations_show(one: Few) -> None:
    for what in hold(one.rules):
        event(what)


def test_much_is_found_in_small_rule_sets() -> None:
    found = sum((hold(make(picking(seed)).rules) for seed in range(100)), Counter())
    assert min(found[code] for code in CODES) > 1
    assert found["open"] * 20 < found["held"]


def untried(rules: RuleSet) -> tuple[Diagnostic, ...]:
    """Return what is found where no situation is tried first, so that all is left to the solver."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logic, "samples", lambda *_: [])
        return findings(rules)


@pytest.mark.parametrize("seed", range(0, 30, 2))
def test_what_is_found_without_trying_any_is_the_same(seed: int) -> None:
    one = make(picking(seed))
    assert untried(one.rules) == findings(one.world.load())


@given(few())
def test_it_does_not_matter_which_situations_are_tried_first(one: Few) -> None:
    assert untried(one.rules) == findings(one.world.load())


# --- what went wrong once -------------------------------------------------------------------------------------------

ROWS = """\
rule_set: r
version: 1.0.0
title: R
facts:
  n: {type: count}
  t: {type: table, columns: {v: {type: count}}}
criteria:
  c: {title: C, when: {fact: n, less_than: {count: t}}}
  d: {title: D, when: {fact: n, less_than: {count: t, where: {fact: v, less_than: 1, more_than: 1}}}}
"""
TWICE = """\
rule_set: r
version: 1.0.0
title: R
facts: {a: {type: boolean}}
criteria:
  c: {title: C, when: {fact: a, is: true}}
  d: {title: D, when: {not: {fact: a, is: false}}}
"""


def rule_set(text: str) -> RuleSet:
    document = read(text.encode(), "r.yaml")
    assert isinstance(document, Document)
    return accept(build_rule_set([document], "r"))


def test_a_condition_that_only_counts_rows_is_looked_at_row_by_row() -> None:
    (finding,) = findings(rule_set(ROWS))
    assert finding.message == "no situation meets the criterion `d`, in tables of up to 3 rows"


def test_a_claim_that_only_counts_rows_is_not_proved_of_tables_without_any() -> None:
    rules = rule_set(ROWS)
    condition = rules.criteria["c"].when
    never = Property(id="x", title="X", kind="excludes", conditions=(condition, condition))
    (answer,) = prove(rules, never, AS_OF).answers
    assert (answer.result, answer.witness) == ("refuted", Witness({"n": 0, "t": ({},)}, AS_OF))


def test_what_no_situation_that_was_tried_meets_is_compared_all_the_same() -> None:
    (finding,) = untried(rule_set(TWICE))
    assert finding.message == "the criterion `d` says the same as the criterion `c`"


DAYS = """\
rule_set: r
version: 1.0.0
title: R
sources: {act: {title: An act, date: 2008-01-01}}
parameters:
  p: {values: {2004-01-01: 10, 2010-06-01: 20}, basis: editorial, note: ours}
readings:
  early: {title: E, default: true}
  late: {title: L, set: {p: 20}}
facts:
  n: {type: count}
criteria:
  c: {title: C, when: {fact: n, at_least: {parameter: p}}}
  d: {title: D, when: {fact: n, at_least: 20}}
  e: {title: E, when: {all: [{criterion: c}, {fact: n, less_than: 20}]}}
  f: {title: F, when: {all: [{criterion: c}, {fact: n, less_than: 10}]}}
"""
STAY = """\
rule_set: r
version: 1.0.0
title: R
sources: {act: {title: An act, date: 2008-01-01}}
facts:
  d: {type: date}
criteria:
  c: {title: C, when: {fact: d, after: 2007-01-01, elapsed_at_least: 5 years}}
  d-early: {title: D, when: {fact: d, before: 2007-01-01, elapsed_less_than: 1 year}}
"""


def test_what_holds_only_since_a_parameter_has_its_latest_value_is_no_finding() -> None:
    said = judge(Judged(rule_set(DAYS), ()), (*CODES, Code.READING_CHANGES_NOTHING))
    assert [one.message for one in said] == ["no situation meets the criterion `f`"]


def test_what_cannot_be_met_yet_may_be_met_later() -> None:
    (finding,) = judge(Judged(rule_set(STAY), ()), CODES)
    assert finding.message == "no situation meets the criterion `d-early`"


def test_what_is_impossible_today_may_be_possible_later() -> None:
    """Found: never met, where `impossible` looks at the time that has passed and nothing else does."""
    text = STAY.partition("criteria:")[0] + (
        "impossible: [{when: {fact: d, elapsed_less_than: 5 years}, note: N}]\n"
        "criteria: {c: {title: C, when: {fact: d, after: 2006-01-01}}}\n"
    )
    assert judge(Judged(rule_set(text), ()), CODES) == ()
