"""The tests that a condition can make of a fact: one table, one row each."""

from enum import StrEnum
from typing import NamedTuple


class Operator(StrEnum):
    """A test of a fact, by the key that a rule writes."""

    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    BEFORE = "before"
    AFTER = "after"
    ELAPSED_AT_LEAST = "elapsed_at_least"
    ELAPSED_LESS_THAN = "elapsed_less_than"


class Row(NamedTuple):
    """What is true of one operator."""

    python: str  # between two values that compare with three answers (quantity.Range)
    words: str  # between the name of the fact and the bound
    symbol: str  # the same, short
    types: frozenset[str]  # of the facts that it can test: see model.ValueType


_ANY = frozenset({"boolean", "number", "months", "days", "date", "choice", "text"})
_SIZES = frozenset({"number", "months", "days"})
_DATES = frozenset({"date"})

TABLE: dict[Operator, Row] = {
    Operator.IS: Row("==", "is", "=", _ANY),
    Operator.IS_NOT: Row("!=", "is not", "≠", _ANY),
    Operator.AT_LEAST: Row(">=", "is at least", "≥", _SIZES),
    Operator.MORE_THAN: Row(">", "is more than", ">", _SIZES),
    Operator.AT_MOST: Row("<=", "is at most", "≤", _SIZES),
    Operator.LESS_THAN: Row("<", "is less than", "<", _SIZES),
    Operator.BEFORE: Row("<", "is before", "<", _DATES),
    Operator.AFTER: Row(">", "is after", ">", _DATES),
    Operator.ELAPSED_AT_LEAST: Row(">=", "lies back at least", "≥", _DATES),
    Operator.ELAPSED_LESS_THAN: Row("<", "lies back less than", "<", _DATES),
}

ELAPSED = frozenset({Operator.ELAPSED_AT_LEAST, Operator.ELAPSED_LESS_THAN})
