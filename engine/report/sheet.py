"""An exercise in words: what a trainee reads and is asked, and, apart, what is right and why."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from comity.engine.assessment.changes import Change
from comity.engine.assessment.explain import grounds
from comity.engine.language.model import Cited, Fact
from comity.engine.language.quantity import Range
from comity.engine.report.rule_words import RuleWords
from comity.engine.report.view import Line, Table, Viewer, paragraphs, printable
from comity.engine.report.what_if import ChangeWords
from comity.engine.report.words import STANDING, STATUS, TRUTH, counted, day, of_fact
from comity.engine.training.exercise import Exercise
from comity.engine.training.items import Item, Option
from comity.engine.training.keys import Told
from comity.engine.training.pivots import pivots
from comity.engine.training.single_changes import single_changes

_ANSWER = {
    **TRUTH,
    **STATUS,
    **STANDING,
    "conditional": "cannot tell yet",
    "undetermined": "cannot tell",
    "yes": "yes",
    "no": "no",
}
_APPLIES = {"met": "applies", "not-met": "does not apply", "unknown": "cannot tell"}
_BASIS = {"course": "from the course", "instrument": "from an instrument", "editorial": "a choice of the rule set"}
_MARKS = {
    "editorial indicator": "An indicator stands in, as nobody has judged it.",
    "judged": "It rests on a judgement.",
}
_PROMPTS = {
    "contexts": "Which contexts apply to this situation?",
    "criteria": "How does each criterion of “{about}” come out?",
    "deciding": "Which of these facts does the verdict on “{about}” rest on, or wait for?",
    "measures": "Which measures of international cooperation are called for?",
    "purposes": "Which purposes does the measure “{about}” serve, as the rule set sees it?",
    "principles": "How does the response stand with each principle?",
    "change": "Which of these changes, each made alone, would turn the verdict on “{about}” to the opposite?",
    "near-miss": "If this criterion were met, and all else were as it is, would “{about}” apply?",
    "next": "What should be asked next? Choose the question whose answers settle most.",
}
_WOULD = {
    "met": "would apply then",
    "not-met": "would not apply then",
    "unknown": "would be open then: nobody could tell",
}
_STILL = {"met": "would still apply", "not-met": "would still not apply"}
WAYS = {
    "each": "Choose one answer for each.",
    "open": "Choose one answer for each; “cannot tell” is right where what is told does not settle it.",
    "any": "Choose all that are right; a wrong one costs as much as a right one earns.",
    "one": "Choose one.",
    "words": "Answer in your own words; a person will read it.",
}


class Choice(NamedTuple):
    """One thing that can be chosen. `feedback` is said to whoever chose it; of a right one it begins with yes."""

    id: str
    text: str
    right: bool
    feedback: str


class Row(NamedTuple):
    """One thing that is asked about, with the answers to choose from, and why the right one is right."""

    id: str
    text: str
    choices: tuple[Choice, ...]
    why: str


class Entry(NamedTuple):
    """A task in words: with `rows`, one choice for each; else `choices`, some or one of them; else words of one's own.

    `hints` help without giving the answer, the first less than the next, each in some lines. `explanation` is the model
    answer, to be shown afterwards; `sources` are what it rests on; `rubric` are the points that an essay is read for.
    """

    id: str
    kind: str
    choose: str
    prompt: str
    way: str
    rows: tuple[Row, ...]
    choices: tuple[Choice, ...]
    hints: tuple[tuple[str, ...], ...]
    explanation: tuple[str, ...]
    sources: tuple[str, ...]
    rubric: tuple[str, ...]
    item: Item

    @property
    def every_choice(self) -> tuple[Choice, ...]:
        """All that can be chosen, row after row."""
        return self.choices or tuple(choice for row in self.rows for choice in row.choices)


class Telling(NamedTuple):
    """One fact that is told: its title, what is known, and its rows if it is a table."""

    fact: str
    value: str
    table: Table | None = None


class Page(NamedTuple):
    """One stage in words. `facts` are those that are told now, where the exercise lists them."""

    title: str | None
    narrative: tuple[str, ...]
    facts: tuple[Telling, ...]
    entries: tuple[Entry, ...]


class Sheet(NamedTuple):
    """An exercise in words."""

    id: str
    title: str
    level: int
    points: tuple[int, ...]
    about: tuple[tuple[str, str], ...]  # as-of date, rule set, reading
    pages: tuple[Page, ...]
    tags: tuple[str, ...]
    language: str

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every task in words, in the order in which they are asked."""
        return tuple(entry for page in self.pages for entry in page.entries)


def sheet(exercise: Exercise, stages: Iterable[Told], found: Iterable[Item]) -> Sheet:
    """Return an exercise in words, from its assessed stages and its tasks with their keys."""
    stages, found = tuple(stages), tuple(found)
    pages = []
    before: frozenset[str] = frozenset()
    for one, stage in zip(stages, exercise.stages, strict=True):
        words = _Words(one)
        entries = tuple(words.entry(item) for item in found if item.stage == one.stage)
        told = tuple(words.told(stage.tells - before, one.stage == exercise.responds)) if exercise.listed else ()
        pages.append(Page(stage.title, tuple(paragraphs(stage.narrative or "")), told, entries))
        before |= stage.tells
    rules, last = stages[-1].rules, stages[-1].assessment
    about = [("As of", day(last.as_of)), ("Rule set", f"{rules.id} {rules.version}")]
    if last.reading is not None:
        about.append(("Reading", rules.readings[last.reading].title))
    subjects = dict.fromkeys(task.about or task.kind for task in exercise.tasks)
    tags = (rules.id, f"level-{exercise.level}", *(f"point-{point}" for point in exercise.points), *subjects)
    return Sheet(
        exercise.id, exercise.title, exercise.level, exercise.points, tuple(about), tuple(pages), tags, rules.language
    )


class _Words:
    """Puts the tasks of one stage into words."""

    def __init__(self, one: Told) -> None:
        self.one = one
        self.rules = one.rules
        self.run = one.run
        self.viewer = Viewer(one.assessment)
        self.phrases = self.viewer.phrases
        self.rule_words = RuleWords(one.rules, one.assessment.reading)

    @cached_property
    def verdicts(self) -> dict[str, str]:
        """Why each context came out as it did, in a sentence or two."""
        return {verdict.context: self.verdict(verdict.context) for verdict in self.one.assessment.contexts}

    @cached_property
    def criteria(self) -> dict[str, str]:
        """Why each criterion came out as it did."""
        found = {}
        for verdict in self.one.assessment.contexts:
            for finding in verdict.findings:
                element = self.viewer.element(finding.id, finding.trace)
                said = _sentence("; ".join(map(self.line, _told_apart(element.lines)))) or "Nothing is known of it."
                found[finding.id] = " ".join([said, *(_MARKS[mark] for mark in element.marks if element.known)])
        return found

    def line(self, line: Line) -> str:
        """Return a test that decided a criterion: what is known, and what is asked for."""
        text, figure = line.text, line.figure
        if figure is not None and figure.against and not figure.against.startswith("asked for"):
            text = f"{figure.fact}: {figure.value} (asked for: {figure.against})"
        for name, parameter in self.rules.parameters.items():
            basis = _BASIS.get(parameter.basis or "")
            text = re.sub(rf" \({name}(, \w+)?\)(?= [×÷+−])", "", text)
            text = text.replace(f" ({name}, {parameter.basis})", f", {basis}").replace(f" ({name})", "")
        return text

    def criterion(self, name: str) -> str:
        """Return how a criterion came out, and why."""
        return f"{self.phrases.conclusion(name)}: {_ANSWER[self.one.outcome(name)]}. {self.criteria[name]}"

    def told(self, names: frozenset[str], responds: bool) -> Iterator[Telling]:
        """Yield the facts that are told at this stage, and the response if it is asked about."""
        titles = {self.phrases.fact(name) for name in names}
        tables = {self.phrases.fact(name): fact for name, fact in self.rules.facts.items() if fact.columns}
        about_response = {
            self.phrases.fact(name) for name, fact in self.rules.facts.items() if fact.about == "response"
        }
        response = self.one.situation.response
        for given in self.viewer.given():
            if given.fact in about_response:
                continue
            if given.fact in titles and given.table is not None:
                yield self.rows(given.fact, given.table, tables[given.fact].columns)
            elif given.fact in titles:
                yield Telling(given.fact, given.value)
        if responds and response is not None:
            measures = self.viewer.titles(response.measures, "; ")
            said = [printable(response.title) if response.title else "", f"It brings: {measures}" if measures else ""]
            yield Telling("Response", ". ".join(part for part in said if part) or "described below")
            yield from (Telling(one.fact, one.value) for one in self.viewer.given() if one.fact in about_response)

    def rows(self, title: str, table: Table, columns: Mapping[str, Fact]) -> Telling:
        """Return a table that is told, with the unit of a column in its head alone."""
        units = {(one.title or name): one.unit for name, one in columns.items()}
        cells = tuple(
            tuple(
                re.sub(rf" {re.escape(unit)}(?=,|$)", "", cell) if (unit := units.get(head)) else cell
                for head, cell in zip(table.heads, row, strict=True)
            )
            for row in table.rows
        )
        said = ("; ".join(f"{head}: {cell}" for head, cell in zip(table.heads, row, strict=True)) for row in cells)
        return Telling(title, " | ".join(said) or "none", table._replace(rows=cells))

    def entry(self, item: Item) -> Entry:
        task = item.task
        about = self.phrases.conclusion(task.about) if task.about else ""
        prompt = _PROMPTS.get(task.kind, "")
        choices = () if item.rows else tuple(self.choice(item, option) for option in item.options)
        return Entry(
            id=task.id,
            kind=task.kind,
            choose=item.choose,
            prompt=printable(task.prompt) if task.prompt else prompt.format(about=about),
            way=WAYS["open" if item.rows and task.kind != "near-miss" else item.choose],
            rows=tuple(self.row(item, row) for row in item.rows),
            choices=choices,
            hints=tuple(hint for hint in map(tuple, self.hints(item)) if hint),
            explanation=tuple(self.explanation(item)),
            sources=tuple(dict.fromkeys(self.sources(item))),
            rubric=tuple(printable(point) for point in task.rubric),
            item=item,
        )

    # --- what is chosen from ---

    def row(self, item: Item, row: str) -> Row:
        options = item.of_row(row)
        right = next(option for option in options if option.right)
        why = self.why(item, row)
        choices = []
        for option in options:
            text = self.answer(item, option.answer or "")
            lead = f"Yes: {text}." if option.right else f"No: {self.answer(item, right.answer or '')}."
            if item.task.kind == "near-miss":
                lead = "That is right." if option.right else "It is the other way round."
            choices.append(Choice(option.id, text, option.right, f"{lead} {why}".strip()))
        return Row(row, self.phrases.conclusion(row), tuple(choices), why)

    def answer(self, item: Item, word: str) -> str:
        return (_APPLIES if item.task.kind == "contexts" else _ANSWER)[word]

    def choice(self, item: Item, option: Option) -> Choice:
        why = self.why(item, option.about, option)
        lead = "Yes." if option.right else "No."
        return Choice(option.id, self.option(item, option), option.right, f"{lead} {why}".strip())

    def option(self, item: Item, option: Option) -> str:
        match item.task.kind:
            case "change" if option.changed is not None:
                one = option.changed
                return ChangeWords(self.one.assessment).change(Change(one.statement, one.before, one.after))
            case "next":
                fact, known = self.rules.facts[option.about], self.run.facts.get(option.about)
                if known.__class__ is Range or (option.right and known is not None):
                    value = "" if fact.columns else f" ({of_fact(fact, known)})"
                    return f"{self.phrases.fact(option.about)}, more exactly than it is known now{value}"
                return fact.ask or self.phrases.fact(option.about)
            case "purposes":
                return self.phrases.conclusion(option.about)
        return self.held(option.about)

    def held(self, name: str) -> str:
        """Return a fact with what is known of it, in short."""
        if self.rules.facts[name].columns:
            rows = self.run.facts.get(name)
            return self.phrases.fact(name) + (": not known" if rows is None else "" if rows else ": none")
        return self.viewer.held(name)

    # --- why ---

    def why(self, item: Item, about: str, option: Option | None = None) -> str:
        """Return why the right answer about one thing is right."""
        context = item.task.about or ""
        match item.task.kind:
            case "contexts":
                return self.verdicts[about]
            case "criteria":
                return self.criteria[about]
            case "measures":
                return self.measure(about)
            case "principles":
                return self.principle(about)
            case "near-miss":
                return self.near_miss(context, about)
            case "purposes":
                serves = "serves" if option and option.right else "does not serve"
                return f"By the rule set, the measure {serves} this purpose."
            case "change" if option is not None and option.changed is not None:
                same = option.changed.outcome == self.one.outcome(context)
                return f"“{self.phrases.conclusion(context)}” {(_STILL if same else _WOULD)[option.changed.outcome]}."
            case "next":
                return self.asking(about, bool(option and option.right))
        return self.bearing(context, about, bool(option and option.right))

    def verdict(self, context: str) -> str:
        """Return why a context came out as it did, and of one that does not apply, what would make it apply."""
        one = next(one for one in self.one.assessment.contexts if one.context == context)
        decided = [self.criterion(name) for name in one.because if name in self.criteria]
        if self.run.truth(context) is None:
            prospects = self.one.assessment.prospects
            certain = prospects.certainty(context)
            return _sentence(
                self.viewer.certainty(certain, TRUTH) if certain else self.waits(prospects.hangs_on(context))
            )
        if not decided:
            return _sentence(self.viewer.reasons(one))
        would = self.would_apply(context) if self.run.truth(context) is False else ""
        return " ".join([*decided, *([would] if would else [])])

    def would_apply(self, context: str) -> str:
        """Return the smallest change that would make a context apply; nothing where no single one would."""
        words = ChangeWords(self.one.assessment)
        for one, turns in single_changes(self.one.assessment, context):
            if turns:
                change = words.change(Change(one.statement, one.before, one.after))
                return f"It would apply if this alone were otherwise: {change}."
        lacking = pivots(self.run, context)
        if lacking == self.run.program.criteria(context)[:1]:
            return ""  # a context that one criterion makes: nothing new
        return (
            f"It would apply if this criterion alone were met: {self.phrases.conclusion(lacking[0])}."
            if lacking
            else ""
        )

    def near_miss(self, context: str, criterion: str) -> str:
        """Return whether a context would apply if one criterion were met, and how the criterion stands as it is."""
        title = self.phrases.conclusion(context)
        match self.one.outcome(criterion):
            case "met":
                return f"The criterion is met already, and “{title}” does not apply. {self.criteria[criterion]}"
            case "unknown":
                return f"Nobody can tell whether the criterion is met, and “{title}” does not apply either way."
        turns = criterion in pivots(self.run, context)
        said = (
            f"“{title}” would apply." if turns else f"“{title}” would not apply even then: more than this is lacking."
        )
        return f"{said} As it is, the criterion is not met. {self.criteria[criterion]}"

    def measure(self, name: str) -> str:
        """Return why a measure is called for, or is not, or what that waits for."""
        one = next(one for one in self.one.assessment.measures if one.measure == name)
        answers = [ground.context for ground in self.rules.measures[name].grounds]
        met = [context for context in answers if self.run.truth(context) is True]
        if one.status == "called-for":
            return f"It is for {self.named(met, ' and ')}, and there is a need for it."
        if one.status == "conditional":
            prospects = self.one.assessment.prospects
            certain = prospects.certainty(name)
            waits = self.viewer.certainty(certain, STATUS) if certain else self.waits(prospects.hangs_on(name))
            return f"It may be called for by {self.named(one.because, ' and ')}. {_sentence(waits)}"
        if met:
            return f"It is for {self.named(met, ' and ')}, but on these facts there is no need for it."
        if any(self.run.truth(context) is None for context in answers):
            return (
                f"It is for {self.named(answers, ' or ')}; whichever applies, on these facts there is no need for it."
            )
        none = "which does not apply" if len(answers) == 1 else "and none of them applies"
        return f"It is for {self.named(answers, ' or ')}, {none}."

    def waits(self, facts: Sequence[str], most: int = 4) -> str:
        """Return what an answer waits for: of many facts the first."""
        shown = [self.phrases.fact(name) for name in facts[: most if len(facts) > most + 1 else most + 1]]
        more = f"; and {len(facts) - len(shown)} more" if len(facts) > len(shown) else ""
        return f"it waits for: {'; '.join(shown)}{more}"

    def named(self, names: Iterable[str], between: str) -> str:
        """Return titles in quotation marks: those of two or more with commas, and a word before the last."""
        quoted = [f"“{self.phrases.conclusion(name)}”" for name in names]
        return between.join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)

    def principle(self, name: str) -> str:
        """Return how the response stands with a principle, and by which facts."""
        declared = self.rules.principles[name]
        rests_on = grounds(self.run, declared.breached_when)
        facts = [fact for fact in self.rules.facts if fact in (rests_on.open or rests_on.facts)]
        return _sentence("; ".join(self.viewer.held(fact) for fact in facts))

    def bearing(self, context: str, fact: str, right: bool) -> str:
        """Return whether a verdict rests on a fact."""
        title = self.phrases.conclusion(context)
        if self.run.truth(context) is None:
            if right:
                return f"It can still decide “{title}”."
            if fact in self.run.facts:
                return "It is known already."
            return f"Whatever its answer, “{title}” stays as open as it is."
        if right:
            return f"“{title}” rests on it."
        cone = self.one.below(context)
        return (
            f"“{title}” looks at it, but it is not what decided." if fact in cone else f"“{title}” does not look at it."
        )

    def asking(self, fact: str, right: bool) -> str:
        """Return what asking for a fact would do."""
        found = {one.fact: one for one in self.one.questions}
        if fact not in found:
            if fact in self.run.facts:
                return "It is known already."
            if fact in self.one.situation.asked:
                return "It was asked already, and nobody knows."
            return "No answer to it can change a verdict or a measure that is still open."
        question, shown = found[fact], self.viewer.question(found[fact])
        measures = counted(len(question.measures), "measure") if question.measures else ""
        bears_on = [
            part for part in (self.named(question.settles, " and ") if question.settles else "", measures) if part
        ]
        settles = [f"“{answer}” would settle: {settled}" for answer, settled in shown.answers]
        said = "; ".join([f"it bears on {' and '.join(bears_on)}", *settles])
        return _sentence(said) + ("" if right else " Another question settles more.")

    # --- hints, explanations, sources ---

    def hints(self, item: Item) -> Iterator[Iterable[str]]:
        """Yield first the questions to ask, then the criteria to look at; never the answer."""
        context = item.task.about or ""
        contexts, title = self.rules.contexts, self.phrases.conclusion
        match item.task.kind:
            case "contexts":
                yield (f"{title(name)}: {self.asks(name)}" for name in contexts)
                yield (f"{title(name)} looks at: {self.criterion_titles(name)}." for name in contexts)
            case "criteria":
                yield (f"{title(name)}: {self.asks(name)}" for name in item.rows)
                yield (self.conditions(name) for name in item.rows)
            case "measures":
                yield ["Which contexts apply, or may? And is there a need for the measure?"]
                answers = {
                    name: [ground.context for ground in one.grounds] for name, one in self.rules.measures.items()
                }
                yield (
                    f"{title(name)}: for {self.named(found, ' and ')}. {self.need(name)}".strip()
                    for name, found in answers.items()
                )
            case "deciding" | "near-miss" | "change":
                yield [f"Which criteria of “{title(context)}” are met, and which are not?"]
                yield (self.conditions(name) for name in self.run.program.criteria(context))
            case "purposes":
                yield ["What would go wrong without it, and for whom?"]
                yield (f"See {source.text}." for source in self.viewer.sources(self.rules.measures[context]))
            case "principles":
                yield (f"{title(name)}: {self.asks(name)}" for name in item.rows)
            case "next":
                open_ = [name for name in contexts if self.run.truth(name) is None]
                yield [
                    "Which verdicts are still open, and which measures wait for something?",
                    "A question is worth most if every answer to it settles something, then if one settles a lot.",
                ]
                yield [f"Still open: {self.named(open_, ' and ')}."] if open_ else ["Only measures are still open."]

    def conditions(self, criterion: str) -> str:
        """Return what a criterion asks for, in one line."""
        condition = self.run.program.conclusions[criterion]
        return f"{self.phrases.conclusion(criterion)}: {self.rule_words.rule(condition)}"

    def need(self, measure: str) -> str:
        """Return what makes a measure needed beside its contexts."""
        need = self.rules.measures[measure].need
        return "" if need is None else f"Needed if: {self.rule_words.rule(need)}"

    def criterion_titles(self, context: str) -> str:
        return "; ".join(self.phrases.conclusion(name) for name in self.run.program.criteria(context))

    def asks(self, conclusion: str) -> str:
        """Return the questions whose answers a conclusion looks at, of its own facts and not of those derived."""
        given = (self.rules.facts[name] for name in self.one.below(conclusion))
        return " ".join(fact.ask for fact in given if fact.ask and fact.derive is None)

    def explanation(self, item: Item) -> Iterator[str]:
        """Yield the model answer, a line for each thing."""
        title = self.phrases.conclusion
        if item.rows:
            right = {option.about: self.answer(item, option.answer or "") for option in item.options if option.right}
            yield from (f"{title(row)}: {answer}. {self.why(item, row)}".strip() for row, answer in right.items())
        elif item.options:
            for option in item.options:
                if option.right:
                    yield f"{_sentence(self.option(item, option))} {self.why(item, option.about, option)}".strip()
        else:
            words = {verdict.context: _APPLIES[verdict.truth.value] for verdict in self.one.assessment.contexts}
            yield from (f"{title(name)}: {word}. {self.verdicts[name]}".strip() for name, word in words.items())
            for name in self.rules.principles if self.one.situation.response else ():
                yield f"{title(name)}: {_ANSWER[self.one.standing(name)]}. {self.principle(name)}"

    def sources(self, item: Item) -> Iterator[str]:
        """Yield what the answer rests on."""
        cited: list[Cited] = []
        rules, task = self.rules, item.task
        match task.kind:
            case "contexts" | "essay":
                cited = [*rules.contexts.values()]
            case "measures":
                cited = [*rules.measures.values()]
            case "principles":
                cited = [*rules.principles.values()]
            case "purposes":
                cited = [rules.measures[task.about or ""]]
            case "next":
                cited = [rules.criteria[name] for name in self.one.questions[0].because]
            case _:
                context = task.about or ""
                cited = [
                    rules.contexts[context],
                    *(rules.criteria[name] for name in self.run.program.criteria(context)),
                ]
        for one in cited:
            for source in self.viewer.sources(one):
                yield source.text


def _told_apart(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines without those that only say how the next ones hang together."""
    return (line for line in lines if not line.text.endswith(":"))


def _sentence(text: str) -> str:
    """Return `text` as a sentence: with a capital letter, and a full stop unless it has one."""
    return text if not text else text[0].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
