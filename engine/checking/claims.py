"""Whether something holds in every situation: proved, refuted by a situation, or not decided."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from comity.engine.assessment.assess import program
from comity.engine.checking.witness import Witness, days_exist, exactness, smallest
from comity.engine.language.condition import Elapsed, Term, Test, walk
from comity.engine.language.model import Exclusion, RuleSet
from comity.engine.language.operators import ELAPSED
from comity.engine.language.truth import Kleene
from comity.engine.translation.extent import MOST_ROWS, rows_needed, windows
from comity.engine.translation.formulas import FALSE, Formula, conj, neg
from comity.engine.translation.smt import Translation
from comity.engine.translation.solver import LIMIT, Solver, Unfinished
from comity.engine.translation.space import Inside, Script, Space, Twin
from comity.engine.translation.truths import View


class Under(NamedTuple):
    """A rule set under one reading and one set of parameters."""

    rules: RuleSet
    reading: str | None = None
    set: Mapping[str, Any] = {}


class Side(NamedTuple):
    """The translations of one rule set over one space, in one view."""

    space: Space
    make: Callable[[Under, Space, View], Translation]
    view: View

    def of(self, under: Under, space: Space | None = None) -> Translation:
        """Return the formulas of a rule set; over another space than this side's, if one is given."""
        return self.make(under, space or self.space, self.view)


class Question(NamedTuple):
    """What would refute a claim.

    `counter` returns when it does, in a view. `unders` are the rule sets that it speaks of, `terms` the conditions that
    it mentions besides theirs; `confirm` tells whether the evaluator agrees that a witness refutes the claim. With
    `changed`, a fact or a column, it speaks of pairs of situations. With `ranges`, it speaks of partial situations,
    figures given as ranges included.
    """

    unders: tuple[Under, ...]
    counter: Callable[[Side, Twin | None], Formula]
    confirm: Callable[[Witness], bool]
    terms: tuple[Term, ...] = ()
    changed: tuple[str, str | None] | None = None
    rises: bool = True
    ranges: bool = False


class Answer(NamedTuple):
    """What became of a claim on one day.

    A proof holds for tables of any number of rows, or of up to `rows`; it used the exclusions `used`.
    What is undecided says why.
    """

    result: Literal["proved", "refuted", "undecided"]
    as_of: date
    witness: Witness | None = None
    rows: int | None = None
    used: tuple[Exclusion, ...] = ()
    why: str | None = None


def decide(question: Question, as_of: date, limit: int = LIMIT, any_size: bool = False) -> Answer:
    """Return whether a claim holds on one day; with `any_size`, a witness need not be the smallest.

    Raises `KeyboardInterrupt` if the search was interrupted.
    """
    attempt, abstract = _attempt(question, as_of, limit)
    return abstract or attempt.answer(any_size)


def holds(question: Question, as_of: date, limit: int = LIMIT) -> bool:
    """Tell whether a claim is proved on one day; nothing is looked for that would refute it."""
    attempt, abstract = _attempt(question, as_of, limit, witness=False)
    return abstract is not None or attempt.proved()


def something_possible(under: Under, as_of: date, limit: int = LIMIT) -> bool:
    """Tell whether the rule set leaves any situation: if it may not, nothing that is claimed of it is proved."""
    nothing = Question((under,), lambda *_: FALSE, lambda _: True)
    attempt, _ = _attempt(nothing, as_of, limit, witness=False)
    return attempt.solver.possible(*attempt.base) is True


def _attempt(question: Question, as_of: date, limit: int, witness: bool = True) -> "tuple[_Attempt, Answer | None]":
    """Return the question put to the solver, and the answer if it does not hang on the number of rows of any table."""
    abstract: Answer | None = None
    rows = 0
    if any(fact.columns for one in question.unders for fact in one.rules.facts.values()):
        plain = _Attempt(question, as_of, limit, tables=False, rows=0, witness=False)
        if plain.mentions_tables:
            abstract = plain.proof()
            rows = rows_needed([one.rules for one in question.unders], _terms(question))
    attempt = _Attempt(question, as_of, limit, tables=True, rows=min(rows, MOST_ROWS), witness=witness)
    attempt.needed = rows
    possible = abstract is None or attempt.solver.possible(*attempt.base) is not False
    return attempt, abstract if possible else None


def _terms(question: Question) -> list[Term]:
    found: list[Term] = [*question.terms]
    for under in question.unders:
        found += under.rules.conditions(under.reading or under.rules.default_reading).values()
    return found


class _Attempt:
    """One question put to the solver, over tables of up to so many rows, or of any number (`tables` false)."""

    def __init__(self, question: Question, as_of: date, limit: int, tables: bool, rows: int, witness: bool) -> None:
        self.question = question
        self.rows = rows or None
        self.needed = rows
        self.as_of = as_of
        self.script = Script()
        found: dict[tuple[str, str], set[date]] = {}
        for one in question.unders:
            for key, firsts in windows(one.rules, one.reading, one.set, as_of, question.terms).items():
                found.setdefault(key, set()).update(firsts)
        self.space = Space(self.script, as_of, rows, found, question.ranges)
        self.twin = None if question.changed is None else Twin(self.space, *question.changed)
        self.tables = tables
        self.made: dict[Any, Translation] = {}
        self.free: dict[Any, Any] = {}
        self.outline: list[str] = []
        formulas: dict[Any, Formula] = {}
        complete = Side(self.space, self.make, "partial" if question.ranges else "complete")
        formulas["complete"] = question.counter(complete, self.twin)
        spaces: list[Space] = [self.space] if self.twin is None else [self.space, self.twin]
        allowed = complete
        inside = Inside(self.space) if question.ranges else None
        if inside is not None:  # a partial situation is possible if some completion of it is
            spaces, allowed = [inside], Side(inside, self.make, "complete")
        before = {*self.script.approximate}
        self.exclusions: dict[Formula, Exclusion] = {}
        for one in question.unders:
            for space in spaces:
                formulas_of = allowed.of(one, space).impossible()
                self.exclusions.update(zip(formulas_of, one.rules.impossible, strict=True))
        self.loose = [why for why in self.script.approximate if why not in before]  # what exclusions are not quite
        self.mentions_tables = bool(self.space.tables)
        for formula in self.exclusions:
            formulas["possible", formula] = neg(formula)
        if witness and not question.ranges:
            partial = Side(self.space, self.make, "partial")
            formulas["partial"] = question.counter(partial, self.twin)
            if self.mentions_tables:
                known = dict(self.script.approximate)
                self.tables = False  # the same without what rows say: easier, and possible wherever that is
                outline = Side(self.space, self.make, "partial")
                formulas["outline"] = question.counter(outline, self.twin)
                self.outline.append("outline")
                self.tables = True
                self.script.approximate = known
        if self.twin is not None:
            self.twin.finish()
            formulas["moved"] = conj(self.twin.moved(question.rises))
        if inside is not None:
            inside.finish()
        self.space.finish()
        formulas["dates"] = days_exist(self.space, self.twin)
        self.fineness = []
        if witness:
            for index, formula in enumerate(exactness(self.space, self.twin)):
                formulas["fine", index] = formula
                self.fineness.append(("fine", index))
        self.solver = Solver(self.script, formulas, limit)
        self.base: list[Any] = [("possible", formula) for formula in self.exclusions]
        if self.twin is not None:
            self.base.append("moved")

    def make(self, under: Under, space: Space, view: View) -> Translation:
        """Return the translation of a rule set over a space, made once."""
        key = (id(under), id(space), view, self.tables)
        if key not in self.made:
            free = self.free if space is self.space else {}
            self.made[key] = Translation(
                space, under.rules, under.reading, under.set, view, tables=self.tables, free=free
            )
        return self.made[key]

    def proof(self) -> Answer | None:
        """Return that the claim holds whatever tables say, if it does."""
        return Answer("proved", self.as_of, used=self.used()) if self.proved() else None

    def proved(self) -> bool:
        """Tell whether the claim holds, as far as this attempt speaks of tables."""
        if self.needed > MOST_ROWS:
            return False
        return self.refutable() is False and bool(self.solver.possible(*self.base))

    def refutable(self) -> bool | None:
        """Tell whether anything refutes the claim; where only days do that the calendar does not have, nothing does."""
        answer = self.solver.possible(*self.base, "complete")
        if answer and self.solver.formulas["dates"] is not None and "dates" not in self.base:
            self.base.append("dates")
            answer = self.solver.possible(*self.base, "complete")
        return answer

    def answer(self, any_size: bool = False) -> Answer:
        anything = self.solver.possible(*self.base)
        if anything is False:
            return Answer("undecided", self.as_of, why="no situation is possible: what is `impossible` leaves none")
        refutable = self.refutable()
        if refutable is False and self.needed > MOST_ROWS:
            why = f"it speaks of {self.needed} rows of a table, and no more than {MOST_ROWS} are looked at"
            return Answer("undecided", self.as_of, why=why)
        if refutable is False:
            return Answer("proved", self.as_of, rows=self.rows, used=self.used())
        if refutable is None or anything is None:
            return self.undecided()
        goals = [*self.base, "complete" if self.question.ranges else "partial"]
        order = dict.fromkeys(name for one in self.question.unders for name in one.rules.facts)
        try:
            witness = smallest(self.solver, self.space, goals, self.fineness, order, self.twin, self.outline, any_size)
        except Unfinished:
            return self.undecided()
        if witness is not None and self.allowed(witness) and self.question.confirm(witness):
            return Answer("refuted", self.as_of, witness, self.rows)
        return self.undecided()

    def allowed(self, witness: Witness) -> bool:
        """Tell whether a witness can be completed: for certain, where the solver has no form for what is impossible."""
        if not self.loose:
            return True
        situations = [witness.facts, *([] if witness.changed is None else [witness.changed])]
        return all(surely_possible(one, facts, self.as_of) for one in self.question.unders for facts in situations)

    def undecided(self) -> Answer:
        if not self.solver.finished:
            why = f"the limit of {self.solver.limit:,} steps was reached (z3 {self.solver.version})"
        elif self.script.approximate:
            why = f"the solver has no form for {next(iter(self.script.approximate))}"
        else:
            why = "the situation that was found cannot be written down"
        return Answer("undecided", self.as_of, why=why)

    def used(self) -> tuple[Exclusion, ...]:
        """Return the exclusions that a proof needs: those that are left when later ones go first."""
        needed = [*self.exclusions]
        kept = [name for name in self.base if isinstance(name, str)]
        for formula in reversed([*self.exclusions]):
            others = [("possible", one) for one in needed if one != formula]
            if self.solver.possible(*others, *kept, "complete") is False:
                needed.remove(formula)
        return tuple(dict.fromkeys(self.exclusions[formula] for formula in needed))


def days(rules: Iterable[RuleSet], given: date | None = None) -> tuple[date, ...]:
    """Return the days on which to ask: the given one, or else one for each interval between dated parameters.

    Without dated parameters that is the last day of the year of the latest date that the rule set names.
    """
    if given is not None:
        return (given,)
    every = [*rules]
    dated = [[start for start, _ in parameter.values] for one in every for parameter in one.parameters.values()]
    begun = max((starts[0] for starts in dated), default=date.min)  # before that day some parameter is unknown
    starts = sorted({start for each in dated for start in each if start >= begun and start != date.min})
    if starts:
        return tuple(starts)
    years = [int(source.date[:4]) for one in every for source in one.sources.values() if source.date]
    return (date(max(years, default=2000), 12, 31),)


def looks_at_the_day(rules: RuleSet, reading: str | None) -> bool:
    """Tell whether anything in a rule set hangs on the as-of date: elapsed time, a history, a dated parameter."""
    named = [one for fact in rules.facts.values() for one in (fact, *fact.columns.values())]
    terms = [*rules.conditions(reading).values(), *(one.derive for one in named if one.derive is not None)]
    terms += [exclusion.when for exclusion in rules.impossible]
    return (
        any(one.history for one in named)
        or any(start != date.min for parameter in rules.parameters.values() for start, _ in parameter.values)
        or any(
            isinstance(one, Elapsed) or (isinstance(one, Test) and one.operator in ELAPSED)
            for term in terms
            for one in walk(term)
        )
    )


def possible(under: Under, facts: Mapping[str, Any], as_of: date) -> bool:
    """Tell whether the evaluator finds nothing in a situation that the rule set says is impossible."""
    return True not in _excluded(under, facts, as_of)


def surely_possible(under: Under, facts: Mapping[str, Any], as_of: date) -> bool:
    """Tell whether the evaluator rules out, in a situation, all that the rule set says is impossible."""
    return all(truth is False for truth in _excluded(under, facts, as_of))


def _excluded(under: Under, facts: Mapping[str, Any], as_of: date) -> list[Kleene]:
    run = program(under.rules, under.reading, under.set).start(facts, as_of)
    return [run.memory[run.program.slots[one.when]] for one in under.rules.impossible]
