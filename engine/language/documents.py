"""What the documents look like: pydantic models of rule-set files, situations and cases files.

They have the shape of the YAML and nothing more. No document is read through them: `load` and `situation`
do that, and say where a mistake stands. `schema` turns them into JSON Schemas, so an editor shows what is written
here. Importing pydantic costs more than most commands take, so only `schema` imports this module.
"""

from copy import deepcopy
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, RootModel

from comity.engine.language import literals
from comity.engine.language.diagnostic import SUPPRESSIBLE
from comity.engine.language.literals import whole
from comity.engine.language.load import VERSION
from comity.engine.language.locales import DIGEST, LANGUAGE
from comity.engine.language.properties import CLAIMS
from comity.engine.language.telling import GAPS

# --- what all documents share -------------------------------------------------------------------------------


class As:
    """Says how a value looks in the schema, whatever its type in Python."""

    def __init__(self, schema: literals.Schema) -> None:
        self.schema = schema

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> literals.Schema:
        default = {key: value for key, value in handler(schema).items() if key == "default"}
        return {**deepcopy(self.schema), **default}  # a copy, since pydantic writes descriptions into it


Text: TypeAlias = Annotated[str, As(literals.TEXT)]
Id: TypeAlias = Annotated[str, As(literals.NAME_OF_THING)]
Name: TypeAlias = Annotated[str, As(literals.NAME_OF_FACT)]
FullDate: TypeAlias = Annotated[str, As(literals.FULL_DATE)]
Period: TypeAlias = Annotated[str, As(literals.PERIOD)]
Years: TypeAlias = Annotated[str, As(literals.YEARS)]
Language: TypeAlias = Annotated[str, As({"type": "string", "pattern": whole(LANGUAGE.pattern)})]
Version: TypeAlias = Annotated[str, As({"type": "string", "pattern": whole(VERSION.pattern)})]
Option: TypeAlias = Annotated[str, As({**literals.LITERAL, "type": "string"})]
Digest: TypeAlias = Annotated[str, As({"type": "string", "pattern": whole(DIGEST.pattern)})]
FactOrColumn: TypeAlias = Annotated[str, As(literals.FACT_OR_COLUMN)]
Judgement: TypeAlias = Annotated[str, As({"type": "string", "enum": list(SUPPRESSIBLE)})]
Literally: TypeAlias = Annotated[str, As(literals.LITERAL)]
AnyValue: TypeAlias = Annotated[str, As(literals.ANY_VALUE)]

Basis = Literal["course", "instrument", "editorial"]
Kind = Literal["measured", "documented", "judgement"]
Truth = Literal["met", "not-met", "unknown"]
Status = Literal["called-for", "conditional", "not-called-for"]
Standing = Literal["consistent", "in-conflict", "undetermined"]
Outcome = Literal[Truth, Status, Standing]


class Model(BaseModel):
    """A mapping with the keys named here and no others."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


def optional(*examples: Any, default: Any = None, **more: Any) -> Any:
    """Return a key that may be left out; it is never null."""
    return Field(default, examples=list(examples) or None, **more)


def _keys(names: literals.Schema, **more: Any) -> Any:
    return {"propertyNames": {key: value for key, value in names.items() if key != "type"}, **more}


_BY_ID = _keys(literals.NAME_OF_THING, minProperties=1)
_BY_NAME = _keys(literals.NAME_OF_FACT, minProperties=1)
_UNIQUE: Any = {"uniqueItems": True}
_PAIR: Any = {"min_length": 2, "max_length": 2}
_BY_TEXT = _keys(literals.TEXT, minProperties=1)


class Citation(Model):
    """A place in a source, with the passage where its wording matters."""

    cite: Id = Field(examples=["slides", "excom-100"])
    """The id of a source, as `sources` has it."""
    at: Text = optional("para. (a)(ii)", "Context, 2")
    """The place in the source."""
    quote: Text = optional()
    """The passage, word for word."""
    note: Text = optional()
    """What to know about the passage."""


class Cited(Model):
    """What everything in a rule set can say of itself."""

    source: Citation | list[Citation] = optional({"cite": "excom-100", "at": "para. (a)"})
    """Where it comes from: one place, or a list of places."""
    basis: Basis = optional()
    """Who says so: the course, a legal instrument, or the authors of the rule set (editorial)."""
    note: Text = optional()
    """What a reader should know."""


class Titled(Cited):
    """A thing with a title."""

    title: Text
    """What a reader calls it."""


# --- conditions ---------------------------------------------------------------------------------------------


class Condition(RootModel["Test | OfCriterion | OfContext | OfMeasure | AllOf | AnyOf | Not | AtLeast | Some | Every"]):
    """Something that is met, not met or unknown. Its first key says what it is."""


class Test(Model):
    """Tests of one fact, or inside a `where` of a column of the row; several of them join like `all`."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 2})

    fact: Name = Field(examples=["arrivals"])
    """Tests a fact."""
    is_: "Value" = optional(True, "open", alias="is")
    """The fact has this value."""
    is_not: "Value" = optional("closed")
    """The fact has another value."""
    in_: list["Value"] = optional(["open", "restricted"], alias="in", min_length=1)
    """The fact has one of these values."""
    at_least: "Size" = optional(25000, "5 years", {"parameter": "protracted_population"})
    """The fact is as large as this, or larger."""
    more_than: "Size" = optional(0, {"fact": "reception_capacity"})
    """The fact is larger than this."""
    at_most: "Size" = optional(10)
    """The fact is as small as this, or smaller."""
    less_than: "Size" = optional(10)
    """The fact is smaller than this."""
    before: "Moment" = optional("2013-01-31")
    """The date lies before this day."""
    after: "Moment" = optional("2013-01-31")
    """The date lies after this day."""
    elapsed_at_least: "Length" = optional("5 years", "90 days")
    """From the date to the as-of date, this time has passed, or more."""
    elapsed_less_than: "Length" = optional("5 years", "90 days")
    """From the date to the as-of date, less than this time has passed."""


class OfCriterion(Model):
    """Whether a criterion is met."""

    criterion: Id
    """Whether this criterion is met."""


class OfContext(Model):
    """Whether a context is met."""

    context: Id
    """Whether this context is met."""


class OfMeasure(Model):
    """Whether a measure is called for."""

    measure: Id
    """Whether this measure is called for."""


class AllOf(Model):
    """Every part is met."""

    all: list[Condition] = Field(min_length=1)
    """Every one of these is met."""


class AnyOf(Model):
    """At least one part is met."""

    any: list[Condition] = Field(min_length=1)
    """At least one of these is met."""


class Not(Model):
    """The part is not met."""

    not_: Condition = Field(alias="not")
    """This is not met."""


class AtLeast(Model):
    """At least so many of the parts are met."""

    at_least: "float | OfParameter" = Field(examples=[3, {"parameter": "characteristics_needed"}])
    """How many of the conditions in `of` must be met: a number or a parameter."""
    of: list[Condition] = Field(min_length=1)
    """The conditions that are counted."""


class Some(Model):
    """At least one row of a table meets a condition."""

    some: Name
    """At least one row of this table meets `where`."""
    where: Condition
    """What a row must meet; a name is a column of the row, or else a fact."""


class Every(Model):
    """Every row of a table meets a condition."""

    every: Name
    """Every row of this table meets `where`."""
    where: Condition
    """What a row must meet; a name is a column of the row, or else a fact."""


# --- expressions --------------------------------------------------------------------------------------------


class Operation(
    RootModel[
        "OfFact | OfParameter | Sum | Product | Difference | Divide | Smallest | Largest"
        " | Elapsed | Lowest | Highest | Count | Total"
    ]
):
    """A value that is looked up or worked out. Its first key says how."""


class Value(RootModel["Operation | Literally"]):
    """A truth, number, duration, date in full, or text: a literal, or looked up or worked out."""


class Size(RootModel[Annotated[str, As(literals.SIZE)] | Operation]):
    """A number or a duration: a literal, or looked up or worked out."""


class Ordered(RootModel[Annotated[str, As(literals.ORDERED)] | Operation]):
    """A number, a duration or a date: a literal, or looked up or worked out."""


class Moment(RootModel[FullDate | Operation]):
    """A date: in full, or looked up or worked out."""


class Length(RootModel[Annotated[str, As(literals.DURATION)] | Operation]):
    """A duration: a literal, or looked up or worked out."""


class OfFact(Model):
    """The value of a fact."""

    fact: Name
    """The value of this fact; inside a `where` or a column's `derive`, of the row's column of that name."""


class OfParameter(Model):
    """The value of a parameter."""

    parameter: Name
    """The value of this parameter on the as-of date."""


class Sum(Model):
    """A sum."""

    sum: list[Size] = Field(min_length=1)
    """The sum of these."""


class Product(Model):
    """A product."""

    product: list[Size] = Field(min_length=1)
    """The product of these."""


class Difference(Model):
    """A difference."""

    difference: list[Size] = Field(min_length=2, max_length=2)
    """The first of two less the second."""


class Divide(Model):
    """A quotient, exactly."""

    divide: list[Size] = Field(min_length=2, max_length=2)
    """The first of two divided by the second."""


class Smallest(Model):
    """The smallest of several values."""

    smallest: list[Ordered] = Field(min_length=1)
    """The smallest of these."""


class Largest(Model):
    """The largest of several values."""

    largest: list[Ordered] = Field(min_length=1)
    """The largest of these."""


class Elapsed(Model):
    """The time from a date to the as-of date."""

    elapsed: Moment
    """The time from this date to the as-of date."""
    unit: Literal["months", "days"] = optional(default="months")
    """Completed calendar months, or days."""


class Lowest(Model):
    """The lowest value of a history."""

    lowest: OfFact
    """The lowest value of this fact (or column) with a history."""
    over: "Annotated[str, As(literals.DURATION)] | OfParameter" = Field(examples=["5 years"])
    """How far back from the as-of date: a duration or a parameter."""


class Highest(Model):
    """The highest value of a history."""

    highest: OfFact
    """The highest value of this fact (or column) with a history."""
    over: "Annotated[str, As(literals.DURATION)] | OfParameter" = Field(examples=["5 years"])
    """How far back from the as-of date: a duration or a parameter."""


class Count(Model):
    """How many rows a table has."""

    count: Name
    """How many rows of this table meet `where`; all, without one."""
    where: Condition = optional()
    """What a row must meet to be counted."""


class Total(Model):
    """The sum of a column."""

    model_config = ConfigDict(json_schema_extra={"dependencies": {"per": ["take"], "take": ["per"]}})

    total: Name
    """The sum of this column over the rows of a table."""
    of: Name
    """The table."""
    where: Condition = optional()
    """What a row must meet to be added."""
    per: list[Name] = optional(["profile"], min_length=1)
    """The columns that tell groups of rows apart; comes with `take`."""
    take: Literal["largest"] = optional()
    """Which of the groups' sums is taken; comes with `per`."""


# --- the files of a rule set --------------------------------------------------------------------------------


class Passage(Model):
    """A piece of a source that the rule set takes up, or does not need."""

    text: Text = optional()
    """What it says."""
    excused: Text = optional("it describes the session, not the situation")
    """Why nothing in the rule set cites it."""


class Source(Model):
    """A text that the rule set cites."""

    title: Text
    """What the text is called."""
    short: Text = optional("Conclusion No. 100")
    """How a report cites it in a line."""
    author: Text = optional()
    """Who wrote it."""
    date: Period = optional("2013-01-31", 2013)
    """When it appeared: a date, a month or a year."""
    symbol: Text = optional("A/AC.96/1003")
    """The symbol under which it is filed."""
    url: Text = optional()
    """Where it can be read."""
    note: Text = optional()
    """What to know about it, such as which parts were read."""
    verified: bool = optional(default=True)
    """False where the text itself was not read."""
    passages: dict[str, Passage] = optional({"para. (a)(ii)": {}}, json_schema_extra=_BY_TEXT)
    """All that the source says, by the place that citations name: each is cited, or excused with a reason."""


class Counted(Model):
    """In what a figure is counted, of one and of any other number."""

    one: Text = Field(examples=["refugee"])
    """The word after 1."""
    other: Text = Field(examples=["refugees"])
    """The word after every other number, and the unit itself."""


Unit: TypeAlias = Text | Counted


class Parameter(Cited):
    """A number, duration, date, truth or text that rules compare with. It has either `value` or `values`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [key]} for key in ("value", "values")]})

    title: Text = optional()
    """What a reader calls it."""
    unit: Unit = optional("refugees", {"one": "refugee", "other": "refugees"})
    """What it is counted in."""
    value: Literally = optional(25000, "5 years")
    """Its value, whatever the date."""
    values: dict[str, Literally] = optional(
        {"2004-01-01": 25000},
        json_schema_extra=_keys(literals.FULL_DATE, minProperties=1),
    )
    """Its values by the day from which each holds."""


class Reading(Titled):
    """A named, cited alternative: parameters that it sets, conditions that it replaces."""

    default: bool = optional(default=False)
    """Whether an assessment takes this reading unless told otherwise; exactly one is."""
    set: dict[str, Literally] = optional(json_schema_extra=_BY_NAME)
    """Parameters, and the values that this reading gives them."""
    define: dict[str, Condition] = optional(json_schema_extra=_BY_ID)
    """Criteria and contexts, and the conditions that this reading gives them."""


Sentences: TypeAlias = Annotated[str, As(literals.sentences())]
Values: TypeAlias = Annotated[str, As(literals.sentences(*GAPS["value"]))]
Ranges: TypeAlias = Annotated[str, As(literals.sentences(*GAPS["range"]))]
Rows: TypeAlias = Annotated[
    str, As({"type": ["string", "array"], "pattern": "\\S", "items": literals.TEXT, "minItems": 1})
]


class _Tell(Model):
    unknown: Sentences = optional("Nobody knows how many people have crossed into {host}.")
    """Sentences for a fact that was asked for and is not known."""


class TellFigure(_Tell):
    """How exercises tell a figure, date, duration or text: sentences with gaps to choose from."""

    value: Values = optional("Some {value} people have crossed into {host}.")
    """Sentences for one value, with the gap {value}."""
    range: Ranges = optional("Between {low} and {high} people have crossed into {host}.")
    """Sentences for an estimate, with the gaps {low} and {high}."""


class TellText(_Tell):
    """How exercises tell a text."""

    value: Values = optional("They call themselves {value}.")
    """Sentences with the gap {value}."""


class TellTruth(_Tell):
    """How exercises tell whether something is so."""

    affirm: Sentences = optional("They have crossed an international border.")
    """Sentences for true."""
    deny: Sentences = optional("No international border has been crossed.")
    """Sentences for false."""


class TellChoice(_Tell):
    """How exercises tell a choice."""

    options: dict[str, Sentences] = optional({"open": ["The border stays open."]}, json_schema_extra=_BY_TEXT)
    """Sentences for each option."""


class TellTable(_Tell):
    """How exercises tell a table."""

    row: Rows = optional("Some {refugees} {profile} refugees have lived in {host} since {since}.")
    """Sentences for one row, with columns as gaps: one that has just the columns that are given is taken."""
    none: Sentences = optional("No refugees lived in {host} before.")
    """Sentences for a table without rows."""


class _Fact(Cited):
    title: Text = optional()
    """What a reader calls the fact."""
    ask: Text = optional("How many people have arrived across the border?")
    """The question to which the fact is the answer."""
    about: Literal["situation", "response"] = optional(default="situation")
    """Whether it describes the situation or the response under assessment."""
    kind: Kind = optional(default="measured")
    """How one comes to know it."""
    changeable: Literal["never", "up", "down", "any"] = optional(default="any")
    """What an answer to "what would have to change" may propose: for suffering and past events, `never`."""


class _Amount(_Fact):
    unit: Unit = optional("people", "people/day", {"one": "refugee", "other": "refugees"})
    """What it is counted in."""
    derive: Value = optional({"divide": [{"fact": "arrivals"}, {"fact": "arrival_days"}]})
    """How it is worked out where it is not given."""
    history: bool = optional(default=False)
    """Whether it may be given by year, month or day."""


Step: TypeAlias = Annotated[float, As({"type": "number", "exclusiveMinimum": 0})]
Limit: TypeAlias = Annotated[float, As({"type": "number"})]
ShareLimit: TypeAlias = Annotated[float, As({"type": "number", "minimum": 0, "maximum": 1})]
CountLimit: TypeAlias = Annotated[int, As({"type": "integer", "minimum": 0})]


class BooleanFact(_Fact):
    """A fact that is true or false."""

    type: Literal["boolean"]
    """True or false."""
    unit: Unit = optional()
    """What it is counted in."""
    derive: Condition = optional()
    """The condition that tells it where it is not given."""
    plausible: Annotated[str, As(literals.PLAUSIBLE["boolean"])] = optional()
    """The value that exercises may show."""
    tell: TellTruth = optional()
    """How exercises tell it, for the facts themselves; a column is told with its row."""


class CountFact(_Amount):
    """A fact that is a whole number, 0 or more."""

    type: Literal["count"]
    """A whole number, 0 or more."""
    min: CountLimit = optional(1, default=0)
    """The smallest value that may be given."""
    max: CountLimit = optional(100)
    """The largest value that may be given."""
    step: Step = optional(default=1)
    """The smallest difference that counts."""
    plausible: Annotated[str, As(literals.PLAUSIBLE["count"])] = optional("100..2000000")
    """The values that exercises may show."""
    tell: TellFigure = optional()
    """How exercises tell it, for the facts themselves; a column is told with its row."""


class NumberFact(_Amount):
    """A fact that is a number."""

    type: Literal["number"]
    """A number; 0 or more, unless `min` says otherwise."""
    min: Limit = optional(-10, default=0)
    """The smallest value that may be given."""
    max: Limit = optional(100)
    """The largest value that may be given."""
    step: Step = optional(default=0.01)
    """The smallest difference that counts."""
    plausible: Annotated[str, As(literals.PLAUSIBLE["number"])] = optional("0.5..20")
    """The values that exercises may show."""
    tell: TellFigure = optional()
    """How exercises tell it, for the facts themselves; a column is told with its row."""


class ShareFact(_Amount):
    """A fact that is a share of 1."""

    type: Literal["share"]
    """A share of 1: from 0 to 1."""
    min: ShareLimit = optional(default=0)
    """The smallest value that may be given."""
    max: ShareLimit = optional(default=1)
    """The largest value that may be given."""
    step: Step = optional(default=0.01)
    """The smallest difference that counts."""
    plausible: Annotated[str, As(literals.PLAUSIBLE["share"])] = optional("0.1..0.4")
    """The values that exercises may show."""
    tell: TellFigure = optional()
    """How exercises tell it, for the facts themselves; a column is told with its row."""


class DurationFact(_Fact):
    """A fact that is a duration."""

    type: Literal["duration"]
    """A duration: in months and years, or in days."""
    unit: Literal["months", "days"] = optional(default="months")
    """Whether it is counted in months (and years) or in days; the two are never compared."""
    derive: Value = optional({"elapsed": {"fact": "flight"}})
    """How it is worked out where it is not given."""
    step: Annotated[str, As(literals.POSITIVE_DURATION)] = optional("1 month", "1 day")
    """The smallest difference that counts."""
    plausible: Annotated[str, As(literals.PLAUSIBLE["duration"])] = optional("1 year..20 years")
    """The values that exercises may show."""
    tell: TellFigure = optional()
    """How exercises tell it, for the facts themselves; a column is told with its row."""


class DateFact(_Fact):
    """A fact that is a date."""

    type: Literal["date"]
    """A date."""
    unit: Unit = optional()
    """What it is counted in."""
    derive: Value = optional({"smallest": [{"fact": "flight"}, {"fact": "registration"}]})
    """How it is worked out where it is not given."""
    plausible: Annotated[str, As(literals.PLAUSIBLE["date"])] = optional("2000..2012")
    """The values that exercises may show."""
    tell: TellFigure = optional()
    """How exercises tell it, for the facts themselves; a column is told with its row."""


class ChoiceFact(_Fact):
    """A fact that is one of several options."""

    type: Literal["choice"]
    """One of several options."""
    options: list[Option] = Field(
        min_length=1, examples=[["open", "restricted", "closed"]], json_schema_extra={"uniqueItems": True}
    )
    """The options."""
    unit: Unit = optional()
    """What it is counted in."""
    derive: Value = optional()
    """How it is worked out where it is not given."""
    plausible: Annotated[str, As(literals.PLAUSIBLE["choice"])] = optional()
    """The option that exercises may show."""
    tell: TellChoice = optional()
    """How exercises tell it, for the facts themselves; a column is told with its row."""


class TextFact(_Fact):
    """A fact that is a text: only compared for equality, and used to tell groups apart."""

    type: Literal["text"]
    """A text."""
    unit: Unit = optional()
    """What it is counted in."""
    derive: Value = optional()
    """How it is worked out where it is not given."""
    plausible: Text = optional()
    """The text that exercises may show."""
    tell: TellText = optional()
    """How exercises tell it, for the facts themselves; a column is told with its row."""


class TableFact(_Fact):
    """A fact that has rows."""

    type: Literal["table"]
    """Rows, each with a value for some of the columns."""
    columns: dict[str, "Column"] = Field(json_schema_extra=_BY_NAME)
    """The columns by name. A date column called `since` says from when a row's single values have held."""
    unit: Unit = optional()
    """What it is counted in."""
    tell: TellTable = optional()
    """How exercises tell it, for the facts themselves; a column is told with its row."""


_Quantity: TypeAlias = CountFact | NumberFact | ShareFact | DurationFact | DateFact


class Column(RootModel[BooleanFact | _Quantity | ChoiceFact | TextFact]):
    """A column of a table: one typed value of a row. Its `type` says what else it may have."""


class Fact(RootModel[BooleanFact | _Quantity | ChoiceFact | TextFact | TableFact]):
    """One typed value that a situation may give. Its `type` says what else it may have."""


class Exclusion(Cited):
    """A combination of facts that is left out."""

    when: Condition
    """The combination."""
    note: Text
    """Why it is left out."""


class Criterion(Titled):
    """A named test over facts."""

    when: Condition
    """What meets the criterion."""


class Purpose(Titled):
    """A need that measures serve."""


class Ground(Cited):
    """Why a measure answers a context."""


class Measure(Titled):
    """A response that the rule set can recommend: called for if one of its contexts is met, and its need."""

    for_: dict[str, Ground] = Field(alias="for", json_schema_extra=_BY_ID)
    """The contexts that it answers, each with where that comes from."""
    serves: list[Id] = optional(["burden-sharing"])
    """The purposes that it serves."""
    need: Condition = optional()
    """What else must be met for it to be called for."""


class Form(Titled):
    """A form that cooperation can take."""

    when: Condition
    """When the form fits."""
    text: Text = optional()
    """What it is."""


class Theme(Titled):
    """A statement that frames the rules."""

    group: Id = Field(examples=["importance"])
    """The part of the whole that it belongs to."""
    text: Text = optional()
    """The statement."""


class Principle(Titled):
    """What a response must not do."""

    breached_when: Condition
    """What a response in conflict with the principle does."""


class Precedent(Titled):
    """An earlier response with its recorded outcome; it informs, it does not decide."""

    years: Years = Field(examples=["1989..1996", "2002..", 2011])
    """The years that it covers."""
    region: Text
    """Where it was."""
    type: Literal["framework", "forum", "meeting", "planned"]
    """What it was; only frameworks are compared as responses."""
    outcome: Text
    """What came of it."""
    facts: dict[str, AnyValue] = optional(json_schema_extra=_keys(literals.NAME_OF_FACT))
    """The facts as far as they are known."""
    contexts: list[Id] = optional(["protracted"])
    """The contexts that it answered."""
    measures: list[Id] = optional(["emergency-assistance"])
    """The measures that it used."""


class Property(Titled):
    """What the rule set claims of itself: exactly one of `implies` to `readings`."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [claim]} for claim in CLAIMS],
            "dependencies": {
                "stays_met": {"oneOf": [{"required": ["rises"]}, {"required": ["falls"]}]},
                "rises": ["stays_met"],
                "falls": ["stays_met"],
                "differ_only_in": ["readings"],
                "reading": {"not": {"required": ["readings"]}},
            },
        }
    )

    implies: list[Condition] = optional(**_PAIR)
    """In every complete situation: if the first of the two is met, the second is met."""
    excludes: list[Condition] = optional(**_PAIR)
    """In no complete situation are both met."""
    equals: list[Condition] = optional(**_PAIR)
    """In every complete situation, both are met or neither is."""
    guarantees: list[Condition] = optional(**_PAIR)
    """In every situation, also where facts are missing: if the first is met, the second is met."""
    stays_met: Condition = optional({"context": "protracted"})
    """Once met, this stays met while the fact under `rises` or `falls` does so."""
    rises: FactOrColumn = optional("arrivals", "populations.refugees")
    """The fact, or column of a table, whose rise never ends what `stays_met` says."""
    falls: FactOrColumn = optional("reception_capacity")
    """The fact, or column of a table, whose fall never ends what `stays_met` says."""
    readings: list[Id] = optional(["some-or-all", "all"], min_length=2, max_length=2, json_schema_extra=_UNIQUE)
    """Two readings that never differ, except as `differ_only_in` says."""
    differ_only_in: list[Id] = optional(["mass-influx"])
    """The conclusions in which the two readings may differ."""
    reading: Id = optional("all")
    """The reading under which it holds; the default one, if it is left out."""


class Suppression(Model):
    """A finding of `comity check` that the authors accept."""

    finding: Judgement
    """The code of the finding."""
    of: Text = Field(examples=["arrivals"])
    """The name that the finding is about."""
    reason: Text
    """Why it is accepted."""


class _Sections(Model):
    sources: dict[str, Source] = optional(json_schema_extra=_BY_ID)
    """The texts that the rule set cites, by id."""
    parameters: dict[str, Parameter] = optional(json_schema_extra=_BY_NAME)
    """The numbers, durations, dates, truths and texts that rules compare with, by name."""
    readings: dict[str, Reading] = optional(json_schema_extra=_BY_ID)
    """Named, cited alternatives, by id; exactly one of them is the default."""
    facts: dict[str, Fact] = optional(json_schema_extra=_BY_NAME)
    """What a situation may say, by name."""
    impossible: list[Exclusion] = optional()
    """Combinations of facts that cannot be: input that meets one gets a note, proofs leave them out."""
    implausible: list[Exclusion] = optional()
    """Combinations of facts that no exercise should show."""
    purposes: dict[str, Purpose] = optional(json_schema_extra=_BY_ID)
    """The needs that measures serve, by id."""
    measures: dict[str, Measure] = optional(json_schema_extra=_BY_ID)
    """The responses that the rule set can recommend, by id."""
    forms: dict[str, Form] = optional(json_schema_extra=_BY_ID)
    """The forms that cooperation can take, by id."""
    themes: dict[str, Theme] = optional(json_schema_extra=_BY_ID)
    """Statements that frame the rules, by id."""
    principles: dict[str, Principle] = optional(json_schema_extra=_BY_ID)
    """What a response must not do, by id."""
    precedents: dict[str, Precedent] = optional(json_schema_extra=_BY_ID)
    """Earlier responses, by id."""
    criteria: dict[str, Criterion] = optional(json_schema_extra=_BY_ID)
    """Criteria that stand with no context, by id."""
    properties: dict[str, Property] = optional(json_schema_extra=_BY_ID)
    """What the rule set claims of itself, by id: `comity prove` shows it or finds a counterexample."""
    suppress: list[Suppression] = optional(min_length=1)
    """Findings of `comity check` that the authors accept, each with a reason."""


class MainFile(_Sections):
    """The file that names the rule set."""

    rule_set: Id = Field(examples=["oas-2013"])
    """The id of the rule set. One file of its folder has it."""
    version: Version = Field(examples=["1.0.0"])
    """The version of the rule set."""
    title: Text
    """What a reader calls the rule set."""
    language: Language = optional("pt-BR", default="en")
    """The language in which titles and questions are written."""
    note: Text = optional()
    """What a reader should know of the whole."""
    contexts: list[Id] = optional(["mass-influx", "protracted"])
    """The order in which a report goes through the contexts."""


class ContextFile(_Sections, Cited):
    """A file about one context: a class of situation, with the criteria that define it."""

    context: Id = Field(examples=["mass-influx"])
    """The id of the context."""
    title: Text
    """What a reader calls it."""
    when: Condition
    """What makes a situation fall into the context."""
    criteria: dict[str, Criterion] = optional(json_schema_extra=_BY_ID)
    """The criteria that stand with the context, by id, whether or not `when` names them."""


class Wordings(Model):
    """Digests of the wordings that translations were made from: `comity check` gives them."""

    titles: dict[str, Digest] = optional(json_schema_extra=_BY_TEXT)
    """Of titles, by the id or name of what they are the title of."""
    asks: dict[str, Digest] = optional(json_schema_extra=_BY_TEXT)
    """Of questions, by the fact that they ask for."""
    texts: dict[str, Digest] = optional(json_schema_extra=_BY_TEXT)
    """Of longer texts, by the id or name of what they belong to."""


class LocaleFile(_Sections):
    """The words of the rule set in another language."""

    locale: Language = Field(examples=["es"])
    """The language."""
    titles: dict[str, Text] = optional(json_schema_extra=_BY_TEXT)
    """Titles, by the id or name of what they are the title of."""
    asks: dict[str, Text] = optional(json_schema_extra=_BY_TEXT)
    """Questions, by the fact that they ask for."""
    texts: dict[str, Text] = optional(json_schema_extra=_BY_TEXT)
    """Longer texts, by the id or name of what they belong to."""
    made_from: Wordings = optional()
    """What each translation was made from, so that a change of the wording shows."""


class SectionsFile(_Sections):
    """A file that holds sections of a rule set."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})


class RuleSetFile(RootModel[MainFile | ContextFile | LocaleFile | SectionsFile]):
    """A file of a rule set. Every YAML file of a rule set's folder is one, except its cases."""


# --- situations and cases -----------------------------------------------------------------------------------
# What a rule set gives names to has a definition of its own, so that `schema` can put the names in its place.

_Values: TypeAlias = Annotated[dict[str, AnyValue], Field(json_schema_extra=_keys(literals.NAME_OF_FACT))]


class Facts(RootModel[_Values]):
    """Facts about the situation. What is left out was not asked; `unknown` was asked, and nobody knows."""


class ResponseFacts(RootModel[_Values]):
    """Facts about the response. What is left out was not asked; `unknown` was asked, and nobody knows."""


class FactSources(RootModel[dict[str, Text]]):
    """Where each fact comes from, by fact."""


class FactKinds(RootModel[dict[str, Kind]]):
    """How each fact came to be known, by fact, where that differs from what the rule set says."""


class MeasureId(RootModel[Id]):
    """The id of a measure."""


class CriterionId(RootModel[Id]):
    """The id of a criterion."""


class ReadingId(RootModel[Id]):
    """The id of a reading."""


class ContextVerdicts(RootModel[dict[str, Truth]]):
    """The verdict on each context."""


class CriterionFindings(RootModel[dict[str, Truth]]):
    """The finding on each criterion."""


class FormFindings(RootModel[dict[str, Truth]]):
    """The finding on each form."""


class PrincipleStandings(RootModel[dict[str, Standing]]):
    """How the response stands to each principle."""


class Reasons(RootModel[dict[str, list[CriterionId]]]):
    """By context, criteria that came out as the verdict did."""


class Outcomes(RootModel[Annotated[dict[str, Outcome], Field(min_length=1)]]):
    """What must come out, by id: of contexts, criteria, forms, measures and principles."""


class Settings(RootModel[dict[str, Literally]]):
    """Parameters, and the values that they are given here."""


class Statuses(Model):
    """The measures by what is expected of them."""

    called_for: list[MeasureId] = optional(alias="called-for")
    """One of its contexts is met, and its need."""
    conditional: list[MeasureId] = optional()
    """It hangs on what is unknown."""
    not_called_for: list[MeasureId] = optional(alias="not-called-for")
    """None of its contexts is met, or its need is not."""


class Response(Model):
    """What somebody plans or did."""

    title: Text = optional()
    """What a reader calls the response."""
    measures: list[MeasureId] = optional()
    """The measures that it takes."""
    facts: ResponseFacts = optional()
    """Facts about the response."""
    note: Text = optional()
    """What a reader should know."""


class Expectations(Model):
    """What must come out. What is left out is free."""

    contexts: ContextVerdicts = optional()
    """The verdict on each context."""
    criteria: CriterionFindings = optional()
    """The finding on each criterion."""
    measures: Statuses = optional()
    """The measures by what is expected of them."""
    forms: FormFindings = optional()
    """The finding on each form."""
    principles: PrincipleStandings = optional()
    """How the response stands to each principle."""
    because: Reasons = optional()
    """By context, criteria that came out as the verdict did."""


class Situation(Model):
    """What is assessed: facts at a date."""

    situation: Id = Field(examples=["dadaab-2011"])
    """The id of the situation."""
    title: Text = optional()
    """What a reader calls it."""
    as_of: FullDate = optional("2011-12-31")
    """The day as of which it is described; needed unless the command line gives one."""
    narrative: Text = optional()
    """What happened, in words."""
    hypothetical: bool = optional(default=False)
    """Whether it is made up."""
    facts: Facts
    """Facts about the situation."""
    sources: FactSources = optional()
    """Where each fact comes from, by fact."""
    kinds: FactKinds = optional()
    """How each fact came to be known, by fact, where that differs from what the rule set says."""
    response: Response = optional()
    """What somebody plans or did."""
    expect: Expectations = optional()
    """What must come out: it makes the situation a test."""
    note: Text = optional()
    """What a reader should know."""


class Case(Model):
    """A small situation with what must come out of it."""

    name: Text = Field(examples=["the fifth anniversary"])
    """What the case shows; no other case of the file has this name."""
    as_of: FullDate = Field(examples=["2013-06-30"])
    """The day as of which it is described."""
    facts: Facts
    """Facts about the situation."""
    response: Response = optional()
    """What somebody plans or did."""
    reading: ReadingId = optional()
    """The reading that the case is about; the default one, if it is left out."""
    set: Settings = optional()
    """Parameters, and the values that they are given here."""
    expect: Outcomes
    """What must come out, by id."""
    note: Text = optional()
    """What a reader should know."""


class CasesFile(Model):
    """The small cases that stand beside what they test."""

    cases: list[Case] = Field(min_length=1)
    """The cases."""
