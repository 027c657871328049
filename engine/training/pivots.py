"""The criteria that a context lacks: each of which, alone, would make it met."""

from functools import lru_cache

from comity.engine.assessment.evaluate import Program, Run, compile_rules
from comity.engine.language.condition import AllOf
from comity.engine.language.model import RuleSet

_MET = AllOf(())


def pivots(run: Run, context: str) -> tuple[str, ...]:
    """Return the criteria, not met, each of which would make a context that is not met come out met if it alone were.

    That a criterion is met says nothing more of the facts: all other criteria stay as they are.
    """
    if run.truth(context) is not False:
        return ()
    program = run.program
    return tuple(
        name
        for name in program.criteria(context)
        if run.truth(name) is False
        and _with(program.rules, name, program.reading, tuple(sorted(program.set.items())))
        .start(run.facts, run.as_of)
        .truth(context)
        is True
    )


def with_met(rules: RuleSet, name: str, reading: str | None) -> RuleSet:
    """Return the rules in which one criterion is met whatever the facts say."""
    met = rules.but(criteria={**rules.criteria, name: rules.criteria[name].but(when=_MET)})
    if reading is None or name not in rules.readings[reading].define:
        return met
    one = rules.readings[reading]
    return met.but(readings={**rules.readings, reading: one.but(define={**one.define, name: _MET})})


@lru_cache(maxsize=512)
def _with(rules: RuleSet, name: str, reading: str | None, settings: tuple[tuple[str, object], ...]) -> Program:
    """Return the program in which one criterion is met whatever the facts say."""
    return compile_rules(with_met(rules, name, reading), reading, dict(settings))
