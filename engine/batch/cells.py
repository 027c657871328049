"""One cell of a table: what it says of a fact, or what is wrong with it, in the words of a situation file.

Every cell that is not plainly right is read here, one at a time; whole columns are in `texts` and `given`.
"""

from datetime import date, datetime
from decimal import Decimal
from math import inf, isfinite
from typing import Any, NamedTuple

from comity.engine.language.diagnostic import Code, clip
from comity.engine.language.model import Fact, ValueType
from comity.engine.language.quantity import ends
from comity.engine.language.shape import Reader
from comity.engine.language.source import Document, Scalar
from comity.engine.language.values import UNKNOWN_VALUE, full_date, read_value
from comity.engine.translation.column_facts import most_of, scale

PLAIN = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT)
_NOWHERE = Document("", Scalar("", True, 0, 0))


class Wrong(NamedTuple):
    """What is wrong with a cell: a code of docs/diagnostics.md, a message, and what to do."""

    code: Code
    message: str
    hint: str | None = None


def read_text(text: str, fact: Fact, name: str, as_of: date | None) -> Any:
    """Return what a text says of a fact, as an evaluation holds it: None for nothing, or `Wrong`.

    A text says what it would say in a situation file; an empty cell says nothing. A text is not quoted in a cell.
    """
    if text in ("", "unknown"):
        return None
    reader = Reader(_NOWHERE)
    quoted = fact.value_type in (ValueType.CHOICE, ValueType.TEXT)
    value = read_value(reader, Scalar(text, not quoted, 0, 0), fact.but(history=False), f"`{name}`", as_of)
    if value is None:
        found = reader.found[0]
        return Wrong(found.code, found.message, found.hint)
    if value is UNKNOWN_VALUE:
        return None
    return value if fact.value_type in PLAIN else _fits(value, fact, name)


def _fits(value: Any, fact: Fact, name: str) -> Any:
    """Return a figure, or what is wrong with it as one of a column."""
    if fact.value_type is ValueType.DATE:
        return value
    for end in ends(value):
        if end in (inf, -inf):
            continue
        if (end * scale(fact)) % 1:
            return Wrong(Code.TOO_MANY_DIGITS, f"`{name}` has more than 6 digits after the point", "round it")
        if abs(end * scale(fact)) > most_of(fact):
            most = most_of(fact) // scale(fact)
            return Wrong(Code.OUT_OF_RANGE, f"`{name}` is beyond what a column holds, {most}", "correct the value")
    return value


def read_typed(value: Any, fact: Fact, name: str) -> Any:
    """Return what a value with a type says of a fact: None for nothing, or `Wrong`."""
    if value is None:
        return None
    if isinstance(value, float):
        if not isfinite(value):
            return Wrong(
                Code.NOT_A_NUMBER, f"`{name}` must be a number, not {value}", "leave it empty if it is unknown"
            )
        value = Decimal(repr(value))
    if isinstance(value, datetime):
        if value.time() != datetime.min.time():
            return Wrong(Code.NOT_A_DATE, f"`{name}` must be a date, not {value}", "write the day alone")
        value = value.date()
    if isinstance(value, str | date):
        return read_text(str(value), fact, name, None)
    if fact.value_type in (ValueType.MONTHS, ValueType.DAYS):
        return _duration(Decimal(value), fact, name)
    if isinstance(value, bool):
        return value
    text = f"{Decimal(value):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return read_text("0" if text == "-0" else text, fact, name, None)


def _duration(value: Decimal, fact: Fact, name: str) -> Any:
    if value % 1:
        return Wrong(Code.NOT_A_DURATION, f"`{name}` must be whole {fact.value_type}, not {value}", "round it")
    if not fact.low <= value <= fact.high or value > most_of(fact):
        return Wrong(Code.OUT_OF_RANGE, f"`{name}` must be at least {fact.low}, not {value}", "correct the value")
    return int(value)


def read_day(text: str, name: str) -> Any:
    """Return the full date that a text gives, or `Wrong`."""
    reader = Reader(_NOWHERE)
    day = full_date(reader, Scalar(text, True, 0, 0), f"`{name}`")
    if day is None:
        found = reader.found[0]
        return Wrong(found.code, found.message, found.hint)
    return day


def columns_of(fact: Fact, value: Any) -> tuple[Any, Any]:
    """Return what two columns hold of a figure or date: null where there is no bound."""
    low, high = ends(fact.unknown if value is None else value)
    if isinstance(low, date):
        open_ = low != high
        return (None if open_ and low == date.min else low), (None if open_ and high == date.max else high)
    return tuple(None if end in (inf, -inf) else int(end * scale(fact)) for end in (low, high))  # type: ignore[return-value]  # two ends


def shown(value: Any) -> str:
    """Return a cell in one short line."""
    return clip(str(value))
