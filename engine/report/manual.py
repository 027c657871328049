"""The manual of a rule set, laid out for reading: what Markdown and HTML both say, in one order and in the same words.

A manual is sections of entries of blocks. It says what the rule set says; what a decision table holds is worked out by
`comity.engine.checking.decisions`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from comity.engine.checking.decisions import Decision, Part, decision
from comity.engine.language.condition import AllOf, AnyOf, AtLeast, Condition
from comity.engine.language.model import (
    Citation,
    Cited,
    Context,
    Criterion,
    Fact,
    Form,
    Measure,
    Precedent,
    Principle,
    Property,
    Purpose,
    Reading,
    RuleSet,
    Theme,
)
from comity.engine.language.quantity import Range
from comity.engine.report.manual_parts import (
    DOES_NOT_MATTER,
    Block,
    Entry,
    Listed,
    Manual,
    Pairs,
    Piece,
    Quote,
    Quotes,
    Row,
    Section,
    Table,
    Text,
    Words,
)
from comity.engine.report.manual_pictures import Pictures
from comity.engine.report.manual_uses import Uses, anchor_of
from comity.engine.report.manual_words import Clauses
from comity.engine.report.view import paragraphs
from comity.engine.report.words import BASIS, NOT_KNOWN, TRUTH, counted, day, of_fact, value

HOW = (
    "A criterion or a context is met, not met, or it cannot be told: a fact that nobody gave is neither a yes nor a "
    "no, and a figure that is estimated stays a range. What is stated has a basis: “course” where the course says it, "
    "“instrument” where a legal instrument says it, and “editorial” where the authors of the rule set chose it and no "
    "source prescribes it.",
    "A decision table has a row for each way to settle its subject: wherever the parts come out so, it is met, or not "
    "met. A dash stands where a part does not matter, known or not. The parts are taken one by one, so a row may join "
    "what never occurs together. What has one part comes out as that part does, and has no table.",
    "A fact that is derived may still be given, and what is given then counts. “Changeable” says what an answer to the "
    "question of what would have to change may propose.",
)
_ANSWERS = {True: "yes", False: "no", None: DOES_NOT_MATTER}
_OUTCOMES = {True: TRUTH["met"], False: TRUTH["not-met"], None: DOES_NOT_MATTER}
_TYPES = {
    "boolean": "yes or no",
    "count": "a whole number",
    "number": "a number",
    "share": "a share, from 0 to 1",
    "date": "a date",
    "text": "a text",
    "table": "a table of rows",
}
_CHANGES = {"never": "never", "up": "only upwards", "down": "only downwards", "any": "either way"}
_CLAIMS = {
    "implies": "Wherever the first is met, the second is met, in every complete situation.",
    "excludes": "The two are never both met, in any complete situation.",
    "equals": "The two come out alike in every complete situation.",
    "guarantees": "Wherever the first is met, the second is met, in every situation, however little of it is known.",
    "readings": "Two readings differ in nothing but what is named here.",
}


def manual(rules: RuleSet, reading: str | None = None) -> Manual:
    """Return the manual of `rules` as they stand under a reading (by default the default one)."""
    return _Writer(rules, reading or rules.default_reading).manual()


class _Writer:
    def __init__(self, rules: RuleSet, reading: str | None) -> None:
        self.rules = rules
        self.reading = reading
        self.conditions = rules.conditions(reading)
        self.clauses = Clauses(rules, reading)
        self.uses = Uses(rules, reading)
        self.pictures = Pictures(self.uses)

    def manual(self) -> Manual:
        rules = self.rules
        about = [("Rule set", rules.id), ("Version", rules.version), ("Language", rules.language)]
        if self.reading is not None:
            about.append(("Reading", f"{self.reading}, {rules.readings[self.reading].title}"))
        return Manual(
            title=rules.title,
            about=tuple(about),
            note=tuple(paragraphs(rules.note or "")),
            sections=tuple(section for section in self.sections() if section.blocks or section.entries),
            language=rules.language,
        )

    def sections(self) -> Iterator[Section]:
        rules = self.rules
        yield Section("how-to-read", tuple(map(_text, HOW)))
        yield Section("overview", tuple(self.pictures.overview()))
        yield Section("contexts", entries=tuple(map(self.context, rules.contexts.values())))
        loose = (one for one in rules.criteria.values() if one.context is None)
        yield Section("criteria", entries=tuple(map(self.criterion, loose)))
        yield Section("thresholds", (self.thresholds(),) if rules.parameters else ())
        yield Section("readings", entries=tuple(map(self.of_reading, rules.readings.values())))
        yield Section("facts", entries=tuple(self.fact(fact) for fact in rules.facts.values()))
        yield Section("exclusions", entries=tuple(self.exclusions()))
        yield Section("measures", entries=tuple(map(self.measure, rules.measures.values())))
        yield Section("purposes", entries=tuple(map(self.purpose, rules.purposes.values())))
        yield Section("principles", entries=tuple(map(self.principle, rules.principles.values())))
        yield Section("forms", entries=tuple(map(self.form, rules.forms.values())))
        yield Section("themes", entries=tuple(map(self.theme, rules.themes.values())))
        yield Section("precedents", entries=tuple(map(self.precedent, rules.precedents.values())))
        yield Section("properties", entries=tuple(map(self.property, rules.properties.values())))
        if rules.sources:
            yield Section("sources", (self.sources(),), tuple(self.passages()))

    # --- contexts and criteria ---

    def context(self, context: Context) -> Entry:
        anchor = f"context-{context.id}"
        below = self.uses.below(anchor)
        beside = [f"criterion-{one}" for one in context.criteria if f"criterion-{one}" not in below]
        measures = [
            f"measure-{one.id}"
            for one in self.rules.measures.values()
            if context.id in [g.context for g in one.grounds]
        ]
        return self.entry(
            anchor,
            context,
            (
                *self.conclusion(anchor),
                *self.rests_on(anchor),
                *self.pairs(
                    ("Beside the verdict", self.uses.links(beside)),
                    ("Measures", self.uses.links(measures)),
                    ("Used by", self.uses.links(one for one in self.uses.users.get(anchor, ()) if one not in measures)),
                ),
                *self.pictures.of_context(anchor),
            ),
            entries=tuple(self.criterion(self.rules.criteria[one]) for one in context.criteria),
        )

    def criterion(self, criterion: Criterion) -> Entry:
        anchor = f"criterion-{criterion.id}"
        used = self.pairs(("Used by", self.uses.links(self.uses.users.get(anchor, ()))))
        return self.entry(anchor, criterion, (*self.conclusion(anchor), *self.rests_on(anchor), *used))

    def rests_on(self, anchor: str) -> Iterator[Pairs]:
        """Yield the facts and the thresholds that a conclusion rests on, however far below."""
        below = self.uses.below(anchor)
        parameters = [one for one in self.rules.parameters.values() if f"parameter-{one.name}" in below]
        thresholds = [
            (*self.uses.links([f"parameter-{one.name}"]), Piece(f", {self.clauses.parameter(one)}{_basis(one)}"))
            for one in parameters
        ]
        yield from self.pairs(
            ("Facts needed", self.uses.links(self.uses.needed(anchor))), *(("Threshold", words) for words in thresholds)
        )

    def conclusion(self, anchor: str) -> Iterator[Block]:
        """Yield the condition of a conclusion, and its decision table if it has several parts."""
        condition = self.conditions[_name(anchor)]
        yield self.listed("Met when", condition)
        found = decision(self.rules, condition, self.reading)
        if not found.stretches:
            yield _text(self.in_words(condition))
        elif len(found.parts) > 1:
            yield from self.tables(self.uses.title(anchor), found)

    def tables(self, title: str, found: Decision) -> Iterator[Table]:
        """Yield decision tables: one, or one for each stretch of time."""
        heads = tuple(map(self.head, found.parts))
        ends = [*(stretch.since for stretch in found.stretches[1:]), None]
        for stretch, end in zip(found.stretches, ends, strict=True):
            since = "" if stretch.since == date.min else f", from {day(stretch.since)}"
            rows = []
            for pattern in stretch.patterns:
                words = [
                    (_ANSWERS if part.fact else _OUTCOMES)[truth]
                    for part, truth in zip(found.parts, pattern.parts, strict=True)
                ]
                rows.append(_row(_OUTCOMES[pattern.met], *words))
            if not any(set(pattern.parts) == {None} for pattern in stretch.patterns):
                rows.append(_row(TRUTH["unknown"], "anything else"))
            before = f", before {day(end)}" if end and not since else ""
            yield Table(f"Decision table: {title}{since}{before}", ("Outcome", *heads), tuple(rows), decides=True)

    def head(self, part: Part) -> str:
        """Return what stands over a column of a decision table."""
        return self.clauses.fact(part.fact) if part.fact else self.clauses.inline(part.condition)

    def in_words(self, condition: Condition) -> str:
        """Return how a condition is decided that has too many parts for a table."""
        match condition:
            case AllOf(parts):
                way = f"It is met once all of the {len(parts)} parts are, and not met as soon as one of them is not."
            case AnyOf(parts):
                way = f"It is met as soon as one of the {len(parts)} parts is, and not met once none of them can be."
            case AtLeast(k, parts):
                number = self.clauses.expression(k)
                way = (
                    f"It is met as soon as {number} of the {len(parts)} parts are, and not met once so many cannot be."
                )
            case _:
                way = "It is met once its part is not, and not met once that is."
        return f"{way} Until then it cannot be told. A table of all the ways would be too long to read."

    # --- thresholds, readings, facts ---

    def thresholds(self) -> Table:
        rows = []
        for parameter in self.rules.parameters.values():
            anchor = f"parameter-{parameter.name}"
            cells = (
                _lines(self.uses.title(anchor), f"({parameter.name})"),
                _lines(*self.clauses.values(parameter)),
                _lines(BASIS[parameter.basis] if parameter.basis else ""),
                (*map(_quoted, self.quotes(parameter)), *_lines(*paragraphs(parameter.note or ""))),
                (self.uses.links(self.uses.users.get(anchor, ())),),
            )
            rows.append(Row(cells, anchor))
        return Table("What conditions compare with", ("Threshold", "Value", "Basis", "Source", "Used by"), tuple(rows))

    def of_reading(self, reading: Reading) -> Entry:
        inside, plain = Clauses(self.rules, reading.id), Clauses(self.rules, None)
        sets = tuple(
            (
                "Sets",
                (
                    *self.uses.links([f"parameter-{name}"]),
                    Piece(f" to {inside.parameter(self.rules.parameters[name])}; otherwise "),
                    Piece(plain.parameter(self.rules.parameters[name])),
                ),
            )
            for name in reading.set
        )
        defines: Iterable[Block] = (
            Listed(f"{self.clauses.conclusion(name)} is met when", tuple(inside.items(condition)))
            for name, condition in reading.define.items()
        )
        changes: tuple[Block, ...] = (*self.pairs(*sets), *defines)
        changes = changes or (_text("It takes everything as written."),)
        return self.entry(f"reading-{reading.id}", reading, changes, ("default",) if reading.default else ())

    def fact(self, fact: Fact, table: Fact | None = None) -> Entry:
        anchor = anchor_of(fact.name, table)
        clauses = self.clauses.inside(table)
        derived = tuple(clauses.items(fact.derive)) if fact.derive is not None else ()
        blocks = (
            *self.pairs(("Question", fact.ask), ("Answer", _answer(fact))),
            *((Listed("Derived as", derived),) if derived else ()),
            *self.pairs(
                ("Derived from", self.uses.links(self.uses.named.get(anchor, ()))),
                ("Changeable", _CHANGES[fact.changeable] if table is None else None),
                ("Used by", self.uses.links(self.uses.users.get(anchor, ()))),
            ),
        )
        about = ("about the response",) if fact.about == "response" else ()
        columns = (self.fact(column, fact) for column in fact.columns.values())
        return self.entry(anchor, fact, blocks, (fact.kind, *about), tuple(columns))

    def exclusions(self) -> Iterator[Entry]:
        words = ("cannot be",) * len(self.rules.impossible) + ("unlikely",) * len(self.rules.implausible)
        exclusions = (*self.rules.impossible, *self.rules.implausible)
        for number, (word, exclusion) in enumerate(zip(words, exclusions, strict=True), 1):
            # its note is its title
            blocks = (self.listed("Together", exclusion.when),)
            entry = self.entry(f"exclusion-{number}", exclusion.but(note=None), blocks, (word,))
            yield entry._replace(name="")

    # --- measures and the rest ---

    def measure(self, measure: Measure) -> Entry:
        rows = (
            Row(
                (
                    (self.uses.links([f"context-{ground.context}"]),),
                    _lines(BASIS[ground.basis] if ground.basis else ""),
                    (*map(_quoted, self.quotes(ground)), *_lines(*paragraphs(ground.note or ""))),
                )
            )
            for ground in measure.grounds
        )
        no_need = "none of its own: it is called for as soon as one of its contexts is met"
        blocks: tuple[Block, ...] = (
            Table("Contexts that it answers", ("Context", "Basis", "Source"), tuple(rows)),
            *self.pairs(("Need", no_need if measure.need is None else None)),
            *((self.listed("Needed when", measure.need),) if measure.need is not None else ()),
            *self.pairs(
                ("Serves", self.uses.links(f"purpose-{one}" for one in measure.serves)),
                ("Used by", self.uses.links(self.uses.users.get(f"measure-{measure.id}", ()))),
            ),
        )
        return self.entry(f"measure-{measure.id}", measure, blocks)

    def purpose(self, purpose: Purpose) -> Entry:
        serving = (f"measure-{one.id}" for one in self.rules.measures.values() if purpose.id in one.serves)
        return self.entry(f"purpose-{purpose.id}", purpose, tuple(self.pairs(("Served by", self.uses.links(serving)))))

    def principle(self, principle: Principle) -> Entry:
        block = self.listed("A response is in conflict with it when", self.conditions[principle.id])
        return self.entry(f"principle-{principle.id}", principle, (block,))

    def form(self, form: Form) -> Entry:
        block = self.listed("An option when", self.conditions[form.id])
        return self.entry(f"form-{form.id}", form, (*_texts(form.text), block))

    def theme(self, theme: Theme) -> Entry:
        return self.entry(f"theme-{theme.id}", theme, tuple(_texts(theme.text)), (theme.group,))

    def precedent(self, precedent: Precedent) -> Entry:
        rows = (
            Row(((self.uses.links([f"fact-{name}"]),), _lines(of_fact(self.rules.facts[name], held))))
            for name, held in precedent.facts.items()
        )
        table = Table("Facts known", ("Fact", "Known"), tuple(rows))
        blocks = (
            *self.pairs(
                ("When", _years(precedent.years)),
                ("Where", precedent.region),
                ("Contexts", self.uses.links(f"context-{one}" for one in precedent.contexts)),
                ("Measures", self.uses.links(f"measure-{one}" for one in precedent.measures)),
                ("Outcome", precedent.outcome),
            ),
            *((table,) if table.rows else ()),
        )
        return self.entry(f"precedent-{precedent.id}", precedent, blocks, (precedent.type,))

    def property(self, claim: Property) -> Entry:
        rules = self.rules
        if claim.kind == "stays-met":
            table = rules.facts[claim.fact] if claim.column and claim.fact else None
            moved = anchor_of(claim.column or claim.fact or "", table)
            words = (Piece("Once met, it stays met when "), *self.uses.links([moved]), Piece(f" {claim.direction}."))
        else:
            words = (Piece(_CLAIMS[claim.kind]),)
        named = {_name(anchor): anchor for anchor in self.uses.named}
        labels = ("The first", "The second") if len(claim.conditions) > 1 else ("The condition",)
        clauses = Clauses(rules, claim.reading or rules.default_reading)
        blocks: tuple[Block, ...] = (
            Text(words),
            *(
                Listed(label, tuple(clauses.items(condition)))
                for label, condition in zip(labels, claim.conditions, strict=False)
            ),
            *self.pairs(
                ("Readings", self.uses.links(f"reading-{one}" for one in claim.readings)),
                ("They may differ in", self.uses.links(named[one] for one in claim.ids)),
                ("Under the reading", self.uses.links([f"reading-{claim.reading}"]) if claim.reading else None),
            ),
        )
        return self.entry(f"property-{claim.id}", claim, blocks)

    # --- sources ---

    def sources(self) -> Table:
        rows = []
        for source in self.rules.sources.values():
            short = [source.short] if source.short and source.short != source.title else []
            parts = (source.author, source.title, source.symbol, _day(source.date), source.url)
            unread = [] if source.verified else ["The text itself was not read."]
            cited = dict.fromkeys(anchor for _, anchor in self.uses.cited.get(source.id, ()))
            cells = (
                _lines(*(short or [source.title])),
                _lines(", ".join(part for part in parts if part), *paragraphs(source.note or ""), *unread),
                (self.uses.links(cited),),
            )
            rows.append(Row(cells, f"source-{source.id}"))
        return Table("What the rule set cites", ("Source", "What it is", "Cited by"), tuple(rows))

    def passages(self) -> Iterator[Entry]:
        """Yield how much of each source that lists its passages the rule set encodes."""
        for source in self.rules.sources.values():
            if not source.passages:
                continue
            encoded = excused = 0
            rows = []
            for place, passage in source.passages.items():
                cited = dict.fromkeys(anchor for at, anchor in self.uses.cited.get(source.id, ()) if at == place)
                encoded += bool(cited)
                excused += bool(passage.excused and not cited)
                told = (
                    self.uses.links(cited)
                    if cited
                    else (Piece(f"excused: {passage.excused}" if passage.excused else "not encoded"),)
                )
                rows.append(Row((_lines(place), _lines(passage.text or ""), (told,))))
            left = len(rows) - encoded - excused
            count = f"Of {counted(len(rows), 'passage')}, {encoded} encoded, {excused} excused, {left} not encoded."
            title = f"Passages of {source.short or source.title}"
            yield Entry(
                f"passages-{source.id}",
                title,
                source.id,
                (),
                (_text(count), Table("What becomes of each", ("Place", "Text", "Encoded by"), tuple(rows))),
            )

    # --- pieces ---

    def entry(
        self,
        anchor: str,
        thing: Cited,
        blocks: Sequence[Block],
        tags: Sequence[str] = (),
        entries: Sequence[Entry] = (),
    ) -> Entry:
        """Return the entry of something, its citations first and its note last."""
        quotes = self.quotes(thing)
        basis = (BASIS[thing.basis],) if thing.basis else ()
        return Entry(
            anchor=anchor,
            title=self.uses.title(anchor),
            name=_name(anchor),
            tags=(*basis, *tags),
            blocks=(*((Quotes(quotes),) if quotes else ()), *blocks, *_texts(thing.note, note=True)),
            entries=tuple(entries),
        )

    def pairs(self, *pairs: tuple[str, Words | str | None]) -> Iterator[Pairs]:
        """Yield the pairs that say something, if any does."""
        said = tuple((label, (Piece(said),) if isinstance(said, str) else said) for label, said in pairs if said)
        if said:
            yield Pairs(said)

    def listed(self, label: str, condition: Condition) -> Listed:
        return Listed(label, tuple(self.clauses.items(condition)))

    def quotes(self, thing: Cited) -> tuple[Quote, ...]:
        return tuple(map(self.quote, thing.sources))

    def quote(self, citation: Citation) -> Quote:
        source = self.rules.sources[citation.source]
        place = f", {citation.place}" if citation.place else ""
        return Quote(
            citation.quote, Piece(f"{source.short or source.title}{place}", f"source-{source.id}"), citation.note
        )


def _name(anchor: str) -> str:
    return anchor.partition("-")[2].replace("-", ".", 1) if anchor.startswith("column-") else anchor.partition("-")[2]


def _basis(cited: Cited) -> str:
    return f" ({BASIS[cited.basis]})" if cited.basis else ""


def _text(text: str) -> Text:
    return Text((Piece(text),))


def _texts(text: str | None, note: bool = False) -> Iterator[Text]:
    yield from (Text((Piece(part),), note) for part in paragraphs(text or ""))


def _lines(*texts: str) -> tuple[Words, ...]:
    """Return the lines of a cell, those that say something."""
    return tuple((Piece(text),) for text in texts if text)


def _row(*texts: str) -> Row:
    return Row(tuple(map(_lines, texts)))


def _quoted(quote: Quote) -> Words:
    """Return a citation in one line."""
    before = (Piece(f"“{quote.quote}”, "),) if quote.quote else ()
    return *before, quote.place, *((Piece(f" ({quote.note})"),) if quote.note else ())


def _answer(fact: Fact) -> str:
    """Return what may be given of a fact, in words."""
    if fact.type == "duration":
        words = f"a duration, in {fact.value_type}"
    elif fact.type == "choice":
        words = f"one of: {', '.join(fact.options)}"
    else:
        words = _TYPES[fact.type] + (f", in {fact.unit}" if fact.unit else "")
    ordered = fact.type in ("count", "number", "duration") or (fact.type == "share" and (fact.low, fact.high) != (0, 1))
    limits = value(Range(fact.low, fact.high), fact.value_type) if ordered else NOT_KNOWN
    words += "" if limits == NOT_KNOWN else f", {limits}"
    return words + (", or figures by period" if fact.history else "")


def _years(years: str) -> str:
    first, dots, last = years.partition("..")
    return f"{first} to {last}" if last else f"since {first}" if dots else first


def _day(text: str | None) -> str | None:
    """Return the date of a source in words, if it is a whole one."""
    try:
        return day(date.fromisoformat(text)) if text else None
    except ValueError:
        return text
