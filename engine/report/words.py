"""Values and conditions in words."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import floor, inf, log10
from typing import Any, TypeGuard, assert_never

from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    Arithmetic,
    AtLeast,
    Conclusion,
    Condition,
    Constant,
    Count,
    Elapsed,
    Every,
    Expression,
    Extreme,
    FactValue,
    Not,
    ParameterValue,
    Some,
    Test,
    Total,
)
from comity.engine.language.history import History
from comity.engine.language.model import Fact, Parameter, RuleSet, ValueType
from comity.engine.language.operators import TABLE
from comity.engine.language.places import named
from comity.engine.language.quantity import ANY_DATE, Range

TRUTH = {"met": "met", "not-met": "not met", "unknown": "cannot tell"}
STATUS = {"called-for": "called for", "conditional": "conditional", "not-called-for": "not called for"}
STANDING = {"consistent": "consistent", "in-conflict": "in conflict", "undetermined": "undetermined"}
PURPOSE = {"unserved": "unserved", "open": "cannot tell", "served": "served"}
BASIS = {"course": "course", "instrument": "instrument", "editorial": "editorial"}
NOT_KNOWN = "not known"
_SIGNS = {"sum": " + ", "product": " × ", "difference": " − ", "divide": " ÷ "}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def number(value: Any) -> str:
    """Return a number for reading: grouped, and rounded where it has no short decimal form.

    >>> number(25000), number(Fraction(5, 2)), number(Fraction(1_000, 3))
    ('25,000', '2.5', 'about 333.3')
    """
    size = abs(value)
    if size >= _HUGE or 0 < size < _TINY:
        return f"about {_with_power(value)}"
    if value.__class__ is int:
        return f"{value:,}"
    if (value * 10_000).denominator == 1:
        return _decimal(value, 4).rstrip("0")
    return f"about {_decimal(value, 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 4)}"


_HUGE = 10**18
_TINY = Fraction(1, 10_000)


def _with_power(value: int | Fraction) -> str:
    """Return a number too large or too small to be read digit by digit.

    >>> _with_power(25 * 10**400), _with_power(Fraction(-1, 10**9))
    ('2.5 × 10^401', '-1.0 × 10^-9')
    """
    size = abs(Fraction(value))
    power = floor(log10(size.numerator) - log10(size.denominator))
    mantissa = float(size / Fraction(10) ** power)
    sign = "-" if value < 0 else ""
    return f"{sign}{mantissa:.1f} × 10^{power}" if mantissa < 9.95 else f"{sign}1.0 × 10^{power + 1}"


def _decimal(value: Fraction, places: int) -> str:
    """Return a number rounded to so many decimal places, however large it is."""
    whole, rest = divmod(abs(round(value * 10**places)), 10**places)
    return f"{'-' if value < 0 else ''}{whole:,}.{rest:0{places}}"


def day(value: date) -> str:
    """Return a date in words.

    >>> day(date(2013, 1, 31))
    '31 January 2013'
    """
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def period_words(first: date, last: date) -> str:
    """Return when a value held.

    >>> period_words(date(2012, 1, 1), date(2012, 12, 31)), period_words(date(2012, 2, 1), date(2012, 2, 29))
    ('in 2012', 'in February 2012')
    >>> period_words(date(2012, 2, 2), date(2012, 2, 2)), period_words(date(2012, 2, 2), date(9999, 12, 31))
    ('on 2 February 2012', 'from 2 February 2012')
    """
    if first == last:
        return f"on {day(first)}"
    if last == date.max:
        return f"from {day(first)}"
    after = last + timedelta(days=1)
    if first.day == after.day == 1:
        months = 12 * (after.year - first.year) + after.month - first.month
        if months == 12 and first.month == 1:
            return f"in {first.year}"
        if months == 1:
            return f"in {day(first).removeprefix('1 ')}"
    return f"from {day(first)} to {day(last)}"


def duration(value: Any, unit: ValueType) -> str:
    """Return a number of months or days as a duration.

    >>> duration(60, ValueType.MONTHS), duration(18, ValueType.MONTHS), duration(1, ValueType.DAYS)
    ('5 years', '18 months', '1 day')
    """
    if unit is ValueType.MONTHS and value.__class__ is int and value % 12 == 0 and value:
        value, name = value // 12, "year"
    else:
        name = "month" if unit is ValueType.MONTHS else "day"
    return f"{number(value)} {name}" + ("" if value == 1 else "s")


def counted(things: int, noun: str) -> str:
    """Return a number of things.

    >>> counted(1, "case"), counted(2, "case")
    ('1 case', '2 cases')
    """
    return f"{things} {noun}" + ("" if things == 1 else "s")


def unit_of(unit: str, amount: Any) -> str:
    """Return a unit, which rule sets write in the plural, as it goes with an amount.

    >>> unit_of("States", 1), unit_of("people/day", 1), unit_of("cases/month", 2), unit_of("kg", 1)
    ('State', 'person/day', 'cases/month', 'kg')
    """
    if amount != 1:
        return unit
    if unit.startswith("people"):
        return f"person{unit.removeprefix('people')}"
    return re.sub(r"^(\w+[^\Ws])s\b", r"\1", unit)


def _point(value: Any, kind: ValueType) -> str:
    if value.__class__ is date:
        return day(value)
    return duration(value, kind) if kind in (ValueType.MONTHS, ValueType.DAYS) else number(value)


def value(held: Any, kind: ValueType, unit: str | None = None) -> str:
    """Return what is known of a value, in words.

    >>> value(Range(20_000, 30_000), ValueType.NUMBER, "people"), value(Range(0, inf), ValueType.NUMBER)
    ('20,000 to 30,000 people', 'not known')
    """
    if held is None:
        return NOT_KNOWN
    if held.__class__ is bool:
        return "yes" if held else "no"
    if held.__class__ is str:
        return str(held)
    if held.__class__ is tuple:
        return counted(len(held), "row")
    if held.__class__ is History:
        return counted(len(held.entries), "figure")
    last = held if held.__class__ is not Range else held.low if held.high == inf else held.high
    suffix = f" {unit_of(unit, last)}" if unit and kind is ValueType.NUMBER else ""
    if held.__class__ is not Range:
        return _point(held, kind) + suffix
    low, high = held.low, held.high
    if held == ANY_DATE or (low in (0, -inf) and high == inf):
        return NOT_KNOWN
    if kind is ValueType.DATE:
        if low == date.min:
            return f"not after {day(high)}"
        return f"not before {day(low)}" if high == date.max else f"between {day(low)} and {day(high)}"
    if high == inf:
        return f"at least {_point(low, kind)}{suffix}"
    if low == -inf:
        return f"at most {_point(high, kind)}{suffix}"
    return f"{_point(low, kind)} to {_point(high, kind).removeprefix('about ')}{suffix}"


def of_fact(fact: Fact, held: Any) -> str:
    """Return what is known of a fact, in words, with its unit."""
    return NOT_KNOWN if held == fact.unknown else value(held, fact.value_type, fact.unit)


def of_parameter(parameter: Parameter, held: Any) -> str:
    """Return the value of a parameter in words, with its unit."""
    return value(held, parameter.value_type, parameter.unit)


def arithmetic(term: Arithmetic, words: Sequence[str]) -> str:
    """Return arithmetic in one line, with each of its parts in `words`.

    It is read as at school: × and ÷ before + and −, then from the left. What would be read otherwise than it is meant
    stands in brackets, and so does a list inside anything.
    """
    if term.operation not in _SIGNS:
        listed = (_bracketed(text, _lists(part)) for part, text in zip(term.parts, words, strict=True))
        return f"the {term.operation} of {', '.join(listed)}"
    if len(words) == 1:
        return words[0]
    parts = enumerate(zip(term.parts, words, strict=True))
    return _SIGNS[term.operation].join(_bracketed(text, _apart(term.operation, at, part)) for at, (part, text) in parts)


_STRENGTH = {"sum": 1, "difference": 1, "product": 2, "divide": 2}
_EITHER_WAY = {("sum", "sum"), ("sum", "difference"), ("product", "product")}  # from the left, or the right part first


def _apart(operation: str, at: int, part: Expression) -> bool:
    """Tell whether a part of a sum, difference, product or quotient needs brackets, by its place from 0."""
    part = _alone(part)
    if not _signed(part):
        return _lists(part)
    if _STRENGTH[part.operation] != _STRENGTH[operation]:
        return _STRENGTH[part.operation] < _STRENGTH[operation]
    return at > 0 and ((operation, part.operation) not in _EITHER_WAY or _begins_with_quotient(part))


def _begins_with_quotient(part: Expression) -> bool:
    """Tell whether a product begins so: as 0 times what is unknown is 0, `a × (b ÷ 0)` is not `a × b ÷ 0`."""
    while _signed(part) and part.operation == "product":
        part = _alone(part.parts[0])
    return _signed(part) and part.operation == "divide"


def _lists(expression: Expression) -> bool:
    """Tell whether an expression in words ends in a list."""
    match _alone(expression):
        case Arithmetic(operation):
            return operation not in _SIGNS
        case Elapsed(since=since):
            return _lists(since)
        case Total(per=per):
            return bool(per)
        case _:
            return False


def _signed(expression: Expression) -> TypeGuard[Arithmetic]:
    return isinstance(expression, Arithmetic) and expression.operation in _SIGNS


def _alone(expression: Expression) -> Expression:
    """Return what a sum or a product of one thing is in words: that thing."""
    while _signed(expression) and len(expression.parts) == 1:
        expression = expression.parts[0]
    return expression


def _bracketed(text: str, needed: bool) -> str:
    return f"({text})" if needed else text


class Phrases:
    """Puts the conditions of one rule set into words; inside a table, names are its columns first."""

    def __init__(self, rules: RuleSet, table: Fact | None = None) -> None:
        self.rules = rules
        self.table = table

    def inside(self, table: Fact | None) -> "Phrases":
        """Return the same for the rows of a table."""
        return self if table is self.table else Phrases(self.rules, table)

    def declared(self, name: str) -> Fact:
        """Return the column of the table, or else the fact, called `name`."""
        return named(self.rules, name, self.table)

    def fact(self, name: str) -> str:
        """Return the title of a fact or column."""
        return self.declared(name).title or name.replace("_", " ")

    def conclusion(self, id_: str) -> str:
        """Return the title of anything with an id."""
        rules = self.rules
        for things in (
            rules.criteria,
            rules.contexts,
            rules.measures,
            rules.forms,
            rules.principles,
            rules.purposes,
            rules.precedents,
        ):
            if id_ in things:
                return str(things[id_].title)
        return id_

    def condition(self, condition: Condition) -> str:
        """Return a condition in one line, as the head of its trace."""
        match condition:
            case AllOf():
                return "all of:"
            case AnyOf():
                return "any of:"
            case Not():
                return "not:"
            case AtLeast(k):
                return f"at least {self.expression(k)} of:"
            case Conclusion(kind, name):
                return f"{kind}: {self.conclusion(name)}"
            case Test(fact, operator, bound):
                return f"{self.fact(fact)} {TABLE[operator].words} {self.bound(fact, bound)}"
            case Some(table):
                return f"in at least one row of {self.fact(table)}:"
            case Every(table):
                return f"in every row of {self.fact(table)}:"
            case _:
                assert_never(condition)

    def bound(self, fact: str, bound: Expression) -> str:
        """Return what a fact is compared with, with the fact's unit if the bound is a bare number."""
        declared = self.declared(fact)
        if isinstance(bound, Constant) and bound.type == ValueType.NUMBER:
            return value(bound.value, ValueType.NUMBER, declared.unit)
        return self.expression(bound)

    def expression(self, expression: Expression) -> str:
        """Return an expression in words."""
        match expression:
            case Constant(kind, held, text):
                return text if text is not None and kind == ValueType.TEXT else value(held, ValueType(kind))
            case FactValue(name):
                return self.fact(name)
            case ParameterValue(name):
                return name
            case Arithmetic(parts=parts):
                return arithmetic(expression, [self.expression(part) for part in parts])
            case Elapsed(since, unit):
                return f"{unit} since {self.expression(since)}"
            case Extreme(which, fact, over):
                return f"the {which} {self.fact(fact)} over {self.expression(over)}"
            case Count(table):
                return f"the rows of {self.fact(table)}"
            case Total(column, table, _, per):
                rows = self.inside(self.rules.facts[table])
                by = f", the largest by {', '.join(rows.fact(name) for name in per)}" if per else ""
                return f"the total {rows.fact(column)} in {self.fact(table)}{by}"
            case _:
                assert_never(expression)
