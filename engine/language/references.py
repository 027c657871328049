"""What only the whole rule set shows: undeclared names, operands that do not fit, cycles."""

from collections import ChainMap
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, assert_never

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
from comity.engine.language.diagnostic import Code, Diagnostic, Span, Suggestions, clip, one_of
from comity.engine.language.model import Fact, RuleSet, ValueType
from comity.engine.language.operators import ELAPSED, TABLE
from comity.engine.language.size import too_large
from comity.engine.language.source import NUMBER
from comity.engine.language.values import number_hint

_WORDS = {"months": "duration in months or years", "days": "duration in days", "boolean": "truth value"}
_DURATIONS = (ValueType.MONTHS, ValueType.DAYS)
_SIZES = (ValueType.NUMBER, *_DURATIONS)
_SAME = "write numbers, or durations in one unit"
_DECLARE = "declare it, or use one that is declared"
_COMBINED = {
    "sum": _SAME,
    "difference": _SAME,
    "product": "write numbers; one part may be a duration",
    "divide": "divide numbers, or durations in one unit, or a duration by a number",
    "smallest": f"{_SAME}, or dates",
    "largest": f"{_SAME}, or dates",
}


def type_words(value_type: str) -> str:
    """Return what a reader calls a value of this type."""
    return _WORDS.get(value_type, str(value_type))


def check_references(rules: RuleSet, broken: Collection[str] = ()) -> Iterator[Diagnostic]:
    """Yield a diagnostic for every name that is not declared, operand that does not fit, and cycle.

    `broken` are names that are declared, but so that nothing became of them: that has been complained about.
    """
    checker = _Checker(rules, broken)
    for condition in own_conditions(rules):
        checker.condition(condition, None)
    for claimed in rules.properties.values():  # no rule rests on them, so they are none of the rule set's own
        for condition in claimed.conditions:
            checker.condition(condition, None)
    for fact in rules.facts.values():
        checker.derivation(fact, None)
        for column in fact.columns.values():
            checker.derivation(column, fact)
    yield from checker.found
    circles = [*_cycles(rules)]
    yield from circles
    if not checker.found and not circles and not broken:
        yield from too_large(rules, _derived(rules), checker.arithmetic_terms)


def own_conditions(rules: RuleSet) -> Iterator[Condition]:
    """Yield every condition that the rule set writes down, apart from those of derived facts."""
    for criterion in rules.criteria.values():
        yield criterion.when
    for context in rules.contexts.values():
        yield context.when
    for measure in rules.measures.values():
        if measure.need is not None:
            yield measure.need
    for form in rules.forms.values():
        yield form.when
    for principle in rules.principles.values():
        yield principle.breached_when
    for exclusion in (*rules.impossible, *rules.implausible):
        yield exclusion.when
    for reading in rules.readings.values():
        yield from reading.define.values()


class _Checker:
    """Gives every expression its type, complaining about what has none. `table` is the table of the row, if any."""

    def __init__(self, rules: RuleSet, broken: Collection[str] = ()) -> None:
        self.rules = rules
        self.broken = broken
        self.near = Suggestions().near
        self.found: list[Diagnostic] = []
        self.arithmetic_terms: list[tuple[Arithmetic, Fact | None]] = []  # each, with the table of its row
        self.conclusions: dict[str, Collection[str]] = {
            "criterion": rules.criteria,
            "context": rules.contexts,
            "measure": rules.measures,
        }

    @cached_property
    def columns(self) -> dict[str, str]:
        """The table of each column, by the column's name."""
        return {column: fact.name for fact in self.rules.facts.values() for column in fact.columns}

    def complain(self, at: Span, code: Code, message: str, hint: str | None = None) -> None:
        self.found.append(Diagnostic(at, code, message, hint))

    def derivation(self, fact: Fact, table: Fact | None) -> None:
        """Check how a fact or a column is derived."""
        derive = fact.derive
        if derive is None:
            return
        if fact.history:
            self.complain(
                derive.at,
                Code.WRONG_TYPE,
                f"`{fact.name}` has a history and cannot be derived",
                "leave out `history` or `derive`",
            )
        elif fact.value_type is ValueType.TABLE:
            self.complain(
                derive.at,
                Code.WRONG_TYPE,
                f"`{fact.name}` is a table and cannot be derived",
                "leave out `derive`; its columns can have one",
            )
        elif isinstance(derive, AllOf | AnyOf | Not | AtLeast | Conclusion | Test | Some | Every):
            self.condition(derive, table)
        else:
            self.fits(derive, fact.value_type, table, f"`{fact.name}`", fact)

    def condition(self, condition: Condition, table: Fact | None) -> None:
        """Check a condition and everything in it."""
        match condition:
            case AllOf(parts) | AnyOf(parts):
                for part in parts:
                    self.condition(part, table)
            case Not(part):
                self.condition(part, table)
            case AtLeast(k, parts):
                self.fits(k, ValueType.NUMBER, table, "the number of `at_least`")
                for part in parts:
                    self.condition(part, table)
            case Conclusion(kind, id, at):
                if id not in self.conclusions[kind] and id not in self.broken:
                    other = next((other for other, ids in self.conclusions.items() if id in ids), None)
                    hint = (
                        f"`{id}` is a {other}: write {{{other}: {id}}}"
                        if other
                        else self.near(id, self.conclusions[kind]) or _DECLARE
                    )
                    self.complain(at, Code.UNKNOWN_CONCLUSION, f"there is no {kind} `{id}`", hint)
            case Test():
                self.test(condition, table)
            case Some(name, where, at) | Every(name, where, at):
                inner = self.table(name, at)
                if inner is not None:
                    self.condition(where, inner)
            case _:
                assert_never(condition)

    def test(self, test: Test, table: Fact | None) -> None:
        """Check that the fact can be tested so, and that the bound fits."""
        fact = self.fact(test.fact, test.at, table)
        if fact is None:
            self.type_of(test.bound, table)
            return
        row = TABLE[test.operator]
        if fact.value_type is ValueType.TABLE:
            self.complain(test.at, Code.WRONG_TYPE, f"`{fact.name}` is a table", "test its rows with `some` or `every`")
        elif fact.value_type not in row.types:
            fitting = [operator.value for operator, other in TABLE.items() if fact.value_type in other.types]
            message = f"`{test.operator}` does not fit `{fact.name}`, a {type_words(fact.value_type)}"
            self.complain(test.at, Code.WRONG_TYPE, message, f"fitting tests: {', '.join(fitting)}")
        elif test.operator in ELAPSED:
            found = self.type_of(test.bound, table)
            if found is not None and found not in _DURATIONS:
                message = f"`{test.operator}` compares with a duration, not with a {type_words(found)}"
                self.complain(test.bound.at, Code.WRONG_TYPE, message, "write it like `5 years`")
        else:
            self.fits(test.bound, fact.value_type, table, f"`{fact.name}`", fact)

    def fits(
        self, expression: Expression, wanted: ValueType, table: Fact | None, what: str, fact: Fact | None = None
    ) -> None:
        """Complain unless `expression` has the type `wanted`, which is that of `what`."""
        textual = wanted in (ValueType.TEXT, ValueType.CHOICE)
        if isinstance(expression, Constant):
            self.constant_fits(expression, wanted, what, fact)
            return
        found = self.type_of(expression, table)
        if found is None or found is wanted or (textual and found in (ValueType.TEXT, ValueType.CHOICE)):
            return
        hint = "months and days are never compared" if found in _DURATIONS and wanted in _DURATIONS else None
        message = f"{what} is a {type_words(wanted)}, and this is a {type_words(found)}"
        self.complain(expression.at, Code.WRONG_TYPE, message, hint)

    def constant_fits(self, constant: Constant, wanted: ValueType, what: str, fact: Fact | None) -> None:
        if wanted in (ValueType.TEXT, ValueType.CHOICE) and constant.text is not None:
            if wanted is ValueType.CHOICE and fact is not None and constant.text not in fact.option_set:
                hint = self.near(constant.text, fact.options) or one_of(fact.options)
                self.complain(constant.at, Code.NOT_AN_OPTION, f"{what} is never `{clip(constant.text)}`", hint)
        elif constant.type != wanted:
            text = constant.text or ""
            shown = f"`{clip(text)}`" if text else f"a {type_words(constant.type)}"
            hints = {
                ValueType.NUMBER: "write it without quotes" if NUMBER.fullmatch(text) else number_hint(text, ""),
                ValueType.MONTHS: "write it like `5 years` or `18 months`",
                ValueType.DAYS: "write it like `90 days`",
                ValueType.DATE: "write it like 2013-01-31",
                ValueType.BOOLEAN: "write true or false",
                ValueType.TEXT: "write it with quotes",
                ValueType.CHOICE: one_of(fact.options) if fact else "write it with quotes",
            }
            if text in self.rules.parameters or text in self.rules.facts:
                hints[wanted] = f"write {{{'parameter' if text in self.rules.parameters else 'fact'}: {text}}}"
            if ".." in text:
                message = f"{what} is compared with the range {shown}"
                self.complain(
                    constant.at,
                    Code.NOT_A_POINT,
                    message,
                    "compare with one value, or make two tests: {at_least: x, at_most: y}",
                )
            else:
                words = f"the text {shown}" if text and constant.type == ValueType.TEXT else shown
                message = f"{what} is a {type_words(wanted)}, and this is {words}"
                self.complain(constant.at, Code.WRONG_TYPE, message, hints.get(wanted))

    def fact(self, name: str, at: Span, table: Fact | None) -> Fact | None:
        """Return the column of the row, or else the fact, called `name`."""
        if table is not None and name in table.columns:
            return table.columns[name]
        if name in self.rules.facts:
            return self.rules.facts[name]
        if name in self.broken:
            return None
        known: Collection[str] = self.rules.facts
        if table is not None:
            known = ChainMap(table.columns, self.rules.facts)  # type: ignore[arg-type]  # only read: none need be mutable
        hint = self.near(name, known)
        if name in self.columns:
            hint = f"`{name}` is a column of `{self.columns[name]}`: test it with `some` or `every`"
        if name in self.rules.parameters:
            hint = f"`{name}` is a parameter: write {{parameter: {name}}}"
        self.complain(at, Code.UNKNOWN_FACT, f"the fact `{name}` is not declared", hint or _DECLARE)
        return None

    def table(self, name: str, at: Span) -> Fact | None:
        """Return the table called `name`."""
        fact = self.rules.facts.get(name)
        if fact is not None and fact.value_type is ValueType.TABLE:
            return fact
        if fact is None and name in self.broken:
            return None
        tables = [*dict.fromkeys(self.columns.values())]
        hint = self.near(name, tables) or (one_of(tables) if tables else "declare a fact of type table")
        message = f"`{name}` is not a table" if fact else f"the table `{name}` is not declared"
        self.complain(at, Code.UNKNOWN_TABLE, message, hint)
        return None

    def column(self, name: str, table: Fact, at: Span) -> Fact | None:
        """Return the column of `table` called `name`."""
        column = table.columns.get(name)
        if column is None and name not in self.broken:
            hint = self.near(name, table.columns) or one_of(table.columns)
            self.complain(at, Code.UNKNOWN_COLUMN, f"the table `{table.name}` has no column `{name}`", hint)
        return column

    def type_of(self, expression: Expression, table: Fact | None) -> ValueType | None:
        """Return the type of an expression, or None once its fault has been complained about."""
        match expression:
            case Constant(type=kind):
                return ValueType(kind)
            case FactValue(name, at):
                fact = self.fact(name, at, table)
                if fact is not None and fact.value_type is ValueType.TABLE:
                    self.complain(at, Code.WRONG_TYPE, f"`{name}` is a table", "count its rows, or total a column")
                    return None
                return fact.value_type if fact else None
            case ParameterValue(name, at):
                parameter = self.rules.parameters.get(name)
                if parameter is None and name not in self.broken:
                    hint = (
                        f"`{name}` is a fact: write {{fact: {name}}}"
                        if name in self.rules.facts
                        else self.near(name, self.rules.parameters) or _DECLARE
                    )
                    self.complain(at, Code.UNKNOWN_PARAMETER, f"the parameter `{name}` is not declared", hint)
                return parameter.value_type if parameter else None
            case Arithmetic():
                return self.arithmetic(expression, table)
            case Elapsed(since, unit):
                self.fits(since, ValueType.DATE, table, "what `elapsed` counts from")
                return ValueType(unit)
            case Extreme(which, name, over, at):
                fact = self.fact(name, at, table)
                if fact is not None and not fact.history:
                    self.complain(
                        at,
                        Code.WRONG_TYPE,
                        f"`{which}` is of a history, and `{name}` has none",
                        "declare it with `history: true`",
                    )
                found = self.type_of(over, table)
                if found is not None and found not in _DURATIONS:
                    self.complain(
                        over.at,
                        Code.WRONG_TYPE,
                        f"`over` is a duration, and this is a {type_words(found)}",
                        "write it like `5 years`",
                    )
                return fact.value_type if fact else None
            case Count(name, where, at):
                inner = self.table(name, at)
                if inner is not None and where is not None:
                    self.condition(where, inner)
                return ValueType.NUMBER
            case Total():
                self.total(expression)
                return ValueType.NUMBER
            case _:
                assert_never(expression)

    def total(self, total: Total) -> None:
        table = self.table(total.table, total.at)
        if table is None:
            return
        column = self.column(total.column, table, total.at)
        if column is not None and column.value_type is not ValueType.NUMBER:
            self.complain(
                total.at,
                Code.WRONG_TYPE,
                f"`{column.name}` is a {type_words(column.value_type)}: only numbers are totalled",
                "total a column of numbers",
            )
        for name in total.per:
            group = self.column(name, table, total.at)
            if group is not None and group.history:
                self.complain(
                    total.at,
                    Code.WRONG_TYPE,
                    f"`{name}` has a history and cannot tell groups apart",
                    "name another column",
                )
        if total.where is not None:
            self.condition(total.where, table)

    def arithmetic(self, term: Arithmetic, table: Fact | None) -> ValueType | None:
        """Return the type of a sum, product, ...: what can be added is of one type; a duration may be scaled."""
        types = [self.type_of(part, table) for part in term.parts]
        self.arithmetic_terms.append((term, table))
        known = [kind for kind in types if kind is not None]
        if len(known) < len(types):
            return None
        durations = [kind for kind in known if kind in _DURATIONS]
        ordered = (*_SIZES, ValueType.DATE) if term.operation in ("smallest", "largest") else _SIZES
        if all(kind in ordered for kind in known):
            if term.operation == "product":
                if len(durations) <= 1:
                    return durations[0] if durations else ValueType.NUMBER
            elif term.operation == "divide":
                if known[0] == known[1]:
                    return ValueType.NUMBER
                if known[1] is ValueType.NUMBER:
                    return known[0]
            elif len(set(known)) == 1:
                return known[0]
        each = [*dict.fromkeys(type_words(kind) for kind in known)]
        listed = " and a ".join(each) if len(each) > 1 else f"{each[0]} with another"
        self.complain(
            term.at, Code.WRONG_TYPE, f"`{term.operation}` cannot combine a {listed}", _COMBINED[term.operation]
        )
        return None


def type_of(rules: RuleSet, expression: Expression, table: Fact | None) -> ValueType:
    """Return the type of an expression of a rule set that was loaded; in a `where`, over the rows of `table`."""
    found = _Checker(rules).type_of(expression, table)
    assert found is not None, "a loaded rule set has no expression without a type"
    return found


# --- order ----------------------------------------------------------------------------------------------------------


def names_in(term: Term) -> Iterator[str]:
    """Yield the facts, tables and conclusions that `term` mentions; columns of its own rows stay as written."""
    for inner in walk(term):
        match inner:
            case Conclusion(id=name) | Test(fact=name) | FactValue(name=name) | Extreme(fact=name):
                yield name
            case Some(table=name) | Every(table=name) | Count(table=name) | Total(table=name):
                yield name
            case _:
                pass


def dependencies(rules: RuleSet, reading: str | None) -> dict[str, list[str]]:
    """Return the facts, tables and conclusions that each conclusion, derived fact and table mentions, by name."""
    needs: dict[str, list[str]] = {}
    for name, condition in rules.conditions(reading).items():
        needs[name] = list(names_in(condition))
    for fact in rules.facts.values():
        if fact.derive is not None:
            needs[fact.name] = list(names_in(fact.derive))
        for column in fact.columns.values():
            if column.derive is not None:
                needs.setdefault(fact.name, []).extend(
                    name for name in names_in(column.derive) if name not in fact.columns
                )
    return needs


def evaluation_order(rules: RuleSet, reading: str | None) -> tuple[str, ...]:
    """Return conclusions, derived facts and tables so that each comes after what it needs.

    Raises `graphlib.CycleError` if some need each other; a rule set that was loaded has no such cycle.
    """
    needs = dependencies(rules, reading)
    known = {name: [other for other in others if other in needs] for name, others in needs.items()}
    return tuple(TopologicalSorter(known).static_order())


def column_order(table: Fact) -> tuple[str, ...]:
    """Return the derived columns of a table so that each comes after those it needs.

    Raises `graphlib.CycleError` as `evaluation_order` does.
    """
    return tuple(TopologicalSorter(column_dependencies(table)).static_order())


def _derived(rules: RuleSet) -> Iterator[tuple[Fact, Fact | None]]:
    """Yield derived facts and columns, each after what it needs; a column comes with its table."""
    for name in evaluation_order(rules, None):
        fact = rules.facts.get(name)
        if fact is not None:
            yield from ((fact.columns[column], fact) for column in column_order(fact))
            yield fact, None


def column_dependencies(table: Fact) -> dict[str, list[str]]:
    """Return what each derived column of a table needs to be known first, by name."""
    derived = {column.name: column.derive for column in table.columns.values() if column.derive is not None}
    return {
        name: [other for other in columns_needed_directly(table, derive) if other in derived]
        for name, derive in derived.items()
    }


def columns_needed_directly(table: Fact, derive: Term) -> list[str]:
    """Return the columns that a derivation mentions; a history brings the date from which its values have held."""
    named = [name for name in names_in(derive) if name in table.columns]
    if table.since is not None and any(table.columns[name].history for name in named):
        named.append(table.since)
    return named


def columns_needed(table: Fact, names: Iterable[str]) -> set[str]:
    """Return the columns of a table among `names`, and those that they are derived from."""
    needed: set[str] = set()
    waiting = [*names]
    while waiting:
        name = waiting.pop()
        column = table.columns.get(name)
        if column is None or name in needed:
            continue
        needed.add(name)
        if column.derive is not None:
            waiting += columns_needed_directly(table, column.derive)
    return needed


def _cycles(rules: RuleSet) -> Iterator[Diagnostic]:
    own = _places(rules)
    seen: set[frozenset[str]] = set()
    for reading in _cyclic(rules):
        defined = {} if reading is None else rules.readings[reading].define
        places = {**own, **{name: condition.at for name, condition in defined.items()}}
        for cycle in _circles(dependencies(rules, reading)):
            if frozenset(cycle) not in seen:
                seen.add(frozenset(cycle))
                here = sorted(name for name in cycle if name in defined)
                yield _cycle(
                    cycle, here[0] if here else min(cycle), places, f" in the reading `{reading}`" if here else ""
                )
    for table in rules.facts.values():
        for cycle in _circles(column_dependencies(table)):
            yield _cycle(cycle, min(cycle), {name: column.at for name, column in table.columns.items()})


def _cyclic(rules: RuleSet) -> tuple[str | None, ...]:
    """Return the readings that can have a circle: none of them, if all that any of them says has none together."""
    needs = dependencies(rules, None)
    for reading in rules.readings.values():
        for name, condition in reading.define.items():
            needs[name] = [*needs.get(name, ()), *names_in(condition)]
    return (None, *rules.readings) if any(_circles(needs)) else ()


def _circles(needs: dict[str, list[str]]) -> Iterator[list[str]]:
    """Yield circles in which names need each other, the first few of those that share no name."""
    for _ in range(20):
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            circle = error.args[1][::-1]
            yield circle
            gone = {*circle}
            needs = {
                name: [other for other in others if other not in gone]
                for name, others in needs.items()
                if name not in gone
            }
        else:
            return


def _cycle(cycle: list[str], first: str, places: Mapping[str, Span], where: str = "") -> Diagnostic:
    turn = cycle.index(first)
    round_ = [*cycle[turn:-1], *cycle[:turn], first] if turn else cycle
    chain = " needs ".join(f"`{name}`" for name in round_[:8]) + (" needs ..." if len(round_) > 8 else "")
    return Diagnostic(
        places[first],
        Code.CYCLE,
        f"`{first}` rests on itself{where}: {chain}",
        "let one of them rest on something else",
    )


def _places(rules: RuleSet) -> dict[str, Span]:
    named: list[Mapping[str, Any]] = [
        rules.facts,
        rules.criteria,
        rules.contexts,
        rules.measures,
        rules.forms,
        rules.principles,
    ]
    return {name: thing.at for things in named for name, thing in things.items()}
