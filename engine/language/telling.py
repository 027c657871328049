"""Reads how exercises tell the facts that a rule set declares: sentences with gaps."""

import re
from collections.abc import Collection
from typing import Any

from comity.engine.language.diagnostic import Code, clip, one_of
from comity.engine.language.model import Fact, Tell, ValueType
from comity.engine.language.shape import Reader
from comity.engine.language.source import Mapping, Node, Scalar, Sequence

GAP = re.compile(r"\{([a-z][a-z0-9]*(?:_[a-z0-9]+)*)\}", re.ASCII)
CAST = (
    "host",
    "origin",
    "people",
    "third",
)  # invented names: a State, where people come from, who they are, another State

_FOR = {
    ValueType.BOOLEAN: ("affirm", "deny", "unknown"),
    ValueType.CHOICE: ("options", "unknown"),
    ValueType.TABLE: ("row", "none", "unknown"),
    ValueType.TEXT: ("value", "unknown"),
}
_ORDERED = ("value", "range", "unknown")
GAPS = {"value": ("value",), "range": ("low", "high")}


def add_tell(reader: Reader, mapping: Mapping, fact: Fact, what: str, column: bool) -> Fact:
    """Return the fact with how it is told, if it says so."""
    node = mapping.entries.get("tell")
    if node is None:
        return fact
    if column:
        hint = "say it in `row` of the table's `tell`, with the name of the column as a gap"
        reader.error(mapping.keys["tell"], Code.UNKNOWN_KEY, f"{what} has no `tell` of its own", hint)
        return fact
    what = f"`tell` of {what}"
    fields = reader.fields(node, what, _FOR.get(fact.value_type, _ORDERED))
    if fields is None:
        return fact
    found: dict[str, Any] = {
        key: _sentences(reader, value, f"`{key}` of {what}", key, fact)
        for key, value in fields.entries.items()
        if key in Tell.__match_args__ and key != "options"
    }
    options = fields.entries.get("options")
    if options is None:
        return fact.but(tell=Tell(**found))
    told: dict[str, tuple[str, ...]] = {}
    for option, key, value in reader.by_text(options, f"`options` of {what}", "an option"):
        if option not in fact.option_set:
            near = reader.near(option, fact.options) or one_of(fact.options)
            reader.error(key, Code.NOT_AN_OPTION, f"{what} tells the option `{clip(option)}`, which there is not", near)
        else:
            told[option] = _sentences(reader, value, f"`{clip(option)}` of {what}", "options", fact)
    return fact.but(tell=Tell(**found, options=told))


def _sentences(reader: Reader, node: Node, what: str, key: str, fact: Fact) -> tuple[str, ...]:
    """Return one sentence or a list of them, each with the gaps that it needs and no others."""
    nodes = [node] if isinstance(node, Scalar) else reader.sequence(node, what)
    if isinstance(node, Sequence) and not nodes:
        reader.error(node, Code.EMPTY_VALUE, f"{what} is empty", "write a sentence, or leave it out")
    found = [text for one in nodes if (text := _sentence(reader, one, what, key, fact)) is not None]
    return tuple(found)


def _sentence(reader: Reader, node: Node, what: str, key: str, fact: Fact) -> str | None:
    read = reader.text(node, what)
    if read is None:
        return None
    text = " ".join(read.split())
    gaps = GAP.findall(text)
    needed: Collection[str] = GAPS.get(key, ())
    known = (*needed, *(fact.columns if key == "row" else ()), *CAST)
    for gap in gaps:
        if gap not in known:
            hint = reader.near(gap, known) or one_of(known)
            reader.error(node, Code.UNKNOWN_WORD, f"{what} has the unknown gap `{{{gap}}}`", hint)
    for gap in needed:
        if gaps.count(gap) != 1:
            reader.error(node, Code.MISSING_KEY, f"{what} must have the gap `{{{gap}}}` once", f"write {{{gap}}}")
    if key == "row" and (twice := next((gap for gap in gaps if gap in fact.columns and gaps.count(gap) > 1), None)):
        reader.error(node, Code.DUPLICATE_KEY, f"{what} has the gap `{{{twice}}}` twice", "fill it once")
    return text
