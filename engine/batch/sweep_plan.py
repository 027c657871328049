"""Many settings of parameters in one plan: what does not depend on them is worked out once.

Rows in which all comparisons with the parameters come out alike are one group, and it is the groups that are judged
under each setting. A figure that is compared with thresholds tells a group apart by how many of them it reaches, and
whatever else decides by its truth. So no row is judged more than once, and no comparison is guessed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple, assert_never

from comity.engine.batch.plainer import Known, replaced
from comity.engine.language.condition import (
    Conclusion,
    Condition,
    Extreme,
    FactValue,
    ParameterValue,
    Term,
    Test,
    Total,
    walk,
)
from comity.engine.language.diagnostic import Diagnostic
from comity.engine.language.model import Fact, RuleSet
from comity.engine.translation.column_facts import bounds
from comity.engine.translation.column_frames import Scope
from comity.engine.translation.columns import Planner, Shape
from comity.engine.translation.ends import TooLargeError
from comity.engine.translation.figures import Untranslatable
from comity.engine.translation.relations import (
    ZERO,
    Call,
    Column,
    Expr,
    Group,
    Literal,
    Relation,
    both,
    call,
    case,
    columns_in,
    compared,
    either,
    is_null,
    minus,
    negated,
    one,
    plus,
    times,
    total,
)

_MOST = 2**62  # what a key may count to
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_JOINED = ("and", "or", "not", "case")
_COUNTING = ("one", "+", "-")


class Digit(NamedTuple):
    """One thing that tells groups apart: a truth, or how many of its `cuts` a figure reaches.

    With `by`, it is not the cut that the figure reaches, but so many times another figure, which is never below 0.
    Where it is `strict`, a cut is to be passed.
    """

    name: str
    expr: Expr
    cuts: tuple[Any, ...] | None = None
    by: Expr | None = None
    strict: bool = False

    @property
    def radix(self) -> int:
        """How many values it has; the last of a figure is that of an unknown."""
        return 3 if self.cuts is None else len(self.cuts) + 2


class Swept(NamedTuple):
    """A relation of groups, with their keys and how many rows they have (`rows`); and what to make of them.

    `keys` has the digits of each key, the lowest first. `truths` has a truth over the digits for each conclusion, under
    each setting.
    """

    relation: Relation
    keys: Mapping[str, tuple[Digit, ...]]
    truths: Mapping[str, tuple[Expr, ...]]
    diagnostics: tuple[Diagnostic, ...]


def dependent(rules: RuleSet, reading: str | None, parameters: Iterable[str]) -> tuple[str, ...]:
    """Return the conclusions that look at parameters, in whatever way."""
    found = _Dependence(rules, rules.conditions(reading))
    swept = set(parameters)
    return tuple(name for name in found.conclusions if found.of(("conclusion", name)) & swept)


def sweep_plan(
    rules: RuleSet,
    shape: Shape,
    reading: str | None,
    settings: Sequence[Mapping[str, Any]],
    wanted: Iterable[str],
) -> Swept:
    """Return the plan of conclusions under many settings."""
    return _Sweeping(rules, shape, reading, settings).swept(tuple(wanted))


class _Dependence:
    """Which parameters a term looks at, through whatever facts and conclusions. What cannot be told apart is joined."""

    def __init__(self, rules: RuleSet, conclusions: Mapping[str, Condition]) -> None:
        self.conclusions = conclusions
        self.facts: dict[str, list[Term]] = {}
        for fact in rules.facts.values():
            self.note(fact, None)
            for column in fact.columns.values():
                self.note(column, fact)
        self.of = cache(self._of)  # of a key of a scope

    def note(self, fact: Fact, table: Fact | None) -> None:
        terms = self.facts.setdefault(fact.name, [])
        since = None if table is None or table.since is None else table.columns[table.since].derive
        terms += [term for term in (fact.derive, since) if term is not None]

    def _of(self, key: Any) -> frozenset[str]:
        match key:
            case ("conclusion", str(name)):
                return self.of(self.conclusions[name])
            case ("value", str(name)) | ("window", _, str(name), _, _):
                return frozenset().union(*(self.of(term) for term in self.facts[name]))
            case ("figure" | "counts", term):
                return self.of(term)
        return frozenset().union(*map(self.of_one, walk(key)))

    def of_one(self, term: Term) -> frozenset[str]:
        match term:
            case ParameterValue(name):
                return frozenset([name])
            case Conclusion(id=name):
                return self.of(("conclusion", name))
            case Test(fact=name) | FactValue(name) | Extreme(fact=name):
                return self.of(("value", name))
            case Total(column=column, per=per):
                return frozenset().union(*(self.of(("value", name)) for name in (column, *per)))
        return frozenset()  # what others look at stands inside them


class _Sweeping(Planner):
    def __init__(
        self, rules: RuleSet, shape: Shape, reading: str | None, settings: Sequence[Mapping[str, Any]]
    ) -> None:
        super().__init__(rules, shape, reading, settings[0])
        self.under = settings
        self.own = {name: value for name, value in self.settings.items() if name not in settings[0]}
        self.depends = _Dependence(rules, self.conclusions)
        self.scope = Scope(self.frame("situations", "situations"))
        self.digits: list[Digit] = []
        self.cuts: dict[_Figure, dict[Any, None]] = {}
        self.names: dict[Expr, str] = {}  # of truths
        self.defined: dict[str, Expr] = {}

    def swept(self, wanted: tuple[str, ...]) -> Swept:
        written: dict[str, list[Expr]] = {name: [] for name in wanted}
        refused: dict[str, Diagnostic] = {}
        before = self.under[0]
        for setting in self.under:
            self.forget({name for name, value in setting.items() if before[name] != value})
            self.settings = {**self.own, **setting}
            before = setting
            for name in wanted:
                try:
                    written[name].append(self.truth(self.conclusions[name], self.scope))
                except (Untranslatable, TooLargeError) as problem:
                    refused.setdefault(name, self.refused(f"`{name}` has no form over columns", name, problem))
        self.defined = {name: expr for stage in self.scope.frame.stages for name, expr in stage.items()}
        self.known = Known(positive=frozenset(self.positive()))
        whole = _Inlined(self.defined)
        parted = {
            name: self.parted([whole.truth(expr) for expr in exprs])
            for name, exprs in written.items()
            if name not in refused
        }
        cuts = {}
        for number, (figure, at) in enumerate(self.cuts.items()):
            cuts[figure] = Digit(f"__figure_{number}", figure.expr, tuple(sorted(at)), figure.by, figure.strict)
        self.digits += cuts.values()
        seen: dict[Expr, Expr] = {}
        truths = {name: tuple(_over_digits(one_, cuts, seen) for one_ in exprs) for name, exprs in parted.items()}
        keys = self.keyed()
        return Swept(self.groups_of(keys), keys, truths, tuple(refused.values()))

    def forget(self, changed: set[str]) -> None:
        """Forget what looks at parameters that have changed."""
        scopes = [self.scope, *self.rows.values(), *self.entries.values()]
        for scope in [*scopes, *(one_.outside for one_ in scopes)]:
            for key in [key for key in scope.done if self.depends.of(key) & changed]:
                del scope.done[key]

    # --- what tells groups apart ---

    def parted(self, exprs: Sequence[Expr]) -> list[Expr]:
        """Return the same truth under each setting, over what tells groups apart."""
        first = exprs[0]
        if all(expr == first for expr in exprs[1:]) and not _is_count(first):
            return [first if isinstance(first, Literal) else self.truth_digit(first)] * len(exprs)
        calls = [expr for expr in exprs if isinstance(expr, Call)]
        if len(calls) == len(exprs) and len({(expr.op, len(expr.args)) for expr in calls}) == 1:
            op = calls[0].op
            sides = [*zip(*(expr.args for expr in calls), strict=True)]
            if op in (*_JOINED, *_COUNTING) or (op in _TURNED and all(map(_counts, exprs))):
                columns = [self.parted(side) for side in sides]
                return [Call(op, tuple(args)) for args in zip(*columns, strict=True)]
            if op in _TURNED:
                for own, others, known in ((sides[0], sides[1], op), (sides[1], sides[0], _TURNED[op])):
                    found = self.thresholds(own, known, others)
                    if found is not None:
                        return found
        return [expr if isinstance(expr, Literal) else self.truth_digit(expr) for expr in exprs]

    def thresholds(self, own: Sequence[Expr], op: str, others: Sequence[Expr]) -> list[Expr] | None:
        """Return comparisons of one figure with a threshold, or with so many times another figure; or None."""
        if len(set(own)) > 1:
            return None
        if all(isinstance(other, Literal) and type(other.value) in (int, date) for other in others):
            return [self.cut(own[0], None, op, other.value) for other in others if isinstance(other, Literal)]
        if any(isinstance(other, Literal) for other in others):
            return None
        times = [_times(other) for other in others]
        by = times[0][1]
        if any(other != by for _, other in times) or not self.never_negative(by):
            return None
        return [self.cut(own[0], by, op, factor) for factor, _ in times]

    def positive(self) -> Iterator[str]:
        """Yield the columns of situations that are never below 0."""
        for fact in self.rules.facts.values():
            low = bounds(fact)[0]
            if low is not None and low >= 0:
                yield from (fact.name, f"{fact.name}_low", f"{fact.name}_high")

    def never_negative(self, expr: Expr) -> bool:
        """Return whether a figure is never below 0."""
        whole = replaced(expr, self.defined)
        return self.known.never_negative(whole) if whole == expr else self.never_negative(whole)

    def truth_digit(self, expr: Expr) -> Expr:
        """Return a truth as one that groups are told apart by."""
        if isinstance(expr, Call) and expr.op == "not":
            return negated(self.truth_digit(expr.args[0]))
        if expr not in self.names:
            self.names[expr] = f"__truth_{len(self.names)}"
            self.digits.append(Digit(self.names[expr], expr))
        return Column(self.names[expr])

    def cut(self, expr: Expr, by: Expr | None, op: str, at: Any) -> Expr:
        """Return a comparison with a threshold, which the figure is cut at."""
        stricts = (False, True) if op in ("==", "!=") else (op in (">", "<="),)
        parts = []
        for strict in stricts:
            figure = _Figure(expr, by, strict)
            self.cuts.setdefault(figure, {})[at] = None
            parts.append(_Cut(figure, at))
        return Call(f"cut {op}", tuple(parts))  # type: ignore[arg-type]  # until the digits are known

    def keyed(self) -> dict[str, tuple[Digit, ...]]:
        """Return the digits by the key that holds them."""
        keys: list[list[Digit]] = [[]]
        size = 1
        for digit in self.digits:
            if size * digit.radix > _MOST:
                keys.append([])
                size = 1
            keys[-1].append(digit)
            size *= digit.radix
        return {f"__key_{number}": tuple(digits) for number, digits in enumerate(keys)}

    def groups_of(self, keys: Mapping[str, tuple[Digit, ...]]) -> Relation:
        """Return the relation: what is needed of each situation, its digits, its keys; and groups by the keys."""
        inner = {f"{digit.name}_of": digit.expr for digit in self.digits}
        shown = {digit.name: _digit(digit) for digit in self.digits}
        counted = {}
        for name, digits in keys.items():
            size, parts = 1, []
            for digit in digits:
                parts.append(call("*", Column(digit.name), Literal(size)))
                size *= digit.radix
            counted[name] = total(parts)
        inner |= {f"{digit.name}_by": digit.by for digit in self.digits if digit.by is not None}
        needed: set[str] = set()
        for expr in inner.values():
            needed |= set(columns_in(expr))
        stages: list[dict[str, Expr]] = []
        for stage in reversed(self.scope.frame.stages):
            kept = {name: expr for name, expr in stage.items() if name in needed}
            needed |= {column for expr in kept.values() for column in columns_in(expr)}
            stages.insert(0, kept)
        relation = self.scope.frame.relation(None, Group(tuple(keys), {"rows": ("sum", Literal(1))}))
        return relation._replace(stages=(*(stage for stage in stages if stage), inner, shown, counted))


class _Inlined:
    """Truths with all truths that they rest on in their place, down to comparisons and columns."""

    def __init__(self, defined: Mapping[str, Expr]) -> None:
        self.defined = defined
        self.done: dict[Expr, Expr] = {}

    def truth(self, expr: Expr) -> Expr:
        if expr not in self.done:
            self.done[expr] = self._truth(expr)
        return self.done[expr]

    def _truth(self, expr: Expr) -> Expr:
        match expr:
            case Column(name) if name in self.defined and self.is_truth(expr):
                return self.truth(self.defined[name])
            case Call(op, args) if op in (*_JOINED, *_COUNTING, *_TURNED):
                parts = tuple(map(self.truth, args))
                if op not in ("and", "or", "not"):
                    return Call(op, parts)
                return negated(parts[0]) if op == "not" else (both if op == "and" else either)(parts)
        return expr

    def is_truth(self, expr: Expr) -> bool:
        match expr:
            case Column(name):
                return name in self.defined and self.is_truth(self.defined[name])
            case Literal(value):
                return isinstance(value, bool)
            case Call("case", args):
                return any(map(self.is_truth, (*args[1:-1:2], args[-1])))
            case Call(op):
                return op in ("and", "or", "not", "is_null", *_TURNED)
            case _:
                assert_never(expr)


def _is_count(expr: Expr) -> bool:
    """Return whether a whole number is how many of some truths hold."""
    match expr:
        case Call("one"):
            return True
        case Call("+" | "-", args):
            return all(_is_count(arg) or isinstance(arg, Literal) for arg in args)
    return False


def _counts(expr: Expr) -> bool:
    """Return whether a comparison is one of such a number."""
    assert isinstance(expr, Call)
    return all(_is_count(side) or isinstance(side, Literal) for side in expr.args)


class _Figure(NamedTuple):
    expr: Expr
    by: Expr | None
    strict: bool


class _Cut(NamedTuple):
    figure: _Figure
    at: Any


def _times(expr: Expr) -> tuple[int, Expr]:
    """Return a figure as so many times another."""
    match expr:
        case Call("*", (Literal(int(factor)), other)) | Call("*", (other, Literal(int(factor)))):
            return factor, other
    return 1, expr


def _digit(digit: Digit) -> Expr:
    """Return a digit: of a truth, whether it is unknown, true or false; of a figure, how many cuts it reaches."""
    own = Column(f"{digit.name}_of")
    if digit.cuts is None:
        return case((own, Literal(1)), (negated(own), Literal(2)), otherwise=ZERO)
    by = None if digit.by is None else Column(f"{digit.name}_by")
    unknown = is_null(own) if by is None else either((is_null(own), is_null(by)))
    return case((unknown, Literal(digit.radix - 1)), otherwise=_reached(own, by, digit.cuts, digit.strict))


def _reached(own: Expr, by: Expr | None, cuts: tuple[Any, ...], strict: bool) -> Expr:
    """Return how many cuts a figure reaches: by one division, if they are evenly spaced."""
    op = ">" if strict else ">="
    ats = [Literal(at) if by is None else times(Literal(at), by) for at in cuts]
    steps = {later - earlier for earlier, later in pairwise(cuts)} if type(cuts[0]) is int else set()
    if len(steps) != 1 or len(cuts) < 4:
        return total(one(compared(op, own, at)) for at in ats)
    step = steps.pop()
    above = minus(own, ats[0]) if not strict else minus(minus(own, ats[0]), Literal(1))
    by_step = Literal(step) if by is None else times(Literal(step), by)
    within = plus(call("quotient", above, by_step), Literal(1))
    return case((compared(op, own, ats[-1]), Literal(len(cuts))), (compared(op, own, ats[0]), within), otherwise=ZERO)


def _over_digits(expr: Any, cuts: Mapping[_Figure, Digit], seen: dict[Expr, Expr]) -> Expr:
    """Return a truth over digits: a comparison with a threshold is one with the number of cuts reached."""
    if not isinstance(expr, Call):
        return expr  # type: ignore[no-any-return]  # a column or constant
    if expr not in seen:
        if expr.op.startswith("cut "):
            seen[expr] = _cut(expr.op[4:], [_reaches(part, cuts) for part in expr.args])
        else:
            seen[expr] = Call(expr.op, tuple(_over_digits(arg, cuts, seen) for arg in expr.args))
    return seen[expr]


def _reaches(cut: Any, cuts: Mapping[_Figure, Digit]) -> Expr:
    digit = cuts[cut.figure]
    assert digit.cuts is not None
    return call(">", Column(digit.name), Literal(digit.cuts.index(cut.at)))


def _cut(op: str, reached: list[Expr]) -> Expr:
    match op:
        case ">=" | ">":
            return reached[0]
        case "<" | "<=":
            return negated(reached[0])
        case "==":
            return both((reached[0], negated(reached[1])))
    return either((negated(reached[0]), reached[1]))


def decoded(key: int, digits: Iterable[Digit]) -> Iterator[tuple[str, bool | int | None]]:
    """Yield the digits of a key: truths, and how many cuts a figure passes; None of what is unknown."""
    for digit in digits:
        key, value = divmod(key, digit.radix)
        if digit.cuts is None:
            yield digit.name, (None, True, False)[value]
        else:
            yield digit.name, None if value == digit.radix - 1 else value
