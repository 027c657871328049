"""Conditions as formulas of the solver: the same answers, for all situations at once.

A condition becomes two formulas, *met* and *not met*; both are false where it is unknown. A number or a date becomes an
interval. The formulas are what the evaluator does, interval by interval, so that a partial situation is unknown to
both alike; `tests/test_translation.py` holds them to the same answers. What the solver cannot take becomes a variable
without meaning: then more counts as possible than is, so that proofs stay proofs, and a witness has to be confirmed by
the evaluator (as every witness is). `Script.approximate` says what that was.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache, reduce
from math import ceil, inf
from operator import add, mul, sub
from typing import Any, Literal, NamedTuple, TypeAlias, assert_never

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
    walk,
)
from comity.engine.language.history import first_day
from comity.engine.language.model import Fact, Given, RuleSet, ValueType
from comity.engine.language.operators import ELAPSED, TABLE, Operator
from comity.engine.language.quantity import DAY, Range, ends
from comity.engine.language.references import names_in, type_of
from comity.engine.translation.formulas import (
    FALSE,
    TRUE,
    ZERO,
    Formula,
    Sum,
    at_least_of,
    choose,
    compare,
    conj,
    disj,
    neg,
    number,
    variable,
)
from comity.engine.translation.space import Cell, Piece, RowCells, Script, Space, code

View: TypeAlias = Literal["complete", "partial"]
"""Which situation a translation speaks of: all that the space says, or only what is stated of it."""


class Truths(NamedTuple):
    """When a condition is met, and when it is not met."""

    met: Formula
    not_met: Formula

    def negated(self) -> "Truths":
        return Truths(self.not_met, self.met)


class End(NamedTuple):
    """An end of an interval; where `open` holds there is none, and `value` means nothing."""

    value: Sum
    open: Formula = FALSE


class Interval(NamedTuple):
    """All that a number or a date can be. `positive` tells whether it can be seen that none of it is below 0."""

    low: End
    high: End
    positive: bool = False

    @property
    def point(self) -> bool:
        """Whether it is one value, everywhere."""
        return self.low == self.high and self.low.open == FALSE


class Quotient(NamedTuple):
    """A quotient, kept as it is: it is compared by multiplying."""

    top: Interval
    bottom: Interval


class DaysSince(NamedTuple):
    """The days from a date to the as-of date: they are compared as dates."""

    since: Interval


Value: TypeAlias = list[tuple[Formula, Interval | Quotient | DaysSince]]  # each where its formula holds; one does


class Word(NamedTuple):
    """A choice or a text: whether it is known, and its number."""

    known: Formula
    number: Sum


_ON_NUMBERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "sum": add,
    "difference": sub,
    "product": mul,
    "smallest": min,
    "largest": max,
}


def exactly(value: Fraction | int) -> Interval:
    """Return a number as an interval."""
    return Interval(End(number(value)), End(number(value)), value >= 0)


class Translation:
    """The formulas of one rule set, under one reading and set of parameters, over a space.

    With `tables` false, what rules ask of tables is a variable without meaning: what holds then holds for any number of
    rows. `overrides` are parameters, as `compile_rules` takes them; `conclusions` are the conditions by id, if at hand.
    """

    def __init__(
        self,
        space: Space,
        rules: RuleSet,
        reading: str | None = None,
        overrides: Mapping[str, Any] | None = None,
        view: View = "complete",
        tables: bool = True,
        conclusions: Mapping[str, Condition] | None = None,
        free: dict[Any, Any] | None = None,
    ) -> None:
        name = reading or rules.default_reading
        self.space = space
        self.script: Script = space.script
        self.rules = rules
        self.set = {**(rules.readings[name].set if name else {}), **(overrides or {})}
        self.conclusions = rules.conditions(name) if conclusions is None else conclusions
        self.view = view
        self.tables = tables
        self.free = {} if free is None else free  # variables without meaning, by what they stand for
        self.truths: dict[tuple[Condition, RowCells | None], Truths] = {}
        self.values: dict[tuple[Expression, RowCells | None], Value] = {}
        self.words: dict[tuple[str, RowCells | None], Word] = {}
        self.as_of = code(space.as_of)

    def conclusion(self, name: str) -> Truths:
        """Return when a conclusion is met, and when not."""
        return self.condition(self.conclusions[name], None)

    def impossible(self) -> list[Formula]:
        """Return, for each exclusion of the rule set, when a situation meets it."""
        return [self.condition(exclusion.when, None).met for exclusion in self.rules.impossible]

    # --- conditions ---

    def condition(self, condition: Condition, row: RowCells | None = None) -> Truths:
        """Return when a condition is met, and when not; inside a row, of that row."""
        key = (condition, row)
        found = self.truths.get(key)
        if found is None:
            met, not_met = self._condition(condition, row)
            met = self.script.named(met)
            not_met = neg(met) if not_met == neg(met) else self.script.named(not_met)
            found = self.truths[key] = Truths(met, not_met)
        return found

    def _condition(self, condition: Condition, row: RowCells | None) -> Truths:
        match condition:
            case AllOf(parts):
                return _all([self.condition(part, row) for part in parts])
            case AnyOf(parts):
                return _any([self.condition(part, row) for part in parts])
            case Not(part):
                return self.condition(part, row).negated()
            case AtLeast(k, parts):
                return self._at_least(condition, k, [self.condition(part, row) for part in parts], row)
            case Conclusion(id=name):
                return self.condition(self.conclusions[name], None)
            case Test():
                return self._test(condition, row)
            case Some(table, where) | Every(table, where):
                return self._quantified(condition, table, where)
            case _:
                assert_never(condition)

    def _at_least(self, condition: AtLeast, k: Expression, parts: list[Truths], row: RowCells | None) -> Truths:
        bound = self._constant(k)
        if bound is None:
            return self._free_truths(condition, row, f"the number of `at_least` at {condition.at}")
        low, high = ends(bound)
        if low == -inf or high == inf:
            return Truths(FALSE, FALSE)
        met = at_least_of(ceil(high), (part.met for part in parts))
        # Not met once fewer than k can be: n less those that are not met, so more than n - k are not met.
        short = len(parts) - ceil(low) + 1
        return _pair(met, TRUE if short <= 0 else at_least_of(short, (part.not_met for part in parts)))

    def _quantified(self, condition: Some | Every, table: str, where: Condition) -> Truths:
        cells = self.space.table(self.rules.facts[table])
        known = self._table_known(table)
        if not self.tables:
            free = self._free_truths(condition, None, "")
            return free if known == TRUE else Truths(conj([known, free.met]), conj([known, free.not_met]))
        each = [(row.present, self.condition(where, row)) for row in cells.rows]
        if isinstance(condition, Some):
            met = disj(conj([present, truths.met]) for present, truths in each)
            return Truths(
                conj([known, met]),
                conj([known, *(disj([neg(present), truths.not_met]) for present, truths in each)]),
            )
        met = conj(disj([neg(present), truths.met]) for present, truths in each)
        failed = disj(conj([present, truths.not_met]) for present, truths in each)
        return Truths(conj([known, met]), conj([known, failed]))

    def _table_known(self, table: str) -> Formula:
        stated = self.space.table(self.rules.facts[table]).stated  # named in both views: so the table is mentioned
        return TRUE if self.view == "complete" else stated

    def _test(self, test: Test, row: RowCells | None) -> Truths:
        fact = self._declared(test.fact, row)
        if fact.value_type is ValueType.BOOLEAN:
            truths = self._same_truth(self._truth_of(test.fact, row), test.bound, row)
            return truths if test.operator is Operator.IS else truths.negated()
        if fact.value_type in (ValueType.CHOICE, ValueType.TEXT):
            truths = self._same_word(self._word(test.fact, row), test.bound, row)
            return truths if test.operator is Operator.IS else truths.negated()
        left = self.value(FactValue(test.fact), row)
        if test.operator in ELAPSED:
            unit = type_of(self.rules, test.bound, self._table_of(row))
            left = self.value(Elapsed(FactValue(test.fact), "days" if unit is ValueType.DAYS else "months"), row)
        right = self.value(test.bound, row)
        symbol = TABLE[test.operator].python
        if symbol == "!=":
            return self._compared(left, "==", right, test, row).negated()
        return self._compared(left, symbol, right, test, row)

    def _compared(self, left: Value, symbol: str, right: Value, test: Test, row: RowCells | None) -> Truths:
        pairs = [(conj([here, there]), self._compare(a, symbol, b)) for here, a in left for there, b in right]
        if any(truths is None for _, truths in pairs):
            return self._free_truths(test, row, f"the comparison at {test.at}")
        met = disj(conj([where, truths.met]) for where, truths in pairs if truths is not None)
        if len(pairs) == 1:
            return pairs[0][1] or Truths(FALSE, FALSE)
        return Truths(met, disj(conj([where, truths.not_met]) for where, truths in pairs if truths is not None))

    def _compare(
        self, a: Interval | Quotient | DaysSince, symbol: str, b: Interval | Quotient | DaysSince
    ) -> Truths | None:
        """Return how two values compare as `symbol` says (==, >=, >, <=, <); None if that is not translated."""
        if symbol in ("<=", "<"):
            return self._compare(b, ">=" if symbol == "<=" else ">", a)
        if symbol == "==":
            return self._equal(a, b)
        strict = symbol == ">"
        if isinstance(a, Interval) and isinstance(b, Interval):
            met = _reaches(a.low, b.high, strict)
            return _pair(met, _reaches(b.low, a.high, not strict), a.point and b.point)
        if isinstance(a, DaysSince) or isinstance(b, DaysSince):
            return self._compare_days(a, b, strict)
        return self._compare_quotients(a, b, strict)

    def _equal(self, a: Interval | Quotient | DaysSince, b: Interval | Quotient | DaysSince) -> Truths | None:
        over, under = self._compare(a, ">=", b), self._compare(b, ">=", a)
        if over is None or under is None:
            return None
        apart = disj([over.not_met, under.not_met])
        if isinstance(a, Interval) and isinstance(b, Interval):
            both = [_reaches(a.low, a.high, False), _reaches(b.low, b.high, False)]
            return _pair(conj([over.met, under.met, *both]), apart, a.point and b.point)
        return _pair(conj([over.met, under.met]), apart)

    def _compare_days(
        self, a: Interval | Quotient | DaysSince, b: Interval | Quotient | DaysSince, strict: bool
    ) -> Truths | None:
        """Compare days since a date with a number of days that is known: one day decides."""
        if isinstance(a, DaysSince) and isinstance(b, Interval) and b.point and not b.low.value.coefficients:
            days = b.low.value.constant
            least = ceil(days) if not strict or days != int(days) else int(days) + 1  # so many days, or more
            return self._at_least_days(a.since, least)
        if isinstance(b, DaysSince) and isinstance(a, Interval) and a.point and not a.low.value.coefficients:
            days = a.low.value.constant
            # a >= days since: not so many days or more as lie above a
            least = int(days // 1) + 1 if not strict else ceil(days)
            return self._at_least_days(b.since, least).negated()
        return None

    def _at_least_days(self, since: Interval, days: int) -> Truths:
        ordinal = self.space.as_of.toordinal() - days
        if ordinal > date.max.toordinal():
            return Truths(TRUE, FALSE)
        if ordinal < 1:
            return Truths(FALSE, TRUE)
        day = End(number(code(date.fromordinal(ordinal))))
        met = _reaches(day, since.high, False)
        return _pair(met, _reaches(since.low, day, True), since.point)

    def _compare_quotients(self, a: Any, b: Any, strict: bool) -> Truths | None:
        """Compare a quotient with a number, or with another quotient, by multiplying with the divisors."""
        tops = [one.top if isinstance(one, Quotient) else one for one in (a, b)]
        bottoms = [one.bottom if isinstance(one, Quotient) else exactly(1) for one in (a, b)]
        if not all(one.positive for one in (*tops, *bottoms)):
            return None
        # a/c >= b/d at the worst: lowest a over highest c against highest b over lowest d.
        defined = conj(compare(one.low.value, ">", ZERO) for one in bottoms)
        met = conj([defined, self._crossed(tops[0].low, bottoms[0].high, tops[1].high, bottoms[1].low, strict)])
        not_met = self._crossed(tops[1].low, bottoms[1].high, tops[0].high, bottoms[0].low, not strict)
        return Truths(met, conj([defined, not_met]))

    def _crossed(self, top: End, bottom: End, other_top: End, other_bottom: End, strict: bool) -> Formula:
        """Return that `top/bottom`, a low end, is at least (or more than) `other_top/other_bottom`, a high end.

        An open divisor makes the low end 0; an open dividend makes the high end infinite.
        """
        left = self._times(top.value, other_bottom.value)
        right = self._times(other_top.value, bottom.value)
        symbol = ">" if strict else ">="
        plain = compare(left, symbol, right)
        at_zero = compare(ZERO, symbol, other_top.value)
        return conj([neg(other_top.open), choose(bottom.open, at_zero, plain)])

    def _times(self, a: Sum, b: Sum) -> Sum:
        for one, other in ((a, b), (b, a)):
            if not one.coefficients:
                return other.times(one.constant)
        return self.script.term(f"(* {a.text()} {b.text()})", self.script.sort(a, b))

    def _same_truth(self, truths: Truths, bound: Expression, row: RowCells | None) -> Truths:
        match bound:
            case Constant(value=value):
                return truths if value else truths.negated()
            case ParameterValue():
                value = self._parameter(bound.name)
                if value is None:
                    return Truths(FALSE, FALSE)
                return truths if value else truths.negated()
            case FactValue(name):
                other = self._truth_of(name, row)
                met = disj([conj([truths.met, other.met]), conj([truths.not_met, other.not_met])])
                not_met = disj([conj([truths.met, other.not_met]), conj([truths.not_met, other.met])])
                return _pair(met, not_met)
            case _:
                raise AssertionError("a truth is compared with a literal, a parameter or a fact")

    def _same_word(self, word: Word, bound: Expression, row: RowCells | None) -> Truths:
        match bound:
            case Constant() | ParameterValue():
                text = bound.text if isinstance(bound, Constant) else self._parameter(bound.name)
                if text is None:
                    return Truths(FALSE, FALSE)
                equal = compare(word.number, "=", number(self.space.word(text)))
                return Truths(conj([word.known, equal]), conj([word.known, neg(equal)]))
            case FactValue(name):
                second = self._word(name, row)
                both = conj([word.known, second.known])
                equal = compare(word.number, "=", second.number)
                return Truths(conj([both, equal]), conj([both, neg(equal)]))
            case _:
                raise AssertionError("a text is compared with a literal, a parameter or a fact")

    # --- facts ---

    def _table_of(self, row: RowCells | None) -> Fact | None:
        return None if row is None else self.rules.facts[row.table]

    def _declared(self, name: str, row: RowCells | None) -> Fact:
        if row is not None and name in self.rules.facts[row.table].columns:
            return self.rules.facts[row.table].columns[name]
        return self.rules.facts[name]

    def _home(self, name: str, row: RowCells | None) -> RowCells | None:
        """Return the row that `name` belongs to: None for a fact that is named inside a row."""
        return row if row is not None and name in self.rules.facts[row.table].columns else None

    def _stated(self, fact: Fact, piece: Piece) -> Formula:
        """Whether a value is known: all that is not derived is, in a complete situation."""
        return TRUE if self.view == "complete" and fact.derive is None else piece.stated

    def _truth_of(self, name: str, row: RowCells | None) -> Truths:
        """Return when a boolean fact is true, and when false."""
        fact, row = self._declared(name, row), self._home(name, row)
        piece = self.space.cell(fact, row).pieces[0]
        stated = self._stated(fact, piece)
        given = Truths(conj([stated, piece.value]), conj([stated, neg(piece.value)]))
        if stated == TRUE:
            given = Truths(piece.value, neg(piece.value))
        if fact.derive is None:
            return given
        derived = self._boolean(fact.derive, row)
        return Truths(choose(stated, piece.value, derived.met), choose(stated, neg(piece.value), derived.not_met))

    def _boolean(self, derive: Term, row: RowCells | None) -> Truths:
        """Return when what a boolean is derived from is true, and when false."""
        match derive:
            case FactValue(name):
                return self._truth_of(name, row)
            case Constant(value=value):
                return Truths(TRUE, FALSE) if value else Truths(FALSE, TRUE)
            case ParameterValue(name):
                value = self._parameter(name)
                return Truths(FALSE, FALSE) if value is None else Truths(TRUE, FALSE) if value else Truths(FALSE, TRUE)
            case AllOf() | AnyOf() | Not() | AtLeast() | Conclusion() | Test() | Some() | Every():
                return self.condition(derive, row)
            case _:
                raise AssertionError("a truth is derived from a condition")

    def _word(self, name: str, row: RowCells | None) -> Word:
        """Return a choice or a text."""
        fact, row = self._declared(name, row), self._home(name, row)
        found = self.words.get((name, row))
        if found is None:
            piece = self.space.cell(fact, row).pieces[0]
            given = Word(self._stated(fact, piece), variable(piece.value))
            found = given if fact.derive is None else self._derived_word(fact, given, row)
            self.words[name, row] = found
        return found

    def _derived_word(self, fact: Fact, given: Word, row: RowCells | None) -> Word:
        match fact.derive:
            case Constant(text=text) if text is not None:
                derived = Word(TRUE, number(self.space.word(text)))
            case ParameterValue(name):
                text = self._parameter(name)
                derived = Word(FALSE, ZERO) if text is None else Word(TRUE, number(self.space.word(text)))
            case FactValue(name):
                derived = self._word(name, row)
            case _:
                why = f"how `{fact.name}` is derived"
                free = self._free_number(FactValue(fact.name), row, why, "Int")
                known = self.space.script.declare("k", "Bool") if self.view == "partial" else TRUE
                derived = Word(known, free.low.value)
        known = disj([given.known, derived.known])
        return Word(known, self.script.either(given.known, given.number, derived.number))

    def value(self, expression: Expression, row: RowCells | None = None) -> Value:
        """Return a number, duration or date."""
        home = self._home(expression.name, row) if isinstance(expression, FactValue) else row
        key = (expression, home)
        if key not in self.values:
            self.values[key] = self._value(expression, home if isinstance(expression, FactValue) else row)
        return self.values[key]

    def _value(self, expression: Expression, row: RowCells | None) -> Value:
        constant = self._constant(expression)
        if constant is not None:
            return _always(_interval(constant))
        match expression:
            case FactValue(name):
                return self._fact_value(self._declared(name, row), row)
            case Arithmetic():
                return self._arithmetic(expression, row)
            case Elapsed(since, unit):
                return [(where, self._elapsed(expression, one, unit, row)) for where, one in self.value(since, row)]
            case Extreme(which, name, over):
                fact, home = self._declared(name, row), self._home(name, row)
                window = self._constant(over)
                counted_in = type_of(self.rules, over, self._table_of(row))
                if window is None or window.__class__ is Range:
                    return _always(self._free_number(expression, row, f"the window at {expression.at}", "Real"))
                first = first_day(window, counted_in.value, self.space.as_of)
                return _always(self._history(which, fact, first, home))
            case Count(table, where):
                return _always(self._count(expression, table, where))
            case Total():
                return _always(self._total(expression))
            case _:
                raise AssertionError("a literal or a parameter is a constant")

    def _constant(self, expression: Expression) -> Given | None:
        """Return the value of a literal or a parameter, or of a sum of them; None if it is none."""
        match expression:
            case Constant(value=value):
                return value
            case ParameterValue(name):
                return self._parameter(name)
            case Arithmetic(operation, parts) if operation in _ON_NUMBERS:
                values = [value for part in parts if isinstance(value := self._constant(part), int | Fraction)]
                return reduce(_ON_NUMBERS[operation], values) if len(values) == len(parts) else None
            case _:
                return None

    def _parameter(self, name: str) -> Given:
        return self.set[name] if name in self.set else self.rules.parameters[name].on(self.space.as_of)

    def _fact_value(self, fact: Fact, row: RowCells | None) -> Value:
        cell = self.space.cell(fact, row)
        if fact.derive is None:
            if fact.history:
                return _always(self._history("current", fact, self.space.as_of, row))
            return _always(self._piece(fact, cell.pieces[0], None))
        piece = cell.pieces[0]
        derived = self.value(fact.derive, row)  # type: ignore[arg-type]  # a number is derived from an expression
        given = self._given(fact, piece)
        if len(derived) == 1 and isinstance(derived[0][1], Interval):
            return _always(self._either(piece.stated, given, derived[0][1]))
        return [(piece.stated, given), *((conj([neg(piece.stated), where]), one) for where, one in derived)]

    def _piece(self, fact: Fact, piece: Piece, stated: Formula | None) -> Interval:
        """Return what is known of a value that may be stated."""
        stated = self._stated(fact, piece) if stated is None else stated
        given = self._given(fact, piece)
        if stated == TRUE:
            return given
        low, high = ends(fact.unknown)
        positive = given.positive
        if fact.value_type is ValueType.DATE:
            low, high = code(low), code(high)
        bottom = End(ZERO, TRUE) if low == -inf else End(number(low))
        top = End(ZERO, TRUE) if high == inf else End(number(high))
        return self._either(stated, given, Interval(bottom, top, positive))

    def _given(self, fact: Fact, piece: Piece) -> Interval:
        low = End(variable(piece.value))
        high = End(variable(piece.high), piece.open) if piece.high else low
        return Interval(low, high, fact.value_type is ValueType.DATE or (fact.low is not None and fact.low >= 0))

    def _either(self, condition: Formula, then: Interval, otherwise: Interval) -> Interval:
        if condition == TRUE or then == otherwise:
            return then
        if condition == FALSE:
            return otherwise
        low = self._either_end(condition, then.low, otherwise.low)
        if then.point and otherwise.point:
            return Interval(low, low, then.positive and otherwise.positive)
        high = self._either_end(condition, then.high, otherwise.high)
        return Interval(low, high, then.positive and otherwise.positive)

    def _either_end(self, condition: Formula, then: End, otherwise: End) -> End:
        open_ = choose(condition, then.open, otherwise.open)
        if otherwise.open == TRUE:
            return End(then.value, open_)
        if then.open == TRUE:
            return End(otherwise.value, open_)
        return End(self.script.either(condition, then.value, otherwise.value), self.script.named(open_))

    # --- histories ---

    def _history(self, which: str, fact: Fact, first: date, row: RowCells | None) -> Interval:
        """Return the current, lowest or highest value of a history in the window that begins on `first`."""
        cell = self.space.cell(fact, row)
        pieces = [piece for piece in cell.pieces if piece.first is not None and piece.first >= first]
        choice = "highest" if which == "highest" else "lowest"
        by_period = self._extreme(choice, [self._piece(fact, piece, None) for piece in pieces])
        if row is None:
            return by_period
        table = self.rules.facts[row.table]
        if table.since is None:
            return by_period
        single = self._single(choice, fact, cell, first, row, table.columns["since"])
        return self._either(cell.by_period, by_period, single)

    def _single(self, which: str, fact: Fact, cell: Cell, first: date, row: RowCells, since: Fact) -> Interval:
        """Return the same of one value, which has held since a date."""
        value = self._piece(fact, cell.pieces[0], None)
        if since.derive is not None or not value.positive:
            return self._free_number(FactValue(fact.name), row, f"`since` of `{row.table}`", "Real")
        piece = self.space.cell(since, row).pieces[0]
        absent = FALSE if self.view == "complete" else neg(piece.stated)
        earliest = variable(piece.value)
        latest = variable(piece.high) if piece.high else earliest
        as_of, start = self.space.as_of, number(code(first))
        later = compare(earliest, ">", number(self.as_of))
        if first < as_of:
            dated = neg(absent)
            before = conj([dated, compare(earliest, ">=", start)])  # in the window there was nobody before that day
            maybe = FALSE
            if piece.high and as_of > date.min + DAY:
                maybe = conj(
                    [
                        dated,
                        compare(earliest, "<=", number(code(as_of - 2 * DAY))),
                        compare(latest, ">=", start),
                        compare(earliest, "<", latest),
                    ]
                )
            nothing, untold = exactly(0), self._piece(fact, cell.pieces[0], FALSE)
            low, high = value.low, value.high
            if which == "lowest":
                low = self._either_end(absent, untold.low, low)
                low = self._either_end(disj([before, maybe]), nothing.low, low)
                high = self._either_end(before, nothing.low, high)
            else:
                high = self._either_end(absent, untold.high, high)
            value = Interval(low, high, True)
        return self._either(conj([neg(absent), later]), exactly(0), value)

    def _extreme(self, which: str, values: list[Interval]) -> Interval:
        first, *others = values
        for other in others:
            first = self._smaller(first, other) if which == "lowest" else self._larger(first, other)
        return first

    def _smaller(self, a: Interval, b: Interval) -> Interval:
        low = End(self._least(a.low.value, b.low.value), disj([a.low.open, b.low.open]))
        if a.point and b.point:
            return Interval(low, low, a.positive and b.positive)
        high = End(
            self._where_closed(a.high, b.high, self._least(a.high.value, b.high.value)),
            conj([a.high.open, b.high.open]),
        )
        return Interval(low, high, a.positive and b.positive)

    def _larger(self, a: Interval, b: Interval) -> Interval:
        high = End(self._most(a.high.value, b.high.value), disj([a.high.open, b.high.open]))
        if a.point and b.point:
            return Interval(high, high, a.positive or b.positive)
        low = End(
            self._where_closed(a.low, b.low, self._most(a.low.value, b.low.value)),
            conj([a.low.open, b.low.open]),
        )
        return Interval(low, high, a.positive or b.positive)

    def _where_closed(self, a: End, b: End, both: Sum) -> Sum:
        """Return the value of the one of two ends that is not open, or `both` where neither is."""
        return self.script.either(a.open, b.value, self.script.either(b.open, a.value, both))

    def _least(self, a: Sum, b: Sum) -> Sum:
        return self.script.either(compare(a, "<=", b), a, b)

    def _most(self, a: Sum, b: Sum) -> Sum:
        return self.script.either(compare(a, ">=", b), a, b)

    # --- arithmetic ---

    def _arithmetic(self, expression: Arithmetic, row: RowCells | None) -> Value:
        values = [self.value(part, row) for part in expression.parts]
        combined: list[tuple[Formula, list[Any]]] = [(TRUE, [])]
        for value in values:
            combined = [(conj([here, there]), [*done, one]) for here, done in combined for there, one in value]
            combined = [(where, done) for where, done in combined if where != FALSE]
            if len(combined) > 16:
                return _always(self._free_number(expression, row, f"the arithmetic at {expression.at}", "Real"))
        found: Value = []
        for where, parts in combined:
            result = self._combine(expression.operation, parts)
            if result is None:
                return _always(self._free_number(expression, row, f"the arithmetic at {expression.at}", "Real"))
            found.append((where, result))
        return found

    def _combine(self, operation: str, parts: list[Any]) -> Interval | Quotient | None:
        if operation == "product" and sum(isinstance(part, Quotient) for part in parts) == 1:
            return self._scaled(parts)
        if not all(isinstance(part, Interval) for part in parts):
            return None
        first: Interval = parts[0]
        others: list[Interval] = parts[1:]
        match operation:
            case "sum":
                for other in others:
                    first = self._added(first, other)
                return first
            case "difference":
                return self._added(first, _scale(others[0], -1))
            case "product":
                for other in others:
                    product = self._multiplied(first, other)
                    if product is None:
                        return None
                    first = product
                return first
            case "divide":
                return self._divided(first, others[0])
            case "smallest":
                return self._extreme("lowest", parts)
            case _:
                return self._extreme("highest", parts)

    def _scaled(self, parts: list[Any]) -> Quotient | None:
        """Return a quotient times known numbers above 0."""
        quotient = next(part for part in parts if isinstance(part, Quotient))
        top = quotient.top
        for part in parts:
            if part is quotient:
                continue
            if not (isinstance(part, Interval) and part.point and not part.low.value.coefficients):
                return None
            if part.low.value.constant <= 0:
                return None
            top = _scale(top, part.low.value.constant)
        return Quotient(top, quotient.bottom)

    def _added(self, a: Interval, b: Interval) -> Interval:
        low = End(a.low.value + b.low.value, disj([a.low.open, b.low.open]))
        if a.point and b.point:
            return Interval(low, low, a.positive and b.positive)
        return Interval(
            low, End(a.high.value + b.high.value, disj([a.high.open, b.high.open])), a.positive and b.positive
        )

    def _multiplied(self, a: Interval, b: Interval) -> Interval | None:
        for one, other in ((a, b), (b, a)):
            if one.point and not one.low.value.coefficients:
                return _scale(other, one.low.value.constant)
        if a.point and b.point:
            low = End(self._times(a.low.value, b.low.value))
            return Interval(low, low, a.positive and b.positive)
        if not (a.positive and b.positive):
            return None
        # Open ends stand for finite numbers: 0 times any of them is 0.
        open_ = disj(
            conj([one.high.open, disj([other.high.open, compare(other.high.value, ">", ZERO)])])
            for one, other in ((a, b), (b, a))
        )
        high = self._times(a.high.value, b.high.value)
        zero = disj(conj([neg(one.high.open), compare(one.high.value, "=", ZERO)]) for one in (a, b))
        high = self.script.either(zero, ZERO, high)
        low_end = End(self._times(a.low.value, b.low.value), FALSE)
        return Interval(low_end, End(high, self.script.named(open_)), True)

    def _divided(self, a: Interval, b: Interval) -> Interval | Quotient | None:
        if b.point and not b.low.value.coefficients:
            divisor = b.low.value.constant
            if not divisor:
                return Interval(End(ZERO, TRUE), End(ZERO, TRUE))
            return _scale(a, 1 / Fraction(divisor))
        return Quotient(a, b) if a.positive and b.positive else None

    def _elapsed(self, expression: Elapsed, since: Any, unit: str, row: RowCells | None) -> Interval | DaysSince:
        if not isinstance(since, Interval):
            return self._free_number(expression, row, f"the dates at {expression.at}", "Int")
        if unit == "days":
            return DaysSince(since)
        low, high = (End(self._completed(end.value)) for end in (since.high, since.low))
        return Interval(low, low if since.point else high)

    def _completed(self, since: Sum) -> Sum:
        """Return the months completed from a day to the as-of date."""
        apart = number(self.as_of) - since
        if not apart.coefficients:
            return number(apart.constant // 32)
        return self.script.term(f"(div {apart.text()} 32)", "Int")

    # --- tables ---

    def _count(self, expression: Count, table: str, where: Condition | None) -> Interval:
        if not self.tables:
            return self._of_table(table, self._free_number(expression, None, "", "Int", positive=True))
        low = high = ZERO
        for row in self.space.table(self.rules.facts[table]).rows:
            truths = Truths(TRUE, FALSE) if where is None else self.condition(where, row)
            low += self._one_if(conj([row.present, truths.met]))
            high += self._one_if(conj([row.present, neg(truths.not_met)]))
        return self._of_table(table, Interval(End(low), End(high), True))

    def _one_if(self, condition: Formula) -> Sum:
        return self.script.either(condition, number(1), ZERO)

    def _of_table(self, table: str, known: Interval) -> Interval:
        """Return what is known of a table that may not be given."""
        low = End(ZERO) if known.positive else End(ZERO, TRUE)
        return self._either(self._table_known(table), known, Interval(low, End(ZERO, TRUE), known.positive))

    def _total(self, total: Total) -> Interval:
        table = self.rules.facts[total.table]
        column = table.columns[total.column]
        positive = column.derive is None and column.low is not None and column.low >= 0
        if not self.tables:
            return self._of_table(total.table, self._free_number(total, None, "", "Real", positive=positive))
        rows = []
        for row in self.space.table(table).rows:
            truths = Truths(TRUE, FALSE) if total.where is None else self.condition(total.where, row)
            value = self.value(FactValue(total.column), row)
            if len(value) != 1 or not isinstance(value[0][1], Interval):
                return self._free_number(total, None, f"the total at {total.at}", "Real")
            rows.append((row, truths, value[0][1]))
        if total.per:
            return self._largest_total(total, rows, positive)
        low = high = ZERO
        open_low, open_high = [], []
        for row, truths, one in rows:
            counts, may = conj([row.present, truths.met]), conj([row.present, neg(truths.not_met)])
            least = ZERO if one.positive else self._least(ZERO, one.low.value)
            most = one.high.value if one.positive else self._most(ZERO, one.high.value)
            low += self.script.either(counts, one.low.value, self.script.either(may, least, ZERO))
            high += self.script.either(counts, one.high.value, self.script.either(may, most, ZERO))
            open_low.append(conj([may, one.low.open]))
            open_high.append(conj([may, one.high.open]))
        known = Interval(End(low, disj(open_low)), End(high, disj(open_high)), all(one.positive for *_, one in rows))
        if positive != known.positive:  # what is known of a table that is not given is told by the column alone
            known = known._replace(positive=positive)
        return self._of_table(total.table, known)

    def _largest_total(
        self, total: Total, rows: Sequence[tuple[RowCells, Truths, Interval]], positive: bool
    ) -> Interval:
        """Return the largest of the sums by group, where no value is below 0: as `aggregates.largest_total` has it."""
        if not all(value.positive for *_, value in rows):
            return self._free_number(total, None, f"the total at {total.at}", "Real")
        keys = [self._key(total, row) for row, *_ in rows]
        if any(key is None for key in keys):
            return self._free_number(total, None, f"the groups at {total.at}", "Real")
        groups = [key for key in keys if key is not None]
        low, high = ZERO, ZERO
        open_high: list[Formula] = []
        counts = [conj([row.present, truths.met]) for row, truths, _ in rows]
        may = [conj([row.present, neg(truths.not_met)]) for row, truths, _ in rows]
        adrift_high = ZERO
        for (known, _), one, (*_, value) in zip(groups, may, rows, strict=True):
            adrift = conj([one, neg(known)])
            adrift_high += self.script.either(adrift, value.high.value, ZERO)
            open_high.append(conj([one, value.high.open]))
        for index, (known, key) in enumerate(groups):
            floor = ceiling = ZERO
            for other, (also_known, other_key) in enumerate(groups):
                together = TRUE if other == index else conj([also_known, _equal_keys(key, other_key)])
                value = rows[other][2]
                floor += self.script.either(conj([counts[other], together]), value.low.value, ZERO)
                ceiling += self.script.either(conj([may[other], together]), value.high.value, ZERO)
            alone = rows[index][2].low.value
            floor = self.script.either(known, floor, alone)
            low = self._most(low, self.script.either(counts[index], floor, ZERO))
            ceiling = self.script.either(conj([may[index], known]), ceiling + adrift_high, ZERO)
            high = self._most(high, ceiling)
        high = self._most(high, adrift_high)
        if self.view == "complete" and not self.space.ranges:
            return Interval(End(low), End(low), positive)
        return self._of_table(total.table, Interval(End(low), End(high, disj(open_high)), positive))

    def _key(self, total: Total, row: RowCells) -> tuple[Formula, tuple[Any, ...]] | None:
        """Return whether the group of a row is known, and what tells it apart."""
        table = self.rules.facts[total.table]
        known: list[Formula] = []
        parts: list[Any] = []
        for name in total.per:
            column = table.columns[name]
            if column.value_type is ValueType.BOOLEAN:
                truths = self._truth_of(name, row)
                known.append(disj([truths.met, truths.not_met]))
                parts.append(truths.met)
            elif column.value_type in (ValueType.TEXT, ValueType.CHOICE):
                word = self._word(name, row)
                known.append(word.known)
                parts.append(word.number)
            else:
                value = self.value(FactValue(name), row)
                if len(value) != 1 or not isinstance(value[0][1], Interval):
                    return None
                interval = value[0][1]
                known.append(TRUE if interval.point else _reaches(interval.low, interval.high, False))
                parts.append(interval.low.value)
        return conj(known), tuple(parts)

    # --- what is not translated ---

    def _signature(self, term: Term, row: RowCells | None) -> Any:
        """Return what a term means: itself, and all that the names in it stand for. Equal means the same value."""
        seen: dict[tuple[str, str], Any] = {}  # by name, and for a column by its table
        waiting: list[tuple[Term, Fact | None]] = [(term, self._table_of(row))]
        while waiting:
            one, table = waiting.pop()
            for inner in walk(one):
                if isinstance(inner, ParameterValue):
                    seen[inner.name, ""] = self._parameter(inner.name)
                if isinstance(inner, Conclusion) and (inner.id, "") not in seen:
                    seen[inner.id, ""] = self.conclusions[inner.id]
                    waiting.append((self.conclusions[inner.id], None))
            own = [
                self.rules.facts[inner.table] for inner in walk(one) if isinstance(inner, Some | Every | Count | Total)
            ]
            tables = [*own, *([table] if table else ())]
            named = [(None, self.rules.facts[name]) for name in names_in(one) if name in self.rules.facts]
            for home, fact in (*named, *((each, column) for each in tables for column in each.columns.values())):
                key = (fact.name, home.name if home else "")
                if fact.derive is not None and key not in seen:
                    seen[key] = fact.derive
                    waiting.append((fact.derive, home))
        # Where two copies of a fact differ, so do the variables of its cells.
        cells = tuple(
            sorted(
                (name, cell.pieces[0].value)
                for name, cell in self.space.facts.items()
                if name in names_in(term) or (name, "") in seen
            )
        )
        return (term, id(row), self.view, tuple(sorted((name, repr(value)) for name, value in seen.items())), cells)

    def _free_truths(self, condition: Condition, row: RowCells | None, why: str) -> Truths:
        """Return a truth that may be anything; `why` says what is not translated."""
        self.script.approximate[why or "tables of any length"] = None
        key = ("truth", self._signature(condition, row))
        if key not in self.free:
            met = self.script.declare("t", "Bool")
            not_met = neg(met)
            if self.view == "partial" or self.space.ranges:
                not_met = self.script.declare("t", "Bool")
                self.script.domain.append(neg(conj([met, not_met])))
            self.free[key] = Truths(met, not_met)
        found: Truths = self.free[key]
        return found

    def _free_number(
        self, expression: Expression, row: RowCells | None, why: str, sort: str, positive: bool = False
    ) -> Interval:
        """Return a number that may be anything; `why` says what is not translated."""
        self.script.approximate[why or "tables of any length"] = None
        key = ("number", self._signature(expression, row))
        if key not in self.free:
            low = self.script.declare("n", sort)
            if positive:
                self.script.domain.append(compare(variable(low), ">=", ZERO))
            found = Interval(End(variable(low)), End(variable(low)), positive)
            if self.view == "partial" or self.space.ranges:
                high, open_low, open_high = (
                    self.script.declare("n", sort),
                    FALSE if positive else self.script.declare("o", "Bool"),
                    self.script.declare("o", "Bool"),
                )
                self.script.domain.append(compare(variable(low), "<=", variable(high)))
                found = Interval(End(variable(low), open_low), End(variable(high), open_high), positive)
            self.free[key] = found
        known: Interval = self.free[key]
        return known


def _pair(met: Formula, not_met: Formula, settled: bool = False) -> Truths:
    """Return a truth; one that is `settled` everywhere is not met exactly where it is not met."""
    return Truths(met, neg(met) if settled else not_met)


def _all(parts: Iterable[Truths]) -> Truths:
    each = list(parts)
    met = conj(part.met for part in each)
    if all(part.not_met == neg(part.met) for part in each):
        return Truths(met, neg(met))
    return Truths(met, disj(part.not_met for part in each))


def _any(parts: Iterable[Truths]) -> Truths:
    return _all([part.negated() for part in parts]).negated()


def _reaches(low: End, high: End, strict: bool) -> Formula:
    """Return that a low end is at least (or more than) a high end; an open end reaches nothing."""
    return conj([neg(low.open), neg(high.open), compare(low.value, ">" if strict else ">=", high.value)])


def _scale(interval: Interval, factor: Fraction | int) -> Interval:
    if not factor:
        return exactly(0)
    low = End(interval.low.value.times(factor), interval.low.open)
    if interval.point:
        return Interval(low, low, interval.positive and factor > 0)
    high = End(interval.high.value.times(factor), interval.high.open)
    return Interval(low, high, interval.positive) if factor > 0 else Interval(high, low)


def _equal_keys(a: Sequence[Any], b: Sequence[Any]) -> Formula:
    return conj(
        compare(one, "=", other) if isinstance(one, Sum) else disj([conj([one, other]), conj([neg(one), neg(other)])])
        for one, other in zip(a, b, strict=True)
    )


def _always(value: Interval | Quotient | DaysSince) -> Value:
    return [(TRUE, value)]


def _interval(value: Given) -> Interval:
    low, high = ends(value)
    if isinstance(low, date):
        return Interval(End(number(code(low))), End(number(code(high))), True)
    if low == high:
        return exactly(low)
    return Interval(
        End(ZERO, TRUE) if low == -inf else End(number(low)),
        End(ZERO, TRUE) if high == inf else End(number(high)),
        low >= 0,
    )


# --- what a space has to hold ---------------------------------------------------------------------------------------


Windows: TypeAlias = dict[tuple[str, str], set[date]]


def windows(
    rules: RuleSet, reading: str | None, overrides: Mapping[str, Any] | None, as_of: date, more: Iterable[Term] = ()
) -> Windows:
    """Return the first days of the windows that rules ask about, by table ("" for none) and name."""
    changed = tuple(sorted((overrides or {}).items()))
    found = {
        key: {*firsts} for key, firsts in _windows(rules, reading or rules.default_reading, changed, as_of).items()
    }
    _note_windows(rules, reading or rules.default_reading, changed, as_of, more, found)
    return found


@lru_cache(maxsize=32)  # every question about a rule set asks
def _windows(rules: RuleSet, reading: str | None, changed: tuple[tuple[str, Any], ...], as_of: date) -> Windows:
    columns = [column for fact in rules.facts.values() for column in fact.columns.values()]
    derived = [fact.derive for fact in (*rules.facts.values(), *columns) if fact.derive is not None]
    conditions = (*rules.conditions(reading).values(), *(one.when for one in rules.impossible))
    found: Windows = {}
    _note_windows(rules, reading, changed, as_of, (*conditions, *derived), found)
    return found


def _note_windows(
    rules: RuleSet,
    reading: str | None,
    changed: tuple[tuple[str, Any], ...],
    as_of: date,
    terms: Iterable[Term],
    found: Windows,
) -> None:
    settings = {**(rules.readings[reading].set if reading else {}), **dict(changed)}
    for inner in (one for term in terms for one in walk(term)):
        if isinstance(inner, Extreme):
            home = next((fact.name for fact in rules.facts.values() if inner.fact in fact.columns), "")
            unit = type_of(rules, inner.over, None).value
            for length in _lengths(rules, inner.over, settings, as_of):
                found.setdefault((home, inner.fact), set()).add(first_day(length, unit, as_of))


def _lengths(rules: RuleSet, over: Expression, changed: Mapping[str, Any], as_of: date) -> set[int]:
    """Return how long a window may be: as it is said, or where a mutant moves it, one step to either side."""
    moved = isinstance(over, Arithmetic)
    while isinstance(over, Arithmetic):
        over = over.parts[0]
    value: Any = None
    if isinstance(over, Constant):
        value = over.value
    elif isinstance(over, ParameterValue):
        value = changed[over.name] if over.name in changed else rules.parameters[over.name].on(as_of)
    if not isinstance(value, int):
        return set()
    return {max(0, value - 1), value, value + 1} if moved else {value}


MOST_ROWS = 12  # that are written as formulas: what needs more is not decided


def rows_needed(rules: Iterable[RuleSet], terms: Iterable[Term]) -> int:
    """Return how many rows of a table a question needs, at the least 3; it may be more than `MOST_ROWS`.

    One for each mention of rows that have to exist, and as many as a count is compared with.
    """
    mentions = 0
    most = 0
    counts: set[str] = set()
    derived = [fact for one in rules for fact in one.facts.values() if fact.derive is not None]
    derivations: list[Term] = [fact.derive for fact in derived if fact.derive is not None]
    every = [*terms, *derivations]
    for term in every:
        for inner in walk(term):
            if isinstance(inner, Some | Every) or (isinstance(inner, Total) and inner.per):
                mentions += 1
    for fact in derived:
        if fact.derive is not None and any(isinstance(inner, Count) for inner in walk(fact.derive)):
            counts.add(fact.name)
    for term in every:
        for inner in walk(term):
            if isinstance(inner, Test) and (inner.fact in counts or isinstance(inner.bound, Count)):
                most = max(most, *(_whole(bound, rules) for bound in walk(inner.bound)), 0)
    return max(3, min(mentions, 4), most + 1 if most else 0)


def _whole(term: Term, rules: Iterable[RuleSet]) -> int:
    if isinstance(term, Constant) and isinstance(term.value, int | Fraction):
        return ceil(term.value)
    if isinstance(term, ParameterValue):
        values = [
            value for one in rules if term.name in one.parameters for _, value in one.parameters[term.name].values
        ]
        return max((ceil(value) for value in values if isinstance(value, int | Fraction)), default=0)
    return 0
