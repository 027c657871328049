"""Whether differences between assessors matter, and which of them a split verdict comes from: by trying them out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, product
from math import prod
from typing import NamedTuple, TypeAlias

from comity.engine.assessment.evaluate import Program
from comity.engine.language.condition import Term
from comity.engine.language.model import Fact, Given
from comity.engine.language.places import mentions
from comity.engine.language.references import evaluation_order
from comity.engine.language.truth import Kleene

LIMIT = 4096  # combinations of the assessors' values that are tried for one conclusion

Choice: TypeAlias = tuple[int, ...]  # a position for each of some facts, by number


class Turns(NamedTuple):
    """What a fact of which the assessors do not all say the same can turn.

    `positions` are what they say of it, each once; None stands for having given no value. `alone` has, for each
    conclusion that comes out otherwise under two of them while all other facts are as merged, how it does under each;
    `with_others` are the conclusions that it turns only where other facts are as some assessor has them; of those in
    `untried` that is not known, because there are more combinations than the limit.
    """

    positions: tuple[Given, ...]
    alone: Mapping[str, tuple[Kleene, ...]]
    with_others: tuple[str, ...]
    untried: tuple[str, ...]

    @property
    def matters(self) -> bool | None:
        """Whether it turns anything; None if nothing was found, and not every combination was tried."""
        return True if self.alone or self.with_others else None if self.untried else False


class Trial:
    """The assessors' facts under one program, each taken as one of them has it or as they are merged.

    `merged` are the merged facts, `positions` what the assessors say of each fact of which they do not all say the
    same, and `own` which of these is whose. `unheld` are those among them that are derived where nobody gives them, so
    that the merged facts cannot hold all of what is said: they are taken in every way, and what hangs on it is unknown.
    """

    def __init__(
        self,
        compiled: Program,
        as_of: date,
        merged: Mapping[str, Given],
        positions: Mapping[str, tuple[Given, ...]],
        own: Sequence[Mapping[str, int]],
        unheld: Sequence[str],
    ) -> None:
        self.compiled = compiled
        self.as_of = as_of
        self.merged = merged
        self.positions = positions
        self.own = own
        self.unheld = tuple(unheld)
        self.names = tuple(compiled.conclusions)
        self.bears_on = _bearing(compiled)
        self.tables: dict[tuple[str, ...], dict[Choice, dict[str, Kleene]]] = {}

    def truths(self, facts: Mapping[str, Given], names: tuple[str, ...]) -> dict[str, Kleene]:
        """Return how some conclusions come out; a fact that is None is not given."""
        given = {name: value for name, value in facts.items() if value is not None}
        return dict(zip(names, self.compiled.part(names)(given, self.as_of), strict=True))

    def together(self, fixed: Mapping[str, Given]) -> dict[str, Kleene]:
        """Return how every conclusion comes out of the merged facts, with some of them fixed to a position."""
        free = [name for name in self.unheld if name not in fixed]
        if prod(len(self.positions[name]) for name in free) > LIMIT:
            found = self.truths({**self.merged, **fixed}, self.names)
            return {name: None if self.bears_on[name] & {*free} else truth for name, truth in found.items()}
        whole: dict[str, Kleene] = {}
        for values in product(*(self.positions[name] for name in free)):
            facts = {**self.merged, **fixed, **dict(zip(free, values, strict=True))}
            for name, truth in self.truths(facts, self.names).items():
                if whole.setdefault(name, truth) is not truth:
                    whole[name] = None
        return whole

    # --- every combination ---

    def bearing(self, name: str) -> tuple[str, ...]:
        """Return the facts with several positions that a conclusion can rest on."""
        return tuple(fact for fact in self.positions if fact in self.bears_on[name])

    def tried(self, facts: tuple[str, ...]) -> bool:
        """Tell whether all combinations of the positions on some facts are within the limit."""
        return prod(len(self.positions[fact]) for fact in facts) <= LIMIT

    def every(self, facts: tuple[str, ...]) -> Iterator[Choice]:
        """Yield every combination of the positions on some facts."""
        return product(*(range(len(self.positions[fact])) for fact in facts))

    def table(self, name: str) -> dict[Choice, Kleene]:
        """Return how a conclusion comes out under every combination of the positions on the facts that bear on it."""
        facts = self.bearing(name)
        if facts not in self.tables:
            alike = tuple(one for one in self.names if self.bearing(one) == facts)
            self.tables[facts] = {
                choice: self.truths(self.chosen(facts, choice), alike) for choice in self.every(facts)
            }
        return {choice: truths[name] for choice, truths in self.tables[facts].items()}

    def chosen(self, facts: tuple[str, ...], choice: Choice) -> dict[str, Given]:
        """Return the merged facts with the positions of a combination in their places."""
        chosen = {fact: self.positions[fact][number] for fact, number in zip(facts, choice, strict=True)}
        return {**self.merged, **chosen}

    def turning(self, name: str) -> tuple[str, ...]:
        """Return the facts that turn a conclusion in at least one combination of the positions on the others."""
        facts, table = self.bearing(name), self.table(name)
        found = []
        for place, fact in enumerate(facts):
            first: dict[Choice, Kleene] = {}
            if any(
                first.setdefault((*choice[:place], *choice[place + 1 :]), truth) is not truth
                for choice, truth in table.items()
            ):
                found.append(fact)
        return tuple(found)

    def turns_in_own(self, name: str) -> tuple[str, ...]:
        """Return the facts that turn a conclusion in the facts of at least one assessor, changed in this one alone."""
        facts = self.bearing(name)
        found: dict[str, None] = {}
        for own in self.own:
            choice = {fact: self.positions[fact][own[fact]] for fact in facts}
            before = self.truths({**self.merged, **choice}, (name,))
            for fact in facts:
                others = (self.truths({**self.merged, **choice, fact: one}, (name,)) for one in self.positions[fact])
                if any(other != before for other in others):
                    found[fact] = None
        return tuple(fact for fact in facts if fact in found)


def turns(trial: Trial, names: Sequence[str]) -> dict[str, Turns]:
    """Return what each fact with several positions turns, of the conclusions `names`."""
    tried = {name: trial.tried(trial.bearing(name)) for name in names}
    turning = {name: trial.turning(name) if tried[name] else trial.turns_in_own(name) for name in names}
    found = {}
    for fact, positions in trial.positions.items():
        under = [trial.together({fact: position}) for position in positions]
        each = {name: tuple(truths[name] for truths in under) for name in names}
        alone = {name: truths for name, truths in each.items() if len({*truths}) > 1}
        others = tuple(name for name in names if fact in turning[name] and name not in alone)
        untried = tuple(
            name
            for name in names
            if not tried[name] and fact in trial.bears_on[name] and name not in alone and name not in others
        )
        found[fact] = Turns(positions, alone, others, untried)
    return found


def comes_from(trial: Trial, name: str) -> tuple[tuple[str, ...], ...] | None:
    """Return the smallest sets of facts that a split over a conclusion comes from; none if there is no split.

    If all assessors took the same position on the facts of such a set, whichever of theirs, and kept the rest of what
    they say, the conclusion would come out the same for all of them; of no set inside it that is true. None if there
    are more combinations than the limit.
    """
    if not trial.tried(trial.bearing(name)):
        return None
    facts, table = trial.bearing(name), trial.table(name)
    own = [tuple(each[fact] for fact in facts) for each in trial.own]
    if len({table[each] for each in own}) == 1:
        return ()
    turning = trial.turning(name)
    places = [place for place, fact in enumerate(facts) if fact in turning]
    found: list[tuple[int, ...]] = []
    for size in range(1, len(places) + 1):
        for some in combinations(places, size):
            if any({*one} <= {*some} for one in found):
                continue
            choices = product(*(range(len(trial.positions[facts[place]])) for place in some))
            if all(len({table[_with(each, some, choice)] for each in own}) == 1 for choice in choices):
                found.append(some)
    return tuple(tuple(facts[place] for place in some) for some in found)


def _with(own: Choice, places: tuple[int, ...], choice: Choice) -> Choice:
    changed = [*own]
    for place, number in zip(places, choice, strict=True):
        changed[place] = number
    return tuple(changed)


def _bearing(compiled: Program) -> dict[str, frozenset[str]]:
    """Return the facts that each conclusion can rest on, those that derive others among them."""
    rules = compiled.rules
    found: dict[str, frozenset[str]] = {name: frozenset({name}) for name in rules.facts}
    for name in evaluation_order(rules, compiled.reading):
        fact = rules.facts.get(name)
        if fact is None:
            terms: list[tuple[Term | None, Fact | None]] = [(compiled.conclusions[name], None)]
        else:
            terms = [(fact.derive, None), *((column.derive, fact) for column in fact.columns.values())]
        named = {
            one.name
            for term, table in terms
            if term is not None
            for one in mentions(rules, term, table)
            if one.kind not in ("parameter", "column")
        }
        found[name] = found.get(name, frozenset()).union(*(found[one] for one in named))
    return {name: found[name] for name in compiled.conclusions}
