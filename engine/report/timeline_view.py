"""A timeline laid out for reading: what text, Markdown and HTML all say, in one order and in the same words."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from comity.engine.assessment.moments import Moment
from comity.engine.assessment.timeline import Series, Span, Step, Timeline, Turn
from comity.engine.assessment.turning import Shift
from comity.engine.language.condition import Constant, ParameterValue
from comity.engine.language.model import Fact, ValueType
from comity.engine.language.operators import TABLE
from comity.engine.language.truth import Truth
from comity.engine.report.view import DISCLAIMER
from comity.engine.report.words import STATUS, TRUTH, Phrases, day, duration, of_fact, of_parameter, value

HOLDING = "If the newest figures hold"
STILL = (
    "Only the date moves. A fact without a date, and a figure without a period, say the same on every day: before the "
    "as-of date that may be wrong, and after it that is an assumption."
)
MOST_ROWS = 60  # of a table of figures
STATUSES = {Truth.MET: "called-for", Truth.UNKNOWN: "conditional", Truth.NOT_MET: "not-called-for"}


class Turning(NamedTuple):
    """A context that turns, or a measure that turns for a reason of its own: from which word to which, and why."""

    title: str
    before: str
    after: str
    because: tuple[str, ...]


class Day(NamedTuple):
    """A day on which something turns; `measures` are those that turn with it, by what they come to."""

    date: date
    turnings: tuple[Turning, ...]
    measures: tuple[tuple[str, str], ...]


class Phase(NamedTuple):
    """Days under one heading, with what is to be known of them."""

    title: str
    note: str
    days: tuple[Day, ...]


class ContextLine(NamedTuple):
    """A context over the whole time: its spans, and those if the newest figures hold, where they differ."""

    title: str
    spans: tuple[Span, ...]
    held: tuple[Span, ...]
    told: str  # the same in words
    if_held: str


class FigureTable(NamedTuple):
    """A figure over time in the rows of a table; `more` rows are left out."""

    title: str
    against: str  # what it is held against, where that stays the same
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int


class TimelineView(NamedTuple):
    """The whole timeline."""

    title: str
    id: str
    language: str
    about: tuple[tuple[str, str], ...]
    lead: str
    contexts: tuple[ContextLine, ...]
    phases: tuple[Phase, ...]
    figures: tuple[FigureTable, ...]
    notes: tuple[str, ...]
    disclaimer: str


def timeline_view(timeline: Timeline) -> TimelineView:
    """Return the report on a timeline."""
    return _Viewer(timeline).view()


def becomes(turning: Turning) -> str:
    """Return how something turns, in words."""
    return f"{turning.title}: {turning.after} (before: {turning.before})"


class _Viewer:
    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.rules = timeline.rules
        self.phrases = Phrases(timeline.rules)

    def view(self) -> TimelineView:
        one = self.timeline
        contexts = tuple(self.context(name) for name in self.rules.contexts)
        return TimelineView(
            title=one.situation.title or one.situation.id,
            id=one.situation.id,
            language=self.rules.language,
            about=tuple(self.about()),
            lead=self.lead(),
            contexts=contexts,
            phases=tuple(phase for phase in self.phases() if phase.days),
            figures=tuple(self.figure(number) for number in range(len(one.told.series))),
            notes=tuple(self.notes()),
            disclaimer=DISCLAIMER,
        )

    def about(self) -> Iterator[tuple[str, str]]:
        one = self.timeline
        yield "Looked at", f"{day(one.first)} to {day(one.last)}"
        yield "As of", day(one.as_of)
        yield "Rule set", f"{self.rules.id} {self.rules.version}, {self.rules.title}"
        if one.reading is not None:
            yield "Reading", f"{one.reading}, {self.rules.readings[one.reading].title}"
        for name, held in one.set.items():
            yield "Set", f"{name} = {of_parameter(self.rules.parameters[name], held)}"
        if one.situation.hypothetical:
            yield "Situation", "hypothetical"

    def lead(self) -> str:
        """Return the first sentence: what turns, or that nothing does."""
        one = self.timeline
        turned = [self.turned(name) for name in self.rules.contexts]
        what = "No context" if one.told.turns or (one.held and one.held.turns) else "Nothing"
        return " ".join(filter(None, turned)) or f"{what} turns between {day(one.first)} and {day(one.last)}."

    def turned(self, context: str) -> str:
        """Return when a context turns, in a sentence; nothing if it does not."""
        one = self.timeline
        told = [turn for turn in one.told.turns if turn.conclusion == context]
        held = [turn for turn in one.held.turns if turn.conclusion == context] if one.held else told
        if not told and not held:
            return ""
        parts = [_when(told, one.as_of) if told else f"stays “{TRUTH[one.told.spans[context][0].truth.value]}”"]
        if [turn[:4] for turn in held] != [turn[:4] for turn in told] and one.held is not None:
            later = [turn for turn in held if one.held_from is not None and turn.day >= one.held_from]
            stays = f"stays “{TRUTH[one.held.spans[context][-1].truth.value]}”"
            parts.append(f"if the newest figures hold, it {_when(later, date.max) if later else stays}")
        return f"{self.phrases.conclusion(context)} {'; '.join(parts)}."

    def notes(self) -> Iterator[str]:
        one = self.timeline
        yield STILL
        if one.held_from is not None:
            yield (
                f"Figures by period end before {day(one.last)}. “{HOLDING}” takes the newest figure of each row for "
                "every day after its period, as if nobody came and nobody left."
            )

    # --- contexts ---

    def context(self, name: str) -> ContextLine:
        told = self.timeline.told.spans[name]
        held = self.timeline.held.spans[name] if self.timeline.held else told
        return ContextLine(
            title=self.phrases.conclusion(name),
            spans=told,
            held=held if held != told else (),
            told=_periods(told),
            if_held=_periods(held) if held != told else "",
        )

    # --- turns ---

    def phases(self) -> Iterator[Phase]:
        one = self.timeline
        past = [turn for turn in one.told.turns if turn.day <= one.as_of]
        future = [turn for turn in one.told.turns if turn.day > one.as_of]
        yield Phase(f"Up to the as-of date, {day(one.as_of)}", "", self.days(past))
        yield Phase("After the as-of date", "if nothing else changes", self.days(future))
        if one.held is not None:
            told = {(turn.day, turn.conclusion, turn.after) for turn in one.told.turns}
            only = [turn for turn in one.held.turns if (turn.day, turn.conclusion, turn.after) not in told]
            yield Phase(HOLDING, "instead of the above", self.days(only))

    def days(self, turns: Sequence[Turn]) -> tuple[Day, ...]:
        return tuple(
            self.day(when, [turn for turn in turns if turn.day == when])
            for when in dict.fromkeys(turn.day for turn in turns)
        )

    def day(self, when: date, turns: Sequence[Turn]) -> Day:
        contexts = self.rules.contexts
        turned = {turn.conclusion for turn in turns if turn.conclusion in contexts}
        turnings: list[Turning] = []
        measures: dict[str, list[str]] = {}
        for turn in turns:
            title = self.phrases.conclusion(turn.conclusion)
            before, after = self.word(turn.conclusion, turn.before), self.word(turn.conclusion, turn.after)
            if turn.conclusion not in contexts and any(element.id in turned for element in turn.cause.elements):
                measures.setdefault(after, []).append(title)
            else:
                turnings.append(Turning(title, before, after, tuple(self.because(turn))))
        grouped = tuple((word, "; ".join(measures[word])) for word in STATUS.values() if word in measures)
        return Day(when, tuple(turnings), grouped)

    def word(self, conclusion: str, truth: Truth) -> str:
        return STATUS[STATUSES[truth]] if conclusion in self.rules.measures else TRUTH[truth.value]

    def because(self, turn: Turn) -> Iterator[str]:
        """Yield what turned a conclusion: its elements, the figures below them, and the dates that were reached."""
        for element in turn.cause.elements:
            if element.id != turn.conclusion:
                yield f"{self.phrases.conclusion(element.id)}: {self.word(element.id, element.after)}"
        whole = [shift for shift in turn.cause.figures if shift.table is None]
        for shift in whole or turn.cause.figures:
            yield self.shift(shift)
        moments = turn.cause.moments
        begun = {(one.fact, one.table, one.row) for one in moments if one.kind == "begins"}
        by_text: dict[str, dict[str, None]] = {}
        for one in moments:
            if one.kind != "ends" or (one.fact, one.table, one.row) not in begun:
                by_text.setdefault(self.moment(one), {})[self.row(one.table, one.row)] = None
        for text, rows in by_text.items():
            which = "; ".join(row for row in rows if row)
            yield f"{text} ({which})" if which else text

    def shift(self, shift: Shift) -> str:
        fact = self.declared(shift.fact, shift.table)
        which = self.row(shift.table, shift.row)
        title = self.phrases.inside(self.table(shift.table)).fact(shift.fact) + (f" ({which})" if which else "")
        return f"{title}: {of_fact(fact, shift.after)} (before: {of_fact(fact, shift.before)})"

    def moment(self, one: Moment) -> str:
        if one.kind == "parameter":
            return f"{one.fact} has another value from {day(one.date)}"
        title = self.phrases.inside(self.table(one.table)).fact(one.fact) if one.fact else ""
        if one.kind in ("elapsed", "window"):
            assert one.unit is not None, "time elapsed and windows are counted"
            length = duration(one.duration, one.unit)
            if one.kind == "window":
                return f"{title}: the {length} up to this day now begin on {day(one.date)}"
            since = f"{length} since {day(one.date)}" + (", the first day there is" if one.date == date.min else "")
            return f"{title}: {since}" if title else since
        if one.kind == "ends":
            return f"{title}: the figure ends on {day(one.date)}"
        return f"{title}: a figure from {day(one.date)}" if one.kind == "begins" else f"{title}: {day(one.date)}"

    def table(self, name: str | None) -> Fact | None:
        return None if name is None else self.rules.facts[name]

    def declared(self, name: str, table: str | None) -> Fact:
        return self.phrases.inside(self.table(table)).declared(name)

    def row(self, table: str | None, number: int | None) -> str:
        """Return the words by which a row is known, if there are others beside it."""
        if table is None or number is None:
            return ""
        rows = self.timeline.situation.all_facts.get(table) or ()
        if len(rows) < 2:
            return ""
        columns = self.rules.facts[table].columns
        texts = [
            str(held)
            for name, held in rows[number - 1].items()
            if held is not None and columns[name].value_type in (ValueType.TEXT, ValueType.CHOICE)
        ]
        return ", ".join(texts) or f"row {number}"

    # --- figures ---

    def figure(self, number: int) -> FigureTable:
        """Return a figure over time; what it is held against stands in the title while it stays the same."""
        one = self.timeline
        told = one.told.series[number]
        held = one.held.series[number] if one.held else None
        figures = [told.figure, *([held.figure] if held and held.figure != told.figure else [])]
        bounds = [told.bound] if len(told.bound) > 1 else []
        fact = self.rules.facts[told.test.fact]
        rows = [
            (
                _days(first, last),
                *(of_fact(fact, held) for held in values[: len(figures)]),
                *(bound_words(one, told, bound) for bound in values[len(figures) :]),
            )
            for first, last, values in together([*figures, *bounds])
        ]
        operator = TABLE[told.test.operator].words.removeprefix("is ")
        heads = ("Days", "Figure", *([HOLDING] * (len(figures) - 1)), *([operator.capitalize()] * len(bounds)))
        title = self.phrases.fact(told.test.fact)
        return FigureTable(
            title=title,
            against="" if bounds else f"{operator} {bound_words(one, told, told.bound[0].value)}",
            heads=heads,
            rows=tuple(rows[:MOST_ROWS]),
            more=max(len(rows) - MOST_ROWS, 0),
        )


def bound_words(timeline: Timeline, series: Series, held: Any) -> str:
    """Return what a figure is held against, in words."""
    fact = timeline.rules.facts[series.test.fact]
    if isinstance(series.test.bound, ParameterValue):
        parameter = timeline.rules.parameters[series.test.bound.name]
        return of_parameter(parameter, held)
    return value(held, fact.value_type, fact if isinstance(series.test.bound, Constant) else None)


def _when(turns: Sequence[Turn], as_of: date) -> str:
    """Return what some turns of one conclusion make it, and when; of many, the first and the last."""
    said = [f"“{TRUTH[turn.after.value]}” on {day(turn.day)}" for turn in turns]
    if len(said) > 4:
        said = [said[0], f"turns {len(said) - 2} times more", f"becomes {said[-1]}"]
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"becomes {listed}" + (
        " if nothing else changes" if turns[-1].day > as_of and turns[-1].after is not Truth.UNKNOWN else ""
    )


def together(columns: Sequence[Sequence[Step]]) -> Iterator[tuple[date, date, tuple[Any, ...]]]:
    """Yield the days on which all of several values stay the same, and those values."""
    starts = sorted({step.first for steps in columns for step in steps})
    lasts = sorted({step.last for steps in columns for step in steps})
    places = [0] * len(columns)
    for first, last in zip(starts, lasts, strict=True):
        for number, steps in enumerate(columns):
            while steps[places[number]].last < first:
                places[number] += 1
        yield first, last, tuple(steps[place].value for steps, place in zip(columns, places, strict=True))


def _days(first: date, last: date) -> str:
    return day(first) if first == last else f"{day(first)} to {day(last)}"


def _periods(spans: Sequence[Span]) -> str:
    """Return in words when a context comes out how."""
    if len(spans) == 1:
        return f"{TRUTH[spans[0].truth.value]} throughout"
    first, *others, last = spans
    return "; ".join(
        (
            f"{TRUTH[first.truth.value]} to {day(first.last)}",
            *(
                f"{TRUTH[one.truth.value]} {'on ' if one.first == one.last else ''}{_days(one.first, one.last)}"
                for one in others
            ),
            f"{TRUTH[last.truth.value]} from {day(last.first)}",
        )
    )
