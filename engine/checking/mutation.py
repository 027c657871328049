"""Which mutants of a rule set its cases do not notice, and the cases that are missing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS
from comity.engine.assessment.samples import samples, samples_apart
from comity.engine.checking.claims import Answer, days
from comity.engine.checking.difference import kinds
from comity.engine.checking.equivalence import Comparison, compare, compared, reached, reading_of
from comity.engine.checking.masks import Masks, kills
from comity.engine.checking.witness import Witness
from comity.engine.language.condition import Condition
from comity.engine.language.diagnostic import NOWHERE
from comity.engine.language.model import Expectation, Given, RuleSet, Situation
from comity.engine.language.mutants import Mutant, changed_condition, mutants
from comity.engine.translation.solver import LIMIT


class Survivor(NamedTuple):
    """A mutant that no case notices, and how it compares with the rules.

    `found` is a case that would notice it: None if there is none, if another survivor's does, or if it was not looked
    for any more.
    """

    mutant: Mutant
    comparison: Comparison
    found: Situation | None


class Mutation(NamedTuple):
    """How many mutants there are and how many the cases kill, and all that survive, in the order of the mutants.

    `missing` are the cases that are missing, each with the survivors that it would kill, none of them twice.
    """

    mutants: int
    killed: int
    survivors: tuple[Survivor, ...]
    missing: tuple[tuple[Situation, tuple[Survivor, ...]], ...] = ()

    def of(self, result: str) -> tuple[Survivor, ...]:
        """Return the survivors that compare as `result` says: differs, partly, equivalent, undecided."""
        return tuple(one for one in self.survivors if one.comparison.result == result)

    @property
    def relevant(self) -> int:
        """How many mutants are not equivalent to the rules."""
        return self.mutants - len(self.of("equivalent"))

    @property
    def score(self) -> float:
        """The killed, in percent of the mutants that are not equivalent; 100 if there are none. Rounded down."""
        return 100.0 if not self.relevant else 1000 * self.killed // self.relevant / 10


_ROUNDS = 5  # of situations made to tell the mutants that are left from the rules
MOST = 100  # missing cases to look for


class Interrupted(KeyboardInterrupt):
    """Somebody interrupted `mutate`; `so_far` is what it had found by then, all else undecided."""

    def __init__(self, so_far: Mutation) -> None:
        super().__init__()
        self.so_far = so_far


def mutate(
    rules: RuleSet,
    cases: Sequence[Situation],
    as_of: date | None = None,
    limit: int = LIMIT,
    most: int = MOST,
    progress: Callable[[int, int], None] | None = None,
) -> Mutation:
    """Return what becomes of the mutants of a rule set under its cases, all of which must pass.

    At most `most` missing cases are looked for. `progress` is told how many survivors are settled, of how many. Raises
    `Interrupted`, or before any survivor was looked at `KeyboardInterrupt`, if somebody interrupts it.
    """
    every = [*mutants(rules)]
    first = kills(rules, every, cases)
    left = [mutant for mutant in every if first[mutant] is None]
    survivors = _Survivors(rules, left, as_of, limit, most)
    try:
        for mutant in left:
            if mutant not in survivors.settled:
                if progress is not None:
                    progress(len(survivors.settled), len(left))
                survivors.settle(mutant)
    except KeyboardInterrupt as interrupt:
        raise Interrupted(survivors.found(len(every))) from interrupt
    return survivors.found(len(every))


class _Survivors:
    """Mutants that no case notices, settled one after the other, each with those that its case shows to differ too."""

    def __init__(self, rules: RuleSet, left: Sequence[Mutant], as_of: date | None, limit: int, most: int) -> None:
        self.rules = rules
        self.left = left
        self.as_of = as_of
        self.limit = limit
        self.most = most
        self.shown = _shown(rules, left, as_of)
        self.settled: dict[Mutant, Survivor] = {}
        self.missing: dict[Any, tuple[Situation, list[Mutant]]] = {}  # by what they state
        self.own: dict[Mutant, Any] = {}  # which of these were found for each

    def settle(self, mutant: Mutant) -> None:
        enough = len(self.missing) >= self.most
        comparison = self.shown.get(mutant)
        if comparison is None or not enough:
            found = compare(self.rules, mutant, self.as_of, self.limit, any_size=enough)
            comparison = comparison if found.result == "undecided" and comparison is not None else found
        case = None if enough else _missing(self.rules, comparison)
        self.settled[mutant] = Survivor(mutant, comparison, None)
        if case is None:
            return
        key = self.own[mutant] = (repr(sorted(case.facts.items())), case.as_of, case.reading)
        case, noticing = self.missing.setdefault(key, (case, []))
        expect = {one.id: one for one in (*case.expect, *_expected(self.rules, comparison))}
        case = case.but(expect=tuple(expect.values()))
        self.missing[key] = case, noticing
        noticing += [mutant, *self.together(case)]

    def together(self, case: Situation) -> Iterator[Mutant]:
        """Settle, and yield, those that are not and that a case shows to differ."""
        open_ = [other for other in self.left if other not in self.settled]
        noticed = kills(self.rules, open_, [case])
        for other in open_:
            if noticed[other] is None:
                continue
            if other not in self.shown:
                self.shown[other] = compare(self.rules, other, self.as_of, self.limit, any_size=True)
            if self.shown[other].result == "differs":  # else the case may show no more than that facts are missing
                self.settled[other] = Survivor(other, self.shown[other], None)
                yield other

    def found(self, count: int) -> Mutation:
        """Return what is known of `count` mutants, of which all but these were killed."""
        day = days([self.rules], self.as_of)[-1]
        stopped = Comparison("undecided", Answer("undecided", day, why="the search was interrupted"), (), None)
        survivors = [self.settled.get(mutant) or Survivor(mutant, stopped, None) for mutant in self.left]
        named = {
            one.mutant: one._replace(found=self.missing[self.own[one.mutant]][0]) if one.mutant in self.own else one
            for one in survivors
        }
        missing = ((case, tuple(named[one] for one in some)) for case, some in self.missing.values() if some)
        return Mutation(count, count - len(self.left), tuple(named.values()), tuple(missing))


def _shown(rules: RuleSet, left: Sequence[Mutant], as_of: date | None) -> dict[Mutant, Comparison]:
    """Return the mutants that one of the situations tried shows to differ: of these nothing has to be proved.

    A mutant that changes what is impossible is none of them.
    """
    found: dict[Mutant, Comparison] = {}
    day = days([rules], as_of)[-1]
    by_reading: dict[str | None, list[Mutant]] = {}
    for mutant in left:
        by_reading.setdefault(reading_of(rules, mutant), []).append(mutant)
    for reading, some in by_reading.items():
        reach = reached(rules, reading)
        barred = reach.excluded()
        open_ = [mutant for mutant in some if reach.node(mutant.place) not in barred]
        conditions = program(rules, reading).conclusions
        for aimed in (*[True] * _ROUNDS, False):
            pairs = [(conditions[one.place], changed_condition(rules, one)) for one in open_ if one.place in conditions]
            tried = samples_apart(rules, reading, day, pairs) if aimed else samples(rules, reading, day)
            found |= _differing(rules, reading, open_, [(facts, day) for facts in tried])
            open_ = [one for one in open_ if one not in found]
    return found


def _differing(
    rules: RuleSet,
    reading: str | None,
    mutants: Sequence[Mutant],
    situations: Sequence[tuple[Mapping[str, Given], date]],
) -> dict[Mutant, Comparison]:
    """Return the mutants that one of some complete situations shows to differ."""
    found: dict[Mutant, Comparison] = {}
    reach = reached(rules, reading)
    masks = Masks(program(rules, reading), situations)
    masks.prepare(one.after for one in mutants if isinstance(one.after, Condition) and not one.of_column)
    for mutant in mutants:
        names = tuple(compared(rules, mutant, reading))
        changed = masks.under(mutant)
        differing = 0
        for name in names:
            if name in changed:
                one, other = masks.conclusion(name), changed[name]
                differing |= (one.met & other.not_met | one.not_met & other.met) & masks.possible
        if differing:
            facts, day = masks.situations[(differing & -differing).bit_length() - 1]
            reached_ = reach.of(names)
            stated = {name: value for name, value in facts.items() if ("fact", name) in reached_}
            found[mutant] = Comparison("differs", Answer("refuted", day, Witness(stated, day)), names, reading)
    return found


def _missing(rules: RuleSet, comparison: Comparison) -> Situation | None:
    """Return the case that shows the difference, with what the rules say of it."""
    witness = comparison.answer.witness
    if witness is None:
        return None
    return Situation(
        id="",
        title=None,
        as_of=witness.as_of,
        facts=witness.facts,
        expect=_expected(rules, comparison),
        reading=None if comparison.reading == rules.default_reading else comparison.reading,
    )


def _expected(rules: RuleSet, comparison: Comparison) -> tuple[Expectation, ...]:
    """Return what the rules say of the conclusions that were compared, in the situation that shows the difference."""
    witness = comparison.answer.witness
    assert witness is not None
    run = program(rules, comparison.reading).start(witness.facts, witness.as_of)
    words = {**dict.fromkeys(rules.measures, STATUSES), **dict.fromkeys(rules.principles, STANDINGS)}
    of = kinds(rules)
    return tuple(
        Expectation(kind=of[name], id=name, word=words.get(name, VERDICTS)[run.truth(name)], at=NOWHERE)
        for name in comparison.names
    )
