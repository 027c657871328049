"""What a refutation shows: its situations, and how what the property speaks of comes out in each."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS, Run
from comity.engine.checking.claims import Under
from comity.engine.checking.proofs import Proof, started, truths_of
from comity.engine.checking.witness import Witness
from comity.engine.language.condition import Conclusion, Condition, walk
from comity.engine.language.model import Given, Property, RuleSet


class Scene(NamedTuple):
    """A situation of a refutation, under one reading.

    `came` says how each condition of the property, or conclusion by its id, came out, and `expect` how each conclusion
    did that these name: both in the words of a case.
    """

    facts: Mapping[str, Given]
    as_of: date
    reading: str | None
    came: tuple[tuple[Condition | str, str], ...]
    expect: Mapping[str, str]


def scenes(rules: RuleSet, proof: Proof) -> tuple[tuple[Scene, ...], ...]:
    """Return, for each answer of a proof, the situations that refute the property: one or two, or none.

    The evaluator says how they come out; nothing is taken from the solver but the facts.
    """
    return tuple(() if answer.witness is None else _scenes(rules, proof.of, answer.witness) for answer in proof.answers)


def _scenes(rules: RuleSet, property_: Property, witness: Witness) -> tuple[Scene, ...]:
    match property_.kind:
        case "readings":
            runs = [started(Under(rules, reading), witness.facts, witness.as_of) for reading in property_.readings]
            ids = [name for name in rules.conditions(None) if name not in property_.ids and _apart(runs, name)]
            return tuple(_by_id(rules, run, ids) for run in runs)
        case "stays-met":
            assert witness.changed is not None
            return tuple(_scene(rules, property_, facts, witness.as_of) for facts in (witness.facts, witness.changed))
        case _:
            return (_scene(rules, property_, witness.facts, witness.as_of),)


def _apart(runs: list[Run], name: str) -> bool:
    one, other = (run.truth(name) for run in runs)
    return one is not None and other is not None and one is not other


def _by_id(rules: RuleSet, run: Run, ids: Iterable[str]) -> Scene:
    came = {name: _word(rules, run, name) for name in ids}
    return Scene(run.facts, run.as_of, run.program.reading, tuple(came.items()), came)


def _scene(rules: RuleSet, property_: Property, facts: Mapping[str, Given], as_of: date) -> Scene:
    under = Under(rules, property_.reading)
    truths = truths_of(under, property_.conditions, facts, as_of)
    assert truths is not None, "what is impossible refutes nothing"
    run = started(under, facts, as_of)
    named = [one.id for condition in property_.conditions for one in walk(condition) if isinstance(one, Conclusion)]
    expect = {name: _word(rules, run, name) for name in dict.fromkeys(named)}
    came = [
        (condition, expect[condition.id] if isinstance(condition, Conclusion) else VERDICTS[truth])
        for condition, truth in zip(property_.conditions, truths, strict=True)
    ]
    return Scene(facts, as_of, property_.reading, tuple(came), expect)


def _word(rules: RuleSet, run: Run, name: str) -> str:
    words = STATUSES if name in rules.measures else STANDINGS if name in rules.principles else VERDICTS
    return words[run.truth(name)]
