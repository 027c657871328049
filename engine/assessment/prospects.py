"""What an open conclusion can turn out to be, and which facts it still hangs on: exactly.

The evaluator is asked first: two completions that come out differently show that a conclusion is open, and that the
fact in which alone they differ matters; a table of cases that all come out alike shows that it is certain. The solver
proves the rest.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import product
from typing import Any, NamedTuple

from comity.engine.assessment.cells import cells
from comity.engine.assessment.completions import Completions
from comity.engine.assessment.cones import Cones, order as order_of
from comity.engine.assessment.evaluate import Run
from comity.engine.assessment.explain import grounds
from comity.engine.language.condition import AllOf, AnyOf, Conclusion, Condition, Term
from comity.engine.language.model import Given, RuleSet
from comity.engine.language.truth import Kleene
from comity.engine.translation.around import Completions as CompletionSpace
from comity.engine.translation.extent import MOST_ROWS, rows_needed, windows
from comity.engine.translation.formulas import Formula, neg
from comity.engine.translation.smt import Translation
from comity.engine.translation.solver import Solver
from comity.engine.translation.space import Script

LIMIT = 2_000_000  # steps for one question: no clock, so that a machine's speed decides nothing
_MOST_CASES = 64


class Case(NamedTuple):
    """Values that some open facts may turn out to have, and the criteria that then decide. None: it cannot be."""

    values: tuple[Given, ...]
    because: tuple[str, ...] | None


class Certainty(NamedTuple):
    """What an open conclusion comes to whatever the unknowns turn out to be.

    `cases` show it, over all that `facts` can be: one or two. Without any, every completion agrees: that is proved.
    """

    met: bool
    facts: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()


class Prospects:
    """What the open contexts and measures of a run can turn out to be. Answers are found when they are asked for."""

    def __init__(self, run: Run, limit: int = LIMIT) -> None:
        self.run = run
        self.limit = limit
        self.undecided: dict[str, None] = {}  # conclusions of which something was not found out within the limit
        self.asked: Any = None  # what is to be asked, once somebody wanted to know
        self._certain: dict[str, Certainty | None] = {}
        self._matters: dict[tuple[str, str], bool] = {}
        self.cones = Cones(run)
        self._proofs: dict[tuple[str, ...], _Proof] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Prospects) and self.run == other.run and self.limit == other.limit

    __hash__ = None  # type: ignore[assignment]  # the facts of a situation are a mapping

    @cached_property
    def open(self) -> tuple[str, ...]:
        """The contexts and measures that the evaluator leaves open."""
        rules = self.run.program.rules
        return tuple(name for name in (*rules.contexts, *rules.measures) if self.run.truth(name) is None)

    @cached_property
    def _open(self) -> frozenset[str]:
        return frozenset(self.open)

    @property
    def _conclusions(self) -> Mapping[str, Condition]:
        return self.run.program.conclusions

    @cached_property
    def tried(self) -> Completions:
        """What the evaluator shows of completions."""
        return Completions(self.run, self.open, self.cones)

    def cone(self, conclusion: str) -> tuple[str, ...]:
        """Return the facts that an open conclusion waits for: all that matter to it, and perhaps more."""
        return self.cones.of(conclusion)

    def settled_by(self, fact: str, value: Given) -> tuple[tuple[str, bool], ...]:
        """Return what one more value of a fact alone would settle, and how."""
        truths = self.turned_by(fact, value)
        if truths.count(None) == len(truths):  # as nearly always on a large rule set
            return ()
        return tuple(
            (name, truth)
            for name, truth in zip(self.run.program.turning(fact).conclusions, truths, strict=True)
            if truth is not None and name in self._open
        )

    def turned_by(self, fact: str, value: Given) -> tuple[Kleene, ...]:
        """Return how the conclusions that rest on a fact come out with one more value of it, settled or not."""
        run = self.run
        turning = run.program.turning(fact)
        truths = turning.run({**run.facts, fact: value}, run.as_of, run.memory)
        return truths[: len(turning.conclusions)]

    def certainty(self, conclusion: str) -> Certainty | None:
        """Return what an open conclusion comes to whatever the unknowns turn out to be; None if that is open."""
        if conclusion not in self._certain:
            self._certain[conclusion] = self._certainty(conclusion)
        return self._certain[conclusion]

    def _certainty(self, conclusion: str) -> Certainty | None:
        examples = self.tried.examples(conclusion)
        if examples[True] and examples[False]:
            return None
        for met in (True, False):
            if not examples[not met] and (shown := self._by_cases(conclusion, met)) is not None:
                return shown
        proof = self._proof(conclusion)
        can = {met: True if examples[met] else proof.can(conclusion, met) for met in (True, False)}
        if None in can.values():
            self.undecided[conclusion] = None
        for met in (True, False):
            if can[met] and can[not met] is False:
                return Certainty(met)
        return None

    def _by_cases(self, conclusion: str, met: bool) -> Certainty | None:
        """Return the cases that show what a conclusion comes to, over one fact or over two."""
        rules = self.run.program.rules
        names = [name for name in self.cone(conclusion) if not rules.facts[name].columns]
        parts = {name: cells(self.run, self.tried.completer, name, whole=True) for name in names}
        usable = [name for name in names if parts[name]]
        several = [(a, b) for place, a in enumerate(usable) for b in usable[place + 1 :]]
        for facts in [*((name,) for name in usable), *several]:
            combined = [*product(*(parts[name] for name in facts))]
            if len(combined) > _MOST_CASES:
                continue
            cases = []
            for values in combined:
                case = self._case(conclusion, met, facts, values)
                if case is None:
                    break
                cases.append(case)
            else:
                if any(case.because is not None for case in cases):
                    return Certainty(met, facts, tuple(cases))
        return None

    def _case(self, conclusion: str, met: bool, facts: Sequence[str], values: Sequence[Given]) -> Case | None:
        run = self.run
        other = run.program.start({**run.facts, **dict(zip(facts, values, strict=True))}, run.as_of)
        if any(other.memory[run.program.slots[one.when]] is True for one in run.program.rules.impossible):
            return Case(tuple(values), None)
        if other.truth(conclusion) is not met:
            return None
        rests_on = grounds(other, run.program.conclusions[conclusion]).conclusions
        return Case(tuple(values), tuple(name for name in rests_on if name in run.program.rules.criteria))

    def matters(self, fact: str, conclusion: str) -> bool:
        """Tell whether two completions differ in this fact alone, and in an open conclusion.

        Where the limit was reached, it is taken to matter, and the conclusion noted as `undecided`.
        """
        key = (fact, conclusion)
        if key not in self._matters:
            rests_on = conclusion in self.run.program.turning(fact).conclusions and fact in self.cone(conclusion)
            self._matters[key] = rests_on and self._found_to_matter(fact, conclusion)
        return self._matters[key]

    def _found_to_matter(self, fact: str, conclusion: str) -> bool:
        parts = self._open_parts(conclusion)
        if parts is not None:
            mattering = [self.matters(fact, part) for part in parts]
            if len(parts) == 1 or not any(mattering):  # it comes to what the one comes to, or to nothing else
                return any(mattering)
        if self.tried.differ(fact, conclusion):
            return True
        answer = self._proof(conclusion).matters(fact, conclusion)
        if answer is None:
            self.undecided[conclusion] = None
        return answer is not False

    def _open_parts(self, conclusion: str) -> list[str] | None:
        """Return the parts that alone keep a conclusion open, where all are open contexts or measures; else None."""
        run = self.run
        condition = self._conclusions[conclusion]
        if not isinstance(condition, AllOf | AnyOf):
            return None
        open_ = [part for part in condition.parts if run.memory[run.program.slots[part]] is None]
        names = [part.id for part in open_ if isinstance(part, Conclusion) and part.id in self._open]
        return names if len(names) == len(open_) else None

    def bears_on(self, fact: str) -> list[str]:
        """Return the open conclusions that a fact matters to."""
        names = self.run.program.turning(fact).conclusions
        return [name for name in names if name in self._open and self.matters(fact, name)]

    def hangs_on(self, conclusion: str) -> tuple[str, ...]:
        """Return the facts that matter to an open conclusion, in declared order."""
        return tuple(name for name in self.cone(conclusion) if self.matters(name, conclusion))

    def _proof(self, conclusion: str) -> "_Proof":
        # What small rule sets conclude rests on the same facts: one solver serves for all.
        together = (conclusion,) if self.run.program.large else self.open
        if together not in self._proofs:
            below = {one for name in together for one in self.cones.below(self._conclusions[name])}
            order = [name for name in order_of(self.run.program.rules, self.run.program.reading) if name in below]
            self._proofs[together] = _Proof(self.run, together, order, self.limit, self.cones.below)
        return self._proofs[together]


@lru_cache(maxsize=8)
def _rows(rules: RuleSet, reading: str | None) -> int:
    """Return how many rows of a table that is not given are looked at."""
    if not any(fact.columns for fact in rules.facts.values()):
        return 0
    return min(MOST_ROWS, rows_needed([rules], [*rules.conditions(reading).values()]))


class _Proof:
    """The solver over the completions of a situation, for some conclusions."""

    def __init__(
        self,
        run: Run,
        conclusions: Sequence[str],
        order: Sequence[str],
        limit: int,
        below: Callable[[Term], Collection[str]],
        tables: bool = True,
    ) -> None:
        self.below = below
        program = run.program
        rules = program.rules
        self.script = Script()
        rows = _rows(rules, program.reading)
        seen = windows(rules, program.reading, program.set, run.as_of)
        self.space = CompletionSpace(self.script, run.as_of, run.facts, seen, rows)
        self.translation = translation = Translation(
            self.space, rules, program.reading, program.set, "complete", tables
        )
        for name in order:  # so that no formula is written deep inside another
            translation.conclusion(name)
        truths = {name: translation.conclusion(name) for name in conclusions}
        excluded = translation.impossible()
        self.space.finish()
        formulas: dict[Any, Formula] = {(name, True): one.met for name, one in truths.items()}
        formulas |= {(name, False): one.not_met for name, one in truths.items()}
        formulas |= {("possible", index): neg(formula) for index, formula in enumerate(excluded)}
        self.solver = Solver(self.script, formulas, limit)
        self.base = [self.solver.formulas["possible", index] for index in range(len(excluded))]
        self.solver.solver.add(*self.base)
        self.twins: dict[str, list[Any]] = {}
        self.tables = tables
        self.any_length: _Proof | None = None  # the same for tables of any length, where one is not given
        if tables and any(name not in run.facts for name in self.space.tables):
            self.any_length = _Proof(run, conclusions, order, limit, below, tables=False)

    def can(self, conclusion: str, met: bool) -> bool | None:
        """Tell whether some completion comes out so; None where that was not found out."""
        answer = self.solver.check([self.solver.formulas[conclusion, met]])
        if answer is False and self.any_length is not None:
            return False if self.any_length.can(conclusion, met) is False else None
        return None if answer and self.script.approximate else answer

    def matters(self, fact: str, conclusion: str) -> bool | None:
        """Tell whether two completions differ in one fact alone, and in a conclusion."""
        if self.tables and fact not in self.space.variables:
            return False
        z3 = self.solver.z3
        renamed = self._renamed(fact)
        other = z3.substitute(z3.And(self.held, self.solver.formulas[conclusion, False]), *renamed)
        solver = self.solver.solver
        solver.push()
        solver.add(self.solver.formulas[conclusion, True], other)
        try:
            answer = self.solver.check([], solver)
        finally:
            solver.pop()
        if answer is False and self.any_length is not None:
            return False if self.any_length.matters(fact, conclusion) is False else None
        return None if answer and self.script.approximate else answer

    @cached_property
    def held(self) -> Any:
        """What holds of every completion."""
        return self.solver.z3.And([*self.solver.domain, *self.base])

    def _renamed(self, fact: str) -> list[Any]:
        """Return all variables that are open of a fact, each with another one for it."""
        if fact not in self.twins:
            # Also what hangs on the fact, but has no form for the solver.
            stand_ins = self.translation.approximation.stand_ins()
            hanging = (name for term, name in stand_ins if fact in self.below(term))
            variables = (
                self.solver.variable(name) for name in dict.fromkeys([*self.space.variables.get(fact, ()), *hanging])
            )
            self.twins[fact] = [(one, self.solver.z3.Const(f"{one}'", one.sort())) for one in variables]
        return self.twins[fact]
