"""Reads the facts that a rule set declares, which of them cannot be together, and facts as they are given."""

from collections.abc import Callable, Mapping as MappingType
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any

from comity.engine.language.cited import CITED, cited
from comity.engine.language.diagnostic import Code, clip
from comity.engine.language.draft import Draft, point
from comity.engine.language.grammar import condition, expression
from comity.engine.language.model import Exclusion, Fact, ValueType
from comity.engine.language.references import type_words
from comity.engine.language.shape import NAME, Reader, comma_hint, shape
from comity.engine.language.source import Mapping, Node, Scalar, Sequence
from comity.engine.language.telling import add_tell
from comity.engine.language.units import unit_of
from comity.engine.language.values import UNKNOWN_VALUE, duration, read_value

FACT_TYPES = ("boolean", "count", "number", "share", "duration", "date", "choice", "text", "table")
_FACT_KEYS = (
    *("type", "title", "unit", "ask", "about", "kind", "derive", "changeable", "step", "min", "max", "options"),
    *("history", "columns", "plausible", "tell", *CITED),
)
_LIMITS = {"count": "write a whole number that is not below 0", "share": "write a number from 0 to 1"}


def add_facts(draft: Draft, reader: Reader, node: Node) -> None:
    """Add the facts that a section declares."""
    for name, key, value in reader.named(node, "`facts`", "a fact", NAME):
        declared = draft.declare(reader, key, name, "fact")
        fact = _fact(draft, reader, name, value, f"the fact `{name}`", column=False)
        if fact is None:
            draft.broken.add(name)
        elif declared:
            draft.facts[name] = fact


def _fact(draft: Draft, reader: Reader, name: str, node: Node, what: str, column: bool) -> Fact | None:
    mapping = reader.fields(node, what, _FACT_KEYS, ("type",))
    if mapping is None or "type" not in mapping.entries:
        return None
    kind = reader.word(mapping.entries["type"], f"`type` of {what}", FACT_TYPES)
    if kind is None:
        return None
    if column and kind == "table":
        reader.error(
            mapping.entries["type"],
            Code.WRONG_SHAPE,
            f"{what} is a column and cannot be a table",
            "declare a fact of type table",
        )
        return None
    value_type = _value_type(reader, mapping, kind, what)
    _only_for(reader, mapping, kind, what)
    low, high = _domain(reader, mapping, kind, what)
    words = {
        key: None if key not in mapping.entries else reader.word(mapping.entries[key], f"`{key}` of {what}", options)
        for key, options in (
            ("about", ("situation", "response")),
            ("kind", ("measured", "documented", "judgement")),
            ("changeable", ("never", "up", "down", "any")),
        )
    }
    derive = mapping.entries.get("derive")
    fact = Fact(
        name=name,
        type=kind,
        value_type=value_type,
        title=reader.optional(mapping, "title", reader.text, what),
        **unit_of(reader, mapping, what),
        ask=reader.optional(mapping, "ask", reader.text, what),
        about=words["about"] or "situation",
        kind=words["kind"] or "measured",
        changeable=words["changeable"] or "any",
        derive=None
        if derive is None
        else (condition if kind == "boolean" else expression)(reader, derive, f"`derive` of {what}"),
        step=_step(reader, mapping, kind, value_type, what),
        low=low,
        high=high,
        options=_options(reader, mapping, kind, what),
        history=bool(reader.optional(mapping, "history", reader.flag, what)),
        columns=_columns(draft, reader, mapping, kind, what),
        **cited(draft, reader, mapping, what),
    )
    return add_tell(reader, mapping, _with_plausible(reader, mapping, fact, what), what, column)


def _with_plausible(reader: Reader, mapping: Mapping, fact: Fact, what: str) -> Fact:
    node = mapping.entries.get("plausible")
    if node is None or fact.value_type is ValueType.TABLE:
        return fact
    value = read_value(reader, node, fact.but(history=False), f"`plausible` of {what}", None)
    return fact.but(plausible=None if value is UNKNOWN_VALUE else value)


def _value_type(reader: Reader, mapping: Mapping, kind: str, what: str) -> ValueType:
    if kind in ("count", "number", "share"):
        return ValueType.NUMBER
    if kind != "duration":
        return ValueType(kind)
    unit = mapping.entries.get("unit")
    if unit is None:
        return ValueType.MONTHS
    word = reader.word(unit, f"`unit` of {what}", ("months", "days"))
    return ValueType.DAYS if word == "days" else ValueType.MONTHS


def _only_for(reader: Reader, mapping: Mapping, kind: str, what: str) -> None:
    """Complain about keys that mean nothing for this type of fact."""
    fitting = {
        "options": ("choice",),
        "columns": ("table",),
        "min": ("number", "count", "share"),
        "max": ("number", "count", "share"),
        "step": ("number", "count", "share", "duration"),
        "history": ("number", "count", "share"),
        "plausible": FACT_TYPES[:-1],  # all but a table
    }
    for key, kinds in fitting.items():
        if key in mapping.entries and kind not in kinds:
            reader.error(
                mapping.keys[key],
                Code.UNKNOWN_KEY,
                f"{what} is a {kind}: `{key}` is not for it",
                f"leave it out; it is for: {', '.join(kinds)}",
            )


def _domain(reader: Reader, mapping: Mapping, kind: str, what: str) -> tuple[Any, Any]:
    if kind == "duration":
        return 0, inf
    if kind not in ("count", "number", "share"):
        return None, None
    low: Any = 0
    high: Any = 1 if kind == "share" else inf
    given: dict[str, Any] = {}
    for key in ("min", "max"):
        node = mapping.entries.get(key)
        if node is None:
            continue
        value = point(reader, node, f"`{key}` of {what}")
        if value is None or value.type != ValueType.NUMBER:
            if value is not None:
                reader.error(
                    node,
                    Code.NOT_A_NUMBER,
                    f"`{key}` of {what} must be a number, not {shape(node)}",
                    "write plain digits",
                )
            continue
        outside = kind != "number" and (value.value < low or value.value > high)
        if outside or (kind == "count" and value.value.__class__ is Fraction):
            reader.error(node, Code.OUT_OF_RANGE, f"`{key}` of {what} is not a {kind}: {shape(node)}", _LIMITS[kind])
            continue
        given[key] = value.value
    low, high = given.get("min", low), given.get("max", high)
    if low > high:
        reader.error(
            mapping,
            Code.RANGE_REVERSED,
            f"{what} has `min` above `max`: it could have no value",
            "the lower end is `min`",
        )
        return 0, inf
    return low, high


def _step(reader: Reader, mapping: Mapping, kind: str, unit: ValueType, what: str) -> Any:
    hint = (
        "write it like `1 month`"
        if unit is ValueType.MONTHS
        else "write it like `1 day`"
        if unit is ValueType.DAYS
        else "write it like 0.01"
    )
    default = {"count": 1, "number": Fraction(1, 100), "share": Fraction(1, 100), "duration": 1}.get(kind)
    node = mapping.entries.get("step")
    if node is None or default is None:
        return default
    value = point(reader, node, f"`step` of {what}")
    if value is None:
        return default
    if kind == "duration":
        length = duration(value.text or "")
        if length and length[0] and length[1] == unit:
            return length[0]
    elif value.type == ValueType.NUMBER and value.value > 0 and (kind != "count" or value.value.__class__ is int):
        return value.value
    reader.error(
        node, Code.OUT_OF_RANGE, f"`step` of {what} must be a {type_words(unit)} above 0, not {shape(node)}", hint
    )
    return default


def _options(reader: Reader, mapping: Mapping, kind: str, what: str) -> tuple[str, ...]:
    node = mapping.entries.get("options")
    if kind != "choice":
        return ()
    if node is None:
        reader.error(mapping, Code.MISSING_KEY, f"{what} is a choice and lacks `options`", "add `options: [...]`")
        return ()
    read = [reader.text(item, f"an option of {what}") for item in reader.sequence(node, f"`options` of {what}")]
    options = tuple(option for option in read if option is not None)
    if len(set(options)) < len(options):
        reader.error(node, Code.DUPLICATE_NAME, f"{what} has the same option twice", "keep one of them")
    if "unknown" in options:
        message = f"{what} has the option `unknown`, which always says that nobody knows"
        reader.error(node, Code.BAD_NAME, message, "leave it out, or choose another word")
    if isinstance(node, Sequence) and not node.items:
        reader.error(node, Code.EMPTY_VALUE, f"`options` of {what} is empty", "write `options: [...]`")
    return options


def _columns(draft: Draft, reader: Reader, mapping: Mapping, kind: str, what: str) -> dict[str, Fact]:
    node = mapping.entries.get("columns")
    if kind != "table":
        return {}
    if node is None:
        reader.error(mapping, Code.MISSING_KEY, f"{what} is a table and lacks `columns`", "add `columns: {...}`")
        return {}
    columns: dict[str, Fact] = {}
    for name, key, value in reader.named(node, f"`columns` of {what}", "a column", NAME):
        column = _fact(draft, reader, name, value, f"the column `{name}` of {what}", column=True)
        if column is None:
            draft.broken.add(name)
        else:
            columns[name] = column
            draft.columns[name] = None
        draft.later.append(_no_namesake(draft, reader, key, name))
    return columns


def _no_namesake(draft: Draft, reader: Reader, key: Scalar, name: str) -> Callable[[], None]:
    """Check, once all is read, that nothing else is named like the column `name`."""

    def check() -> None:
        if name in draft.names:
            reader.error(
                key,
                Code.DUPLICATE_NAME,
                f"the column `{name}` is named like something declared at {draft.names[name]}",
                "choose another name: each stands for one thing",
            )

    return check


def add_exclusions(draft: Draft, reader: Reader, node: Node, into: list[Exclusion], what: str) -> None:
    """Add to `into` what a section says to be impossible, or implausible."""
    for item in reader.sequence(node, f"`{what}`"):
        mapping = reader.fields(item, f"an entry of `{what}`", ("when", *CITED), ("when", "note"))
        if mapping is None or "when" not in mapping.entries:
            continue
        when = condition(reader, mapping.entries["when"], "`when`")
        if when:
            into.append(Exclusion(when=when, **cited(draft, reader, mapping, f"an entry of `{what}`")))


def read_facts(
    reader: Reader, node: Node, facts: MappingType[str, Fact], what: str, as_of: date | None
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the facts that `node` gives by name, and the names of those given as unknown."""
    given: dict[str, Any] = {}
    asked: set[str] = set()
    mapping = reader.mapping(node, what)
    for name, key in mapping.keys.items() if mapping else ():
        fact = facts.get(name)
        if fact is None:
            hint = (
                (mapping and comma_hint(mapping, key))
                or reader.near(name, facts)
                or "leave it out: no rule asks for it"
            )
            reader.error(key, Code.UNKNOWN_FACT, f"there is no fact `{clip(name)}`", hint)
            continue
        value = (
            read_value(reader, mapping.entries[name], fact, f"`{name}`", as_of)
            if mapping and name in mapping.entries
            else None
        )
        if value is UNKNOWN_VALUE:
            asked.add(name)
        elif value is not None:
            given[name] = value
    return given, frozenset(asked)
