"""Reads what a rule set says of itself: the properties that it claims, and the findings that it accepts."""

import re
from collections import ChainMap
from collections.abc import Callable, Mapping as MappingType
from typing import Any

from comity.engine.language.cited import CITED, cited
from comity.engine.language.diagnostic import SUPPRESSIBLE, Code, one_of
from comity.engine.language.draft import Draft
from comity.engine.language.grammar import condition
from comity.engine.language.model import Property, Suppression, ValueType
from comity.engine.language.references import type_words
from comity.engine.language.shape import FILL, MAX_NAME, NAME, Reader, lacks, shape
from comity.engine.language.source import Mapping, Node, Scalar, Sequence

CLAIMS = ("implies", "excludes", "equals", "guarantees", "stays_met", "readings")
DIRECTIONS = ("rises", "falls")
FACT_OR_COLUMN = re.compile(rf"({NAME.pattern})(?:\.({NAME.pattern}))?", re.ASCII)


def add_properties(draft: Draft, reader: Reader, node: Node) -> None:
    """Add the properties that a section declares."""
    known = ("title", *CLAIMS, *DIRECTIONS, "differ_only_in", "reading", *CITED)
    for name, mapping in draft.entries(reader, node, "property", known, ("title",)):
        what = f"the property `{name}`"
        claim = _claim(draft, reader, mapping, what, known)
        if claim is None:
            draft.broken.add(name)
            continue
        reading = reader.optional(mapping, "reading", lambda one, _: reader.name(one, "a reading"), what)
        if reading is not None:
            draft.refer(reader, mapping.entries["reading"], reading, "reading", draft.readings)
        draft.properties[name] = Property(
            id=name,
            title=reader.optional(mapping, "title", reader.text, what) or name,
            reading=reading,
            **claim,
            **cited(draft, reader, mapping, what),
        )


def _claim(draft: Draft, reader: Reader, mapping: Mapping, what: str, known: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the fields that say what is claimed."""
    claims = [key for key in CLAIMS if key in mapping.entries]
    if len(claims) != 1:
        if claims or all(lacks(mapping, key, known) for key in CLAIMS):
            message = f"{what} needs exactly one claim, not {len(claims)}"
            reader.error(mapping, Code.MISSING_KEY, message, one_of(CLAIMS))
        return None
    (claim,) = claims
    fitting = {"rises": "stays_met", "falls": "stays_met", "differ_only_in": "readings"}
    for key in (*fitting, "reading"):
        if key in mapping.entries and (claim == "readings" if key == "reading" else claim != fitting[key]):
            message = f"{what} claims `{claim}`: `{key}` is not for it"
            reader.error(mapping.keys[key], Code.UNKNOWN_KEY, message, "leave it out")
    match claim:
        case "stays_met":
            return _stays_met(draft, reader, mapping, what, known)
        case "readings":
            return _apart(draft, reader, mapping, what)
    node = mapping.entries[claim]
    parts = [condition(reader, item, f"a part of `{claim}`") for item in reader.sequence(node, f"`{claim}` of {what}")]
    if isinstance(node, Sequence) and len(parts) != 2:
        message = f"`{claim}` of {what} needs two conditions, not {len(parts)}"
        reader.error(node, Code.WRONG_SHAPE, message, f"write {{{claim}: [c, c]}}")
    whole = tuple(part for part in parts if part is not None)
    return {"kind": claim, "conditions": whole} if len(whole) == len(parts) == 2 else None


def _stays_met(
    draft: Draft, reader: Reader, mapping: Mapping, what: str, known: tuple[str, ...]
) -> dict[str, Any] | None:
    stays = condition(reader, mapping.entries["stays_met"], f"`stays_met` of {what}")
    directions = [key for key in DIRECTIONS if key in mapping.entries]
    if len(directions) != 1:
        if directions or all(lacks(mapping, key, known) for key in DIRECTIONS):
            message = f"{what} needs either `rises` or `falls`, with the fact that does"
            reader.error(mapping, Code.MISSING_KEY, message, "write `rises: NAME`, or `falls: NAME`")
        return None
    node = mapping.entries[directions[0]]
    found = FACT_OR_COLUMN.fullmatch(node.text) if isinstance(node, Scalar) else None
    if found is None or any(name and len(name) > MAX_NAME for name in found.groups()):
        message = f"`{directions[0]}` of {what} cannot be {shape(node)}"
        reader.error(node, Code.BAD_NAME, message, "name a fact, like `arrivals`, or a column, like `groups.people`")
        return None
    draft.later.append(_ordered(draft, reader, node, found[1], found[2], f"`{directions[0]}` of {what}"))
    if stays is None:
        return None
    moved = {"fact": found[1], "column": found[2], "direction": directions[0]}
    return {"kind": "stays-met", "conditions": (stays,), **moved}


def _ordered(draft: Draft, reader: Reader, node: Node, name: str, column: str | None, what: str) -> Callable[[], None]:
    """Check, once all is read, that there is a fact or a column of that name whose values have an order."""

    def check() -> None:
        fact = draft.facts.get(name)
        if name in draft.broken or column in draft.broken:
            return
        if fact is None:
            hint = reader.near(name, draft.facts) or "declare it, or use one that is declared"
            reader.error(node, Code.UNKNOWN_FACT, f"{what}: the fact `{name}` is not declared", hint)
        elif column is not None and fact.value_type is not ValueType.TABLE:
            message = f"{what}: `{name}` is not a table"
            reader.error(node, Code.UNKNOWN_TABLE, message, f"write `{name}` alone")
        elif column is not None and column not in fact.columns:
            message = f"{what}: the table `{name}` has no column `{column}`"
            hint = reader.near(column, fact.columns) or one_of(fact.columns)
            reader.error(node, Code.UNKNOWN_COLUMN, message, hint)
        elif not (moved := fact if column is None else fact.columns[column]).value_type.ordered:
            message = f"{what}: `{moved.name}` is a {type_words(moved.value_type)}, which has no order"
            hint = "name a column of it" if moved.value_type is ValueType.TABLE else "name a figure, duration or date"
            reader.error(node, Code.WRONG_TYPE, message, hint)

    return check


def _apart(draft: Draft, reader: Reader, mapping: Mapping, what: str) -> dict[str, Any] | None:
    node = mapping.entries["readings"]
    readings = draft.references(reader, node, "reading", draft.readings)
    if isinstance(node, Sequence) and (len(node.items) != 2 or len(set(readings)) != len(readings)):
        message = f"`readings` of {what} needs two readings"
        reader.error(node, Code.WRONG_SHAPE, message, "write {readings: [one, other]}")
        return None
    conclusions: MappingType[str, Any] = ChainMap[str, Any](
        draft.contexts, draft.criteria, draft.measures, draft.forms, draft.principles
    )
    ids = draft.references(reader, mapping.entries.get("differ_only_in"), "conclusion", conclusions)
    return {"kind": "readings", "readings": readings, "ids": ids} if len(readings) == 2 else None


def add_suppressions(draft: Draft, reader: Reader, node: Node) -> None:
    """Add the findings that a section accepts."""
    known = ("finding", "of", "reason")
    items = reader.sequence(node, "`suppress`")
    if isinstance(node, Sequence) and not items:
        reader.error(node, Code.EMPTY_VALUE, "`suppress` is empty", FILL)
    for item in items:
        what = "an entry of `suppress`"
        mapping = reader.fields(item, what, known, known)
        if mapping is None:
            continue
        code = reader.optional(mapping, "finding", lambda one, text: reader.word(one, text, SUPPRESSIBLE), what)
        of, reason = (reader.optional(mapping, key, reader.text, what) for key in ("of", "reason"))
        if code is not None and of is not None and reason is not None:
            draft.suppressions.append(Suppression(code=code, of=of, reason=reason, at=reader.at(item)))
