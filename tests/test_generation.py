"""Situations made up for exercises: what they show is so whatever they leave untold, and narratives say just that."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from itertools import combinations
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings, strategies as st

from comity.cli.exercise_generate import command
from comity.engine.assessment.assess import assess, program
from comity.engine.assessment.completions import Completer
from comity.engine.assessment.cones import Cones
from comity.engine.assessment.evaluate import Run, compile_rules
from comity.engine.assessment.explain import result
from comity.engine.builtin import find_rule_set
from comity.engine.language.condition import AllOf, FactValue, Test, walk
from comity.engine.language.diagnostic import accept
from comity.engine.language.history import History
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.language.quantity import Range, completed_months
from comity.engine.language.source import Document, read
from comity.engine.language.writing import written
from comity.engine.training.banks import bank_lines, exercise_from
from comity.engine.training.exercise import load_exercises
from comity.engine.training.generation import Generated, NotFound, default_day, generate
from comity.engine.training.keys import items
from comity.engine.training.names import PLACES
from comity.engine.training.narrative import narrate
from comity.engine.training.wishes import Wishes
from tests.reading import read_back, sentences
from tests.strategies import DAYS_OF_ASSESSMENT, Choose, Maker, randoms

DAY = date(2018, 12, 31)
SHIPPED = ("oas-2013", "excom-100-109")
LEVELS = (1, 2, 3)
BELOW = {1: (0, 0.4), 2: (0.4, 0.7), 3: (0.7, 0.98)}
ABOVE = {1: (2.5, 1e9), 2: (1.3, 2.5), 3: (1.02, 1.3)}


@cache
def rules_of(name: str) -> RuleSet:
    """Return a rule set that is built in."""
    return accept(load_rule_set(find_rule_set(name)))


@cache
def batch(name: str, level: int, seed: int = 20) -> tuple[Generated, ...]:
    """Return fifty generated situations."""
    return generate(rules_of(name), as_of=DAY, level=level, count=50, seed=seed)


def every() -> Iterator[Generated]:
    """Yield three hundred generated situations, over all contexts, elements and levels."""
    for name in SHIPPED:
        for level in LEVELS:
            yield from batch(name, level)


def run_of(one: Generated, rules: RuleSet) -> Run:
    return program(rules, one.reading).start(one.situation.facts, DAY)


def rules_for(one: Generated) -> RuleSet:
    return next(
        rules_of(name) for name in SHIPPED if any(one is other for level in LEVELS for other in batch(name, level))
    )


def with_met(rules: RuleSet, criterion: str) -> RuleSet:
    """Return the rules with one criterion met, whatever the facts say."""
    return rules.but(criteria={**rules.criteria, criterion: rules.criteria[criterion].but(when=AllOf(()))})


# --- what they show ---


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", SHIPPED)
def test_each_shows_what_it_says_it_shows(name: str, level: int) -> None:
    """By the definitions, on programs of this test: the context, its criteria, and all other contexts."""
    rules = rules_of(name)
    for one in batch(name, level):
        run = run_of(one, rules)
        assert [run.truth(other) for other in rules.contexts if other != one.context] == [False] * (
            len(rules.contexts) - 1
        )
        criteria = run.program.criteria(one.context)
        open_ = tuple(criterion for criterion in criteria if run.truth(criterion) is None)
        match one.kind:
            case "positive":
                assert (run.truth(one.context), open_, one.lacking) == (True, (), ())
            case "near-miss":
                assert (run.truth(one.context), open_) == (False, ())
                turning = [
                    criterion
                    for criterion in criteria
                    if run.truth(criterion) is False
                    and compile_rules(with_met(rules, criterion)).start(run.facts, DAY).truth(one.context) is True
                ]
                assert turning
                assert one.lacking == tuple(turning)
            case "straddling":
                assert (run.truth(one.context), open_) == (None, one.lacking)
                assert _ends_differ(one, rules)


def _ends_differ(one: Generated, rules: RuleSet) -> bool:
    """Tell whether the two ends of the one estimate settle the context, each in its own way."""
    estimates = [value for value in _cells(one.situation.facts) if isinstance(value, Range)]
    assert len(estimates) == 1
    truths = set()
    for end in estimates[0]:
        facts = _replaced(one.situation.facts, estimates[0], end)
        truths.add(program(rules).start(facts, DAY).truth(one.context))
    return truths == {True, False}


def _cells(facts: Mapping[str, Any]) -> Iterator[Any]:
    for value in facts.values():
        yield from (
            (cell for row in value for cell in row.values())
            if isinstance(value, tuple) and not isinstance(value, Range)
            else (value,)
        )


def _replaced(facts: Mapping[str, Any], old: Any, new: Any) -> dict[str, Any]:
    def of(value: Any) -> Any:
        if value == old:
            return new
        if isinstance(value, tuple) and not isinstance(value, Range):
            return tuple({name: of(cell) for name, cell in row.items()} for row in value)
        return value

    return {name: of(value) for name, value in facts.items()}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_completion_gives_the_same_key(name: str, level: int) -> None:
    """Thirty completions each, made by the solver's own scout, and the exact certainty of every open verdict."""
    rules = rules_of(name)
    for one in batch(name, level)[::2]:
        run = run_of(one, rules)
        wanted = _key(run, rules, one)
        if one.kind == "straddling":
            prospects = assess(rules, one.situation).prospects
            assert prospects.certainty(one.context) is None
        settled = {name for name, truth in wanted.items() if truth is not None}
        scout = Completer(run, Cones(run))
        open_ = [fact for fact in rules.facts if rules.facts[fact].derive is None and _is_open(run, fact)]
        for _ in range(30):
            whole = scout.completed({}, open_)
            other = program(rules).start(whole, DAY)
            assert {name: other.truth(name) for name in settled} == {name: wanted[name] for name in settled}


def _is_open(run: Run, fact: str) -> bool:
    value = run.facts.get(fact)
    return value is None or isinstance(value, Range | tuple | History)


def _key(run: Run, rules: RuleSet, one: Generated) -> dict[str, bool | None]:
    names = (*rules.contexts, *run.program.criteria(one.context))
    return {name: run.truth(name) for name in names}


def test_every_context_element_and_kind_comes_up() -> None:
    rules = rules_of("oas-2013")
    made = [one for level in LEVELS for one in batch("oas-2013", level)]
    assert {one.context for one in made} == {*rules.contexts}
    kinds = {(one.context, one.kind) for one in made}
    assert {(context, kind) for context in rules.contexts for kind in ("positive", "near-miss")} <= kinds
    assert {context for context, kind in kinds if kind == "straddling"} == {"mass-influx", "protracted"}
    lacking = {name for one in made if one.kind == "near-miss" for name in one.lacking}
    unreachable = {"found-host-country", "same-profile-scale", "long-exile"}
    assert lacking == {name for context in rules.contexts.values() for name in context.criteria} - unreachable


@pytest.mark.parametrize("element", ["international-border", "rapid-arrival", "overwhelmed-procedures"])
def test_an_element_that_is_named_is_lacking_in_all(element: str) -> None:
    made = generate(rules_of("oas-2013"), as_of=DAY, element=element, count=6, seed=4)
    assert [one.context for one in made] == ["mass-influx"] * 6
    assert all(one.kind == "near-miss" and element in one.lacking for one in made)


def test_nothing_that_is_told_is_needless_for_other_contexts() -> None:
    """Without one of the facts that the context in question does not rest on, some other context is open."""
    rules = rules_of("oas-2013")
    for one in batch("oas-2013", 2):
        run = run_of(one, rules)
        own = Cones(run).below(run.program.conclusions[one.context])
        for name in one.situation.facts.keys() - own:
            fewer = {fact: value for fact, value in one.situation.facts.items() if fact != name}
            other = program(rules).start(fewer, DAY)
            assert None in [other.truth(context) for context in rules.contexts if context != one.context], name
        for context, facts in one.excluded.items():
            only = program(rules).start({fact: one.situation.facts[fact] for fact in facts}, DAY)
            assert only.truth(context) is False


def test_nothing_is_implausible() -> None:
    for one in every():
        rules = rules_for(one)
        strict = rules.but(impossible=(*rules.impossible, *rules.implausible))
        found = assess(strict, one.situation)
        assert [note.values for note in found.notes if note.code == "impossible"] == []
        for name, value in one.situation.facts.items():
            plausible = rules.facts[name].plausible
            if isinstance(plausible, Range):
                assert (value >= plausible.low, value <= plausible.high) == (True, True)
        assert not [
            name for name in one.situation.facts if rules.facts[name].kind == "judgement" and rules.facts[name].derive
        ]


# --- how near ---


def _ratios(run: Run, rules: RuleSet, criterion: str) -> Iterator[tuple[bool | None, float]]:
    """Yield how each test of figures that a criterion rests on came out, and how far from its bound it was."""
    for test in _tests(run, rules, criterion):
        figure = run.memory[run.program.slots[FactValue(test.fact)]]
        bound = result(run, test.bound)
        if not isinstance(figure, Range) and not isinstance(bound, Range) and bound > 1:
            yield run.memory[run.program.slots[test]], float(figure / bound)


def _tests(run: Run, rules: RuleSet, criterion: str) -> Iterator[Test]:
    below = Cones(run).below(run.program.conclusions[criterion])
    conditions: list[Any] = [run.program.conclusions[criterion]]
    conditions += [rules.facts[name].derive for name in below if name in rules.facts and rules.facts[name].derive]
    for condition in conditions:
        for term in walk(condition):
            if isinstance(term, Test) and term in run.program.slots and rules.facts[term.fact].value_type.ordered:
                yield term


def _lasted(one: Generated) -> float:
    """Return which share of five years the shortest row has lasted."""
    days = [row["since"] for row in one.situation.facts.get("populations", ()) if "since" in row]
    return min((completed_months(day, DAY) / 60 for day in days), default=1)


@pytest.mark.parametrize("level", LEVELS)
def test_near_misses_are_as_near_as_their_level_says(level: int) -> None:
    """Of a criterion that is lacking: some figure lies in the band, or how long people have stayed."""
    rules = rules_of("oas-2013")
    low, high = BELOW[level]
    for element in ("considerable-numbers", "rapid-arrival", "inadequate-capacity", "settled-population"):
        for one in generate(rules, as_of=DAY, element=element, level=level, count=12, seed=9):
            run = run_of(one, rules)
            short = [ratio for truth, ratio in _ratios(run, rules, element) if truth is False]
            in_time = element == "settled-population" and low <= _lasted(one) <= high
            assert in_time or any(low <= ratio <= high for ratio in short), (element, short, one.situation.facts)


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_met_is_met_by_as_much_as_the_level_says(level: int) -> None:
    rules = rules_of("oas-2013")
    low, high = ABOVE[level]
    made = generate(rules, as_of=DAY, context="mass-influx", level=level, count=30, seed=2)
    for one in (one for one in made if one.kind == "positive"):
        run = run_of(one, rules)
        over = [
            ratio
            for criterion in rules.contexts["mass-influx"].criteria
            if run.truth(criterion) is True
            for truth, ratio in _ratios(run, rules, criterion)
            if truth is True
        ]
        assert any(low <= ratio <= high for ratio in over), over


def test_no_figure_is_equal_to_another_or_to_what_it_is_compared_with() -> None:
    for one in every():
        rules = rules_for(one)
        run = run_of(one, rules)
        figures = [(unit, value) for unit, value in _figures(rules, one.situation.facts) if value and unit != "States"]
        assert len(figures) == len(set(figures)), figures
        for context in rules.contexts:
            assert 1 not in [ratio for _, ratio in _ratios(run, rules, context)]
        if one.level == 1:
            assert not [ratio for _, ratio in _ratios(run, rules, one.context) if 0.4 < ratio < 2.5]


def _figures(rules: RuleSet, facts: Mapping[str, Any]) -> Iterator[tuple[str | None, Any]]:
    for name, value in facts.items():
        fact = rules.facts[name]
        rows = value if fact.columns else [{name: value}]
        for row in rows:
            for column, cell in row.items():
                unit = (fact.columns.get(column) or fact).unit
                for figure in cell if isinstance(cell, Range) else [cell]:
                    if isinstance(figure, int) and not isinstance(figure, bool):
                        yield unit, figure


# --- how they are told ---


def test_the_narrative_says_the_facts_and_nothing_else() -> None:
    told = 0
    for one in every():
        rules = rules_for(one)
        assert one.situation.narrative is not None
        assert read_back(rules, one.situation.narrative) == one.situation.facts
        told += 1
    assert told == 300


def test_without_templates_facts_are_told_by_their_titles() -> None:
    for name in SHIPPED:
        rules = rules_of(name)
        plain = rules.but(facts={key: fact.but(tell=None) for key, fact in rules.facts.items()})
        for one in batch(name, 3):
            narrative = narrate(plain, one.reading, one.situation.facts, DAY, one.cast, Wishes("plain"))
            assert read_back(plain, narrative) == one.situation.facts


def test_what_is_asked_and_not_known_is_told_as_that() -> None:
    rules = rules_of("oas-2013")
    one = batch("oas-2013", 1)[0]
    narrative = narrate(rules, None, {"crosses_border": True}, DAY, one.cast, Wishes("x"), asked=["arrivals"])
    assert read_back(rules, narrative) == {"crosses_border": True, "arrivals": None}
    assert "Arrivals: not known." in narrative


@pytest.mark.parametrize("name", SHIPPED)
def test_no_sentence_can_tell_two_things(name: str) -> None:
    """Every template, filled with what it can hold, is a sentence of its own fact and answer alone."""
    rules = rules_of(name)
    known = sentences(rules)
    place, people = PLACES[0]
    filling = {"host": place, "origin": place, "third": place, "people": people, "value": "54,000", "low": "54,000"}
    filling |= {"high": "61,000", "profile": people, "refugees": "54,000", "since": "1 March 2012"}
    for fact in rules.facts.values():
        assert fact.tell is not None or fact.derive is not None or fact.columns, fact.name
        tell = fact.tell
        assert tell is not None, f"{fact.name} is told by its title alone"
        answers = {key: getattr(tell, key) for key in ("value", "range", "affirm", "deny", "row", "none", "unknown")}
        answers |= {f"is {option}": texts for option, texts in tell.options.items()}
        for answer, texts in answers.items():
            for text in texts:
                said = text
                for gap, words in filling.items():
                    said = said.replace(f"{{{gap}}}", words)
                assert {(one.fact.name, one.answer) for one in known if one.pattern.fullmatch(said)} == {
                    (fact.name, answer)
                }


def test_every_fact_can_be_told_in_every_way() -> None:
    for name in SHIPPED:
        for fact in rules_of(name).facts.values():
            assert fact.tell is not None
            match fact.type:
                case "boolean":
                    assert all((fact.tell.affirm, fact.tell.deny)), fact.name
                case "choice":
                    assert fact.tell.options.keys() == {*fact.options}, fact.name
                case "table":
                    assert all((fact.tell.row, fact.tell.none)), fact.name
                case _:
                    assert all((fact.tell.value, fact.tell.range)), fact.name


def test_invented_names_are_told_apart() -> None:
    words = [word for pair in PLACES for word in pair]
    assert len(words) == len(set(words))
    assert all(word.isascii() and word.isalpha() and word.istitle() for word in words)


# --- the same, and different ---


def _as_text(made: tuple[Generated, ...]) -> str:
    return "\n".join(bank_lines(rules_of("oas-2013"), made))


def test_no_two_are_alike() -> None:
    for name in SHIPPED:
        for level in LEVELS:
            made = batch(name, level)
            assert len({json.dumps(_written(one, rules_of(name))) for one in made}) == len(made)
            assert len({one.situation.narrative for one in made}) == len(made)
            assert len({one.situation.id for one in made}) == len(made)


def _written(one: Generated, rules: RuleSet) -> list[tuple[str, str]]:
    return [(name, written(rules.facts[name], value)) for name, value in one.situation.facts.items()]


def test_more_begin_with_the_same_and_another_seed_gives_others() -> None:
    rules = rules_of("oas-2013")
    few, many = (generate(rules, as_of=DAY, level=3, count=count, seed=1) for count in (7, 15))
    assert many[:7] == few
    others = generate(rules, as_of=DAY, level=3, count=15, seed=2)
    assert not {one.situation.narrative for one in many} & {one.situation.narrative for one in others}


_ELSEWHERE = """
from datetime import date
from comity.engine.builtin import find_rule_set
from comity.engine.language.load import load_rule_set
from comity.engine.training.banks import bank_lines
from comity.engine.training.generation import generate
rules = load_rule_set(find_rule_set("oas-2013")).value
print("\\n".join(bank_lines(rules, generate(rules, as_of=date(2018, 12, 31), level=3, count=50, seed=20))))
"""


@pytest.mark.parametrize("hashes", ["0", "4711"])
def test_the_same_seed_gives_the_same_bytes_in_another_process(hashes: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE],
        env={**os.environ, "PYTHONHASHSEED": hashes},
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    assert done.stdout == _as_text(batch("oas-2013", 3)) + "\n"


# --- as exercises ---


@pytest.mark.parametrize("name", SHIPPED)
def test_a_bank_is_read_back_and_its_keys_are_those_that_the_rules_give(name: str) -> None:
    rules = rules_of(name)
    made = tuple(one for level in LEVELS for one in batch(name, level)[:15])
    text = "\n".join(bank_lines(rules, made)) + "\n"
    document = read(text.encode(), "bank.yaml")
    assert isinstance(document, Document)
    loaded = load_exercises(document, rules, lambda _: None)
    assert [str(one) for one in loaded.diagnostics] == []
    assert loaded.value is not None
    assert loaded.value == tuple(exercise_from(rules, one) for one in made)
    for exercise in loaded.value:
        found = items(rules, exercise)
        assert [str(one) for one in found.diagnostics] == []


# --- what cannot be ---


def _refused(**wanted: Any) -> NotFound:
    with pytest.raises(NotFound) as caught:
        generate(rules_of("oas-2013"), as_of=DAY, **wanted)
    return caught.value


def test_a_condition_that_makes_a_request_impossible_is_named() -> None:
    refused = _refused(context="irregular-secondary-movement", element="found-host-country")
    (because,) = refused.because
    assert refused.proved
    assert because.note == "Whoever moved on from a host country to a third country had found a host country."
    assert str(refused) == (
        "no near miss of `found-host-country` in `irregular-secondary-movement` is possible: "
        f"{because.at} says: impossible, “{because.note}”"
    )


def test_what_is_implausible_is_named_as_that() -> None:
    """Without a border crossed there is no onward movement; so it cannot be shown together with the rest."""
    rules = rules_of("oas-2013")
    displaced = rules.but(
        contexts={"irregular-secondary-movement": rules.contexts["irregular-secondary-movement"]},
        implausible=(*rules.implausible, _exclusion(rules, "moved_to_third_country")),
        measures={},
        precedents={},
    )
    with pytest.raises(NotFound) as caught:
        generate(displaced, as_of=DAY, element="irregular-manner")
    assert str(caught.value) == (
        "no near miss of `irregular-manner` in `irregular-secondary-movement` is possible: "
        "implausible, “Nobody moves on.”"
    )


def _exclusion(rules: RuleSet, fact: str) -> Any:
    test = next(
        term
        for exclusion in rules.impossible
        for term in walk(exclusion.when)
        if isinstance(term, Test) and term.fact == fact
    )
    return rules.implausible[0].but(when=test, note="Nobody moves on.", at=type(test.at)("", 0, 0))


def test_a_plausible_range_that_leaves_no_room_is_named() -> None:
    rules = rules_of("oas-2013")
    many = rules.facts["arrivals"].but(plausible=Range(1_000_000, 2_000_000))
    quick = rules.facts["arrival_days"].but(plausible=Range(1, 9))
    only = rules.but(facts={**rules.facts, "arrivals": many, "arrival_days": quick})
    with pytest.raises(NotFound) as caught:
        generate(only, as_of=DAY, element="rapid-arrival")
    arrivals, days = caught.value.because
    assert str(caught.value) == (
        "no near miss of `rapid-arrival` in `mass-influx` is possible: "
        f"{arrivals.at} says: `arrivals` is plausible from 1000000 to 2000000; "
        f"{days.at} says: `arrival_days` is plausible from 1 to 9"
    )


def test_a_criterion_that_nothing_waits_for_is_said_to_be_one() -> None:
    assert str(_refused(element="long-exile")) == (
        "no near miss of `long-exile` in `protracted` is possible: "
        "by the rules, `protracted` never waits for `long-exile` alone while no other context is met"
    )


def test_a_batch_too_large_for_what_there_is() -> None:
    """Of three truths there are only so many situations."""
    rules = rules_of("oas-2013")
    small = rules.but(
        contexts={"trafficking-and-smuggling": rules.contexts["trafficking-and-smuggling"]}, measures={}, precedents={}
    )
    with pytest.raises(NotFound, match=r"only [0-9]+ of 400 situations came out different from one another") as caught:
        generate(small, as_of=DAY, count=400)
    assert caught.value.hint == "ask for fewer, or for another context or level"


# --- for any rule set ---


@settings(max_examples=60)
@given(randoms(), st.sampled_from(LEVELS), st.integers(0, 3))
def test_any_rule_set_gives_what_it_says_or_a_reason(choose: Choose, level: int, seed: int) -> None:
    as_of = choose(DAYS_OF_ASSESSMENT)
    rules = Maker(choose, as_of).world().load()
    try:
        made = generate(rules, as_of=as_of, level=level, count=3, seed=seed)
    except NotFound:
        return
    assert made == generate(rules, as_of=as_of, level=level, count=3, seed=seed)
    for one, other in combinations(made, 2):
        assert one.situation.facts != other.situation.facts
    for one in made:
        run = program(rules).start(one.situation.facts, as_of)
        wanted = {"positive": True, "near-miss": False, "straddling": None}[one.kind]
        assert run.truth(one.context) is wanted
        assert all(run.truth(name) is False for name in rules.contexts if name != one.context)
        for criterion in one.lacking if one.kind == "near-miss" else ():
            turned = compile_rules(with_met(rules, criterion))
            assert run.truth(criterion) is False
            assert turned.start(one.situation.facts, as_of).truth(one.context) is True or rules.readings
        for name, value in one.situation.facts.items():
            low, high = rules.facts[name].low, rules.facts[name].high
            if isinstance(value, int | float) and low is not None:
                assert low <= value <= high


# --- as a command ---


def test_the_command_prints_a_bank() -> None:
    done = CliRunner().invoke(command, ["--level", "3", "--seed", "20", "--count", "50"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == _as_text(batch("oas-2013", 3)) + "\n"
    assert default_day(rules_of("oas-2013")) == DAY


def test_the_command_says_why_there_is_none() -> None:
    done = CliRunner().invoke(command, ["--element", "long-exile"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "error: no near miss of `long-exile` in `protracted` is possible: "
        "by the rules, `protracted` never waits for `long-exile` alone while no other context is met\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--context", "mass-inflx"], "there is no context `mass-inflx`; did you mean `mass-influx`?"),
        (["--element", "rapid"], "there is no criterion `rapid`; one of: "),
        (["--level", "4"], "4 is not in the range 1<=x<=3."),
        (
            ["--context", "protracted", "--element", "smuggling"],
            "`smuggling` is no criterion of `protracted`; one of: ",
        ),
    ],
    ids=["context", "element", "level", "both"],
)
def test_wrong_use(arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.split())
