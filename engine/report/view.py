"""An assessment laid out for reading: what text, Markdown and HTML all say, in one order and in the same words.

Nothing is decided here: every word follows from the assessment and its traces.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from comity.engine.assessment.assess import Assessment, Note, Recommendation, Verdict
from comity.engine.assessment.explain import Trace
from comity.engine.assessment.prospects import Certainty
from comity.engine.assessment.questions import Answer, Question
from comity.engine.assessment.response import Gap
from comity.engine.assessment.timeline import Timeline
from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    Arithmetic,
    AtLeast,
    Conclusion,
    Constant,
    Count,
    Every,
    Expression,
    FactValue,
    Not,
    ParameterValue,
    Some,
    Test,
    Total,
)
from comity.engine.language.model import Basis, Citation, Cited, Fact, ValueType
from comity.engine.language.operators import TABLE
from comity.engine.language.references import type_of
from comity.engine.language.truth import Truth
from comity.engine.report.likeness import ComparisonView, comparisons, precedent_title, situation_title
from comity.engine.report.what_if import WhatIfView
from comity.engine.report.words import (
    NOT_KNOWN,
    PURPOSE,
    STANDING,
    STATUS,
    TRUTH,
    Phrases,
    arithmetic,
    counted,
    day,
    of_fact,
    of_parameter,
    value,
)

SOURCE = "Source"
WHY = "Why"
SECTIONS = {
    "summary": "Summary",
    "situation": "The situation",
    "contexts": "Contexts",
    "measures": "Measures",
    "over-time": "Over time",
    "response": "Response",
    "purposes": "Purposes",
    "principles": "Principles",
    "forms": "Forms",
    "questions": "Still unknown",
    "changes": "What would change the verdicts",
    "precedents": "Precedents",
    "notes": "Notes",
    "facts": "Facts given",
    "derived": "Derived figures",
    "workings": "How this was worked out",
    "reading": "How to read this",
    "sources": "Sources cited",
}
KEY = (
    ("met", "the facts given satisfy it"),
    ("not met", "the facts given rule it out"),
    ("cannot tell", "the facts given leave it open; a fact that nobody gave is neither a yes nor a no"),
    (
        "editorial",
        "a figure, indicator or link that the authors of the rule set chose; no source prescribes it",
    ),
    ("editorial indicator", "figures stand in for a judgement that nobody gave"),
    ("judged", "the assessor's judgement decides, whatever the figures would say"),
)
DISCLAIMER = "This is an assessment under a rule set, for study and preparation; it is not legal advice."


class Figure(NamedTuple):
    """What a line says of a fact: its figure, and what that is held against, if anything."""

    fact: str
    value: str
    against: str = ""


class Line(NamedTuple):
    """One line of an explanation: how it came out, if it is a condition, and how deep it stands."""

    text: str
    word: str | None = None  # met, not-met, unknown
    depth: int = 0
    figure: Figure | None = None  # what `text` says, in its parts


class SourceView(NamedTuple):
    """A citation in words, with the passage where its wording matters."""

    text: str
    short: str
    quote: str | None
    note: str | None = None


class Reference(NamedTuple):
    """A source that the report cites: how it is cited, if not by its title, and what it is."""

    short: str | None
    text: str
    note: str | None
    cases: frozenset[str] | None = None  # titles of the precedents that alone cite it; None if others do


class Element(NamedTuple):
    """A criterion of a context: how it came out, and the figures that decided it."""

    id: str
    word: str
    title: str
    marks: tuple[str, ...]  # what the reader must know of it at once: judged, editorial indicator
    lines: tuple[Line, ...]
    known: bool  # whether anything is known of what it tests
    sources: tuple[SourceView, ...]
    trace: tuple[Line, ...]
    note: str | None = None


class ContextView(NamedTuple):
    """A context: its verdict, its elements, and what the verdict rests on or waits for."""

    id: str
    word: str
    title: str
    sources: tuple[SourceView, ...]
    elements: tuple[Element, ...]
    remarks: tuple[tuple[str, str], ...]  # label, text
    short: str  # what stands beside the verdict in the summary
    trace: tuple[Line, ...]
    tally: str = ""  # how its elements came out, counted
    reasons: str = ""  # `short` at length: the criteria that decided, or the facts that it waits for
    cautions: tuple[str, ...] = ()  # what else the summary must say of the verdict
    note: str | None = None
    tests: tuple[Line, ...] = ()  # what it tests besides its criteria, where that decided


class MeasureView(NamedTuple):
    """A measure: its status, why, and what for."""

    id: str
    word: str
    title: str
    brief: str  # the reason and the purposes in one line
    remarks: tuple[tuple[str, str], ...]  # the same at length
    sources: tuple[SourceView, ...]
    trace: tuple[Line, ...]
    note: str | None = None


class Item(NamedTuple):
    """An entry of one of the shorter sections."""

    word: str
    title: str
    remarks: tuple[tuple[str, str], ...] = ()
    sources: tuple[SourceView, ...] = ()
    text: str | None = None
    note: str | None = None
    trace: tuple[Line, ...] = ()


class Table(NamedTuple):
    """The rows of a fact that is a table, as they were given."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    size: str


class GivenFact(NamedTuple):
    """A fact as it was given, and who says so."""

    fact: str
    value: str
    source: str
    kind: str = ""
    table: Table | None = None  # what `value` says, in its rows


class QuestionView(NamedTuple):
    """What is still to be asked: what it bears on, why it is asked, and what answers alone would settle."""

    ask: str
    bears_on: str
    why: str
    answers: tuple[tuple[str, str], ...]  # those that settle something: the answer, what it settles
    instead: str = ""  # the judgements that would answer for it


class View(NamedTuple):
    """The whole report."""

    title: str
    id: str
    facts: tuple[tuple[str, str], ...]  # of the assessment itself: as-of date, rule set, reading, parameters set
    narrative: str | None
    contexts: tuple[ContextView, ...]
    measures: tuple[MeasureView, ...]
    not_called_for: tuple[str, ...]  # titles
    principles: tuple[Item, ...]
    forms: tuple[Item, ...]
    response: tuple[Item, ...]
    precedents: tuple[Item, ...]
    questions: tuple[QuestionView, ...]
    notes: tuple[str, ...]
    given: tuple[GivenFact, ...]
    derivations: tuple[Line, ...]
    disclaimer: str
    language: str  # of the rule set, and so of most words here
    response_title: str | None
    contradictions: tuple[str, ...]  # those of the notes that the summary must not leave out
    references: tuple[Reference, ...]  # every source cited above
    purposes: tuple[Item, ...]  # what the response does for each
    comparisons: tuple[ComparisonView, ...]
    stored: tuple[Item, ...]  # what happened in the stored situations that are nearest
    summary: tuple[tuple[str, str], ...]  # what stands below the verdicts: a section's key, what it holds, counted
    changes: tuple[WhatIfView, ...] = ()  # what would turn verdicts, where that was looked for
    timeline: Timeline | None = None  # how they develop, where that was looked for


_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Characters that neither HTML nor CommonMark lets a text hold: controls, halves of surrogate pairs, noncharacters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)


def printable(text: str) -> str:
    r"""Return `text` without the characters that no document may hold, its line breaks as line feeds.

    >>> printable("a\r\nb\x00c")
    'a\nbc'
    """
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a longer text, which blank lines set apart."""
    return [part.strip() for part in re.split(r"\n[ \t]*\n", printable(text)) if part.strip()]


def view(assessment: Assessment) -> View:
    """Return the report on `assessment`."""
    return Viewer(assessment).view()


class Viewer:
    """Puts the parts of an assessment into words."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment
        self.rules = assessment.rules
        self.phrases = Phrases(assessment.rules)
        self.cited: dict[str, set[str] | None] = {}  # by source: the precedents that alone cite it

    def view(self) -> View:
        one = self.assessment
        situation = one.situation
        return View(
            title=situation.title or situation.id,
            id=situation.id,
            facts=tuple(self.about()),
            narrative=situation.narrative,
            contexts=tuple(self.context(verdict) for verdict in one.contexts),
            measures=tuple(self.measure(measure) for measure in one.measures if measure.status != "not-called-for"),
            not_called_for=tuple(
                self.rules.measures[m.measure].title for m in one.measures if m.status == "not-called-for"
            ),
            principles=tuple(self.principles()),
            forms=tuple(self.forms()),
            response=tuple(self.response()),
            precedents=tuple(self.precedents()),
            questions=tuple(self.question(q) for q in one.questions),
            notes=tuple(self.note(note) for note in one.notes),
            given=tuple(self.given()),
            derivations=tuple(self.derivations()),
            disclaimer=DISCLAIMER,
            language=self.rules.language,
            response_title=situation.response.title if situation.response else None,
            contradictions=tuple(self.note(note) for note in one.notes if note.code == "impossible"),
            references=tuple(self.reference(name, cases) for name, cases in self.cited.items()),
            purposes=tuple(self.purposes()),
            comparisons=tuple(comparisons(one, self.phrases)),
            stored=tuple(self.stored()),
            summary=tuple(self.summary()),
        )

    def about(self) -> Iterator[tuple[str, str]]:
        one = self.assessment
        yield "As of", day(one.as_of)
        yield "Rule set", f"{self.rules.id} {self.rules.version}, {self.rules.title}"
        if one.reading is not None:
            yield "Reading", f"{one.reading}, {self.rules.readings[one.reading].title}"
        for name, held in one.set.items():
            yield "Set", f"{name} = {of_parameter(self.rules.parameters[name], held)}"
        if one.situation.hypothetical:
            yield "Situation", "hypothetical"

    def summary(self) -> Iterator[tuple[str, str]]:
        one = self.assessment
        yield "measures", _tally((STATUS[measure.status] for measure in one.measures), STATUS.values())
        if one.response is not None:
            found = tuple(item.word for item in self.response())
            said = [_tally(found, dict.fromkeys(found)) or "no measure planned, none called for"]
            unserved = sum(service.standing == "unserved" for service in one.response.purposes)
            said += [f"{counted(unserved, 'purpose')} unserved"] if unserved else []
            yield "response", "; ".join(said)
        standings = (STANDING[one.standing(finding)] for finding in one.principles)
        yield "principles", _tally(standings, STANDING.values())
        yield (
            "questions",
            counted(len(one.questions), "question") if one.questions else "nothing that a verdict waits for",
        )
        if one.notes:
            yield "notes", counted(len(one.notes), "note")

    # --- contexts ---

    def context(self, verdict: Verdict) -> ContextView:
        context = self.rules.contexts[verdict.context]
        elements = tuple(self.element(finding.id, finding.trace) for finding in verdict.findings)
        return ContextView(
            id=context.id,
            word=verdict.truth.value,
            title=context.title,
            sources=self.sources(context),
            elements=elements,
            remarks=tuple(self.remarks(verdict)),
            short=self.short(verdict),
            trace=tuple(self.lines(verdict.trace)),
            tally=_tally((TRUTH[element.word] for element in elements), TRUTH.values()),
            reasons=self.reasons(verdict),
            cautions=tuple(self.cautions(verdict)),
            note=context.note,
            tests=tuple(self.tests(verdict.trace)),
        )

    def tests(self, trace: Trace) -> Iterator[Line]:
        """Yield what a context tests besides its criteria, and other conclusions, where that decided its verdict."""
        term = trace.term
        if isinstance(term, AllOf | AnyOf | Not | AtLeast):
            for part in _decisive(term, trace):
                yield from self.tests(part)
        elif not (isinstance(term, Conclusion) and term.kind == "criterion"):
            yield from self.figures(trace, {}, 0)

    def short(self, verdict: Verdict) -> str:
        """Return the reasons in a few words: the criteria that decided the verdict."""
        if verdict.truth is Truth.UNKNOWN:
            certain = self.assessment.prospects.certainty(verdict.context)
            if certain is not None:
                return f"{_outcome(certain.met, TRUTH)} all the same: certain by reasoning"
            waits_for = self.assessment.prospects.hangs_on(verdict.context)
            return "waits for " + counted(len(waits_for), "fact") if waits_for else ""
        return ", ".join(verdict.because)

    def reasons(self, verdict: Verdict) -> str:
        """Return the reasons at length: the criteria that decided the verdict, or the facts that it waits for."""
        if verdict.truth is Truth.UNKNOWN:
            certain = self.assessment.prospects.certainty(verdict.context)
            if certain is not None:
                return self.certainty(certain, TRUTH)
            waits_for = self.assessment.prospects.hangs_on(verdict.context)
            return f"waits for {self.some_facts(waits_for)}" if waits_for else ""
        return "; ".join(self.phrases.conclusion(name) for name in verdict.because)

    def cautions(self, verdict: Verdict) -> Iterator[str]:
        """Yield what a reader who sees the verdict alone must know: it could be otherwise, and why."""
        for reading, truth in verdict.readings.items():
            yield f"{TRUTH[truth.value]} under the reading “{self.rules.readings[reading].title}”"
        for judgement in verdict.judgements:
            if judgement.survives is False:
                yield f"turns on a judgement: {self.phrases.fact(judgement.fact)}"
        if verdict.editorial:
            yield f"rests on {counted(len(verdict.editorial), 'editorial choice')}"

    def remarks(self, verdict: Verdict) -> Iterator[tuple[str, str]]:
        yield from self.prospects(verdict.context, verdict.truth is Truth.UNKNOWN, TRUTH)
        for judgement in verdict.judgements:
            fact = self.rules.facts[judgement.fact]
            stands = {
                True: "the verdict would survive its reversal",
                False: "the verdict turns on it",
                None: "a judged figure",
            }
            yield (
                "Judged",
                f"{self.phrases.fact(fact.name)}: {of_fact(fact, judgement.value)} ({stands[judgement.survives]})",
            )
        if verdict.editorial:
            yield "Editorial", ", ".join(self.ours(name) for name in verdict.editorial)
        for reading, truth in verdict.readings.items():
            yield "Other reading", f"{self.rules.readings[reading].title} ({reading}): {TRUTH[truth.value]}"

    def ours(self, name: str) -> str:
        parameter = self.rules.parameters.get(name)
        if parameter is None:
            return f"an indicator stands in for {name}"
        return f"{name} = {of_parameter(parameter, self.assessment.run.program.parameter(name, self.assessment.as_of))}"

    def element(self, criterion: str, trace: Trace) -> Element:
        declared = self.rules.criteria[criterion]
        marks: dict[str, None] = {}
        lines = tuple(_unknown_together(self.figures(trace, marks, 0)))
        return Element(
            id=criterion,
            word=trace.truth.value,
            title=declared.title,
            marks=tuple(marks),
            lines=lines,
            known=not all(_nothing_known(line) for line in lines),
            sources=self.sources(declared),
            trace=tuple(self.lines(trace)),
            note=declared.note,
        )

    def figures(self, trace: Trace, marks: dict[str, None], depth: int) -> Iterator[Line]:
        """Yield each test that decided a criterion, or keeps it open, with its figure against its threshold."""
        term = trace.term
        if isinstance(term, Test):
            yield from self.test(term, trace, marks, depth)
        elif isinstance(term, Conclusion):
            yield Line(self.phrases.condition(term), trace.truth.value, depth)
        elif isinstance(term, AllOf | AnyOf | Not | AtLeast):
            parts = _decisive(term, trace)
            heads = {AnyOf: "either of:", Not: "not:"}
            head = self.phrases.condition(term) if isinstance(term, AtLeast) else heads.get(type(term))
            if isinstance(term, AnyOf) and len(parts) == 1:
                head = None
            if head is not None:
                yield Line(head, trace.truth.value, depth)
            for part in parts:
                yield from self.figures(part, marks, depth + (head is not None))
        elif isinstance(term, Some | Every):
            met = sum(part.truth is Truth.MET for part in trace.parts)
            open_ = sum(part.truth is Truth.UNKNOWN for part in trace.parts)
            rows = f"in {met} of {counted(len(trace.parts), 'row')}" + (f", {open_} open" if open_ else "")
            figure = Figure(self.phrases.fact(term.table), rows)
            yield Line(f"{figure.fact}: {figure.value}", trace.truth.value, depth, figure)

    def test(self, test: Test, trace: Trace, marks: dict[str, None], depth: int) -> Iterator[Line]:
        """Yield the line of a test; for a judgement that nobody gave, the lines of its indicator."""
        fact = self.phrases.declared(test.fact)
        derived = self.assessment.derivation(test.fact) if test.fact in self.rules.facts else None
        if fact.value_type is ValueType.BOOLEAN and derived is not None:
            if fact.kind == "judgement":
                marks["editorial indicator"] = None
            yield from self.figures(derived, marks, depth)
            return
        if fact.kind == "judgement" and test.fact in self.assessment.run.facts:
            marks["judged"] = None
        left, *_, bound = trace.parts
        name, held, against = self.phrases.fact(test.fact), of_fact(fact, left.result), ""
        if len(trace.parts) == 3:
            elapsed = trace.parts[1]
            held += f" ({value(elapsed.result, type_of(self.rules, _expression(elapsed), None))} ago)"
        text = f"{name}: {held}"
        if fact.value_type is not ValueType.BOOLEAN or not isinstance(test.bound, Constant):
            against = f"{TABLE[test.operator].words.removeprefix('is ')} {self.threshold(test, bound)}"
            text += f"; {against}"
        elif isinstance(test.bound, Constant) and trace.truth is not Truth.UNKNOWN:
            wanted = test.bound.value if test.operator == "is" else not test.bound.value
            if not wanted:
                against = "asked for: no"
                text += f" ({against})"
        yield Line(text, trace.truth.value, depth, Figure(name, held, against))

    def threshold(self, test: Test, bound: Trace) -> str:
        """Return what a figure is held against: its value, and where that comes from."""
        term = bound.term
        if isinstance(term, ParameterValue):
            return self.ours_or_theirs(term.name, bound.result)
        if isinstance(term, Constant):
            return self.phrases.bound(test.fact, term)
        if isinstance(term, FactValue):
            other = self.phrases.declared(term.name)
            return f"{self.phrases.fact(term.name)}, {of_fact(other, bound.result)}"
        return f"{self.worked(bound)} = {self.bound(self.phrases, test, bound)}"

    def worked(self, trace: Trace) -> str:
        """Return an expression with the figures that went into it."""
        term = trace.term
        if isinstance(term, ParameterValue):
            return self.ours_or_theirs(term.name, trace.result)
        if isinstance(term, FactValue):
            return f"{self.phrases.fact(term.name)} ({of_fact(self.phrases.declared(term.name), trace.result)})"
        if isinstance(term, Arithmetic):
            return arithmetic(term, [self.worked(part) for part in trace.parts])
        return self.phrases.expression(_expression(trace))

    def ours_or_theirs(self, name: str, held: Any) -> str:
        """Return a parameter's value, with its name and its basis."""
        parameter = self.rules.parameters[name]
        basis = f", {parameter.basis}" if parameter.basis else ""
        return f"{of_parameter(parameter, held)} ({name}{basis})"

    # --- measures and the rest ---

    def measure(self, measure: Recommendation) -> MeasureView:
        declared = self.rules.measures[measure.measure]
        remarks: list[tuple[str, str]] = []
        if measure.because:
            label = "Because of" if measure.status == "called-for" else "Would answer"
            remarks.append((label, self.titles(measure.because)))
        remarks += self.prospects(measure.measure, measure.status == "conditional", STATUS)
        if measure.serves:
            remarks.append(("Serves", "; ".join(self.rules.purposes[name].title for name in measure.serves)))
        editorial = [g.context for g in declared.grounds if g.context in measure.because and g.basis is Basis.EDITORIAL]
        if editorial:
            remarks.append(("Editorial", f"the link to {self.titles(editorial)}"))
        grounds = [
            citation for ground in declared.grounds if ground.context in measure.because for citation in ground.sources
        ]
        because = [
            self.phrases.conclusion(id_) + (" (editorial link)" if id_ in editorial else "") for id_ in measure.because
        ]
        parts = [("because of " if measure.status == "called-for" else "would answer ") + ", ".join(because)]
        if measure.status == "conditional":
            certain = self.assessment.prospects.certainty(measure.measure)
            waits_for = self.assessment.prospects.hangs_on(measure.measure)
            parts.append(self.certainty(certain, STATUS) if certain else f"only if: {self.some_facts(waits_for)}")
        parts += [f"serves {', '.join(measure.serves)}"] if measure.serves else []
        return MeasureView(
            id=declared.id,
            word=measure.status,
            title=declared.title,
            brief="; ".join(parts),
            remarks=tuple(remarks),
            sources=tuple(_distinct(self.source(citation) for citation in (*declared.sources, *grounds))),
            trace=tuple(self.lines(measure.trace)),
            note=declared.note,
        )

    def principles(self) -> Iterator[Item]:
        check = self.assessment.response
        facts = {one.principle: one.facts for one in (*check.conflicts, *check.undetermined)} if check else {}
        for finding in self.assessment.principles:
            principle = self.rules.principles[finding.id]
            word = STANDING[self.assessment.standing(finding)]
            sources = self.sources(principle)
            remarks: list[tuple[str, str]] = []
            if finding.id in facts and finding.truth is Truth.MET:
                remarks.append(("Breached by", "; ".join(self.held(name) for name in facts[finding.id])))
            elif finding.id in facts:
                remarks.append(("Waits for", self.some_facts(facts[finding.id])))
            for source in sources:
                quoted = source.quote and finding.truth is Truth.MET
                remarks.append((SOURCE, f"“{source.quote}”, {source.text}" if quoted else source.text))
            trace = tuple(self.lines(finding.trace))
            yield Item(word, principle.title, tuple(remarks), sources, note=principle.note, trace=trace)

    def held(self, name: str) -> str:
        """Return a fact with what is known of it."""
        return f"{self.phrases.fact(name)}: {of_fact(self.rules.facts[name], self.assessment.run.value(name))}"

    def forms(self) -> Iterator[Item]:
        for finding in self.assessment.forms:
            form = self.rules.forms[finding.id]
            trace = tuple(self.lines(finding.trace))
            yield Item(TRUTH[finding.truth.value], form.title, (), self.sources(form), form.text, form.note, trace)

    def response(self) -> Iterator[Item]:
        check = self.assessment.response
        if check is None:
            return
        for name in check.covered:
            yield Item("covered", self.rules.measures[name].title)
        for gap in check.gaps:
            yield Item("missing", self.rules.measures[gap.measure].title, ((WHY, self.why(gap)),))
        for word, names in (("conditional", check.open), ("not needed on these facts", check.not_needed)):
            for name in names:
                yield Item(word, self.rules.measures[name].title)

    def why(self, gap: Gap) -> str:
        """Return why a measure that is missing matters."""
        others = [name for name in gap.fills if name not in gap.alone]
        said = [f"alone serves: {self.titles(gap.alone, '; ')}"] if gap.alone else []
        said += [f"serves what nothing planned serves: {self.titles(others, '; ')}"] if others else []
        return "; ".join([*said, f"called for by {self.titles(gap.contexts)}"])

    def purposes(self) -> Iterator[Item]:
        """Yield what the response does for each purpose: the unserved ones first."""
        check = self.assessment.response
        for standing, word in PURPOSE.items():
            for service in check.purposes if check else ():
                if service.standing == standing:
                    groups: tuple[tuple[str, tuple[str, ...]], ...] = (
                        ("Would be served by", service.missing),
                        ("Planned, and conditional", service.open),
                        ("Conditional, and not planned", service.conditional),
                    )
                    groups = (("Served by", service.covered),) if service.covered else groups
                    remarks = tuple((label, self.titles(names, "; ")) for label, names in groups if names)
                    yield Item(word, self.rules.purposes[service.purpose].title, remarks)

    def precedents(self) -> Iterator[Item]:
        for similarity in self.assessment.precedents:
            precedent = self.rules.precedents[similarity.precedent]
            remarks = [("Measures", self.titles(precedent.measures, "; "))] if precedent.measures else []
            remarks.append(("Outcome", precedent.outcome))
            title = precedent_title(precedent)
            sources = tuple(self.source(citation, title) for citation in precedent.sources)
            yield Item(precedent.type, title, tuple(remarks), sources, note=precedent.note)

    def stored(self) -> Iterator[Item]:
        near = {
            one.case for found in self.assessment.comparisons for one in found.situations if one.on_point or one.closest
        }
        for name, situation in self.assessment.cases.items():
            if name in near and (situation.narrative or situation.response):
                response = situation.response
                remarks = [("Response", response.title)] if response and response.title else []
                remarks += (
                    [("Measures", self.titles(response.measures, "; "))] if response and response.measures else []
                )
                yield Item("situation", situation_title(situation), tuple(remarks), text=situation.narrative)

    # --- what is open ---

    def prospects(self, conclusion: str, is_open: bool, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield what an open conclusion waits for, or what it comes to whatever the unknowns turn out to be."""
        if not is_open:
            return
        certain = self.assessment.prospects.certainty(conclusion)
        if certain is not None:
            yield "Certain by reasoning", self.certainty(certain, words)
        elif waits_for := self.assessment.prospects.hangs_on(conclusion):
            yield "Waits for", ", ".join(self.phrases.fact(name) for name in waits_for)

    def certainty(self, certain: Certainty, words: Mapping[str, str]) -> str:
        """Return why a conclusion is certain although the evaluation leaves it open."""
        head = f"{_outcome(certain.met, words)}, whatever the unknowns turn out to be"
        if not certain.facts:
            return f"{head}: every completion agrees (proved)"
        cases = []
        for case in certain.cases:
            values = (
                f"{self.phrases.fact(name)}: {of_fact(self.rules.facts[name], held)}"
                for name, held in zip(certain.facts, case.values, strict=True)
            )
            why = (
                f" ({self.titles(case.because)})"
                if case.because
                else ""
                if case.because is not None
                else " (cannot be)"
            )
            cases.append(", ".join(values) + why)
        return f"{head}: {'; or '.join(cases)}"

    def question(self, question: Question) -> QuestionView:
        fact = self.rules.facts[question.fact]
        measures = counted(len(question.measures), "measure") if question.measures else ""
        return QuestionView(
            ask=question.ask,
            bears_on=", ".join(part for part in (self.titles(question.settles), measures) if part),
            why=self.titles(question.because, "; "),
            answers=tuple((of_fact(fact, one.value), self.settles(one)) for one in question.answers if one.settles),
            instead="; ".join(self.phrases.fact(name) for name in question.instead),
        )

    def settles(self, answer: Answer) -> str:
        """Return what an answer alone would settle."""
        contexts = [
            f"{self.titles((id_,))} {TRUTH[word]}" for id_, word in answer.settles if id_ in self.rules.contexts
        ]
        measures = [word for id_, word in answer.settles if id_ in self.rules.measures]
        counts = [f"{counted(measures.count(word), 'measure')} {STATUS[word]}" for word in STATUS if word in measures]
        return ", ".join([*contexts, *counts])

    def some_facts(self, names: Sequence[str], most: int = 5) -> str:
        """Return the titles of facts; of many, the first and how many more."""
        more = f" and {len(names) - most + 1} more" if len(names) > most else ""
        return ", ".join(self.phrases.fact(name) for name in (names[: most - 1] if more else names)) + more

    def titles(self, ids: Sequence[str], between: str = ", ") -> str:
        return between.join(self.phrases.conclusion(id_) for id_ in ids)

    def note(self, note: Note) -> str:
        """Return a note of the assessment in a sentence."""
        values = note.values
        if note.code == "parameter-set":
            parameter = self.rules.parameters[note.about]
            own, instead = of_parameter(parameter, values["value"]), of_parameter(parameter, values["instead"])
            return f"{note.about} was set to {own}; the rule set says {instead}."
        if note.code == "as-of-moved":
            return (
                f"The as-of date was moved to {day(values['value'])}; the situation was described as of "
                f"{day(values['instead'])}, and nothing else moved with it."
            )
        if note.code == "response-replaced":
            own, instead = (f" (“{values[key]}”)" if values[key] else "" for key in ("value", "instead"))
            return f"The response assessed is the one given apart{own}; that of the situation{instead} was left aside."
        if note.code == "impossible":
            return f"These facts contradict each other: {values['text']}"
        title = self.phrases.fact(note.about)
        if note.code == "figures-end":
            return (
                f"The figures of {title} end on {day(values['end'])}; the days since are not known. "
                f"--as-of {values['end']} fits them."
            )
        fact = self.rules.facts[note.about]
        given, derived = of_fact(fact, values["given"]), of_fact(fact, values["derived"])
        if fact.kind == "judgement":
            return (
                f"The assessor's judgement departs from the indicator: {title} is {given}, "
                f"and the indicator says {derived}."
            )
        return f"{title} was given as {given}; the other facts would make it {derived}."

    def given(self) -> Iterator[GivenFact]:
        situation = self.assessment.situation
        for name, fact in self.rules.facts.items():
            title, source = self.phrases.fact(name), situation.sources.get(name, "")
            kind = situation.kinds.get(name, fact.kind)
            if name in situation.asked:
                yield GivenFact(title, "asked, not known", source)
            elif name in situation.all_facts and fact.columns:
                held = situation.all_facts[name]
                yield GivenFact(title, self.rows(fact, held), source, kind, self.table(fact, held))
            elif name in situation.all_facts:
                yield GivenFact(title, of_fact(fact, situation.all_facts[name]), source, kind)

    def table(self, table: Fact, rows: Any) -> Table:
        """Return the rows of a table, every one of them, with the columns that any of them fills."""
        phrases, columns = self.phrases.inside(table), table.columns
        used = [name for name in columns if any(name in row for row in rows)]
        cells = tuple(
            tuple(self.cell(columns[name], row[name]) if name in row else NOT_KNOWN for name in used) for row in rows
        )
        return Table(tuple(phrases.fact(name) for name in used), cells, counted(len(cells), "row"))

    def rows(self, table: Fact, rows: Any) -> str:
        """Return the rows of a table, in short."""
        phrases, columns = self.phrases.inside(table), table.columns
        shown = [
            ", ".join(f"{phrases.fact(name).lower()} {self.cell(columns[name], held)}" for name, held in row.items())
            for row in rows[:12]
        ]
        more = [f"and {len(rows) - 12} more"] if len(rows) > 12 else []
        return "; ".join([*shown, *more]) or "none"

    def cell(self, column: Any, held: Any) -> str:
        entries = getattr(held, "entries", None)
        if entries is None:
            return of_fact(column, held)
        return ", ".join(f"{_period(entry)}: {of_fact(column, entry.value)}" for entry in entries)

    # --- traces ---

    def lines(self, trace: Trace, depth: int = 0, table: Fact | None = None) -> Iterator[Line]:
        """Yield the whole trace, a line for each condition and figure; `table` is the table of the row, if any."""
        row = f"row {trace.row}: " if trace.row is not None else ""
        phrases = self.phrases.inside(table)
        term = trace.term
        match term:
            case Test():
                left, *_, bound = trace.parts
                text = f"{phrases.condition(term)}: {of_fact(phrases.declared(term.fact), left.result)}"
                if not isinstance(term.bound, Constant):
                    text += f" against {self.bound(phrases, term, bound)}"
                yield Line(row + text, trace.truth.value, depth)
                return
            case AllOf() | AnyOf() | Not() | AtLeast() | Conclusion() | Some() | Every():
                yield Line(row + phrases.condition(term), trace.truth.value, depth)
            case _:
                said = value(trace.result, type_of(self.rules, term, table))
                yield Line(f"{row}{phrases.expression(term)}: {said}", None, depth)
        if isinstance(term, Some | Every | Count | Total):
            table = self.rules.facts[term.table]
        for part in trace.parts:
            if not isinstance(part.term, Constant | ParameterValue):
                yield from self.lines(part, depth + 1, table)

    def bound(self, phrases: Phrases, test: Test, bound: Trace) -> str:
        """Return what a figure was held against, with the fact's unit where it is of the fact's type."""
        fact, kind = phrases.declared(test.fact), type_of(self.rules, _expression(bound), phrases.table)
        return value(bound.result, kind, fact if kind is fact.value_type else None)

    def derivations(self) -> Iterator[Line]:
        """Yield how every derived fact in use came about."""
        for name, fact in self.rules.facts.items():
            trace = self.assessment.derivation(name)
            if trace is not None:
                yield Line(f"{self.phrases.fact(name)}: {of_fact(fact, self.assessment.run.value(name))}", None, 0)
                yield from self.lines(trace, 1)

    # --- sources ---

    def sources(self, cited: Cited) -> tuple[SourceView, ...]:
        return tuple(self.source(citation) for citation in cited.sources)

    def source(self, citation: Citation, case: str | None = None) -> SourceView:
        """Return a citation in words, and note that it is cited: of a precedent, under its title."""
        source = self.rules.sources[citation.source]
        place = f", {citation.place}" if citation.place else ""
        cases = self.cited.setdefault(source.id, set())
        if case is None:
            self.cited[source.id] = None
        elif cases is not None:
            cases.add(case)
        short = f"{source.short or source.title}{place}"
        return SourceView(f"{source.title}{place}", short, citation.quote, citation.note)

    def reference(self, name: str, cases: set[str] | None) -> Reference:
        """Return what a source is."""
        source = self.rules.sources[name]
        whole = source.date is not None and _DATE.fullmatch(source.date)
        dated = day(date.fromisoformat(source.date)) if whole and source.date else source.date
        parts = (source.author, source.title, source.symbol, dated, source.url)
        text = ", ".join(part for part in parts if part)
        unread = "" if source.verified else " (the text itself was not read)"
        short = source.short if source.short != source.title else None
        return Reference(short, text + unread, source.note, None if cases is None else frozenset(cases))


def _outcome(met: bool, words: Mapping[str, str]) -> str:
    first, *_ = words.values()
    return first if met else words["not-met" if "not-met" in words else "not-called-for"]


def _nothing_known(line: Line) -> bool:
    return line.word == "unknown" and line.figure is not None and line.figure.value == NOT_KNOWN


def _unknown_together(lines: Iterator[Line]) -> Iterator[Line]:
    """Put figures of which nothing is known into one line."""
    unknown: dict[str, None] = {}
    for line in lines:
        if line.figure is not None and _nothing_known(line):
            unknown[line.figure.fact] = None
        elif line.word != "unknown" or not line.text.endswith(":"):
            yield line
    if unknown:
        figure = Figure(", ".join(unknown), NOT_KNOWN)
        yield Line(f"{figure.value}: {figure.fact}", "unknown", 0, figure)


def _tally(words: Iterable[str], order: Iterable[str]) -> str:
    """Return how often each word stands there, as `3 met, 1 not met`."""
    found = tuple(words)
    return ", ".join(f"{found.count(word)} {word}" for word in order if word in found)


def _distinct(sources: Iterable[SourceView]) -> Iterator[SourceView]:
    """Yield each passage once, with the first note that somebody made on it."""
    found: dict[tuple[str, str | None], SourceView] = {}
    for source in sources:
        key = (source.text, source.quote)
        if found.setdefault(key, source).note is None:
            found[key] = source
    yield from found.values()


def _expression(trace: Trace) -> Expression:
    """Return the expression that a trace is of."""
    assert isinstance(trace.term, Expression)
    return trace.term


def _decisive(term: AllOf | AnyOf | Not | AtLeast, trace: Trace) -> list[Trace]:
    """Return the parts that came out as the whole did: those that decided it, or keep it open."""
    parts = [part for part in trace.parts if not isinstance(part.term, Constant | ParameterValue)]
    everything = isinstance(term, Not) or (isinstance(term, AllOf) and trace.truth is Truth.MET)
    if everything or (isinstance(term, AnyOf) and trace.truth is Truth.NOT_MET):
        return parts
    return [part for part in parts if part.truth is trace.truth]


def _period(entry: Any) -> str:
    first, last = entry.first, entry.last
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return str(first.year)
    return f"{first} to {last}" if last.year < 9999 else f"from {first}"
