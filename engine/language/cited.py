"""Reads the sources of a rule set, and what each of its parts says of where it comes from."""

from typing import Any

from comity.engine.language.diagnostic import Code, clip
from comity.engine.language.draft import Draft
from comity.engine.language.model import Basis, Citation, Passage, Source
from comity.engine.language.shape import Reader, shape
from comity.engine.language.source import Mapping, Node, Scalar, Sequence
from comity.engine.language.values import date_span

CITED = ("source", "basis", "note")


def add_sources(draft: Draft, reader: Reader, node: Node) -> None:
    """Add the sources that a section declares."""
    for name, source_key, value in reader.named(node, "`sources`", "a source"):
        if name in draft.sources:
            reader.error(
                source_key,
                Code.DUPLICATE_NAME,
                f"the source `{name}` is declared twice",
                "keep one of them, or choose another name",
            )
            continue
        what = f"the source `{name}`"
        known = ("title", "short", "author", "date", "symbol", "url", "note", "verified", "passages")
        mapping = reader.fields(value, what, known, ("title",))
        draft.sources[name] = Source(name, "")
        if mapping is None:
            continue
        texts = {
            key: reader.optional(mapping, key, reader.text, what)
            for key in ("short", "author", "symbol", "url", "note")
        }
        when = mapping.entries.get("date")
        if when is not None and not (isinstance(when, Scalar) and date_span(when.text)):
            reader.error(
                when,
                Code.NOT_A_DATE,
                f"`date` of {what} must be a date, not {shape(when)}",
                "write it like 2013-01-31, 2013-01 or 2013",
            )
        title = reader.optional(mapping, "title", reader.text, what) or ""
        verified = reader.optional(mapping, "verified", reader.flag, what) is not False
        day = when.text if isinstance(when, Scalar) else None
        draft.sources[name] = Source(
            id=name,
            title=title,
            date=day,
            verified=verified,
            passages=_passages(reader, mapping, what),
            at=reader.at(source_key),
            **texts,
        )


def _passages(reader: Reader, mapping: Mapping, what: str) -> dict[str, Passage]:
    node = mapping.entries.get("passages")
    passages: dict[str, Passage] = {}
    for place, key, value in reader.by_text(node, f"`passages` of {what}", "a passage") if node is not None else ():
        passage = f"the passage `{clip(place)}` of {what}"
        fields = reader.fields(value, passage, ("text", "excused"))
        if fields is not None:
            text, excused = (reader.optional(fields, one, reader.text, passage) for one in ("text", "excused"))
            passages[place] = Passage(place, text, excused, reader.at(key))
    return passages


def cited(draft: Draft, reader: Reader, mapping: Mapping, what: str) -> dict[str, Any]:
    """Return the fields of `Cited`."""
    basis = reader.optional(mapping, "basis", lambda node, text: reader.word(node, text, tuple(Basis)), what)
    sources: list[Citation] = []
    node = mapping.entries.get("source")
    if node is not None:
        for item in node.items if isinstance(node, Sequence) else [node]:
            citation = _citation(draft, reader, item, what)
            if citation:
                sources.append(citation)
    return {
        "sources": tuple(sources),
        "basis": None if basis is None else Basis(basis),
        "note": reader.optional(mapping, "note", reader.text, what),
        "at": reader.at(mapping),
    }


def _citation(draft: Draft, reader: Reader, node: Node, what: str) -> Citation | None:
    fields = reader.fields(node, f"the source of {what}", ("cite", "at", "quote", "note"), ("cite",))
    if fields is None or "cite" not in fields.entries:
        return None
    cite = fields.entries["cite"]
    source = reader.name(cite, "a source")
    if source is None:
        return None
    draft.refer(reader, cite, source, "source", draft.sources)
    place, quote, note = (
        reader.optional(fields, key, reader.text, f"the source of {what}") for key in ("at", "quote", "note")
    )
    return Citation(source, place, quote, note, reader.at(fields))
