"""The JSON Schemas of whole tables: `comity-statistics/1`, `comity-sweep/1` and `comity-draws/1`.

Importing this module imports pydantic, so only `comity schema` does.
"""

from typing import Literal

from pydantic import Field

from comity.engine.language.documents import Id, Model, Name, Text, Version, optional
from comity.engine.language.literals import Schema
from comity.engine.language.schema import draft_07
from comity.engine.report.schema import Written


def statistics_schema() -> Schema:
    """Return the schema of protracted situations by year as JSON."""
    return draft_07(Statistics, "statistics", "Comity: protracted situations by year")


def sweep_schema() -> Schema:
    """Return the schema of a sweep as JSON."""
    return draft_07(Sweep, "sweep", "Comity: verdicts as parameters move")


def draws_schema() -> Schema:
    """Return the schema of draws as JSON."""
    return draft_07(Draws, "draws", "Comity: verdicts as what is not known is drawn")


# --- protracted situations by year --------------------------------------------------------------------------


class Pair(Model):
    """The refugees from one country in another."""

    origin: Text
    """Where they come from: a code of three letters, as the file has it."""
    host: Text
    """Where they are: a code, likewise."""


class Listed(Pair):
    """A protracted situation at the end of a year."""

    people: int = Field(ge=0)
    """How many they are."""
    since: int
    """The year at whose end it was first protracted, without a break to this year."""


class Year(Model):
    """The counts at the end of one year."""

    year: int
    """The year."""
    situations: int = Field(ge=0)
    """How many situations are protracted."""
    host_countries: int = Field(ge=0)
    """In how many host countries."""
    people: int = Field(ge=0)
    """How many people are in them."""
    all: int = Field(ge=0)
    """How many there are in all, in situations of any kind."""
    share_pct: float | None = Field(ge=0, le=100)
    """The part of all people that is in them, in hundredths; null where there are none."""
    others_counted: bool
    """Whether other people in need of international protection are counted beside refugees."""
    open: list[Pair]
    """The situations of which it cannot be told; they are in none of the counts."""
    entered: list[Pair] | None
    """Those that were not protracted a year before; null where that year cannot be told."""
    left: list[Pair] | None
    """Those that were protracted a year before, and are no longer; null likewise."""
    list_: list[Listed] = optional(alias="list")
    """The protracted situations; only where they are asked for."""


class RulesOfStatistics(Model):
    """The rules by which it was counted."""

    id: Id
    """The rule set."""
    version: Version
    """Its version."""
    reading: Id
    """The reading."""
    set: dict[str, Written]
    """The parameters that were given another value, with that value."""


class Statistics(Model):
    """How many situations were protracted at the end of each year."""

    format: Literal["comity-statistics/1"]
    """The format of this document."""
    rule_set: RulesOfStatistics
    """The rules by which it was counted."""
    years: list[Year]
    """The years, in order."""
    names: dict[str, Text]
    """The names of countries that are mentioned, by code."""


# --- sweeps and draws ---------------------------------------------------------------------------------------


class RulesSwept(Model):
    """The rule set."""

    id: Id
    """Its id."""
    version: Version
    """Its version."""


class Counts(Model):
    """How often a conclusion came out in each way."""

    met: int = Field(ge=0)
    """How often it is met, or called for."""
    not_met: int = Field(ge=0)
    """How often it is not."""
    unknown: int = Field(ge=0)
    """How often it cannot be told."""


class Axis(Model):
    """A parameter that moves."""

    parameter: Name
    """The parameter."""
    values: list[Written] = Field(min_length=1)
    """The values that it takes, in order."""


class Setting(Counts):
    """How situations came out under one setting of the parameters that move."""

    set: dict[Name, Written]
    """The value of each."""


class Responding(Model):
    """How one conclusion responds."""

    id: Id
    """The conclusion."""
    title: Text
    """Its title."""
    settings: list[Setting]
    """Each setting: the last axis moves first."""


class Sweep(Model):
    """How verdicts respond as parameters move."""

    format: Literal["comity-sweep/1"]
    """The format of this document."""
    rule_set: RulesSwept
    """The rule set."""
    reading: Id | None
    """The reading; null if the rule set has none."""
    set: dict[str, Written]
    """The parameters that were given another value and stay at it."""
    situations: int = Field(ge=0)
    """How many situations there are."""
    axes: list[Axis] = Field(min_length=1)
    """The parameters that move."""
    conclusions: list[Responding]
    """The conclusions that were looked at."""


class Stated(Model):
    """How an unknown was said to be distributed."""

    kind: Literal["uniform", "triangular", "lognormal", "chance", "choice"]
    """The distribution."""
    figures: list[float]
    """Its figures, in order."""
    weights: dict[str, float]
    """Of a choice, the weight of each option."""


class Drawn(Counts):
    """In how many draws of all situations a conclusion came out in each way."""

    id: Id
    """The conclusion."""


class DrawnSituation(Model):
    """How one situation came out."""

    id: int | str
    """Its id."""
    conclusions: dict[Id, Counts]
    """In how many draws each conclusion came out in each way."""


class Draws(Model):
    """How often verdicts come out when what is not known is drawn."""

    format: Literal["comity-draws/1"]
    """The format of this document."""
    rule_set: RulesSwept
    """The rule set."""
    reading: Id | None
    """The reading; null if the rule set has none."""
    draws: int = Field(ge=1)
    """How many times each situation was drawn."""
    seed: int
    """The seed: the same gives the same draws."""
    distributions: dict[str, Stated]
    """What was said of facts, and of columns of tables as `table.column`."""
    drawn_evenly: list[Text]
    """Those that were drawn evenly from their range, because nothing else was said."""
    left_unknown: list[Text]
    """Those that stayed unknown."""
    conclusions: list[Drawn]
    """How each conclusion came out, in all."""
    situations: list[DrawnSituation]
    """How each situation came out."""
