"""What a change of rules changes: for each conclusion, in which situations it comes out otherwise."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Literal, NamedTuple, TypeAlias

from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS
from comity.engine.checking.claims import Answer, Question, Side, Under, days, decide
from comity.engine.checking.proofs import both
from comity.engine.checking.reach import Reach, differing
from comity.engine.checking.witness import Witness
from comity.engine.language.model import Exclusion, Fact, Given, RuleSet, ValueType
from comity.engine.language.truth import Kleene
from comity.engine.translation.formulas import FALSE, Formula, conj, disj, neg
from comity.engine.translation.solver import LIMIT
from comity.engine.translation.space import Twin
from comity.engine.translation.truths import Truths

WORDS: Mapping[str, Mapping[Kleene, str]] = {
    "context": VERDICTS,
    "measure": STATUSES,
    "criterion": VERDICTS,
    "form": VERDICTS,
    "principle": STANDINGS,
}
Kind: TypeAlias = Literal["same", "more", "less", "incomparable", "undecided"]


class Shown(NamedTuple):
    """A situation in which a conclusion comes out otherwise, and how it did under the old rules and does now."""

    facts: Mapping[str, Given]
    as_of: date
    old: str
    new: str


class Change(NamedTuple):
    """What became of one conclusion.

    It is met in the `same` complete situations as before, in `more` (all of those and others), in `less`, or in
    `incomparable` ones; `only_new` and `only_old` show it. One that is met in the same may still differ where facts
    are missing: `missing` shows that. What holds in all situations holds in tables of up to so many `rows` (None: of
    any number), and apart from those that are `used`, which are impossible. What is not decided says why.
    """

    id: str
    kind: str
    change: Kind = "same"
    only_new: Shown | None = None
    only_old: Shown | None = None
    missing: Shown | None = None
    rows: int | None = None
    used: tuple[Exclusion, ...] = ()
    why: str | None = None

    @property
    def differs(self) -> bool:
        """Whether it is anything but proved the same, missing facts included."""
        return self.change != "same" or self.missing is not None or self.why is not None


def kinds(rules: RuleSet) -> dict[str, str]:
    """Return the kind of every conclusion by its id: contexts and measures first."""
    return {
        name: kind
        for kind, some in (
            ("context", rules.contexts),
            ("measure", rules.measures),
            ("criterion", rules.criteria),
            ("form", rules.forms),
            ("principle", rules.principles),
        )
        for name in some
    }


def together(old: Mapping[str, Fact], new: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return the facts of both rule sets, and of tables the columns: the new ones first, in their order."""
    found = {**new, **{name: fact for name, fact in old.items() if name not in new}}
    for name in new.keys() & old.keys():
        found[name] = new[name].but(columns={**new[name].columns, **old[name].columns, **new[name].columns})
    return found


def _bare(fact: Fact) -> Fact:
    return fact.but(derive=None, columns={})


class Comparison:
    """Two rule sets side by side, each under one reading: the old rules and the new ones."""

    def __init__(self, old: Under, new: Under) -> None:
        self.old = old
        self.new = new
        self.before, self.after = Reach(old), Reach(new)
        self.facts = together(old.rules.facts, new.rules.facts)
        before, after = kinds(old.rules), kinds(new.rules)
        self.kinds = {name: kind for name, kind in after.items() if before.get(name) == kind}
        self.added = {name: kind for name, kind in after.items() if before.get(name) != kind}
        self.removed = {name: kind for name, kind in before.items() if after.get(name) != kind}
        self.apart = differing(self.before, self.after)
        self.touched = [name for name in self.kinds if ("conclusion", name) in self.apart]

    def change(self, name: str, as_of: date | None = None, limit: int = LIMIT) -> Change:
        """Return what became of a conclusion that both rule sets have.

        One that is not `touched` says the same, all the way down, and so do all that it rests on: nothing is to be
        solved. Raises `KeyboardInterrupt` if the search was interrupted.
        """
        same = Change(name, self.kinds[name])
        if ("conclusion", name) not in self.apart:
            return same
        pair = _Pair(self, name)
        why = _untold(pair.old.rules.facts, pair.new.rules.facts)
        if why is not None:
            return same._replace(change="undecided", why=why)
        on = days([pair.old.rules, pair.new.rules], as_of)
        gained, lost = pair.way(_MET_NOW, on, limit), pair.way(_MET_BEFORE, on, limit)
        found = same._replace(only_new=gained.shown, only_old=lost.shown)
        if gained.shown is None and lost.shown is None and gained.why is None and lost.why is None:
            unlike = pair.way(_UNLIKE, on, limit)
            return found._replace(missing=unlike.shown, **_extent(gained, lost, unlike))
        found = found._replace(**_extent(gained, lost))
        if found.why is not None:
            return found._replace(change="undecided")
        if gained.shown is None or lost.shown is None:
            return found._replace(change="less" if gained.shown is None else "more")
        return found._replace(change="incomparable")

    def unasked(self, name: str, why: str) -> Change:
        """Return a conclusion of which nothing is known but that it may differ, if it may."""
        if ("conclusion", name) not in self.apart:
            return Change(name, self.kinds[name])
        return Change(name, self.kinds[name], "undecided", why=why)


class _Unlike(NamedTuple):
    """One way in which a conclusion can come out otherwise: of all situations at once, and of one."""

    formula: Callable[[Truths, Truths], Formula]
    shows: Callable[[Kleene, Kleene], bool]
    ranges: bool = False


_MET_NOW = _Unlike(
    lambda old, new: conj([old.not_met, new.met]),
    lambda old, new: old is False and new is True,
)
_MET_BEFORE = _Unlike(
    lambda old, new: conj([old.met, new.not_met]),
    lambda old, new: old is True and new is False,
)
_UNLIKE = _Unlike(
    lambda old, new: disj([_either(old.met, new.met), _either(old.not_met, new.not_met)]),
    lambda old, new: old is not new,
    ranges=True,
)


def _either(one: Formula, other: Formula) -> Formula:
    return disj([conj([one, neg(other)]), conj([neg(one), other])])


class _Way(NamedTuple):
    """What became of one way: a situation that shows it, or else what the proof that there is none rests on."""

    shown: Shown | None
    answers: Sequence[Answer]

    @property
    def why(self) -> str | None:
        """Why it is not decided; None if it is."""
        return None if self.shown else next((one.why for one in self.answers if one.result == "undecided"), None)


def _extent(*ways: _Way) -> dict[str, Any]:
    """Return what is said of the proofs among some ways, and why some are not decided."""
    proved = [answer for way in ways if way.shown is None for answer in way.answers]
    return {
        "rows": max((answer.rows for answer in proved if answer.rows is not None), default=None),
        "used": tuple(dict.fromkeys(exclusion for answer in proved for exclusion in answer.used)),
        "why": next((way.why for way in ways if way.why is not None), None),
    }


class _Pair:
    """One conclusion of both rule sets, and as much of them as it rests on."""

    def __init__(self, whole: Comparison, name: str) -> None:
        self.whole = whole
        self.name = name
        self.old = whole.old._replace(rules=whole.before.part([name]))
        self.new = whole.new._replace(rules=whole.after.part([name]))
        self.tables = [
            whole.facts[name]
            for name, fact in self.old.rules.facts.items()
            if fact.value_type is ValueType.TABLE and name in self.new.rules.facts
        ]
        # The smallest situation goes by the order of the facts that the first rule set of a question has: all of them.
        old, new = self.old.rules.facts, self.new.rules.facts
        order = {name: old.get(name) or _bare(fact) for name, fact in whole.facts.items() if name in {**old, **new}}
        self.asked = self.old._replace(rules=self.old.rules.but(facts=order))

    def way(self, unlike: _Unlike, on: Iterable[date], limit: int) -> _Way:
        """Return what became of one way, on every day that is asked about."""
        counter, confirm = partial(self.counter, unlike), partial(self.confirm, unlike)
        question = Question((self.asked, self.new), counter, confirm, ranges=unlike.ranges)
        answers = [decide(question, day, limit) for day in on]
        return _Way(next((self.shown(one.witness) for one in answers if one.witness), None), answers)

    def counter(self, unlike: _Unlike, side: Side, _: Twin | None) -> Formula:
        for table in self.tables:
            side.space.table(table)  # with the columns of both, whichever rules ask for it first
        old, new = side.of(self.asked).conclusion(self.name), side.of(self.new).conclusion(self.name)
        return FALSE if old == new else unlike.formula(old, new)

    def confirm(self, unlike: _Unlike, witness: Witness) -> bool:
        """Tell whether the whole rule sets agree that a situation shows it."""
        return any(unlike.shows(old, new) for old, new in self.truths(witness))

    def truths(self, witness: Witness) -> Iterator[tuple[Kleene, Kleene]]:
        return both(self.whole.old, self.whole.new, [self.name], witness)

    def shown(self, witness: Witness) -> Shown:
        """Return a situation with the words that the evaluator gives it."""
        words = WORDS[self.whole.kinds[self.name]]
        ((old, new),) = self.truths(witness)
        return Shown(witness.facts, witness.as_of, words[old], words[new])


def _untold(old: Mapping[str, Fact], new: Mapping[str, Fact]) -> str | None:
    """Return why no situation can be told to both rule sets; None if nothing speaks against it."""
    for name, fact in old.items():
        other = new.get(name)
        if other is None:
            continue
        if (fact.value_type, fact.history) != (other.value_type, other.history):
            return f"`{name}` is of another type under the new rules"
        if fact.since != other.since and all(any(c.history for c in one.columns.values()) for one in (fact, other)):
            return f"`{name}` has a `since` under one of the rule sets only"
        if not _common(fact, other):
            return f"no value of `{name}` can be given under both rule sets"
        why = _untold(fact.columns, other.columns)
        if why is not None:
            return f"in `{name}`, {why}"
    return None


def _common(one: Fact, other: Fact) -> bool:
    """Tell whether a value of a fact can be given under both declarations."""
    if one.value_type is ValueType.CHOICE:
        return bool(one.option_set & other.option_set)
    return one.low is None or max(one.low, other.low) <= min(one.high, other.high)
