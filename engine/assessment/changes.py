"""What would have to change: all smallest sets of changed statements that turn a conclusion, and its margins."""

from typing import NamedTuple

from comity.engine.assessment.evaluate import Run
from comity.engine.assessment.nearest import Way
from comity.engine.assessment.turns import Extent, Found, Search
from comity.engine.language.model import Given, ValueType
from comity.engine.language.statements import Statement, declaration, is_newest, stated, statements
from comity.engine.language.truth import Kleene
from comity.engine.translation.extent import Windows, reached, rows_needed, windows
from comity.engine.translation.openings import Openings
from comity.engine.translation.otherwise import Changes
from comity.engine.translation.solver import Unfinished
from comity.engine.translation.space import Script

LIMIT = 2_000_000  # steps for one question: no clock, so that a machine's speed decides nothing


class Change(NamedTuple):
    """A statement with another value. `before` is None where nothing was known.

    `after` is None for what has no single value to show: a table that becomes known, or the days of a history.
    """

    statement: Statement
    before: Given
    after: Given


class Sets(NamedTuple):
    """All smallest sets of changes that have one effect: no part of a set has it.

    `extent` says what was found: `all` there are; all of `up-to` `MOST_CHANGES` changes; `none`, because there are
    none; or `unfinished`, because there were more than `MOST_SETS` or a limit was reached.
    """

    sets: tuple[tuple[Change, ...], ...]
    extent: Extent


class Target(NamedTuple):
    """What would make a conclusion met (`met`), or not met.

    `changes` give known facts another single value. `known` are what only needs to become known, or known more closely;
    of a settled conclusion there is none. The values there are examples.
    """

    met: bool
    changes: Sets
    known: Sets | None = None


class Margin(NamedTuple):
    """How far a figure can be wrong before a settled conclusion is no longer what it is.

    `below` and `above` are the nearest values at which it is not; None where there is none.
    """

    statement: Statement
    before: Given
    below: Given
    above: Given


class WhatIf(NamedTuple):
    """What would turn a conclusion: a context or measure, by its id.

    `margins` are those of a settled conclusion, of figures with any; None if a limit was reached.
    """

    conclusion: str
    truth: Kleene
    targets: tuple[Target, ...]
    margins: tuple[Margin, ...] | None


def what_if(run: Run, conclusion: str, limit: int = LIMIT) -> WhatIf:
    """Return what would turn a conclusion of a run. Every change is verified by the evaluator.

    A change gives a known fact another single value, in the direction that `changeable` allows; in a table or history,
    only the newest figure. Raises `KeyboardInterrupt` if the search was interrupted.
    """
    truth = run.truth(conclusion)
    ways = _ways(run)
    if truth is not None:
        search = _search(run, conclusion, {*ways, *_figures(run)}, limit)
        targets = [Target(not truth, _sets(run, search.sets(not truth, ways)))]
        return WhatIf(conclusion, truth, tuple(targets), _margins(run, search))
    opened = _openings(run, conclusion, limit)
    search = _search(run, conclusion, {*ways}, limit)
    targets = [
        Target(met, _sets(run, search.sets(met, ways, apart=True)), _sets(run, opened.sets(met)))
        for met in (True, False)
    ]
    return WhatIf(conclusion, truth, tuple(targets), None)


def margins(run: Run, conclusion: str, limit: int = LIMIT, *, opposite: bool = False) -> tuple[Margin, ...] | None:
    """Return how far each figure that a settled conclusion rests on can be wrong; None if a limit was reached.

    One figure at a time; all others as they are. Every figure and date counts, whether or not it may be changed. With
    `opposite`, the values are those at which the conclusion is the opposite, not merely open.
    """
    return _margins(run, _search(run, conclusion, {*_figures(run)}, limit), opposite)


def _ways(run: Run) -> dict[Statement, Way]:
    """Return the statements that may change, and how."""
    rules = run.program.rules
    found: dict[Statement, Way] = {}
    for one in statements(rules, run.facts):
        fact = declaration(rules, one)
        plain = one.row is None and one.period is None
        newest = fact.value_type is ValueType.NUMBER and is_newest(run.facts, one, run.as_of)
        if fact.changeable != "never" and (plain or newest):
            found[one] = fact.changeable  # type: ignore[assignment]  # any, up or down
    return found


def _figures(run: Run) -> list[Statement]:
    rules = run.program.rules
    return [one for one in statements(rules, run.facts) if declaration(rules, one).value_type.ordered]


def _search(run: Run, conclusion: str, movable: set[Statement], limit: int) -> Search:
    script = Script()
    space = Changes(script, run.as_of, run.facts, _windows(run), frozenset(movable))
    return Search(run, conclusion, space, limit)


def _openings(run: Run, conclusion: str, limit: int) -> Search:
    """Return the search among what may become known, or be known more closely."""
    program = run.program

    def rows() -> int:
        terms, _ = reached(program.rules, program.conclusions, program.conclusions[conclusion])
        return rows_needed([program.rules], terms)

    return Search(run, conclusion, Openings(Script(), run.as_of, run.facts, _windows(run), rows), limit)


def _windows(run: Run) -> Windows:
    return windows(run.program.rules, run.program.reading, run.program.set, run.as_of)


def _sets(run: Run, found: Found) -> Sets:
    sets = (tuple(Change(one, stated(run.facts, one), value) for one, value in values.items()) for values in found.sets)
    return Sets(tuple(sets), found.extent)


def _margins(run: Run, search: Search, opposite: bool = False) -> tuple[Margin, ...] | None:
    try:
        found = search.margins(opposite)
        return tuple(Margin(one, stated(run.facts, one), below, above) for one, below, above in found)
    except Unfinished:
        return None
