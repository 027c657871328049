"""Expressions said as a person would write them: fewer cases, nothing asked twice, what is used once in its place.

Beside the operations of relations, a plainer expression can hold `is_true` (a truth, whose null is false) and
`coalesce`. It has the same value in every row; as a condition, it is true in the same rows.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from comity.engine.translation.relations import (
    FALSE,
    TRUE,
    UNKNOWN,
    ZERO,
    Call,
    Column,
    Expr,
    Literal,
    both,
    call,
    case,
    columns_in,
    compared,
    either,
    negated,
)

_LARGE = 12  # operations: a column that is used once and is larger keeps a name of its own
_COMPARED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}  # with the sides exchanged
_STRICT = (*_COMPARED, "+", "-", "*", "add_days", "months_before", "days", "months", "wide")  # null where a part is


class Known(NamedTuple):
    """What is known where an expression stands: truths that hold, what has a value, and what has none."""

    true: frozenset[Expr] = frozenset()
    told: frozenset[Expr] = frozenset()
    null: frozenset[Expr] = frozenset()
    positive: frozenset[str] = frozenset()  # columns that are never below 0

    def holding(self, one: Expr) -> "Known":
        """Return what is known where a condition holds."""
        known = self._replace(true=self.true | {one}, told=self.told | {Column(name) for name in strict_in(one)})
        match one:
            case Call("and", parts):
                for part in parts:
                    known = known.holding(part)
            case Call("is_null", (inner,)):
                known = known._replace(null=self.null | {inner})
            case Call("not", (Call("is_null", (inner,)),)):
                known = known._replace(told=self.told | {inner})
        return known

    def failing(self, one: Expr) -> "Known":
        """Return what is known where a condition does not hold."""
        match one:
            case Call("is_null", (inner,)):
                return self._replace(told=self.told | {inner})
            case Call("not", (Call("is_null", (inner,)),)):
                return self._replace(null=self.null | {inner})
            case Call("or", parts):
                known = self
                for part in parts:
                    known = known.failing(part)
                return known
        return self

    def never_null(self, expr: Expr) -> bool:
        """Return whether an expression has a value in every row."""
        if expr in self.told:
            return True
        match expr:
            case Literal(value):
                return value is not None
            case Column():
                return False
            case Call("is_null" | "is_true" | "one"):
                return True
            case Call("coalesce" | "least" | "greatest", args):
                return any(map(self.never_null, args))
            case Call("case", args):
                return all(map(self.never_null, (*args[1:-1:2], args[-1])))
            case Call(_, args):
                return all(map(self.never_null, args))

    def never_negative(self, expr: Expr) -> bool:
        """Return whether a whole number is never below 0, where it has a value."""
        match expr:
            case Literal(value):
                return value is None or (type(value) is int and value >= 0)
            case Column(name):
                return name in self.positive
            case Call("one"):
                return True
            case Call("coalesce" | "least" | "+" | "*" | "wide", args):
                return all(map(self.never_negative, args))
            case Call("case", args):
                return all(map(self.never_negative, (*args[1:-1:2], args[-1])))
        return False


def strict_in(expr: Expr) -> Iterator[str]:
    """Yield columns that have a value wherever a truth is true."""
    match expr:
        case Call("and", args):
            for arg in args:
                yield from strict_in(arg)
        case Call("is_true", (inner,)):
            yield from strict_in(inner)
        case Call("is_null" | "or" | "case" | "coalesce"):
            return
        case _:
            yield from _behind(expr)


def _behind(expr: Expr) -> Iterator[str]:
    """Yield columns that have a value wherever an expression has one."""
    match expr:
        case Column(name):
            yield name
        case Call(op, args) if op in _STRICT or op == "not":
            for arg in args:
                yield from _behind(arg)


def plainer(expr: Expr, known: Known = Known()) -> Expr:  # noqa: B008  # it is frozen
    """Return an expression with the same value in fewer words."""
    match expr:
        case Call("case", args):
            return _case(args, known)
        case Call("one", (inner,)):
            truth = condition(inner, known)
            return Literal(int(truth.value is True)) if isinstance(truth, Literal) else Call("one", (truth,))
        case Call("is_true", (inner,)):
            truth = condition(inner, known)
            return truth if known.never_null(truth) else Call("is_true", (truth,))
        case Call("is_null", (inner,)):
            return _is_null(plainer(inner, known), known)
        case Call("and", args):
            return both(plainer(arg, known) for arg in args)
        case Call("or", args):
            return either(plainer(arg, known) for arg in args)
        case Call("not", (inner,)):
            return negated(plainer(inner, known))
        case Call("coalesce", args):
            return _first([plainer(arg, known) for arg in args], known)
        case Call("least" | "greatest" as op, args):
            return _extreme(op, [plainer(arg, known) for arg in args], known)
        case Call(op, args):
            parts = [plainer(arg, known) for arg in args]
            if op in _STRICT and UNKNOWN in parts:
                return UNKNOWN
            return _comparison(op, *parts) if op in _COMPARED else Call(op, tuple(parts))
    return expr


def _is_null(inner: Expr, known: Known) -> Expr:
    if known.never_null(inner):
        return FALSE
    if inner in known.null:
        return TRUE
    match inner:
        case Literal(value):
            return Literal(value is None)
        case Call("*" | "+", (Literal(), other)) | Call("*" | "+", (other, Literal())):
            return _is_null(other, known)
        case Call("case", (one, then, Literal(None))) if known.never_null(one):
            return either((negated(one), _is_null(then, known.holding(one))))
    return Call("is_null", (inner,))


def condition(expr: Expr, known: Known = Known()) -> Expr:  # noqa: B008  # it is frozen
    """Return an expression that is true where a truth is, and elsewhere false or null: enough for a condition."""
    if expr in known.true:
        return TRUE
    match expr:
        case Literal(value):
            return Literal(value is True)
        case Call("is_true", (inner,)):
            return condition(inner, known)
        case Call("and", args):
            return _all(args, known)
        case Call("or", args):
            return _any(args, known)
        case Call("case", args):
            return _case_holds(args, known)
        case Call(op, (a, b)) if op in _COMPARED:
            return _holds(op, plainer(a, known), plainer(b, known), known)
    found = plainer(expr, known)
    return Literal(found.value is True) if isinstance(found, Literal) else found


def _all(args: Iterable[Expr], known: Known) -> Expr:
    kept: list[Expr] = []
    inside = known
    for arg in args:
        one = condition(arg, inside)
        for part in one.args if isinstance(one, Call) and one.op == "and" else (one,):
            inside = inside.holding(part)
            kept.append(part)
    told = [set(strict_in(part)) for part in kept]
    needed = [
        part
        for number, part in enumerate(kept)
        if not _told_by(part, [names for other, names in enumerate(told) if other != number])
    ]
    return both(needed)


def _told_by(part: Expr, others: Iterable[set[str]]) -> bool:
    """Return whether a part says that a column has a value, which others need anyway."""
    match part:
        case Call("not", (Call("is_null", (Column(name),)),)):
            return any(name in names for names in others)
    return False


def _any(args: Iterable[Expr], known: Known) -> Expr:
    kept: list[Expr] = []
    inside = known
    for arg in args:
        one = condition(arg, inside)
        kept.append(one)
        inside = inside.failing(one)
    return either(kept)


def _case_holds(args: tuple[Expr, ...], known: Known) -> Expr:
    """Return where a case is true: without a case, if no branch but one that is never null stands before another."""
    found = _case(args, known)
    match found:
        case Call("case", (one, then, Literal(False | None))):
            return _all((one, then), known)
        case Call("case", (one, Literal(True), otherwise)):
            return _any((one, otherwise), known)
        case Call("case", (one, Literal(False | None), otherwise)) if known.never_null(one):
            return _all((negated(one), otherwise), known)
        case Call("case"):
            return found
    return condition(found, known) if found != Call("case", args) else found


def _case(args: tuple[Expr, ...], known: Known) -> Expr:
    *branches, otherwise = args
    pairs: list[tuple[Expr, Expr]] = []
    inside = known
    for one, then in zip(branches[::2], branches[1::2], strict=True):
        holds = condition(one, inside)
        if isinstance(holds, Literal):
            if holds.value is True:
                otherwise = then
                break
            continue
        value = plainer(then, inside.holding(holds))
        if pairs and _same(pairs[-1][1], value):
            pairs[-1] = (either((pairs[-1][0], holds)), value)
        else:
            pairs.append((holds, value))
        inside = inside.failing(holds)
    otherwise = plainer(otherwise, inside)
    match otherwise:
        case Call("case", (*inner, last)):
            pairs += zip(inner[::2], inner[1::2], strict=True)
            otherwise = last
    while pairs and _same(pairs[-1][1], otherwise):
        pairs.pop()
    if len(pairs) == 1:
        return _choice(*pairs[0], otherwise, known)
    return Call("case", (*(part for pair in pairs for part in pair), otherwise)) if pairs else otherwise


def _same(a: Expr, b: Expr) -> bool:
    """Return whether two expressions are the same; 1 is not true."""
    return a == b and not (isinstance(a, Literal) and isinstance(b, Literal) and type(a.value) is not type(b.value))


def _choice(one: Expr, then: Expr, otherwise: Expr, known: Known) -> Expr:
    match then, otherwise:
        case Literal(True), Literal(False):
            return one if known.never_null(one) else call("is_true", one)
        case Call("case", (inner, value, Literal(None))), Literal(None):
            return _choice(_all((one, inner), known), value, UNKNOWN, known)
    match one:
        case Call("not", (Call("is_null", (value,)),)) if value == then:
            return _first([value, otherwise], known)
        case Call("is_null", (value,)) if value == otherwise:
            return _first([value, then], known)
        case Call(">" | ">=", (a, b)) if (a, b) == (then, otherwise) and known.never_null(b):
            return Call("greatest", (a, b))
        case Call("<" | "<=", (a, b)) if (a, b) == (then, otherwise) and known.never_null(b):
            return Call("least", (a, b))
    match one, then, otherwise:
        case Call(">" | ">=", (a, b)), Call("add_days", (c, step)), Call("add_days", (d, other)) if (a, b, step) == (
            c,
            d,
            other,
        ) and known.never_null(b):
            return Call("greatest", (then, otherwise))
        case Call("is_null", (value,)), _, Call("*" | "+", (Literal(), other) | (other, Literal())) if value == other:
            return _first([otherwise, then], known)
    if then == UNKNOWN and known.never_null(one):
        match one:
            case Call("or", parts):
                return _choice(Call("and", tuple(map(negated, parts))), otherwise, UNKNOWN, known)
        return _choice(negated(one), otherwise, UNKNOWN, known)
    return case((one, then), otherwise=otherwise)


def _first(parts: Iterable[Expr], known: Known) -> Expr:
    """Return the first of some values that is not null."""
    kept: list[Expr] = []
    for part in parts:
        for one in part.args if isinstance(part, Call) and part.op == "coalesce" else (part,):
            if one == UNKNOWN or one in known.null:
                continue
            kept.append(one)
            if known.never_null(one):
                return Call("coalesce", tuple(kept)) if len(kept) > 1 else one
    return Call("coalesce", tuple(kept)) if len(kept) > 1 else kept[0] if kept else UNKNOWN


def _extreme(op: str, parts: list[Expr], known: Known) -> Expr:
    """Return the least or greatest of some values, passing over nulls; of 0 and what is never below, it is known."""
    parts = [part for part in parts if part != UNKNOWN]
    if len(parts) < 2:
        return parts[0] if parts else UNKNOWN
    if len(parts) == 2 and ZERO in parts:
        other = parts[1] if parts[0] == ZERO else parts[0]
        if known.never_negative(other):
            return ZERO if op == "least" else _first([other, ZERO], known)
    return Call(op, tuple(parts))


def _comparison(op: str, a: Expr, b: Expr) -> Expr:
    match a, b:
        case Call("-", (Literal(int(whole)), inner)), Literal(int(bound)):
            return Call(_COMPARED[op], (inner, Literal(whole - bound)))
        case Call("add_days", (day, Literal(1))), Call("add_days", (other, Literal(1))):
            return Call(op, (day, other))
        case Call("add_days", (day, Literal(1))), _ if op in ("<=", ">"):
            return Call("<" if op == "<=" else ">=", (day, b))
        case _, Call("add_days", (day, Literal(1))) if op in (">=", "<"):
            return Call(">" if op == ">=" else "<=", (a, day))
    return compared(op, a, b)


def _holds(op: str, a: Expr, b: Expr, known: Known) -> Expr:
    """Return where a comparison is true."""
    match a, b:
        case Call("case", (one, then, Literal(None))), _:
            return _all((one, Call(op, (then, b))), known)
        case _, Call("case", (one, then, Literal(None))):
            return _all((one, Call(op, (a, then))), known)
        case Call("coalesce", (inner, Literal(int() as filled))), Literal(int()):
            if compared(op, Literal(filled), b).value is False:  # type: ignore[union-attr]  # of two constants
                return _holds(op, inner, b, known)
        case Call("greatest", parts), _ if op in ("<", "<=") and all(map(known.never_null, parts)):
            return _all([_holds(op, part, b, known) for part in parts], known)
    found = _comparison(op, a, b)
    match found:
        case Call("<" | ">" | "!=", (a, b)) if a == b:
            return FALSE
        case Literal(value):
            return Literal(value is True)
    return found


def weight(expr: Expr) -> int:
    """Return how many operations an expression has."""
    return 1 + sum(map(weight, expr.args)) if isinstance(expr, Call) else 0


def replaced(expr: Expr, columns: Mapping[str, Expr]) -> Expr:
    """Return an expression with others in place of some columns."""
    match expr:
        case Column(name):
            return columns.get(name, expr)
        case Call(op, args):
            return Call(op, tuple(replaced(arg, columns) for arg in args))
    return expr


def drawn_together(
    defined: Mapping[str, Expr], needed: Iterable[Expr], known: Known, kept: Container[str] = ()
) -> dict[str, Expr]:
    """Return columns, with each that is used once, or is no more than a word, in its place.

    A column that is no more than another is that other one. Those that are `kept` stay.
    """
    whole: dict[str, Expr] = {}
    for name, expr in defined.items():
        whole[name] = found = plainer(expr, known)
        if known.never_null(found):
            known = known._replace(told=known.told | {Column(name)})
    wanted = [plainer(expr, known) for expr in needed]
    while True:
        uses = Counter(column for expr in (*whole.values(), *wanted) for column in columns_in(expr))
        gone = {
            name: expr
            for name, expr in whole.items()
            if name not in kept
            and (
                not uses[name]
                or isinstance(expr, Column | Literal)
                or (isinstance(expr, Call) and expr.op in ("is_null", "coalesce") and weight(expr) == 1)
                or (uses[name] == 1 and weight(expr) <= _LARGE)
            )
        }
        inner = {column for expr in gone.values() for column in columns_in(expr)}
        gone = {name: expr for name, expr in gone.items() if name not in inner}  # the innermost wait for the next round
        if not gone:
            return whole
        whole = {name: plainer(replaced(expr, gone), known) for name, expr in whole.items() if name not in gone}
        wanted = [plainer(replaced(expr, gone), known) for expr in wanted]
