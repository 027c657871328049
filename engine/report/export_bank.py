"""What every export to a learning platform takes of exercises: questions that stand alone, with shares and texts.

A question tells all that is told by its stage. One whose task has rows is asked as one list over `row: answer`, of
which several are right, row after row. The share that each answer earns or costs is the one scoring rule of
`comity.engine.training.items`, so that a platform that adds up shares and holds the sum between 0 and 1 comes to the
same score.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from hashlib import sha256
from typing import NamedTuple

from comity.engine.language.diagnostic import Code, Diagnostic
from comity.engine.report.markup import Html, join, tag
from comity.engine.report.sheet import Choice, Entry, Page, Sheet, Telling
from comity.engine.report.view import Table

SHARED_OUT = frozenset({*range(1, 11), 20})  # the numbers of right answers whose share Moodle knows
_LONGEST_ID = 100  # of an `idnumber` in Moodle

RIGHT = "Right: all that is right was chosen, and nothing else."
PARTLY = "Partly right: something is missing, or something chosen is not right."
WRONG = "Nothing is earned: what was chosen wrongly costs as much as what was chosen rightly earns."
RESPONSE = ("What I would say:", "The facts that this rests on:", "What is not known yet:")

_COSTS = "Choose one answer for each; a wrong one costs as much as a right one earns."


class Answer(NamedTuple):
    """One answer: what it says, what is said to whoever chose it, and what it earns (1 is all) or costs."""

    id: str
    text: str
    feedback: str
    right: bool
    share: Fraction


class Question(NamedTuple):
    """One task of an exercise, to be asked by itself.

    `id` stays the same as long as the ids of the exercise and the task do; `name` is what people read in a list. `stem`
    is all that is told, and what is asked. `hints` come one after the other. An essay has no answers; its `rubric` is
    for whoever reads it.
    """

    id: str
    name: str
    exercise: Sheet
    entry: Entry
    stem: Html
    answers: tuple[Answer, ...]
    hints: tuple[Html, ...]
    explanation: Html
    rubric: Html
    tags: tuple[str, ...]

    @property
    def single(self) -> bool:
        """Whether one answer is to be chosen, rather than several."""
        return self.entry.choose == "one"

    @property
    def essay(self) -> bool:
        """Whether it is answered in words."""
        return self.entry.choose == "words"


def questions(sheets: Iterable[Sheet]) -> Iterator[Question]:
    """Yield the tasks of exercises as questions, in order. They must not be `refused`."""
    for one in sheets:
        number = 0
        told: list[Html] = [tag("p", join(f"{label}: {text}. " for label, text in one.about).strip())]
        for page in one.pages:
            told += _told(page)
            for entry in page.entries:
                number += 1
                yield _question(one, entry, number, told)


def refused(sheets: Iterable[Sheet]) -> list[Diagnostic]:
    """Return the complaints about tasks whose right answers cannot be shared out exactly: Moodle knows some shares."""
    found = []
    for entry in (entry for one in sheets for entry in one.entries):
        right = sum(choice.right for choice in entry.every_choice)
        if entry.choose != "words" and right not in SHARED_OUT:
            message = f"`{entry.id}` has {right} right answers, which no learning platform can share out exactly"
            hint = "ask about less: 1 to 10 right answers can be, and 20"
            found.append(Diagnostic(entry.item.task.at, Code.UNANSWERABLE_TASK, message, hint))
    return found


def short_id(exercise: str, task: str) -> str:
    """Return the id of a task among all exercises, cut where it is too long for Moodle, and still its own."""
    whole = f"{exercise}.{task}"
    return (
        whole if len(whole) <= _LONGEST_ID else f"{whole[: _LONGEST_ID - 17]}-{sha256(whole.encode()).hexdigest()[:16]}"
    )


def _question(one: Sheet, entry: Entry, number: int, told: Sequence[Html]) -> Question:
    way = _COSTS if entry.rows else entry.way
    subjects = {name for other in one.entries for name in (other.item.task.about, other.kind)}
    tags = (name for name in one.tags if name not in subjects)
    about = entry.item.task.about
    asked = (tag("p", tag("strong", entry.prompt)), tag("p", tag("em", way)))
    return Question(
        id=short_id(one.id, entry.id),
        name=f"{one.title}: {number}. {entry.id}",
        exercise=one,
        entry=entry,
        stem=join((*told, *asked)),
        answers=tuple(_answers(entry)),
        hints=tuple(map(listed, entry.hints)),
        explanation=join((listed(entry.explanation), sources(entry.sources))),
        rubric=listed(entry.rubric),
        tags=(*tags, entry.kind, *((about,) if about else ())),
    )


def _answers(entry: Entry) -> Iterator[Answer]:
    right = sum(choice.right for choice in entry.every_choice)
    wrong = Fraction(0) if entry.choose == "one" else Fraction(-1, right or 1)

    def answer(choice: Choice, text: str) -> Answer:
        share = Fraction(1, right) if choice.right else wrong
        return Answer(choice.id, text, choice.feedback, choice.right, share)

    for row in entry.rows:
        yield from (answer(choice, f"{row.text}: {choice.text}") for choice in row.choices)
    yield from (answer(choice, choice.text) for choice in entry.choices)


# --- pieces of HTML, which are pieces of QTI as well ---


def listed(lines: Iterable[str]) -> Html:
    """Return lines as a list; nothing if there are none."""
    items = [tag("li", line) for line in lines]
    return tag("ul", *items) if items else Html()


def sources(cited: Sequence[str]) -> Html:
    """Return what an answer rests on."""
    return join((tag("p", tag("strong", "Sources")), listed(cited))) if cited else Html()


def _told(page: Page) -> Iterator[Html]:
    if page.title:
        yield tag("p", tag("strong", page.title))
    yield from (tag("p", text) for text in page.narrative)
    if page.facts:
        yield tag("ul", *map(_fact, page.facts))


def _fact(one: Telling) -> Html:
    if one.table is None:
        return tag("li", tag("strong", one.fact), f": {one.value}")
    return tag("li", tag("strong", one.fact), _table(one.table))


def _table(one: Table) -> Html:
    head = tag("thead", tag("tr", *(tag("th", head) for head in one.heads)))
    return tag("table", head, tag("tbody", *(tag("tr", *(tag("td", cell) for cell in row)) for row in one.rows)))
