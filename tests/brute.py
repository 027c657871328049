"""Rule sets so small that all their situations can be walked through, and what that shows of a property.

Every figure has a handful of values, a table a row or three, a window as many days as a history has values for. So the
evaluator alone can tell whether a property holds, and which refutation is the smallest: by the order that
`engine/checking/witness.py` states, written down once more in `size`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations, product
from math import inf, prod
from typing import Any, NamedTuple

from hypothesis import strategies as st

from comity.engine.assessment.evaluate import compile_rules
from comity.engine.checking.witness import Witness
from comity.engine.language.condition import Condition
from comity.engine.language.diagnostic import accept
from comity.engine.language.history import Entry, History
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import Exclusion, Fact, Given, Property, RuleSet, ValueType
from comity.engine.language.quantity import Range, ends
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, read
from comity.engine.language.truth import Kleene
from comity.engine.language.writing import facts_lines
from tests.strategies import Choose, Length, Maker, Scope, Tree, World, drawing, shift, write

AS_OF = date(2013, 6, 30)
DAYS = tuple(shift(AS_OF, -days) for days in range(3))  # of the longest window, newest first
DATES = tuple(shift(AS_OF, days) for days in (0, -1, -2, -3, -30, -31, 1, 2))
FLAVOURS = ("plain", "table", "history", "date", "since", "rows", "text")
ORDERED = (ValueType.NUMBER, ValueType.MONTHS, ValueType.DAYS, ValueType.DATE)
MOST = 20_000  # situations to walk through
Facts = dict[str, Given]


class Small(Maker):
    """Makes rule sets of one flavour: which facts they have besides truths and counts."""

    def __init__(self, choose: Choose, flavour: str) -> None:
        super().__init__(choose, AS_OF, size=2)
        self.flavour = flavour

    def world(self) -> World:
        self.parameters()
        facts = self.main["facts"] = self.scope.facts
        for _ in range(self.choose((2, 1, 3))):
            name = self.name("f")
            facts[name] = self.given_fact(False)
        if self.flavour in ("table", "since", "rows", "text"):
            self.table()
        steps = (self.derived, self.criterion, self.context, self.measure)
        self.criterion()
        for _ in range(self.choose(range(4))):
            self.choose(steps)()
        self.readings()
        if self.chance(3):
            self.main["impossible"] = [
                {"when": self.exclusion(), "note": "it cannot be"} for _ in range(self.choose((1, 2)))
            ]
        if self.loose:
            self.main["criteria"] = {name: self.criteria[name] for name in self.loose}
        return World((self.main, *self.contexts), self.as_of)

    def exclusion(self) -> Tree:
        """Return a condition that leaves something possible more often than not."""
        if self.chance(4):
            return self.condition(2, self.scope)
        return {"all": [self.condition(1, self.scope) for _ in range(2)]}

    def parameters(self) -> None:
        if self.choose((True, False)):
            values: Tree = {"value": self.literal("number")}
            if self.chance(6):
                values = {"values": {str(self.choose((AS_OF, shift(AS_OF, 1)))): self.literal("number")}}
            self.main["parameters"] = {"p": {**values, "basis": "editorial"}}
            self.scope.parameters["p"] = "number"

    def given_fact(self, column: bool) -> dict[str, Tree]:
        kinds = {
            "plain": ("count", "boolean", "number", "choice"),
            "table": ("count", "boolean"),
            "text": ("text", "count") if column else ("boolean", "count"),
            "history": ("history", "boolean", "count"),
            "date": ("date", "boolean", "count", "duration"),
            "since": ("history",) if column else ("boolean", "count"),
            "rows": ("history", "count") if column else ("boolean",),
        }
        return self.of_kind(self.choose(kinds[self.flavour]))

    def of_kind(self, kind: str) -> dict[str, Tree]:
        match kind:
            case "count":
                return {"type": "count", "max": self.choose((1, 2))}
            case "history":
                return {"type": "count", "max": 1, "history": True}
            case "number":
                low = self.choose((0, -1))
                return {"type": "number", "min": low, "max": 1, "step": Fraction(1, 1 if low else 2)}
            case "choice":
                return {"type": "choice", "options": ["open", "closed", "other"][: self.choose((2, 3))]}
            case "duration":
                return {"type": "duration", "unit": self.choose(("days", "months"))}
            case _:
                return {"type": kind}

    def table(self) -> None:
        columns: dict[str, Tree] = {}
        if self.flavour == "since":
            columns["since"] = {"type": "date"}
            if self.chance(4):
                self.scope.facts["day"] = {"type": "date"}
                columns["since"]["derive"] = {"fact": "day"}
            columns[self.name("c")] = self.given_fact(True)
        else:
            for _ in range(self.choose((2, 1))):
                columns[self.name("c")] = self.given_fact(True)
            if self.chance(4):
                columns[self.name("c")] = self.derivation(Scope(self.scope.facts, columns, self.scope.parameters))
        self.scope.facts[self.name("t")] = {"type": "table", "columns": columns}

    def derivation(self, scope: Scope) -> dict[str, Tree]:
        kind = self.choose(("boolean", "count", "number"))
        fact = self.of_kind(kind)
        derive = self.condition(2, scope) if kind == "boolean" else self.expression("number", 2, scope, fact)
        return {**fact, "derive": derive}

    def literal(self, kind: str, fact: Tree = None) -> Tree:
        match kind:
            case "number":
                return self.choose((1, 0, 2, Fraction(1, 2), Fraction(3, 2), -1))
            case "months" | "days":
                return Length(self.choose((1, 2)), kind)
            case "date":
                return self.choose((*DATES[:3], DATES[-2]))
            case "text":
                return "A"
            case _:
                return super().literal(kind, fact)

    def extreme(self, histories: list[str], scope: Scope) -> Tree:  # noqa: ARG002  # as it is inherited
        over = Length(self.choose((2,) if self.flavour == "since" else (3, 2, 1)), "days")
        return {self.choose(("lowest", "highest")): {"fact": self.choose(histories)}, "over": over}


# --- all that can be stated -----------------------------------------------------------------------------------------


def points(fact: Fact) -> tuple[Any, ...]:
    """Return the values of a fact, smallest first; of what has no end, the first of them."""
    match fact.value_type:
        case ValueType.BOOLEAN:
            return (False, True)
        case ValueType.CHOICE:
            return fact.options
        case ValueType.TEXT:
            return ("A", "B", "C")
        case ValueType.DATE:
            return tuple(sorted(DATES, key=_nearness))
        case _:
            step = fact.step or 1
            low = Fraction(fact.low)
            high = low + 3 * step if fact.high == inf else fact.high
            values = (low + index * step for index in range(int((high - low) / step) + 1))
            return tuple(value.numerator if value.denominator == 1 else value for value in values)


def finite(facts: Mapping[str, Fact]) -> bool:
    """Tell whether `points` are all the values that there are, of every fact."""
    return all(
        finite(fact.columns)
        if fact.value_type is ValueType.TABLE
        else fact.value_type in (ValueType.BOOLEAN, ValueType.CHOICE)
        or (fact.value_type is ValueType.NUMBER and fact.high != inf and fact.type == "count")
        for fact in facts.values()
    )


def scalars(fact: Fact, ranges: bool) -> list[Given]:
    """Return what one value can be stated as."""
    exact = points(fact)
    if not ranges or fact.value_type not in ORDERED:
        return [*exact]
    in_order = sorted(exact)
    pairs = [Range(low, high) for low, high in combinations(in_order, 2)]
    if fact.value_type is not ValueType.DATE and fact.high == inf:
        pairs += [Range(low, inf) for low in in_order]
    return [*exact, *(pair for pair in pairs if pair != fact.unknown)]


def statements(fact: Fact, ranges: bool, since: bool = False, days: Sequence[date] = DAYS) -> list[Given]:
    """Return what can be stated of a fact, or of a column; `since` tells whether its row can have a date of its own."""
    single = scalars(fact, ranges)
    if not fact.history:
        return single
    found = [*single]
    for values in product([None, *single], repeat=len(days)):
        told = [(day, value) for day, value in zip(days, values, strict=True) if value is not None]
        if since or any(day != days[0] for day, _ in told):
            found.append(History(tuple(Entry(day, day, value) for day, value in reversed(told))))
    return found


def rows(table: Fact, ranges: bool) -> list[Facts]:
    """Return the rows that a table can have."""
    days = DAYS if table.since is None else DAYS[:2]
    columns = {
        name: [None, *statements(column, ranges, table.since is not None, days)]
        for name, column in table.columns.items()
    }
    every = (
        {name: value for name, value in zip(columns, values, strict=True) if value is not None}
        for values in product(*columns.values())
    )
    return [row for row in every if fits(row)]


def fits(row: Mapping[str, Given]) -> bool:
    """Tell whether no value by period lies before the row's own `since`."""
    since = row.get("since")
    return since is None or not any(
        value.__class__ is History and value.entries and value.entries[0].last < ends(since)[0]
        for value in row.values()
    )


class Domain(NamedTuple):
    """What can be stated of every fact, unstated being None, and in how many rows of tables."""

    options: Mapping[str, Sequence[Given]]
    rows: int

    def situations(self) -> Iterator[Facts]:
        """Yield every situation, partial ones too."""
        for values in product(*self.options.values()):
            yield {name: value for name, value in zip(self.options, values, strict=True) if value is not None}


def domain(rules: RuleSet, ranges: bool = False, most: int = MOST) -> Domain | None:
    """Return all that can be stated, in as many rows as can be walked through; None if it is too much."""
    plain = {
        name: [None, *statements(fact, ranges)]
        for name, fact in rules.facts.items()
        if fact.value_type is not ValueType.TABLE
    }
    tables = {name: rows(fact, ranges) for name, fact in rules.facts.items() if fact.value_type is ValueType.TABLE}
    others = prod(map(len, plain.values()))
    for size in (3, 2, 1):
        count = others * prod(2 + sum(len(each) ** some for some in range(1, size + 1)) for each in tables.values())
        if count <= most:
            filled = {
                name: [None, *(one for some in range(size + 1) for one in product(each, repeat=some))]
                for name, each in tables.items()
            }
            return Domain({name: {**plain, **filled}[name] for name in rules.facts}, size)
    return None


# --- completions ----------------------------------------------------------------------------------------------------


def completions(fact: Fact, value: Given, row: Mapping[str, Given] | None = None) -> list[Given]:
    """Return the values that complete what is stated of a fact: None where it is left to its derivation.

    `row` is the row that a column stands in.
    """
    if fact.value_type is ValueType.TABLE:
        if value is None:
            return [table for size in (0, 1) for table in product(_whole_rows(fact, {}), repeat=size)]
        return [*product(*(_whole_rows(fact, one) for one in value))]
    if value is None and fact.derive is not None:
        return [None]
    if not fact.history:
        return _within(fact, value)
    since = None if row is None else row.get("since")
    if since is not None and value.__class__ is not History:
        return _within(fact, value)
    days = DAYS if row is None or since is None else DAYS[:2]
    told = {entry.first: entry.value for entry in value.entries} if value.__class__ is History else {days[0]: value}
    each = [_within(fact, told.get(day)) for day in days]
    return [
        History(tuple(Entry(day, day, one) for day, one in reversed([*zip(days, values, strict=True)])))
        for values in product(*each)
    ]


def _within(fact: Fact, value: Given) -> list[Given]:
    if value is None:
        return [*points(fact)]
    return (
        [point for point in points(fact) if value.low <= point <= value.high] if value.__class__ is Range else [value]
    )


def _whole_rows(table: Fact, row: Mapping[str, Given]) -> list[Facts]:
    found: list[Facts] = [{}]
    for name, column in table.columns.items():
        later = name == table.since and name in row and ends(row[name])[0] > AS_OF
        found = [
            {**done, **({} if one is None else {name: one})}
            for done in found
            for one in completions(column, row.get(name), done if table.since else None)
            # To say that a row began after the as-of date is a correction, unless that is stated already.
            if name != table.since or later or one is None or one <= AS_OF
        ]
    return [one for one in found if fits(one)]


def completed(rules: RuleSet, facts: Mapping[str, Given], skip: str | None = None) -> Iterator[Facts]:
    """Yield the completions of a situation; the fact `skip` is left out."""
    each = {name: completions(fact, facts.get(name)) for name, fact in rules.facts.items() if name != skip}
    for values in product(*each.values()):
        yield {name: value for name, value in zip(each, values, strict=True) if value is not None}


# --- what the evaluator says ----------------------------------------------------------------------------------------


class Truths(NamedTuple):
    """How conditions come out, and whether a situation meets what is impossible."""

    impossible: bool
    of: tuple[Kleene, ...]


def evaluator(
    rules: RuleSet, reading: str | None, conditions: Sequence[Condition], as_of: date = AS_OF
) -> Callable[[Mapping[str, Given]], Truths]:
    """Return the function from facts to how conditions come out."""
    program = compile_rules(
        rules.but(impossible=(*rules.impossible, *(Exclusion(when=one) for one in conditions))), reading
    )
    excluded = [program.slots[one.when] for one in rules.impossible]
    slots = [program.slots[one] for one in conditions]

    def truths(facts: Mapping[str, Given]) -> Truths:
        memory = program.run(facts, as_of)
        return Truths(any(memory[slot] is True for slot in excluded), tuple(memory[slot] for slot in slots))

    return truths


def refutes(kind: str, a: Kleene, b: Kleene) -> bool:
    """Tell whether two conditions that come out so refute a claim."""
    match kind:
        case "implies":
            return a is True and b is False
        case "excludes":
            return a is True and b is True
        case "equals":
            return None not in (a, b) and a is not b
        case "guarantees":
            return a is True and b is not True
    raise AssertionError(kind)


class Claim:
    """A property, and how the evaluator sees it.

    What two readings may differ in is one part of the claim for each conclusion; any other claim has one part.
    """

    def __init__(self, rules: RuleSet, of: Property, as_of: date = AS_OF) -> None:
        self.rules = rules
        self.of = of
        self.as_of = as_of
        self.parts = range(1)
        if of.kind == "readings":
            names = [name for name in rules.conditions(None) if name not in of.ids]
            self.parts = range(len(names))
            self.sides = [
                evaluator(rules, one, [rules.conditions(one)[name] for name in names], as_of) for one in of.readings
            ]
        else:
            self.sides = [evaluator(rules, of.reading, of.conditions, as_of)]

    def refuted(self, facts: Mapping[str, Given], changed: Mapping[str, Given] | None = None, part: int = 0) -> bool:
        """Tell whether a situation, or a pair of them, refutes a part of the claim, were it possible."""
        if changed is not None:
            return self.sides[0](facts).of == (True,) and self.sides[0](changed).of == (False,)
        if len(self.sides) == 2:
            return refutes("equals", *(side(facts).of[part] for side in self.sides))
        return refutes(self.of.kind, *self.sides[0](facts).of)

    def excluded(self, facts: Mapping[str, Given]) -> bool:
        """Tell whether a situation is impossible."""
        return any(side(facts).impossible for side in self.sides)

    def allowed(self, facts: Mapping[str, Given], changed: Mapping[str, Given] | None = None) -> bool:
        """Tell whether a situation, or a pair, can be completed without anything that is impossible."""
        if not self.rules.impossible:
            return True
        if changed is None:
            return any(not self.excluded(one) for one in completed(self.rules, facts))
        name = self.of.fact
        assert name is not None
        pairs = [(one, other) for one, other in self.moved_completions(facts[name], changed[name])]
        return any(
            not self.excluded({**rest, name: one}) and not self.excluded({**rest, name: other})
            for rest in completed(self.rules, facts, skip=name)
            for one, other in pairs
        )

    def moved_completions(self, value: Given, other: Given) -> Iterator[tuple[Given, Given]]:
        """Yield the completions of the fact that moves, before and after."""
        fact = self.rules.facts[self.of.fact or ""]
        pairs = product(completions(fact, value), completions(fact, other))
        yield from ((one, end) for one, end in pairs if self.moves(one, end))

    def moves(self, value: Given, other: Given) -> bool:
        """Tell whether a fact that changes so moves in the direction of the claim, or stays."""
        if value is None or value.__class__ is not other.__class__:
            same: bool = value == other
            return same if value is None or History in (value.__class__, other.__class__) else self._moves(value, other)
        if value.__class__ is tuple:
            column = self.of.column
            return all(
                {**row, column: None} == {**changed, column: None} and self.moves(row.get(column), changed.get(column))
                for row, changed in zip(value, other, strict=True)
            )
        if value.__class__ is History:
            return [(entry.first, entry.last) for entry in value.entries] == [
                (entry.first, entry.last) for entry in other.entries
            ] and all(self.moves(one.value, end.value) for one, end in zip(value.entries, other.entries, strict=True))
        return self._moves(value, other)

    def _moves(self, value: Given, other: Given) -> bool:
        return bool(other >= value if self.of.direction == "rises" else other <= value)

    def moved(self, fact: Fact, value: Given, column: str | None = None) -> Iterator[Given]:
        """Yield all that a stated fact, or a column of a table, can come to be as it moves, itself included."""
        if column is not None:
            yield from product(*([*self.moved_row(fact, row, column)] for row in value))
        elif value.__class__ is History:
            for values in product(*(self.moved(fact, entry.value) for entry in value.entries)):
                entries = zip(value.entries, values, strict=True)
                yield History(tuple(Entry(old.first, old.last, new) for old, new in entries))
        else:
            yield from (one for one in points(fact) if self.moves(value, one))

    def moved_row(self, table: Fact, row: Facts, column: str) -> Iterator[Facts]:
        if column in row:
            changed = ({**row, column: value} for value in self.moved(table.columns[column], row[column]))
            yield from (one for one in changed if fits(one))
        else:
            yield row

    # --- the smallest refutation ---

    def possible(self, within: Domain) -> bool:
        """Tell whether any situation is possible at all."""
        if not self.rules.impossible:
            return True
        derived = {
            name: within.options[name]
            for name, fact in self.rules.facts.items()
            if any(one.derive is not None for one in (fact, *fact.columns.values()))
        }
        return any(self.allowed(facts) for facts in Domain(derived, 0).situations())

    def refutations(self, within: Domain, part: int) -> Iterator[Witness]:
        """Yield all that refutes a part of the claim, whether or not it is possible."""
        for facts in within.situations():
            if self.of.kind != "stays-met":
                if self.refuted(facts, part=part):
                    yield Witness(facts, self.as_of)
            elif self.of.fact in facts and self.sides[0](facts).of == (True,):
                for value in self.moved(self.rules.facts[self.of.fact], facts[self.of.fact], self.of.column):
                    changed = {**facts, self.of.fact: value}
                    if self.sides[0](changed).of == (False,):
                        yield Witness(facts, self.as_of, changed)

    def smallest(self, within: Domain) -> Witness | None:
        """Return the smallest refutation that is possible, of the first part that has one; None if none has."""
        for part in self.parts:
            found = sorted(self.refutations(within, part), key=lambda one: size(self.rules, one))
            for one in found:
                if self.allowed(one.facts, one.changed):
                    return one
        return None


# --- the order of witnesses -----------------------------------------------------------------------------------------


def size(rules: RuleSet, witness: Witness) -> tuple[Any, ...]:
    """Return what sorts witnesses, smallest first, as `engine/checking/witness.py` says."""
    facts, changed = witness.facts, witness.changed
    stated = [name in facts for name in rules.facts]
    shapes: list[Any] = []
    values: list[Any] = []
    for name, fact in rules.facts.items():
        if name not in facts:
            continue
        other = None if changed is None else changed[name]
        if fact.value_type is not ValueType.TABLE:
            shapes.append(_left_out(_told(fact, facts[name])))
            values += _values(fact, facts[name], other)
            continue
        cells: list[bool] = []
        by_period: list[bool] = []
        for index, row in enumerate(facts[name]):
            for column, one in fact.columns.items():
                cells += _told(one, row.get(column))
                if one.history:
                    by_period.append(row.get(column).__class__ is History)
                if column in row:
                    values += _values(one, row[column], None if other is None else other[index][column])
        shapes.append((len(facts[name]), *_left_out(by_period), *_left_out(cells)))
    return (*_left_out(stated), shapes, values)


def _left_out(stated: Sequence[bool]) -> tuple[int, list[bool]]:
    """Return what sorts by how many are stated, then by which: the later ones left out."""
    return sum(stated), [*reversed(stated)]


def _told(fact: Fact, value: Given) -> list[bool]:
    """Return which pieces of a value are stated, the newest first."""
    if not fact.history:
        return [value is not None]
    told = {entry.first for entry in value.entries} if value.__class__ is History else {DAYS[0]}
    return [value is not None and day in told for day in DAYS]


def _values(fact: Fact, value: Given, other: Given) -> Iterator[Any]:
    """Yield what sorts by the value, and by the one in the place of it."""
    if value.__class__ is History:
        others = [None] * len(value.entries) if other is None else [entry.value for entry in other.entries]
        for entry, another in reversed([*zip(value.entries, others, strict=True)]):
            yield from _values(fact, entry.value, another)
        return
    yield _value(fact, value)
    if other is not None:
        yield _value(fact, other)


def _value(fact: Fact, value: Given) -> tuple[Any, ...]:
    match fact.value_type:
        case ValueType.BOOLEAN | ValueType.TEXT:
            return (value,)
        case ValueType.CHOICE:
            return (fact.options.index(value),)
        case ValueType.DATE:
            low, high = ends(value)
            return (_nearness(low), high)
        case _:
            low, high = ends(value)
            return (low, high == inf, high)


def _nearness(day: date) -> tuple[bool, int]:
    return (day > AS_OF, abs((day - AS_OF).days))


# --- what a file says -----------------------------------------------------------------------------------------------


def rules_of(text: str) -> RuleSet:
    """Return a rule set by what follows its first lines."""
    document = read(f"rule_set: small\nversion: 1.0.0\ntitle: Small\n{text}".encode(), "small.yaml")
    assert isinstance(document, Document)
    return accept(build_rule_set([document], "small"))


def reread(rules: RuleSet, facts: Mapping[str, Given], as_of: date = AS_OF) -> Facts:
    """Return what a situation file says that states `facts`, once it is read again."""
    lines = ["situation: written", f"as_of: {as_of}"]
    for about, heading in (("situation", []), ("response", ["response:"])):
        own = {name: value for name, value in facts.items() if rules.facts[name].about == about}
        indent = "  " * len(heading)
        if own or not heading:
            lines += [*heading, f"{indent}facts:{'' if own else ' {}'}", *facts_lines(rules.facts, own, f"{indent}  ")]
    text = "\n".join(lines)
    document = read(text.encode(), "written.yaml")
    assert isinstance(document, Document), text
    loaded = load_situation(document, rules)
    assert loaded.value is not None, "\n".join([text, *map(str, loaded.diagnostics)])
    return loaded.value.all_facts


# --- drawing --------------------------------------------------------------------------------------------------------

KINDS = ("implies", "excludes", "equals", "guarantees", "stays-met", "readings")


class Claims(NamedTuple):
    """A rule set with properties, loaded."""

    world: World
    rules: RuleSet

    def __repr__(self) -> str:
        return "\n".join(map(write, self.world.documents))


def make(choose: Choose, kinds: Sequence[str] = KINDS, flavours: Sequence[str] = FLAVOURS) -> Claims:
    """Return a small rule set with one property of each kind that it can have."""
    return stating(Small(choose, choose(flavours)), kinds)


def stating(maker: Maker, kinds: Sequence[str] = KINDS) -> Claims:
    """Return a rule set with one property of each kind that it can have."""
    world = maker.world()
    properties: dict[str, Tree] = {}
    for kind in kinds:
        claim = _claim(maker, kind)
        if claim is not None:
            properties[f"{kind}-x"] = {"title": kind, **claim}
    if properties:
        world.documents[0]["properties"] = properties
    return Claims(world, world.load())


def _claim(maker: Maker, kind: str) -> Tree:
    """Return what a property of a kind claims; None where the rule set has nothing of the kind."""
    reading: dict[str, Tree] = {}
    if "readings" in maker.main:
        if kind == "readings":
            others = [name for name in maker.scope.conclusions if maker.chance(4)]
            return {"readings": [*maker.main["readings"]], **({"differ_only_in": others} if others else {})}
        if maker.chance(3):
            reading = {"reading": "other"}
    if kind == "readings":
        return None
    if kind != "stays-met":
        return {kind: [maker.condition(2, maker.scope) for _ in range(2)], **reading}
    ordered = ("count", "number", "date", "duration")
    names = [name for name, fact in maker.scope.facts.items() if fact["type"] in ordered]
    for name, fact in maker.scope.facts.items():
        names += [f"{name}.{column}" for column, one in fact.get("columns", {}).items() if one["type"] in ordered]
    if not names:
        return None
    name, _, column = maker.choose(names).partition(".")
    fact = maker.scope.facts[name]
    if column:
        own = Scope(columns={column: fact["columns"][column]}, facts=maker.scope.facts)
        test = {maker.choose(("some", "every")): name, "where": maker.test(1, own)}
    else:
        test = maker.test(1, Scope({name: fact}))
    other = maker.condition(1, maker.scope)
    stays = maker.choose((test, {"all": [test, other]}, {"any": [test, other]}, {"not": test}, other))
    return {"stays_met": stays, maker.choose(("rises", "falls")): f"{name}.{column}" if column else name, **reading}


@st.composite
def claims(draw: st.DrawFn, kinds: Sequence[str] = KINDS, flavours: Sequence[str] = FLAVOURS) -> Claims:
    """Return small rule sets with properties."""
    return make(drawing(draw), kinds, flavours)
