"""Situations side by side as the document `comity-compare/1`: plain data, ready for JSON."""

from typing import Any

from comity.engine.assessment.comparison import Column, Comparison, agreements
from comity.engine.checking.difference import Change, Shown
from comity.engine.language.writing import written
from comity.engine.report.comparison import SideBySide
from comity.engine.report.document import written as parameter_value
from comity.engine.report.json_text import json_text
from comity.engine.report.partings import Parting, file_lines
from comity.engine.report.witnesses import described

FORMAT = "comity-compare/1"


def to_json(one: SideBySide) -> str:
    """Return the document as JSON text, with a final line break."""
    return json_text(to_document(one))


def to_document(one: SideBySide) -> dict[str, Any]:
    """Return the document. What a rule set does not have is null; reasons are given of situations told in full."""
    names = [column.name for column in one.columns]
    return {
        "format": FORMAT,
        "differs": one.differs,
        "columns": {column.name: _column(column) for column in one.columns},
        "situations": [_situation(each) for each in one.comparisons],
        "agreement": [
            {"columns": [names[pair.one], names[pair.other]], "same": pair.same, "opposed": pair.opposed, "of": pair.of}
            for pair in agreements(one.comparisons)
        ],
        "partings": [_parting(each) for each in one.partings],
    }


def _column(column: Column) -> dict[str, Any]:
    rules = column.rules
    return {
        "id": rules.id,
        "version": rules.version,
        "reading": column.reading or rules.default_reading,
        "set": {name: parameter_value(held, rules.parameters[name].value_type) for name, held in column.set.items()},
    }


def _situation(one: Comparison) -> dict[str, Any]:
    return {
        "situation": one.situation.id,
        "as_of": one.as_of.isoformat(),
        "described_for": one.home.id,
        "differs": bool(one.differing_contexts or one.differing_measures),
        "contexts": {name: _context(one, name) for name in one.contexts},
        "measures": {name: {"differs": one.differs(name), "statuses": _words(one, name)} for name in one.measures},
        "left": {side.column.name: [left._asdict() for left in side.left] for side in one.sides},
    }


def _words(one: Comparison, name: str) -> dict[str, str | None]:
    return {side.column.name: word for side, word in zip(one.sides, one.words(name), strict=True)}


def _context(one: Comparison, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"differs": one.differs(name), "verdicts": _words(one, name)}
    reasons = {
        side.column.name: {"because": list(verdict.because), "open_facts": list(verdict.open_facts)}
        for side, assessment in zip(one.sides, one.assessments, strict=bool(one.assessments))
        for verdict in assessment.contexts
        if verdict.context == name
    }
    return {**found, "reasons": reasons} if one.assessments else found


def _parting(one: Parting) -> dict[str, Any]:
    return {
        "columns": list(one.names),
        "as_of": [each.isoformat() for each in one.days],
        "differs": one.differs,
        "contexts": {change.id: _change(one, change) for change in one.changes},
    }


def _change(one: Parting, change: Change) -> dict[str, Any]:
    """Return where a context differs: `first` and `second` are situations in which it is met in that column alone."""
    return {
        "result": "undecided" if change.why is not None else "differs" if change.differs else "same",
        "first": _shown(one, change, change.only_old),
        "second": _shown(one, change, change.only_new),
        "where_facts_are_missing": _shown(one, change, change.missing),
        "rows": change.rows,
        "impossible": [exclusion.note for exclusion in change.used],
        "why": change.why,
    }


def _shown(one: Parting, change: Change, shown: Shown | None) -> dict[str, Any] | None:
    if shown is None:
        return None
    rules = one.rules
    return {
        "as_of": shown.as_of.isoformat(),
        "verdicts": {one.one.name: shown.old, one.other.name: shown.new},
        "facts": {name: written(rules.facts[name], held) for name, held in shown.facts.items()},
        "words": described(rules, shown.facts),
        "file": "\n".join(file_lines(one, change, shown)) or None,
    }
