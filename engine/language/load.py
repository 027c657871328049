"""The files of a rule set to a `RuleSet`, or diagnostics; never half of each."""

import re
from collections.abc import Callable, Iterable, Mapping as MappingType
from os.path import isdir
from pathlib import Path

from comity.engine.language.cited import add_sources
from comity.engine.language.conclusions import (
    CONTEXT,
    add_context,
    add_criteria,
    add_forms,
    add_measures,
    add_principles,
    add_purposes,
    add_themes,
)
from comity.engine.language.diagnostic import Code, Diagnostic, Loaded, Span, is_error
from comity.engine.language.draft import Draft
from comity.engine.language.facts import add_exclusions, add_facts
from comity.engine.language.files import WHOLE, entries, read_file, shown, unreadable
from comity.engine.language.locales import LANGUAGE, LOCALE, add_locale
from comity.engine.language.model import RuleSet
from comity.engine.language.parameters import add_parameters, add_readings
from comity.engine.language.precedents import add_precedents
from comity.engine.language.properties import add_properties, add_suppressions
from comity.engine.language.references import check_references
from comity.engine.language.shape import Reader, shape
from comity.engine.language.source import MAX_VALUES, Document, Mapping, Node, Scalar, spaced

_HEADER = ("rule_set", "version", "title", "language", "note", "contexts")
_OTHER_DOCUMENTS = {
    "situation": "move the situation out of the folder of the rule set",
    "cases": "let the name of the file end in `.cases.yaml`",
}
VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+", re.ASCII)
MAX_READINGS = 100
_SECTIONS: MappingType[str, Callable[[Draft, Reader, Node], object]] = {
    "sources": add_sources,
    "parameters": add_parameters,
    "readings": add_readings,
    "facts": add_facts,
    "impossible": lambda draft, reader, node: add_exclusions(draft, reader, node, draft.impossible, "impossible"),
    "implausible": lambda draft, reader, node: add_exclusions(draft, reader, node, draft.implausible, "implausible"),
    "criteria": add_criteria,
    "purposes": add_purposes,
    "measures": add_measures,
    "forms": add_forms,
    "themes": add_themes,
    "principles": add_principles,
    "precedents": add_precedents,
    "properties": add_properties,
    "suppress": add_suppressions,
}


def load_rule_set(path: Path) -> Loaded[RuleSet]:
    """Return the rule set in the folder `path`, or everything that is wrong with it.

    Every `*.yaml` file below the folder belongs to it, except its cases (`*.cases.yaml`).
    """
    name = shown(path)
    if not isdir(path):
        return Loaded(None, (unreadable(name, "is not a folder with a rule set"),))
    documents: list[Document] = []
    found: list[Diagnostic] = []
    values = 0
    for entry in entries(path):
        if isinstance(entry, Diagnostic):
            found.append(entry)
            continue
        if entry.name.endswith(".cases.yaml"):
            continue
        document = read_file(entry)
        if not isinstance(document, Document):
            found += document
            continue
        documents.append(document)
        values += document.values
        if values > WHOLE * MAX_VALUES:
            message = f"the rule set holds more than {spaced(WHOLE * MAX_VALUES)} values"
            return Loaded(None, (Diagnostic(Span(name, 1, 1), Code.TOO_MANY_VALUES, message, "split it"),))
    if not documents and not found:
        message = f"`{name}` holds no rule set: there is no `*.yaml` file in it"
        return Loaded(
            None, (Diagnostic(Span(name, 1, 1), Code.NOTHING_TO_CHECK, message, "give the folder of one rule set"),)
        )
    return build_rule_set(documents, name, found)


def build_rule_set(documents: Iterable[Document], name: str, found: Iterable[Diagnostic] = ()) -> Loaded[RuleSet]:
    """Return the rule set that `documents` make together, or everything that is wrong with them.

    `name` stands for the whole where a complaint has no place of its own; `found` has been complained about already.
    """
    draft = Draft(name)
    for document in documents:
        _read(draft, document)
    return _finish(draft, list(found))


def _read(draft: Draft, document: Document) -> None:
    """Take in one file."""
    reader = Reader(document)
    draft.readers.append(reader)
    root = reader.mapping(document.root, "the file")
    if root is None:
        draft.unread = True
        return
    special: tuple[str, ...] = ()
    if "rule_set" in root.entries:
        special = _HEADER
    elif "context" in root.entries:
        special = CONTEXT
    elif "locale" in root.entries:
        special = LOCALE
    known = (*special, *(key for key in _SECTIONS if key not in special))
    for other, hint in _OTHER_DOCUMENTS.items():
        if other in root.keys:
            draft.unread = True
            reader.error(
                root.keys[other], Code.UNKNOWN_KIND_OF_FILE, f"a file with `{other}` is no file of a rule set", hint
            )
            return
    if not special and not any(key in _SECTIONS for key in root.keys):
        draft.unread = True
        first = next(iter(root.keys), None)
        near = reader.near(first, (*known, "rule_set", "context", "locale")) if first else None
        hint = near or f"begin it with `rule_set`, `context`, `locale`, or a section: {', '.join(_SECTIONS)}"
        reader.error(root, Code.UNKNOWN_KIND_OF_FILE, "this is no file of a rule set", hint)
        return
    draft.unread |= any(key not in known for key in root.keys)
    reader.fields(root, "the file", known)
    if "rule_set" in root.entries:
        _header(draft, reader, root)
    if "context" in root.entries:
        add_context(draft, reader, root)
    if "locale" in root.entries:
        add_locale(draft, reader, root)
    for key, read in _SECTIONS.items():
        if key in root.entries and key not in special:
            read(draft, reader, root.entries[key])


def _header(draft: Draft, reader: Reader, root: Mapping) -> None:
    key = root.keys["rule_set"]
    if draft.header_at is not None:
        reader.error(
            key,
            Code.DUPLICATE_NAME,
            f"a second rule set begins here; the first is at {draft.header_at}",
            "one folder holds one rule set",
        )
        return
    draft.header_at = reader.at(key)
    if (name := reader.name(root.entries["rule_set"], "a rule set")) is not None:
        draft.header["rule_set"] = name
    reader.require(root, "the rule set", ("version", "title"), _HEADER)
    for text in ("title", "note"):
        if (value := reader.optional(root, text, reader.text, "the rule set")) is not None:
            draft.header[text] = value
    for text, pattern, hint in (
        ("version", VERSION, "write it like 1.0.0"),
        ("language", LANGUAGE, "write it like en or pt-BR"),
    ):
        node = root.entries.get(text)
        if node is None:
            continue
        if isinstance(node, Scalar) and pattern.fullmatch(node.text):
            draft.header[text] = node.text
        else:
            reader.error(node, Code.WRONG_SHAPE, f"`{text}` of the rule set cannot be {shape(node)}", hint)
    draft.order = draft.references(reader, root.entries.get("contexts"), "context", draft.contexts)


def _finish(draft: Draft, found: list[Diagnostic]) -> Loaded[RuleSet]:
    """Return the whole, once every file has been taken in."""
    whole = not found and not draft.unread  # if not, a name that is not declared may only not have been read
    for task in draft.later if whole else ():
        task()
    if draft.header_at is None and whole:
        message = f"no file of `{draft.name}` says `rule_set: ID`"
        hint = "begin `rule-set.yaml` with `rule_set: ID`"
        draft.found.append(Diagnostic(Span(draft.name, 1, 1), Code.MISSING_KEY, message, hint))
    if len(draft.readings) > MAX_READINGS:
        message = f"the rule set has more than {MAX_READINGS} readings"
        at = [*draft.readings.values()][MAX_READINGS].at
        draft.found.append(Diagnostic(at, Code.TOO_MANY_VALUES, message, "keep those that somebody would choose"))
        whole = False
    defaults = [reading for reading in draft.readings.values() if reading.default]
    if draft.readings and len(defaults) != 1:
        at = (defaults[1] if defaults else next(iter(draft.readings.values()))).at
        message = f"exactly one reading is the default, not {len(defaults)}"
        draft.found.append(Diagnostic(at, Code.READINGS, message, "write `default: true` once"))
    rule_set = draft.rule_set()
    diagnostics = [*found, *draft.found, *(one for reader in draft.readers for one in reader.found)]
    if whole:
        diagnostics += check_references(rule_set, draft.broken)
    return Loaded(None if any(map(is_error, diagnostics)) else rule_set, in_order(diagnostics))


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics by their places, each once."""
    return tuple(dict.fromkeys(sorted(diagnostics, key=lambda one: (one.at, one.code, one.message))))
