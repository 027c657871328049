"""Conditions as formulas of the solver: the same answers, for all situations at once.

A condition becomes two formulas, *met* and *not met*; both are false where it is unknown. A number or a date becomes an
interval. The formulas are what the evaluator does, interval by interval, so that a partial situation is unknown to
both alike; `tests/test_translation.py` holds them to the same answers. What the solver cannot take becomes a variable
without meaning: then more counts as possible than is, so that proofs stay proofs, and a witness has to be confirmed by
the evaluator (as every witness is). `Script.approximate` says what that was.
"""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from functools import partial, reduce
from math import ceil, inf
from operator import add, mul, sub
from typing import Any, NamedTuple, assert_never

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
)
from comity.engine.language.history import first_day
from comity.engine.language.model import Fact, Given, RuleSet, ValueType
from comity.engine.language.operators import ELAPSED, TABLE, Operator
from comity.engine.language.quantity import Range, ends
from comity.engine.language.references import type_of
from comity.engine.translation.approximation import Approximation
from comity.engine.translation.arithmetic import combine, completed_months
from comity.engine.translation.cells import Cells
from comity.engine.translation.comparisons import compared
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
)
from comity.engine.translation.intervals import DaysSince, End, Interval, Value, always, either, interval_of, reaches
from comity.engine.translation.space import RowCells, Script, Space
from comity.engine.translation.totals import Group, Rows, counted, largest_sum, summed
from comity.engine.translation.truths import Truths, View, all_of, any_of, pair

_ON_NUMBERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "sum": add,
    "difference": sub,
    "product": mul,
    "smallest": min,
    "largest": max,
}


class Word(NamedTuple):
    """A choice or a text: whether it is known, and its number."""

    known: Formula
    number: Sum


class Translation:
    """The formulas of one rule set, under one reading and set of parameters, over a space.

    With `tables` false, what rules ask of tables whose rows are not given is a variable without meaning: what holds
    then holds for any number of rows. `overrides` are parameters, as `compile_rules` takes them; `conclusions` are the
    conditions by id, if at hand.
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
        self.conclusions = rules.conditions(name) if conclusions is None else conclusions
        self.view = view
        self.tables = tables
        changed = {**(rules.readings[name].set if name else {}), **(overrides or {})}
        self.parameter = partial(_parameter, rules, changed, space.as_of)
        free = {} if free is None else free
        self.approximation = Approximation(space, rules, view, self.conclusions, self.parameter, free)
        self.cells = Cells(space, rules, view, self.approximation)
        self.truths: dict[tuple[Condition, RowCells | None], Truths] = {}
        self.values: dict[tuple[Expression, RowCells | None], Value] = {}
        self.words: dict[tuple[str, RowCells | None], Word] = {}

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
                return all_of([self.condition(part, row) for part in parts])
            case AnyOf(parts):
                return any_of([self.condition(part, row) for part in parts])
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
            return self.approximation.truths(condition, row, f"the number of `at_least` at {condition.at}")
        low, high = ends(bound)
        if low == -inf or high == inf:
            return Truths(FALSE, FALSE)
        met = at_least_of(ceil(high), (part.met for part in parts))
        # Not met once fewer than k can be: n less those that are not met, so more than n - k are not met.
        short = len(parts) - ceil(low) + 1
        return pair(met, TRUE if short <= 0 else at_least_of(short, (part.not_met for part in parts)))

    def _quantified(self, condition: Some | Every, table: str, where: Condition) -> Truths:
        cells = self.space.table(self.rules.facts[table])
        known = self._table_known(table)
        if not self._rows_are_written(table):
            free = self.approximation.truths(condition, None, "")
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

    def _rows_are_written(self, table: str) -> bool:
        return self.tables or self.space.has_rows(table)

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
        pairs = [
            (conj([here, there]), compared(self.script, self.space.as_of, a, symbol, b))
            for here, a in left
            for there, b in right
        ]
        if any(truths is None for _, truths in pairs):
            return self.approximation.truths(test, row, f"the comparison at {test.at}")
        met = disj(conj([where, truths.met]) for where, truths in pairs if truths is not None)
        if len(pairs) == 1:
            return pairs[0][1] or Truths(FALSE, FALSE)
        return Truths(met, disj(conj([where, truths.not_met]) for where, truths in pairs if truths is not None))

    def _same_truth(self, truths: Truths, bound: Expression, row: RowCells | None) -> Truths:
        match bound:
            case Constant(value=value):
                return truths if value else truths.negated()
            case ParameterValue():
                value = self.parameter(bound.name)
                if value is None:
                    return Truths(FALSE, FALSE)
                return truths if value else truths.negated()
            case FactValue(name):
                other = self._truth_of(name, row)
                met = disj([conj([truths.met, other.met]), conj([truths.not_met, other.not_met])])
                not_met = disj([conj([truths.met, other.not_met]), conj([truths.not_met, other.met])])
                return pair(met, not_met)
            case _:
                raise AssertionError("a truth is compared with a literal, a parameter or a fact")

    def _same_word(self, word: Word, bound: Expression, row: RowCells | None) -> Truths:
        match bound:
            case Constant() | ParameterValue():
                text = bound.text if isinstance(bound, Constant) else self.parameter(bound.name)
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

    def _truth_of(self, name: str, row: RowCells | None) -> Truths:
        """Return when a boolean fact is true, and when false."""
        fact, row = self._declared(name, row), self._home(name, row)
        piece = self.space.cell(fact, row).pieces[0]
        stated = self.cells.stated(fact, piece)
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
                value = self.parameter(name)
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
            given = Word(self.cells.stated(fact, piece), piece.low)
            found = given if fact.derive is None else self._derived_word(fact, given, row)
            self.words[name, row] = found
        return found

    def _derived_word(self, fact: Fact, given: Word, row: RowCells | None) -> Word:
        match fact.derive:
            case Constant(text=text) if text is not None:
                derived = Word(TRUE, number(self.space.word(text)))
            case ParameterValue(name):
                text = self.parameter(name)
                derived = Word(FALSE, ZERO) if text is None else Word(TRUE, number(self.space.word(text)))
            case FactValue(name):
                derived = self._word(name, row)
            case _:
                why = f"how `{fact.name}` is derived"
                free = self.approximation.number(FactValue(fact.name), row, why, "Int")
                known = self.script.declare("k", "Bool") if self.view == "partial" else TRUE
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
            return always(interval_of(constant))
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
                    return always(self.approximation.number(expression, row, f"the window at {expression.at}", "Real"))
                first = first_day(window, counted_in.value, self.space.as_of)
                return always(self.cells.history(which, fact, first, home))
            case Count(table, where):
                return always(self._count(expression, table, where))
            case Total():
                return always(self._total(expression))
            case _:
                raise AssertionError("a literal or a parameter is a constant")

    def _constant(self, expression: Expression) -> Given | None:
        """Return the value of a literal or a parameter, or of a sum of them; None if it is none."""
        match expression:
            case Constant(value=value):
                return value
            case ParameterValue(name):
                return self.parameter(name)
            case Arithmetic(operation, parts) if operation in _ON_NUMBERS:
                values = [value for part in parts if isinstance(value := self._constant(part), int | Fraction)]
                return reduce(_ON_NUMBERS[operation], values) if len(values) == len(parts) else None
            case _:
                return None

    def _fact_value(self, fact: Fact, row: RowCells | None) -> Value:
        cell = self.space.cell(fact, row)
        if fact.derive is None:
            if fact.history:
                return always(self.cells.history("current", fact, self.space.as_of, row))
            return always(self.cells.piece(fact, cell.pieces[0]))
        piece = cell.pieces[0]
        derived = self.value(fact.derive, row)  # type: ignore[arg-type]  # a number is derived from an expression
        given = self.cells.given(fact, piece)
        if len(derived) == 1 and isinstance(derived[0][1], Interval):
            return always(either(self.script, piece.stated, given, derived[0][1]))
        return [(piece.stated, given), *((conj([neg(piece.stated), where]), one) for where, one in derived)]

    # --- arithmetic ---

    def _arithmetic(self, expression: Arithmetic, row: RowCells | None) -> Value:
        values = [self.value(part, row) for part in expression.parts]
        combined: list[tuple[Formula, list[Any]]] = [(TRUE, [])]
        for value in values:
            combined = [(conj([here, there]), [*done, one]) for here, done in combined for there, one in value]
            combined = [(where, done) for where, done in combined if where != FALSE]
            if len(combined) > 16:
                return always(self.approximation.number(expression, row, f"the arithmetic at {expression.at}", "Real"))
        found: Value = []
        for where, parts in combined:
            result = combine(self.script, expression.operation, parts)
            if result is None:
                return always(self.approximation.number(expression, row, f"the arithmetic at {expression.at}", "Real"))
            found.append((where, result))
        return found

    def _elapsed(self, expression: Elapsed, since: Any, unit: str, row: RowCells | None) -> Interval | DaysSince:
        if not isinstance(since, Interval):
            return self.approximation.number(expression, row, f"the dates at {expression.at}", "Int")
        if unit == "days":
            return DaysSince(since)
        low, high = (End(completed_months(self.script, end.value, self.space.as_of)) for end in (since.high, since.low))
        return Interval(low, low if since.point else high)

    # --- tables ---

    def _count(self, expression: Count, table: str, where: Condition | None) -> Interval:
        if not self._rows_are_written(table):
            return self._of_table(table, self.approximation.number(expression, None, "", "Int", positive=True))
        rows = self.space.table(self.rules.facts[table]).rows
        every = Truths(TRUE, FALSE)
        each = ((row, every if where is None else self.condition(where, row)) for row in rows)
        return self._of_table(table, counted(self.script, each))

    def _of_table(self, table: str, known: Interval) -> Interval:
        """Return what is known of a table that may not be given."""
        low = End(ZERO) if known.positive else End(ZERO, TRUE)
        return either(self.script, self._table_known(table), known, Interval(low, End(ZERO, TRUE), known.positive))

    def _total(self, total: Total) -> Interval:
        table = self.rules.facts[total.table]
        column = table.columns[total.column]
        positive = column.derive is None and column.low is not None and column.low >= 0
        if not self._rows_are_written(total.table):
            return self._of_table(total.table, self.approximation.number(total, None, "", "Real", positive=positive))
        rows = []
        for row in self.space.table(table).rows:
            truths = Truths(TRUE, FALSE) if total.where is None else self.condition(total.where, row)
            value = self.value(FactValue(total.column), row)
            if len(value) != 1 or not isinstance(value[0][1], Interval):
                return self.approximation.number(total, None, f"the total at {total.at}", "Real")
            rows.append((row, truths, value[0][1]))
        if total.per:
            return self._largest_total(total, rows, positive)
        known = summed(self.script, rows)
        if positive != known.positive:  # what is known of a table that is not given is told by the column alone
            known = known._replace(positive=positive)
        return self._of_table(total.table, known)

    def _largest_total(self, total: Total, rows: Rows, positive: bool) -> Interval:
        """Return the largest of the sums by group, where no value is below 0: as `aggregates.largest_total` has it."""
        if not all(value.positive for *_, value in rows):
            return self.approximation.number(total, None, f"the total at {total.at}", "Real")
        keys = [self._key(total, row) for row, *_ in rows]
        if any(key is None for key in keys):
            return self.approximation.number(total, None, f"the groups at {total.at}", "Real")
        groups = [key for key in keys if key is not None]
        points = self.view == "complete" and not self.space.ranges
        known = largest_sum(self.script, rows, groups, points)._replace(positive=positive)
        return self._of_table(total.table, known)

    def _key(self, total: Total, row: RowCells) -> Group | None:
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
                known.append(TRUE if interval.point else reaches(interval.low, interval.high, False))
                parts.append(interval.low.value)
        return conj(known), tuple(parts)


def _parameter(rules: RuleSet, changed: Mapping[str, Any], as_of: date, name: str) -> Given:
    return changed[name] if name in changed else rules.parameters[name].on(as_of)
