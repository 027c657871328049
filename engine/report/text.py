"""An assessment as text: verdicts first, then why, then what follows."""

import textwrap
from collections.abc import Iterator

from comity.engine.assessment.assess import Assessment
from comity.engine.report.view import ContextView, Item, Line, SourceView, View, view
from comity.engine.report.words import STATUS, TRUTH

STYLES = {
    "met": "green",
    "not-met": "red",
    "unknown": "yellow",
    "called-for": "green",
    "conditional": "yellow",
    "heading": "bold",
}
_CODES = {"green": "32", "red": "31", "yellow": "33", "bold": "1", "dim": "2"}


class TextReport:
    """Lays an assessment out in lines of at most `width` characters, in colour if wanted."""

    def __init__(
        self, assessment: Assessment, *, width: int = 100, colour: bool = False, explain: bool = False
    ) -> None:
        self.view = view(assessment)
        self.width = width
        self.colour = colour
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
        for title, items in (
            ("Response", one.response),
            ("Principles", one.principles),
            ("Forms", one.forms),
        ):
            yield from self.items(title, items, 14, ())
        shown = one.precedents if self.explain else one.precedents[:3]
        yield from self.items("Precedents", shown, 11, () if self.explain else ("Measures", "Outcome"))
        if len(one.precedents) > len(shown):
            yield f"  and {len(one.precedents) - len(shown)} more (--explain shows all)"
        if one.questions:
            yield from self.heading("Still unknown")
        for question, settles in one.questions:
            yield from self.wrapped(f"{question} [{settles}]", 2, 4)
        if self.explain:
            yield from self.given(one)
        if one.notes:
            yield from self.heading("Notes")
        for note in one.notes:
            yield from self.wrapped(note, 2, 4)
        yield ""
        yield from self.wrapped(one.disclaimer, 0, 0)

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

    def items(self, title: str, items: tuple[Item, ...], width: int, hidden: tuple[str, ...]) -> Iterator[str]:
        if items:
            yield from self.heading(title)
        for item in items:
            yield from self.wrapped(f"{item.word.ljust(width)}  {item.title}", 2, width + 4)
            for label, text in item.remarks:
                if label not in hidden:
                    yield from self.labelled(label, text, width + 4)

    def given(self, one: View) -> Iterator[str]:
        yield from self.heading("Facts given")
        for fact, text, source, *_ in one.given:
            yield from self.wrapped(f"{fact}: {text}" + (f" ({source})" if source else ""), 2, 4)
        if one.derivations:
            yield from self.heading("Derived figures")
            yield from self.trace(one.derivations, 2)

    def heading(self, text: str) -> Iterator[str]:
        yield ""
        for line in self.wrapped(text.upper() if text.istitle() or " " not in text else text, 0, 2):
            yield self.paint(line, "bold")

    def word(self, word: str, words: dict[str, str]) -> str:
        return self.paint(words[word].ljust(11), STYLES.get(word, "dim"))

    def labelled(self, label: str, text: str, indent: int) -> Iterator[str]:
        yield from self.wrapped(f"{label}: {text}", indent, indent + 2)

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

    def wrapped(self, text: str, indent: int, hanging: int) -> Iterator[str]:
        return wrapped(text, self.width, indent, hanging)

    def paint(self, text: str, style: str) -> str:
        return painted(text, style, self.colour)


def wrapped(text: str, width: int, indent: int, hanging: int) -> Iterator[str]:
    """Yield the lines of a paragraph: the first indented by `indent`, the others by `hanging`."""
    yield from textwrap.wrap(
        text,
        max(width, hanging + 30),
        initial_indent=" " * indent,
        subsequent_indent=" " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]


def painted(text: str, style: str, colour: bool) -> str:
    """Return text in the colour of a style, if there is to be colour."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if colour else text
