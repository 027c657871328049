"""A response beside what a situation calls for: what it covers and lacks, whom that leaves unserved, what it breaches.

A measure that is not called for answers no need that there is, so it serves no purpose here, planned or not.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from comity.engine.assessment.evaluate import Run
from comity.engine.assessment.explain import grounds
from comity.engine.language.model import Measure, Response, RuleSet, Situation
from comity.engine.language.truth import Kleene


class Service(NamedTuple):
    """What a response does for one purpose: the measures that serve it, by whether they are planned and called for."""

    purpose: str
    covered: tuple[str, ...]  # planned, and called for
    missing: tuple[str, ...]  # called for, and not planned
    open: tuple[str, ...]  # planned, and conditional
    conditional: tuple[str, ...]  # conditional, and not planned

    @property
    def standing(self) -> str:
        """How the response stands with the purpose.

        It is `served` by a planned measure that is called for. It is `unserved` if measures that serve it are called
        for, and no planned measure serves it, not even a conditional one. Else it is `open`: it hangs on conditional
        measures.
        """
        return "served" if self.covered else "unserved" if self.missing and not self.open else "open"


class Gap(NamedTuple):
    """A measure that is called for and not planned, and why it matters."""

    measure: str
    contexts: tuple[str, ...]  # those that are met and that it answers
    fills: tuple[str, ...]  # unserved purposes that it serves
    alone: tuple[str, ...]  # those of them that no other measure that is called for serves


class Bearing(NamedTuple):
    """A principle that a response conflicts with, or may, and the facts by which it does, or which that waits for."""

    principle: str
    facts: tuple[str, ...]


class ResponseCheck(NamedTuple):
    """A response beside what is called for: measures by how they compare, purposes, and principles.

    `gaps` are the measures of `missing`, those that matter most first: those that serve an unserved purpose, then
    those that answer more contexts that are met, then as the rule set declares them. `purposes` are those that any
    measure serves that is called for or conditional.
    """

    covered: tuple[str, ...]
    missing: tuple[str, ...]
    open: tuple[str, ...]  # planned, and conditional
    not_needed: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    purposes: tuple[Service, ...] = ()
    conflicts: tuple[Bearing, ...] = ()
    undetermined: tuple[Bearing, ...] = ()


def check_response(run: Run, response: Response) -> ResponseCheck:
    """Return how a response compares with what the run's situation calls for; its facts are among the run's."""
    measures = run.program.rules.measures
    covered, missing = _sorted(run, response, True)
    open_, conditional = _sorted(run, response, None)
    not_needed, _ = _sorted(run, response, False)
    groups = (covered, missing, open_, conditional)
    services = (
        Service(purpose, *(_serving(measures, group, purpose) for group in groups))
        for purpose in run.program.rules.purposes
    )
    purposes = tuple(one for one in services if any(one[1:]))
    return ResponseCheck(
        covered=covered,
        missing=missing,
        open=open_,
        not_needed=not_needed,
        gaps=_gaps(run, missing, purposes),
        purposes=purposes,
        conflicts=tuple(_bearings(run, True)),
        undetermined=tuple(_bearings(run, None)),
    )


def with_response(rules: RuleSet, situation: Situation, response: Response) -> Situation:
    """Return `situation` with `response` in the place of its own, and of all that it says of its own."""
    other = {name for name, fact in rules.facts.items() if fact.about == "response"}
    return situation.but(
        response=response,
        sources={name: text for name, text in situation.sources.items() if name not in other},
        kinds={name: kind for name, kind in situation.kinds.items() if name not in other},
    )


def _sorted(run: Run, response: Response, truth: Kleene) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the measures that come out so: those that are planned, and the others."""
    names = [name for name in run.program.rules.measures if run.truth(name) is truth]
    planned = tuple(name for name in names if name in response.measures)
    return planned, tuple(name for name in names if name not in response.measures)


def _serving(measures: Mapping[str, Measure], names: Sequence[str], purpose: str) -> tuple[str, ...]:
    return tuple(name for name in names if purpose in measures[name].serves)


def _gaps(run: Run, missing: Sequence[str], purposes: Sequence[Service]) -> tuple[Gap, ...]:
    unserved = [one for one in purposes if one.standing == "unserved"]
    gaps = [
        Gap(
            measure=name,
            contexts=tuple(
                ground.context
                for ground in run.program.rules.measures[name].grounds
                if run.truth(ground.context) is True
            ),
            fills=tuple(one.purpose for one in unserved if name in one.missing),
            alone=tuple(one.purpose for one in unserved if one.missing == (name,)),
        )
        for name in missing
    ]
    return tuple(sorted(gaps, key=lambda gap: (not gap.fills, -len(gap.contexts))))


def _bearings(run: Run, truth: Kleene) -> Iterator[Bearing]:
    """Yield the principles whose breach comes out so, with the facts that decide it or that it waits for."""
    rules = run.program.rules
    for name in rules.principles:
        if run.truth(name) is truth:
            found = grounds(run, run.program.conclusions[name])
            rests_on = found.open if truth is None else found.facts
            yield Bearing(name, tuple(fact for fact in rules.facts if fact in rests_on))
