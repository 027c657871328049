"""An assessment as text: verdicts first, then why, then what follows."""

import textwrap
from collections.abc import Iterator, Sequence

from comity.engine.assessment.assess import Assessment
from comity.engine.report.likeness import HAPPENED, CaseView
from comity.engine.report.view import SECTIONS, ContextView, Item, Line, QuestionView, SourceView, View, view
from comity.engine.report.words import PURPOSE, STATUS, TRUTH

STYLES = {
    "met": "green",
    "not-met": "red",
    "unknown": "yellow",
    "called-for": "green",
    "conditional": "yellow",
    "heading": "bold",
}
_CODES = {"green": "32", "red": "31", "yellow": "33", "bold": "1", "dim": "2"}


_TIED = 3  # cases that compare alike, before the rest are counted


class Lines:
    """Lays things out in lines of at most `width` characters, in colour if wanted."""

    def __init__(self, width: int, colour: bool) -> None:
        self.width = width
        self.colour = colour

    def heading(self, text: str) -> Iterator[str]:
        yield ""
        for line in self.wrapped(text.upper() if text.istitle() or " " not in text else text, 0, 2):
            yield self.paint(line, "bold")

    def word(self, word: str, words: dict[str, str]) -> str:
        return self.paint(words[word].ljust(11), STYLES.get(word, "dim"))

    def labelled(self, label: str, text: str, indent: int) -> Iterator[str]:
        yield from self.wrapped(f"{label}: {text}", indent, indent + 2)

    def wrapped(self, text: str, indent: int, hanging: int) -> Iterator[str]:
        yield from textwrap.wrap(
            text,
            max(self.width, hanging + 30),
            initial_indent=" " * indent,
            subsequent_indent=" " * hanging,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.colour else text


class TextReport(Lines):
    """Lays an assessment out."""

    def __init__(
        self, assessment: Assessment, *, width: int = 100, colour: bool = False, explain: bool = False
    ) -> None:
        super().__init__(width, colour)
        self.view = view(assessment)
        self.explain = explain

    def render(self) -> str:
        """Return the report; it ends with a line break."""
        return "\n".join(line.rstrip() for line in self.lines(self.view)) + "\n"

    def lines(self, one: View) -> Iterator[str]:
        yield self.paint(f"{one.title} ({one.id})" if one.title != one.id else one.title, "bold")
        for label, text in one.facts:
            yield from self.labelled(label, text, 0)
        yield from self.verdicts(one)
        for context in one.contexts:
            yield from self.context(context)
        yield from self.measures(one)
        yield from self.items("Response", one.response, 14, one.response_title)
        yield from self.purposes(one)
        yield from self.items("Principles", one.principles, 14)
        yield from self.items("Forms", one.forms, 14)
        yield from self.precedents(one)
        if one.questions:
            yield from self.heading("Still unknown")
        for question in one.questions:
            yield from self.question(question)
        if self.explain:
            yield from self.given(one)
        if one.notes:
            yield from self.heading("Notes")
        for note in one.notes:
            yield from self.wrapped(note, 2, 4)
        yield ""
        yield from self.wrapped(one.disclaimer, 0, 0)

    def question(self, one: QuestionView) -> Iterator[str]:
        yield from self.wrapped(f"{one.ask} [{one.bears_on}]", 2, 4)
        if one.why and self.explain:
            yield from self.labelled("Asked for", one.why, 4)
        for answer, settles in one.answers:
            yield from self.labelled(answer, settles, 4)
        if one.instead and self.explain:
            yield from self.labelled("Or judge directly", one.instead, 4)

    def verdicts(self, one: View) -> Iterator[str]:
        yield from self.heading("Verdicts")
        for context in one.contexts:
            head = f"{self.word(context.word, TRUTH)}  {context.title}"
            yield from self.wrapped(f"{head} ({context.short})" if context.short else head, 2, 15)

    def context(self, context: ContextView) -> Iterator[str]:
        yield from self.heading(f"{context.title}: {TRUTH[context.word]}")
        yield from self.sources(context.sources, 2)
        for element in context.elements:
            marks = f" [{', '.join(element.marks)}]" if element.marks else ""
            yield from self.wrapped(f"{self.word(element.word, TRUTH)}  {element.title}{marks}", 2, 15)
            if self.explain:
                yield from self.sources(element.sources, 15)
                yield from self.trace(element.trace, 15)
            else:
                for line in element.lines:
                    yield from self.wrapped(line.text, 15 + 2 * line.depth, 17 + 2 * line.depth)
                if element.known:
                    yield from self.sources(element.sources, 15)
        if self.explain:
            yield self.paint("  the context itself:", "dim")
            yield from self.trace(context.trace, 4)
        for label, text in context.remarks:
            yield from self.labelled(label, text, 2)

    def measures(self, one: View) -> Iterator[str]:
        yield from self.heading("Measures")
        if not one.measures:
            yield "  none is called for"
        for measure in one.measures:
            yield from self.wrapped(f"{self.word(measure.word, STATUS)}  {measure.title}", 2, 15)
            if not self.explain:
                yield from self.wrapped(measure.brief, 15, 17)
            else:
                for label, text in measure.remarks:
                    yield from self.labelled(label, text, 15)
                yield from self.sources(measure.sources, 15)
                yield from self.trace(measure.trace, 15)
        if one.not_called_for:
            yield from self.labelled("Not called for", "; ".join(one.not_called_for), 2)

    def items(self, title: str, items: Sequence[Item], width: int, said: str | None = None) -> Iterator[str]:
        if items or said:
            yield from self.heading(title)
        if said:
            yield from self.wrapped(said, 2, 4)
        for item in items:
            yield from self.item(item, width)

    def item(self, item: Item, width: int) -> Iterator[str]:
        yield from self.wrapped(f"{item.word.ljust(width)}  {item.title}", 2, width + 4)
        for label, text in item.remarks:
            yield from self.labelled(label, text, width + 4)

    def purposes(self, one: View) -> Iterator[str]:
        """Yield the purposes that the response leaves unserved, or may; with --explain all of them, at length."""
        shown = [item for item in one.purposes if self.explain or item.word != PURPOSE["served"]]
        brief = [
            item if self.explain or item.word != PURPOSE["unserved"] else item._replace(remarks=()) for item in shown
        ]
        yield from self.items(SECTIONS["purposes"], brief, 14)

    def precedents(self, one: View) -> Iterator[str]:
        """Yield the cases that are nearest, context by context; with --explain also the others, and what was done."""
        shown = [found for found in one.comparisons if self.explain or found.precedents or found.situations]
        if one.precedents or shown:
            yield from self.heading("Precedents")
        for found in shown:
            yield from self.wrapped(f"{found.title} (here: {TRUTH[found.word]})", 2, 4)
            for case in (*found.precedents, *found.situations):
                yield from self.case(case)
            for label, text in found.others if self.explain else ():
                yield from self.labelled(label, text, 4)
        if self.explain and (one.precedents or one.stored):
            yield from self.wrapped(HAPPENED, 2, 4)
            for item in (*one.precedents, *one.stored):
                yield from self.item(item, 11)
        elif one.precedents:
            said = f"precedents in all: {len(one.precedents)} (--explain says what was done and what came of it)"
            yield from self.wrapped(said, 2, 4)

    def case(self, case: CaseView) -> Iterator[str]:
        most = len(case.titles) if self.explain else _TIED
        for title in case.titles[:most]:
            yield from self.wrapped(f"{self.word(case.word, TRUTH)}  {title}", 4, 17)
        if len(case.titles) > most:
            yield f"{'':17}and {len(case.titles) - most} more that compare alike"
        yield from self.wrapped(case.role, 17, 19)
        for label, text in case.remarks:
            yield from self.labelled(label, text, 17)
        for label, text in case.answers if self.explain or len(case.titles) == 1 else ():
            yield from self.labelled(label, text, 17)

    def given(self, one: View) -> Iterator[str]:
        yield from self.heading("Facts given")
        for fact, text, source, *_ in one.given:
            yield from self.wrapped(f"{fact}: {text}" + (f" ({source})" if source else ""), 2, 4)
        if one.derivations:
            yield from self.heading("Derived figures")
            yield from self.trace(one.derivations, 2)

    def sources(self, sources: tuple[SourceView, ...], indent: int) -> Iterator[str]:
        """Yield citations: in full with --explain, else in one paragraph of short ones."""
        if self.explain:
            for source in sources:
                text = f"“{source.quote}”, {source.text}" if source.quote else source.text
                for line in self.wrapped(text, indent, indent + 2):
                    yield self.paint(line, "dim")
        elif sources:
            text = "; ".join(
                f"{source.short}: “{source.quote}”" if source.quote else source.short for source in sources
            )
            for line in self.wrapped(text, indent, indent + 2):
                yield self.paint(line, "dim")

    def trace(self, lines: tuple[Line, ...], indent: int) -> Iterator[str]:
        for line in lines:
            word = f"{TRUTH[line.word]}: " if line.word else ""
            yield from self.wrapped(word + line.text, indent + 2 * line.depth, indent + 2 * line.depth + 2)
