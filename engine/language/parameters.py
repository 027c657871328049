"""Reads the parameters of a rule set, and the readings that set them."""

from collections import ChainMap
from collections.abc import Callable
from datetime import date
from typing import Any

from comity.engine.language.cited import CITED, cited
from comity.engine.language.condition import Condition, Constant
from comity.engine.language.diagnostic import Code, clip
from comity.engine.language.draft import Draft, point
from comity.engine.language.grammar import condition
from comity.engine.language.model import Parameter, Reading, ValueType
from comity.engine.language.references import type_words
from comity.engine.language.shape import NAME, Reader, shape
from comity.engine.language.source import Mapping, Node
from comity.engine.language.units import unit_of
from comity.engine.language.values import full_date


def add_parameters(draft: Draft, reader: Reader, node: Node) -> None:
    """Add the parameters that a section declares."""
    for name, key, value in reader.named(node, "`parameters`", "a parameter", NAME):
        declared = draft.declare(reader, key, name, "parameter")
        what = f"the parameter `{name}`"
        mapping = reader.fields(value, what, ("value", "values", "unit", "title", *CITED))
        values = _values(reader, mapping, what) if mapping is not None and declared else []
        if mapping is None or not values:
            draft.broken.add(name)
            continue
        draft.parameters[name] = Parameter(
            name=name,
            value_type=ValueType(values[0][1].type),
            values=tuple((start, value.value) for start, value in values),
            **unit_of(reader, mapping, what),
            title=reader.optional(mapping, "title", reader.text, what),
            **cited(draft, reader, mapping, what),
        )


def _values(reader: Reader, mapping: Mapping, what: str) -> list[tuple[date, Constant]]:
    if ("value" in mapping.entries) == ("values" in mapping.entries):
        reader.error(
            mapping,
            Code.MISSING_KEY,
            f"{what} needs either `value` or `values`",
            "write `value: 25000`, or `values: {2004-01-01: 25000}`",
        )
        return []
    if "value" in mapping.entries:
        single = point(reader, mapping.entries["value"], f"`value` of {what}")
        return [(date.min, single)] if single else []
    dated = reader.mapping(mapping.entries["values"], f"`values` of {what}")
    values: list[tuple[date, Constant]] = []
    for text, key in dated.keys.items() if dated else ():
        start = full_date(reader, key, f"`{clip(text)}` in {what}")
        value = dated and point(reader, dated.entries[text], f"the value of {what} from {clip(text)}")
        if start and value:
            if values and value.type != values[0][1].type:
                reader.error(
                    dated.entries[text],
                    Code.WRONG_TYPE,
                    f"{what} is a {type_words(values[0][1].type)} elsewhere, not a {type_words(value.type)}",
                    "keep its type",
                ) if dated else None
            else:
                values.append((start, value))
    if dated is not None and not dated.keys:
        reader.error(dated, Code.EMPTY_VALUE, f"`values` of {what} is empty", "write `values: {2004-01-01: 25000}`")
    return sorted(values, key=lambda pair: pair[0])


def add_readings(draft: Draft, reader: Reader, node: Node) -> None:
    """Add the readings that a section declares."""
    known = ("title", "default", "set", "define", *CITED)
    for name, mapping in draft.entries(reader, node, "reading", known, ("title",)):
        what = f"the reading `{name}`"
        changed: dict[str, Any] = {}
        define: dict[str, Condition] = {}
        if "set" in mapping.entries:
            for parameter, key, value in reader.named(mapping.entries["set"], f"`set` of {what}", "a parameter", NAME):
                constant_value = point(reader, value, f"`{parameter}` in {what}")
                if constant_value:
                    changed[parameter] = constant_value.value
                    draft.later.append(_same_type(draft, reader, key, value, parameter, constant_value))
        if "define" in mapping.entries:
            for id_, key, value in reader.named(
                mapping.entries["define"], f"`define` of {what}", "a criterion or context"
            ):
                draft.refer(reader, key, id_, "criterion or context", ChainMap(draft.criteria, draft.contexts))
                defined = condition(reader, value, f"`{id_}` in {what}")
                if defined:
                    define[id_] = defined
        draft.readings[name] = Reading(
            id=name,
            title=reader.optional(mapping, "title", reader.text, what) or name,
            default="default" in mapping.entries
            and reader.optional(mapping, "default", reader.flag, what) is not False,
            set=changed,
            define=define,
            **cited(draft, reader, mapping, what),
        )


def _same_type(draft: Draft, reader: Reader, key: Node, node: Node, name: str, value: Constant) -> Callable[[], None]:
    """Check, once all is read, that there is a parameter of that name and of the type of `value`."""

    def check() -> None:
        parameter = draft.parameters.get(name)
        if parameter is None:
            if name not in draft.broken:
                reader.error(
                    key,
                    Code.UNKNOWN_PARAMETER,
                    f"there is no parameter `{name}`",
                    reader.near(name, draft.parameters) or "declare it, or leave it out",
                )
        elif parameter.value_type != value.type:
            reader.error(
                node,
                Code.WRONG_TYPE,
                f"the parameter `{name}` is a {type_words(parameter.value_type)}, not {shape(node)}",
                f"write a {type_words(parameter.value_type)}",
            )

    return check
