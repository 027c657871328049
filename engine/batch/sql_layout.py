"""Expressions and queries as lines that a person reads: short ones whole, long ones a line for each part."""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from textwrap import wrap
from typing import Any

from comity.engine.batch.sql_terms import COMPARED, Terms
from comity.engine.translation.relations import UNKNOWN, Call, Expr, Literal

WIDTH = 110


class Layout:
    """Lays out expressions in a dialect."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    def sql(self, term: Any) -> str:
        found: str = term.sql(dialect=self.terms.dialect)
        return found

    def text(self, expr: Expr) -> str:
        """Return an expression on one line."""
        return self.sql(self.terms.term(expr))

    def name(self, name: str) -> str:
        """Return a name, quoted where it has to be."""
        return self.sql(self.terms.identifier(name))

    def shown(self, expr: Expr, name: str) -> str:
        """Return a column that is worked out: on one line, if it fits."""
        if expr == UNKNOWN:  # only a conclusion stays a column then; PostgreSQL would take NULL alone for a text
            return f"CAST(NULL AS BOOLEAN) AS {self.name(name)}"
        *lines, end = self.laid_out(expr, WIDTH - 5)
        named = f"AS {self.name(name)}"
        if len(end) + len(named) > WIDTH - 6:
            return "\n".join([*lines, end, f"  {named}"])
        return "\n".join([*lines, f"{end} {named}"])

    def laid_out(self, expr: Expr, width: int) -> list[str]:
        """Return an expression in lines: a case has one for each branch, and what is joined one for each part."""
        line = self.text(expr)
        if len(line) <= width or not isinstance(expr, Call):
            return [line]
        match expr:
            case Call("case", (*branches, otherwise)):
                lines = ["CASE"]
                for one, then in zip(branches[::2], branches[1::2], strict=True):
                    lines += self.branch(one, then, width - 2)
                if otherwise != Literal(None):
                    lines += _after("  ELSE ", self.laid_out(otherwise, width - 7), hanging=False)
                return [*lines, "END"]
            case Call("and" | "or" | "+" as op, args):
                return _filled(f"{op.upper()} ", [self.joined(op, arg, width - len(op) - 1) for arg in args], width)
            case Call(op, (a, b)) if op in COMPARED:
                left, right = self.joined(op, a, width), self.joined(op, b, width)
                sign = {"==": "=", "!=": "<>"}.get(op, op)
                return [*left[:-1], f"{left[-1]} {sign} {right[0]}", *right[1:]]
            case Call("not", (inner,)):
                return _after("NOT ", self.joined("not", inner, width - 4), hanging=False)
            case Call("coalesce" | "least" | "greatest", args):
                lines = [f"{expr.op.upper()}("]
                for number, arg in enumerate(args):
                    lines += [f"  {each}" for each in self.laid_out(arg, width - 3)]
                    lines[-1] += "," if number < len(args) - 1 else ""
                return [*lines, ")"]
        return [line]

    def branch(self, one: Expr, then: Expr, width: int) -> list[str]:
        whole = f"  WHEN {self.text(one)} THEN {self.text(then)}"
        if len(whole) <= width:
            return [whole]
        first, second = self.laid_out(one, width - 7), self.laid_out(then, width - 7)
        return [*_after("  WHEN ", first), *_after("  THEN ", second, hanging=second[0] != "CASE")]

    def joined(self, op: str, expr: Expr, width: int) -> list[str]:
        """Return a part of something that is joined, in parentheses where it is joined in another way."""
        lines = self.laid_out(expr, width)
        looser = {"and": ("or",), "or": ("and",), "+": ("-",)}.get(op, ("and", "or"))
        if not (isinstance(expr, Call) and expr.op in looser):
            return lines
        return [f"({lines[0]})"] if len(lines) == 1 else ["(", *(f"  {line}" for line in lines), ")"]


def _filled(word: str, parts: Sequence[list[str]], width: int) -> list[str]:
    """Return parts that are joined by a word, as many on a line as fit."""
    lines = [*parts[0]]
    alone = len(lines) == 1
    for part in parts[1:]:
        if alone and len(part) == 1 and len(lines[-1]) + len(word) + len(part[0]) < width:
            lines[-1] += f" {word}{part[0]}"
        else:
            lines += _after(word, part, hanging=False)
        alone = len(part) == 1
    return lines


def _after(word: str, lines: list[str], hanging: bool = True) -> list[str]:
    """Return lines that begin with a word."""
    indent = " " * (len(word) - len(word.lstrip()) + (2 if hanging else 0))
    return [word + lines[0], *(indent + line for line in lines[1:])]


def select(shown: Iterable[str], rest: str, packed: bool = False) -> str:
    """Return a query for columns: each on a line of its own, or, `packed`, as many on a line as fit."""
    parts = [*shown]
    if packed:
        lines = wrap(
            ", ".join(part.replace(" ", "\0") for part in parts),
            WIDTH - 4,
            break_long_words=False,
            break_on_hyphens=False,
        )
        columns = "\n".join(lines).replace("\0", " ")
    else:
        columns = ",\n".join(parts)
    if "\n" not in columns and len(columns) < WIDTH - 10:
        return f"SELECT {columns}\n{rest}"
    if not packed:
        plain = list(takewhile(lambda part: " " not in part, parts))
        more = indented(",\n".join(parts[len(plain) :]))
        return f"SELECT {', '.join(plain)},\n{more}\n{rest}"
    return f"SELECT\n{indented(columns)}\n{rest}"


def indented(text: str) -> str:
    """Return lines moved to the right."""
    return "\n".join(f"  {line}" for line in text.split("\n"))


def wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    """Return a text in lines for a comment, which begin with `first`, and then with `rest`."""
    return wrap(
        " ".join(text.split()) if not first else text, WIDTH - 3, initial_indent=first, subsequent_indent=rest or first
    )
