"""Reads the precedents of a rule set."""

import re
from collections.abc import Callable
from typing import Any

from comity.engine.language.cited import CITED, cited
from comity.engine.language.diagnostic import Code
from comity.engine.language.draft import Draft
from comity.engine.language.facts import read_facts
from comity.engine.language.model import Precedent
from comity.engine.language.shape import Reader, shape
from comity.engine.language.source import Node, Scalar

PRECEDENT_TYPES = ("framework", "forum", "meeting", "planned")
YEARS = re.compile(r"[0-9]{4}(?:\.\.(?:[0-9]{4})?)?", re.ASCII)


def add_precedents(draft: Draft, reader: Reader, node: Node) -> None:
    """Add the precedents that a section declares."""
    known = ("title", "years", "region", "type", "facts", "contexts", "measures", "outcome", *CITED)
    required = ("title", "years", "region", "type", "outcome")
    for name, mapping in draft.entries(reader, node, "precedent", known, required):
        what = f"the precedent `{name}`"
        years = mapping.entries.get("years")
        if years is not None and not (isinstance(years, Scalar) and YEARS.fullmatch(years.text)):
            reader.error(
                years,
                Code.NOT_A_DATE,
                f"`years` of {what} cannot be {shape(years)}",
                "write them like 1989..1996, 2002.. or 2011",
            )
        elif isinstance(years, Scalar) and len(years.text) == 10 and years.text[:4] > years.text[6:]:
            message = f"`years` of {what} end before they begin: `{years.text}`"
            reader.error(years, Code.RANGE_REVERSED, message, "the earlier year comes first")
        facts: dict[str, Any] = {}
        draft.precedents[name] = Precedent(
            id=name,
            title=reader.optional(mapping, "title", reader.text, what) or name,
            years=years.text if isinstance(years, Scalar) else "",
            region=reader.optional(mapping, "region", reader.text, what) or "",
            type=reader.optional(mapping, "type", lambda node, text: reader.word(node, text, PRECEDENT_TYPES), what)
            or "",
            facts=facts,
            contexts=draft.references(reader, mapping.entries.get("contexts"), "context", draft.contexts),
            measures=draft.references(reader, mapping.entries.get("measures"), "measure", draft.measures),
            outcome=reader.optional(mapping, "outcome", reader.text, what) or "",
            **cited(draft, reader, mapping, what),
        )
        if "facts" in mapping.entries:
            draft.later.append(_given(draft, reader, mapping.entries["facts"], what, facts))


def _given(draft: Draft, reader: Reader, node: Node, what: str, into: dict[str, Any]) -> Callable[[], None]:
    """Read, once all facts are known, those that a precedent gives."""

    def read() -> None:
        given, _ = read_facts(reader, node, draft.facts, f"`facts` of {what}", None)
        into.update(given)

    return read
