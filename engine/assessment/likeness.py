"""Precedents and stored situations beside a situation, context by context: a lattice of what they share with it.

Cases are ordered by inclusion of what they share, never by how much: of two that share different things neither is
nearer. Precedents are held against precedents and situations against situations, for of a precedent few facts are
recorded, and beside situations that are described in full none would ever be on point.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from comity.engine.assessment.elements import Element, elements, tested
from comity.engine.assessment.evaluate import Run
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.truth import Kleene, Truth


class Likeness(NamedTuple):
    """A case beside a situation, in one context on which the case came out met or not met.

    `neither` are those shared because neither has them: criteria that are not met, truths that do not hold. `theirs`,
    `ours` and `otherwise` are the elements that differ: the case has it and the situation has not, the reverse, and
    where neither can be said. `cuts` are those that cut against the analogy: without the difference the situation
    would be the nearer to coming out as the case did. `unknown` are elements of which something is known of one of the
    two alone; a figure may differ by one test and be unknown by another. `answers` are the measures that the case used
    and the situation calls for.

    `on_point`: it shares something, and no other case shares all that and more. `closest`: the same among the cases
    that came out as the situation did. `counter`: on point, came out otherwise than the situation, and shares all
    that one of the closest shares, or there is none.
    """

    case: str
    verdict: Truth
    shared: tuple[str, ...]
    neither: tuple[str, ...]
    theirs: tuple[str, ...]
    ours: tuple[str, ...]
    otherwise: tuple[str, ...]
    cuts: tuple[str, ...]
    unknown: tuple[str, ...]
    answers: tuple[str, ...]
    others: tuple[str, ...]  # measures that it used besides
    on_point: bool = False
    closest: bool = False
    counter: bool = False


class Comparison(NamedTuple):
    """What a context of a situation resembles: cases on which it is settled and that share an element with it.

    A precedent that is recorded for the context stands there also if nothing is known that it shares. Those on point
    come first, then the closest, then the others, each as declared. `cited` are meetings, forums and plans about the
    context: they are no responses, and are not compared. `tests` has the facts that each criterion and context among
    the elements tests: where it is named, they go without saying.
    """

    context: str
    precedents: tuple[Likeness, ...]
    situations: tuple[Likeness, ...]
    cited: tuple[str, ...]
    tests: Mapping[str, tuple[str, ...]]


class _Case(NamedTuple):
    """A precedent or stored situation, in a run of its own under the rules of the situation."""

    id: str
    run: Run
    recorded: Mapping[str, bool]
    measures: tuple[str, ...]

    def verdict(self, context: str) -> bool | None:
        return self.recorded.get(context, self.run.truth(context))


def compare_cases(run: Run, situations: Iterable[Situation]) -> tuple[Comparison, ...]:
    """Return, for each context, how the rule set's precedents and `situations` compare with the run's situation.

    A stored situation is assessed at its own date (at the run's, if it has none) under the run's reading and
    parameters.
    """
    rules = run.program.rules
    precedents = [
        _Case(one.id, run.program.start(one.facts, run.as_of), dict.fromkeys(one.contexts, True), one.measures)
        for one in rules.precedents.values()
        if one.type == "framework"
    ]
    stored = [
        _Case(one.id, run.program.start(one.all_facts, one.as_of or run.as_of), {}, _measures(one))
        for one in situations
    ]
    contexts = rules.contexts if rules.precedents or stored else ()
    found = (_comparison(run, name, precedents, stored) for name in contexts)
    return tuple(one for one in found if one.precedents or one.situations or one.cited)


def _comparison(run: Run, context: str, precedents: Sequence[_Case], stored: Sequence[_Case]) -> Comparison:
    own = elements(run, context, {})
    groups = (_compared(run, own, context, precedents), _compared(run, own, context, stored))
    named = {
        name
        for one in (*groups[0], *groups[1])
        for part in (one.shared, one.theirs, one.ours, one.otherwise)
        for name in part
    }
    conclusions = (*run.program.rules.contexts, *run.program.rules.criteria)
    tests = {name: tested(run, name) for name in conclusions if name in named}
    return Comparison(context, *groups, tuple(_cited(run, context)), tests)


def _measures(situation: Situation) -> tuple[str, ...]:
    return situation.response.measures if situation.response else ()


def _cited(run: Run, context: str) -> Iterator[str]:
    for one in run.program.rules.precedents.values():
        if one.type != "framework" and context in one.contexts and run.truth(context) is not False:
            yield one.id


def _compared(run: Run, own: Mapping[str, Element], context: str, cases: Sequence[_Case]) -> tuple[Likeness, ...]:
    likenesses = (_likeness(run, own, context, case) for case in cases if case.verdict(context) is not None)
    recorded = {case.id for case in cases if context in case.recorded}
    return _placed(run, context, [one for one in likenesses if one.shared or one.case in recorded])


def _placed(run: Run, context: str, likenesses: Sequence[Likeness]) -> tuple[Likeness, ...]:
    """Return likenesses with what they are in the lattice, in order."""
    own = run.truth(context)
    on_point = _top(likenesses)
    closest = _top([one for one in likenesses if own is not None and one.verdict is Truth.of(own)])
    placed = (
        one._replace(
            on_point=one.case in on_point,
            closest=one.case in closest,
            counter=own is not None
            and one.case in on_point
            and one.verdict is not Truth.of(own)
            and (not closest or any(near <= {*one.shared} for near in closest.values())),
        )
        for one in likenesses
    )
    return tuple(sorted(placed, key=lambda one: (not one.on_point, not one.closest)))


def _top(likenesses: Sequence[Likeness]) -> dict[str, frozenset[str]]:
    """Return, by case, what those share of which no other shares all and more; several may share the same."""
    sets = {one.case: frozenset(one.shared) for one in likenesses}
    top = {shared for shared in sets.values() if shared and not any(shared < other for other in sets.values())}
    return {case: shared for case, shared in sets.items() if shared in top}


def _likeness(run: Run, own: Mapping[str, Element], context: str, case: _Case) -> Likeness:
    verdict = case.verdict(context)
    assert verdict is not None
    theirs = elements(case.run, context, case.recorded)
    names = _in_order(run.program.rules, {**own, **theirs})
    compared = {name: _compare(own.get(name), theirs.get(name), verdict) for name in names}

    def of(kind: str) -> tuple[str, ...]:
        return tuple(name for name, (kinds, _) in compared.items() if kind in kinds)

    called_for = tuple(name for name in case.measures if run.truth(name) is True)
    return Likeness(
        case=case.id,
        verdict=Truth.of(verdict),
        shared=of("shared"),
        neither=tuple(name for name in of("shared") if own[name].held is theirs[name].held is False),
        theirs=of("theirs"),
        ours=of("ours"),
        otherwise=of("otherwise"),
        cuts=tuple(name for name, (_, cuts) in compared.items() if cuts),
        unknown=of("unknown"),
        answers=called_for,
        others=tuple(name for name in case.measures if name not in called_for),
    )


def _in_order(rules: RuleSet, found: Mapping[str, Element]) -> list[str]:
    return [name for name in (*rules.contexts, *rules.criteria, *rules.facts) if name in found]


def _compare(own: Element | None, case: Element | None, verdict: bool) -> tuple[tuple[str, ...], bool]:
    """Return how an element compares, if anything is known of it, and whether that cuts against the analogy."""
    if own is None or case is None:
        return (), False  # below a fact that is given for one of the two, and that says it all
    pairs = [(part, case.parts[term]) for term, part in own.parts.items() if term in case.parts]
    known = [(ours, theirs) for ours, theirs in pairs if None not in (ours.truth, theirs.truth)]
    differing = [(ours, theirs) for ours, theirs in known if ours.truth is not theirs.truth]
    # The context is nearer to being met there than here, or farther: that cuts if it is the way the case went.
    ways = {pull if theirs.truth else -pull for ours, theirs in differing for pull in ours.pulls | theirs.pulls}
    kinds = [_side(own.held, case.held, {theirs.truth for _, theirs in differing})] if differing else []
    if any((ours.truth is None) is not (theirs.truth is None) for ours, theirs in pairs):
        kinds.append("unknown")
    elif known and not differing:
        kinds.append("shared")
    return tuple(kinds), (1 if verdict else -1) in ways


def _side(own: Kleene, case: Kleene, passed: set[Kleene]) -> str:
    """Return which of the two has a differing element: by what it is, or by the tests that the case passed alone.

    What both or neither have differs by what it is held against: which of the two has it cannot be said.
    """
    if own is not None and case is not None:
        return "otherwise" if own is case else "theirs" if case else "ours"
    return "otherwise" if len(passed) > 1 else "theirs" if True in passed else "ours"
