"""Ways to misread a rule set: mutants, other figures of a table, habits; and many readings in one program."""

from collections.abc import Iterator

from hypothesis import given, settings, strategies as st

from comity.engine import load_rules
from comity.engine.assessment.evaluate import compile_rules
from comity.engine.language.condition import Term
from comity.engine.language.misreadings import Misreading, misreadings
from comity.engine.language.model import RuleSet
from comity.engine.language.mutants import changed_condition, mutants, mutated
from comity.engine.training.forks import fork, original
from tests import strategies

OAS = load_rules("oas-2013")


def changes(rules: RuleSet, reading: str | None, misreading: Misreading) -> Iterator[tuple[str, Term]]:
    defined = rules.readings[reading].define if reading is not None else {}
    for one in misreading.changes:
        if one.reading == (reading if one.place in defined else None):
            derived = one.of_column or one.place in rules.facts
            yield one.place, one.after if derived else changed_condition(rules, one)


def test_misreadings_are_the_mutants_and_what_else_a_reader_mistakes() -> None:
    found = [*misreadings(OAS)]
    every = [*mutants(OAS)]
    assert [one.changes for one in found[: len(every)]] == [(mutant,) for mutant in every]
    others = [
        (one.kind, one.habit and one.habit.value, one.of, [change.place for change in one.changes])
        for one in found[len(every) :]
    ]
    both = ["settled_refugees", "refugees_same_profile"]
    scale = ["settled-population", "same-profile-scale"]
    assert others == [
        ("newest", None, ("refugees",), ["populations.settled"]),
        *(
            (kind, None, of, [place])
            for place in both
            for kind, of in (("together", ("profile",)), ("apart", ("host",)))
        ),
        ("together", None, ("profile",), both),
        ("apart", None, ("host",), both),
        ("bound", "at_least", None, [*scale, "long-exile", "numbers_considerable", "arrival_rapid"]),
        ("bound", "at_least", ("protracted_population",), scale),
        (
            "bound",
            "more_than",
            None,
            [
                *("processing-mechanisms", "comprehensive-regional-approach"),
                *("capacity_inadequate", "procedures_overwhelmed"),
            ],
        ),
    ]


def test_a_figure_of_a_table_in_words() -> None:
    words = [one.changes[0].change for one in misreadings(OAS) if one.kind in ("newest", "together", "apart")]
    assert words[:3] == [
        "`the lowest refugees over protracted_duration` becomes `refugees`",
        "`the total settled of populations, the largest by profile` becomes `the total settled of populations`",
        "`the total settled of populations, the largest by profile` becomes "
        "`the total settled of populations, the largest by profile, host`",
    ]


@settings(deadline=None)
@given(strategies.cases(wild=True), st.booleans())
def test_a_variant_of_a_program_is_the_rule_set_that_it_stands_for(case: strategies.Case, default: bool) -> None:
    """Found: a table whose rows are dated by what a variant changes; such variants are left as the rules are."""
    rules = case.world.load()
    reading = rules.default_reading if default else next(reversed([*rules.readings]), None)
    situation = strategies.load(case.world, rules, case.given)
    asked = [*rules.criteria, *rules.contexts, *rules.measures, *rules.principles]
    every = [*misreadings(rules)]
    own = [dict(changes(rules, reading, one)) for one in every]
    forks = fork(rules, reading, {}, own, asked)
    run = forks.start(situation.all_facts, case.world.as_of)
    plain = compile_rules(rules, reading).start(situation.all_facts, case.world.as_of)
    for number, (misreading, places) in enumerate(zip(every, own, strict=True)):
        whole = rules
        for change in misreading.changes:
            whole = mutated(whole, change)
        alone = compile_rules(whole, reading).start(situation.all_facts, case.world.as_of)
        left_alone = places and not forks.copied[number]
        for name in asked:
            truth = run.truth(forks.name(number, name))
            assert truth is (plain if left_alone else alone).truth(name), (misreading, name)
            assert original(forks.name(number, name)) == name
