"""Small mistakes that a rule set could hold: its conditions with one place changed, for cases to tell apart."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple, TypeAlias, assert_never, cast

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
    Term,
    Test,
    Total,
    children,
)
from comity.engine.language.diagnostic import NOWHERE, Span
from comity.engine.language.model import Fact, RuleSet, ValueType
from comity.engine.language.operators import ELAPSED, TABLE, Operator
from comity.engine.language.places import named, places
from comity.engine.language.quantity import exact
from comity.engine.language.references import type_of
from comity.engine.language.writing import duration

Kind: TypeAlias = Literal[
    "drop",
    "negate",
    "join",
    "bound",
    "threshold-up",
    "threshold-down",
    "unit",
    "count-up",
    "count-down",
    "extreme",
    "together",  # this and the next two are misreadings alone: see `misreadings.py`
    "apart",
    "newest",
]


class Mutant(NamedTuple):
    """One place of a rule set with one change: the whole condition or derivation before and after it.

    `place` is the id of a conclusion, or the name of a derived fact (`table.column` of a column). `reading` is the
    reading whose `define` is changed, and None where the place's own condition is; of a measure that is its `need`.
    """

    place: str
    reading: str | None
    kind: Kind
    before: Term
    after: Term
    at: Span  # of the changed part
    change: str  # in words

    @property
    def of_column(self) -> bool:
        """Whether it changes the derivation of a column, which is about one row."""
        return "." in self.place


def mutants(rules: RuleSet, drops: bool = False) -> Iterator[Mutant]:
    """Yield every rule set that is one change away from `rules`, in the order of its places.

    With `drops`, these are only those that lack a part.
    """
    changes = _Changes(rules, drops)
    for place, reading, before, table in places(rules):
        seen = {before}
        for change in changes.of(before, table):
            if change.after not in seen and (change.kind == "drop" or not drops):
                seen.add(change.after)
                yield Mutant(place, reading, change.kind, before, change.after, change.at, change.words)


def mutated(rules: RuleSet, mutant: Mutant) -> RuleSet:
    """Return the rule set with the change of `mutant`."""
    place, after = mutant.place, mutant.after
    if mutant.reading is not None:
        reading = rules.readings[mutant.reading]
        changed = reading.but(define={**reading.define, place: after})
        return rules.but(readings={**rules.readings, reading.id: changed})
    if (fact := changed_fact(rules, mutant)) is not None:
        return rules.but(facts={**rules.facts, fact.name: fact})
    if place in rules.measures:
        need = rules.measures[place].but(need=after, called_for=changed_condition(rules, mutant))
        return rules.but(measures={**rules.measures, place: need})
    if place in rules.principles:
        breach = rules.principles[place].but(breached_when=after)
        return rules.but(principles={**rules.principles, place: breach})
    things: Any
    for section, things in (("criteria", rules.criteria), ("contexts", rules.contexts), ("forms", rules.forms)):
        if place in things:
            return rules.but(**{section: {**things, place: things[place].but(when=after)}})
    raise ValueError(f"the rule set has no place `{place}`")


def changed_fact(rules: RuleSet, mutant: Mutant) -> Fact | None:
    """Return the fact that a mutant changes, with its new derivation (for a column: the table); None if it is none."""
    name, _, column = mutant.place.partition(".")
    fact = rules.facts.get(name)
    if fact is None or not column:
        return fact and fact.but(derive=mutant.after)
    return fact.but(columns={**fact.columns, column: fact.columns[column].but(derive=mutant.after)})


def changed_condition(rules: RuleSet, mutant: Mutant) -> Condition:
    """Return the whole new condition of the conclusion that a mutant changes: of a measure, with its contexts."""
    after = cast(Condition, mutant.after)
    if mutant.reading is None and mutant.place in rules.measures:
        called_for = cast(AllOf, rules.measures[mutant.place].called_for)
        return called_for.but(parts=(called_for.parts[0], after))
    return after


# --- changes --------------------------------------------------------------------------------------------------------


class _Change(NamedTuple):
    """A term with one change in it."""

    after: Term
    kind: Kind
    at: Span
    words: str


_OPPOSITE = {  # in every situation, ranges included
    Operator.IS: Operator.IS_NOT,
    Operator.AT_LEAST: Operator.LESS_THAN,
    Operator.MORE_THAN: Operator.AT_MOST,
    Operator.ELAPSED_AT_LEAST: Operator.ELAPSED_LESS_THAN,
}
_OPPOSITE |= {other: one for one, other in _OPPOSITE.items()}
BESIDE = {
    Operator.AT_LEAST: Operator.MORE_THAN,
    Operator.MORE_THAN: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.LESS_THAN,
    Operator.LESS_THAN: Operator.AT_MOST,
}
_DURATIONS = (ValueType.MONTHS, ValueType.DAYS)
_SIZES = (ValueType.NUMBER, *_DURATIONS)


class _Changes:
    """The changes of terms of one rule set."""

    def __init__(self, rules: RuleSet, drops: bool) -> None:
        self.rules = rules
        self.drops = drops

    def of(self, term: Term, table: Fact | None, negated: bool = False) -> Iterator[_Change]:
        """Yield `term` with each change in it, in the order in which it is written."""
        alone = isinstance(term, AllOf | AnyOf) and len(term.parts) == 1  # it says what its part says
        if isinstance(term, Condition) and not negated and not alone and not self.drops:
            yield _negation(term)
        if isinstance(term, AllOf | AnyOf | AtLeast) or not self.drops:
            yield from self.own(term, table)
        inner = self.rules.facts[term.table] if isinstance(term, Some | Every | Count | Total) else table
        for index, child in enumerate(children(term)):
            for change in self.of(child, inner, isinstance(term, Not) or (negated and alone)):
                yield change._replace(after=with_child(term, index, change.after))

    def own(self, term: Term, table: Fact | None) -> Iterator[_Change]:
        """Yield the changes of the term itself, apart from its negation."""
        match term:
            case AllOf(parts) | AnyOf(parts):
                if len(parts) > 1:
                    other = AnyOf if isinstance(term, AllOf) else AllOf
                    words = ("`all` becomes `any`", "`any` becomes `all`")[isinstance(term, AnyOf)]
                    yield _Change(other(parts, term.at), "join", term.at, words)
                    for index, part in enumerate(parts):
                        left = (*parts[:index], *parts[index + 1 :])
                        after = left[0] if len(left) == 1 else term.but(parts=left)
                        yield _Change(after, "drop", part.at, f"without {quoted(part)}")
            case AtLeast(k, parts):
                for kind, number in self.counts(k, len(parts)):
                    words = f"`at least {phrase(k)} of` becomes `at least {phrase(number)} of`"
                    yield _Change(term.but(k=number), kind, k.at, words)
                for index, part in enumerate(parts if len(parts) > 1 else ()):
                    after = term.but(parts=(*parts[:index], *parts[index + 1 :]))
                    yield _Change(after, "drop", part.at, f"without {quoted(part)}")
            case Some(name, where, at):
                words = f"`some row of {name}` becomes `every row of {name}`"
                yield _Change(Every(name, where, at), "join", at, words)
            case Every(name, where, at):
                words = f"`every row of {name}` becomes `some row of {name}`"
                yield _Change(Some(name, where, at), "join", at, words)
            case Test():
                yield from self.tests(term, table)
            case Extreme(which, _, over):
                other_end: Literal["lowest", "highest"] = "highest" if which == "lowest" else "lowest"
                yield _becomes(term, term.but(which=other_end), "extreme", term.at)
                for kind, window in self.windows(over):
                    yield _becomes(term, term.but(over=window), kind, over.at)
            case Arithmetic(operation, operands):
                for index, operand in enumerate(operands):
                    for kind, value in self.numbers(operand, divides=operation == "divide" and index == 1):
                        new = term.but(parts=(*operands[:index], value, *operands[index + 1 :]))
                        yield _becomes(term, new, kind, operand.at)
            case _:
                return

    def tests(self, test: Test, table: Fact | None) -> Iterator[_Change]:
        """Yield a test with another operator, or another bound."""
        operator, bound = test.operator, test.bound
        if operator in BESIDE:
            yield _becomes(test, test.but(operator=BESIDE[operator]), "bound", test.at)
        fact = named(self.rules, test.fact, table)
        kind, step = fact.value_type, fact.step
        if operator in ELAPSED:
            kind, step = type_of(self.rules, bound, table), 1
        for change, value in (*_steps(bound, kind, step), *self.units(bound, kind, operator in ELAPSED)):
            yield _becomes(test, test.but(bound=value), change, bound.at)

    def counts(self, k: Expression, parts: int) -> Iterator[tuple[Kind, Expression]]:
        """Yield the number of an `at_least` one up and one down, where it still asks for something that can be."""
        kinds: tuple[tuple[Kind, int], ...] = (("count-up", 1), ("count-down", -1))
        for kind, direction in kinds:
            if all(0 < value + direction <= parts for value in self.values(k)):
                moved = _moved(k, ValueType.NUMBER, 1, direction)
                assert moved is not None, "there is always another number"
                yield kind, moved

    def windows(self, over: Expression) -> Iterator[tuple[Kind, Expression]]:
        """Yield a window one step longer and shorter, and in another unit; it stays a whole number, 0 or more."""
        kind = type_of(self.rules, over, None)
        for change, moved in _steps(over, kind, 1):
            fits = isinstance(over, Constant) or change == "threshold-up"
            yield change, moved if fits else Arithmetic("largest", (moved, _literal(kind, 0)), over.at)
        values = self.values(over)
        if len(values) == 1:
            known = over if isinstance(over, Constant) else _literal(kind, values[0], over.at)
            yield from self.units(known, kind, True)

    def numbers(self, part: Expression, divides: bool) -> Iterator[tuple[Kind, Expression]]:
        """Yield a literal or parameter one step up and one step down; `divides` forbids 0."""
        if not isinstance(part, Constant | ParameterValue):
            return
        kind = type_of(self.rules, part, None)
        values = self.values(part)
        step = 1 if kind in _DURATIONS or all(value.__class__ is int for value in values) else Fraction(1, 100)
        for change, moved in _steps(part, kind, step):
            direction = 1 if change == "threshold-up" else -1
            if not (divides and any(value + direction * step == 0 for value in values)):
                yield change, moved
        yield from self.units(part, kind, False)

    def units(self, expression: Expression, kind: ValueType, either: bool) -> Iterator[tuple[Kind, Expression]]:
        """Yield as many months for years, and years for months; `either` says that days could be months."""
        values = self.values(expression)
        if not any(values):
            return  # none at all is as much in any unit
        if kind is ValueType.MONTHS:
            years = all(value % 12 == 0 for value in values)
            if isinstance(expression, Constant):
                years = (expression.text or "").endswith(("year", "years"))
                value = values[0] // 12 if years else values[0] * 12
                yield "unit", _literal(kind, value, expression.at)
            else:
                operation: Literal["divide", "product"] = "divide" if years else "product"
                yield "unit", Arithmetic(operation, (expression, _literal(ValueType.NUMBER, 12)), expression.at)
        elif kind is ValueType.DAYS and either and isinstance(expression, Constant):
            yield "unit", _literal(ValueType.MONTHS, expression.value, expression.at)

    def values(self, expression: Expression) -> tuple[Any, ...]:
        """Return the value of a literal, or those of a parameter; nothing of anything else."""
        match expression:
            case Constant(value=value):
                return (value,)
            case ParameterValue(name):
                return tuple(value for _, value in self.rules.parameters[name].values)
            case _:
                return ()


def _negation(condition: Condition) -> _Change:
    match condition:
        case Not(part):
            return _Change(part, "negate", condition.at, f"without the `not` before {quoted(part)}")
        case Test(operator=operator) if operator in _OPPOSITE:
            return _becomes(condition, condition.but(operator=_OPPOSITE[operator]), "negate", condition.at)
        case _:
            return _Change(Not(condition, condition.at), "negate", condition.at, f"{quoted(condition)} is negated")


def _becomes(before: Term, after: Term, kind: Kind, at: Span) -> _Change:
    if isinstance(before, Test) and isinstance(after, Test):
        one, other = _comparison(before), _comparison(after)
        return _Change(after, kind, at, f"`{before.fact}`: {_short(one)} becomes {_short(other)}")
    return _Change(after, kind, at, f"{quoted(before)} becomes {quoted(after)}")


def _steps(expression: Expression, kind: ValueType, step: Any) -> Iterator[tuple[Kind, Expression]]:
    """Yield an expression of type `kind` one step up and one step down, where there is such a value."""
    kinds: tuple[tuple[Kind, int], ...] = (("threshold-up", 1), ("threshold-down", -1))
    for change, direction in kinds:
        moved = _moved(expression, kind, step, direction)
        if moved is not None:
            yield change, moved


def _moved(expression: Expression, kind: ValueType, step: Any, direction: int) -> Expression | None:
    if kind is ValueType.DATE and isinstance(expression, Constant):
        day = expression.value.toordinal() + direction
        return _literal(kind, date.fromordinal(day), expression.at) if 0 < day <= date.max.toordinal() else None
    if kind not in _SIZES:
        return None
    if isinstance(expression, Constant):
        value = expression.value + direction * step
        return None if kind in _DURATIONS and value < 0 else _literal(kind, value, expression.at)
    return Arithmetic("sum" if direction > 0 else "difference", (expression, _literal(kind, step)), expression.at)


def _literal(kind: ValueType, value: Any, at: Span = NOWHERE) -> Constant:
    """Return a value as a rule would write it."""
    if kind in _DURATIONS:
        return Constant(kind.value, value, duration(value, kind), at)
    if kind is ValueType.DATE:
        return Constant(kind.value, value, value.isoformat(), at)
    return Constant(kind.value, exact(value), None, at)


def with_child(term: Term, index: int, child: Any) -> Term:
    """Return `term` with another term in the place of one of its `children`."""
    match term:
        case AllOf(parts) | AnyOf(parts) | Arithmetic(_, parts):
            return term.but(parts=(*parts[:index], child, *parts[index + 1 :]))
        case Not():
            return term.but(part=child)
        case AtLeast(_, parts):
            return term.but(k=child) if index == 0 else term.but(parts=(*parts[: index - 1], child, *parts[index:]))
        case Test():
            return term.but(bound=child)
        case Some() | Every() | Count() | Total():
            return term.but(where=child)
        case Elapsed():
            return term.but(since=child)
        case Extreme():
            return term.but(over=child)
        case Conclusion() | Constant() | FactValue() | ParameterValue():
            raise ValueError("the term has nothing inside")
        case _:
            assert_never(term)


# --- words ----------------------------------------------------------------------------------------------------------

_SIGNS = {"sum": " + ", "difference": " - ", "product": " × ", "divide": " / "}


def quoted(term: Term) -> str:
    """Return a condition or an expression in words and backticks, cut off where it is very long."""
    return _short(phrase(term))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"`{line if len(line) <= 120 else line[:119] + '…'}`"


def _comparison(test: Test) -> str:
    """Return what a test asks of its fact: `at least 25,000`, `is true`."""
    words = TABLE[test.operator].words
    plain = test.operator in (Operator.IS, Operator.IS_NOT)
    return f"{words if plain else words.removeprefix('is ')} {phrase(test.bound)}"


def phrase(term: Term) -> str:
    """Return a condition or an expression in one line, by the names that the rules use.

    >>> phrase(Test("arrivals", Operator.AT_LEAST, Constant("number", 25000)))
    'arrivals is at least 25,000'
    """
    match term:
        case AllOf(parts):
            return " and ".join(map(_inside, parts))
        case AnyOf(parts):
            return " or ".join(map(_inside, parts))
        case Not(part):
            return f"not {_inside(part)}"
        case AtLeast(k, parts):
            return f"at least {phrase(k)} of: {', '.join(map(_inside, parts))}"
        case Conclusion(id=name) | FactValue(name) | ParameterValue(name):
            return name
        case Test(fact, operator, bound):
            return f"{fact} {TABLE[operator].words} {_inside(bound)}"
        case Some(table, where):
            return f"some row of {table} where {phrase(where)}"
        case Every(table, where):
            return f"every row of {table} where {phrase(where)}"
        case Constant(kind, value, text):
            return _value(kind, value, text)
        case Arithmetic(operation, parts):
            sign = _SIGNS.get(operation)
            return sign.join(map(_inside, parts)) if sign else f"the {operation} of {', '.join(map(_inside, parts))}"
        case Elapsed(since, unit):
            return f"{unit} since {_inside(since)}"
        case Extreme(which, fact, over):
            return f"the {which} {fact} over {_inside(over)}"
        case Count(table, where):
            return f"the rows of {table}" + ("" if where is None else f" where {phrase(where)}")
        case Total(column, table, where, per):
            by = f", the largest by {', '.join(per)}" if per else ""
            return f"the total {column} of {table}{by}" + ("" if where is None else f" where {phrase(where)}")
        case _:
            assert_never(term)


def _inside(term: Term) -> str:
    """Return a term in words as part of another."""
    if isinstance(term, AllOf | AnyOf) and len(term.parts) == 1:
        return _inside(term.parts[0])
    short = isinstance(term, Not | Conclusion | Test | Constant | FactValue | ParameterValue)
    return phrase(term) if short else f"({phrase(term)})"


def _value(kind: str, value: Any, text: str | None) -> str:
    if text is not None:
        return text
    if value.__class__ is bool:
        return "true" if value else "false"
    if kind in _DURATIONS:
        return duration(value, ValueType(kind))
    if value.__class__ is Fraction:
        return f"{Decimal(value.numerator) / Decimal(value.denominator):,f}"
    return f"{value:,}" if value.__class__ is int else str(value)
