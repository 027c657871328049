"""What decided a context, over columns: for each of its criteria, whether the verdict rests on it.

The same walk as the one behind `because` in an assessment (`assessment/explain.py`), from the truths that the columns
hold: down through the parts that came out as the whole did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    Arithmetic,
    AtLeast,
    Conclusion,
    Constant,
    Count,
    Elapsed,
    Every,
    Extreme,
    FactValue,
    Not,
    ParameterValue,
    Some,
    Term,
    Test,
    Total,
    walk,
)
from comity.engine.language.references import dependencies, evaluation_order, names_in
from comity.engine.translation.column_frames import Scope
from comity.engine.translation.figures import Figure, Untranslatable
from comity.engine.translation.relations import FALSE, TRUE, Expr, both, case, either, is_null, negated

if TYPE_CHECKING:
    from comity.engine.translation.columns import Planner


def because(planner: Planner, context: str, scope: Scope) -> dict[str, Expr]:
    """Return, by criterion, whether a context rests on it, in the order of an assessment.

    Raises `Untranslatable` where that could hang on a criterion that the rows of a table look at.
    """
    return _Walk(planner, scope).criteria(context)


class _Walk:
    def __init__(self, planner: Planner, scope: Scope) -> None:
        self.planner = planner
        self.scope = scope
        self.needs = dependencies(planner.rules, planner.reading)
        self.reached: dict[str, list[Expr]] = {}  # conclusions and derived facts, with the ways to them
        self.lead: dict[str, bool] = {}

    def criteria(self, context: str) -> dict[str, Expr]:
        rules, planner = self.planner.rules, self.planner
        listed = dict.fromkeys(rules.contexts[context].criteria)
        own = planner.conclusions[context]
        listed |= dict.fromkeys(one.id for one in walk(own) if isinstance(one, Conclusion) and one.kind == "criterion")
        self.go(own, TRUE)
        found: dict[str, Expr] = {}
        for name in reversed(evaluation_order(rules, planner.reading)):
            ways = self.reached.get(name)
            if not ways:
                continue
            way = self.scope.frame.put(f"{name.replace('-', '_')}_rests", either(ways))
            if name in planner.conclusions:
                found[name] = way
                self.go(planner.conclusions[name], way)
            else:
                derive = rules.facts[name].derive
                assert derive is not None
                self.go(derive, way)
        return {name: found[name] for name in listed if name in found}

    def leads(self, name: str) -> bool:
        """Return whether there is a conclusion below a name."""
        if name not in self.lead:
            self.lead[name] = name in self.planner.conclusions or any(map(self.leads, self.needs.get(name, ())))
        return self.lead[name]

    def deep(self, term: Term) -> bool:
        """Return whether there is a conclusion below a term."""
        return any(isinstance(one, Conclusion) for one in walk(term)) or any(map(self.leads, names_in(term)))

    def go(self, term: Term, way: Expr) -> None:
        """Go on with what decided a term, where it is reached."""
        if not self.deep(term):
            return
        match term:
            case AllOf(parts):
                self.decisive(parts, way, _is(self.truth(term), True), self.truth(term))
            case AnyOf(parts):
                self.decisive(parts, way, _is(self.truth(term), False), self.truth(term))
            case AtLeast(k, parts):
                self.decisive(parts, way, FALSE, self.truth(term))
                self.go(k, way)
            case Not(part) | Elapsed(since=part):
                self.go(part, way)
            case Conclusion(id=name):
                self.reached.setdefault(name, []).append(way)
            case Test(fact, _, bound):
                self.fact(fact, way)
                self.go(bound, way)
            case FactValue(name):
                self.fact(name, way)
            case Arithmetic(parts=parts):
                for part in parts:
                    self.go(part, way)
            case Extreme(fact=name, over=over):
                self.fact(name, way)
                self.go(over, way)
            case Some() | Every() | Count() | Total():
                raise Untranslatable("a reason that the rows of a table look at")
            case Constant() | ParameterValue():
                return

    def truth(self, term: AllOf | AnyOf | AtLeast | Not | Conclusion | Test | Some | Every) -> Expr:
        return self.planner.truth(term, self.scope)

    def decisive(self, parts: tuple[Term, ...], way: Expr, whole: Expr, truth: Expr) -> None:
        """Go on with the parts that came out as `truth`; with all of them where `whole` holds."""
        for part in parts:
            if self.deep(part):
                came = self.truth(part)  # type: ignore[arg-type]  # the parts of a condition are conditions
                self.go(part, both((way, either((whole, _same(came, truth))))))

    def fact(self, name: str, way: Expr) -> None:
        fact = self.planner.rules.facts[name]
        if fact.derive is None or not self.leads(name):
            return
        given = self.planner.given(fact, self.scope)
        told = self.planner.told(fact, given) if isinstance(given, Figure) else negated(is_null(given))
        self.reached.setdefault(name, []).append(both((way, negated(told))))


def _is(truth: Expr, value: bool) -> Expr:
    return case((truth if value else negated(truth), TRUE), otherwise=FALSE)


def _same(a: Expr, b: Expr) -> Expr:
    return case((is_null(a), is_null(b)), (a, _is(b, True)), otherwise=_is(b, False))
