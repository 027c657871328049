"""What holds for every rule set and every situation (docs/language.md, `ideas`).

A second, deliberately simple reading of the language stands here: `Points` answers complete situations only, plainly,
day by day and row by row. What the engine says of a complete situation must be what `Points` says; what it says of
any other must hold for every way to complete it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache, reduce
from itertools import product
from math import inf, prod
from typing import Any

import pytest
from hypothesis import given, strategies as st

from comity.engine.assessment.aggregates import at_least, count, largest_total, total
from comity.engine.assessment.assess import Assessment, assess
from comity.engine.assessment.cones import Cones
from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS, Program, Run, compile_rules
from comity.engine.assessment.explain import Trace, derivation, finding, grounds, open_facts
from comity.engine.checking.cases import run_case
from comity.engine.language import condition as shapes
from comity.engine.language.condition import FactValue, Term
from comity.engine.language.grammar import condition, expression
from comity.engine.language.history import History
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet, ValueType
from comity.engine.language.operators import TABLE
from comity.engine.language.quantity import (
    Range,
    add,
    divide,
    ends,
    largest,
    multiply,
    same,
    smallest,
    span,
    subtract,
)
from comity.engine.language.shape import Reader
from comity.engine.language.situation import load_cases
from comity.engine.language.source import Document, read
from comity.engine.language.truth import Kleene
from comity.engine.report.document import to_json
from comity.engine.report.markdown import to_markdown
from comity.engine.report.page import to_html
from comity.engine.report.text import TextReport
from tests.strategies import (
    DAY,
    DAYS_OF_ASSESSMENT,
    EDGES_OF_TIME,
    UNKNOWN,
    Ago,
    Case,
    Choose,
    Giver,
    Length,
    Maker,
    Refiner,
    Span,
    Tree,
    World,
    adds_nothing,
    bounds,
    cases,
    every,
    load,
    picking,
    points,
    randoms,
    shift,
    shift_months,
    value_type,
    write,
)

# --- a second reading of the language, for complete situations only -------------------------------------------------


class UndefinedError(Exception):
    """The situation is not complete: something that is asked for has no one value."""


class Row:
    """A row of a table, and what has been found out of its columns."""

    def __init__(self, columns: Mapping[str, Tree], given: Mapping[str, Tree]) -> None:
        self.columns = columns
        self.given = given
        self.known: dict[str, Any] = {}


class Points:
    """What a complete situation comes to under a rule set, plainly."""

    def __init__(self, world: World, facts: Mapping[str, Tree], reading: str | None = None) -> None:
        self.as_of = world.as_of
        self.top = Row(world.facts, facts)
        self.parameters = world.section("parameters")
        self.measures = world.section("measures")
        chosen = world.section("readings").get(reading or "as-written", {})
        self.set = chosen.get("set", {})
        self.conditions: dict[str, Tree] = {
            **{name: one["when"] for name, one in world.section("criteria").items()},
            **{name: one["when"] for name, one in world.contexts.items()},
            **{name: one["when"] for name, one in world.section("forms").items()},
            **{name: one["breached_when"] for name, one in world.section("principles").items()},
            **chosen.get("define", {}),
        }
        self.found: dict[str, bool | None] = {}

    # --- conclusions ---

    def conclusion(self, name: str) -> bool:
        if name not in self.found:
            try:
                self.found[name] = self.conclude(name)
            except UndefinedError:
                self.found[name] = None
        if (found := self.found[name]) is None:
            raise UndefinedError
        return found

    def conclude(self, name: str) -> bool:
        if name not in self.measures:
            return self.truth(self.conditions[name], None)
        measure = self.measures[name]
        answers = [self.conclusion(context) for context in measure["for"]]
        need = "need" not in measure or self.truth(measure["need"], None)
        return any(answers) and need

    # --- facts and parameters ---

    def parameter(self, name: str) -> Any:
        if name in self.set:
            return self.plain(self.set[name])
        declared = self.parameters[name]
        if "value" in declared:
            return self.plain(declared["value"])
        begun = {day: value for day, value in declared["values"].items() if date.fromisoformat(day) <= self.as_of}
        if not begun:
            raise UndefinedError
        return self.plain(begun[max(begun, key=date.fromisoformat)])

    def plain(self, value: Tree) -> Any:
        """Return a point as numbers and dates; durations are numbers of months or days."""
        match value:
            case Length(amount, _):
                return amount
            case Ago(Length(amount, unit)):
                return shift_months(self.as_of, -amount) if unit == "months" else shift(self.as_of, -amount)
            case _ if value is UNKNOWN or isinstance(value, Span):
                raise UndefinedError
        return value

    def home(self, name: str, row: Row | None) -> Row:
        return row if row is not None and name in row.columns else self.top

    def fact(self, name: str, row: Row | None) -> Any:
        home = self.home(name, row)
        if name not in home.known:
            try:
                home.known[name] = self.find(name, home)
            except UndefinedError:
                home.known[name] = UNKNOWN
        if home.known[name] is UNKNOWN:
            raise UndefinedError
        return home.known[name]

    def find(self, name: str, home: Row) -> Any:
        declared, value = home.columns[name], home.given.get(name, UNKNOWN)
        if "derive" in declared and adds_nothing(declared, value):
            inside = None if home is self.top else home
            if declared["type"] == "boolean":
                return self.truth(declared["derive"], inside)
            return self.value(declared["derive"], inside)
        return self.on(name, home, self.as_of) if declared.get("history") else self.plain(value)

    def on(self, name: str, home: Row, day: date) -> Any:
        """Return what a history says of one day."""
        value = home.given.get(name, UNKNOWN)
        if isinstance(value, dict):
            periods = sorted((*bounds(key), key) for key in value)
            for number, (first, own_last, key) in enumerate(periods):
                last = own_last
                if len(key) == 10:
                    last = periods[number + 1][0] - DAY if number + 1 < len(periods) else date.max
                if first <= day <= last:
                    return self.plain(value[key])
            raise UndefinedError
        if home is not self.top and home.columns.get("since", {}).get("type") == "date" and self.has_since(home):
            since = self.fact("since", home)
            if since > self.as_of or (day <= since and day != self.as_of):
                return 0
            return self.plain(value)
        if day != self.as_of:
            raise UndefinedError
        return self.plain(value)

    @staticmethod
    def has_since(home: Row) -> bool:
        return "derive" in home.columns["since"] or home.given.get("since", UNKNOWN) is not UNKNOWN

    def rows(self, table: str) -> list[Row]:
        given = self.top.given.get(table, UNKNOWN)
        if given is UNKNOWN:
            raise UndefinedError
        rows = self.top.known.setdefault(table, [Row(self.top.columns[table]["columns"], one) for one in given])
        return list(rows)

    # --- conditions ---

    def truth(self, one: Tree, row: Row | None) -> bool:
        """Tell whether a condition is met. Every part of it is asked, so that nothing undefined is passed over."""
        match one:
            case {"criterion": name} | {"context": name} | {"measure": name}:
                return self.conclusion(name)
            case {"all": parts}:
                return False not in [self.truth(part, row) for part in parts]
            case {"any": parts}:
                return True in [self.truth(part, row) for part in parts]
            case {"not": part}:
                return not self.truth(part, row)
            case {"at_least": k, "of": parts}:
                return bool(sum([self.truth(part, row) for part in parts]) >= self.value(k, row))
            case {"some": table, "where": where}:
                return True in [self.truth(where, each) for each in self.rows(table)]
            case {"every": table, "where": where}:
                return False not in [self.truth(where, each) for each in self.rows(table)]
            case {"fact": name}:
                held = self.fact(name, row)
                return False not in [self.test(held, test, one[test], row) for test in one if test != "fact"]
        raise AssertionError(f"no condition: {write(one)}")

    def test(self, held: Any, operator: str, bound: Tree, row: Row | None) -> bool:
        if operator == "in":
            return True in [held == self.value(one, row) for one in bound]
        other = self.value(bound, row)
        if operator.startswith("elapsed"):
            held = self.elapsed(held, self.unit(bound, row))
        return bool(_TESTS[operator](held, other))

    # --- expressions ---

    def value(self, one: Tree, row: Row | None) -> Any:
        match one:
            case {"fact": name}:
                return self.fact(name, row)
            case {"parameter": name}:
                return self.parameter(name)
            case {"difference": [a, b]}:
                return self.value(a, row) - self.value(b, row)
            case {"divide": [a, b]}:
                above, below = self.value(a, row), self.value(b, row)
                if below == 0:
                    raise UndefinedError
                return Fraction(above) / below
            case {"elapsed": since, "unit": unit}:
                return self.elapsed(self.value(since, row), unit)
            case {"lowest": {"fact": name}, "over": over}:
                return min(self.over(name, over, row))
            case {"highest": {"fact": name}, "over": over}:
                return max(self.over(name, over, row))
            case {"count": table}:
                return sum([self.truth(one["where"], each) if "where" in one else True for each in self.rows(table)])
            case {"total": column, "of": table}:
                return self.total(column, self.rows(table), one)
            case dict():
                ((operation, parts),) = one.items()
                return _OPERATIONS[operation]([self.value(part, row) for part in parts])
        return self.plain(one)

    def total(self, column: str, rows: list[Row], rest: Mapping[str, Tree]) -> Any:
        groups: dict[tuple[Any, ...], Any] = {}
        for each in rows:
            counts = "where" not in rest or self.truth(rest["where"], each)
            held, key = self.fact(column, each), tuple(self.fact(name, each) for name in rest.get("per", ()))
            if counts:
                groups[key] = groups.get(key, 0) + held
        return max(groups.values(), default=0)

    def over(self, name: str, over: Tree, row: Row | None) -> list[Any]:
        """Return what a history says of each day of a window."""
        amount, unit = self.value(over, row), self.unit(over, row)
        if unit == "days":
            first = self.as_of.toordinal() - amount + 1
        elif 12 * self.as_of.year + self.as_of.month - 1 - amount < 12:
            first = 1
        else:
            first = shift_months(self.as_of, -amount).toordinal() + 1
        home = self.home(name, row)
        days = range(max(1, min(first, self.as_of.toordinal())), self.as_of.toordinal() + 1)
        return [self.on(name, home, date.fromordinal(day)) for day in days]

    def elapsed(self, since: date, unit: str) -> int:
        if unit == "days":
            return (self.as_of - since).days
        months = 12 * (self.as_of.year - since.year) + self.as_of.month - since.month
        return months - (1 if self.as_of.day < since.day else 0)

    def unit(self, one: Tree, row: Row | None) -> str:
        """Return what a duration is counted in; "number" for what is none."""
        match one:
            case Length(_, unit):
                return unit
            case {"fact": name}:
                return value_type(self.home(name, row).columns[name])
            case {"parameter": name}:
                declared = self.parameters[name]
                return self.unit(
                    declared["value"] if "value" in declared else next(iter(declared["values"].values())), row
                )
            case {"elapsed": _, "unit": unit}:
                return str(unit)
            case {"lowest": _} | {"highest": _} | {"count": _} | {"total": _}:
                return "number"
            case dict():
                (parts,) = one.values()
                units = {self.unit(part, row) for part in parts} - {"number"}
                return units.pop() if units else "number"
        return "number"


_TESTS: dict[str, Callable[[Any, Any], Any]] = {
    "is": lambda a, b: a == b,
    "is_not": lambda a, b: a != b,
    "at_least": lambda a, b: a >= b,
    "more_than": lambda a, b: a > b,
    "at_most": lambda a, b: a <= b,
    "less_than": lambda a, b: a < b,
    "before": lambda a, b: a < b,
    "after": lambda a, b: a > b,
    "elapsed_at_least": lambda a, b: a >= b,
    "elapsed_less_than": lambda a, b: a < b,
}
_OPERATIONS: dict[str, Callable[[list[Any]], Any]] = {"sum": sum, "product": prod, "smallest": min, "largest": max}


# --- comparing ------------------------------------------------------------------------------------------------------


def holds(known: Any, point: Any) -> bool:
    """Tell whether what is known of something admits `point`."""
    if known.__class__ is Range:
        return bool(known.low <= point <= known.high)
    return known is None or bool(known == point and isinstance(known, bool) == isinstance(point, bool))


def departure(before: Any, after: Any, path: tuple[int, ...] = ()) -> Any:
    """Return the first place where `after` is not within what `before` knew, in the memories of two runs; or None."""
    if before is None or isinstance(after, History) or _is_table(before):
        return None
    if before.__class__ is Range:
        (low, high), (after_low, after_high) = ends(before), ends(after)
        return None if low <= after_low and after_high <= high else (path, before, after)
    if isinstance(before, list | tuple):
        if len(before) != len(after):
            return path, before, after
        parts = (departure(a, b, (*path, index)) for index, (a, b) in enumerate(zip(before, after, strict=True)))
        return next((one for one in parts if one is not None), None)
    return None if before == after else (path, before, after)


def _is_table(given: Any) -> bool:
    return isinstance(given, tuple) and all(isinstance(one, dict) for one in given)


def readings_of(rules: RuleSet) -> list[str | None]:
    return [*rules.readings] or [None]


def programs(case: Case) -> tuple[RuleSet, list[Program]]:
    rules = case.world.load()
    return rules, [compile_rules(rules, reading) for reading in readings_of(rules)]


def start(program: Program, world: World, facts: Mapping[str, Tree]) -> Run:
    return program.start(load(world, program.rules, facts).all_facts, world.as_of)


_CONDITIONS = frozenset({"criterion", "context", "measure", "all", "any", "not", "at_least", "some", "every"})


def inner_terms(world: World, reading: str | None) -> Iterator[tuple[Tree, Term]]:
    """Yield every condition and expression outside the rows of tables, as written and as loaded."""
    found: dict[str, Tree] = {}

    def visit(one: Tree) -> None:
        if not isinstance(one, dict):
            return
        if not set(one) <= {"fact", "over"}:
            found[write(one)] = one
        for key, part in one.items():
            if key not in ("where", "per", "of", "lowest", "highest", "over") or isinstance(part, list):
                for each in part if isinstance(part, list) else [part]:
                    visit(each)

    reader = Points(world, {}, reading)
    for conditions in (reader.conditions, world.facts, reader.measures):
        for one in conditions.values():
            for start_ in (one, *(one[key] for key in ("derive", "need") if key in one)):
                if start_ is not one or conditions is reader.conditions:
                    visit(start_)
    for text, one in found.items():
        document = read(text.encode(), "inner")
        assert isinstance(document, Document)
        is_condition = not _CONDITIONS.isdisjoint(one) or "fact" in one
        term: Term | None = (condition if is_condition else expression)(Reader(document), document.root)
        if term is not None and not isinstance(term, shapes.Constant | shapes.ParameterValue):
            yield one, term


def answer(plain: Points, one: Tree) -> Any:
    """Return what the second reading makes of a condition or an expression."""
    is_condition = not _CONDITIONS.isdisjoint(one) or "fact" in one
    return plain.truth(one, None) if is_condition else plain.value(one, None)


# --- 1: soundness ---------------------------------------------------------------------------------------------------


@given(cases())
def test_learning_more_never_overturns_a_settled_answer(case: Case) -> None:
    _, found = programs(case)
    for program in found:
        before, after = (start(program, case.world, facts).memory for facts in (case.given, case.refined))
        assert departure(before, after) is None


# --- 2: completions -------------------------------------------------------------------------------------------------


def check_completion(program: Program, world: World, before: Run, facts: Mapping[str, Tree]) -> None:
    """Check that a completion comes out as the second reading says, and as `before` allowed."""
    after = start(program, world, facts)
    plain = Points(world, facts, program.reading)
    for name, term in program.conclusions.items():
        slot = program.slots[term]
        try:
            expected: Any = plain.conclusion(name)
        except UndefinedError:
            continue
        assert after.memory[slot] is expected, name
        assert before.memory[slot] in (None, expected), name
    for name, fact in world.facts.items():
        if fact["type"] == "table" or FactValue(name) not in program.slots:
            continue
        slot = program.slots[FactValue(name)]
        try:
            expected = plain.fact(name, None)
        except UndefinedError:
            continue
        assert after.memory[slot] == expected, name
        assert holds(before.memory[slot], expected), name
    for one, inner in inner_terms(world, program.reading):
        slot = program.slots[inner]
        try:
            expected = answer(plain, one)
        except UndefinedError:
            continue
        assert after.memory[slot] == expected, write(one)
        assert holds(before.memory[slot], expected), write(one)


@given(cases(complete=True))
def test_a_complete_situation_comes_out_as_the_plain_reading_says(case: Case) -> None:
    _, found = programs(case)
    for program in found:
        before = start(program, case.world, case.given)
        check_completion(program, case.world, before, case.refined)


@given(cases(size=1, tiny=True))
def test_a_settled_answer_holds_for_every_completion(case: Case) -> None:
    _, found = programs(case)

    def complete(choose: Choose) -> dict[str, Tree]:
        return Refiner(choose, case.world.as_of, complete=True).situation(case.world, case.given)

    before = start(found[0], case.world, case.given)
    for facts in every(complete, 60):
        check_completion(found[0], case.world, before, facts)


# --- 3: order -------------------------------------------------------------------------------------------------------

_UNORDERED = ("all", "any", "of", "in", "sum", "product", "smallest", "largest")


def shuffled(tree: Tree, choose: Choose, rows: bool = False) -> Tree:
    """Return a document with everything in another order that has none; with `rows`, the rows of its tables too."""
    if not isinstance(tree, dict):
        return tree
    return {name: shuffled_part(name, tree[name], choose, rows) for name in permuted([*tree], choose)}


def shuffled_part(name: str, part: Tree, choose: Choose, rows: bool) -> Tree:
    if not isinstance(part, list):
        return shuffled(part, choose)
    parts = [shuffled(one, choose) for one in part]
    return permuted(parts, choose) if rows or name in _UNORDERED else parts


def permuted(items: list[Any], choose: Choose) -> list[Any]:
    left, found = [*items], []
    while left:
        found.append(left.pop(choose(range(len(left)))))
    return found


@given(cases(), randoms())
def test_the_order_of_what_has_none_changes_nothing(case: Case, choose: Choose) -> None:
    rules = case.world.load()
    documents = tuple(permuted([shuffled(one, choose) for one in case.world.documents], choose))
    other_world = World(documents, case.world.as_of)
    other_rules = other_world.load()
    for reading in readings_of(rules):
        one = start(compile_rules(rules, reading), case.world, case.given)
        other = start(compile_rules(other_rules, reading), other_world, shuffled(case.given, choose, rows=True))
        for name, term in one.program.conclusions.items():
            assert one.truth(name) is other.truth(name), name
            assert open_facts(one, term) == open_facts(other, other.program.conclusions[name]), name
        for name in one.program.derived:
            assert one.value(name) == other.value(name), name


# --- 4: determinism -------------------------------------------------------------------------------------------------

_EVERYTHING = """
import sys
from comity.engine.assessment.assess import assess
from comity.engine.assessment.evaluate import compile_rules
from comity.engine.builtin import rules_folder, situations_folder, situation_ids
from comity.engine.language.files import read_file
from comity.engine.language.load import load_rule_set
from comity.engine.language.situation import load_situation
from comity.engine.report.document import to_json
from comity.engine.report.markdown import to_markdown
from comity.engine.report.page import to_html
from comity.engine.report.text import TextReport

texts = []
rules = load_rule_set(rules_folder() / "oas-2013").value
for reading in rules.readings:
    texts.append(compile_rules(rules, reading).text)
for name in situation_ids()[:6]:
    situation = load_situation(read_file(situations_folder() / f"{name}.yaml"), rules).value
    one = assess(rules, situation)
    texts += [TextReport(one, explain=True).render(), to_json(one)]
    texts += [to_markdown(one), to_html(one)]
sys.stdout.buffer.write("\\n".join(texts).encode())
"""


@cache
def everything(**surroundings: str) -> bytes:
    """Return what the built-in situations come to, in every format, in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONHASHSEED", "LC_ALL", "LANG", "TZ")}
    found = subprocess.run(
        [sys.executable, "-c", _EVERYTHING], env={**kept, **surroundings}, capture_output=True, check=False
    )
    assert found.returncode == 0, found.stderr.decode()
    return found.stdout


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Tokyo"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/St_Johns"},
    ],
    ids=lambda one: one["LC_ALL"],
)
def test_hash_seeds_locales_and_time_zones_change_nothing(surroundings: dict[str, str]) -> None:
    assert everything(**surroundings) == everything(PYTHONHASHSEED="0", LC_ALL="C.UTF-8", TZ="UTC")


# --- 5: no exceptions -----------------------------------------------------------------------------------------------


@cache
def renderers() -> tuple[Callable[[Assessment], str], ...]:
    """Return what else makes a report of an assessment."""
    return (to_markdown, to_html)


def everything_about(one: Assessment) -> None:
    for name in one.run.program.conclusions:
        finding(one.run, name)
    for name in one.run.program.derived:
        derivation(one.run, name)
    for explain in (True, False):
        assert TextReport(one, explain=explain).render()
    json.loads(to_json(one), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    for render in renderers():
        assert render(one)


@given(cases(days=(*DAYS_OF_ASSESSMENT, *EDGES_OF_TIME), wild=True), st.sampled_from(EDGES_OF_TIME))
def test_whatever_loads_can_be_assessed_and_reported(case: Case, moved: date) -> None:
    rules = case.world.load()
    situation = load(case.world, rules, case.given)
    for reading in readings_of(rules):
        everything_about(assess(rules, situation, reading=reading))
    everything_about(assess(rules, situation, as_of=moved))
    kinds = {"measure": rules.measures, "principle": rules.principles}
    words = {"measure": STATUSES, "principle": STANDINGS}
    run = compile_rules(rules).start(situation.all_facts, case.world.as_of)
    expect = {}
    for name in run.program.conclusions:
        kind = next((kind for kind, ids in kinds.items() if name in ids), "")
        expect[name] = words.get(kind, VERDICTS)[run.truth(name)]
    facts = {name: one for name, one in case.given.items() if case.world.facts[name].get("about") != "response"}
    about = {name: one for name, one in case.given.items() if name not in facts}
    written = {"name": "it", "as_of": case.world.as_of, "facts": facts, "response": {"facts": about}, "expect": expect}
    document = read(write({"cases": [written]}).encode(), "generated.cases.yaml")
    assert isinstance(document, Document)
    loaded = load_cases(document, rules)
    assert loaded.value is not None, loaded.diagnostics
    assert not run_case(rules, loaded.value[0]).failures


# --- 6: the trace ---------------------------------------------------------------------------------------------------


def all_of(truths: Sequence[Kleene]) -> Kleene:
    return all(truths) if None not in truths else (None if False not in truths else False)


def any_of(truths: Sequence[Kleene]) -> Kleene:
    return any(truths) if None not in truths else (None if True not in truths else True)


def check_trace(run: Run, one: Trace) -> None:
    """Check that what a trace says follows from what its parts say."""
    results = [part.result for part in one.parts]
    match one.term:
        case shapes.AllOf():
            assert one.result is all_of(results)
        case shapes.AnyOf():
            assert one.result is any_of(results)
        case shapes.Not():
            assert one.result is (None if results[0] is None else not results[0])
        case shapes.AtLeast(k=shapes.Constant(value=k)):
            sure, possible = results.count(True), results.count(True) + results.count(None)
            assert one.result is (True if sure >= k else False if possible < k else None)
        case shapes.Conclusion(id=name):
            assert one.result is run.truth(name)
        case shapes.Some(table):
            assert one.result is (None if run.facts.get(table) is None else any_of(results))
        case shapes.Every(table):
            assert one.result is (None if run.facts.get(table) is None else all_of(results))
        case shapes.Test(_, operator):
            assert one.result is compared(TABLE[operator].python, results[-2], results[-1])
        case shapes.Count(table, where) if where is not None and run.facts.get(table) is not None:
            assert ends(one.result) == (results.count(True), results.count(True) + results.count(None))
        case _:
            pass
    for part in one.parts:
        check_trace(run, part)


def compared(operator: str, left: Any, right: Any) -> Kleene:
    """Compare two values, or ranges, by their ends."""
    if left is None or right is None:
        return None
    if operator in ("==", "!="):
        if isinstance(left, bool | str):
            truth: Kleene = left == right
        else:
            (a, b), (c, d) = ends(left), ends(right)
            truth = False if b < c or d < a else True if a == b == c == d else None
        return truth if operator == "==" or truth is None else not truth
    (a, b), (c, d) = ends(left), ends(right)
    if operator in ("<", "<="):
        (a, b), (c, d) = (c, d), (a, b)
    strict = operator in ("<", ">")
    if a > d or (a == d and not strict):
        return True
    return False if b < c or (b == c and strict) else None


@given(cases())
def test_a_trace_follows_from_its_parts(case: Case) -> None:
    rules, found = programs(case)
    situation = load(case.world, rules, case.given)
    for program in found:
        one = assess(rules, situation, reading=program.reading)
        for name in program.conclusions:
            check_trace(one.run, finding(one.run, name))
        for name in program.derived:
            how = derivation(one.run, name)
            if how is not None:
                check_trace(one.run, how)
        said = {
            **{verdict.context: verdict.truth.value for verdict in one.contexts},
            **{measure.measure: measure.status for measure in one.measures},
        }
        assert program.outcome(situation.all_facts, case.world.as_of) == said


@given(cases())
def test_a_reading_is_the_rule_set_with_its_changes_written_in(case: Case) -> None:
    rules, found = programs(case)
    main = case.world.documents[0]
    if "readings" not in main:
        return
    other = main["readings"]["other"]
    define, changed = other.get("define", {}), other.get("set", {})

    def rewritten(document: dict[str, Tree]) -> dict[str, Tree]:
        copy = {**document}
        copy.pop("readings", None)
        if "criteria" in copy:
            copy["criteria"] = {k: {**v, "when": define.get(k, v["when"])} for k, v in copy["criteria"].items()}
        if "context" in copy:
            copy["when"] = define.get(copy["context"], copy["when"])
        if "parameters" in copy:
            copy["parameters"] = {
                k: {"value": changed[k]} if k in changed else v for k, v in copy["parameters"].items()
            }
        return copy

    world = World(tuple(map(rewritten, case.world.documents)), case.world.as_of)
    program = next(one for one in found if one.reading == "other")
    plain = compile_rules(world.load())
    one, two = start(program, case.world, case.given), start(plain, world, case.given)
    assert {name: one.truth(name) for name in program.conclusions} == {
        name: two.truth(name) for name in program.conclusions
    }
    assert rules.default_reading == "as-written"


@given(cases())
def test_the_short_way_to_the_words_leads_to_those_of_the_whole_run(case: Case) -> None:
    """`Program.outcome` takes other steps than `Program.run`, and fewer: what it says must be read off the memory."""
    rules, found = programs(case)
    for facts in (case.given, case.refined, {}):
        given_facts = load(case.world, rules, facts).all_facts
        for program in found:
            run = program.start(given_facts, case.world.as_of)
            words = {name: VERDICTS[run.truth(name)] for name in rules.contexts}
            words |= {name: STATUSES[run.truth(name)] for name in rules.measures}
            assert program.outcome(given_facts, case.world.as_of) == program.answers(run.memory) == words
            names = tuple(program.conclusions)
            if names:
                parts = program.part(names)(given_facts, case.world.as_of)
                assert parts == program.truths(names, given_facts, case.world.as_of)
                assert parts == tuple(run.truth(name) for name in names)


@given(cases(), randoms())
def test_what_a_fact_turns_is_what_the_whole_run_says(case: Case, choose: Choose) -> None:
    """`Program.turning` takes the steps that rest on one fact, and finds the others in a memory."""
    rules, found = programs(case)
    facts, others = (load(case.world, rules, one).all_facts for one in (case.given, case.refined))
    program = choose(found)
    before = program.start(facts, case.world.as_of)
    named = (*rules.contexts, *rules.measures)
    excluded = [program.slots[one.when] for one in rules.impossible]
    for name in rules.facts:
        turning = program.turning(name)
        changed = {one: value for one, value in facts.items() if one != name}
        if name in others:
            changed[name] = others[name]
        run = program.start(changed, case.world.as_of)
        truths = tuple(run.truth(one) for one in turning.conclusions)
        truths += tuple(run.memory[excluded[place]] for place in turning.exclusions)
        assert turning.run(changed, case.world.as_of, before.memory) == truths
        for one in named:
            assert one in turning.conclusions or run.truth(one) is before.truth(one)
        for place, slot in enumerate(excluded):
            assert place in turning.exclusions or run.memory[slot] is before.memory[slot]


@given(cases())
def test_what_is_known_of_conclusions_gives_the_grounds_of_others(case: Case) -> None:
    _, found = programs(case)
    for program in found:
        run = start(program, case.world, case.given)
        cones = Cones(run)
        for name, term in program.conclusions.items():
            assert cones.grounds(name) == grounds(run, term)


# --- 7: open facts --------------------------------------------------------------------------------------------------


@given(cases(), randoms())
def test_answering_the_open_facts_settles_a_question(case: Case, choose: Choose) -> None:
    """Fill in the open facts until there are none: then the answer is settled, or nothing could settle it."""
    _, found = programs(case)
    program = found[0]
    run = start(program, case.world, case.given)
    for name, term in program.conclusions.items():
        facts, asked = case.given, set[str]()
        one = run
        while opened := set(open_facts(one, term)) - asked:
            assert one.truth(name) is None
            asked |= opened
            facts = Refiner(choose, case.world.as_of, complete=True, only=opened).situation(case.world, facts)
            one = start(program, case.world, facts)
        if one.truth(name) is None and not open_facts(one, term):
            rest = Refiner(choose, case.world.as_of, complete=True).situation(case.world, facts)
            assert start(program, case.world, rest).truth(name) is None, name


@given(cases())
def test_only_what_is_open_matters_to_an_unknown(case: Case) -> None:
    """Of a settled answer nothing is open."""
    _, found = programs(case)
    for program in found:
        run = start(program, case.world, case.given)
        for name, term in program.conclusions.items():
            if run.truth(name) is not None:
                assert open_facts(run, term) == (), name


# --- 8: overriding --------------------------------------------------------------------------------------------------


@given(cases(), randoms())
def test_a_given_value_within_the_derived_range_is_a_refinement(case: Case, choose: Choose) -> None:
    _, found = programs(case)
    program = found[0]
    before = start(program, case.world, case.given)
    for name, slot in program.derived.items():
        fact = case.world.facts[name]
        if name in before.facts:
            continue
        plain = Points(case.world, {})
        inside = [one for one in points(fact, case.world.as_of) if holds(before.memory[slot], plain.plain(one))]
        if inside:
            facts = {**case.given, name: choose(inside)}
            assert departure(before.memory, start(program, case.world, facts).memory) is None, name
        facts = {**case.given, name: UNKNOWN}
        assert start(program, case.world, facts).memory == before.memory
        if value_type(fact) == "number":
            facts = {**case.given, name: Span(0, 1 if fact["type"] == "share" else None)}
            assert start(program, case.world, facts).memory == before.memory


# --- 9: arithmetic over ranges --------------------------------------------------------------------------------------


def ranges(low: int, high: int = 3) -> st.SearchStrategy[Any]:
    return st.tuples(st.integers(low, high), st.integers(low, high)).map(lambda ends_: span(min(ends_), max(ends_)))


def inside(value: Any) -> list[int]:
    low, high = ends(value)
    return list(range(low, high + 1))


truths = st.sampled_from((True, None, False))


def both_ways(truth: Kleene) -> tuple[bool, ...]:
    return (True, False) if truth is None else (truth,)


@given(st.lists(ranges(-3), min_size=1, max_size=3))
def test_operations_give_all_that_is_possible_and_no_more(values: list[Any]) -> None:
    picks = list(product(*map(inside, values)))

    def multiplied(some: list[Any]) -> Any:
        return reduce(multiply, some)

    for over_ranges, over_points in ((add, sum), (multiplied, prod), (smallest, min), (largest, max)):
        possible = [over_points(pick) for pick in picks]
        assert ends(over_ranges(values)) == (min(possible), max(possible))


@given(ranges(-3), ranges(-3))
def test_differences_quotients_and_sameness_cover_all_that_is_possible(a: Any, b: Any) -> None:
    pairs = list(product(inside(a), inside(b)))
    differences = [x - y for x, y in pairs]
    assert ends(subtract(a, b)) == (min(differences), max(differences))
    if 0 in inside(b):
        assert ends(divide(a, b)) == (-inf, inf)
    else:
        quotients = [Fraction(x, y) for x, y in pairs]
        assert ends(divide(a, b)) == (min(quotients), max(quotients))
    alike = {x == y for x, y in pairs}
    assert same(a, b) is (alike.pop() if len(alike) == 1 else None)


@given(st.lists(truths, max_size=5), st.integers(-1, 6))
def test_counting_tells_all_that_is_possible(parts: list[Kleene], k: int) -> None:
    possible = [sum(pick) for pick in product(*map(both_ways, parts))]
    assert ends(count(parts)) == (min(possible), max(possible))
    reached = {one >= k for one in possible}
    assert at_least(k, parts) is (reached.pop() if len(reached) == 1 else None)


@given(st.lists(st.tuples(truths, ranges(-2)), max_size=4))
def test_a_total_is_all_that_is_possible(rows: list[tuple[Kleene, Any]]) -> None:
    ways = [[(counts, value) for counts in both_ways(one) for value in set(ends(held))] for one, held in rows]
    possible = [sum(value for counts, value in pick if counts) for pick in product(*ways)]
    assert ends(total(rows)) == (min(possible), max(possible))


@given(st.lists(st.tuples(truths, ranges(-2), st.sampled_from(("a", "b", None))), max_size=3), st.booleans())
def test_the_largest_total_covers_every_grouping(rows: list[tuple[Kleene, Any, str | None]], positive: bool) -> None:
    if positive:
        rows = [
            (counts, held if ends(held)[0] >= 0 else span(0, max(0, ends(held)[1])), key) for counts, held, key in rows
        ]
    known = {key for _, _, key in rows if key is not None}
    own = [f"own {number}" for number in range(len(rows))]
    ways = [
        [
            (counts, value, group)
            for counts in both_ways(one)
            for value in inside(held)
            for group in ([*known, *own] if key is None else [key])
        ]
        for one, held, key in rows
    ]
    possible = [largest_group(pick) for pick in product(*ways)]
    low, high = ends(largest_total([(counts, held, (key,)) for counts, held, key in rows]))
    assert low <= min(possible)
    assert max(possible) <= high
    if positive:
        assert (low, high) == (min(possible), max(possible))


def largest_group(rows: Sequence[tuple[bool, int, str]]) -> int:
    groups: dict[str, int] = {}
    for counts, value, group in rows:
        if counts:
            groups[group] = groups.get(group, 0) + value
    return max(groups.values(), default=0)


# --- 10: large rule sets and large numbers --------------------------------------------------------------------------


def one_context(when: Tree, **sections: Tree) -> World:
    """Return a rule set with one context."""
    main = {"rule_set": "generated", "version": "1.0.0", "title": "Generated", **sections}
    return World((main, {"context": "context-1", "title": "C", "when": when}), date(2013, 6, 30))


def chain(kind: str, length: int) -> World:
    """Return a rule set in which so many things of a kind rest on one another."""
    last = length - 1
    if kind == "criteria":
        whens = [{"fact": "f0", "at_least": 1}, *({"criterion": f"criterion-{number}"} for number in range(last))]
        criteria = {f"criterion-{number}": {"title": "C", "when": when} for number, when in enumerate(whens)}
        return one_context({"criterion": f"criterion-{last}"}, facts={"f0": {"type": "count"}}, criteria=criteria)
    facts: dict[str, Tree] = {"f0": {"type": "count"}}
    for number in range(1, length):
        facts[f"f{number}"] = {"type": "number", "derive": {"sum": [{"fact": f"f{number - 1}"}, 1]}}
    test = {"fact": f"f{last}", "at_least": length}
    if kind == "columns":
        return one_context({"some": "t", "where": test}, facts={"t": {"type": "table", "columns": facts}})
    return one_context(test, facts=facts)


@pytest.mark.parametrize(("kind", "length"), [("criteria", 2000), ("facts", 1000), ("columns", 1000)])
@pytest.mark.parametrize("known", [True, False])
def test_a_long_chain_is_no_deeper_than_a_short_one(kind: str, length: int, known: bool) -> None:
    world = chain(kind, length)
    rules = world.load()
    first = {"f0": 1} if known else {}
    situation = load(world, rules, {"t": [first]} if kind == "columns" else first)
    one = assess(rules, situation)
    everything_about(one)
    answer_ = "met" if known else "unknown"
    assert one.run.program.outcome(situation.all_facts, world.as_of) == {"context-1": answer_}
    assert one.contexts[0].truth == answer_
    assert one.contexts[0].open_facts == (() if known else ("t",) if kind == "columns" else ("f0",))


def nested(levels: int, key: str) -> Tree:
    """Return a condition with so many levels of `key` around it."""
    when: Tree = {"fact": "f0", "at_least": 1}
    for _ in range(levels):
        when = {key: when} if key == "not" else {key: [when]}
    return when


@pytest.mark.parametrize("key", ["not", "all", "any"])
def test_the_deepest_condition_that_may_be_written_can_be_explained(key: str) -> None:
    """And what is written one level deeper is refused."""
    deepest: list[World] = []
    for levels in range(60):
        world = one_context(nested(levels, key), facts={"f0": {"type": "count"}})
        document = read(write(world.documents[1]).encode(), "deep.yaml")
        if not isinstance(document, Document):
            assert [one.code for one in document] == ["too-deep"]
            break
        deepest.append(world)
    assert 15 <= len(deepest) < 60
    rules = deepest[-1].load()
    for facts in ({"f0": 1}, {"f0": 0}, {}):
        everything_about(assess(rules, load(deepest[-1], rules, facts)))


LARGE = 999_999_999_999_999
SMALL = Fraction(1, 10**10)


@pytest.mark.parametrize("given_", [LARGE, Span(1, LARGE), Span(LARGE, None), Span(None, LARGE), SMALL, UNKNOWN])
@pytest.mark.parametrize("kind", ["number", "months", "days"])
@pytest.mark.parametrize("times", [25, 130])
def test_numbers_beyond_every_float_can_be_reported(given_: Tree, kind: str, times: int) -> None:
    """The powers of what is given pass 10^308, the largest float, and come near to the most digits there may be."""
    powers = {"product": [{"fact": "f0"}] * times}
    other: Tree = 1 if kind == "number" else Length(1, kind)
    fact = {"type": "number"} if kind == "number" else {"type": "duration", "unit": kind}
    facts = {
        "f0": {"type": "number"},
        "power": {"type": "number", "derive": powers},
        "large": {**fact, "derive": {"product": [{"fact": "power"}, other]}},
        "small": {**fact, "derive": {"divide": [other, {"fact": "power"}]}},
        "mixed": {**fact, "derive": {"sum": [{"fact": "large"}, {"difference": [other, {"fact": "small"}]}]}},
    }
    tests = [
        {"fact": name, test: other} for name in facts if name not in ("f0", "power") for test in ("is", "at_least")
    ]
    world = one_context({"any": [*tests, {"fact": "power", "at_most": {"fact": "f0"}}]}, facts=facts)
    rules = world.load()
    one = assess(rules, load(world, rules, {"f0": given_}))
    everything_about(one)
    assert one.run.program.outcome(one.run.facts, world.as_of) == {"context-1": one.contexts[0].truth.value}


@pytest.mark.parametrize("levels", [12, 64])
def test_numbers_that_no_one_could_compute_are_refused(levels: int) -> None:
    """A square of a square of a square doubles its digits each time."""
    facts: dict[str, Tree] = {"f0": {"type": "number"}}
    for number in range(1, levels):
        facts[f"f{number}"] = {"type": "number", "derive": {"product": [{"fact": f"f{number - 1}"}] * 2}}
    documents = [
        read(write(one).encode(), "square.yaml")
        for one in one_context({"fact": f"f{levels - 1}", "is": 1}, facts=facts).documents
    ]
    loaded = build_rule_set([one for one in documents if isinstance(one, Document)], "generated")
    assert loaded.value is None
    assert [one.code for one in loaded.diagnostics] == ["too-many-digits"]


def test_a_total_of_many_quotients_can_be_reported() -> None:
    """Its exact denominator is what the divisors have together: thousands of digits, from figures of everyday."""
    columns = {
        "part": {"type": "count"},
        "whole": {"type": "count"},
        "rate": {"type": "number", "derive": {"divide": [{"fact": "part"}, {"fact": "whole"}]}},
    }
    facts = {
        "t": {"type": "table", "columns": columns},
        "rates": {"type": "number", "derive": {"total": "rate", "of": "t"}},
    }
    world = one_context({"fact": "rates", "at_least": 1}, facts=facts)
    rules = world.load()
    rows = [{"part": 1 + row, "whole": 1_000_003 + 1_234 * row * row} for row in range(1_200)]
    one = assess(rules, load(world, rules, {"t": rows}))
    assert one.run.value("rates").denominator > 10**4300
    everything_about(one)


# --- the strategies themselves --------------------------------------------------------------------------------------


def test_the_strategies_reach_every_shape() -> None:
    """A property says nothing of what is never generated."""
    seen: set[str] = set()
    for seed in range(150):
        choose = picking(seed)
        world = Maker(choose, choose(DAYS_OF_ASSESSMENT)).world()
        rules = world.load()
        Giver(choose, world.as_of).situation(world)
        for reading in readings_of(rules):
            for slots in (
                compile_rules(rules, reading).slots,
                *(one.slots for one in compile_rules(rules, reading).rows.values()),
            ):
                seen.update(term.__class__.__name__ for term in slots)
                seen.update(term.operator for term in slots if isinstance(term, shapes.Test))
        seen.update(fact.value_type for fact in rules.facts.values())
    closed = {one.__name__ for one in shapes.Condition.__args__ + shapes.Expression.__args__} - {
        "Constant",
        "ParameterValue",
    }
    assert closed <= seen
    assert {operator.value for operator in TABLE} <= seen
    assert set(ValueType) <= seen
