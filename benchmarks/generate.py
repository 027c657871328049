"""Makes what is measured: random situations, and rule sets of any size. One seed makes the same ones."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import VERDICTS
from comity.engine.assessment.samples import samples
from comity.engine.checking.claims import Under
from comity.engine.checking.reach import Reach
from comity.engine.language.condition import Conclusion, walk
from comity.engine.language.model import RuleSet
from comity.engine.language.references import names_in
from comity.engine.language.writing import facts_lines

# --- situations under the course's rules --------------------------------------------------------------------

BOOLEANS = (
    *("crosses_border", "individual_procedure_exists"),
    *("found_host_country", "moved_to_third_country", "irregular_manner"),
    *("recruitment_or_transfer", "exploitation_purpose", "coercion_or_deception", "child_victims"),
    *("illegal_entry_procured", "smuggler_profit", "emergency_needs", "coordination_mechanism_exists"),
    *("armed_elements", "particular_risk", "aid_dependence", "services_strained"),
)
FIGURES = {  # from just below to just above what the rules compare them with, or with one another
    "arrivals": (9_900, 10_100),
    "arrival_days": (18, 22),
    "host_population": (9_900_000, 10_100_000),
    "reception_capacity": (9_900, 10_100),
    "asylum_claims_per_month": (190, 210),
    "asylum_decisions_per_month": (90, 210),
    "settled_refugees": (24_990, 25_010),
}
CHOICES = {
    "border_policy": ("open", "restricted", "closed"),
    "host_income_group": ("low", "lower-middle", "upper-middle", "high"),
}
DERIVED: dict[str, tuple[Any, ...]] = {  # given only now and then: a given value overrides the derivation
    "arrivals_per_day": (499, 500, 501),
    "arrivals_per_1000_inhabitants": (0, 1, 2),
    "numbers_considerable": (False, True),
    "arrival_rapid": (False, True),
    "capacity_inadequate": (False, True),
    "procedures_overwhelmed": (False, True),
}
FACTS = (*BOOLEANS, *FIGURES, *CHOICES, *DERIVED)

MISSING = 0.2  # of the cells
GIVEN = 0.2  # of the facts that could be derived


def situations(count: int, seed: int) -> list[dict[str, Any]]:
    """Return random situations as facts by name; an unknown fact is absent."""
    random = Random(seed)
    return [_situation(random) for _ in range(count)]


def _situation(random: Random) -> dict[str, Any]:
    cells: dict[str, Any] = {name: random.random() < 0.5 for name in BOOLEANS}
    cells |= {name: random.randint(low, high) for name, (low, high) in FIGURES.items()}
    cells |= {name: random.choice(options) for name, options in CHOICES.items()}
    known = {name: value for name, value in cells.items() if random.random() >= MISSING}
    given = {name: random.choice(values) for name, values in DERIVED.items() if random.random() < GIVEN}
    return known | given


# --- a large rule set ---------------------------------------------------------------------------------------

_AREAS = (
    "arrival",
    "reception",
    "registration",
    "protection",
    "shelter",
    "health",
    "return",
    "admission",
    "transit",
)


def write_rule_set(
    folder: Path,
    criteria: int = 1_000,
    contexts: int = 200,
    facts: int = 300,
    seed: int = 1,
    changeable: str = "never",
) -> list[Path]:
    """Write a rule set into `folder`, a file for each context with its criteria. Return the files."""
    random = Random(seed)
    names = [(f"{random.choice(_AREAS)}_{number}", _TYPES[number % len(_TYPES)]) for number in range(facts)]
    per = criteria // contexts
    files = {
        "rule-set.yaml": _header(),
        "facts.yaml": _facts(names, random, changeable),
        "measures.yaml": _measures(contexts, random),
    }
    for context in range(contexts):
        own = [f"criterion-{context * per + number}" for number in range(per)]
        files[f"context-{context}.yaml"] = _context(context, own, names, random)
    paths = [folder / name for name in files]
    for path, lines in zip(paths, files.values(), strict=True):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths


_TYPES = ("boolean", "count", "boolean", "choice", "boolean", "number", "duration", "date", "share", "count")
_OPTIONS = ("open", "restricted", "closed")


def _header() -> Iterator[str]:
    yield "rule_set: generated"
    yield "version: 1.0.0"
    yield "title: A rule set of any size"
    yield "language: en"
    yield "sources:"
    yield "  handbook: {title: A handbook, author: Nobody, note: made up}"
    yield "  convention: {title: A convention, symbol: A/1}"
    yield "parameters:"
    for number in range(50):
        yield f"  threshold_{number}:"
        yield f"    value: {1000 + number}"
        yield f"    title: Threshold number {number}"
        yield "    basis: editorial"
        yield "    note: Made up; it may be changed."


def _facts(names: list[tuple[str, str]], random: Random, changeable: str) -> Iterator[str]:
    counts = [name for name, kind in names if kind == "count"]
    yield "facts:"
    for number, (name, kind) in enumerate(names):
        yield f"  {name}:"
        yield f"    type: {kind}"
        yield f"    title: Fact number {number}"
        yield f"    ask: What is known of fact number {number} in the area that is assessed?"
        if kind == "choice":
            yield f"    options: [{', '.join(_OPTIONS)}]"
        if kind == "number":
            yield "    derive:"
            yield f"      divide: [{{fact: {random.choice(counts)}}}, {{fact: {random.choice(counts)}}}]"
        yield "    basis: editorial"
        yield f"    changeable: {changeable}"


def _context(number: int, own: list[str], names: list[tuple[str, str]], random: Random) -> Iterator[str]:
    yield f"context: context-{number}"
    yield f"title: A class of situation, number {number}"
    yield "source:"
    yield f"  - {{cite: handbook, at: para. {number}}}"
    yield f'  - {{cite: convention, at: art. {number}, quote: "as it was found to be in case {number}"}}'
    yield "basis: course"
    yield "note: >-"
    yield "  Says what the context does not settle, over a line or two, as the notes of a real rule set do:"
    yield "  where the source is silent, what is a matter of judgement, and which number is editorial."
    yield "when:"
    yield "  all:"
    yield f"    - {{criterion: {own[0]}}}"
    yield "    - at_least: 2"
    yield "      of:"
    for name in own:
        yield f"        - {{criterion: {name}}}"
    yield "criteria:"
    for name in own:
        yield f"  {name}:"
        yield f"    title: What {name} asks of the situation"
        yield f"    source: {{cite: handbook, at: para. {number}, quote: where this is so}}"
        yield "    basis: course"
        yield "    note: A matter of judgement; the numbers are made up."
        yield "    when:"
        yield f"      {random.choice(('all', 'any'))}:"
        for fact, kind in random.sample(names, random.randint(2, 6)):
            yield f"        - {_test(fact, kind, random)}"


def _test(fact: str, kind: str, random: Random) -> str:
    match kind:
        case "boolean":
            test = f"is: {random.choice(('true', 'false'))}"
        case "choice":
            test = random.choice((f"is: {random.choice(_OPTIONS)}", "in: [restricted, closed]"))
        case "duration":
            test = f"at_least: {random.randint(1, 10)} years"
        case "date":
            test = f"before: {random.randint(1990, 2012)}-0{random.randint(1, 9)}-15"
        case "share":
            test = f"more_than: 0.{random.randint(1, 9)}"
        case _:
            parameter = f"{{parameter: threshold_{random.randint(0, 49)}}}"
            bound = random.choice((str(random.randint(1, 9999)), parameter))
            test = f"{random.choice(('at_least', 'more_than', 'at_most', 'less_than'))}: {bound}"
    return f"{{fact: {fact}, {test}}}"


def _measures(contexts: int, random: Random) -> Iterator[str]:
    yield "purposes:"
    for number in range(10):
        yield f"  purpose-{number}:"
        yield f"    title: Purpose number {number}"
        yield f"    source: {{cite: handbook, at: para. {number}}}"
        yield "    basis: course"
    yield "measures:"
    for number in range(100):
        yield f"  measure-{number}:"
        yield f"    title: Measure number {number}"
        yield f"    source: {{cite: handbook, at: para. {number}}}"
        yield "    basis: course"
        yield f"    serves: [purpose-{number % 10}, purpose-{(number + 3) % 10}]"
        yield "    for:"
        for context in random.sample(range(contexts), min(3, contexts)):
            yield f"      context-{context}: {{basis: editorial}}"


# --- what authors write around it ---------------------------------------------------------------------------

DAY = date(2018, 12, 31)


def write_cases(folder: Path, rules: RuleSet, count: int = 5_000, seed: int = 2) -> None:
    """Write cases into a rule set's folder, a file for each context: what its facts are, and what comes of them."""
    random = Random(seed)
    compiled = program(rules)
    each = count // len(rules.contexts)
    reach = Reach(Under(rules))
    for context in rules.contexts.values():
        needed = _reached(rules, context.id)
        lines = ["cases:"]
        aims = [*context.criteria, context.id]
        for number, found in enumerate(samples(reach.part([context.id]), None, DAY, each, aims)):
            facts = {name: value for name, value in found.items() if name in needed}
            for name in random.sample(sorted(facts), len(facts) // 5) if number % 3 == 0 else ():
                del facts[name]
            run = compiled.start(facts, DAY)
            expected = [f"{name}: {VERDICTS[run.truth(name)]}" for name in (context.id, *context.criteria)]
            lines += [f"  - name: {context.id}, {number}", f"    as_of: {DAY}", "    facts:"]
            lines += facts_lines(rules.facts, facts, "      ") or ["      {}"]
            lines.append(f"    expect: {{{', '.join(expected)}}}")
        (folder / f"{context.id}.cases.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _reached(rules: RuleSet, conclusion: str) -> set[str]:
    """Return the facts that a conclusion rests on."""
    conditions = rules.conditions(None)
    reached: set[str] = set()
    waiting = [conclusion]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        derive = rules.facts[name].derive if name in rules.facts else None
        term = conditions.get(name) or derive
        waiting += [] if term is None else names_in(term)
    return reached & rules.facts.keys()


def write_properties(folder: Path, rules: RuleSet, count: int = 100) -> None:
    """Write properties into a rule set's folder: that contexts need their first criteria, and need no other."""
    lines = ["properties:"]
    contexts = [*rules.contexts.values()]
    for number, context in enumerate(contexts[:count]):
        named = [one.id for one in walk(context.when) if isinstance(one, Conclusion)]
        claim = "implies" if number % 2 else "guarantees"
        other = named[0] if number % 10 else named[-1]
        lines += [
            f"  property-{number}:",
            f"    title: What {context.id} needs",
            f"    {claim}: [{{context: {context.id}}}, {{criterion: {other}}}]",
            "    basis: editorial",
            "    note: Made up.",
        ]
    (folder / "properties.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def change(folder: Path, count: int = 20, seed: int = 3) -> None:
    """Change so many criteria of a written rule set: `all` for `any`, another threshold."""
    random = Random(seed)
    files = sorted(path for path in folder.glob("context-*.yaml") if not path.name.endswith(".cases.yaml"))
    for path in random.sample(files, count):
        text = path.read_text(encoding="utf-8")
        head, marker, tail = text.rpartition("      any:")
        if not marker:
            head, marker, tail = text.rpartition("      all:")
        path.write_text(head + ("      all:" if "any" in marker else "      any:") + tail, encoding="utf-8")
