"""How a value is written, as JSON Schema: what `values` reads, said once more for editors.

Every schema here is flat: several types with their own keywords side by side, never a choice of schemas, since
an editor that has to choose complains about the wrong one. `tests/test_schema.py` holds patterns and loader to
the same answers.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import inf
from typing import Any, TypeAlias

from comity.engine.language.model import Fact, Parameter, ValueType
from comity.engine.language.shape import ID, MAX_NAME, NAME
from comity.engine.language.source import Scalar
from comity.engine.language.telling import CAST

Schema: TypeAlias = dict[str, Any]

_DAY = "(?:0[1-9]|[12][0-9]|3[01])"
_MONTH = "(?:0[1-9]|1[0-2])"
_YEAR = "(?!0000)[0-9]{4}"
_DATE = f"{_YEAR}-{_MONTH}-{_DAY}"
_PERIOD = f"{_YEAR}(?:-{_MONTH}(?:-{_DAY})?)?"
_AMOUNT = "(?:0|[1-9][0-9]{0,5})"
_MONTHS = f"{_AMOUNT} (?:years?|months?)"
_DAYS = f"{_AMOUNT} days?"
_DURATION = f"{_AMOUNT} (?:years?|months?|days?)"
_COUNT = "(?:0|[1-9][0-9]{0,14})"
_DECIMAL = "(?:0|[1-9][0-9]{0,14})(?:[.][0-9]{1,14})?"
_SHARE = "(?:0(?:[.][0-9]{1,14})?|1(?:[.]0{1,14})?)"

# A year is written like a number; a year and nothing else is.
_YEARS: Schema = {"minimum": 1000, "maximum": 9999}


def whole(pattern: str) -> str:
    """Return the pattern that a text matches if all of it matches `pattern`."""
    return f"^(?:{pattern})$"


def _pattern(pattern: str) -> Schema:
    return {"type": "string", "pattern": whole(pattern)}


def _range(end: str) -> str:
    return f"{end}[.][.](?:{end})?|[.][.]{end}"


def _range_or_point(end: str) -> str:
    return f"{end}(?:[.][.](?:{end})?)?|[.][.]{end}"


# --- names and texts ----------------------------------------------------------------------------------------

TEXT: Schema = {"type": "string", "pattern": "\\S"}
NAME_OF_FACT: Schema = {**_pattern(NAME.pattern), "maxLength": MAX_NAME}
NAME_OF_THING: Schema = {**_pattern(ID.pattern), "maxLength": MAX_NAME}
_OF_NAME = f"[^.]{{1,{MAX_NAME}}}"
FACT_OR_COLUMN: Schema = _pattern(f"(?={_OF_NAME}(?:[.]{_OF_NAME})?$){NAME.pattern}(?:[.]{NAME.pattern})?")
FULL_DATE: Schema = _pattern(_DATE)
PERIOD: Schema = {"type": ["integer", "string"], **_YEARS, "pattern": whole(_PERIOD)}
YEARS: Schema = {**PERIOD, "pattern": whole("[0-9]{4}(?:[.][.](?:[0-9]{4})?)?")}

# --- literals in a rule: one point --------------------------------------------------------------------------

LITERAL: Schema = {"type": ["boolean", "number", "string"], "pattern": "^(?!unknown$|\\s*$)"}
SIZE: Schema = {"type": ["number", "string"], "pattern": whole(_DURATION)}
ORDERED: Schema = {"type": ["number", "string"], "pattern": whole(f"{_DURATION}|{_DATE}")}
DURATION: Schema = _pattern(_DURATION)
POSITIVE_DURATION: Schema = _pattern(f"(?!0 ){_DURATION}")

# --- values in a situation ----------------------------------------------------------------------------------


def _with_history(value: Schema, in_period: Schema) -> Schema:
    """Return `value`, or values by year, month or day that are as `in_period` says."""
    periods = {
        "minProperties": 1,
        "patternProperties": {whole(_PERIOD): in_period},
        "additionalProperties": False,
    }
    return {**value, "type": [*value["type"], "object"], **periods}


_ANY_QUANTITY: Schema = {"type": ["number", "string"], "pattern": whole(f"unknown|{_range('-?' + _DECIMAL)}")}
_ANY_SCALAR: Schema = {"type": ["boolean", "number", "string"], "pattern": "\\S"}
_ANY_CELL: Schema = _with_history(_ANY_SCALAR, _ANY_QUANTITY)

# Any value of any fact, where the rule set that would tell its type is not at hand.
ANY_VALUE: Schema = {
    **_ANY_CELL,
    "type": [*_ANY_CELL["type"], "array"],
    "items": {
        "type": "object",
        "propertyNames": {key: value for key, value in NAME_OF_FACT.items() if key != "type"},
        "additionalProperties": _ANY_CELL,
    },
}


def value_of(fact: Fact, ago: bool = True) -> Schema:
    """Return the schema of the values that may be given for `fact`; `ago` tells whether dates may count back.

    >>> value_of(Fact(name="n", type="count", value_type=ValueType.NUMBER, low=0, high=inf))["type"]
    ['integer', 'string']
    """
    if fact.value_type is ValueType.TABLE:
        rows = {"items": fact_values(fact.columns.values())}
        return {"type": ["array", "string"], **rows, "pattern": whole("unknown")}
    value = _scalar(fact, ago)
    return _with_history(value, value) if fact.history else value


def _scalar(fact: Fact, ago: bool) -> Schema:
    match fact.value_type:
        case ValueType.BOOLEAN:
            return {"enum": [True, False, "unknown"]}
        case ValueType.CHOICE:
            return {"enum": options(fact.options, "unknown")}
        case ValueType.TEXT:
            return dict(TEXT)
        case ValueType.DATE:
            end = f"(?:{_PERIOD}|{_DURATION} ago)" if ago else f"(?:{_PERIOD})"
            return {**PERIOD, "pattern": whole(f"unknown|{_range_or_point(end)}")}
        case ValueType.MONTHS | ValueType.DAYS:
            end = _MONTHS if fact.value_type is ValueType.MONTHS else _DAYS
            return _pattern(f"unknown|{_range_or_point(end)}")
        case _:
            return _number(fact)


def _number(fact: Fact) -> Schema:
    end = {"count": _COUNT, "share": _SHARE}.get(fact.type, _DECIMAL if fact.low >= 0 else f"-?{_DECIMAL}")
    limits = {"minimum": fact.low, "maximum": fact.high}
    return {
        "type": ["integer" if fact.type == "count" else "number", "string"],
        **{key: plain(limit) for key, limit in limits.items() if limit not in (inf, -inf)},
        "pattern": whole(f"unknown|{_range(end)}"),
    }


def parameter_value(parameter: Parameter) -> Schema:
    """Return the schema of the values that `parameter` may be set to: one point of its type."""
    match parameter.value_type:
        case ValueType.BOOLEAN:
            return {"type": "boolean"}
        case ValueType.NUMBER:
            return {"type": "number"}
        case ValueType.MONTHS:
            return _pattern(_MONTHS)
        case ValueType.DAYS:
            return _pattern(_DAYS)
        case ValueType.DATE:
            return FULL_DATE
        case _:
            return {"type": "string", "pattern": f"^(?!(?:unknown|\\s*|{_DURATION}|{_DATE})$)"}


def sentences(*gaps: str) -> Schema:
    """Return the schema of a sentence, or some, with each of `gaps` once and no others but invented names."""
    known = "|".join((*gaps, *CAST))
    once = "".join(f"(?=[\\s\\S]*\\{{{gap}\\}})(?![\\s\\S]*\\{{{gap}\\}}[\\s\\S]*\\{{{gap}\\}})" for gap in gaps)
    pattern = rf"^(?![\s\S]*\{{(?!(?:{known})\}})[a-z][a-z0-9]*(?:_[a-z0-9]+)*\}}){once}\s*\S"
    return {
        "type": ["string", "array"],
        "pattern": pattern,
        "items": {"type": "string", "pattern": pattern},
        "minItems": 1,
    }


def by_name(entries: Iterable[tuple[str, Schema]]) -> Schema:
    """Return the schema of a mapping that has these keys and no others."""
    return {"type": "object", "properties": dict(entries), "additionalProperties": False}


def fact_values(facts: Iterable[Fact]) -> Schema:
    """Return the schema of a mapping of facts (or columns) to values, with the words of each."""
    return by_name((fact.name, {**about(fact, how_to_write(fact)), **value_of(fact)}) for fact in facts)


def about(thing: Any, how: str = "") -> Schema:
    """Return the title and the description of a fact, or of anything else that has a title."""
    said = [getattr(thing, "ask", None), how, thing.note]
    found = {"title": thing.title, "description": " ".join(text.strip() for text in said if text)}
    return {key: text for key, text in found.items() if text}


_HOW = {
    "boolean": "Write true, false or unknown.",
    "count": "Write a whole number or a range: 12000, 20000..30000, 20000.. or unknown.",
    "number": "Write a number or a range: 2.5, 2..3, 2.. or unknown.",
    "share": "Write a share of 1 or a range: 0.25, 0.2..0.3 or unknown.",
    "duration": "Write a duration or a range: 18 months, 1 year..3 years or unknown.",
    "date": "Write a date, a range or a time ago: 2008-05-17, 2008, 2007..2009, 6 years ago or unknown.",
    "text": "Write a text, or unknown.",
    "table": "Write a list of rows; an empty list says that there are none.",
}


def how_to_write(fact: Fact) -> str:
    """Return how a value of `fact` is written."""
    how = _HOW.get(fact.type, f"One of: {', '.join(fact.options)}, or unknown.")
    if fact.value_type is ValueType.DAYS:
        how = "Write a duration in days or a range: 90 days, 30 days..90 days or unknown."
    if fact.unit and fact.type != "duration":
        how += f" Unit: {fact.unit}."
    if fact.history:
        how += " Or values by year, month or day: {2009: 26000, 2010-06: 24000..26000}."
    if fact.derive is not None:
        how += " Worked out from other facts if it is left out."
    return how


def options(texts: Iterable[str], *more: str) -> list[Any]:
    """Return the values that a document gives by writing one of `texts`, with or without quotes."""
    found: list[Any] = []
    for text in (*texts, *more):
        for value in (text, plain(Scalar(text, True, 1, 1).json())):
            if not any(value is other or (type(value) is type(other) and value == other) for other in found):
                found.append(value)
    return [value for value in found if value is not None]


def plain(value: Any) -> Any:
    """Return a number as JSON has it: an exact fraction as the nearest decimal; anything else as it is.

    >>> plain(Fraction(1, 4)), plain(3), plain({"a": [Fraction(1, 2)]})
    (0.25, 3, {'a': [0.5]})
    """
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return float(value) if isinstance(value, Fraction) else value


def _plausible(kind: str, value_type: ValueType) -> Schema:
    low, high = {"count": (0, inf), "share": (0, 1)}.get(kind, (-inf, inf))
    return value_of(Fact(name=kind, type=kind, value_type=value_type, low=low, high=high), ago=False)


# The values that `plausible` may name, by type of fact.
PLAUSIBLE: dict[str, Schema] = {
    **{kind: _plausible(kind, ValueType.NUMBER) for kind in ("count", "number", "share")},
    **{kind: _plausible(kind, ValueType(kind)) for kind in ("boolean", "date")},
    "duration": _pattern(f"unknown|{_range_or_point(_MONTHS)}|{_range_or_point(_DAYS)}"),
    "choice": _ANY_SCALAR,
}
