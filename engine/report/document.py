"""An assessment as the published document `comity-assessment/1`: plain data, ready for JSON.

Keys and lists are in a fixed order, and there are no time stamps, so that the same question gives the same bytes.
"""

from datetime import date
from fractions import Fraction
from math import inf
from typing import Any

from comity.engine.assessment.assess import Assessment, Recommendation, Verdict
from comity.engine.assessment.explain import Trace
from comity.engine.assessment.likeness import Comparison, Likeness
from comity.engine.assessment.questions import Question
from comity.engine.assessment.response import ResponseCheck
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
from comity.engine.language.history import History
from comity.engine.language.model import Fact, RuleSet, ValueType
from comity.engine.language.quantity import Range
from comity.engine.language.references import type_of
from comity.engine.language.truth import Truth
from comity.engine.report.json_text import json_text
from comity.engine.report.view import view
from comity.engine.report.words import number

FORMAT = "comity-assessment/1"


def to_json(assessment: Assessment) -> str:
    """Return the document as JSON text, with a final line break."""
    return json_text(to_document(assessment))


def to_document(assessment: Assessment) -> dict[str, Any]:
    """Return the document that `comity schema assessment` describes."""
    one = assessment
    parameters = one.rules.parameters
    return {
        "format": FORMAT,
        "situation": one.situation.id,
        "as_of": one.as_of.isoformat(),
        "rule_set": {
            "id": one.rules.id,
            "version": one.rules.version,
            "reading": one.reading,
            "set": {name: written(value, parameters[name].value_type) for name, value in one.set.items()},
        },
        "contexts": {verdict.context: _context(one, verdict) for verdict in one.contexts},
        "measures": {measure.measure: _measure(one, measure) for measure in one.measures},
        "forms": {form.id: form.truth.value for form in one.forms},
        "principles": {principle.id: one.standing(principle) for principle in one.principles},
        "response": None if one.response is None else _response(one.response),
        "precedents": [
            {
                "id": similarity.precedent,
                "shared": list(similarity.shared),
                "differing": list(similarity.differing),
                "unknown": list(similarity.unknown),
            }
            for similarity in one.precedents
        ],
        "cases": {found.context: _cases(found) for found in one.comparisons},
        "questions": [question_document(one.rules, question) for question in one.questions],
        "derived": {name: _derived(one, name) for name in one.rules.facts if one.derivation(name) is not None},
        "notes": [
            {"code": note.code, "about": note.about, "text": text}
            for note, text in zip(one.notes, view(one).notes, strict=True)
        ],
    }


def _context(one: Assessment, verdict: Verdict) -> dict[str, Any]:
    facts = one.rules.facts
    return {
        "verdict": verdict.truth.value,
        "criteria": {finding.id: finding.truth.value for finding in verdict.findings},
        "because": list(verdict.because),
        "open_facts": list(verdict.open_facts),
        **_prospects(one, verdict.context, verdict.truth is Truth.UNKNOWN, ("not-met", "met")),
        "judgements": [
            {"fact": j.fact, "value": written(j.value, facts[j.fact].value_type), "survives": j.survives}
            for j in verdict.judgements
        ],
        "editorial": list(verdict.editorial),
        "readings": {name: truth.value for name, truth in verdict.readings.items()},
        "trace": _trace(one, verdict.trace),
        "findings": {finding.id: _trace(one, finding.trace) for finding in verdict.findings},
    }


def _measure(one: Assessment, measure: Recommendation) -> dict[str, Any]:
    return {
        "status": measure.status,
        "because": list(measure.because),
        "serves": list(measure.serves),
        "waits_for": list(measure.waits_for),
        **_prospects(one, measure.measure, measure.status == "conditional", ("not-called-for", "called-for")),
        "trace": _trace(one, measure.trace),
    }


def _response(check: ResponseCheck) -> dict[str, Any]:
    return {
        "covered": list(check.covered),
        "missing": list(check.missing),
        "open": list(check.open),
        "not_needed": list(check.not_needed),
        "gaps": [
            {"measure": gap.measure, "because": list(gap.contexts), "fills": list(gap.fills), "alone": list(gap.alone)}
            for gap in check.gaps
        ],
        "purposes": {
            service.purpose: {
                "standing": service.standing,
                "covered": list(service.covered),
                "missing": list(service.missing),
                "open": list(service.open),
                "conditional": list(service.conditional),
            }
            for service in check.purposes
        },
        "conflicts": {one.principle: list(one.facts) for one in check.conflicts},
        "undetermined": {one.principle: list(one.facts) for one in check.undetermined},
    }


def _cases(found: Comparison) -> dict[str, Any]:
    return {
        "precedents": [_likeness(one) for one in found.precedents],
        "situations": [_likeness(one) for one in found.situations],
        "cited": list(found.cited),
    }


def _likeness(one: Likeness) -> dict[str, Any]:
    return {
        "id": one.case,
        "verdict": one.verdict.value,
        "on_point": one.on_point,
        "closest": one.closest,
        "counter_example": one.counter,
        "shared": list(one.shared),
        "neither": list(one.neither),
        "differing": {"there": list(one.theirs), "here": list(one.ours), "otherwise": list(one.otherwise)},
        "distinguished_by": list(one.cuts),
        "unknown": list(one.unknown),
        "measures": {"called_for": list(one.answers), "others": list(one.others)},
    }


def _prospects(one: Assessment, conclusion: str, is_open: bool, words: tuple[str, str]) -> dict[str, Any]:
    """Return what an open conclusion hangs on, or what it comes to whatever the unknowns turn out to be."""
    if not is_open:
        return {"hangs_on": [], "certain": None}
    certain = one.prospects.certainty(conclusion)
    if certain is None:
        return {"hangs_on": list(one.prospects.hangs_on(conclusion)), "certain": None}
    kinds = [one.rules.facts[name].value_type for name in certain.facts]
    cases = [
        {
            "values": [written(value, kind) for value, kind in zip(case.values, kinds, strict=True)],
            "because": None if case.because is None else list(case.because),
        }
        for case in certain.cases
    ]
    return {"hangs_on": [], "certain": {"is": words[certain.met], "facts": list(certain.facts), "cases": cases}}


def question_document(rules: RuleSet, question: Question) -> dict[str, Any]:
    """Return an open question as data."""
    kind = rules.facts[question.fact].value_type
    return {
        "fact": question.fact,
        "ask": question.ask,
        "settles": list(question.settles),
        "measures": list(question.measures),
        "because": list(question.because),
        "answers": [
            {"value": written(answer.value, kind), "settles": dict(answer.settles)} for answer in question.answers
        ],
        "instead": list(question.instead),
    }


def _derived(one: Assessment, name: str) -> dict[str, Any]:
    trace = one.derivation(name)
    assert trace is not None
    return {
        "value": written(one.run.value(name), one.rules.facts[name].value_type),
        "trace": _trace(one, trace),
    }


def written(value: Any, kind: ValueType) -> Any:
    """Return a value as a situation would write it: a JSON boolean or integer where it is one, else a text.

    A number that is no short decimal is written as an exact fraction, like `5000/11`; one that nobody could read is
    given in round figures, like `about 2.5 × 10^401`.
    """
    if value is None:
        return "unknown"
    if isinstance(value, bool | str):
        return value
    if isinstance(value, History):
        return f"{len(value.entries)} periods"
    if isinstance(value, tuple) and not isinstance(value, Range):
        return f"{len(value)} rows"
    if isinstance(value, Range):
        low = "" if value.low in (-inf, date.min) else _end(value.low, kind)
        high = "" if value.high in (inf, date.max) else _end(value.high, kind)
        return f"{low}..{high}" if low or high else "unknown"
    short = value.__class__ is int and abs(value) < _LONG and kind is ValueType.NUMBER
    return value if short else _end(value, kind)


_LONG = 10**300


def _end(value: Any, kind: ValueType) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if max(abs(value.numerator), value.denominator) >= _LONG:
        return number(value)
    text = str(value)
    if isinstance(value, Fraction) and (value * 10**6).denominator == 1:
        whole, rest = divmod(abs(value.numerator) * 10**6 // value.denominator, 10**6)
        text = f"{'-' if value < 0 else ''}{whole}.{rest:06}".rstrip("0")
    return f"{text} {kind}" if kind in (ValueType.MONTHS, ValueType.DAYS) else text


_NAMES = {
    AllOf: "all",
    AnyOf: "any",
    Not: "not",
    AtLeast: "at_least",
    Some: "some",
    Every: "every",
    Arithmetic: "arithmetic",
    Elapsed: "elapsed",
    Extreme: "extreme",
    Count: "count",
    Total: "total",
    Constant: "literal",
    FactValue: "fact",
    ParameterValue: "parameter",
    Test: "test",
    Conclusion: "conclusion",
}


def _trace(one: Assessment, trace: Trace, table: Fact | None = None) -> dict[str, Any]:
    """Return a trace as nested data: what it is, how it came out, and its parts; `table` is that of the row, if any."""
    term = trace.term
    node: dict[str, Any] = {"term": _NAMES[type(term)]}
    if trace.row is not None:
        node["row"] = trace.row
    match term:
        case Test(fact, operator):
            node |= {"fact": fact, "test": operator.value}
        case Conclusion(kind, name):
            node |= {"kind": kind, "id": name}
        case FactValue(name) | ParameterValue(name):
            node |= {"name": name}
        case Some(name) | Every(name) | Count(name):
            node |= {"table": name}
        case Total(column, name, _, per):
            node |= {"table": name, "column": column, "per": list(per)}
        case Arithmetic(operation):
            node |= {"operation": operation}
        case Extreme(which, fact):
            node |= {"operation": which, "fact": fact}
        case Elapsed(unit=unit):
            node |= {"unit": unit}
        case _:
            pass
    if isinstance(term, AllOf | AnyOf | Not | AtLeast | Some | Every | Test | Conclusion):
        node["truth"] = Truth.of(trace.result).value
    else:
        node["value"] = written(trace.result, type_of(one.rules, term, table))
    if trace.parts:
        if isinstance(term, Some | Every | Count | Total):
            table = one.rules.facts[term.table]
        node["parts"] = [_trace(one, part, table) for part in trace.parts]
    return node
