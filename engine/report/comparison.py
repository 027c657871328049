"""Situations side by side under several rule sets and readings: what text, Markdown and HTML all say of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from comity.engine.assessment.carrying import Left
from comity.engine.assessment.comparison import Column, Comparison, agreements, shared, tally
from comity.engine.language.model import RuleSet
from comity.engine.report.blocks import Block, Grid, Heading, Pairs, Paragraph, Tree
from comity.engine.report.partings import NONE, Parting, in_words, outcomes, parting_blocks
from comity.engine.report.rephrasing import rephrasings
from comity.engine.report.view import DISCLAIMER, ContextView, Element, Line, view
from comity.engine.report.words import TRUTH, Phrases, counted, day, of_parameter

_LEFT = {
    "not-declared": "Not known to",
    "other-type": "Of another type in",
    "other-unit": "In another unit in",
    "not-possible": "Not possible in",
    "since": "Left out, as its date is not known to",
}

_LINK = {"met": "because of", "not-met": "because of", "unknown": "kept open by"}


class SideBySide(NamedTuple):
    """All that was compared. A situation that has assessments is told in full."""

    columns: tuple[Column, ...]
    comparisons: tuple[Comparison, ...]
    partings: tuple[Parting, ...] = ()

    @property
    def differing(self) -> tuple[Comparison, ...]:
        """The situations that come out otherwise in some column."""
        return tuple(one for one in self.comparisons if one.differing_contexts or one.differing_measures)

    @property
    def differs(self) -> bool:
        """Whether anything is not the same, or not proved to be."""
        return bool(self.differing) or any(one.differs for one in self.partings)


def blocks(one: SideBySide) -> Iterator[Block]:
    """Yield the report, from its title to the last line."""
    yield from _Report(one).blocks()


class _Report:
    def __init__(self, one: SideBySide) -> None:
        self.one = one
        self.columns = one.columns
        self.names = tuple(column.name for column in one.columns)
        self.several = len({id(column.rules) for column in one.columns}) > 1

    def blocks(self) -> Iterator[Block]:
        if len(self.one.comparisons) == 1:
            (only,) = self.one.comparisons
            yield Heading(_title(only), 1)
            yield Pairs((*self.about(only), *self.legend()))
            yield from self.situation(only, 2)
        else:
            yield from self.overview()
            for each in self.one.comparisons:
                if each.assessments:
                    yield Heading(_title(each))
                    yield Pairs(tuple(self.about(each)))
                    yield from self.situation(each, 3)
        for parting in self.one.partings:
            yield from parting_blocks(parting, self.title)
        yield Paragraph(DISCLAIMER)

    def legend(self) -> Iterator[tuple[str, str]]:
        """Yield what is compared: the rule set once if there is but one."""
        if not self.several:
            rules = self.columns[0].rules
            yield "Rule set", f"{rules.id} {rules.version}, {rules.title}"
        for column in self.columns:
            yield column.name, "; ".join(self.described(column))

    def described(self, column: Column) -> Iterator[str]:
        rules, reading = column.rules, column.rules.readings.get(column.reading or "")
        if self.several:
            yield f"{rules.version if column.name == rules.id else f'{rules.id} {rules.version}'}, {rules.title}"
        if reading is not None:
            yield f"reading {reading.id}: {reading.title}" if self.several else reading.title
        yield from (f"{name} = {of_parameter(rules.parameters[name], held)}" for name, held in column.set.items())

    def about(self, one: Comparison) -> Iterator[tuple[str, str]]:
        yield "As of", day(one.as_of)
        if any(column.rules is not one.home for column in self.columns):
            yield "Described for", f"{one.home.id} {one.home.version}"

    # --- one situation ---

    def situation(self, one: Comparison, level: int) -> Iterator[Block]:
        yield Heading("Verdicts", level)
        rows = [
            (self.title(name), *map(in_words, one.words(name)), "differs" if one.differs(name) else "same")
            for name in one.contexts
        ]
        rows = [(*row[:-1], NONE) if row.count(NONE) > len(self.names) - 2 else row for row in rows]
        yield Grid("Verdicts", ("Context", *self.names, "Compared"), tuple(rows), remark=True)
        yield from _footnote(rows, "context")
        yield from self.left([one])
        yield from self.contradictions(one)
        for name in one.differing_contexts:
            yield from self.why(one, name, level)
        if one.differing_measures:
            yield Heading("Measures that differ", level)
            measures = tuple((self.title(name), *map(in_words, one.words(name))) for name in one.differing_measures)
            yield Grid("Measures that differ", ("Measure", *self.names), measures)
            yield from _footnote(measures, "measure")

    def title(self, name: str) -> str:
        """Return the title of a context or measure, as the first column that has it puts it."""
        every = [Phrases(column.rules).conclusion(name) for column in self.columns]
        return next((title for title in every if title != name), name)

    def left(self, some: Sequence[Comparison]) -> Iterator[Block]:
        """Yield what rule sets do not take of some situations: of many, of how many each."""
        many = len(self.one.comparisons) > 1 and len(some) > 1
        pairs: list[tuple[str, str]] = []
        by_rules: dict[int, list[int]] = {}
        for place, column in enumerate(self.columns):
            by_rules.setdefault(id(column.rules), []).append(place)
        for places in by_rules.values():
            who = ", ".join(self.names[place] for place in places)
            found = Counter((left, _name(one.home, left)) for one in some for left in one.sides[places[0]].left)
            for measures in (False, True):
                for why, label in _LEFT.items():
                    named = [
                        f"{name} ({number})" if many else name
                        for (left, name), number in found.items()
                        if left.why == why and (left.what == "measure") is measures
                    ]
                    head = f"{'Measures not known to' if measures else label} {who}"
                    if named:
                        pairs.append((f"{head} (in so many situations)" if many else head, ", ".join(named)))
        if pairs:
            yield Pairs(tuple(pairs))

    def contradictions(self, one: Comparison) -> Iterator[Block]:
        told: dict[str, list[str]] = {}
        for side, assessment in zip(one.sides, one.assessments, strict=True):
            for text in view(assessment).contradictions:
                told.setdefault(text, []).append(side.column.name)
        yield from (Paragraph(f"{', '.join(names)}: {text}") for text, names in told.items())

    def why(self, one: Comparison, name: str, level: int) -> Iterator[Block]:
        """Yield why a context comes out otherwise: on each side the criteria that decided, with their figures."""
        came = zip(self.names, one.words(name), strict=True)
        yield Heading(f"{self.title(name)}: {outcomes(came)}", level)
        groups: dict[tuple[Line, ...], list[str]] = {}
        words: dict[tuple[Line, ...], str] = {}
        for side, assessment in zip(one.sides, one.assessments, strict=True):
            for verdict, context in zip(assessment.contexts, view(assessment).contexts, strict=True):
                if verdict.context == name:
                    lines = tuple(_reasons(context, verdict.because))
                    groups.setdefault(lines, []).append(side.column.name)
                    words[lines] = context.word
        yield Tree(
            tuple(
                line
                for lines, names in groups.items()
                for line in (Line(f"under {' and '.join(names)}, {_LINK[words[lines]]}", words[lines]), *_deeper(lines))
            )
        )
        lines = tuple(rephrasings(self.columns, name))
        if lines:
            yield Paragraph("What the rules say otherwise:")
            yield Tree(lines)

    # --- many ---

    def overview(self) -> Iterator[Block]:
        every = self.one.comparisons
        rule_sets = len({id(column.rules) for column in self.columns})
        number = len(self.columns)
        under_ = counted(number, "rule set" if rule_sets == number else "column")
        under_ = under_ if self.several else f"{number} readings of {self.columns[0].rules.id}"
        yield Heading(f"{counted(len(every), 'situation')} under {under_}", 1)
        yield Pairs(tuple(self.legend()))
        yield Heading("How far they agree")
        yield Grid(
            "Verdicts by two columns",
            ("Verdicts", "the same", "opposed", "one cannot tell"),
            tuple(
                (
                    f"{self.names[pair.one]} and {self.names[pair.other]}",
                    f"{pair.same} of {pair.of}",
                    str(pair.opposed),
                    str(pair.of - pair.same - pair.opposed),
                )
                for pair in agreements(every)
            ),
        )
        yield Heading("How often each verdict comes out")
        yield Grid(
            "How often each verdict comes out",
            ("Context", *self.names),
            tuple(
                (
                    f"{self.title(name)}: {TRUTH[outcome]}",
                    *(
                        str(counts[outcome]) if name in column.rules.contexts else NONE
                        for column, counts in zip(self.columns, tally(every, name), strict=True)
                    ),
                )
                for name in shared(self.columns)
                for outcome in TRUTH
            ),
        )
        yield from self.left(every)
        yield from self.differing()

    def differing(self) -> Iterator[Block]:
        contexts = [(one, name) for one in self.one.comparisons for name in one.differing_contexts]
        apart = len({id(one) for one, _ in contexts})
        yield Heading(f"Verdicts differ in {apart} of {counted(len(self.one.comparisons), 'situation')}")
        if contexts:
            rows = (
                (f"{one.situation.id}: {self.title(name)}", *map(in_words, one.words(name))) for one, name in contexts
            )
            yield Grid("Verdicts that differ", ("Situation and context", *self.names), tuple(rows))
        measures = [one for one in self.one.comparisons if one.differing_measures and not one.differing_contexts]
        if measures:
            listed = (f"{one.situation.id} ({len(one.differing_measures)})" for one in measures)
            yield Pairs((("Measures alone differ in", ", ".join(listed)),))


def _footnote(rows: Sequence[tuple[str, ...]], what: str) -> Iterator[Block]:
    if any(NONE in row[1:] for row in rows):
        yield Paragraph(f"{NONE}: the rule set has no such {what}.")


def _title(one: Comparison) -> str:
    return f"{one.situation.title} ({one.situation.id})" if one.situation.title else one.situation.id


def _name(home: RuleSet, left: Left) -> str:
    """Return what is left of a situation, in words."""
    phrases = Phrases(home)
    if left.what == "measure":
        return phrases.conclusion(left.name)
    table, _, column = left.name.partition(".")
    if not column:
        return phrases.fact(table)
    return f"{phrases.inside(home.facts[table]).fact(column)} in {phrases.fact(table)}"


# --- reasons ------------------------------------------------------------------------------------------------------


def _reasons(context: ContextView, because: Sequence[str]) -> Iterator[Line]:
    """Yield the criteria that decided a verdict, with their figures, and what the context tests besides."""
    for element in context.elements:
        if element.id in because:
            yield from _element(element)
    yield from (line._replace(depth=0) for line in context.tests)


def _element(element: Element) -> Iterator[Line]:
    marks = f" [{', '.join(element.marks)}]" if element.marks else ""
    yield Line(element.title + marks, element.word)
    for line in _deeper(element.lines):
        yield line._replace(word=None) if line.word == element.word else line


def _deeper(lines: Iterable[Line]) -> Iterator[Line]:
    yield from (line._replace(depth=line.depth + 1) for line in lines)
