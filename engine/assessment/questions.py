"""What to ask next: the facts that can still change an open verdict or measure, the most settling first."""

from collections.abc import Collection, Iterable, Iterator
from fractions import Fraction
from functools import cache
from itertools import groupby
from math import inf
from typing import Any, NamedTuple

from comity.engine.assessment.cells import cells
from comity.engine.assessment.cones import is_open
from comity.engine.assessment.evaluate import STATUSES, VERDICTS
from comity.engine.assessment.prospects import Prospects
from comity.engine.language.model import Fact, Given, ValueType
from comity.engine.language.quantity import Range, ends, exact, span
from comity.engine.language.truth import Kleene

_SAMPLES = 4  # answers tried of a fact whose answers cannot be listed
_FAR = 10**9  # stands for a figure without an upper end


class Answer(NamedTuple):
    """One of the ways in which a question can come out, and what it alone would settle.

    `value` is a truth, an option, a number or date, or a range of them; `settles` has, by the id of each context and
    measure that it settles, the word that comes out: `met`, `not-met`, `called-for`, `not-called-for`.
    """

    value: Given
    settles: tuple[tuple[str, str], ...]


class Question(NamedTuple):
    """A fact that is still open, and what hangs on it.

    `settles` are the contexts whose open verdict it can still change, `measures` the measures whose open status it can;
    `because` are the criteria through which it does. `answers` are the ways in which it can come out; there are none
    for a text or a table. `instead` are judgements, each of which would answer for the fact: an indicator stands in for
    them until somebody judges.
    """

    fact: str
    ask: str
    settles: tuple[str, ...]
    measures: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    instead: tuple[str, ...] = ()


def every_question(prospects: Prospects) -> tuple[Question, ...]:
    """Return what is still to be asked, the most settling first, finding it out at most once."""
    if prospects.asked is None:
        prospects.asked = tuple(questions(prospects))
    found: tuple[Question, ...] = prospects.asked
    return found


def questions(prospects: Prospects, skip: Collection[str] = ()) -> Iterator[Question]:
    """Yield what is still to be asked, the most settling first; nothing where no answer can change anything.

    A question comes first if its least settling answer settles more conclusions than that of others, then if its
    answers do on average, then if its fact is declared first. The facts in `skip` are not asked, as nobody knows them;
    a judgement is asked itself where all that it could rest on is skipped.
    """
    rules = prospects.run.program.rules
    judgements = _judgements(prospects)
    names = (name for name in rules.facts if name not in skip and is_open(prospects.run, name))
    answers = {name: _answers(prospects, rules.facts[name]) for name in names}
    scores = {name: _score(prospects, name, found) for name, found in answers.items()}
    for name in sorted(scores, key=scores.__getitem__):
        bears_on = prospects.bears_on(name)
        if bears_on:
            instead = tuple(one for one, below in judgements.items() if name in below)
            yield _question(prospects, name, bears_on, answers[name], instead)
    for name, below in judgements.items():
        if name not in skip and all(one in skip for one in below):
            bears_on = [one for one in prospects.open if prospects.tried.differ_by(name, (True, False), one)]
            if bears_on:
                yield _question(prospects, name, bears_on, _answers(prospects, rules.facts[name]), ())


def _judgements(prospects: Prospects) -> dict[str, tuple[str, ...]]:
    """Return the judgements that an indicator stands in for and that are open, with the open facts below each."""
    run = prospects.run
    rules = run.program.rules
    found = {}

    @cache
    def cones() -> set[str]:
        return {name for one in prospects.open for name in prospects.cone(one)}

    for name, fact in rules.facts.items():
        if fact.kind != "judgement" or fact.derive is None or name in run.facts or run.value(name) is not None:
            continue
        below = prospects.cones.below(fact.derive)
        if open_ := tuple(one for one in rules.facts if one in below and one in cones()):
            found[name] = open_
    return found


def _question(
    prospects: Prospects,
    name: str,
    bears_on: Collection[str],
    answers: Iterable[Answer],
    instead: tuple[str, ...],
) -> Question:
    run = prospects.run
    rules = run.program.rules
    fact = rules.facts[name]
    through: dict[str, None] = {}
    for one in bears_on:
        through |= prospects.cones.grounds(one).conclusions
    open_ = {name, *instead}
    return Question(
        fact=name,
        ask=fact.ask or fact.title or name,
        settles=tuple(one for one in rules.contexts if one in bears_on),
        measures=tuple(one for one in rules.measures if one in bears_on),
        because=tuple(
            one
            for one in rules.criteria
            if one in through and run.truth(one) is None and not open_.isdisjoint(prospects.cones.mentioned(one))
        ),
        answers=tuple(answers),
        instead=instead,
    )


# --- what answers settle --------------------------------------------------------------------------------------------


def _settled(prospects: Prospects, name: str, value: Given) -> tuple[tuple[str, str], ...]:
    """Return what one more fact alone would settle, and how."""
    contexts = prospects.run.program.rules.contexts
    return tuple(
        (one, (VERDICTS if one in contexts else STATUSES)[truth]) for one, truth in prospects.settled_by(name, value)
    )


def settling(prospects: Prospects, question: Question) -> tuple[Any, Any]:
    """Return what questions are ranked by: the lower, the more the answers settle, at the least and on average."""
    return _score(prospects, question.fact, question.answers)


def _score(prospects: Prospects, name: str, answers: Iterable[Answer]) -> tuple[Any, Any]:
    settled = [one.settles for one in answers]
    if not settled:
        values = prospects.tried.completer.trials(prospects.run.program.rules.facts[name], _SAMPLES)
        settled = [_settled(prospects, name, value) for value in values]
    counts = [len(one) for one in settled]
    return -min(counts), -Fraction(sum(counts), len(counts))


def _answers(prospects: Prospects, fact: Fact) -> list[Answer]:
    """Return the ways in which a fact can come out, those together that settle the same."""
    cuts = cells(prospects.run, prospects.tried.completer, fact.name)
    values = [value for cell in cuts for value in _split(prospects, fact, cell)]
    found = [Answer(value, _settled(prospects, fact.name, value)) for value in values]
    if fact.value_type.ordered:
        alike = [[*group] for _, group in groupby(found, key=lambda one: one.settles)]
        found = [joined for group in alike for joined in _joined(prospects, fact, group)]
    return found if len(found) > 1 else []


def _joined(prospects: Prospects, fact: Fact, group: list[Answer]) -> Iterator[Answer]:
    """Yield answers in a row that settle the same, joined as far as the whole of them settles it too."""

    def join(one: Answer, other: Answer) -> Answer | None:
        whole = span(ends(one.value)[0], ends(other.value)[1])
        same = not one.settles or _settled(prospects, fact.name, whole) == one.settles
        return Answer(whole, one.settles) if same else None

    last, *others = group
    if len(others) > 1 and (whole := join(last, others[-1])):  # then any part of the whole settles it as well
        last, others = whole, []
    for other in others:
        if joined := join(last, other):
            last = joined
        else:
            yield last
            last = other
    yield last


def _split(prospects: Prospects, fact: Fact, cell: Given) -> Iterator[Given]:
    """Yield a range in parts, cut where the facts that are known make single values settle something else."""
    for _ in range(3):
        if cell.__class__ is not Range or fact.value_type is ValueType.DATE:
            break
        low, high = ends(cell)
        step = 1 if fact.type in ("count", "duration") else fact.step
        whole = int(((max(_FAR, low * 1000) if high == inf else high) - low) // step)

        def at(steps: int, low: Any = low, step: Any = step) -> tuple[Kleene, ...]:
            return prospects.turned_by(fact.name, low + steps * step)

        first = at(0)
        if at(whole) == first:
            break
        same, other = 0, whole
        while other - same > 1:
            middle = (same + other) // 2
            same, other = (middle, other) if at(middle) == first else (same, middle)
        yield span(low, exact(low + same * step))
        cell = span(exact(low + other * step), high)
    yield cell
