"""Situations as rows of tables, and what a rule set says of them there, beside what the evaluator says."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import inf
from typing import Any, NamedTuple, TypeAlias

import duckdb
import narwhals as nw
import polars as pl

from comity.engine.assessment.assess import program
from comity.engine.batch.frames import run
from comity.engine.language.history import History
from comity.engine.language.model import Fact, RuleSet, Situation, ValueType
from comity.engine.language.quantity import ends
from comity.engine.language.truth import Kleene
from comity.engine.translation.column_facts import most_of, scale
from comity.engine.translation.columns import Plan, Shape, plan

Told: TypeAlias = tuple[Mapping[str, Any], date]  # facts, and the day on which they are assessed

PLAIN = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT)
_TYPES: Mapping[ValueType, Any] = {
    ValueType.BOOLEAN: pl.Boolean,
    ValueType.CHOICE: pl.String,
    ValueType.TEXT: pl.String,
    ValueType.DATE: pl.Date,
}


class Tables(NamedTuple):
    """Situations as the plan of a rule set reads them."""

    frames: Mapping[str, pl.DataFrame]
    shape: Shape


def tell(situation: Situation) -> Told:
    """Return what a situation of a file says."""
    assert situation.as_of is not None
    return situation.all_facts, situation.as_of


def tabled(rules: RuleSet, told: Sequence[Told], bare: bool = False) -> Tables:
    """Return situations as tables.

    With `bare`, there are only the columns that something needs: figures are points where all of them are, what
    nobody gives is left out, and the as-of date is fixed where it is the same.
    """
    return _Tables(rules, told, bare).made()


class _Tables:
    def __init__(self, rules: RuleSet, told: Sequence[Told], bare: bool) -> None:
        self.rules = rules
        self.told = told
        self.bare = bare
        self.entries: dict[str, list[dict[str, Any]]] = {}

    def made(self) -> Tables:
        days = {day for _, day in self.told}
        fixed = days.pop() if self.bare and len(days) == 1 else None
        facts, situations = self.columns(
            {name: one for name, one in self.rules.facts.items() if not one.columns},
            [({"id": number}, given) for number, (given, _) in enumerate(self.told)],
            "",
        )
        if fixed is None:
            situations = situations.with_columns(as_of=pl.Series([day for _, day in self.told], dtype=pl.Date))
        shapes, frames = {}, {}
        for name, table in self.rules.facts.items():
            if not table.columns or (self.bare and not any(given.get(name) for given, _ in self.told)):
                continue
            rows = [
                ({"id": number, "row": index}, row)
                for number, (given, _) in enumerate(self.told)
                for index, row in enumerate(given.get(name) or ())
            ]
            shapes[name], frames[name] = self.columns(table.columns, rows, f"{name}.")
        for name, table in self.rules.facts.items():
            if table.columns and (not self.bare or any(given.get(name) == () for given, _ in self.told)):
                facts[name] = "point"
                said = [None if given.get(name) is None else True for given, _ in self.told]
                situations = situations.with_columns(pl.Series(said, dtype=pl.Boolean).alias(name))
        schema = {"id": pl.Int64, "row": pl.Int64, "first": pl.Date, "last": pl.Date, "low": pl.Int64, "high": pl.Int64}
        frames |= {name: pl.DataFrame(entries, schema) for name, entries in self.entries.items()}
        shape = Shape(facts, shapes, frozenset(self.entries), fixed)
        return Tables({"situations": situations, **frames}, shape)

    def columns(
        self, facts: Mapping[str, Fact], rows: list[tuple[dict[str, Any], Mapping[str, Any]]], path: str
    ) -> tuple[dict[str, str], pl.DataFrame]:
        shape: dict[str, str] = {}
        schema: dict[str, Any] = dict.fromkeys(["id", "row"] if path else ["id"], pl.Int64)
        columns: dict[str, list[Any]] = {name: [keys[name] for keys, _ in rows] for name in schema}
        for name, fact in facts.items():
            values = [given.get(name) for _, given in rows]
            if fact.history:
                self.history(f"{path}{name}", fact, [keys for keys, _ in rows], values)
                values = [None if value.__class__ is History else value for value in values]
            if self.bare and all(value is None for value in values):
                continue
            kind = _TYPES.get(fact.value_type, pl.Int64)
            if fact.value_type in PLAIN:
                shape[name], schema[name], columns[name] = "point", kind, values
                continue
            pairs = [pair(fact, value) for value in values]
            if self.bare and all(
                value is None or low == high for value, (low, high) in zip(values, pairs, strict=True)
            ):
                shape[name], schema[name] = "point", kind
                columns[name] = [None if value is None else low for value, (low, _) in zip(values, pairs, strict=True)]
                continue
            shape[name] = "range"
            for side, one in (("low", 0), ("high", 1)):
                schema[f"{name}_{side}"], columns[f"{name}_{side}"] = kind, [both[one] for both in pairs]
        return shape, pl.DataFrame(columns, schema)

    def history(self, path: str, fact: Fact, keys: list[dict[str, Any]], values: list[Any]) -> None:
        entries = []
        for own, value in zip(keys, values, strict=True):
            if value.__class__ is not History:
                continue
            if not value.entries:  # that there are values by period is known all the same
                low, high = pair(fact, None)
                entries.append({"row": 0, **own, "first": date.max, "last": date.max, "low": low, "high": high})
            for entry in value.entries:
                low, high = pair(fact, entry.value)
                entries.append({"row": 0, **own, "first": entry.first, "last": entry.last, "low": low, "high": high})
        if entries or not self.bare:
            self.entries[path] = entries


def pair(fact: Fact, value: Any) -> tuple[Any, Any]:
    """Return the ends of a value as two columns hold them."""
    low, high = ends(fact.unknown if value is None else value)
    if isinstance(low, date):
        open_ = low != high
        return (None if open_ and low == date.min else low), (None if open_ and high == date.max else high)
    return _whole(fact, low), _whole(fact, high)


def _whole(fact: Fact, end: Any) -> int | None:
    return None if end in (inf, -inf) else int(end * scale(fact))


def fits(facts: Mapping[str, Fact], given: Mapping[str, Any]) -> bool:
    """Tell whether columns hold what is given: neither too large nor too fine."""
    for name, value in given.items():
        fact = facts[name]
        if fact.columns:
            if not all(fits(fact.columns, row) for row in value):
                return False
            continue
        told = [entry.value for entry in value.entries] if value.__class__ is History else [value]
        if fact.value_type in (*PLAIN, ValueType.DATE):
            continue
        for end in (end for one in told for end in ends(one) if end not in (inf, -inf)):
            if abs(end * scale(fact)) > most_of(fact) or (end * scale(fact)) % 1:
                return False
    return True


def truths(made: Plan, tables: Tables, engine: str) -> list[dict[str, Kleene]]:
    """Return the truth of every conclusion that has a column, of every situation in turn."""
    frames = tables.frames
    if engine == "polars":
        found = run(made.relation, {name: nw.from_native(one.lazy()) for name, one in frames.items()})
        found = found.collect("polars").to_native()
    else:
        with duckdb.connect() as connection:
            held = {name: connection.from_arrow(one.to_arrow()) for name, one in frames.items()}
            found = run(made.relation, {name: nw.from_native(one) for name, one in held.items()})
            found = found.collect("polars").to_native()
    assert found.height == frames["situations"].height
    return [{name: row[column] for name, column in made.columns.items()} for row in found.sort("id").to_dicts()]


def differences(
    rules: RuleSet,
    told: Sequence[Told],
    engine: str,
    reading: str | None = None,
    settings: Mapping[str, Any] | None = None,
    bare: bool = False,
) -> Iterator[str]:
    """Yield where columns and the evaluator say different things of situations."""
    tables = tabled(rules, told, bare)
    made = plan(rules, tables.shape, reading, settings, rules.conditions(reading or rules.default_reading))
    known = program(rules, reading, settings)
    for number, found in enumerate(truths(made, tables, engine)):
        facts, day = told[number]
        ran = known.start(facts, day)
        for name, truth in found.items():
            if truth is not ran.truth(name):
                yield f"{name} of situation {number}: {truth} over columns, {ran.truth(name)} in the evaluator"
