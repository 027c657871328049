"""Why there is no situation of the kind that was asked for: the solver names the conditions that rule it out."""

from datetime import date
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

from comity.engine.language.diagnostic import NOWHERE
from comity.engine.language.model import Exclusion, Fact, RuleSet
from comity.engine.language.quantity import ends
from comity.engine.training.pivots import with_met
from comity.engine.training.setting import Setting
from comity.engine.translation.extent import MOST_ROWS, rows_needed, windows
from comity.engine.translation.formulas import Formula, compare, conj, disj, neg, number
from comity.engine.translation.smt import Translation
from comity.engine.translation.solver import Solver
from comity.engine.translation.space import Cell, RowCells, Script, Space, code

LIMIT = 2_000_000  # steps for one question: no clock, so that a machine's speed decides nothing

ShowKind: TypeAlias = Literal["positive", "near-miss", "straddling"]


class Target(NamedTuple):
    """What a situation is to show: of a context, and of one of its criteria if that matters."""

    context: str
    kind: ShowKind
    element: str | None

    def __str__(self) -> str:
        match self.kind:
            case "positive":
                return f"situation in which `{self.context}` alone is met"
            case "near-miss":
                return f"near miss of `{self.element}` in `{self.context}`"
        return f"estimate on which `{self.element}` in `{self.context}` hangs"


class NotFound(Exception):  # noqa: N818  # an answer about the rules, no fault of the caller
    """There is no situation of the kind that was asked for, or none was found. `proved` tells which.

    `because` are the conditions and plausible ranges that, together, rule it out; without any, the rules themselves do.
    """

    def __init__(
        self, message: str, hint: str, because: tuple[Exclusion | Fact, ...] = (), proved: bool = False
    ) -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.message = message
        self.hint = hint
        self.because = because
        self.proved = proved


def refusal(found: Setting, targets: tuple[Target, ...], *, tried: int, made: int, count: int) -> NotFound:
    """Return why no more situations of some kinds come about."""
    if made:
        message = f"only {made} of {count} situations came out different from one another"
        return NotFound(message, "ask for fewer, or for another context or level")
    if not targets:
        return NotFound("no context rests on such a criterion", "name a criterion that its context's `when` rests on")
    target = targets[0]
    if target.kind != "straddling":
        because = ruled_out(found, target)
        if because is not None:
            return NotFound(f"no {target} is possible: {_reasons(found, target, because)}", "", because, True)
    message = f"no {target} was found in {tried} drafts"
    return NotFound(
        message, "try another level, element or seed, or see whether `plausible` and `implausible` leave room"
    )


def _reasons(found: Setting, target: Target, because: tuple[Exclusion | Fact, ...]) -> str:
    if not because and target.kind == "near-miss":
        return (
            f"by the rules, `{target.context}` never waits for `{target.element}` alone while no other context is met"
        )
    if not because:
        return f"by the rules, `{target.context}` is never met while no other context is"
    return "; ".join(_reason(found.rules, one) for one in because)


def _reason(rules: RuleSet, one: Exclusion | Fact) -> str:
    where = "" if one.at == NOWHERE else f"{one.at} says: "
    if isinstance(one, Fact):
        low, high = ends(one.plausible)
        return f"{where}`{one.name}` is plausible from {low} to {high}"
    kind = "impossible" if one in rules.impossible else "implausible"
    return f"{where}{kind}, “{one.note}”"


@lru_cache(maxsize=64)
def ruled_out(found: Setting, target: Target) -> tuple[Exclusion | Fact, ...] | None:
    """Return what rules a target out, nothing in it needlessly; None if that is not proved."""
    conditions = [*found.conclusions.values(), *(one.when for one in found.exclusions)]
    tables = any(fact.columns for fact in found.rules.facts.values())
    proof = _Proof(found, target, rows=0, tables=False)
    core = proof.core()
    if core is None and tables:
        needed = rows_needed([found.rules], conditions)
        core = _Proof(found, target, rows=needed, tables=True).core() if needed <= MOST_ROWS else None
    return core


class _Proof:
    """The solver over all complete situations, and what a target asks of them."""

    def __init__(self, found: Setting, target: Target, rows: int, tables: bool) -> None:
        self.script = Script()
        rules, reading = found.program.rules, found.reading
        self.space = Space(self.script, found.as_of, rows, windows(rules, reading, None, found.as_of))
        free: dict[Any, Any] = {}
        own = Translation(self.space, rules, reading, found.program.set, "complete", tables=tables, free=free)
        others = [name for name in rules.contexts if name != target.context]
        goal = [own.conclusion(name).not_met for name in others]
        if target.kind == "positive":
            goal.append(own.conclusion(target.context).met)
        else:
            assert target.element is not None
            changed = with_met(rules, target.element, reading)
            other = Translation(self.space, changed, reading, found.program.set, "complete", tables=tables, free=free)
            goal += [own.conclusion(target.context).not_met, own.conclusion(target.element).not_met]
            goal.append(other.conclusion(target.context).met)
        excluding = [neg(one) for one in own.impossible()]
        ruled: list[tuple[Exclusion | Fact, Formula]] = [*zip(found.exclusions, excluding, strict=True)]
        ruled += self._plausible()
        self.reasons = [reason for reason, _ in ruled]
        # What is derived is left to its derivation: generated situations do not state it.
        goal += [
            neg(piece.stated) for _, cell in self._cells() if cell.fact.derive is not None for piece in cell.pieces
        ]
        formulas: dict[Any, Formula] = {"goal": conj(goal), **dict(enumerate(formula for _, formula in ruled))}
        self.space.finish()
        self.solver = Solver(self.script, formulas, LIMIT)
        self.solver.solver.add(self.solver.formulas["goal"])

    def core(self) -> tuple[Exclusion | Fact, ...] | None:
        """Return the reasons that rule the goal out together; None if they do not, or if that was not found out."""
        kept = [*range(len(self.reasons))]
        if self.solver.possible(*kept) is not False:
            return None
        for one in [*kept]:
            fewer = [other for other in kept if other != one]
            if self.solver.possible(*fewer) is False:
                kept = fewer
        return tuple(self.reasons[one] for one in kept)

    def _cells(self) -> list[tuple[RowCells | None, Cell]]:
        """Return what stands for each fact, and for each column in a row."""
        rows = [row for table in self.space.tables.values() for row in table.rows]
        alone: list[tuple[RowCells | None, Cell]] = [(None, cell) for cell in self.space.facts.values()]
        return alone + [(row, cell) for row in rows for cell in row.cells.values()]

    def _plausible(self) -> list[tuple[Fact, Formula]]:
        """Return the facts of which only some values are plausible, each with that it has one of those."""
        by_fact: dict[int, tuple[Fact, list[Formula]]] = {}
        for row, cell in self._cells():
            if cell.fact.plausible is not None and cell.fact.value_type.ordered and cell.fact.derive is None:
                inside = conj(_within(cell, self.space))
                _, each = by_fact.setdefault(id(cell.fact), (cell.fact, []))
                each.append(inside if row is None else disj([neg(row.present), inside]))
        return [(fact, conj(each)) for fact, each in by_fact.values()]


def _within(cell: Cell, space: Space) -> list[Formula]:
    low, high = (code(end) if isinstance(end, date) else end for end in ends(cell.fact.plausible))
    bottom, top = space.limits(cell.fact)
    low, high = max(low, bottom), min(high, top)
    return [
        conj([compare(piece.low, ">=", number(low)), compare(piece.low, "<=", number(high))]) for piece in cell.pieces
    ]
