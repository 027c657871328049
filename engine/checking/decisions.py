"""When a condition is met and when it is not, as a table: how much must be known of its parts.

The table is read off the one evaluator, which runs the condition with a fact of its own in the place of each part.
Since learning more never overturns a settled answer, the smallest patterns that settle the condition say everything: it
is settled wherever one of them holds, and cannot be told anywhere else.
"""

from collections.abc import Iterator
from datetime import date
from itertools import combinations, product
from typing import NamedTuple

from comity.engine.assessment.evaluate import Program, compile_rules
from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    Constant,
    Not,
    ParameterValue,
    Test,
    walk,
)
from comity.engine.language.model import Context, Fact, RuleSet, ValueType
from comity.engine.language.operators import Operator
from comity.engine.language.truth import Kleene

MOST_PARTS = 8
MOST_PATTERNS = 32


class Part(NamedTuple):
    """A column of the table: a condition, or with `fact` a fact that is true or false."""

    condition: Condition
    fact: str | None = None


class Pattern(NamedTuple):
    """A row: wherever the parts come out so, the whole is met, or is not met. A part that is None does not matter."""

    met: bool
    parts: tuple[Kleene, ...]


class Stretch(NamedTuple):
    """The patterns that hold from a day on: first those that meet the condition, each kind with the shortest first."""

    since: date
    patterns: tuple[Pattern, ...]


class Decision(NamedTuple):
    """The whole table; without `stretches` if it would be too large to read."""

    parts: tuple[Part, ...]
    stretches: tuple[Stretch, ...]


def decision(rules: RuleSet, condition: Condition, reading: str | None = None) -> Decision:
    """Return the decision table of a condition of `rules` under a reading (by default its default reading).

    It has several stretches if the number in an `at_least` depends on the date.
    """
    name = reading or rules.default_reading
    changed = rules.readings[name].set if name else {}
    found: dict[Part, str] = {}
    whole = _whole(rules, condition, found)
    parts, names = tuple(found), tuple(found.values())
    if len(parts) > MOST_PARTS:
        return Decision(parts, ())
    program = compile_rules(_rules(rules, whole, names), overrides=changed)
    stretches: list[Stretch] = []
    for since in _starts(rules, whole):
        patterns = tuple(sorted(_patterns(program, names, since), key=_order))
        if len(patterns) > MOST_PATTERNS:
            return Decision(parts, ())
        if not stretches or stretches[-1].patterns != patterns:
            stretches.append(Stretch(since, patterns))
    return Decision(parts, tuple(stretches))


_TRUE = Constant(type=ValueType.BOOLEAN, value=True)


def _whole(rules: RuleSet, condition: Condition, found: dict[Part, str]) -> Condition:
    """Return `condition` with the test of a fact in the place of each part; `found` are the names of those facts."""
    match condition:
        case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts) if not _tests_one_fact(rules, condition):
            return condition.but(parts=tuple(_whole(rules, part, found) for part in parts))
        case Not(part):
            return condition.but(part=_whole(rules, part, found))
        case Test(fact, bound=Constant()) if rules.facts[fact].value_type is ValueType.BOOLEAN:
            found[Part(Test(fact, Operator.IS, _TRUE), fact)] = fact
            return condition
        case _:
            name = found.setdefault(Part(condition), f"part-{len(found)}")
            return Test(name, Operator.IS, _TRUE)


def _tests_one_fact(rules: RuleSet, condition: Condition) -> bool:
    """Tell whether `condition` joins tests of one fact, as its bounds or several of its options."""
    if not isinstance(condition, AllOf | AnyOf) or not all(isinstance(part, Test) for part in condition.parts):
        return False
    facts = {part.fact for part in condition.parts if isinstance(part, Test)}
    return len(facts) == 1 and rules.facts[facts.pop()].value_type is not ValueType.BOOLEAN


def _rules(rules: RuleSet, whole: Condition, names: tuple[str, ...]) -> RuleSet:
    """Return a rule set with one context, which is `whole`, over boolean facts."""
    return rules.but(
        facts={name: Fact(name=name, type="boolean", value_type=ValueType.BOOLEAN) for name in names},
        contexts={_WHOLE: Context(id=_WHOLE, title=_WHOLE, when=whole)},
        **{section: {} for section in ("criteria", "measures", "forms", "principles", "readings")},
        impossible=(),
    )


_WHOLE = "whole"


def _starts(rules: RuleSet, whole: Condition) -> list[date]:
    """Return the days from which the number of an `at_least` may be another."""
    numbers = [term.k for term in walk(whole) if isinstance(term, AtLeast)]
    dated = [rules.parameters[number.name].values for number in numbers if isinstance(number, ParameterValue)]
    return sorted({date.min, *(start for values in dated for start, _ in values)})


def _patterns(program: Program, names: tuple[str, ...], day: date) -> Iterator[Pattern]:
    """Yield the smallest patterns that settle the condition, until they are too many."""
    found: list[dict[str, bool]] = []
    for size in range(len(names) + 1):
        for chosen in combinations(names, size):
            for truths in product((True, False), repeat=size):
                known = dict(zip(chosen, truths, strict=True))
                if any(smaller.items() <= known.items() for smaller in found):
                    continue
                met = program.start(known, day).truth(_WHOLE)
                if met is not None:
                    found.append(known)
                    yield Pattern(met, tuple(known.get(name) for name in names))
                if len(found) > MOST_PATTERNS:
                    return


def _order(pattern: Pattern) -> tuple[bool, int, list[int]]:
    """Order patterns: those that meet first, then the shorter; those that say something of an earlier part first."""
    said = [part is not None for part in pattern.parts]
    return not pattern.met, sum(said), [(True, False, None).index(part) for part in pattern.parts]
