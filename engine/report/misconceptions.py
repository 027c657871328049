"""What answers may say of a misunderstanding, in words about the task and not about who answered."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    Arithmetic,
    AtLeast,
    Condition,
    Constant,
    Count,
    Every,
    Expression,
    Extreme,
    ParameterValue,
    Some,
    Term,
    Test,
    Total,
    children,
)
from comity.engine.language.model import Fact, RuleSet
from comity.engine.language.mutants import BESIDE, Mutant
from comity.engine.language.operators import TABLE, Operator
from comity.engine.report.blocks import Block, Grid, Heading, Paragraph, Tree
from comity.engine.report.blocks_text import to_text
from comity.engine.report.frame import Section
from comity.engine.report.manual_words import Clauses
from comity.engine.report.markup import Html, join, tag
from comity.engine.report.view import Line
from comity.engine.report.words import STANDING, STATUS, TRUTH, counted, of_parameter
from comity.engine.training.beliefs import Belief
from comity.engine.training.diagnosis import Diagnosis, Evidence, Explanation, common

CAVEAT = "That is read off the pattern of the answers alone: something to talk about, not a mark."
MISUNDERSTANDING = "A possible misunderstanding"
MISUNDERSTANDINGS = "Possible misunderstandings"
_ROWS = 12
_MOST = 4  # beliefs, or answers, that are listed before the rest is counted
_GAPS = {
    "missing": "what is not told taken for no, or for none",
    "open": "“cannot tell” taken for “no”",
    "lowest": "every estimate taken at its lowest value",
    "middle": "every estimate taken at its middle value",
    "highest": "every estimate taken at its highest value",
}
_ANSWERS = {**TRUTH, **STATUS, **STANDING, "yes": "yes", "no": "no", "chosen": "chosen", "left": "not chosen"}


class BeliefWords:
    """Puts what may be believed of one rule set into words: what is read how, and where."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules

    def belief(self, belief: Belief) -> str:
        """Return a belief as a phrase that can follow “the answers fit”."""
        if belief.reading is not None:
            return f"the reading “{self.rules.readings[belief.reading].title}”"
        misreading = belief.misreading
        if misreading is None:
            return _GAPS[belief.kind]
        first = misreading.changes[0]
        if misreading.habit is not None:
            read = f"“{_plain(misreading.habit)}” read as “{_plain(BESIDE[misreading.habit])}”"
            if misreading.of is None:
                return f"{read} throughout"
            return f"{read} before “{self.rules.parameters[misreading.of[0]].title or misreading.of[0]}”"
        return self.change(first, everywhere=len(misreading.changes) > 1)

    def change(self, one: Mutant, everywhere: bool = False) -> str:
        """Return what one change of a condition or derivation reads how, and where."""
        before, after, table = self.apart(one)
        words = _Terms(self.rules, one.reading, table)
        title = self.place(one)
        where = "throughout" if everywhere else f"in “{title}”"
        match before, after:
            case Total(per=per), Total(per=others):
                kind = f"“{words.inside(self.rules.facts[before.table]).fact(*(set(per) ^ set(others)))}”"
                if one.kind == "together":
                    return f"figures of a different {kind} added up {where}"
                return f"figures of a different {kind} not added up {where}"
            case Extreme(which=which), Extreme(which=other):
                if which == other:
                    return f"“{words.expression(before.over)}” read as “{words.expression(after.over)}” {where}"
                return f"the {other} figure of a period taken, where the {which} counts, {where}"
            case Extreme(which=which), _:
                return f"the present figure taken, where the {which} of a period counts, {where}"
            case Test(), Test() if one.kind != "negate":
                return f"“{words.fact(before.fact)}: {words.bounded(before)}” read as “{words.bounded(after)}” {where}"
            case (AllOf(), AnyOf()) | (AnyOf(), AllOf()) if one.kind == "join":
                read = "“and” read as “or”" if isinstance(before, AllOf) else "“or” read as “and”"
                return f"{read} {where}" if before is one.before else f"{read} in “{words.whole(before)}”"
        if one.kind == "drop":
            return f"“{words.head(_dropped(before, after))}” left out of “{title}”"
        if one.kind == "negate":
            if before is one.before:
                return f"“{title}” taken the other way round"
            return f"“{words.head(before)}” taken the other way round {where}"
        return f"“{words.head(before)}” read as “{words.head(after)}” {where}"

    def apart(self, one: Mutant) -> tuple[Term, Term, Fact | None]:
        """Return the least parts in which a place differs before and after a change, and the table of their row."""
        table = self.rules.facts[one.place.partition(".")[0]] if one.of_column else None
        before, after = one.before, one.after
        while before.__class__ is after.__class__ and not isinstance(before, Extreme):
            pairs = list(zip(children(before), children(after), strict=False))
            other = [pair for pair in pairs if pair[0] != pair[1]]
            same = len(children(before)) == len(children(after)) and not isinstance(before, Test)
            if len(other) != 1 or not same:
                break
            if isinstance(before, Some | Every | Count | Total):
                table = self.rules.facts[before.table]
            ((before, after),) = other
        return before, after, table

    def place(self, one: Mutant) -> str:
        """Return the title of what a change stands in."""
        name, _, column = one.place.partition(".")
        if name not in self.rules.facts:
            return Clauses(self.rules, None).conclusion(name)
        fact = self.rules.facts[name]
        return Clauses(self.rules, None, fact).fact(column) if column else Clauses(self.rules, None).fact(name)

    def beliefs(self, beliefs: Sequence[Belief]) -> list[str]:
        """Return beliefs that cannot be told apart as phrases, none twice; a number one off goes without saying."""
        bound = {
            belief.misreading.changes[0].place for belief in beliefs if belief.misreading and belief.kind == "bound"
        }
        shown = [
            self.belief(belief)
            for belief in beliefs
            if not (belief.misreading and "threshold" in belief.kind and belief.misreading.changes[0].place in bound)
        ]
        return list(dict.fromkeys(shown))

    def evidence(self, one: Evidence) -> str:
        """Return an answer: of which situation, about what, and what was answered."""
        title = one.told.situation.title or one.told.situation.id
        words = Clauses(self.rules, None)
        option = next((option for option in one.item.options if one.about in (option.about, option.id)), None)
        about = one.about if option is None else option.about
        said = words.fact(about) if about in self.rules.facts else words.conclusion(about)
        return f"{title}: {said}: “{_ANSWERS[one.answer]}”, where the key says “{_ANSWERS[one.right]}”"


class _Terms(Clauses):
    """Puts terms into words with the value of a parameter instead of its name."""

    def inside(self, table: Fact | None) -> "_Terms":
        return _Terms(self.rules, self.reading, table)

    def expression(self, expression: Expression) -> str:
        match expression:
            case ParameterValue(name):
                return self.parameter(self.rules.parameters[name])
            case Arithmetic("sum" | "difference" as sign, (ParameterValue(name), Constant(value=step))):
                values = [value for _, value in self.rules.parameters[name].values]
                if len(values) == 1 and name not in self.readings_set():
                    return of_parameter(self.rules.parameters[name], values[0] + (step if sign == "sum" else -step))
        return super().expression(expression)

    def readings_set(self) -> Mapping[str, Any]:
        return self.rules.readings[self.reading].set if self.reading else {}

    def condition(self, condition: Condition) -> str:
        match condition:
            case Test(fact, Operator.IS, Constant(value=True)):
                return self.fact(fact)
        return super().condition(condition)

    def bounded(self, test: Test) -> str:
        return f"{_plain(test.operator)} {self.bound(test.fact, test.bound)}"

    def head(self, term: Term) -> str:
        """Return a term in a line, of a list its head alone."""
        match term:
            case AtLeast():
                return self.condition(term).removesuffix(":")
            case Some() | Every():
                return self.condition(term).removesuffix(":")
        return self.whole(term)


def _plain(operator: Operator) -> str:
    return TABLE[operator].words.removeprefix("is ")


def _dropped(before: Term, after: Term) -> Condition:
    """Return the part of a condition that a change leaves out."""
    assert isinstance(before, AllOf | AnyOf | AtLeast)
    left = (
        after.parts
        if isinstance(after, AllOf | AnyOf | AtLeast) and len(after.parts) + 1 == len(before.parts)
        else None
    )
    if left is None:
        return next(part for part in before.parts if part != after)
    return next(part for index, part in enumerate(before.parts) if left[index : index + 1] != (part,))


# --- one learner ----------------------------------------------------------------------------------------------------


def diagnosis_blocks(words: BeliefWords, diagnosis: Diagnosis) -> Iterator[Block]:
    """Yield what the answers of one learner may say of a misunderstanding; nothing where they do not say enough."""
    if not diagnosis.explanations:
        return
    yield Heading(MISUNDERSTANDING)
    several = len(diagnosis.explanations) > 1
    for number, one in enumerate(diagnosis.explanations[:_MOST]):
        lead = "The answers fit" if number == 0 else "As well they fit"
        yield Paragraph(f"{lead} {_or(words.beliefs(one.beliefs))}. {_weight(one, diagnosis)}")
        yield Tree(tuple(Line(text) for text in _listed([words.evidence(each) for each in one.explains])))
    if several and len(diagnosis.explanations) > _MOST:
        yield Paragraph(f"{counted(len(diagnosis.explanations) - _MOST, 'other reading')} would do as well.")
    yield Paragraph(CAVEAT)


def diagnosis_text(words: BeliefWords, diagnosis: Diagnosis, *, width: int = 100, colour: bool = False) -> str:
    """Return what the answers of one learner may say of a misunderstanding as text; empty where it is nothing."""
    blocks = [*diagnosis_blocks(words, diagnosis)]
    return to_text(blocks, width, colour) if blocks else ""


def diagnosis_sections(words: BeliefWords, diagnosis: Diagnosis) -> Iterator[Section]:
    """Yield the same as a section of a page."""
    parts: list[Html] = []
    for block in diagnosis_blocks(words, diagnosis):
        match block:
            case Paragraph(text):
                parts.append(tag("p", text))
            case Tree(lines):
                parts.append(tag("ul", *(tag("li", line.text) for line in lines)))
    if parts:
        yield Section("misunderstanding", MISUNDERSTANDING, join(parts))


def _weight(one: Explanation, diagnosis: Diagnosis) -> str:
    said = f"That explains {len(one.explains)} of {counted(diagnosis.wrong, 'answer')} that differ from the key"
    return f"{said}, and goes against {counted(len(one.against), 'right answer')}." if one.against else f"{said}."


def _or(phrases: Sequence[str]) -> str:
    """Return alternatives in a line."""
    return (
        "; or, which these answers cannot tell apart, ".join((phrases[0], "; or ".join(_listed(phrases[1:]))))
        if phrases[1:]
        else phrases[0]
    )


def _listed(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - _MOST
    return [*lines[:_MOST], *([f"{rest} more"] if rest > 0 else [])]


def diagnosis_document(words: BeliefWords, diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the same as plain data: no explanations where the answers do not say enough."""
    return {
        "points": diagnosis.points,
        "wrong": diagnosis.wrong,
        "explanations": [
            {
                "beliefs": [
                    {"kind": belief.kind, "places": _places(belief), "text": words.belief(belief)}
                    for belief in one.beliefs
                ],
                "explains": [_answer(each) for each in one.explains],
                "against": [_answer(each) for each in one.against],
            }
            for one in diagnosis.explanations
        ],
    }


def _places(belief: Belief) -> list[str]:
    return [one.place for one in belief.misreading.changes] if belief.misreading else []


def _answer(one: Evidence) -> dict[str, Any]:
    return {
        "situation": one.told.situation.id,
        "stage": one.told.stage + 1,
        "task": one.item.task.id,
        "about": one.about,
        "answered": one.answer,
        "right": one.right,
    }


# --- a class --------------------------------------------------------------------------------------------------------


def common_rows(words: BeliefWords, diagnoses: Sequence[Diagnosis]) -> list[tuple[str, str]]:
    """Return what may be believed in a class, in words, and by how many of how many, the most first."""
    found = common(diagnoses)[:_ROWS]
    of = len(diagnoses)
    return [("; or ".join(_listed(words.beliefs(beliefs))), f"{number} of {of}") for beliefs, number in found]


def common_blocks(words: BeliefWords, diagnoses: Sequence[Diagnosis]) -> Iterator[Block]:
    """Yield which misunderstandings the answers of a class may show most; nothing where there are none."""
    rows = common_rows(words, diagnoses)
    if rows:
        yield Heading(MISUNDERSTANDINGS)
        yield Grid(MISUNDERSTANDINGS, ("The answers fit", "Trainees"), tuple(rows))
        yield Paragraph(CAVEAT)
