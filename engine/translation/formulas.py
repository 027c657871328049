"""Formulas and linear terms in SMT-LIB's words, folded while they are written.

A formula is its text; what is certain is the text `true` or `false`, and joins of such texts fold away. A term is a
`Sum`: named variables with exact coefficients, and a constant.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import lcm
from typing import TypeAlias

Formula: TypeAlias = str

TRUE: Formula = "true"
FALSE: Formula = "false"


def conj(parts: Iterable[Formula]) -> Formula:
    """Return that all of `parts` hold.

    >>> conj(["a", TRUE, "b", "a"]), conj(["a", FALSE]), conj([])
    ('(and a b)', 'false', 'true')
    """
    kept = dict.fromkeys(part for part in parts if part != TRUE)
    if FALSE in kept:
        return FALSE
    return TRUE if not kept else next(iter(kept)) if len(kept) == 1 else f"(and {' '.join(kept)})"


def disj(parts: Iterable[Formula]) -> Formula:
    """Return that at least one of `parts` holds.

    >>> disj(["a", FALSE]), disj(["a", TRUE]), disj([])
    ('a', 'true', 'false')
    """
    kept = dict.fromkeys(part for part in parts if part != FALSE)
    if TRUE in kept:
        return TRUE
    return FALSE if not kept else next(iter(kept)) if len(kept) == 1 else f"(or {' '.join(kept)})"


def neg(formula: Formula) -> Formula:
    """Return that `formula` does not hold.

    >>> neg("a"), neg("(not a)"), neg(TRUE)
    ('(not a)', 'a', 'false')
    """
    if formula == TRUE:
        return FALSE
    if formula == FALSE:
        return TRUE
    return formula[5:-1] if formula.startswith("(not ") else f"(not {formula})"


def choose(condition: Formula, then: Formula, otherwise: Formula) -> Formula:
    """Return `then` where `condition` holds, and `otherwise` elsewhere."""
    if condition == TRUE or then == otherwise:
        return then
    if condition == FALSE:
        return otherwise
    return disj([conj([condition, then]), conj([neg(condition), otherwise])])


def at_least_of(k: int, parts: Iterable[Formula]) -> Formula:
    """Return that at least `k` of `parts` hold, each counted as often as it stands there.

    >>> at_least_of(2, ["a", TRUE, "b"]), at_least_of(3, ["a", "b"])
    ('(or a b)', 'false')
    """
    open_: list[Formula] = []
    for part in parts:
        if part == TRUE:
            k -= 1
        elif part != FALSE:
            open_.append(part)
    if k <= 0:
        return TRUE
    if k > len(open_):
        return FALSE
    if k == 1:
        return disj(open_)
    if k == len(open_):
        return conj(open_)
    return f"((_ at-least {k}) {' '.join(open_)})"


class Sum:
    """A linear term: coefficients by variable, and a constant."""

    __slots__ = ("coefficients", "constant")

    def __init__(self, coefficients: Mapping[str, Fraction | int], constant: Fraction | int) -> None:
        self.coefficients = coefficients
        self.constant = constant

    def __add__(self, other: "Sum") -> "Sum":
        coefficients = dict(self.coefficients)
        for name, coefficient in other.coefficients.items():
            total = coefficients.get(name, 0) + coefficient
            if total:
                coefficients[name] = total
            else:
                del coefficients[name]
        return Sum(coefficients, self.constant + other.constant)

    def __sub__(self, other: "Sum") -> "Sum":
        return self + other.times(-1)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sum) and self.constant == other.constant and self.coefficients == other.coefficients

    def __hash__(self) -> int:
        return hash((self.constant, frozenset(self.coefficients.items())))

    def times(self, factor: Fraction | int) -> "Sum":
        """Return the term multiplied by a number."""
        if not factor:
            return ZERO
        return Sum({name: value * factor for name, value in self.coefficients.items()}, self.constant * factor)

    def text(self) -> str:
        """Return the term as SMT-LIB writes it."""
        parts = [_product(name, value) for name, value in self.coefficients.items()]
        if self.constant or not parts:
            parts.append(numeral(self.constant))
        return parts[0] if len(parts) == 1 else f"(+ {' '.join(parts)})"


def number(value: Fraction | int) -> Sum:
    """Return a number as a term."""
    return Sum({}, value)


def variable(name: str) -> Sum:
    """Return a variable as a term."""
    return Sum({name: 1}, 0)


ZERO = number(0)


def numeral(value: Fraction | int) -> str:
    """Return a number as SMT-LIB writes it.

    >>> numeral(-3), numeral(Fraction(1, 2))
    ('(- 3)', '(/ 1.0 2.0)')
    """
    if value < 0:
        return f"(- {numeral(-value)})"
    return str(value.numerator) if value.denominator == 1 else f"(/ {value.numerator}.0 {value.denominator}.0)"


def _product(name: str, coefficient: Fraction | int) -> str:
    return name if coefficient == 1 else f"(* {numeral(coefficient)} {name})"


_HOLDS = {
    ">=": lambda value: value >= 0,
    ">": lambda value: value > 0,
    "=": lambda value: value == 0,
}


def compare(a: Sum, symbol: str, b: Sum) -> Formula:
    """Return that `a` and `b` compare as `symbol` says: >=, >, <=, < or =. Denominators are cleared.

    >>> compare(variable("x"), ">=", number(Fraction(1, 2))), compare(number(2), "<", number(3))
    ('(>= (* 2 x) 1)', 'true')
    """
    if symbol in ("<=", "<"):
        a, b, symbol = b, a, ">=" if symbol == "<=" else ">"
    difference = a - b
    if not difference.coefficients:
        return TRUE if _HOLDS[symbol](difference.constant) else FALSE
    scale = lcm(*(value.denominator for value in difference.coefficients.values()), difference.constant.denominator)
    whole = difference.times(scale)
    left = Sum({name: value for name, value in whole.coefficients.items() if value > 0}, max(whole.constant, 0))
    right = Sum({name: -value for name, value in whole.coefficients.items() if value < 0}, max(-whole.constant, 0))
    return f"({symbol} {left.text()} {right.text()})"
