"""Several people's accounts of one situation: merged, held against each other, and whether what differs matters."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from comity.engine.assessment.accounts import Account, accounts, merged_situation
from comity.engine.assessment.assess import Assessment, assess, program
from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS
from comity.engine.assessment.splits import Trial, comes_from, turns
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.truth import Kleene


class Assessor(NamedTuple):
    """Somebody's account of the situation, and what it alone comes to."""

    name: str
    situation: Situation
    assessment: Assessment


class Outcome(NamedTuple):
    """How a conclusion comes out for each assessor, in their order, and from the merged facts.

    What is settled from the merged facts is nobody's opposite: for each assessor it comes out so, or is unknown.
    `comes_from` are the smallest sets of facts that a split comes from (`splits.comes_from`): none where there is no
    split, None where there are too many combinations to tell.
    """

    id: str
    kind: str  # context, measure, form, principle, criterion
    own: tuple[Kleene, ...]
    merged: Kleene
    comes_from: tuple[tuple[str, ...], ...] | None

    @property
    def split(self) -> bool:
        """Whether it does not come out the same for all."""
        return len({*self.own}) > 1

    def word(self, truth: Kleene) -> str:
        """Return the word for one of the ways in which it can come out: `met`, `called-for`, `in-conflict`, ..."""
        return {"measure": STATUSES, "principle": STANDINGS}.get(self.kind, VERDICTS)[truth]


class Merger(NamedTuple):
    """All that is found between several assessors of one situation.

    `situation` is the merged one and `assessment` is its own. They can say more than `outcomes`, which hold a derived
    fact open where it is contested, or given by some only (`Account.stands_in`). `outcomes` are those of contexts,
    measures, forms and principles, `criteria` those of the criteria that the assessors find differently.
    `planned` has, by measure, who plans it, None for who describes no response.
    """

    rules: RuleSet
    as_of: date
    assessors: tuple[Assessor, ...]
    situation: Situation
    assessment: Assessment
    accounts: tuple[Account, ...]
    outcomes: tuple[Outcome, ...]
    criteria: tuple[Outcome, ...]
    planned: Mapping[str, tuple[bool | None, ...]]


def merge(
    rules: RuleSet,
    situations: Mapping[str, Situation],
    *,
    as_of: date | None = None,
    reading: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Merger:
    """Return what several assessors' accounts of one situation, by the assessor's name, come to.

    The values that are merged do not hang on the order of the accounts. `as_of`, `reading` and `overrides` are those of
    `assess`. Raises `ValueError` without any account, or if they are as of different dates and `as_of` is not given.
    """
    days = {as_of or situation.as_of for situation in situations.values()}
    day = days.pop() if len(days) == 1 else None
    if day is None:
        raise ValueError("the accounts have no as-of date in common, and none was given")

    def assessed(one: Situation) -> Assessment:
        return assess(rules, one, as_of=day, reading=reading, overrides=overrides)

    assessors = tuple(Assessor(name, one, assessed(one)) for name, one in situations.items())
    found = [*accounts(rules, [*situations.values()], day)]
    situation = merged_situation(rules, situations, found, day)
    differing = {one.fact: one.told for one in found if len(one.told) > 1}
    trial = Trial(
        program(rules, reading, overrides),
        day,
        situation.all_facts,
        {name: tuple(value for value, _ in told) for name, told in differing.items()},
        [
            {name: number for name, told in differing.items() for number, (_, who) in enumerate(told) if place in who}
            for place in range(len(assessors))
        ],
        [one.fact for one in found if one.stands_in],
    )
    kinds = {
        **dict.fromkeys(rules.contexts, "context"),
        **dict.fromkeys(rules.measures, "measure"),
        **dict.fromkeys(rules.forms, "form"),
        **dict.fromkeys(rules.principles, "principle"),
    }
    turned = turns(trial, [*kinds])
    together = trial.together({})

    def outcome(name: str, kind: str) -> Outcome:
        own = tuple(one.assessment.run.truth(name) for one in assessors)
        return Outcome(name, kind, own, together[name], comes_from(trial, name))

    return Merger(
        rules=rules,
        as_of=day,
        assessors=assessors,
        situation=situation,
        assessment=assessed(situation),
        accounts=tuple(one._replace(turns=turned.get(one.fact)) for one in found),
        outcomes=tuple(outcome(name, kind) for name, kind in kinds.items()),
        criteria=tuple(one for one in (outcome(name, "criterion") for name in rules.criteria) if one.split),
        planned=_planned(rules, situations.values()),
    )


def _planned(rules: RuleSet, situations: Iterable[Situation]) -> dict[str, tuple[bool | None, ...]]:
    responses = [one.response for one in situations]
    return {
        name: planned
        for name in rules.measures
        if any(planned := tuple(None if one is None else name in one.measures for one in responses))
    }
