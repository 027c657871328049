"""Realistic mistakes, put one by one into a copy of the built-in rules: which command catches each.

`python -m tests.test_seeded_faults` prints the table.
"""

import tempfile
from collections.abc import Collection
from pathlib import Path
from shutil import copytree
from typing import NamedTuple

import pytest

from comity.engine.builtin import rules_folder
from comity.engine.checking.cases import run_case
from comity.engine.checking.collect import collect, has_errors
from comity.engine.checking.judge import complaints
from comity.engine.checking.mutation import mutate
from comity.engine.checking.proofs import prove

FOLDER = rules_folder() / "oas-2013"


class Edit(NamedTuple):
    """A text that stands once in a file of the rule set, and what is written in its place."""

    file: str
    old: str
    new: str


class Caught(NamedTuple):
    """What each command finds: codes, whether a case fails, properties, whether a change goes unnoticed.

    Where something is found by another, `mutate` is not asked. Of rules that do not load, only `check` says anything.
    """

    check: Collection[str] = frozenset()
    test: bool = False
    prove: Collection[str] = frozenset()
    mutate: bool = False

    @property
    def by(self) -> tuple[str, ...]:
        """The commands that find anything."""
        return tuple(name for name, found in self._asdict().items() if found)


FAULTS: dict[str, tuple[Edit, Caught]] = {
    # numbers and durations
    "a threshold lowered": (Edit("rule-set.yaml", "value: 25000", "value: 20000"), Caught(test=True)),
    "a threshold raised": (Edit("rule-set.yaml", "value: 10000\n", "value: 100000\n"), Caught(test=True)),
    "years written as months": (Edit("rule-set.yaml", "value: 5 years", "value: 5 months"), Caught(test=True)),
    "a number written into a condition": (
        Edit("mass-influx.yaml", "at_least: {parameter: characteristics_needed}", "at_least: 2"),
        Caught(check={"number-in-condition", "unused-parameter"}, test=True),
    ),
    "`at_least` written as `more_than`": (
        Edit(
            "protracted.yaml",
            "{fact: settled_refugees, at_least: {parameter: protracted_population}}",
            "{fact: settled_refugees, more_than: {parameter: protracted_population}}",
        ),
        Caught(test=True),
    ),
    "another unit": (
        Edit(
            "rule-set.yaml",
            "value: 500\n    unit: {one: person/day, other: people/day}",
            "value: 500\n    unit: people/month",
        ),
        Caught(check={"units-apart"}),
    ),
    # conditions
    "`any` for `all`": (
        Edit(
            "trafficking-and-smuggling.yaml",
            "      all:\n        - {fact: illegal_entry_procured",
            "      any:\n        - {fact: illegal_entry_procured",
        ),
        Caught(test=True, prove={"help-without-gain"}),
    ),
    "`all` for `any`": (
        Edit(
            "trafficking-and-smuggling.yaml",
            "{any: [{fact: coercion_or_deception",
            "{all: [{fact: coercion_or_deception",
        ),
        Caught(test=True, prove={"children-need-no-means"}),
    ),
    "a yes for a no": (
        Edit(
            "measures.yaml",
            "need: {fact: coordination_mechanism_exists, is: false}",
            "need: {fact: coordination_mechanism_exists, is: true}",
        ),
        Caught(test=True),
    ),
    "a criterion left out of a list": (
        Edit("mass-influx.yaml", "        - {criterion: inadequate-capacity}\n", ""),
        Caught(test=True),
    ),
    "a part written twice": (
        Edit(
            "measures.yaml",
            "        - {context: protracted}\n        - {fact: services_strained, is: true}\n",
            "        - {context: protracted}\n        - {context: protracted}\n"
            "        - {fact: services_strained, is: true}\n",
        ),
        Caught(check={"useless-part"}),
    ),
    "a part that the others imply": (
        Edit(
            "measures.yaml",
            "        - {criterion: overwhelmed-procedures}\n",
            "        - {criterion: overwhelmed-procedures}\n        - {criterion: smuggling}\n",
        ),
        Caught(check={"useless-part"}),
    ),
    "a band that nothing is in": (
        Edit(
            "principles.yaml",
            "when: {fact: affected_states, more_than: {parameter: states_for_regional_approach}}",
            "when: {fact: affected_states, more_than: {parameter: states_for_regional_approach}, at_most: 1}",
        ),
        Caught(check={"contradictory-tests", "never-met"}, test=True),
    ),
    # names
    "a fact renamed in one place": (
        Edit("facts.yaml", "  armed_elements:\n", "  armed_groups:\n"),
        Caught(check={"unknown-fact", "unknown-reference"}),
    ),
    "a misspelt option": (
        Edit("measures.yaml", "in: [restricted, closed]", "in: [resticted, closed]"),
        Caught(check={"not-an-option"}),
    ),
    "an option left out": (
        Edit("measures.yaml", "in: [low, lower-middle, upper-middle]", "in: [low, lower-middle]"),
        Caught(test=True),
    ),
    # derivations and what is impossible
    "the highest figure for the lowest": (
        Edit("facts.yaml", "derive: {lowest: {fact: refugees}", "derive: {highest: {fact: refugees}"),
        Caught(test=True),
    ),
    "profiles added up": (
        Edit(
            "facts.yaml",
            "derive: {total: settled, of: populations, per: [profile], take: largest}",
            "derive: {total: settled, of: populations}",
        ),
        Caught(test=True),
    ),
    "a quotient turned round": (
        Edit(
            "facts.yaml",
            "derive: {divide: [{fact: arrivals}, {fact: arrival_days}]}",
            "derive: {divide: [{fact: arrival_days}, {fact: arrivals}]}",
        ),
        Caught(test=True, prove={"more-arrivals", "slower-arrival"}),
    ),
    "something impossible turned round": (
        Edit(
            "facts.yaml",
            "{fact: moved_to_third_country, is: true}, {fact: found_host_country, is: false}",
            "{fact: moved_to_third_country, is: true}, {fact: found_host_country, is: true}",
        ),
        Caught(check={"never-met", "unused-suppression", "useless-part"}, prove={"moved-on-from-a-host"}),
    ),
    # where it comes from, and how it is said
    "a citation left out": (
        Edit("measures.yaml", '    source: {cite: slides, at: "In practice, 1"}\n', ""),
        Caught(check={"no-source", "passage-not-encoded"}),
    ),
    "a basis left out": (
        Edit(
            "trafficking-and-smuggling.yaml",
            'material benefit"\n    basis: instrument\n',
            'material benefit"\n',
        ),
        Caught(check={"no-basis"}),
    ),
    "a title changed in one language": (
        Edit("measures.yaml", "title: Emergency funds and technical help", "title: Emergency funds"),
        Caught(check={"stale-translation"}),
    ),
    "a translation left out": (
        Edit("locale/es.yaml", "  smuggling: Tráfico ilícito de migrantes\n", ""),
        Caught(check={"unknown-reference"}),
    ),
    # purposes and readings
    "a purpose added that no measure serves": (
        Edit(
            "measures.yaml",
            "purposes:\n",
            "purposes:\n"
            "  family-unity:\n"
            "    title: Keep families together\n"
            '    source: {cite: slides, at: "Purpose, 4"}\n'
            "    basis: editorial\n",
        ),
        Caught(check={"missing-translation", "purpose-unserved"}),
    ),
    "a reading that changes nothing": (
        Edit(
            "rule-set.yaml",
            """\
          - {criterion: international-border}
          - {criterion: considerable-numbers}
          - {criterion: rapid-arrival}
          - {criterion: inadequate-capacity}
          - {any: [{fact: individual_procedure_exists, is: false}, {fact: procedures_overwhelmed, is: true}]}
""",
            """\
          - {criterion: international-border}
          - at_least: {parameter: characteristics_needed}
            of:
              - {criterion: considerable-numbers}
              - {criterion: rapid-arrival}
              - {criterion: inadequate-capacity}
              - {criterion: overwhelmed-procedures}
""",
        ),
        Caught(check={"reading-changes-nothing"}, test=True, prove={"strict-reading-needs-each"}),
    ),
    "a theme added in one language": (
        Edit(
            "principles.yaml",
            "  tools-needed:\n",
            "  early-warning:\n"
            "    title: Signs of flight are seen early\n"
            "    group: conclusion\n"
            '    source: {cite: slides, at: "Conclusion, 5"}\n'
            "    basis: editorial\n"
            "  tools-needed:\n",
        ),
        Caught(check={"missing-translation"}),
    ),
    # cases and properties
    "an expectation changed": (
        Edit(
            "trafficking-and-smuggling.cases.yaml",
            "expect: {smuggling: unknown, trafficking: not-met, trafficking-and-smuggling: unknown}",
            "expect: {smuggling: not-met, trafficking: not-met, trafficking-and-smuggling: not-met}",
        ),
        Caught(test=True),
    ),
    "a case left out": (
        Edit(
            "mass-influx.cases.yaml",
            """\
  - name: one arrival for every 1,000 inhabitants is considerable
    as_of: 2013-01-31
    facts: {arrivals: 500, host_population: 500000}
    expect: {considerable-numbers: met}
""",
            "",
        ),
        Caught(mutate=True),
    ),
    "a `not` left out of a property": (
        Edit(
            "properties.yaml",
            "implies: [{fact: individual_procedure_exists, is: false}, {not: {criterion: overwhelmed-procedures}}]",
            "implies: [{fact: individual_procedure_exists, is: false}, {criterion: overwhelmed-procedures}]",
        ),
        Caught(prove={"no-procedures-to-overwhelm"}),
    ),
}


def caught(folder: Path, edit: Edit | None) -> Caught:
    """Return what the commands find in a copy of the rule set, made in `folder`, with one edit."""
    copytree(FOLDER, folder, dirs_exist_ok=True)
    if edit is not None:
        text = (folder / edit.file).read_text(encoding="utf-8")
        assert text.count(edit.old) == 1
        (folder / edit.file).write_text(text.replace(edit.old, edit.new), encoding="utf-8")
    found = list(collect([folder], None))
    codes = frozenset(one.code.value for one in complaints(found))
    rules = found[0].rules
    if rules is None or has_errors(found):
        return Caught(codes)
    cases = [case for each in found for case in each.situations]
    proofs = [prove(rules, one) for one in rules.properties.values()]
    others = Caught(
        codes,
        any(run_case(rules, case).failures for case in cases),
        frozenset(proof.of.id for proof in proofs if proof.result != "proved" or proof.vacuous),
    )
    if others.by:
        return others
    mutation = mutate(rules, cases, most=0)
    return others._replace(mutate=mutation.killed < mutation.relevant)


def test_rules_without_a_fault_are_silent(tmp_path: Path) -> None:
    assert caught(tmp_path, None) == Caught()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_caught(tmp_path: Path, name: str) -> None:
    edit, expected = FAULTS[name]
    assert caught(tmp_path, edit) == expected


def test_every_fault_is_caught_by_something() -> None:
    assert [name for name, (_, expected) in FAULTS.items() if not expected.by] == []


@pytest.mark.parametrize("command", Caught._fields)
def test_each_command_catches_what_no_other_does(command: str) -> None:
    assert (command,) in {expected.by for _, expected in FAULTS.values()}


def table(found: dict[str, Caught]) -> str:
    """Return what catches each fault as a table in Markdown."""
    lines = ["| fault | check | test | prove | mutate |", "|---|---|---|---|---|"]
    for name, one in found.items():
        cells = (_names(one.check), "fails" if one.test else "", _names(one.prove), "survivors" if one.mutate else "")
        lines.append(f"| {' | '.join((name, *cells))} |")
    return "\n".join(lines)


def _names(names: Collection[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def main() -> None:
    """Print the table as it comes out now."""
    found = {}
    for name, (edit, _) in FAULTS.items():
        with tempfile.TemporaryDirectory() as folder:
            found[name] = caught(Path(folder), edit)
    print(table(found))


if __name__ == "__main__":
    main()
