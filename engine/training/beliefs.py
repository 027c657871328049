"""What a learner may believe otherwise than the rules say, and the key that each belief would give to a task."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple, TypeAlias

from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS, Run
from comity.engine.assessment.explain import grounds
from comity.engine.language.condition import AllOf, Term
from comity.engine.language.misreadings import Misreading, misreadings
from comity.engine.language.model import Fact, Given, RuleSet, ValueType
from comity.engine.language.mutants import changed_condition
from comity.engine.language.quantity import Range, exact
from comity.engine.language.statements import changed, declaration, stated, statements
from comity.engine.language.truth import Kleene
from comity.engine.training.forks import Forks, fork, original
from comity.engine.training.items import Item
from comity.engine.training.keys import Told
from comity.engine.training.pivots import pivots
from comity.engine.training.points import CHOSEN, LEFT, points

Facts: TypeAlias = Mapping[str, Given]
Key: TypeAlias = Mapping[str, str]  # answers by point


class Belief(NamedTuple):
    """One thing that a learner may believe: a misreading of the rules, another reading of them, or how to take a gap.

    `kind` is that of the misreading, `reading`, or one of `GAPS`: `missing` takes what is not told for no or none,
    `open` an open verdict for a negative one, the others an estimate for its lowest, middle or highest value.
    """

    kind: str
    misreading: Misreading | None = None
    reading: str | None = None


_ENDLESS = (inf, -inf, date.min, date.max)
GAPS = ("missing", "open", "lowest", "middle", "highest")
_WORDS = {
    "contexts": VERDICTS,
    "criteria": VERDICTS,
    "measures": STATUSES,
    "principles": STANDINGS,
}


class Beliefs:
    """Every belief that is tried for a rule set, with the keys that it gives: kept once for a whole class."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.misread = tuple(misreadings(rules))
        self.every: tuple[Belief, ...] = (
            *(Belief(one.kind, one) for one in self.misread),
            *(Belief("reading", reading=name) for name in rules.readings),
            *(Belief(kind) for kind in GAPS),
        )
        self._forks: dict[Any, Forks] = {}
        self._keys: dict[tuple[Told, str], tuple[tuple[Key, ...], tuple[int, ...]]] = {}
        self._held: dict[Told, _Held] = {}

    def keys(self, told: Told, item: Item) -> tuple[tuple[Key, ...], tuple[int, ...]]:
        """Return the different keys that the beliefs give to a task, and for each belief which of them.

        A key says only where it is otherwise than the right one; the first is the right one itself.
        """
        place = (told, item.task.id)
        if place not in self._keys:
            right = {name: point.right for name, point in points(item).items()}
            held = self._held.setdefault(told, _Held(self, told))
            distinct: dict[tuple[tuple[str, str], ...], int] = {(): 0}
            which = []
            for number in range(len(self.every)):
                own = held.key(number, item)
                if item.choose == "any" and CHOSEN not in own.values():
                    own = {}  # whoever finds nothing right there still chooses something, and who knows what
                other = tuple((name, own[name]) for name in right if own.get(name, right[name]) != right[name])
                which.append(distinct.setdefault(other, len(distinct)))
            self._keys[place] = tuple(map(dict, distinct)), tuple(which)
        return self._keys[place]

    def forks(self, told: Told, context: str | None = None) -> Forks:
        """Return all misreadings as one program; about a context, each with each of its criteria met."""
        reading, settings = told.assessment.reading, told.assessment.set
        place = (reading, tuple(sorted(settings.items())), context)
        if place not in self._forks:
            own = [dict(_changes(self.rules, reading, one)) for one in self.misread]
            wanted: Sequence[str] = [context] if context else [*_asked(self.rules)]
            if context is not None:
                met = told.run.program.criteria(context)
                own = [{**one, name: AllOf(())} for one in (*own, {}) for name in met]
            self._forks[place] = fork(self.rules, reading, settings, own, wanted)
        return self._forks[place]


def _asked(rules: RuleSet) -> Iterator[str]:
    for section in (rules.criteria, rules.contexts, rules.measures, rules.principles):
        yield from section


def _changes(rules: RuleSet, reading: str | None, misreading: Misreading) -> Iterator[tuple[str, Term]]:
    """Yield the places that a misreading changes under a reading, with what it makes of them."""
    defined = rules.readings[reading].define if reading is not None else {}
    for one in misreading.changes:
        if one.reading == (reading if one.place in defined else None):
            derived = one.of_column or one.place in rules.facts
            yield one.place, one.after if derived else changed_condition(rules, one)


class _Held:
    """All beliefs held about what is told at one stage."""

    def __init__(self, beliefs: Beliefs, told: Told) -> None:
        self.beliefs = beliefs
        self.told = told
        self.runs = _Runs(beliefs, told, told.run.facts)
        self.elsewhere: dict[str, _Runs] = {}  # by option: with that change made

    def key(self, number: int, item: Item) -> Key:
        """Return what a belief would answer to each point of a task, where it says anything of it."""
        task = item.task
        context = task.about or ""
        match task.kind:
            case "contexts" | "criteria" | "measures" | "principles":
                words = _WORDS[task.kind]
                return {row: words[self.runs.truth(number, row)] for row in item.rows}
            case "deciding" if self.runs.differs(number, context):
                rests_on = self.runs.rests_on(number, context)
                return {option.id: CHOSEN if option.about in rests_on else LEFT for option in item.options}
            case "change" if self.runs.differs(number, context):
                return dict(self.turning(number, item, context))
            case "near-miss" if self.runs.truth(number, context) is False and self.runs.differs(number, context):
                lacking = self.runs.lacking(number, context)
                return {row: "yes" if row in lacking else "no" for row in item.rows}
        return {}

    def turning(self, number: int, item: Item, context: str) -> Iterator[tuple[str, str]]:
        now = self.runs.truth(number, context)
        for option in item.options:
            if option.changed is not None and now is not None:
                if option.id not in self.elsewhere:
                    facts = changed(self.told.run.facts, option.changed.statement, option.changed.after)
                    self.elsewhere[option.id] = _Runs(self.beliefs, self.told, facts)
                then = self.elsewhere[option.id].truth(number, context)
                yield option.id, CHOSEN if then is (not now) else LEFT


class _Runs:
    """What all beliefs make of some facts."""

    def __init__(self, beliefs: Beliefs, told: Told, facts: Facts) -> None:
        self.beliefs = beliefs
        self.told = told
        self.facts = facts
        self.forks = beliefs.forks(told)
        self.run = self.forks.start(facts, told.run.as_of)
        self.others: dict[int, Run] = {}  # of the beliefs that are no misreading, by number

    def differs(self, number: int, conclusion: str) -> bool:
        """Tell whether a belief may see a conclusion otherwise than the rules do."""
        return number >= len(self.beliefs.misread) or conclusion in self.forks.copied[number]

    def truth(self, number: int, conclusion: str) -> Kleene:
        """Return how a conclusion comes out for a belief."""
        run, name = self.held(number, conclusion)
        truth = run.truth(name)
        return False if truth is None and self.beliefs.every[number].kind == "open" else truth

    def held(self, number: int, conclusion: str) -> tuple[Run, str]:
        """Return the run in which a belief is held, and the id of a conclusion there."""
        belief = self.beliefs.every[number]
        if belief.misreading is not None:
            return self.run, self.forks.name(number, conclusion)
        if number not in self.others:
            self.others[number] = self.start(belief)
        return self.others[number], conclusion

    def start(self, belief: Belief) -> Run:
        own = self.told.run.program
        if belief.reading is not None:
            own = program(self.beliefs.rules, belief.reading, self.told.assessment.set)
        return own.start(taken(self.beliefs.rules, self.facts, belief.kind), self.told.run.as_of)

    def rests_on(self, number: int, context: str) -> frozenset[str]:
        """Return the facts that a belief lets a verdict rest on, or wait for."""
        run, name = self.held(number, context)
        found = grounds(run, run.program.conclusions[name])
        return frozenset(map(original, found.open if run.truth(name) is None else found.facts))

    def lacking(self, number: int, context: str) -> frozenset[str]:
        """Return the criteria each of which, met alone, would make a context met for a belief."""
        belief = self.beliefs.every[number]
        run, _ = self.held(number, context)
        if belief.misreading is None:
            return frozenset(pivots(run, context))
        forks = self.beliefs.forks(self.told, context)
        there = forks.start(self.facts, self.told.run.as_of)
        met = self.told.run.program.criteria(context)
        return frozenset(
            name
            for index, name in enumerate(met, number * len(met))
            if self.truth(number, name) is False and there.truth(forks.name(index, context)) is True
        )


def taken(rules: RuleSet, facts: Facts, kind: str) -> Facts:
    """Return what a belief takes for told: what is missing for no or none, or an estimate for one of its values."""
    if kind == "missing":
        told = {name: _nothing(fact) for name, fact in rules.facts.items() if _can_be_nothing(fact)}
        return {**told, **facts}
    if kind in ("lowest", "middle", "highest"):
        for one in [*statements(rules, facts)]:
            value = stated(facts, one)
            if value.__class__ is Range and (point := _point(value, kind, declaration(rules, one))) is not None:
                facts = changed(facts, one, point)
    return facts


def _can_be_nothing(fact: Fact) -> bool:
    if fact.derive is not None or fact.about != "situation":
        return False
    return fact.value_type is ValueType.BOOLEAN or (fact.value_type is ValueType.NUMBER and fact.low == 0)


def _nothing(fact: Fact) -> Given:
    return False if fact.value_type is ValueType.BOOLEAN else 0


def _point(value: Range, kind: str, fact: Fact) -> Any:
    """Return the lowest, middle or highest value of an estimate; None where it is open on that side."""
    low, high = value
    if kind != "middle":
        point: Any = low if kind == "lowest" else high
        return None if point in _ENDLESS else point
    if low in _ENDLESS or high in _ENDLESS:
        return None
    if isinstance(low, date):
        return date.fromordinal((low.toordinal() + high.toordinal()) // 2)
    whole = fact.type not in ("number", "share")
    return (low + high) // 2 if whole else exact(Fraction(low + high) / 2)
