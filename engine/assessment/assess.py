"""Rule set and situation to an assessment: what holds, why, what is open, and what is called for."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS, Program, Run, compile_rules
from comity.engine.assessment.explain import Grounds, Trace, derivation, finding, grounds
from comity.engine.assessment.likeness import Comparison, compare_cases
from comity.engine.assessment.precedents import Similarity, compare_precedents
from comity.engine.assessment.prospects import Prospects
from comity.engine.assessment.questions import Question, every_question
from comity.engine.assessment.response import ResponseCheck, check_response, with_response
from comity.engine.language.history import History
from comity.engine.language.model import Basis, Given, Response, RuleSet, Situation, ValueType
from comity.engine.language.quantity import DAY, same
from comity.engine.language.truth import Kleene, Truth


class Finding(NamedTuple):
    """How one criterion, form or principle came out, with its trace."""

    id: str
    trace: Trace

    @property
    def truth(self) -> Truth:
        """How it came out."""
        return self.trace.truth


class Judgement(NamedTuple):
    """A judgement that a verdict rests on. `survives` says whether the verdict would stand if it were reversed.

    It is None where there is no opposite, as of a figure that somebody judged.
    """

    fact: str
    value: Given
    survives: bool | None


class Verdict(NamedTuple):
    """How one context came out, with the findings that stand with it and what it rests on."""

    context: str
    trace: Trace
    findings: tuple[Finding, ...]
    because: tuple[str, ...]  # the criteria that decided it, or keep it open
    open_facts: tuple[str, ...]  # those that an unknown verdict waits for
    judgements: tuple[Judgement, ...]
    editorial: tuple[str, ...]  # parameters of ours, and judgements that an indicator stands in for
    readings: Mapping[str, Truth]  # the readings under which the verdict would differ

    @property
    def truth(self) -> Truth:
        """How the context came out."""
        return self.trace.truth


class Recommendation(NamedTuple):
    """Whether a measure is called for, because of which contexts, and which facts that waits for."""

    measure: str
    status: str  # called-for, conditional, not-called-for
    because: tuple[str, ...]
    serves: tuple[str, ...]
    waits_for: tuple[str, ...]
    trace: Trace


class Note(NamedTuple):
    """Something that the reader of an assessment should know. `about` names the fact or parameter concerned."""

    code: str  # parameter-set, as-of-moved, response-replaced, departs-from-indicator, impossible, figures-end
    about: str
    values: Mapping[str, Any]


class Assessment(NamedTuple):
    """All verdicts, findings, recommendations and precedents for one situation, at one date, under one reading."""

    rules: RuleSet
    situation: Situation
    as_of: date
    reading: str | None
    set: Mapping[str, Any]  # parameters that the caller set
    contexts: tuple[Verdict, ...]
    measures: tuple[Recommendation, ...]
    forms: tuple[Finding, ...]
    principles: tuple[Finding, ...]
    response: ResponseCheck | None
    precedents: tuple[Similarity, ...]
    notes: tuple[Note, ...]
    run: Run
    prospects: Prospects
    comparisons: tuple[Comparison, ...] = ()
    cases: Mapping[str, Situation] = MappingProxyType({})  # the stored situations that it was compared with, by id

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is still to be asked, the most settling first."""
        return every_question(self.prospects)

    def standing(self, principle: Finding) -> str:
        """Return how the response stands with a principle: consistent, in-conflict or undetermined."""
        return STANDINGS[principle.trace.result]

    def derivation(self, fact: str) -> Trace | None:
        """Return the trace of how a fact in use was derived; None if it was given or a rule does not reach it."""
        return derivation(self.run, fact)


def outcome(rules: RuleSet, conclusion: str, truth: Kleene) -> str:
    """Return the word for how a context or a measure came out."""
    return (VERDICTS if conclusion in rules.contexts else STATUSES)[truth]


@lru_cache(maxsize=64)
def _compiled(rules: RuleSet, reading: str | None, overrides: tuple[tuple[str, Any], ...]) -> Program:
    return compile_rules(rules, reading, dict(overrides))


def program(rules: RuleSet, reading: str | None = None, overrides: Mapping[str, Any] | None = None) -> Program:
    """Return the compiled form of `rules`, compiling it at most once."""
    return _compiled(rules, reading or rules.default_reading, tuple(sorted((overrides or {}).items())))


def assess(
    rules: RuleSet,
    situation: Situation,
    *,
    as_of: date | None = None,
    reading: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    cases: Iterable[Situation] = (),
    response: Response | None = None,
) -> Assessment:
    """Return the assessment of `situation` under `rules`.

    `as_of` moves the as-of date, `reading` chooses a reading other than the default one, and `overrides` sets
    parameters by name, in values of their type (durations in months or days). `cases` are stored situations to compare
    it with; one that has its id is left out. `response` takes the place of the situation's own. The answer is a
    function of these arguments alone. Raises `ValueError` if neither the situation nor `as_of` gives a date.
    """
    own = situation.response
    if response is not None:
        situation = with_response(rules, situation, response)
    day = as_of or situation.as_of
    if day is None:
        raise ValueError("the situation has no as-of date, and none was given")
    changed = {**situation.set, **(overrides or {})}
    compiled = program(rules, reading or situation.reading, changed)
    run = compiled.start(situation.all_facts, day)
    others = {
        name: program(rules, name, changed).start(run.facts, day) for name in rules.readings if name != compiled.reading
    }
    contexts = tuple(_verdict(run, situation, name, others) for name in rules.contexts)
    replaced = own if response is not None else None
    stored = {case.id: case for case in cases if case.id != situation.id}
    return Assessment(
        rules=rules,
        situation=situation,
        as_of=day,
        reading=compiled.reading,
        set=changed,
        contexts=contexts,
        measures=tuple(_recommendation(run, name) for name in rules.measures),
        forms=tuple(Finding(name, finding(run, name)) for name in rules.forms),
        principles=tuple(Finding(name, finding(run, name)) for name in rules.principles),
        response=check_response(run, situation.response) if situation.response else None,
        precedents=compare_precedents(run),
        notes=tuple(_notes(run, situation, changed, replaced)),
        run=run,
        prospects=Prospects(run),
        comparisons=compare_cases(run, stored.values()),
        cases=stored,
    )


def _verdict(run: Run, situation: Situation, name: str, others: Mapping[str, Run]) -> Verdict:
    rules = run.program.rules
    rests_on = grounds(run, run.program.conclusions[name])
    own = run.truth(name)
    criteria = run.program.criteria(name)
    return Verdict(
        context=name,
        trace=finding(run, name),
        findings=tuple(Finding(criterion, finding(run, criterion)) for criterion in criteria),
        because=tuple(criterion for criterion in criteria if criterion in rests_on.conclusions),
        open_facts=_in_order(rules, rests_on.open),
        judgements=tuple(_judgements(run, situation, name, rests_on)),
        editorial=_editorial(run, rests_on),
        readings={other: Truth.of(one.truth(name)) for other, one in others.items() if one.truth(name) is not own},
    )


def _in_order(rules: RuleSet, names: Mapping[str, None]) -> tuple[str, ...]:
    """Return parameters, then facts, in the order in which the rule set declares them."""
    return tuple(name for name in (*rules.parameters, *rules.facts) if name in names)


def _judgements(run: Run, situation: Situation, context: str, rests_on: Grounds) -> Iterator[Judgement]:
    rules = run.program.rules
    for name in _in_order(rules, rests_on.facts):
        fact = rules.facts[name]
        if name not in run.facts or situation.kinds.get(name, fact.kind) != "judgement":
            continue
        value = run.facts[name]
        survives = None
        if fact.value_type is ValueType.BOOLEAN:
            reversed_ = run.program.start({**run.facts, name: not value}, run.as_of)
            survives = reversed_.truth(context) is run.truth(context)
        yield Judgement(name, value, survives)


def _editorial(run: Run, rests_on: Grounds) -> tuple[str, ...]:
    rules = run.program.rules
    reading = rules.readings.get(run.program.reading or "")
    by_reading = reading.set if reading is not None and reading.basis is Basis.EDITORIAL else {}
    ours = {
        name: None
        for name in rests_on.parameters
        if rules.parameters[name].basis is Basis.EDITORIAL or name in by_reading
    }
    indicators = {name: None for name in rests_on.derived if rules.facts[name].kind == "judgement"}
    return _in_order(rules, {**ours, **indicators})


def _recommendation(run: Run, name: str) -> Recommendation:
    measure = run.program.rules.measures[name]
    truth = run.truth(name)
    because = tuple(
        ground.context for ground in measure.grounds if truth is not False and run.truth(ground.context) is not False
    )
    met = tuple(context for context in because if run.truth(context) is True)
    waits_for = grounds(run, run.program.conclusions[name]).open if truth is None else {}
    return Recommendation(
        measure=name,
        status=STATUSES[truth],
        because=met or because,
        serves=measure.serves,
        waits_for=_in_order(run.program.rules, waits_for),
        trace=finding(run, name),
    )


def _notes(run: Run, situation: Situation, changed: Mapping[str, Any], replaced: Response | None) -> Iterator[Note]:
    rules = run.program.rules
    own = program(rules, run.program.reading)
    for name, value in changed.items():
        yield Note("parameter-set", name, {"value": value, "instead": own.parameter(name, run.as_of)})
    if situation.as_of is not None and situation.as_of != run.as_of:
        yield Note("as-of-moved", "as_of", {"value": run.as_of, "instead": situation.as_of})
    if replaced is not None and situation.response is not None:
        yield Note("response-replaced", "response", {"value": situation.response.title, "instead": replaced.title})
    for name, slot in run.program.derived.items():
        if name in run.facts:
            given, derived = run.facts[name], run.memory[slot]
            if _apart(rules.facts[name].value_type, given, derived):
                yield Note("departs-from-indicator", name, {"given": given, "derived": derived})
    for exclusion in rules.impossible:
        if run.memory[run.program.slots[exclusion.when]] is True:
            yield Note("impossible", "", {"text": exclusion.note})
    yield from _figures_end(run)


def _apart(value_type: ValueType, given: Any, derived: Any) -> bool:
    """Tell whether a given and a derived value have nothing in common."""
    if value_type in (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT):
        return derived is not None and given != derived
    return same(given, derived) is False


def _figures_end(run: Run) -> Iterator[Note]:
    """Note histories whose values by period end before the as-of date, so that the last days are unknown."""
    for name, fact in run.program.rules.facts.items():
        given = run.facts.get(name)
        rows = [{name: given}] if given.__class__ is History else given if fact.columns and given else []
        histories = [value for row in rows for value in row.values() if value.__class__ is History and value.entries]
        ends = {value.entries[-1].last for value in histories}
        if ends and max(ends) < run.as_of:
            yield Note("figures-end", name, {"end": max(ends), "from": max(ends) + DAY})
