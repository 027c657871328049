"""A rule set over whole tables: every conclusion as a column, from columns of facts.

The columns say what the evaluator says of each row; `tests/test_columns.py` holds the two to the same answers. What
has no form over columns is refused with a diagnostic, and never comes out otherwise.

Situations are one relation, `situations`, with a column `id`; rows of tables and entries of histories are others, with
the `id` of the situation that they belong to. A truth, choice or text is one column, by its name; a number or date is
one (a point, or null) or two, with `_low` and `_high` (null: no bound; never null where the declaration has a bound).
Decimals are whole numbers, in millionths.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple, TypeAlias, assert_never

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
from comity.engine.language.diagnostic import Code, Diagnostic
from comity.engine.language.model import UNKNOWN as UNTOLD, Fact, Given, RuleSet, ValueType
from comity.engine.language.operators import ELAPSED, TABLE, Operator
from comity.engine.language.places import named
from comity.engine.language.quantity import days_before, ends, months_before
from comity.engine.language.references import evaluation_order, type_of
from comity.engine.translation import column_clashes, column_grounds, column_histories, column_tables, figures
from comity.engine.translation.column_facts import LONG, bounds, most_of, scale
from comity.engine.translation.column_frames import KEYS, Frame, Groups, Names, Scope, columns_of
from comity.engine.translation.ends import OPEN, End, TooLargeError, constant, reaches, weigh
from comity.engine.translation.figures import Figure, Untranslatable
from comity.engine.translation.relations import (
    FALSE,
    TRUE,
    UNKNOWN,
    Expr,
    Literal,
    Relation,
    both,
    call,
    case,
    compared,
    either,
    is_null,
    minus,
    negated,
    one,
    total,
)

_PLAIN = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT)


class Series(NamedTuple):
    """Histories by whole years that the situations of a series share: each sees the figures up to its `year`.

    The ids of situations are whole numbers: that of a year later in its series is greater by 1, and the years of two
    series lie further apart than any window is long. The as-of date is the last day of the year. The source `series`
    has a row for a series in a year, with the `id` of that year and the columns of each history: a `point`, never null,
    or a `range`, whose lower end is never null. A year without a row, from `first` to `last`, had `absent`, or is
    unknown.
    """

    histories: Mapping[str, str]
    first: int = 0
    last: int = 0
    absent: int | None = None


class Shape(NamedTuple):
    """Which columns there are: of situations, of the rows of each table; and which histories have entries.

    Of each fact it says whether it is a `point` or a `range`; a truth, choice or text is a point. A history is named
    by its fact, or `table.column`. `as_of` is the day for all situations, where they have no column `as_of`.
    """

    facts: Mapping[str, str]
    tables: Mapping[str, Mapping[str, str]] = {}
    histories: frozenset[str] = frozenset()
    as_of: date | None = None
    series: Series | None = None


class Plan(NamedTuple):
    """A relation with the truth of each conclusion in a column, and what was refused.

    `columns` has the column of each conclusion, by its id. `inputs` are the columns that are read: those of
    `situations`, and of each table and history by its name.
    """

    relation: Relation
    columns: Mapping[str, str]
    inputs: Mapping[str, tuple[str, ...]]
    diagnostics: tuple[Diagnostic, ...]
    because: Mapping[str, Mapping[str, str]] = {}


Held: TypeAlias = "Expr | Figure"


def plan(
    rules: RuleSet,
    shape: Shape,
    reading: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    wanted: Iterable[str] | None = None,
    *,
    explain: bool = False,
) -> Plan:
    """Return the columns of conclusions (of all contexts and measures, unless others are `wanted`).

    What `reading` and `overrides` do is what they do in an assessment. With `explain`, there are columns as well that
    say which criteria decided each context.
    """
    return Planner(rules, shape, reading or rules.default_reading, overrides or {}).plan(
        tuple(wanted) if wanted is not None else (*rules.contexts, *rules.measures), explain
    )


class Planner:
    """Puts the terms of a rule set into columns."""

    def __init__(self, rules: RuleSet, shape: Shape, reading: str | None, overrides: Mapping[str, Any]) -> None:
        self.rules = rules
        self.shape = shape
        self.reading = reading
        self.settings = {**(rules.readings[reading].set if reading else {}), **overrides}
        self.conclusions = rules.conditions(reading)
        self.inputs: dict[str, dict[str, None]] = {}
        self.groups: dict[Any, Groups] = {}
        self.rows: dict[tuple[str, int], Scope] = {}  # of tables, by how deep what they look at rests on other rows
        self.ranks: dict[tuple[Term, str | None], int] = {}
        self.entries: dict[str, Scope] = {}  # of histories
        self.column_names = Names(self.given_names())

    def read(self, name: str, columns: Iterable[str]) -> None:
        """Note columns that are read of a source."""
        self.inputs.setdefault(name, {}).update(dict.fromkeys(columns))

    def frame(self, name: str, source: str, reserved: Iterable[str] = ()) -> Frame:
        """Return a new frame over a source."""
        known = self.shape.facts if source == "situations" else self.shape.tables.get(source, {})
        return Frame(name, source, {*KEYS, *columns_of(known), *reserved}, self.read, self.column_names)

    def given_names(self) -> Iterator[str]:
        """Yield the names that columns have of which others may not have them."""
        yield from KEYS
        for name in columns_of(self.shape.facts):
            yield from (name, f"situation_{name}")
        for known in self.shape.tables.values():
            yield from columns_of(known)

    def rank(self, term: Term, table: Fact | None) -> int:
        """Return how many times a term looks at rows through what other rows come to.

        Rows of one rank join those before: without it, they could be joined with what they themselves come to.
        """
        key = (term, table.name if table else None)
        if key not in self.ranks:
            self.ranks[key] = max((self._rank(inner, table) for inner in walk_here(term)), default=0)
        return self.ranks[key]

    def _rank(self, term: Term, table: Fact | None) -> int:
        match term:
            case Some(of) | Every(of) | Count(of) | Total(table=of):
                rows = self.rules.facts[of]
                where = term.where
                found = 0 if where is None else self.rank(where, rows)
                if isinstance(term, Total):
                    found = max(found, *(self.rank(FactValue(name), rows) for name in (term.column, *term.per)))
                return found + 1
            case Conclusion(id=name):
                return self.rank(self.conclusions[name], None)
            case Test(fact=name) | FactValue(name) | Extreme(fact=name):
                own = table is not None and name in table.columns
                fact = named(self.rules, name, table)
                derived = [fact.derive] if fact.derive is not None else []
                if own and fact.history and table is not None and table.since is not None:
                    derived += [one.derive for one in [table.columns[table.since]] if one.derive is not None]
                return max((self.rank(one, table if own else None) for one in derived), default=0)
        return 0

    def plan(self, wanted: tuple[str, ...], explain: bool) -> Plan:
        """Return the plan."""
        columns = {name: name.replace("-", "_") for name in wanted}
        scope = Scope(self.frame("situations", "situations", columns.values()))
        truths: dict[str, Expr] = {}
        refused: list[Diagnostic] = []
        for name in evaluation_order(self.rules, self.reading):
            if name in columns:
                try:
                    column_clashes.look_at_conclusion(name)
                    truths[name] = self.truth(self.conclusions[name], scope)
                except (Untranslatable, TooLargeError) as problem:
                    del columns[name]
                    refused.append(self.refused(f"`{name}` has no form over columns", name, problem))
        reasons: dict[str, Expr] = {}
        because: dict[str, dict[str, str]] = {}
        for name in [name for name in self.rules.contexts if explain and name in columns]:
            try:
                grounds = column_grounds.because(self, name, scope)
            except (Untranslatable, TooLargeError) as problem:
                refused.append(self.refused(f"what decides `{name}` has no form over columns", name, problem))
                continue
            because[name] = {one: f"{columns[name]}__{one.replace('-', '_')}" for one in grounds}
            reasons |= {because[name][one]: reason for one, reason in grounds.items()}
        # What others look at is a column already.
        last = {column: scope.done.get(("conclusion", name), truths[name]) for name, column in columns.items()}
        for column in columns_of(self.shape.facts):
            if column in last:  # a fact has the same name: what is worked out from it needs another, to be told apart
                last[column] = scope.frame.put(f"{column}_", last[column])
        relation = scope.frame.relation({**last, **reasons})
        inputs = {name: tuple(read) for name, read in self.inputs.items()}
        return Plan(relation, columns, inputs, tuple(refused), because)

    def refused(self, what: str, conclusion: str, problem: Exception) -> Diagnostic:
        """Return why something has no form over columns."""
        large = isinstance(problem, TooLargeError)
        text = "its figures could be too large for a column" if large else str(problem)
        hint = "declare a `max` of the facts that it looks at" if large else None
        return Diagnostic(self.conclusions[conclusion].at, Code.NOT_OVER_COLUMNS, f"{what}: {text}", hint)

    # --- conditions ---

    def truth(self, condition: Condition, scope: Scope) -> Expr:
        """Return the truth of a condition, in a row of a frame."""
        if condition not in scope.done:
            scope.done[condition] = self.write(condition, scope)
        found: Expr = scope.done[condition]
        return found

    def write(self, condition: Condition, scope: Scope) -> Expr:
        match condition:
            case AllOf(parts):
                return both([self.truth(part, scope) for part in parts])
            case AnyOf(parts):
                return either([self.truth(part, scope) for part in parts])
            case Not(part):
                return negated(self.truth(part, scope))
            case AtLeast(k, parts):
                return self.at_least(self.figure(k, scope), [self.truth(part, scope) for part in parts])
            case Conclusion(id=name):
                return self.conclusion(name, scope)
            case Test():
                return self.test(condition, scope)
            case Some(table, where):
                return column_tables.some(self, table, where, scope)
            case Every(table, where):
                return negated(column_tables.some(self, table, Not(where), scope))
            case _:
                assert_never(condition)

    def conclusion(self, name: str, scope: Scope) -> Expr:
        """Return the truth of another conclusion."""
        scope, key = scope.outside, ("conclusion", name)
        if key not in scope.done:
            scope.done[key] = scope.frame.put(f"{name.replace('-', '_')}_", self.truth(self.conclusions[name], scope))
        found: Expr = scope.done[key]
        return found

    def at_least(self, k: Figure, truths: list[Expr]) -> Expr:
        sure = total(one(truth) for truth in truths)
        lacking = total(one(negated(truth)) for truth in truths)
        parts = Literal(len(truths))
        high = sure if all(isinstance(t, Literal) and t.value is not None for t in truths) else minus(parts, lacking)
        met = Figure(
            End(sure, Literal(1), len(truths)), End(high, Literal(1), len(truths)), Fraction(0), Fraction(len(truths))
        )
        return figures.compare(">=", met, k)

    def test(self, test: Test, scope: Scope) -> Expr:
        fact = named(self.rules, test.fact, scope.table)
        symbol = TABLE[test.operator].python
        if test.operator in ELAPSED:
            return self.elapsed_test(test, symbol, scope)
        left = self.value(test.fact, scope)
        if fact.value_type in _PLAIN:
            assert not isinstance(left, Figure)
            right = self.plain(test.bound, fact, scope)
            if fact.value_type is ValueType.BOOLEAN:
                if isinstance(right, Literal) and right.value is not None:
                    return left if right.value is (symbol == "==") else negated(left)
                return compared(symbol, left, right)
            return compared(symbol, left, right)
        assert isinstance(left, Figure)
        bound = self.figure(test.bound, scope)
        if test.operator in (Operator.IS, Operator.IS_NOT):
            equal = figures.same(left, bound)
            return equal if test.operator is Operator.IS else negated(equal)
        return figures.compare(symbol, left, bound)

    def plain(self, term: Term, fact: Fact, scope: Scope) -> Expr:
        """Return a truth, choice or text."""
        match term:
            case Constant(value=value, text=text):
                return Literal(value if fact.value_type is ValueType.BOOLEAN or text is None else text)
            case FactValue(name):
                found = self.value(name, scope)
                assert not isinstance(found, Figure)
                return found
            case ParameterValue():
                return self.plain_parameter(term, scope)
            case AllOf() | AnyOf() | Not() | AtLeast() | Conclusion() | Test() | Some() | Every():
                return self.truth(term, scope)
        raise Untranslatable("a value that is no truth, choice or text")

    def elapsed_test(self, test: Test, symbol: str, scope: Scope) -> Expr:
        """Return whether a date lies back so long: by moving the as-of date, where the time is fixed."""
        unit = type_of(self.rules, test.bound, scope.table)
        bound = self.figure(test.bound, scope)
        since = self.value(test.fact, scope)
        assert isinstance(since, Figure)
        length = bound.low.over
        if not (
            bound.point
            and isinstance(length, Literal)
            and isinstance(length.value, int)
            and bound.low.under == Literal(1)
            and abs(length.value) <= LONG[unit]
        ):
            elapsed = self.elapsed(since, "days" if unit is ValueType.DAYS else "months", scope)
            return figures.compare(symbol, elapsed, bound)
        at = self.before(self.as_of(scope), length.value, unit)
        turn = Figure(End(at), End(at))
        back = {">=": "<=", "<": ">"}[symbol]
        return figures.compare(back, since, turn)

    # --- values ---

    def as_of(self, scope: Scope) -> Expr:
        return Literal(self.shape.as_of) if self.shape.as_of else scope.frame.of_situation("as_of")

    def before(self, day: Expr, length: int, unit: ValueType) -> Expr:
        """Return a day so many months or days before another."""
        if isinstance(day, Literal) and isinstance(day.value, date):
            return Literal((days_before if unit is ValueType.DAYS else months_before)(day.value, length))
        if unit is ValueType.DAYS:
            return call("add_days", day, Literal(-length))
        return call("months_before", day, Literal(length))

    def value(self, name: str, scope: Scope) -> Held:
        """Return the value in use of a fact, or of a column of the row: given, or else derived."""
        scope = scope if scope.own(name) else scope.outside
        key = ("value", name)
        if key not in scope.done:
            scope.done[key] = self.in_use(named(self.rules, name, scope.table), scope)
        found: Held = scope.done[key]
        return found

    def in_use(self, fact: Fact, scope: Scope) -> Held:
        given = self.given(fact, scope)
        if fact.derive is None:
            if fact.history:
                return self.window("current", fact, None, ValueType.DAYS, scope)
            return given
        if fact.value_type in _PLAIN:
            derived = self.plain(fact.derive, fact, scope)
            assert not isinstance(given, Figure)
            told = case((negated(is_null(given)), given), otherwise=derived)
            return scope.frame.put(f"{fact.name}_", told)
        worked_out = self.figure(fact.derive, scope)  # type: ignore[arg-type]  # of a fact with an order it is an expression
        assert isinstance(given, Figure)
        known = self.told(fact, given)
        return scope.frame.put_figure(f"{fact.name}_", figures.either_figure(known, given, worked_out))

    def told(self, fact: Fact, given: Figure) -> Expr:
        """Return whether a figure was given that says more than its declaration."""
        if given.low.open and given.high.open:
            return FALSE
        if given.point:
            return negated(is_null(given.low.over))
        low, high = bounds(fact)
        says_low = negated(is_null(given.low.over)) if low is None else reaches(">", given.low, constant(low))
        says_high = negated(is_null(given.high.over)) if high is None else reaches("<", given.high, constant(high))
        return either((case((says_low, TRUE), otherwise=FALSE), case((says_high, TRUE), otherwise=FALSE)))

    def given(self, fact: Fact, scope: Scope) -> Held:
        """Return what is given of a fact or column, as its columns say."""
        known = self.shape.facts if scope.table is None else self.shape.tables.get(scope.table.name, {})
        mode, read = known.get(fact.name), scope.raw
        if mode is not None:
            column_clashes.look(fact.name, known, self.shape.facts, scope.table)
        if fact.value_type in _PLAIN:
            return UNKNOWN if mode is None else read(fact.name)
        floor, ceiling = bounds(fact)
        if mode is None:
            return Figure(OPEN, OPEN, floor, ceiling)
        parts, most = scale(fact), most_of(fact)
        if mode == "point":
            end = End(read(fact.name), Literal(parts), most, parts)
            return Figure(end, end, floor, ceiling)
        low, high = (End(read(f"{fact.name}_{side}"), Literal(parts), most, parts) for side in ("low", "high"))
        return Figure(low, high, floor, ceiling)

    def figure(self, expression: Expression, scope: Scope) -> Figure:
        """Return the figure that an expression comes to, in a row of a frame."""
        key = ("figure", expression)
        if key not in scope.done:
            found = self.work_out(expression, scope)
            if max(weigh(found.low.over), weigh(found.high.over), weigh(found.low.under)) > 2:
                found = scope.frame.put_figure("figure", found)
            scope.done[key] = found
        kept: Figure = scope.done[key]
        return kept

    def work_out(self, expression: Expression, scope: Scope) -> Figure:
        match expression:
            case Constant(value=value):
                return self.constant(value)
            case FactValue(name):
                found = self.value(name, scope)
                assert isinstance(found, Figure)
                return found
            case ParameterValue():
                return self.parameter(expression, scope)
            case Arithmetic(operation, parts):
                first, *others = (self.figure(part, scope) for part in parts)
                match operation:
                    case "smallest" | "largest":
                        return getattr(figures, operation)((first, *others))  # type: ignore[no-any-return]  # one of two functions
                    case _:
                        combine = _COMBINED[operation]
                        for other in others:
                            first = combine(first, other)
                        return first
            case Elapsed(since, unit):
                return self.elapsed(self.figure(since, scope), unit, scope)
            case Extreme():
                return self.extreme(expression, scope)
            case Count(table, where):
                return column_tables.count(self, table, where, scope)
            case Total():
                return column_tables.total(self, expression, scope)
            case _:
                assert_never(expression)

    def constant(self, value: Given) -> Figure:
        low, high = ends(value)
        if isinstance(low, date):
            return Figure(End(Literal(low)), End(Literal(high)))
        if low == high:
            return figures.exactly(low)
        floor = None if low == -inf else Fraction(low)
        ceiling = None if high == inf else Fraction(high)
        ends_ = [OPEN if bound is None else constant(bound) for bound in (floor, ceiling)]
        return Figure(ends_[0], ends_[1], floor, ceiling)

    def parameter(self, term: ParameterValue, scope: Scope) -> Figure:
        (_, first), *others = self.by_date(term, scope)
        found = self.constant(first)
        for start, value in others:
            found = figures.either_figure(start, self.constant(value), found)
        return found

    def by_date(self, term: Term, scope: Scope) -> Iterator[tuple[Expr, Given]]:
        """Yield the values of a literal or parameter, each with where it replaces those before it."""
        if isinstance(term, Constant):
            yield TRUE, term.value
            return
        assert isinstance(term, ParameterValue)
        parameter, day = self.rules.parameters[term.name], self.as_of(scope)
        if parameter.name in self.settings:
            yield TRUE, self.settings[parameter.name]
        elif isinstance(day, Literal) and isinstance(day.value, date):
            yield TRUE, parameter.on(day.value)
        else:
            if parameter.values[0][0] != date.min:
                yield TRUE, UNTOLD[parameter.value_type]
            for start, value in parameter.values:
                yield (TRUE if start == date.min else compared(">=", day, Literal(start))), value

    def plain_parameter(self, term: ParameterValue, scope: Scope) -> Expr:
        found: Expr = UNKNOWN
        for start, value in self.by_date(term, scope):
            found = case((start, Literal(value)), otherwise=found)
        return found

    def elapsed(self, since: Figure, unit: str, scope: Scope) -> Figure:
        """Return the months or days completed from a date to the as-of date."""
        day = self.as_of(scope)
        most = 12 * 10_000 if unit == "months" else 366 * 10_000
        ends_ = []
        for end, last in ((since.high, date.max), (since.low, date.min)):
            known = Literal(last) if end.open else case((is_null(end.over), Literal(last)), otherwise=end.over)
            ends_.append(End(call(unit, known, day), Literal(1), most))
        return Figure(ends_[0], ends_[1], Fraction(-most), Fraction(most))

    # --- histories ---

    def extreme(self, expression: Extreme, scope: Scope) -> Figure:
        """Return the lowest or highest value of a history in a window."""
        scope = scope if scope.own(expression.fact) else scope.outside
        fact = named(self.rules, expression.fact, scope.table)
        unit = type_of(self.rules, expression.over, scope.table)
        return self.window(expression.which, fact, expression.over, unit, scope)

    def window(self, which: str, fact: Fact, over: Expression | None, unit: ValueType, scope: Scope) -> Figure:
        """Return the lowest or highest value of a history in a window, or its current one."""
        return column_histories.window(self, scope, which, fact, over, unit)


def walk_here(term: Term) -> Iterator[Term]:
    """Yield a term and those inside it that speak of the same row."""
    yield term
    if not isinstance(term, Some | Every | Count | Total):
        for child in children(term):
            yield from walk_here(child)


_COMBINED: Mapping[str, Callable[[Figure, Figure], Figure]] = {
    "sum": figures.add,
    "difference": figures.subtract,
    "product": figures.multiply,
    "divide": figures.divide,
}
