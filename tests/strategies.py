"""Rule sets and situations for property tests: documents as plain data, written as YAML, read by the project's loader.

Everything is made by functions of one argument, `choose`, which picks one of several options. Hypothesis draws with it
(`sampled_from`, so that what fails shrinks to the options that stand first), and `every` walks through all picks in
turn, which enumerates what is small enough. All numbers, days and texts come from small pools, so that values meet
thresholds and the ends of windows, or miss them by one step.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

from hypothesis import reject, strategies as st

from comity.engine.language.diagnostic import Code
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, read

T = TypeVar("T")
Tree: TypeAlias = Any  # a document, or a part of one: mappings, lists, and the values below
DAY = timedelta(days=1)


class Choose(Protocol):
    """Picks one of several options."""

    def __call__(self, options: Sequence[T], /) -> T: ...


# --- values, as a document gives them -------------------------------------------------------------------------------


class Length(NamedTuple):
    """A duration: so many `months` or `days`."""

    amount: int
    unit: str


class Span(NamedTuple):
    """A range as it is written; an end that is None is left out."""

    low: Any
    high: Any


class Ago(NamedTuple):
    """A day, counted back from the situation's as-of date."""

    length: Length


class Unknown:
    """What is written `unknown`: asked, and nobody knows."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


def write(tree: Tree) -> str:
    """Return `tree` as YAML."""
    match tree:
        case bool():
            return "true" if tree else "false"
        case int() | date():
            return str(tree)
        case Fraction():
            return f"{Decimal(tree.numerator) / Decimal(tree.denominator):f}"
        case Unknown():
            return "unknown"
        case Length(amount, unit):
            return f"{amount} {unit}"
        case Ago(length):
            return f"{write(length)} ago"
        case Span(low, high):
            whole = _period(low, high) if isinstance(low, date) and isinstance(high, date) else None
            return whole or f"{'' if low is None else write(low)}..{'' if high is None else write(high)}"
        case str():
            return json.dumps(tree, ensure_ascii=False)
        case dict():
            return "{" + ", ".join(f"{key}: {write(value)}" for key, value in tree.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(write, tree)) + "]"
    raise TypeError(f"a document holds no {type(tree).__name__}")


def _period(low: date, high: date) -> str | None:
    """Return the year or month that is all the days from `low` to `high`, if there is one."""
    if (low.month, low.day, high.month, high.day) == (1, 1, 12, 31) and low.year == high.year:
        return f"{low.year:04}"
    if low.day == 1 and (low.year, low.month) == (high.year, high.month) and high == month_end(low):
        return f"{low.year:04}-{low.month:02}"
    return None


def month_end(day: date) -> date:
    """Return the last day of the month of `day`."""
    if day.month == 12:
        return date(day.year, 12, 31)
    return date(day.year, day.month + 1, 1) - DAY


def shift(day: date, days: int) -> date:
    """Return the day so many days later, kept within the calendar."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def shift_months(day: date, months: int) -> date:
    """Return the day so many calendar months later, kept within the month and the calendar."""
    index = min(max(12 * day.year + day.month - 1 + months, 12), 12 * 9999 + 11)
    first = date(index // 12, index % 12 + 1, 1)
    return date(first.year, first.month, min(day.day, month_end(first).day))


# --- pools ----------------------------------------------------------------------------------------------------------

NUMBERS: tuple[int | Fraction, ...] = (1, 0, 2, 3, -1, Fraction(1, 2), Fraction(3, 2), -2, 4, Fraction(-1, 2))
WHOLE = (1, 0, 2, 3, 4)
SHARES = (Fraction(1, 2), 0, 1, Fraction(1, 4), Fraction(3, 4))
TEXTS = ("A", "B", "a b", "5 days", "2013-06-30", "unknown")
PLAIN_TEXTS = ("A", "B", "a b", "unknown")  # that read as nothing else
OPTIONS = ("open", "closed", "other")
AMOUNTS = {"months": (1, 0, 2, 3, 12, 13), "days": (1, 0, 2, 3, 30, 31)}
DAYS_OF_ASSESSMENT = tuple(
    map(
        date.fromisoformat,
        ("2013-06-30", "2013-01-31", "2012-02-29", "2013-02-28", "2013-03-31", "2012-12-31", "2013-01-01"),
    )
)
EDGES_OF_TIME = (date.min, shift(date.min, 1), date(1, 3, 1), date.max, shift(date.max, -1))
HUGE = (10**14, 999_999_999_999_999, Fraction(1, 10**10), Fraction(10**14 + 1, 10))


def days_near(as_of: date) -> tuple[date, ...]:
    """Return days at and around `as_of`, and around the days that lie whole months before it."""
    offsets = (0, -1, -2, 1, -3, -4, 2)
    near = [shift(as_of, days) for days in offsets]
    for months in (-1, -2, -3, -12, -13, 1):
        near += [shift(shift_months(as_of, months), days) for days in (0, 1, -1)]
    return tuple(dict.fromkeys(near))


def value_type(fact: Tree) -> str:
    """Return what the values of a declared fact are for a test."""
    kind: str = fact["type"]
    if kind in ("count", "number", "share"):
        return "number"
    return str(fact.get("unit", "months")) if kind == "duration" else kind


def domain(fact: Tree) -> tuple[Any, Any]:
    """Return the lowest and the highest value that may be given of a number; None where there is no end."""
    kind = fact["type"]
    return fact.get("min", 0), fact.get("max", 1 if kind == "share" else None)


def points(fact: Tree, as_of: date) -> tuple[Any, ...]:
    """Return some values that may be given of `fact`, in the order of time or size where they have one."""
    match fact["type"]:
        case "boolean":
            return (True, False)
        case "choice":
            return tuple(fact["options"])
        case "text":
            return TEXTS
        case "date":
            return tuple(sorted(days_near(as_of)))
        case "duration":
            unit = fact.get("unit", "months")
            return tuple(Length(amount, unit) for amount in sorted(AMOUNTS[unit]))
    low, high = domain(fact)
    pool: tuple[Any, ...] = {"count": WHOLE, "number": NUMBERS, "share": SHARES}[fact["type"]]
    inside = {x for x in (*pool, low, high) if x is not None and low <= x and (high is None or x <= high)}
    return tuple(sorted(inside))


ORDERED = ("number", "months", "days", "date")


# --- rule sets ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """A rule set as documents, and the day around which its dates lie."""

    documents: tuple[dict[str, Tree], ...]
    as_of: date

    def section(self, name: str) -> dict[str, Tree]:
        """Return all that the documents declare in one section, by name."""
        return {key: value for one in self.documents for key, value in one.get(name, {}).items()}

    @property
    def facts(self) -> dict[str, Tree]:
        """The declared facts."""
        return self.section("facts")

    @property
    def contexts(self) -> dict[str, Tree]:
        """The contexts, by id."""
        return {one["context"]: one for one in self.documents if "context" in one}

    def load(self) -> RuleSet:
        """Return the rule set; it must load, but that its figures can be too long: then Hypothesis takes another."""
        documents = [_read(write(one), f"{number}.yaml") for number, one in enumerate(self.documents)]
        loaded = build_rule_set(documents, "generated")
        if {one.code for one in loaded.diagnostics} == {Code.TOO_MANY_DIGITS}:
            reject()
        assert loaded.value is not None, "\n".join([*map(str, loaded.diagnostics), *map(write, self.documents)])
        return loaded.value


def _read(text: str, name: str) -> Document:
    document = read(text.encode(), name)
    assert isinstance(document, Document), "\n".join([*map(str, document), text])
    return document


@dataclass(frozen=True)
class Scope:
    """What a condition can mention where it stands."""

    facts: dict[str, Tree] = field(default_factory=dict)
    columns: dict[str, Tree] = field(default_factory=dict)  # of the row
    parameters: dict[str, str] = field(default_factory=dict)  # the type of each
    conclusions: dict[str, str] = field(default_factory=dict)  # the kind of each

    def of_type(self, wanted: Collection[str]) -> list[tuple[str, Tree]]:
        """Return the columns of the row, then the facts, whose values are of one of the types `wanted`."""
        return [(name, one) for name, one in {**self.columns, **self.facts}.items() if value_type(one) in wanted]

    def within(self, table: str) -> "Scope":
        """Return the scope of a row of `table`."""
        return replace(self, columns=self.facts[table]["columns"])


class Maker:
    """Makes rule sets. `size` bounds how many of each thing there are; `tiny` bounds the numbers that may be given.

    With `wild`, there are very large numbers, and dates of rows that are derived (which may move past the as-of date,
    and that would be a correction).
    """

    def __init__(self, choose: Choose, as_of: date, size: int = 3, wild: bool = False, tiny: bool = False) -> None:
        self.choose = choose
        self.as_of = as_of
        self.size = size
        self.wild = wild
        self.tiny = tiny
        self.scope = Scope()
        self.main: dict[str, Tree] = {"rule_set": "generated", "version": "1.0.0", "title": "Generated"}
        self.contexts: list[dict[str, Tree]] = []
        self.loose: list[str] = []  # criteria that no context has taken in yet
        self.criteria: dict[str, Tree] = {}
        self.defines: dict[str, Tree] = {}
        self.made = 0

    def chance(self, of: int) -> bool:
        """Return True once in so many times; what shrinks becomes False."""
        return self.choose((False,) * (of - 1) + (True,))

    def name(self, kind: str) -> str:
        self.made += 1
        return f"{kind}{self.made}"

    # --- a whole rule set ---

    def world(self) -> World:
        self.parameters()
        facts = self.main["facts"] = self.scope.facts
        for _ in range(1 + self.choose(range(self.size + 1))):
            name, fact = self.name("f"), self.given_fact(False)
            facts[name] = fact
        if self.choose((True, False)):
            self.table()
        steps: tuple[Callable[[], None], ...] = (
            *(self.criterion, self.derived, self.criterion, self.context, self.table),
            *(self.measure, self.form, self.principle),
        )
        self.criterion()
        for _ in range(self.choose(range(2 * self.size + 1))):
            self.choose(steps)()
        self.context()
        self.readings()
        if self.chance(4):
            self.main["impossible"] = [{"when": self.condition(2, self.scope), "note": "it cannot be"}]
        if self.chance(4):
            self.precedent()
        loose = {name: self.criteria[name] for name in self.loose}
        if loose:
            self.main["criteria"] = loose
        return World((self.main, *self.contexts), self.as_of)

    def parameters(self) -> None:
        declared: dict[str, Tree] = {}
        kinds = ("number", "months", "days", "date", "boolean", "text")
        for _ in range(self.choose(range(self.size + 1))):
            name, kind = self.name("p"), self.choose(kinds)
            self.scope.parameters[name] = kind
            if self.chance(3):
                starts = sorted({self.choose(days_near(self.as_of)) for _ in range(2)})
                declared[name] = {"values": {str(start): self.literal(kind) for start in starts}}
            else:
                declared[name] = {"value": self.literal(kind)}
            declared[name]["basis"] = self.choose(("editorial", "course"))
        if declared:
            self.main["parameters"] = declared

    def given_fact(self, column: bool) -> dict[str, Tree]:
        kind = self.choose(("count", "boolean", "number", "date", "choice", "duration", "text", "share"))
        fact: dict[str, Tree] = {"type": kind}
        if kind == "choice":
            fact["options"] = list(OPTIONS[: self.choose((2, 3, 1))])
        if kind == "duration":
            fact["unit"] = self.choose(("months", "days"))
        if kind == "number":
            low = self.choose((None, -2, 1))
            if low is not None:
                fact["min"] = low
        if kind in ("number", "count") and (self.tiny or self.chance(4)):
            fact["max"] = self.choose((2, 3))
        if kind in ("count", "number", "share") and self.choose((False, True) if column else (False, False, True)):
            fact["history"] = True
        if not column and self.chance(6):
            fact["about"] = "response"
        if self.chance(4):
            fact["kind"] = "judgement"
        return fact

    def table(self) -> None:
        columns: dict[str, Tree] = {}
        if self.choose((True, False)):
            columns["since"] = {"type": "date"}
            if self.wild and self.chance(3):
                columns["since"]["derive"] = self.expression("date", 2, self.scope)
        for _ in range(1 + self.choose(range(self.size))):
            columns[self.name("c")] = self.given_fact(True)
        if self.chance(4):
            columns["shared"] = self.given_fact(True)  # a column's name is its own in its table only
        for _ in range(self.choose((0, 1, 2))):
            name = self.name("c")
            columns[name] = self.derivation(replace(self.scope, columns=columns))
        self.scope.facts[self.name("t")] = {"type": "table", "columns": columns}

    def derived(self) -> None:
        name = self.name("f")
        self.scope.facts[name] = self.derivation(self.scope)

    def derivation(self, scope: Scope) -> dict[str, Tree]:
        kind = self.choose(("number", "boolean", "count", "duration", "date", "choice", "text", "share"))
        fact: dict[str, Tree] = {"type": kind}
        if kind == "choice":
            fact["options"] = list(OPTIONS)
        if kind == "duration":
            fact["unit"] = self.choose(("months", "days"))
        if self.chance(4):
            fact["kind"] = "judgement"
        wanted = value_type(fact)
        fact["derive"] = self.condition(2, scope) if kind == "boolean" else self.expression(wanted, 2, scope, fact)
        return fact

    def criterion(self) -> None:
        name = self.name("criterion-")
        self.criteria[name] = {"title": name, "when": self.condition(3, self.scope)}
        if self.chance(3):
            self.defines[name] = self.condition(2, self.scope)
        self.scope.conclusions[name] = "criterion"
        self.loose.append(name)

    def context(self) -> None:
        name = self.name("context-")
        when = self.condition(2, self.scope)
        if self.chance(3):
            self.defines[name] = self.condition(2, self.scope)
        document: dict[str, Tree] = {"context": name, "title": name, "when": when}
        if self.loose:
            document["criteria"] = {one: self.criteria[one] for one in self.loose}
        self.loose = []
        self.contexts.append(document)
        self.scope.conclusions[name] = "context"

    def measure(self) -> None:
        contexts = [name for name, kind in self.scope.conclusions.items() if kind == "context"]
        if not contexts:
            return
        name = self.name("measure-")
        grounds = dict.fromkeys(self.choose(contexts) for _ in range(2))
        measure: dict[str, Tree] = {"title": name, "for": {context: {"basis": "editorial"} for context in grounds}}
        if self.choose((True, False)):
            measure["need"] = self.condition(2, self.scope)
        self.main.setdefault("measures", {})[name] = measure
        self.scope.conclusions[name] = "measure"

    def form(self) -> None:
        name = self.name("form-")
        self.main.setdefault("forms", {})[name] = {"title": name, "when": self.condition(2, self.scope)}

    def principle(self) -> None:
        name = self.name("principle-")
        self.main.setdefault("principles", {})[name] = {"title": name, "breached_when": self.condition(2, self.scope)}

    def readings(self) -> None:
        if not (self.defines or self.chance(3)):
            return
        readings: dict[str, Tree] = {"as-written": {"title": "As written", "default": True}}
        other: dict[str, Tree] = {"title": "Other"}
        if self.defines:
            other["define"] = self.defines
        if self.scope.parameters:
            name = self.choose(list(self.scope.parameters))
            other["set"] = {name: self.literal(self.scope.parameters[name])}
        self.main["readings"] = {**readings, "other": other}

    def precedent(self) -> None:
        facts = {}
        giver = Giver(self.choose, self.as_of)
        for name, fact in self.scope.facts.items():
            if self.choose((True, False)):
                facts[name] = giver.value(fact)
        self.main["precedents"] = {
            "precedent-1": {
                "title": "P",
                "years": 1989,
                "region": "R",
                "type": self.choose(("framework", "forum")),
                "outcome": "O",
                **({"facts": facts} if facts else {}),
                "contexts": [self.contexts[0]["context"]],
            }
        }

    # --- conditions ---

    def condition(self, depth: int, scope: Scope) -> Tree:
        shapes: list[Callable[[int, Scope], Tree]] = [self.test]
        if depth > 0:
            shapes += [self.all_or_any, self.at_least, self.negation]
            if any(one["type"] == "table" for one in scope.facts.values()):
                shapes += [self.quantified, self.quantified]
        if scope.conclusions:
            shapes.append(self.conclusion)
        return self.choose(shapes)(depth, scope)

    def conclusion(self, depth: int, scope: Scope) -> Tree:  # noqa: ARG002  # called as every shape is
        name = self.choose(list(scope.conclusions))
        return {scope.conclusions[name]: name}

    def several(self, depth: int, scope: Scope) -> list[Tree]:
        return [self.condition(depth - 1, scope) for _ in range(self.choose((2, 1, 3)))]

    def all_or_any(self, depth: int, scope: Scope) -> Tree:
        return {self.choose(("all", "any")): self.several(depth, scope)}

    def negation(self, depth: int, scope: Scope) -> Tree:
        return {"not": self.condition(depth - 1, scope)}

    def at_least(self, depth: int, scope: Scope) -> Tree:
        numbers = [name for name, kind in scope.parameters.items() if kind == "number"]
        k: Tree = self.choose((1, 2, 0, Fraction(3, 2), -1))
        if numbers and self.chance(2):
            k = {"parameter": self.choose(numbers)}
        return {"at_least": k, "of": self.several(depth, scope)}

    def quantified(self, depth: int, scope: Scope) -> Tree:
        table = self.choose(_tables(scope))
        return {self.choose(("some", "every")): table, "where": self.condition(depth - 1, scope.within(table))}

    def test(self, depth: int, scope: Scope) -> Tree:
        testable = [(name, one) for name, one in {**scope.columns, **scope.facts}.items() if one["type"] != "table"]
        name, fact = self.choose(testable)
        kind = value_type(fact)
        tests: dict[str, Tree] = {"fact": name}
        for _ in range(self.choose((1, 1, 2))):
            if kind in ("boolean", "choice", "text"):
                operator = self.choose(("is", "is_not", "in"))
            elif kind == "date":
                operator = self.choose(
                    ("before", "after", "elapsed_at_least", "elapsed_less_than", "is", "is_not", "in")
                )
            else:
                operator = self.choose(("at_least", "more_than", "at_most", "less_than", "is", "is_not", "in"))
            if operator == "in":
                tests["in"] = [self.expression(kind, 0, scope, fact) for _ in range(2)]
            elif operator.startswith("elapsed"):
                tests[operator] = self.expression(self.choose(("months", "days")), depth, scope)
            else:
                tests[operator] = self.expression(kind, depth, scope, fact)
        return tests

    # --- expressions ---

    def literal(self, kind: str, fact: Tree = None) -> Tree:
        match kind:
            case "number":
                if self.wild and self.chance(4):
                    return self.choose(HUGE)
                return self.choose(NUMBERS)
            case "months" | "days":
                return Length(self.choose(AMOUNTS[kind]), kind)
            case "date":
                return self.choose(days_near(self.as_of))
            case "boolean":
                return self.choose((True, False))
            case "choice":
                return self.choose(fact["options"])
            case _:
                return self.choose(PLAIN_TEXTS if fact is None else TEXTS)

    def expression(self, kind: str, depth: int, scope: Scope, fact: Tree = None) -> Tree:
        """Return an expression of a type; `fact` is what it is compared with, or derives."""
        makers: list[Callable[[], Tree]] = [lambda: self.literal(kind, fact)]
        alike = ("choice", "text") if kind in ("choice", "text") else (kind,)
        named = [name for name, _ in scope.of_type(alike)]
        parameters = [name for name, one in scope.parameters.items() if one in alike]
        if named:
            makers.append(lambda: {"fact": self.choose(named)})
        if parameters:
            makers.append(lambda: {"parameter": self.choose(parameters)})
        if depth > 0:
            makers += self.composed(kind, depth - 1, scope)
        return self.choose(makers)()

    def composed(self, kind: str, depth: int, scope: Scope) -> list[Callable[[], Tree]]:
        def make(one: str) -> Tree:
            return self.expression(one, depth, scope)

        def same(operation: str) -> Tree:
            return {operation: [make(kind) for _ in range(self.choose((2, 1, 3)))]}

        found: list[Callable[[], Tree]] = []
        if kind in ORDERED:
            found.append(lambda: same(self.choose(("smallest", "largest"))))
        if kind in ("number", "months", "days"):
            found.append(lambda: same("sum"))
            found.append(lambda: {"difference": [make(kind), make(kind)]})
            found.append(lambda: {"product": [make(kind), make("number")]})
            found.append(lambda: {"divide": [make(kind), make("number")]})
        if kind in ("months", "days"):
            found.append(lambda: {"elapsed": make("date"), "unit": kind})
        if kind == "number":
            unit = self.choose(("months", "days"))
            found.append(lambda: {"divide": [make(unit), make(unit)]})
            histories = [name for name, one in scope.of_type(("number",)) if one.get("history")]
            if histories:
                found += 3 * [lambda: self.extreme(histories, scope)]
            if _tables(scope):
                found += 3 * [lambda: self.over_rows(depth, scope)]
        return found

    def extreme(self, histories: list[str], scope: Scope) -> Tree:
        durations = [name for name, one in scope.parameters.items() if one in ("months", "days")]
        over: Tree = self.literal(self.choose(("days", "months")))
        if durations and self.chance(2):
            over = {"parameter": self.choose(durations)}
        return {self.choose(("lowest", "highest")): {"fact": self.choose(histories)}, "over": over}

    def over_rows(self, depth: int, scope: Scope) -> Tree:
        table = self.choose(_tables(scope))
        row = scope.within(table)
        where = {"where": self.condition(max(depth, 0), row)} if self.choose((True, False)) else {}
        numbers = [name for name, one in row.columns.items() if value_type(one) == "number"]
        if not numbers or self.choose((False, True, True)) is False:
            return {"count": table, **where}
        total: dict[str, Tree] = {"total": self.choose(numbers), "of": table, **where}
        keys = [name for name, one in row.columns.items() if not one.get("history")]
        if keys and self.chance(2):
            per = dict.fromkeys(self.choose(keys) for _ in range(self.choose((1, 2))))
            total |= {"per": [*per], "take": "largest"}
        return total


def _tables(scope: Scope) -> list[str]:
    return [name for name, one in scope.facts.items() if one["type"] == "table"]


# --- situations -----------------------------------------------------------------------------------------------------


class Giver:
    """Makes values of facts, and whole situations."""

    def __init__(self, choose: Choose, as_of: date) -> None:
        self.choose = choose
        self.as_of = as_of

    def situation(self, world: World) -> dict[str, Tree]:
        """Return facts by name. A fact with a derivation is given now and then."""
        given: dict[str, Tree] = {}
        for name, fact in world.facts.items():
            if "derive" in fact and self.choose((True, True, True, False)):
                continue
            if self.choose((True, True, True, False)):
                given[name] = self.value(fact)
        return given

    def value(self, fact: Tree) -> Tree:
        if self.choose((False,) * 7 + (True,)):
            return UNKNOWN
        if fact["type"] == "table":
            return [self.row(fact) for _ in range(self.choose((1, 2, 0, 3)))]
        if fact.get("history") and self.choose((True, False)):
            return self.history(fact)
        return self.quantity(fact)

    def quantity(self, fact: Tree) -> Tree:
        """Return a point or a range."""
        possible = points(fact, self.as_of)
        point = self.choose(possible)
        if value_type(fact) not in ORDERED or self.choose((True, False)):
            return point
        if value_type(fact) == "date" and self.choose((False, True)):
            day: date = point
            if self.choose((True, False)):
                return Span(day.replace(day=1), month_end(day))
            return Span(date(day.year, 1, 1), date(day.year, 12, 31))
        other = self.choose((None, *possible))
        low, high = (point, None) if other is None else sorted((point, other))
        if other is None and self.choose((False, True)):
            low, high = None, point
        return tidy(low, high)

    def row(self, table: Tree) -> dict[str, Tree]:
        row: dict[str, Tree] = {}
        for name, column in table["columns"].items():
            if "derive" in column and self.choose((True, True, True, False)):
                continue
            if self.choose((True, True, True, False)):
                row[name] = self.value(column)
        if not fits_since(table, row):
            del row["since"]
        return row

    def history(self, fact: Tree) -> dict[str, Tree]:
        """Return values by period, some of them unknown."""
        keys = []
        for _ in range(self.choose((1, 2, 3, 4))):
            day = self.choose(days_near(self.as_of))
            keys.append(self.choose((f"{day}", f"{day.year:04}-{day.month:02}", f"{day.year:04}")))
        values: dict[str, Tree] = {}
        last: date | None = None
        for first, end, key in sorted((*bounds(key), key) for key in set(keys)):
            if last is not None and first <= last:
                continue
            values[key] = UNKNOWN if self.choose((False,) * 5 + (True,)) else self.quantity(fact)
            last = end
        return values


def bounds(key: str) -> tuple[date, date]:
    """Return the first and the last day of a year, a month or a day."""
    if len(key) == 4:
        return date(int(key), 1, 1), date(int(key), 12, 31)
    if len(key) == 7:
        first = date.fromisoformat(f"{key}-01")
        return first, month_end(first)
    return date.fromisoformat(key), date.fromisoformat(key)


def _own_since(table: Tree) -> bool:
    """Tell whether the rows of a table may say from when their single values have held."""
    since = table["columns"].get("since", {})
    return since.get("type") == "date" and "derive" not in since


def tidy(low: Any, high: Any) -> Tree:
    """Return the range as a document may write it: a point where it is one, unknown where it has no ends."""
    if low is None and high is None:
        return UNKNOWN
    return low if low == high else Span(low, high)


def fits_since(table: Tree, row: Mapping[str, Tree]) -> bool:
    """Tell whether no values by period lie before the row's own `since`, which a document may not say."""
    if "since" not in row or table["columns"].get("since", {}).get("type") != "date":
        return True
    low, _ = ends_of(table["columns"]["since"], row["since"])
    for value in row.values():
        if isinstance(value, dict):
            told = [last for _, last, one in pieces(value) if one is not UNKNOWN]
            if told and told[0] < low:
                return False
    return True


def ends_of(fact: Tree, value: Tree) -> tuple[Any, Any]:
    """Return the lowest and the highest that a value can be; None where a number or duration has no end."""
    if value_type(fact) == "date":
        if value is UNKNOWN:
            return date.min, date.max
        if isinstance(value, Span):
            return value.low or date.min, value.high or date.max
        return value, value
    low, high = domain(fact) if value_type(fact) == "number" else (Length(0, value_type(fact)), None)
    if value is UNKNOWN:
        return low, high
    if isinstance(value, Span):
        return low if value.low is None else value.low, high if value.high is None else value.high
    return value, value


def adds_nothing(fact: Tree, value: Tree) -> bool:
    """Tell whether a value says no more than the type of its fact."""
    return value is UNKNOWN or (isinstance(value, Span) and ends_of(fact, value) == ends_of(fact, UNKNOWN))


def pieces(history: Mapping[str, Tree]) -> list[tuple[date, date, Tree]]:
    """Return values by period as stretches of days without holes, from the first day that is told of to the last."""
    periods = sorted((*bounds(key), key) for key in history)
    found: list[tuple[date, date, Tree]] = []
    for number, (first, own_last, key) in enumerate(periods):
        last = own_last
        if found and found[-1][1] + DAY < first:
            found.append((found[-1][1] + DAY, first - DAY, UNKNOWN))
        if len(key) == 10:
            last = periods[number + 1][0] - DAY if number + 1 < len(periods) else date.max
        found.append((first, last, history[key]))
    return found


def load(world: World, rules: RuleSet, facts: Mapping[str, Tree], as_of: date | None = None) -> Situation:
    """Return the situation that `facts` make; it must load."""
    declared = world.facts
    document: dict[str, Tree] = {"situation": "generated", "as_of": as_of or world.as_of}
    document["facts"] = {name: one for name, one in facts.items() if declared[name].get("about") != "response"}
    about = {name: one for name, one in facts.items() if declared[name].get("about") == "response"}
    if about:
        document["response"] = {"facts": about}
    text = write(document)
    loaded = load_situation(_read(text, "generated.yaml"), rules)
    assert loaded.value is not None, "\n".join([*map(str, loaded.diagnostics), text])
    return loaded.value


# --- refinement -----------------------------------------------------------------------------------------------------


class Refiner:
    """Fills in unknowns and narrows ranges; never one of the corrections that the language lists.

    With `complete`, everything becomes a point and every history covers all its days; with `only`, no other facts are
    touched.
    """

    def __init__(
        self, choose: Choose, as_of: date, complete: bool = False, only: Collection[str] | None = None
    ) -> None:
        self.choose = choose
        self.as_of = as_of
        self.complete = complete
        self.only = only

    def act(self) -> bool:
        return self.complete or self.choose((True, False))

    def situation(self, world: World, given: Mapping[str, Tree]) -> dict[str, Tree]:
        found: dict[str, Tree] = {}
        for name, fact in world.facts.items():
            value = given.get(name, UNKNOWN)
            if "derive" in fact and adds_nothing(fact, value):
                continue  # to give it would be a correction unless it lies within what is derived
            if self.only is None or name in self.only:
                value = self.fact(fact, value)
            if value is not UNKNOWN or name in given:
                found[name] = value
        return found

    def fact(self, fact: Tree, value: Tree) -> Tree:
        if fact["type"] == "table":
            if value is UNKNOWN:
                if not self.act():
                    return value
                value = [{} for _ in range(self.choose((1, 0, 2)))]
            return [self.row(fact, row) for row in value]
        if fact.get("history"):
            return self.history(fact, value, None)
        return self.quantity(fact, value)

    def row(self, table: Tree, row: Mapping[str, Tree]) -> dict[str, Tree]:
        columns = table["columns"]
        since: tuple[date, date] | None = None
        found: dict[str, Tree] = {}
        if _own_since(table):  # first, because what one value says of the past hangs on it
            narrowed = self.since(columns["since"], row.get("since", UNKNOWN))
            if narrowed is not UNKNOWN:
                since = ends_of(columns["since"], narrowed)
            if "since" in row or since is not None:
                found["since"] = narrowed
        for name, column in columns.items():
            value = row.get(name, UNKNOWN)
            if (name == "since" and _own_since(table)) or ("derive" in column and adds_nothing(column, value)):
                continue
            if column.get("history") and (_own_since(table) or "since" not in columns or isinstance(value, dict)):
                value = self.history(column, value, since)
            else:
                value = self.quantity(column, value)
            if name in row or value is not UNKNOWN:
                found[name] = value
        return found if fits_since(table, found) else dict(row)

    def since(self, column: Tree, value: Tree) -> Tree:
        if value is UNKNOWN:
            if not self.act():
                return value
            value = Span(None, self.as_of)
        low, high = ends_of(column, value)
        if low > self.as_of:
            return self.quantity(column, value)
        narrowed = self.quantity(column, value)
        if ends_of(column, narrowed)[0] > self.as_of:
            return self.quantity(column, tidy(low, min(high, self.as_of)))
        return narrowed

    def quantity(self, fact: Tree, value: Tree) -> Tree:
        """Return a point or a range within `value`."""
        if value is not UNKNOWN and not isinstance(value, Span):
            return value
        if not self.act():
            return value
        inside = self.inside(fact, value)
        point = self.choose(inside)
        if self.complete or value_type(fact) not in ORDERED or self.choose((True, False)):
            return point
        low, high = ends_of(fact, value)
        if value_type(fact) == "date":
            low, high = (None if low == date.min else low), (None if high == date.max else high)
        return tidy(low, point) if self.choose((True, False)) else tidy(point, high)

    def inside(self, fact: Tree, value: Tree) -> tuple[Any, ...]:
        """Return some points of a range."""
        possible = points(fact, self.as_of)
        if value is UNKNOWN:
            return possible
        low, high = ends_of(fact, value)
        between = [x for x in possible if (low is None or low <= x) and (high is None or x <= high)]
        ends = [x for x in (low, high) if x is not None and x not in (date.min, date.max)]
        return tuple(sorted({*between, *ends}))

    def history(self, fact: Tree, value: Tree, since: tuple[date, date] | None) -> Tree:
        """Return values day by day within those of `value`; `since` is the range of the row's own date, if known."""
        if not isinstance(value, dict):
            if since is not None and since[0] > self.as_of:
                return self.quantity(fact, value)  # the row is 0, whatever it says
            if not self.complete and self.choose((True, False)):
                return self.quantity(fact, value)
            told = self.told(fact, value, since)
            if told is None:
                return self.quantity(fact, value)
        else:
            told = pieces(value)
        if not self.act():
            return value
        if told[0][0] > date.min:
            told = [(date.min, told[0][0] - DAY, UNKNOWN), *told]
        if told[-1][1] < self.as_of:
            told = [*told, (told[-1][1] + DAY, self.as_of, UNKNOWN)]
        found: dict[str, Tree] = {}
        for first, last, one in told:
            cuts = [day for day in sorted(days_near(self.as_of)) if first < day <= last and day <= self.as_of]
            starts = [first]
            if cuts and self.act():
                starts.append(self.choose(cuts))
            for start in starts:
                found[str(start)] = self.quantity(fact, one)
        found.pop(str(told[-1][1] + DAY) if told[-1][1] < date.max else "", None)
        if told[-1][1] < date.max:
            found[str(told[-1][1] + DAY)] = UNKNOWN
        return found if any(one is not UNKNOWN for one in found.values()) else value

    def told(self, fact: Tree, value: Tree, since: tuple[date, date] | None) -> list[tuple[date, date, Tree]] | None:
        """Return what one value on the as-of date says of every day; None if no document can say so by period."""
        before = self.as_of - DAY if self.as_of > date.min else None
        if before is None:
            return None
        if since is None:
            return [(date.min, before, UNKNOWN), (self.as_of, self.as_of, value)]
        low, high = domain(fact)
        if low > 0 or (high is not None and high < 0):
            return None
        bottom, top = ends_of(fact, value)
        zero_or_value = tidy(min(0, bottom), None if top is None else max(0, top))
        if (low, high) == ((zero_or_value.low, zero_or_value.high) if isinstance(zero_or_value, Span) else None):
            zero_or_value = UNKNOWN
        earliest, latest = since[0], min(since[1], before)
        told: list[tuple[date, date, Tree]] = [(date.min, min(earliest, before), 0)]
        if earliest < latest:
            told.append((earliest + DAY, latest, zero_or_value))
        if latest < before:
            told.append((latest + DAY, before, value))
        told.append((self.as_of, self.as_of, value))
        return told


# --- driving --------------------------------------------------------------------------------------------------------


def every(make: Callable[[Choose], T], limit: int) -> Iterator[T]:
    """Yield what `make` makes of every sequence of picks, up to `limit` of them."""
    picks: list[int] = []
    for _ in range(limit):
        taken = _Picks(picks)
        yield make(taken)
        picks = taken.following()
        if not picks:
            return


class _Picks:
    """Picks by number as told, then the first of everything; notes what it picked, of how many."""

    def __init__(self, told: Sequence[int]) -> None:
        self.told = told
        self.taken: list[tuple[int, int]] = []

    def __call__(self, options: Sequence[T], /) -> T:
        index = self.told[len(self.taken)] if len(self.taken) < len(self.told) else 0
        self.taken.append((index, len(options)))
        return options[index]

    def following(self) -> list[int]:
        """Return the picks that come next; none after the last."""
        left = [*self.taken]
        while left and left[-1][0] + 1 == left[-1][1]:
            left.pop()
        picks = [index for index, _ in left]
        return [*picks[:-1], picks[-1] + 1] if picks else []


class Case(NamedTuple):
    """A rule set, a situation, and another that refines it."""

    world: World
    given: dict[str, Tree]
    refined: dict[str, Tree]

    def __repr__(self) -> str:
        texts = [*map(write, self.world.documents), f"as of {self.world.as_of}", write(self.given), write(self.refined)]
        return "\n".join(texts)


@cache
def _index(options: int) -> st.SearchStrategy[int]:
    return st.integers(0, options - 1)


def drawing(draw: st.DrawFn) -> Choose:
    """Return a `choose` that Hypothesis draws."""

    def choose(options: Sequence[T], /) -> T:
        return options[0 if len(options) == 1 else draw(_index(len(options)))]

    return choose


@st.composite
def cases(
    draw: st.DrawFn,
    days: Sequence[date] = DAYS_OF_ASSESSMENT,
    size: int = 3,
    wild: bool = False,
    tiny: bool = False,
    complete: bool = False,
) -> Case:
    """Return rule sets with a situation and a refinement of it; a completion of it with `complete`."""
    choose = drawing(draw)
    as_of = choose(days)
    world = Maker(choose, as_of, size, wild, tiny).world()
    given = Giver(choose, as_of).situation(world)
    return Case(world, given, Refiner(choose, as_of, complete).situation(world, given))


def randoms() -> st.SearchStrategy[Choose]:
    """Return picks for what need not shrink."""
    return st.integers(0, 2**32 - 1).map(picking)


def picking(seed: int) -> Choose:
    """Return a `choose` that picks at random, always the same for one seed."""
    source = Random(seed)

    def choose(options: Sequence[T], /) -> T:
        return options[source.randrange(len(options))]

    return choose
