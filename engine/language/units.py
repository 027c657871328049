"""Reads in what a figure is counted: one text, or a word for one and a word for any other number."""

from typing import Any

from comity.engine.language.shape import Reader
from comity.engine.language.source import Mapping


def unit_of(reader: Reader, mapping: Mapping, what: str) -> dict[str, Any]:
    """Return the `unit` that a fact or parameter declares, and its `unit_one`, as the model has them."""
    node = mapping.entries.get("unit")
    if not isinstance(node, Mapping):
        return {"unit": reader.optional(mapping, "unit", reader.text, what)}
    where = f"`unit` of {what}"
    words = reader.fields(node, where, ("one", "other"), required=("one", "other"))
    if words is None:
        return {}
    return {
        key: reader.optional(words, word, reader.text, where) for key, word in (("unit", "other"), ("unit_one", "one"))
    }
