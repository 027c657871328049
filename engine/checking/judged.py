"""What the judgements of `check` look at."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from comity.engine.language.diagnostic import Diagnostic
from comity.engine.language.model import RuleSet, Situation


class Judged(NamedTuple):
    """A rule set that loaded, and its own cases: None where they are not known, which is not to have none."""

    rules: RuleSet
    cases: tuple[Situation, ...] | None


Check: TypeAlias = Callable[[Judged], Iterator[Diagnostic]]
