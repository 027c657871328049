"""What each part of a rule set names, and what names it: by anchors, which say the kind and the name."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from comity.engine.language.condition import Term
from comity.engine.language.model import Exclusion, Fact, Measure, Parameter, RuleSet, Source
from comity.engine.language.places import mentions
from comity.engine.report.manual_parts import Piece, Words


def anchor_of(name: str, table: Fact | None) -> str:
    """Return the anchor of a fact, or in the rows of a table of a column."""
    return f"column-{table.name}-{name}" if table and name in table.columns else f"fact-{name}"


def kind_of(anchor: str) -> str:
    """Return the kind of what stands at an anchor."""
    return anchor.partition("-")[0]


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Return each name once, in the order of the first."""
    return tuple(dict.fromkeys(names))


def anchors(rules: RuleSet, term: Term, table: Fact | None = None) -> Iterator[str]:
    """Yield the anchor of everything that a condition or an expression names; `table` is the table of the row."""
    for one in mentions(rules, term, table):
        yield f"column-{one.table}-{one.name}" if one.kind == "column" else f"{one.kind}-{one.name}"


class Uses:
    """Everything in a rule set by its anchor, in the order in which it is declared, and what it rests on.

    Conclusions are taken as they stand under a reading.
    """

    def __init__(self, rules: RuleSet, reading: str | None) -> None:
        self.rules = rules
        self.reading = reading
        self.tables = {
            anchor_of(name, table): table for table in rules.facts.values() for name in table.columns
        }  # of each column
        exclusions = enumerate((*rules.impossible, *rules.implausible), 1)
        kinds: dict[str, Mapping[str, Any]] = {
            "reading": rules.readings,
            "parameter": rules.parameters,
            "fact": rules.facts,
            **{f"column-{table.name}": table.columns for table in rules.facts.values()},
            "exclusion": {str(number): exclusion for number, exclusion in exclusions},
            "criterion": rules.criteria,
            "context": rules.contexts,
            "measure": rules.measures,
            "purpose": rules.purposes,
            "principle": rules.principles,
            "form": rules.forms,
            "theme": rules.themes,
            "precedent": rules.precedents,
            "property": rules.properties,
            "source": rules.sources,
        }
        self.things = {f"{kind}-{name}": thing for kind, things in kinds.items() for name, thing in things.items()}

    def title(self, anchor: str) -> str:
        """Return what the thing at an anchor is called; an exclusion is called what it says."""
        thing = self.things[anchor]
        if isinstance(thing, Fact | Parameter):
            return thing.title or thing.name.replace("_", " ")
        return str(thing.note if isinstance(thing, Exclusion) else thing.title)

    def links(self, anchors: Iterable[str]) -> Words:
        """Return links, set apart by semicolons."""
        pieces = [piece for anchor in anchors for piece in (Piece("; "), Piece(self.title(anchor), anchor))]
        return tuple(pieces[1:])

    @cached_property
    def named(self) -> dict[str, tuple[str, ...]]:
        """What each conclusion and each derivation names."""
        conditions = self.rules.conditions(self.reading)
        found: dict[str, tuple[str, ...]] = {}
        for anchor, thing in self.things.items():
            if kind_of(anchor) in ("criterion", "context", "measure", "principle", "form"):
                found[anchor] = distinct(anchors(self.rules, conditions[thing.id]))
            elif isinstance(thing, Fact) and thing.derive is not None:
                found[anchor] = distinct(anchors(self.rules, thing.derive, self.tables.get(anchor)))
        return found

    @cached_property
    def users(self) -> dict[str, tuple[str, ...]]:
        """What names each thing: conclusions, derivations, and readings that set or define otherwise."""
        naming = dict(self.named)
        for reading in self.rules.readings.values():
            other = reading.define.values() if reading.id != self.reading else ()
            defined = (anchor for condition in other for anchor in anchors(self.rules, condition))
            naming[f"reading-{reading.id}"] = (*(f"parameter-{name}" for name in reading.set), *distinct(defined))
        found: dict[str, list[str]] = {}
        for anchor, named in naming.items():
            for one in named:
                found.setdefault(one, []).append(anchor)
        return {anchor: distinct(users) for anchor, users in found.items()}

    @cached_property
    def cited(self) -> dict[str, list[tuple[str | None, str]]]:
        """What cites each source: the place, and who names it."""
        found: dict[str, list[tuple[str | None, str]]] = {}
        for anchor, thing in self.things.items():
            grounds = thing.grounds if isinstance(thing, Measure) else ()
            for cited in () if isinstance(thing, Source) else (thing, *grounds):
                for citation in cited.sources:
                    found.setdefault(citation.source, []).append((citation.place, anchor))
        return found

    def asked(self, anchor: str) -> bool:
        """Tell whether something is a fact that is asked for: not derived, or a judgement with an indicator."""
        fact = self.things[anchor]
        return kind_of(anchor) == "fact" and (fact.derive is None or fact.kind == "judgement")

    def below(self, anchor: str) -> set[str]:
        """Return everything that something rests on."""
        found: set[str] = set()
        waiting = [anchor]
        while waiting:
            for one in self.named.get(waiting.pop(), ()):
                if one not in found:
                    found.add(one)
                    waiting.append(one)
        return found

    def needed(self, anchor: str) -> tuple[str, ...]:
        """Return the facts that something asks for, in the order in which they are declared."""
        below = self.below(anchor)
        return tuple(one for one in self.things if one in below and self.asked(one))

    def rests_on(self, anchor: str) -> Iterator[str]:
        """Yield the conclusions and asked facts that something names, or reaches through what is derived."""
        seen: set[str] = set()
        waiting = [*self.named.get(anchor, ())]
        while waiting:
            one = waiting.pop(0)
            if one in seen:
                continue
            seen.add(one)
            if self.asked(one) or kind_of(one) in ("criterion", "context", "measure"):
                yield one
            else:
                waiting += self.named.get(one, ())
