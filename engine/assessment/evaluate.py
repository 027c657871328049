"""What a condition means: the one evaluator.

A rule set is compiled once, for one reading and one set of parameters, into a `Program`: a straight line of steps, in
an order in which each step finds what it needs. One step is one condition or expression of the rule set, and a run
keeps the result of every step in a tuple, the *memory*. So the trace costs nothing: `explain.py` reads it off the
memory, and no second evaluator exists that could drift from this one.

The steps are written as a Python function, because a straight line of local variables is what Python runs fastest.
Nothing of a rule set ever enters that text: names, numbers and words are passed beside it, and the text holds only
numbered variables, the functions named in `_FUNCTIONS`, and the comparisons in `operators.TABLE`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from math import inf
from typing import Any, NamedTuple, assert_never

from comity.engine.assessment.aggregates import at_least, count, largest_total, total
from comity.engine.assessment.steps import VARIABLE, Step, needed, variables_in, written
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
from comity.engine.language.history import current, highest, lowest
from comity.engine.language.model import Fact, Given, Parameter, RuleSet, ValueType
from comity.engine.language.operators import ELAPSED, TABLE, Operator
from comity.engine.language.places import named
from comity.engine.language.quantity import (
    Range,
    add,
    divide,
    elapsed_days,
    elapsed_months,
    hull,
    largest,
    multiply,
    same,
    smallest,
    subtract,
)
from comity.engine.language.references import (
    column_order,
    columns_needed,
    evaluation_order,
    names_in,
    type_of,
)
from comity.engine.language.truth import Kleene, all_of, any_of, negate

Memory = tuple[Any, ...]

# --- the compiled form ----------------------------------------------------------------------------------------------


class Rows(NamedTuple):
    """Where the memory holds the memories of a table's rows, and where each of those holds the results of the row."""

    slot: int
    slots: Mapping[Term, int]
    where: int
    value: int | None = None
    key: tuple[int, ...] = ()


class Turning(NamedTuple):
    """What another value of one fact can turn, and by what.

    `run` takes the given facts with the fact as it is now, the as-of date, and the memory of a run in which that fact
    alone was otherwise. It returns the truths of `conclusions`, the contexts and measures that rest on the fact, and of
    `exclusions`, those by their places; what does not rest on the fact is read off the memory.
    """

    conclusions: tuple[str, ...]
    exclusions: tuple[int, ...]
    run: Callable[[Mapping[str, Given], date, Memory], tuple[Kleene, ...]]


class Program(NamedTuple):
    """A rule set's one compiled form, for one reading and one set of parameters. Immutable and reusable.

    `run` takes the given facts by name and the as-of date, and returns the memory. `slots` says where the memory
    holds the result of each condition and expression (a `FactValue` for the value in use of a fact that a rule
    reaches), `derived` where the value is that a derivation yields, used or not, and `rows` where the rows of each
    condition or expression over a table are. `answers` reads the words of every context and measure off a memory;
    `shortcut` gives the function to the same words by no more steps than they need, compiled when first asked for;
    `part` gives the function to the truths of some conclusions in the same way, and `turning` what a fact can turn.
    """

    rules: RuleSet
    reading: str | None
    set: Mapping[str, Any]
    conclusions: Mapping[str, Condition]
    run: Callable[[Mapping[str, Given], date], Memory]
    slots: Mapping[Term, int]
    derived: Mapping[str, int]
    rows: Mapping[Term, Rows]
    answers: Callable[[Memory], dict[str, str]]
    shortcut: Callable[[], Callable[[Mapping[str, Given], date], dict[str, str]]]
    part: Callable[[tuple[str, ...]], Callable[[Mapping[str, Given], date], tuple[Kleene, ...]]]
    turning: Callable[[str], Turning]
    text: str

    @property
    def large(self) -> bool:
        """Whether it pays to cut the program down for a single question."""
        return len(self.slots) > _LARGE

    def outcome(self, facts: Mapping[str, Given], as_of: date) -> dict[str, str]:
        """Return the verdict of every context and the status of every measure by id, in words, and nothing else."""
        return self.shortcut()(facts, as_of)

    def truths(self, names: tuple[str, ...], facts: Mapping[str, Given], as_of: date) -> tuple[Kleene, ...]:
        """Return how some conclusions come out, and find out nothing else where the rule set is large."""
        if self.large:
            return self.part(names)(facts, as_of)
        run = self.start(facts, as_of)
        return tuple(run.truth(name) for name in names)

    def start(self, facts: Mapping[str, Given], as_of: date) -> "Run":
        """Return a run over the given facts, from which everything else can be read."""
        return Run(self, facts, as_of, self.run(facts, as_of))

    def criteria(self, context: str) -> tuple[str, ...]:
        """Return the criteria that stand with a context: those it lists, then those that its condition names."""
        terms = walk(self.conclusions[context])
        named_ = (term.id for term in terms if isinstance(term, Conclusion) and term.kind == "criterion")
        return tuple(dict.fromkeys((*self.rules.contexts[context].criteria, *named_)))

    def parameter(self, name: str, as_of: date) -> Given:
        """Return the value of a parameter on `as_of`, as this program takes it."""
        return self.set[name] if name in self.set else self.rules.parameters[name].on(as_of)


class Run(NamedTuple):
    """One run of a program over one situation: the given facts, the day, and what every step came to."""

    program: Program
    facts: Mapping[str, Given]
    as_of: date
    memory: Memory

    def truth(self, conclusion: str) -> Kleene:
        """Return how a conclusion came out, by its id."""
        program = self.program
        return self.memory[program.slots[program.conclusions[conclusion]]]  # type: ignore[no-any-return]  # a slot can hold any value; a condition's holds a truth

    def value(self, fact: str) -> Given:
        """Return the value in use of a fact, given or derived; all that it can be where no rule reaches it."""
        slot = self.program.slots.get(FactValue(fact))
        return self.facts.get(fact, self.program.rules.facts[fact].unknown) if slot is None else self.memory[slot]


_LOOKED_UP = re.compile(r"\bget\((c[0-9]+)\b")

_LARGE = 1_000  # results that a run keeps: above that, cutting a program down pays for a single case

VERDICTS: dict[Kleene, str] = {True: "met", None: "unknown", False: "not-met"}
STATUSES: dict[Kleene, str] = {True: "called-for", None: "conditional", False: "not-called-for"}
STANDINGS: dict[Kleene, str] = {True: "in-conflict", None: "undetermined", False: "consistent"}


def compile_rules(rules: RuleSet, reading: str | None = None, overrides: Mapping[str, Any] | None = None) -> Program:
    """Return the compiled form of `rules` under a reading (by default its default reading).

    `overrides` are parameters by name: they go before the reading's own, those before the parameters' values.
    """
    name = reading or rules.default_reading
    changed = {**(rules.readings[name].set if name else {}), **(overrides or {})}
    return _Compiler(rules, name, changed).program()


def held(fact: Fact, term: Term) -> Term:
    """Return `term` as `fact` may hold it: for a fact that holds texts, a literal is the text that is written."""
    if isinstance(term, Constant) and term.type != "text" and fact.value_type in (ValueType.CHOICE, ValueType.TEXT):
        return term.but(type="text", value=term.text)
    return term


_FUNCTIONS: dict[str, Any] = {
    function.__name__: function
    for function in (
        *(all_of, any_of, negate, at_least, count, total, largest_total),
        *(same, add, subtract, multiply, divide, smallest, largest, elapsed_months, elapsed_days),
        *(current, lowest, highest),
    )
}

_ARITHMETIC = {"sum": "add", "smallest": "smallest", "largest": "largest"}


class _Scope:
    """The steps of one function: the whole program, or one row of a table."""

    def __init__(self, table: Fact | None = None) -> None:
        self.table = table
        self.steps: list[Step] = []
        self.names: dict[str, int] = {}  # its variables, with their places in the memory
        self.done: dict[Any, str] = {}  # the variable of each term, and of each fact by ("fact", name)
        self.captured: dict[str, None] = {}  # variables of the program that a row needs


class _Compiler:
    """Writes the steps of a program."""

    def __init__(self, rules: RuleSet, reading: str | None, changed: Mapping[str, Any]) -> None:
        self.rules = rules
        self.reading = reading
        self.changed = changed
        self.conclusions = rules.conditions(reading)
        self.constants: dict[str, Any] = {}
        self.constant_names: dict[tuple[str, Any], str] = {}
        self.functions: list[str] = []
        self.rows: dict[Term, Rows] = {}
        self.row_variables: dict[Term, str] = {}
        self.top = _Scope()
        self.derived: dict[str, int] = {}
        self.variables = 0
        self.places: dict[str, tuple[int, list[str]]] = {}  # of steps, with the variables that each names
        self.users: dict[str, list[str]] = {}  # the steps that name each variable, and those that look up each fact

    def program(self) -> Program:
        for name in evaluation_order(self.rules, self.reading):
            if name in self.conclusions:
                self.condition(self.conclusions[name], self.top)
            elif self.rules.facts[name].value_type is not ValueType.TABLE:
                self.fact(name, self.top)
        for exclusion in self.rules.impossible:
            self.condition(exclusion.when, self.top)
        for condition in self.conclusions.values():
            self.keep(self.top, self.condition(condition, self.top))
        text = "\n".join(
            [
                *self.functions,
                written("run", ["facts", "as_of"], self.top.steps, _memory(self.top)),
                self.answers(),
            ]
        )
        namespace = {**_FUNCTIONS, **self.constants}
        exec(compile(text, f"<rules {len(self.top.steps)} steps>", "exec"), namespace)
        return Program(
            rules=self.rules,
            reading=self.reading,
            set=self.changed,
            conclusions=self.conclusions,
            run=namespace["run"],
            slots=_slots(self.top),
            derived=self.derived,
            rows=self.rows,
            answers=namespace["answers"],
            shortcut=cache(lambda: self.shortcut(namespace)),
            part=cache(lambda names: self.part(namespace, names)),
            turning=cache(lambda name: self.turning(namespace, name)),
            text=text,
        )

    def answers(self) -> str:
        """Return the text of the function that reads the words of contexts and measures off a memory."""
        return f"def answers(memory):\n    return {self.words(lambda variable: f'memory[{self.top.names[variable]}]')}"

    def shortcut(self, namespace: Mapping[str, Any]) -> Callable[[Mapping[str, Given], date], dict[str, str]]:
        """Return the function from what `run` takes to the words of contexts and measures, by the steps they need."""
        return self.shorter(namespace, self.words(lambda variable: variable))

    def part(
        self, namespace: Mapping[str, Any], names: tuple[str, ...]
    ) -> Callable[[Mapping[str, Given], date], tuple[Kleene, ...]]:
        """Return the function from what `run` takes to the truths of some conclusions, by the steps they need."""
        variables = [self.condition(self.conclusions[name], self.top) for name in names]
        return self.shorter(namespace, f"({', '.join(variables)},)")

    def shorter(self, namespace: Mapping[str, Any], answers: str) -> Callable[[Mapping[str, Given], date], Any]:
        """Return the function from what `run` takes to `answers`, by no more steps than those need."""
        steps = needed([*self.leading_to(answers), ("answers", answers)])
        found = dict(namespace)
        exec(compile(written("outcome", ["facts", "as_of"], steps, "answers"), "<outcome>", "exec"), found)
        outcome: Callable[[Mapping[str, Given], date], Any] = found["outcome"]
        return outcome

    def leading_to(self, answers: str) -> list[Step]:
        """Return the steps that `answers` rest on, in order: whoever asks often should not have to look at them all."""
        self.place()
        found: set[str] = set()
        waiting = variables_in(answers)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.places[name][1]
        return [self.top.steps[place] for place in sorted(self.places[name][0] for name in found)]

    def place(self) -> None:
        """Note where each step stands, and what it names."""
        for name, step in self.top.steps[len(self.places) :]:
            named_ = variables_in(step)
            self.places[name] = (len(self.places), named_)
            for one in (*named_, *_LOOKED_UP.findall(step)):
                self.users.setdefault(one, []).append(name)

    def turning(self, namespace: Mapping[str, Any], fact: str) -> Turning:
        """Return what another value of a fact can turn, by no more steps than rest on the fact."""
        self.place()
        resting: set[str] = set()
        waiting = [self.constant_names.get(("str", fact), "")]
        while waiting:
            for name in self.users.get(waiting.pop(), ()):
                if name not in resting:
                    resting.add(name)
                    waiting.append(name)
        by_name = {
            name: self.condition(self.conclusions[name], self.top)
            for name in (*self.rules.contexts, *self.rules.measures)
        }
        conclusions = tuple(name for name, variable in by_name.items() if variable in resting)
        excluded = [self.condition(one.when, self.top) for one in self.rules.impossible]
        exclusions = tuple(place for place, variable in enumerate(excluded) if variable in resting)
        truths = "".join(f"{by_name[name]}, " for name in conclusions)
        truths += "".join(f"{excluded[place]}, " for place in exclusions)

        def known(step: str) -> str:
            return VARIABLE.sub(
                lambda found: found[0] if found[0] in resting else f"memory[{self.top.names[found[0]]}]", step
            )

        places = sorted(self.places[name][0] for name in resting)
        steps = needed(
            [
                *((name, known(step)) for name, step in map(self.top.steps.__getitem__, places)),
                ("answers", f"({truths})"),
            ]
        )
        found = dict(namespace)
        exec(compile(written("turned", ["facts", "as_of", "memory"], steps, "answers"), "<turned>", "exec"), found)
        return Turning(conclusions, exclusions, found["turned"])

    def words(self, read: Callable[[str], str]) -> str:
        """Return the text of a mapping with the words of contexts and measures; `read` is the text of a variable."""
        entries = []
        for names, words, table in (
            (self.rules.contexts, VERDICTS, "verdicts"),
            (self.rules.measures, STATUSES, "statuses"),
        ):
            self.constants[table] = words
            for name in names:
                variable = self.condition(self.conclusions[name], self.top)
                entries.append(f"{self.constant(name)}: {table}[{read(variable)}]")
        return f"{{{', '.join(entries)}}}"

    # --- writing ---

    def put(self, scope: _Scope, step: str) -> str:
        """Add a step, and return the variable that holds its result."""
        name = f"v{self.variables}"
        self.variables += 1
        scope.names[name] = len(scope.names)
        scope.steps.append((name, step))
        return name

    def constant(self, value: Any) -> str:
        """Return the name under which the text finds `value`."""
        key = (value.__class__.__name__, value)
        if key not in self.constant_names:
            name = f"c{len(self.constants)}"
            self.constant_names[key] = name
            self.constants[name] = value
        return self.constant_names[key]

    def keep(self, scope: _Scope, variable: str) -> int:
        """Return where the memory of `scope` holds `variable`, copying what is not its own."""
        if variable not in scope.names:
            variable = self.put(scope, variable)
        return scope.names[variable]

    def outer(self, scope: _Scope, variable: str) -> str:
        """Return a variable of the program, for use in `scope`."""
        if scope is not self.top and variable in self.top.names:
            scope.captured[variable] = None
        return variable

    # --- facts ---

    def raw(self, fact: Fact, scope: _Scope) -> str:
        """Return what is given of a fact or column, or all that it can be."""
        key = ("raw", fact.name)
        if key not in scope.done:
            default = "" if fact.unknown is None else f", {self.constant(fact.unknown)}"
            scope.done[key] = self.put(scope, f"get({self.constant(fact.name)}{default})")
        return scope.done[key]

    def since(self, scope: _Scope) -> str:
        """Return the date from which the row's single values have held, or None."""
        name = scope.table.since if scope.table else None
        if name is None:
            return "None"
        assert scope.table is not None
        if scope.table.columns[name].derive is not None:
            return self.fact(name, scope)
        key = ("since", name)
        if key not in scope.done:
            scope.done[key] = self.put(scope, f"get({self.constant(name)})")
        return scope.done[key]

    def fact(self, name: str, scope: _Scope) -> str:
        """Return the value in use of a fact, or in a row of a column: given, or else derived."""
        if scope is not self.top and not (scope.table and name in scope.table.columns):
            return self.outer(scope, self.fact(name, self.top))
        key = ("fact", name)
        if key in scope.done:
            return scope.done[key]
        fact = (scope.table.columns if scope.table else self.rules.facts)[name]
        if fact.derive is not None:
            derived = self.term(held(fact, fact.derive), scope)
            given = self.put(scope, f"get({self.constant(name)})")
            value = self.put(scope, f"{derived} if {given} is None else {given}")
            if scope is self.top:
                self.derived[name] = self.keep(scope, derived)
        elif fact.history:
            value = self.put(
                scope,
                f"current({self.raw(fact, scope)}, {self.since(scope)}, as_of, {self.untold(fact, scope)})",
            )
        else:
            value = self.raw(fact, scope)
        scope.done[key] = scope.done[FactValue(name)] = value
        return value

    def untold(self, fact: Fact, scope: _Scope) -> str:
        """Return what a history can have been on a day of which nothing is told: also 0, in a table with a `since`."""
        since = scope.table.since if scope.table else None
        return self.constant(fact.unknown if since is None else hull([0, fact.unknown]))

    def declared(self, name: str, scope: _Scope) -> Fact:
        """Return the declaration of the column, or else the fact, called `name`."""
        return named(self.rules, name, scope.table)

    # --- terms ---

    def term(self, term: Term, scope: _Scope) -> str:
        """Return the variable that holds the result of a condition or an expression."""
        match term:
            case AllOf() | AnyOf() | Not() | AtLeast() | Conclusion() | Test() | Some() | Every():
                return self.condition(term, scope)
            case Constant() | FactValue() | ParameterValue() | Arithmetic() | Elapsed() | Extreme() | Count() | Total():
                return self.expression(term, scope)
            case _:
                assert_never(term)

    def note(self, term: Term, variable: str, scope: _Scope) -> None:
        """Note where the result of a term is; what a row finds in the program's own memory is noted there too."""
        scope.done[term] = variable
        if variable in self.top.names:
            self.top.done.setdefault(term, variable)

    def condition(self, condition: Condition, scope: _Scope) -> str:
        if condition not in scope.done:
            self.note(condition, self.write_condition(condition, scope), scope)
        return scope.done[condition]

    def write_condition(self, condition: Condition, scope: _Scope) -> str:
        match condition:
            case AllOf(parts):
                return self.put(scope, _joined(self.variables_of(parts, scope), "False", "True"))
            case AnyOf(parts):
                return self.put(scope, _joined(self.variables_of(parts, scope), "True", "False"))
            case Not(part):
                truth = self.condition(part, scope)
                return self.put(scope, f"None if {truth} is None else not {truth}")
            case AtLeast(k, parts):
                return self.put(scope, f"at_least({self.expression(k, scope)}, {self.several(parts, scope)})")
            case Conclusion(id=name):
                return self.outer(scope, self.condition(self.conclusions[name], self.top))
            case Test():
                return self.test(condition, scope)
            case Some(table, where) | Every(table, where):
                rows = self.over(condition, table, where, None, (), scope)
                function = "any_of" if isinstance(condition, Some) else "all_of"
                truths = f"[row[{self.rows[condition].where}] for row in {rows}]"
                return self.put(scope, f"None if {rows} is None else {function}({truths})")
            case _:
                assert_never(condition)

    def variables_of(self, parts: Sequence[Term], scope: _Scope) -> list[str]:
        return [self.term(part, scope) for part in parts]

    def several(self, parts: Sequence[Term], scope: _Scope) -> str:
        return "(" + "".join(f"{variable}, " for variable in self.variables_of(parts, scope)) + ")"

    def test(self, test: Test, scope: _Scope) -> str:
        fact = self.declared(test.fact, scope)
        left = self.fact(test.fact, scope)
        symbol = TABLE[test.operator].python
        if test.operator in ELAPSED:
            unit = type_of(self.rules, test.bound, scope.table)
            elapsed = self.expression(
                Elapsed(FactValue(test.fact), "days" if unit is ValueType.DAYS else "months"), scope
            )
            return self.put(scope, f"{elapsed} {symbol} {self.expression(test.bound, scope)}")
        if fact.value_type in (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT):
            return self.sameness(test, fact, left, symbol, scope)
        right = self.expression(test.bound, scope)
        if test.operator is Operator.IS:
            return self.put(scope, f"same({left}, {right})")
        if test.operator is Operator.IS_NOT:
            return self.put(scope, f"negate(same({left}, {right}))")
        return self.put(scope, f"{left} {symbol} {right}")

    def sameness(self, test: Test, fact: Fact, left: str, symbol: str, scope: _Scope) -> str:
        """Compare truths, choices or texts: None on either side leaves it open."""
        bound = held(fact, test.bound)
        if isinstance(bound, Constant):
            if fact.value_type is ValueType.BOOLEAN and bound.value is (test.operator is Operator.IS):
                return left  # a boolean fact is its own truth
            return self.put(scope, f"None if {left} is None else {left} {symbol} {self.constant(bound.value)}")
        right = self.term(bound, scope)
        return self.put(scope, f"None if {left} is None or {right} is None else {left} {symbol} {right}")

    def expression(self, expression: Expression, scope: _Scope) -> str:
        if expression not in scope.done:
            self.note(expression, self.write_expression(expression, scope), scope)
        return scope.done[expression]

    def write_expression(self, expression: Expression, scope: _Scope) -> str:
        match expression:
            case Constant(value=value):
                return self.constant(value)
            case FactValue(name):
                return self.fact(name, scope)
            case ParameterValue(name):
                return self.outer(scope, self.parameter(self.rules.parameters[name]))
            case Arithmetic(operation, parts):
                first, *others = self.variables_of(parts, scope)
                if operation in ("difference", "divide", "product"):
                    function = {"difference": "subtract", "divide": "divide", "product": "multiply"}[operation]
                    for other in others:
                        first = self.put(scope, f"{function}({first}, {other})")
                    return first if others else self.put(scope, first)  # a product of one part has a result of its own
                return self.put(scope, f"{_ARITHMETIC[operation]}({self.several(parts, scope)})")
            case Elapsed(since, unit):
                return self.put(scope, f"elapsed_{unit}({self.expression(since, scope)}, as_of)")
            case Extreme(which, name, over):
                own = scope if scope is self.top or (scope.table and name in scope.table.columns) else self.top
                fact = self.declared(name, scope)
                counted_in = type_of(self.rules, over, scope.table)
                window = f"{self.expression(over, own)}, {self.constant(counted_in.value)}"
                window += f", as_of, {self.untold(fact, own)}"
                return self.outer(scope, self.put(own, f"{which}({self.raw(fact, own)}, {self.since(own)}, {window})"))
            case Count(table, where):
                rows = self.over(expression, table, where, None, (), scope)
                unknown = self.constant(Range(0, inf))
                truths = f"[row[{self.rows[expression].where}] for row in {rows}]"
                return self.put(scope, f"{unknown} if {rows} is None else count({truths})")
            case Total():
                return self.total(expression, scope)
            case _:
                assert_never(expression)

    def parameter(self, parameter: Parameter) -> str:
        if parameter.name in self.changed:
            return self.constant(self.changed[parameter.name])
        if len(parameter.values) == 1 and parameter.values[0][0] == date.min:
            return self.constant(parameter.values[0][1])
        key = ("parameter", parameter.name)
        if key not in self.top.done:
            self.top.done[key] = self.put(self.top, f"{self.constant(parameter.on)}(as_of)")
        return self.top.done[key]

    # --- tables ---

    def over(
        self,
        term: Term,
        table: str,
        where: Condition | None,
        column: str | None,
        per: tuple[str, ...],
        scope: _Scope,
    ) -> str:
        """Return the variable that holds the memories of the rows of `table`, for `term`, or None without a table."""
        fact = self.rules.facts[table]
        if term in self.row_variables:
            return self.outer(scope, self.row_variables[term])
        row = _Scope(table=fact)
        needed = columns_needed(fact, [*(names_in(where) if where else ()), *([column] if column else ()), *per])
        for name in column_order(fact):
            if name in needed:
                self.fact(name, row)
        counts = self.keep(row, "True" if where is None else self.condition(where, row))
        value = None if column is None else self.keep(row, self.fact(column, row))
        key = tuple(self.keep(row, self.fact(name, row)) for name in per)
        function = f"row{len(self.functions)}"
        captured = "".join(f", {name}" for name in row.captured)
        arguments = ["row", "as_of", *row.captured]
        self.functions.append(written(function, arguments, row.steps, _memory(row)))
        given = self.raw(fact, self.top)
        rows = self.put(self.top, f"None if {given} is None else [{function}(row, as_of{captured}) for row in {given}]")
        self.rows[term] = Rows(self.top.names[rows], _slots(row), counts, value, key)
        self.row_variables[term] = rows
        return self.outer(scope, rows)

    def total(self, total: Total, scope: _Scope) -> str:
        rows = self.over(total, total.table, total.where, total.column, total.per, scope)
        found = self.rows[total]
        column = self.rules.facts[total.table].columns[total.column]
        unknown = self.constant(Range(0 if column.derive is None and column.low >= 0 else -inf, inf))
        function, row = "total", f"row[{found.where}], row[{found.value}]"
        if total.per:
            function, row = "largest_total", f"{row}, ({''.join(f'row[{index}], ' for index in found.key)})"
        return self.put(scope, f"{unknown} if {rows} is None else {function}([({row}) for row in {rows}])")


def _joined(truths: Sequence[str], decisive: str, otherwise: str) -> str:
    """Return the text of `all_of` or `any_of` over a few variables: one that is `decisive` settles the whole.

    >>> _joined(["a", "b"], "False", "True")
    'False if a is False or b is False else None if a is None or b is None else True'
    """
    if not truths:
        return otherwise
    settled = " or ".join(f"{truth} is {decisive}" for truth in truths)
    open_ = " or ".join(f"{truth} is None" for truth in truths)
    return f"{decisive} if {settled} else None if {open_} else {otherwise}"


def _slots(scope: _Scope) -> dict[Term, int]:
    return {
        term: scope.names[variable]
        for term, variable in scope.done.items()
        if term.__class__ is not tuple and variable in scope.names
    }


def _memory(scope: _Scope) -> str:
    return f"({''.join(f'{variable}, ' for variable in scope.names)})"
