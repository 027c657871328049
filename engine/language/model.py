"""What a rule set and a situation are: frozen data, read from files by `load` and `situation`."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from math import inf
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from comity.engine.language.condition import Condition, Expression
from comity.engine.language.diagnostic import NOWHERE, Span
from comity.engine.language.quantity import ANY_DATE, DAY, Range, span
from comity.engine.language.record import Record


class ValueType(StrEnum):
    """What a value is for a test. A duration is in months or in days; the two are never compared."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    MONTHS = "months"
    DAYS = "days"
    DATE = "date"
    CHOICE = "choice"
    TEXT = "text"
    TABLE = "table"

    @property
    def ordered(self) -> bool:
        """Whether of two values one is more: a figure, duration or date."""
        return self in (ValueType.NUMBER, ValueType.MONTHS, ValueType.DAYS, ValueType.DATE)


class Basis(StrEnum):
    """Who says so: the course, a legal instrument, or the authors of the rule set."""

    COURSE = "course"
    INSTRUMENT = "instrument"
    EDITORIAL = "editorial"


# A value as an evaluation holds it. Unknown is None for booleans, choices, texts and tables, and the widest range of
# the fact's type for numbers, dates and durations.
Given: TypeAlias = Any
Row: TypeAlias = Mapping[str, Given]

_NONE: Mapping[str, Any] = MappingProxyType({})


class Passage(Record):
    """One piece of a source, by the place that citations name. `excused` says why nothing in the rule set needs it."""

    place: str
    text: str | None = None
    excused: str | None = None
    at: Span = NOWHERE


class Source(Record):
    """A text that a rule set cites. `passages` lists all that it says, where the rule set means to cover it."""

    id: str
    title: str
    short: str | None = None  # how a report cites it in a line
    author: str | None = None
    date: str | None = None
    symbol: str | None = None
    url: str | None = None
    note: str | None = None
    verified: bool = True  # False where the text itself was not read
    passages: Mapping[str, Passage] = _NONE
    at: Span = NOWHERE


class Citation(Record):
    """A place in a source, with the passage where its wording matters."""

    source: str
    place: str | None = None
    quote: str | None = None
    note: str | None = None
    at: Span = NOWHERE


class Cited(Record, kw_only=True):
    """What everything in a rule set can say of itself: where it comes from, on what basis, and where it stands."""

    sources: tuple[Citation, ...] = ()
    basis: Basis | None = None
    note: str | None = None
    at: Span = NOWHERE


class Tell(Record, kw_only=True):
    """How exercises tell a fact: for each answer, some sentences to choose from, with gaps like `{value}`.

    `affirm` and `deny` are for booleans, `options` for choices, `row` (each row) and `none` (no rows) for tables.
    """

    value: tuple[str, ...] = ()
    range: tuple[str, ...] = ()
    affirm: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    options: Mapping[str, tuple[str, ...]] = _NONE
    row: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class Fact(Cited, kw_only=True):
    """One named, typed value that a situation may give, or a column of a table."""

    name: str
    type: str  # as declared: boolean, count, number, share, duration, date, choice, text, table
    value_type: ValueType
    title: str | None = None
    ask: str | None = None
    unit: str | None = None
    unit_one: str | None = None  # the same of a single one, where that is another word
    about: str = "situation"
    kind: str = "measured"
    derive: Condition | Expression | None = None
    changeable: str = "any"
    step: Any = None
    low: Any = None  # the lowest value that may be given; None for types without an order
    high: Any = None
    options: tuple[str, ...] = ()
    history: bool = False
    columns: Mapping[str, "Fact"] = _NONE
    plausible: Any = None
    tell: Tell | None = None

    @property
    def unknown(self) -> Given:
        """Everything that the value can be, as an evaluation holds it while nothing is known."""
        if self.value_type is ValueType.DATE:
            return ANY_DATE
        return None if self.low is None else span(self.low, self.high)

    @property
    def grain(self) -> Any:
        """The smallest difference that counts between two values: a step, or of dates a day."""
        return DAY if self.value_type is ValueType.DATE else self.step

    @cached_property
    def option_set(self) -> frozenset[str]:
        """The options, to look one up: a hostile file has tens of thousands, and asks as often."""
        return frozenset(self.options)

    @property
    def since(self) -> str | None:
        """The table's column that says from when a row's single value has held, if it has one."""
        column = self.columns.get("since")
        return "since" if column is not None and column.value_type is ValueType.DATE else None


class Parameter(Cited, kw_only=True):
    """A number, duration, date, truth or text that rules compare with; its value may depend on the date."""

    name: str
    value_type: ValueType
    values: tuple[tuple[date, Any], ...]  # from which day on; date.min for a value without a date
    title: str | None = None
    unit: str | None = None
    unit_one: str | None = None  # the same of a single one, where that is another word

    def on(self, as_of: date) -> Given:
        """Return the value on `as_of`: the latest that is not after it, or unknown before the first."""
        value = self.unknown
        for start, later in self.values:
            if start <= as_of:
                value = later
        return value

    @property
    def unknown(self) -> Given:
        """Everything that the value can be before the first date."""
        return UNKNOWN[self.value_type]


UNKNOWN: dict[ValueType, Given] = {
    ValueType.BOOLEAN: None,
    ValueType.CHOICE: None,
    ValueType.TEXT: None,
    ValueType.TABLE: None,
    ValueType.NUMBER: Range(-inf, inf),
    ValueType.MONTHS: Range(0, inf),
    ValueType.DAYS: Range(0, inf),
    ValueType.DATE: ANY_DATE,
}


class Reading(Cited, kw_only=True):
    """A named, cited alternative: parameters that it sets, conditions that it replaces."""

    id: str
    title: str
    default: bool = False
    set: Mapping[str, Any] = _NONE
    define: Mapping[str, Condition] = _NONE


class Criterion(Cited, kw_only=True):
    """A named test over facts. `context` is the context that it stands with, if any."""

    id: str
    title: str
    when: Condition
    context: str | None = None


class Context(Cited, kw_only=True):
    """A class of situation that criteria define."""

    id: str
    title: str
    when: Condition
    criteria: tuple[str, ...] = ()


class Purpose(Cited, kw_only=True):
    """A need that measures serve."""

    id: str
    title: str


class Ground(Cited, kw_only=True):
    """Why a measure answers a context."""

    context: str


class Measure(Cited, kw_only=True):
    """A response that the rule set can recommend. `called_for` is: any of its contexts, and its need."""

    id: str
    title: str
    serves: tuple[str, ...]
    grounds: tuple[Ground, ...]
    need: Condition | None
    called_for: Condition


class Form(Cited, kw_only=True):
    """A form that cooperation can take."""

    id: str
    title: str
    when: Condition
    text: str | None = None


class Theme(Cited, kw_only=True):
    """A statement that frames the rules: what cooperation is, why it matters, what to conclude."""

    id: str
    title: str
    group: str
    text: str | None = None


class Principle(Cited, kw_only=True):
    """What a response must not do."""

    id: str
    title: str
    breached_when: Condition


class Precedent(Cited, kw_only=True):
    """An earlier response with its recorded outcome; it informs, it does not decide."""

    id: str
    title: str
    years: str
    region: str
    type: str
    facts: Mapping[str, Given]
    contexts: tuple[str, ...]
    measures: tuple[str, ...]
    outcome: str


class Exclusion(Cited, kw_only=True):
    """A combination of facts that cannot be (`impossible`), or that no exercise should show (`implausible`)."""

    when: Condition


class Property(Cited, kw_only=True):
    """What a rule set says of itself, for `prove` to show.

    `kind` says what is claimed: that the first of two `conditions` `implies`, `excludes` or `equals` the second in
    every complete situation, or `guarantees` it (wherever the one is met the other is met) in every situation; that
    the one condition `stays-met` when a fact, or a `column` of a table, rises or falls (`direction`); or that two
    `readings` differ only in the conclusions `ids`.
    """

    id: str
    title: str
    kind: Literal["implies", "excludes", "equals", "guarantees", "stays-met", "readings"]
    conditions: tuple[Condition, ...] = ()
    fact: str | None = None
    column: str | None = None
    direction: Literal["rises", "falls"] | None = None
    readings: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    reading: str | None = None  # under which it is claimed; the default reading unless said


class Suppression(Record, kw_only=True):
    """A finding of `check` that the authors accept, with their reason: the code, and the name that it is about."""

    code: str
    of: str
    reason: str
    at: Span = NOWHERE


class Locale(Record, kw_only=True):
    """The rule set's words in another language, by id or name.

    `made_from` says, for each section and name, of which wording it is a translation: see `wording_digest`.
    """

    language: str
    titles: Mapping[str, str]
    asks: Mapping[str, str]
    texts: Mapping[str, str]
    made_from: Mapping[str, Mapping[str, str]] = _NONE
    at: Span = NOWHERE
    places: Mapping[str, Span] = _NONE  # where each entry stands, by section and name: `titles.mass-influx`


class RuleSet(Record, kw_only=True):
    """Facts, criteria, contexts, measures and all that goes with them, under one id and version."""

    id: str
    version: str
    title: str
    language: str
    note: str | None
    sources: Mapping[str, Source]
    parameters: Mapping[str, Parameter]
    readings: Mapping[str, Reading]
    facts: Mapping[str, Fact]
    impossible: tuple[Exclusion, ...]
    implausible: tuple[Exclusion, ...]
    criteria: Mapping[str, Criterion]
    contexts: Mapping[str, Context]
    purposes: Mapping[str, Purpose]
    measures: Mapping[str, Measure]
    forms: Mapping[str, Form]
    themes: Mapping[str, Theme]
    principles: Mapping[str, Principle]
    precedents: Mapping[str, Precedent]
    locales: Mapping[str, Locale]
    properties: Mapping[str, Property] = _NONE
    suppressions: tuple[Suppression, ...] = ()

    __eq__ = object.__eq__  # a rule set is itself, however long it is
    __hash__ = object.__hash__

    @property
    def default_reading(self) -> str | None:
        """The id of the reading that an assessment takes unless told otherwise; None if there are no readings."""
        return next((reading.id for reading in self.readings.values() if reading.default), None)

    def conditions(self, reading: str | None) -> dict[str, Condition]:
        """Return the condition of every conclusion by its id, as `reading` has it."""
        own = {
            **{criterion.id: criterion.when for criterion in self.criteria.values()},
            **{context.id: context.when for context in self.contexts.values()},
            **{measure.id: measure.called_for for measure in self.measures.values()},
            **{form.id: form.when for form in self.forms.values()},
            **{principle.id: principle.breached_when for principle in self.principles.values()},
        }
        return own if reading is None else {**own, **self.readings[reading].define}


class Response(Record, kw_only=True):
    """What somebody plans or did: measures, and facts about the response."""

    title: str | None
    measures: tuple[str, ...]
    facts: Mapping[str, Given]
    at: Span = NOWHERE


class Expectation(Record, kw_only=True):
    """One thing that a test says must come out: `id` as `word`."""

    kind: str  # criterion, context, measure, form, principle; or because, for a reason
    id: str
    word: str
    because: str | None = None  # for a reason: the context whose verdict `id` must share
    at: Span = NOWHERE


class Situation(Record, kw_only=True):
    """What is assessed: facts at a date. A fact that is not in `facts` is unknown.

    `facts` holds what adds knowledge: a value as wide as its type is left out. `asked` names the facts that were
    given as unknown.
    """

    id: str
    title: str | None
    as_of: date | None
    facts: Mapping[str, Given]
    asked: frozenset[str] = frozenset()
    narrative: str | None = None
    hypothetical: bool = False
    sources: Mapping[str, str] = _NONE
    kinds: Mapping[str, str] = _NONE
    response: Response | None = None
    expect: tuple[Expectation, ...] = ()
    reading: str | None = None  # a case may name the reading and the parameters that it is about
    set: Mapping[str, Any] = _NONE
    at: Span = NOWHERE

    @property
    def all_facts(self) -> dict[str, Given]:
        """The facts about the situation and, with a response, those about the response."""
        return {**self.facts, **self.response.facts} if self.response else dict(self.facts)
