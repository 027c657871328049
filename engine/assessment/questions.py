"""What to ask next: the facts that can still change an open verdict or measure, the most settling first."""

from typing import NamedTuple

from comity.engine.assessment.evaluate import Run
from comity.engine.assessment.explain import grounds
from comity.engine.language.model import Given


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


def questions(run: Run) -> tuple[Question, ...]:
    """Return what is still to be asked, the most settling first; nothing where no answer can change anything."""
    rules = run.program.rules
    open_facts = {name: grounds(run, run.program.conclusions[name]).open for name in rules.contexts}
    found = []
    for name, fact in rules.facts.items():
        settles = tuple(context for context, names in open_facts.items() if name in names)
        if settles:
            found.append(Question(name, fact.ask or fact.title or name, settles))
    return tuple(sorted(found, key=lambda question: -len(question.settles)))
