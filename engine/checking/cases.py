"""Whether situations and cases come out as they expect, on reasons as well as verdicts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS
from comity.engine.language.diagnostic import Diagnostic, Span
from comity.engine.language.model import Expectation, RuleSet, Situation
from comity.engine.language.truth import Kleene

_WORDS = {"measure": STATUSES, "principle": STANDINGS}


class Failure(NamedTuple):
    """An expectation that did not come true: what was expected of `id`, and what came out."""

    expectation: Expectation
    came: str

    @property
    def at(self) -> Span:
        """Where the expectation stands."""
        return self.expectation.at

    def __str__(self) -> str:
        one = self.expectation
        if one.kind == "because":
            return f"`{one.id}` is no reason for `{one.because}`: it came out {self.came}"
        return f"{one.kind} `{one.id}` came out {self.came}, expected {one.word}"


class CaseResult(NamedTuple):
    """A situation, case or exercise with its expectations, and those that failed.

    `differing` are the keys of an exercise that are not what its author expects.
    """

    file: str
    name: str
    at: Span
    expectations: int
    failures: tuple[Failure, ...]
    differing: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything came out otherwise than expected."""
        return bool(self.failures or self.differing)


def run_case(rules: RuleSet, situation: Situation) -> CaseResult:
    """Return how a situation with expectations came out.

    A case that names a reading or parameters is run under them. Raises `ValueError` if it has no as-of date.
    """
    if situation.as_of is None:
        raise ValueError(f"`{situation.id}` has no as-of date")
    names = tuple(dict.fromkeys(name for one in situation.expect for name in (one.id, one.because) if name))
    compiled = program(rules, situation.reading, situation.set)
    truths = compiled.truths(names, situation.all_facts, situation.as_of)
    failures = tuple(_failures(dict(zip(names, truths, strict=True)), situation.expect))
    return CaseResult(situation.at.file, situation.id, situation.at, len(situation.expect), failures)


def _failures(truths: Mapping[str, Kleene], expectations: Sequence[Expectation]) -> Iterator[Failure]:
    for one in expectations:
        came = _WORDS.get(one.kind, VERDICTS)[truths[one.id]]
        if one.kind == "because":
            assert one.because is not None
            verdict = VERDICTS[truths[one.because]]
            if came != verdict:
                yield Failure(one, f"{came}, and the verdict is {verdict}")
        elif came != one.word:
            yield Failure(one, came)
