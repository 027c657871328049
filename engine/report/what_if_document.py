"""What would turn verdicts, as the document `comity-what-if/1`."""

from collections.abc import Sequence
from typing import Any

from comity.engine.assessment.assess import Assessment, outcome
from comity.engine.assessment.changes import Change, Margin, Sets, WhatIf
from comity.engine.language.model import Given, RuleSet, ValueType
from comity.engine.language.statements import Statement, declaration
from comity.engine.report.document import written

FORMAT = "comity-what-if/1"


def what_if_document(assessment: Assessment, found: Sequence[WhatIf]) -> dict[str, Any]:
    """Return the document `comity-what-if/1`. What is not known, and what has no single value to show, is null."""
    return {
        "format": FORMAT,
        "situation": assessment.situation.id,
        "as_of": assessment.as_of.isoformat(),
        "rule_set": {
            "id": assessment.rules.id,
            "version": assessment.rules.version,
            "reading": assessment.reading,
            "set": {
                name: written(held, assessment.rules.parameters[name].value_type)
                for name, held in assessment.set.items()
            },
        },
        "conclusions": {one.conclusion: _conclusion(assessment, one) for one in found},
    }


def _conclusion(assessment: Assessment, found: WhatIf) -> dict[str, Any]:
    rules = assessment.rules
    return {
        "is": outcome(rules, found.conclusion, found.truth),
        "targets": [
            {
                "to": outcome(rules, found.conclusion, target.met),
                "changes": _sets(rules, target.changes),
                "known": None if target.known is None else _sets(rules, target.known),
            }
            for target in found.targets
        ],
        "margins": None if found.margins is None else [_margin(rules, one) for one in found.margins],
        "judgements": [
            {"fact": one.fact, "value": written(one.value, rules.facts[one.fact].value_type), "survives": one.survives}
            for verdict in assessment.contexts
            if verdict.context == found.conclusion
            for one in verdict.judgements
        ],
    }


def _sets(rules: RuleSet, found: Sets) -> dict[str, Any]:
    return {"extent": found.extent, "sets": [[_change(rules, one) for one in changes] for changes in found.sets]}


def _change(rules: RuleSet, one: Change) -> dict[str, Any]:
    kind = declaration(rules, one.statement).value_type
    return {**_place(one.statement), "from": _known(one.before, kind), "to": _known(one.after, kind)}


def _margin(rules: RuleSet, one: Margin) -> dict[str, Any]:
    kind = declaration(rules, one.statement).value_type
    ends = {
        name: None if end is None else written(end, kind) for name, end in (("below", one.below), ("above", one.above))
    }
    return {**_place(one.statement), "value": _known(one.before, kind), **ends}


def _known(value: Given, kind: ValueType) -> Any:
    """Return a value as a situation would write it; None where nothing is known, or nothing can be shown."""
    found = written(value, kind)
    return None if found == "unknown" and not isinstance(value, str) else found


def _place(one: Statement) -> dict[str, Any]:
    """Return where a statement stands; rows and periods count from 1."""
    found: dict[str, Any] = {"fact": one.fact}
    if one.row is not None:
        found |= {"row": one.row + 1, "column": one.column}
    if one.period is not None:
        found["period"] = one.period + 1
    return found
