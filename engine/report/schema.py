"""The JSON Schema of an assessment as JSON, `comity-assessment/1`, for whoever reads one by machine.

The models have the shape of what `document` writes; `tests/test_schema.py` holds the two together. Importing this
module imports pydantic, so only `comity schema` does.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, RootModel

from comity.engine.language.documents import (
    As,
    FullDate,
    Id,
    Model,
    Name,
    Standing,
    Status,
    Text,
    Truth,
    Version,
    optional,
)
from comity.engine.language.literals import Schema
from comity.engine.language.operators import Operator
from comity.engine.language.schema import draft_07


def assessment_schema() -> Schema:
    """Return the schema of an assessment as JSON."""
    return draft_07(Assessment, "assessment", "Comity: an assessment")


Written: TypeAlias = Annotated[Any, As({"type": ["boolean", "integer", "string"], "pattern": "\\S"})]
NameOrId: TypeAlias = Text

_HOW = "True, false, an integer, or a text as a situation would write it: a range, date, duration, ... or unknown."


# --- traces -------------------------------------------------------------------------------------------------


class Trace(
    RootModel[
        "AllOf | AnyOf | Not | AtLeast | Some | Every | Test | Conclusion | Literally | OfFact | OfParameter"
        " | Arithmetic | Elapsed | Extreme | Count | Total"
    ]
):
    """A condition or a value that a conclusion rests on, how it came out, and the same of its parts."""


class _Node(Model):
    row: int = optional(ge=1)
    """The row of the table that this is about, counted from 1."""


class _Condition(_Node):
    truth: Truth
    """How the condition came out."""


class _Value(_Node):
    value: Written
    """What the value came to."""


class AllOf(_Condition):
    """Every part must be met."""

    term: Literal["all"]
    """A condition: all of its parts."""
    parts: list[Trace] = Field(min_length=1)
    """The conditions that must all be met."""


class AnyOf(_Condition):
    """One part must be met."""

    term: Literal["any"]
    """A condition: any of its parts."""
    parts: list[Trace] = Field(min_length=1)
    """The conditions of which one must be met."""


class Not(_Condition):
    """The part must not be met."""

    term: Literal["not"]
    """A condition: not its part."""
    parts: list[Trace] = Field(min_length=1, max_length=1)
    """The condition that must not be met."""


class AtLeast(_Condition):
    """So many parts must be met."""

    term: Literal["at_least"]
    """A condition: at least so many of its parts."""
    parts: list[Trace] = Field(min_length=1)
    """The conditions of which so many must be met."""


class Some(_Condition):
    """One row must meet the condition."""

    term: Literal["some"]
    """A condition: some row of a table."""
    table: Name
    """The table."""
    parts: list[Trace] = optional(min_length=1)
    """The condition, row by row; left out if there are no rows."""


class Every(_Condition):
    """Every row must meet the condition."""

    term: Literal["every"]
    """A condition: every row of a table."""
    table: Name
    """The table."""
    parts: list[Trace] = optional(min_length=1)
    """The condition, row by row; left out if there are no rows."""


class Test(_Condition):
    """A test of one fact."""

    term: Literal["test"]
    """A condition: a test of a fact."""
    fact: Name
    """The fact, or the column of the row."""
    test: Operator
    """How it is compared."""
    parts: list[Trace] = Field(min_length=2, max_length=3)
    """The value of the fact; for elapsed time, that time; and what it is compared with."""


class Conclusion(_Condition):
    """Another conclusion. It has a trace of its own, which is not repeated here."""

    term: Literal["conclusion"]
    """A condition: another conclusion."""
    kind: Literal["criterion", "context", "measure"]
    """What kind of conclusion."""
    id: Id
    """Its id."""


class Literally(_Value):
    """A value that the rule set writes down."""

    term: Literal["literal"]
    """A value: as the rule set has it."""


class OfFact(_Value):
    """The value of a fact, or of a column of the row."""

    term: Literal["fact"]
    """A value: of a fact."""
    name: Name
    """The fact, or the column."""
    parts: list[Trace] = optional(min_length=1)
    """In a total, the condition that says whether the row is added."""


class OfParameter(_Value):
    """The value of a parameter."""

    term: Literal["parameter"]
    """A value: of a parameter."""
    name: Name
    """The parameter."""


class Arithmetic(_Value):
    """A value that is worked out from others."""

    term: Literal["arithmetic"]
    """A value: worked out from its parts."""
    operation: Literal["sum", "product", "difference", "divide", "smallest", "largest"]
    """How."""
    parts: list[Trace] = Field(min_length=1)
    """The values that it is worked out from."""


class Elapsed(_Value):
    """The time from a date to the as-of date."""

    term: Literal["elapsed"]
    """A value: the time since a date."""
    unit: Literal["months", "days"]
    """Completed calendar months, or days."""
    parts: list[Trace] = Field(min_length=1, max_length=1)
    """The date."""


class Extreme(_Value):
    """The lowest or highest value of a history."""

    term: Literal["extreme"]
    """A value: of a history."""
    operation: Literal["lowest", "highest"]
    """Which value."""
    fact: Name
    """The fact, or the column, with the history."""


class Count(_Value):
    """How many rows of a table meet a condition."""

    term: Literal["count"]
    """A value: a number of rows."""
    table: Name
    """The table."""
    parts: list[Trace] = optional(min_length=1)
    """The condition, row by row; left out if there is none, or no row."""


class Total(_Value):
    """The sum of a column over the rows of a table."""

    term: Literal["total"]
    """A value: a sum of a column."""
    table: Name
    """The table."""
    column: Name
    """The column."""
    per: list[Name]
    """The columns that tell groups apart, of which the largest sum counts; empty if all rows are added."""
    parts: list[Trace] = optional(min_length=1)
    """What each row adds; left out if there are no rows."""


# --- the assessment -----------------------------------------------------------------------------------------


class RulesUsed(Model):
    """The rules under which the situation was assessed: with them, the assessment can be repeated."""

    id: Id
    """The rule set."""
    version: Version
    """Its version."""
    reading: Id | None
    """The reading; null if the rule set has none."""
    set: dict[str, Written]
    """The parameters that were given another value, with that value."""


class Case(Model):
    """One of the cases that show what is certain."""

    values: list[Written]
    """What the facts may turn out to be."""
    because: list[Id] | None
    """The criteria that then decide; null if that cannot be."""


class Certainty(Model):
    """What is certain although evaluation leaves it open."""

    is_: Literal["met", "not-met", "called-for", "not-called-for"] = Field(alias="is")
    """What it comes to."""
    facts: list[Name]
    """The facts over which the cases go; none where it was proved that every completion agrees."""
    cases: list[Case]
    """All that these facts may turn out to be, in parts."""


class Judgement(Model):
    """A judgement that a verdict rests on."""

    fact: Name
    """The fact that somebody judged."""
    value: Written = Field(description=f"What they judged. {_HOW}")
    survives: bool | None
    """Whether the verdict would stand if it were reversed; null where there is no opposite."""


class Verdict(Model):
    """How a context came out, and what that rests on."""

    verdict: Truth
    """Whether the situation falls into the context."""
    criteria: dict[str, Truth]
    """Every criterion that stands with the context, and how it came out."""
    because: list[Id]
    """The criteria that decided the verdict, or that keep it open."""
    open_facts: list[Name]
    """The facts that an unknown verdict waits for, as evaluation sees it; empty if it is settled."""
    hangs_on: list[Name]
    """Those of them that can still change an unknown verdict: two completions that differ in one alone differ in it."""
    certain: Certainty | None
    """What an unknown verdict comes to all the same, whatever the unknowns turn out to be."""
    judgements: list[Judgement]
    """The judgements that the verdict rests on."""
    editorial: list[Name]
    """What the verdict rests on that is the rule set's own: parameters, and indicators in place of judgements."""
    readings: dict[str, Truth]
    """The readings under which the verdict would differ, with that verdict."""
    trace: Trace
    """The context's own condition."""
    findings: dict[str, Trace]
    """The condition of each criterion."""


class Recommendation(Model):
    """Whether a measure is called for."""

    status: Status
    """Whether it is called for; conditional means that this hangs on what is unknown."""
    because: list[Id]
    """The contexts that call for it, or that may."""
    serves: list[Id]
    """The purposes that it serves."""
    waits_for: list[Name]
    """The facts that a conditional measure waits for, as evaluation sees it."""
    hangs_on: list[Name]
    """Those of them that can still change whether it is called for."""
    certain: Certainty | None
    """What it comes to all the same, whatever the unknowns turn out to be."""
    trace: Trace
    """Its condition: one of its contexts, and its need."""


class Gap(Model):
    """A measure that is called for and not planned, and why it matters."""

    measure: Id
    """The measure."""
    because: list[Id]
    """The contexts that are met and that it answers."""
    fills: list[Id]
    """The unserved purposes that it serves."""
    alone: list[Id]
    """Those of them that no other measure that is called for serves."""


class Service(Model):
    """What a response does for a purpose: the measures that serve it."""

    standing: Literal["served", "unserved", "open"]
    """Served by a planned measure that is called for; unserved if one is called for and none is planned; or open."""
    covered: list[Id]
    """Those that are planned and called for."""
    missing: list[Id]
    """Those that are called for and not planned."""
    open: list[Id]
    """Those that are planned and conditional."""
    conditional: list[Id]
    """Those that are conditional and not planned."""


class Response(Model):
    """The response beside what is called for."""

    covered: list[Id]
    """Measures that are called for, and planned."""
    missing: list[Id]
    """Measures that are called for, and not planned."""
    open: list[Id]
    """Measures that are planned, and conditional."""
    not_needed: list[Id]
    """Measures that are planned, and not called for."""
    gaps: list[Gap]
    """The missing measures, those that matter most first, and why."""
    purposes: dict[str, Service]
    """What the response does for each purpose that a measure serves which is called for or conditional, by id."""
    conflicts: dict[str, list[Name]]
    """The principles that the response conflicts with, by id, with the facts by which it does."""
    undetermined: dict[str, list[Name]]
    """The principles of which that is undetermined, by id, with the facts that this waits for."""


class Differing(Model):
    """The elements that come out otherwise in a case than in the situation, by which of the two has them."""

    there: list[NameOrId]
    """Those that the case has, and the situation has not."""
    here: list[NameOrId]
    """Those that the situation has, and the case has not."""
    otherwise: list[NameOrId]
    """Those of which neither can be said."""


class MeasuresUsed(Model):
    """The measures that a case used."""

    called_for: list[Id]
    """Those that the situation calls for."""
    others: list[Id]
    """The others."""


class Likeness(Model):
    """A precedent or stored situation beside the situation, in one context on which it came out met or not met."""

    id: Id
    """The precedent or situation."""
    verdict: Literal["met", "not-met"]
    """How it came out in the context."""
    on_point: bool
    """Whether it shares something, and no other case of its kind shares all that and more."""
    closest: bool
    """The same among the cases that came out as the situation did."""
    counter_example: bool
    """Whether it is on point, came out otherwise, and shares all that one of the closest shares, if there is any."""
    shared: list[NameOrId]
    """The elements that come out the same."""
    neither: list[NameOrId]
    """Those of them that neither has: criteria that are not met, truths that do not hold."""
    differing: Differing
    """The elements that come out otherwise."""
    distinguished_by: list[NameOrId]
    """The differing elements that cut against the analogy."""
    unknown: list[NameOrId]
    """The elements that are known of one of the two alone."""
    measures: MeasuresUsed
    """The measures that it used."""


class Cases(Model):
    """What the situation resembles in one context; cases most on point first, then the closest."""

    precedents: list[Likeness]
    """Precedents that were frameworks of response."""
    situations: list[Likeness]
    """Stored situations."""
    cited: list[Id]
    """Meetings, forums and plans about the context, which are cited and not compared."""


class Precedent(Model):
    """An earlier response, compared element by element: contexts, and facts that are stated of it."""

    id: Id
    """The precedent."""
    shared: list[NameOrId]
    """The elements in which the situation is alike."""
    differing: list[NameOrId]
    """The elements in which it differs."""
    unknown: list[NameOrId]
    """The elements of which that is not known."""


class Answer(Model):
    """One of the ways in which a question can come out."""

    value: Written
    """The answer, or the range of answers."""
    settles: dict[Id, Literal["met", "not-met", "called-for", "not-called-for"]]
    """What it alone would settle: contexts and measures, by id, and how they come out."""


class Question(Model):
    """A fact that is still open."""

    fact: Name
    """The fact."""
    ask: Text
    """The question to which it is the answer."""
    settles: list[Id]
    """The contexts whose open verdict it can still change."""
    measures: list[Id]
    """The measures whose open status it can still change."""
    because: list[Id]
    """The criteria through which it does."""
    answers: list[Answer]
    """The ways in which it can come out; none for a text or a table."""
    instead: list[Name]
    """The judgements that would answer for it, in place of their indicator."""


class Derived(Model):
    """A fact that was worked out, because it was not given."""

    value: Written = Field(description=f"What it came to. {_HOW}")
    trace: Trace
    """How it was worked out."""


class Note(Model):
    """Something that a reader of the assessment should know."""

    code: Id = Field(
        examples=["parameter-set", "as-of-moved", "response-replaced", "departs-from-indicator", "impossible"]
    )
    """What kind of note it is. More kinds may come."""
    about: str
    """The fact or parameter that it is about; empty if it is about none."""
    text: Text
    """The note, in words."""


class Assessment(Model):
    """What the rules say of one situation, at one date, under one reading; the same each time it is asked."""

    format: Literal["comity-assessment/1"]
    """The format of this document."""
    situation: Text
    """The id of the situation."""
    as_of: FullDate
    """The day as of which it was assessed."""
    rule_set: RulesUsed
    """The rules under which it was assessed."""
    contexts: dict[str, Verdict]
    """The verdict on each context, by id."""
    measures: dict[str, Recommendation]
    """Whether each measure is called for, by id."""
    forms: dict[str, Truth]
    """Whether each form of cooperation fits, by id."""
    principles: dict[str, Standing]
    """How the response stands to each principle, by id; undetermined without a response."""
    response: Response | None
    """The response beside what is called for; null without one."""
    precedents: list[Precedent]
    """Precedents that share a context with the situation, or may: frameworks first, each as declared."""
    cases: dict[str, Cases]
    """What the situation resembles, by context; contexts of which there is nothing to say are left out."""
    questions: list[Question]
    """Facts that are still open, those that settle the most contexts first."""
    derived: dict[str, Derived]
    """The facts that were worked out because they were not given, by name."""
    notes: list[Note]
    """What a reader should know."""
