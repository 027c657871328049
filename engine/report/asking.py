"""What an interview says: the question, why it is asked, what answers would settle; and the open questions as data."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from comity.engine.assessment.questions import Question
from comity.engine.interview.session import Session, Turn
from comity.engine.language.model import Cited, Fact, RuleSet, ValueType
from comity.engine.report.document import question_document, written
from comity.engine.report.json_text import json_text
from comity.engine.report.words import STATUS, TRUTH, Phrases, counted, of_fact

FORMAT = "comity-questions/1"
_WORDS = {**TRUTH, **STATUS}
_OPEN = {"unknown": ("not-met", "met"), "conditional": ("not-called-for", "called-for")}  # and what may come of it
_LABEL = 9  # characters that a label takes
_FEW = 3  # measures; of more, only one is named

HELP = """\
Type a value as a situation file has it, or:
  ?            nobody knows (it is noted, and not asked again)
  skip         not now: pass over the question in this session
  back         take the last answer back, as often as you like
  change FACT  answer any fact again, like change {example}
  j            judge it directly, where that is offered (j2 for the second)
  redo         at the end of a row: type it again (redo 2 for the second row)
  resume       ask again what was passed over
  quit         stop here; so does Ctrl-C
A figure may be a range: 20000..30000, 20000.., ..30000. A text that is also one
of these words goes in quotes: "back". Everything is saved after each answer."""


def help_text(rules: RuleSet) -> str:
    """Return what may be typed."""
    return HELP.format(example=next(iter(rules.facts), "FACT"))


def questions_text(session: Session, width: int) -> str:
    """Return all open questions, the most settling first."""
    writer = _Writer(session.terms.rules, width)
    lines: list[str] = []
    for number, question in enumerate(session.open, 1):
        lines += ["", *writer.wrapped(f"{number}. {question.ask} ({question.fact})", "", "   ")]
        lines += writer.why(question, session.terms.rules.facts[question.fact])
        if question.fact in session.stated:
            lines += writer.labelled("So far", writer.stated(session, question.fact))
    return "\n".join(lines[1:] or ["Nothing relevant is open."]) + "\n"


def questions_json(session: Session) -> str:
    """Return all open questions as the document `comity-questions/1`."""
    rules, situation = session.terms.rules, session.situation
    assert situation is not None
    assert situation.as_of is not None
    overrides = {
        name: written(value, rules.parameters[name].value_type) for name, value in session.terms.overrides.items()
    }
    reading = session.terms.reading or rules.default_reading
    document = {
        "format": FORMAT,
        "situation": situation.id,
        "as_of": situation.as_of.isoformat(),
        "rule_set": {"id": rules.id, "version": rules.version, "reading": reading, "set": overrides},
        "questions": [_document(question, session) for question in session.open],
    }
    return json_text(document)


def _document(question: Question, session: Session) -> dict[str, Any]:
    fact = session.terms.rules.facts[question.fact]
    return {
        **question_document(session.terms.rules, question),
        "type": fact.type,
        "unit": fact.unit,
        "options": list(fact.options),
        "stated": question.fact in session.stated,
    }


def turn_text(session: Session, turn: Turn, width: int) -> str:
    """Return the question that is asked, with all that helps to answer it."""
    return "\n".join(_Writer(session.terms.rules, width).turn(turn)) + "\n"


def settled_text(before: Session, after: Session, width: int) -> str:
    """Return what an answer settled, or opened again where it was taken back; nothing if it did neither."""
    writer = _Writer(after.terms.rules, width)
    changed = {
        name: word for name, word in after.outcome.items() if before.outcome and before.outcome.get(name) != word
    }
    if not changed:
        return ""
    return "\n".join(writer.wrapped(f"Now: {writer.outcomes(changed.items())}.", "  ", "  ")) + "\n"


def rest_text(session: Session, width: int) -> str:
    """Return what is still open, by what was never answered and what nobody knows better; nothing if nothing is."""
    writer = _Writer(session.terms.rules, width)
    lines: list[str] = []
    for head, questions in (("Not answered yet", session.unsaid), ("Not known, or only in part", session.unsettled)):
        if questions:
            lines += writer.wrapped(f"{head}: {', '.join(one.fact for one in questions)}.", "", "  ")
    return "".join(f"{line}\n" for line in (["What could still change a verdict or measure:", *lines] if lines else []))


def certain_text(session: Session, width: int) -> str:
    """Return what is certain although facts are missing, as every way to fill them in agrees; nothing if nothing is."""
    writer = _Writer(session.terms.rules, width)
    found = []
    for name, word in session.outcome.items():
        sure = session.prospects.certainty(name) if session.prospects and word in _OPEN else None
        if sure is not None:
            found.append((name, _OPEN[word][sure.met]))
    lines = writer.wrapped(f"Certain, whatever is not known: {writer.outcomes(found)}.", "", "  ") if found else []
    return "".join(f"{line}\n" for line in lines)


class _Writer:
    """Lays out lines of at most `width` characters."""

    def __init__(self, rules: RuleSet, width: int) -> None:
        self.rules = rules
        self.width = width
        self.phrases = Phrases(rules)

    def wrapped(self, text: str, first: str, following: str) -> list[str]:
        lines = textwrap.wrap(
            text,
            self.width,
            initial_indent=first,
            subsequent_indent=following,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return lines or [""]

    def labelled(self, label: str, text: str) -> list[str]:
        indent = " " * (_LABEL + 2)
        return self.wrapped(text, f"  {label:<{_LABEL}}", indent)

    # --- the question ---

    def turn(self, turn: Turn) -> Iterator[str]:
        match turn.kind:
            case "name":
                yield "What is the situation called, in short? Its file gets the same name."
                yield from self.labelled("Type", "lower-case words joined by hyphens, like border-2015")
            case "title":
                yield "And its title?"
                yield from self.labelled("Type", "a few words, like Arrivals at the border of Freedonia; or skip")
            case "as-of":
                yield "For which day is it assessed? Figures and times count up to that day."
                yield from self.labelled("Type", "a full date, like 2015-12-31")
            case "row" if turn.row:
                yield f"{counted(turn.row, 'row')} so far. Is there another row?"
                yield from self.labelled("Type", "y or n; redo to type the last row again (redo 1: the first)")
            case "cell":
                assert turn.fact is not None
                head = f"Row {turn.row}, {self.title(turn.fact)}: "
                yield from self.wrapped(head + (turn.fact.ask or ""), "", "  ")
                yield from self.answer_with(turn.fact)
            case _:
                assert turn.question is not None
                assert turn.fact is not None
                yield from self.wrapped(turn.question.ask, "", "")
                yield from self.why(turn.question, turn.fact)
                yield from self.answer_with(turn.fact)

    def why(self, question: Question, fact: Fact) -> Iterator[str]:
        """Yield what a question bears on and through what, what its answers settle, and what stands behind it."""
        rules = self.rules
        contexts = "; ".join(self.titles(question.settles))
        measures = self.titles(question.measures)
        about = [contexts] if contexts else []
        about += [f"the measure {measures[0]}"] if len(measures) == 1 else []
        about += [f"{counted(len(measures), 'measure')}: {self.few(measures)}"] if len(measures) > 1 else []
        if about:
            yield from self.labelled("Matters", "for " + "; ".join(about))
        if question.because:
            yield from self.labelled("Through", "; ".join(self.titles(question.because)))
        yield from self.answers(question, fact)
        bears_on = [
            *(rules.criteria[name] for name in question.because),
            *(rules.contexts[name] for name in question.settles),
            *(rules.measures[name] for name in question.measures),
        ]
        source = self.source([fact]) or self.source(bears_on)
        if source:
            yield from self.labelled("Source", source)
        if fact.note:
            yield from self.labelled("Note", fact.note)
        for number, name in enumerate(question.instead, 1):
            key = "j" if len(question.instead) == 1 else f"j{number}"
            judgement = self.rules.facts[name]
            label = "Or judge" if number == 1 else ""
            yield from self.labelled(label, f"{key}: {judgement.ask or self.title(judgement)}")

    def answers(self, question: Question, fact: Fact) -> Iterator[str]:
        """Yield what each answer settles; the word alone where the question bears on one thing."""
        label = "Settles"
        alone = len(question.settles) + len(question.measures) == 1
        for answer in question.answers:
            if answer.settles:
                outcome = _WORDS[answer.settles[0][1]] if alone else self.outcomes(answer.settles)
                yield from self.labelled(label, f"{of_fact(fact, answer.value)}: {outcome}")
                label = ""
        if label and question.answers:
            yield from self.labelled(label, "nothing by itself; each answer narrows what is left")

    def answer_with(self, fact: Fact) -> list[str]:
        """Return how a value of `fact` is typed."""
        if fact.columns:
            return self.labelled("Type", "y to give a first row, n if there are none; ? if nobody knows")
        if fact.options:
            listed = ", ".join(f"{number} {option}" for number, option in enumerate(fact.options, 1))
            return self.labelled("Type", f"a number or a word: {listed}; ? if nobody knows")
        return self.labelled("Type", f"{_form(fact)}; ? if nobody knows")

    # --- words ---

    def title(self, fact: Fact) -> str:
        return fact.title or fact.name.replace("_", " ")

    def titles(self, names: Iterable[str]) -> list[str]:
        return [self.phrases.conclusion(name) for name in names]

    def few(self, titles: list[str]) -> str:
        """Return titles in one line, the first of them if they are many."""
        shown = titles if len(titles) <= _FEW else titles[:1]
        return "; ".join(shown) + (f" and {len(titles) - len(shown)} more" if len(shown) < len(titles) else "")

    def outcomes(self, outcomes: Iterable[tuple[str, str]]) -> str:
        """Return verdicts, one by one, and measures by their status."""
        contexts: list[str] = []
        measures: dict[str, list[str]] = {}
        for name, word in outcomes:
            title = self.phrases.conclusion(name)
            if name in self.rules.contexts:
                contexts.append(f"{title} is {_WORDS[word] if word != 'unknown' else 'open again'}")
            else:
                measures.setdefault(_WORDS[word], []).append(title)
        return "; ".join((*contexts, *(f"{word}: {self.few(titles)}" for word, titles in measures.items())))

    def source(self, cited: Iterable[Cited]) -> str:
        """Return the first citation with a passage, else the first there is."""
        citations = [citation for one in cited for citation in one.sources]
        for citation in sorted(citations, key=lambda one: one.quote is None)[:1]:
            source = self.rules.sources[citation.source]
            place = f", {citation.place}" if citation.place else ""
            quote = f": “{citation.quote}”" if citation.quote else ""
            return f"{source.short or source.title}{place}{quote}"
        return ""

    def stated(self, session: Session, fact: str) -> str:
        assert session.situation is not None
        declared = self.rules.facts[fact]
        return of_fact(declared, session.situation.all_facts.get(fact, declared.unknown))


def _form(fact: Fact) -> str:
    """Return how a value of `fact` may be typed."""
    unit = f" of {fact.unit}" if fact.unit else ""
    days = fact.value_type is ValueType.DAYS
    form = {
        "boolean": "y or n",
        "count": f"a whole number{unit}, or a range: 20000..30000, 20000..",
        "number": f"a number{unit}, or a range: 2.5..3, 2.5..",
        "share": "a share from 0 to 1, or a range: 0.2..0.3",
        "duration": "90 days, or a range: 30 days..90 days" if days else "18 months, or a range: 1 year..3 years",
        "date": "2008-05-17, 2008-05, 2008, 2007..2009 or 6 years ago",
    }.get(fact.type, "a few words")
    return f"{form}; or by year, month or day: {{2009: 26000, 2010: 27500}}" if fact.history else form
