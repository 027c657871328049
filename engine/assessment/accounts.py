"""What several people say of each fact of one situation, and the situation in which it is merged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from comity.engine.assessment.merging import Joined, join, told_by
from comity.engine.assessment.splits import Turns
from comity.engine.language.model import Given, Response, RuleSet, Situation


class Account(NamedTuple):
    """What the assessors say of a fact, in their order: None where one gives no value, `asked` where one says unknown.

    `turns` is None where all say the same. `stands_in` tells that a value that other facts derive stands there for an
    assessor who gives none, or in the merged situation, which cannot say that nothing is known of such a fact.
    """

    fact: str
    judgement: bool
    given: tuple[Given, ...]
    asked: tuple[bool, ...]
    joined: Joined
    turns: Turns | None
    stands_in: bool

    @property
    def told(self) -> tuple[tuple[Given, tuple[int, ...]], ...]:
        """What is said of the fact, each value once with the numbers of those who give it; None for no value."""
        if self.joined.how.differs or self.joined.parts:
            return told_by(self.given)
        # the same, also where the rows of a table stand in another order
        return told_by([None if value is None else self.joined.merged for value in self.given])


def accounts(rules: RuleSet, situations: Sequence[Situation], day: date) -> Iterator[Account]:
    """Yield what is said of each fact to which somebody gives a value."""
    for name, fact in rules.facts.items():
        given = tuple(one.all_facts.get(name) for one in situations)
        if all(value is None for value in given):
            continue
        joined = join(fact, given, day)
        yield Account(
            fact=name,
            judgement=any(
                one.kinds.get(name, fact.kind) == "judgement"
                for one, value in zip(situations, given, strict=True)
                if value is not None
            ),
            given=given,
            asked=tuple(name in one.asked for one in situations),
            joined=joined,
            turns=None,
            stands_in=fact.derive is not None and (joined.merged is None or None in given),
        )


def merged_situation(
    rules: RuleSet, situations: Mapping[str, Situation], found: Sequence[Account], day: date
) -> Situation:
    """Return the situation of the merged facts, as of `day`.

    What is contested stands there as asked and unknown. What people wrote beside their facts is kept once where they
    wrote the same, and else under their names; what they expect is left out.
    """
    every = [*situations.values()]
    known = {one.fact: one.joined.merged for one in found if one.joined.merged is not None}
    asked = {name for one in every for name in one.asked} | {one.fact for one in found}
    response = _response(
        situations, {name: value for name, value in known.items() if rules.facts[name].about == "response"}
    )
    return Situation(
        id=every[0].id,
        title=next((one.title for one in every if one.title), None),
        as_of=day,
        facts={name: value for name, value in known.items() if rules.facts[name].about != "response"},
        asked=frozenset(asked - known.keys()),
        narrative=_joined({name: one.narrative for name, one in situations.items()}, "\n\n"),
        hypothetical=any(one.hypothetical for one in every),
        sources={
            name: text
            for name in rules.facts
            if (text := _joined({who: one.sources.get(name) for who, one in situations.items()}, "; "))
        },
        kinds={one.fact: kind for one in found if (kind := _kind(rules, every, one)) is not None},
        response=response,
    )


def _response(situations: Mapping[str, Situation], facts: Mapping[str, Given]) -> Response | None:
    responses = {name: one.response for name, one in situations.items() if one.response is not None}
    if not responses:
        return None
    return Response(
        title=_joined({name: one.title for name, one in responses.items()}, "; "),
        measures=tuple(dict.fromkeys(name for one in responses.values() for name in one.measures)),
        facts=facts,
    )


def _joined(texts: Mapping[str, str | None], between: str) -> str | None:
    """Return what people wrote: once if all who wrote say the same, else each text after the names of its authors."""
    by_text: dict[str, list[str]] = {}
    for name, text in texts.items():
        if text:
            by_text.setdefault(text, []).append(name)
    if len(by_text) < 2:
        return next(iter(by_text), None)
    return between.join(f"{', '.join(names)}: {text.strip()}" for text, names in by_text.items())


def _kind(rules: RuleSet, situations: Iterable[Situation], one: Account) -> str | None:
    """Return how a fact is known where that is not how the rule set has it: a judgement if anybody calls it one."""
    own = rules.facts[one.fact].kind
    pairs = zip(situations, one.given, strict=True)
    kinds = {each.kinds.get(one.fact, own) for each, value in pairs if value is not None}
    kind = "judgement" if one.judgement else kinds.pop() if len(kinds) == 1 else own
    return None if kind == own else kind
