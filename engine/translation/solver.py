"""The solver itself: a script read once, and questions put to it within a limit."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from comity.engine.translation.formulas import TRUE, Formula
from comity.engine.translation.space import Script

if TYPE_CHECKING:
    import z3

LIMIT = 20_000_000  # steps for one question: no clock, so that a machine's speed decides nothing


class Unfinished(Exception):  # noqa: N818  # no mistake of the caller: a limit of steps was reached
    """A limit was reached before there was an answer, or the evaluator did not confirm what the solver found."""


class Solver:
    """Answers whether formulas can hold together in a situation of a script's domain.

    `formulas` are those that will be asked about, by name; more can be built from their variables with `term`.
    """

    def __init__(self, script: Script, formulas: Mapping[Any, Formula], limit: int = LIMIT) -> None:
        import z3  # half of a command's time: only where something is to be solved

        self.z3 = z3
        self.limit = limit
        self.finished = True  # whether every question so far was answered
        self.sorts = script.sorts
        asserted = [*script.domain, *formulas.values()]
        text = "\n".join([*script.lines, *(f"(assert {one})" for one in asserted)])
        read = z3.parse_smt2_string(text)
        whole = [read[index] for index in range(len(read))]
        assert len(whole) == len(asserted)
        self.domain = whole[: len(script.domain)]
        self.solver = self.another()
        self.formulas = dict(zip(formulas, whole[len(script.domain) :], strict=True))
        self.trivial = {name for name, formula in formulas.items() if formula == TRUE}

    def another(self) -> Any:
        """Return another solver over the same domain."""
        solver = self.z3.SimpleSolver()
        solver.set("rlimit", self.limit)
        solver.add(*self.domain)
        return solver

    @property
    def version(self) -> str:
        """The version of the solver, for an answer that is not finished."""
        return str(self.z3.get_version_string())

    def check(self, assumptions: "Iterable[z3.BoolRef]", solver: Any = None) -> bool | None:
        """Return whether `assumptions` can hold together: None if the limit was reached first.

        `solver` is another one to ask. Raises `KeyboardInterrupt` if the search was interrupted.
        """
        solver = solver or self.solver
        before = self.steps(solver)
        answer = solver.check(*assumptions)
        if answer == self.z3.sat:
            return True
        if answer == self.z3.unsat:
            return False
        # Whether somebody interrupted it or the limit was reached, some versions say the same.
        if "interrupted" in solver.reason_unknown() or (
            "canceled" in solver.reason_unknown() and self.steps(solver) - before < self.limit
        ):
            raise KeyboardInterrupt
        self.finished = False
        return None

    def steps(self, solver: Any) -> int:
        """Return how many steps have been taken."""
        try:
            return int(solver.statistics().get_key_value("rlimit count"))
        except self.z3.Z3Exception:
            return 0  # before the first question

    def possible(self, *names: Any) -> bool | None:
        """Return whether the formulas of these names can hold together."""
        return self.check([self.formulas[name] for name in names])

    def variable(self, name: str) -> Any:
        """Return a variable of the script."""
        match self.sorts[name]:
            case "Bool":
                return self.z3.Bool(name)
            case "Int":
                return self.z3.Int(name)
            case _:
                return self.z3.Real(name)

    def plain(self, value: Any) -> Any:
        """Return a number of the solver as Python's; None for an irrational one, which no situation can give."""
        if self.z3.is_int_value(value):
            return value.as_long()
        if self.z3.is_rational_value(value):
            fraction = Fraction(value.as_fraction())
            return fraction.numerator if fraction.denominator == 1 else fraction
        return None
