"""New situations for exercises: each shows what was asked for, whatever is left untold."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import Run
from comity.engine.assessment.explain import grounds
from comity.engine.language.model import Given, RuleSet, Situation
from comity.engine.language.quantity import Range
from comity.engine.language.writing import written
from comity.engine.training.clarity import is_clear
from comity.engine.training.drafting import Draft, has_figures
from comity.engine.training.figures import Goal, Stuck
from comity.engine.training.names import Cast, cast
from comity.engine.training.narrative import narrate
from comity.engine.training.pivots import pivots
from comity.engine.training.refusals import NotFound, ShowKind, Target, refusal, ruled_out
from comity.engine.training.setting import Setting, setting
from comity.engine.training.wishes import Wishes

_WAYS = 3  # to exclude a context, before a draft is given up
_SOME = 20  # drafts after which the solver is asked whether it can be at all
_TRIES = 60  # drafts for one situation; where all lead nowhere, the solver is asked why


class Generated(NamedTuple):
    """A situation that was made up, and what it shows.

    It shows of `context` that it is met (positive), that it lacks `lacking` (near-miss: each of these criteria alone
    would make it met), or that it hangs on an estimate (straddling: then `lacking` are the criteria that are open).
    Every other context is not met, whatever is left untold: `excluded` says by which facts.
    """

    situation: Situation
    context: str
    kind: ShowKind
    level: int
    lacking: tuple[str, ...]
    excluded: Mapping[str, tuple[str, ...]]
    reading: str | None
    cast: Cast

    @property
    def as_of(self) -> date:
        """The day of the situation."""
        assert self.situation.as_of is not None
        return self.situation.as_of


def generate(
    rules: RuleSet,
    *,
    as_of: date,
    context: str | None = None,
    element: str | None = None,
    level: int = 2,
    count: int = 1,
    seed: int = 0,
    reading: str | None = None,
) -> tuple[Generated, ...]:
    """Return `count` situations, no two alike, the same for the same arguments.

    They take turns in what they show, and without a `context` in what they are about; with an `element`, a criterion of
    the context, each is a near miss of it. Raises `NotFound` if nothing of the kind is possible or was found.
    """
    found = setting(rules, reading, as_of)
    targets = _targets(found, context, element)
    made: list[Generated] = []
    seen: set[Any] = set()
    hopeless: dict[Target, None] = {}
    turn = 0
    while len(made) < count:
        open_ = [one for one in targets if one not in hopeless]
        if not open_:
            raise refusal(found, targets, tried=_TRIES, made=len(made), count=count)
        target = open_[turn % len(open_)]
        turn += 1
        one = _one(found, target, level, (seed, len(made)), seen)
        if one is None:
            hopeless[target] = None
        else:
            made.append(one)
    return tuple(made)


def default_day(rules: RuleSet) -> date:
    """Return the day to take where none is given: the last one of the year of the newest source."""
    years = [int(source.date[:4]) for source in rules.sources.values() if source.date]
    return date(max(years, default=2000), 12, 31)


def _targets(found: Setting, context: str | None, element: str | None) -> tuple[Target, ...]:
    """Return all that situations can take turns in showing."""
    contexts = [context] if context is not None else [*found.rules.contexts]
    if element is not None:
        contexts = [name for name in contexts if element in found.program.criteria(name)]
        return tuple(Target(name, "near-miss", element) for name in contexts)
    queues = [[*_of_context(found, name)] for name in contexts]
    longest = max(map(len, queues), default=0)
    return tuple(queue[place % len(queue)] for place in range(longest) for queue in queues if queue)


def _of_context(found: Setting, context: str) -> Iterator[Target]:
    """Yield what situations can show of a context: near misses of each criterion in turn, and the rest between them."""
    below = found.cones.below(found.conclusions[context])
    elements = [name for name in found.program.criteria(context) if name in below]
    numeric = [name for name in elements if has_figures(found, found.conclusions[name])]
    for place in range(max(1, len(elements))):
        if elements:
            yield Target(context, "near-miss", elements[place])
        yield Target(context, "positive", None)
        if numeric:
            yield Target(context, "straddling", numeric[place % len(numeric)])


def _one(found: Setting, target: Target, level: int, seed: tuple[int, int], seen: set[Any]) -> Generated | None:
    """Return a situation that shows what is asked for, unlike all before; None if no draft led to one."""
    for number in range(_TRIES):
        if number == _SOME and target.kind != "straddling" and ruled_out(found, target) is not None:
            return None
        wishes = Wishes(*seed, *target, level, number)
        players = cast(wishes)
        draft = Draft(found, wishes, players, level, target.kind == "straddling", strict=number < _TRIES // 2)
        try:
            facts = _drafted(draft, target)
        except Stuck:
            continue
        if facts is None:
            continue
        key = tuple((name, written(found.rules.facts[name], value)) for name, value in facts.items())
        if key in seen:
            continue
        seen.add(key)
        return _generated(found, target, level, facts, wishes, players, seed)
    return None


def _drafted(draft: Draft, target: Target) -> dict[str, Given] | None:
    """Return the facts of a situation that shows what is asked for, if this draft leads to one."""
    found = draft.setting
    condition = found.conclusions[target.context]
    draft.wanted[target.context] = target.kind == "positive"
    if target.element is None:
        draft.steer(condition, True, near=True)
    else:
        draft.pivot(condition, target.element)
    draft.solve()
    estimated = _estimate(draft) if target.kind == "straddling" else None
    for name in found.program.criteria(target.context):
        if found.start(draft.facts).truth(name) is None:
            draft.bring(found.conclusions[name], draft.wishes.chance(0.5))
    for name in draft.wishes.shuffled([*found.rules.contexts]):
        if name != target.context and found.verdicts(draft.facts)[name] is not False:
            draft.wanted.setdefault(name, False)
            draft.first([partial(draft.bring, found.conclusions[name], False)] * _WAYS)
    facts = {name: draft.facts[name] for name in found.rules.facts if name in draft.facts}
    if estimated is not None:
        name, value = estimated
        facts[name] = value
    run = found.start(facts)
    if found.excluded(run) is not None or not _shows(found, target, run, facts):
        return None
    kept = _needed(found, target, draft.wishes, facts)
    return kept if is_clear(found, target.context, kept, draft.level, draft.strict) else None


def _estimate(draft: Draft) -> tuple[str, Given]:
    """Return a fact with an estimate in the place of its figure, so wide that the element hangs on it.

    Raises `Stuck` if no figure can do that.
    """
    goals = [(goal, name) for goal, name in draft.moved.items() if goal.near]
    if not goals:
        raise Stuck
    goal, name = draft.wishes.pick(goals)
    below = draft.facts[name]
    other = goal._replace(met=not goal.met)
    fact = draft.setting.rules.facts[name]
    if fact.columns:
        return name, _table_estimate(draft, other, name)
    if fact.type != "count" or fact.history or not draft.adjust(name, other, draft.bands(other)[0]):
        raise Stuck
    low, high = sorted((below, draft.facts[name]))
    draft.facts[name] = below
    return name, Range(low, high)


def _table_estimate(draft: Draft, other: Goal, name: str) -> Given:
    """Return a table whose first row has an estimate in the place of a figure."""
    rows: tuple[Mapping[str, Given], ...] = draft.facts[name]
    columns = draft.setting.rules.facts[name].columns
    figures = [one for one, value in rows[0].items() if columns[one].type == "count" and isinstance(value, int)]
    if len(rows) != 1 or not figures:
        raise Stuck
    values = draft.setting.values(columns[figures[0]], name)
    below = rows[0][figures[0]]

    def table(value: Given) -> tuple[Mapping[str, Given], ...]:
        return ({**rows[0], figures[0]: value},)

    if not draft.search(name, other, draft.bands(other)[0], len(values), lambda at: table(values[at])):
        raise Stuck
    low, high = sorted((below, draft.facts[name][0][figures[0]]))
    draft.facts[name] = rows
    return table(Range(low, high))


# --- what a situation shows ---


def _shows(found: Setting, target: Target, run: Run, facts: Mapping[str, Given]) -> bool:
    """Tell whether a situation shows what is asked for, whatever is left untold."""
    truth = run.truth(target.context)
    if any(run.truth(name) is not False for name in found.rules.contexts if name != target.context):
        return False
    criteria = {name: run.truth(name) for name in found.program.criteria(target.context)}
    if target.kind == "straddling":
        open_ = [name for name, one in criteria.items() if one is None]
        return truth is None and target.element in open_ and _hangs(found, target, facts)
    if None in criteria.values():
        return False
    if target.kind == "positive":
        return truth is True
    return truth is False and target.element in _lacking(found, target.context, facts)


def _hangs(found: Setting, target: Target, facts: Mapping[str, Given]) -> bool:
    """Tell whether both ends of an estimate settle the context, each in its own way."""
    lows, highs = ({name: _at(value, end) for name, value in facts.items()} for end in (0, 1))
    return {found.start(lows).truth(target.context), found.start(highs).truth(target.context)} == {True, False}


def _at(value: Given, end: int) -> Given:
    if isinstance(value, Range):
        return value[end]
    if isinstance(value, tuple):
        return tuple({name: _at(cell, end) for name, cell in row.items()} for row in value)
    return value


def _lacking(found: Setting, context: str, facts: Mapping[str, Given]) -> tuple[str, ...]:
    """Return the criteria each of which, alone, would make a context met that is not."""
    return pivots(program(found.rules, found.reading).start(facts, found.as_of), context)


def _needed(found: Setting, target: Target, wishes: Wishes, facts: Mapping[str, Given]) -> dict[str, Given]:
    """Return the facts without those that nothing needs: neither the context in question, nor to exclude another."""
    own = found.inputs(found.conclusions[target.context])
    kept = dict(facts)
    for name in wishes.shuffled([one for one in facts if one not in own]):
        fewer = {one: value for one, value in kept.items() if one != name}
        if all(truth is False for one, truth in found.verdicts(fewer).items() if one != target.context):
            kept = fewer
    return kept


def _generated(
    found: Setting,
    target: Target,
    level: int,
    facts: Mapping[str, Given],
    wishes: Wishes,
    players: Cast,
    seed: tuple[int, int],
) -> Generated:
    rules = found.rules
    run = found.start(facts)
    about = target.context
    lacking: tuple[str, ...] = ()
    if target.kind == "near-miss":
        lacking = _lacking(found, about, facts)
    elif target.kind == "straddling":
        lacking = tuple(name for name in found.program.criteria(about) if run.truth(name) is None)
    rests_on = {name: grounds(run, found.conclusions[name]).facts for name in rules.contexts if name != about}
    excluded = {name: tuple(one for one in facts if one in grounded) for name, grounded in rests_on.items()}
    situation = Situation(
        id=f"{about[:30].rstrip('-')}-{level}-{seed[0]}-{seed[1] + 1}",
        title=f"{players.host}, {found.as_of.year}",
        as_of=found.as_of,
        facts=facts,
        narrative=narrate(rules, found.reading, facts, found.as_of, players, wishes),
        hypothetical=True,
    )
    return Generated(situation, about, target.kind, level, lacking, excluded, found.reading, players)


__all__ = ["Generated", "NotFound", "default_day", "generate"]
