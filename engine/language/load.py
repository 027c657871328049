"""The files of a rule set to a `RuleSet`, or diagnostics; never half of each."""

import re
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping as MappingType
from datetime import date
from fractions import Fraction
from math import inf
from os.path import isdir
from pathlib import Path
from typing import Any, TypeVar

from comity.engine.language.condition import AllOf, AnyOf, Conclusion, Condition, Constant
from comity.engine.language.diagnostic import SUPPRESSIBLE, Code, Diagnostic, Loaded, Span, clip, is_error, one_of
from comity.engine.language.files import WHOLE, entries, read_file, shown, unreadable
from comity.engine.language.grammar import condition, constant, expression
from comity.engine.language.model import (
    Basis,
    Citation,
    Context,
    Criterion,
    Exclusion,
    Fact,
    Form,
    Ground,
    Locale,
    Measure,
    Parameter,
    Passage,
    Precedent,
    Principle,
    Property,
    Purpose,
    Reading,
    RuleSet,
    Source,
    Suppression,
    Theme,
    ValueType,
)
from comity.engine.language.references import check_references, type_words
from comity.engine.language.shape import FILL, MAX_NAME, NAME, Reader, comma_hint, lacks, shape
from comity.engine.language.source import MAX_VALUES, Document, Mapping, Node, Scalar, Sequence, spaced
from comity.engine.language.values import UNKNOWN_VALUE, date_span, duration, full_date, read_value

T = TypeVar("T")

_HEADER = ("rule_set", "version", "title", "language", "note", "contexts")
_CONTEXT = ("context", "title", "source", "basis", "note", "when")
_OTHER_DOCUMENTS = {
    "situation": "move the situation out of the folder of the rule set",
    "cases": "let the name of the file end in `.cases.yaml`",
}
_WORDINGS = ("titles", "asks", "texts")
_LOCALE = ("locale", *_WORDINGS, "made_from")
_CITED = ("source", "basis", "note")
_PLURALS = {"criterion": "criteria", "property": "properties"}
FACT_TYPES = ("boolean", "count", "number", "share", "duration", "date", "choice", "text", "table")
_FACT_KEYS = (
    *("type", "title", "unit", "ask", "about", "kind", "derive", "changeable", "step", "min", "max", "options"),
    *("history", "columns", "plausible", *_CITED),
)
PRECEDENT_TYPES = ("framework", "forum", "meeting", "planned")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", re.ASCII)
VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+", re.ASCII)
_LIMITS = {"count": "write a whole number that is not below 0", "share": "write a number from 0 to 1"}
_ORDERED = (ValueType.NUMBER, ValueType.MONTHS, ValueType.DAYS, ValueType.DATE)
MAX_READINGS = 100
CLAIMS = ("implies", "excludes", "equals", "guarantees", "stays_met", "readings")
DIRECTIONS = ("rises", "falls")
FACT_OR_COLUMN = re.compile(rf"({NAME.pattern})(?:\.({NAME.pattern}))?", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{8}", re.ASCII)
YEARS = re.compile(r"[0-9]{4}(?:\.\.(?:[0-9]{4})?)?", re.ASCII)


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
    draft = _Draft(name)
    for document in documents:
        draft.read(document)
    return draft.finish(list(found))


class _Draft:
    """A rule set while its files are read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.readers: list[Reader] = []
        self.found: list[Diagnostic] = []
        self.header: dict[str, str] = {}
        self.header_at: Span | None = None
        self.order: tuple[str, ...] = ()  # of the contexts, where the header gives one
        self.names: dict[str, Span] = {}  # every id and name, and where it was first declared
        self.broken: set[str] = set()  # names of which nothing came, which has been complained about
        self.unread: bool = False  # whether a file or a section could not be read at all
        self.columns: dict[str, None] = {}
        self.later: list[Callable[[], None]] = []  # what needs the facts, once all are known
        self.sources: dict[str, Source] = {}
        self.parameters: dict[str, Parameter] = {}
        self.readings: dict[str, Reading] = {}
        self.facts: dict[str, Fact] = {}
        self.impossible: list[Exclusion] = []
        self.implausible: list[Exclusion] = []
        self.criteria: dict[str, Criterion] = {}
        self.contexts: dict[str, Context] = {}
        self.purposes: dict[str, Purpose] = {}
        self.measures: dict[str, Measure] = {}
        self.forms: dict[str, Form] = {}
        self.themes: dict[str, Theme] = {}
        self.principles: dict[str, Principle] = {}
        self.precedents: dict[str, Precedent] = {}
        self.locales: dict[str, Locale] = {}
        self.properties: dict[str, Property] = {}
        self.suppressions: list[Suppression] = []

    def read(self, document: Document) -> None:
        """Take in one file."""
        reader = Reader(document)
        self.readers.append(reader)
        root = reader.mapping(document.root, "the file")
        if root is None:
            self.unread = True
            return
        sections: dict[str, Callable[[Reader, Node], object]] = {
            "sources": self._sources,
            "parameters": self._parameters,
            "readings": self._readings,
            "facts": self._facts,
            "impossible": lambda reader, node: self._exclusions(reader, node, self.impossible, "impossible"),
            "implausible": lambda reader, node: self._exclusions(reader, node, self.implausible, "implausible"),
            "criteria": lambda reader, node: self._criteria(reader, node, None),
            "purposes": self._purposes,
            "measures": self._measures,
            "forms": self._forms,
            "themes": self._themes,
            "principles": self._principles,
            "precedents": self._precedents,
            "properties": self._properties,
            "suppress": self._suppressions,
        }
        special: tuple[str, ...] = ()
        if "rule_set" in root.entries:
            special = _HEADER
        elif "context" in root.entries:
            special = (*_CONTEXT, "criteria")
        elif "locale" in root.entries:
            special = _LOCALE
        known = (*special, *(key for key in sections if key not in special))
        for other, hint in _OTHER_DOCUMENTS.items():
            if other in root.keys:
                self.unread = True
                reader.error(
                    root.keys[other], Code.UNKNOWN_KIND_OF_FILE, f"a file with `{other}` is no file of a rule set", hint
                )
                return
        if not special and not any(key in sections for key in root.keys):
            self.unread = True
            first = next(iter(root.keys), None)
            near = reader.near(first, (*known, "rule_set", "context", "locale")) if first else None
            hint = near or f"begin it with `rule_set`, `context`, `locale`, or a section: {', '.join(sections)}"
            reader.error(root, Code.UNKNOWN_KIND_OF_FILE, "this is no file of a rule set", hint)
            return
        self.unread |= any(key not in known for key in root.keys)
        reader.fields(root, "the file", known)
        if "rule_set" in root.entries:
            self._header(reader, root)
        if "context" in root.entries:
            self._context(reader, root)
        if "locale" in root.entries:
            self._locale(reader, root)
        for key, read in sections.items():
            if key in root.entries and key not in special:
                read(reader, root.entries[key])

    def finish(self, found: list[Diagnostic]) -> Loaded[RuleSet]:
        """Return the whole, once every file has been taken in."""
        whole = not found and not self.unread  # if not, a name that is not declared may only not have been read
        for task in self.later if whole else ():
            task()
        if self.header_at is None and whole:
            message = f"no file of `{self.name}` says `rule_set: ID`"
            hint = "begin `rule-set.yaml` with `rule_set: ID`"
            self.found.append(Diagnostic(Span(self.name, 1, 1), Code.MISSING_KEY, message, hint))
        if len(self.readings) > MAX_READINGS:
            message = f"the rule set has more than {MAX_READINGS} readings"
            at = [*self.readings.values()][MAX_READINGS].at
            self.found.append(Diagnostic(at, Code.TOO_MANY_VALUES, message, "keep those that somebody would choose"))
            whole = False
        defaults = [reading for reading in self.readings.values() if reading.default]
        if self.readings and len(defaults) != 1:
            at = (defaults[1] if defaults else next(iter(self.readings.values()))).at
            message = f"exactly one reading is the default, not {len(defaults)}"
            self.found.append(Diagnostic(at, Code.READINGS, message, "write `default: true` once"))
        rule_set = RuleSet(
            id=self.header.get("rule_set", ""),
            version=self.header.get("version", ""),
            title=self.header.get("title", ""),
            language=self.header.get("language", "en"),
            note=self.header.get("note"),
            sources=self.sources,
            parameters=self.parameters,
            readings=self.readings,
            facts=self.facts,
            impossible=tuple(self.impossible),
            implausible=tuple(self.implausible),
            criteria=self.criteria,
            contexts={name: self.contexts[name] for name in (*self.order, *self.contexts) if name in self.contexts},
            purposes=self.purposes,
            measures=self.measures,
            forms=self.forms,
            themes=self.themes,
            principles=self.principles,
            precedents=self.precedents,
            locales=self.locales,
            properties=self.properties,
            suppressions=tuple(self.suppressions),
        )
        diagnostics = [*found, *self.found, *(one for reader in self.readers for one in reader.found)]
        if whole:
            diagnostics += check_references(rule_set, self.broken)
        return Loaded(None if any(map(is_error, diagnostics)) else rule_set, in_order(diagnostics))

    # --- what several sections share ---------------------------------------------------------------------------------

    def _declare(self, reader: Reader, key: Scalar, name: str, what: str) -> bool:
        """Note that `name` is taken; complain if it was."""
        first = self.names.setdefault(name, reader.at(key))
        if first == reader.at(key):
            return True
        reader.error(
            key,
            Code.DUPLICATE_NAME,
            f"the {what} `{name}` is named like something declared at {first}",
            "choose another name: each stands for one thing",
        )
        self.broken.add(name)
        return False

    def _entries(
        self, reader: Reader, node: Node, what: str, known: tuple[str, ...], required: tuple[str, ...]
    ) -> Iterable[tuple[str, Mapping]]:
        section = f"`{_PLURALS.get(what, f'{what}s')}`"
        for name, key, value in reader.named(node, section, f"a {what}"):
            declared = self._declare(reader, key, name, what)
            mapping = reader.fields(value, f"the {what} `{name}`", known, required)
            if mapping is None:
                self.broken.add(name)
            elif declared:
                yield name, mapping

    def _cited(self, reader: Reader, mapping: Mapping, what: str) -> dict[str, Any]:
        """Return the fields of `Cited`."""
        basis = reader.optional(mapping, "basis", lambda node, text: reader.word(node, text, tuple(Basis)), what)
        sources: list[Citation] = []
        node = mapping.entries.get("source")
        if node is not None:
            for item in node.items if isinstance(node, Sequence) else [node]:
                citation = self._citation(reader, item, what)
                if citation:
                    sources.append(citation)
        return {
            "sources": tuple(sources),
            "basis": None if basis is None else Basis(basis),
            "note": reader.optional(mapping, "note", reader.text, what),
            "at": reader.at(mapping),
        }

    def _citation(self, reader: Reader, node: Node, what: str) -> Citation | None:
        fields = reader.fields(node, f"the source of {what}", ("cite", "at", "quote", "note"), ("cite",))
        if fields is None or "cite" not in fields.entries:
            return None
        cite = fields.entries["cite"]
        source = reader.name(cite, "a source")
        if source is None:
            return None
        self._refer(reader, cite, source, "source", self.sources)
        place, quote, note = (
            reader.optional(fields, key, reader.text, f"the source of {what}") for key in ("at", "quote", "note")
        )
        return Citation(source, place, quote, note, reader.at(fields))

    def _refer(self, reader: Reader, node: Node, name: str, what: str, known: MappingType[str, Any]) -> None:
        """Check, once all is read, that `name` is one of `known`."""

        def check() -> None:
            if name not in known and name not in self.broken:
                hint = reader.near(name, known) or "declare it, or use one that is declared"
                reader.error(node, Code.UNKNOWN_REFERENCE, f"there is no {what} `{clip(name)}`", hint)

        self.later.append(check)

    def _references(
        self, reader: Reader, node: Node | None, what: str, known: MappingType[str, Any]
    ) -> tuple[str, ...]:
        if node is None:
            return ()
        names = reader.names(node, what)
        for item in node.items if isinstance(node, Sequence) else []:
            if isinstance(item, Scalar) and item.text in names:
                self._refer(reader, item, item.text, what, known)
        return names

    # --- sections ----------------------------------------------------------------------------------------------------

    def _header(self, reader: Reader, root: Mapping) -> None:
        key = root.keys["rule_set"]
        if self.header_at is not None:
            reader.error(
                key,
                Code.DUPLICATE_NAME,
                f"a second rule set begins here; the first is at {self.header_at}",
                "one folder holds one rule set",
            )
            return
        self.header_at = reader.at(key)
        if (name := reader.name(root.entries["rule_set"], "a rule set")) is not None:
            self.header["rule_set"] = name
        reader.require(root, "the rule set", ("version", "title"), _HEADER)
        for text in ("title", "note"):
            if (value := reader.optional(root, text, reader.text, "the rule set")) is not None:
                self.header[text] = value
        for text, pattern, hint in (
            ("version", VERSION, "write it like 1.0.0"),
            ("language", LANGUAGE, "write it like en or pt-BR"),
        ):
            node = root.entries.get(text)
            if node is None:
                continue
            if isinstance(node, Scalar) and pattern.fullmatch(node.text):
                self.header[text] = node.text
            else:
                reader.error(node, Code.WRONG_SHAPE, f"`{text}` of the rule set cannot be {shape(node)}", hint)

        self.order = self._references(reader, root.entries.get("contexts"), "context", self.contexts)

    def _sources(self, reader: Reader, node: Node) -> None:
        for name, source_key, value in reader.named(node, "`sources`", "a source"):
            if name in self.sources:
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
            self.sources[name] = Source(name, "")
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
            self.sources[name] = Source(
                id=name,
                title=title,
                date=day,
                verified=verified,
                passages=self._passages(reader, mapping, what),
                at=reader.at(source_key),
                **texts,
            )

    def _passages(self, reader: Reader, mapping: Mapping, what: str) -> dict[str, Passage]:
        node = mapping.entries.get("passages")
        passages: dict[str, Passage] = {}
        for place, key, value in reader.by_text(node, f"`passages` of {what}", "a passage") if node is not None else ():
            passage = f"the passage `{clip(place)}` of {what}"
            fields = reader.fields(value, passage, ("text", "excused"))
            if fields is not None:
                text, excused = (reader.optional(fields, one, reader.text, passage) for one in ("text", "excused"))
                passages[place] = Passage(place, text, excused, reader.at(key))
        return passages

    def _parameters(self, reader: Reader, node: Node) -> None:
        for name, key, value in reader.named(node, "`parameters`", "a parameter", NAME):
            declared = self._declare(reader, key, name, "parameter")
            what = f"the parameter `{name}`"
            mapping = reader.fields(value, what, ("value", "values", "unit", "title", *_CITED))
            values = self._parameter_values(reader, mapping, what) if mapping is not None and declared else []
            if mapping is None or not values:
                self.broken.add(name)
                continue
            self.parameters[name] = Parameter(
                name=name,
                value_type=ValueType(values[0][1].type),
                values=tuple((start, value.value) for start, value in values),
                unit=reader.optional(mapping, "unit", reader.text, what),
                title=reader.optional(mapping, "title", reader.text, what),
                **self._cited(reader, mapping, what),
            )

    def _parameter_values(self, reader: Reader, mapping: Mapping, what: str) -> list[tuple[date, Constant]]:
        if ("value" in mapping.entries) == ("values" in mapping.entries):
            reader.error(
                mapping,
                Code.MISSING_KEY,
                f"{what} needs either `value` or `values`",
                "write `value: 25000`, or `values: {2004-01-01: 25000}`",
            )
            return []
        if "value" in mapping.entries:
            single = _point(reader, mapping.entries["value"], f"`value` of {what}")
            return [(date.min, single)] if single else []
        dated = reader.mapping(mapping.entries["values"], f"`values` of {what}")
        values: list[tuple[date, Constant]] = []
        for text, key in dated.keys.items() if dated else ():
            start = full_date(reader, key, f"`{clip(text)}` in {what}")
            value = dated and _point(reader, dated.entries[text], f"the value of {what} from {clip(text)}")
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

    def _readings(self, reader: Reader, node: Node) -> None:
        known = ("title", "default", "set", "define", *_CITED)
        for name, mapping in self._entries(reader, node, "reading", known, ("title",)):
            what = f"the reading `{name}`"
            changed: dict[str, Any] = {}
            define: dict[str, Condition] = {}
            if "set" in mapping.entries:
                for parameter, key, value in reader.named(
                    mapping.entries["set"], f"`set` of {what}", "a parameter", NAME
                ):
                    constant_value = _point(reader, value, f"`{parameter}` in {what}")
                    if constant_value:
                        changed[parameter] = constant_value.value
                        self.later.append(self._same_type(reader, key, value, parameter, constant_value))
            if "define" in mapping.entries:
                for id_, key, value in reader.named(
                    mapping.entries["define"], f"`define` of {what}", "a criterion or context"
                ):
                    self._refer(reader, key, id_, "criterion or context", ChainMap(self.criteria, self.contexts))
                    defined = condition(reader, value, f"`{id_}` in {what}")
                    if defined:
                        define[id_] = defined
            self.readings[name] = Reading(
                id=name,
                title=reader.optional(mapping, "title", reader.text, what) or name,
                default="default" in mapping.entries
                and reader.optional(mapping, "default", reader.flag, what) is not False,
                set=changed,
                define=define,
                **self._cited(reader, mapping, what),
            )

    def _same_type(self, reader: Reader, key: Node, node: Node, name: str, value: Constant) -> Callable[[], None]:
        def check() -> None:
            parameter = self.parameters.get(name)
            if parameter is None:
                if name not in self.broken:
                    reader.error(
                        key,
                        Code.UNKNOWN_PARAMETER,
                        f"there is no parameter `{name}`",
                        reader.near(name, self.parameters) or "declare it, or leave it out",
                    )
            elif parameter.value_type != value.type:
                reader.error(
                    node,
                    Code.WRONG_TYPE,
                    f"the parameter `{name}` is a {type_words(parameter.value_type)}, not {shape(node)}",
                    f"write a {type_words(parameter.value_type)}",
                )

        return check

    def _facts(self, reader: Reader, node: Node) -> None:
        for name, key, value in reader.named(node, "`facts`", "a fact", NAME):
            declared = self._declare(reader, key, name, "fact")
            fact = self._fact(reader, name, value, f"the fact `{name}`", column=False)
            if fact is None:
                self.broken.add(name)
            elif declared:
                self.facts[name] = fact

    def _fact(self, reader: Reader, name: str, node: Node, what: str, column: bool) -> Fact | None:
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
        value_type = self._value_type(reader, mapping, kind, what)
        self._only_for(reader, mapping, kind, what)
        low, high = self._domain(reader, mapping, kind, what)
        words = {
            key: None
            if key not in mapping.entries
            else reader.word(mapping.entries[key], f"`{key}` of {what}", options)
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
            unit=reader.optional(mapping, "unit", reader.text, what),
            ask=reader.optional(mapping, "ask", reader.text, what),
            about=words["about"] or "situation",
            kind=words["kind"] or "measured",
            changeable=words["changeable"] or "any",
            derive=None
            if derive is None
            else (condition if kind == "boolean" else expression)(reader, derive, f"`derive` of {what}"),
            step=self._step(reader, mapping, kind, value_type, what),
            low=low,
            high=high,
            options=self._options(reader, mapping, kind, what),
            history=bool(reader.optional(mapping, "history", reader.flag, what)),
            columns=self._columns(reader, mapping, kind, what),
            **self._cited(reader, mapping, what),
        )
        return self._with_plausible(reader, mapping, fact, what)

    def _with_plausible(self, reader: Reader, mapping: Mapping, fact: Fact, what: str) -> Fact:
        node = mapping.entries.get("plausible")
        if node is None or fact.value_type is ValueType.TABLE:
            return fact
        value = read_value(reader, node, fact.but(history=False), f"`plausible` of {what}", None)
        return fact.but(plausible=None if value is UNKNOWN_VALUE else value)

    def _value_type(self, reader: Reader, mapping: Mapping, kind: str, what: str) -> ValueType:
        if kind in ("count", "number", "share"):
            return ValueType.NUMBER
        if kind != "duration":
            return ValueType(kind)
        unit = mapping.entries.get("unit")
        if unit is None:
            return ValueType.MONTHS
        word = reader.word(unit, f"`unit` of {what}", ("months", "days"))
        return ValueType.DAYS if word == "days" else ValueType.MONTHS

    def _only_for(self, reader: Reader, mapping: Mapping, kind: str, what: str) -> None:
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

    def _domain(self, reader: Reader, mapping: Mapping, kind: str, what: str) -> tuple[Any, Any]:
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
            value = _point(reader, node, f"`{key}` of {what}")
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
                reader.error(
                    node, Code.OUT_OF_RANGE, f"`{key}` of {what} is not a {kind}: {shape(node)}", _LIMITS[kind]
                )
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

    def _step(self, reader: Reader, mapping: Mapping, kind: str, unit: ValueType, what: str) -> Any:
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
        value = _point(reader, node, f"`step` of {what}")
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

    def _options(self, reader: Reader, mapping: Mapping, kind: str, what: str) -> tuple[str, ...]:
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

    def _columns(self, reader: Reader, mapping: Mapping, kind: str, what: str) -> dict[str, Fact]:
        node = mapping.entries.get("columns")
        if kind != "table":
            return {}
        if node is None:
            reader.error(mapping, Code.MISSING_KEY, f"{what} is a table and lacks `columns`", "add `columns: {...}`")
            return {}
        columns: dict[str, Fact] = {}
        for name, key, value in reader.named(node, f"`columns` of {what}", "a column", NAME):
            column = self._fact(reader, name, value, f"the column `{name}` of {what}", column=True)
            if column is None:
                self.broken.add(name)
            else:
                columns[name] = column
                self.columns[name] = None
            self.later.append(self._no_namesake(reader, key, name))
        return columns

    def _no_namesake(self, reader: Reader, key: Scalar, name: str) -> Callable[[], None]:
        def check() -> None:
            if name in self.names:
                reader.error(
                    key,
                    Code.DUPLICATE_NAME,
                    f"the column `{name}` is named like something declared at {self.names[name]}",
                    "choose another name: each stands for one thing",
                )

        return check

    def _exclusions(self, reader: Reader, node: Node, into: list[Exclusion], what: str) -> None:
        for item in reader.sequence(node, f"`{what}`"):
            mapping = reader.fields(item, f"an entry of `{what}`", ("when", *_CITED), ("when", "note"))
            if mapping is None or "when" not in mapping.entries:
                continue
            when = condition(reader, mapping.entries["when"], "`when`")
            if when:
                into.append(Exclusion(when=when, **self._cited(reader, mapping, f"an entry of `{what}`")))

    def _when(self, reader: Reader, mapping: Mapping, what: str, key: str = "when") -> Condition:
        """Return a condition; one that nothing meets if it is wrong, which has been complained about."""
        node = mapping.entries.get(key)
        found = None if node is None else condition(reader, node, f"`{key}` of {what}")
        return found or AnyOf((), reader.at(mapping))

    def _context(self, reader: Reader, root: Mapping) -> None:
        node = root.entries["context"]
        name = reader.name(node, "a context")
        what = "the context" if name is None else f"the context `{name}`"
        reader.require(root, what, ("title", "when"), (*_CONTEXT, "criteria"))
        criteria: tuple[str, ...] = ()
        if "criteria" in root.entries:
            criteria = self._criteria(reader, root.entries["criteria"], name)
        if name is None or not isinstance(node, Scalar) or not self._declare(reader, node, name, "context"):
            return
        self.contexts[name] = Context(
            id=name,
            title=reader.optional(root, "title", reader.text, what) or name,
            when=self._when(reader, root, what),
            criteria=criteria,
            **self._cited(reader, root, what),
        )

    def _criteria(self, reader: Reader, node: Node, context: str | None) -> tuple[str, ...]:
        names = []
        for name, mapping in self._entries(reader, node, "criterion", ("title", "when", *_CITED), ("title", "when")):
            what = f"the criterion `{name}`"
            names.append(name)
            self.criteria[name] = Criterion(
                id=name,
                title=reader.optional(mapping, "title", reader.text, what) or name,
                when=self._when(reader, mapping, what),
                context=context,
                **self._cited(reader, mapping, what),
            )
        return tuple(names)

    def _purposes(self, reader: Reader, node: Node) -> None:
        for name, mapping in self._entries(reader, node, "purpose", ("title", *_CITED), ("title",)):
            what = f"the purpose `{name}`"
            title = reader.optional(mapping, "title", reader.text, what) or name
            self.purposes[name] = Purpose(id=name, title=title, **self._cited(reader, mapping, what))

    def _measures(self, reader: Reader, node: Node) -> None:
        known = ("title", "serves", "for", "need", *_CITED)
        for name, mapping in self._entries(reader, node, "measure", known, ("title", "for")):
            what = f"the measure `{name}`"
            grounds: list[Ground] = []
            for_ = mapping.entries.get("for")
            for context, key, value in reader.named(for_, f"`for` of {what}", "a context") if for_ is not None else ():
                self._refer(reader, key, context, "context", self.contexts)
                ground = reader.fields(value, f"`{context}` of {what}", _CITED)
                if ground is not None:
                    grounds.append(Ground(context=context, **self._cited(reader, ground, f"`{context}` of {what}")))
            need = (
                condition(reader, mapping.entries["need"], f"`need` of {what}") if "need" in mapping.entries else None
            )
            answers = AnyOf(
                tuple(Conclusion("context", ground.context, ground.at) for ground in grounds), reader.at(mapping)
            )
            self.measures[name] = Measure(
                id=name,
                title=reader.optional(mapping, "title", reader.text, what) or name,
                serves=self._references(reader, mapping.entries.get("serves"), "purpose", self.purposes),
                grounds=tuple(grounds),
                need=need,
                called_for=answers if need is None else AllOf((answers, need), reader.at(mapping)),
                **self._cited(reader, mapping, what),
            )

    def _forms(self, reader: Reader, node: Node) -> None:
        for name, mapping in self._entries(reader, node, "form", ("title", "text", "when", *_CITED), ("title", "when")):
            what = f"the form `{name}`"
            self.forms[name] = Form(
                id=name,
                title=reader.optional(mapping, "title", reader.text, what) or name,
                text=reader.optional(mapping, "text", reader.text, what),
                when=self._when(reader, mapping, what),
                **self._cited(reader, mapping, what),
            )

    def _themes(self, reader: Reader, node: Node) -> None:
        for name, mapping in self._entries(
            reader, node, "theme", ("title", "text", "group", *_CITED), ("title", "group")
        ):
            what = f"the theme `{name}`"
            self.themes[name] = Theme(
                id=name,
                title=reader.optional(mapping, "title", reader.text, what) or name,
                group=reader.optional(mapping, "group", lambda node, _: reader.name(node, "a group of themes"), what)
                or "",
                text=reader.optional(mapping, "text", reader.text, what),
                **self._cited(reader, mapping, what),
            )

    def _principles(self, reader: Reader, node: Node) -> None:
        known = ("title", "breached_when", *_CITED)
        for name, mapping in self._entries(reader, node, "principle", known, ("title", "breached_when")):
            what = f"the principle `{name}`"
            self.principles[name] = Principle(
                id=name,
                title=reader.optional(mapping, "title", reader.text, what) or name,
                breached_when=self._when(reader, mapping, what, "breached_when"),
                **self._cited(reader, mapping, what),
            )

    def _precedents(self, reader: Reader, node: Node) -> None:
        known = ("title", "years", "region", "type", "facts", "contexts", "measures", "outcome", *_CITED)
        required = ("title", "years", "region", "type", "outcome")
        for name, mapping in self._entries(reader, node, "precedent", known, required):
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
            self.precedents[name] = Precedent(
                id=name,
                title=reader.optional(mapping, "title", reader.text, what) or name,
                years=years.text if isinstance(years, Scalar) else "",
                region=reader.optional(mapping, "region", reader.text, what) or "",
                type=reader.optional(mapping, "type", lambda node, text: reader.word(node, text, PRECEDENT_TYPES), what)
                or "",
                facts=facts,
                contexts=self._references(reader, mapping.entries.get("contexts"), "context", self.contexts),
                measures=self._references(reader, mapping.entries.get("measures"), "measure", self.measures),
                outcome=reader.optional(mapping, "outcome", reader.text, what) or "",
                **self._cited(reader, mapping, what),
            )
            if "facts" in mapping.entries:
                self.later.append(self._precedent_facts(reader, mapping.entries["facts"], what, facts))

    def _precedent_facts(self, reader: Reader, node: Node, what: str, into: dict[str, Any]) -> Callable[[], None]:
        def read() -> None:
            given, _ = read_facts(reader, node, self.facts, f"`facts` of {what}", None)
            into.update(given)

        return read

    def _locale(self, reader: Reader, root: Mapping) -> None:
        node = root.entries["locale"]
        if not isinstance(node, Scalar) or not LANGUAGE.fullmatch(node.text):
            reader.error(node, Code.WRONG_SHAPE, f"`locale` cannot be {shape(node)}", "write it like es or pt-BR")
            return
        if node.text in self.locales:
            reader.error(
                node, Code.DUPLICATE_NAME, f"the locale `{node.text}` is declared twice", "put both into one file"
            )
            return
        words: dict[str, dict[str, str]] = {section: {} for section in _WORDINGS}
        places: dict[str, Span] = {}
        known: MappingType[str, Any] = ChainMap[str, Any](self.names, self.sources, self.columns)
        for section, into in words.items():
            if section in root.entries:
                for name, key, value in reader.by_text(root.entries[section], f"`{section}`", "what is translated"):
                    text = reader.text(value, f"`{clip(name)}` of `{section}`")
                    if text is not None:
                        into[name] = text
                        places[f"{section}.{name}"] = reader.at(key)
                        self._refer(reader, key, name, "id or name", known)
        self.locales[node.text] = Locale(
            language=node.text,
            **words,
            made_from=self._made_from(reader, root, words),
            at=reader.at(root.keys["locale"]),
            places=places,
        )

    def _made_from(
        self, reader: Reader, root: Mapping, words: MappingType[str, MappingType[str, str]]
    ) -> dict[str, dict[str, str]]:
        """Return the digests of what each translation was made from."""
        node = root.entries.get("made_from")
        sections = None if node is None else reader.fields(node, "`made_from`", _WORDINGS)
        digests: dict[str, dict[str, str]] = {}
        for section, value in sections.entries.items() if sections else ():
            if section not in words:
                continue
            what = f"`{section}` of `made_from`"
            digests[section] = {}
            for name, key, digest in reader.by_text(value, what, "what is translated"):
                text = reader.text(digest, f"`{clip(name)}` in {what}")
                if text is not None and not DIGEST.fullmatch(text):
                    message = f"`{clip(name)}` in {what} cannot be {shape(digest)}"
                    reader.error(digest, Code.WRONG_SHAPE, message, "write the eight digits that `comity check` gives")
                elif text is not None:
                    digests[section][name] = text
                    self._refer(reader, key, name, f"translation under `{section}` of", words[section])
        return digests

    # --- what a rule set says of itself ------------------------------------------------------------------------------

    def _properties(self, reader: Reader, node: Node) -> None:
        known = ("title", *CLAIMS, *DIRECTIONS, "differ_only_in", "reading", *_CITED)
        for name, mapping in self._entries(reader, node, "property", known, ("title",)):
            what = f"the property `{name}`"
            claim = self._claim(reader, mapping, what, known)
            if claim is None:
                self.broken.add(name)
                continue
            reading = reader.optional(mapping, "reading", lambda one, _: reader.name(one, "a reading"), what)
            if reading is not None:
                self._refer(reader, mapping.entries["reading"], reading, "reading", self.readings)
            self.properties[name] = Property(
                id=name,
                title=reader.optional(mapping, "title", reader.text, what) or name,
                reading=reading,
                **claim,
                **self._cited(reader, mapping, what),
            )

    def _claim(self, reader: Reader, mapping: Mapping, what: str, known: tuple[str, ...]) -> dict[str, Any] | None:
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
                return self._stays_met(reader, mapping, what, known)
            case "readings":
                return self._apart(reader, mapping, what)
        node = mapping.entries[claim]
        parts = [
            condition(reader, item, f"a part of `{claim}`") for item in reader.sequence(node, f"`{claim}` of {what}")
        ]
        if isinstance(node, Sequence) and len(parts) != 2:
            message = f"`{claim}` of {what} needs two conditions, not {len(parts)}"
            reader.error(node, Code.WRONG_SHAPE, message, f"write {{{claim}: [c, c]}}")
        whole = tuple(part for part in parts if part is not None)
        return {"kind": claim, "conditions": whole} if len(whole) == len(parts) == 2 else None

    def _stays_met(self, reader: Reader, mapping: Mapping, what: str, known: tuple[str, ...]) -> dict[str, Any] | None:
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
            reader.error(
                node, Code.BAD_NAME, message, "name a fact, like `arrivals`, or a column, like `groups.people`"
            )
            return None
        self.later.append(self._ordered(reader, node, found[1], found[2], f"`{directions[0]}` of {what}"))
        if stays is None:
            return None
        moved = {"fact": found[1], "column": found[2], "direction": directions[0]}
        return {"kind": "stays-met", "conditions": (stays,), **moved}

    def _ordered(self, reader: Reader, node: Node, name: str, column: str | None, what: str) -> Callable[[], None]:
        """Check, once all is read, that there is a fact or a column of that name whose values have an order."""

        def check() -> None:
            fact = self.facts.get(name)
            if name in self.broken or column in self.broken:
                return
            if fact is None:
                hint = reader.near(name, self.facts) or "declare it, or use one that is declared"
                reader.error(node, Code.UNKNOWN_FACT, f"{what}: the fact `{name}` is not declared", hint)
            elif column is not None and fact.value_type is not ValueType.TABLE:
                message = f"{what}: `{name}` is not a table"
                reader.error(node, Code.UNKNOWN_TABLE, message, f"write `{name}` alone")
            elif column is not None and column not in fact.columns:
                message = f"{what}: the table `{name}` has no column `{column}`"
                hint = reader.near(column, fact.columns) or one_of(fact.columns)
                reader.error(node, Code.UNKNOWN_COLUMN, message, hint)
            elif (moved := fact if column is None else fact.columns[column]).value_type not in _ORDERED:
                message = f"{what}: `{moved.name}` is a {type_words(moved.value_type)}, which has no order"
                hint = (
                    "name a column of it" if moved.value_type is ValueType.TABLE else "name a figure, duration or date"
                )
                reader.error(node, Code.WRONG_TYPE, message, hint)

        return check

    def _apart(self, reader: Reader, mapping: Mapping, what: str) -> dict[str, Any] | None:
        node = mapping.entries["readings"]
        readings = self._references(reader, node, "reading", self.readings)
        if isinstance(node, Sequence) and (len(node.items) != 2 or len(set(readings)) != len(readings)):
            message = f"`readings` of {what} needs two readings"
            reader.error(node, Code.WRONG_SHAPE, message, "write {readings: [one, other]}")
            return None
        conclusions: MappingType[str, Any] = ChainMap[str, Any](
            self.contexts, self.criteria, self.measures, self.forms, self.principles
        )
        ids = self._references(reader, mapping.entries.get("differ_only_in"), "conclusion", conclusions)
        return {"kind": "readings", "readings": readings, "ids": ids} if len(readings) == 2 else None

    def _suppressions(self, reader: Reader, node: Node) -> None:
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
                self.suppressions.append(Suppression(code=code, of=of, reason=reason, at=reader.at(item)))


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics by their places, each once."""
    return tuple(dict.fromkeys(sorted(diagnostics, key=lambda one: (one.at, one.code, one.message))))


def _point(reader: Reader, node: Node, what: str) -> Constant | None:
    """Return the literal that `node` is."""
    if isinstance(node, Scalar):
        return constant(reader, node, what)
    reader.error(node, Code.WRONG_SHAPE, f"{what} must be one value, not {shape(node)}", "write a literal, like 25000")
    return None


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
