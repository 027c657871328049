"""Several assessors as the document `comity-merge/1`: plain data, ready for JSON."""

from typing import Any

from comity.engine.assessment.accounts import Account
from comity.engine.assessment.assessors import Merger, Outcome
from comity.engine.assessment.merging import Part
from comity.engine.language.model import Fact, Given
from comity.engine.language.writing import situation_lines, written
from comity.engine.report.document import to_document as assessment_document
from comity.engine.report.json_text import json_text
from comity.engine.report.merge_view import merge_view

FORMAT = "comity-merge/1"


def to_json(merger: Merger) -> str:
    """Return the document as JSON text, with a final line break."""
    return json_text(to_document(merger))


def to_document(merger: Merger) -> dict[str, Any]:
    """Return the document: every conclusion and every fact, for each assessor by name and merged.

    Values are texts as a situation would write them, null where an assessor gives none.
    """
    own = assessment_document(merger.assessment)
    outcomes = {one.id: one for one in merger.outcomes}
    return {
        "format": FORMAT,
        **{key: own[key] for key in ("situation", "as_of", "rule_set")},
        "assessors": [one.name for one in merger.assessors],
        "conclusions": {one.id: _outcome(merger, one) for one in merger.outcomes},
        "criteria": {one.id: _outcome(merger, one) for one in merger.criteria},
        "facts": {one.fact: _account(merger, one, outcomes) for one in merger.accounts},
        "planned": {name: dict(zip(_names(merger), plans, strict=True)) for name, plans in merger.planned.items()},
        "merged": "\n".join(situation_lines(merger.rules, merger.situation)) + "\n",
        "notes": list(merge_view(merger).notes),
    }


def _names(merger: Merger) -> list[str]:
    return [one.name for one in merger.assessors]


def _outcome(merger: Merger, one: Outcome) -> dict[str, Any]:
    words = map(one.word, one.own)
    return {
        "kind": one.kind,
        "own": dict(zip(_names(merger), words, strict=True)),
        "merged": one.word(one.merged),
        "split": one.split,
        "comes_from": None if one.comes_from is None else [list(some) for some in one.comes_from],
    }


def _account(merger: Merger, one: Account, outcomes: dict[str, Outcome]) -> dict[str, Any]:
    fact, turned = merger.rules.facts[one.fact], one.turns
    alone = turned.alone if turned else {}
    who = [[merger.assessors[place].name for place in places] for _, places in one.told]
    return {
        "how": one.joined.how.value,
        "judgement": one.judgement,
        "given": {name: _value(fact, value) for name, value in zip(_names(merger), one.given, strict=True)},
        "asked": [name for name, asked in zip(_names(merger), one.asked, strict=True) if asked],
        "merged": _value(fact, one.joined.merged),
        "common": _value(fact, one.joined.common),
        "parts": [_part(merger, fact, part) for part in one.joined.parts],
        "matters": turned.matters if turned else False,
        "turns": {
            name: [
                {"as": names, "comes_out": outcomes[name].word(truth)} for names, truth in zip(who, truths, strict=True)
            ]
            for name, truths in alone.items()
        },
        "turns_with_others": list(turned.with_others) if turned else [],
        "not_decided": list(turned.untried) if turned else [],
    }


def _part(merger: Merger, fact: Fact, part: Part) -> dict[str, Any]:
    column = fact.columns[part.column] if part.column else fact
    return {
        "row": part.row,
        "column": part.column,
        "first": part.first and part.first.isoformat(),
        "last": part.last and part.last.isoformat(),
        "how": part.how.value,
        "given": {name: _value(column, value) for name, value in zip(_names(merger), part.given, strict=True)},
        "merged": _value(column, part.merged),
    }


def _value(fact: Fact, value: Given) -> str | None:
    return None if value is None else written(fact, value)
