"""A rule set while its files are read, and what the readers of its sections share."""

from collections.abc import Callable, Iterable, Mapping as MappingType
from typing import Any

from comity.engine.language.condition import Constant
from comity.engine.language.diagnostic import Code, Diagnostic, Span, clip
from comity.engine.language.grammar import constant
from comity.engine.language.model import (
    Context,
    Criterion,
    Exclusion,
    Fact,
    Form,
    Locale,
    Measure,
    Parameter,
    Precedent,
    Principle,
    Property,
    Purpose,
    Reading,
    RuleSet,
    Source,
    Suppression,
    Theme,
)
from comity.engine.language.shape import Reader, shape
from comity.engine.language.source import Mapping, Node, Scalar, Sequence

_PLURALS = {"criterion": "criteria", "property": "properties"}


class Draft:
    """A rule set while its files are read: what has been declared, and what is to be looked up once all is known."""

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

    def rule_set(self) -> RuleSet:
        """Return the rule set of what has been declared."""
        return RuleSet(
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

    def declare(self, reader: Reader, key: Scalar, name: str, what: str) -> bool:
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

    def entries(
        self, reader: Reader, node: Node, what: str, known: tuple[str, ...], required: tuple[str, ...]
    ) -> Iterable[tuple[str, Mapping]]:
        """Yield the name and the fields of each entry of a section that can be read."""
        section = f"`{_PLURALS.get(what, f'{what}s')}`"
        for name, key, value in reader.named(node, section, f"a {what}"):
            declared = self.declare(reader, key, name, what)
            mapping = reader.fields(value, f"the {what} `{name}`", known, required)
            if mapping is None:
                self.broken.add(name)
            elif declared:
                yield name, mapping

    def refer(self, reader: Reader, node: Node, name: str, what: str, known: MappingType[str, Any]) -> None:
        """Check, once all is read, that `name` is one of `known`."""

        def check() -> None:
            if name not in known and name not in self.broken:
                hint = reader.near(name, known) or "declare it, or use one that is declared"
                reader.error(node, Code.UNKNOWN_REFERENCE, f"there is no {what} `{clip(name)}`", hint)

        self.later.append(check)

    def references(self, reader: Reader, node: Node | None, what: str, known: MappingType[str, Any]) -> tuple[str, ...]:
        """Return the names in a list, each of which has to be one of `known` once all is read."""
        if node is None:
            return ()
        names = reader.names(node, what)
        for item in node.items if isinstance(node, Sequence) else []:
            if isinstance(item, Scalar) and item.text in names:
                self.refer(reader, item, item.text, what, known)
        return names


def point(reader: Reader, node: Node, what: str) -> Constant | None:
    """Return the literal that `node` is."""
    if isinstance(node, Scalar):
        return constant(reader, node, what)
    reader.error(node, Code.WRONG_SHAPE, f"{what} must be one value, not {shape(node)}", "write a literal, like 25000")
    return None
