"""Several assessors of one situation: what is merged, what differs, and whether it matters.

Enumeration stands here for what the engine finds by trying out: every combination of what the assessors say, each as a
situation of its own.
"""

from collections.abc import Mapping
from typing import NamedTuple

from hypothesis import given, strategies as st

from comity.engine.assessment.assessors import Merger, merge
from comity.engine.language.model import RuleSet, Situation
from tests.strategies import (
    DAYS_OF_ASSESSMENT,
    UNKNOWN,
    Choose,
    Giver,
    Maker,
    Tree,
    World,
    drawing,
    fits_since,
    load,
    write,
)


class Group(NamedTuple):
    """A rule set, and what several assessors give of one situation."""

    world: World
    given: tuple[dict[str, Tree], ...]

    def __repr__(self) -> str:
        return "\n".join([*map(write, self.world.documents), f"as of {self.world.as_of}", *map(write, self.given)])

    def situations(self, rules: RuleSet) -> dict[str, Situation]:
        return {f"a{number}": load(self.world, rules, one) for number, one in enumerate(self.given)}

    def merger(self) -> Merger:
        rules = self.world.load()
        return merge(rules, self.situations(rules))


@st.composite
def groups(draw: st.DrawFn, most: int = 3) -> Group:
    """Return two or three assessors who say much the same."""
    choose = drawing(draw)
    as_of = choose(DAYS_OF_ASSESSMENT)
    world = Maker(choose, as_of).world()
    giver = Giver(choose, as_of)
    first = giver.situation(world)
    others = [_other(choose, giver, world, first) for _ in range(choose(range(1, most)))]
    return Group(world, (first, *others))


def _other(choose: Choose, giver: Giver, world: World, first: Mapping[str, Tree]) -> dict[str, Tree]:
    """Return what another says: of each fact mostly the same, else something else or nothing."""
    found: dict[str, Tree] = {}
    for name, fact in world.facts.items():
        how = choose(("same", "same", "other", "nothing") if name in first else ("same", "same", "other"))
        if how == "same" and name in first:
            found[name] = _figures(choose, giver, fact, first[name])
        elif how == "other":
            found[name] = giver.value(fact)
    return found


def _figures(choose: Choose, giver: Giver, fact: Tree, value: Tree) -> Tree:
    """Return a value as it is, or a table or a history with other figures in it."""
    if isinstance(value, list) and choose((True, False)):
        return [_row(choose, giver, fact, row) for row in value]
    if isinstance(value, dict) and choose((True, False)):
        return {period: giver.quantity(fact) if choose((True, False)) else one for period, one in value.items()}
    if fact["type"] in ("count", "number", "share", "duration") and value is not UNKNOWN and choose((False, True)):
        return giver.quantity(fact)
    return value


def _row(choose: Choose, giver: Giver, table: Tree, row: dict[str, Tree]) -> dict[str, Tree]:
    other = {name: _figures(choose, giver, table["columns"][name], cell) for name, cell in row.items()}
    return other if fits_since(table, other) else row


# --- what is merged -------------------------------------------------------------------------------------------------


@given(group=groups())
def test_what_is_settled_from_the_merged_facts_is_nobodys_opposite(group: Group) -> None:
    for one in group.merger().outcomes:
        assert one.merged is None or {*one.own} <= {one.merged, None}, one


@given(group=groups())
def test_where_nobody_leaves_anything_out_what_is_settled_is_everybodys_verdict(group: Group) -> None:
    merger = group.merger()
    if all(all(value is not None for value in one.given) for one in merger.accounts) and not any(
        value is None for one in merger.accounts for part in one.joined.parts for value in part.given
    ):
        for one in merger.outcomes:
            assert one.merged is None or {*one.own} == {one.merged}, one
