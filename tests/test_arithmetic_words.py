"""Arithmetic in words: whoever reads it as at school reads what is meant, and no bracket is there for nothing."""

import re
from collections.abc import Iterator
from datetime import date
from functools import reduce
from typing import Any, TypeAlias

import pytest
from hypothesis import given, strategies as st

from comity.engine.assessment.assess import assess
from comity.engine.language.condition import Arithmetic, Elapsed, Expression, FactValue
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import Situation
from comity.engine.language.source import Document, read
from comity.engine.report.manual_words import Clauses
from comity.engine.report.view import view
from comity.engine.report.words import Phrases

Tree: TypeAlias = Any  # a letter, or a word or sign before the trees that it is about

LETTERS = "wxyz"
FILES = {
    "rule-set.yaml": f"""\
rule_set: letters
version: 1.0.0
title: Letters
parameters: {{p: {{value: 1}}}}
facts: {{{", ".join(f"{letter}: {{type: number, title: '{letter}'}}" for letter in LETTERS)}}}
""",
    "context.yaml": """\
context: c
title: C
when: {criterion: d}
criteria:
  d: {title: D, when: {fact: w, at_least: {difference: [{fact: x}, {sum: [{fact: y}, {parameter: p}]}]}}}
""",
}
READ = [read(text.encode(), name) for name, text in FILES.items()]
RULES = accept(build_rule_set([one for one in READ if isinstance(one, Document)], "letters"))
SIGNS = {"sum": "+", "difference": "−", "product": "×", "divide": "÷"}
LISTS = ("the smallest of", "the largest of")
SINCE = "days since"


def _listed(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.builds(Arithmetic, st.sampled_from(("smallest", "largest")), some)


def _worked_out(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    two = st.builds(Arithmetic, st.sampled_from(("difference", "divide")), st.tuples(inner, inner))
    return two | st.builds(Arithmetic, st.sampled_from(("sum", "product")), some) | _listed(inner)


VALUES = st.sampled_from(LETTERS).map(FactValue)
TIMES = st.builds(Elapsed, st.recursive(VALUES, _listed, max_leaves=3), st.just("days"))
EXPRESSIONS = st.recursive(VALUES | TIMES, _worked_out, max_leaves=9)


def meant(expression: Expression) -> Tree:
    """Return an expression as a tree, in which a sum, product, difference or quotient is of two things."""
    match expression:
        case Arithmetic(operation, parts) if operation in SIGNS:
            return reduce(lambda one, other: joined(SIGNS[operation], one, other), map(meant, parts))
        case Arithmetic(operation, parts):
            return f"the {operation} of", *map(meant, parts)
        case Elapsed(since=since):
            return SINCE, meant(since)
        case FactValue(name):
            return name
    raise AssertionError(expression)


def joined(sign: str, one: Tree, other: Tree) -> Tree:
    """Return two trees with a sign between; what may be taken from the left is, `x + (y − z)` being `(x + y) − z`."""
    if (sign, other[0]) in (("+", "+"), ("+", "−"), ("×", "×")):
        return other[0], joined(sign, one, other[1]), other[2]
    return sign, one, other


class Reader:
    """Reads words from the left, × and ÷ before + and −; a list inside of anything has to stand in brackets."""

    def __init__(self, text: str) -> None:
        self.words = re.findall(f"{'|'.join((*LISTS, SINCE))}|[^ ]", text)

    def all(self) -> Tree:
        """Return the tree of all the words; raises `ValueError` if they make none."""
        tree = self.whole()
        if self.words:
            raise ValueError("something is left over")
        return tree

    def next(self, *wanted: str) -> str | None:
        return self.words.pop(0) if self.words and self.words[0] in wanted else None

    def whole(self) -> Tree:
        if self.words[:1] == [SINCE] and self.words[1:2] and self.words[1] in LISTS:
            return self.words.pop(0), self.whole()
        if list_ := self.next(*LISTS):
            tree: Tree = (list_, self.sum())
            while self.next(","):
                tree = (*tree, self.sum())
            return tree
        return self.sum()

    def sum(self) -> Tree:
        tree = self.product()
        while sign := self.next("+", "−"):
            tree = joined(sign, tree, self.product())
        return tree

    def product(self) -> Tree:
        tree = self.operand()
        while sign := self.next("×", "÷"):
            tree = joined(sign, tree, self.operand())
        return tree

    def operand(self) -> Tree:
        if self.next(SINCE):
            return SINCE, self.operand()
        if self.next("("):
            tree = self.whole()
            if not self.next(")"):
                raise ValueError("a bracket is not closed")
            return tree
        letter = self.next(*LETTERS)
        if letter is None:
            raise ValueError("a value is missing")
        return letter


def less_a_pair(text: str) -> Iterator[str]:
    """Yield `text` without each pair of brackets."""
    open_: list[int] = []
    for at, character in enumerate(text):
        if character == "(":
            open_.append(at)
        elif character == ")":
            start = open_.pop()
            yield text[:start] + text[start + 1 : at] + text[at + 1 :]


def says(text: str) -> Tree | None:
    """Return what `text` says, or None if it says nothing."""
    try:
        return Reader(text).all()
    except ValueError:
        return None


@given(EXPRESSIONS)
def test_arithmetic_in_words_says_what_is_meant_with_no_bracket_too_many(expression: Expression) -> None:
    text = Phrases(RULES).expression(expression)
    assert says(text) == meant(expression)
    assert Clauses(RULES, None).expression(expression) == text
    for less in less_a_pair(text):
        assert says(less) != meant(expression), less


def test_the_figures_that_went_into_it_stand_in_brackets_too() -> None:
    situation = Situation(id="s", title="S", as_of=date(2013, 1, 31), facts={"w": 1, "x": 9, "y": 3})
    (context,) = view(assess(RULES, situation)).contexts
    (line,) = context.elements[0].lines
    assert line.text == "w: 1; at least x (9) − (y (3) + 1 (p)) = 5"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("w − x − y", ("−", ("−", "w", "x"), "y")),
        ("w − (x − y)", ("−", "w", ("−", "x", "y"))),
        ("w + (x − y)", ("−", ("+", "w", "x"), "y")),
        ("w + x × y", ("+", "w", ("×", "x", "y"))),
        ("w × (x ÷ y)", ("×", "w", ("÷", "x", "y"))),
        ("days since the smallest of w + x, y", ("days since", ("the smallest of", ("+", "w", "x"), "y"))),
        ("days since w + x", ("+", ("days since", "w"), "x")),
        ("w + the smallest of x, y", None),
        ("w + (x", None),
        ("w x", None),
    ],
)
def test_the_reader_of_this_test_reads(text: str, tree: Tree | None) -> None:
    assert says(text) == tree
