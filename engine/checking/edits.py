"""What was written otherwise: parameters, sources, readings, facts and conclusions, added, removed or changed."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from comity.engine.language.model import Exclusion, RuleSet
from comity.engine.language.record import Record

# Where a field has another name than the key under which a file gives it; None: the file gives it elsewhere.
_KEYS = {
    "sources": "source",
    "values": "value",
    "value_type": "type",
    "low": "min",
    "high": "max",
    "grounds": "for",
    "conditions": "claim",
    "ids": "differ_only_in",
    "columns": None,
    "criteria": None,
    "called_for": None,
    "at": None,
    "places": None,
}
_HEADER = ("id", "version", "title", "language", "note")


class Edit(NamedTuple):
    """One thing that one rule set declares otherwise than the other, or not at all.

    `fields` are the keys that differ, of what both declare, each with the name of the field that holds its value.
    """

    what: str  # rule set, parameter, source, ...
    name: str
    old: Any
    new: Any
    fields: Mapping[str, str] = {}

    @property
    def change(self) -> str:
        """added, removed or changed."""
        return "added" if self.old is None else "removed" if self.new is None else "changed"


def edits(old: RuleSet, new: RuleSet) -> list[Edit]:
    """Return what was written otherwise, in the order of the new rule set; what was removed stands last of its kind."""
    found = []
    header = {key: key for key in _HEADER if getattr(old, key) != getattr(new, key)}
    if header:
        found.append(Edit("rule set", new.id, old, new, header))
    for (what, before), (_, after) in zip(_sections(old, new), _sections(new, old), strict=True):
        found += _between(what, before, after)
    return found


def _sections(rules: RuleSet, other: RuleSet) -> Iterator[tuple[str, Mapping[str, Any]]]:
    tables = [fact for fact in rules.facts.values() if fact.name in other.facts]
    yield "parameter", rules.parameters
    yield "source", rules.sources
    yield "reading", rules.readings
    yield "fact", rules.facts
    yield "column", {f"{table.name}.{name}": one for table in tables for name, one in table.columns.items()}
    yield "impossible", _exclusions(rules.impossible)
    yield "implausible", _exclusions(rules.implausible)
    yield "context", rules.contexts
    yield "measure", rules.measures
    yield "criterion", rules.criteria
    yield "form", rules.forms
    yield "principle", rules.principles
    yield "purpose", rules.purposes
    yield "theme", rules.themes
    yield "precedent", rules.precedents
    yield "property", rules.properties
    yield "locale", rules.locales


def _exclusions(some: tuple[Exclusion, ...]) -> dict[str, Exclusion]:
    """Return exclusions by their notes, which are all the name they have; those without one by their place."""
    found: dict[str, Exclusion] = {}
    for number, one in enumerate(some, 1):
        found.setdefault(one.note or str(number), one)
    return found


def _between(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Edit]:
    for name, one in new.items():
        before = old.get(name)
        fields = {} if before is None else _fields(before, one)
        if before is None or fields:
            yield Edit(what, name, before, one, fields)
    for name, one in old.items():
        if name not in new:
            yield Edit(what, name, one, None)


def _fields(old: Record, new: Record) -> dict[str, str]:
    """Return the keys that differ, with their fields."""
    found: dict[str, str] = {}
    for field in old.__match_args__:
        key = _KEYS.get(field, field)
        if key is not None and getattr(old, field) != getattr(new, field):
            found.setdefault(key, field)
    return found
